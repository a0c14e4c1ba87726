"""What an ensemble keeps of each run of a block, in arrays of few bytes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.engine import event_log
from sim.engine.inputs import Flags, Ints
from sim.engine.state import RECORDED, Kept
from sim.rules.jit import compiled

Small = NDArray[np.float32]
SMALL_COUNTS, LARGE_COUNTS = np.dtype(np.uint16), np.dtype(np.uint32)


class Summary(NamedTuple):
    """What is kept of every run of a block; R runs, T weeks, N actors, K issues."""

    state: NDArray[np.int8]  # (R, T) 0 war, 1 ceasefire, 2 settlement ...
    convener: NDArray[np.int16]  # (R, T)
    final_tie: Small  # (R, N, N)
    final_position: Small  # (R, K)
    final_capability: Small  # (R, N)
    decided: NDArray[np.uint16 | np.uint32]  # (R, kinds, 2, N) events by kind, answer, actor
    happened: NDArray[np.uint16 | np.uint32]  # (R, kinds, 2) events by kind and answer
    story: NDArray[np.int64]  # (R,) fingerprint of all decisions
    event_count: NDArray[np.int64]  # (R,) rows in the table of events
    sound: Flags  # (R,) every number of every week finite, no overflow


class Picks(NamedTuple):
    """Which rows of each part of the record are kept of every week; see `RECORDED`."""

    run: Ints
    status: Ints
    camp: Ints
    theatre: Ints
    actor: Ints
    actor_flag: Ints
    issue: Ints
    issue_flag: Ints
    taste: Ints
    dyad: Ints
    account: Ints
    objective: Ints
    objective_flag: Ints
    link: Ints


class EventRows(NamedTuple):
    """Events of a block, one run after the other."""

    rows: NDArray[np.float64]  # (room, event_log.COLUMNS)
    used: Ints  # (1,)


def empty_weeks(like: Kept, picks: Picks, runs: int, weeks: int) -> Kept:
    """Room for the weeks that are kept of a block: parts of shape (runs, weeks, picked, ...)."""
    found = {}
    for part in Kept._fields:
        size = getattr(like, part).shape[2:]
        kind = getattr(like, part).dtype
        small = {"f": np.float32, "i": np.int16, "b": np.bool_}[kind.kind]
        picked = len(getattr(picks, part))
        found[part] = np.zeros((runs if picked else 0, weeks, picked, *size), dtype=small)
    return Kept(**found)


def empty_summary(
    runs: int,
    weeks: int,
    actors: int,
    issues: int,
    counts: np.dtype[np.uint16 | np.uint32] = SMALL_COUNTS,
) -> Summary:
    """Room for the summaries of a block; `counts` is the type of what is counted."""
    kinds = len(event_log.KINDS)
    return Summary(
        state=np.zeros((runs, weeks), dtype=np.int8),
        convener=np.zeros((runs, weeks), dtype=np.int16),
        final_tie=np.zeros((runs, actors, actors), dtype=np.float32),
        final_position=np.zeros((runs, issues), dtype=np.float32),
        final_capability=np.zeros((runs, actors), dtype=np.float32),
        decided=np.zeros((runs, kinds, 2, actors), dtype=counts),
        happened=np.zeros((runs, kinds, 2), dtype=counts),
        story=np.zeros(runs, dtype=np.int64),
        event_count=np.zeros(runs, dtype=np.int64),
        sound=np.zeros(runs, dtype=np.bool_),
    )


# Rows of the record from which the weeks of a summary are taken.
_STATE, _CONVENER = (list(RECORDED["status"]).index(name) for name in ("state", "convener"))


@compiled
def keep_weeks(out, record, picks) -> None:
    """Copy the picked rows of a record of vectors, shape (weeks, rows, size)."""
    for t in range(record.shape[0] if picks.shape[0] > 0 else 0):
        for v in range(picks.shape[0]):
            for i in range(record.shape[2]):
                out[t, v, i] = record[t, picks[v], i]


@compiled
def keep_week_tables(out, record, picks) -> None:
    """Copy the picked rows of a record of matrices, shape (weeks, rows, size, size)."""
    for t in range(record.shape[0] if picks.shape[0] > 0 else 0):
        for v in range(picks.shape[0]):
            for i in range(record.shape[2]):
                for j in range(record.shape[3]):
                    out[t, v, i, j] = record[t, picks[v], i, j]


@compiled
def summarise(out, n, m, T, theta, status, log, count) -> None:
    """Write the summary of a run into place `n` of the summaries of its block.

    Parameters
    ----------
    out : Summary
        Changed.
    n : int
        Place of the run in its block.
    m, T, theta : ndarray
        Capability, ties and positions when the run is over.
    status, log, count
        Part of the record, events and counter; see `sim.engine.schedule.play`.
    """
    actors = m.shape[0]
    for t in range(status.shape[0]):
        out.state[n, t] = status[t, _STATE, 0]
        out.convener[n, t] = status[t, _CONVENER, 0]
    for i in range(actors):
        out.final_capability[n, i] = m[i]
        for j in range(actors):
            out.final_tie[n, i, j] = T[i, j]
    for k in range(theta.shape[0]):
        out.final_position[n, k] = theta[k]
    place = event_log.TALLY
    for kind in range(out.decided.shape[1]):
        for answer in range(2):
            times = 0
            for i in range(actors + 1):
                times += count[place]
                if i < actors:
                    out.decided[n, kind, answer, i] = count[place]
                place += 1
            out.happened[n, kind, answer] = times
    out.story[n] = count[event_log.STORY]
    out.event_count[n] = min(count[event_log.ROWS], log.shape[0])
    out.sound[n] = count[event_log.UNSOUND] == 0 and count[event_log.ROWS] <= log.shape[0]


@compiled
def condense(out, weeks, picks, table, n, m, T, theta, rec, log, count) -> bool:
    """Write all that is kept of a run into place `n` of its block; False if no room is left.

    Parameters
    ----------
    out, weeks, picks, table : Summary, Kept, Picks, Table
        The first two and the last are changed.
    n, m, T, theta, log, count
        As in `summarise`.
    rec : Kept
        Record of the run.
    """
    rows = min(count[event_log.ROWS], log.shape[0])
    used = table.used[0]
    if used + rows > table.rows.shape[0]:
        return False
    for row in range(rows):
        for column in range(log.shape[1]):
            table.rows[used + row, column] = log[row, column]
    table.used[0] = used + rows
    summarise(out, n, m, T, theta, rec.status, log, count)
    if picks.run.shape[0] > 0:
        keep_weeks(weeks.run[n], rec.run, picks.run)
    if picks.status.shape[0] > 0:
        keep_weeks(weeks.status[n], rec.status, picks.status)
    if picks.camp.shape[0] > 0:
        keep_weeks(weeks.camp[n], rec.camp, picks.camp)
    if picks.theatre.shape[0] > 0:
        keep_weeks(weeks.theatre[n], rec.theatre, picks.theatre)
    if picks.actor.shape[0] > 0:
        keep_weeks(weeks.actor[n], rec.actor, picks.actor)
    if picks.actor_flag.shape[0] > 0:
        keep_weeks(weeks.actor_flag[n], rec.actor_flag, picks.actor_flag)
    if picks.issue.shape[0] > 0:
        keep_weeks(weeks.issue[n], rec.issue, picks.issue)
    if picks.issue_flag.shape[0] > 0:
        keep_weeks(weeks.issue_flag[n], rec.issue_flag, picks.issue_flag)
    if picks.objective.shape[0] > 0:
        keep_weeks(weeks.objective[n], rec.objective, picks.objective)
    if picks.objective_flag.shape[0] > 0:
        keep_weeks(weeks.objective_flag[n], rec.objective_flag, picks.objective_flag)
    if picks.link.shape[0] > 0:
        keep_weeks(weeks.link[n], rec.link, picks.link)
    if picks.taste.shape[0] > 0:
        keep_week_tables(weeks.taste[n], rec.taste, picks.taste)
    if picks.dyad.shape[0] > 0:
        keep_week_tables(weeks.dyad[n], rec.dyad, picks.dyad)
    if picks.account.shape[0] > 0:
        keep_week_tables(weeks.account[n], rec.account, picks.account)
    return True
