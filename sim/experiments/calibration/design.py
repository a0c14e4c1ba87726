"""The design of a calibration: points in the unit cube, played to measure the targets there."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import qmc

from sim.experiments.calibration.checkpoint import Journal
from sim.experiments.calibration.plan import Plan
from sim.experiments.calibration.targets import MEASURES, RECORD
from sim.results.ensemble_spec import Study
from sim.runs.blocks import make_ready
from sim.runs.ensemble import ensemble
from sim.runs.progress import Progress
from sim.scenario.schema import Scenario

Points = NDArray[np.float64]


def spread(plan: Plan, points: int, seed: int) -> Points:
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
        Runs at each point.
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
    journal = Journal() if journal is None else journal
    asked = [(target.measure, target.week, target.position) for target in plan.targets]
    rows = []
    make_ready(Study.of(plan.scenario, runs=1))
    with Progress(len(points), 0, progress, "point") as shown:
        for place, point in enumerate(shown.over(points)):
            scenario = plan.changed(point)
            measure = partial(_measured, plan, scenario, runs, seed + place)
            rows.append(journal.measured(scenario, runs, seed + place, asked, measure))
    return pd.DataFrame(rows, columns=[target.name for target in plan.targets])


def _measured(plan: Plan, scenario: Scenario, runs: int, seed: int) -> list[float]:
    """The targets of a plan, in its order."""
    results = ensemble(scenario, runs=runs, seed=seed, record=RECORD, progress=False)
    return [
        MEASURES[target.measure].found(results, target.week or 0, target.position or 0.0)
        for target in plan.targets
    ]
