"""Phase 4: the ceasefire round."""

from __future__ import annotations

from sim.engine import array_ops, draws, event_log
from sim.engine.inlined_phases import phase
from sim.engine.inputs import ALWAYS, BY_RULE
from sim.engine.phases.week import ask, due, heed
from sim.engine.state import CEASEFIRE, WAR
from sim.rules import bargaining, ceasefires


@phase
def convene(week, p, g, w):
    """Who convenes, and whether it proposes a ceasefire; -1 if nobody does."""
    t, keys, fed = week.t, week.keys, week.fed
    log, counter, agents = week.log, week.counter, week.agents
    who, topic, ids = g.who, g.topic, g.ids
    aims, force, value, tie, tmp = w.aims, w.force, w.value, w.tie, w.tmp
    n = who.side.shape[0]
    prestige = topic.prestige[0]
    for c in range(n):
        tmp.odds[c] = ceasefires.convenes(
            c, value.gain, force.theta, who.pole, aims.W, prestige, p.prestige_step
        )
        tmp.reach[c] = ceasefires.access(
            c, tie.heeded, force.m, who.diplomacy, who.belligerent, p.by_strength
        )
    ask(agents, "convenes", tmp.odds, -1)
    draws.uniforms_of(tmp.draw, who.can_convene, keys, fed, draws.CONVENE, ids.id_actor, t)
    c, lead = ceasefires.choose_convener(
        tmp.score, tmp.odds, tmp.reach, who.can_convene, tmp.draw, p.choice_precision
    )
    proposed = False
    if c >= 0:
        event_log.note(
            log, counter, t, event_log.CONVENE, c, -1, prestige, True, lead, 0.0,
            value.gain[c], tmp.odds[c] - value.gain[c], tmp.reach[c], 0.0, 0.0,
        )  # fmt: skip
        for i in range(n):
            tmp.own[i] = ceasefires.proposes(i, value.gain)
        ask(agents, "proposes", tmp.own, c)
        draws.shocks(tmp.shock, keys, fed, draws.PROPOSE, ids.id_actor, t, p.choice_precision)
        proposed = tmp.shock[c] < tmp.own[c]
        event_log.note(
            log, counter, t, event_log.PROPOSE, c, -1, -1, proposed, tmp.own[c], tmp.shock[c],
            value.gain[c], 0.0, 0.0, 0.0, 0.0,
        )  # fmt: skip
    return c if proposed else -1


@phase
def consult(week, p, g, w, c):
    """The convener decides which patrons it asks before it drafts the terms."""
    t, keys, fed = week.t, week.keys, week.fed
    log, counter, agents = week.log, week.counter, week.agents
    who, ids = g.who, g.ids
    web, ceasefire, tie, tmp = w.web, w.ceasefire, w.tie, w.tmp
    n = who.side.shape[0]
    for j in range(n):
        tmp.odds[j] = ceasefires.consults(
            c, j, tie.heeded, p.consultation_slope, p.consultation_tie
        )
    ask(agents, "consults", tmp.odds, c)
    draws.uniforms_of(tmp.draw, who.patron, keys, fed, draws.CONSULT, ids.id_actor, t)
    for j in range(n):
        rule = ceasefire.consultation[j]
        open_question = who.patron[j] and j != c and not who.belligerent[j]
        asked = open_question and rule == BY_RULE
        asked = asked and web.nuisance[j] > p.nuisance_min
        if open_question and rule != BY_RULE:
            asked = True
            tmp.odds[j] = 1.0 if rule == ALWAYS else 0.0
        yes = asked and tmp.draw[j] < tmp.odds[j]
        ceasefire.invited[j] = who.belligerent[j] or j == c or yes
        if asked:
            event_log.note(
                log, counter, t, event_log.CONSULT, c, j, -1, yes, tmp.odds[j],
                tmp.draw[j], tie.heeded[c, j], web.nuisance[j], float(rule), 0.0, 0.0,
            )  # fmt: skip


