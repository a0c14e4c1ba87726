"""War as a costly lottery: forces, the chance to win, division of the spoils, what it is worth."""

from __future__ import annotations

import math

import numpy as np

from sim.rules.jit import compiled


@compiled
def power_shares(mu, m) -> None:
    """Fill `mu`, shape (N,), with relative capability m_i / sum m (0 if nobody has any)."""
    total = 0.0
    for i in range(m.shape[0]):
        total += m[i]
    for i in range(m.shape[0]):
        mu[i] = m[i] / total if total > 0.0 else 0.0


@compiled
def strength(side, m, air, ground, camp, task_exponent) -> float:
    """Strength of one camp: air and ground combined with constant elasticity of substitution.

    ``[1/2 (sum m air)**c + 1/2 (sum m ground)**c] ** (1/c)``; c = 1 is no complementarity.

    Parameters
    ----------
    side : ndarray of int, shape (N,)
        Camp: +1, -1, or 0 for a neutral.
    m, air, ground : ndarray, shape (N,)
        Capability, and the shares of it that fly and that hold ground.
    camp : int
        +1 or -1.
    task_exponent : float
        c, in (0, 1].
    """
    a, g = 0.0, 0.0
    for i in range(m.shape[0]):
        if side[i] == camp:
            a += m[i] * air[i]
            g += m[i] * ground[i]
    total = 0.0
    if a > 0.0:
        total += 0.5 * math.exp(task_exponent * math.log(a))
    if g > 0.0:
        total += 0.5 * math.exp(task_exponent * math.log(g))
    return math.exp(math.log(total) / task_exponent) if total > 0.0 else 0.0


@compiled
def contest(strengths, side, m, air, ground, task_exponent) -> float:
    """Strength of both camps, and the chance psi of camp +1 in the contest of forces.

    Parameters
    ----------
    strengths : ndarray, shape (2,)
        Filled: camp +1, camp -1.
    side, m, air, ground, task_exponent
        As in `strength`.

    Returns
    -------
    float
        psi = S_+ / (S_+ + S_-), 1/2 if nobody is there.
    """
    strengths[0] = strength(side, m, air, ground, 1, task_exponent)
    strengths[1] = strength(side, m, air, ground, -1, task_exponent)
    both = strengths[0] + strengths[1]
    return strengths[0] / both if both > 0.0 else 0.5


@compiled
def gambler(front, drift, perceived_volatility) -> tuple[float, float]:
    """Chance that camp +1 wins a random-walk war, and the expected weeks that remain.

    Gambler's ruin on [0, 1] from `front` with drift and volatility a week (Smith 1998).

    Returns
    -------
    p : float
        Probability of reaching 1 before 0.
    weeks : float
        Expected duration, at least 1.
    """
    front = min(max(front, 0.0), 1.0)
    g = 2.0 * drift / (perceived_volatility * perceived_volatility)
    if abs(g) < 1e-6:
        p = front
        weeks = front * (1.0 - front) / (perceived_volatility * perceived_volatility)
    else:
        if g > 0.0:
            p = math.expm1(-g * front) / math.expm1(-g)
        else:
            p = math.exp(g * (1.0 - front)) * math.expm1(g * front) / math.expm1(g)
        weeks = (p - front) / drift
    return p, max(weeks, 1.0)


@compiled
def spoils(theta_win, camp, pole, theta, side, ground_control, W, X, territory, prestige) -> None:
    """Find the terms of victory that a camp imposes: its ideals, weighted by ground control.

    Parameters
    ----------
    theta_win : ndarray, shape (K,)
        Filled. On the territory issue the camp's pole; on the prestige issue, and where nobody
        with ground control cares, the present position.
    camp : int
        +1 or -1.
    pole : float
        1.0 or 0.0, the camp's end of the territory issue.
    theta, side : ndarray, shapes (K,) and (N,)
        Present positions; camp of each actor, 0 for a neutral.
    ground_control : ndarray, shape (N,)
        From `sim.rules.proxies.ground_control`.
    W, X : ndarray, shape (N, K)
        Weights of the issues, and ideal positions.
    territory, prestige : int
        Index of the issue, -1 if there is none.
    """
    for k in range(theta.shape[0]):
        if k == territory:
            theta_win[k] = pole
            continue
        theta_win[k] = theta[k]
        if k == prestige:
            continue
        total, wanted = 0.0, 0.0
        for i in range(side.shape[0]):
            if side[i] == camp:
                total += ground_control[i] * W[i, k]
                wanted += ground_control[i] * W[i, k] * X[i, k]
        if total > 1e-9:
            theta_win[k] = wanted / total


