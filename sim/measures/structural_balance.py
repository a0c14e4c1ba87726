"""Camps computed from ties: least frustration, leading eigenvector, and line-ups over runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from sim.errors import ResultsError
from sim.measures.dyads import described, ties
from sim.measures.event_columns import flagged
from sim.measures.intervals import LEVEL, wilson
from sim.results.selection import When, names_on, pair, run_number, several_actors, week_at
from sim.rules.ties import frustration

# Enumeration doubles with every actor; at 20 it takes a fraction of a second.
MOST_ENUMERATED = 20
# So many divisions are enumerated in plain Python before the compiler would be loaded.
_AT_ONCE = 50_000
OTHERS = "other line-ups"


class Camps(NamedTuple):
    """A division of the actors into two camps.

    Attributes
    ----------
    frustration : float
        Share of all strength of ties that lies across the division in friendship or inside a camp
        in hostility: 0 is perfect balance, 1/2 the most that the best division can have.
    first, second : tuple of str
        The two camps, in the order of the scenario; the first actor with a tie is in the first.
    aside : tuple of str
        Actors without any tie, who belong to neither.
    exact : bool
        Whether no division has less frustration: false for more than 20 actors, where the best
        is searched for, and for a split by eigenvector.
    """

    frustration: float
    first: tuple[str, ...]
    second: tuple[str, ...]
    aside: tuple[str, ...]
    exact: bool


def camps(results: xr.Dataset, at: When, run: int | None = None) -> Camps:
    """Two camps from the ties of one week, by least weighted frustration.

    The share of strength that is frustrated is the frustration index of the signed network
    (Aref and Wilson 2019) divided by the sum of strengths; 1 - 2 x share is their normalised
    index. Its best division is the lowest point of the landscape of Axelrod and Bennett (1993)
    with equal sizes.

    Parameters
    ----------
    results : Dataset
        With the variable `tie`.
    at : date, str or int
        A day or the number of a week.
    run : int, optional
        Number of a run, the first if not given.

    Returns
    -------
    Camps
        Among equally good divisions the same one whatever the order of the actors.
    """
    names = names_on(results)
    return _told(names, *best_division(_table(results, at, run), names))


def eigenvector_split(results: xr.Dataset, at: When, run: int | None = None) -> Camps:
    """Two camps by the signs of the leading eigenvector of the ties (Marvel et al. 2011).

    Ties that follow ``dX/dt = X X`` end in these two camps. It is not the division of least
    frustration, which `camps` gives, but mostly near it.

    Parameters
    ----------
    results, at, run
        See `camps`.

    Returns
    -------
    Camps
        With the frustration that this division leaves; ``exact`` is false.
    """
    strength = _table(results, at, run)
    z = eigenvector_signs(strength)
    return _told(names_on(results), frustration_of(strength, z), z, False)


def best_division(
    S: NDArray[np.float64], names: Sequence[str], networks: int = 1
) -> tuple[float, NDArray[np.int64], bool]:
    """The division of a signed network into two camps that leaves the least frustration.

    Parameters
    ----------
    S : ndarray, shape (N, N)
        Symmetric ties of any strength; the diagonal does not count.
    names : sequence of str
        Of the actors; among equally good divisions the first in the order of names is taken.
    networks : int
        How many are divided one after the other: for a few the compiler is not worth its start.

    Returns
    -------
    share : float
        Frustrated part of the sum of strengths, in [0, 1/2].
    signs : ndarray of int, shape (N,)
        +1 and -1, 0 for who has no ties.
    exact : bool
        By enumeration (up to 20 actors with ties), else by the leading eigenvector and then single
        switches.
    """
    S = np.asarray(S, dtype=np.float64)  # one type, so the rule is compiled once
    S = S - np.diag(np.diag(S))
    by_name = sorted(range(len(names)), key=names.__getitem__)
    tied = [i for i in by_name if np.abs(S[i]).sum() > 0.0]
    signs = np.zeros(len(names), dtype=np.int64)
    exact = len(tied) <= MOST_ENUMERATED
    if not tied:
        return 0.0, signs, exact
    inner = np.ascontiguousarray(S[np.ix_(tied, tied)])
    few = networks << (len(tied) - 1) <= _AT_ONCE and not frustration.is_made
    enumerated = frustration.py_func if few else frustration
    share, found = enumerated(inner) if exact else _search(inner)
    signs[tied] = found
    return float(share), signs, exact


def frustration_of(S: NDArray[np.float64], signs: NDArray[np.int64]) -> float:
    """Share of the strength of ties that a division frustrates.

    Parameters
    ----------
    S : ndarray, shape (N, N)
        Symmetric ties; the diagonal does not count.
    signs : ndarray of int, shape (N,)
        +1 and -1.

    Returns
    -------
    float
        In [0, 1]; 0 if there are no ties.
    """
    one, two = np.triu_indices(len(S), k=1)
    strength = S[one, two]
    total = float(np.abs(strength).sum())
    kept = float((strength * signs[one] * signs[two]).sum())
    return max(total - kept, 0.0) / (2.0 * total) if total > 0.0 else 0.0


def eigenvector_signs(S: NDArray[np.float64]) -> NDArray[np.int64]:
    """Signs of the eigenvector of the largest eigenvalue, the diagonal left out; 0 without ties."""
    S = S - np.diag(np.diag(S))
    signs = np.where(np.linalg.eigh(S)[1][:, -1] >= 0.0, 1, -1)
    return np.where(np.abs(S).sum(axis=1) > 0.0, signs, 0)


def _search(S: NDArray[np.float64]) -> tuple[float, NDArray[np.int64]]:
    """Signs of the leading eigenvector, then single switches while one still helps."""
    z = eigenvector_signs(S)
    while True:
        gain = -z * (S @ z)
        best = int(np.argmax(gain))
        if gain[best] <= 1e-12:
            return frustration_of(S, z), z
        z[best] = -z[best]


def _table(results: xr.Dataset, at: When, run: int | None) -> NDArray[np.float64]:
    week, number = week_at(results, at), run_number(results, run)
    table: NDArray[np.float64] = ties(results.isel(week=[week])).sel(run=number).values[0]
    return table


def _told(names: list[str], share: float, signs: NDArray[np.int64], exact: bool) -> Camps:
    first, second, aside = (column[0] for column in _by_side(names, _led(signs[None])).values())
    return Camps(share, first, second, aside, exact)


def _led(signs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rows of signs, turned so that the first actor with a tie is +1."""
    first = (signs != 0).argmax(axis=1)
    return signs * np.where(signs[np.arange(len(signs)), first] < 0, -1, 1)[:, None]


