"""What the golden run cannot tell apart: each slip that it would not show has a test here.

The rules are tested where the rule decides, the phases where their order does: one week is played
with draws that let everybody do what the gain says, from a state set by hand.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from week_by_week import Game, even_draws

from sim import files
from sim.engine import draws
from sim.rules import ceasefires, negotiation, objectives, proxies, war
from sim.scenario.schema import Scenario

YES, NO = 1e-9, 1.0 - 1e-9


def at_week(scenario: Scenario, week: int, fed: Any = None) -> Game:
    """A game that is about to play a week, in the state of its first."""
    game = Game(scenario, fed=even_draws(scenario) if fed is None else fed)
    game.week = week
    return game


def signing(scenario: Scenario, week: int = 0) -> Game:
    """A game in which Russia brokers a ceasefire this week and everybody ratifies it."""
    fed = even_draws(scenario)
    game = at_week(scenario, week, fed)
    fed[week, draws.CONVENE] = 0.01
    fed[week, draws.CONVENE, game.actor("russia")] = 1.0 - 1e-12
    fed[week, draws.PROPOSE] = fed[week, draws.RATIFY] = YES
    return game


def in_ceasefire(scenario: Scenario, week: int, fed: Any = None, age: int = 8) -> Game:
    """A game in a ceasefire of Russia's that everybody ratified."""
    game = at_week(scenario, week, fed)
    game.state[0], game.age[0], game.convener[0] = 1, age, game.actor("russia")
    game.ratified[:] = True
    return game


# exclusion ----------------------------------------------------------------------------------------


def excluded(nuisance: float, weight: float, **changes: Any) -> float:
    given: dict[str, Any] = {
        "consulted": np.array([True, False]), "patron": np.array([False, True]),
        "can_convene": np.array([True, False]), "prestige": 0,
    } | changes  # fmt: skip
    bad = np.zeros((2, 2))
    ceasefires.resent_exclusion(
        bad, 0, given["consulted"], given["patron"], given["can_convene"],
        np.array([[0.0, 1.0], [weight, 1.0 - weight]]), np.array([0.0, nuisance]),
        given["prestige"], 0.05,
    )  # fmt: skip
    assert bad[0].tolist() == [0.0, 0.0]
    assert bad[1, 1] == 0.0
    return float(bad[1, 0])


def test_who_is_left_out_minds_only_with_a_stake_above_the_threshold() -> None:
    assert excluded(nuisance=0.03, weight=0.03) == 1.0
    assert excluded(nuisance=0.03, weight=0.0) == 0.0
    assert excluded(nuisance=0.0, weight=0.03) == 0.0
    assert excluded(nuisance=0.05, weight=0.0) == 0.0
    assert excluded(nuisance=0.06, weight=0.0) == 1.0
    assert excluded(nuisance=0.0, weight=0.06) == 1.0


def test_without_a_prestige_issue_nuisance_alone_is_the_stake() -> None:
    assert excluded(nuisance=0.04, weight=0.9, prestige=-1) == 0.0
    assert excluded(nuisance=0.06, weight=0.0, prestige=-1) == 1.0


def test_only_patrons_and_mediators_that_were_not_consulted_mind_being_left_out() -> None:
    nobody = np.zeros(2, dtype=np.bool_)
    assert excluded(1.0, 1.0, patron=nobody) == 0.0
    assert excluded(1.0, 1.0, patron=nobody, can_convene=np.ones(2, dtype=np.bool_)) == 1.0
    assert excluded(1.0, 1.0, consulted=np.ones(2, dtype=np.bool_)) == 0.0


def test_the_united_nations_mind_a_deal_only_for_their_weight_on_prestige(
    plain_syria: Scenario,
) -> None:
    # violations cost nothing here, so that all that is bad comes from being left out
    mild = files.with_changes(plain_syria, {"parameters.violation_intensity": 0})
    game = signing(mild)
    game.step()
    nations, russia = game.actor("united_nations"), game.actor("russia")
    assert game.state[0] == 1
    assert game.nuisance[nations] == 0.0
    assert game.weight[nations, game.issue("lead")] > 0.05
    assert game.bad[nations, russia] == 1.0
    careless = files.with_changes(mild, {"actors.united_nations.long.lead.weight": 0.01})
    game = signing(careless)
    game.step()
    assert game.state[0] == 1
    assert game.weight[nations, game.issue("lead")] < 0.05
    assert game.bad[nations, russia] == 0.0


def test_nobody_is_left_out_of_a_deal_that_is_not_in_force(plain_syria: Scenario) -> None:
    game = signing(plain_syria)
    game.fed[0, draws.RATIFY, game.actor("northern_rebels")] = NO
    game.step()
    assert game.state[0] == 0
    assert game.bad[game.actor("united_nations"), game.actor("russia")] == 0.0
    assert game.bad[game.actor("russia"), game.actor("northern_rebels")] == 1.0


