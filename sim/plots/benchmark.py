"""The figure of a benchmark: when pairs of allies break in the runs, and when they did."""

from __future__ import annotations

import math

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.experiments.benchmark.battery import Benchmark, first_break
from sim.experiments.benchmark.play import Played
from sim.measures.breaks import BROKE, HELD, STRAINED
from sim.plots import naming, style
from sim.plots.settings import styled
from sim.plots.shares import share_broken

# Told apart by the shade and the dash of the line: by what became of a pair, "" for not known.
_LOOKS: dict[str, tuple[str, style.Dash, float]] = {
    BROKE: (style.INK, "-", 1.8),
    STRAINED: ("#777777", (0, (5, 2)), 1.5),
    HELD: ("#aaaaaa", "-", 1.1),
    "": (style.SOFT, (0, (1.5, 1.5)), 1.2),
}
_WORDS = {
    BROKE: "pair that broke", STRAINED: "strained", HELD: "held", "": "not known what became of it"
}  # fmt: skip
_COLUMNS, _WIDE, _HIGH = 2, 8.2, 4.0
# Points that names beside a panel take from its title.
_BESIDE = 300.0


@styled
def timing(found: Benchmark) -> Figure:
    """Share of runs in which each pair has broken, by date; a panel a war, observed breaks marked.

    Parameters
    ----------
    found : Benchmark
        The result of `sim.experiments.benchmark.battery.run`.
    """
    wars = list(found.played.values())
    columns = min(_COLUMNS, len(wars))
    rows = math.ceil(len(wars) / columns)
    figure, grid = plt.subplots(
        rows, columns, figsize=(_WIDE * columns, _HIGH * rows), layout="constrained", squeeze=False
    )
    for ax, one in zip(grid.flat, wars, strict=False):
        _panel(style.canvas(ax), one)
    for ax in grid.flat[len(wars) :]:
        ax.remove()
    seen = {outcome.status for one in wars for outcome in one.war.outcomes}
    seen |= {""} if any(not one.war.outcomes for one in wars) else set()
    handles = [_line(status) for status in _LOOKS if status in seen]
    mark = Line2D([], [], color=style.INK, marker="D", markersize=7, linestyle="none")
    mark.set_label("when it broke")
    end = Line2D([], [], color=style.SOFT, linewidth=1.0, linestyle=(0, (4, 3)))
    end.set_label("the threat is gone")
    figure.legend(
        handles=[*handles, *([mark] if BROKE in seen else []), end], loc="outside lower left",
        ncols=3 * columns, fontsize=9, frameon=False,
    )  # fmt: skip
    return figure


def _line(status: str) -> Line2D:
    colour, dash, width = _LOOKS[status]
    line = Line2D([], [], color=colour, linestyle=dash, linewidth=width)  # type: ignore[arg-type]  # as Axes.plot has it
    line.set_label(_WORDS[status])
    return line


def _panel(ax: Axes, one: Played) -> None:
    war, actors = one.war, one.war.scenario.actors
    weeks = np.array([0, *war.edges])
    days = np.array([np.datetime64(war.day(int(week))) for week in weeks])
    ax.axvline(
        style.day(war.day_of_victory), color=style.SOFT, linewidth=1.0, linestyle=(0, (4, 3)),
        zorder=1,
    )  # fmt: skip
    lines: list[Line2D] = []
    names: list[str] = []
    for n, (pair, broken) in enumerate(zip(war.pairs, one.broken, strict=True)):
        status = war.outcomes[n].status if war.outcomes else ""
        colour, dash, width = _LOOKS[status]
        share = np.concatenate([[0.0], broken / one.runs])
        (line,) = ax.plot(
            days, share, color=colour, linestyle=dash, linewidth=width,
            zorder=3 if status == BROKE else 2,
        )  # fmt: skip
        lines.append(line)
        names.append(naming.of_pair([actors[name].label for name in pair]))
        if war.outcomes and (when := first_break(war, n)):
            at = style.day(np.datetime64(when.day))
            height = float(np.interp(at, [style.day(d) for d in days], share))
            ax.plot(
                [at], [height], marker="D", markersize=7, color=style.INK,
                markeredgecolor="white", markeredgewidth=0.8, zorder=4, linestyle="none",
                clip_on=False,
            )  # fmt: skip
    share_broken(ax, war.scenario.name, f"{one.runs} runs, half-years", days, _BESIDE)
    ax.set_xlabel("")
    naming.name_lines(ax, lines, names)
