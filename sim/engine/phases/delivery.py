"""Phase 7: delivery, wear of leverage, and the draw of a collapse."""

from __future__ import annotations

from sim.engine import draws, event_log
from sim.engine.inlined_phases import phase
from sim.engine.state import VICTORY, WAR
from sim.rules import bargaining, ceasefires, fighting, objectives, proxies


@phase
def deliver(week, p, g, w):
    """Phase 7: promises are delivered, leverage wears, a collapse is drawn; victors impose."""
    t, keys, fed, log, counter = week.t, week.keys, week.fed, week.log, week.counter
    who, topic, links, ids = g.who, g.topic, g.links, g.ids
    aims, force, value, web, ceasefire, talk, tmp = (
        w.aims,
        w.force,
        w.value,
        w.web,
        w.ceasefire,
        w.talk,
        w.tmp,
    )
    territory = topic.territory[0]
    prestige = topic.prestige[0]
    ceasefire.collapsing[0] = False
    if ceasefire.state[0] == VICTORY:
        order = force.plus if force.held[0] > 0 else force.minus
        fighting.impose(force.theta, order, territory, prestige, p.implementation_speed)
    elif ceasefire.state[0] != WAR:
        objectives.utilities(value.u_before, force.theta, aims.W, aims.X, p.loss_exponent)
        bargaining.deliver(
            force.theta, ceasefire.terms, talk.text, talk.owed, talk.settled_issue,
            ceasefire.state[0], p.delivery_speed, p.implementation_speed,
        )  # fmt: skip
        objectives.utilities(value.u_after, force.theta, aims.W, aims.X, p.loss_exponent)
        proxies.relieve(web.relief, value.u_before, value.u_after, p.full_concession)
        proxies.wear(
            web.f, web.pressed, tmp.own, ceasefire.comply, ceasefire.violates, who.armed,
            web.relief, links.l_patron, links.l_proxy, p.leverage_wear, p.leverage_recovery,
        )  # fmt: skip
        ceasefire.hazard[0] = ceasefires.collapse_chance(
            ceasefire.state[0],
            ceasefire.vbar[0],
            p.base_hazard,
            p.added_hazard,
            p.hazard_power,
            p.settlement_hazard_factor,
        )
        draws.uniforms(tmp.luck, keys, fed, draws.COLLAPSE, ids.id_run, t)
        ceasefire.collapsing[0] = tmp.luck[0] < ceasefire.hazard[0]
        if ceasefire.collapsing[0]:
            event_log.note(
                log, counter, t, event_log.COLLAPSE, ceasefire.convener[0], -1, -1, True,
                ceasefire.hazard[0], tmp.luck[0], ceasefire.vbar[0], 0.0, 0.0, 0.0, 0.0,
            )  # fmt: skip
