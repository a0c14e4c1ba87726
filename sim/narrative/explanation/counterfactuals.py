"""Find the smallest change of one input that would have turned a decision in its week.

An input is a number that somebody is given and that a dated event can change: the weight of an aim
or an ideal of the decider, its cost of war, its capability and that of its patrons, proxies and
counterpart (aid), a control share, whether a patron is consulted, whether an issue is tabled. The
run is played to the week, as it was; then that week is played with other values of the input, until
the smallest is found with which the answer turns.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from sim.engine.build import counted
from sim.engine.decisions import KINDS
from sim.engine.inputs import BY_RULE, NEW_COST
from sim.engine.state import World
from sim.errors import ScenarioError
from sim.narrative.chronicle.timeline import CeasefireSpell
from sim.narrative.explanation.rerun import Input, Stage
from sim.results.dataset import Event, events
from sim.runs.simulate import gather
from sim.scenario.files import as_data, build
from sim.scenario.schema import Scenario

TURNED = tuple(kind.name for kind in KINDS if kind.turned)
"""Kinds of events of which it is asked what would have turned them."""

FARTHEST = 4.0
"""Weights and capabilities are tried from a sixteenth to sixteenfold: four doublings."""
_A_STEP = 0.125
_CLOSE = 1e-10


@dataclass(frozen=True)
class Flip:
    """A change of one input that turns a decision.

    Attributes
    ----------
    decision : Event
        As it was taken.
    input : Input
        The number or choice that is changed.
    value : float
        The value that turns it, with as few digits as that takes.
    threshold, short : float
        The nearest value found that turns it, and the farthest that does not; they differ by less
        than 1e-9 (for a choice, `short` is what it was).
    size : float
        Of the change to `value`: 1 is as far as the number plausibly goes, see
        `sim.scenario.ranges`.
    margin : float
        Of the decision with it (see `sim.results.dataset.Event`).
    confirmed : bool
        Whether a replay of the whole run, with `event` in the scenario, turned the decision.
    tie : float
        The tie of the pair at the end of the window in that replay; NaN without one.
    """

    decision: Event
    input: Input
    value: float
    threshold: float
    short: float
    size: float
    margin: float
    confirmed: bool = False
    tie: float = float("nan")

    @property
    def event(self) -> dict[str, object]:
        """The dated event to put into the scenario."""
        return self.input.event(self.value)


def candidates(
    stage: Stage, decision: Event, ceasefire: CeasefireSpell | None = None
) -> Iterator[Input]:
    """The inputs that could have turned a decision, as they stood when it was taken.

    Whether a patron is consulted is asked when the ceasefire was brokered (`ceasefire`), all else
    in the week of the decision. An ideal is asked only where the actor has one aim on the issue,
    because a dated event gives all its aims on an issue the same ideal.
    """
    scenario, lay, me, week = stage.scenario, stage.lay, decision.actor, decision.week
    words, world, about = stage.words, stage.at(week), scenario.actors[decision.actor]
    its = words.whose(me)
    most = 2.0**FARTHEST
    for issue in dict.fromkeys([*about.short, *about.long]):
        on, names = words.issue(issue), {"actor": me, "issue": issue}
        text = f"the weight of {its} aims on {on}"
        yield Input(text, names, "weight_times", week, 1.0, 1 / most, most, "times")
        aims = [n for n, (who, _, what) in enumerate(lay.objectives) if (who, what) == (me, issue)]
        if len(aims) == 1:
            now = float(world.aims.objective_ideal[aims[0]])
            yield Input(f"{its} ideal on {on}", names, "ideal", week, now, 0.0, 1.0, "position")
    scaled = float(world.force.cost[lay.actors.index(me)])
    if scaled > 0.0:
        cost = scaled / counted(NEW_COST, 1.0, scenario)
        high = min(1.0, cost * most)
        yield Input(
            f"{its} cost of war", {"actor": me}, "cost_of_war", week, cost, cost / most, high,
            "times",
        )  # fmt: skip
    yield from _links(stage, decision, world)
    yield from _choices(stage, decision, ceasefire)


def _links(stage: Stage, decision: Event, world: World) -> Iterator[Input]:
    """What a patron controls, and the strength of those who bear on the decision."""
    lay, me, week, words = stage.lay, decision.actor, decision.week, stage.words
    near, most = [me, decision.counterpart], 2.0**FARTHEST
    for n, (patron, proxy) in enumerate(lay.links):
        if me not in (patron, proxy):
            continue
        near += [patron, proxy]
        now = float(world.patronage.control[n])
        held = zip(lay.links, world.patronage.control, strict=True)
        all_hold = sum(float(share) for (_, of), share in held if of == proxy)
        if now > 0.0:
            high = max(now, min(now * most, 1.0 - (all_hold - now)))
            text = f"{words.whose(patron)} control over {words.who(proxy)}"
            names = {"patron": patron, "proxy": proxy}
            yield Input(text, names, "control", week, now, now / most, high, "times")
    for name in dict.fromkeys(near):
        now = float(world.force.full_capability[lay.actors.index(name)]) if name else 0.0
        if now > 0.0:
            yield Input(
                f"{words.whose(name)} capability", {"actor": name}, "capability", week, now,
                now / most, now * most, "times",
            )  # fmt: skip


def _choices(stage: Stage, decision: Event, ceasefire: CeasefireSpell | None) -> Iterator[Input]:
    """Whether a patron is consulted, and whether an issue is on the table."""
    scenario, lay, words = stage.scenario, stage.lay, stage.words
    brokered = ceasefire.start if ceasefire is not None else decision.week
    convener = ceasefire.convener if ceasefire is not None else decision.counterpart
    about = decision.counterpart if decision.decision == "consult" else decision.actor
    convener = decision.actor if decision.decision == "consult" else convener
    apart = (convener, *scenario.roles.belligerents)
    if about in {patron for patron, _ in lay.links} and about not in apart and convener:
        now = int(stage.at(brokered).ceasefire.consultation[lay.actors.index(about)])
        text = f"{words.who(about)} {{}} consulted by {words.who(convener)}"
        for value in (1, -1):
            if value != now:
                yield Input(
                    text.format("always" if value > 0 else "never"), {"actor": about},
                    "consultation", brokered, float(BY_RULE), float(value), float(value), "choice",
                )  # fmt: skip
    if decision.decision in ("vote", "bargain"):
        tabled = stage.at(decision.week).talk.tabled
        for k, issue in enumerate(lay.issues):
            if scenario.issues[issue].agenda is not None and not tabled[k]:
                text = f"{words.issue(issue)} on the table"
                yield Input(
                    text, {"issue": issue}, "tabled", decision.week, 0.0, 1.0, 1.0, "choice"
                )  # fmt: skip


def find(stage: Stage, decision: Event, ceasefire: CeasefireSpell | None = None) -> list[Flip]:
    """Every input that turns a decision of `TURNED` alone, the smallest change first.

    Nothing is replayed yet. `ceasefire` is the one under which the decision was taken.
    """
    asked = list(candidates(stage, decision, ceasefire))
    found = (_solve(stage.asker(what, decision), what, decision) for what in asked)
    return sorted((flip for flip in found if flip is not None), key=lambda flip: flip.size)


def _solve(
    ask: Callable[[float], tuple[bool, float] | None], what: Input, decision: Event
) -> Flip | None:
    """The smallest change of an input that turns a decision: bracketed by steps, then bisected."""

    def turned(value: float) -> bool:
        told = ask(value)
        return told is not None and told[0] != decision.answer

    def flip(value: float, hit: float, short: float) -> Flip:
        told = ask(value)
        assert told is not None
        return Flip(decision, what, value, hit, short, what.size(value), told[1])

    if what.kind == "choice":
        return flip(what.high, what.high, what.before) if turned(what.high) else None
    brackets = []
    for end in (what.low, what.high):
        short = what.before
        for value in _steps(what, end):
            if turned(value):
                brackets.append((short, value))
                break
            short = value
    if not brackets:
        return None
    solved = [_bisected(turned, what, short, hit) for short, hit in brackets]
    short, hit = min(solved, key=lambda two: what.size(two[1]))
    return flip(_plain(turned, what, hit), hit, short)


def _steps(what: Input, end: float) -> list[float]:
    """Values from what an input is to one end, in even steps of size, the end included."""
    far = what.size(end)
    sizes = [*np.arange(_A_STEP, far - 1e-9, _A_STEP).tolist(), far] if far > 0 else []
    sign = 1.0 if end > what.before else -1.0
    if what.kind == "times":
        return [end if s == far else what.before * 2.0 ** (sign * s) for s in sizes]
    return [end if s == far else what.before + sign * 0.1 * s for s in sizes]


def _bisected(
    turned: Callable[[float], bool], what: Input, short: float, hit: float
) -> tuple[float, float]:
    """The last value that does not turn it, and the first that does."""
    while abs(hit - short) > _CLOSE * max(1.0, abs(what.before)):
        middle = 0.5 * (short + hit)
        if turned(middle):
            hit = middle
        else:
            short = middle
    return short, hit


def _plain(turned: Callable[[float], bool], what: Input, hit: float) -> float:
    """The value with the fewest digits that turns it too and is hardly farther away."""
    away = 1.0 if hit > what.before else -1.0
    for digits in range(1, 9):
        scale = 10.0**digits
        value = away * np.ceil(away * hit * scale) / scale
        near = abs(value - hit) <= 0.02 * abs(hit - what.before)
        if near and what.low <= value <= what.high and turned(float(value)):
            return float(value)
    return hit


def with_event(scenario: Scenario, event: dict[str, object]) -> Scenario:
    """A scenario with one dated event more; the checks may refuse it."""
    data = as_data(scenario)
    data["events"] = [*data["events"], event]
    return build(data)


def replayed(stage: Stage, flip: Flip, value: float | None = None) -> xr.Dataset:
    """The whole run with the change of a flip, or another value, in its scenario; in full."""
    event = flip.event if value is None else flip.input.event(value)
    return gather(with_event(stage.scenario, event), [stage.run], stage.seed, hold=stage.hold)


def answer_in(results: xr.Dataset, decision: Event) -> bool | None:
    """The answer to the same question in other results; None if it does not arise."""
    asked = operator.attrgetter("week", "decision", "actor", "counterpart")
    return next((e.answer for e in events(results) if asked(e) == asked(decision)), None)


def confirmed(stage: Stage, flip: Flip, pair: tuple[str, str], until: int) -> Flip:
    """The flip, with what a replay of the whole run says of it: the pair's tie after a week too."""
    try:
        results = replayed(stage, flip)
    except ScenarioError:
        return flip
    turned = answer_in(results, flip.decision) == (not flip.decision.answer)
    tie = results["tie"].isel(run=0, week=until)
    both = [float(tie.sel(actor=a, other=b)) for a, b in (pair, pair[::-1])]
    return replace(flip, confirmed=turned, tie=sum(both) / 2)


def said(flip: Flip) -> str:
    """What was different: "had Iran's cost of war been 0.12 rather than 0.04"."""
    what = flip.input
    if what.field == "consultation":
        return f"had {what.words.replace(' always', ' been').replace(' never', ' not been')}"
    if what.field == "tabled":
        return f"had {what.words.replace(' on the table', ' been on the table')}"
    if what.field == "weight_times":
        return f"had {what.words} been {flip.value:.6g} times what it was"
    return f"had {what.words} been {flip.value:.6g} rather than {what.before:.3g}"