@phase
def draft_terms(p, g, w, c):
    """The terms of the offer, and what they are worth to each actor."""
    who, topic = g.who, g.topic
    aims, force, value, ceasefire, talk, tie, tmp = (
        w.aims,
        w.force,
        w.value,
        w.ceasefire,
        w.talk,
        w.tie,
        w.tmp,
    )
    prestige = topic.prestige[0]
    steps = int(p.nash_steps)
    bargaining.draw_terms(
        ceasefire.offer, tmp.draft, tmp.scale, force.theta, ceasefire.invited,
        topic.side_payment, value.voice, value.gain, value.rho[0], aims.W, aims.X, p.loss_exponent,
        p.surplus_floor, steps, p.nash_damping,
    )  # fmt: skip
    if prestige >= 0:
        ceasefire.offer[prestige] = force.theta[prestige] + p.prestige_step * (
            who.pole[c] - force.theta[prestige]
        )
    bargaining.worth_of_terms(
        ceasefire.promise, ceasefire.offer, topic.promised, talk.expected, force.theta,
        value.u, value.rho[0], value.table_share, p.promised_only, aims.W, aims.X, p.loss_exponent,
    )  # fmt: skip
    ceasefires.crossing_costs(
        ceasefire.loyalty, tie.heeded, tie.Dep, c, p.loyalty, p.dependence_weight
    )


@phase
def ratify(week, p, g, w, c):
    """Every actor accepts or refuses the offer; tells whether it enters into force."""
    t, keys, fed = week.t, week.keys, week.fed
    log, counter, agents = week.log, week.counter, week.agents
    who, ids = g.who, g.ids
    value, web, ceasefire, tie, tmp = w.value, w.web, w.ceasefire, w.tie, w.tmp
    n = who.side.shape[0]
    for i in range(n):
        tmp.own[i] = ceasefires.ratifies(i, value.gain, ceasefire.promise, ceasefire.loyalty)
    ask(agents, "ratifies", tmp.own, c)
    array_ops.put(tmp.wish, tmp.own)
    heed(week, g, w)
    draws.shocks(tmp.shock, keys, fed, draws.RATIFY, ids.id_actor, t, p.choice_precision)
    array_ops.below(ceasefire.signing, tmp.shock, tmp.acting)
    ceasefires.below_in_public(ceasefire.objected, tmp.shock, tmp.acting, p.open_refusal_cost)
    for i in range(n):
        ceasefire.objected[i] = i != c and not ceasefire.objected[i]
    for i in range(n):
        tmp.patrons[i] = tmp.acting[i] - web.autonomy[i] * tmp.own[i]
    event_log.note_each(
        log, counter, t, event_log.RATIFY, tmp.every, c, tmp.no_issue, ceasefire.signing,
        tmp.acting, tmp.shock, value.gain, ceasefire.promise, ceasefire.loyalty, tmp.own,
        tmp.patrons,
    )  # fmt: skip
    ceasefire.signing[c] = True
    signed = ceasefires.in_force(ceasefire.signing, who.must_sign)
    ceasefires.judge_ratification(
        tie.good, tie.bad, c, ceasefire.signing, who.patron, who.must_sign
    )
    event_log.note(
        log, counter, t, event_log.CEASEFIRE, c, -1, -1, signed, 0.0, 0.0, 0.0, 0.0, 0.0,
        0.0, 0.0,
    )  # fmt: skip
    return signed


@phase
def enter_into_force(p, g, w, c):
    """A ceasefire holds from now on."""
    who, topic = g.who, g.topic
    aims, web, ceasefire, tie = w.aims, w.web, w.ceasefire, w.tie
    prestige = topic.prestige[0]
    ceasefires.resent_exclusion(
        tie.bad, c, ceasefire.invited, who.patron, who.can_convene, aims.W,
        web.nuisance, prestige, p.stake_min,
    )  # fmt: skip
    ceasefire.state[0], ceasefire.age[0], ceasefire.convener[0] = CEASEFIRE, 0, c
    # Where the hazard is that of fighting, it starts from the war that was.
    ceasefire.vbar[0] = 1.0 if p.fighting > 0.5 else 0.0
    array_ops.put(ceasefire.terms, ceasefire.offer)
    array_ops.put(ceasefire.consulted, ceasefire.invited)
    array_ops.put(ceasefire.ratified, ceasefire.signing)
    array_ops.fill(ceasefire.violates, False)
    for s in range(2):
        ceasefire.vside[s] += p.camp_violence_reset * (0.5 - ceasefire.vside[s])


@phase
def hold_ceasefire_round(week, p, g, w):
    """Phase 4: in war, every `ceasefire_period` weeks, an attempt at a ceasefire."""
    t = week.t
    ceasefire = w.ceasefire
    if ceasefire.state[0] == WAR and due(t, int(p.first_ceasefire_round), int(p.ceasefire_period)):
        c = convene(week, p, g, w)
        if c >= 0:
            consult(week, p, g, w, c)
            draft_terms(p, g, w, c)
            signed = ratify(week, p, g, w, c)
            if signed:
                enter_into_force(p, g, w, c)
