"""The words for states of the war, for decisions and events, and for the terms that drove them.

The phrases have the names of the table of decisions (`sim.engine.decisions`). They stand apart from
it because whatever that module imports counts as part of the rules: here a comma may change, and
every store can still be opened.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sim.results.dataset import Event
from sim.scenario.english import Words


class Phrase(NamedTuple):
    """What a kind of event is called; {other}, {issue} and {its} are filled in."""

    yes: str
    no: str
    """What the actor does, the verb first in its plain form; a whole clause if no actor does it."""
    done: tuple[str, str] = ("", "")
    """Yes and no as they follow "would have"."""
    question: tuple[str, str, str] = ("", "", "")
    """What the seat of an actor is asked, and the words for yes and no; {Other}, {Issue}, {calm}
    and {task} are filled in too. Empty if the reader is not asked.
    """
    counts: tuple[str, str] = ("", "")
    """Name of the number of times that an actor, {}, said yes or no; empty if nobody counts it."""
    happens: bool = False
    """Whether no actor does it."""


class StateWords(NamedTuple):
    """What a state of the war is called."""

    name: str
    """In tables: "war"."""
    noun: str
    """After "the record ends in": "a settlement"."""
    runs: str
    """What runs are that are in it: "at war"."""


STATES: tuple[StateWords, ...] = (
    StateWords("war", "war", "at war"),
    StateWords("ceasefire", "a ceasefire", "in a ceasefire"),
    StateWords("settlement", "a settlement", "settled"),
    StateWords("victory", "a victory", "won by one side"),
)
"""Every state of the war, by its code (`sim.engine.state.WAR` and the others)."""


PHRASES: Mapping[str, Phrase] = {
    "satisfied": Phrase("count the aim on {issue} as achieved",
                        "do not count the aim on {issue} as achieved"),
    "threatened": Phrase("see the aim on {issue} threatened",
                         "see the aim on {issue} not threatened"),
    "convene": Phrase("step forward to broker a ceasefire",
                      "do not step forward to broker a ceasefire"),
    "propose": Phrase("propose a ceasefire", "propose no ceasefire",
                      ("proposed a ceasefire", "proposed nothing"),
                      ("It falls to you to mediate. Do you propose a ceasefire?", "propose",
                       "let it be")),
    "consult": Phrase("consult {other}", "leave {other} out",
                      ("consulted {other}", "left {other} out"),
                      ("Do you ask {other} before you draw up the terms?", "ask", "leave out"),
                      ("times {} was consulted", "times {} was left out")),
    "ratify": Phrase("ratify the ceasefire", "refuse to ratify the ceasefire",
                     ("ratified it", "refused to ratify it"),
                     ("A ceasefire brokered by {other} lies before you. Do you sign?", "sign",
                      "refuse"),
                     ("times {} ratified", "times {} refused to ratify")),
    "ceasefire": Phrase("the ceasefire enters into force", "the ceasefire is not ratified",
                        happens=True),
    "order": Phrase("order {its} proxies to keep the ceasefire",
                    "order {its} proxies to break the ceasefire",
                    ("ordered to keep it", "ordered to break it"),
                    ("A {calm} is in force. {task} The answer stands until you are asked again.",
                     "keep it", "break it"),
                    ("", "weeks {} ordered proxies to break a ceasefire")),
    "comply": Phrase("keep the ceasefire", "break the ceasefire", ("kept it", "broken it"),
                     counts=("", "weeks {} broke a ceasefire")),
    "revise": Phrase("consult {other} after all", "do not consult {other} after all",
                     ("consulted {other} after all", "not consulted {other} after all"),
                     ("{Other} was left out and is blamed for breaches. Do you buy it in?",
                      "buy it in", "leave it out")),
    "collapse": Phrase("the ceasefire collapses", "the ceasefire holds", happens=True),
    "attend": Phrase("come to the talks", "stay away from the talks", ("come", "stayed away"),
                     ("Talks are called. Do you come?", "come", "stay away"),
                     ("times {} came to the talks", "")),
    "table": Phrase("{issue} {are} put on the table", "{issue} {are} not put on the table",
                    happens=True),
    "vote": Phrase("vote for the text", "vote against the text",
                   ("voted for it", "voted against it"),
                   ("A text lies on the table. Do you accept it?", "accept", "reject"),
                   ("times {} voted for the text", "")),
    "settle": Phrase("the war is settled", "the talks end without a settlement", happens=True),
    "bargain": Phrase("accept a bilateral deal with {other}",
                      "refuse a bilateral deal with {other}",
                      ("accepted", "refused"),
                      ("You meet with {other} about what divides you. Do you agree to the deal?",
                       "agree", "refuse")),
    "deal": Phrase("strike a bilateral deal with {other}", "strike no bilateral deal with {other}"),
    "dispute": Phrase("a local dispute breaks out over {issue}",
                      "no local dispute breaks out over {issue}", happens=True),
    "victory": Phrase("the war is won", "the war is not won", happens=True),
    "raise": Phrase("put {issue} on the table", "keep {issue} off the table",
                    question=("You have brought them together. Do you put {issue} on the table?",
                              "raise it", "leave it")),
    "demand": Phrase("demand of {other} what it holds", "demand nothing of {other}",
                     question=("You claim what {other} holds. Do you demand it?", "demand it",
                               "let it be")),
    "accept": Phrase("accept a text with {other}", "refuse a text with {other}",
                     ("accepted the text", "refused the text"),
                     ("A text on what you and {other} hold lies before you. Do you accept it?",
                      "accept", "refuse")),
    "attack": Phrase("attack {other}", "do not attack {other}",
                     ("attacked {other}", "held back"),
                     ("Your demand on {other} is refused. Do you attack?", "attack", "hold back")),
    "join": Phrase("enter the war beside {other}", "stay out of the war beside {other}",
                   ("entered the war beside {other}", "stayed out of it")),
    "rupture": Phrase("break with {other}", "do not break with {other}",
                      question=("Your demand on {other} is refused. Do you break with it?", "break",
                       "stay allied")),
    "consent": Phrase("stand with {other}", "do not stand with {other}",
                      question=("{Other} breaks with an ally. Do you stand with it by treaty?",
                                "stand with it", "keep out")),
    "mend": Phrase("be reconciled with {other}", "not be reconciled with {other}"),
    "return": Phrase("take up arms against {other} again", "do not take up arms again",
                     ("taken up arms again", "kept quiet"),
                     ("You are beaten. Do you take up arms against {other} again?", "fight",
                      "keep quiet")),
    "peace": Phrase("accept a peace with {other}", "refuse a peace with {other}",
                    question=("A peace with {other} lies before you. Do you accept it?", "accept",
                     "fight on")),
    "defeat": Phrase("defeat {other}", "do not defeat {other}"),
    "fall": Phrase("take hold of {issue}", "do not take hold of {issue}"),
}  # fmt: skip
"""Every kind of event but "shift", the scenario's own doing."""

