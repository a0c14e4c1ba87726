"""The parts of a tie and the decisions behind them, in the words of the chronicle."""

from __future__ import annotations

from typing import NamedTuple

from sim.engine.state import ACCOUNTS
from sim.narrative.chronicle import reasons
from sim.narrative.chronicle.summary import adding_up, hundredths
from sim.narrative.chronicle.timeline import Story
from sim.narrative.explanation.attribution import Contribution, Trace
from sim.narrative.explanation.counterfactuals import Flip, said
from sim.narrative.html import Blocks
from sim.results.dataset import Event
from sim.results.phrases import clause, otherwise
from sim.scenario.english import (
    count,
    day,
    level,
    number_word,
    ordinal,
    percent,
    sentence,
    signed,
    size,
)

NOTES = (
    "How to read it. A tie is a sum of what each cause has added, fading since: shares of the "
    "change above add up to it exactly. Experience can change only so much in one week: events of "
    "one week that together exceed this share it in proportion. An event's share is what it did "
    "itself; what it led others to do later is told as theirs. A change has size 1 if it goes as "
    "far as the number plausibly may: a doubling or halving, 0.1 for an ideal, and a yes for a no. "
    "What would turn a decision is never asked of formal ruptures, of peace in wars among members, "
    "and of what conveners put on the table."
)


class Told(NamedTuple):
    """A part of the change that is told, the decisions that stand for it, and what turns them."""

    part: Contribution
    decisions: list[Event]
    flips: list[Flip]


def what(story: Story, part: Contribution, pair: tuple[str, str], until: int) -> str:
    """What happened, as a clause."""
    words = story.words
    if part.kind in ("goal", "shift"):
        return _aim(story, part, until)
    if part.kind == "war":
        both = words.all(pair)
        side = [story.scenario.actors[name].camp for name in pair]
        how = "fight the war on one side" if side[0] == side[1] else "are at war with each other"
        ended = len({t.last for t in story.ceasefires if t.collapse} & {*part.weeks})
        weeks = f"{number_word(ended)} weeks" if ended > 1 else "week"
        counted = f", the {weeks} in which a ceasefire collapsed included" if ended else ""
        return f"{both} {how}{_for_weeks(part)}{counted}"
    other = words.who(part.counterpart) if part.counterpart else ""
    decided = part.decisions[0] if part.decisions else None
    if part.kind == "ratify" and decided is not None:
        verb = "ratify" if decided.answer else "refuse"
        to = "" if decided.answer else "to ratify "
        return f"{words.says(part.actor, verb)} {to}the ceasefire that {other} brokers"
    if part.kind == "excluded":
        return f"{words.says(part.actor, 'broker')} a ceasefire without asking {other}"
    if part.kind == "revise":
        return f"{words.says(part.actor, 'consult')} {other} on the ceasefire after all"
    if part.kind == "breach":
        return _breach(story, part)
    if part.kind == "demand":
        done = decided is not None and decided.answer
        how = "agree" if done else "do not agree"
        return f"{words.all(pair)} {how} on a text about what either holds"
    if part.kind in ("allied", "fought"):
        how = "on one side" if part.kind == "allied" else "against each other"
        return f"{words.all(pair)} fight a war among allies {how}{_for_weeks(part)}"
    if part.kind == "vote":
        if not part.actor:
            return f"{words.all(pair)} both vote for the text of the talks"
        voted = f"{words.says(part.actor, 'vote')} against the text of the talks"
        return f"{voted} that {words.says(part.counterpart, 'accept')}"
    done = decided is None or decided.answer
    deal = f"{'settle' if done else 'fail to settle'} their local differences"
    if decided is not None and abs(decided.terms["endorsement"]) > 0.0:
        means = "and with that endorse" if done else "which would mean endorsing"
        deal += f", {means} the text on the core issue"
    return f"{words.all(pair)} {deal}"


def _breach(story: Story, part: Contribution) -> str:
    words = story.words
    culprits = {event.actor for event in part.decisions if event.decision == "comply"}
    by = f" by {words.all(culprits)}" if culprits - {part.actor} else ""
    assert part.ceasefire is not None
    what = f"{ordinal(part.ceasefire.number)} ceasefire"
    if part.ceasefire.calm(min(part.weeks)):
        what = "settlement"
    whom = words.who(part.actor)
    return f"breaches of the {what}{by} are blamed on {whom}{_for_weeks(part, ' in ')}"


def _for_weeks(part: Contribution, link: str = " for ") -> str:
    return f"{link}{count(len(part.weeks), 'week')}" if len(part.weeks) > 1 else ""


