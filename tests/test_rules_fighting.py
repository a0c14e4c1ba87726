"""Fighting: Lanchester, who is worn and by whom, what advances, who fights when."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.rules import fighting, war


def lanchester(
    m: np.ndarray, side: np.ndarray, air: np.ndarray, ground: np.ndarray, ces: float, ell: float,
    weeks: int,
) -> list[tuple[float, float]]:  # fmt: skip
    """Strengths of both camps week by week, everybody armed and fighting, nobody replenished."""
    m, m0, strengths = m.copy(), m.copy(), np.empty(2)
    armed, seen = np.ones(len(m), dtype=np.bool_), []
    for _ in range(weeks):
        war.contest(strengths, side, m, air, ground, ces)
        seen.append((strengths[0], strengths[1]))
        fighting.attrit(m, m0, strengths, np.ones(2), side, armed, ell, 0.0, 0.0)
    return seen


@pytest.mark.parametrize("ces", [1.0, 0.5, 0.3])
def test_lanchesters_square_law_holds_exactly_step_by_step(ces: float) -> None:
    """In weekly steps A + B shrinks by 1 - ell and A - B grows by 1 + ell: cosh and sinh."""
    m = np.array([3.0, 0.5, 1.2, 0.9])
    side = np.array([1, 1, -1, -1])
    air, ground = np.array([0.5, 0.0, 0.2, 0.3]), np.array([0.5, 1.0, 0.8, 0.4])
    ell = 0.02
    seen = lanchester(m, side, air, ground, ces, ell, 25)
    a0, b0 = seen[0]
    for n, (a, b) in enumerate(seen):
        total, gap = (a0 + b0) * (1 - ell) ** n, (a0 - b0) * (1 + ell) ** n
        assert a == pytest.approx(0.5 * (total + gap), rel=1e-9)
        assert b == pytest.approx(0.5 * (total - gap), rel=1e-9)
        assert a * a - b * b == pytest.approx((a0 * a0 - b0 * b0) * (1 - ell * ell) ** n, rel=1e-9)


def test_three_against_two_leave_the_root_of_five() -> None:
    side, none, all_ = np.array([1, -1]), np.zeros(2), np.ones(2)
    seen = lanchester(np.array([3.0, 2.0]), side, none, all_, 1.0, 1e-4, 8100)
    scale = 3.0 / seen[0][0]
    a, b = next((a, b) for a, b in seen if b * scale < 2e-4)
    assert a * scale == pytest.approx(math.sqrt(9 - 4), abs=5e-4)
    assert b >= 0.0


def test_a_force_that_is_worn_keeps_its_floor_and_is_restored_to_its_start() -> None:
    m, m0 = np.array([1.0, 1.0]), np.array([1.0, 2.0])
    side, armed = np.array([1, -1]), np.ones(2, dtype=np.bool_)
    fighting.attrit(m, m0, np.array([1.0, 1e6]), np.ones(2), side, armed, 0.02, 0.0, 0.01)
    assert m.tolist() == [0.01, pytest.approx(1.0)]
    for _ in range(600):
        fighting.attrit(m, m0, np.array([1.0, 1.0]), np.zeros(2), side, armed, 0.02, 0.05, 0.01)
    assert m == pytest.approx(m0)


def test_nobody_is_worn_by_who_does_not_fight_nor_without_a_side_or_arms() -> None:
    m = np.array([1.0, 1.0, 1.0])
    side, armed = np.array([1, 0, 1]), np.array([True, True, False])
    fighting.attrit(
        m, m.copy(), np.array([1.0, 2.0]), np.array([1.0, 0.0]), side, armed, 0.5, 0, 0.01
    )
    assert m.tolist() == [1.0, 1.0, 1.0]
    fighting.attrit(
        m, m.copy(), np.array([1.0, 1.0]), np.array([1.0, 1.0]), side, armed, 0.5, 0, 0.01
    )
    assert m.tolist() == [0.5, 1.0, 1.0]


def test_an_issue_advances_by_how_much_of_its_movers_fights() -> None:
    theta = np.array([0.3, 0.3])
    advances = np.array([[True, True, False], [False, False, True]])
    arms = np.array([2.0, 1.0, 1.0])
    fighting.advance(theta, advances, np.array([1.0, 1.0, 0.0]), arms, 0.006)
    assert theta.tolist() == [0.306, 0.3]
    fighting.advance(theta, advances, np.array([0.1, 0.5, 0.25]), arms, 0.004)
    assert theta == pytest.approx([0.306 + 0.004 * (2 * 0.1 + 0.5) / 3, 0.301])
    # who holds back counts for its part once: half of two equal movers at war
    half = theta.copy()
    fighting.advance(half, advances, np.array([1.0, 0.0, 0.0]), np.ones(3), 0.004)
    assert half == pytest.approx([theta[0] + 0.002, theta[1]])
    # who has no forces moves nothing, however hard it would fight
    before = theta.copy()
    fighting.advance(theta, advances, np.array([0.1, 1.0, 1.0]), np.array([2.0, 0.0, 0.0]), 0.004)
    assert theta == pytest.approx([*before + np.array([0.0004, 0.0])])


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.01, 9.0), st.floats(0.01, 9.0))
def test_a_mover_in_two_parts_moves_an_issue_as_it_would_as_one(
    one: float, other: float, strong: float, weak: float
) -> None:
    """Also where one part fights and the other does not; alike to the last bit if they agree."""
    cut, whole, same = np.array([0.3]), np.array([0.3]), np.array([0.3])
    arms, both = np.array([strong, weak]), np.array([strong + weak])
    fighting.advance(cut, np.array([[True, True]]), np.array([one, other]), arms, 0.006)
    mean = (one * strong + other * weak) / both
    fighting.advance(whole, np.array([[True]]), mean, both, 0.006)
    assert cut == pytest.approx(whole, abs=1e-12)
    fighting.advance(same, np.array([[True, True]]), np.array([one, one]), arms, 0.006)
    assert same[0] == 0.3 + 0.006 * one


def test_in_a_ceasefire_only_violators_fight() -> None:
    active, takes_part, shares = np.empty(3), np.empty(3, dtype=np.bool_), np.empty(2)
    going_on = np.empty(3)
    side, fights = np.array([1, 1, -1]), np.array([True, True, False])
    arms, violates = np.array([1.0, 3.0, 0.0]), np.array([False, True, False])
    for state, some, camp in ((0, [True, True, False], 1.0), (1, [False, True, False], 0.75),
                              (2, [False, True, False], 0.75)):  # fmt: skip
        fighting.fight(
            active, going_on, takes_part, fights, np.ones(3), np.ones(3), state, violates
        )
        assert going_on.tolist() == active.tolist()
        fighting.side_shares(shares, active, side, arms)
        assert takes_part.tolist() == some
        assert active.tolist() == [float(one) for one in some]
        assert shares.tolist() == [camp, 0.0]
