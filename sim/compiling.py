"""How the rules are compiled, and where the compiled code is kept."""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import numba
from numba import njit

_HERE = Path(__file__).parent
# Numba makes the names of its settings at run time.
_CONFIG: Any = numba.config
# What the compiled code of a run is made from, and what its numbers come from besides: how a
# scenario becomes arrays, and what actors decide as agents.
_COMPILED = ("rounds", "blocks", "opening")
_NUMBERS = (*_COMPILED, "setup")
_IMPORT = re.compile(
    r"^\s*(?:from sim(?:\.([\w.]+))? import (\([^)]*\)|[^\n]*)|import sim\.([\w.]+))", re.MULTILINE
)


def imported(name: str) -> set[str]:
    """The modules of this package that a module imports, also within its functions."""
    found = set()
    for package, names, whole in _IMPORT.findall(_source(name).read_text(encoding="utf-8")):
        words = re.findall(r"(\w+)(?: as \w+)?", re.sub(r"#[^\n]*", "", names))
        inside = [f"{package}.{word}".strip(".") for word in words]
        found |= {inner for inner in inside if _source(inner).exists()}
        found |= {outer for outer in (package, whole) if outer and _source(outer).exists()}
    return found


def sources(*roots: str) -> list[str]:
    """Some modules and all that they import of this package, directly or not, sorted."""
    found, left = set(roots), list(roots)
    while left:
        new = imported(left.pop()) - found
        found |= new
        left += new
    return sorted(found)


def rules_fingerprint() -> str:
    """Hash of the sources that numbers come from: the version of the theory as it is coded.

    These are the modules from which both drivers are made, with all that they import: an edit of
    what words, draws or checks changes nothing. `sim.model` counts alone, as it imports what makes
    a Dataset of results.
    """
    return _hash({*sources(*_NUMBERS), "model"})


def _source(name: str) -> Path:
    path = _HERE.joinpath(*name.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _hash(names: Collection[str]) -> str:
    """Hash of the sources of some modules."""
    digest = hashlib.blake2b(digest_size=8)
    for name in sorted(names):
        digest.update(_source(name).read_bytes())
    return digest.hexdigest()


def _fingerprint() -> str:
    """Name of the compiled code: the rules and what compiled them.

    Numba's cache of a function does not see a change in a function of another file that it calls;
    a folder of its own for every state of the sources does.
    """
    digest = hashlib.blake2b(_hash(sources(*_COMPILED)).encode(), digest_size=8)
    digest.update(f"{numba.__version__} {sys.version_info[:2]}".encode())
    return digest.hexdigest()


def _folder() -> Path:
    """Where compiled code is kept: beside the package, or in the user's cache."""
    beside = _HERE / "__pycache__"
    try:
        beside.mkdir(exist_ok=True)
        if os.access(beside, os.W_OK):
            return beside / f"compiled-{_fingerprint()}"
    except OSError:
        pass
    base = os.environ.get("XDG_CACHE_HOME", "")
    root = Path(base) if base else Path.home() / ".cache"
    return root / "entente" / f"compiled-{_fingerprint()}"


FOLDER = _folder()


def is_warm() -> bool:
    """Whether the compiled driver is in the cache, so that a run starts at once."""
    return any(FOLDER.glob("**/rounds.play-*.nbi"))


def interpret() -> None:
    """Run the rules as plain Python in this process; call it before they are imported.

    A single run takes about as long as loading compiled code, so nobody has to wait for the
    first compile to see one.
    """
    _CONFIG.DISABLE_JIT = True


def compiled(rule: Callable[..., Any]) -> Any:
    """Compile a rule when it is first called, and keep the result in `FOLDER`.

    Divisions are guarded in the rules, so the check of each one that Python's error model adds
    would only cost compile time. No `fastmath`: compiled and interpreted agree to the last bit.
    """
    before = _CONFIG.CACHE_DIR
    _CONFIG.CACHE_DIR = str(FOLDER)
    try:
        return njit(cache=True, nogil=True, error_model="numpy")(rule)
    finally:
        _CONFIG.CACHE_DIR = before
