"""The numbers of every run that reports look at, in words, and their differences between pairs."""

from __future__ import annotations

import hashlib
import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from sim.engine.event_log import CODE
from sim.engine.state import VICTORY
from sim.errors import SimError
from sim.results.dataset import scenario_of
from sim.results.phrases import PHRASES, STATES
from sim.results.selection import names_on
from sim.scenario.english import Words

_COUNTS = {
    "ceasefires offered": ("ceasefire", (0, 1)),
    "ceasefires signed": ("ceasefire", (1,)),
    "ceasefires collapsed": ("collapse", (1,)),
    "rounds of talks with a vote": ("settle", (0, 1)),
    "deals of bilateral talks": ("deal", (1,)),
}
HEADLINES = (*(f"weeks of {words.name}" for words in STATES), *_COUNTS)
_BY_ACTOR = [
    (name, answer, form)
    for name, phrase in PHRASES.items()
    for answer, form in zip((1, 0), phrase.counts, strict=True)
    if form
]
NEEDS = (
    "state", "story", "happened", "decided", "final_tie", "final_position", "final_capability",
)  # fmt: skip

COUNTS = ("weeks", "happenings", "decisions")
"""Kinds of measures that count: what never occurs is 0, and need not be there."""


class Measure(NamedTuple):
    """One of the numbers of every run."""

    form: str
    """Its name, with a place for each actor or issue: "tie of {} and {} at the end"."""
    who: tuple[str, ...]
    """Their ids."""
    kind: Literal["weeks", "happenings", "decisions", "position", "capability", "tie"]
    """"weeks" in a state of the war, "happenings" or "decisions" of an actor, as numbers of times;
    "position", "capability" or "tie" at the end.
    """

    @property
    def name(self) -> str:
        """The name with ids."""
        return self.form.format(*self.who)

    def said(self, words: Words) -> str:
        """The name with labels."""
        call = words.issue if self.kind == "position" else words.who
        return self.form.format(*map(call, self.who))


def outcomes(results: xr.Dataset) -> dict[str, NDArray[np.float64]]:
    """The numbers of every run that a comparison looks at.

    Returns
    -------
    dict of str to ndarray
        Name in words -> values of shape (runs,). Weeks in each state, ceasefires and talks,
        decisions of each actor, and positions, capabilities and ties at the end (the mean of both
        directions).
    """
    return {measure.name: values for measure, values in measured(results)}


def measured(results: xr.Dataset) -> Iterator[tuple[Measure, NDArray[np.float64]]]:
    """Each measure, and its values of shape (runs,)."""
    state = results["state"].values
    for code, words in enumerate(STATES):
        weeks = (state == code).sum(axis=1).astype(float)
        if code != VICTORY or weeks.any():
            yield Measure(f"weeks of {words.name}", (), "weeks"), weeks
    happened, decided = results["happened"].values, results["decided"].values
    for name, (kind, answers) in _COUNTS.items():
        times = happened[:, CODE[kind], list(answers)].sum(axis=1).astype(float)
        yield Measure(name, (), "happenings"), times
    actors = names_on(results)
    case = scenario_of(results)
    patrons = {*case.patrons, *(event.patron for event in case.events)}
    for kind, answer, form in _BY_ACTOR:
        for i, actor in enumerate(actors):
            # What an actor without proxies orders is what it does itself.
            if kind == "order" and actor not in patrons:
                continue
            values = decided[:, CODE[kind], answer, i].astype(float)
            if values.any():
                yield Measure(form, (actor,), "decisions"), values
    position = results["final_position"].values.astype(float)
    for k, issue in enumerate(names_on(results, "issue")):
        yield Measure("position of {} at the end", (issue,), "position"), position[:, k]
    capability = results["final_capability"].values.astype(float)
    for i, actor in enumerate(actors):
        yield Measure("capability of {} at the end", (actor,), "capability"), capability[:, i]
    tie = results["final_tie"].values.astype(float)
    for (i, one), (j, other) in itertools.combinations(enumerate(actors), 2):
        values = (tie[:, i, j] + tie[:, j, i]) / 2
        yield Measure("tie of {} and {} at the end", (one, other), "tie"), values


