"""Figures of a calibration: how far numbers were narrowed down, and which targets are met."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from sim.engine.inputs import Ints
from sim.experiments.calibration import Calibration, WarCalibration
from sim.experiments.calibration.plan import Free
from sim.experiments.calibration.war_report import ALL, CALIBRATED, LINE, PRESENT, TIMING
from sim.plots import style
from sim.plots.settings import styled
from sim.scenario.english import percent
from sim.scenario.labels import label

# Share of draws from which on a fact does not hang on the free numbers.
SURE = 0.95
BEFORE, AFTER = "#c9c9c9", "#0072b2"
# Points that names and ends left of the Axes take.
NAMES = 260.0


@styled
def numbers(found: Calibration, ax: Axes | None = None) -> Axes:
    """Where each free number may lie: its range, and 90 % of the posterior in it.

    Parameters
    ----------
    found : Calibration
        From `sim.experiments.calibration.calibrate`.
    ax : Axes, optional
        Axes to draw on; a new figure if not given.

    Returns
    -------
    Axes
        One line a number, on its scale from one end of the range to the other.
    """
    table = found.numbers
    names = [label(found.plan.scenario, number.path) for number in found.plan.free]
    names = [textwrap.fill(name, 34) for name in names]
    ax, rows = _rows(ax, names, 0.42 * len(table) + 1.4)
    every = zip(rows, found.plan.free, table.iterrows(), strict=True)
    for row, number, (_, values) in every:
        place = {
            word: _share(values[word], number.low, number.high, number.scale)
            for word in ("low", "median", "high", "centre")
        }
        _range(ax, row, number)
        ax.plot([place["low"], place["high"]], [row, row], color=AFTER, linewidth=3)
        ax.plot(place["median"], row, "o", color=AFTER, markersize=6)
        ax.plot(place["centre"], row, "D", color="white", markeredgecolor=style.INK, markersize=6)
    style.dress(
        ax, "What the free numbers may be",
        "grey: range; line and dot: 90 % and median of the posterior; diamond: its centre",
    )  # fmt: skip
    _only_ranges(ax, len(table))
    return ax


@styled
def targets(found: Calibration, ax: Axes | None = None) -> Axes:
    """Which targets are met, before and after, in units of what a miss is allowed to be.

    Parameters
    ----------
    found, ax
        See `numbers`.

    Returns
    -------
    Axes
        One line a target; 0 is what is known, 1 a miss by the tolerance.
    """
    table = found.targets
    ax, rows = _rows(ax, list(table.index), 0.46 * len(table) + 1.6)
    ax.axvspan(-1, 1, color=style.SHADE, zorder=0)
    ax.axvline(0, color=style.INK, linewidth=0.8)
    for row, (_, values) in zip(rows, table.iterrows(), strict=True):
        for word, colour, shift, width in (
            ("prior", "#8f8f8f", 0.16, 1.6), ("posterior", AFTER, -0.14, 3.0),
        ):  # fmt: skip
            low, middle, high = (
                (values[f"{word}_{end}"] - values["known"]) / values["tolerance"]
                for end in ("low", "median", "high")
            )
            ax.plot([low, high], [row + shift] * 2, color=colour, linewidth=width)
            ax.plot(middle, row + shift, "o", color=colour, markersize=5)
        centre = (values["centre"] - values["known"]) / values["tolerance"]
        ax.plot(centre, row - 0.14, "D", color="white", markeredgecolor=style.INK, markersize=6)
    style.dress(
        ax, "Which targets are met",
        "grey: over the ranges; blue: over the posterior (90 % and median); diamond: at its centre",
    )  # fmt: skip
    ax.set_xlabel("distance from what is known, in tolerances")
    ax.set_xlim(-6.5, 6.5)
    ax.grid(visible=False, axis="y")
    return ax


@styled
def facts(found: Calibration, ax: Axes | None = None) -> Axes:
    """What the posterior leaves open of facts that were not used.

    Parameters
    ----------
    found, ax
        See `numbers`; facts were judged.

    Returns
    -------
    Axes
        One line a fact: 90 % and median of its estimates over draws; a full dot where at least 95 %
        of the draws are as the theory expects, an open one where fewer are.
    """
    table = found.facts
    names = [f"{name} ({kind})" for name, kind in table["status"].items()]
    ax, rows = _rows(ax, names, 0.3 * len(table) + 1.6)
    ax.axvline(0, color=style.INK, linewidth=0.8)
    for row, (_, values) in zip(rows, table.iterrows(), strict=True):
        sure = values["agrees"] >= SURE
        ax.plot([values["low"], values["high"]], [row, row], color=AFTER, linewidth=3)
        ax.plot(
            values["median"], row, "o", color=AFTER if sure else "white", markeredgecolor=AFTER,
            markersize=7,
        )  # fmt: skip
        ax.annotate(
            percent(values["agrees"], " %"), (1.0, row), xycoords=("axes fraction", "data"),
            xytext=(6, 0), textcoords="offset points", va="center", fontsize=8.5, color=style.SOFT,
        )  # fmt: skip
    style.dress(
        ax, "What was not used, over the posterior",
        "line, dot: 90 % and median over draws; right: draws as expected (full dot: 95 % or more)",
    )  # fmt: skip
    ax.set_xlabel("tie, or share of decisions")
    ax.grid(visible=False, axis="y")
    return ax


@styled
def wars(found: WarCalibration, ax: Axes | None = None) -> Axes:
    """How well each war is told by numbers that were calibrated on the others, beside what else.

    Parameters
    ----------
    found : WarCalibration
        From `sim.experiments.calibration.calibrate_wars`.
    ax : Axes, optional
        Axes to draw on; a new figure if not given.

    Returns
    -------
    Axes
        One line a war, and one for their mean; less is better.
    """
    table = found.wars
    names = [textwrap.fill(war.scenario.name.partition(":")[0], 34) for war in found.plan.wars]
    ax, rows = _rows(ax, [*names, "mean"], 0.42 * (len(table) + 1) + 1.8)
    ax.axhline(0.5, color=style.SOFT, linewidth=0.8)
    for name, look in (
        (PRESENT, {"marker": "o", "color": "white", "markeredgecolor": style.INK}),
        (ALL, {"marker": "|", "color": style.INK, "markeredgewidth": 1.6}),
        (LINE, {"marker": "D", "color": style.NO_COLOUR, "markeredgecolor": style.SOFT}),
        (CALIBRATED, {"marker": "o", "color": style.INK}),
    ):
        values = [*table[f"{TIMING} {name}"], found.gap(TIMING, name).value]
        ax.plot(values, rows, linestyle="none", markersize=7, label=name, **look)
    for row, (_, both) in zip(rows, table.iterrows(), strict=False):
        ends = [both[f"{TIMING} {name}"] for name in (PRESENT, CALIBRATED)]
        ax.plot(ends, [row, row], color=style.SOFT, linewidth=1.0, zorder=1)
    style.dress(
        ax, "Wars at the numbers of the other wars",
        "integrated Brier score of when pairs break, less is better; lines: from present numbers "
        "to those of the other wars", NAMES,
    )  # fmt: skip
    ax.set_xlabel("integrated Brier score")
    ax.set_xlim(left=-0.01)  # a mark at 0 is whole
    ax.set_ylim(-0.7, len(table) + 0.7)
    ax.grid(visible=False, axis="y")
    style.figure_of(ax).legend(loc="outside lower center", ncols=2, fontsize=9, frameon=False)
    return ax


@styled
def ranges(found: WarCalibration, ax: Axes | None = None) -> Axes:
    """What a library of wars says of each free number: its range, and what is as good as the best.

    Parameters
    ----------
    found, ax
        See `wars`.

    Returns
    -------
    Axes
        One line a number, on its scale from one end of the range to the other.
    """
    free, table = found.plan.free, found.numbers
    case = found.plan.wars[0].scenario
    names = [textwrap.fill(label(case, number.path), 34) for number in free]
    ax, rows = _rows(ax, names, 0.42 * len(free) + 1.8)
    *some, every = found.fits
    for n, (row, number) in enumerate(zip(rows, free, strict=True)):
        _range(ax, row, number)
        ax.plot(every.ends[:, n], [row, row], color=style.SOFT, linewidth=3)
        ax.plot([fit.point[n] for fit in some], [row] * len(some), "|", color=style.INK,
                markersize=11)  # fmt: skip
        ax.plot(every.point[n], row, "D", color="white", markeredgecolor=style.INK, markersize=7)
        now = _share(float(table["present"][number.path]), number.low, number.high, number.scale)
        ax.plot(now, row, "o", color=style.INK, markersize=5)
    style.dress(
        ax, "What the wars say of the free numbers",
        "light: range; dark: 90 % of points as good as the best, by the emulator; diamond: best on "
        "all wars; strokes: best without one of them; dot: present", NAMES,
    )  # fmt: skip
    _only_ranges(ax, len(free))
    return ax


def _range(ax: Axes, row: int, number: Free) -> None:
    """The range of a number with its ends."""
    ax.plot([0, 1], [row, row], color=BEFORE, linewidth=7, solid_capstyle="butt")
    for x, side in ((-0.025, "right"), (1.025, "left")):
        end = number.low if x < 0 else number.high
        ax.text(x, row, f"{end:g}", ha=side, va="center", fontsize=8.5, color=style.SOFT)


def _only_ranges(ax: Axes, rows: int) -> None:
    """No scale along the ranges: each number has its own."""
    ax.tick_params(axis="y", length=0, pad=38)
    ax.set_xticks([])
    ax.set_xlim(-0.02, 1.02)
    ax.set_ylim(-0.7, rows - 0.3)
    ax.grid(visible=False)
    ax.spines[["left", "bottom"]].set_visible(False)


def _rows(ax: Axes | None, names: Sequence[str], height: float) -> tuple[Axes, Ints]:
    """Axes with a row for each name, the first at the top, and the heights of the rows."""
    ax, rows = style.canvas(ax, 8.0, height), np.arange(len(names))[::-1]
    ax.set_yticks(rows, names)
    return ax, rows


def _share(value: float, low: float, high: float, scale: str) -> float:
    if scale == "log":
        return float(np.log(value / low) / np.log(high / low))
    return (value - low) / (high - low)
