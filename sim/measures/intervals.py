"""Intervals over runs: of a share, of a mean, and of a difference of equal runs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from sim.errors import ResultsError
from sim.results.provenance import has_axis

LEVEL = 0.95


def wilson(
    yes: ArrayLike, of: ArrayLike, level: float = LEVEL
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Interval of a share: that of Wilson (1927), sound near 0 and 1 and for few runs.

    Parameters
    ----------
    yes, of : array_like of int
        How many, of how many; same shape or broadcast.
    level : float
        Coverage, between 0 and 1.

    Returns
    -------
    low, high : ndarray
        In [0, 1]; 0 and 1 where `of` is 0: nothing is known.
    """
    from scipy import special  # half a second of import, wanted by few measures

    k, n = np.broadcast_arrays(np.asarray(yes, dtype=float), np.asarray(of, dtype=float))
    z = float(special.ndtri(0.5 + level / 2))
    share = np.divide(k, n, out=np.full(k.shape, 0.5), where=n > 0)
    scale = n + z * z
    middle = (n * share + z * z / 2) / scale
    reach = z / scale * np.sqrt(n * share * (1 - share) + z * z / 4)
    # without these two the ends at 0 and 1 would miss them by rounding
    low = np.where(k == 0, 0.0, middle - reach)
    high = np.where(k == n, 1.0, middle + reach)
    return low, high


def mean_interval(values: xr.DataArray, level: float = LEVEL) -> xr.Dataset:
    """Mean over runs and its interval by Student's t.

    Parameters
    ----------
    values : DataArray
        With the dimension run.
    level : float
        Coverage, between 0 and 1.

    Returns
    -------
    Dataset
        ``mean``, ``low`` and ``high``, without the dimension run, in the unit of `values`.

    Raises
    ------
    ResultsError
        If there are fewer than two runs: one run has no spread.
    """
    from scipy import stats

    runs = several(values)
    mean = values.mean("run")
    reach = stats.t.ppf(0.5 + level / 2, runs - 1) * values.std("run", ddof=1) / np.sqrt(runs)
    found = xr.Dataset({"mean": mean, "low": mean - reach, "high": mean + reach})
    for part in found.values():
        part.attrs = {"units": values.attrs.get("units", "")}
    return found


def several(values: xr.DataArray | xr.Dataset, least: int = 2) -> int:
    """Give back the number of runs.

    Raises
    ------
    ResultsError
        If there are fewer than `least`, or `values` have no axis of runs any more.
    """
    has_axis(values, "run")
    runs = int(values.sizes["run"])
    if runs == 0:
        raise ResultsError("these results hold no runs")
    if runs < least:
        raise ResultsError(f"a spread needs at least {least} runs, these results hold {runs}")
    return runs


def mean_of(values: NDArray[np.float64], level: float = LEVEL) -> tuple[float, float, float]:
    """Mean of what is known of some values, and the ends of its interval, see `mean_interval`.

    Parameters
    ----------
    values : ndarray, shape (runs,)
        NaN where nothing is known.
    level : float
        Coverage, between 0 and 1.

    Returns
    -------
    mean, low, high : float
        NaN for a mean of nothing, and for the interval of fewer than two values.
    """
    known = values[~np.isnan(values)]
    if len(known) < 2:
        return (float(known[0]) if len(known) else np.nan), np.nan, np.nan
    found = mean_interval(xr.DataArray(known, dims="run"), level)
    return float(found["mean"]), float(found["low"]), float(found["high"])


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
