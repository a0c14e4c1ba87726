"""Write what pages take from the code: ``python docs/generate.py``.

The tables of docs/SCENARIOS.md come from the models, the drawing and the lists of
docs/ARCHITECTURE.md from the imports and from the first lines of modules.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from pydantic import BaseModel

import sim
from sim.plots.catalogue import FIGURES
from sim.scenario import field_types, schema
from sim.scenario.parameters import IDLE, NUMBERS, Mechanisms, Parameters
from sim.scenario.schema import Scenario

PAGES = [ROOT / "docs" / name for name in ("SCENARIOS.md", "ARCHITECTURE.md", "ENSEMBLES.md")]

TABLES: dict[str, type[BaseModel]] = {
    "the top of the file": Scenario,
    "camps.NAME": schema.Camp,
    "issues.NAME": schema.Issue,
    "issues.NAME.agenda": schema.Tabled,
    "issues.NAME.renewed": schema.Renewal,
    "actors.NAME": schema.ActorEntry,
    "actors.NAME.tasks": schema.Tasks,
    "actors.NAME.short.ISSUE": schema.ShortTerm,
    "actors.NAME.long.ISSUE": schema.LongTerm,
    "roles": schema.Roles,
    "talks": schema.Talks,
    "theatres.NAME": schema.Theatre,
    "ceasefire": schema.Ceasefire,
    "coalition": schema.Coalition,
    "course": schema.Course,
    "course.positions": schema.CoursePoint,
    "guarantees": schema.Guarantee,
    "outcomes.NAME": schema.Outcome,
    "events": schema.ScheduledEvent,
}


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
    lines = table("name", "symbol", "default", "legal", "plausible", "meaning", "basis")
    for name, field in Parameters.model_fields.items():
        known = NUMBERS[name]
        legal = field_types.allowed(field_types.fields_of(Parameters)[name])
        for words in ("a number ", "a whole number "):
            legal = legal.removeprefix(words)
        cells = (f"`{name}`", known.symbol, f"{field.default:g}", legal, plausible(name),
                 field.description or "", known.source)  # fmt: skip
        lines.append(row(*cells))
    return lines


def plausible(name: str) -> str:
    """How far a parameter may plausibly go; empty if nobody has thought of a range."""
    known = NUMBERS[name]
    if known.times is not None:
        other, few, many = known.times
        return f"{few:g} to {many:g} times `{other}`"
    return "" if known.plausible is None else "{:g} to {:g}".format(*known.plausible)


def mechanisms() -> list[str]:
    """The table of the mechanisms: what is off when they are off."""
    lines = table("name", "default", "when it is off", "parameters that must not be set then")
    for name, field in Mechanisms.model_fields.items():
        about = (field.description or "").removeprefix("off: ")
        idle = ", ".join(f"`{number}`" for number in IDLE.get(name, ()))
        lines.append(row(f"`{name}`", shown(field.default), about, idle))
    return lines


def first_line(path: Path) -> str:
    """The first line of the docstring of a module."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    return str(text).partition("\n")[0]


def imported(package: str) -> set[str]:
    """The other packages that the modules of a package import."""
    found: set[str] = set()
    for path in (ROOT / "sim" / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module[:4] == "sim.":
                found.add(node.module.split(".")[1])
            if isinstance(node, ast.ImportFrom) and node.module == "sim":
                found |= {alias.name for alias in node.names}
    return found & set(sim.PACKAGES) - {package}


def packages() -> list[str]:
    """The packages in a drawing: an arrow to each that is imported, and not through another."""
    uses = {package: imported(package) for package in sim.PACKAGES}
    below: dict[str, set[str]] = {}
    for package in sim.PACKAGES:
        below[package] = uses[package].union(*(below[other] for other in uses[package]))
    lines = ["```mermaid", "flowchart BT"]
    for package in sim.PACKAGES:
        direct = uses[package] - set().union(*(below[other] for other in uses[package]))
        lines += [f"    {package} --> {other}" for other in sorted(direct)] or [f"    {package}"]
    lines += ["```", ""]
    for package in sim.PACKAGES:
        about = first_line(ROOT / "sim" / package / "__init__.py")
        lines.append(f"{1 + sim.PACKAGES.index(package)}. **{package}**. {about}")
    return lines


def modules() -> list[str]:
    """Every module of every package with its first line."""
    lines: list[str] = []
    for package in sim.PACKAGES:
        lines += [f"### {package}", ""]
        for path in sorted((ROOT / "sim" / package).rglob("*.py")):
            if path.name != "__init__.py" or path.parent.name != package:
                name = path.relative_to(ROOT / "sim" / package).with_suffix("").as_posix()
                name = name.removesuffix("/__init__")
                lines.append(f"* [`{name}`](../{path.relative_to(ROOT)}): {first_line(path)}")
        lines.append("")
    return lines[:-1]


def figures() -> list[str]:
    """The table of the figures."""
    lines = table("name", "shows", "`--record`", "takes")
    for figure in FIGURES.values():
        takes = ", ".join(f"`{option}`" for option in figure.takes)
        record = f"`{','.join(figure.record)}`" if figure.record else ""
        lines.append(row(f"`{figure.name}`", figure.shows, record, takes))
    return lines


def sections() -> dict[str, list[str]]:
    """What is generated, by the name of its marker."""
    found = {
        "parameters": parameters(), "mechanisms": mechanisms(), "packages": packages(),
        "modules": modules(), "figures": figures(),
    }  # fmt: skip
    fields_page: list[str] = []
    for path, model in TABLES.items():
        about = (model.__doc__ or "").partition("\n\n")[0].replace("\n    ", " ")
        fields_page += [f"### `{path}`" if path != "the top of the file" else f"### {path}", ""]
        fields_page += [about, "", *described(model), ""]
    found["fields"] = fields_page[:-1]
    return found


def page(text: str) -> str:
    """Put what is generated between its markers and leave all other text as it is."""
    for name, lines in sections().items():
        begin, end = f"<!-- generated: {name} -->", "<!-- end -->"
        if begin not in text:
            continue
        before, _, rest = text.partition(begin)
        after = rest.partition(end)[2]
        text = "\n".join([before + begin, *lines, end]) + after
    return text


if __name__ == "__main__":
    for one in PAGES:
        one.write_text(page(one.read_text(encoding="utf-8")), encoding="utf-8")
