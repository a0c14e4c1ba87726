"""Forecasts without a simulator: base rates, and lines of arithmetic on what a file says."""

from __future__ import annotations

import math

import numpy as np
from scipy import optimize

from sim.engine.inputs import Floats
from sim.experiments.benchmark.forecasts import Forecast, Scored, reached_by
from sim.experiments.benchmark.war_library import War
from sim.scenario.schema import Scenario

# Of the square of each coefficient: weak, so that there is a best line also where all break.
RIDGE = 0.05
# Nearer than this to what it is, nobody wants an issue elsewhere: as the rules have it.
_NEAR = 0.05


def baselines(scored: Scored) -> list[Forecast]:
    """All forecasts that need no run.

    Those that are fitted are fitted to the other wars, each war counting alike; with a single war
    there are none of them.

    Parameters
    ----------
    scored : Scored
        The pairs.
    """
    agree = np.array([agreement(war.scenario, i, j) for war, i, j in scored.pairs])
    claimed = np.array([claims(war, i, j) for war, i, j in scored.pairs])
    even = np.array([parity(war.scenario, i, j) for war, i, j in scored.pairs])
    several = len(scored.wars) > 1
    return [
        *([_base_rate(scored)] if several else []),
        _nobody(scored),
        _agreement(scored, agree),
        *([_before_and_after(scored, agree)] if several else []),
        Forecast("number of claims", claimed),
        Forecast("parity of force", even),
    ]


# what a file says of a pair -----------------------------------------------------------------------


def agreement(scenario: Scenario, i: str, j: str) -> float:
    """How far the long aims of two agree, on all but territory.

    ``sum_k sqrt(w_ik w_jk) (1 - 2 |x_ik - x_jk|)``, the weights of each normalised to 1.

    Returns
    -------
    float
        From -1 (the same cares, opposite ideals) to 1; 0 for two without a common care.
    """
    one, other = aims = [scenario.actors[name].long for name in (i, j)]
    totals = [sum(aim.weight for aim in held.values()) for held in aims]
    if min(totals) <= 0.0:
        return 0.0
    return sum(
        math.sqrt(one[k].weight / totals[0] * other[k].weight / totals[1])
        * (1.0 - 2.0 * abs(one[k].ideal - other[k].ideal))
        for k in one
        if k in other and scenario.issues[k].moved_by is None
    )


def claims(war: War, i: str, j: str) -> float:
    """How many issues one of two holds, or may come to hold, that the other wants of it.

    What the enemy holds counts by the chance that it falls to the one. One wants what has a weight
    among its long aims, is not where it would have it, and would be worse for the holder there (or
    the holder has no aim on it): `sim.rules.coalitions.claims`.
    """
    total = 0.0
    for holder, other in ((i, j), (j, i)):
        for name, issue in war.scenario.issues.items():
            mine = war.scenario.actors[other].long.get(name)
            if issue.held_by is None or mine is None or mine.weight <= 0.0:
                continue
            theirs = war.scenario.actors[holder].long.get(name)
            if abs(mine.ideal - issue.start) <= _NEAR:
                continue
            if (
                theirs is None
                or theirs.weight <= 0.0
                or abs(mine.ideal - theirs.ideal) > abs(issue.start - theirs.ideal)
            ):
                falls = sum(issue.falls_to.values())
                chance = issue.falls_to.get(holder, 0.0) / falls if falls > 0 else 0.0
                total += 1.0 if issue.held_by == holder else chance
    return total


def parity(scenario: Scenario, i: str, j: str) -> float:
    """The weaker of two over the stronger; 1 for equals."""
    low, high = sorted(scenario.actors[name].capability for name in (i, j))
    return low / high if high > 0 else 1.0


# the lines --------------------------------------------------------------------------------------


