"""Play the points of a calibration: measure the targets there, or the facts that no target uses."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
from scipy.stats import qmc

from sim.experiments.calibration.checkpoint import Journal
from sim.experiments.calibration.plan import Numbers, Plan, Points
from sim.experiments.calibration.targets import MEASURES, RECORD
from sim.experiments.hypothesis_tests.estimates import Figure
from sim.experiments.hypothesis_tests.facts import FACTS, check
from sim.experiments.hypothesis_tests.roles import find
from sim.experiments.hypothesis_tests.treatments import Treatments
from sim.results.ensemble_spec import Study
from sim.runs.blocks import make_ready
from sim.runs.ensemble import ensemble
from sim.runs.progress import Progress
from sim.scenario.schema import Scenario

SHARES = (0.05, 0.5, 0.95)
NINE_TENTHS = 2 * 1.6448536269514722


def spread(plan: Numbers, points: int, seed: int) -> Points:
    """Spread so many points over the unit cube: a Latin hypercube, at the middles of its strata.

    Returns
    -------
    ndarray, shape (points, free numbers)
        In [0, 1]: 0 is the low end of a number's range, 1 the high end.
    """
    sampler = qmc.LatinHypercube(d=len(plan.free), scramble=False, rng=np.random.default_rng(seed))
    return np.asarray(sampler.random(points))


def played(
    plan: Plan,
    points: Points,
    runs: int,
    seed: int,
    progress: bool | None = None,
    journal: Journal | None = None,
) -> pd.DataFrame:
    """Play the scenario at every point and measure the targets.

    Parameters
    ----------
    plan : Plan
        The free numbers and the targets.
    points : ndarray, shape (P, free numbers)
        In the unit cube: 0 is the low end of a range, 1 the high end.
    runs : int
        Runs of every experiment at each point.
    seed : int
        Point n has the seed ``seed + n``: luck differs between points, so that no accident of one
        seed is learned as a fact.
    progress : bool, optional
        See `sim.runs.ensemble.ensemble`.
    journal : Journal, optional
        Points that stand in it are not played again; the others are noted.

    Returns
    -------
    DataFrame
        One row a point, one column a target; NaN where a measure has nothing to count.
    """
    asked = [(target.measure, target.week, target.position) for target in plan.targets]
    make_ready(Study.of(plan.scenario, runs=1))
    measure = partial(_targets, plan)
    rows = _at_each(plan, points, runs, seed, asked, measure, "point", progress, journal)
    return pd.DataFrame(rows, columns=[target.name for target in plan.targets])


def judged(
    plan: Plan,
    points: Points,
    runs: int,
    seed: int,
    progress: bool | None = None,
    journal: Journal | None = None,
) -> pd.DataFrame:
    """Measure every stylised fact at every point (see `sim.experiments.hypothesis_tests.facts`).

    The experiments of a point share their luck. Arguments are those of `played`.

    Returns
    -------
    DataFrame
        One row a fact: its ``claim`` and ``status``; in how many ``draws`` it could be measured;
        5, 50 and 95 % of its estimates there (``low``, ``median``, ``high``); ``luck``, how far
        these would spread by the luck of the runs alone, draws being equal (the root of the mean
        squared error, times the 3.29 errors that 90 % of a normal distribution are wide); and
        ``agrees``, the share of draws whose estimate is as the theory expects.

    Raises
    ------
    SimError
        If the scenario has no pair of allies with a shared short-term goal.
    """
    asked = [fact.name for fact in FACTS]
    found = _at_each(plan, points, runs, seed, asked, _facts, "draw", progress, journal)
    rows = []
    for fact in FACTS:
        known = np.array([row[1:] for draw in found for row in draw if row[0] == fact.name])
        if len(known):
            value, error, agrees = known.T.copy()
            luck = NINE_TENTHS * float(np.sqrt((error**2).mean()))
            ends = np.quantile(value, SHARES)
            share = float(agrees.mean())
            rows.append((fact.name, fact.claim, fact.status, len(known), *ends, luck, share))
    names = ["fact", "claim", "status", "draws", "low", "median", "high", "luck", "agrees"]
    return pd.DataFrame(rows, columns=names).set_index("fact")


def _at_each[T](
    plan: Plan,
    points: Points,
    runs: int,
    seed: int,
    asked: object,
    measure: Callable[[Scenario, int, int], T],
    unit: str,
    progress: bool | None,
    journal: Journal | None,
) -> list[T]:
    """What `measure` gives of the scenario at every point, with these runs and a seed of its own.

    `asked` names in the journal what is measured.
    """
    journal = Journal() if journal is None else journal
    with Progress(len(points), 0, progress, unit) as shown:
        return [
            journal.measured(plan.changed(point), runs, seed + place, asked, measure)
            for place, point in enumerate(shown.over(points))
        ]


def _targets(plan: Plan, case: Scenario, runs: int, seed: int) -> list[float]:
    """The targets of a plan, in its order."""
    results = ensemble(case, runs=runs, seed=seed, record=RECORD, progress=False)
    return [
        MEASURES[target.measure].found(results, target.week or 0, target.position or 0.0)
        for target in plan.targets
    ]


def _facts(case: Scenario, runs: int, seed: int) -> list[tuple[str, float, float, bool]]:
    """Name, estimate, standard error and verdict of every fact that can be measured."""
    return [
        (verdict.fact.name, float(figure.value), float(figure.error), bool(verdict.agrees))
        for verdict in check(Treatments(case, find(case), runs, seed))
        if isinstance(figure := verdict.found, Figure) and np.isfinite(figure.value)
    ]
