"""Write the tables of docs/SCENARIOS.md from the models: ``python docs/generate.py``.

Names, defaults, legal ranges and meanings come from the code. What only a reader needs, where a
number comes from and how far it may plausibly go, stands here.
"""

# ruff: noqa: RUF001 (the symbols are Greek)
from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from pydantic import BaseModel

from sim import fields, scenario
from sim.scenario import IDLE, PRESETS, Mechanisms, Parameters, Scenario

PAGE = ROOT / "docs" / "SCENARIOS.md"

TABLES: dict[str, type[BaseModel]] = {
    "the top of the file": Scenario,
    "camps.NAME": scenario.Camp,
    "issues.NAME": scenario.Issue,
    "issues.NAME.agenda": scenario.Tabled,
    "issues.NAME.renewed": scenario.Renewal,
    "actors.NAME": scenario.Actor,
    "actors.NAME.tasks": scenario.Tasks,
    "actors.NAME.short.ISSUE": scenario.ShortTerm,
    "actors.NAME.long.ISSUE": scenario.LongTerm,
    "roles": scenario.Roles,
    "talks": scenario.Talks,
    "theatres.NAME": scenario.Theatre,
    "truce": scenario.Truce,
    "events": scenario.Event,
}

ASSUMED = "assumed"
BY_HAND = "calibrated by hand"

