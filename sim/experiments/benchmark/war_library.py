"""The library of wars: scenario files with a coalition, and what became of their pairs."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sim.engine.inputs import Floats
from sim.errors import Fault, ScenarioError, missing_folder, nearest
from sim.measures.breaks import BROKE, HELD, STRAINED
from sim.scenario.files import load, with_changes
from sim.scenario.schema import Scenario, week_of
from sim.scenario.shipped import folder as shipped

OUTCOMES = "outcomes.csv"
STATUSES = (HELD, STRAINED, BROKE)
# What is scored: from the first joint fighting to so many weeks after the threat is gone.
AFTER, HALF_YEAR = 260, 26
_NEEDED = ("war", "a", "b", "broke_while_threatened", "after_5y", "broke")
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")

type Pair = tuple[str, str]


class Moment(NamedTuple):
    """A day, or the middle of the month or year that is known."""

    day: dt.date
    words: str
    """As the file has it: YYYY, YYYY-MM or YYYY-MM-DD."""


@dataclass(frozen=True)
class Outcome:
    """What became of two members, as the file of outcomes has it."""

    war: str
    one: str
    other: str
    status: str
    """Five years after the threat was gone: held, strained or broke."""
    broke: Moment | None
    """When they broke after it was gone."""
    threatened: Moment | None
    """When they broke before."""
    line: int


@dataclass(frozen=True)
class War:
    """One war of the library, as it is played.

    Attributes
    ----------
    name : str
        Of its file, without the ending.
    scenario : Scenario
        It runs for five years after the threat is gone, or longer.
    outcomes : tuple of Outcome
        What became of its pairs; empty if nobody has said, and then nothing is scored.
    """

    name: str
    scenario: Scenario
    outcomes: tuple[Outcome, ...] = ()

    @cached_property
    def secured(self) -> int:
        """The week in which the enemy is beaten."""
        course = self.scenario.course
        assert course is not None
        assert course.secured is not None
        return week_of(self.scenario, course.secured)

    @cached_property
    def day_of_victory(self) -> dt.date:
        """The day on which the enemy is beaten."""
        course = self.scenario.course
        assert course is not None
        given = course.secured
        return given if isinstance(given, dt.date) else self.day(self.secured)

    @cached_property
    def edges(self) -> tuple[int, ...]:
        """First weeks after each half-year: one ends with the threat, ten come after it.

        What is left over of the weeks before is the first, shorter one.
        """
        last = self.secured + AFTER
        return tuple(sorted(range(last, 0, -HALF_YEAR)))

    @cached_property
    def lengths(self) -> Floats:
        """Lengths of these in half-years, all 1 but the first."""
        return np.diff(np.array([0, *self.edges], dtype=np.float64)) / HALF_YEAR

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """Pairs to be told of: those with an outcome; of a war without, all pairs of members."""
        if self.outcomes:
            return tuple((one.one, one.other) for one in self.outcomes)
        assert self.scenario.coalition is not None
        return tuple(itertools.combinations(self.scenario.coalition.members, 2))

    def half_year(self, outcome: Outcome) -> int:
        """The half-year in which two first broke, from 0; -1 if they did not within the weeks.

        A break before the start of the run is no part of it.
        """
        both = (outcome.threatened, outcome.broke)
        weeks = [self.week(when.day) for when in both if when is not None]
        within = [week for week in weeks if 0 <= week < self.edges[-1]]
        return int(np.searchsorted(self.edges, min(within), side="right")) if within else -1

    def week(self, day: dt.date) -> int:
        """The week of a day."""
        return week_of(self.scenario, day)

    def day(self, week: int) -> dt.date:
        """The first day of a week."""
        return self.scenario.start + dt.timedelta(weeks=week)


@dataclass(frozen=True)
class Library:
    """The wars of a folder, and what is to be said of them before they are played."""

    wars: tuple[War, ...]
    notes: tuple[str, ...] = ()


def default_folder() -> Path:
    """The library that comes with the program."""
    return shipped() / "wars"


def load_library(folder: str | os.PathLike[str]) -> Library:
    """Read a folder: every scenario file with a coalition is a war, `outcomes.csv` lies beside.

    Parameters
    ----------
    folder : path
        Files without a coalition, as one that others extend, are passed over.

    Returns
    -------
    Library

    Raises
    ------
    ScenarioError
        If a file cannot be used, there is no war, or with everything that is wrong in the outcomes.
    """
    place = Path(folder).expanduser()
    if not place.is_dir():
        problem = missing_folder(place / "x") or "is no folder"
        raise ScenarioError([Fault("", problem, "name a folder of wars", str(place))])
    wars: dict[str, War] = {}
    faults: list[Fault] = []
    for path in filter(_may_be_war, sorted(place.glob("*.toml"))):
        try:
            found = _war(path)
        except ScenarioError as error:
            faults += error.faults
            continue
        if found is not None:
            wars[found.name] = found
    # Of a war whose file has faults, its outcomes would only seem to be unknown.
    if faults:
        raise ScenarioError(faults)
    if not wars:
        problem = "no scenario file in it has a [coalition]"
        raise ScenarioError([Fault("", problem, "name a folder of wars", str(place))])
    told = read_outcomes(place / OUTCOMES) if (place / OUTCOMES).exists() else ()
    wars, faults = _told(wars, told, place / OUTCOMES)
    if faults:
        raise ScenarioError(faults)
    return Library(tuple(wars.values()), tuple(_notes(wars.values())))


def read_outcomes(path: Path) -> tuple[Outcome, ...]:
    """Read a file of outcomes; which wars and actors there are is not asked.

    Columns ``war``, ``a``, ``b``, ``broke_while_threatened`` (a date or nothing), ``after_5y``
    (held, strained or broke) and ``broke`` (a date, if they did); others are for readers. A date is
    YYYY, YYYY-MM or YYYY-MM-DD; a year or a month counts as its middle.

    Raises
    ------
    ScenarioError
        With everything that is wrong.
    """

    def fault(where: str, problem: str, hint: str = "", line: int = 0) -> Fault:
        return Fault(where, problem, hint, str(path), line)

    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ScenarioError([fault("", "is not UTF-8 text: save it as UTF-8")]) from None
    except OSError as error:
        raise ScenarioError([fault("", f"cannot be read: {error.strerror or error}")]) from None
    rows = csv.DictReader(io.StringIO(text, newline=""))
    gone = [name for name in _NEEDED if name not in (rows.fieldnames or ())]
    if gone:
        hint = f"the first line names {', '.join(_NEEDED)}"
        raise ScenarioError([fault("", f"has no column {', '.join(gone)}", hint, 1)])
    found, faults, seen = [], list[Fault](), dict[tuple[str, frozenset[str]], int]()
    try:
        for row in rows:
            line = rows.line_num
            if None in row or None in row.values():
                problem = "has not as many cells as the first line"
                faults.append(fault("", problem, "separate them by commas", line))
                continue
            cell = {name: (row[name] or "").strip() for name in _NEEDED}
            days: dict[str, Moment | None] = {}
            for name in ("broke_while_threatened", "broke"):
                try:
                    days[name] = moment(cell[name])
                except ValueError as error:
                    faults.append(fault(name, str(error), "YYYY, YYYY-MM or YYYY-MM-DD", line))
                    days[name] = None
            status = cell["after_5y"]
            if status not in STATUSES:
                problem = f"unknown status {status!r}"
                faults.append(fault("after_5y", problem, nearest(status, list(STATUSES)), line))
            elif (status == BROKE) != (cell["broke"] != ""):
                problem = "broke, but not when" if status == BROKE else f"{status}, but broke"
                faults.append(fault("broke", f"the pair {problem}", "", line))
            key = (cell["war"], frozenset((cell["a"], cell["b"])))
            if key in seen:
                faults.append(fault("", f"the pair stands in line {seen[key]} already", "", line))
            seen.setdefault(key, line)
            found.append(
                Outcome(cell["war"], cell["a"], cell["b"], status, days["broke"],
                        days["broke_while_threatened"], line)
            )  # fmt: skip
    except csv.Error as error:
        faults.append(fault("", f"is no table: {error}", "", rows.line_num))
    if faults:
        raise ScenarioError(faults)
    return tuple(found)


def moment(words: str) -> Moment | None:
    """A day, or the middle of a month or a year; nothing of an empty text.

    Raises
    ------
    ValueError
        If it is no date.
    """
    if not words:
        return None
    found = _DATE.fullmatch(words)
    if found is None:
        raise ValueError(f"{words!r} is no date")
    year, month, day = found.groups()
    try:
        if month is None:
            return Moment(dt.date(int(year), 7, 1), words)
        return Moment(dt.date(int(year), int(month), int(day or 15)), words)
    except ValueError:
        raise ValueError(f"{words!r} is no date") from None


def _may_be_war(path: Path) -> bool:
    """Whether a file has a coalition, or may have one from a file that it extends."""
    top = _top(path)
    return not top or "coalition" in top or "extends" in top


def _top(path: Path) -> dict[str, object]:
    """The tables of a file; nothing if it is no TOML, which its reader will refuse."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return {}


