"""What is scored: the pairs with an outcome, and what a predictor says of each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.engine.inputs import Floats
from sim.experiments.benchmark.war_library import STATUSES, War
from sim.measures.breaks import BROKE


@dataclass(frozen=True)
class Scored:
    """All pairs with an outcome, war by war, as arrays.

    Attributes
    ----------
    wars : tuple of War
        Those with outcomes.
    """

    wars: tuple[War, ...]

    @cached_property
    def war(self) -> NDArray[np.int64]:
        """Place of the war of each pair."""
        return np.repeat(np.arange(len(self.wars)), [len(war.outcomes) for war in self.wars])

    @cached_property
    def pairs(self) -> tuple[tuple[War, str, str], ...]:
        """Each pair with its war."""
        return tuple((war, one.one, one.other) for war in self.wars for one in war.outcomes)

    @cached_property
    def level(self) -> NDArray[np.int64]:
        """0 held, 1 strained, 2 broke."""
        every = (STATUSES.index(one.status) for war in self.wars for one in war.outcomes)
        return np.fromiter(every, dtype=np.int64)

    @cached_property
    def broke(self) -> NDArray[np.bool_]:
        """Whether a pair broke by five years after the threat was gone."""
        return np.asarray(self.level == STATUSES.index(BROKE), dtype=np.bool_)

    @cached_property
    def when(self) -> NDArray[np.int64]:
        """The half-year in which a pair first broke, -1 for never: `War.half_year`."""
        every = (war.half_year(one) for war in self.wars for one in war.outcomes)
        return np.fromiter(every, dtype=np.int64)

    @cached_property
    def weight(self) -> Floats:
        """One over the number of pairs of the war: each war counts alike."""
        return np.asarray(1.0 / np.bincount(self.war)[self.war], dtype=np.float64)


@dataclass(frozen=True)
class Forecast:
    """What a predictor says of each pair of a `Scored`, in its order.

    Attributes
    ----------
    name : str
        In tables.
    rank : ndarray, optional
        The larger, the more likely the pair breaks.
    probability : ndarray, optional
        That it has broken five years after the threat is gone.
    hazard : sequence of ndarray, optional
        For each pair, the chance to break in each half-year if it has not before.
    reached : sequence of ndarray, optional
        For each pair, the chance to have broken by the end of each half-year.
    """

    name: str
    rank: Floats | None = None
    probability: Floats | None = None
    hazard: Sequence[Floats] | None = None
    reached: Sequence[Floats] | None = None


def share(yes: Floats, of: Floats) -> Floats:
    """A share of runs, one half of none."""
    return np.where(of > 0, yes / np.maximum(of, 1.0), 0.5)


def reached_by(hazard: Floats) -> Floats:
    """The chance to have broken by the end of each half-year."""
    return 1.0 - np.cumprod(1.0 - hazard)
