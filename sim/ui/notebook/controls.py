"""Choose the control for a field of a scenario: a slider and its stops, a box or a list.

Nothing here draws anything: these are numbers read from the models and from the scenario at hand.
"""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from sim.errors import Fault, ScenarioError, nearest
from sim.scenario import field_types
from sim.scenario.files import with_changes
from sim.scenario.schema import Scenario

# A slider has about so many stops, and more where the scenario's own number asks for it.
STOPS, MOST_STOPS = 20, 2000
# Where a number is far below what it may be, the slider ends at so many times the number.
FAR, REACH = 10.0, 4.0
MOST_DEFAULTS = 4

type Span = tuple[float, float] | tuple[float, float, float]


@dataclass(frozen=True)
class Control:
    """What moves one field of a scenario.

    Attributes
    ----------
    path : str
        Dots between its parts, as ``actors.iran.capability``.
    kind : str
        "number", "whole" (numbers without fractions), "switch" or "word".
    value : object
        What the scenario says.
    meaning : str
        What the field is, as the documentation has it.
    choices : tuple
        What the field can be set to, in order. The scenario's own value is one of them, exactly as
        the scenario has it.
    """

    path: str
    kind: str
    value: object
    meaning: str
    choices: tuple[object, ...]


def control(scenario: Scenario, path: str, span: Sequence[float] | None = None) -> Control:
    """The control of a field.

    Parameters
    ----------
    scenario : Scenario
        The scenario that holds the field.
    path : str
        Of a number, a truth value or a word that the scenario sets.
    span : (low, high) or (low, high, step), optional
        Of a slider. By default what the field and the rest of the scenario allow. A number with no
        upper bound goes up to twice what it is, and one that is less than a tenth of what it may be
        to four times. The step is the coarsest of 1, 2 and 5 (times a power of ten) that leaves
        twenty stops or more and meets the number itself, if that takes no more than 2,000 stops.
        A number that lies between two stops, or outside the span, is a further stop.

    Raises
    ------
    ScenarioError
        If there is no such field, it cannot be moved by one control, or the span is not allowed.
    """
    value, annotation, meaning = _found(scenario, path)
    if isinstance(value, bool):
        return _plain(path, span, Control(path, "switch", value, meaning, (False, True)))
    if isinstance(value, str):
        words = field_types.words(annotation)
        if value in words and len(words) > 1 and not _number(annotation):
            return _plain(path, span, Control(path, "word", value, meaning, tuple(words)))
        problem = f"is {field_types.shown(value)}, and only numbers can be moved"
        raise _refused(path, problem, "give it a number first: set={...}")
    if not isinstance(value, int | float):
        raise _refused(path, f"is {field_types.shown(value)}: only single values can be moved")
    kind, bounds = _number(annotation) or (float, {})
    if span is None:
        low, high, step = _ends(float(value), kind is int, bounds)
        low, high = (_possible(scenario, path, kind, value, end, step) for end in (low, high))
    else:
        low, high, step = _given(span, path, kind is int)
        if kind is int and not all(n.is_integer() for n in (low, high, step)):
            raise _refused(path, f"takes whole numbers, and its span is {span!r}")
        for end in (low, high):
            with_changes(scenario, {path: kind(end)}, note=False)
    if not (low < high and 0.0 < step <= (high - low) * (1 + 1e-9)):
        problem = f"a slider from {low:g} to {high:g} by {step:g} cannot be moved"
        raise _refused(path, problem, "give low below high, and a step that fits between them")
    if (high - low) / step > MOST_STOPS:
        problem = f"a slider from {low:g} to {high:g} by {step:g} has more than {MOST_STOPS} stops"
        raise _refused(path, problem, "give a larger step")
    name = "whole" if kind is int else "number"
    return Control(path, name, value, meaning, _stops(low, high, step, value, kind))


def default_paths(scenario: Scenario, pair: Sequence[str] = ()) -> list[str]:
    """Default fields to move, chosen from the parts of the scenario alone.

    The strengths of a pair of actors; what the second wants of the issue on which the two differ
    most (product of their weights and of the distance of their ideals); and the strongest link of
    control that either holds, or that there is. Without a pair, the first two actors.
    """
    two = [name for name in pair or list(scenario.actors)[:2] if name in scenario.actors]
    paths = [f"actors.{name}.capability" for name in two]
    for one, other in itertools.combinations(two, 2):
        mine, theirs = scenario.actors[one].long, scenario.actors[other].long
        apart = {
            issue: mine[issue].weight * theirs[issue].weight
            * abs(mine[issue].ideal - theirs[issue].ideal)
            for issue in mine if issue in theirs
        }  # fmt: skip
        if apart and max(apart.values()) > 0.0:
            issue = max(apart, key=apart.__getitem__)
            paths.append(f"actors.{other}.long.{issue}.ideal")
    held = {
        (p, q): share for p, proxies in scenario.patrons.items() for q, share in proxies.items()
    }
    of_two = {link: share for link, share in held.items() if link[0] in two} or held
    if of_two:
        patron, proxy = max(of_two, key=of_two.__getitem__)
        paths.append(f"patrons.{patron}.{proxy}")
    return paths[:MOST_DEFAULTS]


