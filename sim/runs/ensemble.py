"""Play many runs of one scenario, in memory or kept on disk."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim.agents import registry
from sim.engine import memory
from sim.errors import SimError
from sim.results.ensemble_spec import Study, given, whole
from sim.results.ledger import Receipt
from sim.results.store import Store, writing
from sim.results.variables import Failure
from sim.runs import cluster, executors
from sim.runs.blocks import make_ready, play_block
from sim.runs.progress import Progress
from sim.scenario.coded_ranges import warn_of_middles
from sim.scenario.schema import Scenario


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
    uncertain: bool = False,
    executor: str = "auto",
    workers: int | None = None,
    block: int | None = None,
    scheduler: str | None = None,
    shrink: bool = False,
    progress: bool | None = None,
) -> xr.Dataset:
    """Run a war many times.

    Parameters
    ----------
    scenario : Scenario or path
        A scenario, or the TOML file of one.
    runs : int
        How many; run n of a seed is the same whatever else is run with it, and wherever.
    seed : int
        Seed of the random numbers, from 0 to 2**64 - 1.
    out : path or URL, optional
        Folder of a store (see `sim.results.store`). If it holds part of the same study, the rest is
        done; `runs` can be more than it was. In memory if not given.
    record : str or sequence of str
        What to keep of each run besides its summary: levels (`sim.results.variables.LEVELS`) and
        variables by name, as ``"actors,tie"``.
    first : int
        Number of the first run.
    hold : str, optional
        "heterogeneity": all runs have the same objectives, and only luck varies; "luck": the
        other way round.
    set : mapping or sequence of str
        Changes, as ``{"actors.iran.capability": 1.4}``.
    uncertain : bool
        Draw each number that the scenario gives as a range anew for each run, whatever is held;
        `drawn` says what each run has. Without it all runs have the middle.
    executor : str
        "threads" (as "auto" chooses, but for actor classes of one's own), "processes", "serial",
        or "dask".
    workers : int, optional
        Threads or processes; by default as many as there are processors to use.
    block : int, optional
        Runs that are played and stored together; by default at most 500, fewer if they are large.
    scheduler : str, optional
        Address of a dask scheduler, for the executor "dask".
    shrink : bool
        Drop runs of the store beyond `runs`; without it, fewer than it holds are refused.
    progress : bool, optional
        Show how far it is: a bar on a terminal, lines elsewhere. If not given, in a notebook only,
        where it lasts longer than two seconds.

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
        If an argument is out of range, if `out` holds another study or cannot be written, or if the
        job does not fit into memory.
    KeyboardInterrupt
        On Ctrl-C; the blocks that are finished are in the store.

    Examples
    --------
    >>> base = ensemble("scenarios/toy.toml", runs=200)
    >>> float((base.state.isel(week=-1) == 2).mean())  # share of runs that end settled
    """
    case = given(scenario, set)
    study = Study.of(
        case, runs=runs, seed=seed, first=first, record=record, hold=hold,
        block=_even_block(runs, workers) if block is None and out is None else block,
        uncertain=uncertain,
    )  # fmt: skip
    if not uncertain:
        warn_of_middles(case)
    if scheduler is not None and executor != "dask":
        raise SimError(f"a scheduler is for the executor dask, not for {executor!r}")
    if shrink and out is None:
        raise SimError("to shrink is for the store of an ensemble: say where it is (out, --out)")
    how = executors.choose(executor, study)
    if out is None:
        return _in_memory(study, how, workers, progress)
    with writing(out):
        store = Store.prepare(out, study, block is None, shrink, registry.hashes_of(study.scenario))
        complete(store, how, workers, scheduler, progress)
    return store.dataset()


def complete(
    store: Store,
    how: str = "threads",
    workers: int | None = None,
    scheduler: str | None = None,
    progress: bool | None = None,
) -> list[Failure]:
    """Play the blocks that a store is waiting for, by an executor that `executors.choose` gives.

    Returns the failures of all blocks, old and new, in the order of runs.
    """
    study = store.study
    many = _workers(workers)
    left = store.left(read=True)
    store.forget(left)
    failures = [failure for line in store.finished().values() for failure in line["failures"]]
    if not left:
        return failures
    if how == "dask":
        flow: Iterator[executors.Yielded[Receipt]] = cluster.play(store, left, scheduler)
    else:
        make_ready(study)

        def work(number: int) -> Receipt:
            return store.keep(number, play_block(study, number))

        flow = _flow(how, work, store, study, left, many)
    runs_left = sum(stop - start for start, stop in map(study.span, left))
    with Progress(study.runs, study.runs - runs_left, progress) as shown:
        for number, receipt in flow:
            failures += receipt["failures"]
            start, stop = study.span(number)
            shown.add(stop - start)
    # A worker that was killed midway has left a file half-written, and another played its block.
    store.place.tidy()
    # Blocks finish in any order.
    return sorted(failures, key=lambda failure: failure["run"])


def _in_memory(study: Study, how: str, workers: int | None, progress: bool | None) -> xr.Dataset:
    """Every block into its place of arrays of the whole size."""
    if how == "dask":
        raise SimError("the executor dask writes to a store: give out")
    memory.must_fit(
        study.runs * study.recording.bytes_a_run,
        f"the results of {study.runs} runs",
        "keep them on disk (out), or record less of each",
    )
    make_ready(study)
    arrays = {
        v.name: np.zeros((study.runs, *v.shape), dtype=v.dtype) for v in study.recording.variables
    }
    tables: dict[int, tuple[NDArray[np.int32], NDArray[np.float64]]] = {}
    failures: list[Failure] = []
    every = range(study.blocks)
    flow = _flow(how, partial(play_block, study), None, study, every, _workers(workers))
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


def _flow[T](
    how: str,
    work: Callable[[int], T],
    store: Store | None,
    study: Study,
    left: Sequence[int],
    workers: int,
) -> Iterator[executors.Yielded[T]]:
    if how == "serial" or (how == "threads" and (workers == 1 or len(left) == 1)):
        return ((number, work(number)) for number in left)
    if how == "threads":
        return executors.in_threads(work, left, workers)
    return executors.in_processes(store, study, left, workers)


def _workers(workers: int | None) -> int:
    return executors.cores() if workers is None else whole("workers", workers, 1, 10_000)


def _even_block(runs: object, workers: int | None) -> int | None:
    """Blocks of a small ensemble in memory, so that every worker has its share."""
    if not isinstance(runs, int) or runs < 1 or runs > 4000:
        return None
    return max(1, min(125, -(-runs // (4 * _workers(workers)))))
