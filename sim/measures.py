"""Numbers on results: ties of a pair and what made them, camps, cohesion, spells of ceasefire."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from sim.errors import ResultsError
from sim.results import MEANING, scenario_of
from sim.rules.ties import frustration
from sim.selection import When, actor, pair, run_number, variable, week_at
from sim.setup import knobs

# Enumeration doubles with every actor; at 20 it takes about a second.
MOST_ENUMERATED = 20
COLLAPSE, SETTLEMENT, CENSORED, VICTORY = "collapse", "settlement", "censored", "victory"


class Camps(NamedTuple):
    """The division of the actors into two camps that leaves the fewest ties frustrated.

    Attributes
    ----------
    frustration : float
        Share of all strength of ties that lies across the division in friendship or inside a camp
        in hostility: 0 is perfect balance, 1/2 the most that there can be.
    first, second : tuple of str
        The two camps, in the order of the scenario; the first actor with a tie is in the first.
    aside : tuple of str
        Actors without any tie, who belong to neither.
    exact : bool
        False for more than 20 actors, where the best division is searched for, not enumerated.
    """

    frustration: float
    first: tuple[str, ...]
    second: tuple[str, ...]
    aside: tuple[str, ...]
    exact: bool


# ties --------------------------------------------------------------------------------------------


def ties(results: xr.Dataset) -> xr.DataArray:
    """Ties of all pairs, the mean of both directions: ``S_ij = (T_ij + T_ji) / 2``.

    Parameters
    ----------
    results : Dataset
        With the variable `tie`.

    Returns
    -------
    DataArray, dims (run, round, actor, other)
        In [-1, 1]; symmetric.
    """
    directed = variable(results, "tie").transpose(..., "actor", "other")
    both = (directed + directed.values.swapaxes(-1, -2)) / 2
    return _named(both, "tie", "tie of two actors, mean of both directions", "-1 to 1")


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
    DataArray, dims (run, round)
        From -1 (enemies) to 1 (friends).
    """
    both = _both_ways(variable(results, "tie"), pair(results, (i, j)))
    return _named(both, "tie", f"tie of {i} and {j}, mean of both directions", "-1 to 1")


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
    DataArray, dims (run, round, account)
        On the scale of the tie, mean of both directions.
    """
    both = _both_ways(variable(results, "drift_account"), pair(results, two))
    both = both.transpose("run", "round", "account")
    return _named(both, "drift_account", MEANING["drift_account"][0], "-1 to 1")


def drift_by_issue(results: xr.Dataset, two: Sequence[str]) -> xr.DataArray:
    """The account `objectives` of a pair, split by the issue that they agree or disagree on.

    With attention weights w and ideals x, issue k adds
    ``phi_A sqrt(w_ik w_jk) (1 - 2 |x_ik - x_jk|)`` a week, and what has been added decays by
    ``1 - phi_A - phi_E``. The issues add up to the account, but for rounding.

    Parameters
    ----------
    results : Dataset
        With `attention` and `attention_ideal`, from round 0 on.
    two : (str, str)
        Names of actors.

    Returns
    -------
    DataArray, dims (run, round, issue)
        On the scale of the tie.

    Raises
    ------
    ResultsError
        Also if the first rounds are missing: the account begins at 0 in round 0.
    """
    i, j = pair(results, two)
    weight, ideal = variable(results, "attention"), variable(results, "attention_ideal")
    if results["round"].values[:1] != [0]:
        raise ResultsError("the account by issue needs the record from round 0 on")
    p = knobs(scenario_of(results))
    w, x = (
        table.sel(actor=[i, j]).transpose("actor", "run", "round", "issue")
        for table in (weight, ideal)
    )
    agreed = np.sqrt(w.values[0] * w.values[1]) * (1.0 - 2.0 * np.abs(x.values[0] - x.values[1]))
    added = w.isel(actor=0, drop=True).copy(data=p.phi_A * agreed)
    account = added.values.copy()
    for t in range(1, account.shape[1]):
        account[:, t] += (1.0 - p.phi_A - p.phi_E) * account[:, t - 1]
    split = added.copy(data=account)
    return _named(split, "drift_by_issue", "part of a tie built by objectives", "-1 to 1")


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
    DataArray, dims (run, round)
        From -1 to 1; 0 where fewer than two of them have any capability.
    """
    names = [actor(results, name) for name in actors]
    if isinstance(actors, str) or len(set(names)) < 2:
        raise ResultsError("cohesion needs two different actors or more")
    names = list(dict.fromkeys(names))
    strength = ties(results).sel(actor=names, other=names).values
    mu = variable(results, "power").sel(actor=names).transpose("run", "round", "actor")
    one, two = np.triu_indices(len(names), k=1)
    weights = mu.values[..., one] * mu.values[..., two]
    total = weights.sum(axis=-1)
    weighed = (weights * strength[..., one, two]).sum(axis=-1)
    held = np.divide(weighed, total, out=np.zeros_like(total), where=total > 0.0)
    like = mu.isel(actor=0, drop=True)
    return _named(like.copy(data=held), "cohesion", "mean tie, weighted by power", "-1 to 1")


def _both_ways(directed: xr.DataArray, two: tuple[str, str]) -> xr.DataArray:
    i, j = two
    there = directed.sel(actor=i, other=j, drop=True)
    return (there + directed.sel(actor=j, other=i, drop=True)) / 2


