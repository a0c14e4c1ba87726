"""Explain a change of a tie in one run: accounts, events, decisions, and what would turn them."""

from __future__ import annotations

import operator
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from sim.engine.state import ACCOUNTS
from sim.errors import ResultsError, SimError
from sim.narrative import html
from sim.narrative.chronicle.timeline import Story
from sim.narrative.explanation import counterfactuals, sentences
from sim.narrative.explanation.attribution import Contribution, Trace
from sim.narrative.explanation.counterfactuals import TURNED, Flip
from sim.narrative.explanation.rerun import Stage
from sim.narrative.explanation.sentences import Told
from sim.results import selection
from sim.results.dataset import Event, scenario_of
from sim.results.ensemble_spec import whole
from sim.results.selection import When
from sim.results.sources import open_results
from sim.runs.simulate import replay
from sim.scenario.english import level
from sim.scenario.schema import Scenario

_NEEDED = (
    "state", "tie", "drift_account", "power", "nuisance", "weight", "ideal", "blame", "ratified",
    "activation", "control", "leverage", "position", "terms", "text", "tabled", "dependence",
)  # fmt: skip
_MOST = 1000


@dataclass(frozen=True, repr=False)
class Explanation:
    """Explanation of the change of a pair's tie in one run.

    Attributes
    ----------
    pair : (str, str)
        Ids of the two actors whose tie is explained.
    run : int
        Number of the run.
    since, until : int
        Weeks between whose ends the change is told; -1 is before the first week.
    accounts : DataFrame
        By account: ``before``, ``after`` and ``change``, and the sum in the row ``tie``.
    events : DataFrame
        What moved the tie most, one row each, the greatest first: ``change``, ``account``,
        ``kind`` (see `sim.narrative.explanation.attribution.Contribution`), ``first`` and ``last``
        (dates), ``weeks``, ``actor``, ``counterpart``, ``issue``, ``what`` and ``why`` in words,
        the ``decision`` (kind), by whom and when, its ``answer`` and ``margin``, and the smallest
        ``flip`` in words with its ``flip_size``, whether a replay ``confirmed`` it, and
        ``tie_with_flip`` at the end.
    parts : DataFrame
        Every part of the change; they add up to it.
    flips : DataFrame
        Every change of one input that turns one of these decisions, the smallest of each first:
        ``event`` (row of `events`), ``input``, ``before``, ``value``, ``threshold``, ``size``,
        ``margin``, ``confirmed``, ``tie`` and ``dated_event``, which a scenario takes.
    found : list of list of Flip
        The same as objects, by row of `events`.
    """

    pair: tuple[str, str]
    run: int
    since: int
    until: int
    accounts: pd.DataFrame
    events: pd.DataFrame
    parts: pd.DataFrame
    flips: pd.DataFrame
    found: list[list[Flip]]
    _blocks: html.Blocks

    def __str__(self) -> str:
        return self.page()

    def page(self, width: int = 88) -> str:
        """The explanation as a page of text."""
        return html.plain(self._blocks, width)

    def html(self) -> str:
        """The explanation as a whole HTML page."""
        return html.page(str(self._blocks[0]), self._repr_html_())

    def __repr__(self) -> str:
        tie: Any = self.accounts.loc["tie"]
        return (
            f"<Explanation: {self._blocks[0]}; "
            f"from {level(tie['before'])} to {level(tie['after'])}; "
            f"{len(self.events)} events, {len(self.flips)} changes that turn a decision. "
            "print(it) tells it; .accounts, .events, .parts and .flips are tables>"
        )

    def _repr_html_(self) -> str:
        columns = ["before", "after", "change"]
        rows = [
            (str(name).replace("_", " "), *(f"{row[column]:+.3f}" for column in columns))
            for name, row in self.accounts.iterrows()
        ]
        table = html.table("What the tie is made of", ["account", *columns], rows)
        return "\n".join([html.marked(self._blocks), table])


