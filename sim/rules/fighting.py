"""Fighting: who takes part and how hard, where the front moves, what it costs, who has won."""

from __future__ import annotations

import math

from sim.rules.jit import compiled


@compiled
def take_up_arms(arms, acting, m, in_arms, effort) -> None:
    """Work out the capability in arms, and what each puts into the contest of forces.

    Parameters
    ----------
    arms, acting : ndarray, shape (N,)
        Filled: ``m_i in_arms_i``; ``m_i effort_i``, divided by task in `war.strength`.
    m, in_arms, effort : ndarray, shape (N,)
        Capability; share of it that fights, in [0, 1]; intensity of fighting, in [0, 1].
    """
    for i in range(m.shape[0]):
        arms[i] = m[i] * in_arms[i]
        acting[i] = m[i] * effort[i]


@compiled
def hold_back(effort, gain, fights, armed, side, choice_precision) -> None:
    """Set the intensity at which actors fight that can hold back.

    ``1 / (1 + exp(-choice_precision gain))``.

    The logit choice between fighting and not, taken as a share: a belligerent that gains little by
    its part scales it down.

    Parameters
    ----------
    effort : ndarray, shape (N,)
        Changed for those that fight without being armed.
    gain : ndarray, shape (N,)
        Gain from taking part, from `war.worth_of_taking_part`.
    fights, armed : ndarray of bool, shape (N,)
        Who takes part in the war at all; who always fights and never holds back.
    side : ndarray of int, shape (N,)
        Camp: +1, -1, or 0 for a neutral.
    choice_precision : float
        Precision of choice.
    """
    for i in range(effort.shape[0]):
        if fights[i] and not armed[i] and side[i] != 0:
            z = min(max(-choice_precision * gain[i], -700.0), 700.0)  # exp would overflow beyond
            effort[i] = 1.0 / (1.0 + math.exp(z))


@compiled
def costs_borne(out, cost, effort, cost_saved_by_holding_back) -> None:
    """Fill `out`, shape (N,): flow cost of war at one's effort.

    ``c (1 - cost_saved_by_holding_back (1 - effort))``.

    `cost_saved_by_holding_back` is the part of the cost that an actor saves if it stays out.
    """
    for i in range(cost.shape[0]):
        out[i] = cost[i] * (1.0 - cost_saved_by_holding_back * (1.0 - effort[i]))


@compiled
def engage(engaged, bound, arms, effort, scope) -> None:
    """Work out what each puts into the war, and what of it a ceasefire binds.

    Parameters
    ----------
    engaged, bound : ndarray, shape (N,)
        Filled: capability in arms times effort; the part of that which stands where a
        ceasefire holds.
    arms, effort, scope : ndarray, shape (N,)
        Capability in arms; intensity, in [0, 1]; part of it where a ceasefire holds, in [0, 1].
    """
    for i in range(arms.shape[0]):
        engaged[i] = arms[i] * effort[i]
        bound[i] = engaged[i] * scope[i]


@compiled
def fight(active, going_on, fighting, fights, effort, covered, state, violates) -> None:
    """Find who fights this week, and with how much of what it has in arms.

    All of it in war and by those that violate, at the actor's effort; what stands where no
    ceasefire holds fights on; nobody fights after a victory.

    Parameters
    ----------
    active : ndarray, shape (N,)
        Filled: share in [0, 1] of what it has in arms.
    going_on : ndarray, shape (N,)
        Filled: the same of what it puts into a war, its effort apart.
    fighting : ndarray of bool, shape (N,)
        Filled: whether any of it does.
    fights : ndarray of bool, shape (N,)
        Who has something in arms.
    effort, covered : ndarray, shape (N,)
        Intensity; share of what is in arms where a ceasefire holds.
    state : int
        0 war, 1 ceasefire, 2 settlement (which holds everywhere), 3 victory.
    violates : ndarray of bool, shape (N,)
        Who breaks the ceasefire this week.
    """
    for i in range(active.shape[0]):
        going_on[i] = 0.0
        if fights[i] and state != 3:
            if state == 0 or violates[i]:
                going_on[i] = 1.0
            elif state == 1:
                going_on[i] = 1.0 - covered[i]
        active[i] = effort[i] * going_on[i]
        fighting[i] = active[i] > 0.0


