"""Placebo codings: scenarios whose long-term ideals are shuffled over actors.

A fact that a theory shows for the coding of a war is evidence for it only if it does not show it
for any coding. Shuffled codings keep the issues, the weights, the short-term goals, the forces, the
patrons and the roles; only who holds which ideal on a disputed issue is drawn anew.

`shuffled` gives the codings, `conflict_index` orders them, and `codings_table` says of each which
facts hold; `percentiles` and `shares` read that table.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.engine import draws
from sim.engine.inputs import Floats
from sim.errors import SimError, nearest
from sim.experiments.hypothesis_tests.designs import CLAMP
from sim.experiments.hypothesis_tests.estimates import Line, Z, line
from sim.experiments.hypothesis_tests.facts import MOST, Fact, check
from sim.experiments.hypothesis_tests.roles import Roles
from sim.experiments.hypothesis_tests.treatments import (
    OUTCOMES,
    MissingError,
    Treatments,
    effect,
    measured,
    reading_of,
)
from sim.measures.intervals import wilson
from sim.results.ensemble_spec import whole
from sim.scenario import files
from sim.scenario.coded_ranges import table_of
from sim.scenario.schema import Scenario

MOST_CODINGS = 100_000
AS_CODED = -1
# Which way the theory expects security to move each.
EXPECTED = {"tie": -1.0, "orders": 1.0, "breaches": 1.0}

type Tell = Callable[[str], None]
type Ideal = float | dict[str, float]


def shuffled_issues(scenario: Scenario) -> tuple[str, ...]:
    """The issues whose ideals are shuffled.

    Those on which two actors or more have a long-term aim, but for what is fought over (the issue
    moved by territory) and what is paid on the side: these say who fights whom and with what.
    """
    return tuple(
        name
        for name, issue in scenario.issues.items()
        if issue.moved_by is None and not issue.side_payment and len(holders(scenario, name)) > 1
    )


def holders(scenario: Scenario, issue: str) -> tuple[str, ...]:
    """Actors with a long-term aim on an issue, in the order of the file."""
    return tuple(name for name, actor in scenario.actors.items() if issue in actor.long)


def shuffled(
    scenario: Scenario, n: int, seed: int = 1, issues: Sequence[str] | None = None
) -> list[Scenario]:
    """Scenarios in which long-term ideals are permuted over actors.

    Issue by issue, each permutation of the ideals among their holders is equally likely; weights
    stay with the actors. A dated event that gives an actor another ideal on such an issue happens
    only where the actor still has the ideal that it changes; its change of weight stays.

    Parameters
    ----------
    scenario : Scenario
        The war as coded.
    n : int
        How many, from 1 on.
    seed : int
        Names the permutations; coding k of a seed is the same whatever `n` is.
    issues : sequence of str, optional
        Whose ideals are permuted; those of `shuffled_issues` if not given.

    Returns
    -------
    list of Scenario
        Titled ``"<name>, aims shuffled <k>"``.

    Raises
    ------
    SimError
        If `n` or `seed` is out of range, or there is no issue to shuffle.
    """
    n, seed = whole("codings", n, 1, MOST_CODINGS), whole("seed", seed, 0, 2**64 - 1)
    issues = shuffled_issues(scenario) if issues is None else issues
    if not issues:
        raise SimError("no two actors have a long-term aim on one issue: there is none to shuffle")
    found = []
    for number in range(n):
        keys = draws.round_keys(seed, number)
        ideals: dict[str, dict[str, Ideal]] = {}
        for issue in issues:
            # no run uses the same random numbers
            luck = {
                name: draws.uniform(keys, draws.IDEAL, draws.subject(f"shuffle:{issue}.{name}"), 0)
                for name in holders(scenario, issue)
            }
            ideals[issue] = {
                name: _ideal(scenario, other, issue)
                for name, other in zip(luck, sorted(luck, key=luck.__getitem__), strict=True)
            }
        found.append(recoded(scenario, ideals, f"{scenario.name}, aims shuffled {number}"))
    return found


def _ideal(scenario: Scenario, actor: str, issue: str) -> Ideal:
    """A long-term ideal as a file would have it: who is dealt one is dealt its range too."""
    given = scenario.ranges.get(f"actors.{actor}.long.{issue}.ideal")
    return scenario.actors[actor].long[issue].ideal if given is None else table_of(given)


def recoded(scenario: Scenario, ideals: Mapping[str, Mapping[str, Ideal]], name: str) -> Scenario:
    """A scenario with other long-term ideals: issue -> actor (with an aim on it) -> ideal."""
    data = files.as_data(scenario)
    data["name"] = name
    moved = {
        (actor, issue)
        for issue, by_actor in ideals.items()
        for actor, ideal in by_actor.items()
        if _ideal(scenario, actor, issue) != ideal
    }
    for actor, issue in moved:
        data["actors"][actor]["long"][issue]["ideal"] = ideals[issue][actor]
    events = []
    for event in data["events"]:
        if (event.get("actor"), event.get("issue")) in moved and "ideal" in event:
            event = {key: value for key, value in event.items() if key != "ideal"}
            if "weight_times" not in event:
                continue
        events.append(event)
    data["events"] = events
    return files.build(data)


def conflict_index(scenario: Scenario, pair: Sequence[str]) -> float:
    """How far the long-term aims of two actors conflict.

    ``sum_k sqrt(w_ik w_jk) |x_ik - x_jk|`` over the issues on which both have a long-term aim, with
    the long-term weights w of each actor normalised to 1: the part of alignment (docs/ODD.md, 7.1)
    that divides. Actors who care about different things do not conflict.

    Returns
    -------
    float
        From 0 (nothing in common, or nothing disputed) to 1 (the same cares, opposite ideals).

    Raises
    ------
    SimError
        If an actor is not known.
    """
    for name in pair:
        if name not in scenario.actors:
            raise SimError(f"unknown actor {name!r} ({nearest(name, list(scenario.actors))})")
    one, other = aims = [scenario.actors[name].long for name in pair]
    totals = [sum(aim.weight for aim in held.values()) for held in aims]
    if min(totals, default=0.0) <= 0.0:
        return 0.0
    return sum(
        math.sqrt(one[k].weight / totals[0] * other[k].weight / totals[1])
        * abs(one[k].ideal - other[k].ideal)
        for k in one
        if k in other
    )


def conflict_with_the_table(scenario: Scenario, roles: Roles) -> float:
    """Mean conflict of the spoiler with all others who sit at the talks, its partner left out."""
    talks = scenario.talks
    table = dict.fromkeys([*talks.permanent, *talks.brought, *talks.veto])
    others = [name for name in table if name not in roles.pair]
    if not others:
        return math.nan
    return float(np.mean([conflict_index(scenario, (roles.spoiler, name)) for name in others]))


# where the war as coded stands among them -------------------------------------------------------


def codings_table(
    treatments: Treatments, every: Sequence[Fact], number: int, runs: int, say: Tell
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
    if not shuffled_issues(treatments.case):
        raise MissingError("no two actors have a long-term aim on one issue: none to shuffle")
    cases = [treatments.case, *shuffled(treatments.case, number, treatments.seed)]
    rows: list[dict[str, float]] = []
    said = time.monotonic()
    for place, case in enumerate(cases):
        one = Treatments(case, treatments.roles, runs, treatments.seed, workers=treatments.workers)
        row: dict[str, float] = {
            "coding": place - 1, "conflict": conflict_index(case, treatments.roles.pair),
            "conflict_table": conflict_with_the_table(case, treatments.roles),
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


def percentile(value: float, values: Floats) -> float:
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


def _correlation(one: Floats, other: Floats) -> float:
    if len(one) < 3 or one.std() == 0.0 or other.std() == 0.0:
        return float("nan")
    return float(np.corrcoef(one, other)[0, 1])
