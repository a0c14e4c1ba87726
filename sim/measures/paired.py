"""Paired differences over time of two ensembles with the same random draws."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import xarray as xr

from sim.errors import ResultsError
from sim.measures.intervals import LEVEL, mean_interval, several


def paired_difference(
    one: xr.Dataset,
    other: xr.Dataset,
    measure: Callable[[xr.Dataset], xr.DataArray],
    level: float = LEVEL,
) -> xr.Dataset:
    """What a change of scenario does: mean difference of a measure between equal runs.

    Runs of one seed and one number share their luck, so most of what differs from run to run
    drops out of the difference, and its interval is the narrower for it.

    Parameters
    ----------
    one, other : Dataset
        Results with the same seed, runs and dates.
    measure : callable
        From results to a DataArray with the dimension run, as
        ``lambda r: measures.tie(r, "a", "b")``.
    level : float
        Coverage of the interval (Student's t over runs).

    Returns
    -------
    Dataset
        ``mean``, ``low`` and ``high`` of other minus one, over the dimensions of the measure but
        run.

    Raises
    ------
    ResultsError
        If seeds, runs or dates differ, or there are fewer than two runs.
    """
    seeds = [str(results.attrs.get("seed", "unknown")) for results in (one, other)]
    if seeds[0] != seeds[1]:
        raise ResultsError(f"paired runs need one seed: these have {seeds[0]} and {seeds[1]}")
    several(one)
    for axis, words in (("run", "runs"), ("week", "weeks"), ("date", "dates")):
        if not np.array_equal(one[axis].values, other[axis].values):
            raise ResultsError(f"paired results need the same {words}: these differ")
    first, second = measure(one), measure(other)
    if set(first.dims) != set(second.dims) or "run" not in first.dims:
        raise ResultsError("the measure must give both results the same dimensions, run among them")
    gap = (second - first).assign_attrs(first.attrs)
    return mean_interval(gap, level)
