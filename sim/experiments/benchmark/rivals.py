"""Rivals: the same wars with a part of the theory taken out, or with other aims."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from sim.experiments.hypothesis_tests import codings
from sim.scenario.files import with_changes
from sim.scenario.schema import Scenario


class Rival(NamedTuple):
    """Another explanation, played with the same wars."""

    says: str
    """What it claims, in one sentence."""
    change: Callable[[Scenario], Scenario]
    """A war as it has it."""


def divided(scenario: Scenario) -> tuple[str, ...]:
    """The issues to be divided: those that somebody holds, and those that allies talk about."""
    return tuple(
        name
        for name, issue in scenario.issues.items()
        if issue.moved_by is None and (issue.held_by is not None or issue.bilateral)
    )


def _with(path: str, value: object) -> Callable[[Scenario], Scenario]:
    return lambda scenario: with_changes(scenario, {path: value}, note=False)


def _indifferent(scenario: Scenario) -> Scenario:
    ideals = {
        issue: dict.fromkeys(codings.holders(scenario, issue), 0.5) for issue in divided(scenario)
    }
    return codings.recoded(scenario, ideals, scenario.name)


def _nothing_to_take(scenario: Scenario) -> Scenario:
    taken = {
        f"issues.{name}.by_force": False
        for name, issue in scenario.issues.items()
        if issue.by_force
    }
    return with_changes(scenario, taken, note=False)


RIVALS: Mapping[str, Rival] = {
    "pure threat": Rival(
        "Allies have nothing to divide: only the threat and its end move them.", _indifferent
    ),
    "static attention": Rival(
        "What actors attend to never shifts, also when the threat is gone.",
        _with("mechanisms.salience_decay", False),
    ),
    "nothing can be taken": Rival("What is held can be demanded, not taken.", _nothing_to_take),
    "nobody joins": Rival("Every quarrel stays one of two.", _with("mechanisms.joining", False)),
    "no ruptures": Rival("Nobody breaks formally.", _with("mechanisms.ruptures", False)),
    "no returns": Rival("A beaten enemy stays beaten.", _with("mechanisms.returning", False)),
    "shocks of a week": Rival(
        "Who is asked again a week later answers with new luck.",
        _with("parameters.resolve_weeks", 1),
    ),
    "no dependence": Rival(
        "Nobody spares whom it needs.", _with("parameters.dependence_weight", 0.0)
    ),
    "no guarantees": Rival("No outsider is pledged to come.", _with("guarantees", [])),
    "no patrons": Rival("Who arms and pays a member has no say.", _with("patrons", {})),
    "tie cut from behaviour": Rival(
        "Everybody acts by the ties of before the war.", _with("mechanisms.tie_behaviour", False)
    ),
}
SHUFFLED = "aims shuffled"


def shuffled(scenario: Scenario, number: int, seed: int) -> list[Scenario]:
    """Wars in which who holds which aim on the issues to be divided is dealt out anew.

    A war with less than two aims on each of them stays as it is.
    """
    issues = [name for name in divided(scenario) if len(codings.holders(scenario, name)) > 1]
    if not issues:
        return [scenario] * number
    return codings.shuffled(scenario, number, seed, issues)
