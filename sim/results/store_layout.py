"""The arrays of a store: how they are laid out in Zarr v3, and how they are read without gaps."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from xarray.backends import BackendArray
from xarray.core import indexing

from sim.errors import ResultsError
from sim.results.dataset import about
from sim.results.ensemble_spec import Study
from sim.results.netcdf import dates_as_written
from sim.results.provenance import RENAMED
from sim.results.variables import Variable

if TYPE_CHECKING:
    from zarr.abc.codec import BytesBytesCodec
    from zarr.storage import StoreLike

EVENTS = "events"
AGAIN = "give the ensemble command again: it plays once more what is damaged"
# One for every run that is finished and did not fail, for whoever opens the arrays directly.
FINISHED = Variable("finished", (), (), "bool")
_ABOUT_FINISHED: dict[str, Any] = {
    "long_name": "whether the run is finished and did not fail; where not, all else is a filler",
    "units": "true or false",
}
# Numbers of runs that share a chunk, so that a store can grow.
RUNS_TOGETHER = 100_000


def filler(dtype: str | np.dtype[np.generic]) -> np.generic:
    """The value where nothing was written; it differs from every code, count and run number.

    NaN for floats, the lowest of signed and the highest of unsigned whole numbers, and false.
    """
    kind = np.dtype(dtype)
    if kind.kind == "f":
        return kind.type(np.nan)
    if kind.kind == "b":
        return np.False_
    limits = np.iinfo(kind)
    return kind.type(limits.min if kind.kind == "i" else limits.max)


def layout(study: Study) -> dict[str, bytes]:
    """The metadata files of the arrays of a study, with its coordinates, by their names.

    It is all that there is before the first run. To make a store, to repair one, to let it grow and
    to shrink it, these files are written where they are others. They are those that zarr would
    write, which takes ten times as long to make them.
    """
    about_group = {"attributes": study.attributes(), "zarr_format": 3, "node_type": "group"}
    files = {"zarr.json": _json(about_group)}
    for variable in (FINISHED, *study.recording.variables):
        kind = np.dtype(variable.dtype)
        fill = filler(kind)
        files[f"{variable.name}/zarr.json"] = _array(
            shape=(study.runs, *variable.shape),
            chunks=(study.block, *(max(1, size) for size in variable.shape)),
            data_type=kind.name,
            fill="NaN" if kind.kind == "f" else fill.item(),
            codecs=[_bytes_codec(kind), _zstd(1), {"name": "crc32c"}],
            dims=("run", *variable.dims),
            attributes=_ABOUT_FINISHED if variable is FINISHED else about(variable.name),
        )
    for name, (dim, values) in study.coordinates().items():
        files |= _coordinate(name, dim, np.asarray(values))
    if study.recording.events:
        group = {"attributes": {}, "zarr_format": 3, "node_type": "group"}
        files[f"{EVENTS}/zarr.json"] = _json(group)
    return files


def _coordinate(name: str, dim: str, values: NDArray[np.generic]) -> dict[str, bytes]:
    """Metadata and the chunks of a coordinate."""
    from numcodecs import VLenUTF8, Zstd  # a fifth of a second, for who makes a store alone

    attributes: dict[str, Any] = {}
    if values.dtype.kind == "M":
        values, attributes = dates_as_written(values)
    texts = values.dtype.kind == "O"
    kind = values.dtype.newbyteorder("<")
    chunk = RUNS_TOGETHER if name == "run" else max(1, len(values))
    text_codec = {"name": "vlen-utf8", "configuration": {}}
    files = {
        f"{name}/zarr.json": _array(
            shape=values.shape, chunks=(chunk,), data_type="string" if texts else kind.name,
            fill="" if texts else kind.type(0).item(),
            codecs=[text_codec if texts else _bytes_codec(kind), _zstd(0)],
            dims=(dim,), attributes=attributes,
        )
    }  # fmt: skip
    for number, start in enumerate(range(0, len(values), chunk)):
        part = np.zeros(chunk, dtype=values.dtype)
        part[: len(values) - start] = values[start : start + chunk]
        plain = VLenUTF8().encode(part) if texts else part.astype(kind, copy=False).tobytes()
        files[f"{name}/c/{number}"] = bytes(Zstd(level=0).encode(plain))
    return files


def _array(
    shape: tuple[int, ...], chunks: tuple[int, ...], data_type: str, fill: object,
    codecs: list[dict[str, Any]], dims: tuple[str, ...], attributes: dict[str, Any],
) -> bytes:  # fmt: skip
    """Metadata of an array as Zarr v3 has them."""
    return _json(
        {
            "shape": shape,
            "data_type": data_type,
            "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": chunks}},
            "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
            "fill_value": fill,
            "codecs": codecs,
            "attributes": attributes,
            "dimension_names": dims,
            "zarr_format": 3,
            "node_type": "array",
            "storage_transformers": [],
        }
    )


def _json(what: object) -> bytes:
    return json.dumps(what, indent=2).encode()


def _bytes_codec(kind: np.dtype[np.generic]) -> dict[str, Any]:
    if kind.itemsize == 1:
        return {"name": "bytes"}
    return {"name": "bytes", "configuration": {"endian": "little"}}


def _zstd(level: int) -> dict[str, Any]:
    return {"name": "zstd", "configuration": {"level": level, "checksum": False}}


def _compressors() -> list[BytesBytesCodec]:
    from zarr.codecs import Crc32cCodec, ZstdCodec

    return [ZstdCodec(level=1), Crc32cCodec()]


class Arrays:
    """The arrays of a store that is there.

    Parameters
    ----------
    folder : store of zarr
        From `zarr` of the place of the store.
    study : Study
        The study of the store's manifest.
    where, remedy : str
        For messages: the store, and what to do if it is damaged.

    Raises
    ------
    ResultsError
        If they cannot be opened.
    """

    def __init__(self, folder: StoreLike, study: Study, where: str, remedy: str = AGAIN) -> None:
        import zarr

        self._study, self._where, self._remedy = study, where, remedy
        self._group: Any  # what is found in it may be of another kind
        with reading(f"{where}: runs.zarr", remedy):
            self._group = zarr.open_group(folder, mode="r+", zarr_format=3)
        self._opened: dict[str, Any] = {}

    def _array(self, name: str) -> Any:
        # zarr's own way is to read zeros where a file is gone.
        config = {"write_empty_chunks": True, "read_missing_chunks": False}
        return self._group[name].with_config(config)

    def _of(self, variable: Variable) -> Any:
        """The array of a variable, if it is laid out as the study has it."""
        if variable.name in self._opened:
            return self._opened[variable.name]
        array, study = self._array(variable.name), self._study
        chunks = (study.block, *(max(1, size) for size in variable.shape))
        dims = tuple(RENAMED.get(dim, dim) for dim in array.metadata.dimension_names or ())
        there = (array.chunks, array.shape[1:], str(array.dtype), dims)
        right = (chunks, variable.shape, variable.dtype, ("run", *variable.dims))
        if there != right or array.shape[0] < study.runs:
            raise ValueError(f"the array {variable.name} is not laid out as in the manifest")
        self._opened[variable.name] = array
        return array

    def write(self, variable: Variable, span: tuple[int, int], values: NDArray[np.generic]) -> None:
        """Write the values of a block."""
        self._of(variable)[slice(*span)] = values

    def read(self, variable: Variable, span: tuple[int, int]) -> NDArray[np.generic]:
        """Read the values of a block.

        Raises
        ------
        KeyError, ValueError, OSError, RuntimeError
            If a file is gone or damaged; see `reading`.
        """
        return np.asarray(self._of(variable)[slice(*span)])

    def lazily(self, variable: Variable) -> xr.Variable:
        """A variable of all runs, read from the disk when it is looked at.

        Raises
        ------
        ResultsError
            Now, or when it is looked at: if what is needed is gone or damaged.
        """
        with reading(self._where, self._remedy):
            array = self._of(variable)
        what = f"{self._where}: {variable.name}"
        lazy = indexing.LazilyIndexedArray(_OnDisk(array, what, self._remedy))
        dims = ("run", *variable.dims)
        return xr.Variable(dims, lazy, array.attrs.asdict())[: self._study.runs]

    def write_events(
        self, number: int, codes: NDArray[np.int32], numbers: NDArray[np.float64]
    ) -> None:
        """Write the events of a block, see `sim.results.variables.Block`."""
        for name, values, second in (("codes", codes, "code"), ("numbers", numbers, "number")):
            self._group.create_array(
                f"{EVENTS}/{number}/{name}",
                data=values,
                chunks=(max(1, len(values)), values.shape[1]),
                compressors=_compressors(),
                dimension_names=("event", second),
                overwrite=True,
                config={"write_empty_chunks": True},
            )

    def read_events(self, number: int) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Codes and numbers of the events of a block; raises as `read` does."""
        codes, numbers = (self._array(f"{EVENTS}/{number}/{n}") for n in ("codes", "numbers"))
        return np.asarray(codes[:]), np.asarray(numbers[:])


