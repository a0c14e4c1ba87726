"""The pages say what is there: names, links, rules, parameters, and code that runs."""

from __future__ import annotations

import ast
import importlib
import re
import shutil
import tomllib
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from conftest import ROOT, module_of
from pydantic import BaseModel

import sim
from sim.engine.state import World
from sim.scenario import files, schema
from sim.scenario.oddities import oddities
from sim.scenario.parameters import Mechanisms, Parameters

README = ROOT / "README.md"
ODD = ROOT / "docs" / "ODD.md"
WARS = sorted((ROOT / "docs/wars").glob("*.md"))
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *WARS, ROOT / "scenarios/README.md"]
)
RULES = sorted(
    p for p in (ROOT / "sim/rules").glob("*.py") if p.stem not in ("__init__", "jit", "compiler")
)
FENCE = re.compile(r"^ {0,3}```[^\n]*\n.*?^ {0,3}```[ \t]*$", re.MULTILINE | re.DOTALL)
PYTHON = re.compile(r"^```python[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
TOML = re.compile(r"^```toml\n(.*?)^```", re.MULTILINE | re.DOTALL)
HEADINGS = [
    "1. Purpose and patterns",
    "2. Entities, state variables, and scales",
    "3. Process overview and scheduling",
    "4. Design concepts",
    "5. Initialization",
    "6. Input data",
    "7. Submodels",
]
CONCEPTS = [
    "Basic principles", "Emergence", "Adaptation", "Objectives", "Learning", "Prediction",
    "Sensing", "Interaction", "Stochasticity", "Collectives", "Observation",
]  # fmt: skip
MOST_RUNS = 4


def by_name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def prose(path: Path) -> str:
    """A page without its blocks of code."""
    return FENCE.sub("", path.read_text(encoding="utf-8"))


def resolve(name: str) -> Any:
    """What a dotted name stands for: the longest module in front, attributes after it."""
    parts = name.split(".")
    for cut in range(len(parts), 0, -1):
        module = ".".join(parts[:cut])
        try:
            found: Any = importlib.import_module(module)
        except ModuleNotFoundError as error:
            if error.name is None or not f"{module}.".startswith(f"{error.name}."):
                raise
            continue
        for attribute in parts[cut:]:
            found = getattr(found, attribute)
        return found
    raise ModuleNotFoundError(name)


@pytest.mark.parametrize("page", [*PAGES, *(ROOT / "sim").rglob("*.py")], ids=by_name)
def test_every_name_of_the_program_on_a_page_or_in_a_module_exists(page: Path) -> None:
    missing = []
    text = prose(page) if page.suffix == ".md" else page.read_text(encoding="utf-8")
    for name in sorted(set(re.findall(r"`(sim(?:\.[A-Za-z_]\w*)+)[^`]*`", text))):
        try:
            resolve(name)
        except (AttributeError, ModuleNotFoundError) as error:
            missing.append(f"{name}: {error}")
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    broken = []
    for target in re.findall(r"\]\(<?([^)\s>]+)>?[^)]*\)", prose(page)):
        if re.match(r"[a-z][a-z0-9+.-]*:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        known = there.exists() and there.is_relative_to(ROOT.resolve())
        if not known or (anchor and there.suffix == ".md" and anchor not in anchors(there)):
            broken.append(target)
    assert not broken


def anchors(page: Path) -> set[str]:
    """Anchors of the headings of a page, as code hosts make them."""
    headings = re.findall(r"^#+ +(.+?)\s*$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_every_file_that_a_page_names_exists(page: Path) -> None:
    named = re.findall(r"`((?:tests|docs|scenarios|notebooks|sim)/[\w./-]+\.\w+)`", prose(page))
    assert not [name for name in named if not (ROOT / name).exists()]


def test_the_model_is_described_under_the_headings_of_the_protocol() -> None:
    text = prose(ODD)
    headings = re.findall(r"^## +(.+?)\s*$", text, re.MULTILINE)
    assert headings == [*HEADINGS, "References"]
    design = text.split("\n## 4. Design concepts\n")[1].split("\n## ")[0]
    assert re.findall(r"^### +(.+?)\s*$", design, re.MULTILINE) == CONCEPTS


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_every_rule_is_described_and_linked(path: Path) -> None:
    text = ODD.read_text(encoding="utf-8")
    rules = [
        node.name
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]
    links = {name: f"[`sim.rules.{path.stem}.{name}`](../sim/rules/{path.name})" for name in rules}
    assert rules
    assert not [name for name, link in links.items() if link not in text]


def test_every_link_to_a_function_names_the_file_that_holds_it() -> None:
    wrong = []
    for name, target in re.findall(r"\[`(sim\.[\w.]+)`\]\(\.\./([\w./]+)\)", prose(ODD)):
        module = name.rpartition(".")[0]
        if target != module.replace(".", "/") + ".py":
            wrong.append((name, target))
    assert not wrong


def test_every_mechanism_is_described() -> None:
    text = prose(ODD)
    assert not [name for name in Mechanisms.model_fields if f"| `{name}` |" not in text]


def test_every_parameter_is_named() -> None:
    text = prose(ODD) + prose(ROOT / "docs" / "SCENARIOS.md")
    assert not [name for name in Parameters.model_fields if f"`{name}`" not in text]


def test_the_described_defaults_are_those_of_the_program() -> None:
    """Where a default stands in brackets after a parameter, it is the parameter's default."""
    stated = re.findall(r"`(\w+)` \((\d+(?:\.\d+)?)[^)]*\)", prose(ODD))
    fields = Parameters.model_fields
    found = {name: float(number) for name, number in stated if name in fields}
    assert len(found) > 25
    assert {name: float(fields[name].default) for name in found} == found


def test_the_version_is_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## \[(\d[^\]]*)\] - (\d{4}-\d{2}-\d{2})$", changes, re.MULTILINE)
    cited = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert newest is not None
    assert newest.group(1) == project["version"]
    assert f"\nversion: {project['version']}\n" in cited
    assert f'\ndate-released: "{newest.group(2)}"\n' in cited
    assert f"\nlicense: {project['license']}\n" in cited
    assert cited.startswith("cff-version: 1.2.0\n")


@pytest.mark.parametrize("page", [README, ROOT / "docs/ENSEMBLES.md"], ids=by_name)
def test_the_code_on_a_page_runs(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All blocks in one namespace, beside a copy of the scenarios, with few runs."""
    blocks = PYTHON.findall(page.read_text(encoding="utf-8"))
    assert blocks
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "agg")
    space: dict[str, Any] = {"__name__": "readme"}
    for number, block in enumerate(blocks, start=1):
        few = re.sub(r"\bruns=([\d_]+)", lambda m: f"runs={min(int(m.group(1)), MOST_RUNS)}", block)
        exec(compile(few, f"{page.name}, python block {number}", "exec"), space)


def allies() -> str:
    """The section on allies that may fall out."""
    text = (ROOT / "docs/SCENARIOS.md").read_text(encoding="utf-8")
    return text.partition("\n## Allies that may fall out\n")[2].partition("\n## ")[0]


def test_the_war_of_allies_on_the_page_is_a_whole_file_with_nothing_odd(tmp_path: Path) -> None:
    (whole,) = TOML.findall(allies())
    path = tmp_path / "page.toml"
    path.write_text(whole, encoding="utf-8")
    case = files.load(path)
    assert list(oddities(case)) == []
    assert case.coalition is not None
    assert case.course is not None
    assert case.course.secured is not None
    assert case.guarantees
    assert any(issue.falls_to for issue in case.issues.values())


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_every_example_of_a_file_can_be_read(page: Path) -> None:
    for block in TOML.findall(page.read_text(encoding="utf-8")):
        tomllib.loads(block)


def test_what_check_is_said_to_say_of_allies_it_says() -> None:
    source = "".join(
        (ROOT / "sim/scenario" / name).read_text() for name in ("checks.py", "oddities.py")
    )
    messages = re.findall(r"^\| .* \| `([^`]+)` \|$", allies(), re.MULTILINE)
    assert len(messages) > 10
    assert [message for message in messages if message not in source] == []


def test_every_table_of_a_file_has_its_fields_on_the_page() -> None:
    page = module_of("docs/generate.py")
    tables = {
        found
        for found in vars(schema).values()
        if isinstance(found, type)
        and issubclass(found, BaseModel)
        and found.__module__ == schema.__name__
    }
    assert tables == set(page.TABLES.values())


def test_the_columns_of_the_tables_of_wars_are_described() -> None:
    text = (ROOT / "scenarios/README.md").read_text(encoding="utf-8")
    for name in ("outcomes", "codings"):
        part = text.partition(f"`wars/{name}.csv`**")[2].partition("**`wars/")[0]
        cells = re.findall(r"^\| (\**`.*?) \|", part, re.MULTILINE)
        told = [column for cell in cells for column in re.findall(r"`(\w+)`", cell)]
        head = (ROOT / f"scenarios/wars/{name}.csv").read_text(encoding="utf-8").split("\n")[0]
        assert told == head.split(",")


def test_every_rule_that_is_cited_is_a_rule_of_the_protocol() -> None:
    rules = re.findall(r"^### (\d+)\. ", prose(ROOT / "docs/wars/PROTOCOL.md"), re.MULTILINE)
    assert rules == [str(number) for number in range(1, 11)]
    for path in [*WARS, *(ROOT / "scenarios/wars").glob("*.toml")]:
        for cited in re.findall(r"\brules? (\d+(?: and \d+)?)", path.read_text(encoding="utf-8")):
            assert set(cited.split(" and ")) <= set(rules), path.name


def test_every_dossier_leads_to_the_protocol() -> None:
    dossiers = [page for page in WARS if page.stem not in ("CODING", "PROTOCOL")]
    assert dossiers
    assert [page.name for page in dossiers if "](PROTOCOL.md" not in prose(page)] == []


def test_the_example_of_the_protocol_is_in_the_file() -> None:
    text = prose(ROOT / "docs/wars/PROTOCOL.md")
    war = files.load(ROOT / "scenarios/wars/balkan_league_1912.toml")
    aims = war.actors["serbia"].long
    steps = {"vardar": 2, "adriatic": 3, "sandjak": 2}
    assert set(aims) == set(steps)
    for issue, step in steps.items():
        assert aims[issue].weight == round(step / 7, 4)
        assert f"{step} / 7 = {aims[issue].weight} |" in text
    assert aims["vardar"].ideal == 0.75
    there = war.ranges["actors.montenegro.long.sandjak.weight"]
    assert (there.low, there.high) == (0.25, 0.4)
    assert "actors.greece.long.salonica.weight" not in war.ranges


def test_the_recipes_for_contributors_name_files_that_exist() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    recipes = text.partition("## What to touch")[2].partition("\n## ")[0]
    assert len(re.findall(r"^\*\*[A-Z][^*]+\.\*\* ", recipes, re.MULTILINE)) >= 8
    paths = re.findall(r"`([\w/]+(?:\.py|\.md|\.toml|/))`", text)
    assert len(paths) > 25
    places = (ROOT, ROOT / "sim", ROOT / "sim/narrative/chronicle")
    assert [p for p in paths if not any((place / p).exists() for place in places)] == []


def test_the_glossary_names_places_that_exist_and_every_term_once() -> None:
    text = (ROOT / "docs/GLOSSARY.md").read_text(encoding="utf-8")
    lines = [line.strip("|") for line in text.splitlines() if line.startswith("| ")][2:]
    rows = [[cell.strip() for cell in line.split("|")] for line in lines]
    terms = [row[0] for row in rows]
    assert len(terms) > 60
    assert terms == sorted(set(terms), key=str.lower)
    for row in rows:
        for place in re.findall(r"`([^`]+)`", row[3]):
            if place.startswith("measures."):
                assert hasattr(sim.measures, place.partition(".")[2]), place
            else:
                assert (ROOT / "sim" / place).exists(), place


def test_every_array_in_the_table_of_symbols_is_an_array_of_the_state() -> None:
    table = ODD.read_text().partition("| symbol | array |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| [^|]+ \| ([^|]+) \|", table, flags=re.M)
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    groups = get_type_hints(World).values()
    assert len(named) > 40
    assert named <= {field for group in groups for field in group._fields}
