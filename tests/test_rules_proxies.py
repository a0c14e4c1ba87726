"""Patrons and proxies: common agency, leverage, blame."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.rules import proxies

ONE = (np.array([0]), np.array([1]))  # actor 0 is the patron of actor 1


def acting(control: float, own: float, patron: float, f: float = 1.0) -> float:
    pull, autonomy = np.empty(1), np.empty(2)
    proxies.leverage(pull, autonomy, np.array([control]), np.array([f]), ONE[1])
    return proxies.heeds(1, own, np.array([patron, own]), autonomy, pull, *ONE)


@given(st.floats(0.001, 0.2), st.floats(0.001, 0.2))
def test_a_proxy_turns_at_its_control_share(reluctance: float, wish: float) -> None:
    turn = reluctance / (wish + reluctance)
    assert acting(turn, -reluctance, wish) == pytest.approx(0.0, abs=1e-12)
    assert acting(min(turn * 1.01, 1.0), -reluctance, wish) > -1e-12
    assert acting(turn * 0.99, -reluctance, wish) < 0.0
    # worn leverage counts as less control
    assert acting(turn, -reluctance, wish, f=0.5) < 0.0


def test_an_agent_maximises_the_weighted_sum_of_its_own_and_its_principals_gains() -> None:
    pull, autonomy = np.empty(3), np.empty(4)
    control, f = np.array([0.3, 0.2, 0.5]), np.array([1.0, 0.5, 0.8])
    patron, proxy = np.array([0, 1, 0]), np.array([2, 2, 3])
    proxies.leverage(pull, autonomy, control, f, proxy)
    assert pull == pytest.approx([0.3, 0.1, 0.4])
    assert autonomy == pytest.approx([1.0, 1.0, 0.6, 0.6])
    wish = np.array([0.1, -0.2, 9.0, 9.0])
    gain = proxies.heeds(2, 0.05, wish, autonomy, pull, patron, proxy)
    assert gain == pytest.approx(0.6 * 0.05 + 0.3 * 0.1 - 0.1 * 0.2)
    assert proxies.heeds(0, 0.05, wish, autonomy, pull, patron, proxy) == 0.05


def press(f: np.ndarray, relief: float, phi_f: float, phi_r: float, obeys: bool = True) -> bool:
    """A week in which the patron orders to comply and the proxy would rather not."""
    pressed = np.empty(1, dtype=np.bool_)
    proxies.wear(
        f, pressed, np.array([0.1, -0.05]), np.array([True, True]), np.array([False, not obeys]),
        np.array([False, True]), np.array([0.0, relief]), *ONE, phi_f, phi_r,
    )  # fmt: skip
    return bool(pressed[0])


def test_leverage_that_is_used_wears_out_geometrically() -> None:
    f = np.ones(1)
    for n in range(1, 60):
        assert press(f, 0.0, 0.1, 0.2)
        assert f[0] == pytest.approx(0.9**n, rel=1e-12)


@pytest.mark.parametrize(("phi_f", "phi_r"), [(0.1, 0.2), (0.3, 0.05), (0.0, 0.2)])
def test_with_steady_concessions_leverage_comes_to_rest(phi_f: float, phi_r: float) -> None:
    for start in (0.0, 1.0):
        f = np.array([start])
        for _ in range(2000):
            press(f, 1.0, phi_f, phi_r)
        assert f[0] == pytest.approx(phi_r / (phi_r + phi_f), abs=1e-9)


def test_leverage_wears_only_where_an_order_against_the_interest_is_obeyed() -> None:
    for own, comply, violates, worn in (
        (-0.1, True, False, True), (-0.1, True, True, False), (0.1, True, False, False),
        (0.1, False, True, True), (0.1, False, False, False), (-0.1, False, True, False),
        (0.0, True, False, False), (0.0, False, True, False),
    ):  # fmt: skip
        f, pressed = np.ones(1), np.empty(1, dtype=np.bool_)
        for armed in (True, False):
            proxies.wear(
                f, pressed, np.array([0.0, own]), np.array([comply, True]),
                np.array([False, violates]), np.array([False, armed]), np.zeros(2), *ONE, 0.1, 0.2,
            )  # fmt: skip
            assert bool(pressed[0]) == (worn and armed), (own, comply, violates)
        assert f[0] == (0.9 if worn else 1.0)


def test_concessions_restore_leverage_as_far_as_they_go() -> None:
    relief = np.empty(3)
    proxies.relieve(relief, np.array([0.5, 0.5, 0.5]), np.array([0.502, 0.4, 0.6]), 0.004)
    assert relief == pytest.approx([0.5, 0.0, 1.0])


def test_orders_are_given_by_the_patrons_own_gain_in_full() -> None:
    wish = np.empty(3)
    proxies.order_wishes(wish, np.array([0.2, -0.3, 0.1]), np.array([True, True, False]))
    assert wish.tolist() == [0.2, 0.3, -0.1]


def test_nuisance_and_ground_control_count_proxies_by_control() -> None:
    out, mu = np.empty(3), np.array([0.5, 0.3, 0.2])
    armed = np.array([False, True, True])
    links = (np.array([0, 0]), np.array([1, 2]))
    proxies.nuisance(out, mu, armed, np.array([0.4, 0.5]), *links)
    assert out == pytest.approx([0.4 * 0.6 + 0.5 * 0.4, 0.0, 0.0])
    proxies.nuisance(out, mu, np.zeros(3, dtype=np.bool_), np.array([0.4, 0.5]), *links)
    assert out.tolist() == [0.0, 0.0, 0.0]
    m, ground = np.array([2.0, 1.0, 3.0]), np.array([0.0, 1.0, 0.5])
    proxies.ground_control(out, m, ground, np.array([1.0, 0.6, 0.5]), np.array([0.4, 0.5]), *links)
    assert out == pytest.approx([0.4 * 1.0 + 0.5 * 1.5, 0.6, 0.75])
    # what is commanded adds up to what there is
    assert out.sum() == pytest.approx(float((m * ground).sum()))


def test_military_gain_counts_only_what_fighting_moves_the_right_way() -> None:
    out = np.empty(2)
    W, X = np.array([[0.5, 0.5], [0.2, 0.8]]), np.array([[1.0, 0.0], [0.2, 0.9]])
    direction = np.array([[1.0, 1.0], [-1.0, 0.0]])
    proxies.military_gains(out, np.array([0.4, 0.5]), direction, W, X, np.ones(2), 0.06)
    assert out == pytest.approx([0.06 * 0.5 * 0.6, 0.06 * 0.2 * 0.2])


def test_violations_are_contagious_among_friends_and_foes_alike() -> None:
    out, mu = np.empty(3), np.array([0.5, 0.3, 0.2])
    T = np.array([[0.0, 0.4, -0.4], [0.4, 0.0, 0.0], [-0.4, 0.1, 0.0]])
    in_arms, near, all_of_it = np.array([0.0, 1.0, 1.0]), np.ones((3, 3)), np.ones(3)
    broke = np.array([False, True, True])
    proxies.contagion(out, T, mu, in_arms, all_of_it, all_of_it, near, broke, 0.03)
    expected = [(0.3 * 0.4 + 0.2 * 0.4), 0.0, 0.3 * 0.1]
    assert out == pytest.approx(0.03 * np.array(expected) / 0.5)
    # who holds back spreads less of it, and so does who stands out of scope in part
    half = np.array([1.0, 1.0, 0.5])
    for effort, scope in ((half, all_of_it), (all_of_it, half)):
        proxies.contagion(out, T, mu, in_arms, effort, scope, near, broke, 0.03)
        assert out[0] == pytest.approx(0.03 * (0.3 * 0.4 + 0.1 * 0.4) / 0.4)


def test_blame_goes_to_the_violator_and_by_control_to_its_patrons() -> None:
    accused, blamed = np.empty(3), np.empty(3)
    seen = np.array([False, True, True])
    u = np.array([0.5, 0.5, 0.999])
    proxies.accuse(accused, seen, u, u, np.array([1, 1, 1]), 1.0)
    assert accused.tolist() == [0.0, 1.0, 1.0]
    proxies.blame(blamed, accused, np.array([0.4, 0.3]), np.array([0, 0]), np.array([1, 2]))
    assert blamed == pytest.approx([0.7, 1.0, 1.0])
    bad = np.zeros((3, 3))
    proxies.blame_violators(bad, 2.0 * blamed, np.array([False, True, False]), 0.25)
    assert bad == pytest.approx(np.array([[0, 0, 0], [0.25, 0, 0.25], [0, 0, 0]]))


def test_a_misplaced_accusation_falls_on_another_of_the_same_camp() -> None:
    side, n = np.array([1, -1, 1, 1, 0]), 5
    met = set()
    for share in np.linspace(0.0, 0.999, 50):
        accused = np.empty(n)
        seen = np.array([True, False, False, False, False])
        proxies.accuse(accused, seen, np.full(n, 0.9), np.full(n, share), side, 0.5)
        assert accused.sum() == 1.0
        met.add(int(accused.argmax()))
    assert met == {2, 3}
    alone = np.empty(n)
    for violator in (1, 4):
        seen = np.arange(n) == violator
        proxies.accuse(alone, seen, np.full(n, 0.9), np.full(n, 0.5), side, 0.5)
        assert alone.argmax() == violator
