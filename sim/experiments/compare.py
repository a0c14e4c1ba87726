"""Compare two scenarios with the same random draws: what differs, and in how many runs."""

from __future__ import annotations

import contextlib
import json
import math
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from sim.engine.inputs import Layout
from sim.errors import ScenarioError, SimError
from sim.experiments.first_divergence import FirstDivergence, first_divergence, first_divergence_of
from sim.measures import run_numbers
from sim.measures.intervals import wilson
from sim.measures.run_numbers import HEADLINES, NEEDS, Measure, measured
from sim.narrative import html
from sim.results.dataset import scenario_of
from sim.results.ensemble_spec import MOST_RUNS, given, whole
from sim.results.selection import pieces
from sim.results.sources import must_be_there, open_results
from sim.results.store_location import is_results, is_url
from sim.runs.ensemble import ensemble
from sim.runs.simulate import replay
from sim.scenario import labels
from sim.scenario.english import Words, count, listed, percent
from sim.scenario.files import differing
from sim.scenario.schema import Scenario
from sim.scenario.shipped import scenario_path

# So many changes are named in a title.
MOST_CHANGES = 3
# Measures besides the headlines that a notebook shows.
_SHOWN = 10
_ROW = "{:<{}}{:>10}{:>10}{:>12}{:>23}{:>18}"
_HEADS = ("first", "second", "difference", "95 % interval", "runs that differ")


@dataclass(frozen=True, repr=False)
class Comparison:
    """The result of a comparison of two scenarios.

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
    first_divergence : FirstDivergence or None
        Of one pair of runs that differs; None if none does.
    words : dict of str to str
        Name of a measure in the table -> the same with the labels of actors and issues.
    same : dict of str to str
        Name of a measure -> an earlier one that is equal to it in every run of both; the page
        shows the two once.
    title_ids : tuple of str
        The titles with the paths of what is changed, for ``page(ids=True)``.
    """

    titles: tuple[str, str]
    runs: int
    table: pd.DataFrame
    changed: float
    changed_interval: tuple[float, float]
    first_divergence: FirstDivergence | None
    words: Mapping[str, str] = field(default_factory=dict)
    same: Mapping[str, str] = field(default_factory=dict)
    title_ids: tuple[str, str] = ("", "")

    def __str__(self) -> str:
        return self.page()

    def __repr__(self) -> str:
        return (
            f"<Comparison: {self.titles[0]} / {self.titles[1]}; {self.runs} pairs of runs, "
            f"{len(self._apart())} of {len(self.table)} measures have an interval without 0. "
            "print(it) tells it; .table has every measure, .first_divergence where runs differ>"
        )

    def _repr_html_(self) -> str:
        headline, rest = self._chosen(_SHOWN)
        rows = [(self._called(name, ids=False), *self._cells(name)) for name in (*headline, *rest)]
        left = len(self._apart().difference(headline)) - len(rest)
        more = f"{left} more measures have an interval without 0. " if left > 0 else ""
        found = [
            html.paragraph(f"first: {self.titles[0]}"),
            html.paragraph(f"second: {self.titles[1]}"),
            html.paragraph(self._told()),
            html.table("What differs", ("measure", *_HEADS), rows),
            html.paragraph(f"{more}All of it: print(it), and .table as a DataFrame.", "note"),
        ]
        return "\n".join(found)

    def _told(self) -> str:
        """How many pairs were compared, and in how many anything differs."""
        told = f"{self.runs} pairs of runs with the same luck."
        if math.isnan(self.changed):
            return f"{told} They have other actors or issues; what they share is compared."
        share, low, high = (percent(x, " %") for x in (self.changed, *self.changed_interval))
        differs = f"Some decision or happening differs in {share} of them"
        return f"{told} {differs} (95 % interval {low} to {high})."

    def _apart(self) -> pd.Index:
        """Measures whose interval excludes 0, without copies of others; largest effect first."""
        apart = self.table[(self.table["low"] > 0) | (self.table["high"] < 0)]
        order = apart["effect"].abs().sort_values(ascending=False, kind="stable").index
        return order[[name not in self.same for name in order]]

    def _chosen(self, most: int) -> tuple[list[str], list[str]]:
        """The headline measures, and so many of the others that differ most."""
        headline = [name for name in self.table.index if name in HEADLINES]
        return headline, [name for name in self._apart() if name not in headline][:most]

    def _called(self, name: str, ids: bool) -> str:
        """A measure in words, with those that are always equal to it."""

        def call(measure: str) -> str:
            words = self.words.get(measure, measure)
            return f"{words} ({measure})" if ids and words != measure else words

        equal = [call(other) for other, first in self.same.items() if first == name]
        return call(name) + (f" (always equal: {', '.join(equal)})" if equal else "")

    def page(self, most: int = 20, width: int = 52, *, ids: bool = False) -> str:
        """The comparison as text: headline measures, then those that differ most.

        Parameters
        ----------
        most : int
            How many measures besides the headlines.
        width : int
            Characters for the name of a measure; a longer one takes two lines.
        ids : bool
            Also give, in brackets, the names in `table` and the paths of changes.
        """
        headline, rest = self._chosen(most)
        said = {name: self._called(name, ids) for name in (*headline, *rest)}
        width = min(width, max(map(len, said.values()), default=0))
        titles = self.title_ids if ids and any(self.title_ids) else self.titles
        lines = [
            *_wrapped(f"first:  {titles[0]}", " " * 8),
            *_wrapped(f"second: {titles[1]}", " " * 8),
            *_wrapped(self._told()),
            "",
            _ROW.format("", width, *_HEADS).rstrip(),
        ]
        lines += [self._line(name, said[name], width) for name in headline]
        others = len(self.table) - len(headline) - len(self.same)
        lines += ["", f"of the other {others} measures:", ""] if rest else []
        lines += [self._line(name, said[name], width) for name in rest]
        left = len(self._apart().difference(headline)) - len(rest)
        if left > 0:
            lines.append(f"... and {left} more whose interval leaves 0 out")
        lines += [
            "",
            *_wrapped(
                "Each interval is for its own measure. About one in twenty measures without any "
                "effect would leave 0 out by chance."
            ),
        ]
        if self.first_divergence is not None:
            lines += ["", self.first_divergence.text]
        return "\n".join(lines)

    def _cells(self, name: str) -> tuple[str, ...]:
        row: Any = self.table.loc[name]
        return (
            f"{row['first']:.3f}", f"{row['second']:.3f}", f"{row['difference']:+.4f}",
            f"{row['low']:+.4f} to {row['high']:+.4f}", percent(row["changed"], " %"),
        )  # fmt: skip

    def _line(self, name: str, said: str, width: int) -> str:
        *above, last = _wrapped(said, "  ", width)
        return "\n".join([*above, _ROW.format(last, width, *self._cells(name))])


