"""Objectives, preferences, alignment: closed forms of the rules themselves."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.engine.build import prepare
from sim.rules import objectives
from sim.scenario.files import build

UNIT = st.floats(0.0, 1.0)


def simplex(weights: np.ndarray) -> np.ndarray:
    """Rows that sum to one, or to nothing."""
    sums = weights.sum(axis=1, keepdims=True)
    return np.divide(weights, sums, out=np.zeros_like(weights), where=sums > 1e-6)


@pytest.mark.parametrize(("rho_a", "a_min"), [(0.1, 0.1), (0.3, 0.0), (1.0, 0.2), (0.0, 0.1)])
def test_activation_falls_geometrically_while_satisfied(rho_a: float, a_min: float) -> None:
    act, sat = np.array([1.0]), np.array([False])
    for weeks in range(1, 60):
        objectives.activate(
            act, sat, np.array([0.8]), np.array([0]), np.array([True]), np.array([True]),
            np.array([0.6]), np.array([0.5]), np.array([-1.0]), rho_a, a_min,
        )  # fmt: skip
        assert act[0] == pytest.approx(a_min + (1 - a_min) * (1 - rho_a) ** weeks, abs=1e-12)


def test_preferences_are_weights_and_weighted_ideals_of_all_objectives() -> None:
    weight, ideal = np.empty((3, 2)), np.empty((3, 2))
    # actor 0: short 0.6 at 1, long 0.4 at 0 on issue 0, long 0.5 at 0.2 on issue 1; actor 2: none
    objectives.weigh(
        weight, ideal, np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1]),
        np.array([True, False, False, True]), np.array([0.6, 0.4, 0.5, 2.0]),
        np.array([1.0, 0.0, 0.2, 0.3]), np.array([0.5, 1.0, 1.0, 1.0]), np.array([0.5, 0.9, 0.9]),
    )  # fmt: skip
    assert weight == pytest.approx(np.array([[0.5 / 0.75, 0.25 / 0.75], [0, 1], [0, 0]]))
    assert ideal == pytest.approx(np.array([[0.3 / 0.5, 0.2], [0.5, 0.3], [0.5, 0.5]]))
    short = np.empty(3)
    objectives.short_attention(
        short, np.array([0, 0, 0, 1]), np.array([True, False, False, True]),
        np.array([0.6, 0.4, 0.5, 2.0]), np.array([0.5, 1.0, 1.0, 1.0]), np.array([0.5, 0.9, 0.9]),
    )  # fmt: skip
    assert short == pytest.approx([0.3 / 0.75, 1.0, 0.0])


def test_an_actor_without_objectives_is_content_with_everything() -> None:
    W, X = np.zeros((1, 3)), np.full((1, 3), 0.5)
    for r in (1.0, 2.0):
        assert objectives.utility(0, np.array([0.0, 1.0, 0.3]), W, X, r) == 1.0


@given(UNIT)
def test_alignment_of_two_that_share_one_of_two_issues_is_twice_the_share_less_one(
    share: float,
) -> None:
    A = np.empty((2, 2))
    weight = np.array([[share, 1.0 - share]] * 2)
    objectives.align(A, weight, np.array([[1.0, 0.0], [1.0, 1.0]]))
    assert A[0, 1] == pytest.approx(2.0 * share - 1.0, abs=1e-12)


def test_actors_that_attend_to_different_things_are_neutral() -> None:
    A = np.empty((2, 2))
    objectives.align(A, np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[1.0, 0.0], [0.0, 1.0]]))
    assert A.tolist() == [[1.0, 0.0], [0.0, 1.0]]


@given(arrays(float, (4, 3), elements=UNIT), arrays(float, (4, 3), elements=UNIT))
def test_alignment_is_bound_by_the_overlap_of_attention(
    weights: np.ndarray, ideal: np.ndarray
) -> None:
    weight, A = simplex(weights), np.empty((4, 4))
    objectives.align(A, weight, ideal)
    overlap = np.sqrt(weight) @ np.sqrt(weight).T
    off = ~np.eye(4, dtype=bool)
    assert np.all(np.abs(A[off]) <= np.minimum(overlap[off], 1.0) + 1e-12)
    assert np.array_equal(A, A.T)
    assert np.all(np.diag(A) == 1.0)


@given(arrays(float, (3, 2), elements=UNIT), arrays(float, (3, 2), elements=UNIT),
       arrays(float, 2, elements=UNIT), st.sampled_from([1.0, 2.0]))  # fmt: skip
def test_utility_is_between_nothing_and_one_and_one_only_at_the_ideal(
    weights: np.ndarray, ideal: np.ndarray, at: np.ndarray, r: float
) -> None:
    W = simplex(weights)
    for i in range(3):
        u = objectives.utility(i, at, W, ideal, r)
        assert -1e-12 <= u <= 1.0
        assert objectives.utility(i, ideal[i].copy(), W, ideal, r) == 1.0
        expected = 1.0 - float(np.sum(W[i] * np.abs(at - ideal[i]) ** r))
        assert u == pytest.approx(expected, abs=1e-12)


@given(st.floats(0.9, 0.999), st.floats(0.0, 200.0))
def test_a_patient_actor_weighs_the_order_after_the_war_more(delta: float, tau: float) -> None:
    scenario = build(SMALL, {"actors.one.discount": delta, "parameters.long_term_horizon": tau})
    given_, _, _ = prepare(scenario)
    assert given_.who.patience[0] == pytest.approx(delta**tau, rel=1e-9)
    assert given_.who.power[0] == pytest.approx(-1.0 / math.log(delta), rel=1e-12)


SMALL = {
    "name": "one",
    "start": dt.date(2000, 1, 1),
    "issues": {"peace": {"label": "peace", "zero": "no", "one": "yes", "start": 0.5}},
    "actors": {
        "one": {
            "label": "one", "kind": "state", "capability": 1.0, "discount": 0.99,
            "cost_of_war": 0.1, "long": {"peace": {"ideal": 1.0, "weight": 1.0}},
        }
    },
}  # fmt: skip
