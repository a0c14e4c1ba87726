"""Sentences about ceasefires: who brokered and signed, gave orders, obeyed and broke them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from sim.engine.decisions import PHASE
from sim.narrative.chronicle import fighting, reasons, refusals
from sim.narrative.chronicle.timeline import Attempt, CeasefireSpell, Sentence, Story
from sim.results.dataset import Event
from sim.scenario.english import count, day, level, listed, number_word, ordinal, sentence, size

# An order counts as a turn, and is told, if it stands for so many weeks.
STANDS = 3
# Below this share of control a patron is said to urge and not to order.
ORDERS = 0.2
# So many proxies are named one by one in an order; where there are more, those who obey are.
NAMED = 2
# A revision gives something if it is worth so much.
WON = 0.002


def attempts(story: Story) -> Iterator[Sentence]:
    """Attempts of mediators at a ceasefire, and their results."""
    idle: dict[str, list[list[Event]]] = {}
    last: dict[str, bool] = {}
    granted: set[tuple[str, str]] = set()
    for attempt in story.attempts:
        convene, propose = attempt.convene, attempt.propose
        if not attempt.proposed:
            if propose is not None:
                rows = idle.setdefault(convene.actor, [])
                if rows and last.get(convene.actor) is (propose.gain > 0):
                    rows[-1].append(propose)
                else:
                    rows.append([propose])
                last[convene.actor] = propose.gain > 0
            continue
        last.pop(convene.actor, None)
        tell, weight = (_signed, 14.0) if attempt.ceasefire is not None else (_refused, 4.5)
        yield Sentence(convene.week, convene.phase, weight, tell(story, attempt, granted))
    ordered = sorted((row for rows in idle.values() for row in rows), key=lambda row: row[0].week)
    for n, row in enumerate(ordered):
        weight = (3.0 if n == 0 else 1.0) + 0.3 * (len(row) - 1)
        yield Sentence(row[0].week, row[0].phase, weight, _idle(story, row))


def _idle(story: Story, row: list[Event]) -> str:
    """The first of a row of searches without a proposal, and how long the row goes on."""
    words, propose = story.words, row[0]
    me, last = propose.actor, ""
    if len(row) > 1:
        often = count(len(row), "time")
        last = f", the first of {often} in a row until {day(row[-1].date)}"
    worth = f"a ceasefire is worth {reasons.than(propose.gain, words.it(me), 'war')}"
    link = ", by chance, though " if propose.gain > 0 else "; "
    verbs = f"{words.verb(me, 'look')} for a ceasefire but {words.verb(me, 'propose')} none"
    return sentence(f"{words.who(me)} {verbs}{last}{link}{worth}{reasons.close(propose)}")


def _asked(story: Story, attempt: Attempt, granted: set[tuple[str, str]]) -> str:
    """Who was consulted and who was left out; an ally taken for granted is named so once."""
    words, convener = story.words, attempt.convene.actor
    asked, not_asked = story.consulted(attempt)
    names = []
    for name in not_asked:
        tie = next((e.terms["tie"] for e in attempt.consults if e.counterpart == name), None)
        remark = ""
        trusted = tie is not None and tie >= story.scenario.parameters.consultation_tie
        if tie is not None and trusted and (convener, name) not in granted:
            granted.add((convener, name))
            takes = f"{words.they(convener)} {words.verb(convener, 'take')}"
            remark = f" (a friend that {takes} for granted: the tie is {level(tie)})"
        names.append(words.who(name) + remark)
    others = listed(names, "or")
    if asked:
        return f" after consulting {words.all(asked)}" + (f" but not {others}" if names else "")
    return f" without consulting {others}" if names else ""


def _answers(story: Story, attempt: Attempt) -> tuple[list[Event], list[Event]]:
    """Yes and no of those whose answer counts: main parties and patrons, the strongest first."""
    must, given = story.scenario.roles.must_sign, story.scenario.patrons
    matter = {*must, *(patron for patron in given if given[patron])}
    week, convener = attempt.convene.week, attempt.convene.actor
    heard = [e for e in attempt.answers if e.actor in matter and e.actor != convener]
    heard.sort(key=lambda e: (e.actor not in must, -story.reach(e.actor, week)))
    return [e for e in heard if e.answer], [e for e in heard if not e.answer]


def _others(story: Story, attempt: Attempt) -> list[str]:
    """Who says yes besides those whose answer counts."""
    told = {attempt.convene.actor, *(e.actor for part in _answers(story, attempt) for e in part)}
    return [e.actor for e in attempt.answers if e.answer and e.actor not in told]


def _with_others(story: Story, attempt: Attempt, yes: list[Event]) -> list[str]:
    """Names of those who say yes and whose answer counts; of several others only how many."""
    words, others = story.words, _others(story, attempt)
    names = [words.who(name) for name in words.inorder(e.actor for e in yes)]
    if len(others) <= 1:
        return [*names, *map(words.who, others)]
    return [*names, f"{number_word(len(others))} {'other' if names else 'actor'}s"]


def _refusals(story: Story, refused: list[Event], ceasefire: CeasefireSpell | None) -> str:
    """Who refuses and why."""
    told = refusals.of_a_ceasefire(story, refused, lambda e: reasons.ratify(story, e, ceasefire))
    return "; ".join(told)


def _signed(story: Story, attempt: Attempt, granted: set[tuple[str, str]]) -> str:
    words = story.words
    yes, no = _answers(story, attempt)
    text = words.says(attempt.convene.actor, "broker") + f" a {fighting.ceasefire(story)}"
    text += _asked(story, attempt, granted)
    names = _with_others(story, attempt, yes)
    if names:
        verb = "sign" if len(names) > 1 or len(_others(story, attempt)) > 1 else ""
        verb = verb or (words.verb([e.actor for e in yes], "sign") if yes else "signs")
        text += f"; {listed(names)} {verb}, and it enters into force"
    else:
        text += ", and it enters into force"
    must = story.scenario.roles.must_sign
    needed = min((e for e in yes if e.actor in must), key=lambda e: e.margin, default=None)
    if needed is not None and reasons.hinges(needed):
        text += f" (it was close for {words.who(needed.actor)}: {size(needed.margin)})"
    where = fighting.scope(story) if attempt.ceasefire is story.ceasefires[0] else ""
    text += f"; {where}" if where else ""
    return sentence(f"{text}; {_refusals(story, no, attempt.ceasefire)}" if no else text)


def _refused(story: Story, attempt: Attempt, granted: set[tuple[str, str]]) -> str:
    words = story.words
    yes, no = _answers(story, attempt)
    must = story.scenario.roles.must_sign
    block = [event for event in no if event.actor in must]
    text = words.says(attempt.convene.actor, "propose") + f" a {fighting.ceasefire(story)}"
    text += f"{_asked(story, attempt, granted)}, without success"
    if block:
        text += f": {_refusals(story, block, None)}"
    names = _with_others(story, attempt, yes)
    if names:
        text += f"; {listed(names)} would have signed"
    return sentence(text)


def orders(story: Story) -> Iterator[Sentence]:
    """Patrons' orders where they turn, with who obeyed and the reason."""
    answers = {
        (a.ceasefire.number, e.actor): e for a in story.attempts if a.ceasefire for e in a.answers
    }
    for ceasefire in story.ceasefires:
        for patron, given in ceasefire.orders.items():
            signed = answers.get((ceasefire.number, patron))
            for n, (event, length) in enumerate(stances(given)):
                if n == 0 and event.answer:
                    continue
                text = _order(story, ceasefire, event, n > 0, signed)
                reach = story.reach(patron, event.week)
                weight = 20.0 * reach * min(length + 3, 12) / 12 + (1.0 if n == 0 else 0.5)
                if text:
                    yield Sentence(event.week, event.phase, weight, text)


