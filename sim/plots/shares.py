"""Figures of shares of runs: line-ups and broken pairs over the dates, outcomes at the end."""

# ruff: noqa: RUF001 (a dash between two names)
from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from sim import measures
from sim.errors import ResultsError
from sim.measures.breaks import BROKE
from sim.plots import naming, style
from sim.plots.settings import styled
from sim.results import selection
from sim.results.dataset import scenario_of
from sim.scenario.english import percent

# Line-ups are no actors: pale tints, and a hatch each.
TINTS = (
    ("#d9d9d9", ""), ("#b9d3e8", "////"), ("#f6d5a8", "...."), ("#cfe3b4", "\\\\\\\\"),
    ("#e3cfe3", "xxxx"), ("#f2c4c4", "----"), ("#ffffff", "++++"),
)  # fmt: skip
MOST_LINE_UPS = len(TINTS) - 1
MOST_NAMES = 8
MOST_BROKEN = 12
ONE_LINE = 26
# What excludes each other, and what may hold beside it.
BAR, BESIDE = "#9db4c4", "#e4d9bd"


@styled
def line_ups(
    results: xr.Dataset, actors: Sequence[str] | None = None, ax: Axes | None = None
) -> Axes:
    """Who stands with whom over the dates, as shares of runs.

    Parameters
    ----------
    results : Dataset
        Of two runs or more.
    actors : sequence of str, optional
        Names of those whose line-up is told, all if not given.
    ax : Axes, optional
        Axes to draw on; a new figure if not given.

    Returns
    -------
    Axes
        Shares of the six most frequent line-ups, stacked, and of all others together. The camps
        of the most frequent are written out, of the others who stands differently.

    Raises
    ------
    ResultsError
        If there is but one run, a name is not known, or ties were not recorded.
    """
    measures.several(results)
    if actors is not None:
        selection.several_actors(results, actors, "a line-up")
    share = measures.line_ups_over_time(results, actors, MOST_LINE_UPS)
    rows = [row for row in range(share.sizes["line_up"]) if share.values[row].max() > 0.0]
    tight = ax is not None and style.small(style.canvas(ax))
    label, dates = style.labels(results), results["date"].values
    label = {name: style.short(words, 20 if tight else 34) for name, words in label.items()}
    # to the end of the last week
    dates = np.append(dates, dates[-1] + np.timedelta64(7, "D"))
    values = share.values[rows][:, [*range(len(dates) - 1), -1]]
    told = [_told(share, row, label) for row in rows]
    lines = sum(words.count("\n") + 2 for words in told)
    ax = style.canvas(ax, 8.6, max(4.6, 0.155 * lines))
    base, handles = np.zeros(values.shape[1]), list[Artist]()
    for row, part, words in zip(rows, values, told, strict=True):
        other = row == share.sizes["line_up"] - 1
        tint, hatch = TINTS[-1] if other else TINTS[row]
        look = style.area(tint, hatch)
        ax.fill_between(dates, base, base + part, **look)
        base = base + part
        handles.append(Patch(label=words, **look))
    style.dress(ax, "Who stands with whom", style.note_of_all(results, "share of "))
    ax.set_ylim(0.0, 1.0)
    ax.set_ylabel("share of runs")
    if len(rows) == 1:
        words = f"the same in every week of all {results.sizes['run']} runs"
        ax.text(
            0.5, 0.5, words, transform=ax.transAxes, ha="center", va="center",
            fontsize=style.size(ax, 10),
            bbox={"facecolor": "white", "edgecolor": "none", "boxstyle": "round"},
        )  # fmt: skip
    style.date_axis(ax, results["date"].values)
    naming.key(ax, handles)
    return ax


