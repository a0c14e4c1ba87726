"""Find the first decision in which two runs with the same random draws differ, and why."""

from __future__ import annotations

from dataclasses import dataclass

import xarray as xr

from sim.engine.decisions import CODE, KINDS
from sim.results.dataset import Event, events, scenario_of
from sim.results.phrases import TERMS, clause
from sim.runs.simulate import gather
from sim.scenario.english import Words, day
from sim.scenario.schema import Scenario


@dataclass(frozen=True)
class FirstDivergence:
    """The first decision or event in which two runs with the same random draws differ.

    Attributes
    ----------
    run : int
        Number of the run in both ensembles.
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


def first_divergence(
    first: Scenario, second: Scenario, seed: int, run: int
) -> FirstDivergence | None:
    """Find the first event in which two runs with the same draws differ, if any, and why."""
    return first_divergence_of(gather(first, [run], seed), gather(second, [run], seed))


def first_divergence_of(first: xr.Dataset, second: xr.Dataset) -> FirstDivergence | None:
    """As `first_divergence`, of two runs that were played already, with their events."""
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
            return FirstDivergence(run, one, other, _tell(run, one, other, words))
    return None


def _what(event: Event) -> tuple[object, ...]:
    return (
        event.week, event.decision, event.actor, event.counterpart, event.issue, event.answer,
    )  # fmt: skip


def _tell(run: int, one: Event | None, other: Event | None, words: list[Words]) -> str:
    def only(place: int, event: Event, more: str = "") -> str:
        which = ("first", "second")[place]
        return (
            f"{head} {day(event.date)}: only in the {which}, {clause(event, words[place])}{more}."
        )

    head = f"In run {run} the two first differ in the week of"
    if one is None or other is None:
        place, event = (1, other) if one is None else (0, one)
        assert event is not None
        return only(place, event)
    same = _what(one)[:5] == _what(other)[:5]
    if not same and (one.week, one.phase) != (other.week, other.phase):
        place, event = min(enumerate((one, other)), key=lambda at: (at[1].week, at[1].phase))
        return only(place, event, f" ({_numbers(event)})")
    told = f"{head} {day(one.date)}."
    for which, event, own in zip(("first: ", "second:"), (one, other), words, strict=True):
        when = "" if same else f"{day(event.date)}: "
        told += f"\n  {which} {when}{clause(event, own)}; {_numbers(event)}."
    if not same:
        return told
    luck = "chance is the same in both"
    if abs(one.shock - other.shock) > 1e-12:
        luck = f"chance sets {one.shock:.3f} in the first, {other.shock:.3f} in the second"
    by = f"{abs(other.gain - one.gain):.4f} {'more' if other.gain > one.gain else 'less'}"
    told += f"\n  Why: {luck}; the gain in the second is {by} than in the first"
    moved = {name: other.terms.get(name, 0.0) - value for name, value in one.terms.items()}
    most = sorted(
        (name for name in moved if abs(moved[name]) > 1e-12), key=lambda n: -abs(moved[n])
    )
    shown = {name: f"{moved[name]:+.4f}" for name in most[:3]}
    why = ", ".join(f"{TERMS[name]} {by}" for name, by in shown.items() if float(by) != 0.0)
    why = f".\n  Of its parts these moved most (one may contain another): {why}" if why else ""
    return f"{told}{why}."


def _numbers(event: Event) -> str:
    if event.gain == 0.0 and event.shock == 0.0:
        return "it follows from what was decided"
    if KINDS[CODE[event.decision]].answer == "chance":
        return f"chance {event.gain:.3f}, a yes if it is more than the draw {event.shock:.3f}"
    gain = "gain of keeping it" if event.decision in ("order", "comply") else "gain"
    return f"{gain} {event.gain:+.4f}, a yes if it is more than {event.shock:+.4f}"
