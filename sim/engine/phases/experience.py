"""Phase 12: experience and ties."""

from __future__ import annotations

from sim.engine.assembling import phase
from sim.engine.state import WAR
from sim.rules import ties


@phase
def drift(p, g, w):
    """Phase 12: what was lived through becomes experience, and ties follow."""
    who = g.who
    aims, force, truce, tie = w.aims, w.force, w.truce, w.tie
    if truce.state[0] == WAR:
        ties.live_through_war(tie.good, tie.bad, who.side, p.s_fight)
    ties.learn(tie.E, tie.good, tie.bad, p.kap_pos, p.kap_neg, p.d_E)
    ties.third_parties(tie.B, tie.T, force.mu)
    ties.drift(tie.T, tie.accounts, tie.B, aims.A, tie.E, p.phi_A, p.phi_E, p.phi_B)
