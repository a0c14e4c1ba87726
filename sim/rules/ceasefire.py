"""The ceasefire round: value of a truce, convener, consultation, ratification, breakdown."""

from __future__ import annotations

import math

from sim.rules.jit import compiled


@compiled
def credibility(chi, vside, side):
    """Fill `chi`, shape (N,): 1 less the remembered violations of the other camp.

    A neutral actor judges like camp -1. `vside` has shape (2,): camp +1, camp -1.
    """
    for i in range(chi.shape[0]):
        chi[i] = 1.0 - (vside[1] if side[i] == 1 else vside[0])


@compiled
def truce_values(V_c, u, u_table, V_w, chi, cost, covered, delta, h_s, h_c):
    """Value of a ceasefire: it may settle on what is on the table, or collapse into war.

    ``[(1 - d) (u - c (1 - covered)) + d (h_s (chi u_table + (1 - chi) V_w) + h_c V_w)]
    / [1 - d (1 - h_s - h_c)]``: where it does not hold, the war and its cost go on.

    Parameters
    ----------
    V_c : ndarray, shape (N,)
        Filled.
    u, u_table, V_w, chi, cost, covered, delta : ndarray, shape (N,)
        Utility now and of what is on the table, value of war, credibility, flow cost of war, part
        of the war that stops, discount factor.
    h_s, h_c : float
        Believed weekly hazards of settlement and of collapse.
    """
    for i in range(V_c.shape[0]):
        d = delta[i]
        settle = chi[i] * u_table[i] + (1.0 - chi[i]) * V_w[i]
        now = u[i] - cost[i] * (1.0 - covered[i])
        flow = (1.0 - d) * now + d * (h_s * settle + h_c * V_w[i])
        V_c[i] = flow / (1.0 - d * (1.0 - h_s - h_c))


@compiled
def table_shares(out, chi, delta, h_s, h_c, settled):
    """Part of the value of a ceasefire that what is expected of the table has.

    ``d h_s chi / [1 - d (1 - h_s - h_c)]``, the weight of u_table in `truce_values`; 0 in a
    settlement, where nothing more is expected.

    Parameters
    ----------
    out : ndarray, shape (N,)
        Filled, in [0, 1).
    chi, delta : ndarray, shape (N,)
    h_s, h_c : float
    settled : bool
    """
    for i in range(out.shape[0]):
        d = delta[i]
        out[i] = 0.0 if settled else d * h_s * chi[i] / (1.0 - d * (1.0 - h_s - h_c))


@compiled
def table_effect(i, k, table_k, theta_k, chi, delta, W, X, r, h_s, h_c):
    """What one issue on the table adds to actor i's value of a truce (negative: it costs).

    Parameters
    ----------
    i, k : int
    table_k, theta_k : float
        Position on the table, and now.
    chi, delta : ndarray, shape (N,)
    W, X : ndarray, shape (N, K)
    r, h_s, h_c : float
    """
    now, then = abs(theta_k - X[i, k]), abs(table_k - X[i, k])
    if r != 1.0:
        now, then = now * now, then * then
    d = delta[i]
    return d * h_s * chi[i] * W[i, k] * (now - then) / (1.0 - d * (1.0 - h_s - h_c))


@compiled
def sore_points(sore, effect, text, tabled, theta, chi, delta, W, X, r, h_s, h_c):
    """For every actor the issue on the table that costs it most, for the record of its reasons.

    Fills `sore`, shape (N,), with the issue (-1 if none costs it anything) and `effect` with what
    it adds to the value of the truce (negative); see `ceasefire.table_effect`.
    """
    for i in range(sore.shape[0]):
        sore[i] = -1
        effect[i] = 0.0
        for k in range(theta.shape[0]):
            if tabled[k]:
                add = table_effect(i, k, text[k], theta[k], chi, delta, W, X, r, h_s, h_c)
                if add < effect[i]:
                    sore[i] = k
                    effect[i] = add


@compiled
def access(c, T, m, diplomacy, belligerent, by_strength):
    """How far a convener reaches the belligerents: their trust times its diplomatic weight.

    Trust is the mean of ``(1 + T_jc) / 2`` over the belligerents j, by head or by capability.

    Parameters
    ----------
    c : int
    T : ndarray, shape (N, N)
    m, diplomacy : ndarray, shape (N,)
        Capability, and the share of it that goes into diplomacy.
    belligerent : ndarray of bool, shape (N,)
    by_strength : float
        0: by head.
    """
    total, every = 0.0, 0.0
    for j in range(m.shape[0]):
        if belligerent[j]:
            weight = m[j] if by_strength > 0.5 else 1.0
            total += weight * (0.5 * (1.0 + T[j, c]))
            every += weight
    trust = total / every if every > 0.0 else 1.0
    return trust * m[c] * diplomacy[c]


