"""What became of pairs of actors: held, strained or broke, when and how; cooling and hostility."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr

from sim.engine.decisions import CODE
from sim.measures.dyads import described
from sim.measures.intervals import wilson
from sim.results.dataset import event_column
from sim.results.provenance import scenario_of, scenarios_of_runs
from sim.results.selection import names_on, pair, variable

HELD, STRAINED, BROKE = "held", "strained", "broke"
# How two break: one attacks the other, they are in a war on opposite sides, or formally.
WAR, JOINED, FORMAL = "war", "joined", "formal"
FORMS = {WAR: "by war", JOINED: "on opposite sides of a war", FORMAL: "formally"}
# A formal rupture that is undone within so many weeks was a strain.
YEAR = 52
_KINDS = ("attack", "return", "join", "rupture", "consent", "mend")


class Breach(NamedTuple):
    """Something that two actors did to each other: a strain, or a break in one of its forms."""

    run: int
    week: int
    one: int
    other: int
    form: str


def breaks(results: xr.Dataset) -> pd.DataFrame:
    """What became of every pair in every run.

    A pair *broke* when one attacked the other ("war"), when both stood on opposite sides of a war
    among members ("joined"), or with a formal rupture that stood for a year ("formal"). It was
    *strained* when one would have attacked but for the price of the breach
    (``gain <= shock < gain + breach_price``), or by a rupture undone within a year. Else it *held*.

    Parameters
    ----------
    results : Dataset
        With events.

    Returns
    -------
    DataFrame
        One row for each run and pair: `run`, `actor`, `other` (as the results order them),
        `status`, `week`, `date` and `form` of the first break, `strained` (week of the first
        strain); missing where there was none.

    Raises
    ------
    ResultsError
        If events were not recorded.
    """
    actors = names_on(results)
    first: dict[tuple[int, int, int], Breach] = {}
    strained: dict[tuple[int, int, int], int] = {}
    for breach in _breaches(results):
        key = (breach.run, *_ordered(breach.one, breach.other))
        if breach.form == STRAINED:
            strained[key] = min(strained.get(key, breach.week), breach.week)
        elif key not in first or breach.week < first[key].week:
            first[key] = breach
    rows = []
    for run in results["run"].values.tolist():
        for i, j in itertools.combinations(range(len(actors)), 2):
            broke, strain = first.get((run, i, j)), strained.get((run, i, j))
            rows.append(
                {
                    "run": run,
                    "actor": actors[i],
                    "other": actors[j],
                    "status": BROKE if broke else HELD if strain is None else STRAINED,
                    "week": np.nan if broke is None else broke.week,
                    "form": None if broke is None else broke.form,
                    "strained": np.nan if strain is None else strain,
                }
            )
    columns = ["run", "actor", "other", "status", "week", "form", "strained"]
    found = pd.DataFrame(rows, columns=columns)
    dates = np.full(len(found), np.datetime64("NaT", "s"), dtype="datetime64[s]")
    broken = (found["status"] == BROKE).to_numpy()
    weeks = found["week"].to_numpy(dtype=float)[broken].astype(int)
    days = (7 * weeks).astype("timedelta64[D]")
    dates[broken] = np.datetime64(scenario_of(results).start, "D") + days
    found.insert(5, "date", dates)
    return found


def break_shares(results: xr.Dataset) -> pd.DataFrame:
    """How often each pair broke, when, and in which form; the pair that broke most often first.

    Counted are pairs of allies that broke in some run: two members of the coalition, or an actor
    and its patron. Who else fights each other had no alliance to break; `breaks` has them all.

    Parameters
    ----------
    results : Dataset
        With events.

    Returns
    -------
    DataFrame
        One row a pair: `actor`, `other`, `runs` in which it broke, their `share` with the ends
        `low` and `high` of its 95 % interval, the median `date` of its breaks, and the shares of
        all runs in which it broke in each form (`by_war`, `by_joined`, `by_formal`).

    Raises
    ------
    ResultsError
        If events were not recorded.
    """
    found, many, case = breaks(results), results.sizes["run"], scenario_of(results)
    members = set() if case.coalition is None else {*case.coalition.members}
    tied = {frozenset((patron, proxy)) for patron, by in case.patrons.items() for proxy in by}
    rows: list[dict[str, Any]] = []
    broke = found[found["status"] == BROKE]
    for two, mine in broke.groupby(["actor", "other"], sort=False):
        one, other = map(str, two)
        if not {one, other} <= members and frozenset((one, other)) not in tied:
            continue
        low, high = wilson(len(mine), many)
        forms = {f"by_{form}": float((mine["form"] == form).sum()) / many for form in FORMS}
        rows.append(
            {
                "actor": one, "other": other, "runs": len(mine), "share": len(mine) / many,
                "low": float(low), "high": float(high), "date": _median(mine["week"], case.start),
                **forms,
            }
        )  # fmt: skip
    columns = ["actor", "other", "runs", "share", "low", "high", "date"]
    table = pd.DataFrame(rows, columns=[*columns, *(f"by_{form}" for form in FORMS)])
    return table.sort_values("runs", ascending=False, kind="stable", ignore_index=True)


def _median(weeks: pd.Series[float], start: dt.date) -> pd.Timestamp:
    """The day of the median of some weeks."""
    return pd.Timestamp(start + dt.timedelta(days=int(7 * weeks.median()))).as_unit("s")


def _breaches(results: xr.Dataset) -> Iterator[Breach]:
    """Strains and breaks in the order of events."""
    code = {CODE[name]: name for name in _KINDS}
    kind = event_column(results, "kind")
    rows = np.flatnonzero(np.isin(kind, list(code)))
    columns = ("run", "week", "actor", "counterpart", "answer", "gain", "shock")
    column = {name: event_column(results, name)[rows].tolist() for name in columns}
    runs = list(dict.fromkeys(column["run"]))
    prices = [case.parameters.breach_price for case in scenarios_of_runs(results, runs)]
    price = dict(zip(runs, prices if len(prices) == len(runs) else prices * len(runs), strict=True))
    war: dict[int, tuple[set[int], set[int]]] = {}  # sides of the war that breaks out, by run
    formal: dict[tuple[int, int, int], int] = {}
    against: dict[int, int] = {}
    for n, what in enumerate(kind[rows].tolist()):
        event: dict[str, Any] = {name: values[n] for name, values in column.items()}
        run, week, one, other = (event[x] for x in ("run", "week", "actor", "counterpart"))
        name, yes = code[what], event["answer"]
        if name in ("attack", "return") and yes:
            war[run] = {one}, {other}
            yield Breach(run, week, one, other, WAR)
        elif name == "attack" and event["shock"] < event["gain"] + price[run]:
            yield Breach(run, week, one, other, STRAINED)
        elif name == "join" and yes:
            mine, theirs = war[run] if other in war[run][0] else war[run][::-1]
            for enemy in theirs:
                yield Breach(run, week, one, enemy, JOINED)
            mine.add(one)
        elif name == "rupture" and yes:
            against[run] = other
            formal[(run, *_ordered(one, other))] = week
        elif name == "consent" and yes:
            formal.setdefault((run, *_ordered(one, against[run])), week)
        elif name == "mend":
            since = formal.pop((run, *_ordered(one, other)))
            form = STRAINED if week - since < YEAR else FORMAL
            yield Breach(run, since, one, other, form)
    for (run, i, j), since in formal.items():
        yield Breach(run, since, i, j, FORMAL)


def _ordered(one: int, other: int) -> tuple[int, int]:
    return min(one, other), max(one, other)


def cooling(results: xr.Dataset, i: str, j: str) -> xr.DataArray:
    """How much less two attend to what they agree on than in the first week.

    The fall of ``sum_k sqrt(w_ik w_jk) max(1 - 2 |x_ik - x_jk|, 0)``: a tie that cools, without
    anything that divides the two.

    Parameters
    ----------
    results : Dataset
        With the variables `attention` and `attention_ideal`.
    i, j : str
        Names of actors.

    Returns
    -------
    DataArray, dims (run, week)
        From -1 (they have drawn nearer) to 1.
    """
    shared = _agreement(results, i, j).clip(min=0.0).sum("issue")
    fall = shared.isel(week=0, drop=True) - shared
    return described(fall, "cooling", f"fall of what {i} and {j} agree on", "-1 to 1")


def hostility(results: xr.Dataset, i: str, j: str) -> xr.DataArray:
    """How much of what two attend to divides them.

    ``sum_k sqrt(w_ik w_jk) max(2 |x_ik - x_jk| - 1, 0)``. Parameters and dims as in `cooling`; from
    0 to 1.
    """
    divides = (-_agreement(results, i, j)).clip(min=0.0).sum("issue")
    return described(divides, "hostility", f"what divides {i} and {j}", "0 to 1")


def _agreement(results: xr.Dataset, i: str, j: str) -> xr.DataArray:
    """Agreement of two on each issue, weighted by the overlap of attention."""
    one, other = pair(results, (i, j))
    weight, ideal = variable(results, "attention"), variable(results, "attention_ideal")
    overlap = (weight.sel(actor=one, drop=True) * weight.sel(actor=other, drop=True)) ** 0.5
    apart = abs(ideal.sel(actor=one, drop=True) - ideal.sel(actor=other, drop=True))
    return overlap * (1.0 - 2.0 * apart)