TERMS: Mapping[str, str] = {
    "access": "access to the parties",
    "blame": "blame",
    "breach": "what a breach costs",
    "by_decree": "consultation fixed by the scenario",
    "change": "change",
    "claim": "size of the claim",
    "contagion": "contagion of violations",
    "core": "core issue",
    "cost": "cost",
    "dependence": "dependence on the ally",
    "endorsement": "endorsement of the core issue",
    "front": "front of the war",
    "local": "local issue",
    "loyalty": "loyalty to the convener",
    "military": "military gain from breaking it",
    "nuisance": "nuisance power",
    "on_issue": "what violations bring on the issues",
    "opening": "position at which the issue opens",
    "own": "own interest",
    "patrons": "patrons' orders",
    "pledges": "worth of the pledges of allies",
    "position": "position of the issue",
    "prestige": "prestige",
    "seat": "what a seat at the talks is worth",
    "status_quo": "status quo",
    "terms": "terms of the ceasefire",
    "threat": "chance that a refusal means war",
    "threshold": "threshold",
    "tie": "tie",
    "ceasefire": "peace rather than war",
    "value": "value",
    "violence": "violence",
    "war": "war rather than peace",
    "weeks": "weeks",
}
"""What the terms of a decision in the record of events are called."""


def clause(event: Event, words: Words) -> str:
    """What was decided or happened: "Iran ratifies the ceasefire"."""
    phrase = PHRASES[event.decision]
    said = _filled(phrase.yes if event.answer else phrase.no, event, words)
    if phrase.happens:
        return said
    verb, _, rest = said.partition(" ")
    return f"{words.says(event.actor, verb)} {rest}"


def otherwise(event: Event, words: Words) -> str:
    """What an actor would have done instead: "it would have refused to ratify it"."""
    yes, no = PHRASES[event.decision].done
    done = _filled(no if event.answer else yes, event, words)
    return f"{words.they(event.actor)} would have {done}"


def _filled(text: str, event: Event, words: Words) -> str:
    """A phrase with the names of an event."""
    many = bool(event.issue) and words.issue_is_plural(event.issue)
    return text.format(
        other=words.who(event.counterpart) if event.counterpart else "",
        issue=words.issue(event.issue) if event.issue else "",
        its=words.its(event.actor) if event.actor else "",
        are="are" if many else "is",
    )
