"""What the free numbers may be, given the targets; and what the model then says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.calibration.design import played, spread
from sim.calibration.emulator import Emulator, learn
from sim.calibration.plan import Plan, load_plan
from sim.errors import SimError
from sim.study import whole

Points = NDArray[np.float64]
WALKERS, BURN_IN, KEPT, EVERY = 128, 300, 400, 20
DRAWS = WALKERS * KEPT // EVERY
SHARES = (0.05, 0.5, 0.95)


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
        See `sim.calibration.emulator.Emulator`.
    draws : DataFrame
        Draws of the posterior, one column a free number by its path.
    centre : dict of str to float
        The draw that is nearest to the medians of all, in shares of the ranges, by path. (The
        likeliest point would be no better a choice: it tends to lie at the end of some range.)
    targets : DataFrame
        One row a target: ``known``, ``tolerance``; median and 90 % of runs played at draws from
        the ranges (``prior_...``) and from the posterior (``posterior_...``); at ``centre``.
    """

    plan: Plan
    points: Points
    seen: pd.DataFrame
    skill: pd.Series
    draws: pd.DataFrame
    centre: dict[str, float]
    targets: pd.DataFrame

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

    def __str__(self) -> str:
        """Both tables, to be read."""
        words = [
            f"Calibration of {self.plan.scenario.name} on what was known on "
            f"{self.plan.known_until}: {len(self.points)} points, {len(self.targets)} targets.",
            "",
            "What the free numbers may be (90 % of the posterior, and its centre):",
            self.numbers.to_string(float_format=lambda x: f"{x:.3g}"),
            "",
            "Targets (known, tolerance; 90 % over the ranges, over the posterior; its centre):",
            self.targets.to_string(float_format=lambda x: f"{x:.2f}"),
        ]
        return "\n".join(words)

    def save(self, folder: str | Path) -> None:
        """Write `points.csv`, `posterior.csv`, `numbers.csv` and `targets.csv`."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        cube = pd.DataFrame(self.points, columns=self.plan.names)
        pd.concat([cube, self.seen], axis=1).to_csv(folder / "points.csv", index=False)
        self.draws.to_csv(folder / "posterior.csv", index=False, float_format="%.4g")
        self.numbers.to_csv(folder / "numbers.csv", float_format="%.4g")
        self.targets.to_csv(folder / "targets.csv", float_format="%.4g")


def calibrate(
    plan: Plan | str | Path,
    *,
    points: int = 500,
    runs: int = 80,
    waves: int = 2,
    check: int = 60,
    seed: int = 1,
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
    seed : int
    progress : bool

    Returns
    -------
    Calibration

    Raises
    ------
    SimError
        If the plan cannot be used, an option is out of range, or a package is missing.
    """
    given = plan if isinstance(plan, Plan) else load_plan(plan)
    points, runs = whole("points", points, 10, 10**5), whole("runs", runs, 2, 10**6)
    waves, seed = whole("waves", waves, 1, 10), whole("seed", seed, 0, 2**32 - 1)
    if not 2 <= check <= min(points, DRAWS) or (waves > 1 and points // 2 > DRAWS):
        raise SimError(
            f"check must be from 2 to the number of points ({points}) and at most {DRAWS}, is "
            f"{check}; with several waves, points must be at most {2 * DRAWS + 1}"
        )
    cube = spread(given, points, seed)
    seen = played(given, cube, runs, seed, progress)
    prior = seen.iloc[:check]
    emulator = learn(cube, seen, seed)
    draws = _sampled(given, emulator, seed)
    for wave in range(1, waves):
        rng = np.random.default_rng([seed, wave])
        more = draws[rng.choice(len(draws), size=max(points // 2, 1), replace=False)]
        after = played(given, more, runs, seed + 100_000 * wave, progress)
        cube, seen = np.vstack([cube, more]), pd.concat([seen, after], ignore_index=True)
        emulator = learn(cube, seen, seed)
        draws = _sampled(given, emulator, seed + wave)
    rng = np.random.default_rng([seed, waves])
    tried = draws[rng.choice(len(draws), size=check, replace=False)]
    posterior = played(given, tried, runs, seed + 10_000_000, progress)
    centre = draws[((draws - np.median(draws, axis=0)) ** 2).sum(axis=1).argmin()]
    at_centre = played(given, centre[None, :], 5 * runs, seed + 20_000_000).iloc[0]
    return Calibration(
        plan=given,
        points=cube,
        seen=seen,
        skill=emulator.skill,
        draws=pd.DataFrame([given.values(draw) for draw in draws]),
        centre=given.values(centre),
        targets=_compared(given, prior, posterior, at_centre, emulator.skill),
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


def _sampled(plan: Plan, emulator: Emulator, seed: int) -> Points:
    """Draws of the posterior in the unit cube."""
    try:
        import emcee
    except ImportError as error:
        raise SimError(
            "calibration needs scikit-learn and emcee: install entente[calibration]"
        ) from error
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
    return np.asarray(sampler.get_chain(discard=BURN_IN, thin=EVERY, flat=True))


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
