"""Numbers that a scenario gives as ranges: read, refused, drawn by run, kept with the results."""

from __future__ import annotations

import copy
import json
import pickle
import warnings
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim import files
from sim.engine.build import prepare
from sim.engine.drawn_numbers import drawn_numbers, drawn_scenario, paths
from sim.errors import ResultsError, ScenarioError, ScenarioWarning, SimError
from sim.experiments.benchmark.war_library import War
from sim.experiments.hypothesis_tests import codings
from sim.measures.breaks import breaks
from sim.measures.dyads import drift_by_issue
from sim.results.ensemble_spec import Study
from sim.results.netcdf import load, save
from sim.results.provenance import scenario_of, scenario_of_run, scenarios_of_runs
from sim.results.store import Hasher, Store
from sim.runs.blocks import play_block
from sim.scenario import coded_ranges
from sim.scenario.base_types import Range
from sim.scenario.json_schema import schema
from sim.scenario.schema import Scenario
from sim.ui.cli import main

STRENGTH, IDEAL, PRICE = (
    "actors.crown.capability", "actors.crown.long.charter.ideal", "parameters.breach_price",
)  # fmt: skip
BOTH = "attention,attention_ideal"
RANGES = {
    STRENGTH: {"low": 2, "high": 4},
    IDEAL: {"low": 0.5, "mode": 0.6, "high": 0.9},
    PRICE: {"low": 0.01, "high": 0.05, "source": "two coders"},
}


@pytest.fixture(scope="module")
def crown(toy: Scenario) -> Scenario:
    """A short war of three actors, with three numbers given as ranges."""
    return files.with_changes(toy, {"weeks": 6, **RANGES})


def faults_of(case: Scenario, path: str, value: object) -> str:
    """What is said of a value of a scenario that is refused."""
    with pytest.raises(ScenarioError) as refused:
        files.with_changes(case, {path: value})
    return str(refused.value)


# in files -----------------------------------------------------------------------------------------


def test_a_field_holds_the_middle_of_its_range_or_the_mode(crown: Scenario) -> None:
    assert crown.actors["crown"].capability == 3.0
    assert crown.actors["crown"].long["charter"].ideal == 0.6
    assert crown.ranges[STRENGTH] == Range(2.0, 4.0)
    assert crown.ranges[IDEAL] == Range(0.5, 0.9, 0.6)
    assert crown.sources[PRICE].source == "two coders"


def test_a_scenario_with_ranges_is_written_and_read_again_as_it_was(crown: Scenario) -> None:
    assert files.loads(files.dumps(crown)) == crown
    assert "capability = { low = 2.0, high = 4.0 }" in files.dumps(crown)
    for again in (files.build(crown), copy.deepcopy(crown), pickle.loads(pickle.dumps(crown))):
        assert again == crown
        assert again.ranges == crown.ranges


def test_a_range_makes_another_scenario_also_where_the_middle_is_the_number(toy: Scenario) -> None:
    same = files.with_changes(toy, {STRENGTH: {"low": 2, "high": 4}})
    assert same.actors == toy.actors
    assert same != toy
    assert files.differing(toy, same) == [(STRENGTH, 3.0, {"low": 2.0, "high": 4.0})]
    assert files.dumps(same) != files.dumps(toy)


def test_a_change_of_a_number_takes_its_range_and_no_other(crown: Scenario) -> None:
    less = files.with_changes(crown, {STRENGTH: 3.0})
    assert sorted(less.ranges) == sorted({IDEAL, PRICE})
    other = files.with_changes(crown, [f"{STRENGTH}={{low = 1, high = 2}}"])
    assert other.ranges[STRENGTH] == Range(1.0, 2.0)


def test_a_variant_replaces_a_range_as_a_whole(tmp_path: Path, crown: Scenario) -> None:
    (tmp_path / "base.toml").write_text(files.dumps(crown))
    variant = tmp_path / "variant.toml"
    variant.write_text(
        'extends = "base.toml"\n[actors.crown]\ncapability = { low = 5, high = 7 }\n'
    )
    ranges = files.load(variant).ranges
    assert ranges[STRENGTH] == Range(5.0, 7.0)
    assert ranges[IDEAL] == crown.ranges[IDEAL]


