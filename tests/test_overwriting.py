"""What is kept of runs when something goes wrong, and what is never written over."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

import sim
import sim.agents.registry
from sim import writing
from sim.errors import SimError
from sim.ui.cli import _parser, common, main
from sim.ui.cli import scenario as single

TOY = str(ROOT / "tests/cases/toy.toml")
CASES = Path(__file__).parent / "plugins"


def test_runs_that_are_finished_are_kept_when_another_fails(tmp_path, capsys):
    out = tmp_path / "x"
    arguments = ["--plugin", str(CASES / "fails_in_some_runs.py"), "--runs", "5", "--out", str(out)]
    code = main(["run", TOY, "--set", "actors.league.agent=fails_in_some_runs", *arguments])
    assert code == 1
    said = capsys.readouterr().err
    assert "2 of 5 runs failed" in said
    assert "run 1: ActorError: league (FailsInSomeRuns): ratifies() in week 0 failed" in said
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
    sim.agents.registry.load_plugin(CASES / "fails_in_some_runs.py")
    with pytest.raises(SimError) as error:
        sim.simulate(TOY, runs=3, set={"actors.league.agent": "fails_in_some_runs"})
    assert error.value.__notes__ == ["This was run 1."]


def test_a_scenario_in_the_folder_of_results_is_never_written_over(tmp_path, capsys):
    mine = tmp_path / "scenario.toml"
    mine.write_bytes(Path(TOY).read_bytes())
    for force in ([], ["--force"]):
        assert main(["run", str(mine), "--out", str(tmp_path), *force]) == 2
        said = capsys.readouterr().err
        assert "scenario.toml is an input of this command" in said
        assert main(["run", TOY, "--out", str(tmp_path), *force]) == 2
        said = capsys.readouterr().err
        assert "scenario.toml is there, and this program did not write it" in said
    assert mine.read_bytes() == Path(TOY).read_bytes()


def test_results_are_not_written_over_the_scenario_that_they_are_made_of(tmp_path, capsys):
    assert main(["run", TOY, "--quiet", "--out", str(tmp_path / "x")]) == 0
    base = tmp_path / "x/scenario.toml"
    variant = tmp_path / "variant.toml"
    variant.write_text('extends = "x/scenario.toml"\nweeks = 3\n')
    before = base.read_bytes()
    for scenario in (base, variant):
        assert main(["run", str(scenario), "--out", str(tmp_path / "x"), "--force"]) == 2
        assert "x/scenario.toml is an input of this command" in capsys.readouterr().err
    assert base.read_bytes() == before


def test_a_file_that_this_program_did_not_write_is_replaced_only_if_forced(tmp_path, capsys):
    (tmp_path / "chronicle.txt").write_text("my notes")
    assert main(["run", TOY, "--out", str(tmp_path)]) == 2
    assert "chronicle.txt is there already" in capsys.readouterr().err
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


def test_two_runs_at_once_into_one_folder_keep_both(tmp_path):
    words = [sys.executable, "-m", "sim", "run", TOY, "--runs", "3", "--out", "r", "--quiet"]
    both = [
        subprocess.Popen(
            [*words, "--seed", seed], cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}
        )
        for seed in ("1", "2")
    ]
    codes = sorted(process.wait() for process in both)
    kept = {sim.load(file).attrs["seed"] for file in tmp_path.glob("r*/results.nc")}
    # Both began before one had finished, or the second was told that the folder is taken.
    assert (codes, kept) == ([0, 0], {"1", "2"}) or (codes[1] == 2 and len(kept) == 1)


def test_results_that_came_meanwhile_go_where_nothing_lies(tmp_path, toy, monkeypatch):
    results = sim.simulate(toy)
    single.leave(results, toy, tmp_path / "x", talk=False)
    (tmp_path / "x-2").mkdir()
    (tmp_path / "x-2/chronicle.txt").write_text("mine")
    monkeypatch.chdir(tmp_path / "x")
    assert single.leave(results, toy, Path(), talk=False) == tmp_path / "x-3"
    assert (tmp_path / "x-2/chronicle.txt").read_text() == "mine"


def test_figures_that_cannot_be_drawn_are_told_and_the_rest_is_kept(tmp_path, monkeypatch, capsys):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sim.plots.everything", full)
    assert main(["run", TOY, "--out", str(tmp_path / "x")]) == 1
    said = capsys.readouterr()
    assert "not all could be kept: the figures, but all else is in" in said.err
    assert "In sum" in said.out
    assert sim.load(tmp_path / "x").sizes["run"] == 1


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


# single files -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A results file of two runs."""
    return sim.save(sim.simulate(TOY, runs=2), tmp_path_factory.mktemp("kept") / "results.nc")


