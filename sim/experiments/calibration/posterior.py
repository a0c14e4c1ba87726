"""Calibrate: sample the posterior of the free numbers given the targets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.errors import SimError
from sim.experiments.calibration.checkpoint import Journal
from sim.experiments.calibration.design import SHARES, judged, played, spread
from sim.experiments.calibration.emulator import MISSING, Emulator, learn, one_thread, skill
from sim.experiments.calibration.plan import Plan, Points, load_plan
from sim.experiments.calibration.report import KEPT, Calibration
from sim.experiments.hypothesis_tests.roles import find
from sim.results.ensemble_spec import whole
from sim.runs.progress import teller

WALKERS, BURN_IN, EVERY = 128, 500, 100
DRAWS = WALKERS * KEPT // EVERY


def calibrate(
    plan: Plan | str | Path,
    *,
    points: int = 500,
    runs: int = 80,
    waves: int = 2,
    check: int = 60,
    judge: int = 0,
    seed: int = 1,
    keep: Journal | str | Path | None = None,
    progress: bool | None = None,
) -> Calibration:
    """Estimate the posterior of the free numbers of a plan.

    Wave 1 plays a Latin hypercube over the ranges. Each later wave plays half as many points drawn
    from the posterior of the wave before, where the emulator has to be good, and learns from all of
    them. At the end posterior samples are played with luck of their own.

    Parameters
    ----------
    plan : Plan or path
        The free numbers and the targets, or the path of their file.
    points, runs, waves : int
        Points of the first wave, runs at each point, waves.
    check : int
        Draws of the ranges and of the posterior that are played at the end.
    judge : int
        Draws at which the stylised facts are measured too, at most `check`; none of them is used.
    seed : int
        Seed of the design, of the runs and of the sampler.
    keep : Journal or path, optional
        Folder in which points and judged draws are noted as they are played, and from which those
        are taken that a calibration that was stopped has left. `Calibration.save` to the same
        folder takes the notes away.
    progress : bool, optional
        See `sim.runs.ensemble.ensemble`.

    Raises
    ------
    SimError
        If the plan cannot be used, an option is out of range, or a package is missing.
    StoppedError
        If a point cannot be noted.
    KeyboardInterrupt
        On Ctrl-C; the points that were played stand in `keep`.
    """
    given = plan if isinstance(plan, Plan) else load_plan(plan)
    points, runs = whole("points", points, 10, 10**5), whole("runs", runs, 2, 10**6)
    waves, seed = whole("waves", waves, 1, 10), whole("seed", seed, 0, 2**32 - 1)
    if not 2 <= check <= min(points, DRAWS) or (waves > 1 and points // 2 > DRAWS):
        raise SimError(
            f"check must be from 2 to the number of points ({points}) and at most {DRAWS}, is "
            f"{check}; with several waves, points must be at most {2 * DRAWS + 1}"
        )
    judge = whole("judge", judge, 0, check)
    if judge:
        find(given.scenario)  # no pair to judge by is said before an hour of work
    say = teller(progress)
    journal = keep if isinstance(keep, Journal) else Journal(keep)
    cube = spread(given, points, seed)
    seen = played(given, cube, runs, seed, progress, journal)
    prior = seen.iloc[:check]
    say("learning from them, and drawing the posterior ...")
    emulator, draws, memory = _learned(given, cube, seen, seed)
    for wave in range(1, waves):
        rng = np.random.default_rng([seed, wave])
        more = draws[rng.choice(len(draws), size=max(points // 2, 1), replace=False)]
        after = played(given, more, runs, seed + 100_000 * wave, progress, journal)
        cube, seen = np.vstack([cube, more]), pd.concat([seen, after], ignore_index=True)
        say("learning from all of them, and drawing the posterior again ...")
        emulator, draws, memory = _learned(given, cube, seen, seed, wave)
    rng = np.random.default_rng([seed, waves])
    tried = draws[rng.choice(len(draws), size=check, replace=False)]
    posterior = played(given, tried, runs, seed + 10_000_000, progress, journal)
    centre = draws.mean(axis=0)
    at_centre = played(given, centre[None, :], 5 * runs, seed + 20_000_000, False, journal).iloc[0]
    say("how well it foretells points that are left out ...")
    with one_thread():
        left_out = skill(emulator, cube, seen, seed)
    facts = judged(given, tried[:judge], runs, seed + 30_000_000, progress, journal)
    return Calibration(
        plan=given,
        points=cube,
        seen=seen,
        skill=left_out,
        memory=memory,
        draws=pd.DataFrame([given.values(draw) for draw in draws]),
        centre=given.values(centre),
        targets=_compared(given, prior, posterior, at_centre, left_out),
        facts=facts,
    )


def log_likelihood(plan: Plan, emulator: Emulator, points: Points) -> NDArray[np.float64]:
    """How well points agree with the targets; minus infinity outside the cube.

    ``-1/2 sum_k [(m_k - y_k)**2 / v_k + log v_k]`` with the emulator's mean m_k, the known value
    y_k, and v_k the squared tolerance plus the emulator's own variance (Kennedy and O'Hagan 2001).
    """
    known = np.array([target.value for target in plan.targets])
    tolerance = np.array([target.tolerance for target in plan.targets])
    inside = ((points >= 0.0) & (points <= 1.0)).all(axis=1)
    found = np.full(len(points), -np.inf)
    if inside.any():
        mean, error = emulator.expected(points[inside])
        spread_ = tolerance**2 + error**2
        found[inside] = -0.5 * ((mean - known) ** 2 / spread_ + np.log(spread_)).sum(axis=1)
    return found


def _learned(
    plan: Plan, cube: Points, seen: pd.DataFrame, seed: int, wave: int = 0
) -> tuple[Emulator, Points, float]:
    """An emulator of what was seen, draws of its posterior, and the memory of the walkers."""
    try:
        import emcee
    except ImportError as error:
        raise SimError(MISSING) from error
    with one_thread():
        emulator = learn(cube, seen, seed)
        size = len(plan.free)
        walkers = max(WALKERS, 2 * size + 2)
        start = np.random.default_rng([seed + wave, 7]).random((20 * walkers, size))
        start = start[np.argsort(log_likelihood(plan, emulator, start))[-walkers:]]
        sampler: Any = emcee.EnsembleSampler(
            walkers, size, lambda at: log_likelihood(plan, emulator, at), vectorize=True,
            moves=[(emcee.moves.DEMove(), 0.8), (emcee.moves.DESnookerMove(), 0.2)],
        )  # fmt: skip
        sampler.random_state = np.random.RandomState(seed + wave).get_state()
        sampler.run_mcmc(start, BURN_IN + KEPT)
    memory = float(np.max(sampler.get_autocorr_time(discard=BURN_IN, tol=0)))
    return emulator, np.asarray(sampler.get_chain(discard=BURN_IN, thin=EVERY, flat=True)), memory


def _compared(
    plan: Plan, prior: pd.DataFrame, posterior: pd.DataFrame, at_centre: pd.Series, skill: pd.Series
) -> pd.DataFrame:
    """The targets beside what was played: see `Calibration.targets`."""
    found = pd.DataFrame(
        {"known": target.value, "tolerance": target.tolerance} for target in plan.targets
    ).set_index(pd.Index([target.name for target in plan.targets]))
    for word, table in (("prior", prior), ("posterior", posterior)):
        ends = table.quantile(SHARES).T.set_axis(["low", "median", "high"], axis="columns")
        found = found.join(ends.add_prefix(f"{word}_"))
    return found.assign(centre=at_centre, skill=skill)
