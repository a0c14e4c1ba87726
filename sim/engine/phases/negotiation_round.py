"""Phase 8: the negotiation round."""

from __future__ import annotations

from sim.engine import array_ops, draws, event_log
from sim.engine.inlined_phases import phase
from sim.engine.phases.week import ask, due, heed
from sim.engine.state import CEASEFIRE, SETTLEMENT
from sim.rules import bargaining, ceasefires, negotiation, proxies


@phase
def attend(week, p, g, w):
    """Who comes to the talks; tells whether there are any."""
    t, keys, fed = week.t, week.keys, week.fed
    log, counter, agents = week.log, week.counter, week.agents
    who, links, ids = g.who, g.links, g.ids
    value, web, ceasefire, talk, tmp = w.value, w.web, w.ceasefire, w.talk, w.tmp
    n = who.side.shape[0]
    negotiation.attendance_costs(talk.seat_cost, value.chi, p.attendance_cost)
    for i in range(n):
        tmp.own[i] = negotiation.attends(i, value.gain, talk.seat_cost)
    ask(agents, "attends", tmp.own, -1)
    array_ops.put(tmp.wish, value.gain)
    heed(week, g, w)
    draws.shocks_of(
        tmp.shock, who.brought, keys, fed, draws.ATTEND, ids.id_actor, t, p.choice_precision
    )
    for j in range(n):
        tmp.patrons[j] = tmp.acting[j] - web.autonomy[j] * tmp.own[j]
        tmp.acting[j] -= ceasefire.contagion[j]
        talk.asked[j] = who.brought[j] and talk.away[j] == 0
        talk.attending[j] = talk.asked[j] and tmp.shock[j] < tmp.acting[j]
        talk.party[j] = who.permanent[j] or talk.attending[j]
    # Without a party to be brought, the permanent ones talk alone.
    parties = talk.attending if array_ops.any(who.brought, who.brought) else who.permanent
    event_log.note_each(
        log, counter, t, event_log.ATTEND, talk.asked, -1, tmp.no_issue, talk.attending,
        tmp.acting, tmp.shock, value.gain, talk.seat_cost, tmp.patrons, ceasefire.contagion,
        tmp.none,
    )  # fmt: skip
    negotiation.walk_out(
        talk.away, talk.attending, talk.asked, who.side, talk.provoked,
        int(p.walkout_rounds),
    )  # fmt: skip
    array_ops.fill(talk.provoked, False)
    proxies.wear_at_talks(
        web.f, tmp.own, talk.attending, who.bringer, links.l_patron, links.l_proxy, p.leverage_wear,
    )  # fmt: skip
    return array_ops.any(parties, parties)


@phase
def set_agenda(week, p, g, w):
    """Issues that are due are put on the table, others if the convener gains by it."""
    t, keys, fed = week.t, week.keys, week.fed
    log, counter, agents = week.log, week.counter, week.agents
    who, topic, ids = g.who, g.topic, g.ids
    aims, force, value, ceasefire, talk, tmp = w.aims, w.force, w.value, w.ceasefire, w.talk, w.tmp
    negotiation.agenda_due(
        talk.agenda, topic.agenda_rule, topic.agenda_value, t, talk.failed[0],
        array_ops.any(talk.party, who.demander), talk.forced_table, talk.tabled,
    )  # fmt: skip
    c = ceasefire.convener[0]
    for k in range(force.theta.shape[0]):
        talk.raising[k] = topic.agenda_rule[k] == negotiation.WHEN_IT_PAYS and not talk.agenda[k]
    if array_ops.any(talk.raising, talk.raising):
        for k in range(force.theta.shape[0]):
            if talk.raising[k]:
                talk.raise_gain[k] = negotiation.tabling_gain(
                    k, c, talk.text, talk.tabled, talk.agenda, force.theta,
                    who.demander, who.veto, force.m, value.chi, value.V_d, value.V_w,
                    value.V_c, aims.W, aims.X, p.loss_exponent, p.opening_offer, p.choice_precision,
                )  # fmt: skip
        ask(agents, "raises", talk.raise_gain, c)
        draws.shocks(tmp.issue_shock, keys, fed, draws.RAISE, ids.id_issue, t, p.choice_precision)
        for k in range(force.theta.shape[0]):
            if talk.raising[k]:
                talk.agenda[k] = tmp.issue_shock[k] < talk.raise_gain[k]
                event_log.note(
                    log, counter, t, event_log.RAISE, c, -1, k, talk.agenda[k],
                    talk.raise_gain[k], tmp.issue_shock[k], 0.0, 0.0, 0.0, 0.0, 0.0,
                )  # fmt: skip
    negotiation.open_text(
        talk.text, talk.tabled, talk.fresh, talk.agenda, force.theta, who.demander,
        force.m, aims.W, aims.X, p.opening_offer,
    )  # fmt: skip
    for k in range(force.theta.shape[0]):
        if talk.fresh[k]:
            event_log.note(
                log, counter, t, event_log.TABLE, -1, -1, k, True, 0.0, 0.0,
                force.theta[k], talk.text[k], 0.0, 0.0, 0.0,
            )  # fmt: skip


