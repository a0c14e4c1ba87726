"""The scenarios that come with the program, found by name.

They are written in ``scenarios/`` at the top of the repository, the library of coalition wars in
``scenarios/wars/``. A wheel holds a copy of that folder
inside the package; a clone, and an editable install of it, reads the folder itself.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Literal

from sim.errors import Fault, ScenarioError, nearest

Kind = Literal["a scenario", "a plan", "a history"]

_PACKAGE = Path(__file__).resolve().parents[1]
_FOLDERS: dict[Kind, tuple[str, ...]] = {
    "a scenario": ("", "wars"), "a plan": ("calibration",), "a history": ("history",),
}  # fmt: skip
# What other files extend, and nobody can run: it has no actors.
_PARTS = ("shared",)


def folder() -> Path:
    """Give the folder that holds the shipped scenarios.

    Raises
    ------
    ScenarioError
        If this copy of the program has none: the package alone was copied, not installed.
    """
    for place in (_PACKAGE / "data" / "scenarios", _PACKAGE.parent / "scenarios"):
        if place.is_dir():
            return place
    problem = "this copy of the program has no scenarios beside it"
    raise ScenarioError([Fault("", problem, "install it with pip, or name a file")])


def scenarios() -> list[str]:
    """List the names of the scenarios that come with the program.

    Returns
    -------
    list of str
        In the order of the alphabet. A name is the name of a file without its ending.

    Raises
    ------
    ScenarioError
        If this copy of the program has no scenarios.
    """
    return sorted(_files("a scenario").keys() - _PARTS)


def scenario_path(name: str) -> Path:
    """Find the file of a scenario that comes with the program.

    Parameters
    ----------
    name : str
        One of `scenarios`, or its first words: of all names that begin with them, the only one, or
        the only one that is not a variant of another. ``"syria"`` is ``"syria_2015_2018"``.

    Returns
    -------
    Path
        The file. Copy it (``sim new FILE --from NAME``) before you change it.

    Raises
    ------
    ScenarioError
        If there is none of that name; names the nearest.
    """
    found = _find(name, "a scenario")
    if found is None:
        problem = f"no scenario called {name!r} comes with the program"
        raise ScenarioError([Fault("", problem, offer(name, "a scenario"))])
    return found


def resolve(name: str | os.PathLike[str], beside: Path = Path(), kind: Kind = "a scenario") -> Path:
    """Turn what a user names into the path of a file: a file of one's own, or a shipped one.

    A file that is there always wins. Otherwise a name without folder and ending stands for what
    comes with the program. Anything else is left as it is, for the reader to refuse.

    Parameters
    ----------
    name : str or path
        What the user has named.
    beside : Path
        Folder from which a path is meant.
    kind : {'a scenario', 'a plan', 'a history'}
        Kind of file that is wanted.

    Raises
    ------
    ScenarioError
        If the name has neither folder nor ending, and there is neither such a file nor such a
        shipped scenario; or if a file of that name is shipped, but is not where the path leads.
    """
    path = (beside / name).expanduser()
    text = os.fspath(name)
    bare = text != "" and Path(text).name == text and not Path(text).suffix
    try:
        if path.is_file():
            return path
        if not bare:
            if path.suffix == ".toml" and path.stem in _files(kind) and not path.exists():
                hint = f"{path.stem!r} alone, without folder and ending, comes with the program"
                raise ScenarioError([Fault("", "there is no such file", hint, str(path))])
            return path
        found = _find(text, kind)
        if found is not None:
            return found
        if path.exists():
            return path
    except (OSError, ValueError):  # a name that the system refuses: for the reader, too
        return path
    problem = f"there is no file {text!r}, and {kind} of that name does not come with the program"
    if kind != "a scenario" and _find(text, "a scenario") is not None:
        problem += f": {text!r} is a scenario, {kind} is meant"
    raise ScenarioError([Fault("", problem, offer(text, kind))])


def _files(kind: Kind) -> dict[str, Path]:
    """Every file of a kind by its name."""
    found = (path for inner in _FOLDERS[kind] for path in (folder() / inner).glob("*.toml"))
    return {path.stem: path for path in found}


def _find(name: str, kind: Kind) -> Path | None:
    files = _files(kind)
    if name in files:
        return files[name]
    begun = [path for other, path in files.items() if other.startswith(f"{name}_")]
    if len(begun) > 1:
        begun = [path for path in begun if not _is_variant(path)]
    return begun[0] if len(begun) == 1 else None


def _is_variant(path: Path) -> bool:
    return "extends" in tomllib.loads(path.read_text(encoding="utf-8"))


def offer(name: str, kind: Kind) -> str:
    """Name what comes with the program and has the nearest name, or say how to see all."""
    names = sorted(_files(kind).keys() - _PARTS)
    begun = {other.partition("_")[0] for other in names}
    close = nearest(name[:80], sorted({*names, *(word for word in begun if _find(word, kind))}))
    if kind != "a scenario":
        return close
    # all of them are too many for a message
    return f"{close}; `sim list` shows all" if close.endswith("?") else "`sim list` shows them"
