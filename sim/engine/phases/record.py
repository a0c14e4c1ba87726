"""Phase 13: the record."""

from __future__ import annotations

from sim.engine import array_ops, event_log
from sim.engine.inlined_phases import phase
from sim.engine.phases.week import Week
from sim.engine.state import World


@phase
def keep(week: Week, w: World) -> None:
    """Phase 13: write this week's numbers into the record of the run."""
    t, counter, rec = week.t, week.counter, week.rec
    kept = w.kept
    if counter[event_log.UNSOUND] == 0 and not (
        array_ops.finite_rows(kept.run)
        and array_ops.finite_rows(kept.camp)
        and array_ops.finite_rows(kept.theatre)
        and array_ops.finite_rows(kept.actor)
        and array_ops.finite_rows(kept.issue)
        and array_ops.finite_tables(kept.taste)
        and array_ops.finite_tables(kept.dyad)
        and array_ops.finite_tables(kept.account)
        and array_ops.finite_rows(kept.objective)
        and array_ops.finite_rows(kept.link)
    ):
        counter[event_log.UNSOUND] = t + 1
    array_ops.keep_rows(rec.run, t, kept.run)
    array_ops.keep_rows(rec.status, t, kept.status)
    array_ops.keep_rows(rec.camp, t, kept.camp)
    array_ops.keep_rows(rec.theatre, t, kept.theatre)
    array_ops.keep_rows(rec.actor, t, kept.actor)
    array_ops.keep_rows(rec.actor_flag, t, kept.actor_flag)
    array_ops.keep_rows(rec.issue, t, kept.issue)
    array_ops.keep_rows(rec.issue_flag, t, kept.issue_flag)
    array_ops.keep_tables(rec.taste, t, kept.taste)
    array_ops.keep_tables(rec.dyad, t, kept.dyad)
    array_ops.keep_tables(rec.account, t, kept.account)
    array_ops.keep_rows(rec.objective, t, kept.objective)
    array_ops.keep_rows(rec.objective_flag, t, kept.objective_flag)
    array_ops.keep_rows(rec.link, t, kept.link)
