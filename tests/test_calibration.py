"""Calibration finds what was planted, by measures that can be worked out by hand."""

from __future__ import annotations

import dataclasses
import errno
import math
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from conftest import ROOT, module_of
from hypothesis import given
from hypothesis import strategies as st

from sim import files, measures
from sim.errors import SimError
from sim.experiments.calibration import Calibration, Plan, calibrate, design, load_plan
from sim.experiments.calibration import checkpoint as journal_module
from sim.experiments.calibration.checkpoint import NAME, Journal
from sim.experiments.calibration.design import played, spread
from sim.experiments.calibration.emulator import Emulator, learn, skill
from sim.experiments.calibration.plan import Free, Target
from sim.experiments.calibration.posterior import log_likelihood
from sim.experiments.calibration.report import LEFT
from sim.experiments.calibration.targets import MEASURES
from sim.experiments.hypothesis_tests.facts import FACTS, check
from sim.experiments.hypothesis_tests.roles import find
from sim.experiments.hypothesis_tests.treatments import Treatments
from sim.plots.calibration import facts
from sim.plots.saving import write
from sim.runs.ensemble import ensemble
from sim.runs.simulate import simulate
from sim.scenario.schema import Scenario
from sim.ui.cli import main

SYRIA = ROOT / "scenarios/calibration/syria_2015_2018.toml"
PLAN = """
scenario = "{scenario}"
known_until = 2016-12-31

[[free]]
path = "parameters.front_speed"
low = 0.002
high = 0.02

[[targets]]
name = "front"
measure = "territory reached"
week = 40
position = 0.6
value = 0.5
tolerance = 0.1
until = 2016-12-01
source = "judgement"
"""


