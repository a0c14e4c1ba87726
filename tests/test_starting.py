"""Commands start at once, and who looks at results waits for neither the compiler nor Mesa."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import ROOT

from sim.runs.ensemble import ensemble as play

TOY = str(ROOT / "scenarios/toy.toml")
PLAYING = {"numba", "llvmlite", "mesa"}
# Dask, where it is installed, imports SciPy, and xarray imports Dask.
DRAWING = {"matplotlib", "networkx"}
TABLES = {"xarray", "pandas", "scipy", "zarr", "h5netcdf"}
# Seconds of processor that a command may take, where the imports of `YARDSTICK` take so many.
AIMS = {"--help": 0.15, "check": 0.4, "run": 1.5}
YARDSTICK, ITS_TIME = "import numpy, pandas", 0.37
NOISE = 1.25

MEASURES = """
import sim
results = sim.load(sys.argv[1])
sim.measures.ceasefires(results)
sim.measures.camps(results, 10)
sim.measures.line_ups(results, 10)
sim.measures.outcomes(results)
sim.to_frame(results, "runs")
"""
CHRONICLE = """
import sim
sim.chronicle.page(sim.load(sys.argv[1]))
"""
FIGURES = """
import sim
sim.plots.everything(sim.load(sys.argv[1]), sys.argv[2])
"""
COMMAND = """
from sim.ui.cli import main
try:
    assert main(sys.argv[1:]) == 0
except SystemExit as end:  # how argparse ends --help
    assert not end.code
"""


def loaded(code: str, *arguments: object) -> set[str]:
    """Packages that are imported in a new process once some code has run there."""
    told = 'print("loaded:", *{name.partition(".")[0] for name in sys.modules})'
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\n{told}", *map(str, arguments)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return set(done.stdout.rpartition("loaded:")[2].split())


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One run in full, in a file."""
    folder = tmp_path_factory.mktemp("run")
    command = [sys.executable, "-m", "sim", "run", TOY, "--out", str(folder), "--quiet"]
    subprocess.run(command, cwd=ROOT, check=True)
    return folder / "results.nc"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few runs, in a store."""
    folder = tmp_path_factory.mktemp("ensemble") / "store"
    play(TOY, 3, out=folder, record="actors,dyads,events")
    return folder


@pytest.mark.parametrize(
    ("arguments", "without"),
    [
        (["--help"], PLAYING | DRAWING | TABLES | {"numpy", "pydantic"}),
        (["run", "--help"], PLAYING | DRAWING | TABLES | {"numpy", "pydantic"}),
        (["list"], PLAYING | DRAWING | TABLES | {"numpy"}),
        (["show", TOY], PLAYING | DRAWING | TABLES | {"numpy"}),
        (["check", TOY], PLAYING | DRAWING | TABLES),
        (["run", TOY], PLAYING | DRAWING | {"zarr"}),
    ],
    ids=lambda value: " ".join(value[:1]) if isinstance(value, list) else "",
)
def test_a_command_imports_only_what_it_needs(arguments: list[str], without: set[str]) -> None:
    assert loaded(COMMAND, *arguments) & without == set()


@pytest.mark.parametrize("code", [MEASURES, CHRONICLE, FIGURES], ids=["measures", "words", "plots"])
def test_looking_at_results_loads_neither_the_compiler_nor_mesa(
    code: str, results: Path, tmp_path: Path
) -> None:
    assert loaded(code, results, tmp_path) & PLAYING == set()


@pytest.mark.parametrize("code", [MEASURES, FIGURES], ids=["measures", "plots"])
def test_looking_at_an_ensemble_loads_neither_the_compiler_nor_mesa(
    code: str, store: Path, tmp_path: Path
) -> None:
    assert loaded(code, store, tmp_path) & PLAYING == set()


@pytest.mark.parametrize(
    "command", [["plot", "--figure", "ties"], ["report"], ["export"]], ids=lambda c: c[0]
)
def test_a_command_that_shows_results_loads_neither_the_compiler_nor_mesa(
    command: list[str], results: Path, tmp_path: Path
) -> None:
    ending = {"plot": "png", "report": "html", "export": "csv"}[command[0]]
    found = loaded(COMMAND, *command, results, "--out", tmp_path / f"found.{ending}")
    assert found & PLAYING == set()


def test_a_rule_that_is_called_loads_the_compiler() -> None:
    """What the other tests look for is found where it must be."""
    if os.environ.get("NUMBA_DISABLE_JIT"):
        pytest.skip("rules are interpreted here")
    code = "import numpy as np\nfrom sim.engine.array_ops import fill\nfill(np.zeros(1), 1.0)"
    assert "numba" in loaded(code)


def seconds(words: Sequence[str], cache: Path) -> float:
    """Least processor time of a few starts of Python, its bytecode cached."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(cache)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    found = []
    for _ in range(4):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, *words], cwd=ROOT, env=environment, check=True, capture_output=True
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(found[1:])


def test_commands_start_in_a_moment(tmp_path: Path) -> None:
    """Measured against two imports that nobody can avoid, as machines and their loads differ."""
    unit = seconds(["-c", YARDSTICK], tmp_path) / ITS_TIME
    for name, aim in AIMS.items():
        words = [name] if name.startswith("-") else [name, TOY]
        assert seconds(["-m", "sim", *words], tmp_path) < aim * unit * NOISE, name
