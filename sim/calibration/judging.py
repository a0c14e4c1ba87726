"""The facts that no target uses, over the posterior: what the free numbers leave open of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from tqdm import tqdm

from sim.calibration.plan import Plan
from sim.theory.cast import find
from sim.theory.cells import Cells
from sim.theory.facts import FACTS, check

Points = NDArray[np.float64]
COLUMNS = ["fact", "claim", "status", "draws", "low", "median", "high", "agrees"]
ENDS = (0.05, 0.5, 0.95)


def judged(
    plan: Plan, points: Points, runs: int, seed: int, progress: bool = False
) -> pd.DataFrame:
    """Measure every stylised fact at every point (see `sim.theory.facts`).

    Parameters
    ----------
    plan : Plan
    points : ndarray, shape (P, free numbers)
        Draws of the posterior, in the unit cube.
    runs : int
        Of every experiment at every point; the experiments of a point share their luck.
    seed : int
        Point n has the seed ``seed + n``.
    progress : bool

    Returns
    -------
    DataFrame
        One row a fact: its ``claim`` and ``status``; in how many ``draws`` it could be measured;
        5, 50 and 95 % of its estimates there (``low``, ``median``, ``high``; the luck of the runs
        is in them); ``agrees``, the share of draws whose estimate is as the theory expects.

    Raises
    ------
    SimError
        If the scenario has no pair of allies with a shared short-term goal.
    """
    found: dict[str, list[tuple[float, bool]]] = {fact.name: [] for fact in FACTS}
    for place, point in enumerate(tqdm(points, disable=not progress, unit="draw")):
        case = plan.changed(point)
        for verdict in check(Cells(case, find(case), runs, seed + place)):
            if verdict.found is not None and np.isfinite(verdict.found.value):
                found[verdict.fact.name].append((verdict.found.value, verdict.agrees))
    rows = []
    for fact in FACTS:
        known = found[fact.name]
        if known:
            low, middle, high = np.quantile([value for value, _ in known], ENDS)
            share = float(np.mean([agrees for _, agrees in known]))
            rows.append((fact.name, fact.claim, fact.status, len(known), low, middle, high, share))
    return pd.DataFrame(rows, columns=COLUMNS).set_index("fact")
