"""Figures that compare: two scenarios run by run, and many side by side."""

# ruff: noqa: RUF001 (minus signs and dashes are what they look like)
from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from numpy.typing import NDArray

from sim import measures
from sim.errors import ResultsError
from sim.plots import style
from sim.plots.defaults import pair_or_default
from sim.plots.settings import styled

BAND = "#5b7c99"


@styled
def difference(
    results: xr.Dataset,
    other: xr.Dataset,
    pair: Sequence[str] | None = None,
    measure: Callable[[xr.Dataset], xr.DataArray] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """What a change of scenario does over the dates: mean difference of equal runs.

    Parameters
    ----------
    results, other : Dataset
        Of the same seed, runs and dates; drawn is other minus results.
    pair : (str, str), optional
        Names of actors whose tie is compared; the first of `default_pairs` if not given.
    measure : callable, optional
        What is compared in its place: from results to a DataArray along run and week.
    ax : Axes, optional
        Axes to draw on; a new figure if not given.

    Returns
    -------
    Axes
        The mean with its 95 % interval (Student's t over runs, paired).

    Raises
    ------
    ResultsError
        If seeds, runs or dates differ, there are fewer than two runs, or a name is not known.
    """
    what = ""
    if measure is None:
        i, j = pair_or_default(results, pair)
        label = style.labels(results)
        what = f"tie of {label[i]} and {label[j]}"

        def measure(one: xr.Dataset) -> xr.DataArray:
            return measures.tie(one, i, j)

    elif pair is not None:
        raise ResultsError("either a pair or a measure is compared, not both")
    sample = measure(results)
    gap = measures.paired_difference(results, other, measure)
    if gap["mean"].dims != ("week",):
        raise ResultsError(
            f"a difference over the dates needs a measure along run and week, "
            f"this one has {', '.join(map(str, sample.dims))}"
        )
    what = what or str(sample.attrs.get("long_name", sample.name or "difference"))
    week = np.searchsorted(results["week"].values, gap["week"].values)
    dates = results["date"].values[week]
    ax = style.canvas(ax)
    ax.fill_between(dates, gap["low"], gap["high"], color=BAND, alpha=0.25, linewidth=0)
    for edge in ("low", "high"):
        ax.plot(dates, gap[edge], color=BAND, linewidth=0.7)
    ax.plot(dates, gap["mean"], color=style.INK, linewidth=2.0)
    ax.axhline(0.0, color=style.SOFT, linewidth=0.9, zorder=1)
    note = f"seed {style.seed_of(results)}, {results.sizes['run']} paired runs, mean and 95 %"
    names = [style.title_of(one, 80) for one in (other, results)]
    style.dress(ax, f"{names[0]} minus {names[1]}", note)
    unit = str(sample.attrs.get("units", ""))
    if " to " in unit:
        unit = f" (on a scale from {unit.replace('-', '−')})"
    else:
        unit = f" ({unit})" if unit not in ("", "1") else ""
    style.label_height(ax, textwrap.fill(f"difference in {what}{unit}", 46))
    style.date_axis(ax, results["date"].values)
    return ax


@styled
def small_multiples(
    sweep: Mapping[str, xr.Dataset],
    draw: Callable[..., Axes],
    columns: int = 3,
    **options: Any,
) -> NDArray[np.object_]:
    """The same figure of many results, side by side on the same scales.

    Parameters
    ----------
    sweep : mapping of str to Dataset
        Results by what was varied, as ``{"phi_E = 0.01": ..., "phi_E = 0.05": ...}``.
    draw : callable
        A function of this package that draws on one Axes, as `ties`.
    columns : int
        Most panels in a row.
    options
        For `draw`.

    Returns
    -------
    ndarray of Axes
        One a panel, in the order of the mapping; the figure is ``axes[0].figure``.

    Raises
    ------
    ResultsError
        If there is nothing to draw, or a panel cannot be drawn; no figure is left then.
    """
    if not sweep:
        raise ResultsError("there is nothing to draw: the sweep is empty")
    if columns < 1:
        raise ResultsError(f"panels need one column or more, not {columns}")
    wide = min(columns, len(sweep))
    high = -(-len(sweep) // wide)
    figure, grid = plt.subplots(
        high, wide, figsize=(5.4 * wide, 3.5 * high), layout="constrained", squeeze=False,
        sharex=True, sharey=True,
    )  # fmt: skip
    panels: NDArray[np.object_] = grid.ravel()
    try:
        for place, (ax, (name, results)) in enumerate(zip(panels, sweep.items(), strict=False)):
            draw(results, ax=ax, **options)
            ax.set_title(textwrap.fill(name, 44), loc="left")
            across = ax.get_xlabel()
            ax.label_outer()
            if place + wide >= len(sweep):  # the last of its column, if not of the grid
                ax.tick_params(labelbottom=True)
                ax.set_xlabel(across)
    except Exception:
        plt.close(figure)
        raise
    for ax in panels[len(sweep) :]:
        ax.remove()
    return panels[: len(sweep)]
