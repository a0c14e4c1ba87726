"""Whether the spoiler spoils more once its goal is achieved, by what counts alike.

    python studies/before_and_after.py [runs] [seed]

Ceasefires are of unequal length, so a share before and a share after depend on what is averaged:
runs (each run's share counts once, as in `sim test-theory`), weeks (runs in which ceasefires last
count more), or ceasefires (their first weeks only, in which all of them still stand). Differences
are after less before, in the Syrian case, with the half-width of the 95 % interval over runs.
"""

from __future__ import annotations

import sys
from pathlib import Path

import xarray as xr

from sim import files
from sim.experiments.hypothesis_tests.estimates import Z, mean_share, ratio
from sim.experiments.hypothesis_tests.observables import (
    RECORD,
    Series,
    first_achieved,
    series,
    windows,
)
from sim.experiments.hypothesis_tests.roles import find
from sim.runs.ensemble import ensemble
from sim.scenario.schema import Scenario

CASE = Path(__file__).resolve().parents[1] / "scenarios" / "syria_2015_2018.toml"


def rows(results: xr.Dataset, case: Scenario) -> list[tuple[str, str, list[float]]]:
    """What is counted, what counts alike, and: before, after, the difference, its half-width."""
    roles, found = find(case), []
    weeks = windows(results.sizes["week"], first_achieved(results, roles), roles.weeks)
    young = results["age"].values == 1
    for name in ("orders", "breaches"):
        one = series(results, roles)[name]
        for alike, counted in (
            ("runs", Series(one.part, one.whole, mean_share)),
            ("weeks", Series(one.part, one.whole, ratio)),
            ("first weeks of ceasefires", Series(one.part * young, one.whole * young, ratio)),
        ):
            before, after = counted.over(weeks["before"]), counted.over(weeks["after"])
            change = after - before
            figures = [before.value, after.value, change.value, Z * change.error]
            found.append((name, alike, figures))
    return found


def main() -> None:
    """Play and print."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    case = files.load(CASE)
    results = ensemble(case, runs=runs, seed=seed, record=f"{RECORD},age")
    out = sys.stdout.write
    out("| of the spoiler | what counts alike | before | after | change |\n")
    out("| --- | --- | --- | --- | --- |\n")
    for name, alike, (before, after, change, half) in rows(results, case):
        what = "its orders to spoil" if name == "orders" else "breaches by its proxies"
        out(f"| {what} | {alike} | {before:.2f} | {after:.2f} | {change:+.2f} ± {half:.2f} |\n")


if __name__ == "__main__":
    main()
