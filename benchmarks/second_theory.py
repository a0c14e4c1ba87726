"""The figures of the second theory, beside those of an independent prototype of it.

    python benchmarks/second_theory.py [runs] [seed]

Every figure of `docs/VALIDATION.md` on the second theory is computed here, and
`tests/test_facts_second.py` holds those that have a published interval to it. "Aleppo" is the first
week in which the regime issue stands at 0.60 or more, and "after" means from then on.

Two designs say what an achieved goal does, each with the long-term aims of Russia and Iran in
conflict (the Syrian case) or compatible:

flag
    The short-term goal on the regime is never satisfied, or it can be. Only attention, and through
    it the tie, knows the difference.
clamp
    From week 30 on the regime is held at 0.75 (secure) or at 0.30 (threatened).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim import events, files
from sim.ensemble import simulate
from sim.scenario import Scenario

SCENARIOS = Path(__file__).resolve().parents[1] / "scenarios"
PARTS = ("dyad", "issue", "actor", "actor_flag", "link")
MILITIAS = ("hezbollah", "foreign_militias", "local_militias")
SECURE, THREATENED = 0.75, 0.30
CLAMPED, FROM = 30, 70
NEVER = 9999
# How often an interaction adds each cell: conflicting secure, threatened, compatible both.
SIGNS = (1.0, -1.0, -1.0, 1.0)


class Figure(NamedTuple):
    """An estimate, its standard error over runs, and what every run adds to it."""

    value: float
    error: float
    influence: NDArray[np.float64]

    def __sub__(self, other: Figure) -> Figure:
        return figure(self.value - other.value, self.influence - other.influence)


def figure(value: float, influence: NDArray[np.float64]) -> Figure:
    """A figure from what each run adds to it (0 in the mean); runs are independent."""
    return Figure(float(value), float(influence.std() / np.sqrt(len(influence))), influence)


def ratio(parts: NDArray[Any], wholes: NDArray[Any]) -> Figure:
    """Ratio of sums over runs, linearised: what a run without any of the whole adds is 0."""
    share = parts.sum() / max(wholes.sum(), 1e-300)
    return figure(share, (parts - share * wholes) / max(wholes.mean(), 1e-300))


def mean(values: NDArray[Any], chosen: NDArray[np.bool_]) -> Figure:
    """Mean over the chosen runs."""
    return ratio(np.where(chosen, values, 0.0), chosen.astype(float))


def combined(cells: list[Figure], signs: tuple[float, ...] = SIGNS) -> Figure:
    """A signed sum of cells that share their luck run by run."""
    value = sum(sign * cell.value for sign, cell in zip(signs, cells, strict=True))
    parts = [sign * cell.influence for sign, cell in zip(signs, cells, strict=True)]
    return figure(value, np.sum(parts, axis=0))


# scenarios ----------------------------------------------------------------------------------------


def conflicting(theory: str = "second") -> Scenario:
    """The Syrian case."""
    return files.load(SCENARIOS / "syria_2015_2018.toml", {"theory": theory})


def compatible(case: Scenario, whose: str = "russia") -> Scenario:
    """Both want for arms, power sharing and posts what one of them does."""
    other = "iran" if whose == "russia" else "russia"
    changes = {
        f"actors.{other}.long.{issue}.ideal": case.actors[whose].long[issue].ideal
        for issue in ("arms", "share", "appointments")
    }
    return files.with_changes(case, changes)


def never_safe(case: Scenario) -> Scenario:
    """Nobody's goal on the regime is ever satisfied."""
    changes = {
        f"actors.{name}.short.regime.satisfied_at": "never"
        for name, actor in case.actors.items()
        if "regime" in actor.short
    }
    return files.with_changes(case, changes)


def clamped(case: Scenario, position: float, week: int = CLAMPED) -> Scenario:
    """The regime held at a position from a week on."""
    event = {
        "week": week, "why": "experiment", "issue": "regime", "position": position, "pinned": True,
    }  # fmt: skip
    data = files.as_data(case)
    data["events"] = [*data["events"], event]
    return files.build(data)


@cache
def play(case: Scenario, runs: int, seed: int) -> xr.Dataset:
    """An ensemble, kept for the figures that share it."""
    return simulate(case, runs=runs, seed=seed, parts=PARTS)


# measures, all by run -----------------------------------------------------------------------------


def tie(results: xr.Dataset, i: str = "russia", j: str = "iran") -> NDArray[np.float64]:
    """Mean of both directions, by run and week."""
    values = results["tie"]
    there, back = values.sel(actor=i, other=j).values, values.sel(actor=j, other=i).values
    return np.asarray(0.5 * (there + back))


def aleppo(results: xr.Dataset) -> NDArray[np.int64]:
    """First recorded week with the regime at 0.60; `NEVER` where it does not come."""
    safe = results["position"].sel(issue="regime").values >= 0.60
    return np.where(safe.any(axis=1), safe.argmax(axis=1), NEVER)


def after(results: xr.Dataset, later: bool = True) -> NDArray[np.bool_]:
    """Weeks from Aleppo on (or before it), in runs that reach it; by run and week."""
    t0, weeks = aleppo(results)[:, None], np.arange(results.sizes["round"])
    return np.asarray((t0 < NEVER) & ((weeks >= t0) if later else (weeks < t0)))


def late(results: xr.Dataset, since: int = FROM) -> NDArray[np.bool_]:
    """Weeks from a fixed one on; by run and week."""
    shape = (results.sizes["run"], results.sizes["round"])
    return np.broadcast_to(np.arange(shape[1]) >= since, shape)


