"""What a run is given, as arrays by name, and the order in which they are laid out.

Actors, issues, objectives, links and pairs stand in the order of their names, so the order of a
file has no power. Shapes: N actors, K issues, O objectives, L patron links, B bilateral pairs,
H theatres, S shifts.
"""

from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.scenario.parameters import Parameters
from sim.scenario.schema import Scenario

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Words = NDArray[np.uint64]

# What a dated event can change; the numbers stand in records: append, never renumber.
NEW_IDEAL, NEW_WEIGHT, NEW_CAPABILITY, NEW_COST, NEW_CONTROL, NEW_TABLE, NEW_CONSULTATION = range(7)
NEW_POSITION, NEW_PIN = 7, 8
ALWAYS, NEVER, BY_RULE = 1, -1, 0


# What a phase asks for by name: 1 if this mechanism has this value, else 0.
SWITCHES = {
    "danger": ("attention", "danger"), "foresight": ("foresight", True),
    "fighting": ("hazard", "fighting"), "learning": ("learning", True),
    "victory": ("victory", True), "by_tasks": ("fights", "tasks"),
    "tie_behaviour": ("tie_behaviour", True), "promised_only": ("terms", "promised"),
    "by_strength": ("voice", "strength"), "joining": ("joining", True),
    "ruptures": ("ruptures", True), "returning": ("returning", True),
    "lasting": ("resolve", "lasting"),
}  # fmt: skip


def _fields() -> Any:
    """A tuple with every row of the table of parameters, the switches, and two numbers more."""
    more = ("monitored", "loyalty_in_vote")
    return namedtuple("_Numbers", [*Parameters.model_fields, *SWITCHES, *more])


class ParameterValues(_fields()):  # type: ignore[misc]  # its fields stand in a table
    """Every parameter of a scenario with its mechanisms applied, and `SWITCHES`, as floats."""

    __slots__ = ()


class Who(NamedTuple):
    """Actors and their roles, shape (N,) where nothing else is said."""

    side: Ints  # +1, -1, 0
    armed: Flags
    takes_part: Flags  # all that are armed, and others by their tasks
    in_arms: Floats  # share of capability that does: all of the armed, tasks of the others
    theatre_shares: Floats  # (N, H) of what is in arms
    shared_theatres: Floats  # (N, N) how far two actors are in the same theatres
    covered: Floats  # share of it where a ceasefire holds, of the whole war where it has none
    air: Floats  # shares of capability by task
    ground: Floats
    diplomacy: Floats
    discount: Floats  # factor, a week
    power: Floats  # bargaining power
    patience: Floats  # weight on long-term objectives
    pole: Floats  # a convener's end of the prestige issue
    can_convene: Flags
    needed: Flags  # whom its camp may have to cross: conveners and members
    belligerent: Flags
    must_sign: Flags
    patron: Flags
    permanent: Flags
    brought: Flags
    bringer: Ints  # index of the patron, -1 if none
    veto: Flags
    guarantor: Flags
    demander: Flags


class Aim(NamedTuple):
    """Objectives, shape (O,)."""

    actor: Ints
    issue: Ints
    short_term: Flags
    above: Flags  # achieved when the position is above its threshold
    satisfied_at: Floats
    threatened_at: Floats  # again, once it was satisfied


class Topic(NamedTuple):
    """Issues, shape (K,) where nothing else is said."""

    territory: Ints  # (1,) index, -1 if there is none
    beyond: Flags  # (H,) theatres where a ceasefire does not hold
    prestige: Ints  # (1,)
    advances: Flags  # (K, N) advances while this actor fights
    direction: Floats  # (N, K) which way fighting on moves it for this actor
    side_payment: Flags
    promised: Flags  # side payments and prestige
    minor: Flags  # talked about bilaterally
    core: Flags
    takeable: Flags  # armed men can take it from its holder
    agenda_rule: Ints  # see negotiation.agenda_due
    agenda_value: Floats
    renewed: Flags  # local disputes can break out again
    renew_chance: Floats
    renew_to: Floats
    renew_random: Flags


class Links(NamedTuple):
    """Patron links, shape (L,), and bilateral pairs."""

    patron: Ints
    proxy: Ints
    pairs: Ints  # (B, 2)


