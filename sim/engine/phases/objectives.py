"""Phase 2: objectives, attention and alignment."""

from __future__ import annotations

from sim.engine import array_ops, event_log
from sim.engine.inlined_phases import phase
from sim.engine.inputs import Inputs, ParameterValues
from sim.engine.phases.week import Week
from sim.engine.state import World
from sim.rules import fighting, objectives, war


@phase
def update_objectives(week: Week, p: ParameterValues, g: Inputs, w: World) -> None:
    """Phase 2: contest of forces, satisfied and threatened goals, attention, alignment."""
    t, log, counter = week.t, week.log, week.counter
    who, aim, topic = g.who, g.aim, g.topic
    aims, force = w.aims, w.force
    territory = topic.territory[0]
    war.power_shares(force.power, force.capability)
    fighting.take_up_arms(force.in_arms, force.acting, force.capability, who.in_arms, force.effort)
    for i in range(force.here.shape[0]):
        # What fights in a war among members does not fight here.
        force.in_arms[i] *= force.here[i]
        force.acting[i] *= force.here[i]
    force.contest[0] = war.contest(
        force.strength, who.side, force.acting, who.air, who.ground, p.task_exponent
    )
    if t == 0:
        war.prior_optimism(force.optimism, who.side, p.mutual_optimism)
    war.believed_drift(force.believed_drift, force.contest[0], force.optimism, p.front_speed)
    if p.danger > 0.5:
        objectives.dangers(
            aims.danger, force.position, aim.actor, aim.issue, aim.short_term, aim.above,
            aim.satisfied_at, aim.threatened_at, territory, force.believed_drift,
            p.perceived_volatility,
        )  # fmt: skip
    array_ops.put(aims.was_satisfied, aims.satisfied)
    objectives.activate(
        aims.activation, aims.satisfied, force.position, aim.issue, aim.short_term, aim.above,
        aim.satisfied_at, aim.threatened_at, aims.danger, p.attention_speed, p.attention_floor,
    )  # fmt: skip
    for o in range(aims.satisfied.shape[0]):
        if aims.was_satisfied[o] != aims.satisfied[o]:
            position = force.position[aim.issue[o]]
            kind = event_log.SATISFIED if aims.satisfied[o] else event_log.THREATENED
            mark = aim.satisfied_at[o] if aims.satisfied[o] else aim.threatened_at[o]
            mark = mark if aim.above[o] else 1.0 - mark
            event_log.note(
                log, counter, t, kind, aim.actor[o], -1, aim.issue[o], True, position, mark,
                position, mark, 0.0, 0.0, 0.0,
            )  # fmt: skip
    objectives.weigh(
        aims.attention, aims.attention_ideal, aim.actor, aim.issue, aim.short_term,
        aims.objective_weight, aims.objective_ideal, aims.activation, who.patience,
    )  # fmt: skip
    objectives.short_attention(
        aims.attention_short, aim.actor, aim.short_term, aims.objective_weight, aims.activation,
        who.patience,
    )  # fmt: skip
    objectives.align(aims.alignment, aims.attention, aims.attention_ideal)
