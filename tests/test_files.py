"""Scenario files: what is read, what is refused, and in which words."""

from __future__ import annotations

import contextlib
import copy
import datetime as dt
import json
import pickle
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import files
from sim.errors import ScenarioError
from sim.scenario.base_types import LARGEST, UNSEEN
from sim.scenario.parameters import (
    IDLE,
    MONITORED,
    OFF,
    Mechanisms,
    Parameters,
    idle_numbers,
    is_off,
)
from sim.scenario.schema import Scenario, week_of
from sim.scenario.toml_source import place_of, read, write

ROOT = Path(__file__).parents[1]
SCENARIOS = sorted((ROOT / "scenarios").glob("*.toml"))
BAD = sorted((ROOT / "tests" / "bad").glob("*.toml"))
BASE = ROOT / "tests" / "bad" / "base" / "small.toml"
SYRIA = ROOT / "scenarios" / "syria_2015_2018.toml"


@pytest.fixture(scope="module")
def small() -> Scenario:
    return files.load(BASE)


def message(call: object, *args: object, **options: object) -> str:
    assert callable(call)
    with pytest.raises(ScenarioError) as caught:
        call(*args, **options)
    return str(caught.value)


def variant(folder: Path, text: str, base: Path = BASE) -> Path:
    path = folder / "variant.toml"
    path.write_text(f"extends = {json.dumps(str(base))}\n{text}", encoding="utf-8")
    return path


# what is refused ----------------------------------------------------------------------------------


def lines_of(path: Path) -> list[str]:
    raw = path.read_bytes()
    return raw.decode("utf-16" if raw.startswith(b"\xff\xfe") else "latin-1").splitlines()


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_bad_file_is_refused_in_the_expected_words(path: Path) -> None:
    text = lines_of(path)
    expected = [line.removeprefix("# expect: ") for line in text if line.startswith("# expect: ")]
    said = message(files.load, path).splitlines()
    assert expected, "a bad file says what is expected"
    assert [part for part in expected if not any(part in line for line in said)] == []
    assert len(said) == len(expected), "one fault, one message"
    for number, line in enumerate(text, 1):
        if line.endswith("# here"):
            assert any(f"{path.name}:{number}: " in fault for fault in said)


def test_there_are_many_bad_files_and_most_name_their_line() -> None:
    marked = [path for path in BAD if any(line.endswith("# here") for line in lines_of(path))]
    assert len(BAD) >= 35
    assert len(marked) >= 0.9 * len(BAD)


def test_faults_carry_their_parts() -> None:
    with pytest.raises(ScenarioError) as caught:
        files.load(ROOT / "tests" / "bad" / "range.toml")
    (fault,) = caught.value.faults
    assert (fault.where, fault.line) == ("actors.north.cost_of_war", 5)
    assert fault.file.endswith("range.toml")


def test_a_fault_points_to_the_file_that_set_the_value_last(tmp_path: Path) -> None:
    middle = tmp_path / "middle.toml"
    middle.write_text(f"extends = {json.dumps(str(BASE))}\n\n[parameters]\nchoice_precision = -1\n")
    assert f"{middle}:4: parameters.choice_precision" in message(
        files.load, variant(tmp_path, "", middle)
    )
    over = variant(tmp_path, "[parameters]\nchoice_precision = -2\n", middle)
    assert (
        f"{over}:3: parameters.choice_precision: must be a number between 1e-6 and 1e6, is -2"
        in message(files.load, over)
    )


def test_faults_come_in_the_order_of_the_file() -> None:
    with pytest.raises(ScenarioError) as caught:
        files.load(ROOT / "tests" / "bad" / "several.toml")
    lines = [fault.line for fault in caught.value.faults]
    assert lines == sorted(lines)


@pytest.mark.parametrize("name", ["", "nowhere/x.toml", "\0", "x" * 5000])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, name: str) -> None:
    assert message(files.load, str(tmp_path / name) if "\0" not in name else name)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no devices here")
def test_a_device_is_not_read() -> None:
    assert "not an ordinary file" in message(files.load, "/dev/zero")