def _wrapped(text: str, then: str = "", width: int = 112) -> list[str]:
    return textwrap.wrap(
        text, width, subsequent_indent=then, break_long_words=False, break_on_hyphens=False
    )


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
    progress: bool | None = None,
) -> Comparison:
    """Compare two scenarios, or two ensembles, that have the same seed and runs.

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
        Number of the pair whose first divergence is told; by default the first that differs.
    executor, workers, progress
        See `sim.runs.ensemble.ensemble`. Of scenarios only.

    Raises
    ------
    ScenarioError
        If a scenario cannot be used.
    SimError
        If the two have nothing in common, the runs of two ensembles do not pair, or an argument
        is out of range.
    """
    for source in (first, second):
        there(source)
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
    asked = set if isinstance(set, Mapping) else [change.partition("=")[0] for change in set]
    return _between(
        a, b, cases, [*asked], run, lambda n: first_divergence(cases[0], cases[1], seed, n)
    )


def _summary(source: Any) -> xr.Dataset:
    """The variables of an ensemble that a comparison needs, read first so that damage is found."""
    results = open_results(source, events=False)
    for name in NEEDS:
        if name not in results:
            called = "one of these results" if isinstance(source, xr.Dataset) else source
            raise SimError(
                f"compare takes ensembles or scenarios: {called} has no summary ({name!r}), as "
                "`sim ensemble` keeps it"
            )
    results = results[list(NEEDS)]
    # The fingerprints of stories are needed of all runs at once, the rest piece by piece.
    return results.assign(story=results["story"].load())