def explain(
    results: xr.Dataset | str | os.PathLike[str],
    run: int | None = None,
    pair: Sequence[str] | None = None,
    *,
    events: int = 5,
    since: When | None = None,
    until: When | None = None,
) -> Explanation:
    """Explain a change of a pair's tie in one run, and find what would have turned the decisions.

    Parameters
    ----------
    results : Dataset or path
        Of `simulate`, `ensemble` or `replay`; the folder of a store, or a results file. Where the
        record of the run is not full, the run is played again.
    run : int, optional
        Its number; may be left out if there is only one.
    pair : (str, str), optional
        Names of actors; by default the scenario's first bilateral pair, or else the first two
        members of its coalition.
    events : int
        How many of the events that moved the tie most are told, and their decisions turned.
    since, until : date, str or int, optional
        A day or the number of a week: the change between the ends of these weeks is told; by
        default from before the first week to the last.

    Raises
    ------
    ResultsError
        If there is no such run, actor or week, or the results do not hold what is needed.
    SimError
        If an argument is out of range, or no pair is given and the scenario has neither a bilateral
        pair nor a coalition.

    Examples
    --------
    >>> print(explain("results/base", run=4711, pair=("russia", "iran")))
    """
    number = whole("events", events, 1, _MOST)
    light = open_results(results, events=False)
    scenario = scenario_of(light)
    both = pair_of(scenario, pair)
    two = selection.pair(light, both)
    which = _run(light, run)
    if "branch" in light.attrs:
        raise ResultsError("this run is a branch: explain the run that it branches off")
    full = light if _is_full(light) else replay(light, which)
    scenario = scenario_of(full)  # with what this run has drawn of ranges
    hold = None if light.attrs.get("hold", "nothing") == "nothing" else str(light.attrs["hold"])
    seed = int(light.attrs["seed"])
    story = Story(full, which)
    first = -1 if since is None else selection.week_at(full, since)
    last = story.weeks - 1 if until is None else selection.week_at(full, until)
    if first >= last:
        raise SimError(f"the window must end after it begins: since {since}, until {until}")
    trace = Trace(story, two, seed, hold)
    moved = [part for part in trace.parts if part.within(first, last)]
    moved.sort(key=lambda part: -abs(part.change(first, last)))
    moved = [part for part in moved if part.change(first, last) != 0.0][:number]
    stage = None
    if not any(a.agent for a in scenario.actors.values()) and scenario.mechanisms.shifts:
        stage = Stage(scenario, seed, which, hold)
    told = [
        Told(part, asked := _decisions(part, last), _turned(stage, part, asked, two, last))
        for part in moved
    ]
    found = [one.flips for one in told]
    return Explanation(
        pair=two,
        run=which,
        since=first,
        until=last,
        accounts=_accounts(trace, first, last),
        events=_event_rows(story, told, two, first, last),
        parts=_part_rows(story, trace.parts, first, last),
        flips=_flip_rows(found),
        found=found,
        _blocks=sentences.page(story, trace, told, (first, last), seed, asked=stage is not None),
    )


def pair_of(scenario: Scenario, pair: Sequence[str] | None) -> tuple[str, ...]:
    """The pair that is asked about, else the first bilateral pair or two members of a coalition."""
    if pair is not None:
        return tuple(pair) if not isinstance(pair, str) else (pair,)
    if scenario.bilateral:
        return scenario.bilateral[0]
    if scenario.coalition is not None:
        return scenario.coalition.members[:2]
    raise SimError(
        "the scenario has no bilateral pair and no coalition: say whose tie is meant (the pair of "
        f"actors, as --pair {' '.join([*scenario.actors][:2])})"
    )


def _run(results: xr.Dataset, run: int | None) -> int:
    if run is None and results.sizes.get("run", 0) > 1:
        raise ResultsError("these results hold many runs: say which, as run=3 or --run 3")
    return selection.run_number(results, run if run is None else whole("run", run, 0, 2**63 - 1))


def _is_full(results: xr.Dataset) -> bool:
    """Whether the results hold everything of their runs, in 64 bits, events too."""
    case = scenario_of(results)
    weeks = case.weeks
    named = (("actor", case.actors), ("other", case.actors), ("issue", case.issues))
    if any(results[axis].values.tolist() != list(names) for axis, names in named):
        return False
    held = "event_kind" in results and all(name in results for name in _NEEDED)
    if not held or not np.array_equal(results["week"].values, np.arange(weeks)):
        return False
    return bool(results["drift_account"].dtype == np.float64 and results.sizes.get("event", 0) > 0)


