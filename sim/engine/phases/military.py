"""Phase 11: military dynamics."""

from __future__ import annotations

from sim.engine import draws
from sim.engine.inlined_phases import phase
from sim.engine.inputs import Inputs, ParameterValues
from sim.engine.phases.week import Week
from sim.engine.state import WAR, World
from sim.rules import fighting, war


@phase
def fight(week: Week, p: ParameterValues, g: Inputs, w: World) -> None:
    """Phase 11: who fights, where the front moves, what it costs, what optimism learns."""
    t, keys, fed = week.t, week.keys, week.fed
    who, topic, ids = g.who, g.topic, g.ids
    force, ceasefire, scratch = w.force, w.ceasefire, w.scratch
    territory = topic.territory[0]
    fighting.fight(
        force.active, force.active_at_effort, force.fighting, who.takes_part, force.effort,
        who.covered, ceasefire.state[0], ceasefire.violated,
    )  # fmt: skip
    fighting.side_shares(force.shares, force.active_at_effort, who.side, force.in_arms_by_effort)
    fighting.fight_there(
        force.active_by_theatre, force.active, force.effort, who.takes_part, topic.beyond,
        ceasefire.state[0], ceasefire.violated,
    )  # fmt: skip
    force.intensity[0] = fighting.intensities(
        force.intensity_by_theatre, force.active_by_theatre, force.in_arms, who.theatre_shares
    )
    if territory >= 0:
        draws.uniforms(scratch.run_draw, keys, fed, draws.TERRITORY, ids.run, t)
        z = scratch.run_draw[0] if fed.shape[0] > 0 else draws.normal_of(scratch.run_draw[0])
        before = force.position[territory]
        force.position[territory] = fighting.move_front(
            before, force.contest[0], force.shares, p.front_speed, p.front_volatility, z
        )
        inside = 0.0 < before < 1.0 and 0.0 < force.position[territory] < 1.0
        if p.learning > 0.5 and ceasefire.state[0] == WAR and inside:
            # A week that ends at a border shows less than the forces did.
            force.learned[0] += 1
            war.learn_from_war(
                force.optimism, force.position[territory] - before, force.contest[0], p.front_speed,
                p.optimism_weeks, force.learned[0],
            )  # fmt: skip
    fighting.advance(force.position, topic.advances, force.active, force.in_arms, p.advance_speed)
    fighting.clip_positions(force.position)
    for k in range(force.position.shape[0]):
        if force.pinned[k] >= 0.0:
            force.position[k] = force.pinned[k]
    fighting.attrit(
        force.capability, force.full_capability, force.strength, force.shares, who.side, who.armed,
        p.attrition_rate, p.replenishment_rate, p.force_floor,
    )  # fmt: skip
