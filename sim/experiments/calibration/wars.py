"""Calibrate on a library of wars, one left out at a time: play, learn the scores, minimise."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import qmc

from sim.experiments.benchmark.baselines import baselines
from sim.experiments.benchmark.forecasts import Scored
from sim.experiments.benchmark.play import Played, forecast
from sim.experiments.benchmark.play import played as play_war
from sim.experiments.benchmark.war_library import War
from sim.experiments.calibration.checkpoint import Journal
from sim.experiments.calibration.design import played, spread
from sim.experiments.calibration.emulator import Emulator, learn, one_thread, skill
from sim.experiments.calibration.plan import Points
from sim.experiments.calibration.war_plan import WarPlan, load_war_plan
from sim.experiments.calibration.war_report import (
    ALL,
    CALIBRATED,
    LINE,
    PRESENT,
    RANKING_LINE,
    TIMES,
    Fit,
    WarCalibration,
)  # fmt: skip
from sim.results.ensemble_spec import Study, whole
from sim.runs.blocks import make_ready
from sim.runs.progress import Progress, teller
from sim.scenario.schema import Scenario

type Floats = NDArray[np.float64]

# Seed of the last plays, apart from those of all points.
FRESH = 10_000_000
# Points a number without which nothing is learned of it.
LEAST = 5
# The emulator is asked at so many points all over the ranges; then nearer and nearer to the best.
CANDIDATES, ROUNDS, NEAR, WIDE, SHRINK = 2**13, 40, 256, 0.25, 0.85
# Walkers over what is as good as the best, their steps, and how often where they are is kept.
WALKERS, STEPS, BURN_IN, EVERY = 64, 300, 100, 20
# Of each step: lengths, and the chance of a number to move.
LENGTHS, MOVES = (0.03, 0.1, 0.3), 0.3


def calibrate_wars(
    plan: WarPlan | str | Path,
    *,
    points: int = 500,
    runs: int = 80,
    waves: int = 2,
    seed: int = 1,
    keep: Journal | str | Path | None = None,
    progress: bool | None = None,
) -> WarCalibration:
    """Find the free numbers that score best on the wars of a library, and test them on each.

    A Latin hypercube over the ranges is played on all wars, and the score of each war is learned.
    For each war the numbers are found that are best on the mean of the others, by this emulator.
    Each later wave plays half as many points where it expects scores within its error of the best,
    and learns from all of them. At the end each war is played with the numbers of the others and
    with the present ones, and all wars with the numbers that are best on all, with new luck.

    Parameters
    ----------
    plan : WarPlan or path
        The free numbers and the wars, or the path of their file.
    points, runs, waves : int
        Points of the hypercube, runs of each war at each point, waves.
    seed : int
        Seed of the design and of the runs.
    keep : Journal or path, optional
        Folder in which what was played is noted, and from which what a calibration that was stopped
        has left is taken. `WarCalibration.save` to the same folder takes the notes away.
    progress : bool, optional
        See `sim.runs.ensemble.ensemble`.

    Raises
    ------
    SimError
        If the plan cannot be used, an option is out of range, or a package is missing.
    StoppedError
        If a point cannot be noted.
    KeyboardInterrupt
        On Ctrl-C; what was played stands in `keep`.
    """
    given = plan if isinstance(plan, WarPlan) else load_war_plan(plan)
    points = whole("points", points, max(10, LEAST * len(given.free)), 10**5)
    runs, seed = whole("runs", runs, 2, 10**6), whole("seed", seed, 0, 2**32 - 1)
    waves = whole("waves", waves, 1, 10)
    say = teller(progress)
    journal = keep if isinstance(keep, Journal) else Journal(keep)
    wars, more = given.wars, max(points // 2, 1)
    played_runs = (points + (waves - 1) * more) * len(wars) * runs
    later = f" and {waves - 1} times {more}" if waves > 1 else ""
    say(
        f"{points} points{later}, {len(wars)} wars, {runs} runs of each: {played_runs:,} runs; "
        f"then {3 * len(wars) * TIMES * runs:,} at what was found"
    )
    cube = spread(given, points, seed)
    seen = seen_at(given, cube, runs, seed, progress, journal)
    say("learning the scores, and looking for the best numbers ...")
    emulator, fits = _learned(given, cube, seen, seed)
    for wave in range(1, waves):
        near = np.vstack([fit.near for fit in fits])
        rng = np.random.default_rng([seed, wave])
        at = near[rng.choice(len(near), size=more, replace=more > len(near))]
        after = seen_at(given, at, runs, seed + 100_000 * wave, progress, journal)
        cube, seen = np.vstack([cube, at]), pd.concat([seen, after], ignore_index=True)
        say("learning from all of them, and looking again ...")
        emulator, fits = _learned(given, cube, seen, seed)
    say("how well it foretells points that are left out ...")
    with one_thread():
        left_out = skill(emulator, cube, seen, seed)

    def last(words: str, at: Sequence[Floats | None]) -> dict[str, Played]:
        say(f"{words}, {TIMES * runs} runs a war")
        found = {}
        with Progress(len(wars), 0, progress, "war") as shown:
            for war, point in zip(shown.over(wars), at, strict=True):
                case = war.scenario if point is None else given.put(war.scenario, point)
                found[war.name] = counted_at(war, case, TIMES * runs, seed + FRESH, journal)
        return found

    every, scored = fits[-1].point, Scored(wars)
    told = [
        forecast(CALIBRATED, scored, last("each at the numbers of the others", [
            fit.point for fit in fits[:-1]
        ])),
        forecast(PRESENT, scored, last("at the present numbers", [None] * len(wars))),
        forecast(ALL, scored, last("at the numbers of all", [every] * len(wars))),
    ]  # fmt: skip
    lines = {one.name: one for one in baselines(scored)}
    return WarCalibration(
        plan=given,
        runs=runs,
        seed=seed,
        points=cube,
        seen=seen,
        skill=left_out,
        fits=tuple(fits),
        scored=scored,
        forecasts={one.name: one for one in (*told, lines[LINE], lines[RANKING_LINE])},
    )


# playing ------------------------------------------------------------------------------------------


def seen_at(
    plan: WarPlan,
    points: Points,
    runs: int,
    seed: int,
    progress: bool | None = None,
    journal: Journal | None = None,
) -> pd.DataFrame:
    """Play all wars at every point and score them, and measure any targets.

    Point n has the seed ``seed + n``. Arguments are those of
    `sim.experiments.calibration.design.played`.

    Returns
    -------
    DataFrame
        One row a point, one column a war, then one a target.
    """
    journal = Journal() if journal is None else journal
    make_ready(Study.of(plan.wars[0].scenario, runs=1, record="events"))
    rows = []
    with Progress(len(points), 0, progress, "point") as shown:
        for place, point in enumerate(shown.over(points)):
            cases = [(war, plan.put(war.scenario, point)) for war in plan.wars]
            luck = seed + place
            rows.append([score_of(counted_at(*case, runs, luck, journal)) for case in cases])
    found = pd.DataFrame(rows, columns=[war.name for war in plan.wars])
    if plan.other is None:
        return found
    targets = played(plan.other, points, runs, seed, progress, journal)
    return pd.concat([found, targets.add_prefix("target: ")], axis=1)


def counted_at(war: War, case: Scenario, runs: int, seed: int, journal: Journal) -> Played:
    """When the pairs of a war broke in runs of a changed form of it: noted, or played now."""
    asked = ("breaks", war.pairs, war.edges)
    finished, broken = journal.measured(case, runs, seed, asked, partial(_counts, war))
    return Played(war, finished, pd.DataFrame(), np.array(broken, dtype=np.int64))


def _counts(war: War, case: Scenario, runs: int, seed: int) -> tuple[int, list[list[int]]]:
    found = play_war(war, runs, seed, scenario=case)
    return found.runs, found.broken.tolist()


def score_of(found: Played) -> float:
    """The integrated Brier score of a war, without what the luck of few runs adds to it.

    ``mean of (p - y)**2 - p (1 - p) / (n - 1)`` over half-years by their lengths and over pairs:
    its expectation is the score of infinitely many runs. Otherwise the numbers with which runs
    differ least would look better than they are.
    """
    war, runs = found.war, found.runs
    when = np.array([war.half_year(one) for one in war.outcomes])[:, None]
    half_years = np.arange(len(war.edges))
    seen = (when >= 0) & (half_years >= when)
    share = found.broken / runs
    luck = share * (1.0 - share) / (runs - 1) if runs > 1 else 0.0
    wrong = (share - seen) ** 2 - luck
    return float(np.average(wrong, axis=1, weights=war.lengths).mean())


# fitting ------------------------------------------------------------------------------------------


def expected(
    plan: WarPlan, emulator: Emulator, points: Points, without: str | None
) -> tuple[Floats, Floats]:
    """The mean over terms that is made small, and its error by the emulator, at any points.

    Terms are the scores of all wars but one, and with targets the square of each miss in
    tolerances, times the weight of the plan.
    """
    mean, error = emulator.expected(points)
    wars = len(plan.wars)
    kept = [n for n, war in enumerate(plan.wars) if war.name != without]
    terms, errors = mean[:, kept], error[:, kept]
    if plan.other is not None:
        known = np.array([target.value for target in plan.other.targets])
        tolerance = np.array([target.tolerance for target in plan.other.targets])
        miss = (mean[:, wars:] - known) / tolerance
        # to first order: the error of a square is twice the miss times its error
        unsure = 2.0 * np.abs(miss) * error[:, wars:] / tolerance
        terms = np.hstack([terms, plan.weight * miss**2])
        errors = np.hstack([errors, plan.weight * unsure])
    return terms.mean(axis=1), np.sqrt((errors**2).sum(axis=1)) / terms.shape[1]


def best(plan: WarPlan, emulator: Emulator, without: str | None, seed: int) -> Fit:
    """The point at which the emulator expects the least mean score, and how flat it is there.

    Asked all over the ranges, then 40 times around the best so far, ever nearer to it.
    """
    size = len(plan.free)
    rng = np.random.default_rng([seed, 11])
    asked = np.asarray(qmc.Sobol(size, rng=rng).random(CANDIDATES))
    point, least, unsure = np.full(size, 0.5), np.inf, 0.0
    for n in range(ROUNDS + 1):
        mean, error = expected(plan, emulator, asked, without)
        at = int(mean.argmin())
        if mean[at] < least:
            point, least, unsure = asked[at], float(mean[at]), float(error[at])
        steps = WIDE * SHRINK**n * rng.standard_normal((NEAR, size))
        asked = np.clip(point + steps * (rng.random((NEAR, size)) < MOVES), 0.0, 1.0)
    near = _as_good(plan, emulator, without, point, least + unsure, rng)
    own = np.nan
    if without is not None:
        names = [war.name for war in plan.wars]
        own = float(emulator.expected(point[None, :])[0][0, names.index(without)])
    return Fit(without, point, least, unsure, own, near)


def _as_good(
    plan: WarPlan,
    emulator: Emulator,
    without: str | None,
    point: Floats,
    most: float,
    rng: np.random.Generator,
) -> Points:
    """Points whose expected score is at most so much: walkers from the best one on.

    A step that leads beyond an end of a range is reflected there, and one to a worse score is not
    taken: so they spread evenly over what is as good.
    """
    at, kept = np.tile(point, (WALKERS, 1)), []
    for n in range(STEPS):
        length = rng.choice(LENGTHS, size=(WALKERS, 1))
        moves = rng.random(at.shape) < MOVES
        there = np.abs(at + length * moves * rng.standard_normal(at.shape))
        there = np.clip(1.0 - np.abs(1.0 - there), 0.0, 1.0)
        good = expected(plan, emulator, there, without)[0] <= most
        at = np.where(good[:, None], there, at)
        if n >= BURN_IN and n % EVERY == 0:
            kept.append(at)
    return np.vstack(kept)


def _learned(
    plan: WarPlan, cube: Points, seen: pd.DataFrame, seed: int
) -> tuple[Emulator, list[Fit]]:
    """An emulator of what was seen, and what is best on it without each war, and on all."""
    with one_thread():
        emulator = learn(cube, seen, seed)
        names = [*(war.name for war in plan.wars), None]
        return emulator, [best(plan, emulator, name, seed) for name in names]