def test_parameters_of_what_is_switched_off_go_with_their_ranges(toy: Scenario) -> None:
    case = files.with_changes(toy, {"parameters.loyalty": {"low": 0.01, "high": 0.05}})
    assert not files.with_changes(case, {"mechanisms.loyalty": False}).ranges


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"low": 4, "high": 2}, f"{STRENGTH}: low is 4, above high, which is 2"),
        ({"low": 2, "high": 2}, "is an empty range: low and high are both 2"),
        ({}, f"{STRENGTH}: must be a number between 0 and 1e15, is an empty table"),
        ({"low": 2, "high": 4, "mode": 5}, "mode: must be between low and high, 2 and 4, is 5"),
        ({"low": 2}, f"{STRENGTH}: high is missing"),
        ({"low": 2, "hihg": 4}, "unknown field 'hihg' (did you mean 'high'?)"),
        ({"lo": 2, "high": 4}, "unknown field 'lo' (did you mean 'low'?)"),
        ({"lo": 2, "hi": 4}, "unknown field 'lo' (did you mean 'low'?)"),
        ({"value": 3, "low": 2, "high": 4}, "a number has a value or is a range, not both"),
        ({"low": -1, "high": 4}, "low: must be a number between 0 and 1e15, is -1"),
        ({"low": 1, "high": 1e16}, "high: must be a number between 0 and 1e15, is 1e+16"),
        ({"low": 1, "high": 10**400}, "high: must be a number between 0 and 1e15"),
        ({"low": 1, "high": float("nan")}, "high: must be a number between 0 and 1e15, is nan"),
        ({"low": "1", "high": True}, "high: must be a number between 0 and 1e15, is true"),
        ({"low": 1, "high": 2, "status": "recoded"}, f"{STRENGTH}: source is missing"),
    ],
)
def test_a_wrong_range_is_refused_with_what_is_allowed(
    toy: Scenario, value: object, said: str
) -> None:
    assert said in faults_of(toy, STRENGTH, value)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (
            "weeks",
            "must be a whole number between 1 and 30000, and cannot be a range (weeks, dates",
        ),
        ("start", "must be a date like 2016-12-30, and cannot be a range (weeks, dates"),
        ("parameters.victory_weeks", "cannot be a range (weeks, dates and other whole numbers"),
        ("parameters.loss_exponent", "must be 1 or 2, and cannot be a range"),
        ("mechanisms.loyalty", "must be true or false, and cannot be a range"),
        ("mechanisms.attention", "must be 'flag' or 'danger', and cannot be a range"),
        ("actors.crown.label", "must be a line of text, and cannot be a range"),
        ("actors.crown.armed", "must be true or false, and cannot be a range"),
        ("talks.veto", "must be a list, is { low = 0.2, high = 0.4 }"),
        ("actors.crown.discount.low", "is a single value, nothing lies in it"),
    ],
)
def test_what_is_the_same_in_all_runs_cannot_be_a_range(
    toy: Scenario, path: str, said: str
) -> None:
    assert said in faults_of(toy, path, {"low": 0.2, "high": 0.4})


def test_what_only_measures_read_cannot_be_a_range(syria: Scenario) -> None:
    path = f"outcomes.{next(iter(syria.outcomes))}.at_least"
    assert "it is read by measures, and no part of a run" in faults_of(
        syria, path, {"low": 0.2, "high": 0.4}
    )


def test_an_open_bound_holds_for_the_ends_too(toy: Scenario) -> None:
    said = faults_of(toy, "actors.crown.discount", {"low": 0.9, "high": 1})
    assert "high: must be a number between 0 and 1, both excluded, is 1" in said


def test_faults_of_ranges_name_file_and_line(tmp_path: Path, toy: Scenario) -> None:
    file = tmp_path / "war.toml"
    lines = files.dumps(toy).splitlines()
    at = lines.index("capability = 3.0")
    lines[at] = "capability = { low = 4, high = 2 }"
    file.write_text("\n".join(lines))
    with pytest.raises(ScenarioError) as refused:
        files.load(file)
    assert str(refused.value).startswith(f"{file}:{at + 1}: {STRENGTH}: low is 4")


