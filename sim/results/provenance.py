"""The scenario, seed and versions of results, and checks that a selection can be read.

Results hold some codes in place of names: who convened (`convener`), who acted in which event
(`event_actor`, `event_counterpart`, `event_issue`). A code is a place in the file of the scenario,
never a place on an axis of the Dataset, which a user may select from or put in another order; the
scenario travels with the Dataset as an attribute of the coordinate `date`. Runs and weeks of events
are numbers, as the coordinates `run` and `week` have them.
"""

from __future__ import annotations

import functools
import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from importlib import metadata
from types import MappingProxyType

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim import distribution
from sim.engine.drawn_numbers import drawn_numbers, with_drawn
from sim.errors import ResultsError
from sim.rules.jit import rules_fingerprint
from sim.scenario.files import dumps, loads_kept
from sim.scenario.schema import Scenario

FORMAT = 2
# What is called otherwise in files of format 1 and in stores of format 1 and 2.
RENAMED = {"round": "week", "event_round": "event_week"}
# Where the text of the scenario lies: displayed results do not show attributes of coordinates.
_HOLDER, _TEXT = "date", "scenario"
# The attribute of results whose runs have drawn the ranges of their scenario.
UNCERTAIN = "uncertain"
# Axes that measures and figures need as axes, also with one value.
_AXES = (
    "run", "week", "actor", "other", "issue", "camp", "theatre", "link", "account", "objective",
    "range",
)  # fmt: skip


def provenance(scenario: Scenario, seed: int) -> dict[str, str | int]:
    """Attributes needed to make results again: scenario in full, seed, versions."""
    return {
        "title": scenario.name,
        "format": FORMAT,
        _TEXT: dumps(scenario),
        "seed": str(seed),
        "versions": json.dumps(dict(versions())),
    }


@functools.cache
def versions() -> Mapping[str, str]:
    """Versions of this program and its rules, and of what its numbers depend on.

    They are looked up once in a process: what was imported stays.
    """
    found = {
        "rules": rules_fingerprint(),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "entente": distribution.version(),
    }
    for package in ("numpy", "numba", "mesa", "xarray"):
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "not installed"
    return MappingProxyType(found)


def folded(results: xr.Dataset) -> xr.Dataset:
    """The same results with the text of the scenario where displayed results do not show it.

    It moves from the attributes of the Dataset to those of the coordinate `date`. A hash of it
    becomes the coordinate `scenario_hash`, which tells when runs of several scenarios were put
    together.
    """
    text = results.attrs.get(_TEXT)
    if text is None or _HOLDER not in results.coords:
        return results
    mark = hashlib.blake2b(str(text).encode(), digest_size=8).hexdigest()
    marks = np.array([mark], dtype=object)
    results = results.assign_coords({"scenario_hash": (_TEXT, marks)})
    results.attrs = {name: value for name, value in results.attrs.items() if name != _TEXT}
    results[_HOLDER].attrs[_TEXT] = str(text)
    return results


def scenario_of(results: xr.Dataset) -> Scenario:
    """The scenario that results were made from.

    Raises
    ------
    ResultsError
        If the Dataset does not carry one, or carries runs of several scenarios.
    """
    checked(results)
    text = _text(results)
    if text is None:
        raise ResultsError("these results carry no scenario: they were not made by this program")
    return _scenario_inside(str(text))


def scenarios_of_runs(results: xr.Dataset, runs: Sequence[int] | None = None) -> list[Scenario]:
    """The scenarios that the runs of results were given, with what each has drawn of ranges.

    Parameters
    ----------
    results : Dataset
        Of any kind.
    runs : sequence of int, optional
        Numbers of the runs that are asked for; all if not given.

    Returns
    -------
    list of Scenario
        One a run, in their order; if no ranges were drawn a single one, which is that of all runs.

    Raises
    ------
    ResultsError
        As from `scenario_of`.
    """
    scenario = scenario_of(results)
    if UNCERTAIN not in results.attrs:
        return [scenario]
    numbers = results["run"].values if runs is None else np.array(runs, dtype=np.int64)
    drawn = drawn_numbers(scenario, int(results.attrs["seed"]), numbers)
    return [with_drawn(scenario, row) for row in drawn]


def scenario_of_run(results: xr.Dataset, run: int) -> Scenario:
    """The scenario that one run was given; see `scenarios_of_runs`."""
    return scenarios_of_runs(results, [run])[0]


def _text(results: xr.Dataset) -> str | None:
    # in files and stores of older versions it lies in the attributes of the Dataset
    found: str | None = results[_HOLDER].attrs.get(_TEXT, results.attrs.get(_TEXT))
    return found


@functools.lru_cache(maxsize=8)
def _scenario_inside(text: str) -> Scenario:
    """The scenario of a text, cached: figures and measures ask for it many times."""
    return loads_kept(text, "scenario inside the results")


