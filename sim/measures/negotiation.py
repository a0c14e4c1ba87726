"""Talks: who came, what was proposed, whether they settled and on what."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from sim.engine import event_log as log
from sim.engine.state import SETTLEMENT
from sim.measures.event_columns import answers, columns, when, who_said
from sim.measures.intervals import LEVEL, wilson
from sim.results.provenance import every_week, names_of
from sim.results.selection import by_week, names_on, run_number
from sim.results.selection import pair as selected

TALKS = (
    "run", "week", "date", "came", "stayed_away", "tabled", "voted", "accepted", "refused",
    "settled",
)  # fmt: skip


def talks(results: xr.Dataset) -> pd.DataFrame:
    """Rounds of talks; one row a round, whether it came to a vote or not.

    Parameters
    ----------
    results : Dataset
        With events.

    Returns
    -------
    DataFrame
        ``run``, ``week``, ``date``; ``came`` and ``stayed_away`` (names of the parties that
        decide whether to attend); ``tabled`` (issues put on the table in this round); ``voted``
        (whether there was a vote: not if nobody came or nothing is on the table); ``accepted``
        and ``refused`` (names of those who were asked for a vote; a settlement needs only those
        with a veto); ``settled``.

    Raises
    ------
    ResultsError
        If events were not recorded.
    """
    some = columns(results, log.ATTEND, log.TABLE, log.VOTE, log.SETTLE)
    weeks, settle = results.sizes["week"], some.of(log.SETTLE)
    rounds = np.unique(some.run * weeks + some.week)
    settling = settle.run * weeks + settle.week

    def told(kind: int, yes: bool = True, who: str = "actor") -> pd.Series:
        return who_said(rounds, some.of(kind), weeks, names_of(results, who), who=who, yes=yes)

    found = {
        **when(results, rounds // weeks, rounds % weeks),
        "came": told(log.ATTEND),
        "stayed_away": told(log.ATTEND, yes=False),
        "tabled": told(log.TABLE, who="issue"),
        "voted": np.isin(rounds, settling),
        "accepted": told(log.VOTE),
        "refused": told(log.VOTE, yes=False),
        "settled": np.isin(rounds, settling[settle.answer]),
    }
    return pd.DataFrame(found, columns=list(TALKS))


def attendance(results: xr.Dataset, level: float = LEVEL) -> pd.DataFrame:
    """How often each party that decides whether to attend came to the talks, in all runs together.

    Parameters
    ----------
    results : Dataset
        With events.
    level : float
        Coverage of the interval (Wilson; it takes rounds of talks as independent).

    Returns
    -------
    DataFrame
        Index ``actor``, those who were ever expected: ``expected``, ``came``, ``share`` with
        ``low`` and ``high``.

    Raises
    ------
    ResultsError
        If events were not recorded.
    """
    return answers(results, log.ATTEND, "expected", "came", level)


def votes(results: xr.Dataset, level: float = LEVEL) -> pd.DataFrame:
    """How often each party accepted the text at the talks, the votes of all runs together.

    Parameters
    ----------
    results, level
        See `attendance`.

    Returns
    -------
    DataFrame
        Index ``actor``, those who were ever asked: ``asked``, ``accepted``, ``share`` with ``low``
        and ``high``.

    Raises
    ------
    ResultsError
        If events were not recorded.
    """
    return answers(results, log.VOTE, "asked", "accepted", level)


def said_and_done(
    results: xr.Dataset, pair: Sequence[str], weeks: int = 26, level: float = LEVEL
) -> pd.DataFrame:
    """How far two actors agree in public, and how far in what they do.

    Of each ceasefire that was proposed: neither refuses it in public, and both sign. Of each vote:
    both declare for the text, and both accept it. Who does also says so; what lies between is
    unity in words only. A convener has signed.

    Parameters
    ----------
    results : Dataset
        With events, `objected`, `declared` and `accepted`.
    pair : (str, str)
        Names of actors.
    weeks : int
        Length of a period.
    level : float
        Coverage of the intervals (Wilson; they take occasions as independent).

    Returns
    -------
    DataFrame
        One row for each act and period in which there was an occasion: ``act`` (``ceasefire`` or
        ``vote``), ``date`` (first day of the period), ``occasions``; ``said`` and ``done`` as
        shares of them, each with ``_low`` and ``_high``.

    Raises
    ------
    ResultsError
        If an actor is not there, or something was not recorded.
    """
    two, here = selected(results, pair), names_on(results)
    known = names_of(results, "actor")
    flags = {
        name: by_week(results, name, "actor")[..., [here.index(one) for one in two]]
        for name in ("objected", "declared", "accepted")
    }
    some = columns(every_week(results, "a period"), log.CEASEFIRE, log.SETTLE, log.RATIFY)
    length, tables = results.sizes["week"], []
    signed = np.zeros_like(flags["objected"])
    ratify = some.of(log.RATIFY)
    yes = ratify.answer | (ratify.actor == ratify.counterpart)
    for place, name in enumerate(two):
        own = yes & (ratify.actor == known.index(name))
        signed[ratify.run[own], ratify.week[own], place] = True
    for act, kind, words, deeds in (
        ("ceasefire", log.CEASEFIRE, ~flags["objected"], signed),
        ("vote", log.SETTLE, flags["declared"], flags["accepted"]),
    ):
        held = some.of(kind)
        at, period = (held.run, held.week), held.week // weeks
        count = np.bincount(period, minlength=-(-length // weeks))
        first = np.flatnonzero(count)
        found: dict[str, object] = {
            "act": act,
            "date": results["date"].values[first * weeks],
            "occasions": count[first],
        }
        for name, values in (("said", words), ("done", deeds)):
            both = values[at].all(axis=-1)
            agreed = np.bincount(period[both], minlength=len(count))[first]
            low, high = wilson(agreed, count[first], level)
            found |= {name: agreed / count[first], f"{name}_low": low, f"{name}_high": high}
        tables.append(pd.DataFrame(found))
    return pd.concat(tables, ignore_index=True)


def settlements(results: xr.Dataset) -> pd.DataFrame:
    """What settlements say; one row for each issue on the table of each settlement.

    Parameters
    ----------
    results : Dataset
        With `state`, `text`, `tabled` and `position`.

    Returns
    -------
    DataFrame
        ``run``, ``week``, ``date`` (week in which it was agreed); ``issue``; ``status_quo``
        (position at the end of that week) and ``agreed`` (the text), from 0 to 1; ``moved``, their
        difference. A record that was cut shows a settlement in its first week if it stands then.

    Raises
    ------
    ResultsError
        If a variable was not recorded.
    """
    run_number(every_week(results, "what settlements say"))
    state = by_week(results, "state") == SETTLEMENT
    began = state & ~np.concatenate([np.zeros_like(state[:, :1]), state[:, :-1]], axis=1)
    text, tabled, position = (
        by_week(results, name, "issue") for name in ("text", "tabled", "position")
    )
    run, week, issue = np.nonzero(began[:, :, None] & tabled)
    agreed, now = text[run, week, issue], position[run, week, issue]
    names = results["issue"].values[issue].astype(object)
    found = {"issue": names, "status_quo": now, "agreed": agreed, "moved": agreed - now}
    return pd.DataFrame(when(results, run, week) | found)
