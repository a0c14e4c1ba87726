"""The ceasefire round: value of a ceasefire, convener, consultation, ratification, breakdown."""

from __future__ import annotations

import math

from sim.rules.jit import compiled


@compiled
def credibility(chi, vside, side) -> None:
    """Fill `chi`, shape (N,): 1 less the remembered violations of the other camp.

    A neutral actor judges like camp -1. `vside` has shape (2,): camp +1, camp -1.
    """
    for i in range(chi.shape[0]):
        chi[i] = 1.0 - (vside[1] if side[i] == 1 else vside[0])


@compiled
def ceasefire_values(
    V_c, u, u_table, V_w, chi, cost, covered, delta, believed_settlement_hazard, h_c
) -> None:
    """Value of a ceasefire: it may settle on what is on the table, or collapse into war.

    ``[(1 - d) (u - c (1 - covered)) + d (believed_settlement_hazard (chi u_table + (1 - chi) V_w) +
    h_c V_w)] / [1 - d (1 - believed_settlement_hazard - h_c)]``: where it does not hold, the war
    and its cost go on.

    Parameters
    ----------
    V_c : ndarray, shape (N,)
        Filled, in utility.
    u, u_table, V_w, chi, cost, covered, delta : ndarray, shape (N,)
        Utility now and of what is on the table, value of war, credibility of the other camp,
        weekly cost of war, part of the war that stops, weekly discount factor.
    believed_settlement_hazard, h_c : float
        Believed weekly chances of a settlement and of a collapse.
    """
    for i in range(V_c.shape[0]):
        d = delta[i]
        settle = chi[i] * u_table[i] + (1.0 - chi[i]) * V_w[i]
        now = u[i] - cost[i] * (1.0 - covered[i])
        flow = (1.0 - d) * now + d * (believed_settlement_hazard * settle + h_c * V_w[i])
        V_c[i] = flow / (1.0 - d * (1.0 - believed_settlement_hazard - h_c))


@compiled
def table_shares(out, chi, delta, believed_settlement_hazard, h_c, settled) -> None:
    """Weight that the utility of what is on the table has in the value of a ceasefire.

    ``d believed_settlement_hazard chi / [1 - d (1 - believed_settlement_hazard - h_c)]``, the
    weight of u_table in `ceasefire_values`; 0 in a settlement, where nothing more is expected.

    Parameters
    ----------
    out : ndarray, shape (N,)
        Filled, in [0, 1).
    chi, delta : ndarray, shape (N,)
        Credibility of the other camp; weekly discount factor.
    believed_settlement_hazard, h_c : float
        Believed weekly chances of a settlement and of a collapse.
    settled : bool
        Whether a settlement holds.
    """
    for i in range(out.shape[0]):
        d = delta[i]
        out[i] = (
            0.0
            if settled
            else d
            * believed_settlement_hazard
            * chi[i]
            / (1.0 - d * (1.0 - believed_settlement_hazard - h_c))
        )


@compiled
def table_effect(
    i, k, table_k, theta_k, chi, delta, W, X, loss_exponent, believed_settlement_hazard, h_c
) -> float:
    """What one issue on the table adds to actor i's value of a ceasefire (negative: a cost).

    Parameters
    ----------
    i, k : int
        Indices of the actor and of the issue.
    table_k, theta_k : float
        Position on the table, and now.
    chi, delta, believed_settlement_hazard, h_c
        As in `table_shares`.
    W, X, loss_exponent
        As in `sim.rules.objectives.utility`.
    """
    now, then = abs(theta_k - X[i, k]), abs(table_k - X[i, k])
    if loss_exponent != 1.0:
        now, then = now * now, then * then
    d = delta[i]
    return (
        d
        * believed_settlement_hazard
        * chi[i]
        * W[i, k]
        * (now - then)
        / (1.0 - d * (1.0 - believed_settlement_hazard - h_c))
    )


