"""Wars among members of a coalition: claims, what a war is worth, who joins, who breaks with whom.

Every rule reads the same `Setting`. The two sides of a war are given as two arrays of shape (N,),
`plus` and `minus`: the chance, in [0, 1], that an actor takes part on either side. Before a war
they are expectations, in one that is fought zeros and ones. "First" leads side plus and has
attacked, or would; "second" leads side minus.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.rules.bargaining import nash_text
from sim.rules.jit import compiled
from sim.rules.objectives import utility
from sim.rules.war import gambler, lottery_value, strength

# A claim is about more than this distance.
_NEAR = 0.05
# What an actor may be pledged to: to come if another is attacked, or to fight beside it.
GUARANTEE, ALLIANCE = 1, 2


class Setting(NamedTuple):
    """What wars are judged by: N actors, K issues."""

    weight: NDArray[np.float64]  # (N, K) of preferences
    ideal: NDArray[np.float64]  # (N, K)
    position: NDArray[np.float64]  # (K,)
    holder: NDArray[np.int64]  # (K,) who holds the issue, -1 nobody
    takeable: NDArray[np.bool_]  # (K,) armed men can take it
    capability: NDArray[np.float64]  # (N,) what is free for one more war
    air: NDArray[np.float64]  # (N,) shares of capability by task
    ground: NDArray[np.float64]
    cost: NDArray[np.float64]  # (N,) of war, a week
    discount: NDArray[np.float64]  # (N,)
    tie: NDArray[np.float64]  # (N, N)
    dependence: NDArray[np.float64]  # (N, N) what i would lose in its present wars without j
    exposure: NDArray[np.float64]  # (N, N) the same, with forces taken off for a war with j
    pledge: NDArray[np.int64]  # (N, N, N) of l to j against i: 0, GUARANTEE or ALLIANCE
    autonomy: NDArray[np.float64]  # (N,) what no patron pulls
    pull: NDArray[np.float64]  # (L,) of a patron on its proxy
    patron: NDArray[np.int64]  # (L,)
    proxy: NDArray[np.int64]
    breach_price: float  # price of any breach of the peace, in utility
    war_speed: float  # of a front at full superiority, position a week
    war_optimism: float  # drift that a party believes in beyond what the forces show
    perceived_volatility: float
    task_exponent: float
    loss_exponent: float
    choice_precision: float
    loyalty: float
    dependence_weight: float
    enemy: int  # of the coalition, -1 if there is none
    territory: int  # issue of the front, -1 if there is none
    enemy_pole: float  # where the front stands if the enemy wins
    over_front: bool  # whether the war at hand decides on the front too


@compiled
def judged_by(s, over_front, capability, war_optimism) -> Setting:
    """The same setting for a war that is over the front or not, with other forces and optimism."""
    return Setting(
        s.weight, s.ideal, s.position, s.holder, s.takeable, capability, s.air, s.ground, s.cost,
        s.discount, s.tie, s.dependence, s.exposure, s.pledge, s.autonomy, s.pull, s.patron,
        s.proxy, s.breach_price, s.war_speed, war_optimism, s.perceived_volatility,
        s.task_exponent, s.loss_exponent, s.choice_precision, s.loyalty, s.dependence_weight,
        s.enemy, s.territory, s.enemy_pole, over_front,
    )  # fmt: skip


@compiled
def first_front(s) -> float:
    """Where the front of a new war stands: in the middle, or, over the front, where that stands.

    At least a week's step off its ends, so that who has lost all can try.
    """
    if not s.over_front:
        return 0.5
    now = s.position[s.territory]
    front = now if s.enemy_pole > 0.5 else 1.0 - now
    return min(max(front, s.war_speed), 1.0 - s.war_speed)


@compiled
def front_as_position(s, front) -> float:
    """Position of the front, if the war that the enemy has begun stands at `front`, in [0, 1]."""
    return front if s.enemy_pole > 0.5 else 1.0 - front


@compiled
def claims(s, i, k) -> bool:
    """Whether actor i claims issue k from its holder: far from its aim, and the holder would lose.

    ``|X_i - theta| > 0.05`` and, if the holder j cares, ``|X_i - X_j| > |theta - X_j|``.
    """
    j = s.holder[k]
    if j < 0 or j == i or s.weight[i, k] <= 0.0:
        return False
    if abs(s.ideal[i, k] - s.position[k]) <= _NEAR:
        return False
    to_lose = abs(s.ideal[i, k] - s.ideal[j, k]) > abs(s.position[k] - s.ideal[j, k])
    return s.weight[j, k] <= 0.0 or to_lose


@compiled
def claim(s, i, j) -> float:
    """Size of what i claims from j, in utility: ``sum_k W_ik |X_ik - theta_k|**r`` of claims."""
    total = 0.0
    for k in range(s.position.shape[0]):
        if s.holder[k] == j and claims(s, i, k):
            d = abs(s.ideal[i, k] - s.position[k])
            total += s.weight[i, k] * (d if s.loss_exponent == 1.0 else d * d)
    return total


@compiled
def can_be_attacked(s, i, j) -> bool:
    """Whether i claims something from j that armed men can take."""
    for k in range(s.position.shape[0]):
        if s.takeable[k] and s.holder[k] == j and claims(s, i, k):
            return True
    return False


@compiled
def order(out, s, winners, losers) -> None:
    """Fill `out`, shape (K,): the positions after a victory, weighted by who is expected to win.

    What the losers hold, and armed men can take, goes to the mean ideal of the winners that claim
    it, weighted by their chance to take part, force and salience; all else stays. An actor that
    does not claim an issue takes no part in its division. In a war over the front that goes to the
    pole of the winners.

    Parameters
    ----------
    out : ndarray, shape (K,)
        Filled.
    s : Setting
    winners, losers : ndarray, shape (N,)
        Chances to take part on either side.
    """
    for k in range(out.shape[0]):
        out[k] = s.position[k]
        holder = s.holder[k]
        if holder < 0 or not s.takeable[k] or losers[holder] <= 0.0:
            continue
        total, wanted = 0.0, 0.0
        for i in range(winners.shape[0]):
            if winners[i] > 0.0 and claims(s, i, k):
                part = winners[i] * s.capability[i] * s.weight[i, k]
                total += part
                wanted += part * s.ideal[i, k]
        if total > 0.0:
            out[k] += losers[holder] * (wanted / total - s.position[k])
    if s.over_front:
        out[s.territory] = s.enemy_pole if winners[s.enemy] > 0.0 else 1.0 - s.enemy_pole


@compiled
def superiority(s, plus, minus) -> float:
    """Chance psi of side plus in the contest of forces, 1/2 if nobody is there."""
    n = plus.shape[0]
    sides, force = np.ones(n, dtype=np.int64), np.empty(n)
    for i in range(n):
        force[i] = plus[i] * s.capability[i]
    mine = strength(sides, force, s.air, s.ground, 1, s.task_exponent)
    for i in range(n):
        force[i] = minus[i] * s.capability[i]
    theirs = strength(sides, force, s.air, s.ground, 1, s.task_exponent)
    return mine / (mine + theirs) if mine + theirs > 0.0 else 0.5


@compiled
def worth(s, i, plus, minus, front, part) -> tuple[float, float, float, float]:
    """What a war is worth to actor i, given who is expected on either side.

    ``[(1 - delta)(u - cost) + delta/D (p u_plus + (1 - p) u_minus)] / [1 - delta (1 - 1/D)]`` with
    p and D of the gambler's ruin at ``war_speed (2 psi - 1) + war_optimism part``.

    Parameters
    ----------
    s : Setting
    i : int
        Index of the actor.
    plus, minus : ndarray, shape (N,)
        Chances to take part; those of i count as they stand there.
    front : float
        From 0, the victory of side minus, to 1, that of side plus.
    part : int
        +1 or -1 for a party or a joiner, that bears its cost and believes in its side; 0 aside.

    Returns
    -------
    value, p, u_plus, u_minus : float
        Worth of the war; chance of side plus; utility of either victory.
    """
    after = np.empty(s.position.shape[0])
    order(after, s, plus, minus)
    u_plus = utility(i, after, s.weight, s.ideal, s.loss_exponent)
    order(after, s, minus, plus)
    u_minus = utility(i, after, s.weight, s.ideal, s.loss_exponent)
    drift = s.war_speed * (2.0 * superiority(s, plus, minus) - 1.0) + s.war_optimism * part
    p, weeks = gambler(front, drift, s.perceived_volatility)
    u = utility(i, s.position, s.weight, s.ideal, s.loss_exponent)
    cost = s.cost[i] if part != 0 else 0.0
    return (
        lottery_value(u, cost, s.discount[i], p, weeks, u_plus, u_minus), p, u_plus, u_minus,
    )  # fmt: skip


@compiled
def tie_to_side(s, i, side) -> float:
    """Mean tie of i to a side, weighted by the force that is expected there; 0 if none is."""
    total, held = 0.0, 0.0
    for j in range(side.shape[0]):
        if j != i and side[j] > 0.0:
            total += side[j] * s.capability[j]
            held += side[j] * s.capability[j] * s.tie[i, j]
    return held / total if total > 0.0 else 0.0


@compiled
def joins(s, i, first, second, plus, minus, front) -> tuple[float, float]:
    """Own gains of a third actor from joining side plus and side minus, against standing aside.

    ``V_plus - V_aside + loyalty (T(i, plus) - T(i, minus)) - dependence_weight Exp_i,second -
    breach_price``, mirrored for minus. An ally of first against second saves the price of the
    breach on side plus, and one of second against first, or its guarantor, on side minus; a
    guarantor of second pays the price once more on side plus.

    Parameters
    ----------
    s : Setting
    i : int
        Index of the third actor.
    first, second : int
        The two that lead the sides.
    plus, minus : ndarray, shape (N,)
        Chances to take part of the others; changed at i, and put back.
    front : float
        As in `worth`.
    """
    was_plus, was_minus = plus[i], minus[i]
    plus[i], minus[i] = 0.0, 0.0
    ties = s.loyalty * (tie_to_side(s, i, plus) - tie_to_side(s, i, minus))
    aside = worth(s, i, plus, minus, front, 0)[0]
    plus[i] = 1.0
    with_first = worth(s, i, plus, minus, front, 1)[0]
    plus[i], minus[i] = 0.0, 1.0
    with_second = worth(s, i, plus, minus, front, -1)[0]
    plus[i], minus[i] = was_plus, was_minus
    to_plus = with_first - aside + ties - s.breach_price
    to_minus = with_second - aside - ties - s.breach_price
    to_plus -= s.dependence_weight * s.exposure[i, second]
    to_minus -= s.dependence_weight * s.exposure[i, first]
    if s.pledge[i, first, second] == ALLIANCE:
        to_plus += s.breach_price
    if s.pledge[i, second, first] > 0:
        to_minus += s.breach_price
    if s.pledge[i, second, first] == GUARANTEE:
        to_plus -= s.breach_price
    return to_plus, to_minus


@compiled
def wishes_to_join(s, patron, i, first, second, plus, minus, front) -> tuple[float, float]:
    """What a patron would gain if its client joined side plus, and side minus.

    ``(p_with - p_without)(u_plus - u_minus)``, and for a patron that stands aside its ties and the
    price of the breach as in `joins`. A patron that is a party thus claims its client, or forbids.
    """
    was_plus, was_minus = plus[i], minus[i]
    plus[i], minus[i] = 0.0, 0.0
    _, without, better, worse = worth(s, patron, plus, minus, front, 0)
    plus[i] = 1.0
    with_first = worth(s, patron, plus, minus, front, 0)[1]
    plus[i], minus[i] = 0.0, 1.0
    with_second = worth(s, patron, plus, minus, front, 0)[1]
    plus[i], minus[i] = was_plus, was_minus
    stake = better - worse
    to_plus, to_minus = (with_first - without) * stake, (with_second - without) * stake
    if patron != first and patron != second:
        ties = s.loyalty * (s.tie[patron, first] - s.tie[patron, second])
        to_plus += ties - s.breach_price
        to_minus -= ties + s.breach_price
    return to_plus, to_minus


@compiled
def joins_as_client(s, i, first, second, plus, minus, front) -> tuple[float, float, float, float]:
    """The gains from joining that an actor acts on, its patrons' wishes weighted; and its own two.

    Arguments as in `joins`.
    """
    own_plus, own_minus = joins(s, i, first, second, plus, minus, front)
    to_plus, to_minus = s.autonomy[i] * own_plus, s.autonomy[i] * own_minus
    for link in range(s.proxy.shape[0]):
        if s.proxy[link] == i and s.pull[link] > 0.0:
            wish = wishes_to_join(s, s.patron[link], i, first, second, plus, minus, front)
            to_plus += s.pull[link] * wish[0]
            to_minus += s.pull[link] * wish[1]
    return to_plus, to_minus, own_plus, own_minus


@compiled
def choice(to_plus, to_minus, choice_precision) -> tuple[float, float]:
    """Chances to join either side: a logit of the two gains and of 0, for standing aside."""
    top = max(to_plus, to_minus, 0.0)
    a = math.exp(choice_precision * (to_plus - top))
    b = math.exp(choice_precision * (to_minus - top))
    aside = math.exp(-choice_precision * top)
    return a / (a + b + aside), b / (a + b + aside)


@compiled
def expect(plus, minus, s, first, second, front, may_join) -> None:
    """Work out who would take part in a war of two: two sweeps over third actors, from nobody.

    Parameters
    ----------
    plus, minus : ndarray, shape (N,)
        Filled: chances to take part on either side; 1 for the two parties.
    s : Setting
    first, second : int
        The two that lead the sides.
    front : float
        As in `worth`.
    may_join : ndarray of bool, shape (N,)
        Third actors that can take part at all.
    """
    n = plus.shape[0]
    for i in range(n):
        plus[i], minus[i] = 0.0, 0.0
    plus[first], minus[second] = 1.0, 1.0
    new_plus, new_minus = np.empty(n), np.empty(n)
    for _ in range(2):
        for i in range(n):
            new_plus[i], new_minus[i] = plus[i], minus[i]
            if may_join[i] and i != first and i != second:
                gains = joins_as_client(s, i, first, second, plus, minus, front)
                new_plus[i], new_minus[i] = choice(gains[0], gains[1], s.choice_precision)
        for i in range(n):
            plus[i], minus[i] = new_plus[i], new_minus[i]


@compiled
def attacks(s, i, j, plus, minus, front) -> tuple[float, float]:
    """Own gain of i from attacking j, and what a war is worth to it.

    ``V_i - u_i - loyalty T_ij - dependence_weight Exp_ij - breach_price``, the price twice for
    j's own guarantor.
    """
    value = worth(s, i, plus, minus, front, 1)[0]
    gain = value - utility(i, s.position, s.weight, s.ideal, s.loss_exponent) - s.breach_price
    gain -= s.loyalty * s.tie[i, j] + s.dependence_weight * s.exposure[i, j]
    for other in range(plus.shape[0]):
        if s.pledge[i, j, other] == GUARANTEE:
            gain -= s.breach_price
            break
    return gain, value


@compiled
def attacks_as_client(s, i, j, plus, minus, front) -> tuple[float, float, float]:
    """The gain from an attack that an actor acts on, its patrons' wishes weighted; its own; worth.

    A patron wishes by its own worth of the war, its tie to j and its dependence on it; one that is
    the target itself, by its worth of the war alone; and the price of the breach for both. One that
    guarantees j pays it for its client too.
    """
    own, value = attacks(s, i, j, plus, minus, front)
    gain = s.autonomy[i] * own
    for link in range(s.proxy.shape[0]):
        if s.proxy[link] != i or s.pull[link] <= 0.0:
            continue
        patron = s.patron[link]
        part = -1 if patron == j else 0
        wish = worth(s, patron, plus, minus, front, part)[0] - s.breach_price
        wish -= utility(patron, s.position, s.weight, s.ideal, s.loss_exponent)
        if patron != j:
            wish -= s.loyalty * s.tie[patron, j]
            wish -= s.dependence_weight * s.dependence[patron, j]
            if s.pledge[patron, j, i] == GUARANTEE:
                wish -= s.breach_price
        gain += s.pull[link] * wish
    return gain, own, value


@compiled
def weigh_claim(
    s, i, j, plus, minus, may_join, front
) -> tuple[float, bool, float, float, float, float]:
    """Judge what a claim of i on j could come to.

    Parameters
    ----------
    s : Setting
    i, j : int
        Claimant and holder.
    plus, minus, may_join
        As in `expect`; the first two are filled.
    front : float
        Where the front of their war would stand at first.

    Returns
    -------
    size : float
        From `claim`.
    forcible : bool
        Whether i has forces, and claims something that armed men can take.
    own, gain : float
        Gain of i from an attack: its own, and with its patrons' wishes.
    value, defence : float
        Worth of the war to i and to j.
    """
    expect(plus, minus, s, i, j, front, may_join)
    gain, own, value = attacks_as_client(s, i, j, plus, minus, front)
    defence = worth(s, j, plus, minus, front, -1)[0]
    forcible = s.capability[i] > 0.0 and can_be_attacked(s, i, j)
    return claim(s, i, j), forcible, own, gain, value, defence


@compiled
def lost_without(s, i, j, left, plus, minus, front) -> float:
    """What i would lose of the worth of a war with fewer forces, and without j if beside it.

    Parameters
    ----------
    s : Setting
        Its capability is changed at i, and put back.
    i, j : int
        An actor that takes part, and another.
    left : float
        Share of its forces that i has left, in [0, 1].
    plus, minus : ndarray, shape (N,)
        Ones for those that take part; changed at j, and put back.
    front : float
        As in `worth`.
    """
    part = 1 if plus[i] > 0.0 else -1
    before = worth(s, i, plus, minus, front, part)[0]
    forces, was_plus, was_minus = s.capability[i], plus[j], minus[j]
    s.capability[i] *= left
    if on_one_side(i, j, plus, minus):
        plus[j], minus[j] = 0.0, 0.0
    after = worth(s, i, plus, minus, front, part)[0]
    s.capability[i], plus[j], minus[j] = forces, was_plus, was_minus
    return max(before - after, 0.0)


@compiled
def add_losses(dependence, exposure, s, left, first, plus, minus, front, over_front) -> None:
    """Add what each would lose by each other actor, over all wars among members.

    Parameters
    ----------
    dependence, exposure : ndarray, shape (N, N)
        What i would lose without j; by a war with j. Added to.
    s : Setting
        With what each has in each of its wars.
    left : ndarray, shape (N,)
        Share of it that is left if one more war is fought.
    first, plus, minus
        As in `commit`.
    front, over_front : ndarray, shape (W,)
        Front of each war; whether it is about that of the coalition's war.
    """
    for war in range(first.shape[0]):
        of_war = judged_by(s, over_front[war], s.capability, s.war_optimism)
        on_plus, on_minus = plus[war], minus[war]
        for i in range(dependence.shape[0] if first[war] >= 0 else 0):
            for j in range(dependence.shape[0]):
                if i == j or on_plus[i] + on_minus[i] == 0.0:
                    continue
                if on_one_side(i, j, on_plus, on_minus):
                    dependence[i, j] += lost_without(
                        of_war, i, j, 1.0, on_plus, on_minus, front[war]
                    )
                exposure[i, j] += lost_without(of_war, i, j, left[i], on_plus, on_minus, front[war])


@compiled
def text_of_two(
    text, s, i, j, threat, value_i, value_j, minor, due, voice, surplus_floor, steps, step
) -> tuple[float, float]:
    """Text that two agree on under the threat of war, and what each gains by it above no deal.

    The Nash text over what either claims from the other, and over `minor` issues that nobody holds.
    Nothing that is being handed over is tabled. Without a deal i attacks with the chance `threat`:
    ``d = u + threat (V - u)`` for both.

    Parameters
    ----------
    text : ndarray, shape (K,)
        Filled: the text; the present position on other issues.
    s : Setting
    i, j : int
        Claimant and holder.
    threat : float
        Chance, in [0, 1], that i attacks if there is no deal.
    value_i, value_j : float
        What a war is worth to both.
    minor : ndarray of bool, shape (K,)
        Issues that the two settle between themselves.
    due : ndarray of bool, shape (K,)
        What is being handed over.
    voice, surplus_floor, steps, step
        As in `sim.rules.bargaining.nash_text`.

    Returns
    -------
    gain_i, gain_j : float
        In utility; the cost of the meeting is not taken off.
    """
    n, issues = s.weight.shape
    party, tabled = np.zeros(n, dtype=np.bool_), np.empty(issues, dtype=np.bool_)
    start, scale = np.zeros(n), np.ones(n)
    party[i], party[j] = True, True
    for k in range(issues):
        holder = s.holder[k]
        claimed = (holder == j and claims(s, i, k)) or (holder == i and claims(s, j, k))
        tabled[k] = not due[k] and (claimed or (minor[k] and holder < 0))
    u_i = utility(i, s.position, s.weight, s.ideal, s.loss_exponent)
    u_j = utility(j, s.position, s.weight, s.ideal, s.loss_exponent)
    start[i], start[j] = threat * (u_i - value_i), threat * (u_j - value_j)
    nash_text(
        text, s.position, party, tabled, voice, start, scale, s.weight, s.ideal, s.loss_exponent,
        surplus_floor, steps, step,
    )  # fmt: skip
    return (
        utility(i, text, s.weight, s.ideal, s.loss_exponent) - u_i + start[i],
        utility(j, text, s.weight, s.ideal, s.loss_exponent) - u_j + start[j],
    )


@compiled
def text_of_war(
    text, s, first, second, plus, minus, front, minor, due, voice, surplus_floor, steps, step
) -> tuple[float, float]:
    """Text that the two that lead a war may agree on, and what each gains by it above the war.

    Parameters as in `text_of_two` and `worth`.
    """
    hope = worth(s, first, plus, minus, front, 1)[0]
    fear = worth(s, second, plus, minus, front, -1)[0]
    return text_of_two(
        text, s, first, second, 1.0, hope, fear, minor, due, voice, surplus_floor, steps, step
    )


@compiled
def chance(gain, choice_precision) -> float:
    """Chance of a yes: ``1 / (1 + exp(-choice_precision gain))``."""
    x = choice_precision * gain
    return 1.0 / (1.0 + math.exp(-x)) if x > -700.0 else 0.0


@compiled
def freedom(s, i, j, ally, chance_to_come, front) -> float:
    """What it is worth to i to be able to attack j, less its fear of being attacked by j.

    ``ln(1 + exp(lambda D_ij)) / lambda - s(lambda D_ji) max(u_i - V_i, 0)``, where D is the gain
    from an attack, V_i what i's defence is worth, and one third actor fights beside i with some
    chance; 0 for either half if there is nothing to take.
    """
    n = s.capability.shape[0]
    plus, minus = np.zeros(n), np.zeros(n)
    total, beyond = 0.0, s.choice_precision
    if can_be_attacked(s, i, j):
        plus[i], minus[j], plus[ally] = 1.0, 1.0, chance_to_come
        x = beyond * attacks(s, i, j, plus, minus, front)[0]
        total += (max(x, 0.0) + math.log1p(math.exp(-abs(x)))) / beyond
    if can_be_attacked(s, j, i):
        for l in range(n):
            plus[l], minus[l] = 0.0, 0.0
        plus[j], minus[i], minus[ally] = 1.0, 1.0, chance_to_come
        threat = chance(attacks(s, j, i, plus, minus, front)[0], beyond)
        loss = utility(i, s.position, s.weight, s.ideal, s.loss_exponent)
        loss -= worth(s, i, plus, minus, front, -1)[0]
        total -= threat * max(loss, 0.0)
    return total


@compiled
def worth_of_pledge(s, i, ally, j, front) -> float:
    """What a pledge of an ally against j is worth to i: `freedom` with it less that without it.

    The ally is expected with the chance ``s(lambda (loyalty (T_ally,i - T_ally,j) - 0.3 cost))``,
    and with the pledge with the price of a breach added to its gain.
    """
    gain = s.loyalty * (s.tie[ally, i] - s.tie[ally, j]) - 0.3 * s.cost[ally]
    without = chance(gain, s.choice_precision)
    pledged = chance(gain + s.breach_price, s.choice_precision)
    return freedom(s, i, j, ally, pledged, front) - freedom(s, i, j, ally, without, front)


@compiled
def consents(s, ally, i, j, front) -> float:
    """Own gain of an ally from standing with i against j by treaty.

    ``B + loyalty max(T_ally,i, 0) - loyalty T_ally,j - dependence_weight Dep_ally,j -
    breach_price``, where B is what i's pledge is worth to the ally.
    """
    gain = worth_of_pledge(s, ally, i, j, front) + s.loyalty * max(s.tie[ally, i], 0.0)
    gain -= s.loyalty * s.tie[ally, j] + s.dependence_weight * s.dependence[ally, j]
    return gain - s.breach_price


@compiled
def may_be_ally(s, ally, i, j) -> bool:
    """Whether an actor may stand with i against j: it is in a dispute with j, or i's client."""
    if ally in (i, j):
        return False
    if claim(s, ally, j) > 0.0 or claim(s, j, ally) > 0.0:
        return True
    for link in range(s.proxy.shape[0]):
        if s.proxy[link] == ally and s.patron[link] == i and s.pull[link] > 0.0:
            return True
    return False