@pytest.mark.parametrize("depth", [50, 100_000])
@pytest.mark.parametrize("shape", ["a = {}", "[[events]]\nwhy = {}", "[actors]\nx = {}"])
def test_deep_nesting_is_refused_and_does_not_crash(depth: int, shape: str) -> None:
    assert message(files.loads, shape.format("[" * depth + "]" * depth))


@pytest.mark.parametrize("data", [{}, {1: 2}, {"actors": {"a": None}}, {"issues": [[]]}])
def test_plain_data_are_checked_like_a_file(data: dict[object, object]) -> None:
    assert "name: is missing; must be a line of text" in message(files.build, data)


@pytest.mark.parametrize("value", ["\ud800", {"value": "x", "source": "\ud800"}])
def test_half_a_sign_is_refused(small: Scenario, value: object) -> None:
    said = message(files.with_changes, small, {"description": value})
    assert "holds a sign that cannot be written in a file" in said


def test_what_a_variant_makes_wrong_of_its_base_is_placed_in_the_variant(tmp_path: Path) -> None:
    shares = "[patrons.russia]\nhezbollah = 0.5\n"
    said = message(files.load, variant(tmp_path, shares, SYRIA))
    assert said.startswith(f"{tmp_path / 'variant.toml'}:3: patrons.iran.hezbollah: ")
    places = "[actors.turkey]\ntheatres = { north = 0.6, elsewhere = 0.3 }\n"
    said = message(files.load, variant(tmp_path, places, SYRIA))
    assert said.startswith(f"{tmp_path / 'variant.toml'}:3: actors.turkey.theatres: ")
    # what it leaves alone stays the base's
    camp = '[camps.third]\nlabel = "third"\npole = 1\n'
    assert "variant.toml" in message(files.load, variant(tmp_path, camp, SYRIA))


def test_a_text_or_plain_data_extend_nothing() -> None:
    assert "only a file can extend another" in message(files.build, {"extends": "x.toml"})
    assert "only a file can extend another" in message(files.loads, 'extends = "x.toml"')


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damage_is_refused_or_harmless_and_never_a_traceback(data: st.DataObject) -> None:
    text = SYRIA.read_text(encoding="utf-8")
    start = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(0, 40))
    junk = data.draw(st.text("[]{}=\"'\\#.,\n -1eaµ\x00", max_size=6))
    with contextlib.suppress(ScenarioError):
        files.loads(text[:start] + junk + text[start + length :], "damaged")


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=4)
    | st.dates()
    | st.datetimes(),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["north", "land", "value", "source", "at"]), inner)
    ),
    max_leaves=4,
)
PATHS = [
    "name", "start", "camps", "camps.up", "camps.up.pole", "issues", "issues.tax.agenda",
    "issues.tax.agenda.at", "issues.tax.gains_from", "actors", "actors.north", "actors.north.short",
    "actors.north.short.land", "actors.north.short.land.satisfied_at", "actors.north.tasks",
    "patrons", "patrons.north", "patrons.north.band", "roles", "roles.must_sign", "talks",
    "talks.brought.band", "bilateral", "events", "parameters", "parameters.loss_exponent",
    "mechanisms", "sources", "more_events",
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PATHS), VALUES, st.sampled_from(PATHS), VALUES)
def test_any_value_anywhere_is_taken_or_refused(
    one: str, value: object, two: str, other: object
) -> None:
    try:
        scenario = files.load(BASE, {one: value, two: other})
    except ScenarioError:
        return
    assert files.loads(files.dumps(scenario)) == scenario


# what is read -------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_dump_loads_as_an_equal_scenario(path: Path) -> None:
    scenario = files.load(path)
    text = files.dumps(scenario)
    again = files.loads(text)
    assert again == scenario
    assert files.dumps(again) == text
    assert list(again.actors) == list(scenario.actors)
    assert files.build(files.as_data(scenario)) == scenario
    assert files.build(scenario.model_dump()) == scenario


