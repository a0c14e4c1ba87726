"""The plan of a calibration on a library of wars: which numbers are free, and what is scored."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from sim.errors import MOST_FAULTS, Fault, ScenarioError, SimError
from sim.experiments.benchmark.war_library import OUTCOMES, War, load_library
from sim.experiments.calibration.plan import (
    Free,
    Numbers,
    Plan,
    free_faults,
    load_plan,
    must_bear_corners,
)  # fmt: skip
from sim.scenario.base_types import LARGEST, Line, StrictModel, Text
from sim.scenario.files import read_table
from sim.scenario.shipped import resolve
from sim.scenario.validation import checked

# One is left out, and the line that it is compared with is fitted to the others.
LEAST_WARS = 2


class Together(StrictModel):
    """Another plan, whose targets count beside the scores of the wars."""

    plan: Line = Field(description="file of a plan with targets; its own free numbers stay")
    weight: Annotated[float, Field(gt=0, le=LARGEST)] = Field(
        description="how much a target that is missed by one tolerance adds to the mean"
    )
    why: Text = Field("", description="why this weight")


class _Tables(StrictModel):
    wars: Line
    score: Literal["timing"] = "timing"
    free: tuple[Free, ...] = Field(min_length=1)
    together: Together | None = None


@dataclass(frozen=True)
class WarPlan(Numbers):
    """The free numbers of a theory, and the wars on which they are calibrated.

    Attributes
    ----------
    wars : tuple of War
        Those of the library whose outcomes are known.
    free : tuple of Free
        The unknown numbers, each with its range.
    score : str
        Which score of `sim.experiments.benchmark.scores.SCORES` is made small.
    other : Plan, optional
        Targets that count as well, with the free numbers of this plan.
    weight : float
        How much a target that is missed by one tolerance adds to the mean.
    """

    wars: tuple[War, ...]
    free: tuple[Free, ...]
    score: Literal["timing"] = "timing"
    other: Plan | None = None
    weight: float = 0.0


def is_about_wars(path: str | Path) -> bool:
    """Whether a plan names a library of wars.

    Raises
    ------
    SimError
        If it cannot be read.
    """
    return "wars" in read_table(resolve(path, kind="a plan"), "a plan")


def load_war_plan(path: str | Path) -> WarPlan:
    """Read a plan and the library that it is about.

    Raises
    ------
    SimError
        With everything that is wrong, and where; if a free number is none of a war, or outcomes of
        less than two wars are known.
    """
    path = resolve(path, kind="a plan")
    tree = read_table(path, "a plan")
    tables = checked(tree, _Tables)
    try:
        found = load_library(path.parent / tables.wars)
    except SimError as error:
        raise SimError(f"{path}: wars: {error}") from error
    wars = tuple(war for war in found.wars if war.outcomes)
    if len(wars) < LEAST_WARS:
        problem = (
            f"outcomes of {len(wars)} of its {len(found.wars)} wars are known; one is left out "
            f"at a time, so {LEAST_WARS} are needed"
        )
        hint = f"say in {OUTCOMES} what became of pairs"
        raise ScenarioError([Fault("wars", problem, hint, str(path))])
    faults = list(islice(free_faults(tree, tables.free, wars[0].scenario), MOST_FAULTS + 1))
    if faults:
        raise ScenarioError(sorted(faults, key=lambda fault: fault.line))
    other = None
    if tables.together is not None:
        try:
            given = load_plan(path.parent / tables.together.plan)
        except SimError as error:
            raise SimError(f"{path}: together.plan: {error}") from error
        other = Plan(given.scenario, given.known_until, tables.free, given.targets)
    weight = tables.together.weight if tables.together is not None else 0.0
    plan = WarPlan(wars, tables.free, tables.score, other, weight)
    for war in wars:
        must_bear_corners(plan, war.scenario, f"{path}: {war.name}")
    if other is not None:
        must_bear_corners(plan, other.scenario, f"{path}: {other.scenario.name}")
    return plan
