"""Merge one set of data into another, for `extends`, `without` and `--set`.

Nothing is validated here; data that make no sense pass through and are refused later, with the
place where they were written.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sim.errors import MOST_FAULTS, Fault, ScenarioError, nearest
from sim.scenario import field_types
from sim.scenario.base_types import RANGE_KEYS, TOLERANCE, Range, is_range
from sim.scenario.migration import now_called
from sim.scenario.parameters import IDLE, MONITORED, is_off
from sim.scenario.toml_source import Array, Place, Table, grow

Changes = Mapping[str, object] | Sequence[str]


def overlay(base: Table, top: Table) -> Table:
    """Put one file's data on another's: tables merge, all else replaces.

    A mechanism that `top` switches off takes back what `base` said of its parameters. The
    arguments stay as they are.
    """
    merged = _merge(base, top, field_types.ROOT)
    release(merged, top)
    return merged


def _merge(base: Table, top: Table, annotation: object) -> Table:
    merged = Table(base.entries())
    for key, value, place in top.entries():
        inner = field_types.step(annotation, key)
        old = merged.get(key)
        # a scalar's table is one number with its source: { value = 1, source = "..." }
        whole = field_types.is_scalar(inner) or field_types.replaces(inner)
        if isinstance(old, Table) and isinstance(value, Table) and not whole:
            merged[key] = _merge(old, value, inner)
        else:
            merged.put(key, value, place)
    return merged


def release(merged: Table, top: Mapping[str, object]) -> None:
    """Drop the parameters of what `top` switches off and says nothing else of."""
    switched, ceasefire, said = (top.get(key) for key in ("mechanisms", "ceasefire", "parameters"))
    numbers = merged.get("parameters")
    idle: list[str] = []
    for mechanism, on in switched.items() if isinstance(switched, Mapping) else ():
        idle += IDLE.get(mechanism, ()) if is_off(mechanism, on) else ()
    if isinstance(ceasefire, Mapping) and ceasefire.get("monitored") is False:
        idle += IDLE[MONITORED]
    if idle and isinstance(numbers, Table):
        kept = set(said) if isinstance(said, Mapping) else set[str]()
        merged["parameters"] = Table(
            entry for entry in numbers.entries() if entry[0] not in idle or entry[0] in kept
        )


def append_events(tree: Table, faults: list[Fault]) -> None:
    """Move `more_events` to the end of `events`."""
    if "more_events" not in tree:
        return
    more, place = tree["more_events"], tree.places["more_events"]
    tree.drop("more_events")
    old = tree.get("events")
    if not isinstance(more, Array) or not (old is None or isinstance(old, Array)):
        wrong = "more_events" if not isinstance(more, Array) else "events"
        faults.append(Fault(wrong, "must be a list of events", "", *place))
        return
    both = [*(old.entries() if old is not None else ()), *more.entries()]
    tree.put("events", Array(both), place)


def remove(tree: Table, paths: object, place: Place, faults: list[Fault]) -> Table:
    """Take parts out of a scenario.

    An actor, issue, camp or theatre (``actors.turkey``) goes with all that names it: lists, links,
    roles and events. What an actor had in a theatre goes to its other theatres, in proportion. Any
    other path (``patrons.iran.hezbollah``) is dropped and nothing else.

    `paths` is what stands under `without`, at `place`; the tree stays as it is, and without any
    change if that is no list of paths. Faults are added to `faults`.
    """
    copy = clone(tree)
    assert isinstance(copy, Table)
    if not isinstance(paths, (list, tuple)) or not all(isinstance(path, str) for path in paths):
        problem = 'must be a list of paths like ["actors.turkey"]'
        faults.append(Fault("without", problem, "", *place))
        return copy
    for path in paths:
        if len(faults) > MOST_FAULTS:
            break
        keys = path.split(".")
        table: object = tree
        for depth, key in enumerate(keys):
            if not isinstance(table, Table) or key not in table:
                known = list(table) if isinstance(table, Table) else []
                problem = f"there is no {'.'.join(keys[: depth + 1])!r} to take out"
                hint = now_called(path) or nearest(key, known)
                faults.append(Fault("without", problem, hint, *place))
                break
            table = table[key]
        else:
            _remove(copy, keys)
    return copy


def _remove(tree: Table, keys: list[str]) -> None:
    _table(tree, *keys[:-1]).drop(keys[-1])
    if len(keys) == 2 and keys[0] in ("actors", "issues", "camps", "theatres"):
        _forget(tree, keys[0], keys[1])


def _forget(tree: Table, what: str, name: str) -> None:
    """Take out everything that names an actor, an issue, a camp or a theatre."""
    actors = _tables(tree, "actors")
    if what == "theatres":
        _filter(_table(tree, "ceasefire"), ("covers",), name)
        for actor in actors:
            _leave(actor, name)
    elif what == "camps":
        for actor in actors:
            if actor.get("camp") == name:
                actor.drop("camp")
    elif what == "issues":
        for actor in actors:
            for horizon in ("short", "long"):
                _table(actor, horizon).drop(name)
        outcomes = _table(tree, "outcomes")
        for key, outcome in list(outcomes.items()):
            if isinstance(outcome, Table) and outcome.get("issue") == name:
                outcomes.drop(key)
        _forget_events(tree, ("issue",), name)
    else:
        for issue in _tables(tree, "issues"):
            _filter(issue, ("advances_while", "gains_from"), name)
        for proxies in (_table(tree, "patrons"), *_tables(tree, "patrons")):
            proxies.drop(name)
        _filter(_table(tree, "roles"), ("belligerents", "must_sign"), name)
        for role in ("conveners", "consultation"):
            _table(tree, "roles", role).drop(name)
        _filter(_table(tree, "talks"), ("permanent", "veto", "guarantors", "demanders"), name)
        brought = _table(tree, "talks", "brought")
        brought.drop(name)
        for party, patron in brought.items():
            if patron == name:
                brought[party] = ""  # nobody brings it now; it still decides by itself
        _filter(tree, ("bilateral",), name)
        _forget_events(tree, ("actor", "patron", "proxy"), name)


def _leave(actor: Table, theatre: str) -> None:
    """Send what an actor has in a theatre to the others where it is, in proportion.

    Shares that are wrong stay as they are: what is wrong with them is for the checks to say.
    """
    shares = actor.get("theatres")
    if not isinstance(shares, Table) or theatre not in shares:
        return
    numbers: dict[str, Any] = {key: _number(share) for key, share in shares.items()}
    right = all(type(n) in (int, float) and 0.0 <= n <= 1.0 for n in numbers.values())
    if not right or abs(sum(numbers.values()) - 1.0) > TOLERANCE:
        return
    shares.drop(theatre)
    del numbers[theatre]
    rest = sum(numbers.values())
    if rest == 0.0:
        actor.drop("theatres")
        return
    for key, number in numbers.items():
        share = shares[key]
        if isinstance(share, Table):
            for end in ("value", *RANGE_KEYS):
                if end in share:
                    share[end] = _number(share[end]) / rest
        else:
            shares[key] = number / rest


def _number(share: Any) -> Any:
    """The number that a share is written as: by itself, with its source, or as a range."""
    written: Any = share if isinstance(share, Table) else {}
    if is_range(written):
        return Range(written["low"], written["high"], written.get("mode")).middle
    return written.get("value", share)


def _table(tree: object, *keys: str) -> Table:
    """The table under these keys; an empty one if there is none."""
    for key in keys:
        tree = tree.get(key) if isinstance(tree, Table) else None
    return tree if isinstance(tree, Table) else Table()


def _tables(tree: Table, key: str) -> list[Table]:
    return [value for value in _table(tree, key).values() if isinstance(value, Table)]


def _filter(table: Table, keys: Sequence[str], name: str) -> None:
    """Take a name, and lists that hold it, out of lists."""
    for key in keys:
        _leave_out(table, key, lambda one: one == name or (isinstance(one, Array) and name in one))


def _forget_events(tree: Table, fields: Sequence[str], name: str) -> None:
    """Take out the events that have a name in one of these fields."""
    _leave_out(tree, "events", lambda one: isinstance(one, Table) and name in map(one.get, fields))


def _leave_out(table: Table, key: str, is_gone: Callable[[object], bool]) -> None:
    old = table.get(key)
    if isinstance(old, Array):
        table[key] = Array(entry for entry in old.entries() if not is_gone(entry[0]))


def clone(value: object) -> object:
    """Copy tables and arrays with their places, all the way down."""
    if isinstance(value, Table):
        return Table((key, clone(entry), place) for key, entry, place in value.entries())
    if isinstance(value, Array):
        return Array((clone(entry), place) for entry, place in value.entries())
    return value


def read_changes(changes: Changes, faults: list[Fault]) -> tuple[dict[str, object], Place]:
    """Read overrides as they are typed, ``"actors.iran.capability=1.4"``, or as a mapping.

    The part after ``=`` is TOML, or else a bare text. Faults are added to `faults`. Returns values
    by dotted path, and what to give as the place in messages.
    """
    if isinstance(changes, Mapping):
        return {str(path): value for path, value in changes.items()}, Place("set")
    if not isinstance(changes, Iterable):
        problem = f"must be values by path, is {changes!r}"
        raise ScenarioError([Fault("", problem, 'like {"weeks": 52}', "set")])
    place, read = Place("--set"), dict[str, object]()
    for change in [changes] if isinstance(changes, str) else changes:
        path, equals, text = str(change).partition("=")
        if not equals or not path.strip():
            problem = f"{change!r} is not of the form path=value"
            faults.append(Fault("", problem, "like actors.iran.capability=1.4", *place))
            continue
        try:
            data = tomllib.loads(f"value = {text}")
            value = data["value"] if list(data) == ["value"] else text
        except (tomllib.TOMLDecodeError, RecursionError, ValueError):
            value = text.strip()
        read[path.strip()] = value
    return read, place


def apply(tree: Table, changes: Mapping[str, object], place: Place, faults: list[Fault]) -> Table:
    """Set single values by their paths, in a copy; a number in a path is a position in a list."""
    copy = clone(tree)
    assert isinstance(copy, Table)
    layer: dict[str, dict[str, object]] = {"mechanisms": {}, "ceasefire": {}, "parameters": {}}
    for path, value in changes.items():
        if len(faults) > MOST_FAULTS:
            break
        keys = path.split(".")
        fault = _set(copy, keys, grow(value, place), place)
        if fault is not None:
            faults.append(fault)
        elif keys[0] in layer and len(keys) == 2:
            layer[keys[0]][keys[1]] = value
        elif keys[0] in layer and isinstance(value, Mapping):
            layer[keys[0]].update(value)
    release(copy, layer)
    return copy


def _set(tree: Table, keys: list[str], value: object, place: Place) -> Fault | None:
    def refuse(problem: str, hint: str = "") -> Fault:
        return Fault(".".join(keys), problem, hint, *place)

    holder: Any = tree
    annotation: object = field_types.ROOT
    for depth, key in enumerate(keys):
        step: str | int = key
        if isinstance(holder, Array):
            # Python refuses to read a number of thousands of digits
            if not key.isdecimal() or len(key) > 9 or int(key) >= len(holder):
                size = f"it has {len(holder)}" if holder else "it is empty"
                return refuse(f"the list has no position {key!r}", f"counted from 0; {size}")
            step = int(key)
        inner = field_types.step(annotation, step)
        if inner is None:
            hint = now_called(".".join(keys))
            hint = hint or nearest(key, field_types.known_keys(annotation))
            return refuse(f"there is no field {key!r}", hint)
        if depth == len(keys) - 1:
            holder[step] = value
            holder.places[step] = place
            return None
        here = ".".join(keys[: depth + 1])
        present = isinstance(holder, Array) or key in holder
        if field_types.is_scalar(inner) or (
            present and not isinstance(holder[step], (Table, Array))
        ):
            return refuse(f"{here} is a single value, nothing lies in it")
        if not present:
            if not field_types.known_keys(annotation) and not _may_begin(tree, keys[:depth], key):
                return refuse(f"there is no {here!r}", nearest(key, list(holder)))
            holder.put(key, Array() if field_types.is_list(inner) else Table(), place)
        holder, annotation = holder[step], inner
    return None


def _may_begin(tree: Table, keys: list[str], key: str) -> bool:
    """Whether a table under a free name may come into being: a new link or a new objective."""
    match keys:
        case ["patrons"]:
            return key in _table(tree, "actors")
        case ["actors", _, "short" | "long"]:
            return key in _table(tree, "issues")
    return False