# signing ------------------------------------------------------------------------------------------


def test_signing_forgets_last_weeks_violations(plain_syria: Scenario) -> None:
    game = signing(plain_syria)
    game.violated[:] = game.inputs.who.armed
    game.violence[0] = 0.7
    game.violence_by_camp[:] = [0.9, 0.2]
    game.fed[0, draws.COMPLY] = YES
    game.step()
    assert game.state[0] == 1
    assert game.contagion.tolist() == [0.0] * 11
    # the memory starts at nothing, that of the camps half-way to 1/2, and then this week's enter
    assert game.violence[0] == 0.0
    assert game.violence_by_camp == pytest.approx([0.8 * 0.7, 0.8 * 0.35], abs=1e-15)


def test_last_weeks_violations_are_contagious_in_a_ceasefire_that_goes_on(
    plain_syria: Scenario,
) -> None:
    game = in_ceasefire(plain_syria, 1)
    game.violated[game.actor("hezbollah")] = True
    game.step()
    allies = game.tie[:, game.actor("hezbollah")] != 0.0
    assert np.all(game.contagion[allies] > 0.0)


def test_access_counts_present_capability(plain_syria: Scenario) -> None:
    fresh, worn = at_week(plain_syria, 0), at_week(plain_syria, 0)
    russia, states = fresh.actor("russia"), fresh.actor("united_states")
    worn.capability[russia] *= 0.5
    fresh.step()
    worn.step()
    assert worn.reach[russia] == pytest.approx(0.5 * fresh.reach[russia], rel=1e-12)
    assert worn.reach[states] == fresh.reach[states]


def test_a_deal_needs_all_that_must_sign_and_nobody_else() -> None:
    must = np.array([True, True, False])
    assert ceasefires.in_force(np.array([True, True, False]), must)
    assert not ceasefires.in_force(np.array([True, False, True]), must)
    assert not ceasefires.in_force(np.array([False, True, True]), must)


@pytest.mark.parametrize("promised", [False, True])
def test_a_deal_moves_prestige_to_the_conveners_pole_whatever_else_it_promises(
    plain_syria: Scenario, promised: bool
) -> None:
    game = signing(files.with_changes(plain_syria, {"issues.lead.side_payment": promised}))
    lead = game.issue("lead")
    before = game.position[lead]
    game.step()
    assert game.state[0] == 1
    assert game.offer[lead] == pytest.approx(before + 0.15 * (1.0 - before), abs=1e-15)


# territory ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", [1, -1, 0])
@pytest.mark.parametrize("drift", [0.004, 0.0, -0.004])
def test_territory_is_clipped_before_the_lottery(side: int, drift: float) -> None:
    def values(front: float, s_cp: float) -> list[float]:
        V_w, V_d, p, weeks = (np.empty(1) for _ in range(4))
        war.war_values(
            V_w, V_d, p, weeks, np.array([0.5]), np.array([0.9]), np.array([0.1]), np.array([0.1]),
            np.array([0.99]), np.array([side]), front, np.array([drift]), 0.06, s_cp,
        )  # fmt: skip
        return [V_w[0], V_d[0], p[0], weeks[0]]

    assert values(1.3, 0.0) == values(1.0, 0.0)
    assert values(-0.3, 0.0) == values(0.0, 0.0)
    assert war.gambler(1.3, drift, 0.06) == war.gambler(1.0, drift, 0.06) == (1.0, 1.0)
    assert war.gambler(-0.3, drift, 0.06) == war.gambler(0.0, drift, 0.06) == (0.0, 1.0)
    # a blow that goes beyond the end of the scale is worth as much as one to its end
    assert values(0.05, 0.05 if side == 1 else 0.95)[1] == values(0.05, 0.95)[1]
    assert values(0.95, 0.95 if side == 1 else 0.05)[1] == values(0.95, 0.95)[1]


def test_disarming_moves_the_front_against_the_own_camp_and_a_neutral_is_like_camp_minus() -> None:
    def disarmed(side: int) -> tuple[float, float]:
        V_w, V_d, p, weeks = (np.empty(1) for _ in range(4))
        plus, minus = (0.9, 0.1) if side == 1 else (0.1, 0.9)
        war.war_values(
            V_w, V_d, p, weeks, np.array([0.5]), np.array([plus]), np.array([minus]),
            np.array([0.1]), np.array([0.99]), np.array([side]), 0.5, np.array([0.0]), 0.06, 0.1,
        )  # fmt: skip
        return V_w[0], V_d[0]

    for side in (1, -1, 0):
        V_w, V_d = disarmed(side)
        assert V_d < V_w
    assert disarmed(0) == disarmed(-1)
    assert disarmed(1) == pytest.approx(disarmed(-1), abs=1e-15)


