"""Sliders: what they may be moved to, and that a move redraws the wars that it asks for."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np
import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim import files, labels
from sim.errors import ResultsError, ScenarioError, SimError
from sim.scenario.schema import Scenario
from sim.ui.notebook import controls

TOY = ROOT / "tests/cases/toy.toml"
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
    ("path", "stops"),
    [
        ("actors.iran.capability", (0.0, 2.0, 0.1)),  # no upper bound: twice the number
        ("actors.russia.long.arms.ideal", (0.0, 1.0, 0.05)),  # what the field allows
        ("actors.russia.discount", (0.005, 0.995, 0.005)),  # the ends are not allowed themselves
        (
            "parameters.loyalty",
            (0.0, 0.24, 0.01),
        ),  # far below what it may be: four times the number
        ("parameters.ceasefire_period", (1.0, 8.0, 1.0)),  # whole
    ],
)
def test_a_slider_ends_where_its_field_does(
    second: Scenario, path: str, stops: tuple[float, float, float]
) -> None:
    found = controls.control(second, path)
    low, *_, high = found.choices
    assert (low, high, found.choices[1] - low) == pytest.approx(stops)


@given(data=st.data())
@settings(max_examples=60)
def test_every_number_has_a_slider_that_holds_it_and_stays_within_what_is_allowed(
    syria: Scenario, data: Any
) -> None:
    # poles of camps, and shares by theatre that add up to one, cannot be moved one at a time
    several = (".pole", ".theatres.")
    paths = [path for path in numbers_of(syria) if not any(word in path for word in several)]
    found = controls.control(syria, data.draw(st.sampled_from(paths)))
    assert found.value in found.choices
    assert list(found.choices) == sorted(set(found.choices))
    for end in (found.choices[0], found.choices[-1]):
        files.with_changes(syria, {found.path: end})


@given(
    value=st.floats(0.0, 10.0),
    tenths=st.integers(0, 50),
    step=st.sampled_from([0.001, 0.02, 0.05, 0.1]),
    parts=st.integers(1, 300),
)
@settings(max_examples=60)
def test_a_number_between_or_beyond_the_stops_is_a_further_stop(
    toy: Scenario, value: float, tenths: int, step: float, parts: int
) -> None:
    scenario = files.with_changes(toy, {CAPABILITY: value})
    low, high = tenths / 10, tenths / 10 + parts * step
    found = controls.control(scenario, CAPABILITY, (low, high, step))
    assert value in found.choices  # to the last bit
    assert list(found.choices) == sorted(set(found.choices))
    others = [stop for stop in found.choices if stop != value]
    assert min(others) >= low
    assert max(others) <= high
    assert parts + 1 <= len(found.choices) <= parts + 2


def test_a_slider_ends_where_other_numbers_leave_no_room(syria: Scenario) -> None:
    shares = controls.control(syria, "patrons.iran.syria_government")
    # Russia has 0.3 of the government
    assert (shares.choices[0], shares.choices[-1]) == (0.0, 0.7)
    mark = controls.control(syria, "actors.russia.short.regime.satisfied_at")
    assert mark.choices[0] > 0.5 - 1e-9  # where the danger returns
    with pytest.raises(ScenarioError, match="cannot be moved"):
        controls.control(syria, "camps.government.pole")


def test_truth_values_get_a_box_and_words_a_list(syria: Scenario) -> None:
    assert controls.control(syria, "mechanisms.experience").kind == "switch"
    words = controls.control(syria, "mechanisms.attention")
    assert (words.kind, words.choices) == ("word", ("flag", "danger"))


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
        ("actors.iran.capability", (0.0, 1.0, 1e-6), "more than 2000 stops"),
        ("parameters.ceasefire_period", (1.0, 2.5), "takes whole numbers"),
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
    mark = "actors.crown.short.valley"
    satisfied, threatened = f"{mark}.satisfied_at", f"{mark}.threatened_at"
    shown = sim.explore(TOY, {satisfied: (0.55, 0.7, 0.01), threatened: (0.4, 0.58, 0.02)}, runs=10)
    shown.controls[satisfied].value = 0.55
    before = bytes(shown.picture.value)
    shown.controls[threatened].value = 0.58
    assert "cannot be played" in shown.caption.value
    assert shown.picture.value == before
    shown.controls[satisfied].value = 0.65
    assert "cannot be played" not in shown.caption.value
    assert shown.picture.value != before


@pytest.mark.parametrize("value", [0.0165, 1 / 3, 0.5, 0.0])
def test_a_slider_holds_the_number_of_the_file_and_a_browser_cannot_round_it(value: float) -> None:
    path = "parameters.mutual_optimism"
    shown = sim.explore(TOY, {path: (0.0, 0.02, 0.001)}, runs=10, set={path: value})
    slider = shown.controls[path]
    assert slider.value == value
    # what a browser knows and sends back is a place in a list of texts, and no number to round
    sent = slider.get_state()
    assert "value" not in sent
    assert all(isinstance(text, str) for text in sent["_options_labels"])
    drawn: list[object] = []
    shown.picture.observe(drawn.append, names="value")
    slider.set_state({"index": sent["index"]})
    assert (slider.value, shown.changes, drawn) == (value, {}, [])
    slider.set_state({"index": 2})
    slider.set_state({"index": sent["index"]})
    assert (slider.value, shown.changes) == (value, {})


def test_an_interrupted_move_says_that_the_picture_is_older(
    shown: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown.reset()
    before = bytes(shown.picture.value)

    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("sim.ui.notebook.explorer.ensemble", interrupted)
        shown.controls[CAPABILITY].value = 4.0
    assert "Interrupted" in shown.caption.value
    assert bytes(shown.picture.value) == before
    shown.reset()
    assert "Moved: nothing yet" in shown.caption.value


def test_a_slider_is_named_in_words_and_says_in_words_what_was_moved(shown: Any) -> None:
    shown.reset()
    assert "Moved: nothing yet" in shown.caption.value
    for path, one in shown.controls.items():
        assert one.description == labels.label(shown.scenario, path)
        assert one.tooltip.startswith(f"{path}: ")
    shown.controls["mechanisms.experience"].value = False
    assert "off instead of on" in shown.caption.value


def test_a_figure_of_one_run_is_refused_with_those_that_will_do() -> None:
    with pytest.raises(ResultsError, match="ties, turns"):
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
