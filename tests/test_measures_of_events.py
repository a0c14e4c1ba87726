"""Attempts, talks, violence, blame and outcomes: worked by hand and against the events."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
import xarray as xr
from handmade_results import START, ceasefire, made, told

from sim import files, measures
from sim.engine import event_log as log
from sim.engine.build import prepare
from sim.engine.inputs import Layout
from sim.engine.state import VARIABLES
from sim.errors import ResultsError
from sim.measures import breaches, war_outcomes
from sim.results import selection
from sim.results.dataset import events
from sim.results.variables import Recording, chosen
from sim.runs.ensemble import ensemble as play_many
from sim.scenario.schema import OUTCOMES, Scenario

ALLIES = ("russia", "iran")


def logged(*rows: tuple[Any, ...], runs: int = 1, weeks: int = 10) -> xr.Dataset:
    """Events of actors a, b, c and issues x, y."""
    blank = made("abc", weeks=weeks, runs=runs).assign_coords(issue=["x", "y"])
    return told(blank, list(rows))


# attempts ----------------------------------------------------------------------------------------

TRIED = (
    (0, 4, log.PROPOSE, 1, -1, -1, False),
    (0, 8, log.PROPOSE, 0, -1, -1, True),
    (0, 8, log.CONSULT, 0, 2, -1, True),
    (0, 8, log.RATIFY, 0, 0, -1, False),
    (0, 8, log.RATIFY, 1, 0, -1, True),
    (0, 8, log.RATIFY, 2, 0, -1, True),
    (0, 8, log.CEASEFIRE, 0, -1, -1, True),
)


def test_an_attempt_says_who_tried_who_was_asked_and_who_signed() -> None:
    table = measures.ceasefire_attempts(logged(*TRIED))
    assert table["week"].tolist() == [4, 8]
    assert table["date"].tolist() == [START + dt.timedelta(weeks=n) for n in (4, 8)]
    assert table["convener"].tolist() == ["b", "a"]
    assert table["proposed"].tolist() == [False, True]
    assert table["in_force"].tolist() == [False, True]
    assert table["consulted"].tolist() == [(), ("c",)]
    assert table["signed"].tolist() == [(), ("b", "c")]


def test_willingness_counts_the_conveners_own_answer() -> None:
    table = measures.willingness(logged(*TRIED))
    assert table["asked"].tolist() == [1, 1, 1]
    assert table["share"].tolist() == [0.0, 1.0, 1.0]


def test_attempts_and_spells_tell_the_same_ceasefires(ensemble: xr.Dataset) -> None:
    tried, spells = measures.ceasefire_attempts(ensemble), measures.ceasefires(ensemble)
    signed = tried[tried["in_force"]]
    assert signed[["run", "week"]].values.tolist() == spells[["run", "start"]].values.tolist()
    assert signed["convener"].tolist() == spells["convener"].tolist()
    # the record has the convener among those who signed, whatever its own answer was
    for own, spell in zip(signed.itertuples(), spells.itertuples(), strict=True):
        assert set(own.signed) | {own.convener} == set(spell.signed)


def test_runs_that_are_taken_out_take_their_events_with_them(ensemble: xr.Dataset) -> None:
    some = ensemble.sel(run=[5, 3]).isel(week=slice(20, 60))
    table = measures.ceasefire_attempts(some)
    assert set(table["run"]) == {3, 5}
    assert table["week"].between(20, 59).all()
    told_ = [e for e in events(ensemble, 5) if e.decision == "propose" and 20 <= e.week < 60]
    assert (table["run"] == 5).sum() == len(told_)


# talks -------------------------------------------------------------------------------------------

TALKED = (
    (1, 2, log.ATTEND, 2, -1, -1, False),
    (1, 6, log.ATTEND, 2, -1, -1, True),
    (1, 6, log.TABLE, -1, -1, 1, True),
    (1, 6, log.VOTE, 0, -1, -1, True),
    (1, 6, log.VOTE, 1, -1, -1, False),
    (1, 6, log.SETTLE, -1, -1, -1, False),
    (0, 6, log.SETTLE, -1, -1, -1, True),
)


def test_a_round_of_talks_says_who_came_what_was_tabled_and_how_they_voted() -> None:
    table = measures.talks(logged(*TALKED, runs=2))
    assert table[["run", "week"]].values.tolist() == [[0, 6], [1, 2], [1, 6]]
    assert table["came"].tolist() == [(), (), ("c",)]
    assert table["stayed_away"].tolist() == [(), ("c",), ()]
    assert table["tabled"].tolist() == [(), (), ("y",)]
    assert table["voted"].tolist() == [True, False, True]
    assert table["accepted"].tolist() == [(), (), ("a",)]
    assert table["refused"].tolist() == [(), (), ("b",)]
    assert table["settled"].tolist() == [True, False, False]


def test_attendance_and_votes_are_of_those_who_were_asked() -> None:
    results = logged(*TALKED, runs=2)
    assert measures.attendance(results)[["expected", "came", "share"]].to_dict("index") == {
        "c": {"expected": 2, "came": 1, "share": 0.5}
    }
    assert measures.votes(results)["share"].to_dict() == {"a": 1.0, "b": 0.0}


def test_talks_of_an_ensemble_are_those_of_its_events(ensemble: xr.Dataset) -> None:
    table = measures.talks(ensemble)
    counted = [e for e in events(ensemble) if e.decision == "settle"]
    assert table["voted"].sum() == len(counted)
    assert table["settled"].sum() == sum(e.answer for e in counted)
    agreed = measures.settlements(ensemble).drop_duplicates(["run", "week"])
    both = table[table["settled"]][["run", "week"]].values.tolist()
    assert agreed[["run", "week"]].values.tolist() == both


def test_a_settlement_says_what_was_agreed_on_what_lies_on_the_table() -> None:
    results = made(
        "a", weeks=3, state=((), [1, 2, 2]), text=(("issue",), [[0, 0], [0.5, 0.9], [0.6, 0.9]]),
        tabled=(("issue",), [[False, False], [True, False], [True, False]]),
        position=(("issue",), [[0.1, 0.3]] * 3),
    ).assign_coords(issue=["x", "y"])  # fmt: skip
    table = measures.settlements(results)
    assert table[["run", "week", "issue", "status_quo", "agreed"]].values.tolist() == [
        [0, 1, "x", 0.1, 0.5]
    ]
    assert table["moved"].item() == pytest.approx(0.4)


def test_without_events_they_are_asked_for(ensemble: xr.Dataset) -> None:
    silent = ensemble.drop_vars([name for name in ensemble if str(name).startswith("event_")])
    for measure in (
        measures.ceasefire_attempts, measures.talks, measures.votes, measures.breach_rates,
        measures.spoiling, measures.willingness, measures.attendance,
    ):  # fmt: skip
        with pytest.raises(ResultsError, match=r"no events: in an ensemble, .*record='events'"):
            measure(silent)
        with pytest.raises(ResultsError, match="no runs"):
            measure(ensemble.isel(run=[]))


# violence and blame ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fought(toy: Scenario) -> xr.Dataset:
    """Two weeks of three actors: crown 3 and league 1 are armed, the duchy is not."""
    attrs = {"scenario": files.dumps(toy)}
    dims = ("actor",)
    results = made(
        "abc", weeks=2, attrs=attrs,
        capability=(dims, [[3.0, 5.0, 1.0]] * 2),
        fighting=(dims, [[True] * 3, [True, True, False]]),
        violated=(dims, [[False] * 3, [True, False, True]]),
        blame=(dims, [[0, 0, 0], [3.0, 0.0, 1.0]]),
        state=((), [0, 1]), age=((), [1, 1]), convener=((), [-1, 1]),
    )  # fmt: skip
    names = {"actor": ["crown", "duchy", "league"], "other": ["crown", "duchy", "league"]}
    return results.assign_coords(names | {"camp": ["crown", "towns"]})


def test_violence_is_the_share_of_a_camps_arms_that_fight(fought: xr.Dataset) -> None:
    assert measures.violence(fought).values.tolist() == [[[1.0, 1.0], [1.0, 0.0]]]
    assert measures.ceasefire_violence(fought).values.tolist() == [[1.0, 0.0]]


def test_breaches_are_weighed_by_capability(fought: xr.Dataset) -> None:
    assert measures.breaches_by_camp(fought).values.tolist() == [[0.75, 0.25]]
    calm = fought.assign(violated=fought["violated"] & False)
    assert np.isnan(measures.breaches_by_camp(calm)).all()


def test_concentration_of_blame_is_the_sum_of_squared_parts(fought: xr.Dataset) -> None:
    assert measures.blame_concentration(fought).values.tolist() == [0.75**2 + 0.25**2]
    assert np.isnan(measures.blame_concentration(fought.isel(week=[0]))).all()
    alone = fought.assign(blame=fought["blame"] * [1, 0, 0])
    assert measures.blame_concentration(alone).values.tolist() == [1.0]


def test_breach_rates_agree_with_the_weeks_and_flags_of_the_record(ensemble: xr.Dataset) -> None:
    rates = measures.breach_rates(ensemble)
    assert (rates["weeks"] == measures.under_ceasefire(ensemble).sum().item()).all()
    broken = ensemble["violated"].sum(("run", "week"))
    for name, row in rates.iterrows():
        assert row["breaches"] == broken.sel(actor=name).item()
    assert rates.loc["hezbollah", "share"] > rates.loc["northern_rebels", "share"]


def test_patrons_alone_give_orders(ensemble: xr.Dataset, syria: Scenario) -> None:
    table = measures.spoiling(ensemble)
    assert set(table.index) == set(syria.patrons)
    assert table.loc["iran", "share"] > table.loc["turkey", "share"]


def test_the_governments_side_breaks_most_and_fights_less_in_a_ceasefire(
    ensemble: xr.Dataset,
) -> None:
    assert measures.breaches_by_camp(ensemble).mean("run").sel(camp="government") > 0.8
    calm = measures.ceasefire_violence(ensemble).mean("run")
    assert (calm < 1).all()
    np.testing.assert_allclose(measures.breaches_by_camp(ensemble).sum("camp"), 1.0)


@pytest.mark.parametrize("fights", ["armed", "tasks"])
def test_what_is_in_arms_is_what_the_engine_counts_and_nothing_of_a_neutral(
    toy: Scenario, fights: str
) -> None:
    from sim.runs.simulate import simulate

    data = files.as_data(files.with_changes(toy, {"mechanisms.fights": fights}))
    neutral = {key: value for key, value in data["actors"]["duchy"].items() if key != "camp"}
    neutral |= {"label": "Republic", "tasks": {"ground": 1.0}}
    case = files.build(data | {"actors": data["actors"] | {"republic": neutral}})
    results = simulate(case, weeks=4)
    weights = breaches._in_arms(results)[0]
    names = [str(name) for name in results["actor"].values]
    who, order = prepare(case)[0].who, prepare(case)[2].actors
    share = np.array([who.in_arms[order.index(name)] for name in names])
    assert (weights == results["capability"].values[0] * share).all()
    assert (weights[:, names.index("republic")] == 0.0).all()
    assert (weights[:, names.index("duchy")] > 0.0).all() == (fights == "tasks")


# outcomes ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ended(syria: Scenario) -> xr.Dataset:
    """Fourteen weeks, six runs: war, young and old ceasefire, two settlements, victory."""
    weeks, last = 14, [0, 1, 1, 2, 2, 3]
    state = np.repeat(np.array(last)[:, None], weeks, axis=1)
    state[1, :3] = state[2, :2] = 0  # in force for eleven weeks, and for twelve
    position = np.zeros((6, weeks, 3))
    position[0, :, :2] = 0.9  # in war it counts for nothing
    position[3, :, 0], position[3, :, 1] = 0.15, 0.24
    position[4, :, 0], position[4, :, 1] = 0.14, 0.25
    position[:, :, 2] = np.array([0.5, 0.97, 0.03, 0.96, 0.04, 1.0])[:, None]
    tie = np.full((6, weeks, 2, 2), -0.1)
    tie[1, -8] = 0.1  # not in every one of the last eight weeks
    results = made(
        "ab", weeks=weeks, runs=6, attrs={"scenario": files.dumps(syria)}, state=((), state),
        position=(("issue",), position), tie=(("actor", "other"), tie),
    )  # fmt: skip
    names = {"actor": list(ALLIES), "other": list(ALLIES), "issue": ["share", "arms", "regime"]}
    return results.assign_coords(names)


def test_every_class_of_outcome_is_what_its_numbers_say(ended: xr.Dataset) -> None:
    found = measures.outcomes(ended)
    runs = {
        name: np.flatnonzero(found.sel(outcome=name)).tolist() for name in found["outcome"].values
    }
    assert runs == {
        "continued_war": [0],
        "fragile_ceasefire": [1],
        "frozen_conflict": [2],
        "settlement": [3, 4],
        "victory": [5],
        "power_sharing": [3],
        "militia_withdrawal": [4],
        "front_at_a_border": [1, 2, 5],
        "won_by_government": [5],
        "won_by_opposition": [],
        "alliance_split": [0, 2, 3, 4, 5],
    }


def test_who_won_is_the_camp_at_whose_end_the_front_stood_when_the_war_was_won(
    syria: Scenario,
) -> None:
    """Also if a dated event throws the front back afterwards."""
    weeks, front = 4, np.array([[0.5, 0.98, 0.3, 0.3], [0.5, 0.02, 0.02, 0.02]])
    state = np.array([[0, 3, 3, 3], [0, 3, 3, 3]])
    results = made(
        "ab", weeks=weeks, runs=2, attrs={"scenario": files.dumps(syria)}, state=((), state),
        position=(("issue",), front[..., None]),
    ).assign_coords({"issue": ["regime"]})  # fmt: skip
    found = measures.outcomes(results)
    assert found.sel(outcome="won_by_government").values.tolist() == [True, False]
    assert found.sel(outcome="won_by_opposition").values.tolist() == [False, True]
    without = files.with_changes(syria, {"mechanisms.victory": False})
    kept = measures.outcomes(results.assign_attrs(scenario=files.dumps(without)))
    assert not any(str(name).startswith("won_by") for name in kept["outcome"].values)


def test_one_state_holds_in_every_run(ensemble: xr.Dataset) -> None:
    found = measures.outcomes(ensemble).sel(outcome=list(measures.STATES))
    assert (found.sum("outcome") == 1).all()
    table = measures.outcome_shares(ensemble)
    assert table.loc[list(measures.STATES), "share"].sum() == pytest.approx(1)
    assert ((table["low"] <= table["share"]) & (table["share"] <= table["high"])).all()
    assert (table["meaning"].str.len() > 10).all()


def test_the_age_of_the_last_ceasefire_follows_from_the_states(ensemble: xr.Dataset) -> None:
    held = np.isin(ensemble["state"].isel(week=-1).values, (1, 2))
    age = war_outcomes._age(ensemble["state"].values)
    np.testing.assert_array_equal(age[held], ensemble["age"].isel(week=-1).values[held])
    assert (age[~held] == 0).all()


def test_settlements_can_be_judged_by_other_issues(ended: xr.Dataset) -> None:
    found = measures.outcomes(ended, content={"anything": ("arms", 0.2)})
    assert np.flatnonzero(found.sel(outcome="anything")).tolist() == [3, 4]
    assert "power_sharing" not in found["outcome"]
    with pytest.raises(ResultsError, match=r"unknown issue 'arm' .*did you mean 'arms'"):
        measures.outcomes(ended, content={"anything": ("arm", 0.2)})


def test_no_name_of_an_issue_makes_a_class_of_outcome_and_a_scenario_defines_its_own(
    toy: Scenario,
) -> None:
    from sim.runs.simulate import simulate

    text = files.dumps(toy).replace("charter", "share").replace("valley", "arms")
    renamed = files.loads(text)
    assert set(renamed.issues) == {"share", "arms"}
    plain = measures.outcomes(simulate(renamed, runs=2, weeks=5))
    assert plain["outcome"].values.tolist() == [*measures.STATES, "front_at_a_border"]
    own = {"label": "the towns rule themselves", "issue": "share", "at_least": 0.3}
    case = files.with_changes(renamed, {"outcomes.self_rule": own})
    results = simulate(case, runs=20)
    found = measures.outcomes(results).sel(outcome="self_rule")
    assert found["meaning"] == (
        "a settlement in force, and the towns rule themselves: self-rule at 0.3 or more"
    )
    last = results.isel(week=-1)
    expected = (last["state"] == 2) & (last["position"].sel(issue="share") >= 0.3)
    assert found.values.tolist() == expected.values.tolist()
    assert {True, False} == {*expected.values.tolist()}


def test_the_classes_that_any_war_can_have_are_those_that_scenarios_may_not_define() -> None:
    assert tuple(measures.MEANINGS) == OUTCOMES


def test_outcomes_leave_out_what_a_scenario_does_not_have(toy: Scenario) -> None:
    from sim.runs.simulate import simulate

    found = measures.outcomes(simulate(toy, runs=2, weeks=5))
    assert found["outcome"].values.tolist() == [*measures.STATES, "front_at_a_border"]
    with pytest.raises(ResultsError, match="unknown actor 'barony'"):
        measures.outcomes(simulate(toy, weeks=5), allies=("crown", "barony"))


# what ensembles keep -----------------------------------------------------------------------------


def test_measures_work_on_what_ensembles_keep(first_syria: Scenario, ensemble: xr.Dataset) -> None:
    """The same runs, kept by levels and in single precision."""
    kept = play_many(first_syria, 10, seed=1, record="actors,dyads,events")
    full = ensemble.isel(run=slice(10))
    assert "age" not in kept  # ceasefires begin where the events say so
    for measure in (
        measures.ceasefires, measures.ceasefire_attempts, measures.talks, measures.first_breakers,
        measures.breach_rates, measures.spoiling, measures.ceasefire_hazard,
    ):  # fmt: skip
        assert measure(kept).astype(str).equals(measure(full).astype(str)), measure.__name__
    np.testing.assert_array_equal(measures.outcomes(kept), measures.outcomes(full))
    np.testing.assert_allclose(measures.violence(kept), measures.violence(full), atol=1e-6)
    late = {"week": [0, 119]}
    np.testing.assert_array_equal(measures.sides(kept.isel(late)), measures.sides(full.isel(late)))
    two = measures.divergence(kept, ALLIES), measures.divergence(full, ALLIES)
    assert two[0].equals(two[1])


def test_the_summary_of_an_ensemble_tells_the_outcomes(
    first_syria: Scenario, ensemble: xr.Dataset
) -> None:
    found = measures.outcomes(play_many(first_syria, 10, seed=1))
    full = measures.outcomes(ensemble.isel(run=slice(10)))
    assert "alliance_split" not in found["outcome"]
    np.testing.assert_array_equal(found, full.sel(outcome=found["outcome"].values))


def test_a_refusal_names_a_record_that_holds_what_is_missing(syria: Scenario) -> None:
    lay = Layout.of(syria)
    for row in VARIABLES:
        recording = Recording(syria, lay, chosen(selection.option(row.name)))
        assert row.name in {variable.name for variable in recording.variables}


def test_measures_of_results_without_runs_are_refused(ensemble: xr.Dataset) -> None:
    none = ensemble.isel(run=[])
    for measure in (
        measures.ties, measures.under_ceasefire,
        measures.outcomes, measures.outcome_shares, measures.settlements,
        measures.blame_concentration, measures.violence, measures.breaches_by_camp,
        measures.ceasefires, measures.first_breakers,
    ):  # fmt: skip
        with pytest.raises(ResultsError, match="no runs"):
            measure(none)


def test_what_was_not_recorded_is_named_with_its_part(ensemble: xr.Dataset) -> None:
    with pytest.raises(ResultsError, match=r"--record actors .*'actor_flag'"):
        measures.violence(ensemble.drop_vars(["fighting", "active"]))
    with pytest.raises(ResultsError, match=r"'position': .*the part 'issue'"):
        measures.outcomes(ensemble.drop_vars("position"))
    assert ceasefire([0], [1], [-1]).sizes["run"] == 1
