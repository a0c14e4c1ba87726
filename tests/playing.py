"""A scenario played week by week, with draws of one's choice where a test wants them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.engine import draws, event_log
from sim.engine.build import begin, most_events, prepare
from sim.engine.inputs import Layout
from sim.engine.schedule import play, play_in_python
from sim.engine.state import blank
from sim.scenario.schema import Scenario

NO_DRAWS = np.zeros((0, 0, 0))


class Told(NamedTuple):
    """One event of a week."""

    week: int
    kind: str
    actor: int
    counterpart: int
    issue: int
    answer: bool
    gain: float
    shock: float
    terms: dict[str, float]


class Game:
    """One run, stepped by the driver's own text; fields of its world by their names."""

    def __init__(
        self,
        scenario: Scenario,
        seed: int = 1,
        run: int = 0,
        fed: NDArray[np.float64] = NO_DRAWS,
        plain: bool = False,
    ) -> None:
        self.scenario = scenario
        self.givens, self.knobs, self.layout = prepare(scenario)
        self.world = begin(scenario, self.givens, self.knobs, self.layout, seed, run)
        self.record = blank(self.layout, scenario.weeks)
        rows = most_events(self.givens, self.layout, scenario.weeks)
        self.log, self.count = event_log.empty(rows), event_log.counter()
        self.keys, self.fed, self.week = draws.round_keys(seed, run), fed, 0
        self.play = play_in_python if plain else play

    def __getattr__(self, name: str) -> Any:
        for group in self.__dict__.get("world", ()):
            if name in group._fields:
                return getattr(group, name)
        raise AttributeError(name)

    def fields(self) -> dict[str, NDArray[Any]]:
        """A copy of every array of the world, by name."""
        return {name: getattr(part, name).copy() for part in self.world for name in part._fields}

    def step(self, weeks: int = 1) -> list[Told]:
        """Play some weeks and give their events."""
        before = int(self.count[0])
        self.play(
            self.givens, self.knobs, self.world, self.record, self.log, self.count, self.keys,
            self.fed, self.week, self.week + weeks, None,
        )  # fmt: skip
        self.week += weeks
        return list(told(self.log[before : self.count[0]]))

    def actor(self, name: str) -> int:
        return self.layout.actors.index(name)

    def issue(self, name: str) -> int:
        return self.layout.issues.index(name)

    def link(self, patron: str, proxy: str) -> int:
        return self.layout.links.index((patron, proxy))


def told(rows: NDArray[np.float64]) -> Iterator[Told]:
    """Rows of a log as events."""
    for row in rows:
        kind = event_log.KINDS[int(row[event_log.KIND])]
        yield Told(
            int(row[event_log.ROUND]), kind.name, int(row[event_log.ACTOR]),
            int(row[event_log.COUNTERPART]), int(row[event_log.ISSUE]), bool(row[event_log.ANSWER]),
            float(row[event_log.GAIN]), float(row[event_log.SHOCK]),
            dict(zip(kind.terms, row[event_log.TERMS :].tolist(), strict=False)),
        )  # fmt: skip


def even_draws(scenario: Scenario) -> NDArray[np.float64]:
    """Draws in which everybody does what its gain says: no shock, no luck, no new dispute."""
    pairs = 2 * len(scenario.bilateral)
    width = max(len(scenario.actors), len(scenario.issues), pairs, 1)
    fed = np.full((scenario.weeks, draws.DECISIONS, width), 0.5)
    fed[:, draws.TERRITORY] = 0.0
    fed[:, draws.COLLAPSE] = 1.0
    fed[:, draws.DISPUTE] = 1.0
    return fed


def places(layout: Layout, actors: list[str], issues: list[str]) -> tuple[list[int], list[int]]:
    """Where actors and issues of another order stand in the arrays."""
    return [layout.actors.index(a) for a in actors], [layout.issues.index(k) for k in issues]
