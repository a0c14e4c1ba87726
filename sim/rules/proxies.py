"""Patrons and proxies: leverage, ground control, nuisance, orders, obedience, blame, wear.

A patron controls a share of a proxy, in [0, 1]. Arrays of shape (L,) have a place for each link of
a patron and a proxy; `l_patron` and `l_proxy` are the indices of its two actors.
"""

from __future__ import annotations

import math

from sim.rules.jit import compiled


@compiled
def leverage(pull, autonomy, control, f, l_proxy) -> None:
    """Work out the leverage of every patron, and the autonomy that is left to each proxy.

    Parameters
    ----------
    pull : ndarray, shape (L,)
        Filled: control share times remaining leverage.
    autonomy : ndarray, shape (N,)
        Filled: 1 less the sum of what its patrons pull, in [0, 1].
    control, f : ndarray, shape (L,)
        Control share of the patron; part of its leverage that is not worn; both in [0, 1].
    """
    for i in range(autonomy.shape[0]):
        autonomy[i] = 1.0
    for n in range(pull.shape[0]):
        pull[n] = control[n] * f[n]
        autonomy[l_proxy[n]] -= pull[n]


@compiled
def ground_control(out, m, ground, autonomy, pull, l_patron, l_proxy) -> None:
    """Work out the ground forces that an actor commands: its own and its proxies', by leverage.

    Parameters
    ----------
    out : ndarray, shape (N,)
        Filled, on the scale of capability.
    m, ground, autonomy : ndarray, shape (N,)
        Capability, share of it on the ground, autonomy from `leverage`.
    pull : ndarray, shape (L,)
        From `leverage`.
    """
    for i in range(m.shape[0]):
        out[i] = m[i] * ground[i] * autonomy[i]
    for n in range(pull.shape[0]):
        j = l_proxy[n]
        out[l_patron[n]] += pull[n] * m[j] * ground[j]


@compiled
def armed_share(mu, armed) -> float:
    """Relative capability of all armed actors together."""
    total = 0.0
    for i in range(mu.shape[0]):
        if armed[i]:
            total += mu[i]
    return total


@compiled
def nuisance(out, mu, armed, control, l_patron, l_proxy) -> None:
    """Work out the nuisance of a patron: its proxies' capability as a share of all that is armed.

    Parameters
    ----------
    out : ndarray, shape (N,)
        Filled, in [0, 1].
    mu, armed : ndarray, shape (N,)
        Capability as a share of all; who is armed (bool).
    control : ndarray, shape (L,)
        Control share of the patron, without wear.
    """
    for i in range(mu.shape[0]):
        out[i] = 0.0
    total = armed_share(mu, armed)
    if total <= 0.0:
        return
    for n in range(control.shape[0]):
        out[l_patron[n]] += control[n] * mu[l_proxy[n]] / total


@compiled
def heeds(j, own, wish, autonomy, pull, l_patron, l_proxy) -> float:
    """Gain that a proxy acts on: its own and its patrons' gains, weighted by their leverage.

    Common agency with truthful contributions: the agent maximises the weighted sum of its own
    and its principals' payoffs. One level: a patron counts with its own wish.

    Parameters
    ----------
    j, own : int, float
        Index of the proxy, and its own gain.
    wish : ndarray, shape (N,)
        What every actor would have the proxy do, as a gain.
    autonomy, pull : ndarray, shapes (N,) and (L,)
        From `leverage`.
    """
    total = autonomy[j] * own
    for n in range(pull.shape[0]):
        if l_proxy[n] == j:
            total += pull[n] * wish[l_patron[n]]
    return total


@compiled
def heed_all(out, own, wish, autonomy, pull, l_patron, l_proxy) -> None:
    """Fill `out`, shape (N,), with the gain that each actor acts on; see `heeds`."""
    for j in range(out.shape[0]):
        out[j] = heeds(j, own[j], wish, autonomy, pull, l_patron, l_proxy)