@compiled
def war_value(u, cost, delta, front, drift, perceived_volatility, u_plus, u_minus) -> float:
    """Reservation value: what the war, as an actor believes in it, is worth to it (about [0, 1]).

    ``[(1 - delta)(u - cost) + delta h L] / [1 - delta (1 - h)]`` with h = 1 / expected weeks and
    L the lottery between the two victories (Fearon 1995; Smith and Stam).

    Parameters
    ----------
    u : float
        Utility of the present positions.
    cost : float
        Flow cost of war.
    delta : float
        Weekly discount factor.
    front, drift, perceived_volatility : float
        Position of the front (1 is the victory of camp +1, 0 that of camp -1); its weekly drift and
        volatility as the actor believes.
    u_plus, u_minus : float
        Utility of the terms of victory of camp +1 and of camp -1.
    """
    p, weeks = gambler(front, drift, perceived_volatility)
    return lottery_value(u, cost, delta, p, weeks, u_plus, u_minus)


@compiled
def lottery_value(u, cost, delta, p, weeks, u_plus, u_minus) -> float:
    """Value of a war of known chance `p` of camp +1 and expected `weeks`; see `war_value`."""
    h = 1.0 / weeks
    lottery = p * u_plus + (1.0 - p) * u_minus
    return ((1.0 - delta) * (u - cost) + delta * h * lottery) / (1.0 - delta * (1.0 - h))


@compiled
def prior_optimism(out, side, mutual_optimism) -> None:
    """Fill `out`: optimism before the war, ``mutual_optimism side_i`` (Blainey 1973), (N,)."""
    for i in range(out.shape[0]):
        out[i] = mutual_optimism * side[i]


@compiled
def believed_drift(out, psi, optimism, front_speed) -> None:
    """Fill `out`, shape (N,): believed drift, ``front_speed (2 psi - 1) + optimism_i``."""
    for i in range(out.shape[0]):
        out[i] = front_speed * (2.0 * psi - 1.0) + optimism[i]


@compiled
def learn_from_war(optimism, moved, psi, front_speed, optimism_weeks, weeks) -> None:
    """Correct optimism by a week of war.

    The Bayesian mean with a prior worth `optimism_weeks` weeks:

    ``b_i <- b_i + (moved - front_speed (2 psi - 1) - b_i) / (optimism_weeks + weeks)``. After n
    weeks the mean of b is ``mutual_optimism optimism_weeks / (optimism_weeks + n)`` and its
    standard deviation ``front_volatility sqrt(n) / (optimism_weeks + n)``.

    Parameters
    ----------
    optimism : ndarray, shape (N,)
        b_i, in drift a week; changed.
    moved : float
        What the front has moved this week.
    psi, front_speed : float
        Chance of camp +1 in the contest of forces; speed of the front a week.
    optimism_weeks : float
        Weight of the prior, weeks.
    weeks : int
        Weeks of war learned from, this one included: 1 or more.
    """
    surprise = moved - front_speed * (2.0 * psi - 1.0)
    for i in range(optimism.shape[0]):
        optimism[i] += (surprise - optimism[i]) / (optimism_weeks + weeks)


