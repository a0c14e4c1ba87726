"""The record of events: a row of numbers for each, with the terms that drove it and its margin."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.engine.decisions import CODE as CODE
from sim.engine.decisions import KINDS as KINDS
from sim.errors import SimError
from sim.rules.jit import compiled

_KINDS, _SHIFT = len(KINDS), CODE["shift"]
# Kinds that count for the counterpart.
OF_COUNTERPARTS = tuple(code for code, kind in enumerate(KINDS) if kind.each == "patron")

# Columns of a row: week, kind, actor, counterpart, issue, answer, gain, shock, five terms.
ROUND, KIND, ACTOR, COUNTERPART, ISSUE, ANSWER, GAIN, SHOCK, TERMS = range(9)
MOST_TERMS = 5
COLUMNS = TERMS + MOST_TERMS
NOBODY = -1

# Places in a counter: rows so far, fingerprint of the story, number (from 1) of the first week
# with a number that is not finite, start of the tally.
ROWS, STORY, UNSOUND, TALLY = range(4)


def __getattr__(name: str) -> int:
    """Code of a kind of event by its name in capitals, as `event_log.RATIFY`."""
    if name.isupper() and name.lower() in CODE:
        return CODE[name.lower()]
    raise AttributeError(f"no kind of event is called {name}")


def empty(rows: int) -> NDArray[np.float64]:
    """A record with room for so many events; 0 rows record nothing."""
    return np.zeros((rows, COLUMNS))


def counter(actors: int = -1) -> NDArray[np.int64]:
    """Make counts, all 0: rows in the record, and for a war of `actors` the story and the tally.

    The story is a fingerprint (31 bits) of who decided what in which week: two runs in which every
    decision and happening is the same have the same; dated events of the scenario are no part of
    it. The tally counts events by kind, answer and actor; its last column is for those of nobody.
    """
    return np.zeros(TALLY + (len(KINDS) * 2 * (actors + 1) if actors >= 0 else 0), dtype=np.int64)


def must_be_sound(count: NDArray[np.int64], run: int) -> None:
    """Refuse what a run leaves if a number of any week was not finite.

    Raises
    ------
    SimError
        Names the run and the first such week.
    """
    if count[UNSOUND]:
        week = int(count[UNSOUND]) - 1
        raise SimError(
            f"run {run}: in week {week} numbers became infinite or undefined: some numbers of the "
            "scenario are too far apart"
        )


def tally(count: NDArray[np.int64]) -> NDArray[np.int64]:
    """The tally of a counter, shape (kinds, 2, actors + 1)."""
    return count[TALLY:].reshape(len(KINDS), 2, -1)


@compiled
def tell(count, t, kind, actor, counterpart, issue, answer):
    """Add one event to the story and to the tally of a counter; arguments as in `note`.

    What is decided for each patron counts for the patron.
    """
    actors = (count.shape[0] - TALLY) // (2 * _KINDS)
    whom = counterpart if kind in OF_COUNTERPARTS else actor
    yes = 1 if answer else 0
    count[TALLY + (2 * kind + yes) * actors + (whom if whom >= 0 else actors - 1)] += 1
    if kind == _SHIFT:
        return  # the scenario's doing, nobody's decision
    # A polynomial in a prime field: every product stays below 2**63.
    for word in (t, 2 * kind + yes, actor + 1, counterpart + 1, issue + 1):
        count[STORY] = (count[STORY] * 1_000_003 + word + 1) % 2_147_483_647


@compiled
def note(log, count, t, kind, actor, counterpart, issue, answer, gain, shock, a, b, c, d, e):
    """Append one event to the record, and count it.

    Parameters
    ----------
    log : ndarray, shape (rows, COLUMNS)
        Changed; nothing is kept if it has no rows.
    count : ndarray of int
        From `counter`. Its first number goes on counting past a full record, which is how an
        overflow shows.
    t, kind, actor, counterpart, issue : int
        NOBODY (-1) where there is none.
    answer : bool
        Whether the decision was yes, or the thing happened.
    gain, shock : float
        The answer is yes if and only if shock < gain; the margin is gain - shock.
    a, b, c, d, e : float
        In the order of the kind's `terms`, zeros after them.
    """
    if count.shape[0] > TALLY:
        tell(count, t, kind, actor, counterpart, issue, answer)
    if log.shape[0] == 0:
        return
    row = count[ROWS]
    count[ROWS] += 1
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
    who : ndarray of bool, shape (N,)
        Actors that an event is appended for.
    answers, issues, gains, shocks, a, b, c, d, e : ndarray, shape (N,)
        As `answer`, `issue`, `gain`, `shock` and the terms in `note`.
    """
    if log.shape[0] == 0 and count.shape[0] <= TALLY:
        return
    for i in range(who.shape[0]):
        if who[i]:
            note(
                log, count, t, kind, i, counterpart, issues[i], answers[i], gains[i], shocks[i],
                a[i], b[i], c[i], d[i], e[i],
            )  # fmt: skip
