"""Redraw one figure quickly: the layout of its Axes is computed once and kept."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from sim.engine.inputs import Floats
from sim.errors import ResultsError
from sim.plots import catalogue, style
from sim.plots.defaults import default_pairs
from sim.plots.settings import styled

# Lines of single runs are thinner than this; they are not repeated as what was.
_CURVE = 1.0


class Redrawn:
    """A figure of the catalogue that can be drawn again in a tenth of a second.

    Working out where everything goes takes longer than drawing it, so it is done for the first
    results, and later ones use the same place. The lines and bars of the first stay as grey
    dots.

    Parameters
    ----------
    first : Dataset
        Results of two runs or more.
    name : str
        A figure that `variables_of` does not refuse.
    pairs : sequence of (str, str)
        What to show; what the figure shows by itself if none is given.
    """

    def __init__(self, first: xr.Dataset, name: str, pairs: Sequence[Sequence[str]] = ()) -> None:
        self._name, self._pairs = name, [tuple(two) for two in pairs]
        if catalogue.named(name).takes.get("--pair") == "pairs":
            # once, so that a move of the sliders never swaps the lines
            self._pairs = self._pairs or list(default_pairs(first))
        self._before: list[tuple[Floats, Floats]] = []
        self._bars: list[Rectangle] = []
        self._open()
        self._draw(first)
        self._canvas.draw()
        self.figure.set_layout_engine("none")
        self._before = [
            (np.asarray(line.get_xdata()), np.asarray(line.get_ydata()))
            for line in self._axes.get_lines()
            if line.get_linewidth() >= _CURVE
            and line.get_linestyle() != "None"
            and len(np.atleast_1d(line.get_xdata())) > 2
        ]
        self._bars = [bar for bar in self._axes.patches if isinstance(bar, Rectangle)]

    @styled
    def _open(self) -> None:
        # Not made by pyplot: a notebook would show it a second time, by itself.
        self.figure = Figure(figsize=(8.6, 4.4), dpi=100, layout="constrained")
        self._canvas: Any = FigureCanvasAgg(self.figure)  # its methods are not typed
        self._axes = self.figure.add_subplot()

    def _draw(self, results: xr.Dataset) -> None:
        self._axes.clear()
        catalogue.draw(results, self._name, self._pairs, ax=self._axes)
        # a class of outcome that never happened before has no bar there, and moves the others
        same = len(self._axes.patches) == len(self._bars)
        for bar in self._bars if same else []:
            self._axes.add_patch(Rectangle(
                bar.get_xy(), bar.get_width(), bar.get_height(), fill=False, edgecolor=style.SOFT,
                linewidth=1.3, linestyle=":",
            ))  # fmt: skip
        for dates, values in self._before:
            self._axes.plot(
                dates, values, color=style.SOFT, linewidth=1.1, linestyle=":", zorder=1.5
            )

    def png(self, results: xr.Dataset) -> bytes:
        """The picture of other results of the same actors, as the bytes of a PNG file."""
        self._draw(results)
        out = io.BytesIO()
        # Not `savefig`, which draws twice; and the least compression, which is the quickest.
        self._canvas.print_png(out, pil_kwargs={"compress_level": 1})
        return out.getvalue()


def variables_of(name: str) -> tuple[str, ...]:
    """What results must hold for a figure that can be redrawn: of all runs, on one pair of Axes."""
    figure = catalogue.named(name)
    if figure.one or not figure.single:
        every = catalogue.FIGURES.values()
        able = [found.name for found in every if found.single and not found.one]
        raise ResultsError(
            f"figure {name!r} shows one run, or several pictures (those of all runs in one: "
            f"{', '.join(able)})"
        )
    return figure.needs
