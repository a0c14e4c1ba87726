"""Summary of one run or of many, in sentences: ceasefires, orders, talks, ties, the end."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from statistics import fmean, median

import numpy as np

from sim.engine.state import CEASEFIRE, SETTLEMENT, VICTORY, WAR
from sim.narrative.chronicle.background import MERGED, SHARES, accounts, allied_pairs, mean_tie
from sim.narrative.chronicle.timeline import CeasefireSpell, Story
from sim.results.phrases import STATES
from sim.scenario.english import count, level, listed, number_word, percent, sentence, signed, times

# Pairs that moved most are told, besides the allies.
MOST_MOVED = 3


def of_one(story: Story) -> list[str]:
    """Sum up one run, a paragraph an entry."""
    found = [
        _attempts(story), _first(story), _broken([story]), _orders([story]), _talks(story),
        *_apart(story), *_ties([story]), _end(story),
    ]  # fmt: skip
    return [text for text in found if text]


def of_many(stories: Sequence[Story]) -> list[str]:
    """Sum up many runs in shares and means, a paragraph an entry."""
    many = len(stories)
    ceasefires = [ceasefire for story in stories for ceasefire in story.ceasefires]
    proposed = fmean(sum(a.proposed for a in story.attempts) for story in stories)
    text = f"a run has {proposed:.1f} proposals of a ceasefire on average, and "
    text += f"{len(ceasefires) / many:.1f} that enter into force{_lengths(ceasefires, many > 1)}"
    found = [sentence(text), _broken(stories), _orders(stories)]
    if any(story.meetings for story in stories):
        held = fmean(sum(bool(m.votes) for m in story.meetings) for story in stories)
        settled = fmean(any(m.agreed for m in story.meetings) for story in stories)
        text = f"talks are held {held:.1f} times in a run on average"
        found.append(sentence(f"{text}; {percent(settled)} of the runs reach a settlement"))
    found += _ties(stories)
    states = [_state(story) for story in stories]
    ended = [
        f"{percent(states.count(code) / many)} end in {words.noun}"
        for code, words in enumerate(STATES)
        if code != VICTORY or stories[0].scenario.mechanisms.victory
    ]
    found.append(sentence(f"of {many} runs, {listed(ended)}"))
    winners = [story.winner for story in stories if story.winner is not None]
    wins = [(camp, winners.count(camp)) for camp in stories[0].scenario.camps]
    told = [f"{stories[0].words.camp(camp)} {times(won)}" for camp, won in wins if won]
    found.append(sentence(f"who won: {listed(told)}") if told else "")
    return [text for text in found if text]


def _lengths(ceasefires: Sequence[CeasefireSpell], many: bool = False) -> str:
    """How long ceasefires held, those that still hold counted as far as they got."""
    if not ceasefires:
        return ""
    weeks = [ceasefire.begun for ceasefire in ceasefires]
    still = sum(ceasefire.collapse is None and ceasefire.won is None for ceasefire in ceasefires)
    if len(ceasefires) == 1:
        held = f"; it lasted {count(weeks[0], 'week')}"
        return f"{held} and still holds at the end" if still else held
    middle = f"{median(weeks):g} {'week' if median(weeks) == 1 else 'weeks'}"
    share = f"{number_word(still)} still {'holds' if still < 2 else 'hold'}"
    if many:
        share = f"{percent(still / len(ceasefires))} still hold"
    text = f"; ceasefires last {middle} in the median and {max(weeks)} at most"
    counted = ["the week of a collapse"] if still < len(ceasefires) else []
    if any(ceasefire.settled is not None for ceasefire in ceasefires):
        counted.append("weeks of settlement")
    text += f", {listed(counted)} included" if counted else ""
    return f"{text}, and {share} at the end"


def _attempts(story: Story) -> str:
    tried = len(story.attempts)
    if not tried:
        return sentence("nobody ever stepped forward to broker a ceasefire")
    proposed, force = sum(attempt.proposed for attempt in story.attempts), len(story.ceasefires)
    text = f"mediators stepped forward {times(tried)} and proposed {count(proposed, 'ceasefire')}"
    if proposed:
        refused = proposed - force
        verb = "was" if refused == 1 else "were"
        text += f"; {number_word(force)} entered into force, {number_word(refused)} {verb} refused"
    return sentence(text + _lengths(story.ceasefires))


def _first(story: Story) -> str:
    """Who broke ceasefires first; several can on one day."""
    firsts = Counter[str]()
    every = [ceasefire.broken() for ceasefire in story.ceasefires]
    for broken in every:
        earliest = min((weeks[0] for weeks in broken.values()), default=None)
        firsts.update(who for who, weeks in broken.items() if weeks[0] == earliest)
    if not firsts:
        return sentence("nobody ever broke a ceasefire") if story.ceasefires else ""
    words = story.words
    ranked = sorted(words.inorder(firsts), key=lambda who: -firsts[who])
    named = [f"{words.who(who)} {times(firsts[who])}" for who in ranked]
    shared = firsts.total() > sum(bool(broken) for broken in every)
    often = " (several at once count each)" if shared else ""
    return sentence(f"first to break a ceasefire{often}: {listed(named)}")


def _broken(stories: Sequence[Story]) -> str:
    """How often each armed actor broke a ceasefire, by week of ceasefire."""
    given: dict[str, list[bool]] = {}
    for ceasefire in (ceasefire for story in stories for ceasefire in story.ceasefires):
        for who, acts in ceasefire.acts.items():
            given.setdefault(who, []).extend(not event.answer for event in acts)
    if not any(map(any, given.values())):
        return ""
    text = "share of the weeks of ceasefire in which each broke it"
    return sentence(f"{text}: {_ranked(stories[0], given)}")


def _orders(stories: Sequence[Story]) -> str:
    """How often each patron wanted a ceasefire broken; who has no proxy then is left out."""
    given: dict[str, list[bool]] = {}
    for story in stories:
        for ceasefire in story.ceasefires:
            for patron, orders in ceasefire.orders.items():
                if any(proxy in ceasefire.acts for proxy in story.control(patron, ceasefire.start)):
                    given.setdefault(patron, []).extend(not event.answer for event in orders)
    text = "share of the weeks of ceasefire in which each patron ordered its proxies to break it"
    return sentence(f"{text}: {_ranked(stories[0], given)}") if given else ""


def _ranked(story: Story, given: dict[str, list[bool]]) -> str:
    """Actors with the shares of what is so of each, the greatest first."""
    words, shares = story.words, {who: fmean(so) for who, so in given.items()}
    order = sorted(words.inorder(shares), key=lambda who: -shares[who])
    return listed([f"{words.who(who)} {percent(shares[who])}" for who in order])


def _talks(story: Story) -> str:
    if not story.meetings:
        return ""
    held = [meeting for meeting in story.meetings if meeting.votes]
    empty = len(story.meetings) - len(held)
    if not held:
        return sentence(f"talks came to nothing because a party stayed away, {times(empty)}")
    text = f"talks were held {times(len(held))}"
    text += f" and came to nothing because a party stayed away {times(empty)}" if empty else ""
    agreed = sum(bool(meeting.agreed) for meeting in held)
    text += f"; the war was settled {times(agreed)}" if agreed else "; nothing was settled"
    return sentence(text)


def _apart(story: Story) -> list[str]:
    """Bilateral talks of allies."""
    rows: dict[tuple[str, ...], list[tuple[bool, bool]]] = {}
    for event in story.events:
        if event.decision == "deal":
            pair = tuple(story.words.inorder([event.actor, event.counterpart]))
            rows.setdefault(pair, []).append((event.answer, event.terms["core"] > 0.5))
    found = []
    for pair, deals in rows.items():
        agreed = sum(done for done, _ in deals)
        text = f"{story.words.all(pair)} bargained apart {times(len(deals))}"
        text += f" and agreed {times(agreed) if agreed else 'never'}"
        core = [done for done, tabled in deals if tabled]
        if core:
            text += f"; of {count(len(core), 'attempt')} after the core issue was tabled, "
            text += f"{number_word(sum(core))} ended in agreement"
        found.append(sentence(text))
    return found


def _ties(stories: Sequence[Story]) -> list[str]:
    """Ties of allies and of the pairs that moved most, and what moved them."""
    story = stories[0]
    allies = allied_pairs(story.scenario)
    moved: dict[tuple[str, str], tuple[float, float, dict[str, float]]] = {}
    for pair in itertools.combinations(story.scenario.actors, 2):
        known = [item for item in (_move(one, pair) for one in stories) if item is not None]
        if known:
            causes = {cause: fmean(item[2][cause] for item in known) for cause in known[0][2]}
            moved[pair] = (fmean(i[0] for i in known), fmean(i[1] for i in known), causes)
    others = sorted(
        (pair for pair in moved if pair not in allies),
        key=lambda pair: -abs(moved[pair][1] - moved[pair][0]),
    )
    told = (pair for pair in (*allies, *others[:MOST_MOVED]) if pair in moved)
    return [_moved(story, pair, *moved[pair]) for pair in told]


def _move(story: Story, pair: tuple[str, str]) -> tuple[float, float, dict[str, float]] | None:
    """A pair's tie in the first and the last week, and what each cause added in between."""
    tie = mean_tie(story, *pair)
    if tie is None:
        return None
    causes = {name: float(part[-1] - part[0]) for name, part in accounts(story, *pair).items()}
    return float(tie[0]), float(tie[-1]), causes


