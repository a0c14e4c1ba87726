"""A JSON Schema of scenario files as they are written, for editors that know TOML.

It is wider than the models in four ways: every number can carry its source, or be a range; a file
that extends another need not be complete; `extends`, `without` and `more_events` are known. What
the parts say of each other is left to `sim.scenario.files`.
"""

from __future__ import annotations

import copy
from typing import Any, get_args

from sim.scenario.base_types import RANGE_KEYS, Status
from sim.scenario.schema import Scenario

type Definition = dict[str, Any]

_SCALARS = {"number", "integer", "string", "boolean"}
_NOTE = {"source", "status"}


def schema() -> dict[str, Any]:
    """Give the JSON Schema (draft 2020-12) of a scenario file.

    Returns
    -------
    dict
        Refers to two definitions: `Scenario`, complete, and `Variant`, for files with `extends`.
    """
    whole = Scenario.model_json_schema()
    definitions = whole.pop("$defs")
    whole["properties"]["more_events"] = {
        "type": "array",
        "items": {"$ref": "#/$defs/ScheduledEvent"},
        "description": "events to add to those that are there already",
    }
    for name, definition in definitions.items():
        if name != "Note":
            _widen(definition)
    _widen(whole)
    variant = _partial(whole)
    variant["properties"]["extends"] = {
        "type": "string",
        "description": "file to start from, relative to this one",
    }
    variant["properties"]["without"] = {
        "type": "array",
        "items": {"type": "string"},
        "description": "parts to take out first, like actors.turkey, with all that names them",
    }
    partial = {f"{name}Variant": _partial(definition) for name, definition in definitions.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Entente scenario",
        "if": {"required": ["extends"]},
        "then": {"$ref": "#/$defs/Variant"},
        "else": {"$ref": "#/$defs/Scenario"},
        "$defs": {"Scenario": whole, "Variant": variant, **definitions, **partial},
    }


def _widen(model: Definition) -> None:
    """Let each scalar of a table be written with its source."""
    for name, value in model.get("properties", {}).items():
        if name not in _NOTE:
            model["properties"][name] = _widened(value)


def _widened(value: Definition) -> Definition:
    for key in ("items", "additionalProperties"):
        if isinstance(value.get(key), dict):
            value[key] = _widened(value[key])
    patterns = value.get("patternProperties", {})
    for pattern, inner in patterns.items():
        patterns[pattern] = _widened(inner)
    if not _is_scalar(value):
        return value
    about: Definition = {
        key: value[key] for key in ("title", "description", "default") if key in value
    }
    bare = {key: entry for key, entry in value.items() if key not in about}
    parts = [bare, _noted({"value": bare}, ["value", "source"])]
    for number in bare.get("anyOf", [bare]):
        if number.get("type") == "number":
            parts.append(_noted(dict.fromkeys(RANGE_KEYS, number), ["low", "high"]))
    return {"anyOf": parts, **about}


def _noted(properties: Definition, required: list[str]) -> Definition:
    """A table that stands for one number, with or without its source."""
    about = {"source": {"type": "string"}, "status": {"enum": list(get_args(Status))}}
    return {
        "type": "object",
        "properties": {**properties, **about},
        "required": required,
        "additionalProperties": False,
    }


def _is_scalar(value: Definition) -> bool:
    if "anyOf" in value:
        return all(_is_scalar(part) or part.get("type") == "null" for part in value["anyOf"])
    return value.get("type") in _SCALARS or "const" in value or "enum" in value


def _partial(definition: Definition) -> Definition:
    """Copy a definition with nothing required, in tables that merge with those of the base."""
    partial = copy.deepcopy(definition)
    partial.pop("required", None)
    # lists replace those of the base, so what stands in them must be complete
    for value in partial.get("properties", {}).values():
        _refer(value)
    return partial


def _refer(value: object) -> None:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            value["$ref"] += "Variant"
        for key, entry in value.items():
            if key not in ("items", "prefixItems"):
                _refer(entry)
    elif isinstance(value, list):
        for entry in value:
            _refer(entry)