def _decisions(part: Contribution, until: int) -> list[Event]:
    """The decisions that stand for a part: those of the week that weighs most.

    Of a breach on a patron's order it is the order.
    """
    asked = [event for event in part.decisions if event.decision in TURNED and event.week <= until]
    if not asked:
        return []
    week = max({event.week for event in asked}, key=lambda t: (abs(part.impulse[t]), -t))
    asked = [event for event in asked if event.week == week]
    orders = [event for event in asked if event.decision == "order"]
    if part.kind == "breach":
        return orders[:1] or [min(asked, key=lambda event: abs(event.margin))]
    return asked


def _turned(
    stage: Stage | None, part: Contribution, asked: list[Event], pair: tuple[str, str], until: int
) -> list[Flip]:
    """Every confirmed change that turns one of these decisions, the smallest first."""
    if stage is None:
        return []
    found = [flip for e in asked for flip in counterfactuals.find(stage, e, part.ceasefire)]
    found = [counterfactuals.confirmed(stage, flip, pair, until) for flip in found]
    return sorted((flip for flip in found if flip.confirmed), key=lambda flip: flip.size)


# tables ----------------------------------------------------------------------------------------


def _accounts(trace: Trace, since: int, until: int) -> pd.DataFrame:
    rows = [trace.account(name)[[since + 1, until + 1]] for name in ACCOUNTS]
    table = pd.DataFrame(rows, index=list(ACCOUNTS), columns=["before", "after"])
    table.loc["tie"] = table.sum()
    table["change"] = table["after"] - table["before"]
    table.index.name = "account"
    return table


def _part_rows(story: Story, parts: list[Contribution], since: int, until: int) -> pd.DataFrame:
    table = pd.DataFrame([_row(story, part, since, until) for part in parts])
    return table.sort_values("change", key=lambda c: -c.abs(), ignore_index=True, kind="stable")


def _row(story: Story, part: Contribution, since: int, until: int) -> dict[str, object]:
    here = part.within(since, until)
    return {
        "change": part.change(since, until),
        "account": part.account,
        "kind": part.kind,
        "first": story.dates[here[0]] if here else None,
        "last": story.dates[here[-1]] if here else None,
        "weeks": len(here),
        "actor": part.actor,
        "counterpart": part.counterpart,
        "issue": part.issue,
    }


def _event_rows(
    story: Story, told: list[Told], pair: tuple[str, str], since: int, until: int
) -> pd.DataFrame:
    rows = []
    for part, asked, flipped in told:
        flip = flipped[0] if flipped else None
        event = flip.decision if flip else (asked[0] if asked else None)
        row = _row(story, part, since, until) | {
            "what": sentences.what(story, part, pair, until),
            "why": sentences.why(story, event).lstrip(", ") if event else "",
            "decision": event.decision if event else "",
            "decided_by": event.actor if event else "",
            "decided_on": event.date if event else None,
            "answer": event.answer if event else None,
            "margin": event.margin if event else np.nan,
            "flip": counterfactuals.said(flip) if flip else "",
            "flip_size": flip.size if flip else np.nan,
            "confirmed": flip.confirmed if flip else None,
            "tie_with_flip": flip.tie if flip else np.nan,
        }
        rows.append(row)
    return pd.DataFrame(rows)


def _flip_rows(found: list[list[Flip]]) -> pd.DataFrame:
    parts = {
        "decision": "decision.decision", "decided_by": "decision.actor", "input": "input.words",
        "before": "input.before", "value": "value", "threshold": "threshold", "size": "size",
        "margin": "margin", "confirmed": "confirmed", "tie": "tie", "dated_event": "event",
    }  # fmt: skip
    told = operator.attrgetter(*parts.values())
    rows = [(n, *told(flip)) for n, flipped in enumerate(found) for flip in flipped]
    # Without rows pandas would not know that this one can be a mask.
    return pd.DataFrame(rows, columns=["event", *parts]).astype({"confirmed": bool})
