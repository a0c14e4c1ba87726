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
from sim.scenario.base_types import TOLERANCE
from sim.scenario.migration import now_called
from sim.scenario.parameters import IDLE, MONITORED, is_off
from sim.scenario.toml_source import Array, Place, Table, grow

Changes = Mapping[str, object] | Sequence[str]


def overlay(base: Table, top: Table) -> Table:
    """Put one file's data on another's: tables merge, all else replaces.

    A mechanism that `top` switches off takes back what `base` said of its parameters.

    Parameters
    ----------
    base, top : Table
        Data of the extended file and of the file that extends it.

    Returns
    -------
    Table
        New tables; the arguments stay as they are.
    """
    merged = _merge(base, top, field_types.ROOT)
    release(merged, top)
    return merged


def _merge(base: Table, top: Table, annotation: Any) -> Table:
    merged = Table()
    for key, value in base.items():
        merged.put(key, value, base.places[key])
    for key, value in top.items():
        inner = field_types.step(annotation, key)
        old = merged.get(key)
        # a scalar's table is one number with its source: { value = 1, source = "..." }
        whole = field_types.is_scalar(inner) or field_types.replaces(inner)
        if isinstance(old, Table) and isinstance(value, Table) and not whole:
            merged[key] = _merge(old, value, inner)
        else:
            merged.put(key, value, top.places[key])
    return merged


def release(merged: Table, top: Mapping[str, Any]) -> None:
    """Drop the parameters of what `top` switches off and says nothing else of."""
    switched, ceasefire, said = (top.get(key) for key in ("mechanisms", "ceasefire", "parameters"))
    numbers = merged.get("parameters")
    idle: list[str] = []
    for mechanism, on in switched.items() if isinstance(switched, Mapping) else ():
        idle += IDLE.get(mechanism, ()) if is_off(mechanism, on) else ()
    if isinstance(ceasefire, Mapping) and ceasefire.get("monitored") is False:
        idle += IDLE[MONITORED]
    if idle and isinstance(numbers, Table):
        kept = Table()
        for key, value in numbers.items():
            if key not in idle or (isinstance(said, Mapping) and key in said):
                kept.put(key, value, numbers.places[key])
        merged["parameters"] = kept


def append_events(tree: Table, faults: list[Fault]) -> None:
    """Move `more_events` to the end of `events`."""
    if "more_events" not in tree:
        return
    more, place = tree["more_events"], tree.places["more_events"]
    tree.drop("more_events")
    old = tree.get("events")
    if not isinstance(more, Array) or not (old is None or isinstance(old, Array)):
        wrong = "more_events" if not isinstance(more, Array) else "events"
        faults.append(Fault(wrong, "must be a list of events", file=place.file, line=place.line))
        return
    both = Array()
    for events in (old, more):
        if events is not None:
            for event, its_place in zip(events, events.places, strict=True):
                both.add(event, its_place)
    tree.put("events", both, place)


def remove(tree: Table, paths: object, place: Place, faults: list[Fault]) -> Table:
    """Take parts out of a scenario.

    An actor, issue, camp or theatre (``actors.turkey``) goes with all that names it: lists, links,
    roles and events. What an actor had in a theatre goes to its other theatres, in proportion. Any
    other path (``patrons.iran.hezbollah``) is dropped and nothing else.

    Parameters
    ----------
    tree : Table
        Data to take from; stays as it is.
    paths : object
        What stands under `without`: a list of dotted paths.
    place : Place
        Where that stands.
    faults : list of Fault
        Faults are added here.

    Returns
    -------
    Table
        A copy without these parts; without any change if `paths` is no list of paths.
    """
    copy = clone(tree)
    assert isinstance(copy, Table)
    if not isinstance(paths, (list, tuple)) or not all(isinstance(path, str) for path in paths):
        problem = 'must be a list of paths like ["actors.turkey"]'
        faults.append(Fault("without", problem, file=place.file, line=place.line))
        return copy
    for path in paths:
        if len(faults) > MOST_FAULTS:
            break
        keys = path.split(".")
        table: Any = tree
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
    table: Any = tree
    for key in keys[:-1]:
        table = table.get(key) if isinstance(table, Table) else None
    if isinstance(table, Table):
        table.drop(keys[-1])
    if len(keys) == 2 and keys[0] in ("actors", "issues", "camps", "theatres"):
        _forget(tree, keys[0], keys[1])


