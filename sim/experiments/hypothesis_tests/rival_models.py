"""Rival models: other explanations of the same facts, from parts of the theory or from none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.errors import SimError
from sim.experiments.hypothesis_tests.designs import CODED, OPEN, Cell
from sim.experiments.hypothesis_tests.estimates import Figure, leave_one_out
from sim.experiments.hypothesis_tests.observables import DRIFT, MET, NOT_MET, Series, windows
from sim.experiments.hypothesis_tests.treatments import MissingError, Treatments


class Rival(NamedTuple):
    """Another explanation."""

    says: str
    """What it claims, in one sentence."""
    change: dict[str, object]
    """Mechanisms and parameters that make it of the theory; nothing for what is none."""


THEORY, TREND = "the theory", "linear trend"
RIVALS: Mapping[str, Rival] = {
    "threat only": Rival(
        "Ties follow alignment under a danger that comes and goes; nobody learns from experience "
        "and third parties do not count.",
        {"experience": False, "third_parties": False},
    ),
    "experience only": Rival(
        "Ties follow what two actors do to each other; attention never shifts and third parties do "
        "not count.",
        {"salience_decay": False, "third_parties": False},
    ),
    "balance only": Rival(
        "Ties follow friends and enemies in common; attention never shifts and nobody learns from "
        "experience.",
        {"salience_decay": False, "experience": False},
    ),
    "tie cut from behaviour": Rival(
        "Ties move as in the theory, but everybody acts by the ties of before the war.",
        {"tie_behaviour": False},
    ),
    TREND: Rival(
        "Every observable goes on as it went before the goal was achieved, and no intervention "
        "changes anything.",
        {},
    ),
}


def continued(
    part: NDArray[np.float64], whole: NDArray[np.float64], date: int, bounds: tuple[float, float]
) -> NDArray[np.float64]:
    """A weekly share that continues the linear trend of its weeks before a date.

    Parameters
    ----------
    part, whole : ndarray, shape (..., weeks)
        Sums over runs; the trend is the least-squares line through part / whole, each week weighed
        by its whole.
    date : int
        First week that is not known.
    bounds : (float, float)
        Range of the share.

    Returns
    -------
    ndarray, shape (..., weeks)
        The share as observed before the date (NaN in weeks without a case), the line from then on.
    """
    weeks = np.arange(part.shape[-1], dtype=np.float64)
    known = weeks < date
    weight = whole * known
    total = np.maximum(weight.sum(axis=-1, keepdims=True), 1e-300)
    share = np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
    seen = np.where(np.isnan(share), 0.0, share)
    centre = (weight * weeks).sum(axis=-1, keepdims=True) / total
    level = (weight * seen).sum(axis=-1, keepdims=True) / total
    spread = (weight * (weeks - centre) ** 2).sum(axis=-1, keepdims=True)
    slope = (weight * (weeks - centre) * seen).sum(axis=-1, keepdims=True) / np.maximum(
        spread, 1e-300
    )
    ahead = np.clip(level + slope * (weeks - centre), *bounds)
    return np.where(known, share, ahead)


class Trend:
    """The null model of a linear trend; it is called as `treatments.Treatments` is.

    The date is the median week of the achieved goal. Shares after it are weekly shares on the line,
    averaged over weeks. Errors are those of the jackknife over runs.

    Parameters
    ----------
    treatments : Treatments
        Of the theory; its open war as coded is played if it was not yet.

    Raises
    ------
    SimError
        If no run achieves the goal, or too early for a trend.
    """

    def __init__(self, treatments: Treatments) -> None:
        base = treatments.play(Cell())
        met = treatments.met[treatments.met < NOT_MET]
        if not len(met) or np.median(met) < 3:
            raise SimError("there is no trend: the goal is never achieved, or at once")
        self.date, self.roles = int(np.median(met)), treatments.roles
        self._figures = {MET: base[MET]}
        for name, one in treatments.series.items():
            if (one.whole.sum(axis=0)[: self.date] > 0).any():
                self._read(name, one)

    def _read(self, name: str, one: Series) -> None:
        part, whole = one.part.sum(axis=0), one.whole.sum(axis=0)
        known = continued(part, whole, self.date, one.bounds)
        without = continued(part - one.part, whole - one.whole, self.date, one.bounds)
        calendar = self.roles.weeks
        for window, inside in windows(len(part), self.date, calendar).items():
            if inside.any():
                self._figures[f"{name} {window}"] = leave_one_out(
                    float(np.nanmean(known[inside])), np.nanmean(without[:, inside], axis=1)
                )
        if name == "tie":
            last = min(self.date + calendar.lag, len(part) - 1)
            self._figures[DRIFT] = leave_one_out(
                float(known[last] - known[self.date]), without[:, last] - without[:, self.date]
            )

    def __call__(self, reading: str, setting: str = OPEN, aims: str = CODED) -> Figure:
        """One reading; the same whatever the setting and the aims."""
        if reading not in self._figures:
            raise MissingError(f"there is no trend of {reading!r}")
        return self._figures[reading]

    def extra(self, name: str) -> Figure:
        """Nothing: a trend has no history of its own."""
        return self(name)
