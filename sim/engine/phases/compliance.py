"""Phase 5: orders, compliance and blame."""

from __future__ import annotations

from sim.engine import array_ops, draws, event_log
from sim.engine.inlined_phases import phase
from sim.engine.phases.week import ask, heed
from sim.engine.state import SETTLEMENT, VICTORY, WAR
from sim.rules import bargaining, ceasefires, fighting, proxies


@phase
def forget_breaches(p, w):
    """Clear breaches and blame while there is no ceasefire."""
    ceasefire = w.ceasefire
    array_ops.fill(ceasefire.violates, False)
    array_ops.fill(ceasefire.blamed, 0.0)
    ceasefire.hazard[0] = 0.0
    if ceasefire.state[0] == VICTORY:
        ceasefire.vbar[0] = 0.0
    elif p.fighting > 0.5:
        ceasefire.vbar[0] = 1.0


@phase
def order(week, p, g, w):
    """Every patron orders its proxies to keep the ceasefire or to break it."""
    t, keys, fed = week.t, week.keys, week.fed
    log, counter, agents = week.log, week.counter, week.agents
    who, topic, ids = g.who, g.topic, g.ids
    aims, force, value, ceasefire, talk, tie, tmp = (
        w.aims,
        w.force,
        w.value,
        w.ceasefire,
        w.talk,
        w.tie,
        w.tmp,
    )
    n = who.side.shape[0]
    settled = ceasefire.state[0] == SETTLEMENT
    for k in range(force.theta.shape[0]):
        talk.settled_issue[k] = topic.agenda_rule[k] >= 0 and talk.tabled[k]
    bargaining.what_is_owed(talk.owed, topic.promised, talk.settled_issue, settled, p.promised_only)
    bargaining.worth_of_terms(
        ceasefire.promise, ceasefire.terms, talk.owed, talk.expected, force.theta, value.u,
        value.rho[0], value.table_share, p.promised_only, aims.W, aims.X, p.loss_exponent,
    )  # fmt: skip
    ceasefires.crossing_costs(
        ceasefire.loyalty,
        tie.heeded,
        tie.Dep,
        ceasefire.convener[0],
        p.loyalty,
        p.dependence_weight,
    )
    proxies.military_gains(
        ceasefire.military,
        force.theta,
        topic.direction,
        aims.W,
        aims.X,
        ceasefire.scope,
        p.military_gain,
    )
    for i in range(n):
        tmp.own[i] = proxies.orders(
            i, value.gain, ceasefire.promise, ceasefire.loyalty, ceasefire.military
        )
    ask(agents, "orders", tmp.own, -1)
    draws.shocks(tmp.shock, keys, fed, draws.ORDER, ids.id_actor, t, p.choice_precision)
    array_ops.below(ceasefire.comply, tmp.shock, tmp.own)
    if log.shape[0] > 0:
        ceasefires.sore_points(
            tmp.sore, tmp.sore_effect, talk.ahead, talk.expected, force.theta, value.chi,
            who.delta, aims.W, aims.X, p.loss_exponent, p.believed_settlement_hazard, value.h_c[0],
        )  # fmt: skip
    event_log.note_each(
        log, counter, t, event_log.ORDER, who.patron, ceasefire.convener[0], tmp.sore,
        ceasefire.comply, tmp.own, tmp.shock, value.gain, ceasefire.promise, ceasefire.loyalty,
        ceasefire.military, tmp.sore_effect,
    )  # fmt: skip


