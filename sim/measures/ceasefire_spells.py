"""Ceasefires: tried, signed and by whom, how long they held, and who broke them first."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from sim.engine import event_log as log
from sim.engine.state import CALM
from sim.engine.state import SETTLEMENT as SETTLED
from sim.engine.state import VICTORY as WON
from sim.errors import ResultsError
from sim.measures.dyads import described
from sim.measures.event_columns import answers, columns, flagged, when, who_said
from sim.measures.intervals import LEVEL, wilson
from sim.measures.survival import kaplan_meier
from sim.results.provenance import every_week, named, names_of
from sim.results.selection import actor, by_week, names_on, run_number, variable

COLLAPSE, SETTLEMENT, CENSORED = "collapse", "settlement", "censored"
VICTORIOUS = "victory"
SPELL = (
    "run", "start", "last", "start_date", "last_date", "weeks", "convener", "ended", "settled",
    "signed", "first_breach", "violators",
)  # fmt: skip
ATTEMPT = ("run", "week", "date", "convener", "proposed", "in_force", "consulted", "signed")


def ceasefires(results: xr.Dataset) -> pd.DataFrame:
    """Spells of ceasefire, from entry into force to collapse; one row a spell.

    A spell goes on when the ceasefire becomes a settlement. The week of the collapse belongs to
    it: orders and breaches of that week were made under it. A spell that collapses in the week in
    which it began lasts one week. A victory ends a spell as a collapse does, but does not break it;
    one that collapses in the very week in which the war is won counts as ended by the victory,
    as the state at the end of a week is what is asked.

    Parameters
    ----------
    results : Dataset
        With `state`, `convener`, `ratified`, `violated`, and `age` or events.

    Returns
    -------
    DataFrame
        ``run``; ``start`` and ``last`` (weeks), ``start_date`` and ``last_date`` (first day of
        each); ``weeks``; ``convener``; ``ended`` (``collapse``, ``victory``, or how it stood at
        the end of the record: ``settlement``, ``censored``); ``settled`` (week in which it became
        a settlement, -1 if never); ``signed`` (names); ``first_breach`` (week, -1 if none) and
        ``violators`` (names, of that week).
    """
    state, convener = by_week(results, "state"), by_week(results, "convener")
    ratified = by_week(results, "ratified", "actor")
    violated = by_week(results, "violated", "actor")
    names, weeks = names_on(results), results["week"].values
    days = results["date"].values.astype("datetime64[D]").astype(object)
    run, start, last, ended = _spells(results)
    settled, breach = (
        _first(flags, run, start, last) for flags in (state == SETTLED, violated.any(axis=-1))
    )
    breached, last_state = breach >= 0, state[run, last]
    how = np.select(
        [ended & (last_state == WON), ended, last_state == SETTLED],
        [VICTORIOUS, COLLAPSE, SETTLEMENT],
        CENSORED,
    )
    found = (
        results["run"].values[run], weeks[start], weeks[last], days[start], days[last],
        last - start + 1, named(results, "actor", convener[run, start]), how.astype(object),
        np.where(settled >= 0, weeks[settled], -1), flagged(names, ratified[run, start]),
        np.where(breached, weeks[breach], -1),
        flagged(names, violated[run, breach] & breached[:, None]),
    )  # fmt: skip
    return pd.DataFrame(dict(zip(SPELL, found, strict=True)))


class Lengths(NamedTuple):
    """How long ceasefires held, in the order of runs and weeks.

    Attributes
    ----------
    weeks : ndarray of int
        In force, the week of a collapse included.
    collapsed : ndarray of bool
        Whether it ended so; the others still stand, or were overtaken by a victory.
    """

    weeks: NDArray[np.int64]
    collapsed: NDArray[np.bool_]


def ceasefire_lengths(results: xr.Dataset) -> Lengths:
    """Lengths of the spells of `ceasefires`, without who, when and why.

    Parameters
    ----------
    results : Dataset
        With `state`, `convener`, and `age` or events, from week 0 on.

    Raises
    ------
    ResultsError
        If the first weeks are missing, or a variable was not recorded.
    """
    _from_the_start(results)
    run, start, last, ended = _spells(results)
    state = by_week(results, "state")
    return Lengths(last - start + 1, ended & (state[run, last] != WON))


type _Places = NDArray[np.int64]


def _spells(results: xr.Dataset) -> tuple[_Places, _Places, _Places, NDArray[np.bool_]]:
    """Run, first and last week of every spell, as places, and whether it ended then."""
    every_week(results, "the length of ceasefires")
    state = by_week(results, "state")
    began = _beginnings(results) & (state != WON)
    held = np.isin(state, CALM)
    began[:, :1] |= held[:, :1]  # a record that was cut opens in the middle of a spell
    weeks = state.shape[1]
    run, start = np.nonzero(began)
    # all runs in one row: a spell ends at the next week without it, at the latest with its run
    flat = run * weeks + start
    until = np.minimum(np.append(flat[1:], state.size), (run + 1) * weeks)
    loose = np.append(np.flatnonzero(~held), state.size)
    broken = loose[np.searchsorted(loose, flat)]
    ended = broken < until
    last = np.where(ended, broken, until - 1) - run * weeks
    return run, start, last, ended


def _beginnings(results: xr.Dataset) -> NDArray[np.bool_]:
    """Weeks in which a ceasefire entered into force; the state alone hides the shortest."""
    if "age" not in results and "event_kind" in results:
        signed = columns(results, log.CEASEFIRE)
        found = np.zeros((results.sizes["run"], results.sizes["week"]), dtype=np.bool_)
        found[signed.run[signed.answer], signed.week[signed.answer]] = True
        return found
    return np.asarray((by_week(results, "age") == 1) & (by_week(results, "convener") >= 0))


def _first(flags: NDArray[np.bool_], run: _Places, start: _Places, last: _Places) -> _Places:
    """First flagged week of each spell, -1 if there is none."""
    weeks = flags.shape[1]
    marked = np.append(np.flatnonzero(flags), flags.size + weeks)
    found = marked[np.searchsorted(marked, run * weeks + start)] - run * weeks
    return np.where(found <= last, found, -1)


def under_ceasefire(results: xr.Dataset) -> xr.DataArray:
    """Weeks whose orders and breaches were made under a ceasefire or a settlement.

    That is every week of a spell of `ceasefires`, the week of its collapse too, although the
    state at the end of that week is war.

    Parameters
    ----------
    results : Dataset
        With `state`, and with `age` and `convener` or with events.

    Returns
    -------
    DataArray of bool, dims (run, week)
    """
    state = variable(results, "state").transpose("run", "week")
    run, start, last, _ = _spells(results)
    steps = np.zeros((state.shape[0], state.shape[1] + 1), dtype=np.int64)
    np.add.at(steps, (run, start), 1)
    np.add.at(steps, (run, last + 1), -1)
    inside = steps.cumsum(axis=1)[:, :-1] > 0
    meaning = "a ceasefire or settlement held this week"
    return described(state.copy(data=inside), "under_ceasefire", meaning, "1")


# tried and signed --------------------------------------------------------------------------------


def ceasefire_attempts(results: xr.Dataset) -> pd.DataFrame:
    """Ceasefires that were tried, whether they came about or not; one row an attempt.

    Parameters
    ----------
    results : Dataset
        With events.

    Returns
    -------
    DataFrame
        ``run``, ``week``, ``date``; ``convener``; ``proposed`` (whether the convener made its
        proposal after all); ``in_force``; ``consulted`` (names of those it chose to consult; who
        must be consulted is not among them); ``signed`` (names of all who said yes, the
        convener's own yes included if it meant it).

    Raises
    ------
    ResultsError
        If events were not recorded.
    """
    some = columns(results, log.PROPOSE, log.CONSULT, log.RATIFY, log.CEASEFIRE)
    names, weeks, tried = names_of(results, "actor"), results.sizes["week"], some.of(log.PROPOSE)
    tried = tried.at(np.lexsort((tried.week, tried.run)))
    occasions = tried.run * weeks + tried.week
    signed = some.at((some.kind == log.CEASEFIRE) & some.answer)
    return pd.DataFrame(
        {
            **when(results, tried.run, tried.week),
            "convener": named(results, "actor", tried.actor),
            "proposed": tried.answer,
            "in_force": np.isin(occasions, signed.run * weeks + signed.week),
            "consulted": who_said(occasions, some.of(log.CONSULT), weeks, names, who="counterpart"),
            "signed": who_said(occasions, some.of(log.RATIFY), weeks, names),
        },
        columns=list(ATTEMPT),
    )


def willingness(results: xr.Dataset, level: float = LEVEL) -> pd.DataFrame:
    """How often each actor would sign a ceasefire that was proposed.

    A convener counts with its own answer, which does not matter for its signature: who brokers
    a ceasefire signs it.

    Parameters
    ----------
    results : Dataset
        With events.
    level : float
        Coverage of the interval (Wilson; it takes attempts as independent).

    Returns
    -------
    DataFrame
        Index ``actor``: ``asked``, ``signed``, ``share`` with ``low`` and ``high``; a share of
        nothing is NaN.

    Raises
    ------
    ResultsError
        If events were not recorded.
    """
    return answers(results, log.RATIFY, "asked", "signed", level, never=True)


# how long, and who broke them --------------------------------------------------------------------


def ceasefire_survival(
    results: xr.Dataset, convener: str | None = None, level: float = LEVEL
) -> pd.DataFrame:
    """Share of ceasefires that hold longer than n weeks (Kaplan and Meier).

    A ceasefire that becomes a settlement goes on; what stands at the end of the record, or is
    overtaken by a victory, is censored.

    Parameters
    ----------
    results : Dataset
        As `ceasefires` needs it, from week 0 on.
    convener : str, optional
        Only those that this actor brokered.
    level : float
        Coverage of the interval.

    Returns
    -------
    DataFrame
        See `kaplan_meier`.

    Raises
    ------
    ResultsError
        If there was no such ceasefire, none of them collapsed, or the first weeks are missing.
    """
    _from_the_start(results)
    spells = ceasefires(results)
    if convener is not None:
        spells = spells[spells["convener"] == actor(results, convener)]
    whose = f" brokered by {convener}" if convener else ""
    collapsed = spells["ended"] == COLLAPSE
    if len(spells) == 0:
        raise ResultsError(f"there was no ceasefire{whose} in these results")
    if not collapsed.any():
        raise ResultsError(
            f"no ceasefire{whose} collapsed: all {len(spells)} are censored, so there is no curve"
        )
    return kaplan_meier(spells["weeks"], collapsed, level)


def _from_the_start(results: xr.Dataset) -> None:
    run_number(results)
    if results["week"].values[:1] != [0]:
        raise ResultsError("the length of ceasefires needs the record from week 0 on")


def ceasefire_hazard(results: xr.Dataset, level: float = LEVEL) -> pd.DataFrame:
    """How likely a ceasefire is to collapse in a week, by who brokered it.

    Collapses divided by weeks in force: the maximum-likelihood hazard where it does not depend on
    age. Where it does, compare the curves of `ceasefire_survival`.

    Parameters
    ----------
    results : Dataset
        See `ceasefire_survival`.
    level : float
        Coverage of the interval (Wilson).

    Returns
    -------
    DataFrame
        Index ``convener``, those with a ceasefire in the order of the scenario: ``ceasefires``,
        ``collapsed``, ``weeks`` (in force, all together), ``hazard`` (a week) with ``low`` and
        ``high``.

    Raises
    ------
    ResultsError
        If the first weeks are missing, or a variable was not recorded.
    """
    _from_the_start(results)
    spells = ceasefires(results)
    order = names_of(results, "actor")
    by = spells.assign(collapsed=spells["ended"] == COLLAPSE).groupby("convener", sort=False)
    table = by.agg(
        ceasefires=("weeks", "size"), collapsed=("collapsed", "sum"), weeks=("weeks", "sum")
    )
    table = table.reindex([name for name in order if name in table.index]).astype(np.int64)
    low, high = wilson(table["collapsed"], table["weeks"], level)
    table.index.name = "convener"
    return table.assign(hazard=table["collapsed"] / table["weeks"], low=low, high=high)


def first_breakers(results: xr.Dataset, level: float = LEVEL) -> pd.DataFrame:
    """Who broke ceasefires first.

    Parameters
    ----------
    results : Dataset
        As `ceasefires` needs it.
    level : float
        Coverage of the interval (Wilson).

    Returns
    -------
    DataFrame
        Index ``actor``: ``broken`` (ceasefires that anybody broke, the same for all), ``first``
        (those in which it was among the first), ``alone`` (in which it was the only one in that
        week), ``share`` of ``first`` in ``broken`` with ``low`` and ``high``; shares of several
        actors add up to more than 1.
    """
    spells = ceasefires(results)
    names = names_on(results)
    broken = spells[spells["first_breach"] >= 0]["violators"]
    first, alone = (
        who.explode().value_counts().reindex(names, fill_value=0)
        for who in (broken, broken[broken.map(len) == 1])
    )
    table = pd.DataFrame(
        {"broken": len(broken), "first": first, "alone": alone},
        index=pd.Index(names, name="actor"),
    ).astype(np.int64)
    low, high = wilson(table["first"], table["broken"], level)
    share = table["first"] / table["broken"].where(table["broken"] > 0)
    return table.assign(share=share, low=low, high=high)