def no(
    results: xr.Dataset, kind: int, who: tuple[str, ...] | str, weeks: NDArray[np.bool_]
) -> Figure:
    """Share of refusals among the decisions of some actors in some weeks."""
    who = (who,) if isinstance(who, str) else who
    names = results["actor"].values.tolist()
    run = results["event_run"].values - int(results["run"].values[0])
    chosen = results["event_kind"].values == kind
    chosen = chosen & np.isin(results["event_actor"].values, [names.index(name) for name in who])
    chosen = chosen & weeks[run, results["event_round"].values]
    runs = results.sizes["run"]
    refused = ~results["event_answer"].values[chosen]
    return ratio(
        np.bincount(run[chosen], weights=refused, minlength=runs),
        np.bincount(run[chosen], minlength=runs),
    )


def yes(
    results: xr.Dataset, kind: int, who: tuple[str, ...] | str, weeks: NDArray[np.bool_]
) -> Figure:
    """Share of consent among the same."""
    found = no(results, kind, who, weeks)
    return figure(1.0 - found.value, -found.influence)


def spoils(results: xr.Dataset, weeks: NDArray[np.bool_], who: str = "iran") -> Figure:
    """Share of a patron's orders that are orders to spoil."""
    return no(results, events.ORDER, who, weeks)


def breaches(results: xr.Dataset, weeks: NDArray[np.bool_]) -> Figure:
    """Share of decisions of Iran's militias that are breaches."""
    return no(results, events.COMPLY, MILITIAS, weeks)


def mean_tie(results: xr.Dataset, weeks: NDArray[np.bool_]) -> Figure:
    """Mean tie of Russia and Iran over some weeks."""
    return ratio((tie(results) * weeks).sum(axis=1), weeks.sum(axis=1))


def drift(results: xr.Dataset) -> tuple[Figure, Figure, Figure]:
    """The tie at Aleppo, forty weeks on, and the change."""
    t0 = aleppo(results)
    chosen = t0 + 40 < results.sizes["round"]
    start, runs = np.where(chosen, t0, 0), np.arange(len(t0))
    first, last = tie(results)[runs, start], tie(results)[runs, start + 40]
    return mean(first, chosen), mean(last, chosen), mean(last - first, chosen)


class Spells(NamedTuple):
    """Ceasefires of all runs: weeks at whose end they stood, whether they broke, and their run."""

    weeks: NDArray[np.int64]
    broke: NDArray[np.bool_]
    run: NDArray[np.int64]


def spells(results: xr.Dataset) -> Spells:
    """Every ceasefire from its signature until it breaks, is won, or the record ends.

    A week counts as held if the ceasefire stands at its end; one that breaks in the week of its
    signature has held none.
    """
    signed = (results["event_kind"].values == events.CEASEFIRE) & results["event_answer"].values
    state, rows = results["state"].values, []
    for run, week in zip(
        results["event_run"].values[signed] - int(results["run"].values[0]),
        results["event_round"].values[signed], strict=True,
    ):  # fmt: skip
        rest = state[run, week:]
        over = np.flatnonzero((rest == 0) | (rest == 3))
        end = int(over[0]) if len(over) else len(rest)
        rows.append((end, bool(len(over)) and rest[end] == 0, run))
    weeks, broke, run = zip(*rows, strict=True)
    return Spells(np.array(weeks), np.array(broke), np.array(run))


def failed_by(found: Spells, week: int) -> float:
    """Share of ceasefires that have broken in their first weeks (Kaplan and Meier 1958)."""
    alive = 1.0
    for n in range(week):
        at_risk = (found.weeks > n) | ((found.weeks == n) & found.broke)
        if at_risk.any():
            alive *= 1.0 - (found.broke & (found.weeks == n)).sum() / at_risk.sum()
    return 1.0 - alive


# the two designs ----------------------------------------------------------------------------------


def flag_cells(runs: int, seed: int, theory: str = "second", **change: Any) -> list[xr.Dataset]:
    """Conflicting aims with a goal that can be satisfied or never is, compatible aims likewise."""
    base = changed(conflicting(theory), change)
    cases = [base, never_safe(base), compatible(base), never_safe(compatible(base))]
    return [play(case, runs, seed) for case in cases]


def clamp_cells(
    runs: int, seed: int, whose: str = "russia", theory: str = "second", **change: Any
) -> list[xr.Dataset]:
    """Conflicting aims, secure or threatened, compatible aims likewise."""
    base = changed(conflicting(theory), change)
    cases = [
        clamped(case, position)
        for case in (base, compatible(base, whose))
        for position in (SECURE, THREATENED)
    ]
    return [play(case, runs, seed) for case in cases]


def changed(case: Scenario, change: dict[str, Any]) -> Scenario:
    """A scenario with some parameters and mechanisms set, by their names."""
    groups = {name: "mechanisms" for name in type(case.mechanisms).model_fields}
    paths = {f"{groups.get(name, 'parameters')}.{name}": value for name, value in change.items()}
    return files.with_changes(case, paths) if paths else case


Measure = Callable[[xr.Dataset, NDArray[np.bool_]], Figure]


def two_by_two(
    cells: list[xr.Dataset], measure: Measure, weeks: Callable[[xr.Dataset], NDArray[np.bool_]]
) -> tuple[list[Figure], Figure, Figure, Figure]:
    """The four cells, the effect with conflicting and with compatible aims, the interaction."""
    found = [measure(cell, weeks(cell)) for cell in cells]
    return found, found[0] - found[1], found[2] - found[3], combined(found)
