"""Play a few runs of one scenario and keep everything, or replay a run of an ensemble."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim.engine import memory
from sim.engine.build import begin, keys_of, most_events, prepare
from sim.engine.draws import NO_DRAWS
from sim.engine.event_log import counter, empty, must_be_sound
from sim.engine.inputs import Inputs, Layout, ParameterValues
from sim.engine.schedule import play
from sim.engine.state import RECORDED, Kept, blank
from sim.errors import ResultsError, SimError, nearest, renamed
from sim.results.dataset import assemble
from sim.results.ensemble_spec import MOST_RUNS, Study, given, whole
from sim.results.provenance import scenario_of_run
from sim.results.selection import no_such_run
from sim.results.sources import open_results
from sim.runs.blocks import make_ready
from sim.runs.progress import Progress
from sim.scenario.coded_ranges import warn_of_middles
from sim.scenario.files import with_changes
from sim.scenario.schema import Scenario


@renamed(rounds="weeks")
def simulate(
    scenario: Scenario | str | Path,
    *,
    runs: int = 1,
    seed: int = 1,
    first: int = 0,
    weeks: int | None = None,
    set: Mapping[str, object] | Sequence[str] = (),
    parts: tuple[str, ...] | None = None,
    log: bool = True,
    progress: bool | None = None,
) -> xr.Dataset:
    """Run a war once or a few times, and keep everything.

    For many runs see `sim.runs.ensemble.ensemble`, which plays the same runs and keeps less of
    each.

    Parameters
    ----------
    scenario : Scenario or path
        A scenario, or the TOML file of one.
    runs : int
        How many; run n of a seed is the same whatever else is run with it.
    seed : int
        Seed of the random numbers, from 0 to 2**64 - 1.
    first : int
        Number of the first run.
    weeks : int, optional
        How many; those of the scenario if not given.
    set : mapping or sequence of str
        Changes, as ``{"actors.iran.capability": 1.4}`` or ``["actors.iran.capability=1.4"]``.
    parts : tuple of str, optional
        Parts of the record to keep, see `sim.engine.state.RECORDED`; all if not given. The part
        `status` is always kept.
    log : bool
        Whether to keep the events.
    progress : bool, optional
        Show how far it is: a bar on a terminal, lines elsewhere. If not given, in a notebook only,
        where it lasts longer than two seconds.

    Returns
    -------
    Dataset
        See `sim.results.dataset.assemble`.

    Raises
    ------
    ScenarioError
        If the scenario cannot be used.
    SimError
        If `runs`, `weeks`, `seed` or `first` is out of range.
    """
    case = given(scenario, set)
    if weeks is not None:
        case = with_changes(case, {"weeks": weeks})
    warn_of_middles(case, stacklevel=4)
    runs = whole("runs", runs, 1, MOST_RUNS)
    seed, first = whole("seed", seed, 0, 2**64 - 1), whole("first", first, 0, MOST_RUNS)
    for part in parts or ():
        if part not in RECORDED:
            raise SimError(f"unknown part {part!r} of the record ({nearest(part, list(RECORDED))})")
    return gather(case, range(first, first + runs), seed, parts, log, progress)


def replay(
    source: str | os.PathLike[str] | xr.Dataset, run: int, *, check: bool = True
) -> xr.Dataset:
    """Play a single run of an ensemble again, in full, with its events.

    Parameters
    ----------
    source : path, URL or Dataset
        See `sim.results.sources.open_results`.
    run : int
        Number of the run.
    check : bool
        Compare with what the ensemble kept of it.

    Returns
    -------
    Dataset
        As from `simulate`.

    Raises
    ------
    ResultsError
        If the ensemble holds no such run, or now gives another one: it was made by other rules.
    """
    number = whole("run", run, 0, 2**63 - 1)
    results = open_results(source, events=False)
    for failure in str(results.attrs.get("failures", "")).splitlines():
        if failure.startswith(f"run {number}: "):
            raise ResultsError(failure.replace(": ", " failed: ", 1))
    seed = int(results.attrs["seed"])
    held = results.attrs.get("hold", "nothing")
    if number not in results["run"].values:
        raise no_such_run(run, results["run"].values)
    scenario = scenario_of_run(results, number)
    again = gather(scenario, [number], seed, hold=None if held == "nothing" else held)
    if check:
        names = [name for name in ("state", "final_tie") if name in results]
        kept = results[names].sel(run=number).load()
        weeks = again["state"].sel(run=number, week=kept["week"].values)
        same = np.array_equal(kept["state"].values, weeks.values)
        if same and "final_tie" in kept:
            last = again["tie"].isel(run=0, week=-1)
            last = last.sel(actor=kept["actor"].values, other=kept["other"].values)
            last = last.transpose(*kept["final_tie"].dims).astype(np.float32)
            same = np.allclose(kept["final_tie"].values, last.values, atol=1e-6)
        if not same:
            raise ResultsError(
                f"run {run} comes out differently now: it was made by other rules, other "
                "files of agent classes, or on another kind of machine"
            )
    return again


def gather(
    scenario: Scenario,
    numbers: Sequence[int],
    seed: int,
    parts: tuple[str, ...] | None = None,
    log: bool = True,
    progress: bool | None = False,
    hold: str | None = None,
    keep_going: bool = False,
) -> xr.Dataset:
    """Play the runs of these numbers; Ctrl-C ends it early with the runs that are finished.

    With `keep_going` a run that fails is left out and listed in ``attrs["failures"]``, as in an
    ensemble, and the first failure is raised only if no run is left.
    """
    prepared = prepare(scenario)
    afford(scenario, prepared, len(numbers), parts, log)

    # The weeks of a single run are told: with many actors it takes minutes.
    weekly = len(numbers) == 1
    total, unit = (scenario.weeks, "week") if weekly else (len(numbers), "run")

    def one(number: int) -> tuple[Kept, NDArray[np.float64]]:
        if any(actor.agent is not None for actor in scenario.actors.values()):
            # Mesa takes half a second to import, and only classes of one's own need it.
            from sim.agents.model import play_with_agents

            week = shown.add if weekly else None
            return play_with_agents(scenario, seed, number, parts, log, hold, week)
        (g, p, lay), weeks = prepared, scenario.weeks
        record = blank(lay, weeks) if parts is None else blank(lay, weeks, ("status", *parts))
        rows, count = empty(most_events(g, lay, weeks) if log else 0), counter()
        world = begin(g, p, lay, seed, number, hold)
        luck, _ = keys_of(seed, np.array([number], dtype=np.uint64), hold)
        at_once = 1 if weekly else weeks
        for start in range(0, weeks, at_once):
            end = start + at_once
            play(g, p, world, record, rows, count, luck[0], NO_DRAWS, start, end, None)
            shown.add(int(weekly))
        must_be_sound(count, number)
        return record, rows[: count[0]].copy()

    played: list[tuple[int, Kept, NDArray[np.float64]]] = []
    failures: list[tuple[int, Exception]] = []
    if not weekly:
        make_ready(Study.of(scenario, runs=1))
    with Progress(total, 0, progress, unit, at_once=not weekly) as shown:
        try:
            for number in numbers:
                try:
                    played.append((number, *one(number)))
                except Exception as error:
                    if not keep_going:
                        error.add_note(f"This was run {number}.")
                        raise
                    failures.append((number, error))
                shown.add(0 if weekly else 1)
        except KeyboardInterrupt:
            if not played:
                raise
    lost = [f"run {number}: {type(error).__name__}: {error}" for number, error in failures]
    if not played:
        raise SimError(lost[0]) from failures[0][1]
    results = assemble(
        scenario, prepared[2], seed, [number for number, _, _ in played],
        [record for _, record, _ in played], [rows for *_, rows in played] if log else None,
    )  # fmt: skip
    if hold is not None:
        results.attrs["hold"] = hold
    if lost:
        results.attrs["failures"] = "\n".join(lost)
    return results


def afford(
    scenario: Scenario,
    prepared: tuple[Inputs, ParameterValues, Layout],
    runs: int,
    parts: tuple[str, ...] | None = None,
    log: bool = True,
) -> int:
    """Bytes of memory that some runs take at least if they are kept as `gather` keeps them.

    Raises
    ------
    SimError
        If this machine has less free.
    """
    g, _, lay = prepared
    rows = most_events(g, lay, scenario.weeks) if log else 0
    need = memory.memory_in_full(lay, scenario.weeks, runs, rows, parts)
    memory.must_fit(
        need,
        f"{runs} {'run' if runs == 1 else 'runs'} of {len(scenario.actors)} actors and "
        f"{scenario.weeks} weeks, kept in full,",
        "ask for fewer runs, weeks or actors, or keep less of each run in an ensemble "
        "(sim ensemble)",
    )
    return need
