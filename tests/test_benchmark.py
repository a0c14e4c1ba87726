"""The benchmark: scores by hand, the library and its faults, runs that go on, and the page."""

# ruff: noqa: RUF001 (a dash between two names)

from __future__ import annotations

import csv
import datetime as dt
import itertools
import math
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import pyplot as plt
from matplotlib.text import Text

import sim
from sim.errors import ScenarioError, SimError
from sim.experiments.benchmark import baselines, battery, play, report, rivals, scores, war_library
from sim.experiments.benchmark.forecasts import Forecast, Scored, reached_by, share
from sim.experiments.benchmark.war_library import OUTCOMES, War, load_library
from sim.plots import benchmark as figures
from sim.ui.cli import main

HEAD = "war,a,b,broke_while_threatened,after_5y,broke,source\n"
SHARED = """
[mechanisms]
voice = "strength"
[parameters]
loyalty = 0.079
"""
FIGHTER = """
[actors.{0}]
label = "{0}"
kind = "state"
camp = "{1}"
capability = {2}
discount = 0.99
cost_of_war = 0.1
armed = true
tasks = {{ground = 1.0}}
"""
MEMBER = """
[actors.{0}.short.front]
ideal = 1.0
weight = 2.0
satisfied_at = 0.75
threatened_at = 0.6
"""
WAR = """
extends = "shared.toml"
name = "The war of {0}"
start = 1912-10-08
weeks = 60
[camps.league]
label = "the League"
pole = 1
[camps.empire]
label = "the Empire's side"
pole = 0
[issues.front]
label = "the front"
zero = "the Empire's"
one = "the League's"
start = 0.3
moved_by = "territory"
[issues.valley]
label = "the valley"
zero = "red"
one = "blue"
start = 0.0
held_by = "red"
by_force = true
[issues.port]
label = "the port"
zero = "blue"
one = "green"
start = 0.0
held_by = "empire"
falls_to = {{blue = 3, red = 1}}
[course]
secured = 1913-04-19
positions = [{{date = 1912-10-08, position = 0.3}}, {{date = 1913-04-19, position = 0.9}}]
[coalition]
members = ["red", "blue", "green"]
enemy = "empire"
decisions_from = 1912-12-03
"""
AIMS = """
[actors.red.long]
valley = {ideal = 0.0, weight = 1.0}
[actors.blue.long]
valley = {ideal = 1.0, weight = 3.0}
port = {ideal = 0.0, weight = 1.0}
[actors.green.long]
port = {ideal = 1.0, weight = 2.0}
[actors.empire.long]
front = {ideal = 0.0, weight = 1.0}
"""


def written(folder: Path, outcomes: str = "", wars: tuple[str, ...] = ("elm", "oak")) -> Path:
    """A folder with invented wars, and outcomes if there are any."""
    folder.mkdir(exist_ok=True)
    (folder / "shared.toml").write_text(SHARED)
    members = (("red", 2.0), ("blue", 2.5), ("green", 1.0))
    actors = "".join(FIGHTER.format(x, "league", force) + MEMBER.format(x) for x, force in members)
    rest = actors + FIGHTER.format("empire", "empire", 4.0) + AIMS
    for name in wars:
        (folder / f"{name}.toml").write_text(WAR.format(name) + rest)
    if outcomes:
        (folder / OUTCOMES).write_text(HEAD + outcomes)
    return folder


ELM = "elm,red,blue,,broke,1913-06-29,a book\nelm,green,red,,held,,\nelm,blue,green,,strained,,\n"
OAK = "oak,red,blue,1913-02,broke,1914,\noak,red,green,,held,,\n"


@pytest.fixture
def wars(tmp_path: Path) -> tuple[War, ...]:
    return load_library(written(tmp_path / "wars", ELM + OAK)).wars


def invented(war: War, counts: list[list[int]], runs: int = 10) -> play.Played:
    """Counts by hand in place of runs: breaks of each pair by the last half-years."""
    broken = np.zeros((len(war.pairs), len(war.edges)), dtype=np.int64)
    for row, few in zip(broken, counts, strict=True):
        row[-len(few) :] = few
    share = broken[:, -1] / runs
    table = pd.DataFrame(
        {
            "actor": [one for one, _ in war.pairs], "other": [other for _, other in war.pairs],
            "broke": share, "strained": 0.0, "held": 1.0 - share,
            "week": np.where(share > 0, 100.0, np.nan), "by_war": share, "by_joined": 0.0,
            "by_formal": 0.0,
        }
    )  # fmt: skip
    return play.Played(war, runs, table, broken)