def _moved(
    story: Story, pair: tuple[str, str], start: float, end: float, causes: dict[str, float]
) -> str:
    first, last = hundredths(start), hundredths(end)
    text = f"the tie of {story.words.all(pair)} "
    if first == last:
        text += f"is {level(end)} after the first week and at the end"
    else:
        text += f"went from {level(start)} after the first week to {level(end)} at the end, by "
        text += signed((last - first) / 100)
    if not causes:
        return sentence(text)
    rounded = adding_up(list(causes.values()), last - first)
    parts = dict(zip(causes, rounded, strict=True))
    split = []
    for name, merged in MERGED.items():
        share = f"{SHARES[name]} {signed(sum(parts[part] for part in merged) / 100)}"
        if name == "objectives":
            worn, since = signed(parts["initial"] / 100), signed(parts[name] / 100)
            share += f" ({worn} as what they began with wore off, {since} by aims since)"
        split.append(share)
    return sentence(f"{text}: {', '.join(split)}")


def hundredths(number: float) -> int:
    """A number in hundredths, rounded as it is shown."""
    return round(100 * float(level(number)))


def adding_up(parts: Sequence[float], total: int) -> list[int]:
    """Parts in whole hundredths that add up to a total in hundredths, each as near as can be."""
    exact = [100 * part for part in parts]
    whole = [int(np.floor(part)) for part in exact]
    # the parts that lost most by rounding down are the first to be rounded up
    order = sorted(range(len(parts)), key=lambda n: whole[n] - exact[n])
    missing = total - sum(whole)
    for n in range(abs(missing)):
        turn = order[n % len(order)] if missing > 0 else order[-1 - n % len(order)]
        whole[turn] += 1 if missing > 0 else -1
    return whole


def _state(story: Story) -> int:
    """The state of the war at the end of the record."""
    if story.victory is not None:
        return VICTORY
    if not story.ceasefires or story.ceasefires[-1].collapse is not None:
        return WAR
    return CEASEFIRE if story.ceasefires[-1].settled is None else SETTLEMENT


def _end(story: Story) -> str:
    """State of the war at the end, and positions of the issues fought over or tabled."""
    words, last, parts = story.words, story.weeks - 1, []
    for name, issue in story.scenario.issues.items():
        now = story.at("position", last, issue=name)
        if now is None or not (issue.moved_by or issue.prestige or issue.agenda):
            continue
        was, ends = level(issue.start), level(now)
        change = f"still at {ends}" if was == ends else f"at {ends} instead of {was}"
        parts.append(f"{words.issue(name)} {change}")
    text = f"the record ends in {STATES[_state(story)].noun}"
    return sentence(f"{text}, with {listed(parts)}" if parts else text)
