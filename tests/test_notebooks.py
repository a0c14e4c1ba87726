"""Every notebook runs from top to bottom, and is stored without what it printed."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import nbformat
import pytest
from conftest import ROOT
from nbclient import NotebookClient

from sim.engine.decisions import DECISIONS

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LONGEST_CELL = 300  # seconds: the first call may have to compile


def test_there_is_a_first_notebook() -> None:
    assert NOTEBOOKS[0].name == "01_first_run.ipynb"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_stored_without_outputs(path: Path) -> None:
    notebook = nbformat.reads(kept(path), as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_top_to_bottom(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))  # a checkout that is not installed will do
    monkeypatch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook, timeout=LONGEST_CELL, kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
    ).execute()  # fmt: skip
    for cell in notebook.cells:
        shown = [out for out in cell.get("outputs", ()) if "image/png" in out.get("data", {})]
        assert len(shown) == ("plots." in cell.source and "import" not in cell.source), cell.source
    # a warning in a notebook is a sentence that the reader did not ask for
    waiting = r"compiling the rules|\d s left$"
    assert [line for line in said(notebook) if not re.search(waiting, line)] == []


def test_the_table_of_decisions_names_every_decision_of_an_actor() -> None:
    book = nbformat.read(ROOT / "notebooks/06_your_own_actor.ipynb", as_version=4)
    rows = [line for cell in book.cells for line in cell.source.splitlines() if line[:3] == "| `"]
    named = re.findall(r"`(\w+)\(", " ".join(row.split("|")[1] for row in rows))
    assert sorted(named) == sorted(DECISIONS)


def kept(path: Path) -> str:
    """A notebook as git has it: who runs one on the spot has its outputs in the file alone."""
    command = ["git", "show", f":{path.relative_to(ROOT).as_posix()}"]
    if shutil.which("git"):
        done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
        if done.returncode == 0:
            return done.stdout.decode()
    return path.read_text(encoding="utf-8")


def said(notebook: Any) -> list[str]:
    """What was written to the error stream, line by line."""
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", ())]
    return [
        line for out in outputs if out.get("name") == "stderr" for line in out["text"].splitlines()
    ]