def test_a_dump_is_complete(small: Scenario) -> None:
    everything = {
        f"mechanisms.{m}": SWITCHES.get(m, (False, True))[1] for m in IDLE if m != MONITORED
    }
    everything["ceasefire.monitored"] = True
    for changes in ({}, everything):
        case = files.with_changes(small, changes)
        idle = {name for names in idle_numbers(case).values() for name in names}
        assert bool(idle) == (changes is not everything)
        data = tomllib.loads(files.dumps(case))
        assert set(data["parameters"]) == set(Parameters.model_fields) - idle
        assert set(data["mechanisms"]) == set(Mechanisms.model_fields)
    assert data["actors"]["north"]["tasks"] == {"air": 0, "ground": 0, "diplomacy": 0}


# Mechanisms that are words: off, on.
SWITCHES = {
    "attention": ("flag", "danger"), "hazard": ("violations", "fighting"),
    "fights": ("armed", "tasks"), "terms": ("all", "promised"), "voice": ("heads", "strength"),
    "resolve": ("weekly", "lasting"),
}  # fmt: skip
SIGNS = st.characters(codec="utf-8").filter(lambda sign: not re.match(f"[{UNSEEN}]", sign))
NUMBERS = st.floats(0, 1) | st.floats(0, 1e-300) | st.just(5e-324) | st.integers(0, 1)


@settings(max_examples=60, deadline=None)
@given(
    label=st.text(SIGNS, max_size=20).filter(str.strip),
    why=st.text(SIGNS | st.sampled_from("\n\t"), max_size=20),
    share=NUMBERS,
    capability=st.floats(0, LARGEST, exclude_min=True),
    source=st.text(SIGNS, min_size=1, max_size=20),
    start=st.dates(dt.date(1, 1, 1), dt.date(9000, 1, 1)),
    off=st.sets(st.sampled_from(sorted(Mechanisms.model_fields))),
    when=st.integers(0, 500),
)
def test_any_dump_loads_as_an_equal_scenario(
    label: str,
    why: str,
    share: float,
    capability: float,
    source: str,
    start: dt.date,
    off: set[str],
    when: int,
) -> None:
    scenario = files.load(
        BASE,
        {
            "start": start,
            "description": why,
            "actors.north.label": label,
            "actors.north.capability": {"value": capability, "source": source},
            "patrons": {"north": {"band": share}},
            "events": [{"week": when, "why": why, "actor": "south", "cost_of_war": share}],
            **{f"mechanisms.{name}": SWITCHES.get(name, (False, True))[0] for name in off},
        },
    )
    assert files.loads(files.dumps(scenario)) == scenario
    assert scenario.sources["actors.north.capability"].source == source


def test_the_writer_and_the_reader_agree_on_awkward_texts() -> None:
    signs = "".join(map(chr, range(0x250))) + "\u2028\ufeff\U0001f600\x7f'\"\\"
    data = {"a": signs, 'b."c': {"d e": [1, 2.5, True, dt.date(1, 2, 3)], "": {"x": []}}}
    assert tomllib.loads(write(data)) == data


def test_places_are_found_in_every_way_of_writing() -> None:
    text = (
        'a = 1\nb.c = "x"\nd = """\n# no = 1\nb""""\ne = [1, # [\n  2,\n  {x = 1, "y z" = 3}]\n'
        "[t.u]\n\"v.w\" = '#'\n[[z]]\nk = 1\n[z.m]\no = 2\n[[z]]\nk = 2015-01-02 10:00:00\n"
    )
    tree = read(text, "f")
    expected = {
        ("a",): 1, ("b",): 2, ("b", "c"): 2, ("d",): 3, ("e", 0): 6, ("e", 1): 7, ("e", 2): 8,
        ("e", 2, "y z"): 8, ("t",): 9, ("t", "u"): 9, ("t", "u", "v.w"): 10, ("z", 0): 11,
        ("z", 0, "m", "o"): 14, ("z", 1): 15, ("z", 1, "k"): 16, ("z", 1, "unknown"): 15,
    }  # fmt: skip
    assert {path: place_of(tree, path).line for path in expected} == expected