@compiled
def sore_points(
    sore, effect, text, tabled, theta, chi, delta, W, X, loss_exponent, believed_settlement_hazard,
    h_c
) -> None:  # fmt: skip
    """Find, for every actor, the issue on the table that costs it most; the record says it.

    Fills `sore`, shape (N,), with the issue (-1 if none costs it anything) and `effect` with what
    it adds to the value of the ceasefire (negative); see `table_effect`.
    """
    for i in range(sore.shape[0]):
        sore[i] = -1
        effect[i] = 0.0
        for k in range(theta.shape[0]):
            if tabled[k]:
                add = table_effect(
                    i, k, text[k], theta[k], chi, delta, W, X, loss_exponent,
                    believed_settlement_hazard, h_c,
                )  # fmt: skip
                if add < effect[i]:
                    sore[i] = k
                    effect[i] = add


@compiled
def access(c, T, m, diplomacy, belligerent, by_strength) -> float:
    """Access of a convener to the belligerents: their trust times its capability for diplomacy.

    Trust is the mean of ``(1 + T_jc) / 2`` over the belligerents j, by head or by capability.

    Parameters
    ----------
    c : int
        Index of the convener.
    T : ndarray, shape (N, N)
        Ties, in [-1, 1]; ``T[j, c]`` is how j stands to c.
    m, diplomacy : ndarray, shape (N,)
        Capability, and the share of it that is diplomacy, in [0, 1].
    belligerent : ndarray of bool, shape (N,)
        Who is a party to the war.
    by_strength : float
        1: a belligerent counts by its capability; 0: all count the same.
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
def convenes(c, gain, theta, pole, W, prestige, step) -> float:
    """Gain of convener c from brokering a ceasefire: its value above war, and the prestige.

    Parameters
    ----------
    c : int
        Index of the convener.
    gain : ndarray, shape (N,)
        Value of a ceasefire above that of war.
    theta : ndarray, shape (K,)
        Present positions.
    pole : ndarray, shape (N,)
        Each convener's end of the prestige issue, 0 or 1.
    W : ndarray, shape (N, K)
        Weights of the issues.
    prestige : int
        Index of the prestige issue, -1 if there is none.
    step : float
        Part of the way to the pole that a deal moves the prestige issue, in [0, 1].
    """
    if prestige < 0:
        return gain[c]
    return gain[c] + W[c, prestige] * step * abs(pole[c] - theta[prestige])


@compiled
def choose_convener(score, wish, reach, can_convene, u, choice_precision) -> tuple[int, float]:
    """Choose the convener: a logit choice by gain from brokering, weighted by access.

    Parameters
    ----------
    score : ndarray, shape (N,)
        Filled: ``choice_precision wish + ln access``, -inf for those that cannot convene.
    wish, reach : ndarray, shape (N,)
        From `convenes` and `access`.
    can_convene : ndarray of bool, shape (N,)
        Who is free to convene.
    u : ndarray, shape (N,)
        Uniform draws on (0, 1); their Gumbel transform makes the greatest score a logit choice.
    choice_precision : float
        Precision of choice: the chance of c is proportional to ``exp(choice_precision wish)
        access``.

    Returns
    -------
    chosen : int
        Index of the convener, -1 if nobody can; the first in order of names among equals.
    lead : float
        Lead of the chosen over the next, in units of gain; 1000 if there is no other.
    """
    chosen, best, second = -1, -math.inf, -math.inf
    for c in range(score.shape[0]):
        score[c] = -math.inf
        if not can_convene[c] or reach[c] <= 0.0:
            continue
        score[c] = choice_precision * wish[c] + math.log(reach[c])
        luck = score[c] - math.log(-math.log(u[c]))
        if luck > best:
            chosen, second, best = c, best, luck
        elif luck > second:
            second = luck
    return chosen, min((best - second) / choice_precision, 1000.0) if chosen >= 0 else 0.0


@compiled
def proposes(c, gain) -> float:
    """Gain of the convener from proposing: value of a ceasefire above that of war."""
    return gain[c]


@compiled
def consults(c, j, T, consultation_slope, consultation_tie) -> float:
    """Chance that convener c consults patron j: it falls with their tie.

    ``1 / (1 + exp(consultation_slope (T_cj - consultation_tie)))``.
    """
    z = min(
        max(-consultation_slope * (T[c, j] - consultation_tie), -700.0), 700.0
    )  # exp would overflow beyond
    return 1.0 / (1.0 + math.exp(-z))


@compiled
def delivered_share(delivery_speed, h_c) -> float:
    """Part of a promise that is expected to be paid before a collapse of hazard h_c.

    ``delivery_speed / (delivery_speed + h_c)``.
    """
    return delivery_speed / (delivery_speed + h_c) if delivery_speed > 0.0 else 0.0


@compiled
def crossing_costs(out, T, dependence, convener, loyalty, dependence_weight) -> None:
    """Cost to every actor of crossing the convener: loyalty to it, and dependence on it.

    ``X_i = loyalty T_i,convener + dependence_weight Dep_i,convener``.

    Parameters
    ----------
    out : ndarray, shape (N,)
        Filled, in utility; 0 without a convener.
    T, dependence : ndarray, shape (N, N)
        Ties; what i would lose in the field without j, from `war.dependences`.
    convener : int
        Its index, -1 if there is none.
    loyalty, dependence_weight : float
        Weights of the tie (loyalty) and of dependence.
    """
    for i in range(out.shape[0]):
        out[i] = loyalty * T[i, convener] if convener >= 0 else 0.0
        if convener >= 0 and dependence_weight > 0.0:
            out[i] += dependence_weight * dependence[i, convener]


@compiled
def below_in_public(out, shocks, gains, open_refusal_cost) -> None:
    """Find who does not object in public: those with shock < gain + open_refusal_cost.

    Fills `out`, shape (N,). The shock is that of the act itself, so everybody who acts also says
    yes; an actor whose shock lies between the gain and the gain plus open_refusal_cost is silent.
    """
    for i in range(out.shape[0]):
        out[i] = shocks[i] < gains[i] + open_refusal_cost


@compiled
def ratifies(i, gain, promise, crossing_cost) -> float:
    """Own gain of actor i from ratifying: ceasefire against war, the terms, loyalty."""
    return gain[i] + promise[i] + crossing_cost[i]


@compiled
def in_force(ratified, must_sign) -> bool:
    """Whether a ceasefire enters into force: all in `must_sign` ratify (both bool, shape (N,))."""
    for i in range(ratified.shape[0]):
        if must_sign[i] and not ratified[i]:
            return False
    return True


@compiled
def judge_ratification(good, bad, convener, ratified, patron, must_sign) -> None:
    """Add experience of a ratification: good, both ways, of who signs; bad of who refuses.

    Parameters
    ----------
    good, bad : ndarray, shape (N, N)
        Experience of the week, of i with j; added to.
    convener : int
        Its index.
    ratified, patron, must_sign : ndarray of bool, shape (N,)
        Who has signed; who has proxies; whose signature a ceasefire needs. Only the patrons
        and those that must sign are judged.
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
) -> None:
    """Add bad experience with the convener, of those that have a stake and were not consulted.

    Parameters
    ----------
    bad : ndarray, shape (N, N)
        Bad experience of the week, of i with j; added to.
    convener, prestige : int
        Indices of the convener and of the prestige issue (-1 if there is none).
    consulted, patron, can_convene : ndarray of bool, shape (N,)
        Who was asked; only patrons and possible conveners resent that they were not.
    W, nuisance : ndarray, shapes (N, K) and (N,)
        Weights of the issues; armed capability of an actor's proxies, as a share.
    stake_min : float
        Stake (weight on prestige plus nuisance) above which an actor resents it.
    """
    for j in range(consulted.shape[0]):
        if j == convener or consulted[j] or not (patron[j] or can_convene[j]):
            continue
        stake = nuisance[j] + (W[j, prestige] if prestige >= 0 else 0.0)
        if stake > stake_min:
            bad[j, convener] += 1.0


