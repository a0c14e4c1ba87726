"""Placebo codings: scenarios whose long-term ideals are shuffled over actors.

A fact that a theory shows for the coding of a war is evidence for it only if it does not show it
for any coding. Shuffled codings keep the issues, the weights, the short-term goals, the forces, the
patrons and the roles; only who holds which ideal on a disputed issue is drawn anew.

For an audit of a scenario: `shuffled` gives the codings, `conflict_index` orders them, and
`sim.experiments.hypothesis_tests.facts.check` says of each which facts hold.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from sim.engine import draws
from sim.errors import SimError, nearest
from sim.experiments.hypothesis_tests.roles import Cast
from sim.results.ensemble_spec import whole
from sim.scenario import files
from sim.scenario.schema import Scenario

MOST_CODINGS = 100_000


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


def shuffled(scenario: Scenario, n: int, seed: int = 1) -> list[Scenario]:
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
    issues = shuffled_issues(scenario)
    if not issues:
        raise SimError("no two actors have a long-term aim on one issue: there is none to shuffle")
    found = []
    for number in range(n):
        keys = draws.round_keys(seed, number)
        ideals: dict[str, dict[str, float]] = {}
        for issue in issues:
            # no run uses the same random numbers
            luck = {
                name: draws.uniform(keys, draws.IDEAL, draws.subject(f"shuffle:{issue}.{name}"), 0)
                for name in holders(scenario, issue)
            }
            ideals[issue] = {
                name: scenario.actors[other].long[issue].ideal
                for name, other in zip(luck, sorted(luck, key=luck.__getitem__), strict=True)
            }
        found.append(recoded(scenario, ideals, f"{scenario.name}, aims shuffled {number}"))
    return found


def recoded(scenario: Scenario, ideals: dict[str, dict[str, float]], name: str) -> Scenario:
    """A scenario with other long-term ideals.

    Parameters
    ----------
    scenario : Scenario
        The war as coded; it stays as it is.
    ideals : dict of str to dict of str to float
        Issue -> actor -> ideal; each actor has a long-term aim on the issue.
    name : str
        Title of the new scenario.
    """
    data = files.as_data(scenario)
    data["name"] = name
    moved = {
        (actor, issue)
        for issue, by_actor in ideals.items()
        for actor, ideal in by_actor.items()
        if scenario.actors[actor].long[issue].ideal != ideal
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

    Parameters
    ----------
    scenario : Scenario
        The war whose long-term aims are read.
    pair : (str, str)
        Names of actors.

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


def conflict_with_the_table(scenario: Scenario, cast: Cast) -> float:
    """Mean conflict of the spoiler with all others who sit at the talks, its partner left out."""
    talks = scenario.talks
    table = dict.fromkeys([*talks.permanent, *talks.brought, *talks.veto])
    others = [name for name in table if name not in cast.pair]
    if not others:
        return math.nan
    return float(np.mean([conflict_index(scenario, (cast.spoiler, name)) for name in others]))