def test_territory_stays_on_the_scale_at_the_end_of_the_week(plain_syria: Scenario) -> None:
    game = at_week(plain_syria, 1)
    game.fed[1, draws.TERRITORY] = 500.0
    game.step()
    assert game.position[game.issue("regime")] == 1.0
    game.fed[2, draws.TERRITORY] = -500.0
    game.step()
    assert game.position[game.issue("regime")] == 0.0


# talks --------------------------------------------------------------------------------------------


def test_no_settlement_without_a_brought_party_that_must_sign() -> None:
    votes, veto = np.ones(3, dtype=np.bool_), np.array([True, True, False])
    brought, must = np.array([False, True, True]), np.array([True, True, False])
    only_second = np.array([False, True, False])
    only_third = np.array([False, False, True])
    assert negotiation.settled(votes, veto, only_second, brought, must)
    assert not negotiation.settled(votes, veto, only_third, brought, must)
    assert negotiation.settled(votes, veto, only_third, brought, np.array([True, False, False]))
    assert not negotiation.settled(np.array([True, False, True]), veto, only_second, brought, must)


@pytest.mark.parametrize("northern", [True, False])
def test_talks_to_which_only_the_damascus_rebels_come_settle_nothing(
    plain_syria: Scenario, northern: bool
) -> None:
    fed = even_draws(plain_syria)
    fed[10, draws.VOTE] = YES
    fed[10, draws.ATTEND] = YES
    game = in_ceasefire(plain_syria, 10, fed)
    if not northern:
        fed[10, draws.ATTEND, game.actor("northern_rebels")] = NO
    events = game.step()
    settled = [event.answer for event in events if event.kind == "settle"]
    assert settled == [northern]
    assert game.state[0] == (2 if northern else 1)


def test_every_brought_party_that_comes_unwillingly_wears_its_bringers_leverage(
    plain_syria: Scenario,
) -> None:
    fed = even_draws(plain_syria)
    fed[10, draws.ATTEND] = YES
    game = in_ceasefire(plain_syria, 10, fed)
    game.step()
    brought = [game.actor("northern_rebels"), game.actor("damascus_rebels")]
    own = game.gain - game.seat_cost
    assert np.all(game.attended[brought])
    assert np.all(own[brought] < 0.0)
    # wear of the week before the talks is undone by comparing with a game without attendance
    still = in_ceasefire(plain_syria, 10, even_draws(plain_syria))
    still.fed[10, draws.ATTEND] = NO
    still.step()
    for patron, proxy in game.layout.links:
        link = game.link(patron, proxy)
        worn = patron == "turkey" and proxy in ("northern_rebels", "damascus_rebels")
        expected = still.leverage[link] * (0.9 if worn else 1.0)
        assert game.leverage[link] == pytest.approx(expected, abs=1e-15), (patron, proxy)


def test_who_comes_willingly_wears_no_leverage() -> None:
    f = np.ones(2)
    proxies.wear_at_talks(
        f, np.array([0.0, 0.01, -0.01]), np.array([False, True, True]), np.array([-1, 0, 0]),
        np.array([0, 0]), np.array([1, 2]), 0.1,
    )  # fmt: skip
    assert f.tolist() == [1.0, 0.9]


@pytest.mark.parametrize(("age", "held"), [(0, False), (1, False), (2, True), (9, True)])
def test_talks_need_a_ceasefire_of_two_weeks(plain_syria: Scenario, age: int, held: bool) -> None:
    game = in_ceasefire(plain_syria, 10, age=age)
    assert any(event.kind == "attend" for event in game.step()) == held


def test_there_are_no_talks_in_the_week_of_a_collapse(plain_syria: Scenario) -> None:
    fed = even_draws(plain_syria)
    fed[10, draws.COLLAPSE] = 0.0
    game = in_ceasefire(plain_syria, 10, fed)
    assert not any(event.kind == "attend" for event in game.step())
    assert game.state[0] == 0


def test_the_text_does_not_move_if_no_brought_party_comes(plain_syria: Scenario) -> None:
    fed = even_draws(plain_syria)
    fed[10, draws.ATTEND] = NO
    game = in_ceasefire(plain_syria, 10, fed)
    before = game.text.copy()
    game.step()
    assert np.array_equal(game.text, before)
    assert not game.tabled.any()
    assert game.failed[0] == 0


# bilateral talks ----------------------------------------------------------------------------------


