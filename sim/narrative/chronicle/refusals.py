"""Clauses on refusals: who refuses a ceasefire or a text, how and why.

A no can be said openly, or left unsaid while the act is withheld. No clause leans on another one
("so does ..."): each has its own verb, and "too" or "either" only after a clause of the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sim.narrative.chronicle import reasons
from sim.narrative.chronicle.reasons import Reason
from sim.narrative.chronicle.timeline import Story
from sim.results.dataset import Event
from sim.scenario.english import listed, signed

# So many refusals are told with their main reasons; of the others only what it was worth to them.
REASONED = 3


def of_a_ceasefire(
    story: Story, refused: Sequence[Event], why: Callable[[Event], Reason]
) -> list[str]:
    """Clauses on those who do not sign a ceasefire, each with its reason."""
    words = story.words

    def said(names: list[str], silent: bool, again: bool) -> str:
        if silent:
            do, either = words.verb(names, "do"), " either" if again else ""
            return f"{words.all(names)} {do} not object but {do} not sign{either}"
        openly = " openly" if story.scenario.mechanisms.public else ""
        return f"{words.says(names, 'refuse')}{openly}{' too' if again else ''}"

    return _clauses(story, refused, said, why)


def of_a_text(story: Story, no: Sequence[Event], why: Callable[[Event], Reason]) -> list[str]:
    """Clauses on those who do not vote for a text, each with its reason."""
    words = story.words

    def said(names: list[str], silent: bool, again: bool) -> str:
        too = " too" if again else ""
        if silent:
            withhold = f"{words.verb(names, 'withhold')} {words.its(names)} consent"
            return f"{words.says(names, 'declare')} for the text but {withhold}{too}"
        return f"{words.says(names, 'vote')} no{too}"

    return _clauses(story, no, said, why)


def _clauses(
    story: Story,
    events: Sequence[Event],
    said: Callable[[list[str], bool, bool], str],
    why: Callable[[Event], Reason],
) -> list[str]:
    found: list[str] = []
    ways: set[bool] = set()
    for event in events[:REASONED]:
        silent = story.silent(event)
        reason = reasons.because(why(event)) + reasons.close(event)
        found.append(said([event.actor], silent, silent in ways) + reason)
        ways.add(silent)
    for silent in (False, True):
        others = [event for event in events[REASONED:] if story.silent(event) is silent]
        if others:
            others.sort(key=lambda event: list(story.scenario.actors).index(event.actor))
            worth = [f"{signed(e.gain)} to {story.words.who(e.actor)}" for e in others]
            head = said([event.actor for event in others], silent, silent in ways)
            found.append(f"{head} (a yes was worth {listed(worth)})")
    return found
