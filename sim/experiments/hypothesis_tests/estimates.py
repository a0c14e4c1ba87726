"""Estimates over runs with their errors, kept run by run so that they can be combined in pairs.

Ensembles of one seed share their luck. An estimate therefore keeps what every run adds to it (its
influence, 0 in the mean): the error of any sum of estimates follows from the sum of influences, and
what equal runs have in common drops out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t

# Two-sided 95 % of the normal distribution.
Z = 1.959963984540054
# How often an interaction adds each cell of a 2 x 2: first row as it stands, second reversed.
SIGNS = (1.0, -1.0, -1.0, 1.0)


class Figure(NamedTuple):
    """An estimate, its standard error over runs, and what every run adds to it.

    Attributes
    ----------
    value, error : float
        The estimate and its standard error.
    influence : ndarray, shape (runs,)
        What each run adds to the estimate; its mean is 0.
    """

    value: float
    error: float
    influence: NDArray[np.float64]

    @property
    def low(self) -> float:
        """Lower end of the 95 % interval."""
        return self.value - Z * self.error

    @property
    def high(self) -> float:
        """Upper end of the 95 % interval."""
        return self.value + Z * self.error

    def __sub__(self, other: Figure) -> Figure:
        return figure(self.value - other.value, self.influence - other.influence)


class Spread(NamedTuple):
    """A quantity that each run has once: its median, and the 5 and 95 % of runs.

    Attributes
    ----------
    value, low, high : float
        Median, 5th and 95th percentile.
    """

    value: float
    low: float
    high: float


def figure(value: float, influence: NDArray[np.float64]) -> Figure:
    """A figure from what each run adds to it (0 in the mean); runs are independent."""
    return Figure(float(value), float(influence.std() / np.sqrt(len(influence))), influence)


def ratio(parts: NDArray[Any], wholes: NDArray[Any]) -> Figure:
    """Ratio of sums over runs, linearised: what a run without any of the whole adds is 0."""
    share = parts.sum() / max(wholes.sum(), 1e-300)
    return figure(share, (parts - share * wholes) / max(wholes.mean(), 1e-300))


def mean(values: NDArray[np.number], chosen: NDArray[np.bool_]) -> Figure:
    """Mean over the chosen runs."""
    return ratio(np.where(chosen, values, 0.0), chosen.astype(float))


def mean_share(parts: NDArray[np.number], wholes: NDArray[np.number]) -> Figure:
    """Mean over runs of each run's share; runs without any of the whole are left out.

    A ratio of sums would weigh a run by its weeks of ceasefire, and ceasefires last where they are
    kept: spoiling would seem rarer than it is.
    """
    return mean(parts / np.maximum(wholes, 1), wholes > 0)


def combined(cells: Sequence[Figure], signs: Sequence[float] = SIGNS) -> Figure:
    """A signed sum of cells that share their luck run by run."""
    value = sum(sign * cell.value for sign, cell in zip(signs, cells, strict=True))
    parts = [sign * cell.influence for sign, cell in zip(signs, cells, strict=True)]
    return figure(value, np.sum(parts, axis=0))


def leave_one_out(value: float, without: NDArray[np.float64]) -> Figure:
    """A figure from its values without each run in turn (the jackknife's influence)."""
    shifts = (len(without) - 1) * (value - without)
    return figure(value, shifts - shifts.mean())


def fieller(part: Figure, whole: Figure) -> Spread | None:
    """Ratio of two paired figures with its 95 % interval (Fieller 1954).

    None where the interval is no stretch of numbers, because the whole cannot be told from 0.
    """
    runs = len(whole.influence)
    cross = float((part.influence * whole.influence).mean()) / runs
    square = whole.value**2 - Z**2 * whole.error**2
    if square <= 0.0:
        return None
    middle = part.value * whole.value - Z**2 * cross
    reach = middle**2 - square * (part.value**2 - Z**2 * part.error**2)
    root = math.sqrt(max(reach, 0.0))
    return Spread(part.value / whole.value, (middle - root) / square, (middle + root) / square)


class Line(NamedTuple):
    """A least-squares fit.

    Attributes
    ----------
    values, errors : ndarray
        Coefficients, constant first.
    fit : float
        R squared.
    reach : float
        How many errors the 95 % interval of a coefficient reaches, by Student's t.
    """

    values: NDArray[np.float64]
    errors: NDArray[np.float64]
    fit: float
    reach: float


def line(y: NDArray[np.float64], *causes: NDArray[np.float64]) -> Line:
    """Ordinary least squares with errors that allow for unequal variance (HC1)."""
    table = np.column_stack([np.ones(len(y)), *causes])
    cases, terms = table.shape
    nothing = Line(np.full(terms, np.nan), np.full(terms, np.nan), math.nan, math.nan)
    if not (np.isfinite(table).all() and np.isfinite(y).all()):
        return nothing
    values, _, rank, _ = np.linalg.lstsq(table, y, rcond=None)
    if rank < terms or cases <= terms:
        return nothing
    left = y - table @ values
    bread = np.linalg.inv(table.T @ table)
    meat = (table * left[:, None] ** 2).T @ table
    errors = np.sqrt(np.diag(bread @ meat @ bread) * cases / (cases - terms))
    total = float(((y - y.mean()) ** 2).sum())
    fit = 1.0 - float((left**2).sum()) / total if total else math.nan
    return Line(values, errors, fit, float(t.ppf(0.975, cases - terms)))