def test_what_the_parts_say_of_each_other_holds_at_the_ends(toy: Scenario) -> None:
    shares = {"low": 0.5, "high": 0.9}
    case = files.with_changes(toy, {"patrons.duchy.league": shares})
    said = faults_of(case, "patrons.crown", {"league": 0.2})
    assert "add up to 1.1" in said
    assert "at the ends of ranges" in said
    pulls = {"parameters.pull_of_alignment": {"low": 0.01, "high": 0.99}}
    with pytest.raises(ScenarioError, match="must be at most 1"):
        files.with_changes(toy, pulls)


def test_an_objective_keeps_its_order_whichever_ends_are_drawn(toy: Scenario) -> None:
    here = "actors.crown.short.valley"
    wanted = {
        "ideal": 1.0, "weight": 0.5, "satisfied_at": {"low": 0.5, "high": 0.8},
        "threatened_at": {"low": 0.3, "high": 0.6},
    }  # fmt: skip
    # All low and all high are in order: 0.5 above 0.3, 0.8 above 0.6. Low against high is not.
    assert "must stand in this order" in faults_of(toy, here, wanted)
    wanted["threatened_at"] = {"low": 0.3, "high": 0.4}
    assert len(files.with_changes(toy, {here: wanted}).ranges) == 2


def test_a_range_of_what_is_off_is_refused_also_with_the_usual_middle(toy: Scenario) -> None:
    changes = {"mechanisms.loyalty": False, "parameters.loyalty": {"low": 0.02, "high": 0.04}}
    assert toy.parameters.loyalty == 0.03
    with pytest.raises(ScenarioError, match="is set, but"):
        files.with_changes(toy, changes)


def test_editors_know_ranges_of_numbers_and_of_nothing_else() -> None:
    actor = schema()["$defs"]["ActorEntry"]["properties"]

    def keys(field: str) -> list[set[str]]:
        return [set(part.get("properties", {})) for part in actor[field]["anyOf"]]

    assert {"low", "mode", "high", "source", "status"} in keys("capability")
    assert all("low" not in found for found in keys("armed") + keys("label"))
    assert "ranges" not in schema()["$defs"]["Scenario"]["properties"]


def test_a_theatre_that_goes_leaves_its_range_to_the_others_in_proportion(syria: Scenario) -> None:
    name = next(n for n, a in syria.actors.items() if len(a.theatres) == 3)
    one, two, gone = syria.actors[name].theatres
    path = f"actors.{name}.theatres"
    shares = {one: {"low": 0.2, "high": 0.4}, two: 0.2, gone: 0.5}
    case = files.with_changes(syria, {path: shares}, note=False)
    left = files.with_changes(case, {}, [f"theatres.{gone}"])
    assert left.ranges[f"{path}.{one}"] == pytest.approx(Range(0.4, 0.8))  # type: ignore[comparison-overlap]  # a tuple is compared


# draws --------------------------------------------------------------------------------------------


def test_draws_follow_the_uniform_and_the_triangular_distribution(crown: Scenario) -> None:
    runs = 4000
    found = drawn_numbers(crown, 1, np.arange(runs))
    # Of a sample of this size the greatest distance stays below this with chance 0.999999
    # (Massart 1990): 2 exp(-2 n d^2).
    limit = np.sqrt(np.log(2 / 1e-6) / (2 * runs))

    def distance(values: np.ndarray, shares: np.ndarray) -> float:
        order = np.argsort(values)
        return float(np.abs(shares[order] - (np.arange(runs) + 0.5) / runs).max())

    strength, ideal, price = found.T
    assert paths(crown) == (STRENGTH, IDEAL, PRICE)
    assert distance(strength, (strength - 2) / 2) < limit
    assert distance(price, (price - 0.01) / 0.04) < limit
    low, mode, high = 0.5, 0.6, 0.9
    below = (ideal - low) ** 2 / ((high - low) * (mode - low))
    above = 1 - (high - ideal) ** 2 / ((high - low) * (high - mode))
    assert distance(ideal, np.where(ideal < mode, below, above)) < limit
    assert abs(np.corrcoef(strength, price)[0, 1]) < 5 / np.sqrt(runs)


