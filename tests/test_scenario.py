"""The models of a scenario, its documentation, and the Syrian case figure by figure."""

from __future__ import annotations

import gzip
import json
from types import ModuleType
from typing import Any

import pytest
from conftest import ROOT, module_of
from pydantic import BaseModel

from sim import files
from sim.errors import Fault, ScenarioError, nearest
from sim.scenario import schema
from sim.scenario.parameters import IDLE, MONITORED, NUMBERS, OFF, Mechanisms, Parameters
from sim.scenario.schema import Scenario, week_of

GOLDEN = ROOT / "tests" / "golden" / "one_run.json.gz"
MODELS = [
    value
    for value in vars(schema).values()
    if isinstance(value, type) and issubclass(value, schema.StrictModel)
]


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    return module_of("docs/generate.py")


# the models ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_field_says_what_it_means(model: type[BaseModel]) -> None:
    assert [name for name, field in model.model_fields.items() if not field.description] == []


def test_defaults_have_the_types_of_their_fields() -> None:
    for name, value in Parameters():
        whole = Parameters.model_fields[name].annotation is not float
        assert type(value) is (int if whole else float), name


def test_what_is_off_is_a_parameter_and_legal() -> None:
    assert set(IDLE) <= {*Mechanisms.model_fields, MONITORED}
    assert {known.mechanism for known in NUMBERS.values()} == {*IDLE, ""}
    rules = {"attention", "foresight", "hazard", "learning", "victory", "vote_loyalty",
             "tie_behaviour", "theatres", "fights", "terms", "voice",
             "joining", "ruptures", "returning", "resolve"}  # fmt: skip
    assert set(OFF) | {"bilateral", "shifts"} | rules == set(Mechanisms.model_fields)
    assert {name for names in IDLE.values() for name in names} <= set(Parameters.model_fields)
    for values in OFF.values():
        Parameters.model_validate(dict(values))


# the words ----------------------------------------------------------------------------------------


def test_a_fault_reads_as_one_line() -> None:
    assert str(Fault("a.b", "is wrong", "try c", "f.toml", 3)) == "f.toml:3: a.b: is wrong (try c)"
    assert str(Fault("a.b", "is wrong", file="f.toml")) == "f.toml: a.b: is wrong"
    assert str(Fault("", "is wrong", line=3)) == "line 3: is wrong"
    assert str(Fault("", "is wrong")) == "is wrong"
    assert str(ScenarioError([Fault("", "one"), Fault("a", "two")])) == "one\na: two"


def test_the_nearest_word_is_named_or_all_are() -> None:
    assert nearest("irann", ["iran", "russia"]) == "did you mean 'iran'?"
    assert nearest("xyz", ["b", "a"]) == "known: a, b"
    assert nearest("xyz", []) == "none is declared"


# the documentation --------------------------------------------------------------------------------


def test_the_generated_tables_are_up_to_date(generator: ModuleType) -> None:
    texts = [path.read_text(encoding="utf-8") for path in generator.PAGES]
    assert [generator.page(text) for text in texts] == texts, "run python docs/generate.py"
    for name in generator.sections():
        assert sum(text.count(f"<!-- generated: {name} -->") for text in texts) == 1


def test_every_parameter_has_a_basis() -> None:
    assert list(NUMBERS) == list(Parameters.model_fields)
    assert all(known.source for known in NUMBERS.values())


def test_the_example_on_the_page_is_sound(generator: ModuleType) -> None:
    text = generator.PAGES[0].read_text(encoding="utf-8")
    example = text.partition("```toml\n")[2].partition("```")[0]
    whole = (
        'name = "x"\nstart = 2001-01-01\n[camps.government]\nlabel = "g"\npole = 1\n'
        '[issues.regime]\nlabel = "r"\nzero = "a"\none = "b"\nstart = 0\n'
    )
    assert files.loads(whole + example).sources["actors.iran.capability"].source == "judgement"


def test_every_scenario_is_listed() -> None:
    listed = (ROOT / "scenarios" / "README.md").read_text(encoding="utf-8")
    names = [path.name for path in (ROOT / "scenarios").glob("*.toml")]
    assert [name for name in names if f"`{name}`" not in listed] == []


# the Syrian case ----------------------------------------------------------------------------------


def test_the_figures_are_those_of_the_recorded_run(syria: Scenario) -> None:
    with gzip.open(GOLDEN) as stream:
        golden: dict[str, Any] = json.load(stream)
    axes, case = golden["axes"], golden["scenario"]
    actors = list(syria.actors.values())
    assert list(syria.actors) == axes["actor"]
    assert list(syria.issues) == axes["issue"]
    sides = {"government": 1, "opposition": -1, None: 0}
    assert [sides[actor.camp] for actor in actors] == case["side"]
    for field, name in (
        ("armed", "armed"),
        ("capability", "capability"),
        ("discount", "delta"),
        ("cost_of_war", "cost"),
    ):
        assert [getattr(actor, field) for actor in actors] == case[name]
    for task in ("air", "ground", "diplomacy"):
        assert [getattr(actor.tasks, task) for actor in actors] == case[task]
    assert [issue.start for issue in syria.issues.values()] == case["theta0"]
    links = [(p, q, share) for p, shares in syria.patrons.items() for q, share in shares.items()]
    assert [[patron, proxy] for patron, proxy, _ in links] == axes["link"]
    assert [share for *_, share in links] == case["control"]
    objectives = [
        {
            "actor": name,
            "horizon": horizon,
            "issue": issue,
            "ideal": goal.ideal,
            "weight": goal.weight,
            "satisfied_at": getattr(goal, "satisfied_at", None),
            "threatened_at": getattr(goal, "threatened_at", None),
        }
        for name, actor in syria.actors.items()
        for horizon in ("short", "long")
        for issue, goal in getattr(actor, horizon).items()
    ]
    assert objectives == case["objectives"]
    assert [
        {
            "week": week_of(syria, event.date or 0),
            "actor": event.actor,
            "issue": event.issue,
            "ideal": event.ideal,
            "weight_factor": event.weight_times,
        }
        for event in syria.events
    ] == case["shifts"]


def test_every_actor_and_issue_says_where_its_numbers_come_from(syria: Scenario) -> None:
    for table in (*syria.actors.values(), *syria.issues.values(), *syria.events):
        assert table.source
