"""The second theory: its closed forms, its switches, and what is said of them in a scenario."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import xarray as xr
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from week_by_week import Game, even_draws

from sim import files
from sim.engine import draws as chance
from sim.errors import ScenarioError
from sim.results.dataset import events
from sim.rules import bargaining, ceasefires, fighting, negotiation, objectives, war
from sim.runs.simulate import simulate
from sim.scenario.schema import Scenario

SYRIA = ROOT / "tests" / "cases" / "syria_second_theory.toml"
NEVER = {
    f"actors.{name}.short.regime.satisfied_at": "never"
    for name in ("russia", "iran", "syria_government", "hezbollah", "foreign_militias",
                 "local_militias")
}  # fmt: skip


def same(one: xr.Dataset, other: xr.Dataset) -> None:
    """Every number of a run the same to the last bit."""
    assert set(one.data_vars) == set(other.data_vars)
    for name in one.data_vars:
        assert one[name].values.tobytes() == other[name].values.tobytes(), name


@pytest.fixture(scope="module")
def second() -> Scenario:
    return files.load(SYRIA)


@pytest.fixture(scope="module")
def first() -> Scenario:
    return files.load(ROOT / "tests" / "cases" / "syria_first_theory.toml")


# 1 attention from danger --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("position", "drift", "published", "room"),
    [(0.75, 0.0036, 0.378, 0.001), (0.8, -0.002, 0.467, 0.001), (0.6, 0.0036, 0.713, 0.001)],
)
def test_the_chance_of_a_threat_has_the_published_values(
    position: float, drift: float, published: float, room: float
) -> None:
    found = objectives.chance_of_threat(position, drift, 0.5, 0.06)
    assert found == pytest.approx(published, abs=room)


def test_the_chance_of_a_threat_is_that_of_simulated_walks() -> None:
    """Small steps: a coarse walk jumps over its ends."""
    rng, position, drift, low, sig_b, step = np.random.default_rng(5), 0.75, 0.0036, 0.5, 0.06, 0.05
    x = np.full(20_000, position)
    fell, won = np.zeros(len(x), dtype=bool), np.zeros(len(x), dtype=bool)
    while not (fell | won).all():
        on = ~(fell | won)
        walk = drift * step + sig_b * math.sqrt(step) * rng.standard_normal(on.sum())
        x[on] += walk
        fell |= x <= low
        won |= ~fell & (x >= 1.0)
    expected = objectives.chance_of_threat(position, drift, low, sig_b)
    assert fell.mean() == pytest.approx(expected, abs=4 * math.sqrt(0.25 / len(x)))


@given(st.floats(0.0, 1.0), st.floats(-0.05, 0.05), st.floats(0.0, 0.99), st.floats(0.01, 0.5))
def test_the_chance_of_a_threat_is_one_below_the_mark_and_falls_with_position_and_drift(
    position: float, drift: float, low: float, sig_b: float
) -> None:
    here = objectives.chance_of_threat(position, drift, low, sig_b)
    assert 0.0 <= here <= 1.0
    if position <= low:
        assert here == 1.0
    assert objectives.chance_of_threat(min(1.0, position + 0.01), drift, low, sig_b) <= here + 1e-12
    assert objectives.chance_of_threat(position, drift + 0.001, low, sig_b) <= here + 1e-12
    assert objectives.chance_of_threat(1.0, drift, low, sig_b) == 0.0


def test_without_drift_the_chance_of_a_threat_is_a_share_of_the_way() -> None:
    for position, low in itertools.product((0.55, 0.7, 0.9, 1.0), (0.0, 0.3, 0.5)):
        expected = (1.0 - position) / (1.0 - low)
        assert objectives.chance_of_threat(position, 0.0, low, 0.06) == pytest.approx(expected)
        # and the general form comes to it
        near = objectives.chance_of_threat(position, 1e-8, low, 0.06)
        assert near == pytest.approx(expected, rel=1e-4, abs=1e-12)


def danger(position: float, above: bool, drift: float, hi: float = 0.6, issue: int = 0) -> float:
    """Danger of one objective at 0.5 (counted upwards) of an actor who believes in a drift."""
    found = np.array([-1.0])
    objectives.dangers(
        found, np.array([position, 0.5]), np.array([0]), np.array([issue]), np.array([True]),
        np.array([above]), np.array([hi]), np.array([0.5]), 0, np.array([drift]), 0.06,
    )  # fmt: skip
    return float(found[0])


def test_the_other_camps_danger_is_the_mirror_image() -> None:
    for position, drift in itertools.product((0.2, 0.45, 0.6, 0.8, 0.97), (-0.004, 0.0, 0.003)):
        assert danger(position, True, drift) == pytest.approx(danger(1 - position, False, -drift))


def test_a_goal_that_is_never_satisfied_is_always_in_danger_and_other_issues_keep_the_flag() -> (
    None
):
    assert danger(0.99, True, 0.01, hi=math.inf) == 1.0
    assert danger(0.99, True, 0.01, issue=1) == -1.0


def test_attention_goes_to_the_danger_in_between() -> None:
    act, sat = np.array([0.4]), np.array([True])
    objectives.activate(
        act, sat, np.array([0.9]), np.array([0]), np.array([True]), np.array([True]),
        np.array([0.6]), np.array([0.5]), np.array([0.25]), 0.1, 0.1,
    )  # fmt: skip
    assert act[0] == pytest.approx(0.4 + 0.1 * (0.1 + 0.9 * 0.25 - 0.4), abs=1e-15)
    assert sat[0]


def test_attention_comes_back_when_the_ally_leaves(second: Scenario) -> None:
    """The front stands still; what changes is the drift that the others believe in."""
    far = files.with_changes(
        second, {"mechanisms.optimism": False, "parameters.front_volatility": 0.0}
    )
    left = {"week": 0, "why": "it goes", "actor": "russia", "capability": 0.0}
    data = files.as_data(far)
    data["issues"]["regime"]["start"] = 0.75
    with_ally = Game(files.build(data))
    data["events"] = [left]
    alone = Game(files.build(data))
    with_ally.step()
    alone.step()
    o = with_ally.layout.objectives.index(("iran", "short", "regime"))
    assert alone.danger[o] > with_ally.danger[o] + 0.05


# 2 dependence -------------------------------------------------------------------------------------

SIDES = np.array([1, 1, -1, 0, 1])


def needs(
    front: float = 0.6, m: tuple[float, ...] = (3.0, 1.0, 2.0, 1.0, 0.0), sig_b: float = 0.06
) -> np.ndarray:
    """Dependence of five actors, two of one camp that matter, all of them conveners."""
    n = len(m)
    power, out = np.array(m), np.empty((n, n))
    air, ground = np.full(n, 0.5), np.full(n, 0.5)
    strengths = np.empty(2)
    psi = war.contest(strengths, SIDES, power, air, ground, 0.5)
    optimism, believed = np.empty(n), np.empty(n)
    war.prior_optimism(optimism, SIDES, 0.002)
    war.believed_drift(believed, psi, optimism, 0.008)
    u, high, low = np.full(n, front), np.array([1.0, 1.0, 0.0, 0.5, 1.0]), np.full(n, 0.0)
    low[2] = 1.0
    cost, delta = np.full(n, 0.1), np.full(n, 0.99)
    V_w, V_d, p, weeks = (np.empty(n) for _ in range(4))
    war.war_values(
        V_w, V_d, p, weeks, u, high, low, cost, delta, SIDES, front, believed, sig_b, 0.1
    )
    war.dependences(
        out, psi, np.ones(n, dtype=np.bool_), SIDES, power, air, ground, 0.5, 0.008, V_w, u, high,
        low, cost, delta, front, believed, sig_b,
    )  # fmt: skip
    # the closed form of the pair 0, 1: the value of war at two drifts
    gone = np.array([power[0], 0.0, *power[2:]])
    fallen = war.contest(np.empty(2), SIDES, gone, air, ground, 0.5)
    drifts = (believed[0], believed[0] + 2 * 0.008 * (fallen - psi))
    values = [war.war_value(u[0], 0.1, 0.99, front, d, sig_b, 1.0, 0.0) for d in drifts]
    assert out[0, 1] == pytest.approx(max(0.0, values[0] - values[1]), abs=1e-15)
    return out


def test_dependence_is_the_value_of_war_lost_with_the_partners_forces() -> None:
    found = needs()
    assert found[1, 0] > found[0, 1] > 0.0, "the weak need the strong more"


def test_nobody_needs_an_enemy_a_neutral_itself_or_one_without_forces() -> None:
    found = needs()
    for i, j in itertools.product(range(5), repeat=2):
        if i == j or SIDES[i] != SIDES[j] or SIDES[i] == 0 or j == 4:
            assert found[i, j] == 0.0
    assert (found >= 0.0).all()


def test_dependence_fades_as_victory_nears() -> None:
    path = [needs(front)[1, 0] for front in (0.5, 0.65, 0.8, 0.9, 0.97, 0.9999)]
    assert path == sorted(path, reverse=True)
    assert path[-1] < 0.01 * path[0]


def test_who_would_rather_lose_with_a_partner_gone_does_not_need_it() -> None:
    """What would be won without a partner is no negative dependence."""
    side, m, half = np.array([1, 1, -1]), np.array([3.0, 1.0, 2.0]), np.full(3, 0.5)
    psi = war.contest(np.empty(2), side, m, half, half, 0.5)
    u, believed = np.full(3, 0.5), np.full(3, 0.008 * (2 * psi - 1))
    # actor 1 is better off under the order of the other camp
    high, low = np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 1.0])
    V_w = np.array(
        [war.war_value(u[i], 0.1, 0.99, 0.6, believed[i], 0.06, high[i], low[i]) for i in range(3)]
    )
    out = np.empty((3, 3))
    war.dependences(
        out, psi, np.ones(3, dtype=np.bool_), side, m, half, half, 0.5, 0.008, V_w, u, high, low,
        np.full(3, 0.1), np.full(3, 0.99), 0.6, believed, 0.06,
    )  # fmt: skip
    assert out[0, 1] > 0.0
    assert out[1, 0] == 0.0


def exposed(left: float, front: float = 0.5) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What a war with each other costs five actors in the field, and what they need of each."""
    n, needed, out = 5, np.empty((5, 5)), np.empty((5, 5))
    m, half = np.array([3.0, 1.0, 2.0, 1.0, 0.5]), np.full(n, 0.5)
    u, cost, delta = np.full(n, front), np.full(n, 0.1), np.full(n, 0.99)
    high = np.where(SIDES < 0, 0.0, 1.0)
    psi = war.contest(np.empty(2), SIDES, m, half, half, 0.5)
    believed = np.full(n, 0.008 * (2 * psi - 1))
    V_w = np.array(
        [
            war.war_value(u[i], 0.1, 0.99, front, believed[i], 0.06, high[i], 1 - high[i])
            for i in range(n)
        ]
    )
    war.dependences(
        needed, psi, np.ones(n, dtype=np.bool_), SIDES, m, half, half, 0.5, 0.008, V_w, u, high,
        1 - high, cost, delta, front, believed, 0.06,
    )  # fmt: skip
    war.exposures(
        out, np.full(n, left), SIDES, m, half, half, 0.5, 0.008, u, high, 1 - high, cost, delta,
        front, believed, 0.06,
    )  # fmt: skip
    return needed, out


