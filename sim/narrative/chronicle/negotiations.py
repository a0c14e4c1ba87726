"""Sentences about talks: who came, issues tabled, votes, and bilateral deals of allies."""

from __future__ import annotations

from collections.abc import Iterator

from sim.engine.decisions import PHASE
from sim.narrative.chronicle import reasons, refusals
from sim.narrative.chronicle.timeline import Meeting, Sentence, Story
from sim.results.dataset import Event
from sim.scenario.english import day, level, listed, number_word, sentence, size

# The phase of the week in which talks are held.
TALKS = PHASE["attend"]
# The text counts as moved if it moved so far on an issue.
MOVED = 0.015


def talks(story: Story) -> Iterator[Sentence]:
    """Rounds of talks: who came and who did not, what is on the table, how it was voted."""
    empty = 0
    before: dict[str, float] = {}
    kept: set[str] = set()
    for meeting in story.meetings:
        if meeting.attend and not meeting.votes and not any(e.answer for e in meeting.attend):
            empty += 1
            yield Sentence(meeting.week, TALKS, 5.0 if empty == 1 else 2.5, _nobody(story, meeting))
            continue
        parts = [*_around(story, meeting), *_kept_off(story, meeting, kept)]
        parts += _on_the_table(story, meeting, before)
        core = any(story.scenario.issues[e.issue].core for e in meeting.tabled)
        if parts:
            weight = 14.0 if core else 8.0 if meeting.tabled else 4.0
            yield Sentence(meeting.week, TALKS, weight, sentence("; ".join(parts)))
        if meeting.votes:
            weight = 28.0 if meeting.agreed else 6.5
            yield Sentence(meeting.week, TALKS, weight, _count(story, meeting))


def _nobody(story: Story, meeting: Meeting) -> str:
    words, must = story.words, story.scenario.roles.must_sign
    away = sorted(meeting.attend, key=lambda e: e.actor not in must)
    names = [event.actor for event in away]
    who = f"{words.says(names, 'stay')} away"
    if len(names) == 2:
        who = f"neither {words.who(names[0])} nor {words.says(names[1], 'come')}"
    why = reasons.because(reasons.attend(story, away[0], named=len(names) > 1))
    return sentence(f"a round of talks comes to nothing: {who}{why}{reasons.close(away[0])}")


def _around(story: Story, meeting: Meeting) -> list[str]:
    """Who came, also against its will, and who stayed away and why."""
    words, parts = story.words, []
    came = [event for event in meeting.attend if event.answer]
    pressed = [event for event in came if _pressed(story, event)]
    willing = [event.actor for event in came if event not in pressed]
    if willing:
        parts.append(f"{words.says(willing, 'come')} to the talks")
    for event in pressed:
        sender = words.who(story.scenario.talks.brought[event.actor])
        cost = size(event.terms["ceasefire"] - event.terms["seat"])
        text = f"{words.says(event.actor, 'come')} to the talks, brought there by {sender} although"
        parts.append(f"{text} coming costs {words.it(event.actor)} {cost}{reasons.close(event)}")
    for event in meeting.attend:
        if not event.answer:
            why = reasons.because(reasons.attend(story, event)) + reasons.close(event)
            parts.append(f"{words.says(event.actor, 'stay')} away{why}")
    out = _walked_out(story, meeting)
    if out:
        verb = words.verb(out, "do")
        parts.append(f"{words.all(out)}, having walked out over breaches, {verb} not come")
    return parts


def _walked_out(story: Story, meeting: Meeting) -> list[str]:
    """Parties that were not asked, as they had walked out of an earlier round."""
    if not story.scenario.mechanisms.walking_out or not meeting.attend:
        return []
    asked = {event.actor for event in meeting.attend}
    return [name for name in story.scenario.talks.brought if name not in asked]


def _kept_off(story: Story, meeting: Meeting, kept: set[str]) -> list[str]:
    """Issues that the convener keeps off the table, the first time that it does; `kept` is kept."""
    words, parts = story.words, []
    for event in meeting.raised:
        if event.answer or event.issue in kept:
            continue
        kept.add(event.issue)
        who, its = words.says(event.actor, "keep"), words.issue(event.issue)
        parts.append(f"{who} {its} off the table{reasons.tabling(story, event)}")
    return parts


