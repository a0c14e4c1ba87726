"""Kaplan-Meier curves: how long something lasts when not every end was observed."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from sim.errors import ResultsError
from sim.measures.intervals import LEVEL


def kaplan_meier(weeks: ArrayLike, ended: ArrayLike, level: float = LEVEL) -> pd.DataFrame:
    """Share that lasts longer than n weeks, where some had not ended when the record did.

    The estimator of Kaplan and Meier (1958) with the exponential Greenwood interval (log-log),
    as `scipy.stats.ecdf` computes them. Ends of one week come before the censorings of that week.

    Parameters
    ----------
    weeks : array_like of int
        How long each lasted, or had lasted when it was last seen; 0 or more.
    ended : array_like of bool
        Whether the end was seen; if not, it is censored.
    level : float
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    DataFrame
        Index ``week`` from 0 to the longest. ``at_risk`` (how many had lasted so long when the
        week began), ``ended`` and ``censored`` (in that week), ``hazard`` (ended / at risk),
        ``survival`` in [0, 1], ``low`` and ``high``: 1 before the first end, and NaN where the
        curve has reached 0, where this interval is not defined.

    Raises
    ------
    ResultsError
        If there is nothing, or no end was seen: then all that is known is that they last longer.

    Notes
    -----
    The interval takes the lifetimes as independent. Spells of one run are not quite: for many
    spells of few runs it is too narrow.
    """
    from scipy import stats

    length, seen = np.asarray(weeks, dtype=np.int64), np.asarray(ended, dtype=np.bool_)
    if len(length) == 0:
        raise ResultsError("there is nothing whose length could be measured")
    if not seen.any():
        raise ResultsError(
            f"no end was seen: all {len(length)} are censored, the longest after "
            f"{length.max()} weeks"
        )
    last = int(length.max())
    ends = np.bincount(length[seen], minlength=last + 1)
    lost = np.bincount(length[~seen], minlength=last + 1)
    at_risk = (ends + lost)[::-1].cumsum()[::-1]
    curve = stats.ecdf(stats.CensoredData.right_censored(length, ~seen)).sf
    with warnings.catch_warnings():  # where the interval is not defined is mended below
        warnings.simplefilter("ignore", RuntimeWarning)
        band = curve.confidence_interval(level, method="log-log")
    axis = np.arange(last + 1)
    survival = curve.evaluate(axis)
    open_, empty = axis < length[seen].min(), survival <= 0.0
    low, high = (
        np.where(open_, 1.0, np.where(empty, np.nan, side.evaluate(axis)))
        for side in (band.low, band.high)
    )
    return pd.DataFrame(
        {
            "at_risk": at_risk, "ended": ends, "censored": lost, "hazard": ends / at_risk,
            "survival": survival, "low": low, "high": high,
        },
        index=pd.Index(axis, name="week"),
    )  # fmt: skip


def median_weeks(curve: pd.DataFrame) -> float:
    """First week by which at least half have ended.

    Parameters
    ----------
    curve : DataFrame
        From `kaplan_meier`.

    Returns
    -------
    float
        Weeks; infinite if the curve does not come down to one half.
    """
    half = np.flatnonzero(curve["survival"].to_numpy() <= 0.5)
    return float(curve.index[half[0]]) if len(half) else float("inf")
