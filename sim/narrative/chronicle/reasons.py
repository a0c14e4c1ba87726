"""The main reason of a decision: the term with the largest effect, in words and in utility."""

from __future__ import annotations

from dataclasses import dataclass

from sim.narrative.chronicle.timeline import CeasefireSpell, Story
from sim.results.dataset import Event
from sim.scenario.english import size

CLOSE = 0.0045
# A difference that two digits would show as nothing is no reason.
NOTHING = 0.0005


@dataclass(frozen=True)
class Reason:
    """The main reason of a decision, as a clause.

    Its kind is the term: "table", "ceasefire", "terms", "loyalty", "military", "patrons", "seat",
    "contagion", or "against" if the answer went against the sum of them.
    """

    kind: str
    text: str


def because(reason: Reason) -> str:
    """A reason as the end of a clause: "as ...", "by chance, though ..."."""
    return f", {reason.text}" if reason.kind == "against" else f", as {reason.text}"


def close(event: Event) -> str:
    """A remark in brackets if a small change would have turned a decision, else nothing."""
    return f" (it was close: {size(event.margin)})" if hinges(event) else ""


def hinges(event: Event) -> bool:
    """Whether a small change would have turned a decision."""
    return abs(event.margin) < CLOSE


def against(worth: str) -> Reason:
    """The reason of an answer against the sum of all terms: chance, and what it overcame."""
    return Reason("against", f"by chance, though {worth}")


def pulled(event: Event) -> bool:
    """Whether an answer would have been the other one without the pull of patrons."""
    pull = event.terms["patrons"]
    return abs(pull) > NOTHING and event.answer != (event.gain - pull > event.shock)


def order(story: Story, ceasefire: CeasefireSpell, event: Event) -> Reason:
    """Why a patron orders its proxies to keep a ceasefire, or to break it."""
    me, words = event.actor, story.words
    it, sign = words.who(me), 1.0 if event.answer else -1.0
    what = ceasefire.called(event.week)
    if sign * event.gain <= 0:
        better, other = ("breaking", "keeping") if event.answer else ("keeping", "breaking")
        worth = f"{better} it is worth {size(event.gain)} more to {it} than {other} it"
        return against(worth)
    terms = event.terms
    table = 0.0 if ceasefire.calm(event.week) else terms["on_issue"]
    parts = {
        "ceasefire": terms["ceasefire"],
        "terms": terms["terms"],
        "loyalty": terms["loyalty"],
        "military": -terms["military"],
        "table": table,
    }
    kind = max(parts, key=lambda name: sign * parts[name])
    # a ceasefire that is unattractive for what it may end in is better explained by that
    if kind == "ceasefire" and not event.answer and table < 0.5 * terms["ceasefire"]:
        kind = "table"
    number = parts[kind]
    if sign * number < NOTHING:
        return Reason("sum", _all_in_all(event, it, f"the {what}", "war"))
    if kind == "table":
        where = words.issue(event.issue)
        source = "what lies on the table"
        if story.at("tabled", event.week, issue=event.issue) == 0.0:
            source = f"what {words.they(me)} {words.verb(me, 'expect')} of talks"
        return Reason(kind, f"{source} would cost {it} {size(number)} on {where}")
    if kind == "terms":
        return Reason(kind, worth_of_terms(story, me, ceasefire, event.week, number, it))
    if kind == "military":
        return Reason(kind, f"fighting on promises {it} a military gain of {size(number)}")
    if kind == "loyalty":
        return Reason(kind, _loyalty(story, me, ceasefire.convener, number, event.week))
    return Reason(kind, f"the {what} is worth {than(number, it, 'war')}")


def ratify(story: Story, event: Event, ceasefire: CeasefireSpell | None) -> Reason:
    """Why somebody signs a ceasefire or refuses to; `ceasefire` if it entered into force."""
    me, words, terms = event.actor, story.words, event.terms
    it, sign = words.it(me), 1.0 if event.answer else -1.0
    if sign * event.gain <= 0 and pulled(event):
        return Reason("patrons", patrons(story, event, terms["patrons"]))
    if sign * event.gain <= 0:
        more = "war" if event.answer else "the deal"
        less = "the deal" if event.answer else "war"
        return against(f"{more} is worth {size(event.gain)} more to {it} than {less}")
    freedom = share_of_own(event.gain - terms["patrons"], terms["own"])
    parts = {name: freedom * terms[name] for name in ("ceasefire", "terms", "loyalty")}
    parts["patrons"] = terms["patrons"]
    kind = max(parts, key=lambda name: sign * parts[name])
    if sign * parts[kind] <= 0:
        return Reason("sum", _all_in_all(event, it, "the deal", "war"))
    if kind == "patrons":
        return Reason(kind, patrons(story, event, parts[kind]))
    # the whole of a term is what the actor itself feels, not its share in the answer
    number = terms[kind]
    if kind == "terms":
        text = worth_of_terms(story, me, ceasefire, event.week, number, it)
    elif kind == "loyalty":
        text = _loyalty(story, me, event.counterpart, number, event.week)
    else:
        text = f"a ceasefire is worth {than(number, it, 'war')}"
    return Reason(kind, text)


