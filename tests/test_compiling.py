"""Compiled code: kept where it can be, used if it is whole, and waited for only after a word."""

import os
import shutil
import subprocess
import sys

import pytest
from conftest import ROOT

from sim.rules import compiler, jit
from sim.runs.ensemble import ensemble

WORD = "compiling the rules, once for this version"
# A rule as small as can be, that calls itself the driver.
SMALL = """
from sim.rules import compiler, jit

def play(x):
    return x + 1

play.__module__, play.__qualname__ = "sim.engine.schedule", "play"
"""
pytestmark = pytest.mark.skipif(
    bool(os.environ.get("NUMBA_DISABLE_JIT")), reason="rules are interpreted here"
)


@pytest.fixture
def driver(tmp_path, monkeypatch):
    """Make the small rule as a new process would: compiled if it is kept, told of if it is not."""
    monkeypatch.setattr(compiler, "FOLDER", tmp_path / "compiled")

    def made():
        monkeypatch.setattr(jit, "SILENT", False)
        space = {}
        exec(SMALL, space)
        return jit.compiled(space["play"])

    return made


@pytest.fixture
def copy(tmp_path):
    """The package somewhere else, without compiled code."""
    shutil.copytree(ROOT / "sim", tmp_path / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def python(code, folder, **changes):
    """What a script says that is run with the package of a folder."""
    env = {**os.environ, "PYTHONPATH": str(folder), **changes}
    env = {name: value for name, value in env.items() if value is not None}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=env, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip(), done.stderr


def test_one_is_told_when_the_driver_is_compiled_and_only_then(driver, capsys):
    assert not jit.is_warm()
    assert driver()(1) == 2
    assert capsys.readouterr().err == f"{WORD}: about a minute ...\n"
    assert jit.is_warm()
    assert driver()(1) == 2
    assert capsys.readouterr().err == ""


def test_one_is_told_once_in_a_process(driver, capsys):
    play = driver()
    play(1), play(1.5)
    assert capsys.readouterr().err.count(WORD) == 1


def test_who_wants_quiet_is_not_told(driver, capsys, monkeypatch):
    play = driver()
    monkeypatch.setattr(jit, "SILENT", True)
    assert play(1) == 2
    assert capsys.readouterr().err == ""


def test_other_kinds_of_numbers_are_compiled_apart(driver):
    assert driver()(1) == 2
    assert driver()(1.5) == 2.5
    assert driver()(1) == 2
    assert len(list(compiler.FOLDER.iterdir())) == 2


@pytest.mark.parametrize(
    "broken", [b"", b"x", "half", "last", "turned"], ids=["empty", "x", "half", "last", "turned"]
)
def test_a_broken_compiled_file_is_compiled_anew_and_replaced(driver, capsys, broken):
    assert driver()(1) == 2
    (path,) = compiler.FOLDER.iterdir()
    whole = path.read_bytes()
    at = len(whole) // 2
    damaged = {
        "half": whole[:at], "last": whole[:-1],
        "turned": whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :],
    }  # fmt: skip
    path.write_bytes(damaged.get(broken, broken) if isinstance(broken, str) else broken)
    capsys.readouterr()
    assert not jit.is_warm()
    assert driver()(1) == 2
    assert WORD in capsys.readouterr().err
    assert jit.is_warm()
    assert driver()(1) == 2
    assert capsys.readouterr().err == ""


def test_a_file_that_is_whole_and_means_nothing_is_compiled_anew(driver):
    assert driver()(1) == 2
    (path,) = compiler.FOLDER.iterdir()
    path.write_bytes(compiler._checksum(b"nonsense") + b"nonsense")
    assert driver()(1) == 2
    assert b"nonsense" not in path.read_bytes()


