"""Bargaining: Nash, Rubinstein, the median voter, log-rolling; agenda, vote, delivery."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.rules import bargaining, negotiation, objectives

ENEMIES = (np.ones((2, 1)), np.array([[1.0], [0.0]]))


def nash_text(
    W: np.ndarray, X: np.ndarray, start: np.ndarray, r: float, power: np.ndarray | None = None,
    theta: np.ndarray | None = None, eps: float = 1e-9, steps: int = 12, step: float = 0.6,
) -> np.ndarray:  # fmt: skip
    """The text of parties that all sit there and talk about every issue."""
    n, issues = W.shape
    text = np.empty(issues)
    bargaining.nash_text(
        text, np.zeros(issues) if theta is None else theta, np.ones(n, dtype=np.bool_),
        np.ones(issues, dtype=np.bool_), np.ones(n) if power is None else power, start, np.ones(n),
        W, X, r, eps, steps, step,
    )  # fmt: skip
    return text


def pie(disagreement: tuple[float, float], power: np.ndarray | None = None) -> float:
    """Division of one pie between two enemies with linear loss, given what each has without."""
    W, X = ENEMIES
    start = np.array([0.0 - disagreement[0], 1.0 - disagreement[1]])
    return float(nash_text(W, X, start, 1.0, power, steps=400, step=2.0)[0])


@pytest.mark.parametrize("d", [(0.0, 0.0), (0.2, 0.1), (0.5, 0.3), (0.1, 0.6), (0.45, 0.5)])
def test_nash_1950_splits_the_surplus(d: tuple[float, float]) -> None:
    assert pie(d) == pytest.approx(0.5 * (1.0 + d[0] - d[1]), abs=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_the_nash_text_is_the_best_of_a_fine_grid(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, issues = 3, 2
    W, X = rng.dirichlet(np.ones(issues), n), rng.random((n, issues))
    theta, power = rng.random(issues), rng.uniform(0.5, 2.0, n)
    start = rng.uniform(0.05, 0.3, n)
    before = 1.0 - (W * (theta - X) ** 2).sum(axis=1)

    def product(x: np.ndarray) -> float:
        surplus = start + 1.0 - (W * (x - X) ** 2).sum(axis=1) - before
        return float((power * np.log(np.maximum(surplus, 1e-9))).sum())

    text = nash_text(W, X, start, 2.0, power, theta, steps=2000, step=0.05)
    grid = np.linspace(0.0, 1.0, 101)
    best = max(product(np.array(x)) for x in itertools.product(grid, grid))
    assert product(text) >= best - 1e-9
    # the twelve steps that are taken in a run are near it
    rough = nash_text(W, X, start, 2.0, power, theta)
    assert rough == pytest.approx(text, abs=1e-3)


# (delta of the first, delta of the second, share of the first): Rubinstein 1982, to ten places
PUBLISHED = [
    (0.9, 0.9, 0.5263157895), (0.95, 0.9, 0.6896551724), (0.9, 0.95, 0.3448275862),
    (0.5, 0.5, 0.6666666667), (0.99, 0.99, 0.5025125628), (0.8, 0.6, 0.7692307692),
]  # fmt: skip


def alternating_offers(d1: float, d2: float, weeks: int) -> float:
    """What the first gets of one pie by backward induction, with the utilities of the model.

    A proposer offers the other just what it is worth to wait for its own turn; whoever is last to
    propose takes all. Offers are positions of an issue of which one wants 1 and the other 0.
    """
    W, X = ENEMIES
    offer = 1.0 if weeks % 2 else 0.0
    for turn in reversed(range(weeks - 1)):
        # an even turn is the first's; the other's share of the next offer is worth less today
        if turn % 2 == 0:
            waiting = d2 * objectives.utility(1, np.array([offer]), W, X, 1.0)
            offer = 1.0 - waiting
        else:
            waiting = d1 * objectives.utility(0, np.array([offer]), W, X, 1.0)
            offer = waiting
    return offer


@pytest.mark.parametrize(("d1", "d2", "share"), PUBLISHED)
def test_rubinstein_1982_by_alternating_offers(d1: float, d2: float, share: float) -> None:
    found = alternating_offers(d1, d2, 3001)
    assert found == pytest.approx((1 - d2) / (1 - d1 * d2), abs=1e-6)
    assert found == pytest.approx(share, abs=1e-9)


@pytest.mark.parametrize(("d1", "d2"), [(0.985, 0.995), (0.99, 0.99), (0.9, 0.95), (0.8, 0.6)])
def test_with_patience_as_power_the_nash_text_is_rubinsteins_limit(d1: float, d2: float) -> None:
    power = np.array([bargaining.bargaining_power(d1), bargaining.bargaining_power(d2)])
    limit = math.log(d2) / (math.log(d1) + math.log(d2))
    assert pie((0.0, 0.0), power) == pytest.approx(limit, abs=1e-6)
    # offers alternate every thousandth of a week
    found = alternating_offers(d1**1e-3, d2**1e-3, 2_000_001 if d1 > 0.95 else 300_001)
    assert found == pytest.approx(limit, abs=2e-4)


@pytest.mark.parametrize("seed", range(5))
def test_with_much_to_lose_the_text_is_the_median_voters_or_the_weighted_mean(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 5
    X, power = rng.random((n, 1)), rng.uniform(0.5, 2.0, n)
    W, start = np.ones((n, 1)), np.full(n, 1e9)
    middle = nash_text(W, X, start, 1.0, steps=4000)
    assert middle[0] == pytest.approx(float(np.median(X)), abs=1e-4)
    mean = nash_text(W, X, start, 2.0, power, steps=60)
    assert mean[0] == pytest.approx(float(np.average(X[:, 0], weights=power)), abs=1e-9)


def test_log_rolling_gives_each_what_it_cares_about() -> None:
    W, X = np.array([[0.8, 0.2], [0.2, 0.8]]), np.array([[1.0, 1.0], [0.0, 0.0]])
    text = nash_text(W, X, np.full(2, 0.3), 2.0, theta=np.full(2, 0.5), steps=60)
    assert text == pytest.approx([0.8, 0.2], abs=1e-9)


@given(st.integers(0, 2**32 - 1), st.floats(0.05, 0.95))
def test_by_strength_a_party_in_two_halves_gets_the_text_that_it_got_as_one(
    seed: int, part: float
) -> None:
    rng = np.random.default_rng(seed)
    W, X = rng.dirichlet(np.ones(3), size=3), rng.random((3, 3))
    start, power, m = rng.uniform(0.05, 0.5, 3), rng.uniform(50, 200, 3), rng.uniform(0.2, 3, 3)

    def text(by_strength: float, cut: bool) -> np.ndarray:
        rows = [0, 1, 2, 2] if cut else [0, 1, 2]
        strength = m[rows].copy()
        if cut:
            strength[2:] *= [part, 1.0 - part]
        voice = np.empty(len(rows))
        bargaining.voices(voice, power[rows], strength, by_strength)
        return nash_text(W[rows], X[rows], start[rows], 2.0, voice, np.full(3, 0.5))

    assert text(1.0, cut=True) == pytest.approx(text(1.0, cut=False), abs=1e-9)


def test_by_head_a_party_that_comes_twice_pulls_the_text_to_itself() -> None:
    W, X, start = np.ones((3, 1)), np.array([[0.0], [1.0], [1.0]]), np.full(3, 0.4)
    now = np.array([0.5])  # both are as far from what they want
    once = nash_text(W[:2], X[:2], start[:2], 2.0, theta=now)
    twice = nash_text(W, X, start, 2.0, theta=now)
    assert once[0] == pytest.approx(0.5)
    assert twice[0] > once[0] + 0.05


def test_voices_by_head_are_bargaining_power_to_the_last_bit() -> None:
    power, m, voice = np.array([66.2, 199.5, 99.5]), np.array([3.0, 1.0, 0.0]), np.empty(3)
    bargaining.voices(voice, power, m, 0.0)
    assert voice.tobytes() == power.tobytes()
    bargaining.voices(voice, power, m, 1.0)
    assert voice.tolist() == [66.2 * 3.0, 199.5, 0.0]


def worth(expected: list[bool], promised_only: float, share: float = 0.25) -> float:
    """Worth of terms on three issues; the second is promised, the first has moved meanwhile."""
    W, X, theta = np.array([[0.5, 0.3, 0.2]]), np.ones((1, 3)), np.array([0.7, 0.3, 0.2])
    u, promise = np.empty(1), np.empty(1)
    objectives.utilities(u, theta, W, X, 2.0)
    bargaining.worth_of_terms(
        promise, np.array([0.4, 0.9, 0.2]), np.array([False, True, False]), np.array(expected),
        theta, u, 0.6, np.array([share]), promised_only, W, X, 2.0,
    )  # fmt: skip
    return float(promise[0])


def test_terms_are_worth_what_was_promised_and_is_still_to_come() -> None:
    promised = 0.3 * (0.7**2 - 0.1**2)
    moved = 0.5 * (0.3**2 - 0.6**2)
    assert worth([False] * 3, 1.0) == pytest.approx(0.6 * promised)
    assert worth([False] * 3, 0.0) == pytest.approx(0.6 * (promised + moved))


def test_what_the_table_would_bring_anyhow_is_not_promised_twice() -> None:
    """The table has `share` of the value of the ceasefire, the promise the rest."""
    alone = worth([False] * 3, 1.0)
    assert worth([False, True, False], 1.0, 0.25) == pytest.approx(0.75 * alone)
    assert worth([False, True, False], 1.0, 0.0) == pytest.approx(alone)
    assert worth([True, False, True], 1.0, 0.25) == pytest.approx(alone), "others do not matter"
    assert worth([True, True, True], 0.0) == worth([False] * 3, 0.0), "where all terms count"


def test_a_settlement_replaces_the_terms_that_it_is_about() -> None:
    owed, promised = np.empty(3, dtype=np.bool_), np.array([True, True, False])
    on_the_table = np.array([True, False, True])
    for settled, only, expected in (
        (False, 1.0, [True, True, False]),
        (True, 1.0, [False, True, False]),
        (True, 0.0, [True, True, False]),
    ):
        bargaining.what_is_owed(owed, promised, on_the_table, settled, only)
        assert owed.tolist() == expected


def test_only_parties_and_tabled_issues_count() -> None:
    W, X = np.full((3, 2), 0.5), np.array([[1.0, 1.0], [0.0, 0.0], [0.3, 0.9]])
    theta, text = np.array([0.2, 0.7]), np.empty(2)
    party, tabled = np.array([True, False, False]), np.array([True, False])
    bargaining.nash_text(
        text, theta, party, tabled, np.ones(3), np.ones(3), np.ones(3), W, X, 2.0, 0.02, 60, 0.6
    )
    assert text == pytest.approx([1.0, 0.7])
    nobody = np.zeros(3, dtype=np.bool_)
    bargaining.nash_text(
        text, theta, nobody, tabled, np.ones(3), np.ones(3), np.ones(3), W, X, 2.0, 0.02, 12, 0.6
    )
    assert text.tolist() == theta.tolist()


def test_who_is_nearest_to_walking_away_gets_more() -> None:
    W, X = np.full((2, 1), 1.0), np.array([[1.0], [0.0]])
    theta = np.array([0.5])
    shares = [
        nash_text(W, X, np.array([first, 0.4]), 2.0, theta=theta, steps=2000, step=0.05)[0]
        for first in (0.02, 0.1, 0.4, 1.0)
    ]
    assert shares == sorted(shares, reverse=True)
    assert shares[2] == pytest.approx(0.5)


def test_endorsing_the_core_counts_only_once_it_is_tabled() -> None:
    V_s, V_c = np.array([0.4, 0.7]), np.array([0.5, 0.5])
    assert bargaining.endorsement(0, True, 0.5, V_s, V_c) == pytest.approx(-0.05)
    assert bargaining.endorsement(1, False, 0.5, V_s, V_c) == 0.0
    assert bargaining.bargains(0.02, -0.05, 0.005) == pytest.approx(-0.035)
    core, tabled = np.array([True, False]), np.array([False, True])
    assert not negotiation.any_core_tabled(core, tabled)
    assert negotiation.any_core_tabled(core, np.array([True, False]))


def test_a_bilateral_text_lies_between_two_allies_and_leaves_the_rest() -> None:
    W, X = np.full((3, 2), 0.5), np.array([[1.0, 1.0], [0.0, 0.0], [0.9, 0.9]])
    theta, text, local = np.array([0.0, 0.3]), np.empty(2), np.empty(2)
    minor = np.array([True, False])
    bargaining.bilateral_text(
        text, local, 0, 2, theta, minor, np.ones(3), W, X, 2.0, 0.001, 12, 0.6
    )
    assert 0.9 <= text[0] <= 1.0
    assert text[1] == 0.3
    for side, i in enumerate((0, 2)):
        gained = objectives.utility(i, text, W, X, 2.0) - objectives.utility(i, theta, W, X, 2.0)
        assert local[side] == gained


def test_promises_are_delivered_in_instalments_and_settlements_step_by_step() -> None:
    theta, y, text = np.zeros(4), np.full(4, 1.0), np.full(4, 0.5)
    promised, agreed = np.array([True, False, True, False]), np.array([False, True, True, False])
    for n in range(1, 20):
        bargaining.deliver(theta, y, text, promised, agreed, 1, 0.15, 0.03)
        assert theta == pytest.approx([1 - 0.85**n, 0.0, 1 - 0.85**n, 0.0])
    theta[:] = 0.0
    for n in range(1, 20):
        bargaining.deliver(theta, y, text, promised, agreed, 2, 0.15, 0.03)
        assert theta == pytest.approx([1 - 0.85**n, 0.5 * (1 - 0.97**n), 1 - 0.85**n, 0.0])


def test_local_disputes_throw_an_issue_back() -> None:
    theta = np.full(4, 0.7)
    bargaining.renew(
        theta, np.array([0.08, 0.08, 0.08, 0.0]), np.array([0.1, 0.1, 0.0, 0.0]),
        np.array([False, False, True, False]), np.array([0.07, 0.08, 0.0, 0.0]), np.full(4, 0.33),
    )  # fmt: skip
    assert theta.tolist() == [0.1, 0.7, 0.33, 0.7]
