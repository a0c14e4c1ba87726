"""All figures of results at once, as files."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import xarray as xr
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from sim import measures
from sim.errors import ResultsError
from sim.plots import style
from sim.plots.ceasefire_timeline import ceasefires
from sim.plots.choice import default_pairs
from sim.plots.issue_space import offers
from sim.plots.matrices import tie_matrices
from sim.plots.networks import networks
from sim.plots.settings import styled
from sim.plots.shares import line_ups, outcomes
from sim.plots.survival import ceasefire_survival
from sim.plots.timeseries import attention, drift_accounts, ties
from sim.plots.violence import said_and_done, theatres
from sim.results.dataset import scenario_of
from sim.results.selection import pair, run_number
from sim.writing import PROGRAM, write_whole

TRUCE_PARTS = ("state", "age", "convener", "ratified", "violated")
OUTCOME_PARTS = ("state", "position")
THEATRE_PARTS = ("intensity_by_theatre", "intensity")
SAID_PARTS = ("objected", "declared", "accepted", "event_kind")
OFFER_PARTS = ("text", "tabled", "position", "weight", "ideal", "event_kind")


def everything(
    results: xr.Dataset,
    directory: str | os.PathLike[str],
    run: int | None = None,
    pairs: Sequence[Sequence[str]] | None = None,
) -> list[Path]:
    """Write every figure that the results allow, as PNG files.

    Parameters
    ----------
    results : Dataset
    directory : path
        Made if it is not there; files of the same names are replaced.
    run : int, optional
        Number of a run. Figures along the dates show all runs if none is named, the others the
        first; figures of shares of runs are left out if one is named.
    pairs : sequence of (str, str), optional
        Pairs whose ties are drawn; `default_pairs` if not given. The account of what made a tie
        is drawn of the first.

    Returns
    -------
    list of Path
        Left out are figures of variables that were not recorded, of pairs if there is but one
        actor, of shares of runs if there is but one, and of ceasefires or talks that never were.

    Raises
    ------
    ResultsError
        If a pair or the run is not there, or a file cannot be written.
    """
    run_number(results, run)
    told = default_pairs(results) if pairs is None else [pair(results, two) for two in pairs]
    many = run is None and results.sizes["run"] > 1
    chosen: tuple[tuple[str, bool, tuple[str, ...], Callable[[], Any]], ...] = (
        ("ties", bool(told), ("tie",), lambda: ties(results, told, run)),
        ("attention", True, ("attention_short",), lambda: attention(results, None, run)),
        (
            "drift_accounts", bool(told), ("drift_account",),
            lambda: drift_accounts(results, told[0], run),
        ),
        ("ceasefires", True, TRUCE_PARTS, lambda: ceasefires(results, run)),
        (
            "tie_matrices", results.sizes["actor"] > 1, ("tie",),
            lambda: tie_matrices(results, None, run),
        ),
        ("networks", results.sizes["actor"] > 1, ("tie",), lambda: networks(results, None, run)),
        (
            "offers", results.sizes["issue"] > 1 and _voted(results, run), OFFER_PARTS,
            lambda: offers(results, None, run),
        ),
        (
            "line_ups", many and results.sizes["actor"] > 1, ("tie",), lambda: line_ups(results),
        ),
        ("outcomes", many, OUTCOME_PARTS, lambda: outcomes(results)),
        (
            "ceasefire_survival", many and _collapsed(results), TRUCE_PARTS,
            lambda: ceasefire_survival(results),
        ),
        (
            "theatres", results.sizes.get("theatre", 1) > 1, THEATRE_PARTS,
            lambda: theatres(results, run),
        ),
        (
            "said_and_done", bool(told) and _spoken(results, run), SAID_PARTS,
            lambda: said_and_done(results, told[0], run),
        ),
    )  # fmt: skip
    folder, written = Path(directory), []
    for name, sensible, needed, draw in chosen:
        if sensible and all(variable in results for variable in needed):
            drawn = draw()
            figure = (drawn if hasattr(drawn, "get_figure") else drawn[0]).get_figure(root=True)
            written.append(write(figure, folder / f"{name}.png"))
    return written


def _voted(results: xr.Dataset, run: int | None) -> bool:
    """Whether there was a vote at any talks."""
    if "event_kind" not in results:
        return False
    talks = measures.talks(style.chosen(results, run))
    return bool(talks["voted"].any())


def _spoken(results: xr.Dataset, run: int | None) -> bool:
    """Whether what is said is another thing than what is done, and there was something to say."""
    if "event_kind" not in results or not scenario_of(results).mechanisms.public:
        return False
    return len(measures.ceasefire_attempts(style.chosen(results, run))) > 0


def _collapsed(results: xr.Dataset) -> bool:
    """Whether the length of ceasefires can be drawn: from round 0 on, and with an end."""
    if not all(name in results for name in TRUCE_PARTS) or results["round"].values[:1] != [0]:
        return False
    return bool((measures.ceasefires(results)["ended"] == measures.COLLAPSE).any())


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
    path, held = Path(path).expanduser(), io.BytesIO()
    try:
        _save(figure, held, ending_of(path), dots)
    finally:
        plt.close(figure)
    write_whole(path, held.getvalue())
    return path


def ending_of(path: Path) -> str:
    """What kind of file a name asks for, "png", "pdf" or "svg".

    Raises
    ------
    ResultsError
        If it is another.
    """
    ending = path.suffix.lower().removeprefix(".")
    if ending not in ENDINGS:
        known = ", ".join(f".{name}" for name in ENDINGS)
        raise ResultsError(f"cannot write {path}: the name of a figure ends in one of {known}")
    return ending


@styled
def png(figure: Figure, dots: float | None = None) -> bytes:
    """A figure as the bytes of a PNG file; it is closed."""
    held = io.BytesIO()
    try:
        _save(figure, held, "png", dots)
    finally:
        plt.close(figure)
    return held.getvalue()


def _save(figure: Figure, target: io.BytesIO, ending: str, dots: float | None) -> None:
    before = plt.rcParams["svg.hashsalt"]
    plt.rcParams["svg.hashsalt"] = "entente"  # names inside an SVG are drawn by lot otherwise
    try:
        figure.savefig(target, format=ending, dpi=dots or "figure", metadata=_MARKS[ending])
    finally:
        plt.rcParams["svg.hashsalt"] = before
