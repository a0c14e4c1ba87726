"""The chronicle: sentences that are right, read well, and add up."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Mapping
from statistics import median
from typing import Any

import numpy as np
import pytest
import xarray as xr
from conftest import ROOT, SCENARIOS
from hypothesis import given
from hypothesis import strategies as st

from sim import chronicle
from sim.engine import event_log as log
from sim.errors import ResultsError
from sim.narrative.chronicle.background import accounts, mean_tie, stays
from sim.narrative.chronicle.ceasefires import stances
from sim.narrative.chronicle.summary import adding_up
from sim.narrative.chronicle.timeline import Story
from sim.results import dataset
from sim.results.sources import open_results
from sim.runs.simulate import simulate
from sim.scenario import english
from sim.scenario.files import build, dumps, load, with_changes
from sim.scenario.schema import Scenario

TELLING = [path.stem for path in SCENARIOS]
# A shorter record has a shorter page.
LONG = [path.stem for path in SCENARIOS if load(path).weeks >= 120]


@pytest.fixture(scope="module")
def syria() -> Scenario:
    """The Syrian case of the first theory: what is said is what is done."""
    return load(ROOT / "tests/cases/syria_first_theory.toml")


@pytest.fixture(scope="module")
def second() -> Scenario:
    return load(ROOT / "tests/cases/syria_second_theory.toml")


# by hand ------------------------------------------------------------------------------------------


def row(week: int, kind: str, actor: str = "", **more: Any) -> dict[str, Any]:
    """One event to be told; `terms` by name."""
    empty = {"counterpart": "", "issue": "", "answer": True, "gain": 0.0, "shock": 0.0, "terms": {}}
    return empty | {"week": week, "kind": kind, "actor": actor} | more


def told(
    case: Scenario,
    rows: list[dict[str, Any]],
    weeks: int = 80,
    variables: Mapping[str, tuple[tuple[str, ...], Any]] | None = None,
) -> xr.Dataset:
    """Results that hold these events and nothing else but the variables given."""
    actors, issues = [*case.actors, ""], [*case.issues, ""]

    def place(names: list[str], name: str) -> int:
        return names.index(name) if name else -1

    terms = np.zeros((len(rows), log.MOST_TERMS))
    for n, event in enumerate(rows):
        known = log.KINDS[log.CODE[event["kind"]]].terms
        for name, value in event["terms"].items():
            terms[n, known.index(name)] = value
    columns: dict[str, Any] = {
        "event_run": [0] * len(rows),
        "event_week": [event["week"] for event in rows],
        "event_kind": [log.CODE[event["kind"]] for event in rows],
        "event_actor": [place(actors, event["actor"]) for event in rows],
        "event_counterpart": [place(actors, event["counterpart"]) for event in rows],
        "event_issue": [place(issues, event["issue"]) for event in rows],
        "event_answer": [event["answer"] for event in rows],
        "event_gain": [event["gain"] for event in rows],
        "event_shock": [event["shock"] for event in rows],
    }
    held: dict[str, Any] = {name: ("event", np.array(values)) for name, values in columns.items()}
    held["event_terms"] = (("event", "term"), terms)
    for name, (dims, values) in (variables or {}).items():
        held[name] = (("run", "week", *dims), np.asarray(values)[None])
    names = np.array(list(case.actors), dtype=object)
    return xr.Dataset(
        held,
        {
            "run": ("run", [0]),
            "week": ("week", np.arange(weeks)),
            "date": ("week", np.datetime64(case.start) + 7 * np.arange(weeks)),
            "actor": ("actor", names),
            "other": ("other", names),
            "issue": ("issue", np.array(list(case.issues), dtype=object)),
            "account": ("account", ["initial", "objectives", "experience", "third_parties"]),
        },
        attrs={"title": case.name, "scenario": dumps(case), "seed": "1"},
    )


def on(data: xr.Dataset, day: str) -> list[str]:
    """The sentences of one day."""
    return [text for date, text in chronicle.sentences(data) if english.day(date) == day]


DAY = "14 December 2016"  # week 63 of the Syrian case


def signing(iran: bool = False, week: int = 63) -> list[dict[str, Any]]:
    """Russia brokers a ceasefire; Iran is not asked and refuses."""
    deal = {"ceasefire": 0.01, "own": 0.02}
    bad = {"ceasefire": 0.01, "terms": -0.06, "loyalty": 0.01, "own": -0.04}
    return [
        row(week, "convene", "russia"),
        row(week, "propose", "russia", gain=0.02, terms={"ceasefire": 0.02}),
        row(week, "consult", "russia", counterpart="iran", answer=iran, terms={"tie": 0.32}),
        row(week, "consult", "russia", counterpart="turkey", terms={"tie": 0.01}),
        row(week, "ratify", "russia", counterpart="russia", gain=0.02, terms=deal),
        row(
            week, "ratify", "iran", counterpart="russia", answer=False, gain=-0.04, shock=0.0,
            terms=bad,
        ),
        row(week, "ratify", "syria_government", counterpart="russia", gain=0.02, terms=deal),
        row(week, "ratify", "northern_rebels", counterpart="russia", gain=0.02, terms=deal),
        row(week, "ceasefire", "russia"),
    ]  # fmt: skip


def order(week: int, answer: bool, gain: float, **terms: float) -> dict[str, Any]:
    issue = "arms" if "on_issue" in terms else ""
    return row(
        week, "order", "iran", counterpart="russia", issue=issue, answer=answer, gain=gain,
        terms=terms,
    )  # fmt: skip


def act(week: int, who: str, answer: bool) -> dict[str, Any]:
    return row(week, "comply", who, counterpart="russia", answer=answer)


def test_a_signing_says_who_was_asked_who_signed_and_who_refused_and_why(syria: Scenario) -> None:
    assert on(told(syria, signing()), DAY) == [
        "Russia brokers a ceasefire after consulting Turkey but not Iran (a friend that it takes "
        "for granted: the tie is 0.32); the Syrian government and the northern rebels sign, and "
        "it enters into force; Iran refuses, as the terms would cost it 0.06."
    ]


def test_an_ally_that_is_taken_for_granted_is_called_so_once(syria: Scenario) -> None:
    data = told(syria, [*signing(week=8), row(9, "collapse", "russia"), *signing()])
    assert sum("takes for granted" in text for _, text in chronicle.sentences(data)) == 1


def test_an_order_names_the_proxy_the_issue_and_the_cost(syria: Scenario) -> None:
    terms = {"ceasefire": -0.1, "on_issue": -0.12, "military": 0.01}
    data = told(syria, [*signing(), order(63, False, -0.11, **terms), act(63, "hezbollah", False)])
    assert on(data, DAY)[-1] == (
        "Iran, not consulted, orders Hezbollah to break the ceasefire; what lies on the table "
        "would cost Iran 0.12 on the monopoly over arms; Hezbollah obeys."
    )


def test_an_order_to_many_names_those_who_obey_and_those_who_do_not(syria: Scenario) -> None:
    terms = {"ceasefire": 0.01, "military": 0.03}
    names = ("hezbollah", "foreign_militias", "local_militias")
    data = told(
        syria,
        [
            *signing(iran=True),
            order(63, False, -0.02, **terms),
            *(act(63, who, who == "local_militias") for who in names),
        ],
    )
    assert on(data, DAY)[-1] == (
        "Iran orders its proxies to break the ceasefire; fighting on promises Iran a military "
        "gain of 0.03; Hezbollah and the foreign Shia militias obey, the local pro-government "
        "militias do not."
    )


def test_a_reason_is_not_told_twice_on_one_day(syria: Scenario) -> None:
    data = told(
        syria, [*signing(), order(63, False, -0.05, terms=-0.06), act(63, "hezbollah", False)]
    )
    assert on(data, DAY)[-1].startswith(
        "Iran, not consulted, orders Hezbollah to break the ceasefire, for the reason for which it "
        "refused to sign;"
    )


def test_an_answer_against_its_own_reckoning_is_told_as_that(syria: Scenario) -> None:
    what = order(63, False, 0.02, ceasefire=0.02) | {"shock": 0.03}
    data = told(syria, [*signing(iran=True), what, act(63, "hezbollah", True)])
    assert on(data, DAY)[-1] == (
        "Iran orders Hezbollah to break the ceasefire, by chance, though keeping it is worth 0.02 "
        "more to Iran than breaking it; Hezbollah does not obey."
    )


def test_a_decision_that_little_would_have_turned_is_told_as_close(syria: Scenario) -> None:
    what = order(63, False, -0.02, ceasefire=-0.02) | {"shock": -0.0162}
    data = told(syria, [*signing(iran=True), what, act(63, "hezbollah", False)])
    assert "(it was close: 0.004)" in on(data, DAY)[-1]


def test_an_order_is_told_where_it_turns_for_good_and_not_where_it_wavers(syria: Scenario) -> None:
    answers = [False] * 4 + [True] + [False] * 3 + [True] * 6
    rows = signing(week=0)
    for week, answer in enumerate(answers):
        gain = 0.02 if answer else -0.02
        rows += [order(week, answer, gain, ceasefire=gain), act(week, "hezbollah", answer)]
    texts = [text for _, text in chronicle.sentences(told(syria, rows)) if "orders" in text]
    assert [" now " in text for text in texts] == [False, True]
    assert "to keep the ceasefire; the ceasefire is worth 0.02 more to Iran than war" in texts[1]


def test_stances_leave_out_brief_turns_and_count_every_week() -> None:
    def made(answers: list[bool]) -> list[Any]:
        return [
            dataset.Event(0, n, dt.date(2000, 1, 1), 5, "order", "a", "", "", yes, 0, 0, 0, {})
            for n, yes in enumerate(answers)
        ]

    found = stances(made([False, True, True, False, True, True, True, False]))
    assert [(event.week, event.answer, weeks) for event, weeks in found] == [
        (0, False, 4),
        (4, True, 4),
    ]


def test_a_collapse_says_who_broke_it_first_and_most_often(syria: Scenario) -> None:
    rows = signing(week=60)
    for week in range(60, 64):
        rows += [order(week, False, -0.02, ceasefire=-0.02)]
        rows += [act(week, "hezbollah", week > 60), act(week, "foreign_militias", week < 62)]
    rows.append(row(63, "collapse", "russia", gain=0.05, shock=0.01, terms={"violence": 0.3}))
    assert on(told(syria, rows), DAY) == [
        "The ceasefire collapses in its fourth week; Hezbollah broke it first, in the first week; "
        "the foreign Shia militias broke it most often, in 2 of 4 weeks; Iran wanted it broken "
        "every week."
    ]


def test_a_patron_is_bought_in_with_what_the_new_terms_give_it(syria: Scenario) -> None:
    weeks, issues, actors = 80, list(syria.issues), list(syria.actors)
    terms, position = np.zeros((weeks, len(issues))), np.zeros((weeks, len(issues)))
    terms[63:, issues.index("towns")] = 0.9
    weight = np.full((weeks, len(actors), len(issues)), 1 / len(issues))
    variables = {
        "terms": (("issue",), terms),
        "position": (("issue",), position),
        "weight": (("actor", "issue"), weight),
        "ideal": (("actor", "issue"), np.ones((weeks, len(actors), len(issues)))),
    }
    revise = row(63, "revise", "russia", counterpart="iran", gain=0.5, terms={"blame": 1.5})
    assert on(told(syria, [*signing(week=62), revise], weeks, variables), DAY) == [
        "Russia, after breaches in this week that are blamed on Iran, consults it after all and "
        "redraws the terms on the besieged Shia towns (from 0.00 to 0.90)."
    ]


def test_a_refused_ceasefire_names_who_stopped_it(syria: Scenario) -> None:
    rows = signing(iran=True)
    rows[6] |= {"answer": False, "gain": -0.02, "terms": {"ceasefire": -0.02, "own": -0.02}}
    rows[-1] |= {"answer": False}
    assert on(told(syria, rows), DAY) == [
        "Russia proposes a ceasefire after consulting Iran and Turkey, without success: the "
        "Syrian government refuses, as a ceasefire is worth 0.02 less to it than war; the northern "
        "rebels would have signed."
    ]


def test_a_mediator_that_proposes_nothing_is_told(syria: Scenario) -> None:
    rows = [
        row(63, "convene", "united_states"),
        row(63, "propose", "united_states", answer=False, gain=-0.03, shock=0.0),
    ]
    assert on(told(syria, rows), DAY) == [
        "The United States looks for a ceasefire but proposes none; a ceasefire is worth 0.03 less "
        "to it than war."
    ]


def test_talks_to_which_nobody_comes_give_the_reason_of_the_main_party(syria: Scenario) -> None:
    terms = {"ceasefire": 0.01, "seat": 0.05}
    rows = [
        *signing(week=58),
        row(63, "attend", "damascus_rebels", answer=False, gain=-0.04, terms=terms),
        row(63, "attend", "northern_rebels", answer=False, gain=-0.04, terms=terms),
    ]
    assert on(told(syria, rows), DAY) == [
        "A round of talks comes to nothing: neither the northern rebels nor the Damascus rebels "
        "come, as sitting down with opponents who break the ceasefire would cost the northern "
        "rebels 0.05."
    ]


def test_talks_say_who_was_pressed_to_come_and_what_was_tabled(syria: Scenario) -> None:
    terms = {"ceasefire": 0.01, "seat": 0.05, "patrons": 0.06}
    rows = [
        *signing(week=58),
        row(63, "attend", "damascus_rebels", gain=0.1, terms={"ceasefire": 0.1}),
        row(63, "attend", "northern_rebels", gain=0.02, terms=terms),
        row(63, "table", issue="arms", terms={"status_quo": 0.1, "opening": 0.55}),
    ]
    assert on(told(syria, rows), DAY) == [
        "The Damascus rebels come to the talks; the northern rebels come to the talks, brought "
        "there by Turkey although coming costs them 0.04; the monopoly over arms (now at 0.10, "
        "opening at 0.55), the core of the matter, is tabled for the first time."
    ]


def test_a_vote_that_fails_says_who_said_no_and_why(syria: Scenario) -> None:
    yes = {"own": 0.02}
    rows = [
        *signing(week=58),
        row(63, "attend", "northern_rebels", gain=0.1, terms={"ceasefire": 0.1}),
        row(63, "vote", "iran", answer=False, gain=-0.05, terms={"own": -0.06, "loyalty": 0.01}),
        row(63, "vote", "russia", gain=0.02, terms=yes),
        row(63, "vote", "turkey", gain=0.02, terms=yes),
        row(63, "settle", answer=False),
    ]
    assert on(told(syria, rows), DAY)[-1] == (
        "The text fails: Iran votes no, as the settlement on the table is worth 0.06 less to it "
        "than going on as now; Russia and Turkey accept."
    )


def test_who_declares_for_a_text_and_withholds_its_consent_is_told_so(second: Scenario) -> None:
    """The face that an open no would cost lies between what is said and what is done."""
    for shock, said in ((0.02, "declares for the text but withholds its consent"),
                        (0.04, "votes no")):  # fmt: skip
        rows = [
            *signing(week=58),
            row(63, "attend", "northern_rebels", gain=0.1, terms={"ceasefire": 0.1}),
            row(63, "vote", "iran", answer=False, gain=-0.05, shock=shock, terms={"own": -0.06}),
            row(63, "vote", "russia", gain=0.02, terms={"own": 0.02}),
            row(63, "settle", answer=False),
        ]
        assert on(told(second, rows), DAY)[-1] == (
            f"The text fails: Iran {said}, as the settlement on the table is worth 0.06 less to it "
            "than going on as now; Russia accepts."
        )


def test_a_refusal_that_stays_unsaid_is_told_as_that(second: Scenario) -> None:
    silent = on(told(second, signing()), DAY)[-1]
    assert "Iran does not object but does not sign, as the terms would cost it 0.06" in silent
    rows = signing()
    rows[5] = rows[5] | {"shock": 0.05}
    assert "Iran refuses openly, as the terms would cost it 0.06" in on(told(second, rows), DAY)[-1]


def test_a_victory_ends_the_ceasefire_and_the_record(second: Scenario) -> None:
    rows = [
        *signing(week=58),
        order(58, True, 0.02, ceasefire=0.02),
        act(58, "hezbollah", True),
        order(63, True, 0.02, ceasefire=0.02),
        act(63, "hezbollah", True),
        row(63, "victory", issue="regime", terms={"position": 0.98, "weeks": 8}),
    ]
    data = told(second, rows)
    assert on(data, DAY) == [
        "The ceasefire is overtaken by the victory in its sixth week; nobody broke it.",
        "The regime's hold stands at 0.98 after eight weeks at that end: the government camp has "
        "won the war, and its order is to come.",
    ]
    last = chronicle.sentences(data)[-1][1]
    assert last == "The record ends 16 weeks after the victory."
    assert "The record ends in a victory" in chronicle.summary(data)
    assert [line for line in chronicle.page(data).splitlines() if line == "Victory"]


def test_what_a_partner_is_needed_for_is_told_apart_from_loyalty(second: Scenario) -> None:
    actors = list(second.actors)
    need = np.zeros((80, len(actors), len(actors)))
    need[:, actors.index("iran"), actors.index("russia")] = 0.1
    rows = signing(iran=True)
    rows[5] = rows[5] | {"answer": True, "gain": 0.03, "shock": -0.1}
    rows.append(order(63, False, -0.02, ceasefire=-0.03))
    rows.append(act(63, "hezbollah", False))
    rows.append(order(64, True, 0.02, ceasefire=-0.02, loyalty=0.04))
    rows.append(act(64, "hezbollah", True))
    rows += [order(65, True, 0.02, ceasefire=-0.02, loyalty=0.04), act(65, "hezbollah", True)]
    rows += [order(66, True, 0.02, ceasefire=-0.02, loyalty=0.04), act(66, "hezbollah", True)]
    for needed, reason in (
        (need, "what it would lose in the field without Russia counts for 0.04"),
        (need / 10, "loyalty to Russia counts for 0.04"),
    ):
        data = told(second, rows, variables={"dependence": (("actor", "other"), needed)})
        assert any(reason in text for _, text in chronicle.sentences(data))


def test_without_a_party_that_must_sign_the_others_agree_in_vain(syria: Scenario) -> None:
    rows = [
        *signing(week=58),
        row(63, "attend", "damascus_rebels", gain=0.1, terms={"ceasefire": 0.1}),
        row(
            63, "attend", "northern_rebels", answer=False, gain=-0.04,
            terms={"ceasefire": -0.03, "contagion": 0.01},
        ),
        row(63, "vote", "russia", gain=0.02, terms={"own": 0.02}),
        row(63, "vote", "northern_rebels", gain=0.02, terms={"own": 0.02}),
        row(63, "settle", answer=False),
    ]  # fmt: skip
    assert on(told(syria, rows), DAY) == [
        "The Damascus rebels come to the talks; the northern rebels stay away, as a ceasefire is "
        "worth 0.03 less to them than war.",
        "Russia accepts the text, but nothing can be settled without the northern rebels.",
    ]


def test_a_settlement_is_told_and_counted(syria: Scenario) -> None:
    rows = [
        *signing(week=58),
        row(63, "vote", "russia", gain=0.02, terms={"own": 0.02}),
        row(63, "vote", "iran", gain=0.02, shock=0.018, terms={"own": 0.02}),
        row(63, "settle"),
        *(act(week, "hezbollah", week != 66) for week in range(58, 80)),
    ]
    data = told(syria, rows)
    assert on(data, DAY)[-1] == (
        "Russia and Iran accept the text, and the war is settled (it was close for Iran: 0.002)."
    )
    assert chronicle.sentences(data)[-1][1] == (
        "The record ends with the settlement in its 16th week; only Hezbollah broke it, first in "
        "the third week, once in 16 weeks."
    )
    assert "Talks were held once; the war was settled once." in chronicle.summary(data)
    assert "The record ends in a settlement." in chronicle.summary(data)


def bargain(week: int, done: bool, core: float, iran: dict[str, float]) -> list[dict[str, Any]]:
    gain = iran["local"] + iran.get("endorsement", 0.0) - 0.005
    return [
        row(week, "bargain", "iran", counterpart="russia", answer=done, gain=gain, terms=iran),
        row(week, "bargain", "russia", counterpart="iran", gain=0.02, terms={"local": 0.025}),
        row(week, "deal", "iran", counterpart="russia", answer=done, terms={"core": core}),
    ]


def test_deals_of_a_kind_in_a_row_make_one_sentence(syria: Scenario) -> None:
    rows = [event for week in (63, 67, 71) for event in bargain(week, True, 0.0, {"local": 0.04})]
    assert on(told(syria, rows), DAY) == [
        "Russia and Iran settle their local differences over the decision-making posts and the "
        "besieged Shia towns (worth 0.03 to Russia and 0.04 to Iran), the first of three deals in "
        "a row until 8 February 2017."
    ]


def test_a_deal_that_fails_on_the_core_issue_says_so(syria: Scenario) -> None:
    data = told(syria, bargain(63, False, 1.0, {"local": 0.01, "endorsement": -0.03}))
    assert on(data, DAY) == [
        "Russia and Iran fail to settle their local differences over the decision-making posts and "
        "the besieged Shia towns: Iran refuses, as it would mean endorsing the text, at a cost of "
        "0.03."
    ]
    told_of = "of one attempt after the core issue was tabled, none ended in agreement"
    assert told_of in chronicle.summary(data)


def test_changes_from_outside_are_told_in_the_words_of_the_scenario(syria: Scenario) -> None:
    issues = ("regime", "regime", "share", "lead", "arms")
    rows = [row(68, "shift", "united_states", issue=issue) for issue in issues]
    assert on(told(syria, rows), "18 January 2017") == [
        "A new administration in Washington: the regime's fall matters less, power sharing matters "
        "less, it cares less who makes the peace and Iran's militias matter more."
    ]


def test_changes_that_are_switched_off_are_not_told(syria: Scenario) -> None:
    data = told(syria, [row(63, "satisfied", "iran", issue="route", terms={"position": 0.8})])
    assert not any("Washington" in text for _, text in chronicle.sentences(data))


def test_aims_achieved_on_one_day_make_one_sentence(syria: Scenario) -> None:
    rows = [
        row(63, "satisfied", who, issue="regime", terms={"position": 0.612})
        for who in ("iran", "russia")
    ]
    rows.append(row(70, "threatened", "iran", issue="regime", terms={"position": 0.49}))
    data = told(syria, rows)
    assert on(data, DAY) == [
        "The regime's hold stands at 0.61: Russia and Iran count their aim there as achieved, and "
        "their attention begins to turn to what they want in the long run."
    ]
    assert on(data, "1 February 2017") == [
        "The regime's hold stands at 0.49: Iran sees its aim there threatened again."
    ]


def test_an_aim_is_achieved_again_only_by_who_had_achieved_it(syria: Scenario) -> None:
    def aim(week: int, who: str) -> dict[str, Any]:
        return row(week, "satisfied", who, issue="regime", terms={"position": 0.6})

    data = told(syria, [aim(40, "iran"), aim(63, "russia"), aim(63, "iran")])
    assert on(data, DAY) == [
        "The regime's hold stands at 0.60: Russia counts its aim there as achieved.",
        "The regime's hold stands at 0.60: Iran counts its aim there as achieved again.",
    ]


def test_a_broker_has_signed_whatever_it_answered(syria: Scenario) -> None:
    rows = signing()
    rows[4] |= {"answer": False, "gain": -0.03, "terms": {"terms": -0.03, "own": -0.03}}
    given = row(
        63, "order", "russia", counterpart="russia", answer=False, gain=-0.03,
        terms={"terms": -0.03},
    )  # fmt: skip
    data = told(syria, [*rows, given, act(63, "syria_government", False)])
    found = " ".join(on(data, DAY))
    assert "Russia orders the Syrian government to break the ceasefire; the terms" in found
    assert "refused to sign" not in found
    assert "Russia refuses" not in found


def test_others_who_sign_are_counted(syria: Scenario) -> None:
    rows = signing()
    for who in ("hezbollah", "foreign_militias"):
        rows.insert(8, row(63, "ratify", who, counterpart="russia", gain=0.02))
    (text,) = on(told(syria, rows), DAY)
    assert "; the Syrian government, the northern rebels and two others sign, and" in text


def test_who_had_signed_unasked_is_told_so_when_it_is_asked_in(syria: Scenario) -> None:
    rows = signing()
    rows[5] |= {"answer": True, "gain": 0.04}
    revise = row(63, "revise", "russia", counterpart="iran", gain=0.5, terms={"blame": 1.5})
    assert on(told(syria, [*rows, revise]), DAY)[-1] == (
        "Russia, after breaches in this week that are blamed on Iran, consults it after all (it "
        "had signed unasked) and redraws the terms."
    )


def test_the_pull_of_a_patron_explains_an_answer_against_the_sum(syria: Scenario) -> None:
    rows = signing(iran=True)
    pull = {"ceasefire": 0.03, "own": 0.03, "patrons": -0.01}
    rows[6] |= {"answer": False, "gain": 0.02, "shock": 0.025, "terms": pull}
    rows[-1] |= {"answer": False}
    (text,) = on(told(syria, rows), DAY)
    assert "that way by 0.01" in text
    assert "though" not in text


def test_the_pull_of_a_patron_is_no_reason_where_chance_alone_decided(syria: Scenario) -> None:
    rows = signing(iran=True)
    pull = {"ceasefire": 0.03, "own": 0.03, "patrons": -0.01}
    rows[6] |= {"answer": False, "gain": 0.02, "shock": 0.05, "terms": pull}
    rows[-1] |= {"answer": False}
    (text,) = on(told(syria, rows), DAY)
    assert "by chance, though" in text
    assert "that way by" not in text


def test_searches_without_a_proposal_make_one_sentence(syria: Scenario) -> None:
    rows = [
        event
        for week in (59, 61, 63)
        for event in (
            row(week, "convene", "united_states"),
            row(week, "propose", "united_states", answer=False, gain=-0.03),
        )
    ]
    found = [text for _, text in chronicle.sentences(told(syria, rows)) if "looks for" in text]
    assert found == [
        "The United States looks for a ceasefire but proposes none, the first of three times in a "
        "row until 14 December 2016; a ceasefire is worth 0.03 less to it than war."
    ]


QUIET = [row(0, "dispute", issue="towns")]


def ties(syria: Scenario, course: list[float]) -> dict[str, tuple[tuple[str, ...], Any]]:
    """A tie of Russia and Iran that takes this course, all of it by experience."""
    actors = list(syria.actors)
    a, b = actors.index("russia"), actors.index("iran")
    tie = np.full((len(course), len(actors), len(actors)), 0.5)
    tie[:, a, b] = tie[:, b, a] = course
    parts = np.zeros((len(course), 4, len(actors), len(actors)))
    parts[:, 2] = tie
    return {
        "tie": (("actor", "other"), tie),
        "drift_account": (("account", "actor", "other"), parts),
    }


def test_a_tie_that_falls_is_told_at_half_and_at_zero_with_its_cause(syria: Scenario) -> None:
    course = [0.4] * 20 + [0.1] * 43 + [-0.1] * 17
    data = told(syria, QUIET, 80, ties(syria, course))
    assert on(data, "17 February 2016") == [
        "The tie between Russia and Iran has fallen to 0.10, less than half of the 0.40 of 30 "
        "September 2015, mainly because of experience (-0.30)."
    ]
    assert on(data, DAY) == [
        "The tie between Russia and Iran falls below zero, from 0.40 on 30 September 2015; they "
        "are rivals now, mainly because of experience (-0.50)."
    ]
    assert (
        "The tie of Russia and Iran went from 0.40 after the first week to -0.10 at the end, by "
        "-0.50: aims 0.00 (0.00 as what they began with wore off, 0.00 by aims since), experience "
        "-0.50, third parties 0.00."
    ) in chronicle.summary(data)


def test_a_tie_that_dips_for_less_than_eight_weeks_is_no_turn(syria: Scenario) -> None:
    data = told(syria, QUIET, 80, ties(syria, [0.4] * 40 + [-0.1] * 7 + [0.4] * 33))
    assert not any("tie between" in text for _, text in chronicle.sentences(data))
    assert stays(np.array([True] * 7 + [False] + [True] * 8)) == 8


# words --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "phrase", "many"),
    [
        ("Iran", "Iran", False),
        ("Hezbollah", "Hezbollah", False),
        ("northern rebels", "the northern rebels", True),
        ("Syrian government", "the Syrian government", False),
        ("United States", "the United States", False),
        ("the Houthis", "the Houthis", True),
        ("The Hague", "The Hague", False),
        ("Crown", "the Crown", False),
        ("a few villages", "a few villages", True),
        ("al-Nusra", "al-Nusra", False),
        ("Ünï-Ärmy №7 (north)", "Ünï-Ärmy №7 (north)", False),
    ],
)
def test_an_actor_gets_its_article_and_its_number(label: str, phrase: str, many: bool) -> None:
    assert english.with_article(label) == phrase
    assert english.is_plural(label) is many


@pytest.mark.parametrize(
    ("label", "phrase"),
    [
        ("power sharing", "power sharing"),
        ("monopoly over arms", "the monopoly over arms"),
        ("besieged Shia towns", "the besieged Shia towns"),
        ("who leads the peace", "who leads the peace"),
        ("the regime's hold", "the regime's hold"),
        ("Fua and Kafraya", "Fua and Kafraya"),
    ],
)
def test_an_issue_gets_its_article(label: str, phrase: str) -> None:
    assert english.noun(label) == phrase


def test_verbs_lists_and_numbers_are_english() -> None:
    verbs = ("order", "refuse", "carry", "obey", "stay", "propose", "do", "have", "be", "push")
    assert [english.third(verb) for verb in verbs] == [
        "orders", "refuses", "carries", "obeys", "stays", "proposes", "does", "has", "is", "pushes",
    ]  # fmt: skip
    assert english.listed(["a"]) == "a"
    assert english.listed(["a", "b", "c"]) == "a, b and c"
    assert [english.ordinal(n) for n in (1, 12, 13, 21, 22, 23, 111, 112)] == [
        "first", "twelfth", "13th", "21st", "22nd", "23rd", "111th", "112th",
    ]  # fmt: skip
    assert [english.times(n) for n in (1, 2, 3, 40)] == ["once", "twice", "three times", "40 times"]
    assert english.count(1, "week") == "one week"
    assert english.count(1200, "week") == "1,200 weeks"
    assert english.day(dt.date(2016, 12, 14)) == "14 December 2016"
    assert english.sentence("the U.S.  signs...") == "The U.S. signs."


@given(st.floats(-1, 1))
def test_a_number_is_never_shown_as_minus_nothing(number: float) -> None:
    for text in (english.level(number), english.signed(number)):
        assert text not in ("-0.00", "+0.00")
    assert "-" not in english.size(number)


@given(st.lists(st.floats(-2, 2), min_size=1, max_size=5))
def test_parts_of_a_change_add_up_to_what_is_shown(parts: list[float]) -> None:
    total = round(100 * sum(parts))
    found = adding_up(parts, total)
    assert sum(found) == total
    assert all(abs(n - 100 * part) < 2 for n, part in zip(found, parts, strict=True))


# whole runs ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def runs() -> dict[str, xr.Dataset]:
    """Three runs of every scenario."""
    return {path.stem: simulate(path, runs=3, seed=11) for path in SCENARIOS}


def texts(data: xr.Dataset) -> list[str]:
    """Every sentence of all runs, and the summaries."""
    found = [text for n in data["run"].values for _, text in chronicle.sentences(data, int(n))]
    for n in (None, *map(int, data["run"].values)):
        found += chronicle.summary(data, n).split("\n")
    return found


@pytest.mark.parametrize("name", TELLING)
def test_every_sentence_is_well_formed(name: str, runs: dict[str, xr.Dataset]) -> None:
    for text in texts(runs[name]):
        assert re.search(r"[^.]\.$", text), text
        assert text[0] == text[0].upper(), text
        assert not re.search(r"  | [,;.:]|\bnan\b|\binf\b|None|\(\)|;;|,,|[,;:] ?\.$", text), text
        assert text.count("(") == text.count(")"), text


@pytest.mark.parametrize("name", TELLING)
def test_dates_never_go_back(name: str, runs: dict[str, xr.Dataset]) -> None:
    for n in runs[name]["run"].values:
        dates = [date for date, _ in chronicle.sentences(runs[name], int(n))]
        assert dates == sorted(dates)
        known = set(runs[name]["date"].values.astype("datetime64[D]").tolist())
        assert set(dates) <= known


@pytest.mark.parametrize("name", LONG)
def test_a_page_has_between_forty_and_ninety_sentences(
    name: str, runs: dict[str, xr.Dataset]
) -> None:
    for n in runs[name]["run"].values:
        assert 40 <= len(chronicle.sentences(runs[name], int(n))) <= 90


@pytest.mark.parametrize("name", TELLING)
def test_numbers_of_the_summary_are_those_of_the_events(
    name: str, runs: dict[str, xr.Dataset]
) -> None:
    for n in map(int, runs[name]["run"].values):
        found = list(dataset.events(runs[name], n))
        counted = Counter((event.decision, event.answer) for event in found)
        text = chronicle.summary(runs[name], n)
        tried = counted["convene", True]
        proposed = counted["propose", True]
        force, refused = counted["ceasefire", True], counted["ceasefire", False]
        head = f"Mediators stepped forward {english.times(tried)} and proposed "
        assert head + english.count(proposed, "ceasefire") in text
        assert f"{english.number_word(force)} entered into force" in text
        assert f"{english.number_word(refused)} w" in text
        held = counted["settle", True] + counted["settle", False]
        assert not held or f"Talks were held {english.times(held)}" in text
        settled = counted["settle", True]
        assert not settled or f"the war was settled {english.times(settled)}" in text


@pytest.mark.parametrize("name", TELLING)
def test_lengths_of_ceasefires_are_those_of_the_states(
    name: str, runs: dict[str, xr.Dataset]
) -> None:
    for place, n in enumerate(map(int, runs[name]["run"].values)):
        story = Story(runs[name], n)
        states = np.isin(runs[name]["state"].values[place], (1, 2))
        assert sum(ceasefire.weeks for ceasefire in story.ceasefires) == states.sum()
        for ceasefire in story.ceasefires:
            assert states[ceasefire.start : ceasefire.start + ceasefire.weeks].all()
        weeks = [ceasefire.begun for ceasefire in story.ceasefires]
        if len(weeks) > 1:
            assert f"ceasefires last {median(weeks):g} week" in chronicle.summary(runs[name], n)


@pytest.mark.parametrize("name", TELLING)
def test_accounts_add_up_to_the_tie(name: str, runs: dict[str, xr.Dataset]) -> None:
    story = Story(runs[name], int(runs[name]["run"].values[0]))
    a, b = list(story.scenario.actors)[:2]
    tie = mean_tie(story, a, b)
    assert tie is not None
    np.testing.assert_allclose(sum(accounts(story, a, b).values()), tie, atol=1e-9)


def test_every_name_is_a_label_of_the_scenario(syria: Scenario) -> None:
    changes = {f"actors.{name}.label": f"Q{n}q" for n, name in enumerate(syria.actors)}
    changes |= {f"issues.{name}.label": f"topic{n}" for n, name in enumerate(syria.issues)}
    changes |= {f"issues.{name}.{end}": "end" for name in syria.issues for end in ("zero", "one")}
    changes |= {f"camps.{name}.label": f"Camp{n}" for n, name in enumerate(syria.camps)}
    case = with_changes(syria, {**changes, "mechanisms.shifts": False, "name": "A case"})
    page = chronicle.page(simulate(case, seed=3))
    labels = [part.label for part in (*syria.actors.values(), *syria.issues.values())]
    names = {*syria.actors, *syria.issues, *labels}
    assert not {name for name in names if re.search(rf"\b{name}\b", page)}
    assert {f"Q{n}q" for n in range(2)} <= set(re.findall(r"Q\d+q", page))


# What states and movements are called anywhere: it decides on an article.
COMMON_NOUNS = {"Crown", "Duchy", "League"}


def test_no_actor_and_no_issue_is_named_in_the_code() -> None:
    code = "\n".join(p.read_text() for p in (ROOT / "sim/chronicle").glob("*.py"))
    code = re.sub(r'""".*?"""|#[^\n]*', "", code, flags=re.DOTALL)
    for path in SCENARIOS:
        case = load(path)
        labels = {actor.label for actor in case.actors.values()} - COMMON_NOUNS
        for name in {*case.actors, *labels}:
            assert not re.search(rf'["\'\s]{name}["\'\s]', code), name


def test_odd_labels_stay_on_one_line_and_whole(toy: Scenario) -> None:
    odd = {
        "actors.crown.label": "  Couronne   «Ünï» & <b>{0}%s</b>  ",
        "actors.duchy.label": "the Duchies",
        "actors.league.label": "U.L.",
        "issues.charter.label": "“charter”: self-rule?",
    }
    data = simulate(with_changes(toy, odd), seed=2)
    told_of = " ".join(text for _, text in chronicle.sentences(data))
    assert "Couronne «Ünï» & <b>{0}%s</b>" in told_of
    assert "The Duchies broker a ceasefire" in told_of
    assert "\n" not in told_of
    assert "«Ünï»" in chronicle.page(data)


def test_a_page_holds_every_sentence_under_a_phase_of_the_war(runs: dict[str, xr.Dataset]) -> None:
    data = runs["syria_2015_2018"]
    page = chronicle.page(data, run=1)
    flat = " ".join(page.split())
    for date, text in chronicle.sentences(data, 1):
        assert f"{english.day(date)}: {text}" in flat
    assert page.startswith("Syria 2015-2018\n\nRun 1, seed 11: 120 weeks from 30 September 2015.")
    assert "\nThe first ceasefire, brokered by " in page
    assert page.endswith("It is not a forecast.")
    assert max(map(len, page.split("\n"))) <= 88
    assert max(map(len, chronicle.page(data, run=1, width=60).split("\n"))) <= 60


def test_several_runs_are_summed_up_and_the_first_is_told(runs: dict[str, xr.Dataset]) -> None:
    data = runs["syria_2015_2018"]
    page = chronicle.page(data)
    assert "Run 0 of 3, seed 11" in page
    assert "Over all 3 runs\n" in page
    ends = chronicle.summary(data).split("\n")[-2]
    assert ends.startswith("Of 3 runs, ")
    found = re.findall(r"([\d.]+) percent", ends)
    assert sum(map(float, found)) == pytest.approx(100, abs=0.2)  # each is rounded to a tenth
    assert chronicle.sentences(data) == chronicle.sentences(data, 0)


def test_a_results_file_is_told_like_what_it_was_made_from(tmp_path: Any, toy: Scenario) -> None:
    data = simulate(toy, runs=2, seed=4)
    again = open_results(dataset.save(data, tmp_path / "toy.nc"))
    assert chronicle.page(again) == chronicle.page(data)


def test_results_without_events_are_refused(toy: Scenario) -> None:
    with pytest.raises(ResultsError, match="hold no events: record them"):
        chronicle.page(simulate(toy, log=False))
    with pytest.raises(ResultsError, match="hold no events: record them"):
        chronicle.sentences(simulate(toy).drop_dims("event"))


def test_results_without_weeks_are_refused(toy: Scenario) -> None:
    with pytest.raises(ResultsError, match="hold no weeks"):
        chronicle.page(simulate(toy).isel(week=slice(0, 0)))


def test_a_run_that_is_not_there_is_refused(toy: Scenario) -> None:
    with pytest.raises(ResultsError, match=r"no run 7: the runs are 0 to 1"):
        chronicle.summary(simulate(toy, runs=2), run=7)


def test_a_single_week_is_told(syria: Scenario) -> None:
    data = simulate(syria, weeks=1, seed=2)
    told_of = chronicle.sentences(data)
    assert {english.day(date) for date, _ in told_of} == {"30 September 2015"}
    assert told_of[0][1].startswith("The record opens in war")
    assert told_of[-1][1].startswith("The record ends")
    assert "one week from 30 September 2015" in chronicle.page(data)


def test_a_record_without_series_is_told_from_events_alone(syria: Scenario) -> None:
    full, bare = simulate(syria, seed=5), simulate(syria, seed=5, parts=("status",))
    text = chronicle.summary(bare)
    assert text.split("\n")[0] == chronicle.summary(full).split("\n")[0]
    assert "tie of" not in text
    assert len(chronicle.sentences(bare)) >= 20


def test_a_war_in_which_nobody_mediates_is_told(syria: Scenario) -> None:
    data = simulate(with_changes(syria, {"roles.conveners": {}}), seed=1)
    assert "Nobody ever stepped forward to broker a ceasefire." in chronicle.summary(data)
    assert chronicle.sentences(data)[-1][1] == (
        "The record ends in war, after 120 weeks without a ceasefire."
    )


def test_one_actor_without_territory_or_camp_is_told() -> None:
    alone = build(
        {
            "name": "Alone",
            "start": dt.date(2020, 1, 1),
            "weeks": 3,
            "issues": {"peace": {"label": "peace", "zero": "no", "one": "yes", "start": 0.5}},
            "actors": {"hermit": {
                "label": "hermit", "kind": "state", "capability": 1, "discount": 0.9,
                "cost_of_war": 0.1,
            }},
        }
    )  # fmt: skip
    data = simulate(alone)
    assert [text for _, text in chronicle.sentences(data)] == [
        "The record opens in war.",
        "The record ends in war, after three weeks without a ceasefire.",
    ]
    assert "The record ends in war." in chronicle.summary(data)
