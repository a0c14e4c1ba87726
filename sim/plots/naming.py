"""Names of lines at their ends, and legends where there is room for them."""

# ruff: noqa: RUF001 (a dash between two names)
from __future__ import annotations

import itertools
import textwrap
from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.transforms import ScaledTranslation
from numpy.typing import NDArray

from sim.plots.style import INK, Look, figure_of, room, short, size, small

# Letters of the name of an actor in that of a pair.
_NAME = 24


def of_pair(labels: Sequence[str]) -> str:
    """Both names; what stands in brackets goes where there is no room for it."""
    cut = (label if len(label) <= _NAME else label.partition(" (")[0] for label in labels)
    return " – ".join(short(label, _NAME) for label in cut)


def name_lines(ax: Axes, lines: Sequence[Line2D], names: Sequence[str]) -> None:
    """Write each line's name beside the Axes, with a stroke from the line's end.

    In a legend where there is no layout or no room for it.
    """
    figure = figure_of(ax)
    if small(ax) or figure.get_layout_engine() is None:
        for line, name in zip(lines, names, strict=True):
            line.set_label(name.replace("\n", " "))
        key(ax, lines)
        return
    ends = np.array([float(np.asarray(line.get_ydata(), dtype=float)[-1]) for line in lines])
    low, high = ax.get_ylim()
    rows = [name.count("\n") + 1 for name in names]
    # 13 points a row of text; Axes are about four fifths of what the figure gives them.
    row = (high - low) * 13.0 / max(ax.get_window_extent().height * 72 / figure.dpi * 0.9, 1.0)
    if sum(rows) * row > 1.1 * (high - low):
        told = [textwrap.fill(name.replace("\n", " "), 44) for name in names]
        ax.legend(
            lines, told, loc="upper left", bbox_to_anchor=(1.01, 1.0), fontsize=6.5,
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
        if placed[top] + sizes[top] / 2 > high + 1e-9 and sizes.sum() <= high - low:
            # pushed out at one end by those at the other: from the top down, each below the next
            edge = high
            for label in order[::-1]:
                placed[label] = min(placed[label], edge - sizes[label] / 2)
                edge = placed[label] - sizes[label] / 2
    return placed


def key(ax: Axes, handles: Sequence[Artist], *, below: bool = False, columns: int = 1) -> None:
    """Legend beside the Axes, or below them, in columns, where they have no scales or are small.

    It stands inside where the figure has no layout to make room.
    """
    figure = figure_of(ax)
    look: Look = {
        "handles": list(handles), "fontsize": size(ax, 9), "labelcolor": INK, "frameon": False,
    }  # fmt: skip
    if figure.get_layout_engine() is None:
        ax.legend(**look | {"frameon": True, "facecolor": "white", "framealpha": 0.8})
    elif below and not small(ax):
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.02), ncols=columns, **look)
    elif small(ax):
        across = room(ax)[0] * 72 / size(ax, 9) / 0.54  # in letters
        names = [str(handle.get_label()) for handle in handles]
        longest = max(len(line) for name in names for line in name.split("\n"))
        columns = int(np.clip(across // (longest + 7), 1, 3))
        for handle, name in zip(handles, names, strict=True):
            if columns == 1 and longest > across - 10:
                handle.set_label(textwrap.fill(name.replace("\n", " "), int(across) - 10))
        rows = ax.get_xlabel().count("\n") + 1 if ax.get_xlabel() else 0
        down = (6 if below else 24) + 13 * rows
        place = ax.transAxes + ScaledTranslation(
            -size(ax, 36) / 72, -size(ax, down) / 72, figure.dpi_scale_trans
        )
        ax.legend(
            loc="upper left", bbox_to_anchor=(0, 0), bbox_transform=place, ncols=columns,
            borderaxespad=0, handlelength=2.4, labelspacing=0.3, columnspacing=1.0, **look,
        )  # fmt: skip
    else:
        ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), **look)
