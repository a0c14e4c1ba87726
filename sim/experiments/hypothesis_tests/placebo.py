"""The test on shuffled codings: where the war as coded stands among them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.experiments.hypothesis_tests.codings import (
    conflict_index,
    conflict_with_the_table,
    shuffled,
    shuffled_issues,
)
from sim.experiments.hypothesis_tests.designs import CLAMP
from sim.experiments.hypothesis_tests.estimates import Line, Z, line
from sim.experiments.hypothesis_tests.facts import MOST, Fact, check
from sim.experiments.hypothesis_tests.tables import OUTCOMES, Tell, measured, reading_of
from sim.experiments.hypothesis_tests.treatments import Cells, MissingError, effect
from sim.measures.intervals import wilson

AS_CODED = -1
# Which way the theory expects security to move each.
EXPECTED = {"tie": -1.0, "orders": 1.0, "breaches": 1.0}


def codings_table(
    cells: Cells, every: Sequence[Fact], number: int, runs: int, say: Tell
) -> pd.DataFrame:
    """The clamp pair and every fact on shuffled codings, each with few runs.

    Returns
    -------
    DataFrame
        One row a coding, and one, ``coding`` -1, for the war as coded with as few runs and the same
        luck. ``conflict`` of the pair, ``conflict_table`` of the spoiler with the others at the
        talks; ``tie``, ``orders`` and ``breaches``: secure less threatened, with the error of each
        over runs (``tie_error`` ...); each fact's name: 1 if its estimate is as expected, 0 if not,
        NaN if it could not be measured.
    """
    if not shuffled_issues(cells.case):
        raise MissingError("no two actors have a long-term aim on one issue: none to shuffle")
    cases = [cells.case, *shuffled(cells.case, number, cells.seed)]
    rows: list[dict[str, Any]] = []
    said = time.monotonic()
    for place, case in enumerate(cases):
        one = Cells(case, cells.cast, runs, cells.seed, workers=cells.workers)
        row: dict[str, Any] = {
            "coding": place - 1, "conflict": conflict_index(case, cells.cast.pair),
            "conflict_table": conflict_with_the_table(case, cells.cast),
        }  # fmt: skip
        for outcome in OUTCOMES:
            found = measured(effect, one, reading_of("clamp", outcome), CLAMP)
            row[outcome] = np.nan if found is None else found.value
            row[f"{outcome}_error"] = np.nan if found is None else found.error
        for verdict in check(one, every):
            row[verdict.fact.name] = np.nan if verdict.found is None else float(verdict.agrees)
        rows.append(row)
        if time.monotonic() - said > 15.0:
            say(f"  {place} of {number} codings")
            said = time.monotonic()
    return pd.DataFrame(rows)


def percentiles(table: pd.DataFrame) -> pd.DataFrame:
    """Where the war as coded stands among shuffled codings, and slopes of the effect on conflict.

    Parameters
    ----------
    table : DataFrame
        From `codings_table`.

    Returns
    -------
    DataFrame
        By ``outcome``: ``coded`` and mean, 5 and 95 % of the ``codings``; ``percentile`` (codings
        with a weaker effect in the direction that the theory expects, and half of those with an
        equal one), ``percentile_low`` and ``percentile_high``: the same at both ends of the 95 %
        interval of the war as coded, by the luck of its runs; ``slope`` on the conflict of
        the pair with its interval and correlation ``r``; ``own`` and ``table``: both slopes if the
        spoiler's conflict with the others at the talks is held equal.
    """
    drawn, coded = table[table["coding"] != AS_CODED], table[table["coding"] == AS_CODED].iloc[0]
    rows = []
    for outcome, sign in EXPECTED.items():
        known = drawn[[outcome, "conflict", "conflict_table"]].dropna(subset=outcome)
        if not len(known) or np.isnan(coded[outcome]):
            continue
        values, index, others = known.to_numpy(dtype=float).T.copy()
        reach = Z * float(coded.get(f"{outcome}_error", np.nan))
        least = sign * float(coded[outcome]) - reach
        alone, both = line(values, index), line(values, index, others)
        rows.append(
            {
                "outcome": outcome, "coded": float(coded[outcome]), "mean": values.mean(),
                "p5": np.quantile(values, 0.05), "p95": np.quantile(values, 0.95),
                "codings": len(values),
                "percentile": percentile(sign * float(coded[outcome]), sign * values),
                "percentile_low": percentile(least, sign * values),
                "percentile_high": percentile(least + 2 * reach, sign * values),
                **_slope("slope", alone, 1), "r": _correlation(values, index),
                **_slope("own", both, 1), **_slope("table", both, 2), "fit": both.fit,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def percentile(value: float, values: np.ndarray[Any, np.dtype[np.float64]]) -> float:
    """Share of values below one, and half of those equal to it, in percent; NaN of NaN."""
    if np.isnan(value):
        return value
    return float(100.0 * ((values < value).mean() + 0.5 * (values == value).mean()))


def place(row: Any) -> str:
    """Percentile of a row of `percentiles`, with its interval where that is known."""
    low, high = row["percentile_low"], row["percentile_high"]
    told = f"{row['percentile']:.1f}"
    return told if np.isnan(low) else f"{told} ({low:.0f} to {high:.0f})"


def shares(table: pd.DataFrame, facts: Sequence[str]) -> pd.DataFrame:
    """Share of shuffled codings in which each fact holds too, with Wilson's interval.

    Returns
    -------
    DataFrame
        ``fact``, ``share``, ``low``, ``high``; ``least`` and ``most``: the share among the third of
        codings with the least and the most conflict between the two; ``nothing``: whether more than
        `sim.experiments.hypothesis_tests.facts.MOST` of the codings show the fact, so that it says
        nothing of the coding.
    """
    drawn, rows = table[table["coding"] != AS_CODED], []
    ends = drawn["conflict"].quantile([1 / 3, 2 / 3]).to_list()
    for name in facts:
        known = drawn[[name, "conflict"]].dropna()
        if len(known):
            share = float(known[name].mean())
            low, high = (float(end) for end in wilson(known[name].sum(), len(known)))
            rows.append(
                {
                    "fact": name, "share": share, "low": low, "high": high,
                    "least": float(known[name][known["conflict"] <= ends[0]].mean()),
                    "most": float(known[name][known["conflict"] >= ends[1]].mean()),
                    "nothing": share > MOST,
                }
            )  # fmt: skip
    return pd.DataFrame(rows, columns=["fact", "share", "low", "high", "least", "most", "nothing"])


def _slope(name: str, found: Line, place: int) -> dict[str, float]:
    value, half = float(found.values[place]), found.reach * float(found.errors[place])
    return {name: value, f"{name}_low": value - half, f"{name}_high": value + half}


def _correlation(one: Any, other: Any) -> float:
    if len(one) < 3 or one.std() == 0.0 or other.std() == 0.0:
        return float("nan")
    return float(np.corrcoef(one, other)[0, 1])
