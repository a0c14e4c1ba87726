"""Actor classes of a user's own in files, and the files beside them."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT

import sim
from sim.agents import registry
from sim.errors import ActorError
from sim.results.ensemble_spec import Study
from sim.results.store import Store
from sim.ui.cli import main

TOY = str(ROOT / "tests/cases/toy.toml")
PLUGIN = """
import sim
import helper_beside
from package_beside.inner import HALF

@sim.register("{name}")
class Helped(sim.MilitiaActor):
    answer = helper_beside.ANSWER * HALF

    def ratifies(self, convener):
        return helper_beside.ANSWER * HALF
"""


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    """Leave no class and no module behind."""
    registered, files, path = dict(registry.REGISTERED), dict(registry.FILES), list(sys.path)
    yield
    registry.REGISTERED.clear()
    registry.REGISTERED.update(registered)
    registry.FILES.clear()
    registry.FILES.update(files)
    assert sys.path == path


def plugin(folder: Path, name: str, answer: float) -> Path:
    """A plug-in with a module and a package beside it."""
    (folder / "package_beside").mkdir(parents=True, exist_ok=True)
    (folder / "package_beside/__init__.py").touch()
    (folder / "package_beside/inner.py").write_text("HALF = 0.5\n")
    (folder / "helper_beside.py").write_text(f"ANSWER = {answer}\n")
    (folder / "own.py").write_text(PLUGIN.format(name=name))
    return folder / "own.py"


def test_a_plugin_imports_files_beside_it(tmp_path: Path) -> None:
    registry.load_plugin(plugin(tmp_path, "helped", 2.0))
    assert registry.REGISTERED["helped"].answer == 1.0
    assert str(tmp_path) not in sys.path


def test_two_plugins_have_helpers_of_the_same_name_and_an_edited_one_is_read_anew(
    tmp_path: Path,
) -> None:
    registry.load_plugin(plugin(tmp_path / "a", "helped", 2.0))
    registry.load_plugin(plugin(tmp_path / "b", "helped_too", 4.0))
    assert registry.REGISTERED["helped"].answer == 1.0
    assert registry.REGISTERED["helped_too"].answer == 2.0
    registry.load_plugin(plugin(tmp_path / "b", "helped_too", -1.25))
    assert registry.REGISTERED["helped_too"].answer == -0.625


def test_what_is_installed_below_the_folder_of_a_plugin_is_not_read_twice(tmp_path: Path) -> None:
    inside = tmp_path / "environment"
    inside.mkdir()
    (inside / "installed_there.py").write_text("THERE = 1\n")
    sys.path.append(str(inside))
    try:
        own = plugin(tmp_path, "helped", 2.0)
        own.write_text("import installed_there\n" + own.read_text())
        registry.load_plugin(own)
        first = sys.modules["installed_there"]
        registry.load_plugin(own)
        assert sys.modules["installed_there"] is first
    finally:
        sys.path.remove(str(inside))
        sys.modules.pop("installed_there", None)


def test_a_module_that_is_nowhere_is_one_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = plugin(tmp_path, "helped", 2.0)
    (tmp_path / "helper_beside.py").unlink()
    with pytest.raises(ActorError, match="needs the module 'helper_beside', which is neither in"):
        registry.load_plugin(own)
    assert main(["check", TOY, "--plugin", str(own)]) == 2
    assert capsys.readouterr().err == (
        f"sim: plug-in {own} needs the module 'helper_beside', which is neither in {tmp_path} nor "
        "installed\n"
    )


def test_a_plugin_with_a_file_beside_it_works_in_other_processes(tmp_path: Path) -> None:
    registry.load_plugin(plugin(tmp_path, "helped", 2.0))
    case = sim.load_scenario(TOY, set={"actors.league.agent": "helped"})
    here = sim.ensemble(case, 2, executor="serial", progress=False)
    there = sim.ensemble(case, 2, executor="processes", workers=1, progress=False)
    assert here.attrs.get("failures", "") == there.attrs.get("failures", "") == ""
    assert (here["story"] == there["story"]).all()


def test_a_store_is_not_gone_on_with_after_a_file_beside_the_plugin_was_edited(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [
        "ensemble", TOY, "--set", "actors.league.agent=helped", "--runs", "2", "--quiet",
        "--executor", "serial", "--out", str(tmp_path / "store"), "--plugin",
    ]  # fmt: skip
    assert main([*words, str(plugin(tmp_path, "helped", 2.0))]) == 0
    assert main([*words, str(plugin(tmp_path, "helped", -1.25))]) == 2
    assert "the file of agent class 'helped' is another one" in capsys.readouterr().err


@pytest.mark.parametrize("met", [False, True], ids=["read by it", "read before"])
def test_the_hash_of_a_class_is_of_what_was_read_and_of_all_that_it_imports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, met: bool
) -> None:
    file = plugin(tmp_path, "helped", 2.0)
    if met:
        with monkeypatch.context() as patch:
            patch.syspath_prepend(str(tmp_path))
            importlib.import_module("helper_beside")
    registry.load_plugin(file)
    before, where = registry.hash_of("helped"), registry.FILES["helped"]
    assert registry.is_as_read(where)
    (tmp_path / "helper_beside.py").write_text("ANSWER = 3.0\n")
    # The class goes on as it was read, and so does its hash; whoever reads it anew sees the edit.
    assert registry.hash_of("helped") == before
    assert not registry.is_as_read(where)
    registry.load_plugin(file)
    assert registry.hash_of("helped") != before
    sys.modules.pop("helper_beside", None)


def test_a_worker_that_lives_on_reads_an_edited_plugin_anew(tmp_path: Path) -> None:
    """As a worker of a cluster does: a command after an edit goes to a new folder."""
    case = sim.load_scenario(TOY)
    case = sim.with_changes(case, {"actors.league.agent": "helped"})
    for answer in (2.0, -1.0):
        file = plugin(tmp_path / "plug", "helped", answer)
        registry.meet([str(file.resolve())])
        assert registry.REGISTERED["helped"].answer == answer / 2
    hashes = registry.hashes_of(case)
    store = Store.prepare(tmp_path / "store", Study.of(case, runs=1), classes=hashes)
    registry.load_plugin(plugin(tmp_path / "plug", "helped", 1.0))
    assert store.strange_classes({"helped": registry.hash_of("helped")}) == ["helped"]


def test_a_decision_of_an_earlier_version_is_refused_with_its_new_name() -> None:
    with pytest.raises(ActorError, match="'stubborn': the method signs is now called ratifies"):

        @sim.register("stubborn")
        class Stubborn(sim.MilitiaActor):
            def signs(self, convener: str) -> float:
                return -1.0

    assert "stubborn" not in registry.REGISTERED


def test_a_method_that_is_nearly_a_decision_is_refused_with_its_name() -> None:
    def stubborn(**methods: Any) -> type:
        return sim.register("stubborn")(type("Stubborn", (sim.MilitiaActor,), methods))

    with pytest.raises(ActorError, match="no decision is called ratify: did you mean ratifies"):
        stubborn(ratify=lambda self, convener: -1.0)
    assert "stubborn" not in registry.REGISTERED
    assert stubborn(_ratify=1.0, ratify=2.0, grudge=lambda self: 0.0, heeds=lambda self: 0.0)


@pytest.mark.parametrize(
    "how", ["raise ValueError('no')", "import no_such_module", "raise SystemExit"]
)
def test_a_plugin_that_fails_halfway_leaves_the_classes_as_they_were(
    tmp_path: Path, how: str
) -> None:
    registry.load_plugin(plugin(tmp_path / "a", "helped", 2.0))
    before = dict(registry.REGISTERED), dict(registry.FILES), registry.hash_of("helped")
    broken = plugin(tmp_path / "b", "helped", 4.0)
    broken.write_text(
        broken.read_text() + PLUGIN.format(name="helped_too").replace("Helped", "Other") + how
    )
    with pytest.raises(ActorError):
        registry.load_plugin(broken)
    after = dict(registry.REGISTERED), dict(registry.FILES), registry.hash_of("helped")
    assert after == before
    assert registry.is_as_read(registry.FILES["helped"])


def test_a_decision_of_an_earlier_version_leaves_no_other_class_of_its_plugin(
    tmp_path: Path,
) -> None:
    old = tmp_path / "old.py"
    old.write_text(
        'import sim\n\n@sim.register("one")\nclass One(sim.MilitiaActor):\n    pass\n\n'
        '@sim.register("two")\nclass Two(sim.MilitiaActor):\n'
        "    def signs(self, convener):\n        return 0.0\n"
    )
    with pytest.raises(ActorError, match="signs is now called ratifies"):
        registry.load_plugin(old)
    assert not {"one", "two"} & set(registry.REGISTERED)
