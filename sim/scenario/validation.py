"""Check data and make a `Scenario` of it; every fault is reported in plain words.

Pydantic finds what is wrong in a field; the message is written afresh here, from all that the
field allows. Wrong values are then replaced by harmless ones, so that what the parts say of each
other (`sim.scenario.checks`) can be reported in the same breath.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

from sim.errors import MOST_FAULTS, Fault, ScenarioError, nearest
from sim.scenario import checks, coded_ranges, field_types
from sim.scenario.base_types import RANGE_KEYS, Range
from sim.scenario.migration import now_called
from sim.scenario.overrides import Changes, append_events, apply, read_changes
from sim.scenario.schema import Scenario
from sim.scenario.toml_source import DEEPEST, Array, Path, Place, Table, dotted, place_of, too_deep

ROUNDS_OF_REPAIR = 9


def unwrapped(value: object, annotation: object = None, path: Path = ()) -> object:
    """Turn what Python hands over into the plain data that a file would hold.

    Models, such as an `Actor`, become tables; arrays and scalars of NumPy become lists and
    numbers. Where a date is allowed, a text like ``"2016-12-30"``, a `datetime.datetime`, a
    `pandas.Timestamp` and a `numpy.datetime64` are one, if they name no hour of the day.

    Raises
    ------
    ScenarioError
        If the data are nested deeper than `sim.scenario.toml_source.DEEPEST`.
    """
    if len(path) > DEEPEST:
        raise too_deep(path, Place())
    if hasattr(value, "dtype") and hasattr(value, "ndim"):
        value = _from_numpy(value)
    if isinstance(value, BaseModel):
        value = value.model_dump(exclude_none=True)
    if isinstance(value, Mapping):
        # { value = ..., source = ... } is a single value with its source
        noted = annotation is not None and field_types.is_scalar(annotation)
        return {
            key: unwrapped(
                entry,
                annotation if noted and key == "value" else field_types.step(annotation, str(key)),
                (*path, str(key)),
            )
            for key, entry in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [
            unwrapped(entry, field_types.step(annotation, n), (*path, n))
            for n, entry in enumerate(value)
        ]
    if any(kind is dt.date for kind, _ in field_types.options(annotation)):
        return _as_date(value, field_types.words(annotation))
    return value


def _from_numpy(value: object) -> object:
    import numpy as np  # loaded already: the value is NumPy's

    array = np.asarray(value)
    # dates of any unit come out as datetime, and not as a count of nanoseconds
    return array.astype("datetime64[us]").tolist() if array.dtype.kind == "M" else array.tolist()


def _as_date(value: object, words: Collection[str]) -> object:
    """A date, if the value is one in another form; else the value as it is."""
    if isinstance(value, str) and value not in words:
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            return value
    if isinstance(value, dt.datetime) and value == value:  # pandas.NaT is no day
        midnight = value.hour == value.minute == value.second == value.microsecond == 0
        return value.date() if midnight else value
    return value


def finish(tree: Table, changes: Changes, faults: list[Fault], files: list[str]) -> Scenario:
    """Apply changes to a tree of data and check it; raises ScenarioError with every fault."""
    append_events(tree, faults)
    for key in ("extends", "without"):
        if key in tree:
            place = place_of(tree, (key,))
            faults.append(
                Fault(key, "only a file can extend another", "use sim.scenario.files.load", *place)
            )
            tree.drop(key)
    if changes:
        read_in, place = read_changes(changes, faults)
        plain = {
            path: unwrapped(value, field_types.at(_keys(path))) for path, value in read_in.items()
        }
        tree = apply(tree, plain, place, faults)
    noted = _Noted(tree, Table(), {}, set(), faults)
    stripped = _strip(tree, field_types.ROOT, (), noted)
    assert isinstance(stripped, Table)
    scenario = _validate(stripped, noted, files)
    if faults or scenario is None:
        order = {file: position for position, file in enumerate(files)}
        last = len(order)
        faults.sort(key=lambda f: (order.get(f.file, last), f.line or 10**9))
        raise ScenarioError(list(dict.fromkeys(faults)))
    return scenario


def _keys(path: str) -> Path:
    """Keys of a dotted path; a number in it is a position in a list."""
    return tuple(int(key) if key.isdecimal() and len(key) < 10 else key for key in path.split("."))


class _Noted(NamedTuple):
    """What stands beside numbers in a file."""

    tree: Table
    """What the file says."""
    sources: Table
    ranges: dict[str, Range]
    wrong: set[Path]
    """Numbers given as ranges that are no right ones."""
    faults: list[Fault]


_NOTE = ("source", "status")


def _strip(value: object, annotation: object, path: Path, noted: _Noted) -> object:
    """Take ``{ value = 1.4, source = "..." }`` apart: the number stays, the source is noted.

    Of ``{ low = 0.5, high = 0.75 }`` the middle stays, and the range is noted.
    """

    def within(key: str | int, entry: object) -> object:
        return _strip(entry, field_types.step(annotation, key), (*path, key), noted)

    if isinstance(value, Table) and annotation is not None and field_types.is_scalar(annotation):
        ranged = any(key in value for key in RANGE_KEYS)
        if not value:
            problem = f"must be {field_types.allowed(annotation)}, is an empty table"
            noted.faults.append(Fault(dotted(path), problem, "", *place_of(noted.tree, path)))
            noted.wrong.add(path)
            return field_types.stand_in(annotation)
        _note_source(value, path, (*(RANGE_KEYS if ranged else ("value",)), *_NOTE), noted)
        if ranged:
            return _range(value, annotation, path, noted)
        return value.get("value", field_types.stand_in(annotation))
    if isinstance(value, Table):
        return Table((key, within(key, entry), place) for key, entry, place in value.entries())
    if isinstance(value, Array):
        elements = enumerate(value.entries())
        return Array((within(position, entry), place) for position, (entry, place) in elements)
    # half of a pair of signs
    if isinstance(value, str) and any("\ud800" <= sign <= "\udfff" for sign in value):
        noted.faults.append(Fault(dotted(path), "holds a sign that cannot be written in a file"))
    return value


def _note_source(value: Table, path: Path, known: tuple[str, ...], noted: _Noted) -> None:
    """Note the source of a number, and what is wrong with the keys of its table."""
    faults = noted.faults
    for key in value:
        if key in known:
            continue
        problem, hint = f"unknown field {key!r}", nearest(key, list(known))
        if key == "value":
            problem, hint = "a number has a value or is a range, not both", "take one of them out"
        elif "value" in known:
            hint = nearest(key, [*known, *RANGE_KEYS])
        faults.append(Fault(dotted((*path, key)), problem, hint, *value.places[key]))
    odd = any(key not in known for key in value)
    needed: tuple[str, ...] = ("value", "source")
    if "value" not in known:
        needed = ("low", "high", *(("source",) if "status" in value else ()))
    for key in needed:
        if key not in value and not odd:
            place = next(iter(value.places.values()), Place())
            problem = f"{key} is missing: a single value is written as it is, or "
            problem += '{ value = 1.4, source = "..." }'
            if "value" not in known:
                problem = f"{key} is missing: a range is written {{ low = 0.5, high = 0.75 }}, "
                problem += 'or with mode = 0.6 and source = "..." in it'
            faults.append(Fault(dotted(path), problem, "", *place))
    if "source" in value:
        _strip(value["source"], None, (*path, "source"), noted)
        note, place = Table(), value.places["source"]
        for key in _NOTE:
            if key in value:
                note.put(key, value[key], value.places[key])
        noted.sources.put(".".join(map(str, path)), note, place)


def _range(value: Table, annotation: object, path: Path, noted: _Noted) -> object:
    """Note a number that is given as a range, and give back its middle."""
    place = next(iter(value.places.values()))
    number, faults = field_types.number_of(annotation), list[Fault]()
    why = coded_ranges.refused(path, whole=field_types.is_whole(annotation))
    if number is None or why:
        kinds = field_types.allowed(annotation)
        faults.append(Fault(dotted(path), f"must be {kinds}, and cannot be a range", why, *place))
    else:
        for key in RANGE_KEYS:
            if key in value and not field_types.lies_within(value[key], number):
                says = field_types.allowed_number(number)
                problem = f"must be {says}, is {field_types.shown(value[key])}"
                faults.append(Fault(dotted((*path, key)), problem, "", *value.places[key]))
    ends: Any = [value.get(key) for key in ("low", "high", "mode")]
    if not faults and None not in ends[:2]:
        low, high = float(ends[0]), float(ends[1])
        mode = None if ends[2] is None else float(ends[2])
        if low > high:
            problem = f"low is {low:g}, above high, which is {high:g}"
            faults.append(Fault(dotted(path), problem, "", *value.places["low"]))
        elif low == high:
            problem = f"is an empty range: low and high are both {low:g}"
            faults.append(Fault(dotted(path), problem, "write the number alone", *place))
        elif mode is not None and not low <= mode <= high:
            problem = f"must be between low and high, {low:g} and {high:g}, is {mode:g}"
            faults.append(Fault(dotted((*path, "mode")), problem, "", *value.places["mode"]))
        else:
            found = noted.ranges[".".join(map(str, path))] = Range(low, high, mode)
            return found.middle
    noted.faults.extend(faults)
    noted.wrong.add(path)
    return field_types.stand_in(annotation)


def _plain(value: object) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    return value


def _tuples(value: object) -> object:
    """Turn lists into tuples, which is what a frozen scenario holds."""
    if isinstance(value, dict):
        return {key: _tuples(entry) for key, entry in value.items()}
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def _validate(tree: Table, noted: _Noted, files: list[str]) -> Scenario | None:
    data, sources, faults = _plain(tree), noted.sources, noted.faults
    if sources:
        declared = data.get("sources", {})
        data["sources"] = {**(declared if isinstance(declared, dict) else {}), **_plain(sources)}
    given = data.get("parameters")
    given = list(given) if isinstance(given, dict) else []
    repaired = set(noted.wrong)
    scenario: Scenario | None = None
    for attempt in range(ROUNDS_OF_REPAIR):
        try:
            scenario = Scenario.model_validate(_tuples(data))
            break
        except ValidationError as error:
            wrong = _wrong(error, data)
            if attempt == 0:
                shown = list(wrong.items())[: MOST_FAULTS + 1]
                faults += [_fault(path, kind, data, tree, sources) for path, kind in shown]
            for path, kind in wrong.items():
                repaired.add(path)
                _repair(data, path, kind)
    if scenario is None:
        return None
    for of in scenario.sources:
        if not _leads_to_scalar(data, of):
            place = place_of(tree, ("sources", of))
            where = f"sources.{of}" if of.isprintable() else dotted(("sources", of))
            faults.append(Fault(where, "there is no such number", "", *place))
    around = {start for path in repaired for start in _starts(path)}
    for finding in checks.findings(scenario, given):
        if len(faults) > MOST_FAULTS:
            break
        rests_on = {start for path in (finding.path, *finding.uses) for start in _starts(path)}
        # What merely follows from a value that is wrong in itself is not told.
        if finding.path not in around and rests_on.isdisjoint(repaired):
            place = _place(tree, finding, files)
            faults.append(Fault(dotted(finding.path), finding.problem, finding.hint, *place))
    if not noted.ranges or faults:
        return scenario
    scenario = scenario.with_ranges({path: noted.ranges[path] for path in sorted(noted.ranges)})
    found: dict[Path, checks.Finding] = {}
    for case in coded_ranges.at_ends(scenario):
        for finding in checks.findings(case, given):
            found.setdefault(finding.path, finding)
    for finding in itertools.islice(found.values(), MOST_FAULTS + 1):
        hint = "; ".join(filter(None, ("so it is at the ends of ranges", finding.hint)))
        place = _place(tree, finding, files)
        faults.append(Fault(dotted(finding.path), finding.problem, hint, *place))
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


def _starts(path: Path) -> list[Path]:
    """A path, and those of all that lies around it."""
    return [path[:n] for n in range(len(path) + 1)]


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


def checked[M: BaseModel](tree: Table, model: type[M]) -> M:
    """The tables of a file that is no scenario (a plan, a history), as their model.

    Raises
    ------
    ScenarioError
        With everything that is wrong in a field, in the order of the file.
    """
    data = _plain(tree)
    try:
        return model.model_validate(_tuples(data))
    except ValidationError as error:
        own = [fault for fault in error.errors(include_url=False) if fault["type"] in _WORDS]
        faults = [
            Fault(
                dotted(fault["loc"]),
                _WORDS[fault["type"]] or fault["msg"].removeprefix("Value error, "),
                "",
                *place_of(tree, fault["loc"]),
            )
            for fault in own
            # a list whose entries are wrong is reported as too short besides
            if fault["type"] != "too_short" or not fault["input"]
        ]
        said = {tuple(fault["loc"]) for fault in own}
        wrong = [one for one in _wrong(error, data).items() if one[0] not in said]
        faults += [
            _fault(path, kind, data, tree, Table(), model)
            for path, kind in wrong[: MOST_FAULTS + 1]
        ]
        faults.sort(key=lambda fault: fault.line)
        raise ScenarioError(faults) from None


# Faults that no field has by itself: the words of the model are used, or these.
_WORDS = {"value_error": "", "too_short": "needs at least one entry"}


def _fault(
    path: Path,
    kind: str,
    data: Any,
    tree: Table,
    sources: Table,
    root: type[BaseModel] | None = None,
) -> Fault:
    where = dotted(path)
    noted = path[:1] == ("sources",) and len(path) > 1 and path[1] in sources
    place = sources.places[str(path[1])] if noted else place_of(tree, path)
    outer = field_types.at(path[:-1], root)
    annotation = field_types.at(path, root)
    key = path[-1] if path else ""
    if kind == "extra_forbidden":
        hint = now_called(where) or nearest(str(key), field_types.known_keys(outer))
        return Fault(where, f"unknown field {key!r}", hint, *place)
    if kind == "key":
        problem = f"is not {field_types.NAMED}"
        return Fault(where, problem, "the name for readers is its label", *place)
    if kind == "missing":
        return Fault(where, f"is missing; must be {field_types.allowed(annotation)}", "", *place)
    value = data
    for step in path:
        value = value[step]
    words = field_types.words(annotation)
    hint = nearest(value, words) if isinstance(value, str) and words else ""
    if hint.startswith("known"):
        hint = ""  # the message has listed what is allowed
    if kind == "string_too_long":
        hint = f"at most {field_types.longest(annotation)} signs, it has {len(value)}"
    elif kind == "string_pattern_mismatch" and not hint:
        hint = field_types.why_no_text(value)
    problem = f"must be {field_types.allowed(annotation)}, is {field_types.shown(value)}"
    return Fault(where, problem, hint, *place)


def _repair(data: Any, path: Path, kind: str) -> None:
    """Put something harmless where a fault was, so that the rest can be checked too."""
    if not path:
        return
    *outer, key = path
    inner = data
    try:
        for step in outer:
            inner = inner[step]
    except (KeyError, IndexError, TypeError):
        return  # what lay around it was taken out or replaced already, for a fault of its own
    if kind in ("extra_forbidden", "key"):
        del inner[key]
        return
    kinds = [kind for kind, _ in field_types.options(field_types.at(path[:-1]))]
    models = [kind for kind in kinds if field_types.is_model(kind)]
    if models and not models[0].model_fields[str(key)].is_required():
        inner.pop(key, None)
    else:
        inner[key] = field_types.stand_in(field_types.at(path))