@compiled
def weigh_pledges(gains, asked, s, i, j, front, may_join) -> float:
    """Worth to i of the pledges that it can expect against j.

    Parameters
    ----------
    gains, asked : ndarray, shape (N,)
        Filled: own gain of each that may stand with i, 0 for the others; who they are.
    s, i, j, front
        As in `consents`.
    may_join : ndarray of bool, shape (N,)
        As in `expect`.
    """
    total = 0.0
    for ally in range(gains.shape[0]):
        gains[ally] = 0.0
        asked[ally] = may_join[ally] and may_be_ally(s, ally, i, j)
        if asked[ally]:
            gains[ally] = consents(s, ally, i, j, front)
            likely = chance(gains[ally], s.choice_precision)
            total += likely * worth_of_pledge(s, i, ally, j, front)
    return total


@compiled
def breaks(s, i, j, pledges) -> float:
    """Own gain of i from a formal rupture with j, given what the pledges of allies are worth.

    ``pledges - loyalty T_ij - dependence_weight Dep_ij - breach_price``.
    """
    cost = s.loyalty * s.tie[i, j] + s.dependence_weight * s.dependence[i, j] + s.breach_price
    return pledges - cost


@compiled
def next_front(s, plus, minus, front, war_volatility, normal) -> float:
    """Front of a war a week later: ``front + war_speed (2 psi - 1) + war_volatility z``."""
    drift = s.war_speed * (2.0 * superiority(s, plus, minus) - 1.0)
    return min(max(front + drift + war_volatility * normal, 0.0), 1.0)


