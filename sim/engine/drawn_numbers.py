"""Draw the numbers that a scenario gives as ranges, for each run anew.

What is drawn depends on seed, run and the path of the number alone: scenarios that share a range
share its draws, whatever else they hold.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.engine import draws
from sim.engine.inputs import Floats
from sim.scenario.coded_ranges import with_values
from sim.scenario.schema import Scenario


def paths(scenario: Scenario) -> tuple[str, ...]:
    """The paths of the numbers that are given as ranges, in the order of their names."""
    return tuple(sorted(scenario.ranges))


def drawn_numbers(scenario: Scenario, seed: int, runs: NDArray[np.integer]) -> Floats:
    """Draw the ranges of a scenario for some runs.

    Parameters
    ----------
    scenario : Scenario
        With ranges or without.
    seed : int
        The seed of all runs.
    runs : ndarray of int, shape (runs,)
        Numbers of the runs.

    Returns
    -------
    ndarray, shape (runs, ranges)
        In the order of `paths`.
    """
    names = paths(scenario)
    subjects = np.array([draws.subject(f"range:{name}") for name in names], dtype=np.uint64)
    found = np.zeros((len(runs), len(names)))
    for keys, row in zip(draws.block_keys(seed, runs.astype(np.uint64)), found, strict=True):
        draws.uniforms(row, keys, draws.NO_DRAWS, draws.RANGE, subjects, 0)
        row[:] = [
            scenario.ranges[name].at(share) for name, share in zip(names, row.tolist(), strict=True)
        ]
    return found


def with_drawn(scenario: Scenario, values: Floats) -> Scenario:
    """A scenario with one row of `drawn_numbers` in the place of its ranges."""
    return with_values(scenario, dict(zip(paths(scenario), values.tolist(), strict=True)))


def drawn_scenario(scenario: Scenario, seed: int, run: int) -> Scenario:
    """The scenario that one run is given where ranges are drawn: it has none any more."""
    return with_drawn(scenario, drawn_numbers(scenario, seed, np.array([run], np.uint64))[0])
