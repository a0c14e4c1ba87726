"""Phrases for members of a coalition that fall out: demands, wars, ruptures, what changes hands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from sim.engine.inputs import Floats, Ints
from sim.engine.state import SETTLEMENT
from sim.narrative.chronicle.timeline import Sentence, Story
from sim.results.dataset import Event
from sim.rules import coalitions as rules
from sim.scenario.english import count, level, listed, sentence, size


class _Two(NamedTuple):
    """What `sim.rules.coalitions.claims` reads, of two actors: 0 claims, 1 holds."""

    weight: Floats  # (2, K)
    ideal: Floats  # (2, K)
    position: Floats  # (K,)
    holder: Ints  # (K,) 0, 1 or -1 for somebody else and nobody


# A position that moves by less in a week stands still.
_STILL = 1e-6


def answers(story: Story, decision: str) -> Iterator[tuple[Event, Event]]:
    """The two answers to every text on what two hold ("accept"), or to every peace ("peace")."""
    first: dict[frozenset[str], Event] = {}
    for event in story.events:
        if event.decision == decision:
            two = frozenset((event.actor, event.counterpart))
            if two in first:
                yield first.pop(two), event
            else:
                first[two] = event


def quarrels(story: Story) -> Iterator[Sentence]:
    """What members do to each other, from the end of the common war to that of their own."""
    told: set[tuple[str, frozenset[str]]] = set()
    for decision, what, weight in (
        ("accept", "agree on a text", 5.0), ("peace", "make peace by a text", 9.0),
    ):  # fmt: skip
        for one, other in answers(story, decision):
            if one.answer and other.answer:
                text = f"{story.words.all([one.actor, other.actor])} {what}{_about(story, other)}"
                yield Sentence(other.week, other.phase, weight, sentence(text))
    for n, event in enumerate(story.events):
        if event.decision not in _TELL or not event.answer:
            continue
        text, weight = _TELL[event.decision](story, event, n)
        key = event.decision, frozenset((event.actor, event.counterpart))
        weight = weight if key not in told else weight / 3.0
        told.add(key)
        yield Sentence(event.week, event.phase, weight, sentence(text))


def _held(story: Story, event: Event) -> dict[str, str | None]:
    """Who holds each issue as something happens."""
    held = {name: issue.held_by for name, issue in story.scenario.issues.items()}
    for other in story.events:
        if other is event:
            break
        if other.decision == "fall":
            held[other.issue] = other.actor
    return held


def _claimed(story: Story, event: Event, one: str, other: str) -> list[str] | None:
    """The issues that one claims from another as something happens; None if nothing tells."""
    week, held, issues = event.week, _held(story, event), list(story.scenario.issues)
    # What falls in a week stands elsewhere at its end.
    position = [
        story.position(name, week) if _fell(story, name, week)
        else story.at("position", week, issue=name)
        for name in issues
    ]  # fmt: skip
    wanted = [
        [[story.at(what, week, actor=who, issue=name) for name in issues] for who in (one, other)]
        for what in ("weight", "ideal")
    ]
    if None in position or any(None in row for rows in wanted for row in rows):
        return None
    place = {one: 0, other: 1}
    holder = np.array([place.get(held[name] or "", -1) for name in issues])
    weight, ideal = (np.array(rows, dtype=np.float64) for rows in wanted)
    two = _Two(weight, ideal, np.array(position, dtype=np.float64), holder)
    # as plain Python: nobody is to wait for the compiler to read a chronicle
    return [name for k, name in enumerate(issues) if rules.claims.py_func(two, 0, k)]


def _over(story: Story, event: Event) -> str:
    """What a refused demand was about: " over the valley"."""
    found = _claimed(story, event, event.actor, event.counterpart)
    return f" over {listed([story.words.issue(name) for name in found])}" if found else ""


def _about(story: Story, event: Event) -> str:
    """What an agreed text of two is about, and what it moves, as far as the record tells."""
    words, week, two = story.words, event.week, (event.actor, event.counterpart)
    claims = [_claimed(story, event, *pair) for pair in (two, two[::-1])]
    if None in claims:
        return ""
    # What was on its way before the text is no part of it.
    tabled = [
        name
        for name in story.scenario.issues
        if any(name in (found or ()) for found in claims) and not _moved(story, name, week)
    ]
    apart = [
        name
        for name, issue in story.scenario.issues.items()
        if issue.bilateral and {*two} in map(set, story.scenario.bilateral)
    ]
    if not tabled and not apart:
        return " that moves nothing"
    about = listed([words.issue(name) for name in (*tabled, *apart)])
    ends = {name: _due(story, name, week) for name in tabled}
    if None in ends.values():
        return f" about {about}"
    moved = []
    for name, end in ends.items():
        now = level(story.at("position", week, issue=name) or 0.0)
        if now != level(end or 0.0):
            verb = "are" if words.issue_is_plural(name) else "is"
            moved.append(f"{words.issue(name)} {verb} to go from {now} to {level(end or 0.0)}")
    if len(moved) == len(tabled) and not apart:
        return f": {listed(moved)}"
    if not moved and not apart:
        return f" about {about} that moves nothing"
    return f" about {about}" + (f": {listed(moved)}" if moved else "")


def _fell(story: Story, issue: str, week: int) -> bool:
    """Whether an issue falls from who holds it to somebody else in a week."""
    falls = (event for event in story.events if event.decision == "fall")
    return any((event.week, event.issue) == (week, issue) for event in falls)


def _moved(story: Story, issue: str, week: int) -> bool:
    """Whether an issue moves in a week, other than by such a fall."""
    before, after = story.position(issue, week), story.at("position", week, issue=issue)
    if before is None or after is None or _fell(story, issue, week):
        return False
    return abs(after - before) > _STILL


def _due(story: Story, issue: str, week: int) -> float | None:
    """Where a text agreed on in a week takes an issue, from its first step in the week after."""
    speed, after = story.scenario.parameters.implementation_speed, week + 1
    if after >= story.weeks or speed <= 0.0 or _fell(story, issue, after):
        return None
    now, then = (story.at("position", t, issue=issue) for t in (week, after))
    # A settlement moves issues too.
    if now is None or then is None or story.at("state", after) in (None, SETTLEMENT):
        return None
    return min(max(now + (then - now) / speed, 0.0), 1.0)


def _followed(story: Story, event: Event, n: int, decision: str, leader: str) -> list[str]:
    """Who came to the side of a leader in what an event began, up to the next of its kind."""
    found: list[str] = []
    for other in story.events[n + 1 :]:
        if other.week != event.week or other.decision == event.decision:
            break
        if (other.decision, other.counterpart, other.answer) == (decision, leader, True):
            found.append(other.actor)
    return found


def _attack(story: Story, event: Event, n: int) -> tuple[str, float]:
    words, terms = story.words, event.terms
    text = f"{words.says(event.actor, 'attack')} {words.who(event.counterpart)}, which has refused "
    text += (
        f"{words.its(event.actor)} demand{_over(story, event)}: war is worth {size(terms['war'])} "
    )
    text += "more" if terms["war"] >= 0.0 else "less"
    text += f" to {words.it(event.actor)} than peace, at a tie of {level(terms['tie'])}"
    for side, leader in (("beside", event.actor), ("on the side of", event.counterpart)):
        came = _followed(story, event, n, "join", leader)
        if came:
            text += f"; {words.says(came, 'enter')} the war {side} {words.who(leader)}"
    return text, 11.0


def _rupture(story: Story, event: Event, n: int) -> tuple[str, float]:
    words = story.words
    text = f"{words.says(event.actor, 'break')} with {words.who(event.counterpart)}, which has "
    text += f"refused {words.its(event.actor)} demand{_over(story, event)}"
    allies = _followed(story, event, n, "consent", event.actor)
    if allies:
        text += f"; {words.says(allies, 'stand')} with {words.it(event.actor)}"
    return text, 9.0


def _mend(story: Story, event: Event, n: int) -> tuple[str, float]:
    return f"{story.words.all([event.actor, event.counterpart])} are reconciled", 5.0


def _return(story: Story, event: Event, n: int) -> tuple[str, float]:
    words = story.words
    text = f"beaten before, {words.says(event.actor, 'take')} up arms again against "
    return text + words.who(event.counterpart), 10.0


def _defeat(story: Story, event: Event, n: int) -> tuple[str, float]:
    words, weeks = story.words, count(int(event.terms["weeks"]), "week")
    return f"after {weeks} {words.says(event.actor, 'defeat')} {words.who(event.counterpart)}", 10.0


def _fall(story: Story, event: Event, n: int) -> tuple[str, float]:
    words = story.words
    text = f"{words.issue(event.issue)} falls from {words.who(event.counterpart)} to "
    text = text.replace(" falls ", " fall ") if words.issue_is_plural(event.issue) else text
    return f"{text}{words.who(event.actor)}, at {level(event.terms['position'])}", 6.0


_TELL = {
    "attack": _attack, "rupture": _rupture, "mend": _mend, "return": _return,
    "defeat": _defeat, "fall": _fall,
}  # fmt: skip
