"""When a tie turns: the week from which it has lost half of itself, or is hostile."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from sim.errors import ResultsError
from sim.measures.dyads import tie
from sim.results.selection import pair, run_number

STAYS = 8
TURNS = ("week", "date", "weeks", "turned")


def divergence(results: xr.Dataset, two: Sequence[str], stays: int = STAYS) -> pd.DataFrame:
    """When a tie has halved: the first week from which it stays below half its running maximum.

    Parameters
    ----------
    results : Dataset
        With `tie`, every week.
    two : (str, str)
        Names of actors.
    stays : int
        Weeks in a row for which it must stay there.

    Returns
    -------
    DataFrame
        One row a run, index ``run``, but for runs in which the two were never friends: such a tie
        has nothing to halve. ``week`` (-1 if it did not turn), ``date`` (None), ``weeks`` (from
        the first week to the turn, or to the last week in which it could have been seen) and
        ``turned``. `kaplan_meier` of ``weeks`` and ``turned`` is the curve, the mean of
        ``turned`` the share of runs.

    Raises
    ------
    ResultsError
        If a name is not known, weeks are missing, or there are fewer than `stays`.
    """
    level = _level(results, two, stays)
    best = np.maximum.accumulate(level, axis=1)
    table = _turns(results, (best > 0.0) & (level < best / 2), stays)
    return table[best[:, -1] > 0.0]


def rupture(results: xr.Dataset, two: Sequence[str], stays: int = STAYS) -> pd.DataFrame:
    """When a tie has turned hostile: the first week from which it stays below 0.

    Parameters
    ----------
    results, two, stays
        See `divergence`.

    Returns
    -------
    DataFrame
        As in `divergence`, of all runs; enemies from the first week have turned after 0 weeks.

    Raises
    ------
    ResultsError
        If a name is not known, weeks are missing, or there are fewer than `stays`.
    """
    return _turns(results, _level(results, two, stays) < 0.0, stays)


def _level(results: xr.Dataset, two: Sequence[str], stays: int) -> NDArray[np.float64]:
    run_number(results)
    level: NDArray[np.float64] = tie(results, *pair(results, two)).transpose("run", "week").values
    weeks = results["week"].values
    if stays < 1 or len(weeks) < stays:
        raise ResultsError(f"a turn that stays {stays} weeks cannot be seen in {len(weeks)} weeks")
    if (np.diff(weeks) != 1).any():
        raise ResultsError("a turn needs every week: some were left out of these results")
    return level


def _turns(results: xr.Dataset, below: NDArray[np.bool_], stays: int) -> pd.DataFrame:
    lasting = np.lib.stride_tricks.sliding_window_view(below, stays, axis=1).all(axis=-1)
    turned, first = lasting.any(axis=1), lasting.argmax(axis=1)
    days = results["date"].values.astype("datetime64[D]").astype(object)
    # the last weeks cannot show a turn that stays: they are not watched
    return pd.DataFrame(
        {
            "week": np.where(turned, results["week"].values[first], -1),
            "date": [days[n] if yes else None for n, yes in zip(first, turned, strict=True)],
            "weeks": np.where(turned, first, lasting.shape[1] - 1),
            "turned": turned,
        },
        index=pd.Index(results["run"].values, name="run"),
        columns=list(TURNS),
    )
