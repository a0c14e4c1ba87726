"""Phase 8: the negotiation round."""

from __future__ import annotations

from sim.engine import array_ops, draws, event_log
from sim.engine.inlined_phases import phase
from sim.engine.inputs import Inputs, ParameterValues
from sim.engine.phases.week import Week, ask, due, heed, season
from sim.engine.state import CEASEFIRE, SETTLEMENT, World
from sim.rules import bargaining, ceasefires, negotiation, proxies


@phase
def attend(week: Week, p: ParameterValues, g: Inputs, w: World) -> bool:
    """Who comes to the talks; tells whether there are any."""
    t, keys, fed = week.t, week.keys, week.fed
    log, counter, agents = week.log, week.counter, week.agents
    who, links, ids = g.who, g.links, g.ids
    value, patronage, ceasefire, talk = w.value, w.patronage, w.ceasefire, w.talk
    scratch = w.scratch
    n = who.side.shape[0]
    negotiation.attendance_costs(talk.seat_cost, value.credibility, p.attendance_cost)
    for i in range(n):
        scratch.own_gain[i] = negotiation.attends(i, value.gain, talk.seat_cost)
    ask(agents, "attends", scratch.own_gain, -1)
    array_ops.put(scratch.patron_wish, value.gain)
    heed(week, g, w)
    when = season(t, int(p.resolve_weeks), p.lasting)
    draws.shocks_of(
        scratch.shock, who.brought, keys, fed, draws.ATTEND, ids.actor, when, p.choice_precision
    )
    for j in range(n):
        scratch.patron_gain[j] = scratch.acted_gain[j] - patronage.autonomy[j] * scratch.own_gain[j]
        scratch.acted_gain[j] -= ceasefire.contagion[j]
        talk.asked[j] = who.brought[j] and talk.away[j] == 0
        talk.attended[j] = talk.asked[j] and scratch.shock[j] < scratch.acted_gain[j]
        talk.party[j] = who.permanent[j] or talk.attended[j]
    # Without a party to be brought, the permanent ones talk alone.
    parties = talk.attended if array_ops.any(who.brought, who.brought) else who.permanent
    event_log.note_each(
        log, counter, t, event_log.ATTEND, talk.asked, -1, scratch.no_issue, talk.attended,
        scratch.acted_gain, scratch.shock, value.gain, talk.seat_cost, scratch.patron_gain,
        ceasefire.contagion, scratch.zeros,
    )  # fmt: skip
    negotiation.walk_out(
        talk.away, talk.attended, talk.asked, who.side, talk.provoked,
        int(p.walkout_rounds),
    )  # fmt: skip
    array_ops.fill(talk.provoked, False)
    proxies.wear_at_talks(
        patronage.leverage, scratch.own_gain, talk.attended, who.bringer, links.patron, links.proxy,
        p.leverage_wear,
    )  # fmt: skip
    return bool(array_ops.any(parties, parties))


@phase
def set_agenda(week: Week, p: ParameterValues, g: Inputs, w: World) -> None:
    """Issues that are due are put on the table, others if the convener gains by it."""
    t, keys, fed = week.t, week.keys, week.fed
    log, counter, agents = week.log, week.counter, week.agents
    who, topic, ids = g.who, g.topic, g.ids
    aims, force, value, ceasefire, talk = w.aims, w.force, w.value, w.ceasefire, w.talk
    scratch = w.scratch
    negotiation.agenda_due(
        talk.agenda, topic.agenda_rule, topic.agenda_value, t, talk.failed[0],
        array_ops.any(talk.party, who.demander), talk.forced_table, talk.tabled,
    )  # fmt: skip
    c = ceasefire.convener[0]
    for k in range(force.position.shape[0]):
        talk.raising[k] = topic.agenda_rule[k] == negotiation.WHEN_IT_PAYS and not talk.agenda[k]
    if array_ops.any(talk.raising, talk.raising):
        for k in range(force.position.shape[0]):
            if talk.raising[k]:
                talk.raise_gain[k] = negotiation.tabling_gain(
                    k, c, talk.text, talk.tabled, talk.agenda, force.position, who.demander,
                    who.veto, force.capability, value.credibility, value.value_disarmed,
                    value.value_war, value.value_ceasefire, aims.weight, aims.ideal,
                    p.loss_exponent, p.opening_offer, p.choice_precision,
                )  # fmt: skip
        ask(agents, "raises", talk.raise_gain, c)
        draws.shocks(scratch.issue_shock, keys, fed, draws.RAISE, ids.issue, t, p.choice_precision)
        for k in range(force.position.shape[0]):
            if talk.raising[k]:
                talk.agenda[k] = scratch.issue_shock[k] < talk.raise_gain[k]
                event_log.note(
                    log, counter, t, event_log.RAISE, c, -1, k, talk.agenda[k],
                    talk.raise_gain[k], scratch.issue_shock[k], 0.0, 0.0, 0.0, 0.0, 0.0,
                )  # fmt: skip
    negotiation.open_text(
        talk.text, talk.tabled, talk.fresh, talk.agenda, force.position, who.demander,
        force.capability, aims.weight, aims.ideal, p.opening_offer,
    )  # fmt: skip
    for k in range(force.position.shape[0]):
        if talk.fresh[k]:
            event_log.note(
                log, counter, t, event_log.TABLE, -1, -1, k, True, 0.0, 0.0,
                force.position[k], talk.text[k], 0.0, 0.0, 0.0,
            )  # fmt: skip