def stances(given: list[Event]) -> list[tuple[Event, int]]:
    """The orders of a patron that stand, each with the weeks until the next, without brief ones."""
    found: list[tuple[Event, int]] = []
    for run in (list(same) for _, same in itertools.groupby(given, key=lambda e: e.answer)):
        turned = not found or found[-1][0].answer != run[0].answer
        if turned and (not found or len(run) >= STANDS):
            found.append((run[0], len(run)))
        else:
            found[-1] = (found[-1][0], found[-1][1] + len(run))
    return found


def _order(
    story: Story, ceasefire: CeasefireSpell, event: Event, again: bool, signed: Event | None
) -> str | None:
    """One order: who, to whom, to do what, why, who obeyed; None if no proxy receives it."""
    words, me, week = story.words, event.actor, event.week
    shares = story.control(me, week)
    heard = [proxy for proxy in shares if ceasefire.act(proxy, week) is not None]
    if not heard:
        return None
    bought = any(e.counterpart == me and e.answer and e.week < week for e in ceasefire.revisions)
    left_out = ", not consulted," if me in ceasefire.left_out and not bought else ""
    verb = "order" if max(shares[proxy] for proxy in heard) >= ORDERS else "urge"
    now = " now" if again else ""
    what = f"{'keep' if event.answer else 'break'} the {ceasefire.called(week)}"
    whom = words.all(heard) if len(heard) <= NAMED else f"{words.its(me)} proxies"
    head = f"{words.who(me)}{left_out}{now} {words.verb(me, verb)} {whom} to {what}"
    why = _why(story, ceasefire, event, signed) + reasons.close(event)
    return sentence(f"{head}{why}; {_obedience(story, ceasefire, event, heard)}")