def test_a_war_that_takes_no_forces_off_costs_in_the_field_what_the_other_is_needed_for() -> None:
    needed, out = exposed(1.0)
    assert needed.max() > 0.01
    assert out == pytest.approx(needed, abs=1e-12)


def test_forces_that_a_war_takes_off_are_missed_in_the_field_whomever_it_is_with() -> None:
    needed, out = exposed(0.5)
    _, all_gone = exposed(0.0)
    for i, j in itertools.product(range(5), repeat=2):
        if i == j or SIDES[i] == 0:
            assert out[i, j] == 0.0
        elif SIDES[i] == SIDES[j]:
            assert out[i, j] > needed[i, j]
        else:
            assert 0.0 < out[i, j] < all_gone[i, j]
    assert exposed(0.5, front=0.999)[1][SIDES > 0].max() < 0.05 * out[SIDES > 0].max()


def test_only_conveners_are_needed(second: Scenario) -> None:
    results = simulate(second, seed=3)
    needed = [
        name for name in results["other"].values
        if float(results["dependence"].sel(other=name).max()) > 0.0
    ]  # fmt: skip
    assert set(needed) <= {"russia", "united_states"}, "the United Nations have no camp"
    assert "russia" in needed


def test_a_cost_of_crossing_raises_the_log_odds_of_complying_by_lambda_times_it() -> None:
    """logit Pr(comply) rises by lambda (varpi dT + varpi_D dDep): counted over draws by name."""
    lam, gain, military = 80.0, np.array([-0.02]), np.array([0.01])
    T, Dep = np.zeros((2, 2)), np.zeros((2, 2))
    T[0, 1], Dep[0, 1] = 0.4, 0.05
    cost, promise = np.empty(2), np.zeros(1)
    ceasefires.crossing_costs(cost, T, Dep, 1, 0.06, 0.3)
    from sim.rules import proxies

    keys, fed = chance.round_keys(3, 0), np.zeros((0, 0, 0))
    who, draws = np.array([np.uint64(11)]), np.empty(1)
    odds = []
    for loyalty in (np.zeros(1), cost[:1]):
        own = proxies.orders(0, gain, promise, loyalty, military)
        complied = 0
        for t in range(20_000):
            chance.shocks(draws, keys, fed, chance.ORDER, who, t, lam)
            complied += draws[0] < own
        share = complied / 20_000
        odds.append(math.log(share / (1 - share)))
    assert odds[1] - odds[0] == pytest.approx(lam * (0.06 * 0.4 + 0.3 * 0.05), abs=0.12)


