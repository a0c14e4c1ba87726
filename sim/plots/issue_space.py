"""Figure of the offers at the talks, in the space of two issues."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from sim import measures
from sim.errors import ResultsError, nearest
from sim.plots import naming, style
from sim.plots.defaults import default_issues
from sim.plots.networks import write_names
from sim.plots.settings import styled
from sim.results.dataset import scenario_of
from sim.results.selection import names_on, variable

OFFER: style.Look = {"linestyle": "", "marker": "o", "markeredgecolor": style.SOFT}
REFUSED: style.Look = OFFER | {"markerfacecolor": "white", "markersize": 4.5}
AGREED: style.Look = OFFER | {
    "marker": "*", "markerfacecolor": style.INK, "markeredgecolor": style.INK, "markersize": 11,
}  # fmt: skip
START: style.Look = OFFER | {
    "marker": "x", "markeredgecolor": style.INK, "markersize": 8, "markeredgewidth": 1.8,
}  # fmt: skip
SAME = 0.025
TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
LEAST_WEIGHT = 1e-9
INDIFFERENT: style.Look = {"linestyle": (0, (1, 2)), "linewidth": 1.3, "zorder": 1}
SMALL: style.Look = {"color": style.SOFT, "zorder": 5}


@styled
def offers(
    results: xr.Dataset,
    issues: Sequence[str] | None = None,
    run: int | None = None,
    ax: Axes | None = None,
) -> Axes:
    """What was offered at the talks, against what each actor would like best.

    Parameters
    ----------
    results : Dataset
        With events.
    issues : (str, str), optional
        Names of issues, across and up; the first two of the agenda if not given.
    run : int, optional
        Number of a run, whose offers are joined by a line; all runs if not given.
    ax : Axes, optional
        Axes to draw on; a new figure if not given.

    Returns
    -------
    Axes
        Dots are texts that were voted on and refused, stars those agreed, the cross the position
        at the start. Squares are ideal points (mean over the runs and weeks shown) of actors that
        care about both issues; who cares about one alone is a dotted line, indifferent along it.

    Raises
    ------
    ResultsError
        If an issue or the run is not there, the scenario has fewer than two issues, or a variable
        was not recorded.
    """
    x, y = _two(results, issues)
    shown = style.chosen(results, run)
    text, tabled, position = (
        variable(shown, name).transpose("run", "week", "issue").sel(issue=[x, y]).values
        for name in ("text", "tabled", "position")
    )
    talks = measures.talks(shown)
    talks = talks[talks["voted"]]
    weight = variable(shown, "weight").sel(issue=[x, y]).mean(("run", "week"))
    ideal = variable(shown, "ideal").sel(issue=[x, y]).mean(("run", "week"))
    places = np.where(tabled, text, position)
    ax = style.canvas(ax, 7.4, 5.6)
    where = [np.searchsorted(shown[axis].values, talks[axis]) for axis in ("run", "week")]
    points, agreed = places[tuple(where)], talks["settled"].to_numpy(dtype=bool)
    single = shown.sizes["run"] == 1
    if single and len(points):
        ax.plot(points[:, 0], points[:, 1], color=style.SOFT, linewidth=1.0, zorder=2)
    opening = np.array([scenario_of(results).issues[name].start for name in (x, y)])
    pale = 1.0 if single else 0.55
    for mask, look in ((~agreed, REFUSED), (agreed, AGREED)):
        ax.plot(points[mask, 0], points[mask, 1], zorder=3, alpha=pale, **look)
    ax.plot(*opening, zorder=4, clip_on=False, **START)
    nothing = "" if len(points) else "no offer was voted on"
    style.dress(ax, "Offers at the talks", style.note_of(results, run, nothing, how=""))
    # room for the names of those who want the ends
    ax.set_xlim(-0.13, 1.13)
    ax.set_ylim(-0.13, 1.13)
    ax.set_xticks(TICKS)
    ax.set_yticks(TICKS)
    letters = 30 if style.small(ax) else 62
    for name, label in ((x, ax.set_xlabel), (y, ax.set_ylabel)):
        issue = scenario_of(results).issues[name]
        label(textwrap.fill(f"{issue.label} (0: {issue.zero}, 1: {issue.one})", letters))
    naming.key(ax, _key(bool((~agreed).any()), bool(agreed.any())))
    _ideals(ax, results, ideal.transpose("actor", "issue").values, weight)
    return ax


def _two(results: xr.Dataset, issues: Sequence[str] | None) -> tuple[str, str]:
    known = names_on(results, "issue")
    issues = default_issues(results) if issues is None else issues
    if isinstance(issues, str) or len(issues) != 2 or issues[0] == issues[1]:
        raise ResultsError(f"offers are drawn over two different issues, not {issues!r}")
    for name in issues:
        if name not in known:
            raise ResultsError(f"unknown issue {name!r} ({nearest(str(name), known)})")
    return issues[0], issues[1]


def _ideals(
    ax: Axes, results: xr.Dataset, ideal: NDArray[np.float64], weight: xr.DataArray
) -> None:
    """Ideal points; those that lie on each other share a name."""
    cares = weight.transpose("actor", "issue").values > LEAST_WEIGHT
    names, colour = names_on(results), style.colours(results)
    most = 18 if style.small(ax) else 34
    label = {name: style.short(words, most) for name, words in style.labels(results).items()}
    both = [name for name, care in zip(names, cares, strict=True) if care.all()]
    points = dict(zip(names, ideal, strict=True))
    spots, shared = _heaps(both, points)
    small: style.Look = SMALL | {"fontsize": style.size(ax, 7.5)}
    for axis in (0, 1):  # who cares about one alone, as lines along which it is indifferent
        alone = [n for n, care in zip(names, cares, strict=True) if care[axis] and not care.all()]
        for spot, group in zip(*_heaps(alone, {n: points[n][[axis]] for n in alone}), strict=True):
            where, look = float(spot[0]), {"color": colour[group[0]], **INDIFFERENT}
            told = textwrap.fill(", ".join(label[n] for n in group), 24 if style.small(ax) else 48)
            if axis == 0:
                ax.axvline(where, **look)
                ax.text(where, 0.62, told, rotation=90, ha="right", va="center", **small)
            else:
                ax.axhline(where, **look)
                ax.text(0.62, where, told, ha="center", va="bottom", **small)
    for spot, group in zip(spots, shared, strict=True):
        for n, name in enumerate(group):  # each of a heap peeps out from under the next
            ax.plot(
                *spot, marker="s", markersize=9 + 4 * (len(group) - 1 - n), color=colour[name],
                markeredgecolor="white", markeredgewidth=0.8, zorder=4, clip_on=False,
            )  # fmt: skip
    if spots:
        words = [textwrap.fill(", ".join(label[name] for name in group), 20) for group in shared]
        reach = np.array([6.0 + 2 * len(group) for group in shared])
        write_names(ax, words, np.array(spots), reach, style.size(ax, 8.0))


def _heaps(
    names: Sequence[str], points: Mapping[str, NDArray[np.float64]]
) -> tuple[list[NDArray[np.float64]], list[list[str]]]:
    """Places at which actors want to be, and who shares each."""
    spots: list[NDArray[np.float64]] = []
    shared: list[list[str]] = []
    for name in names:
        near = [n for n, spot in enumerate(spots) if np.abs(spot - points[name]).max() < SAME]
        if near:
            shared[near[0]].append(name)
        else:
            spots.append(points[name])
            shared.append([name])
    return spots, shared


def _key(refused: bool, agreed: bool) -> list[Artist]:
    ideal: style.Look = {"linestyle": "", "marker": "s", "color": style.SOFT, "markersize": 8}
    return [
        Line2D([], [], label="ideal point", **ideal),
        Line2D([], [], label="position at the start", **START),
        *([Line2D([], [], label="offer, refused", **REFUSED)] if refused else []),
        *([Line2D([], [], label="offer, agreed", **AGREED)] if agreed else []),
    ]
