"""Two scenarios with the same luck: what differs, and in how many runs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy.stats import t as student

from sim.ensembles import ensemble
from sim.errors import SimError
from sim.events import CODE
from sim.givens import Layout
from sim.measures.intervals import wilson
from sim.parting import Parting, parting
from sim.scenario import Scenario
from sim.study import MOST_RUNS, given, whole

_STATES = ("war", "ceasefire", "settlement", "victory")
_COUNTS = {
    "ceasefires offered": ("ceasefire", (0, 1)),
    "ceasefires signed": ("ceasefire", (1,)),
    "ceasefires collapsed": ("collapse", (1,)),
    "rounds of talks with a vote": ("settle", (0, 1)),
    "bilateral deals": ("deal", (1,)),
}
_BY_ACTOR = {
    "weeks {} broke a ceasefire": ("comply", 0),
    "weeks {} ordered to break it": ("order", 0),
    "times {} ratified": ("ratify", 1),
    "times {} refused to ratify": ("ratify", 0),
    "times {} was consulted": ("consult", 1),
    "times {} was left out": ("consult", 0),
    "times {} came to the talks": ("attend", 1),
    "times {} voted for the text": ("vote", 1),
}


def outcomes(results: xr.Dataset) -> dict[str, NDArray[np.float64]]:
    """The numbers of every run that a comparison looks at.

    Parameters
    ----------
    results : Dataset
        Of `sim.ensembles.ensemble`; the summary is enough.

    Returns
    -------
    dict of str to ndarray
        Name in words -> values of shape (runs,). Weeks in each state, ceasefires and talks,
        decisions of each actor, and positions, capabilities and ties at the end (the mean of both
        directions).
    """
    found: dict[str, NDArray[np.float64]] = {}
    state = results["state"].values
    for code, name in enumerate(_STATES[: max(3, int(state.max(initial=0)) + 1)]):
        found[f"weeks of {name}"] = (state == code).sum(axis=1).astype(float)
    happened, decided = results["happened"].values, results["decided"].values
    for name, (kind, answers) in _COUNTS.items():
        found[name] = happened[:, CODE[kind], list(answers)].sum(axis=1).astype(float)
    actors = [str(name) for name in results["actor"].values]
    for form, (kind, answer) in _BY_ACTOR.items():
        for i, actor in enumerate(actors):
            values = decided[:, CODE[kind], answer, i].astype(float)
            if values.any():
                found[form.format(actor)] = values
    for k, issue in enumerate(str(name) for name in results["issue"].values):
        found[f"position of {issue} at the end"] = (
            results["final_position"].values[:, k].astype(float)
        )
    for i, actor in enumerate(actors):
        found[f"capability of {actor} at the end"] = (
            results["final_capability"].values[:, i].astype(float)
        )
    tie = results["final_tie"].values.astype(float)
    for i, one in enumerate(actors):
        for j in range(i + 1, len(actors)):
            found[f"tie of {one} and {actors[j]} at the end"] = (tie[:, i, j] + tie[:, j, i]) / 2
    return found


@dataclass(frozen=True)
class Comparison:
    """What becomes of a war if something in it were otherwise.

    Attributes
    ----------
    titles : tuple of str
        Of the two scenarios.
    runs : int
        Pairs of runs that were compared.
    table : DataFrame
        One row a measure: ``first``, ``second`` (means), ``difference`` (second less first),
        ``low``, ``high`` (its 95 % interval, paired), ``changed`` (share of the runs in which it
        differs), ``effect`` (difference in standard errors).
    changed : float
        Share of the runs in which any decision or happening differs; NaN if the two have other
        actors or issues.
    changed_interval : tuple of float
        95 % (Wilson).
    parting : Parting or None
        Of one pair of runs that differs; None if none does.
    """

    titles: tuple[str, str]
    runs: int
    table: pd.DataFrame
    changed: float
    changed_interval: tuple[float, float]
    parting: Parting | None

    def __str__(self) -> str:
        return self.page()

    def page(self, most: int = 20, width: int = 44) -> str:
        """The comparison as text: headline measures, then those that differ most."""
        low, high = self.changed_interval
        told = (
            f"Some decision or happening differs in {self.changed:.1%} of them "
            f"({low:.1%} to {high:.1%})."
        )
        if math.isnan(self.changed):
            told = "They have other actors or issues; what they share is compared."
        lines = [
            f"first:  {self.titles[0]}",
            f"second: {self.titles[1]}",
            f"{self.runs} pairs of runs with the same luck. {told}",
            "",
            f"{'':{width}}{'first':>9}{'second':>9}{'difference':>12}   95 % interval"
            f"{'runs that differ':>22}",
        ]
        headline = [name for name in self.table.index if name in _headlines()]
        apart = self.table[(self.table["low"] > 0) | (self.table["high"] < 0)]
        order = apart["effect"].abs().sort_values(ascending=False, kind="stable").index
        rest = [name for name in order if name not in headline][:most]
        lines += [self._line(name, width) for name in headline]
        lines += (
            ["", f"of the other {len(self.table) - len(headline)} measures:", ""] if rest else []
        )
        lines += [self._line(name, width) for name in rest]
        left = len(apart.drop(index=headline, errors="ignore")) - len(rest)
        if left > 0:
            lines.append(f"... and {left} more whose interval leaves 0 out")
        lines += [
            "",
            "Each interval is for its own measure. About one in twenty measures without any effect "
            "would leave 0 out by chance.",
        ]
        if self.parting is not None:
            lines += ["", self.parting.text]
        return "\n".join(lines)

    def _line(self, name: str, width: int) -> str:
        row = self.table.loc[name]
        return (
            f"{name:{width}}{row['first']:9.3f}{row['second']:9.3f}{row['difference']:+12.4f}   "
            f"{row['low']:+.4f} to {row['high']:+.4f}{row['changed']:15.1%}"
        )


def _headlines() -> list[str]:
    return [*(f"weeks of {state}" for state in _STATES), *_COUNTS]


def compare(
    first: Scenario | str | Path,
    second: Scenario | str | Path,
    runs: int = 1000,
    seed: int = 1,
    *,
    set: Mapping[str, object] | Sequence[str] = (),
    run: int | None = None,
    executor: str = "auto",
    workers: int | None = None,
    progress: bool = False,
) -> Comparison:
    """Play two scenarios with the same luck, and say what differs.

    Parameters
    ----------
    first, second : Scenario or path
    runs, seed : int
        Pairs of runs, and what names their luck.
    set : mapping or sequence of str
        Changes to the second.
    run : int, optional
        Number of the pair whose parting is told; by default the first that differs.
    executor, workers, progress
        See `sim.ensembles.ensemble`.

    Raises
    ------
    ScenarioError
        If a scenario cannot be used.
    SimError
        If the two have nothing in common, or an argument is out of range.
    """
    cases = given(first), given(second, set)
    runs = whole("runs", runs, 1, MOST_RUNS)
    if run is not None and not 0 <= run < runs:
        raise SimError(f"there is no pair of runs {run}: they are 0 to {runs - 1}")
    a, b = (
        ensemble(case, runs, seed, executor=executor, workers=workers, progress=progress)
        for case in cases
    )
    both = np.intersect1d(a["run"].values, b["run"].values)
    if len(both) == 0:
        lost = a.attrs.get("failures", "") or b.attrs.get("failures", "")
        raise SimError(f"no pair of runs is left, all failed: {lost.partition(chr(10))[0]}")
    a, b = a.sel(run=both), b.sel(run=both)
    table = differences(outcomes(a), outcomes(b))
    places = [Layout.of(case) for case in cases]
    # The fingerprint of a story names actors and issues by their places.
    alike = (places[0].actors, places[0].issues) == (places[1].actors, places[1].issues)
    differs = a["story"].values != b["story"].values
    share, interval = math.nan, (math.nan, math.nan)
    if alike:
        low, high = wilson(differs.sum(), len(both))
        share, interval = float(differs.mean()), (float(low), float(high))
    number = run
    if run is not None and run not in both:
        raise SimError(f"run {run} failed, so there is no such pair")
    if run is None and (differs.any() or not alike):
        number = int(both[np.flatnonzero(differs | (not alike))[0]])
    return Comparison(
        titles=(cases[0].name, f"{cases[1].name}{_changes(set)}"),
        runs=len(both),
        table=table,
        changed=share,
        changed_interval=interval,
        parting=None if number is None else parting(cases[0], cases[1], seed, number),
    )


def _changes(set: Mapping[str, object] | Sequence[str]) -> str:
    words = [f"{path}={value}" for path, value in set.items()] if isinstance(set, Mapping) else set
    return f" with {', '.join(words)}" if words else ""


def differences(
    first: Mapping[str, NDArray[Any]], second: Mapping[str, NDArray[Any]]
) -> pd.DataFrame:
    """Paired differences of the outcomes of two ensembles; see `Comparison.table`.

    A count that never occurs in one of them is 0 there; other measures must be of both.
    """
    rows = {}
    for name in dict.fromkeys([*first, *second]):
        one, other = first.get(name), second.get(name)
        if one is None or other is None:
            there = other if one is None else one
            if there is None or not name.startswith(("weeks", "times")):
                continue
            one = np.zeros_like(there) if one is None else one
            other = np.zeros_like(there) if other is None else other
        gap = other - one
        mean = float(gap.mean())
        error = float(gap.std(ddof=1)) / math.sqrt(len(gap)) if len(gap) > 1 else math.inf
        reach = float(student.ppf(0.975, len(gap) - 1)) if len(gap) > 1 else 1.0
        effect = 0.0 if mean == 0.0 else mean / error if error > 0.0 else math.inf
        rows[name] = {
            "first": float(one.mean()), "second": float(other.mean()), "difference": mean,
            "low": mean - reach * error, "high": mean + reach * error,
            "changed": float((gap != 0).mean()), "effect": effect,
        }  # fmt: skip
    if not rows:
        raise SimError("the two scenarios have no measure in common")
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("measure")
