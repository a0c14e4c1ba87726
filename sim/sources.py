"""Results wherever they lie: the folder of an ensemble or of `sim run`, or a results file."""

from __future__ import annotations

import os
from pathlib import Path

import xarray as xr

from sim.errors import ResultsError
from sim.results import load
from sim.store import Store


def open_results(source: str | os.PathLike[str], events: bool | None = None) -> xr.Dataset:
    """Open results: the folder of an ensemble, the folder of `sim run --out`, or a results file.

    Parameters
    ----------
    source : path or URL
        ``~`` is the home folder.
    events : bool, optional
        Whether to read the events of an ensemble, if they were kept; by default if they are at
        most two million. A file has its events always.

    Returns
    -------
    Dataset
        Of an ensemble the finished runs, read from the disk when they are looked at; of a file
        everything, in memory.

    Raises
    ------
    ResultsError
        If there is no such thing, or it cannot be read.

    Examples
    --------
    >>> results = sim.load("results/base")
    """
    try:
        name = os.fspath(source)
    except TypeError:
        raise ResultsError(
            f"results are opened by the path of a folder or file, not by {type(source).__name__}"
        ) from None
    if "://" not in name:
        path = Path(name).expanduser()
        name = str(path)
        try:
            if path.is_file():
                return load(path)
            if not path.exists():
                raise ResultsError(f"there is no ensemble and no results file {path}")
            if not (path / "manifest.json").exists():
                if (path / "results.nc").is_file():
                    return load(path / "results.nc")
                raise ResultsError(
                    f"{path} holds no results: neither a manifest.json of an ensemble nor a "
                    "results.nc of a run"
                )
        except OSError as error:
            raise ResultsError(f"cannot read {path}: {error.strerror or error}") from error
        except ValueError as error:  # a name that no file can have
            raise ResultsError(f"cannot read {name!r}: {error}") from error
    return Store(name).dataset(events)
