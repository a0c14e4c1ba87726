"""What each mechanism beyond the second theory does: paired runs with and without it.

    python studies/extensions.py [runs] [seed]

Every row changes one thing in the Syrian case and plays it with the same luck. A cell is the
difference that the change makes, with the half-width of its 95 % interval over runs; a star marks
those that leave out 0. The first row is the case itself. `docs/ODD.md` says what was kept and why.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim import files
from sim.engine import event_log
from sim.runs.simulate import simulate
from sim.scenario.schema import Scenario

CASE = Path(__file__).resolve().parents[1] / "scenarios" / "syria_2015_2018.toml"
PARTS = ("run", "dyad", "issue", "actor", "actor_flag", "place")
MONTH = 4

Values = NDArray[np.float64]


def without(case: Scenario, mechanism: str, value: Any = False) -> Scenario:
    """The case with one mechanism at another value."""
    return files.with_changes(case, {f"mechanisms.{mechanism}": value})


def changes(case: Scenario) -> dict[str, Scenario]:
    """One change of the case a row."""
    with_ = files.with_changes
    return {
        "one theatre, all covered": without(case, "theatres"),
        "who fights is who is armed": without(case, "fights", "armed"),
        "all terms count": without(case, "terms", "all"),
        "parties count by head": without(case, "voice", "heads"),
        "nobody walks out": without(case, "walking_out"),
        "guarantors' troops": without(case, "troops", True),
        "a monitor": with_(case, {"ceasefire.monitored": True}),
        "the core tabled when it pays": with_(case, {"issues.arms.agenda.at": "when it pays"}),
    }


def tie(results: xr.Dataset) -> Values:
    """Tie of Russia and Iran, by run and week."""
    there = results["tie"].sel(actor="russia", other="iran").values
    return np.asarray(0.5 * (there + results["tie"].sel(actor="iran", other="russia").values))


def share(results: xr.Dataset, kind: int, who: str, answer: bool) -> Values:
    """Part of an actor's decisions of a kind that are so, by run; NaN where it had none."""
    names = results["actor"].values.tolist()
    chosen = (results["event_kind"].values == kind) & (
        results["event_actor"].values == names.index(who)
    )
    run = results["event_run"].values[chosen]
    runs = results.sizes["run"]
    every = np.bincount(run, minlength=runs)
    so = np.bincount(run, weights=results["event_answer"].values[chosen] == answer, minlength=runs)
    return np.divide(so, every, out=np.full(runs, np.nan), where=every > 0)


def calm(results: xr.Dataset, theatre: str | None = None) -> Values:
    """Mean intensity of fighting while a ceasefire holds, by run (war is 1)."""
    level = results["intensity"].values
    if theatre in results["theatre"].values:
        level = results["intensity_by_theatre"].sel(theatre=theatre).values
    ceasefire = results["state"].values == 1
    weeks = ceasefire.sum(axis=1)
    return np.divide(
        (level * ceasefire).sum(axis=1), weeks, out=np.full(len(level), np.nan), where=weeks > 0
    )


def monthly(results: xr.Dataset) -> tuple[Values, Values]:
    """Sd of log changes of monthly intensity, and its first autocorrelation, by run."""
    level = results["intensity"].values
    months = level[:, : level.shape[1] // MONTH * MONTH].reshape(len(level), -1, MONTH).mean(axis=2)
    both = (months[:, 1:] > 0) & (months[:, :-1] > 0)
    logs = np.log(np.where(months > 0, months, 1.0))
    change = np.where(both, np.diff(logs, axis=1), np.nan)
    centred = months - months.mean(axis=1, keepdims=True)
    spread = (centred**2).sum(axis=1)
    lag = np.divide(
        (centred[:, 1:] * centred[:, :-1]).sum(axis=1), spread,
        out=np.full(len(level), np.nan), where=spread > 0,
    )  # fmt: skip
    return np.nanstd(change, axis=1), lag


MEASURES: dict[str, Callable[[xr.Dataset], Values]] = {
    "regime safe": lambda r: (r["position"].sel(issue="regime").values >= 0.6).any(axis=1) * 1.0,
    "tie at the end": lambda r: tie(r)[:, -1],
    "Iran spoils": lambda r: share(r, event_log.ORDER, "iran", False),
    "Hezbollah breaks": lambda r: share(r, event_log.COMPLY, "hezbollah", False),
    "government breaks": lambda r: share(r, event_log.COMPLY, "syria_government", False),
    "rebels break": lambda r: share(r, event_log.COMPLY, "northern_rebels", False),
    "rebels come": lambda r: share(r, event_log.ATTEND, "northern_rebels", True),
    "ever settled": lambda r: (r["state"].values == 2).any(axis=1) * 1.0,
    "weeks of war": lambda r: (r["state"].values == 0).mean(axis=1),
    "calm": calm,
    "calm in the north": lambda r: calm(r, "north"),
    "calm around Damascus": lambda r: calm(r, "damascus"),
    "monthly sd": lambda r: monthly(r)[0],
    "monthly lag": lambda r: monthly(r)[1],
}


def measured(case: Scenario, runs: int, seed: int) -> dict[str, Values]:
    """Every measure of an ensemble, by run."""
    results = simulate(case, runs=runs, seed=seed, parts=PARTS)
    return {name: measure(results) for name, measure in MEASURES.items()}


def main() -> None:
    """Print the table."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    case = files.load(CASE)
    base = measured(case, runs, seed)
    out = sys.stdout.write
    out("| | " + " | ".join(MEASURES) + " |\n" + "| --- " * (len(MEASURES) + 1) + "|\n")
    out("| **the case** | " + " | ".join(f"{np.nanmean(base[m]):.3f}" for m in MEASURES) + " |\n")
    for name, changed in changes(case).items():
        other, cells = measured(changed, runs, seed), []
        for measure in MEASURES:
            gap = other[measure] - base[measure]
            gap = gap[~np.isnan(gap)]
            half = 1.96 * gap.std(ddof=1) / np.sqrt(len(gap))
            star = "*" if abs(gap.mean()) > half else ""
            cells.append(f"{gap.mean():+.3f} ± {half:.3f}{star}")
        out(f"| {name} | " + " | ".join(cells) + " |\n")


if __name__ == "__main__":
    main()
