"""Bargaining: the Nash text, terms of a ceasefire and what they are worth, bilateral deals.

Positions lie in [0, 1], and `theta` is where the issues stand now. `W` and `X` are preferences:
weights of the issues, which add up to 1 for each actor, and ideal positions. Values and gains are
in utility. The rules of all modules use these names.
"""

from __future__ import annotations

import math

import numpy as np

from sim.rules.jit import compiled
from sim.rules.objectives import utility


@compiled
def bargaining_power(delta) -> float:
    """Power at weekly discount factor `delta`: 1 / (-ln delta) (Binmore et al. 1986)."""
    return -1.0 / math.log(delta)


@compiled
def voices(voice, power, m, by_strength) -> None:
    """Weight of each party in a bargain: its power, times its capability if `by_strength` is 1.

    By capability, an actor that is split into two halves counts as much as before; by power alone
    it counts twice.

    Parameters
    ----------
    voice : ndarray, shape (N,)
        Filled with the weights.
    power, m : ndarray, shape (N,)
        Bargaining power, from `bargaining_power`; capability.
    by_strength : float
        1, or 0: parties count by their power alone.
    """
    for i in range(voice.shape[0]):
        voice[i] = power[i] * m[i] if by_strength > 0.5 else power[i]


@compiled
def nash_text(
    x, theta, party, tabled, power, start, scale, W, X, loss_exponent, surplus_floor, steps, step
) -> None:
    """The text that maximises the weighted product of the parties' surpluses (Nash 1950).

    Damped fixed-point steps from the status quo; surplus ``S_i = start_i + scale_i (u_i(x) -
    u_i(theta))``, floored at `surplus_floor`. With `loss_exponent` 2 a step goes to the mean of the
    ideals weighted by salience, power and nearness to walking away; with 1 it takes five times the
    steps, the n-th of size ``step / n``.

    Parameters
    ----------
    x : ndarray, shape (K,)
        Filled: the text, theta where not tabled.
    theta : ndarray, shape (K,)
        Status quo, in [0, 1].
    party : ndarray of bool, shape (N,)
        Who bargains.
    tabled : ndarray of bool, shape (K,)
        Issues that the text is about.
    power, start, scale : ndarray, shape (N,)
        Weight in the bargain, from `voices`; surplus at the status quo, in utility; what a gain
        from the text counts for.
    W, X : ndarray, shape (N, K)
        Weights and ideal positions.
    loss_exponent, surplus_floor : float
        Exponent of a loss, 1 or 2; floor of a surplus, in utility.
    steps, step : int, float
        Number of steps; part of the way that each goes, in (0, 1].
    """
    n, issues = W.shape
    # Only parties bargain, and only tabled issues move: a gain is a sum over these alone.
    members, open_issues = np.empty(n, dtype=np.int64), np.empty(issues, dtype=np.int64)
    present, moving = 0, 0
    for i in range(n):
        if party[i]:
            members[present] = i
            present += 1
    for k in range(issues):
        x[k] = theta[k]
        if tabled[k]:
            open_issues[moving] = k
            moving += 1
    b = np.empty(present)
    rounds = 5 * steps if loss_exponent == 1.0 else steps
    for count in range(rounds):
        size = step / (count + 1.0) if loss_exponent == 1.0 else step
        for a in range(present):
            i = members[a]
            gain = 0.0
            for t in range(moving):
                k = open_issues[t]
                now, then = abs(theta[k] - X[i, k]), abs(x[k] - X[i, k])
                gain += W[i, k] * (now - then if loss_exponent == 1.0 else now * now - then * then)
            b[a] = power[i] / max(start[i] + scale[i] * gain, surplus_floor)
        for t in range(moving):
            k = open_issues[t]
            pull, total = 0.0, 0.0
            for a in range(present):
                i = members[a]
                d = X[i, k] - x[k]
                if loss_exponent == 1.0:
                    d = 1.0 if d > 0.0 else (-1.0 if d < 0.0 else 0.0)
                pull += b[a] * W[i, k] * d
                total += b[a] * W[i, k]
            if total > 0.0:
                x[k] = min(max(x[k] + size * pull / total, 0.0), 1.0)


