"""Figures as files: PNG, PDF or SVG, equal bytes for equal figures."""

from __future__ import annotations

import io
import os
from pathlib import Path

from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from sim.errors import ResultsError
from sim.plots.settings import styled
from sim.writing import PROGRAM, write_whole

# What a file says about itself; by the program it is known again (`sim.writing.MARKS`). Without the
# hour equal figures are equal bytes.
_MARKS: dict[str, dict[str, str | None]] = {
    "png": {"Software": PROGRAM},
    "pdf": {"Creator": PROGRAM, "Producer": None, "CreationDate": None},
    "svg": {"Creator": PROGRAM, "Date": None},
}
ENDINGS = tuple(_MARKS)


@styled
def write(figure: Figure, path: str | os.PathLike[str], dots: float | None = None) -> Path:
    """Write a figure as PNG, PDF or SVG, by the ending of its name, and close it.

    The file is written whole beside its place and then put there: where the disk is full, what was
    there before stays. Letters of a PDF are TrueType, so that its text can be searched and edited.

    Parameters
    ----------
    figure : Figure
        Of matplotlib.
    path : path
        Its folder is made if it is not there.
    dots : float, optional
        Dots an inch.

    Returns
    -------
    Path

    Raises
    ------
    ResultsError
        If the file cannot be written, or its ending is unknown.
    """
    path = Path(path).expanduser()
    ending = path.suffix.lower().removeprefix(".")
    if ending not in ENDINGS:
        plt.close(figure)
        known = ", ".join(f".{name}" for name in ENDINGS)
        raise ResultsError(f"cannot write {path}: the name of a figure ends in one of {known}")
    write_whole(path, image(figure, dots, ending))
    return path


@styled
def image(figure: Figure, dots: float | None = None, ending: str = "png") -> bytes:
    """A figure as the bytes of a file; it is closed."""
    held, before = io.BytesIO(), plt.rcParams["svg.hashsalt"]
    plt.rcParams["svg.hashsalt"] = "entente"  # names inside an SVG are drawn by lot otherwise
    try:
        figure.savefig(held, format=ending, dpi=dots or "figure", metadata=_MARKS[ending])
    finally:
        plt.rcParams["svg.hashsalt"] = before
        plt.close(figure)
    return held.getvalue()
