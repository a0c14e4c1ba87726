"""Who fights by its tasks: states with planes and troops that can hold back."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from theatre_cases import everything, plain, spread
from week_by_week import Game

from sim import files
from sim.agents.model import ConflictModel, StateActor
from sim.agents.registry import REGISTERED, register
from sim.results.dataset import events
from sim.rules import fighting, war
from sim.runs.simulate import simulate
from sim.scenario.schema import Scenario

TASKS = {"mechanisms.fights": "tasks"}


@pytest.fixture(scope="module")
def tasked(second: Scenario) -> Scenario:
    """The Syrian case in which states fight by their tasks, and nothing else is new."""
    return files.with_changes(plain(second), TASKS)


@pytest.fixture(scope="module")
def results(tasked: Scenario) -> xr.Dataset:
    return simulate(tasked, runs=8, seed=1)


# rules --------------------------------------------------------------------------------------------

SIDE = np.array([1, 1, -1, 0])
ARMED = np.array([False, True, True, False])
FIGHTS = np.array([True, True, True, False])
M = np.array([2.0, 1.0, 2.0, 1.0])
AIR, GROUND = np.array([0.5, 0.0, 0.2, 0.0]), np.array([0.0, 1.0, 0.8, 0.0])


def worth(
    effort: float = 0.7, stake: float = 1.0, cost: float = 0.1, own_cost: float = 0.1,
    air: float = 0.5,
) -> np.ndarray:  # fmt: skip
    """Worth of the part of actor 0, whose stake is what victory and defeat are apart."""
    arms, acting, out = np.empty(4), np.empty(4), np.full(4, np.nan)
    flies = np.array([air, *AIR[1:]])
    fighting.take_up_arms(
        arms, acting, M, np.array([air, 1.0, 1.0, 0.0]), np.array([effort, 1, 1, 1])
    )
    assert arms == pytest.approx([2.0 * air, 1.0, 2.0, 0.0])
    psi = war.contest(np.empty(2), SIDE, acting, flies, GROUND, 0.5)
    u, high, low = np.full(4, 0.5), np.full(4, 0.5 + stake / 2), np.full(4, 0.5 - stake / 2)
    believed = np.full(4, 0.008 * (2 * psi - 1))
    war.worth_of_taking_part(
        out, psi, FIGHTS, ARMED, acting, M, SIDE, flies, GROUND, 0.5, 0.008, u, high, low,
        np.full(4, cost), np.full(4, 0.99), 0.5, believed, 0.06, own_cost,
    )  # fmt: skip
    return out


def test_the_worth_of_ones_part_is_the_war_with_it_less_the_cheaper_war_without() -> None:
    """By hand: the camp's strength with all of the planes, and with none of them."""
    found = worth(effort=0.7)
    ground, enemy = 0.5 * 1.0**0.5, (0.5 * 0.4**0.5 + 0.5 * 1.6**0.5) ** 2
    strengths = [(0.5 * flown**0.5 + ground) ** 2 for flown in (1.0, 0.0)]
    drifts = [0.008 * (2 * s / (s + enemy) - 1) for s in strengths]
    with_it = war.war_value(0.5, 0.1, 0.99, 0.5, drifts[0], 0.06, 1.0, 0.0)
    without = war.war_value(0.5, 0.09, 0.99, 0.5, drifts[1], 0.06, 1.0, 0.0)
    assert found[0] == pytest.approx(with_it - without, abs=1e-12)
    assert found[0] > 0.0


def test_only_who_fights_without_a_war_of_its_own_weighs_its_part() -> None:
    assert worth()[1:].tolist() == [0.0, 0.0, 0.0]


def test_who_adds_nothing_to_the_war_would_save_its_cost() -> None:
    """No planes, no men: what is left is the part of the cost that ends."""
    delta, cost, own_cost = 0.99, 0.1, 0.3
    found = worth(air=0.0, cost=cost, own_cost=own_cost)[0]
    psi = 0.25 / (0.25 + (0.5 * 0.4**0.5 + 0.5 * 1.6**0.5) ** 2)
    p, weeks = war.gambler(0.5, 0.008 * (2 * psi - 1), 0.06)
    saved = (1 - delta) * cost * own_cost / (1 - delta * (1 - 1 / weeks))
    assert 0 < p < 1
    assert found == pytest.approx(-saved, abs=1e-12)
    assert worth(air=0.0, own_cost=0.0)[0] == 0.0


