"""What is read as input: bounds, texts, dates, depth, and files that are missing."""

from __future__ import annotations

import datetime as dt
import json
import math
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import BaseModel

import sim
from sim import files
from sim.errors import MOST_FAULTS, ScenarioError, ScenarioWarning, nearest
from sim.experiments.calibration.plan import load_plan
from sim.experiments.hypothesis_tests import observed
from sim.scenario import field_types, overridden_changes
from sim.scenario.base_types import WEEKS
from sim.scenario.parameters import NUMBERS, Parameters
from sim.scenario.schema import Scenario
from sim.scenario.toml_source import DEEPEST
from sim.ui.cli import main
from sim.ui.cli.common import notes_as_messages

ROOT = Path(__file__).parents[1]
TOY = ROOT / "tests" / "cases" / "toy.toml"
SYRIA = ROOT / "scenarios" / "syria_2015_2018.toml"


@pytest.fixture(scope="module")
def toy() -> Scenario:
    return files.load(TOY)


def refused(*arguments: Any, call: Any = files.load) -> list[str]:
    """Each fault of an input that is refused."""
    with pytest.raises(ScenarioError) as caught:
        call(*arguments)
    return str(caught.value).splitlines()


def toy_with(folder: Path, old: str, new: str) -> Path:
    text = TOY.read_text(encoding="utf-8")
    assert old in text
    path = folder / "mine.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


# two faults together ------------------------------------------------------------------------------


def test_a_wrong_name_and_what_is_missing_in_its_table_are_both_said(tmp_path: Path) -> None:
    path = tmp_path / "variant.toml"
    path.write_text(f'extends = {json.dumps(str(TOY))}\n[actors.Scouts]\nlabel = "Scouts"\n')
    said = refused(path)
    assert said[0].startswith(f"{path}:2: actors.Scouts: is not a name (small letters, digits")
    assert any("actors.Scouts.kind: is missing" in line for line in said)
    assert any("actors.Scouts.capability: is missing" in line for line in said)


def test_an_empty_name_can_be_seen_in_the_message(tmp_path: Path) -> None:
    path = tmp_path / "empty.toml"
    path.write_text('[actors.""]\n')
    assert any(line.startswith(f'{path}:1: actors."": is not a name') for line in refused(path))


@pytest.mark.parametrize(
    "changes",
    [
        ["actors=true", "patrons.x.y=1"],
        ["issues=[]", "actors.crown.long.x.ideal=1"],
        ["theory=[]"],
        ["mechanisms=1"],
        ["talks.veto." + "9" * 5000 + "=crown"],
    ],
)
def test_changes_of_the_wrong_kind_are_refused(changes: list[str]) -> None:
    assert refused(TOY, changes)


# bounds -------------------------------------------------------------------------------------------


def numbers_of(model: type[BaseModel], seen: set[type]) -> Iterator[tuple[str, field_types.Option]]:
    """Every number that a model holds, at any depth."""
    if model in seen:
        return
    seen.add(model)
    for name, annotation in field_types.fields_of(model).items():
        left = [annotation]
        while left:
            for option in field_types.options(left.pop()):
                if option.kind in (int, float):
                    yield f"{model.__name__}.{name}", option
                elif field_types.is_model(option.kind):
                    yield from numbers_of(option.kind, seen)
                else:
                    left += [part for part in getattr(option.kind, "__args__", ())
                             if not isinstance(part, (str, int)) and part is not ...]  # fmt: skip


def test_every_number_has_a_bound_on_both_sides() -> None:
    found = list(numbers_of(Scenario, set()))
    assert len(found) > 90
    for name, (_, limits) in found:
        bounds = field_types.limits_of(limits)
        low, high = bounds.get("ge", bounds.get("gt")), bounds.get("le", bounds.get("lt"))
        assert low is not None, name
        assert high is not None, name
        assert high <= 1e15, name


