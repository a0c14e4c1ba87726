"""Play a library with its rivals, and score all forecasts; tables as files."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sim.engine.inputs import Floats
from sim.experiments.benchmark.baselines import baselines
from sim.experiments.benchmark.forecasts import Forecast, Scored
from sim.experiments.benchmark.play import Played, Tell, forecast, play_all, played
from sim.experiments.benchmark.rivals import RIVALS, SHUFFLED, shuffled
from sim.experiments.benchmark.scores import SCORES, Estimate, estimate, permutation_p
from sim.experiments.benchmark.war_library import Library, Moment, War
from sim.results.ensemble_spec import whole
from sim.runs.progress import teller
from sim.writing import write_whole

MODEL, RIVAL, BASELINE = "the model", "rival", "baseline"
MOST_RUNS, MOST_SHUFFLES = 1_000_000, 10_000
SHUFFLE_RUNS = 20
# What it leaves in a folder beside the stores.
PAIRS, TABLE = "pairs.csv", "scores.csv"


@dataclass(frozen=True)
class Shuffles:
    """What wars with shuffled aims score, each with few runs.

    Attributes
    ----------
    runs : int
        Of each.
    coded : Forecast
        The wars as coded with as few runs and the same luck.
    drawn : tuple of Forecast
        One a shuffle.
    """

    runs: int
    coded: Forecast
    drawn: tuple[Forecast, ...]

    def scores(self, name: str, scored: Scored) -> Floats:
        """A score of each shuffle."""
        return np.array([estimate(name, scored, one).value for one in self.drawn])

    def place(self, name: str, scored: Scored) -> float:
        """Share that scores as well as the wars as coded, or better, with these themselves."""
        better = SCORES[name].better
        mine = better * estimate(name, scored, self.coded).value
        as_good = better * self.scores(name, scored) >= mine - 1e-12
        return (1.0 + float(as_good.sum())) / (1.0 + len(as_good))


@dataclass(frozen=True)
class Benchmark:
    """The result of a benchmark: enough to print and to draw it.

    Attributes
    ----------
    wars : Library
        The wars.
    runs, seed : int
        As `run` was called.
    played : dict of str to Played
        The model's runs, by war.
    scored : Scored
        The pairs with an outcome.
    model : Forecast
        What these runs say of them.
    rivals, baselines : tuple of Forecast
        What others say; no rivals if they were not asked for.
    shuffles : Shuffles, optional
        The wars with shuffled aims.
    """

    wars: Library
    runs: int
    seed: int
    played: Mapping[str, Played]
    scored: Scored
    model: Forecast
    rivals: tuple[Forecast, ...]
    baselines: tuple[Forecast, ...]
    shuffles: Shuffles | None

    def __repr__(self) -> str:
        return (
            f"Benchmark: {len(self.played)} wars, {len(self.scored.wars)} of them scored, "
            f"{len(self.scored.war)} pairs, {self.runs} runs a war\n"
            "Tables: benchmark.scores(), benchmark.pairs()"
        )

    def forecasts(self) -> Iterator[tuple[str, Forecast]]:
        """Every forecast but those of shuffled aims, with its kind."""
        yield MODEL, self.model
        yield from ((RIVAL, one) for one in self.rivals)
        yield from ((BASELINE, one) for one in self.baselines)

    def scores(self) -> pd.DataFrame:
        """Every score of every forecast.

        Returns
        -------
        DataFrame
            One row a forecast and score: ``kind``, ``forecast``, ``score``; ``value`` and ``error``
            (jackknife over ``wars`` wars); ``less`` and ``less_error``: how much higher the model
            scores, NaN for the model itself.
        """
        rows = []
        for kind, one in self.forecasts():
            for name in SCORES:
                found = estimate(name, self.scored, one)
                gap = Estimate(np.nan, np.nan, 0)
                if kind != MODEL:
                    gap = estimate(name, self.scored, self.model, one)
                rows.append(
                    {
                        "kind": kind, "forecast": one.name, "score": name, "value": found.value,
                        "error": found.error, "wars": found.wars, "less": gap.value,
                        "less_error": gap.error,
                    }
                )  # fmt: skip
        return pd.DataFrame(rows)

    def permutation(self) -> float:
        """Chance of an AUC within wars as high if outcomes are dealt out anew within each war."""
        scored, rank = self.scored, self.model.rank
        assert rank is not None
        return permutation_p(rank, scored.broke, scored.war)

    def pairs(self) -> pd.DataFrame:
        """What was observed of every pair, beside what the runs say.

        Returns
        -------
        DataFrame
            One row a pair: ``war``, ``actor``, ``other``; ``observed`` (held, strained, broke, or
            nothing) and ``date`` of the break, as far as it is known; then the columns of
            `play.Played`, and ``median``, the day of the median week of its breaks.
        """
        tables = []
        for name, one in self.played.items():
            war, table = one.war, one.table.copy()
            table.insert(0, "war", name)
            table.insert(3, "observed", [o.status for o in war.outcomes] or "")
            broke = [first_break(war, n) for n in range(len(war.outcomes))]
            table.insert(4, "date", ["" if when is None else when.words for when in broke] or "")
            middle = [
                "" if np.isnan(week) else war.day(int(week)).isoformat() for week in table["week"]
            ]
            tables.append(table.assign(median=middle))
        return pd.concat(tables, ignore_index=True)


def first_break(war: War, n: int) -> Moment | None:
    """When a pair first broke within the weeks that count; None if it did not."""
    one = war.outcomes[n]
    if war.half_year(one) < 0:
        return None
    known = [when for when in (one.threatened, one.broke) if when is not None]
    return min(when for when in known if war.week(when.day) >= 0)


def run(
    library: Library,
    *,
    runs: int = 500,
    seed: int = 1,
    out: Path | None = None,
    rivals: bool = False,
    shuffles: int = 50,
    workers: int | None = None,
    tell: Tell | None = None,
    progress: bool | None = False,
) -> Benchmark:
    """Play all wars of a library, and score what their runs say of each pair.

    Parameters
    ----------
    library : Library
        From `sim.experiments.benchmark.war_library.load_library`.
    runs, seed : int
        Of each war.
    out : path, optional
        Folder for a store of each war; what is there already is not played again.
    rivals : bool
        Also play `sim.experiments.benchmark.rivals.RIVALS`, and the wars with shuffled aims.
    shuffles : int
        How many shuffles, of `SHUFFLE_RUNS` runs each; 0 for none.
    workers : int, optional
        Threads; by default as many as there are processors.
    tell : callable, optional
        Is told what is being done; if not given, a notebook shows it.
    progress : bool, optional
        Show how far each war of the model is, as `sim.ensemble` does.

    Raises
    ------
    SimError
        If an argument is out of range, or a folder holds another study.
    """
    runs = whole("runs", runs, 2, MOST_RUNS)
    shuffles = whole("shuffles", shuffles, 0, MOST_SHUFFLES)
    say = tell or teller()
    say(f"{MODEL}, {runs} runs a war")
    found = play_all(library.wars, runs, seed, out, say, workers=workers, progress=progress)
    scored = Scored(tuple(war for war in library.wars if war.outcomes))
    others, dealt = list[Forecast](), None
    if rivals and scored.wars:
        for name, rival in RIVALS.items():
            say(f"{name}, {runs} runs a war")
            others.append(
                forecast(
                    name, scored,
                    play_all(
                        scored.wars, runs, seed, _below(out, "rivals", name), say,
                        changed={war.name: rival.change(war.scenario) for war in scored.wars},
                        workers=workers,
                    ),
                )
            )  # fmt: skip
        if shuffles:
            dealt = _shuffled(scored, shuffles, min(SHUFFLE_RUNS, runs), seed, out, say, workers)
    return Benchmark(
        library, runs, seed, found, scored, forecast(MODEL, scored, found), tuple(others),
        tuple(baselines(scored)) if scored.wars else (), dealt,
    )  # fmt: skip


def _shuffled(
    scored: Scored,
    number: int,
    runs: int,
    seed: int,
    out: Path | None,
    say: Tell,
    workers: int | None,
) -> Shuffles:
    say(f"{SHUFFLED}: {number} times, {runs} runs a war")
    cases = {war.name: [war.scenario, *shuffled(war.scenario, number, seed)] for war in scored.wars}
    told, said = [], time.monotonic()
    for n in range(number + 1):
        place = _below(out, "rivals", SHUFFLED, "as_coded" if n == 0 else f"{n:04d}")
        found = {
            war.name: played(
                war, runs, seed, None if place is None else place / war.name,
                scenario=cases[war.name][n], workers=workers,
            )
            for war in scored.wars
        }  # fmt: skip
        told.append(forecast(SHUFFLED, scored, found))
        if time.monotonic() - said > 15.0:
            say(f"  {n} of {number} shuffles")
            said = time.monotonic()
    return Shuffles(runs, told[0], tuple(told[1:]))


def _below(out: Path | None, *names: str) -> Path | None:
    if out is None:
        return None
    return out.joinpath(*(name.replace(" ", "_") for name in names))


def save(found: Benchmark, folder: Path) -> list[Path]:
    """Write the tables of scores and pairs as CSV.

    Raises
    ------
    ResultsError
        If one cannot be written.
    """
    tables = {TABLE: found.scores(), PAIRS: found.pairs()}
    for name, table in tables.items():
        text = table.to_csv(index=False, float_format="%.6g", lineterminator="\n")
        write_whole(folder / name, text.encode())
    return [folder / name for name in tables]
