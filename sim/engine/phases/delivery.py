"""Phase 7: delivery, wear of leverage, and the draw of a collapse."""

from __future__ import annotations

from sim.engine import draws, event_log
from sim.engine.inlined_phases import phase
from sim.engine.inputs import Inputs, ParameterValues
from sim.engine.phases.week import Week
from sim.engine.state import VICTORY, WAR, World
from sim.rules import bargaining, ceasefires, fighting, objectives, proxies


@phase
def deliver(week: Week, p: ParameterValues, g: Inputs, w: World) -> None:
    """Phase 7: promises are delivered, leverage wears, a collapse is drawn; victors impose."""
    t, keys, fed, log, counter = week.t, week.keys, week.fed, week.log, week.counter
    who, topic, links, ids = g.who, g.topic, g.links, g.ids
    aims, force, value, patronage, ceasefire = w.aims, w.force, w.value, w.patronage, w.ceasefire
    talk, scratch = w.talk, w.scratch
    territory = topic.territory[0]
    prestige = topic.prestige[0]
    ceasefire.collapsing[0] = False
    if ceasefire.state[0] == VICTORY:
        imposed = force.imposed_plus if force.weeks_at_end[0] > 0 else force.imposed_minus
        fighting.impose(force.position, imposed, territory, prestige, p.implementation_speed)
    elif ceasefire.state[0] != WAR:
        objectives.utilities(
            value.utility_before, force.position, aims.weight, aims.ideal, p.loss_exponent
        )
        bargaining.deliver(
            force.position, ceasefire.terms, talk.text, talk.owed, talk.settled_issue,
            ceasefire.state[0], p.delivery_speed, p.implementation_speed,
        )  # fmt: skip
        objectives.utilities(
            value.utility_after, force.position, aims.weight, aims.ideal, p.loss_exponent
        )
        proxies.relieve(
            patronage.relief, value.utility_before, value.utility_after, p.full_concession
        )
        proxies.wear(
            patronage.leverage, patronage.pressed, ceasefire.order_gain,
            ceasefire.ordered_to_comply, ceasefire.violated, who.armed, patronage.relief,
            links.patron, links.proxy, p.leverage_wear, p.leverage_recovery,
        )  # fmt: skip
        ceasefire.collapse_chance[0] = ceasefires.collapse_chance(
            ceasefire.state[0], ceasefire.violence[0], p.base_hazard, p.added_hazard,
            p.hazard_power, p.settlement_hazard_factor,
        )  # fmt: skip
        draws.uniforms(scratch.run_draw, keys, fed, draws.COLLAPSE, ids.run, t)
        ceasefire.collapsing[0] = scratch.run_draw[0] < ceasefire.collapse_chance[0]
        if ceasefire.collapsing[0]:
            event_log.note(
                log, counter, t, event_log.COLLAPSE, ceasefire.convener[0], -1, -1, True,
                ceasefire.collapse_chance[0], scratch.run_draw[0], ceasefire.violence[0], 0.0, 0.0,
                0.0, 0.0,
            )  # fmt: skip
