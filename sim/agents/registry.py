"""Register actor classes of a user: their names, their files, and the answers that are allowed."""

from __future__ import annotations

import ast
import contextlib
import difflib
import hashlib
import importlib
import importlib.util
import math
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from sim.engine.decisions import DECISIONS
from sim.errors import ActorError
from sim.scenario.schema import Scenario

# Classes by the name under which a scenario asks for them.
REGISTERED: dict[str, Any] = {}
# File from which a class was read, for those that come from one.
FILES: dict[str, str] = {}
# Files beside the plug-in that was read last, which it imports, by the names of their modules.
_BESIDE: dict[str, str] = {}
# By plug-in: a hash of what it and the files beside it said when it was read, and these files.
_READ: dict[str, tuple[str, list[str]]] = {}
GAIN_LIMIT = 2.0
# Decisions that had another name in earlier versions.
RENAMED = {"signs": "ratifies"}


def register[C: type](name: str) -> Callable[[C], C]:
    """Class decorator: make a class of your own known to scenarios as ``agent = "name"``.

    Parameters
    ----------
    name : str
        A class registered later under the same name replaces it.

    Raises
    ------
    ActorError
        If what it decorates is not a class with every decision of an actor, or if it answers a
        decision by the name of an earlier version.
    """

    def keep(cls: C) -> C:
        if not isinstance(cls, type) or not all(hasattr(cls, d) for d in DECISIONS):
            raise ActorError(f"agent class {name!r} must be a subclass of sim.Actor, is {cls!r}")
        for old, new in RENAMED.items():
            if hasattr(cls, old):
                raise ActorError(f"agent class {name!r}: the method {old} is now called {new}")
        for method, meant in _misspelt(cls):
            raise ActorError(
                f"agent class {name!r}: no decision is called {method}: did you mean {meant}? (A "
                f"helper of your own may be called _{method}.)"
            )
        REGISTERED[name] = cls
        FILES.pop(name, None)
        return cls

    return keep


def _misspelt(cls: type) -> Iterator[tuple[str, str]]:
    """Methods that nobody would ever call, each with the decision that its name is close to."""
    actor = next((base for base in cls.__mro__ if base.__module__.startswith("sim.")), object)
    for base in cls.__mro__[: cls.__mro__.index(actor)]:
        for method, value in vars(base).items():
            if callable(value) and not method.startswith("_") and not hasattr(actor, method):
                for meant in difflib.get_close_matches(method, DECISIONS, n=1, cutoff=0.7):
                    yield method, meant


def load_plugin(path: str | os.PathLike[str]) -> None:
    """Run a Python file that registers classes of its own.

    It may import files beside it, at its top: their folder comes first in ``sys.path``, as for a
    program, but only while the file is read, so that no name in it stands for another module later.
    They are read anew for each plug-in; two plug-ins may have helpers of the same name.

    Parameters
    ----------
    path : path
        ``~`` is the home folder.

    Raises
    ------
    ActorError
        If the file is not there, fails, needs a module that is not there, or registers nothing.
        Then no class of it is registered.
    """
    source = Path(path).expanduser()
    if not source.is_file():
        raise ActorError(f"there is no plug-in file {source}")
    name = f"sim_plugin_{source.stem}"
    spec = importlib.util.spec_from_file_location(name, source)
    if spec is None or spec.loader is None:
        raise ActorError(f"{source} is not a Python file: a plug-in ends in .py")
    module = importlib.util.module_from_spec(spec)
    before, text = dict(REGISTERED), source.read_bytes()
    try:
        with _all_or_none(name), _beside(source.resolve().parent):
            sys.modules[name] = module
            spec.loader.exec_module(module)
    except ActorError:
        raise
    except ModuleNotFoundError as error:
        raise ActorError(
            f"plug-in {source} needs the module {error.name!r}, which is neither in "
            f"{source.resolve().parent} nor installed"
        ) from error
    except (Exception, SystemExit) as error:
        raise ActorError(
            f"plug-in {source} failed while it was read: {type(error).__name__}: {error}"
        ) from error
    home = str(source.resolve())
    beside = {*_BESIDE.values(), *_met_before(text, source.resolve().parent)}
    _READ[home] = _hash([home, *sorted(beside)]), [home, *sorted(beside)]
    for agent, cls in REGISTERED.items():
        if before.get(agent) is not cls:
            FILES[agent] = home
    if before == REGISTERED:
        raise ActorError(f'plug-in {source} registers no class: use @sim.register("name")')


