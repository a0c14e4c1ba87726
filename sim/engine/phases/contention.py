"""The part of a week in which members of a coalition contend with each other.

It is compiled as a function of its own, so that the compiler can leave it out where nothing is
held.
"""

from __future__ import annotations

from collections.abc import Callable

from sim.engine.draws import NO_DRAWS
from sim.engine.inlined_phases import inlined
from sim.engine.inputs import Floats, Inputs, Ints, NoMembers, ParameterValues, Words
from sim.engine.phases.coalition import (
    come_back,
    commit_forces,
    fight_wars,
    hand_over,
    judge_by,
    make_demands,
    share_out,
)
from sim.engine.phases.common_war import drop_deals, heed_settlement, withdraw_forces
from sim.engine.phases.week import Ask, Week
from sim.engine.state import World
from sim.rules.jit import compiled, overload


def contend_in_python(
    t: int, keys: Words, log: Floats, counter: Ints, agents: Ask | None, p: ParameterValues,
    g: Inputs, w: World,
) -> None:  # fmt: skip
    """The phases of `contend`, where an issue is held by an actor."""
    week = Week(t, keys, NO_DRAWS, log, counter, w.kept, agents)
    share_out(week, g, w)
    setting = judge_by(p, g, w)
    commit_forces(week, p, g, w, setting)
    drop_deals(w)
    hand_over(p, w)
    heed_settlement(w)
    make_demands(week, p, g, w, setting)
    come_back(week, p, g, w, setting)
    fight_wars(week, p, g, w, setting)
    withdraw_forces(week, g, w)


_contend = compiled(inlined(contend_in_python, "contend_compiled"))


def contend(
    t: int, keys: Words, log: Floats, counter: Ints, agents: Ask | None, p: ParameterValues,
    g: Inputs, w: World,
) -> None:  # fmt: skip
    """Let members hand over what they agreed on, make demands, attack, and fight their wars.

    Nothing happens where no issue is held by an actor. Arguments are those of
    `sim.engine.schedule.play_in_python`, of one week.
    """
    if not isinstance(g.members, NoMembers):
        contend_in_python(t, keys, log, counter, agents, p, g, w)


@overload(contend)
def _compiled(t, keys, log, counter, agents, p, g, w) -> Callable[..., None]:
    # The compiler knows by its type whether a war has members that hold something.
    if g.types[g.fields.index("members")].instance_class is NoMembers:
        return lambda t, keys, log, counter, agents, p, g, w: None
    return lambda t, keys, log, counter, agents, p, g, w: _contend(
        t, keys, log, counter, agents, p, g, w
    )