# 3 foresight --------------------------------------------------------------------------------------


def test_what_is_foreseen_is_the_nash_text_over_the_whole_agenda(second: Scenario) -> None:
    game = Game(second)
    game.step()
    who, topic, p = game.inputs.who, game.inputs.topic, game.parameter_values
    # nothing is tabled in week 0, and positions have moved since phase 3: play it again by hand
    fresh = Game(second)
    theta = fresh.position.copy()
    expected = np.empty(len(theta))
    party = who.veto | who.brought
    start = game.utility - game.value_war
    bargaining.nash_text(
        expected, theta, party, topic.agenda_rule >= 0, who.power, start, np.ones(len(start)),
        game.weight, game.ideal, p.loss_exponent, p.surplus_floor, int(p.nash_steps),
        p.nash_damping,
    )  # fmt: skip
    assert game.foreseen == pytest.approx(expected, abs=1e-15)
    off_agenda = topic.agenda_rule < 0
    assert game.ahead[off_agenda].tolist() == theta[off_agenda].tolist()
    assert game.expected.tolist() == (topic.agenda_rule >= 0).tolist()
    assert {second.issues[k].label for k in game.layout.issues if game.expected[game.issue(k)]} == {
        second.issues[k].label for k in ("arms", "share", "relief")
    }