@phase
def comply(week, p, g, w):
    """Everybody bound by the ceasefire keeps it or breaks it."""
    t, keys, fed = week.t, week.keys, week.fed
    log, counter = week.log, week.counter
    who, links, ids = g.who, g.links, g.ids
    force, web, ceasefire, tie, tmp = w.force, w.web, w.ceasefire, w.tie, w.tmp
    n = who.side.shape[0]
    obs = p.monitored_observation_chance if p.monitored > 0.5 else p.observation_chance
    array_ops.put(tmp.draw2, tmp.shock)  # that of the orders
    proxies.contagion(
        ceasefire.contagion, tie.heeded, force.mu, who.in_arms, force.effort, ceasefire.scope,
        who.near, ceasefire.violates, p.contagion,
    )  # fmt: skip
    ceasefires.breach_costs(
        ceasefire.breach_cost, ceasefire.comply, who.guarantor, who.ground, web.pull,
        links.l_patron, links.l_proxy, obs, p.monitored, p.breach_cost, p.guarantor_breach_cost,
    )  # fmt: skip
    proxies.order_wishes(tmp.wish, tmp.own, ceasefire.comply)
    heed(week, g, w)
    draws.shocks_of(
        tmp.shock, who.fights, keys, fed, draws.COMPLY, ids.id_actor, t, p.choice_precision
    )
    for j in range(n):
        tmp.is_bound[j] = who.fights[j] and ceasefire.scope[j] > 0.0
        tmp.patrons[j] = tmp.acting[j] - web.autonomy[j] * tmp.own[j]
        tmp.felt[j] = ceasefire.contagion[j]
        if who.fights[j] and not who.armed[j]:
            # One's own planes and troops do what one orders others to do.
            tmp.shock[j], tmp.acting[j] = tmp.draw2[j], tmp.own[j]
            tmp.patrons[j], tmp.felt[j] = 0.0, 0.0
        tmp.acting[j] += ceasefire.breach_cost[j] - tmp.felt[j]
        ceasefire.violates[j] = tmp.is_bound[j] and tmp.shock[j] > tmp.acting[j]
        ceasefire.complied[j] = not ceasefire.violates[j]
    event_log.note_each(
        log, counter, t, event_log.COMPLY, tmp.is_bound, ceasefire.convener[0], tmp.no_issue,
        ceasefire.complied, tmp.acting, tmp.shock, tmp.own, tmp.patrons, tmp.felt,
        ceasefire.breach_cost, tmp.none,
    )  # fmt: skip


@phase
def blame(week, p, g, w):
    """Breaches are seen, attributed to actors, blamed on their patrons too, and remembered."""
    t, keys, fed = week.t, week.keys, week.fed
    who, links, ids = g.who, g.links, g.ids
    force, web, ceasefire, talk, tie, tmp = w.force, w.web, w.ceasefire, w.talk, w.tie, w.tmp
    n = who.side.shape[0]
    obs = p.monitored_observation_chance if p.monitored > 0.5 else p.observation_chance
    draws.uniforms_of(tmp.draw, ceasefire.violates, keys, fed, draws.OBSERVE, ids.id_actor, t)
    for j in range(n):
        ceasefire.seen[j] = ceasefire.violates[j] and tmp.draw[j] < obs
        if ceasefire.seen[j] and who.side[j] != 0:
            talk.provoked[0 if who.side[j] == 1 else 1] = True
    draws.uniforms_of(tmp.draw, ceasefire.seen, keys, fed, draws.ATTRIBUTE, ids.id_actor, t)
    draws.uniforms_of(tmp.draw2, ceasefire.seen, keys, fed, draws.SCAPEGOAT, ids.id_actor, t)
    proxies.accuse(
        ceasefire.accused, ceasefire.seen, tmp.draw, tmp.draw2, who.side, p.attribution_chance
    )
    proxies.blame(ceasefire.blamed, ceasefire.accused, web.control, links.l_patron, links.l_proxy)
    proxies.blame_violators(tie.bad, ceasefire.blamed, ceasefire.ratified, p.violation_intensity)
    share = ceasefires.violator_share(ceasefire.violates, force.bound)
    fighting.side_shares(force.shares, ceasefire.violates, who.side, force.bound)
    ceasefire.vbar[0] = ceasefires.smooth(
        ceasefire.vbar[0], ceasefire.vside, share, force.shares, force.bound, who.side,
        p.violence_smoothing, p.camp_violence_smoothing,
    )  # fmt: skip


@phase
def keep_or_break(week, p, g, w):
    """Phase 5: orders, compliance and blame while a ceasefire or settlement holds."""
    ceasefire = w.ceasefire
    if ceasefire.state[0] == WAR or ceasefire.state[0] == VICTORY:
        forget_breaches(p, w)
    else:
        order(week, p, g, w)
        comply(week, p, g, w)
        blame(week, p, g, w)
