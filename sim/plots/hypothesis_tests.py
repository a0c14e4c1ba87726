"""Figures of the test of the theory: the 2 x 2, and the war as coded among shuffled codings."""

# ruff: noqa: RUF001 (minus signs and multiplication signs are what they look like)
from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from sim.engine.inputs import Floats
from sim.errors import ResultsError
from sim.experiments.hypothesis_tests import codings as shuffles
from sim.experiments.hypothesis_tests.battery import Trial
from sim.experiments.hypothesis_tests.treatments import OUTCOMES
from sim.plots import style
from sim.plots.settings import styled

SAFE, UNSAFE, CODED = "#0072b2", "#d55e00", "#d55e00"
AXES = {
    "tie": "tie (−1 to 1)",
    "orders": "orders to spoil (share)",
    "breaches": "breaches by its proxies (share)",
}
CHANGES = {
    "tie": "tie, secure less threatened",
    "orders": "orders to spoil, secure less threatened",
    "breaches": "breaches, secure less threatened",
}
FLAG_TIE = "change of the tie (−2 to 2)"


@styled
def two_by_two(trial: Trial, coding: str = "A") -> Figure:
    """The cells of both designs with their intervals, a panel an outcome.

    Parameters
    ----------
    trial : Trial
        With the part ``two-by-two``.
    coding : str
        "A": compatible aims are the partner's; "B": the spoiler's.

    Raises
    ------
    ResultsError
        If the part is not there.
    """
    table = _table(trial, "two-by-two")
    table = table[(table["spoiler"] == trial.spoiler) & (table["coding"] == coding)]
    outcomes = [name for name in OUTCOMES if name in set(table["outcome"])]
    whose = trial.partner if coding == "A" else trial.spoiler
    figure, grid = plt.subplots(
        2, len(outcomes), figsize=(3.5 * len(outcomes), 6.6), layout="constrained", squeeze=False
    )
    words = {
        "flag": ("goal can be satisfied", "never is"),
        "clamp": ("goal held secure", "held threatened"),
    }
    for row, (design, (safe, unsafe)) in enumerate(words.items()):
        for column, outcome in enumerate(outcomes):
            ax = grid[row][column]
            cells = table[(table["design"] == design) & (table["outcome"] == outcome)]
            if cells.empty:
                ax.remove()
                continue
            values: Floats = cells[["value", "low", "high"]].to_numpy()
            for place, (word, colour, marker, shift) in enumerate(
                ((safe, SAFE, "o", -0.06), (unsafe, UNSAFE, "s", 0.06))
            ):
                middle, low, high = values[[place, 2 + place]].T
                ax.errorbar(
                    np.arange(2) + shift, middle, [middle - low, high - middle], color=colour,
                    marker=marker, markersize=6, linewidth=1.6, capsize=3,
                    linestyle=("-", (0, (5, 2)))[place], label=word,
                )  # fmt: skip
            found = cells[cells["what"] == "interaction"].iloc[0]
            note = f"interaction {found['value']:+.2f} "
            note += f"({found['low']:+.2f} to {found['high']:+.2f})"
            style.dress(ax, f"{design}: {outcome}", note.replace("-", "−"))
            ax.set_xticks([0, 1], ["aims conflict", "aims compatible"])
            ax.set_xlim(-0.4, 1.4)
            ax.margins(y=0.15)
            ax.set_ylabel(
                FLAG_TIE if (design, outcome) == ("flag", "tie") else AXES[outcome], fontsize=9
            )
            if column == 0:
                ax.legend(loc="best", fontsize=8)
    figure.suptitle(
        f"{trial.title}: {trial.labels[trial.spoiler]}, {trial.runs} paired runs a cell, 95 %; "
        f"compatible aims are those of {trial.labels[whose]}",
        x=0.01, ha="left", fontsize=9.5,
    )  # fmt: skip
    return figure


@styled
def codings(trial: Trial) -> Figure:
    """What security does on shuffled codings by the conflict of the two, the coded war marked.

    Parameters
    ----------
    trial : Trial
        With the part ``codings``.

    Raises
    ------
    ResultsError
        If the part is not there.
    """
    table = _table(trial, "codings")
    found = shuffles.percentiles(table).set_index("outcome")
    drawn = table[table["coding"] != shuffles.AS_CODED]
    coded = table[table["coding"] == shuffles.AS_CODED].iloc[0]
    outcomes = [name for name in OUTCOMES if name in found.index]
    figure, grid = plt.subplots(
        1, len(outcomes), figsize=(3.6 * len(outcomes), 3.9), layout="constrained", squeeze=False
    )
    for ax, outcome in zip(grid[0], outcomes, strict=True):
        row = found.loc[outcome]
        ax.axhline(0.0, color=style.SOFT, linewidth=0.9, zorder=1)
        ax.plot(
            drawn["conflict"], drawn[outcome], "o", color=style.NO_COLOUR, markersize=4,
            alpha=0.75, markeredgewidth=0, label="shuffled",
        )  # fmt: skip
        if not np.isnan(row["slope"]):
            ends = np.array([drawn["conflict"].min(), drawn["conflict"].max()])
            middle = (drawn["conflict"].mean(), drawn[outcome].mean())
            ax.plot(
                ends, middle[1] + row["slope"] * (ends - middle[0]), color=style.INK, linewidth=1.4
            )
        ax.plot(
            [coded["conflict"]], [coded[outcome]], "D", color=CODED, markersize=9,
            markeredgecolor=style.INK, label="as coded",
        )  # fmt: skip
        note = f"percentile {shuffles.place(row)}\nslope {row['slope']:+.2f} " + (
            f"({row['slope_low']:+.2f} to {row['slope_high']:+.2f})"
        )
        style.dress(ax, outcome, note.replace("-", "−"))
        ax.set_xlabel("conflict of long-term aims (0 to 1)", fontsize=9)
        ax.set_ylabel(CHANGES[outcome], fontsize=9)
        ax.margins(0.08)
    grid[0][0].legend(loc="best", fontsize=8)
    figure.suptitle(
        f"{trial.title}: {' and '.join(trial.labels.values())}, {len(drawn)} shuffled codings, "
        f"{trial.coding_runs} runs of each",
        x=0.01, ha="left", fontsize=9.5,
    )  # fmt: skip
    return figure


def _table(trial: Trial, part: str) -> pd.DataFrame:
    if part not in trial.tables:
        raise ResultsError(f"this test of the theory has no part {part!r}")
    return trial.tables[part]