@given(st.floats(0.0, 1.0), st.floats(0.0, 0.9), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_a_greater_stake_draws_in_and_a_greater_cost_of_ones_own_keeps_out(
    effort: float, stake: float, cost: float, own_cost: float
) -> None:
    here = worth(effort, stake, cost, own_cost)[0]
    assert worth(effort, stake + 0.1, cost, own_cost)[0] >= here - 1e-12
    assert worth(effort, stake, cost, min(own_cost + 0.1, 1.0))[0] <= here + 1e-12
    # what it did last week is not what it asks about
    assert worth(1.0 - effort, stake, cost, own_cost)[0] == pytest.approx(here, abs=1e-9)


def effort_of(gain: float, lam: float = 80.0) -> np.ndarray:
    effort = np.full(4, 0.5)
    fighting.hold_back(effort, np.full(4, gain), FIGHTS, ARMED, SIDE, lam)
    return effort


def test_effort_is_the_logit_of_what_ones_part_is_worth() -> None:
    assert effort_of(0.0)[0] == 0.5
    assert effort_of(0.02)[0] == pytest.approx(1 / (1 + math.exp(-1.6)))
    assert effort_of(-0.02)[0] == pytest.approx(1 / (1 + math.exp(1.6)))
    assert effort_of(0.02)[1:].tolist() == [0.5, 0.5, 0.5], "the others' is left as it is"


@given(st.floats(-2.0, 2.0), st.floats(0.0, 1.0), st.floats(0.01, 1e6))
def test_effort_is_a_share_that_grows_with_the_gain(gain: float, more: float, lam: float) -> None:
    here = effort_of(gain, lam)[0]
    assert 0.0 <= here <= 1.0
    assert effort_of(gain + more, lam)[0] >= here


@given(st.lists(st.floats(0.0, 5.0), min_size=4, max_size=4), st.floats(0.0, 1.0))
def test_an_effort_scales_what_is_put_into_the_contest_and_not_what_is_in_arms(
    m: list[float], effort: float
) -> None:
    arms, acting, in_arms = np.empty(4), np.empty(4), np.array([0.5, 1.0, 1.0, 0.0])
    fighting.take_up_arms(arms, acting, np.array(m), in_arms, np.full(4, effort))
    assert arms == pytest.approx(np.array(m) * in_arms)
    assert acting == pytest.approx(np.array(m) * effort)


# whole runs ---------------------------------------------------------------------------------------


def test_where_only_the_armed_fight_nobody_holds_back(second: Scenario) -> None:
    found = simulate(plain(second), runs=2, seed=1, log=False)
    assert (found["effort"].values == 1.0).all()
    armed = np.array([second.actors[name].armed for name in found["actor"].values])
    assert (found["in_arms"].values > 0.0).all(axis=(0, 1)).tolist() == armed.tolist()


def test_states_fight_with_their_planes_and_troops(tasked: Scenario, results: xr.Dataset) -> None:
    for name, actor in tasked.actors.items():
        share = 1.0 if actor.armed else actor.tasks.air + actor.tasks.ground
        arms = results["in_arms"].sel(actor=name).values
        capability = results["capability"].sel(actor=name).values  # at the end of the week
        assert arms[:, 0] == pytest.approx(share * actor.capability)
        assert arms[:, 1:] == pytest.approx(share * capability[:, :-1])
        effort = results["effort"].sel(actor=name).values
        holds = not actor.armed and share > 0.0
        assert ((effort > 0.0) & (effort <= 1.0)).all()
        assert bool((effort < 1.0).any()) == holds, name
        if share > 0.0:
            war_weeks = results["state"].values == 0
            active = results["active"].sel(actor=name).values
            assert (active[war_weeks] == effort[war_weeks]).all()


def test_ones_own_planes_do_what_one_orders_others_to_do(
    tasked: Scenario, results: xr.Dataset
) -> None:
    told = list(events(results))
    ordered = {(e.run, e.week, e.actor): e for e in told if e.decision == "order"}
    seen = 0
    for event in told:
        if event.decision != "comply" or tasked.actors[event.actor].armed:
            continue
        order = ordered.get((event.run, event.week, event.actor))
        assert event.terms["contagion"] == 0.0
        if order is not None:  # only patrons give orders
            seen += 1
            assert (event.gain, event.shock) == (order.gain, order.shock)
            assert event.answer == (event.shock <= event.gain)
    assert seen > 50


def test_attrition_wears_the_armed_alone(tasked: Scenario, results: xr.Dataset) -> None:
    for name in ("russia", "turkey"):
        levels = results["capability"].sel(actor=name).values
        assert (levels == tasked.actors[name].capability).all()


def test_a_war_moves_as_all_believe_however_hard_it_is_fought(tasked: Scenario) -> None:
    """Without luck the front moves by nu (2 psi - 1), and optimism has nothing wrong to learn."""
    steady = files.with_changes(
        tasked, {"parameters.front_volatility": 0.0, "parameters.mutual_optimism": 0.0,
                 "parameters.ceasefire_period": 1000,
                 "parameters.first_ceasefire_round": 1000},
    )  # fmt: skip
    found = simulate(steady, seed=1, weeks=40, log=False)
    assert (found["state"].values == 0).all()
    assert (found["effort"].sel(actor=["russia", "iran"]).values < 0.95).all()
    front = found["position"].sel(issue="regime").values[0]
    expected = steady.parameters.front_speed * (2.0 * found["contest"].values[0] - 1.0)
    assert np.diff(front) == pytest.approx(expected[1:], abs=1e-12)
    assert np.abs(found["optimism"].values).max() < 1e-15


def test_who_holds_back_bears_less_of_the_cost_of_war() -> None:
    """All of it at full effort, own_cost of it less at none: as its part in the war is weighed."""
    out, cost = np.empty(3), np.array([0.2, 0.2, 0.2])
    fighting.costs_borne(out, cost, np.array([1.0, 0.25, 0.0]), 0.4)
    assert out == pytest.approx([0.2, 0.2 * 0.7, 0.2 * 0.6])
    assert out[0] == 0.2


def test_attrition_goes_by_the_strengths_that_efforts_made_and_not_by_efforts_again(
    tasked: Scenario,
) -> None:
    peace = {"parameters.ceasefire_period": 1000, "parameters.first_ceasefire_round": 1000}
    found = simulate(files.with_changes(tasked, peace), seed=1, weeks=6, log=False)
    p = tasked.parameters
    strength, m = found["strength"].values[0], found["capability"].sel(actor="hezbollah").values[0]
    start = tasked.actors["hezbollah"].capability
    own = [tasked.camps[str(camp)].pole == 1 for camp in found["camp"].values].index(True)
    for week in range(1, 6):
        kept = m[week - 1] * (
            1.0 - p.attrition_rate * strength[week, 1 - own] / strength[week, own]
        )
        assert m[week] == pytest.approx(
            kept + p.replenishment_rate * (start - m[week - 1]), abs=1e-12
        )


def test_a_breach_weighs_what_its_author_would_have_put_into_the_war(tasked: Scenario) -> None:
    game = Game(tasked)
    while game.state[0] != 1:
        game.step()
    assert (game.in_arms_by_effort == game.in_arms * game.effort).all()
    assert (game.in_arms_bound == game.in_arms_by_effort).all()
    share = float(game.in_arms_bound @ game.violated / game.in_arms_bound.sum())
    gv, vbar = tasked.parameters.violence_smoothing, float(game.violence[0])
    assert vbar == pytest.approx((1.0 - gv) * 1.0 + gv * share, abs=1e-12)


def test_a_state_that_saves_nothing_by_staying_out_fights_harder(tasked: Scenario) -> None:
    free = files.with_changes(tasked, {"parameters.cost_saved_by_holding_back": 0.0})
    dear = files.with_changes(tasked, {"parameters.cost_saved_by_holding_back": 1.0})
    first = [simulate(c, weeks=1, seed=1, log=False)["effort"][0, 0] for c in (free, dear)]
    for name in ("russia", "iran", "turkey", "united_states"):
        assert float(first[0].sel(actor=name)) > float(first[1].sel(actor=name)), name
    assert float(first[0].sel(actor="russia")) >= 0.5


def test_a_class_of_ones_own_decides_how_hard_it_fights(tasked: Scenario) -> None:
    @register("stays-out")
    class StaysOut(StateActor):
        """Leaves the war to others."""

        def takes_part(self) -> float:
            return -2.0

    try:
        case = files.with_changes(tasked, {"actors.russia.agent": "stays-out"})
        model = ConflictModel(case, seed=1)
        model.run_for(6)
        gone = model.results()
    finally:
        REGISTERED.pop("stays-out")
    there = simulate(tasked, seed=1, weeks=6, log=False)
    assert (gone["effort"].sel(actor="russia").values < 1e-9).all()
    # the contest of the second week is without its planes
    assert float(gone["contest"][0, 1]) < float(there["contest"][0, 1]) - 0.05


def test_the_armed_are_not_asked_whether_they_take_part(tasked: Scenario) -> None:
    asked = set()

    class Watching(ConflictModel):
        def answer(self, index: int, decision: str, *about: Any) -> float:
            if decision == "takes_part":
                asked.add(self._ordered[index].name)
            return super().answer(index, decision, *about)

    Watching(tasked, seed=1).run_for(2)
    assert asked == {"russia", "iran", "turkey", "united_states"}


def test_who_holds_back_counts_less_in_the_contest(second: Scenario) -> None:
    game = Game(everything(second))
    game.step(3)
    before = game.effort.copy()
    psi = war.contest(
        np.empty(2), game.inputs.who.side, game.capability * before, game.inputs.who.air,
        game.inputs.who.ground, game.parameter_values.task_exponent,
    )  # fmt: skip
    game.step()
    assert game.contest[0] == psi


def test_holding_back_needs_no_theatres(second: Scenario) -> None:
    """The two are switches of their own: alike spread, tasks alone."""
    alone = simulate(files.with_changes(plain(second), TASKS), seed=2, log=False)
    spread_alike = files.as_data(files.with_changes(spread(second), TASKS))
    for actor in spread_alike["actors"].values():
        actor.pop("theatres", None)
    both = simulate(files.build(spread_alike), seed=2, log=False)
    assert both["effort"].values == pytest.approx(alone["effort"].values, abs=1e-9)
    assert both["position"].values == pytest.approx(alone["position"].values, abs=1e-9)
