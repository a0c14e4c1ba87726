"""The actors and issues of the tests of the theory, read from the scenario."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sim.errors import SimError, nearest
from sim.scenario.schema import Scenario, ShortTerm


class Calendar(NamedTuple):
    """Weeks of the experiments, as parts of the length of the war (in brackets: of 120 weeks).

    Attributes
    ----------
    clamped : int
        From then on a clamp holds the territory issue: a quarter (30).
    measured : int
        From then on what a clamp does is measured: seven twelfths (70).
    returned : int
        From then on the goal is threatened again: three quarters (90).
    late : int
        From then on what that does is measured: five sixths (100).
    lag : int
        After so many weeks a tie is compared with that of the week of the achieved goal: a third
        (40).
    """

    clamped: int
    measured: int
    returned: int
    late: int
    lag: int


@dataclass(frozen=True)
class Roles:
    """Partner and spoiler, two allies with a shared short-term goal, and what the tests need.

    Attributes
    ----------
    partner, spoiler : str
        Actors of one camp. What the spoiler orders and what its proxies do is measured.
    goal : str
        The territory issue, on which both have a short-term goal.
    upwards : bool
        Whether the goal is a high position.
    achieved : float
        Position from which both count the goal as achieved.
    secure, threatened : float
        Positions at which clamps hold it: half-way from where the goal is threatened again to the
        end that the camp fights for; and where it starts, or, if it is not threatened there,
        half-way to the other end.
    disputed : tuple of str
        Issues other than the goal's on which both have a long-term aim.
    proxies : tuple of str
        Armed actors over which the spoiler has a larger share of control than any other patron.
    others : tuple of str
        The other armed actors of the camp.
    core : tuple of str
        Core issues on the agenda.
    weeks : Calendar
        The weeks at which the experiments act and measure.
    """

    partner: str
    spoiler: str
    goal: str
    upwards: bool
    achieved: float
    secure: float
    threatened: float
    disputed: tuple[str, ...]
    proxies: tuple[str, ...]
    others: tuple[str, ...]
    core: tuple[str, ...]
    weeks: Calendar

    @property
    def pair(self) -> tuple[str, str]:
        """Partner and spoiler."""
        return self.partner, self.spoiler


def find(scenario: Scenario, pair: Sequence[str] | None = None) -> Roles:
    """Read the cast of the test from a scenario.

    Parameters
    ----------
    scenario : Scenario
        The war to be tested.
    pair : (str, str), optional
        Partner and spoiler; the scenario's first bilateral pair if not given.

    Raises
    ------
    SimError
        If there is no pair, it is not known or not of one camp, or the two share no short-term goal
        on territory that can be achieved.
    """
    partner, spoiler = _pair(scenario, pair)
    goal = next((k for k, issue in scenario.issues.items() if issue.moved_by == "territory"), None)
    if goal is None:
        raise SimError("the test needs a goal that a war decides: no issue is moved by territory")
    marks = [_mark(scenario, name, goal) for name in (partner, spoiler)]
    upwards = marks[0][2]
    if marks[1][2] != upwards:
        raise SimError(f"{partner} and {spoiler} want opposite things of {goal}: no shared goal")
    best, end, other_end = (max, 1.0, 0.0) if upwards else (min, 0.0, 1.0)
    achieved, danger = best(marks[0][0], marks[1][0]), best(marks[0][1], marks[1][1])
    start = scenario.issues[goal].start
    in_danger = start < danger if upwards else start > danger
    armed = [n for n, a in scenario.actors.items() if a.armed and n not in (partner, spoiler)]
    proxies = tuple(name for name in armed if _first_patron(scenario, name) == spoiler)
    camp = scenario.actors[spoiler].camp
    one, other = (scenario.actors[name].long for name in (partner, spoiler))
    weeks = scenario.weeks
    return Roles(
        partner, spoiler, goal, upwards, achieved,
        secure=(danger + end) / 2,
        threatened=start if in_danger else (danger + other_end) / 2,
        disputed=tuple(k for k in scenario.issues if k in one and k in other and k != goal),
        proxies=proxies,
        others=tuple(n for n in armed if n not in proxies and scenario.actors[n].camp == camp),
        core=tuple(k for k, i in scenario.issues.items() if i.core and i.agenda is not None),
        weeks=Calendar(
            weeks // 4, weeks * 7 // 12, weeks * 3 // 4, weeks * 5 // 6, max(weeks // 3, 1)
        ),
    )  # fmt: skip


def allies(scenario: Scenario) -> list[tuple[str, str]]:
    """All pairs of actors of one camp, in the order of the file."""
    camps = {name: actor.camp for name, actor in scenario.actors.items() if actor.camp is not None}
    return [two for two in itertools.combinations(camps, 2) if camps[two[0]] == camps[two[1]]]


def _pair(scenario: Scenario, pair: Sequence[str] | None) -> tuple[str, str]:
    if pair is None:
        if not scenario.bilateral:
            raise SimError(
                "the scenario names no bilateral pair: name one under `bilateral`, or say which "
                "two (test-theory: --pair A B)"
            )
        pair = scenario.bilateral[0]
    if isinstance(pair, str) or len(pair) != 2 or pair[0] == pair[1]:
        raise SimError(f"the pair is two different actors, partner and spoiler; is {pair!r}")
    known, (partner, spoiler) = list(scenario.actors), pair
    for name in pair:
        if name not in known:
            raise SimError(f"unknown actor {name!r} ({nearest(str(name), known)})")
    if (partner, spoiler) not in allies(scenario) and (spoiler, partner) not in allies(scenario):
        raise SimError(f"{partner} and {spoiler} are not of one camp: the test is about allies")
    return partner, spoiler


def _mark(scenario: Scenario, name: str, goal: str) -> tuple[float, float, bool]:
    """(achieved at, threatened at, whether upwards) of an actor's goal on territory."""
    wanted = scenario.actors[name].short.get(goal)
    if not isinstance(wanted, ShortTerm):
        raise SimError(f"{name} has no short-term goal on {goal}: the test needs a shared one")
    if wanted.satisfied_at == "never" or wanted.threatened_at is None:
        raise SimError(
            f"{name}'s goal on {goal} is never satisfied in this scenario: test the case in which "
            "it can be"
        )
    return wanted.satisfied_at, wanted.threatened_at, wanted.satisfied_at > wanted.threatened_at


def _first_patron(scenario: Scenario, proxy: str) -> str | None:
    """The patron with the largest share of control; nobody if two have it or there is none."""
    shares = {patron: links.get(proxy, 0.0) for patron, links in scenario.patrons.items()}
    most = max(shares.values(), default=0.0)
    first = [patron for patron, share in shares.items() if share == most > 0.0]
    return first[0] if len(first) == 1 else None
