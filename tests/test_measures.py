"""Measures: values worked by hand, sums that must come out, and the words of refusal."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import numpy as np
import pytest
import xarray as xr
from handmade_results import ceasefire, made, tied

from sim import measures
from sim.errors import ResultsError
from sim.measures import structural_balance
from sim.results import selection
from sim.results.dataset import events
from sim.runs.simulate import simulate
from sim.scenario.files import dumps
from sim.scenario.schema import Scenario

ALLIES = ("russia", "iran")


@pytest.fixture(scope="module")
def war(syria: Scenario) -> xr.Dataset:
    return simulate(syria, runs=3, seed=1)


# ties --------------------------------------------------------------------------------------------


def test_a_tie_is_the_mean_of_both_directions() -> None:
    results = tied([[0, 0.4, 0], [0.2, 0, 0], [0, 0, 0]])
    assert measures.tie(results, "a", "b").item() == pytest.approx(0.3)
    assert measures.tie(results, "b", "a").item() == pytest.approx(0.3)


def test_the_table_of_ties_is_symmetric_and_agrees_with_each_pair(war: xr.Dataset) -> None:
    table = measures.ties(war)
    np.testing.assert_array_equal(table, table.transpose("run", "week", "other", "actor"))
    one = table.sel(actor="iran", other="turkey")
    np.testing.assert_array_equal(one, measures.tie(war, "iran", "turkey"))


def test_the_drift_accounts_of_every_pair_add_up_to_its_tie(war: xr.Dataset) -> None:
    names = war["actor"].values.tolist()
    for two in itertools.combinations(names, 2):
        total = measures.drift_accounts(war, two).sum("account")
        np.testing.assert_allclose(total, measures.tie(war, *two), rtol=0, atol=1e-9)


def test_the_account_of_objectives_splits_by_issue_without_rest(war: xr.Dataset) -> None:
    for two in (ALLIES, ("turkey", "northern_rebels"), ("united_states", "iran")):
        whole = measures.drift_accounts(war, two).sel(account="objectives")
        parts = measures.drift_by_issue(war, two)
        np.testing.assert_allclose(parts.sum("issue"), whole, rtol=0, atol=1e-9)


def test_an_issue_adds_its_overlap_times_its_agreement_and_then_decays(toy: Scenario) -> None:
    weight = [[[0.25, 0.75], [0.16, 0.84]], [[0, 1], [0, 1]]]  # weeks, actors, issues
    ideal = [[[1, 0.5], [0, 0.5]], [[1, 0.5], [0, 0.5]]]
    dims = ("actor", "issue")
    results = made(
        "ab", weeks=2, attrs={"scenario": dumps(toy)},
        attention=(dims, weight), attention_ideal=(dims, ideal),
    ).assign_coords(issue=["land", "law"])  # fmt: skip
    a, e = toy.parameters.pull_of_alignment, toy.parameters.pull_of_experience
    split = measures.drift_by_issue(results, ("a", "b")).values[0]
    # week 0, first issue: sqrt(.25 .16) (1 - 2) = -.2; week 1 adds nothing to it
    assert split[0, 0] == pytest.approx(-0.2 * a)
    assert split[1, 0] == pytest.approx(-0.2 * a * (1 - a - e))
    # second issue: full agreement, weighted by sqrt(.63), then by 1
    assert split[1, 1] == pytest.approx(a * np.sqrt(0.63) * (1 - a - e) + a)


def test_arms_and_prestige_pull_the_allies_apart_and_survival_held_them(war: xr.Dataset) -> None:
    split = measures.drift_by_issue(war, ALLIES).mean("run").isel(week=60)
    assert split.sel(issue="regime") > 0.1
    assert split.sel(issue="arms") < -0.01


def test_the_account_by_issue_is_refused_without_the_first_rounds(war: xr.Dataset) -> None:
    with pytest.raises(ResultsError, match="from week 0 on"):
        measures.drift_by_issue(war.isel(week=slice(5, None)), ALLIES)


# cohesion ----------------------------------------------------------------------------------------


def powered(power: list[float]) -> xr.Dataset:
    S = [[0, 0.5, -0.1], [0.5, 0, 0.2], [-0.1, 0.2, 0]]
    return tied(S).assign(power=(("run", "week", "actor"), [[power]]))


def test_cohesion_is_the_mean_tie_weighted_by_the_power_of_both() -> None:
    worked = (0.15 * 0.5 + 0.1 * -0.1 + 0.06 * 0.2) / (0.15 + 0.1 + 0.06)
    results = powered([0.5, 0.3, 0.2])
    assert measures.cohesion(results, ["a", "b", "c"]).item() == pytest.approx(worked)
    assert measures.cohesion(results, ["c", "a"]).item() == pytest.approx(-0.1)


def test_cohesion_is_nought_where_nobody_has_capability() -> None:
    assert measures.cohesion(powered([1.0, 0.0, 0.0]), ["a", "b", "c"]).item() == 0.0


@pytest.mark.parametrize("few", [["a"], ["a", "a"], "ab"])
def test_cohesion_needs_two_actors(few: Any) -> None:
    with pytest.raises(ResultsError, match="two different actors"):
        measures.cohesion(powered([1, 1, 1]), few)


# camps -------------------------------------------------------------------------------------------


def test_two_friends_with_a_common_enemy_are_balanced() -> None:
    camps = measures.camps(tied([[0, 0.6, -0.5], [0.6, 0, -0.4], [-0.5, -0.4, 0]]), 0)
    assert camps == (0.0, ("a", "b"), ("c",), (), True)


def test_three_equal_enemies_leave_a_third_of_all_strength_frustrated() -> None:
    S = -0.5 * (np.ones((3, 3)) - np.eye(3))
    assert measures.camps(tied(S), 0).frustration == pytest.approx(1 / 3)


def test_an_actor_without_ties_stands_aside() -> None:
    S = [[0, 0, 0], [0, 0, -0.2], [0, -0.2, 0]]
    assert measures.camps(tied(S), 0) == (0.0, ("b",), ("c",), ("a",), True)
    assert measures.camps(tied(np.zeros((2, 2))), 0) == (0.0, (), (), ("a", "b"), True)


def test_camps_do_not_depend_on_the_order_of_the_actors() -> None:
    S = -0.5 * (np.ones((5, 5)) - np.eye(5))  # many divisions are equally good
    forth, back = measures.camps(tied(S, "abcde"), 0), measures.camps(tied(S, "edcba"), 0)
    assert {frozenset(forth.first), frozenset(forth.second)} == {
        frozenset(back.first), frozenset(back.second),
    }  # fmt: skip


def test_among_more_actors_than_can_be_enumerated_two_blocs_are_found() -> None:
    bloc = np.array([1.0, -1.0] * 13)
    S = 0.4 * np.outer(bloc, bloc) * np.random.default_rng(3).uniform(0.5, 1.5, (26, 26))
    S = (S + S.T) / 2 * (1 - np.eye(26))
    camps = measures.camps(tied(S), 0)
    assert camps.first == tuple("acegikmoqsuwy")
    assert camps.frustration == 0.0
    assert not camps.exact


def test_the_search_never_beats_enumeration_and_comes_near_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    random = np.random.default_rng(5)
    for _ in range(10):
        S = random.uniform(-1, 1, (9, 9))
        S = (S + S.T) / 2
        exact = measures.camps(tied(S), 0).frustration
        monkeypatch.setattr(structural_balance, "MOST_ENUMERATED", 5)
        found = measures.camps(tied(S), 0)
        monkeypatch.undo()
        assert not found.exact
        assert exact - 1e-12 <= found.frustration <= exact + 0.06


def test_a_week_of_one_run_is_judged(war: xr.Dataset) -> None:
    camps = measures.camps(war, "2015-09-30", run=2)
    assert "turkey" in camps.second
    assert {"russia", "iran", "syria_government"} <= set(camps.first)


# ceasefires --------------------------------------------------------------------------------------


def test_a_ceasefire_lasts_from_its_signature_to_the_week_of_its_collapse() -> None:
    results = ceasefire([0, 1, 1, 0, 0], [1, 1, 2, 3, 4], [-1, 1, 1, 1, 1])
    (spell,) = measures.ceasefires(results).itertuples()
    assert (spell.start, spell.last, spell.weeks, spell.ended) == (1, 3, 3, "collapse")
    assert (spell.start_date, spell.last_date) == (dt.date(2001, 1, 8), dt.date(2001, 1, 22))
    assert (spell.convener, spell.signed, spell.settled) == ("b", ("a",), -1)
    assert (spell.first_breach, spell.violators) == (-1, ())


def test_one_that_collapses_in_its_first_week_counts_and_the_next_follows_at_once() -> None:
    results = ceasefire([0, 1, 1], [1, 1, 2], [0, 1, 1])
    spells = measures.ceasefires(results)
    assert spells[["start", "last", "weeks", "ended", "convener"]].values.tolist() == [
        [0, 0, 1, "collapse", "a"],
        [1, 2, 2, "censored", "b"],
    ]


def test_a_settlement_goes_on_with_its_ceasefire() -> None:
    stands = measures.ceasefires(ceasefire([1, 2, 2], [1, 2, 3], [0, 0, 0]))
    falls = measures.ceasefires(ceasefire([1, 2, 0], [1, 2, 3], [0, 0, 0]))
    assert stands[["weeks", "settled", "ended"]].values.tolist() == [[3, 1, "settlement"]]
    assert falls[["weeks", "settled", "ended"]].values.tolist() == [[3, 1, "collapse"]]


def test_the_first_breach_names_all_who_broke_it_that_week() -> None:
    broke = [[True, False], [False, False], [True, True], [True, False]]
    results = ceasefire([0, 1, 1, 1], [1, 1, 2, 3], [-1, 0, 0, 0], violated=broke)
    (spell,) = measures.ceasefires(results).itertuples()
    assert (spell.first_breach, spell.violators) == (2, ("a", "b"))


def test_war_without_a_deal_has_no_spells_but_their_columns() -> None:
    spells = measures.ceasefires(ceasefire([0, 0], [1, 2], [-1, -1]))
    assert len(spells) == 0
    assert tuple(spells.columns) == measures.SPELL


def test_spells_and_events_tell_the_same_ceasefires(war: xr.Dataset) -> None:
    told = list(events(war))
    signed = {(e.run, e.week) for e in told if e.decision == "ceasefire" and e.answer}
    fell = {(e.run, e.week) for e in told if e.decision == "collapse"}
    spells = measures.ceasefires(war)
    assert {(s.run, s.start) for s in spells.itertuples()} == signed
    assert {(s.run, s.last) for s in spells.itertuples() if s.ended == "collapse"} == fell


def test_a_record_that_was_cut_opens_in_the_middle_of_a_spell() -> None:
    results = ceasefire([0, 1, 1, 1], [1, 1, 2, 3], [-1, 0, 0, 0]).isel(week=slice(2, None))
    (spell,) = measures.ceasefires(results).itertuples()
    assert (spell.start, spell.weeks) == (2, 2)


# who, when, which --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "week"),
    [
        (0, 0), (119, 119), ("2015-09-30", 0), ("2015-10-06", 0), ("2015-10-07", 1),
        (dt.date(2018, 1, 16), 119), (np.datetime64("2016-12-13"), 62),
        (dt.datetime(2016, 12, 13, 9), 62), (np.datetime64("2016-12-13T09:00"), 62),
    ],
)  # fmt: skip
def test_a_day_falls_in_the_week_that_began_last(war: xr.Dataset, at: Any, week: int) -> None:
    assert selection.week_at(war, at) == week


@pytest.mark.parametrize("at", ["2015-09-29", "2018-01-17", 120, -1])
def test_a_date_outside_is_refused_with_the_span(war: xr.Dataset, at: Any) -> None:
    with pytest.raises(ResultsError, match="outside the results: 2015-09-30 to 2018-01-16"):
        selection.week_at(war, at)


@pytest.mark.parametrize("at", ["December", "NaT", "2016-13-40", 3.5, None])
def test_what_is_no_date_is_refused_with_an_example(war: xr.Dataset, at: str) -> None:
    with pytest.raises(ResultsError, match="not a date: write it as 2015-09-30"):
        selection.week_at(war, at)


def test_an_unknown_actor_is_refused_with_the_nearest_name(war: xr.Dataset) -> None:
    with pytest.raises(ResultsError, match=r"unknown actor 'irn' \(did you mean 'iran'\?\)"):
        measures.tie(war, "russia", "irn")


@pytest.mark.parametrize("two", ["russia", ("russia",), ("iran", "iran")])
def test_a_pair_is_two_different_actors(war: xr.Dataset, two: Any) -> None:
    with pytest.raises(ResultsError, match="pair"):
        measures.drift_accounts(war, two)


def test_an_unknown_run_is_refused_with_those_that_are_there(war: xr.Dataset) -> None:
    with pytest.raises(ResultsError, match="no run 7: the runs are 0 to 2"):
        measures.camps(war, 0, run=7)


def test_a_variable_that_was_not_recorded_is_named_with_its_part(war: xr.Dataset) -> None:
    with pytest.raises(ResultsError, match="hold no 'tie': in an ensemble, --record dyads"):
        measures.tie(war.drop_vars("tie"), *ALLIES)
    with pytest.raises(ResultsError, match=r"hold no 'power': .*the part 'actor'"):
        measures.cohesion(war.drop_vars("power"), ALLIES)


def test_measures_say_what_they_are_and_in_which_unit(war: xr.Dataset) -> None:
    for measure in (
        measures.tie(war, *ALLIES), measures.ties(war), measures.drift_accounts(war, ALLIES),
        measures.drift_by_issue(war, ALLIES), measures.cohesion(war, ALLIES),
    ):  # fmt: skip
        assert measure.attrs["long_name"]
        assert measure.attrs["units"]