def attend(story: Story, event: Event, named: bool = False) -> Reason:
    """Why a party comes to the talks, or stays away; `named` if "it" would not be understood."""
    me, terms = event.actor, event.terms
    sign = 1.0 if event.answer else -1.0
    it = story.words.who(me) if named else story.words.it(me)
    if sign * event.gain <= 0 and pulled(event):
        return Reason("patrons", patrons(story, event, terms["patrons"]))
    if sign * event.gain <= 0:
        what = "staying away" if event.answer else "coming"
        return against(f"{what} is worth {size(event.gain)} more to {it}")
    own = terms["ceasefire"] - terms["seat"]
    freedom = share_of_own(event.gain - terms["patrons"] + terms["contagion"], own)
    parts = {
        "ceasefire": freedom * terms["ceasefire"],
        "seat": -freedom * terms["seat"],
        "patrons": terms["patrons"],
        "contagion": -terms["contagion"],
    }
    kind = max(parts, key=lambda name: sign * parts[name])
    if sign * parts[kind] <= 0:
        return Reason("sum", _all_in_all(event, it, "coming", "staying away"))
    if kind == "patrons":
        return Reason(kind, patrons(story, event, parts[kind]))
    if kind == "contagion":
        harm = size(terms["contagion"])
        return Reason(kind, f"last week's violations set {it} against it by {harm}")
    if kind == "seat":
        cost = f"would cost {it} {size(terms['seat'])}"
        return Reason(kind, f"sitting down with opponents who break the ceasefire {cost}")
    return Reason(kind, f"a ceasefire is worth {than(terms['ceasefire'], it, 'war')}")


def vote(story: Story, event: Event, convener: str) -> Reason:
    """Why a party votes for the text, or against it."""
    me, words, terms = event.actor, story.words, event.terms
    it, sign = words.it(me), 1.0 if event.answer else -1.0
    if sign * event.gain <= 0 and pulled(event):
        return Reason("patrons", patrons(story, event, terms["patrons"]))
    if sign * event.gain <= 0:
        text, now = "the text", "going on as now"
        what, other = (now, text) if event.answer else (text, now)
        return against(f"{what} is worth {size(event.gain)} more to {it} than {other}")
    freedom = share_of_own(event.gain - terms["patrons"] - terms["loyalty"], terms["own"])
    parts = {"own": freedom * terms["own"]}
    parts |= {name: terms[name] for name in ("patrons", "loyalty")}
    kind = max(parts, key=lambda name: sign * parts[name])
    if sign * parts[kind] <= 0:
        return Reason("sum", _all_in_all(event, it, "the text", "going on"))
    if kind == "patrons":
        return Reason(kind, patrons(story, event, parts[kind]))
    if kind == "loyalty":
        return Reason(kind, _loyalty(story, me, convener, terms["loyalty"]))
    worth = than(terms["own"], it, "going on as now")
    text = f"the settlement on the table is worth {worth}"
    issue = None if event.answer else sore_issue(story, me, event.week)
    return Reason(kind, f"{text}, above all for {words.issue(issue)}" if issue else text)


def tabling(story: Story, event: Event) -> str:
    """Why a convener puts an issue on the table, or keeps it off, as the end of a clause."""
    if abs(event.gain) < NOTHING:
        return ""
    link = "as" if event.answer == (event.gain > 0) else "by chance, though"
    than = "more" if event.gain > 0 else "less"
    who = story.words.who(event.actor)
    return f", {link} the talks are worth {size(event.gain)} {than} to {who} with it{close(event)}"


def patrons(story: Story, event: Event, number: float) -> str:
    """The pull of an actor's patrons, by the names of those who were of the same mind."""
    words, proxy, week = story.words, event.actor, event.week
    holders = [p for p in story.scenario.patrons if proxy in story.control(p, week)]
    if len(holders) > 1:
        said = {e.actor: e for e in story.events if (e.week, e.decision) == (week, event.decision)}
        told = [(patron, said[patron]) for patron in holders if patron in said]
        agree = ((patron, e) for patron, e in told if e.answer == event.answer)
        holders = [patron for patron, e in agree if e.terms.get("own", 0.0) * number > 0]
    who = words.says(holders, "pull") if holders else f"{words.its(proxy)} patrons pull"
    return f"{who} {words.it(proxy)} that way by {size(number)}"