@compiled
def fall(s, after, holder_after, winners, losers, principal) -> None:
    """Find where the issues stand after a victory, and who holds what the losers have held.

    That is the winners' principal where it claims the issue, else the claimant with the most force
    times salience; nothing changes hands that nobody among the winners claims or that men cannot
    take.

    Parameters
    ----------
    after, holder_after : ndarray, shape (K,)
        Filled: the winners' `order`; holders.
    s, winners, losers
        As in `order`.
    principal : int
        Who leads the winners.
    """
    order(after, s, winners, losers)
    for k in range(s.position.shape[0]):
        holder = s.holder[k]
        holder_after[k] = holder
        if holder < 0 or losers[holder] <= 0.0 or not s.takeable[k]:
            continue
        best, most = -1, 0.0
        for i in range(winners.shape[0]):
            if winners[i] > 0.0 and claims(s, i, k):
                part = s.capability[i] * s.weight[i, k]
                if i == principal or part > most:
                    best, most = i, math.inf if i == principal else part
        if best >= 0:
            holder_after[k] = best


@compiled
def next_claim(
    s, flare, chance_a_week, first, plus, minus, side, common_war, due
) -> tuple[int, int]:
    """Claimant and holder of the next claim that flares up, (-1, -1) if none does any more.

    The lowest draw comes first. Nothing is demanded of an opponent in a war, or while something
    that one claims is being handed over.

    Parameters
    ----------
    s : Setting
    flare : ndarray, shape (N, N)
        Draws of the week, in (0, 1), of each claimant (row) on each holder; those that have come
        are changed to 1.
    chance_a_week : float
        That a claim flares up.
    first, plus, minus, side
        As in `commit`.
    common_war : bool
        Whether the coalition's war is fought.
    due : ndarray of bool, shape (K,)
        What is being handed over.
    """
    claimant, holder, least = -1, -1, chance_a_week
    for i in range(flare.shape[0]):
        for j in range(flare.shape[0]):
            if flare[i, j] >= least or i == j or claim(s, i, j) <= 0.0:
                continue
            if are_at_war(i, j, first, plus, minus, side, common_war):
                continue
            if not is_due(s, i, j, due):
                claimant, holder, least = i, j, flare[i, j]
    if claimant >= 0:
        flare[claimant, holder] = 1.0
    return claimant, holder


