"""Sentences about what changes in the background: the front, aims, outside events, ties."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from sim.engine.decisions import PHASE
from sim.narrative.chronicle.timeline import Sentence, Story
from sim.results.dataset import Event
from sim.scenario.english import count, day, level, listed, percent, sentence, signed, tidy
from sim.scenario.schema import Scenario

# Weeks that a tie must stay past a mark before it counts as crossed.
STAYS = 8
# A dispute is told if it moves an issue so far; half of a tie means something above so much.
FAR, SOME = 0.25, 0.05
CAUSES = ("objectives", "experience", "third_parties", "initial")
# What a pair began with wears off in any case, and aims renew it or do not: one cause of a turn.
MERGED = {"objectives": ("objectives", "initial"), "experience": ("experience",),
          "third_parties": ("third_parties",)}  # fmt: skip
SHARES = {"objectives": "aims", "experience": "experience", "third_parties": "third parties"}


def opening(story: Story) -> Iterator[Sentence]:
    """The first sentence: the state of the war at the start of the record."""
    words, parts, scenario = story.words, [], story.scenario
    for name, issue in scenario.issues.items():
        if issue.moved_by is not None:
            ends = f"0 means: {tidy(issue.zero)}; 1 means: {tidy(issue.one)}"
            parts.append(f"{words.stands(name)} at {level(issue.start)} ({ends})")
    camps = sorted(scenario.camps, key=lambda name: -scenario.camps[name].pole)
    contest = story.at("contest", 0)
    if len(camps) == 2 and contest is not None:
        strong = camps[0] if contest >= 0.5 else camps[1]
        share = percent(max(contest, 1 - contest))
        parts.append(f"{words.camp(strong)} has {share} of the fighting strength")
    text = "The record opens in war" + (f"; {listed(parts)}" if parts else "")
    yield Sentence(0, 0, 30.0, sentence(text))


def fronts(story: Story) -> Iterator[Sentence]:
    """Where the front stands after each period of war of 6 weeks or more.

    The front is the position of the issue moved by territory; without one nothing is told.
    """
    front = next((k for k, i in story.scenario.issues.items() if i.moved_by is not None), None)
    if front is None:
        return
    since = 0
    end = story.weeks if story.victory is None else story.victory.week
    for start, after in [*((t.start, t.last + 1) for t in story.ceasefires), (end, 0)]:
        weeks, was = start - since, story.position(front, since) if start > since else None
        now = story.at("position", start - 1, issue=front) if start > since else None
        if weeks >= 6 and was is not None and now is not None:
            stands, moved = story.words.stands(front), abs(now - was)
            word = "up" if now > was else "down"
            change = f"{word} from {level(was)}" if moved >= 0.01 else "as before"
            text = f"after {count(weeks, 'week')} of war {stands} at {level(now)}, {change}"
            yield Sentence(start - 1, 13, 2.0 + 25.0 * moved, sentence(text))
        since = after


def victory(story: Story) -> Iterator[Sentence]:
    """The victory of a camp, if there is one."""
    event, camp = story.victory, story.winner
    if event is None or camp is None:
        return
    at, weeks = event.terms["position"], int(event.terms["weeks"])
    text = f"{story.words.stands(event.issue)} at {level(at)}"
    if weeks:  # else the end is given, and nothing is imposed on what allies hold
        text += f" after {count(weeks, 'week')} at that end"
    text += f": {story.words.camp(camp)} has won the war"
    text += ", and its order is to come" if weeks else ""
    yield Sentence(event.week, event.phase, 30.0, sentence(text))


def shifts(story: Story) -> Iterator[Sentence]:
    """Dated changes from outside, in the words of the scenario."""
    for week, found in story.shifts():
        grouped: dict[str, list[str]] = {}
        for event in found:
            head, _, rest = tidy(event.why).rstrip(".").partition(": ")
            grouped.setdefault(head, []).append(rest)
        for head, rests in grouped.items():
            said = [rest for rest in dict.fromkeys(rests) if rest]
            text = f"{head}: {listed(said)}" if said else head
            text = sentence(text or "something changes from outside")
            yield Sentence(week, PHASE["shift"], 16.0, text)


def aims(story: Story) -> Iterator[Sentence]:
    """Short-term objectives that are achieved, or threatened again."""
    words = story.words
    grouped: dict[tuple[int, str, str, bool], list[Event]] = {}
    told: set[tuple[str, str, str]] = set()
    for event in story.events:
        if event.decision in ("satisfied", "threatened"):
            key = (event.actor, event.issue, event.decision)
            group = (event.week, event.decision, event.issue, key in told)
            grouped.setdefault(group, []).append(event)
            told.add(key)
    on, first = story.scenario.mechanisms, True
    for (week, kind, issue, again), found in grouped.items():
        who = [event.actor for event in found]
        head = f"{words.stands(issue)} at {level(found[0].terms['position'])}"
        its = words.its(who)
        # Where attention follows the danger, the mark turns nothing.
        danger = on.attention == "danger" and story.scenario.issues[issue].moved_by is not None
        decays = on.salience_decay and not danger
        if kind == "satisfied":
            text = f"{head}: {words.says(who, 'count')} {its} aim there as achieved"
            text += " again" if again else ""
            if decays and first:
                text += f", and {its} attention begins to turn to what {words.they(who)}"
                text += f" {words.verb(who, 'want')} in the long run"
        else:
            text = f"{head}: {words.says(who, 'see')} {its} aim there threatened again"
        first = False
        yield Sentence(week, found[0].phase, 6.0 if again else 13.0, sentence(text))


def disputes(story: Story) -> Iterator[Sentence]:
    """New local disputes that undo something."""
    for event in story.events:
        if event.decision != "dispute":
            continue
        before, now = story.position(event.issue, event.week), event.terms["position"]
        if before is not None and abs(now - before) >= FAR:
            where = story.words.issue(event.issue)
            stand = "stand" if story.words.issue_is_plural(event.issue) else "stands"
            text = f"a new local dispute breaks out over {where}, which now {stand} at {level(now)}"
            yield Sentence(event.week, event.phase, 1.0 + abs(now - before), sentence(text))


def mean_tie(story: Story, a: str, b: str) -> NDArray[np.float64] | None:
    """The tie of a pair week by week, both directions in equal parts."""
    return _mean(story, "tie", a, b)


def accounts(story: Story, a: str, b: str) -> dict[str, NDArray[np.float64]]:
    """What each cause has built of that tie, week by week; empty if it was not recorded."""
    found = {cause: _mean(story, "drift_account", a, b, account=cause) for cause in CAUSES}
    return {cause: values for cause, values in found.items() if values is not None}


def _mean(story: Story, name: str, a: str, b: str, **where: str) -> NDArray[np.float64] | None:
    there = story.series(name, actor=a, other=b, **where)
    back = story.series(name, actor=b, other=a, **where)
    return None if there is None or back is None else (there + back) / 2


def ties(story: Story) -> Iterator[Sentence]:
    """Ties between allies that pass half of their best, or zero, and stay past it."""
    apart = [set(pair) for pair in story.scenario.bilateral]
    for pair in allied_pairs(story.scenario):
        tie = mean_tie(story, *pair)
        if tie is None:
            continue
        weight = 18.0 if set(pair) in apart else 9.0
        names = listed([story.words.who(name) for name in pair])
        half = stays(tie < 0.5 * np.maximum.accumulate(tie))
        zero = stays(tie < 0) if tie[0] >= 0 else None
        if half is not None and half != zero:
            peak = int(np.argmax(tie[: half + 1]))
            if tie[peak] > SOME:
                best = f"less than half of the {level(tie[peak])} of {day(story.dates[peak])}"
                text = f"the tie between {names} has fallen to {level(tie[half])}, {best}"
                why = _drove(story, pair, peak, half, -1.0)
                yield Sentence(half, 12, weight, sentence(text + why))
        if zero is not None:
            peak = int(np.argmax(tie[: zero + 1]))
            best = f"from {level(tie[peak])} on {day(story.dates[peak])}"
            text = f"the tie between {names} falls below zero, {best}; they are rivals now"
            why = _drove(story, pair, peak, zero, -1.0)
            yield Sentence(zero, 12, weight + 2, sentence(text + why))
            back = stays(tie[zero:] > 0)
            if back is not None:
                text = f"the tie between {names} is above zero again"
                low = zero + int(np.argmin(tie[zero : zero + back + 1]))
                why = _drove(story, pair, low, zero + back, 1.0)
                yield Sentence(zero + back, 12, weight, sentence(text + why))


def allied_pairs(scenario: Scenario) -> list[tuple[str, str]]:
    """Pairs of allies worth following: those who bargain apart, and patrons of one camp."""
    camps = {n: who.camp for n, who in scenario.actors.items() if scenario.patrons.get(n)}
    wanted = {frozenset(pair) for pair in scenario.bilateral}
    wanted |= {
        frozenset(pair)
        for pair in itertools.combinations(camps, 2)
        if camps[pair[0]] is not None and camps[pair[0]] == camps[pair[1]]
    }
    every = itertools.combinations(scenario.actors, 2)
    return [pair for pair in every if frozenset(pair) in wanted]


def stays(past: NDArray[np.bool_]) -> int | None:
    """The first week from which something holds for `STAYS` weeks."""
    if len(past) < STAYS:
        return None
    held = np.flatnonzero(sliding_window_view(past, STAYS).all(axis=1))
    return int(held[0]) if len(held) else None


def _drove(story: Story, pair: tuple[str, str], since: int, week: int, sign: float) -> str:
    """The cause that has moved a tie most in one direction since a week."""
    change = {cause: float(a[week] - a[since]) for cause, a in accounts(story, *pair).items()}
    if not change:
        return ""
    moved = {cause: sum(change[part] for part in parts) for cause, parts in MERGED.items()}
    cause = max(moved, key=lambda name: sign * moved[name])
    if sign * moved[cause] < 0.005:
        return ""
    worn = ", which no longer renew what bound them" if cause == "objectives" and sign < 0 else ""
    return f", mainly because of {SHARES[cause]}{worn} ({signed(moved[cause])})"