def _why(story: Story, ceasefire: CeasefireSpell, event: Event, signed: Event | None) -> str:
    """The reason of an order, as it goes on after the order; not told twice on one day."""
    reason = reasons.order(story, ceasefire, event)
    if signed is not None and signed.week == event.week and not (signed.answer or event.answer):
        before = reasons.ratify(story, signed, ceasefire)
        if before.kind == reason.kind != "against":
            they = story.words.they(event.actor)
            did = "did not sign" if story.silent(signed) else "refused to sign"
            return f", for the reason for which {they} {did}"
    return f"{', ' if reason.kind == 'against' else '; '}{reason.text}"


def _obedience(story: Story, ceasefire: CeasefireSpell, event: Event, heard: list[str]) -> str:
    """Who did as told, by name."""
    words = story.words
    acts = {proxy: ceasefire.act(proxy, event.week) for proxy in heard}
    obeyed = [p for p, act in acts.items() if act is not None and act.answer == event.answer]
    others = [proxy for proxy in heard if proxy not in obeyed]
    if len(heard) == 1 and others:
        return f"{words.says(others, 'do')} not obey"
    if len(heard) == 2 and len(obeyed) != 1:
        return "both obey" if obeyed else "neither obeys"
    if not obeyed:
        return "none of them obeys"
    if not others:
        return words.says(obeyed, "obey")
    return f"{words.says(obeyed, 'obey')}, {words.says(others, 'do')} not"


def revisions(story: Story) -> Iterator[Sentence]:
    """Patrons that were left out and are bought in after breaches laid at their door."""
    words = story.words
    for attempt in story.attempts:
        ceasefire = attempt.ceasefire
        if ceasefire is None:
            continue
        signed = {event.actor for event in attempt.answers if event.answer}
        for event in ceasefire.revisions:
            if not event.answer:
                continue
            who, me, won = event.counterpart, event.actor, _won(story, ceasefire, event)
            after = f"after breaches in this week that are blamed on {words.who(who)}"
            text = (
                f"{words.who(me)}, {after}, {words.verb(me, 'consult')} {words.it(who)} after all"
            )
            text += f" ({words.they(who)} had signed unasked)" if who in signed else ""
            text += f" and {words.verb(me, 'redraw')} the terms{won}"
            yield Sentence(event.week, event.phase, 6.0 if won else 4.5, sentence(text))