def test_the_plausible_ranges_lie_within_the_bounds() -> None:
    ranges = {name: known.plausible for name, known in NUMBERS.items() if known.plausible}
    assert len(ranges) > 50
    for name, ends in ranges.items():
        for value in ends:
            whole = (
                field_types.options(field_types.fields_of(Parameters)[name])[0].kind is not float
            )
            Parameters.model_validate({name: int(value) if whole else value})


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("actors.crown.capability", 1e100),
        ("actors.crown.capability", 10**400),
        ("actors.crown.long.charter.weight", 5e-324),
        ("parameters.mutual_optimism", 1e100),
        ("parameters.war_cost", 1e100),
        ("parameters.surplus_floor", 5e-324),
        ("parameters.choice_precision", 5e-324),
        ("parameters.ceasefire_period", 10**400),
        pytest.param("parameters.ceasefire_period", 10**5000, id="more digits than Python writes"),
        ("parameters.perceived_volatility", 5e-324),
        ("weeks", 2**63),
    ],
)
def test_a_number_beyond_its_bounds_is_refused_with_both_ends(path: str, value: float) -> None:
    (said,) = refused(TOY, {path: value})
    assert said.startswith(f"set: {path}: must be a")
    assert " between " in said
    assert len(said) < 200


def test_an_event_in_a_week_that_cannot_be_counted_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "late.toml"
    event = '[[events]]\nweek = 9223372036854775808\nwhy = "x"\nactor = "crown"\ncapability = 1.0\n'
    path.write_text(TOY.read_text(encoding="utf-8") + event, encoding="utf-8")
    (said,) = refused(path)
    assert f"events.0.week: must be a whole number between 0 and {WEEKS}, is 92233720" in said
    assert refused(toy_with(tmp_path, "weeks = 52", f"weeks = {WEEKS + 1}"))


def test_the_schema_says_the_bounds() -> None:
    capability = files.schema()["$defs"]["ActorEntry"]["properties"]["capability"]["anyOf"][0]
    assert (capability["minimum"], capability["maximum"]) == (0, 1e15)


def test_a_whole_number_of_thousands_of_digits_is_refused(tmp_path: Path) -> None:
    path = toy_with(tmp_path, "weeks = 52", "weeks = " + "9" * 5000)
    assert refused(path) == [f"{path}: is not valid TOML: a whole number has too many digits"]
    (said,) = refused(toy_with(tmp_path, "weeks = 52", "weeks = 0x" + "f" * 9000))
    assert said.endswith("is a whole number of more than 60 digits")


def test_zero_below_zero_is_zero(tmp_path: Path, toy: Scenario) -> None:
    zero, below = (
        files.load(toy_with(tmp_path, "start = 0.1", f"start = {start}"))
        for start in ("0.0", "-0.0")
    )
    assert files.dumps(zero) == files.dumps(below)
    for case in (below, files.with_changes(toy, {"issues.charter.start": -0.0})):
        assert math.copysign(1.0, case.issues["charter"].start) == 1.0


# texts --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "label",
    ["", "  ", "Cro\x00wn", "Cro\x1b[31mwn", "Cr\nown", "Cr\u202eown", "Cr\u200bown", "x" * 201,
     "Cr\u2028own", "\ufeffCrown", "Cr\x85own", "Cr\uffffown"],
)  # fmt: skip
def test_a_label_that_cannot_be_shown_as_it_is_written_is_refused(label: str) -> None:
    (said,) = refused(TOY, {"actors.crown.label": label})
    assert said.startswith("set: actors.crown.label: must be a line of text, is ")
    assert said.isprintable()


def test_a_refused_sign_is_named(tmp_path: Path) -> None:
    path = toy_with(tmp_path, 'label = "Crown"', 'label = "Cro\\u0000wn"')
    (said,) = refused(path)
    assert said.startswith(f"{path}:31: actors.crown.label: ")
    assert "U+0000 is a control character" in said


@pytest.mark.parametrize("label", ["Île-de-France", "统一", "שלום", "\u0646\u06cc\u200c\u062e"])
def test_labels_of_any_script_are_read(toy: Scenario, label: str) -> None:
    assert files.with_changes(toy, {"actors.crown.label": label}).actors["crown"].label == label


def test_long_texts_keep_their_lines(toy: Scenario) -> None:
    text = "First.\n\tSecond."
    changed = files.with_changes(toy, {"description": text})
    assert files.loads(files.dumps(changed)).description == text
    assert refused({**files.as_data(toy), "description": "a\x00b"}, call=files.build)


@pytest.mark.parametrize(
    ("group", "one", "two"),
    [("actors", "crown", "duchy"), ("issues", "valley", "charter"), ("camps", "crown", "towns")],
)
def test_two_parts_of_one_kind_have_labels_that_can_be_told_apart(
    toy: Scenario, group: str, one: str, two: str
) -> None:
    label = getattr(toy, group)[one].label
    (said,) = refused(TOY, {f"{group}.{two}.label": f"  {label.upper()} "})
    assert f"{group}.{two}.label" in said
    assert f"is the label of {one!r} too" in said


