"""Phase 12: experience and ties."""

from __future__ import annotations

from sim.engine.inlined_phases import phase
from sim.engine.inputs import Inputs, ParameterValues
from sim.engine.state import WAR, World
from sim.rules import ties


@phase
def drift(p: ParameterValues, g: Inputs, w: World) -> None:
    """Phase 12: what was lived through becomes experience, and ties follow."""
    who = g.who
    aims, force, ceasefire, relations = w.aims, w.force, w.ceasefire, w.relations
    if ceasefire.state[0] == WAR:
        ties.live_through_war(relations.good, relations.bad, who.side, p.war_intensity)
    ties.learn(
        relations.experience, relations.good, relations.bad, p.learning_from_good,
        p.learning_from_bad, p.forgetting,
    )  # fmt: skip
    ties.third_parties(relations.third_parties, relations.tie, force.power)
    ties.drift(
        relations.tie, relations.drift_account, relations.third_parties, aims.alignment,
        relations.experience, p.pull_of_alignment, p.pull_of_experience, p.pull_of_third_parties,
    )  # fmt: skip
