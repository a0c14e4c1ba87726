"""Results wherever they lie: the folder of an ensemble, a results file, or a folder with one."""

from __future__ import annotations

import os
from pathlib import Path

import xarray as xr

from sim.errors import ResultsError
from sim.results import load
from sim.store import Store, reading


def open_results(source: str | os.PathLike[str], events: bool = True) -> xr.Dataset:
    """Results of the folder of an ensemble, of a results file, or of a folder that holds one.

    Parameters
    ----------
    source : path or URL
    events : bool
        Read the events of an ensemble too, if they were kept.

    Raises
    ------
    ResultsError
        If there is no such thing, or it cannot be read.
    """
    name, path = os.fspath(source), Path(source)
    if "://" not in name:
        if path.is_file():
            return load(path)
        if not path.exists():
            raise ResultsError(f"there is no ensemble and no results file {path}")
        if not (path / "manifest.json").exists() and (path / "results.nc").is_file():
            return load(path / "results.nc")
    store = Store(name)
    with reading(str(store.place)):
        return store.dataset(events)
