"""Sensitivity: which numbers change a conclusion, and which facts any coding would show.

Every number is moved alone over its plausible range (`sim.scenario.ranges`), with the same luck, in
two stages: all of them with few runs; those that moved the conclusion most again with many other
runs, so that nobody is chosen for its luck. Facts are asked of codings whose long-term aims are
shuffled over actors (`sim.experiments.hypothesis_tests.codings`): what most of them show too proves
nothing of this one.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from sim.engine.event_log import CODE
from sim.errors import SimError
from sim.experiments.causes import Outcome, tie_change
from sim.experiments.hypothesis_tests.codings import AS_CODED, Tell, codings_table, shares
from sim.experiments.hypothesis_tests.facts import FACTS
from sim.experiments.hypothesis_tests.roles import find
from sim.experiments.hypothesis_tests.treatments import Treatments
from sim.experiments.sensitivity import one_at_a_time
from sim.experiments.sensitivity.report import Audit
from sim.narrative.explanation import pair_of
from sim.results import selection
from sim.results.ensemble_spec import MOST_RUNS, given, whole
from sim.runs.progress import teller
from sim.scenario.english import Words
from sim.scenario.schema import Scenario

# Runs of the first stage have the numbers of no run of the second.
SCREENED_FROM = 10_000_000


def audit(
    scenario: Scenario | str | Path | os.PathLike[str],
    conclusion: Outcome | Mapping[str, Outcome] | None = None,
    *,
    pair: Sequence[str] | None = None,
    runs: int = 200,
    codings: int = 200,
    screened: int = 24,
    coding_runs: int = 8,
    seed: int = 1,
    set: Mapping[str, object] | Sequence[str] = (),
    record: str = "tie",
    workers: int | None = None,
    say: Tell | None = None,
) -> Audit:
    """Find the numbers that change a conclusion of a scenario, and the facts that prove nothing.

    Parameters
    ----------
    scenario : Scenario or path
        The war, or the path of its file.
    conclusion : callable, or mapping of names to callables, optional
        From results to a DataArray along run, as `sim.experiments.causes.tie_change` gives. By
        default two: how the tie of the pair changes from the first week to the last, and the share
        of orders to spoil of its second member, if that is a patron.
    pair : (str, str), optional
        Whose tie; the scenario's first bilateral pair if not given, or else the first two members
        of its coalition.
    runs : int
        Runs of each end of the numbers that are looked at closely, at least 2.
    codings : int
        Shuffled codings; 0 leaves the facts out.
    screened : int
        Runs of each end of every number in the first stage, at least 2.
    coding_runs : int
        Runs of each experiment on each shuffled coding, at least 2.
    seed : int
        Seed of the random numbers.
    set : mapping or sequence of str
        Changes to the scenario.
    record : str
        What the conclusions need besides the summary, see `sim.ensemble`.
    workers : int, optional
        Threads; by default as many as there are processors.
    say : callable, optional
        Is told what is being done; if not given, a notebook shows it.

    Raises
    ------
    SimError
        If no pair is given and the scenario has neither a bilateral pair nor a coalition, or an
        argument is out of range.
    """
    began = time.monotonic()
    say = teller() if say is None else say
    case = given(Path(scenario) if isinstance(scenario, os.PathLike) else scenario, set)
    runs = whole("runs", runs, 2, SCREENED_FROM)
    screened = whole("screened", screened, 2, MOST_RUNS)
    codings = whole("codings", codings, 0, MOST_RUNS)
    coding_runs = whole("coding runs", coding_runs, 2, MOST_RUNS)
    seed = whole("seed", seed, 0, 2**64 - 1)
    if any(actor.agent is not None for actor in case.actors.values()):
        raise SimError("audit plays thousands of runs: agent classes of a user are too slow for it")
    asked = _conclusions(case, conclusion, pair)
    player = one_at_a_time.Player(asked, seed, record, workers, say)
    ends = one_at_a_time.ends_of(case, player)
    if not ends:
        raise SimError("the scenario has no number that could be moved")
    say(f"{len(ends)} ends of numbers, {screened} runs each")
    base, found = player.play(case, [end.scenario for end in ends], screened, SCREENED_FROM)
    table = one_at_a_time.screened_table(ends, base, found)
    closer = [end for end in ends if end.number.path in one_at_a_time.closest(table)]
    say(f"{len(closer)} ends closely, {runs} runs each")
    base, found = player.play(case, [end.scenario for end in closer], runs, 0)
    signs = one_at_a_time.summed(base)
    table = one_at_a_time.close_table(table, closer, base, found, signs)
    facts, left_out, who = _facts(case, pair, codings, coding_runs, player)
    return Audit(
        case.name, signs, table, facts, left_out, runs, screened, codings, coding_runs, seed,
        round(time.monotonic() - began, 1), who,
    )  # fmt: skip


# conclusions -----------------------------------------------------------------------------------


def _conclusions(
    case: Scenario, conclusion: object, pair: Sequence[str] | None
) -> dict[str, Outcome]:
    if conclusion is not None:
        named = conclusion if isinstance(conclusion, Mapping) else {"the conclusion": conclusion}
        if not named or not all(callable(one) for one in named.values()):
            raise SimError("a conclusion is a function of results, or a mapping of names to such")
        return dict(named)
    two = selection.pair(_axis(case), pair_of(case, pair))
    words = Words(case)
    tie = f"the change of the tie of {words.all(two)}"
    found: dict[str, Outcome] = {tie: tie_change(two)}
    if case.patrons.get(two[1]):
        found[f"the share of {words.whose(two[1])} orders that are to spoil"] = spoiling(two[1])
    return found


def _axis(case: Scenario) -> xr.Dataset:
    """The actors of a scenario as results have them, to ask for a pair."""
    names = np.array(list(case.actors), dtype=object)
    coords = {"run": ("run", [0]), "week": ("week", [0]), "date": ("week", [case.start])}
    return xr.Dataset(coords={**coords, "actor": ("actor", names)})


def spoiling(actor: str) -> Outcome:
    """The outcome "share of an actor's orders that are to spoil", by run; NaN without orders."""

    def share(results: xr.Dataset) -> xr.DataArray:
        place = [str(name) for name in results["actor"].values].index(actor)
        given = results["decided"].values[:, CODE["order"], :, place].astype(float)
        total = given.sum(axis=1)
        values = np.divide(given[:, 0], total, out=np.full(len(total), np.nan), where=total > 0)
        return xr.DataArray(values, dims="run", coords={"run": results["run"]})

    return share


# facts -----------------------------------------------------------------------------------------


def _facts(
    case: Scenario, pair: Sequence[str] | None, number: int, runs: int, player: one_at_a_time.Player
) -> tuple[pd.DataFrame, str, str]:
    """Which facts the scenario shows, what share of shuffled codings shows them too, of whom."""
    columns = ["fact", "claim", "status", "coded", "share", "low", "high", "nothing"]
    empty = pd.DataFrame(columns=columns)
    if number == 0:
        return empty, "no shuffled codings were asked for", ""
    try:
        roles = find(case, pair)
        player.say(f"{number} shuffled codings, {runs} runs of each experiment")
        treatments = Treatments(case, roles, runs, player.seed, workers=player.workers)
        table = codings_table(treatments, FACTS, number, runs, player.say)
    except SimError as error:
        return empty, str(error), ""
    coded = table[table["coding"] == AS_CODED].iloc[0]
    about = pd.DataFrame(
        {
            "fact": fact.name, "claim": fact.claim, "status": fact.status,
            "coded": bool(coded[fact.name] == 1.0),
        }
        for fact in FACTS
    )  # fmt: skip
    found = about.merge(shares(table, list(about["fact"])), on="fact")
    words = Words(case)
    who = f"The partner is {words.who(roles.partner)}, the spoiler {words.who(roles.spoiler)}."
    return found[[*columns, "least", "most"]], "", who