# depth and length ---------------------------------------------------------------------------------


def test_deep_nesting_is_refused_in_every_kind_of_file(tmp_path: Path) -> None:
    path = tmp_path / "deep.toml"
    for depth in (DEEPEST + 1, 1500, 100_000):
        for deep in (
            "a = " + "[" * depth + "]" * depth,
            "a = " + "{a=" * depth + "1" + "}" * depth,
        ):
            path.write_text(deep)
            for reader in (files.load, load_plan, observed.load):
                assert refused(path, call=reader) == [
                    line for line in refused(path, call=reader) if "nested too deeply" in line
                ]
    path.write_text("a." * 60_000 + "a = 1")
    began = time.perf_counter()
    assert "nested too deeply" in refused(path)[0]
    assert time.perf_counter() - began < 5.0


def test_data_that_hold_themselves_are_refused(toy: Scenario) -> None:
    itself: list[Any] = []
    itself.append(itself)
    assert (
        "nested too deeply" in refused(toy, {"roles.must_sign": itself}, call=files.with_changes)[0]
    )
    assert "nested too deeply" in refused({"actors": itself}, call=files.build)[0]


def test_thousands_of_faults_are_refused_at_once(tmp_path: Path) -> None:
    names = [f"nobody_{n}" for n in range(4000)]
    texts = [
        toy_with(tmp_path, 'must_sign = ["crown", "league"]', f"must_sign = {names}").read_text(),
        toy_with(
            tmp_path, "[roles]", "[roles]\n" + "\n".join(f"{n} = 1" for n in names)
        ).read_text(),
        toy_with(tmp_path, 'veto = ["crown"', f"veto = {[f'X {n}' for n in names]} # ").read_text(),
    ]
    for text in texts:
        began = time.process_time()
        said = refused(text, call=files.loads)
        assert time.process_time() - began < 1.5
        assert len(said) == MOST_FAULTS + 1
        assert said[-1] == f"and more: these are the first {MOST_FAULTS} faults"


def test_of_thousands_of_unknown_names_only_the_first_are_compared_with_the_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared: list[str] = []

    def count(name: str, known: Any, **more: Any) -> list[str]:
        compared.append(name)
        return []

    monkeypatch.setattr("difflib.get_close_matches", count)
    said = refused(SYRIA, {"roles.must_sign": [f"nobody_{n}" for n in range(4000)]})
    assert len(said) == MOST_FAULTS + 1
    assert "no actor is called 'nobody_0'" in said[0]
    assert len(compared) <= MOST_FAULTS + 2


def test_the_nearest_of_many_thousand_words_is_not_looked_for() -> None:
    known = [f"name_{n}" for n in range(20_000)]
    began = time.perf_counter()
    hint = nearest("nmae_1", known)
    assert time.perf_counter() - began < 0.5
    assert hint.endswith("and 19900 more")


# plans and histories ------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["facts = [1]", "facts = [[1]]", 'facts = ["ab"]', "[[facts]]"])
def test_facts_that_are_no_facts_are_refused_with_their_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "history.toml"
    path.write_text(text)
    assert all(line.startswith(f"{path}:1: facts.0") for line in refused(path, call=observed.load))


def test_all_that_is_wrong_in_a_history_is_said_at_once(tmp_path: Path) -> None:
    text = (ROOT / "scenarios/history/syria_2015_2018.toml").read_text(encoding="utf-8")
    path = tmp_path / "history.toml"
    text = text.replace('status = "fitted"', 'status = "fited"', 1)
    text = text.replace("seen = true", "sene = true", 1)
    path.write_text(text, encoding="utf-8")
    said = "\n".join(refused(path, call=observed.load))
    assert "must be 'fitted', 'imposed' or 'free', is 'fited' (did you mean 'fitted'?)" in said
    assert "unknown field 'sene' (did you mean 'seen'?)" in said
    assert "facts.0.seen: is missing; must be true or false" in said