@compiled
def commit(committed, free, many, m, first, plus, minus, side, common_war) -> None:
    """Divide every actor's capability evenly among the wars that it is in.

    Parameters
    ----------
    committed, free : ndarray, shape (N,)
        Filled: what it has in each of its wars, and would have in each with one more.
    many : ndarray of int, shape (N,)
        Filled: the number of its wars.
    m : ndarray, shape (N,)
        Capability.
    first : ndarray of int, shape (W,)
        -1 where no war among members is fought.
    plus, minus : ndarray, shape (W, N)
        Ones for those that take part.
    side : ndarray of int, shape (N,)
        Camp in the coalition's war, 0 for a neutral.
    common_war : bool
        Whether that is fought.
    """
    for i in range(m.shape[0]):
        many[i] = 1 if common_war and side[i] != 0 else 0
        for war in range(first.shape[0]):
            if first[war] >= 0 and plus[war, i] + minus[war, i] > 0.0:
                many[i] += 1
        committed[i] = m[i] / max(many[i], 1)
        free[i] = m[i] / (many[i] + 1.0)


@compiled
def are_at_war(i, j, first, plus, minus, side, common_war) -> bool:
    """Whether two actors are on opposite sides of the common war or of any among members."""
    if common_war and side[i] * side[j] < 0:
        return True
    for war in range(first.shape[0]):
        if first[war] >= 0:
            across = plus[war, i] * minus[war, j] + plus[war, j] * minus[war, i]
            if across > 0.0:
                return True
    return False


