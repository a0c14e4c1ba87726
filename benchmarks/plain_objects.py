"""The first version of the theory as plain Python objects, for comparison.

This is what one would write first with Mesa at hand: every actor is an agent that holds its
objectives, ties and values as Python attributes, and the model's `step` goes through the phases
of a week. It reads a scenario and shares nothing else with the simulator: no rule, no array, no
compiled code. It keeps no log of events and no account of what moved a tie, so it has less to do.

Given the simulator's named draws, it plays the simulator's runs; `tests/test_benchmarks.py` says
so number by number. By itself it draws from the model's generator. To time it::

    python benchmarks/plain_objects.py scenarios/syria_2015_2018.toml --runs 10
"""

from __future__ import annotations

import argparse
import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import NormalDist
from types import SimpleNamespace
from typing import Any

import mesa

from sim.scenario.files import load
from sim.scenario.parameters import OFF
from sim.scenario.schema import LongTerm, Scenario, ScheduledEvent, ShortTerm

WAR, CEASEFIRE, SETTLEMENT = 0, 1, 2
TINY = 1e-12
NORMAL = NormalDist()

Draw = Callable[[str, str, int], float]
"""A uniform draw on (0, 1) for (decision, subject, week), as ``("vote", "actor:iran", 10)``."""


@dataclass(slots=True)
class Objective:
    """Something that an actor wants on one issue, now or for the time after the war."""

    issue: str
    short: bool
    ideal: float
    weight: float
    satisfied_at: float = math.inf
    threatened_at: float = math.inf
    upwards: bool = True
    activation: float = 1.0
    satisfied: bool = False

    @classmethod
    def of(cls, issue: str, goal: LongTerm) -> Objective:
        """Read an objective from a scenario."""
        objective = cls(issue, isinstance(goal, ShortTerm), goal.ideal, goal.weight)
        if isinstance(goal, ShortTerm) and goal.satisfied_at != "never":
            objective.satisfied_at = float(goal.satisfied_at)
            objective.threatened_at = float(goal.threatened_at or 0.0)
            objective.upwards = objective.satisfied_at > objective.threatened_at
        return objective

    def notice(self, position: float, speed: float, floor: float) -> None:
        """Be satisfied or threatened by the present position; salience follows."""
        if not self.short:
            return
        mark = self.threatened_at if self.satisfied else self.satisfied_at
        self.satisfied = position >= mark if self.upwards else position <= mark
        self.activation += speed * ((floor if self.satisfied else 1.0) - self.activation)


@dataclass(slots=True, eq=False)
class Link:
    """A patron's hold on a proxy; `pull` is what it can pull this week."""

    patron: Actor
    proxy: Actor
    control: float
    leverage: float = 1.0
    pull: float = 0.0