@compiled
def military_gains(out, theta, direction, W, X, scope, military_gain) -> None:
    """Work out military gains.

    ``military_gain scope_i sum_k W_ik max(0, dir_ik (X_ik - theta_k))``.

    Parameters
    ----------
    out : ndarray, shape (N,)
        Filled with the gain from a breach, in utility.
    theta : ndarray, shape (K,)
        Present positions.
    direction : ndarray, shape (N, K)
        +1, -1 or 0: which way fighting on moves the issue for this actor.
    W, X : ndarray, shape (N, K)
        Weights of the issues, and ideal positions.
    scope : ndarray, shape (N,)
        Part of the war that a ceasefire stops, in [0, 1]: only there does a breach gain.
    military_gain : float
        Size of the gain, in utility.
    """
    for i in range(out.shape[0]):
        total = 0.0
        for k in range(theta.shape[0]):
            total += W[i, k] * max(0.0, direction[i, k] * (X[i, k] - theta[k]))
        out[i] = military_gain * scope[i] * total


@compiled
def orders(i, gain, promise, crossing_cost, military) -> float:
    """Own gain of actor i from a ceasefire that holds; a patron gives its order by it.

    Parameters
    ----------
    i : int
        Index of the actor.
    gain : ndarray, shape (N,)
        Value of the ceasefire (or settlement) above that of war.
    promise, crossing_cost, military : ndarray, shape (N,)
        Worth of the terms, cost of crossing the convener, military gain from going on.
    """
    return gain[i] + promise[i] + crossing_cost[i] - military[i]


@compiled
def neighbourhoods(near, places) -> None:
    """Work out how far actors fight in the same theatres: cosine of their shares by theatre.

    Parameters
    ----------
    near : ndarray, shape (N, N)
        Filled, in [0, 1]; 1 for two that are spread alike, 0 for two that never meet.
    places : ndarray, shape (N, H)
        Shares of an actor's arms by theatre.
    """
    n = places.shape[0]
    for j in range(n):
        for l in range(n):
            both, one, other = 0.0, 0.0, 0.0
            for h in range(places.shape[1]):
                both += places[j, h] * places[l, h]
                one += places[j, h] * places[j, h]
                other += places[l, h] * places[l, h]
            near[j, l] = both / math.sqrt(one * other) if both > 0.0 else 0.0


@compiled
def contagion(out, T, mu, in_arms, effort, scope, near, violated, contagion) -> None:
    """Work out the pull of last week's violations: an ally's encourages, an enemy's provokes.

    ``contagion sum_l mu_l |T_jl| near_jl v_l / share in arms``, both of what a ceasefire binds:
    what happens in another theatre counts less.

    Parameters
    ----------
    out : ndarray, shape (N,)
        Filled, in utility.
    T, near : ndarray, shape (N, N)
        Ties; how far two fight in the same theatres, from `neighbourhoods`.
    mu, in_arms, effort, scope : ndarray, shape (N,)
        Relative capability, the share of it that is in arms, its intensity, and the part of it
        that a ceasefire binds.
    violated : ndarray of bool, shape (N,)
        Who violated last week.
    contagion : float
        Strength of contagion, in utility.
    """
    share = 0.0
    for i in range(mu.shape[0]):
        share += mu[i] * in_arms[i] * effort[i] * scope[i]
    for j in range(mu.shape[0]):
        total = 0.0
        for l in range(mu.shape[0]):
            if violated[l]:
                bound = mu[l] * in_arms[l] * effort[l] * scope[l]
                total += bound * abs(T[j, l]) * near[j, l]
        out[j] = contagion * total / share if share > 0.0 else 0.0


@compiled
def order_wishes(wish, own, comply) -> None:
    """Fill `wish`, shape (N,): |own gain|, positive for an order to comply, negative to spoil."""
    for i in range(wish.shape[0]):
        wish[i] = abs(own[i]) if comply[i] else -abs(own[i])


@compiled
def accuse(accused, seen, u_right, u_whom, side, attribution_chance) -> None:
    """Accuse an actor of each seen violation: its author or an ally of the author.

    The author is accused with chance `attribution_chance`.

    Parameters
    ----------
    accused : ndarray, shape (N,)
        Filled: number of violations that each actor is accused of.
    seen : ndarray of bool, shape (N,)
        Who violated and was seen.
    u_right, u_whom : ndarray, shape (N,)
        Uniform draws of the violator: whether the right one is accused, and who else.
    side : ndarray of int, shape (N,)
        Camp: +1, -1, or 0 for a neutral.
    attribution_chance : float
        Chance that the right one is accused, in [0, 1].
    """
    n = seen.shape[0]
    for i in range(n):
        accused[i] = 0.0
    for j in range(n):
        if not seen[j]:
            continue
        target = j
        if u_right[j] >= attribution_chance and side[j] != 0:
            others = 0
            for i in range(n):
                if i != j and side[i] == side[j]:
                    others += 1
            pick = int(u_whom[j] * others)
            for i in range(n):
                if i != j and side[i] == side[j]:
                    if pick == 0:
                        target = i
                    pick -= 1
        accused[target] += 1.0


