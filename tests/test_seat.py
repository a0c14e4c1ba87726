"""A reader in an actor's seat: every answer counts, and the rule's answers give the rule's war."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
import xarray as xr
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.agents import contract
from sim.agents.model import ConflictModel, GovernmentActor, StateActor
from sim.agents.registry import REGISTERED
from sim.engine.decisions import DECISIONS
from sim.errors import SimError
from sim.results.dataset import events
from sim.scenario.schema import Scenario
from sim.ui.role_play import Seat, by_hand
from sim.ui.role_play.actor import asking
from sim.ui.role_play.questions import QUESTIONS, Question, question

SYRIA = ROOT / "scenarios/syria_2015_2018.toml"
# Numbers that are quoted here come from a file that stays as it is.
SECOND = ROOT / "tests/cases/syria_second_theory.toml"
TOY = ROOT / "tests/cases/toy.toml"


def same(one: xr.Dataset, other: xr.Dataset) -> bool:
    """Equal to the last bit, whatever the class of the actor is called."""
    return set(one) == set(other) and all(
        np.array_equal(one[name].values, other[name].values, equal_nan=False)
        for name in one.data_vars
    )


@pytest.mark.parametrize(
    ("path", "actor", "weeks"),
    [
        *[(TOY, name, 52) for name in ("crown", "duchy", "league")],
        (SECOND, "iran", 44),
        *[(SYRIA, name, 30) for name in ("iran", "russia", "syria_government", "northern_rebels")],
    ],
)
def test_who_answers_as_the_rule_does_gets_the_rules_war_to_the_last_bit(
    path: Any, actor: str, weeks: int
) -> None:
    seat = Seat(path, actor, seed=3, weeks=weeks).play()
    assert len(seat.history) > 2
    assert same(seat.results(), seat.by_rule)


def test_the_first_theory_with_its_loyal_votes_is_played_too(first_syria: Scenario) -> None:
    seat = Seat(first_syria, "iran", run=4, weeks=16).play()
    assert {asked.decision for asked, _ in seat.history} >= {"ratifies", "orders", "votes"}
    assert same(seat.results(), seat.by_rule)


@given(
    who=st.sampled_from(["crown", "duchy", "league"]),
    seed=st.integers(0, 50),
    answers=st.lists(st.booleans(), min_size=30, max_size=30),
)
@settings(max_examples=10)
def test_what_the_reader_answers_is_what_happens(who: str, seed: int, answers: list[bool]) -> None:
    what_happened(Seat(TOY, who, seed=seed, weeks=20).play(answers))


def what_happened(seat: Seat, with_own_forces: bool = True) -> None:
    """Every answer of a reader is what is on record."""
    left, who = list(events(seat.results())), seat.actor
    for asked, said in seat.history:
        own = with_own_forces and asked.decision == "orders"
        kinds = {DECISIONS[asked.decision].name, *(["comply"] if own else [])}
        found = [
            event
            for event in left
            if (event.week, event.actor) == (asked.week, who) and event.decision in kinds
            and asked.other in ("", event.counterpart) and asked.issue in ("", event.issue)
        ]  # fmt: skip
        assert found, asked.decision
        assert [event.answer for event in found] == [said] * len(found), asked.decision


@pytest.mark.parametrize("who", ["hezbollah", "northern_rebels", "russia"])
def test_answers_stand_where_breaches_cost_and_forces_hold_back(who: str) -> None:
    seat = Seat(SYRIA, who, seed=2, weeks=40).play(lambda asked: asked.week % 8 < 4)
    assert len(seat.history) > 2
    # a state's own planes may shy away from a breach that it orders others to commit
    armed = seat.case.actors[who].armed
    what_happened(seat, with_own_forces=armed)


@pytest.fixture(scope="module")
def convener(first_syria: Scenario) -> Seat:
    """A convener that says yes to everything, with an issue that it may put on the table."""
    pays = {"issues.arms.agenda.at": "when it pays"}
    return Seat(first_syria, "russia", run=4, weeks=16, set=pays).play(lambda _: True)


def test_every_kind_of_decision_is_asked_in_some_war(first_syria: Scenario, convener: Seat) -> None:
    russia = Seat(first_syria, "russia", run=1, weeks=12).play()
    # a party that comes and keeps to its word brings the talks about
    rebels = Seat(first_syria, "northern_rebels", run=4, weeks=16).play(lambda _: True)
    asked = {asked.decision for seat in (convener, russia, rebels) for asked, _ in seat.history}
    among_members = {"demands", "accepts", "attacks", "breaks_with", "consents", "comes_back",
                     "makes_peace"}  # fmt: skip
    assert asked == set(QUESTIONS) - among_members
    assert among_members < set(QUESTIONS)


@pytest.mark.parametrize("who", ["blue", "green"])
def test_a_member_of_a_coalition_is_asked_and_its_answers_stand(who: str) -> None:
    league = ROOT / "tests/cases/league.toml"
    seat = Seat(league, who, seed=3, weeks=60).play(lambda _: True)
    asked = {question.decision for question, _ in seat.history}
    assert "accepts" in asked
    left = list(events(seat.results()))
    for one, said in seat.history:
        if one.decision in ("demands", "accepts", "attacks", "makes_peace"):
            key = one.week, who, DECISIONS[one.decision].name
            found = [e for e in left if (e.week, e.actor, e.decision) == key]
            assert said in {e.answer for e in found if e.counterpart == one.other}


def test_what_is_on_the_table_is_the_readers_too(convener: Seat) -> None:
    what_happened(convener)
    told = {asked.decision: asked for asked, _ in convener.history}
    assert "Do you put the monopoly over arms on the table" in told["raises"].text
    what_happened(Seat(convener.case, "russia", run=4).play(lambda q: q.decision != "raises"))


def test_an_order_stands_until_something_turns() -> None:
    seat = Seat(SECOND, "iran", seed=1, weeks=60, decisions=["orders"]).play([True] * 40)
    war = seat.results()
    given_ = [e for e in events(war) if (e.decision, e.actor) == ("order", "iran")]
    orders = [asked for asked, _ in seat.history if asked.decision == "orders"]
    assert all(event.answer for event in given_)
    assert len(orders) < len(given_) / 2


def test_before_the_reader_takes_the_seat_the_rule_decides() -> None:
    seat = Seat(SECOND, "iran", since="2016-12-01", weeks=72).play(lambda q: not q.rule)
    assert seat.history[0][0].week >= 61
    before = seat.results().isel(week=slice(0, 61))
    for name in ("tie", "position", "capability"):
        np.testing.assert_array_equal(before[name], seat.by_rule[name].isel(week=slice(0, 61)))
    assert not same(seat.results(), seat.by_rule)


def test_a_reader_may_answer_for_some_decisions_only() -> None:
    seat = Seat(SECOND, "iran", weeks=60, decisions=["ratifies"]).play()
    assert {asked.decision for asked, _ in seat.history} == {"ratifies"}


def test_an_answer_taken_back_is_as_if_it_had_never_been_given() -> None:
    straight = Seat(TOY, "league", weeks=30).play(["yes", "no"])
    seat = Seat(TOY, "league", weeks=30)
    seat.answer("yes")
    seat.answer("yes")
    seat.back()
    assert len(seat.history) == 1
    assert same(seat.play(["no"]).results(), straight.results())


def test_a_question_tells_what_the_actor_knows() -> None:
    asked = Seat(SECOND, "iran", seed=1).question
    assert asked is not None
    assert "brokered by the United Nations" in asked.text
    assert (asked.yes, asked.no, asked.rule) == ("sign", "refuse", False)
    said = str(asked)
    assert "to sign: the terms promise you 0.04 on the besieged Shia towns" in said
    assert "to refuse: a ceasefire is worth 0.03 less to you than war" in said
    assert list(asked.stakes.columns) == ["now", "you want", "attention, %", "the terms"]
    assert asked.stakes["attention, %"].sum() == pytest.approx(100, abs=2)


def test_reasons_add_up_to_the_gain_of_who_has_no_patron() -> None:
    seat = Seat(SECOND, "iran", seed=1, weeks=60)
    told = []

    def watch(asked: Question) -> None:
        told.append((asked, sum(number for number, _ in asked.reasons)))

    seat.play(watch)
    by_key = {
        (e.week, e.decision, e.counterpart): e.gain for e in events(seat.results())
        if e.actor == "iran"
    }  # fmt: skip
    checked = 0
    for asked, total in told:
        for (week, kind, _), gain in by_key.items():
            if week == asked.week and kind == DECISIONS[asked.decision].name:
                assert total == pytest.approx(gain, abs=0.0021), asked.decision  # four of 0.0005
                checked += 1
    assert checked > 20


def test_the_end_is_told_beside_that_of_the_rule() -> None:
    seat = Seat(TOY, "league", weeks=30)
    with pytest.raises(SimError, match="not over"):
        seat.comparison()
    table = seat.play().comparison()
    assert list(table.columns) == ["you", "the rule"]
    np.testing.assert_array_equal(table["you"], table["the rule"])
    weeks = table.index.str.startswith("weeks of")
    assert table.loc[weeks, "you"].sum() == 30
    assert list(seat.answers().columns) == ["date", "question", "you", "the rule"]
    with pytest.raises(SimError, match="the war is over"):
        seat.answer(True)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"actor": "leage"}, "did you mean 'league'"),
        ({"actor": "league", "decisions": ["ratify"]}, "did you mean 'ratifies'"),
        ({"actor": "league", "decisions": ["signs"]}, "now 'ratifies'"),
        ({"actor": "league", "since": "2050-01-01"}, "outside the results"),
    ],
)
def test_what_there_is_not_is_refused(more: Any, says: str) -> None:
    with pytest.raises(SimError, match=says):
        Seat(TOY, **more)


def test_an_answer_is_yes_or_no_in_one_of_its_forms() -> None:
    asked = Seat(TOY, "league").question
    assert asked is not None
    for yes in (True, "yes", "Y", asked.yes, np.True_):
        assert asked.read(yes) is True
    for no in (False, "no", "n", asked.no):
        assert asked.read(no) is False
    assert asked.read(None) is asked.rule is asked.read("")
    with pytest.raises(SimError, match="yes or no"):
        asked.read("perhaps")


def test_the_keyboard_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []

    def typed(prompt: str) -> str:
        shown.append(prompt)
        return "no"

    monkeypatch.setattr("builtins.input", typed)
    seat = Seat(TOY, "league", weeks=20).play(by_hand)
    assert seat.history
    assert not any(said for _, said in seat.history)
    assert "[" in shown[0]


@pytest.mark.parametrize("kind", [StateActor, GovernmentActor])
def test_an_asking_actor_keeps_the_contract(kind: Any) -> None:
    for says in (None, True, False):
        contract.check(asking(kind, lambda *_, says=says: says))


def test_buttons_answer_and_take_back() -> None:
    from sim.ui.role_play.desk import Desk

    seat = Seat(TOY, "league", weeks=20)
    desk = Desk(seat)
    first = seat.question
    assert first is not None
    assert desk.yes.description == first.yes
    assert first.text.split(".")[0] in desk.page.value
    assert desk.back.disabled
    desk.yes.click()
    assert seat.history == [(first, True)]
    desk.back.click()
    assert seat.history == []
    assert seat.question is not None
    assert seat.question.text == first.text
    while seat.question is not None:
        desk.rule.click()
    assert "The war is over" in desk.page.value
    assert desk.yes.disabled
    desk.yes.click()  # a late click
    assert same(seat.results(), seat.by_rule)


def test_buttons_follow_a_seat_that_is_answered_elsewhere() -> None:
    from sim.ui.role_play.desk import Desk

    seat = Seat(TOY, "league", weeks=20)
    desk, other = Desk(seat), Desk(seat)
    seat.answer("yes")  # by a cell
    for one in (desk, other):
        assert seat.question is not None
        assert seat.question.text.split(".")[0] in one.page.value
        assert not one.back.disabled
    desk.no.click()  # on one of two
    assert len(seat.history) == 2
    assert other.page.value == desk.page.value
    seat.play()
    for one in (desk, other):
        assert "The war is over" in one.page.value
        assert [b.disabled for b in (one.yes, one.no, one.rule, one.back)] == [True] * 3 + [False]


def test_a_double_click_does_not_answer_the_next_question() -> None:
    from sim.ui.role_play.desk import Desk

    seat = Seat(TOY, "league", weeks=20)
    desk = Desk(seat)
    button = desk.yes
    button.click()
    button.click()
    assert len(seat.history) == 1
    desk.yes.click()
    back = desk.back
    back.click()
    back.click()
    assert len(seat.history) == 1


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SimError("no memory")])
def test_a_button_that_fails_says_so_and_asks_again(
    error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.ui.role_play.desk import Desk

    seat = Seat(TOY, "league", weeks=20)
    desk, text = Desk(seat), str(seat.question)

    real = seat._go_on

    def fails() -> None:
        monkeypatch.setattr(seat, "_go_on", real)
        raise error

    monkeypatch.setattr(seat, "_go_on", fails)
    desk.yes.click()
    assert "Not answered" in desk.page.value
    assert str(seat.question) == text
    assert not desk.yes.disabled
    desk.yes.click()
    assert [said for _, said in seat.history] == [True]


def test_what_a_copy_is_answered_leaves_the_seat_as_it_is() -> None:
    seat = Seat(TOY, "league", weeks=30, seed=2, decisions=["ratifies", "orders"])
    seat.answer("yes")
    before, now = len(seat.history), str(seat.question)
    other = seat.copy()
    assert str(other.question) == now
    other.play(["no"])
    assert (len(seat.history), str(seat.question)) == (before, now)
    straight = Seat(TOY, "league", weeks=30, seed=2, decisions=["ratifies", "orders"])
    assert same(straight.play(["yes", "no"]).results(), other.results())


@pytest.mark.parametrize(
    ("where", "call"),
    [
        ("agents.model.ConflictModel.play_week", 1),
        ("agents.model.ConflictModel.play_week", 2),
        ("ui.role_play.question", 1),
    ],
)
@pytest.mark.parametrize("act", ["answer", "back", "play"])
def test_a_war_that_was_interrupted_goes_on_from_the_same_question(
    where: str, call: int, act: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seat = Seat(TOY, "league", weeks=30)
    seat.answer("no")
    seat.answer("yes")
    real: Any = question if where == "ui.role_play.question" else ConflictModel.play_week
    calls = 0

    def interrupted(*args: Any) -> Any:
        nonlocal calls
        calls += 1
        done = real(*args)
        if calls >= call:  # a week that stops at a question does not come here
            raise KeyboardInterrupt
        return done

    asked = seat.question
    assert asked is not None
    monkeypatch.setattr(f"sim.{where}", interrupted)
    with pytest.raises(KeyboardInterrupt):
        {"answer": lambda: seat.answer("no"), "back": seat.back, "play": seat.play}[act]()
    monkeypatch.undo()
    assert seat.question is not None
    if act == "answer":
        assert (len(seat.history), seat.question.text) == (2, asked.text)
    told = [said for _, said in seat.history]
    assert told == [False, True][: len(told)]
    straight = Seat(TOY, "league", weeks=30).play([*told, "no"])
    assert same(seat.play(["no"]).results(), straight.results())


@pytest.mark.parametrize("answers", ["yes", True, None])
def test_several_answers_are_no_single_word(answers: Any) -> None:
    seat = Seat(TOY, "league", weeks=20)
    with pytest.raises(SimError, match="takes several answers"):
        seat.play(answers)
    assert seat.history == []


def test_an_answer_that_is_none_loses_nothing() -> None:
    seat = Seat(TOY, "league", weeks=20)
    with pytest.raises(SimError, match="no answer to take back"):
        seat.back()
    with pytest.raises(SimError, match="'perhaps'"):
        seat.play(["yes", "perhaps"])
    with pytest.raises(SimError, match="must be yes or no"):
        seat.answer("  ")
    assert [said for _, said in seat.history] == [True]
    assert same(seat.play().results(), Seat(TOY, "league", weeks=20).play(["yes"]).results())


def test_the_keyboard_asks_again_after_a_slip(monkeypatch: pytest.MonkeyPatch) -> None:
    typed, shown = iter(["mayb", "yes"]), []

    def answer(prompt: str) -> str:
        shown.append(prompt)
        return next(typed)

    monkeypatch.setattr("builtins.input", answer)
    seat = Seat(TOY, "league", weeks=20)
    assert seat.question is not None
    assert by_hand(seat.question) == "yes"
    assert "must be yes or no" in shown[1]


def test_without_ipywidgets_a_seat_shows_its_question(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    seat = Seat(TOY, "league", weeks=20)
    seat._ipython_display_()
    said = capsys.readouterr().out
    assert "need ipywidgets" in said
    assert str(seat.question) in said
    assert repr(seat).startswith("<Seat of League, ")


def test_a_class_of_the_users_own_called_seat_stays_what_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alone = Seat(TOY, "league", weeks=12).play(["no"])
    assert "seat" not in REGISTERED
    mine = type("Mine", (GovernmentActor,), {})
    monkeypatch.setitem(REGISTERED, "seat", mine)
    own = {"actors.crown.agent": "seat"}
    both = Seat(TOY, "league", weeks=12, set=own).play(["no"])
    assert REGISTERED["seat"] is mine
    assert type(both.model.actor("crown")) is mine
    assert isinstance(Seat(TOY, "crown", weeks=2, set=own).model.actor("crown"), mine)
    assert same(both.results(), alone.results())


def test_the_seat_is_a_public_name() -> None:
    assert sim.Seat is Seat