@compiled
def side_shares(shares, active, side, weight) -> None:
    """Fill `shares`, shape (2,): active share of each camp by weight, 0 if it has none.

    Parameters
    ----------
    shares : ndarray, shape (2,)
    active, weight : ndarray, shape (N,)
        Share of each that is active, in [0, 1] or true and false; what each counts for.
    side : ndarray of int, shape (N,)
        Camp: +1, -1, or 0 for a neutral.
    """
    for s in range(2):
        camp = 1 if s == 0 else -1
        some, every = 0.0, 0.0
        for i in range(weight.shape[0]):
            if side[i] == camp:
                every += weight[i]
                some += weight[i] * active[i]
        shares[s] = some / every if every > 0.0 else 0.0


@compiled
def fight_there(there, active, effort, fights, beyond, state, violates) -> None:
    """Find what share of each actor's arms in a theatre fights there.

    Who keeps a ceasefire fights, at its effort, where it does not hold, and nowhere else; the mean
    over an actor's theatres is what `fight` says of it as a whole.

    Parameters
    ----------
    there : ndarray, shape (N, H)
        Filled, in [0, 1].
    active, effort : ndarray, shape (N,)
        Share that fights in the mean over theatres, from `fight`; intensity.
    fights, violates : ndarray of bool, shape (N,)
        Who has something in arms; who breaks the ceasefire this week.
    beyond : ndarray of bool, shape (H,)
        Theatres where a ceasefire does not hold.
    state : int
        As in `fight`.
    """
    for i in range(there.shape[0]):
        keeps = state == 1 and fights[i] and not violates[i]
        for h in range(there.shape[1]):
            there[i, h] = (effort[i] if beyond[h] else 0.0) if keeps else active[i]


@compiled
def intensities(by_place, there, arms, places) -> float:
    """How much of what is in arms fights, by theatre (filled, shape (H,)) and in all (returned).

    Parameters
    ----------
    by_place : ndarray, shape (H,)
        Filled, in [0, 1]; 0 where nobody is.
    there : ndarray, shape (N, H)
        Share that fights, from `fight_there`.
    arms : ndarray, shape (N,)
        Capability in arms.
    places : ndarray, shape (N, H)
        Shares of an actor's arms by theatre.
    """
    everything, fought = 0.0, 0.0
    for h in range(by_place.shape[0]):
        some, every = 0.0, 0.0
        for i in range(arms.shape[0]):
            every += arms[i] * places[i, h]
            some += arms[i] * places[i, h] * there[i, h]
        by_place[h] = some / every if every > 0.0 else 0.0
        everything += every
        fought += some
    return fought / everything if everything > 0.0 else 0.0


@compiled
def move_front(front, psi, shares, front_speed, front_volatility, z) -> float:
    """Move the front by a week of fighting.

    ``front + front_speed (psi F_+ - (1 - psi) F_-) + front_volatility sqrt(max(F_+, F_-)) z``, with
    F the fighting shares of the camps. Efforts count in psi only: a war in which everybody fights
    moves by ``front_speed (2 psi - 1)``, as all believe, at any effort.

    Parameters
    ----------
    front, psi : float
        Position of the front, in [0, 1]; chance of camp +1 in the contest of forces.
    shares : ndarray, shape (2,)
        Fighting share of what each camp puts into the war: camp +1, camp -1.
    front_speed, front_volatility : float
        Speed and volatility of the front, in position a week.
    z : float
        Standard normal draw.

    Returns
    -------
    float
        Its position, not yet clipped to [0, 1].
    """
    push = psi * shares[0] - (1.0 - psi) * shares[1]
    return front + front_speed * push + front_volatility * math.sqrt(max(shares[0], shares[1])) * z


