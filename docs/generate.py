"""Write the tables of docs/SCENARIOS.md and docs/ENSEMBLES.md: ``python docs/generate.py``.

Names, defaults, legal ranges and meanings come from the code. What only a reader needs,
where a number comes from, stands here.
"""

# ruff: noqa: RUF001 (the symbols are Greek)
from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from pydantic import BaseModel

from sim.plots.catalogue import FIGURES
from sim.scenario import field_types, schema
from sim.scenario.parameters import IDLE, PRESETS, Mechanisms, Parameters
from sim.scenario.ranges import RANGES, RANGES_SECOND, TIMES, Range
from sim.scenario.schema import Scenario

PAGES = [ROOT / "docs" / name for name in ("SCENARIOS.md", "ENSEMBLES.md")]

TABLES: dict[str, type[BaseModel]] = {
    "the top of the file": Scenario,
    "camps.NAME": schema.Camp,
    "issues.NAME": schema.Issue,
    "issues.NAME.agenda": schema.Tabled,
    "issues.NAME.renewed": schema.Renewal,
    "actors.NAME": schema.Actor,
    "actors.NAME.tasks": schema.Tasks,
    "actors.NAME.short.ISSUE": schema.ShortTerm,
    "actors.NAME.long.ISSUE": schema.LongTerm,
    "roles": schema.Roles,
    "talks": schema.Talks,
    "theatres.NAME": schema.Theatre,
    "truce": schema.Truce,
    "events": schema.Event,
}

ASSUMED = "assumed"
BY_HAND = "calibrated by hand"
BY_PLAN = "assumed; calibrated (docs/CALIBRATION.md)"