def found_of(wars: tuple[War, ...], counts: list[list[list[int]]]) -> battery.Benchmark:
    every = {war.name: invented(war, few) for war, few in zip(wars, counts, strict=True)}
    scored = Scored(tuple(war for war in wars if war.outcomes))
    return battery.Benchmark(
        war_library.Library(wars), 10, 1, every, scored,
        play.forecast(battery.MODEL, scored, every), (),
        tuple(baselines.baselines(scored)) if scored.wars else (), None,
    )  # fmt: skip


# scores by hand -----------------------------------------------------------------------------------


def test_the_auc_counts_ties_half_and_weighs_pairs_by_their_product() -> None:
    rank, broke = np.array([0.9, 0.4, 0.4, 0.1]), np.array([True, False, True, False])
    assert scores.auc(rank, broke) == pytest.approx(3.5 / 4)
    assert scores.auc(rank, broke, np.array([1, 0.5, 0.5, 1])) == pytest.approx(2.125 / 2.25)
    assert math.isnan(scores.auc(rank, np.ones(4, dtype=bool)))


def test_within_wars_each_war_with_both_kinds_counts_alike() -> None:
    rank = np.array([0.9, 0.1, 0.3, 0.2, 0.2, 0.8, 0.7])
    broke = np.array([True, False, False, True, False, True, True])
    war = np.array([0, 0, 0, 1, 1, 2, 2])
    assert scores.within_auc(rank, broke, war) == pytest.approx((1.0 + 0.5) / 2)


def test_the_c_index_orders_held_strained_and_broke() -> None:
    rank, level = np.array([0.5, 0.2, 0.3]), np.array([2, 1, 0])
    assert scores.concordance(rank, level) == pytest.approx(2 / 3)


def test_the_brier_score_can_be_weighed_to_a_base_rate() -> None:
    p, broke, even = np.array([0.8, 0.3]), np.array([True, False]), np.ones(2)
    assert scores.brier(p, broke, even) == pytest.approx((0.04 + 0.09) / 2)
    assert scores.brier(p, broke, even, 0.1) == pytest.approx(0.1 * 0.04 + 0.9 * 0.09)
    assert scores.brier(p, broke, np.array([3.0, 1.0])) == pytest.approx((3 * 0.04 + 0.09) / 4)


def test_the_integrated_brier_score_weighs_half_years_by_their_length() -> None:
    reached, lengths = np.array([0.2, 0.5, 0.9]), np.array([0.5, 1.0, 1.0])
    assert scores.integrated_brier(reached, 1, lengths) == pytest.approx(
        (0.5 * 0.04 + 0.25 + 0.01) / 2.5
    )
    assert scores.integrated_brier(reached, -1, lengths) == pytest.approx(
        (0.5 * 0.04 + 0.25 + 0.81) / 2.5
    )


def test_the_log_score_is_that_of_the_half_year_of_the_break() -> None:
    hazard = np.array([0.1, 0.2, 0.5])
    assert scores.hazard_log_score(hazard, 1) == pytest.approx(-math.log(0.9 * 0.2))
    assert scores.hazard_log_score(hazard, -1) == pytest.approx(-math.log(0.9 * 0.8 * 0.5))


def test_the_jackknife_leaves_out_one_war_at_a_time() -> None:
    value, war = np.array([1.0, 2.0, 2.0, 6.0]), np.array([0, 1, 1, 2])

    def mean(of: np.ndarray) -> float:
        return float(np.mean([value[of & (war == one)].mean() for one in np.unique(war[of])]))

    found = scores.jackknife(mean, war, np.ones(4, dtype=bool))
    assert found.value == pytest.approx(3.0)
    # without each: 4, 3.5, 1.5, with the mean 3
    assert found.error == pytest.approx(math.sqrt(2 / 3 * (1 + 0.25 + 2.25)))
    assert found.reach == pytest.approx(4.302653 * found.error)
    assert found.wars == 3
    alone = scores.jackknife(mean, war, war == 1)
    assert (alone.value, alone.wars) == (2.0, 1)
    assert math.isnan(alone.error)


def test_a_difference_shares_its_wars(wars: tuple[War, ...]) -> None:
    scored = Scored(wars)
    one = Forecast("one", probability=np.array([1.0, 0.0, 0.0, 1.0, 0.0]))
    other = Forecast("other", probability=np.array([0.5, 0.5, 0.5, 0.5, 0.5]))
    gap = scores.estimate("brier", scored, one, other)
    assert gap.value == pytest.approx(-0.25)
    assert gap.error == pytest.approx(0.0)
    nothing = scores.estimate("timing", scored, one, other)
    assert math.isnan(nothing.value)


