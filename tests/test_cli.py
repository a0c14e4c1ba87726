"""The command line as a stranger uses it."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from conftest import hear_ctrl_c

from sim.errors import SimError
from sim.results import dataset
from sim.results.sources import open_results
from sim.rules import jit
from sim.scenario.files import load, loads, schema
from sim.ui.cli import _parser, main

SYRIA = "scenarios/syria_2015_2018.toml"
TOY = "tests/cases/toy.toml"


def sim(*words, cwd=None, **more):
    """Run the command in a process of its own; (exit code, output, messages)."""
    done = subprocess.run(
        [sys.executable, "-m", "sim", *words], capture_output=True, text=True, cwd=cwd, **more
    )
    return done.returncode, done.stdout, done.stderr


def test_check_says_that_nothing_is_wrong(capsys):
    assert main(["check", TOY]) == 0
    out = capsys.readouterr().out
    assert "3 actors, 2 issues, 52 weeks from 2001-01-01" in out


def test_diff_prints_every_value_in_which_two_scenarios_differ(capsys, tmp_path):
    mine = tmp_path / "mine.toml"
    mine.write_text("""extends = "toy"
events = [{ week = 3, why = "more men", actor = "crown", capability = 4.0 }]
[actors.league]
capability = 2.0
""")
    assert main(["diff", "toy", str(mine)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "actors.league.capability: 1.5 -> 2.0",
        "events.0.week: nothing -> 3",
        "events.0.why: nothing -> 'more men'",
        "events.0.actor: nothing -> 'crown'",
        "events.0.capability: nothing -> 4.0",
    ]
    assert main(["diff", "toy", "toy"]) == 0
    assert "say the same" in capsys.readouterr().out
    assert main(["diff", "toy", "tyo"]) == 2


def test_show_prints_a_scenario_that_loads_again(capsys):
    assert main(["show", SYRIA, "--set", "actors.iran.capability=1.4"]) == 0
    shown = capsys.readouterr().out
    assert loads(shown) == load(SYRIA, {"actors.iran.capability": 1.4})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("roles.must_sign=[]", "roles.must_sign: nobody must sign a ceasefire"),
        ("actors.duchy.long.valley.ideal=0.0", ""),
        ("issues.spring={label='a spring', zero='dry', one='wet', start=0}", "issues.spring: nob"),
        ("issues.spring={label='a spring', zero='dry', one='wet', start=0}", "nothing can move it"),
        ("events=[{week=400, why='late', actor='crown', capability=1}]", "events.0: after the"),
        ("coalition={members=['duchy', 'league'], enemy='crown'}", ""),
        ("actors.league.long={}", "issues and actors do not say where they are from"),
    ],
)
def test_check_says_what_is_legal_but_odd(capsys, change, said):
    assert main(["check", "tests/cases/toy.toml", "--set", change]) == 0
    out = capsys.readouterr().out
    assert "nothing is wrong" in out
    assert said in out


def test_a_number_of_weeks_that_is_none_is_refused_by_the_name_of_its_option(capsys):
    assert main(["run", "toy", "--weeks", "0"]) == 2
    assert capsys.readouterr().err.startswith("sim: --weeks must be a whole number")


def test_schema_prints_the_form_that_scenarios_are_checked_against(capsys):
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(schema()))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["check", "scenarios/tyo.toml"], "did you mean 'toy.toml'?"),
        (["run", TOY, "--runs", "0"], "--runs must be a whole number, from 1 to 2**62; is 0"),
        (["run", TOY, "--runs", "-3"], "--runs must be a whole number, from 1 to 2**62; is -3"),
        (["run", TOY, "--seed", "-1"], "--seed must be a whole number, from 0 to 2**64 - 1"),
        (["run", TOY, "--weeks", "0"], "--weeks must be a whole number, from 1 to 30000; is 0"),
        (["check", TOY, "--set", "actors.crown.agent=proud"], "no agent class 'proud'"),
        (["run", TOY, "--set", "actors.crwon.capability=1"], "did you mean 'crown'?"),
        (["run", TOY, "--set", "actors.crown.capability=lots"], "actors.crown.capability"),
        (["run", TOY, "--set", "nonsense"], "nonsense"),
        (["run", TOY, "--plugin", "nowhere.py"], "there is no plug-in file nowhere.py"),
        (["run", TOY, "--set", "actors.crown.agent=proud"], "no agent class 'proud'"),
    ],
)
def test_bad_input_is_one_message_and_exit_code_2(words, message):
    code, out, err = sim(*words)
    assert code == 2
    assert message in err
    assert "Traceback" not in err
    assert out == ""


@pytest.mark.parametrize("words", [["run"], ["rnu", TOY], ["run", TOY, "--seed", "x"], []])
def test_words_that_are_no_command_are_exit_code_2(words):
    code, _, err = sim(*words)
    assert code == 2
    assert "Traceback" not in err


def test_out_that_cannot_be_written_is_refused_before_anything_runs(tmp_path):
    taken = tmp_path / "file"
    taken.write_text("mine")
    code, out, err = sim("run", TOY, "--out", str(taken))
    assert (code, out) == (2, "")
    assert "cannot write to" in err
    assert taken.read_text() == "mine"


def test_results_that_lie_there_are_not_overwritten_unasked(tmp_path):
    assert sim("run", TOY, "--quiet", "--out", str(tmp_path))[0] == 0
    before = (tmp_path / "results.nc").read_bytes()
    code, _, err = sim("run", TOY, "--quiet", "--seed", "9", "--out", str(tmp_path))
    assert code == 2
    assert "holds results already" in err
    assert (tmp_path / "results.nc").read_bytes() == before
    assert sim("run", TOY, "--quiet", "--seed", "9", "--out", str(tmp_path), "--force")[0] == 0
    assert (tmp_path / "results.nc").read_bytes() != before


def test_run_tells_the_war_and_leaves_everything(tmp_path):
    code, out, err = sim("run", TOY, "--seed", "4", "--out", str(tmp_path / "war"))
    assert code == 0, err
    left = open_results(tmp_path / "war" / "results.nc")
    assert left.sizes["run"] == 1
    assert left.attrs["seed"] == "4"
    assert (tmp_path / "war" / "chronicle.txt").read_text(encoding="utf-8") == out
    assert load(tmp_path / "war" / "scenario.toml") == load(TOY)
    assert list((tmp_path / "war" / "figures").glob("*.png"))


def test_quiet_prints_nothing(tmp_path):
    code, out, err = sim("run", TOY, "--quiet", "--out", str(tmp_path))
    assert (code, out, err) == (0, "", "")


def test_rounds_and_runs_and_set_are_heard(tmp_path):
    words = ["--weeks", "9", "--runs", "3", "--set", "actors.crown.capability=2"]
    code, _, err = sim("run", TOY, *words, "--out", str(tmp_path), "--quiet")
    assert code == 0, err
    left = open_results(tmp_path / "results.nc")
    assert (left.sizes["run"], left.sizes["week"]) == (3, 9)
    assert dataset.scenario_of(left).actors["crown"].capability == 2


def test_the_same_command_gives_the_same_bytes(tmp_path):
    for name in "ab":
        sim("run", TOY, "--seed", "3", "--out", str(tmp_path / name), "--quiet")
    a, b = (open_results(tmp_path / name / "results.nc") for name in "ab")
    assert a.identical(b)
    one, two = ((tmp_path / name / "chronicle.txt").read_bytes() for name in "ab")
    assert one == two


PROUD = """
import sim