def fit(design: Floats, yes: Floats, weight: Floats, length: Floats | None = None) -> Floats:
    """Coefficients of a logit of the chance of an event in one half-year, with a weak ridge.

    Parameters
    ----------
    design : ndarray, shape (cases, coefficients)
        With a column of ones.
    yes : ndarray
        Whether the event came.
    weight : ndarray
        Of each case.
    length : ndarray, optional
        Half-years that a case lasted, 1 if not given.
    """
    lasted = np.ones(len(yes)) if length is None else length

    def loss(at: Floats) -> float:
        stays = lasted * -np.logaddexp(0.0, design @ at)  # log of the chance that it does not come
        comes = np.log(np.maximum(-np.expm1(stays), 1e-300))
        told = np.where(yes > 0, comes, stays)
        return float(-(weight * told).sum() + RIDGE * (at**2).sum())

    return np.asarray(optimize.minimize(loss, np.zeros(design.shape[1])).x, dtype=np.float64)


def _logistic(design: Floats, at: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-(design @ at))), dtype=np.float64)


def _design(*columns: Floats) -> Floats:
    return np.column_stack([np.ones(len(columns[0])), *columns])


def _even(scored: Scored) -> Floats:
    """Weights by which wars count alike, and all pairs together as many as they are."""
    return scored.weight * len(scored.war) / len(scored.wars)


def _halves(scored: Scored) -> tuple[Floats, ...]:
    """Every half-year of every pair up to its break: pair, half-year, break, length, after t0."""
    rows = []
    for pair, when in enumerate(scored.when):
        war = scored.wars[scored.war[pair]]
        last = int(when) + 1 if when >= 0 else len(war.edges)
        for n in range(last):
            after = war.edges[n] > war.secured
            rows.append((pair, n, n == when, war.lengths[n], after))
    return tuple(np.array(rows, dtype=np.float64).T)


def _constant(name: str, scored: Scored, columns: Floats, parts: bool = False) -> Forecast:
    """A hazard that is a logit of `columns`, the same in all half-years, or before and after t0."""
    pair, _, broke, length, after = _halves(scored)
    pairs = pair.astype(np.int64)
    weight = _even(scored)[pairs]
    hazard: list[Floats] = [np.zeros(0)] * len(scored.war)
    for out, war in enumerate(scored.wars):
        others = scored.war[pairs] != out
        spans = [after == 0, after == 1] if parts else [np.ones(len(after), dtype=np.bool_)]
        fits = [
            fit(columns[pairs[s]], broke[s], weight[s], length[s])
            for s in (span & others for span in spans)
        ]
        later = [int(parts and edge > war.secured) for edge in war.edges]
        for n in np.flatnonzero(scored.war == out):
            a_half_year = np.array([_logistic(columns[[n]], at)[0] for at in fits])[later]
            hazard[n] = 1.0 - (1.0 - a_half_year) ** war.lengths
    reached = [reached_by(one) for one in hazard]
    return Forecast(name, None, np.array([one[-1] for one in reached]), hazard, reached)


def _base_rate(scored: Scored) -> Forecast:
    """The mean share that broke in the other wars; it knows nothing of a pair, and ranks none."""
    even = np.zeros(len(scored.war))
    shares = np.bincount(scored.war, scored.broke) / np.bincount(scored.war)
    others = np.array([np.delete(shares, n).mean() for n in range(len(shares))])
    found = _constant("base rate of the other wars", scored, even[:, None] + 1.0)
    return Forecast(found.name, even, others[scored.war], found.hazard, found.reached)


def _nobody(scored: Scored) -> Forecast:
    never = np.zeros(len(scored.war))
    flat = [np.zeros(len(war.edges)) for war, _, _ in scored.pairs]
    return Forecast("nobody breaks", never, never, flat, flat)


def _agreement(scored: Scored, agree: Floats) -> Forecast:
    """Who agrees least breaks first: as a ranking, a probability and a constant hazard."""
    name, columns = "agreement of long aims", _design(agree)
    if len(scored.wars) < 2:
        return Forecast(name, -agree)
    even, probability = _even(scored), np.zeros(len(agree))
    for out in range(len(scored.wars)):
        mine = scored.war == out
        at = fit(columns[~mine], scored.broke[~mine].astype(np.float64), even[~mine])
        probability[mine] = _logistic(columns[mine], at)
    found = _constant(name, scored, columns)
    return Forecast(name, -agree, probability, found.hazard, found.reached)


def _before_and_after(scored: Scored, agree: Floats) -> Forecast:
    """The same with another hazard, and another slope, once the threat is gone."""
    return _constant("agreement, before and after t0", scored, _design(agree), parts=True)
