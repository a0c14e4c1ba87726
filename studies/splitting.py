"""What changes if an armed actor of the Syrian case is cut into two halves.

    python studies/splitting.py [runs] [seed]

The halves have half the capability each, and everything else of the whole: aims, patrons, theatres,
parts in the talks. A model that counts strength gives the same war; one that counts heads does not.

Two halves draw twice, and are two allies that feel for each other what one actor does not feel for
itself. So each is cut three ways: with the luck of the whole for both halves and nothing that one
half feels for the other (no contagion, no pull of third parties, in the whole either), where
nothing may change; with the luck of the whole; with luck of their own. A signature and a veto are
heads by their nature: with luck of their own they stay with the first half, or ("both sign") each
half has them, which is another war. Luck goes by names: all but the halves share it, so parts of
the runs are paired; each cell has the half-width of its 95 % interval over them.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import xarray as xr
from numpy.typing import NDArray

import sim
from sim import files, measures
from sim.engine import draws
from sim.results.dataset import scenario_of
from sim.scenario.schema import Scenario

CASE = Path(__file__).resolve().parents[1] / "scenarios" / "syria_2015_2018.toml"
Values = NDArray[np.float64]
SETTLEMENT = 2
PARTS = 12
CAMPS = 4  # totals of the two camps; what follows are positions
STUDENT = 2.201  # 97.5 % of Student's t, eleven degrees of freedom
BY_HEAD = ("must_sign", "veto")
RECORD = "in_arms,violated,active,state,age,convener,position"
ALONE = {"mechanisms.contagion": False, "mechanisms.third_parties": False}


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
    for part in parts:  # no two actors have the same label
        data["actors"][part]["label"] = f"{whole['label']} {part[-1]}"
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


@contextmanager
def as_one(name: str) -> Iterator[None]:
    """Within it, two halves draw as the whole does."""
    subject = draws.subject

    def whole(of: str) -> np.uint64:
        return subject(of.replace(f"{name}_a", name).replace(f"{name}_b", name))

    with mock.patch.object(draws, "subject", whole):
        yield


def totals(results: xr.Dataset) -> Values:
    """By camp: share of what is in arms that breaks ceasefires, and that fights; then positions."""
    actors = scenario_of(results).actors
    # the week in which a ceasefire breaks down belongs to it
    ceasefire = measures.under_ceasefire(results).values & (results["state"].values != SETTLEMENT)
    arms, ceasefire = results["in_arms"].values, ceasefire[..., None]
    found = []
    for camp in ("government", "opposition"):
        own = arms * np.array([actors[str(n)].camp == camp for n in results["actor"].values])
        found.append((own * results["violated"].values * ceasefire).sum() / (own * ceasefire).sum())
        found.append((own * results["active"].values).sum() / own.sum())
    return np.array([*found, *results["position"].mean(("run", "week")).values])


def played(case: Scenario, runs: int, seed: int) -> Values:
    """Totals of each part of the runs, shape (PARTS, 4 + issues)."""
    each = max(runs // PARTS, 1)
    return np.array(
        [
            totals(sim.ensemble(case, each, seed * PARTS + part, record=RECORD))
            for part in range(PARTS)
        ]
    )


def signed(value: float, places: int) -> str:
    """A number with its sign; what rounds to nothing has none below it."""
    return f"{round(value, places) + 0.0:+.{places}f}"


def main() -> None:
    """Print the changes of both camps' totals in percent."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 1200
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    case = files.load(CASE)
    alone = files.with_changes(case, ALONE)
    bases = {None: played(case, runs, seed), "alone": played(alone, runs, seed)}
    out = sys.stdout.write
    heads = ("halved", "government camp: breaches", "fighting", "opposition: breaches", "fighting",
             "issue that moves most")  # fmt: skip
    out(f"| {' | '.join(heads)} |\n{'| --- ' * len(heads)}|\n")
    for name, actor in case.actors.items():
        if not actor.armed or name in case.patrons:
            continue
        signs = name in case.roles.must_sign or name in case.talks.veto
        with as_one(name):
            rows = {
                "same luck, nothing felt": played(halved(alone, name, both_sign=True), runs, seed),
                "same luck": played(halved(case, name, both_sign=True), runs, seed),
            }
        own = "own luck, one signs" if signs else "own luck"
        rows[own] = played(halved(case, name, both_sign=False), runs, seed)
        if signs:
            rows["own luck, both sign"] = played(halved(case, name, both_sign=True), runs, seed)
        for how, now in rows.items():
            base = bases["alone" if how.endswith("nothing felt") else None]
            part, whole = now[:, :CAMPS], base[:, :CAMPS]
            change = part.mean(axis=0) / whole.mean(axis=0) - 1.0
            # of a ratio of means, part by part
            left = part - whole * (1.0 + change)
            half = STUDENT * left.std(axis=0, ddof=1) / PARTS**0.5 / whole.mean(axis=0)
            cells = [
                f"{signed(100 * a, 1)} ± {100 * b:.1f} %" for a, b in zip(change, half, strict=True)
            ]
            moved = now[:, CAMPS:] - base[:, CAMPS:]
            k = int(np.abs(moved.mean(axis=0)).argmax())
            error = STUDENT * moved[:, k].std(ddof=1) / PARTS**0.5
            cells.append(f"{list(case.issues)[k]} {signed(moved[:, k].mean(), 3)} ± {error:.3f}")
            out(f"| {actor.label}: {how} | {' | '.join(cells)} |\n")


if __name__ == "__main__":
    main()