@compiled
def smooth(
    vbar, vside, share, shares, bound, side, violence_smoothing, camp_violence_smoothing
) -> float:
    """Smooth the violation intensity over a week: of all (returned) and by camp (in place).

    Parameters
    ----------
    vbar, share : float
        Smoothed intensity so far; share of this week's violators in what the ceasefire binds.
    vside, shares : ndarray, shape (2,)
        The same by camp.
    bound : ndarray, shape (N,)
        What each would put into the war where the ceasefire holds. For a camp that has nothing
        there, and for all if nobody has, the intensity stays as it is.
    side : ndarray of int, shape (N,)
        Camp: +1, -1, or 0 for a neutral.
    violence_smoothing, camp_violence_smoothing : float
        Weight of this week in the intensity of all, and by camp, in [0, 1].
    """
    every = 0.0
    for s in range(2):
        own = 0.0
        for i in range(bound.shape[0]):
            every += bound[i]
            own += bound[i] if side[i] == (1 if s == 0 else -1) else 0.0
        if own > 0.0:
            vside[s] = (1.0 - camp_violence_smoothing) * vside[
                s
            ] + camp_violence_smoothing * shares[s]
    return (1.0 - violence_smoothing) * vbar + violence_smoothing * share if every > 0.0 else vbar


@compiled
def breach_costs(
    out, order_complies, guarantor, ground, pull, l_patron, l_proxy, observation_chance,
    monitored, breach_cost, guarantor_breach_cost
) -> None:  # fmt: skip
    """Expected cost of a breach to the actor that commits it.

    ``observation_chance (breach_cost monitored + guarantor_breach_cost sum_p C_pj f_pj ground_p)``
    over the guarantors p of j with troops on the ground that would have the ceasefire kept.

    Parameters
    ----------
    out : ndarray, shape (N,)
        Filled, in utility.
    order_complies, guarantor : ndarray of bool, shape (N,)
        Who orders its proxies to keep the ceasefire; who vouches for a settlement.
    ground : ndarray, shape (N,)
        Share of capability on the ground, in [0, 1].
    pull, l_patron, l_proxy
        As in `sim.rules.proxies.heeds`.
    observation_chance : float
        Chance that a breach is seen, in [0, 1].
    monitored, breach_cost, guarantor_breach_cost : float
        1 if there is a monitor, else 0; cost of a breach that a monitor sees; cost of one in
        sight of a guarantor's troops.
    """
    for i in range(out.shape[0]):
        out[i] = observation_chance * breach_cost * monitored
    for n in range(pull.shape[0]):
        p = l_patron[n]
        if guarantor[p] and order_complies[p]:
            out[l_proxy[n]] += observation_chance * guarantor_breach_cost * pull[n] * ground[p]


