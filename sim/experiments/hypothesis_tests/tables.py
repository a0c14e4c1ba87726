"""The tables of the test: experiments, facts, pairs of allies, rivals, the part of the tie."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.errors import SimError
from sim.experiments.hypothesis_tests import observed, rival_models
from sim.experiments.hypothesis_tests.codings import conflict_index
from sim.experiments.hypothesis_tests.designs import CLAMP, FLAG, OPEN, RETURNS, changed
from sim.experiments.hypothesis_tests.estimates import SIGNS, Figure, Spread, combined, fieller
from sim.experiments.hypothesis_tests.facts import Fact, Verdict, check
from sim.experiments.hypothesis_tests.observables import DRIFT
from sim.experiments.hypothesis_tests.roles import allies
from sim.experiments.hypothesis_tests.treatments import (
    Asked,
    Cells,
    MissingError,
    Swapped,
    effect,
    four,
    interaction,
)

OUTCOMES = ("tie", "orders", "breaches")
FORMS = {"flag": FLAG, "clamp": CLAMP}
WHOSE = {"A": "partner", "B": "spoiler"}

type Tell = Callable[[str], None]


def reading_of(form: str, outcome: str) -> str:
    """The reading that a design measures an outcome by: from the achieved goal on, or late."""
    if form == "flag":
        return DRIFT if outcome == "tie" else f"{outcome} after"
    return f"{outcome} measured"


def row_of(found: Figure | Spread | None) -> dict[str, float]:
    """Value, low and high of a figure; NaN if there is none."""
    values = (np.nan,) * 3 if found is None else (found.value, found.low, found.high)
    return dict(zip(("value", "low", "high"), values, strict=True))


def measured(ask: Callable[[], Figure]) -> Figure | None:
    """A figure, or None where the scenario has no cast for it."""
    try:
        return ask()
    except MissingError:
        return None


def two_by_two(cells: Cells) -> pd.DataFrame:
    """Both designs, both kinds of compatible aims, for each who may be the spoiler.

    Returns
    -------
    DataFrame
        ``spoiler``, ``design``, ``coding``, ``outcome``, ``what`` (four cells, two effects,
        interaction), ``value``, ``low``, ``high``. Outcomes without a cast are left out.
    """
    asked: list[Asked] = [cells, *([Swapped(cells)] if cells.swapped is not None else [])]
    rows: list[dict[str, Any]] = []
    for ask in asked:
        for form, settings in FORMS.items():
            for coding, whose in WHOSE.items():
                for outcome in OUTCOMES:
                    try:
                        found = four(ask, reading_of(form, outcome), settings, whose)
                    except MissingError:
                        continue
                    first, second = (
                        setting.replace(OPEN, "can be satisfied") for setting in settings
                    )
                    named = {
                        f"conflicting, {first}": found[0],
                        f"conflicting, {second}": found[1],
                        f"compatible, {first}": found[2],
                        f"compatible, {second}": found[3],
                        "effect if conflicting": found[0] - found[1],
                        "effect if compatible": found[2] - found[3],
                        "interaction": combined(found, SIGNS),
                    }
                    head = {"spoiler": ask.cast.spoiler, "design": form, "coding": coding,
                            "outcome": outcome}  # fmt: skip
                    rows += [{**head, "what": what, **row_of(one)} for what, one in named.items()]
    if not rows:
        raise MissingError(f"{' and '.join(cells.cast.pair)} dispute no issue in the long term")
    return pd.DataFrame(rows)


def returns(cells: Cells) -> pd.DataFrame:
    """The goal threatened again: each outcome late, without it and with it, and the change."""
    rows = []
    for outcome in OUTCOMES:
        reading = f"{outcome} late"
        try:
            named = {
                "as it goes on": cells(reading),
                "threatened again": cells(reading, RETURNS),
                "change": effect(cells, reading, (RETURNS, OPEN)),
            }
        except MissingError:
            continue
        rows += [{"outcome": outcome, "what": what, **row_of(one)} for what, one in named.items()]
    return pd.DataFrame(rows)


def facts_table(verdicts: Sequence[Verdict]) -> pd.DataFrame:
    """Every fact with its figure and what is expected."""
    return pd.DataFrame(
        [
            {
                "fact": v.fact.name, "claim": v.fact.claim, "status": v.fact.status,
                "seen": v.fact.seen, **row_of(v.found),
                "expected_from": v.fact.expected[0], "expected_to": v.fact.expected[1],
                "holds": v.holds, "left_out": v.left_out, "source": v.fact.source,
                "why": v.fact.why,
            }
            for v in verdicts
        ]
    )  # fmt: skip


def pairs(cells: Cells) -> pd.DataFrame:
    """What the same experiments do to the tie of every pair of allies.

    Returns
    -------
    DataFrame
        ``one``, ``other``, ``camp``, ``conflict`` (see
        `sim.experiments.hypothesis_tests.codings.conflict_index`), and for ``clamp`` (secure less
        threatened), ``flag`` (can be satisfied less never) and ``after`` (the change since the goal
        was achieved) value, low and high.
    """
    rows: list[dict[str, Any]] = []
    for i, j in allies(cells.case):
        row: dict[str, Any] = {
            "one": i, "other": j, "camp": cells.case.actors[i].camp,
            "conflict": conflict_index(cells.case, (i, j)),
        }  # fmt: skip
        changed_by = {
            "clamp": functools.partial(effect, cells, f"tie measured: {i}, {j}", CLAMP),
            "flag": functools.partial(effect, cells, f"{DRIFT}: {i}, {j}", FLAG),
            "after": functools.partial(cells, f"{DRIFT}: {i}, {j}"),
        }
        for name, measure in changed_by.items():
            row |= {f"{name}_{end}": x for end, x in row_of(measured(measure)).items()}
        rows.append(row)
    return pd.DataFrame(rows).sort_values("conflict", ignore_index=True)


def rivals_table(cells: Cells, every: Sequence[Fact], say: Tell) -> pd.DataFrame:
    """Every fact under the theory and under each rival.

    Returns
    -------
    DataFrame
        ``model``, ``fact``, ``status``, ``value``, ``low``, ``high``, ``holds``, ``left_out``.
    """
    models: list[tuple[str, Callable[[], Asked]]] = [(rival_models.THEORY, lambda: cells)]
    for rival in rival_models.RIVALS:
        models.append((rival.name, functools.partial(_under, cells, rival.change)))
    models.append((rival_models.TREND, lambda: rival_models.Trend(cells)))
    rows: list[dict[str, Any]] = []
    for name, made in models:
        say(f"  {name}")
        try:
            verdicts = check(made(), every)
        except SimError as error:
            verdicts = [Verdict(fact, None, str(error)) for fact in every]
        rows += [
            {"model": name, "fact": v.fact.name, "status": v.fact.status, **row_of(v.found),
             "holds": v.holds, "left_out": v.left_out}
            for v in verdicts
        ]  # fmt: skip
    return pd.DataFrame(rows)


def channel(cells: Cells) -> pd.DataFrame:
    """How much of each interaction runs through the tie: what is lost if it is cut.

    Returns
    -------
    DataFrame
        ``design``, ``coding``, ``outcome``, the interaction ``whole`` and ``cut`` with their
        intervals, and ``share`` = (whole - cut) / whole with Fieller's interval; NaN where the
        whole cannot be told from nothing.
    """
    cut, rows = _under(cells, {"tie_behaviour": False}), []
    for form, settings in FORMS.items():
        for coding, whose in WHOSE.items():
            for outcome in OUTCOMES[1:]:
                reading = reading_of(form, outcome)
                try:
                    full, left = (interaction(x, reading, settings, whose) for x in (cells, cut))
                except MissingError:
                    continue
                part = fieller(full - left, full)
                rows.append(
                    {
                        "design": form, "coding": coding, "outcome": outcome,
                        **{f"whole_{k}": x for k, x in row_of(full).items()},
                        **{f"cut_{k}": x for k, x in row_of(left).items()},
                        **{f"share_{k}": x for k, x in row_of(part).items()},
                    }
                )  # fmt: skip
    if not rows:
        raise MissingError("no interaction of orders or breaches could be measured")
    return pd.DataFrame(rows)


def score(table: pd.DataFrame, model: str, status: str) -> tuple[int, int]:
    """How many facts of a status hold under a model, of how many that were measured."""
    rows = table[(table["model"] == model) & (table["status"] == status)]
    rows = rows[rows["left_out"] == ""]
    return int(rows["holds"].sum()), len(rows)


def _under(cells: Cells, change: dict[str, Any]) -> Cells:
    """The same experiments, runs and luck under another theory."""
    case = changed(cells.case, change)
    return Cells(
        case, cells.cast, cells.runs, cells.seed, extra=observed.extra(case, cells.cast),
        workers=cells.workers,
    )  # fmt: skip
