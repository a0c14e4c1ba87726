"""Phase 2: objectives, attention and alignment."""

from __future__ import annotations

from sim.engine import array_ops, event_log
from sim.engine.inlined_phases import phase
from sim.rules import fighting, objectives, war


@phase
def update_objectives(week, p, g, w):
    """Phase 2: contest of forces, satisfied and threatened goals, attention, alignment."""
    t, log, counter = week.t, week.log, week.counter
    who, aim, topic = g.who, g.aim, g.topic
    aims, force = w.aims, w.force
    territory = topic.territory[0]
    war.power_shares(force.mu, force.m)
    fighting.take_up_arms(force.arms, force.acting, force.m, who.in_arms, force.effort)
    force.psi[0] = war.contest(
        force.strengths, who.side, force.acting, who.air, who.ground, p.task_exponent
    )
    if t == 0:
        war.prior_optimism(force.optimism, who.side, p.mutual_optimism)
    war.believed_drift(force.believed, force.psi[0], force.optimism, p.front_speed)
    if p.danger > 0.5:
        objectives.dangers(
            aims.danger, force.theta, aim.o_actor, aim.o_issue, aim.o_short, aim.above, aim.hi,
            aim.lo, territory, force.believed, p.perceived_volatility,
        )  # fmt: skip
    array_ops.put(aims.was_sat, aims.sat)
    objectives.activate(
        aims.act, aims.sat, force.theta, aim.o_issue, aim.o_short, aim.above, aim.hi, aim.lo,
        aims.danger, p.attention_speed, p.attention_floor,
    )  # fmt: skip
    for o in range(aims.sat.shape[0]):
        if aims.was_sat[o] != aims.sat[o]:
            position = force.theta[aim.o_issue[o]]
            kind = event_log.SATISFIED if aims.sat[o] else event_log.THREATENED
            mark = aim.hi[o] if aims.sat[o] else aim.lo[o]
            mark = mark if aim.above[o] else 1.0 - mark
            event_log.note(
                log, counter, t, kind, aim.o_actor[o], -1, aim.o_issue[o], True, position, mark,
                position, mark, 0.0, 0.0, 0.0,
            )  # fmt: skip
    objectives.weigh(
        aims.What, aims.Xhat, aim.o_actor, aim.o_issue, aim.o_short, aims.ow, aims.ox, aims.act,
        who.patience,
    )  # fmt: skip
    objectives.short_attention(
        aims.short, aim.o_actor, aim.o_short, aims.ow, aims.act, who.patience
    )
    objectives.align(aims.A, aims.What, aims.Xhat)
