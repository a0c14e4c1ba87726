"""Results as one xarray Dataset, with names, dates, events, scenario and seed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from sim.engine import event_log as log
from sim.engine.inputs import Layout
from sim.engine.state import ACCOUNTS, PARTS, RECORDED, VARIABLES, Kept
from sim.errors import ResultsError
from sim.results.netcdf import save as save
from sim.results.provenance import FORMAT as FORMAT
from sim.results.provenance import distinct_runs, folded, named, places, provenance
from sim.results.provenance import scenario_of as scenario_of
from sim.results.provenance import versions as versions
from sim.results.selection import no_such_run
from sim.scenario.schema import Scenario

type Coordinates = dict[str, tuple[str, NDArray[np.generic]]]
type Columns = dict[str, tuple[str | tuple[str, str], NDArray[np.generic]]]

# What each variable is, and its unit.
MEANING: dict[str, tuple[str, str]] = {
    **{row.name: (row.meaning, row.unit) for row in VARIABLES},
    "final_tie": ("tie of an actor to another at the end", "-1 to 1"),
    "final_position": ("status quo of an issue at the end", "0 to 1"),
    "final_capability": ("strength of an actor at the end", "capability"),
    "decided": ("times that an actor decided so (consulted, revised: was)", "events"),
    "happened": ("times that it was decided or happened so, whoever did", "events"),
    "story": ("fingerprint of who decided what when: equal where nothing differs", "code"),
    "event_count": ("events of the run in the table of events", "events"),
    "drawn": ("value of a number that the scenario gives as a range", "that of the number"),
}
DIMS: dict[str, tuple[str, ...]] = {
    "1": (),
    "2": ("camp",),
    "H": ("theatre",),
    "N": ("actor",),
    "K": ("issue",),
    "NK": ("actor", "issue"),
    "NN": ("actor", "other"),
    "O": ("objective",),
    "L": ("link",),
}
EVENT_CODES = ("week", "kind", "actor", "counterpart", "issue", "answer")


@dataclass(frozen=True)
class Event:
    """One decision or event of a run.

    Attributes
    ----------
    run, week : int
        Run of the ensemble; week.
    date : datetime.date
        First day of the week.
    phase : int
        Phase of the week, see `sim.engine.schedule.play`.
    decision : str
        What was decided or happened, one of `sim.engine.event_log.KINDS`.
    actor, counterpart, issue : str
        Names; empty where there is none.
    answer : bool
        Yes or no; true for what simply happened.
    gain, shock : float
        The answer is yes if and only if shock < gain (chances and draws where a chance decides).
    margin : float
        gain - shock: how near the answer was to turning.
    terms : dict of str to float
        The numbers that drove it, by name.
    """

    run: int
    week: int
    date: dt.date
    phase: int
    decision: str
    actor: str
    counterpart: str
    issue: str
    answer: bool
    gain: float
    shock: float
    margin: float
    terms: dict[str, float]


def assemble(
    scenario: Scenario,
    lay: Layout,
    seed: int,
    runs: Sequence[int],
    records: Sequence[Kept],
    logs: Sequence[NDArray[np.float64]] | None,
) -> xr.Dataset:
    """Put the records of some runs into one Dataset, names in the order of the file.

    Returns
    -------
    Dataset
        Dims run, week, actor, other, issue, camp, theatre, objective, link, account, event, term.
    """
    order = file_order(scenario, lay)
    variables: dict[str, Any] = {}
    for part, names in RECORDED.items():
        size = PARTS[part][0]
        blocks = [getattr(record, part) for record in records]
        if any(len(block) == 0 for block in blocks):
            continue
        for row, public in enumerate(names):
            dims = DIMS[size]
            if part == "account":
                dims = ("account", *dims)
                values = np.stack(blocks)
            else:
                values = np.stack([block[:, row] for block in blocks])
            if size == "1":
                values = values[..., 0]
            for axis, dim in enumerate(dims, start=2):
                if dim in order:
                    values = values.take(order[dim], axis=axis)
            variables[public] = (("run", "week", *dims), values, about(public))
    if "convener" in variables:
        dims, values, attrs = variables["convener"]
        variables["convener"] = (dims, renumber(values, order["actor"]), attrs)
    if logs is not None:
        rows = np.concatenate(logs) if logs else log.empty(0)
        counts = np.array([len(part) for part in logs], dtype=np.int64)
        codes, numbers = event_codes(rows, order), rows[:, log.GAIN :]
        variables |= event_variables(np.asarray(runs, dtype=np.int64), counts, codes, numbers)
    weeks = len(records[0].status) if records else 0
    coordinates = coordinates_of(scenario, lay, runs, weeks)
    return folded(xr.Dataset(variables, coordinates, attrs=provenance(scenario, seed)))


def about(name: str) -> dict[str, Any]:
    """Attributes of a variable: what it is, and its unit."""
    meaning, unit = MEANING[name]
    return {"long_name": meaning, "units": unit}


def file_order(scenario: Scenario, lay: Layout) -> dict[str, list[int]]:
    """Places in the arrays of a layout by dimension, in the order of the scenario's file."""
    actors = [lay.actors.index(name) for name in scenario.actors]
    issues = [lay.issues.index(name) for name in scenario.issues]
    return {"actor": actors, "other": actors, "issue": issues}


