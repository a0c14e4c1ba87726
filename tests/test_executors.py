"""Workers that cannot work: said once, soon, and in words."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import ROOT, hear_ctrl_c

from sim.agents import registry
from sim.errors import SimError
from sim.runs.ensemble import ensemble

TOY = str(ROOT / "tests/cases/toy.toml")


@pytest.mark.parametrize("out", [False, True])
def test_a_script_without_a_main_guard_is_told_so_once_and_soon(tmp_path, out):
    script = tmp_path / "mine.py"
    more = f", out={str(tmp_path / 'store')!r}" if out else ""
    script.write_text(
        f"import sim\nsim.ensemble({TOY!r}, runs=8, block=4, executor='processes', workers=2{more})"
    )
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, str(script)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert 'under `if __name__ == "__main__":`' in done.stderr.splitlines()[-1]
    assert done.stderr.count("Traceback") == 1  # that of the script itself
    assert "out of memory" not in done.stderr
    assert time.monotonic() - began < 60


def test_a_script_with_a_main_guard_has_its_runs(tmp_path):
    script = tmp_path / "mine.py"
    script.write_text(
        "import sim\nif __name__ == '__main__':\n"
        f"    print(sim.ensemble({TOY!r}, runs=8, block=4, executor='processes').sizes['run'])"
    )
    done = subprocess.run(
        [sys.executable, str(script)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "8", done.stderr


def test_a_plugin_that_fails_in_a_worker_is_one_message(toy, tmp_path, monkeypatch, capfd):
    """It was read here, and is another one when the worker comes to read it."""
    file = tmp_path / "mine.py"
    file.write_text("raise RuntimeError('not here')")
    monkeypatch.setitem(registry.FILES, "mine", str(file))
    with pytest.raises(SimError, match="not here"):
        ensemble(toy, 4, executor="processes", workers=1)
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.skipif(not os.path.exists("/proc/self"), reason="children are looked up in /proc")
@pytest.mark.parametrize("wait", [0.0, 0.4])
def test_ctrl_c_while_workers_start_shows_no_traceback(wait):
    words = ["ensemble", TOY, "--runs", "400000", "--block", "50", "--executor", "processes"]
    process = subprocess.Popen(
        [sys.executable, "-m", "sim", *words, "--workers", "2"], cwd=ROOT, stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL, text=True, start_new_session=True, preexec_fn=hear_ctrl_c,
    )  # fmt: skip
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    end = time.monotonic() + 120
    # The first is the tracker of resources.
    while time.monotonic() < end and len(children.read_text().split()) < 2:
        time.sleep(0.01)
    time.sleep(wait)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal sends it: to all of them
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said.splitlines()[-1] == "sim: stopped; nothing is kept without --out"
    assert "Traceback" not in said


def test_ctrl_c_that_comes_while_a_worker_is_started_is_heard_after_that():
    code = """
import os, signal, time
from sim.runs import executors
signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    with executors._deaf():
        os.kill(os.getpid(), signal.SIGINT)
        print("started")
    time.sleep(10)  # another thread may take the signal, in its own time
except KeyboardInterrupt:
    print("stopped")
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["started", "stopped"], done.stderr