@compiled
def blame(out, accused, control, l_patron, l_proxy) -> None:
    """Work out the blame: one's own violations in full, a proxy's in proportion to control.

    Parameters
    ----------
    out : ndarray, shape (N,)
        Filled; not capped.
    accused : ndarray, shape (N,)
        From `accuse`.
    control : ndarray, shape (L,)
        Control share of the patron, in [0, 1].
    """
    for i in range(out.shape[0]):
        out[i] = accused[i]
    for n in range(control.shape[0]):
        out[l_patron[n]] += control[n] * accused[l_proxy[n]]


@compiled
def blame_violators(bad, blamed, ratified, violation_intensity) -> None:
    """Add bad experience of the blamed j to every ratifier i.

    ``violation_intensity min(1, blame)``.

    Parameters
    ----------
    bad : ndarray, shape (N, N)
        Bad experience of the week, of i with j; added to.
    blamed, ratified : ndarray, shape (N,)
        Blame, from `blame`; who has signed the ceasefire (bool).
    violation_intensity : float
        Intensity of the experience for a blame of 1 or more.
    """
    n = blamed.shape[0]
    for i in range(n):
        for j in range(n):
            if ratified[i] and i != j:
                bad[i, j] += violation_intensity * min(1.0, blamed[j])


@compiled
def wear(
    f, pressed, own, comply, violates, armed, relief, l_patron, l_proxy, leverage_wear,
    leverage_recovery
) -> None:  # fmt: skip
    """Wear leverage that makes a proxy act against its interest; concessions restore it.

    ``f <- f (1 - leverage_wear pressed) + leverage_recovery (1 - f) relief``.

    Parameters
    ----------
    f : ndarray, shape (L,)
        Remaining leverage in [0, 1]; changed.
    pressed : ndarray of bool, shape (L,)
        Filled: the order went against the sign of the armed proxy's own gain, and it obeyed.
    own : ndarray, shape (N,)
        Own gains from the ceasefire.
    comply, violates, armed : ndarray of bool, shape (N,)
        Order given (true to comply), what the proxy did, who is armed.
    relief : ndarray, shape (N,)
        Concession received this week, in [0, 1].
    leverage_wear, leverage_recovery : float
        Part of leverage that wears in a week, and part of the wear that comes back.
    """
    for n in range(f.shape[0]):
        p, j = l_patron[n], l_proxy[n]
        against = own[j] < 0.0 if comply[p] else own[j] > 0.0
        obeyed = comply[p] != violates[j]
        pressed[n] = armed[j] and against and obeyed
        worn = f[n] * (1.0 - leverage_wear) if pressed[n] else f[n]
        f[n] = worn + leverage_recovery * (1.0 - f[n]) * relief[j]


@compiled
def wear_at_talks(f, own, attending, bringer, l_patron, l_proxy, leverage_wear) -> None:
    """Wear the leverage of a patron that brought a proxy to the talks against its own gain.

    Parameters
    ----------
    f : ndarray, shape (L,)
        Remaining leverage in [0, 1]; changed.
    own : ndarray, shape (N,)
        Own gains from attending.
    attending : ndarray of bool, shape (N,)
        Who came to the talks.
    bringer : ndarray of int, shape (N,)
        Index of the patron, -1 if nobody.
    leverage_wear : float
        Part of leverage that wears.
    """
    for n in range(f.shape[0]):
        j = l_proxy[n]
        if attending[j] and own[j] < 0.0 and bringer[j] == l_patron[n]:
            f[n] = f[n] * (1.0 - leverage_wear)


@compiled
def relieve(relief, before, after, full_concession) -> None:
    """Fill `relief`, shape (N,): concession received, the rise of utility over `full_concession`.

    Held within [0, 1].
    """
    for i in range(relief.shape[0]):
        relief[i] = min(max((after[i] - before[i]) / full_concession, 0.0), 1.0)
