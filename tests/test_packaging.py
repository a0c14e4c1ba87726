"""What is installed: its name everywhere, its public names, and the scenarios that come with it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT

import sim
from sim import distribution, files
from sim.errors import ScenarioError
from sim.scenario import shipped
from sim.ui.cli import main

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
EXTRAS = PROJECT["optional-dependencies"]
SCENARIOS = {
    path.stem: path
    for inner in ("", "wars") for path in (ROOT / "scenarios" / inner).glob("*.toml")
    if path.stem != "shared"
}  # fmt: skip
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "notebooks").glob("*.ipynb")]
SOURCES = sorted((ROOT / "sim").rglob("*.py"))


# the name --------------------------------------------------------------------------------------


def test_the_name_of_the_distribution_is_that_of_pyproject() -> None:
    assert PROJECT["name"] == distribution.NAME
    assert EXTRAS["test"][0].startswith(f"{PROJECT['name']}[")
    assert f"{PROJECT['name']} needs Python" in (ROOT / "build_backend.py").read_text("utf-8")


def test_an_install_command_in_a_message_is_made_in_one_place_and_names_an_extra() -> None:
    asked = set()
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        asked |= set(re.findall(r"how_to_get\([\"'](\w+)[\"']\)", text))
        if path.name != "distribution.py":
            assert "pip install" not in text, path
    assert asked
    assert asked <= set(EXTRAS)
    assert distribution.how_to_get("dask") == f"pip install '{PROJECT['name']}[dask]'"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_an_install_command_on_a_page_names_what_pyproject_names(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for name, extra in re.findall(r"install (?:-e )?\\?[\"']([\w.-]+)\[([\w,]+)\]", text):
        assert name in (".", PROJECT["name"])
        assert set(extra.split(",")) <= set(EXTRAS)
    for name in re.findall(r"pip install ([a-z][\w-]*)", text):
        assert name == PROJECT["name"]


def test_the_oldest_python_is_the_same_everywhere() -> None:
    oldest = PROJECT["requires-python"].removeprefix(">=")
    backend = (ROOT / "build_backend.py").read_text(encoding="utf-8")
    assert f"NEEDED = ({oldest.replace('.', ', ')})" in backend
    assert (ROOT / ".python-version").read_text(encoding="utf-8").split()[0] == oldest
    assert PYPROJECT["tool"]["ruff"]["target-version"] == f"py{oldest.replace('.', '')}"


def test_an_older_python_is_refused_before_anything_is_looked_for() -> None:
    code = "import sys; sys.version_info = (3, 11); sys.version = '3.11.7 x'; import build_backend"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "needs Python 3.12 or newer; this is Python 3.11.7." in done.stderr
    assert "Traceback" not in done.stderr


def test_every_direct_dependency_has_a_lowest_version_and_a_constraint() -> None:
    pinned = re.findall(
        r"^([\w.-]+)==", (ROOT / "constraints.txt").read_text("utf-8"), re.MULTILINE
    )
    needed = [*PROJECT["dependencies"], *(one for extra in EXTRAS.values() for one in extra)]
    for one in needed:
        if one.startswith(f"{PROJECT['name']}["):
            continue
        found = re.match(r"([\w.-]+)(?:\[\w+\])?>=\d", one)
        assert found is not None, one
        assert found.group(1) in pinned, one


# public names ----------------------------------------------------------------------------------


def test_completion_shows_public_names_and_modules_and_nothing_else() -> None:
    names = [name for name in dir(sim) if not name.startswith("__")]
    assert names == sim.__all__
    assert {"plots", "measures", "chronicle", "simulate", "scenario_path"} <= set(names)
    assert not {"Any", "TYPE_CHECKING", "annotations", "LAYERS"} & set(names)


def test_a_public_module_loads_when_it_is_first_used() -> None:
    code = (
        "import sim, sys; before = 'matplotlib' in sys.modules; sim.plots.ties; "
        "sim.measures.tie; sim.chronicle.page; print(before, 'matplotlib' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "True"]


def test_every_module_that_pages_and_notebooks_import_is_public() -> None:
    used = set()
    for page in PAGES:
        for names in re.findall(r"from sim import ([\w, ]+)", page.read_text(encoding="utf-8")):
            used |= {name.strip() for name in names.split(",")}
    assert used
    assert used <= set(sim.__all__)


# the scenarios ---------------------------------------------------------------------------------


def test_the_shipped_scenarios_are_those_that_are_written_at_the_top() -> None:
    assert sim.scenarios() == sorted(SCENARIOS)
    for name, path in SCENARIOS.items():
        assert sim.scenario_path(name) == path


def test_a_war_of_the_library_is_run_and_copied_by_its_name(tmp_path: Path) -> None:
    assert files.load("balkan").name == files.load(SCENARIOS["balkan_league_1912"]).name
    copy = tmp_path / "mine.toml"
    assert main(["new", str(copy), "--from", "balkan"]) == 0
    assert files.load(copy).parameters == files.load("balkan").parameters


def test_the_first_words_of_a_name_find_the_only_scenario_that_is_no_variant() -> None:
    assert sim.scenario_path("syria") == SCENARIOS["syria_2015_2018"]
    assert sim.scenario_path("no") == SCENARIOS["no_turkey"]
    # Two variants, and no base among them.
    with pytest.raises(ScenarioError):
        sim.scenario_path("militias")
    # Whole words only.
    with pytest.raises(ScenarioError):
        sim.scenario_path("syr")


def test_a_wrong_name_gets_the_nearest_and_where_to_look() -> None:
    with pytest.raises(ScenarioError, match=r"'siria'.*did you mean 'syria'\?; `sim list`"):
        sim.scenario_path("siria")
    with pytest.raises(ScenarioError, match=r"no file 'siria'.*did you mean 'syria'\?"):
        sim.load_scenario("siria")
    with pytest.raises(ScenarioError, match=r"^there is no file 'xyzzyx'.*\(`sim list` shows"):
        sim.load_scenario("xyzzyx")


def test_a_missing_file_with_the_name_of_a_shipped_scenario_says_that_it_is_shipped() -> None:
    with pytest.raises(ScenarioError, match=r"'toy' alone, without folder and ending"):
        sim.load_scenario("elsewhere/toy.toml")


def test_a_file_of_ones_own_wins_over_a_shipped_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("syria").mkdir()  # results of an earlier run are no scenario
    assert sim.load_scenario("syria").name == "Syria 2015-2018"
    shutil.copy(SCENARIOS["toy"], "never_safe")
    assert sim.load_scenario("never_safe").name == sim.load_scenario("toy").name


def test_a_folder_that_is_no_shipped_name_is_refused_as_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine").mkdir()
    with pytest.raises(ScenarioError, match="is a folder"):
        sim.load_scenario("mine")


def test_a_variant_can_extend_a_shipped_scenario_by_its_name(tmp_path: Path) -> None:
    file = tmp_path / "variant.toml"
    file.write_text('extends = "toy"\nweeks = 7\n', encoding="utf-8")
    assert sim.load_scenario(file).weeks == 7
    file.write_text('extends = "toi"\nweeks = 7\n', encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"variant.toml:1: extends"):
        sim.load_scenario(file)


def test_plans_and_histories_are_found_by_name_too() -> None:
    calibration = ROOT / "scenarios/calibration/syria_2015_2018.toml"
    assert shipped.resolve("syria", kind="a plan") == calibration
    assert (
        shipped.resolve("syria", kind="a history") == ROOT / "scenarios/history" / calibration.name
    )


def test_a_copy_without_scenarios_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shipped, "_PACKAGE", tmp_path / "sim")
    with pytest.raises(ScenarioError, match="no scenarios beside it"):
        sim.scenarios()


# the commands ----------------------------------------------------------------------------------


def test_list_names_every_shipped_scenario_on_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == sorted(SCENARIOS)
    toy = next(line for line in lines if line.startswith("toy "))
    assert re.search(r" 52 weeks +3 actors +Three actors, two issues", toy)
    # A variant that does not describe itself is not described as its base.
    assert len({line.split("actors")[1] for line in lines}) == len(lines)


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_new_copies_a_shipped_scenario_with_its_comments(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.toml"
    assert main(["new", str(file), "--from", name]) == 0
    original = SCENARIOS[name].read_text(encoding="utf-8")
    by_name = re.sub(r'(?m)^extends = "(\w+)\.toml"', r'extends = "\1"', original)
    assert file.read_text(encoding="utf-8") == by_name
    assert sim.load_scenario(file) == sim.load_scenario(SCENARIOS[name])
    assert f"sim run {file}" in capsys.readouterr().err


def test_new_without_a_source_has_the_theory_that_a_new_war_should_have(tmp_path: Path) -> None:
    file = tmp_path / "war.toml"
    assert main(["new", str(file)]) == 0
    war = sim.load_scenario(file)
    advised = {"terms": "promised", "voice": "strength", "attention": "danger"}
    assert {name: getattr(war.mechanisms, name) for name in advised} == advised
    small = files.as_data(war)
    assert files.build({k: v for k, v in small.items() if k != "mechanisms"}) == (
        files.with_changes(war, {"mechanisms.fights": "armed"})
    )


def test_the_new_war_has_ceasefires_and_talks_and_a_peace_or_none(tmp_path: Path) -> None:
    file = tmp_path / "war.toml"
    assert main(["new", str(file)]) == 0
    wars = sim.ensemble(file, runs=100, record="state")
    at_peace = (wars.state.isel(week=slice(0, -1)) > 0).any("week")
    ends = wars.state.isel(week=-1)
    assert float(at_peace.mean()) > 0.2
    assert len(set(ends.values.tolist())) > 1


def test_the_lines_that_are_to_be_taken_in_make_allies_that_may_fall_out(tmp_path: Path) -> None:
    main(["new", str(tmp_path / "war.toml")])
    text = (tmp_path / "war.toml").read_text()
    start = text.index("# [issues.port]")
    taken_in = "\n".join(line.removeprefix("# ") for line in text[start:].splitlines())
    (tmp_path / "war.toml").write_text(text[:start] + taken_in + "\n")
    table = sim.to_frame(sim.ensemble(tmp_path / "war.toml", 3, 1, record="events"), "events")
    demands = table[table.decision == "demand"]
    assert {*zip(demands.actor, demands.counterpart, strict=True)} == {("ally", "government")}


def test_new_never_writes_over_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("# mine\n", encoding="utf-8")
    assert main(["new", str(file), "--from", "toy"]) == 2
    assert "is there already" in capsys.readouterr().err
    assert file.read_text(encoding="utf-8") == "# mine\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["mine.txt"], "ends in .toml"),
        (["nowhere/mine.toml"], "there is no folder 'nowhere'"),
        (["mine.toml", "--from", "siria"], "did you mean 'syria'"),
    ],
)
def test_new_refuses_in_one_message(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert main(["new", *words]) == 2
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


# the wheel -------------------------------------------------------------------------------------


def test_an_installed_wheel_finds_its_scenarios_outside_the_clone(tmp_path: Path) -> None:
    """Built from a copy, unpacked as pip does it, and run from elsewhere without the copy."""
    source, built, site = (tmp_path / name for name in ("source", "built", "site"))
    leave = shutil.ignore_patterns("__pycache__", ".git", "tests", "docs", "benchmarks", ".*_cache")
    shutil.copytree(ROOT, source, ignore=leave)
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", built],
        cwd=source, check=True, capture_output=True,
    )  # fmt: skip
    shutil.rmtree(source)
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(site)
    kept = site / "sim/data/scenarios"
    names = {path.stem for inner in ("", "wars") for path in (kept / inner).glob("*.toml")}
    assert names == {*SCENARIOS, "shared"}
    assert (site / "sim/data/scenarios/calibration/syria_2015_2018.toml").is_file()
    assert (site / "sim/data/scenarios/history/syria_2015_2018.toml").is_file()
    assert not (site / "build_backend.py").exists()

    environment = {**os.environ, "PYTHONPATH": str(site)}

    def told(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "sim", *words], cwd=tmp_path, env=environment,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert told("--version") == f"{PROJECT['name']} {PROJECT['version']}\n"
    assert len(told("list").splitlines()) == len(SCENARIOS)
    assert "11 actors" in told("check", "syria")
    assert "Crown, duchy and league" in told("run", "toy")
    told("new", "mine.toml")
    assert "nothing is wrong" in told("check", "mine.toml")
