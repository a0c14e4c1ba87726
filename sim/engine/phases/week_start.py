"""The beginning of a week: notes of the last one are cleared."""

from __future__ import annotations

from sim.engine import array_ops
from sim.engine.inlined_phases import phase
from sim.engine.inputs import ParameterValues
from sim.engine.phases.week import Week
from sim.engine.state import World


@phase
def begin_week(week: Week, p: ParameterValues, w: World) -> None:
    """Clear the notes of last week, and fix the ties that behaviour goes by this week."""
    t = week.t
    ceasefire, talk, relations = w.ceasefire, w.talk, w.relations
    # Within a week ties stand still; cut from behaviour, those from before the war counter.
    if t == 0 or p.tie_behaviour > 0.5:
        array_ops.put_table(relations.heeded, relations.tie)
    array_ops.zero(relations.good)
    array_ops.zero(relations.bad)
    array_ops.fill(talk.attended, False)
    array_ops.fill(talk.accepted, False)
    array_ops.fill(talk.declared, False)
    array_ops.fill(ceasefire.objected, False)
