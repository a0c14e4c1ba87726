"""Phase 5: orders, compliance and blame."""

from __future__ import annotations

from sim.engine import array_ops, draws, event_log
from sim.engine.inlined_phases import phase
from sim.engine.inputs import Inputs, ParameterValues
from sim.engine.phases.week import Week, ask, heed, season
from sim.engine.state import SETTLEMENT, VICTORY, WAR, World
from sim.rules import bargaining, ceasefires, fighting, proxies


@phase
def forget_breaches(p: ParameterValues, w: World) -> None:
    """Clear breaches and blame while there is no ceasefire."""
    ceasefire = w.ceasefire
    array_ops.fill(ceasefire.violated, False)
    array_ops.fill(ceasefire.blame, 0.0)
    ceasefire.collapse_chance[0] = 0.0
    if ceasefire.state[0] == VICTORY:
        ceasefire.violence[0] = 0.0
    elif p.fighting > 0.5:
        ceasefire.violence[0] = 1.0


@phase
def order(week: Week, p: ParameterValues, g: Inputs, w: World) -> None:
    """Every patron orders its proxies to keep the ceasefire or to break it."""
    t, keys, fed = week.t, week.keys, week.fed
    log, counter, agents = week.log, week.counter, week.agents
    who, topic, ids = g.who, g.topic, g.ids
    aims, force, value, ceasefire, talk = w.aims, w.force, w.value, w.ceasefire, w.talk
    relations, scratch = w.relations, w.scratch
    n = who.side.shape[0]
    settled = ceasefire.state[0] == SETTLEMENT
    for k in range(force.position.shape[0]):
        talk.settled_issue[k] = topic.agenda_rule[k] >= 0 and talk.tabled[k]
    bargaining.what_is_owed(talk.owed, topic.promised, talk.settled_issue, settled, p.promised_only)
    bargaining.worth_of_terms(
        ceasefire.terms_worth, ceasefire.terms, talk.owed, talk.expected, force.position,
        value.utility, value.delivered_share[0], value.table_share, p.promised_only, aims.weight,
        aims.ideal, p.loss_exponent,
    )  # fmt: skip
    ceasefires.crossing_costs(
        ceasefire.crossing_cost, relations.heeded, relations.dependence, ceasefire.convener[0],
        p.loyalty, p.dependence_weight,
    )  # fmt: skip
    proxies.military_gains(
        ceasefire.military_gain, force.position, topic.direction, aims.weight, aims.ideal,
        ceasefire.scope, p.military_gain,
    )  # fmt: skip
    for i in range(n):
        ceasefire.order_gain[i] = proxies.orders(
            i, value.gain, ceasefire.terms_worth, ceasefire.crossing_cost, ceasefire.military_gain
        )
    ask(agents, "orders", ceasefire.order_gain, -1)
    # Where a resolve lasts, to sign and to keep what one has signed is one question.
    kind = draws.RATIFY if p.lasting > 0.5 else draws.ORDER
    when = season(t, int(p.resolve_weeks), p.lasting)
    draws.shocks(ceasefire.order_shock, keys, fed, kind, ids.actor, when, p.choice_precision)
    array_ops.below(ceasefire.ordered_to_comply, ceasefire.order_shock, ceasefire.order_gain)
    if log.shape[0] > 0:
        ceasefires.sore_points(
            scratch.sore_issue, scratch.sore_effect, talk.ahead, talk.expected, force.position,
            value.credibility, who.discount, aims.weight, aims.ideal, p.loss_exponent,
            p.believed_settlement_hazard, value.believed_hazard[0],
        )  # fmt: skip
    event_log.note_each(
        log, counter, t, event_log.ORDER, who.patron, ceasefire.convener[0], scratch.sore_issue,
        ceasefire.ordered_to_comply, ceasefire.order_gain, ceasefire.order_shock, value.gain,
        ceasefire.terms_worth, ceasefire.crossing_cost, ceasefire.military_gain,
        scratch.sore_effect,
    )  # fmt: skip


