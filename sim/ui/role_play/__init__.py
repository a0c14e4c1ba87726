"""Play as one actor: the war stops at each of its decisions, and the reader answers.

The class of the actor becomes one that asks (`sim.ui.role_play.actor`). A week in which it has
something to decide is tried, taken back, and played when the answer is there; so the reader can be
a person at a keyboard, the buttons of a notebook (`sim.ui.role_play.desk`), or a list of answers.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import pandas as pd
import xarray as xr

from sim.agents.model import Actor, ConflictModel, class_of
from sim.agents.registry import RENAMED
from sim.engine.state import Kept
from sim.errors import SimError, nearest, renamed
from sim.results.dataset import assemble
from sim.results.ensemble_spec import given
from sim.results.selection import week_at
from sim.runs.simulate import simulate
from sim.scenario.files import with_changes
from sim.scenario.schema import Scenario
from sim.ui.role_play.actor import Answer, asking
from sim.ui.role_play.outcome import sums
from sim.ui.role_play.questions import QUESTIONS, Question, question
from sim.ui.role_play.questions import by_hand as by_hand

# By this name its results say that the actor followed no rule; no class is registered under it.
AGENT = "seat"
# An answer about a ceasefire in force stands so many weeks, or until what speaks for it turns.
EVERY, SOONEST = 8, 3


class _Waiting(SimError):
    """The war stops at a question."""

    def __init__(self, decision: str, other: str, issue: str) -> None:
        super().__init__(f"{decision} waits for an answer")
        self.about = decision, other, issue


class Seat:
    """One actor in one war whose decisions the reader takes.

    Parameters
    ----------
    scenario : Scenario or path
        The war, or the path of its file.
    actor : str
        Id of the actor for which the reader answers.
    seed, run : int
        Seed of the random numbers, and number of the run; see `sim.simulate`.
    since : date, str or int
        Day or week from which on the reader answers; before it the rule does.
    weeks : int, optional
        How long the war is; the scenario's weeks if not given.
    decisions : sequence of str
        Which of `sim.ui.role_play.questions.QUESTIONS` the reader answers; the rule answers the
        others.
    set : mapping or sequence of str
        Changes, as ``{"actors.iran.capability": 1.4}``.

    Attributes
    ----------
    case : Scenario
        The scenario with the changes in `set`.
    actor, seed, run
        As given.

    Raises
    ------
    SimError
        If there is no such actor, decision or date, or an argument is out of range.
    ScenarioError
        If the scenario cannot be used.

    Examples
    --------
    >>> seat = Seat("scenarios/toy.toml", "league")
    >>> print(seat.question)  # doctest: +SKIP
    >>> print(seat.play(["no", "yes"]).comparison())  # doctest: +SKIP
    """

    @renamed(rounds="weeks")
    def __init__(
        self,
        scenario: Scenario | str | Path,
        actor: str,
        *,
        seed: int = 1,
        run: int = 0,
        since: dt.date | str | int = 0,
        weeks: int | None = None,
        decisions: Sequence[str] = tuple(QUESTIONS),
        set: Mapping[str, object] | Sequence[str] = (),
    ) -> None:
        case = given(scenario, set)
        if actor not in case.actors:
            raise SimError(f"unknown actor {actor!r} ({nearest(actor, list(case.actors))})")
        for name in decisions:
            if name not in QUESTIONS:
                now = f"now {RENAMED[name]!r}" if name in RENAMED else ""
                hint = now or nearest(name, list(QUESTIONS))
                raise SimError(f"unknown decision {name!r} ({hint})")
        self.case = case if weeks is None else with_changes(case, {"weeks": weeks})
        self.actor, self.seed, self.run = actor, seed, run
        self._since = week_at(self.by_rule, since)
        self._decisions = tuple(decisions)
        self._watching: list[Callable[[], None]] = []
        self._begin([])

    @property
    def question(self) -> Question | None:
        """What is asked now; None when the war is over."""
        self._mend()
        return self._question

    @property
    def history(self) -> list[tuple[Question, bool]]:
        """What was asked, and what was answered."""
        self._mend()
        return self._history

    @property
    def model(self) -> ConflictModel:
        """The war, up to the question."""
        self._mend()
        return self._model

    def answer(self, yes: bool | str | None) -> Question | None:
        """Answer the question, and give back the next; None if the war is over.

        An answer that is refused, or interrupted before the next question is reached, was not
        given: the same question is asked again.

        Parameters
        ----------
        yes : bool, str or None
            See `sim.ui.role_play.questions.Question.read`.

        Raises
        ------
        SimError
            If the war is over, or the answer is none that is allowed.
        """
        try:
            self._answer(yes)
        finally:
            self._tell()
        return self.question

    def back(self) -> Question | None:
        """Take the last answer back, and ask again.

        Raises
        ------
        SimError
            If nothing has been answered.
        """
        if not self._said:
            raise SimError("nothing has been answered: there is no answer to take back")
        try:
            self._begin(self._said[:-1])
        finally:
            self._tell()
        return self.question

    def copy(self) -> Seat:
        """Another seat at the same question, with the answers that were given here.

        What is answered there leaves this one as it is.
        """
        other = Seat(
            self.case, self.actor, seed=self.seed, run=self.run, since=self._since,
            decisions=self._decisions,
        )  # fmt: skip
        other._begin(self._said)
        return other

    def watch(self, listener: Callable[[], None]) -> None:
        """Call a function whenever the question has changed, or was not left by an answer."""
        self._watching.append(listener)

    def play(
        self,
        answers: Callable[[Question], bool | str | None] | Iterable[bool | str | None] = (),
    ) -> Seat:
        """Play to the end: by answers in a row, or by a function of the question.

        Parameters
        ----------
        answers : iterable or callable
            See `answer`. Where a row of answers is too short, the rule answers the rest;
            `by_hand` asks on the keyboard.

        Raises
        ------
        SimError
            If an answer is none that is allowed. Those before it are given.
        """
        if not callable(answers):
            if isinstance(answers, str) or not isinstance(answers, Iterable):
                raise SimError(
                    "play takes several answers, ['yes', 'no'], or a function of the question, "
                    f"not {answers!r}"
                )
            answers = itertools.chain(answers, itertools.repeat(None))
        try:
            while self.question is not None:
                answer = answers(self.question) if callable(answers) else next(answers)
                self._answer(answer)
        finally:
            self._tell()
        return self

    def results(self) -> xr.Dataset:
        """The war so far, see `sim.results.dataset`."""
        return self.model.results()

    @cached_property
    def by_rule(self) -> xr.Dataset:
        """The whole war as the actor's rule plays it, with the same luck."""
        return simulate(self.case, seed=self.seed, first=self.run)

    def answers(self) -> pd.DataFrame:
        """Everything that was asked, what was answered, and what the rule would have answered."""
        rows = [
            {
                "date": asked.date,
                "question": asked.text,
                "you": asked.yes if said else asked.no,
                "the rule": asked.yes if asked.rule else asked.no,
            }
            for asked, said in self.history
        ]
        return pd.DataFrame(rows, columns=["date", "question", "you", "the rule"])

    def comparison(self) -> pd.DataFrame:
        """Compare the war with the one in which the actor follows its rule.

        Returns
        -------
        DataFrame
            Columns ``you`` and ``the rule``: weeks in each state, ceasefires signed, orders to
            break them and breaches of one's own; where the issues that it cares about stand at the
            end; its ties to those whom it arms, who arm it, and with whom it bargains; and what
            all that is worth to it (utility, 0 to 1).

        Raises
        ------
        SimError
            If the war is not over.
        """
        if self.question is not None:
            raise SimError("the war is not over: answer on, or let the rule finish it with play()")
        wars = {"you": self.results(), "the rule": self.by_rule}
        return pd.DataFrame({name: sums(war, self.case, self.actor) for name, war in wars.items()})

    def __repr__(self) -> str:
        asked = self.question
        now = f"{asked.date}: {asked.text}" if asked else "the war is over"
        return f"<Seat of {self.case.actors[self.actor].label}, {now}>"

    def _ipython_display_(self) -> None:
        from sim.ui.role_play.desk import Desk

        try:
            Desk(self).show()
        except SimError as error:  # without ipywidgets
            print(error, self.question or repr(self), sep="\n\n")

    # ---- how the war is stopped and goes on ------------------------------------------------------

    def _begin(self, script: Sequence[bool | str | None]) -> None:
        """From the first week, with answers that were given before."""
        self._said, self._broken = list(script), True
        cls = asking(class_of(self.case, self.actor), self._reader)
        seated = with_changes(self.case, {f"actors.{self.actor}.agent": AGENT})
        self._model = ConflictModel(seated, self.seed, self.run, classes={self.actor: cls})
        self._question: Question | None = None
        self._history: list[tuple[Question, bool]] = []
        # Week, decision, other, issue -> answer; the order that stands, its week and its gain.
        self._given: dict[tuple[int, str, str, str], Answer] = {}
        self._order: tuple[int, float, Answer] | None = None
        self._looking = False
        self._go_on()
        for yes in self._said:
            if self._question is not None:
                self._take(self._question, self._question.read(yes), yes)
        self._broken = False

    def _mend(self) -> None:
        """Play again up to the last answer, if something broke off in the middle of a week."""
        if self._broken:
            self._begin(self._said)

    def _answer(self, yes: bool | str | None) -> None:
        asked = self.question
        if asked is None:
            raise SimError("the war is over: nothing is left to answer")
        said = asked.read(yes)
        self._broken = True
        self._take(asked, said, yes)
        self._said.append(yes)
        self._broken = False

    def _tell(self) -> None:
        for listener in self._watching:
            listener()

    def _take(self, asked: Question, said: bool, yes: bool | str | None) -> None:
        self._history.append((asked, said))
        # The rule's own answer stays the rule's, week by week, and does not stand as an order.
        key = (asked.week, asked.decision, asked.other, asked.issue)
        self._given[key] = None if yes is None or yes == "" else said
        self._go_on()

    def _go_on(self) -> None:
        """Play until the next question, or to the end."""
        self._question = None
        while self._model.running and self._question is None:
            # A week is tried first: Mesa's own step must not be left in the middle.
            waiting = self._tried()
            if waiting is None:
                self._model.step()
                continue
            self._tried(until_the_end=True)
            since = self._history[-1][0].date if self._history else None
            about = self.run, self.actor, *waiting.about
            self._question = question(self._seen, *about, since)

    def _reader(self, actor: Actor, decision: str, other: str, issue: str, gain: float) -> Answer:
        """Answer for the actor: an earlier answer, an order that still holds, or stop the war."""
        week = actor.model.week
        if week < self._since or decision not in self._decisions:
            return None
        key = (week, decision, other, issue)
        if key not in self._given:
            stands = decision == "orders" and self._stands(actor, gain)
            if stands and self._order is not None:
                self._given[key] = self._order[2]
            elif self._looking:
                self._given[key] = None
            else:
                raise _Waiting(decision, other, issue)
        elif decision == "orders" and (self._order is None or not self._stands(actor, gain)):
            self._order = (week, gain, self._given[key])
        return self._given[key]

    def _stands(self, actor: Actor, gain: float) -> bool:
        """Whether the last order still holds: the same ceasefire, not too old, nothing turned."""
        if self._order is None:
            return False
        since, before, _ = self._order
        weeks = actor.model.week - since
        if weeks == 0:
            return True
        turned = weeks >= SOONEST and (gain > 0.0) != (before > 0.0)
        return bool(actor.world.ceasefire.age[0] >= weeks) and weeks < EVERY and not turned

    def _tried(self, until_the_end: bool = False) -> _Waiting | None:
        """Play the week and take it back; where it stops, or None if it does not.

        Until the end, the rule answers what nobody has answered, and what is seen is kept.
        """
        model = self._model
        count = model.record_in_full()[2]
        fields = [count, *(field for group in model.world for field in group)]
        saved = [field.copy() for field in fields]
        known, order = dict(self._given), self._order
        self._looking = until_the_end
        try:
            model.play_week()
            if until_the_end:
                self._seen = self._so_far()
        except _Waiting as waiting:
            return waiting
        finally:
            for now, then in zip(fields, saved, strict=True):
                now[...] = then
            self._given, self._order, self._looking = known, order, False
        return None

    def _so_far(self) -> xr.Dataset:
        """Results up to the week that is being tried."""
        record, log, count = self._model.record_in_full()
        weeks = Kept._make(part[: self._model.week + 1] for part in record)
        return assemble(
            self.case, self._model.layout, self.seed, [self.run], [weeks], [log[: count[0]].copy()]
        )
