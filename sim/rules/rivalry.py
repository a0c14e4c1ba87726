"""Rivalry inside a camp: allies that fight over what they contest."""

from __future__ import annotations

from sim.rules.jit import compiled


@compiled
def chance_to_prevail(i, j, ground_control) -> float:
    """Chance that i prevails over j where their men meet: its part of what both command there."""
    both = ground_control[i] + ground_control[j]
    return ground_control[i] / both if both > 0.0 else 0.5


@compiled
def contested(i, j, k, theta, W, X) -> bool:
    """Whether both care about issue k and pull it opposite ways from where it stands."""
    cares = W[i, k] > 0.0 and W[j, k] > 0.0
    return cares and (X[i, k] - theta[k]) * (X[j, k] - theta[k]) < 0.0


@compiled
def prize(i, j, k, theta, W, X, loss_exponent, step, odds) -> float:
    """What a clash with ally j over issue k is worth to i, its costs apart.

    The winner moves the issue by `step` of the way to its own ideal; `odds` is i's chance.
    """
    won = theta[k] + step * (X[i, k] - theta[k])
    lost = theta[k] + step * (X[j, k] - theta[k])
    now, better, worse = abs(theta[k] - X[i, k]), abs(won - X[i, k]), abs(lost - X[i, k])
    if loss_exponent != 1.0:
        now, better, worse = now * now, better * better, worse * worse
    return W[i, k] * (now - odds * better - (1.0 - odds) * worse)


@compiled
def clashes(worth, tie, dependence, loyalty, dependence_weight, clash_cost) -> float:
    """Gain from a clash: its prize against the tie, what one would lose alone, and its cost.

    ``worth - loyalty T_ij - dependence_weight Dep_ij - clash_cost``.
    """
    return worth - loyalty * tie - dependence_weight * dependence - clash_cost