@sim.register("proud")
class Proud(sim.GovernmentActor):
    def ratifies(self, convener):
        return {answer}
"""


def test_a_plugin_replaces_a_decision(tmp_path):
    (tmp_path / "proud.py").write_text(PROUD.format(answer="-2.0"))
    words = ["--plugin", str(tmp_path / "proud.py"), "--set", "actors.crown.agent=proud"]
    code, _, err = sim("run", TOY, *words, "--out", str(tmp_path / "out"))
    assert code == 0, err
    assert "every run goes through the Mesa model" in err
    left = open_results(tmp_path / "out" / "results.nc")
    assert not any(e.answer for e in dataset.events(left) if e.decision == "ceasefire")
    assert any(e.decision == "ratify" and e.actor == "crown" for e in dataset.events(left))


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("float('nan')", "ratifies() in week 0 must return a finite number from -2 to 2, is nan"),
        ("7", "must return a number from -2 to 2, is 7"),
        ("None", "must return a finite number from -2 to 2, is None"),
        ("1 / 0", "ratifies() in week 0 failed: ZeroDivisionError: division by zero"),
    ],
)
def test_a_plugin_that_breaks_the_contract_fails_the_run_with_a_word(tmp_path, answer, message):
    (tmp_path / "proud.py").write_text(PROUD.format(answer=answer))
    words = ["--plugin", str(tmp_path / "proud.py"), "--set", "actors.crown.agent=proud"]
    code, _, err = sim("run", TOY, *words, "--seed", "4")
    assert code == 1
    assert "crown (Proud)" in err
    assert message.split("week 0")[-1] in err
    assert "Traceback" not in err


def test_a_plugin_with_a_fault_of_its_own_is_bad_input(tmp_path):
    (tmp_path / "broken.py").write_text("def f(:")
    code, _, err = sim("run", TOY, "--plugin", str(tmp_path / "broken.py"))
    assert code == 2
    assert "failed while it was read: SyntaxError" in err


def test_a_plugin_that_registers_nothing_is_bad_input(tmp_path):
    (tmp_path / "empty.py").write_text("x = 1")
    code, _, err = sim("run", TOY, "--plugin", str(tmp_path / "empty.py"))
    assert code == 2
    assert "registers no class" in err


@pytest.mark.skipif(os.name == "nt", reason="signals of this kind are POSIX")
def test_ctrl_c_leaves_the_runs_that_were_finished(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-m", "sim", "run", SYRIA, "--runs", "3000", "--out", str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        preexec_fn=hear_ctrl_c,
    )
    seen = ""
    deadline = time.monotonic() + 240
    while "of 3000 runs" not in seen:
        assert time.monotonic() < deadline, seen
        seen += process.stderr.read(1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=300)
    assert process.returncode == 130, err
    assert f"runs; these are in {tmp_path}" in err
    assert "Traceback" not in err
    left = open_results(tmp_path / "results.nc")
    assert left.sizes["run"] >= 1


def test_help_names_the_exit_codes():
    code, out, _ = sim("--help")
    assert code == 0
    assert "2 bad input" in out


@pytest.mark.parametrize(
    "option", ["--force", "--ids", "--workers", "--plugin", "scenario", "source", "store"]
)
def test_an_option_of_several_commands_has_one_help_text(option):
    commands = next(a for a in _parser()._actions if isinstance(a.choices, dict)).choices
    said = [
        action.help
        for command in commands.values()
        for action in command._actions
        if option in (action.option_strings or [action.dest])
    ]
    assert len(said) > 1
    assert len(set(said)) == 1


def test_every_option_and_argument_has_a_help_text():
    commands = next(a for a in _parser()._actions if isinstance(a.choices, dict)).choices
    for name, command in commands.items():
        assert [a.dest for a in command._actions if not a.help] == [], name


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (
            "calibrate syria --points 3 --runs 5 --waves 4 --check 9 --judge 7 --seed 2",
            {"points": 3, "runs": 5, "waves": 4, "check": 9, "judge": 7, "seed": 2},
        ),
        (
            "test-theory syria --runs 5 --codings 3 --coding-runs 4 --pair iran russia --workers 2",
            {"runs": 5, "codings": 3, "coding_runs": 4, "pair": ["iran", "russia"], "workers": 2},
        ),
        (
            "audit syria --runs 5 --screened 6 --codings 3 --coding-runs 4 --workers 2 --seed 2",
            {"runs": 5, "screened": 6, "codings": 3, "coding_runs": 4, "workers": 2, "seed": 2},
        ),
    ],
)
def test_the_options_of_long_work_reach_it(words, asked, monkeypatch):
    heard = {}

    def listen(_, **more):
        heard.update(more)
        raise SimError("heard")

    monkeypatch.setattr("sim.experiments.calibration.calibrate", listen)
    monkeypatch.setattr("sim.experiments.hypothesis_tests.battery.run", listen)
    monkeypatch.setattr("sim.experiments.sensitivity.audit", listen)
    assert main(words.split()) == 2
    assert {name: heard[name] for name in asked} == asked


def test_the_first_run_of_an_ensemble_has_the_number_that_is_asked_for(tmp_path, capsys):
    words = ["ensemble", TOY, "--set", "weeks=4", "--runs", "2", "--quiet", "--out"]
    assert main([*words, str(tmp_path / "some"), "--first", "5"]) == 0
    assert main([*words[:-3], "7", *words[-2:], str(tmp_path / "all")]) == 0
    some, all_ = (open_results(tmp_path / name) for name in ("some", "all"))
    assert some["run"].values.tolist() == [5, 6]
    assert (some["final_tie"].values == all_["final_tie"].values[5:]).all()


def test_a_scenario_is_no_plan_and_the_message_says_which_plans_there_are():
    code, _, err = sim("calibrate", "toy")
    assert code == 2
    known = "holdings, holdings_in_syria, syria, syria_2015_2018, wars"
    assert f"'toy' is a scenario, a plan is meant (known: {known})" in err


def test_a_single_run_of_a_fresh_install_does_not_wait_for_the_compiler(tmp_path):
    """With an empty cache a run of the Syrian case is interpreted."""
    clone = tmp_path / "sim"
    import shutil

    shutil.copytree("sim", clone, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree("scenarios", tmp_path / "scenarios")
    begun = time.monotonic()
    code, out, err = sim(
        "run", SYRIA, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(tmp_path)}
    )
    assert code == 0, err
    assert "compiling" not in err
    assert time.monotonic() - begun < 30
    assert out.strip()
    assert not list(clone.glob("**/compiled-*"))


def test_a_quiet_command_leaves_the_next_one_of_the_process_free_to_speak(monkeypatch, tmp_path):
    monkeypatch.setattr(jit, "SILENT", False)
    assert main(["run", TOY, "--quiet"]) == 0
    assert jit.SILENT is False
    assert main(["run", "nowhere.toml", "--quiet"]) == 2
    assert jit.SILENT is False


def test_an_option_is_not_taken_for_a_longer_one(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["run", "toy", "--run", "3"])
    assert "sim run: error: there is no option --run (did you mean '--runs'?" in (
        capsys.readouterr().err
    )
