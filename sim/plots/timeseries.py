"""Figures along the dates: ties, attention, and what made the tie of a pair."""

# ruff: noqa: RUF001 (minus signs and dashes are what they look like)
from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim import measures
from sim.plots import naming, style
from sim.plots.defaults import pair_or_default, pairs_or_default
from sim.plots.settings import styled
from sim.results import selection

TIE = "tie (−1 enemies, 1 friends)"
SHADED = "shaded: a ceasefire or settlement holds"

# Causes are no actors: pale tints that no actor has, and a hatch each.
CAUSES = {
    "initial": ("before the war", "#d5d5d5", ""),
    "objectives": ("objectives", "#b9d3e8", "////"),
    "experience": ("experience", "#f6d5a8", "...."),
    "third_parties": ("third parties", "#cfe3b4", "\\\\\\\\"),
}
MOST_TORN = 8
MOST_WITH_RUNS, FEW = 3, 3
OTHER_CAUSE = ("#e3cfe3", "xxxx")


@styled
def ties(
    results: xr.Dataset,
    pairs: Sequence[Sequence[str]] | None = None,
    run: int | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Ties of some pairs of actors over the dates, from -1 (enemies) to 1 (friends).

    Parameters
    ----------
    results : Dataset
        Of `simulate`, `ensemble` or `load`.
    pairs : sequence of (str, str), optional
        Names of actors; by default those that talk bilaterally, then brokers with patrons.
    run : int, optional
        Number of a run; all runs if not given, and where there is room the first three as thin
        lines.
    ax : Axes, optional
        Axes to draw on; a new figure if not given.

    Returns
    -------
    Axes
        Each line is dashed in the colours of its two actors.

    Raises
    ------
    ResultsError
        If an actor, a pair or the run is not there, or ties were not recorded.
    """
    wanted = pairs_or_default(results, pairs)
    shown = style.chosen(results, run)
    curves = [measures.tie(shown, i, j).values for i, j in wanted]
    colour, label, dates = style.colours(results), style.labels(results), results["date"].values
    thin = len(wanted) <= MOST_WITH_RUNS and shown.sizes["run"] > FEW
    ax, drawn = style.canvas(ax), []
    for place, ((i, j), values) in enumerate(zip(wanted, curves, strict=True)):
        if thin:  # what no band shows: the course of single runs
            ax.plot(dates, values[:FEW].T, color=colour[i], linewidth=0.6, alpha=0.55)
        drawn.append(
            style.curve(
                ax, dates, values, colour[i], len(wanted), gapcolor=colour[j], linewidth=2.2,
                linestyle=(0, (5, 5)), dash_capstyle="butt", markeredgecolor=style.INK,
                marker=style.marker_of(place), markerfacecolor="white",
                markevery=style.spaced(place, len(wanted), len(dates)),
            )
        )  # fmt: skip
    ax.axhline(0.0, color=style.SOFT, linewidth=0.9, zorder=1)
    shaded = style.shade_ceasefires(ax, shown)
    more = SHADED if shaded else f"thin: {FEW} of them" if thin else ""
    style.dress(ax, "Ties", style.note_of(results, run, more))
    style.label_height(ax, TIE)
    style.date_axis(ax, dates)
    naming.name_lines(ax, drawn, [both(ax, label[i], label[j]) for i, j in wanted])
    return ax


def both(ax: Axes, one: str, other: str) -> str:
    """Names of a pair, in two lines if they are long."""
    one, other = style.cut(ax, one), style.cut(ax, other)
    if len(one) + len(other) <= 22:
        return f"{one} – {other}"
    return textwrap.fill(f"{one} –", 24) + "\n" + textwrap.fill(other, 24)


@styled
def attention(
    results: xr.Dataset,
    actors: Sequence[str] | None = None,
    run: int | None = None,
    ax: Axes | None = None,
) -> Axes:
    """How the actors divide their attention between the short and the long term.

    Parameters
    ----------
    results : Dataset
        Of `simulate`, `ensemble` or `load`.
    actors : sequence of str, optional
        Names; by default the first eight that want something in the short term.
    run : int, optional
        Number of a run; all runs if not given.
    ax : Axes, optional
        Axes to draw on; a new figure if not given.

    Returns
    -------
    Axes
        Above one half the short term counts for more, below it the long term.

    Raises
    ------
    ResultsError
        If an actor or the run is not there, or attention was not recorded.
    """
    shown = style.chosen(results, run)
    share = selection.variable(shown, "attention_short").transpose("actor", "run", "week")
    order = selection.names_on(results)
    torn = [name for name in order if share.sel(actor=name).values.max(initial=0.0) > 0.0]
    wanted = (torn or order)[:MOST_TORN]
    if actors is not None:
        wanted = [selection.actor(results, name) for name in actors]
    ax, colour, label = style.canvas(ax), style.colours(results), style.labels(results)
    dates = results["date"].values
    drawn = [
        style.curve(
            ax, dates, share.sel(actor=name).values, colour[name], len(wanted),
            linestyle=style.dash_of(order.index(name)), marker=style.marker_of(order.index(name)),
            markevery=style.spaced(place, len(wanted), len(dates)),
        )
        for place, name in enumerate(wanted)
    ]  # fmt: skip
    ax.axhline(0.5, color=style.SOFT, linewidth=0.9, zorder=1)
    points = style.size(ax, 8.5)
    look: style.Look = {"transform": ax.transAxes, "fontsize": points, "color": style.SOFT}
    ax.text(0.01, 0.99, "↑ short term", va="top", **look)
    ax.text(0.01, 0.01, "↓ long term", va="bottom", **look)
    shaded = style.shade_ceasefires(ax, shown)
    style.dress(ax, "Attention", style.note_of(results, run, SHADED if shaded else ""))
    ax.set_ylim(-0.05, 1.05)
    style.label_height(ax, "share of attention on the short term\n(the rest is on the long term)")
    style.date_axis(ax, dates)
    naming.name_lines(
        ax, drawn, [textwrap.fill(style.short(label[name], 48), 24) for name in wanted]
    )
    return ax


@styled
def drift_accounts(
    results: xr.Dataset,
    pair: Sequence[str] | None = None,
    run: int | None = None,
    ax: Axes | None = None,
) -> Axes:
    """What made the tie of a pair: the parts of each cause, and their sum.

    Parameters
    ----------
    results : Dataset
        Of `simulate`, `ensemble` or `load`.
    pair : (str, str), optional
        Names of actors; by default the first of `default_pairs`.
    run : int, optional
        Number of a run. Of several runs the mean is shown if none is named: medians do not add up.
    ax : Axes, optional
        Axes to draw on; a new figure if not given.

    Raises
    ------
    ResultsError
        If an actor or the run is not there, or drift accounts were not recorded.
    """
    two = pair_or_default(results, pair)
    shown = style.chosen(results, run)
    parts = measures.drift_accounts(shown, two)
    names = [str(name) for name in parts["account"].values]
    mean = parts.mean("run").values
    ax, label, dates = style.canvas(ax), style.labels(results), results["date"].values
    dates = dates if len(dates) > 1 else np.array([dates[0], dates[0] + np.timedelta64(7, "D")])
    mean = mean if len(mean) > 1 else np.repeat(mean, 2, axis=0)
    top, bottom = np.zeros(len(mean)), np.zeros(len(mean))
    handles: list[Artist] = []
    for n, name in enumerate(names):
        words, tint, hatch = CAUSES.get(name, (name.replace("_", " "), *OTHER_CAUSE))
        look = style.area(tint, hatch)
        gain, loss = np.clip(mean[:, n], 0.0, None), np.clip(mean[:, n], None, 0.0)
        ax.fill_between(dates, top, top + gain, **look)
        ax.fill_between(dates, bottom, bottom + loss, **look)
        top, bottom = top + gain, bottom + loss
        handles.append(Patch(label=words, **look))
    ax.plot(dates, mean.sum(axis=1), color=style.INK, linewidth=2.2)
    handles.insert(0, Line2D([], [], color=style.INK, linewidth=2.2, label="tie, their sum"))
    ax.axhline(0.0, color=style.SOFT, linewidth=0.9)
    note = style.note_of(results, run, how="mean of ")
    one, other = (style.cut(ax, label[name]) for name in two)
    style.dress(ax, f"What made the tie of {one} and {other}", note)
    style.label_height(ax, "part of the tie (scale of the tie, −1 to 1)")
    style.date_axis(ax, results["date"].values)
    naming.key(ax, handles)
    return ax