@given(
    st.lists(st.floats(-1e15, 1e15), min_size=3, max_size=3).map(sorted),
    st.lists(st.floats(0.0, 1.0), min_size=2, max_size=2).map(sorted),
    st.booleans(),
)
def test_quantiles_lie_within_the_range_and_rise(
    ends: list[float], shares: list[float], peaked: bool
) -> None:
    low, mode, high = ends
    given_range = Range(low, high, mode if peaked else None)
    one, two = map(given_range.at, shares)
    assert low <= one <= two <= high
    assert low <= given_range.middle <= high


def test_what_is_drawn_depends_on_seed_run_and_path_alone(crown: Scenario, toy: Scenario) -> None:
    runs = np.arange(20)
    every = drawn_numbers(crown, 1, runs)
    alone = files.with_changes(toy, {STRENGTH: RANGES[STRENGTH], "actors.duchy.capability": 7.0})
    assert np.array_equal(drawn_numbers(alone, 1, runs)[:, 0], every[:, 0])
    last = files.with_changes(toy, {PRICE: RANGES[PRICE]})
    assert np.array_equal(drawn_numbers(last, 1, runs)[:, 0], every[:, 2])
    assert np.array_equal(drawn_numbers(crown, 1, runs[7:9]), every[7:9])
    assert not np.isin(drawn_numbers(crown, 2, runs), every).any()
    twice = {STRENGTH: RANGES[STRENGTH], "actors.duchy.capability": RANGES[STRENGTH]}
    one, other = drawn_numbers(files.with_changes(toy, twice), 1, runs).T
    assert not np.isin(one, other).any()
    # In the same place of a wider range: paired by luck.
    wide = files.with_changes(toy, {STRENGTH: {"low": 0, "high": 4}})
    assert drawn_numbers(wide, 1, runs)[:, 0] == pytest.approx(2 * (every[:, 0] - 2))


def test_a_drawn_scenario_has_the_values_and_no_ranges(crown: Scenario) -> None:
    row = drawn_numbers(crown, 1, np.array([5]))[0]
    case = drawn_scenario(crown, 1, 5)
    assert not case.ranges
    assert [
        case.actors["crown"].capability, case.actors["crown"].long["charter"].ideal,
        case.parameters.breach_price,
    ] == row.tolist()  # fmt: skip
    # All else is as it was, and what checks say of it.
    middle = {path: one.middle for path, one in crown.ranges.items()}
    assert coded_ranges.with_values(crown, middle).with_ranges(crown.ranges) == crown
    assert files.loads(files.dumps(case)) == case


def test_numbers_of_events_and_lists_are_put_in_at_their_places(syria: Scenario) -> None:
    place = next(n for n, event in enumerate(syria.events) if event.weight_times is not None)
    path = f"events.{place}.weight_times"
    case = files.with_changes(syria, {path: {"low": 1, "high": 2}}, note=False)
    drawn = drawn_scenario(case, 1, 0)
    assert drawn.events[place].weight_times == drawn_numbers(case, 1, np.array([0]))[0, 0]
    assert drawn.events[:place] == syria.events[:place]
    assert len(drawn.events) == len(syria.events)


def test_shares_by_theatre_add_up_to_one_in_every_run(syria: Scenario) -> None:
    name = next(n for n, a in syria.actors.items() if len(a.theatres) == 3)
    one, two, three = syria.actors[name].theatres
    shares = {one: {"low": 0.2, "high": 0.4}, two: 0.2, three: 0.5}
    case = files.with_changes(syria, {f"actors.{name}.theatres": shares}, note=False)
    drawn = drawn_scenario(case, 1, 3)
    assert sum(drawn.actors[name].theatres.values()) == pytest.approx(1.0, abs=1e-12)
    assert files.loads(files.dumps(drawn)) == drawn


# runs ---------------------------------------------------------------------------------------------


def test_without_ranges_an_ensemble_is_what_it_was_whether_uncertain_or_not(toy: Scenario) -> None:
    short = files.with_changes(toy, {"weeks": 4})
    one, other = (Study.of(short, runs=3, uncertain=asked) for asked in (False, True))
    assert one == other
    assert "drawn" not in {variable.name for variable in other.recording.variables}
    assert "uncertain" not in other.attributes()


