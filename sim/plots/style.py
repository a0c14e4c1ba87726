"""The common style of all figures: colours of actors, text sizes, dates, titles and notes."""

# ruff: noqa: RUF001 (a range is written with a dash)
from __future__ import annotations

import datetime as dt
import itertools
import textwrap
import weakref
from typing import Any

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
import xarray as xr
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from sim.engine.inputs import Floats
from sim.engine.state import CALM
from sim.plots import text_rendering
from sim.results.selection import names_on, run_number, variable
from sim.scenario import english

type Look = dict[str, Any]  # keyword arguments of matplotlib, each of its own type
type Dash = str | tuple[int, tuple[float, ...]]

INK, SOFT, FAINT, SHADE = "#222222", "#666666", "#dedede", "#f1f1ee"

# Apart from each other also to the colour-blind (tested); actors past the last one are grey.
PALETTE = (
    "#0072b2", "#d55e00", "#12a87c", "#8a1a55", "#e6a800", "#5bb9ee", "#d98aba", "#111111",
    "#4a2bbd", "#6b4410", "#c6c97a", "#1a7f7f",
)  # fmt: skip
NO_COLOUR = "#999999"
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "p", "h", "*")
DASHES: tuple[Dash, ...] = ("-", (0, (6, 2)), (0, (2, 1.5)), (0, (7, 2, 1.5, 2)))

LOW, HIGH = 5.0, 95.0
MOST_BANDS = 2
# A cell of a grid that is smaller than this, in inches, gets smaller type and its key below.
CELL = (5.2, 3.2)
SMALLEST = 0.68
_SCALES: weakref.WeakKeyDictionary[Axes, float] = weakref.WeakKeyDictionary()


def colours(results: xr.Dataset) -> dict[str, str]:
    """Colour of every actor, by its place in the scenario: the same in every figure.

    Parameters
    ----------
    results : Dataset
        Of `simulate`, `ensemble` or `load`.

    Returns
    -------
    dict of str to str
        Twelve actors have a colour of their own; all others share a grey.
    """
    every = itertools.chain(PALETTE, itertools.repeat(NO_COLOUR))
    return dict(zip(names_on(results), every, strict=False))


def marker_of(place: int) -> str:
    """Marker of the actor or line at a place; they repeat after twelve."""
    return MARKERS[place % len(MARKERS)]


def dash_of(place: int) -> Dash:
    """Line style of the actor or line at a place."""
    return DASHES[place % len(DASHES)]


def labels(results: xr.Dataset, width: int = 0) -> dict[str, str]:
    """Label of every actor, broken into lines of at most `width` characters if that is given."""
    written = names_on(results, "actor_label")
    if width:
        written = [textwrap.fill(label, width) or label for label in written]
    return dict(zip(names_on(results), written, strict=True))