def test_windows_line_ends_and_a_byte_order_mark_are_read(tmp_path: Path, small: Scenario) -> None:
    path = tmp_path / "windows.toml"
    text = BASE.read_text(encoding="utf-8").replace("\n", "\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert files.load(path) == small


# extends, without, more_events --------------------------------------------------------------------


def test_tables_merge_and_lists_replace(tmp_path: Path, small: Scenario) -> None:
    text = '[actors.north]\ncapability = 3\n\n[roles]\nbelligerents = ["band"]\n'
    changed = files.load(variant(tmp_path, text))
    assert changed.actors["north"].capability == 3
    assert changed.actors["north"].long == small.actors["north"].long
    assert changed.roles.belligerents == ("band",)
    assert changed.roles.must_sign == small.roles.must_sign


def test_a_tabling_rule_is_replaced_as_a_whole(tmp_path: Path) -> None:
    changed = files.load(variant(tmp_path, "[issues.tax]\nagenda = { after_failed = 2 }\n"))
    assert changed.issues["tax"].agenda is not None
    assert changed.issues["tax"].agenda.at is None


def test_events_are_replaced_or_added_to(tmp_path: Path) -> None:
    event = '[[{}]]\nweek = {}\nwhy = "x"\nactor = "north"\ncapability = 2\n'
    first = tmp_path / "first.toml"
    first.write_text(variant(tmp_path, event.format("events", 1)).read_text())
    added = files.load(variant(tmp_path, event.format("more_events", 2), first))
    assert [each.week for each in added.events] == [1, 2]
    second = tmp_path / "second.toml"
    second.write_text((tmp_path / "variant.toml").read_text())
    thrice = files.load(variant(tmp_path, event.format("more_events", 3), second))
    assert [each.week for each in thrice.events] == [1, 2, 3]
    replaced = files.load(variant(tmp_path, event.format("events", 4), second))
    assert [each.week for each in replaced.events] == [4]


def test_an_actor_goes_with_all_that_names_it(tmp_path: Path) -> None:
    scenario = files.load(variant(tmp_path, 'without = ["actors.south"]\n'))
    assert '"south"' not in files.dumps(scenario)
    assert "south" not in scenario.patrons
    assert scenario.talks.brought == {"band": ""}
    assert scenario.bilateral == ()


def test_an_issue_and_an_objective_go(tmp_path: Path) -> None:
    text = 'without = ["issues.tax", "actors.band.long.land"]\n'
    scenario = files.load(variant(tmp_path, text))
    assert "tax" not in files.dumps(scenario)
    assert scenario.actors["band"].long == {}


def test_a_theatre_goes_and_its_forces_go_to_the_others(tmp_path: Path, syria: Scenario) -> None:
    base = ROOT / "scenarios/syria_2015_2018.toml"
    scenario = files.load(variant(tmp_path, 'without = ["theatres.damascus"]\n', base))
    assert list(scenario.theatres) == ["north", "elsewhere"]
    assert scenario.ceasefire.covers == ("north",)
    for name, actor in syria.actors.items():
        kept = {key: share for key, share in actor.theatres.items() if key != "damascus"}
        total = sum(kept.values())
        expected = {key: share / total for key, share in kept.items()} if total else {}
        assert scenario.actors[name].theatres == pytest.approx(expected)
    assert syria.actors["damascus_rebels"].theatres == {"damascus": 1.0}, "it was there alone"
    assert scenario.actors["damascus_rebels"].theatres == {}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("north = 0.3,", 'north = "half",', "must be a number"),
        ("north = 0.3,", "north = -0.3,", "must be a number between 0 and 1"),
        ("north = 0.3,", "north = 0.9,", "add up to"),
    ],
)
def test_faults_of_the_shares_of_a_base_are_not_hidden_by_taking_a_theatre_out(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    text = (ROOT / "scenarios/syria_2015_2018.toml").read_text(encoding="utf-8")
    base = tmp_path / "base.toml"
    base.write_text(once(text, old, new), encoding="utf-8")
    with pytest.raises(ScenarioError, match=said):
        files.load(variant(tmp_path, 'without = ["theatres.damascus"]\n', base))


def test_an_issue_takes_the_classes_of_outcome_that_it_defines_with_it(syria: Scenario) -> None:
    assert list(syria.outcomes) == ["power_sharing", "militia_withdrawal"]
    without = files.with_changes(syria, {}, without=["issues.share"])
    assert list(without.outcomes) == ["militia_withdrawal"]


def test_a_share_keeps_its_source_when_a_theatre_goes(tmp_path: Path) -> None:
    text = (ROOT / "scenarios/syria_2015_2018.toml").read_text(encoding="utf-8")
    base = tmp_path / "base.toml"
    new = 'north = { value = 0.3, source = "a map" },'
    base.write_text(once(text, "north = 0.3,", new), encoding="utf-8")
    scenario = files.load(variant(tmp_path, 'without = ["theatres.damascus"]\n', base))
    where = next(key for key, note in scenario.sources.items() if note.source == "a map")
    actor = scenario.actors[where.split(".")[1]]
    assert actor.theatres["north"] > 0.3
    assert sum(actor.theatres.values()) == pytest.approx(1.0)


def once(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new, 1)


def test_a_camp_goes_and_leaves_neutrals(tmp_path: Path) -> None:
    scenario = files.load(variant(tmp_path, 'without = ["camps.down"]\n'))
    assert scenario.actors["band"].camp is None


def test_what_was_taken_out_can_be_said_anew(tmp_path: Path) -> None:
    text = (
        'without = ["actors.south"]\n[actors.south]\nlabel = "New South"\nkind = "state"\n'
        "capability = 9\ndiscount = 0.9\ncost_of_war = 0\n"
    )
    scenario = files.load(variant(tmp_path, text))
    assert scenario.actors["south"].camp is None
    assert "south" not in scenario.talks.permanent


# numbers with their source ------------------------------------------------------------------------


def test_a_number_can_say_its_source(tmp_path: Path) -> None:
    text = (
        "[actors.north]\n"
        'capability = { value = 1.5, source = "a book", status = "provisional" }\n'
        "[patrons]\nsouth.band = { value = 0.5, source = 'a paper' }\n"
        '[[events]]\nweek = 1\nwhy = "x"\nactor = "north"\n'
        'capability = { value = 2, source = "a film" }\n'
    )
    path = variant(tmp_path, text)
    scenario = files.load(path)
    assert scenario.actors["north"].capability == 1.5
    assert scenario.sources["actors.north.capability"].status == "provisional"
    assert scenario.sources["patrons.south.band"].source == "a paper"
    assert scenario.sources["events.0.capability"].source == "a film"
    assert files.loads(files.dumps(scenario)) == scenario
    assert files.build(scenario.model_dump()) == scenario
    # a number that replaces it does not inherit its source
    changed = files.with_changes(scenario, {"actors.north.capability": 2})
    assert list(changed.sources) == ["patrons.south.band", "events.0.capability"]
    over = tmp_path / "over.toml"
    over.write_text('extends = "variant.toml"\nactors.north.capability = 2\n')
    assert files.load(over) == changed


def test_an_actor_can_be_called_value() -> None:
    data = files.as_data(files.load(BASE))
    data["actors"]["value"] = {**data["actors"]["band"], "label": "Value"}
    data["patrons"]["south"]["value"] = 0.5
    data["patrons"]["value"] = {"value": 0.0}
    assert "its own patron" in message(files.build, data)
    del data["patrons"]["value"]
    data["patrons"]["south"] = {"value": 0.5}
    scenario = files.build(data)
    assert files.loads(files.dumps(scenario)) == scenario


# overrides ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "path", "expected"),
    [
        ("actors.north.capability=1.4", ("actors", "north", "capability"), 1.4),
        ("actors.north.capability = 2", ("actors", "north", "capability"), 2),
        ("name=bare text", ("name",), "bare text"),
        ('name="a=b"', ("name",), "a=b"),
        ("start=2002-02-03", ("start",), dt.date(2002, 2, 3)),
        ("roles.must_sign=['band']", ("roles", "must_sign"), ("band",)),
        ("talks.veto.1=band", ("talks", "veto", 1), "band"),
        ("roles.consultation.south=never", ("roles", "consultation", "south"), "never"),
        ("patrons.band.south=0.1", ("patrons", "band", "south"), 0.1),
        ("mechanisms.loyalty=false", ("mechanisms", "loyalty"), False),
        ("parameters.choice_precision=80", ("parameters", "choice_precision"), 80),
    ],
)
def test_overrides(change: str, path: tuple[Any, ...], expected: object) -> None:
    value: Any = files.load(BASE, [change])
    for step in path:
        value = value[step] if isinstance(value, (dict, tuple)) else getattr(value, str(step))
    assert value == expected
    assert files.load(BASE, change) == files.load(BASE, [change])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("actors.nroth.capability=1", "there is no 'actors.nroth' (did you mean 'north'?)"),
        ("actors.north.capabilty=1", "there is no field 'capabilty' (did you mean 'capability'?)"),
        ("week=1", "there is no field 'week' (did you mean 'weeks'?)"),
        ("talks.veto.5=band", "the list has no position '5' (counted from 0; it has 2)"),
        ("events.0.week=1", "the list has no position '0' (counted from 0; it is empty)"),
        ("talks.veto.-1=band", "the list has no position '-1'"),
        ("weeks.x=1", "weeks is a single value, nothing lies in it"),
        ("weeks", "'weeks' is not of the form path=value"),
        ("=1", "'=1' is not of the form path=value"),
        ("weeks=", "weeks: must be a whole number between 1 and 30000, is ''"),
        ("actors.north.camp=upp", "no camp is called 'upp' (did you mean 'up'?)"),
        ("extends=x.toml", "there is no field 'extends'"),
    ],
)
def test_overrides_that_lead_nowhere(change: str, said: str) -> None:
    text = message(files.load, BASE, [change])
    assert said in text
    assert text.startswith("--set: ")


