"""Open results: the folder of an ensemble or of `sim run`, or a results file."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import xarray as xr

from sim.errors import ResultsError, missing_folder, nearest
from sim.results.netcdf import load
from sim.results.store import Store
from sim.results.store_location import is_url


def open_results(
    source: str | os.PathLike[str] | xr.Dataset, events: bool | None = None
) -> xr.Dataset:
    """Open results: the folder of an ensemble, the folder of `sim run --out`, or a results file.

    Whatever looks at results opens them here; only what writes a store opens it as a `Store`.

    Parameters
    ----------
    source : path, URL or Dataset
        ``~`` is the home folder. A Dataset is given back as it is.
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
    if isinstance(source, xr.Dataset):
        return source
    try:
        name = os.fspath(source)
    except TypeError:
        raise ResultsError(
            f"results are opened by the path of a folder or file, not by {type(source).__name__}"
        ) from None
    if not is_url(name):
        path = Path(name).expanduser()
        name = str(path)
        try:
            if path.is_file():
                return load(path)
            must_be_there(path)
            if not (path / "manifest.json").exists():
                if (path / "results.nc").is_file():
                    return load(path / "results.nc")
                inside = _results_in(path)
                raise ResultsError(
                    f"{path} holds no results: neither a manifest.json of an ensemble nor a "
                    "results.nc of a run" + (f" ({nearest('', inside)})" if inside else "")
                )
        except OSError as error:
            raise ResultsError(f"cannot read {path}: {error.strerror or error}") from error
        except ValueError as error:  # a name that no file can have
            raise ResultsError(f"cannot read {name!r}: {error}") from error
    return Store(name).dataset(events)


def must_be_there(source: str | os.PathLike[str]) -> None:
    """Refuse a place of results where nothing is, with the nearest name of some that are.

    Raises
    ------
    ResultsError
        If there is nothing; a place beyond this machine is not looked at.
    """
    path = Path(source).expanduser()
    if is_url(source) or path.exists():
        return
    problem = f"there is no ensemble and no results file {path}"
    try:
        gone, beside = missing_folder(path), _results_in(path.parent)
    except OSError:
        gone, beside = "", []
    if gone:
        problem += f": {gone}"
    elif beside:
        problem += f" ({nearest(path.name, beside)})"
    raise ResultsError(problem)


def _results_in(folder: Path) -> list[str]:
    """Names of the results in a folder, among the first 1,000 names that it holds."""
    others = itertools.islice(folder.iterdir(), 1000) if folder.is_dir() else ()
    signs = ("manifest.json", "results.nc")
    return [
        other.name
        for other in others
        if other.suffix == ".nc" or any((other / sign).is_file() for sign in signs)
    ]
