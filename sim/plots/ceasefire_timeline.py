"""The timeline of ceasefires: who brokered, who signed, who broke them and when."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.transforms import ScaledTranslation

from sim import measures
from sim.plots import naming, style
from sim.plots.settings import styled
from sim.results.dataset import scenario_of
from sim.results.selection import names_on, run_number, variable

MOST_ROWS = 24
SETTLED: style.Look = {
    "facecolor": "none", "edgecolor": "white", "hatch": "////", "linewidth": 0,
}  # fmt: skip


@styled
def ceasefires(results: xr.Dataset, run: int | None = None, ax: Axes | None = None) -> Axes:
    """The ceasefires of one run: who brokered, signed and broke them, and when.

    Parameters
    ----------
    results : Dataset
        Of `simulate`, `ensemble` or `load`.
    run : int, optional
        Number of a run, the first if not given.
    ax : Axes, optional
        Axes to draw on; a new figure if not given.

    Returns
    -------
    Axes
        At the top a bar a ceasefire in the colour of its convener, hatched where it had become a
        settlement, with a cross where it collapsed. Below a row for each actor that must sign, is
        armed, is a patron or brokered one: a full mark if it signed, an empty one if it did not, a
        stroke for every week in which it broke the ceasefire.

    Raises
    ------
    ResultsError
        If the run is not there, or a variable that this needs was not recorded.
    """
    number = run_number(results, run)
    shown = results.sel(run=[number])
    spells: list[Any] = list(measures.ceasefires(shown).itertuples())
    rows = _rows(results, {spell.convener for spell in spells})
    colour, label, dates = style.colours(results), style.labels(results, 26), results["date"].values
    tall = max([1, *(label[name].count("\n") + 1 for name in rows)])
    ax = style.canvas(ax, 9.0, 1.9 + max(0.3, 0.17 * tall) * (len(rows) + 1))
    if style.small(ax):  # one line a row
        label = {name: style.short(words, 24) for name, words in style.labels(results).items()}
    broken = variable(shown, "violated").transpose("run", "actor", "week").values[0]
    place = {name: n for n, name in enumerate(names_on(results))}
    # Dots stand before the bar that they belong to, so that no stroke hides behind one.
    before = ax.transData + ScaledTranslation(-4 / 72, 0, style.figure_of(ax).dpi_scale_trans)
    for spell in spells:
        _bar(ax, spell, colour, style.day(dates[0]) - 7.0 * int(results["week"].values[0]))
        left, right = _days(spell)
        for row, name in enumerate(rows, start=1):
            ax.barh(
                row, right - left, left=left, height=0.86, color=style.SHADE, edgecolor="white",
                zorder=1,
            )  # fmt: skip
            signed = name in spell.signed
            ax.plot(
                left, row, "D" if name == spell.convener else "o", markersize=style.size(ax, 6),
                zorder=4, markeredgewidth=style.size(ax, 1),
                markeredgecolor=style.INK, markerfacecolor=colour[name] if signed else "white",
                clip_on=False, transform=before,
            )  # fmt: skip
            days = np.array([style.day(date) + 3.5 for date in dates[broken[place[name]]]])
            inside = days[(days > left) & (days < right)]
            ax.plot(
                inside, np.full(len(inside), row), linestyle="", marker="|",
                markersize=style.size(ax, 9), markeredgewidth=style.size(ax, 1.6),
                color=colour[name], zorder=3,
            )  # fmt: skip
    style.dress(ax, "Ceasefires", style.note_of(shown, number))
    ax.set_ylim(len(rows) + 0.6, -0.7)
    ax.set_yticks(range(len(rows) + 1), ["in force", *(label[name] for name in rows)])
    ax.tick_params(axis="y", length=0)
    ax.grid(visible=False, axis="y")
    style.date_axis(ax, dates)
    left, right = ax.get_xlim()
    ax.set_xlim(left - 0.03 * (right - left), right)  # room for dots of the first week
    if spells:
        naming.key(ax, _key(spells, colour, label))
    else:
        words = "no ceasefire in this run"
        ax.text(0.5, 0.5, words, transform=ax.transAxes, ha="center", va="center")
    return ax


def _rows(results: xr.Dataset, conveners: set[str]) -> list[str]:
    """Actors whose signature or breach matters, in the order of the scenario."""
    scenario = scenario_of(results)
    armed = {name for name, who in scenario.actors.items() if who.armed}
    matter = armed | conveners | {*scenario.roles.must_sign, *scenario.patrons}
    return [name for name in scenario.actors if name in matter][:MOST_ROWS]


def _days(spell: Any) -> tuple[float, float]:
    return style.day(spell.start_date), style.day(spell.last_date) + 7.0


def _bar(ax: Axes, spell: Any, colour: dict[str, str], week_0: float) -> None:
    left, right = _days(spell)
    tint = colour[spell.convener]
    ax.barh(0, right - left, left=left, height=0.7, color=tint, edgecolor=style.INK, linewidth=0.6)
    if spell.settled >= 0:
        begin = week_0 + 7.0 * spell.settled
        ax.barh(0, right - begin, left=begin, height=0.7, **SETTLED)
    if spell.ended == measures.COLLAPSE:
        size = style.size(ax, 8)
        ax.plot(right, 0, "X", color="white", markeredgecolor=style.INK, markersize=size, zorder=5)


def _key(spells: list[Any], colour: dict[str, str], label: dict[str, str]) -> list[Artist]:
    def mark(marker: str, tint: str, words: str, **more: Any) -> Line2D:
        look: style.Look = {"markeredgecolor": style.INK, "markersize": 6} | more
        return Line2D([], [], linestyle="", marker=marker, color=tint, label=words, **look)

    grey = style.SOFT
    bars = [
        Patch(facecolor=colour[name], edgecolor=style.INK, label="by " + label[name])
        for name in dict.fromkeys(spell.convener for spell in spells)
    ]
    if any(spell.settled >= 0 for spell in spells):
        bars.append(Patch(label="as a settlement", **SETTLED | {"facecolor": grey}))
    return [
        *bars,
        mark("X", "white", "collapsed", markersize=8),
        mark("D", grey, "brokered and signed"),
        mark("o", grey, "signed"),
        mark("o", "white", "did not sign"),
        mark("|", grey, "broke it that week", markeredgecolor=grey, markeredgewidth=1.6),
    ]
