"""Continue a run from any of its weeks with one number changed, as often as needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine import event_log as log
from sim.engine.build import counted, first_world, keys_of, most_events, open_run, prepare
from sim.engine.draws import NO_DRAWS
from sim.engine.inputs import Inputs
from sim.engine.schedule import play
from sim.engine.state import World, blank
from sim.results.dataset import Event
from sim.scenario.english import Words
from sim.scenario.ranges import size
from sim.scenario.schema import Scenario, ScheduledEvent


@dataclass(frozen=True)
class Input:
    """A number that a dated event can change.

    Attributes
    ----------
    words : str
        What it is, as part of a sentence.
    fields : dict
        What the dated event names, without the number.
    field : str
        The field of the dated event that holds the number.
    week : int
        When it is changed.
    before : float
        What it was then; 1 for a factor on a weight.
    low, high : float
        Within these values it is tried.
    kind : str
        "times" (counts in doublings), "position" (counts in steps of 0.1) or "choice".
    """

    words: str
    fields: dict[str, str]
    field: str
    week: int
    before: float
    low: float
    high: float
    kind: str

    def event(self, value: float) -> dict[str, Any]:
        """The dated event that gives it this value, as a scenario has it."""
        given: object = float(value)
        if self.field == "consultation":
            given = "always" if value > 0 else "never"
        elif self.field == "tabled":
            given = True
        return {"week": self.week, "why": "what if", **self.fields, self.field: given}

    def size(self, value: float) -> float:
        """How large a change to this value is: 1 is as far as the number plausibly goes."""
        if self.kind == "choice":
            return 1.0
        return size(self.before, value, position=self.kind == "position")


class Stage:
    """One run that can be played on from any week with something changed.

    Its scenario is without actor classes of one's own; `seed` and `hold` are those of the ensemble.
    """

    def __init__(self, scenario: Scenario, seed: int, run: int, hold: str | None = None) -> None:
        self.scenario, self.seed, self.run, self.hold = scenario, seed, run, hold
        self.g, self.p, self.lay = prepare(scenario)
        self.words = Words(scenario)
        keys = keys_of(seed, np.array([run], dtype=np.uint64), hold)
        self._luck, self._traits = (key[0] for key in keys)
        self._nothing = blank(self.lay, scenario.weeks, ())
        self.world, self._memory = first_world(self.g, self.lay)
        self._kept: dict[int, tuple[NDArray[np.generic], ...]] = {}

    def at(self, week: int) -> World:
        """The world as that week begins; the same arrays are used again."""
        if week not in self._kept:
            self.world, self._memory = first_world(self.g, self.lay)
            open_run(self.g, self.p, self.world, self._traits)
            self._play(self.g, 0, week, log.empty(0))
            self._kept[week] = tuple(values.copy() for values in self._memory)
        for values, kept in zip(self._memory, self._kept[week], strict=True):
            values[:] = kept
        return self.world

    def _play(self, g: Inputs, first: int, last: int, room: NDArray[np.float64]) -> int:
        count = log.counter()
        play(
            g, self.p, self.world, self._nothing, room, count, self._luck, NO_DRAWS, first, last,
            None,
        )  # fmt: skip
        return int(count[0])

    def asker(self, what: Input, decision: Event) -> Callable[[float], tuple[bool, float] | None]:
        """A function from a value of the input to answer and margin of the decision.

        It gives None where the question no longer arises. Refused inputs (a dated event of the
        scenario sets the number in that week already, or events are off) give None always.
        """
        place = self._given(what)
        if place is None:
            return lambda value: None
        g, rows = place
        change = int(g.shifts.kind[rows[0]])
        spot = (*self.lay.actors, "")
        who, whom = (spot.index(name) for name in (decision.actor, decision.counterpart))
        whom = whom if decision.counterpart else -1
        kind, week = log.CODE[decision.decision], decision.week
        room = log.empty(most_events(g, self.lay, week + 1 - what.week))

        def ask(value: float) -> tuple[bool, float] | None:
            g.shifts.value[rows] = counted(change, value, self.scenario)
            self.at(what.week)
            told = room[: self._play(g, what.week, week + 1, room)]
            here = (told[:, log.ROUND] == week) & (told[:, log.KIND] == kind)
            found = told[here & (told[:, log.ACTOR] == who) & (told[:, log.COUNTERPART] == whom)]
            if len(found) == 0:
                return None
            return bool(found[0, log.ANSWER] > 0.5), float(found[0, log.GAIN] - found[0, log.SHOCK])

        return ask

    def _given(self, what: Input) -> tuple[Inputs, NDArray[np.intp]] | None:
        """Inputs with the dated event of an input in them, and the rows that hold its number."""
        dated = ScheduledEvent(**what.event(what.high))
        other = self.scenario.model_copy(update={"events": (*self.scenario.events, dated)})
        shifts, old = prepare(other)[0].shifts, self.g.shifts
        known = set(zip(*(c.tolist() for c in (old.week, old.kind, old.what)), strict=True))
        new = list(zip(*(c.tolist() for c in (shifts.week, shifts.kind, shifts.what)), strict=True))
        rows = [n for n, key in enumerate(new) if key not in known]
        if not rows or len(rows) != len(new) - len(known):
            return None
        return self.g._replace(shifts=shifts), np.array(rows, dtype=np.intp)