@compiled
def convenes(c, gain, theta, pole, W, prestige, step):
    """Gain of convener c from brokering: value of the truce, and the prestige that it moves.

    Parameters
    ----------
    c : int
    gain : ndarray, shape (N,)
        Value of a truce above that of war.
    theta : ndarray, shape (K,)
    pole : ndarray, shape (N,)
        Each convener's end of the prestige issue.
    W : ndarray, shape (N, K)
    prestige : int
        Index of the prestige issue, -1 if there is none.
    step : float
        Share of the way to the pole that a deal moves it.
    """
    if prestige < 0:
        return gain[c]
    return gain[c] + W[c, prestige] * step * abs(pole[c] - theta[prestige])


@compiled
def choose_convener(score, wish, reach, can_convene, u, lam):
    """Mediators compete: a logit choice by wish, weighted by access.

    Parameters
    ----------
    score : ndarray, shape (N,)
        Filled: ``lam wish + ln access``, -inf for who cannot convene.
    wish, reach : ndarray, shape (N,)
        From `convenes` and `access`.
    can_convene : ndarray of bool, shape (N,)
    u : ndarray, shape (N,)
        Uniform draws; their Gumbel transform makes the greatest score a logit choice.
    lam : float

    Returns
    -------
    chosen : int
        -1 if nobody can; the first in order of names among equals.
    lead : float
        How far the chosen was ahead of the next, in units of gain; at most 1000 (no other).
    """
    chosen, best, second = -1, -math.inf, -math.inf
    for c in range(score.shape[0]):
        score[c] = -math.inf
        if not can_convene[c] or reach[c] <= 0.0:
            continue
        score[c] = lam * wish[c] + math.log(reach[c])
        luck = score[c] - math.log(-math.log(u[c]))
        if luck > best:
            chosen, second, best = c, best, luck
        elif luck > second:
            second = luck
    return chosen, min((best - second) / lam, 1000.0) if chosen >= 0 else 0.0


@compiled
def proposes(c, gain):
    """Gain of the convener from proposing: value of a truce above that of war."""
    return gain[c]


@compiled
def consults(c, j, T, k_q, tau_q):
    """Chance that convener c consults patron j: allies are taken for granted."""
    z = min(max(-k_q * (T[c, j] - tau_q), -700.0), 700.0)  # exp would overflow beyond
    return 1.0 / (1.0 + math.exp(-z))


@compiled
def delivered_share(rho_d, h_c):
    """Expected delivered part of a promise paid at rate rho_d while the truce lasts."""
    return rho_d / (rho_d + h_c) if rho_d > 0.0 else 0.0


@compiled
def crossing_costs(out, T, dependence, convener, varpi, varpi_D):
    """What it costs to cross the convener: a friend (loyalty), or one that is needed (dependence).

    ``X_i = varpi T_i,convener + varpi_D Dep_i,convener``.

    Parameters
    ----------
    out : ndarray, shape (N,)
        Filled; 0 without a convener.
    T, dependence : ndarray, shape (N, N)
        Ties; what each would lose in the field without the other, from `war.dependences`.
    convener : int
        -1 if there is none.
    varpi, varpi_D : float
    """
    for i in range(out.shape[0]):
        out[i] = varpi * T[i, convener] if convener >= 0 else 0.0
        if convener >= 0 and varpi_D > 0.0:
            out[i] += varpi_D * dependence[i, convener]


@compiled
def below_in_public(out, shocks, gains, kappa_face):
    """Fill `out`: who does not object in public, shock < gain + kappa_face.

    The same shock as in the act, so who acts also says so; between the two lies silence.
    """
    for i in range(out.shape[0]):
        out[i] = shocks[i] < gains[i] + kappa_face


@compiled
def signs(i, gain, promise, loyalty):
    """Own gain of actor i from ratifying: truce against war, the terms, loyalty."""
    return gain[i] + promise[i] + loyalty[i]


@compiled
def in_force(ratified, must_sign):
    """A ceasefire is in force if and only if all of `must_sign` ratify; bool, shape (N,)."""
    for i in range(ratified.shape[0]):
        if must_sign[i] and not ratified[i]:
            return False
    return True


@compiled
def judge_ratification(good, bad, convener, ratified, patron, must_sign):
    """Each patron or main party that signs is thanked, both ways; one that refuses is resented.

    Parameters
    ----------
    good, bad : ndarray, shape (N, N)
        Added to.
    convener : int
    ratified, patron, must_sign : ndarray of bool, shape (N,)
    """
    for j in range(ratified.shape[0]):
        if j == convener or not (patron[j] or must_sign[j]):
            continue
        if ratified[j]:
            good[convener, j] += 1.0
            good[j, convener] += 1.0
        else:
            bad[convener, j] += 1.0


