"""Phase 11: what the coalition's war, its talks, and the wars among members do to each other."""

from __future__ import annotations

from sim.engine.inlined_phases import phase
from sim.engine.inputs import Inputs
from sim.engine.phases.week import Week
from sim.engine.state import SETTLEMENT, World


@phase
def withdraw_forces(week: Week, g: Inputs, w: World) -> None:
    """Who fights a war among members has less for the coalition's: one part for each war."""
    t = week.t
    course = g.course
    force, wars = w.force, w.wars
    # A given course of the front says what came of the forces, whoever fought elsewhere.
    given = course.front.shape[0] > 0 and course.front[t] >= 0.0
    for i in range(force.here.shape[0]):
        others = 0
        for war in range(0 if given else wars.first.shape[0]):
            if wars.first[war] >= 0 and wars.plus[war, i] + wars.minus[war, i] > 0.0:
                others += 1
        force.here[i] = 1.0 / (1.0 + others)


@phase
def drop_deals(w: World) -> None:
    """A settlement replaces what two have agreed apart of what it brings."""
    force, ceasefire, talk, wars = w.force, w.ceasefire, w.talk, w.wars
    for k in range(force.holder.shape[0] if ceasefire.state[0] == SETTLEMENT else 0):
        if talk.settled_issue[k]:
            wars.due[k] = False


@phase
def heed_settlement(w: World) -> None:
    """What a settlement brings is due by it: its holder has agreed, so nobody claims it."""
    force, ceasefire, talk, wars = w.force, w.ceasefire, w.talk, w.wars
    for k in range(force.holder.shape[0] if ceasefire.state[0] == SETTLEMENT else 0):
        if force.holder[k] >= 0 and talk.settled_issue[k]:
            # Phase 7 hands it over. It is forgotten again before the next deals are handed over.
            wars.due[k], wars.due_position[k] = True, force.position[k]
