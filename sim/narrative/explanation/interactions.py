"""What each act adds to how two actors have experienced each other, read from the record of a run.

The rules that judge acts are `sim.rules.ties.live_through_war`, `sim.rules.ceasefires`
(`judge_ratification`, `resent_exclusion`), `sim.rules.proxies.blame_violators` and
`sim.rules.negotiation.judge_votes`; `sim.engine.schedule` judges bilateral deals. The record
tells who did what, and this says it again by pairs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.engine.inputs import Floats, Inputs, Layout, ParameterValues
from sim.engine.state import WAR
from sim.narrative.chronicle.coalitions import answers
from sim.narrative.chronicle.timeline import CeasefireSpell, Story
from sim.results.dataset import Event


@dataclass
class Interaction:
    """What one act adds to how `by` has experienced `of` in a week, before the cap at 1.

    Attributes
    ----------
    week : int
        The week of the act.
    by, of : str
        Whose experience, of whom.
    good, bad : float
        Intensities.
    key : tuple
        Interactions of one key are told as one: the weeks of a spell of war, the breaches under a
        ceasefire that are laid at one door.
    kind : str
        See `sim.narrative.explanation.attribution.Contribution`.
    actor : str
        Whose doing; empty where it is nobody's or both's.
    decisions : tuple of Event
        The answers that made it so.
    ceasefire : CeasefireSpell or None
        The ceasefire under which it happened.
    """

    week: int
    by: str
    of: str
    good: float
    bad: float
    key: tuple[object, ...]
    kind: str
    actor: str
    decisions: tuple[Event, ...] = ()
    ceasefire: CeasefireSpell | None = None


class Interactions:
    """The deeds of a pair in one run with a full record from week 0 on, both ways; iterate over it.

    `g`, `p` and `lay` are those of `sim.engine.build.prepare`.
    """

    def __init__(
        self, story: Story, pair: tuple[str, str], g: Inputs, p: ParameterValues, lay: Layout
    ) -> None:
        self.story, self.pair, self._g, self._p, self._lay = story, pair, g, p, lay

    def __iter__(self) -> Iterator[Interaction]:
        yield from self._war()
        yield from self._ceasefire_rounds()
        yield from self._breaches()
        yield from self._talks()
        yield from self._demands()
        yield from self._wars_among_members()

    def _war(self) -> Iterator[Interaction]:
        """Weeks of war: allies in arms gain experience of each other, enemies lose it."""
        i, j = (self._lay.actors.index(name) for name in self.pair)
        side, s = self._g.who.side, self._p.war_intensity
        if side[i] == 0 or side[j] == 0:
            return
        good, bad = (s, 0.0) if side[i] == side[j] else (0.0, s)
        state, spell = self.series("state"), -1
        for t in range(self.story.weeks):
            if state[t] != WAR:
                spell = -1
                continue
            spell = t if spell < 0 else spell
            for by, of in (self.pair, self.pair[::-1]):
                yield Interaction(t, by, of, good, bad, ("war", spell), "war", "")

    def _ceasefire_rounds(self) -> Iterator[Interaction]:
        """Answers to a proposal, and what it means to be left out of one that is signed."""
        scenario, who, lay = self.story.scenario, self._g.who, self._lay
        for attempt in self.story.attempts:
            c, week = attempt.convene.actor, attempt.convene.week
            for event in attempt.answers:
                n = lay.actors.index(event.actor)
                if event.actor == c or not (who.patron[n] or who.must_sign[n]):
                    continue
                name, why, key = event.actor, (event,), ("ratify", week, event.actor, c)
                good, bad = (1.0, 0.0) if event.answer else (0.0, 1.0)
                yield Interaction(week, c, name, good, bad, key, "ratify", name, why)
                if event.answer:
                    yield Interaction(week, name, c, good, bad, key, "ratify", name, why)
            if attempt.ceasefire is None:
                continue
            asked = {event.counterpart: event for event in attempt.consults}
            for n, name in enumerate(lay.actors):
                about = asked.get(name)
                if name == c or name in scenario.roles.belligerents or (about and about.answer):
                    continue
                if (who.patron[n] or who.can_convene[n]) and self._stake(name, week):
                    left: tuple[object, ...] = ("excluded", week, name, c)
                    about_it: tuple[Event, ...] = () if about is None else (about,)
                    yield Interaction(week, name, c, 0.0, 1.0, left, "excluded", c, about_it)
        for ceasefire in self.story.ceasefires:
            for event in ceasefire.revisions:
                if event.answer:
                    week, by, of = event.week, event.counterpart, event.actor
                    key = ("revise", week, by, of)
                    yield Interaction(
                        week, by, of, 1.0, 0.0, key, "revise", of, (event,), ceasefire
                    )

    def _stake(self, name: str, week: int) -> bool:
        """Whether being left out hurts."""
        stake = self.series("nuisance", actor=name)[week]
        lead = [k for k, issue in self.story.scenario.issues.items() if issue.prestige]
        stake += sum(self.series("weight", actor=name, issue=k)[week] for k in lead)
        return bool(stake > self._p.stake_min)

    def _breaches(self) -> Iterator[Interaction]:
        """Violations, as those who ratified hold them against the violator and its patrons.

        The record has blame; who was accused of how many violations follows from it and from the
        control shares, as blame is one's own and, by these shares, that of one's proxies.
        """
        lay, links = self._lay, self._g.links
        n, weeks = len(lay.actors), self.story.weeks
        blame = np.array([self.series("blame", actor=name) for name in lay.actors])
        held = np.array([self.series("control", link=f"{a}>{b}") for a, b in lay.links])
        for ceasefire in self.story.ceasefires:
            for t in range(ceasefire.start, min(ceasefire.last + 1, weeks)):
                passed_on = np.zeros((n, n))
                for l in range(len(lay.links)):
                    passed_on[links.patron[l], links.proxy[l]] = held[l, t]
                accused = np.linalg.solve(np.eye(n) + passed_on, blame[:, t])
                for by, of in (self.pair, self.pair[::-1]):
                    j = lay.actors.index(of)
                    if blame[j, t] <= 0.0 or not self.series("ratified", actor=by)[t]:
                        continue
                    weight = self._p.violation_intensity * min(1.0, blame[j, t]) / blame[j, t]
                    share = passed_on[j] + np.eye(n)[j]
                    for k in np.flatnonzero(share * accused > 1e-9):
                        yield self._breach(
                            ceasefire, t, by, of, lay.actors[k], weight * share[k] * accused[k]
                        )

    def _breach(
        self, ceasefire: CeasefireSpell, week: int, by: str, of: str, culprit: str, bad: float
    ) -> Interaction:
        """A violation by `culprit`, held by `by` against `of`."""
        order = next((e for e in ceasefire.orders.get(of, []) if e.week == week), None)
        act = ceasefire.act(culprit, week)
        ordered = order is not None and culprit != of and not order.answer
        decisions = [e for e in (order if ordered else None, act) if e is not None and not e.answer]
        key = ("breach", ceasefire.number, of)
        return Interaction(
            week, by, of, 0.0, float(bad), key, "breach", of, tuple(decisions), ceasefire
        )

    def _talks(self) -> Iterator[Interaction]:
        """Votes of the guarantors, and bilateral deals."""
        guarantors = set(self.story.scenario.talks.guarantors)
        if guarantors >= set(self.pair):
            for meeting in self.story.meetings:
                votes = {event.actor: event for event in meeting.votes}
                for by, of in (self.pair, self.pair[::-1]):
                    if by not in votes or of not in votes or not votes[by].answer:
                        continue
                    good, bad, who = (1.0, 0.0, "") if votes[of].answer else (0.0, 1.0, of)
                    week, key = meeting.week, ("vote", meeting.week, who)
                    why = (votes[of],)
                    yield Interaction(
                        week, by, of, good, bad, key, "vote", who, why, meeting.ceasefire
                    )
        said: list[Event] = []
        for event in self.story.events:
            if {event.actor, event.counterpart} != set(self.pair):
                continue
            if event.decision == "bargain":
                said.append(event)
            elif event.decision == "deal":
                week, done = event.week, event.answer
                if not done and event.terms["core"] <= 0.5:
                    continue
                meant = tuple(e for e in said if e.week == week and e.answer == done)
                good, bad = (1.0, 0.0) if done else (0.0, 1.0)
                for by, of in (self.pair, self.pair[::-1]):
                    yield Interaction(week, by, of, good, bad, ("deal", week), "deal", "", meant)

    def series(self, name: str, **where: str) -> Floats:
        """A variable of the record week by week; it was recorded, or the run was played again."""
        values = self.story.series(name, **where)
        assert values is not None
        return values

    def _demands(self) -> Iterator[Interaction]:
        """Texts on what the two hold, accepted by both or refused."""
        for one, other in answers(self.story, "accept"):
            if {one.actor, other.actor} == set(self.pair):
                done = one.answer and other.answer
                meant = tuple(answer for answer in (one, other) if answer.answer == done)
                good, bad = (1.0, 0.0) if done else (0.0, 1.0)
                key = ("demand", one.week, one.actor)
                for by, of in (self.pair, self.pair[::-1]):
                    yield Interaction(one.week, by, of, good, bad, key, "demand", "", meant)

    def _wars_among_members(self) -> Iterator[Interaction]:
        """Weeks of wars among members: good beside each other, bad against each other."""
        s, (i, j) = self._p.war_intensity, self.pair
        for first, last, sides, begun_by in wars_among_members(self.story):
            where = [n for n, side in enumerate(sides) for name in (i, j) if name in side]
            if len(where) < 2:
                continue
            good, bad = (s, 0.0) if where[0] == where[1] else (0.0, s)
            kind = "allied" if good else "fought"
            key = (kind, first, *sorted(sides[0] | sides[1]))
            # What brought the two into it: who attacked, and their own answers.
            meant = tuple(e for e in begun_by if e.decision != "join" or e.actor in self.pair)
            for t in range(first, last + 1):
                for by, of in (self.pair, self.pair[::-1]):
                    decided = meant if t == first else ()
                    yield Interaction(t, by, of, good, bad, key, kind, "", decided)


class WarAmongMembers(NamedTuple):
    """A war among members of a coalition."""

    first: int
    last: int
    sides: tuple[set[str], set[str]]
    """Who took part: the attacker and who came to it, the attacked and who came to it."""
    begun_by: list[Event]
    """The attack, and the answers of those who came."""


def wars_among_members(story: Story) -> list[WarAmongMembers]:
    """Wars among members of a coalition, those that are over first."""
    found: list[WarAmongMembers] = []
    going: list[WarAmongMembers] = []
    agreed = {id(b) for a, b in answers(story, "peace") if a.answer and b.answer}
    for event in story.events:
        if event.decision in ("attack", "return") and event.answer:
            sides = {event.actor}, {event.counterpart}
            going.append(WarAmongMembers(event.week, story.weeks - 1, sides, [event]))
        elif event.decision == "join" and event.answer:
            war = going[-1]
            war.sides[0 if event.counterpart == war.begun_by[0].actor else 1].add(event.actor)
            war.begun_by.append(event)
        if event.decision == "defeat" or id(event) in agreed:
            two = {event.actor, event.counterpart}
            leaders = [{war.begun_by[0].actor, war.begun_by[0].counterpart} for war in going]
            found.append(going.pop(leaders.index(two))._replace(last=event.week))
    return found + going
