"""How the rules are compiled, and where the compiled code is kept."""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import os
import pickle
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm
import numba
from numba import njit
from numba.core import codegen, compiler, serialize
from numba.core.caching import NullCache

_HERE = Path(__file__).parents[1]
# Numba makes the names of its settings at run time, and leaves most of itself without types.
_CONFIG: Any = numba.config
_CODEGEN: Any = codegen
_COMPILER: Any = compiler
_SERIALIZE: Any = serialize
# What the compiled code of a run is made from, and what its numbers come from besides: how a
# scenario becomes arrays, and what actors decide as agents.
_COMPILED = ("engine.schedule", "engine.run_summary", "engine.opening")
_NUMBERS = (*_COMPILED, "engine.build")
# Who plays runs, names their luck, and puts what they leave into arrays.
_ALONE = (
    "agents.model", "results.ensemble_spec", "results.variables", "runs.blocks", "runs.simulate",
)  # fmt: skip
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
    what words, draws or checks changes nothing. `_ALONE` count without what they import, such as
    what makes a Dataset of results.
    """
    return _hash({*sources(*_NUMBERS), *_ALONE})


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
    """Name of the compiled code: the rules, what compiled them, and for which processor.

    Numba's cache of a function does not see a change in a function of another file that it calls;
    a folder of its own for every state of the sources does. Paths and times are no part of it: a
    copy of the package with its compiled code starts at once.
    """
    maker = (
        _hash(sources(*_COMPILED)), numba.__version__, sys.version_info[:2],
        llvm.get_process_triple(), _CONFIG.CPU_NAME or llvm.get_host_cpu_name(),
        _CONFIG.CPU_FEATURES or _CODEGEN.get_host_cpu_features(),
    )  # fmt: skip
    return hashlib.blake2b(repr(maker).encode(), digest_size=8).hexdigest()


def _folder() -> tuple[Path, str]:
    """Where compiled code is kept, and what to say of it: nothing, if it is kept for good.

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
# Whether nobody is to be told, or has been.
SILENT = False
_SIZE = 16  # bytes of the checksum that a file of compiled code begins with


def is_warm(rule: str = "engine.schedule.play") -> bool:
    """Whether a rule is compiled and kept, so that it starts at once."""
    return any(_whole(path) is not None for path in FOLDER.glob(f"{rule}-*"))


def interpret() -> None:
    """Run the rules as plain Python, here and in processes started from here.

    A single run takes about as long as loading compiled code, so nobody has to wait for the
    first compile to see one. Call it before the rules are imported.
    """
    _CONFIG.DISABLE_JIT = True
    os.environ["NUMBA_DISABLE_JIT"] = "1"


def compiled(rule: Callable[..., Any]) -> Any:
    """Compile a rule when it is first called, and keep the result in `FOLDER`.

    Divisions are guarded in the rules, so the check of each one that Python's error model adds
    would only cost compile time. No `fastmath`: compiled and interpreted agree to the last bit.
    """
    made: Any = njit(nogil=True, error_model="numpy")(rule)
    if made is not rule:  # where rules are compiled at all
        made._cache = _Shelf(rule)
    return made


class _Shelf(NullCache):
    """The compiled code of one rule: a file for each kind of arguments, its checksum first.

    Numba's own cache depends on the path of the sources, ends the program at a broken file and
    does not tell when it has nothing; here is where compiling begins, so here it is told.
    """

    def __init__(self, rule: Callable[..., Any]) -> None:
        self._name = f"{rule.__module__.removeprefix('sim.')}.{rule.__qualname__}"

    def _path(self, kind: object) -> Path:
        return FOLDER / f"{self._name}-{hashlib.blake2b(repr(kind).encode()).hexdigest()[:16]}"

    def load_overload(self, kind: object, context: Any) -> Any:
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
    """Say, once in a process, that one has to wait."""
    global SILENT
    if not SILENT:
        remark = f"sim: {REMARK}\n" if REMARK else ""
        sys.stderr.write(
            f"{remark}compiling the rules, once for this version: about a minute ...\n"
        )
        sys.stderr.flush()
    SILENT = True