def terms_issue(
    story: Story, actor: str, ceasefire: CeasefireSpell, week: int, sign: float
) -> str | None:
    """The issue on which a ceasefire's terms promise an actor most, or cost it most.

    None where the record does not tell: parts were not kept, or the terms of the week are those
    after a revision. An issue that the talks are expected to move too counts in full here, in the
    decision by the part that is not the table's (a quarter less, in the Syrian case).
    """
    revised = any(e.week == week and e.answer for e in ceasefire.revisions)
    known = week - 1 if revised else week
    if known < ceasefire.start:
        return None
    found: dict[str, float] = {}
    for issue in story.scenario.issues:
        if not owed(story, issue, ceasefire, week):
            continue
        then = story.at("terms", known, issue=issue)
        change = story.worth(actor, issue, week, story.position(issue, week), then)
        if change is None:
            return None
        found[issue] = sign * change
    best = max(found, key=found.__getitem__, default=None)
    return best if best is not None and found[best] > NOTHING else None


def owed(story: Story, issue: str, ceasefire: CeasefireSpell | None, week: int) -> bool:
    """Whether a ceasefire's terms on an issue are worth anything; see `what_is_owed` of the rules.

    Where all terms count, they do on every issue.
    """
    if story.scenario.mechanisms.terms == "all":
        return True
    about = story.scenario.issues[issue]
    settled = ceasefire is not None and ceasefire.calm(week)
    replaced = settled and about.agenda is not None and story.at("tabled", week, issue=issue)
    return (about.side_payment or about.prestige) and not replaced


def sore_issue(story: Story, actor: str, week: int) -> str | None:
    """The issue on which the text at the talks costs an actor most; None if none does."""
    found: dict[str, float] = {}
    for issue in story.scenario.issues:
        if not story.at("tabled", week, issue=issue):
            continue
        now, then = story.position(issue, week), story.at("text", week, issue=issue)
        change = story.worth(actor, issue, week, now, then)
        if change is not None:
            found[issue] = change
    worst = min(found, key=found.__getitem__, default=None)
    return worst if worst is not None and found[worst] < -NOTHING else None


def share_of_own(rest: float, own: float) -> float:
    """How much of its own gain counts in a proxy's answer."""
    return rest / own if abs(own) > 1e-12 else 1.0


def worth_of_terms(
    story: Story, actor: str, ceasefire: CeasefireSpell | None, week: int, number: float, it: str
) -> str:
    """What a ceasefire's terms are worth, with the issue that counts most where it is known."""
    sign = 1.0 if number > 0 else -1.0
    verb = "promise" if number > 0 else "would cost"
    issue = terms_issue(story, actor, ceasefire, week, sign) if ceasefire else None
    if issue is None:
        return f"the terms {verb} {it} {size(number)}"
    where, about = story.words.issue(issue), story.scenario.issues[issue]
    if about.side_payment or about.prestige:
        return f"the terms {verb} {it} {size(number)} on {where}"
    # what cannot be promised stands in the terms as it stood when they were drawn
    they = "they" if story.words.issue_is_plural(issue) else "it"
    worth = f"a gain of {size(number)}" if number > 0 else f"a cost of {size(number)}"
    return f"the terms hold {where} to where {they} stood, {worth} to {it}"


def _loyalty(
    story: Story, actor: str, convener: str, number: float, week: int | None = None
) -> str:
    """What it costs to cross the convener: for its friendship, or for want of its forces."""
    words = story.words
    needed = None
    if week is not None and story.scenario.mechanisms.dependence:
        needed = story.at("dependence", week, actor=actor, other=convener)
    if needed is not None and 2 * story.scenario.parameters.dependence_weight * needed > number > 0:
        would = f"what {words.they(actor)} would lose in the field without {words.who(convener)}"
        return f"{would} counts for {size(number)}"
    if number < 0:
        return f"{words.its(actor)} distrust of {words.who(convener)} counts for {size(number)}"
    return f"loyalty to {words.who(convener)} counts for {size(number)}"


def than(number: float, it: str, other: str) -> str:
    """A worth beside that of something else: "0.03 less to it than war"."""
    return f"{size(number)} {'more' if number > 0 else 'less'} to {it} than {other}"


def _all_in_all(event: Event, it: str, what: str, other: str) -> str:
    """The sum of the reasons, where no single one explains the answer."""
    return f"all in all {what} is worth {than(event.gain, it, other)}"
