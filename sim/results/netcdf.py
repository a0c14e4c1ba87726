"""Results as one netCDF file: written whole or not at all, read with one clear message."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim.errors import ResultsError
from sim.results.provenance import FORMAT, RENAMED, folded
from sim.writing import write_whole

# After the netCDF content stand these bytes and a checksum of it; netCDF readers ignore them. HDF5
# itself checks little: a damaged file can give other numbers, or keep it busy for ever.
_MARK, _SIZE = b"\nsim results, blake2b: ", 32
_BEYOND = "dates are text: outside the years 1678 to 2262 other programs need more to read them"


def save(results: xr.Dataset, path: str | os.PathLike[str]) -> Path:
    """Write results to one netCDF file; an old file stays whole until the new one is.

    The file is made in memory, written under a name of its own in the same folder and then
    renamed, so that a full disk or a stopped program leaves the old file or none.

    Parameters
    ----------
    results : Dataset
        Of `simulate`, `ensemble` or `load`.
    path : path
        ``~`` is the home folder.

    Returns
    -------
    Path
        Where the file is.

    Raises
    ------
    ResultsError
        If the file cannot be written.
    """
    target = Path(path).expanduser()
    write_whole(target, _as_bytes(results))
    return target


def _as_bytes(results: xr.Dataset) -> memoryview:
    """The file's content. HDF5 can crash the program if it meets a full disk, so it never does."""
    import h5netcdf

    encoding: dict[str, dict[str, object]] = {
        name: {"zlib": True, "complevel": 1} for name in map(str, results.data_vars)
    }
    days, attributes = dates_as_written(results["date"].values)
    kept = {**results["date"].attrs, **attributes}
    results = results.assign_coords(date=(results["date"].dims, days, kept))
    buffer = io.BytesIO()
    file = h5netcdf.File(buffer, "w")
    try:
        results.dump_to_store(xr.backends.H5NetCDFStore(file), encoding=encoding)
    finally:
        file.close()
    buffer.seek(0, io.SEEK_END)
    mark = _MARK + _checksum(buffer.getvalue())  # a view would forbid to write
    buffer.write(mark)
    return buffer.getbuffer()


def _checksum(content: bytes | memoryview) -> bytes:
    return hashlib.blake2b(content, digest_size=_SIZE // 2).hexdigest().encode()


def _must_be_whole(source: Path) -> None:
    """Refuse a file whose checksum does not hold; older files have none."""
    content = memoryview(source.read_bytes())
    end = len(content) - len(_MARK) - _SIZE
    marked = end > 0 and bytes(content[end : end + len(_MARK)]) == _MARK
    if marked and bytes(content[-_SIZE:]) != _checksum(content[:end]):
        raise ValueError("its checksum does not hold")


def dates_as_written(
    dates: NDArray[np.generic],
) -> tuple[NDArray[np.int64 | np.object_], dict[str, str]]:
    """Dates as they stand in files, and the attributes that say how they are read.

    Days since 2000, which other programs read as dates; text where these would need another
    package for it.
    """
    days = dates.astype("datetime64[D]")
    low, high = np.datetime64("1678-01-01"), np.datetime64("2262-01-01")
    if ((days < low) | (days >= high)).any():
        return days.astype(str).astype(object), {"comment": _BEYOND}
    since = (days - np.datetime64("2000-01-01")).astype(np.int64)
    return since, {"units": "days since 2000-01-01", "calendar": "proleptic_gregorian"}


def load(path: str | os.PathLike[str]) -> xr.Dataset:
    """Read results that `save` wrote.

    Parameters
    ----------
    path : path
        ``~`` is the home folder.

    Raises
    ------
    ResultsError
        If the file is not there, is not a results file or damaged, or is of a newer format.
    """
    source = Path(path).expanduser()
    if not source.is_file():
        raise ResultsError(f"there is no results file {source}")
    if source.suffix == ".toml":
        raise ResultsError(
            f"{source} is not a results file but text; a scenario is read by sim.load_scenario"
        )
    with _reading(source):
        _must_be_whole(source)
        # Dates in seconds reach any century; the usual nanoseconds end in 1677 and in 2262.
        times = xr.coders.CFDatetimeCoder(time_unit="s")
        results = xr.load_dataset(source, engine="h5netcdf", decode_times=times)
        if "format" not in results.attrs:
            raise ResultsError(f"{source} is not a results file of this program")
        found = int(results.attrs["format"])
        if found <= FORMAT:
            results = results.rename({k: v for k, v in RENAMED.items() if k in results.variables})
            if results["date"].dtype.kind != "M":
                days = results["date"].values.astype("datetime64[s]")
                kept = {n: v for n, v in results["date"].attrs.items() if n != "comment"}
                results = results.assign_coords(date=(results["date"].dims, days, kept))
            return folded(results)
    raise ResultsError(
        f"{source} is of format {found}, this program reads up to {FORMAT}: "
        "use a newer version of it"
    )


@contextlib.contextmanager
def _reading(source: Path) -> Iterator[None]:
    """Turn whatever a damaged file raises into one message: HDF5 has no short list of errors."""
    try:
        yield
    except (ResultsError, MemoryError):
        raise
    except PermissionError as error:
        raise ResultsError(f"cannot read {source}: {error.strerror or error}") from error
    except Exception as error:
        words = " ".join(str(error).split())[:200] or type(error).__name__
        raise ResultsError(f"{source} is not a results file, or it is damaged: {words}") from error
