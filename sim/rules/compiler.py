"""How rules are compiled, and where compiled code is kept; imported when one is first called."""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import os
import pickle
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm
import numba
from numba.core import codegen, compiler, serialize
from numba.core.caching import NullCache
from numba.extending import overload

from sim.rules import jit

_HERE = Path(__file__).parents[1]
# Numba makes the names of its settings at run time, and leaves most of itself without types.
_CONFIG: Any = numba.config
_CODEGEN: Any = codegen
_COMPILER: Any = compiler
_SERIALIZE: Any = serialize


def _fingerprint() -> str:
    """Name of the compiled code: the rules, what compiled them, and for which processor.

    Numba's cache of a function does not see a change in a function of another file that it calls;
    a folder of its own for every state of the sources does. Paths and times are no part of it: a
    copy of the package with its compiled code starts at once.
    """
    maker = (
        jit.hash_of(jit.sources(*jit.COMPILED)), numba.__version__, sys.version_info[:2],
        llvm.get_process_triple(), _CONFIG.CPU_NAME or llvm.get_host_cpu_name(),
        _CONFIG.CPU_FEATURES or _CODEGEN.get_host_cpu_features(),
    )  # fmt: skip
    return hashlib.blake2b(repr(maker).encode(), digest_size=8).hexdigest()


def _folder() -> tuple[Path, str]:
    """Folder for compiled code, and a remark for the user, empty if the folder lasts.

    That is in the folder that NUMBA_CACHE_DIR names, or beside the package, or in the user's
    cache; where none can be written, in a temporary one, which this process shares with those that
    it starts.
    """
    name = f"compiled-{_fingerprint()}"
    places = [Path(_CONFIG.CACHE_DIR)] if _CONFIG.CACHE_DIR else [_HERE / "__pycache__"]
    with contextlib.suppress(RuntimeError):  # nobody's home
        if not _CONFIG.CACHE_DIR:
            base = os.environ.get("XDG_CACHE_HOME", "")
            places.append((Path(base) if base else Path.home() / ".cache") / "entente")
    for place in places:
        with contextlib.suppress(OSError):
            place.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=place):
                return place / name, ""
    unwritten = f"cannot write to {' or '.join(map(str, places))}"
    try:
        made = tempfile.mkdtemp(prefix="entente-")
    except OSError:
        return places[0] / name, f"{unwritten}: compiled rules are kept in memory only"
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    os.environ["NUMBA_CACHE_DIR"] = made
    return Path(made) / name, (
        f"{unwritten}: compiled rules are kept in {made} until this process ends "
        "(NUMBA_CACHE_DIR can name a folder that lasts)"
    )


FOLDER, REMARK = _folder()
_SIZE = 16  # bytes of the checksum that a file of compiled code begins with


def kept(rule: str) -> bool:
    """Whether compiled code of a rule is kept, and whole."""
    return any(_whole(path) is not None for path in FOLDER.glob(f"{rule}-*"))


def replace(
    function: Callable[..., object], options: dict[str, Any], text: Callable[..., object]
) -> None:
    """Compile another text in place of a function; see `sim.rules.jit.overload`."""
    overload(function, **options)(text)


def dispatcher(rule: Callable[..., object]) -> Any:
    """Make the Numba dispatcher of a rule, which keeps compiled code in `FOLDER`.

    Divisions are guarded in the rules, so the check of each one that Python's error model adds
    would only cost compile time. No `fastmath`: compiled and interpreted agree to the last bit.
    """
    made: Any = numba.njit(nogil=True, error_model="numpy")(rule)
    if made is not rule:  # where rules are compiled at all
        made._cache = _Shelf(rule)
    return made


class _Shelf(NullCache):
    """The compiled code of one rule: a file for each kind of arguments, its checksum first.

    Numba's own cache depends on the path of the sources, ends the program at a broken file and
    does not tell when it has nothing; here is where compiling begins, so here it is told.
    """

    def __init__(self, rule: Callable[..., object]) -> None:
        self._name = f"{rule.__module__.removeprefix('sim.')}.{rule.__qualname__}"

    def _path(self, kind: object) -> Path:
        return FOLDER / f"{self._name}-{hashlib.blake2b(repr(kind).encode()).hexdigest()[:16]}"

    def load_overload(self, kind: object, context: Any) -> object:
        """The compiled code, or None, after which Numba compiles."""
        context.refresh()
        kept = _whole(self._path(kind))
        # What cannot be used is compiled anew, and replaced.
        with contextlib.suppress(Exception):
            if kept is not None:
                return _COMPILER.CompileResult._rebuild(context, *pickle.loads(kept))
        # These two are where a war begins; a rule alone is compiled in a moment.
        if self._name in ("engine.opening.open_war", "engine.schedule.play"):
            _tell()
        return None

    def save_overload(self, kind: object, made: Any) -> None:
        """Keep compiled code, if there is room: what cannot be kept is compiled again some day."""
        kept, path = _SERIALIZE.dumps(made._reduce()), self._path(kind)
        new = path.with_name(f"{path.name}.{os.urandom(4).hex()}")  # others may write it too
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                new.write_bytes(_checksum(kept) + kept)
                new.replace(path)
            finally:
                new.unlink(missing_ok=True)


def _checksum(kept: bytes) -> bytes:
    return hashlib.blake2b(kept, digest_size=_SIZE).digest()


def _whole(path: Path) -> bytes | None:
    """What a file of compiled code holds; None if it is not there, or broken."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    return data[_SIZE:] if _checksum(data[_SIZE:]) == data[:_SIZE] else None


def _tell() -> None:
    """Tell the user, once in a process, that compiling takes a while."""
    if not jit.SILENT:
        remark = f"sim: {REMARK}\n" if REMARK else ""
        sys.stderr.write(
            f"{remark}compiling the rules, once for this version: about a minute ...\n"
        )
        sys.stderr.flush()
    jit.SILENT = True
