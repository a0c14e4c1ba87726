"""Phase 6: a patron that was left out is asked after all."""

from __future__ import annotations

from sim.engine import array_ops, draws, event_log
from sim.engine.inlined_phases import phase
from sim.engine.inputs import NEVER, Inputs, ParameterValues
from sim.engine.phases.week import Week, ask
from sim.engine.state import CEASEFIRE, World
from sim.rules import bargaining


@phase
def revise(week: Week, p: ParameterValues, g: Inputs, w: World) -> None:
    """Phase 6: a patron that was left out and is blamed is asked after all."""
    t, keys, fed = week.t, week.keys, week.fed
    log, counter, agents = week.log, week.counter, week.agents
    who, topic, ids = g.who, g.topic, g.ids
    aims, force, value, ceasefire, relations = w.aims, w.force, w.value, w.ceasefire, w.relations
    scratch = w.scratch
    n = who.side.shape[0]
    prestige = topic.prestige[0]
    steps = int(p.nash_steps)
    if ceasefire.state[0] == CEASEFIRE:
        c = ceasefire.convener[0]
        array_ops.fill(scratch.odds, p.revision_chance)
        ask(agents, "revises", scratch.odds, c)
        draws.uniforms_of(scratch.draw, who.patron, keys, fed, draws.REVISE, ids.actor, t)
        revised = False
        for j in range(n):
            left_out = (
                who.patron[j] and not ceasefire.consulted[j] and ceasefire.consultation[j] != NEVER
            )
            if left_out and ceasefire.blame[j] >= p.blame_min:
                yes = scratch.draw[j] < scratch.odds[j]
                event_log.note(
                    log, counter, t, event_log.REVISE, c, j, -1, yes, scratch.odds[j],
                    scratch.draw[j], ceasefire.blame[j], 0.0, 0.0, 0.0, 0.0,
                )  # fmt: skip
                if yes:
                    revised = True
                    ceasefire.consulted[j] = True
                    relations.good[j, c] += 1.0
        if revised:
            lead_term = ceasefire.terms[prestige] if prestige >= 0 else 0.0
            bargaining.draw_terms(
                ceasefire.terms, scratch.draft, scratch.scale, force.position, ceasefire.consulted,
                topic.side_payment, value.voice, value.gain, value.delivered_share[0], aims.weight,
                aims.ideal, p.loss_exponent, p.surplus_floor, steps, p.nash_damping,
            )  # fmt: skip
            if prestige >= 0:
                ceasefire.terms[prestige] = lead_term