class Actor(mesa.Agent):
    """A state, a government, a militia or an organisation.

    Parameters
    ----------
    model : PlainWar
    name : str
        As in the scenario.
    """

    model: PlainWar

    def __init__(self, model: PlainWar, name: str) -> None:
        super().__init__(model)
        case, p = model.case, model.p
        given, roles, talks = case.actors[name], case.roles, case.talks
        self.name, self.subject = name, f"actor:{name}"
        self.side = 0 if given.camp is None else 1 if case.camps[given.camp].pole == 1 else -1
        self.armed = given.armed
        self.capability = self.full_capability = given.capability
        self.tasks = given.tasks
        self.discount = given.discount
        self.bargaining_power = -1.0 / math.log(given.discount)
        self.patience = given.discount**p.long_term_horizon
        self.cost_of_war = given.cost_of_war

        self.can_convene = name in roles.conveners
        self.pole = roles.conveners.get(name, 0.0)
        self.belligerent = name in roles.belligerents
        self.must_sign = name in roles.must_sign
        self.consultation = roles.consultation.get(name, "by rule")
        self.permanent = name in talks.permanent
        self.brought = name in talks.brought
        self.bringer = talks.brought.get(name, "")
        self.veto = name in talks.veto
        self.guarantor = name in talks.guarantors
        self.demander = name in talks.demanders
        self.proxies: list[Link] = []
        self.patrons: list[Link] = []

        self.objectives: list[Objective] = []
        for horizon, goals in (("long", given.long), ("short", given.short)):
            for issue in sorted(goals):
                objective = Objective.of(issue, goals[issue])
                subject = f"objective:{name}.{horizon}.{issue}"
                objective.weight *= math.exp(p.weight_spread * model.normal("weight", subject))
                ideal = objective.ideal + p.ideal_spread * model.normal("ideal", subject)
                objective.ideal = clip(ideal, 0.0, 1.0)
                self.objectives.append(objective)
        # issue -> (weight, ideal)
        self.preferences: dict[str, tuple[float, float]] = {}
        self.attention: dict[str, tuple[float, float]] = {}
        self.attention_short = 0.0

        self.ties: dict[Actor, float] = {}
        self.experience: dict[Actor, float] = {}
        self.alignment: dict[Actor, float] = {}
        self.good: defaultdict[Actor, float] = defaultdict(float)
        self.bad: defaultdict[Actor, float] = defaultdict(float)

        self.power = self.autonomy = self.ground_control = self.nuisance = 0.0
        self.utility_now = self.value_war = self.value_disarmed = 0.0
        self.value_ceasefire = self.value_settlement = 0.0
        self.credibility = self.gain = 0.0
        # own gain of the decision at hand, and what its proxies are asked to do
        self.own = self.wish = 0.0
        self.contagion = self.blame = 0.0
        self.orders_compliance = True
        self.violated = False
        self.fights = False

    # objectives -----------------------------------------------------------------------------------

    def prefer(self) -> None:
        """Work out preferences: every objective counts in full."""
        self.preferences = self._weigh([1.0] * len(self.objectives))

    def attend(self) -> None:
        """Notice what is achieved or threatened, and turn attention accordingly."""
        p, positions = self.model.p, self.model.positions
        for objective in self.objectives:
            objective.notice(positions[objective.issue], p.attention_speed, p.attention_floor)
        self.attention = self._weigh([objective.activation for objective in self.objectives])
        short = sum(o.weight * o.activation for o in self.objectives if o.short)
        total = short + sum(o.weight for o in self.objectives if not o.short) * self.patience
        self.attention_short = short / total if total > 0.0 else 0.0

    def _weigh(self, activations: Iterable[float]) -> dict[str, tuple[float, float]]:
        weights: defaultdict[str, float] = defaultdict(float)
        ideals: defaultdict[str, float] = defaultdict(float)
        for objective, activation in zip(self.objectives, activations, strict=True):
            weight = objective.weight * (activation if objective.short else self.patience)
            weights[objective.issue] += weight
            ideals[objective.issue] += weight * objective.ideal
        total = sum(weights.values())
        return {k: (w / total, ideals[k] / w) for k, w in weights.items() if w > 0.0}

    def agreement(self, other: Actor) -> float:
        """Agree with another actor, on what both attend to."""
        total = 0.0
        for issue, (weight, ideal) in self.attention.items():
            if issue in other.attention:
                its_weight, its_ideal = other.attention[issue]
                total += math.sqrt(weight * its_weight) * (1.0 - 2.0 * abs(ideal - its_ideal))
        return clip(total, -1.0, 1.0)

    def utility(self, positions: dict[str, float]) -> float:
        """Value positions on all issues, from 0 to 1."""
        loss = 0.0
        if self.model.p.loss_exponent == 1:
            for issue, (weight, ideal) in self.preferences.items():
                loss += weight * abs(positions[issue] - ideal)
        else:
            for issue, (weight, ideal) in self.preferences.items():
                distance = positions[issue] - ideal
                loss += weight * distance * distance
        return 1.0 - loss

    def care(self, issue: str | None) -> float:
        """Weight of an issue in preferences."""
        return self.preferences[issue][0] if issue in self.preferences else 0.0

    # values ---------------------------------------------------------------------------------------

    def value_options(self, victory: dict[str, float], defeat: dict[str, float]) -> None:
        """Value war, betrayal, settlement and ceasefire, before anything is decided.

        Parameters
        ----------
        victory, defeat : dict of str to float
            Orders that camp +1 and camp -1 would impose.
        """
        m, p = self.model, self.model.p
        self.utility_now = self.utility(m.positions)
        outcomes = self.utility(victory), self.utility(defeat)
        vulnerable = (
            m.front - p.disarmed_vulnerability
            if self.side == 1
            else m.front + p.disarmed_vulnerability
        )
        self.value_war = self._value_of_fighting(m.front, *outcomes)
        betrayed = self._value_of_fighting(vulnerable, *outcomes)
        self.value_disarmed = min(betrayed, self.value_war)
        self.credibility = 1.0 - m.violence_by_side[-1 if self.side == 1 else 1]
        on_the_table = self.value_table()
        d, trust = self.discount, self.credibility
        settle = trust * on_the_table + (1.0 - trust) * self.value_war
        later = p.believed_settlement_hazard * settle + m.believed_hazard * self.value_war
        stay = 1.0 - d * (1.0 - p.believed_settlement_hazard - m.believed_hazard)
        self.value_ceasefire = ((1.0 - d) * self.utility_now + d * later) / stay
        peace = self.value_settlement if m.state == SETTLEMENT else self.value_ceasefire
        self.gain = peace - self.value_war

    def value_table(self) -> float:
        """Value a settlement on what is on the table; give the utility of what is on it."""
        on_the_table = self.utility(self.model.positions | self.model.text)
        broken = (1.0 - self.credibility) * min(self.value_disarmed, self.value_war)
        self.value_settlement = self.credibility * on_the_table + broken
        return on_the_table

    def _value_of_fighting(self, front: float, if_won: float, if_lost: float) -> float:
        p = self.model.p
        drift = p.front_speed * (2.0 * self.model.contest - 1.0) + p.mutual_optimism * self.side
        chance, weeks = gamblers_ruin(front, drift, p.perceived_volatility)
        d, end = self.discount, 1.0 / weeks
        lottery = chance * if_won + (1.0 - chance) * if_lost
        flow = (1.0 - d) * (self.utility_now - self.cost_of_war)
        return (flow + d * end * lottery) / (1.0 - d * (1.0 - end))

    # decisions ------------------------------------------------------------------------------------

    def loyalty(self, convener: Actor | None) -> float:
        """Cost of crossing a convener whom one trusts."""
        return 0.0 if convener is None else self.model.p.loyalty * self.ties[convener]

    def promise(self, terms: dict[str, float]) -> float:
        """Worth of the terms, as far as they are expected to be delivered."""
        return self.model.delivered * (self.utility(terms) - self.utility_now)

    def wish_to_convene(self) -> float:
        """Gain from brokering a ceasefire, prestige included."""
        m = self.model
        if m.prestige is None:
            return self.gain
        moved = m.p.prestige_step * abs(self.pole - m.positions[m.prestige])
        return self.gain + self.care(m.prestige) * moved

    def access(self) -> float:
        """How far the belligerents let it broker."""
        main = [actor for actor in self.model.actors if actor.belligerent]
        trust = sum(0.5 * (1.0 + actor.ties[self]) for actor in main) / len(main) if main else 1.0
        return trust * self.capability * self.tasks.diplomacy

    def consults(self, patron: Actor) -> bool:
        """Whether it consults a patron on the deal that it brokers."""
        p = self.model.p
        if patron.consultation != "by rule":
            return patron.consultation == "always"
        if patron.nuisance <= p.nuisance_min:
            return False
        z = clip(p.consultation_slope * (self.ties[patron] - p.consultation_tie), -700.0, 700.0)
        return self.model.luck("consult", patron.subject) < 1.0 / (1.0 + math.exp(z))

    def military_gain(self) -> float:
        """What going on fighting promises in the field."""
        total = 0.0
        for issue, (weight, ideal) in self.preferences.items():
            direction = self.model.direction(self, issue)
            if direction:
                total += weight * max(0.0, direction * (ideal - self.model.positions[issue]))
        return self.model.p.military_gain * total

    def heed(self) -> float:
        """Gain that it acts on: its own as far as autonomous, its patrons' by their pull."""
        return self.autonomy * self.own + sum(k.pull * k.patron.wish for k in self.patrons)

    def provoked(self, armed_power: float) -> float:
        """Pull of last week's violations by friend or foe."""
        if armed_power <= 0.0:
            return 0.0
        pull = sum(a.power * abs(self.ties[a]) for a in self.model.actors if a.violated)
        return self.model.p.contagion * pull / armed_power

    # ties -----------------------------------------------------------------------------------------

    def learn(self) -> None:
        """Turn the good and the bad of the week into experience."""
        p = self.model.p
        for other, old in self.experience.items():
            gain = p.learning_from_good * min(self.good[other], 1.0) * (1.0 - old)
            loss = p.learning_from_bad * min(self.bad[other], 1.0) * (1.0 + old)
            self.experience[other] = clip(old + gain - loss - p.forgetting * old, -1.0, 1.0)

    def move_ties(self, views: dict[Actor, list[float]], powers: list[float]) -> None:
        """Move every tie towards alignment, experience and what third parties make of it.

        Parameters
        ----------
        views : dict of Actor to list of float
            Ties of every actor before the week, in the order of the actors.
        powers : list of float
            Relative capabilities in the same order.
        """
        p = self.model.p
        weighted = [power * tie for power, tie in zip(powers, views[self], strict=True)]
        for other, alignment in self.alignment.items():
            old = self.ties[other]
            third = math.sumprod(weighted, views[other])
            new = (
                old
                + p.pull_of_alignment * (alignment - old)
                + p.pull_of_experience * (self.experience[other] - old)
            )
            self.ties[other] = clip(
                new + p.pull_of_third_parties * (1.0 - old * old) * third, -1.0, 1.0
            )


