"""Phase 10: disputes, clashes of allies, collapse and victory."""

from __future__ import annotations

from sim.engine import draws, event_log
from sim.engine.inlined_phases import phase
from sim.engine.inputs import Inputs, ParameterValues
from sim.engine.phases.week import Week, ask
from sim.engine.state import CEASEFIRE, SETTLEMENT, VICTORY, WAR, World
from sim.rules import bargaining, fighting, rivalry


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
        force.new_dispute[k] = scratch.issue_draw[k] < topic.renew_chance[k]
        if force.new_dispute[k]:
            event_log.note(
                log, counter, t, event_log.DISPUTE, -1, -1, k, True, topic.renew_chance[k],
                scratch.issue_draw[k], force.position[k], 0.0, 0.0, 0.0, 0.0,
            )  # fmt: skip


@phase
def clash(week: Week, p: ParameterValues, g: Inputs, w: World) -> None:
    """Phase 10: allies fight each other over what a new dispute is about."""
    t, keys, fed = week.t, week.keys, week.fed
    log, counter, agents = week.log, week.counter, week.agents
    topic, links, ids = g.topic, g.links, g.ids
    aims, force, patronage, talk, relations = w.aims, w.force, w.patronage, w.talk, w.relations
    scratch = w.scratch
    for k in range(force.position.shape[0] if p.clashes > 0.5 else 0):
        if not topic.minor[k] or not force.new_dispute[k]:
            continue  # nothing new to quarrel over
        for b in range(links.pairs.shape[0]):
            i, j = links.pairs[b, 0], links.pairs[b, 1]
            talk.clashing[b] = rivalry.contested(i, j, k, force.position, aims.weight, aims.ideal)
            odds = rivalry.chance_to_prevail(i, j, patronage.ground_control)
            for ally in range(2):
                a, other = links.pairs[b, ally], links.pairs[b, 1 - ally]
                talk.prize[b, ally] = rivalry.prize(
                    a, other, k, force.position, aims.weight, aims.ideal, p.loss_exponent,
                    p.clash_step, odds if ally == 0 else 1.0 - odds,
                )  # fmt: skip
                talk.clash_gain[b, ally] = rivalry.clashes(
                    talk.prize[b, ally], relations.heeded[a, other], relations.dependence[a, other],
                    p.loyalty, p.dependence_weight, p.clash_cost,
                )  # fmt: skip
        ask(agents, "clashes", talk.clash_gain, k)
        draws.shocks(talk.pair_shock, keys, fed, draws.CLASH, ids.clash[k], t, p.choice_precision)
        draws.uniforms(scratch.pair_draw, keys, fed, draws.PREVAIL, ids.clash[k], t)
        for b in range(links.pairs.shape[0]):
            if not talk.clashing[b]:
                continue
            i, j = links.pairs[b, 0], links.pairs[b, 1]
            odds = rivalry.chance_to_prevail(i, j, patronage.ground_control)
            begun = False
            for ally in range(2):
                a, other = links.pairs[b, ally], links.pairs[b, 1 - ally]
                eta, gain = talk.pair_shock[2 * b + ally], talk.clash_gain[b, ally]
                begun = begun or eta < gain
                event_log.note(
                    log, counter, t, event_log.CLASH, a, other, k, eta < gain, gain, eta,
                    talk.prize[b, ally], relations.heeded[a, other], relations.dependence[a, other],
                    p.clash_cost, 0.0,
                )  # fmt: skip
            if begun:
                won, lost = (i, j) if scratch.pair_draw[2 * b] < odds else (j, i)
                force.position[k] += p.clash_step * (aims.ideal[won, k] - force.position[k])
                relations.bad[i, j] += 1.0
                relations.bad[j, i] += 1.0
                event_log.note(
                    log, counter, t, event_log.PREVAIL, won, lost, k, True, 0.0, 0.0,
                    force.position[k], 0.0, 0.0, 0.0, 0.0,
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
