"""Make a subclass of any actor class that asks the reader before it decides.

An answer is turned into a gain by as little as possible: it stays the rule's where the rule would
have decided the same with this luck, and else comes to lie just beyond the draw. So a reader who
answers as the rule does gets the rule's war, to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from sim.agents.model import Actor
from sim.agents.registry import GAIN_LIMIT
from sim.engine import draws
from sim.engine.build import keys_of
from sim.engine.decisions import AMONG_MEMBERS, DECISIONS, Kind
from sim.engine.inputs import BY_RULE, NEVER, Floats
from sim.engine.state import CEASEFIRE, SETTLEMENT
from sim.rules.ceasefires import breach_costs
from sim.rules.negotiation import any_core_tabled
from sim.ui.role_play.questions import QUESTIONS

# How far beyond the draw an answer is put that the rule would not have given.
BEYOND = 1e-9

# Decisions whose answer is given when patrons have been heard, in `heeds`.
_PRESSED = ("attends", "votes")

type Answer = bool | None
type Reader = Callable[[Actor, str, str, str, float], Answer]


def asking(cls: type[Actor], reader: Reader) -> type[Actor]:
    """A class of actor that asks a reader before it decides.

    Parameters
    ----------
    cls : type
        A subclass of `sim.Actor`.
    reader : callable
        ``reader(actor, decision, other, issue, gain)``: whom and what it is about, and the rule's
        gain or chance; gives back True, False, or None for what the rule says. Asked again in the
        same week about the same, it must answer the same. Left to the rule is what is no yes or no:
        who steps forward to mediate, how hard one's own planes and troops fight, and whether they
        shy away from a breach that has been ordered.
    """
    base: Any = cls

    class Asking(base):  # type: ignore[misc]  # its base is only known now
        """An actor whose decisions the reader takes."""

        convener = ""  # whose ceasefire lies before it

        def heeds(self, own: float, wishes: Floats) -> float:
            gain = float(super().heeds(own, wishes))
            decision, who, i = self.model.deciding, self.inputs.who, self.index
            w, bound = self.world, who.takes_part[i] and who.armed[i]
            bound = bound and (w.ceasefire.state[0] == SETTLEMENT or who.covered[i] > 0.0)
            concerned = {
                "ratifies": self.convener != self.name,
                "orders": bound,
                "attends": who.brought[i] and w.talk.away[i] == 0,
                "votes": who.veto[i] or who.guarantor[i],
            }
            if not concerned.get(decision, False):
                return gain
            later = {
                "orders": self._breach_cost() - w.ceasefire.contagion[i],
                "attends": -w.ceasefire.contagion[i],
                "votes": self.parameter_values.loyalty_in_vote * self._trust(),
            }.get(decision, 0.0)
            other = self.convener if decision == "ratifies" else ""
            draw = _draw(self, DECISIONS["heeds" if decision == "orders" else decision])
            return _turned(gain, reader(self, decision, other, "", gain), draw, later)

        def _trust(self) -> float:
            broker = int(self.world.ceasefire.convener[0])
            return float(self.world.relations.heeded[self.index, broker]) if broker >= 0 else 0.0

        def _breach_cost(self) -> float:
            """What a breach would cost it, now that everybody has ordered."""
            p, w, links = self.parameter_values, self.world, self.inputs.links
            out = np.zeros(len(w.ceasefire.ordered_to_comply))
            breach_costs(
                out, w.ceasefire.ordered_to_comply, self.inputs.who.guarantor,
                self.inputs.who.ground, w.patronage.pull, links.patron, links.proxy,
                p.monitored_observation_chance if p.monitored > 0.5 else p.observation_chance,
                p.monitored, p.breach_cost, p.guarantor_breach_cost,
            )  # fmt: skip
            return float(out[self.index])

    for name in {*QUESTIONS} - {*_PRESSED}:
        setattr(Asking, name, _asked(cls, DECISIONS[name], reader))
    return Asking


def _asked(cls: type[Actor], decision: Kind, reader: Reader) -> Callable[..., float]:
    """A decision of an actor that asks the reader, where it is open."""

    def method(self: Any, *about: str) -> float:
        if decision.method == "ratifies":
            self.convener = about[0]
        answer = float(getattr(cls, decision.method)(self, *about))
        if not _is_open(self, decision.method, *about):
            return answer
        if decision.each in AMONG_MEMBERS or decision.method == "comes_back":
            said = reader(self, decision.method, about[0] if about else "", "", answer)
            # No draw of theirs lies beyond this; two sides of a war are asked about one by one.
            return answer if said is None else GAIN_LIMIT if said else -GAIN_LIMIT
        told = dict(zip(decision.about, about, strict=True))
        other, issue = told.get("other", ""), told.get("issue", "")
        said = reader(self, decision.method, other, issue, answer)
        change = _certain if decision.answer == "chance" else _turned
        return change(answer, said, _draw(self, decision, *about))

    return method


def _is_open(actor: Actor, decision: str, *about: str) -> bool:
    """Whether anything follows from a decision, as things stand."""
    g, w, p = actor.inputs, actor.world, actor.parameter_values
    if decision == "orders":
        return bool(g.who.patron[actor.index])
    if decision == "ratifies":
        return about[0] != actor.name  # a convener has signed its own terms already
    if decision == "bargains":
        pair, _ = actor.model.pair(actor.name, about[0])
        core = w.ceasefire.state[0] == CEASEFIRE and any_core_tabled(g.topic.core, w.talk.tabled)
        return bool(core or w.talk.pair_gain[pair].sum() > 0.0)  # else not worth a meeting
    if DECISIONS[decision].each != "patron":
        return True
    j = actor.model.actor(about[0]).index
    rule = w.ceasefire.consultation[j]
    if decision == "revises":
        left_out = not w.ceasefire.consulted[j] and rule != NEVER
        return bool(left_out and w.ceasefire.blame[j] >= p.blame_min)
    able = g.who.patron[j] and not g.who.belligerent[j] and j != actor.index
    return bool(able and rule == BY_RULE and w.patronage.nuisance[j] > p.nuisance_min)


def _turned(gain: float, answer: Answer, draw: float, later: float = 0.0) -> float:
    """The gain next to the rule's with which a draw gives the answer."""
    if answer is None or (gain + later > draw) == answer:
        return gain
    near = draw - later + (BEYOND if answer else -BEYOND)
    return float(np.clip(near, -GAIN_LIMIT, GAIN_LIMIT))


def _certain(odds: float, answer: Answer, draw: float) -> float:
    """The same for a chance: that of the rule, or none, or certainty."""
    return odds if answer is None or (draw < odds) == answer else float(answer)


def _draw(actor: Actor, decision: Kind, *about: str) -> float:
    """The draw of a decision: a uniform one for a chance, else a shock."""
    model, ids, t = actor.model, actor.inputs.ids, actor.model.week
    subjects, place = ids.actor, actor.index
    if decision.each == "patron":
        place = model.actor(about[0]).index
    if "issue" in decision.about:
        subjects, place = ids.issue, model.layout.issues.index(about[-1])
    if decision.each == "pair":
        pair, side = model.pair(actor.name, about[0])
        subjects, place = ids.pair, 2 * pair + side
    luck = keys_of(model.seed, np.array([model.run], dtype=np.uint64))[0][0]
    draw = float(draws.uniform(luck, decision.draw, subjects[place], t))
    if decision.answer == "chance":
        return draw
    return float(draws.logit(draw) / actor.parameter_values.choice_precision)