@compiled
def draw_terms(
    terms, draft, scale, theta, consulted, side_payment, power, gain, rho, W, X, loss_exponent,
    surplus_floor, steps, step
) -> None:  # fmt: skip
    """Draft the terms of a ceasefire: the Nash text of the consulted over the side payments.

    Fills `terms`, shape (K,); other issues stay at the present position. `gain` is the surplus
    without terms, and `rho` the part of a promise that is expected to arrive.
    """
    for i in range(scale.shape[0]):
        scale[i] = rho
    nash_text(
        draft, theta, consulted, side_payment, power, gain, scale, W, X, loss_exponent,
        surplus_floor, steps, step,
    )  # fmt: skip
    for k in range(theta.shape[0]):
        terms[k] = draft[k]


@compiled
def what_is_owed(owed, promised, settled_issue, settled, promised_only) -> None:
    """Find the terms of a ceasefire that still hold; a settlement replaces those on its issues.

    Parameters
    ----------
    owed : ndarray of bool, shape (K,)
        Filled: issues whose terms still hold.
    promised : ndarray of bool, shape (K,)
        Side payments and prestige.
    settled_issue : ndarray of bool, shape (K,)
        Agenda issues on the table.
    settled : bool
        Whether a settlement holds.
    promised_only : float
        1, or 0: a settlement leaves the terms as they are, and changes the other issues only.
    """
    for k in range(owed.shape[0]):
        replaced = promised_only > 0.5 and settled and settled_issue[k]
        owed[k] = promised[k] and not replaced


@compiled
def worth_of_terms(
    promise, terms, owed, expected, theta, u, rho, table_share, promised_only, W, X, loss_exponent
) -> None:  # fmt: skip
    """Worth of the terms of a ceasefire to every actor: ``rho (u(due) - u(now))``.

    Due is the promised position, elsewhere the present one. Issues that are expected to be
    negotiated anyway count by ``1 - table_share``, for the value of a ceasefire holds the rest.

    Parameters
    ----------
    promise : ndarray, shape (N,)
        Filled, in utility.
    terms : ndarray, shape (K,)
        Terms; where nothing was promised, the position on the day of signing.
    owed, expected : ndarray of bool, shape (K,)
        Issues whose terms still hold, from `what_is_owed`; issues that are expected to be
        negotiated, from `negotiation.look_ahead`.
    theta, u : ndarray, shapes (K,) and (N,)
        Present positions, and utility of them.
    rho : float
        Part of a promise that is expected to arrive, in [0, 1].
    table_share : ndarray, shape (N,)
        Weight of the talks in the value of a ceasefire, from `ceasefire.table_shares`.
    promised_only : float
        1, or 0: all of the terms count as due, also the positions on the day of signing where
        nothing was promised.
    W, X, loss_exponent
        As in `sim.rules.objectives.utility`.
    """
    issues = theta.shape[0]
    due, apart = np.empty(issues), np.empty(issues)
    for k in range(issues):
        due[k] = terms[k] if owed[k] or promised_only < 0.5 else theta[k]
        apart[k] = theta[k] if expected[k] else due[k]
    for i in range(promise.shape[0]):
        all_of_it = utility(i, due, W, X, loss_exponent)
        if promised_only < 0.5:
            promise[i] = rho * (all_of_it - u[i])
        else:
            off_the_table = utility(i, apart, W, X, loss_exponent)
            on_it = (1.0 - table_share[i]) * (all_of_it - off_the_table)
            promise[i] = rho * (off_the_table - u[i] + on_it)


@compiled
def endorsement(i, core_tabled, endorsement_weight, V_s, V_c) -> float:
    """Gain of i from endorsing the text: 0 if no core issue is tabled, else in proportion.

    ``endorsement_weight (V_s - V_c)``.
    """
    return endorsement_weight * (V_s[i] - V_c[i]) if core_tabled else 0.0


@compiled
def bargains(local, endorsed, bilateral_deal_cost) -> float:
    """Gain of an ally from a bilateral deal: from minor issues and endorsement, less the cost."""
    return local + endorsed - bilateral_deal_cost


