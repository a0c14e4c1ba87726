"""Wars among members of a coalition, by the rules themselves: closed forms and limits."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.rules import coalitions as rules
from sim.rules.coalitions import ALLIANCE, GUARANTEE, Setting
from sim.rules.war import gambler

LAMBDA, LOYALTY, PRICE, COST = 80.0, 0.079, 0.05, 0.061
SPEED, VOLATILITY = 0.03, 0.09
NOBODY = np.zeros(0, dtype=np.int64)


def setting(weight, ideal, position, holder, **changes):
    """A setting of as many actors as `weight` has rows, all alike but for what is given."""
    weight, ideal = np.array(weight, dtype=float), np.array(ideal, dtype=float)
    n, issues = weight.shape
    given = {
        "weight": weight, "ideal": ideal, "position": np.array(position, dtype=float),
        "holder": np.array(holder), "takeable": np.ones(issues, dtype=bool),
        "capability": np.ones(n), "air": np.zeros(n), "ground": np.ones(n),
        "cost": np.full(n, COST), "discount": np.full(n, 0.99), "tie": np.zeros((n, n)),
        "dependence": np.zeros((n, n)), "exposure": np.zeros((n, n)),
        "pledge": np.zeros((n, n, n), dtype=np.int64), "autonomy": np.ones(n),
        "pull": np.zeros(0), "patron": NOBODY, "proxy": NOBODY, "breach_price": PRICE,
        "war_speed": SPEED, "war_optimism": 0.0, "perceived_volatility": VOLATILITY,
        "task_exponent": 1.0, "loss_exponent": 2.0, "choice_precision": LAMBDA,
        "loyalty": LOYALTY, "dependence_weight": 0.25, "enemy": -1, "territory": -1,
        "enemy_pole": 0.0, "over_front": False,
    }  # fmt: skip
    assert changes.keys() <= given.keys()
    arrays = {k: np.array(v) if isinstance(v, list) else v for k, v in changes.items()}
    return Setting(**{**given, **arrays})


def duel(stake, **changes):
    """Actor 0 claims from actor 1 an issue that is worth `stake`; a third wants nothing."""
    return setting(
        [[stake, 1 - stake], [stake, 1 - stake], [0.0, 1.0]],
        [[1.0, 0.5], [0.0, 0.5], [0.5, 0.5]],
        [0.0, 0.5], [1, -1], **changes,
    )  # fmt: skip


def sides(n, plus, minus):
    a, b = np.zeros(n), np.zeros(n)
    a[plus], b[minus] = 1.0, 1.0
    return a, b


def share_of_the_end(front=0.5, drift=0.0, discount=0.99):
    """Weight of the lottery in the value of a war: the rest counts while it is fought."""
    weeks = gambler(front, drift, VOLATILITY)[1]
    return (discount / weeks) / (1.0 - discount * (1.0 - 1.0 / weeks))


@pytest.mark.parametrize(("psi", "expected"), [(2 / 3, 0.775), (0.75, 0.864), (0.9, 0.951)])
def test_superior_forces_win_by_a_logistic_of_their_superiority(psi, expected):
    s = duel(0.3, capability=[psi, 1.0 - psi, 1e-9])
    _, p, _, _ = rules.worth(s, 0, *sides(3, 0, 1), 0.5, 1)
    assert p == pytest.approx(1 / (1 + math.exp(-SPEED / VOLATILITY**2 * (2 * psi - 1))))
    assert p == pytest.approx(expected, abs=1e-3)


def test_a_faster_war_has_the_same_winner_and_is_over_sooner():
    slow, fast = gambler(0.5, 0.01, 0.09), gambler(0.5, 0.04, 0.18)
    assert slow[0] == pytest.approx(fast[0])
    assert slow[1] == pytest.approx(4 * fast[1])


def test_a_duel_at_parity_has_its_closed_form_and_pays_from_a_known_stake():
    value = rules.worth(duel(0.3), 0, *sides(3, 0, 1), 0.5, 1)[0]
    k = share_of_the_end()
    assert value == pytest.approx((1 - k) * (0.7 - COST) + k * 0.85)
    assert value == pytest.approx(0.800, abs=1e-3)
    pays_from = 2 * ((1 - k) * COST + PRICE) / k
    assert pays_from == pytest.approx(0.1692, abs=1e-4)
    for stake, sign in ((pays_from - 1e-6, -1), (pays_from + 1e-6, 1)):
        gain, _ = rules.attacks(duel(stake), 0, 1, *sides(3, 0, 1), 0.5)
        assert np.sign(gain) == sign


def test_for_the_infinitely_patient_a_war_is_its_lottery():
    s = duel(0.3, discount=[1 - 1e-12] * 3, breach_price=0.0)
    gain, _ = rules.attacks(s, 0, 1, *sides(3, 0, 1), 0.5)
    assert gain == pytest.approx(0.5 * 1.0 + 0.5 * 0.7 - 0.7, abs=1e-6)


@given(st.integers(0, 2**32 - 1))
def test_where_nothing_can_be_taken_no_war_is_worth_it(seed):
    luck = np.random.default_rng(seed)
    weight = luck.dirichlet(np.ones(3), size=4)
    held = luck.integers(-1, 4, size=3)
    s = setting(
        weight, luck.random((4, 3)), luck.random(3), held,
        takeable=np.zeros(3, dtype=bool), capability=luck.random(4) + 0.1,
    )  # fmt: skip
    value, _, better, worse = rules.worth(s, 0, *sides(4, 0, 1), 0.5, 1)
    now = 1 - float(weight[0] @ (s.position - s.ideal[0]) ** 2)
    assert better == worse == pytest.approx(now)
    assert value < now
    assert not rules.can_be_attacked(s, 0, 1)


def test_the_front_is_at_stake_in_a_war_that_the_beaten_enemy_begins_and_in_no_other():
    # Actor 2, beaten, wants the front at 0; actor 1 holds nothing but the victory.
    s = setting(
        [[0.0, 1.0], [0.0, 1.0], [0.0, 1.0]], [[1.0, 1.0], [0.0, 1.0], [0.5, 0.0]], [0.0, 0.9],
        [1, -1], enemy=2, territory=1, enemy_pole=0.0,
    )  # fmt: skip
    theirs = rules.judged_by(s, True, s.capability, 0.0)
    assert rules.worth(theirs, 2, *sides(3, 2, 1), 0.4, 1)[2:] == pytest.approx((1.0, 0.0))
    assert rules.worth(theirs, 1, *sides(3, 2, 1), 0.4, -1)[2:] == pytest.approx((0.0, 1.0))
    assert rules.front_as_position(theirs, 0.4) == 0.6
    other = rules.judged_by(s, False, s.capability, 0.0)
    _, _, better, worse = rules.worth(other, 2, *sides(3, 0, 1), 0.5, 0)
    assert better == worse


def test_whom_the_victory_matters_to_comes_to_help_against_the_enemy_that_is_back():
    s = setting(
        [[0.2, 0.8]] * 3, [[0.5, 1.0], [0.5, 1.0], [0.5, 0.0]], [0.5, 0.9], [1, -1],
        enemy=2, territory=1, enemy_pole=0.0,
    )  # fmt: skip
    theirs = rules.judged_by(s, True, s.capability, 0.0)
    with_enemy, with_member = rules.joins(theirs, 0, 2, 1, *sides(3, 2, 1), 0.4)
    assert with_enemy < 0.0 < with_member
    aside = rules.joins(s, 0, 2, 1, *sides(3, 2, 1), 0.4)
    assert max(aside) < 0.0


def test_who_has_nothing_at_stake_stays_out_on_both_sides_alike():
    s = duel(0.3, capability=[1.0, 1.0, 1e-12])
    plus, minus = np.zeros(3), np.zeros(3)
    rules.expect(plus, minus, s, 0, 1, 0.5, np.ones(3, dtype=bool))
    expected = 1 / (2 + math.exp(LAMBDA * (PRICE + (1 - share_of_the_end()) * COST)))
    assert plus[2] == pytest.approx(expected)
    assert minus[2] == pytest.approx(expected)
    assert expected == pytest.approx(0.006, abs=5e-4)


def log_odds(s, side):
    """Of joining a side (0 plus, 1 minus) against standing aside, for the third actor."""
    gains = rules.joins_as_client(s, 2, 0, 1, *sides(3, 0, 1), 0.5)
    chances = rules.choice(*gains[:2], LAMBDA)
    return math.log(chances[side] / (1 - sum(chances)))


def test_a_friend_is_dragged_into_a_war_by_its_tie():
    tie = np.zeros((3, 3))
    tie[2, 0] = 0.8
    moved = log_odds(duel(0.3, tie=tie), 0) - log_odds(duel(0.3), 0)
    assert moved == pytest.approx(LAMBDA * LOYALTY * 0.8)
    assert moved == pytest.approx(5.06, abs=0.01)


@pytest.mark.parametrize(
    ("pledge", "against", "to_attacker", "to_attacked"),
    [
        (GUARANTEE, (1, 0), -1, 1),
        (GUARANTEE, (0, 1), 0, 0),  # an attacker has no use for a guarantee
        (ALLIANCE, (1, 0), 0, 1),
        (ALLIANCE, (0, 1), 1, 0),
    ],
)
def test_a_pledge_is_worth_the_price_of_a_breach(pledge, against, to_attacker, to_attacked):
    pledges = np.zeros((3, 3, 3), dtype=np.int64)
    pledges[2, against[0], against[1]] = pledge
    bound, free = duel(0.3, pledge=pledges), duel(0.3)
    moved = [log_odds(bound, side) - log_odds(free, side) for side in (0, 1)]
    assert moved == pytest.approx([to_attacker * LAMBDA * PRICE, to_attacked * LAMBDA * PRICE])


def test_a_strong_guarantor_deters():
    pledges = np.zeros((3, 3, 3), dtype=np.int64)
    pledges[2, 1, 0] = GUARANTEE
    tie = np.zeros((3, 3))
    tie[2, 1] = 0.3
    chances = []
    for pledge in (0 * pledges, pledges):
        s = duel(0.33, capability=[1.0, 1.0, 5.0], pledge=pledge, tie=tie)
        plus, minus = np.zeros(3), np.zeros(3)
        rules.expect(plus, minus, s, 0, 1, 0.5, np.ones(3, dtype=bool))
        chances.append(rules.chance(rules.attacks(s, 0, 1, plus, minus, 0.5)[0], LAMBDA))
    assert chances[0] > 0.9
    assert chances[1] < 0.1


def threatened(front):
    """Dependence of actor 0 on 1 in a war that both fight against 2, and its gain from attack.

    The enemy holds the country, issue 0; actor 1 holds what 0 wants, issue 1.
    """
    s = setting(
        [[0.75, 0.25], [0.75, 0.25], [1.0, 0.0]], [[1.0, 1.0], [1.0, 0.0], [0.0, 0.5]],
        [front, 0.0], [2, 1], capability=[1.0, 1.0, 2.0],
    )  # fmt: skip
    beside = sides(3, [0, 1], 2)
    alone = rules.lost_without(s, 0, 1, 1.0, *beside, front)
    exposed = np.zeros((3, 3))
    exposed[0, 1] = rules.lost_without(s, 0, 1, 0.5, *beside, front)
    s = s._replace(exposure=exposed, dependence_weight=1.0)
    return alone, rules.attacks(s, 0, 1, *sides(3, 0, 1), 0.5)[0]


def test_secured_allies_fight_and_threatened_ones_do_not_and_the_nearly_lost_do():
    (safe, gain_safe), (middle, gain_middle), (lost, gain_lost) = map(threatened, (1.0, 0.2, 0.01))
    assert safe == pytest.approx(0.0, abs=1e-9)
    assert middle > 0.03
    assert lost < 0.25 * middle
    assert gain_safe > 0.0 > gain_middle
    assert gain_lost > 0.0


def text(s, threat, minor=(False, False), due=(False, False)):
    out = np.empty(2)
    value = [rules.worth(s, i, *sides(3, 0, 1), 0.5, 1 - 2 * i)[0] for i in (0, 1)]
    gains = rules.text_of_two(
        out, s, 0, 1, threat, *value, np.array(minor), np.array(due), np.ones(3), 1e-6, 400, 0.3
    )
    return out, gains, value


def test_a_text_leaves_alone_what_neither_claims_what_is_due_and_what_a_third_holds():
    # Actor 1 holds both issues, and would like the second elsewhere; actor 0 does not care for it.
    s = setting(
        [[1.0, 0.0], [0.4, 0.6], [0.0, 1.0]], [[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]], [0.0, 0.6],
        [1, 1],
    )  # fmt: skip
    out, gains, _ = text(s, 0.0)
    assert out == pytest.approx([0.0, 0.6], abs=0.02)
    assert max(gains) < 1e-2
    moved, _, _ = text(s, 1.0)
    assert moved[0] > 0.1
    assert moved[1] == 0.6
    promised, _, _ = text(s, 1.0, due=(True, False))
    assert promised.tolist() == [0.0, 0.6]
    third = s._replace(holder=np.array([1, 2]))
    assert text(third, 1.0, minor=(False, True))[0][1] == 0.6


def test_an_order_of_victors_leaves_alone_what_somebody_holds():
    imposed, now = np.array([1.0, 1.0]), np.array([0.2, 0.3])
    rules.keep_held(imposed, np.array([-1, 2]), now)
    assert imposed.tolist() == [1.0, 0.3]


def test_a_guarantee_outlives_an_alliance_and_its_end():
    pledge = np.zeros((3, 3, 3), dtype=np.int64)
    pledge[0, 1, 2] = GUARANTEE
    since = np.full((3, 3), -1)
    rules.oppose(since, 1, 2, 4)
    rules.ally(pledge, 1, 0, 2)
    assert pledge[0, 1, 2] == GUARANTEE
    assert pledge[1, 0, 2] == ALLIANCE
    rules.reconcile(since, pledge, 1, 2)
    assert pledge[0, 1, 2] == GUARANTEE
    assert pledge[1, 0, 2] == 0


def test_who_stands_opposed_already_does_so_from_the_first_week_on():
    since = np.full((2, 2), -1)
    rules.oppose(since, 0, 1, 7)
    rules.oppose(since, 1, 0, 30)
    assert since.tolist() == [[-1, 7], [7, -1]]


def test_without_a_threat_a_demand_moves_nothing():
    s = duel(0.3)
    out, gains, _ = text(s, 0.0)
    assert out == pytest.approx([0.0, 0.5], abs=0.02)
    assert max(gains) < 1e-2


def test_under_a_certain_threat_the_text_is_the_nash_point_above_the_war():
    s = duel(0.3)
    out, gains, value = text(s, 1.0)
    grid = np.linspace(0, 1, 10_001)
    mine, theirs = 1 - 0.3 * (grid - 1) ** 2 - value[0], 1 - 0.3 * grid**2 - value[1]
    product = np.where((mine > 0) & (theirs > 0), mine * theirs, -1.0)
    assert out[0] == pytest.approx(grid[product.argmax()], abs=0.02)
    assert min(gains) > 0.0


def test_only_claimants_divide_what_the_losers_hold():
    s = setting(
        [[1.0], [1.0], [1.0]], [[0.75], [0.0], [0.0]], [0.0], [1], capability=[1.0, 1.0, 9.0]
    )
    out = np.empty(1)
    rules.order(out, s, *sides(3, [0, 2], 1))
    assert out[0] == 0.75


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0.1, 0.9))
def test_nobody_claims_what_its_holder_would_not_lose(mine, theirs, position, weight):
    s = setting([[weight], [weight]], [[mine], [theirs]], [position], [1])
    if rules.claims(s, 0, 0):
        assert abs(mine - position) > 0.05
        assert abs(mine - theirs) > abs(position - theirs)
        assert rules.claim(s, 0, 1) == pytest.approx(weight * (mine - position) ** 2)
    else:
        assert rules.claim(s, 0, 1) == 0.0
    assert not rules.claims(s, 1, 0)


def test_a_patron_that_is_the_target_forbids_its_client_to_attack():
    links = {"pull": np.array([0.8]), "patron": np.array([1]), "proxy": np.array([0])}
    free, bound = duel(0.4), duel(0.4, autonomy=[0.2, 1.0, 1.0], **links)
    assert rules.attacks_as_client(free, 0, 1, *sides(3, 0, 1), 0.5)[0] > 0.0
    assert rules.attacks_as_client(bound, 0, 1, *sides(3, 0, 1), 0.5)[0] < 0.0


def test_an_alliance_is_worth_something_to_who_has_something_to_fear_or_to_gain():
    s = duel(0.3, capability=[1.0, 1.0, 2.0])
    assert rules.worth_of_pledge(s, 0, 2, 1, 0.5) > 0.0
    assert rules.worth_of_pledge(s, 1, 2, 0, 0.5) > 0.0
    assert rules.worth_of_pledge(s, 2, 0, 1, 0.5) == 0.0
    assert rules.breaks(s, 0, 1, 0.0) == pytest.approx(-PRICE)


def test_what_the_losers_held_falls_to_the_leader_or_to_the_strongest_claimant():
    s = setting(
        [[0.5, 0.5]] * 3, [[0.9, 0.0], [0.0, 0.0], [0.9, 0.9]], [0.0, 0.0], [1, 1],
        capability=[1.0, 1.0, 3.0],
    )  # fmt: skip
    after = np.empty(2, dtype=np.int64)
    rules.fall(s, np.empty(2), after, *sides(3, [0, 2], 1), 0)
    assert list(after) == [0, 2]
    rules.fall(s, np.empty(2), after, *sides(3, 1, [0, 2]), 1)
    assert list(after) == [1, 1]


def test_a_front_moves_by_superiority_and_luck_and_stops_at_the_ends():
    def after(front, share, normal):
        s = duel(0.3, capability=[share, 1.0 - share, 0.0])
        return rules.next_front(s, *sides(3, 0, 1), front, 0.06, normal)

    assert after(0.5, 0.75, 0.0) == pytest.approx(0.515)
    assert after(0.5, 0.5, 1.0) == pytest.approx(0.56)
    assert after(0.99, 1.0, 0.0) == 1.0
    assert after(0.01, 0.0, 0.0) == 0.0