def test_changes_make_another_scenario(small: Scenario) -> None:
    before = files.dumps(small)
    changed = files.with_changes(small, {"actors.north.capability": 1.4, "weeks": 7})
    assert (changed.actors["north"].capability, changed.weeks) == (1.4, 7)
    assert files.dumps(small) == before
    assert files.with_changes(changed, {"actors.north.capability": 1, "weeks": 20}) == small
    assert files.with_changes(small, {}) == small
    assert "south" not in files.with_changes(small, {}, without=["actors.south"]).actors


def test_numpy_numbers_are_numbers(small: Scenario) -> None:
    changes = {"actors.north.capability": np.float64(2), "weeks": np.int64(9)}
    changed = files.with_changes(small, changes)
    assert (type(changed.actors["north"].capability), type(changed.weeks)) == (float, int)


# mechanisms ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("mechanism", Mechanisms.model_fields)
def test_a_mechanism_can_be_switched_off_and_on_again(small: Scenario, mechanism: str) -> None:
    now = getattr(small.mechanisms, mechanism)
    other = SWITCHES.get(mechanism, (False, True))[int(is_off(mechanism, now))]
    turned = files.with_changes(small, {f"mechanisms.{mechanism}": other})
    assert getattr(turned.mechanisms, mechanism) == other
    assert is_off(mechanism, other) != is_off(mechanism, now)
    assert files.loads(files.dumps(turned)) == turned
    # a number that the file sets itself went with its mechanism, and is set anew
    own = {f"parameters.{n}": getattr(small.parameters, n) for n in IDLE.get(mechanism, ())}
    own = {} if is_off(mechanism, now) else own
    assert files.with_changes(turned, {f"mechanisms.{mechanism}": now, **own}) == small


