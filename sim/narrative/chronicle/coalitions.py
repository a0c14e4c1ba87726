"""Phrases for members of a coalition that fall out: demands, wars, ruptures, what changes hands."""

from __future__ import annotations

from collections.abc import Iterator

from sim.narrative.chronicle.timeline import Sentence, Story
from sim.results.dataset import Event
from sim.scenario.english import count, level, sentence, size


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
        ("accept", "agree on a text about what either holds", 5.0),
        ("peace", "make peace by a text", 9.0),
    ):
        for one, other in answers(story, decision):
            if one.answer and other.answer:
                text = f"{story.words.all([one.actor, other.actor])} {what}"
                yield Sentence(other.week, other.phase, weight, sentence(text))
    for n, event in enumerate(story.events):
        if event.decision not in _TELL or not event.answer:
            continue
        text, weight = _TELL[event.decision](story, event, n)
        key = event.decision, frozenset((event.actor, event.counterpart))
        weight = weight if key not in told else weight / 3.0
        told.add(key)
        yield Sentence(event.week, event.phase, weight, sentence(text))


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
    text += f"{words.its(event.actor)} demand: war is worth {size(terms['war'])} "
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
    text += f"refused {words.its(event.actor)} demand"
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
