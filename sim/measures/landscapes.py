"""Energy of all line-ups, and the line-ups from which no actor alone would change sides."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from sim.errors import ResultsError
from sim.measures.dyads import described, ties
from sim.measures.event_columns import flagged
from sim.results.selection import When, actor, by_week, names_on, run_number, variable, week_at

MOST_ACTORS = 20


def configurations(count: int) -> NDArray[np.int8]:
    """Every division of some actors into two sides, the first actor on side +1.

    Parameters
    ----------
    count : int
        Actors, 1 to 20.

    Returns
    -------
    ndarray, shape (2**(count - 1), count)
        +1 and -1; in binary order, the last actor the lowest digit.

    Raises
    ------
    ResultsError
        If there are none, or more than can be enumerated.
    """
    if not 1 <= count <= MOST_ACTORS:
        raise ResultsError(f"a landscape has 1 to {MOST_ACTORS} actors, not {count}")
    codes = np.arange(1 << (count - 1), dtype=np.int64)
    digits = (codes[:, None] >> np.arange(count - 1, -1, -1)) & 1
    return (1 - 2 * digits).astype(np.int8)


def energies(
    propensity: ArrayLike, size: ArrayLike, sides: ArrayLike | None = None
) -> NDArray[np.float64]:
    """Energy of divisions into two sides (Axelrod and Bennett 1993).

    ``E = sum_ij s_i s_j p_ij d_ij`` over ordered pairs, ``d_ij = 1`` on opposite sides and 0 on
    one side: low where friends are together and enemies apart.

    Parameters
    ----------
    propensity : array_like, shape (N, N)
        How much actors would work together, negative for rivals; its diagonal does not count.
        Where it is not symmetric, both directions count.
    size : array_like, shape (N,)
        Weight of each actor, 0 or more.
    sides : array_like, shape (divisions, N), optional
        +1 and -1; all divisions in the order of `configurations` if not given.

    Returns
    -------
    ndarray, shape (divisions,)
        In units of propensity times size squared.
    """
    weight = _weights(propensity, size)
    z = configurations(len(weight)) if sides is None else np.atleast_2d(np.asarray(sides))
    z = z.astype(np.float64)
    return (weight.sum() - ((z @ weight) * z).sum(axis=1)) / 2.0


def local_minima(
    propensity: ArrayLike, size: ArrayLike, names: Sequence[str] | None = None
) -> pd.DataFrame:
    """All line-ups from which no actor alone would change sides (Axelrod and Bennett 1993).

    A change of sides is made if it lowers the energy. As sizes are not negative, that is the
    same as lowering the actor's own frustration.

    Parameters
    ----------
    propensity, size
        See `energies`; up to 20 actors.
    names : sequence of str, optional
        Of the actors; ``"0"``, ``"1"`` ... if not given.

    Returns
    -------
    DataFrame
        The lowest first: ``energy``; ``first`` (names on the side of the first actor) and
        ``second``; ``basin``, the share of all line-ups from which steepest descent by single
        changes of sides ends there. Line-ups that differ by changes that cost nothing stand in
        rows of their own.

    Raises
    ------
    ResultsError
        If there are more than 20 actors, or sizes and propensities do not fit.
    """
    weight = _weights(propensity, size)
    count = len(weight)
    called = [str(n) for n in range(count)] if names is None else [str(name) for name in names]
    z = configurations(count)
    codes = np.arange(len(z))
    close = 1e-12 * max(float(np.abs(weight).sum()), 1e-300)
    energy, change = np.empty(len(z)), np.empty(len(z), dtype=np.int64)
    lowest = np.empty(len(z), dtype=np.bool_)
    bit = 1 << np.arange(count - 1, -1, -1)
    for part in np.array_split(codes, max(len(z) >> 15, 1)):  # 20 actors in little memory
        some = z[part].astype(np.float64)
        pull = some * (some @ weight)
        energy[part] = (weight.sum() - pull.sum(axis=1)) / 2.0
        best = pull.argmin(axis=1)  # changing sides alters the energy by twice this
        lowest[part] = pull[np.arange(len(part)), best] >= -close
        # a change of the first actor's side is one of all the others'
        flipped = np.where(best == 0, part ^ (len(z) - 1), part ^ bit[best])
        change[part] = np.where(lowest[part], part, flipped)
    while not np.array_equal(further := change[change], change):
        change = further
    wells = np.flatnonzero(lowest)
    wells = wells[np.lexsort((wells, energy[wells]))]
    basin = np.bincount(change, minlength=len(z))[wells] / len(z)
    first, second = (flagged(called, z[wells] == side) for side in (1, -1))
    return pd.DataFrame({"energy": energy[wells], "first": first, "second": second, "basin": basin})


def landscape(results: xr.Dataset, at: When, run: int | None = None) -> pd.DataFrame:
    """Line-ups of one week from which no actor alone would change sides.

    Propensities are the ties (mean of both directions), sizes the actors' shares of capability.

    Parameters
    ----------
    results : Dataset
        With `tie` and `power`, of up to 20 actors.
    at, run
        See `sim.measures.camps`.

    Returns
    -------
    DataFrame
        See `local_minima`. The lowest differs from `sim.measures.camps` in that the powerful
        weigh more.
    """
    week, number = week_at(results, at), run_number(results, run)
    one = results.isel(week=[week]).sel(run=[number])
    power = by_week(one, "power", "actor")[0, 0]
    return local_minima(ties(one).values[0, 0], power, names_on(results))


def line_up_energy(results: xr.Dataset, against: Sequence[str]) -> xr.DataArray:
    """Energy of one line-up in every week of every run: some actors against all the others.

    Parameters
    ----------
    results : Dataset
        With `tie` and `power`.
    against : sequence of str
        Names of those who stand on one side; all the others stand on the other.

    Returns
    -------
    DataArray, dims (run, week)
        ``sum_ij mu_i mu_j S_ij`` over ordered pairs on opposite sides: the lower, the better the
        line-up fits the ties. In [-1/2, 1/2].
    """
    if isinstance(against, str):
        raise ResultsError("a line-up is a list of names of actors")
    some = {actor(results, name) for name in against}
    inside = np.isin(names_on(results), list(some))
    mu = variable(results, "power").transpose("run", "week", "actor")
    strength = ties(results).transpose("run", "week", "actor", "other").values
    weighed = mu.values[..., :, None] * mu.values[..., None, :] * strength
    value = 2.0 * weighed[..., inside, :][..., ~inside].sum(axis=(-1, -2))
    found = mu.isel(actor=0, drop=True).copy(data=value)
    return described(found, "line_up_energy", "energy of a line-up", "tie, weighted by power")


def _weights(propensity: ArrayLike, size: ArrayLike) -> NDArray[np.float64]:
    """``s_i s_j p_ij``, both directions halved, without a diagonal."""
    p, s = np.array(propensity, dtype=np.float64), np.asarray(size, dtype=np.float64)
    if p.shape != (len(s), len(s)) or s.ndim != 1:
        raise ResultsError(
            f"a landscape of {s.size} sizes needs {s.size} x {s.size} propensities, "
            f"not {' x '.join(map(str, p.shape))}"
        )
    np.fill_diagonal(p, 0.0)
    if not np.isfinite(p).all() or not np.isfinite(s).all() or (s < 0.0).any():
        raise ResultsError("propensities and sizes are finite numbers, sizes not negative")
    return s[:, None] * s[None, :] * (p + p.T) / 2.0
