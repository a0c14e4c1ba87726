"""Data to a `Scenario`, with every fault said in plain words.

Pydantic finds what is wrong in a field; the message is written afresh here, from all that the
field allows. Wrong values are then replaced by harmless ones, so that what the parts say of each
other (`sim.checks`) can be reported in the same breath.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from sim import checks, fields
from sim.errors import Fault, ScenarioError, nearest
from sim.merging import Changes, append_events, apply, read_changes
from sim.scenario import Scenario
from sim.toml import Array, Path, Place, Table, place_of

ROUNDS_OF_REPAIR = 9


def unwrapped(value: object) -> object:
    """Turn parts that are models already, such as an `Actor`, into plain data."""
    if isinstance(value, BaseModel):
        return value.model_dump(exclude_none=True)
    if isinstance(value, Mapping):
        return {key: unwrapped(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [unwrapped(entry) for entry in value]
    return value


def finish(tree: Table, changes: Changes, faults: list[Fault], files: list[str]) -> Scenario:
    """Apply changes to a tree of data and check it; raises ScenarioError with every fault."""
    append_events(tree, faults)
    for key in ("extends", "without"):
        if key in tree:
            place = place_of(tree, (key,))
            faults.append(
                Fault(key, "only a file can extend another", "use sim.files.load", *place)
            )
            tree.drop(key)
    if changes:
        read_in, place = read_changes(changes, faults)
        tree = apply(tree, {key: unwrapped(v) for key, v in read_in.items()}, place, faults)
    sources = Table()
    stripped = _strip(tree, fields.ROOT, (), sources, faults)
    scenario = _validate(stripped, sources, faults, files)
    if faults or scenario is None:
        order = {file: position for position, file in enumerate(files)}
        last = len(order)
        faults.sort(key=lambda f: (order.get(f.file, last), f.line or 10**9))
        raise ScenarioError(list(dict.fromkeys(faults)))
    return scenario


def _strip(value: Any, annotation: Any, path: Path, sources: Table, faults: list[Fault]) -> Any:
    """Take ``{ value = 1.4, source = "..." }`` apart: the number stays, the source is noted."""
    if isinstance(value, Table) and annotation is not None and fields.is_scalar(annotation):
        where = ".".join(map(str, path))
        for key in value:
            if key not in ("value", "source", "status"):
                hint = nearest(key, ["value", "source", "status"])
                faults.append(
                    Fault(f"{where}.{key}", f"unknown field {key!r}", hint, *value.places[key])
                )
        odd = any(key not in ("value", "source", "status") for key in value)
        for key in ("value", "source"):
            if key not in value and not odd:
                place = next(iter(value.places.values()), Place())
                problem = f"{key} is missing: a single value is written as it is, or "
                problem += '{ value = 1.4, source = "..." }'
                faults.append(Fault(where, problem, "", *place))
        if "source" in value:
            _strip(value["source"], None, (*path, "source"), sources, faults)
            note, place = Table(), value.places["source"]
            for key in ("source", "status"):
                if key in value:
                    note.put(key, value[key], value.places[key])
            sources.put(where, note, place)
        return value.get("value", fields.stand_in(annotation))
    if isinstance(value, Table):
        table = Table()
        for key, entry in value.items():
            inner = _strip(entry, fields.step(annotation, key), (*path, key), sources, faults)
            table.put(key, inner, value.places[key])
        return table
    if isinstance(value, Array):
        array = Array()
        for position, entry in enumerate(value):
            inner = fields.step(annotation, position)
            array.add(
                _strip(entry, inner, (*path, position), sources, faults), value.places[position]
            )
        return array
    if isinstance(value, str) and not _is_text(value):
        where = ".".join(map(str, path))
        faults.append(Fault(where, "holds a sign that cannot be written in a file"))
    return value


def _is_text(value: str) -> bool:
    """Whether a text can be written: half of a pair of signs cannot."""
    return not any("\ud800" <= sign <= "\udfff" for sign in value)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    return value


def _tuples(value: Any) -> Any:
    """Turn lists into tuples, which is what a frozen scenario holds."""
    if isinstance(value, dict):
        return {key: _tuples(entry) for key, entry in value.items()}
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def _validate(
    tree: Table, sources: Table, faults: list[Fault], files: list[str]
) -> Scenario | None:
    data = _plain(tree)
    if sources:
        declared = data.get("sources", {})
        data["sources"] = {**(declared if isinstance(declared, dict) else {}), **_plain(sources)}
    given = data.get("parameters")
    given = list(given) if isinstance(given, dict) else []
    repaired: set[Path] = set()
    scenario: Scenario | None = None
    for attempt in range(ROUNDS_OF_REPAIR):
        try:
            scenario = Scenario.model_validate(_tuples(data))
            break
        except ValidationError as error:
            wrong = _wrong(error, data)
            if attempt == 0:
                faults += [_fault(path, kind, data, tree, sources) for path, kind in wrong.items()]
            for path, kind in wrong.items():
                repaired.add(path)
                _repair(data, path, kind)
    if scenario is None:
        return None
    for noted in scenario.sources:
        if not _leads_to_scalar(data, noted):
            place = place_of(tree, ("sources", noted))
            faults.append(Fault(f"sources.{noted}", "there is no such number", "", *place))
    for finding in checks.findings(scenario, given):
        if not _follows(finding, repaired):
            where = ".".join(map(str, finding.path))
            place = _place(tree, finding, files)
            faults.append(Fault(where, finding.problem, finding.hint, *place))
    return scenario


def _place(tree: Table, finding: checks.Finding, files: list[str]) -> Place:
    """Where to look: of the values that a finding rests on, one that the outermost file sets.

    What a variant makes wrong of its base is mended in the variant.
    """
    places = [place_of(tree, path) for path in (finding.path, *finding.uses)]
    depth = {file: place for place, file in enumerate(files)}
    told = [place for place in places if place.file]
    return min(told, key=lambda place: depth.get(place.file, -1), default=places[0])


def _leads_to_scalar(data: Any, path: str) -> bool:
    for key in path.split("."):
        try:
            data = data[int(key)] if isinstance(data, (tuple, list)) else data[key]
        except (KeyError, IndexError, ValueError, TypeError):
            return False
    return not isinstance(data, (dict, tuple, list))


def _follows(finding: checks.Finding, repaired: Iterable[Path]) -> bool:
    """Whether a finding merely follows from a value that is wrong in itself."""
    return any(
        wrong == path[: len(wrong)] for wrong in repaired for path in (finding.path, *finding.uses)
    ) or any(wrong[: len(finding.path)] == finding.path for wrong in repaired)


def _wrong(error: ValidationError, data: Any) -> dict[Path, str]:
    """Give the paths of pydantic's errors in the data, each once, with the kind of error."""
    wrong: dict[Path, str] = {}
    for fault in error.errors(include_url=False, include_context=False):
        kind, here, path = fault["type"], data, list[str | int]()
        for step in fault["loc"]:
            try:
                here = here[step]
            except (KeyError, IndexError, TypeError):
                if kind == "missing" and isinstance(here, dict):
                    path.append(step)
                break  # the rest names an alternative of a union
            path.append(step)
        if fault["loc"] and fault["loc"][-1] == "[key]":
            kind = "key"
        wrong.setdefault(tuple(path), kind)
    return wrong


