"""The effect of each cause, from runs with and without it (Shapley values).

The accounts of `sim.measures.drift_accounts` say which term of the equation moved a tie, given all
that happened. A cause also works through what the others then do: attention moves votes, votes
make experience. Shares by Shapley (1953) count that too: they compare wars in which a cause does
not work, with the same luck, over every order in which the causes can be let in.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from sim import measures
from sim.errors import SimError, nearest
from sim.runs.progress import Progress
from sim.runs.simulate import simulate
from sim.scenario.files import load, with_changes
from sim.scenario.labels import mechanism
from sim.scenario.parameters import Mechanisms, is_off, off_value
from sim.scenario.schema import Scenario

CAUSES = ("salience_decay", "experience", "third_parties")
NOTHING, EVERYTHING = "none of them", "all of them"
MOST_CAUSES = 6

type Outcome = Callable[[xr.Dataset], xr.DataArray]


def tie_change(two: Sequence[str], since: int = 0, until: int = -1) -> Outcome:
    """The outcome that `causal_shares` takes by default: how much the tie of a pair has changed.

    Parameters
    ----------
    two : (str, str)
        Names of actors.
    since, until : int
        Places on the axis of weeks; -1 is the last.

    Returns
    -------
    callable
        From results with the part `dyad` to a DataArray along run, negative where the tie fell.
    """

    def change(results: xr.Dataset) -> xr.DataArray:
        tie = measures.tie(results, *two)
        return tie.isel(week=until, drop=True) - tie.isel(week=since, drop=True)

    return change


def causal_shares(
    scenario: Scenario | str | Path,
    outcome: Outcome | Sequence[str],
    *,
    runs: int = 100,
    seed: int = 1,
    causes: Sequence[str] = CAUSES,
    parts: tuple[str, ...] | None = ("dyad",),
    log: bool = False,
    level: float = measures.LEVEL,
    progress: bool | None = None,
) -> pd.DataFrame:
    """Share of an outcome that each cause brings about (Shapley values of switching it off).

    With f(S) the outcome of a run in which only the causes S work,
    ``share_c = sum_S |S|! (n - |S| - 1)! / n! (f(S and c) - f(S))`` over all sets S without c. In
    every run the shares add up to f(all) - f(none). One ensemble is played for each of the 2**n
    sets, all with the same luck, so shares are differences between equal runs.

    Parameters
    ----------
    scenario : Scenario or path
        In it all of `causes` are on.
    outcome : callable, or (str, str)
        From results to a DataArray along run; or a pair of actors, for `tie_change` from the first
        to the last week.
    runs, seed : int
        See `sim.runs.simulate.simulate`.
    causes : sequence of str
        Mechanisms, as `sim.scenario.parameters.Mechanisms` names them; at most six. Attention,
        experience and third parties if not given. A cause that is off is off before the war too:
        without third parties the first ties are others, which is why a change since the first week
        is measured.
    parts, log
        What the outcome needs of the record, see `sim.runs.simulate.simulate`.
    level : float
        Coverage of the intervals (Student's t over runs).
    progress : bool, optional
        See `sim.runs.ensemble.ensemble`.

    Returns
    -------
    DataFrame
        Index ``cause``: each cause, then ``none of them`` (f of the empty set) and ``all of them``
        (f of all; the sum of the rows above it). ``mean`` over runs with ``low`` and ``high``, and
        ``share``, each cause's part of f(all) - f(none), NaN where that is 0; ``words``, the
        cause in words.

    Raises
    ------
    SimError
        If a cause is unknown, named twice or off in the scenario, or there are fewer than two runs.
    """
    given = scenario if isinstance(scenario, Scenario) else load(scenario)
    names = _checked(given, causes, runs)
    measure = outcome if callable(outcome) else tie_change(outcome)
    sizes = range(len(names) + 1)
    sets = [frozenset(kept) for n in sizes for kept in itertools.combinations(names, n)]

    def play(kept: frozenset[str]) -> NDArray[np.float64]:
        off = {f"mechanisms.{cause}": off_value(cause) for cause in names if cause not in kept}
        results = simulate(
            with_changes(given, off), runs=runs, seed=seed, parts=parts, log=log, progress=False
        )
        found = measure(results)
        if found.dims != ("run",):
            raise SimError(f"an outcome is one number a run, this has the dimensions {found.dims}")
        return found.values.astype(np.float64)

    with Progress(len(sets), 0, progress, "set") as shown:
        played = {kept: play(kept) for kept in shown.over(sets)}
    nothing, everything = played[frozenset()], played[frozenset(names)]
    rows = {cause: shapley(played, cause) for cause in names}
    rows |= {NOTHING: nothing, EVERYTHING: everything}
    by_run = xr.DataArray(
        np.stack(list(rows.values())), dims=("cause", "run"), coords={"cause": list(rows)}
    )
    table = measures.mean_interval(by_run, level).to_dataframe()[["mean", "low", "high"]]
    total = float(everything.mean() - nothing.mean())
    share = table["mean"] / total if total else table["mean"] * np.nan
    return table.assign(
        share=share.where(~table.index.isin([NOTHING, EVERYTHING])),
        words=[mechanism(str(cause)) for cause in table.index],
    )


def shapley(values: dict[frozenset[str], NDArray[np.float64]], player: str) -> NDArray[np.float64]:
    """Shapley value of a player: its mean contribution over all orders of arrival.

    Parameters
    ----------
    values : dict of frozenset of str to ndarray
        Worth of every coalition, the empty one too; arrays of one shape (one game a run).
    player : str
        A member of the largest coalition.

    Returns
    -------
    ndarray
        In the shape of the values; over all players they add up to the worth of all minus that
        of none.
    """
    n = max(map(len, values))
    total = np.zeros_like(next(iter(values.values())), dtype=np.float64)
    for without, worth in values.items():
        if player not in without:
            orders = math.factorial(len(without)) * math.factorial(n - len(without) - 1)
            total += orders / math.factorial(n) * (values[without | {player}] - worth)
    return total


def _checked(scenario: Scenario, causes: Sequence[str], runs: int) -> list[str]:
    known = list(Mechanisms.model_fields)
    for cause in causes:
        if cause not in known:
            raise SimError(f"unknown mechanism {cause!r} ({nearest(cause, known)})")
        if is_off(cause, getattr(scenario.mechanisms, cause)):
            raise SimError(f"the mechanism {cause!r} is off in this scenario: it has no share")
    if isinstance(causes, str) or len(set(causes)) != len(causes):
        raise SimError("causes are a list of different mechanisms")
    if not 1 <= len(causes) <= MOST_CAUSES:
        raise SimError(f"shares are of 1 to {MOST_CAUSES} causes, not {len(causes)}")
    if runs < 2:
        raise SimError(f"a share with its interval needs two runs or more, not {runs}")
    return list(causes)