@pytest.mark.parametrize("name", scores.SCORES)
def test_who_foretells_what_happened_has_the_best_score(name: str, wars: tuple[War, ...]) -> None:
    scored = Scored(wars)
    hazard = [np.zeros(len(war.edges)) for war, _, _ in scored.pairs]
    for row, when in zip(hazard, scored.when, strict=True):
        row[when if when >= 0 else slice(0)] = 1.0
    reached = [reached_by(row) for row in hazard]
    told = Forecast("truth", scored.level + 0.0, scored.broke + 0.0, hazard, reached)
    best = {"mean p": (1 / 3 + 1 / 2) / 2}.get(name, 0.0 if scores.SCORES[name].better < 0 else 1.0)
    # In the log score every half-year costs what nobody can be surer of.
    sure = {"log": -math.log(scores.SUREST) * max(len(row) for row in hazard)}.get(name, 0.0)
    assert scores.estimate(name, scored, told).value == pytest.approx(best, abs=sure + 1e-12)


ranked = st.lists(
    st.tuples(st.integers(0, 3), st.booleans(), st.integers(0, 2)), min_size=1, max_size=7
)


@given(ranked)
def test_of_a_reversed_score_the_auc_is_one_less_it(cases: list[tuple[int, bool, int]]) -> None:
    rank, broke, level = (np.array(column) for column in zip(*cases, strict=True))
    for value, back in (
        (scores.auc(rank, broke), scores.auc(-rank, broke)),
        (scores.concordance(rank, level), scores.concordance(-rank, level)),
        (scores.auc(rank, ~broke), scores.auc(-rank, ~broke)),
    ):
        assert math.isnan(value) == math.isnan(back)
        assert math.isnan(value) or value + back == pytest.approx(1.0)


@given(ranked)
def test_the_permutation_test_counts_every_deal(cases: list[tuple[int, bool, int]]) -> None:
    rank, broke, war = (np.array(column) for column in zip(*cases, strict=True))
    found = scores.within_auc(rank, broke, war)
    told = scores.permutation_p(rank, broke, war)
    if math.isnan(found):
        assert math.isnan(told)
        return
    deals = []
    for one in np.unique(war):
        mine = np.flatnonzero(war == one)
        deals.append(list(itertools.combinations(mine, int(broke[mine].sum()))))
    high = every = 0
    for deal in itertools.product(*deals):
        dealt = np.zeros(len(rank), dtype=bool)
        dealt[[n for part in deal for n in part]] = True
        every += 1
        high += scores.within_auc(rank, dealt, war) >= found - 1e-9
    assert told == pytest.approx(high / every)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_a_hazard_adds_up_to_a_rising_chance(hazard: list[float]) -> None:
    reached = reached_by(np.array(hazard))
    assert (np.diff(reached) >= 0).all()
    assert reached[-1] == pytest.approx(1.0 - math.prod(1.0 - h for h in hazard))


@given(st.lists(st.floats(0, 1), min_size=2, max_size=12), st.integers(-1, 1))
def test_no_forecast_is_taken_to_be_sure_whatever_its_source(
    hazard: list[float], when: int
) -> None:
    told = scores.hazard_log_score(np.array(hazard), when)
    assert 0.0 < told <= len(hazard) * -math.log(1.0 - scores.SUREST)


def test_the_score_of_who_never_breaks_does_not_depend_on_the_number_of_runs() -> None:
    at_risk = [np.full(10, runs) for runs in (20.0, 5000.0)]
    few, many = (scores.hazard_log_score(share(np.zeros(10), of), 3) for of in at_risk)
    assert few == many == pytest.approx(-math.log(0.005) - 3 * math.log(0.995))


# the library --------------------------------------------------------------------------------------


def test_a_library_is_every_file_with_a_coalition(wars: tuple[War, ...]) -> None:
    elm, _ = wars
    assert [war.name for war in wars] == ["elm", "oak"]
    assert elm.scenario.weeks == elm.secured + 260
    assert elm.secured == 27
    assert elm.edges == tuple(range(1, 288, 26))
    assert elm.lengths.tolist() == [1 / 26] + [1.0] * 11
    assert elm.pairs == (("red", "blue"), ("green", "red"), ("blue", "green"))


def test_a_longer_run_than_is_scored_stays_as_long(tmp_path: Path) -> None:
    folder = written(tmp_path / "wars", wars=("elm",))
    path = folder / "elm.toml"
    path.write_text(path.read_text().replace("weeks = 60", "weeks = 400"))
    (war,) = load_library(folder).wars
    assert (war.scenario.weeks, war.edges[-1]) == (400, 287)


