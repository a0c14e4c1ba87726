"""Files of an earlier version say the same with the names of this one."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim import files, measures
from sim.results import manifest
from sim.results.dataset import scenario_of
from sim.scenario.migration import _THEORIES, FIELDS, GONE, PARAMETERS, migrated
from sim.scenario.parameters import Mechanisms, Parameters
from sim.scenario.schema import Scenario
from sim.ui.cli import main

SYRIA = ROOT / "scenarios/syria_2015_2018.toml"
FIRST = ROOT / "tests/cases/syria_first_theory.toml"


def test_every_old_name_is_gone_and_every_new_one_is_a_parameter() -> None:
    assert not set(PARAMETERS) & set(Parameters.model_fields)
    assert set(PARAMETERS.values()) <= set(Parameters.model_fields)
    assert len(set(PARAMETERS.values())) == len(PARAMETERS)


@pytest.mark.parametrize("name", sorted(PARAMETERS))
def test_an_old_name_is_refused_with_the_new_one(name: str) -> None:
    case = files.load(ROOT / "tests/cases/toy.toml")
    with pytest.raises(sim.ScenarioError, match=f"now called '{PARAMETERS[name]}'; `sim migrate"):
        files.with_changes(case, {f"parameters.{name}": 0.5})


def test_a_file_of_an_earlier_version_keeps_its_comments_and_its_meaning() -> None:
    old = """# mine
extends = "base.toml"   # parameters.varpi is said below

[parameters] # by hand
varpi = 0.05 # loyalty
sigma = { value = 0.02, source = "guess" }
nuisance_min = 0.1

[sources]
"parameters.rho_d" = { source = "none" }

[issues.nu]
nu = 1
"""
    new = """# mine
extends = "base.toml"   # parameters.varpi is said below

[parameters] # by hand
loyalty = 0.05 # loyalty
front_volatility = { value = 0.02, source = "guess" }
nuisance_min = 0.1

[sources]
"parameters.delivery_speed" = { source = "none" }

[issues.nu]
nu = 1
"""
    assert migrated(old) == new
    assert migrated(new) == new
    assert migrated("parameters = { xi = 0.1, lam = 3 }\n") == (
        "parameters = { contagion = 0.1, choice_precision = 3 }\n"
    )
    assert migrated("parameters.xi = 0.1\n") == "parameters.contagion = 0.1\n"
    assert migrated('without = ["truce.covers", "parameters.ell"]\n') == (
        'without = ["ceasefire.covers", "parameters.attrition_rate"]\n'
    )


@pytest.mark.parametrize("path", GONE)
def test_what_was_taken_out_is_refused_with_where_it_went(path: str) -> None:
    case = files.load(ROOT / "tests/cases/toy.toml")
    with pytest.raises(sim.ScenarioError, match="`held_by` one of them; `sim migrate"):
        files.with_changes(case, {path: 0})


def test_what_was_taken_out_goes_with_its_line_and_nothing_else() -> None:
    old = """[mechanisms]
clashes = false # mine
foresight = false

[parameters]
  clash_cost = { value = 0.02, source = "guess" }
loyalty = 0.05
c_clash = 1
[sources]
"parameters.clash_step" = { source = "none" }
"""
    new = """[mechanisms]
# mine
foresight = false

[parameters]
loyalty = 0.05
[sources]
"""
    assert migrated(old) == new
    assert migrated(old.replace("\n", "\r\n")) == new.replace("\n", "\r\n")
    assert migrated("mechanisms.clashes = true\nweeks = 3\n") == "weeks = 3\n"


PROSE = """Asks what parameters.r does, and whether truce.monitored matters.
theory = "first"
[parameters]
nu = 3
"""


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_all_but_the_names_stays_to_the_letter(newline: str, mark: str) -> None:
    text = f"""description = '''{PROSE}''' # rounds = 3
