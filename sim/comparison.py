"""Two scenarios with the same luck: what differs, and in how many runs."""

from __future__ import annotations

import json
import math
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy.stats import t as student

from sim.chronicle.wording import Words
from sim.ensembles import ensemble
from sim.errors import SimError
from sim.events import CODE
from sim.files import differing
from sim.givens import Layout
from sim.measures.intervals import wilson
from sim.parting import Parting, parting, parting_of
from sim.places import is_results
from sim.results import scenario_of
from sim.scenario import Scenario
from sim.simulation import replay
from sim.sources import open_results
from sim.store import reading
from sim.study import MOST_RUNS, given, whole

_STATES = ("war", "ceasefire", "settlement", "victory")
_COUNTS = {
    "ceasefires offered": ("ceasefire", (0, 1)),
    "ceasefires signed": ("ceasefire", (1,)),
    "ceasefires collapsed": ("collapse", (1,)),
    "rounds of talks with a vote": ("settle", (0, 1)),
    "bilateral deals": ("deal", (1,)),
}
HEADLINES = (*(f"weeks of {state}" for state in _STATES), *_COUNTS)
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
NEEDS = (
    "state", "story", "happened", "decided", "final_tie", "final_position", "final_capability",
)  # fmt: skip
_ROW = "{:<{}}{:>10}{:>10}{:>12}{:>23}{:>18}"
_HEADS = ("first", "second", "difference", "95 % interval", "runs that differ")


type _Measured = tuple[str, tuple[str, ...], NDArray[np.float64]]


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
    return {form.format(*who): values for form, who, values in _measured(results)}


def _measured(results: xr.Dataset) -> Iterator[_Measured]:
    """Each measure: its words, the actors or issues to put into them, its values."""
    state = results["state"].values
    for code, name in enumerate(_STATES[: max(3, int(state.max(initial=0)) + 1)]):
        yield f"weeks of {name}", (), (state == code).sum(axis=1).astype(float)
    happened, decided = results["happened"].values, results["decided"].values
    for name, (kind, answers) in _COUNTS.items():
        yield name, (), happened[:, CODE[kind], list(answers)].sum(axis=1).astype(float)
    actors = [str(name) for name in results["actor"].values]
    for form, (kind, answer) in _BY_ACTOR.items():
        for i, actor in enumerate(actors):
            values = decided[:, CODE[kind], answer, i].astype(float)
            if values.any():
                yield form, (actor,), values
    position = results["final_position"].values.astype(float)
    for k, issue in enumerate(str(name) for name in results["issue"].values):
        yield "position of {} at the end", (issue,), position[:, k]
    capability = results["final_capability"].values.astype(float)
    for i, actor in enumerate(actors):
        yield "capability of {} at the end", (actor,), capability[:, i]
    tie = results["final_tie"].values.astype(float)
    for i, one in enumerate(actors):
        for j in range(i + 1, len(actors)):
            values = (tie[:, i, j] + tie[:, j, i]) / 2
            yield "tie of {} and {} at the end", (one, actors[j]), values


