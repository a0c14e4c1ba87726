"""War as a costly lottery: Fearon, Blainey, the gambler's ruin."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.rules import bargaining, fighting, war

ONE_ISSUE = (np.ones((2, 1)), np.array([[1.0], [0.0]]))


def reservation(front: float, cost: float, delta: float, drift: float, camp: int) -> float:
    """Value of war over territory alone, with linear loss, of one of two enemies."""
    u = front if camp == 1 else 1.0 - front
    ends = (1.0, 0.0) if camp == 1 else (0.0, 1.0)
    return war.war_value(u, cost, delta, front, drift, 0.06, *ends)


@pytest.mark.parametrize("front", [0.2, 0.5, 0.83])
@pytest.mark.parametrize("costs", [(0.1, 0.2), (0.05, 0.05), (0.3, 0.0)])
def test_fearons_range_lies_around_the_balance_of_power_and_the_nash_text_halves_it(
    front: float, costs: tuple[float, float]
) -> None:
    deltas = (0.98, 0.99)
    h = 0.06**2 / (front * (1.0 - front))
    price = [(1 - d) * c / (1 - d * (1 - h)) for c, d in zip(costs, deltas, strict=True)]
    low = reservation(front, costs[0], deltas[0], 0.0, 1)
    high = 1.0 - reservation(front, costs[1], deltas[1], 0.0, -1)
    assert low == pytest.approx(front - price[0], abs=1e-12)
    assert high == pytest.approx(front + price[1], abs=1e-12)
    text = np.empty(1)
    both = np.ones(2, dtype=np.bool_)
    bargaining.nash_text(
        text, np.array([front]), both, np.ones(1, dtype=np.bool_), np.ones(2), np.array(price),
        np.ones(2), *ONE_ISSUE, 1.0, 1e-9, 12, 0.6,
    )  # fmt: skip
    assert text[0] == pytest.approx(0.5 * (low + high), abs=1e-6)


def winning(front: float, drift: float, sig_b: float) -> float:
    """Chance of reaching 1 before 0, from the scale function of a Brownian motion."""
    g = 2.0 * drift / sig_b**2
    return front if g == 0.0 else (1.0 - math.exp(-g * front)) / (1.0 - math.exp(-g))


def test_blainey_optimism_empties_the_range_just_when_it_exceeds_the_costs() -> None:
    front, delta = 0.45, 0.99
    both = set()
    for cost in (0.01, 0.05, 0.1, 0.2, 0.4):
        for opt in np.linspace(0.0, 0.006, 25):
            optimism, price, values = 0.0, 0.0, 0.0
            believed, prior = np.empty(2), np.empty(2)
            war.prior_optimism(prior, np.array([1, -1]), opt)
            war.believed_drift(believed, 0.5, prior, 0.008)
            assert believed.tolist() == [opt, -opt]
            for camp, drift in ((1, believed[0]), (-1, believed[1])):
                p = winning(front, drift, 0.06)
                weeks = (p - front) / drift if drift else front * (1 - front) / 0.06**2
                h = 1.0 / weeks
                later = delta * h / (1 - delta * (1 - h))
                optimism += later * (p - front) * camp
                price += (1 - delta) * cost / (1 - delta * (1 - h))
                values += reservation(front, cost, delta, drift, camp)
            empty = values > 1.0
            if abs(optimism - price) > 1e-9:
                assert empty == (optimism > price)
                both.add(empty)
    assert both == {True, False}


def test_optimism_makes_both_sides_value_war_more() -> None:
    for front in (0.2, 0.5, 0.8):
        for camp in (1, -1):
            values = [reservation(front, 0.1, 0.99, camp * opt, camp) for opt in (0, 0.002, 0.004)]
            assert values == sorted(values)
            assert values[0] < values[2]


@given(st.floats(0.0, 1.0), st.floats(-0.05, 0.05), st.floats(0.03, 0.2))
def test_the_gambler_is_fair_to_both_sides(front: float, drift: float, sig_b: float) -> None:
    p, weeks = war.gambler(front, drift, sig_b)
    q, same = war.gambler(1.0 - front, -drift, sig_b)
    assert p + q == pytest.approx(1.0, abs=1e-8)
    assert same == pytest.approx(weeks, rel=1e-5)
    assert 0.0 <= p <= 1.0
    assert weeks >= 1.0


@given(st.floats(0.0, 1.0), st.floats(-1e3, 1e3), st.floats(1e-3, 10.0))
def test_the_gambler_never_overflows(front: float, drift: float, sig_b: float) -> None:
    p, weeks = war.gambler(front, drift, sig_b)
    assert 0.0 <= p <= 1.0
    assert math.isfinite(weeks)
    assert weeks >= 1.0


def test_the_driftless_limit_is_reached_without_a_jump() -> None:
    for front in (0.1, 0.5, 0.7):
        edge = 0.5e-6 * 0.06**2
        inside = war.gambler(front, 0.999 * edge, 0.06)
        outside = war.gambler(front, 1.001 * edge, 0.06)
        assert inside[0] == front
        assert inside[1] == pytest.approx(front * (1 - front) / 0.06**2, rel=1e-12)
        assert outside[0] == pytest.approx(inside[0], abs=1e-6)
        assert outside[1] == pytest.approx(inside[1], rel=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize(("front", "psi"), [(0.3, 0.5), (0.3, 0.75), (0.6, 0.2)])
def test_the_gambler_wins_as_often_and_as_late_as_simulated_wars(front: float, psi: float) -> None:
    """Wars are moved by the rule that moves the front, in sixteenths of a week.

    A walk in steps oversteps its ends; the ends of the continuous one are moved out by 0.5826
    standard deviations of a step (Chernoff 1965, Siegmund 1979).
    """
    wars, steps, nu, sigma = 40_000, 16, 0.008, 0.06
    rng = np.random.default_rng(20_170_124)
    shares = np.ones(2)
    walk, clock = np.full(wars, front), 0
    wins, time = 0, 0.0
    step = sigma / math.sqrt(steps)
    while len(walk):
        clock += 1
        z = rng.standard_normal(len(walk))
        walk = fighting.move_front(walk, psi, shares, nu / steps, step, z)
        ended = (walk <= 0.0) | (walk >= 1.0)
        wins += int((walk >= 1.0).sum())
        time += clock * int(ended.sum())
        walk = walk[~ended]
    beyond = 0.5826 * step
    width = 1.0 + 2.0 * beyond
    drift = nu * (2.0 * psi - 1.0)
    p, weeks = war.gambler((front + beyond) / width, drift / width, sigma / width)
    assert abs(wins / wars - p) < 4.0 * math.sqrt(p * (1.0 - p) / wars)
    # the time of a war has a standard deviation of at most its mean and a little
    assert abs(time / wars / steps - weeks) < 4.0 * 1.2 * weeks / math.sqrt(wars)


def test_the_contest_is_even_if_nobody_is_there_and_shares_are_nothing_without_arms() -> None:
    nothing = np.zeros(2)
    strengths = np.empty(2)
    psi = war.contest(strengths, np.array([1, -1]), nothing, nothing, nothing, 0.5)
    assert psi == 0.5
    assert strengths.tolist() == [0.0, 0.0]
    shares = np.empty(2)
    fighting.side_shares(shares, np.ones(2), np.array([1, -1]), nothing)
    assert shares.tolist() == [0.0, 0.0]


@given(st.floats(0.05, 1.0), st.floats(0.1, 5.0), st.floats(0.0, 5.0), st.floats(0.1, 4.0))
def test_strength_is_a_mean_of_air_and_ground_that_grows_with_scale(
    ces: float, air: float, ground: float, scale: float
) -> None:
    def strength(factor: float) -> float:
        m = np.array([factor * air, factor * ground])
        return war.strength(np.array([1, 1]), m, np.array([1.0, 0.0]), np.array([0.0, 1.0]), 1, ces)

    expected = (0.5 * air**ces + 0.5 * ground**ces) ** (1 / ces)
    assert strength(1.0) == pytest.approx(expected, rel=1e-9)
    assert strength(scale) == pytest.approx(scale * strength(1.0), rel=1e-9)
    m = np.array([air, ground])
    plain = war.strength(np.array([1, 1]), m, np.array([1.0, 0]), np.array([0, 1.0]), 1, 1.0)
    assert plain == pytest.approx(0.5 * (air + ground))
    assert strength(1.0) <= plain * (1 + 1e-12)


def test_the_spoils_go_by_control_of_ground_forces_and_prestige_is_not_among_them() -> None:
    theta = np.array([0.3, 0.5, 0.2, 0.9])
    W = np.array([[0.1, 0.2, 0.4, 0.3], [0.1, 0.2, 0.7, 0.0], [0.25, 0.25, 0.25, 0.25]])
    X = np.array([[1.0, 1.0, 1.0, 0.5], [1.0, 0.0, 0.0, 0.5], [0.0, 0.0, 0.5, 1.0]])
    won, control = np.empty(4), np.array([2.0, 1.0, 5.0])
    side = np.array([1, 1, -1])
    war.spoils(won, 1, 1.0, theta, side, control, W, X, 0, 1)
    assert won[0] == 1.0
    assert won[1] == theta[1]
    assert won[2] == pytest.approx(2.0 * 0.4 / (2.0 * 0.4 + 0.7))
    assert won[3] == pytest.approx(0.5)
    war.spoils(won, -1, 0.0, theta, side, np.array([2.0, 1.0, 0.0]), W, X, 0, 1)
    assert won.tolist() == [0.0, 0.5, 0.2, 0.9]
