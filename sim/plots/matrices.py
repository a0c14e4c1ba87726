"""Figures of all ties at one date, as matrices."""

# ruff: noqa: RUF001 (minus signs are what they look like)
from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.image import AxesImage
from numpy.typing import NDArray

from sim.plots import style
from sim.plots.defaults import weeks_or_default
from sim.plots.settings import styled
from sim.results.selection import When, run_number, variable

# Orange and purple stay apart for the colour-blind; zero is nearly white.
SCALE = "PuOr"
MOST_NUMBERS = 14
HOSTILE = -0.1
LEAST_TYPE = 4.0
LETTERS = 20


@styled
def tie_matrix(
    results: xr.Dataset, at: When | None = None, run: int | None = None, ax: Axes | None = None
) -> Axes:
    """Ties of all actors at one date in one run, as a matrix.

    Parameters
    ----------
    results : Dataset
        Of `simulate`, `ensemble` or `load`.
    at : date, str or int, optional
        A day or the number of a week; the last week if not given.
    run : int, optional
        Number of a run, the first if not given.
    ax : Axes, optional
        Axes to draw on; a new figure if not given.

    Returns
    -------
    Axes
        The row's tie to the column. Numbers stand in the cells of up to 14 actors; of more, and
        where the cells are too small, a stroke marks hostile ties.

    Raises
    ------
    ResultsError
        If the date or the run is not there, or ties were not recorded.
    """
    week = weeks_or_default(results, None if at is None else [at], 1)[0]
    number, side = _run(results, run), _side(results)
    ax = style.canvas(ax, side + 3.2, side + 2.8)
    _scale(_matrix(ax, results, week, number), [ax])
    return ax


@styled
def tie_matrices(
    results: xr.Dataset, dates: Sequence[When] | None = None, run: int | None = None
) -> NDArray[np.object_]:
    """Ties of all actors at some dates of one run, as matrices side by side.

    Parameters
    ----------
    results : Dataset
        Of `simulate`, `ensemble` or `load`.
    dates : sequence of date, str or int, optional
        Days or weeks; the first and the last week if not given.
    run : int, optional
        Number of a run, the first if not given.

    Returns
    -------
    ndarray of Axes
        One a date; the figure is ``axes[0].figure``.
    """
    weeks, number, side = weeks_or_default(results, dates, 2), _run(results, run), _side(results)
    _, axes = plt.subplots(
        1, len(weeks), figsize=((side + 0.3) * len(weeks) + 3.0, side + 2.4),
        layout="compressed", squeeze=False, sharey=True,
    )  # fmt: skip
    panels: NDArray[np.object_] = axes[0]
    images = [_matrix(ax, results, week, number) for ax, week in zip(panels, weeks, strict=True)]
    for ax in panels[1:]:
        ax.set_ylabel("")
    _scale(images[-1], list(panels))
    return panels


def _run(results: xr.Dataset, run: int | None) -> int:
    """The run, if its ties are there: checked before a figure is made, which nobody would close."""
    variable(results, "tie")
    return run_number(results, run)


def _matrix(ax: Axes, results: xr.Dataset, week: int, number: int) -> AxesImage:
    table = variable(results, "tie").sel(run=number).isel(week=week)
    values = table.transpose("actor", "other").values.copy()
    count = len(values)
    np.fill_diagonal(values, np.nan)
    image = ax.imshow(values, cmap=SCALE, vmin=-1.0, vmax=1.0)
    wide, high = style.room(ax)
    tight = style.small(ax)
    names = list(style.labels(results).values())
    # names are cut before the cells have no room
    most = int(np.clip(min(wide, high) * 6, 12, 30)) if tight else 40
    lines = not tight and count <= MOST_NUMBERS
    names = [_two_lines(name) if lines else style.short(name, most) for name in names]
    style.dress(ax, style.week_of(results, week), style.run_of(results, number))
    ax.set_facecolor(style.FAINT)
    style.strip(ax)
    size = style.size(ax, 9 if count <= 20 else 6)
    numbers = 7.5 if count <= MOST_NUMBERS else 0.0
    if tight:
        cell = 0.4 * min(wide, high) * 72 / count
        size = min(size, cell / 1.35)
        numbers = min(numbers, cell / 2.6)
    ax.set_xticks(range(count), names, rotation=90, fontsize=size)
    ax.set_yticks(range(count), names, fontsize=size)
    ax.tick_params(length=0)
    ax.set_xlabel("to")
    ax.set_ylabel("tie of")
    _signs(ax, image, values, numbers)
    return image


def _two_lines(name: str) -> str:
    """A name in at most two lines, cut if it has more."""
    told = textwrap.fill(style.short(name, 2 * LETTERS - 4), LETTERS)
    return told if told.count("\n") < 2 else style.short(name, LETTERS)


def _signs(ax: Axes, image: AxesImage, values: NDArray[np.float64], size: float) -> None:
    """Numbers in the cells, or in small ones a stroke in those of hostile ties."""
    dark = image.to_rgba(values)[..., :3] @ (0.299, 0.587, 0.114) < 0.6
    inks = np.where(dark, "white", style.INK)
    if size < LEAST_TYPE:
        i, j = np.nonzero(values < HOSTILE)
        ax.scatter(j, i, s=9, marker="_", linewidth=0.7, color=inks[i, j])
        return
    for (i, j), tie in np.ndenumerate(values):
        if i != j:
            shown = round(tie, 1)
            words = f"{shown:+.1f}".replace("-", "−") if shown else "0"
            ax.text(j, i, words, ha="center", va="center", fontsize=size, color=inks[i, j])


def _scale(image: AxesImage, beside: list[Axes]) -> None:
    figure = style.figure_of(beside[0])
    bar = figure.colorbar(image, ax=beside, shrink=0.8, pad=0.02, ticks=[-1, -0.5, 0, 0.5, 1])
    points = style.size(beside[0], 9)
    bar.set_label("tie (−1 enemies, 1 friends)", fontsize=points, color=style.INK)
    bar.ax.tick_params(length=3, color=style.SOFT, labelcolor=style.INK, labelsize=points)
    bar.ax.spines[:].set_visible(False)


def _side(results: xr.Dataset) -> float:
    """Side of a matrix in inches."""
    return float(np.clip(0.38 * results.sizes["actor"], 2.4, 8.0))
