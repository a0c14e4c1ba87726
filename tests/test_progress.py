"""How far work has come: plain lines in a log, and in a notebook without being asked."""

import io
import re
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from conftest import ROOT

from sim.rules import jit
from sim.runs import progress
from sim.runs.ensemble import ensemble
from sim.runs.progress import Progress
from sim.runs.simulate import simulate


@pytest.fixture
def clock(monkeypatch):
    """A clock that is moved by hand."""
    now = [100.0]
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: now[0]))
    return now


@pytest.fixture
def notebook(monkeypatch):
    """A kernel, as far as one can tell from within."""
    shell = SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))


def work(clock, seconds, pieces=4, **how):
    with Progress(pieces, **how) as shown:
        for _ in shown.over(range(pieces)):
            clock[0] += seconds / pieces


def test_a_kernel_is_a_notebook_and_a_terminal_is_not(monkeypatch, notebook):
    assert progress.in_notebook()
    terminal = SimpleNamespace(get_ipython=lambda: SimpleNamespace())
    monkeypatch.setitem(sys.modules, "IPython", terminal)
    assert not progress.in_notebook()
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: None))
    assert not progress.in_notebook()
    monkeypatch.delitem(sys.modules, "IPython")
    assert not progress.in_notebook()


def test_a_notebook_shows_what_takes_over_two_seconds(capsys, clock, notebook):
    work(clock, 1.9)
    assert capsys.readouterr().err == ""
    work(clock, 40)
    assert capsys.readouterr().err.splitlines()[0] == "1 of 4 runs, 0.1 runs/s, 30 s left"


def test_a_notebook_shows_nothing_that_is_not_wanted(capsys, clock, notebook):
    work(clock, 40, wanted=False)
    assert capsys.readouterr().err == ""


def test_outside_a_notebook_nothing_is_shown_unasked(capsys, clock):
    work(clock, 40)
    assert capsys.readouterr().err == ""


def test_lines_name_what_is_counted_and_end_with_all_of_it(capsys, clock):
    work(clock, 400, wanted=True, unit="point")
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "1 of 4 points, 0.01 points/s, 300 s left"
    assert lines[-1] == "4 of 4 points, 0.01 points/s, 0 s left"


@pytest.mark.parametrize("play", [ensemble, simulate])
def test_playing_in_a_notebook_is_shown_by_default(toy, capsys, notebook, monkeypatch, play):
    monkeypatch.setattr(progress, "_LONG", 0.0)
    monkeypatch.setattr(progress, "_FIRST_LINE", 0.0)
    play(toy, runs=3)
    assert re.search(r"^3 of 3 runs, \d", capsys.readouterr().err, re.MULTILINE)


def test_a_terminal_has_a_bar(clock, monkeypatch):
    channel = io.StringIO()
    channel.isatty = lambda: True
    monkeypatch.setattr(sys, "stderr", channel)
    work(clock, 4, wanted=True)
    assert "4/4" in channel.getvalue()


def test_a_calibration_writes_plain_lines_into_a_log(capsys, monkeypatch):
    from sim.experiments.calibration import design, load_plan

    monkeypatch.setattr(progress, "_LINE_EVERY", 0.0)
    monkeypatch.setattr(jit, "SILENT", True)
    plan = load_plan("syria")
    design.played(plan, design.spread(plan, 2, 1), 2, 1, progress=True)
    said = capsys.readouterr().err
    lines = said.splitlines()
    assert [line.split(",")[0] for line in lines] == ["1 of 2 points", "2 of 2 points"]
    assert "\r" not in said
    assert "%|" not in said


def test_only_one_module_makes_bars():
    """A second maker of bars would write them into logs."""
    makers = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "sim").rglob("*.py")
        if re.search(r"^\s*(from|import) tqdm|progress=True", path.read_text("utf-8"), re.M)
    }
    assert makers == {"sim/runs/progress.py"}


def test_a_single_run_tells_its_weeks_without_the_time_of_compiling(clock, capsys):
    shown = Progress(11, 0, True, "week", at_once=False)
    clock[0] += 60.0
    shown.add()
    clock[0] += 4.0
    shown.add()
    assert capsys.readouterr().err == "2 of 11 weeks, 0.25 weeks/s, 36 s left\n"


def test_a_run_in_slices_of_weeks_is_the_run_in_one(toy):
    """`simulate` plays a single run week by week, and several each in one go."""
    one, both = simulate(toy, seed=3), simulate(toy, runs=2, seed=3)
    assert np.array_equal(one["tie"], both["tie"].isel(run=[0]))
    assert one.sizes["event"] == (both["event_run"] == 0).sum()
