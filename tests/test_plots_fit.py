"""Figures in awkward places and of awkward wars: all words fit, and stand as they are written."""

from __future__ import annotations

import inspect
import itertools
import logging
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")

import numpy as np
import pytest
import xarray as xr
from conftest import ROOT
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from sim import files, plots
from sim.errors import ResultsError
from sim.plots import catalogue, letters, style
from sim.plots.pages import write
from sim.scenario import Scenario
from sim.simulation import simulate

LONG_TITLE = "A war whose name is a whole sentence and tells of the valley, the river and the hills"
ALONE = [name for name, entry in catalogue.FIGURES.items()
         if "ax" in inspect.signature(entry.draw).parameters]  # fmt: skip
CASES = ("one run", "five runs", "two weeks", "600 weeks", "long labels", "12 actors", "25 actors")


@pytest.fixture(autouse=True)
def close_figures() -> Iterator[None]:
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def wars(toy: Scenario, syria: Scenario) -> dict[str, xr.Dataset]:
    """Results that are hard to draw, by what is hard about them."""
    long = {
        f"actors.{name}.label": f"The United Front of the Forces of the People in {name}"[:60]
        for name in syria.actors
    }
    return {
        "one run": simulate(toy, runs=1, seed=1),
        "five runs": simulate(toy, runs=5, seed=1),
        "two weeks": simulate(toy, runs=2, seed=1, rounds=2),
        "600 weeks": simulate(toy, runs=2, seed=1, rounds=600),
        "long labels": simulate(
            files.with_changes(syria, long | {"name": LONG_TITLE}), runs=3, seed=1, rounds=60
        ),
        "12 actors": simulate(of_many(syria, 12), runs=2, seed=1, rounds=40),
        "25 actors": simulate(of_many(syria, 25), runs=2, seed=1, rounds=30),
    }


def of_many(scenario: Scenario, count: int) -> Scenario:
    """The scenario with copies of its actors, up to a number of them."""
    data = files.as_data(scenario)
    actors = dict(data["actors"])
    for turn in itertools.count(2):
        for name, actor in data["actors"].items():
            if len(actors) == count:
                return files.build(data | {"actors": actors})
            actors[f"{name}_{turn}"] = actor | {"label": f"{actor['label']} {turn}"}
    raise AssertionError


def drawn(results: xr.Dataset, name: str, ax: Axes | None = None) -> Figure | None:
    """A figure of the catalogue; none if these results have nothing for it."""
    try:
        return catalogue.figure(results, name, ax=ax)
    except ResultsError:
        return None


def ticks(axis: Any) -> list[Text]:
    """Labels of the ticks that are shown."""
    low, high = sorted(axis.get_view_interval())
    shown = [t.label1 for t in axis.get_major_ticks() if low - 1e-9 <= t.get_loc() <= high + 1e-9]
    return [label for label in shown if label.get_visible() and label.get_text()]


def words_of(ax: Axes) -> list[Text]:
    legend = ax.get_legend()
    found = [*ax.texts, ax.title, ax._left_title, ax.xaxis.label, ax.yaxis.label]
    found += [*ticks(ax.xaxis), *ticks(ax.yaxis), *(legend.get_texts() if legend else [])]
    return [text for text in found if text.get_visible() and text.get_text().strip()]


def faults(figure: Figure) -> list[str]:
    """Words that leave the figure, ticks that overlap, and words of one pair of Axes on another."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a layout that found no room says so
        figure.canvas.draw()
    found = []
    boxes = [
        [(text.get_text(), Text.get_window_extent(text)) for text in words_of(ax)]
        for ax in figure.axes
    ]
    for words, box in itertools.chain(*boxes):
        if box.x0 < -2 or box.y0 < -2 or box.x1 > figure.bbox.x1 + 2 or box.y1 > figure.bbox.y1 + 2:
            found.append(f"cut: {words}")
    for ax in figure.axes:
        for axis in (ax.xaxis, ax.yaxis):
            spans = [(t.get_text(), Text.get_window_extent(t)) for t in ticks(axis)]
            found += [f"ticks: {a} on {b}" for a, b in overlapping(spans, spans)]
    for one, other in itertools.combinations(boxes, 2):
        found += [f"Axes: {a} on {b}" for a, b in overlapping(one, other)]
    return found


def overlapping(some: list[Any], others: list[Any]) -> list[tuple[str, str]]:
    return [
        (a, b)
        for (a, one), (b, other) in itertools.product(some, others)
        if one is not other
        and min(one.x1, other.x1) - max(one.x0, other.x0) > 1.0
        and min(one.y1, other.y1) - max(one.y0, other.y0) > 1.0
    ]