def _aim(story: Story, part: Contribution, until: int) -> str:
    words, its = story.words, story.words.whose(part.actor)
    if part.kind == "shift":
        for week, found in story.shifts():
            for event in found:
                if (week, event.actor, event.issue) == (part.weeks[0], part.actor, part.issue):
                    return " ".join(event.why.split()).rstrip(".")
        return f"{its} aims on {words.issue(part.issue)} change from outside"
    goal = f"{its} short-term goal on {words.issue(part.issue)}"
    act = story.series("activation", objective=f"{part.actor}.short.{part.issue}")
    assert act is not None
    now = float(act[until])
    low = float(act[: until + 1].min())
    if now <= 0.5 * (1.0 + low) or now < 0.6:
        return f"{goal} presses less: its attention to it falls from 1 to {level(now)}"
    back = f"down to {level(low)} and back to {level(now)}" if low < now - 0.05 else level(now)
    return f"{goal} presses less: its attention to it goes from 1 to {back}"


def why(story: Story, event: Event) -> str:
    """The reason of a decision, as a clause that follows it."""
    ceasefire = next((t for t in story.ceasefires if t.start <= event.week <= t.last), None)
    if event.decision == "order" and ceasefire is not None:
        return reasons.because(reasons.order(story, ceasefire, event))
    if event.decision == "ratify":
        signed = ceasefire if ceasefire is not None and ceasefire.start == event.week else None
        return reasons.because(reasons.ratify(story, event, signed))
    if event.decision == "attend":
        return reasons.because(reasons.attend(story, event))
    if event.decision == "vote":
        convener = ceasefire.convener if ceasefire is not None else event.actor
        return reasons.because(reasons.vote(story, event, convener))
    return _why(story, event)


def _why(story: Story, event: Event) -> str:
    """The reason of a decision of which the chronicle tells none."""
    words, terms, me = story.words, event.terms, event.actor
    it, sign = words.it(me), 1.0 if event.answer else -1.0
    other = words.who(event.counterpart) if event.counterpart else ""
    if event.decision == "consult":
        if terms["by_decree"]:
            return ", as the scenario fixes it"
        tie, chance = level(terms["tie"]), percent(event.gain)
        return f", as at a tie of {tie} the chance to do so is {chance}"
    if event.decision == "revise":
        blame, chance = level(terms["blame"]), percent(event.gain)
        return f", as {other} is blamed for breaches by {blame}: the chance of it is {chance}"
    if sign * event.gain <= 0:
        how = f"the other answer is worth {size(event.gain)} more to {it}"
        if event.decision == "bargain" and event.gain > 0:
            how = f"the deal is worth {size(event.gain)} to {it}"
        return reasons.because(reasons.against(how))
    if event.decision == "comply":
        parts = {
            "own": event.gain - terms["patrons"] + terms["contagion"] - terms["breach"],
            "patrons": terms["patrons"],
            "contagion": -terms["contagion"],
            "breach": terms["breach"],
        }
        kind = max(parts, key=lambda name: sign * parts[name])
        if kind == "patrons":
            return f", as {reasons.patrons(story, event, terms['patrons'])}"
        if kind == "contagion":
            return f", as last week's violations set {it} against it by {size(terms['contagion'])}"
        if kind == "breach":
            cost = f"{it} {size(terms['breach'])}"
            return f", as a breach is likely to be seen, and would cost {cost}"
        return f", as the ceasefire is worth {reasons.than(parts['own'], it, 'fighting on')}"
    if event.decision == "bargain":
        parts = {"local": terms["local"], "endorsement": terms["endorsement"]}
        kind = max(parts, key=lambda name: sign * parts[name])
        if sign * parts[kind] < reasons.NOTHING:
            return ", as it is worth too little"
        gains = "gains" if parts[kind] > 0 else "costs"
        about = "the deal itself" if kind == "local" else "endorsing the text of the talks"
        return f", as {about} {gains} {it} {size(parts[kind])}"
    than = "more" if event.gain > 0 else "less"
    if event.decision in ("accept", "attack", "join", "return"):
        return f", as all told it is worth {size(event.gain)} {than} to {it} than not to"
    return f", as a ceasefire is worth {size(event.gain)} {than} than war"


def when(story: Story, weeks: list[int]) -> str:
    """The day, or the days between which, something happened."""
    first, last = story.dates[weeks[0]], story.dates[weeks[-1]]
    return day(first) if first == last else f"{day(first)} to {day(last)}"


