"""The war as a Mesa model: every actor is an agent, every decision a method that calls its rule.

This is what one opens, steps, watches and subclasses. The phases are those of
`sim.engine.schedule.play`, run in Python; the numbers are the same as the compiled driver's, to the
last bit.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any, SupportsIndex

import mesa
import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim.agents.registry import REGISTERED, checked
from sim.engine import draws
from sim.engine.build import begin, keys_of, most_events, prepare
from sim.engine.decisions import AMONG_MEMBERS, DECISIONS, Kind
from sim.engine.event_log import ROWS, counter, empty, must_be_sound
from sim.engine.inputs import Inputs, ParameterValues
from sim.engine.schedule import play_in_python
from sim.engine.state import Kept, World, blank
from sim.errors import ActorError, Fault, ScenarioError, SimError, nearest
from sim.results.dataset import assemble
from sim.rules import bargaining, ceasefires, negotiation, proxies
from sim.scenario.files import load
from sim.scenario.schema import Scenario


class Actor(mesa.Agent):  # type: ignore[misc]  # Mesa ships no types
    """An actor of the war: a view on its row of the world, with its decisions as methods.

    Subclass one of the four kinds, override any decision, `register` the class under a name and
    write ``agent = "that name"`` at the actor in the scenario. A decision returns its gain: the
    value of yes above that of no, a finite float in [-2, 2]. The phase compares it with the
    decision's own draw, so a gain is a propensity, not a yes.

    Attributes
    ----------
    name, label : str
        As in the scenario.
    index : int
        Row in the arrays of `world`.
    inputs, parameter_values, world
        What the run is given, parameters, state; read-only here.
    """

    model: ConflictModel

    def __init__(self, model: ConflictModel, name: str) -> None:
        super().__init__(model)
        self.name = name
        self.label = model.case.actors[name].label
        self.index = model.layout.actors.index(name)

    @property
    def inputs(self) -> Inputs:
        """The inputs of the run, read-only."""
        return self.model.seen_inputs

    @property
    def parameter_values(self) -> ParameterValues:
        """Parameters of the theory, mechanisms applied."""
        return self.model.parameter_values

    @property
    def world(self) -> World:
        """State of the world, read-only."""
        return self.model.seen

    @property
    def capability(self) -> float:
        """Present capability."""
        return float(self.world.force.capability[self.index])

    @property
    def attention_short(self) -> float:
        """Share of attention that goes to short-term objectives."""
        return float(self.world.aims.attention_short[self.index])

    @property
    def value_war(self) -> float:
        """Reservation value: what fighting on is worth to it."""
        return float(self.world.value.value_war[self.index])

    @property
    def value_ceasefire(self) -> float:
        """What a ceasefire is worth to it."""
        return float(self.world.value.value_ceasefire[self.index])

    @property
    def violated(self) -> bool:
        """Whether it violated a ceasefire this week."""
        return bool(self.world.ceasefire.violated[self.index])

    def tie_to(self, other: str) -> float:
        """Tie to another actor, in [-1, 1]."""
        return float(self.world.relations.tie[self.index, self.model.actor(other).index])

    def takes_part(self) -> float:
        """Gain from fighting against holding back (who fights without being armed only)."""
        return float(self.model.world.force.worth_of_part[self.index])

    def convenes(self) -> float:
        """Gain from brokering a ceasefire, prestige included (conveners only)."""
        g, w = self.model.inputs, self.model.world
        return float(ceasefires.convenes(
            self.index, w.value.gain, w.force.position, g.who.pole, w.aims.weight,
            g.topic.prestige[0], self.parameter_values.prestige_step,
        ))  # fmt: skip

    def proposes(self) -> float:
        """Gain from proposing a ceasefire, once it is the convener."""
        return float(ceasefires.proposes(self.index, self.model.world.value.gain))

    def consults(self, other: str) -> float:
        """Chance, in [0, 1], that it consults a patron on the deal that it brokers."""
        i, j, p = self.index, self.model.actor(other).index, self.parameter_values
        tie = self.model.world.relations.heeded
        return float(ceasefires.consults(i, j, tie, p.consultation_slope, p.consultation_tie))

    def ratifies(self, convener: str) -> float:
        """Own gain from ratifying the terms that a convener has drawn up."""
        w = self.model.world
        return float(
            ceasefires.ratifies(
                self.index, w.value.gain, w.ceasefire.terms_worth, w.ceasefire.crossing_cost
            )
        )

    def heeds(self, own: float, wishes: NDArray[np.float64]) -> float:
        """Gain that it acts on, given its own and what its patrons would have it do.

        Parameters
        ----------
        own : float
            Its own gain.
        wishes : ndarray, shape (N,)
            Every actor's wish as a gain, in the order of the arrays.
        """
        links, patronage = self.model.inputs.links, self.model.world.patronage
        control = patronage.autonomy, patronage.pull, links.patron, links.proxy
        return float(proxies.heeds(self.index, own, wishes, *control))

    def orders(self) -> float:
        """Own gain from a ceasefire that holds; a patron orders its proxies by it."""
        gain, ceasefire = self.model.world.value.gain, self.model.world.ceasefire
        worth = gain, ceasefire.terms_worth, ceasefire.crossing_cost, ceasefire.military_gain
        return float(proxies.orders(self.index, *worth))

    def revises(self, other: str) -> float:
        """Chance, in [0, 1], that it buys in a patron that was left out and is blamed."""
        return float(self.parameter_values.revision_chance)

    def attends(self) -> float:
        """Own gain from coming to the talks (brought parties only)."""
        w = self.model.world
        return float(negotiation.attends(self.index, w.value.gain, w.talk.seat_cost))

    def raises(self, issue: str) -> float:
        """Gain from putting an issue on the table of the talks (the convener only)."""
        at = self.model.layout.issues.index(issue)
        return float(self.model.world.talk.raise_gain[at])

    def votes(self) -> float:
        """Own gain from accepting the text."""
        w = self.model.world
        return float(
            negotiation.votes(self.index, w.value.value_settlement, w.value.value_ceasefire)
        )

    def bargains(self, other: str) -> float:
        """Gain from the bilateral deal that lies before it and an ally."""
        pair, side = self.model.pair(self.name, other)
        talk, cost = self.model.world.talk, self.parameter_values.bilateral_deal_cost
        local, core = talk.pair_local[pair, side], talk.pair_core[pair, side]
        return float(bargaining.bargains(local, core, cost))

    def demands(self, other: str) -> float:
        """Gain from demanding what another holds: above 0 the demand is made."""
        return self.model.rule_gain

    def accepts(self, other: str) -> float:
        """Gain from the text that lies before a claimant and a holder."""
        return self.model.rule_gain

    def attacks(self, other: str) -> float:
        """Gain from an attack on an actor that has refused its demand."""
        return self.model.rule_gain

    def joins(self, beside: str, against: str) -> float:
        """Gain from joining a war among others beside one and against the other."""
        return self.model.rule_gain

    def breaks_with(self, other: str) -> float:
        """Gain from a formal rupture with an actor that has refused its demand."""
        return self.model.rule_gain

    def consents(self, beside: str, against: str) -> float:
        """Gain from standing beside one that breaks with another, pledged to it."""
        return self.model.rule_gain

    def comes_back(self) -> float:
        """Gain from taking up arms again after its defeat (the enemy of a coalition only)."""
        return self.model.rule_gain

    def makes_peace(self, other: str) -> float:
        """Gain from the text that would end a war among members that it leads."""
        return self.model.rule_gain


class StateActor(Actor):
    """A state that takes part from outside: patron, mediator, guarantor."""


class GovernmentActor(Actor):
    """The government that the war is about."""


class MilitiaActor(Actor):
    """An armed group, with or without patrons."""


class OrganisationActor(Actor):
    """An international organisation."""


KINDS: dict[str, type[Actor]] = {
    "state": StateActor,
    "government": GovernmentActor,
    "militia": MilitiaActor,
    "organisation": OrganisationActor,
}


def class_of(scenario: Scenario, name: str) -> type[Actor]:
    """Class of an actor's agent.

    Raises
    ------
    ScenarioError
        If the scenario asks for a class that nobody has registered.
    """
    actor = scenario.actors[name]
    if actor.agent is None:
        return KINDS[actor.kind]
    if actor.agent not in REGISTERED:
        known = list(REGISTERED)
        hint = nearest(actor.agent, known) if known else "give its file with --plugin"
        fault = Fault(f"actors.{name}.agent", f"no agent class {actor.agent!r} is registered", hint)
        raise ScenarioError([fault])
    found: type[Actor] = REGISTERED[actor.agent]
    if not issubclass(found, Actor):
        raise ActorError(f"agent class {actor.agent!r} must be a subclass of sim.Actor")
    return found


class ConflictModel(mesa.Model):  # type: ignore[misc]  # Mesa ships no types
    """A war that can be stepped week by week.

    Parameters
    ----------
    case : Scenario or path
        What the war is given. (Mesa keeps `scenario` for a use of its own.)
    seed, run : int
        Seed of the random numbers, and number of the run.
    log : bool
        Whether to keep the events.
    hold : str, optional
        What of the luck is that of no run but the same in all: "heterogeneity" or "luck".
    classes : mapping of str to type, optional
        Classes of single actors, in place of those for which the scenario asks.

    Attributes
    ----------
    week : int
        The next week to be played.
    running : bool
        False once the scenario's last week is over.
    deciding : str
        The decision for which actors are being asked; while they heed their patrons, the one that
        they heed them in.
    rule_gain : float
        What the rule says to the question at hand.
    datacollector : mesa.DataCollector
        State, violence and contest of every week; capability, short-term attention, value of war
        and violations of every actor.
    """

    def __init__(
        self,
        case: Scenario | str | os.PathLike[str],
        seed: int = 1,
        run: int = 0,
        log: bool = True,
        hold: str | None = None,
        classes: Mapping[str, type[Actor]] | None = None,
    ) -> None:
        super().__init__(rng=int(seed))
        self.case = case if isinstance(case, Scenario) else load(case)
        self.seed, self.run = int(seed), int(run)
        self.inputs, self.parameter_values, self.layout = prepare(self.case)
        self.world = begin(
            self.inputs, self.parameter_values, self.layout, self.seed, self.run, hold
        )
        self.seen, self.seen_inputs = _read_only(self.world), _read_only(self.inputs)
        self.week, self.deciding, self.rule_gain = 0, "", 0.0
        luck, _ = keys_of(self.seed, np.array([self.run], dtype=np.uint64), hold)
        self._keys = luck[0]
        self._record = blank(self.layout, self.case.weeks)
        rows = most_events(self.inputs, self.layout, self.case.weeks)
        self._log, self._count = empty(rows if log else 0), counter(len(self.layout.actors))
        self._actors = {
            name: self._make(name, (classes or {}).get(name) or class_of(self.case, name))
            for name in self.case.actors
        }
        self._ordered = [self._actors[name] for name in self.layout.actors]
        self.datacollector = mesa.DataCollector(
            model_reporters={"state": "state", "violence": "violence", "contest": "contest"},
            agent_reporters={
                "name": "name",
                "capability": "capability",
                "attention_short": "attention_short",
                "value_war": "value_war",
                "violated": "violated",
            },
        )

    def _make(self, name: str, cls: type[Actor]) -> Actor:
        try:
            return cls(self, name)
        except SimError:
            raise
        except Exception as error:
            raise ActorError(
                f"{name} ({cls.__name__}): the agent could not be made with (model, name): "
                f"{type(error).__name__}: {error}"
            ) from error

    @property
    def state(self) -> int:
        """0 war, 1 ceasefire, 2 settlement, 3 victory."""
        return int(self.world.ceasefire.state[0])

    @property
    def violence(self) -> float:
        """Smoothed capability share of violators."""
        return float(self.world.ceasefire.violence[0])

    @property
    def contest(self) -> float:
        """Chance of the first camp in the contest of forces."""
        return float(self.world.force.contest[0])

    def actor(self, name: str) -> Actor:
        """The agent of an actor.

        Raises
        ------
        SimError
            If there is no such actor.
        """
        if name not in self._actors:
            raise SimError(f"unknown actor {name!r} ({nearest(name, list(self._actors))})")
        return self._actors[name]

    def pair(self, name: str, other: str) -> tuple[int, int]:
        """Number of a bilateral pair, and which of its two an actor is.

        Raises
        ------
        SimError
            If the two do not talk bilaterally.
        """
        both = (min(name, other), max(name, other))
        if both not in self.layout.pairs:
            raise SimError(f"{name} and {other} are not a bilateral pair")
        return self.layout.pairs.index(both), both.index(name)

    def step(self) -> None:
        """Play one week.

        Raises
        ------
        SimError
            If the last week of the scenario is over.
        """
        if self.week >= self.case.weeks:
            raise SimError(f"the scenario ends after {self.case.weeks} weeks")
        self.play_week()
        self.week += 1
        self.running = self.week < self.case.weeks
        self.datacollector.collect(self)

    def play_week(self) -> None:
        """Play the phases of the present week, without ending it.

        Raises
        ------
        SimError
            If a number of the week is not finite.
        """
        play_in_python(
            self.inputs, self.parameter_values, self.world, self._record, self._log, self._count,
            self._keys, draws.NO_DRAWS, self.week, self.week + 1, self._ask,
        )  # fmt: skip
        must_be_sound(self._count, self.run)

    def record_in_full(self) -> tuple[Kept, NDArray[np.float64], NDArray[np.int64]]:
        """Record of all weeks of the scenario, room for events, and their counter."""
        return self._record, self._log, self._count

    def record(self) -> tuple[Kept, NDArray[np.float64]]:
        """Record and events of the weeks played so far."""
        weeks = Kept._make(part[: self.week] for part in self._record)
        return weeks, self._log[: min(self._count[ROWS], len(self._log))]

    def results(self) -> xr.Dataset:
        """Everything so far as a Dataset, see `sim.results.dataset`."""
        record, log = self.record()
        return assemble(self.case, self.layout, self.seed, [self.run], [record], [log])

    def _ask(self, decision: str, answers: NDArray[np.float64], about: int) -> None:
        """Ask the actors whom a decision concerns; see `sim.engine.phases.week.ask`."""
        if decision != "heeds":
            self.deciding = decision
        asked = self._asked(DECISIONS[decision], about)
        found = []
        for place, i, told in asked:
            self.rule_gain = float(answers[place])
            found.append((place, self.answer(i, decision, *told)))
        for place, answer in found:
            answers[place] = answer

    def _asked(
        self, decision: Kind, about: int
    ) -> Iterator[tuple[SupportsIndex | tuple[int, int], SupportsIndex, tuple[object, ...]]]:
        """Yield each place in the array of answers, the actor that is asked and its information."""
        who, names, world = self.inputs.who, self.layout.actors, self.seen
        if decision.each in AMONG_MEMBERS:
            yield from self._asked_among_members(decision, about)
        elif decision.method == "comes_back":
            yield 0, about, ()
        elif decision.each == "pair":
            for pair, (i, j) in enumerate(self.inputs.links.pairs):
                yield (pair, 0), i, (names[j],)
                yield (pair, 1), j, (names[i],)
        elif decision.each == "issue":
            for k in np.flatnonzero(world.talk.raising):
                yield k, about, (self.layout.issues[k],)
        elif decision.each == "patron":
            yield from ((j, about, (names[j],)) for j in np.flatnonzero(who.patron) if j != about)
        elif decision.asked == "convener":
            yield about, about, ()
        else:
            asked = getattr(who, decision.asked) if decision.asked else world.scratch.all_true
            if decision.method == "takes_part":
                asked = asked & ~who.armed
            told: tuple[object, ...] = (names[about],) if decision.about else ()
            for i in np.flatnonzero(asked):
                if decision.method == "heeds":
                    told = float(world.scratch.own_gain[i]), world.scratch.patron_wish
                yield i, i, told

    def _asked_among_members(
        self, decision: Kind, about: int
    ) -> Iterator[tuple[int, int, tuple[object, ...]]]:
        """As `_asked`, for what is about two actors: ``about`` counts pairs, or triples."""
        names = self.layout.actors
        rest, j = divmod(about, len(names))
        third, i = divmod(rest, len(names))
        if decision.method == "joins":
            yield 0, third, (names[i], names[j])
            yield 1, third, (names[j], names[i])
        elif decision.method == "consents":
            for ally in np.flatnonzero(self.world.wars.to_answer):
                yield int(ally), int(ally), (names[i], names[j])
        else:
            yield 0, i, (names[j],)
            if decision.both:
                yield 1, j, (names[i],)

    def answer(self, index: SupportsIndex, decision: str, *about: object) -> float:
        """Ask one actor for one decision, and check its answer against the contract.

        Raises
        ------
        ActorError
            If its method fails, or answers what the contract does not allow.
        """
        actor = self._ordered[index]
        who = f"{actor.name} ({type(actor).__name__})"
        try:
            answer = getattr(actor, decision)(*about)
        except SimError:
            raise
        except (Exception, SystemExit) as error:
            raise ActorError(
                f"{who}: {decision}() in week {self.week} failed: {type(error).__name__}: {error}"
            ) from error
        if type(actor) in KINDS.values():
            return float(answer)  # the rules keep their range as far as the parameters allow
        return checked(answer, decision, who, self.week)


def _read_only[T: (World, Inputs)](groups: T) -> T:
    """The same arrays in the same groups, as views that cannot be written."""
    sealed: list[Any] = []
    group: Any
    for group in groups:
        views = [field.view() for field in group]
        for view in views:
            view.flags.writeable = False
        sealed.append(type(group)(*views))
    return type(groups)(*sealed)


def play_with_agents(
    scenario: Scenario,
    seed: int,
    number: int,
    parts: tuple[str, ...] | None,
    log: bool,
    hold: str | None = None,
    week: Callable[[], None] | None = None,
) -> tuple[Kept, NDArray[np.float64]]:
    """One run by the Mesa driver: its record and its events; `week` is called after each week."""
    model = ConflictModel(scenario, seed=seed, run=number, log=log, hold=hold)
    for _ in range(scenario.weeks):
        model.step()
        if week is not None:
            week()
    record, rows = model.record()
    if parts is not None:
        record = Kept._make(
            part if name in ("status", *parts) else part[:0]
            for name, part in record._asdict().items()
        )
    return record, rows
