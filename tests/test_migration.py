"""Files of an earlier version say the same with the names of this one."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from conftest import ROOT

import sim
from sim import files, measures
from sim.results import manifest
from sim.results.dataset import scenario_of
from sim.scenario.migration import PARAMETERS, migrated
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
extends = "base.toml"   # parameters.loyalty is said below

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


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a = [", "is not TOML"),
        (b"\xff\xfe", "not text in UTF-8"),
        (b'theory = "first"\nextends = "gone.toml"\n', "cannot read"),
        (b'theory = "first"\nextends = "odd.toml"\n', "extends itself"),
        (b"a = " + b"[" * 3000, "is not TOML"),
        (b'[parameters]\nxi = { value = 1, source = """\nnu = 3\n""" }\n', "by hand"),
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
    return text.replace("\n[camps", '\ntheory = "second"\n\n[camps', 1)


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


@pytest.mark.parametrize("old", ["truce_violence", "under_truce"])
def test_a_measure_of_before_is_refused_with_its_new_name(old: str) -> None:
    with pytest.raises(AttributeError, match=r"now .*ceasefire"):
        getattr(measures, old)