@pytest.mark.parametrize("mechanism", OFF)
def test_setting_the_parameter_of_a_mechanism_that_is_off_is_refused(
    small: Scenario, mechanism: str
) -> None:
    off = files.with_changes(small, {f"mechanisms.{mechanism}": False})
    for name, value in OFF[mechanism].items():
        said = message(files.with_changes, off, {f"parameters.{name}": value})
        assert f"is set, but mechanisms.{mechanism} is off" in said


def test_who_sends_the_monitors_home_takes_back_what_they_saw(small: Scenario) -> None:
    watched = files.with_changes(
        small, {"ceasefire.monitored": True, "parameters.breach_cost": 0.2}
    )
    assert files.loads(files.dumps(watched)) == watched
    alone = files.with_changes(watched, {"ceasefire.monitored": False})
    assert alone == small
    said = message(files.with_changes, small, {"parameters.breach_cost": 0.2})
    assert "parameters.breach_cost: is set, but ceasefire.monitored is false" in said


def test_a_variant_that_switches_off_takes_back_the_number_of_its_base(tmp_path: Path) -> None:
    calibrated = tmp_path / "calibrated.toml"
    calibrated.write_text(
        variant(tmp_path, "[parameters]\nmutual_optimism = 0.003\ncontagion = 0.1\n").read_text()
    )
    off = files.load(variant(tmp_path, "[mechanisms]\noptimism = false\n", calibrated))
    assert (off.parameters.mutual_optimism, off.parameters.contagion) == (
        Parameters().mutual_optimism,
        0.1,
    )
    assert files.load(calibrated, ["mechanisms.optimism=false"]) == off


