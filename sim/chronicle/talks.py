"""Sentences about talks: who came, what was tabled, how it was voted, what allies patched apart."""

from __future__ import annotations

from collections.abc import Iterator

from sim.chronicle import reasons
from sim.chronicle.story import Line, Meeting, Story
from sim.chronicle.wording import day, level, listed, number_word, sentence, size
from sim.results import Event


def talks(story: Story) -> Iterator[Line]:
    """Rounds of talks: who came and who did not, what is on the table, how it was voted."""
    empty = 0
    before: dict[str, float] = {}
    for meeting in story.meetings:
        came = any(e.answer for e in meeting.attend) or bool(meeting.votes)
        if not came:
            empty += 1
            yield Line(meeting.round, 8, 4.0 if empty == 1 else 2.2, _nobody(story, meeting))
            continue
        text = _around(story, meeting)
        moved = _on_the_table(story, meeting, before)
        parts = [part for part in (text, moved) if part]
        core = any(story.scenario.issues[e.issue].core for e in meeting.tabled)
        if parts:
            weight = 12.0 if core else 8.0 if meeting.tabled else 5.0
            yield Line(meeting.round, 8, weight, sentence("; ".join(parts)))
        if meeting.votes:
            weight = 28.0 if meeting.agreed else 6.5
            yield Line(meeting.round, 8, weight, _count(story, meeting))


def _because(story: Story, event: Event) -> str:
    return reasons.because(reasons.attend(story, event)) + reasons.close(event)


def _nobody(story: Story, meeting: Meeting) -> str:
    words, must = story.words, story.scenario.roles.must_sign
    away = sorted(meeting.attend, key=lambda e: e.actor not in must)
    names = [e.actor for e in away]
    if len(names) == 2:
        who = f"neither {words.who(names[0])} nor {words.who(names[1])} {words.verb(names[1], 'come')}"
    elif len(names) == 1:
        who = f"{words.who(names[0])} {words.verb(names[0], 'stay')} away"
    else:
        who = "none of those who were awaited comes"
    why = reasons.attend(story, away[0])
    whose = "" if len(names) == 1 else f"; as for {words.who(names[0])}, "
    reason = f"{whose}{why.text}" if whose else reasons.because(why)
    return sentence(f"a round of talks comes to nothing: {who}{reason}{reasons.close(away[0])}")


def _around(story: Story, meeting: Meeting) -> str:
    """Who came and why against its will; who stayed away and why."""
    words, parts = story.words, []
    brought = story.scenario.talks.brought
    came = [e for e in meeting.attend if e.answer]
    for event in came:
        own = event.terms["truce"] - event.terms["seat"]
        if own < 0 < event.terms["patrons"] and brought.get(event.actor):
            sender = words.who(brought[event.actor])
            pressed = f"against {words.its(event.actor)} own reckoning ({signed_size(own)})"
            pull = size(event.terms["patrons"])
            verb = words.says(event.actor, "come")
            parts.append(f"{verb} to the talks {pressed}, drawn by {sender} ({pull})")
    pressed_names = [e.actor for e in came if _pressed(story, e)]
    willing = [e.actor for e in came if e.actor not in pressed_names]
    if willing:
        parts.insert(0, f"{words.says(willing, 'come')} to the talks")
    for event in meeting.attend:
        if not event.answer:
            parts.append(f"{words.says(event.actor, 'stay')} away{_because(story, event)}")
    return "; ".join(parts)


def _pressed(story: Story, event: Event) -> bool:
    own = event.terms["truce"] - event.terms["seat"]
    brought = story.scenario.talks.brought.get(event.actor)
    return own < 0 < event.terms["patrons"] and bool(brought)


def signed_size(number: float) -> str:
    """A small utility with its sign."""
    return f"-{size(number)}" if number < 0 else size(number)


def _on_the_table(story: Story, meeting: Meeting, before: dict[str, float]) -> str:
    """What is tabled for the first time, and where the text has moved most."""
    words, week, parts = story.words, meeting.round, []
    fresh = {event.issue for event in meeting.tabled}
    if meeting.tabled:
        found = [
            f"{words.issue(e.issue)} (now at {level(e.terms['status_quo'])}, "
            f"opening at {level(e.terms['opening'])})"
            for e in meeting.tabled
        ]
        core = [e.issue for e in meeting.tabled if story.scenario.issues[e.issue].core]
        remark = ", the core of the matter," if core and len(meeting.tabled) == 1 else ""
        verb = "is" if len(found) == 1 else "are"
        parts.append(f"{listed(found)}{remark} {verb} on the table for the first time")
    moves: dict[str, tuple[float, float]] = {}
    for issue in story.scenario.issues:
        text = story.at("text", week, issue=issue)
        if text is None or not story.at("tabled", week, issue=issue):
            continue
        if issue in before and issue not in fresh:
            moves[issue] = (before[issue], text)
        before[issue] = text
    if moves:
        most = max(moves, key=lambda k: abs(moves[k][1] - moves[k][0]))
        was, now = moves[most]
        if abs(now - was) >= 0.015:
            where = words.issue(most)
            parts.append(f"the text moves from {level(was)} to {level(now)} on {where}")
    return "; ".join(parts)


