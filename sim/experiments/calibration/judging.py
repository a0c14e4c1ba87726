"""Check facts that no target uses, at posterior samples."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.experiments.calibration.checkpoint import Journal
from sim.experiments.calibration.plan import Plan
from sim.experiments.hypothesis_tests.estimates import Figure
from sim.experiments.hypothesis_tests.facts import FACTS, check
from sim.experiments.hypothesis_tests.roles import find
from sim.experiments.hypothesis_tests.treatments import Cells
from sim.runs.progress import Progress
from sim.scenario.schema import Scenario

Points = NDArray[np.float64]
COLUMNS = ["fact", "claim", "status", "draws", "low", "median", "high", "luck", "agrees"]
ENDS = (0.05, 0.5, 0.95)
NINE_TENTHS = 2 * 1.6448536269514722


def judged(
    plan: Plan,
    points: Points,
    runs: int,
    seed: int,
    progress: bool | None = None,
    journal: Journal | None = None,
) -> pd.DataFrame:
    """Measure every stylised fact at every point (see `sim.experiments.hypothesis_tests.facts`).

    Parameters
    ----------
    plan : Plan
        The free numbers and the targets.
    points : ndarray, shape (P, free numbers)
        Draws of the posterior, in the unit cube.
    runs : int
        Of every experiment at every point; the experiments of a point share their luck.
    seed : int
        Point n has the seed ``seed + n``.
    progress : bool, optional
        See `sim.runs.ensemble.ensemble`.
    journal : Journal, optional
        Draws that stand in it are not played again; the others are noted.

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
    journal = Journal() if journal is None else journal
    found: dict[str, list[tuple[float, float, bool]]] = {fact.name: [] for fact in FACTS}
    with Progress(len(points), 0, progress, "draw") as shown:
        for place, point in enumerate(shown.over(points)):
            case = plan.changed(point)
            measure = partial(_measured, case, runs, seed + place)
            for name, *estimate in journal.measured(case, runs, seed + place, list(found), measure):
                found[name].append(tuple(estimate))
    rows = []
    for fact in FACTS:
        known = np.array(found[fact.name])
        if len(known):
            ends = np.quantile(known[:, 0], ENDS)
            luck = NINE_TENTHS * float(np.sqrt((known[:, 1] ** 2).mean()))
            share = float(known[:, 2].mean())
            rows.append((fact.name, fact.claim, fact.status, len(known), *ends, luck, share))
    return pd.DataFrame(rows, columns=COLUMNS).set_index("fact")


def _measured(case: Scenario, runs: int, seed: int) -> list[tuple[str, float, float, bool]]:
    """Name, estimate, standard error and verdict of every fact that can be measured."""
    return [
        (verdict.fact.name, float(figure.value), float(figure.error), bool(verdict.agrees))
        for verdict in check(Cells(case, find(case), runs, seed))
        if isinstance(figure := verdict.found, Figure) and np.isfinite(figure.value)
    ]
