"""The table of decisions, and what is read from it."""

from __future__ import annotations

import ast
import re

from conftest import ROOT

from sim.agents.model import Actor
from sim.engine import draws, event_log, state
from sim.engine.decisions import CODE, DECISIONS, DRAWS, KINDS
from sim.results.phrases import PHRASES, STATES, TERMS
from sim.rules import jit


def test_phrases_and_kinds_of_events_have_the_same_names() -> None:
    assert set(PHRASES) == {*CODE} - {"shift"}
    assert set(TERMS) == {term for kind in KINDS for term in kind.terms}


def test_every_state_of_the_war_has_its_words_at_the_place_of_its_code() -> None:
    codes = {
        name.lower(): getattr(state, name) for name in ("WAR", "CEASEFIRE", "SETTLEMENT", "VICTORY")
    }
    assert {words.name: code for code, words in enumerate(STATES)} == codes
    assert all(code in state.CALM for code in (codes["ceasefire"], codes["settlement"]))


def test_a_decision_that_explain_may_turn_has_words_for_what_else_would_have_been() -> None:
    assert {name for name, phrase in PHRASES.items() if all(phrase.done)} == {
        kind.name for kind in KINDS if kind.turned
    }


def test_the_decisions_are_the_methods_of_an_actor() -> None:
    methods = {name for name, value in vars(Actor).items() if callable(value) and name[0] != "_"}
    assert set(DECISIONS) == methods - {"tie_to"}


def test_kinds_and_draws_are_constants_by_their_names_in_capitals() -> None:
    assert all(getattr(event_log, name.upper()) == code for name, code in CODE.items())
    assert all(getattr(draws, name.upper()) == number for name, number in DRAWS.items())


def test_an_event_has_room_for_the_terms_of_every_kind() -> None:
    assert max(len(kind.terms) for kind in KINDS) <= event_log.MOST_TERMS


def test_another_word_for_a_decision_does_not_change_the_rules() -> None:
    assert "engine.decisions" in jit.sources(*jit._NUMBERS)
    assert "results.phrases" not in {*jit.sources(*jit._NUMBERS), *jit._ALONE}


def test_an_event_is_noted_in_the_phase_that_its_row_names() -> None:
    noted = {}
    for path in (ROOT / "sim/engine/phases").glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        phase = re.match(r"Phase (\d+)", str(ast.get_docstring(tree)))
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "event_log":
                name = node.attr.lower()
                if name in CODE:
                    assert phase is not None, path
                    noted[name] = int(phase.group(1))
    assert noted == {kind.name: kind.phase for kind in KINDS if kind.name}
