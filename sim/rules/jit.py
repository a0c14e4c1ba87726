"""Which functions are rules, and whether they are compiled: nothing here imports the compiler."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import re
import threading
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parents[1]
# What the compiled code of a run is made from, and what its numbers come from besides: how a
# scenario becomes arrays, what is drawn of its ranges, and what actors decide as agents.
COMPILED = ("engine.schedule", "engine.run_summary", "engine.opening")
_NUMBERS = (*COMPILED, "engine.build", "engine.drawn_numbers")
# Modules that play runs, give them their keys and put their results into arrays.
_ALONE = (
    "agents.model", "results.ensemble_spec", "results.variables", "runs.blocks", "runs.simulate",
)  # fmt: skip
_IMPORT = re.compile(
    r"^\s*(?:from sim(?:\.([\w.]+))? import (\([^)]*\)|[^\n]*)|import sim\.([\w.]+))", re.MULTILINE
)
# Whether nobody is to be told that one has to wait for the compiler, or has been.
SILENT = False
# Whether rules run as plain Python; Numba's own variable says so to processes started from here.
_SWITCH = "NUMBA_DISABLE_JIT"
_interpreted = os.environ.get(_SWITCH, "0") not in ("", "0")
# Two threads that call a rule for the first time must get the same compiled one.
_making = threading.RLock()
# What the compiler is to take in place of a function, until there is a compiler to tell.
_replacements: list[tuple[Callable[..., object], dict[str, Any], Callable[..., object]]] = []


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
    return hash_of({*sources(*_NUMBERS), *_ALONE})


def _source(name: str) -> Path:
    path = _HERE.joinpath(*name.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def hash_of(names: Collection[str]) -> str:
    """Hash of the sources of some modules."""
    digest = hashlib.blake2b(digest_size=8)
    for name in sorted(names):
        digest.update(_source(name).read_bytes())
    return digest.hexdigest()


def is_warm(rule: str = "engine.schedule.play") -> bool:
    """Whether a rule is compiled and kept, so that it starts at once."""
    from sim.rules.compiler import kept

    return kept(rule)


def interpret() -> None:
    """Run the rules as plain Python, here and in processes started from here.

    A single run takes about as long as loading compiled code, so nobody has to wait for the
    first compile to see one. `switch_kept` takes it back.
    """
    global _interpreted
    _interpreted = True
    os.environ[_SWITCH] = "1"


@contextlib.contextmanager
def switch_kept() -> Iterator[None]:
    """Take back at the end what `interpret` has done meanwhile."""
    global _interpreted
    before, said = _interpreted, os.environ.get(_SWITCH)
    try:
        yield
    finally:
        _interpreted = before
        os.environ.pop(_SWITCH, None)
        if said is not None:
            os.environ[_SWITCH] = said


@contextlib.contextmanager
def silent() -> Iterator[None]:
    """Tell nobody meanwhile that one has to wait for the compiler."""
    global SILENT
    before, SILENT = SILENT, True
    try:
        yield
    finally:
        SILENT = before


class Rule[**P, T]:
    """A function that is compiled when it is first called, by Python or by a compiled rule.

    Until then the compiler is not imported: who looks at results, or asks for help, needs the
    modules in which rules stand, and none of the rules.

    Attributes
    ----------
    py_func : callable
        The rule as plain Python.
    """

    def __init__(self, rule: Callable[P, T]) -> None:
        functools.update_wrapper(self, rule)
        self.py_func = rule
        self._made: Callable[P, T] | None = None

    def __call__(self, *arguments: P.args, **named: P.kwargs) -> T:
        """Follow the rule, compiled unless `interpret` was called."""
        if _interpreted:
            return self.py_func(*arguments, **named)
        return (self._made or self.dispatcher)(*arguments, **named)

    @property
    def is_made(self) -> bool:
        """Whether it has been compiled, or loaded, in this process."""
        return self._made is not None

    @property
    def dispatcher(self) -> Any:
        """The Numba dispatcher of the rule, made on first use."""
        with _making:
            if self._made is None:
                from sim.rules import compiler

                while _replacements:
                    compiler.replace(*_replacements.pop())
                self._made = compiler.dispatcher(self.py_func)
            return self._made

    @property
    def _numba_type_(self) -> object:
        # Numba asks for it when it compiles a rule that calls this one.
        return self.dispatcher._numba_type_


def compiled[**P, T](rule: Callable[P, T]) -> Rule[P, T]:
    """Compile a rule when it is first called, and keep the result; see `sim.rules.compiler`."""
    return Rule(rule)


def overload[F: Callable[..., object]](
    function: Callable[..., object], **options: object
) -> Callable[[F], F]:
    """Give the compiler another body for a function: `numba.extending.overload`, done later.

    Parameters
    ----------
    function : callable
        The function to replace in compiled code.
    options
        As Numba takes them.
    """

    def keep(text: F) -> F:
        _replacements.append((function, options, text))
        return text

    return keep
