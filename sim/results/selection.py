"""Find an actor, pair, run or week in results, or raise an error that says what there is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim.engine.state import ACTOR_PARTS, VARIABLES
from sim.errors import ResultsError, nearest
from sim.results.provenance import checked, distinct_runs

type When = str | dt.date | np.datetime64 | int

_PART = {row.name: row.part for row in VARIABLES}


def variable(results: xr.Dataset, name: str) -> xr.DataArray:
    """One variable of results.

    Raises
    ------
    ResultsError
        If it was not recorded (says which part of the record holds it), there are no runs, or the
        results cannot be read (see `sim.results.provenance.checked`).
    """
    if checked(results).sizes.get("run") == 0:
        raise ResultsError("these results hold no runs")
    if name in results:
        return _alike(results[name])
    if name in _PART:
        raise ResultsError(
            f"these results hold no {name!r}: in an ensemble, --record {option(name)} or "
            f"record={option(name)!r} keeps it; in simulate, the part {_PART[name]!r}"
        )
    known = [str(found) for found in results.data_vars]
    raise ResultsError(f"these results hold no {name!r} ({nearest(name, known)})")


def by_week(results: xr.Dataset, name: str, *axes: str) -> NDArray[Any]:
    """One variable of results as an array: runs first, weeks second, then other axes.

    Raises
    ------
    ResultsError
        See `variable`.
    """
    found: NDArray[Any] = variable(results, name).transpose("run", "week", *axes).values
    return found


def names_on(results: xr.Dataset, axis: str = "actor") -> list[str]:
    """The names on an axis of results."""
    return [str(name) for name in results[axis].values]


def _alike(table: xr.DataArray) -> xr.DataArray:
    """A table of pairs with both axes in the same order, which all that reads pairs counts on."""
    if not {"actor", "other"} <= set(table.dims):
        return table
    names, others = (table[axis].values.tolist() for axis in ("actor", "other"))
    if names == others:
        return table
    if sorted(names) != sorted(others):
        raise ResultsError(
            "pairs need the same actors on both axes: select them alike, as "
            "results.sel(actor=names, other=names)"
        )
    return table.sel(other=names)


def option(name: str) -> str:
    """The level of an ensemble's record that holds a variable, or the variable's own name.

    See `sim.results.variables.LEVELS`.
    """
    if _PART.get(name) in ACTOR_PARTS:
        return "actors"
    return "dyads" if name == "tie" else name


def actor(results: xr.Dataset, name: str) -> str:
    """Give back the name of an actor.

    Raises
    ------
    ResultsError
        If there is no such actor; names the nearest.
    """
    known = names_on(checked(results))
    if name not in known:
        raise ResultsError(f"unknown actor {name!r} ({nearest(str(name), known)})")
    return name


def several_actors(results: xr.Dataset, names: Sequence[str], what: str) -> list[str]:
    """Give back the names of two different actors or more, each once.

    Raises
    ------
    ResultsError
        If these are fewer, or not known; `what` needs them.
    """
    if isinstance(names, str) or len(set(names)) < 2:
        raise ResultsError(f"{what} needs two different actors or more")
    return list(dict.fromkeys(actor(results, name) for name in names))


def pair(results: xr.Dataset, two: Sequence[str]) -> tuple[str, str]:
    """Give back the names of two different actors.

    Raises
    ------
    ResultsError
        If these are not two, not known, or the same.
    """
    if isinstance(two, str) or len(two) != 2:
        raise ResultsError(f'a pair is two names of actors, as ("a", "b"), not {two!r}')
    i, j = actor(results, two[0]), actor(results, two[1])
    if i == j:
        raise ResultsError(f"a pair needs two different actors, not {i!r} twice")
    return i, j


def run_number(results: xr.Dataset, run: int | None = None) -> int:
    """Give back the number of a run, by default the first.

    Raises
    ------
    ResultsError
        If there is no such run.
    """
    runs = checked(results)["run"].values
    if len(runs) == 0:
        raise ResultsError("these results hold no runs")
    if run is None:
        return int(runs[0])
    if run not in runs:
        raise no_such_run(run, runs)
    distinct_runs(results)
    return int(run)


def no_such_run(run: int | None, runs: NDArray[np.int64]) -> ResultsError:
    """The error of a run that is not among these."""
    span = f"{runs.min()} to {runs.max()}" if len(runs) else "none"
    return ResultsError(f"there is no run {run}: the runs are {span}")


# Runs that are read at a time where a result does not need all of them at once.
RUNS_AT_A_TIME = 20_000


def pieces(results: xr.Dataset) -> Iterator[xr.Dataset]:
    """The results, `RUNS_AT_A_TIME` by `RUNS_AT_A_TIME` runs, so that memory stays small."""
    for start in range(0, results.sizes["run"], RUNS_AT_A_TIME):
        yield results.isel(run=slice(start, start + RUNS_AT_A_TIME))


def week_at(results: xr.Dataset, at: When) -> int:
    """Position on the axis of weeks of the week of a day, as ``"2016-12-13"``, or of a number.

    Raises
    ------
    ResultsError
        If it is no date, or outside the results; says what they span.
    """
    weeks, dates = checked(results)["week"].values, results["date"].values.astype("datetime64[D]")
    if len(weeks) == 0:
        raise ResultsError("these results hold no weeks")
    end = dates[-1] + np.timedelta64(6, "D")
    span = f"{dates[0]} to {end} (weeks {weeks[0]} to {weeks[-1]})"
    if isinstance(at, (int, np.integer)):
        if at not in weeks:
            raise ResultsError(f"week {at} is outside the results: {span}")
        return int(np.flatnonzero(weeks == at)[0])
    try:
        when = at.date() if isinstance(at, dt.datetime) else at
        day = np.datetime64(when, "D")
        if np.isnat(day):
            raise ValueError
    except (TypeError, ValueError):
        raise ResultsError(f"{at!r} is not a date: write it as {dates[0]}") from None
    if not dates[0] <= day <= end:
        raise ResultsError(f"{day} is outside the results: {span}")
    return int(np.searchsorted(dates, day, side="right")) - 1
