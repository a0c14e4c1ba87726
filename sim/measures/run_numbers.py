"""The numbers of every run that reports and comparisons look at, and their names in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim.engine.event_log import CODE
from sim.engine.state import VICTORY
from sim.results.dataset import scenario_of
from sim.results.phrases import PHRASES, STATES
from sim.scenario.english import Words

_COUNTS = {
    "ceasefires offered": ("ceasefire", (0, 1)),
    "ceasefires signed": ("ceasefire", (1,)),
    "ceasefires collapsed": ("collapse", (1,)),
    "rounds of talks with a vote": ("settle", (0, 1)),
    "bilateral deals": ("deal", (1,)),
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
    """One of the numbers of every run.

    Attributes
    ----------
    form : str
        Its name, with a place for each actor or issue: "tie of {} and {} at the end".
    who : tuple of str
        Their ids.
    kind : str
        "weeks" in a state of the war, "happenings" or "decisions" of an actor, as numbers of times;
        "position", "capability" or "tie" at the end.
    """

    form: str
    who: tuple[str, ...]
    kind: Literal["weeks", "happenings", "decisions", "position", "capability", "tie"]

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
    return {measure.name: values for measure, values in measured(results)}


def measured(results: xr.Dataset) -> Iterator[tuple[Measure, NDArray[np.float64]]]:
    """Each measure, and its values of shape (runs,).

    Parameters
    ----------
    results : Dataset
        As for `outcomes`.
    """
    state = results["state"].values
    for code, words in enumerate(STATES):
        weeks = (state == code).sum(axis=1).astype(float)
        if code != VICTORY or weeks.any():
            yield Measure(f"weeks of {words.name}", (), "weeks"), weeks
    happened, decided = results["happened"].values, results["decided"].values
    for name, (kind, answers) in _COUNTS.items():
        times = happened[:, CODE[kind], list(answers)].sum(axis=1).astype(float)
        yield Measure(name, (), "happenings"), times
    actors = [str(name) for name in results["actor"].values]
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
    for k, issue in enumerate(str(name) for name in results["issue"].values):
        yield Measure("position of {} at the end", (issue,), "position"), position[:, k]
    capability = results["final_capability"].values.astype(float)
    for i, actor in enumerate(actors):
        yield Measure("capability of {} at the end", (actor,), "capability"), capability[:, i]
    tie = results["final_tie"].values.astype(float)
    for i, one in enumerate(actors):
        for j in range(i + 1, len(actors)):
            values = (tie[:, i, j] + tie[:, j, i]) / 2
            yield Measure("tie of {} and {} at the end", (one, actors[j]), "tie"), values