def coordinates_of(
    scenario: Scenario, lay: Layout, runs: Sequence[int] | NDArray[np.int64], weeks: int
) -> Coordinates:
    """Numbers, dates and names along every dimension, as a reader of the file knows them."""
    actors, issues = list(scenario.actors), list(scenario.issues)
    theatres = {name: theatre.label for name, theatre in scenario.theatres.items()}
    labels = [theatres.get(name, "the whole country") for name in lay.theatres]
    camps = sorted(scenario.camps, key=lambda name: -scenario.camps[name].pole)
    if len(camps) < 2:
        camps = [*camps, *(f"camp_{n + 1}" for n in range(len(camps), 2))]
    return {
        "run": ("run", np.asarray(runs, dtype=np.int64)),
        "week": ("week", np.arange(weeks)),
        "date": ("week", np.datetime64(scenario.start) + 7 * np.arange(weeks)),
        "actor": ("actor", _words(actors)),
        "actor_label": ("actor", _words(a.label for a in scenario.actors.values())),
        "other": ("other", _words(actors)),
        "issue": ("issue", _words(issues)),
        "issue_label": ("issue", _words(i.label for i in scenario.issues.values())),
        "camp": ("camp", _words(camps)),
        "theatre": ("theatre", _words(lay.theatres)),
        "theatre_label": ("theatre", _words(labels)),
        "objective": ("objective", _words(".".join(o) for o in lay.objectives)),
        "link": ("link", _words(f"{patron}>{proxy}" for patron, proxy in lay.links)),
        "patron": ("link", _words(patron for patron, _ in lay.links)),
        "proxy": ("link", _words(proxy for _, proxy in lay.links)),
        "account": ("account", _words(ACCOUNTS)),
        "kind_name": ("kind", _words(kind.name for kind in log.KINDS)),
    }


def _words(names: Iterable[str]) -> NDArray[np.object_]:
    return np.array(list(names), dtype=object)


def renumber(index: NDArray[np.number], order: list[int]) -> NDArray[np.int64]:
    """Indices of the layout as indices of the file; -1 (nobody) stays."""
    place = np.full(len(order) + 1, -1, dtype=np.int64)
    place[order] = np.arange(len(order))
    return place[np.asarray(index, dtype=np.int64)]


def event_codes(rows: NDArray[np.float64], order: dict[str, list[int]]) -> NDArray[np.int32]:
    """The columns `EVENT_CODES` of rows of events, with places in the scenario's file."""
    codes = rows[:, : log.GAIN].astype(np.int32)
    for column, dim in ((log.ACTOR, "actor"), (log.COUNTERPART, "actor"), (log.ISSUE, "issue")):
        codes[:, column] = renumber(codes[:, column], order[dim])
    return codes


def event_variables(
    runs: NDArray[np.int64],
    counts: NDArray[np.int64],
    codes: NDArray[np.int32],
    numbers: NDArray[np.float64],
) -> Columns:
    """Events of some runs as the variables that `events` reads."""
    found: Columns = {"event_run": ("event", np.repeat(runs, counts))}
    for column, name in enumerate(EVENT_CODES):
        values = codes[:, column].astype(np.int64)
        found[f"event_{name}"] = ("event", values > 0 if name == "answer" else values)
    found["event_gain"] = ("event", numbers[:, 0])
    found["event_shock"] = ("event", numbers[:, 1])
    found["event_terms"] = (("event", "term"), numbers[:, 2:])
    return found


def events(results: xr.Dataset, run: int | None = None) -> Iterator[Event]:
    """The events of the runs and weeks that results hold, in the order in which they happened.

    Names are right whatever was selected or put in another order; events are left out only with
    their run or their week.

    Parameters
    ----------
    results : Dataset
        With events.
    run : int, optional
        Number of a run; all runs if not given.

    Raises
    ------
    ResultsError
        If there is no such run, events were not recorded, a run stands there twice, or the
        results cannot be read (see `sim.results.provenance.checked`).
    """
    event_column(results, "kind")
    numbers = distinct_runs(results)["run"].values
    if run is not None and run not in numbers:
        raise no_such_run(run, numbers)
    column = {
        name: event_column(results, name)
        for name in ("run", "week", "kind", "answer", "gain", "shock", "terms")
    }
    for name, axis in (("actor", "actor"), ("counterpart", "actor"), ("issue", "issue")):
        column[name] = named(results, axis, event_column(results, name))
    week, held = places(results["week"].values, column["week"])
    held &= np.isin(column["run"], numbers if run is None else [run])
    dates = [day.astype("datetime64[D]").item() for day in results["date"].values]
    found = {name: values[held].tolist() for name, values in column.items()}
    for n, place in enumerate(week[held].tolist()):
        row = {name: values[n] for name, values in found.items()}
        kind = log.KINDS[row.pop("kind")]
        yield Event(
            date=dates[place],
            phase=kind.phase,
            decision=kind.name,
            margin=row["gain"] - row["shock"],
            terms=dict(zip(kind.terms, row.pop("terms"), strict=False)),
            **row,
        )


def event_column(results: xr.Dataset, name: str) -> NDArray[Any]:
    """One column of the table of events, as ``"actor"`` or ``"answer"``.

    Raises
    ------
    ResultsError
        If events were not recorded, or no longer lie in one table.
    """
    if f"event_{name}" not in results:
        raise ResultsError(
            "these results hold no events: in an ensemble, --record events or record='events' "
            "keeps them; in simulate, log=True"
        )
    variable = results[f"event_{name}"]
    if variable.dims[:1] != ("event",) or len(variable.dims) > (2 if name == "terms" else 1):
        raise ResultsError(
            "the events of these results lie in no table any more, with the axis 'event': results "
            "with events cannot be put together by xarray.concat"
        )
    found: NDArray[Any] = variable.values
    return found


def event_table(results: xr.Dataset, run: int | None = None) -> pd.DataFrame:
    """The same as `events`, as a table with one row an event; terms in columns of their own."""
    rows = []
    for event in events(results, run):
        row = {name: value for name, value in vars(event).items() if name != "terms"}
        rows.append(row | {f"term_{name}": value for name, value in event.terms.items()})
    return pd.DataFrame(rows)
