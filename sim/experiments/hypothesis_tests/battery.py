"""Run all tests of the theory on one scenario, and save or load their tables."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path

import pandas as pd

from sim.errors import SimError, nearest
from sim.experiments.hypothesis_tests import tables
from sim.experiments.hypothesis_tests.codings import Tell, codings_table, shuffled_issues
from sim.experiments.hypothesis_tests.facts import FACTS, Fact, check
from sim.experiments.hypothesis_tests.roles import allies, find
from sim.experiments.hypothesis_tests.treatments import MissingError, Treatments
from sim.results.ensemble_spec import whole
from sim.runs.progress import teller
from sim.scenario.english import Words
from sim.scenario.schema import Scenario
from sim.writing import write_whole

PARTS = ("two-by-two", "return", "facts", "codings", "pairs", "rivals", "channel")
MOST_RUNS = 1_000_000
_REST = "trial.json"


@dataclass(frozen=True)
class Trial:
    """The result of all tests of one scenario; enough to print and to draw it.

    Attributes
    ----------
    title : str
        Name of the scenario.
    labels : dict of str to str
        Of the two actors, for figures.
    partner, spoiler, goal : str
        Ids of the two allies, and of the territory issue of their shared goal.
    achieved, secure, threatened : float
        See `sim.experiments.hypothesis_tests.roles.Roles`.
    proxies, disputed, shuffled : tuple of str
        Of the spoiler; issues that the two dispute; issues whose ideals are shuffled.
    runs, codings, coding_runs, seed : int
        As `run` was called.
    left_out : dict of str to str
        Parts that the scenario has no cast for, and why.
    seconds : float
        How long it took.
    tables : dict of str to DataFrame
        By part; what was not asked for is not there.
    names : dict of str to str
        Labels of all actors and issues, by their ids.
    """

    title: str
    labels: dict[str, str]
    partner: str
    spoiler: str
    goal: str
    achieved: float
    secure: float
    threatened: float
    proxies: tuple[str, ...]
    disputed: tuple[str, ...]
    shuffled: tuple[str, ...]
    runs: int
    codings: int
    coding_runs: int
    seed: int
    left_out: dict[str, str]
    seconds: float
    tables: dict[str, pd.DataFrame]
    names: dict[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return (
            f"Trial of the theory on {self.title!r}: {self.runs} runs, parts "
            f"{', '.join(self.tables) or 'none'}\n"
            "Tables: trial.tables, by part"
        )


def run(
    scenario: Scenario,
    *,
    pair: Sequence[str] | None = None,
    runs: int = 400,
    codings: int = 200,
    coding_runs: int = 60,
    seed: int = 1,
    only: Sequence[str] | None = None,
    told: Sequence[Fact] = (),
    workers: int | None = None,
    tell: Tell | None = None,
) -> Trial:
    """Test the theory in one scenario.

    Parameters
    ----------
    scenario : Scenario
        It needs two allies with a shared short-term goal on territory.
    pair : (str, str), optional
        Partner and spoiler; the first bilateral pair if not given, and then both orders are shown.
    runs, seed : int
        Of every experiment; all share their luck.
    codings, coding_runs : int
        Shuffled codings, and runs of every experiment on each.
    only : sequence of str, optional
        Some of `PARTS`.
    told : sequence of Fact
        Facts of history, see `sim.experiments.hypothesis_tests.observed.load`.
    workers : int, optional
        Threads; by default as many as there are processors.
    tell : callable, optional
        Is told what is being done; if not given, a notebook shows it.

    Raises
    ------
    SimError
        If the scenario has no pair to test, a part is not known, or an argument is out of range.
    """
    began = time.monotonic()
    for name in only or ():
        if name not in PARTS:
            raise SimError(f"unknown part of the test {name!r} ({nearest(name, list(PARTS))})")
    parts = tuple(part for part in PARTS if not only or part in only)
    runs = whole("runs", runs, 2, MOST_RUNS)
    coding_runs = whole("coding runs", coding_runs, 2, MOST_RUNS)
    codings = whole("codings", codings, 1, MOST_RUNS) if "codings" in parts else codings
    roles = find(scenario, pair)
    treatments = Treatments(
        scenario, roles, runs, seed, pairs=allies(scenario) if "pairs" in parts else (),
        swapped=None if pair is not None else find(scenario, roles.pair[::-1]), workers=workers,
    )  # fmt: skip
    every, say = (*FACTS, *told), tell or teller()
    work: dict[str, Callable[[], pd.DataFrame]] = {
        "two-by-two": lambda: tables.two_by_two(treatments),
        "return": lambda: tables.returns(treatments),
        "facts": lambda: tables.facts_table(check(treatments, every)),
        "pairs": lambda: tables.pairs(treatments),
        "codings": lambda: codings_table(treatments, every, codings, coding_runs, say),
        "rivals": lambda: tables.rivals_table(treatments, every, say),
        "channel": lambda: tables.channel(treatments),
    }
    found, left_out = {}, {}
    for part in parts:
        say(f"{part} ...")
        try:
            found[part] = work[part]()
        except MissingError as error:
            left_out[part] = str(error)
    words = Words(scenario)
    return Trial(
        title=scenario.name,
        labels={name: scenario.actors[name].label for name in roles.pair},
        partner=roles.partner, spoiler=roles.spoiler, goal=roles.goal,
        achieved=roles.achieved, secure=roles.secure, threatened=roles.threatened,
        proxies=roles.proxies, disputed=roles.disputed, shuffled=shuffled_issues(scenario),
        runs=runs, codings=codings, coding_runs=coding_runs, seed=seed, left_out=left_out,
        seconds=round(time.monotonic() - began, 1), tables=found,
        names={name: words.issue(name) for name in scenario.issues}
        | {name: words.who(name) for name in scenario.actors},
    )  # fmt: skip


def save(trial: Trial, folder: Path) -> list[Path]:
    """Write every table as CSV, and the rest as ``trial.json``.

    Parameters
    ----------
    trial : Trial
        From `run`.
    folder : Path
        Exists.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    ResultsError
        If one cannot be written.
    """
    rest = {f.name: getattr(trial, f.name) for f in fields(trial) if f.name != "tables"}
    texts = {_REST: json.dumps(rest | {"parts": list(trial.tables)}, indent=2) + "\n"} | {
        f"{part}.csv": table.to_csv(index=False, float_format="%.6g", lineterminator="\n")
        for part, table in trial.tables.items()
    }
    for name, text in texts.items():
        write_whole(folder / name, text.encode())
    return [folder / name for name in texts]


def load(folder: Path) -> Trial:
    """Read what `save` has written.

    Raises
    ------
    SimError
        If it is not there.
    """
    try:
        rest = json.loads((folder / _REST).read_text("utf-8"))
        tables = {
            part: pd.read_csv(folder / f"{part}.csv", dtype={"left_out": str}).fillna(
                {"left_out": ""}
            )
            for part in rest.pop("parts")
        }
        for name in ("proxies", "disputed", "shuffled"):
            rest[name] = tuple(rest[name])
        return Trial(**rest, tables=tables)
    # what is no table, or nested without end, fails in other ways than a wrong value
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise SimError(f"{folder} holds no test of the theory: {error}") from error
