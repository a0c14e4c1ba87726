"""How the rules are compiled, and where the compiled code is kept."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
from numba import njit

_HERE = Path(__file__).parent
# Numba makes the names of its settings at run time.
_CONFIG: Any = numba.config
_COMPILED = (
    "arrays.py",
    "chance.py",
    "compiling.py",
    "events.py",
    "opening.py",
    "rounds.py",
    "blocks.py",
    "givens.py",
    "world.py",
    "rules",
)


def rules_fingerprint() -> str:
    """Hash of the sources that numbers come from: the version of the theory as it is coded."""
    return _hash(*_COMPILED, "setup.py", "model.py")


def _hash(*names: str) -> str:
    """Hash of the sources of some modules and folders."""
    digest = hashlib.blake2b(digest_size=8)
    for name in names:
        path = _HERE / name
        for source in sorted(path.glob("*.py")) if path.is_dir() else [path]:
            digest.update(source.read_bytes())
    return digest.hexdigest()


def _fingerprint() -> str:
    """Name of the compiled code: the rules and what compiled them.

    Numba's cache of a function does not see a change in a function of another file that it calls;
    a folder of its own for every state of the sources does.
    """
    digest = hashlib.blake2b(_hash(*_COMPILED).encode(), digest_size=8)
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
