"""Executors that play the blocks of a study: this thread, several threads or processes.

All of them, and a cluster (`sim.runs.cluster`), do the same: take the blocks that are left, a few
in flight for each worker, and hand back the result of each. What a block gives depends on its
number alone.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool, ProcessPoolExecutor
from typing import Any

from sim.agents import registry
from sim.errors import SimError, StoppedError, nearest
from sim.results.ensemble_spec import Study
from sim.results.store import Store
from sim.rules import jit
from sim.runs.blocks import play_block

EXECUTORS = ("auto", "serial", "threads", "processes", "dask")
# Blocks in flight for each worker.
IN_FLIGHT = 2
# A block at which so many pools in a row broke, with nothing finished between, is given up.
_MOST_BREAKS = 5
# Exit code of a worker that was about to start workers of its own.
_UNGUARDED = 79

type Yielded[T] = tuple[int, T]


def cores() -> int:
    """How many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def choose(executor: str, study: Study) -> str:
    """The executor for a study: threads, unless classes of a user's own run in Python.

    A worker that comes here for processes while it still reads the user's script ends at once: the
    script has no main guard, and `in_processes` says so.

    Raises
    ------
    SimError
        If it is not known, or cannot run these classes.
    """
    if executor not in EXECUTORS:
        raise SimError(f"unknown executor {executor!r} ({nearest(executor, list(EXECUTORS))})")
    if study.has_own_classes:
        from sim.agents.model import class_of  # Mesa takes half a second to import

        for name in study.scenario.actors:
            class_of(study.scenario, name)
    own = {actor.agent for actor in study.scenario.actors.values() if actor.agent is not None}
    homeless = sorted(name for name in own if name not in registry.FILES)
    if executor == "auto":
        executor = ("serial" if homeless else "processes") if own else "threads"
    if executor == "processes" and getattr(multiprocessing.current_process(), "_inheriting", False):
        os._exit(_UNGUARDED)
    if executor in ("processes", "dask") and homeless:
        raise SimError(
            f"agent class {homeless[0]!r} lives in this session only: other processes need it in "
            "a file of its own (--plugin, or sim.load_plugin); or use "
            "executor 'serial'"
        )
    return executor


def in_threads[T](
    work: Callable[[int], T], blocks: Sequence[int], workers: int
) -> Iterator[Yielded[T]]:
    """Play blocks in threads: compiled code lets them run side by side."""
    with ThreadPoolExecutor(workers) as pool:
        yield from _flow(pool, work, iter(blocks), workers * IN_FLIGHT)


def in_processes(
    store: Store | None, study: Study, blocks: Sequence[int], workers: int
) -> Iterator[Yielded[Any]]:
    """Play blocks in processes; one that is killed is replaced, and its block played again.

    Raises
    ------
    SimError
        If processes keep dying and nothing gets finished.
    """
    left, breaks = list(blocks), 0
    path = None if store is None else store.place.address
    while left:
        pool = ProcessPoolExecutor(
            workers,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_settle_in,
            initargs=(path, study, sorted(set(registry.FILES.values()))),
        )
        started = pool._processes  # before the pool forgets them
        try:
            for block, answer in _flow(pool, _work_here, iter(list(left)), workers * IN_FLIGHT):
                left.remove(block)
                breaks = 0
                yield block, answer
        except BrokenProcessPool:
            # A worker that is ending closes its pipe first and has an exit code only later.
            pool.shutdown(wait=True, cancel_futures=True)
            if any(worker.exitcode == _UNGUARDED for worker in started.values()):
                raise SimError(
                    "worker processes read the script that starts them from its first line, and "
                    "this one starts workers there again: put what it does under "
                    '`if __name__ == "__main__":`, or use executor="threads"'
                ) from None
            breaks += 1
            if breaks >= _MOST_BREAKS:
                raise StoppedError(
                    f"worker processes died {breaks} times and nothing was finished in between "
                    "(out of memory?): try fewer --workers or a smaller --block; "
                    f"{len(left)} blocks are left"
                ) from None
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


# What a worker process has been told.
_HERE: dict[str, Any] = {}


def _settle_in(path: str | None, study: Study, plugin_files: Sequence[str]) -> None:
    """Make a new worker process ready."""
    # Ctrl-C reaches every process; the parent alone answers it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow_parent, daemon=True).start()
    jit.SILENT = True  # the parent has said it
    try:
        registry.meet(plugin_files)
        _HERE["study"] = study
        _HERE["store"] = None if path is None else Store(path, study)
    except Exception as error:
        _HERE["fault"] = error


def _follow_parent() -> None:
    """End with the parent: a worker whose parent was killed would wait for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work_here(block: int) -> Any:
    if "fault" in _HERE:
        raise _HERE["fault"]
    found = play_block(_HERE["study"], block)
    return found if _HERE["store"] is None else _HERE["store"].keep(block, found)


@contextlib.contextmanager
def _deaf() -> Iterator[None]:
    """Delay Ctrl-C while processes are started; those processes ignore it.

    Before it has read this module a new worker would answer Ctrl-C with a traceback, and so would
    one that is only half told what to do.
    """
    heard: list[int] = []
    masked = hasattr(signal, "pthread_sigmask")  # not on every system
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if masked else set()
    # Another thread may take the signal, and then this one, if it is the main one, hears of it.
    main = threading.current_thread() is threading.main_thread()
    answer = signal.signal(signal.SIGINT, lambda *_: heard.append(1)) if main else None
    try:
        yield
    finally:
        if main:
            signal.signal(signal.SIGINT, answer)
        if masked:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        if heard:
            signal.raise_signal(signal.SIGINT)


def _flow[T](
    pool: Executor, work: Callable[[int], T], blocks: Iterator[int], most: int
) -> Iterator[Yielded[T]]:
    """Keep a few blocks in flight, and hand them back as they are finished."""
    flying: dict[Future[T], int] = {}
    try:
        while True:
            while len(flying) < most and (block := next(blocks, None)) is not None:
                with _deaf():
                    flying[pool.submit(work, block)] = block
            if not flying:
                return
            done, _ = wait(flying, return_when=FIRST_COMPLETED)
            for future in done:
                # Taken out before it is looked at, so that an error leaves the others.
                number = flying.pop(future)
                yield number, future.result()
    finally:
        # Those that could be cancelled may never report, if their pool is broken.
        running = [future for future in flying if not future.cancel()]
        with contextlib.suppress(BaseException):
            wait(running)
