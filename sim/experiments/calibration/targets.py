"""The measures that targets can use, each one number of an ensemble."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim.engine.state import CEASEFIRE, SETTLEMENT, WAR
from sim.errors import SimError
from sim.experiments.hypothesis_tests.observables import first_ceasefire
from sim.measures import breach_weights, ceasefire_lengths, kaplan_meier
from sim.results.dataset import scenario_of

RECORD = "intensity,age,convener,position,capability,effort,violated"
MONTH = 4  # weeks


class Measure(NamedTuple):
    """A number of an ensemble.

    Attributes
    ----------
    found : callable
        From results with `RECORD`, a week and a position (0 where they are not asked for).
    asks : tuple of str
        Which of "week" and "position" a target has to say.
    within : (float, float)
        Least and greatest value that it can have.
    """

    found: Callable[[xr.Dataset, int, float], float]
    asks: tuple[str, ...] = ()
    within: tuple[float, float] = (0.0, 1.0)


def _reached(results: xr.Dataset, position: float) -> NDArray[np.bool_]:
    """Whether the territory issue has stood at a position or above, by run and week."""
    issues = scenario_of(results).issues
    moved = [name for name, issue in issues.items() if issue.moved_by == "territory"]
    if not moved:
        raise SimError("the scenario has no territory issue")
    near = 1e-6  # positions are kept in 32 bits: a mark met exactly must count
    there = results["position"].sel(issue=moved[0]).values >= position - near
    return np.asarray(np.logical_or.accumulate(there, axis=1))


def territory_by(results: xr.Dataset, week: int, position: float) -> float:
    """Share of runs in which the territory issue has stood at a position or above by a week."""
    return float(_reached(results, position)[:, : week + 1][:, -1].mean())


def first_ceasefire_week(results: xr.Dataset, week: int, position: float) -> float:
    """Median week at whose end a ceasefire first stands; a run without one counts as its length."""
    return float(np.median(first_ceasefire(results)))


def failed_by(results: xr.Dataset, week: int, position: float) -> float:
    """Share of ceasefires that have broken after so many weeks (Kaplan and Meier 1958).

    One that breaks in the week of its signature has broken after one week. NaN if no run has one.
    """
    weeks, collapsed = ceasefire_lengths(results)
    if not collapsed.any():
        return 0.0 if len(weeks) else math.nan
    curve = kaplan_meier(weeks, collapsed)["survival"]
    return float(1.0 - curve.iloc[min(week, len(curve) - 1)])


def calm(results: xr.Dataset, week: int, position: float) -> float:
    """Mean intensity of fighting in the first weeks of ceasefires, of all weeks of war = 1.

    Weeks at whose end a ceasefire stands, up to the age `week`: the week in which one breaks down
    is not in it. NaN if no run has one.
    """
    level, age = results["intensity"].values, results["age"].values
    ceasefire = (results["state"].values == CEASEFIRE) & (age <= week)
    war = results["state"].values == WAR
    known = ceasefire.any() and war.any()
    return float(level[ceasefire].mean() / level[war].mean()) if known else math.nan


def settled_by(results: xr.Dataset, week: int, position: float) -> float:
    """Share of runs that have been settled at some time up to a week."""
    return float((results["state"].values[:, : week + 1] == SETTLEMENT).any(axis=1).mean())


def _months(results: xr.Dataset) -> NDArray[np.float64]:
    level = results["intensity"].values
    whole = level.shape[1] // MONTH * MONTH
    months: NDArray[np.float64] = level[:, :whole].reshape(len(level), -1, MONTH).mean(axis=2)
    return months


def monthly_change(results: xr.Dataset, week: int, position: float) -> float:
    """Standard deviation of log changes of violence from month to month, months without it apart.

    Violence is the intensity of fighting, in means of four weeks, pooled over runs.
    """
    months = _months(results)
    both = (months[:, 1:] > 0) & (months[:, :-1] > 0)
    return float(np.log(months[:, 1:][both] / months[:, :-1][both]).std())


def monthly_memory(results: xr.Dataset, week: int, position: float) -> float:
    """First autocorrelation of monthly violence, mean over runs."""
    months = _months(results)
    centred = months - months.mean(axis=1, keepdims=True)
    spread = (centred**2).sum(axis=1)
    lag = (centred[:, 1:] * centred[:, :-1]).sum(axis=1)
    return float((lag[spread > 0] / spread[spread > 0]).mean())


def breaches_of_first_camp(results: xr.Dataset, week: int, position: float) -> float:
    """Part of all breaches since the territory issue stood at a position that camp +1 commits.

    Weighed as in `sim.measures.breach_weights`, runs together; NaN without any.
    """
    broken = breach_weights(results)[_reached(results, position)].sum(axis=0)
    case = scenario_of(results)
    poles = {name: camp.pole for name, camp in case.camps.items()}
    first = [poles.get(case.actors[str(name)].camp or "") == 1 for name in results["actor"].values]
    total = float(broken.sum())
    return float(broken[np.array(first)].sum()) / total if total else math.nan


MEASURES: Mapping[str, Measure] = {
    "territory reached": Measure(territory_by, ("week", "position")),
    "first ceasefire": Measure(first_ceasefire_week, within=(0.0, math.inf)),
    "ceasefires failed": Measure(failed_by, ("week",)),
    "calm": Measure(calm, ("week",), (0.0, math.inf)),
    "settled": Measure(settled_by, ("week",)),
    "monthly change": Measure(monthly_change, within=(0.0, math.inf)),
    "monthly memory": Measure(monthly_memory, within=(-1.0, 1.0)),
    "breaches of the first camp": Measure(breaches_of_first_camp, ("position",)),
}
