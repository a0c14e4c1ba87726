"""The plausible range of every number of a scenario, and its name in words.

The rule, for audits and for the size of a flip alike:

* a parameter of the theory goes over its plausible range in `sim.scenario.parameters`;
* a position (an ideal, a start, a threshold, a pole) goes 0.1 up and down, within its bounds;
* of a discount factor the impatience, 1 less it, is halved and doubled;
* every other number (a weight, a capability, a cost, a control share) is halved and doubled, within
  its bounds; what is 0 stays 0.

An end that the checks of a scenario refuse is moved half the way back until they accept it. Ranges
that a scenario itself gives are another thing: see `sim.scenario.coded_ranges`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sim.errors import ScenarioError
from sim.scenario import field_types
from sim.scenario.files import as_data, build
from sim.scenario.labels import label
from sim.scenario.parameters import NUMBERS, Parameters, idle_numbers
from sim.scenario.schema import Scenario

STEP = 0.1
"""How far a position plausibly goes."""
FACTOR = 2.0
"""By what any other number is plausibly multiplied or divided."""

type Range = tuple[float, float]
type Found = tuple[str, float, Range]  # path, value and range


@dataclass(frozen=True)
class Number:
    """A number of a scenario, and its plausible range.

    Attributes
    ----------
    path : str
        As `with_changes` takes it, but for numbers of dated events: ``events.N.FIELD``.
    words : str
        What it is, as part of a sentence.
    value : float
        Its value in the scenario.
    low, high : float
        Ends of its plausible range; one of them may be the value itself.
    whole : bool
        Whether only whole numbers are allowed.
    """

    path: str
    words: str
    value: float
    low: float
    high: float
    whole: bool = False


def positions(value: float, least: float = 0.0, most: float = 1.0) -> Range:
    """The plausible range of a position."""
    return max(least, value - STEP), min(most, value + STEP)


def multiples(value: float, least: float = 0.0, most: float = math.inf) -> Range:
    """The plausible range of a weight, a strength or a share."""
    return max(least, value / FACTOR), min(most, value * FACTOR)


def impatience(value: float) -> Range:
    """The plausible range of a discount factor."""
    return 1.0 - FACTOR * (1.0 - value), 1.0 - (1.0 - value) / FACTOR


def size(value: float, other: float, *, position: bool) -> float:
    """How large a change is: 1 is as far as the number plausibly goes.

    Parameters
    ----------
    value, other : float
        Before and after.
    position : bool
        Whether it is counted in steps of `STEP`; else in doublings or halvings.

    Returns
    -------
    float
        At least 0; infinite for a number that begins or ends at 0 and counts in doublings.
    """
    if position:
        return abs(other - value) / STEP
    if value == other:
        return 0.0
    if value <= 0.0 or other <= 0.0:
        return math.inf
    return abs(math.log(other / value)) / math.log(FACTOR)


def numbers(scenario: Scenario) -> list[Number]:
    """Every number that a run of a scenario depends on, with its plausible range.

    Left out are those that plausibly stay as they are, those of mechanisms that are off, the
    numbers of computation, and shares by theatre, which add up to one and cannot be moved alone.
    Dates and periods of the calendar of a scenario are no numbers of it.
    """
    return [
        Number(path, label(scenario, path), float(value), low, high, isinstance(value, int))
        for found in (_parameters, _issues, _actors, _links, _events)
        for path, value, (low, high) in found(scenario)
        if low < value or high > value
    ]


def moved(scenario: Scenario, number: Number, value: float) -> tuple[Scenario, float]:
    """A scenario with one number moved, and how far: as near to `value` as the checks accept.

    Raises
    ------
    ScenarioError
        If no move is accepted.
    """
    whole = round if number.whole else float
    for step in range(12):
        to = whole(number.value + (value - number.value) * 0.5**step)
        if to == number.value:
            break
        data = as_data(scenario)
        *outer, last = number.path.split(".")
        inner: Any = data
        for key in outer:
            inner = inner[int(key) if key.isdecimal() else key]
        inner[last] = to
        try:
            return build(data), float(to)
        except ScenarioError as error:
            refused = error
    else:
        raise refused
    return scenario, number.value


def _parameters(scenario: Scenario) -> Iterator[Found]:
    idle = {name for names in idle_numbers(scenario).values() for name in names}
    for name in Parameters.model_fields:
        if name in idle or NUMBERS[name].numerical:
            continue
        value = getattr(scenario.parameters, name)
        yield f"parameters.{name}", value, range_of(scenario, name)


def range_of(scenario: Scenario, name: str) -> Range:
    """The plausible range of a parameter in a scenario, its value included."""
    numbers = scenario.parameters
    value = float(getattr(numbers, name))
    known, (least, most) = NUMBERS[name], _legal(name)
    if known.times is not None:
        other, few, many = known.times
        low, high = few * getattr(numbers, other), many * getattr(numbers, other)
    else:
        low, high = known.plausible or multiples(value)
    return max(least, min(low, value)), min(most, max(high, value))


def _legal(name: str) -> Range:
    """The bounds of a parameter, from its field."""
    ends = field_types.limits_of(tuple(Parameters.model_fields[name].metadata))
    return ends.get("ge", -math.inf), ends.get("le", math.inf)


def _issues(scenario: Scenario) -> Iterator[Found]:
    for name, issue in scenario.issues.items():
        here = f"issues.{name}"
        yield f"{here}.start", issue.start, positions(issue.start)
        if issue.renewed is not None and isinstance(issue.renewed.to, float):
            to = issue.renewed.to
            yield f"{here}.renewed.to", to, positions(to)
        if issue.renewed is not None and issue.renewed.rate is not None:
            rate = issue.renewed.rate
            yield f"{here}.renewed.rate", rate, multiples(rate, 0.0, 1.0)
    for name, pole in scenario.roles.conveners.items():
        yield f"roles.conveners.{name}", pole, positions(pole)


def _actors(scenario: Scenario) -> Iterator[Found]:
    for name, actor in scenario.actors.items():
        path = f"actors.{name}"
        strength, cost, patience = actor.capability, actor.cost_of_war, actor.discount
        yield f"{path}.capability", strength, multiples(strength)
        yield f"{path}.cost_of_war", cost, multiples(cost, 0.0, 1.0)
        yield f"{path}.discount", patience, impatience(patience)
        for task in field_types.fields_of(type(actor.tasks)):
            share = getattr(actor.tasks, task, None)
            if isinstance(share, float) and share > 0.0:
                yield f"{path}.tasks.{task}", share, multiples(share, 0.0, 1.0)
        for horizon in ("short", "long"):
            for issue, aim in getattr(actor, horizon).items():
                here = f"{path}.{horizon}.{issue}"
                yield f"{here}.weight", aim.weight, multiples(aim.weight)
                for mark in ("ideal", "satisfied_at", "threatened_at"):
                    value = getattr(aim, mark, None)
                    if isinstance(value, float):
                        yield f"{here}.{mark}", value, positions(value)


def _links(scenario: Scenario) -> Iterator[Found]:
    for patron, shares in scenario.patrons.items():
        for proxy, share in shares.items():
            yield f"patrons.{patron}.{proxy}", share, multiples(share, 0.0, 1.0)


def _events(scenario: Scenario) -> Iterator[Found]:
    if not scenario.mechanisms.shifts:
        return
    for n, event in enumerate(scenario.events):
        for name, limits in _DATED:
            value = getattr(event, name)
            if value is not None:
                yield f"events.{n}.{name}", float(value), limits(float(value))


_DATED: tuple[tuple[str, Callable[[float], Range]], ...] = (
    ("ideal", positions),
    ("weight_times", multiples),
    ("capability", multiples),
    ("cost_of_war", lambda v: multiples(v, 0.0, 1.0)),
    ("control", lambda v: multiples(v, 0.0, 1.0)),
    ("position", positions),
)
