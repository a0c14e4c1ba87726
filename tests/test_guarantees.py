"""What holds a ceasefire from outside and keeps talks going, or not.

Monitors, guarantors' troops, parties that walk out, and conveners that table what pays them.
"""

from __future__ import annotations

import math
from typing import Any

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
from sim.engine import draws as chance
from sim.results.dataset import events
from sim.rules import ceasefires, negotiation
from sim.runs.simulate import simulate
from sim.scenario.schema import Scenario

UNIT = st.floats(0.0, 1.0)


# monitors and troops ------------------------------------------------------------------------------


def breach_cost(
    monitored: float, beta: float = 0.03, beta_troops: float = 0.1, obs: float = 0.9,
    comply: tuple[bool, ...] = (True, True, False), pull: tuple[float, ...] = (0.5, 0.4, 0.3),
) -> np.ndarray:  # fmt: skip
    """Costs of five actors: 0, 1 and 2 are patrons, 0 and 2 guarantors; all pull at 3, 0 at 4."""
    out = np.empty(5)
    ceasefires.breach_costs(
        out, np.array([*comply, True, True]), np.array([True, False, True, False, False]),
        np.array([0.5, 1.0, 0.8, 1.0, 1.0]), np.array([*pull, 0.2]), np.array([0, 1, 2, 0]),
        np.array([3, 3, 3, 4]), obs, monitored, beta, beta_troops,
    )  # fmt: skip
    return out


def test_the_cost_of_a_breach_that_is_seen_by_hand() -> None:
    # 0.9 x 0.03 for all; of the guarantors 0 would comply, and has half of itself on the ground
    assert breach_cost(1.0) == pytest.approx(
        [0.027, 0.027, 0.027, 0.027 + 0.9 * 0.1 * 0.5 * 0.5, 0.027 + 0.9 * 0.1 * 0.2 * 0.5]
    )
    assert breach_cost(0.0, beta_troops=0.0).tolist() == [0.0] * 5


def test_only_a_guarantor_that_would_have_it_kept_holds_its_clients() -> None:
    for comply, expected in (
        ((False, True, False), 0.0), ((True, True, False), 0.5 * 0.5),
        ((True, True, True), 0.5 * 0.5 + 0.3 * 0.8),
    ):  # fmt: skip
        assert breach_cost(0.0, comply=comply)[3] == pytest.approx(0.9 * 0.1 * expected)


@given(UNIT, UNIT, UNIT, UNIT)
def test_a_breach_costs_more_where_more_is_seen_and_no_troops_cost_nothing(
    obs: float, beta: float, troops: float, worn: float
) -> None:
    here = breach_cost(1.0, beta, troops, obs)
    assert (here >= 0.0).all()
    assert (breach_cost(1.0, beta, troops, min(obs + 0.1, 1.0)) >= here).all()
    assert (breach_cost(0.0, beta, troops, obs) <= here).all()
    less = breach_cost(1.0, beta, troops, obs, pull=(0.5 * worn, 0.4 * worn, 0.3 * worn))
    assert (less <= here + 1e-15).all()


def heeded(case: Scenario, name: str) -> tuple[float, float]:
    """What an actor acts on in the first week of a ceasefire that nobody has broken yet."""
    game = Game(case, fed=even_draws(case))
    game.state[0] = 1
    (event,) = [
        e for e in game.step() if e.kind == "comply" and e.actor == game.actor(name)
    ]  # fmt: skip
    return event.gain, event.terms["breach"]


def test_a_monitor_raises_the_log_odds_of_complying_by_its_cost_times_lambda(
    second: Scenario,
) -> None:
    base = files.with_changes(
        plain(second), {"parameters.breach_cost": 0.03, "parameters.choice_precision": 40}
    )
    watched = files.with_changes(base, {"ceasefire.monitored": True})
    numbers = watched.parameters
    cost = numbers.monitored_observation_chance * numbers.breach_cost
    for name in ("hezbollah", "northern_rebels", "syria_government"):
        (gain, none), (more, told) = heeded(base, name), heeded(watched, name)
        assert (none, told) == (0.0, pytest.approx(cost))
        assert more - gain == pytest.approx(cost, abs=1e-12)
    # the shock is logistic with scale 1 / lambda: counted over named draws
    keys, fed = chance.round_keys(3, 0), np.zeros((0, 0, 0))
    draws, who, shares = np.empty(1), np.array([np.uint64(7)]), []
    for gain in (heeded(base, "hezbollah")[0], heeded(watched, "hezbollah")[0]):
        kept = 0
        for t in range(20_000):
            chance.shocks(draws, keys, fed, chance.COMPLY, who, t, numbers.choice_precision)
            kept += draws[0] <= gain
        shares.append(math.log(kept / (20_000 - kept)))
    assert shares[1] - shares[0] == pytest.approx(numbers.choice_precision * cost, abs=0.12)


