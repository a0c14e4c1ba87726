"""Many runs of one scenario: a few in full in memory, or as many as one likes, kept on disk."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim import executors
from sim.chance import NO_DRAWS
from sim.errors import ResultsError, SimError, nearest
from sim.events import counter, empty
from sim.files import with_changes
from sim.givens import Givens, Knobs, Layout
from sim.results import assemble, scenario_of
from sim.rounds import play
from sim.scenario import Scenario
from sim.setup import begin, keys_of, most_events, prepare
from sim.store import Store, writing
from sim.study import MOST_RUNS, Study, given, play_runs, whole
from sim.world import RECORDED, Kept, blank

# Seconds between two lines of progress where there is no terminal.
_LINE_EVERY = 10.0


def simulate(
    scenario: Scenario | str | Path,
    *,
    runs: int = 1,
    seed: int = 1,
    first: int = 0,
    rounds: int | None = None,
    set: Mapping[str, object] | Sequence[str] = (),
    parts: tuple[str, ...] | None = None,
    log: bool = True,
    progress: bool = False,
) -> xr.Dataset:
    """Run a war once or a few times, and keep everything.

    For many runs see `ensemble`, which plays the same runs and keeps less of each.

    Parameters
    ----------
    scenario : Scenario or path
        A scenario, or the TOML file of one.
    runs : int
        How many; run n of a seed is the same whatever else is run with it.
    seed : int
        Names the luck, from 0 to 2**64 - 1.
    first : int
        Number of the first run.
    rounds : int, optional
        Weeks; the scenario's if not given.
    set : mapping or sequence of str
        Changes, as ``{"actors.iran.capability": 1.4}`` or ``["actors.iran.capability=1.4"]``.
    parts : tuple of str, optional
        Parts of the record to keep, see `sim.world.RECORDED`; all if not given. The part `status`
        is always kept.
    log : bool
        Whether to keep the events.
    progress : bool
        Show a bar.

    Returns
    -------
    Dataset
        See `sim.results.assemble`.

    Raises
    ------
    ScenarioError
        If the scenario cannot be used.
    SimError
        If `runs`, `rounds`, `seed` or `first` is out of range.
    """
    case = given(scenario, set)
    if rounds is not None:
        case = with_changes(case, {"rounds": whole("rounds", rounds, 1, MOST_RUNS)})
    runs = whole("runs", runs, 1, MOST_RUNS)
    seed, first = whole("seed", seed, 0, 2**64 - 1), whole("first", first, 0, MOST_RUNS)
    for part in parts or ():
        if part not in RECORDED:
            raise SimError(f"unknown part {part!r} of the record ({nearest(part, list(RECORDED))})")
    return gather(case, range(first, first + runs), seed, parts, log, progress)


def ensemble(
    scenario: Scenario | str | Path,
    runs: int = 1000,
    seed: int = 1,
    out: str | os.PathLike[str] | None = None,
    *,
    record: str | Sequence[str] = "summary",
    first: int = 0,
    hold: str | None = None,
    set: Mapping[str, object] | Sequence[str] = (),
    executor: str = "auto",
    workers: int | None = None,
    block: int | None = None,
    scheduler: str | None = None,
    progress: bool = False,
) -> xr.Dataset:
    """Run a war many times.

    Parameters
    ----------
    scenario : Scenario or path
        A scenario, or the TOML file of one.
    runs : int
        How many; run n of a seed is the same whatever else is run with it, and wherever.
    seed : int
        Names the luck, from 0 to 2**64 - 1.
    out : path or URL, optional
        Folder of a store (see `sim.store`). If it holds part of the same study, the rest is done;
        `runs` can be more than it was. In memory if not given.
    record : str or sequence of str
        What to keep of each run besides its summary: levels (`sim.recording.LEVELS`) and variables
        by name, as ``"actors,tie"``.
    first : int
        Number of the first run.
    hold : str, optional
        "heterogeneity": all runs have the same objectives, and only luck varies; "luck": the
        other way round.
    set : mapping or sequence of str
        Changes, as ``{"actors.iran.capability": 1.4}``.
    executor : str
        "threads" (as "auto" chooses, but for actor classes of one's own), "processes", "serial",
        or "dask".
    workers : int, optional
        Threads or processes; by default as many as there are processors to use.
    block : int, optional
        Runs that are played and stored together; by default at most 500, fewer if they are large.
    scheduler : str, optional
        Address of a dask scheduler, for the executor "dask".
    progress : bool
        Show a bar on a terminal or in a notebook, lines elsewhere.

    Returns
    -------
    Dataset
        Dimension run, and those of the variables; opened from the store, without reading it into
        memory, if there is one. Runs that failed are left out and listed in
        ``attrs["failures"]``.

    Raises
    ------
    ScenarioError
        If the scenario cannot be used.
    SimError
        If an argument is out of range, if `out` holds another study or cannot be written.
    KeyboardInterrupt
        On Ctrl-C; the blocks that are finished are in the store.

    Examples
    --------
    >>> base = ensemble("scenarios/toy.toml", runs=200)
    >>> float((base.state.isel(round=-1) == 2).mean())  # share of runs that end settled
    """
    study = Study.of(
        given(scenario, set), runs=runs, seed=seed, first=first, record=record, hold=hold,
        block=_even_block(runs, workers) if block is None and out is None else block,
    )  # fmt: skip
    if scheduler is not None and executor != "dask":
        raise SimError(f"a scheduler is for the executor dask, not for {executor!r}")
    if out is None:
        return _in_memory(study, executor, workers, progress)
    with writing(out):
        store = Store.prepare(out, study, any_block=block is None)
        try:
            complete(store, executor, workers, scheduler, progress)
        finally:
            store.place.close()
    return store.dataset()


def complete(
    store: Store,
    executor: str = "auto",
    workers: int | None = None,
    scheduler: str | None = None,
    progress: bool = False,
) -> list[dict[str, Any]]:
    """Play the blocks that a store is waiting for; the other parameters are those of `ensemble`.

    Returns
    -------
    list of dict
        The failures of all blocks, old and new.
    """
    study = store.study
    how, many = executors.choose(executor, study), _workers(workers)
    done = store.finished()
    failures = [failure for receipt in done.values() for failure in receipt["failures"]]
    left = store.left()
    if not left:
        return failures
    if how == "dask":
        flow: Iterator[executors.Yielded] = executors.on_cluster(store, left, scheduler)
    else:
        _compile_first(study)

        def work(number: int) -> dict[str, Any]:
            return store.keep(number, study.play(number))

        flow = _flow(how, work, store, study, left, many)
    runs_left = sum(stop - start for start, stop in map(study.span, left))
    with Progress(study.runs, study.runs - runs_left, progress) as shown:
        for number, receipt in flow:
            failures += receipt["failures"]
            start, stop = study.span(number)
            shown.add(stop - start)
    return failures


def _in_memory(study: Study, executor: str, workers: int | None, progress: bool) -> xr.Dataset:
    """Every block into its place of arrays of the whole size."""
    how = executors.choose(executor, study)
    if how == "dask":
        raise SimError("the executor dask writes to a store: give out")
    _compile_first(study)
    arrays = {
        v.name: np.zeros((study.runs, *v.shape), dtype=v.dtype) for v in study.recording.variables
    }
    tables: dict[int, tuple[Any, Any]] = {}
    failures: list[dict[str, Any]] = []
    every = range(study.blocks)
    flow = _flow(how, study.play, None, study, every, _workers(workers))
    with Progress(study.runs, 0, progress) as shown:
        for number, block in flow:
            start, stop = study.span(number)
            for name, values in block.arrays.items():
                arrays[name][start:stop] = values
            tables[number] = (block.codes, block.numbers)
            failures += block.failures
            shown.add(stop - start)
    failures.sort(key=lambda failure: failure["run"])
    if not study.recording.events:
        return study.dataset(arrays, failures)
    codes, numbers = (np.concatenate([tables[n][k] for n in every]) for k in range(2))
    return study.dataset(arrays, failures, (codes, numbers))


def _flow(
    how: str,
    work: Callable[[int], Any],
    store: Store | None,
    study: Study,
    left: Sequence[int],
    workers: int,
) -> Iterator[executors.Yielded]:
    if how == "serial" or (how == "threads" and (workers == 1 or len(left) == 1)):
        return executors.in_turn(work, left)
    if how == "threads":
        return executors.in_threads(work, left, workers)
    found: Iterator[executors.Yielded] = executors.in_processes(store, study, left, workers)
    return found


def _workers(workers: int | None) -> int:
    return executors.cores() if workers is None else whole("workers", workers, 1, 10_000)


def _even_block(runs: object, workers: int | None) -> int | None:
    """Blocks of a small ensemble in memory, so that every worker has its share."""
    if not isinstance(runs, int) or runs < 1 or runs > 4000:
        return None
    return max(1, min(125, -(-runs // (4 * _workers(workers)))))


def _compile_first(study: Study) -> None:
    """Compile once, in this thread, before many workers would all do it."""
    if not study.has_own_classes:
        play_runs(study, study.numbers(0, 1))


class Progress:
    """Runs done, runs a second and time left: a bar, a widget in a notebook, or lines in a log.

    Parameters
    ----------
    total, done : int
        Runs in all, and before this began.
    wanted : bool
        Shows nothing if false.
    """

    def __init__(self, total: int, done: int, wanted: bool) -> None:
        self._total, self._done, self._before = total, done, done
        self._began = self._said = time.monotonic()
        self._bar: Any = None
        self._lines = False
        if wanted:
            from tqdm.auto import tqdm
            from tqdm.std import tqdm as plain

            # A notebook has a widget; a log must not be filled with bars.
            self._lines = tqdm.__mro__[0] is plain or not _has_screen(tqdm)
            if sys.stderr.isatty() or not self._lines:
                self._lines = False
                self._bar = tqdm(total=total, initial=done, unit="run", desc="runs")

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()
        elif self._lines and self._done > self._before:
            self._say()

    def add(self, runs: int) -> None:
        """So many runs more are done."""
        self._done += runs
        if self._bar is not None:
            self._bar.update(runs)
        elif self._lines and time.monotonic() - self._said >= _LINE_EVERY:
            self._say()

    def _say(self) -> None:
        self._said = time.monotonic()
        rate = (self._done - self._before) / max(self._said - self._began, 1e-9)
        left = (self._total - self._done) / max(rate, 1e-9)
        sys.stderr.write(
            f"{self._done} of {self._total} runs, {rate:.0f} runs/s, {left:.0f} s left\n"
        )
        sys.stderr.flush()


def _has_screen(bar: type) -> bool:
    """Whether the bar of tqdm's choice draws itself, as a notebook's widget does."""
    return "notebook" in bar.__module__ or any("notebook" in c.__module__ for c in bar.__mro__)


def replay(
    source: str | os.PathLike[str] | xr.Dataset, run: int, *, check: bool = True
) -> xr.Dataset:
    """Play a single run of an ensemble again, in full, with its events.

    Parameters
    ----------
    source : path, URL or Dataset
        A store, or results of this program.
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
    if isinstance(source, xr.Dataset):
        results, name = source, "these results"
    else:
        store = Store(source)
        results, name = store.dataset(events=False), str(store.place)
        lost = {f["run"]: f["error"] for r in store.finished().values() for f in r["failures"]}
        if run in lost:
            raise ResultsError(f"{name}: run {run} failed: {lost[run]}")
    scenario, seed = scenario_of(results), int(results.attrs["seed"])
    held = results.attrs.get("hold", "nothing")
    if number not in results["run"].values:
        numbers = results["run"].values
        span = f"{numbers.min()} to {numbers.max()}" if len(numbers) else "none"
        raise ResultsError(f"{name}: there is no run {run}: the runs are {span}")
    again = gather(scenario, [number], seed, hold=None if held == "nothing" else held)
    if check:
        kept = results["state"].sel(run=number).values
        same = np.array_equal(kept, again["state"].values[0])
        if same and "final_tie" in results:
            last = again["tie"].isel(run=0, round=-1).values.astype(np.float32)
            same = np.allclose(results["final_tie"].sel(run=number).values, last, atol=1e-6)
        if not same:
            raise ResultsError(
                f"{name}: run {run} comes out differently now: it was made by other rules, or on "
                "another kind of machine (check=False plays it all the same)"
            )
    return again


def gather(
    scenario: Scenario,
    numbers: Sequence[int],
    seed: int,
    parts: tuple[str, ...] | None = None,
    log: bool = True,
    progress: bool = False,
    hold: str | None = None,
) -> xr.Dataset:
    """Play the runs of these numbers; Ctrl-C ends it early with the runs that are finished."""
    g, p, lay = prepare(scenario)
    driver = play_compiled
    if any(actor.agent is not None for actor in scenario.actors.values()):
        # Mesa takes half a second to import, and only classes of one's own need it.
        from sim.model import play_with_agents

        driver = play_with_agents
    done: list[int] = []
    records: list[Kept] = []
    logs: list[NDArray[np.float64]] = []
    for number in _bar(numbers, progress):
        try:
            record, rows = driver(scenario, g, p, lay, seed, number, parts, log, hold)
        except KeyboardInterrupt:
            if not done:
                raise
            break
        done.append(number)
        records.append(record)
        logs.append(rows)
    results = assemble(scenario, lay, seed, done, records, logs if log else None)
    if hold is not None:
        results.attrs["hold"] = hold
    return results


def play_compiled(
    scenario: Scenario,
    g: Givens,
    p: Knobs,
    lay: Layout,
    seed: int,
    number: int,
    parts: tuple[str, ...] | None,
    log: bool,
    hold: str | None = None,
) -> tuple[Kept, NDArray[np.float64]]:
    """One run by the compiled driver: its record and its events."""
    rounds = scenario.rounds
    record = blank(lay, rounds) if parts is None else blank(lay, rounds, ("status", *parts))
    rows, count = empty(most_events(g, lay, rounds) if log else 0), counter()
    world = begin(scenario, g, p, lay, seed, number, hold)
    luck, _ = keys_of(seed, np.array([number], dtype=np.uint64), hold)
    play(g, p, world, record, rows, count, luck[0], NO_DRAWS, 0, rounds, None)
    return record, rows[: count[0]].copy()


def _bar(numbers: Sequence[int], progress: bool) -> Any:
    if not progress:
        return numbers
    from tqdm.auto import tqdm

    return tqdm(numbers, unit="run", desc="runs")
