"""Paired differences of two ensembles with the same luck, added up piece by piece."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student

from sim.errors import SimError
from sim.measures.run_numbers import COUNTS, HEADLINES, Measure


def differences(
    first: Mapping[Measure, NDArray[Any]], second: Mapping[Measure, NDArray[Any]]
) -> pd.DataFrame:
    """Paired differences of the measures of two ensembles.

    Parameters
    ----------
    first, second : mapping of Measure to ndarray
        From `sim.measures.run_numbers.measured`, of the same runs.

    Returns
    -------
    DataFrame
        See `sim.experiments.compare.Comparison`.

    A count that never occurs in one of them is 0 there; other measures must be of both.
    """
    found: dict[Measure, Paired] = {}
    add(found, first, second)
    return table(found)


@dataclass
class Paired:
    """Sums of one measure over pairs of runs, to which pairs are added piece by piece.

    Means and squares of pieces are joined as by Chan, Golub and LeVeque (1979), "Updating formulae
    and a pairwise algorithm for computing sample variances".
    """

    runs: int = 0
    first: float = 0.0
    second: float = 0.0
    difference: float = 0.0
    squares: float = 0.0
    changed: int = 0
    least: float = math.inf
    most: float = -math.inf
    # Of the values themselves, pair by pair: what has other values has another digest.
    digest: Any = field(default_factory=hashlib.blake2b)

    def add(self, one: NDArray[Any], other: NDArray[Any]) -> None:
        """Add the values of some pairs, both of shape (pairs,)."""
        gap = other - one
        runs = self.runs + len(gap)
        share = len(gap) / runs
        shift = float(gap.mean()) - self.difference
        self.squares += float(((gap - gap.mean()) ** 2).sum()) + shift**2 * self.runs * share
        self.difference += shift * share
        self.first += float(one.sum())
        self.second += float(other.sum())
        self.changed += int((gap != 0).sum())
        self.digest.update(np.column_stack((one, other)).astype(float) + 0.0)  # -0 is 0
        self.least = min(self.least, float(one.min()), float(other.min()))
        self.most = max(self.most, float(one.max()), float(other.max()))
        self.runs = runs

    def row(self) -> dict[str, float]:
        """The row of the table of a comparison."""
        runs, mean = self.runs, self.difference
        error = math.sqrt(self.squares / (runs - 1)) / math.sqrt(runs) if runs > 1 else math.inf
        reach = float(student.ppf(0.975, runs - 1)) if runs > 1 else 1.0
        return {
            "first": self.first / runs, "second": self.second / runs, "difference": mean,
            "low": mean - reach * error, "high": mean + reach * error,
            "changed": self.changed / runs,
            "effect": 0.0 if mean == 0.0 else mean / error if error > 0.0 else math.inf,
        }  # fmt: skip


def add(
    found: dict[Measure, Paired],
    first: Mapping[Measure, NDArray[Any]],
    second: Mapping[Measure, NDArray[Any]],
) -> None:
    """Add the measures of some pairs of runs.

    Parameters
    ----------
    found : dict
        Sums so far; changed.
    first, second : mapping of Measure to ndarray
        Values of shape (pairs,).
    """
    measures = dict.fromkeys([*found, *first, *second])
    before = max((sums.runs for sums in found.values()), default=0)
    pairs = max((len(values) for values in (*first.values(), *second.values())), default=0)
    for measure in measures:
        one, other = first.get(measure), second.get(measure)
        if one is None or other is None:
            if measure.kind not in COUNTS:
                continue
            nothing = np.zeros(pairs)
            one, other = (nothing if values is None else values for values in (one, other))
        if measure not in found:
            found[measure] = Paired()
            if before:  # it was 0 in all of these
                found[measure].add(np.zeros(before), np.zeros(before))
        found[measure].add(one, other)


def table(found: Mapping[Measure, Paired]) -> pd.DataFrame:
    """The table of `differences`, once all pairs are added.

    Parameters
    ----------
    found : mapping of Measure to Paired
        From `add`.

    Raises
    ------
    SimError
        If there is none.
    """
    if not found:
        raise SimError("the two scenarios have no measure in common")
    rows = {measure.name: sums.row() for measure, sums in found.items()}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("measure")


def always_equal(found: Mapping[Measure, Paired]) -> dict[str, str]:
    """Names of measures that are equal to an earlier one in every run of both, with its name.

    What never varies, and headlines, stand by themselves.

    Parameters
    ----------
    found : mapping of Measure to Paired
        From `add`.
    """
    known: dict[bytes, str] = {}
    same = {}
    for measure, sums in found.items():
        if sums.least == sums.most:
            continue
        earlier = known.setdefault(sums.digest.digest(), measure.name)
        if earlier != measure.name and measure.name not in HEADLINES:
            same[measure.name] = earlier
    return same