def digest(study: Study) -> str:
    hasher = Hasher()
    for block in range(study.blocks):
        hasher.add(play_block(study, block))
    return hasher.digest()


def test_ranges_that_are_not_drawn_give_the_runs_of_their_middle(
    crown: Scenario, toy: Scenario
) -> None:
    plain = files.with_changes(toy, {"weeks": 6, STRENGTH: 3.0, IDEAL: 0.6, PRICE: 0.03})
    assert digest(Study.of(crown, runs=3)) == digest(Study.of(plain, runs=3))


def test_a_run_is_that_of_the_scenario_with_its_drawn_numbers(crown: Scenario) -> None:
    found = sim.ensemble(crown, runs=4, uncertain=True, record="actors")
    assert found["drawn"].dims == ("run", "range")
    assert found["range"].values.tolist() == list(paths(crown))
    assert np.array_equal(found["drawn"], drawn_numbers(crown, 1, np.arange(4)))
    for run in range(4):
        case = drawn_scenario(crown, 1, run)
        alone = sim.ensemble(case, runs=1, first=run, record="actors")
        for name in ("state", "final_tie", "capability", "story"):
            assert np.array_equal(found[name].sel(run=[run]), alone[name]), name
    assert len(np.unique(found["capability"].isel(week=0).sel(actor="crown"))) == 4


def test_blocks_workers_and_executors_do_not_matter(crown: Scenario) -> None:
    study = Study.of(crown, runs=6, uncertain=True, block=6)
    whole = digest(study)
    assert digest(Study.of(crown, runs=6, uncertain=True, block=1)) == whole
    assert digest(Study.of(crown, runs=6, uncertain=True, block=4)) == whole
    one, other = (
        sim.ensemble(crown, runs=6, uncertain=True, executor=how, workers=2, block=2)
        for how in ("serial", "threads")
    )
    assert one.equals(other)
    late = sim.ensemble(crown, runs=2, first=3, uncertain=True)
    assert np.array_equal(late["drawn"], one["drawn"].sel(run=[3, 4]))


def test_a_class_of_ones_own_plays_the_drawn_numbers_too(crown: Scenario) -> None:
    @sim.register("steady")
    class Steady(sim.StateActor):
        """As every state."""

    own = files.with_changes(crown, {"actors.crown.agent": "steady"})
    one = sim.ensemble(crown, runs=2, uncertain=True, record="actors")
    other = sim.ensemble(own, runs=2, uncertain=True, record="actors", executor="serial")
    for name in ("drawn", "capability", "story"):
        assert np.array_equal(one[name], other[name]), name


@pytest.mark.parametrize("hold", ["heterogeneity", "luck"])
def test_ranges_are_drawn_whatever_is_held(crown: Scenario, hold: str) -> None:
    held = sim.ensemble(crown, runs=3, uncertain=True, hold=hold)
    assert np.array_equal(held["drawn"], drawn_numbers(crown, 1, np.arange(3)))


def test_a_store_goes_on_with_the_same_draws(crown: Scenario, tmp_path: Path) -> None:
    place = tmp_path / "store"
    sim.ensemble(crown, runs=3, out=place, uncertain=True, block=2)
    sim.ensemble(crown, runs=7, out=place, uncertain=True)
    whole = sim.ensemble(crown, runs=7, uncertain=True)
    kept = sim.load(place)
    for name in ("drawn", "state", "final_tie", "story"):
        assert np.array_equal(kept[name], whole[name]), name
    assert kept["range"].values.tolist() == list(paths(crown))
    assert Store(place).digest() == digest(Study.of(crown, runs=7, uncertain=True))


def test_a_store_refuses_to_go_on_with_or_without_draws(crown: Scenario, tmp_path: Path) -> None:
    drawn, middle = tmp_path / "drawn", tmp_path / "middle"
    sim.ensemble(crown, runs=1, out=drawn, uncertain=True)
    with pytest.raises(ResultsError, match="ranges are drawn there and not drawn here"):
        sim.ensemble(crown, runs=2, out=drawn)
    sim.ensemble(crown, runs=1, out=middle)
    with pytest.raises(ResultsError, match="ranges are not drawn there and drawn here"):
        sim.ensemble(crown, runs=2, out=middle, uncertain=True)
    assert "uncertain" not in json.loads((middle / "manifest.json").read_text())


