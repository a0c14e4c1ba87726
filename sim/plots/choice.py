"""What a figure shows when nobody says: pairs and dates, from the scenario alone."""

from __future__ import annotations

import itertools

import xarray as xr

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


def default_rounds(results: xr.Dataset, count: int) -> list[int]:
    """Rounds spread evenly from the first to the last; fewer if there are not so many."""
    rounds = [int(number) for number in results["round"].values]
    if count < 2 or len(rounds) < 2:
        return rounds[:1]
    steps = min(count, len(rounds)) - 1
    return [rounds[(len(rounds) - 1) * n // steps] for n in range(steps + 1)]


def last_round(results: xr.Dataset) -> int:
    """Number of the last round."""
    return int(results["round"].values[-1])