def test_a_pair_breaks_in_the_half_year_of_its_first_break(wars: tuple[War, ...]) -> None:
    scored = Scored(wars)
    # 29 June 1913 is in week 37; the middle of February 1913 in week 18
    assert scored.when.tolist() == [2, -1, -1, 1, -1]
    assert scored.level.tolist() == [2, 0, 1, 2, 0]
    assert scored.weight.tolist() == pytest.approx([1 / 3] * 3 + [1 / 2] * 2)


def test_what_is_known_beforehand_is_said(tmp_path: Path) -> None:
    early = "elm,red,blue,1912-11,held,,\nelm,red,green,1912-01,held,,\n"
    found = load_library(written(tmp_path / "wars", early))
    assert found.notes == (
        "elm: red and blue broke in 1912-11, before members decide anything in a run: no run can "
        "show it",
        "oak has no outcomes: it is played and not scored",
    )
    # what broke before the run is no part of it
    assert Scored(found.wars[:1]).when.tolist() == [1, -1]


def test_the_dates_of_the_outcomes_are_those_of_the_wars() -> None:
    folder = ROOT / "scenarios/wars"
    with (folder / "outcomes.csv").open(encoding="utf-8") as file:
        said = {(row["war"], row["t0"], row["cutoff"]) for row in csv.DictReader(file)}
    for war in load_library(folder).wars:
        assert war.scenario.coalition is not None
        cutoff = war.scenario.coalition.decisions_from
        assert (war.name, str(war.day_of_victory), str(cutoff)) in said
    assert len(said) == 9


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("", None), ("1973", dt.date(1973, 7, 1)), ("1973-02", dt.date(1973, 2, 15)),
        ("1973-02-03", dt.date(1973, 2, 3)),
    ],
)  # fmt: skip
def test_a_month_or_a_year_counts_as_its_middle(words: str, day: dt.date | None) -> None:
    found = war_library.moment(words)
    assert (found and found.day) == day
    assert found is None or found.words == words


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("ash,red,blue,,held,,", "2: war: unknown war 'ash'"),
        ("elm,red,bleu,,held,,", "2: b: unknown pair: elm has no actor 'bleu' (did you mean 'blue"),
        ("elm,red,red,,held,,", "2: b: unknown pair: 'red' with itself"),
        ("elm,red,blue,,broke,1913-13,", "2: broke: '1913-13' is no date"),
        ("elm,red,blue,soon,held,,", "2: broke_while_threatened: 'soon' is no date"),
        ("elm,red,blue,,brok,,", "2: after_5y: unknown status 'brok' (did you mean 'broke'?)"),
        ("elm,red,blue,,broke,,", "2: broke: the pair broke, but not when"),
        ("elm,red,blue,,held,1913-06,", "2: broke: the pair held, but broke"),
        ("elm,red,blue,,broke,1919,", "2: broke: 1919 is not within five years"),
        ("elm,red,blue,,broke,1912-10-08,", "2: broke: 1912-10-08 is not within five years"),
        ("elm,red,blue,1916,held,,", "2: broke_while_threatened: 1916 is not before the threat"),
        ("elm,red,blue,,held,,\nelm,blue,red,,held,,", "3: the pair stands in line 2 already"),
    ],
)  # fmt: skip
def test_a_fault_of_the_outcomes_is_one_clear_line(line: str, message: str, tmp_path: Path) -> None:
    folder = written(tmp_path / "wars", line + "\n")
    with pytest.raises(ScenarioError) as caught:
        load_library(folder)
    assert len(caught.value.faults) == 1
    assert str(caught.value).startswith(f"{folder / OUTCOMES}:{message}")


def test_faults_of_the_folder(tmp_path: Path) -> None:
    folder = written(tmp_path / "wars", ELM)
    (folder / OUTCOMES).write_text("war,a,b\n")
    with pytest.raises(ScenarioError, match="has no column broke_while_threatened, after_5y, brok"):
        load_library(folder)
    (folder / OUTCOMES).write_bytes(HEAD.encode() + b"elm,r\xe9d\n")
    with pytest.raises(ScenarioError, match="is not UTF-8 text"):
        load_library(folder)
    with pytest.raises(ScenarioError, match="there is no folder"):
        load_library(tmp_path / "nothing")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ScenarioError, match=r"no scenario file in it has a \[coalition\]"):
        load_library(tmp_path / "empty")
    path = folder / "elm.toml"
    path.write_text(path.read_text().replace("secured = 1913-04-19", ""))
    with pytest.raises(ScenarioError, match=r"elm.toml: course.secured: must say when"):
        load_library(folder)