def test_what_is_foreseen_enters_the_value_of_a_ceasefire_and_of_nothing_else(
    second: Scenario,
) -> None:
    game = Game(second)
    game.step()
    p, V_c, V_s = game.parameter_values, np.empty(len(game.utility)), np.empty(len(game.utility))
    who = game.inputs.who
    ceasefires.ceasefire_values(
        V_c, game.utility, game.utility_ahead, game.value_war, game.credibility, game.cost,
        who.covered, who.discount, p.believed_settlement_hazard, game.believed_hazard[0],
    )  # fmt: skip
    assert game.value_ceasefire.tolist() == V_c.tolist()
    negotiation.settlement_values(
        V_s, game.utility_table, game.credibility, game.value_disarmed, game.value_war
    )
    assert game.value_settlement.tolist() == V_s.tolist()
    assert abs(game.utility_ahead - game.utility_table).max() > 0.01


def test_what_is_tabled_is_believed_as_it_is_tabled() -> None:
    ahead, expected = np.empty(4), np.empty(4, dtype=np.bool_)
    text, foreseen, theta = np.full(4, 0.1), np.full(4, 0.2), np.full(4, 0.3)
    tabled, rule = np.array([True, False, False, True]), np.array([0, 1, -1, -1])
    for foresight, seen in ((1.0, [0.1, 0.2, 0.3, 0.1]), (0.0, [0.1, 0.3, 0.3, 0.1])):
        negotiation.look_ahead(ahead, expected, text, tabled, foreseen, rule, theta, foresight)
        assert ahead.tolist() == seen
        assert expected.tolist() == [True, foresight > 0.0, False, True]


