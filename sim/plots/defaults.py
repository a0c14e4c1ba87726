"""Default pairs, issues and weeks of figures, chosen from the scenario alone."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import xarray as xr

from sim.errors import ResultsError
from sim.results import selection
from sim.results.dataset import scenario_of

MOST_PAIRS, FEWEST_PAIRS = 6, 3


def default_pairs(results: xr.Dataset) -> list[tuple[str, str]]:
    """Pairs worth looking at: allies that talk apart, patrons of one camp, then brokers.

    Parameters
    ----------
    results : Dataset
        With its scenario.

    Returns
    -------
    list of (str, str)
        At most six; who broker with those who arm come last. Where the roles give fewer than
        three, patrons with proxies and then the first actors of the scenario are added; none for
        a lone actor.
    """
    scenario = scenario_of(results)
    armers = [name for name in scenario.actors if scenario.patrons.get(name)]
    camp = {name: scenario.actors[name].camp for name in armers}
    allies = [
        (i, j)
        for i, j in itertools.combinations(armers, 2)
        if camp[i] is not None and camp[i] == camp[j]
    ]
    brokers = itertools.product(scenario.roles.conveners, scenario.patrons)
    told = [*scenario.bilateral, *allies, *brokers]
    more = [(patron, proxy) for patron, held in scenario.patrons.items() for proxy in held]
    found: dict[frozenset[str], tuple[str, str]] = {}
    for i, j in told:
        if i != j and len(found) < MOST_PAIRS:
            found.setdefault(frozenset((i, j)), (i, j))
    for i, j in itertools.chain(more, itertools.combinations(scenario.actors, 2)):
        if len(found) >= FEWEST_PAIRS:
            break
        found.setdefault(frozenset((i, j)), (i, j))
    return list(found.values())


def pairs_or_default(
    results: xr.Dataset, pairs: Sequence[Sequence[str]] | None, most: int = MOST_PAIRS
) -> list[tuple[str, str]]:
    """The pairs that are asked for, checked; if none are, the first of `default_pairs`."""
    if pairs is None:
        found = default_pairs(results)[:most]
    else:
        found = [selection.pair(results, two) for two in pairs]
    if not found:
        raise ResultsError("there is no pair to show: a tie needs two actors")
    return found


def pair_or_default(results: xr.Dataset, pair: Sequence[str] | None) -> tuple[str, str]:
    """The same of a figure that shows one pair."""
    return pairs_or_default(results, None if pair is None else [pair])[0]


def default_issues(results: xr.Dataset) -> list[str]:
    """The first two issues: those of the agenda come first, side payments last among them."""
    known = selection.names_on(results, "issue")
    given = scenario_of(results).issues
    agenda = [name for name in known if given[name].agenda is not None]
    plain = [name for name in agenda if not given[name].side_payment]
    found = list(dict.fromkeys([*plain, *agenda, *known]))[:2]
    if len(found) < 2:
        raise ResultsError("offers are drawn over two issues, this scenario has fewer")
    return found


def weeks_or_default(
    results: xr.Dataset, dates: Sequence[selection.When] | None, count: int
) -> list[int]:
    """Places on the axis of weeks of the dates that are asked for, checked.

    If none are, so many weeks spread evenly from the first to the last, fewer if the results have
    not so many; one alone is the last.
    """
    if dates is not None:
        return [selection.week_at(results, at) for at in dates]
    last = results.sizes["week"] - 1
    steps = min(count - 1, last)
    return [last * n // steps for n in range(steps + 1)] if steps > 0 else [last]