def test_code_that_cannot_be_kept_runs_all_the_same(driver, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(compiler, "FOLDER", tmp_path / "file" / "compiled")
    assert driver()(1) == 2


def test_a_copy_with_its_compiled_code_is_compiled_and_one_without_is_not(copy, toy):
    """A moved clone must neither wait nor be believed to be ready when it is not."""
    ensemble(toy, 2)  # compiled here, if it is not
    warm = "from sim.rules import jit; print(jit.is_warm())"
    assert python(warm, copy)[0] == "False"
    here = compiler.FOLDER
    shutil.copytree(here, copy / "sim/__pycache__" / here.name)
    for path in (copy / "sim").rglob("*.py"):
        os.utime(path)  # as git would leave it
    assert python(warm, copy)[0] == "True"
    script = f"import sim; print(sim.ensemble({str(ROOT / 'tests/cases/toy.toml')!r}, 2).sizes)"
    out, err = python(script, copy)
    assert "2" in out
    assert WORD not in err


@pytest.mark.parametrize("home", [None, "/dev/null/nowhere"])
def test_without_a_place_to_keep_it_compiled_code_is_kept_for_the_process(copy, home):
    (copy / "sim/__pycache__").write_text("")  # nothing can be written beside the package
    show = "import os; from sim.rules import compiler; print(compiler.FOLDER)"
    script = f"""
import subprocess, sys
{SMALL}
print(compiler.FOLDER.parent, jit.compiled(play)(1), jit.is_warm())
print(subprocess.run([sys.executable, "-c", {show!r}], capture_output=True, text=True).stdout)
"""
    # A user of no name has no home either.
    alone = "import os, pwd; pwd.getpwuid = lambda _: {}['nobody']\n" if home is None else ""
    out, err = python(
        alone + script, copy, HOME=home, XDG_CACHE_HOME=None, PYTHONDONTWRITEBYTECODE="1",
        NUMBA_CACHE_DIR=None,
    )  # fmt: skip
    (folder, two, warm), (child,) = (line.split() for line in out.splitlines() if line)
    assert (two, warm) == ("2", "True")
    assert child.startswith(folder)
    remark, word = err.splitlines()
    assert f"compiled rules are kept in {folder} until this process ends" in remark
    assert "NUMBA_CACHE_DIR" in remark
    assert word.startswith(WORD)
    assert not os.path.exists(folder)


def test_an_unwritable_home_ends_no_run(copy):
    (copy / "sim/__pycache__").write_text("")
    toy = str(ROOT / "tests/cases/toy.toml")
    code = f"import sys; from sim.ui.cli import main; sys.exit(main(['run', {toy!r}]))"
    out, err = python(code, copy, HOME="/dev/null", XDG_CACHE_HOME="", PYTHONDONTWRITEBYTECODE="1")
    assert "weeks" in out
    assert err == ""  # interpreted: nothing to keep, and nothing to say


def test_the_folder_that_numba_is_told_to_use_is_used(copy, tmp_path):
    show = "from sim.rules import compiler; print(compiler.FOLDER.parent)"
    assert python(show, copy, NUMBA_CACHE_DIR=str(tmp_path / "mine"))[0] == str(tmp_path / "mine")


@pytest.mark.parametrize("playing", ["memory", "store", "few", "calibration"])
def test_the_rules_are_compiled_before_a_bar_moves(toy, tmp_path, monkeypatch, playing):
    """A bar that waits for the compiler foretells hours."""
    from sim.experiments.calibration import design, load_plan
    from sim.runs import blocks as block_playing
    from sim.runs import ensemble as ensembles
    from sim.runs import simulate

    order = []
    real = block_playing.play_runs

    def seen(which, numbers, weeks=None):
        order.append("ready" if weeks == 0 else "play")
        return real(which, numbers, weeks)

    monkeypatch.setattr(block_playing, "play_runs", seen)
    for module in (ensembles, simulate, design):

        class Bar(module.Progress):
            def __init__(self, *words, **more):
                order.append("bar")
                super().__init__(*words, **more)

        monkeypatch.setattr(module, "Progress", Bar)
    if playing == "memory":
        ensembles.ensemble(toy, 4)
    elif playing == "store":
        ensembles.ensemble(toy, 4, out=tmp_path / "store")
    elif playing == "few":
        simulate.simulate(toy, runs=2)
    else:
        plan = load_plan("syria")
        design.played(plan, design.spread(plan, 2, 1)[:1], 2, 1)
    assert order[:2] == ["ready", "bar"]


def test_what_makes_ready_compiles_all_that_runs_need(toy):
    """After it, playing finds nothing that is not compiled."""
    from sim.engine import opening, run_summary, schedule
    from sim.results.ensemble_spec import Study
    from sim.runs.blocks import make_ready, play_runs

    rules = (schedule.play, opening.open_war, run_summary.condense)
    study = Study.of(toy, runs=3, record="actors,dyads,events")
    make_ready(study)
    before = [list(rule.dispatcher.signatures) for rule in rules]
    assert all(before)
    play_runs(study, study.numbers())
    assert [list(rule.dispatcher.signatures) for rule in rules] == before


def test_own_classes_are_made_ready_without_them(toy, monkeypatch):
    """A class of a user's own is not played once more than was asked for."""
    from sim.results.ensemble_spec import Study
    from sim.runs import blocks as block_playing
    from sim.scenario.files import with_changes

    name = next(iter(toy.actors))
    case = with_changes(toy, {f"actors.{name}.agent": "mine"})
    played = []
    monkeypatch.setattr(block_playing, "play_runs", lambda which, *_: played.append(which))
    monkeypatch.setattr(jit, "is_warm", lambda rule: False)
    block_playing.make_ready(Study.of(case, runs=1))
    assert [which.scenario for which in played] == [toy]
    monkeypatch.setattr(jit, "is_warm", lambda rule: True)
    block_playing.make_ready(Study.of(case, runs=1))
    assert len(played) == 1
