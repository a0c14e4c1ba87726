"""The numbers of every run that reports look at, in words, and their differences between pairs."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from sim.engine.event_log import CODE
from sim.errors import SimError
from sim.results.dataset import scenario_of
from sim.results.phrases import PHRASES
from sim.results.selection import names_on
from sim.scenario.english import Words

_STATES = ("war", "ceasefire", "settlement", "victory")
_COUNTS = {
    "ceasefires offered": ("ceasefire", (0, 1)),
    "ceasefires signed": ("ceasefire", (1,)),
    "ceasefires collapsed": ("collapse", (1,)),
    "rounds of talks with a vote": ("settle", (0, 1)),
    "bilateral deals": ("deal", (1,)),
}
HEADLINES = (*(f"weeks of {state}" for state in _STATES), *_COUNTS)
_BY_ACTOR = [
    (name, answer, form)
    for name, phrase in PHRASES.items()
    for answer, form in zip((1, 0), phrase.counts, strict=True)
    if form
]
NEEDS = (
    "state", "story", "happened", "decided", "final_tie", "final_position", "final_capability",
)  # fmt: skip

type Measured = tuple[str, tuple[str, ...], NDArray[np.float64]]


def outcomes(results: xr.Dataset) -> dict[str, NDArray[np.float64]]:
    """The numbers of every run that a comparison looks at.

    Parameters
    ----------
    results : Dataset
        Of `sim.runs.ensemble.ensemble`; the summary is enough.

    Returns
    -------
    dict of str to ndarray
        Name in words -> values of shape (runs,). Weeks in each state, ceasefires and talks,
        decisions of each actor, and positions, capabilities and ties at the end (the mean of both
        directions).
    """
    return {form.format(*who): values for form, who, values in measured(results)}


def measured(results: xr.Dataset) -> Iterator[Measured]:
    """Each measure: its words, the actors or issues to put into them, its values.

    Parameters
    ----------
    results : Dataset
        As for `outcomes`.
    """
    state = results["state"].values
    for code, name in enumerate(_STATES[: max(3, int(state.max(initial=0)) + 1)]):
        yield f"weeks of {name}", (), (state == code).sum(axis=1).astype(float)
    happened, decided = results["happened"].values, results["decided"].values
    for name, (kind, answers) in _COUNTS.items():
        yield name, (), happened[:, CODE[kind], list(answers)].sum(axis=1).astype(float)
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
                yield form, (actor,), values
    for form, axis in (
        ("position of {} at the end", "issue"), ("capability of {} at the end", "actor"),
    ):  # fmt: skip
        last = results[f"final_{form.partition(' ')[0]}"].values.astype(float)
        for n, name in enumerate(names_on(results, axis)):
            yield form, (name,), last[:, n]
    tie = results["final_tie"].values.astype(float)
    for (i, one), (j, other) in itertools.combinations(enumerate(actors), 2):
        yield "tie of {} and {} at the end", (one, other), (tie[:, i, j] + tie[:, j, i]) / 2


def in_words(results: xr.Dataset, words: Words) -> dict[str, str]:
    """Name of each measure of `outcomes` -> the same with labels.

    Parameters
    ----------
    results : Dataset
        The results that `outcomes` measured.
    words : Words
        Labels of actors and issues as phrases.
    """
    return {form.format(*who): said(form, who, words) for form, who, _ in measured(results)}


def said(form: str, who: Sequence[str], words: Words) -> str:
    """The name of a measure with the labels of its actors or of its issue.

    Parameters
    ----------
    form : str
        Its words, from `measured`.
    who : sequence of str
        Ids to put into them.
    words : Words
        Labels of actors and issues as phrases.
    """
    call = words.issue if form.startswith("position") else words.who
    return form.format(*map(call, who))


# paired differences -----------------------------------------------------------------------------


@dataclass
class Paired:
    """Sums of one measure over pairs of runs, to which pairs are added piece by piece.

    Means and squares of pieces are joined as by Chan, Golub and LeVeque (1979), "Updating formulae
    and a pairwise algorithm for computing sample variances".
    """

    runs: int
    first: float = 0.0
    second: float = 0.0
    difference: float = 0.0
    squares: float = 0.0
    changed: int = 0
    least: float = math.inf
    most: float = -math.inf
    # The values weighted by numbers without a pattern, the same for every measure: those that
    # are equal in all runs have the same sum, others do not.
    signature: float = 0.0

    def add(self, one: NDArray[Any], other: NDArray[Any]) -> None:
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
        places = np.arange(self.runs, runs, dtype=float)
        self.signature += float(np.sin(places + 1.0) @ one + np.cos(2.0 * places) @ other)
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
    found: dict[Any, Paired], first: Mapping[Any, NDArray[Any]], second: Mapping[Any, NDArray[Any]]
) -> dict[Any, Paired]:
    """Add the measures of some pairs of runs, and give back the sums.

    Parameters
    ----------
    found : dict
        Sums so far, by name or by form and names (`measured`); changed.
    first, second : mapping to ndarray
        Values of shape (pairs,), by the same keys. A count that never occurs in one of them is 0
        there; other measures must be of both.
    """
    before = max((sums.runs for sums in found.values()), default=0)
    pairs = max((len(values) for values in (*first.values(), *second.values())), default=0)
    for name in dict.fromkeys([*found, *first, *second]):
        form = name if isinstance(name, str) else name[0]
        if form.startswith(("weeks", "times")) or (name in first and name in second):
            one, other = (each.get(name, np.zeros(pairs)) for each in (first, second))
            if name not in found:  # it was 0 in all of these
                least, most = (0.0, 0.0) if before else (math.inf, -math.inf)
                found[name] = Paired(before, least=least, most=most)
            found[name].add(one, other)
    return found


def table(found: Mapping[str, Paired]) -> pd.DataFrame:
    """The table of `sim.experiments.compare.Comparison`, once all pairs are added.

    Parameters
    ----------
    found : mapping of str to Paired
        By the name of the measure.

    Raises
    ------
    SimError
        If there is none.
    """
    if not found:
        raise SimError("the two scenarios have no measure in common")
    rows = {name: sums.row() for name, sums in found.items()}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("measure")


def always_equal(found: Mapping[str, Paired]) -> dict[str, str]:
    """Measures that are equal to an earlier one in every run of both, with that one.

    What never varies, and headlines, stand by themselves.

    Parameters
    ----------
    found : mapping of str to Paired
        By the name of the measure.
    """
    known: dict[float, str] = {}
    for name, sums in found.items():
        if sums.least != sums.most:
            known.setdefault(sums.signature, name)
    return {
        name: known[sums.signature]
        for name, sums in found.items()
        if sums.least != sums.most and name not in HEADLINES and known[sums.signature] != name
    }