# Python -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "day",
    [dt.date(2002, 2, 3), "2002-02-03", pd.Timestamp("2002-02-03"), dt.datetime(2002, 2, 3),
     np.datetime64("2002-02-03"), np.datetime64("2002-02-03", "ns")],
    ids=lambda day: f"{type(day).__name__}",
)  # fmt: skip
def test_a_date_of_any_kind_is_a_date(toy: Scenario, day: Any) -> None:
    expected = dt.date(2002, 2, 3)
    assert files.with_changes(toy, {"start": day}).start == expected
    assert files.load(TOY, {"start": {"value": day, "source": "a book"}}).start == expected
    assert files.build({**files.as_data(toy), "start": day}).start == expected
    tabled = files.with_changes(toy, {"issues.charter.agenda.at": day}).issues["charter"].agenda
    assert tabled is not None
    assert tabled.at == expected
    event = {"date": day, "why": "x", "actor": "crown", "capability": 2}
    assert files.with_changes(toy, {"events": [event]}).events[0].date == expected


@pytest.mark.parametrize("day", ["2002-02-30", "soon", pd.Timestamp("2002-02-03 10:00"), pd.NaT, 5])
def test_what_is_no_day_is_refused(day: Any) -> None:
    (said,) = refused(TOY, {"start": day})
    assert said.startswith("set: start: must be a date like 2016-12-30, is ")


def test_a_word_stays_a_word_where_a_date_could_stand(toy: Scenario) -> None:
    changed = files.with_changes(toy, {"issues.charter.agenda": {"at": "never"}})
    assert changed.issues["charter"].agenda is not None
    assert changed.issues["charter"].agenda.at == "never"


def test_arrays_of_numpy_are_lists_and_their_scalars_numbers(toy: Scenario) -> None:
    (said,) = refused(TOY, {"actors.crown.capability": np.array([2, 3])})
    assert said == "set: actors.crown.capability: must be a number between 0 and 1e15, is a list"
    changes = {"roles.must_sign": np.array(["crown"]), "actors.crown.capability": np.float32(2),
               "actors.crown.armed": np.bool_(False), "weeks": np.array(9)}  # fmt: skip
    changed = files.with_changes(toy, changes)
    assert changed.roles.must_sign == ("crown",)
    assert (changed.actors["crown"].capability, changed.weeks) == (2.0, 9)
    assert changed.actors["crown"].armed is False


@pytest.mark.parametrize("changes", [5, 1.5, True])
def test_changes_that_are_no_values_by_path_are_refused(changes: Any) -> None:
    assert "must be values by path" in refused(TOY, changes)[0]


def test_data_that_are_no_table_are_refused() -> None:
    for data in ([], 5, "x", None):
        assert "must be a table" in refused(data, call=files.build)[0]


def test_what_is_neither_a_file_nor_a_scenario_is_refused() -> None:
    for thing in (5, None, ["toy.toml"]):
        assert "a scenario is read from a file" in refused(thing)[0]
        assert "must be a text" in refused(thing, call=files.loads)[0]
    (said,) = refused(str(TOY), {"weeks": 5}, call=files.with_changes)
    assert said.startswith("must be a Scenario, is '")
    assert said.endswith("(read a file with sim.load_scenario)")


@pytest.mark.parametrize(
    "text", ["[]", "5", "null", '{"parts": 3}', "[" * 100_000, '{"parts": []}']
)
def test_a_folder_that_holds_no_test_of_the_theory_is_refused(tmp_path: Path, text: str) -> None:
    from sim.experiments.hypothesis_tests import battery

    (tmp_path / "trial.json").write_text(text)
    with pytest.raises(sim.SimError, match="holds no test of the theory"):
        battery.load(tmp_path)


def test_lines_of_a_journal_that_are_nested_without_end_are_passed_over(tmp_path: Path) -> None:
    from sim.experiments.calibration import checkpoint

    (tmp_path / checkpoint.NAME).write_text("[" * 100_000 + '\n["0123", [1.0]]\n')
    assert checkpoint.Journal(tmp_path).known == {"0123": [1.0]}


# files that are missing ---------------------------------------------------------------------------


def test_a_missing_file_names_those_of_its_kind(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n')
    (tmp_path / "projects.toml").write_text(TOY.read_text(encoding="utf-8"))
    (tmp_path / "plan.toml").write_text('scenario = "x"\n[[free]]\n')
    (tmp_path / "history").mkdir()
    (tmp_path / "history" / "war.toml").write_text("[[facts]]\n")
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "toy.toml").write_text(TOY.read_text(encoding="utf-8"))

    def hint(name: str, call: Any) -> str:
        (said,) = refused(tmp_path / name, call=call)
        return said.partition("(")[2].removesuffix(")")

    assert hint("pyprojct.toml", files.load) == "did you mean 'projects.toml'?"
    comes = "'toy' alone, without folder and ending, comes with the program"
    assert hint("toy.toml", files.load) == comes
    assert hint("toi.toml", files.load) == f"did you mean '{Path('scenarios/toy.toml')}'?"
    assert hint("plna.toml", load_plan) == "did you mean 'plan.toml'?"
    assert hint("wra.toml", observed.load) == f"did you mean '{Path('history/war.toml')}'?"
    assert hint("zzz", load_plan) == "known: plan.toml"


