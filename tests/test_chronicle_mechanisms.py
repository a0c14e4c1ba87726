"""What the chronicle says of theatres, monitors, own forces, holding back, walking out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr
from theatre_cases import everything, plain, spread
from week_by_week import Game, even_draws

from sim import files
from sim.narrative.chronicle import ceasefires, fighting, negotiations, page, sentences
from sim.narrative.chronicle.considerations import weighed
from sim.narrative.chronicle.reasons import terms_issue
from sim.narrative.chronicle.timeline import Story
from sim.results.dataset import events
from sim.runs.simulate import simulate
from sim.scenario.schema import Scenario
from sim.ui.role_play import Seat

RUNS = 8


@pytest.fixture(scope="module")
def case(second: Scenario) -> Scenario:
    return everything(second)


@pytest.fixture(scope="module")
def results(case: Scenario) -> xr.Dataset:
    return simulate(case, runs=RUNS, seed=3)


def told(results: xr.Dataset, run: int, tell: Any) -> list[str]:
    return [line.text for line in tell(Story(results, run))]


def every(results: xr.Dataset, tell: Any) -> list[str]:
    return [text for run in range(results.sizes["run"]) for text in told(results, run, tell)]


def test_only_what_was_promised_is_told_as_the_worth_of_the_terms(
    case: Scenario, results: xr.Dataset
) -> None:
    """Everything else stands in the terms as it stood that day, and counts for nothing."""
    promised = [k for k, issue in case.issues.items() if issue.side_payment or issue.prestige]
    found = 0
    for run in range(RUNS):
        story = Story(results, run)
        for ceasefire in story.ceasefires:
            for week in range(ceasefire.start, min(ceasefire.start + 4, story.weeks)):
                for actor in case.actors:
                    for sign in (1.0, -1.0):
                        issue = terms_issue(story, actor, ceasefire, week, sign)
                        found += issue is not None
                        assert issue is None or issue in promised
    assert found > 50
    assert not any(
        "hold" in text and "where it stood" in text for text in page(results).split(". ")
    )


def test_what_a_breach_that_is_seen_would_cost_speaks_for_keeping_a_ceasefire(
    results: xr.Dataset,
) -> None:
    story = Story(results, 0)
    kept = [e for e in story.events if e.decision == "comply" and e.terms["breach"] > 0.001]
    assert kept
    reasons = weighed(story, kept[0], story.ceasefires[0])
    assert any(
        number == kept[0].terms["breach"] and "a breach that is seen would cost" in text
        for number, text in reasons
    )


def test_a_scope_is_told_with_the_first_ceasefire_and_not_again(results: xr.Dataset) -> None:
    for run in range(RUNS):
        signed = [t for t in told(results, run, ceasefires.attempts) if "enters into force" in t]
        assert ["leaves out elsewhere, and the war goes on there" in t for t in signed] == [
            n == 0 for n in range(len(signed))
        ]


def test_what_a_ceasefire_covers_is_told_where_that_is_shorter(second: Scenario) -> None:
    for covers, words in (
        (("north",), "it covers no more than north, and the war goes on elsewhere"),
        (("north", "damascus"), "it leaves out elsewhere, and the war goes on there"),
        (("north", "damascus", "elsewhere"), ""), (None, ""),
    ):  # fmt: skip
        story = Story(simulate(spread(second, covers), weeks=1), 0)
        assert fighting.scope(story) == words
    off = files.with_changes(spread(second, ("north",)), {"mechanisms.theatres": False})
    assert fighting.scope(Story(simulate(off, weeks=1), 0)) == ""


def test_a_monitored_ceasefire_is_called_so(second: Scenario, results: xr.Dataset) -> None:
    for found, monitored in ((results, True), (simulate(plain(second), runs=2), False)):
        texts = [
            t for t in every(found, ceasefires.attempts) if "brokers a" in t or "proposes a" in t
        ]
        assert texts
        assert all(("a monitored ceasefire" in text) == monitored for text in texts)


def test_a_state_breaks_a_ceasefire_with_its_own_planes_or_troops(
    case: Scenario, results: xr.Dataset
) -> None:
    seen = set()
    for run in range(RUNS):
        story = Story(results, run)
        for ceasefire in story.ceasefires:
            for name in ceasefire.broken():
                said = fighting.by_itself(story, name)
                if case.actors[name].armed:
                    assert said == story.words.who(name)
                else:
                    seen.add(said)
    assert seen >= {"Iran with its own troops", "Russia with its own planes"}
    ends = " ".join(every(results, ceasefires.ends))
    assert "Iran with its own troops" in ends
    assert "Hezbollah with" not in ends


def test_what_is_kept_off_the_table_is_told_once_and_what_is_raised_with_who_wished_it(
    results: xr.Dataset,
) -> None:
    kept, wished = set(), set()
    for event in events(results):
        if event.decision == "raise":
            (wished if event.answer else kept).add(event.run)
    for run in range(RUNS):
        text = " ".join(told(results, run, negotiations.talks))
        assert text.count("keeps the monopoly over arms off the table") <= 1
        if "comes to nothing" not in text:
            assert ("off the table" in text) == (run in kept)
        assert ("at the wish of" in text) == (run in wished)
    assert kept
    assert wished


def test_who_has_walked_out_is_named_and_without_it_nothing_is_settled(
    results: xr.Dataset,
) -> None:
    texts = every(results, negotiations.talks)
    out = [t for t in texts if "the northern rebels, having walked out over breaches" in t]
    assert out
    assert any("nothing can be settled without the northern rebels" in t for t in texts)


def test_talks_of_permanent_parties_in_which_nothing_is_raised_are_no_empty_round(
    second: Scenario,
) -> None:
    data = files.as_data(plain(second))
    data["talks"]["brought"] = {}
    for name, issue in data["issues"].items():
        if "agenda" in issue:
            issue["agenda"] = {"at": "when it pays" if name == "arms" else "never"}
    case = files.build(data)
    fed = even_draws(case)
    from sim.engine import draws

    fed[:, draws.RAISE] = 1.0 - 1e-12  # a shock that keeps it off
    game = Game(case, fed=fed)
    game.state[0] = 1
    assert any(e.kind == "raise" and not e.answer for e in game.step(20))
    for run in range(4):
        page(simulate(case, runs=4, seed=1), run)


def held_back(results: xr.Dataset, weeks: slice, level: float) -> Story:
    """The first run, with an effort of Turkey's of one's own."""
    changed = results.isel(run=[0]).copy(deep=True)
    changed["effort"].loc[{"actor": "turkey"}] = 0.9
    changed["effort"].loc[{"actor": "turkey", "week": weeks}] = level
    for name in ("russia", "iran", "united_states"):
        changed["effort"].loc[{"actor": name}] = 0.9
    return Story(changed, 0)


def test_who_holds_back_for_long_is_told_and_who_comes_back(results: xr.Dataset) -> None:
    lines = list(fighting.efforts(held_back(results, slice(20, 39), 0.2)))
    assert [line.week for line in lines] == [20, 40]
    out, back = (line.text for line in lines)
    assert out.startswith("Turkey holds back, with 20 percent of its strength in the war, as its")
    # ln(1/4) / 80 = -0.017
    assert "its part in it is worth 0.02 less to it than staying out" in out
    assert back.startswith("Turkey fights with all its strength again")


def test_a_short_or_a_slight_pause_is_no_news(results: xr.Dataset) -> None:
    assert not list(fighting.efforts(held_back(results, slice(20, 25), 0.2)))
    assert not list(fighting.efforts(held_back(results, slice(20, 60), 0.4)))


def test_nobody_holds_back_where_only_the_armed_fight(second: Scenario) -> None:
    assert not every(simulate(plain(second), runs=2), fighting.efforts)


def test_a_page_of_everything_can_be_told(results: xr.Dataset) -> None:
    for run in range(RUNS):
        text = page(results, run)
        assert "None" not in text
        assert "nan" not in text.split()
        assert sentences(results, run)


# elsewhere ----------------------------------------------------------------------------------------


def test_a_reader_breaks_a_monitored_ceasefire_at_will(second: Scenario) -> None:
    """The cost of a breach that is seen counts after the answer, and must not overrule it."""
    case = files.with_changes(
        plain(second),
        {
            "ceasefire.monitored": True,
            "parameters.breach_cost": 0.5,
            "parameters.choice_precision": 30,
        },
    )
    seat = Seat(case, "northern_rebels", seed=2, weeks=40)
    seat.play(lambda asked: asked.decision != "orders")
    found = [
        event.answer
        for event in events(seat.results())
        if event.decision == "comply" and event.actor == "northern_rebels"
    ]
    assert found
    assert not any(found)
    assert not np.isnan(seat.results()["tie"].values).any()
