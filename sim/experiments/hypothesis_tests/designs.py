"""Experiments as scenarios: short-term goal safe or not, long-term aims in conflict or compatible.

Two designs say what an achieved goal does:

flag
    The goal is never satisfied, or it can be. Only attention, and through it ties, knows the
    difference, so this says whether *ties* move behaviour.
clamp
    From a week on the territory issue is held where the goal is secure, or where it is threatened.
    This says whether *security* moves behaviour.

Each is played with long-term aims as they are coded, and with compatible aims: both of the pair
want on all disputed issues what one of them does. In coding A it is the spoiler who takes the aims
of its partner, in B the partner takes the spoiler's (the cleaner placebo: the spoiler's own
interests stay).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sim.errors import SimError
from sim.experiments.hypothesis_tests.roles import Roles
from sim.scenario import files
from sim.scenario.schema import Scenario

OPEN, NEVER, SECURE, THREATENED = "open", "never satisfied", "secure", "threatened"
RETURNS = "threatened again"
LEFT_OUT, CONSULTED, UNTABLED = "spoiler never consulted", "always consulted", "core never tabled"
SETTINGS = (OPEN, NEVER, SECURE, THREATENED, RETURNS, LEFT_OUT, CONSULTED, UNTABLED)
FLAG, CLAMP = (OPEN, NEVER), (SECURE, THREATENED)
CODED = ""


class Cell(NamedTuple):
    """One experiment."""

    aims: str = CODED
    """The actor whose long-term aims both of the pair have on disputed issues; "" as coded."""
    setting: str = OPEN
    """One of `SETTINGS`."""


def changed(case: Scenario, change: Mapping[str, object]) -> Scenario:
    """A scenario with some parameters and mechanisms set, by their names."""
    groups = dict.fromkeys(type(case.mechanisms).model_fields, "mechanisms")
    paths = {f"{groups.get(name, 'parameters')}.{name}": value for name, value in change.items()}
    return files.with_changes(case, paths) if paths else case


def compatible(case: Scenario, roles: Roles, whose: str) -> Scenario:
    """Both of the pair want on the disputed issues what one of them does."""
    if whose not in roles.pair:
        raise SimError(f"aims are those of {roles.partner} or {roles.spoiler}, not of {whose!r}")
    other = roles.spoiler if whose == roles.partner else roles.partner
    aims = case.actors[whose].long
    changes = {f"actors.{other}.long.{issue}.ideal": aims[issue].ideal for issue in roles.disputed}
    return files.with_changes(case, changes)


def never_satisfied(case: Scenario, goal: str) -> Scenario:
    """Nobody's short-term goal on the issue is ever satisfied."""
    holders = (name for name, actor in case.actors.items() if goal in actor.short)
    changes = {f"actors.{name}.short.{goal}.satisfied_at": "never" for name in holders}
    return files.with_changes(case, changes)


def pinned(case: Scenario, issue: str, position: float, week: int) -> Scenario:
    """The issue held at a position from a week on."""
    event = {
        "week": week, "why": "experiment", "issue": issue, "position": position, "pinned": True,
    }  # fmt: skip
    data = files.as_data(case)
    data["events"] = [*data["events"], event]
    return files.build(data)


def scenario_of(cell: Cell, case: Scenario, roles: Roles) -> Scenario:
    """The scenario of one experiment.

    Raises
    ------
    SimError
        If the scenario has no cast for it; says what is missing.
    """
    if cell.aims != CODED:
        if not roles.disputed:
            raise SimError(f"{roles.partner} and {roles.spoiler} dispute no issue in the long term")
        case = compatible(case, roles, cell.aims)
    held = {
        SECURE: (roles.secure, roles.weeks.clamped),
        THREATENED: (roles.threatened, roles.weeks.clamped),
        RETURNS: (roles.threatened, roles.weeks.returned),
    }
    if cell.setting == OPEN:
        return case
    if cell.setting == NEVER:
        return never_satisfied(case, roles.goal)
    if cell.setting in held:
        return pinned(case, roles.goal, *held[cell.setting])
    if cell.setting in (LEFT_OUT, CONSULTED):
        if not case.patrons.get(roles.spoiler):
            raise SimError(f"{roles.spoiler} is nobody's patron, so nobody consults it")
        rule = "never" if cell.setting == LEFT_OUT else "always"
        return files.with_changes(case, {f"roles.consultation.{roles.spoiler}": rule})
    if cell.setting == UNTABLED:
        if not roles.core:
            raise SimError("no core issue is on the agenda")
        never = {f"issues.{issue}.agenda.at": "never" for issue in roles.core}
        return files.with_changes(case, never)
    raise SimError(f"unknown setting {cell.setting!r}; known: {', '.join(SETTINGS)}")
