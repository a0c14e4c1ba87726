"""The numbers of every run that reports and comparisons look at, and their names in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim.engine.event_log import CODE
from sim.results.dataset import scenario_of
from sim.results.phrases import PHRASES
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
