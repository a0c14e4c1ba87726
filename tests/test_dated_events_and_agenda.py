"""Rules that a scenario can ask for and that the cases in the folder leave alone.

Every test plays the weeks of the toy war with draws of its choice.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from week_by_week import Game, even_draws

from sim import files
from sim.engine import draws
from sim.rules import proxies
from sim.scenario.schema import Scenario

YES, NO = 1e-9, 1.0 - 1e-9
WEEKS = 8
WHEN = 3


def issue(label: str = "x", **more: Any) -> dict[str, Any]:
    return {"label": label, "zero": "none", "one": "all", "start": 0.5, **more}


def case(toy: Scenario, *events: dict[str, Any], **changes: Any) -> Scenario:
    """The toy war, short, with dated events in week 3; `__` in a name stands for a dot."""
    given = {name.replace("__", "."): value for name, value in changes.items()}
    dated = [{"week": WHEN, "why": "x", **event} for event in events]
    data = files.as_data(files.with_changes(toy, {"weeks": WEEKS, **given}))
    return files.build({**data, "events": dated})


def ceasefire(scenario: Scenario, convener: str = "duchy") -> Game:
    """A game in a ceasefire that everybody keeps, in which everybody comes and nobody agrees."""
    fed = even_draws(scenario)
    fed[:, [draws.ATTEND, draws.COMPLY]] = YES
    fed[:, draws.VOTE] = NO
    game = Game(scenario, fed=fed)
    game.state[0], game.age[0], game.convener[0] = 1, 8, game.actor(convener)
    game.ratified[:] = True
    return game


def week_by_week(game: Game, field: str, place: Any) -> list[Any]:
    seen = []
    for _ in range(game.scenario.weeks):
        game.step()
        seen.append(getattr(game, field)[place].item())
    return seen


def first_true(flags: list[bool]) -> int:
    """The week from which a flag stays up; -1 if it never goes up."""
    week = flags.index(True) if True in flags else -1
    assert week < 0 or all(flags[week:])
    return week


# dated events -------------------------------------------------------------------------------------


def test_a_dated_capability_holds_from_its_week_on(toy: Scenario) -> None:
    still = {"mechanisms__attrition": False}
    game = Game(case(toy, {"actor": "crown", "capability": 6.0}, **still))
    seen = week_by_week(game, "capability", game.actor("crown"))
    assert seen == [3.0] * WHEN + [6.0] * (WEEKS - WHEN)


def test_a_dated_capability_keeps_the_share_that_is_worn_and_renews_its_full_strength(
    toy: Scenario,
) -> None:
    game = Game(case(toy, {"actor": "crown", "capability": 6.0}, mechanisms__attrition=False))
    crown = game.actor("crown")
    game.capability[crown] = 1.5
    game.step(WHEN)
    assert (game.capability[crown], game.full_capability[crown]) == (1.5, 3.0)
    game.step()
    assert (game.capability[crown], game.full_capability[crown]) == (3.0, 6.0)


def test_a_force_that_was_nothing_starts_at_its_dated_capability(toy: Scenario) -> None:
    still = {"mechanisms__attrition": False, "actors__duchy__capability": 0.0}
    game = Game(case(toy, {"actor": "duchy", "capability": 2.0}, **still))
    seen = week_by_week(game, "capability", game.actor("duchy"))
    assert seen == [0.0] * WHEN + [2.0] * (WEEKS - WHEN)


def test_a_dated_cost_of_war_changes_what_war_is_worth_from_its_week_on(toy: Scenario) -> None:
    dated, plain = case(toy, {"actor": "crown", "cost_of_war": 0.6}), case(toy)
    game, other = Game(dated, fed=even_draws(dated)), Game(plain, fed=even_draws(plain))
    crown = game.actor("crown")
    for week in range(WHEN + 1):
        game.step()
        other.step()
        if week < WHEN:
            assert np.array_equal(game.value_war, other.value_war)
    assert game.value_war[crown] < other.value_war[crown] - 0.01
    rest = np.arange(3) != crown
    assert np.array_equal(game.value_war[rest], other.value_war[rest])


def test_a_dated_control_changes_the_link_from_its_week_on(toy: Scenario) -> None:
    game = Game(case(toy, {"patron": "duchy", "proxy": "league", "control": 0.1}))
    seen = week_by_week(game, "control", game.link("duchy", "league"))
    assert seen == [0.5] * WHEN + [0.1] * (WEEKS - WHEN)


def test_a_dated_event_tables_an_issue_at_the_first_talks_held_after_it(toy: Scenario) -> None:
    never = {"issues__charter__agenda": {"at": "never"}, "parameters__negotiation_period": 3}
    for events, expected in (([{"issue": "charter", "tabled": True}], 5), ([], -1)):
        game = ceasefire(case(toy, *events, **never))  # talks in weeks 2 and 5
        assert first_true(week_by_week(game, "tabled", game.issue("charter"))) == expected


def test_a_dated_event_tables_nothing_at_talks_to_which_nobody_comes(toy: Scenario) -> None:
    never = {"issues__charter__agenda": {"at": "never"}, "parameters__negotiation_period": 1}
    game = ceasefire(case(toy, {"issue": "charter", "tabled": True}, **never))
    game.fed[WHEN : WHEN + 2, draws.ATTEND] = NO
    assert first_true(week_by_week(game, "tabled", game.issue("charter"))) == WHEN + 2


def consulted(scenario: Scenario, draw: float) -> list[bool]:
    """Whether the crown consults the duchy in the deal that it strikes each week."""
    fed = even_draws(scenario)
    fed[:, [draws.PROPOSE, draws.RATIFY, draws.COMPLY]] = YES
    fed[:, draws.CONSULT] = draw
    game, seen = Game(scenario, fed=fed), []
    for _ in range(scenario.weeks):
        game.state[0] = 0
        game.step()
        assert (game.state[0], game.convener[0]) == (1, game.actor("crown"))
        seen.append(bool(game.consulted[game.actor("duchy")]))
    return seen


BROKER: dict[str, Any] = {
    "roles__conveners": {"crown": 0.5},
    "parameters__ceasefire_period": 1,
    "actors__crown__cost_of_war": 0.5,
}


@pytest.mark.parametrize(
    ("rule", "draw", "before", "after"),
    [("always", NO, False, True), ("never", YES, True, False)],
)
def test_a_dated_consultation_decides_who_is_consulted_from_its_week_on(
    toy: Scenario, rule: str, draw: float, before: bool, after: bool
) -> None:
    seen = consulted(case(toy, {"actor": "duchy", "consultation": rule}, **BROKER), draw)
    assert seen == [before] * WHEN + [after] * (WEEKS - WHEN)
    assert consulted(case(toy, **BROKER), draw) == [before] * WEEKS


@pytest.mark.parametrize(("rule", "draw"), [("always", NO), ("never", YES)])
def test_a_consultation_fixed_from_the_start_goes_back_to_the_rule_by_a_dated_event(
    toy: Scenario, rule: str, draw: float
) -> None:
    fixed = {**BROKER, "roles__consultation": {"duchy": rule}}
    seen = consulted(case(toy, {"actor": "duchy", "consultation": "by rule"}, **fixed), draw)
    assert seen == [rule == "always"] * WHEN + [rule != "always"] * (WEEKS - WHEN)


def test_a_dated_ideal_holds_exactly_whatever_the_run_drew(toy: Scenario) -> None:
    dated = case(
        toy, {"actor": "league", "issue": "charter", "ideal": 0.3}, parameters__ideal_spread=0.05
    )
    game, other = Game(dated), Game(case(toy, parameters__ideal_spread=0.05))
    place = (game.actor("league"), game.issue("charter"))
    seen, drawn = week_by_week(game, "ideal", place), week_by_week(other, "ideal", place)
    assert seen[:WHEN] == drawn[:WHEN]
    assert min(drawn) > 0.5
    assert seen[WHEN:] == pytest.approx([0.3] * (WEEKS - WHEN), abs=1e-15)


def test_a_dated_factor_multiplies_the_weight_once_from_its_week_on(toy: Scenario) -> None:
    game = Game(case(toy, {"actor": "league", "issue": "charter", "weight_times": 3.0}))
    league, charter, valley = game.actor("league"), game.issue("charter"), game.issue("valley")
    ratios = []
    for _ in range(WEEKS):
        game.step()
        ratios.append(game.weight[league, charter] / game.weight[league, valley])
    factors = np.array(ratios) / ratios[0]
    assert factors == pytest.approx([1.0] * WHEN + [3.0] * (WEEKS - WHEN), rel=1e-12)


# agenda -------------------------------------------------------------------------------------------


def test_an_issue_waits_for_as_many_failed_rounds_as_its_agenda_says(toy: Scenario) -> None:
    waiting = case(
        toy, issues__toll=issue(agenda={"at": "start"}), parameters__negotiation_period=1,
        issues__charter__agenda={"after_failed": 2},
    )  # fmt: skip
    game = ceasefire(waiting)
    # rounds are held from week 2 on, but none in week 3, which therefore does not count
    game.fed[3, draws.ATTEND] = NO
    failed, tabled = [], []
    for _ in range(WEEKS):
        game.step()
        failed.append(int(game.failed[0]))
        tabled.append(bool(game.tabled[game.issue("charter")]))
    assert failed == [0, 0, 1, 1, 2, 3, 4, 5]
    assert first_true(tabled) == 5


def test_on_demand_an_issue_waits_for_the_first_talks_to_which_a_demander_comes(
    toy: Scenario,
) -> None:
    demand = case(
        toy, issues__charter__agenda={"at": "demand"}, parameters__negotiation_period=1,
        talks__permanent=["crown"], talks__brought={"league": "duchy", "duchy": ""},
    )  # fmt: skip
    game = ceasefire(demand)
    game.fed[:4, draws.ATTEND, game.actor("league")] = NO
    told, tabled = [], []
    for _ in range(WEEKS):
        told += game.step()
        tabled.append(bool(game.tabled[game.issue("charter")]))
    duchy = [event for event in told if event.kind == "attend" and event.actor == 1]
    assert [event.answer for event in duchy] == [True] * 6
    assert first_true(tabled) == 4


def test_on_demand_a_permanent_demander_tables_at_the_first_talks(toy: Scenario) -> None:
    demand = case(
        toy, issues__charter__agenda={"at": "demand"}, parameters__negotiation_period=1,
        talks__demanders=["crown"],
    )  # fmt: skip
    game = ceasefire(demand)
    assert first_true(week_by_week(game, "tabled", game.issue("charter"))) == 2


@pytest.mark.parametrize("agenda", ["none", "never", "start"])
def test_a_war_with_nothing_on_the_table_holds_no_vote_and_never_settles(
    toy: Scenario, agenda: str
) -> None:
    data = files.as_data(case(toy, parameters__negotiation_period=1))
    if agenda == "none":
        del data["issues"]["charter"]["agenda"]
    else:
        data["issues"]["charter"]["agenda"] = {"at": agenda}
    game = ceasefire(files.build(data))
    game.fed[:, draws.VOTE] = YES
    kinds = [event.kind for event in game.step(WEEKS)]
    assert "attend" in kinds
    held = agenda == "start"
    assert (("vote" in kinds), ("settle" in kinds)) == (held, held)
    assert (game.state[0], game.failed[0]) == (2 if held else 1, 0)


# blame --------------------------------------------------------------------------------------------

CAMPS = np.array([1, -1, 1, 0, -1, 1, 0])


@pytest.mark.parametrize("violator", range(7))
@pytest.mark.parametrize("whom", [0.0, 0.3, 0.5, 0.8, NO])
def test_a_wrong_door_is_always_that_of_another_of_the_same_camp(
    violator: int, whom: float
) -> None:
    accused, seen = np.empty(7), np.arange(7) == violator
    for right in (0.0, 0.5, NO):
        proxies.accuse(accused, seen, np.full(7, right), np.full(7, whom), CAMPS, 1.0)
        assert accused.tolist() == seen.astype(float).tolist()
        proxies.accuse(accused, seen, np.full(7, right), np.full(7, whom), CAMPS, 0.0)
        assert accused.sum() == 1.0
        target = int(np.argmax(accused))
        assert CAMPS[target] == CAMPS[violator]
        # a neutral has no camp to hide in
        assert (target == violator) == (CAMPS[violator] == 0)


def test_a_wrong_door_can_be_that_of_any_other_of_the_camp() -> None:
    doors = set()
    for whom in (0.2, 0.8):
        accused = np.empty(7)
        proxies.accuse(accused, np.arange(7) == 2, np.zeros(7), np.full(7, whom), CAMPS, 0.0)
        doors.add(int(np.argmax(accused)))
    assert doors == {0, 5}


def broken(scenario: Scenario, convener: str = "duchy") -> Game:
    """A ceasefire that the league breaks in its first week, and everybody sees it."""
    game = ceasefire(scenario, convener)
    game.fed[:, draws.COMPLY, game.actor("league")] = NO
    game.fed[:, draws.OBSERVE] = YES
    return game


@pytest.mark.parametrize(("q_att", "league", "duchy"), [(0.0, 0.0, 1.0), (1.0, 1.0, 0.5)])
def test_whom_a_violation_is_laid_at_decides_who_is_blamed(
    toy: Scenario, q_att: float, league: float, duchy: float
) -> None:
    game = broken(case(toy, parameters__attribution_chance=q_att))
    game.step()
    assert game.violated.tolist() == [False, False, True]
    blamed = [game.blame[game.actor(name)] for name in ("crown", "league", "duchy")]
    assert blamed == [0.0, league, duchy]


@pytest.mark.parametrize("rule", ["by rule", "never"])
def test_revision_never_buys_in_a_patron_that_is_never_consulted(toy: Scenario, rule: str) -> None:
    fixed = {} if rule == "by rule" else {"roles__consultation": {"duchy": rule}}
    game = broken(case(toy, **BROKER, **fixed), convener="crown")
    game.fed[:, draws.REVISE] = YES
    revised = [event.kind for event in game.step(2)].count("revise")
    assert game.blame[game.actor("duchy")] >= 0.5
    assert game.consulted[game.actor("duchy")] == (rule == "by rule")
    assert revised == (1 if rule == "by rule" else 0)


# bilateral talks ----------------------------------------------------------------------------------


def dealing(toy: Scenario, wants: dict[str, dict[str, float]]) -> Game:
    """Two pairs that deal in week 3 over what its actors want of the minor issues."""
    names = {name for ideals in wants.values() for name in ideals}
    data = files.as_data(case(toy, parameters__bilateral_deal_cost=0.0))
    data["issues"] |= {name: issue(name, bilateral=True) for name in sorted(names)}
    data["bilateral"] = [["crown", "duchy"], ["duchy", "league"]]
    for actor, ideals in wants.items():
        data["actors"][actor]["long"] = {
            **data["actors"][actor]["long"],
            **{name: {"ideal": ideal, "weight": 0.5} for name, ideal in ideals.items()},
        }
    scenario = files.build(data)
    fed = even_draws(scenario)
    fed[:, draws.BARGAIN] = YES
    game = Game(scenario, fed=fed)
    game.step(3)
    assert all(game.position[game.issue(name)] == 0.5 for name in names)
    deals = [event.answer for event in game.step() if event.kind == "deal"]
    assert deals == [True, True]
    return game


def test_two_deals_of_one_week_about_the_same_issue_meet_half_way(toy: Scenario) -> None:
    game = dealing(toy, {"crown": {"toll": 0.0}, "league": {"toll": 0.9}})
    toll = game.issue("toll")
    first, second = game.pair_text[0, toll], game.pair_text[1, toll]
    assert first < 0.3
    assert second > 0.7
    assert game.position[toll] == pytest.approx((first + second) / 2, abs=1e-15)


def test_a_pair_that_does_not_care_about_an_issue_does_not_hold_it_back(toy: Scenario) -> None:
    game = dealing(toy, {"crown": {"toll": 0.0}, "league": {"mill": 1.0}})
    toll, mill = game.issue("toll"), game.issue("mill")
    assert game.pair_text[1, toll] == game.pair_text[0, mill] == 0.5
    assert game.position[toll] == game.pair_text[0, toll] < 0.3
    assert game.position[mill] == game.pair_text[1, mill] > 0.7


# what moves by itself -----------------------------------------------------------------------------


def test_an_issue_advances_each_week_that_one_of_its_movers_fights(toy: Scenario) -> None:
    mover = {"issues__toll": issue(advances_while=["league"]), "parameters__advance_speed": 0.02}
    moving = case(toy, **mover)
    war, peace = Game(moving, fed=even_draws(moving)), ceasefire(moving)
    war.fed[:, draws.PROPOSE] = NO
    toll = war.issue("toll")
    expected = [0.5 + 0.02 * (week + 1) for week in range(WEEKS)]
    assert week_by_week(war, "position", toll) == pytest.approx(expected, abs=1e-12)
    # in a ceasefire only who breaks it fights, and only a mover moves the issue
    peace.fed[4, draws.COMPLY, peace.actor("crown")] = NO
    peace.fed[6, draws.COMPLY, peace.actor("league")] = NO
    expected = [0.5] * 6 + [0.52] * 2
    assert week_by_week(peace, "position", toll) == pytest.approx(expected, abs=1e-12)


def test_an_issue_that_is_renewed_at_its_own_rate_falls_to_its_own_value(toy: Scenario) -> None:
    renewing = case(
        toy, issues__toll=issue(renewed={"to": 0.25, "rate": 0.3}), parameters__dispute_rate=0.1,
        issues__mill=issue("mill", renewed={"to": 0.75}),
        issues__weir=issue("weir", renewed={"to": "uniform"}), issues__ford=issue("ford"),
    )  # fmt: skip
    game = Game(renewing, fed=even_draws(renewing))
    places = [game.issue(name) for name in ("toll", "mill", "weir", "ford")]
    game.fed[:, draws.DISPUTE_VALUE] = 0.4
    seen = []
    for week, draw in enumerate((0.35, 0.2, 0.05)):
        game.fed[week, draws.DISPUTE] = draw
        told = [event.issue for event in game.step() if event.kind == "dispute"]
        seen.append((game.position[places].tolist(), [places.index(k) for k in sorted(told)]))
    assert seen[0] == ([0.5, 0.5, 0.5, 0.5], [])
    assert seen[1] == ([0.25, 0.5, 0.5, 0.5], [0])
    assert seen[2][0] == [0.25, 0.75, 0.4, 0.5]
    assert sorted(seen[2][1]) == [0, 1, 2]


def test_nothing_is_renewed_without_local_disputes(toy: Scenario) -> None:
    still = {"issues__toll": issue(renewed={"to": 0.25, "rate": 1.0})}
    for on in (True, False):
        scenario = case(toy, mechanisms__local_disputes=on, **still)
        game = Game(scenario, fed=even_draws(scenario))
        game.fed[:, draws.DISPUTE] = 0.5
        game.step()
        assert game.position[game.issue("toll")] == (0.25 if on else 0.5)