class PlainWar(mesa.Model):
    """A war of plain objects that can be stepped week by week.

    Parameters
    ----------
    case : Scenario
    seed : int
        Seeds the model's generator.
    draw : callable, optional
        Where every uniform draw comes from; the model's generator if not given.

    Attributes
    ----------
    week : int
        The next week to be played.
    state : int
        0 war, 1 ceasefire, 2 settlement.
    positions, terms, text : dict of str to float
        Status quo, terms of the ceasefire, negotiating text on what is tabled.
    datacollector : mesa.DataCollector
        State, violence and contest of every week; capability, short-term attention, value of war
        and violations of every actor.
    """

    def __init__(self, case: Scenario, seed: int = 1, draw: Draw | None = None) -> None:
        super().__init__(rng=seed)
        self.case, self.p = case, parameters(case)
        self.draw = draw or (lambda *_: self.random.uniform(TINY, 1.0 - TINY))
        self.week = 0
        issues = case.issues
        self.positions = {k: issues[k].start for k in sorted(issues)}
        self.territory = next((k for k in issues if issues[k].moved_by == "territory"), None)
        self.prestige = next((k for k in issues if issues[k].prestige), None)
        self.side_payments = [
            k for k in self.positions if issues[k].side_payment and not issues[k].prestige
        ]
        self.minor = [k for k in self.positions if issues[k].bilateral]
        self.forced: set[str] = set()

        self.actors = [Actor(self, name) for name in sorted(case.actors)]
        self.named = {actor.name: actor for actor in self.actors}
        for patron, proxies in sorted(case.patrons.items()):
            for proxy, control in sorted(proxies.items()):
                self._tie_proxy(self.named[patron], self.named[proxy], control)
        self.links = [link for actor in self.actors for link in actor.proxies]
        pairs = case.bilateral if case.mechanisms.bilateral else ()
        self.pairs = [
            (self.named[a], self.named[b]) for a, b in sorted((min(p), max(p)) for p in pairs)
        ]
        self.shifts: defaultdict[int, list[ScheduledEvent]] = defaultdict(list)
        for event in case.events if case.mechanisms.shifts else ():
            when = (event.date - case.start).days // 7 if event.date else event.week or 0
            self.shifts[when].append(event)

        self.state, self.age = WAR, 0
        self.convener: Actor | None = None
        self.terms: dict[str, float] = dict(self.positions)
        self.text: dict[str, float] = {}
        self.consulted: set[Actor] = set()
        self.ratified: set[Actor] = set()
        self.failed_talks = 0
        self.collapsing = False
        self.violence = 0.0
        self.violence_by_side = {1: 0.5, -1: 0.5}
        self.contest, self.strengths = 0.5, {1: 0.0, -1: 0.0}
        self.front = 0.5
        self.believed_hazard = self.delivered = 0.0

        self.agents.do("prefer")
        self._settle_ties()
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

    def _tie_proxy(self, patron: Actor, proxy: Actor, control: float) -> None:
        link = Link(patron, proxy, control)
        patron.proxies.append(link)
        proxy.patrons.append(link)

    def _settle_ties(self) -> None:
        """Ties before the war: from alignment, without experience."""
        for actor in self.actors:
            actor.attention = actor.preferences
            actor.experience = {other: 0.0 for other in self.actors if other is not actor}
        self._share_power()
        self._align()
        for actor in self.actors:
            actor.ties = {other: actor.alignment.get(other, 0.0) for other in self.actors}
        for _ in range(self.p.burn_in):
            self._move_ties()

    # luck -----------------------------------------------------------------------------------------

    def luck(self, decision: str, subject: str) -> float:
        """Uniform draw on (0, 1) for a decision of this week."""
        return self.draw(decision, subject, self.week)

    def shock(self, decision: str, subject: str) -> float:
        """Choice shock: an answer is yes if it is below the gain."""
        u = clip(self.luck(decision, subject), TINY, 1.0 - TINY)
        return math.log(u / (1.0 - u)) / self.p.choice_precision

    def normal(self, decision: str, subject: str) -> float:
        """Draw a standard normal number."""
        return NORMAL.inv_cdf(self.luck(decision, subject))

    # the week -------------------------------------------------------------------------------------

    def step(self) -> None:
        """Play one week."""
        for actor in self.actors:
            actor.good.clear()
            actor.bad.clear()
        if self.week in self.shifts:
            self.shift(self.shifts[self.week])
        self.agents.do("attend")
        self._align()
        self.size_up()
        if self.state == WAR and self.due(self.p.first_ceasefire_round, self.p.ceasefire_period):
            self.broker_ceasefire()
        if self.state == WAR:
            for actor in self.actors:
                actor.violated = False
        else:
            self.comply_or_violate()
        if self.state == CEASEFIRE:
            self.revise_terms()
        self.collapsing = False
        if self.state != WAR:
            self.deliver()
            self.collapsing = self.luck("collapse", "run") < self.collapse_chance()
        if self.state == CEASEFIRE and self.due(
            self.p.first_negotiation_round, self.p.negotiation_period
        ):
            ripe = self.age >= self.p.talks_min_age and not self.collapsing
            if ripe:
                self.negotiate()
        if self.pairs and self.due(self.p.first_bilateral_round, self.p.bilateral_period):
            self.patch_differences()
        self.renew_disputes()
        self.age += 1
        if self.collapsing:
            self.state = WAR
        self.fight()
        self.remember()
        self.week += 1
        self.running = self.week < self.case.weeks
        self.datacollector.collect(self)

    def due(self, first: int, period: int) -> bool:
        """Whether a round of this period is held this week."""
        return self.week >= first and (self.week - first) % period == 0

    def shift(self, events: list[ScheduledEvent]) -> None:
        """Phase 1: dated changes in what actors are given."""
        for event in events:
            actor = self.named[event.actor] if event.actor else None
            for objective in actor.objectives if actor else ():
                if objective.issue == event.issue:
                    if event.ideal is not None:
                        objective.ideal = event.ideal
                    if event.weight_times is not None:
                        objective.weight *= event.weight_times
            if actor and event.capability is not None:
                full = actor.full_capability
                worn = actor.capability / full if full > 0.0 else 1.0
                actor.capability = worn * event.capability
                actor.full_capability = event.capability
            if actor and event.cost_of_war is not None:
                actor.cost_of_war = event.cost_of_war
            if actor and event.consultation is not None:
                actor.consultation = event.consultation
            if event.control is not None:
                for link in self.links:
                    if (link.patron.name, link.proxy.name) == (event.patron, event.proxy):
                        link.control = event.control
            if event.tabled and event.issue:
                self.forced.add(event.issue)
        self.agents.do("prefer")

    def _align(self) -> None:
        """Phase 2: alignment of every pair."""
        for actor in self.actors:
            actor.alignment = {}
        for i, actor in enumerate(self.actors):
            for other in self.actors[:i]:
                actor.alignment[other] = other.alignment[actor] = actor.agreement(other)

    def size_up(self) -> None:
        """Phase 3: forces, leverage, and what war and its ends are worth to everybody."""
        self._share_power()
        self.strengths = {side: self._strength(side) for side in (1, -1)}
        both = sum(self.strengths.values())
        self.contest = self.strengths[1] / both if both > 0.0 else 0.5
        for link in self.links:
            link.pull = link.control * link.leverage
        armed_power = self._armed_power()
        for actor in self.actors:
            actor.autonomy = 1.0 - sum(link.pull for link in actor.patrons)
            actor.ground_control = actor.capability * actor.tasks.ground * actor.autonomy
            for link in actor.proxies:
                proxy = link.proxy
                actor.ground_control += link.pull * proxy.capability * proxy.tasks.ground
            commanded = sum(link.control * link.proxy.power for link in actor.proxies)
            actor.nuisance = commanded / armed_power if armed_power > 0.0 else 0.0
        self.front = 0.5 if self.territory is None else self.positions[self.territory]
        self.believed_hazard = self.p.base_hazard + self.p.added_hazard * self.violence
        rate = self.p.delivery_speed
        self.delivered = rate / (rate + self.believed_hazard) if rate > 0.0 else 0.0
        victory, defeat = self._spoils(1, 1.0), self._spoils(-1, 0.0)
        for actor in self.actors:
            actor.value_options(victory, defeat)

    def _share_power(self) -> None:
        total = sum(actor.capability for actor in self.actors)
        for actor in self.actors:
            actor.power = actor.capability / total if total > 0.0 else 0.0

    def _armed_power(self) -> float:
        return sum(actor.power for actor in self.actors if actor.armed)

    def _strength(self, side: int) -> float:
        """Air and ground forces of a camp, combined with constant elasticity."""
        camp = [actor for actor in self.actors if actor.side == side]
        air = sum(actor.capability * actor.tasks.air for actor in camp)
        ground = sum(actor.capability * actor.tasks.ground for actor in camp)
        return (0.5 * air**self.p.task_exponent + 0.5 * ground**self.p.task_exponent) ** (
            1.0 / self.p.task_exponent
        )

    def _spoils(self, side: int, pole: float) -> dict[str, float]:
        """Order that a camp imposes if it wins, divided by control of its ground forces."""
        camp = [actor for actor in self.actors if actor.side == side]
        order = dict(self.positions)
        for issue in order:
            if issue == self.territory:
                order[issue] = pole
            elif issue != self.prestige:
                total = wanted = 0.0
                for actor in camp:
                    if issue in actor.preferences:
                        weight, ideal = actor.preferences[issue]
                        total += actor.ground_control * weight
                        wanted += actor.ground_control * weight * ideal
                if total > 1e-9:
                    order[issue] = wanted / total
        return order

    # ceasefire ------------------------------------------------------------------------------------

    def broker_ceasefire(self) -> None:
        """Phase 4: somebody convenes, consults, draws up terms; everybody signs or refuses."""
        convener = self._choose_convener()
        if convener is None or self.shock("propose", convener.subject) >= convener.gain:
            return
        invited = {
            actor
            for actor in self.actors
            if actor is convener
            or actor.belligerent
            or (actor.proxies and convener.consults(actor))
        }
        terms = self._draw_terms(invited)
        if self.prestige is not None:
            now = self.positions[self.prestige]
            terms[self.prestige] = now + self.p.prestige_step * (convener.pole - now)
        for actor in self.actors:
            own = actor.gain + actor.promise(terms) + actor.loyalty(convener)
            actor.own = actor.wish = own
        signing = {
            actor
            for actor in self.actors
            if actor is convener or self.shock("ratify", actor.subject) < actor.heed()
        }
        for actor in self.actors:
            if actor is not convener and (actor.proxies or actor.must_sign):
                if actor in signing:
                    convener.good[actor] += 1.0
                    actor.good[convener] += 1.0
                else:
                    convener.bad[actor] += 1.0
        if all(actor in signing for actor in self.actors if actor.must_sign):
            self._enter_into_force(convener, terms, invited, signing)

    def _choose_convener(self) -> Actor | None:
        """Mediators compete: a logit choice by wish, weighted by access."""
        scores = {}
        for actor in self.actors:
            reach = actor.access() if actor.can_convene else 0.0
            if reach > 0.0:
                luck = -math.log(-math.log(self.luck("convene", actor.subject)))
                scores[actor] = (
                    self.p.choice_precision * actor.wish_to_convene() + math.log(reach) + luck
                )
        return max(scores, key=scores.__getitem__) if scores else None

    def _draw_terms(self, consulted: set[Actor]) -> dict[str, float]:
        """Terms that the consulted agree on, over what can be promised."""
        parties = {a: (a.gain, self.delivered) for a in self.actors if a in consulted}
        return self.nash_text(parties, self.side_payments, self.p.surplus_floor)

    def _enter_into_force(
        self, convener: Actor, terms: dict[str, float], invited: set[Actor], signing: set[Actor]
    ) -> None:
        for actor in self.actors:
            if actor not in invited and (actor.proxies or actor.can_convene):
                stake = actor.nuisance + actor.care(self.prestige)
                if stake > self.p.stake_min:
                    actor.bad[convener] += 1.0
            actor.violated = False
        self.state, self.age, self.convener = CEASEFIRE, 0, convener
        self.terms, self.consulted, self.ratified = terms, invited, signing
        self.violence = 0.0
        for side, remembered in self.violence_by_side.items():
            self.violence_by_side[side] += self.p.camp_violence_reset * (0.5 - remembered)

    def comply_or_violate(self) -> None:
        """Phase 5: patrons order, the armed comply or violate, violations are blamed."""
        armed_power = self._armed_power()
        for actor in self.actors:
            peace = actor.gain + actor.promise(self.terms) + actor.loyalty(self.convener)
            actor.own = peace - actor.military_gain()
            actor.contagion = actor.provoked(armed_power)
            if actor.proxies:
                actor.orders_compliance = self.shock("order", actor.subject) < actor.own
                actor.wish = abs(actor.own) if actor.orders_compliance else -abs(actor.own)
        for actor in self.actors:
            if actor.armed:
                gain = actor.heed() - actor.contagion
                actor.violated = self.shock("comply", actor.subject) > gain
        self._blame()
        armed = [actor for actor in self.actors if actor.armed]
        share = capability_share(armed, [actor for actor in armed if actor.violated])
        self.violence += self.p.violence_smoothing * (share - self.violence)
        for side, share in self._shares_by_side("violated").items():
            old = self.violence_by_side[side]
            self.violence_by_side[side] = old + self.p.camp_violence_smoothing * (share - old)

    def _blame(self) -> None:
        """Lay what was observed at the doors of violators, or of others, and of patrons."""
        accused: defaultdict[Actor, float] = defaultdict(float)
        for actor in self.actors:
            if actor.violated and self.luck("observe", actor.subject) < self.p.observation_chance:
                accused[self._suspect(actor)] += 1.0
        for actor in self.actors:
            by_proxy = sum(link.control * accused[link.proxy] for link in actor.proxies)
            actor.blame = accused[actor] + by_proxy
        for signatory in self.ratified:
            for actor in self.actors:
                if actor is not signatory and actor.blame > 0.0:
                    signatory.bad[actor] += self.p.violation_intensity * min(1.0, actor.blame)

    def _suspect(self, violator: Actor) -> Actor:
        """Give the violator, or with chance 1 - q_att another of its camp."""
        if (
            violator.side == 0
            or self.luck("attribute", violator.subject) < self.p.attribution_chance
        ):
            return violator
        others = [a for a in self.actors if a is not violator and a.side == violator.side]
        pick = int(self.luck("scapegoat", violator.subject) * len(others))
        return others[pick] if others else violator

    def revise_terms(self) -> None:
        """Phase 6: a patron that was left out and is blamed is bought in."""
        convener, revised = self.convener, False
        for actor in self.actors:
            left_out = (
                actor.proxies
                and actor not in self.consulted
                and actor.consultation != "never"
                and actor.blame >= self.p.blame_min
            )
            if left_out and self.luck("revise", actor.subject) < self.p.revision_chance:
                revised = True
                self.consulted.add(actor)
                actor.good[convener] += 1.0
        if revised:
            terms = self._draw_terms(self.consulted)
            if self.prestige is not None:
                terms[self.prestige] = self.terms[self.prestige]
            self.terms = terms

    def deliver(self) -> None:
        """Phase 7: instalments and implementation; leverage wears or recovers."""
        before = {actor: actor.utility(self.positions) for actor in self.actors}
        for issue, now in self.positions.items():
            if issue in self.side_payments or issue == self.prestige:
                self.positions[issue] += self.p.delivery_speed * (self.terms[issue] - now)
            elif issue in self.text and self.state == SETTLEMENT:
                self.positions[issue] += self.p.implementation_speed * (self.text[issue] - now)
        for link in self.links:
            patron, proxy = link.patron, link.proxy
            ordered = patron.orders_compliance
            against = proxy.own < 0.0 if ordered else proxy.own > 0.0
            pressed = proxy.armed and against and ordered != proxy.violated
            received = (proxy.utility(self.positions) - before[proxy]) / self.p.full_concession
            worn = link.leverage * (1.0 - self.p.leverage_wear) if pressed else link.leverage
            recovered = self.p.leverage_recovery * (1.0 - link.leverage) * clip(received, 0.0, 1.0)
            link.leverage = worn + recovered

    def collapse_chance(self) -> float:
        """Chance that the ceasefire collapses this week."""
        calm = self.p.settlement_hazard_factor if self.state == SETTLEMENT else 1.0
        return -math.expm1(-(self.p.base_hazard * calm + self.p.added_hazard * self.violence))

    # talks ----------------------------------------------------------------------------------------

    def negotiate(self) -> None:
        """Phase 8: parties are brought to the talks, a text is drawn up and voted on."""
        for actor in self.actors:
            actor.own = actor.gain - self.p.attendance_cost * (1.0 - actor.credibility)
            actor.wish = actor.gain
        attending = {
            actor
            for actor in self.actors
            if actor.brought
            and self.shock("attend", actor.subject) < actor.heed() - actor.contagion
        }
        for link in self.links:
            proxy = link.proxy
            if proxy in attending and proxy.own < 0.0 and proxy.bringer == link.patron.name:
                link.leverage *= 1.0 - self.p.leverage_wear
        permanent = {actor for actor in self.actors if actor.permanent}
        if not (attending if any(actor.brought for actor in self.actors) else permanent):
            return
        self._set_agenda(attending | permanent)
        if self.text:
            self._concede(attending | permanent)
            self._vote(attending)

    def _set_agenda(self, parties: set[Actor]) -> None:
        """Table what is due; a new issue opens part-way to the demanders' ideal."""
        demanded = any(actor.demander for actor in parties)
        for issue, now in self.positions.items():
            if issue not in self.text and self._is_due(issue, demanded):
                self.text[issue] = now + self.p.opening_offer * (self._demand(issue) - now)

    def _is_due(self, issue: str, demanded: bool) -> bool:
        rule = self.case.issues[issue].agenda
        if rule is None:
            return False
        if issue in self.forced:
            return True
        if rule.after_failed is not None:
            return self.failed_talks >= rule.after_failed
        if rule.at in ("start", None):
            return True
        if rule.at in ("never", "demand"):
            return rule.at == "demand" and demanded
        start = self.case.start
        return self.week >= (rule.at if isinstance(rule.at, int) else (rule.at - start).days // 7)

    def _demand(self, issue: str) -> float:
        total = wanted = 0.0
        for actor in self.actors:
            if actor.demander and issue in actor.preferences:
                weight, ideal = actor.preferences[issue]
                total += actor.capability * weight
                wanted += actor.capability * weight * ideal
        return wanted / total if total > 0.0 else self.positions[issue]

    def _concede(self, parties: set[Actor]) -> None:
        """Move the single text towards what the parties would agree on."""
        stakes = {a: (a.gain, a.credibility) for a in self.actors if a in parties}
        nash = self.nash_text(stakes, list(self.text), self.p.surplus_floor)
        for issue, now in self.text.items():
            self.text[issue] += self.p.concession_rate * (nash[issue] - now)
        for actor in self.actors:
            actor.value_table()

    def _vote(self, attending: set[Actor]) -> None:
        for actor in self.actors:
            actor.own = actor.wish = actor.value_settlement - actor.value_ceasefire
        accepting = {
            actor
            for actor in self.actors
            if (actor.veto or actor.guarantor)
            and self.shock("vote", actor.subject) < actor.heed() + actor.loyalty(self.convener)
        }
        guarantors = [actor for actor in self.actors if actor.guarantor]
        for actor in guarantors:
            for other in guarantors:
                if actor is not other and actor in accepting:
                    (actor.good if other in accepting else actor.bad)[other] += 1.0
        accepted = all(actor in accepting for actor in self.actors if actor.veto)
        present = all(a in attending for a in self.actors if a.brought and a.must_sign)
        if accepted and present:
            self.state = SETTLEMENT
        else:
            self.failed_talks += 1

    def patch_differences(self) -> None:
        """Phase 9: allies settle minor issues apart, and endorse or refuse the core."""
        core = self.state == CEASEFIRE and any(self.case.issues[k].core for k in self.text)
        struck: defaultdict[str, list[float]] = defaultdict(list)
        for pair in self.pairs:
            parties = dict.fromkeys(pair, (0.0, 1.0))
            text = self.nash_text(parties, self.minor, self.p.bilateral_surplus_floor)
            gains = [self._bilateral_gain(ally, text, core) for ally in pair]
            if not core and sum(gains) <= 0.0:
                continue
            one, two = pair
            names = f"pair:{one.name}>{two.name}", f"pair:{two.name}>{one.name}"
            if all(
                self.shock("bargain", name) < gain for name, gain in zip(names, gains, strict=True)
            ):
                one.good[two] += 1.0
                two.good[one] += 1.0
                for issue in self.minor:
                    if one.care(issue) or two.care(issue):
                        struck[issue].append(text[issue])
            elif core:
                one.bad[two] += 1.0
                two.bad[one] += 1.0
        for issue, texts in struck.items():
            self.positions[issue] = sum(texts) / len(texts)

    def _bilateral_gain(self, ally: Actor, text: dict[str, float], core: bool) -> float:
        local = ally.utility(text) - ally.utility(self.positions)
        endorsed = (
            self.p.endorsement_weight * (ally.value_settlement - ally.value_ceasefire)
            if core
            else 0.0
        )
        return local + endorsed - self.p.bilateral_deal_cost

    def nash_text(
        self, parties: dict[Actor, tuple[float, float]], issues: list[str], floor: float
    ) -> dict[str, float]:
        """Text that maximises the weighted product of the parties' surpluses.

        Parameters
        ----------
        parties : dict of Actor to (float, float)
            Each party's surplus at the status quo, and what a gain from the text counts.
        issues : list of str
            What is bargained over; everything else stays.
        floor : float
            Least surplus.

        Returns
        -------
        dict of str to float
        """
        p, text = self.p, dict(self.positions)
        before = {actor: actor.utility(text) for actor in parties}
        linear = p.loss_exponent == 1
        for count in range(5 * p.nash_steps if linear else p.nash_steps):
            size = p.nash_damping / (count + 1) if linear else p.nash_damping
            urgency = {
                actor: actor.bargaining_power
                / max(start + scale * (actor.utility(text) - before[actor]), floor)
                for actor, (start, scale) in parties.items()
            }
            for issue in issues:
                pull = total = 0.0
                for actor, urge in urgency.items():
                    if issue in actor.preferences:
                        weight, ideal = actor.preferences[issue]
                        distance = ideal - text[issue]
                        if linear:
                            distance = (distance > 0.0) - (distance < 0.0)
                        pull += urge * weight * distance
                        total += urge * weight
                if total > 0.0:
                    text[issue] = clip(text[issue] + size * pull / total, 0.0, 1.0)
        return text

    # the field, and what is remembered ------------------------------------------------------------

    def renew_disputes(self) -> None:
        """Phase 10: now and then an issue falls back."""
        if not self.case.mechanisms.local_disputes:
            return
        for issue in self.positions:
            rule, subject = self.case.issues[issue].renewed, f"issue:{issue}"
            if rule is None:
                continue
            rate = self.p.dispute_rate if rule.rate is None else rule.rate
            if self.luck("dispute", subject) < rate:
                fresh = rule.to == "uniform"
                self.positions[issue] = self.luck("dispute_value", subject) if fresh else rule.to

    def direction(self, actor: Actor, issue: str) -> int:
        """Which way fighting on moves an issue for an actor."""
        if issue == self.territory:
            return actor.side
        return 1 if actor.name in self.case.issues[issue].gains_from else 0

    def _shares_by_side(self, flag: str) -> dict[int, float]:
        """Capability share of each camp's armed actors for which a flag holds."""
        shares = {}
        for side in (1, -1):
            armed = [actor for actor in self.actors if actor.armed and actor.side == side]
            shares[side] = capability_share(armed, [a for a in armed if getattr(a, flag)])
        return shares

    def fight(self) -> None:
        """Phase 11: territory and other issues move, forces wear and are replenished."""
        p = self.p
        for actor in self.actors:
            actor.fights = actor.armed and (self.state == WAR or actor.violated)
        shares = self._shares_by_side("fights")
        if self.territory is not None:
            push = self.contest * shares[1] - (1.0 - self.contest) * shares[-1]
            noise = math.sqrt(max(shares.values())) * self.normal("territory", "run")
            self.positions[self.territory] += p.front_speed * push + p.front_volatility * noise
        for issue, now in self.positions.items():
            movers = self.case.issues[issue].advances_while
            moved = now + p.advance_speed if any(self.named[a].fights for a in movers) else now
            self.positions[issue] = clip(moved, 0.0, 1.0)
        for actor in self.actors:
            if actor.armed and actor.side:
                own, other = self.strengths[actor.side], self.strengths[-actor.side]
                loss = p.attrition_rate * other * shares[-actor.side] / own if own > 0.0 else 0.0
                left = actor.capability * max(1.0 - loss, 0.0)
                left += p.replenishment_rate * (actor.full_capability - actor.capability)
                actor.capability = max(left, p.force_floor * actor.full_capability)

    def remember(self) -> None:
        """Phase 12: experience and ties."""
        if self.state == WAR:
            for actor in self.actors:
                for other in self.actors:
                    if actor is not other and actor.side and other.side:
                        together = actor.side == other.side
                        (actor.good if together else actor.bad)[other] += self.p.war_intensity
        self.agents.do("learn")
        self._move_ties()

    def _move_ties(self) -> None:
        views = {actor: list(actor.ties.values()) for actor in self.actors}
        powers = [actor.power for actor in self.actors]
        for actor in self.actors:
            actor.move_ties(views, powers)


def parameters(case: Scenario) -> Any:
    """Parameters of a scenario with its mechanisms applied, as attributes."""
    numbers = case.parameters.model_dump()
    for mechanism, values in OFF.items():
        if not getattr(case.mechanisms, mechanism):
            numbers |= values
    return SimpleNamespace(**numbers)


def clip(value: float, low: float, high: float) -> float:
    """Keep a value in an interval."""
    return low if value < low else high if value > high else value


def capability_share(every: list[Actor], some: list[Actor]) -> float:
    """Share of some actors in the capability of all; 0 if they have none."""
    total = sum(actor.capability for actor in every)
    return sum(actor.capability for actor in some) / total if total > 0.0 else 0.0


def gamblers_ruin(front: float, drift: float, volatility: float) -> tuple[float, float]:
    """Chance that camp +1 wins a random-walk war from `front`, and expected weeks (at least 1)."""
    front = clip(front, 0.0, 1.0)
    variance = volatility * volatility
    g = 2.0 * drift / variance
    if abs(g) < 1e-6:
        return front, max(front * (1.0 - front) / variance, 1.0)
    if g > 0.0:
        chance = math.expm1(-g * front) / math.expm1(-g)
    else:
        chance = math.exp(g * (1.0 - front)) * math.expm1(g * front) / math.expm1(g)
    return chance, max((chance - front) / drift, 1.0)


def run(case: Scenario, seed: int = 1, draw: Draw | None = None) -> PlainWar:
    """Play a scenario to its end.

    Parameters
    ----------
    case : Scenario
    seed : int
    draw : callable, optional
        As in `PlainWar`.

    Returns
    -------
    PlainWar
        After its last week.
    """
    model = PlainWar(case, seed, draw)
    for _ in range(case.weeks):
        model.step()
    return model


def main() -> None:
    """Time some runs from the command line."""
    parser = argparse.ArgumentParser(description="Time the plain-object version of the theory.")
    parser.add_argument("scenario", help="TOML file of a scenario under the first theory")
    parser.add_argument("--runs", type=int, default=10)
    given = parser.parse_args()
    case = load(given.scenario)
    began = time.perf_counter()
    for seed in range(given.runs):
        run(case, seed)
    spent = time.perf_counter() - began
    print(f"{given.runs} runs of {case.weeks} weeks in {spent:.2f} s: {given.runs / spent:.2f}/s")


if __name__ == "__main__":
    main()
