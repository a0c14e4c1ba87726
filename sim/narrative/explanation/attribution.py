"""Split a pair's tie into exact parts: events, goals, dated changes and third parties.

A tie is a linear filter of alignment, of experience and of the pull of third parties, which depends
on the ties themselves (`sim.rules.ties.drift`). Experience is a linear filter of what each event
changed in it (`sim.rules.ties.learn`). So a tie is a sum of parts, each with its cause; what
follows is bookkeeping, without a model of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from sim.engine.build import begin, prepare
from sim.engine.inputs import NEW_IDEAL, NEW_WEIGHT, Floats, Ints
from sim.engine.state import ACCOUNTS
from sim.narrative.chronicle.timeline import CeasefireSpell, Story
from sim.narrative.explanation.interactions import Interaction, Interactions
from sim.results.dataset import Event
from sim.rules.objectives import align, weigh

INITIAL, OBJECTIVES, EXPERIENCE, THIRD_PARTIES = ACCOUNTS


@dataclass
class Contribution:
    """One cause of a tie, and its part of the tie in every week.

    Attributes
    ----------
    account : str
        One of `sim.engine.state.ACCOUNTS`.
    kind : str
        "start" (what the tie began with), "aims" (alignment as it was at the start), "third party";
        "goal" (the attention to a short-term goal has changed), "shift" (a dated change of aims);
        "war" (weeks of it), "ratify", "excluded", "breach", "revise", "vote", "deal",
        "demand", and "allied" or "fought" (weeks of a war among members).
    actor, counterpart, issue : str
        Whose doing or goal it is, towards whom, on what; empty where there is none.
    weeks : list of int
        When it happened; empty for what stands all along.
    value : ndarray, shape (weeks + 1,)
        What it has built of the tie (mean of both directions) before the first week, and at the end
        of every week.
    decisions : list of Event
        The answers that made it so.
    impulse : ndarray, shape (weeks,)
        What it added in each week: to experience (both directions in equal parts) for events.
    ceasefire : CeasefireSpell or None
        The ceasefire under which it happened.
    """

    account: str
    kind: str
    actor: str
    counterpart: str
    issue: str
    weeks: list[int]
    value: Floats
    decisions: list[Event] = field(default_factory=list)
    impulse: Floats = field(default_factory=lambda: np.zeros(0))
    ceasefire: CeasefireSpell | None = None

    def change(self, since: int, until: int) -> float:
        """What it moved from the end of one week to that of another; -1 is before the first."""
        return float(self.value[until + 1] - self.value[since + 1])

    def within(self, since: int, until: int) -> list[int]:
        """The weeks in which it happened, after one and up to another; none of what stands."""
        return [week for week in self.weeks if since < week <= until]


class Trace:
    """Every part of a tie in one run.

    Parameters
    ----------
    story : Story
        Of a run with a full record, in 64 bits, from week 0 on.
    pair : (str, str)
        Ids of the two actors whose tie is explained.
    seed : int
        Of the run, with `hold`: they name its heterogeneity.
    hold : str or None
        What was the same in all runs: "heterogeneity", "luck" or nothing.

    Attributes
    ----------
    parts : list of Contribution
        They add up to the tie at the end of every week, and by account to `drift_account`; a test
        holds them to 1e-9.
    """

    def __init__(
        self, story: Story, pair: tuple[str, str], seed: int, hold: str | None = None
    ) -> None:
        self.story, self.pair = story, pair
        self._g, self._p, self._lay = prepare(story.scenario)
        self._world = begin(self._g, self._p, self._lay, seed, story.run, hold)
        self._keep = 1.0 - self._p.pull_of_alignment - self._p.pull_of_experience
        self._deeds = Interactions(story, pair, self._g, self._p, self._lay)
        self.parts = [*self._start(), *self._aims(), *self._events(), *self._third_parties()]

    def tie(self, week: int) -> float:
        """The tie at the end of a week, mean of both directions; -1 is before the first."""
        return float(sum(part.value[week + 1] for part in self.parts))

    def account(self, name: str) -> Floats:
        """An account before the first week and at the end of every week."""
        zero = np.zeros(self.story.weeks + 1)
        return zero + sum(part.value for part in self.parts if part.account == name)

    def _built(self, added: NDArray[np.float64], at_first: float = 0.0) -> Floats:
        """What is left at every week of what was added to a tie in each."""
        whole = np.concatenate([[at_first], added])
        return np.asarray(lfilter([1.0], [1.0, -self._keep], whole))

    def _places(self) -> tuple[int, int]:
        i, j = (self._lay.actors.index(name) for name in self.pair)
        return i, j

    def _start(self) -> Iterator[Contribution]:
        i, j = self._places()
        T = self._world.relations.tie
        value = self._built(np.zeros(self.story.weeks), float(T[i, j] + T[j, i]) / 2)
        yield Contribution(INITIAL, "start", "", "", "", [], value)

    # aims ---------------------------------------------------------------------------------------

    def _aims(self) -> Iterator[Contribution]:
        """Alignment as it was at first, and what each goal and each dated change made of it.

        The change of a week is shared among its causes by letting them in one after the other, in
        an order and in the reverse order, half each: exact, and no cause is first.
        """
        moved, first = self._alignments()
        weeks = self.story.weeks
        value = self._built(np.full(weeks, self._p.pull_of_alignment * first))
        yield Contribution(OBJECTIVES, "aims", "", "", "", [], value)
        for (kind, actor, issue, week), change in moved.items():
            steps = np.flatnonzero(change)
            since = [week] if kind == "shift" else [int(t) for t in steps]
            value = self._built(self._p.pull_of_alignment * np.cumsum(change))
            yield Contribution(OBJECTIVES, kind, actor, "", issue, since, value, impulse=change)

    def _alignments(self) -> tuple[dict[tuple[str, str, str, int], Floats], float]:
        lay, aims, shifts = self._lay, self._world.aims, self._g.shifts
        mine = [o for o, (actor, _, _) in enumerate(lay.objectives) if actor in self.pair]
        agree = _Agreement(self, mine)
        weight, ideal = aims.objective_weight.copy(), aims.objective_ideal.copy()
        now = [weight, ideal, np.ones(len(lay.objectives))]
        paths = {o: ".".join(lay.objectives[o]) for o in mine}
        act = {o: self._deeds.series("activation", objective=path) for o, path in paths.items()}
        moved: dict[tuple[str, str, str, int], Floats] = {}
        first = agree(*now)
        for t in range(self.story.weeks):
            causes: dict[tuple[str, str, str, int], list[tuple[int, int, float]]] = {}
            for h in np.flatnonzero(shifts.week == t):
                o, kind = int(shifts.what[h]), int(shifts.kind[h])
                if kind in (NEW_IDEAL, NEW_WEIGHT) and o in act:
                    actor, _, issue = lay.objectives[o]
                    value = float(shifts.value[h])
                    change = (0, o, now[0][o] * value) if kind == NEW_WEIGHT else (1, o, value)
                    causes.setdefault(("shift", actor, issue, t), []).append(change)
            for o, series in act.items():
                if series[t] != now[2][o]:
                    actor, _, issue = lay.objectives[o]
                    causes.setdefault(("goal", actor, issue, -1), []).append((2, o, series[t]))
            for order in (list(causes), list(causes)[::-1]):
                state, before = [values.copy() for values in now], agree(*now)
                for cause in order:
                    for what, o, value in causes[cause]:
                        state[what][o] = value
                    after = agree(*state)
                    row = moved.setdefault(cause, np.zeros(self.story.weeks))
                    row[t] += 0.5 * (after - before)
                    before = after
            for changes in causes.values():
                for what, o, value in changes:
                    now[what][o] = value
        return moved, first

    # experience ---------------------------------------------------------------------------------

    def _events(self) -> Iterator[Contribution]:
        """What each event did to experience, fading as experience is forgotten, in the tie.

        Events of a week that together would weigh more than 1 share the 1 in proportion. An event
        changes experience by ``learning_from_good p (1 - E)`` or ``-learning_from_bad n (1 + E)``,
        with E of last week.
        """
        p, weeks = self._p, self.story.weeks
        found: dict[tuple[object, ...], Contribution] = {}
        for by, of in (self.pair, self.pair[::-1]):
            interactions: dict[int, list[Interaction]] = {}
            for interaction in self._deeds:
                if (interaction.by, interaction.of) == (by, of):
                    interactions.setdefault(interaction.week, []).append(interaction)
            E = 0.0
            for t in range(weeks):
                now = interactions.get(t, [])
                good, bad = sum(deed.good for deed in now), sum(deed.bad for deed in now)
                old = E
                E = old - p.forgetting * old
                for interaction in now:
                    rise = p.learning_from_good * interaction.good / max(good, 1.0) * (1.0 - old)
                    fall = p.learning_from_bad * interaction.bad / max(bad, 1.0) * (1.0 + old)
                    E += rise - fall
                    part = found.setdefault(interaction.key, _part_of(interaction, weeks))
                    part.impulse[t] += 0.5 * (rise - fall)
                    if t not in part.weeks:
                        part.weeks.append(t)
                    new = [event for event in interaction.decisions if event not in part.decisions]
                    part.decisions.extend(new)
        for part in found.values():
            experience = lfilter([1.0], [1.0, -(1.0 - p.forgetting)], part.impulse)
            part.value = self._built(p.pull_of_experience * experience)
            part.weeks.sort()
            part.decisions.sort(key=lambda event: event.week)
            yield part

    # third parties ------------------------------------------------------------------------------

    def _third_parties(self) -> Iterator[Contribution]:
        """``pull_of_third_parties (1 - T_ij**2) mu_l T_il T_jl`` of each third party l."""
        names, first = self._lay.actors, self._world.relations.tie
        one, other = self.pair
        ties = {  # as each week begins
            (a, b): np.append(first[n, m], self._deeds.series("tie", actor=a, other=b))[:-1]
            for n, a in zip(self._places(), self.pair, strict=True)
            for m, b in enumerate(names)
        }
        room = sum(1.0 - ties[a, b] ** 2 for a, b in (self.pair, self.pair[::-1])) / 2
        for name in names:
            if name in self.pair:
                continue
            power = self._deeds.series("power", actor=name)
            both = power * (ties[one, name] * ties[other, name])
            value = self._built(self._p.pull_of_third_parties * room * both)
            yield Contribution(THIRD_PARTIES, "third party", name, "", "", [], value)


def _part_of(interaction: Interaction, weeks: int) -> Contribution:
    """An empty part for deeds like this one."""
    actor = interaction.actor
    other = (interaction.of if interaction.by == actor else interaction.by) if actor else ""
    return Contribution(
        EXPERIENCE, interaction.kind, actor, other, "", [], np.zeros(weeks + 1),
        impulse=np.zeros(weeks), ceasefire=interaction.ceasefire,
    )  # fmt: skip


class _Agreement:
    """Alignment of the pair, from weights, ideals and activations of all objectives."""

    def __init__(self, trace: Trace, mine: list[int]) -> None:
        g, places = trace._g, trace._places()
        self._mine = np.array(mine, dtype=np.int64)
        here = {place: n for n, place in enumerate(places)}
        actors = [here[int(g.aim.actor[o])] for o in mine]
        self._actor: Ints = np.array(actors, dtype=np.int64)
        self._issue, self._short = g.aim.issue[self._mine], g.aim.short_term[self._mine]
        self._patience = g.who.patience[list(places)]
        issues = len(trace._lay.issues)
        self._W, self._X, self._A = np.empty((2, issues)), np.empty((2, issues)), np.empty((2, 2))

    def __call__(self, ow: Floats, ox: Floats, act: Floats) -> float:
        mine = self._mine
        weigh(
            self._W, self._X, self._actor, self._issue, self._short, ow[mine], ox[mine], act[mine],
            self._patience,
        )  # fmt: skip
        align(self._A, self._W, self._X)
        return float(self._A[1, 0])
