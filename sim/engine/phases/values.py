"""Phase 3: what war, a ceasefire and a settlement are worth."""

from __future__ import annotations

from sim.engine import array_ops
from sim.engine.inlined_phases import phase
from sim.engine.inputs import Inputs, ParameterValues
from sim.engine.phases.week import Week, ask
from sim.engine.state import SETTLEMENT, World
from sim.rules import (
    bargaining,
    ceasefires,
    coalitions,
    fighting,
    negotiation,
    objectives,
    proxies,
    war,
)


@phase
def value_war(week: Week, p: ParameterValues, g: Inputs, w: World) -> None:
    """Phase 3: leverage, value of war and of a partner in it, and who holds back."""
    agents = week.agents
    who, topic, links = g.who, g.topic, g.links
    aims, force, value, patronage, relations = w.aims, w.force, w.value, w.patronage, w.relations
    scratch = w.scratch
    territory = topic.territory[0]
    prestige = topic.prestige[0]
    front = force.position[topic.territory[0]] if topic.territory[0] >= 0 else 0.5
    proxies.leverage(
        patronage.pull, patronage.autonomy, patronage.control, patronage.leverage, links.proxy
    )
    proxies.ground_control(
        patronage.ground_control, force.capability, who.ground, patronage.autonomy, patronage.pull,
        links.patron, links.proxy,
    )  # fmt: skip
    proxies.nuisance(
        patronage.nuisance, force.power, who.armed, patronage.control, links.patron, links.proxy
    )
    war.spoils(
        force.imposed_plus, 1, 1.0, force.position, who.side, patronage.ground_control, aims.weight,
        aims.ideal, territory, prestige,
    )  # fmt: skip
    war.spoils(
        force.imposed_minus, -1, 0.0, force.position, who.side, patronage.ground_control,
        aims.weight, aims.ideal, territory, prestige,
    )  # fmt: skip
    coalitions.keep_held(force.imposed_plus, force.holder, force.position)
    coalitions.keep_held(force.imposed_minus, force.holder, force.position)
    objectives.utilities(value.utility, force.position, aims.weight, aims.ideal, p.loss_exponent)
    objectives.utilities(
        value.utility_plus, force.imposed_plus, aims.weight, aims.ideal, p.loss_exponent
    )
    objectives.utilities(
        value.utility_minus, force.imposed_minus, aims.weight, aims.ideal, p.loss_exponent
    )
    fighting.costs_borne(
        force.cost_at_effort, force.cost, force.effort, p.cost_saved_by_holding_back
    )
    war.war_values(
        value.value_war, value.value_disarmed, force.win_chance, force.war_weeks, value.utility,
        value.utility_plus, value.utility_minus, force.cost_at_effort, who.discount, who.side,
        front, force.believed_drift, p.perceived_volatility, p.disarmed_vulnerability,
    )  # fmt: skip
    if p.dependence_weight > 0.0:
        war.dependences(
            relations.dependence, force.contest[0], who.needed, who.side, force.acting, who.air,
            who.ground, p.task_exponent, p.front_speed, value.value_war, value.utility,
            value.utility_plus, value.utility_minus, force.cost_at_effort, who.discount, front,
            force.believed_drift, p.perceived_volatility,
        )  # fmt: skip
    if p.by_tasks > 0.5:
        war.worth_of_taking_part(
            force.worth_of_part, force.contest[0], who.takes_part, who.armed, force.acting,
            force.capability, who.side, who.air, who.ground, p.task_exponent, p.front_speed,
            value.utility, value.utility_plus, value.utility_minus, force.cost, who.discount, front,
            force.believed_drift, p.perceived_volatility, p.cost_saved_by_holding_back,
        )  # fmt: skip
        array_ops.put(scratch.own_gain, force.worth_of_part)
        ask(agents, "takes_part", scratch.own_gain, -1)
        fighting.hold_back(
            force.effort, scratch.own_gain, who.takes_part, who.armed, who.side, p.choice_precision
        )


@phase
def value_peace(p: ParameterValues, g: Inputs, w: World) -> None:
    """Phase 3: values of a settlement and of a ceasefire, and the gain of peace above war."""
    who, topic = g.who, g.topic
    aims, force, value, ceasefire, talk = w.aims, w.force, w.value, w.ceasefire, w.talk
    n = who.side.shape[0]
    steps = int(p.nash_steps)
    settled = ceasefire.state[0] == SETTLEMENT  # a settlement holds everywhere
    for i in range(n):
        ceasefire.scope[i] = 1.0 if settled else who.covered[i]
    fighting.engage(
        force.in_arms_by_effort, force.in_arms_bound, force.in_arms, force.effort, ceasefire.scope
    )
    bargaining.voices(value.voice, who.power, force.capability, p.by_strength)
    ceasefires.credibility(value.credibility, ceasefire.violence_by_camp, who.side)
    negotiation.table_values(
        value.utility_table, value.value_settlement, talk.text, talk.tabled, force.position,
        value.credibility, value.value_disarmed, value.value_war, aims.weight, aims.ideal,
        p.loss_exponent,
    )  # fmt: skip
    if p.foresight > 0.5:
        negotiation.foresee(
            talk.foreseen, force.position, who.veto, who.brought, topic.agenda_rule, value.voice,
            value.utility, value.value_war, aims.weight, aims.ideal, p.loss_exponent,
            p.surplus_floor, steps, p.nash_damping,
        )  # fmt: skip
    negotiation.look_ahead(
        talk.ahead, talk.expected, talk.text, talk.tabled, talk.foreseen, topic.agenda_rule,
        force.position, p.foresight,
    )  # fmt: skip
    objectives.utilities(value.utility_ahead, talk.ahead, aims.weight, aims.ideal, p.loss_exponent)
    if p.fighting > 0.5:
        remembered = ceasefires.remembered_breaches(
            ceasefire.violence_by_camp, who.side, force.in_arms_bound
        )
        value.believed_hazard[0] = ceasefires.believed_hazard(
            remembered, p.base_hazard, p.added_hazard, p.hazard_power, p.believed_settlement_hazard
        )
    else:
        value.believed_hazard[0] = p.base_hazard + p.added_hazard * ceasefire.violence[0]
    value.delivered_share[0] = ceasefires.delivered_share(
        p.delivery_speed, value.believed_hazard[0]
    )
    ceasefires.ceasefire_values(
        value.value_ceasefire, value.utility, value.utility_ahead, value.value_war,
        value.credibility, force.cost_at_effort, who.covered, who.discount,
        p.believed_settlement_hazard, value.believed_hazard[0],
    )  # fmt: skip
    ceasefires.table_shares(
        value.table_share, value.credibility, who.discount, p.believed_settlement_hazard,
        value.believed_hazard[0], settled,
    )  # fmt: skip
    for i in range(n):
        value.gain[i] = (
            value.value_settlement[i]
            if ceasefire.state[0] == SETTLEMENT
            else value.value_ceasefire[i]
        ) - value.value_war[i]
