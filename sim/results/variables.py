"""The variables that an ensemble keeps of each run, as the arrays of a block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypedDict

import numpy as np
from numpy.typing import NDArray

from sim.engine import event_log
from sim.engine.build import most_events, prepare
from sim.engine.inputs import Layout
from sim.engine.run_summary import LARGE_COUNTS, SMALL_COUNTS, Picks, Summary, empty_summary
from sim.engine.state import ACTOR_PARTS, PARTS, RECORDED, VARIABLES, Kept
from sim.errors import SimError, nearest
from sim.results.dataset import DIMS, event_codes, file_order, renumber
from sim.scenario.schema import Scenario

# Level -> what it adds to the summary, which is always kept.
LEVELS: dict[str, str] = {
    "summary": "of every run the state of each week, and ties, positions and counts at its end",
    "actors": "every week of every actor, camp, theatre, issue and patron link",
    "dyads": "every week of every tie",
    "events": "every decision and happening with the numbers that drove it",
}
_WEEKLY = {row.name: row.part for row in VARIABLES}
IN_SUMMARY: dict[str, tuple[str, ...]] = {
    "state": ("week",),
    "convener": ("week",),
    "final_tie": ("actor", "other"),
    "final_position": ("issue",),
    "final_capability": ("actor",),
    "decided": ("kind", "answer", "actor"),
    "happened": ("kind", "answer"),
    "story": (),
    "event_count": (),
}


# What is drawn of the ranges of a scenario, where that is asked for.
DRAWN = "drawn"


class Variable(NamedTuple):
    """An array that an ensemble keeps; its first dimension is that of runs."""

    name: str
    """Its name in the Dataset."""
    dims: tuple[str, ...]
    """Dimensions after that of runs."""
    shape: tuple[int, ...]
    """Lengths of `dims`, so without that of runs."""
    dtype: str
    """Type of the values as NumPy names it, such as "float32"."""


class Failure(TypedDict):
    """A run that failed: its number, the error in a line, and its traceback."""

    run: int
    error: str
    traceback: str


class Block(NamedTuple):
    """Results of a block of runs, names in the order of the scenario's file.

    Attributes
    ----------
    arrays : dict of str to ndarray
        One a variable, first axis of runs.
    codes, numbers : ndarray
        Events of all its runs, shape (events, 6) and (events, 7); no rows if they are not kept.
    failures : list of Failure
        The runs that failed.
    """

    arrays: dict[str, NDArray[Any]]
    codes: NDArray[np.int32]
    numbers: NDArray[np.float64]
    failures: list[Failure]


def chosen(record: str | Sequence[str]) -> tuple[str, ...]:
    """Names of a choice of what to record, checked: levels, then variables.

    Parameters
    ----------
    record : str or sequence of str
        Levels (see `LEVELS`) and variables by name; ``"actors,tie"`` is the same as
        ``["actors", "tie"]``.

    Raises
    ------
    SimError
        If one is not known; names the nearest.
    """
    if not isinstance(record, str | Sequence):
        raise SimError(f"what to record is given as words, as 'actors,tie', not as {record!r}")
    words = record.split(",") if isinstance(record, str) else list(record)
    names = [str(word).strip() for word in words]
    known = list(dict.fromkeys([*LEVELS, *_WEEKLY, *IN_SUMMARY]))
    for name in names:
        if name not in known:
            raise SimError(
                f"unknown level or variable to record {name!r} ({nearest(name, known)}); "
                f"levels are {', '.join(LEVELS)}"
            )
    kept = [name for name in [*LEVELS, *_WEEKLY] if name in names and name not in IN_SUMMARY]
    return tuple(dict.fromkeys(["summary", *kept]))


@dataclass(frozen=True)
class Recording:
    """The variables that are kept of every run, and their places in the record of a run."""

    scenario: Scenario
    """The war that is run."""
    layout: Layout
    """Order of actors and issues in the arrays of the engine."""
    record: tuple[str, ...]
    """From `chosen`."""
    uncertain: bool = False
    """Whether the ranges of the scenario are drawn, and what was drawn is kept."""

    @property
    def events(self) -> bool:
        """Whether the table of events is kept."""
        return "events" in self.record

    @cached_property
    def weekly(self) -> tuple[str, ...]:
        """Variables of which every week is kept, in the order of the table."""
        wanted = set(self.record) & set(_WEEKLY)
        if "actors" in self.record:
            wanted |= {name for name, part in _WEEKLY.items() if part in ACTOR_PARTS}
        if "dyads" in self.record:
            wanted.add("tie")
        return tuple(name for name in _WEEKLY if name in wanted and name not in IN_SUMMARY)

    @property
    def parts(self) -> tuple[str, ...]:
        """Parts of the record of a run that are needed for it."""
        return ("status", *dict.fromkeys(_WEEKLY[name] for name in self.weekly))

    @cached_property
    def picks(self) -> Picks:
        """Rows of every part that are kept."""
        rows = {}
        for part, names in RECORDED.items():
            if part == "account":  # one variable whose rows are the accounts
                rows[part] = list(range(4)) if names[0] in self.weekly else []
            else:
                rows[part] = [row for row, name in enumerate(names) if name in self.weekly]
        return Picks(**{part: np.array(found, dtype=np.int64) for part, found in rows.items()})

    @property
    def counts(self) -> np.dtype[np.uint16 | np.uint32]:
        """Type of counts: of two bytes, unless a run can have more events than these hold."""
        most = most_events(prepare(self.scenario)[0], self.layout, self.scenario.weeks)
        return SMALL_COUNTS if most <= np.iinfo(SMALL_COUNTS).max else LARGE_COUNTS

    @cached_property
    def variables(self) -> tuple[Variable, ...]:
        """Everything that is kept, events apart."""
        lay, weeks = self.layout, self.scenario.weeks
        sizes = {
            "week": weeks, "actor": len(lay.actors), "other": len(lay.actors),
            "issue": len(lay.issues), "camp": 2, "theatre": len(lay.theatres),
            "objective": len(lay.objectives), "link": len(lay.links), "account": 4,
            "kind": len(event_log.KINDS), "answer": 2, "range": len(self.scenario.ranges),
        }  # fmt: skip
        like = empty_summary(0, 0, 0, 0, self.counts)
        found = [(name, dims, getattr(like, name).dtype) for name, dims in IN_SUMMARY.items()]
        if self.uncertain:
            found.append((DRAWN, ("range",), np.dtype(np.float64)))
        for name in self.weekly:
            part = _WEEKLY[name]
            dims = ("week", *(("account",) if part == "account" else ()))
            kind = {"status": np.int16}.get(part, np.bool_ if "flag" in part else np.float32)
            found.append((name, (*dims, *DIMS[PARTS[part][0]]), np.dtype(kind)))
        return tuple(
            Variable(name, dims, tuple(sizes[dim] for dim in dims), str(dtype))
            for name, dims, dtype in found
        )

    @property
    def bytes_a_run(self) -> int:
        """Memory of one run, events apart."""
        return sum(
            np.dtype(v.dtype).itemsize * int(np.prod(v.shape, dtype=np.int64))
            for v in self.variables
        )

    def block(
        self,
        out: Summary,
        weeks: Kept,
        rows: NDArray[np.float64],
        drawn: NDArray[np.float64],
        failures: list[Failure],
    ) -> Block:
        """The arrays of a block in the order of the file; see `sim.engine.run_summary`.

        `drawn` is what was drawn of ranges, from `sim.engine.drawn_numbers`.
        """
        order = file_order(self.scenario, self.layout)
        arrays: dict[str, NDArray[Any]] = {}
        for variable in self.variables:
            values: NDArray[Any]
            if variable.name == DRAWN:
                values = drawn
            elif variable.name in IN_SUMMARY:
                values = getattr(out, variable.name)
            else:
                part = _WEEKLY[variable.name]
                names = RECORDED[part]
                values = getattr(weeks, part)
                if part != "account":
                    place = [name for name in names if name in self.weekly].index(variable.name)
                    values = values[:, :, place]
                if PARTS[part][0] == "1":
                    values = values[..., 0]
            for axis, dim in enumerate(variable.dims, start=1):
                if dim in order:
                    values = values.take(order[dim], axis=axis)
            arrays[variable.name] = np.ascontiguousarray(values)
        arrays["convener"] = renumber(arrays["convener"], order["actor"]).astype(np.int16)
        numbers = np.ascontiguousarray(rows[:, event_log.GAIN :])
        return Block(arrays, event_codes(rows, order), numbers, failures)