class _OnDisk(BackendArray):
    """An array that is read piece by piece, and refuses a piece that is gone or damaged."""

    def __init__(self, array: Any, what: str, remedy: str) -> None:
        self._kept, self._what, self._remedy = array, what, remedy
        self.shape, self.dtype = array.shape, array.dtype

    def __getitem__(self, key: indexing.ExplicitIndexer) -> object:
        outer = indexing.IndexingSupport.OUTER
        return indexing.explicit_indexing_adapter(key, self.shape, outer, self._read)

    def _read(self, key: tuple[object, ...]) -> object:
        with reading(self._what, self._remedy):
            return self._kept.oindex[key]


@contextlib.contextmanager
def reading(what: str, remedy: str = AGAIN) -> Iterator[None]:
    """Turn what goes wrong when something is read into one message; `remedy` is what to do then.

    Raises
    ------
    ResultsError
        If it is damaged: a checksum does not hold, a file is gone.
    """
    try:
        yield
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, AttributeError) as error:
        words = " ".join(str(error).split())[:200].rstrip(".") or type(error).__name__
        if type(error).__name__ == "ChunkNotFoundError":  # zarr advises to read zeros instead
            words = "a file of it is missing"
        elif "checksum" in words:
            words = "a file of it was changed: its checksum does not hold"
        elif isinstance(error, KeyError):
            words = f"it has no array {words}"
        raise ResultsError(f"{what} is damaged: {words}; {remedy}") from error