# symbol in the model's text, plausible range (empty: nobody has thought of one), basis
BASIS: dict[str, tuple[str, str, str]] = {
    "r": ("r", "1, 2", "compromise model: Achen in Thomson et al. 2006; assumed"),
    "tau_L": ("τ_L", "26 to 156", ASSUMED),
    "rho_a": ("ρ_a", "0.03 to 0.3", 'direction: "slowly diverging", Haid 2017; assumed'),
    "a_min": ("a_min", "0 to 0.3", ASSUMED),
    "sig_w": ("σ_w", "0 to 0.5", ASSUMED),
    "sig_x": ("σ_x", "0 to 0.1", ASSUMED),
    "nu": ("ν", "0.004 to 0.02", "random-walk war: Smith 1998, Smith and Stam; " + BY_HAND),
    "sigma": ("σ", "0.004 to 0.02", "random-walk war: Smith 1998, Smith and Stam; " + BY_HAND),
    "sig_b": ("σ_b", "0.03 to 0.12", "assumed; the most influential number of all"),
    "opt": (
        "opt", "0 to 0.004; second: 0.005 to 0.015", "Blainey 1973, Fearon 1995; " + BY_HAND,
    ),
    "n0": ("n_0", "5 to 30", "learning in war: Smith and Stam; " + BY_HAND),
    "nu_advance": ("ν_route", "0 to 0.01", ASSUMED),
    "ces": ("c", "0.3 to 1", 'direction: "division of tasks", Haid 2017; assumed'),
    "ell": ("ℓ", "0 to 0.05", "Lanchester 1916; assumed"),
    "rep": ("rep", "0 to 0.1", ASSUMED),
    "lam": (
        "λ", "30 to 200",
        "quantal response: McKelvey and Palfrey 1995, Esarey et al. 2008; assumed",
    ),
    "h_s": ("h_s", "0.02 to 0.12", ASSUMED),
    "h0": (
        "h_0", "0.005 to 0.05; second: 0.001 to 0.01",
        "44 ceasefires in Syria by January 2017, 7 still holding (Strategy Bridge); second: falls "
        "of the world's ceasefires; " + BY_HAND,
    ),
    "h1": ("h_1", "0.05 to 0.3; second: 0.6 to 2.5", "as h0; " + BY_HAND),
    "h_power": ("", "second: 2 to 4", "as h0; " + BY_HAND),
    "gv": ("g_v", "0.2 to 1", ASSUMED),
    "gam": ("γ", "0.03 to 0.12", BY_HAND),
    "varpi": (
        "ϖ", "0 to 0.06; second: 0.03 to 0.1", "alliance dilemma: Snyder; " + BY_HAND,
    ),
    "varpi_D": ("ϖ_D", "0.1 to 0.6", "alliance dilemma: Snyder; assumed"),
    "kappa_face": ("κ_face", "0.04 to 0.15", "only read out; " + BY_HAND),
    "xi": ("ξ", "0.01 to 0.06", 'direction: "encouraged the regime", Haid 2017; assumed'),
    "s_cp": ("s_cp", "0 to 0.2", "Powell 2004 and 2006, Walter 2002; assumed"),
    "rho_d": ("ρ_d", "0.05 to 0.3", ASSUMED),
    "prestige_step": ("step", "0.05 to 0.3", "direction: Haid 2017; assumed"),
    "k_q": (
        "k_q", "4 to 16",
        "exclusion of relevant parties: Cunningham 2006; the rule is ours; assumed",
    ),
    "tau_q": ("τ_q", "0 to 0.5", "as k_q; assumed"),
    "rho_rev": (
        "ρ_rev", "0.1 to 1",
        "Aleppo was revised within days (ISW, December 2016); assumed",
    ),
    "eps": ("ε", "0.005 to 0.05", "numerical"),
    "phi_f": (
        "φ_f", "0.03 to 0.3",
        "leverage wanes: Beardsley 2008, Werner and Yuen 2005; assumed",
    ),
    "phi_r": ("φ_r", "0.05 to 0.5", "as phi_f; assumed"),
    "u0": ("u_0", "", ASSUMED),
    "obs": ("obs", "0.5 to 1", ASSUMED),
    "q_att": ("q_att", "", "assumed; 1 leaves it out"),
    "tau_c": ("τ_c", "2 to 12", ASSUMED),
    "tau_n": (
        "τ_n", "2 to 12",
        "the talks at Astana met about every 6 to 8 weeks in 2017; assumed",
    ),
    "tau_b": ("τ_b", "2 to 12", ASSUMED),
    "first_c": ("", "", "order of the phases"),
    "first_n": ("", "", "order of the phases"),
    "first_b": ("", "", "order of the phases"),
    "s_x": ("s_x", "0.1 to 0.5", "single text: Raiffa 1982, Klein et al. 2003; assumed"),
    "c_att": (
        "c_att", "0.02 to 0.12",
        "rebels left talks over breaches, 2 January 2017 (SNHR); assumed",
    ),
    "rho_i": ("ρ_i", "0.01 to 0.1", ASSUMED),
    "q_dispute": ("q_chip", "0.02 to 0.2", ASSUMED),
    "q_e": ("q_e", "0.2 to 1", ASSUMED),
    "c_b": ("c_b", "0 to 0.02", ASSUMED),
    "kap_pos": ("κ₊", "0.05 to 0.2", "trust is easier to lose: Slovic 1993; value assumed"),
    "kap_neg": ("κ₋", "1 to 3 times kap_pos", "as kap_pos; value assumed"),
    "d_E": ("d_E", "0.01 to 0.05", ASSUMED),
    "s_fight": ("s_fight", "0.05 to 0.5", ASSUMED),
    "s_viol": ("s_viol", "0.05 to 0.5", ASSUMED),
    "phi_A": ("φ_A", "0.02 to 0.08", ASSUMED),
    "phi_E": ("φ_E", "0.015 to 0.06", ASSUMED),
    "phi_B": (
        "φ_B", "0 to 0.16",
        "balance: Kulakowski et al. 2005, Marvel et al. 2011, Traag et al. 2013; "
        "threat: Walt 1987; power: Christia 2012; value assumed",
    ),
    "nuisance_min": ("", "", ASSUMED),
    "stake_min": ("", "", ASSUMED),
    "blame_min": ("", "", ASSUMED),
    "talks_min_age": ("", "", ASSUMED),
    "vside_smoothing": ("", "", ASSUMED),
    "vside_reset": ("", "", ASSUMED),
    "settled_hazard": ("", "", ASSUMED),
    "bilateral_eps": ("", "", "numerical"),
    "opening": ("", "", ASSUMED),
    "burn_in": ("", "", "numerical"),
    "nash_steps": ("", "", "numerical; 60 for r = 1"),
    "nash_step": ("", "", "numerical"),
    "obs_monitor": ("obs_m", "0.9 to 1", "monitors: Fortna 2003; value assumed"),
    "beta": ("β", "0.01 to 0.1", "as obs_monitor; value assumed"),
    "beta_troops": (
        "β_troops", "0.03 to 0.3", "third-party guarantees: Walter 2002; value assumed",
    ),
    "walkout_rounds": (
        "", "1 to 4", "rebels suspended talks over breaches, 2 January 2017 (SNHR); assumed",
    ),
    "c_clash": ("c_clash", "0 to 0.03", "infighting: Christia 2012; value assumed"),
    "clash_step": ("", "0.2 to 1", ASSUMED),
    "own_cost": ("", "0.03 to 0.3", ASSUMED),
    "force_floor": ("", "", "numerical"),
    "victory_at": ("", "", "by definition"),
    "victory_weeks": ("", "", ASSUMED),
}  # fmt: skip