@phase
def comply(week: Week, p: ParameterValues, g: Inputs, w: World) -> None:
    """Everybody bound by the ceasefire keeps it or breaks it."""
    t, keys, fed = week.t, week.keys, week.fed
    log, counter = week.log, week.counter
    who, links, ids = g.who, g.links, g.ids
    force, patronage, ceasefire, relations = w.force, w.patronage, w.ceasefire, w.relations
    scratch = w.scratch
    n = who.side.shape[0]
    obs = p.monitored_observation_chance if p.monitored > 0.5 else p.observation_chance
    proxies.contagion(
        ceasefire.contagion, relations.heeded, force.power, who.in_arms, force.effort,
        ceasefire.scope, who.shared_theatres, ceasefire.violated, p.contagion,
    )  # fmt: skip
    ceasefires.breach_costs(
        ceasefire.breach_cost, ceasefire.ordered_to_comply, who.guarantor, who.ground,
        patronage.pull, links.patron, links.proxy, obs, p.monitored, p.breach_cost,
        p.guarantor_breach_cost,
    )  # fmt: skip
    array_ops.put(scratch.own_gain, ceasefire.order_gain)
    proxies.order_wishes(scratch.patron_wish, scratch.own_gain, ceasefire.ordered_to_comply)
    heed(week, g, w)
    kind = draws.RATIFY if p.lasting > 0.5 else draws.COMPLY
    when = season(t, int(p.resolve_weeks), p.lasting)
    draws.shocks_of(
        scratch.shock, who.takes_part, keys, fed, kind, ids.actor, when, p.choice_precision
    )
    for j in range(n):
        scratch.is_bound[j] = who.takes_part[j] and ceasefire.scope[j] > 0.0
        scratch.patron_gain[j] = scratch.acted_gain[j] - patronage.autonomy[j] * scratch.own_gain[j]
        scratch.contagion_felt[j] = ceasefire.contagion[j]
        if who.takes_part[j] and not who.armed[j]:
            # One's own planes and troops do what one orders others to do.
            scratch.shock[j], scratch.acted_gain[j] = ceasefire.order_shock[j], scratch.own_gain[j]
            scratch.patron_gain[j], scratch.contagion_felt[j] = 0.0, 0.0
        scratch.acted_gain[j] += ceasefire.breach_cost[j] - scratch.contagion_felt[j]
        ceasefire.violated[j] = scratch.is_bound[j] and scratch.shock[j] > scratch.acted_gain[j]
        ceasefire.complied[j] = not ceasefire.violated[j]
    event_log.note_each(
        log, counter, t, event_log.COMPLY, scratch.is_bound, ceasefire.convener[0],
        scratch.no_issue, ceasefire.complied, scratch.acted_gain, scratch.shock, scratch.own_gain,
        scratch.patron_gain, scratch.contagion_felt, ceasefire.breach_cost, scratch.zeros,
    )  # fmt: skip


@phase
def blame(week: Week, p: ParameterValues, g: Inputs, w: World) -> None:
    """Breaches are seen, attributed to actors, blamed on their patrons too, and remembered."""
    t, keys, fed = week.t, week.keys, week.fed
    who, links, ids = g.who, g.links, g.ids
    force, patronage, ceasefire, talk = w.force, w.patronage, w.ceasefire, w.talk
    relations, scratch = w.relations, w.scratch
    n = who.side.shape[0]
    obs = p.monitored_observation_chance if p.monitored > 0.5 else p.observation_chance
    draws.uniforms_of(scratch.draw, ceasefire.violated, keys, fed, draws.OBSERVE, ids.actor, t)
    for j in range(n):
        ceasefire.seen[j] = ceasefire.violated[j] and scratch.draw[j] < obs
        if ceasefire.seen[j] and who.side[j] != 0:
            talk.provoked[0 if who.side[j] == 1 else 1] = True
    draws.uniforms_of(scratch.draw, ceasefire.seen, keys, fed, draws.ATTRIBUTE, ids.actor, t)
    draws.uniforms_of(scratch.draw2, ceasefire.seen, keys, fed, draws.SCAPEGOAT, ids.actor, t)
    proxies.accuse(
        ceasefire.accused, ceasefire.seen, scratch.draw, scratch.draw2, who.side,
        p.attribution_chance,
    )  # fmt: skip
    proxies.blame(ceasefire.blame, ceasefire.accused, patronage.control, links.patron, links.proxy)
    proxies.blame_violators(
        relations.bad, ceasefire.blame, ceasefire.ratified, p.violation_intensity
    )
    share = ceasefires.violator_share(ceasefire.violated, force.in_arms_bound)
    fighting.side_shares(force.shares, ceasefire.violated, who.side, force.in_arms_bound)
    ceasefire.violence[0] = ceasefires.smooth(
        ceasefire.violence[0], ceasefire.violence_by_camp, share, force.shares, force.in_arms_bound,
        who.side, p.violence_smoothing, p.camp_violence_smoothing,
    )  # fmt: skip


@phase
def keep_or_break(week: Week, p: ParameterValues, g: Inputs, w: World) -> None:
    """Phase 5: orders, compliance and blame while a ceasefire or settlement holds."""
    ceasefire = w.ceasefire
    if ceasefire.state[0] == WAR or ceasefire.state[0] == VICTORY:
        forget_breaches(p, w)
    else:
        order(week, p, g, w)
        comply(week, p, g, w)
        blame(week, p, g, w)