def _pressed(story: Story, event: Event) -> bool:
    """Whether a party came against its own gain, and somebody is there who brought it."""
    own = event.terms["ceasefire"] - event.terms["seat"]
    return own < 0 < event.terms["patrons"] and bool(story.scenario.talks.brought.get(event.actor))


def _on_the_table(story: Story, meeting: Meeting, before: dict[str, float]) -> list[str]:
    """What is tabled for the first time, and where the text has moved most; `before` is kept."""
    words, week, parts = story.words, meeting.week, []
    fresh = [event.issue for event in meeting.tabled]
    if fresh:
        by = {e.issue: e for e in meeting.raised if e.answer}
        found = [
            f"{words.issue(e.issue)} (now at {level(e.terms['status_quo'])}, "
            f"opening at {level(e.terms['opening'])}"
            + (f", at the wish of {words.who(by[e.issue].actor)})" if e.issue in by else ")")
            for e in meeting.tabled
        ]
        core = len(fresh) == 1 and story.scenario.issues[fresh[0]].core
        one = len(fresh) == 1 and not words.issue_is_plural(fresh[0])
        remark = ", the core of the matter," if core else ""
        verb = "is" if one else "are"
        why = reasons.tabling(story, by[fresh[0]]) if len(fresh) == 1 and by else ""
        parts.append(f"{listed(found)}{remark} {verb} tabled for the first time{why}")
    moves: dict[str, tuple[float, float]] = {}
    for issue in story.scenario.issues:
        text = story.at("text", week, issue=issue)
        if text is None or not story.at("tabled", week, issue=issue):
            continue
        if issue in before and issue not in fresh:
            moves[issue] = (before[issue], text)
        before[issue] = text
    most = max(moves, key=lambda issue: abs(moves[issue][1] - moves[issue][0]), default=None)
    if most is not None and abs(moves[most][1] - moves[most][0]) >= MOVED:
        was, now = map(level, moves[most])
        parts.append(f"the text on {words.issue(most)} moves from {was} to {now}")
    return parts


def _count(story: Story, meeting: Meeting) -> str:
    """The vote: who said no and why, and the result."""
    words, must, veto = story.words, story.scenario.roles.must_sign, story.scenario.talks.veto
    # who is needed and has stayed away stops a settlement whatever its vote would have been
    away = [*(e.actor for e in meeting.attend if not e.answer), *_walked_out(story, meeting)]
    missing = [name for name in away if name in must]
    votes = [e for e in meeting.votes if e.actor not in missing]
    no = sorted((e for e in votes if not e.answer), key=lambda e: (e.actor not in veto, e.gain))
    yes = [e.actor for e in votes if e.answer]
    if meeting.agreed:
        return _agreement(story, meeting, yes)
    absent = f"nothing can be settled without {words.all(missing)}" if missing else ""
    if not no:
        text = f"{words.says(yes, 'accept')} the text" if yes else ""
        return sentence(", but ".join(part for part in (text, absent) if part) or "the text fails")
    convener = meeting.ceasefire.convener if meeting.ceasefire else no[0].actor
    parts = refusals.of_a_text(story, no, lambda event: reasons.vote(story, event, convener))
    if yes:
        parts.append(words.says(yes, "accept"))
    if absent:
        parts.append(absent)
    return sentence("the text fails: " + "; ".join(parts))


def _agreement(story: Story, meeting: Meeting, yes: list[str]) -> str:
    words, ends = story.words, []
    for name, issue in story.scenario.issues.items():
        text = story.at("text", meeting.week, issue=name)
        now = story.position(name, meeting.week)
        moves = issue.agenda is not None and not issue.side_payment
        moves = moves and bool(story.at("tabled", meeting.week, issue=name))
        if moves and text is not None and now is not None and abs(text - now) >= 0.005:
            verb = "are" if words.issue_is_plural(name) else "is"
            ends.append(f"{words.issue(name)} {verb} to go from {level(now)} to {level(text)}")
    said = f"{words.says(yes, 'accept')} the text, and the war is settled"
    said += f": {listed(ends)}" if ends else ""
    near = min((e for e in meeting.votes if e.answer), key=lambda e: e.margin, default=None)
    if near is not None and reasons.hinges(near):
        said += f" (it was close for {words.who(near.actor)}: {size(near.margin)})"
    return sentence(said)