def test_the_outcomes_of_the_library_can_be_read() -> None:
    told = war_library.read_outcomes(war_library.default_folder() / OUTCOMES)
    assert len(told) == 71
    assert Counter(one.status for one in told)["broke"] == 24
    assert len({one.war for one in told}) == 9
    for path in (ROOT / "scenarios/wars").glob("*.toml"):
        mine = [one for one in told if one.war == path.stem]
        if mine:
            actors = sim.files.load(path).actors
            assert {name for one in mine for name in (one.one, one.other)} <= set(actors)


# baselines ----------------------------------------------------------------------------------------


def test_agreement_claims_and_parity_by_hand(wars: tuple[War, ...]) -> None:
    war = wars[0]
    case = war.scenario
    # one issue in common, with 1 and 3/4 of their weights, and opposite ends
    assert baselines.agreement(case, "red", "blue") == pytest.approx(-math.sqrt(0.75))
    assert baselines.agreement(case, "blue", "green") == pytest.approx(-math.sqrt(0.25))
    assert baselines.agreement(case, "red", "green") == 0.0
    # blue wants the valley of red; green wants the port, which falls to blue in 3 of 4 cases
    assert baselines.claims(war, "red", "blue") == 1.0
    assert baselines.claims(war, "green", "blue") == 0.75
    assert baselines.claims(war, "red", "green") == 0.25
    assert baselines.parity(case, "red", "green") == 0.5


def test_a_line_is_fitted_to_shares() -> None:
    ones, yes = np.ones((400, 1)), np.repeat([1.0, 0.0], [100, 300])
    (at,) = baselines.fit(ones, yes, np.ones(400))
    assert at == pytest.approx(math.log(1 / 3), abs=2e-3)
    # half as long half-years: the chance in a whole one is larger
    (at,) = baselines.fit(ones, yes, np.ones(400), np.full(400, 0.5))
    assert 1 / (1 + math.exp(-at)) == pytest.approx(1 - 0.75**2, abs=2e-3)
    # where all break there is a line nevertheless
    assert np.isfinite(baselines.fit(ones, np.ones(400), np.ones(400))).all()


def test_what_is_fitted_does_not_know_the_war_that_it_foretells(tmp_path: Path) -> None:
    def told(elm: str) -> list[Forecast]:
        return baselines.baselines(Scored(load_library(written(tmp_path / "w", elm + OAK)).wars))

    other = "elm,red,blue,,held,,\nelm,green,red,,broke,1915,\nelm,blue,green,,broke,1916,\n"
    for one, two in zip(told(ELM), told(other), strict=True):
        if one.probability is not None and two.probability is not None:
            assert one.probability[:3] == pytest.approx(two.probability[:3])
        if one.hazard is not None and two.hazard is not None:
            assert np.concatenate(one.hazard[:3]) == pytest.approx(np.concatenate(two.hazard[:3]))
    rate = told(ELM)[0]
    assert rate.name == "base rate of the other wars"
    assert rate.probability == pytest.approx([1 / 2] * 3 + [1 / 3] * 2)


def test_a_second_hazard_begins_when_the_threat_is_gone(wars: tuple[War, ...]) -> None:
    told = {one.name: one for one in baselines.baselines(Scored(wars))}
    constant = told["agreement of long aims"].hazard
    parts = told["agreement, before and after t0"].hazard
    assert constant is not None
    assert parts is not None
    for one, two in zip(constant, parts, strict=True):
        assert len({round(h, 12) for h in one[1:]}) == 1
        assert len({round(h, 12) for h in two[2:]}) == 1
        assert two[1] != pytest.approx(two[2])


def test_of_one_war_nothing_is_fitted(tmp_path: Path) -> None:
    scored = Scored(load_library(written(tmp_path / "wars", ELM, wars=("elm",))).wars)
    told = {one.name: one for one in baselines.baselines(scored)}
    assert told["agreement of long aims"].probability is None
    assert set(told) == {
        "nobody breaks", "agreement of long aims", "number of claims", "parity of force"
    }  # fmt: skip


# rivals -------------------------------------------------------------------------------------------


