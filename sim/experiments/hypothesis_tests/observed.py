"""Historical facts of one war, read from a file beside its scenario, with their sources.

A file ``history/<name of the scenario's file>.toml`` holds a list of ``[[facts]]``. What is
measured is one of `observables.HISTORY`; what happened is `value`, or lies from `low` to `high`.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, model_validator

from sim.errors import MOST_FAULTS, Fault, ScenarioError, nearest
from sim.experiments.hypothesis_tests.facts import Fact, Status
from sim.experiments.hypothesis_tests.observables import HISTORY
from sim.scenario.base_types import Line, Number, StrictModel, Text
from sim.scenario.files import read_table
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
    status: Status = Field(description="what it can prove")
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
    faults = [
        Fault(
            f"facts.{place}.measure", f"unknown measure {one.measure!r}",
            nearest(one.measure, list(HISTORY)), *place_of(tree, ("facts", place, "measure")),
        )
        for place, one in enumerate(facts)
        if one.measure not in HISTORY
    ][: MOST_FAULTS + 1]  # fmt: skip
    if faults:
        raise ScenarioError(faults)
    return tuple(_fact(one) for one in facts)


def _fact(one: Happened) -> Fact:
    ends = (one.value, one.value) if one.value is not None else (one.low, one.high)
    return Fact(
        one.name, one.claim, one.status, one.seen, one.why,
        lambda ask: ask.extra(one.measure),
        (float(ends[0] or 0.0), float(ends[1] or 0.0)),
        one.source,
    )  # fmt: skip