def test_what_is_monitored_is_seen_more_often(second: Scenario) -> None:
    seen = []
    for monitored in (False, True):
        case = files.with_changes(
            plain(second),
            {"parameters.observation_chance": 0.3}
            | ({"ceasefire.monitored": True, "parameters.breach_cost": 0.0} if monitored else {}),
        )
        results = simulate(case, runs=12, seed=3, parts=("actor", "actor_flag"), log=False)
        violated = results["violated"].values
        blamed = results["blame"].values
        armed = [n for n, a in second.actors.items() if a.armed]
        who = [results["actor"].values.tolist().index(name) for name in armed]
        # with q_att = 1 whoever is seen is blamed for it in full
        seen.append((blamed[..., who] >= 1.0)[violated[..., who]].mean())
    assert seen[0] == pytest.approx(0.3, abs=0.06)
    assert seen[1] == pytest.approx(0.95, abs=0.03)


def test_a_monitor_without_a_cost_and_with_the_same_eyes_changes_nothing(
    second: Scenario,
) -> None:
    blind = {"ceasefire.monitored": True, "parameters.breach_cost": 0.0,
             "parameters.monitored_observation_chance":
                   second.parameters.observation_chance}  # fmt: skip
    one, two = (
        simulate(c, runs=2, seed=3)
        for c in (plain(second), files.with_changes(plain(second), blind))
    )
    for name in one.data_vars:
        assert one[name].values.tobytes() == two[name].values.tobytes(), name


def test_troops_hold_the_clients_of_guarantors_that_would_have_it_kept(
    second: Scenario,
) -> None:
    case = files.with_changes(plain(second), {"mechanisms.troops": True})
    results = simulate(case, runs=6, seed=2)
    told, numbers = list(events(results)), case.parameters
    ordered = {(e.run, e.week, e.actor): e.answer for e in told if e.decision == "order"}
    links = results["link"].values.tolist()
    leverage, control = (results[name].values for name in ("leverage", "control"))
    held = set()
    for event in told:
        if event.decision == "comply" and event.week:
            expected = 0.0
            for patron in case.talks.guarantors:
                if event.actor in case.patrons.get(patron, {}):
                    link = links.index(f"{patron}>{event.actor}")
                    pull = control[event.run, event.week, link]
                    pull *= leverage[event.run, event.week - 1, link]
                    keeps = ordered[event.run, event.week, patron]
                    expected += keeps * pull * case.actors[patron].tasks.ground
            expected *= numbers.observation_chance * numbers.guarantor_breach_cost
            assert event.terms["breach"] == pytest.approx(expected, abs=1e-12)
            held.add((event.actor, expected > 0.0))
    assert {("hezbollah", True), ("hezbollah", False), ("northern_rebels", True)} <= held


# walking out --------------------------------------------------------------------------------------


def walked(
    attending: bool, asked: bool, provoked: tuple[bool, bool], side: int, away: int = 0,
    weeks: int = 2,
) -> int:  # fmt: skip
    left = np.array([away])
    negotiation.walk_out(
        left, np.array([attending]), np.array([asked]), np.array([side]), np.array(provoked), weeks
    )
    return int(left[0])


@pytest.mark.parametrize("side", [1, -1])
def test_only_who_refuses_after_breaches_by_the_other_camp_walks_out(side: int) -> None:
    others = (False, True) if side == 1 else (True, False)
    own = others[::-1]
    assert walked(False, True, others, side) == 2
    assert walked(True, True, others, side) == 0, "it came"
    assert walked(False, True, own, side) == 0, "its own camp broke it"
    assert walked(False, True, (False, False), side) == 0, "nobody did"
    assert walked(False, True, others, side, weeks=0) == 0


