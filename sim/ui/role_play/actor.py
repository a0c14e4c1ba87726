"""A plug-in that asks: any class of actor, with a reader who answers for it.

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
from sim.engine.inputs import BY_RULE, NEVER
from sim.engine.state import CEASEFIRE, SETTLEMENT
from sim.rules.ceasefire import breach_costs
from sim.rules.negotiation import any_core_tabled

# How far beyond the draw an answer is put that the rule would not have given.
BEYOND = 1e-9

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

    Returns
    -------
    type
    """
    base: Any = cls

    class Asking(base):  # type: ignore[misc]  # its base is only known now
        """An actor in whose seat a reader sits."""

        convener = ""

        def proposes(self) -> float:
            gain = float(super().proposes())
            return _turned(
                gain, reader(self, "proposes", "", "", gain), _shock(self, draws.PROPOSE)
            )

        def consults(self, other: str) -> float:
            odds = float(super().consults(other))
            g, w, j = self.givens, self.world, self.model.actor(other).index
            able = g.who.patron[j] and not g.who.belligerent[j] and j != self.index
            if not able or w.truce.consultation[j] != BY_RULE:
                return odds
            if w.web.nuisance[j] <= self.knobs.nuisance_min:
                return odds
            answer = reader(self, "consults", other, "", odds)
            return _certain(odds, answer, _uniform(self, draws.CONSULT, j))

        def signs(self, convener: str) -> float:
            self.convener = convener
            return _turned(
                float(super().signs(convener)), self.decided("signs"), _shock(self, draws.RATIFY)
            )

        def orders(self) -> float:
            gain = float(super().orders())
            if not self.givens.who.patron[self.index]:
                return gain
            return _turned(gain, self.decided("orders", gain), _shock(self, draws.ORDER))

        def heeds(self, own: float, wishes: Any) -> float:
            gain = float(super().heeds(own, wishes))
            decision, who, i = self.model.deciding, self.givens.who, self.index
            w, bound = self.world, who.fights[i] and who.armed[i]
            bound = bound and (w.truce.state[0] == SETTLEMENT or who.covered[i] > 0.0)
            concerned = {
                "signs": True,
                "orders": bound,
                "attends": who.brought[i] and w.talk.away[i] == 0,
                "votes": who.veto[i] or who.guarantor[i],
            }
            if not concerned.get(decision, False):
                return gain
            kind, later = {
                "signs": (draws.RATIFY, 0.0),
                "orders": (draws.COMPLY, self._breach_cost() - w.truce.contagion[i]),
                "attends": (draws.ATTEND, -w.truce.contagion[i]),
                "votes": (draws.VOTE, self.knobs.loyalty_in_vote * self._trust()),
            }[decision]
            return _turned(gain, self.decided(decision, gain), _shock(self, kind), later)

        def revises(self, other: str) -> float:
            odds = float(super().revises(other))
            w, j = self.world, self.model.actor(other).index
            left_out = not w.truce.consulted[j] and w.truce.consultation[j] != NEVER
            if not left_out or w.truce.blamed[j] < self.knobs.blame_min:
                return odds
            answer = reader(self, "revises", other, "", odds)
            return _certain(odds, answer, _uniform(self, draws.REVISE, j))

        def bargains(self, other: str) -> float:
            gain = float(super().bargains(other))
            pair, side = self.model.pair(self.name, other)
            w = self.world
            core = w.truce.state[0] == CEASEFIRE and any_core_tabled(
                self.givens.topic.core, w.talk.tabled
            )
            if not core and w.talk.pair_gain[pair].sum() <= 0.0:
                return gain  # not worth a meeting
            draw = _draws(self, draws.BILATERAL, self.givens.ids.id_pair)[2 * pair + side]
            return _turned(gain, reader(self, "bargains", other, "", gain), float(draw))

        def raises(self, issue: str) -> float:
            gain = float(super().raises(issue))
            at = self.model.layout.issues.index(issue)
            draw = _draws(self, draws.RAISE, self.givens.ids.id_issue)[at]
            return _turned(gain, reader(self, "raises", "", issue, gain), float(draw))

        def clashes(self, other: str, issue: str) -> float:
            gain = float(super().clashes(other, issue))
            pair, side = self.model.pair(self.name, other)
            at = self.model.layout.issues.index(issue)
            draw = _draws(self, draws.CLASH, self.givens.ids.id_clash[at])[2 * pair + side]
            return _turned(gain, reader(self, "clashes", other, issue, gain), float(draw))

        def decided(self, decision: str, gain: float = 0.0) -> Answer:
            """What the reader says; its own terms a convener has signed already."""
            if decision == "signs" and self.convener == self.name:
                return None
            other = self.convener if decision == "signs" else ""
            return reader(self, decision, other, "", gain)

        def _trust(self) -> float:
            broker = int(self.world.truce.convener[0])
            return float(self.world.tie.heeded[self.index, broker]) if broker >= 0 else 0.0

        def _breach_cost(self) -> float:
            """What a breach would cost it, now that everybody has ordered."""
            p, w, links = self.knobs, self.world, self.givens.links
            out = np.zeros(len(w.truce.comply))
            breach_costs(
                out, w.truce.comply, self.givens.who.guarantor, self.givens.who.ground, w.web.pull,
                links.l_patron, links.l_proxy,
                p.monitored_observation_chance if p.monitored > 0.5 else p.observation_chance,
                p.monitored, p.breach_cost, p.guarantor_breach_cost,
            )  # fmt: skip
            return float(out[self.index])

    return Asking


def _turned(gain: float, answer: Answer, draw: float, later: float = 0.0) -> float:
    """The gain next to the rule's with which a draw gives the answer."""
    if answer is None or (gain + later > draw) == answer:
        return gain
    near = draw - later + (BEYOND if answer else -BEYOND)
    return float(np.clip(near, -GAIN_LIMIT, GAIN_LIMIT))


def _certain(odds: float, answer: Answer, draw: float) -> float:
    """The same for a chance: that of the rule, or none, or certainty."""
    return odds if answer is None or (draw < odds) == answer else float(answer)


def _luck(actor: Actor) -> Any:
    run = np.array([actor.model.run], dtype=np.uint64)
    return keys_of(actor.model.seed, run)[0][0]


def _draws(actor: Actor, decision: int, subjects: Any) -> Any:
    out = np.zeros(len(subjects))
    draws.shocks(
        out,
        _luck(actor),
        draws.NO_DRAWS,
        decision,
        subjects,
        actor.model.week,
        actor.knobs.choice_precision,
    )
    return out


def _shock(actor: Actor, decision: int) -> float:
    return float(_draws(actor, decision, actor.givens.ids.id_actor)[actor.index])


def _uniform(actor: Actor, decision: int, subject: int) -> float:
    who, week = actor.givens.ids.id_actor[subject], actor.model.week
    return float(draws.uniform(_luck(actor), decision, who, week))
