"""Convert files of earlier versions: old names of fields, and what they are called now."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sim.errors import SimError
from sim.scenario.shipped import resolve

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
    "beta": "breach_cost", "beta_troops": "guarantor_breach_cost", "c_clash": "clash_cost",
    "own_cost": "cost_saved_by_holding_back", "opening": "opening_offer",
}  # fmt: skip
"""The parameters that had another name, and their name now."""
FIELDS: Mapping[str, str] = {"rounds": "weeks", "truce": "ceasefire"}
"""The same of fields at the top of a file."""

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
_OLD = "|".join(sorted(map(re.escape, PARAMETERS), key=len, reverse=True))
_PATH = re.compile(rf"\bparameters\.({_OLD})\b")
_KEY = re.compile(rf"^(\s*)({_OLD})(?=\s*(?:\.|=))")
_INLINE = re.compile(rf"([{{,]\s*)({_OLD})(?=\s*(?:\.|=))")
_HEADER = re.compile(r"^\s*\[+\s*([^\]]+?)\s*\]+")
_TOP = re.compile(rf"^(\s*)({'|'.join(FIELDS)})(?=\s*(?:\.|=))")
_TABLE = re.compile(rf"^(\s*\[\s*)({'|'.join(FIELDS)})(?=\s*[\].])")
_INSIDE = re.compile(rf"(?<![\w.])({'|'.join(FIELDS)})\.(?=monitored|covers)")
_THEORY = re.compile(r"^\s*theory\s*=")


def now_called(path: str) -> str:
    """Message for a user of a name of an earlier version; empty if it is no such name.

    Parameters
    ----------
    path : str
        With dots, as ``parameters.varpi``.
    """
    group, _, name = path.partition(".")
    if group in FIELDS:
        return f"now called {FIELDS[group]!r}; `sim migrate FILE` rewrites a file"
    if group == "parameters" and name in PARAMETERS:
        return f"now called {PARAMETERS[name]!r}; `sim migrate FILE` rewrites a file"
    if path == "theory":
        return "there is one theory with `mechanisms`; `sim migrate FILE` writes out what it set"
    return ""


def migrated(text: str, folder: Path | None = None) -> str:
    """A scenario, plan or history of an earlier version with the names of this one.

    Comments and the order of lines stay as they are. What a file left to its ``theory`` is written
    out.

    Parameters
    ----------
    text : str
        TOML.
    folder : path, optional
        Where files that it extends are looked for.

    Raises
    ------
    SimError
        If it is not TOML, or extends a file that is not there.
    """
    return _migrated(text, folder, [])


def _migrated(text: str, folder: Path | None, chain: list[Path]) -> str:
    old = _parsed(text)
    theory = _plain(old.get("theory"))
    lines = list(_renamed(text.splitlines(keepends=True)))
    if repr(_parsed("".join(lines))) != repr(_as_now(old)):
        raise SimError("a line inside one of its texts looks like a field: rename by hand")
    if isinstance(theory, str) and theory in _THEORIES:
        lines = [line for line in lines if not _THEORY.match(line)]
        base, own = _base(old, folder, chain), _parsed("".join(lines))
        for group, values in _THEORIES[theory].items():
            new = {}
            for name, value in values.items():
                known = [preset[group].get(name) for preset in _THEORIES.values()]
                now = _named(base.get(group)).get(name, known[-1])
                # Another value was somebody's choice, and not that of a theory.
                if name not in _named(own.get(group)) and now != value and now in known:
                    new[name] = value
            _put(lines, group, new)
    return "".join(lines)


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise SimError(f"it is not TOML: {error}") from error


def _as_now(data: Any, table: str = "file") -> Any:
    """What TOML says, with the names of this version: what its renamed lines must say."""
    names = {"file": FIELDS, "parameters": PARAMETERS}.get(table, {})
    if isinstance(data, str):
        return _in_words(data)
    if isinstance(data, list):
        return [_as_now(value, "") for value in data]
    if not isinstance(data, dict):
        return data
    return {
        names.get(key, _in_words(key)): _as_now(value, key if table == "file" else "")
        for key, value in data.items()
    }


def _in_words(text: str) -> str:
    """A text with new names in the paths that it holds."""
    text = _PATH.sub(lambda found: f"parameters.{PARAMETERS[found.group(1)]}", text)
    return _INSIDE.sub(lambda found: f"{FIELDS[found.group(1)]}.", text)


def _renamed(lines: list[str]) -> Iterator[str]:
    """Lines with new names for the old ones, but for those inside other tables."""
    table = ""
    for line in lines:
        header = _HEADER.match(line)
        table = header.group(1) if header else table
        new = _in_words(line)
        new = _TABLE.sub(lambda found: found.group(1) + FIELDS[found.group(2)], new)
        if not table:
            new = _TOP.sub(lambda found: found.group(1) + FIELDS[found.group(2)], new)
        if table == "parameters" and not header:
            new = _KEY.sub(lambda found: found.group(1) + PARAMETERS[found.group(2)], new)
        elif not table and re.match(r"\s*parameters\s*=", line):
            new = _INLINE.sub(lambda found: found.group(1) + PARAMETERS[found.group(2)], new)
        yield new


def _plain(value: Any) -> Any:
    """A value without its source."""
    return value.get("value") if isinstance(value, Mapping) else value


def _named(numbers: Any) -> dict[str, Any]:
    if not isinstance(numbers, Mapping):
        return {}
    return {PARAMETERS.get(name, name): _plain(value) for name, value in numbers.items()}


def _base(data: Mapping[str, Any], folder: Path | None, chain: list[Path]) -> dict[str, Any]:
    """What the files that a file extends say of mechanisms and parameters."""
    if folder is None or not isinstance(data.get("extends"), str):
        return {}
    path = resolve(data["extends"], folder)
    if path in chain:
        raise SimError(f"{path} extends itself")
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise SimError(f"cannot read {path}, which it extends: {error}") from error
    own = _parsed(_migrated(text, path.parent, [*chain, path]))
    base = _base(own, path.parent, [*chain, path])
    return {
        group: _named(base.get(group)) | _named(own.get(group))
        for group in ("mechanisms", "parameters")
    }


def _put(lines: list[str], group: str, values: Mapping[str, object]) -> None:
    """Write values into a table of a file, at its beginning; a new one at the end of the file."""
    if not values:
        return
    words = {True: "true", False: "false"}
    new = [
        f"{name} = " + (words[value] if isinstance(value, bool) else
                        f'"{value}"' if isinstance(value, str) else f"{value:g}") + "\n"
        for name, value in values.items()
    ]  # fmt: skip
    for place, line in enumerate(lines):
        header = _HEADER.match(line)
        if header and header.group(1) == group:
            lines[place] = line if line.endswith("\n") else f"{line}\n"
            lines[place + 1 : place + 1] = new
            return
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    lines += ["\n", f"[{group}]\n", *new]
