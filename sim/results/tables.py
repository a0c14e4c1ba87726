"""Results as tidy tables of pandas: one row a run, a week, an actor, a pair or an event."""

from __future__ import annotations

from math import prod

import pandas as pd
import xarray as xr

from sim.errors import ResultsError, nearest
from sim.results.dataset import event_table
from sim.results.phrases import STATES
from sim.results.provenance import checked, every_week, named, scenario_of
from sim.results.selection import variable

# Table -> dimensions of its rows: of every week, and at the end of a run.
TABLES: dict[str, tuple[str, ...]] = {
    "runs": ("run",),
    "weeks": ("run", "week"),
    "actors": ("run", "week", "actor"),
    "pairs": ("run", "week", "actor", "other"),
    "events": ("event",),
}
MOST_ROWS = 50_000_000


def to_frame(results: xr.Dataset, table: str = "runs") -> pd.DataFrame:
    """Results as one tidy table, with names and dates in place of codes.

    Parameters
    ----------
    results : Dataset
        Select runs, weeks or actors first for a smaller table.
    table : str
        ``"runs"``: one row a run, with the state of its last week, the last position of each issue
        (``position_<issue>``) and what was drawn of each range (under its path). ``"weeks"``: one
        row a week of a run. ``"actors"``, ``"pairs"``: one row an actor or a pair of actors, of
        every week; at the end of each run where no week of them was recorded. ``"events"``: one row
        an event.

    Returns
    -------
    DataFrame
        ``run`` and, where rows are of weeks, ``week`` and ``date`` (datetime, first day of the
        week); ``actor`` and ``other`` with ``actor_label`` and ``other_label``; then one column a
        variable, in the unit that its attribute ``units`` says. `convener` is a name, empty before
        the first deal; `state` is one of ``war``, ``ceasefire``, ``settlement``, ``victory``.

    Raises
    ------
    ResultsError
        If there is no such table, nothing of it was recorded, or it would have more than 50
        million rows.

    Examples
    --------
    >>> runs = sim.to_frame(results)
    >>> runs.groupby("state").size()
    """
    if table not in TABLES:
        raise ResultsError(f"there is no table {table!r} ({nearest(str(table), list(TABLES))})")
    if checked(results).sizes["run"] == 0:
        raise ResultsError("these results hold no runs")
    if table == "runs":
        return _runs(results)
    if table == "events":
        return _events(results)
    dims = TABLES[table]
    names = _of(results, dims)
    if not names and table in ("actors", "pairs"):
        dims = tuple(dim for dim in dims if dim != "week")
        names = _of(results, dims)
    if not names:
        raise ResultsError(f"these results hold nothing for the table {table!r}: record more")
    return _rows(results, names, dims)


def _of(results: xr.Dataset, dims: tuple[str, ...]) -> list[str]:
    """Variables with exactly these dimensions."""
    return [str(name) for name, v in results.data_vars.items() if set(v.dims) == set(dims)]


def _rows(results: xr.Dataset, names: list[str], dims: tuple[str, ...]) -> pd.DataFrame:
    rows = prod(results.sizes[dim] for dim in dims)
    if rows > MOST_ROWS:
        raise ResultsError(
            f"the table would have {rows:,} rows, more than {MOST_ROWS:,}: select runs or weeks "
            "first, as results.isel(run=slice(1000))"
        )
    part = results[names].transpose(*dims)
    part = part.drop_vars([name for name in part.coords if name not in (*dims, "date")])
    found = part.to_dataframe(dim_order=list(dims)).reset_index()
    if "other" in dims:  # nobody is somebody else's pair with itself
        found = found[found["actor"] != found["other"]].reset_index(drop=True)
    labels = {name: actor.label for name, actor in scenario_of(results).actors.items()}
    for dim in ("actor", "other"):
        if dim in dims:
            found[f"{dim}_label"] = found[dim].map(labels)
    if "convener" in names:
        found["convener"] = named(results, "actor", found["convener"].to_numpy())
    if "state" in names:
        found["state"] = found["state"].map({code: words.name for code, words in enumerate(STATES)})
    heads = [c for c in ("run", "week", "date", "actor", "actor_label", "other", "other_label")
             if c in found.columns]  # fmt: skip
    return found[[*heads, *names]]


def _runs(results: xr.Dataset) -> pd.DataFrame:
    every_week(results, "a table of runs")
    # A fingerprint is for programs, and events that were not kept are not none.
    hidden = {"story", *(() if "event" in results.dims else ("event_count",))}
    names = [name for name in _of(results, ("run",)) if name not in hidden]
    found = pd.DataFrame({"run": results["run"].values})
    last = variable(results, "state").isel(week=-1).values
    found["state"] = [STATES[int(code)].name for code in last]
    for name in names:
        found[name] = results[name].values
    for path in results["range"].values.tolist() if "drawn" in results else ():
        found[path] = results["drawn"].sel(range=path).values
    if "position" in results:
        position = variable(results, "position").isel(week=-1)
    elif "final_position" in results:
        position = variable(results, "final_position")
    else:
        return found
    for issue in position["issue"].values.tolist():
        found[f"position_{issue}"] = position.sel(issue=issue).values
    return found


def _events(results: xr.Dataset) -> pd.DataFrame:
    found = event_table(results)
    scenario = scenario_of(results)
    found["date"] = pd.to_datetime(found["date"].astype("datetime64[s]"))
    for column, known in (
        ("actor", scenario.actors), ("counterpart", scenario.actors), ("issue", scenario.issues),
    ):  # fmt: skip
        labels = {name: one.label for name, one in known.items()} | {"": ""}
        place = int(found.columns.get_indexer(pd.Index([column]))[0]) + 1
        found.insert(place, f"{column}_label", found[column].map(labels))
    return found