def short(words: str, most: int) -> str:
    """Text cut in its middle, between words if it can be: long names often begin alike."""
    if len(words) <= most:
        return words
    *before, last = words.split()
    while before and len(last) + len(before[-1]) + 1 <= most // 2:
        last = f"{before.pop()} {last}"
    if len(last) > most // 2:  # a word without end
        last = last[-(most // 2) :]
    first = " ".join(before)[: most - len(last) - 3]
    if " " in first:
        first = first.rpartition(" ")[0]
    return f"{first} … {last}".strip()


def canvas(ax: Axes | None, width: float = 8.0, height: float = 4.2) -> Axes:
    """Give back the Axes, ready to be drawn on, or new ones in a figure of their own.

    A figure without a layout gets one, so that nothing reaches over its neighbours; Axes that were
    put somewhere by hand stay there.
    """
    if ax is None:
        _, made = plt.subplots(figsize=(width, height), layout="constrained")
        return made
    figure = figure_of(ax)
    if figure.get_layout_engine() is None and ax.get_subplotspec() is not None:
        figure.set_layout_engine("constrained")
    wide, high = room(ax)
    _SCALES[ax] = float(np.clip(min(wide / CELL[0], high / CELL[1]), SMALLEST, 1.0))
    return ax


def room(ax: Axes) -> tuple[float, float]:
    """Width and height in inches of the cell of a grid in which Axes stand."""
    figure = figure_of(ax)
    part = ax.get_figure() or figure  # a part of a figure has a place of its own
    wide, high = part.bbox.width / figure.dpi, part.bbox.height / figure.dpi
    spec = ax.get_subplotspec()
    if spec is None:
        box = ax.get_position()
        return wide * box.width, high * box.height
    outer = spec.get_topmost_subplotspec()
    for cell in (spec, outer) if outer is not spec else (spec,):
        rows, columns, *_ = cell.get_geometry()
        wide *= len(cell.colspan) / columns
        high *= len(cell.rowspan) / rows
    return wide, high


def size(ax: Axes, points: float) -> float:
    """Size of type in points, smaller in a small cell of a grid."""
    return points * _SCALES.get(ax, 1.0)


def small(ax: Axes) -> bool:
    """Whether Axes have too little room for names beside them."""
    return _SCALES.get(ax, 1.0) < 1.0


def wrapped(ax: Axes, words: str, points: float, em: float, left: float) -> str:
    """Text in lines that are no wider than the cell without what stands left of the Axes."""
    across = room(ax)[0] * 72 - (size(ax, 110) if small(ax) else left)
    return textwrap.fill(words, max(int(across / (em * size(ax, points))), 12))


def dress(ax: Axes, title: str, note: str, left: float = 46.0) -> None:
    """Title, a note over it, spines and grid, the same on every Axes.

    Title and note are broken into lines where they are longer than there is room; `left` are the
    points that labels left of the Axes take.
    """
    # The note stands over the title, where a title that somebody sets later does not cover it.
    title = wrapped(ax, title, 11.5, 0.66, left)
    text: Look = {"color": INK, "fontfamily": text_rendering.FAMILY}
    ax.set_title(title, loc="left", pad=6, fontsize=size(ax, 11.5), fontweight="bold", **text)
    lines = title.count("\n") + 1
    note = short(note, 110) if small(ax) else note
    ax.annotate(
        wrapped(ax, note, 8.5, 0.52, left), (0, 1), (0, 6 + (1.25 * lines) * size(ax, 11.5) + 1),
        xycoords="axes fraction", textcoords="offset points", fontsize=size(ax, 8.5), color=SOFT,
        va="bottom",
    )  # fmt: skip
    ax.set_facecolor("white")
    for side, spine in ax.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(SOFT)
    for axis in (ax.xaxis, ax.yaxis):
        axis.label.set(fontsize=size(ax, 9.5), **text)
        axis.get_offset_text().set(fontsize=size(ax, 9), **text)
    # Ticks are made when the figure is drawn, after the style is left: all is said here.
    ax.tick_params(
        length=3.5, width=0.8, color=SOFT, labelcolor=INK, labelsize=size(ax, 9),
        labelfontfamily=text_rendering.FAMILY, direction="out", top=False, right=False, left=True,
        bottom=True,
    )  # fmt: skip
    ax.minorticks_off()
    ax.grid(visible=True, color=FAINT, linewidth=0.7, linestyle="-", alpha=1.0)
    ax.set_axisbelow(True)


def label_height(ax: Axes, words: str) -> None:
    """Label the vertical axis, in more lines where the Axes are small."""
    if small(ax):
        words = "\n".join(textwrap.fill(line, 26) for line in words.split("\n"))
    ax.set_ylabel(words)


def strip(ax: Axes) -> None:
    """Take away grid and spines, for figures without scales."""
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)


def figure_of(ax: Axes) -> Figure:
    """Figure that holds the Axes."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    return figure


def cut(ax: Axes, words: str) -> str:
    """A name that is not too long for a line beside the Axes."""
    return short(words, 20 if small(ax) else 48)


def area(tint: str, hatch: str) -> Look:
    """The look of a part of a stack, which is no actor's: a pale tint and a hatch."""
    return {"facecolor": tint, "edgecolor": SOFT, "hatch": hatch, "linewidth": 0.5}


def reach(share: Floats, table: pd.DataFrame, low: str = "low", high: str = "high") -> Floats:
    """The whiskers of shares to the ends of their intervals, for `Axes.errorbar`."""
    return np.abs(np.stack([share - table[low], table[high] - share]))


def week_of(results: xr.Dataset, week: int) -> str:
    """The week at a place on the axis of weeks, in words."""
    first = results["date"].values[week].astype("datetime64[D]").item()
    return f"week of {english.day(first)}"


def day(date: np.datetime64 | dt.date) -> float:
    """Place of a date on an axis of dates, in days."""
    return float(mdates.date2num(date))  # type: ignore[no-untyped-call]  # matplotlib


def date_axis(ax: Axes, dates: NDArray[np.datetime64]) -> None:
    """Make the horizontal axis one of dates that spans the weeks of results."""
    alone = len(dates) == 1
    ax.set_xlim(day(dates[0]) - (7.0 if alone else 0.0), day(dates[-1]) + 7.0)
    ax.set_xlabel("date (weeks)")
    if alone:
        ax.set_xticks([day(dates[0])], [f"{dates[0].astype('datetime64[D]')}"])
        ax.xaxis_date()
        return
    most = 9 if not small(ax) else int(np.clip(room(ax)[0] / 0.8, 2, 9))
    locator = mdates.AutoDateLocator(minticks=1 if small(ax) else 3, maxticks=most)  # type: ignore[no-untyped-call]  # as above
    form = mdates.ConciseDateFormatter(locator)  # type: ignore[no-untyped-call]  # as above
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(form)


def seed_of(results: xr.Dataset) -> str:
    """Seed of results in words."""
    return str(results.attrs.get("seed", "unknown"))


def run_of(results: xr.Dataset, run: int | None) -> str:
    """What a run can be made again by."""
    return f"seed {seed_of(results)}, run {run_number(results, run)}"


def note_of(
    results: xr.Dataset, run: int | None, *notes: str, how: str = "median and 5–95 % of "
) -> str:
    """Name of the scenario, which runs are shown (`how`, if several), and what else to know."""
    if run is None and results.sizes["run"] > 1:
        return note_of_all(results, how, *notes)
    return ", ".join(part for part in (title_of(results), run_of(results, run), *notes) if part)


def note_of_all(results: xr.Dataset, how: str = "", *notes: str) -> str:
    """The same for figures that show all runs, `how` written before their number."""
    which = f"seed {seed_of(results)}, {how}{results.sizes['run']} runs"
    return ", ".join(part for part in (title_of(results), which, *notes) if part)


def title_of(results: xr.Dataset, width: int = 240) -> str:
    """Name of the scenario, cut to a width."""
    return textwrap.shorten(str(results.attrs.get("title", "")), width, placeholder=" …")


def chosen(results: xr.Dataset, run: int | None) -> xr.Dataset:
    """All runs if none is named, else that run alone; the axis of runs stays."""
    if run is None:
        run_number(results)
        return results
    return results.sel(run=[run_number(results, run)])


def curve(
    ax: Axes, dates: NDArray[np.datetime64], values: Floats, colour: str, lines: int, **look: Any
) -> Line2D:
    """Line of one run, or median and range of many: `values` are of shape (runs, weeks).

    The range is a band with edges. Of more than two lines, whose bands would cover each other, it
    is drawn as whiskers at the line's markers.
    """
    middle = np.median(values, axis=0)
    if len(values) > 1:
        low, high = np.percentile(values, [LOW, HIGH], axis=0)
        if lines > MOST_BANDS:
            at = slice(look["markevery"][0], None, look["markevery"][1])
            ax.vlines(dates[at], low[at], high[at], color=colour, linewidth=1.3)
        else:
            ax.fill_between(dates, low, high, color=colour, alpha=0.15, linewidth=0)
            for edge in (low, high):
                ax.plot(dates, edge, color=look.get("gapcolor", colour), linewidth=0.7)
    (line,) = ax.plot(dates, middle, color=colour, **look)
    return line


def spaced(place: int, lines: int, weeks: int) -> tuple[int, int]:
    """Where a line carries its marker: a few times, each line at weeks of its own."""
    every = max(weeks // 5, 1)
    return int((place + 0.5) * every / lines) % every, every


def shade_ceasefires(ax: Axes, results: xr.Dataset) -> bool:
    """Shade the weeks at whose end a ceasefire or settlement holds, if it is one run's figure."""
    if results.sizes["run"] != 1 or "state" not in results:
        return False
    calm = np.isin(variable(results, "state").values[0], CALM)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], calm, [False]])))
    dates = results["date"].values
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        ax.axvspan(day(dates[start]), day(dates[end - 1]) + 7.0, color=SHADE, zorder=0, linewidth=0)
    return bool(calm.any())
