"""What is forgotten at the beginning of a week."""

from __future__ import annotations

from sim.engine import array_ops
from sim.engine.assembling import phase


@phase
def begin_week(week, p, w):
    """Forget what was noted last week; ties stand still within a week."""
    t = week.t
    truce, talk, tie = w.truce, w.talk, w.tie
    # Within a week ties stand still; cut from behaviour, those from before the war counter.
    if t == 0 or p.tie_behaviour > 0.5:
        array_ops.put_table(tie.heeded, tie.T)
    array_ops.zero(tie.good)
    array_ops.zero(tie.bad)
    array_ops.fill(talk.attending, False)
    array_ops.fill(talk.voted, False)
    array_ops.fill(talk.declared, False)
    array_ops.fill(truce.objected, False)
