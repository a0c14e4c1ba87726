"""Phase 4: the ceasefire round."""

from __future__ import annotations

from sim.engine import array_ops, draws, event_log
from sim.engine.inlined_phases import phase
from sim.engine.inputs import ALWAYS, BY_RULE, Inputs, ParameterValues
from sim.engine.phases.week import Week, ask, due, heed, season
from sim.engine.state import CEASEFIRE, WAR, World
from sim.rules import bargaining, ceasefires


@phase
def convene(week: Week, p: ParameterValues, g: Inputs, w: World) -> int:
    """Choose who convenes and ask it to propose; its index if it proposes, else -1."""
    t, keys, fed = week.t, week.keys, week.fed
    log, counter, agents = week.log, week.counter, week.agents
    who, topic, ids = g.who, g.topic, g.ids
    aims, force, value, relations, scratch = w.aims, w.force, w.value, w.relations, w.scratch
    n = who.side.shape[0]
    prestige = topic.prestige[0]
    for c in range(n):
        scratch.odds[c] = ceasefires.convenes(
            c, value.gain, force.position, who.pole, aims.weight, prestige, p.prestige_step
        )
        scratch.reach[c] = ceasefires.access(
            c, relations.heeded, force.capability, who.diplomacy, who.belligerent, p.by_strength
        )
    ask(agents, "convenes", scratch.odds, -1)
    draws.uniforms_of(scratch.draw, who.can_convene, keys, fed, draws.CONVENE, ids.actor, t)
    c, lead = ceasefires.choose_convener(
        scratch.score, scratch.odds, scratch.reach, who.can_convene, scratch.draw,
        p.choice_precision,
    )  # fmt: skip
    proposed = False
    if c >= 0:
        event_log.note(
            log, counter, t, event_log.CONVENE, c, -1, prestige, True, lead, 0.0,
            value.gain[c], scratch.odds[c] - value.gain[c], scratch.reach[c], 0.0, 0.0,
        )  # fmt: skip
        for i in range(n):
            scratch.own_gain[i] = ceasefires.proposes(i, value.gain)
        ask(agents, "proposes", scratch.own_gain, c)
        # Who would sign proposes: where a resolve lasts, that is one question.
        kind = draws.RATIFY if p.lasting > 0.5 else draws.PROPOSE
        when = season(t, int(p.resolve_weeks), p.lasting)
        draws.shocks(scratch.shock, keys, fed, kind, ids.actor, when, p.choice_precision)
        proposed = scratch.shock[c] < scratch.own_gain[c]
        event_log.note(
            log, counter, t, event_log.PROPOSE, c, -1, -1, proposed, scratch.own_gain[c],
            scratch.shock[c], value.gain[c], 0.0, 0.0, 0.0, 0.0,
        )  # fmt: skip
    return c if proposed else -1


@phase
def consult(week: Week, p: ParameterValues, g: Inputs, w: World, c: int) -> None:
    """The convener decides which patrons it asks before it drafts the terms."""
    t, keys, fed = week.t, week.keys, week.fed
    log, counter, agents = week.log, week.counter, week.agents
    who, ids = g.who, g.ids
    patronage, ceasefire, relations, scratch = w.patronage, w.ceasefire, w.relations, w.scratch
    n = who.side.shape[0]
    for j in range(n):
        scratch.odds[j] = ceasefires.consults(
            c, j, relations.heeded, p.consultation_slope, p.consultation_tie
        )
    ask(agents, "consults", scratch.odds, c)
    draws.uniforms_of(scratch.draw, who.patron, keys, fed, draws.CONSULT, ids.actor, t)
    for j in range(n):
        rule = ceasefire.consultation[j]
        open_question = who.patron[j] and j != c and not who.belligerent[j]
        asked = open_question and rule == BY_RULE
        asked = asked and patronage.nuisance[j] > p.nuisance_min
        if open_question and rule != BY_RULE:
            asked = True
            scratch.odds[j] = 1.0 if rule == ALWAYS else 0.0
        yes = asked and scratch.draw[j] < scratch.odds[j]
        ceasefire.invited[j] = who.belligerent[j] or j == c or yes
        if asked:
            event_log.note(
                log, counter, t, event_log.CONSULT, c, j, -1, yes, scratch.odds[j], scratch.draw[j],
                relations.heeded[c, j], patronage.nuisance[j], float(rule), 0.0, 0.0,
            )  # fmt: skip


