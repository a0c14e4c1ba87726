"""What an ensemble is: which runs of which scenario, what is kept of them; how a block is played.

Everything here depends on the numbers of the runs alone, never on who plays them.
"""

from __future__ import annotations

import dataclasses
import os
import traceback
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim import blocks, chance, compiling, events
from sim.errors import ResultsWarning, SimError, StoppedError
from sim.fields import shown
from sim.files import load, with_changes
from sim.givens import Givens, Knobs, Layout
from sim.provenance import folded, provenance
from sim.recording import Block, Failure, Recording, chosen, event_variables
from sim.results import MEANING, coordinates_of
from sim.rounds import play
from sim.scenario import Scenario
from sim.setup import HOLDS, first_world, keys_of, most_events, open_run, prepare
from sim.world import Kept, blank

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
    """Runs of a scenario, and what is kept of them.

    Attributes
    ----------
    scenario : Scenario
    seed : int
    runs, first : int
        How many, and the number of the first.
    record : tuple of str
        From `sim.recording.chosen`.
    hold : str or None
        What is the same in all runs: "heterogeneity" of objectives, "luck" of everything else.
    block : int
        Runs that are played and stored together.
    """

    scenario: Scenario
    seed: int
    runs: int
    first: int
    record: tuple[str, ...]
    hold: str | None
    block: int

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
        if hold is not None and hold not in HOLDS:
            raise SimError(f"hold must be one of {', '.join(HOLDS)}, is {hold!r}")
        names = chosen(record)
        if block is None:
            size = Recording(scenario, Layout.of(scenario), names).bytes_a_run
            # Events of a run take about this much for every actor and week.
            size += 100 * scenario.rounds * len(scenario.actors) if "events" in names else 0
            block = max(1, min(_BLOCK, _BLOCK_BYTES // size))
        return cls(scenario, seed, runs, first, names, hold, whole("block", block, 1, MOST_RUNS))

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
    def prepared(self) -> tuple[Givens, Knobs, Layout]:
        """The scenario as arrays."""
        return prepare(self.scenario)

    @cached_property
    def recording(self) -> Recording:
        """What is kept, and where it is found."""
        return Recording(self.scenario, self.prepared[2], self.record)

    @property
    def has_own_classes(self) -> bool:
        """Whether an actor has a class of a user's own, so that runs go through Mesa."""
        return any(actor.agent is not None for actor in self.scenario.actors.values())

    def numbers(self, start: int = 0, stop: int | None = None) -> NDArray[np.int64]:
        """Numbers of the runs at some places."""
        stop = self.runs if stop is None else stop
        return np.arange(self.first + start, self.first + stop, dtype=np.int64)

    def coordinates(self) -> dict[str, Any]:
        """Coordinates of the results, see `sim.results.coordinates_of`."""
        lay = self.prepared[2]
        found = coordinates_of(self.scenario, lay, self.numbers(), self.scenario.rounds)
        return {**found, "answer": ("answer", np.array(["no", "yes"], dtype=object))}

    def attributes(self) -> dict[str, Any]:
        """What results carry: scenario, seed, versions, what was held and recorded."""
        found = provenance(self.scenario, self.seed)
        return {**found, "record": ",".join(self.record), "hold": self.hold or "nothing"}

    def play(self, block: int) -> Block:
        """Play one block; a run that fails becomes one of its failures."""
        start, stop = self.span(block)
        return play_runs(self, self.numbers(start, stop))

    def dataset(
        self, arrays: Mapping[str, Any], failures: Sequence[Failure], events: Any = None
    ) -> xr.Dataset:
        """Results of the whole study.

        Parameters
        ----------
        arrays : mapping of str to array
            One for each variable of `recording`, first axis of runs.
        failures : sequence of Failure
            These runs are left out.
        events : tuple of (codes, numbers), optional
        """
        variables: dict[str, Any] = {}
        for variable in self.recording.variables:
            meaning, unit = MEANING[variable.name]
            attributes = {"long_name": meaning, "units": unit}
            variables[variable.name] = (
                ("run", *variable.dims), arrays[variable.name], attributes,
            )  # fmt: skip
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


@dataclass
class _Room:
    """Arrays in which one worker plays a block."""

    weeks: Kept
    summary: blocks.Summary
    table: blocks.Table
    log: NDArray[np.float64]
    picks: blocks.Picks

    @classmethod
    def of(cls, study: Study, runs: int) -> _Room:
        g, _, lay = study.prepared
        rounds, kept = study.scenario.rounds, study.recording
        most = most_events(g, lay, rounds)
        rows = runs * rounds * 2 * len(lay.actors) if kept.events else 0
        return cls(
            blocks.empty_weeks(blank(lay, 0), kept.picks, runs, rounds),
            blocks.empty_summary(runs, rounds, len(lay.actors), len(lay.issues), kept.counts),
            blocks.Table(events.empty(rows), np.zeros(1, dtype=np.int64)),
            events.empty(most if kept.events else 0),
            kept.picks,
        )

    def keep(self, place: int, *run: Any) -> None:
        """Keep a run that is over; see `sim.blocks.condense`."""
        while not blocks.condense(
            self.summary, self.weeks, self.picks, self.table, place, *run
        ):  # no room left for its events
            rows = events.empty(2 * len(self.table.rows) + len(self.log))
            rows[: len(self.table.rows)] = self.table.rows
            self.table = blocks.Table(rows, self.table.used)


def make_ready(study: Study) -> None:
    """Compile what the runs of a study need, before a bar moves and before workers all do it.

    Here, and nowhere else, is one to wait for that; what is compiled already costs nothing.
    """
    if not study.has_own_classes:
        play_runs(study, study.numbers(0, 1), weeks=0)
    elif not compiling.is_warm("opening.open_war"):
        # Under Mesa rules are compiled one by one, as they are needed: a run without the classes.
        changes = {f"actors.{name}.agent": None for name in study.scenario.actors}
        few = with_changes(study.scenario, changes)
        play_runs(dataclasses.replace(study, scenario=few), study.numbers(0, 1))


def play_runs(study: Study, numbers: NDArray[np.int64], weeks: int | None = None) -> Block:
    """Play runs by their numbers and put what is kept of them in the order of the file.

    Of each run only so many `weeks` are played, if they are given.
    """
    weeks = study.scenario.rounds if weeks is None else weeks
    room = _Room.of(study, len(numbers))
    fill = _fill_by_mesa if study.has_own_classes else _fill_compiled
    try:
        failures = fill(study, numbers, room, weeks)
    except (MemoryError, OSError) as error:
        # A shortage of the machine is no fault of a run, and may be over the next time.
        raise StoppedError(f"the machine ran short: {type(error).__name__}: {error}") from error
    except Exception:
        if len(numbers) == 0:
            raise
        if len(numbers) == 1:
            return _failed(study, numbers, traceback.format_exc())
        # Some run of these fails: play each by itself, so that the others are kept.
        return _joined([play_runs(study, numbers[n : n + 1]) for n in range(len(numbers))])
    used = int(room.table.used[0])
    block = study.recording.block(room.summary, room.weeks, room.table.rows[:used], failures)
    if failures:
        lost = np.isin(numbers, [failure["run"] for failure in failures])
        kept = ~np.repeat(lost, block.arrays["event_count"])
        for values in block.arrays.values():
            values[lost] = 0
        block = block._replace(codes=block.codes[kept], numbers=block.numbers[kept])
    return block


def _fill_compiled(
    study: Study, numbers: NDArray[np.int64], room: _Room, weeks: int
) -> list[Failure]:
    g, p, lay = study.prepared
    (world, memory), (_, first) = first_world(g, lay), first_world(g, lay)
    record = blank(lay, study.scenario.rounds, study.recording.parts)
    luck, traits = keys_of(study.seed, numbers, study.hold)
    count, force, ties = events.counter(len(lay.actors)), world.force, world.tie.T
    for n in range(len(numbers)):
        for now, then in zip(memory, first, strict=True):
            now[:] = then
        count[:] = 0
        open_run(g, p, world, traits[n])
        play(
            g, p, world, record, room.log, count, luck[n], chance.NO_DRAWS, 0, weeks, None,
        )  # fmt: skip
        room.keep(n, force.m, ties, force.theta, record, room.log, count)
    return [
        {
            "run": int(number),
            "error": "numbers became infinite or undefined, or more events than foreseen happened",
            "traceback": "",
        }
        for number in numbers[~room.summary.sound]
    ]


def _fill_by_mesa(
    study: Study, numbers: NDArray[np.int64], room: _Room, weeks: int
) -> list[Failure]:
    # Mesa takes half a second to import, and only classes of one's own need it.
    from sim.model import ConflictModel

    failures: list[Failure] = []
    for place, number in enumerate(numbers.tolist()):
        try:
            model = ConflictModel(
                study.scenario, study.seed, number, study.recording.events, hold=study.hold
            )
            for _ in range(weeks):
                model.step()
        except MemoryError:
            raise
        except Exception as error:
            words = f"{type(error).__name__}: {error}"
            failures.append({"run": number, "error": words, "traceback": traceback.format_exc()})
            continue
        record, log, count = model.record_in_full()
        world = model.world
        room.keep(place, world.force.m, world.tie.T, world.force.theta, record, log, count)
    return failures


def _failed(study: Study, numbers: NDArray[np.int64], trace: str) -> Block:
    """The block of one run that failed."""
    room = _Room.of(study, 1)
    error = trace.strip().rpartition("\n")[2]
    failure: Failure = {"run": int(numbers[0]), "error": error, "traceback": trace}
    return study.recording.block(room.summary, room.weeks, room.table.rows[:0], [failure])


def _joined(parts: Sequence[Block]) -> Block:
    """Blocks one after the other."""
    return Block(
        {name: np.concatenate([part.arrays[name] for part in parts]) for name in parts[0].arrays},
        np.concatenate([part.codes for part in parts]),
        np.concatenate([part.numbers for part in parts]),
        [failure for part in parts for failure in part.failures],
    )
