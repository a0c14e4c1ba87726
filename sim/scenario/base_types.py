"""Base classes for the tables of a scenario: frozen, strict, and with a source."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, NamedTuple, NoReturn

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field


class FrozenDict[K, V](dict[K, V]):
    """A dictionary that nobody can change: a scenario is shared by many runs."""

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("a scenario is frozen: make another with sim.scenario.files.with_changes")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __hash__(self) -> int:  # type: ignore[override]  # a dict has none
        return hash(frozenset(self.items()))

    def __reduce__(self) -> tuple[object, ...]:
        # the inherited way fills the copy item by item, which is refused
        return FrozenDict, (dict(self),)


def same_type(example: object) -> BeforeValidator:
    """Keep 1, 1.0 and true apart where a literal is asked for: Python takes them for equal."""

    def check(value: object) -> object:
        if value is not None and type(value) is not type(example):
            raise ValueError("has the wrong type")
        return value

    return BeforeValidator(check)


Frozen = AfterValidator(FrozenDict)

# What a text may not hold: control characters and marks that turn the direction of writing or
# cannot be seen. Terminals, figures, netCDF and HTML each fail on some of them, or show another
# text than the one that is stored.
_MARKS = r"\u061C\u200B\u200E\u200F\u2028-\u202E\u2060\u2066-\u2069\uFEFF\uFFFE\uFFFF"
UNSEEN = rf"\u0000-\u001F\u007F-\u009F{_MARKS}"
_LINES = rf"\u0000-\u0008\u000B-\u001F\u007F-\u009F{_MARKS}"
NAME = r"^[a-z][a-z0-9_]*$"
LINE = rf"^[^{UNSEEN}]*[^\s{UNSEEN}][^{UNSEEN}]*$"
TEXT = rf"^[^{_LINES}]*$"

# Weeks of a war, 575 years: counters of weeks and of events a week keep within 16 bits.
WEEKS = 30_000
# Strengths and weights are on any scale. Beyond these ends sums lose the smallest of them.
LARGEST = 1e15

Unit = Annotated[float, Field(ge=0, le=1)]
Name = Annotated[str, Field(pattern=NAME, max_length=100)]
Line = Annotated[str, Field(pattern=LINE, max_length=200)]
Text = Annotated[str, Field(pattern=TEXT, max_length=100_000)]
Strength = Annotated[float, Field(ge=0, le=LARGEST)]
Weight = Annotated[float, Field(ge=1e-9, le=1e9)]
Number = Annotated[float, Field(ge=-LARGEST, le=LARGEST)]
Times = Annotated[float, Field(ge=0, le=1e6)]
Rate = Annotated[float, Field(ge=0, le=1)]
Floor = Annotated[float, Field(ge=1e-12, le=1e6)]
Weeks = Annotated[int, Field(ge=0, le=WEEKS)]
WeeksFromOne = Annotated[int, Field(ge=1, le=WEEKS)]
When = dt.date | Weeks
Status = Literal["provisional", "recoded", "recalled"]
TOLERANCE = 1e-9  # within which shares add up to one
SOURCE = "where the numbers of this table come from, or 'judgement'"


class Range(NamedTuple):
    """A number of which nobody is sure, as a scenario gives it: where it may lie.

    Every value between the ends is equally likely; with a mode it is the likeliest, and chances
    fall evenly from there to both ends (the triangular distribution).
    """

    low: float
    high: float
    mode: float | None = None

    @property
    def middle(self) -> float:
        """What a run has that draws nothing: the mode, or else what lies between the ends."""
        return (self.low + self.high) / 2 if self.mode is None else self.mode

    def at(self, share: float) -> float:
        """The value below which this share of all draws lies (the quantile function)."""
        low, high, mode = self
        width = high - low
        if mode is None:
            found = low + share * width
        elif share * width < mode - low:
            found = low + math.sqrt(share * width * (mode - low))
        else:
            found = high - math.sqrt((1.0 - share) * width * (high - mode))
        return min(max(found, low), high)  # rounding may lead beyond an end


RANGE_KEYS = ("low", "mode", "high")
"""The keys of a table that gives a number as a range."""


def is_range(value: object) -> bool:
    """Whether plain data are a number given as a range."""
    ends = [value.get(key) for key in ("low", "high")] if isinstance(value, Mapping) else [None]
    return all(type(end) in (int, float) for end in ends)


class StrictModel(BaseModel):
    """Base of every table of a scenario: frozen, unknown fields refused."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, validate_default=True
    )
    replaces: ClassVar[bool] = False
    """Whether such a table of a variant replaces that of its base instead of merging with it."""


class Sourced(StrictModel):
    """A table that can say where its numbers come from."""

    source: Text | None = Field(None, description=SOURCE)
    status: Status | None = Field(
        None,
        description="'provisional', 'recalled' where no document was seen, or 'recoded' after a "
        "blind second reading",
    )


class Note(StrictModel):
    """Where one single number comes from (written as ``{ value = 3, source = "..." }``)."""

    source: Text = Field(description="where the number comes from, or 'judgement'")
    status: Status | None = Field(None, description="as for a table")
