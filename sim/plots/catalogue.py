"""The figures by name, what each needs and takes, for those who choose one by typing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.errors import ResultsError, nearest
from sim.plots.ceasefire_timeline import ceasefires
from sim.plots.issue_space import offers
from sim.plots.matrices import tie_matrices, tie_matrix
from sim.plots.networks import network, networks
from sim.plots.pages import OFFER_PARTS, SAID_PARTS, THEATRE_PARTS, TRUCE_PARTS
from sim.plots.shares import line_ups, outcomes
from sim.plots.style import figure_of
from sim.plots.survival import ceasefire_survival, turns
from sim.plots.timeseries import attention, drift_accounts, ties
from sim.plots.violence import said_and_done, theatres
from sim.results import selection
from sim.results.dataset import event_column

# What a figure can take, and the word for it on the command line.
OPTIONS = {"pairs": "--pair", "pair": "--pair", "dates": "--at", "at": "--at", "run": "--run"}


@dataclass(frozen=True)
class Entry:
    """A figure that can be asked for by name.

    Attributes
    ----------
    draw : callable
        A function of this package.
    shows : str
        What can be seen on it, one sentence.
    needs : tuple of str
        Variables without which it cannot be drawn.
    takes : dict of str to str
        What can be chosen (pairs, dates, run) -> argument of `draw`.
    one : bool
        It shows one run, the first if none is named.
    """

    draw: Callable[..., Any]
    shows: str
    needs: tuple[str, ...]
    takes: dict[str, str]
    one: bool = False


_RUN, _PAIRS, _PAIR = {"run": "run"}, {"pairs": "pairs"}, {"pairs": "pair"}
FIGURES: dict[str, Entry] = {
    "ties": Entry(
        ties, "Ties of some pairs of actors over the dates, from -1 (enemies) to 1 (friends).",
        ("tie",), _PAIRS | _RUN,
    ),
    "attention": Entry(
        attention, "How the actors divide their attention between the short and the long term.",
        ("attention_short",), _RUN,
    ),
    "accounts": Entry(
        drift_accounts, "What made the tie of a pair: the parts of each cause, and their sum.",
        ("drift_account",), _PAIR | _RUN,
    ),
    "matrix": Entry(
        tie_matrix, "Ties of all actors at one date in one run, as a matrix.",
        ("tie",), {"dates": "at"} | _RUN, one=True,
    ),
    "matrices": Entry(
        tie_matrices, "Ties of all actors at some dates of one run, as matrices side by side.",
        ("tie",), {"dates": "dates"} | _RUN, one=True,
    ),
    "network": Entry(
        network, "The alliances at one date of one run, as a network of two camps.",
        ("tie",), {"dates": "at"} | _RUN, one=True,
    ),
    "networks": Entry(
        networks, "The alliances at some dates of one run, as networks side by side.",
        ("tie",), {"dates": "dates"} | _RUN, one=True,
    ),
    "line-ups": Entry(
        line_ups, "Who stands with whom over the dates, as shares of runs.", ("tie",), {},
    ),
    "ceasefires": Entry(
        ceasefires, "The ceasefires of one run: who brokered, signed and broke them, and when.",
        TRUCE_PARTS, _RUN, one=True,
    ),
    "survival": Entry(
        ceasefire_survival, "Share of ceasefires still in force after so many weeks.",
        TRUCE_PARTS, {},
    ),
    "turns": Entry(
        turns, "Share of runs in which the ties of some pairs have not yet halved for good.",
        ("tie",), _PAIRS,
    ),
    "offers": Entry(
        offers, "What was offered at the talks, against what each actor would like best.",
        OFFER_PARTS, _RUN,
    ),
    "outcomes": Entry(
        outcomes, "How the war ends: share of runs in each class of outcome, with intervals.",
        ("state",), {"pairs": "allies"},
    ),
    "theatres": Entry(
        theatres, "How much of what is in arms fights, by theatre, over the dates.",
        THEATRE_PARTS, _RUN,
    ),
    "said-and-done": Entry(
        said_and_done, "How often a pair agrees in words, and how often in deeds, by half-years.",
        SAID_PARTS, _PAIR | _RUN,
    ),
}  # fmt: skip
_BY_FUNCTION = {entry.draw.__name__.replace("_", "-"): name for name, entry in FIGURES.items()}


def entry(name: str) -> Entry:
    """The figure of a name; that of the function in this package will do too.

    Raises
    ------
    ResultsError
        If there is none; names the nearest.
    """
    word = name.replace("_", "-")
    found = FIGURES.get(_BY_FUNCTION.get(word, word))
    if found is None:
        raise ResultsError(f"unknown figure {name!r} ({nearest(word, list(FIGURES))})")
    return found


def lacks(results: xr.Dataset, name: str) -> list[str]:
    """What an ensemble would have to record besides for a figure: levels and variables."""
    missing = [needed for needed in entry(name).needs if needed not in results]
    return list(
        dict.fromkeys(
            "events" if needed.startswith("event_") else selection.option(needed)
            for needed in missing
        )
    )


def figure(
    results: xr.Dataset,
    name: str,
    pairs: Sequence[Sequence[str]] = (),
    dates: Sequence[selection.When] = (),
    run: int | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draw a figure by its name.

    Parameters
    ----------
    results : Dataset
    name : str
        One of `FIGURES`.
    pairs : sequence of (str, str)
        Names of actors; what the figure shows by itself if none is given.
    dates : sequence of date, str or int
        Days or rounds, for figures of single dates.
    run : int, optional
        Number of a run.
    ax : Axes, optional
        Where to draw, for figures that are one picture.

    Returns
    -------
    Figure
        Not shown and not closed.

    Raises
    ------
    ResultsError
        If the figure, an actor, a date or the run is not there, if the figure takes no such
        choice, if a variable was not recorded (says what to record), or cannot be read.
    """
    chosen = entry(name)
    given: dict[str, Any] = {"pairs": list(pairs), "dates": list(dates), "run": run}
    choices: dict[str, Any] = {} if ax is None else {"ax": ax}
    for what, value in given.items():
        if value is None or value == []:
            continue
        if what not in chosen.takes:
            able = [other for other, found in FIGURES.items() if what in found.takes]
            raise ResultsError(
                f"figure {name!r} takes no {OPTIONS[what]} (those that do: {', '.join(able)})"
            )
        argument = chosen.takes[what]
        if (what != "run" and not argument.endswith("s")) or argument == "allies":
            if len(value) > 1:
                raise ResultsError(f"figure {name!r} takes one {OPTIONS[what]}, not {len(value)}")
            value = value[0]
        choices[argument] = value
    _recorded(results, name)
    for two in pairs:
        selection.pair(results, two)
    for at in dates:
        selection.week_at(results, at)
    if chosen.one or run is not None:
        number = selection.run_number(results, run)
        choices["run"], results = number, results.sel(run=[number])
    drawn = chosen.draw(_read(results, chosen.needs), **choices)
    return figure_of(drawn if hasattr(drawn, "get_figure") else drawn[0])


def _recorded(results: xr.Dataset, name: str) -> None:
    """Refuse a figure whose variables were not recorded, and say all that it would take."""
    try:
        for needed in entry(name).needs:
            if needed.startswith("event_"):
                event_column(results, needed.removeprefix("event_"))
            else:
                selection.variable(results, needed)
    except ResultsError as error:
        wanted = lacks(results, name)
        if not wanted:
            raise
        missing = str(error).partition(":")[0]
        raise ResultsError(
            f"{missing}: figure {name!r} needs --record {','.join(wanted)}"
        ) from None


def _read(results: xr.Dataset, names: Sequence[str]) -> xr.Dataset:
    """Results with some variables in memory, so that a damaged store is met here."""
    return results.assign({name: results[name].load() for name in names})