def _war(path: Path) -> War | None:
    """The war of a file; none if it has no coalition."""
    scenario = load(path)
    if scenario.coalition is None:
        return None
    if scenario.course is None or scenario.course.secured is None:
        problem = "must say when the enemy is beaten: what is scored is counted from then"
        raise ScenarioError([Fault("course.secured", problem, "", str(path))])
    war = War(path.stem, scenario)
    if scenario.weeks < war.edges[-1]:
        longer = with_changes(scenario, {"weeks": war.edges[-1]}, note=False)
        war = War(path.stem, longer)
    return war


def _told(
    wars: dict[str, War], told: Sequence[Outcome], path: Path
) -> tuple[dict[str, War], list[Fault]]:
    """The wars with their outcomes, and what is wrong with these."""
    faults: list[Fault] = []

    def fault(line: int, where: str, problem: str, hint: str = "") -> None:
        faults.append(Fault(where, problem, hint, str(path), line))

    by_war: dict[str, list[Outcome]] = {name: [] for name in wars}
    for one in told:
        if one.war not in wars:
            fault(one.line, "war", f"unknown war {one.war!r}", nearest(one.war, list(wars)))
            continue
        war, actors = wars[one.war], list(wars[one.war].scenario.actors)
        strange = [
            (x, name) for x, name in (("a", one.one), ("b", one.other)) if name not in actors
        ]
        for where, name in strange:
            problem = f"unknown pair: {one.war} has no actor {name!r}"
            fault(one.line, where, problem, nearest(name, actors))
        enemy = war.scenario.coalition.enemy if war.scenario.coalition else ""
        for where, name in (("a", one.one), ("b", one.other)):
            if name == enemy:
                fault(one.line, where, f"{name!r} is the enemy of {one.war}, no ally")
        if not strange and one.one == one.other:
            fault(one.line, "b", f"unknown pair: {one.one!r} with itself")
        ends = f"{war.day_of_victory} to {war.day(war.edges[-1])}"
        if one.broke and not _may_lie_in(war, one.broke, war.secured, war.edges[-1]):
            problem = f"{one.broke.words} is not within five years after the threat is gone"
            fault(one.line, "broke", problem, f"{war.name} is scored for {ends}")
        if one.threatened and war.week(one.threatened.day) >= war.secured:
            problem = f"{one.threatened.words} is not before the threat is gone"
            hint = f"that is on {war.day_of_victory}; what comes later stands in broke"
            fault(one.line, "broke_while_threatened", problem, hint)
        by_war[one.war].append(one)
    return {
        name: War(name, war.scenario, tuple(by_war[name])) for name, war in wars.items()
    }, faults


def _may_lie_in(war: War, when: Moment, first: int, last: int) -> bool:
    """Whether a moment, as far as it is known, may lie in weeks from `first` up to `last`."""
    length = {4: 26, 7: 3}.get(len(when.words), 0)
    week = war.week(when.day)
    return week + length >= first and week < last


def _notes(wars: Iterable[War]) -> Iterator[str]:
    """What a reader of scores should know of the wars."""
    for war in wars:
        if not war.outcomes:
            yield f"{war.name} has no outcomes: it is played and not scored"
        coalition = war.scenario.coalition
        assert coalition is not None
        known = week_of(war.scenario, coalition.decisions_from)
        for one in war.outcomes:
            if one.threatened is not None and 0 <= war.week(one.threatened.day) < known:
                broke = f"{war.name}: {one.one} and {one.other} broke in {one.threatened.words}"
                yield f"{broke}, before members decide anything in a run: no run can show it"
