"""Violence: who fights on in a ceasefire, who is blamed for it, and how widely blame is spread."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from sim import events as log
from sim.measures.columns import columns
from sim.measures.intervals import LEVEL
from sim.measures.truces import answers, under_truce
from sim.results import scenario_of
from sim.selection import run_number, variable


def violence(results: xr.Dataset) -> xr.DataArray:
    """Share of each camp's armed capability that fights, week by week.

    1 in a week of war; in a ceasefire the share of those who break it. The recorded
    `violence_by_camp` is what actors remember of this.

    Parameters
    ----------
    results : Dataset
        With `capability` and `fighting`, and its scenario.

    Returns
    -------
    DataArray, dims (run, round, camp)
        In [0, 1]; 0 for a camp without armed capability.
    """
    whole = _weights(results)
    fights = variable(results, "fighting").transpose("run", "round", "actor").values
    shares = []
    for mask in _camps(results):
        total, part = (whole * mask).sum(axis=-1), (whole * fights * mask).sum(axis=-1)
        shares.append(np.divide(part, total, out=np.zeros_like(total), where=total > 0.0))
    return xr.DataArray(
        np.stack(shares, axis=-1), dims=("run", "round", "camp"),
        coords={axis: results[axis] for axis in ("run", "round", "camp", "date")},
        name="violence",
        attrs={"long_name": "share of armed capability that fights", "units": "1"},
    )  # fmt: skip


def breaches_by_camp(results: xr.Dataset) -> xr.DataArray:
    """Which camp breaks ceasefires: each camp's part of all breaches, weighted by capability.

    Parameters
    ----------
    results : Dataset
        With `capability` and `violated`, and its scenario.

    Returns
    -------
    DataArray, dims (run, camp)
        Adds up to 1 over the camps; NaN in runs without a breach.
    """
    violated = variable(results, "violated").transpose("run", "round", "actor").values
    broken = _weights(results) * violated
    total = np.stack([(broken * mask).sum(axis=(1, 2)) for mask in _camps(results)], axis=-1)
    everybody = total.sum(axis=-1, keepdims=True)
    share = np.divide(total, everybody, out=np.full_like(total, np.nan), where=everybody > 0.0)
    return xr.DataArray(
        share, dims=("run", "camp"), coords={axis: results[axis] for axis in ("run", "camp")},
        name="breaches",
        attrs={"long_name": "part of all breaches, weighted by capability", "units": "1"},
    )  # fmt: skip


def breach_rates(results: xr.Dataset, level: float = LEVEL) -> pd.DataFrame:
    """How often each armed actor breaks a ceasefire: breaches by week under a ceasefire.

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
        Index ``actor``, the armed ones: ``weeks``, ``breaches``, ``share`` with ``low``, ``high``.
    """
    some = columns(results, log.COMPLY)
    table = answers(results, some.actor, ~some.answer, "weeks", "breaches", level)
    return table[table["weeks"] > 0]


def spoiling(results: xr.Dataset, level: float = LEVEL) -> pd.DataFrame:
    """How often each patron would have its proxies break the ceasefire: its orders to spoil.

    Parameters
    ----------
    results : Dataset
        With events.
    level : float
        Coverage of the interval (Wilson; see `breach_rates`).

    Returns
    -------
    DataFrame
        Index ``actor``, the patrons: ``orders``, ``spoiling``, ``share`` with ``low``, ``high``.
    """
    some = columns(results, log.ORDER)
    table = answers(results, some.actor, ~some.answer, "orders", "spoiling", level)
    return table[table["orders"] > 0]


def truce_violence(results: xr.Dataset) -> xr.DataArray:
    """Mean share of each camp's armed capability that fights while a ceasefire holds.

    Parameters
    ----------
    results : Dataset
        As `violence` and `under_truce` need it.

    Returns
    -------
    DataArray, dims (run, camp)
        In [0, 1]; NaN in runs without a ceasefire.
    """
    level, calm = violence(results), under_truce(results)
    found = level.where(calm).mean("round", skipna=True).rename("truce_violence")
    found.attrs = {"long_name": "violence in a ceasefire, by camp", "units": "1"}
    return found


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
    blame = variable(results, "blame").sum("round")
    total = blame.sum("actor")
    parts = blame / total.where(total > 0.0)
    found = (parts**2).sum("actor", skipna=False).rename("blame_concentration")
    found.attrs = {"long_name": "concentration of blame (Herfindahl)", "units": "1"}
    return found


def _camps(results: xr.Dataset) -> list[NDArray[np.bool_]]:
    """Members of each camp, in the order of the results."""
    actors = scenario_of(results).actors
    own = [actors[str(name)].camp for name in results["actor"].values]
    return [np.array([camp == str(name) for camp in own]) for name in results["camp"].values]


def _weights(results: xr.Dataset) -> NDArray[np.float64]:
    """Capability of the armed, 0 for the others."""
    capability = variable(results, "capability").transpose("run", "round", "actor").values
    actors = scenario_of(results).actors
    armed = np.array([actors[str(name)].armed for name in results["actor"].values])
    weights: NDArray[np.float64] = capability * armed
    return weights
