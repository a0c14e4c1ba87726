"""Questions to a reader who plays an actor, with the news and the reasons."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from sim.engine.decisions import DECISIONS
from sim.errors import SimError
from sim.narrative.chronicle import sentences
from sim.narrative.chronicle.considerations import weighed
from sim.narrative.chronicle.reasons import owed
from sim.narrative.chronicle.timeline import CeasefireSpell, Story
from sim.results.dataset import Event
from sim.results.phrases import PHRASES
from sim.scenario.english import day

# Sentences of news at most: the last ones.
MOST_NEWS = 8
# Question, yes and no of every decision that the reader is asked, by the actor's method.
QUESTIONS = {
    method: PHRASES[row.name].question
    for method, row in DECISIONS.items()
    if row.name and any(PHRASES[row.name].question)
}


@dataclass(frozen=True)
class Question:
    """One decision that waits for its answer, and what the actor knows.

    Attributes
    ----------
    week : int
        Number of the week, from 0.
    date : datetime.date
        First day of the week.
    decision : str
        One of `QUESTIONS`.
    other : str
        Whom it is about; empty if nobody.
    issue : str
        What it is about, where it is about one issue alone.
    text, yes, no : str
        The question, and the two answers.
    news : tuple of str
        What has happened since the last question, at most the last eight sentences.
    reasons : tuple of (float, str)
        What speaks for yes (positive) and for no, in utility; see
        `sim.narrative.chronicle.considerations.weighed`.
    stakes : DataFrame
        The issues that the actor cares about, one a row: where each stands, where it would like it,
        how many percent of its attention it has, and what the deal would make of it.
    rule : bool
        What its rule answers, with this luck.
    """

    week: int
    date: dt.date
    decision: str
    other: str
    issue: str
    text: str
    yes: str
    no: str
    news: tuple[str, ...]
    reasons: tuple[tuple[float, str], ...]
    stakes: pd.DataFrame
    rule: bool

    def sides(self) -> list[tuple[str, list[str]]]:
        """The reasons by what they speak for, each side with its heading."""
        heads = ((1, f"to {self.yes}"), (-1, f"to {self.no}"), (0, "besides"))
        found = [
            (head, [text for number, text in self.reasons if (number > 0) - (number < 0) == sign])
            for sign, head in heads
        ]
        return [(head, texts) for head, texts in found if texts]

    def __str__(self) -> str:
        lines = [f"{day(self.date)}. {self.text}"]
        for head, texts in [("since then", list(self.news)), *self.sides()]:
            lines += [f"  {head}: {text}" for text in texts]
        return "\n".join([*lines, self.stakes.to_string()])

    def read(self, answer: bool | str | None) -> bool:
        """An answer in any of its forms, as yes or no.

        Parameters
        ----------
        answer : bool, str or None
            True or "yes", False or "no", one of the two words of the question, or None (or an empty
            text) for what the rule does. All else is refused.
        """
        if answer is None or answer == "":
            return self.rule
        if isinstance(answer, bool | np.bool):
            return bool(answer)
        yes, no = {"yes", "y", self.yes}, {"no", "n", self.no}
        if isinstance(answer, str) and answer.strip().lower() in yes | no:
            return answer.strip().lower() in yes
        raise SimError(
            f"the answer must be yes or no, {self.yes!r} or {self.no!r}, or None for what the rule "
            f"does, is {answer!r}"
        )


def by_hand(asked: Question) -> str:
    """Show a question and ask for its answer on the keyboard, until it is one.

    Enter alone is what the rule does.
    """
    told = str(asked)
    while True:
        answer = input(f"{told}\n[{asked.yes} / {asked.no}] ")
        try:
            asked.read(answer)
        except SimError as error:
            told = str(error)
        else:
            return answer


def question(
    results: xr.Dataset,
    run: int,
    actor: str,
    decision: str,
    other: str = "",
    issue: str = "",
    since: dt.date | None = None,
) -> Question:
    """The question that waits in the last week of results, in which the rule has answered it.

    News are told from a day on, if it is given. Who decides what about whom: see `Question`.
    """
    story = Story(results, run)
    week, words = story.weeks - 1, story.words
    event = _event(story, week, actor, decision, (other, issue))
    ceasefire = next(iter(story.ceasefires[-1:]), None)
    text, yes, no = QUESTIONS[decision]
    whom = words.who(other) if other else ""
    what = words.issue(issue) if issue else ""
    filled = text.format(
        other=whom, Other=_capital(whom), issue=what, Issue=_capital(what),
        task=_task(story, actor, week), calm=ceasefire.called(week) if ceasefire else "ceasefire",
    )  # fmt: skip
    first = story.dates[0] if since is None else since
    told = sentences(results, run)
    news = [f"{day(date)}: {line}" for date, line in told if first <= date < story.dates[week]]
    if decision == "ratifies" and ceasefire is not None and ceasefire.start < week:
        ceasefire = None  # what does not enter into force leaves no terms in the record
    deal = ceasefire if decision in ("ratifies", "orders") else None
    kept = "terms" if deal else "text" if decision == "votes" else ""
    return Question(
        week, story.dates[week], decision, other, issue, filled, yes, no, tuple(news[-MOST_NEWS:]),
        tuple(weighed(story, event, deal, "you")),
        _stakes(story, actor, week, kept, deal), event.answer,
    )  # fmt: skip


def _event(story: Story, week: int, actor: str, decision: str, about: tuple[str, str]) -> Event:
    """What the rule leaves when it decides."""
    kind = DECISIONS[decision].name
    if kind == "order" and not story.scenario.patrons.get(actor):
        kind = "comply"
    return next(
        e
        for e in story.events
        if (e.week, e.decision, e.actor) == (week, kind, actor)
        and about[0] in ("", e.counterpart)
        and about[1] in ("", e.issue)
    )


def _task(story: Story, actor: str, week: int) -> str:
    """What is ordered, and who is to do it."""
    proxies = list(story.control(actor, week))
    if not proxies:
        return "Do you keep it?"
    order = f"order {story.words.all(proxies)} to keep it?"
    armed = story.scenario.actors[actor].armed
    return f"Do you keep it, and {order}" if armed else f"Do you {order}"


def _stakes(
    story: Story, actor: str, week: int, deal: str, ceasefire: CeasefireSpell | None
) -> pd.DataFrame:
    """The issues that an actor cares about, most first; `deal` is the name of a variable."""
    rows: dict[str, dict[str, float | None]] = {}
    for name, issue in story.scenario.issues.items():
        share = story.at("attention", week, actor=actor, issue=name) or 0.0
        if share <= 0.0:
            continue
        rows[issue.label] = {
            "now": story.position(name, week),
            "you want": story.at("attention_ideal", week, actor=actor, issue=name),
            "attention, %": share,
        }
        of_terms = deal == "terms" and owed(story, name, ceasefire, week)
        if of_terms or (deal == "text" and story.at("tabled", week, issue=name)):
            rows[issue.label][f"the {deal}"] = story.at(deal, week, issue=name)
    table = pd.DataFrame.from_dict(rows, orient="index")
    if table.empty:
        return table
    table["attention, %"] *= 100.0 / table["attention, %"].sum()
    table = table.sort_values("attention, %", ascending=False, kind="stable")
    return table.round({name: 0 if "%" in str(name) else 2 for name in table})


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