def _by_side(names: list[str], signs: NDArray[np.int64]) -> dict[str, pd.Series]:
    """Names in the first camp, in the second and in none, for each row of signs."""
    return {
        side: flagged(names, signs == sign)
        for side, sign in (("first", 1), ("second", -1), ("aside", 0))
    }


# over weeks and runs -----------------------------------------------------------------------------


def sides(results: xr.Dataset) -> xr.DataArray:
    """The camp of every actor in every week of every run, by least frustration.

    Parameters
    ----------
    results : Dataset
        With the variable `tie`. Take out the weeks that are not wanted: each costs an enumeration.

    Returns
    -------
    DataArray of int, dims (run, week, actor)
        +1 in the camp of the first actor with a tie, -1 in the other, 0 without ties.
    """
    run_number(results)
    table = ties(results).transpose("run", "week", "actor", "other")
    names = names_on(results)
    flat = table.values.reshape(-1, len(names), len(names))
    best = np.array([best_division(S, names, len(flat))[1] for S in flat], dtype=np.int64)
    signs = _led(best.reshape(-1, len(names)))
    like = table.isel(other=0, drop=True)
    found = like.copy(data=signs.reshape(like.shape))
    return described(found, "side", "camp by least frustration", "1")


def apart(results: xr.Dataset, two: Sequence[str], level: float = LEVEL) -> xr.Dataset:
    """Share of runs in which a pair stands in different camps, week by week.

    Parameters
    ----------
    results : Dataset
        With the variable `tie`.
    two : (str, str)
        Names of actors.
    level : float
        Coverage of the interval (Wilson).

    Returns
    -------
    Dataset, dim week
        ``share``, ``low``, ``high``. An actor without ties is apart from nobody.
    """
    i, j = pair(results, two)
    camp = sides(results)
    split = camp.sel(actor=i, drop=True) * camp.sel(actor=j, drop=True) == -1
    runs, count = split.sizes["run"], split.sum("run")
    low, high = wilson(count.values, runs, level)
    found = {"share": count / runs, "low": count.copy(data=low), "high": count.copy(data=high)}
    return xr.Dataset(found)


