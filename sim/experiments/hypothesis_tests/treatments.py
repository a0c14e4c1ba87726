"""Ensembles of the experiments on one coding: played when asked for, kept as readings only."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import xarray as xr

from sim.errors import SimError
from sim.experiments.hypothesis_tests import observables
from sim.experiments.hypothesis_tests.designs import CODED, OPEN, Cell, scenario_of
from sim.experiments.hypothesis_tests.estimates import Figure, Spread, combined
from sim.experiments.hypothesis_tests.roles import Roles
from sim.runs.ensemble import ensemble
from sim.scenario.schema import Scenario

OUTCOMES = ("tie", "orders", "breaches")


class MissingError(SimError):
    """A reading that the scenario has no cast for; its text says what is missing."""


class Asked(Protocol):
    """Anything that can be asked for readings: the cells of a coding, or a rival's."""

    roles: Roles

    def __call__(self, reading: str, setting: str = OPEN, aims: str = CODED) -> Figure:
        """One reading of one cell, see `Treatments`."""
        ...

    def extra(self, name: str) -> Figure | Spread:
        """One further reading of the open war as coded."""
        ...


class Treatments:
    """The experiments on one coding.

    All have the same seed and runs, so figures of different cells are paired. `met` is the week of
    the achieved goal by run, `series` the readings by week, once the open war was played.

    Parameters
    ----------
    case : Scenario
        As it is coded.
    roles : Roles
        The two allies and their parts in the test.
    runs, seed : int
        Runs of each experiment, and the seed that all share.
    pairs : sequence of (str, str)
        Other pairs whose ties are read too, see
        `sim.experiments.hypothesis_tests.observables.figures`.
    swapped : Roles, optional
        The same two with their parts exchanged, read too: see `exchanged`.
    workers : int, optional
        See `sim.runs.ensemble.ensemble`.
    """

    def __init__(
        self,
        case: Scenario,
        roles: Roles,
        runs: int,
        seed: int,
        *,
        pairs: Sequence[tuple[str, str]] = (),
        swapped: Roles | None = None,
        workers: int | None = None,
    ) -> None:
        self.case, self.roles, self.runs, self.seed = case, roles, runs, seed
        self.casts = [roles] if swapped is None else [roles, swapped]
        self.met = np.zeros(0, dtype=np.int64)
        self.series: Mapping[str, observables.Series] = {}
        self.workers, self._pairs = workers, tuple(pairs)
        self._history: Mapping[str, Figure | Spread] = {}
        self._played: dict[Cell, dict[Roles, dict[str, Figure]]] = {}

    def exchanged(self) -> Treatments:
        """The same cells, asked with partner and spoiler exchanged."""
        self.play(Cell())  # the copy has what is kept of the open war
        other = copy.copy(self)
        other.roles = self.casts[1]
        return other

    def play(self, cell: Cell) -> dict[str, Figure]:
        """Readings of a cell; played once, for the cast and for the swapped one.

        Raises
        ------
        MissingError
            If the scenario has no cast for this experiment.
        """
        if cell not in self._played:
            first = self.casts[0]
            try:
                scenario = scenario_of(cell, self.case, first)
            except SimError as error:
                raise MissingError(str(error)) from error
            record = observables.RECORD
            record += f",{observables.BREACHES}" if cell == Cell() else ""
            results = all_played(
                scenario, self.runs, self.seed, record=record, workers=self.workers
            )
            found = observables.series(results, first)
            self._played[cell] = {first: observables.figures(results, first, found, self._pairs)}
            for roles in self.casts[1:]:
                self._played[cell][roles] = observables.figures(results, roles)
            if cell == Cell():
                self.series, self.met = found, observables.first_achieved(results, first)
                known = {name: read(results, first) for name, read in observables.HISTORY.items()}
                self._history = {n: one for n, one in known.items() if one is not None}
        return self._played[cell][self.roles]

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
        whose = {CODED: CODED, "partner": self.roles.partner, "spoiler": self.roles.spoiler}[aims]
        read = self.play(Cell(whose, setting))
        if reading not in read:
            raise MissingError(f"no run has a case of {reading!r} ({setting})")
        return read[reading]

    def extra(self, name: str) -> Figure | Spread:
        """One of the readings of `sim.experiments.hypothesis_tests.observables.HISTORY`.

        Raises
        ------
        MissingError
            If there is none of this name.
        """
        self.play(Cell())
        if name not in self._history:
            raise MissingError(f"no run has a case of {name!r}")
        return self._history[name]


def all_played(scenario: Scenario, runs: int, seed: int, **options: Any) -> xr.Dataset:
    """An ensemble of which no run has failed; `options` are those of `sim.ensemble`.

    Raises
    ------
    SimError
        If a run has failed.
    """
    results = ensemble(scenario, runs, seed, progress=False, **options)
    if results.attrs.get("failures"):
        raise SimError(f"runs failed: {results.attrs['failures'].splitlines()[0]}")
    return results


def effect(ask: Asked, reading: str, settings: tuple[str, str], aims: str = CODED) -> Figure:
    """A reading in the first setting less that in the second."""
    return ask(reading, settings[0], aims) - ask(reading, settings[1], aims)


def four(ask: Asked, reading: str, settings: tuple[str, str], aims: str) -> list[Figure]:
    """The cells of a 2 x 2: both settings as coded, both with compatible aims."""
    return [ask(reading, setting, whose) for whose in (CODED, aims) for setting in settings]


def interaction(ask: Asked, reading: str, settings: tuple[str, str], aims: str) -> Figure:
    """How much more the first setting does if aims conflict, paired by run."""
    return combined(four(ask, reading, settings, aims))


def reading_of(form: str, outcome: str) -> str:
    """The reading that a design measures an outcome by: from the achieved goal on, or late."""
    if form == "flag":
        return observables.DRIFT if outcome == "tie" else f"{outcome} after"
    return f"{outcome} measured"


def measured[**P, T](ask: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
    """What is asked for, or None where the scenario has no cast for it."""
    try:
        return ask(*args, **kwargs)
    except MissingError:
        return None
