"""Talks on a settlement: agenda, text, seats, and what votes do to ties."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.rules import negotiation


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.01, 1.0))
def test_the_text_concedes_a_share_of_the_way_a_round(
    start: float, goal: float, s_x: float
) -> None:
    text, tabled = np.array([start, start]), np.array([True, False])
    for weeks in range(1, 8):
        negotiation.concede(text, np.array([goal, goal]), tabled, s_x)
        assert abs(text[0] - goal) == pytest.approx(
            abs(start - goal) * (1 - s_x) ** weeks, abs=1e-12
        )
    assert text[1] == start


def test_a_new_issue_opens_half_way_to_the_demand_and_others_stay() -> None:
    text, tabled = np.array([0.9, 0.4, 0.8]), np.array([False, True, False])
    fresh, theta = np.empty(3, dtype=np.bool_), np.array([0.1, 0.2, 0.3])
    demander, m = np.array([True, True, False]), np.array([2.0, 1.0, 9.0])
    W = np.array([[0.5, 0.5, 0.0], [0.2, 0.8, 0.0], [1.0, 0.0, 0.0]])
    X = np.array([[1.0, 0.0, 0.5], [0.5, 0.0, 0.5], [0.0, 0.0, 0.5]])
    agenda = np.array([True, True, False])
    negotiation.open_text(text, tabled, fresh, agenda, theta, demander, m, W, X, 0.5)
    demand = (2.0 * 0.5 * 1.0 + 1.0 * 0.2 * 0.5) / (2.0 * 0.5 + 0.2)
    assert text == pytest.approx([0.5 * (0.1 + demand), 0.4, 0.3])
    assert tabled.tolist() == [True, True, False]
    assert fresh.tolist() == [True, False, False]
    # a second round opens nothing again
    text[0] = 0.77
    negotiation.open_text(text, tabled, fresh, agenda, theta, demander, m, W, X, 0.5)
    assert text[0] == 0.77
    assert not fresh.any()
    assert negotiation.demand(2, demander, m, W, X, theta) == theta[2]


def test_each_rule_tables_its_issue_when_it_is_due() -> None:
    out = np.empty(5, dtype=np.bool_)
    rule, value = np.array([-1, 0, 1, 2, 0]), np.array([0.0, 10.0, 2.0, 0.0, math.inf])
    nothing, all_ = np.zeros(5, dtype=np.bool_), np.ones(5, dtype=np.bool_)
    for t, failed, demanded, due in (
        (9, 0, False, [False, False, False, False, False]),
        (10, 1, False, [False, True, False, False, False]),
        (11, 2, True, [False, True, True, True, False]),
    ):
        negotiation.agenda_due(out, rule, value, t, failed, demanded, nothing, nothing)
        assert out.tolist() == due
    for forced, tabled in ((all_, nothing), (nothing, all_)):
        negotiation.agenda_due(out, rule, value, 0, 0, False, forced, tabled)
        assert out.tolist() == [False, True, True, True, True]


def test_guarantors_judge_each_other_by_their_votes() -> None:
    good, bad = np.zeros((4, 4)), np.zeros((4, 4))
    negotiation.judge_votes(
        good, bad, np.array([True, True, True, False]), np.array([True, True, False, True])
    )
    assert {(int(i), int(j)) for i, j in np.argwhere(good)} == {(0, 1), (1, 0)}
    assert {(int(i), int(j)) for i, j in np.argwhere(bad)} == {(0, 2), (1, 2)}


def test_the_seat_costs_more_the_less_the_others_are_believed() -> None:
    cost = np.empty(3)
    negotiation.attendance_costs(cost, np.array([1.0, 0.5, 0.0]), 0.06)
    assert cost == pytest.approx([0.0, 0.03, 0.06])
    assert negotiation.attends(1, np.array([0.0, 0.05, 0.0]), cost) == pytest.approx(0.02)