# frozen, fast, dated ------------------------------------------------------------------------------


def test_a_scenario_is_frozen_all_the_way_down(small: Scenario) -> None:
    frozen: Any = small
    with pytest.raises(ValueError, match="frozen"):
        frozen.weeks = 3
    with pytest.raises(ValueError, match="frozen"):
        frozen.actors["north"].capability = 3
    changes: list[Callable[[], object]] = [
        lambda: frozen.actors.pop("north"),
        lambda: frozen.actors.update(x=1),
        lambda: frozen.actors.popitem(),
        lambda: frozen.patrons["north"].__setitem__("band", 1),
        lambda: frozen.patrons["north"].__delitem__("band"),
        lambda: frozen.patrons["north"].__ior__({"band": 1}),
        lambda: frozen.actors["south"].short.setdefault("land", 1),
        lambda: frozen.sources.clear(),
    ]
    for change in changes:
        with pytest.raises(TypeError, match="frozen"):
            change()


def test_a_scenario_can_be_pickled_copied_and_hashed(small: Scenario) -> None:
    for other in (pickle.loads(pickle.dumps(small)), copy.copy(small), copy.deepcopy(small)):
        assert other == small
        assert hash(other) == hash(small)
        assert type(other.patrons["north"]) is type(small.patrons["north"])


def test_weeks_count_from_the_start() -> None:
    syria = files.load(SYRIA)
    days = {dt.date(2015, 9, 30): 0, dt.date(2015, 10, 6): 0, dt.date(2015, 10, 7): 1}
    days |= {dt.date(2017, 2, 1): 70, dt.date(2015, 9, 29): -1}
    assert {day: week_of(syria, day) for day in days} == days
    assert week_of(syria, 46) == 46


def test_importing_files_is_light() -> None:
    code = "import sys, sim.scenario.files; print(*{m.partition('.')[0] for m in sys.modules})"
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert not {"numpy", "numba", "xarray", "mesa", "matplotlib"} & {*out.stdout.decode().split()}


# the schema for editors ---------------------------------------------------------------------------


def plain(path: Path) -> object:
    return json.loads(json.dumps(tomllib.loads(path.read_text(encoding="utf-8")), default=str))


@pytest.mark.parametrize("path", [*SCENARIOS, BASE], ids=lambda path: path.stem)
def test_the_schema_accepts_every_scenario(path: Path) -> None:
    checker = jsonschema.Draft202012Validator(files.schema())
    assert [error.message for error in checker.iter_errors(plain(path))] == []
    dumped = json.loads(json.dumps(tomllib.loads(files.dumps(files.load(path))), default=str))
    assert [error.message for error in checker.iter_errors(dumped)] == []


@pytest.mark.parametrize(
    "name", ["range", "unknown_field", "kind", "missing_name", "truth_for_number", "theory",
             "source_missing", "unknown_mechanism", "extends_number"],
)  # fmt: skip
def test_the_schema_refuses_what_it_can_see(name: str) -> None:
    checker = jsonschema.Draft202012Validator(files.schema())
    assert not checker.is_valid(plain(ROOT / "tests" / "bad" / f"{name}.toml"))


def test_the_schema_accepts_sources() -> None:
    data = plain(BASE)
    assert isinstance(data, dict)
    data["actors"]["north"]["capability"] = {"value": 2, "source": "a book"}
    data["patrons"]["north"]["band"] = {"value": 0.1, "source": "a book"}
    jsonschema.validate(data, files.schema())
