"""How a war ends: classes of outcome, each with the numbers that define it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from sim.engine.state import CALM, CEASEFIRE, SETTLEMENT, VICTORY, WAR
from sim.errors import ResultsError, nearest
from sim.measures.dyads import described, tie
from sim.measures.intervals import LEVEL, wilson
from sim.results.phrases import STATES as STATE_WORDS
from sim.results.provenance import every_week, scenario_of
from sim.results.selection import by_week, names_on, pair, pieces, run_number
from sim.scenario.english import Words
from sim.scenario.schema import OUTCOMES, WON_BY

FROZEN_FROM = 12
SPLIT_WEEKS = 8
BORDER = 0.97

STATES = OUTCOMES[:5]
MEANINGS: Mapping[str, str] = {
    "continued_war": "war in the last week",
    "fragile_ceasefire": f"a ceasefire in force for less than {FROZEN_FROM} weeks",
    "frozen_conflict": f"a ceasefire in force for {FROZEN_FROM} weeks or more, unsettled",
    "settlement": "a settlement in force in the last week",
    "victory": "the war was won",
    "front_at_a_border": f"the territory issue at {BORDER} or beyond, or at {1 - BORDER:.2f} or "
    "below",
    "alliance_split": f"the tie of the allies below 0 in each of the last {SPLIT_WEEKS} weeks",
}


def outcomes(
    results: xr.Dataset,
    allies: Sequence[str] | None = None,
    content: Mapping[str, tuple[str, float]] | None = None,
) -> xr.DataArray:
    """Which classes of outcome each run belongs to, by its last week.

    Exactly one of these holds: ``continued_war`` (state 0), ``fragile_ceasefire`` (state 1, in
    force for less than 12 weeks), ``frozen_conflict`` (state 1, 12 weeks or more), ``settlement``
    (state 2), ``victory`` (state 3).

    These may hold beside them: those that the scenario defines under `outcomes` (state 2 and an
    issue at some position or more), ``front_at_a_border`` (the territory issue at 0.97 or more, or
    0.03 or less, in any state), ``won_by_<camp>`` (state 3, and the front at the end of that camp
    when the war was won; in the last week, where only last positions were recorded),
    ``alliance_split`` (the tie of the allies, mean of both directions, below 0 in each of the last
    8 weeks). One whose territory, camps or allies the scenario does not have is left out, and so is
    a winner without the mechanism `victory`, and the split if ties were not recorded and no allies
    are named.

    Parameters
    ----------
    results : Dataset
        With `state` and `position` (or `final_position`), and its scenario: the summary of an
        ensemble is enough, but for the split, which needs `tie`.
    allies : (str, str), optional
        Names of actors; the first bilateral pair of the scenario if not given.
    content : mapping of str to (str, float), optional
        Classes of settlements in place of those of the scenario, by name: an issue, and the
        position from which on it counts as achieved.

    Returns
    -------
    DataArray of bool, dims (run, outcome)
        The coordinate ``meaning`` says each in words.

    Raises
    ------
    ResultsError
        If there are no runs, a name is not known, or a variable was not recorded.
    """
    run_number(every_week(results, "the class of an outcome"))
    scenario = scenario_of(results)
    weeks, issues = by_week(results, "state"), names_on(results, "issue")
    state, age = weeks[:, -1], _age(weeks)
    position = _last_positions(results)
    found: dict[str, NDArray[np.bool_]] = {
        "continued_war": state == WAR,
        "fragile_ceasefire": (state == CEASEFIRE) & (age < FROZEN_FROM),
        "frozen_conflict": (state == CEASEFIRE) & (age >= FROZEN_FROM),
        "settlement": state == SETTLEMENT,
        "victory": state == VICTORY,
    }
    meanings, words = dict(MEANINGS), Words(scenario)
    asked = {
        name: (own.issue, own.at_least, f"a settlement in force, and {own.label}")
        for name, own in scenario.outcomes.items()
        if own.issue in issues
    }
    if content is not None:
        asked = {name: (*given, "a settlement in force") for name, given in content.items()}
    for name, (issue, least, said) in asked.items():
        if issue not in issues:
            raise ResultsError(f"unknown issue {issue!r} ({nearest(issue, issues)})")
        found[name] = (state == SETTLEMENT) & (position[:, issues.index(issue)] >= least)
        meanings[name] = f"{said}: {words.issue(issue)} at {least:g} or more"
    for name, given in scenario.issues.items():
        if given.moved_by == "territory" and name in issues:
            front = position[:, issues.index(name)]
            meanings["front_at_a_border"] = (
                f"{words.issue(name)} at {BORDER} or above, or at {1 - BORDER:.2f} or below"
            )
            found["front_at_a_border"] = (front >= BORDER) | (front <= 1.0 - BORDER)
            if scenario.mechanisms.victory:
                end = _front_when_won(results, weeks, front, issues.index(name))
                for camp, own in scenario.camps.items():
                    won = (end >= 0.5) if own.pole == 1 else (end < 0.5)
                    found[WON_BY + camp] = (state == VICTORY) & won
                    meanings[WON_BY + camp] = f"the war was won by {words.camp(camp)}"
    two = next(iter(scenario.bilateral), None) if allies is None else pair(results, allies)
    told = allies is not None or "tie" in results
    if two is not None and told and results.sizes["week"] >= SPLIT_WEEKS:
        level = tie(results, *two).transpose("run", "week").values
        found["alliance_split"] = (level[:, -SPLIT_WEEKS:] < 0.0).all(axis=1)
        meanings["alliance_split"] = (
            f"the tie of {words.all(two)} below 0 in each of the last {SPLIT_WEEKS} weeks"
        )
    coords = {
        "run": results["run"],
        "outcome": np.array(list(found), dtype=object),
        "meaning": ("outcome", np.array([meanings[name] for name in found], dtype=object)),
    }
    classes = xr.DataArray(np.stack(list(found.values()), axis=1), coords, ("run", "outcome"))
    return described(classes, "outcome", "class of outcome", "true or false")


def state_shares(results: xr.Dataset) -> pd.DataFrame:
    """Share of runs that end in each state of the war; no row of a victory that no run has.

    Parameters
    ----------
    results : Dataset
        With `state`.

    Returns
    -------
    DataFrame
        Index ``state``, as runs are called that are in it: ``runs``, ``share`` with ``low`` and
        ``high`` (95 %, Wilson).
    """
    last, runs = results["state"].isel(week=-1).values, results.sizes["run"]
    count = np.array([(last == code).sum() for code in range(len(STATE_WORDS))])
    low, high = wilson(count, runs)
    table = pd.DataFrame(
        {"runs": count, "share": count / runs, "low": low, "high": high},
        index=pd.Index([words.runs for words in STATE_WORDS], name="state"),
    )
    shown: pd.DataFrame = table[(table["runs"] > 0) | (np.arange(len(count)) != VICTORY)]
    return shown


def _front_when_won(
    results: xr.Dataset, state: NDArray[np.int64], last: NDArray[np.float64], issue: int
) -> NDArray[np.float64]:
    """Where the front stood in the week of the victory: a dated event may move it afterwards.

    Where only last positions were recorded, those.
    """
    if "position" not in results:
        return last
    won = (state == VICTORY).argmax(axis=1)
    return np.asarray(by_week(results, "position", "issue")[np.arange(len(won)), won, issue])


def _age(state: NDArray[np.int64]) -> NDArray[np.int64]:
    """Weeks for which the ceasefire of the last week has been in force.

    Before a new one can be signed a week ends in war, so it is the length of the last stretch.
    """
    held = np.isin(state, CALM)
    weeks: NDArray[np.int64] = np.cumprod(held[:, ::-1], axis=1).sum(axis=1)
    return weeks


def _last_positions(results: xr.Dataset) -> NDArray[np.float64]:
    if "final_position" in results and "position" not in results:
        last = results["final_position"].transpose("run", "issue").values
    else:
        last = by_week(results, "position", "issue")[:, -1]
    return last.astype(np.float64)


def outcome_shares(
    results: xr.Dataset,
    allies: Sequence[str] | None = None,
    content: Mapping[str, tuple[str, float]] | None = None,
    level: float = LEVEL,
) -> pd.DataFrame:
    """Share of runs in each class of outcome.

    Parameters
    ----------
    results, allies, content
        See `outcomes`.
    level : float
        Coverage of the interval (Wilson).

    Returns
    -------
    DataFrame
        Index ``outcome``: ``runs``, ``share`` with ``low`` and ``high``, ``meaning``. The first
        five add up to 1.
    """
    run_number(results)
    runs = results.sizes["run"]
    every = [outcomes(piece, allies, content).sum("run") for piece in pieces(results)]
    found, count = every[0], np.sum([piece.values for piece in every], axis=0)
    low, high = wilson(count, runs, level)
    return pd.DataFrame(
        {
            "runs": count, "share": count / runs, "low": low, "high": high,
            "meaning": found["meaning"].values,
        },
        index=pd.Index(found["outcome"].values, name="outcome"),
    )  # fmt: skip