def _found(scenario: Scenario, path: str) -> tuple[object, object, str]:
    """Value, type and meaning of what lies at a path."""
    value: Any = scenario
    annotation: object = Scenario
    meaning = ""
    for key in path.split("."):
        if isinstance(value, Mapping):
            known, inner = list(value), value.get(key)
        elif isinstance(value, tuple):
            known = [str(n) for n in range(len(value))]
            inner = value[int(key)] if key in known else None
        else:
            model = type(value)
            known = list(getattr(model, "model_fields", {}))
            inner = getattr(value, key) if key in known else None
            meaning = (model.model_fields[key].description or "") if key in known else meaning
        if key not in known:
            raise _refused(path, "there is no such field", nearest(key, known))
        value = inner
        annotation = field_types.step(annotation, int(key) if key.isdecimal() else key)
    if value is None:
        raise _refused(path, "is not set in this scenario", "give it a value first: set={...}")
    return value, annotation, meaning


def _number(annotation: object) -> tuple[type[int | float], dict[str, float]] | None:
    """The numeric type that a field allows, with its bounds; whole numbers written as words too."""
    for kind, limits in field_types.options(annotation):
        if kind in (int, float):
            return kind, _natural(field_types.limits_of(limits))
        numbers = get_args(kind)
        if numbers and all(isinstance(n, int) and not isinstance(n, bool) for n in numbers):
            return int, {"ge": min(numbers), "le": max(numbers)}
    return None


def _natural(bounds: Mapping[str, float]) -> dict[str, float]:
    """Bounds that a slider can end at; those that only keep nonsense out are far beyond it."""
    natural = {name: end for name, end in bounds.items() if name != "le" or end <= 20.0}
    if 0.0 < natural.get("ge", 0.0) < 0.1:
        del natural["ge"]
        natural["gt"] = 0.0
    return natural


def _ends(value: float, whole: bool, bounds: Mapping[str, float]) -> tuple[float, float, float]:
    """Where a slider ends, and its step."""
    low = float(bounds.get("ge", bounds.get("gt", 0.0)))
    high = top = float(bounds.get("le", bounds.get("lt", math.inf)))
    if math.isinf(top):
        high = 2.0 * value if value > low else low + 1.0
    elif 0.0 < value - low < (high - low) / FAR:
        high = low + REACH * (value - low)
    step = _step(value - low, high - low, whole)
    high = min(low + step * math.ceil((high - low) / step - 1e-9), top)
    low += step if "gt" in bounds else 0.0
    high -= step if "lt" in bounds and high >= top else 0.0
    return _clean(low, step), _clean(high, step), step


def _step(value: float, span: float, whole: bool) -> float:
    """The coarsest step of 1, 2 or 5 times a power of ten that is fine enough and meets a value.

    If that is too fine for a slider, the coarsest that is fine enough.
    """
    power = math.floor(math.log10(span))
    steps = [float(f"{digit}e{power - n}") for n in range(8) for digit in (5, 2, 1)]
    fine = [step for step in steps if span / step >= STOPS - 1e-9]
    if whole:
        fine = [step for step in fine if step > 1.0] + [1.0]
    meets = (
        step
        for step in fine
        if span / step <= MOST_STOPS and abs(value / step - round(value / step)) < 1e-6
    )
    return next(meets, fine[0])


def _stops(
    low: float, high: float, step: float, value: float, kind: type[int | float]
) -> tuple[float, ...]:
    """Where a slider can stand: from end to end by steps, and where the scenario has it."""
    steps = math.floor((high - low) / step + 1e-9)
    grid = [low, *(min(_clean(low + n * step, step), high) for n in range(1, steps + 1))]
    near = 1e-6 * step
    if high - grid[-1] > near:
        grid.append(high)
    return tuple(sorted([*(kind(stop) for stop in grid if abs(stop - value) > near), value]))


def _clean(number: float, step: float) -> float:
    """A sum of steps, rounded to remove errors of floating point."""
    return round(number, 10 - math.floor(math.log10(step)))


def _given(span: Sequence[float], path: str, whole: bool) -> tuple[float, float, float]:
    """A span that the user chose."""
    right = isinstance(span, Sequence) and not isinstance(span, str) and len(span) in (2, 3)
    if not right or not all(isinstance(n, int | float) and math.isfinite(n) for n in span):
        raise _refused(path, f"its span must be (low, high) or (low, high, step), is {span!r}")
    low, high, *step = map(float, span)
    if step:
        return low, high, step[0]
    return low, high, _step(0.0, high - low, whole) if low < high else 0.0


def _possible(
    scenario: Scenario, path: str, kind: type[int | float], value: float, end: float, step: float
) -> float:
    """The end of a slider, or the last step before it that the rest of the scenario allows."""

    def fine(steps: int) -> bool:
        try:
            with_changes(scenario, {path: kind(at(steps))}, note=False)
        except ScenarioError:
            return False
        return True

    def at(steps: int) -> float:
        away = math.copysign(steps * step, end - value)
        return end if steps == most else _clean(value + away, step)

    most = round(abs(end - value) / step)
    if fine(most):
        return end
    return at(bisect.bisect(range(1, most), False, key=lambda steps: not fine(steps)))


def _plain(path: str, span: Sequence[float] | None, found: Control) -> Control:
    if span is not None:
        problem = f"is {field_types.shown(found.value)}, which has no span"
        raise _refused(path, problem, "leave it out")
    return found


def _refused(path: str, problem: str, hint: str = "") -> ScenarioError:
    return ScenarioError([Fault(path, problem, hint)])
