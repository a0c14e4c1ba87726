"""The one look of all figures: colours of actors, type, dates, names at the ends of lines."""

# ruff: noqa: RUF001 (a range is written with a dash)
from __future__ import annotations

import functools
import itertools
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.dates as mdates
import numpy as np
import xarray as xr
from matplotlib import pyplot as plt
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from sim.selection import run_number, variable

# States in which a ceasefire or a settlement holds.
CALM = (1, 2)
INK, SOFT, FAINT, SHADE = "#222222", "#666666", "#dedede", "#f1f1ee"

# Apart from each other also to the colour-blind (tested); actors past the last one are grey.
PALETTE = (
    "#0072b2", "#d55e00", "#12a87c", "#8a1a55", "#e6a800", "#5bb9ee", "#d98aba", "#111111",
    "#4a2bbd", "#6b4410", "#c6c97a", "#1a7f7f",
)  # fmt: skip
NO_COLOUR = "#999999"
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "p", "h", "*")
DASHES: tuple[Any, ...] = ("-", (0, (6, 2)), (0, (2, 1.5)), (0, (7, 2, 1.5, 2)))

# In a file, so that others can use it by its name: "sim.plots.entente".
STYLE: dict[Any, Any] = dict(
    mpl.rc_params_from_file(
        Path(__file__).with_name("entente.mplstyle"), use_default_template=False
    )
)
LOW, HIGH = 5.0, 95.0


def styled[**P, T](draw: Callable[P, T]) -> Callable[P, T]:
    """Decorator: draw in the style of this package and leave the settings as they were."""

    @functools.wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> T:
        # Not `rc_context`: it would also undo what a notebook's backend sets when the first
        # figure wakes it up, and no later figure would be shown.
        before = {name: plt.rcParams[name] for name in STYLE}
        plt.rcParams.update(STYLE)
        try:
            return draw(*args, **kwargs)
        finally:
            plt.rcParams.update(before)

    return drawn


def colours(results: xr.Dataset) -> dict[str, str]:
    """Colour of every actor, by its place in the scenario: the same in every figure.

    Parameters
    ----------
    results : Dataset

    Returns
    -------
    dict of str to str
        Twelve actors have a colour of their own; all others share a grey.
    """
    names = [str(name) for name in results["actor"].values]
    spare = [NO_COLOUR] * max(len(names) - len(PALETTE), 0)
    return dict(zip(names, [*PALETTE, *spare], strict=False))


def marker_of(place: int) -> str:
    """Marker of the actor or line at a place; they repeat after twelve."""
    return MARKERS[place % len(MARKERS)]


def dash_of(place: int) -> Any:
    """Line style of the actor or line at a place."""
    return DASHES[place % len(DASHES)]


def labels(results: xr.Dataset, width: int = 0) -> dict[str, str]:
    """Label of every actor, broken into lines of at most `width` characters if that is given."""
    names = [str(name) for name in results["actor"].values]
    written = [str(label) for label in results["actor_label"].values]
    if width:
        written = ["\n".join(textwrap.wrap(label, width)) or label for label in written]
    return dict(zip(names, written, strict=True))


def canvas(ax: Axes | None, width: float = 8.0, height: float = 4.2) -> Axes:
    """Give back the Axes, or new ones in a figure of their own."""
    if ax is not None:
        return ax
    _, made = plt.subplots(figsize=(width, height), layout="constrained")
    return made


def dress(ax: Axes, title: str, note: str) -> None:
    """Title, a note over it, spines and grid, the same on every Axes."""
    # The note stands over the title, where a title that somebody sets later does not cover it.
    ax.set_title(title, loc="left", pad=6)
    ax.annotate(
        note, (0, 1), (0, 21), xycoords="axes fraction", textcoords="offset points",
        fontsize=8.5, color=SOFT, va="bottom",
    )  # fmt: skip
    for side, spine in ax.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(SOFT)
    # Ticks are made when the figure is drawn, after the style is left: all is said here.
    ax.tick_params(length=3.5, width=0.8, color=SOFT, labelcolor=INK, labelsize=9)
    ax.grid(visible=True, color=FAINT, linewidth=0.7)
    ax.set_axisbelow(True)


def strip(ax: Axes) -> None:
    """Take away grid and spines, for figures without scales."""
    ax.grid(visible=False)
    for spine in ax.spines.values():
        spine.set_visible(False)