def _of_ensembles(a: xr.Dataset, b: xr.Dataset, run: int | None) -> Comparison:
    """Compare what two ensembles hold."""
    unpaired = "the runs of these ensembles do not pair"
    for name, say in (("seed", "the seed"), ("hold", "what all runs share")):
        one, other = (str(results.attrs.get(name, "nothing")) for results in (a, b))
        if one != other:
            raise SimError(
                f"{unpaired}: {say} is {one} in the first and {other} in the second; compare their "
                "scenarios instead"
            )
    rules = {json.loads(results.attrs["versions"])["rules"] for results in (a, b)}
    if len(rules) > 1:
        raise SimError(
            f"{unpaired}: they were made by different rules; compare their scenarios instead"
        )
    cases = scenario_of(a), scenario_of(b)

    def part(number: int) -> FirstDivergence | None:
        try:
            return first_divergence_of(replay(a, number), replay(b, number))
        except SimError as error:
            return FirstDivergence(
                number, None, None, f"Where run {number} parts cannot be told: {error}."
            )

    return _between(a, b, cases, [], run, part)


def _between(
    a: xr.Dataset,
    b: xr.Dataset,
    cases: tuple[Scenario, Scenario],
    asked: Sequence[str],
    run: int | None,
    part: Callable[[int], FirstDivergence | None],
) -> Comparison:
    """Compare the runs that two ensembles share; `part` tells where a pair of them parts."""
    both = np.intersect1d(a["run"].values, b["run"].values)
    if len(both) == 0:
        lost = a.attrs.get("failures", "") or b.attrs.get("failures", "")
        why = f", those of the same number failed: {lost.partition(chr(10))[0]}" if lost else ""
        raise SimError(f"these ensembles have no run in common{why}")
    if run is not None and run not in both:
        raise SimError(f"there is no pair of runs {run}: it is missing, or failed, in one of them")
    if not all(np.array_equal(both, results["run"].values) for results in (a, b)):
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
    # Actors and issues that only one of the wars has.
    gone = set(places[0].actors) ^ set(places[1].actors)
    gone |= set(places[0].issues) ^ set(places[1].issues)
    found: dict[Measure, run_numbers.Paired] = {}
    for some in zip(pieces(a), pieces(b), strict=True):
        one, other = (
            {measure: values for measure, values in measured(piece) if gone.isdisjoint(measure.who)}
            for piece in some
        )
        run_numbers.add(found, one, other)
    words = Words(cases[0])
    return Comparison(
        titles=_titles(cases, asked, ids=False),
        title_ids=_titles(cases, asked, ids=True),
        runs=len(both),
        table=run_numbers.table(found),
        same=run_numbers.always_equal(found),
        changed=share,
        changed_interval=interval,
        first_divergence=None if number is None else part(number),
        words={measure.name: measure.said(words) for measure in found},
    )


def there(source: object) -> None:
    """Refuse what names neither a file nor a folder; a scenario file's own message is better."""
    if isinstance(source, str | Path) and not is_url(source) and Path(source).suffix != ".toml":
        if Path(source).name == str(source) and not Path(source).suffix:
            with contextlib.suppress(ScenarioError):
                scenario_path(str(source))  # one that comes with the program
                return
        must_be_there(source)


def _titles(
    cases: tuple[Scenario, Scenario], asked: Sequence[str], *, ids: bool
) -> tuple[str, str]:
    """The names of two scenarios; the second with what differs from the first.

    That is what was asked to be changed in it, and everything else too where the names are alike.
    """
    name, other = (case.name for case in cases)

    def told(path: str, *values: object) -> bool:
        # A number that says nothing while its mechanism is off is left out of a scenario's data.
        if path in ("name", "description") or (path.startswith("parameters.") and None in values):
            return False
        return name == other or any(f"{path}.".startswith(f"{own}.") for own in asked)

    apart = [found for found in differing(*cases) if told(*found)]
    said = [labels.change(cases[1], *found, ids=ids) for found in apart[:MOST_CHANGES]]
    more = len(apart) - len(said)
    said += [f"{count(more, 'more change')}"] if more else []
    if said:
        return name, f"{other} with {listed(said)}"
    return name, f"{other}, unchanged" if name == other else other
