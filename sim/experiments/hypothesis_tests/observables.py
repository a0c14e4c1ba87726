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
from sim.engine.state import CALM
from sim.experiments.hypothesis_tests.estimates import Figure, Spread, mean, mean_share, ratio
from sim.experiments.hypothesis_tests.roles import Calendar, Roles
from sim.measures import breach_weights
from sim.measures.event_columns import columns
from sim.results.dataset import scenario_of
from sim.results.provenance import names_of
from sim.results.selection import variable

NOT_MET = 9999
RECORD = "events,tie,position"
# What the readings of history need besides.
BREACHES = "capability,effort,violated"
DRIFT = "drift"
MET = "goal achieved"


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
        """The share in some weeks, the same of each run or by run."""
        return self.share((self.part * weeks).sum(axis=1), (self.whole * weeks).sum(axis=1))


def tie(results: xr.Dataset, i: str, j: str) -> NDArray[np.float64]:
    """Tie of two actors by run and week, mean of both directions."""
    values = variable(results, "tie").transpose("run", "week", "actor", "other")
    there, back = values.sel(actor=i, other=j).values, values.sel(actor=j, other=i).values
    return np.asarray(0.5 * (there.astype(np.float64) + back.astype(np.float64)))


def first_achieved(results: xr.Dataset, roles: Roles) -> NDArray[np.int64]:
    """First week in which the goal stands achieved, by run; `NOT_MET` where it does not come."""
    position = results["position"].sel(issue=roles.goal).transpose("run", "week").values
    # positions may be kept in 32 bits: a mark met exactly must count
    near = 1e-6
    safe = position >= roles.achieved - near if roles.upwards else position <= roles.achieved + near
    return np.where(safe.any(axis=1), safe.argmax(axis=1), NOT_MET)


def first_ceasefire(results: xr.Dataset) -> NDArray[np.int64]:
    """First week at whose end a ceasefire stands, by run; without one, the number of weeks."""
    held = np.isin(results["state"].values, CALM)
    return np.where(held.any(axis=1), held.argmax(axis=1), held.shape[1])


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
    place, length = asked.run * shape[1] + asked.week, shape[0] * shape[1]
    part = np.bincount(place, weights=asked.answer == yes, minlength=length)
    whole = np.bincount(place, minlength=length).astype(np.float64)
    return Series(part.reshape(shape), whole.reshape(shape), share)


def drift(
    results: xr.Dataset, roles: Roles, pair: Sequence[str] | None = None
) -> tuple[Figure, Figure, Figure]:
    """The tie in the week of the achieved goal, `Calendar.lag` weeks on, and the change.

    Runs in which that week does not come are left out; so are those in which it comes too late.
    """
    t0 = first_achieved(results, roles)
    chosen = t0 + roles.weeks.lag < results.sizes["week"]
    start, runs = np.where(chosen, t0, 0), np.arange(len(t0))
    values = tie(results, *(pair or roles.pair))
    later = np.minimum(start + roles.weeks.lag, results.sizes["week"] - 1)
    first, last = values[runs, start], values[runs, later]
    return mean(first, chosen), mean(last, chosen), mean(last - first, chosen)


def series(results: xr.Dataset, roles: Roles) -> dict[str, Series]:
    """All series that the cast can give, by the names of the module's table."""
    values = tie(results, *roles.pair)
    asked = {
        "orders": answers(results, event_log.ORDER, (roles.spoiler,), False, mean_share),
        "breaches": answers(results, event_log.COMPLY, roles.proxies, False, mean_share),
        "other breaches": answers(results, event_log.COMPLY, roles.others, False, mean_share),
        "spoiler signs": answers(results, event_log.RATIFY, (roles.spoiler,), True),
        "partner signs": answers(results, event_log.RATIFY, (roles.partner,), True),
        "deals": answers(results, event_log.DEAL, roles.pair, True, whom=roles.pair),
    }
    found = {"tie": Series(values, np.ones_like(values), ratio, (-1.0, 1.0))}
    return found | {name: one for name, one in asked.items() if one.whole.any()}


def windows(
    weeks: int, met: NDArray[np.int64] | int, calendar: Calendar
) -> dict[str, NDArray[np.bool_]]:
    """The weeks that count, by name; if the week of the achieved goal is one a run, by run too."""
    week, goal = np.arange(weeks), np.asarray(met)[..., None]
    return {
        "before": week < goal,
        "after": week >= goal,
        "measured": week >= calendar.measured,
        "late": week >= calendar.late,
    }


def figures(
    results: xr.Dataset,
    roles: Roles,
    found: Mapping[str, Series] | None = None,
    pairs: Sequence[tuple[str, str]] = (),
) -> dict[str, Figure]:
    """All readings of an ensemble for a cast; what has no case in it is left out.

    `found` is from `series`, if it is there already. Ties of other `pairs` are read too, as
    ``"tie measured: a, b"`` and ``"drift: a, b"``.
    """
    met = first_achieved(results, roles)
    weeks = windows(results.sizes["week"], met, roles.weeks)
    read = {
        f"{name} {window}": one.over(chosen)
        for name, one in (series(results, roles) if found is None else found).items()
        for window, chosen in weeks.items()
        if (one.whole * chosen).any()
    }
    read[MET] = mean((met < NOT_MET).astype(float), np.ones(len(met), dtype=np.bool_))
    in_time = (met + roles.weeks.lag < results.sizes["week"]).any()
    if in_time:
        read[DRIFT] = drift(results, roles)[2]
    for i, j in pairs:
        values = tie(results, i, j)
        ones = np.ones_like(values)
        read[f"tie measured: {i}, {j}"] = Series(values, ones).over(weeks["measured"])
        if in_time:
            read[f"{DRIFT}: {i}, {j}"] = drift(results, roles, (i, j))[2]
    return read


# what history can be compared with ----------------------------------------------------------------


def share_of_breaches(results: xr.Dataset, roles: Roles) -> Figure | None:
    """The pair's camp's share of breaches after the goal, see `sim.measures.breach_weights`."""
    actors = scenario_of(results).actors
    camp = actors[roles.spoiler].camp
    ours = np.array([actors[str(name)].camp == camp for name in results["actor"].values])
    met = first_achieved(results, roles)
    after = windows(results.sizes["week"], met, roles.weeks)["after"]
    broken = (breach_weights(results) * after[..., None]).sum(axis=1)
    own, every = (broken * ours).sum(axis=1), broken.sum(axis=1)
    return ratio(own, every) if every.any() else None


def _spread(weeks: NDArray[np.int64]) -> Spread | None:
    if not len(weeks):
        return None
    low, middle, high = np.quantile(weeks, (0.05, 0.5, 0.95))
    return Spread(float(middle), float(low), float(high))


HISTORY: Mapping[str, Callable[[xr.Dataset, Roles], Figure | Spread | None]] = {
    "week of the achieved goal": lambda results, roles: _spread(
        (met := first_achieved(results, roles))[met < NOT_MET]
    ),
    "week of the first ceasefire": lambda results, roles: _spread(first_ceasefire(results)),
    "share of breaches": share_of_breaches,
}
"""Readings of the open war as coded: a week is told of the runs in which it comes, but a run
without a ceasefire counts as its length."""