def deals(story: Story) -> Iterator[Sentence]:
    """Bilateral deals of allies; of several equal outcomes in a row only the first."""
    rows: dict[frozenset[str], list[list[Deal]]] = {}
    heard: list[Event] = []
    for event in story.events:
        if event.decision == "bargain":
            heard.append(event)
        elif event.decision == "deal":
            pair = frozenset((event.actor, event.counterpart))
            mine = [e for e in heard if {e.actor, e.counterpart} == pair]
            heard = [e for e in heard if e not in mine]
            row = rows.setdefault(pair, [])
            if row and _kind(row[-1][-1][0]) == _kind(event):
                row[-1].append((event, mine))
            else:
                row.append([(event, mine)])
    for found in rows.values():
        told: set[tuple[bool, bool]] = set()
        for same in found:
            kind = _kind(same[0][0])
            weight = 1.0 + 0.5 * len(same) + (1.0 if kind[1] else 0.0)
            if kind not in told:
                weight = 8.0 if kind[1] else 5.0
            yield Sentence(same[0][0].week, same[0][0].phase, weight, _deal(story, same, not told))
            told.add(kind)


type Deal = tuple[Event, list[Event]]


def _kind(event: Event) -> tuple[bool, bool]:
    """Whether there was a deal, and whether it meant endorsing the text on the core issue."""
    return event.answer, event.terms["core"] > 0.5


def _deal(story: Story, row: list[Deal], first: bool) -> str:
    """The first of a row of like deals or failures, and how long the row goes on."""
    words, (event, said) = story.words, row[0]
    done, core = _kind(event)
    pair = words.inorder([event.actor, event.counterpart])
    minor = [words.issue(k) for k, i in story.scenario.issues.items() if i.bilateral]
    about = f" over {listed(minor)}" if minor and first else ""
    last = ""
    if len(row) > 1:
        what = f"{number_word(len(row))} {'deals' if done else 'failures'}"
        last = f", the first of {what} in a row until {day(row[-1][0].date)}"
    said = sorted(said, key=lambda e: pair.index(e.actor))
    verb = "settle" if done else "fail to settle"
    text = f"{words.all(pair)} {verb} their local differences{about}"
    if done:
        worth = [f"{_worth(e.terms['local'])} to {words.who(e.actor)}" for e in said]
        if worth and all(part.startswith("nothing") for part in worth):
            worth = ["nothing to either"]
        text += f" (worth {listed(worth)})" if worth else ""
        text += ", and with that endorse the text of the talks" if core else ""
        return sentence(text + last)
    why = [_refusal(story, e, core) for e in said if not e.answer]
    return sentence(f"{text}{last}: {'; '.join(why)}" if why else text + last)


def _worth(number: float) -> str:
    if abs(number) < reasons.NOTHING:
        return "nothing"
    return f"-{size(number)}" if number < 0 else size(number)


def _refusal(story: Story, event: Event, core: bool) -> str:
    """Why an ally refuses a deal."""
    words, me, terms = story.words, event.actor, event.terms
    it, near, head = words.it(me), reasons.close(event), words.says(me, "refuse")
    if event.gain > 0:
        worth = f"the deal is worth {size(event.gain)} to {it}"
        return f"{head}{reasons.because(reasons.against(worth))}{near}"
    if core and terms["endorsement"] < min(0.0, terms["local"]):
        cost = size(terms["endorsement"])
        return f"{head}, as it would mean endorsing the text, at a cost of {cost}{near}"
    if terms["local"] < -reasons.NOTHING:
        return f"{head}, as the deal would cost {it} {size(terms['local'])}{near}"
    return f"{head}, as the deal is worth too little to {it}{near}"
