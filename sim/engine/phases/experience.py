"""Phase 12: experience and ties."""

from __future__ import annotations

from sim.engine.inlined_phases import phase
from sim.engine.state import WAR
from sim.rules import ties


@phase
def drift(p, g, w):
    """Phase 12: what was lived through becomes experience, and ties follow."""
    who = g.who
    aims, force, ceasefire, tie = w.aims, w.force, w.ceasefire, w.tie
    if ceasefire.state[0] == WAR:
        ties.live_through_war(tie.good, tie.bad, who.side, p.war_intensity)
    ties.learn(tie.E, tie.good, tie.bad, p.learning_from_good, p.learning_from_bad, p.forgetting)
    ties.third_parties(tie.B, tie.T, force.mu)
    ties.drift(
        tie.T,
        tie.accounts,
        tie.B,
        aims.A,
        tie.E,
        p.pull_of_alignment,
        p.pull_of_experience,
        p.pull_of_third_parties,
    )
