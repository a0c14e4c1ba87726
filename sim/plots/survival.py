"""Figures of how long things last: ceasefires by who brokered them, ties before they turn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from sim import measures
from sim.engine.inputs import Floats, Ints
from sim.errors import ResultsError
from sim.plots import naming, style
from sim.plots.defaults import pairs_or_default
from sim.plots.settings import styled
from sim.plots.timeseries import both
from sim.results import selection

MOST_COUNTS = 7
LETTERS = 34
FEW = 3
TURNS = {"halved": measures.divergence, "hostile": measures.rupture}
WORDS = {
    "halved": ("Ties that have not halved", "not yet half its maximum for good"),
    "hostile": ("Ties that have not turned hostile", "not yet below 0 for good"),
}


@styled
def ceasefire_survival(
    results: xr.Dataset, conveners: Sequence[str] | None = None, ax: Axes | None = None
) -> Axes:
    """Share of ceasefires still in force after so many weeks.

    Parameters
    ----------
    results : Dataset
        Of any number of runs; their ceasefires are taken together.
    conveners : sequence of str, optional
        Names of actors, one curve each; one curve of all ceasefires if not given.
    ax : Axes, optional
        Axes to draw on; a new figure if not given.

    Returns
    -------
    Axes
        The curve of Kaplan and Meier with its 95 % band, and below the axis how many ceasefires
        were still watched.

    Raises
    ------
    ResultsError
        If there was no ceasefire of a convener or none collapsed, the first weeks are missing, or
        a variable was not recorded.
    """
    if conveners is None:
        curves = [measures.ceasefire_survival(results)]
        names, colours, places = ["all"], [style.INK], [0]
    else:
        order = selection.names_on(results)
        wanted = [selection.actor(results, name) for name in conveners]
        if not wanted:
            raise ResultsError("there is no convener to draw")
        curves = [measures.ceasefire_survival(results, name) for name in wanted]
        label, colour = style.labels(results, 18), style.colours(results)
        names, colours = [label[name] for name in wanted], [colour[name] for name in wanted]
        places = [order.index(name) for name in wanted]
    ax = style.canvas(ax, 8.0, 4.2 + 0.17 * len(curves))
    drawn = []
    for curve, tint, place in zip(curves, colours, places, strict=True):
        look = {"linestyle": style.dash_of(place), "marker": style.marker_of(place)}
        drawn.append(_steps(ax, curve.index.to_numpy(), curve, tint, len(curves), **look))
    note = style.note_of_all(results, "", "95 % bands")
    style.dress(ax, "Ceasefires still in force", note, _left(names))
    longest = max(int(curve.index[-1]) for curve in curves)
    ax.set_xlim(0, longest)
    ax.set_xlabel("weeks in force")
    ax.set_ylim(-0.02, 1.02)
    style.label_height(ax, "share still in force")
    if conveners is not None:
        naming.name_lines(ax, drawn, names)
    marks = np.unique(np.linspace(0, longest, MOST_COUNTS).round().astype(int))
    ax.set_xticks(marks)  # a count stands under the tick of its week
    _at_risk(ax, curves, names, marks, marks, "still watched")
    return ax


@styled
def turns(
    results: xr.Dataset,
    pairs: Sequence[Sequence[str]] | None = None,
    turn: str = "halved",
    ax: Axes | None = None,
) -> Axes:
    """Share of runs in which the ties of some pairs have not yet halved for good.

    Parameters
    ----------
    results : Dataset
        Of `simulate`, `ensemble` or `load`.
    pairs : sequence of (str, str), optional
        Names of actors; the first three of `default_pairs` if not given.
    turn : str
        ``"halved"`` (see `sim.measures.divergence`) or ``"hostile"`` (see `sim.measures.rupture`).
    ax : Axes, optional
        Axes to draw on; a new figure if not given.

    Returns
    -------
    Axes
        A curve of Kaplan and Meier a pair with its 95 % band, dashed in the colours of the two;
        below the axis in how many runs the turn was still to come.

    Raises
    ------
    ResultsError
        If there is but one run, no tie of these pairs turned in any run, a name is unknown, or
        weeks are missing.
    """
    if turn not in TURNS:
        raise ResultsError(f"a turn is one of {', '.join(TURNS)}, not {turn!r}")
    measures.several(results)
    wanted = pairs_or_default(results, pairs, FEW)
    tables = [TURNS[turn](results, two) for two in wanted]
    told = [(two, table) for two, table in zip(wanted, tables, strict=True) if len(table)]
    if not any(table["turned"].any() for _, table in told):
        runs = results.sizes["run"]
        raise ResultsError(f"no tie of these pairs has {turn} in any of the {runs} runs")
    colour, label, dates = style.colours(results), style.labels(results), results["date"].values
    ax = style.canvas(ax, 8.0, 4.2 + 0.17 * len(told))
    curves = [_curve(table) for _, table in told]
    drawn = [
        _steps(
            ax, dates[curve.index.to_numpy()], curve, colour[j], len(curves), gapcolor=colour[i],
            linestyle=(0, (5, 5)), marker=style.marker_of(place), markerfacecolor="white",
            markeredgecolor=style.INK,
        )
        for place, (((i, j), _), curve) in enumerate(zip(told, curves, strict=True))
    ]  # fmt: skip
    title, what = WORDS[turn]
    names = [both(ax, label[i], label[j]) for (i, j), _ in told]
    style.dress(ax, title, style.note_of_all(results, "", "95 % bands"), _left(names))
    style.date_axis(ax, dates)
    ax.set_ylim(-0.02, 1.02)
    style.label_height(ax, f"share of runs\n({what})")
    naming.name_lines(ax, drawn, names)
    last = max(int(curve.index[-1]) for curve in curves)
    days = np.array([style.day(date) for date in dates[: last + 1]])
    ticks = np.array([tick for tick in ax.get_xticks() if days[0] <= tick < days[-1] + 7.0])
    marks = np.searchsorted(days, ticks, side="right") - 1
    _at_risk(ax, curves, names, marks, ticks, "runs still to turn")
    return ax


def _curve(table: pd.DataFrame) -> pd.DataFrame:
    """The curve of a pair; level at 1 and without a band where no run turned."""
    if table["turned"].any():
        return measures.kaplan_meier(table["weeks"], table["turned"])
    weeks = pd.Index(np.arange(int(table["weeks"].max()) + 1), name="week")
    flat: style.Look = {"at_risk": len(table), "survival": 1.0, "low": np.nan, "high": np.nan}
    return pd.DataFrame(flat, index=weeks)


def _steps(
    ax: Axes, x: Floats, curve: pd.DataFrame, colour: str, lines: int, **look: Any
) -> Line2D:
    low, high = curve["low"].to_numpy(), curve["high"].to_numpy()
    alpha = 0.08 + 0.14 / lines
    ax.fill_between(x, low, high, step="post", color=colour, alpha=alpha, linewidth=0)
    # the band's edges keep it readable in grey, where bands of two curves overlap
    for edge in (low, high):
        ax.plot(x, edge, drawstyle="steps-post", color=colour, linewidth=0.5, alpha=0.6)
    every = max(len(x) // 6, 1)
    (line,) = ax.plot(
        x, curve["survival"], drawstyle="steps-post", color=colour, markevery=every, **look
    )
    return line


def _left(names: Sequence[str]) -> float:
    """Points that the names of rows of counts take left of the Axes."""
    return 60.0 + 4.3 * min(max(map(len, names)), LETTERS)


def _at_risk(
    ax: Axes,
    curves: Sequence[pd.DataFrame],
    names: Sequence[str],
    weeks: Ints,
    places: Floats,
    title: str,
) -> None:
    """Rows of counts below the axis, one a curve."""
    look: style.Look = {
        "fontsize": style.size(ax, 8), "color": style.SOFT, "va": "top", "annotation_clip": False,
    }  # fmt: skip
    if style.small(ax) and len(curves) > 1:
        return  # their names would need half of the cell
    first = -style.size(ax, 40)  # below the label of the axis, in points
    edge: style.Look = {"xycoords": "axes fraction", "textcoords": "offset points"}
    ax.annotate(title, (0, 0), (-20, first), ha="right", style="italic", **edge, **look)
    for row, (curve, name) in enumerate(zip(curves, names, strict=True)):
        below = first - style.size(ax, 12) * (row + 1 if len(curves) > 1 else 0)
        if len(curves) > 1:
            words = style.short(name.replace("\n", " "), LETTERS)
            ax.annotate(words, (0, 0), (-20, below), ha="right", **edge, **look)
        counts = curve["at_risk"].reindex(weeks, fill_value=0)
        for place, count in zip(places, counts, strict=True):
            ax.annotate(
                f"{count}", (place, 0), (0, below), ha="center",
                xycoords=("data", "axes fraction"), textcoords="offset points", **look,
            )  # fmt: skip
