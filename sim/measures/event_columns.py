"""Events as arrays, one for each column, so that measures need no loop over events."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from sim.measures.intervals import wilson
from sim.results.dataset import event_column
from sim.results.provenance import distinct_runs, names_of, places
from sim.results.selection import names_on, run_number


class Columns(NamedTuple):
    """Events of some kinds in the order in which they happened; all arrays of one length.

    Attributes
    ----------
    run, week : ndarray of int
        Places on the axes of runs and of weeks.
    kind : ndarray of int
        Codes as in `sim.engine.event_log`.
    actor, counterpart, issue : ndarray of int
        Places in `sim.results.provenance.names_of`, whatever the axes hold; -1 for none.
    answer : ndarray of bool
        True for yes.
    terms : ndarray, shape (events, terms)
        The terms that drove each decision, in the order of `sim.engine.event_log`.
    """

    run: NDArray[np.int64]
    week: NDArray[np.int64]
    kind: NDArray[np.int64]
    actor: NDArray[np.int64]
    counterpart: NDArray[np.int64]
    issue: NDArray[np.int64]
    answer: NDArray[np.bool_]
    terms: NDArray[np.float64]

    def at(self, chosen: NDArray[Any]) -> Columns:
        """Those at some places, or those that are flagged."""
        return Columns(*(column[chosen] for column in self))

    def of(self, kind: int) -> Columns:
        """Those of one kind alone."""
        return self.at(self.kind == kind)


def columns(results: xr.Dataset, *kinds: int) -> Columns:
    """Events of some kinds, of the runs and weeks that the results hold.

    Runs or weeks that were taken out take their events with them.

    Raises
    ------
    ResultsError
        If there are no runs, one stands there twice, or events were not recorded.
    """
    run_number(distinct_runs(results))
    chosen = np.isin(event_column(results, "kind"), kinds)
    run, here = places(results["run"].values, event_column(results, "run")[chosen])
    week, then = places(results["week"].values, event_column(results, "week")[chosen])
    kept = here & then
    found = {
        name: event_column(results, name)[chosen][kept]
        for name in ("kind", "actor", "counterpart", "issue", "answer", "terms")
    }
    return Columns(run=run[kept], week=week[kept], **found)


def who_said(
    occasions: NDArray[np.int64], some: Columns, weeks: int, names: list[str], *,
    who: str = "actor", yes: bool = True,
) -> pd.Series:  # fmt: skip
    """Names of those who gave an answer at which of some occasions, as tuples.

    An occasion is a run times `weeks` plus a week; they are sorted, and events of other weeks are
    left out. The column `who` says whose answer it is, by its place in `names`.
    """
    place = some.run * weeks + some.week
    chosen = (some.answer == yes) & np.isin(place, occasions)
    flags = np.zeros((len(occasions), len(names)), dtype=np.bool_)
    flags[np.searchsorted(occasions, place[chosen]), getattr(some, who)[chosen]] = True
    return flagged(names, flags)


def flagged(names: list[str], flags: NDArray[np.bool_]) -> pd.Series:
    """The names flagged in each row, as tuples."""
    rows = [tuple(name for name, yes in zip(names, row, strict=True) if yes) for row in flags]
    return pd.Series(rows, dtype=object)


def when(results: xr.Dataset, run: NDArray[np.int64], week: NDArray[np.int64]) -> dict[str, object]:
    """Run, week and date at these places, as columns of a table."""
    days = results["date"].values.astype("datetime64[D]").astype(object)
    return {
        "run": results["run"].values[run],
        "week": results["week"].values[week],
        "date": pd.Series(days[week], dtype=object),
    }


def answers(
    results: xr.Dataset,
    kind: int,
    asked: str,
    said: str,
    level: float,
    *,
    yes: bool = True,
    never: bool = False,
) -> pd.DataFrame:
    """How often each actor gave an answer to decisions of a kind, with the share's interval.

    Parameters
    ----------
    results : Dataset
        With events.
    kind : int
        Code of `sim.engine.event_log`.
    asked, said : str
        Names of two columns: how often the actor decided, and how often so.
    level : float
        Coverage of the interval (Wilson).
    yes : bool
        Which answer is counted.
    never : bool
        Whether those who never decided have a row too.

    Returns
    -------
    DataFrame
        Index ``actor``, those of the results; the two columns, and ``share``, ``low``, ``high``.
    """
    some, known, names = columns(results, kind), names_of(results, "actor"), names_on(results)
    mine = [known.index(name) for name in names]
    of, agreed = (
        np.bincount(who, minlength=len(known))[mine]
        for who in (some.actor, some.actor[some.answer == yes])
    )
    low, high = wilson(agreed, of, level)
    share = np.divide(agreed, of, out=np.full(len(mine), np.nan), where=of > 0)
    found = {asked: of, said: agreed, "share": share, "low": low, "high": high}
    table = pd.DataFrame(found, index=pd.Index(names, name="actor"))
    return table if never else table[of > 0]