def _forget(tree: Table, what: str, name: str) -> None:
    """Take out everything that names an actor, an issue, a camp or a theatre."""
    actors, issues = _tables(tree, "actors"), _tables(tree, "issues")
    if what == "theatres":
        ceasefire = tree.get("ceasefire")
        if isinstance(ceasefire, Table):
            _filter(ceasefire, ("covers",), name)
        for actor in actors:
            _leave(actor, name)
    elif what == "camps":
        for actor in actors:
            if actor.get("camp") == name:
                actor.drop("camp")
    elif what == "issues":
        for actor in actors:
            for horizon in ("short", "long"):
                _drop(actor.get(horizon), name)
        outcomes = tree.get("outcomes")
        for key, outcome in [*outcomes.items()] if isinstance(outcomes, Table) else []:
            if isinstance(outcome, Table) and outcome.get("issue") == name:
                _drop(outcomes, key)
        _keep_events(tree, lambda event: event.get("issue") != name)
    else:
        for issue in issues:
            _filter(issue, ("advances_while", "gains_from"), name)
        _drop(tree.get("patrons"), name)
        for patron in list(_tables(tree, "patrons")):
            patron.drop(name)
        roles, talks = tree.get("roles"), tree.get("talks")
        if isinstance(roles, Table):
            _filter(roles, ("belligerents", "must_sign"), name)
            _drop(roles.get("conveners"), name)
            _drop(roles.get("consultation"), name)
        if isinstance(talks, Table):
            _filter(talks, ("permanent", "veto", "guarantors", "demanders"), name)
            brought = talks.get("brought")
            _drop(brought, name)
            if isinstance(brought, Table):
                for party, patron in brought.items():
                    if patron == name:
                        brought[party] = ""  # nobody brings it now; it still decides by itself
        _filter(tree, ("bilateral",), name)
        _keep_events(
            tree, lambda event: name not in (event.get(key) for key in ("actor", "patron", "proxy"))
        )


def _leave(actor: Table, theatre: str) -> None:
    """Send what an actor has in a theatre to the others where it is, in proportion.

    Shares that are wrong stay as they are: what is wrong with them is for the checks to say.
    """
    shares = actor.get("theatres")
    if not isinstance(shares, Table) or theatre not in shares:
        return
    numbers = {
        key: share["value"] if isinstance(share, Table) and "value" in share else share
        for key, share in shares.items()
    }
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
            share["value"] = number / rest
        else:
            shares[key] = number / rest


def _tables(tree: Table, key: str) -> list[Table]:
    table = tree.get(key)
    return (
        [value for value in table.values() if isinstance(value, Table)]
        if isinstance(table, Table)
        else []
    )


def _drop(table: object, key: str) -> None:
    if isinstance(table, Table):
        table.drop(key)


def _filter(table: Table, keys: Sequence[str], name: str) -> None:
    for key in keys:
        old = table.get(key)
        if isinstance(old, Array):
            new = Array()
            for entry, place in zip(old, old.places, strict=True):
                if entry != name and not (isinstance(entry, Array) and name in entry):
                    new.add(entry, place)
            table[key] = new


def _keep_events(tree: Table, keep: Callable[[Table], bool]) -> None:
    events = tree.get("events")
    if isinstance(events, Array):
        new = Array()
        for event, place in zip(events, events.places, strict=True):
            if not isinstance(event, Table) or keep(event):
                new.add(event, place)
        tree["events"] = new


def clone(value: Any) -> Any:
    """Copy tables and arrays with their places, all the way down."""
    if isinstance(value, Table):
        table = Table()
        for key, entry in value.items():
            table.put(key, clone(entry), value.places[key])
        return table
    if isinstance(value, Array):
        array = Array()
        for entry, place in zip(value, value.places, strict=True):
            array.add(clone(entry), place)
        return array
    return value


def read_changes(changes: Changes, faults: list[Fault]) -> tuple[dict[str, object], Place]:
    """Read overrides as they are typed, ``"actors.iran.capability=1.4"``, or as a mapping.

    Parameters
    ----------
    changes : mapping or sequence of str
        Overrides; the part after ``=`` is TOML, or else a bare text.
    faults : list of Fault
        Faults are added here.

    Returns
    -------
    dict
        Values by dotted path.
    Place
        What to give as the place in messages.
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
    """Set single values by their paths.

    Parameters
    ----------
    tree : Table
        Data to change; stays as it is.
    changes : mapping
        Values by dotted path; a number in a path is a position in a list.
    place : Place
        Place of these values in messages.
    faults : list of Fault
        Paths that lead nowhere are reported here.

    Returns
    -------
    Table
    """
    copy: Table = clone(tree)
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
    annotation = field_types.ROOT
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
    if keys == ["patrons"]:
        return _has(tree, "actors", key)
    if len(keys) == 3 and keys[0] == "actors" and keys[2] in ("short", "long"):
        return _has(tree, "issues", key)
    return False


def _has(tree: Table, group: str, name: str) -> bool:
    table = tree.get(group)
    return isinstance(table, Table) and name in table
