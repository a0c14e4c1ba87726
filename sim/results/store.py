"""Ensembles on disk: a Zarr directory in whole blocks of runs, and a ledger of the finished ones.

::

    results/base/
        manifest.json         the study: scenario in full, seed, runs, versions ...
        ledger/*.jsonl        a line for every finished block
        runs.zarr/state ...   one Zarr v3 array a variable, one chunk a block of runs
        runs.zarr/finished    of every run whether it is finished and did not fail
        runs.zarr/events/<n>  codes and numbers of the events of block n, if they are kept

The first is described in `sim.results.manifest`, the second in `sim.results.ledger`. How the arrays
are laid out follows from the manifest alone (`sim.results.store_layout.layout`), and a block is
played again unless its line in the ledger and all its files are there. So whatever state a store
was left in, the same command makes it whole.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import os
import warnings
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from types import MappingProxyType

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim.engine import memory
from sim.errors import ResultsError, ResultsWarning, StoppedError
from sim.results import ledger
from sim.results.dataset import EVENT_CODES, event_variables
from sim.results.ensemble_spec import Study, without_failures
from sim.results.ledger import Receipt
from sim.results.manifest import STORE_FORMAT, Manifest
from sim.results.store_layout import (
    AGAIN,
    EVENTS,
    FINISHED,
    RUNS_TOGETHER,
    Arrays,
    filler,
    layout,
    reading,
)
from sim.results.store_location import LOCK as _LOCK
from sim.results.store_location import Folder, Remote, place
from sim.results.variables import Block, Variable

ARRAYS, _MANIFEST = "runs.zarr", "manifest.json"
_FEW_EVENTS = 2_000_000


class Store:
    """An ensemble on disk.

    Parameters
    ----------
    path : path or URL
        Folder of the store.
    study : Study, optional
        That of the manifest, which is read if it is not given.

    Raises
    ------
    ResultsError
        If there is no store, it was changed by hand or damaged, or is of a newer format.
    """

    def __init__(self, path: str | os.PathLike[str], study: Study | None = None) -> None:
        self.place = place(path)
        self._format = STORE_FORMAT
        if study is None:
            manifest = self._manifest()
            self._format, study = manifest.store_format, manifest.study(str(self.place))
        self.study = study

    @classmethod
    def prepare(
        cls,
        path: str | os.PathLike[str],
        study: Study,
        any_block: bool = True,
        shrink: bool = False,
        classes: Mapping[str, str] = MappingProxyType({}),
    ) -> Store:
        """A store for a study: a new one, or one to go on with. What is half-made is repaired.

        Parameters
        ----------
        path : path or URL
            Folder of the store.
        study : Study
            The study that the store shall hold.
        any_block : bool
            Go on with the block size of the store, whatever that of `study` is.
        shrink : bool
            Drop the runs of the store beyond those of `study`.
        classes : mapping of str to str
            Agent classes of a user's own that the study needs, each with the hash of its files.

        Raises
        ------
        SimError
            If the machine has not the memory for so many runs; nothing has changed then.
        ResultsError
            If the store holds another study (says what differs), or more runs and `shrink` is not
            given; if the folder holds something else, or cannot be written.
        """
        memory.must_fit(16 * study.runs, f"the numbers of {study.runs} runs", "ask for fewer runs")
        store = cls(path, study)
        there, manifest = store.place, Manifest.of(study, classes)
        fewer = False
        try:
            if there.read(_MANIFEST) is not None:
                old = store._agreed(manifest, any_block, shrink)
                store.study = dataclasses.replace(study, block=old.block)
                manifest, fewer = old.model_copy(update={"runs": study.runs}), old.runs > study.runs
            else:
                _must_be_free(there)
                there.make()
                there.write(_MANIFEST, manifest.write())
            there.tidy()
            if fewer:
                ledger.keep_only(there, store.finished().values())
                there.write(_MANIFEST, manifest.write())
            there.make(ledger.FOLDER)
            store._lay_out()
            # Also what an earlier command was told to drop, and was killed meanwhile.
            store._drop_the_rest()
            if there.read(_MANIFEST) != manifest.write():
                # After the arrays: a manifest never promises what has no room.
                there.write(_MANIFEST, manifest.write())
        except OSError as error:
            raise ResultsError(f"cannot write to {there}: {error.strerror or error}") from error
        return store

    def _agreed(self, mine: Manifest, any_block: bool, shrink: bool) -> Manifest:
        """The manifest that is there, if it is of this study; it may ask for other runs."""
        old = self._manifest()
        if old.store_format < STORE_FORMAT:
            raise ResultsError(
                f"{self.place} was made by an older version of this program: it can be read, but "
                "not continued; choose another folder"
            )
        if any_block:
            mine = mine.model_copy(update={"block": old.block})
        apart = old.apart_from(mine)
        if apart:
            words = "; ".join(apart[:6]) + (" ..." if len(apart) > 6 else "")
            raise ResultsError(f"{self.place} holds another study: {words}; choose another folder")
        if mine.runs < old.runs and not shrink:
            raise ResultsError(
                f"{self.place} holds a study of {old.runs} runs, more than {mine.runs}: ask for "
                f"{old.runs} or more, choose another folder, or drop the others with --shrink "
                "(in Python shrink=True)"
            )
        return old

    def _manifest(self) -> Manifest:
        content = self.place.read(_MANIFEST)
        if content is None:
            problem = "is not an ensemble store: it has no manifest.json"
            if not self.place.names():
                problem = "is not there, or is empty"
                if self.place.is_file():
                    problem = "is a file, not the folder of an ensemble"
            raise ResultsError(f"{self.place} {problem}")
        return Manifest.read(content, str(self.place))

    def _lay_out(self) -> None:
        """Make, repair or resize the arrays: write what is not as the study has it."""
        for name, content in layout(self.study).items():
            if self.place.read(f"{ARRAYS}/{name}") != content:
                # The same command makes them again: they need not wait for the disk.
                self.place.write(f"{ARRAYS}/{name}", content, lasting=False)

    def _drop_the_rest(self) -> None:
        """Remove what belongs to runs that the study has no more."""
        ends = {f"{v.name}/c": self.study.blocks for v in self._variables}
        ends |= {EVENTS: self.study.blocks, "run/c": -(-self.study.runs // RUNS_TOGETHER)}
        self.place.remove(
            [
                f"{ARRAYS}/{folder}/{name}"
                for folder, end in ends.items()
                for name in self.place.names(f"{ARRAYS}/{folder}")
                if name.isdecimal() and int(name) >= end
            ]
        )

    @property
    def _variables(self) -> list[Variable]:
        mask = [FINISHED] if self._format > 1 else []
        return [*mask, *self.study.recording.variables]

    @cached_property
    def _arrays(self) -> Arrays:
        return Arrays(self.place.zarr(ARRAYS), self.study, str(self.place), self._remedy)

    @property
    def _remedy(self) -> str:
        """What to do if it is damaged."""
        old = "it is of an older version of this program: make it anew in another folder"
        return AGAIN if self._format == STORE_FORMAT else old

    def strange_classes(self, mine: Mapping[str, str]) -> list[str]:
        """Agent classes that this process has read from another file than the store's were.

        `mine` are those of this process, each with the hash of its files.
        """
        return [n for n, there in self._manifest().classes.items() if mine.get(n) != there]

    @cached_property
    def fingerprint(self) -> str:
        """Which study this is, how many runs of it, and how they are stored."""
        content = self.place.read(_MANIFEST) or b""
        return hashlib.blake2b(content, digest_size=16).hexdigest()

    def finished(self) -> dict[int, Receipt]:
        """The finished blocks: number -> its line of the ledger."""
        return ledger.finished(self.place, self.study)

    def _files_of(self, receipt: Receipt) -> list[str]:
        """The files of a block, given its line of the ledger. What has no size has no chunk."""
        number = receipt["block"]
        files = [
            f"{v.name}/c/{number}{'/0' * len(v.shape)}" for v in self._variables if 0 not in v.shape
        ]
        if self.study.recording.events:
            parts = ["zarr.json", "c/0/0"] if receipt["events"] else ["zarr.json"]
            files += [
                f"{EVENTS}/{number}/{name}/{part}"
                for name in ("codes", "numbers")
                for part in parts
            ]
        return [f"{ARRAYS}/{name}" for name in files]

    def _gone(self, receipts: Iterable[Receipt]) -> dict[str, int]:
        """Files that should be there and are not, each with its block."""
        files = {name: receipt["block"] for receipt in receipts for name in self._files_of(receipt)}
        return {name: files[name] for name in self.place.missing(list(files))}

    def left(self, read: bool = False) -> list[int]:
        """The blocks that are still to be played: unfinished, or with a file that is gone.

        With `read` every finished block is read too, and counts if its checksums do not hold.
        """
        done = self.finished()
        for number in self._gone(done.values()).values():
            done.pop(number, None)
        for number, receipt in list(done.items()) if read else []:
            try:
                self.block(number, receipt)
            except ResultsError:
                del done[number]
        return [block for block in range(self.study.blocks) if block not in done]

    def forget(self, blocks: Iterable[int]) -> None:
        """Strike blocks from the ledger that are to be played again: a line may be wrong."""
        done = self.finished()
        if done.keys() & set(blocks):
            ledger.keep_only(self.place, [done[n] for n in done.keys() - set(blocks)])

    def keep(self, number: int, block: Block) -> Receipt:
        """Write a block, and then its line in the ledger; returns that line.

        Raises
        ------
        StoppedError
            If it cannot be written: a full disk, say, or the store was removed meanwhile. Nothing
            else is lost.
        """
        span = start, stop = self.study.span(number)
        receipt: Receipt = {
            "block": number,
            "places": [start, stop],
            "events": len(block.codes),
            "failures": block.failures,
        }
        whole = self._whole(receipt)
        try:
            if gone := self.place.missing([_MANIFEST]):  # zarr would begin the folder anew
                raise FileNotFoundError(gone[0])
            self._arrays.write(FINISHED, span, whole)
            for variable in self.study.recording.variables:
                values = block.arrays[variable.name]
                if not whole.all():
                    values = values.copy()
                    values[~whole] = filler(values.dtype)
                self._arrays.write(variable, span, values)
            if self.study.recording.events:
                self._arrays.write_events(number, block.codes, block.numbers)
            self.place.settle(self._files_of(receipt))
            ledger.note(self.place, receipt)
        except (FileNotFoundError, KeyError) as error:  # KeyError: zarr misses an array
            raise StoppedError(
                f"{self.place} was removed, or a part of it, while it was written: give the same "
                "command again to play what is missing"
            ) from error
        except OSError as error:
            raise StoppedError(
                f"cannot write to {self.place}: {error.strerror or error}; the blocks that are "
                "finished are kept, and the same command goes on from there"
            ) from error
        return receipt

    def _whole(self, receipt: Receipt) -> NDArray[np.bool_]:
        """Which runs of a block did not fail."""
        start, stop = receipt["places"]
        lost = [failure["run"] for failure in receipt["failures"]]
        return ~np.isin(self.study.numbers(start, stop), lost)

    def block(self, number: int, receipt: Receipt) -> Block:
        """Read a finished block, given its line of the ledger.

        Raises
        ------
        ResultsError
            If its data are damaged.
        """
        span = self.study.span(number)
        self._must_be_there([receipt])
        whole = self._whole(receipt)
        with reading(f"{self.place}: block {number}", self._remedy):
            arrays = {v.name: self._arrays.read(v, span) for v in self._variables}
            if not np.array_equal(arrays.pop(FINISHED.name, whole), whole):
                raise ValueError("the ledger says that other runs failed")
            for values in arrays.values() if not whole.all() else ():
                values[~whole] = 0
            codes = np.zeros((0, len(EVENT_CODES)), dtype=np.int32)
            numbers = np.zeros((0, 7))
            if self.study.recording.events:
                codes, numbers = self._arrays.read_events(number)
                if len(codes) != receipt["events"] or len(numbers) != len(codes):
                    raise ValueError("the ledger says that there are other events")
        return Block(arrays, codes, numbers, receipt["failures"])

    def _must_be_there(self, receipts: Iterable[Receipt]) -> None:
        """Refuse blocks whose files are gone: they would be read as zeros."""
        gone = list(self._gone(receipts))
        if gone:
            raise ResultsError(
                f"{self.place} is damaged: {gone[0]} is missing"
                + (f", and {len(gone) - 1} files more" if gone[1:] else "")
                + f"; {self._remedy}"
            )

    def dataset(self, events: bool | None = None) -> xr.Dataset:
        """The finished runs as one Dataset, read from the disk when they are looked at.

        What is gone or damaged is refused then, in a `ResultsError`. Events that were kept
        are read into memory if they are wanted; by default if they are at most two million.
        """
        done, study = self.finished(), self.study
        self._must_be_there(done.values())
        unfinished = ""
        if len(done) < study.blocks:
            runs = sum(stop - start for start, stop in (line["places"] for line in done.values()))
            unfinished = f"{runs} of {study.runs} runs are finished"
            warnings.warn(
                f"{self.place}: only {unfinished}; the ensemble command given again goes on",
                ResultsWarning,
                stacklevel=3,
            )
        failures = [failure for line in done.values() for failure in line["failures"]]
        if not done:
            shapes = {v.name: (study.runs, *v.shape) for v in study.recording.variables}
            nothing = {name: np.broadcast_to(np.int8(0), shape) for name, shape in shapes.items()}
            nobody = study.dataset(nothing, []).isel(run=[])
            return nobody.assign_attrs(unfinished=unfinished)
        results = xr.Dataset(
            {v.name: self._arrays.lazily(v) for v in study.recording.variables},
            study.coordinates(),
            attrs=study.attributes(),
        )
        if len(done) < study.blocks:
            places = [range(*study.span(number)) for number in done]
            results = results.isel(run=[n for span in places for n in span])
            results.attrs["unfinished"] = unfinished
        few = sum(receipt["events"] for receipt in done.values()) <= _FEW_EVENTS
        if study.recording.events and (few if events is None else events):
            with reading(f"{self.place}: events", self._remedy):
                kept = [self._arrays.read_events(number) for number in done]
                table = [np.concatenate([part[k] for part in kept]) for k in range(2)]
                # Of a run that failed it is a filler.
                counts = np.maximum(results["event_count"].values, 0)
                results = results.assign(event_variables(results["run"].values, counts, *table))
        return without_failures(results, failures)

    def digest(self) -> str:
        """Fingerprint of all results of the ensemble, the same however they were computed.

        Raises
        ------
        ResultsError
            If blocks are missing.
        """
        missing = self.left()
        if missing:
            runs = sum(stop - start for start, stop in map(self.study.span, missing))
            raise ResultsError(
                f"{self.place} is not finished: {runs} of {self.study.runs} runs are missing; give "
                "the ensemble command again to go on"
            )
        hasher = Hasher()
        for number, receipt in self.finished().items():
            hasher.add(self.block(number, receipt))
        return hasher.digest()


@contextlib.contextmanager
def writing(path: str | os.PathLike[str]) -> Iterator[None]:
    """Make the place of a store, and keep other writers out of it meanwhile.

    Raises
    ------
    ResultsError
        If it cannot be written, or somebody else is writing.
    """
    there = place(path)
    with contextlib.ExitStack() as stack:
        try:
            if there.read(_MANIFEST) is None:
                _must_be_free(there)
            there.make()
            stack.enter_context(there.alone())
        except OSError as error:
            raise ResultsError(f"cannot write to {there}: {error.strerror or error}") from error
        yield


def _must_be_free(there: Folder | Remote) -> None:
    """Refuse a folder in which something lies that is no ensemble, before anything is written."""
    if there.is_file():
        raise ResultsError(f"cannot write to {there}: it is a file, not a folder")
    names = set(there.names())
    if there.read(_LOCK) == b"":
        names.discard(_LOCK)
    if names:
        raise ResultsError(f"{there} is not empty, and no ensemble store: choose another folder")


class Hasher:
    """Fingerprint of blocks, added in the order of runs; where they are cut does not matter."""

    def __init__(self) -> None:
        self._parts: dict[str, hashlib.blake2b] = {}

    def add(self, block: Block) -> None:
        """Add the next block."""
        parts = {**block.arrays, "events codes": block.codes, "events numbers": block.numbers}
        for name, values in parts.items():
            head = f"{name} {values.dtype.str} {values.shape[1:]}\n".encode()
            part = self._parts.setdefault(name, hashlib.blake2b(head, digest_size=16))
            part.update(np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<")).data)
        lost = self._parts.setdefault("failures", hashlib.blake2b(digest_size=16))
        for failure in block.failures:
            lost.update(f"{failure['run']} {failure['error']}\n".encode())

    def digest(self) -> str:
        """Fingerprint so far, 32 hexadecimal digits."""
        whole = hashlib.blake2b(digest_size=16)
        for _, part in sorted(self._parts.items()):
            whole.update(part.digest())
        return whole.hexdigest()
