"""The candidate rules of co-sponsorship know what they should, and no more."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from dataclasses import fields, replace
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from conftest import ROOT

from sim.scenario.schema import Scenario


@pytest.fixture(scope="module")
def brokers() -> Iterator[ModuleType]:
    spec = importlib.util.spec_from_file_location("brokers", ROOT / "benchmarks/brokers.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["brokers"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["brokers"]


@pytest.fixture(scope="module")
def made(brokers: ModuleType, syria: Scenario) -> Any:
    """The proposals of four wars."""
    data = brokers.simulate(syria, runs=4, seed=1, parts=brokers.PARTS)
    return brokers.proposals(syria, data)


def renamed(s: Any, order: np.ndarray) -> Any:
    """The same proposals with the actors in another order."""
    place = np.argsort(order)
    n, changed = len(order), {"convener": place[s.convener]}
    for field in fields(s):
        value = getattr(s, field.name)
        if field.name in ("run", "week", "convener") or not isinstance(value, np.ndarray):
            continue
        for axis, size in enumerate(value.shape):
            if size == n and not (axis == 0 and value.ndim > 1):
                value = np.take(value, order, axis=axis)
        changed[field.name] = value
    return replace(s, **changed)


def test_the_gains_put_together_again_are_those_that_were_acted_on(
    brokers: ModuleType, made: Any
) -> None:
    again = brokers.with_loyalty(made, made.loyalty)
    np.testing.assert_allclose(again, made.acting, rtol=0, atol=1e-12)
    later = made.week > 0  # before the first week's end no tie is on record
    cost = brokers.crossing(made, made.convener)
    np.testing.assert_allclose(cost[later], made.loyalty[later], rtol=0, atol=1e-12)


def test_no_rule_knows_a_name(brokers: ModuleType, made: Any) -> None:
    n = made.own.shape[1]
    assert len(made.run) != n  # else an axis of proposals would be taken for one of actors
    order = np.roll(np.arange(n), 4)  # nobody keeps its place
    other = renamed(made, order)
    for what, rule in brokers.RULES.items():
        np.testing.assert_allclose(
            rule(other), rule(made)[:, order], rtol=0, atol=1e-9, err_msg=what
        )


def test_no_rule_knows_a_date(brokers: ModuleType, made: Any) -> None:
    later = replace(made, week=made.week + 33)
    for what, rule in brokers.RULES.items():
        np.testing.assert_array_equal(rule(later), rule(made), err_msg=what)


def test_chances_are_chances_and_nobody_shares_with_itself(brokers: ModuleType, made: Any) -> None:
    for what, rule in brokers.RULES.items():
        chances = rule(made)
        assert (chances >= 0.0).all(), what
        assert (chances.sum(axis=1) <= 1.0 + 1e-12).all(), what
        assert (chances[~made.candidate] == 0.0).all(), what


def plain(brokers: ModuleType, made: Any, **changes: Any) -> tuple[Any, int, int]:
    """One proposal in which the convener and a rival of the opposite pole care alike."""
    c = int(np.flatnonzero(made.pole == 1.0)[0])
    p = int(np.flatnonzero(made.conveners & (made.pole == 0.0))[0])
    n = made.own.shape[1]
    one = np.zeros((1, n))
    values: dict[str, Any] = {
        "gain": one + 0.02,
        "salience": one + 0.2,
        "prestige": np.array([0.5]),
    }
    row = {
        field.name: getattr(made, field.name)[:1]
        for field in fields(made)
        if isinstance(getattr(made, field.name), np.ndarray)
        and getattr(made, field.name).shape[0] == len(made.run)
    }
    return replace(made, **row | values | {"convener": np.array([c])} | changes), c, p


def test_rivals_for_a_prestige_of_which_nobody_makes_more_have_no_bargain(
    brokers: ModuleType, made: Any
) -> None:
    s, _, p = plain(brokers, made)
    alone = np.array([0.8])
    same = brokers.bargain(s, alone, np.full(s.own.shape, 0.8))
    assert same.joint[0, p] < 0.0


def test_equals_share_a_prestige_at_the_point_of_equal_gains(
    brokers: ModuleType, made: Any
) -> None:
    """Alone the chance is nothing: with equal stakes Nash's point is half-way, at 1/2."""
    s, _, p = plain(brokers, made)
    deal = brokers.bargain(s, np.array([0.0]), np.full(s.own.shape, 0.9))
    expected = 0.9 * 0.02  # half-way between the poles the issue stays where it is
    np.testing.assert_allclose([deal.convener[0, p], deal.partner[0, p]], expected, atol=1e-12)


def test_who_signs_more_surely_with_a_partner_gains_it_in_proportion(
    brokers: ModuleType, made: Any
) -> None:
    """Where prestige means nothing to either, the gain is (P_p - P_0) times the truce."""
    s, _, p = plain(brokers, made, salience=np.zeros((1, made.own.shape[1])))
    deal = brokers.bargain(s, np.array([0.5]), np.full(s.own.shape, 0.7))
    np.testing.assert_allclose(deal.joint[0, p], 2 * 0.2 * 0.02, atol=1e-12)


def test_a_share_and_its_interval_are_those_of_a_ratio_over_runs(brokers: ModuleType) -> None:
    parts, wholes = np.array([1.0, 0.0, 2.0, 1.0]), np.array([2.0, 1.0, 2.0, 3.0])
    found, half = brokers.share(parts, wholes)
    assert found == pytest.approx(0.5)
    assert half == pytest.approx(1.96 * np.std((parts - 0.5 * wholes) / 2.0) / 2.0)
    assert np.isnan(brokers.share(np.zeros(3), np.zeros(3))[0])