def test_a_replay_and_a_branch_have_the_numbers_of_their_run(
    crown: Scenario, tmp_path: Path
) -> None:
    found = sim.ensemble(crown, runs=3, out=tmp_path / "store", uncertain=True, record="actors")
    again = sim.replay(tmp_path / "store", 2)
    first = again["capability"].isel(run=0, week=0).values
    assert np.array_equal(first.astype(np.float32), found["capability"].sel(run=2).isel(week=0))
    assert scenario_of(again) == drawn_scenario(crown, 1, 2)
    forked = sim.branch(found, at=3, run=2, set={"actors.duchy.capability": 1.5})
    assert np.array_equal(
        forked["capability"].isel(week=slice(3)), again["capability"].isel(week=slice(3))
    )


def test_measures_read_the_numbers_that_each_run_has(toy: Scenario) -> None:
    pull = "parameters.pull_of_alignment"
    case = files.with_changes(toy, {"weeks": 5, pull: {"low": 0.001, "high": 0.2}})
    found = sim.ensemble(case, runs=3, uncertain=True, record=BOTH)
    split = drift_by_issue(found, ("crown", "duchy"))
    for run in range(3):
        alone = sim.ensemble(drawn_scenario(case, 1, run), runs=1, first=run, record=BOTH)
        assert np.array_equal(split.sel(run=[run]), drift_by_issue(alone, ("crown", "duchy")))


def test_results_keep_what_was_drawn_in_files_and_tables(crown: Scenario, tmp_path: Path) -> None:
    found = sim.ensemble(crown, runs=3, uncertain=True)
    save(found, tmp_path / "results.nc")
    again = load(tmp_path / "results.nc")
    assert np.array_equal(again["drawn"], found["drawn"])
    assert again["range"].values.tolist() == list(paths(crown))
    assert scenario_of_run(again, 1) == drawn_scenario(crown, 1, 1)
    assert len(scenarios_of_runs(again)) == 3
    table = sim.to_frame(again)
    assert table[STRENGTH].to_list() == found["drawn"].sel(range=STRENGTH).values.tolist()


def test_a_run_that_fails_takes_its_draws_along(crown: Scenario, tmp_path: Path) -> None:
    @sim.register("falters")
    class Falters(sim.StateActor):
        """Fails in some runs."""

        def ratifies(self, convener: str) -> float:
            if self.model.run == 1:
                raise ValueError("no")
            return super().ratifies(convener)

    own = files.with_changes(crown, {"actors.crown.agent": "falters", "weeks": 20})
    with pytest.warns(sim.ResultsWarning):
        found = sim.ensemble(
            own, runs=3, uncertain=True, executor="serial", out=tmp_path / "store", block=3
        )
    assert found["run"].values.tolist() == [0, 2]
    assert np.array_equal(found["drawn"], drawn_numbers(own, 1, np.array([0, 2])))


