"""Phase 11: military dynamics."""

from __future__ import annotations

from sim.engine import draws
from sim.engine.inlined_phases import phase
from sim.engine.state import WAR
from sim.rules import fighting, war


@phase
def fight(week, p, g, w):
    """Phase 11: who fights, where the front moves, what it costs, what optimism learns."""
    t, keys, fed = week.t, week.keys, week.fed
    who, topic, ids = g.who, g.topic, g.ids
    force, ceasefire, tmp = w.force, w.ceasefire, w.tmp
    territory = topic.territory[0]
    fighting.fight(
        force.active, force.going_on, force.fighting, who.fights, force.effort, who.covered,
        ceasefire.state[0], ceasefire.violates,
    )  # fmt: skip
    fighting.side_shares(force.shares, force.going_on, who.side, force.engaged)
    fighting.fight_there(
        force.active_there, force.active, force.effort, who.fights, topic.beyond,
        ceasefire.state[0], ceasefire.violates,
    )  # fmt: skip
    force.intensity[0] = fighting.intensities(
        force.by_place, force.active_there, force.arms, who.places
    )
    if territory >= 0:
        draws.uniforms(tmp.luck, keys, fed, draws.TERRITORY, ids.id_run, t)
        z = tmp.luck[0] if fed.shape[0] > 0 else draws.normal_of(tmp.luck[0])
        before = force.theta[territory]
        force.theta[territory] = fighting.move_front(
            before, force.psi[0], force.shares, p.front_speed, p.front_volatility, z
        )
        inside = 0.0 < before < 1.0 and 0.0 < force.theta[territory] < 1.0
        if p.learning > 0.5 and ceasefire.state[0] == WAR and inside:
            # A week that ends at a border shows less than the forces did.
            force.learned[0] += 1
            war.learn_from_war(
                force.optimism, force.theta[territory] - before, force.psi[0], p.front_speed,
                p.optimism_weeks, force.learned[0],
            )  # fmt: skip
    fighting.advance(force.theta, topic.advances, force.active, force.arms, p.advance_speed)
    fighting.clip_positions(force.theta)
    for k in range(force.theta.shape[0]):
        if force.pinned[k] >= 0.0:
            force.theta[k] = force.pinned[k]
    fighting.attrit(
        force.m, force.m0, force.strengths, force.shares, who.side, who.armed, p.attrition_rate,
        p.replenishment_rate, p.force_floor,
    )  # fmt: skip