@compiled
def resent_exclusion(
    bad, convener, consulted, patron, can_convene, W, nuisance, prestige, stake_min
):
    """Who had a stake and was left out of a deal holds it against the convener.

    Parameters
    ----------
    bad : ndarray, shape (N, N)
        Added to.
    convener : int
    consulted, patron, can_convene : ndarray of bool, shape (N,)
    W : ndarray, shape (N, K)
    nuisance : ndarray, shape (N,)
    prestige : int
    stake_min : float
        Stake (weight on prestige plus nuisance power) from which it hurts.
    """
    for j in range(consulted.shape[0]):
        if j == convener or consulted[j] or not (patron[j] or can_convene[j]):
            continue
        stake = nuisance[j] + (W[j, prestige] if prestige >= 0 else 0.0)
        if stake > stake_min:
            bad[j, convener] += 1.0


@compiled
def smooth(vbar, vside, share, shares, bound, side, gv, vside_smoothing):
    """Smoothed violation intensity after a week, of all (returned) and by camp (in place).

    Parameters
    ----------
    vbar, share : float
        Before, and capability share of this week's violators among all armed.
    vside, shares : ndarray, shape (2,)
        The same by camp.
    bound : ndarray, shape (N,)
        What each would put into the war where the ceasefire holds. Of a camp that has nothing
        there it is not seen whether it would keep it, and where nobody has, nothing calms down.
    side : ndarray of int, shape (N,)
    gv, vside_smoothing : float
    """
    every = 0.0
    for s in range(2):
        own = 0.0
        for i in range(bound.shape[0]):
            every += bound[i]
            own += bound[i] if side[i] == (1 if s == 0 else -1) else 0.0
        if own > 0.0:
            vside[s] = (1.0 - vside_smoothing) * vside[s] + vside_smoothing * shares[s]
    return (1.0 - gv) * vbar + gv * share if every > 0.0 else vbar


@compiled
def breach_costs(
    out, order_complies, guarantor, ground, pull, l_patron, l_proxy, obs, monitored, beta,
    beta_troops
):  # fmt: skip
    """Expected cost of a breach that is seen, to who commits it.

    ``obs (beta monitored + beta_troops sum_p C_pj f_pj ground_p)`` over the guarantors p of j with
    troops on the ground that would have the ceasefire kept.

    Parameters
    ----------
    out : ndarray, shape (N,)
        Filled.
    order_complies, guarantor : ndarray of bool, shape (N,)
    ground : ndarray, shape (N,)
        Share of capability on the ground.
    pull : ndarray, shape (L,)
    l_patron, l_proxy : ndarray of int, shape (L,)
    obs : float
        Chance that a breach is seen.
    monitored, beta, beta_troops : float
    """
    for i in range(out.shape[0]):
        out[i] = obs * beta * monitored
    for n in range(pull.shape[0]):
        p = l_patron[n]
        if guarantor[p] and order_complies[p]:
            out[l_proxy[n]] += obs * beta_troops * pull[n] * ground[p]


@compiled
def violator_share(violates, bound):
    """Share of the violators in all that a ceasefire binds.

    Parameters
    ----------
    violates : ndarray of bool, shape (N,)
    bound : ndarray, shape (N,)
        What each would put into the war where the ceasefire holds: capability in arms by effort.
    """
    some, every = 0.0, 0.0
    for i in range(bound.shape[0]):
        every += bound[i]
        if violates[i]:
            some += bound[i]
    return some / every if every > 0.0 else 0.0


@compiled
def raised(v, power):
    """A number to a whole power of 1 or more, by multiplication: no bit depends on the compiler."""
    out = v
    for _ in range(int(power) - 1):
        out *= v
    return out


@compiled
def collapse_chance(state, vbar, h0, h1, h_power, settled_hazard):
    """Chance of a collapse this week: 1 - exp(-(h0 [x settled_hazard] + h1 vbar**h_power))."""
    base = h0 * settled_hazard if state == 2 else h0
    return -math.expm1(-(base + h1 * raised(vbar, h_power)))


@compiled
def remembered_breaches(vside, side, bound):
    """Remembered breach rate of both camps, by what a ceasefire binds of them; 0 if nothing.

    Parameters
    ----------
    vside : ndarray, shape (2,)
        By camp: +1, -1.
    side : ndarray of int, shape (N,)
    bound : ndarray, shape (N,)
        What each would put into the war where a ceasefire holds.
    """
    total, every = 0.0, 0.0
    for i in range(bound.shape[0]):
        if side[i] != 0:
            every += bound[i]
            total += bound[i] * (vside[0] if side[i] == 1 else vside[1])
    return total / every if every > 0.0 else 0.0


@compiled
def believed_hazard(v, h0, h1, h_power, h_s):
    """Weekly chance of a collapse as believed: that of remembered breaches v.

    ``min(1 - exp(-(h0 + h1 v**h_power)), 0.9 - h_s)``: with the chance of a settlement it stays
    below 1.
    """
    return min(-math.expm1(-(h0 + h1 * raised(v, h_power))), 0.9 - h_s)