@phase
def draft_terms(p: ParameterValues, g: Inputs, w: World, c: int) -> None:
    """The terms of the offer, and what they are worth to each actor."""
    who, topic = g.who, g.topic
    aims, force, value, ceasefire, talk = w.aims, w.force, w.value, w.ceasefire, w.talk
    relations, scratch = w.relations, w.scratch
    prestige = topic.prestige[0]
    steps = int(p.nash_steps)
    bargaining.draw_terms(
        ceasefire.offer, scratch.draft, scratch.scale, force.position, ceasefire.invited,
        topic.side_payment, value.voice, value.gain, value.delivered_share[0], aims.weight,
        aims.ideal, p.loss_exponent, p.surplus_floor, steps, p.nash_damping,
    )  # fmt: skip
    if prestige >= 0:
        ceasefire.offer[prestige] = force.position[prestige] + p.prestige_step * (
            who.pole[c] - force.position[prestige]
        )
    bargaining.worth_of_terms(
        ceasefire.terms_worth, ceasefire.offer, topic.promised, talk.expected, force.position,
        value.utility, value.delivered_share[0], value.table_share, p.promised_only, aims.weight,
        aims.ideal, p.loss_exponent,
    )  # fmt: skip
    ceasefires.crossing_costs(
        ceasefire.crossing_cost,
        relations.heeded,
        relations.dependence,
        c,
        p.loyalty,
        p.dependence_weight,
    )


@phase
def ratify(week: Week, p: ParameterValues, g: Inputs, w: World, c: int) -> bool:
    """Every actor accepts or refuses the offer; tells whether it enters into force."""
    t, keys, fed = week.t, week.keys, week.fed
    log, counter, agents = week.log, week.counter, week.agents
    who, ids = g.who, g.ids
    value, patronage, ceasefire, relations = w.value, w.patronage, w.ceasefire, w.relations
    scratch = w.scratch
    n = who.side.shape[0]
    for i in range(n):
        scratch.own_gain[i] = ceasefires.ratifies(
            i, value.gain, ceasefire.terms_worth, ceasefire.crossing_cost
        )
    ask(agents, "ratifies", scratch.own_gain, c)
    array_ops.put(scratch.patron_wish, scratch.own_gain)
    heed(week, g, w)
    when = season(t, int(p.resolve_weeks), p.lasting)
    draws.shocks(scratch.shock, keys, fed, draws.RATIFY, ids.actor, when, p.choice_precision)
    array_ops.below(ceasefire.signing, scratch.shock, scratch.acted_gain)
    ceasefires.below_in_public(
        ceasefire.objected, scratch.shock, scratch.acted_gain, p.open_refusal_cost
    )
    for i in range(n):
        ceasefire.objected[i] = i != c and not ceasefire.objected[i]
    for i in range(n):
        scratch.patron_gain[i] = scratch.acted_gain[i] - patronage.autonomy[i] * scratch.own_gain[i]
    event_log.note_each(
        log, counter, t, event_log.RATIFY, scratch.all_true, c, scratch.no_issue, ceasefire.signing,
        scratch.acted_gain, scratch.shock, value.gain, ceasefire.terms_worth,
        ceasefire.crossing_cost, scratch.own_gain, scratch.patron_gain,
    )  # fmt: skip
    ceasefire.signing[c] = True
    signed = ceasefires.in_force(ceasefire.signing, who.must_sign)
    ceasefires.judge_ratification(
        relations.good, relations.bad, c, ceasefire.signing, who.patron, who.must_sign
    )
    event_log.note(
        log, counter, t, event_log.CEASEFIRE, c, -1, -1, signed, 0.0, 0.0, 0.0, 0.0, 0.0,
        0.0, 0.0,
    )  # fmt: skip
    return bool(signed)


@phase
def enter_into_force(p: ParameterValues, g: Inputs, w: World, c: int) -> None:
    """A ceasefire holds from now on."""
    who, topic = g.who, g.topic
    aims, patronage, ceasefire, relations = w.aims, w.patronage, w.ceasefire, w.relations
    prestige = topic.prestige[0]
    ceasefires.resent_exclusion(
        relations.bad, c, ceasefire.invited, who.patron, who.can_convene, aims.weight,
        patronage.nuisance, prestige, p.stake_min,
    )  # fmt: skip
    ceasefire.state[0], ceasefire.age[0], ceasefire.convener[0] = CEASEFIRE, 0, c
    # Where the hazard is that of fighting, it starts from the war that was.
    ceasefire.violence[0] = 1.0 if p.fighting > 0.5 else 0.0
    array_ops.put(ceasefire.terms, ceasefire.offer)
    array_ops.put(ceasefire.consulted, ceasefire.invited)
    array_ops.put(ceasefire.ratified, ceasefire.signing)
    array_ops.fill(ceasefire.violated, False)
    for s in range(2):
        ceasefire.violence_by_camp[s] += p.camp_violence_reset * (
            0.5 - ceasefire.violence_by_camp[s]
        )


@phase
def hold_ceasefire_round(week: Week, p: ParameterValues, g: Inputs, w: World) -> None:
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