@compiled
def on_one_side(i, j, plus, minus) -> bool:
    """Whether two actors take part in a war on the same side."""
    return plus[i] * plus[j] + minus[i] * minus[j] > 0.0


@compiled
def is_due(s, i, j, due) -> bool:
    """Whether something that i claims from j is being handed over already."""
    for k in range(due.shape[0]):
        if due[k] and s.holder[k] == j and s.weight[i, k] > 0.0:
            return True
    return False


@compiled
def free_slot(first) -> int:
    """The first place where no war is, -1 if there is none."""
    for war in range(first.shape[0]):
        if first[war] < 0:
            return war
    return -1


@compiled
def begin(
    first, second, front, weeks, over_front, plus, minus, s, attacker, attacked, start, on_plus,
    on_minus,
) -> None:  # fmt: skip
    """Put a new war, and who takes part on either side, shape (N,), into a free place."""
    war = free_slot(first)
    first[war], second[war], front[war], weeks[war] = attacker, attacked, start, 0
    over_front[war] = s.over_front
    for i in range(on_plus.shape[0]):
        plus[war, i], minus[war, i] = on_plus[i], on_minus[i]


@compiled
def oppose(opposed_since, i, j, t) -> None:
    """Mark, shape (N, N), that two stand opposed from week t on, if they do not yet."""
    if opposed_since[i, j] < 0:
        opposed_since[i, j] = t
        opposed_since[j, i] = t


