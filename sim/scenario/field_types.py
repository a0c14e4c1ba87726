"""What the models of `sim.scenario.schema` allow at a path, in plain words.

Files need to know whether a path leads to a number, a table or nothing before anything is
validated, and messages should say all that is allowed and not only the first rule that failed.
"""

from __future__ import annotations

import datetime as dt
import math
import operator
import re
import types
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Literal, NamedTuple, TypeGuard, Union, get_args, get_origin

from pydantic import BaseModel

from sim.scenario.base_types import LINE, NAME, UNSEEN, StrictModel, is_range
from sim.scenario.english import listed
from sim.scenario.schema import Scenario
from sim.scenario.toml_source import Path, inline

ROOT: type[BaseModel] = Scenario
_MAPPING = get_origin(Mapping[str, int])


_HOLDS = {"ge": operator.ge, "gt": operator.gt, "le": operator.le, "lt": operator.lt}


class Option(NamedTuple):
    """One of the types that a field accepts, with its limits."""

    kind: object
    limits: tuple[object, ...]


def options(annotation: object, limits: tuple[object, ...] = ()) -> list[Option]:
    """Flatten a type with these limits into the alternatives that it allows, None left out."""
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *notes = get_args(annotation)
        found = tuple(part for note in notes for part in getattr(note, "metadata", (note,)))
        return options(inner, (*limits, *found))
    if origin in (Union, types.UnionType):
        return [option for part in get_args(annotation) for option in options(part, limits)]
    return [] if annotation is type(None) else [Option(annotation, limits)]


@cache
def fields_of(model: type[BaseModel]) -> dict[str, object]:
    """Types of a model's fields, with their limits."""
    return {
        name: Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
        for name, field in model.model_fields.items()
    }


def is_model(kind: object) -> TypeGuard[type[StrictModel]]:
    """Whether a type is one of the tables with fixed fields."""
    return isinstance(kind, type) and issubclass(kind, StrictModel)


def step(annotation: object, key: str | int) -> object:
    """Type of what lies under a key of a table or at a position of a list; None if unknown."""
    for kind, _ in options(annotation):
        if is_model(kind) and key in fields_of(kind):
            return fields_of(kind)[str(key)]
        if get_origin(kind) is _MAPPING and isinstance(key, str):
            return get_args(kind)[1]
        if get_origin(kind) is tuple and isinstance(key, int):
            return get_args(kind)[0]
    return None


def at(path: Path, root: type[BaseModel] | None = None) -> object:
    """Type of what lies at a path of a scenario (or of another model, `root`), or None."""
    annotation: object = ROOT if root is None else root
    for key in path:
        annotation = step(annotation, key)
        if annotation is None:
            return None
    return annotation


def is_scalar(annotation: object) -> bool:
    """Whether a type is a number, a text, a date or a word, and never a table or a list."""
    kinds = [kind for kind, _ in options(annotation)]
    return bool(kinds) and not any(
        is_model(kind) or get_origin(kind) in (_MAPPING, tuple) for kind in kinds
    )


def replaces(annotation: object) -> bool:
    """Whether a variant's table replaces that of its base as a whole."""
    return any(is_model(kind) and kind.replaces for kind, _ in options(annotation))


def is_list(annotation: object) -> bool:
    """Whether a type is a list."""
    return any(get_origin(kind) is tuple for kind, _ in options(annotation))


def known_keys(annotation: object) -> list[str]:
    """Fields that a table of this type can have; empty where the keys are free names."""
    return [key for kind, _ in options(annotation) if is_model(kind) for key in fields_of(kind)]


def words(annotation: object) -> list[str]:
    """Words that a type allows literally."""
    return [
        word
        for kind, _ in options(annotation)
        if get_origin(kind) is Literal
        for word in get_args(kind)
        if isinstance(word, str)
    ]


def number_of(annotation: object) -> Option | None:
    """The number among what a type allows, if it is one with decimals."""
    return next((option for option in options(annotation) if option.kind is float), None)


def is_whole(annotation: object) -> bool:
    """Whether a type allows whole numbers only, or days."""
    kinds = [kind for kind, _ in options(annotation)]
    kinds += [
        type(word) for kind in kinds if get_origin(kind) is Literal for word in get_args(kind)
    ]
    return float not in kinds and (int in kinds or dt.date in kinds)


