"""Change every number of a scenario alone, and measure how the conclusions change."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from sim.errors import ScenarioError, SimError
from sim.experiments.causes import Outcome
from sim.measures import mean_interval
from sim.results.ensemble_spec import whole
from sim.runs import executors
from sim.runs.ensemble import ensemble
from sim.scenario.ranges import Number, moved, numbers
from sim.scenario.schema import Scenario

MOST_CLOSE = 12
"""So many numbers a conclusion are looked at closely."""

type Tell = Callable[[str], None]


@dataclass(frozen=True)
class End:
    """One number at one end of its range."""

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
        found = list(self.map(lambda one: self._one(one, runs, first), cases))
        return base, found

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
        results = ensemble(
            case,
            runs,
            self.seed,
            record=self.record,
            first=first,
            executor="serial",
            progress=False,
        )
        if results.attrs.get("failures"):
            raise SimError(f"runs failed: {results.attrs['failures'].splitlines()[0]}")
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
            if value == number.value:
                continue
            try:
                scenario, at = moved(case, number, value)
            except ScenarioError:
                continue
            if at != number.value:
                found.append(End(number, end, at, scenario))
        return found

    return [end for pair in player.map(both, numbers(case)) for end in pair]


def screened_table(
    asked: dict[str, Outcome], ends: list[End], base: Values, found: list[Values]
) -> pd.DataFrame:
    """A row for each conclusion and number, with the effects of the first stage."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for end, values in zip(ends, found, strict=True):
        for name in asked:
            number = end.number
            row = rows.setdefault(
                (name, number.path),
                {
                    "conclusion": name, "path": number.path, "words": number.words,
                    "value": number.value, "to_low": np.nan, "to_high": np.nan,
                    "screen_low": np.nan, "screen_high": np.nan, "close": False,
                },
            )  # fmt: skip
            row[f"to_{end.end}"] = end.value
            gap = values[name] - base[name]
            row[f"screen_{end.end}"] = float(np.nanmean(gap)) if not np.isnan(gap).all() else np.nan
    table = pd.DataFrame(list(rows.values()))
    table["reach"] = table[["screen_low", "screen_high"]].abs().max(axis=1).fillna(0.0)
    return table


def closest(table: pd.DataFrame) -> set[str]:
    """The numbers that moved some conclusion most in the first stage."""
    found: set[str] = set()
    for _, rows in table.groupby("conclusion"):
        found |= set(rows.nlargest(MOST_CLOSE, "reach")["path"])
    return found


def summed(asked: dict[str, Outcome], base: Values) -> pd.DataFrame:
    """Each conclusion as coded: mean, interval, and whether it takes both signs."""
    rows = {}
    for name in asked:
        known = base[name][~np.isnan(base[name])]
        interval = _interval(known)
        rows[name] = {**interval, "signed": bool((known < 0).any())}
    return pd.DataFrame.from_dict(rows, orient="index")


def _interval(values: NDArray[np.float64]) -> dict[str, float]:
    """Mean and its 95 % interval, without what is not known; NaN from fewer than two values."""
    known = values[~np.isnan(values)]
    if len(known) < 2:
        return {
            "mean": float(known.mean()) if len(known) else np.nan,
            "low": np.nan,
            "high": np.nan,
        }
    found = mean_interval(xr.DataArray(known, dims="run"))
    return {name: float(found[name]) for name in ("mean", "low", "high")}


def close_table(
    table: pd.DataFrame,
    asked: dict[str, Outcome],
    ends: list[End],
    base: Values,
    found: list[Values],
    signs: pd.DataFrame,
) -> pd.DataFrame:
    """The table with the effects of the second stage, what moves each conclusion most first."""
    table = table.set_index(["conclusion", "path"])
    for end, values in zip(ends, found, strict=True):
        for name in asked:
            key, gap = (name, end.number.path), _interval(values[name] - base[name])
            at = _interval(values[name])
            for column, value in (
                (f"effect_{end.end}", gap["mean"]),
                (f"effect_{end.end}_from", gap["low"]),
                (f"effect_{end.end}_to", gap["high"]),
                (f"at_{end.end}", at["mean"]),
                (f"at_{end.end}_from", at["low"]),
                (f"at_{end.end}_to", at["high"]),
            ):
                table.loc[key, column] = value
            table.loc[key, "close"] = True
    columns = [f"{what}_{end}" for what in ("effect", "at") for end in ("low", "high")]
    for column in [f"{name}{edge}" for name in columns for edge in ("", "_from", "_to")]:
        if column not in table:
            table[column] = np.nan
    close = table["close"].to_numpy()
    reach = table[["effect_low", "effect_high"]].abs().max(axis=1).fillna(0.0)
    table["reach"] = np.where(close, reach, table["reach"])
    order = {name: n for n, name in enumerate(asked)}
    table = table.reset_index()
    coded = signs.to_dict(orient="index")
    table["sign"] = [
        _sign(coded[row["conclusion"]], row) if row["close"] else ""
        for row in table.to_dict(orient="records")
    ]
    table["_order"] = table["conclusion"].map(order)
    table = table.sort_values(
        ["_order", "close", "reach"], ascending=[True, False, False], ignore_index=True
    )
    return table.drop(columns="_order")


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
