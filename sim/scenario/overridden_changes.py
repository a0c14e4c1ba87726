"""Warn of changes to a scenario that a dated event overrides later."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

from sim.errors import ScenarioWarning
from sim.scenario import field_types
from sim.scenario.overrides import Changes, read_changes
from sim.scenario.schema import Scenario, ScheduledEvent, week_of


def warn_of_overridden(scenario: Scenario, changes: Changes) -> None:
    """Warn, with `ScenarioWarning`, of each change that a dated event overrides later.

    The changes are in the scenario already.
    """
    for words in overridden(scenario, changes):
        warnings.warn(words, ScenarioWarning, stacklevel=3)


def overridden(scenario: Scenario, changes: Changes) -> list[str]:
    """Say which changes a dated event overrides, with both values and the day.

    An event counts if it happens in a week that is played. Of several events on one number the
    first is named.
    """
    if not scenario.mechanisms.shifts:
        return []
    paths = [tuple(path.split(".")) for path in read_changes(changes, [])[0]]

    def is_changed(path: tuple[str, ...]) -> bool:
        return any(path[: len(changed)] == changed for changed in paths)

    found: dict[str, tuple[int, str]] = {}
    for n, event in enumerate(scenario.events):
        day = event.date if event.date is not None else event.week or 0
        week = week_of(scenario, day)
        for field, path, old in _set_by(scenario, event):
            new, name = getattr(event, field), ".".join(path)
            mine = is_changed(path) and not is_changed(("events", str(n), field))
            if mine and week < scenario.weeks and old != new:
                when = f"week {week}" if event.date is None else f"{event.date}, week {week}"
                ends = f"holds until {when}; then" if week else f"is never used: at {when}"
                words = f"{name} = {field_types.shown(old)} {ends} a dated event sets it to "
                words += f"{field_types.shown(new)} ({event.why})"
                if name not in found or week < found[name][0]:
                    found[name] = week, words
    return [words for _, words in found.values()]


def _set_by(
    scenario: Scenario, event: ScheduledEvent
) -> Iterator[tuple[str, tuple[str, ...], object]]:
    """(Field of the event, path of the number that it sets, value of that at the start)."""
    actor = scenario.actors.get(event.actor or "")
    if actor is not None:
        for field in ("capability", "cost_of_war"):
            if getattr(event, field) is not None:
                yield field, ("actors", str(event.actor), field), getattr(actor, field)
        for horizon in ("short", "long") if event.ideal is not None else ():
            aim = getattr(actor, horizon).get(event.issue)
            if aim is not None:
                path = ("actors", str(event.actor), horizon, str(event.issue), "ideal")
                yield "ideal", path, aim.ideal
    if event.consultation is not None:
        rule = scenario.roles.consultation.get(str(event.actor), "by rule")
        yield "consultation", ("roles", "consultation", str(event.actor)), rule
    if event.control is not None:
        patron, proxy = str(event.patron), str(event.proxy)
        yield "control", ("patrons", patron, proxy), scenario.patrons[patron][proxy]
    if event.position is not None:
        issue = str(event.issue)
        yield "position", ("issues", issue, "start"), scenario.issues[issue].start
