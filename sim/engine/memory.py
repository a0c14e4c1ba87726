"""What a job takes of the machine, and the refusal of one that the machine cannot hold."""

from __future__ import annotations

import numpy as np
import psutil

from sim.engine.event_log import COLUMNS
from sim.engine.inputs import Layout
from sim.engine.state import RECORDED, blank
from sim.errors import SimError

# A job that takes less is not worth a word.
WORTH_A_WORD = 1_000_000_000


def free_memory() -> int:
    """Bytes of memory that programs can still have without the disk being used as memory."""
    return int(psutil.virtual_memory().available)


def in_words(size: float) -> str:
    """A number of bytes as people say it: ``"18.6 GB"``, ``"340 MB"``."""
    for unit, name in ((1e12, "TB"), (1e9, "GB"), (1e6, "MB")):
        if size >= unit:
            return (
                f"{size / unit:,.1f} {name}" if size < 100 * unit else f"{size / unit:,.0f} {name}"
            )
    return f"{size / 1e3:.0f} kB"


def must_fit(need: int, what: str, remedy: str) -> None:
    """Refuse a job that needs more memory than the machine has left.

    Parameters
    ----------
    need : int
        Bytes that the job certainly takes: count what it holds at one time, guess nothing.
    what : str
        The job, as the beginning of a sentence: ``"20 runs kept in full"``.
    remedy : str
        What to do instead.

    Raises
    ------
    SimError
        If less is free.
    """
    free = free_memory()
    if need > free:
        raise SimError(
            f"{what} need at least {in_words(need)} of memory, and this machine has "
            f"{in_words(free)} free: {remedy}"
        )


def memory_in_full(
    lay: Layout, weeks: int, runs: int, rows: int, parts: tuple[str, ...] | None = None
) -> int:
    """Bytes of the record of some runs that are kept in full, and of the results made from it.

    Parameters
    ----------
    lay, weeks, runs : Layout, int, int
        Layout of the arrays, weeks of a run, and number of runs.
    rows : int
        Most events of a run, see `sim.engine.build.most_events`; they are held for one run at a
        time.
    parts : tuple of str, optional
        Parts of `sim.engine.state.RECORDED` that are kept; all if not given.
    """
    kept = ("status", *(RECORDED if parts is None else parts))
    like = blank(lay, 0)
    rows_of = [getattr(like, part) for part in dict.fromkeys(kept)]
    week = sum(int(a.dtype.itemsize * np.prod(a.shape[1:], dtype=np.int64)) for a in rows_of)
    # The record of every run is there until the results, of the same size, are made from it.
    return 2 * runs * weeks * week + rows * COLUMNS * 8