@compiled
def bilateral_text(
    x, local, i, j, theta, minor, power, W, X, loss_exponent, surplus_floor, steps, step
) -> None:
    """Nash text of two allies over the minor issues, and what each gains locally.

    Parameters
    ----------
    x : ndarray, shape (K,)
        Filled: the text, theta on issues that are not minor.
    local : ndarray, shape (2,)
        Filled: ``u(x) - u(theta)`` of i and of j.
    i, j : int
        Indices of the two allies.
    minor : ndarray of bool, shape (K,)
        Issues that allies settle between themselves.
    theta, power, W, X, loss_exponent, surplus_floor, steps, step
        As in `nash_text`.
    """
    n = power.shape[0]
    party = np.zeros(n, dtype=np.bool_)
    party[i] = True
    party[j] = True
    nash_text(
        x,
        theta,
        party,
        minor,
        power,
        np.zeros(n),
        np.ones(n),
        W,
        X,
        loss_exponent,
        surplus_floor,
        steps,
        step,
    )
    local[0] = utility(i, x, W, X, loss_exponent) - utility(i, theta, W, X, loss_exponent)
    local[1] = utility(j, x, W, X, loss_exponent) - utility(j, theta, W, X, loss_exponent)


@compiled
def settle_apart(apart, i, j, minor, pairs) -> None:
    """Find what two settle between themselves: minor issues, if they are a pair that talks apart.

    Parameters
    ----------
    apart : ndarray of bool, shape (K,)
        Filled.
    i, j : int
        Indices of the two.
    minor : ndarray of bool, shape (K,)
        Issues that allies settle between themselves.
    pairs : ndarray of int, shape (B, 2)
        Indices of the two allies of every pair.
    """
    talk = False
    for b in range(pairs.shape[0]):
        talk = talk or (pairs[b, 0] == i and pairs[b, 1] == j)
        talk = talk or (pairs[b, 0] == j and pairs[b, 1] == i)
    for k in range(apart.shape[0]):
        apart[k] = talk and minor[k]


@compiled
def strike(theta, minor, texts, deals, pairs, W) -> None:
    """Move the minor issues by the bilateral deals; several deals on one issue are averaged.

    Parameters
    ----------
    theta : ndarray, shape (K,)
        Changed: the mean of the texts of the deals one of whose parties cares about the issue.
    minor : ndarray of bool, shape (K,)
        Issues that allies settle between themselves.
    texts, deals : ndarray, shapes (B, K) and (B,)
        Text of every pair; whether the pair has agreed on it.
    pairs : ndarray of int, shape (B, 2)
        Indices of the two allies of every pair.
    W : ndarray, shape (N, K)
        Weights of the issues.
    """
    for k in range(theta.shape[0]):
        total, count = 0.0, 0
        for b in range(deals.shape[0]):
            cares = W[pairs[b, 0], k] > 0.0 or W[pairs[b, 1], k] > 0.0
            if minor[k] and deals[b] and cares:
                total += texts[b, k]
                count += 1
        if count > 0:
            theta[k] = total / count


@compiled
def renew(theta, chance, to, at_random, u, u_value) -> None:
    """Let local disputes break out: by chance an issue falls to a value or to a random one.

    Parameters
    ----------
    theta : ndarray, shape (K,)
        Changed.
    chance, to : ndarray, shape (K,)
        Chance this week, in [0, 1] (0 for issues without disputes); position that it falls to.
    at_random : ndarray of bool, shape (K,)
        Issues that fall to `u_value` instead of `to`.
    u, u_value : ndarray, shape (K,)
        Uniform draws on (0, 1).
    """
    for k in range(theta.shape[0]):
        if u[k] < chance[k]:
            theta[k] = u_value[k] if at_random[k] else to[k]


@compiled
def deliver(
    theta, y, text, promised, settled_issue, state, delivery_speed, implementation_speed
) -> None:
    """Move positions a step towards the terms of the ceasefire and the text of the settlement.

    Parameters
    ----------
    theta : ndarray, shape (K,)
        Changed.
    y, text : ndarray, shape (K,)
        Terms of the ceasefire; text of the settlement.
    promised : ndarray of bool, shape (K,)
        Issues whose terms still hold, see `what_is_owed`; the terms go before the text.
    settled_issue : ndarray of bool, shape (K,)
        Agenda issues on the table.
    state : int
        1 ceasefire, 2 settlement.
    delivery_speed, implementation_speed : float
        Part of the way to the terms, and to the text, that is covered in a week, in [0, 1].
    """
    for k in range(theta.shape[0]):
        if promised[k]:
            theta[k] += delivery_speed * (y[k] - theta[k])
        elif settled_issue[k] and state == 2:
            theta[k] += implementation_speed * (text[k] - theta[k])
