"""A typical run of an ensemble, and an extreme one, by all the numbers of every run."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim.engine.event_log import KINDS, OF_COUNTERPARTS
from sim.measures.run_numbers import Measure, measured
from sim.results import selection
from sim.results.dataset import scenario_of
from sim.scenario.english import Words

# Typical runs are looked for among so many.
MOST_SOUGHT = 20_000
FAR = 4.0


class Extremes(NamedTuple):
    """The run nearest to the medians and the run farthest from them.

    Attributes
    ----------
    typical, extreme : int
        Numbers of the runs.
    farthest : tuple of str
        What the extreme run differs in most, with its value and the median.
    """

    typical: int
    extreme: int
    farthest: tuple[str, ...]


def extremes(results: xr.Dataset) -> Extremes:
    """Find a typical run and an extreme one.

    Every number of a run (see `sim.measures.run_numbers.outcomes`) is measured by its distance from
    the median in standard deviations, at most 4. The course of the war, decisions of actors,
    positions, capabilities and ties at the end count equally, however many numbers each has.

    Parameters
    ----------
    results : Dataset
        Only the first 20,000 runs are looked at.

    Raises
    ------
    ResultsError
        If there are no runs.
    """
    selection.run_number(results)
    some = results.isel(run=slice(0, MOST_SOUGHT))
    far: dict[Measure, NDArray[np.float64]] = {}
    groups: dict[str, list[NDArray[np.float64]]] = {}
    found = numbers(some)
    for measure, values in found.items():
        spread = float(values.std())
        if spread > 0.0:
            far[measure] = np.minimum(np.abs(values - np.median(values)) / spread, FAR)
            group = "course" if measure.kind in ("weeks", "happenings") else measure.kind
            groups.setdefault(group, []).append(far[measure])
    runs = results["run"].values
    if not groups:
        return Extremes(int(runs[0]), int(runs[-1] if len(runs) > 1 else runs[0]), ())
    distance = np.mean([np.mean(group, axis=0) for group in groups.values()], axis=0)
    near, far_off = int(np.argmin(distance)), int(np.argmax(distance))
    most = sorted(far, key=lambda measure: -float(far[measure][far_off]))[:4]
    words = Words(scenario_of(some))
    told = (
        f"{of.said(words)}: {found[of][far_off]:.4g}, median {np.median(found[of]):.4g}"
        for of in most
    )
    return Extremes(int(runs[near]), int(runs[far_off]), tuple(told))


def numbers(results: xr.Dataset) -> dict[Measure, NDArray[np.float64]]:
    """The numbers of every run, also of results that have no summary."""
    selection.variable(results, "state")
    told = {"happened", "decided"} <= set(results) or "event_kind" in results
    found = measured(_whole(results))
    return {measure: values for measure, values in found if told or measure.kind != "happenings"}


def _whole(results: xr.Dataset) -> xr.Dataset:
    """Results with a summary, made of what there is."""
    full = results
    for weekly, dims in (
        ("tie", ("run", "actor", "other")), ("position", ("run", "issue")),
        ("capability", ("run", "actor")),
    ):  # fmt: skip
        if f"final_{weekly}" not in results:
            last = xr.DataArray(np.zeros([results.sizes[dim] for dim in dims]), dims=dims)
            if weekly in results:
                last = results[weekly].isel(week=-1, drop=True)
            full = full.assign({f"final_{weekly}": last})
    if not {"happened", "decided"} <= set(results):
        full = full.assign(_counted(full))
    return full.transpose("run", "week", ...)


def _counted(results: xr.Dataset) -> dict[str, tuple[tuple[str, ...], NDArray[np.int64]]]:
    """How often everything happened in each run, from the events if there are any."""
    runs, actors = results.sizes["run"], results.sizes["actor"]
    happened = np.zeros((runs, len(KINDS), 2), dtype=np.int64)
    decided = np.zeros((runs, len(KINDS), 2, actors), dtype=np.int64)
    if "event_kind" in results:
        column = {
            name: results[f"event_{name}"].values.astype(np.int64)
            for name in ("run", "kind", "answer", "actor", "counterpart")
        }
        place = np.searchsorted(results["run"].values, column["run"])
        there = np.isin(column["run"], results["run"].values)
        whom = np.where(
            np.isin(column["kind"], OF_COUNTERPARTS), column["counterpart"], column["actor"]
        )
        what = (place[there], column["kind"][there], column["answer"][there])
        np.add.at(happened, what, 1)
        who = there & (whom >= 0)
        np.add.at(decided, (place[who], column["kind"][who], column["answer"][who], whom[who]), 1)
    return {
        "happened": (("run", "kind", "answer"), happened),
        "decided": (("run", "kind", "answer", "actor"), decided),
    }
