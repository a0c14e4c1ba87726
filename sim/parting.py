"""Where two runs with the same luck part, and why, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import xarray as xr

from sim.chronicle.wording import Words, day
from sim.results import Event, events, scenario_of
from sim.scenario import Scenario
from sim.simulation import gather


@dataclass(frozen=True)
class Parting:
    """Where a pair of runs with the same luck first differs in what somebody decides.

    Attributes
    ----------
    run : int
    first, second : Event or None
        What was decided or happened there in each; None if there nothing more did, or where it
        cannot be told.
    text : str
        The same in words, and why.
    """

    run: int
    first: Event | None
    second: Event | None
    text: str


def parting(first: Scenario, second: Scenario, seed: int, run: int) -> Parting | None:
    """The first event at which two runs with the same luck differ, and why.

    Parameters
    ----------
    first, second : Scenario
    seed, run : int

    Returns
    -------
    Parting or None
        None if every decision and happening is the same.
    """
    return parting_of(gather(first, [run], seed), gather(second, [run], seed))


def parting_of(first: xr.Dataset, second: xr.Dataset) -> Parting | None:
    """As `parting`, of two runs that were played already.

    Parameters
    ----------
    first, second : Dataset
        One run each, the same one, with its events.
    """
    run = int(first["run"].values[0])
    # Dated events are what the scenarios say, not what anybody decides.
    told = [
        [event for event in events(results) if event.decision != "shift"]
        for results in (first, second)
    ]
    words = [Words(scenario_of(results)) for results in (first, second)]
    for n in range(max(map(len, told))):
        one, other = (found[n] if n < len(found) else None for found in told)
        if one is None or other is None or _what(one) != _what(other):
            return Parting(run, one, other, _tell(run, one, other, words))
    return None


def _what(event: Event) -> tuple[Any, ...]:
    return (
        event.round, event.decision, event.actor, event.counterpart, event.issue, event.answer,
    )  # fmt: skip


def _tell(run: int, one: Event | None, other: Event | None, words: list[Words]) -> str:
    head = f"Run {run} parts"
    if one is None or other is None:
        which, event = ("second", other) if one is None else ("first", one)
        assert event is not None
        place = 0 if one is not None else 1
        return (
            f"{head} in the week of {day(event.date)}: only in the {which}, "
            f"{_say(event, words[place])}."
        )
    same = _what(one)[:5] == _what(other)[:5]
    if not same:
        early = min((one, other), key=lambda event: (event.round, event.phase))
        if (one.round, one.phase) != (other.round, other.phase):
            place, which = (0, "first") if early is one else (1, "second")
            return (
                f"{head} in the week of {day(early.date)}: only in the {which}, "
                f"{_say(early, words[place])} ({_numbers(early)})."
            )
        return (
            f"{head} in the week of {day(early.date)}.\n"
            f"  first:  {day(one.date)}: {_say(one, words[0])}; {_numbers(one)}.\n"
            f"  second: {day(other.date)}: {_say(other, words[1])}; {_numbers(other)}."
        )
    moved = sorted(
        (
            (name, other.terms.get(name, 0.0) - value)
            for name, value in one.terms.items()
            if abs(other.terms.get(name, 0.0) - value) > 1e-12
        ),
        key=lambda term: -abs(term[1]),
    )
    why = ", ".join(f"{name} {by:+.4f}" for name, by in moved[:3])
    luck = f"the luck of it is the same ({one.shock:+.4f})"
    if abs(one.shock - other.shock) > 1e-12:
        luck = f"the mark to pass is {one.shock:.3f} in the first, {other.shock:.3f} in the second"
    return (
        f"{head} in the week of {day(one.date)}.\n"
        f"  first:  {_say(one, words[0])}; {_numbers(one)}.\n"
        f"  second: {_say(other, words[1])}; {_numbers(other)}.\n"
        f"  Why: {luck}; the gain differs by {other.gain - one.gain:+.4f} in the second"
        + (f".\n  Moved most (one may contain another): {why}." if why else ".")
    )


# What a yes and a no to each decision is called.
_CALLED = {
    "convene": ("brokers a ceasefire", "does not convene"),
    "propose": ("proposes a ceasefire", "proposes none"),
    "consult": ("consults", "leaves out"),
    "ratify": ("ratifies", "refuses to ratify"),
    "order": ("orders to keep the ceasefire", "orders to break it"),
    "comply": ("keeps the ceasefire", "breaks the ceasefire"),
    "revise": ("buys in", "does not buy in"),
    "attend": ("comes to the talks", "stays away from the talks"),
    "vote": ("votes for the text", "votes against the text"),
    "bargain": ("wants a bilateral deal with", "wants no bilateral deal with"),
    "deal": ("strikes a bilateral deal with", "strikes no bilateral deal with"),
    "raise": ("tables what it gains by", "keeps off the table what it loses by"),
    "clash": ("attacks its ally", "spares its ally"),
    "prevail": ("prevails over", ""),
}
_HAPPENS = {
    "victory": ("the war is won", ""),
    "satisfied": ("holds its aim achieved:", ""),
    "threatened": ("sees its aim threatened:", ""),
    "ceasefire": ("the ceasefire enters into force", "the ceasefire is not ratified"),
    "collapse": ("the ceasefire collapses", ""),
    "table": ("is put on the table:", ""),
    "settle": ("the war is settled", "the talks end without a settlement"),
    "dispute": ("a local dispute breaks out:", ""),
}
_NAMES_WHOM = ("consult", "revise", "bargain", "deal", "clash", "prevail")


def _say(event: Event, words: Words) -> str:
    who = words.who(event.actor) if event.actor else ""
    answer = 0 if event.answer else 1
    if event.decision in _CALLED:
        whom = words.who(event.counterpart) if event.counterpart else ""
        said = f"{who} {_CALLED[event.decision][answer]}"
        return f"{said} {whom}" if event.decision in _NAMES_WHOM and whom else said
    said = _HAPPENS.get(event.decision, (event.decision, f"no {event.decision}"))[answer]
    alone = event.decision in ("ceasefire", "collapse", "settle")
    parts = ["" if alone else who, said, words.issue(event.issue) if event.issue else ""]
    return " ".join(part for part in parts if part)


def _numbers(event: Event) -> str:
    if event.gain == 0.0 and event.shock == 0.0:
        return "it follows from what was decided"
    gain = "gain of keeping it" if event.decision in ("order", "comply") else "gain"
    return f"{gain} {event.gain:+.4f}, needed more than {event.shock:+.4f}"
