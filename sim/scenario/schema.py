"""The fields of a scenario file: type, unit, range and meaning of each.

A `Scenario` is frozen all the way down and complete: a run reads nothing else. How it comes out
of a file is in `sim.scenario.files`; what its parts must say of each other is in
`sim.scenario.checks`; how it becomes arrays is in `sim.engine.build`.

The types are strict, as in the files: a number is never a text or a truth value.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from html import escape
from typing import Annotated, ClassVar, Literal

from pydantic import Field, PrivateAttr

from sim.scenario.base_types import (
    Frozen,
    FrozenDict,
    Line,
    Name,
    Note,
    Range,
    Sourced,
    Strength,
    StrictModel,
    Text,
    Times,
    Unit,
    Weeks,
    WeeksFromOne,
    Weight,
    When,
    same_type,
)
from sim.scenario.parameters import Mechanisms, Parameters


class Camp(Sourced):
    """One of the two sides of the war."""

    label: Line = Field(description="name in figures and in the chronicle")
    pole: Annotated[Literal[0, 1], same_type(0)] = Field(
        description="the end of the territory issue that this camp fights for"
    )


class Theatre(Sourced):
    """A part of the country in which some of the actors fight."""

    label: Line = Field(description="name in figures and in the chronicle")


class Ceasefire(Sourced):
    """The properties of every ceasefire, whoever brokers it."""

    covers: tuple[Name, ...] | None = Field(
        None, description="theatres that it covers; all of them if not given"
    )
    monitored: bool = Field(False, description="watched: breaches are seen, and cost something")


class Tabled(StrictModel):
    """When an agenda issue is put on the table; exactly one field is given."""

    replaces: ClassVar[bool] = True

    at: When | Literal["start", "never", "demand", "when it pays"] | None = Field(
        None,
        description="'start', 'never', a date or a week (rounds held from then on), 'demand' (the "
        "first talks to which a demander comes), or 'when it pays' (the first at which the "
        "convener gains by it, the chance of a settlement included)",
    )
    after_failed: WeeksFromOne | None = Field(
        None, description="after so many rounds of talks that were held and did not settle"
    )


class Renewal(StrictModel):
    """New local disputes: the issue falls back to a value now and then."""

    to: Unit | Literal["uniform"] = Field(
        description="the position it falls back to, or 'uniform' for a draw on [0, 1]"
    )
    rate: Unit | None = Field(
        None, description="chance a week; the parameter `dispute_rate` if it is not given"
    )


class Issue(Sourced):
    """Something that is fought over or talked about, on a scale from 0 to 1."""

    label: Line = Field(description="name in figures and in the chronicle")
    zero: Line = Field(description="what 0 means")
    one: Line = Field(description="what 1 means")
    start: Unit = Field(description="position at the start")
    moved_by: Literal["territory"] | None = Field(
        None, description="'territory': moved by the contest of forces; at most one issue"
    )
    advances_while: tuple[Name, ...] = Field(
        (),
        description="advances by `advance_speed` a week while these actors fight, in part if only "
        "a part of what they have in arms does",
    )
    gains_from: tuple[Name, ...] = Field(
        (), description="actors that bring it nearer to 1 by fighting on (not for territory)"
    )
    prestige: bool = Field(
        False, description="who leads the peace: each deal moves it to the convener's pole"
    )
    side_payment: bool = Field(False, description="can be promised in a ceasefire's terms")
    bilateral: bool = Field(False, description="can be patched in bilateral talks")
    core: bool = Field(False, description="endorsed or refused in bilateral talks once tabled")
    agenda: Tabled | None = Field(None, description="on the agenda of the talks, and from when")
    renewed: Renewal | None = Field(None, description="falls back by new local disputes")
    held_by: Name | None = Field(
        None, description="the actor that holds it; others can then demand it or take it"
    )
    by_force: bool = Field(
        False, description="armed men can take it from its holder: land, a capital, posts"
    )
    falls_to: Annotated[Mapping[Name, Weight], Frozen] = Field(
        {},
        description="who comes to hold what the enemy holds when it is beaten, by chance with "
        "these weights",
    )


class Outcome(Sourced):
    """A class of settlements: those that brought an issue far enough."""

    label: Line = Field(description="what they brought about: 'power is shared'")
    issue: Name = Field(description="the issue that says so")
    at_least: Unit = Field(description="position from which on it counts as brought about")


OUTCOMES = (
    "continued_war", "fragile_ceasefire", "frozen_conflict", "settlement", "victory",
    "front_at_a_border", "alliance_split",
)  # fmt: skip
"""Classes of outcome that any war can have (`sim.measures.outcomes`)."""
WON_BY = "won_by_"
"""How the class of the wars that a camp has won begins."""


class LongTerm(Sourced):
    """What an actor wants for the time after the war."""

    ideal: Unit = Field(description="the position that it would like best")
    weight: Weight = Field(description="importance, on any scale")


class ShortTerm(LongTerm):
    """What an actor needs now; it stops pressing once it is satisfied."""

    satisfied_at: Unit | Literal["never"] = Field(
        description="position at which it counts as achieved, or 'never'"
    )
    threatened_at: Unit | None = Field(
        None, description="position at which it presses again; further from the ideal"
    )


class Tasks(Sourced):
    """Shares of the actor's capability that go to each task."""

    air: Unit = Field(0.0, description="fighting from the air")
    ground: Unit = Field(0.0, description="fighting on the ground")
    diplomacy: Unit = Field(0.0, description="brokering")