# 4 hazard of fighting -----------------------------------------------------------------------------


def test_a_ceasefire_of_steady_breaches_gets_safer_with_age() -> None:
    v, gv, h0, h1 = 0.30, 0.5, 0.003, 1.2
    vbar, alive, failed, rates = 1.0, 1.0, {}, {}
    vside = np.zeros(2)
    for week in range(1, 53):
        vbar = ceasefires.smooth(
            vbar, vside, v, np.zeros(2), np.ones(2), np.array([1, -1]), gv, 0.2
        )
        assert vbar == pytest.approx(v + (1 - v) * (1 - gv) ** week, abs=1e-12)
        hazard = ceasefires.collapse_chance(1, vbar, h0, h1, 3.0, 0.25)
        rates[week] = -math.log1p(-hazard)
        alive *= 1.0 - hazard
        failed[week] = 1.0 - alive
    published = {1: 0.333, 2: 0.132, 4: 0.052, 13: 0.035}
    assert {w: rates[w] for w in published} == pytest.approx(published, abs=6e-4)
    published = {1: 0.283, 4: 0.445, 13: 0.602, 52: 0.900}
    assert {w: failed[w] for w in published} == pytest.approx(published, abs=6e-4)


def test_the_hazard_of_a_ceasefire_starts_from_the_war_that_was(second: Scenario) -> None:
    chances = {"mechanisms.hazard": "violations", "parameters.added_hazard": 0.1}
    for changes, war_level in (({}, 1.0), (chances, 0.0)):
        case = files.with_changes(second, changes)
        violence = simulate(case, runs=4, seed=2)
        state, age = violence["state"].values, violence["age"].values
        assert ((violence["violence"].values == war_level) | (state > 0) | (age > 0)).all()
        if not changes:
            never = (state == 0) & (violence["convener"].values < 0)
            assert (violence["violence"].values[never] == 1.0).all()


def test_every_ceasefire_starts_from_the_war_that_was_also_the_first_and_one_soon_renewed(
    second: Scenario,
) -> None:
    """At nearly random answers some are signed in week 0, some in the week after a collapse."""
    hasty = {"parameters.choice_precision": 2.0, "parameters.ceasefire_period": 1}
    results = simulate(files.with_changes(second, hasty), runs=12, seed=1, log=False)
    age, convener = results["age"].values, results["convener"].values
    signed = (age == 1) & (convener >= 0)
    assert signed[:, 0].any()
    # half of it is what is broken in the first week, the other half the war before
    assert (results["violence"].values[signed] >= second.parameters.violence_smoothing).all()


def test_the_believed_hazard_follows_remembered_breaches_by_what_a_ceasefire_binds() -> None:
    side, bound = np.array([1, -1, -1, 0, 1]), np.array([3.0, 1.0, 0.0, 5.0, 0.0])
    v = ceasefires.remembered_breaches(np.array([0.8, 0.4]), side, bound)
    assert v == pytest.approx((3 * 0.8 + 1 * 0.4) / 4)
    assert ceasefires.remembered_breaches(np.ones(2), side, bound * (side == 0)) == 0.0
    hazard = ceasefires.believed_hazard(v, 0.003, 1.2, 3.0, 0.06)
    assert hazard == pytest.approx(1.0 - math.exp(-(0.003 + 1.2 * v**3)), abs=1e-15)
    assert ceasefires.believed_hazard(1.0, 0.003, 15.0, 3.0, 0.06) == pytest.approx(0.84)


def test_a_power_of_one_is_the_number_itself() -> None:
    for v in (0.0, 0.1, 1 / 3, 1.0):
        assert ceasefires.raised(v, 1.0) == v
        assert ceasefires.raised(v, 3.0) == v * v * v