EXPLAIN = ["explain", "{}", "--run", "1", "--pair", "crown"]
AUDIT = ["audit", TOY, "--runs", "2", "--screened", "2", "--codings", "0", "--pair", "crown"]
# Commands that leave one file, and whether the file carries the mark of the program.
LEAVE = {
    "plot.png": (["plot", "{}", "--figure", "ties"], True),
    "plot.pdf": (["plot", "{}", "--figure", "ties"], True),
    "plot.svg": (["plot", "{}", "--figure", "ties"], True),
    "report.html": (["report", "{}"], True),
    "report.htm": (["report", "{}"], True),
    "explain.html": ([*EXPLAIN, "league"], True),
    "explain.txt": ([*EXPLAIN, "league"], False),
    "audit.html": ([*AUDIT, "league"], True),
    "audit.txt": ([*AUDIT, "league"], False),
    "export.csv": (["export", "{}"], False),
}


@pytest.mark.parametrize("name", LEAVE)
def test_one_file_is_replaced_if_the_program_wrote_it_or_if_forced(name, kept, tmp_path, capsys):
    command, marked = LEAVE[name]
    out = tmp_path / name
    words = [word.format(kept) for word in command] + ["--out", str(out), "--quiet"]
    out.write_text("my notes on Entente")
    assert main(words) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"sim: --out: {out} is there")
    assert said.endswith("give --force to replace it\n")
    assert said.count("\n") == 1
    assert out.read_text() == "my notes on Entente"
    assert main([*words, "--force"]) == 0
    assert out.stat().st_size > 100
    assert main(words) == (0 if marked else 2)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_an_input_is_not_replaced_even_if_forced(kept, tmp_path, capsys):
    source = tmp_path / "results.png"
    source.write_bytes(kept.read_bytes())
    (tmp_path / "link.png").hardlink_to(source)
    for out in (source, tmp_path / "link.png"):
        words = ["plot", str(source), "--figure", "ties", "--out", str(out), "--force"]
        assert main(words) == 2
        assert "is an input of this command" in capsys.readouterr().err
    scenario = tmp_path / "war.html"
    scenario.write_bytes(Path(TOY).read_bytes())
    words = ["audit", str(scenario), "--out", str(scenario), "--force"]
    assert main(words) == 2
    assert scenario.read_bytes() == Path(TOY).read_bytes()


def test_every_command_with_an_output_file_asks_before_it_replaces():
    """A command that is added must be tried above or in the tests of folders."""
    folders = {"run", "replay", "branch", "calibrate", "test-theory", "ensemble", "benchmark"}
    parser = _parser()
    commands = next(a for a in parser._actions if isinstance(a.choices, dict)).choices
    leaving = {name for name, one in commands.items() if "--out" in one._option_string_actions}
    assert leaving - folders == {name.partition(".")[0] for name in LEAVE}
    for name in leaving - {"ensemble"}:  # a store is gone on with, never replaced
        assert "--force" in commands[name]._option_string_actions


def test_a_full_disk_leaves_no_empty_file(kept, tmp_path, monkeypatch, capsys):
    def full(file, content):
        file.write(content[:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(writing, "_write", full)
    for name, (command, _) in LEAVE.items():
        words = [word.format(kept) for word in command]
        assert main([*words, "--out", str(tmp_path / name), "--quiet"]) == 2
        assert capsys.readouterr().err.endswith(f"cannot write {tmp_path / name}: No space left"
                                                " on device\n")  # fmt: skip
    assert main(["new", str(tmp_path / "war.toml")]) == 2
    assert list(tmp_path.iterdir()) == []


def test_a_device_is_not_replaced_by_a_file(tmp_path, kept):
    os.mkfifo(tmp_path / "pipe.nc")
    with pytest.raises(SimError, match="not an ordinary file"):
        sim.save(sim.load(kept), tmp_path / "pipe.nc")


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (["run", TOY, "--runs", "2"], ("results.nc", *common._OF_A_RUN)),
        (["test-theory", "syria", "--runs", "2", "--only", "two-by-two"],
         ("trial.json", "two-by-two.csv", "two-by-two.png")),
    ],
)  # fmt: skip
def test_whatever_a_command_leaves_in_a_folder_is_not_written_over(words, names, tmp_path, capsys):
    assert main([*words, "--out", str(tmp_path / "x"), "--quiet"]) == 0
    assert {path.name for path in (tmp_path / "x").iterdir()} == set(names)
    for number, name in enumerate(names):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / name).write_text("my notes")
        assert main([*words, "--out", str(folder), "--quiet"]) == 2
        assert (folder / name).read_text() == "my notes"
        assert len(list(folder.iterdir())) == 1