def _told(share: xr.DataArray, row: int, label: Mapping[str, str]) -> str:
    """A line-up in words: the first in full, the others by who stands differently."""
    if row == share.sizes["line_up"] - 1:
        return measures.OTHERS

    def groups(place: int) -> Iterator[set[str]]:
        for name in ("first", "second", "aside"):
            yield set(str(share[name].values[place]).split())

    def words(some: set[str], most: int = MOST_NAMES) -> str:
        names = [label[name] for name in label if name in some]
        if len(names) > most:
            names = [*names[: most // 2], f"and {len(names) - most // 2} more"]
        return textwrap.fill(", ".join(names), 34) or "nobody"

    first, second, aside = groups(0)
    if row == 0:
        told = f"{words(first)}\n— against —\n{words(second)}"
        return f"{told}\n— aside —\n{words(aside)}" if aside else told
    one, two, out = groups(row)
    # camps have no names: whichever way round fewer have crossed over
    crossed = min((one & second) | (two & first), (one & first) | (two & second), key=len)
    few = words(crossed, MOST_NAMES // 2)
    told = f"the same, but {few}\non the other side" if crossed else "the same camps"
    told = textwrap.fill(told.replace("\n", " "), 34)
    return f"{told},\nwithout {words(out - aside)}" if out - aside else told


@styled
def breaks(
    results: xr.Dataset, pairs: Sequence[Sequence[str]] | None = None, ax: Axes | None = None
) -> Axes:
    """Share of runs in which each pair has broken, by date.

    Parameters
    ----------
    results : Dataset
        Of two runs or more, with events.
    pairs : sequence of (str, str), optional
        Names of actors; by default those that broke in some run (see
        `sim.measures.break_shares`), at most the twelve that did most often.
    ax : Axes, optional
        Axes to draw on; a new figure if not given.

    Returns
    -------
    Axes
        Steps, dashed in the colours of the two actors.

    Raises
    ------
    ResultsError
        If there is but one run, a name is not known, events were not recorded, or no pair broke.
    """
    measures.several(results)
    found, note = measures.breaks(results), ""
    if pairs is None:
        often = measures.break_shares(results)[["actor", "other"]].itertuples(index=False)
        every = [(str(one), str(other)) for one, other in often]
        wanted = every[:MOST_BROKEN]
        if len(wanted) < len(every):
            note = f"{len(wanted)} of the {len(every)} pairs that broke"
    else:
        wanted = [selection.pair(results, two) for two in pairs]
    if not wanted:
        runs = results.sizes["run"]
        raise ResultsError(f"no pair has broken in any of the {runs} runs")
    colour, label = style.colours(results), style.labels(results)
    weeks, dates = results["week"].values, results["date"].values
    broke = found[found["status"] == BROKE]
    counted = {
        frozenset(two): np.searchsorted(np.sort(mine["week"].to_numpy(dtype=float)), weeks, "right")
        for two, mine in broke.groupby(["actor", "other"])
    }
    ax = style.canvas(ax, 8.0, max(4.2, 1.2 + 0.42 * len(wanted)))
    never = np.zeros(len(weeks))
    drawn: list[Line2D] = []
    for place, (i, j) in enumerate(wanted):
        share = counted.get(frozenset((i, j)), never) / results.sizes["run"]
        drawn += ax.plot(
            dates, share, color=colour[j], gapcolor=colour[i], drawstyle="steps-post",
            linestyle=(0, (5, 5)), marker=style.marker_of(place), markerfacecolor="white",
            markeredgecolor=style.INK, clip_on=False,
            markevery=style.spaced(place, len(wanted), len(weeks)),
        )  # fmt: skip
        name = naming.of_pair([label[i], label[j]])
        drawn[-1].set_label(name if len(name) <= ONE_LINE else name.replace(" – ", " –\n"))
    share_broken(ax, "Pairs that broke", style.note_of_all(results, "", note), dates)
    naming.key(ax, drawn)  # lines often end at one height: the marker says which is which
    return ax


def share_broken(
    ax: Axes, title: str, note: str, dates: NDArray[np.datetime64], left: float = 46.0
) -> None:
    """Title and scales of Axes that show in what share of runs each pair has broken."""
    style.dress(ax, title, note, left)
    style.date_axis(ax, dates)
    ax.set_ylim(-0.02, 1.02)
    style.label_height(ax, "share of runs in which\nthe pair has broken")


@styled
def outcomes(
    results: xr.Dataset, allies: Sequence[str] | None = None, ax: Axes | None = None
) -> Axes:
    """How the war ends: share of runs in each class of outcome, with intervals.

    Parameters
    ----------
    results : Dataset
        Of two runs or more.
    allies : (str, str), optional
        Names of actors whose split counts; the first bilateral pair if not given.
    ax : Axes, optional
        Axes to draw on; a new figure if not given.

    Returns
    -------
    Axes
        Full bars exclude each other and add up to one; hatched ones may hold beside them. Whiskers
        are 95 % intervals (Wilson). The classes are those of `sim.measures.outcomes`.

    Raises
    ------
    ResultsError
        If there is but one run, a name is not known, or a variable was not recorded.
    """
    measures.several(results)
    table = measures.outcome_shares(results, allies)
    names = [
        name
        for name in table.index
        if table.loc[name, "runs"] > 0 or not (name == "victory" or name.startswith("won_by_"))
    ]
    table = table.loc[names]
    share = table["share"].to_numpy()
    alone = np.array([name in measures.STATES for name in names])
    # a gap between what excludes each other and what may hold beside it
    places = np.arange(len(names)) + np.where(alone, 0.0, 0.5)
    ax = style.canvas(ax, 8.0, 1.5 + 0.36 * len(names))
    for mask, tint, hatch in ((alone, BAR, None), (~alone, BESIDE, "////")):
        look: style.Look = {"facecolor": tint, "edgecolor": style.SOFT, "hatch": hatch}
        ax.barh(places[mask], share[mask], height=0.66, linewidth=0.6, **look)
    reach = style.reach(share, table)
    ax.errorbar(share, places, xerr=reach, fmt="none", ecolor=style.INK, capsize=2.5, linewidth=1)
    for place, part, high in zip(places, share, table["high"], strict=True):
        ax.annotate(
            percent(part, " %"), (high, place), (5, 0), textcoords="offset points", va="center",
            fontsize=style.size(ax, 8.5), color=style.INK,
        )  # fmt: skip
    style.dress(ax, "How it ends", style.note_of_all(results, "", "95 % intervals"))
    told = [_class(results, name) for name in names]
    if style.small(ax):  # one line a bar
        told = [style.short(" ".join(words.split()), 30) for words in told]
    ax.set_yticks(places, told)
    ax.set_ylim(places[-1] + 0.6, -0.6)
    ax.set_xlim(0.0, 1.0)
    words = "share of runs (state in the last week; hatched: what may hold beside it)"
    ax.set_xlabel(textwrap.fill(words, 40) if style.small(ax) else words)
    ax.tick_params(axis="y", length=0)
    ax.grid(visible=False, axis="y")
    return ax


def _class(results: xr.Dataset, name: str) -> str:
    if name == "front_at_a_border":
        issues = scenario_of(results).issues.values()
        label = next(i.label for i in issues if i.moved_by == "territory")
        return "front at a border\n" + textwrap.fill(f"({label})", 28)
    if name.startswith("won_by_"):
        winner = scenario_of(results).camps[name.removeprefix("won_by_")].label
        return "won by\n" + textwrap.fill(winner, 28)
    return name.replace("_", " ")
