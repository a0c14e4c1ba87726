"""What is legal in a scenario and odd: its author may not have meant it."""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario.english import listed
from sim.scenario.schema import Issue, Scenario, week_of, weeks_after


def oddities(case: Scenario) -> Iterator[str]:
    """Say what is odd, one sentence each, with the path that it is about first.

    That is an issue that nobody wants, that all want alike or that nothing can move; an actor that
    wants nothing; a member of a coalition without force; an event after the last week; a war in
    which nobody must sign a ceasefire; and how many tables do not say where their numbers are from.

    Parameters
    ----------
    case : Scenario
        Right in itself.
    """
    for name, issue in case.issues.items():
        ideals = {
            (who, term): aims[name].ideal
            for who, actor in case.actors.items()
            for term, aims in (("short", actor.short), ("long", actor.long))
            if name in aims
        }
        # Who holds it gives something up, also if it has no aim on it.
        holds = issue.held_by is not None and all(who != issue.held_by for who, _ in ideals)
        if not ideals:
            yield f"issues.{name}: nobody wants anything of it"
        elif max(ideals.values()) - min(ideals.values()) < 0.05 and not holds:
            yield f"issues.{name}: all who care want the same, so nobody opposes anybody on it"
        if not _moves(case, name, issue):
            yield f"issues.{name}: nothing can move it"
    for name, actor in case.actors.items():
        if not actor.short and not actor.long:
            yield f"actors.{name}: it wants nothing"
    for name in case.coalition.members if case.coalition is not None else ():
        actor = case.actors[name]
        if actor.capability * (actor.tasks.air + actor.tasks.ground) <= 0.0:
            yield f"actors.{name}: a member of the coalition without force of its own"
    if case.coalition is not None and len(case.coalition.members) < 2:
        yield "coalition.members: one member alone has nobody to fall out with"
    for n, pledge in enumerate(case.guarantees):
        by = case.actors[pledge.by]
        if by.capability * (by.tasks.air + by.tasks.ground) <= 0.0:
            yield f"guarantees.{n}: {pledge.by} has no force to come with"
    if case.course is not None:
        front = next((i for i in case.issues.values() if i.moved_by == "territory"), None)
        first = case.course.positions[0]
        if weeks_after(case, first.date) > 0.0:
            yield "course.positions: before the first, after the start, the forces move the front"
        elif front is not None and front.start != first.position:
            yield f"course.positions: the front begins at {first.position:g}, not at its start"
    for n, event in enumerate(case.events):
        week = week_of(case, event.date if event.date is not None else event.week or 0)
        if week >= case.weeks:
            yield f"events.{n}: after the last week of the run, so it never happens"
    if not case.roles.must_sign and case.coalition is None:
        yield "roles.must_sign: nobody must sign a ceasefire: none can be made"
    tables = {**case.issues, **case.actors}
    silent = [name for name, table in tables.items() if table.source is None]
    if silent:
        said = f"{len(silent)} of {len(tables)} issues and actors do not say where they are from"
        yield f"source: {said}: {listed(silent)}"


def _moves(case: Scenario, name: str, issue: Issue) -> bool:
    """Whether fighting, talks, deals, promises, claims or a dated event can move an issue."""
    means = (
        issue.moved_by, issue.advances_while, issue.prestige, issue.side_payment, issue.agenda,
        issue.renewed, issue.held_by, issue.bilateral,
    )  # fmt: skip
    placed = any(e.issue == name and e.position is not None for e in case.events)
    return any(means) or placed
