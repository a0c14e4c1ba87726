"""The plan of a calibration: which numbers are free, and what is known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from sim.errors import MOST_FAULTS, Fault, ScenarioError, SimError, nearest
from sim.experiments.calibration.targets import MEASURES
from sim.scenario.base_types import LARGEST, Line, Number, StrictModel, Text, Unit, Weeks
from sim.scenario.files import load, read_table, with_changes
from sim.scenario.schema import Scenario
from sim.scenario.shipped import resolve
from sim.scenario.toml_source import place_of
from sim.scenario.validation import checked

SMALLEST = 1e-12
Points = NDArray[np.float64]


class Free(StrictModel):
    """A number that is not known."""

    path: Line = Field(description="where it stands in the scenario, as parameters.base_hazard")
    low: Number = Field(description="lower end of its range")
    high: Number = Field(description="upper end")
    scale: Literal["even", "log"] = Field(
        "log", description="'log': as likely to be halved as doubled; 'even': all values alike"
    )
    whole: bool = Field(False, description="takes whole numbers only")
    why: Text = Field("", description="why this range")

    @model_validator(mode="after")
    def _ordered(self) -> Free:
        if not self.low < self.high:
            raise ValueError("low must be below high")
        if self.scale == "log" and self.low < SMALLEST:
            raise ValueError(f"a log scale needs a range above 0, from {SMALLEST:g} on")
        return self

    def at(self, share: float) -> float:
        """The value at a share of the way through the range, on its scale."""
        if self.scale == "log":
            found = self.low * (self.high / self.low) ** share
        else:
            found = self.low + share * (self.high - self.low)
        return float(round(found)) if self.whole else float(found)


class Target(StrictModel):
    """A known value of a measure, and its tolerance."""

    name: Line = Field(description="short name")
    measure: Line = Field(description="what of the runs is compared with it")
    week: Weeks | None = Field(None, description="the week that the measure asks for, if it does")
    position: Unit | None = Field(None, description="the position that it asks for, if it does")
    value: Number = Field(description="what is known")
    tolerance: Annotated[float, Field(ge=SMALLEST, le=LARGEST)] = Field(
        description="one standard deviation: what is known badly, and what no model of this kind "
        "can be asked to hit",
    )
    until: dt.date | None = Field(None, description="date of the latest thing that it rests on")
    base_rate: bool = Field(
        False,
        description="true instead of a date: a rate over other wars, which says nothing of this "
        "one and may rest on later ones",
    )
    source: Text = Field(description="where it comes from, or 'judgement'")


class _Tables(StrictModel):
    scenario: Line
    known_until: dt.date
    free: tuple[Free, ...] = Field(min_length=1)
    targets: tuple[Target, ...] = Field(min_length=1)


class Numbers:
    """The free numbers of a plan, by name and by place in their ranges."""

    free: tuple[Free, ...]

    @property
    def names(self) -> list[str]:
        """Names of the free numbers: the last step of each path, or all of it if two share that."""
        short = [number.path.rsplit(".", 1)[-1] for number in self.free]
        return [
            number.path if short.count(name) > 1 else name
            for number, name in zip(self.free, short, strict=True)
        ]

    def values(self, point: NDArray[np.float64]) -> dict[str, float]:
        """The numbers at a point of the unit cube, by path."""
        return {
            number.path: number.at(share) for number, share in zip(self.free, point, strict=True)
        }

    def put(self, scenario: Scenario, point: NDArray[np.float64]) -> Scenario:
        """A scenario with the numbers of a point."""
        changes = {
            path: int(value) if number.whole else value
            for number, (path, value) in zip(self.free, self.values(point).items(), strict=True)
        }
        return with_changes(scenario, changes, note=False)


@dataclass(frozen=True)
class Plan(Numbers):
    """The free numbers, the targets and the scenario of a calibration.

    Attributes
    ----------
    scenario : Scenario
        The scenario whose numbers are free.
    known_until : date
        No target rests on anything later.
    free : tuple of Free
        The unknown numbers, each with its range.
    targets : tuple of Target
        The known values, each with its tolerance.
    """

    scenario: Scenario
    known_until: dt.date
    free: tuple[Free, ...]
    targets: tuple[Target, ...]

    def changed(self, point: NDArray[np.float64]) -> Scenario:
        """The scenario with the numbers of a point."""
        return self.put(self.scenario, point)


def load_plan(path: str | Path) -> Plan:
    """Read a plan and the scenario that it is about.

    Raises
    ------
    SimError
        With everything that is wrong, and where; if a free number is none of the scenario, a
        measure is not known, or a target rests on something later than `known_until`.
    """
    path = resolve(path, kind="a plan")
    tree = read_table(path, "a plan")
    if "actors" in tree:
        raise SimError(f"{path}: is a scenario, not a plan; a plan names one under `scenario`")
    if "wars" in tree:
        raise SimError(f"{path}: is about a library of wars; a plan with targets is meant")
    if "scenario" not in tree:
        problem = "names neither a `scenario`, with targets, nor a folder of `wars`"
        raise ScenarioError(
            [Fault("", problem, f"it has {', '.join(tree) or 'nothing'}", str(path))]
        )
    tables = checked(tree, _Tables)
    try:
        scenario = load(path.parent / tables.scenario)
    except SimError as error:
        raise SimError(f"{path}: scenario: {error}") from error
    faults = list(islice(_faults(tree, tables, scenario), MOST_FAULTS + 1))
    if faults:
        raise ScenarioError(sorted(faults, key=lambda fault: fault.line))
    plan = Plan(scenario, tables.known_until, tables.free, tables.targets)
    must_bear_corners(plan, scenario, str(path))
    return plan


def must_bear_corners(plan: Numbers, scenario: Scenario, file: str) -> None:
    """Both corners of the ranges must be legal scenarios before an hour of work begins.

    Raises
    ------
    SimError
        If one is not.
    """
    for corner in (0.0, 1.0):
        try:
            plan.put(scenario, np.full(len(plan.free), corner))
        except SimError as error:
            end = "highest" if corner else "lowest"
            raise SimError(f"{file}: with all free numbers at their {end}: {error}") from error


def _faults(tree: dict[str, object], tables: _Tables, scenario: Scenario) -> Iterator[Fault]:
    """What is wrong with targets, then with names, then with the ends of single ranges."""
    for place, target in enumerate(tables.targets):
        for field, problem, hint in _problems(target, tables.known_until, scenario.weeks):
            at = place_of(tree, ("targets", place, field))
            yield Fault(f"targets.{place} ({target.name})", problem, hint, *at)
    yield from named_twice(tree, "targets", [target.name for target in tables.targets])
    yield from free_faults(tree, tables.free, scenario)


def free_faults(
    tree: dict[str, object], free: tuple[Free, ...], scenario: Scenario
) -> Iterator[Fault]:
    """What is wrong with the free numbers of a plan, one by one, in a scenario."""
    yield from named_twice(tree, "free", [number.path for number in free])
    for place, number in enumerate(free):
        for value in (number.at(0.0), number.at(1.0)):
            change = {number.path: int(value) if number.whole else value}
            try:
                with_changes(scenario, change, note=False)
            except ScenarioError as error:
                fault = error.faults[0]
                problem = f"at {value:g}: {fault.problem}"
                at = place_of(tree, ("free", place, "path"))
                yield Fault(f"free.{place} ({number.path})", problem, fault.hint, *at)
                break


def named_twice(tree: dict[str, object], group: str, names: list[str]) -> Iterator[Fault]:
    """A fault for each entry of a group whose name an earlier one has."""
    for place, name in enumerate(names):
        if name in names[:place]:
            at = place_of(tree, (group, place))
            yield Fault(f"{group}.{place}", f"{name!r} is named twice", "", *at)


def _problems(target: Target, known_until: dt.date, weeks: int) -> Iterator[tuple[str, str, str]]:
    """Field, problem and hint of what is wrong with a target."""
    if target.measure not in MEASURES:
        hint = nearest(target.measure, list(MEASURES))
        yield "measure", f"unknown measure {target.measure!r}", hint
    else:
        asks, (low, high) = MEASURES[target.measure].asks, MEASURES[target.measure].within
        for asked in asks:
            if getattr(target, asked) is None:
                yield "measure", f"{target.measure!r} needs {asked}", ""
        if not low <= target.value <= high:
            problem = f"{target.measure!r} lies from {low:g} to {high:g}, is {target.value:g}"
            yield "value", problem, ""
    if (target.until is None) != target.base_rate:
        yield "until", "needs either until or base_rate = true", ""
    if target.until is not None and target.until > known_until:
        yield "until", f"rests on {target.until}, after known_until = {known_until}", ""
    if target.week is not None and target.week >= weeks:
        problem = f"week {target.week} is not played: the scenario has {weeks}, from 0 on"
        yield "week", problem, ""