def test_a_file_that_is_no_text_of_a_scenario_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "video.toml"
    with path.open("wb") as stream:
        stream.truncate(files.LARGEST_FILE + 1)
    assert "has more than 10 million bytes (a scenario is a short text)" in refused(path)[0]


def test_the_home_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "mine.toml").write_text(TOY.read_text(encoding="utf-8"))
    assert files.load("~/mine.toml") == files.load(TOY)


def test_a_war_of_1453_is_read(tmp_path: Path) -> None:
    case = files.load(toy_with(tmp_path, "start = 2001-01-01", "start = 1453-04-06"))
    assert case.start == dt.date(1453, 4, 6)


# changes that an event overrides ------------------------------------------------------------------

EVENT = '[[events]]\nweek = {}\nwhy = "the draw-down"\nactor = "crown"\ncapability = 0.6\n'


@pytest.mark.parametrize(
    ("week", "changes", "said"),
    [
        (9, {"actors.crown.capability": 2.5},
         ["actors.crown.capability = 2.5 holds until week 9; then a dated event sets it to 0.6 "
          "(the draw-down)"]),
        (0, {"actors.crown.capability": 2.5},
         ["actors.crown.capability = 2.5 is never used: at week 0 a dated event sets it to 0.6 "
          "(the draw-down)"]),
        (9, {"actors.crown.capability": 0.6}, []),  # the same number
        (9, {"actors.duchy.capability": 2.5}, []),  # another one
        (52, {"actors.crown.capability": 2.5}, []),  # the run is over before
        (9, {"actors.crown.capability": 2.5, "events.0.capability": 3}, []),  # both are meant
        (9, {"actors.crown.capability": 2.5, "mechanisms.shifts": False}, []),
    ],
)  # fmt: skip
def test_a_change_that_an_event_overrides_is_named_with_both_values(
    tmp_path: Path, week: int, changes: dict[str, Any], said: list[str]
) -> None:
    path = tmp_path / "later.toml"
    path.write_text(TOY.read_text(encoding="utf-8") + EVENT.format(week), encoding="utf-8")
    for change in (
        lambda: files.load(path, changes),
        lambda: sim.with_changes(files.load(path), changes),
    ):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            change()
        assert [str(one.message) for one in caught] == said
        assert all(one.category is ScenarioWarning for one in caught)


def test_the_command_line_says_once_that_an_event_overrides_a_change(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "later.toml"
    path.write_text(TOY.read_text(encoding="utf-8") + EVENT.format(9), encoding="utf-8")
    assert main(["check", str(path), "--set", "actors.crown.capability=2.5"]) == 0
    said = capsys.readouterr()
    assert said.err.count("sim: note: actors.crown.capability = 2.5 holds until week 9") == 1
    assert "nothing is wrong" in said.out
    with notes_as_messages():
        for _ in range(2):  # as for a command that reads its scenario twice
            files.load(path, {"actors.crown.capability": 2.5})
    assert capsys.readouterr().err.count("sim: note: ") == 1


def test_every_number_that_an_event_can_set_is_looked_at(toy: Scenario) -> None:
    happen = [
        {"actor": "crown", "cost_of_war": 0.9},
        {"actor": "crown", "issue": "valley", "ideal": 0.7},
        {"patron": "duchy", "proxy": "league", "control": 0.1},
        {"actor": "duchy", "consultation": "always"},
        {"issue": "charter", "position": 0.9},
    ]
    changes = {
        "events": [{"week": 3, "why": "x", **one} for one in happen],
        "actors.crown.cost_of_war": 0.2,
        "actors.crown.short.valley.ideal": 0.95,
        "patrons.duchy": {"league": 0.4},
        "roles.consultation.duchy": "never",
        "issues.charter.start": 0.3,
    }
    case = files.with_changes(toy, {"events": changes.pop("events")}, note=False)
    said = overridden_changes.overridden(files.with_changes(case, changes, note=False), changes)
    assert [words.partition(" = ")[0] for words in said] == [
        "actors.crown.cost_of_war", "actors.crown.short.valley.ideal", "patrons.duchy.league",
        "roles.consultation.duchy", "issues.charter.start",
    ]  # fmt: skip


# strength -----------------------------------------------------------------------------------------


def test_the_strengths_that_check_prints_are_those_of_the_first_week(tmp_path: Path) -> None:
    from sim.engine.strengths import camp_strengths
    from sim.runs.simulate import simulate

    case = files.load(SYRIA, {"mechanisms.fights": "armed", "mechanisms.heterogeneity": False})
    week = simulate(case, weeks=1).isel(run=0, week=0)
    found = camp_strengths(case)
    assert [one.strength for one in found] == pytest.approx(week["strength"].values.tolist())
    assert sum(one.share for one in found) == pytest.approx(1.0)
    assert found[0].share == pytest.approx(float(week["contest"]))


def test_check_says_what_makes_the_strength_of_a_camp(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(TOY)]) == 0
    said = capsys.readouterr().out
    assert "the crown's side: 0.6, 58.5 % of both camps" in said
    assert "on the ground 2.4 (Crown 2.4)" in said
    assert "in the air nobody" in said
    assert "on the ground 1.7 (League 1.5, Duchy 0.2)" in said
    assert "counts for 0.25 of it" in said


