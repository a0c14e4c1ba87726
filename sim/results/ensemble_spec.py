"""Specification of an ensemble: which runs of which scenario, and what is kept of them."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim.engine.build import must_be_held, prepare
from sim.engine.drawn_numbers import drawn_numbers, paths, with_drawn
from sim.engine.inputs import Inputs, Layout, ParameterValues
from sim.errors import ResultsWarning, SimError
from sim.results.dataset import Coordinates, about, coordinates_of, event_variables
from sim.results.provenance import UNCERTAIN, folded, provenance
from sim.results.variables import Failure, Recording, chosen
from sim.scenario.field_types import shown
from sim.scenario.files import load, with_changes
from sim.scenario.schema import Scenario

MOST_RUNS = 2**62
_BLOCK, _BLOCK_BYTES = 500, 48_000_000


def given(
    scenario: Scenario | str | Path, changes: Mapping[str, object] | Sequence[str] = ()
) -> Scenario:
    """A scenario, or that of a file, with some changes.

    Raises
    ------
    ScenarioError
        If it cannot be used.
    """
    if not isinstance(scenario, Scenario | str | os.PathLike):
        raise SimError(f"a scenario is a file or a Scenario, not {type(scenario).__name__}")
    if not isinstance(scenario, Scenario):
        return load(scenario, changes)
    return with_changes(scenario, changes) if changes else scenario


def whole(name: str, number: object, least: int, most: int) -> int:
    """Give back a whole number in its range.

    Raises
    ------
    SimError
        If it is not; says what is allowed.
    """
    if isinstance(number, int | np.integer) and not isinstance(number, bool):
        found = int(number)
        if least <= found <= most:
            return found
    largest = {2**n - m: f"2**{n}{' - 1' * m}" for n in (32, 62, 63, 64) for m in (0, 1)}
    span = f"from {least} to {largest.get(most, most)}"
    raise SimError(f"{name} must be a whole number, {span}; is {shown(number)}")


@dataclass(frozen=True)
class Study:
    """Runs of a scenario, and what is kept of them."""

    scenario: Scenario
    """The war that is run."""
    seed: int
    """The seed of all runs."""
    runs: int
    first: int
    """How many, and the number of the first."""
    record: tuple[str, ...]
    """From `sim.results.variables.chosen`."""
    hold: str | None
    """What is the same in all runs: "heterogeneity" of objectives, "luck" of everything else."""
    block: int
    """Runs that are played and stored together."""
    uncertain: bool = False
    """Whether the numbers that are given as ranges are drawn; not so where there are none."""

    @classmethod
    def of(
        cls,
        scenario: Scenario,
        *,
        runs: int,
        seed: int = 1,
        first: int = 0,
        record: str | Sequence[str] = "summary",
        hold: str | None = None,
        block: int | None = None,
        uncertain: bool = False,
    ) -> Study:
        """A study from what a user asks for.

        Raises
        ------
        SimError
            If a number is out of range, or something to record or to hold is not known.
        """
        runs = whole("runs", runs, 1, MOST_RUNS)
        seed = whole("seed", seed, 0, 2**64 - 1)
        first = whole("first", first, 0, MOST_RUNS)
        must_be_held(hold)
        if not isinstance(uncertain, bool):
            raise SimError(f"uncertain must be true or false, is {shown(uncertain)}")
        uncertain = uncertain and bool(scenario.ranges)
        names = chosen(record)
        if block is None:
            size = Recording(scenario, Layout.of(scenario), names, uncertain).bytes_a_run
            # Events of a run take about this much for every actor and week.
            size += 100 * scenario.weeks * len(scenario.actors) if "events" in names else 0
            block = max(1, min(_BLOCK, _BLOCK_BYTES // size))
        block = whole("block", block, 1, MOST_RUNS)
        return cls(scenario, seed, runs, first, names, hold, block, uncertain)

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return -(-self.runs // self.block)

    def span(self, block: int) -> tuple[int, int]:
        """Places of the first run of a block and of the one after its last."""
        if not 0 <= block < self.blocks:
            raise SimError(f"there is no block {block}: there are {self.blocks}")
        return block * self.block, min((block + 1) * self.block, self.runs)

    @cached_property
    def prepared(self) -> tuple[Inputs, ParameterValues, Layout]:
        """The scenario as arrays."""
        return prepare(self.scenario)

    @cached_property
    def recording(self) -> Recording:
        """What is kept, and where it is found."""
        return Recording(self.scenario, self.prepared[2], self.record, self.uncertain)

    def drawn(self, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        """What some runs are given of the ranges, shape (runs, ranges); nothing if not drawn."""
        if not self.uncertain:
            return np.zeros((len(numbers), 0))
        return drawn_numbers(self.scenario, self.seed, numbers)

    def scenario_of(self, drawn: NDArray[np.float64]) -> Scenario:
        """The scenario that a run is given, by its row of `drawn`."""
        return with_drawn(self.scenario, drawn) if self.uncertain else self.scenario

    @property
    def has_own_classes(self) -> bool:
        """Whether an actor has a class of a user's own, so that runs go through Mesa."""
        return any(actor.agent is not None for actor in self.scenario.actors.values())

    def numbers(self, start: int = 0, stop: int | None = None) -> NDArray[np.int64]:
        """Numbers of the runs at some places."""
        stop = self.runs if stop is None else stop
        return np.arange(self.first + start, self.first + stop, dtype=np.int64)

    def coordinates(self) -> Coordinates:
        """Coordinates of the results, see `sim.results.dataset.coordinates_of`."""
        lay = self.prepared[2]
        found = coordinates_of(self.scenario, lay, self.numbers(), self.scenario.weeks)
        found["answer"] = ("answer", np.array(["no", "yes"], dtype=object))
        if self.uncertain:
            found["range"] = ("range", np.array(paths(self.scenario), dtype=object))
        return found

    def attributes(self) -> dict[str, str | int]:
        """What results carry: scenario, seed, versions, what was held and recorded."""
        found = provenance(self.scenario, self.seed)
        found |= {"record": ",".join(self.record), "hold": self.hold or "nothing"}
        return found | ({UNCERTAIN: "yes"} if self.uncertain else {})

    def dataset(
        self,
        arrays: Mapping[str, NDArray[np.generic]],
        failures: Sequence[Failure],
        events: tuple[NDArray[np.int32], NDArray[np.float64]] | None = None,
    ) -> xr.Dataset:
        """Results of the whole study, without the runs that failed.

        There is an array for each variable of `recording`, with the first axis of runs; `events`
        are codes and numbers of all runs, without which the results have no events.
        """
        variables: dict[str, Any] = {}
        for variable in self.recording.variables:
            name, dims = variable.name, ("run", *variable.dims)
            variables[name] = (dims, arrays[name], about(name))
        if events is not None:
            counts = np.asarray(arrays["event_count"])
            variables |= event_variables(self.numbers(), counts, *events)
        results = xr.Dataset(variables, self.coordinates(), attrs=self.attributes())
        return without_failures(results, failures)


def without_failures(results: xr.Dataset, failures: Sequence[Failure]) -> xr.Dataset:
    """Results without the runs that failed; their number and errors go into the attributes."""
    if failures:
        lost = [failure["run"] for failure in failures]
        results = results.isel(run=np.flatnonzero(~np.isin(results["run"].values, lost)))
        results.attrs["failures"] = "\n".join(f"run {f['run']}: {f['error']}" for f in failures)
        warnings.warn(
            f"{len(lost)} {'run' if len(lost) == 1 else 'runs'} failed, left out of these results: "
            f"run {lost[0]}: {failures[0]['error']}" + (" ..." if lost[1:] else ""),
            ResultsWarning,
            stacklevel=4,
        )
    return folded(results)
