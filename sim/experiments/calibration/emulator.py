"""The emulator, a quick approximation of the model: one Gaussian process for each target."""

from __future__ import annotations

import warnings
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd

from sim.distribution import how_to_get
from sim.errors import SimError
from sim.experiments.calibration.plan import Points

MISSING = f"calibration needs scikit-learn and emcee: {how_to_get('calibration')}"


@dataclass(frozen=True)
class Emulator:
    """Mean and standard deviation of the targets at any point.

    Attributes
    ----------
    processes : list
        One a target.
    kernels : list
        What was learned of each target's lengths and noise.
    """

    processes: list[Any]
    kernels: list[Any]

    def expected(self, points: Points) -> tuple[Points, Points]:
        """Mean and standard deviation of every target.

        Parameters
        ----------
        points : ndarray, shape (P, free numbers)
            In the unit cube: 0 is the low end of a range, 1 the high end.

        Returns
        -------
        ndarray, ndarray, shape (P, targets)
        """
        found = [process.predict(points, return_std=True) for process in self.processes]
        mean, error = (np.column_stack(part) for part in zip(*found, strict=True))
        return mean, error


def one_thread() -> AbstractContextManager[object]:
    """A context in which linear algebra uses one thread.

    The products are small: threads gain little, and lose much where they fight over a core.

    Raises
    ------
    SimError
        If the package that does it is not installed.
    """
    try:
        from threadpoolctl import threadpool_limits
    except ImportError as error:
        raise SimError(MISSING) from error
    return cast(AbstractContextManager[object], threadpool_limits(1))


def learn(points: Points, seen: pd.DataFrame, seed: int = 1) -> Emulator:
    """Learn every target from points that were played.

    A constant times a squared exponential with one length a number, and noise (the luck of the
    runs), by maximum likelihood (Rasmussen and Williams 2006).

    Parameters
    ----------
    points : ndarray, shape (P, free numbers)
        In the unit cube; the rows of `seen` belong to them, in order.
    seen : DataFrame
        From `sim.experiments.calibration.design.played`.
    seed : int
        Given to the regression of scikit-learn as `random_state`.

    Raises
    ------
    SimError
        If the package that does it is not installed, or a target could be measured almost nowhere.
    """
    try:
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.gaussian_process import GaussianProcessRegressor
        from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
    except ImportError as error:
        raise SimError(MISSING) from error
    processes, kernels = [], []
    for name in seen.columns:
        values = seen[name].to_numpy()
        known = np.isfinite(values)
        if known.sum() < 5 * points.shape[1]:
            raise SimError(
                f"target {name!r} could be measured at {known.sum()} of {len(values)} points only: "
                "too few to learn it; take more points, or narrower ranges"
            )
        kernel = ConstantKernel(1.0, (1e-2, 1e2)) * RBF(
            np.full(points.shape[1], 1.0), (0.1, 30.0)
        ) + WhiteKernel(0.1, (1e-4, 1.0))
        with warnings.catch_warnings():
            # a length at the end of its range says that the number does not matter
            warnings.simplefilter("ignore", ConvergenceWarning)
            process = GaussianProcessRegressor(kernel, normalize_y=True, random_state=seed)
            process.fit(points[known], values[known])
            # the luck of the runs is not what a point is expected to be
            noise = process.kernel_.k2.noise_level
            steady = GaussianProcessRegressor(
                process.kernel_.k1, alpha=noise, normalize_y=True, optimizer=None
            ).fit(points[known], values[known])
        processes.append(steady)
        kernels.append(process.kernel_)
    return Emulator(processes, kernels)


def skill(emulator: Emulator, points: Points, seen: pd.DataFrame, seed: int = 1) -> pd.Series:
    """Share of each target's variance that the emulator predicts at points left out (R squared).

    Five folds; lengths and noise are learned again in each, from the points that are left in.

    Parameters
    ----------
    emulator : Emulator
        Learned from all of them: where each fold starts.
    points, seen, seed
        As in `learn`.

    Returns
    -------
    Series
        1 is all of it, 0 as good as the mean, by target.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.model_selection import KFold, cross_val_predict

    found = {}
    for name, kernel in zip(seen.columns, emulator.kernels, strict=True):
        values = seen[name].to_numpy()
        known = np.isfinite(values)
        process = GaussianProcessRegressor(kernel, normalize_y=True, random_state=seed)
        folds = KFold(5, shuffle=True, random_state=seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            foretold = cross_val_predict(process, points[known], values[known], cv=folds)
        spread = values[known].var()
        found[name] = 1.0 - ((values[known] - foretold) ** 2).mean() / spread if spread else 1.0
    return pd.Series(found, name="skill")