# symbol in the model's text, basis
BASIS: dict[str, tuple[str, str]] = {
    "r": ("r", "compromise model: Achen in Thomson et al. 2006; assumed"),
    "tau_L": ("τ_L", ASSUMED),
    "rho_a": ("ρ_a", 'direction: "slowly diverging", Haid 2017; assumed'),
    "a_min": ("a_min", ASSUMED),
    "sig_w": ("σ_w", ASSUMED),
    "sig_x": ("σ_x", ASSUMED),
    "nu": ("ν", "random-walk war: Smith 1998, Smith and Stam; " + BY_HAND),
    "sigma": ("σ", "random-walk war: Smith 1998, Smith and Stam; " + BY_HAND),
    "sig_b": ("σ_b", "assumed; the most influential number of all"),
    "opt": (
        "opt", "Blainey 1973, Fearon 1995; " + BY_HAND,
    ),
    "n0": ("n_0", "learning in war: Smith and Stam; " + BY_HAND),
    "nu_advance": ("ν_route", ASSUMED),
    "ces": ("c", 'direction: "division of tasks", Haid 2017; assumed'),
    "ell": ("ℓ", "Lanchester 1916; assumed"),
    "rep": ("rep", ASSUMED),
    "lam": (
        "λ", "quantal response: McKelvey and Palfrey 1995, Esarey et al. 2008; assumed",
    ),
    "h_s": ("h_s", ASSUMED),
    "h0": (
        "h_0",
        "44 ceasefires in Syria by January 2017, 7 still holding (Strategy Bridge); second: falls "
        "of the world's ceasefires; " + BY_HAND,
    ),
    "h1": ("h_1", "as h0; " + BY_HAND),
    "h_power": ("", "as h0; " + BY_HAND),
    "gv": ("g_v", ASSUMED),
    "gam": ("γ", BY_HAND),
    "varpi": (
        "ϖ", "alliance dilemma: Snyder; " + BY_HAND,
    ),
    "varpi_D": ("ϖ_D", "alliance dilemma: Snyder; assumed"),
    "kappa_face": ("κ_face", "only read out; " + BY_HAND),
    "xi": ("ξ", 'direction: "encouraged the regime", Haid 2017; assumed'),
    "s_cp": ("s_cp", "Powell 2004 and 2006, Walter 2002; assumed"),
    "rho_d": ("ρ_d", ASSUMED),
    "prestige_step": ("step", "direction: Haid 2017; assumed"),
    "k_q": (
        "k_q", "exclusion of relevant parties: Cunningham 2006; the rule is ours; assumed",
    ),
    "tau_q": ("τ_q", "as k_q; assumed"),
    "rho_rev": (
        "ρ_rev", "Aleppo was revised within days (ISW, December 2016); assumed",
    ),
    "eps": ("ε", "numerical"),
    "phi_f": (
        "φ_f", "leverage wanes: Beardsley 2008, Werner and Yuen 2005; assumed",
    ),
    "phi_r": ("φ_r", "as phi_f; assumed"),
    "u0": ("u_0", ASSUMED),
    "obs": ("obs", ASSUMED),
    "q_att": ("q_att", "assumed; 1 leaves it out"),
    "tau_c": ("τ_c", ASSUMED),
    "tau_n": (
        "τ_n", "the talks at Astana met about every 6 to 8 weeks in 2017; assumed",
    ),
    "tau_b": ("τ_b", ASSUMED),
    "first_c": ("", "order of the phases"),
    "first_n": ("", "order of the phases"),
    "first_b": ("", "order of the phases"),
    "s_x": ("s_x", "single text: Raiffa 1982, Klein et al. 2003; assumed"),
    "c_att": (
        "c_att", "rebels left talks over breaches, 2 January 2017 (SNHR); assumed",
    ),
    "rho_i": ("ρ_i", ASSUMED),
    "q_dispute": ("q_chip", ASSUMED),
    "q_e": ("q_e", ASSUMED),
    "c_b": ("c_b", ASSUMED),
    "kap_pos": ("κ₊", "trust is easier to lose: Slovic 1993; value assumed"),
    "kap_neg": ("κ₋", "as kap_pos; value assumed"),
    "d_E": ("d_E", ASSUMED),
    "s_fight": ("s_fight", ASSUMED),
    "s_viol": ("s_viol", ASSUMED),
    "phi_A": ("φ_A", ASSUMED),
    "phi_E": ("φ_E", ASSUMED),
    "phi_B": (
        "φ_B", "balance: Kulakowski et al. 2005, Marvel et al. 2011, Traag et al. 2013; "
        "threat: Walt 1987; power: Christia 2012; value assumed",
    ),
    "nuisance_min": ("", ASSUMED),
    "stake_min": ("", ASSUMED),
    "blame_min": ("", ASSUMED),
    "talks_min_age": ("", ASSUMED),
    "vside_smoothing": ("", ASSUMED),
    "vside_reset": ("", ASSUMED),
    "settled_hazard": ("", ASSUMED),
    "bilateral_eps": ("", "numerical"),
    "opening": ("", ASSUMED),
    "burn_in": ("", "numerical"),
    "nash_steps": ("", "numerical; 60 for r = 1"),
    "nash_step": ("", "numerical"),
    "obs_monitor": ("obs_m", "monitors: Fortna 2003; value assumed"),
    "beta": ("β", "as obs_monitor; value assumed"),
    "beta_troops": ("β_troops", "third-party guarantees: Walter 2002; value assumed"),
    "walkout_rounds": ("", "rebels suspended talks over breaches, 2 January 2017 (SNHR); assumed"),
    "c_clash": ("c_clash", "infighting: Christia 2012; value assumed"),
    "clash_step": ("", ASSUMED),
    "war_cost": ("", BY_PLAN),
    "own_cost": ("", BY_PLAN),
    "force_floor": ("", "numerical"),
    "victory_at": ("", "by definition"),
    "victory_weeks": ("", ASSUMED),
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
    return "" if value is None else f"`{'[]' if value == () else field_types.shown(value)}`"


def described(model: type[BaseModel]) -> list[str]:
    """The table of a model: field, what it may be, default, meaning."""
    lines = table("field", "is", "default", "meaning")
    for name, field in model.model_fields.items():
        default = "required" if field.is_required() else shown(field.default)
        allowed = field_types.allowed(field_types.fields_of(model)[name])
        lines.append(row(f"`{name}`", allowed, default, field.description or ""))
    return lines


def parameters() -> list[str]:
    """The table of the parameters, with what the literature has to say of them."""
    lines = table("name", "symbol", "first", "second", "legal", "plausible", "meaning", "basis")
    second = PRESETS["second"]["parameters"]
    for name, field in Parameters.model_fields.items():
        symbol, basis = BASIS[name]
        legal = field_types.allowed(field_types.fields_of(Parameters)[name])
        for words in ("a number ", "a whole number "):
            legal = legal.removeprefix(words)
        meaning = field.description or ""
        default = f"{field.default:g}"
        other = f"{second[name]:g}" if name in second else ""
        cells = (f"`{name}`", symbol, default, other, legal, plausible(name), meaning, basis)
        lines.append(row(*cells))
    return lines


def plausible(name: str) -> str:
    """How far a parameter may plausibly go; empty if nobody has thought of a range."""

    def span(ends: Range) -> str:
        low, high = ends
        return f"{low:g}, {high:g}" if name == "r" else f"{low:g} to {high:g}"

    if name in TIMES:
        other, few, many = TIMES[name]
        return f"{few:g} to {many:g} times {other}"
    parts = [span(RANGES[name])] if name in RANGES else []
    if name in RANGES_SECOND:
        parts.append(f"second: {span(RANGES_SECOND[name])}")
    return "; ".join(parts)


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


def figures() -> list[str]:
    """The table of the figures."""
    lines = table("name", "shows", "`--record`", "takes")
    for figure in FIGURES.values():
        takes = ", ".join(f"`{option}`" for option in figure.takes)
        record = f"`{','.join(figure.record)}`" if figure.record else ""
        lines.append(row(f"`{figure.name}`", figure.shows, record, takes))
    return lines


def sections() -> dict[str, list[str]]:
    """All tables by the name of their marker."""
    found = {"parameters": parameters(), "mechanisms": mechanisms(), "figures": figures()}
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
        if begin not in text:
            continue
        before, _, rest = text.partition(begin)
        after = rest.partition(end)[2]
        text = "\n".join([before + begin, *lines, end]) + after
    return text


if __name__ == "__main__":
    for path in PAGES:
        path.write_text(page(path.read_text(encoding="utf-8")), encoding="utf-8")