def test_who_is_away_comes_one_round_nearer_whatever_happens() -> None:
    for provoked in ((True, True), (False, False)):
        assert walked(False, False, provoked, 1, away=2) == 1
        assert walked(False, False, provoked, 1, away=0) == 0


@pytest.fixture(scope="module")
def touchy(second: Scenario) -> Scenario:
    """Talks every other week, to which the rebels come half of the time."""
    return files.with_changes(
        plain(second),
        {"mechanisms.walking_out": True, "parameters.walkout_rounds": 3,
         "parameters.negotiation_period": 2,
         "parameters.choice_precision": 5.0, "parameters.added_hazard": 0.0},
    )  # fmt: skip


def test_who_walks_out_stays_away_exactly_so_many_rounds(touchy: Scenario) -> None:
    results = simulate(touchy, runs=8, seed=2)
    told = list(events(results))
    brought = list(touchy.talks.brought)
    weeks: dict[int, list[int]] = {}
    asked: dict[tuple[int, int, str], bool] = {}
    for event in told:
        if event.decision == "attend":
            asked[event.run, event.week, event.actor] = event.answer
    # rounds of talks were held where any party was asked; those with nobody left are not seen,
    # so count by the calendar: every second week of an old enough ceasefire
    state, age = results["state"].values, results["age"].values
    first, tau = touchy.parameters.first_negotiation_round, touchy.parameters.negotiation_period
    drawn = {(e.run, e.week) for e in told if e.decision == "collapse"}
    for run in range(results.sizes["run"]):
        weeks[run] = [
            t for t in range(first, touchy.weeks, tau)
            if (state[run, t] == 1 or (run, t) in {(e.run, e.week) for e in told
                                                    if e.decision == "settle" and e.answer})
            and age[run, t] - 1 >= touchy.parameters.talks_min_age and (run, t) not in drawn
        ]  # fmt: skip
    lengths = []
    for run, held in weeks.items():
        for name in brought:
            there = [asked.get((run, t, name)) for t in held]
            away = 0
            for n, answer in enumerate(there):
                if answer is None:
                    away += 1
                    assert n > 0, "nobody is away before the first talks"
                else:
                    if away:
                        lengths.append(away)
                        assert there[n - away - 1] is False, "it had refused"
                    away = 0
    assert len(lengths) > 5
    assert set(lengths) == {3}


def test_nobody_stays_away_while_the_switch_is_off(touchy: Scenario) -> None:
    off = files.with_changes(touchy, {"mechanisms.walking_out": False})
    asked: dict[tuple[int, int], set[str]] = {}
    for event in events(simulate(off, runs=4, seed=2)):
        if event.decision == "attend":
            asked.setdefault((event.run, event.week), set()).add(event.actor)
    assert asked
    assert all(found == set(off.talks.brought) for found in asked.values())


# tabling when it pays -----------------------------------------------------------------------------


def tabling(
    ideals: tuple[float, ...] = (1.0, 1.0, 0.5), lam: float = 80.0, V_c: Any = 0.5,
    demand: float = 1.0, veto: tuple[bool, ...] = (False, True, False), due: bool = False,
) -> float:  # fmt: skip
    """Gain of 0 from tabling issue 1 of two; 1 has a veto, 2 demands; nothing lies there yet."""
    W = np.full((3, 2), 0.5)
    X = np.array([[0.5, ideals[0]], [0.5, ideals[1]], [0.5, demand]])
    off = np.zeros(2, dtype=np.bool_)
    theta = np.array([0.5, 0.0])
    return float(
        negotiation.tabling_gain(
            1, 0, theta.copy(), off, np.array([due, False]), theta,
            np.array([False, False, True]), np.array(veto),
            np.ones(3), np.ones(3), np.zeros(3), np.zeros(3), np.full(3, V_c), W, X, 2.0, 0.5, lam,
        )
    )  # fmt: skip


def s(z: float) -> float:
    return 1.0 / (1.0 + math.exp(-z))


def test_the_gain_from_tabling_by_hand() -> None:
    """Everybody is believed (chi = 1), so that V_s is the utility of what lies on the table."""
    # opened half-way to the demand: 1 - 0.5 x 0.25 = 0.875; without it there is no vote
    assert tabling() == pytest.approx(s(80 * 0.375) * 0.375)
    assert tabling(lam=5.0, V_c=0.6) == pytest.approx(s(5 * (0.875 - 0.6)) * (0.875 - 0.6))
    # something else is due: it opens half-way to its demand too, here where it stands
    due = s(5 * (0.5 - 0.6)) * (0.5 - 0.6)
    there = s(5 * (0.875 - 0.6)) * (0.875 - 0.6)
    assert tabling(lam=5.0, V_c=0.6, due=True) == pytest.approx(there - due)


