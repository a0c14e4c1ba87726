"""Figures of violence by theatre, and of how often a pair agrees in public and in fact."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from sim import measures
from sim.errors import ResultsError
from sim.plots import naming, style
from sim.plots.defaults import pair_or_default
from sim.plots.settings import styled
from sim.plots.timeseries import SHADED
from sim.results.selection import names_on, variable

# Theatres are no actors: one ink for all of them, each in a panel of its own.
LINE, BAND = "#3d3d3d", "#bdbdbd"
MEAN = (0, (2.2, 1.4))
# An act, its marker, and how far it stands beside the middle of its period.
ACTS = {"ceasefire": ("s", -1.0, "ceasefires proposed"), "vote": ("o", 1.0, "votes at the talks")}
PERIOD, DAYS_APART = 26, 22


@styled
def theatres(results: xr.Dataset, run: int | None = None) -> NDArray[np.object_]:
    """How much of what is in arms fights, by theatre, over the dates.

    Parameters
    ----------
    results : Dataset
        Of `simulate`, `ensemble` or `load`.
    run : int, optional
        Number of a run; all runs if not given.

    Returns
    -------
    ndarray of Axes
        From the top: all theatres together if there are several, then each. The share of what is
        in arms there that fights: of many runs the median, the band from the 5th to the 95th
        percentile, and the mean, dashed.

    Raises
    ------
    ResultsError
        If the run is not there, or violence by theatre was not recorded.
    """
    shown = style.chosen(results, run)
    by_place = variable(shown, "intensity_by_theatre").transpose("theatre", "run", "week").values
    panels = list(zip(names_on(results, "theatre_label"), by_place, strict=True))
    if len(panels) > 1 and "intensity" in results:
        whole = variable(shown, "intensity").transpose("run", "week").values
        panels.insert(0, ("the whole country", whole))
    dates = results["date"].values
    _, grid = plt.subplots(
        len(panels), 1, figsize=(8.0, 1.6 + 1.35 * len(panels)), layout="constrained",
        sharex=True, sharey=True, squeeze=False,
    )  # fmt: skip
    axes: NDArray[np.object_] = grid[:, 0]
    shaded = False
    for ax, (name, values) in zip(axes, panels, strict=True):
        if len(values) > 1:
            low, high = np.percentile(values, [style.LOW, style.HIGH], axis=0)
            ax.fill_between(dates, low, high, color=BAND, alpha=0.55, linewidth=0)
            ax.plot(dates, values.mean(axis=0), color=style.INK, linewidth=1.2, linestyle=MEAN)
        ax.plot(dates, np.median(values, axis=0), color=LINE, linewidth=2.0)
        shaded = style.shade_ceasefires(ax, shown) or shaded
        style.dress(ax, name, "")
        ax.set_ylim(-0.03, 1.03)
        ax.set_yticks([0.0, 0.5, 1.0])
        style.date_axis(ax, dates)
    for ax in axes[:-1]:
        ax.set_xlabel("")
        ax.tick_params(labelbottom=False)
    more = SHADED if shaded else "dashed: mean" if shown.sizes["run"] > 1 else ""
    style.dress(axes[0], axes[0].get_title(loc="left"), style.note_of(results, run, more))
    style.figure_of(axes[0]).supylabel("share of what is in arms\nthere that fights", fontsize=9.5)
    return axes


@styled
def said_and_done(
    results: xr.Dataset,
    pair: Sequence[str] | None = None,
    run: int | None = None,
    ax: Axes | None = None,
) -> Axes:
    """How often a pair agrees in words, and how often in deeds, by half-years.

    Parameters
    ----------
    results : Dataset
        With events, `objected`, `declared` and `accepted`.
    pair : (str, str), optional
        Names of actors; by default the first of `default_pairs`.
    run : int, optional
        Number of a run; all runs together if not given.
    ax : Axes, optional
        Axes to draw on; a new figure if not given.

    Returns
    -------
    Axes
        Empty marks: neither refused the ceasefire in public; both declared for the text. Full
        marks: both signed; both accepted. Whiskers are 95 % intervals (Wilson); see
        `sim.measures.said_and_done`.

    Raises
    ------
    ResultsError
        If an actor or the run is not there, something was not recorded, or nothing was proposed.
    """
    one, other = pair_or_default(results, pair)
    table = measures.said_and_done(style.chosen(results, run), (one, other), PERIOD)
    if not len(table):
        raise ResultsError("there is nothing to agree on: no ceasefire was proposed, and no text")
    ax, label = style.canvas(ax), style.labels(results)
    week = np.timedelta64(7, "D")
    end = results["date"].values[-1] + week
    handles = []
    for act, (marker, side, words) in ACTS.items():
        rows = table[table["act"] == act]
        if not len(rows):
            continue
        for name, shift, meant in (("said", -0.45, "in words"), ("done", 0.45, "in deeds")):
            share = rows[name].to_numpy()
            # in the middle of what the record has of the period, the four side by side
            start = rows["date"].to_numpy()
            middle = start + (np.minimum(start + PERIOD * week, end) - start) / 2
            middle = middle + np.timedelta64(int(DAYS_APART * (side + shift)), "D")
            reach = style.reach(share, rows, f"{name}_low", f"{name}_high")
            look: style.Look = {
                "color": style.INK, "marker": marker, "markersize": 6.5,
                "markerfacecolor": "white" if name == "said" else style.INK,
                "linestyle": (0, (4, 2)) if name == "said" else "-", "linewidth": 1.3,
            }  # fmt: skip
            ax.errorbar(
                middle, share, yerr=reach, ecolor=style.SOFT, elinewidth=0.9, capsize=2.0, **look
            )
            handles.append(Line2D([], [], label=f"{words}:\n{meant}", **look))
    names = [style.cut(ax, label[name]) for name in (one, other)]
    note = style.note_of(results, run, "half-years, 95 % intervals", how="")
    style.dress(ax, f"What {names[0]} and {names[1]} say and do", note)
    ax.set_ylim(-0.04, 1.04)
    style.label_height(
        ax, "share of occasions on which both say yes\n(in words: neither refuses in public)"
    )
    style.date_axis(ax, results["date"].values)
    naming.key(ax, handles)
    return ax
