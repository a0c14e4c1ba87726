"""What changes if an armed actor of the Syrian case is cut into two halves.

    python benchmarks/splitting.py [runs] [seed]

The halves have half the capability each, and everything else of the whole: aims, patrons, roles,
theatres. A model that counts strength gives the same war; one that counts heads does not. Luck goes
by names, so the runs are not paired.
"""

from __future__ import annotations

import copy
import sys
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

import sim
from sim import files
from sim.results import scenario_of
from sim.scenario import Scenario

CASE = Path(__file__).resolve().parents[1] / "scenarios" / "syria_2015_2018.toml"
TRUCE = 1


def halved(case: Scenario, name: str) -> Scenario:
    """The case with one actor cut in two."""
    data, parts = files.as_data(case), (f"{name}_a", f"{name}_b")

    def both(names: Any) -> list[str]:
        return [half for one in names for half in (parts if one == name else (one,))]

    whole = data["actors"][name]
    half = {**whole, "capability": whole["capability"] / 2}
    data["actors"] = {
        one: copy.deepcopy(half if one in parts else data["actors"].get(one))
        for one in both(data["actors"])
    }
    for issue in data["issues"].values():
        for field in ("advances_while", "gains_from"):
            if field in issue:
                issue[field] = both(issue[field])
    for proxies in data["patrons"].values():
        if name in proxies:
            proxies.update(dict.fromkeys(parts, proxies.pop(name)))
    if name in data["patrons"]:
        proxies = data["patrons"].pop(name)
        data["patrons"].update({half: dict(proxies) for half in parts})
    for group in (data["roles"], data["talks"]):
        for field, value in group.items():
            if isinstance(value, list | tuple):
                group[field] = both(value)
            elif isinstance(value, dict) and name in value:
                value.update(dict.fromkeys(parts, value.pop(name)))
    return files.build(data)


def totals(results: xr.Dataset) -> dict[str, tuple[float, float]]:
    """By camp: share of what is in arms that breaks ceasefires, and that fights at all."""
    actors = scenario_of(results).actors
    arms, truce = results["in_arms"].values, (results["state"].values == TRUCE)[..., None]
    found = {}
    for camp in ("government", "opposition"):
        own = arms * np.array([actors[str(n)].camp == camp for n in results["actor"].values])
        broken = (own * results["violated"].values * truce).sum() / (own * truce).sum()
        found[camp] = float(broken), float((own * results["active"].values).sum() / own.sum())
    return found


def main() -> None:
    """Print the changes of both camps' totals in percent."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    case = files.load(CASE)

    def played(one: Scenario) -> dict[str, tuple[float, float]]:
        return totals(sim.ensemble(one, runs=runs, seed=seed, record="in_arms,violated,active"))

    base = played(case)
    out = sys.stdout.write
    out("| halved | government camp: breaches, fighting | opposition: breaches, fighting |\n")
    out("| --- | --- | --- |\n")
    for name, actor in case.actors.items():
        if not actor.armed or name in case.patrons:
            continue
        now = played(halved(case, name))
        cells = [
            ", ".join(
                f"{100 * (there / here - 1):+.1f} %"
                for here, there in zip(base[camp], now[camp], strict=True)
            )
            for camp in base
        ]
        out(f"| {actor.label} | {' | '.join(cells)} |\n")


if __name__ == "__main__":
    main()
