"""Imports obey the order of the packages."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

import sim

PACKAGE = ROOT / "sim"
FILES = sorted(path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE / "__pycache__")
ORDER = {package: place for place, package in enumerate(sim.PACKAGES)}
# Modules beside the packages; every package may use them.
ROOTS = {"distribution", "errors", "writing"}


def module_of(path: Path) -> str:
    """Name of a file's module below `sim`: 'files', 'rules.war'; '' for the package itself."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def package_of(module: str) -> str:
    """The package that a module is in; itself, if it stands beside the packages."""
    return module.partition(".")[0]


def imports(path: Path) -> set[str]:
    """Modules of `sim` that a file imports, wherever in it; '' for the package itself."""
    return named(path, list(ast.walk(ast.parse(path.read_text(encoding="utf-8")))))


def imports_at_once(path: Path) -> set[str]:
    """Modules of `sim` that a file imports when it is imported itself."""
    return named(path, ast.parse(path.read_text(encoding="utf-8")).body)


def named(path: Path, nodes: list[ast.AST] | list[ast.stmt]) -> set[str]:
    """Modules of `sim` in the import statements among some nodes."""
    here, found = module_of(path), set()
    package = here if path.name == "__init__.py" else here.rpartition(".")[0]
    for node in nodes:
        if isinstance(node, ast.Import):
            for name in (alias.name for alias in node.names):
                if name == "sim" or name.startswith("sim."):
                    found.add(name.partition(".")[2])
        elif isinstance(node, ast.ImportFrom):
            source = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                source = ".".join(part for part in ("sim", *above, source) if part)
            if source == "sim" or source.startswith("sim."):
                below = source.partition(".")[2]
                for alias in node.names:
                    inner = f"{below}.{alias.name}" if below else alias.name
                    found.add(inner if exists(inner) else below)
    return found


def exists(module: str) -> bool:
    place = PACKAGE.joinpath(*module.split("."))
    return place.with_suffix(".py").is_file() or (place / "__init__.py").is_file()


def outside(path: Path) -> set[str]:
    """Top-level names of other packages that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").partition(".")[0])
    return found


def test_the_packages_are_the_eleven_in_the_order_of_imports() -> None:
    found = {package_of(module_of(path)) for path in FILES} - {"", "__main__"}
    assert found == {*sim.PACKAGES, *ROOTS}


@pytest.mark.parametrize("package", sim.PACKAGES)
def test_a_package_says_in_one_sentence_what_it_is(package: str) -> None:
    text = ast.get_docstring(ast.parse((PACKAGE / package / "__init__.py").read_text("utf-8")))
    first = str(text).partition("\n")[0]
    assert first.endswith(".")
    assert 30 < len(first) <= 100


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_a_module_imports_only_from_its_package_and_those_before_it(path: Path) -> None:
    here = package_of(module_of(path))
    if here in ("", "__main__"):
        return
    used = {package_of(module) for module in imports(path)} - {"", here}
    if here in ROOTS:
        assert used <= ROOTS
    else:
        assert {name for name in used - ROOTS if ORDER[name] > ORDER[here]} == set()


@pytest.mark.parametrize("package", sim.PACKAGES)
def test_modules_of_a_package_import_each_other_without_circles(package: str) -> None:
    graph = {module_of(path): imports_at_once(path) for path in (PACKAGE / package).rglob("*.py")}
    for module in graph:
        # A package is there before its modules; what it takes from them, it takes first.
        graph[module] = {m for m in graph[module] & set(graph) if not module.startswith(f"{m}.")}
    done: set[str] = set()
    while len(done) < len(graph):
        ready = {m for m in graph if m not in done and graph[m] <= done}
        assert ready, f"a circle among {sorted(set(graph) - done)}"
        done |= ready


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_no_module_imports_the_package_root(path: Path) -> None:
    if module_of(path) in ("", "__main__"):
        return
    assert "" not in imports(path)


def test_rules_know_neither_scenarios_nor_files_nor_the_world() -> None:
    for path in (PACKAGE / "rules").glob("*.py"):
        known = imports(path)
        assert all(m.startswith("rules") for m in known), (path.name, known)


@pytest.mark.parametrize(("package", "home"), [("matplotlib", "plots"), ("mesa", "agents")])
def test_a_heavy_package_has_one_home(package: str, home: str) -> None:
    using = {package_of(module_of(path)) for path in FILES if package in outside(path)}
    assert using <= {home}


def test_reading_a_scenario_loads_nothing_heavy() -> None:
    heavy = "{'numba', 'xarray', 'matplotlib', 'mesa', 'pandas', 'scipy'}"
    code = f"""
import sys
import sim, sim.ui.cli
sim.files.load(sys.argv[1])
print(sorted({heavy} & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(ROOT / "scenarios/syria_2015_2018.toml")],
        cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


def test_the_package_needs_no_import_of_its_modules() -> None:
    code = "import sim, sys; print(sorted(m for m in sys.modules if m.startswith('sim.')))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_every_public_name_can_be_loaded() -> None:
    for name in sim.__all__:
        assert getattr(sim, name) is not None
    with pytest.raises(AttributeError, match="no attribute"):
        sim.no_such_name  # noqa: B018  # asking for it is what fails


def test_no_module_draws_luck_of_its_own() -> None:
    # A calibration wanders over numbers: no war is played by that luck.
    for path in FILES:
        if path.parent.name == "calibration":
            continue
        text = path.read_text(encoding="utf-8")
        assert "random" not in outside(path), path.name
        for word in ("np.random", "numpy.random", "default_rng"):
            assert word not in text, (path.name, word)


@pytest.mark.parametrize("path", sorted((PACKAGE / "rules").glob("*.py")), ids=lambda p: p.stem)
def test_rules_use_only_arithmetic_that_agrees_to_the_last_bit(path: Path) -> None:
    """No powers, no matrix products, no sums of NumPy: plain loops and `math`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.BinOp | ast.AugAssign):
            assert not isinstance(node.op, ast.Pow | ast.MatMult), node.lineno
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            allowed = {
                "np": {"empty", "zeros", "ones", "bool_", "int64", "float64"},
                "math": {"exp", "log", "expm1", "log1p", "sqrt", "inf"},
            }
            if node.value.id in allowed:
                assert node.attr in allowed[node.value.id], (node.lineno, node.attr)