def plan_file(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    text = PLAN.format(scenario=(ROOT / "tests/cases/toy.toml").as_posix())
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "plan.toml"
    path.write_text(text, encoding="utf-8")
    return path


def runs_of(states: list[list[int]], **more: list[list[float]]) -> xr.Dataset:
    """Results with these states by run and week."""
    variables = {"state": (("run", "week"), np.array(states))}
    variables |= {name: (("run", "week"), np.array(rows)) for name, rows in more.items()}
    weeks = np.arange(len(states[0]))
    dates = np.datetime64("2015-09-30", "ns") + weeks * np.timedelta64(7, "D")
    return xr.Dataset(variables).assign_coords(
        run=np.arange(len(states)), week=weeks, date=("week", dates)
    )


def target(**more: object) -> Target:
    base: dict[str, object] = {
        "name": "x", "measure": "calm", "value": 0.5, "tolerance": 0.1, "source": "judgement",
        "until": pd.Timestamp("2016-01-01").date(),
    }  # fmt: skip
    return Target.model_validate({**base, **more})


# numbers and measures -----------------------------------------------------------------------------


@given(st.floats(0, 1), st.floats(1e-3, 1), st.floats(1.1, 50))
def test_a_share_of_the_way_is_on_the_scale_of_the_range(
    share: float, low: float, factor: float
) -> None:
    even = Free(path="a.b", low=low, high=low * factor, scale="even")
    log = Free(path="a.b", low=low, high=low * factor)
    assert even.at(share) == pytest.approx(low + share * low * (factor - 1))
    assert math.log(log.at(share)) == pytest.approx(math.log(low) + share * math.log(factor))
    assert Free(path="a.b", low=5, high=60, whole=True).at(share).is_integer()


def test_ceasefires_fail_from_the_week_of_their_signature_on_and_those_that_stand_do_not() -> None:
    failed = MEASURES["ceasefires failed"].found
    # one breaks in its first week, one in its third, one stands after four when the run ends
    results = runs_of(
        [[0, 0, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0], [0, 0, 1, 1, 1, 1]],
        age=[[0, 1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6], [0, 0, 1, 2, 3, 4]],
        convener=[[-1, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0], [-1, -1, 0, 0, 0, 0]],
    )
    assert failed(results, 1, 0.0) == pytest.approx(1 / 3)
    assert failed(results, 2, 0.0) == pytest.approx(1 / 3)
    assert failed(results, 3, 0.0) == pytest.approx(1 - (2 / 3) * (1 / 2))
    never = {"age": [[0, 0, 0]], "convener": [[-1, -1, -1]]}
    assert math.isnan(failed(runs_of([[0, 0, 0]], **never), 1, 0.0))
    stands = {"age": [[0, 1, 2], [1, 2, 3]], "convener": [[-1, 0, 0], [0, 0, 0]]}
    assert failed(runs_of([[0, 1, 1], [1, 1, 1]], **stands), 1, 0.0) == 0.0


def test_ceasefires_fail_in_a_calibration_as_the_curve_of_survival_has_it(
    syria: Scenario,
) -> None:
    results = simulate(syria, runs=60, seed=2)
    curve = measures.ceasefire_survival(results)["survival"]
    for week in (1, 4, 13):
        asked = MEASURES["ceasefires failed"].found(results, week, 0.0)
        assert asked == pytest.approx(1.0 - curve[curve.index <= week].iloc[-1])


def test_the_first_ceasefire_is_a_median_and_a_run_without_one_counts_as_its_length() -> None:
    first = MEASURES["first ceasefire"].found
    assert first(runs_of([[0, 1, 0], [0, 0, 1], [0, 0, 0]]), 0, 0.0) == 2.0


def test_calm_is_violence_in_young_ceasefires_over_that_of_war() -> None:
    found = MEASURES["calm"].found(
        runs_of(
            [[0, 0, 1, 1, 1]],
            age=[[0, 0, 1, 2, 3]],
            intensity=[[0.8, 1.0, 0.5, 0.4, 0.9]],
        ),
        2,
        0.0,
    )
    assert found == pytest.approx(0.45 / 0.9)


def test_settlements_count_up_to_the_week_that_is_asked_for() -> None:
    settled = MEASURES["settled"].found
    results = runs_of([[0, 2, 0], [0, 0, 2]])
    assert [settled(results, week, 0.0) for week in (0, 1, 2)] == [0.0, 0.5, 1.0]


def test_monthly_violence_leaves_months_without_any_apart() -> None:
    level = [[1.0] * 4 + [0.5] * 4 + [0.0] * 4 + [1.0] * 4]
    results = runs_of([[0] * 16], intensity=level)
    assert MEASURES["monthly change"].found(results, 0, 0.0) == 0.0  # one change only: no spread
    months = np.array([1.0, 0.5, 0.0, 1.0])
    centred = months - months.mean()
    lag = (centred[1:] * centred[:-1]).sum() / (centred**2).sum()
    assert MEASURES["monthly memory"].found(results, 0, 0.0) == pytest.approx(lag)


# design, emulator, posterior ----------------------------------------------------------------------


def test_a_latin_hypercube_has_one_point_in_every_stratum_of_every_number() -> None:
    plan = load_plan(SYRIA)
    points = spread(plan, 40, 3)
    assert points.shape == (40, len(plan.free))
    for column in points.T:
        assert sorted(np.floor(column * 40).astype(int)) == list(range(40))


def test_the_emulator_learns_a_smooth_surface_and_says_how_well() -> None:
    rng = np.random.default_rng(5)
    points = rng.random((120, 3))
    truth = np.sin(3 * points[:, 0]) + points[:, 1] * points[:, 2]
    seen = pd.DataFrame({"curve": truth + 0.02 * rng.normal(size=120), "luck": rng.random(120)})
    emulator = learn(points, seen)
    fresh = rng.random((50, 3))
    mean, error = emulator.expected(fresh)
    expected = np.sin(3 * fresh[:, 0]) + fresh[:, 1] * fresh[:, 2]
    assert np.abs(mean[:, 0] - expected).max() < 0.06
    assert (error > 0).all()
    left_out = skill(emulator, points, seen)
    assert left_out["curve"] > 0.97
    assert left_out["luck"] < 0.2


class Line:
    """A process that says the number itself."""

    def predict(self, points: np.ndarray, return_std: bool) -> tuple[np.ndarray, np.ndarray]:
        return points[:, 0], np.full(len(points), 0.3)


def test_the_likelihood_is_that_of_a_normal_error_with_both_variances(toy: Scenario) -> None:
    free = (Free(path="parameters.front_speed", low=0.001, high=0.1),)
    known = target(value=0.25, tolerance=0.4)
    plan = Plan(toy, known.until, free, (known,))
    found = log_likelihood(plan, Emulator([Line()], []), np.array([[0.75], [1.2]]))
    assert found[0] == pytest.approx(-0.5 * (0.25 / 0.25 + math.log(0.25)))
    assert found[1] == -math.inf  # outside of its range


@pytest.mark.slow
def test_a_number_that_was_planted_is_found_again(toy: Scenario) -> None:
    planted = 0.012
    truth = files.with_changes(toy, {"parameters.front_speed": planted})
    free = (
        Free(path="parameters.front_speed", low=0.003, high=0.03),
        Free(path="parameters.front_volatility", low=0.005, high=0.05),
    )
    asked = [
        target(name=f"by {week}", measure="territory reached", week=week, position=0.62,
               tolerance=0.05)
        for week in (15, 30, 50)
    ]  # fmt: skip
    probe = Plan(truth, asked[0].until, free, tuple(asked))
    middle = np.array([[math.log(planted / 0.003) / math.log(10), 0.4]])
    seen = played(probe, middle, 600, 99).iloc[0]
    known = tuple(one.model_copy(update={"value": float(seen[one.name])}) for one in asked)
    found = calibrate(
        Plan(toy, known[0].until, free, known), points=60, runs=60, waves=2, check=8, seed=4
    )
    row = found.numbers.loc["parameters.front_speed"]
    assert row["low"] < planted < row["high"]
    assert row["shrunk"] > 0.25  # it was narrowed down
    shares = np.log(found.draws["parameters.front_speed"] / 0.003) / math.log(10)
    assert found.centre["parameters.front_speed"] == pytest.approx(
        0.003 * 10 ** shares.mean(), rel=1e-6
    )
    inside = (found.targets["posterior_median"] - found.targets["known"]).abs()
    assert (inside < 2 * found.targets["tolerance"]).all()


# files and commands -------------------------------------------------------------------------------


def test_the_syrian_plan_rests_on_nothing_later_than_january_2017() -> None:
    plan = load_plan(SYRIA)
    assert plan.known_until.isoformat() == "2017-01-31"
    dated = [one for one in plan.targets if not one.base_rate]
    assert len(dated) == 8
    assert all(one.until is not None and one.until <= plan.known_until for one in dated)
    assert all(one.source for one in plan.targets)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"territory reached"', '"teritory reached"', "territory reached"),
        ("week = 40\n", "", "needs week"),
        ("high = 0.02", "high = 0.001", "low must be below high"),
        ("low = 0.002", "low = 0", "above 0"),
        ("[[free]]", "[[fre]]", "fre"),
        ("toy.toml", "no_such.toml", "no_such.toml"),
    ],
)
def test_a_plan_that_cannot_be_used_gets_one_clear_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, said: str
) -> None:
    path = plan_file(tmp_path, (old, new))
    with pytest.raises(SimError, match=said):
        load_plan(path)
    assert main(["calibrate", str(path)]) == 2
    assert said in capsys.readouterr().err