def lies_within(value: object, number: Option) -> bool:
    """Whether a value is a number, and within the limits of that option."""
    if type(value) not in (int, float):
        return False
    assert isinstance(value, int | float)
    # A whole number may be too long for a float, which only the comparison survives.
    return abs(value) < math.inf and all(
        _HOLDS[name](value, end) for name, end in limits_of(number.limits).items()
    )


def allowed_number(number: Option) -> str:
    """Say what an option that is a number allows: ``"a number between 0 and 1"``."""
    return _phrase(*number)


def allowed(annotation: object) -> str:
    """Say what a type allows: ``"a number between 0 and 1 or 'never'"``."""
    said: list[str] = []
    for kind, limits in options(annotation):
        literal = get_origin(kind) is Literal
        phrases = [shown(word) for word in get_args(kind)] if literal else [_phrase(kind, limits)]
        said += [phrase for phrase in phrases if phrase not in said]
    return listed(said, "or")


def _phrase(kind: object, limits: tuple[object, ...]) -> str:
    if kind is bool:
        return "true or false"
    if kind is dt.date:
        return "a date like 2016-12-30"
    if kind is str:
        patterns = (getattr(limit, "pattern", None) for limit in limits)
        return next((_TEXTS[pattern] for pattern in patterns if pattern in _TEXTS), "a text")
    if kind in (int, float):
        return ("a whole number" if kind is int else "a number") + _range(limits)
    if get_origin(kind) is tuple:
        pair = len(get_args(kind)) == 2 and get_args(kind)[1] is not Ellipsis
        return "a pair of names" if pair else "a list"
    return "a table"


NAMED = "a name (small letters, digits and _, a letter first; at most 100 signs)"
_TEXTS = {NAME: NAMED, LINE: "a line of text"}


def longest(annotation: object) -> int:
    """Number of signs that a text of this type may have."""
    sizes = (
        getattr(limit, "max_length", 0) for _, limits in options(annotation) for limit in limits
    )
    return max(sizes, default=0)


def why_no_text(value: str) -> str:
    """Say which sign of a text is refused, or that nothing of it can be seen; else nothing."""
    bad = re.search(f"[{UNSEEN}]", value.replace("\t", " ").replace("\n", " "))
    bad = bad or re.search("[\t\n]", value)
    if bad:
        return f"U+{ord(bad[0]):04X} is a control character or a sign that cannot be seen"
    return "" if value.strip() else "it is empty"


def limits_of(limits: tuple[object, ...]) -> dict[str, float]:
    """Read the bounds ``ge``, ``gt``, ``le`` and ``lt`` out of a type's limits."""
    return {
        name: getattr(limit, name)
        for limit in limits
        for name in ("ge", "gt", "le", "lt")
        if getattr(limit, name, None) is not None
    }


def _range(limits: tuple[object, ...]) -> str:
    found = limits_of(limits)
    ends = {name: _number(end) for name, end in found.items()}
    if {"ge", "le"} <= ends.keys():
        return f" between {ends['ge']} and {ends['le']}"
    if {"gt", "lt"} <= ends.keys():
        return f" between {ends['gt']} and {ends['lt']}, both excluded"
    says = {"gt": "above", "ge": "of at least", "lt": "below", "le": "of at most"}
    parts = [f"{says[name]} {ends[name]}" for name in says if name in ends]
    return " " + " and ".join(parts) if parts else ""


def _number(end: float) -> str:
    """An end of a range, as it is written in TOML: 1e15 and not 1000000000000000.0."""
    return f"{end:g}".replace("e+0", "e").replace("e+", "e").replace("e-0", "e-")


def shown(value: object) -> str:
    """Show a value of a file as the file's writer would know it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) >= 10**60:
        return "a whole number of more than 60 digits"  # Python refuses to write the longest out
    if isinstance(value, Mapping):
        return inline(value) if is_range(value) else "a table"
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    text = repr(value)
    return text if len(text) < 60 else text[:50] + "..."


def stand_in(annotation: object) -> object:
    """Give any value that a type accepts, to go on checking around a wrong one."""
    for kind, limits in options(annotation):
        bounds = limits_of(limits)
        if get_origin(kind) is Literal:
            return get_args(kind)[0]
        if kind is bool:
            return True
        if kind is dt.date:
            return dt.date(2000, 1, 1)
        if kind is int:
            return max(1, bounds.get("ge", 1))
        if kind is float:
            return 0.5
        if kind is str:
            return "stand_in"
        if get_origin(kind) is tuple:
            pair = len(get_args(kind)) == 2 and get_args(kind)[1] is not Ellipsis
            return ("stand_in", "stand_in_too") if pair else ()
        return {}
    return None
