"""What runs come to, in sentences: ceasefires, orders, talks, ties, and how it stands at the end."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean, median

import numpy as np

from sim.chronicle.story import Story, Truce, allied_pairs, every_pair
from sim.talking import CAUSES, accounts, mean_tie
from sim.chronicle.wording import count, level, listed, percent, sentence, signed, times

STATES = ("war", "a ceasefire", "a settlement")
# How each cause is called where a change is split among all of them.
SHARES = {
    "initial": "the start wearing off",
    "objectives": "aims",
    "experience": "experience",
    "third_parties": "third parties",
}


def of_one(story: Story) -> list[str]:
    """Sum up one run, a paragraph an entry."""
    found = [
        _ceasefires(story), _breakers(story), _spoilers(story), _talks(story), _apart(story),
        *_ties([story]), _end(story),
    ]  # fmt: skip
    return [text for text in found if text]


def of_many(stories: Sequence[Story]) -> list[str]:
    """Sum up many runs in shares and means, a paragraph an entry."""
    first, many = stories[0], len(stories)
    truces = [truce for story in stories for truce in story.truces]
    proposed = fmean(sum(a.proposed for a in story.attempts) for story in stories)
    text = f"on average {proposed:.1f} ceasefires were proposed in a run"
    text += f" and {len(truces) / many:.1f} entered into force"
    parts = [sentence(text + _lengths(truces))]
    parts.append(_rates(first, stories, "broke a ceasefire", _acts, "armed"))
    parts.append(_rates(first, stories, "ordered ceasefires broken", _orders, "patron"))
    held = [m for story in stories for m in story.meetings if m.votes]
    if any(story.meetings for story in stories):
        settled = sum(any(m.agreed for m in story.meetings) for story in stories)
        text = f"talks were held {len(held) / many:.1f} times in a run, and"
        parts.append(sentence(f"{text} {percent(settled / many)} of the runs reached a settlement"))
    parts += _ties(stories)
    states = [_state(story) for story in stories]
    ended = [f"{percent(states.count(n) / many)} in {word}" for n, word in enumerate(STATES)]
    parts.append(sentence(f"of {many} runs, {listed(ended)} at the end"))
    return [text for text in parts if text]


def _lengths(truces: Sequence[Truce]) -> str:
    """How long ceasefires held, those that still hold counted as far as they got."""
    if not truces:
        return ""
    weeks = [truce.weeks for truce in truces]
    still = sum(truce.collapse is None for truce in truces)
    middle, longest = f"{median(weeks):g}", max(weeks)
    if len(truces) == 1:
        held = f"; it held {count(longest, 'week')}"
        return f"{held} and was still holding at the end" if still else held
    share = f"{percent(still / len(truces))} still held" if still else "none still held"
    return f"; half of them held {middle} weeks or more, the longest {longest}, and {share} at the end"


def _ceasefires(story: Story) -> str:
    tried = len(story.attempts)
    if not tried:
        return sentence("nobody ever stepped forward to broker a ceasefire")
    proposed = [a for a in story.attempts if a.proposed]
    force = len(story.truces)
    text = f"mediators stepped forward {times(tried)} and proposed {count(len(proposed), 'ceasefire')}"
    refused = len(proposed) - force
    if proposed:
        verb = "was" if refused == 1 else "were"
        text += f", of which {count(force, '', '').strip().replace('no', 'none')} entered into force"
        text += f" and {count(refused, '', '').strip().replace('no', 'none')} {verb} refused"
    return sentence(text + _lengths(story.truces))


def _breakers(story: Story) -> str:
    words, rate = story.words, _acts([story])
    if not rate:
        return ""
    firsts: dict[str, int] = {}
    for truce in story.truces:
        broken = truce.broken()
        earliest = min((found[0] for found in broken.values()), default=-1)
        for who, found in broken.items():
            if found[0] == earliest:
                firsts[who] = firsts.get(who, 0) + 1
    if not firsts:
        return sentence("nobody ever broke a ceasefire")
    order = sorted(firsts, key=lambda who: -firsts[who])
    named = [f"{words.who(who)} ({times(firsts[who])})" for who in words.inorder(order)]
    named.sort(key=lambda text: 0)
    by_count = sorted(words.inorder(firsts), key=lambda who: -firsts[who])
    named = [f"{words.who(who)} ({times(firsts[who])})" for who in by_count]
    ranked = [f"{words.who(who)} in {percent(share)}" for who, share in _ranked(story, rate)]
    shared = "; the first breach was often shared" if sum(firsts.values()) > len(story.truces) else ""
    return sentence(
        f"first to break a ceasefire: {listed(named)}{shared}; of the weeks of ceasefire, they "
        f"were broken by {listed(ranked)}"
    )


def _spoilers(story: Story) -> str:
    words, found = story.words, []
    for patron in words.inorder({p for truce in story.truces for p in truce.orders}):
        given = [e for truce in story.truces for e in truce.orders.get(patron, [])]
        heard = any(story.control(patron, truce.start) for truce in story.truces)
        if given and heard:
            found.append((patron, sum(not e.answer for e in given), len(given)))
    found.sort(key=lambda item: -item[1])
    if not found:
        return ""
    named = [f"{words.who(p)} in {n} of {weeks}" for p, n, weeks in found]
    return sentence(f"orders to break the ceasefire, by week: {listed(named)}")


def _talks(story: Story) -> str:
    if not story.meetings:
        return ""
    held = [m for m in story.meetings if m.votes]
    empty = len(story.meetings) - len(held)
    text = f"talks were held {times(held_count)}" if (held_count := len(held)) else "talks were never held"
    if empty:
        text += f" and came to nothing for want of a party {times(empty)}"
    agreed = sum(bool(m.agreed) for m in held)
    text += f"; the war was settled {times(agreed)}" if agreed else "; nothing was settled"
    return sentence(text)


def _apart(story: Story) -> str:
    rows: dict[tuple[str, ...], list[tuple[bool, bool]]] = {}
    for event in story.events:
        if event.decision == "deal":
            pair = tuple(story.words.inorder([event.actor, event.counterpart]))
            rows.setdefault(pair, []).append((event.answer, event.terms["core"] > 0.5))
    parts = []
    for pair, found in rows.items():
        text = f"{story.words.all(pair)} bargained apart {times(len(found))} and agreed"
        done = sum(answer for answer, _ in found)
        text += f" {times(done)}" if done else " never"
        core = [answer for answer, tabled in found if tabled]
        if core:
            agreed = times(sum(core)) if sum(core) else "never"
            text += f"; with the core of the matter on the table, {agreed} in {count(len(core), 'attempt')}"
        parts.append(text)
    return " ".join(sentence(part) for part in parts)


def _ties(stories: Sequence[Story]) -> list[str]:
    """Ties of allies and of the pairs that moved most, and what moved them."""
    story = stories[0]
    pairs = allied_pairs(story.scenario)
    every = every_pair(story.scenario.actors)
    moved: dict[tuple[str, str], tuple[float, float, dict[str, float]]] = {}
    for pair in every:
        found = [_move(one, pair) for one in stories]
        known = [item for item in found if item is not None]
        if known:
            causes = {
                cause: fmean(item[2][cause] for item in known)
                for cause in CAUSES
                if all(cause in item[2] for item in known)
            }
            moved[pair] = (fmean(i[0] for i in known), fmean(i[1] for i in known), causes)
    rest = [pair for pair in moved if pair not in pairs]
    rest.sort(key=lambda pair: -abs(moved[pair][1] - moved[pair][0]))
    lines = [_moved(story, pair, *moved[pair]) for pair in pairs if pair in moved]
    if lines:
        lines[0] = f"Between allies: {lines[0]}"
    others = [_moved(story, pair, *moved[pair]) for pair in rest[:3]]
    if others:
        label = "Between the others, most moved: " if lines else "Ties that moved most: "
        others[0] = label + others[0]
    return lines + others


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
    total = round(100 * end) - round(100 * start)
    text = f"{story.words.all(pair)}, from {level(start)} to {level(end)} ({signed(total / 100)}"
    if not causes:
        return sentence(f"{text})")
    parts = adding_up(list(causes.values()), total)
    split = [f"{SHARES[name]} {signed(part / 100)}" for name, part in zip(causes, parts, strict=True)]
    return sentence(f"{text}: {', '.join(split)})")


def adding_up(parts: Sequence[float], total: int) -> list[int]:
    """Parts in whole hundredths that add up to a total in hundredths, each as near as can be."""
    exact = [100 * part for part in parts]
    whole = [int(np.floor(part)) for part in exact]
    rising = sorted(range(len(parts)), key=lambda n: whole[n] - exact[n])
    short = total - sum(whole)
    for n in range(abs(short)):
        if short > 0:
            whole[rising[n % len(rising)]] += 1
        else:
            whole[rising[-1 - n % len(rising)]] -= 1
    return whole


def _state(story: Story) -> int:
    """0 war, 1 ceasefire, 2 settlement, at the end of the record."""
    if not story.truces or story.truces[-1].collapse is not None:
        return 0
    return 1 if story.truces[-1].settled is None else 2


def _end(story: Story) -> str:
    words, last = story.words, story.weeks - 1
    text = f"the record ends in {STATES[_state(story)]}"
    parts = []
    for name, issue in story.scenario.issues.items():
        now = story.at("position", last, issue=name)
        if now is not None and (issue.moved_by or issue.core or issue.prestige or issue.agenda):
            parts.append(f"{words.issue(name)} at {level(now)} ({level(issue.start)} at the start)")
    return sentence(f"{text}, with {listed(parts)}" if parts else text)


def _acts(stories: Sequence[Story]) -> dict[str, float]:
    """Share of the weeks of ceasefire in which each armed actor broke it."""
    return _share(stories, lambda truce: truce.acts)


def _orders(stories: Sequence[Story]) -> dict[str, float]:
    """Share of the weeks of ceasefire in which each patron wanted it broken."""
    return _share(stories, lambda truce: truce.orders)


def _share(stories, get):  # type: ignore
    given: dict[str, list[bool]] = {}
    for story in stories:
        for truce in story.truces:
            for who, found in get(truce).items():
                given.setdefault(who, []).extend(not event.answer for event in found)
    return {who: fmean(found) for who, found in given.items() if found}


def _ranked(story: Story, rate: dict[str, float]) -> list[tuple[str, float]]:
    names = story.words.inorder(rate)
    return sorted(((who, rate[who]) for who in names), key=lambda item: -item[1])


def _rates(story, stories, what, get, kind):  # type: ignore
    rate = get(stories)
    if not rate:
        return ""
    ranked = [f"{story.words.who(who)} in {percent(share)}" for who, share in _ranked(story, rate)]
    return sentence(f"of the weeks of ceasefire, who {what}: {listed(ranked)}")
