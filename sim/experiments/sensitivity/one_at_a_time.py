"""Change every number of a scenario alone, and measure how the conclusions change."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Callable, Hashable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from sim.errors import ScenarioError, SimError
from sim.experiments.causes import Outcome
from sim.experiments.hypothesis_tests.codings import Tell
from sim.experiments.hypothesis_tests.treatments import all_played
from sim.measures.intervals import mean_of
from sim.results.ensemble_spec import whole
from sim.runs import executors
from sim.scenario.ranges import Number, moved, numbers
from sim.scenario.schema import Scenario

MOST_CLOSE = 12
"""So many numbers a conclusion are looked at closely."""

# Ends of a column's name: the figure itself, and its 95 % interval.
EDGES = ("", "_from", "_to")


class End(NamedTuple):
    """One number at one end of its range, "low" or "high"."""

    number: Number
    end: str
    value: float
    scenario: Scenario


type Values = dict[str, NDArray[np.float64]]


class Player:
    """Plays scenarios with common luck, some at a time, and keeps the conclusions only."""

    def __init__(
        self, asked: dict[str, Outcome], seed: int, record: str, workers: int | None, say: Tell
    ) -> None:
        self.asked, self.seed, self.record, self.say = asked, seed, record, say
        self.workers = executors.cores() if workers is None else whole("workers", workers, 1, 1000)

    def play(
        self, case: Scenario, cases: Sequence[Scenario], runs: int, first: int
    ) -> tuple[Values, list[Values]]:
        """Conclusions by run: of the scenario as coded, and of each of the others."""
        base = self._one(case, runs, first)  # alone: it compiles the rules where that is needed
        return base, list(self.map(lambda one: self._one(one, runs, first), cases))

    def map[T, S](self, work: Callable[[T], S], over: Sequence[T]) -> Iterable[S]:
        """Do a piece of work for each, in threads, and say how far it is."""
        said = time.monotonic()
        with ThreadPoolExecutor(self.workers) as pool:
            for place, one in enumerate(pool.map(work, over)):
                if time.monotonic() - said > 10.0:
                    self.say(f"  {place + 1} of {len(over)}")
                    said = time.monotonic()
                yield one

    def _one(self, case: Scenario, runs: int, first: int) -> Values:
        results = all_played(
            case, runs, self.seed, record=self.record, first=first, executor="serial"
        )
        found = {}
        for name, outcome in self.asked.items():
            values = outcome(results)
            if not isinstance(values, xr.DataArray) or values.dims != ("run",):
                raise SimError(f"{name}: a conclusion is a DataArray along run alone")
            found[name] = values.values.astype(float)
        return found


def ends_of(case: Scenario, player: Player) -> list[End]:
    """Every number at each end of its range, as far as the checks accept it."""

    def both(number: Number) -> list[End]:
        found = []
        for end, value in (("low", number.low), ("high", number.high)):
            with contextlib.suppress(ScenarioError):
                scenario, at = moved(case, number, value)
                if at != number.value:
                    found.append(End(number, end, at, scenario))
        return found

    return [end for pair in player.map(both, numbers(case)) for end in pair]


def screened_table(ends: list[End], base: Values, found: list[Values]) -> pd.DataFrame:
    """A row for each conclusion and number, with the effects of the first stage."""
    unknown = dict.fromkeys(("to_low", "to_high", "screen_low", "screen_high"), np.nan)
    rows: dict[tuple[str, str], dict[str, object]] = {}
    for (number, end, value, _), values in zip(ends, found, strict=True):
        for name in base:
            head = {"conclusion": name, "path": number.path, "words": number.words}
            row = rows.setdefault(
                (name, number.path), {**head, "value": number.value, **unknown, "close": False}
            )
            gap = values[name] - base[name]
            row[f"to_{end}"] = value
            row[f"screen_{end}"] = float(np.nanmean(gap)) if not np.isnan(gap).all() else np.nan
    table = pd.DataFrame(list(rows.values()))
    return table.assign(reach=_reach(table, "screen"))


def _reach(table: pd.DataFrame, what: str) -> pd.Series[float]:
    """The larger of the effects of both ends."""
    return table[[f"{what}_low", f"{what}_high"]].abs().max(axis=1).fillna(0.0)


def closest(table: pd.DataFrame) -> set[str]:
    """The numbers that moved some conclusion most in the first stage."""
    most = table.groupby("conclusion")["reach"].nlargest(MOST_CLOSE)
    return set(table.loc[most.index.get_level_values(-1), "path"])


def summed(base: Values) -> pd.DataFrame:
    """Each conclusion as coded: mean, interval, and whether it takes both signs."""
    rows = [(*mean_of(values), bool((values < 0).any())) for values in base.values()]
    return pd.DataFrame(rows, index=list(base), columns=["mean", "low", "high", "signed"])


def close_table(
    table: pd.DataFrame, ends: list[End], base: Values, found: list[Values], signs: pd.DataFrame
) -> pd.DataFrame:
    """The table with the effects of the second stage, what moves each conclusion most first."""
    table = table.set_index(["conclusion", "path"])
    for end, what, edge in itertools.product(("low", "high"), ("effect", "at"), EDGES):
        table[f"{what}_{end}{edge}"] = np.nan
    for (number, end, _, _), values in zip(ends, found, strict=True):
        for name in base:
            key = (name, number.path)
            table.loc[key, "close"] = True
            for what, of in (("effect", values[name] - base[name]), ("at", values[name])):
                table.loc[key, [f"{what}_{end}{edge}" for edge in EDGES]] = mean_of(of)
    table["reach"] = table["reach"].where(~table["close"], _reach(table, "effect"))
    table = table.reset_index()
    coded = signs.to_dict(orient="index")
    table["sign"] = [
        _sign(coded[row["conclusion"]], row) if row["close"] else ""
        for row in table.to_dict(orient="records")
    ]
    parts = [
        rows.sort_values(["close", "reach"], ascending=False)
        for _, rows in table.groupby("conclusion", sort=False)
    ]
    return pd.concat(parts, ignore_index=True)


def _sign(as_coded: dict[Hashable, Any], row: dict[Hashable, Any]) -> str:
    """Whether the sign of a conclusion stays the same at both ends of a number's range."""
    side = _side(as_coded["low"], as_coded["high"])
    if not as_coded["signed"] or side == 0:
        return ""
    there = [
        _side(row[f"at_{end}_from"], row[f"at_{end}_to"])
        for end in ("low", "high")
        if not np.isnan(row[f"at_{end}"])
    ]
    if -side in there:
        return "turns"
    return "open" if 0 in there else "stands"


def _side(low: float, high: float) -> int:
    """1 or -1 if an interval lies wholly above or below 0, else 0."""
    return int(low > 0) - int(high < 0)
