"""Objectives with two horizons: activation, preferences, attention, alignment."""

from __future__ import annotations

import math

import numpy as np

from sim.rules.jit import compiled


@compiled
def chance_of_threat(position, drift, low, perceived_volatility) -> float:
    """Chance that a random walk on [0, 1] falls to `low` before it reaches 1.

    Gambler's ruin with an absorbing end at 1: ``(e^(-g x) - e^(-g)) / (e^(-g low) - e^(-g))`` with
    ``g = 2 drift / perceived_volatility**2``, written so that no exponential overflows.

    Parameters
    ----------
    position : float
        x; at or below `low` the chance is 1.
    drift : float
        A week, as believed; positive is away from `low`.
    low : float
        In [0, 1).
    perceived_volatility : float
        Perceived volatility a week.

    Returns
    -------
    float
        In [0, 1].
    """
    if position <= low:
        return 1.0
    far, near = 1.0 - position, 1.0 - low
    g = 2.0 * drift / (perceived_volatility * perceived_volatility)
    if abs(g) < 1e-6:
        chance = far / near
    elif g > 0.0:
        chance = math.exp(-g * (position - low)) * math.expm1(-g * far) / math.expm1(-g * near)
    else:
        # Multiplied through by e^g: expm1 of what is far below 0 is -1, and nothing overflows.
        chance = math.expm1(g * far) / math.expm1(g * near)
    return min(max(chance, 0.0), 1.0)


@compiled
def dangers(
    danger, theta, o_actor, o_issue, o_short, above, hi, lo, territory, believed,
    perceived_volatility
) -> None:  # fmt: skip
    """Find the danger of each short-term objective on territory, as its owner sees the war.

    Parameters
    ----------
    danger : ndarray, shape (O,)
        Filled for short-term objectives on the territory issue: the chance that the front comes to
        where the objective is threatened before the war is won, see `chance_of_threat`; 1 for one
        that is never satisfied. Other entries stay (-1: attention follows the thresholds).
    theta : ndarray, shape (K,)
        Present positions, in [0, 1].
    o_actor, o_issue : ndarray of int, shape (O,)
        Indices of the actor that has the objective, and of its issue.
    o_short, above, hi, lo
        As in `activate`; `hi` is infinite for an objective that is never satisfied.
    territory : int
        Index of the issue, -1 if there is none.
    believed : ndarray, shape (N,)
        Drift of the front that each actor believes in, in position a week.
    perceived_volatility : float
        Perceived volatility of the front, in position a week.
    """
    for o in range(danger.shape[0]):
        if not o_short[o] or o_issue[o] != territory:
            continue
        if hi[o] == math.inf:
            danger[o] = 1.0
            continue
        front, drift = theta[o_issue[o]], believed[o_actor[o]]
        if not above[o]:
            front, drift = 1.0 - front, -drift
        danger[o] = chance_of_threat(front, drift, lo[o], perceived_volatility)


@compiled
def activate(
    act, sat, theta, o_issue, o_short, above, hi, lo, danger, attention_speed, attention_floor
) -> None:
    """Update which short-term objectives are satisfied, and how strongly each one presses.

    A satisfied objective loses salience towards `attention_floor`; one that is threatened again
    regains it. Between the two thresholds nothing changes (hysteresis). Where a danger is given,
    attention follows it instead, to ``attention_floor + (1 - attention_floor) danger``, and the
    flag is a mark for readers only.

    Parameters
    ----------
    act : ndarray, shape (O,)
        Activation in [attention_floor, 1]; changed.
    sat : ndarray of bool, shape (O,)
        Satisfied; changed.
    theta : ndarray, shape (K,)
        Positions at the start of the week.
    o_issue : ndarray of int, shape (O,)
        Index of the issue.
    o_short, above : ndarray of bool, shape (O,)
        Short-term; achieved above its threshold (else below it).
    hi, lo : ndarray, shape (O,)
        Satisfied at, threatened again at, for a position that counts upwards (1 - theta where
        `above` is false).
    danger : ndarray, shape (O,)
        From `dangers`; -1 where the thresholds decide.
    attention_speed, attention_floor : float
        Part of the way to its target that activation goes in a week; the least activation.
    """
    for o in range(act.shape[0]):
        if not o_short[o]:
            continue
        y = theta[o_issue[o]] if above[o] else 1.0 - theta[o_issue[o]]
        sat[o] = y >= lo[o] if sat[o] else y >= hi[o]
        target = attention_floor if sat[o] else 1.0
        if danger[o] >= 0.0:
            target = attention_floor + (1.0 - attention_floor) * danger[o]
        act[o] += attention_speed * (target - act[o])


