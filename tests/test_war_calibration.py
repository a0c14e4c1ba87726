"""Calibration on a library of wars: the best numbers are known by construction."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT, module_of
from matplotlib import pyplot as plt
from scipy.stats import binom
from test_benchmark import ELM, OAK, written
from test_plots_fit import faults

from sim.errors import SimError
from sim.experiments.benchmark.play import Played
from sim.experiments.benchmark.war_library import War, load_library
from sim.experiments.calibration import (
    WarCalibration,
    calibrate_wars,
    load_plan,
    load_war_plan,
    war_report,
    wars,
)
from sim.experiments.calibration.checkpoint import NAME
from sim.experiments.calibration.emulator import learn
from sim.plots import calibration as figures
from sim.plots import style
from sim.scenario.schema import Scenario
from sim.ui.cli import main

PLAN = """
wars = "wars"

[[free]]
path = "parameters.breach_price"
low = 0.01
high = 0.99
scale = "even"
"""
TOGETHER = """
[together]
plan = "targets.toml"
weight = {weight}
"""
TARGETS = """
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
value = 0.9
tolerance = 0.1
until = 2016-12-01
source = "judgement"
"""


def plan_file(folder: Path, *changes: tuple[str, str], more: str = "") -> Path:
    """A plan about a made-up library of two wars, with one free number."""
    written(folder / "wars", ELM + OAK)
    text = PLAN
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "plan.toml"
    path.write_text(text + more, encoding="utf-8")
    return path


def by_price(war: War, runs: int, seed: int, **more: Scenario) -> Played:
    """Runs of which every pair has broken, from the first half-year on, in a share: the price."""
    price = more["scenario"].parameters.breach_price
    broken = np.full((len(war.pairs), len(war.edges)), round(runs * price), dtype=np.int64)
    return Played(war, runs, pd.DataFrame(), broken)


def broken_by(war: War) -> float:
    """The mean of what is to be told of a war: its best price is that."""
    when = np.array([war.half_year(one) for one in war.outcomes])[:, None]
    seen = (when >= 0) & (np.arange(len(war.edges)) >= when)
    return float(np.average(seen, axis=1, weights=war.lengths).mean())


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wars, "play_war", by_price)
    monkeypatch.setattr(wars, "make_ready", lambda study: None)


@pytest.fixture
def found(tmp_path: Path, at_once: None) -> WarCalibration:
    return calibrate_wars(plan_file(tmp_path), points=12, runs=400, waves=2)


# what is best -------------------------------------------------------------------------------------


def test_each_war_is_told_by_the_number_that_is_best_on_the_other(found: WarCalibration) -> None:
    elm, oak = (broken_by(war) for war in found.plan.wars)
    assert abs(elm - oak) > 0.1
    best = [found.plan.free[0].at(fit.point[0]) for fit in found.fits]
    assert best == pytest.approx([oak, elm, (elm + oak) / 2], abs=0.02)
    row = found.numbers.loc["parameters.breach_price"]
    assert (row["least"], row["most"]) == pytest.approx((min(best[:2]), max(best[:2])))
    assert (row["present"], row["all"]) == pytest.approx((0.03, best[2]))
    assert row["low"] < best[2] < row["high"]
    # a Brier score is the variance of what happened, and how far the share is from its mean
    scores = found.wars
    for name, own, other in (("elm", elm, oak), ("oak", oak, elm)):
        told = scores.loc[name]
        least = own * (1 - own)
        away = f"timing {war_report.CALIBRATED}"
        assert told[away] == pytest.approx(least + (own - other) ** 2, abs=0.01)
        assert told[f"timing {war_report.PRESENT}"] == pytest.approx(
            least + (own - 0.03) ** 2, abs=0.01
        )
        assert told["expected"] == pytest.approx(told[away], abs=0.01)
    gap = found.gap("timing", war_report.CALIBRATED, war_report.PRESENT)
    both = scores[f"timing {war_report.CALIBRATED}"] - scores[f"timing {war_report.PRESENT}"]
    assert gap.value == pytest.approx(both.mean())
    assert gap.wars == 2


def test_what_happened_in_a_war_does_not_change_its_own_numbers(
    tmp_path: Path, at_once: None
) -> None:
    other = "elm,red,blue,,held,,\nelm,green,red,,held,,\nelm,blue,green,,held,,\n"
    points = []
    for outcomes in (ELM, other):
        path = plan_file(tmp_path)
        written(tmp_path / "wars", outcomes + OAK)
        fit = calibrate_wars(path, points=12, runs=400, waves=1).fits[0]
        assert fit.without == "elm"
        points.append(fit.point)
    assert points[0] == pytest.approx(points[1], abs=1e-9)


def test_a_score_is_in_the_mean_that_of_infinitely_many_runs(tmp_path: Path) -> None:
    war = load_library(written(tmp_path / "wars", ELM)).wars[0]
    chance, runs = 0.3, 5
    mean = 0.0
    for count in range(runs + 1):
        broken = np.full((len(war.pairs), len(war.edges)), count)
        score = wars.score_of(Played(war, runs, pd.DataFrame(), broken))
        mean += float(binom.pmf(count, runs, chance)) * score
    seen = broken_by(war)
    assert mean == pytest.approx(seen * (1 - chance) ** 2 + (1 - seen) * chance**2)


def test_points_that_are_as_good_fill_what_is_within_the_error(found: WarCalibration) -> None:
    emulator = learn(found.points, found.seen)
    for fit in found.fits:
        assert len(fit.near) > 100
        assert ((fit.near >= 0.0) & (fit.near <= 1.0)).all()
        worse, _ = wars.expected(found.plan, emulator, fit.near, fit.without)
        worse -= fit.score
        assert 0.0 <= worse.min() < 0.2 * fit.error
        assert 0.8 * fit.error < worse.max() <= fit.error * (1 + 1e-6)
        assert 0.0 < fit.flat[0] < 1.0


@pytest.mark.parametrize("weight", [1e-9, 100.0])
def test_targets_of_another_plan_count_by_their_weight(
    tmp_path: Path, at_once: None, monkeypatch: pytest.MonkeyPatch, weight: float
) -> None:
    """The one target is 0.9 and is met where the number is."""
    toy = (ROOT / "tests/cases/toy.toml").as_posix()
    (tmp_path / "targets.toml").write_text(TARGETS.format(scenario=toy))
    path = plan_file(tmp_path, more=TOGETHER.format(weight=weight))
    plan = load_war_plan(path)
    assert plan.other is not None
    assert plan.other.free == plan.free, "the numbers are those of the plan about wars"

    def measured(other: object, points: np.ndarray, *_: object) -> pd.DataFrame:
        assert other is plan.other
        return pd.DataFrame({"front": points[:, 0]})

    monkeypatch.setattr(wars, "played", measured)
    found = calibrate_wars(plan, points=12, runs=400, waves=1)
    elm, oak = (broken_by(war) for war in found.plan.wars)
    alone = weight < 1
    best = [fit.point[0] for fit in found.fits]
    told = [(oak - 0.01) / 0.98, (elm - 0.01) / 0.98, ((elm + oak) / 2 - 0.01) / 0.98]
    assert best == pytest.approx(told if alone else [0.9] * 3, abs=0.03)
    assert "Beside the wars one target of" in found.page()


@pytest.mark.slow
def test_wars_whose_allies_all_held_ask_for_a_price_of_breaches(tmp_path: Path) -> None:
    """Played in earnest: where a breach costs little, allies break, and none of these did."""
    held = "".join(f"{war},red,blue,,held,,\n{war},red,green,,held,,\n" for war in ("elm", "oak"))
    path = plan_file(tmp_path, ("high = 0.99", "high = 0.2"))
    written(tmp_path / "wars", held)
    found = calibrate_wars(path, points=10, runs=20, waves=1)
    cheap = found.seen[["elm", "oak"]].iloc[found.points[:, 0].argmin()]
    assert (cheap > 0.02).all()
    for fit in found.fits:
        assert found.plan.free[0].at(fit.point[0]) > 0.05
    table = found.wars
    assert (table[f"timing {war_report.CALIBRATED}"] < cheap).all()
    assert table[f"within {war_report.CALIBRATED}"].isna().all(), "no pair broke: nothing to rank"


# files and commands -------------------------------------------------------------------------------


def test_the_plan_that_comes_with_the_program_can_be_used() -> None:
    plan = load_war_plan("wars")
    assert len(plan.wars) == 9
    assert all(number.why for number in plan.free)
    assert plan.other is None
    for number in plan.free:
        for war in plan.wars:
            now = war_report.value_at(war.scenario, number.path)
            assert number.low <= now <= number.high, (number.path, war.name)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('wars = "wars"', 'wars = "none"', "plan.toml: wars: {0}/none: there is no fold"),
        ('wars = "wars"', 'wars = "empty"', "no scenario file in it has a [coalition]"),
        ('wars = "wars"', "", "plan.toml: names neither a `scenario`, with targets, nor"),
        ("breach_price", "breech_price", "did you mean 'breach_price'?"),
        ("low = 0.01", "low = 1.0", "low must be below high"),
        ("high = 0.99", "high = 9", "plan.toml:5: free.0 (parameters.breach_price): at 9: must be"),
        ('scale = "even"', 'scale = "evn"', "scale"),
        ("[[free]]", 'score = "luck"\n[[free]]', "score: must be"),
        ("[[free]]", "[together]\nplan = 'x'\n[[free]]", "together.weight: is missing"),
        (
            "[[free]]", "[together]\nplan = 'x.toml'\nweight = 1\n[[free]]",
            "plan.toml: together.plan: {0}/x.toml: ",
        ),
    ],
)  # fmt: skip
def test_a_plan_that_cannot_be_used_gets_one_clear_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, said: str
) -> None:
    (tmp_path / "empty").mkdir()
    assert main(["calibrate", str(plan_file(tmp_path, (old, new)))]) == 2
    err = capsys.readouterr().err
    assert said.format(tmp_path) in err
    assert "Traceback" not in err


def test_wars_without_outcomes_leave_none_to_be_left_out(tmp_path: Path) -> None:
    path = plan_file(tmp_path)
    written(tmp_path / "wars", ELM)
    with pytest.raises(SimError, match="wars: outcomes of 1 of its 2 wars are known; one is"):
        load_war_plan(path)


def test_what_is_asked_of_the_wrong_kind_of_plan_is_refused(
    tmp_path: Path, at_once: None, capsys: pytest.CaptureFixture[str]
) -> None:
    path = plan_file(tmp_path)
    with pytest.raises(SimError, match="is about a library of wars; a plan with targets is meant"):
        load_plan(path)
    assert main(["calibrate", str(path), "--judge", "3"]) == 2
    assert "--judge is of a plan with targets" in capsys.readouterr().err
    assert main(["calibrate", str(path), "--points", "3"]) == 2
    assert "points must be a whole number, from 10" in capsys.readouterr().err


def test_a_stopped_calibration_goes_on_to_the_same_numbers(
    tmp_path: Path, at_once: None, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    words = ["calibrate", str(plan_file(tmp_path)), "--points", "10", "--runs", "20", "--out"]
    assert main([*words, str(tmp_path / "whole")]) == 0
    told = capsys.readouterr()
    assert "10 points and 1 times 5, 2 wars, 20 runs of each: 600 runs; then 1,200" in told.err
    calls: list[str] = []

    def stopping(war: War, *rest: int, **more: Scenario) -> Played:
        calls.append(war.name)
        if len(calls) == 8:
            raise KeyboardInterrupt
        return by_price(war, *rest, **more)

    monkeypatch.setattr(wars, "play_war", stopping)
    out = tmp_path / "parts"
    assert main([*words, str(out)]) == 130
    assert "the same command goes on from there" in capsys.readouterr().err
    assert len((out / NAME).read_text().splitlines()) == 7
    assert main([*words, str(out)]) == 0
    assert capsys.readouterr().out == told.out
    assert len(calls) == 1 + 2 * 15 + 3 * 2, "what was played is played again"
    names = sorted(path.name for path in out.iterdir())
    assert names == sorted(war_report.WARS_LEFT)
    for name in names:
        assert (out / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name
    assert (out / war_report.PAGE).read_text("utf-8") == told.out
    assert main([*words, str(out)]) == 2
    assert "holds a calibration already" in capsys.readouterr().err


# the page and the figures -------------------------------------------------------------------------


def test_the_page_says_what_was_found_and_where_nothing_can_be_said(found: WarCalibration) -> None:
    page = found.page(ids=True)
    assert "Wars: 2; points: 18; runs of each war at each point: 400, at the end 4000" in page
    for words in ("parameters.breach_price", "`elm`", "`oak`", "| mean |", '"calibrated on all"'):
        assert words in page
    assert "nan" not in page
    assert "within its error over wars" in page


def test_the_figures_clip_nothing_and_can_be_told_apart_in_grey(found: WarCalibration) -> None:
    for draw in (figures.wars, figures.ranges):
        ax = draw(found)
        try:
            assert faults(style.figure_of(ax)) == []
        finally:
            plt.close(style.figure_of(ax))
    ax = figures.wars(found)
    marks = {
        (line.get_marker(), line.get_markerfacecolor())
        for line in ax.lines
        if line.get_marker() not in ("None", None, "")
    }
    assert len(marks) == 4
    plt.close(style.figure_of(ax))


def test_the_page_of_the_war_calibration_is_that_of_its_tables() -> None:
    page = module_of("docs/calibration.py")
    text = page.WAR_PAGE.read_text(encoding="utf-8")
    assert page.with_wars(text) == text
    table = pd.read_csv(page.WARS_KEPT / "numbers.csv", index_col=0)
    plan = load_war_plan("wars")
    assert list(table.index) == [number.path for number in plan.free]
    assert not any(math.isnan(value) for value in table["all"])
