"""What changes if an armed actor of the Syrian case is cut into two halves.

    python benchmarks/splitting.py [runs] [seed]

The halves have half the capability each, and everything else of the whole: aims, patrons, theatres,
parts in the talks. A model that counts strength gives the same war; one that counts heads does not.
A signature and a veto are heads by their nature: with "one signs" they stay with the first half,
with "both sign" each half has its own, which is another war. Luck goes by names: all but the halves
share it, so parts of the runs are paired; each cell has the half-width of its 95 % interval over
them.
"""

from __future__ import annotations

import copy
import sys
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

import sim
from sim import files
from sim.results import scenario_of
from sim.scenario import Scenario

CASE = Path(__file__).resolve().parents[1] / "scenarios" / "syria_2015_2018.toml"
Values = NDArray[np.float64]
TRUCE = 1
PARTS = 12
STUDENT = 2.201  # 97.5 % of Student's t, eleven degrees of freedom
BY_HEAD = ("must_sign", "veto")


def halved(case: Scenario, name: str, *, both_sign: bool) -> Scenario:
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
            if field in BY_HEAD and not both_sign:
                group[field] = [parts[0] if one == name else one for one in value]
            elif isinstance(value, list | tuple):
                group[field] = both(value)
            elif isinstance(value, dict) and name in value:
                value.update(dict.fromkeys(parts, value.pop(name)))
    return files.build(data)


def totals(results: xr.Dataset) -> Values:
    """By camp: share of what is in arms that breaks ceasefires, and that fights at all."""
    actors = scenario_of(results).actors
    arms, truce = results["in_arms"].values, (results["state"].values == TRUCE)[..., None]
    found = []
    for camp in ("government", "opposition"):
        own = arms * np.array([actors[str(n)].camp == camp for n in results["actor"].values])
        found.append((own * results["violated"].values * truce).sum() / (own * truce).sum())
        found.append((own * results["active"].values).sum() / own.sum())
    return np.array(found)


def played(case: Scenario, runs: int, seed: int) -> Values:
    """Totals of each part of the runs, shape (PARTS, 4)."""
    each = max(runs // PARTS, 1)
    return np.array(
        [
            totals(sim.ensemble(case, each, seed * PARTS + part, record="in_arms,violated,active"))
            for part in range(PARTS)
        ]
    )


def main() -> None:
    """Print the changes of both camps' totals in percent."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 1200
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    case = files.load(CASE)
    base = played(case, runs, seed)
    out = sys.stdout.write
    out("| halved | government camp: breaches | fighting | opposition: breaches | fighting |\n")
    out("| --- | --- | --- | --- | --- |\n")
    for name, actor in case.actors.items():
        if not actor.armed or name in case.patrons:
            continue
        signs = name in case.roles.must_sign or name in case.talks.veto
        for both_sign in (False, True) if signs else (False,):
            now = played(halved(case, name, both_sign=both_sign), runs, seed)
            change = now.mean(axis=0) / base.mean(axis=0) - 1.0
            # of a ratio of means, part by part
            left = now - base * (1.0 + change)
            half = STUDENT * left.std(axis=0, ddof=1) / PARTS**0.5 / base.mean(axis=0)
            cells = [f"{100 * a:+.1f} ± {100 * b:.1f} %" for a, b in zip(change, half, strict=True)]
            who = actor.label + (f" ({'both sign' if both_sign else 'one signs'})" if signs else "")
            out(f"| {who} | {' | '.join(cells)} |\n")


if __name__ == "__main__":
    main()
