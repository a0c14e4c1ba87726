"""Phase 10: disputes, collapse and victory."""

from __future__ import annotations

from sim.engine import draws, event_log
from sim.engine.inlined_phases import phase
from sim.engine.inputs import Inputs, ParameterValues
from sim.engine.phases.week import Week
from sim.engine.state import CEASEFIRE, SETTLEMENT, VICTORY, WAR, World
from sim.rules import bargaining, fighting


@phase
def renew_disputes(week: Week, g: Inputs, w: World) -> None:
    """Phase 10: local disputes break out."""
    t, keys, fed, log, counter = week.t, week.keys, week.fed, week.log, week.counter
    topic, ids = g.topic, g.ids
    force, scratch = w.force, w.scratch
    draws.uniforms_of(scratch.issue_draw, topic.renewed, keys, fed, draws.DISPUTE, ids.issue, t)
    draws.uniforms_of(
        scratch.issue_draw2, topic.renewed, keys, fed, draws.DISPUTE_VALUE, ids.issue, t
    )
    bargaining.renew(
        force.position, topic.renew_chance, topic.renew_to, topic.renew_random, scratch.issue_draw,
        scratch.issue_draw2,
    )  # fmt: skip
    for k in range(force.position.shape[0]):
        if scratch.issue_draw[k] < topic.renew_chance[k]:
            event_log.note(
                log, counter, t, event_log.DISPUTE, -1, -1, k, True, topic.renew_chance[k],
                scratch.issue_draw[k], force.position[k], 0.0, 0.0, 0.0, 0.0,
            )  # fmt: skip


@phase
def end_ceasefire_or_war(week: Week, p: ParameterValues, g: Inputs, w: World) -> None:
    """Phase 10: a collapse takes effect; a front held long enough is a victory."""
    t, log, counter = week.t, week.log, week.counter
    topic = g.topic
    force, ceasefire = w.force, w.ceasefire
    territory = topic.territory[0]
    ceasefire.age[0] += 1
    if ceasefire.collapsing[0]:
        ceasefire.state[0] = WAR
    if t == g.course.secured[0] and ceasefire.state[0] != VICTORY:
        ceasefire.state[0] = VICTORY
        lasted = int(p.victory_weeks)
        force.weeks_at_end[0] = lasted if force.position[territory] >= 0.5 else -lasted
        beaten = g.course.enemy[0]
        if beaten >= 0:
            force.capability[beaten] *= p.left_after_defeat
            force.full_capability[beaten] *= p.left_after_defeat
        event_log.note(
            log, counter, t, event_log.VICTORY, -1, -1, territory, True, 0.0, 0.0,
            force.position[territory], 0.0, 0.0, 0.0, 0.0,
        )  # fmt: skip
    if p.victory > 0.5 and territory >= 0:
        if ceasefire.state[0] == WAR or ceasefire.state[0] == CEASEFIRE:
            force.weeks_at_end[0] = fighting.weeks_held(
                force.weeks_at_end[0], force.position[territory], p.victory_at
            )
        elif ceasefire.state[0] == SETTLEMENT:
            force.weeks_at_end[0] = 0
        # Kept after a victory: it says whose.
        if ceasefire.state[0] != VICTORY and abs(force.weeks_at_end[0]) >= p.victory_weeks:
            ceasefire.state[0] = VICTORY
            event_log.note(
                log, counter, t, event_log.VICTORY, -1, -1, territory, True, 0.0, 0.0,
                force.position[territory], float(abs(force.weeks_at_end[0])), 0.0, 0.0, 0.0,
            )  # fmt: skip