@phase
def vote(week: Week, p: ParameterValues, g: Inputs, w: World) -> None:
    """The text is redrafted and voted on; a settlement holds if all with a veto accept."""
    t, keys, fed = week.t, week.keys, week.fed
    log, counter, agents = week.log, week.counter, week.agents
    who, ids = g.who, g.ids
    aims, force, value, patronage, ceasefire, talk, relations, scratch = (
        w.aims, w.force, w.value, w.patronage, w.ceasefire, w.talk, w.relations, w.scratch,
    )  # fmt: skip
    n = who.side.shape[0]
    steps = int(p.nash_steps)
    # With nothing on the table there is nothing to vote on.
    if array_ops.any(talk.tabled, talk.tabled):
        bargaining.nash_text(
            scratch.draft, force.position, talk.party, talk.agenda, value.voice, value.gain,
            value.credibility, aims.weight, aims.ideal, p.loss_exponent, p.surplus_floor, steps,
            p.nash_damping,
        )  # fmt: skip
        negotiation.concede(talk.text, scratch.draft, talk.agenda, p.concession_rate)
        negotiation.table_values(
            value.utility_table, value.value_settlement, talk.text, talk.tabled, force.position,
            value.credibility, value.value_disarmed, value.value_war, aims.weight, aims.ideal,
            p.loss_exponent,
        )  # fmt: skip
        for i in range(n):
            scratch.own_gain[i] = negotiation.votes(
                i, value.value_settlement, value.value_ceasefire
            )
        ask(agents, "votes", scratch.own_gain, -1)
        array_ops.put(scratch.patron_wish, scratch.own_gain)
        heed(week, g, w)
        ceasefires.crossing_costs(
            ceasefire.crossing_cost, relations.heeded, relations.dependence, ceasefire.convener[0],
            p.loyalty_in_vote, 0.0,
        )  # fmt: skip
        when = season(t, int(p.resolve_weeks), p.lasting)
        draws.shocks(scratch.shock, keys, fed, draws.VOTE, ids.actor, when, p.choice_precision)
        negotiation.who_may_stop(talk.may_stop, who.veto, force.holder, talk.tabled)
        for i in range(n):
            scratch.patron_gain[i] = (
                scratch.acted_gain[i] - patronage.autonomy[i] * scratch.own_gain[i]
            )
            scratch.acted_gain[i] += ceasefire.crossing_cost[i]
            talk.asked[i] = talk.may_stop[i] or who.guarantor[i]
        array_ops.below(talk.accepted, scratch.shock, scratch.acted_gain)
        ceasefires.below_in_public(
            talk.declared, scratch.shock, scratch.acted_gain, p.open_refusal_cost
        )
        event_log.note_each(
            log, counter, t, event_log.VOTE, talk.asked, -1, scratch.no_issue, talk.accepted,
            scratch.acted_gain, scratch.shock, scratch.own_gain, scratch.patron_gain,
            ceasefire.crossing_cost, scratch.zeros, scratch.zeros,
        )  # fmt: skip
        negotiation.judge_votes(relations.good, relations.bad, who.guarantor, talk.accepted)
        agreed = negotiation.settled(
            talk.accepted, talk.may_stop, talk.attended, who.brought, who.must_sign
        )
        event_log.note(
            log, counter, t, event_log.SETTLE, -1, -1, -1, agreed, 0.0, 0.0, 0.0, 0.0,
            0.0, 0.0, 0.0,
        )  # fmt: skip
        if agreed:
            ceasefire.state[0] = SETTLEMENT
        else:
            talk.failed[0] += 1


@phase
def hold_negotiation_round(week: Week, p: ParameterValues, g: Inputs, w: World) -> None:
    """Phase 8: in a ceasefire, every `negotiation_period` weeks, talks on a settlement."""
    t = week.t
    ceasefire = w.ceasefire
    due_now = ceasefire.state[0] == CEASEFIRE and due(
        t, int(p.first_negotiation_round), int(p.negotiation_period)
    )
    if due_now and ceasefire.age[0] >= p.talks_min_age and not ceasefire.collapsing[0]:
        came = attend(week, p, g, w)
        if came:
            set_agenda(week, p, g, w)
            vote(week, p, g, w)