def _in_words(results: xr.Dataset, words: Words) -> dict[str, str]:
    """Name of each measure of `outcomes` -> the same with labels."""
    found = {}
    for form, who, _ in _measured(results):
        call = words.issue if form.startswith("position") else words.who
        found[form.format(*who)] = form.format(*map(call, who))
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
    words : dict of str to str
        Name of a measure in the table -> the same with the labels of actors and issues.
    """

    titles: tuple[str, str]
    runs: int
    table: pd.DataFrame
    changed: float
    changed_interval: tuple[float, float]
    parting: Parting | None
    words: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return (
            f"Comparison of {' and '.join(map(repr, self.titles))}: {self.runs} pairs of runs, "
            f"{len(self.table)} measures\n"
            "Read it: print(comparison). All measures: comparison.table"
        )

    def __str__(self) -> str:
        return self.page()

    def _repr_html_(self) -> str:
        # without wrapping, so that columns stay columns; a narrow page scrolls
        page, (_, following) = escape(self.page()), repr(self).split("\n")
        return f'<pre style="white-space: pre; overflow-x: auto">{page}\n\n{following}</pre>'

    def page(self, most: int = 20, width: int = 52) -> str:
        """The comparison as text: headline measures, then those that differ most.

        Parameters
        ----------
        most : int
            How many measures besides the headlines.
        width : int
            Characters for the name of a measure; a longer one takes two lines.
        """
        low, high = self.changed_interval
        told = (
            f"Some decision or happening differs in {self.changed:.1%} of them "
            f"({low:.1%} to {high:.1%})."
        )
        if math.isnan(self.changed):
            told = "They have other actors or issues; what they share is compared."
        headline = [name for name in self.table.index if name in HEADLINES]
        apart = self.table[(self.table["low"] > 0) | (self.table["high"] < 0)]
        order = apart["effect"].abs().sort_values(ascending=False, kind="stable").index
        rest = [name for name in order if name not in headline][:most]
        said = [self.words.get(name, name) for name in (*headline, *rest)]
        width = min(width, max(map(len, said), default=0))
        lines = [
            f"first:  {self.titles[0]}",
            f"second: {self.titles[1]}",
            f"{self.runs} pairs of runs with the same luck. {told}",
            "",
            _ROW.format("", width, *_HEADS).rstrip(),
        ]
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
        *above, last = textwrap.wrap(self.words.get(name, name), width, subsequent_indent="  ")
        line = _ROW.format(
            last, width, f"{row['first']:.3f}", f"{row['second']:.3f}", f"{row['difference']:+.4f}",
            f"{row['low']:+.4f} to {row['high']:+.4f}", f"{row['changed']:.1%}",
        )  # fmt: skip
        return "\n".join([*above, line])


def compare(
    first: Scenario | xr.Dataset | str | Path,
    second: Scenario | xr.Dataset | str | Path,
    runs: int | None = None,
    seed: int | None = None,
    *,
    set: Mapping[str, object] | Sequence[str] = (),
    run: int | None = None,
    executor: str = "auto",
    workers: int | None = None,
    progress: bool = False,
) -> Comparison:
    """Play two scenarios with the same luck, or take two ensembles of it, and say what differs.

    Parameters
    ----------
    first, second : Scenario, path, or Dataset
        Two scenarios, which are played; or two ensembles (results, or the folder of a store),
        which are compared by what they hold. One pair of runs is played again to tell where it
        parts.
    runs, seed : int, optional
        Pairs of runs, and what names their luck: 1,000 and 1 if not given. Of scenarios only.
    set : mapping or sequence of str
        Changes to the second scenario.
    run : int, optional
        Number of the pair whose parting is told; by default the first that differs.
    executor, workers, progress
        See `sim.ensembles.ensemble`. Of scenarios only.

    Raises
    ------
    ScenarioError
        If a scenario cannot be used.
    SimError
        If the two have nothing in common, the runs of two ensembles do not pair, or an argument
        is out of range.
    """
    stored = [is_results(source) for source in (first, second)]
    if all(stored):
        if set or executor != "auto" or any(word is not None for word in (runs, seed, workers)):
            raise SimError(
                "two ensembles are compared as they are: runs, seed, changes, executor and workers "
                "are for scenarios"
            )
        return _of_ensembles(_summary(first), _summary(second), run)
    if isinstance(first, xr.Dataset) or isinstance(second, xr.Dataset) or any(stored):
        raise SimError("compare takes two scenarios or two ensembles, not one of each")
    cases = given(first), given(second, set)
    runs = whole("runs", 1000 if runs is None else runs, 1, MOST_RUNS)
    seed = 1 if seed is None else seed
    if run is not None and not 0 <= run < runs:
        raise SimError(f"there is no pair of runs {run}: they are 0 to {runs - 1}")
    a, b = (
        ensemble(case, runs, seed, executor=executor, workers=workers, progress=progress)
        for case in cases
    )
    titles = cases[0].name, f"{cases[1].name}{_changes(set)}"
    return _between(a, b, cases, titles, run, lambda n: parting(cases[0], cases[1], seed, n))


def _summary(source: Any) -> xr.Dataset:
    """What a comparison needs of an ensemble, in memory."""
    results = source if isinstance(source, xr.Dataset) else open_results(source, events=False)
    lacking = [name for name in NEEDS if name not in results]
    if lacking:
        raise SimError(
            f"compare takes ensembles or scenarios: {_called(source)} has no summary "
            f"({lacking[0]!r}), as `sim ensemble` keeps it"
        )
    with reading(_called(source)):
        return results[list(NEEDS)].load()


def _called(source: Any) -> str:
    return "one of these results" if isinstance(source, xr.Dataset) else str(source)


def _of_ensembles(a: xr.Dataset, b: xr.Dataset, run: int | None) -> Comparison:
    """Compare what two ensembles hold."""
    for name, say in (("seed", "the seed"), ("hold", "what all runs share")):
        one, other = (str(results.attrs.get(name, "nothing")) for results in (a, b))
        if one != other:
            raise SimError(
                f"the runs of these ensembles do not pair: {say} is {one} in the first and "
                f"{other} in the second; compare their scenarios instead"
            )
    rules = [json.loads(results.attrs["versions"])["rules"] for results in (a, b)]
    if rules[0] != rules[1]:
        raise SimError(
            "the runs of these ensembles do not pair: they were made by different rules; compare "
            "their scenarios instead"
        )
    cases = scenario_of(a), scenario_of(b)
    found = [f"{path}={other}" for path, _, other in differing(*cases) if path != "name"]
    more = [*found[:3], *(["..."] if found[3:] else [])] if cases[0].name == cases[1].name else []

    def part(number: int) -> Parting | None:
        try:
            return parting_of(replay(a, number), replay(b, number))
        except SimError as error:
            return Parting(number, None, None, f"Where run {number} parts cannot be told: {error}.")

    return _between(a, b, cases, (cases[0].name, f"{cases[1].name}{_changes(more)}"), run, part)


def _between(
    a: xr.Dataset,
    b: xr.Dataset,
    cases: tuple[Scenario, Scenario],
    titles: tuple[str, str],
    run: int | None,
    part: Callable[[int], Parting | None],
) -> Comparison:
    """Compare the runs that two ensembles share; `part` tells where a pair of them parts."""
    both = np.intersect1d(a["run"].values, b["run"].values)
    if len(both) == 0:
        lost = a.attrs.get("failures", "") or b.attrs.get("failures", "")
        why = f", those of the same number failed: {lost.partition(chr(10))[0]}" if lost else ""
        raise SimError(f"these ensembles have no run in common{why}")
    if run is not None and run not in both:
        raise SimError(f"there is no pair of runs {run}: it is missing, or failed, in one of them")
    a, b = a.sel(run=both), b.sel(run=both)
    places = [Layout.of(case) for case in cases]
    # The fingerprint of a story names actors and issues by their places.
    alike = (places[0].actors, places[0].issues) == (places[1].actors, places[1].issues)
    differs = a["story"].values != b["story"].values
    share, interval = math.nan, (math.nan, math.nan)
    if alike:
        low, high = wilson(differs.sum(), len(both))
        share, interval = float(differs.mean()), (float(low), float(high))
    number = run
    if run is None and (differs.any() or not alike):
        number = int(both[np.flatnonzero(differs | (not alike))[0]])
    return Comparison(
        titles=titles,
        runs=len(both),
        table=differences(*(_of_both(results, places) for results in (a, b))),
        changed=share,
        changed_interval=interval,
        parting=None if number is None else part(number),
        words={**_in_words(b, Words(cases[1])), **_in_words(a, Words(cases[0]))},
    )


def _of_both(results: xr.Dataset, places: Sequence[Layout]) -> dict[str, NDArray[Any]]:
    """`outcomes` that name no actor or issue which one of the two wars does not have."""
    gone = {
        *(frozenset(places[0].actors) ^ frozenset(places[1].actors)),
        *(frozenset(places[0].issues) ^ frozenset(places[1].issues)),
    }
    return {
        form.format(*who): values
        for form, who, values in _measured(results)
        if gone.isdisjoint(who)
    }


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
