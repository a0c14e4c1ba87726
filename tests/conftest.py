"""What many tests share."""

from __future__ import annotations

import gzip
import importlib.util
import json
import os
import signal
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import hypothesis
import pytest
import xarray as xr

from sim import files
from sim.scenario.schema import Scenario

ROOT = Path(__file__).parents[1]
SCENARIOS = sorted((ROOT / "scenarios").glob("*.toml"))


def _said(file: str) -> dict[str, Any]:
    """Mechanisms and parameters of a scenario file, as changes of another."""
    data = tomllib.loads((ROOT / "tests/cases" / file).read_text(encoding="utf-8"))
    groups = ("mechanisms", "parameters")
    return {f"{group}.{name}": v for group in groups for name, v in data[group].items()}


# What makes a variant of the Syrian case one under the theories as they were first built.
FIRST, SECOND = _said("syria_first_theory.toml"), _said("syria_second_theory.toml")


def module_of(path: str) -> ModuleType:
    """A file of the project that belongs to no package, as a module."""
    name = Path(path).stem
    spec = importlib.util.spec_from_file_location(name, ROOT / path)
    assert spec is not None
    assert spec.loader is not None
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def hear_ctrl_c() -> None:
    """For a child process: what a shell runs in the background has Ctrl-C ignored from above."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


hypothesis.settings.register_profile("local", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "local")


# Without the compiler, long runs and other processes: `python3 -m pytest -m fast`.
FAST = (
    "test_layers", "test_migration", "test_labels", "test_refusals", "test_rules_",
    "test_scenario", "test_golden",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of the files in `FAST`, but for slow ones."""
    for item in items:
        if item.path.name.startswith(FAST) and item.get_closest_marker("slow") is None:
            item.add_marker(pytest.mark.fast)


@pytest.fixture(scope="session")
def golden() -> Any:
    return json.loads(gzip.decompress((ROOT / "tests/golden/one_run.json.gz").read_bytes()))


@pytest.fixture(scope="session")
def cases() -> Any:
    return json.loads((ROOT / "tests/golden/unit_cases.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def syria() -> Scenario:
    return files.load(ROOT / "scenarios/syria_2015_2018.toml")


@pytest.fixture(scope="session")
def first_syria() -> Scenario:
    return files.load(ROOT / "tests/cases/syria_first_theory.toml")


@pytest.fixture(scope="session")
def second() -> Scenario:
    """The Syrian case without anything that is beyond the second theory."""
    return files.load(ROOT / "tests/cases/syria_second_theory.toml")


@pytest.fixture(scope="session")
def ensemble(first_syria: Scenario) -> xr.Dataset:
    """Forty runs of the Syrian case, all that there is to record; not to be changed.

    Under the first theory, in which allies part and ceasefires fail more often.
    """
    from sim.runs.simulate import simulate

    return simulate(first_syria, runs=40, seed=1)


@pytest.fixture(scope="session")
def plain_syria() -> Scenario:
    """The Syrian case of the first theory, without heterogeneity, as the golden run has it."""
    still = {"parameters.weight_spread": 0, "parameters.ideal_spread": 0}
    return files.load(ROOT / "tests/cases/syria_first_theory.toml", still)


@pytest.fixture(scope="session")
def toy() -> Scenario:
    return files.load(ROOT / "tests/cases/toy.toml")
