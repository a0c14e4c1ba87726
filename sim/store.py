"""Ensembles on disk: a Zarr directory in whole blocks of runs, and a ledger of the finished ones.

::

    results/base/
        manifest.json         the study: scenario in full, seed, runs, versions ...
        ledger/*.jsonl        a line for every finished block, one file a worker
        runs.zarr/state ...   one Zarr v3 array a variable, one chunk a block of runs
        runs.zarr/events/<n>  codes and numbers of the events of block n, if they are kept

A line of the ledger is written, and on the disk, after the block's data are. So a block that has
its line is whole; every other block is played again, and gives the same bytes.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim import plugins
from sim.errors import ResultsError, StoppedError
from sim.files import differing, dumps, loads
from sim.places import place
from sim.recording import EVENT_CODES, Block, event_variables
from sim.results import FORMAT, MEANING, versions
from sim.study import Study, without_failures

STORE_FORMAT = 1
ARRAYS, _EVENTS = "runs.zarr", "events"
# Numbers of runs that share a chunk, so that a store can grow.
_RUNS_TOGETHER = 100_000
_FEW_EVENTS = 2_000_000
_MANIFEST = {"seed", "first", "runs", "block", "record", "hold", "versions", "scenario"}


class Store:
    """An ensemble on disk.

    Parameters
    ----------
    path : path or URL
    study : Study, optional
        That of the manifest, which is read if it is not given.

    Raises
    ------
    ResultsError
        If there is no store, or one of a newer format.
    """

    def __init__(self, path: str | os.PathLike[str], study: Study | None = None) -> None:
        self.place = place(path)
        self.study = study if study is not None else _study_of(self._manifest())

    @classmethod
    def prepare(cls, path: str | os.PathLike[str], study: Study, any_block: bool = True) -> Store:
        """A store for a study: a new one, or one to go on with.

        Parameters
        ----------
        path : path or URL
        study : Study
        any_block : bool
            Go on with the block size of the store, whatever that of `study` is.

        Raises
        ------
        ResultsError
            If the store holds another study (says what differs), if the folder holds something
            else, or cannot be written.
        """
        there = place(path)
        try:
            found = there.read("manifest.json")
            if found is None and set(there.names()) - {"lock"}:
                raise ResultsError(
                    f"{there} is not empty, and no ensemble store: choose another folder"
                )
            if found is None:
                there.make()
                there.write("manifest.json", json.dumps(_manifest_of(study), indent=1) + "\n")
                store = cls(path, study)
            else:
                store = cls._agreed(path, study, any_block)
            there.tidy()
            store._make_arrays()
        except OSError as error:
            raise ResultsError(f"cannot write to {there}: {error.strerror or error}") from error
        return store

    @classmethod
    def _agreed(cls, path: str | os.PathLike[str], study: Study, any_block: bool) -> Store:
        """The store that is there, if it is of this study; it may ask for more runs."""
        store = cls(path)
        manifest, mine = store._manifest(), _manifest_of(study)
        if any_block:
            mine["block"] = manifest["block"]
        there = store.study
        differences = [
            f"{name} is {manifest[name]!r} there and {mine[name]!r} here"
            for name in ("seed", "first", "record", "hold", "block")
            if manifest[name] != mine[name]
        ]
        old_classes, classes = manifest.get("classes", {}), mine["classes"]
        differences += [
            f"the file of agent class {name!r} is another one"
            for name in classes
            if old_classes.get(name) != classes[name]
        ]
        if there.scenario.name != study.scenario.name:
            differences.append(f"it is of {there.scenario.name!r}, not {study.scenario.name!r}")
        else:
            apart = differing(there.scenario, study.scenario)
            differences += [_in_words(*found) for found in apart]
        if not differences and manifest["scenario_hash"] != mine["scenario_hash"]:
            differences.append("the order of actors or issues in the scenario is another one")
        for name in ("rules", "entente"):
            old, new = manifest["versions"].get(name), mine["versions"][name]
            if old != new:
                differences.append(f"version of {name} is {old} there and {new} here")
        if differences:
            words = "; ".join(differences[:6]) + (" ..." if len(differences) > 6 else "")
            raise ResultsError(f"{store.place} holds another study: {words}; choose another folder")
        if study.runs < there.runs:
            raise ResultsError(
                f"{store.place} holds a study of {there.runs} runs, more than {study.runs}: ask "
                f"for {there.runs} or more, or choose another folder"
            )
        if study.runs > there.runs:
            store.study = _study_of(mine | {"runs": study.runs})
            # Arrays first: a manifest never promises what has no room.
            store._resize()
            store.place.write(
                "manifest.json", json.dumps(manifest | {"runs": study.runs}, indent=1) + "\n"
            )
        return store

    def _manifest(self) -> dict[str, Any]:
        text = self.place.read("manifest.json")
        if text is None:
            problem = "is not an ensemble store: it has no manifest.json"
            if not self.place.names():
                problem = "is not there, or is empty"
                if self.place.is_file():
                    problem = "is a file, not the folder of an ensemble"
            raise ResultsError(f"{self.place} {problem}")
        try:
            manifest = json.loads(text)
            form = int(manifest["store_format"])
            missing = _MANIFEST - set(manifest)
            if missing and form <= STORE_FORMAT:
                raise ValueError(f"it has no {min(missing)}")
        except (ValueError, KeyError, TypeError) as error:
            raise ResultsError(
                f"{self.place} is not an ensemble store: its manifest.json cannot be read"
            ) from error
        if form > STORE_FORMAT:
            raise ResultsError(
                f"{self.place} is a store of format {form}, this program reads up to "
                f"{STORE_FORMAT}: use a newer version of it"
            )
        return dict(manifest)

    @cached_property
    def _group(self) -> Any:
        import zarr

        try:
            return zarr.open_group(self.place.zarr(ARRAYS), mode="a", zarr_format=3)
        except (ValueError, KeyError, RuntimeError) as error:
            raise ResultsError(f"{self.place}: {ARRAYS} is damaged: {error}") from error

    @cached_property
    def fingerprint(self) -> str:
        """Which study this is, how many runs of it, and how they are stored."""
        text = self.place.read("manifest.json") or ""
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()

    def _make_arrays(self) -> None:
        """Make every array that is not there yet."""
        from zarr.codecs import Crc32cCodec, ZstdCodec

        group, study = self._group, self.study
        group.attrs.update(study.attributes())
        for variable in study.recording.variables:
            if variable.name in group:
                continue
            meaning, unit = MEANING[variable.name]
            group.create_array(
                variable.name,
                shape=(study.runs, *variable.shape),
                chunks=(study.block, *(max(1, size) for size in variable.shape)),
                dtype=variable.dtype,
                fill_value=0,
                compressors=[ZstdCodec(level=1), Crc32cCodec()],
                dimension_names=("run", *variable.dims),
                attributes={"long_name": meaning, "units": unit},
            )
        for name, (dim, values) in study.coordinates().items():
            _make_coordinate(group, name, dim, np.asarray(values))
        self._settle_arrays()

    def _settle_arrays(self) -> None:
        """Return when what says how the arrays are laid out is on the disk."""
        names = ["zarr.json", *(f"{name}/zarr.json" for name in self._group.array_keys())]
        for name, (_, values) in self.study.coordinates().items():
            together = _RUNS_TOGETHER if name == "run" else max(1, len(values))
            names += [f"{name}/c/{chunk}" for chunk in range(-(-len(values) // together))]
        self.place.settle([f"{ARRAYS}/{name}" for name in names])

    def _resize(self) -> None:
        """Give every array that has a place for each run room for the runs of the study."""
        for name, array in self._group.arrays():
            if name == "run":
                array.resize((self.study.runs,))
                array[:] = self.study.numbers()
            elif array.metadata.dimension_names[:1] == ("run",):
                array.resize((self.study.runs, *array.shape[1:]))
        self._settle_arrays()

    def finished(self) -> dict[int, dict[str, Any]]:
        """The finished blocks: number -> its line of the ledger. Torn lines do not count."""
        found: dict[int, dict[str, Any]] = {}
        for name in self.place.names("ledger"):
            text = self.place.read(f"ledger/{name}") or ""
            for line in text.splitlines(keepends=True):
                receipt = _receipt(line)
                if receipt is None or not 0 <= receipt["block"] < self.study.blocks:
                    continue
                if receipt["places"] == list(self.study.span(receipt["block"])):
                    found[receipt["block"]] = receipt
        return dict(sorted(found.items()))

    def _files_of(self, receipt: Mapping[str, Any]) -> list[str]:
        """The files of a block, given its line of the ledger. What has no size has no chunk."""
        number, kept = receipt["block"], self.study.recording
        files = [
            f"{v.name}/c/{number}{'/0' * len(v.shape)}" for v in kept.variables if 0 not in v.shape
        ]
        if kept.events:
            parts = ["zarr.json", "c/0/0"] if receipt.get("events") else ["zarr.json"]
            files += [
                f"{_EVENTS}/{number}/{name}/{part}"
                for name in ("codes", "numbers")
                for part in parts
            ]
        return [f"{ARRAYS}/{name}" for name in files]

    def _gone(self, receipts: Iterable[Mapping[str, Any]]) -> dict[str, int]:
        """Files that should be there and are not, each with its block."""
        files = {name: receipt["block"] for receipt in receipts for name in self._files_of(receipt)}
        return {name: files[name] for name in self.place.missing(list(files))}

    def left(self, read: bool = False) -> list[int]:
        """The blocks that are still to be played: unfinished, or with a file that is gone.

        Parameters
        ----------
        read : bool
            Read every finished block too, and count those whose checksums do not hold.
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

    def keep(self, number: int, block: Block) -> dict[str, Any]:
        """Write a block, and then its line in the ledger; returns that line.

        Raises
        ------
        StoppedError
            If it cannot be written: a full disk, say. Nothing else is lost.
        """
        start, stop = self.study.span(number)
        receipt = {
            "block": number,
            "places": [start, stop],
            "events": len(block.codes),
            "failures": block.failures,
        }
        try:
            for variable in self.study.recording.variables:
                array = self._group[variable.name].with_config({"write_empty_chunks": True})
                array[start:stop] = block.arrays[variable.name]
            if self.study.recording.events:
                self._keep_events(number, block)
            self.place.settle(self._files_of(receipt))
            self.place.note("ledger", json.dumps(receipt))
        except OSError as error:
            raise StoppedError(
                f"cannot write to {self.place}: {error.strerror or error}; the blocks that are "
                "finished are kept, and the same command goes on from there"
            ) from error
        return receipt

    def _keep_events(self, number: int, block: Block) -> None:
        from zarr.codecs import Crc32cCodec, ZstdCodec

        for name, values, second in (
            ("codes", block.codes, "code"), ("numbers", block.numbers, "number"),
        ):  # fmt: skip
            self._group.create_array(
                f"{_EVENTS}/{number}/{name}",
                data=values,
                chunks=(max(1, len(values)), values.shape[1]),
                compressors=[ZstdCodec(level=1), Crc32cCodec()],
                dimension_names=("event", second),
                overwrite=True,
                config={"write_empty_chunks": True},
            )

    def block(self, number: int, receipt: Mapping[str, Any]) -> Block:
        """Read a finished block, given its line of the ledger.

        Raises
        ------
        ResultsError
            If its data are damaged.
        """
        start, stop = self.study.span(number)
        self._must_be_there([receipt])
        with reading(f"{self.place}: block {number}"):
            arrays = {
                v.name: np.asarray(self._group[v.name][start:stop])
                for v in self.study.recording.variables
            }
            codes = np.zeros((0, len(EVENT_CODES)), dtype=np.int32)
            numbers = np.zeros((0, 7))
            if self.study.recording.events:
                codes, numbers = self._events_of(number)
        return Block(arrays, codes, numbers, list(receipt["failures"]))

    def _must_be_there(self, receipts: Iterable[Mapping[str, Any]]) -> None:
        """Refuse blocks whose files are gone: they would be read as zeros."""
        gone = list(self._gone(receipts))
        if gone:
            raise ResultsError(
                f"{self.place} is damaged: {gone[0]} is missing"
                + (f", and {len(gone) - 1} files more" if gone[1:] else "")
                + "; give the ensemble command again to play these blocks once more"
            )

    def _events_of(self, number: int) -> tuple[Any, Any]:
        """Codes and numbers of the events of a finished block."""
        group = self._group[f"{_EVENTS}/{number}"]
        return np.asarray(group["codes"][:]), np.asarray(group["numbers"][:])

    def finished_blocks(self) -> Iterator[Block]:
        """The finished blocks, in the order of runs, one at a time."""
        for number, receipt in self.finished().items():
            yield self.block(number, receipt)

    def dataset(self, events: bool | None = None) -> xr.Dataset:
        """The finished runs as one Dataset, read from the disk when they are looked at.

        Parameters
        ----------
        events : bool, optional
            Whether to read the events, if they were kept, into memory; by default if they are at
            most two million.
        """
        done = self.finished()
        self._must_be_there(done.values())
        failures = [failure for receipt in done.values() for failure in receipt["failures"]]
        if not done:
            shapes = {v.name: (self.study.runs, *v.shape) for v in self.study.recording.variables}
            nothing = {name: np.broadcast_to(np.int8(0), shape) for name, shape in shapes.items()}
            return self.study.dataset(nothing, []).isel(run=[])
        arrays = xr.open_zarr(
            self.place.zarr(ARRAYS), consolidated=False, chunks=None, decode_cf=False
        )
        table = None
        few = sum(receipt.get("events", 0) for receipt in done.values()) <= _FEW_EVENTS
        if self.study.recording.events and (few if events is None else events):
            kept = [self._events_of(number) for number in done]
            table = tuple(np.concatenate([part[k] for part in kept]) for k in range(2))
        results = xr.Dataset(
            {
                v.name: arrays[v.name].variable[: self.study.runs]
                for v in self.study.recording.variables
            },
            self.study.coordinates(),
            attrs=self.study.attributes(),
        )
        if len(done) < self.study.blocks:
            places = [range(*self.study.span(number)) for number in done]
            results = results.isel(run=[n for span in places for n in span])
        if table is not None:
            counts = np.asarray(results["event_count"].values)
            results = results.assign(event_variables(results["run"].values, counts, *table))
        return without_failures(results, failures)

    def digest(self) -> str:
        """Fingerprint of all that the ensemble has found, the same however it was computed.

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
        for block in self.finished_blocks():
            hasher.add(block)
        return hasher.digest()


@contextlib.contextmanager
def reading(what: str) -> Iterator[None]:
    """Turn what goes wrong when `what` is read into one message.

    Raises
    ------
    ResultsError
        If it is damaged: a checksum does not hold, say.
    """
    try:
        yield
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise ResultsError(
            f"{what} is damaged: {error}; if an ensemble made it, give the ensemble command again: "
            "it plays once more what is damaged"
        ) from error


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
            there.make()
            stack.enter_context(there.alone())
        except OSError as error:
            raise ResultsError(f"cannot write to {there}: {error.strerror or error}") from error
        yield


class Hasher:
    """Fingerprint of blocks, added in the order of runs; where they are cut does not matter."""

    def __init__(self) -> None:
        self._parts: dict[str, Any] = {}

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


def _receipt(line: str) -> dict[str, Any] | None:
    """A line of the ledger, None if it is torn."""
    if not line.endswith("\n"):
        return None
    try:
        receipt = json.loads(line)
        right = isinstance(receipt["block"], int) and isinstance(receipt["failures"], list)
        return dict(receipt) if right and isinstance(receipt["places"], list) else None
    except (ValueError, TypeError, KeyError):
        return None


def _make_coordinate(group: Any, name: str, dim: str, values: NDArray[Any]) -> None:
    attributes: dict[str, Any] = {}
    if values.dtype.kind == "M":
        values = (values - np.datetime64("2000-01-01")).astype("timedelta64[D]").astype(np.int64)
        attributes = {
            "units": "days since 2000-01-01", "calendar": "proleptic_gregorian",
            "standard_name": "time",
        }  # fmt: skip
    words, size = values.dtype.kind == "O", _RUNS_TOGETHER if name == "run" else max(1, len(values))
    array = group[name] if name in group else group.create_array(
        name, shape=values.shape, chunks=(size,),
        dtype=str if words else values.dtype, dimension_names=(dim,), attributes=attributes,
    )  # fmt: skip
    # A store that was killed while it grew has room for more than its study.
    array[: len(values)] = values


def _manifest_of(study: Study) -> dict[str, Any]:
    scenario = dumps(study.scenario)
    return {
        "program": "entente",
        "store_format": STORE_FORMAT,
        "results_format": FORMAT,
        "seed": str(study.seed),
        "first": study.first,
        "runs": study.runs,
        "block": study.block,
        "record": list(study.record),
        "hold": study.hold,
        "versions": versions(),
        "classes": _classes_of(study),
        "scenario_hash": hashlib.blake2b(scenario.encode(), digest_size=16).hexdigest(),
        "scenario": scenario,
    }


def _classes_of(study: Study) -> dict[str, str]:
    """Agent classes of a user's own that the study needs, each with a hash of its files."""
    own = {actor.agent for actor in study.scenario.actors.values() if actor.agent is not None}
    return {
        name: hashlib.blake2b(plugins.text_of(name), digest_size=8).hexdigest()
        for name in sorted(own)
    }


def _study_of(manifest: Mapping[str, Any]) -> Study:
    return Study(
        scenario=loads(manifest["scenario"], "scenario inside the store"),
        seed=int(manifest["seed"]),
        runs=manifest["runs"],
        first=manifest["first"],
        record=tuple(manifest["record"]),
        hold=manifest["hold"],
        block=manifest["block"],
    )


def _in_words(path: str, there: Any, here: Any) -> str:
    """A value in which two scenarios differ."""
    said = ["absent" if value is None else repr(value) for value in (there, here)]
    said = [word if len(word) < 60 else word[:57] + "..." for word in said]
    return f"{path} is {said[0]} there and {said[1]} here"