# 5 learning ---------------------------------------------------------------------------------------


def test_optimism_is_the_bayesian_mean_of_what_the_war_has_shown() -> None:
    """Forty weeks of war, 20,000 wars: mean opt n0 / (n0 + n), sd sigma sqrt(n) / (n0 + n)."""
    rng, n0, opt, nu, psi, sigma, weeks = np.random.default_rng(4), 10, 0.01, 0.008, 0.6, 0.01, 40
    optimism = np.full(20_000, opt)
    for week in range(1, weeks + 1):
        moved = nu * (2 * psi - 1) + sigma * rng.standard_normal(len(optimism))
        one = optimism.copy()
        for camp in range(len(one)):  # every war has a week of its own
            belief = one[camp : camp + 1]
            war.learn_from_war(belief, moved[camp], psi, nu, n0, week)
        optimism = one
    mean, spread = opt * n0 / (n0 + weeks), sigma * math.sqrt(weeks) / (n0 + weeks)
    assert (mean, spread) == pytest.approx((0.002, 0.00126), abs=1e-5)
    assert optimism.mean() == pytest.approx(mean, abs=4 * spread / math.sqrt(len(optimism)))
    assert optimism.std() == pytest.approx(spread, rel=0.02)


def test_optimism_is_learned_away_in_war_weeks_inside_the_borders_only(second: Scenario) -> None:
    game = Game(second)
    for week in range(30):
        before, front = game.optimism.copy(), float(game.position[game.issue("regime")])
        learned = int(game.learned[0])
        game.step()
        after = float(game.position[game.issue("regime")])
        fought = game.state[0] == 0 and 0 < front < 1 and 0 < after < 1
        assert int(game.learned[0]) == learned + fought
        if fought:
            b = before if week else second.parameters.mutual_optimism * game.inputs.who.side
            shown = after - front - second.parameters.front_speed * (2 * game.contest[0] - 1)
            expected = b + (shown - b) / (second.parameters.optimism_weeks + learned + 1)
            assert game.optimism == pytest.approx(expected, abs=1e-15)
        elif week:
            assert game.optimism.tolist() == before.tolist()
    assert 0 < game.learned[0] < 30


# 6 said and done ----------------------------------------------------------------------------------


def test_what_is_said_has_the_odds_of_the_act_with_face_added() -> None:
    lam, gain, face = 80.0, -0.03, 0.08
    keys, fed = chance.round_keys(8, 0), np.zeros((0, 0, 0))
    who, draws = np.array([np.uint64(5)]), np.empty(1)
    signs, quiet = 0, 0
    out = np.empty(1, dtype=np.bool_)
    for t in range(40_000):
        chance.shocks(draws, keys, fed, chance.RATIFY, who, t, lam)
        signed = draws[0] < gain
        ceasefires.below_in_public(out, draws, np.array([gain]), face)
        assert out[0] or not signed, "who signs does not refuse"
        signs += signed
        quiet += out[0]
    assert signs / 40_000 == pytest.approx(0.083, abs=0.006)
    assert quiet / 40_000 == pytest.approx(0.982, abs=0.004)


def test_the_public_layer_is_read_off_the_same_shocks_and_feeds_back_on_nothing(
    second: Scenario,
) -> None:
    loud = files.with_changes(second, {"mechanisms.public": False})
    shy = files.with_changes(second, {"parameters.open_refusal_cost": 0.5})
    base, open_, hidden = (simulate(case, runs=3, seed=5) for case in (second, loud, shy))
    for name in base.data_vars:
        if name not in ("objected", "declared"):
            assert base[name].values.tobytes() == open_[name].values.tobytes(), name
            assert base[name].values.tobytes() == hidden[name].values.tobytes(), name
    for results, face in ((base, 0.08), (open_, 0.0), (hidden, 0.5)):
        names = results["actor"].values.tolist()
        said: dict[str, set[tuple[int, int, int]]] = {"objected": set(), "declared": set()}
        for event in events(results):
            where = (event.run, event.week, names.index(event.actor)) if event.actor else None
            if event.decision == "ratify" and event.actor != event.counterpart:
                if event.shock >= event.gain + face:
                    said["objected"].add(where)
            elif event.decision == "vote" and event.shock < event.gain + face:
                said["declared"].add(where)
        for name, expected in said.items():
            found = set(zip(*(axis.tolist() for axis in results[name].values.nonzero()),
                            strict=True))  # fmt: skip
            if name == "declared":
                # everybody's answer is kept, events only of those whose vote is asked
                assert expected <= found
            else:
                assert found == expected
        assert (results["declared"].values >= results["accepted"].values).all()