def test_a_convener_tables_what_it_wants_and_what_the_others_will_accept() -> None:
    assert tabling((1.0, 1.0, 0.5)) > 0.0
    assert tabling((0.0, 1.0, 0.5), V_c=0.9) < 0.0, "it has what it wants already"
    # the vetoer has what it wants: with the issue it would refuse, so nothing comes of it
    spoiler = np.array([0.4, 0.95, 0.5])
    assert tabling((1.0, 0.0, 0.5), V_c=spoiler) < 0.01
    assert tabling((1.0, 0.0, 0.5), V_c=spoiler, veto=(False, False, False)) > 0.0


def test_an_issue_that_would_open_where_it_stands_is_worth_nothing_to_table() -> None:
    assert tabling(demand=0.0) == pytest.approx(0.0, abs=1e-15)
    assert tabling(demand=0.0, V_c=0.4, due=True) == pytest.approx(0.0, abs=1e-15)


@given(UNIT, UNIT, UNIT, UNIT, st.floats(0.1, 1e6))
def test_a_gain_from_tabling_is_a_difference_of_values(
    mine: float, theirs: float, demand: float, V_c: float, lam: float
) -> None:
    found = tabling((mine, theirs, 0.5), lam, V_c, demand)
    assert math.isfinite(found)
    assert abs(found) <= 2.0


@pytest.fixture(scope="module")
def by_gain(second: Scenario) -> Scenario:
    return files.with_changes(plain(second), {"issues.arms.agenda.at": "when it pays"})


@pytest.fixture(scope="module")
def raised(by_gain: Scenario) -> xr.Dataset:
    return simulate(by_gain, runs=20, seed=1)


def test_an_issue_is_tabled_the_first_time_that_it_pays(raised: xr.Dataset) -> None:
    told = [e for e in events(raised) if e.issue == "arms" or e.decision == "attend"]
    asked = [e for e in told if e.decision == "raise"]
    assert {e.answer for e in asked} == {True, False}
    convener = raised["convener"].values
    names = raised["actor"].values.tolist()
    came = {(e.run, e.week) for e in told if e.decision == "attend" and e.answer}
    for event in asked:
        assert event.answer == (event.shock < event.gain)
        assert event.actor == names[convener[event.run, event.week]]
        assert (event.run, event.week) in came
    for run in range(raised.sizes["run"]):
        mine = [e for e in asked if e.run == run]
        assert sum(e.answer for e in mine) <= 1, "what is tabled stays"
        assert all(not e.answer for e in mine[:-1])
        tabled = [e for e in told if e.decision == "table" and e.run == run]
        yes = [e for e in mine if e.answer]
        assert [e.week for e in tabled] == [e.week for e in yes]


def test_an_event_can_table_it_too(by_gain: Scenario) -> None:
    data = files.as_data(by_gain)
    data["events"] = [{"week": 0, "why": "x", "issue": "arms", "tabled": True}]
    told = list(events(simulate(files.build(data), runs=6, seed=1)))
    assert any(e.decision == "table" and e.issue == "arms" for e in told)
    assert not any(e.decision == "raise" for e in told)


def test_a_class_of_ones_own_decides_what_it_tables(by_gain: Scenario, raised: xr.Dataset) -> None:
    refused = next(e for e in events(raised) if e.decision == "raise" and not e.answer)

    @register("bold")
    class Bold(StateActor):
        """Puts everything on the table."""

        def raises(self, issue: str) -> float:
            assert issue == "arms"
            return 2.0

    try:
        case = files.with_changes(
            by_gain, {f"actors.{name}.agent": "bold" for name in by_gain.roles.conveners}
        )
        model = ConflictModel(case, seed=1, run=refused.run)
        model.run_for(refused.week + 1)
        told = list(events(model.results()))
    finally:
        REGISTERED.pop("bold")
    asked = [e for e in told if e.decision == "raise"]
    assert [(e.week, e.answer) for e in asked] == [(refused.week, True)]