def test_middles_are_used_and_told_once_where_nothing_is_drawn(crown: Scenario) -> None:
    with pytest.warns(ScenarioWarning, match=r"3 numbers are ranges .*every run has the middle"):
        run = sim.simulate(crown, runs=1)
    assert float(run["capability"].isel(run=0, week=0).sel(actor="crown")) < 3.0 + 1e-9
    plain = {path: one.middle for path, one in crown.ranges.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("error", ScenarioWarning)
        same = sim.simulate(coded_ranges.with_values(crown, plain), runs=1)
        sim.ensemble(crown, runs=1, uncertain=True)
    assert np.array_equal(run["tie"], same["tie"])
    assert np.array_equal(run["event_shock"], same["event_shock"])


def test_uncertain_is_yes_or_no(crown: Scenario) -> None:
    with pytest.raises(SimError, match="uncertain must be true or false, is 'yes'"):
        sim.ensemble(crown, runs=1, uncertain="yes")  # type: ignore[arg-type]  # what is refused


# beyond single ensembles --------------------------------------------------------------------------


def test_the_benchmark_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.experiments.benchmark import play

    asked: list[bool] = []

    def watched(*given: object, uncertain: bool = False, **more: object) -> object:
        asked.append(uncertain)
        raise SimError("enough")

    monkeypatch.setattr(play, "ensemble", watched)
    war = War("indochina_1970", files.load(ROOT / "scenarios/wars/indochina_1970.toml"))
    with pytest.raises(SimError, match="enough"):
        play.played(war, 2)
    assert asked == [True]


def test_who_is_dealt_an_aim_is_dealt_its_range(syria: Scenario) -> None:
    issue = codings.shuffled_issues(syria)[0]
    holder = codings.holders(syria, issue)[0]
    path = f"actors.{holder}.long.{issue}.ideal"
    case = files.with_changes(syria, {path: {"low": 0.31, "high": 0.37}}, note=False)
    for other in codings.shuffled(case, 5):
        assert list(other.ranges.values()) == [Range(0.31, 0.37)]


def test_breaks_count_with_the_price_that_their_run_has() -> None:
    war = files.load(ROOT / "scenarios/wars/indochina_1970.toml")
    case = (
        files.with_changes(war, {"weeks": 30, PRICE: {"low": 0.01, "high": 0.5}}, note=False)
        if war.course is None
        else files.with_changes(war, {PRICE: {"low": 0.01, "high": 0.5}})
    )
    found = sim.ensemble(case, runs=2, uncertain=True, record="events")
    table = breaks(found)
    for run in range(2):
        alone = sim.ensemble(drawn_scenario(case, 1, run), runs=1, first=run, record="events")
        mine = table[table["run"] == run].reset_index(drop=True)
        assert mine.equals(breaks(alone).reset_index(drop=True))


# the command line ---------------------------------------------------------------------------------


@pytest.fixture
def war(crown: Scenario, tmp_path: Path) -> str:
    file = tmp_path / "war.toml"
    file.write_text(files.dumps(crown))
    return str(file)


def test_commands_know_ranges(war: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", war]) == 0
    assert "3 numbers are ranges" in capsys.readouterr().out
    assert main(["show", war]) == 0
    assert "ideal = { low = 0.5, mode = 0.6, high = 0.9 }" in capsys.readouterr().out
    plain = tmp_path / "plain.toml"
    assert main(["show", war, "--set", f"{STRENGTH}=3"]) == 0
    plain.write_text(capsys.readouterr().out)
    assert main(["diff", war, str(plain)]) == 0
    assert f"{STRENGTH}: {{ low = 2.0, high = 4.0 }} -> 3.0" in capsys.readouterr().out
    assert main(["run", war]) == 0
    told = capsys.readouterr().err
    assert told.count("every run has the middle") == 1


def test_the_ensemble_command_draws_on_request(
    war: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "store")
    assert main(["ensemble", war, "--runs", "3", "--uncertain", "--out", out]) == 0
    told = capsys.readouterr()
    assert "numbers drawn for each run: 3" in told.out
    assert "middle" not in told.err
    assert sim.load(out).sizes["range"] == 3
    assert main(["ensemble", war, "--runs", "4", "--out", out]) == 2
    assert "ranges are drawn there and not drawn here (--uncertain)" in capsys.readouterr().err
    assert main(["ensemble", war, "--runs", "2"]) == 0
    assert capsys.readouterr().err.count("every run has the middle") == 1
    assert main(["ensemble", "toy", "--runs", "2", "--set", "weeks=3", "--uncertain"]) == 0
    assert "nothing to draw" in capsys.readouterr().err


def test_arrays_of_all_draws_have_the_same_shapes(crown: Scenario, syria: Scenario) -> None:
    for case in (
        crown,
        files.with_changes(syria, {"parameters.dispute_rate": {"low": 0, "high": 0.1}}),
    ):
        shapes = [
            [array.shape for group in prepare(one)[0] for array in group]
            for one in (case, *coded_ranges.at_ends(case))
        ]
        assert all(found == shapes[0] for found in shapes)
