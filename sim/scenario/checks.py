"""Checks between the parts of a scenario, beyond the type of each field.

Each function yields the faults of one part. A `Finding` names every path that it rests on, so that
`sim.scenario.files` can leave out what merely follows from a value that is wrong in itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from sim.errors import nearest
from sim.scenario.base_types import TOLERANCE
from sim.scenario.parameters import MONITORED, Parameters, idle_numbers
from sim.scenario.schema import (
    OUTCOMES,
    WON_BY,
    Scenario,
    ScheduledEvent,
    ShortTerm,
    week_of,
    weeks_after,
)
from sim.scenario.toml_source import Path

# `sim.rules.ceasefires.believed_hazard` leaves this much to a settlement and a collapse together.
MOST_SETTLED = 0.9


class Finding(NamedTuple):
    """One fault between parts of a scenario."""

    path: Path
    problem: str
    hint: str = ""
    uses: tuple[Path, ...] = ()


def findings(case: Scenario, given: Collection[str] = ()) -> Iterator[Finding]:
    """Find all that is wrong between the parts of a scenario whose fields are right in themselves.

    `given` names the parameters that were set and not left at their defaults.
    """
    yield from _calendar(case)
    yield from _labels(case)
    yield from _camps(case)
    yield from _issues(case)
    yield from _actors(case)
    yield from _theatres(case)
    yield from _patrons(case)
    yield from _roles(case)
    yield from _talks(case)
    yield from _bilateral(case)
    yield from _coalition(case)
    yield from _course(case)
    yield from _outcomes(case)
    yield from _events(case)
    yield from _same_week(case)
    yield from _control_over_time(case)
    yield from _parameters(case)
    yield from _mechanisms(case, given)


def _known(path: Path, name: str, what: str, known: Collection[str]) -> Iterator[Finding]:
    if name not in known:
        hint = nearest(name, sorted(known))
        yield Finding(path, f"no {what} is called {name!r}", hint, ((f"{what}s",),))


def _names(
    path: Path, names: Iterable[str], known: Collection[str], what: str = "actor"
) -> Iterator[Finding]:
    seen: set[str] = set()
    for position, name in enumerate(names):
        yield from _known((*path, position), name, what, known)
        if name in seen:
            yield Finding((*path, position), f"{name!r} is named twice")
        seen.add(name)


def _calendar(case: Scenario) -> Iterator[Finding]:
    if case.weeks * 7 > (dt.date.max - case.start).days:
        yield Finding(("weeks",), "the run would end after the year 9999", uses=(("start",),))


def _labels(case: Scenario) -> Iterator[Finding]:
    """Two parts of one kind with the same label: no reader could tell them apart."""
    for group in ("camps", "issues", "actors", "theatres"):
        seen: dict[str, str] = {}
        for name, part in getattr(case, group).items():
            label = " ".join(part.label.casefold().split())
            first = seen.setdefault(label, name)
            if first != name:
                path: Path = (group, name, "label")
                problem = f"{part.label!r} is the label of {first!r} too"
                uses: tuple[Path, ...] = ((group, first, "label"),)
                yield Finding(path, problem, "readers could not tell them apart", uses)


def _camps(case: Scenario) -> Iterator[Finding]:
    if len(case.camps) > 2:
        names = ", ".join(case.camps)
        problem = (
            f"more than two camps are not supported yet: {names} (the value of war is worked "
            "out for two sides and neutrals)"
        )
        yield Finding(
            ("camps", list(case.camps)[2]), problem, "leave out the camp of actors that stand aside"
        )
    elif len({camp.pole for camp in case.camps.values()}) < len(case.camps):
        first, second = case.camps
        problem = f"has the same pole as {first!r}: one camp fights for 0 and the other for 1"
        yield Finding(("camps", second, "pole"), problem, uses=(("camps", first, "pole"),))


def _issues(case: Scenario) -> Iterator[Finding]:
    if not case.issues:
        yield Finding(("issues",), "at least one issue is needed")
    for field, what, flagged in (
        ("moved_by", "moved by territory", [k for k, v in case.issues.items() if v.moved_by]),
        ("prestige", "about prestige", [k for k, v in case.issues.items() if v.prestige]),
    ):
        for name in flagged[1:]:
            problem = f"only one issue can be {what}, and {flagged[0]!r} is already"
            yield Finding(("issues", name, field), problem)
    for name, issue in case.issues.items():
        path: Path = ("issues", name)
        yield from _names((*path, "advances_while"), issue.advances_while, case.actors)
        yield from _names((*path, "gains_from"), issue.gains_from, case.actors)
        if issue.moved_by == "territory":
            for field in ("gains_from", "advances_while"):
                if getattr(issue, field):
                    problem = "is not for the territory issue, which each camp moves by its forces"
                    yield Finding((*path, field), problem, "take it out")
            if issue.prestige:
                problem = "the territory issue cannot be the prestige issue too"
                yield Finding((*path, "prestige"), problem)
        if issue.core and issue.agenda is None:
            problem = "a core issue must be on the agenda of the talks"
            hint = "add agenda = { at = ... } or take core out"
            yield Finding((*path, "core"), problem, hint, ((*path, "agenda"),))
        if issue.agenda is not None:
            at = issue.agenda.at
            if (at is None) == (issue.agenda.after_failed is None):
                problem = "exactly one of at and after_failed must be given"
                yield Finding((*path, "agenda"), problem)
            elif isinstance(at, dt.date) and at < case.start:
                problem = f"{at} is before the start, {case.start}"
                yield Finding((*path, "agenda", "at"), problem, "write 'start'", (("start",),))
            elif at == "demand" and not case.talks.demanders:
                problem = "is tabled on demand, but talks.demanders names nobody"
                yield Finding((*path, "agenda", "at"), problem, uses=(("talks", "demanders"),))
            elif at == "when it pays" and not case.talks.demanders:
                problem = "can never pay: talks.demanders names nobody, so it opens where it stands"
                yield Finding((*path, "agenda", "at"), problem, uses=(("talks", "demanders"),))


def _actors(case: Scenario) -> Iterator[Finding]:
    if not case.actors:
        yield Finding(("actors",), "at least one actor is needed")
    elif not any(actor.capability for actor in case.actors.values()):
        uses = tuple(("actors", name, "capability") for name in case.actors)
        yield Finding(("actors",), "at least one actor needs a capability above 0", uses=uses)
    for name, actor in case.actors.items():
        path: Path = ("actors", name)
        if actor.camp is not None:
            yield from _known((*path, "camp"), actor.camp, "camp", case.camps)
        for horizon, goals in (("short", actor.short), ("long", actor.long)):
            for issue, goal in goals.items():
                yield from _known((*path, horizon, issue), issue, "issue", case.issues)
                if isinstance(goal, ShortTerm):
                    yield from _satisfaction((*path, horizon, issue), goal)


def _satisfaction(path: Path, goal: ShortTerm) -> Iterator[Finding]:
    high, low = goal.satisfied_at, goal.threatened_at
    uses = tuple((*path, field) for field in ("ideal", "satisfied_at", "threatened_at"))
    if high == "never":
        return
    if low is None:
        problem = "threatened_at is missing: the position at which it presses again"
        yield Finding(path, problem, "or write satisfied_at = 'never'", uses)
    elif high == low:
        problem = f"must differ from satisfied_at, both are {low:g}"
        yield Finding((*path, "threatened_at"), problem, "the gap keeps it from flickering", uses)
    elif not (goal.ideal >= high > low or goal.ideal <= high < low):
        problem = (
            f"ideal {goal.ideal:g}, satisfied_at {high:g} and threatened_at {low:g} must stand "
            "in this order, up or down the scale"
        )
        yield Finding((*path, "satisfied_at"), problem, uses=uses)


def _theatres(case: Scenario) -> Iterator[Finding]:
    for name, actor in case.actors.items():
        path: Path = ("actors", name, "theatres")
        for theatre in actor.theatres:
            yield from _known((*path, theatre), theatre, "theatre", case.theatres)
        total, tasks = sum(actor.theatres.values()), actor.tasks
        if actor.theatres and abs(total - 1.0) > TOLERANCE:
            problem = f"the shares by theatre add up to {total:g}, not to 1"
            shares = tuple((*path, theatre) for theatre in actor.theatres)
            hint = "in a variant, set the theatres that it leaves to 0"
            yield Finding(path, problem, hint, shares)
        if actor.theatres and not (actor.armed or tasks.air + tasks.ground > 0.0):
            problem = "is said of an actor that never fights: it is not armed, and has no share of "
            problem += "its capability in the air or on the ground"
            uses: tuple[Path, ...] = (("actors", name, "armed"), ("actors", name, "tasks"))
            yield Finding(path, problem, "take it out", uses)
    covers = case.ceasefire.covers or ()
    yield from _names(("ceasefire", "covers"), covers, case.theatres, "theatre")
    if case.ceasefire.covers == ():
        problem = "a ceasefire must cover at least one theatre"
        yield Finding(("ceasefire", "covers"), problem, "take it out if it covers all of them")


def _patrons(case: Scenario) -> Iterator[Finding]:
    for patron, shares in case.patrons.items():
        yield from _known(("patrons", patron), patron, "actor", case.actors)
        for proxy in shares:
            yield from _known(("patrons", patron, proxy), proxy, "actor", case.actors)
            if proxy == patron:
                problem = "an actor cannot be its own patron"
                yield Finding(("patrons", patron, proxy), problem)
    yield from _sums(("patrons",), _shares(case), "")


def _shares(case: Scenario) -> dict[tuple[str, str], float]:
    return {
        (patron, proxy): share
        for patron, shares in case.patrons.items()
        for proxy, share in shares.items()
    }


def _sums(path: Path, shares: Mapping[tuple[str, str], float], when: str) -> Iterator[Finding]:
    totals: dict[str, float] = {}
    for (_, proxy), share in shares.items():
        totals[proxy] = totals.get(proxy, 0.0) + share
    for proxy, total in totals.items():
        if total > 1 + TOLERANCE:
            patrons = [patron for patron, other in shares if other == proxy]
            problem = (
                f"the control shares over {proxy!r} add up to {total:g}{when} "
                f"({', '.join(patrons)}); at most 1 can be shared out"
            )
            uses = tuple(("patrons", patron, proxy) for patron in patrons)
            last: Path = ("patrons", patrons[-1], proxy) if path == ("patrons",) else path
            yield Finding(last, problem, uses=uses)


def _roles(case: Scenario) -> Iterator[Finding]:
    for name in case.roles.conveners:
        yield from _known(("roles", "conveners", name), name, "actor", case.actors)
    yield from _names(("roles", "belligerents"), case.roles.belligerents, case.actors)
    yield from _names(("roles", "must_sign"), case.roles.must_sign, case.actors)
    for name in case.roles.consultation:
        yield from _patron(case, ("roles", "consultation", name), name)


def _patron(case: Scenario, path: Path, name: str) -> Iterator[Finding]:
    if name not in case.actors:
        yield from _known(path, name, "actor", case.actors)
    elif not case.patrons.get(name):
        problem = f"only patrons are consulted or left out, and {name!r} controls nobody"
        hint = nearest(name, sorted(patron for patron, shares in case.patrons.items() if shares))
        yield Finding(path, problem, hint, (("patrons", name),))


def _talks(case: Scenario) -> Iterator[Finding]:
    talks = case.talks
    for field in ("permanent", "veto", "guarantors", "demanders"):
        yield from _names(("talks", field), getattr(talks, field), case.actors)
    for name, patron in talks.brought.items():
        path: Path = ("talks", "brought", name)
        yield from _known(path, name, "actor", case.actors)
        if patron:
            yield from _known(path, patron, "actor", case.actors)
        if patron == name:
            yield Finding(path, "an actor cannot be brought by itself", "write '' for nobody")
        if name in talks.permanent:
            problem = "is a permanent party too: a party either always attends or decides to"
            yield Finding(path, problem, uses=(("talks", "permanent"),))


def _coalition(case: Scenario) -> Iterator[Finding]:
    """Members, their enemy, what is held, and pledges."""
    coalition, known = case.coalition, case.actors
    held = {name: issue for name, issue in case.issues.items() if issue.held_by is not None}
    if coalition is not None:
        yield from _names(("coalition", "members"), coalition.members, known)
        yield from _known(("coalition", "enemy"), coalition.enemy, "actor", known)
        if coalition.enemy in coalition.members:
            problem = f"{coalition.enemy!r} is a member and the enemy"
            yield Finding(("coalition", "enemy"), problem, uses=(("coalition", "members"),))
        camps = {known[name].camp for name in coalition.members if name in known}
        if len(camps - {None}) > 1:
            problem = f"members stand in both camps: {', '.join(sorted(c for c in camps if c))}"
            hint = "the enemy's camp is no member's"
            yield Finding(("coalition", "members"), problem, hint, (("actors",),))
        enemy = known.get(coalition.enemy)
        if enemy is not None and enemy.camp is not None and enemy.camp in camps:
            problem = f"the enemy stands in the camp of its members, {enemy.camp!r}"
            uses: tuple[Path, ...] = (("coalition", "members"), ("actors", coalition.enemy, "camp"))
            yield Finding(("coalition", "enemy"), problem, "give it the other camp", uses)
        week = week_of(case, coalition.decisions_from)
        if not 0 <= week < case.weeks:
            problem = f"week {week} is outside the run, which has weeks 0 to {case.weeks - 1}"
            uses = (("weeks",), ("start",))
            yield Finding(("coalition", "decisions_from"), problem, uses=uses)
    for name, issue in held.items():
        path: Path = ("issues", name, "held_by")
        yield from _known(path, issue.held_by or "", "actor", known)
        if coalition is None:
            problem = "what is held can be demanded by members of a coalition: there is none"
            yield Finding(path, problem, "add [coalition] with members and enemy")
        if issue.moved_by is not None or issue.renewed is not None or issue.bilateral:
            problem = "what is held moves by demand, by force and by a settlement alone"
            yield Finding(path, problem, "leave out moved_by, renewed and bilateral")
    for name, issue in case.issues.items():
        if issue.by_force and issue.held_by is None:
            path = ("issues", name, "by_force")
            yield Finding(path, "nobody holds it, so nobody can lose it", "give held_by")
        for actor in issue.falls_to:
            yield from _known(("issues", name, "falls_to", actor), actor, "actor", known)
            if coalition is not None and actor == coalition.enemy:
                problem = "what the beaten enemy holds cannot fall to it"
                yield Finding(("issues", name, "falls_to", actor), problem, "leave it out")
        if issue.falls_to and (coalition is None or issue.held_by != coalition.enemy):
            path = ("issues", name, "falls_to")
            yield Finding(path, "only what the enemy holds falls to others when it is beaten")
    for n, pledge in enumerate(case.guarantees):
        if pledge in case.guarantees[:n]:
            yield Finding(("guarantees", n), "the same pledge stands above already", "say it once")
        for field in ("by", "to", "against"):
            yield from _known(("guarantees", n, field), getattr(pledge, field), "actor", known)
        if len({pledge.by, pledge.to, pledge.against}) < 3:
            problem = "an actor cannot be pledged to itself or against itself"
            yield Finding(("guarantees", n), problem, "by, to and against are three actors")


def _course(case: Scenario) -> Iterator[Finding]:
    """The given course of a front: forward in time, within the run, on a territory issue."""
    if case.course is None:
        return
    if all(issue.moved_by != "territory" for issue in case.issues.values()):
        yield Finding(("course",), "no issue is moved by territory", "give one moved_by")
    if not case.course.positions:
        yield Finding(("course", "positions"), "must hold one position at least")
    before = None
    for n, point in enumerate(case.course.positions):
        at = weeks_after(case, point.date)
        if before is not None and at <= before:
            earlier = case.course.positions[n - 1].date
            problem = f"{point.date} is not after {earlier}, the day of the position before it"
            yield Finding(("course", "positions", n, "date"), problem, uses=(("start",),))
        if at >= case.weeks:
            problem = f"week {int(at)} is after the last week of the run, {case.weeks - 1}"
            uses: tuple[Path, ...] = (("weeks",), ("start",))
            yield Finding(("course", "positions", n, "date"), problem, uses=uses)
        before = at
    if case.course.secured is not None:
        week = week_of(case, case.course.secured)
        if not 0 <= week < case.weeks:
            problem = f"week {week} is outside the run, which has weeks 0 to {case.weeks - 1}"
            yield Finding(("course", "secured"), problem, uses=(("weeks",), ("start",)))
        elif before is not None and weeks_after(case, case.course.secured) < before:
            problem = f"{case.course.secured} is before the last position of the front"
            yield Finding(("course", "secured"), problem, uses=(("start",),))


def _bilateral(case: Scenario) -> Iterator[Finding]:
    seen: set[frozenset[str]] = set()
    for position, pair in enumerate(case.bilateral):
        path: Path = ("bilateral", position)
        for side, name in enumerate(pair):
            yield from _known((*path, side), name, "actor", case.actors)
        if pair[0] == pair[1]:
            yield Finding(path, f"a pair needs two different actors, not {pair[0]!r} twice")
        elif frozenset(pair) in seen:
            yield Finding(path, f"the pair of {pair[0]!r} and {pair[1]!r} is named twice")
        seen.add(frozenset(pair))


def _outcomes(case: Scenario) -> Iterator[Finding]:
    for name, outcome in case.outcomes.items():
        yield from _known(("outcomes", name, "issue"), outcome.issue, "issue", case.issues)
        if name in OUTCOMES or name.startswith(WON_BY):
            problem = "is the name of a class of outcome that wars have anyway"
            yield Finding(("outcomes", name), problem, "give it another name")


FORMS: tuple[tuple[frozenset[str], frozenset[str]], ...] = (
    (frozenset({"actor", "issue"}), frozenset({"ideal", "weight_times"})),
    (frozenset({"actor"}), frozenset({"capability", "cost_of_war"})),
    (frozenset({"patron", "proxy"}), frozenset({"control"})),
    (frozenset({"issue"}), frozenset({"tabled"})),
    (frozenset({"actor"}), frozenset({"consultation"})),
    (frozenset({"issue"}), frozenset({"position", "pinned"})),
)
"""What an event names and what it changes; of the second set at least one is given."""

_FORMS = (
    "an event says actor, issue and ideal or weight_times; or actor and capability or "
    "cost_of_war; or patron, proxy and control; or issue and tabled; or actor and consultation; "
    "or issue and position, with or without pinned"
)


def _is_form(event: ScheduledEvent) -> bool:
    subjects = frozenset().union(*(names for names, _ in FORMS))
    changes = frozenset().union(*(numbers for _, numbers in FORMS))
    given = {field for field in subjects | changes if getattr(event, field) is not None}
    return any(
        given & subjects == names and given - subjects <= numbers and given - subjects
        for names, numbers in FORMS
    )


def _events(case: Scenario) -> Iterator[Finding]:
    for position, event in enumerate(case.events):
        path: Path = ("events", position)
        if (event.date is None) == (event.week is None):
            yield Finding(path, "exactly one of date and week must be given")
        if event.date is not None and event.date < case.start:
            problem = f"{event.date} is before the start, {case.start}"
            yield Finding((*path, "date"), problem, uses=(("start",),))
        named = [
            (field, what, name)
            for field, what in (
                ("actor", "actor"), ("patron", "actor"), ("proxy", "actor"), ("issue", "issue"),
            )
            if (name := getattr(event, field)) is not None
        ]  # fmt: skip
        unknown = [
            finding
            for field, what, name in named
            for finding in _known(
                (*path, field), name, what, case.actors if what == "actor" else case.issues
            )
        ]
        yield from unknown
        if not _is_form(event):
            yield Finding(path, "does not say one thing that can happen", _FORMS)
        elif not unknown:
            yield from _event(case, path, event)


def _event(case: Scenario, path: Path, event: ScheduledEvent) -> Iterator[Finding]:
    if event.tabled and case.issues[str(event.issue)].agenda is None:
        problem = f"{event.issue!r} is not on the agenda of the talks"
        hint = "give it agenda = { at = 'never' } if only this event tables it"
        yield Finding((*path, "tabled"), problem, hint, (("issues", str(event.issue), "agenda"),))
    elif event.pinned and event.position is None:
        problem = "says nothing without position, where the issue is held"
        yield Finding((*path, "pinned"), problem, "add position = ...")
    elif event.consultation is not None:
        yield from _patron(case, (*path, "actor"), str(event.actor))
    elif event.control is not None:
        patron, proxy = str(event.patron), str(event.proxy)
        if proxy not in case.patrons.get(patron, {}):
            problem = f"there is no link from {patron!r} to {proxy!r}"
            hint = f"declare it in patrons.{patron}, with 0 if it only begins here"
            yield Finding((*path, "control"), problem, hint, (("patrons", patron, proxy),))
    elif event.ideal is not None or event.weight_times is not None:
        actor = case.actors[str(event.actor)]
        if event.issue not in actor.short and event.issue not in actor.long:
            problem = f"{event.actor!r} has no objective on {event.issue!r} that could change"
            hint = nearest(str(event.issue), sorted({*actor.short, *actor.long}))
            yield Finding((*path, "issue"), problem, hint, (("actors", str(event.actor)),))


def _same_week(case: Scenario) -> Iterator[Finding]:
    """Two events of one week that set the same number: the order of the file would decide."""
    seen: dict[tuple[object, ...], int] = {}
    for n, event in enumerate(case.events):
        when = event.date if event.date is not None else event.week
        if when is None:
            continue
        who = (event.actor, event.issue, event.patron, event.proxy)
        for field in (
            "ideal",
            "weight_times",
            "capability",
            "cost_of_war",
            "control",
            "consultation",
            "position",
        ):
            if getattr(event, field) is None:
                continue
            first = seen.setdefault((week_of(case, when), field, *who), n)
            if first != n:
                problem = f"changes the same number in the same week as events.{first}"
                yield Finding(("events", n, field), problem, "say it once")


def _control_over_time(case: Scenario) -> Iterator[Finding]:
    shares = _shares(case)
    if any(_sums(("patrons",), shares, "")):
        return
    due: dict[int, list[tuple[int, ScheduledEvent]]] = {}
    for position, event in enumerate(case.events):
        when = event.date if event.date is not None else event.week
        if event.control is not None and when is not None:
            due.setdefault(week_of(case, when), []).append((position, event))
    for number in sorted(due):
        position = due[number][-1][0]
        for _, event in due[number]:
            link = (str(event.patron), str(event.proxy))
            if link in shares and event.control is not None:
                shares[link] = event.control
        # events of one week happen together: a patron can take what another gives up
        yield from _sums(("events", position, "control"), shares, f" from week {number} on")


def _parameters(case: Scenario) -> Iterator[Finding]:
    numbers = case.parameters

    def at_most(terms: Mapping[str, int], why: str, strict: bool = False) -> Iterator[Finding]:
        total = sum(getattr(numbers, name) * times for name, times in terms.items())
        if total > 1 + TOLERANCE or (strict and total >= 1):
            said = " + ".join(
                f"{times} {name}" if times > 1 else name for name, times in terms.items()
            )
            problem = f"{said} must be {'below' if strict else 'at most'} 1, is {total:g}: {why}"
            uses = tuple(("parameters", name) for name in terms)
            yield Finding(("parameters", next(iter(terms))), problem, uses=uses)

    ties = "else ties leave the range from -1 to 1"
    yield from at_most(
        {"pull_of_alignment": 1, "pull_of_experience": 1, "pull_of_third_parties": 2}, ties
    )
    learning = "else experience leaves the range from -1 to 1"
    yield from at_most({"learning_from_good": 1, "forgetting": 1}, learning)
    yield from at_most({"learning_from_bad": 1, "forgetting": 1}, learning)
    if case.mechanisms.hazard == "violations":
        chances = "they are chances of one week while mechanisms.hazard is 'violations'"
        yield from at_most(
            {"believed_settlement_hazard": 1, "base_hazard": 1, "added_hazard": 1},
            chances,
            strict=True,
        )
    elif numbers.believed_settlement_hazard > MOST_SETTLED:
        problem = f"must be at most {MOST_SETTLED:g}, is {numbers.believed_settlement_hazard:g}: "
        problem += "with the believed chance of a collapse it must stay below 1"
        yield Finding(("parameters", "believed_settlement_hazard"), problem)


def _mechanisms(case: Scenario, given: Collection[str]) -> Iterator[Finding]:
    for owner, names in idle_numbers(case).items():
        if owner == MONITORED:
            why, use = "ceasefire.monitored is false", ("ceasefire", "monitored")
        else:
            word, use = getattr(case.mechanisms, owner), ("mechanisms", owner)
            why = f"mechanisms.{owner} is {repr(word) if word else 'off'} and sets it"
        for name in names:
            usual = Parameters.model_fields[name].default
            # At its usual value it says nothing new: plain data of a scenario hold them all.
            if name in given and getattr(case.parameters, name) != usual:
                problem = f"is set, but {why}"
                yield Finding(("parameters", name), problem, "take one of the two out", (use,))
    for name, actor in case.actors.items() if case.mechanisms.fights == "tasks" else ():
        share = actor.tasks.air + actor.tasks.ground
        if not actor.armed and share > 1 + TOLERANCE:
            problem = f"air and ground add up to {share:g}: at most all of it can fight, while "
            problem += "mechanisms.fights is 'tasks'"
            uses = tuple(("actors", name, "tasks", task) for task in ("air", "ground"))
            yield Finding(
                ("actors", name, "tasks"), problem, uses=(*uses, ("mechanisms", "fights"))
            )