@compiled
def violator_share(violates, bound) -> float:
    """Share that violators have in what a ceasefire binds, in [0, 1].

    Parameters
    ----------
    violates : ndarray of bool, shape (N,)
        Who breaks the ceasefire this week.
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
def raised(v, power) -> float:
    """Raise v to a whole power of 1 or more by multiplying, the same bits on every machine."""
    out = v
    for _ in range(int(power) - 1):
        out *= v
    return out


@compiled
def collapse_chance(
    state, vbar, base_hazard, added_hazard, hazard_power, settlement_hazard_factor
) -> float:
    """Chance of a collapse this week.

    ``1 - exp(-(base_hazard + added_hazard vbar**hazard_power))``; in a settlement the base is
    multiplied by `settlement_hazard_factor`.
    """
    base = base_hazard * settlement_hazard_factor if state == 2 else base_hazard
    return -math.expm1(-(base + added_hazard * raised(vbar, hazard_power)))


@compiled
def remembered_breaches(vside, side, bound) -> float:
    """Remembered breach rate of both camps, weighted by what a ceasefire binds of each.

    Parameters
    ----------
    vside : ndarray, shape (2,)
        Remembered share of violators in camp +1 and camp -1.
    side : ndarray of int, shape (N,)
        Camp: +1, -1, or 0 for a neutral, which does not count.
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
def believed_hazard(
    v, base_hazard, added_hazard, hazard_power, believed_settlement_hazard
) -> float:
    """Weekly chance of a collapse that actors believe in, given the remembered breach rate v.

    ``min(1 - exp(-(base_hazard + added_hazard v**hazard_power)), 0.9 -
    believed_settlement_hazard)``: with the chance of a settlement, believed_settlement_hazard, it
    stays below 1.
    """
    return min(
        -math.expm1(-(base_hazard + added_hazard * raised(v, hazard_power))),
        0.9 - believed_settlement_hazard,
    )
