"""Clashes of allies over what is newly in dispute between them."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from theatre_cases import plain
from week_by_week import Game, even_draws

from sim import files
from sim.agents.model import ConflictModel, StateActor
from sim.agents.registry import REGISTERED, register
from sim.results.dataset import events
from sim.rules import objectives, rivalry
from sim.runs.simulate import simulate
from sim.scenario.schema import Scenario

UNIT = st.floats(0.0, 1.0)


@pytest.fixture(scope="module")
def quarrelsome(second: Scenario) -> Scenario:
    """Allies that need each other little, clash cheaply, and often find something new."""
    change = {
        "mechanisms.clashes": True, "mechanisms.dependence": False, "parameters.clash_cost": 0.0,
        "parameters.dispute_rate": 0.3,
    }  # fmt: skip
    return files.with_changes(plain(second), change)


@pytest.fixture(scope="module")
def results(quarrelsome: Scenario) -> xr.Dataset:
    return simulate(quarrelsome, runs=6, seed=1)


# rules --------------------------------------------------------------------------------------------


def test_who_commands_more_men_prevails_more_often() -> None:
    men = np.array([3.0, 1.0, 0.0, 0.0])
    assert rivalry.chance_to_prevail(0, 1, men) == 0.75
    assert rivalry.chance_to_prevail(1, 0, men) == 0.25
    assert rivalry.chance_to_prevail(1, 2, men) == 1.0
    assert rivalry.chance_to_prevail(2, 3, men) == 0.5, "nobody is there"


def test_a_prize_by_hand() -> None:
    theta, X = np.array([0.9, 0.5]), np.array([[1.0, 0.9], [0.0, 0.2]])
    W = np.array([[0.6, 0.4], [0.5, 0.5]])
    # 0 wins: 0.5 -> 0.7, 0.2 from its ideal; loses: 0.35, 0.55 from it; now 0.4 from it
    assert rivalry.prize(0, 1, 1, theta, W, X, 2.0, 0.5, 0.75) == pytest.approx(
        0.4 * (0.16 - 0.75 * 0.04 - 0.25 * 0.3025)
    )
    assert rivalry.prize(0, 1, 1, theta, W, X, 1.0, 0.5, 0.75) == pytest.approx(
        0.4 * (0.4 - 0.75 * 0.2 - 0.25 * 0.55)
    )
    assert rivalry.prize(0, 1, 1, theta, W, X, 2.0, 0.0, 0.75) == 0.0


@given(
    st.integers(0, 10_000), UNIT, UNIT, st.sampled_from([1.0, 2.0]),
)  # fmt: skip
def test_a_prize_is_what_is_expected_of_the_two_ends_in_utility(
    seed: int, step: float, odds: float, r: float
) -> None:
    rng = np.random.default_rng(seed)
    theta, X, W = rng.random(3), rng.random((2, 3)), rng.dirichlet(np.ones(3), 2)
    expected = -objectives.utility(0, theta, W, X, r)
    for winner, draws in ((0, odds), (1, 1.0 - odds)):
        after = theta.copy()
        after[1] += step * (X[winner, 1] - after[1])
        expected += draws * objectives.utility(0, after, W, X, r)
    found = rivalry.prize(0, 1, 1, theta, W, X, r, step, odds)
    assert found == pytest.approx(expected, abs=1e-12)
    if (X[0, 1] - theta[1]) * (X[1, 1] - theta[1]) <= 0.0:  # they pull apart
        assert rivalry.prize(0, 1, 1, theta, W, X, r, step, min(odds + 0.1, 1.0)) >= found - 1e-12


def test_allies_that_want_the_same_have_nothing_to_win_from_each_other() -> None:
    theta, X, W = np.array([0.2]), np.array([[0.8], [0.8]]), np.ones((2, 1))
    sure = [rivalry.prize(0, 1, 0, theta, W, X, 2.0, 0.5, odds) for odds in (0.0, 0.4, 1.0)]
    assert sure == pytest.approx([sure[0]] * 3), "either of them moves it the same way"


def test_the_gain_from_a_clash_by_hand() -> None:
    gain = rivalry.clashes(0.05, 0.4, 0.02, 0.06, 0.3, 0.01)
    assert gain == pytest.approx(0.05 - 0.024 - 0.006 - 0.01)


@given(st.floats(-1, 1), st.floats(-1, 0.9), UNIT, UNIT, UNIT, UNIT)
def test_a_friend_and_one_that_is_needed_is_spared(
    worth: float, tie: float, dependence: float, varpi: float, varpi_D: float, cost: float
) -> None:
    here = rivalry.clashes(worth, tie, dependence, varpi, varpi_D, cost)
    assert rivalry.clashes(worth, tie + 0.1, dependence, varpi, varpi_D, cost) <= here
    assert rivalry.clashes(worth, tie, dependence + 0.1, varpi, varpi_D, cost) <= here
    assert rivalry.clashes(worth + 0.1, tie, dependence, varpi, varpi_D, cost) >= here


# whole runs ---------------------------------------------------------------------------------------


def test_nobody_clashes_while_the_switch_is_off(second: Scenario) -> None:
    told = {event.decision for event in events(simulate(plain(second), runs=6, seed=1))}
    assert "dispute" in told
    assert not told & {"clash", "prevail"}


def test_a_clash_is_about_something_new_of_which_both_have_a_part(
    quarrelsome: Scenario, results: xr.Dataset
) -> None:
    told = list(events(results))
    new = {(e.run, e.week, e.issue) for e in told if e.decision == "dispute"}
    pairs = {frozenset(pair) for pair in quarrelsome.bilateral}
    clashes = [e for e in told if e.decision == "clash"]
    assert len(clashes) > 50
    for event in clashes:
        assert (event.run, event.week, event.issue) in new
        assert quarrelsome.issues[event.issue].bilateral
        assert frozenset((event.actor, event.counterpart)) in pairs
        for name in (event.actor, event.counterpart):
            wants = quarrelsome.actors[name]
            assert event.issue in {*wants.short, *wants.long}
        terms = event.terms
        gain = terms["prize"] - quarrelsome.parameters.loyalty * terms["tie"] - terms["cost"]
        assert event.gain == pytest.approx(gain, abs=1e-12)
        assert event.answer == (event.shock < event.gain)
    # each of the two is asked about the other
    asked = Counter((e.run, e.week, e.issue, frozenset((e.actor, e.counterpart))) for e in clashes)
    assert set(asked.values()) == {2}


def test_one_of_them_prevails_just_where_one_begins_and_moves_the_issue(
    quarrelsome: Scenario, results: xr.Dataset
) -> None:
    told = list(events(results))
    begun = {
        (e.run, e.week, e.issue, frozenset((e.actor, e.counterpart)))
        for e in told if e.decision == "clash" and e.answer
    }  # fmt: skip
    won = [e for e in told if e.decision == "prevail"]
    assert len(won) > 5
    assert {(e.run, e.week, e.issue, frozenset((e.actor, e.counterpart))) for e in won} == begun
    at = {(e.run, e.week, e.issue): e.terms["position"] for e in told if e.decision == "dispute"}
    step = quarrelsome.parameters.clash_step
    ideals = results["ideal"]
    for event in won:
        before = at[event.run, event.week, event.issue]
        ideal = float(
            ideals.sel(actor=event.actor, issue=event.issue, run=event.run, week=event.week)
        )
        if len([e for e in won if (e.run, e.week, e.issue) == (event.run, event.week,
                                                                 event.issue)]) == 1:  # fmt: skip
            after = before + step * (ideal - before)
            assert event.terms["position"] == pytest.approx(after, abs=1e-12)


def test_a_clash_is_a_bad_experience_both_ways(quarrelsome: Scenario) -> None:
    """The same week with and without: who may begin is forced by its shock."""
    i, j = sorted(quarrelsome.bilateral[0])
    found = []
    for shock in (1e-9, 1.0 - 1e-9):  # the least and the greatest of shocks
        fed = even_draws(quarrelsome)
        from sim.engine import draws

        fed[:, draws.DISPUTE] = 0.0  # everything new at once
        fed[:, draws.CLASH] = shock
        fed[:, draws.PREVAIL] = 0.0
        game = Game(quarrelsome, fed=fed)
        told = game.step(1)
        assert any(e.kind == "prevail" for e in told) == (shock < 0.5)
        found.append(game.experience[game.actor(i), game.actor(j)])
        assert game.experience[game.actor(j), game.actor(i)] == pytest.approx(found[-1], abs=1e-12)
    assert found[0] < found[1]


def test_luck_decides_by_the_men_of_each(quarrelsome: Scenario) -> None:
    from sim.engine import draws

    for draw in (0.0, 1.0 - 1e-9):
        fed = even_draws(quarrelsome)
        fed[:, draws.DISPUTE], fed[:, draws.CLASH], fed[:, draws.PREVAIL] = 0.0, 1e-9, draw
        game = Game(quarrelsome, fed=fed)
        for event in game.step(1):
            if event.kind == "prevail":
                # pairs stand in the order of names: the first prevails at a low draw
                lone = game.ground_control[[event.actor, event.counterpart]].min() == 0.0
                assert lone or (event.actor < event.counterpart) == (draw == 0.0)


def test_a_dear_clash_is_rarer(quarrelsome: Scenario, results: xr.Dataset) -> None:
    def begun(found: xr.Dataset) -> int:
        return sum(e.decision == "clash" and e.answer for e in events(found))

    dear = simulate(
        files.with_changes(quarrelsome, {"parameters.clash_cost": 0.05}), runs=6, seed=1
    )
    assert begun(dear) < begun(results)


def test_a_class_of_ones_own_can_refuse_to_clash(quarrelsome: Scenario) -> None:
    @register("meek")
    class Meek(StateActor):
        """Yields."""

        def clashes(self, other: str, issue: str) -> float:
            assert issue in self.model.layout.issues
            assert other != self.name
            return -2.0

    try:
        names = set(itertools.chain(*quarrelsome.bilateral))
        case = files.with_changes(quarrelsome, {f"actors.{name}.agent": "meek" for name in names})
        model = ConflictModel(case, seed=1)
        model.run_for(20)
        told = list(events(model.results()))
    finally:
        REGISTERED.pop("meek")
    assert any(e.decision == "clash" for e in told)
    assert not any(e.decision == "prevail" for e in told)


def test_with_clashes_on_allies_of_a_pair_are_known_to_be_needed(second: Scenario) -> None:
    for on in (False, True):
        game = Game(files.with_changes(plain(second), {"mechanisms.clashes": on}))
        game.step()
        iran = game.actor("iran")
        assert bool(game.inputs.who.needed[iran]) == on
        assert bool(game.dependence[game.actor("russia"), iran] > 0.0) == on
