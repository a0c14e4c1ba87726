"""Numbers on pairs and sets of actors: ties, what made them, cohesion, how they loosen or turn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from sim.engine.build import parameter_values
from sim.errors import ResultsError
from sim.results.dataset import MEANING
from sim.results.provenance import every_week, scenarios_of_runs
from sim.results.selection import pair, run_number, several_actors, variable

QUARTER = 13
WEEKS_A_YEAR = 52
STAYS = 8


def ties(results: xr.Dataset) -> xr.DataArray:
    """Ties of all pairs, the mean of both directions: ``S_ij = (T_ij + T_ji) / 2``.

    Parameters
    ----------
    results : Dataset
        With the variable `tie`.

    Returns
    -------
    DataArray, dims (run, week, actor, other)
        In [-1, 1]; symmetric.
    """
    directed = variable(results, "tie").transpose(..., "actor", "other")
    both = (directed + directed.values.swapaxes(-1, -2)) / 2
    return described(both, "tie", "tie of two actors, mean of both directions", "-1 to 1")


def tie(results: xr.Dataset, i: str, j: str) -> xr.DataArray:
    """Tie of two actors, the mean of both directions.

    Parameters
    ----------
    results : Dataset
        With the variable `tie`.
    i, j : str
        Names of actors.

    Returns
    -------
    DataArray, dims (run, week)
        From -1 (enemies) to 1 (friends).
    """
    both = _both_ways(variable(results, "tie"), pair(results, (i, j)))
    return described(both, "tie", f"tie of {i} and {j}, mean of both directions", "-1 to 1")


def drift_accounts(results: xr.Dataset, two: Sequence[str]) -> xr.DataArray:
    """What made the tie of a pair: the part that each cause has built, decayed as the tie is.

    The tie is a linear filter of its causes, so the accounts add up to it at every week, but for
    rounding.

    Parameters
    ----------
    results : Dataset
        With the variable `drift_account`.
    two : (str, str)
        Names of actors.

    Returns
    -------
    DataArray, dims (run, week, account)
        On the scale of the tie, mean of both directions.
    """
    both = _both_ways(variable(results, "drift_account"), pair(results, two))
    both = both.transpose("run", "week", "account")
    return described(both, "drift_account", MEANING["drift_account"][0], "-1 to 1")


def drift_by_issue(results: xr.Dataset, two: Sequence[str]) -> xr.DataArray:
    """The account `objectives` of a pair, split by the issue that they agree or disagree on.

    With attention weights w and ideals x, issue k adds
    ``phi_A sqrt(w_ik w_jk) (1 - 2 |x_ik - x_jk|)`` a week, and what has been added decays by
    ``1 - phi_A - phi_E``. The issues add up to the account, but for rounding.

    Parameters
    ----------
    results : Dataset
        With `attention` and `attention_ideal`, from week 0 on.
    two : (str, str)
        Names of actors.

    Returns
    -------
    DataArray, dims (run, week, issue)
        On the scale of the tie.

    Raises
    ------
    ResultsError
        Also if the first weeks are missing: the account begins at 0 in week 0.
    """
    i, j = pair(results, two)
    weight, ideal = variable(results, "attention"), variable(results, "attention_ideal")
    if every_week(results, "the account by issue")["week"].values[:1] != [0]:
        raise ResultsError("the account by issue needs the record from week 0 on")
    each = [parameter_values(scenario) for scenario in scenarios_of_runs(results)]
    pulls = np.array([[p.pull_of_alignment, p.pull_of_experience] for p in each])
    w, x = (
        table.sel(actor=[i, j]).transpose("actor", "run", "week", "issue")
        for table in (weight, ideal)
    )
    agreed = np.sqrt(w.values[0] * w.values[1]) * (1.0 - 2.0 * np.abs(x.values[0] - x.values[1]))
    # In the precision of the record.
    pull, keep = (
        part.astype(agreed.dtype)[:, None]
        for part in (pulls[:, 0], 1.0 - pulls[:, 0] - pulls[:, 1])
    )
    added = w.isel(actor=0, drop=True).copy(data=pull[:, None] * agreed)
    account = added.values.copy()
    for t in range(1, account.shape[1]):
        account[:, t] += keep * account[:, t - 1]
    split = added.copy(data=account)
    return described(split, "drift_by_issue", "part of a tie built by objectives", "-1 to 1")


def cohesion(results: xr.Dataset, actors: Sequence[str]) -> xr.DataArray:
    """How closely some actors hold together: the mean of their ties, weighted by power.

    ``sum mu_i mu_j S_ij / sum mu_i mu_j`` over the pairs i < j, with relative capability mu.

    Parameters
    ----------
    results : Dataset
        With `tie` and `power`.
    actors : sequence of str
        At least two names.

    Returns
    -------
    DataArray, dims (run, week)
        From -1 to 1; 0 where fewer than two of them have any capability.
    """
    names = several_actors(results, actors, "cohesion")
    strength = ties(results).sel(actor=names, other=names).values
    mu = variable(results, "power").sel(actor=names).transpose("run", "week", "actor")
    one, two = np.triu_indices(len(names), k=1)
    weights = mu.values[..., one] * mu.values[..., two]
    total = weights.sum(axis=-1)
    weighed = (weights * strength[..., one, two]).sum(axis=-1)
    held = np.divide(weighed, total, out=np.zeros_like(total), where=total > 0.0)
    like = mu.isel(actor=0, drop=True)
    return described(like.copy(data=held), "cohesion", "mean tie, weighted by power", "-1 to 1")


def drift_rate(level: xr.DataArray, weeks: int = QUARTER) -> xr.DataArray:
    """How fast a tie or a cohesion falls: its loss over the last weeks, as a rate a year.

    ``(S(t - weeks) - S(t)) 52 / weeks``: positive where actors drift apart. Weeks before the
    first rate are left out.

    Parameters
    ----------
    level : DataArray, dims (run, week)
        From `tie` or `cohesion`.
    weeks : int
        Over how many; a quarter of a year if not given.

    Returns
    -------
    DataArray, dims (run, week)
        In the unit of `level` a year.

    Raises
    ------
    ResultsError
        If there are not more weeks than `weeks`, or weeks were left out between.
    """
    held = level["week"].values
    if weeks < 1 or len(held) <= weeks:
        raise ResultsError(
            f"a drift rate over {weeks} weeks needs more than {max(weeks, 0)} weeks, "
            f"these results hold {len(held)}"
        )
    if (np.diff(held) != 1).any():
        raise ResultsError("a drift rate needs every week: some were left out of these results")
    level = level.transpose(..., "week")
    values = level.values
    lost = (values[..., :-weeks] - values[..., weeks:]) * (WEEKS_A_YEAR / weeks)
    rate = level.isel(week=slice(weeks, None)).copy(data=lost)
    return described(rate, "drift_rate", f"loss over {weeks} weeks, as a rate", "1 / year")


# when a tie turns -------------------------------------------------------------------------------


def divergence(results: xr.Dataset, two: Sequence[str], stays: int = STAYS) -> pd.DataFrame:
    """When a tie has halved: the first week from which it stays below half its running maximum.

    Parameters
    ----------
    results : Dataset
        With `tie`, every week.
    two : (str, str)
        Names of actors.
    stays : int
        Weeks in a row for which it must stay there.

    Returns
    -------
    DataFrame
        One row a run, index ``run``, but for runs in which the two were never friends: such a tie
        has nothing to halve. ``week`` (-1 if it did not turn), ``date`` (None), ``weeks`` (from
        the first week to the turn, or to the last week in which it could have been seen) and
        ``turned``. `kaplan_meier` of ``weeks`` and ``turned`` is the curve, the mean of
        ``turned`` the share of runs.

    Raises
    ------
    ResultsError
        If a name is not known, weeks are missing, or there are fewer than `stays`.
    """
    level = _level(results, two, stays)
    best = np.maximum.accumulate(level, axis=1)
    table = _turns(results, (best > 0.0) & (level < best / 2), stays)
    return table[best[:, -1] > 0.0]


def rupture(results: xr.Dataset, two: Sequence[str], stays: int = STAYS) -> pd.DataFrame:
    """When a tie has turned hostile: the first week from which it stays below 0.

    Parameters
    ----------
    results, two, stays
        See `divergence`.

    Returns
    -------
    DataFrame
        As in `divergence`, of all runs; enemies from the first week have turned after 0 weeks.

    Raises
    ------
    ResultsError
        See `divergence`.
    """
    return _turns(results, _level(results, two, stays) < 0.0, stays)


def _level(results: xr.Dataset, two: Sequence[str], stays: int) -> NDArray[np.float64]:
    run_number(results)
    level: NDArray[np.float64] = tie(results, *pair(results, two)).transpose("run", "week").values
    if stays < 1 or level.shape[1] < stays:
        raise ResultsError(
            f"a turn that stays {stays} weeks cannot be seen in {level.shape[1]} weeks"
        )
    every_week(results, "a turn")
    return level


def _turns(results: xr.Dataset, below: NDArray[np.bool_], stays: int) -> pd.DataFrame:
    lasting = np.lib.stride_tricks.sliding_window_view(below, stays, axis=1).all(axis=-1)
    turned, first = lasting.any(axis=1), lasting.argmax(axis=1)
    days = results["date"].values.astype("datetime64[D]").astype(object)
    # the last weeks cannot show a turn that stays: they are not watched
    return pd.DataFrame(
        {
            "week": np.where(turned, results["week"].values[first], -1),
            "date": [days[n] if yes else None for n, yes in zip(first, turned, strict=True)],
            "weeks": np.where(turned, first, lasting.shape[1] - 1),
            "turned": turned,
        },
        index=pd.Index(results["run"].values, name="run"),
    )


def _both_ways(directed: xr.DataArray, two: tuple[str, str]) -> xr.DataArray:
    i, j = two
    there = directed.sel(actor=i, other=j, drop=True)
    return (there + directed.sel(actor=j, other=i, drop=True)) / 2


def described(values: xr.DataArray, name: str, meaning: str, unit: str) -> xr.DataArray:
    """The same values with their name, meaning and unit."""
    values.attrs = {"long_name": meaning, "units": unit}
    return values.rename(name)