@compiled
def ally(pledge, i, l, against) -> None:
    """Pledge two to each other against a third, shape (N, N, N); a guarantee stays what it is."""
    for one, other in ((l, i), (i, l)):
        if pledge[one, other, against] == 0:
            pledge[one, other, against] = ALLIANCE


@compiled
def reconcile(opposed_since, pledge, i, j) -> None:
    """Take back that two stand opposed, and the alliances of either against the other."""
    opposed_since[i, j] = -1
    opposed_since[j, i] = -1
    for l in range(opposed_since.shape[0]):
        for one, two in ((i, j), (j, i)):
            for a, b in ((l, one), (one, l)):
                if pledge[a, b, two] == ALLIANCE:
                    pledge[a, b, two] = 0


@compiled
def strongest(m, among) -> int:
    """The strongest of some actors, -1 if none has any force; of equals the first by name."""
    best, most = -1, 0.0
    for i in range(m.shape[0]):
        if among[i] and m[i] > most:
            best, most = i, m[i]
    return best


@compiled
def hand_over(theta, due, due_position, implementation_speed) -> None:
    """Move what is due a step towards the agreed position: ``theta += speed (y - theta)``.

    It is handed over once less than 0.01 is left.

    Parameters
    ----------
    theta, due_position : ndarray, shape (K,)
        Positions, changed; agreed ones.
    due : ndarray of bool, shape (K,)
        What is being handed over; changed.
    implementation_speed : float
        Part of the way in a week, in [0, 1].
    """
    for k in range(theta.shape[0]):
        if due[k]:
            theta[k] += implementation_speed * (due_position[k] - theta[k])
            due[k] = abs(due_position[k] - theta[k]) >= 0.01


