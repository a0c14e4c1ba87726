"""What is kept of runs when something goes wrong, and what is never written over."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

import sim
import sim.plugins
from sim.cli import main, single
from sim.errors import SimError

TOY = str(ROOT / "scenarios/toy.toml")
CASES = Path(__file__).parent / "plugins"


def test_runs_that_are_finished_are_kept_when_another_fails(tmp_path, capsys):
    out = tmp_path / "x"
    arguments = ["--plugin", str(CASES / "fails_in_some_runs.py"), "--runs", "5", "--out", str(out)]
    code = main(["run", TOY, "--set", "actors.league.agent=fails_in_some_runs", *arguments])
    assert code == 1
    said = capsys.readouterr().err
    assert "2 of 5 runs failed" in said
    assert "run 1: ActorError: league (FailsInSomeRuns): signs() in week 0 failed" in said
    assert "Traceback" not in said
    kept = sim.load(out)
    assert kept["run"].values.tolist() == [0, 2, 3]
    assert kept.attrs["failures"].count("\n") == 1


def test_if_every_run_fails_the_first_is_named(tmp_path, capsys):
    arguments = ["--plugin", str(CASES / "fails_in_some_runs.py"), "--seed", "2"]
    sets = ["--set", "actors.league.agent=fails_in_every_run"]
    assert main(["run", TOY, *sets, *arguments]) == 1
    assert "run 0: ActorError: league (FailsInEveryRun)" in capsys.readouterr().err


def test_in_python_a_run_that_fails_is_raised_with_its_number():
    sim.plugins.load_plugin(CASES / "fails_in_some_runs.py")
    with pytest.raises(SimError) as error:
        sim.simulate(TOY, runs=3, set={"actors.league.agent": "fails_in_some_runs"})
    assert error.value.__notes__ == ["This was run 1."]


def test_a_scenario_in_the_folder_of_results_is_never_written_over(tmp_path, capsys):
    mine = tmp_path / "scenario.toml"
    mine.write_bytes(Path(TOY).read_bytes())
    for force in ([], ["--force"]):
        assert main(["run", str(mine), "--out", str(tmp_path), *force]) == 2
        said = capsys.readouterr().err
        assert "scenario.toml is there, and this program did not write it" in said
    assert mine.read_bytes() == Path(TOY).read_bytes()


def test_a_file_that_this_program_did_not_write_is_replaced_only_if_forced(tmp_path, capsys):
    (tmp_path / "chronicle.txt").write_text("my notes")
    assert main(["run", TOY, "--out", str(tmp_path)]) == 2
    assert "chronicle.txt is there, and no results beside it" in capsys.readouterr().err
    assert (tmp_path / "chronicle.txt").read_text() == "my notes"
    assert main(["run", TOY, "--out", str(tmp_path), "--force"]) == 0
    assert (tmp_path / "chronicle.txt").read_text() != "my notes"


def test_a_second_run_into_a_folder_says_what_is_there(tmp_path, capsys):
    assert main(["run", TOY, "--seed", "5", "--runs", "2", "--out", str(tmp_path)]) == 0
    before = (tmp_path / "results.nc").read_bytes()
    assert main(["run", TOY, "--out", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert "holds results already (Crown, duchy and league: 2 runs, seed 5)" in said
    assert (tmp_path / "results.nc").read_bytes() == before
    assert main(["run", TOY, "--out", str(tmp_path), "--force"]) == 0
    assert sim.load(tmp_path).sizes["run"] == 1


def test_results_that_came_meanwhile_are_not_replaced(tmp_path, toy):
    results = sim.simulate(toy)
    first = single.leave(results, toy, tmp_path / "x", talk=False)
    second = single.leave(results, toy, tmp_path / "x", talk=False)
    assert (first.name, second.name) == ("x", "x-2")
    assert (second / "results.nc").exists()


def test_a_terminal_that_cannot_show_a_letter_loses_nothing(tmp_path):
    text = Path(TOY).read_text(encoding="utf-8").replace("the crown's side", "the side of 王")
    assert "王" in text
    (tmp_path / "war.toml").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "sim", "run", "war.toml", "--out", "x"],
        cwd=tmp_path, capture_output=True, check=False,
        env=os.environ | {"PYTHONIOENCODING": "cp1252", "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert b"\\u738b" in done.stdout
    assert "王" in (tmp_path / "x/chronicle.txt").read_text(encoding="utf-8")
