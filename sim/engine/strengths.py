"""How strong the camps of a scenario are, as the contest of forces sees them, and what makes it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.engine.build import prepare
from sim.rules import war
from sim.scenario.schema import Scenario


class CampStrength(NamedTuple):
    """One camp at the start of a war, with everybody at full effort.

    Attributes
    ----------
    camp : str
        Name in the scenario.
    strength : float
        From `sim.rules.war.strength`, on the scale of the capabilities.
    share : float
        Its part of the strength of both camps, in [0, 1]: the chance to win the contest.
    air, ground : dict of str to float
        Capability that each actor of the camp has in the air and on the ground; who has none
        there is left out.
    """

    camp: str
    strength: float
    share: float
    air: dict[str, float]
    ground: dict[str, float]


def camp_strengths(scenario: Scenario) -> list[CampStrength]:
    """The strength of each camp at the start, by the rule of the contest of forces."""
    g, p, lay = prepare(scenario)
    who, capability, strengths = g.who, g.start.capability, np.zeros(2)
    chance = war.contest(strengths, who.side, capability, who.air, who.ground, p.task_exponent)
    found = []
    for name, camp in scenario.camps.items():
        place, side = (0, 1) if camp.pole == 1 else (1, -1)
        air, ground = (
            {
                actor: float(part)
                for actor, own, part in zip(lay.actors, who.side, capability * share, strict=True)
                if own == side and part > 0.0
            }
            for share in (who.air, who.ground)
        )
        share = float(chance if side == 1 else 1.0 - chance)
        found.append(CampStrength(name, float(strengths[place]), share, air, ground))
    return found


def of_one_kind(scenario: Scenario) -> float:
    """What a capability of 1 counts for in a camp that has only ground or only air forces."""
    one, none = np.ones(1), np.zeros(1)
    side = np.ones(1, dtype=np.int64)
    return float(war.strength(side, one, none, one, 1, prepare(scenario)[1].task_exponent))