# paired differences -----------------------------------------------------------------------------


@dataclass
class Paired:
    """Sums of one measure over pairs of runs, to which pairs are added piece by piece.

    Means and squares of pieces are joined as by Chan, Golub and LeVeque (1979), "Updating formulae
    and a pairwise algorithm for computing sample variances".
    """

    runs: int = 0
    first: float = 0.0
    second: float = 0.0
    difference: float = 0.0
    squares: float = 0.0
    changed: int = 0
    least: float = math.inf
    most: float = -math.inf
    # Of the values themselves, pair by pair: what has other values has another digest.
    digest: hashlib.blake2b = field(default_factory=hashlib.blake2b)

    def add(self, one: NDArray[np.number], other: NDArray[np.number]) -> None:
        """Add the values of some pairs, both of shape (pairs,)."""
        gap = other - one
        runs = self.runs + len(gap)
        share = len(gap) / runs
        shift = float(gap.mean()) - self.difference
        self.squares += float(((gap - gap.mean()) ** 2).sum()) + shift**2 * self.runs * share
        self.difference += shift * share
        self.first += float(one.sum())
        self.second += float(other.sum())
        self.changed += int((gap != 0).sum())
        self.digest.update(np.column_stack((one, other)).astype(float) + 0.0)  # -0 is 0
        self.least = min(self.least, float(one.min()), float(other.min()))
        self.most = max(self.most, float(one.max()), float(other.max()))
        self.runs = runs

    def row(self) -> dict[str, float]:
        """The row of the table of a comparison."""
        from scipy.stats import t as student  # half a second of import

        runs, mean = self.runs, self.difference
        error = math.sqrt(self.squares / (runs - 1)) / math.sqrt(runs) if runs > 1 else math.inf
        reach = float(student.ppf(0.975, runs - 1)) if runs > 1 else 1.0
        return {
            "first": self.first / runs, "second": self.second / runs, "difference": mean,
            "low": mean - reach * error, "high": mean + reach * error,
            "changed": self.changed / runs,
            "effect": 0.0 if mean == 0.0 else mean / error if error > 0.0 else math.inf,
        }  # fmt: skip


def add(
    found: dict[Measure, Paired],
    first: Mapping[Measure, NDArray[np.number]],
    second: Mapping[Measure, NDArray[np.number]],
) -> dict[Measure, Paired]:
    """Add the measures of some pairs of runs, and give back the sums so far, which are changed.

    A count that never occurs in one of the two is 0 there; other measures must be of both.
    """
    before = max((sums.runs for sums in found.values()), default=0)
    pairs = max((len(values) for values in (*first.values(), *second.values())), default=0)
    for measure in dict.fromkeys([*found, *first, *second]):
        if measure.kind in COUNTS or (measure in first and measure in second):
            if measure not in found:
                found[measure] = Paired()
                if before:  # it was 0 in all of these
                    found[measure].add(np.zeros(before), np.zeros(before))
            found[measure].add(*(each.get(measure, np.zeros(pairs)) for each in (first, second)))
    return found


def table(found: Mapping[Measure, Paired]) -> pd.DataFrame:
    """The table of `sim.experiments.compare.Comparison`, once all pairs are added.

    Raises
    ------
    SimError
        If there is none.
    """
    if not found:
        raise SimError("the two scenarios have no measure in common")
    rows = {measure.name: sums.row() for measure, sums in found.items()}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("measure")


def always_equal(found: Mapping[Measure, Paired]) -> dict[str, str]:
    """Names of measures that are equal to an earlier one in every run of both, with its name.

    What never varies, and headlines, stand by themselves.
    """
    known: dict[bytes, str] = {}
    same = {}
    for measure, sums in found.items():
        if sums.least == sums.most:
            continue
        earlier = known.setdefault(sums.digest.digest(), measure.name)
        if earlier != measure.name and measure.name not in HEADLINES:
            same[measure.name] = earlier
    return same
