"""The table of all figures; draw one by its name, or write all of them as files."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import xarray as xr
from matplotlib import figure as mpl
from matplotlib.axes import Axes
from numpy.typing import NDArray

from sim import measures
from sim.errors import ResultsError, nearest
from sim.plots import style
from sim.plots.ceasefire_timeline import ceasefires
from sim.plots.issue_space import offers
from sim.plots.matrices import tie_matrices, tie_matrix
from sim.plots.networks import network, networks
from sim.plots.saving import write
from sim.plots.shares import breaks, line_ups, outcomes
from sim.plots.survival import ceasefire_survival, turns
from sim.plots.timeseries import attention, drift_accounts, ties
from sim.plots.violence import said_and_done, theatres
from sim.results import selection
from sim.results.dataset import event_column, scenario_of
from sim.results.variables import IN_SUMMARY

# What can be chosen on the command line -> arguments of figures that stand for it.
OPTIONS = {"--pair": ("pairs", "pair", "allies"), "--at": ("dates", "at"), "--run": ("run",)}


def _two_actors(results: xr.Dataset) -> bool:
    return bool(results.sizes["actor"] > 1)


def _coalition(results: xr.Dataset) -> bool:
    return scenario_of(results).coalition is not None


def _theatres(results: xr.Dataset) -> bool:
    return bool(results.sizes.get("theatre", 1) > 1)


def _voted(results: xr.Dataset) -> bool:
    """Whether there was a vote at any talks, as far as the events are known."""
    return "event_kind" not in results or bool(measures.talks(results)["voted"].any())


def _public(results: xr.Dataset) -> bool:
    """Whether public answers can differ from real ones in this scenario."""
    return _two_actors(results) and scenario_of(results).mechanisms.public


@dataclass(frozen=True)
class Figure:
    """A figure of results.

    Attributes
    ----------
    name : str
        How it is asked for.
    function : callable
        Draws it; the first line of its docstring says what can be seen.
    needs : tuple of str
        Variables without which it cannot be drawn.
    pages : tuple of str
        Where it stands in a report: "ensemble" (on all runs), "run" (on one). `everything` writes
        those that stand anywhere.
    one : bool
        It shows one run, the first if none is named.
    when : callable
        Whether results have what it shows; where they have not, the pages leave it out.
    """

    name: str
    function: Callable[..., Axes | NDArray[np.object_]]
    needs: tuple[str, ...]
    pages: tuple[str, ...] = ()
    one: bool = False
    when: Callable[[xr.Dataset], bool] = lambda results: True

    @property
    def shows(self) -> str:
        """What can be seen on it, one sentence."""
        return (self.function.__doc__ or "").partition("\n")[0]

    @cached_property
    def takes(self) -> dict[str, str]:
        """What can be chosen, a word of `OPTIONS` -> argument of the function."""
        known = inspect.signature(self.function).parameters
        return {option: n for option, names in OPTIONS.items() for n in names if n in known}

    @property
    def single(self) -> bool:
        """Whether it is one picture, which can be drawn on Axes that are there."""
        return "ax" in inspect.signature(self.function).parameters

    @property
    def record(self) -> list[str]:
        """What an ensemble must record for it beside the summary: levels and variables."""
        return _levels(name for name in self.needs if name not in IN_SUMMARY)

    def lacks(self, results: xr.Dataset) -> list[str]:
        """What an ensemble would have to record besides: levels and variables."""
        return _levels(name for name in self.needs if name not in results)


def _levels(names: Iterator[str]) -> list[str]:
    told = ("events" if name.startswith("event_") else selection.option(name) for name in names)
    return list(dict.fromkeys(told))


_CEASEFIRE = ("state", "age", "convener", "ratified", "violated")
_OFFERS = ("text", "tabled", "position", "weight", "ideal", "event_kind")
_THEATRES = ("intensity_by_theatre", "intensity")
_SAID = ("objected", "declared", "accepted", "event_kind")
_ALL = (
    Figure("outcomes", outcomes, ("state",), ("ensemble",)),
    Figure("breaks", breaks, ("event_kind",), ("ensemble",), when=_coalition),
    Figure("ceasefires", ceasefires, _CEASEFIRE, ("run",), one=True),
    Figure("ties", ties, ("tie",), ("ensemble", "run"), when=_two_actors),
    Figure("turns", turns, ("tie",), ("ensemble",), when=_two_actors),
    Figure("line-ups", line_ups, ("tie",), ("ensemble",), when=_two_actors),
    Figure("attention", attention, ("attention_short",), ("ensemble",)),
    Figure("accounts", drift_accounts, ("drift_account",), ("ensemble",), when=_two_actors),
    Figure("survival", ceasefire_survival, _CEASEFIRE, ("ensemble",)),
    Figure("offers", offers, _OFFERS, ("ensemble",), when=_voted),
    Figure("theatres", theatres, _THEATRES, ("ensemble",), when=_theatres),
    Figure("said-and-done", said_and_done, _SAID, ("ensemble",), when=_public),
    Figure("networks", networks, ("tie",), ("run",), one=True, when=_two_actors),
    Figure("network", network, ("tie",), one=True),
    Figure("matrices", tie_matrices, ("tie",), ("run",), one=True, when=_two_actors),
    Figure("matrix", tie_matrix, ("tie",), one=True),
)
FIGURES = {figure.name: figure for figure in _ALL}
"""Every figure of results by its name, in the order in which pages show them."""


def named(name: str) -> Figure:
    """The figure of a name; that of its function will do too, and a wrong one gets the nearest."""
    word = name.replace("_", "-")
    for figure in _ALL:
        if word in (figure.name, figure.function.__name__.replace("_", "-")):
            return figure
    raise ResultsError(f"unknown figure {name!r} ({nearest(word, list(FIGURES))})")


def listing() -> str:
    """Every figure, what it shows, what an ensemble must record for it, and what it takes."""
    lines = []
    for figure in _ALL:
        needs = f"an ensemble needs --record {','.join(figure.record)}"
        takes = f"; takes {', '.join(figure.takes)}" if figure.takes else ""
        lines += [
            f"{figure.name:<14} {figure.shows}",
            f"{'':<14} {needs if figure.record else 'any ensemble will do'}{takes}",
        ]
    return "\n".join(lines)


def of_page(results: xr.Dataset, *pages: str, run: int | None = None) -> list[Figure]:
    """The figures of one page of a report, or of several, that these results can have.

    Parameters
    ----------
    results : Dataset
        Of `simulate`, `ensemble` or `load`.
    pages : str
        "ensemble", "run".
    run : int, optional
        Number of a run: figures of shares of runs are left out, as they are if there is but one.
    """
    shown = style.chosen(results, run)
    return [
        figure
        for figure in _ALL
        if {*pages} & {*figure.pages}
        and (shown.sizes["run"] > 1 or "--run" in figure.takes)
        and figure.when(shown)
    ]


def draw(
    results: xr.Dataset,
    name: str,
    pairs: Sequence[Sequence[str]] = (),
    dates: Sequence[selection.When] = (),
    run: int | None = None,
    ax: Axes | None = None,
) -> mpl.Figure:
    """Draw a figure by its name; it is neither shown nor closed.

    Parameters
    ----------
    results : Dataset
        Of `simulate`, `ensemble` or `load`.
    name : str
        One of `FIGURES`.
    pairs : sequence of (str, str)
        Names of actors; what the figure shows by itself if none is given.
    dates : sequence of date, str or int
        Days or numbers of weeks, for figures of single dates.
    run : int, optional
        Number of a run.
    ax : Axes, optional
        Where to draw, for figures that are one picture.

    Raises
    ------
    ResultsError
        If the figure, an actor, a date or the run is not there, if the figure takes no such
        choice, if a variable was not recorded (says what to record), or cannot be read.
    """
    figure = named(name)
    results, choices = _ready(results, figure, pairs, dates, run)
    return _drawn(figure, results, choices if ax is None else choices | {"ax": ax})


def _ready(
    results: xr.Dataset,
    figure: Figure,
    pairs: Sequence[Sequence[str]],
    dates: Sequence[selection.When],
    run: int | None,
) -> tuple[xr.Dataset, dict[str, object]]:
    """What a function draws, read from the disk, and its arguments; checked."""
    choices: dict[str, object] = {}
    runs = [] if run is None else [run]
    for option, values in (("--pair", [*pairs]), ("--at", [*dates]), ("--run", runs)):
        if not values:
            continue
        if option not in figure.takes:
            able = ", ".join(other.name for other in _ALL if option in other.takes)
            raise ResultsError(f"figure {figure.name!r} takes no {option} (those that do: {able})")
        argument = figure.takes[option]
        several = argument in ("pairs", "dates")
        if len(values) > 1 and not several:
            raise ResultsError(f"figure {figure.name!r} takes one {option}, not {len(values)}")
        choices[argument] = values if several else values[0]
    _must_be_recorded(results, figure)
    for two in pairs:
        selection.pair(results, two)
    for at in dates:
        selection.week_at(results, at)
    if figure.one or run is not None:
        number = selection.run_number(results, run)
        choices["run"], results = number, results.sel(run=[number])
    # in memory, so that a damaged store is met here
    return results.assign({name: results[name].load() for name in figure.needs}), choices


def _drawn(figure: Figure, results: xr.Dataset, choices: dict[str, object]) -> mpl.Figure:
    made = figure.function(results, **choices)
    return style.figure_of(made if isinstance(made, Axes) else made[0])


def _must_be_recorded(results: xr.Dataset, figure: Figure) -> None:
    """Refuse a figure whose variables were not recorded, and say all that it would take."""
    try:
        for needed in figure.needs:
            if needed.startswith("event_"):
                event_column(results, needed.removeprefix("event_"))
            else:
                selection.variable(results, needed)
    except ResultsError as error:
        wanted = figure.lacks(results)
        if not wanted:
            raise
        missing = str(error).partition(":")[0]
        needs = f"figure {figure.name!r} needs --record {','.join(wanted)}"
        raise ResultsError(f"{missing}: {needs}") from None


def everything(
    results: xr.Dataset,
    directory: str | os.PathLike[str],
    run: int | None = None,
    pairs: Sequence[Sequence[str]] | None = None,
) -> list[Path]:
    """Write every figure of a report that the results allow, as PNG files.

    Parameters
    ----------
    results : Dataset
        Of `simulate`, `ensemble` or `load`.
    directory : path
        Made if it is not there; files of the same names are replaced.
    run : int, optional
        Number of a run. Figures along the dates show all runs if none is named, the others the
        first; figures of shares of runs are left out if one is named.
    pairs : sequence of (str, str), optional
        Pairs whose ties are drawn; `default_pairs` if not given. What shows one pair shows the
        first.

    Returns
    -------
    list of Path
        Left out are figures of variables that were not recorded, of pairs if there is but one
        actor, of shares of runs if there is but one, and of what never was: ceasefires that
        collapsed, votes at talks, ties that halved.

    Raises
    ------
    ResultsError
        If a pair or the run is not there, a variable cannot be read, or a file cannot be written.
    """
    selection.run_number(results, run)
    told = [selection.pair(results, two) for two in pairs or ()]
    written = []
    for figure in of_page(results, "ensemble", "run", run=run):
        if figure.lacks(results):
            continue
        chosen = {"pairs": told, "pair": told[:1]}.get(figure.takes.get("--pair", ""), [])
        ready = _ready(results, figure, chosen, (), run)
        try:
            drawn = _drawn(figure, *ready)
        except ResultsError:  # there is nothing of it to show
            continue
        written.append(write(drawn, Path(directory) / f"{figure.function.__name__}.png"))
    return written
