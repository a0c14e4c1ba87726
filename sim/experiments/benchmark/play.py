"""Play the wars of a library, and count by pair what became of it and when."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from sim.errors import SimError
from sim.experiments.benchmark.forecasts import Forecast, Scored, share
from sim.experiments.benchmark.war_library import War
from sim.measures.breaks import BROKE, FORMAL, JOINED, STRAINED, WAR, breaks
from sim.runs.ensemble import ensemble
from sim.scenario.schema import Scenario

FORMS = (WAR, JOINED, FORMAL)

type Tell = Callable[[str], None]


@dataclass(frozen=True)
class Played:
    """What became of the pairs of one war in its runs, by five years after the threat was gone.

    Attributes
    ----------
    war : War
        The war; its `pairs` are the rows.
    runs : int
        That were finished.
    table : DataFrame
        One row a pair: ``actor``, ``other``; shares of runs ``broke``, ``strained`` and ``held``;
        ``week`` (median of the breaks, NaN without one), and shares of runs that broke by each form
        (``by_war``, ``by_joined``, ``by_formal``).
    broken : ndarray, shape (pairs, half-years)
        Runs in which the pair had broken by the end of each half-year.
    """

    war: War
    runs: int
    table: pd.DataFrame
    broken: NDArray[np.int64]


def played(
    war: War,
    runs: int = 500,
    seed: int = 1,
    out: str | os.PathLike[str] | None = None,
    *,
    scenario: Scenario | None = None,
    workers: int | None = None,
    progress: bool | None = False,
) -> Played:
    """Play one war.

    Parameters
    ----------
    war : War
        Of a library.
    runs, seed : int
        As for `sim.ensemble`.
    out : path, optional
        Folder of a store; what it holds already is not played again.
    scenario : Scenario, optional
        A changed form of the war's own, with the same actors and dates.
    workers, progress : optional
        As for `sim.ensemble`.

    Raises
    ------
    SimError
        If no run was finished, or from `sim.ensemble`.
    """
    results = ensemble(
        war.scenario if scenario is None else scenario, runs, seed, out, record="events",
        uncertain=True, workers=workers, progress=progress,
    )  # fmt: skip
    return counted(war, results)


def counted(war: War, results: xr.Dataset) -> Played:
    """Count what became of each pair in results of a war, with events."""
    runs, last = results.sizes["run"], war.edges[-1]
    if not runs:
        raise SimError(f"{war.name}: no run was finished")
    place = {frozenset(pair): n for n, pair in enumerate(war.pairs)}
    found = breaks(results)
    pair = [
        place.get(frozenset(two), -1) for two in zip(found["actor"], found["other"], strict=True)
    ]
    found = found.assign(pair=pair)[np.array(pair) >= 0]
    broke = found[(found["status"] == BROKE) & (found["week"] < last)]
    # a pair that broke later may have been strained within the weeks that count
    strained = found[~found.index.isin(broke.index) & (found["strained"] < last)]
    rows = []
    broken = np.zeros((len(war.pairs), len(war.edges)), dtype=np.int64)
    for n, (one, other) in enumerate(war.pairs):
        mine = broke[broke["pair"] == n]
        weeks = mine["week"].to_numpy(dtype=np.float64)
        broken[n] = (weeks[:, None] < np.array(war.edges)).sum(axis=0)
        strains = int((strained["pair"] == n).sum())
        rows.append(
            {
                "actor": one, "other": other, "broke": len(mine) / runs,
                STRAINED: strains / runs, "held": (runs - len(mine) - strains) / runs,
                "week": float(np.median(weeks)) if len(weeks) else np.nan,
                **{f"by_{form}": float((mine["form"] == form).sum()) / runs for form in FORMS},
            }
        )  # fmt: skip
    return Played(war, runs, pd.DataFrame(rows), broken)


def play_all(
    wars: Sequence[War],
    runs: int,
    seed: int,
    out: Path | None,
    tell: Tell,
    *,
    changed: Mapping[str, Scenario] | None = None,
    workers: int | None = None,
    progress: bool | None = False,
) -> dict[str, Played]:
    """Play several wars, each in a store of its own in a folder, by their names.

    `changed` has other forms of the wars, by name.
    """
    found = {}
    for n, war in enumerate(wars, start=1):
        tell(f"  {war.name} ({n} of {len(wars)}) ...")
        found[war.name] = played(
            war, runs, seed, None if out is None else out / war.name,
            scenario=None if changed is None else changed[war.name], workers=workers,
            progress=progress,
        )  # fmt: skip
    return found


def forecast(name: str, scored: Scored, found: Mapping[str, Played]) -> Forecast:
    """What runs say of each pair: shares of them."""
    probability, hazard, reached = [], [], []
    for war in scored.wars:
        one = found[war.name]
        runs = float(one.runs)
        for broken in one.broken.astype(np.float64):
            before = np.concatenate([[0.0], broken[:-1]])
            probability.append(broken[-1] / runs)
            hazard.append(share(broken - before, runs - before))
            reached.append(broken / runs)
    shares = np.array(probability)
    return Forecast(name, shares, shares, tuple(hazard), tuple(reached))
