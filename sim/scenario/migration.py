"""Convert files of earlier versions: names of fields that are now called otherwise, or gone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.errors import SimError
from sim.scenario.parameters import NUMBERS, is_off
from sim.scenario.shipped import resolve
from sim.scenario.toml_source import Path as Keys
from sim.scenario.toml_source import inline, parse

PARAMETERS: Mapping[str, str] = {
    "r": "loss_exponent", "tau_L": "long_term_horizon", "rho_a": "attention_speed",
    "a_min": "attention_floor", "sig_w": "weight_spread", "sig_x": "ideal_spread",
    "nu": "front_speed", "sigma": "front_volatility", "sig_b": "perceived_volatility",
    "opt": "mutual_optimism", "n0": "optimism_weeks", "nu_advance": "advance_speed",
    "ces": "task_exponent", "ell": "attrition_rate", "rep": "replenishment_rate",
    "lam": "choice_precision", "h_s": "believed_settlement_hazard", "h0": "base_hazard",
    "h1": "added_hazard", "h_power": "hazard_power", "gv": "violence_smoothing",
    "gam": "military_gain", "varpi": "loyalty", "varpi_D": "dependence_weight",
    "kappa_face": "open_refusal_cost", "xi": "contagion", "s_cp": "disarmed_vulnerability",
    "rho_d": "delivery_speed", "k_q": "consultation_slope", "tau_q": "consultation_tie",
    "rho_rev": "revision_chance", "eps": "surplus_floor", "phi_f": "leverage_wear",
    "phi_r": "leverage_recovery", "u0": "full_concession", "obs": "observation_chance",
    "q_att": "attribution_chance", "tau_c": "ceasefire_period", "tau_n": "negotiation_period",
    "tau_b": "bilateral_period", "first_c": "first_ceasefire_round",
    "first_n": "first_negotiation_round", "first_b": "first_bilateral_round",
    "s_x": "concession_rate", "c_att": "attendance_cost", "rho_i": "implementation_speed",
    "q_dispute": "dispute_rate", "q_e": "endorsement_weight", "c_b": "bilateral_deal_cost",
    "kap_pos": "learning_from_good", "kap_neg": "learning_from_bad", "d_E": "forgetting",
    "s_fight": "war_intensity", "s_viol": "violation_intensity", "phi_A": "pull_of_alignment",
    "phi_E": "pull_of_experience", "phi_B": "pull_of_third_parties",
    "vside_smoothing": "camp_violence_smoothing", "vside_reset": "camp_violence_reset",
    "settled_hazard": "settlement_hazard_factor", "bilateral_eps": "bilateral_surplus_floor",
    "nash_step": "nash_damping", "obs_monitor": "monitored_observation_chance",
    "beta": "breach_cost", "beta_troops": "guarantor_breach_cost",
    "own_cost": "cost_saved_by_holding_back", "opening": "opening_offer",
}  # fmt: skip
"""The parameters that had another name, and their name now."""
FIELDS: Mapping[str, str] = {"rounds": "weeks", "truce": "ceasefire"}
"""The same of fields at the top of a file."""
GONE = (
    "mechanisms.clashes", "parameters.c_clash", "parameters.clash_cost", "parameters.clash_step",
)  # fmt: skip
"""Settings of clashes between allies, which were taken out of the theory."""

# What `theory = "..."` stood for where a file said nothing else.
_THEORIES: Mapping[str, Mapping[str, Mapping[str, object]]] = {
    "first": {
        "mechanisms": {
            "attention": "flag", "dependence": False, "foresight": False, "hazard": "violations",
            "learning": False, "public": False, "terms": "all", "victory": False,
            "voice": "heads", "vote_loyalty": True,
        },
        "parameters": {
            "loyalty": 0.03, "base_hazard": 0.02, "added_hazard": 0.1, "mutual_optimism": 0.002,
        },
    },
    "second": {
        "mechanisms": {
            "attention": "danger", "dependence": True, "foresight": True, "hazard": "fighting",
            "learning": True, "public": True, "terms": "promised", "victory": True,
            "voice": "strength", "vote_loyalty": False,
        },
        "parameters": {
            "loyalty": 0.06, "base_hazard": 0.003, "added_hazard": 1.2, "hazard_power": 3,
            "mutual_optimism": 0.01,
        },
    },
}  # fmt: skip
_GROUPS = ("mechanisms", "parameters")
_BY_HAND = "change it by hand"
# What follows a value: blanks, and the end of the line if there is no comment.
_REST = re.compile(r"[ \t]*(?:\r?\n)?")


def now_called(path: str) -> str:
    """Message on a path with a name of an earlier version; empty if there is none in it."""
    if path in GONE:
        return (
            "clashes of allies were taken out of the theory; allies fight over what is `held_by` "
            "one of them; `sim migrate FILE` takes out its lines"
        )
    if path == "theory":
        return "there is one theory with `mechanisms`; `sim migrate FILE` writes out what it set"
    for old, new in zip(path.split("."), _path_now(path).split("."), strict=True):
        if old != new:
            return f"now called {new!r}; `sim migrate` rewrites files"
    return ""


def migrated(text: str, folder: Path | None = None) -> str:
    """A scenario, plan or history of an earlier version with the names of this one.

    Old names are replaced, ``theory`` by what the file left to it, and lines about what is gone are
    taken out. Everything else stays as it is, to the letter.

    Parameters
    ----------
    text : str
        TOML, with the line endings and the byte order mark of the file.
    folder : path, optional
        Where files that it extends are looked for.

    Raises
    ------
    SimError
        If it is not TOML, extends a file that is not there, or must be changed by hand.
    """
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    return mark + _migrated(text.removeprefix(mark), folder, ())[0]


def _migrated(
    text: str, folder: Path | None, chain: Sequence[Path]
) -> tuple[str, dict[str, dict[str, object]]]:
    """The new text, and what it says of `_GROUPS` together with the files that it extends."""
    old, scanned = parse(text)
    wanted, theory = _renamed(old), _plain(old.get("theory"))
    edits = [
        (start, end, text[start:end].replace(str(path[-1]), _key_now(path)))
        for path, start, end in scanned.keys
    ]
    for path, (start, end) in scanned.values.items():
        if _is_path(path):
            bare = text[start:end].strip("\"'")
            edits.append((start, end, text[start:end].replace(bare, _path_now(bare))))
    if "theory" in old:
        if theory not in list(_THEORIES) or ("theory",) not in scanned.values:
            raise SimError(f'theory must be "first" or "second", in one line: {_BY_HAND}')
        del wanted["theory"]
    for path, start, _ in scanned.keys:
        if path in scanned.values and (path == ("theory",) or _is_gone(path)):
            rest = _REST.match(text, scanned.values[path][1])
            assert rest is not None
            edits.append((text.rfind("\n", 0, start) + 1, rest.end(), ""))
    new = _edited(text, edits)
    base = _base(wanted, folder, chain) if "theory" in old or chain else {}
    on = _values(base.get("mechanisms")) | _values(wanted.get("mechanisms"))
    for group, values in _THEORIES[theory].items() if "theory" in old else ():
        own, missing = wanted.get(group, {}), {}
        if not isinstance(own, dict):
            raise SimError(f"{group} must be a table")
        for name, value in values.items():
            owner = NUMBERS[name].mechanism if group == "parameters" else ""
            if is_off(owner, on.get(owner)):
                continue  # it says nothing, and to set it is a fault
            known = [preset[group].get(name) for preset in _THEORIES.values()]
            now = base.get(group, {}).get(name, known[-1])
            # Another value was somebody's choice, and not that of a theory.
            if name not in own and now != value and now in known:
                missing[name] = value
        if missing:
            new = _with(new, group, missing)
            wanted[group] = own | missing
    if not _says(new, wanted):
        raise SimError(f"not every old name in it could be replaced: {_BY_HAND}")
    return new, {group: base.get(group, {}) | _values(wanted.get(group)) for group in _GROUPS}


def _path_now(path: str) -> str:
    """A path in a scenario, with the names of this version."""
    first, *rest = path.split(".")
    if first == "parameters" and rest:
        rest[0] = PARAMETERS.get(rest[0], rest[0])
    return ".".join([FIELDS.get(first, first), *rest])


def _key_now(path: Keys) -> str:
    """The last key of a path, by its name of this version."""
    match path:
        case [str(name)]:
            return FIELDS.get(name, name)
        case ["parameters", str(name)]:
            return PARAMETERS.get(name, name)
        case ["sources", str(name)]:
            return _path_now(name)
    return str(path[-1])


def _is_gone(path: Keys) -> bool:
    """Whether this, or what the source here is of, is gone from the theory."""
    match path:
        case [str(group), str(name)]:
            return (name if group == "sources" else f"{group}.{name}") in GONE
    return False


def _is_path(path: Keys) -> bool:
    """Whether the text that stands here is a path in a scenario."""
    match path:
        case ["without", int()] | ["free", int(), "path"]:
            return True
    return False


def _renamed(data: object, path: Keys = ()) -> Any:
    """What TOML says, with the names of this version: what the new text must say."""
    if isinstance(data, str) and _is_path(path):
        return _path_now(data)
    if isinstance(data, list):
        return [_renamed(value, (*path, place)) for place, value in enumerate(data)]
    if not isinstance(data, dict):
        return data
    new = {}
    for key, value in data.items():
        name = _key_now((*path, key))
        if name != key and name in data:
            raise SimError(f"it says both {key!r} and {name!r}, which are the same: take one out")
        if not _is_gone((*path, key)):
            new[name] = _renamed(value, (*path, key))
    return new


def _edited(text: str, edits: Iterable[tuple[int, int, str]]) -> str:
    """A text with other words from one place to another."""
    parts, last = [], 0
    for start, end, new in sorted(edits):
        if text[start:end] != new:
            parts += [text[last:start], new]
            last = end
    return "".join([*parts, text[last:]])


def _with(text: str, group: str, values: Mapping[str, object]) -> str:
    """A text with more values in one of its tables, in the form that the table has."""
    data, scanned = parse(text)
    newline = "\r\n" if "\r\n" in text else "\n"
    rows = [f"{name} = {inline(value)}" for name, value in values.items()]
    lines = "".join(f"{row}{newline}" for row in rows)
    whole = text if text.endswith("\n") or not text else text + newline
    if (group,) in scanned.values:  # { ... }
        at = scanned.values[(group,)][0] + 1
        return f"{text[:at]} {', '.join(rows)}{',' if data[group] else ' '}{text[at:]}"
    if (group,) in scanned.headers:
        at = whole.index("\n", scanned.headers[(group,)]) + 1
        return whole[:at] + lines + whole[at:]
    for path, start, _ in scanned.keys:
        at = text.rfind("\n", 0, start) + 1
        if path == (group,) and not text[at:start].strip():  # group.name = ...
            return text[:at] + "".join(f"{group}.{row}{newline}" for row in rows) + text[at:]
    return f"{whole}{newline}[{group}]{newline}{lines}"


def _says(text: str, wanted: Mapping[str, object]) -> bool:
    """Whether a text is TOML that says this, in whatever order; an empty table says nothing."""
    try:
        found, _ = parse(text)
    except SimError:
        return False
    one, other = (
        json.dumps({key: value for key, value in data.items() if value != {}}, sort_keys=True,
                   default=repr)
        for data in (found, wanted)
    )  # fmt: skip
    return one == other


def _plain(value: object) -> Any:
    """A value without its source."""
    return value.get("value") if isinstance(value, Mapping) else value


def _values(group: object) -> dict[str, object]:
    return {n: _plain(value) for n, value in group.items()} if isinstance(group, Mapping) else {}


def _base(
    data: Mapping[str, Any], folder: Path | None, chain: Sequence[Path]
) -> dict[str, dict[str, object]]:
    """What the files that a file extends say of `_GROUPS`, but for what it does without."""
    if folder is None or not isinstance(data.get("extends"), str):
        return {}
    path = resolve(data["extends"], folder).resolve()
    if path in chain:
        raise SimError(f"{path} extends itself")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise SimError(f"cannot read {path}, which it extends: {error}") from error
    said = _migrated(text, path.parent, [*chain, path])[1]
    without = data.get("without")
    for gone in without if isinstance(without, list) else ():
        group, _, name = str(gone).partition(".")
        for key in [name] if name else list(said.get(group, {})):
            said.get(group, {}).pop(key, None)
    return said
