"""The stylised facts: each in words, how it is measured, what is expected, what it can prove.

Only a fact that could have come out otherwise is evidence. The status of each says so:

fitted
    Parameters or mechanisms were set, kept or added with this fact in view.
imposed
    The sign follows from the coding and the rules, whatever the numbers.
free
    Neither. Only these count as evidence, and of these only such as do not hold for most shuffled
    codings too.

`seen` says whether anybody looked at the fact while the theory was tuned: a free fact that was
looked at is weaker than one that was not, since what one looks at one may favour unawares.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from sim.experiments.hypothesis_tests.designs import (
    CLAMP,
    CONSULTED,
    FLAG,
    LEFT_OUT,
    OPEN,
    RETURNS,
    SECURE,
    UNTABLED,
)
from sim.experiments.hypothesis_tests.estimates import Figure, Spread
from sim.experiments.hypothesis_tests.observables import DRIFT
from sim.experiments.hypothesis_tests.treatments import Asked, MissingError, effect, interaction

Status = Literal["fitted", "imposed", "free"]
POSITIVE, NEGATIVE = (0.0, math.inf), (-math.inf, 0.0)
# Share of shuffled codings from which on a fact says nothing of the coding.
MOST = 0.5


@dataclass(frozen=True)
class Fact:
    """One stylised fact.

    Attributes
    ----------
    name : str
        Short name, unique.
    claim : str
        What is claimed, in words; "partner", "spoiler" and "proxies" are those of the cast.
    status : str
        "fitted", "imposed" or "free".
    seen : bool
        Whether it was looked at while the theory was tuned.
    why : str
        Why it has this status.
    measure : callable
        From the experiments on a coding (`sim.experiments.hypothesis_tests.treatments.Treatments`)
        to a figure or a spread.
    expected : (float, float)
        Interval in which it is expected; open to one side for a sign.
    source : str
        Where the expectation comes from.
    """

    name: str
    claim: str
    status: Status
    seen: bool
    why: str
    measure: Callable[[Asked], Figure | Spread]
    expected: tuple[float, float]
    source: str = "Haid 2017"


@dataclass(frozen=True)
class Verdict:
    """A fact and its estimate in one scenario.

    Attributes
    ----------
    fact : Fact
        The fact that was measured.
    found : Figure or Spread or None
        None if the scenario has no cast for it.
    left_out : str
        Why it is None.
    """

    fact: Fact
    found: Figure | Spread | None
    left_out: str = ""

    @property
    def agrees(self) -> bool:
        """Whether the estimate is as the theory expects, whatever its standard error."""
        low, high = self.fact.expected
        if self.found is None:
            return False
        if isinstance(self.found, Spread) or not (math.isinf(low) or math.isinf(high)):
            return self.holds
        return low < self.found.value < high

    @property
    def holds(self) -> bool:
        """Whether the fact holds when the uncertainty of its estimate is considered.

        A sign holds if the whole 95 % interval has it. A range holds if the estimate lies in it: if
        its interval were asked, fewer runs would meet it more easily. A quantity that each run has
        once is one draw of history: the middle nine tenths of runs must meet the range.
        """
        low, high = self.fact.expected
        if self.found is None:
            return False
        if math.isinf(low) or math.isinf(high):
            return low < self.found.low and self.found.high < high
        if isinstance(self.found, Figure):
            return low <= self.found.value <= high
        return self.found.low <= high and self.found.high >= low


def _effect(reading: str, settings: tuple[str, str]) -> Callable[[Asked], Figure]:
    return lambda ask: effect(ask, reading, settings)


def _interaction(reading: str, settings: tuple[str, str], aims: str) -> Callable[[Asked], Figure]:
    return lambda ask: interaction(ask, reading, settings, aims)


def _gap(one: str, other: str) -> Callable[[Asked], Figure]:
    return lambda ask: ask(one) - ask(other)


RIGHT = "the sign was right from the first working version of the theory"
LOOKED = "looked at in about 45 configurations of the second theory, and kept although it fails"
COUPLING = "the weight of the tie in behaviour (loyalty) was doubled because this had no effect"
ABSENT = "absent in the first theory; came with changes that were kept while it was looked at"
BY_ATTENTION = "attention leaves a goal that is met, and meets what the coding put in conflict"

FACTS: tuple[Fact, ...] = (
    Fact(
        "tie falls", "once the goal is achieved the tie of partner and spoiler falls",
        "imposed", True, BY_ATTENTION, lambda ask: ask(DRIFT), NEGATIVE,
    ),
    Fact(
        "flag: tie", "a goal that can be satisfied makes the tie fall, more if aims conflict",
        "imposed", True, BY_ATTENTION, _interaction(DRIFT, FLAG, "partner"), NEGATIVE,
    ),
    Fact(
        "clamp: tie", "security makes the tie fall, more if aims conflict (spoiler's aims changed)",
        "imposed", True, BY_ATTENTION, _interaction("tie measured", CLAMP, "partner"), NEGATIVE,
    ),
    Fact(
        "clamp B: tie", "security makes the tie fall, more if aims conflict "
        "(partner's aims changed)", "imposed", True, BY_ATTENTION,
        _interaction("tie measured", CLAMP, "spoiler"), NEGATIVE,
    ),
    Fact(
        "flag: orders", "through the tie alone, the goal makes the spoiler order more spoiling, "
        "more if aims conflict", "fitted", True, COUPLING,
        _interaction("orders after", FLAG, "partner"), POSITIVE,
    ),
    Fact(
        "flag: breaches", "through the tie alone, the goal makes the spoiler's proxies break "
        "more, more if aims conflict", "fitted", True, COUPLING,
        _interaction("breaches after", FLAG, "partner"), POSITIVE,
    ),
    Fact(
        "clamp: orders", "security makes the spoiler order more spoiling, more if aims conflict",
        "free", True, "the sign was there before the changes of the second theory; its size grew "
        "with them", _interaction("orders measured", CLAMP, "partner"), POSITIVE,
    ),
    Fact(
        "clamp: breaches", "security makes the spoiler's proxies break more, more if aims conflict",
        "free", True, "as for orders; noise in the orders was turned down partly because it hid "
        "this", _interaction("breaches measured", CLAMP, "partner"), POSITIVE,
    ),
    Fact(
        "clamp B: orders", "security makes the spoiler order more spoiling, more if aims conflict "
        "(partner's aims changed)", "fitted", True, ABSENT,
        _interaction("orders measured", CLAMP, "spoiler"), POSITIVE,
    ),
    Fact(
        "clamp B: breaches", "security makes the spoiler's proxies break more, more if aims "
        "conflict (partner's aims changed)", "fitted", True, ABSENT,
        _interaction("breaches measured", CLAMP, "spoiler"), POSITIVE,
    ),
    Fact(
        "reconciled spoiler", "with the partner's aims a secure spoiler spoils less",
        "fitted", True, "foresight was added because the first theory had it the other way round",
        lambda ask: ask("orders measured", SECURE, "partner") - ask("orders measured", SECURE),
        NEGATIVE,
    ),
    Fact(
        "orders rise", "once the goal is achieved the spoiler orders more spoiling than before",
        "fitted", True, "dependence was kept because it alone makes this level rise",
        _gap("orders after", "orders before"), POSITIVE,
    ),
    Fact(
        "breaches rise", "once the goal is achieved the spoiler's proxies break more than before",
        "free", True, LOOKED, _gap("breaches after", "breaches before"), POSITIVE,
    ),
    Fact(
        "spoiler does not sign", "once the goal is achieved the spoiler ratifies fewer "
        "ceasefires than its partner", "free", True, RIGHT,
        _gap("spoiler signs after", "partner signs after"), NEGATIVE,
    ),
    Fact(
        "proxies lead", "once the goal is achieved the spoiler's proxies break more than the "
        "other armed actors of the camp",
        "free", True, "order free; the level of breaches is fitted",
        _gap("breaches after", "other breaches after"), POSITIVE,
    ),
    Fact(
        "consulted: orders", "a spoiler that is always consulted orders less spoiling",
        "free", True, RIGHT, _effect("orders after", (CONSULTED, LEFT_OUT)), NEGATIVE,
    ),
    Fact(
        "consulted: breaches", "the proxies of a spoiler that is always consulted break less",
        "free", True, RIGHT, _effect("breaches after", (CONSULTED, LEFT_OUT)), NEGATIVE,
    ),
    Fact(
        "consulted: signs", "a spoiler that is always consulted ratifies more", "free", True, RIGHT,
        _effect("spoiler signs after", (CONSULTED, LEFT_OUT)), POSITIVE,
    ),
    Fact(
        "return: tie", "if the goal is threatened again, the tie recovers",
        "imposed", True, BY_ATTENTION, _effect("tie late", (RETURNS, OPEN)), POSITIVE,
    ),
    Fact(
        "return: orders", "if the goal is threatened again, the spoiler orders less spoiling",
        "free", True, "measured while the second theory was made; no choice is said to rest on it",
        _effect("orders late", (RETURNS, OPEN)), NEGATIVE,
    ),
    Fact(
        "return: breaches", "if the goal is threatened again, the spoiler's proxies break less",
        "free", False, "in none of the tables that were kept while the theory was made",
        _effect("breaches late", (RETURNS, OPEN)), NEGATIVE,
    ),
    Fact(
        "core tabled", "the tie falls further if the core issue is put on the table",
        "imposed", True, "two thirds run through the rule of endorsement; the size was raised by "
        "a change of the opening offer", _effect("tie late", (OPEN, UNTABLED)), NEGATIVE,
    ),
    Fact(
        "core tabled: deals", "if the core issue is put on the table, bilateral talks of the two "
        "fail more often",
        "free", True, "measured when the first theory was made; no choice is said to rest on it",
        _effect("deals measured", (OPEN, UNTABLED)), NEGATIVE,
    ),
)  # fmt: skip


def check(treatments: Asked, facts: Iterable[Fact] = FACTS) -> list[Verdict]:
    """Measure facts on the cells of one coding; those that it has no cast for say why."""
    found = []
    for fact in facts:
        try:
            found.append(Verdict(fact, fact.measure(treatments)))
        except MissingError as error:
            found.append(Verdict(fact, None, str(error)))
    return found