def _named(values: xr.DataArray, name: str, meaning: str, unit: str) -> xr.DataArray:
    values.attrs = {"long_name": meaning, "units": unit}
    return values.rename(name)


# camps -------------------------------------------------------------------------------------------


def camps(results: xr.Dataset, at: When, run: int | None = None) -> Camps:
    """Two camps, as the ties of one week draw them: least weighted frustration.

    Parameters
    ----------
    results : Dataset
        With the variable `tie`.
    at : date, str or int
        A day or a round.
    run : int, optional
        Number of a run, the first if not given.

    Returns
    -------
    Camps
        Among equally good divisions the same one whatever the order of the actors.
    """
    week, number = week_at(results, at), run_number(results, run)
    order = [str(name) for name in results["actor"].values]
    strength = ties(results.isel(round=[week])).sel(run=number).values[0]
    by_name = sorted(range(len(order)), key=order.__getitem__)
    tied = [i for i in by_name if np.abs(np.delete(strength[i], i)).sum() > 0.0]
    S = np.ascontiguousarray(strength[np.ix_(tied, tied)])
    exact = len(tied) <= MOST_ENUMERATED
    if not tied:
        return Camps(0.0, (), (), tuple(order), exact)
    share, sign = frustration(S) if exact else _search(S)
    side = {order[i]: int(sign[n]) for n, i in enumerate(tied)}
    leader = next(side[name] for name in order if name in side)
    return Camps(
        float(share),
        tuple(name for name in order if side.get(name) == leader),
        tuple(name for name in order if side.get(name) == -leader),
        tuple(name for name in order if name not in side),
        exact,
    )


def _search(S: NDArray[np.float64]) -> tuple[float, NDArray[np.int64]]:
    """Signs of the leading eigenvector, then single switches while one still helps."""
    S = S - np.diag(np.diag(S))
    _, vectors = np.linalg.eigh(S)
    z = np.where(vectors[:, -1] >= 0.0, 1, -1)
    while True:
        gain = -z * (S @ z)
        best = int(np.argmax(gain))
        if gain[best] <= 1e-12:
            break
        z[best] = -z[best]
    total = float(np.abs(S).sum())
    return max(total - float(z @ S @ z), 0.0) / (2.0 * total), z.astype(np.int64)


# ceasefires --------------------------------------------------------------------------------------


def ceasefires(results: xr.Dataset) -> pd.DataFrame:
    """Spells of ceasefire, from entry into force to collapse; one row a spell.

    A spell goes on when the ceasefire becomes a settlement. The week of the collapse belongs to
    it: orders and breaches of that week were made under it. A spell that collapses in the week in
    which it began lasts one week.

    Parameters
    ----------
    results : Dataset
        With `state`, `age`, `convener`, `ratified` and `violated`.

    Returns
    -------
    DataFrame
        ``run``; ``start`` and ``last`` (rounds), ``start_date`` and ``last_date`` (first day of
        each); ``weeks``; ``convener``; ``ended`` (``collapse``, ``victory``, or how it stood at the
        end of the record: ``settlement``, ``censored``); ``settled`` (round in which it became a
        settlement, -1 if never); ``signed`` (names); ``first_breach`` (round, -1 if none) and
        ``violators``
        (names, of that round).
    """
    state, age = variable(results, "state").values, variable(results, "age").values
    convener = variable(results, "convener").values
    ratified = variable(results, "ratified").transpose("run", "round", "actor").values
    violated = variable(results, "violated").transpose("run", "round", "actor").values
    names = [str(name) for name in results["actor"].values]
    rounds = results["round"].values.tolist()
    days = results["date"].values.astype("datetime64[D]").astype(object)
    rows = []
    for r, number in enumerate(results["run"].values.tolist()):
        began = (age[r] == 1) & (convener[r] >= 0)
        began[:1] |= np.isin(
            state[r, :1], (1, 2)
        )  # a record that was cut opens in the middle of a spell
        starts = np.flatnonzero(began)
        for start, until in itertools.pairwise([*starts.tolist(), len(rounds)]):
            broken = np.flatnonzero(np.isin(state[r, start:until], (0, 3)))
            last = int(start + broken[0]) if len(broken) else until - 1
            settled = np.flatnonzero(state[r, start : last + 1] == 2)
            ended = SETTLEMENT if state[r, last] == 2 else COLLAPSE if len(broken) else CENSORED
            ended = VICTORY if state[r, last] == 3 else ended
            breaches = np.flatnonzero(violated[r, start : last + 1].any(axis=1))
            first = int(start + breaches[0]) if len(breaches) else -1
            rows.append({
                "run": number,
                "start": rounds[start],
                "last": rounds[last],
                "start_date": days[start],
                "last_date": days[last],
                "weeks": last - start + 1,
                "convener": names[convener[r, start]],
                "ended": ended,
                "settled": rounds[start + settled[0]] if len(settled) else -1,
                "signed": _who(names, ratified[r, start]),
                "first_breach": rounds[first] if first >= 0 else -1,
                "violators": _who(names, violated[r, first]) if first >= 0 else (),
            })  # fmt: skip
    return pd.DataFrame(rows, columns=list(SPELL))


SPELL = (
    "run", "start", "last", "start_date", "last_date", "weeks", "convener", "ended", "settled",
    "signed", "first_breach", "violators",
)  # fmt: skip


def _who(names: list[str], flags: NDArray[Any]) -> tuple[str, ...]:
    return tuple(name for name, yes in zip(names, flags, strict=True) if yes)
