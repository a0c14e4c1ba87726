"""The chronicle of a run: what happened in dated sentences, then a summary.

Everything is made from the events and variables of the results and from the labels of the
scenario; no actor and no issue has a sentence of its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import xarray as xr

from sim.engine.decisions import PHASE
from sim.errors import ResultsError
from sim.narrative.chronicle import background, ceasefires, coalitions, fighting, negotiations
from sim.narrative.chronicle import summary as summing
from sim.narrative.chronicle.timeline import Sentence, Story
from sim.narrative.html import filled, hung
from sim.results.dataset import Event, events, scenario_of
from sim.results.selection import no_such_run
from sim.scenario.english import count, day, ordinal

# How many sentences a page may have, by the weeks of the record.
FEWEST, MOST, A_WEEK = 16, 84, 0.5
# Small things are told only as long as the page is not so full.
ENOUGH, SMALL = 0.6, 2.2

NUMBERS = (
    "The numbers: worth, gains, losses and costs are utilities; 0 is the worst that an actor can "
    "imagine and 1 the best, so 0.01 is little and 0.10 is much. A decision is close if less than "
    "0.005 would have turned it. Positions run from 0 to 1 between the two ends of an issue, ties "
    "from -1 (enemies) to 1 (friends). What a tie began with wears off week by week; aims renew "
    "it or do not, and experience and third parties add to it. Answers carry chance and, for "
    "proxies, a patron's pull, so that an actor at times acts against its own small advantage. "
    "Dates are the first days of weeks."
)
HONEST = "This is one possible course of events under the rules of a model. It is not a forecast."
HONEST_OF_MANY = (
    "These are possible courses of events under the rules of a model. They are not a forecast."
)


def page(results: xr.Dataset, run: int | None = None, width: int = 88) -> str:
    """The chronicle as text: title, sentences by phases of the war, summary.

    Parameters
    ----------
    results : Dataset
        With events.
    run : int, optional
        Number of a run; if not given, the first is told and all are summed up.
    width : int
        Length of lines, at least 20.

    Returns
    -------
    str
        Plain text without a line break at the end.

    Raises
    ------
    ResultsError
        If there is no such run, or events were not recorded.
    """
    numbers, width = _runs(results, run), max(width, 20)

    def section(heading: str, entries: Iterable[str]) -> str:
        return "\n".join([filled(heading, width), *(hung(entry, width) for entry in entries)])

    story = Story(results, numbers[0])
    title = " ".join(str(results.attrs.get("title", "")).split()) or "A war"
    seed = results.attrs.get("seed", "unknown")
    blocks = [title]
    if len(numbers) > 1:
        blocks.append(section(f"Over all {len(numbers)} runs", summing.of_many(_every(results))))
    of = f" of {len(numbers)}" if len(numbers) > 1 else ""
    lone = results.sizes["run"] == 1 and numbers[0] == 0 and "branch" not in results.attrs
    which = f"Seed {seed}" if lone else f"Run {numbers[0]}{of}, seed {seed}"
    if "branch" in results.attrs:
        blocks.append(filled(f"A branch {results.attrs['branch']}.", width))
    blocks.append(f"{which}: {count(story.weeks, 'week')} from {day(story.dates[0])}.")
    chosen = _chosen(story)
    titles = chapters(story)
    for n, (first, heading) in enumerate(titles):
        until = titles[n + 1][0] if n + 1 < len(titles) else (story.weeks, 0)
        told = [line for line in chosen if first <= (line.week, line.phase) < until]
        if told:
            entries = (f"{day(story.dates[line.week])}: {line.text}" for line in told)
            blocks.append(section(heading, entries))
    blocks.append(section("In sum", summing.of_one(story)))
    honest = HONEST if len(numbers) == 1 else HONEST_OF_MANY
    blocks += [filled(NUMBERS, width), filled(honest, width)]
    return "\n\n".join(blocks)


def sentences(results: xr.Dataset, run: int | None = None) -> list[tuple[dt.date, str]]:
    """The dated sentences of a run, in the order of time; the first run if none is given.

    Raises
    ------
    ResultsError
        If there is no such run, or events were not recorded.
    """
    story = Story(results, _runs(results, run)[0])
    return [(story.dates[line.week], line.text) for line in _chosen(story)]


def summary(results: xr.Dataset, run: int | None = None, width: int | None = None) -> str:
    """Summary of one run, or of all runs in shares and means; one paragraph a line.

    Parameters
    ----------
    results : Dataset
        With events.
    run : int, optional
        All runs if not given.
    width : int, optional
        Break lines between words so that none is longer, for a notebook or a terminal.

    Raises
    ------
    ResultsError
        If there is no such run, or events were not recorded.
    """
    numbers = _runs(results, run)
    if len(numbers) == 1:
        told = [*summing.of_one(Story(results, numbers[0])), HONEST]
    else:
        told = [*summing.of_many(_every(results)), HONEST_OF_MANY]
    return "\n".join(told if width is None else [hung(text, width) for text in told])


def chapters(story: Story) -> list[tuple[tuple[int, int], str]]:
    """Phases of the war: the week and the phase of it in which each begins, and its heading."""
    found = [((0, 0), "War")]
    for ceasefire in story.ceasefires:
        who = story.words.who(ceasefire.convener)
        heading = f"The {ordinal(ceasefire.number)} ceasefire, brokered by {who}"
        found.append(((ceasefire.start, PHASE["ceasefire"]), heading))
        if ceasefire.settled is not None and ceasefire.settled < ceasefire.last:
            found.append(((ceasefire.settled + 1, 0), "Settlement"))
        if ceasefire.collapse is not None:
            found.append(((ceasefire.last + 1, 0), "War again"))
    if story.victory is not None:
        found.append(((story.victory.week, story.victory.phase), "Victory"))
    return found


def _chosen(story: Story) -> list[Sentence]:
    """The sentences that matter most, as many as a page holds, in the order of time."""
    found: list[Sentence] = []
    for tell in (
        background.opening, background.shifts, background.aims, ceasefires.attempts,
        ceasefires.orders, ceasefires.revisions, ceasefires.ends, negotiations.talks,
        negotiations.deals, fighting.efforts, background.disputes, background.ties,
        background.fronts, background.victory, coalitions.quarrels,
    ):  # fmt: skip
        found += tell(story)
    room = min(MOST, round(FEWEST + A_WEEK * story.weeks))
    kept = sorted(range(len(found)), key=lambda n: -found[n].weight)[:room]
    enough = round(ENOUGH * room)
    kept = kept[:enough] + [n for n in kept[enough:] if found[n].weight >= SMALL]
    lines = [found[n] for n in sorted(kept)]
    return sorted(lines, key=lambda line: (line.week, line.phase))


def _runs(results: xr.Dataset, run: int | None) -> list[int]:
    """The run that is asked for, or all."""
    weeks, happened = (results.sizes.get(axis, 0) for axis in ("week", "event"))
    if "event_kind" not in results or (weeks and not happened and _must_have_events(results)):
        raise ResultsError("these results hold no events: record them, and the run can be told")
    if not weeks:
        raise ResultsError("these results hold no weeks: record the part 'status' at least")
    numbers: list[int] = results["run"].values.tolist()
    if run is None and numbers:
        return numbers
    if run not in numbers:
        raise no_such_run(run, results["run"].values)
    return [run]


def _must_have_events(results: xr.Dataset) -> bool:
    """Whether something that leaves an event has happened: a war may be without any."""
    scenario = scenario_of(results)
    able = [scenario.actors[name] for name in scenario.roles.conveners]
    held = results.sizes.get("week", 0) > scenario.parameters.first_ceasefire_round
    convened = held and any(actor.capability * actor.tasks.diplomacy > 0 for actor in able)
    return convened or ("state" in results and bool((results["state"] > 0).any()))


def _every(results: xr.Dataset) -> list[Story]:
    """All runs; their events, and what they share, are read once."""
    found: dict[int, list[Event]] = {int(n): [] for n in results["run"].values}
    for event in events(results):
        found[event.run].append(event)
    stories: list[Story] = []
    for number, happened in found.items():
        stories.append(Story(results, number, happened, stories[0] if stories else None))
    return stories
