"""What a decision leaves: one row of numbers, with the terms that drove it and its margin."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compiling import compiled


class Kind(NamedTuple):
    """A kind of event.

    Attributes
    ----------
    name : str
        The decision or happening, as the record gives it.
    phase : int
        Number of the phase in `sim.rounds`.
    terms : tuple of str
        What the numbers that drove it are, at most five.
    """

    name: str
    phase: int
    terms: tuple[str, ...]


# The order is the code of a kind in the record: append, never reorder.
KINDS: tuple[Kind, ...] = (
    Kind("shift", 1, ("change", "value")),
    Kind("satisfied", 2, ("position", "threshold")),
    Kind("threatened", 2, ("position", "threshold")),
    Kind("convene", 4, ("truce", "prestige", "access")),
    Kind("propose", 4, ("truce",)),
    Kind("consult", 4, ("tie", "nuisance", "by_decree")),
    Kind("ratify", 4, ("truce", "terms", "loyalty", "own", "patrons")),
    Kind("ceasefire", 4, ()),
    Kind("order", 5, ("truce", "terms", "loyalty", "military", "on_issue")),
    Kind("comply", 5, ("own", "patrons", "contagion")),
    Kind("revise", 6, ("blame",)),
    Kind("collapse", 7, ("violence",)),
    Kind("attend", 8, ("truce", "seat", "patrons", "contagion")),
    Kind("table", 8, ("status_quo", "opening")),
    Kind("vote", 8, ("own", "patrons", "loyalty")),
    Kind("settle", 8, ()),
    Kind("bargain", 9, ("local", "endorsement", "cost")),
    Kind("deal", 9, ("core",)),
    Kind("dispute", 10, ("position",)),
    Kind("victory", 10, ("position", "weeks")),
)
CODE = {kind.name: code for code, kind in enumerate(KINDS)}
(
    SHIFT, SATISFIED, THREATENED, CONVENE, PROPOSE, CONSULT, RATIFY, CEASEFIRE, ORDER, COMPLY,
    REVISE, COLLAPSE, ATTEND, TABLE, VOTE, SETTLE, BARGAIN, DEAL, DISPUTE, VICTORY,
) = range(len(KINDS))  # fmt: skip

# Columns of a row: round, kind, actor, counterpart, issue, answer, gain, shock, five terms.
ROUND, KIND, ACTOR, COUNTERPART, ISSUE, ANSWER, GAIN, SHOCK, TERMS = range(9)
MOST_TERMS = 5
COLUMNS = TERMS + MOST_TERMS
NOBODY = -1


def room(actors: int, issues: int, objectives: int, pairs: int, shifts: int, rounds: int) -> int:
    """Rows that a run can need at most, so that a record never overflows."""
    week = 10 * actors + 4 * issues + objectives + 3 * pairs + 7
    return rounds * week + shifts


def empty(rows: int) -> NDArray[np.float64]:
    """A record with room for so many events; 0 rows record nothing."""
    return np.zeros((rows, COLUMNS))


@compiled
def note(log, count, t, kind, actor, counterpart, issue, answer, gain, shock, a, b, c, d, e):
    """Append one event.

    Parameters
    ----------
    log : ndarray, shape (rows, COLUMNS)
        Changed; nothing is kept if it has no rows.
    count : ndarray of int, shape (1,)
        Events so far; goes on counting past a full record, which is how an overflow shows.
    t, kind, actor, counterpart, issue : int
        NOBODY (-1) where there is none.
    answer : bool
    gain, shock : float
        The answer is yes if and only if shock < gain; the margin is gain - shock.
    a, b, c, d, e : float
        In the order of the kind's `terms`, zeros after them.
    """
    if log.shape[0] == 0:
        return
    row = count[0]
    count[0] += 1
    if row >= log.shape[0]:
        return
    log[row, ROUND] = t
    log[row, KIND] = kind
    log[row, ACTOR] = actor
    log[row, COUNTERPART] = counterpart
    log[row, ISSUE] = issue
    log[row, ANSWER] = 1.0 if answer else 0.0
    log[row, GAIN] = gain
    log[row, SHOCK] = shock
    log[row, TERMS] = a
    log[row, TERMS + 1] = b
    log[row, TERMS + 2] = c
    log[row, TERMS + 3] = d
    log[row, TERMS + 4] = e


@compiled
def note_each(log, count, t, kind, who, counterpart, issues, answers, gains, shocks, a, b, c, d, e):
    """Append one event for every actor in `who`; arguments as in `note`, by actor.

    Parameters
    ----------
    who, answers : ndarray of bool, shape (N,)
    issues : ndarray of int, shape (N,)
    gains, shocks, a, b, c, d, e : ndarray, shape (N,)
    """
    if log.shape[0] == 0:
        return
    for i in range(who.shape[0]):
        if who[i]:
            note(
                log, count, t, kind, i, counterpart, issues[i], answers[i], gains[i], shocks[i],
                a[i], b[i], c[i], d[i], e[i],
            )  # fmt: skip
