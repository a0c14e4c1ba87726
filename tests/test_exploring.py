"""Sliders: what they may be moved to, and that a move redraws the wars that it asks for."""

from __future__ import annotations

import builtins
import math
from typing import Any

import numpy as np
import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim import files
from sim.errors import ResultsError, ScenarioError, SimError
from sim.exploring import controls
from sim.scenario import Scenario

TOY = ROOT / "scenarios/toy.toml"
CAPABILITY = "actors.crown.capability"


def numbers_of(scenario: Scenario) -> list[str]:
    """Paths of all single numbers of a scenario."""

    def walk(data: Any, path: str) -> list[str]:
        if isinstance(data, dict):
            if "value" in data and set(data) <= {"value", "source", "status"}:
                return walk(data["value"], path)
            return [p for key, inner in data.items() for p in walk(inner, f"{path}.{key}")]
        if isinstance(data, list | tuple):
            return [p for n, inner in enumerate(data) for p in walk(inner, f"{path}.{n}")]
        number = isinstance(data, int | float) and not isinstance(data, bool)
        return [path.removeprefix(".")] if number else []

    return walk(files.as_data(scenario), "")


# ---- which control a field gets ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "ends"),
    [
        ("actors.iran.capability", (0.0, 2.0, 0.1)),  # no upper bound: twice the number
        ("actors.russia.long.arms.ideal", (0.0, 1.0, 0.05)),  # what the field allows
        ("actors.russia.discount", (0.005, 0.995, 0.005)),  # the ends are not allowed themselves
        ("parameters.varpi", (0.0, 0.24, 0.01)),  # far below what it may be: four times the number
        ("parameters.tau_c", (1.0, 8.0, 1.0)),  # whole
    ],
)
def test_a_slider_ends_where_its_field_does(
    second: Scenario, path: str, ends: tuple[float]
) -> None:
    found = controls.control(second, path)
    assert (found.low, found.high, found.step) == pytest.approx(ends)
    assert found.low <= found.value <= found.high


@given(data=st.data())
@settings(max_examples=60)
def test_every_number_has_a_slider_that_meets_it_and_stays_within_what_is_allowed(
    syria: Scenario, data: Any
) -> None:
    # poles of camps, and shares by theatre that add up to one, cannot be moved one at a time
    several = (".pole", ".theatres.")
    paths = [path for path in numbers_of(syria) if not any(word in path for word in several)]
    path = data.draw(st.sampled_from(paths))
    found = controls.control(syria, path)
    steps = (found.value - found.low) / found.step
    assert found.low <= found.value <= found.high
    assert math.isclose(steps, round(steps), abs_tol=1e-3), found
    for end in (found.low, found.high):
        files.with_changes(syria, {path: int(end) if found.kind == "whole" else end})


def test_a_slider_ends_where_other_numbers_leave_no_room(syria: Scenario) -> None:
    shares = controls.control(syria, "patrons.iran.syria_government")
    assert (shares.low, shares.high) == (0.0, 0.7)  # Russia has 0.3 of the government
    mark = controls.control(syria, "actors.russia.short.regime.satisfied_at")
    assert mark.low > 0.5 - 1e-9  # where the danger returns
    with pytest.raises(ScenarioError, match="cannot be moved"):
        controls.control(syria, "camps.government.pole")


def test_truth_values_get_a_box_and_words_a_list(syria: Scenario) -> None:
    assert controls.control(syria, "mechanisms.experience").kind == "switch"
    words = controls.control(syria, "mechanisms.attention")
    assert (words.kind, words.words) == ("word", ("flag", "danger"))


@pytest.mark.parametrize(
    ("path", "span", "says"),
    [
        ("actors.irran.capability", None, "did you mean 'iran'"),
        ("actors.iran", None, "only single values can be moved"),
        ("actors.iran.name", None, "there is no such field"),
        ("actors.united_nations.camp", None, "is not set in this scenario"),
        ("actors.iran.capability", (2.0, 1.0), "cannot be moved"),
        ("actors.iran.capability", (-1.0, 1.0), "between 0 and"),
        ("actors.iran.capability", 3.0, "must be (low, high)"),
        ("mechanisms.experience", (0.0, 1.0), "has no span"),
        ("name", None, "only numbers can be moved"),
    ],
)
def test_what_cannot_be_moved_is_refused_in_words(
    syria: Scenario, path: str, span: Any, says: str
) -> None:
    with pytest.raises(ScenarioError) as refused:
        controls.control(syria, path, span)
    assert says in str(refused.value)


def test_without_names_it_moves_what_parts_the_first_pair(syria: Scenario, toy: Scenario) -> None:
    assert controls.default_paths(syria, ("russia", "iran")) == [
        "actors.russia.capability", "actors.iran.capability", "actors.iran.long.arms.ideal",
        "patrons.iran.foreign_militias",
    ]  # fmt: skip
    for path in controls.default_paths(toy):
        controls.control(toy, path)


# ---- what a move does ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shown() -> Any:
    return sim.explore(TOY, [CAPABILITY, "patrons.duchy.league", "mechanisms.experience"], runs=40)


def test_a_move_plays_and_draws_what_the_slider_says(shown: Any) -> None:
    shown.reset()
    before = bytes(shown.picture.value)
    shown.controls[CAPABILITY].value = 4.0
    assert shown.changes == {CAPABILITY: 4.0}
    assert before.startswith(b"\x89PNG")
    assert bytes(shown.picture.value).startswith(b"\x89PNG")
    assert shown.picture.value != before
    alone = sim.ensemble(TOY, runs=40, record="tie", set={CAPABILITY: 4.0})
    np.testing.assert_array_equal(shown.results["tie"], alone["tie"])
    assert set(shown.seconds) == {"play", "draw"}
    assert f"set={{&#x27;{CAPABILITY}&#x27;: 4.0}}" in shown.caption.value


def test_the_button_puts_everything_back_in_one_move(shown: Any) -> None:
    shown.reset()
    as_in_the_file = bytes(shown.picture.value)
    shown.controls["patrons.duchy.league"].value = 0.9
    shown.controls["mechanisms.experience"].value = False
    assert len(shown.changes) == 2
    assert shown.picture.value != as_in_the_file
    drawn: list[bytes] = []
    shown.picture.observe(lambda change: drawn.append(bytes(change.new)), names="value")
    shown.widget.children[3].click()
    assert shown.changes == {}
    assert drawn == [as_in_the_file]


def test_where_the_sliders_contradict_each_other_it_says_so_and_goes_on() -> None:
    first, second = "actors.crown.short.valley.satisfied_at", "actors.crown.capability"
    shown = sim.explore(TOY, {first: (0.53, 0.7, 0.01), second: None}, runs=10)
    # threatened_at stands at 0.52: an own span keeps above it; below it there is no such war
    shown.controls[first].min = 0.4
    before = bytes(shown.picture.value)
    shown.controls[first].value = 0.45
    assert "cannot be played" in shown.caption.value
    assert shown.picture.value == before
    shown.controls[first].value = 0.65
    assert "cannot be played" not in shown.caption.value
    assert shown.picture.value != before


def test_a_figure_of_one_run_is_refused_with_those_that_will_do() -> None:
    with pytest.raises(ResultsError, match="ties, attention"):
        sim.explore(TOY, [CAPABILITY], runs=5, figure="network")


def test_without_ipywidgets_there_is_one_clear_message(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def missing(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.partition(".")[0] == "ipywidgets":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(SimError, match=r"pip install 'entente-sim\[notebook\]'"):
        sim.explore(TOY)