def _fault(path: Path, kind: str, data: Any, tree: Table, sources: Table) -> Fault:
    where = ".".join(map(str, path))
    noted = path[:1] == ("sources",) and len(path) > 1 and path[1] in sources
    place = sources.places[str(path[1])] if noted else place_of(tree, path)
    outer = fields.at(path[:-1]) if len(path) > 1 else fields.ROOT
    annotation = fields.at(path)
    key = path[-1] if path else ""
    if kind == "extra_forbidden":
        return Fault(
            where, f"unknown field {key!r}", nearest(str(key), fields.known_keys(outer)), *place
        )
    if kind == "key":
        problem = "is not a name (small letters, digits and _, a letter first)"
        return Fault(where, problem, "the name for readers is its label", *place)
    if kind == "missing":
        return Fault(where, f"is missing; must be {fields.allowed(annotation)}", "", *place)
    value = data
    for step in path:
        value = value[step]
    hint = (
        nearest(value, words)
        if isinstance(value, str) and (words := fields.words(annotation))
        else ""
    )
    if hint.startswith("known"):
        hint = ""  # the message has listed what is allowed
    problem = f"must be {fields.allowed(annotation)}, is {fields.shown(value)}"
    return Fault(where, problem, hint, *place)


def _repair(data: Any, path: Path, kind: str) -> None:
    """Put something harmless where a fault was, so that the rest can be checked too."""
    if not path:
        return
    *outer, key = path
    inner = data
    for step in outer:
        inner = inner[step]
    if kind in ("extra_forbidden", "key"):
        del inner[key]
        return
    annotation = fields.at(path)
    model = next(
        (
            k
            for k, _ in fields.options(fields.at(tuple(outer)) if outer else fields.ROOT)
            if fields.is_model(k)
        ),
        None,
    )
    if model is not None and not model.model_fields[str(key)].is_required():
        inner.pop(key, None)
    else:
        inner[key] = fields.stand_in(annotation)