def test_every_rival_is_the_war_with_one_thing_changed(wars: tuple[War, ...]) -> None:
    case = wars[0].scenario
    apart = {
        name: {path: there for path, _, there in sim.files.differing(case, rival.change(case))}
        for name, rival in rivals.RIVALS.items()
    }
    aims = {"red.long.valley", "blue.long.valley", "blue.long.port", "green.long.port"}
    assert apart["pure threat"] == {f"actors.{aim}.ideal": 0.5 for aim in aims}
    assert apart["nothing can be taken"] == {"issues.valley.by_force": False}
    switches = {
        "static attention": "salience_decay", "nobody joins": "joining",
        "no ruptures": "ruptures", "no returns": "returning",
        "tie cut from behaviour": "tie_behaviour",
    }  # fmt: skip
    for name, switch in switches.items():
        assert apart[name].pop(f"mechanisms.{switch}") is False
        # a mechanism that is off gives up its parameters
        assert all(path.startswith("parameters.") for path in apart[name])
    numbers = {
        "shocks of a week": ("parameters.resolve_weeks", 1),
        "no dependence": ("parameters.dependence_weight", 0.0),
    }
    for name, (path, value) in numbers.items():
        assert apart[name] == {path: value}
    lists = {"no guarantees": "guarantees", "no patrons": "patrons"}
    assert set(apart) == {"pure threat", "nothing can be taken", *switches, *numbers, *lists}
    for name, field in lists.items():
        case = sim.files.load(ROOT / "scenarios/wars/balkan_league_1912.toml")
        changed = rivals.RIVALS[name].change(case)
        assert getattr(case, field)
        assert not getattr(changed, field)
        assert {path.split(".")[0] for path, _, _ in sim.files.differing(case, changed)} == {field}


def test_shuffled_aims_are_dealt_out_among_their_holders(wars: tuple[War, ...]) -> None:
    case = wars[0].scenario
    dealt = rivals.shuffled(case, 12, 1)
    seen = set()
    for one in dealt:
        assert one.actors["empire"] == case.actors["empire"]
        ideals = [
            tuple(one.actors[name].long[issue].ideal for name in names)
            for issue, names in (("valley", ("red", "blue")), ("port", ("blue", "green")))
        ]
        assert all(sorted(both) == [0.0, 1.0] for both in ideals)
        seen.add(tuple(ideals))
    assert len(seen) == 4


# playing ------------------------------------------------------------------------------------------


