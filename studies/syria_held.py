"""What the Syrian war with holdings says: ceasefires, ends, theatres, and who comes to blows.

    python studies/syria_held.py [scenario] [runs] [seed] [path=value ...]

Plays the scenario (`scenarios/syria_held.toml` if not given) and prints one table. A change is
written as for `sim run --set`. In all shares of ceasefires every ceasefire counts once.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from sim import files, measures
from sim.engine.state import CEASEFIRE, SETTLEMENT, WAR
from sim.experiments.calibration import targets
from sim.experiments.calibration.plan import load_plan
from sim.results.dataset import scenario_of
from sim.results.selection import by_week
from sim.runs.ensemble import ensemble

RECORD = f"{targets.RECORD},ratified,intensity_by_theatre,events"
PLAN = Path(__file__).resolve().parents[1] / "scenarios/calibration/holdings_in_syria.toml"
KNOWN = 69  # the last week of January 2017
YOUNG = 4  # weeks


def ends(results: xr.Dataset) -> list[tuple[str, float]]:
    """When ceasefires begin, who brokers them, and how the war ends."""
    spells = measures.ceasefires(results)
    first = spells.groupby("run")["start"].min().reindex(results["run"].values)
    weeks, runs = results.sizes["week"], results.sizes["run"]
    first = first.fillna(weeks)
    by = spells[spells.start <= KNOWN].groupby("convener").size() / max(
        int((spells.start <= KNOWN).sum()), 1
    )
    state = by_week(results, "state")
    shares = measures.outcome_shares(results, content={})["share"]
    found = [(f"first ceasefire signed, week at {q:.0%} of runs", first.quantile(q)) for q in
             (0.1, 0.5, 0.9)]  # fmt: skip
    found += [
        ("first ceasefire signed in week 0", float((first == 0).mean())),
        ("first ceasefire signed before week 15", float((first < 15).mean())),
        (f"no ceasefire by week {KNOWN}", float((first > KNOWN).mean())),
        (f"ceasefires a run by week {KNOWN}", float((spells.start <= KNOWN).sum() / runs)),
    ]
    found += [(f"of these, brokered by {who}", share) for who, share in by.items()]
    found += [
        (f"settled by week {KNOWN}", float((state[:, : KNOWN + 1] == SETTLEMENT).any(1).mean())),
        ("settled at some time", float((state == SETTLEMENT).any(1).mean())),
        *((f"ends: {name}", shares[name]) for name in shares.index[:5]),
        *(
            (f"in week {week} frozen for {n} weeks", float(frozen(state, week, n).mean()))
            for week in (KNOWN, weeks - 1)
            for n in (12, 52)
        ),
        ("weeks of ceasefire", float((state == CEASEFIRE).mean())),
    ]
    length = measures.ceasefire_lengths(results)
    curve = measures.kaplan_meier(length.weeks, length.collapsed)["survival"]
    found += [
        (f"ceasefires failed by week {n}", 1.0 - curve.iloc[min(n, len(curve) - 1)])
        for n in (1, 4, 13, 52)
    ]
    return found


def frozen(state: NDArray[np.int64], week: int, n: int) -> NDArray[np.bool_]:
    """Runs in which an unsettled ceasefire has stood for n weeks at the end of a week."""
    return np.asarray((state[:, week - n + 1 : week + 1] == CEASEFIRE).all(axis=1))


def theatres(results: xr.Dataset) -> list[tuple[str, float]]:
    """Violence in the first weeks of ceasefires by theatre, war = 1, by who has signed."""
    case, state = scenario_of(results), by_week(results, "state")
    age = by_week(results, "age")
    young = (state == CEASEFIRE) & (age <= YOUNG)
    signed = by_week(results, "ratified", "actor")
    names = [str(n) for n in results["actor"].values]
    level = results["intensity_by_theatre"].transpose("theatre", "run", "week").values
    patrons = [p for p in case.patrons if not case.actors[p].armed]
    found = []
    for theatre, fought in zip(results["theatre"].values, level, strict=True):
        war = fought[state == WAR].mean()
        found.append((f"violence in ceasefires, {theatre}", fought[young].mean() / war))
        for who in patrons:
            yes = signed[..., names.index(who)]
            for word, some in (("has signed", young & yes), ("has not", young & ~yes)):
                if some.any():
                    found.append((f"  where {who} {word}", fought[some].mean() / war))
        one, other = (names.index(who) for who in case.bilateral[0])
        some = young & signed[..., one] & ~signed[..., other]
        if some.any():
            words = f"  where {names[one]} has signed and {names[other]} has not"
            found.append((words, fought[some].mean() / war))
    return found


def aims(results: xr.Dataset) -> list[tuple[str, float]]:
    """The targets of the calibration, by how many tolerances they are off."""
    found = []
    for target in load_plan(PLAN).targets:
        measure = targets.MEASURES[target.measure].found
        value = measure(results, target.week or 0, target.position or 0.0)
        off = (value - target.value) / target.tolerance
        found.append((f"target: {target.name}, known {target.value:g}, off by {off:+.1f}", value))
    return found


def blows(results: xr.Dataset) -> pd.DataFrame:
    """Share of runs in which two allies have broken or strained, by pair and date."""
    case = scenario_of(results)
    if case.coalition is None:
        return pd.DataFrame()
    table = measures.breaks(results)
    table = table[table.actor.isin(case.coalition.members) & table.other.isin(
        case.coalition.members)]  # fmt: skip
    rows = {}
    for (one, other), mine in table.groupby(["actor", "other"]):
        row = {f"by week {n}": float((mine.week <= n).mean()) for n in (26, 52, 69, 95, 119)}
        forms = mine.form.value_counts() / len(mine)
        row |= {form: float(forms.get(form, 0.0)) for form in ("war", "joined", "formal")}
        row["strained only"] = float((mine.status == "strained").mean())
        rows[f"{one}, {other}"] = row
    return pd.DataFrame(rows).T


def main() -> None:
    """Play and print."""
    given = sys.argv[1:]
    changes: dict[str, object] = {}
    for word in (word for word in given if "=" in word):
        path, value = word.split("=", 1)
        try:
            changes[path] = tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError:
            changes[path] = value
    plain = [word for word in given if "=" not in word]
    case = files.load(plain[0] if plain else "syria_held")
    case = files.with_changes(case, changes)
    runs = int(plain[1]) if len(plain) > 1 else 500
    seed = int(plain[2]) if len(plain) > 2 else 1
    results = ensemble(case, runs=runs, seed=seed, record=RECORD)
    out = sys.stdout.write
    out(f"| {case.name}, {runs} runs, seed {seed} | |\n| --- | --- |\n")
    for name, value in ends(results) + theatres(results) + aims(results):
        out(f"| {name} | {np.round(value, 3):g} |\n")
    table = blows(results)
    if len(table):
        out("\n" + table.round(3).to_string() + "\n")


if __name__ == "__main__":
    main()