def hash_of(agent: str) -> str:
    """Hash of the file of a class, and of the files beside it, as they were when they were read.

    Parameters
    ----------
    agent : str
        Name under which the class is registered.
    """
    return _READ[FILES[agent]][0] if agent in FILES else "of this session"


def hashes_of(scenario: Scenario) -> dict[str, str]:
    """Agent classes of a user's own that a scenario asks for, each with a hash of its files.

    Parameters
    ----------
    scenario : Scenario
        Its actors name their classes in the field `agent`.
    """
    own = {actor.agent for actor in scenario.actors.values() if actor.agent is not None}
    return {name: hash_of(name) for name in sorted(own)}


def is_as_read(file: str) -> bool:
    """Whether a plug-in and the files beside it are unchanged since they were read.

    Parameters
    ----------
    file : str
        A value of `FILES`.
    """
    read, files = _READ.get(file, ("", []))
    try:
        return read == _hash(files)
    except OSError:
        return False


def meet(files: Iterable[str]) -> None:
    """Read the plug-ins that are new or were edited, as a worker can serve several commands.

    Parameters
    ----------
    files : iterable of str
        Values of `FILES` of the process that starts the work.
    """
    for file in files:
        if not is_as_read(file):
            load_plugin(file)


def _hash(files: list[str]) -> str:
    digest = hashlib.blake2b(digest_size=8)
    for file in files:
        digest.update(Path(file).read_bytes())
    return digest.hexdigest()


def _met_before(text: bytes, folder: Path) -> Iterator[str]:
    """Files of a folder that a program imports, and that were imported before it was read."""
    for node in ast.walk(ast.parse(text)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            module = sys.modules.get(name.partition(".")[0])
            file = Path(getattr(module, "__file__", None) or "")
            if file.parent == folder or file.parent == folder / name.partition(".")[0]:
                yield str(file)


@contextlib.contextmanager
def _all_or_none(name: str) -> Iterator[None]:
    """Keep classes, and the module of that name, as they were if a plug-in fails halfway."""
    registered, files, module = dict(REGISTERED), dict(FILES), sys.modules.get(name)
    try:
        yield
    except BaseException:
        for table, before in ((REGISTERED, registered), (FILES, files)):
            table.clear()
            table.update(before)
        sys.modules.pop(name, None)
        if module is not None:
            sys.modules[name] = module
        raise


@contextlib.contextmanager
def _beside(folder: Path) -> Iterator[None]:
    """Let files of a folder be imported, also those whose names earlier plug-ins have used."""
    for name in _BESIDE:
        sys.modules.pop(name, None)
    _BESIDE.clear()
    importlib.invalidate_caches()  # a file may be newer than the last look into its folder
    before, home = {name.partition(".")[0] for name in sys.modules}, str(folder)
    sys.path.insert(0, home)
    try:
        yield
    finally:
        with contextlib.suppress(ValueError):  # the plug-in itself may have taken it away
            sys.path.remove(home)
        for name, module in sys.modules.copy().items():
            top, file = name.partition(".")[0], Path(getattr(module, "__file__", None) or "")
            # not what merely lies below, as an environment with all that is installed
            if top not in before and (
                file == folder / f"{top}.py" or file.is_relative_to(folder / top)
            ):
                _BESIDE[name] = str(file)


def _finite(answer: float) -> bool:
    try:
        return math.isfinite(answer)
    except OverflowError:  # a whole number beyond the range of floats
        return False


def checked(answer: Any, decision: str, who: str, week: int) -> float:
    """An actor's answer as a float, if the contract allows it.

    Raises
    ------
    ActorError
        If it is not a finite number in the range of the decision.
    """
    low, high = (0.0, 1.0) if DECISIONS[decision].answer == "chance" else (-GAIN_LIMIT, GAIN_LIMIT)
    number = isinstance(answer, int | float | np.floating | np.integer)
    if isinstance(answer, bool | np.bool_) or not number or not _finite(answer):
        allowed = f"a finite number from {low:g} to {high:g}"
        raise ActorError(f"{who}: {decision}() in week {week} must return {allowed}, is {answer!r}")
    if not low <= answer <= high:
        raise ActorError(
            f"{who}: {decision}() in week {week} must return a number from {low:g} to {high:g}, "
            f"is {answer:g}"
        )
    return float(answer)
