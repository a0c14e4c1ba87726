"""Bargaining: the Nash text, terms of a ceasefire and what they are worth, bilateral deals."""

from __future__ import annotations

import math

import numpy as np

from sim.rules.jit import compiled
from sim.rules.objectives import utility


@compiled
def bargaining_power(delta):
    """Power at weekly discount factor `delta`: 1 / (-ln delta) (Binmore et al. 1986)."""
    return -1.0 / math.log(delta)


@compiled
def voices(voice, power, m, by_strength):
    """What each party counts for at a table: its bargaining power, and its capability if that does.

    By capability an actor that comes as two halves counts for what it did as one; by head it counts
    twice.

    Parameters
    ----------
    voice : ndarray, shape (N,)
        Filled.
    power, m : ndarray, shape (N,)
        From `bargaining_power`; capability.
    by_strength : float
        0: parties count by their power alone.
    """
    for i in range(voice.shape[0]):
        voice[i] = power[i] * m[i] if by_strength > 0.5 else power[i]


@compiled
def nash_text(x, theta, party, tabled, power, start, scale, W, X, r, eps, steps, step):
    """The text that maximises the weighted product of the parties' surpluses (Nash 1950).

    Damped fixed-point steps from the status quo; surplus ``S_i = start_i + scale_i (u_i(x) -
    u_i(theta))``, floored at `eps`. With r = 2 a step goes to the mean of the ideals weighted by
    salience, power and nearness to walking away; with r = 1 it takes five times the steps, the
    n-th of size ``step / n``.

    Parameters
    ----------
    x : ndarray, shape (K,)
        Filled: the text, theta where not tabled.
    theta : ndarray, shape (K,)
        Status quo.
    party : ndarray of bool, shape (N,)
    tabled : ndarray of bool, shape (K,)
    power, start, scale : ndarray, shape (N,)
        From `voices`; surplus at the status quo; weight of a gain from the text.
    W, X : ndarray, shape (N, K)
        Preferences.
    r, eps : float
    steps : int
    step : float
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
    rounds = 5 * steps if r == 1.0 else steps
    for count in range(rounds):
        size = step / (count + 1.0) if r == 1.0 else step
        for a in range(present):
            i = members[a]
            gain = 0.0
            for t in range(moving):
                k = open_issues[t]
                now, then = abs(theta[k] - X[i, k]), abs(x[k] - X[i, k])
                gain += W[i, k] * (now - then if r == 1.0 else now * now - then * then)
            b[a] = power[i] / max(start[i] + scale[i] * gain, eps)
        for t in range(moving):
            k = open_issues[t]
            pull, total = 0.0, 0.0
            for a in range(present):
                i = members[a]
                d = X[i, k] - x[k]
                if r == 1.0:
                    d = 1.0 if d > 0.0 else (-1.0 if d < 0.0 else 0.0)
                pull += b[a] * W[i, k] * d
                total += b[a] * W[i, k]
            if total > 0.0:
                x[k] = min(max(x[k] + size * pull / total, 0.0), 1.0)


@compiled
def draw_terms(
    terms, draft, scale, theta, consulted, side_payment, power, gain, rho, W, X, r, eps, steps, step
):
    """Terms of a ceasefire: the Nash text of the consulted over what can be promised.

    Everything that cannot be promised stands at the present position.
    """
    for i in range(scale.shape[0]):
        scale[i] = rho
    nash_text(draft, theta, consulted, side_payment, power, gain, scale, W, X, r, eps, steps, step)
    for k in range(theta.shape[0]):
        terms[k] = draft[k]


@compiled
def what_is_owed(owed, promised, settled_issue, settled, promised_only):
    """Which terms of a ceasefire still hold; a settlement replaces those that it is about.

    Parameters
    ----------
    owed : ndarray of bool, shape (K,)
        Filled.
    promised : ndarray of bool, shape (K,)
        Side payments and prestige.
    settled_issue : ndarray of bool, shape (K,)
        Agenda issues on the table.
    settled : bool
        Whether a settlement holds.
    promised_only : float
        0: a settlement leaves the terms as they are, and brings about the other issues alone.
    """
    for k in range(owed.shape[0]):
        replaced = promised_only > 0.5 and settled and settled_issue[k]
        owed[k] = promised[k] and not replaced


@compiled
def worth_of_terms(
    promise, terms, owed, expected, theta, u, rho, table_share, promised_only, W, X, r
):  # fmt: skip
    """What the terms of a ceasefire are worth to every actor: ``rho (u(due) - u(now))``.

    Due is what was promised, elsewhere the present position. What the table would bring anyhow
    counts by the part that the value of a ceasefire does not give to the table.

    Parameters
    ----------
    promise : ndarray, shape (N,)
        Filled.
    terms : ndarray, shape (K,)
        Where nothing was promised they hold the position of the day of signing.
    owed, expected : ndarray of bool, shape (K,)
        From `what_is_owed` and `negotiation.look_ahead`.
    theta : ndarray, shape (K,)
    u : ndarray, shape (N,)
        Utility now.
    rho : float
        Expected delivered part of a promise.
    table_share : ndarray, shape (N,)
        From `sim.rules.ceasefire.table_shares`.
    promised_only : float
        0: all of the terms count as due, whatever the table brings, so that whatever has moved
        since the signing counts as owed.
    W, X, r
        As in `sim.rules.objectives.utility`.
    """
    issues = theta.shape[0]
    due, apart = np.empty(issues), np.empty(issues)
    for k in range(issues):
        due[k] = terms[k] if owed[k] or promised_only < 0.5 else theta[k]
        apart[k] = theta[k] if expected[k] else due[k]
    for i in range(promise.shape[0]):
        all_of_it = utility(i, due, W, X, r)
        if promised_only < 0.5:
            promise[i] = rho * (all_of_it - u[i])
        else:
            off_the_table = utility(i, apart, W, X, r)
            on_it = (1.0 - table_share[i]) * (all_of_it - off_the_table)
            promise[i] = rho * (off_the_table - u[i] + on_it)


@compiled
def endorsement(i, core_tabled, q_e, V_s, V_c):
    """What a bilateral deal says about the core issue: endorsing the text, weighted by q_e."""
    return q_e * (V_s[i] - V_c[i]) if core_tabled else 0.0


@compiled
def bargains(local, endorsed, c_b):
    """Gain of one ally from a bilateral deal: local interests, endorsement, less the cost."""
    return local + endorsed - c_b


@compiled
def bilateral_text(x, local, i, j, theta, minor, power, W, X, r, eps, steps, step):
    """Nash text of two allies over the minor issues, and what each gains locally.

    Parameters
    ----------
    x : ndarray, shape (K,)
        Filled.
    local : ndarray, shape (2,)
        Filled: u(x) - u(theta) of i and of j.
    i, j : int
    minor : ndarray of bool, shape (K,)
    theta, power, W, X, r, eps, steps, step
        As in `nash_text`.
    """
    n = power.shape[0]
    party = np.zeros(n, dtype=np.bool_)
    party[i] = True
    party[j] = True
    nash_text(x, theta, party, minor, power, np.zeros(n), np.ones(n), W, X, r, eps, steps, step)
    local[0] = utility(i, x, W, X, r) - utility(i, theta, W, X, r)
    local[1] = utility(j, x, W, X, r) - utility(j, theta, W, X, r)


@compiled
def strike(theta, minor, texts, deals, pairs, W):
    """Bilateral deals move the minor issues; several about one issue meet half-way.

    Parameters
    ----------
    theta : ndarray, shape (K,)
        Changed: the mean of the texts of the deals one of whose parties cares about the issue.
    minor : ndarray of bool, shape (K,)
    texts : ndarray, shape (B, K)
    deals : ndarray of bool, shape (B,)
    pairs : ndarray of int, shape (B, 2)
    W : ndarray, shape (N, K)
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
def renew(theta, chance, to, at_random, u, u_value):
    """New local disputes: with its chance an issue falls back to a value, or to a draw.

    Parameters
    ----------
    theta : ndarray, shape (K,)
        Changed.
    chance, to : ndarray, shape (K,)
        Chance this week (0 for issues that are not renewed); where it falls to.
    at_random : ndarray of bool, shape (K,)
        Falls to `u_value` instead.
    u, u_value : ndarray, shape (K,)
        Uniform draws.
    """
    for k in range(theta.shape[0]):
        if u[k] < chance[k]:
            theta[k] = u_value[k] if at_random[k] else to[k]


@compiled
def deliver(theta, y, text, promised, settled_issue, state, rho_d, rho_i):
    """Side payments arrive in instalments; a settlement is implemented step by step.

    Parameters
    ----------
    theta : ndarray, shape (K,)
        Changed.
    y, text : ndarray, shape (K,)
        Terms of the ceasefire; text of the settlement.
    promised : ndarray of bool, shape (K,)
        Terms that still hold, see `what_is_owed`; they go before a text on the same issue.
    settled_issue : ndarray of bool, shape (K,)
        Agenda issues on the table.
    state : int
        1 ceasefire, 2 settlement.
    rho_d, rho_i : float
        Shares delivered and implemented a week.
    """
    for k in range(theta.shape[0]):
        if promised[k]:
            theta[k] += rho_d * (y[k] - theta[k])
        elif settled_issue[k] and state == 2:
            theta[k] += rho_i * (text[k] - theta[k])