def test_all_that_is_wrong_in_a_plan_is_said_at_once_each_with_its_line(tmp_path: Path) -> None:
    path = plan_file(
        tmp_path, ("low = 0.002", "lwo = 0.002"), ("value = 0.5", 'value = "much"'),
        ("tolerance = 0.1", "tolerance = 0"),
    )  # fmt: skip
    with pytest.raises(SimError) as caught:
        load_plan(path)
    assert str(caught.value).splitlines() == [
        f"{path}:5: free.0.low: is missing; must be a number between -1e15 and 1e15",
        f"{path}:7: free.0.lwo: unknown field 'lwo' (did you mean 'low'?)",
        f"{path}:15: targets.0.value: must be a number between -1e15 and 1e15, is 'much'",
        f"{path}:16: targets.0.tolerance: must be a number between 1e-12 and 1e15, is 0",
    ]
    path = plan_file(
        tmp_path, ("position = 0.6\n", ""), ("week = 40", "week = 640"),
        ("value = 0.5", "value = 50"), ("2016-12-01", "2018-01-01"),
        ("parameters.front_speed", "parameters.front_sped"),
    )  # fmt: skip
    with pytest.raises(SimError) as caught:
        load_plan(path)
    assert str(caught.value).splitlines() == [
        f"{path}:6: free.0 (parameters.front_sped): at 0.002: there is no field 'front_sped' "
        "(did you mean 'front_speed'?)",
        f"{path}:12: targets.0 (front): 'territory reached' needs position",
        f"{path}:13: targets.0 (front): week 640 is not played: the scenario has 52, from 0 on",
        f"{path}:14: targets.0 (front): 'territory reached' lies from 0 to 1, is 50",
        f"{path}:16: targets.0 (front): rests on 2018-01-01, after known_until = 2016-12-31",
    ]


