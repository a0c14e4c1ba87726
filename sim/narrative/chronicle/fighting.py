"""Phrases for the scope of a ceasefire, for states that break it, and for who holds back."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from sim.engine.inputs import EVERYWHERE, theatres_of
from sim.narrative.chronicle import reasons
from sim.narrative.chronicle.timeline import Sentence, Story
from sim.scenario.english import listed, percent, sentence

# Weeks for which a belligerent must hold back, or be back, before it is told.
STAYS = 8
# It holds back below this effort, and is back above the other.
BACK, FRONT = 1 / 3, 0.5


def ceasefire(story: Story) -> str:
    """What a ceasefire is called: a monitored one is named so."""
    return "monitored ceasefire" if story.scenario.ceasefire.monitored else "ceasefire"


def scope(story: Story) -> str:
    """Where it holds, as a clause, if it does not hold everywhere; else nothing."""
    covers, known = story.scenario.ceasefire.covers, theatres_of(story.scenario)
    if covers is None or known == (EVERYWHERE,) or set(covers) >= set(known):
        return ""
    told = [name for name in story.scenario.theatres if name not in covers]
    verb, where = "leaves out", "there"
    if len(told) > len(covers):
        told = [name for name in story.scenario.theatres if name in covers]
        verb, where = "covers no more than", "elsewhere"
    labels = [story.words.theatre(name) for name in told]
    # a label may be a list itself
    joined = "; ".join(labels) if any("," in label for label in labels) else listed(labels)
    return f"it {verb} {joined}, and the war goes on {where}"


def by_itself(story: Story, name: str) -> str:
    """An actor that breaks a ceasefire; of one that is not armed, with what it does so."""
    actor, who = story.scenario.actors[name], story.words.who(name)
    if actor.armed:
        return who
    means = ["planes"] * (actor.tasks.air > 0.0) + ["troops"] * (actor.tasks.ground > 0.0)
    own = f"{story.words.its(name)} own {listed(means or ['forces'])}"
    return f"{who} with {own}"


def efforts(story: Story) -> Iterator[Sentence]:
    """Belligerents without a war of their own that hold back for long, and that come back."""
    words, lam = story.words, story.scenario.parameters.choice_precision
    for name, actor in story.scenario.actors.items():
        effort = story.series("effort", actor=name)
        if actor.armed or effort is None or (effort == 1.0).all():
            continue
        end = story.weeks if story.victory is None else story.victory.week
        back = bool(effort[0] < BACK)
        week = 0
        while week + STAYS <= end:
            ahead = effort[week : week + STAYS]
            mean, its = float(np.mean(ahead)), words.its(name)
            if back and (ahead > FRONT).all():
                part = "all" if mean >= 0.9 else f"{percent(mean)} of"
                head = f"{words.says(name, 'fight')} with {part} {its} strength again"
            elif not back and (ahead < BACK).all():
                head = f"{words.says(name, 'hold')} back, with {percent(mean)} of "
                head += f"{its} strength in the war"
            else:
                week += 1
                continue
            worth = _worth(float(effort[week]), lam)
            why = ""
            if abs(worth) >= reasons.NOTHING:
                than = reasons.than(worth, words.it(name), "staying out")
                why = f", as {its} part in it is worth {than}"
            yield Sentence(week, 3, 7.0, sentence(head + why))
            back = not back
            week += STAYS


def _worth(effort: float, lam: float) -> float:
    """The gain from taking part that an effort tells, see `sim.rules.fighting.hold_back`."""
    share = min(max(effort, 1e-12), 1.0 - 1e-12)
    return math.log(share / (1.0 - share)) / lam