@compiled
def dependences(
    out, psi, needed, side, m, air, ground, task_exponent, front_speed, V_w, u, u_plus, u_minus,
    cost, delta, front, believed, perceived_volatility
) -> None:  # fmt: skip
    """Work out what every actor would lose in the field without each needed one of its camp.

    ``Dep_ij = max(0, V_w,i(d_i) - V_w,i(d_i + 2 front_speed (psi_without_j - psi)))``, the division
    of the spoils held fixed; 0 between camps, for neutrals and for oneself.

    Parameters
    ----------
    out : ndarray, shape (N, N)
        Filled: what i would lose without j.
    psi : float
        Contest with everybody.
    needed : ndarray of bool, shape (N,)
        Whom others may have to cross.
    side : ndarray of int, shape (N,)
        Camp: +1, -1, or 0 for a neutral.
    m, air, ground, task_exponent
        As in `strength`; only j's own forces are taken away, not its clients'.
    front_speed, V_w, u, u_plus, u_minus, cost, delta, front, believed, perceived_volatility
        As in `war_values`.
    """
    n = m.shape[0]
    without, strengths = np.empty(n), np.empty(2)
    front = min(max(front, 0.0), 1.0)
    for j in range(n):
        for i in range(n):
            out[i, j] = 0.0
        if not needed[j] or side[j] == 0:
            continue
        for i in range(n):
            without[i] = 0.0 if i == j else m[i]
        change = (
            2.0
            * front_speed
            * (contest(strengths, side, without, air, ground, task_exponent) - psi)
        )
        # Those of a side mostly believe the same: what one has worked out serves the next.
        known, p, weeks = False, 0.0, 1.0
        drift = 0.0
        for i in range(n):
            if i != j and side[i] == side[j]:
                if not known or believed[i] + change != drift:
                    known, drift = True, believed[i] + change
                    p, weeks = gambler(front, drift, perceived_volatility)
                alone = lottery_value(u[i], cost[i], delta[i], p, weeks, u_plus[i], u_minus[i])
                out[i, j] = max(V_w[i] - alone, 0.0)


@compiled
def exposures(
    out, left, side, m, air, ground, task_exponent, front_speed, u, u_plus, u_minus, cost, delta,
    front, believed, perceived_volatility
) -> None:  # fmt: skip
    """Work out what each would lose in the field by a war of its own with each other actor.

    As `dependences`, with only a part of i's own forces left; j's are missing where it is of the
    same camp.

    Parameters
    ----------
    out : ndarray, shape (N, N)
        Filled: what i would lose by a war with j; 0 for neutrals.
    left : ndarray, shape (N,)
        Share of an actor's forces that stays in this war, in [0, 1].
    side, m, air, ground, task_exponent
        As in `strength`.
    front_speed, u, u_plus, u_minus, cost, delta, front, believed, perceived_volatility
        As in `war_values`.
    """
    n = m.shape[0]
    without, strengths = np.empty(n), np.empty(2)
    front = min(max(front, 0.0), 1.0)
    for j in range(n):
        without[j] = m[j]
    psi = contest(strengths, side, m, air, ground, task_exponent)
    for i in range(n):
        p, weeks = gambler(front, believed[i], perceived_volatility)
        before = lottery_value(u[i], cost[i], delta[i], p, weeks, u_plus[i], u_minus[i])
        alone = -1.0  # of i, with all others of its camp
        for j in range(n):
            out[i, j] = 0.0
            if side[i] == 0 or i == j:
                continue
            if side[i] == side[j] or alone < 0.0:
                without[i] = m[i] * left[i]
                without[j] = 0.0 if side[i] == side[j] else m[j]
                now = contest(strengths, side, without, air, ground, task_exponent)
                without[i], without[j] = m[i], m[j]
                drift = believed[i] + 2.0 * front_speed * (now - psi)
                p, weeks = gambler(front, drift, perceived_volatility)
                worth = lottery_value(u[i], cost[i], delta[i], p, weeks, u_plus[i], u_minus[i])
                out[i, j] = max(before - worth, 0.0)
                if side[i] != side[j]:
                    alone = out[i, j]
            else:
                out[i, j] = alone