def test_a_war_without_two_camps_has_no_contest_to_print(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "none.toml"
    path.write_text(
        f'extends = {json.dumps(str(TOY))}\nwithout = ["camps.towns", "camps.crown"]\n'
        "[issues.valley]\nstart = 0.5\n"
    )
    assert main(["check", str(path)]) == 0
    assert "strength" not in capsys.readouterr().out


# numbers that are not finite ----------------------------------------------------------------------

COSTS = [
    {"week": week, "why": "x", "actor": "crown", "cost_of_war": cost}
    for week, cost in ((5, 0.3), (6, 0.1))
]


@pytest.fixture
def spoiled(toy: Scenario, monkeypatch: pytest.MonkeyPatch) -> Scenario:
    """A war in which what war costs is no number in week 5, and one again from week 6 on."""
    from sim.agents import model
    from sim.engine.build import prepare
    from sim.results import ensemble_spec
    from sim.runs import simulate as simulation

    def prepare_spoiled(scenario: Scenario) -> Any:
        inputs, *rest = prepare(scenario)
        inputs.shifts.value[0] = math.nan
        return inputs, *rest

    for module in (simulation, ensemble_spec, model):
        monkeypatch.setattr(module, "prepare", prepare_spoiled)
    return files.with_changes(toy, {"events": COSTS, "weeks": 12})


def test_a_single_run_that_is_not_finite_in_a_week_is_a_failure(spoiled: Scenario) -> None:
    with pytest.raises(sim.SimError, match="run 3: in week 5 numbers became infinite or undefined"):
        sim.simulate(spoiled, first=3)
    model = sim.ConflictModel(spoiled, run=2)
    for _ in range(5):
        model.step()
    with pytest.raises(sim.SimError, match="run 2: in week 5 numbers became infinite"):
        model.step()


@pytest.mark.parametrize("own_class", [False, True])
def test_runs_of_an_ensemble_that_are_not_finite_in_a_week_are_recorded_failures(
    spoiled: Scenario, own_class: bool
) -> None:
    from sim.agents.registry import REGISTERED
    from sim.results.ensemble_spec import Study
    from sim.runs.blocks import play_runs

    if own_class:
        REGISTERED["as others"] = sim.GovernmentActor
        spoiled = files.with_changes(spoiled, {"actors.crown.agent": "as others"})
    try:
        ensemble_spec = Study.of(spoiled, runs=4)
        block = play_runs(ensemble_spec, ensemble_spec.numbers())
    finally:
        REGISTERED.pop("as others", None)
    assert [failure["run"] for failure in block.failures] == [0, 1, 2, 3]
    assert all("infinite" in failure["error"] for failure in block.failures)


def test_what_is_missing_at_the_top_is_said_of_its_file(tmp_path: Path) -> None:
    path = tmp_path / "war.toml"
    path.write_text("weeks = 3\n")
    assert {said.partition(": ")[0] for said in refused(path)} == {str(path)}


def test_a_text_that_is_not_closed_is_said_in_words(tmp_path: Path) -> None:
    path = tmp_path / "war.toml"
    path.write_text('name = "x\n')
    assert refused(path) == [
        f"{path}:1: is not valid TOML: a text is not closed by its quotation mark"
    ]
