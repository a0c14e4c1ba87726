"""Historical facts of one war, read from a file beside its scenario, with their sources.

A file ``history/<name of the scenario's file>.toml`` holds a list of ``[[facts]]``. What is
measured is one of `MEASURES`; what happened is `value`, or lies from `low` to `high`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from pydantic import Field, model_validator

from sim.engine.state import CALM
from sim.errors import MOST_FAULTS, Fault, ScenarioError, nearest
from sim.experiments.hypothesis_tests.estimates import Figure, Spread, ratio
from sim.experiments.hypothesis_tests.facts import Fact, Status
from sim.experiments.hypothesis_tests.observables import NOT_MET, first_achieved, since
from sim.experiments.hypothesis_tests.roles import Cast
from sim.measures import breach_weights
from sim.scenario.base_types import Line, Number, StrictModel, Text
from sim.scenario.files import read_table
from sim.scenario.schema import Scenario
from sim.scenario.toml_source import place_of
from sim.scenario.validation import checked


class Happened(StrictModel):
    """One fact of history."""

    name: Line = Field(description="short name")
    claim: Text = Field(description="what happened, in words")
    measure: Line = Field(description="what is compared with it in the runs")
    value: Number | None = Field(None, description="what it was")
    low: Number | None = Field(None, description="or the lower end of what it may have been")
    high: Number | None = Field(None, description="and the upper end")
    source: Text = Field(description="where it comes from")
    status: Literal["fitted", "imposed", "free"] = Field(description="what it can prove")
    seen: bool = Field(description="whether it was looked at while the theory was tuned")
    why: Text = Field(description="why it has this status")

    @model_validator(mode="after")
    def _one_or_two(self) -> Happened:
        ends = (self.low, self.high)
        if (self.value is None) == (None in ends) or (
            self.value is not None and any(end is not None for end in ends)
        ):
            raise ValueError("needs a value, or low and high")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError("low must not be above high")
        return self


def week_achieved(results: xr.Dataset, case: Scenario, cast: Cast) -> Spread | None:
    """Week of the achieved goal, over the runs that get there."""
    met = first_achieved(results, cast)
    return _spread(met[met < NOT_MET])


def first_ceasefire(results: xr.Dataset, case: Scenario, cast: Cast) -> Spread | None:
    """Week at whose end a ceasefire first stands; runs without one count as the last."""
    ceasefire = np.isin(results["state"].values, CALM)
    return _spread(np.where(ceasefire.any(axis=1), ceasefire.argmax(axis=1), ceasefire.shape[1]))


def share_of_breaches(results: xr.Dataset, case: Scenario, cast: Cast) -> Figure | None:
    """The pair's camp's share of breaches after the goal, see `sim.measures.breach_weights`."""
    weeks = since(results, first_achieved(results, cast))
    camp = case.actors[cast.spoiler].camp
    ours = np.array([case.actors[str(name)].camp == camp for name in results["actor"].values])
    broken = (breach_weights(results) * weeks[..., None]).sum(axis=1)
    own, every = (broken * ours).sum(axis=1), broken.sum(axis=1)
    return ratio(own, every) if every.any() else None


MEASURES: Mapping[str, Callable[[xr.Dataset, Scenario, Cast], Figure | Spread | None]] = {
    "week of the achieved goal": week_achieved,
    "week of the first ceasefire": first_ceasefire,
    "share of breaches": share_of_breaches,
}


def beside(path: Path) -> Path | None:
    """The history that lies beside a scenario file, if there is one."""
    found = path.parent / "history" / path.name
    return found if found.is_file() else None


class _Tables(StrictModel):
    facts: tuple[Happened, ...]


def load(path: Path) -> tuple[Fact, ...]:
    """Read facts of history from a file.

    Raises
    ------
    ScenarioError
        If it cannot be read, or with everything that is wrong in it.
    """
    tree = read_table(path, "a history")
    if not isinstance(tree.get("facts"), list) or set(tree) != {"facts"}:
        problem = "holds a list of [[facts]] and nothing else"
        raise ScenarioError([Fault("", problem, file=str(path))])
    facts = checked(tree, _Tables).facts
    faults: list[Fault] = []
    for place, one in enumerate(facts):
        if one.measure not in MEASURES and len(faults) <= MOST_FAULTS:
            at = place_of(tree, ("facts", place, "measure"))
            hint = nearest(one.measure, list(MEASURES))
            problem = f"unknown measure {one.measure!r}"
            faults.append(Fault(f"facts.{place}.measure", problem, hint, *at))
    if faults:
        raise ScenarioError(faults)
    return tuple(_fact(one) for one in facts)


def extra(case: Scenario, cast: Cast) -> Callable[[xr.Dataset], dict[str, Figure | Spread]]:
    """All measures of history on results, as `treatments.Cells` takes them."""

    def measured(results: xr.Dataset) -> dict[str, Figure | Spread]:
        found = {name: measure(results, case, cast) for name, measure in MEASURES.items()}
        return {name: value for name, value in found.items() if value is not None}

    return measured


def _fact(one: Happened) -> Fact:
    ends = (one.value, one.value) if one.value is not None else (one.low, one.high)
    status: Status = one.status
    return Fact(
        one.name, one.claim, status, one.seen, one.why,
        lambda ask: ask.extra(one.measure),
        (float(ends[0] or 0.0), float(ends[1] or 0.0)),
        one.source,
    )  # fmt: skip


def _spread(values: NDArray[np.int64]) -> Spread | None:
    if not len(values):
        return None
    low, middle, high = np.quantile(values, (0.05, 0.5, 0.95))
    return None if math.isnan(middle) else Spread(float(middle), float(low), float(high))
