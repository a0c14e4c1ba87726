"""What the parts of a scenario are called in words."""

import re
from pathlib import Path

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

from sim import labels
from sim.measures.war_outcomes import MEANINGS
from sim.scenario.english import percent
from sim.scenario.files import load
from sim.scenario.parameters import Mechanisms, Parameters
from sim.scenario.ranges import numbers

LIBRARY = sorted(Path("scenarios").glob("*.toml"))
SYRIA = load("scenarios/syria_2015_2018.toml")
ALL = [*(f"parameters.{name}" for name in Parameters.model_fields),
       *(f"mechanisms.{name}" for name in Mechanisms.model_fields)]  # fmt: skip


def test_a_path_becomes_words_with_the_labels_of_the_scenario():
    for path, words in (
        ("parameters.mutual_optimism", "mutual optimism"),
        ("actors.iran.capability", "Iran's capability"),
        ("actors.foreign_militias.capability", "the foreign Shia militias' capability"),
        (
            "actors.iran.long.arms.weight",
            "weight of Iran's long-term aim on the monopoly over arms",
        ),
        ("patrons.iran.hezbollah", "Iran's control over Hezbollah"),
        ("mechanisms.loyalty", "loyalty to the convener"),
        ("issues.share", "power sharing"),
        ("issues.share.start", "starting position on power sharing"),
        ("talks.permanent", "talks: permanent"),
    ):
        assert labels.label(SYRIA, path) == words


def test_ids_are_given_on_request():
    assert (
        labels.label(SYRIA, "parameters.mutual_optimism", ids=True)
        == "mutual optimism (parameters.mutual_optimism)"
    )


@pytest.mark.parametrize("path", ALL)
def test_every_number_and_switch_of_the_theory_has_words_without_its_id(path):
    words, name = labels.label(SYRIA, path), path.partition(".")[2]
    assert words
    assert "_" not in words
    assert words == words.strip()
    assert not re.search(r"[;:(]", words)
    # An id of one plain word ("troops") may be a word of the label; a symbol may not.
    assert not re.search(rf"\b{name}\b", words) or (name.isalpha() and len(name) > 4), words


@pytest.mark.parametrize("path", ALL)
def test_no_two_numbers_or_switches_have_the_same_words(path):
    same = [p for p in ALL if p.split(".")[0] == path.split(".")[0] and p != path]
    assert labels.label(SYRIA, path) not in {labels.label(SYRIA, other) for other in same}


@pytest.mark.parametrize("file", LIBRARY, ids=lambda path: path.stem)
def test_every_number_of_the_library_has_words_of_its_own_without_ids(file):
    scenario = load(file)
    said = [number.words for number in numbers(scenario)]
    assert len(set(said)) == len(said)
    for words in said:
        assert "_" not in words, words
        assert not re.search(r"\w\.\w", words), words


@given(st.lists(st.sampled_from([*"ab", "actors", "issues", "iran", "long", "events", "7", ""]),
                min_size=1, max_size=5))  # fmt: skip
def test_a_path_that_leads_nowhere_still_has_words(keys):
    assert isinstance(labels.label(SYRIA, ".".join(keys)), str)


def test_a_change_names_what_was_there_and_what_is():
    say = labels.change
    assert say(SYRIA, "actors.iran.capability", 1.4, 2) == "Iran's capability 2 instead of 1.4"
    assert say(SYRIA, "mechanisms.loyalty", True, False).endswith("off instead of on")
    assert say(SYRIA, "roles.must_sign", ["iran"], ["iran", "turkey"]) == (
        "roles: must sign Iran and Turkey instead of Iran"
    )
    assert say(SYRIA, "events", [{"a": 1}], [{"b": 1}]) == "events changed"


def test_classes_of_outcome_have_words():
    for name in (*MEANINGS, *(f"won_by_{camp}" for camp in SYRIA.camps)):
        assert "_" not in labels.outcome(SYRIA, name)
    assert labels.outcome(SYRIA, f"won_by_{next(iter(SYRIA.camps))}").startswith("won by the ")


def test_a_share_of_two_and_a_half_percent_is_not_two():
    assert percent(0.025) == "2.5 percent"
    assert percent(0.285) == "28.5 percent"  # 100 * 0.285 is below 28.5 in floating point
    assert percent(0.4, "%") == "40%"
    assert percent(1 / 3) == "33.3 percent"


@given(st.floats(0, 1))
def test_only_none_is_no_percent_and_only_all_is_a_hundred(share):
    said = percent(share, "%")
    assert (said == "0%") == (share == 0)
    assert (said == "100%") == (share == 1)
    if not said.startswith(("less", "more")):
        assert abs(float(said[:-1]) - 100 * share) <= 0.05 + 1e-9


def test_no_name_of_a_month_comes_from_the_language_of_the_machine():
    for path in (ROOT / "sim").rglob("*.py"):
        assert not re.search(r"%[-#]?[aAbBcxX]\b|:%[aAbB]", path.read_text("utf-8")), path