def page(
    story: Story, trace: Trace, told: list[Told], window: tuple[int, int], seed: int, asked: bool
) -> Blocks:
    """An explanation as a title, paragraphs and lists of entries, the weightiest parts first.

    `asked` is whether it was asked what would turn the decisions.
    """
    words, pair, (since, until) = story.words, trace.pair, window
    title = f"Why the tie of {words.all(pair)} moved: run {story.run}, seed {seed}"
    blocks: Blocks = [title, _summed(trace, since, until), _standing(trace, since, until)]
    entries = []
    for n, (part, decisions, flips) in enumerate(told, start=1):
        weeks = part.within(since, until)
        head = f"{n}. {signed(part.change(since, until))}, {when(story, weeks)}: "
        head += what(story, part, pair, until) + "."
        head += _decision(story, decisions, flips, part, asked, trace.tie(until))
        entries.append(head)
    if entries:
        blocks += ["What happened that moved it most:", entries]
    else:
        blocks.append("Nothing happened that moved it.")
    if not asked:
        blocks.append(
            "What would turn a decision cannot be asked here: it takes dated events, which this "
            "scenario switches off, and actors that are no classes of one's own."
        )
    return [*blocks, NOTES]


def _summed(trace: Trace, since: int, until: int) -> str:
    story = trace.story
    before, after = trace.tie(since), trace.tie(until)
    start = "before the war" if since < 0 else f"in the week of {day(story.dates[since])}"
    text = f"The tie of {story.words.all(trace.pair)} was {level(before)} {start} and is "
    text += f"{level(after)} in the week of {day(story.dates[until])}"
    total = hundredths(after) - hundredths(before)
    split = _split(trace, since, until)
    aims = split["initial"] + split["objectives"]
    return (
        f"{text}: {signed(total / 100)}. Of this {signed(aims / 100)} is by aims "
        f"({signed(split['initial'] / 100)} as what they began with wore off, "
        f"{signed(split['objectives'] / 100)} as aims renewed it), "
        f"{signed(split['experience'] / 100)} by experience with each other and "
        f"{signed(split['third_parties'] / 100)} by third parties."
    )


def _split(trace: Trace, since: int, until: int) -> dict[str, int]:
    """What each account added to the change, in hundredths that add up to it as it is shown."""
    total = hundredths(trace.tie(until)) - hundredths(trace.tie(since))
    kept = [trace.account(name) for name in ACCOUNTS]
    changes = [float(values[until + 1] - values[since + 1]) for values in kept]
    return dict(zip(ACCOUNTS, adding_up(changes, total), strict=True))


def _standing(trace: Trace, since: int, until: int) -> str:
    """Goals that press less against aims as they were; the third parties that weigh most."""
    change = dict.fromkeys(("start", "aims", "goal", "shift"), 0.0)
    for part in trace.parts:
        if part.kind in change:
            change[part.kind] += part.change(since, until)
    split = _split(trace, since, until)
    both = [change["start"] + change["aims"], change["goal"] + change["shift"]]
    as_ever, moved = adding_up(both, split["initial"] + split["objectives"])
    text = "If every aim had kept pressing as at the start, aims alone would have moved it by "
    text += f"{signed(as_ever / 100)}; changes in how aims press, and in the aims themselves, "
    text += f"moved it by {signed(moved / 100)}."
    earlier = [p for p in trace.parts if p.weeks and not p.within(since, until)]
    past = sum(part.change(since, until) for part in earlier if part.weeks[-1] <= since)
    if since >= 0 and abs(past) >= 0.005:
        text += f" What had happened before that moved it on or faded: {signed(past)}."
    others = [part for part in trace.parts if part.kind == "third party"]
    others.sort(key=lambda part: -abs(part.change(since, until)))
    if others and abs(others[0].change(since, until)) >= 0.005:
        names = [
            f"{trace.story.words.who(part.actor)} {signed(part.change(since, until))}"
            for part in others[:3]
        ]
        text += f" The third parties that weigh most: {', '.join(names)}."
    return text


def _decision(
    story: Story, made: list[Event], found: list[Flip], part: Contribution, asked: bool, tie: float
) -> str:
    """The decision behind an event, its reason, and what would have turned it; `tie` as it is."""
    if not made:
        return " No single decision caused it."
    event = found[0].decision if found else made[0]
    text = " " + sentence(clause(event, story.words) + why(story, event))
    if part.kind == "deal" and len(made) > 1 and not event.answer:
        text = " Both refuse, and one alone would have been enough." + text
    if len(part.weeks) > 1:
        text = f" On {day(event.date)}, the week that weighs most:" + text
    if not asked:
        return text
    if not found:
        return text + " No change of one input in that week turns it."
    flip = found[0]
    on = "" if flip.input.week == event.week else f" on {day(story.dates[flip.input.week])}"
    far = f"a change of size {flip.size:.1f}" if flip.size >= 0.05 else "a very small change"
    would = f"the tie would be {level(flip.tie)}"
    if level(flip.tie) == level(tie):
        would = f"the tie would still be {level(tie)}: that changes nothing"
    then = f"{otherwise(event, story.words)} ({far}; {would})"
    if flip.input.field == "consultation" and event.decision == "consult":
        then = would
    turned = f"{said(flip)}{on}, {then}."
    return f"{text} {turned[0].upper()}{turned[1:]}"