# 7 victory ----------------------------------------------------------------------------------------


def won(second: Scenario, position: float = 1.0, weeks: int = 30) -> Scenario:
    """The front pinned at an end from the first week on."""
    data = files.as_data(second)
    data["weeks"] = weeks
    data["events"] = [{"week": 0, "why": "experiment", "issue": "regime", "position": position,
                       "pinned": True}]  # fmt: skip
    return files.build(data)


@pytest.mark.parametrize("position", [0.97, 1.0, 0.0])
def test_eight_weeks_at_an_end_are_a_victory_for_good(second: Scenario, position: float) -> None:
    case = files.with_changes(won(second, position), {"parameters.first_ceasefire_round": 99})
    results = simulate(case, runs=2, seed=1)
    assert (results["state"].values == ([0] * 7 + [3] * 23)).all()
    assert not results["fighting"].values[:, 7:].any()
    told = [event for event in events(results) if event.decision == "victory"]
    assert [event.week for event in told] == [7, 7]
    assert all(event.terms["weeks"] == 8 for event in told)
    assert not any(
        event.decision in ("order", "comply", "convene", "attend", "collapse") and event.week > 7
        for event in events(results)
    )
    assert any(event.decision == "deal" and event.week > 7 for event in events(results))
    assert not np.array_equal(results["tie"].values[:, 8], results["tie"].values[:, -1])


def test_nobody_fights_after_a_victory_not_even_who_broke_the_ceasefire_of_that_week() -> None:
    active, takes_part, all_ = np.empty(2), np.empty(2, dtype=np.bool_), np.ones(2, dtype=np.bool_)
    for state, some in ((0, True), (1, True), (2, True), (3, False)):
        fighting.fight(active, np.empty(2), takes_part, all_, np.ones(2), np.ones(2), state, all_)
        assert takes_part.tolist() == [some, some]
        assert active.tolist() == [float(some)] * 2


def test_weeks_near_an_end_count_in_a_row_and_by_end() -> None:
    held, path = 0, (0.98, 0.97, 0.96, 0.97, 0.0, 0.03, 1.0)
    seen = []
    for front in path:
        held = fighting.weeks_held(held, front, 0.97)
        seen.append(held)
    assert seen == [1, 2, 0, 1, -1, -2, 1]


def test_a_settlement_holds_a_victory_off_and_starts_the_count_anew(second: Scenario) -> None:
    game = Game(won(second), fed=even_draws(won(second)))
    game.step(6)
    game.state[0] = 2
    game.step(4)
    assert (game.state[0], game.weeks_at_end[0]) == (2, 0)


def test_a_war_can_be_won_in_the_week_in_which_its_ceasefire_collapses(second: Scenario) -> None:
    case = files.with_changes(won(second), {"parameters.first_ceasefire_round": 99})
    fed = even_draws(case)
    fed[7, chance.COLLAPSE] = 0.0
    game = Game(case, fed=fed)
    game.step(7)
    game.state[0], game.age[0] = 1, 1
    game.step()
    assert game.collapsing[0]
    assert game.state[0] == 3


def test_the_winners_order_comes_step_by_step() -> None:
    theta, order = np.array([0.9, 0.2, 0.7, 0.5]), np.array([1.0, 1.0, 0.0, 0.25])
    start = theta.copy()
    for n in range(1, 40):
        fighting.impose(theta, order, 0, 2, 0.03)
        expected = order + (1 - 0.03) ** n * (start - order)
        assert theta[[1, 3]] == pytest.approx(expected[[1, 3]], abs=1e-12)
        assert (theta[0], theta[2]) == (0.9, 0.7), "neither the front nor prestige"


