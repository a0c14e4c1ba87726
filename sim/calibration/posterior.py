"""What the free numbers may be, given the targets; and what the model then says."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from tqdm import tqdm

from sim.calibration.design import played, spread
from sim.calibration.emulator import MISSING, Emulator, learn, one_thread, skill
from sim.calibration.journal import NAME, Journal
from sim.calibration.judging import judged
from sim.calibration.plan import Plan, load_plan
from sim.errors import SimError, StoppedError
from sim.study import whole
from sim.theory.cast import find

Points = NDArray[np.float64]
WALKERS, BURN_IN, KEPT, EVERY = 128, 500, 2000, 100
DRAWS = WALKERS * KEPT // EVERY
SHARES = (0.05, 0.5, 0.95)
# Below this share of variance foretold, and from so many tolerances on, a sentence warns.
FORETOLD, MISSED = 0.3, 3.0


@dataclass(frozen=True)
class Calibration:
    """What came of a calibration.

    Attributes
    ----------
    plan : Plan
    points : ndarray, shape (P, free numbers)
        What was played, in the unit cube.
    seen : DataFrame
        Targets at these points.
    skill : Series
        See `sim.calibration.emulator.skill`.
    memory : float
        Steps after which a walker of the last posterior has forgotten where it was: the integrated
        time of autocorrelation of the slowest number. Of `KEPT` steps there should be many such.
    draws : DataFrame
        Draws of the posterior, one column a free number by its path.
    centre : dict of str to float
        The mean of the draws in shares of the ranges, by path. (The likeliest point would be no
        better a choice: it tends to lie at the end of some range. A single draw near the middle
        is another one with every seed.)
    targets : DataFrame
        One row a target: ``known``, ``tolerance``; median and 90 % of runs played at draws from
        the ranges (``prior_...``) and from the posterior (``posterior_...``); at ``centre``.
    facts : DataFrame
        What was not used, over the posterior: see `sim.calibration.judging.judged`; no rows if it
        was not asked for.
    """

    plan: Plan
    points: Points
    seen: pd.DataFrame
    skill: pd.Series
    memory: float
    draws: pd.DataFrame
    centre: dict[str, float]
    targets: pd.DataFrame
    facts: pd.DataFrame

    @property
    def numbers(self) -> pd.DataFrame:
        """Each free number: its range, the posterior's median and 90 %, and the centre.

        ``shrunk`` is the part of the range, on its scale, that the 90 % leave out.
        """
        rows = {}
        for number in self.plan.free:
            values = self.draws[number.path]
            low, middle, high = values.quantile(SHARES)
            ends = np.array([low, high, number.low, number.high], dtype=float)
            if number.scale == "log":
                ends = np.log(ends)
            rows[number.path] = {
                "from": number.low, "to": number.high, "low": low, "median": middle, "high": high,
                "centre": self.centre[number.path],
                "shrunk": 1.0 - (ends[1] - ends[0]) / (ends[3] - ends[2]),
            }  # fmt: skip
        return pd.DataFrame(rows).T

    @property
    def doubts(self) -> list[str]:
        """What speaks against trusting the posterior, a sentence each."""
        found, targets = [], self.targets
        blind = [str(name) for name, skill in self.skill.items() if skill < FORETOLD]
        if blind:
            found.append(
                f"The emulator foretells little or nothing of {', '.join(blind)}: take more "
                "points or runs, or do not lean on what these say."
            )
        ends = targets[["posterior_low", "posterior_high"]]
        nearest = targets["known"].clip(ends.min(axis=1), ends.max(axis=1))
        away = (nearest - targets["known"]).abs() / targets["tolerance"]
        missed = [str(name) for name in targets.index[away > MISSED]]
        if missed:
            found.append(
                f"Missed by more than {MISSED:g} tolerances all over the posterior: "
                f"{', '.join(missed)}. What it says of the numbers rests on a model that "
                "cannot do it."
            )
        return found

    def __str__(self) -> str:
        """Both tables, to be read."""
        words = [
            f"Calibration of {self.plan.scenario.name} on what was known on "
            f"{self.plan.known_until}: {len(self.points)} points in all waves, "
            f"{len(self.targets)} targets.",
            "",
            "What the free numbers may be (90 % of the posterior, and its centre; shrunk: the part",
            "of the range that is left out, about a tenth where nothing was learned):",
            self.numbers.to_string(float_format=lambda x: f"{x:.3g}"),
            "",
            "Targets (known, tolerance; 90 % over the ranges, over the posterior; its centre):",
            self.targets.to_string(float_format=lambda x: f"{x:.2f}"),
            "",
            f"Walkers forget where they were within {self.memory:.0f} of {KEPT} steps.",
            *self.doubts,
        ]
        if len(self.facts):
            words += [
                "",
                "Facts that were not used (90 % over draws of the posterior; share of draws whose",
                "estimate is as the theory expects):",
                self.facts.drop(columns="claim").to_string(float_format=lambda x: f"{x:.2f}"),
            ]
        return "\n".join(words)

    def save(self, folder: str | Path) -> None:
        """Write `points.csv`, `posterior.csv`, `numbers.csv`, `targets.csv`, any `facts.csv`.

        Raises
        ------
        StoppedError
            If they cannot be written; points that `calibrate` has noted in the folder are kept.
        """
        folder = Path(folder)
        cube = pd.DataFrame(self.points, columns=self.plan.names)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            pd.concat([cube, self.seen], axis=1).to_csv(folder / "points.csv", index=False)
            self.draws.to_csv(folder / "posterior.csv", index=False, float_format="%.4g")
            self.targets.to_csv(folder / "targets.csv", float_format="%.4g")
            if len(self.facts):
                self.facts.to_csv(folder / "facts.csv", float_format="%.4g")
            else:  # those of another calibration would stand beside these numbers
                (folder / "facts.csv").unlink(missing_ok=True)
                (folder / "facts.png").unlink(missing_ok=True)
            # Last, since by this one a finished calibration is known.
            self.numbers.to_csv(folder / "numbers.csv", float_format="%.4g")
            (folder / NAME).unlink(missing_ok=True)
        except OSError as error:
            raise StoppedError(f"{folder}: cannot be written: {error.strerror}") from error


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
    progress: bool = False,
) -> Calibration:
    """Find out what the free numbers of a plan may be.

    Wave 1 plays a Latin hypercube over the ranges. Each later wave plays half as many points drawn
    from the posterior of the wave before, where the emulator has to be good, and learns from all of
    them. At the end draws of the posterior are played with luck of their own.

    Parameters
    ----------
    plan : Plan or path
    points, runs, waves : int
        Points of the first wave, runs at each point, waves.
    check : int
        Draws of the ranges and of the posterior that are played at the end.
    judge : int
        Draws at which the stylised facts are measured too, at most `check`; none of them is used.
    seed : int
    keep : Journal or path, optional
        Folder in which points and judged draws are noted as they are played, and from which those
        are taken that a calibration that was stopped has left. `Calibration.save` to the same
        folder takes the notes away.
    progress : bool

    Returns
    -------
    Calibration

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
    say = _sayer(progress)
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
    at_centre = played(given, centre[None, :], 5 * runs, seed + 20_000_000, journal=journal).iloc[0]
    say("how well it foretells points that are left out ...")
    with one_thread():
        left_out = skill(emulator, cube, seen, seed)
    facts = judged(given, tried[:judge], runs, seed + 30_000_000, progress and judge > 0, journal)
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