@pytest.mark.parametrize("iran", [True, False])
@pytest.mark.parametrize("russia", [True, False])
def test_a_refusal_on_the_core_is_bad_both_ways_whoever_refuses(
    plain_syria: Scenario, iran: bool, russia: bool
) -> None:
    fed = even_draws(plain_syria)
    # violations cost nothing here, so that all that is bad comes from the refusal
    game = in_ceasefire(
        files.with_changes(plain_syria, {"parameters.violation_intensity": 0}), 3, fed
    )
    game.tabled[game.issue("arms")] = True
    pair = [game.layout.actors[i] for i in game.inputs.links.pairs[0]]
    fed[3, draws.BARGAIN, pair.index("iran")] = YES if iran else NO
    fed[3, draws.BARGAIN, pair.index("russia")] = YES if russia else NO
    game.step()
    i, j = game.actor("iran"), game.actor("russia")
    deal = iran and russia
    assert (game.good[i, j], game.good[j, i]) == ((1.0, 1.0) if deal else (0.0, 0.0))
    assert (game.bad[i, j], game.bad[j, i]) == ((0.0, 0.0) if deal else (1.0, 1.0))


@pytest.mark.parametrize("state", [0, 1, 2])
def test_without_the_core_on_the_table_a_refusal_is_nobodys_fault(
    plain_syria: Scenario, state: int
) -> None:
    fed = even_draws(plain_syria)
    fed[3, draws.BARGAIN] = NO
    game = in_ceasefire(plain_syria, 3, fed)
    game.state[0] = state
    # in war and in a settlement a core issue that was tabled does not count
    game.tabled[game.issue("arms")] = state != 1
    told = game.step()
    deals = [event for event in told if event.kind == "deal"]
    assert [event.answer for event in deals] == [False]
    assert deals[0].terms["core"] == 0.0
    i, j = game.actor("iran"), game.actor("russia")
    quiet = in_ceasefire(files.with_changes(plain_syria, {"mechanisms.bilateral": False}), 3)
    quiet.state[0] = state
    quiet.tabled[:] = game.tabled
    quiet.step()
    assert game.bad[i, j] == quiet.bad[i, j]
    assert game.bad[j, i] == quiet.bad[j, i]


# objectives ---------------------------------------------------------------------------------------


def test_an_objective_that_is_threatened_again_presses_again() -> None:
    act, sat = np.array([1.0]), np.array([False])
    seen = []
    for position in (0.55, 0.6, 0.55, 0.5, 0.49, 0.55, 0.61):
        objectives.activate(
            act, sat, np.array([position]), np.array([0]), np.array([True]), np.array([True]),
            np.array([0.6]), np.array([0.5]), np.array([-1.0]), 0.5, 0.1,
        )  # fmt: skip
        seen.append((bool(sat[0]), float(act[0])))
    assert [flag for flag, _ in seen] == [False, True, True, True, False, False, True]
    expected = [1.0]
    for flag, _ in seen:
        expected.append(expected[-1] + 0.5 * ((0.1 if flag else 1.0) - expected[-1]))
    assert [a for _, a in seen] == pytest.approx(expected[1:], abs=1e-15)


def test_an_objective_that_is_achieved_from_below_is_threatened_from_above() -> None:
    act, sat = np.array([1.0]), np.array([False])
    flags = []
    for position in (0.5, 0.4, 0.45, 0.5, 0.51, 0.45):
        # satisfied at 0.4 and threatened at 0.5 of a position that should stay low
        objectives.activate(
            act, sat, np.array([position]), np.array([0]), np.array([True]), np.array([False]),
            np.array([0.6]), np.array([0.5]), np.array([-1.0]), 0.5, 0.1,
        )  # fmt: skip
        flags.append(bool(sat[0]))
    assert flags == [False, True, True, True, False, False]


def test_the_run_reports_an_objective_threatened_again(plain_syria: Scenario) -> None:
    game = at_week(plain_syria, 1)
    for position, kind in ((0.7, "satisfied"), (0.55, None), (0.4, "threatened")):
        game.position[game.issue("regime")] = position
        told = [event for event in game.step() if event.kind in ("satisfied", "threatened")]
        assert {event.kind for event in told} == ({kind} if kind else set())
        assert all(event.issue == game.issue("regime") for event in told)


def test_a_long_term_objective_is_never_satisfied() -> None:
    act, sat = np.array([1.0]), np.array([False])
    objectives.activate(
        act, sat, np.array([1.0]), np.array([0]), np.array([False]), np.array([True]),
        np.array([0.6]), np.array([0.5]), np.array([-1.0]), 0.5, 0.1,
    )  # fmt: skip
    assert (act[0], sat[0]) == (1.0, False)
