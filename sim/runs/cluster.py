"""Blocks of a study played by a cluster of dask.

A task is the path of a store and the number of a block; what comes back is its line of the ledger.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError

from sim.agents import registry
from sim.distribution import how_to_get
from sim.errors import SimError, StoppedError
from sim.results.ledger import Receipt
from sim.results.store import Store
from sim.runs.blocks import play_block
from sim.runs.executors import IN_FLIGHT, Yielded

# Seconds after which a scheduler that does not answer is given up.
PATIENCE = 10.0
# The stores that a worker has opened.
_STORES: dict[str, Store] = {}


def play(store: Store, blocks: Sequence[int], scheduler: str | None) -> Iterator[Yielded[Receipt]]:
    """Play blocks on the cluster of a scheduler (``tcp://host:8786``); all workers reach the store.

    Raises
    ------
    SimError
        If dask is not installed, no scheduler is given, or it does not answer.
    """
    try:
        from distributed import Client, as_completed
        from distributed.comm.core import CommClosedError
    except ImportError as error:
        raise SimError(f"the executor dask needs it: {how_to_get('dask')}") from error
    if not scheduler:
        raise SimError("the executor dask needs the address of a scheduler: tcp://host:8786")
    files = sorted(set(registry.FILES.values()))
    with _quiet("distributed"), _reach(Client, scheduler) as client:
        if not client.nthreads():
            sys.stderr.write("the scheduler has no workers yet: waiting for the first ...\n")
            client.wait_for_workers(1)
        threads = sum(client.nthreads().values())
        queue = iter(blocks)

        def submit() -> object:
            block = next(queue, None)
            if block is None:
                return None
            # Not pure: a block that is asked for again has to be played again.
            return client.submit(
                play_there, store.place.address, block, store.fingerprint, files,
                key=f"block-{block}-{os.urandom(4).hex()}", pure=False, retries=3,
            )  # fmt: skip

        first = [submit() for _ in range(threads * IN_FLIGHT)]
        flow = as_completed([future for future in first if future is not None])
        for future in flow:
            try:
                receipt = future.result()
                more = submit()
                if more is not None:
                    flow.add(more)
            except SimError:
                raise
            except (Exception, CancelledError) as error:
                what = f"{type(error).__name__}: {' '.join(str(error).split())}"
                if isinstance(error, CancelledError | CommClosedError):
                    what = f"the connection to the scheduler {scheduler} was lost"
                raise StoppedError(
                    f"the cluster failed: {what}; finished blocks are kept, and the same command "
                    "goes on from there"
                ) from error
            yield receipt["block"], receipt


@contextlib.contextmanager
def _quiet(library: str) -> Iterator[None]:
    """Keep a library from writing to the log: what matters of it is said in one message here."""
    names = [name for name in logging.root.manager.loggerDict if name.split(".")[0] == library]
    levels = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


def _reach[T](client: Callable[..., T], scheduler: str) -> T:
    """A client of a scheduler. Its own time limit does not cover one that is there and silent."""
    found: list[T | Exception] = []

    def connect() -> None:
        try:
            found.append(client(scheduler, timeout=PATIENCE))
        except Exception as error:
            found.append(error)

    thread = threading.Thread(target=connect, daemon=True)
    thread.start()
    thread.join(PATIENCE + 2.0)
    answer = found[0] if found else TimeoutError("it takes connections and says nothing")
    if isinstance(answer, Exception):
        raise SimError(
            f"the scheduler {scheduler} does not answer within {PATIENCE:.0f} s: {answer}"
        ) from answer
    return answer


def play_there(path: str, block: int, study: str, plugin_files: Sequence[str] = ()) -> Receipt:
    """Play one block of the study of a store, wherever this runs, and keep it there.

    `study` is the `Store.fingerprint` of the study that is meant; `plugin_files` hold the actor
    classes that its scenario asks for.
    """
    store = _STORES.get(path)
    if store is None or store.fingerprint != study:
        # A worker lives longer than a study: the store may have grown, or be another.
        registry.meet(plugin_files)
        store = _STORES[path] = Store(path)
        if store.fingerprint != study:
            raise StoppedError(f"{path} holds another study now")
        strange = store.strange_classes(registry.hashes_of(store.study.scenario))
        if strange:
            raise StoppedError(f"the file of agent class {strange[0]!r} is another one on a worker")
    return store.keep(block, play_block(store.study, block))