def row(*cells: str) -> str:
    """One row of a Markdown table."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def table(*head: str) -> list[str]:
    """The first two rows of a Markdown table."""
    return [row(*head), row(*["---"] * len(head))]


def shown(value: Any) -> str:
    """A default as it would stand in a file."""
    if isinstance(value, BaseModel) or value == {}:
        return "`{}`"
    return "" if value is None else f"`{'[]' if value == () else fields.shown(value)}`"


def described(model: type[BaseModel]) -> list[str]:
    """The table of a model: field, what it may be, default, meaning."""
    lines = table("field", "is", "default", "meaning")
    for name, field in model.model_fields.items():
        default = "required" if field.is_required() else shown(field.default)
        allowed = fields.allowed(fields.fields_of(model)[name])
        lines.append(row(f"`{name}`", allowed, default, field.description or ""))
    return lines


def parameters() -> list[str]:
    """The table of the parameters, with what the literature has to say of them."""
    lines = table("name", "symbol", "first", "second", "legal", "plausible", "meaning", "basis")
    second = PRESETS["second"]["parameters"]
    for name, field in Parameters.model_fields.items():
        symbol, plausible, basis = BASIS[name]
        legal = fields.allowed(fields.fields_of(Parameters)[name])
        for words in ("a number ", "a whole number "):
            legal = legal.removeprefix(words)
        meaning = field.description or ""
        default = f"{field.default:g}"
        other = f"{second[name]:g}" if name in second else ""
        lines.append(row(f"`{name}`", symbol, default, other, legal, plausible, meaning, basis))
    return lines


def mechanisms() -> list[str]:
    """The table of the mechanisms: what is off when they are off."""
    lines = table(
        "name", "first", "second", "when it is off", "parameters that must not be set then"
    )
    second = PRESETS["second"]["mechanisms"]
    for name, field in Mechanisms.model_fields.items():
        about = (field.description or "").removeprefix("off: ")
        idle = ", ".join(f"`{number}`" for number in IDLE.get(name, ()))
        first, other = shown(field.default), shown(second.get(name, field.default))
        lines.append(row(f"`{name}`", first, other, about, idle))
    return lines


def sections() -> dict[str, list[str]]:
    """All tables of the page by the name of their marker."""
    found = {"parameters": parameters(), "mechanisms": mechanisms()}
    fields_page: list[str] = []
    for path, model in TABLES.items():
        about = (model.__doc__ or "").partition("\n\n")[0].replace("\n    ", " ")
        fields_page += [f"### `{path}`" if path != "the top of the file" else f"### {path}", ""]
        fields_page += [about, "", *described(model), ""]
    found["fields"] = fields_page[:-1]
    return found


def page(text: str) -> str:
    """Put the tables between their markers and leave all other text as it is."""
    for name, lines in sections().items():
        begin, end = f"<!-- generated: {name} -->", "<!-- end -->"
        before, _, rest = text.partition(begin)
        after = rest.partition(end)[2]
        text = "\n".join([before + begin, *lines, end]) + after
    return text


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