class ActorEntry(Sourced):
    """A state, a government, a militia or an organisation that takes part."""

    label: Line = Field(description="name in figures and in the chronicle")
    kind: Literal["state", "government", "militia", "organisation"] = Field(
        description="decides the class of its agent"
    )
    agent: Line | None = Field(
        None, description="name under which a class of your own is registered"
    )
    camp: Name | None = Field(None, description="its side of the war; neutral if not given")
    armed: bool = Field(False, description="fights, and decides week by week whether to go on")
    capability: Strength = Field(description="strength, on any scale")
    tasks: Tasks = Field(Tasks(), description="shares of its capability by task")
    theatres: Annotated[Mapping[Name, Unit], Frozen] = Field(
        {},
        description="shares of its fighting force by theatre, 1 in all; alike in every theatre if "
        "not given",
    )
    discount: Annotated[float, Field(gt=0, lt=1)] = Field(
        description="weekly discount factor: nearer to 1 is more patient"
    )
    cost_of_war: Unit = Field(description="flow cost of a week of war, in utility")
    short: Annotated[Mapping[Name, ShortTerm], Frozen] = Field(
        {}, description="short-term objectives, by issue"
    )
    long: Annotated[Mapping[Name, LongTerm], Frozen] = Field(
        {}, description="long-term objectives, by issue"
    )


class CoursePoint(Sourced):
    """A day on which it is known where the front stood."""

    date: When = Field(description="day, or number of the week")
    position: Unit = Field(description="position of the territory issue on it")


class Course(Sourced):
    """The given course of the front of the coalition's war, in place of the contest of forces."""

    positions: tuple[CoursePoint, ...] = Field(
        description="in the order of days; on the way from one to the next the front moves evenly"
    )
    secured: When | None = Field(
        None, description="the day on which the enemy is beaten, and this war is over"
    )


class Coalition(Sourced):
    """Allies against one enemy, who may fall out over what they hold."""

    members: tuple[Name, ...] = Field(description="allies, at the start of their war")
    enemy: Name = Field(description="whom they fight")
    decisions_from: When = Field(
        0, description="from when members may demand what others hold; the past is given until then"
    )


class Guarantee(Sourced):
    """A pledge to come to the aid of somebody if it is attacked."""

    by: Name = Field(description="who is pledged")
    to: Name = Field(description="whom it protects")
    against: Name = Field(description="the attacker against whom it counts")


class Roles(StrictModel):
    """Who can do what; no actor has a part in the rules by its name."""

    conveners: Annotated[Mapping[Name, Unit], Frozen] = Field(
        {}, description="who can broker a ceasefire, each with its pole of the prestige issue"
    )
    belligerents: tuple[Name, ...] = Field(
        (), description="main parties: always consulted, their trust gives a convener access"
    )
    must_sign: tuple[Name, ...] = Field(
        (), description="a ceasefire is in force if and only if all of these ratify it"
    )
    consultation: Annotated[Mapping[Name, Literal["always", "never"]], Frozen] = Field(
        {}, description="experiment: patrons that are consulted always or never"
    )


class Talks(StrictModel):
    """The negotiation round: who sits there, and who can stop it."""

    permanent: tuple[Name, ...] = Field((), description="parties that always attend")
    brought: Annotated[Mapping[Name, Name | Literal[""]], Frozen] = Field(
        {},
        description="parties that decide to attend, each with the patron that brings it or ''",
    )
    veto: tuple[Name, ...] = Field((), description="a settlement needs the yes of all of these")
    guarantors: tuple[Name, ...] = Field((), description="judge each other by their votes")
    demanders: tuple[Name, ...] = Field(
        (), description="a newly tabled issue opens half-way to them"
    )


