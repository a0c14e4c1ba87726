"""Theatres: who fights where, and a ceasefire that does not hold everywhere."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from theatre_cases import ALL, NONE, SPREAD, THEATRES, everything, plain, spread, two_fronts
from week_by_week import Game, even_draws

from sim import files
from sim.agents.model import ConflictModel
from sim.engine import draws
from sim.results.dataset import events
from sim.rules import ceasefires, fighting, objectives, proxies
from sim.runs.simulate import simulate
from sim.scenario.schema import Scenario

UNIT = st.floats(0.0, 1.0)
FORCE = st.floats(0.0, 5.0)
YES = st.booleans()


def same(one: xr.Dataset, other: xr.Dataset, but: tuple[str, ...] = ()) -> None:
    """Every number of a run the same to the last bit."""
    assert set(one.data_vars) == set(other.data_vars)
    for name in one.data_vars:
        if name not in but:
            assert one[name].values.tobytes() == other[name].values.tobytes(), name


@st.composite
def spreads(draw: st.DrawFn, actors: int = 4, theatres: int = 3) -> np.ndarray:
    """Shares by theatre, 1 in all for each actor."""
    weights = draw(
        st.lists(
            st.lists(st.integers(0, 5), min_size=theatres, max_size=theatres).filter(any),
            min_size=actors, max_size=actors,
        )
    )  # fmt: skip
    found = np.array(weights, dtype=float)
    return found / found.sum(axis=1, keepdims=True)


# rules --------------------------------------------------------------------------------------------


def near(places: Any) -> np.ndarray:
    places = np.asarray(places, dtype=float)
    found = np.empty((len(places), len(places)))
    proxies.neighbourhoods(found, places)
    return found


def test_neighbours_are_those_that_fight_in_the_same_places() -> None:
    found = near([[1.0, 0.0], [0.6, 0.4], [0.0, 1.0], [0.3, 0.2]])
    cosine = 0.6 / math.sqrt(0.6**2 + 0.4**2)
    assert found[0] == pytest.approx([1.0, cosine, 0.0, cosine])
    assert found[1, 3] == pytest.approx(1.0), "half of the same spread is the same spread"
    assert found[1, 2] == pytest.approx(0.4 / math.sqrt(0.52))


@given(spreads())
def test_neighbourhood_is_mutual_between_0_and_1_and_whole_with_oneself(places: np.ndarray) -> None:
    found = near(places)
    assert found.tobytes() == found.T.copy().tobytes()
    assert ((found >= 0.0) & (found <= 1.0 + 1e-12)).all()
    assert np.diag(found).tolist() == [1.0] * len(places)
    for i, mine in enumerate(places):
        for j, theirs in enumerate(places):
            assert (found[i, j] == 0.0) == (not (mine * theirs).any())
            if (mine == theirs).all():
                assert found[i, j] == 1.0


def intensity(active: Any, arms: Any, places: Any) -> tuple[np.ndarray, float]:
    by_place = np.full(np.shape(places)[1], np.nan)
    there = np.repeat(np.asarray(active, dtype=float)[:, None], len(by_place), axis=1)
    total = fighting.intensities(by_place, there, np.asarray(arms, dtype=float), np.array(places))
    return by_place, float(total)


def test_intensity_is_the_share_of_what_is_in_arms_that_fights_there() -> None:
    places = [[0.5, 0.5, 0.0], [1.0, 0.0, 0.0], [0.25, 0.75, 0.0]]
    by_place, total = intensity([1.0, 0.5, 0.0], [2.0, 1.0, 4.0], places)
    # in the first there are 1 + 1 + 1, of which 1 + 1/2 fight; in the second 1 + 3, of which 1
    assert by_place == pytest.approx([0.5, 0.25, 0.0])
    assert total == pytest.approx(2.5 / 7.0)
    assert intensity([1.0, 1.0, 1.0], [0.0, 0.0, 0.0], places) == (pytest.approx([0, 0, 0]), 0.0)


@given(spreads(), st.lists(UNIT, min_size=4, max_size=4), st.lists(FORCE, min_size=4, max_size=4))
def test_intensities_are_shares_and_the_whole_is_their_mean_by_force(
    places: np.ndarray, active: list[float], arms: list[float]
) -> None:
    by_place, total = intensity(active, arms, places)
    assert ((by_place >= 0.0) & (by_place <= 1.0 + 1e-12)).all()
    there = np.array(arms) @ places
    if there.sum() > 1e-6:
        assert total == pytest.approx(float(by_place @ there / there.sum()), abs=1e-9)


@given(
    spreads(), st.lists(UNIT, min_size=4, max_size=4), st.lists(FORCE, min_size=4, max_size=4),
    st.floats(0.0, 1.0),
)  # fmt: skip
def test_an_actor_cut_in_two_of_the_same_theatres_changes_no_intensity(
    places: np.ndarray, active: list[float], arms: list[float], part: float
) -> None:
    whole = intensity(active, arms, places)
    cut = intensity(
        [active[0], *active], [part * arms[0], (1.0 - part) * arms[0], *arms[1:]],
        np.vstack([places[:1], places]),
    )  # fmt: skip
    assert cut[0] == pytest.approx(whole[0], abs=1e-12)
    assert cut[1] == pytest.approx(whole[1], abs=1e-12)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (0, [0.8, 0.8, 0.8, 0.0]),  # war: all of it, at the actor's effort
        (1, [0.8 * 0.75, 0.8, 0.0, 0.0]),  # out of scope; breaks it; all is covered
        (2, [0.0, 0.8, 0.0, 0.0]),  # a settlement holds everywhere
        (3, [0.0, 0.0, 0.0, 0.0]),  # nobody after a victory, not even who broke something
    ],
)
def test_what_stands_where_no_ceasefire_holds_fights_on(state: int, expected: list[float]) -> None:
    active, going_on, takes_part = np.empty(4), np.empty(4), np.empty(4, dtype=np.bool_)
    fights, violates = np.array([True, True, True, False]), np.array([False, True, False, True])
    covered = np.array([0.25, 0.25, 1.0, 0.0])
    effort = np.full(4, 0.8)
    fighting.fight(active, going_on, takes_part, fights, effort, covered, state, violates)
    assert active == pytest.approx(expected)
    assert going_on * effort == pytest.approx(expected), "its effort is no part of what goes on"
    assert takes_part.tolist() == [share > 0.0 for share in expected]


@given(st.integers(0, 3), YES, YES, UNIT, UNIT)
def test_nobody_fights_with_more_than_its_effort_and_a_breach_is_never_less(
    state: int, fights: bool, breaks: bool, effort: float, covered: float
) -> None:
    def share(broken: bool) -> float:
        active, takes_part = np.empty(1), np.empty(1, dtype=np.bool_)
        fighting.fight(
            active, np.empty(1), takes_part, np.array([fights]), np.array([effort]),
            np.array([covered]), state, np.array([broken]),
        )  # fmt: skip
        assert takes_part[0] == (active[0] > 0.0)
        return float(active[0])

    assert 0.0 <= share(breaks) <= effort
    assert share(True) >= share(False)
    if not fights or state == 3:
        assert share(breaks) == 0.0


def ceasefire_value(covered: float, cost: float = 0.2, **more: float) -> float:
    given = {"u": 0.6, "table": 0.7, "war": 0.4, "chi": 0.5, "delta": 0.9} | more
    V = np.empty(1)
    u, table, V_w, chi, delta = (np.array([given[name]]) for name in given)
    ceasefires.ceasefire_values(
        V, u, table, V_w, chi, np.array([cost]), np.array([covered]), delta, 0.1, 0.2
    )
    return float(V[0])


def test_where_a_ceasefire_does_not_hold_the_cost_of_war_goes_on() -> None:
    # 0.1 (0.6 - 0.2 x 0.25) + 0.9 (0.1 (0.35 + 0.2) + 0.2 x 0.4) over 1 - 0.9 x 0.7
    assert ceasefire_value(0.75) == pytest.approx((0.055 + 0.9 * 0.135) / 0.37)
    lost = 0.1 * 0.2 * 0.25 / 0.37
    assert ceasefire_value(1.0) - ceasefire_value(0.75) == pytest.approx(lost)


@given(UNIT, UNIT, UNIT, UNIT, UNIT, UNIT, st.floats(0.5, 0.999))
def test_a_ceasefire_that_holds_everywhere_costs_nothing_and_a_wider_one_is_worth_more(
    u: float, table: float, war_: float, chi: float, cost: float, covered: float, delta: float
) -> None:
    given = {"u": u, "table": table, "war": war_, "chi": chi, "delta": delta}
    assert ceasefire_value(1.0, cost, **given) == ceasefire_value(1.0, 0.0, **given)
    assert ceasefire_value(covered, cost, **given) <= ceasefire_value(1.0, cost, **given) + 1e-12


def test_nothing_is_gained_by_a_breach_where_the_war_goes_on_anyhow() -> None:
    out, W, X = np.empty(3), np.full((3, 1), 0.5), np.ones((3, 1))
    proxies.military_gains(
        out, np.array([0.4]), np.ones((3, 1)), W, X, np.array([1.0, 0.5, 0.0]), 0.06
    )
    assert out == pytest.approx([0.06 * 0.5 * 0.6, 0.06 * 0.5 * 0.6 * 0.5, 0.0])


def test_violations_in_another_theatre_are_less_contagious() -> None:
    out, mu, T = np.empty(3), np.array([0.2, 0.4, 0.4]), np.full((3, 3), -0.5)
    places = [[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]]
    violated, in_arms = np.array([False, True, True]), np.array([1.0, 1.0, 0.5])
    all_of_it = np.ones(3)
    proxies.contagion(out, T, mu, in_arms, all_of_it, all_of_it, near(places), violated, 0.03)
    # of what is in arms, 0.2 + 0.4 + 0.2; the second is near the first by 0.6, the third not at all
    assert out[0] == pytest.approx(0.03 * 0.4 * 0.5 * 0.6 / 0.8)
    assert out[2] == pytest.approx(0.03 * (0.4 * 0.5 * 0.8 + 0.2 * 0.5) / 0.8)


def test_who_breaks_counts_by_what_the_ceasefire_binds() -> None:
    bound = np.array([2.0 * 0.5, 3.0 * 1.0, 4.0 * 0.0])
    assert ceasefires.violator_share(np.array([True, False, True]), bound) == 0.25
    shares = np.empty(2)
    fighting.side_shares(shares, np.array([True, False, False]), np.array([1, 1, -1]), bound)
    assert shares.tolist() == [0.25, 0.0]


# what is given ------------------------------------------------------------------------------------


def test_the_scope_of_a_ceasefire_is_the_share_of_each_that_stands_there(
    second: Scenario,
) -> None:
    game = Game(spread(second, ("north", "damascus")))
    covered = dict(zip(game.layout.actors, game.inputs.who.covered.tolist(), strict=True))
    for name, shares in SPREAD.items():
        if second.actors[name].armed:
            assert covered[name] == pytest.approx(1.0 - shares.get("elsewhere", 0.0)), name
    # local militias are spread alike; who does not fight sees as much stop as there is in scope
    assert covered["local_militias"] == pytest.approx(2.0 / 3.0)
    armed = {name: actor.capability for name, actor in second.actors.items() if actor.armed}
    mean = sum(covered[n] * m for n, m in armed.items()) / sum(armed.values())
    for name in ("russia", "united_nations"):
        assert covered[name] == pytest.approx(mean), "only the armed fight here"


def test_without_a_scope_a_ceasefire_covers_all_of_everybody_exactly(
    second: Scenario,
) -> None:
    for case in (spread(second), plain(second), spread(second, THEATRES)):
        covered = Game(case).inputs.who.covered
        assert covered == pytest.approx(np.ones(len(covered)), abs=1e-15)
    assert (Game(spread(second)).inputs.who.covered == 1.0).all()


def test_an_actor_that_is_to_be_armed_later_is_covered_where_it_will_stand() -> None:
    case = two_fronts(ceasefire={"covers": ["hills"]})
    later = files.with_changes(case, {"actors.coast.capability": 0.0})
    game = Game(later)
    assert game.inputs.who.covered[game.actor("coast")] == 0.0


# whole runs ---------------------------------------------------------------------------------------


def test_one_theatre_that_is_only_named_changes_nothing_to_the_last_bit(
    second: Scenario,
) -> None:
    data = files.as_data(plain(second))
    data["theatres"] = {"country": {"label": "the country"}}
    data["actors"]["iran"]["theatres"] = {"country": 1.0}
    data["ceasefire"] = {"covers": ["country"]}
    one, base = (
        simulate(files.build(data), runs=3, seed=4),
        simulate(plain(second), runs=3, seed=4),
    )
    same(one, base)
    assert one["theatre"].values.tolist() == ["country"]
    assert base["theatre"].values.tolist() == ["everywhere"]
    assert one["theatre_label"].values.tolist() == ["the country"]
    assert (base["intensity_by_theatre"].values[..., 0] == base["intensity"].values).all()


@pytest.mark.parametrize("covers", [None, ("damascus",)])
def test_theatres_off_is_one_country_to_the_last_bit(
    second: Scenario, covers: tuple[str, ...] | None
) -> None:
    off = files.with_changes(spread(second, covers), {"mechanisms.theatres": False})
    same(simulate(off, runs=3, seed=4), simulate(plain(second), runs=3, seed=4))


def test_everything_off_is_the_second_theory_to_the_last_bit(second: Scenario) -> None:
    off = files.with_changes(everything(second), NONE)
    same(simulate(off, runs=3, seed=4), simulate(plain(second), runs=3, seed=4))


@pytest.mark.parametrize("switch", sorted(ALL))
def test_every_part_makes_a_difference(second: Scenario, switch: str) -> None:
    case = everything(second)
    with_it = simulate(case, runs=6, seed=4, parts=("issue", "actor"), log=False)
    off = files.with_changes(case, {switch: NONE[switch]})
    without = simulate(off, runs=6, seed=4, parts=("issue", "actor"), log=False)
    assert with_it["position"].values.tobytes() != without["position"].values.tobytes()


@pytest.mark.parametrize("seed", [1, 2])
def test_both_drivers_agree_to_the_last_bit_with_everything_on(second: Scenario, seed: int) -> None:
    case = everything(second)
    model = ConflictModel(case, seed=seed, run=5)
    for _ in range(case.weeks):
        model.step()
    same(model.results(), simulate(case, seed=seed, first=5))


def test_who_stands_out_of_scope_fights_on_and_has_nothing_to_break() -> None:
    case = two_fronts(ceasefire={"covers": ["hills"]})
    results = simulate(case, runs=6, seed=1)
    ceasefire = results["state"].values == 1
    assert ceasefire.any()
    assert not ceasefire.all()
    for name, inside in (("north", True), ("south", True), ("coast", False), ("raiders", False)):
        active = results["active"].sel(actor=name).values
        asked = {(e.run, e.week) for e in events(results) if e.decision == "comply"
                 and e.actor == name}  # fmt: skip
        assert bool(asked) == inside
        if inside:
            broke = results["violated"].sel(actor=name).values
            assert (active[ceasefire] == broke[ceasefire]).all()
        else:
            assert (active == 1.0).all()
            assert not results["violated"].sel(actor=name).values.any()
            assert not results["blame"].sel(actor=name).values.any()
    by_place = results["intensity_by_theatre"]
    assert (by_place.sel(theatre="marsh").values == 1.0).all()
    assert by_place.sel(theatre="hills").values[ceasefire].mean() < 0.5


def test_a_settlement_holds_everywhere() -> None:
    case = two_fronts(ceasefire={"covers": ["hills"]})
    fighters = {"north", "south", "coast", "raiders"}
    for state, bound in ((1, {"north", "south"}), (2, fighters)):
        game = Game(case, fed=even_draws(case))
        game.state[0] = state
        told = game.step()
        assert {game.layout.actors[e.actor] for e in told if e.kind == "comply"} == bound
        broke = {name for name in fighters if game.violated[game.actor(name)]}
        active = {name for name in fighters if game.active[game.actor(name)] == 1.0}
        assert broke <= bound
        assert active == broke | (fighters - bound)


def test_what_a_breach_of_a_settlement_gains_is_not_cut_by_the_scope_of_the_ceasefire() -> None:
    """It stopped the whole war, so all of it can be taken up again."""
    gained = {}
    for covers in (["hills"], ["hills", "marsh"]):
        case = two_fronts(ceasefire={"covers": covers})
        for state in (1, 2):
            game = Game(case, fed=even_draws(case))
            game.state[0] = state
            game.step()
            gained[len(covers), state] = [
                float(game.military_gain[game.actor(name)]) for name in ("north", "coast", "envoy")
            ]
    whole = gained[2, 1]
    assert whole[0] == pytest.approx(0.06 * 0.5)
    assert gained[2, 2] == whole
    assert gained[1, 2] == whole
    assert gained[1, 1] == [whole[0], 0.0, whole[2]]


def test_an_issue_advances_by_the_part_of_its_mover_that_no_ceasefire_stops() -> None:
    case = two_fronts(
        ceasefire={"covers": ["hills"]},
        issues={
            "land": {"label": "land", "zero": "none", "one": "all", "start": 0.5,
                     "moved_by": "territory"},
            "road": {"label": "road", "zero": "cut", "one": "open", "start": 0.3,
                     "advances_while": ["north"]},
        },
    )  # fmt: skip
    case = files.with_changes(case, {"actors.north.theatres": {"hills": 0.9, "marsh": 0.1}})
    kept = even_draws(case)
    kept[:, draws.COMPLY] = 1e-6  # whoever is bound keeps it
    for state, share in ((0, 1.0), (1, 0.1), (2, 0.0)):
        game = Game(case, fed=kept)
        game.state[0], game.violence_by_camp[:] = state, 0.0
        game.step()
        assert not game.violated[game.actor("north")]
        moved = float(game.position[game.issue("road")]) - 0.3
        assert moved == pytest.approx(game.parameter_values.advance_speed * share, abs=1e-12), state


def test_nobody_fights_after_a_victory_in_any_theatre() -> None:
    won = {"week": 0, "why": "experiment", "issue": "land", "position": 1.0, "pinned": True}
    results = simulate(two_fronts(ceasefire={"covers": ["hills"]}, events=[won]), runs=4, seed=2)
    over = results["state"].values == 3
    assert over.any(axis=1).all()
    assert (results["active"].values[over] == 0.0).all()
    assert (results["intensity_by_theatre"].values[over] == 0.0).all()
    assert (results["intensity"].values[over] == 0.0).all()
    assert not results["fighting"].values[over].any()


def test_the_recorded_intensities_are_those_of_the_recorded_forces(second: Scenario) -> None:
    case = everything(second)
    results = simulate(case, runs=3, seed=6)
    game = Game(case)
    order = [game.layout.actors.index(name) for name in results["actor"].values]
    places = game.inputs.who.theatre_shares[order]
    arms, active = results["in_arms"].values, results["active"].values
    there = arms @ places
    # who keeps a ceasefire fights where it does not hold, and only there
    keeps = (results["state"].values == 1)[..., None] & ~results["violated"].values
    outside = np.where(game.inputs.topic.beyond, results["effort"].values[..., None], 0.0)
    by_place = np.where(keeps[..., None], outside, active[..., None])
    fought = (arms[..., None] * places * by_place).sum(axis=2)
    assert keeps.any()
    assert results["intensity_by_theatre"].values == pytest.approx(fought / there, abs=1e-12)
    total = (arms * active).sum(axis=-1) / arms.sum(axis=-1)
    assert results["intensity"].values == pytest.approx(total, abs=1e-12)
    assert results["theatre"].values.tolist() == sorted(THEATRES)


def test_where_a_ceasefire_holds_and_nobody_breaks_it_nobody_fights(syria: Scenario) -> None:
    """Actors stand in several theatres here: what they do in one is not spread over all."""
    results = simulate(syria, runs=20, seed=1, log=False)
    kept = (results["state"].values == 1) & ~results["violated"].values.any(axis=2)
    assert kept.sum() > 100
    by_theatre = results["intensity_by_theatre"]
    for name, least, most in (("north", 0.0, 0.0), ("damascus", 0.0, 0.0), ("elsewhere", 0.7, 1)):
        there = by_theatre.sel(theatre=name).values[kept]
        assert least <= there.min()
        assert there.max() <= most


def test_the_cost_of_the_war_elsewhere_makes_a_narrow_ceasefire_worth_less() -> None:
    wide, narrow = (
        Game(case, fed=even_draws(case))
        for case in (two_fronts(), two_fronts(ceasefire={"covers": ["hills"]}))
    )
    wide.step()
    narrow.step()
    for name, gap in (("north", 0.0), ("coast", 0.3), ("envoy", 0.15)):
        i = wide.actor(name)
        delta, h_c = 0.99, float(wide.believed_hazard[0])
        assert h_c == narrow.believed_hazard[0]
        lost = (
            (1 - delta)
            * gap
            / (1 - delta * (1 - wide.parameter_values.believed_settlement_hazard - h_c))
        )
        assert wide.value_ceasefire[i] - narrow.value_ceasefire[i] == pytest.approx(lost, abs=1e-12)
    u = np.empty(len(wide.utility))
    objectives.utilities(
        u, wide.position, wide.weight, wide.ideal, wide.parameter_values.loss_exponent
    )
    assert np.isfinite(u).all()


def test_the_order_of_theatres_has_no_power(second: Scenario) -> None:
    case = everything(second)
    data = files.as_data(case)
    data["theatres"] = dict(reversed(data["theatres"].items()))
    data["ceasefire"]["covers"] = list(reversed(data["ceasefire"]["covers"]))
    for actor in data["actors"].values():
        actor["theatres"] = dict(reversed(actor["theatres"].items()))
    same(simulate(case, runs=2, seed=3), simulate(files.build(data), runs=2, seed=3))