def test_breaks_are_counted_by_the_end_of_each_half_year(
    wars: tuple[War, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    war = wars[0]
    rows = [
        # run, pair, status, week, form, first strain
        (0, "red", "blue", "broke", 0, "war", np.nan), (1, "red", "blue", "broke", 1, "war", 0),
        (2, "red", "blue", "broke", 287, "war", np.nan),
        (3, "red", "blue", "broke", 290, "formal", 280),
        (0, "red", "green", "strained", np.nan, None, 287),
        (1, "red", "green", "strained", np.nan, None, 286),
        (0, "red", "empire", "broke", 3, "war", np.nan),
        (0, "blue", "green", "broke", 286, "joined", np.nan),
    ]  # fmt: skip
    columns = ["run", "actor", "other", "status", "week", "form", "strained"]
    monkeypatch.setattr(play, "breaks", lambda results: pd.DataFrame(rows, columns=columns))

    class Results:
        sizes = {"run": 4}  # noqa: RUF012  # as a Dataset has it

    found = play.counted(war, Results())
    assert found.broken[0].tolist() == [1] + [2] * 11
    assert found.broken[1].tolist() == [0] * 12
    assert found.broken[2].tolist() == [0] * 11 + [1]
    shares = found.table[["broke", "strained", "held"]].to_numpy()
    assert shares == pytest.approx(np.array([[2, 1, 1], [0, 1, 3], [1, 0, 3]]) / 4)
    assert found.table["week"].tolist()[0] == 0.5
    assert found.table["by_joined"].tolist() == [0, 0, 0.25]


def test_a_forecast_is_the_share_of_the_runs_still_at_risk(wars: tuple[War, ...]) -> None:
    found = found_of(wars, [[[4, 10, 10], [0], [0]], [[0], [5]]])
    told = found.model
    assert told.probability is not None
    assert told.hazard is not None
    assert told.reached is not None
    assert told.probability.tolist() == [1.0, 0.0, 0.0, 0.0, 0.5]
    assert told.hazard[0][-4:] == pytest.approx([0.0, 0.4, 1.0, 0.5])
    assert told.reached[0][-4:] == pytest.approx([0.0, 0.4, 1.0, 1.0])


def test_a_war_without_outcomes_is_played_and_not_scored(tmp_path: Path) -> None:
    found = sim.benchmark.run(load_library(written(tmp_path / "wars", ELM)), runs=3)
    assert set(found.played) == {"elm", "oak"}
    assert [war.name for war in found.scored.wars] == ["elm"]
    pairs = found.pairs()
    assert (pairs["war"] == "oak").sum() == 3
    assert set(pairs[pairs["war"] == "oak"]["observed"]) == {""}
    shares = pairs[["broke", "strained", "held"]].sum(axis=1)
    assert shares.to_numpy() == pytest.approx(1.0)
    forms = pairs[["by_war", "by_joined", "by_formal"]].sum(axis=1)
    assert forms.to_numpy() == pytest.approx(pairs["broke"].to_numpy())
    assert (pairs["broke"] > 0).any()
    page = report.page(found)
    assert "* oak has no outcomes: it is played and not scored." in page
    assert "The war of oak" in page


def test_a_library_without_any_outcomes_is_played(tmp_path: Path) -> None:
    wars = load_library(written(tmp_path / "wars")).wars
    found = found_of(wars, [[[1], [2], [3]]] * 2)
    assert "there is nothing to score" in report.page(found)
    plt.close(figures.timing(found))


def test_a_stopped_command_goes_on_to_the_same_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(written(tmp_path / "wars", ELM + OAK))
    words = ["benchmark", folder, "--runs", "2", "--rivals", "--shuffles", "1", "--quiet"]
    few = {name: rivals.RIVALS[name] for name in ("nobody joins", "no returns")}
    monkeypatch.setattr(battery, "RIVALS", few)
    assert main([*words, "--out", str(tmp_path / "whole")]) == 0
    told = capsys.readouterr().out
    assert "## Aims shuffled" in told
    real, calls = play.played, []

    def stopped(war: War, *rest: object, **more: object) -> play.Played:
        calls.append(war.name)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return real(war, *rest, **more)  # type: ignore[arg-type]  # handed on as it came

    with monkeypatch.context() as once:
        once.setattr(play, "played", stopped)
        assert main([*words, "--out", str(tmp_path / "parts")]) == 130
    assert "the same command goes on from there" in capsys.readouterr().err
    assert main([*words, "--out", str(tmp_path / "parts")]) == 0
    assert capsys.readouterr().out == told
    for name in ("scores.csv", "pairs.csv", "benchmark.md", "timing.png"):
        one, other = (tmp_path / which / name for which in ("whole", "parts"))
        assert one.read_bytes() == other.read_bytes(), name
    assert (tmp_path / "parts" / "benchmark.md").read_text("utf-8") == told
    # what is there is not replaced unasked
    assert main([*words, "--out", str(tmp_path / "parts")]) == 2
    assert "holds a benchmark already" in capsys.readouterr().err
    assert main([*words, "--out", str(tmp_path / "parts"), "--force"]) == 0


def test_a_command_that_cannot_be_done_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(written(tmp_path / "wars", "elm,red,blue,,lost,,\n"))
    assert main(["benchmark", folder]) == 2
    assert "unknown status 'lost'" in capsys.readouterr().err
    assert main(["benchmark", str(tmp_path / "none")]) == 2
    written(tmp_path / "wars", ELM)
    assert main(["benchmark", folder, "--runs", "1"]) == 2
    assert "runs must be a whole number, from 2" in capsys.readouterr().err


def test_the_options_reach_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = {}

    def listen(_: object, **more: object) -> None:
        heard.update(more)
        raise SimError("heard")

    monkeypatch.setattr(battery, "run", listen)
    folder = str(written(tmp_path / "wars", ELM))
    words = "--runs 7 --seed 3 --rivals --shuffles 4 --workers 2"
    assert main(["benchmark", folder, *words.split()]) == 2
    asked = {"runs": 7, "seed": 3, "rivals": True, "shuffles": 4, "workers": 2}
    assert {name: heard[name] for name in asked} == asked


# the page and the figure --------------------------------------------------------------------------


def test_the_first_paragraph_says_who_wins(wars: tuple[War, ...]) -> None:
    right, wrong = [[9, 9, 9], [0], [1]], [[0], [9], [9]]
    good = " ".join(report.verdict(found_of(wars, [right, right[:2]])))
    bad = " ".join(report.verdict(found_of(wars, [wrong, wrong[:2]])))
    assert "Wars: 2; pairs of allies: 5; broke within five years" in good
    assert "(Brier score, less is better), the model does better than every forecast" in good
    assert "(AUC within wars, more is better), a forecast without a simulator does better" in bad
    assert '"agreement of long aims" 1.000; too few wars' in bad
    assert "comes in 100 % of all deals" in bad


def test_where_nobody_broke_no_forecast_is_best_and_the_page_is_made(
    wars: tuple[War, ...],
) -> None:
    war = wars[0]
    held = tuple(replace(one, status="held", broke=None) for one in war.outcomes)
    for some in ((War(war.name, war.scenario, held),), (War(war.name, war.scenario, held[:1]),)):
        found = found_of(some, [[[9, 9, 9], [0], [1]][: len(some[0].outcomes)]])
        page = report.page(found)
        assert "which pair of a war breaks (AUC within wars, more is better) there is" in page


def test_a_rival_that_does_better_is_named(wars: tuple[War, ...]) -> None:
    found = found_of(wars, [[[0], [9], [9]], [[0], [9]]])
    rival = found_of(wars, [[[9, 9], [0], [0]], [[9], [0]]]).model
    named = Forecast("no returns", rival.rank, rival.probability, rival.hazard, rival.reached)
    both = battery.Benchmark(
        found.wars, 10, 1, found.played, found.scored, found.model, (named,), found.baselines,
        None,
    )  # fmt: skip
    assert 'taken out do better than the model as "no returns"' in report.page(both)


def test_every_score_of_every_forecast_is_in_the_table(wars: tuple[War, ...]) -> None:
    found = found_of(wars, [[[9, 9, 9], [0], [1]], [[5], [2]]])
    table = found.scores()
    assert len(table) == len(scores.SCORES) * (1 + len(found.baselines))
    own = table[table["kind"] == battery.MODEL]
    assert own["value"].notna().all()
    assert own["less"].isna().all()
    one = table[(table["forecast"] == "nobody breaks") & (table["score"] == "brier")].iloc[0]
    assert one["value"] == pytest.approx((1 / 3 + 1 / 2) / 2)
    model = own[own["score"] == "brier"]["value"].item()
    assert one["less"] == pytest.approx(model - one["value"])


def test_of_shuffles_the_place_counts_those_that_are_as_good(wars: tuple[War, ...]) -> None:
    scored = Scored(wars)
    told = [
        Forecast("x", np.array(rank, dtype=float))
        for rank in ([2, 0, 1, 2, 1], [2, 0, 0, 1, 0], [0, 1, 2, 0, 1], [2, 0, 3, 1, 0])
    ]
    dealt = battery.Shuffles(20, told[0], tuple(told[1:]))
    assert dealt.scores("within", scored).tolist() == [1.0, 0.0, 0.75]
    assert dealt.place("within", scored) == pytest.approx((1 + 1) / (1 + 3))


def test_the_figure_has_a_panel_a_war_and_clips_no_name(
    tmp_path: Path, wars: tuple[War, ...]
) -> None:
    # fifteen pairs, most of which end at the top of the panel, under a long title
    folder = written(tmp_path / "more", wars=("yew",))
    others = ("the_government_of_ash", "the_front_of_birch", "cedar")
    text = (folder / "yew.toml").read_text()
    text = text.replace('"green"]', '"green", "' + '", "'.join(others) + '"]')
    text = text.replace("The war of yew", "The war of yew, its six allies and the Empire, 1912-18")
    more = "".join(FIGHTER.format(name, "league", 1.0) for name in others)
    (folder / "yew.toml").write_text(text + more)
    every = (*wars, *load_library(folder).wars)
    counts = [[[4, 9, 9], [0], [1]], [[5], [2]], [[0]] + [[10]] * 10 + [[9]] * 4]
    figure = figures.timing(found_of(every, counts))
    try:
        figure.canvas.draw()
        whole = figure.bbox.padded(1.0)
        titles = [ax.get_title(loc="left") for ax in figure.axes]
        assert titles[:2] == ["The war of elm", "The war of oak"]
        for ax, marks in zip(figure.axes, (1, 1, 0), strict=True):
            assert sum(line.get_marker() == "D" for line in ax.lines) == marks
            names = [note for note in ax.texts if " – " in note.get_text()]
            assert names[0].get_text() == "red – blue"
            title = next(x for x in ax.findobj(Text) if x.get_text() == ax.get_title(loc="left"))
            boxes = [Text.get_window_extent(words) for words in (*names, title)]
            for one, other in itertools.combinations(boxes, 2):
                assert not one.padded(-1.0).overlaps(other)
            for words in (*ax.texts, ax.yaxis.label, *figure.legends[0].get_texts()):
                box = words.get_window_extent()
                assert whole.contains(box.x0, box.y0), words.get_text()
                assert whole.contains(box.x1, box.y1), words.get_text()
    finally:
        plt.close(figure)