def checked(results: xr.Dataset) -> xr.Dataset:
    """Give back results whose axes can be read, whatever was selected from them.

    Raises
    ------
    ResultsError
        If they are no results, an axis was selected as a single value and not as a list, the weeks
        are not in the order of time, or runs of several scenarios were put together.
    """
    if not isinstance(results, xr.Dataset):
        raise ResultsError(f"results are an xarray Dataset, not {type(results).__name__}")
    for axis in _AXES:
        has_axis(results, axis)
        if axis in results.dims and axis not in results.coords:
            raise ResultsError(f"these results do not say which {axis} is which: they lack a part")
    for axis in ("run", "week", "date"):
        if axis not in results.coords:
            raise ResultsError(f"these results have no {axis!r}: they are no results of runs")
    mark = results.coords.get("scenario_hash")
    if (mark is not None and mark.ndim > 1) or results["date"].dims != ("week",):
        raise ResultsError(
            "these results hold runs of several scenarios: read those of each by themselves"
        )
    if (np.diff(results["week"].values) <= 0).any():
        raise ResultsError(
            "the weeks of these results are not in the order of time: "
            "results.sortby('week') puts them in order"
        )
    return results


def has_axis(values: xr.Dataset | xr.DataArray, axis: str) -> None:
    """Refuse what was selected as a single value of an axis, and say how to keep the axis.

    Raises
    ------
    ResultsError
        If it was.
    """
    if axis in values.coords and values[axis].ndim == 0:
        value = values[axis].values.astype(object).item()
        raise ResultsError(
            f"these results have no axis {axis!r} any more: select with a list, as "
            f"results.sel({axis}=[{value!r}]), to keep it"
        )


def distinct_runs(results: xr.Dataset) -> xr.Dataset:
    """Give back results in which no number of a run stands twice.

    Raises
    ------
    ResultsError
        If one does: events are known by the number of their run.
    """
    numbers, count = np.unique(checked(results)["run"].values, return_counts=True)
    if (count > 1).any():
        raise ResultsError(
            f"run {numbers[count.argmax()]} stands in these results more than once, so it cannot "
            "be told whose events are whose: keep each number of a run once"
        )
    return results


def every_week(results: xr.Dataset, what: str) -> xr.Dataset:
    """Give back results without a gap between their weeks, which `what` needs.

    Raises
    ------
    ResultsError
        If weeks were left out between others.
    """
    if (np.diff(checked(results)["week"].values) != 1).any():
        raise ResultsError(f"{what} needs every week: some were left out of these results")
    return results


def whole(results: xr.Dataset, what: str) -> xr.Dataset:
    """Give back results with all actors, issues and weeks from 0 on, which `what` needs.

    Raises
    ------
    ResultsError
        If something of them was left out; says what.
    """
    weeks = every_week(results, what)["week"].values
    if len(weeks) and weeks[0] != 0:
        raise ResultsError(f"{what} needs the record from week 0 on; these begin at {weeks[0]}")
    for axis in ("actor", "other", "issue"):
        gone = set(names_of(results, axis)) - set(results[axis].values.tolist())
        if gone:
            raise ResultsError(
                f"{what} needs every {axis}: {', '.join(sorted(gone))} not in these results"
            )
    return results


def names_of(results: xr.Dataset, axis: str) -> list[str]:
    """Names by code: of all actors or issues of the scenario, in the order of its file.

    A Dataset made by hand, which never had a scenario, has the names of its axes.

    Raises
    ------
    ResultsError
        If the results carry no scenario, or names that are not in it.
    """
    checked(results)
    if "scenario_hash" not in results.coords and _text(results) is None:
        return [str(name) for name in results[axis].values.tolist()]
    scenario = scenario_of(results)
    names = list(scenario.issues if axis == "issue" else scenario.actors)
    if axis in results.coords:
        strange = set(map(str, results[axis].values.tolist())) - set(names)
        if strange:
            raise ResultsError(
                f"these results hold {', '.join(sorted(strange))}, not in the scenario that they "
                "carry: read the runs of each scenario by themselves"
            )
    return names


def named(results: xr.Dataset, axis: str, codes: NDArray[np.number]) -> NDArray[np.object_]:
    """Names in place of codes, empty where there is none (-1)."""
    words = np.array([*names_of(results, axis), ""], dtype=object)
    return words[np.asarray(codes, dtype=np.int64)]


def places(
    axis: NDArray[np.int64], wanted: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Where each wanted number stands on an axis, and whether it stands there at all."""
    if not len(axis):
        return np.zeros(len(wanted), dtype=np.int64), np.zeros(len(wanted), dtype=np.bool_)
    order = np.argsort(axis, kind="stable")
    place = order[np.minimum(np.searchsorted(axis[order], wanted), len(axis) - 1)]
    return place, axis[place] == wanted