class ScheduledEvent(Sourced):
    """A dated change of inputs of the war; a decision cannot be set.

    Give `date` (or `week`) and one of: `actor` with `issue` and `ideal` and/or `weight_times`;
    `actor` with `capability` and/or `cost_of_war`; `patron` with `proxy` and `control`;
    `issue` alone with `tabled`; `actor` with `consultation`; `issue` alone with `position`, and
    `pinned` if it is held there.
    """

    date: dt.date | None = Field(None, description="day it happens; takes effect in its week")
    week: Weeks | None = Field(None, description="or the number of its week")
    why: Text = Field(description="what happened, in words")
    actor: Name | None = Field(None, description="whom it concerns")
    issue: Name | None = Field(None, description="what it concerns")
    ideal: Unit | None = Field(None, description="new ideal, exactly")
    weight_times: Times | None = Field(None, description="factor on the weight")
    capability: Strength | None = Field(None, description="new capability")
    cost_of_war: Unit | None = Field(None, description="new flow cost of war")
    patron: Name | None = Field(None, description="patron of the link that changes")
    proxy: Name | None = Field(None, description="proxy of the link that changes")
    control: Unit | None = Field(None, description="new control share of the patron link")
    tabled: Annotated[Literal[True] | None, same_type(True)] = Field(
        None, description="puts an agenda issue on the table"
    )
    consultation: Literal["always", "never", "by rule"] | None = Field(
        None, description="whether the patron is consulted from then on"
    )
    position: Unit | None = Field(
        None, description="experiment: where the issue is put; ends an earlier `pinned`"
    )
    pinned: Annotated[Literal[True] | None, same_type(True)] = Field(
        None, description="experiment: the issue is held at `position` from then on"
    )


class Scenario(StrictModel):
    """One war: everything that a run is given.

    Raises
    ------
    ScenarioError
        From `sim.scenario.files.load` and `sim.scenario.files.build`: every fault at once.
    """

    name: Line = Field(description="title of the scenario")
    description: Text = Field("", description="what it is about, and what it asks")
    start: dt.date = Field(description="first day of week 0")
    weeks: WeeksFromOne = Field(120, description="weeks to run")
    camps: Annotated[Mapping[Name, Camp], Frozen] = Field({}, description="the two sides, or none")
    issues: Annotated[Mapping[Name, Issue], Frozen] = Field(description="what it is about")
    actors: Annotated[Mapping[Name, ActorEntry], Frozen] = Field(description="who takes part")
    patrons: Annotated[Mapping[Name, Annotated[Mapping[Name, Unit], Frozen]], Frozen] = Field(
        {}, description="control share of each patron over each of its proxies"
    )
    roles: Roles = Field(Roles(), description="who can do what")
    talks: Talks = Field(Talks(), description="the negotiation round")
    bilateral: tuple[tuple[Name, Name], ...] = Field(
        (), description="pairs of allies that talk apart"
    )
    theatres: Annotated[Mapping[Name, Theatre], Frozen] = Field(
        {}, description="parts of the country, if what happens where matters"
    )
    ceasefire: Ceasefire = Field(Ceasefire(), description="what a ceasefire is")
    coalition: Coalition | None = Field(
        None, description="allies who may fall out, if issues are held by actors"
    )
    course: Course | None = Field(None, description="the given course of the front")
    guarantees: tuple[Guarantee, ...] = Field((), description="pledges to defend")
    outcomes: Annotated[Mapping[Name, Outcome], Frozen] = Field(
        {}, description="classes of settlements, told apart by measures; no part of the war"
    )
    events: tuple[ScheduledEvent, ...] = Field(
        (), description="dated changes in what actors are given"
    )
    parameters: Parameters = Field(Parameters(), description="numbers of the theory")
    mechanisms: Mechanisms = Field(Mechanisms(), description="parts of the theory, on or off")
    sources: Annotated[Mapping[str, Note], Frozen] = Field(
        {}, description="sources of single numbers, by path"
    )

    # No field of a file: a range is written where its number stands.
    _ranges: Mapping[str, Range] = PrivateAttr(default_factory=FrozenDict)

    @property
    def ranges(self) -> Mapping[str, Range]:
        """The numbers that are given as ranges, by path; their fields hold the middle."""
        return self._ranges

    def with_ranges(self, ranges: Mapping[str, Range]) -> Scenario:
        """The same scenario with these ranges noted, whose middle its fields must hold."""
        found = self.model_copy()
        found._ranges = FrozenDict(ranges)
        return found

    def __repr__(self) -> str:
        return (
            f"Scenario {self.name!r}: {len(self.actors)} actors, {len(self.issues)} issues, "
            f"{self.weeks} weeks from {self.start}\n"
            "Run it: sim.simulate(scenario). Every value: print(sim.scenario.files.dumps(scenario))"
        )

    __str__ = __repr__

    def _repr_html_(self) -> str:
        return "<p>" + escape(repr(self)).replace("\n", "<br>") + "</p>"


def weeks_after(scenario: Scenario, when: dt.date | int) -> float:
    """Weeks from the start of the scenario to a day, with its part of a week; see `week_of`."""
    return float(when) if isinstance(when, int) else (when - scenario.start).days / 7


def week_of(scenario: Scenario, when: dt.date | int) -> int:
    """Give the week in which a date falls, counted from 0 at the start; negative before it."""
    return when if isinstance(when, int) else (when - scenario.start).days // 7