covers = [
["a", "b"],
]
{{}} = 10	
name='x' # no parameters.nu
""".replace("\n", newline)
    assert migrated(mark + text.format("rounds")) == mark + text.format("weeks")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "mechanisms = { foresight = false } # mine\n",
            "mechanisms = { learning = true, foresight = false } # mine\n",
        ),
        ("mechanisms = {}\n", "mechanisms = { learning = true }\n"),
        (
            "mechanisms.foresight = false # mine\n",
            "mechanisms.learning = true\nmechanisms.foresight = false # mine\n",
        ),
        ("[mechanisms] # mine", "[mechanisms] # mine\nlearning = true\n"),
        ("[mechanisms.x]\ny = 1", "[mechanisms.x]\ny = 1\n\n[mechanisms]\nlearning = true\n"),
        ('name = "x"\r\n', 'name = "x"\r\n\r\n[mechanisms]\r\nlearning = true\r\n'),
    ],
)
@pytest.mark.parametrize("theory", ["theory", '"theory"', "'theory' ", "  theory\t"])
def test_what_a_theory_set_goes_into_the_table_in_the_form_that_it_has(
    tmp_path: Path, old: str, new: str, theory: str
) -> None:
    base = "[mechanisms]\nlearning = false\n"
    (tmp_path / "base.toml").write_text(base, encoding="utf-8")
    top = 'extends = "base.toml"\n'
    assert migrated(f'{theory}= "second"\n{top}{old}', tmp_path) == top + new
    assert migrated(f'{top}{theory}="second"# why\n{old}', tmp_path) == f"{top}# why\n{new}"


def test_what_a_theory_stood_for_is_written_out() -> None:
    data = tomllib.loads(migrated('theory = "first"\n[parameters]\nvarpi = 0.06'))
    assert "theory" not in data
    assert data["parameters"] == {
        "loyalty": 0.06, "base_hazard": 0.02, "added_hazard": 0.1, "mutual_optimism": 0.002,
    }  # fmt: skip
    assert data["mechanisms"]["hazard"] == "violations"
    assert set(data["mechanisms"]) <= set(Mechanisms.model_fields)
    assert migrated('theory = "second"\nrounds = 3\n') == "weeks = 3\n"


def test_the_defaults_are_those_of_the_second_theory() -> None:
    # a file with `theory = "second"` and nothing else of it needs no word more
    case = files.load(SYRIA)
    bare = Scenario.model_fields["mechanisms"].default
    for name in ("attention", "hazard", "learning", "victory", "vote_loyalty"):
        assert getattr(bare, name) == getattr(case.mechanisms, name)


def test_a_variant_that_named_another_theory_than_its_base_says_what_it_changes(
    tmp_path: Path,
) -> None:
    (tmp_path / "base.toml").write_text(files.dumps(files.load(FIRST)), encoding="utf-8")
    top = 'extends = "base.toml"\ntheory = "second"\nname = "x"\n'
    (tmp_path / "top.toml").write_text(migrated(top, tmp_path), encoding="utf-8")
    case = files.load(tmp_path / "top.toml")
    assert (case.mechanisms.hazard, case.mechanisms.learning) == ("fighting", True)
    assert (case.parameters.base_hazard, case.parameters.added_hazard) == (0.003, 1.2)
    assert case.mechanisms.fights == "armed"


def test_migrate_rewrites_files_and_keeps_what_they_were(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan, sound = tmp_path / "plan.toml", tmp_path / "sound.toml"
    plan.write_text('[[free]]\npath = "parameters.h0"\n', encoding="utf-8")
    sound.write_text('name = "x"\n', encoding="utf-8")
    assert main(["migrate", str(plan), str(sound)]) == 0
    assert plan.read_text(encoding="utf-8") == '[[free]]\npath = "parameters.base_hazard"\n'
    assert (tmp_path / "plan.toml.old").read_text(encoding="utf-8").endswith('"parameters.h0"\n')
    assert not (tmp_path / "sound.toml.old").exists()
    said = capsys.readouterr().err
    assert "plan.toml: 1 line changed" in said
    assert "sound.toml is as this version has it" in said


# ---- files of chance ---------------------------------------------------------------------------

# What looks like an old name, a table or a theory, and is none where it stands.
TRAPS = (
    "parameters.nu = 3", "rounds = 3", "[truce]", 'theory = "first"', '["a", "b"],', "varpi = 1",
    "[parameters]", "r", "#", "{", "plain", "\\\\", "",
)  # fmt: skip
NEW_PARAMETERS = {new: old for old, new in PARAMETERS.items()}
NAMED = re.compile(r"<<(.*?)\|(.*?)>>")


@st.composite
def said(draw: st.DrawFn) -> str:
    """A value; the texts in it are full of traps."""
    lines = st.lists(st.sampled_from(TRAPS), max_size=3)
    match draw(st.integers(0, 6)):
        case 0:
            return draw(st.sampled_from(["3", "-0.5", "1e3", "true", "2015-09-30", "nan", "0x1F"]))
        case 1:
            return json.dumps(draw(st.sampled_from(TRAPS)))
        case 2:
            return "'" + draw(st.sampled_from(TRAPS)) + "'"
        case 3:
            return '"""\n' + "\n".join(draw(lines)).replace("\\", "") + '"""'
        case 4:
            return "'''" + "\n".join(draw(lines)) + "'''"
        case 5:
            return f'{{ rounds = 1, "varpi" = {{value=2}}, truce.nu = {json.dumps(draw(lines))} }}'
    rows = draw(st.lists(st.sampled_from(['["a", "b"]', '["truce"]', '"""\n[parameters]\n"""'])))
    return "[ # [parameters]\n" + "".join(f"{row},\n# nu = 1\n" for row in rows) + "]"


@st.composite
def documents(draw: st.DrawFn, theory: str = "") -> tuple[str, str]:
    """A file with some old names, and the same file with the new ones."""
    blank, maybe = st.sampled_from(["", " ", "\t"]), st.booleans()

    def named(new: str, old: str) -> str:
        quote = draw(st.sampled_from(["", "", '"', "'"]))
        word = new if draw(maybe) else f"<<{old}|{new}>>"
        return f"{quote}{word}{quote}"

    def pair(key: str, value: str) -> str:
        note = draw(st.sampled_from(["", "", " # varpi = 1", "\t# parameters.nu"]))
        return f"{draw(blank)}{key}{draw(blank)}={draw(blank)}{value}{note}\n"

    top = [pair(named("weeks", "rounds"), "3")] if draw(maybe) else []
    top += [pair(key, draw(said())) for key in draw(st.sets(st.sampled_from(["nu", "name", "r"])))]
    if draw(maybe):
        paths = [f'"{named("ceasefire", "truce").strip(chr(34) + chr(39))}.covers"', "'actors.nu'"]
        paths.append(f"'parameters.{named('loyalty', 'varpi').strip(chr(34) + chr(39))}'")
        top.append(pair("without", f"[{', '.join(draw(st.permutations(paths)))}]"))
    tables = []
    if draw(maybe):
        note = f'"parameters.<<rho_d|delivery_speed>>" = {{ source = {json.dumps(TRAPS[0])} }}\n'
        tables.append(f"[sources]\n{note}")
    if draw(maybe):
        head = named("ceasefire", "truce")
        body = pair("monitored", "true") + pair("rounds", "1")
        tables.append(f"[{draw(blank)}{head}{draw(blank)}] # rounds\n{body}")
    if draw(maybe):
        tables.append(f"[issues.nu]\nrounds = 1\n[issues.truce.varpi]\nnu = {draw(said())}\n")
    if draw(maybe):
        tables.append("[[events]]\nrounds = 1\n" * 2 + "[events.parameters]\nnu = 1\n")
    numbers = draw(st.sets(st.sampled_from(sorted(NEW_PARAMETERS)), max_size=4))
    mechanisms = draw(st.sets(st.sampled_from(["foresight", "hazard", "terms", "learning"])))
    for group, rows in (
        ("parameters", [named(new, NEW_PARAMETERS[new]) for new in sorted(numbers)]),
        ("mechanisms", sorted(mechanisms)),
    ):
        values = st.sampled_from(["3", "0.03", "{ value = 1, source = 'nu = 3' }"])
        pairs = [(row, draw(values)) for row in rows]
        match draw(st.sampled_from(["header", "dotted", "inline", "none"])):
            case "header":
                tables.append(f"[{group}]\n" + "".join(pair(*row) for row in pairs))
            case "dotted":
                top += [pair(f"{group}.{key}", value) for key, value in pairs]
            case "inline":
                inner = ", ".join(f"{key} = {value}" for key, value in pairs)
                top.append(pair(group, f"{{{draw(blank)}{inner}{draw(blank)}}}"))
    if theory:
        word = draw(st.sampled_from(["theory", '"theory"', "'theory'"]))
        top.append(pair(word, f'"{theory}"'))
    comments = st.sampled_from(["\n", "# rounds = 3\n", "  # [parameters] varpi\n"])
    parts = [*draw(st.permutations(top)), *draw(st.permutations(tables))]
    text = "".join(part + draw(comments) for part in parts)
    if draw(maybe):
        text = text.removesuffix("\n")
    if draw(maybe):
        text = text.replace("\n", "\r\n")
    text = draw(st.sampled_from(["", "\ufeff"])) + text
    return NAMED.sub(r"\1", text), NAMED.sub(r"\2", text)


@given(documents())
def test_nothing_but_the_names_changes_in_any_file(both: tuple[str, str]) -> None:
    old, new = both
    assert migrated(old) == new


def data_of(text: str) -> str:
    """What a file says, in an order and a form in which two can be compared."""
    return as_text(tomllib.loads(text.removeprefix("\ufeff")))


def as_text(data: dict[str, Any]) -> str:
    return json.dumps(data, sort_keys=True, default=repr)


@given(st.data(), st.sampled_from(["first", "second"]))
def test_what_a_theory_set_is_said_in_any_file(data: st.DataObject, theory: str) -> None:
    old, new = data.draw(documents(theory))
    wanted = tomllib.loads(new.removeprefix("\ufeff"))
    assert wanted.pop("theory") == theory
    if theory == "first":
        for group, values in _THEORIES["first"].items():
            wanted[group] = values | wanted.get(group, {})
    found = migrated(old)
    assert data_of(found) == as_text(wanted)
    assert re.findall(r"#[^\r\n]*", found) == re.findall(r"#[^\r\n]*", new)
    assert ("\r\n" in old) == ("\r\n" in found)
    assert found.count("\r") in (0, found.count("\n"))


ODD = (
    "rounds = 3", "weeks = 3", '"rou\\u006eds" = 3', "rounds.x = 1", "[rounds]", "[[truce]]",
    "[truce]", "[ceasefire]", "truce = 3", "[parameters]", "[[parameters]]", "parameters = 3",
    "parameters.varpi = 1", "parameters.loyalty = 1", "varpi = 1", "loyalty = 1", '"x\\u0069" = 1',
    "[parameters.varpi]", "value = 1", "theory = 'first'", "theory = 3", "theory.value = 'first'",
    "theory = { value = 'first', source = 'x' }", "[theory]", "[mechanisms]", "[[mechanisms]]",
    "mechanisms = 3", "mechanisms.voice = 'heads'", "mechanisms = { voice = 'heads' }",
    "without = ['parameters.\\u0072', 3]", 'without = ["parameters.\\u0072", "truce"]',
    "without = 'truce'", "free = [{ path = 'parameters.nu' }, { path = { nu = 3 } }]", "[[free]]",
    "path = 'parameters.nu'", "[sources]", "'truce.covers' = { source = 'x' }", "'''", "a = '''",
    "clashes = true", "clash_cost = { value = 1, source = 'x' } # x",
    "'parameters.clash_step' = { source = 'x' }", "]", "{", "=", "# x",
)  # fmt: skip


def by_hand(data: dict[str, Any]) -> dict[str, Any]:
    """What a file with some lines of `ODD` must say after it was migrated."""

    def path(name: Any) -> Any:
        first, dot, rest = name.partition(".") if isinstance(name, str) else (name, "", "")
        if not isinstance(first, str):
            return name
        rest = PARAMETERS.get(rest, rest) if first == "parameters" else rest
        return FIELDS.get(first, first) + dot + rest

    new = {FIELDS.get(key, key): value for key, value in data.items()}
    assert len(new) == len(data)
    if isinstance(new.get("parameters"), dict):
        new["parameters"] = {PARAMETERS.get(k, k): v for k, v in new["parameters"].items()}
    if isinstance(new.get("without"), list):
        new["without"] = [path(name) for name in new["without"]]
    if isinstance(new.get("free"), list):
        new["free"] = [
            {k: path(v) if k == "path" else v for k, v in f.items()} for f in new["free"]
        ]
    if isinstance(new.get("sources"), dict):
        new["sources"] = {path(key): value for key, value in new["sources"].items()}
    for group, inside in new.items():
        if isinstance(inside, dict):
            before = "" if group == "sources" else f"{group}."
            new[group] = {k: v for k, v in inside.items() if before + k not in GONE}
    if "theory" in new:
        theory = new.pop("theory")
        assert (theory["value"] if isinstance(theory, dict) else theory) == "first"
        for group, values in _THEORIES["first"].items():
            new[group] = values | new.get(group, {})
    return new


@given(st.lists(st.sampled_from(ODD), max_size=6))
def test_any_file_is_migrated_to_what_it_meant_or_refused(lines: list[str]) -> None:
    old = "\n".join(lines)
    try:
        new = migrated(old)
    except sim.SimError:
        return
    assert data_of(new) == as_text(by_hand(tomllib.loads(old)))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a = [", "is not valid TOML"),
        (b"\xff\xfe", "not text in UTF-8"),
        (b'theory = "first"\nextends = "gone.toml"\n', "cannot read"),
        (b'theory = "first"\nextends = "odd.toml"\n', "extends itself"),
        (b"a = " + b"[" * 3000, "nested too deeply"),
        (b'parameters."x\\u0069" = 3\r\n', "by hand"),
        (b'[theory]\nvalue = "first"\n', "in one line"),
        (b'theory = "third"\n', "in one line"),
        (b'theory = "first"\n[[mechanisms]]\nvoice = "heads"\n', "must be a table"),
        (b"\xef\xbb\xbfrounds = 3\r\nweeks = 3\r\n", "both 'rounds' and 'weeks'"),
        (b"mechanisms = { clashes = true }\n", "by hand"),
        (b"[parameters.clash_cost]\nvalue = 1\n", "by hand"),
        (b"[truce]\nmonitored = true\n[ceasefire]\n", "both 'truce' and 'ceasefire'"),
    ],
)
def test_a_file_that_cannot_be_migrated_stays_as_it_is(
    tmp_path: Path, content: bytes, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "odd.toml"
    file.write_bytes(content)
    assert main(["migrate", str(file)]) == 2
    assert said in capsys.readouterr().err
    assert file.read_bytes() == content
    assert main(["migrate", str(tmp_path / "nowhere.toml")]) == 2


def test_the_copy_of_a_file_is_that_file_byte_for_byte(tmp_path: Path) -> None:
    file = tmp_path / "war.toml"
    old = b'\xef\xbb\xbftheory = "second" # why\r\nrounds = 3\r\n# caf\xc3\xa9\n'
    file.write_bytes(old)
    assert main(["migrate", str(file)]) == 0
    assert file.read_bytes() == b"\xef\xbb\xbf# why\r\nweeks = 3\r\n# caf\xc3\xa9\n"
    assert (tmp_path / "war.toml.old").read_bytes() == old


def test_migrate_does_not_write_over_an_older_copy(tmp_path: Path) -> None:
    file = tmp_path / "war.toml"
    file.write_text("parameters.xi = 0.1\n", encoding="utf-8")
    (tmp_path / "war.toml.old").write_text("mine", encoding="utf-8")
    assert main(["migrate", str(file)]) == 2
    assert file.read_text(encoding="utf-8") == "parameters.xi = 0.1\n"


OLD_NAMES = [
    ("weeks = ", "rounds = "), ("[ceasefire]", "[truce]"), ("loyalty = 0", "varpi = 0"),
    ("base_hazard = ", "h0 = "), ("front_speed = ", "nu = "),
]  # fmt: skip


def as_before(text: str) -> str:
    """The scenario inside results as an earlier version wrote it."""
    for new, old in OLD_NAMES:
        assert text.count(f"\n{new}") == 1, new
        text = text.replace(f"\n{new}", f"\n{old}")
    text = text.replace("\n[mechanisms]\n", "\n[mechanisms]\nclashes = false\n")
    return text.replace("\n[camps", '\ntheory = "second"\n\n[camps', 1)


def test_a_scenario_inside_results_comes_back_as_it_was() -> None:
    case = files.with_changes(files.load(ROOT / "tests/cases/toy.toml"), {"description": PROSE})
    assert scenario_of(sim.simulate(case, runs=1)) == case
    old = as_before(files.dumps(files.load(SYRIA, {"description": PROSE})))
    assert files.loads_kept(old, "results").description == PROSE


def test_a_results_file_of_format_1_is_opened_with_the_names_of_today(tmp_path: Path) -> None:
    results = sim.simulate(SYRIA, seed=3)
    old = results.rename({"week": "round", "event_week": "event_round"})
    old["date"].attrs["scenario"] = as_before(old["date"].attrs["scenario"])
    old.attrs["format"] = 1
    again = sim.load(sim.save(old, tmp_path / "old.nc"))
    assert scenario_of(again) == scenario_of(results)
    assert again["tie"].identical(results["tie"].assign_coords(again["tie"].coords))
    assert sim.chronicle.page(again) == sim.chronicle.page(results)


def test_a_store_of_format_2_is_opened_with_the_names_of_today(tmp_path: Path) -> None:
    base = sim.ensemble(SYRIA, 4, record="tie,events", out=tmp_path / "store", progress=False)
    wanted = base.load()
    for file in (tmp_path / "store/runs.zarr").rglob("zarr.json"):
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace('"week"', '"round"'), encoding="utf-8")
    path = tmp_path / "store/manifest.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    data |= {"store_format": 2, "scenario": as_before(data["scenario"])}
    data["scenario_hash"] = manifest._hash(data["scenario"])
    data.pop("checksum")
    data["checksum"] = manifest._hash(manifest._canonical(data))
    path.write_text(json.dumps(data), encoding="utf-8")
    again = sim.load(tmp_path / "store").load()
    assert again.sizes == wanted.sizes
    assert (again["tie"].values == wanted["tie"].values).all()
    assert scenario_of(again) == scenario_of(wanted)
    with pytest.raises(sim.SimError, match="older version of this program"):
        sim.ensemble(SYRIA, 8, record="tie,events", out=tmp_path / "store", progress=False)


def test_what_a_base_chose_itself_is_left_to_it(tmp_path: Path) -> None:
    base = '[parameters]\nbase_hazard = 0.5\n[mechanisms]\nvoice = "heads"\n'
    (tmp_path / "base.toml").write_text(base, encoding="utf-8")
    data = tomllib.loads(migrated('extends = "base.toml"\ntheory = "second"\n', tmp_path))
    assert "base_hazard" not in data.get("parameters", {})
    assert data["mechanisms"] == {"voice": "strength"}


def test_a_variant_of_a_shipped_scenario_is_migrated(tmp_path: Path) -> None:
    text = 'theory = "first"\nextends = "syria"\nname = "x"\nrounds = 5\n'
    (tmp_path / "x.toml").write_text(text, encoding="utf-8")
    assert main(["migrate", str(tmp_path / "x.toml")]) == 0
    case = files.load(tmp_path / "x.toml")
    assert (case.weeks, case.mechanisms.hazard) == (5, "violations")


def test_an_option_of_before_is_refused_with_its_new_name(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["run", "toy", "--rounds", "3"])
    assert "--rounds is now called --weeks" in capsys.readouterr().err


def test_an_argument_of_before_is_refused_with_its_new_name() -> None:
    old: Any = {"rounds": 3}
    with pytest.raises(TypeError, match="'rounds' is now called 'weeks'"):
        sim.simulate("toy", **old)
    with pytest.raises(TypeError, match="'rounds' is now called 'weeks'"):
        sim.Seat("toy", "league", **old)


@pytest.mark.parametrize(
    ("path", "new"), [("parameters.varpi", "loyalty"), ("truce.covers", "ceasefire")]
)
def test_a_path_of_before_is_refused_with_its_new_name(path: str, new: str) -> None:
    case = files.load(ROOT / "tests/cases/toy.toml")
    with pytest.raises(sim.ScenarioError, match=f"now called '{new}'"):
        files.with_changes(case, {}, without=[path])


@pytest.mark.parametrize("old", ["truce_violence", "under_truce"])
def test_a_measure_of_before_is_refused_with_its_new_name(old: str) -> None:
    with pytest.raises(AttributeError, match=r"now .*ceasefire"):
        getattr(measures, old)


@pytest.mark.parametrize("mechanism", ["loyalty", "optimism"])
def test_a_number_whose_mechanism_is_off_is_not_set_by_a_migration(mechanism: str) -> None:
    new = migrated(f'theory = "first"\n[mechanisms]\n{mechanism} = false\n')
    made = tomllib.loads(new)
    assert made["mechanisms"]["attention"] == "flag"
    off = {"loyalty": "loyalty", "optimism": "mutual_optimism"}
    assert {*off.values()} - made["parameters"].keys() == {off[mechanism]}
