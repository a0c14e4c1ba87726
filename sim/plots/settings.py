"""Settings of matplotlib for all figures, and the final step of every figure."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from sim.plots import text_rendering

# Settings of matplotlib that change how a figure looks: a figure takes none from its user.
_LOOKS = (
    "axes.", "boxplot.", "contour.", "date.auto", "date.interval", "errorbar.", "figure.auto",
    "figure.constrained", "figure.dpi", "figure.edgecolor", "figure.facecolor", "figure.label",
    "figure.subplot", "figure.title", "font.", "grid.", "hatch.", "image.", "legend.", "lines.",
    "markers.", "mathtext.", "patch.", "path.", "pdf.fonttype", "pdf.use14", "savefig.bbox",
    "savefig.edgecolor", "savefig.facecolor", "savefig.pad", "savefig.transparent", "svg.fonttype",
    "text.", "xaxis.", "xtick.", "yaxis.", "ytick.",
)  # fmt: skip
# In a file, so that others can use it by its name: "sim.plots.entente".
STYLE: dict[Any, Any] = {
    name: value for name, value in mpl.rcParamsDefault.items() if name.startswith(_LOOKS)
} | dict(
    mpl.rc_params_from_file(
        Path(__file__).with_name("entente.mplstyle"), use_default_template=False
    )
)
GROUND = "ground of the figure"


def styled[**P, T](draw: Callable[P, T]) -> Callable[P, T]:
    """Decorator: draw in the style of this package and leave the settings as they were."""

    @functools.wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> T:
        # Not `rc_context`: it would also undo what a notebook's backend sets when the first
        # figure wakes it up, and no later figure would be shown.
        before = {name: plt.rcParams[name] for name in STYLE}
        plt.rcParams.update(STYLE)
        try:
            made = draw(*args, **kwargs)
            _finish(made, before["savefig.facecolor"])
            return made
        finally:
            plt.rcParams.update(before)

    return drawn


def _finish(made: object, saved_on: object) -> None:
    """What holds for every figure: text as it is written, and a light ground under dark text."""
    if isinstance(made, Figure):
        axes = made.axes
    else:
        axes = [one for one in np.atleast_1d(np.asarray(made)) if isinstance(one, Axes)]
    if not axes:
        return
    figure = axes[0].get_figure(root=True)
    assert figure is not None
    whole = [*figure.findobj(Legend, include_self=False), *figure.texts]
    others = [text for part in whole for text in part.findobj(Text)] if len(axes) > 1 else []
    text_rendering.as_written([*axes, *_bars(axes)], others)
    figure.set_facecolor("white")
    if saved_on != "auto" and not any(part.get_gid() == GROUND for part in figure.patches):
        # saved in the colour of somebody's style, whatever the face of the figure is
        ground = Rectangle(
            (0, 0), 1, 1, transform=figure.transFigure, facecolor="white",
            zorder=-100, gid=GROUND,
        )  # fmt: skip
        ground.set_in_layout(False)
        figure.add_artist(ground)


def _bars(axes: Sequence[Axes]) -> list[Axes]:
    """Axes of the scales beside Axes."""
    images = [image for ax in axes for image in ax.images]
    return [image.colorbar.ax for image in images if image.colorbar is not None]
