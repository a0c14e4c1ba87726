"""The tables of the test: experiments, facts, pairs of allies, rivals, the part of the tie."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim.errors import SimError
from sim.experiments.hypothesis_tests import rival_models
from sim.experiments.hypothesis_tests.codings import Tell, conflict_index
from sim.experiments.hypothesis_tests.designs import CLAMP, FLAG, OPEN, RETURNS, changed
from sim.experiments.hypothesis_tests.estimates import SIGNS, Figure, Spread, combined, fieller
from sim.experiments.hypothesis_tests.facts import Fact, Verdict, check
from sim.experiments.hypothesis_tests.observables import DRIFT
from sim.experiments.hypothesis_tests.roles import allies
from sim.experiments.hypothesis_tests.treatments import (
    OUTCOMES,
    Asked,
    MissingError,
    Treatments,
    effect,
    four,
    interaction,
    measured,
    reading_of,
)

FORMS = {"flag": FLAG, "clamp": CLAMP}
WHOSE = {"A": "partner", "B": "spoiler"}


def row_of(found: Figure | Spread | None, name: str = "") -> dict[str, float]:
    """Value, low and high of a figure, each with a name before it; NaN if there is none."""
    values = (np.nan,) * 3 if found is None else (found.value, found.low, found.high)
    return dict(zip((f"{name}value", f"{name}low", f"{name}high"), values, strict=True))


def two_by_two(treatments: Treatments) -> pd.DataFrame:
    """Both designs, both kinds of compatible aims, for each who may be the spoiler.

    Returns
    -------
    DataFrame
        ``spoiler``, ``design``, ``coding``, ``outcome``, ``what`` (four cells, two effects,
        interaction), ``value``, ``low``, ``high``. Outcomes without a cast are left out.
    """
    asked = [treatments, treatments.exchanged()] if len(treatments.casts) > 1 else [treatments]
    rows: list[dict[str, object]] = []
    for ask, form, coding, outcome in itertools.product(asked, FORMS, WHOSE, OUTCOMES):
        found = measured(four, ask, reading_of(form, outcome), FORMS[form], WHOSE[coding])
        if found is None:
            continue
        first, second = (setting.replace(OPEN, "can be satisfied") for setting in FORMS[form])
        named = {
            f"conflicting, {first}": found[0],
            f"conflicting, {second}": found[1],
            f"compatible, {first}": found[2],
            f"compatible, {second}": found[3],
            "effect if conflicting": found[0] - found[1],
            "effect if compatible": found[2] - found[3],
            "interaction": combined(found, SIGNS),
        }
        head = {
            "spoiler": ask.roles.spoiler, "design": form, "coding": coding, "outcome": outcome,
        }  # fmt: skip
        rows += [{**head, "what": what, **row_of(one)} for what, one in named.items()]
    if not rows:
        raise MissingError(
            f"{' and '.join(treatments.roles.pair)} dispute no issue in the long term"
        )
    return pd.DataFrame(rows)


def returns(treatments: Treatments) -> pd.DataFrame:
    """The goal threatened again: each outcome late, without it and with it, and the change."""
    rows = []
    for outcome in OUTCOMES:
        change = measured(effect, treatments, f"{outcome} late", (RETURNS, OPEN))
        if change is not None:
            named = {
                "as it goes on": treatments(f"{outcome} late"),
                "threatened again": treatments(f"{outcome} late", RETURNS),
                "change": change,
            }
            rows += [{"outcome": outcome, "what": n, **row_of(one)} for n, one in named.items()]
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


def pairs(treatments: Treatments) -> pd.DataFrame:
    """What the same experiments do to the tie of every pair of allies.

    Returns
    -------
    DataFrame
        ``one``, ``other``, ``camp``, ``conflict`` (see
        `sim.experiments.hypothesis_tests.codings.conflict_index`), and for ``clamp`` (secure less
        threatened), ``flag`` (can be satisfied less never) and ``after`` (the change since the goal
        was achieved) value, low and high.
    """
    rows = [
        {
            "one": i, "other": j, "camp": treatments.case.actors[i].camp,
            "conflict": conflict_index(treatments.case, (i, j)),
            **row_of(measured(effect, treatments, f"tie measured: {i}, {j}", CLAMP), "clamp_"),
            **row_of(measured(effect, treatments, f"{DRIFT}: {i}, {j}", FLAG), "flag_"),
            **row_of(measured(treatments, f"{DRIFT}: {i}, {j}"), "after_"),
        }
        for i, j in allies(treatments.case)
    ]  # fmt: skip
    return pd.DataFrame(rows).sort_values("conflict", ignore_index=True)


def rivals_table(treatments: Treatments, every: Sequence[Fact], say: Tell) -> pd.DataFrame:
    """Every fact under the theory and under each rival.

    Returns
    -------
    DataFrame
        ``model``, ``fact``, ``status``, ``value``, ``low``, ``high``, ``holds``, ``left_out``.
    """
    rows: list[dict[str, object]] = []
    for name in (rival_models.THEORY, *rival_models.RIVALS):
        say(f"  {name}")
        try:
            verdicts = check(_model(treatments, name), every)
        except SimError as error:
            verdicts = [Verdict(fact, None, str(error)) for fact in every]
        rows += [
            {"model": name, "fact": v.fact.name, "status": v.fact.status, **row_of(v.found),
             "holds": v.holds, "left_out": v.left_out}
            for v in verdicts
        ]  # fmt: skip
    return pd.DataFrame(rows)


def _model(treatments: Treatments, name: str) -> Asked:
    """Who is asked for readings under a model."""
    if name == rival_models.TREND:
        return rival_models.Trend(treatments)
    known = rival_models.RIVALS
    return _under(treatments, known[name].change) if name in known else treatments


def channel(treatments: Treatments) -> pd.DataFrame:
    """How much of each interaction runs through the tie: what is lost if it is cut.

    Returns
    -------
    DataFrame
        ``design``, ``coding``, ``outcome``, the interaction ``whole`` and ``cut`` with their
        intervals, and ``share`` = (whole - cut) / whole with Fieller's interval; NaN where the
        whole cannot be told from nothing.
    """
    cut, rows = _under(treatments, {"tie_behaviour": False}), []
    for form, coding, outcome in itertools.product(FORMS, WHOSE, OUTCOMES[1:]):
        asked = reading_of(form, outcome), FORMS[form], WHOSE[coding]
        full, left = (measured(interaction, one, *asked) for one in (treatments, cut))
        if full is not None and left is not None:
            rows.append(
                {
                    "design": form, "coding": coding, "outcome": outcome,
                    **row_of(full, "whole_"), **row_of(left, "cut_"),
                    **row_of(fieller(full - left, full), "share_"),
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


def _under(treatments: Treatments, change: dict[str, object]) -> Treatments:
    """The same experiments, runs and luck under another theory."""
    case = changed(treatments.case, change)
    return Treatments(
        case, treatments.roles, treatments.runs, treatments.seed, workers=treatments.workers
    )