@compiled
def weigh(weight, ideal, o_actor, o_issue, o_short, ow, ox, act, patience) -> None:
    """Work out every actor's weights and ideal positions on the issues, from its objectives.

    Parameters
    ----------
    weight, ideal : ndarray, shape (N, K)
        Filled: rows of `weight` sum to 1 (0 for an actor without objectives); `ideal` is 0.5
        where an actor wants nothing.
    o_actor, o_issue : ndarray of int, shape (O,)
        Indices of the actor that has the objective, and of its issue.
    o_short : ndarray of bool, shape (O,)
        Whether the objective is short-term.
    ow, ox : ndarray, shape (O,)
        Importance and ideal position.
    act : ndarray, shape (O,)
        Activation: all ones for preferences, the present one for attention.
    patience : ndarray, shape (N,)
        Weight on long-term objectives, discount ** tau_L.
    """
    n, issues = weight.shape
    for i in range(n):
        for k in range(issues):
            weight[i, k] = 0.0
            ideal[i, k] = 0.0
    for o in range(ow.shape[0]):
        i, k = o_actor[o], o_issue[o]
        omega = ow[o] * act[o] if o_short[o] else ow[o] * patience[i]
        weight[i, k] += omega
        ideal[i, k] += omega * ox[o]
    for i in range(n):
        total = 0.0
        for k in range(issues):
            total += weight[i, k]
            ideal[i, k] = ideal[i, k] / weight[i, k] if weight[i, k] > 0.0 else 0.5
        for k in range(issues):
            weight[i, k] = weight[i, k] / total if total > 0.0 else 0.0


@compiled
def short_attention(out, o_actor, o_short, ow, act, patience) -> None:
    """Share of each actor's attention that goes to its short-term objectives.

    Parameters
    ----------
    out : ndarray, shape (N,)
        Filled, in [0, 1]; 0 for an actor without objectives.
    o_actor, o_short, ow, act, patience
        As in `weigh`.
    """
    n = out.shape[0]
    total = np.zeros(n)
    for i in range(n):
        out[i] = 0.0
    for o in range(ow.shape[0]):
        i = o_actor[o]
        omega = ow[o] * act[o] if o_short[o] else ow[o] * patience[i]
        total[i] += omega
        if o_short[o]:
            out[i] += omega
    for i in range(n):
        out[i] = out[i] / total[i] if total[i] > 0.0 else 0.0


@compiled
def align(A, weight, ideal) -> None:
    """Alignment: agreement weighted by the overlap of attention.

    ``A_ij = sum_k sqrt(w_ik w_jk) (1 - 2 |x_ik - x_jk|)``. Actors that attend to different things
    are neutral, neither friends nor foes.

    Parameters
    ----------
    A : ndarray, shape (N, N)
        Filled, symmetric, in [-1, 1]; A_ii = 1.
    weight, ideal : ndarray, shape (N, K)
        Attention: weights of the issues, and ideal positions.
    """
    n, issues = weight.shape
    for i in range(n):
        A[i, i] = 1.0
        for j in range(i):
            total = 0.0
            for k in range(issues):
                both = weight[i, k] * weight[j, k]
                if both > 0.0:
                    total += math.sqrt(both) * (1.0 - 2.0 * abs(ideal[i, k] - ideal[j, k]))
            # Rounding can carry a sum of square roots past 1 by an ulp.
            A[i, j] = min(max(total, -1.0), 1.0)
            A[j, i] = A[i, j]


@compiled
def utility(i, at, W, X, loss_exponent) -> float:
    """Utility of actor i at positions `at`: ``1 - sum_k W_ik |at_k - X_ik|**r``, in [0, 1].

    Parameters
    ----------
    i : int
        Index of the actor.
    at : ndarray, shape (K,)
        Positions, in [0, 1].
    W, X : ndarray, shape (N, K)
        Preferences: weights of the issues (rows add up to 1), and ideal positions.
    loss_exponent : float
        Exponent of a loss, 1 or 2.
    """
    loss = 0.0
    for k in range(at.shape[0]):
        d = abs(at[k] - X[i, k])
        loss += W[i, k] * (d if loss_exponent == 1.0 else d * d)
    return 1.0 - loss


@compiled
def utilities(out, at, W, X, loss_exponent) -> None:
    """Fill `out`, shape (N,), with every actor's `utility` at the same positions."""
    for i in range(out.shape[0]):
        out[i] = utility(i, at, W, X, loss_exponent)