def line_ups(
    results: xr.Dataset, at: When, actors: Sequence[str] | None = None, level: float = LEVEL
) -> pd.DataFrame:
    """Share of runs in each line-up of one week: who stands with whom, by least frustration.

    Parameters
    ----------
    results, at
        See `camps`.
    actors : sequence of str, optional
        Names of those whose line-up is told, as the camps of all actors divide them; all if not
        given.
    level : float
        Coverage of the interval (Wilson).

    Returns
    -------
    DataFrame
        The most frequent first: ``first``, ``second`` and ``aside`` (names), ``runs``, ``share``
        with ``low`` and ``high``.
    """
    signs, names = _line_up_signs(results.isel(week=[week_at(results, at)]), actors)
    rows, count = _counted(signs[:, 0])
    low, high = wilson(count, len(signs), level)
    found = {"runs": count, "share": count / len(signs), "low": low, "high": high}
    return pd.DataFrame(_by_side(names, rows) | found)


def line_ups_over_time(
    results: xr.Dataset, actors: Sequence[str] | None = None, most: int = 6
) -> xr.DataArray:
    """Share of runs in each line-up, week by week.

    Parameters
    ----------
    results, actors
        See `line_ups`.
    most : int
        How many line-ups have a row of their own, the most frequent over all weeks; the others
        share the last row.

    Returns
    -------
    DataArray, dims (line_up, week)
        Each week adds up to 1. The coordinates ``first``, ``second`` and ``aside`` hold names
        joined by spaces; those of the last row, ``other line-ups``, are empty.
    """
    signs, names = _line_up_signs(results, actors)
    _, weeks, count = signs.shape
    rows, _ = _counted(signs.reshape(-1, count))
    shown = rows[:most]
    share = np.array([(signs == row).all(axis=-1).mean(axis=0) for row in shown])
    share = np.vstack([share.reshape(-1, weeks), 1.0 - share.sum(axis=0)])
    words = {side: [*map(" ".join, column), ""] for side, column in _by_side(names, shown).items()}
    labels = [f"{one} | {two}" for one, two in zip(words["first"], words["second"], strict=True)]
    coords = {
        "line_up": np.array([*labels[:-1], OTHERS], dtype=object),
        **{side: ("line_up", np.array(column, dtype=object)) for side, column in words.items()},
        "week": results["week"],
        "date": ("week", results["date"].values),
    }
    found = xr.DataArray(np.clip(share, 0.0, 1.0), coords, ("line_up", "week"))
    return described(found, "line_up_share", "share of runs in a line-up", "1")


def _line_up_signs(
    results: xr.Dataset, actors: Sequence[str] | None
) -> tuple[NDArray[np.int64], list[str]]:
    names = names_on(results) if actors is None else several_actors(results, actors, "a line-up")
    found = sides(results).sel(actor=names).transpose("run", "week", "actor").values
    if found.size == 0:
        raise ResultsError("these results hold no weeks")
    return _led(found.reshape(-1, len(names))).reshape(found.shape), names


def _counted(signs: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Different rows, the most frequent first, and how often each is there."""
    rows, count = np.unique(signs, axis=0, return_counts=True)
    order = np.argsort(-count, kind="stable")
    return rows[order], count[order]