def test_after_a_victory_the_spoils_are_the_winners_division(second: Scenario) -> None:
    quiet = {"mechanisms.bilateral": False, "mechanisms.local_disputes": False,
             "parameters.first_ceasefire_round": 99}  # fmt: skip
    for position in (1.0, 0.0):
        game = Game(files.with_changes(won(second, position), quiet))
        game.step(8)
        assert game.state[0] == 3
        before = game.position.copy()
        game.step()
        order = game.imposed_plus if position == 1.0 else game.imposed_minus
        k = game.issue("arms")
        assert game.position[k] == pytest.approx(
            before[k] + 0.03 * (order[k] - before[k]), abs=1e-15
        )
        assert game.position[game.issue("lead")] == before[game.issue("lead")]


def test_the_order_after_a_victory_is_the_winners_whatever_becomes_of_the_front(
    second: Scenario,
) -> None:
    data = files.as_data(won(second))
    event = {"week": 12, "why": "experiment", "issue": "regime", "position": 0.2, "pinned": True}
    data["events"] = [*data["events"], event]
    case = files.with_changes(
        files.build(data),
        {"mechanisms.bilateral": False, "mechanisms.local_disputes": False,
         "parameters.first_ceasefire_round": 99},
    )  # fmt: skip
    game = Game(case)
    game.step(14)
    k, territory = game.issue("arms"), game.issue("regime")
    assert (game.state[0], game.position[territory]) == (3, 0.2)
    before, order = game.position[k], game.imposed_plus[k]
    assert abs(game.imposed_minus[k] - order) > 0.05
    game.step()
    assert abs(game.position[k] - game.imposed_plus[k]) < abs(before - game.imposed_plus[k])
    assert game.position[k] == pytest.approx(
        before + 0.03 * (game.imposed_plus[k] - before), abs=1e-15
    )


# 8 the vote ---------------------------------------------------------------------------------------


def test_loyalty_does_not_count_in_the_vote(second: Scenario) -> None:
    for loyal in (False, True):
        case = files.with_changes(second, {"mechanisms.vote_loyalty": loyal})
        terms = [
            e.terms["loyalty"] for e in events(simulate(case, runs=6, seed=2))
            if e.decision == "vote"
        ]  # fmt: skip
        assert terms
        assert any(terms) == loyal


# experiments --------------------------------------------------------------------------------------


def test_a_pinned_issue_stays_and_another_position_lets_it_go(second: Scenario) -> None:
    data = files.as_data(second)
    data["events"] = [
        {"week": 5, "why": "x", "issue": "regime", "position": 0.75, "pinned": True},
        {"week": 9, "why": "x", "issue": "towns", "position": 0.5},
        {"week": 20, "why": "x", "issue": "regime", "position": 0.4},
    ]
    data["weeks"] = 30
    results = simulate(files.build(data), runs=3, seed=2)
    regime = results["position"].sel(issue="regime").values
    assert (regime[:, 5:20] == 0.75).all()
    assert (regime[:, 20] != 0.75).all()
    assert (abs(regime[:, 20] - 0.4) < 0.06).all()
    assert len(set(regime[:, 20:].ravel())) > 20, "it moves again"


def test_the_goal_that_is_never_satisfied_acts_through_attention_alone(second: Scenario) -> None:
    """With attention off (a_min = 1) a goal that is never satisfied changes nothing at all."""
    still = files.with_changes(second, {"mechanisms.salience_decay": False})
    base, never = (
        simulate(case, runs=3, seed=6) for case in (still, files.with_changes(still, NEVER))
    )
    for name in base.data_vars:
        if not str(name).startswith("event_") and name not in ("satisfied", "danger"):
            assert base[name].values.tobytes() == never[name].values.tobytes(), name


def test_h_s_leaves_room_for_the_believed_collapse(second: Scenario) -> None:
    with pytest.raises(ScenarioError, match=r"must be at most 0\.9"):
        files.with_changes(second, {"parameters.believed_settlement_hazard": 0.91})
    simulate(files.with_changes(second, {"parameters.believed_settlement_hazard": 0.9}), weeks=20)