@compiled
def war_values(
    V_w, V_d, p_win, weeks, u, u_plus, u_minus, cost, delta, side, front, drift,
    perceived_volatility, disarmed_vulnerability
) -> None:  # fmt: skip
    """Work out every actor's value of war, and of being betrayed after it has disarmed.

    Parameters
    ----------
    V_w, V_d, p_win, weeks : ndarray, shape (N,)
        Filled: value of war; the lower of it and of war with the front moved by
        `disarmed_vulnerability` against the actor; chance of camp +1 as the actor sees it; expected
        weeks of war.
    u, u_plus, u_minus, cost, delta, drift : ndarray, shape (N,)
        As in `war_value`.
    side : ndarray of int, shape (N,)
        Camp: +1, -1, or 0. A neutral actor is vulnerable like camp -1.
    front, perceived_volatility, disarmed_vulnerability : float
        Position of the front; perceived volatility a week; how far the front moves against the
        disarmed, in position.
    """
    n = u.shape[0]
    front = min(max(front, 0.0), 1.0)
    p_weak, weeks_weak = np.empty(n), np.empty(n)
    for i in range(n):
        # Those of a side mostly believe the same: what one has worked out serves the next.
        like = i
        for j in range(i):
            if drift[j] == drift[i] and side[j] == side[i]:
                like = j
                break
        if like == i:
            weak = (
                front - disarmed_vulnerability if side[i] == 1 else front + disarmed_vulnerability
            )
            p_win[i], weeks[i] = gambler(front, drift[i], perceived_volatility)
            p_weak[i], weeks_weak[i] = gambler(weak, drift[i], perceived_volatility)
        else:
            p_win[i], weeks[i] = p_win[like], weeks[like]
            p_weak[i], weeks_weak[i] = p_weak[like], weeks_weak[like]
        V_w[i] = lottery_value(
            u[i], cost[i], delta[i], p_win[i], weeks[i], u_plus[i], u_minus[i]
        )  # fmt: skip
        after = lottery_value(
            u[i], cost[i], delta[i], p_weak[i], weeks_weak[i], u_plus[i], u_minus[i]
        )  # fmt: skip
        V_d[i] = min(after, V_w[i])


@compiled
def worth_of_taking_part(
    out, psi, fights, armed, acting, m, side, air, ground, task_exponent, front_speed, u, u_plus,
    u_minus, cost, delta, front, believed, perceived_volatility, cost_saved_by_holding_back
) -> None:  # fmt: skip
    """Work out the worth of taking part in the war, for those that can hold back.

    ``V_w(d_with, c) - V_w(d_without, c (1 - cost_saved_by_holding_back))``: what one's own force
    adds to the value of the war, against the part of its cost that ends if one stays out. What the
    others do stands as last week.

    Parameters
    ----------
    out : ndarray, shape (N,)
        Filled for those that fight without being armed, 0 for the others.
    psi : float
        Contest at last week's efforts.
    fights, armed : ndarray of bool, shape (N,)
        Who takes part in the war at all; who always fights and never holds back.
    acting, m : ndarray, shape (N,)
        Capability at last week's effort, and at full effort.
    side : ndarray of int, shape (N,)
        Camp: +1, -1, or 0 for a neutral.
    air, ground, task_exponent
        As in `strength`.
    front_speed, u, u_plus, u_minus, cost, delta, front, believed, perceived_volatility
        As in `war_values`.
    cost_saved_by_holding_back : float
        Part of the flow cost of war that holding back saves.
    """
    n = m.shape[0]
    others, strengths = np.empty(n), np.empty(2)
    front = min(max(front, 0.0), 1.0)
    for i in range(n):
        out[i] = 0.0
        if armed[i] or not fights[i] or side[i] == 0:
            continue
        for j in range(n):
            others[j] = m[i] if j == i else acting[j]
        within = (
            2.0 * front_speed * (contest(strengths, side, others, air, ground, task_exponent) - psi)
        )
        others[i] = 0.0
        without = (
            2.0 * front_speed * (contest(strengths, side, others, air, ground, task_exponent) - psi)
        )
        fought = war_value(
            u[i], cost[i], delta[i], front, believed[i] + within, perceived_volatility, u_plus[i],
            u_minus[i],
        )  # fmt: skip
        spared = war_value(
            u[i], cost[i] * (1.0 - cost_saved_by_holding_back), delta[i], front, believed[i] +
            without, perceived_volatility, u_plus[i], u_minus[i],
        )  # fmt: skip
        out[i] = fought - spared