@compiled
def promise(due, due_position, text, theta) -> None:
    """Mark what an agreed text, shape (K,), moves as due."""
    for k in range(theta.shape[0]):
        if abs(text[k] - theta[k]) > 1e-9:
            due[k], due_position[k] = True, text[k]


@compiled
def keep_held(imposed, holder, theta) -> None:
    """Leave what somebody holds out of a victor's order: it moves by demand, war and text.

    Parameters
    ----------
    imposed, theta : ndarray, shape (K,)
        Positions that a camp would impose, from `sim.rules.war.spoils`, changed; present ones.
    holder : ndarray of int, shape (K,)
        Who holds each issue, -1 nobody.
    """
    for k in range(theta.shape[0]):
        if holder[k] >= 0:
            imposed[k] = theta[k]


@compiled
def live_through_wars(good, bad, first, plus, minus, war_intensity) -> None:
    """Add the experience of a week of wars among members: good beside, bad against each other.

    Parameters
    ----------
    good, bad : ndarray, shape (N, N)
        Experience of the week, of i with j; added to.
    first, plus, minus
        As in `commit`.
    war_intensity : float
        Intensity of the experience, in [0, 1].
    """
    n = good.shape[0]
    for war in range(first.shape[0] if n > 0 else 0):
        if first[war] < 0:
            continue
        for i in range(n):
            for j in range(n):
                if i != j:
                    beside = plus[war, i] * plus[war, j] + minus[war, i] * minus[war, j]
                    against = plus[war, i] * minus[war, j] + minus[war, i] * plus[war, j]
                    good[i, j] += war_intensity * beside
                    bad[i, j] += war_intensity * against
