"""Measures of an ensemble for the tests of the theory: estimates with errors, by name.

A reading is a sum over weeks divided by a sum over weeks. It is named by what is measured and by
the weeks that count, as ``"orders after"``.

==================  ============================================================================
tie                 tie of partner and spoiler, mean of both directions
orders              share of the spoiler's orders that are orders to spoil
breaches            share of the decisions of the spoiler's proxies that are breaches
other breaches      the same of the other armed actors of the camp
spoiler signs       share of offered ceasefires that the spoiler ratifies
partner signs       the same of its partner (its own answer where it is the convener)
deals               share of bilateral talks of the two that end in a deal
==================  ============================================================================

Weeks: ``before`` and ``after`` the week in which the goal is first achieved (a run that never gets
there is before it all the time), ``measured`` and ``late`` from fixed weeks on
(`sim.experiments.hypothesis_tests.roles.Calendar`).
Orders and breaches are means over runs of each run's share, the others ratios of sums.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim.engine import event_log
from sim.experiments.hypothesis_tests.estimates import Figure, mean, mean_share, ratio
from sim.experiments.hypothesis_tests.roles import Cast
from sim.measures.event_columns import columns
from sim.results.provenance import names_of
from sim.results.selection import variable

NOT_MET = 9999
RECORD = "events,tie,position"
DRIFT = "drift"
MET = "goal achieved"
WINDOWS = ("before", "after", "measured", "late")


class Series(NamedTuple):
    """A share by run and week.

    Attributes
    ----------
    part, whole : ndarray, shape (runs, weeks)
        What is counted, and out of how much.
    share : callable
        How sums over weeks, by run, become a figure.
    bounds : (float, float)
        Range of the share.
    """

    part: NDArray[np.float64]
    whole: NDArray[np.float64]
    share: Callable[[NDArray[np.float64], NDArray[np.float64]], Figure] = ratio
    bounds: tuple[float, float] = (0.0, 1.0)

    def over(self, weeks: NDArray[np.bool_]) -> Figure:
        """The share in some weeks of each run, shape (runs, weeks)."""
        return self.share((self.part * weeks).sum(axis=1), (self.whole * weeks).sum(axis=1))


def tie(results: xr.Dataset, i: str, j: str) -> NDArray[np.float64]:
    """Tie of two actors by run and week, mean of both directions."""
    values = variable(results, "tie").transpose("run", "week", "actor", "other")
    there, back = values.sel(actor=i, other=j).values, values.sel(actor=j, other=i).values
    return np.asarray(0.5 * (there.astype(np.float64) + back.astype(np.float64)))


def first_achieved(results: xr.Dataset, cast: Cast) -> NDArray[np.int64]:
    """First week in which the goal stands achieved, by run; `NOT_MET` where it does not come."""
    position = results["position"].sel(issue=cast.goal).transpose("run", "week").values
    # positions may be kept in 32 bits: a mark met exactly must count
    near = 1e-6
    safe = position >= cast.achieved - near if cast.upwards else position <= cast.achieved + near
    return np.where(safe.any(axis=1), safe.argmax(axis=1), NOT_MET)


def since(
    results: xr.Dataset, week: NDArray[np.int64] | int, later: bool = True
) -> NDArray[np.bool_]:
    """Weeks from one on, the same or one a run; or all others. By run and week."""
    shape = (results.sizes["run"], results.sizes["week"])
    start = np.broadcast_to(np.asarray(week).reshape(-1, 1), (shape[0], 1))
    found = np.arange(shape[1]) >= start
    return found if later else ~found


def answers(
    results: xr.Dataset,
    kind: int,
    who: Sequence[str],
    yes: bool,
    share: Callable[..., Figure] = ratio,
    whom: Sequence[str] | None = None,
) -> Series:
    """Share of one answer among the decisions of some actors, by run and week.

    Parameters
    ----------
    results : Dataset
        With events.
    kind : int
        Code of a decision, as `sim.engine.event_log.ORDER`.
    who : sequence of str
        Names of the actors whose decisions are counted.
    yes : bool
        Which answer is counted.
    share : callable
        See `Series`.
    whom : sequence of str, optional
        Only decisions about these.
    """
    names = names_of(results, "actor")
    asked = columns(results, kind)
    chosen = np.isin(asked.actor, [names.index(name) for name in who])
    if whom is not None:
        chosen &= np.isin(asked.counterpart, [names.index(name) for name in whom])
    shape = (results.sizes["run"], results.sizes["week"])
    asked = asked.at(chosen)
    place = asked.run * shape[1] + asked.week
    counted = asked.answer == yes
    part = np.bincount(place, weights=counted, minlength=shape[0] * shape[1])
    whole = np.bincount(place, minlength=shape[0] * shape[1])
    return Series(part.reshape(shape), whole.reshape(shape).astype(np.float64), share)


def drift(
    results: xr.Dataset, cast: Cast, pair: Sequence[str] | None = None
) -> tuple[Figure, Figure, Figure]:
    """The tie in the week of the achieved goal, `Calendar.lag` weeks on, and the change.

    Runs in which that week does not come are left out; so are those in which it comes too late.
    """
    t0 = first_achieved(results, cast)
    chosen = t0 + cast.weeks.lag < results.sizes["week"]
    start, runs = np.where(chosen, t0, 0), np.arange(len(t0))
    values = tie(results, *(pair or cast.pair))
    later = np.minimum(start + cast.weeks.lag, results.sizes["week"] - 1)
    first, last = values[runs, start], values[runs, later]
    return mean(first, chosen), mean(last, chosen), mean(last - first, chosen)


def series(results: xr.Dataset, cast: Cast) -> dict[str, Series]:
    """All series that the cast can give, by the names of the module's table."""
    values = tie(results, *cast.pair)
    found = {"tie": Series(values, np.ones_like(values), ratio, (-1.0, 1.0))}
    asked = {
        "orders": answers(results, event_log.ORDER, (cast.spoiler,), False, mean_share),
        "breaches": answers(results, event_log.COMPLY, cast.proxies, False, mean_share),
        "other breaches": answers(results, event_log.COMPLY, cast.others, False, mean_share),
        "spoiler signs": answers(results, event_log.RATIFY, (cast.spoiler,), True),
        "partner signs": answers(results, event_log.RATIFY, (cast.partner,), True),
        "deals": answers(results, event_log.DEAL, cast.pair, True, whom=cast.pair),
    }
    return found | {name: one for name, one in asked.items() if one.whole.any()}


