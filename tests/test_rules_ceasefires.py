"""The ceasefire: values, the commitment problem, promises, memory, collapse."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.rules import bargaining, ceasefires, negotiation, objectives

UNIT = st.floats(0.0, 1.0)


@pytest.mark.parametrize("chi", [0.3, 0.7, 0.95])
@pytest.mark.parametrize("costs", [(0.1, 0.2), (0.05, 0.01)])
def test_powell_peace_is_feasible_just_while_the_vulnerability_is_small(
    chi: float, costs: tuple[float, float]
) -> None:
    """Two enemies over one pie: some division beats war for both iff s <= chi C / (2 (1 - chi))."""
    front, total = 0.45, sum(costs)
    limit = chi * total / (2.0 * (1.0 - chi))
    V_w = np.array([front - costs[0], 1.0 - front - costs[1]])
    chis, V_s = np.full(2, chi), np.empty(2)

    def feasible(s: float) -> bool:
        for x in np.linspace(-1.0, 2.0, 6001):
            u = np.array([x, 1.0 - x])
            negotiation.settlement_values(V_s, u, chis, V_w - s, V_w)
            if np.all(V_s >= V_w - 1e-12):
                return True
        return False

    assert feasible(limit * 0.98)
    assert feasible(0.0)
    assert not feasible(limit * 1.02)


def test_betrayal_is_never_better_than_war() -> None:
    V_s, u = np.empty(2), np.array([0.8, 0.8])
    V_d, V_w = np.array([0.3, 0.6]), np.array([0.5, 0.5])
    negotiation.settlement_values(V_s, u, np.array([0.7, 0.7]), V_d, V_w)
    assert V_s == pytest.approx([0.7 * 0.8 + 0.3 * 0.3, 0.7 * 0.8 + 0.3 * 0.5])


@given(UNIT, UNIT, UNIT, UNIT, st.floats(0.5, 0.999), st.floats(0.0, 0.4), st.floats(0.0, 0.4))
def test_the_value_of_a_ceasefire_solves_its_recursion(
    u: float, table: float, war: float, chi: float, delta: float, h_s: float, h_c: float
) -> None:
    V = np.empty(1)
    ceasefires.ceasefire_values(
        V, np.array([u]), np.array([table]), np.array([war]), np.array([chi]), np.array([0.7]),
        np.ones(1), np.array([delta]), h_s, h_c,
    )  # fmt: skip
    settle = chi * table + (1 - chi) * war
    again = (1 - delta) * u + delta * (h_s * settle + h_c * war + (1 - h_s - h_c) * V[0])
    assert V[0] == pytest.approx(again, abs=1e-9)
    gap = ((1 - delta) * (u - war) + delta * h_s * chi * (table - war)) / (
        1 - delta * (1 - h_s - h_c)
    )
    assert V[0] - war == pytest.approx(gap, abs=1e-9)


@given(st.floats(0.9, 0.999), st.floats(0.01, 0.2), st.floats(0.0, 0.6), st.floats(0.0, 1.0))
def test_the_share_of_the_table_is_its_weight_in_the_value_of_a_ceasefire(
    delta: float, h_s: float, h_c: float, chi: float
) -> None:
    def value(table: float) -> float:
        V = np.empty(1)
        one = [np.array([x]) for x in (0.5, table, 0.4, chi, 0.1, 1.0, delta)]
        u, on, war, believed, cost, covered, d = one
        ceasefires.ceasefire_values(V, u, on, war, believed, cost, covered, d, h_s, h_c)
        return float(V[0])

    share = np.empty(1)
    ceasefires.table_shares(share, np.array([chi]), np.array([delta]), h_s, h_c, False)
    assert value(0.9) - value(0.6) == pytest.approx(0.3 * share[0], abs=1e-12)
    assert 0.0 <= share[0] < 1.0
    ceasefires.table_shares(share, np.array([chi]), np.array([delta]), h_s, h_c, True)
    assert share[0] == 0.0


@pytest.mark.parametrize("r", [1.0, 2.0])
def test_what_an_issue_on_the_table_costs_is_the_difference_that_it_makes(r: float) -> None:
    rng = np.random.default_rng(3)
    W, X = rng.dirichlet(np.ones(3), 2), rng.random((2, 3))
    theta, text = rng.random(3), rng.random(3)
    chi, delta, V_w = np.array([0.4, 0.9]), np.array([0.98, 0.99]), np.array([0.5, 0.4])
    u, with_k, without = np.empty(2), np.empty(2), np.empty(2)
    objectives.utilities(u, theta, W, X, r)

    def ceasefire(tabled: list[bool], out: np.ndarray) -> None:
        table, u_table = np.empty(3), np.empty(2)
        negotiation.on_the_table(table, text, np.array(tabled), theta)
        objectives.utilities(u_table, table, W, X, r)
        ceasefires.ceasefire_values(
            out, u, u_table, V_w, chi, np.zeros(2), np.ones(2), delta, 0.06, 0.05
        )

    ceasefire([True, True, False], with_k)
    ceasefire([True, False, False], without)
    for i in range(2):
        effect = ceasefires.table_effect(i, 1, text[1], theta[1], chi, delta, W, X, r, 0.06, 0.05)
        assert effect == pytest.approx(with_k[i] - without[i], abs=1e-12)


def test_opponents_are_believed_as_far_as_they_kept_the_last_ceasefires() -> None:
    chi = np.empty(3)
    ceasefires.credibility(chi, np.array([0.7, 0.2]), np.array([1, -1, 0]))
    assert chi == pytest.approx([0.8, 0.3, 0.3])


def test_a_promise_is_worth_what_is_delivered_before_the_collapse() -> None:
    for rho_d, h_c in ((0.15, 0.02), (0.3, 0.1)):
        # paid at rate rho_d, lost at rate h_c: the race is won by rho_d / (rho_d + h_c)
        assert ceasefires.delivered_share(rho_d, h_c) == pytest.approx(rho_d / (rho_d + h_c))
    assert ceasefires.delivered_share(0.15, 0.0) == 1.0
    assert ceasefires.delivered_share(0.0, 0.0) == 0.0


def test_the_break_even_side_payment_brings_a_reluctant_actor_in() -> None:
    rho, gain, loyalty = 0.8, np.array([-0.05]), np.array([0.01])
    needed = -(gain[0] + loyalty[0]) / rho
    promise, one, half = np.empty(1), np.ones((1, 1)), np.array([0.5])
    promised, expected = np.array([True]), np.array([False])
    bargaining.worth_of_terms(
        promise, half + needed, promised, expected, half, half, rho, half, 1.0, one, one, 1.0
    )
    assert ceasefires.ratifies(0, gain, promise, loyalty) == pytest.approx(0.0, abs=1e-15)


def test_loyalty_follows_the_tie_to_the_convener_and_nobody_is_loyal_to_nobody() -> None:
    T, out = np.array([[0.0, 0.4], [-0.6, 0.0]]), np.empty(2)
    needed = np.array([[0.0, 0.0], [0.05, 0.0]])
    ceasefires.crossing_costs(out, T, needed, 0, 0.03, 0.0)
    assert out == pytest.approx([0.0, -0.018])
    ceasefires.crossing_costs(out, T, needed, 0, 0.03, 0.2)
    assert out == pytest.approx([0.0, -0.008])
    ceasefires.crossing_costs(out, T, needed, -1, 0.03, 0.2)
    assert out.tolist() == [0.0, 0.0]


@given(st.floats(-1.0, 1.0), st.floats(0.0, 16.0), st.floats(-1.0, 1.0))
def test_allies_are_taken_for_granted_and_adversaries_asked(
    tie: float, k_q: float, tau_q: float
) -> None:
    T = np.array([[0.0, tie], [0.3, 0.0]])
    chance = ceasefires.consults(0, 1, T, k_q, tau_q)
    assert chance == pytest.approx(1.0 / (1.0 + math.exp(k_q * (tie - tau_q))))
    higher = np.array([[0.0, min(tie + 0.1, 1.0)], [0.3, 0.0]])
    assert ceasefires.consults(0, 1, higher, k_q, tau_q) <= chance


@pytest.mark.parametrize("tie", [1.0, 0.25, -1.0])
def test_a_steep_rule_of_consultation_overflows_in_neither_driver(tie: float) -> None:
    T = np.array([[0.0, tie], [0.3, 0.0]])
    interpreted = getattr(ceasefires.consults, "py_func", ceasefires.consults)
    expected = 0.5 if tie == 0.25 else float(tie < 0.25)
    for rule in (ceasefires.consults, interpreted):
        assert rule(0, 1, T, 2000.0, 0.25) == pytest.approx(expected, abs=1e-12)


def test_access_is_the_mean_trust_of_the_belligerents_times_diplomatic_weight() -> None:
    T = np.zeros((3, 3))
    T[1, 0], T[2, 0] = 0.5, -0.1
    m, diplomacy = np.array([2.0, 1.0, 1.0]), np.array([0.4, 0.0, 0.0])
    both = np.array([False, True, True])
    expected = 0.5 * (0.75 + 0.45) * 2.0 * 0.4
    assert ceasefires.access(0, T, m, diplomacy, both, 0.0) == pytest.approx(expected)
    nobody = np.zeros(3, dtype=np.bool_)
    assert ceasefires.access(0, T, m, diplomacy, nobody, 0.0) == pytest.approx(0.8)


@given(
    st.lists(st.floats(0.1, 5.0), min_size=3, max_size=3), st.floats(0.05, 0.95),
    st.lists(st.floats(-1.0, 1.0), min_size=3, max_size=3),
)  # fmt: skip
def test_by_strength_a_belligerent_in_two_halves_gives_the_access_that_it_gave_as_one(
    m: list[float], part: float, trust: list[float]
) -> None:
    def access(m: list[float], trust: list[float], by_strength: float) -> float:
        T = np.zeros((len(m), len(m)))
        T[:, 0] = trust
        roles = np.array([False] + [True] * (len(m) - 1))
        return float(ceasefires.access(0, T, np.array(m), np.full(len(m), 0.5), roles, by_strength))

    halves = [m[0], m[1], part * m[2], (1.0 - part) * m[2]]
    whole = access(m, trust, 1.0)
    assert access(halves, [*trust, trust[2]], 1.0) == pytest.approx(whole, rel=1e-9)
    mean = sum(a * (1 + b) / 2 for a, b in zip(m[1:], trust[1:], strict=True)) / sum(m[1:])
    assert whole == pytest.approx(mean * m[0] * 0.5)


def test_a_convener_also_gains_the_prestige_that_a_deal_moves() -> None:
    gain, theta = np.array([0.01, 0.02]), np.array([0.2, 0.5])
    pole, W = np.array([1.0, 0.0]), np.array([[0.3, 0.7], [0.5, 0.5]])
    assert ceasefires.convenes(0, gain, theta, pole, W, 1, 0.15) == pytest.approx(
        0.01 + 0.7 * 0.15 * 0.5
    )
    assert ceasefires.convenes(1, gain, theta, pole, W, 0, 0.15) == pytest.approx(
        0.02 + 0.5 * 0.15 * 0.2
    )
    assert ceasefires.convenes(1, gain, theta, pole, W, -1, 0.15) == 0.02


def test_nobody_is_chosen_if_nobody_can_convene() -> None:
    score = np.empty(2)
    u = np.full(2, 0.5)
    for can, reach in (([False, False], [1.0, 1.0]), ([True, True], [0.0, 0.0])):
        chosen, lead = ceasefires.choose_convener(
            score, np.zeros(2), np.array(reach), np.array(can), u, 80.0
        )
        assert (chosen, lead) == (-1, 0.0)
    chosen, lead = ceasefires.choose_convener(
        score, np.zeros(2), np.ones(2), np.array([False, True]), u, 80.0
    )
    assert (chosen, lead) == (1, 1000.0)
    chosen, _ = ceasefires.choose_convener(
        score, np.zeros(2), np.ones(2), np.array([True, True]), u, 80.0
    )
    assert chosen == 0


def test_ratification_is_thanked_both_ways_and_refusal_resented_by_the_convener_alone() -> None:
    good, bad = np.zeros((4, 4)), np.zeros((4, 4))
    ceasefires.judge_ratification(
        good, bad, 0, np.array([True, True, False, False]), np.array([True, True, False, False]),
        np.array([False, False, True, False]),
    )  # fmt: skip
    assert {(int(i), int(j)) for i, j in np.argwhere(good)} == {(0, 1), (1, 0)}
    assert {(int(i), int(j)) for i, j in np.argwhere(bad)} == {(0, 2)}


def test_memory_of_violations_is_a_weighted_mean_with_the_week() -> None:
    vside = np.array([0.5, 0.1])
    vbar = ceasefires.smooth(
        0.4, vside, 1.0, np.array([1.0, 0.0]), np.ones(2), np.array([1, -1]), 0.5, 0.2
    )
    assert vbar == pytest.approx(0.7)
    assert vside == pytest.approx([0.6, 0.08])


def test_violators_count_by_capability_among_the_armed() -> None:
    violates = np.array([True, False, True])
    assert ceasefires.violator_share(violates, np.array([1.0, 3.0, 0.0])) == 0.25
    assert ceasefires.violator_share(violates, np.zeros(3)) == 0.0


def test_survival_is_the_exponential_of_the_summed_hazards() -> None:
    alive, total = 1.0, 0.0
    for week in range(26):
        vbar = 0.5 + 0.4 * math.sin(week)
        state = 1 if week < 13 else 2
        alive *= 1.0 - ceasefires.collapse_chance(state, vbar, 0.02, 0.1, 1.0, 0.25)
        total += 0.02 * (1.0 if state == 1 else 0.25) + 0.1 * vbar
    assert alive == pytest.approx(math.exp(-total), rel=1e-12)
