"""Scenario files: TOML to a checked `Scenario` and back.

Reading goes through four steps: the text with its lines (`sim.scenario.toml_source`), the files it
extends and the overrides (`sim.scenario.overrides`), the type and range of each field, and what the
parts say of each other (`sim.scenario.checks`). Every fault of the last two is reported at once.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sim.errors import Fault, ScenarioError, SimError, missing_folder
from sim.scenario import coded_ranges, field_types
from sim.scenario.json_schema import schema
from sim.scenario.migration import migrated
from sim.scenario.overridden_changes import warn_of_overridden
from sim.scenario.overrides import Changes, append_events, overlay, remove
from sim.scenario.parameters import idle_numbers
from sim.scenario.schema import Scenario
from sim.scenario.shipped import Kind, offer, resolve
from sim.scenario.toml_source import Place, Table, grow, place_of, read, write
from sim.scenario.validation import finish, unwrapped

__all__ = [
    "as_data", "build", "differing", "dumps", "load", "loads", "schema", "with_changes",
]  # fmt: skip

LONGEST_CHAIN = 20
LARGEST_FILE = 10_000_000
NOWHERE = Place()


def load(path: str | os.PathLike[str], set: Changes = ()) -> Scenario:
    """Read a scenario file, with the files that it extends.

    Parameters
    ----------
    path : str or path
        A TOML file, or the name of a scenario that comes with the program (`sim.scenarios`).
    set : mapping or sequence of str
        Overrides: ``{"actors.iran.capability": 1.4}`` or ``["actors.iran.capability=1.4"]``.

    Raises
    ------
    ScenarioError
        With every fault that was found.

    Warns
    -----
    ScenarioWarning
        If a dated event overrides one of the changes later in the war.
    """
    if not isinstance(path, str | os.PathLike):
        raise ScenarioError([Fault("", f"a scenario is read from a file, not from {path!r}")])
    faults: list[Fault] = []
    files: list[str] = []
    tree = _read_chain(resolve(path), faults, files, [])
    try:
        scenario = finish(tree, set, faults, files)
    except ScenarioError as error:
        # What is missing at the top stands nowhere in the file.
        raise ScenarioError(
            [fault if fault.file else replace(fault, file=files[0]) for fault in error.faults]
        ) from None
    if set:
        warn_of_overridden(scenario, set)
    return scenario


def files_of(path: str | os.PathLike[str]) -> list[Path]:
    """The file of a scenario and those that it extends, which `load` reads."""
    files: list[str] = []
    _read_chain(resolve(path), [], files, [])
    return [Path(file) for file in files]


def build(data: Mapping[str, object], set: Changes = ()) -> Scenario:
    """Make a scenario from plain data in Python, with the same checks as for a file.

    Parameters
    ----------
    data : mapping
        What a file would hold; `extends` is for files only. A scenario stands for its own data.
    set : mapping or sequence of str
        Overrides, as in `load`.

    Raises
    ------
    ScenarioError
        With every fault that was found.
    """
    if isinstance(data, Scenario):
        data = as_data(data)
    try:
        tree = grow(unwrapped(data, field_types.ROOT), NOWHERE)
    except RecursionError:
        raise ScenarioError([Fault("", "is nested too deeply")]) from None
    if not isinstance(tree, Table):
        raise ScenarioError([Fault("", f"must be a table, is {field_types.shown(data)}")])
    return finish(tree, set, [], [])


def loads(text: str, file: str = "") -> Scenario:
    """Read a scenario from text; the inverse of `dumps`.

    Parameters
    ----------
    text : str
        A TOML document that extends nothing.
    file : str
        Name to give in messages.
    """
    if not isinstance(text, str):
        raise ScenarioError([Fault("", f"must be a text, is {field_types.shown(text)}", file=file)])
    return finish(read(text, file), (), [], [])


def loads_kept(text: str, file: str) -> Scenario:
    """Read the scenario that results carry, also results of an earlier version.

    Parameters
    ----------
    text, file : str
        As for `loads`.
    """
    with contextlib.suppress(ScenarioError):
        return loads(text, file)
    with contextlib.suppress(SimError):  # what cannot be migrated is refused below, with its line
        text = migrated(text)
    return loads(text, file)


def dumps(scenario: Scenario) -> str:
    """Write a scenario as TOML, complete: every default in full, every source at its number.

    Parameters
    ----------
    scenario : Scenario
        The scenario to write.

    Returns
    -------
    str
        Text that `loads` turns into an equal scenario.
    """
    return write(as_data(scenario))


def as_data(scenario: Scenario) -> dict[str, Any]:
    """Give the plain data of a scenario as a file would hold them; `build` takes them back.

    Parameters of mechanisms that are off are left out: to set them would be an error.

    Parameters
    ----------
    scenario : Scenario
        The scenario to write.
    """
    data: dict[str, Any] = scenario.model_dump(exclude_none=True, exclude={"sources"})
    for names in idle_numbers(scenario).values():
        for name in names:
            data["parameters"].pop(name, None)
    written: dict[str, dict[str, object]] = {
        path: dict(coded_ranges.table_of(one)) for path, one in scenario.ranges.items()
    }
    for path, note in scenario.sources.items():
        written.setdefault(path, {}).update(note.model_dump(exclude_none=True))
    for path, table in written.items():
        *outer, last = [int(key) if key.isdecimal() else key for key in path.split(".")]
        inner: Any = data
        for key in outer:
            if isinstance(inner[key], tuple):
                inner[key] = list(inner[key])
            inner = inner[key]
        inner[last] = table if "low" in table else {"value": inner[last], **table}
    return data


def with_changes(
    scenario: Scenario, changes: Changes, without: Sequence[str] = (), *, note: bool = True
) -> Scenario:
    """Make another scenario that differs in the values named.

    Parameters
    ----------
    scenario : Scenario
        Stays as it is.
    changes : mapping or sequence of str
        Values by path, ``{"actors.iran.capability": 1.4}``. The source of a number that is
        changed goes; a mechanism that is switched off gives up its parameters.
    without : sequence of str
        Paths to take out first, with all that names them: ``["actors.turkey"]``.
    note : bool
        Whether to warn, with `ScenarioWarning`, of changes that a dated event overrides later.

    Raises
    ------
    ScenarioError
        If a path leads nowhere, or the result is no scenario.
    """
    if not isinstance(scenario, Scenario):
        problem = f"must be a Scenario, is {field_types.shown(scenario)}"
        raise ScenarioError([Fault("", problem, "read a file with sim.load_scenario")])
    faults: list[Fault] = []
    tree = grow(as_data(scenario), NOWHERE)
    assert isinstance(tree, Table)
    if without:
        paths = [without] if isinstance(without, str) else without
        tree = remove(tree, paths, NOWHERE, faults)
    changed = finish(tree, changes, faults, [])
    if changes and note:
        warn_of_overridden(changed, changes)
    return changed


def differing(
    one: Scenario, other: Scenario, in_full: bool = False
) -> list[tuple[str, object, object]]:
    """Find the values in which two scenarios differ.

    Parameters
    ----------
    one, other : Scenario
        The scenarios to compare.
    in_full : bool
        Look into lists, and into tables that only one of them has, for single values.

    Returns
    -------
    list of tuple
        Path, value in the one, value in the other; None where it is absent. The order of actors
        and issues is no difference.
    """

    def opened(value: object, beside: object) -> object:
        if isinstance(value, list | tuple) and in_full:
            return dict(enumerate(value))
        absent = value is None and isinstance(beside, Mapping | list | tuple)
        return {} if absent and in_full else value

    def apart(here: object, there: object, path: str) -> list[tuple[str, object, object]]:
        here, there = opened(here, there), opened(there, here)
        if not (isinstance(here, Mapping) and isinstance(there, Mapping)):
            return [] if here == there else [(path, here, there)]
        return [
            found
            for name in dict.fromkeys([*here, *there])
            for found in apart(
                here.get(name), there.get(name), f"{path}.{name}" if path else str(name)
            )
        ]

    return apart(as_data(one), as_data(other), "")


def read_table(path: str | os.PathLike[str], kind: Kind) -> Table:
    """Read a TOML file that is no scenario, with the place of each value.

    Parameters
    ----------
    path : str or path
        `~` is the home folder.
    kind : {'a plan', 'a history'}
        What it should be; if there is no such file, others of this kind are named.

    Raises
    ------
    ScenarioError
        If it cannot be read, or is not TOML.
    """
    path = Path(path).expanduser()

    def refuse(problem: str, hint: str = "") -> ScenarioError:
        return ScenarioError([Fault("", problem, hint, str(path))])

    return read(_decode(_contents(path, refuse, kind), str(path)), str(path))


# reading ------------------------------------------------------------------------------------------


def _read_chain(
    path: Path, faults: list[Fault], files: list[str], seen: list[Path], at: Place = NOWHERE
) -> Table:
    def refuse(problem: str, hint: str = "") -> ScenarioError:
        # the fault of a missing base stands in the file that extends it
        where, file, line = ("extends", *at) if at.file else ("", str(path), 0)
        return ScenarioError([*faults, Fault(where, problem, hint, file, line)])

    try:
        real = path.resolve()
        if real in seen:
            chain = " -> ".join(str(step.name) for step in [*seen, real])
            raise refuse(f"files extend each other in a circle: {chain}")
        if len(seen) >= LONGEST_CHAIN:
            raise refuse(f"more than {LONGEST_CHAIN} files extend each other")
    except (OSError, ValueError, RuntimeError) as error:
        raise refuse(_unreadable(path, error)) from None
    tree = read(_decode(_contents(path, refuse, "a scenario"), str(path)), str(path))
    files.append(str(path))
    extends, without = tree.get("extends"), tree.get("without")
    extends_at, without_at = place_of(tree, ("extends",)), place_of(tree, ("without",))
    tree.drop("extends")
    tree.drop("without")
    if extends is None:
        if without is not None:
            problem = "is for a file that extends another"
            raise ScenarioError([*faults, Fault("without", problem, "add extends", *without_at)])
    elif not isinstance(extends, str) or not extends:
        problem = f"must be the name of one file, is {field_types.shown(extends)}"
        raise ScenarioError([*faults, Fault("extends", problem, "", *extends_at)])
    else:
        base = _read_chain(_base(extends, path.parent), faults, files, [*seen, real], extends_at)
        if without is not None:
            base = remove(base, without, without_at, faults)
        tree = overlay(base, tree)
    append_events(tree, faults)
    return tree


def _base(extends: str, folder: Path) -> Path:
    """The file that a variant extends: one beside it, or a shipped one by its name."""
    try:
        return resolve(extends, folder)
    except ScenarioError:
        return folder / extends  # refused where it is read, with its line


def _contents(path: Path, refuse: Callable[..., SimError], kind: Kind) -> bytes:
    """What is in a file; `refuse` makes an error of a problem and a hint."""
    try:
        if path.is_dir():
            raise refuse(f"{str(path)!r} is a folder, not a file")
        if not path.exists():
            gone = missing_folder(path)
            if gone:
                raise refuse(gone)
            raise refuse(f"there is no file {str(path)!r}", _others(path, kind))
        if not path.is_file():
            raise refuse(f"{str(path)!r} is not an ordinary file")
        if path.stat().st_size > LARGEST_FILE:
            problem = f"{str(path)!r} has more than {LARGEST_FILE // 10**6} million bytes"
            raise refuse(problem, f"{kind} is a short text")
        return path.read_bytes()
    except (OSError, ValueError, RuntimeError) as error:
        raise refuse(_unreadable(path, error)) from None


# By which a file shows what it is, and where files of a kind lie, from the folder that was named.
_SIGNS: dict[Kind, tuple[str, tuple[str, ...]]] = {
    "a scenario": (r"actors\b|extends\b", ("", "scenarios")),
    "a plan": (r"free\b|targets\b", ("", "calibration", "scenarios/calibration")),
    "a history": (r"facts\b", ("", "history", "scenarios/history")),
}


def _others(path: Path, kind: Kind) -> str:
    """Hint that names the file of a kind with the nearest name, or all that there are.

    If there are none, those that come with the program.
    """
    import difflib

    sign, folders = _SIGNS[kind]
    begins, found = re.compile(rf"^[ \t]*\[*({sign})".encode(), re.MULTILINE), dict[str, str]()
    for folder in folders:
        for other in sorted((path.parent / folder).glob("*.toml"))[:200]:
            small = other.is_file() and other.stat().st_size <= LARGEST_FILE
            if small and begins.search(other.read_bytes()):
                found.setdefault(other.stem, str(Path(folder) / other.name))
    for close in difflib.get_close_matches(path.stem[:80], found, n=1, cutoff=0.5):
        return f"did you mean {found[close]!r}?"
    return "known: " + ", ".join(sorted(found.values())[:20]) if found else offer(path.stem, kind)


def _unreadable(path: Path, error: Exception) -> str:
    return f"{str(path)!r} cannot be read: {getattr(error, 'strerror', None) or error}"


def _decode(raw: bytes, file: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        hint = "it looks like UTF-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ""
        fault = Fault("", "is not UTF-8 text: save it as UTF-8", hint, file, 0 if hint else line)
        raise ScenarioError([fault]) from None