def windows(results: xr.Dataset, cast: Cast) -> dict[str, NDArray[np.bool_]]:
    """The weeks that count, by name; each of shape (runs, weeks)."""
    met = first_achieved(results, cast)
    return {
        "before": since(results, met, later=False),
        "after": since(results, met),
        "measured": since(results, cast.weeks.measured),
        "late": since(results, cast.weeks.late),
    }


def figures(
    results: xr.Dataset, cast: Cast, found: Mapping[str, Series] | None = None
) -> dict[str, Figure]:
    """All readings of an ensemble for a cast; what has no case in it is left out.

    Parameters
    ----------
    results : Dataset
        With `RECORD`.
    cast : Cast
        The two allies and their parts in the test.
    found : mapping, optional
        From `series`, if it is there already.
    """
    weeks = windows(results, cast)
    read = {
        f"{name} {window}": one.over(chosen)
        for name, one in (series(results, cast) if found is None else found).items()
        for window, chosen in weeks.items()
        if (one.whole * chosen).any()
    }
    met = weeks["after"].any(axis=1)
    read[MET] = mean(met.astype(float), np.ones(len(met), dtype=np.bool_))
    if (first_achieved(results, cast) + cast.weeks.lag < results.sizes["week"]).any():
        read[DRIFT] = drift(results, cast)[2]
    return read


def pair_figures(
    results: xr.Dataset, cast: Cast, pairs: Sequence[tuple[str, str]]
) -> dict[str, Figure]:
    """Ties of other pairs, named ``"tie measured: a, b"`` and ``"drift: a, b"``."""
    read = {}
    weeks = since(results, cast.weeks.measured)
    some = (first_achieved(results, cast) + cast.weeks.lag < results.sizes["week"]).any()
    for i, j in pairs:
        values = tie(results, i, j)
        read[f"tie measured: {i}, {j}"] = Series(values, np.ones_like(values)).over(weeks)
        if some:
            read[f"{DRIFT}: {i}, {j}"] = drift(results, cast, (i, j))[2]
    return read
