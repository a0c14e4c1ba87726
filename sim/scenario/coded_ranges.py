"""Numbers that a scenario gives as ranges: which may be, and the scenario with values put in.

A field holds the middle of its range, so whoever reads a scenario reads a number. The ranges stand
beside, in `Scenario.ranges`. How far numbers plausibly go of which nothing is said is in
`sim.scenario.ranges`.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from sim.errors import ScenarioWarning
from sim.scenario.base_types import RANGE_KEYS, FrozenDict, Range
from sim.scenario.schema import Scenario

# Numbers of one objective that must stand in an order, so that their ends are checked crosswise.
_ORDERED = ("ideal", "satisfied_at", "threatened_at")
_MOST_NAMED = 3


def table_of(given: Range) -> dict[str, float]:
    """A range as a file writes it."""
    return {key: end for key in RANGE_KEYS if (end := getattr(given, key)) is not None}


def refused(path: tuple[str | int, ...], *, whole: bool) -> str:
    """Say why no range may stand at a path, though a number may; empty if one may.

    `whole` is whether the number must be a whole one.
    """
    if whole:
        return "weeks, dates and other whole numbers are the same in all runs"
    if path[:1] == ("outcomes",):
        return "it is read by measures, and no part of a run"
    return ""


def with_values(scenario: Scenario, values: Mapping[str, float]) -> Scenario:
    """A scenario without ranges, with numbers put in by path; nothing is checked.

    Shares by theatre are brought back to a sum of 1, if one of them is put in.
    """
    tree: dict[str, Any] = {}
    for path, value in values.items():
        *outer, last = path.split(".")
        inner = tree
        for key in outer:
            inner = inner.setdefault(key, {})
        inner[last] = value
    for name, actor in tree.get("actors", {}).items():
        if "theatres" in actor:
            shares = {**scenario.actors[name].theatres, **actor["theatres"]}
            total = sum(shares.values())
            actor["theatres"] = {key: share / (total or 1.0) for key, share in shares.items()}
    found = _put(scenario, tree)
    assert isinstance(found, Scenario)
    return found.with_ranges({})


def _put(part: object, tree: object) -> object:
    """A part of a scenario with values put in, by key and position."""
    if not isinstance(tree, dict):
        return tree
    if isinstance(part, tuple):
        return tuple(_put(e, tree[str(n)]) if str(n) in tree else e for n, e in enumerate(part))
    if isinstance(part, BaseModel):
        changed = {key: _put(getattr(part, key), inner) for key, inner in tree.items()}
        return part.model_copy(update=changed)
    assert isinstance(part, Mapping)
    return FrozenDict({**part, **{key: _put(part[key], inner) for key, inner in tree.items()}})


def at_ends(scenario: Scenario) -> Iterator[Scenario]:
    """The scenario with its ranges at their ends: what holds in these holds in all draws.

    All are low, and all are high: sums of shares are least and most there. Those of an objective
    that must stand in an order go crosswise.
    """
    kinds = {path: path.rpartition(".")[2] for path in scenario.ranges}
    crossed = [name for name in _ORDERED if name in kinds.values()]
    for ends in itertools.product((0, 1), repeat=1 + len(crossed)):
        chosen = dict(zip(["", *crossed], ends, strict=True))
        yield with_values(
            scenario,
            {
                path: scenario.ranges[path][:2][chosen.get(kind, chosen[""])]
                for path, kind in kinds.items()
            },
        )


def described(scenario: Scenario) -> str:
    """Say how many numbers are ranges, and the first of them; empty if none is."""
    ranges = scenario.ranges
    if not ranges:
        return ""
    named = [
        f"{path} {one.low:g} to {one.high:g}"
        for path, one in itertools.islice(ranges.items(), _MOST_NAMED)
    ]
    more = f" and {len(ranges) - len(named)} more" if len(ranges) > len(named) else ""
    count = "1 number is a range" if len(ranges) == 1 else f"{len(ranges)} numbers are ranges"
    return f"{count} ({', '.join(named)}{more})"


def warn_of_middles(scenario: Scenario, stacklevel: int = 3) -> None:
    """Warn, with `ScenarioWarning`, that the ranges of a scenario are not drawn, if it has any."""
    told = described(scenario)
    if told:
        words = (
            f"{scenario.name}: {told}: every run has the middle; `sim ensemble --uncertain` (in "
            "Python uncertain=True) draws anew for each run"
        )
        warnings.warn(words, ScenarioWarning, stacklevel=stacklevel)