def _won(story: Story, ceasefire: CeasefireSpell, event: Event) -> str:
    """What the revised terms give to who was bought in; nothing where the record does not tell."""
    week, actor = event.week, event.counterpart
    if week == ceasefire.start:
        return ""
    gains: dict[str, tuple[float, float, float]] = {}
    for issue, about in story.scenario.issues.items():
        old = story.at("terms", week - 1, issue=issue)
        new = story.at("terms", week, issue=issue)
        gain = story.worth(actor, issue, week, old, new)
        if gain is None or old is None or new is None:
            return ""
        if about.side_payment:
            gains[issue] = (gain, old, new)
    best = max(gains, key=lambda issue: gains[issue][0], default=None)
    if best is None or gains[best][0] < WON:
        return ", though that hardly changes them"
    _, old, new = gains[best]
    where = story.words.issue(best)
    return f" on {where} (from {level(old)} to {level(new)})"


def ends(story: Story) -> Iterator[Sentence]:
    """How each ceasefire ended, and who broke it."""
    for ceasefire in story.ceasefires:
        what, since = "ceasefire", ceasefire.start
        if ceasefire.settled is not None and ceasefire.last > ceasefire.settled:
            what, since = "settlement", ceasefire.settled + 1
        weeks = ceasefire.last - since + 1
        if ceasefire.collapse is not None or ceasefire.won is not None:
            ended = "collapses" if ceasefire.collapse is not None else "is overtaken by the victory"
            text = f"the {what} {ended} in its {ordinal(weeks)} week"
            text += _breaches(story, ceasefire, since)
            yield Sentence(ceasefire.last, PHASE["collapse"], 12.0, sentence(text))
        else:
            text = f"the record ends with the {what} in its {ordinal(weeks)} week"
            yield _last(story, text + _breaches(story, ceasefire, since))
    if story.victory is not None:
        held = count(story.weeks - 1 - story.victory.week, "week")
        yield _last(story, f"the record ends {held} after the victory")
    elif not story.ceasefires or story.ceasefires[-1].collapse is not None:
        weeks = story.weeks - (story.ceasefires[-1].last + 1 if story.ceasefires else 0)
        after = f", after {count(weeks, 'week')} without a ceasefire" if weeks else ""
        yield _last(story, f"the record ends in war{after}")


def _last(story: Story, text: str) -> Sentence:
    """A sentence about the end of the record."""
    return Sentence(story.weeks - 1, 14, 25.0, sentence(text))


def _breaches(story: Story, ceasefire: CeasefireSpell, since: int) -> str:
    """Who broke a ceasefire first and most often, and which patron wanted it, since a week."""
    words, broken = story.words, ceasefire.broken(since)
    weeks = sum(event.week >= since for event in next(iter(ceasefire.acts.values()), []))
    if not weeks:
        return ""
    if not broken:
        return "; nobody broke it"
    if weeks == 1:
        return f"; {_who(story, list(broken))} broke it"
    earliest = min(found[0] for found in broken.values())
    first = [who for who, found in broken.items() if found[0] == earliest]
    top = max(map(len, broken.values()))
    most = [who for who, found in broken.items() if len(found) == top]
    when = f"in the {ordinal(earliest - since + 1)} week"
    often = _of(top, weeks)
    if len(broken) == 1:
        text = f"; only {_who(story, first)} broke it, first {when}, {often}"
    elif set(first) == set(most):
        text = f"; {_who(story, first)} broke it first, {when}, and most often, {often}"
    else:
        text = f"; {_who(story, first)} broke it first, {when}"
        text += f"; {_who(story, most)} broke it most often, {often}"
    spoil = {
        patron: sum(not e.answer for e in given if e.week >= since)
        for patron, given in ceasefire.orders.items()
    }
    spoil = {p: n for p, n in spoil.items() if 2 * n > weeks and story.control(p, ceasefire.start)}
    if spoil:
        worst = max(spoil, key=lambda p: story.reach(p, ceasefire.start) * spoil[p])
        text += f"; {words.who(worst)} wanted it broken {_of(spoil[worst], weeks)}"
    return text


def _who(story: Story, names: list[str]) -> str:
    """Who broke a ceasefire; of states that have no war of their own, with what."""
    return listed([fighting.by_itself(story, name) for name in story.words.inorder(names)])


def _of(some: int, weeks: int) -> str:
    """In how many of how many weeks."""
    if some == 1:
        return f"once in {count(weeks, 'week')}"
    return "every week" if some == weeks else f"in {some} of {weeks} weeks"