def _sayer(talk: bool) -> Callable[[str], None]:
    """Tell what is being done where no bar moves; nothing if nobody wants to know."""
    return lambda words: tqdm.write(words, file=sys.stderr) if talk else None


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
    with one_thread():
        emulator = learn(cube, seen, seed)
        return emulator, *_sampled(plan, emulator, seed + wave)


def _sampled(plan: Plan, emulator: Emulator, seed: int) -> tuple[Points, float]:
    """Draws of the posterior in the unit cube, and the memory of the walkers in steps."""
    try:
        import emcee
    except ImportError as error:
        raise SimError(MISSING) from error
    size = len(plan.free)
    walkers = max(WALKERS, 2 * size + 2)
    rng = np.random.default_rng([seed, 7])
    start = rng.random((20 * walkers, size))
    start = start[np.argsort(log_likelihood(plan, emulator, start))[-walkers:]]
    sampler: Any = emcee.EnsembleSampler(
        walkers, size, lambda at: log_likelihood(plan, emulator, at), vectorize=True,
        moves=[(emcee.moves.DEMove(), 0.8), (emcee.moves.DESnookerMove(), 0.2)],
    )  # fmt: skip
    sampler.random_state = np.random.RandomState(seed).get_state()
    sampler.run_mcmc(start, BURN_IN + KEPT)
    memory = float(np.max(sampler.get_autocorr_time(discard=BURN_IN, tol=0)))
    return np.asarray(sampler.get_chain(discard=BURN_IN, thin=EVERY, flat=True)), memory


def _compared(
    plan: Plan, prior: pd.DataFrame, posterior: pd.DataFrame, at_centre: pd.Series, skill: pd.Series
) -> pd.DataFrame:
    rows = {}
    for target in plan.targets:
        row: dict[str, float] = {"known": target.value, "tolerance": target.tolerance}
        for word, table in (("prior", prior), ("posterior", posterior)):
            ends = table[target.name].quantile(SHARES)
            row |= {
                f"{word}_{end}": value
                for end, value in zip(("low", "median", "high"), ends, strict=True)
            }
        rows[target.name] = {**row, "centre": at_centre[target.name], "skill": skill[target.name]}
    return pd.DataFrame(rows).T
