"""Every clause on a refusal says what the events that it is made of say."""

from __future__ import annotations

import re
from collections import Counter

import pytest
import xarray as xr
from conftest import ROOT

from sim.narrative.chronicle import ceasefires, negotiations, page
from sim.narrative.chronicle.timeline import Story
from sim.results.dataset import Event
from sim.runs.simulate import simulate
from sim.scenario.files import load, with_changes

RUNS = 12
SILENT = {
    "ratify": r"(?P<who>[^;:]+?) (?:do|does) not object but (?:do|does) not sign"
    r"(?P<again> either)?\b",
    "vote": r"(?P<who>[^;:]+?) declares? for the text but withholds? (?:its|their) consent"
    r"(?P<again> too)?\b",
}
OPEN = {
    "ratify": r"(?P<who>[^;:]+?) refuses?(?: openly)?(?P<again> too)?(?=[,;.(]| \()",
    "vote": r"(?P<who>[^;:]+?) votes? no(?P<again> too)?\b",
}


@pytest.fixture(scope="module", params=["syria_2015_2018", "syria_first_theory", "toy", "loud"])
def results(request: pytest.FixtureRequest) -> xr.Dataset:
    """Wars with silent refusals, with open ones only, and with both in one sentence."""
    if request.param == "loud":  # an open refusal costs little, so that both kinds are frequent
        case = with_changes(
            load(ROOT / "scenarios/syria_2015_2018.toml"), {"parameters.open_refusal_cost": 0.02}
        )
        return simulate(case, runs=RUNS, seed=1)
    folder = "scenarios" if request.param == "syria_2015_2018" else "tests/cases"
    return simulate(ROOT / folder / f"{request.param}.toml", runs=RUNS, seed=1)


def clauses(story: Story, text: str, kind: str) -> list[tuple[set[str], bool, bool]]:
    """Who is said to refuse, whether in silence, and whether "too" or "either" is said."""
    found = []
    for silent, form in ((True, SILENT[kind]), (False, OPEN[kind])):
        for hit in re.finditer(form, text):
            said, who = hit["who"], set()
            for name in sorted(story.scenario.actors, key=lambda n: -len(story.words.who(n))):
                label = story.words.who(name)
                if re.search(re.escape(label), said, re.IGNORECASE):
                    who.add(name)
                    said = re.sub(re.escape(label), "", said, flags=re.IGNORECASE)
            found.append((hit.start(), who, silent, bool(hit["again"])))
    return [(who, silent, again) for _, who, silent, again in sorted(found, key=lambda c: c[0])]


def check(story: Story, text: str, kind: str, refused: list[Event]) -> int:
    """Hold a sentence against the refusals that it tells."""
    told = clauses(story, text, kind)
    said = Counter((name, silent) for who, silent, _ in told for name in who)
    assert said == Counter((event.actor, story.silent(event)) for event in refused), text
    before: set[bool] = set()
    for _, silent, again in told:
        assert again == (silent in before), text
        before.add(silent)
    return len(told)


def test_every_refusal_to_sign_is_told_as_it_was_made(results: xr.Dataset) -> None:
    told = 0
    for run in range(RUNS):
        story = Story(results, run)
        must = story.scenario.roles.must_sign
        heard = {*must, *(name for name, held in story.scenario.patrons.items() if held)}
        by_week = {attempt.convene.week: attempt for attempt in story.attempts if attempt.proposed}
        for line in ceasefires.attempts(story):
            attempt = by_week.get(line.week)
            if attempt is None:
                continue
            no = [e for e in attempt.answers if not e.answer and e.actor in heard]
            if attempt.ceasefire is None:
                no = [event for event in no if event.actor in must]
            told += check(story, line.text, "ratify", no)
    assert told > 20


def test_every_vote_against_a_text_is_told_as_it_was_cast(results: xr.Dataset) -> None:
    told = 0
    for run in range(RUNS):
        story = Story(results, run)
        meetings = {meeting.week: meeting for meeting in story.meetings}
        for line in negotiations.talks(story):
            if line.text.startswith("The text fails: "):
                votes = [event for event in meetings[line.week].votes if not event.answer]
                # Who is needed and away stops the text whatever it votes, and is told as that.
                asked = meetings[line.week].attend
                away = {event.actor for event in asked if not event.answer}
                if asked and story.scenario.mechanisms.walking_out:
                    away |= {*story.scenario.talks.brought} - {event.actor for event in asked}
                missing = away & {*story.scenario.roles.must_sign}
                text = line.text.removeprefix("The text fails: ")
                told += check(story, text, "vote", [e for e in votes if e.actor not in missing])
    assert told > 0


def test_no_clause_leans_on_the_one_before(results: xr.Dataset) -> None:
    for run in range(RUNS):
        assert not re.search(r"\bso (?:do|does|did)\b", page(results, run))


def test_every_refusal_has_a_reason(results: xr.Dataset) -> None:
    refusal = re.compile(rf"(?:{SILENT['ratify']}|{OPEN['vote']})".replace("?P<who>", "?:").replace(
        "?P<again>", "?:"))  # fmt: skip
    for run in range(RUNS):
        story = Story(results, run)
        for line in (*ceasefires.attempts(story), *negotiations.talks(story)):
            for hit in refusal.finditer(line.text):
                rest = line.text[hit.end() :]
                assert re.match(r", (?:as|by chance, though) | \(a yes was worth ", rest), line.text