@phase
def vote(week, p, g, w):
    """The text is redrafted and voted on; a settlement holds if all with a veto accept."""
    t, keys, fed = week.t, week.keys, week.fed
    log, counter, agents = week.log, week.counter, week.agents
    who, ids = g.who, g.ids
    aims, force, value, web, ceasefire, talk, tie, tmp = (
        w.aims,
        w.force,
        w.value,
        w.web,
        w.ceasefire,
        w.talk,
        w.tie,
        w.tmp,
    )
    n = who.side.shape[0]
    steps = int(p.nash_steps)
    # With nothing on the table there is nothing to vote on.
    if array_ops.any(talk.tabled, talk.tabled):
        bargaining.nash_text(
            tmp.draft, force.theta, talk.party, talk.agenda, value.voice, value.gain,
            value.chi, aims.W, aims.X, p.loss_exponent, p.surplus_floor, steps, p.nash_damping,
        )  # fmt: skip
        negotiation.concede(talk.text, tmp.draft, talk.agenda, p.concession_rate)
        negotiation.table_values(
            value.u_table, value.V_s, talk.text, talk.tabled, force.theta, value.chi,
            value.V_d, value.V_w, aims.W, aims.X, p.loss_exponent,
        )  # fmt: skip
        for i in range(n):
            tmp.own[i] = negotiation.votes(i, value.V_s, value.V_c)
        ask(agents, "votes", tmp.own, -1)
        array_ops.put(tmp.wish, tmp.own)
        heed(week, g, w)
        ceasefires.crossing_costs(
            ceasefire.loyalty, tie.heeded, tie.Dep, ceasefire.convener[0], p.loyalty_in_vote, 0.0
        )
        draws.shocks(tmp.shock, keys, fed, draws.VOTE, ids.id_actor, t, p.choice_precision)
        for i in range(n):
            tmp.patrons[i] = tmp.acting[i] - web.autonomy[i] * tmp.own[i]
            tmp.acting[i] += ceasefire.loyalty[i]
            talk.asked[i] = who.veto[i] or who.guarantor[i]
        array_ops.below(talk.voted, tmp.shock, tmp.acting)
        ceasefires.below_in_public(talk.declared, tmp.shock, tmp.acting, p.open_refusal_cost)
        event_log.note_each(
            log, counter, t, event_log.VOTE, talk.asked, -1, tmp.no_issue, talk.voted,
            tmp.acting, tmp.shock, tmp.own, tmp.patrons, ceasefire.loyalty, tmp.none,
            tmp.none,
        )  # fmt: skip
        negotiation.judge_votes(tie.good, tie.bad, who.guarantor, talk.voted)
        agreed = negotiation.settled(
            talk.voted, who.veto, talk.attending, who.brought, who.must_sign
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
def hold_negotiation_round(week, p, g, w):
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