class Shifts(NamedTuple):
    """Dated changes, shape (S,), in the order of weeks."""

    week: Ints
    kind: Ints
    what: Ints  # index of what is changed
    actor: Ints  # for the record, -1 if none
    issue: Ints
    value: Floats


class Ids(NamedTuple):
    """Subjects of draws."""

    actor: Words  # (N,)
    issue: Words  # (K,)
    objective: Words  # (O,)
    pair: Words  # (2 B,) each ally within each pair
    run: Words  # (1,)


class Course(NamedTuple):
    """The given course of the coalition's war, and its end."""

    front: Floats  # (weeks,) -1 where it is not given; (0,) without a course
    secured: Ints  # (1,) week in which the enemy is beaten, -1 if that is not given
    enemy: Ints  # (1,) -1 if there is none
    falls_to: Floats  # (K, N) chances to come to hold it when the enemy is beaten; 0 if it stays


class Members(NamedTuple):
    """Members of a coalition that hold something, and their pledges."""

    member: Flags  # (N,)
    decisions_from: Ints  # (1,) week
    pledge: Ints  # (N, N, N) of l to j against i; see `sim.rules.coalitions`
    pair: Words  # (N, N) subject of i towards j
    join: Words  # (N, N, N) subject of l in a war of i against j


class NoMembers(NamedTuple):
    """In place of `Members` where no issue is held by an actor."""

    member: Flags  # (N,)


class Start(NamedTuple):
    """What a run starts from."""

    capability: Floats  # (N,)
    cost: Floats  # (N,) of war, a week
    position: Floats  # (K,)
    control: Floats  # (L,)
    consultation: Ints  # (N,) ALWAYS, NEVER, BY_RULE
    objective_weight: Floats  # (O,) before it is spread, as the ideal
    objective_ideal: Floats  # (O,)
    holder: Ints  # (K,) -1 nobody


class Inputs(NamedTuple):
    """What a run is given and never changes."""

    who: Who
    aim: Aim
    topic: Topic
    links: Links
    shifts: Shifts
    ids: Ids
    start: Start
    course: Course
    members: Members  # `NoMembers` where no issue is held by an actor


EVERYWHERE = "everywhere"


def theatres_of(scenario: Scenario) -> tuple[str, ...]:
    """Names of the theatres that a run tells apart, in order; one if it tells none apart."""
    told = scenario.theatres if scenario.mechanisms.theatres else ()
    return tuple(sorted(told)) or (EVERYWHERE,)


@dataclass(frozen=True)
class Layout:
    """Names in the order of the arrays, and where each stands in the file.

    Attributes
    ----------
    actors, issues : tuple of str
        In the order of the arrays.
    objectives : tuple of (actor, horizon, issue)
        The horizon is ``short`` or ``long``.
    links, pairs : tuple of (str, str)
        Patron and proxy; two allies that bargain with each other.
    theatres : tuple of str
        At least one: ``everywhere`` where the scenario tells none apart.
    held : tuple of str
        Issues that somebody holds at the start.
    """

    actors: tuple[str, ...]
    issues: tuple[str, ...]
    objectives: tuple[tuple[str, str, str], ...]
    links: tuple[tuple[str, str], ...]
    pairs: tuple[tuple[str, str], ...]
    theatres: tuple[str, ...]
    held: tuple[str, ...]

    @classmethod
    def of(cls, scenario: Scenario) -> Layout:
        """Lay out a scenario."""
        return cls(
            actors=tuple(sorted(scenario.actors)),
            issues=tuple(sorted(scenario.issues)),
            objectives=tuple(
                sorted(
                    (name, horizon, issue)
                    for name, actor in scenario.actors.items()
                    for horizon in ("short", "long")
                    for issue in getattr(actor, horizon)
                )
            ),
            links=tuple(sorted((p, j) for p, proxies in scenario.patrons.items() for j in proxies)),
            pairs=tuple(sorted((min(pair), max(pair)) for pair in scenario.bilateral)),
            theatres=theatres_of(scenario),
            held=tuple(sorted(n for n, i in scenario.issues.items() if i.held_by is not None)),
        )