def _count(story: Story, meeting: Meeting) -> str:
    """The vote: who said no and why, and what came of it."""
    words, roles, table = story.words, story.scenario.roles, story.scenario.talks
    no = sorted(
        (e for e in meeting.votes if not e.answer), key=lambda e: (e.actor not in table.veto, e.gain)
    )
    yes = [e.actor for e in meeting.votes if e.answer]
    convener = meeting.truce.convener if meeting.truce else ""
    if meeting.agreed:
        ends = [
            f"{words.issue(k)} is to go from {level(a)} to {level(b)}"
            for k, a, b in _settled(story, meeting)
        ]
        result = f": {listed(ends)}" if ends else ""
        text = f"{words.says(yes, 'accept')} the text, and the war is settled{result}"
        near = min((e for e in meeting.votes if e.answer), key=lambda e: e.margin)
        if reasons.hinges(near):
            text += f"; it was close for {words.who(near.actor)}: {size(near.margin)}"
        return sentence(text)
    parts = []
    for n, event in enumerate(no[:2]):
        why = reasons.because(reasons.vote(story, event, convener))
        verb = f"{words.says(event.actor, 'vote')} no{' too' if n else ''}"
        parts.append(f"{verb}{why}{reasons.close(event)}")
    if len(no) > 2:
        others = [e.actor for e in no[2:]]
        parts.append(f"so {words.verb(others, 'do')} {words.all(others)}")
    missing = [
        e.actor for e in meeting.attend if not e.answer and e.actor in roles.must_sign
    ]
    if no:
        if yes:
            parts.append(f"{words.says(yes, 'accept')}")
        return sentence("the text fails: " + "; ".join(parts))
    absent = f"without {words.all(missing)} nothing can be settled" if missing else "it fails"
    return sentence(f"{words.says(yes, 'accept')} the text, but {absent}")


def _settled(story: Story, meeting: Meeting) -> list[tuple[str, float, float]]:
    """Issues that a settlement moves, from where they stand to where the text has them."""
    found = []
    for name, issue in story.scenario.issues.items():
        text = story.at("text", meeting.round, issue=name)
        now = story.position(name, meeting.round)
        if issue.side_payment or issue.agenda is None or text is None or now is None:
            continue
        if story.at("tabled", meeting.round, issue=name) and abs(text - now) >= 0.005:
            found.append((name, now, text))
    return found


def deals(story: Story) -> Iterator[Line]:
    """Allies that settle their differences apart: the first of each row of like outcomes."""
    rows: dict[frozenset[str], list[list[tuple[Event, list[Event]]]]] = {}
    heard: list[Event] = []
    for event in story.events:
        if event.decision == "bargain":
            heard.append(event)
        elif event.decision == "deal":
            pair = frozenset((event.actor, event.counterpart))
            rounds = rows.setdefault(pair, [])
            mine = [e for e in heard if {e.actor, e.counterpart} == pair]
            heard = [e for e in heard if e not in mine]
            if rounds and _kind(rounds[-1][-1][0]) == _kind(event):
                rounds[-1].append((event, mine))
            else:
                rounds.append([(event, mine)])
    for rounds in rows.values():
        told: set[tuple[bool, bool]] = set()
        for row in rounds:
            kind = _kind(row[0][0])
            weight = (2.0 if kind[1] else 1.2) + 0.4 * len(row)
            if kind not in told:
                weight = 7.0 if kind[1] else 4.5
            yield Line(row[0][0].round, 9, weight, _deal(story, row, kind not in told))
            told.add(kind)


def _kind(event: Event) -> tuple[bool, bool]:
    """Whether there was a deal, and whether it meant endorsing the text on the core issue."""
    return event.answer, event.terms["core"] > 0.5


def _deal(story: Story, row: list[tuple[Event, list[Event]]], first: bool) -> str:
    words, (event, said) = story.words, row[0]
    done, core = _kind(event)
    pair = words.all([event.actor, event.counterpart])
    minor = [words.issue(k) for k, i in story.scenario.issues.items() if i.bilateral]
    about = f" ({listed(minor)})" if minor and first else ""
    last = ""
    if len(row) > 1:
        what = "deals" if done else "failures"
        last = f", the first of {count(len(row), '', '').strip()} {what} in a row, "
        last += f"the last on {day(row[-1][0].date)}"
    said = sorted(said, key=lambda e: words.inorder([event.actor, event.counterpart]).index(e.actor))
    if done:
        worth = listed([f"{signed_size(e.terms['local'])} to {words.who(e.actor)}" for e in said])
        also = ", and endorse the text of the talks with it" if core else ""
        local = f", which is worth {worth}" if worth else ""
        return sentence(f"{pair} settle local differences{about} between them{local}{also}{last}")
    no = [e for e in said if not e.answer]
    why = [_refusal(story, e) for e in no]
    reason = f": {'; '.join(why)}" if why else ""
    return sentence(f"{pair} fail to settle local differences{about}{last}{reason}")


def _refusal(story: Story, event: Event) -> str:
    """Why an ally refuses a deal."""
    words, me, terms = story.words, event.actor, event.terms
    it = words.it(me)
    near = reasons.close(event)
    head = words.says(me, "refuse")
    if event.gain > 0:
        return f"{head}, though the deal is worth {size(event.gain)} to {it}{near}"
    if terms["endorsement"] < min(0.0, terms["local"]):
        cost = size(terms["endorsement"])
        return f"{head}, as it would mean endorsing the text, which would cost {it} {cost}{near}"
    if terms["local"] < 0:
        return f"{head}, as the deal would cost {it} {size(terms['local'])}{near}"
    return f"{head}, as the deal is worth {it} less than the trouble{near}".replace(
        f"worth {it} less", f"worth less to {it}"
    )
