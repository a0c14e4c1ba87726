"""Ties: rest points, propositions, structural balance, the exact optimum of camps."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.rules import ties

PHI_A, PHI_E, PHI_B = 0.04, 0.03, 0.08


def step(
    T: np.ndarray, A: np.ndarray, E: np.ndarray, mu: np.ndarray, phi_A: float, phi_E: float,
    phi_B: float, accounts: np.ndarray | None = None,
) -> None:  # fmt: skip
    """One week of the ties, by the two rules of the model."""
    B = np.empty_like(T)
    ties.third_parties(B, T, mu)
    ties.drift(T, np.zeros((4, *T.shape)) if accounts is None else accounts, B, A, E, phi_A, phi_E,
               phi_B)  # fmt: skip


def constant(n: int, value: float) -> np.ndarray:
    return np.full((n, n), value)


def symmetric(rng: np.random.Generator, n: int, low: float = -1.0, high: float = 1.0) -> np.ndarray:
    upper = np.triu(rng.uniform(low, high, (n, n)), 1)
    return upper + upper.T


# rest points --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("a", "e", "start"), [(0.5, -0.2, 1.0), (-0.8, 0.3, 0.9), (0.2, 0.2, -1)])
def test_two_actors_come_to_the_mean_of_alignment_and_experience(
    a: float, e: float, start: float
) -> None:
    T = constant(2, start) * (1 - np.eye(2))
    A, E, mu = constant(2, a), constant(2, e), np.array([0.5, 0.5])
    rest = (PHI_A * a + PHI_E * e) / (PHI_A + PHI_E)
    for n in range(1, 400):
        step(T, A, E, mu, PHI_A, PHI_E, PHI_B)
        expected = rest + (start - rest) * (1 - PHI_A - PHI_E) ** n
        assert T[0, 1] == pytest.approx(expected, abs=1e-12)
    assert T[0, 1] == pytest.approx(rest, abs=1e-9)
    assert np.all(np.diag(T) == 0.0)


def test_two_actors_pass_a_threshold_when_the_closed_form_says() -> None:
    start, q = 0.6, 0.2
    a, e = -0.3, 0.1
    rest = (PHI_A * a + PHI_E * e) / (PHI_A + PHI_E)
    T, A, E = constant(2, start) * (1 - np.eye(2)), constant(2, a), constant(2, e)
    weeks = 0
    while T[0, 1] > q:
        step(T, A, E, np.array([0.5, 0.5]), PHI_A, PHI_E, PHI_B)
        weeks += 1
    exact = math.log((q - rest) / (start - rest)) / math.log(1 - PHI_A - PHI_E)
    assert weeks == math.ceil(exact)


def settle(a: float, views: tuple[float, float], power: float, weeks: int = 4000) -> float:
    """Tie of two with alignment a whose views of a third, of given power, never change."""
    T = np.array([[0.0, a, views[0]], [a, 0.0, views[1]], [0.0, 0.0, 0.0]])
    A, E = constant(3, a), constant(3, 0.0)
    mu = np.array([(1 - power) / 2, (1 - power) / 2, power])
    for _ in range(weeks):
        step(T, A, E, mu, PHI_A, 0.0, PHI_B)
        T[0, 2], T[1, 2] = views
        T[2, :] = 0.0
    assert T[0, 1] == pytest.approx(T[1, 0], abs=1e-15)
    return float(T[0, 1])


@pytest.mark.parametrize("power", [0.05, 0.3, 0.8])
@pytest.mark.parametrize("a", [-0.2, 0.0, 0.4])
def test_a_common_enemy_binds_two_allies_above_their_alignment(power: float, a: float) -> None:
    h = 0.9
    b = PHI_B * power * h * h
    rest = (-PHI_A + math.sqrt(PHI_A**2 + 4 * b * (PHI_A * a + b))) / (2 * b)
    found = settle(a, (-h, -h), power)
    assert found == pytest.approx(rest, abs=1e-9)
    assert found > a


def test_the_bond_fades_with_the_enemys_power() -> None:
    found = [settle(0.2, (-0.9, -0.9), power) for power in (0.8, 0.4, 0.1, 0.01, 0.001)]
    assert found == sorted(found, reverse=True)
    assert found[-1] == pytest.approx(0.2, abs=2e-3)


@pytest.mark.parametrize("power", [0.05, 0.2])
@pytest.mark.parametrize("a", [0.3, 0.6])
def test_befriending_the_others_enemy_costs_the_tie(power: float, a: float) -> None:
    g, h = 0.6, 0.8
    b = PHI_B * power * g * h
    rest = (PHI_A - math.sqrt(PHI_A**2 - 4 * b * (PHI_A * a - b))) / (2 * b)
    found = settle(a, (g, -h), power)
    assert found == pytest.approx(rest, abs=1e-9)
    assert found < a


@pytest.mark.parametrize("ratio", [0.36, 0.38, 0.39, 0.45])
def test_harmony_of_three_lasts_up_to_the_threshold(ratio: float) -> None:
    mu, phi_B = 1.0 / 3.0, 0.3
    phi_A = ratio * phi_B * mu
    T = constant(3, 0.95) * (1 - np.eye(3))
    for _ in range(6000):
        step(T, constant(3, 0.0), constant(3, 0.0), np.full(3, mu), phi_A, 0.0, phi_B)
    if ratio < 2.0 / (3.0 * math.sqrt(3.0)):
        # at rest t (1 - t**2) equals the ratio
        t = T[0, 1]
        assert t > 1.0 / math.sqrt(3.0)
        assert t * (1 - t * t) == pytest.approx(ratio, abs=1e-9)
    else:
        assert abs(T).max() < 1e-3


# experience ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("p", "n"), [(1.0, 0.0), (0.0, 1.0), (0.3, 0.6), (0.0, 0.0), (1.0, 1.0)])
def test_experience_comes_to_the_rest_of_bush_and_mosteller(p: float, n: float) -> None:
    kap_pos, kap_neg, d_E = 0.1, 0.15, 0.02
    rest = (kap_pos * p - kap_neg * n) / (kap_pos * p + kap_neg * n + d_E)
    E = np.array([[0.0, 0.9], [-0.9, 0.0]])
    for weeks in range(1, 1200):
        before = E.copy()
        ties.learn(E, constant(2, p), constant(2, n), kap_pos, kap_neg, d_E)
        keep = 1.0 - kap_pos * p - kap_neg * n - d_E
        assert E[0, 1] == pytest.approx(rest + (0.9 - rest) * keep**weeks, abs=1e-9)
        assert E[1, 0] - rest == pytest.approx(keep * (before[1, 0] - rest), abs=1e-9)
    assert E[0, 1] == pytest.approx(rest, abs=1e-9)
    assert np.all(np.diag(E) == 0.0)


def test_more_than_one_event_a_week_counts_as_one() -> None:
    one, many = np.zeros((2, 2)), np.zeros((2, 2))
    good, bad = constant(2, 1.0), constant(2, 1.0)
    ties.learn(one, good, np.zeros((2, 2)), 0.1, 0.15, 0.02)
    ties.learn(many, 3.0 * good, np.zeros((2, 2)), 0.1, 0.15, 0.02)
    assert np.array_equal(one, many)
    ties.learn(one, good, bad, 0.1, 0.15, 0.02)
    ties.learn(many, 7.0 * good, 2.5 * bad, 0.1, 0.15, 0.02)
    assert np.array_equal(one, many)


def test_a_week_of_war_joins_allies_and_parts_enemies_and_leaves_neutrals() -> None:
    good, bad = np.zeros((4, 4)), np.zeros((4, 4))
    ties.live_through_war(good, bad, np.array([1, 1, -1, 0]), 0.2)
    allies = np.array([[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]])
    enemies = np.array([[0, 0, 1, 0], [0, 0, 1, 0], [1, 1, 0, 0], [0, 0, 0, 0]])
    assert good.tolist() == (0.2 * allies).tolist()
    assert bad.tolist() == (0.2 * enemies).tolist()


# propositions -------------------------------------------------------------------------------------


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_p1_ties_stay_bounded_also_before_rounding_is_cut_off(
    seed: int, first: float, second: float
) -> None:
    rng = np.random.default_rng(seed)
    n = 5
    phi_A = first
    phi_E = (1.0 - phi_A) * second
    phi_B = 0.5 * (1.0 - phi_A - phi_E)
    mu = rng.dirichlet(np.full(n, 0.3))
    T = rng.choice([-1.0, 1.0, 0.7, -0.9], (n, n)) * (1 - np.eye(n))
    accounts = np.zeros((4, n, n))
    accounts[0] = T
    for _ in range(20):
        A, E = rng.choice([-1.0, 1.0], (n, n)), rng.choice([-1.0, 1.0], (n, n))
        step(T, A, E, mu, phi_A, phi_E, phi_B, accounts)
        # the accounts are not cut off, so they would show a tie that left its range
        assert np.abs(accounts.sum(axis=0)).max() <= 1.0 + 1e-9
        assert np.abs(accounts.sum(axis=0) - T).max() <= 1e-9
        assert np.abs(T).max() <= 1.0


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_experience_stays_bounded(seed: int, kap: float, part: float) -> None:
    rng = np.random.default_rng(seed)
    d_E = (1.0 - kap) * part
    E = rng.uniform(-1, 1, (4, 4)) * (1 - np.eye(4))
    for _ in range(20):
        ties.learn(E, rng.choice([0.0, 1.0, 5.0], (4, 4)), np.zeros((4, 4)), kap, kap, d_E)
        assert np.abs(E).max() <= 1.0
        ties.learn(E, np.zeros((4, 4)), rng.choice([0.0, 1.0, 5.0], (4, 4)), kap, kap, d_E)
        assert np.abs(E).max() <= 1.0


def lyapunov(
    T: np.ndarray, A: np.ndarray, E: np.ndarray, mu: np.ndarray, phi_A: float, phi_E: float,
    phi_B: float,
) -> float:  # fmt: skip
    MT = np.diag(mu) @ T
    pull = phi_A * A + phi_E * E
    inner = pull * np.arctanh(T) + 0.5 * (phi_A + phi_E) * np.log(1.0 - T * T)
    np.fill_diagonal(inner, 0.0)
    return float(phi_B / 3.0 * np.trace(MT @ MT @ MT) + (np.outer(mu, mu) * inner).sum())


@pytest.mark.parametrize("seed", range(12))
def test_p2_ties_climb_a_potential_between_events(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 6
    mu = rng.dirichlet(np.full(n, 2.0))
    A, E = symmetric(rng, n), symmetric(rng, n)
    T = symmetric(rng, n, -0.95, 0.95)
    # small steps stand for the flow
    scale = 0.05
    last = lyapunov(T, A, E, mu, PHI_A, PHI_E, PHI_B)
    first = last
    for _ in range(3000):
        step(T, A, E, mu, scale * PHI_A, scale * PHI_E, scale * PHI_B)
        now = lyapunov(T, A, E, mu, PHI_A, PHI_E, PHI_B)
        assert now >= last - 1e-12
        last = now
    assert last > first


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.floats(0.01, 0.3), st.floats(0.0, 0.99))
def test_p3_with_weak_third_parties_any_two_histories_meet(
    seed: int, phi: float, part: float
) -> None:
    rng = np.random.default_rng(seed)
    n = 5
    phi_A, phi_E = 0.6 * phi, 0.4 * phi
    phi_B = 0.4 * phi * part
    mu = rng.dirichlet(np.full(n, 0.5))
    A, E = rng.uniform(-1, 1, (n, n)), rng.uniform(-1, 1, (n, n))
    off = 1 - np.eye(n)
    one, two = rng.choice([-1.0, 1.0], (n, n)) * off, rng.uniform(-1, 1, (n, n)) * off
    for _ in range(30):
        gap = np.abs(one - two).max()
        step(one, A, E, mu, phi_A, phi_E, phi_B)
        step(two, A, E, mu, phi_A, phi_E, phi_B)
        assert np.abs(one - two).max() <= gap * (1.0 - phi + 2.5 * phi_B) + 1e-12


# structural balance -------------------------------------------------------------------------------


def test_marvel_2011_the_third_party_term_is_the_square() -> None:
    """dX/dt = X**2 has the solution X0 (I - X0 t)**-1; four-step Runge-Kutta over the rule."""
    rng = np.random.default_rng(4)
    n = 6
    X0 = rng.normal(0.0, 0.3, (n, n))
    X0 = 0.5 * (X0 + X0.T)
    ones = np.ones(n)

    def slope(X: np.ndarray) -> np.ndarray:
        B = np.empty_like(X)
        ties.third_parties(B, X, ones)
        return B

    end, steps = 0.7 / np.linalg.eigvalsh(X0)[-1], 400
    h, X = end / steps, X0.copy()
    for _ in range(steps):
        k1 = slope(X)
        k2 = slope(X + 0.5 * h * k1)
        k3 = slope(X + 0.5 * h * k2)
        k4 = slope(X + h * k3)
        X += h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
    exact = X0 @ np.linalg.inv(np.eye(n) - X0 * end)
    assert pytest.approx(exact, abs=1e-8) == X


@pytest.mark.slow
def test_balance_divides_thirty_strangers_into_two_factions() -> None:
    rng = np.random.default_rng(5)
    n, same = 30, []
    mu = np.full(n, 1.0 / n)
    for _ in range(40):
        T = symmetric(rng, n, -0.1, 0.1)
        leading = np.linalg.eigh(T)[1][:, -1]
        for _ in range(2000):
            step(T, T, T, mu, 0.0, 0.0, 0.4)
            if np.abs(T + np.eye(n)).min() > 0.99:
                break
        camps = np.where(T[0] >= 0.0, 1.0, -1.0)
        off = ~np.eye(n, dtype=bool)
        assert np.array_equal(np.sign(T)[off], np.outer(camps, camps)[off])
        assert np.abs(T[off]).min() > 0.99
        agree = np.mean(np.sign(leading) == camps)
        same.append(max(agree, 1.0 - agree))
    # the bound and the empty diagonal matter where the leading eigenvalues nearly tie
    assert np.mean(same) > 0.95
    assert min(same) >= 0.7


# camps --------------------------------------------------------------------------------------------


def energy(S: np.ndarray, z: np.ndarray) -> float:
    return -0.5 * float(z @ S @ z)


@pytest.mark.parametrize("seed", range(20))
def test_the_division_into_camps_is_the_best_of_all(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 9))
    S = symmetric(rng, n)
    F, camps = ties.frustration(S)
    signs = [np.array([1, *rest]) for rest in itertools.product([1, -1], repeat=n - 1)]
    best = min(energy(S, z) for z in signs)
    total = float(np.abs(np.triu(S)).sum())
    assert camps[0] == 1
    assert energy(S, camps) == pytest.approx(best, abs=1e-12)
    assert pytest.approx((total + best) / (2.0 * total), abs=1e-12) == F
    assert 0.0 <= F <= 0.5


@pytest.mark.parametrize("seed", range(10))
def test_axelrod_and_bennett_switching_sides_one_by_one_never_beats_the_optimum(seed: int) -> None:
    """Frozen propensities and sizes: E = - sum s_i s_j p_ij z_i z_j (Axelrod and Bennett 1993)."""
    rng = np.random.default_rng(100 + seed)
    n = 10
    sizes = rng.dirichlet(np.ones(n))
    S = symmetric(rng, n) * np.outer(sizes, sizes)
    _, camps = ties.frustration(S)
    best = energy(S, camps)
    reached = []
    for _ in range(40):
        z = rng.choice([-1, 1], n)
        now = energy(S, z)
        while True:
            # who gains most by changing sides does
            gains = 2.0 * z * (S @ z)
            i = int(gains.argmin())
            if gains[i] >= -1e-15:
                break
            z[i] = -z[i]
            after = energy(S, z)
            assert after < now
            now = after
        reached.append(now)
    assert min(reached) >= best - 1e-12
    assert np.all(2.0 * camps * (S @ camps) >= -1e-12)


def test_two_cliques_are_not_frustrated_and_three_enemies_by_a_third() -> None:
    z = np.array([1, 1, -1, 1, -1])
    S = np.outer(z, z) * 0.7 * (1 - np.eye(5))
    F, camps = ties.frustration(S)
    assert pytest.approx(0.0, abs=1e-12) == F
    assert np.array_equal(camps, z)
    F, _ = ties.frustration(constant(3, -0.4) * (1 - np.eye(3)))
    assert pytest.approx(1.0 / 3.0) == F


def test_among_equal_divisions_the_first_in_order_wins() -> None:
    F, camps = ties.frustration(constant(3, -1.0) * (1 - np.eye(3)))
    # {1} against {0, 2}, {2} against {0, 1} and {0} against {1, 2} are equally good
    assert camps.tolist() == [1, -1, 1]
    assert ties.frustration(np.zeros((1, 1)))[0] == 0.0
    assert pytest.approx(1.0 / 3.0) == F


# accounts -----------------------------------------------------------------------------------------


def test_the_first_ties_stand_at_rest_and_whole_in_the_first_account() -> None:
    rng = np.random.default_rng(6)
    n = 5
    T, accounts = np.empty((n, n)), np.empty((4, n, n))
    A, mu = symmetric(rng, n), rng.dirichlet(np.ones(n))
    np.fill_diagonal(A, 1.0)
    ties.settle_ties(T, accounts, A, np.zeros((n, n)), mu, PHI_A, PHI_E, PHI_B, 300)
    assert np.array_equal(accounts[ties.INITIAL], T)
    assert not accounts[1:].any()
    again = T.copy()
    step(again, A, np.zeros((n, n)), mu, PHI_A, PHI_E, PHI_B)
    assert pytest.approx(T, abs=1e-5) == again
    ties.settle_ties(T, accounts, A, np.zeros((n, n)), mu, PHI_A, PHI_E, PHI_B, 0)
    assert np.array_equal(T, A * (1 - np.eye(n)))
