"""One run as a timeline: attempts at ceasefires, ceasefires and talks, built from events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim.engine.inputs import ALWAYS, NEVER, NEW_CONSULTATION
from sim.results.dataset import Event, events, scenario_of
from sim.results.provenance import whole
from sim.scenario.english import Words
from sim.scenario.schema import Scenario, ScheduledEvent, week_of


@dataclass(frozen=True)
class Sentence:
    """A sentence of the chronicle, with its weight.

    Attributes
    ----------
    week, phase : int
        Week, and phase of the week.
    weight : float
        How much would be lost if it were left out.
    text : str
        The sentence.
    """

    week: int
    phase: int
    weight: float
    text: str


@dataclass
class CeasefireSpell:
    """A ceasefire in force, until it collapses or the record ends.

    Attributes
    ----------
    number : int
        First, second ... of the run.
    start, last : int
        Week in which it enters into force; last week with orders and acts.
    convener : str
        Id of the actor that brokered it.
    left_out : set of str
        Patrons that were not consulted and have not been bought in since.
    orders, acts : dict of str to list of Event
        By actor, one a week: orders of patrons, acts of the armed.
    revisions : list of Event
        Decisions whether to revise the terms for a patron that was left out.
    settled : int or None
        Week in which it turned into a settlement.
    collapse, won : Event or None
        What ended it: a collapse, or a victory.
    """

    number: int
    start: int
    last: int
    convener: str
    left_out: set[str]
    orders: dict[str, list[Event]] = field(default_factory=dict)
    acts: dict[str, list[Event]] = field(default_factory=dict)
    revisions: list[Event] = field(default_factory=list)
    settled: int | None = None
    collapse: Event | None = None
    won: Event | None = None

    @property
    def weeks(self) -> int:
        """Weeks at the end of which it was in force."""
        return self.last - self.start + (0 if self.collapse or self.won else 1)

    def calm(self, week: int) -> bool:
        """Whether it is a settlement in a week, that is, was settled before."""
        return self.settled is not None and week > self.settled

    def called(self, week: int) -> str:
        """What it is in a week, a ceasefire or a settlement."""
        return "settlement" if self.calm(week) else "ceasefire"

    @property
    def begun(self) -> int:
        """The same with the week in which it collapsed."""
        return self.last - self.start + 1

    def broken(self, since: int = 0) -> dict[str, list[int]]:
        """Weeks in which each armed actor broke it, since a week; who never did is left out."""
        weeks = {
            who: [e.week for e in acts if not e.answer and e.week >= since]
            for who, acts in self.acts.items()
        }
        return {who: found for who, found in weeks.items() if found}

    def act(self, who: str, week: int) -> Event | None:
        """What an armed actor did in a week."""
        return next((e for e in self.acts.get(who, []) if e.week == week), None)


@dataclass
class Attempt:
    """A ceasefire round: a convener steps forward.

    Attributes
    ----------
    convene : Event
        The mediator's decision to step forward.
    propose : Event or None
        Its decision whether to propose a ceasefire; None if it did not come to that.
    consults, answers : list of Event
        Patrons asked or not; everybody's ratification.
    ceasefire : CeasefireSpell or None
        The ceasefire that followed.
    """

    convene: Event
    propose: Event | None = None
    consults: list[Event] = field(default_factory=list)
    answers: list[Event] = field(default_factory=list)
    ceasefire: CeasefireSpell | None = None

    @property
    def proposed(self) -> bool:
        """Whether a ceasefire was put to the parties."""
        return self.propose is not None and self.propose.answer


@dataclass
class Meeting:
    """A round of talks: who was awaited, what was tabled or kept off it, how it was voted."""

    week: int
    ceasefire: CeasefireSpell | None
    attend: list[Event] = field(default_factory=list)
    raised: list[Event] = field(default_factory=list)
    tabled: list[Event] = field(default_factory=list)
    votes: list[Event] = field(default_factory=list)
    agreed: bool | None = None


class Story:
    """One run of a Dataset.

    Parameters
    ----------
    results : Dataset
        With events, and with every week, actor and issue.
    run : int
        Number of the run.
    happened : list of Event, optional
        The events of the run, if they are at hand.
    like : Story, optional
        Another run of the same Dataset, whose scenario and variables need not be read again.

    Attributes
    ----------
    attempts, ceasefires, meetings : list
        In the order in which they happened.
    victory : Event or None
        The victory that ended the war; None if there was none.

    Raises
    ------
    ResultsError
        If weeks, actors or issues were left out of the Dataset: what is told would be false.
    """

    def __init__(
        self,
        results: xr.Dataset,
        run: int,
        happened: list[Event] | None = None,
        like: Story | None = None,
    ) -> None:
        self.run = run
        if like is None:
            results = whole(results, "the chronicle")
            self.scenario: Scenario = scenario_of(results)
            self.words = Words(self.scenario)
            self._index = {
                str(dim): {name: n for n, name in enumerate(results[dim].values.tolist())}
                for dim in ("actor", "other", "issue", "camp", "account", "objective", "link")
                if dim in results.coords
            }
            self._arrays: dict[str, tuple[tuple[str, ...], NDArray[np.generic]]] = {}
            for name, variable in results.data_vars.items():
                if {"run", "week"} <= set(variable.dims):
                    table = variable.transpose("run", "week", ...)
                    self._arrays[str(name)] = tuple(map(str, table.dims[2:])), table.values
        else:
            self.scenario, self.words = like.scenario, like.words
            self._index, self._arrays = like._index, like._arrays
        found = events(results, run) if happened is None else happened
        self.events = [_counted(event) for event in found]
        self.dates: list[dt.date] = results["date"].values.astype("datetime64[D]").tolist()
        self._here = int(np.flatnonzero(results["run"].values == run)[0])
        self.attempts: list[Attempt] = []
        self.ceasefires: list[CeasefireSpell] = []
        self.meetings: list[Meeting] = []
        self.victory: Event | None = None
        self._read()

    @property
    def weeks(self) -> int:
        """Weeks of the record."""
        return len(self.dates)

    @property
    def winner(self) -> str | None:
        """The camp that won the war, if one did."""
        if self.victory is None:
            return None
        pole = 1 if self.victory.terms["position"] >= 0.5 else 0
        return next(name for name, camp in self.scenario.camps.items() if camp.pole == pole)

    def series(self, name: str, **where: str) -> NDArray[np.float64] | None:
        """A variable week by week, of an actor, an issue ...; None if it was not recorded."""
        if name not in self._arrays:
            return None
        dims, values = self._arrays[name]
        index = [self._index[dim][where[dim]] for dim in dims]
        return np.asarray(values[self._here][(slice(None), *index)], dtype=np.float64)

    def at(self, name: str, week: int, **where: str) -> float | None:
        """The same at the end of one week."""
        values = self.series(name, **where)
        return None if values is None else float(values[week])

    def position(self, issue: str, week: int) -> float | None:
        """Where an issue stands as a week begins."""
        if week == 0:
            return self.scenario.issues[issue].start
        return self.at("position", week - 1, issue=issue)

    def worth(
        self, actor: str, issue: str, week: int, before: float | None, after: float | None
    ) -> float | None:
        """What an actor gains if an issue moves; None if the record does not tell."""
        weight = self.at("weight", week, actor=actor, issue=issue)
        ideal = self.at("ideal", week, actor=actor, issue=issue)
        if before is None or after is None or weight is None or ideal is None:
            return None
        was, now = abs(before - ideal), abs(after - ideal)
        if self.scenario.parameters.loss_exponent == 2:
            was, now = was * was, now * now
        return weight * (was - now)

    def silent(self, event: Event) -> bool:
        """Whether a refusal stays unsaid: the act is withheld, an open no would cost too much."""
        if event.answer or not self.scenario.mechanisms.public:
            return False
        return event.shock < event.gain + self.scenario.parameters.open_refusal_cost

    def control(self, patron: str, week: int) -> dict[str, float]:
        """What share of each of its proxies a patron controls."""
        given = self.scenario.patrons.get(patron, {})
        shares = {proxy: self.at("control", week, link=f"{patron}>{proxy}") for proxy in given}
        known = {proxy: given[proxy] if c is None else c for proxy, c in shares.items()}
        return {proxy: share for proxy, share in known.items() if share > 0}

    def reach(self, patron: str, week: int) -> float:
        """Share of armed strength that a patron controls, from 0 to 1."""
        nuisance = self.at("nuisance", week, actor=patron)
        if nuisance is not None:
            return nuisance
        shares = self.control(patron, week).values()
        return sum(shares) / max(1, len(self.scenario.actors))

    def forced(self, week: int) -> dict[str, int]:
        """Actors that are consulted always or never by decree, up to a week."""
        codes = {"always": ALWAYS, "never": NEVER}
        rule = {name: codes[word] for name, word in self.scenario.roles.consultation.items()}
        for event in self.events:
            if event.decision == "shift" and event.terms["change"] == NEW_CONSULTATION:
                if event.week > week:
                    break
                rule[event.actor] = int(event.terms["value"])
        return rule

    def shifts(self) -> Iterator[tuple[int, list[ScheduledEvent]]]:
        """ScheduledEvent changes of the scenario that took effect, by week."""
        seen = {(e.week, e.actor, e.issue) for e in self.events if e.decision == "shift"}
        by_week: dict[int, list[ScheduledEvent]] = {}
        for event in self.scenario.events:
            week = week_of(self.scenario, event.date if event.date else event.week or 0)
            if (week, event.actor or "", event.issue or "") in seen:
                by_week.setdefault(week, []).append(event)
        yield from sorted(by_week.items())

    def consulted(self, attempt: Attempt) -> tuple[list[str], list[str]]:
        """Who was asked before a proposal besides the main parties, and which patrons were not."""
        asked = [e.counterpart for e in attempt.consults if e.answer]
        not_asked = [e.counterpart for e in attempt.consults if not e.answer]
        away = {attempt.convene.actor, *self.scenario.roles.belligerents}
        for name, rule in self.forced(attempt.convene.week).items():
            if name in away:
                continue
            if rule == ALWAYS:
                asked.append(name)
            elif rule == NEVER and self.scenario.patrons.get(name):
                not_asked.append(name)
        return self.words.inorder(asked), self.words.inorder(not_asked)

    def _read(self) -> None:
        """Build attempts, ceasefires and talks from the events, which are in order of time."""
        ceasefire: CeasefireSpell | None = None
        for event in self.events:
            kind = event.decision
            if kind == "victory":
                self.victory = event
                if ceasefire is not None and ceasefire.collapse is None:
                    ceasefire.won = event
                ceasefire = None
            elif kind == "convene":
                ceasefire = None
                self.attempts.append(Attempt(event))
            elif kind in ("propose", "consult", "ratify", "ceasefire") and self.attempts:
                attempt = self.attempts[-1]
                if kind == "propose":
                    attempt.propose = event
                elif kind == "consult":
                    attempt.consults.append(event)
                elif kind == "ratify":
                    attempt.answers.append(event)
                elif event.answer:
                    number, left_out = len(self.ceasefires) + 1, set(self.consulted(attempt)[1])
                    begun = CeasefireSpell(number, event.week, event.week, event.actor, left_out)
                    ceasefire = attempt.ceasefire = begun
                    self.ceasefires.append(begun)
            elif kind in ("attend", "raise", "table", "vote", "settle"):
                self._meet(event, ceasefire)
            elif ceasefire is not None:
                _live(ceasefire, event)

    def _meet(self, event: Event, ceasefire: CeasefireSpell | None) -> None:
        if not self.meetings or self.meetings[-1].week != event.week:
            self.meetings.append(Meeting(event.week, ceasefire))
        meeting = self.meetings[-1]
        if event.decision == "settle":
            meeting.agreed = event.answer
            if event.answer and ceasefire is not None:
                ceasefire.settled = event.week
        else:
            lists = {
                "attend": meeting.attend, "raise": meeting.raised, "table": meeting.tabled,
                "vote": meeting.votes,
            }  # fmt: skip
            lists[event.decision].append(event)


def _counted(event: Event) -> Event:
    """An event as it counts: who brokers a ceasefire has signed it, whatever it answered itself."""
    if event.decision == "ratify" and event.actor == event.counterpart and not event.answer:
        return replace(event, answer=True)
    return event


def _live(ceasefire: CeasefireSpell, event: Event) -> None:
    """A week of a ceasefire: orders, acts, revisions, collapse."""
    if event.decision in ("order", "comply"):
        done = ceasefire.orders if event.decision == "order" else ceasefire.acts
        done.setdefault(event.actor, []).append(event)
    elif event.decision == "revise":
        ceasefire.revisions.append(event)
    elif event.decision == "collapse":
        ceasefire.collapse = event
    if event.decision in ("order", "comply", "collapse"):
        ceasefire.last = event.week
