"""Play the runs of an ensemble in blocks, and keep of each run what its study asks for.

The result of a run depends on its number alone, never on which worker plays it.
"""

from __future__ import annotations

import dataclasses
import traceback
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.engine import draws, event_log, run_summary
from sim.engine.build import first_world, keys_of, most_events, open_run, prepare
from sim.engine.inputs import Floats
from sim.engine.schedule import play
from sim.engine.state import Kept, blank
from sim.errors import StoppedError
from sim.results.ensemble_spec import Study
from sim.results.variables import Block, Failure
from sim.rules import jit
from sim.scenario.files import with_changes


def play_block(study: Study, block: int) -> Block:
    """Play one block of a study; a run that fails becomes one of its failures."""
    return play_runs(study, study.numbers(*study.span(block)))


@dataclass
class _Room:
    """Arrays in which one worker plays a block."""

    weeks: Kept
    summary: run_summary.Summary
    table: run_summary.EventRows
    log: NDArray[np.float64]
    picks: run_summary.Picks

    @classmethod
    def of(cls, study: Study, runs: int) -> _Room:
        g, _, lay = study.prepared
        weeks, kept = study.scenario.weeks, study.recording
        most = most_events(g, lay, weeks)
        rows = runs * weeks * 2 * len(lay.actors) if kept.events else 0
        return cls(
            run_summary.empty_weeks(blank(lay, 0), kept.picks, runs, weeks),
            run_summary.empty_summary(runs, weeks, len(lay.actors), len(lay.issues), kept.counts),
            run_summary.EventRows(event_log.empty(rows), np.zeros(1, dtype=np.int64)),
            event_log.empty(most if kept.events else 0),
            kept.picks,
        )

    def keep(self, place: int, *run: object) -> None:
        """Keep a run that is over; see `sim.engine.run_summary.condense`."""
        while not run_summary.condense(
            self.summary, self.weeks, self.picks, self.table, place, *run
        ):  # no room left for its events
            rows = event_log.empty(2 * len(self.table.rows) + len(self.log))
            rows[: len(self.table.rows)] = self.table.rows
            self.table = run_summary.EventRows(rows, self.table.used)


def make_ready(study: Study) -> None:
    """Compile what the runs of a study need, before a bar moves and before workers all do it.

    Here, and nowhere else, is one to wait for that; what is compiled already costs nothing.
    """
    if not study.has_own_classes:
        play_runs(study, study.numbers(0, 1), weeks=0)
    elif not jit.is_warm("engine.opening.open_war"):
        # Under Mesa rules are compiled one by one, as they are needed: a run without the classes.
        changes = {f"actors.{name}.agent": None for name in study.scenario.actors}
        few = with_changes(study.scenario, changes)
        play_runs(dataclasses.replace(study, scenario=few), study.numbers(0, 1))


def play_runs(study: Study, numbers: NDArray[np.int64], weeks: int | None = None) -> Block:
    """Play runs by their numbers and put what is kept of them in the order of the file.

    Of each run only so many `weeks` are played, if they are given.
    """
    weeks = study.scenario.weeks if weeks is None else weeks
    room, drawn = _Room.of(study, len(numbers)), study.drawn(numbers)
    fill = _fill_by_mesa if study.has_own_classes else _fill_compiled
    try:
        failures = fill(study, numbers, drawn, room, weeks)
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
    rows = room.table.rows[:used]
    block = study.recording.block(room.summary, room.weeks, rows, drawn, failures)
    if failures:
        lost = np.isin(numbers, [failure["run"] for failure in failures])
        kept = ~np.repeat(lost, block.arrays["event_count"])
        for values in block.arrays.values():
            values[lost] = 0
        block = block._replace(codes=block.codes[kept], numbers=block.numbers[kept])
    return block


def _fill_compiled(
    study: Study, numbers: NDArray[np.int64], drawn: Floats, room: _Room, weeks: int
) -> list[Failure]:
    g, p, lay = study.prepared
    (world, memory), (_, first) = first_world(g, lay), first_world(g, lay)
    record = blank(lay, study.scenario.weeks, study.recording.parts)
    luck, traits = keys_of(study.seed, numbers, study.hold)
    count, force, ties = event_log.counter(len(lay.actors)), world.force, world.relations.tie
    for n in range(len(numbers)):
        if study.uncertain:
            # Names are the same, so the arrays have the same shapes.
            g, p, _ = prepare(study.scenario_of(drawn[n]))
            _, first = first_world(g, lay)
        for now, then in zip(memory, first, strict=True):
            now[:] = then
        count[:] = 0
        open_run(g, p, world, traits[n])
        play(
            g, p, world, record, room.log, count, luck[n], draws.NO_DRAWS, 0, weeks, None,
        )  # fmt: skip
        room.keep(n, force.capability, ties, force.position, record, room.log, count)
    return [
        {
            "run": int(number),
            "error": "numbers became infinite or undefined, or more events than foreseen happened",
            "traceback": "",
        }
        for number in numbers[~room.summary.sound]
    ]


def _fill_by_mesa(
    study: Study, numbers: NDArray[np.int64], drawn: Floats, room: _Room, weeks: int
) -> list[Failure]:
    # Mesa takes half a second to import, and only classes of one's own need it.
    from sim.agents.model import ConflictModel

    failures: list[Failure] = []
    for place, number in enumerate(numbers.tolist()):
        try:
            case = study.scenario_of(drawn[place])
            model = ConflictModel(case, study.seed, number, study.recording.events, hold=study.hold)
            for _ in range(weeks):
                model.step()
        except MemoryError:
            raise
        except Exception as error:
            words = f"{type(error).__name__}: {error}"
            failures.append({"run": number, "error": words, "traceback": traceback.format_exc()})
            continue
        record, log, count = model.record_in_full()
        force, ties = model.world.force, model.world.relations.tie
        room.keep(place, force.capability, ties, force.position, record, log, count)
    return failures


def _failed(study: Study, numbers: NDArray[np.int64], trace: str) -> Block:
    """The block of one run that failed."""
    room = _Room.of(study, 1)
    error = trace.strip().rpartition("\n")[2]
    failure: Failure = {"run": int(numbers[0]), "error": error, "traceback": trace}
    rows, drawn = room.table.rows[:0], np.zeros((1, len(study.scenario.ranges)))
    return study.recording.block(room.summary, room.weeks, rows, drawn, [failure])


def _joined(parts: Sequence[Block]) -> Block:
    """Blocks one after the other."""
    return Block(
        {name: np.concatenate([part.arrays[name] for part in parts]) for name in parts[0].arrays},
        np.concatenate([part.codes for part in parts]),
        np.concatenate([part.numbers for part in parts]),
        [failure for part in parts for failure in part.failures],
    )
