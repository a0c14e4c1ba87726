"""Phase 1: dated changes."""

from __future__ import annotations

from sim.engine import event_log
from sim.engine.inlined_phases import phase
from sim.engine.inputs import (
    NEW_CAPABILITY,
    NEW_CONSULTATION,
    NEW_CONTROL,
    NEW_COST,
    NEW_IDEAL,
    NEW_PIN,
    NEW_POSITION,
    NEW_TABLE,
    NEW_WEIGHT,
    Inputs,
)
from sim.engine.phases.week import Week
from sim.engine.state import World
from sim.rules import objectives
from sim.rules.jit import compiled


@compiled
def shift(
    kind, index, value, ox, ow, m, m0, cost, control, forced_table, consultation, theta, pinned
) -> None:  # fmt: skip
    """Apply one dated change in what somebody is given, or in where an issue stands."""
    if kind == NEW_IDEAL:
        ox[index] = value
    elif kind == NEW_WEIGHT:
        ow[index] *= value
    elif kind == NEW_CAPABILITY:
        m[index] = m[index] * value / m0[index] if m0[index] > 0.0 else value
        m0[index] = value
    elif kind == NEW_COST:
        cost[index] = value
    elif kind == NEW_CONTROL:
        control[index] = value
    elif kind == NEW_TABLE:
        forced_table[index] = True
    elif kind == NEW_CONSULTATION:
        consultation[index] = int(value)
    elif kind in (NEW_POSITION, NEW_PIN):
        theta[index] = value
        pinned[index] = value if kind == NEW_PIN else -1.0


@phase
def follow_course(week: Week, g: Inputs, w: World) -> None:
    """Phase 1: the front of the coalition's war stands where its given course puts it."""
    t = week.t
    topic, course = g.topic, g.course
    force = w.force
    if course.front.shape[0] > 0:
        force.pinned[topic.territory[0]] = course.front[t]
        if course.front[t] >= 0.0:
            force.position[topic.territory[0]] = course.front[t]


@phase
def apply_shifts(week: Week, g: Inputs, w: World) -> None:
    """Phase 1: dated changes in what actors are given, and preferences after them."""
    t, log, counter = week.t, week.log, week.counter
    who, aim, shifts = g.who, g.aim, g.shifts
    aims, force, patronage, ceasefire, talk = w.aims, w.force, w.patronage, w.ceasefire, w.talk
    shifted = t == 0
    for h in range(shifts.week.shape[0]):
        if shifts.week[h] == t:
            shifted = True
            kind, amount = shifts.kind[h], shifts.value[h]
            shift(
                kind, shifts.what[h], amount, aims.objective_ideal, aims.objective_weight,
                force.capability, force.full_capability, force.cost, patronage.control,
                talk.forced_table, ceasefire.consultation, force.position, force.pinned,
            )  # fmt: skip
            event_log.note(
                log, counter, t, event_log.SHIFT, shifts.actor[h], -1, shifts.issue[h], True,
                0.0, 0.0, float(kind), amount, 0.0, 0.0, 0.0,
            )  # fmt: skip
    if shifted:
        objectives.weigh(
            aims.weight, aims.ideal, aim.actor, aim.issue, aim.short_term, aims.objective_weight,
            aims.objective_ideal, aims.full_activation, who.patience,
        )  # fmt: skip
