"""Many runs of one scenario, in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim import chance, events
from sim.errors import SimError, nearest
from sim.files import load, with_changes
from sim.givens import Givens, Knobs, Layout
from sim.results import assemble
from sim.rounds import play
from sim.scenario import Scenario
from sim.setup import begin, prepare
from sim.world import RECORDED, Kept, blank


def simulate(
    scenario: Scenario | str | Path,
    *,
    runs: int = 1,
    seed: int = 1,
    first: int = 0,
    rounds: int | None = None,
    set: Mapping[str, object] | Sequence[str] = (),
    parts: tuple[str, ...] | None = None,
    log: bool = True,
    progress: bool = False,
) -> xr.Dataset:
    """Run a war once or many times.

    Parameters
    ----------
    scenario : Scenario or path
        A scenario, or the TOML file of one.
    runs : int
        How many; run n of a seed is the same whatever else is run with it.
    seed : int
        Names the luck, from 0 to 2**64 - 1.
    first : int
        Number of the first run.
    rounds : int, optional
        Weeks; the scenario's if not given.
    set : mapping or sequence of str
        Changes, as ``{"actors.iran.capability": 1.4}`` or ``["actors.iran.capability=1.4"]``.
    parts : tuple of str, optional
        Parts of the record to keep, see `sim.world.RECORDED`; all if not given. The part `status`
        is always kept.
    log : bool
        Whether to keep the events.
    progress : bool
        Show a bar.

    Returns
    -------
    Dataset
        See `sim.results.assemble`.

    Raises
    ------
    ScenarioError
        If the scenario cannot be used.
    SimError
        If `runs`, `rounds`, `seed` or `first` is out of range.
    """
    given = load(scenario, set) if not isinstance(scenario, Scenario) else scenario
    if isinstance(scenario, Scenario) and set:
        given = with_changes(given, set)
    if rounds is not None:
        if rounds < 1:
            raise SimError(f"rounds must be 1 or more, is {rounds}")
        given = with_changes(given, {"rounds": rounds})
    if runs < 1:
        raise SimError(f"runs must be 1 or more, is {runs}")
    for name, number, most in (("seed", seed, 2**64 - 1), ("first", first, 2**63 - 1 - runs)):
        if not 0 <= number <= most:
            raise SimError(f"{name} must be a whole number from 0 to {most}, is {number}")
    for part in parts or ():
        if part not in RECORDED:
            raise SimError(f"unknown part {part!r} of the record ({nearest(part, list(RECORDED))})")
    return gather(given, range(first, first + runs), seed, parts, log, progress)


def gather(
    scenario: Scenario,
    numbers: Sequence[int],
    seed: int,
    parts: tuple[str, ...] | None = None,
    log: bool = True,
    progress: bool = False,
) -> xr.Dataset:
    """Play the runs of these numbers; Ctrl-C ends it early with the runs that are finished."""
    g, p, lay = prepare(scenario)
    driver = play_compiled
    if any(actor.agent is not None for actor in scenario.actors.values()):
        # Mesa takes half a second to import, and only classes of one's own need it.
        from sim.model import play_with_agents

        driver = play_with_agents
    done: list[int] = []
    records: list[Kept] = []
    logs: list[NDArray[np.float64]] = []
    for number in _bar(numbers, progress):
        try:
            record, rows = driver(scenario, g, p, lay, seed, number, parts, log)
        except KeyboardInterrupt:
            if not done:
                raise
            break
        done.append(number)
        records.append(record)
        logs.append(rows)
    return assemble(scenario, lay, seed, done, records, logs if log else None)


def play_compiled(
    scenario: Scenario,
    g: Givens,
    p: Knobs,
    lay: Layout,
    seed: int,
    number: int,
    parts: tuple[str, ...] | None,
    log: bool,
) -> tuple[Kept, NDArray[np.float64]]:
    """One run by the compiled driver: its record and its events."""
    record, rows, count = empty_record(scenario, g, lay, parts, log)
    world = begin(scenario, g, p, lay, seed, number)
    keys = chance.round_keys(seed, number)
    play(g, p, world, record, rows, count, keys, chance.NO_DRAWS, 0, scenario.rounds, None)
    return record, rows[: count[0]].copy()


def empty_record(
    scenario: Scenario, g: Givens, lay: Layout, parts: tuple[str, ...] | None, log: bool
) -> tuple[Kept, NDArray[np.float64], NDArray[np.int64]]:
    """Room for the record and for the events of one run, and their count."""
    rounds = scenario.rounds
    record = blank(lay, rounds) if parts is None else blank(lay, rounds, ("status", *parts))
    most = events.room(
        len(lay.actors), len(lay.issues), len(lay.objectives), len(g.links.pairs),
        len(g.shifts.h_week), rounds,
    )  # fmt: skip
    return record, events.empty(most if log else 0), np.zeros(1, dtype=np.int64)


def _bar(numbers: Sequence[int], progress: bool) -> Any:
    if not progress:
        return numbers
    from tqdm.auto import tqdm

    return tqdm(numbers, unit="run", desc="runs")
