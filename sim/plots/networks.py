"""Figures of all ties at one date, as signed networks with their two camps."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib import patheffects
from matplotlib import pyplot as plt
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from sim import measures
from sim.plots import naming, style
from sim.plots.defaults import weeks_or_default
from sim.plots.settings import styled
from sim.results.selection import When, names_on, run_number
from sim.scenario.english import percent

type Places = Mapping[str, tuple[float, float]]

WEAK, MOST_EDGES, CROWD = 0.1, 80, 20
FRIENDLY: style.Look = {"color": "#444444", "linestyle": "-", "alpha": 0.8}
HOSTILE: style.Look = {"color": "#c0392b", "linestyle": (0, (2.5, 1.5)), "alpha": 0.55}
CAMP_MARKERS = ("o", "s", "^")
HALO = [patheffects.withStroke(linewidth=2.5, foreground="white")]


def layout(results: xr.Dataset, run: int | None = None) -> dict[str, tuple[float, float]]:
    """Places of the actors in every network of a run: friends near, enemies far, on the mean.

    Parameters
    ----------
    results : Dataset
        Of `simulate`, `ensemble` or `load`.
    run : int, optional
        Number of a run, the first if not given.

    Returns
    -------
    dict of str to (float, float)
        The same at all dates, so that what moves between networks is the ties.
    """
    number = run_number(results, run)
    mean = measures.ties(results.sel(run=[number])).mean(("run", "week")).values
    names = names_on(results)
    apart = {
        a: {b: 1.25 - 0.75 * float(mean[i, j]) for j, b in enumerate(names) if i != j}
        for i, a in enumerate(names)
    }
    import networkx as nx  # a tenth of a second, and no other figure needs it

    graph: Any = nx.complete_graph(names)
    found = nx.kamada_kawai_layout(graph, dist=apart, pos=nx.circular_layout(graph))
    return {name: (float(x), float(y)) for name, (x, y) in found.items()}


@styled
def network(
    results: xr.Dataset,
    at: When | None = None,
    run: int | None = None,
    ax: Axes | None = None,
    layout: Places | None = None,
) -> Axes:
    """The alliances at one date of one run, as a network of two camps.

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
    layout : mapping of str to (float, float), optional
        Places of the actors; `sim.plots.layout` of the run if not given, the same at every date.

    Returns
    -------
    Axes
        Friendly ties are solid, hostile ones dashed, as wide as strong. Circles and squares are
        the two camps that put least of the strength of ties at odds (friends apart, enemies
        together) at that date, see `sim.measures.camps`; a camp keeps its shape from panel to
        panel; an actor's size is its share of all capability. Of ties from 0.1 on the 80 strongest
        are drawn; an actor that has none of this strength is neutral, an empty triangle.

    Raises
    ------
    ResultsError
        If the date or the run is not there, or ties were not recorded.
    """
    week = weeks_or_default(results, None if at is None else [at], 1)[0]
    number = run_number(results, run)
    places = places_of(results, run) if layout is None else layout
    ax = style.canvas(ax, 6.4, 6.0)
    _web(ax, results, week, number, places, _camps(results, week, number).first)
    naming.key(ax, _key(), below=True, columns=2)
    return ax


@styled
def networks(
    results: xr.Dataset, dates: Sequence[When] | None = None, run: int | None = None
) -> NDArray[np.object_]:
    """The alliances at some dates of one run, as networks side by side.

    Parameters
    ----------
    results : Dataset
        Of `simulate`, `ensemble` or `load`.
    dates : sequence of date, str or int, optional
        Days or numbers of weeks; three, spread from first to last, if not given.
    run : int, optional
        Number of a run, the first if not given.

    Returns
    -------
    ndarray of Axes
        One a date; the figure is ``axes[0].figure``.
    """
    weeks, number = weeks_or_default(results, dates, 3), run_number(results, run)
    places, round_ones = places_of(results, run), _camps(results, weeks[0], number).first
    wide = 6.4 if results.sizes["actor"] > CROWD else 4.6
    figure, axes = plt.subplots(
        1, len(weeks), figsize=(wide * len(weeks), wide + 0.7), layout="constrained",
        squeeze=False,
    )  # fmt: skip
    panels: NDArray[np.object_] = axes[0]
    for ax, week in zip(panels, weeks, strict=True):
        _web(ax, results, week, number, places, round_ones)
    figure.legend(handles=_key(), loc="outside lower center", ncols=2 if len(weeks) < 3 else 3)
    return panels


# The argument `layout` of `network` hides the function.
places_of = layout


def _camps(results: xr.Dataset, week: int, number: int) -> measures.Camps:
    """The camps of a week; in the first panel the one of the first actor with ties is round."""
    return measures.camps(results, int(results["week"].values[week]), number)


def _web(
    ax: Axes, results: xr.Dataset, week: int, number: int, places: Places, round_ones: Iterable[str]
) -> None:
    """Draw one date; of its camps the one that has more of `round_ones` is drawn round."""
    names = names_on(results)
    spots = np.array([places[name] for name in names])
    S = measures.ties(results.isel(week=[week])).sel(run=number).values[0]
    _edges(ax, S, spots)
    camps = _camps(results, week, number)
    one, two = set(camps.first), set(camps.second)
    # what is like the round camp of the first panel is round here too
    alike, other = (2 * len(camp.intersection(round_ones)) - len(camp) for camp in (one, two))
    if alike < other:
        one, two = two, one
    # The division puts everyone somewhere: who has no tie that is drawn is neither's.
    strength = np.abs(S - np.diag(np.diag(S))).max(axis=1)
    neutral = {name for name, most in zip(names, strength, strict=True) if most < WEAK}
    colour, power = style.colours(results), np.full(len(names), 1.0 / len(names))
    if "power" in results:
        power = results["power"].sel(run=number).isel(week=week).values
    crowd = len(names) > CROWD
    areas = (50 if crowd else 110) + (800 if crowd else 1500) * power
    areas = areas * style.size(ax, 1.0) ** 2
    for name, spot, area in zip(names, spots, areas, strict=True):
        camp = 2 if name in neutral else 0 if name in one else 1 if name in two else 2
        ax.scatter(
            spot[0], spot[1], s=area, marker=CAMP_MARKERS[camp],
            facecolor="white" if camp == 2 else colour[name],
            edgecolor=colour[name] if camp == 2 else style.INK,
            linewidth=(0.8, 1.4, 2.0)[camp], zorder=3,
        )  # fmt: skip
    share = percent(camps.frustration, " %")
    words = f"{style.run_of(results, number)}; {share} of tie strength at odds"
    words += " with the camps" if camps.exact else " with the best camps found"
    style.dress(ax, style.week_of(results, week), words)
    style.strip(ax)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.margins(0.2, 0.22 if style.small(ax) else 0.13)
    ax.autoscale_view()  # else the names would be set by limits that no longer hold
    most = 24 if style.small(ax) else 34
    labels = style.labels(results).values()
    written = [textwrap.fill(style.short(words, most), 17) for words in labels]
    points = style.size(ax, 6.0 if crowd else 8.5)
    write_names(ax, written, spots, np.sqrt(areas) / 2 + 2, points)


def _edges(ax: Axes, S: NDArray[np.float64], spots: NDArray[np.float64]) -> None:
    one, two = np.triu_indices(len(S), k=1)
    strength = S[one, two]
    strongest = np.argsort(-np.abs(strength), kind="stable")[:MOST_EDGES]
    for n in strongest[::-1]:
        if abs(strength[n]) < WEAK:
            continue
        ends = spots[[one[n], two[n]]]
        friends = strength[n] > 0.0
        ax.plot(
            ends[:, 0], ends[:, 1], linewidth=0.4 + (4.6 if friends else 3.0) * abs(strength[n]),
            zorder=2 if friends else 1, **(FRIENDLY if friends else HOSTILE),
        )  # fmt: skip


def write_names(
    ax: Axes,
    names: Sequence[str],
    spots: NDArray[np.float64],
    reach: NDArray[np.float64],
    size: float,
) -> None:
    """Write each name on the side of its actor where it covers least of the others."""
    points = 72 / style.figure_of(ax).dpi
    centres = ax.transData.transform(spots) * points
    frame = ax.get_window_extent()
    edge = (frame.x0 * points, frame.y0 * points, frame.x1 * points, frame.y1 * points)
    taken = [(x - r, y - r, x + r, y + r) for (x, y), r in zip(centres, reach, strict=True)]
    for n, name in enumerate(names):
        lines = name.split("\n")
        half = 0.31 * size * max(len(line) for line in lines)
        tall = 0.6 * size * len(lines)
        x, y = centres[n]
        gap = reach[n] + 1
        # above, below, right, left: shift of the label's middle from the actor's
        shifts = ((0, gap + tall), (0, -gap - tall), (gap + half, 0), (-gap - half, 0))
        boxes = [(x + dx - half, y + dy - tall, x + dx + half, y + dy + tall) for dx, dy in shifts]
        covered = [
            sum(_overlap(box, other) for other in taken)
            + (_overlap(box, box) - _overlap(box, edge))  # what reaches out of the Axes
            for box in boxes
        ]
        best = int(np.argmin(covered))
        taken.append(boxes[best])
        ax.annotate(
            name, spots[n], shifts[best], textcoords="offset points", ha="center", va="center",
            fontsize=size, zorder=4, path_effects=HALO,
        )  # fmt: skip


def _overlap(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    wide = min(a[2], b[2]) - max(a[0], b[0])
    high = min(a[3], b[3]) - max(a[1], b[1])
    return max(wide, 0.0) * max(high, 0.0)


def _key() -> list[Artist]:
    camp: style.Look = {
        "color": "white", "markeredgecolor": style.INK, "markersize": 9, "linestyle": "",
    }  # fmt: skip
    grey: style.Look = {"color": "#bbbbbb"}
    return [
        Line2D([], [], linewidth=3, label="friendly tie (wide: strong)", **FRIENDLY),
        Line2D([], [], linewidth=2.4, label="hostile tie", **HOSTILE),
        Line2D([], [], marker=CAMP_MARKERS[0], label="one camp, by ties", **camp | grey),
        Line2D([], [], marker=CAMP_MARKERS[1], label="the other camp", **camp | grey),
        Line2D([], [], marker=CAMP_MARKERS[2], label="neutral: all its ties are weak", **camp),
        Line2D([], [], linestyle="", label=f"no line: weaker than {WEAK:g}"),
    ]
