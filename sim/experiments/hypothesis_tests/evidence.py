"""Count the facts of each kind that hold, and say which of them are evidence for the theory."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sim.experiments.hypothesis_tests import placebo
from sim.experiments.hypothesis_tests.battery import Trial

NAMES = {"tie": "tie", "orders": "orders to spoil", "breaches": "breaches by proxies"}


@dataclass(frozen=True)
class Count:
    """How many facts were measured, and how many of them hold.

    Attributes
    ----------
    facts, fitted, imposed, free : int
        Facts that the scenario has a cast for, by status.
    hold : int
        Free ones that hold beyond their error.
    unseen : int
        Of these, how many nobody had looked at while the theory was tuned.
    nothing : int or None
        Of these, how many hold for most shuffled codings too; None if none were played.
    evidence : tuple of str
        Names of the free facts that hold, and not for most shuffled codings.
    """

    facts: int
    fitted: int
    imposed: int
    free: int
    hold: int
    unseen: int
    nothing: int | None
    evidence: tuple[str, ...]


# Shuffled codings from which on shares and places of them say something.
ENOUGH = 50


def count(trial: Trial) -> Count:
    """Count the facts of a trial that has the part ``facts``."""
    table = trial.tables["facts"]
    table = table[table["left_out"] == ""]
    free = table[table["status"] == "free"]
    good = free[free["holds"]]
    nothing, evidence = None, tuple(good["fact"])
    if "codings" in trial.tables:
        shared = placebo.shares(trial.tables["codings"], list(good["fact"]))
        empty = set(shared["fact"][shared["nothing"]])
        nothing, evidence = len(empty), tuple(n for n in good["fact"] if n not in empty)
    return Count(
        len(table), int((table["status"] == "fitted").sum()),
        int((table["status"] == "imposed").sum()), len(free), len(good),
        int((~good["seen"].astype(bool)).sum()), nothing, evidence,
    )  # fmt: skip


def verdict(trial: Trial) -> tuple[str, ...]:
    """The conclusion from the facts, in sentences."""
    c = count(trial)
    words = [
        f"Of {c.facts} facts {c.fitted} are fitted and {c.imposed} imposed by the coding: no "
        f"evidence, however well they hold.",
        f"{c.free} are free to be wrong; {c.hold} of them hold beyond their error, {c.unseen} of "
        "which nobody had looked at while the theory was tuned.",
    ]
    failed = trial.tables["facts"]
    failed = failed[(failed["status"] == "free") & ~failed["holds"] & (failed["left_out"] == "")]
    if len(failed):
        words.append(f"Free facts that do not hold: {', '.join(failed['fact'])}.")
    if c.nothing is None:
        words.append("Whether they hold for any coding was not asked: see the part codings.")
    else:
        words.append(
            f"{c.nothing} of the {c.hold} hold for most shuffled codings too and prove nothing "
            "about who wants what."
        )
        left = ", ".join(c.evidence) or "none"
        words.append(f"Left as evidence for the coded conflict, by sign: {left}.")
        if trial.codings < ENOUGH:
            words.append(
                f"Only {trial.codings} shuffled codings: too few to tell what holds for most, and "
                "where the war as coded stands."
            )
        words += _sizes(trial)
    return tuple(words)


def _sizes(trial: Trial) -> list[str]:
    """Where the war as coded stands among codings, and whether conflict explains it."""
    found = placebo.percentiles(trial.tables["codings"])
    words = []
    for _, row in found.iterrows():
        words.append(
            f"By size, what security does to the {NAMES[row['outcome']]} as coded is stronger than "
            f"in {placebo.place(row)} % of shuffled codings; over codings it "
            f"{_goes(row['slope_low'], row['slope_high'])}."
        )
    return words


def _goes(low: float, high: float) -> str:
    """What the interval of a slope on the conflict of the two says."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return "could not be told whether it goes with the conflict of the two"
    if low * high <= 0.0:
        return "does not go with the conflict of the two"
    return "goes with the conflict of the two"
