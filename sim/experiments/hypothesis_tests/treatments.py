"""Ensembles of the experiments on one coding: played when asked for, kept as readings only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np
import xarray as xr

from sim.errors import SimError
from sim.experiments.hypothesis_tests.designs import CODED, OPEN, Cell, scenario_of
from sim.experiments.hypothesis_tests.estimates import Figure, Spread, combined
from sim.experiments.hypothesis_tests.observables import (
    RECORD,
    Series,
    figures,
    first_achieved,
    pair_figures,
    series,
)
from sim.experiments.hypothesis_tests.roles import Cast
from sim.runs.ensemble import ensemble
from sim.scenario.schema import Scenario

# What history's measures need of the open war beside the readings.
BREACHES = "capability,effort,violated"

type Extra = Callable[[xr.Dataset], Mapping[str, Figure | Spread]]


class MissingError(SimError):
    """A reading that the scenario has no cast for; its text says what is missing."""


class Asked(Protocol):
    """Anything that can be asked for readings: the cells of a coding, or a rival's."""

    cast: Cast

    def __call__(self, reading: str, setting: str = OPEN, aims: str = CODED) -> Figure:
        """One reading of one cell, see `Cells`."""
        ...

    def extra(self, name: str) -> Figure | Spread:
        """One further reading of the open war as coded."""
        ...


class Cells:
    """The experiments on one coding.

    All have the same seed and runs, so figures of different cells are paired. `met` is the week of
    the achieved goal by run, `series` the readings by week, once the open war was played.

    Parameters
    ----------
    case : Scenario
        As it is coded.
    cast : Cast
        The two allies and their parts in the test.
    runs, seed : int
        Runs of each experiment, and the seed that all share.
    pairs : sequence of (str, str)
        Other pairs whose ties are read too, see
        `sim.experiments.hypothesis_tests.observables.pair_figures`.
    swapped : Cast, optional
        The same two with their parts exchanged, read too.
    extra : callable, optional
        Further readings of the open war as coded.
    workers : int, optional
        See `sim.runs.ensemble.ensemble`.
    """

    def __init__(
        self,
        case: Scenario,
        cast: Cast,
        runs: int,
        seed: int,
        *,
        pairs: Sequence[tuple[str, str]] = (),
        swapped: Cast | None = None,
        extra: Extra | None = None,
        workers: int | None = None,
    ) -> None:
        self.case, self.cast, self.runs, self.seed = case, cast, runs, seed
        self.swapped = swapped
        self.met = np.zeros(0, dtype=np.int64)
        self.series: Mapping[str, Series] = {}
        self._pairs, self._extra, self.workers = tuple(pairs), extra, workers
        self._extras: Mapping[str, Figure | Spread] = {}
        self._played: dict[Cell, list[dict[str, Figure]]] = {}

    def play(self, cell: Cell) -> list[dict[str, Figure]]:
        """Readings of a cell, for the cast and for the swapped one; played once.

        Raises
        ------
        MissingError
            If the scenario has no cast for this experiment.
        """
        if cell not in self._played:
            try:
                scenario = scenario_of(cell, self.case, self.cast)
            except SimError as error:
                raise MissingError(str(error)) from error
            record = f"{RECORD},{BREACHES}" if cell == Cell() else RECORD
            results = ensemble(
                scenario, self.runs, self.seed, record=record, workers=self.workers,
                progress=False,
            )  # fmt: skip
            if results.attrs.get("failures"):
                raise SimError(f"runs failed: {results.attrs['failures'].splitlines()[0]}")
            found = series(results, self.cast)
            read = figures(results, self.cast, found)
            if self._pairs:
                read |= pair_figures(results, self.cast, self._pairs)
            both = [read]
            if self.swapped is not None:
                both.append(figures(results, self.swapped))
            if cell == Cell():
                self.series, self.met = found, first_achieved(results, self.cast)
                self._extras = self._extra(results) if self._extra else {}
            self._played[cell] = both
        return self._played[cell]

    def __call__(self, reading: str, setting: str = OPEN, aims: str = CODED) -> Figure:
        """One reading of one cell.

        Parameters
        ----------
        reading : str
            See `sim.experiments.hypothesis_tests.observables`.
        setting : str
            One of `sim.experiments.hypothesis_tests.designs.SETTINGS`.
        aims : str
            "" as coded, or whose aims both have: "partner" or "spoiler".

        Raises
        ------
        MissingError
            If the scenario has no cast for it.
        """
        return _reading(self, self.cast, 0, reading, setting, aims)

    def extra(self, name: str) -> Figure | Spread:
        """One of the further readings.

        Raises
        ------
        MissingError
            If there is none of this name.
        """
        self.play(Cell())
        if name not in self._extras:
            raise MissingError(f"no run has a case of {name!r}")
        return self._extras[name]


class Swapped:
    """The same cells, asked with partner and spoiler exchanged."""

    def __init__(self, cells: Cells) -> None:
        if cells.swapped is None:
            raise SimError("these cells have no swapped cast")
        self.cells, self.cast = cells, cells.swapped

    def __call__(self, reading: str, setting: str = OPEN, aims: str = CODED) -> Figure:
        """As `Cells`."""
        return _reading(self.cells, self.cast, 1, reading, setting, aims)

    def extra(self, name: str) -> Figure | Spread:
        """As `Cells`."""
        return self.cells.extra(name)


def _reading(cells: Cells, cast: Cast, which: int, reading: str, setting: str, aims: str) -> Figure:
    whose = {CODED: CODED, "partner": cast.partner, "spoiler": cast.spoiler}[aims]
    read = cells.play(Cell(whose, setting))[which]
    if reading not in read:
        raise MissingError(f"no run has a case of {reading!r} ({setting})")
    return read[reading]


def effect(ask: Asked, reading: str, settings: tuple[str, str], aims: str = CODED) -> Figure:
    """A reading in the first setting less that in the second."""
    return ask(reading, settings[0], aims) - ask(reading, settings[1], aims)


def four(ask: Asked, reading: str, settings: tuple[str, str], aims: str) -> list[Figure]:
    """The cells of a 2 x 2: both settings as coded, both with compatible aims."""
    return [ask(reading, setting, whose) for whose in (CODED, aims) for setting in settings]


def interaction(ask: Asked, reading: str, settings: tuple[str, str], aims: str) -> Figure:
    """How much more the first setting does if aims conflict, paired by run."""
    return combined(four(ask, reading, settings, aims))
