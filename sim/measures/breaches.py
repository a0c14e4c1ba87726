"""Violence: who fights on in a ceasefire, who is blamed for it, and how widely blame is spread."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from sim.engine import event_log as log
from sim.engine.build import prepare
from sim.engine.state import CEASEFIRE, SETTLEMENT, WAR
from sim.measures.ceasefire_spells import under_ceasefire
from sim.measures.dyads import described
from sim.measures.event_columns import answers
from sim.measures.intervals import LEVEL, mean_of, several
from sim.results.dataset import scenario_of
from sim.results.provenance import scenarios_of_runs
from sim.results.selection import by_week, names_on, run_number, variable

AGES: tuple[tuple[int, int | None], ...] = ((1, 4), (5, 12), (13, None))


def violence(results: xr.Dataset) -> xr.DataArray:
    """Share of each camp's capability in arms that fights, week by week.

    In arms is all of an armed actor's capability and, where belligerents fight by task, what the
    others have in the air and on the ground. 1 in a week of war in which nobody holds back; in a
    ceasefire the share of those who break it and of what stands where it does not hold. The
    recorded `violence_by_camp` is what actors remember of breaches.

    Parameters
    ----------
    results : Dataset
        With `capability` and `active` (`fighting` in results without it), and its scenario.

    Returns
    -------
    DataArray, dims (run, week, camp)
        In [0, 1]; 0 for a camp with nothing in arms.
    """
    name = "active" if "active" in results else "fighting"  # as results had it before
    whole, fights, camps = _in_arms(results), by_week(results, name, "actor"), _camps(results)
    total, part = (
        np.stack([(of * mask).sum(axis=-1) for mask in camps], axis=-1)
        for of in (whole, whole * fights)
    )
    share = np.divide(part, total, out=np.zeros_like(total), where=total > 0.0)
    coords = {axis: results[axis] for axis in ("run", "week", "camp", "date")}
    found = xr.DataArray(share, coords, ("run", "week", "camp"))
    return described(found, "violence", "share of capability in arms that fights", "1")


def breaches_by_camp(results: xr.Dataset) -> xr.DataArray:
    """Which camp breaks ceasefires: each camp's part of all breaches, by what they bind.

    Weighed as in `breach_weights`.

    Parameters
    ----------
    results : Dataset
        As `breach_weights` needs it.

    Returns
    -------
    DataArray, dims (run, camp)
        Adds up to 1 over the camps; NaN in runs without a breach.
    """
    broken = breach_weights(results)
    total = np.stack([(broken * mask).sum(axis=(1, 2)) for mask in _camps(results)], axis=-1)
    everybody = total.sum(axis=-1, keepdims=True)
    share = np.divide(total, everybody, out=np.full_like(total, np.nan), where=everybody > 0.0)
    found = xr.DataArray(share, {axis: results[axis] for axis in ("run", "camp")}, ("run", "camp"))
    return described(found, "breaches", "part of all breaches, weighted by what is bound", "1")


def breach_weights(results: xr.Dataset) -> NDArray[np.float64]:
    """What every breach weighs: what the violator has in arms where the ceasefire holds, by effort.

    In a settlement, which holds everywhere, all that it has in arms.

    Parameters
    ----------
    results : Dataset
        With `capability`, `violated`, `state` and `effort` (without it, all are taken to fight as
        hard as they can), and its scenario.

    Returns
    -------
    ndarray, shape (runs, weeks, actors)
        In capability; 0 for who breaks nothing.
    """
    violated = by_week(results, "violated", "actor")
    weights: NDArray[np.float64] = _in_arms(results) * _bound(results) * violated
    return weights * by_week(results, "effort", "actor") if "effort" in results else weights


def breach_rates(results: xr.Dataset, level: float = LEVEL) -> pd.DataFrame:
    """How often each that fights breaks a ceasefire: breaches by week in which it binds it.

    Parameters
    ----------
    results : Dataset
        With events.
    level : float
        Coverage of the interval (Wilson). It takes weeks as independent, which they are not:
        compare actors over runs where it matters.

    Returns
    -------
    DataFrame
        Index ``actor``, those whom one has bound: ``weeks``, ``breaches``, ``share`` with ``low``,
        ``high``.
    """
    return answers(results, log.COMPLY, "weeks", "breaches", level, yes=False)


def spoiling(results: xr.Dataset, level: float = LEVEL) -> pd.DataFrame:
    """How often each patron would have its proxies break the ceasefire: its orders to spoil.

    Parameters
    ----------
    results, level
        See `breach_rates`.

    Returns
    -------
    DataFrame
        Index ``actor``, the patrons: ``orders``, ``spoiling``, ``share`` with ``low``, ``high``.
    """
    return answers(results, log.ORDER, "orders", "spoiling", level, yes=False)


def ceasefire_violence(results: xr.Dataset) -> xr.DataArray:
    """Mean share of each camp's capability in arms that fights while a ceasefire holds.

    Parameters
    ----------
    results : Dataset
        As `violence` and `under_ceasefire` need it.

    Returns
    -------
    DataArray, dims (run, camp)
        In [0, 1]; NaN in runs without a ceasefire.
    """
    level, calm = violence(results), under_ceasefire(results)
    found = level.where(calm).mean("week", skipna=True)
    return described(found, "ceasefire_violence", "violence in a ceasefire, by camp", "1")


def violence_by_theatre(
    results: xr.Dataset, ages: Sequence[tuple[int, int | None]] = AGES, level: float = LEVEL
) -> pd.DataFrame:
    """How hard each theatre is fought over, in war and in ceasefires of some age.

    Parameters
    ----------
    results : Dataset
        With `intensity_by_theatre`, `state` and `age`.
    ages : sequence of (int, int or None)
        First and last week of a ceasefire, counted from 1; None has no end.
    level : float
        Coverage of the interval (Student's t over runs that had such weeks).

    Returns
    -------
    DataFrame
        Index ``theatre`` and ``when`` (``war``, ``weeks 1 to 4`` ..., ``settlement``): ``runs``
        and ``weeks`` that had it; ``mean`` over runs of the mean share of what is in arms there
        that fights, with ``low`` and ``high`` (NaN for fewer than two runs); ``of_war``, the same
        mean divided by that of war (NaN if there was no war).

    Raises
    ------
    ResultsError
        If there are no runs, or a variable was not recorded.
    """
    several(results, 1)
    level_of = variable(results, "intensity_by_theatre").transpose("theatre", "run", "week")
    state, age = by_week(results, "state"), by_week(results, "age")
    weeks = {"war": state == WAR}
    for first, last in ages:
        name = f"weeks {first} to {last}" if last is not None else f"week {first} and later"
        until = np.inf if last is None else last
        weeks[name] = (state == CEASEFIRE) & (age >= first) & (age <= until)
    weeks["settlement"] = state == SETTLEMENT
    rows = []
    for theatre, fought in zip(names_on(results, "theatre"), level_of.values, strict=True):
        war = np.nan
        for when, mask in weeks.items():
            count = mask.sum(axis=1)
            some = count > 0
            mean, low, high = mean_of((fought * mask).sum(axis=1)[some] / count[some], level)
            war = mean if when == "war" else war
            of_war = mean / war if war > 0.0 else np.nan
            rows.append((theatre, when, int(some.sum()), int(count.sum()), mean, low, high, of_war))
    names = ["theatre", "when", "runs", "weeks", "mean", "low", "high", "of_war"]
    return pd.DataFrame(rows, columns=names).set_index(["theatre", "when"])


def blame_concentration(results: xr.Dataset) -> xr.DataArray:
    """How widely blame is spread: the index of Herfindahl and Hirschman over actors.

    ``H = sum_i b_i**2`` with actor i's part b_i of all blame of the run: 1 if one actor gets all
    of it, 1/n if n share it evenly; 1/H is the number of equal culprits that it amounts to. Blame
    for a proxy's breach is laid at its patron's door too, by their control share.

    Parameters
    ----------
    results : Dataset
        With `blame`.

    Returns
    -------
    DataArray, dim run
        From 1 / actors to 1; NaN in runs without blame.
    """
    run_number(results)
    blame = variable(results, "blame").sum("week")
    total = blame.sum("actor")
    parts = blame / total.where(total > 0.0)
    found = (parts**2).sum("actor", skipna=False)
    return described(found, "blame_concentration", "concentration of blame (Herfindahl)", "1")


def _camps(results: xr.Dataset) -> list[NDArray[np.bool_]]:
    """Members of each camp, in the order of the results."""
    actors = scenario_of(results).actors
    own = np.array([actors[name].camp for name in names_on(results)], dtype=object)
    return [own == camp for camp in names_on(results, "camp")]


def _in_arms(results: xr.Dataset) -> NDArray[np.float64]:
    """Capability at the end of the week that fights or can."""
    weights: NDArray[np.float64] = by_week(results, "capability", "actor")
    return weights * _of_actors(results, "in_arms")


def _of_actors(results: xr.Dataset, name: str) -> NDArray[np.float64]:
    """What the engine is given of actors by this name, shape (runs or 1, 1, actors)."""
    found = []
    for scenario in scenarios_of_runs(results):
        given, _, layout = prepare(scenario)
        place = [layout.actors.index(actor) for actor in names_on(results)]
        found.append(getattr(given.who, name)[place])
    return np.stack(found)[:, None]


def _bound(results: xr.Dataset) -> NDArray[np.float64]:
    """Share of what each has in arms that a ceasefire binds, shape (run, week, actor) or less.

    Who breaks what is decided under the state in which the week begins; the first week of results
    is taken to begin without a settlement.
    """
    if scenario_of(results).ceasefire.covers is None:
        return np.ones(1)
    covered = _of_actors(results, "covered")
    settled = by_week(results, "state") == SETTLEMENT
    settled = np.pad(settled, ((0, 0), (1, 0)))[:, :-1]
    return np.where(settled[..., None], 1.0, covered)
