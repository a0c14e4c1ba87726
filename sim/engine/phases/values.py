"""Phase 3: what war, a ceasefire and a settlement are worth."""

from __future__ import annotations

from sim.engine import array_ops
from sim.engine.inlined_phases import phase
from sim.engine.phases.week import ask
from sim.engine.state import SETTLEMENT
from sim.rules import bargaining, ceasefires, fighting, negotiation, objectives, proxies, war


@phase
def value_war(week, p, g, w):
    """Phase 3: leverage, value of war and of a partner in it, and who holds back."""
    agents = week.agents
    who, topic, links = g.who, g.topic, g.links
    aims, force, value, web, tie, tmp = w.aims, w.force, w.value, w.web, w.tie, w.tmp
    territory = topic.territory[0]
    prestige = topic.prestige[0]
    front = force.theta[topic.territory[0]] if topic.territory[0] >= 0 else 0.5
    proxies.leverage(web.pull, web.autonomy, web.control, web.f, links.l_proxy)
    proxies.ground_control(
        web.ground_control, force.m, who.ground, web.autonomy, web.pull, links.l_patron,
        links.l_proxy,
    )  # fmt: skip
    proxies.nuisance(web.nuisance, force.mu, who.armed, web.control, links.l_patron, links.l_proxy)
    war.spoils(
        force.plus, 1, 1.0, force.theta, who.side, web.ground_control, aims.W, aims.X,
        territory, prestige,
    )  # fmt: skip
    war.spoils(
        force.minus, -1, 0.0, force.theta, who.side, web.ground_control, aims.W, aims.X,
        territory, prestige,
    )  # fmt: skip
    objectives.utilities(value.u, force.theta, aims.W, aims.X, p.loss_exponent)
    objectives.utilities(value.u_plus, force.plus, aims.W, aims.X, p.loss_exponent)
    objectives.utilities(value.u_minus, force.minus, aims.W, aims.X, p.loss_exponent)
    fighting.costs_borne(force.borne, force.cost, force.effort, p.cost_saved_by_holding_back)
    war.war_values(
        value.V_w, value.V_d, force.p_win, force.weeks, value.u, value.u_plus, value.u_minus,
        force.borne, who.delta, who.side, front, force.believed, p.perceived_volatility,
        p.disarmed_vulnerability,
    )  # fmt: skip
    if p.dependence_weight > 0.0:
        war.dependences(
            tie.Dep, force.psi[0], who.needed, who.side, force.acting, who.air, who.ground,
            p.task_exponent, p.front_speed, value.V_w, value.u, value.u_plus, value.u_minus,
            force.borne, who.delta, front, force.believed, p.perceived_volatility,
        )  # fmt: skip
    if p.by_tasks > 0.5:
        war.worth_of_taking_part(
            force.part_worth, force.psi[0], who.fights, who.armed, force.acting, force.m, who.side,
            who.air, who.ground, p.task_exponent, p.front_speed, value.u, value.u_plus,
            value.u_minus, force.cost, who.delta, front, force.believed, p.perceived_volatility,
            p.cost_saved_by_holding_back,
        )  # fmt: skip
        array_ops.put(tmp.own, force.part_worth)
        ask(agents, "takes_part", tmp.own, -1)
        fighting.hold_back(
            force.effort, tmp.own, who.fights, who.armed, who.side, p.choice_precision
        )


@phase
def value_peace(p, g, w):
    """Phase 3: values of a settlement and of a ceasefire, and the gain of peace above war."""
    who, topic = g.who, g.topic
    aims, force, value, ceasefire, talk = w.aims, w.force, w.value, w.ceasefire, w.talk
    n = who.side.shape[0]
    steps = int(p.nash_steps)
    settled = ceasefire.state[0] == SETTLEMENT  # a settlement holds everywhere
    for i in range(n):
        ceasefire.scope[i] = 1.0 if settled else who.covered[i]
    fighting.engage(force.engaged, force.bound, force.arms, force.effort, ceasefire.scope)
    bargaining.voices(value.voice, who.power, force.m, p.by_strength)
    ceasefires.credibility(value.chi, ceasefire.vside, who.side)
    negotiation.table_values(
        value.u_table, value.V_s, talk.text, talk.tabled, force.theta, value.chi, value.V_d,
        value.V_w, aims.W, aims.X, p.loss_exponent,
    )  # fmt: skip
    if p.foresight > 0.5:
        negotiation.foresee(
            talk.foreseen, force.theta, who.veto, who.brought, topic.agenda_rule, value.voice,
            value.u, value.V_w, aims.W, aims.X, p.loss_exponent, p.surplus_floor, steps,
            p.nash_damping,
        )  # fmt: skip
    negotiation.look_ahead(
        talk.ahead, talk.expected, talk.text, talk.tabled, talk.foreseen, topic.agenda_rule,
        force.theta, p.foresight,
    )  # fmt: skip
    objectives.utilities(value.u_ahead, talk.ahead, aims.W, aims.X, p.loss_exponent)
    if p.fighting > 0.5:
        remembered = ceasefires.remembered_breaches(ceasefire.vside, who.side, force.bound)
        value.h_c[0] = ceasefires.believed_hazard(
            remembered, p.base_hazard, p.added_hazard, p.hazard_power, p.believed_settlement_hazard
        )
    else:
        value.h_c[0] = p.base_hazard + p.added_hazard * ceasefire.vbar[0]
    value.rho[0] = ceasefires.delivered_share(p.delivery_speed, value.h_c[0])
    ceasefires.ceasefire_values(
        value.V_c, value.u, value.u_ahead, value.V_w, value.chi, force.borne, who.covered,
        who.delta, p.believed_settlement_hazard, value.h_c[0],
    )  # fmt: skip
    ceasefires.table_shares(
        value.table_share, value.chi, who.delta, p.believed_settlement_hazard, value.h_c[0], settled
    )
    for i in range(n):
        value.gain[i] = (
            value.V_s[i] if ceasefire.state[0] == SETTLEMENT else value.V_c[i]
        ) - value.V_w[i]