def test_a_missing_plan_and_a_scenario_given_for_one_are_told_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan_file(tmp_path)
    assert main(["calibrate", str(tmp_path / "plna.toml")]) == 2
    said = capsys.readouterr().err
    assert f"there is no file '{tmp_path / 'plna.toml'}' (did you mean 'plan.toml'?)" in said
    assert main(["calibrate", str(ROOT / "tests/cases/toy.toml")]) == 2
    assert "toy.toml: is a scenario, not a plan" in capsys.readouterr().err


def test_a_plan_without_targets_says_what_it_needs_and_nothing_else(tmp_path: Path) -> None:
    text = PLAN[: PLAN.index("[[targets]]")].replace("[[free]]", "targets = []\n[[free]]")
    path = tmp_path / "plan.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SimError, match=r"plan\.toml:5: targets: needs at least one entry$"):
        load_plan(path)


@pytest.fixture
def few_points(tmp_path: Path) -> list[str]:
    """A small calibration; where it is to be left stands at the end."""
    few = ["--points", "12", "--runs", "10", "--waves", "1", "--check", "4", "--quiet"]
    return ["calibrate", str(plan_file(tmp_path)), *few, "--out", str(tmp_path / "found")]


def test_ctrl_c_in_a_calibration_keeps_what_was_played_and_the_same_command_goes_on(
    tmp_path: Path, few_points: list[str], monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    whole, out, calls = tmp_path / "whole", tmp_path / "found", []
    assert main([*few_points[:-1], str(whole)]) == 0

    def stopping(*given: object, **more: object) -> xr.Dataset:
        calls.append(given)
        if len(calls) == 6:
            raise KeyboardInterrupt
        return ensemble(*given, **more)

    monkeypatch.setattr(design, "ensemble", stopping)
    assert main(few_points) == 130
    said = capsys.readouterr().err
    assert (
        said
        == f"sim: stopped; what was played is in {out}, and the same command goes on from there\n"
    )
    with (out / NAME).open("a", encoding="utf-8") as file:
        file.write('["half a line')  # a process that was killed
    assert main(few_points) == 0
    assert len(calls) == 5 + 1 + 7 + 4 + 1, "points that were played are played again"
    names = [path.name for path in sorted(out.iterdir())]
    assert names == [path.name for path in sorted(whole.iterdir())]
    for name in names:
        if name.endswith(".csv"):
            assert (out / name).read_bytes() == (whole / name).read_bytes()


def test_points_of_another_luck_or_question_are_not_taken_for_ones_own(
    toy: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = (Free(path="parameters.front_speed", low=0.002, high=0.02),)
    one = Plan(toy, target().until, free, (target(),))
    other = Plan(toy, target().until, free, (target(measure="settled", week=30),))
    point = np.array([[0.5]])
    journal = Journal(tmp_path / "new")
    luck = {"runs": 10, "seed": 1}
    played(one, point, **luck, journal=journal)
    for plan, at, more in (
        (one, point, {"runs": 11}), (one, point, {"seed": 2}), (other, point, {}),
        (one, np.array([[0.6]]), {}),
    ):  # fmt: skip
        found = Journal(tmp_path / "new")
        played(plan, at, **{**luck, **more}, journal=found)
        assert found.kept == 1, "noted anew"
        assert len((tmp_path / "new" / NAME).read_text().splitlines()) > 1
    again = Journal(tmp_path / "new")
    monkeypatch.setattr(design, "ensemble", None)  # nothing is played
    played(one, point, **luck, journal=again)
    assert again.kept == 1
    monkeypatch.setattr(journal_module, "_program", lambda: "other rules")
    with pytest.raises(TypeError):
        played(one, point, **luck, journal=Journal(tmp_path / "new"))


def test_lines_of_a_journal_that_are_none_are_passed_over_and_glued_to_nothing(
    tmp_path: Path,
) -> None:
    (tmp_path / NAME).write_text('null\n3\n[[1], 2]\n{"a": 1, "b": 2}\n["torn li')
    journal = Journal(tmp_path)
    journal.note("mine", [0.5])
    again = Journal(tmp_path)
    assert again.known == {"mine": [0.5]}


def test_what_lies_in_the_folder_of_a_calibration_is_not_written_over(
    tmp_path: Path, few_points: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    for number, name in enumerate((*LEFT, NAME)):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / name).write_text("my notes")
        assert main([*few_points[:-1], str(folder)]) == 2
        said = capsys.readouterr().err
        assert ("holds a calibration" if name == "numbers.csv" else name) in said
        assert said.count("\n") == 1
        assert (folder / name).read_text() == "my notes"
        assert len(list(folder.iterdir())) == 1


def test_a_full_disk_stops_a_calibration_with_a_word_and_keeps_what_was_noted(
    few_points: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    room, calls = os.fsync, []

    def full(file: int) -> None:
        calls.append(file)
        if len(calls) == 4:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        room(file)

    monkeypatch.setattr(os, "fsync", full)
    assert main(few_points) == 1
    said = capsys.readouterr().err
    assert "cannot be written: No space left on device; what was played before is kept" in said
    monkeypatch.setattr(os, "fsync", room)
    assert main(few_points) == 0


def test_a_calibration_from_the_command_line_leaves_tables_and_figures(
    tmp_path: Path, few_points: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "found"
    assert main(few_points) == 0
    assert capsys.readouterr() == ("", "")
    names = {path.name for path in out.iterdir()}
    assert names == {
        "points.csv", "posterior.csv", "numbers.csv", "targets.csv", "numbers.png", "targets.png",
    }  # fmt: skip
    assert names <= set(LEFT), "each was looked for before it was written"
    draws = pd.read_csv(out / "posterior.csv")
    assert draws["parameters.front_speed"].between(0.002, 0.02).all()
    assert main([*few_points, "--points", "2", "--force"]) == 2
    capsys.readouterr()
    assert main(few_points) == 2
    assert "holds a calibration already" in capsys.readouterr().err
    again = [word for word in few_points if word != "--quiet"]
    assert main([*again, "--force", "--ids"]) == 0
    told = capsys.readouterr().out
    assert "speed of territory (parameters.front_speed)" in told
    assert "Walkers forget" in told


def test_two_numbers_of_one_short_name_are_told_apart(toy: Scenario) -> None:
    paths = ("actors.crown.capability", "actors.duchy.capability", "parameters.front_speed")
    free = tuple(Free(path=path, low=0.5, high=2.0) for path in paths)
    plan = Plan(toy, target().until, free, (target(),))
    assert plan.names == ["actors.crown.capability", "actors.duchy.capability", "front_speed"]


def test_facts_that_no_target_uses_are_measured_at_draws_of_the_posterior(
    syria: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the speed of the front alone free, the tie falls as it does in the case itself."""
    free = (Free(path="parameters.front_speed", low=0.008, high=0.012),)
    plan = Plan(syria, target().until, free, (target(),))
    some = tuple(fact for fact in FACTS if fact.name in ("tie falls", "orders rise"))
    monkeypatch.setattr(design, "FACTS", some)
    monkeypatch.setattr(design, "check", lambda cells: check(cells, some))
    points = np.array([[0.1], [0.5], [0.9]])
    table = design.judged(plan, points, runs=40, seed=3)
    assert list(table.index) == ["tie falls", "orders rise"]
    assert (table["draws"] == 3).all()
    assert (table["low"] <= table["median"]).all()
    assert (table["median"] <= table["high"]).all()
    found = []
    for place, point in enumerate(points):
        case = plan.changed(point)
        alone = check(Treatments(case, find(case), 40, 3 + place), some)
        found.append([verdict.found.value for verdict in alone])
    assert np.median(found, axis=0) == pytest.approx(table["median"].to_numpy())
    assert table.loc["tie falls", "agrees"] == 1.0
    assert table.loc["tie falls", "status"] == "imposed"


def test_a_posterior_that_cannot_be_trusted_says_so(toy: Scenario) -> None:
    """No front of the toy war is ever beyond 1; and nothing foretells a coin."""
    plan = Plan(
        toy, target().until, (Free(path="parameters.front_speed", low=0.01, high=0.02),), ()
    )
    table = pd.DataFrame(
        {
            "known": [0.5, 0.5],
            "tolerance": [0.1, 0.1],
            "posterior_low": [0.3, 0.9],
            "posterior_high": [0.6, 0.99],
        },
        index=["met", "never"],
    )
    empty = pd.DataFrame()
    found = Calibration(
        plan, np.zeros((1, 1)), empty, pd.Series({"met": 0.05, "never": 0.9}), 1.0, empty, {},
        table, empty,
    )  # fmt: skip
    foretells, missed = found.doubts
    assert "nothing of met:" in foretells
    assert "Missed by more than 3 tolerances all over the posterior: never." in missed


@pytest.mark.slow
def test_a_calibration_that_judges_leaves_what_it_found_and_takes_away_what_is_old(
    syria: Scenario, tmp_path: Path
) -> None:
    free = (Free(path="parameters.front_speed", low=0.006, high=0.014),)
    known = target(name="front", measure="territory reached", week=60, position=0.6, value=0.5)
    found = calibrate(Plan(syria, known.until, free, (known,)), points=10, runs=10, waves=1,
                      check=2, judge=2)  # fmt: skip
    assert (found.facts["draws"] == 2).sum() > 15
    assert found.facts["agrees"].between(0, 1).all()
    assert (found.facts["luck"] > 0).all()
    assert "Facts that were not used" in str(found)
    found.save(tmp_path)
    kept = pd.read_csv(tmp_path / "facts.csv", index_col=0)
    assert list(kept.index) == list(found.facts.index)
    write(facts(found).get_figure(root=True), tmp_path / "facts.png")
    dataclasses.replace(found, facts=found.facts.iloc[:0]).save(tmp_path)
    assert not list(tmp_path.glob("facts.*"))


def test_the_page_of_the_calibration_is_that_of_its_tables() -> None:
    page = module_of("docs/calibration.py")
    text = page.PAGE.read_text(encoding="utf-8")
    assert page.written(text) == text
    for name in page.TABLES:
        assert text.count(f"<!-- generated: {name} -->") == 1
    # what stands in the scenario is the centre, rounded
    case = files.load(ROOT / "scenarios/syria_2015_2018.toml")
    numbers = pd.read_csv(page.KEPT / "numbers.csv", index_col=0)
    for path, centre in numbers["centre"].items():
        stands = float(getattr(case.parameters, str(path).removeprefix("parameters.")))
        assert stands == pytest.approx(centre, rel=0.03), path


def test_a_scenario_without_allies_is_not_judged_and_that_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(SimError, match="pair"):
        calibrate(plan_file(tmp_path), points=12, runs=10, waves=1, check=4, judge=2)