@compiled
def advance(theta, advances, active, arms, advance_speed) -> None:
    """Move each issue that advances while certain actors fight, by the share of them that does.

    Parameters
    ----------
    theta : ndarray, shape (K,)
        Changed, not yet clipped.
    advances : ndarray of bool, shape (K, N)
        Issues that advance while this actor, a mover, fights.
    active, arms : ndarray, shape (N,)
        Share of its arms with which each fights, times its effort; capability in arms, which is
        the weight of each mover in the mean: an actor with nothing in arms moves nothing.
    advance_speed : float
        Movement a week if all movers fight, in position.
    """
    for k in range(theta.shape[0]):
        first, total, more = 0.0, 0.0, 0.0
        for i in range(active.shape[0]):
            if advances[k, i] and arms[i] > 0.0:
                # A mean as differences from the first, so that movers that do the same count
                # to the last bit as one of them would.
                first = active[i] if total == 0.0 else first
                total += arms[i]
                more += arms[i] * (active[i] - first)
        if total > 0.0:
            theta[k] += advance_speed * (first + more / total)


@compiled
def clip_positions(theta) -> None:
    """Keep positions, shape (K,), in [0, 1]."""
    for k in range(theta.shape[0]):
        theta[k] = min(max(theta[k], 0.0), 1.0)


@compiled
def attrit(
    m, m0, strengths, shares, side, armed, attrition_rate, replenishment_rate, floor
) -> None:
    """Attrition by Lanchester's square law in share form, and replenishment by patrons.

    ``m_i <- m_i (1 - attrition_rate S_other F_other / S_own) + replenishment_rate (m0_i - m_i)``.

    Parameters
    ----------
    m : ndarray, shape (N,)
        Capability; changed for armed actors with a camp.
    m0 : ndarray, shape (N,)
        Capability that patrons restore.
    strengths, shares : ndarray, shape (2,)
        Strength of each camp, and fighting share of what it puts into the war, before the losses.
    side, armed : ndarray of int and of bool, shape (N,)
        Camp: +1, -1, or 0 for a neutral; who is armed.
    attrition_rate, replenishment_rate, floor : float
        Attrition and replenishment a week, and least share of m0 that is kept, in [0, 1].
    """
    for i in range(m.shape[0]):
        if not armed[i] or side[i] == 0:
            continue
        own, other = (0, 1) if side[i] == 1 else (1, 0)
        loss = 0.0
        if strengths[own] > 0.0:
            loss = attrition_rate * strengths[other] * shares[other] / strengths[own]
        kept = m[i] * max(1.0 - loss, 0.0) + replenishment_rate * (m0[i] - m[i])
        m[i] = max(kept, floor * m0[i])


@compiled
def weeks_held(held, front, victory_at) -> int:
    """Count the weeks in a row that the front has stood at an end: positive at 1, negative at 0.

    Parameters
    ----------
    held : int
        The count until last week.
    front, victory_at : float
        Position of the front; position from which camp +1 holds it (camp -1: from 1 less that).
    """
    if front >= victory_at:
        return max(held, 0) + 1
    if front <= 1.0 - victory_at:
        return min(held, 0) - 1
    return 0


@compiled
def impose(theta, terms, territory, prestige, implementation_speed) -> None:
    """Move positions a step towards the winners' terms of victory.

    ``theta_k <- theta_k + implementation_speed (terms_k - theta_k)``; if the terms stay the same, n
    weeks lead to ``terms + (1 - implementation_speed)**n (theta_0 - terms)``.

    Parameters
    ----------
    theta : ndarray, shape (K,)
        Changed, except the territory and the prestige issue.
    terms : ndarray, shape (K,)
        Positions that the winners impose, from `war.spoils`.
    territory, prestige : int
        Index of the issue, -1 if there is none.
    implementation_speed : float
        Part of the way that is covered in a week, in [0, 1].
    """
    for k in range(theta.shape[0]):
        if k != territory and k != prestige:
            theta[k] += implementation_speed * (terms[k] - theta[k])