def figure_of(ax: Axes) -> Figure:
    """Figure that holds the Axes."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    return figure


def week_of(results: xr.Dataset, week: int) -> str:
    """The week at a place on the axis of rounds, in words."""
    first = results["date"].values[week].astype("datetime64[D]").item()
    return f"week of {first.day} {first:%B %Y}"


def day(date: Any) -> float:
    """Place of a date on an axis of dates, in days."""
    return float(mdates.date2num(date))  # type: ignore[no-untyped-call]  # matplotlib


def date_axis(ax: Axes, dates: NDArray[Any]) -> None:
    """Make the horizontal axis one of dates that spans the weeks of results."""
    ax.set_xlim(day(dates[0]), day(dates[-1]) + 7.0)
    ax.set_xlabel("date (weeks)")
    if len(dates) == 1:
        ax.set_xlim(day(dates[0]) - 7.0, day(dates[0]) + 7.0)
        ax.set_xticks([day(dates[0])], [f"{dates[0].astype('datetime64[D]')}"])
        ax.xaxis_date()
        return
    locator = mdates.AutoDateLocator(minticks=3, maxticks=9)  # type: ignore[no-untyped-call]  # as above
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


def title_of(results: xr.Dataset, width: int = 44) -> str:
    """Name of the scenario, cut to a width."""
    return textwrap.shorten(str(results.attrs.get("title", "")), width, placeholder=" …")


def chosen(results: xr.Dataset, run: int | None) -> xr.Dataset:
    """All runs if none is named, else that run alone; the axis of runs stays."""
    if run is None:
        run_number(results)
        return results
    return results.sel(run=[run_number(results, run)])


def curve(
    ax: Axes, dates: NDArray[Any], values: NDArray[Any], colour: str, lines: int, **look: Any
) -> Line2D:
    """Line of one run, or median and band of many; the more lines there are, the paler the bands.

    Parameters
    ----------
    ax : Axes
    dates : ndarray, shape (rounds,)
    values : ndarray, shape (runs, rounds)
    colour : str
    lines : int
        How many there will be.
    look
        For `Axes.plot`.
    """
    middle = np.median(values, axis=0)
    if len(values) > 1:
        low, high = np.percentile(values, [LOW, HIGH], axis=0)
        ax.fill_between(dates, low, high, color=colour, alpha=0.05 + 0.15 / lines, linewidth=0)
    (line,) = ax.plot(dates, middle, color=colour, **look)
    return line


def spaced(place: int, lines: int, weeks: int) -> tuple[int, int]:
    """Where a line carries its marker: a few times, each line at weeks of its own."""
    every = max(weeks // 5, 1)
    return int((place + 0.5) * every / lines) % every, every


def name_lines(ax: Axes, lines: Sequence[Line2D], names: Sequence[str]) -> None:
    """Write each line's name beside the Axes, with a stroke from the line's end.

    In a legend where there is no layout or no room for it.
    """
    figure = figure_of(ax)
    if figure.get_layout_engine() is None:
        ax.legend(lines, names)
        return
    ends = np.array([float(np.asarray(line.get_ydata(), dtype=float)[-1]) for line in lines])
    low, high = ax.get_ylim()
    rows = [name.count("\n") + 1 for name in names]
    # 13 points a row of text; Axes are about four fifths of what the figure gives them.
    row = (high - low) * 13.0 / max(ax.get_window_extent().height * 72 / figure.dpi * 0.9, 1.0)
    if sum(rows) * row > 1.1 * (high - low):
        ax.legend(
            lines, names, loc="upper left", bbox_to_anchor=(1.01, 1.0), fontsize=6.5,
            ncols=-(-len(lines) // 20),
        )  # fmt: skip
        return
    heights = spread(ends, np.array(rows) * row, low, high)
    start, edge = ax.get_xlim()
    for line, name, end, height in zip(lines, names, ends, heights, strict=True):
        # A curve may end long before the Axes do: a stroke across them must not look like a curve.
        last = min(float(np.asarray(line.get_xdata(orig=False), dtype=float)[-1]), edge)
        far = edge - last > 0.1 * (edge - start)
        ax.annotate(
            name, (last, end), (1.04, height), xycoords="data",
            textcoords=("axes fraction", "data"), va="center", fontsize=9, annotation_clip=False,
            arrowprops={
                "arrowstyle": "-", "color": line.get_color(), "lw": 0.9, "shrinkA": 1, "shrinkB": 0,
                "relpos": (0.0, 0.5), "linestyle": (0, (1, 3)) if far else "-",
            },
        )  # fmt: skip


def spread(
    wanted: NDArray[np.float64], sizes: NDArray[np.float64], low: float, high: float
) -> NDArray[np.float64]:
    """Heights near the wanted ones at which labels of these sizes do not overlap."""
    order = np.argsort(wanted, kind="stable")
    placed = wanted.copy()
    for _ in range(200):
        moved = False
        for below, above in itertools.pairwise(order):
            lack = (sizes[below] + sizes[above]) / 2 - (placed[above] - placed[below])
            if lack > 1e-9:
                placed[below] -= lack / 2
                placed[above] += lack / 2
                moved = True
        if not moved:
            break
    if len(order):
        bottom, top = order[0], order[-1]
        over = placed[top] + sizes[top] / 2 - high
        under = low - (placed[bottom] - sizes[bottom] / 2)
        placed += max(under, 0.0) if under > 0 else -max(over, 0.0)
    return placed


def key(ax: Axes, handles: Sequence[Artist], *, below: bool = False, columns: int = 1) -> None:
    """Legend beside or below the Axes; inside where the figure has no layout to make room."""
    figure = figure_of(ax)
    if figure.get_layout_engine() is None:
        ax.legend(handles=list(handles))
    elif below:
        ax.legend(
            handles=list(handles), loc="upper center", bbox_to_anchor=(0.5, -0.02), ncols=columns
        )
    else:
        ax.legend(handles=list(handles), loc="upper left", bbox_to_anchor=(1.01, 1.0))


def shade_truces(ax: Axes, results: xr.Dataset) -> bool:
    """Shade the weeks at whose end a ceasefire or settlement holds, if it is one run's figure."""
    if results.sizes["run"] != 1 or "state" not in results:
        return False
    calm = np.isin(variable(results, "state").values[0], CALM)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], calm, [False]])))
    dates = results["date"].values
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        ax.axvspan(day(dates[start]), day(dates[end - 1]) + 7.0, color=SHADE, zorder=0, linewidth=0)
    return bool(calm.any())
