"""The result of a calibration on a library of wars: its tables, a page, and files."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.errors import ResultsError, StoppedError
from sim.experiments.benchmark.forecasts import Forecast, Scored
from sim.experiments.benchmark.report import NONE, digits, interval, table
from sim.experiments.benchmark.scores import SCORES, Estimate, estimate
from sim.experiments.calibration.checkpoint import NAME
from sim.experiments.calibration.design import SHARES
from sim.experiments.calibration.plan import Points
from sim.experiments.calibration.war_plan import WarPlan
from sim.scenario.english import count, listed, percent
from sim.scenario.labels import label
from sim.scenario.schema import Scenario
from sim.writing import write_whole

# Forecasts by their names: of runs, and of lines without a simulator, for time and for ranking.
CALIBRATED, PRESENT, ALL = "calibrated on the others", "present numbers", "calibrated on all"
LINE, RANKING_LINE = "agreement, before and after t0", "agreement of long aims"
TIMING, RANKING = "timing", "within"
# What it leaves in a folder; by the last a finished one is known.
PAGE = "wars.md"
WARS_LEFT = ("points.csv", "wars.csv", PAGE, "wars.png", "ranges.png", "numbers.csv")
# Below this share of variance foretold the emulator knows little.
FORETOLD = 0.3
# A number that may take more than this part of its range is not told.
UNTOLD = 0.8
# The last plays have so many times the runs of a point: their luck should hardly count.
TIMES = 10


@dataclass(frozen=True)
class Fit:
    """The numbers that are best on the wars but one, by the emulator.

    Attributes
    ----------
    without : str, optional
        The war that is left out; none for all wars.
    point : ndarray
        In the unit cube.
    score, error : float
        Mean score expected there, of the wars that are in, and the emulator's error of it.
    own : float
        The score that the emulator expects there of the war that is left out.
    near : ndarray, shape (points, free numbers)
        Points all over the ranges whose expected score is within this error of it.
    """

    without: str | None
    point: NDArray[np.float64]
    score: float
    error: float
    own: float
    near: Points

    @property
    def ends(self) -> NDArray[np.float64]:
        """5 and 95 % of the points that are as good, by number, in the unit cube."""
        return np.asarray(np.quantile(self.near, SHARES[::2], axis=0))

    @property
    def flat(self) -> NDArray[np.float64]:
        """The part of its range over which each number may be, near 1 where nothing tells it."""
        low, high = self.ends
        return np.asarray(np.minimum((high - low) / (SHARES[2] - SHARES[0]), 1.0))


@dataclass(frozen=True)
class WarCalibration:
    """The result of a calibration on a library of wars.

    Attributes
    ----------
    plan : WarPlan
        What was calibrated, and on which wars.
    runs, seed : int
        Runs of each war at each point.
    points : ndarray, shape (P, free numbers)
        What was played, in the unit cube.
    seen : DataFrame
        Score of each war at these points, without what luck adds; then any targets.
    skill : Series
        See `sim.experiments.calibration.emulator.skill`.
    fits : tuple of Fit
        One a war that is left out, then one of all.
    scored : Scored
        The pairs of the wars.
    forecasts : dict of str to Forecast
        Of `CALIBRATED` (each war at the numbers of the others), `PRESENT` and `ALL`, played with
        luck of their own, and of two lines fitted to the other wars.
    """

    plan: WarPlan
    runs: int
    seed: int
    points: Points
    seen: pd.DataFrame
    skill: pd.Series
    fits: tuple[Fit, ...]
    scored: Scored
    forecasts: Mapping[str, Forecast]

    def __repr__(self) -> str:
        return (
            f"WarCalibration: {len(self.plan.wars)} wars, {len(self.points)} points, "
            f"{self.runs} runs\nRead it: print(found.page()). Tables: found.numbers, found.wars"
        )

    @property
    def numbers(self) -> pd.DataFrame:
        """Each free number: its range, its present value, and what is best.

        Returns
        -------
        DataFrame
            By path: ``from``, ``to``; ``present`` (NaN if it differs between wars); ``all``, best
            on all wars; ``low`` and ``high``, 5 and 95 % of the points whose score is within the
            emulator's error of it; ``least`` and ``most`` of the numbers found with a war left out.
        """
        rows = {}
        *some, every = self.fits
        for n, number in enumerate(self.plan.free):
            now = {value_at(war.scenario, number.path) for war in self.plan.wars}
            found = [number.at(fit.point[n]) for fit in some]
            rows[number.path] = {
                "from": number.low, "to": number.high,
                "present": now.pop() if len(now) == 1 else math.nan,
                "all": number.at(every.point[n]), "low": number.at(every.ends[0][n]),
                "high": number.at(every.ends[1][n]), "least": min(found), "most": max(found),
            }  # fmt: skip
        return pd.DataFrame(rows).T

    @property
    def wars(self) -> pd.DataFrame:
        """Each war: its scores at the numbers of the others, and beside it what else there is.

        Returns
        -------
        DataFrame
            By war: ``timing ...`` and ``within ...`` of every forecast, NaN where nothing can be
            said; ``expected``, the timing that the emulator expected of it; ``flat``, the mean
            of `Fit.flat`; ``skill``; and the numbers.
        """
        rows = {}
        for n, (war, fit) in enumerate(zip(self.plan.wars, self.fits, strict=False)):
            mine = self.scored.war == n
            row: dict[str, float] = {}
            for score in (TIMING, RANKING):
                for name, one in self.forecasts.items():
                    says = getattr(one, SCORES[score].needs) is not None
                    value = SCORES[score].value(self.scored, one, mine) if says else math.nan
                    row[f"{score} {name}"] = value
            row |= {
                "expected": fit.own,
                "flat": float(fit.flat.mean()),
                "skill": float(self.skill[war.name]),
            }
            rows[war.name] = row | self.plan.values(fit.point)
        return pd.DataFrame(rows).T

    def gap(self, score: str, one: str, other: str | None = None) -> Estimate:
        """A score of a forecast by its name, or how much higher it is than that of another."""
        less = None if other is None else self.forecasts[other]
        return estimate(score, self.scored, self.forecasts[one], less)

    def page(self, *, ids: bool = False) -> str:
        """All of it in Markdown: what the numbers say, and the tables.

        `ids` also gives the paths of numbers, in brackets.
        """
        wars = len(self.plan.wars)
        parts = [
            " ".join(self._verdict()),
            f"Wars: {wars}; points: {len(self.points)}; runs of each war at each point: "
            f"{self.runs}, at the end {TIMES * self.runs}; seed {self.seed}."
            + self._targets(),
            "## Scores of the war left out", *self._scores(),
            "## The numbers", *self._numbers(ids),
        ]  # fmt: skip
        return "\n\n".join(parts) + "\n"

    def _verdict(self) -> list[str]:
        own, now, line, every = (
            self.gap(TIMING, name).value for name in (CALIBRATED, PRESENT, LINE, ALL)
        )
        said = [
            "On when pairs break (integrated Brier score, less is better), wars score "
            f"{own:.3f} at numbers calibrated on the other wars, {now:.3f} at the present numbers, "
            f'and {line:.3f} by "{LINE}", fitted to the other wars.'
        ]
        for other, words in ((PRESENT, "the present numbers"), (LINE, "the line")):
            gap = self.gap(TIMING, CALIBRATED, other)
            said.append(f"Calibrated numbers less {words}: {interval(gap)}{_sure(gap)}.")
        said.append(
            f"Numbers of all wars together score {every:.3f} on these wars themselves: the "
            f"difference to {own:.3f} is what the fit owes to having seen the war."
        )
        rank = self.gap(RANKING, CALIBRATED, PRESENT)
        if rank.wars:
            said.append(
                "On which pair of a war breaks (AUC within wars, more is better): "
                f"{self.gap(RANKING, CALIBRATED).value:.3f} calibrated, "
                f"{self.gap(RANKING, PRESENT).value:.3f} at present, "
                f'{self.gap(RANKING, RANKING_LINE).value:.3f} by "{RANKING_LINE}"; calibrated less '
                f"present {interval(rank)}{_sure(rank)}."
            )
        fit = self.fits[-1]
        free = [
            f"`{name}`"
            for name, part in zip(self.plan.names, fit.flat, strict=True)
            if part > UNTOLD
        ]
        said.append(
            f"On all wars the emulator expects a least mean score of {fit.score:.4f} ± "
            f"{fit.error:.4f}. Points within this error of it leave a number "
            f"{percent(float(fit.flat.mean()), ' %')} of its range in the mean"
            + (f"; the wars do not tell {listed(free)}." if free else ".")
        )
        blind = [name for name, value in self.skill.items() if value < FORETOLD]
        if blind:
            said.append(
                f"The emulator foretells little or nothing of {listed([str(x) for x in blind])}: "
                "these say little of the numbers, or need more points or runs."
            )
        return said

    def _targets(self) -> str:
        other = self.plan.other
        if other is None:
            return ""
        return (
            f" Beside the wars {count(len(other.targets), 'target')} of {other.scenario.name} "
            f"count, each as its squared miss in tolerances times {self.plan.weight:g}."
        )

    def _scores(self) -> list[str]:
        names = (CALIBRATED, PRESENT, ALL, LINE)
        ranks = (CALIBRATED, PRESENT, ALL, RANKING_LINE)
        tables = []
        for score, said in ((TIMING, names), (RANKING, ranks)):
            rows = [
                [f"`{war}`", *(digits(row[f"{score} {name}"]) for name in said)]
                for war, row in self.wars.iterrows()
            ]
            rows.append(["mean", *(digits(self.gap(score, name).value) for name in said)])
            tables.append(table(["war", *said], rows))
        gaps = [
            [
                other if other == line else "the line",
                interval(self.gap(TIMING, CALIBRATED, other)),
                interval(self.gap(RANKING, CALIBRATED, line)),
            ]
            for other, line in ((PRESENT, PRESENT), (ALL, ALL), (LINE, RANKING_LINE))
        ]
        fits = [
            [
                f"`{fit.without}`" if fit.without else "none", f"{fit.score:.4f} ± {fit.error:.4f}",
                percent(float(fit.flat.mean()), " %"), digits(fit.own),
                percent(max(self.skill.get(fit.without, math.nan), 0.0), " %")
                if fit.without else NONE,
            ]
            for fit in self.fits
        ]  # fmt: skip
        return [
            "Timing, the integrated Brier score of \"has broken by now\"; less is better. "
            f'"{ALL}" has seen the war.',
            tables[0],
            f"Ranking, the AUC within a war; more is better, {NONE} where all broke, or none.",
            tables[1],
            "Calibrated on the others, less each, with 95 % intervals by the jackknife over wars:",
            table(["less", "timing", "ranking"], gaps),
            "What the emulator expects at the best numbers without a war; how much of its range a "
            "number may take, in the mean, at points whose expected score is within the error of "
            "that; what it expects there of the war left out; and how much of the variance of that "
            "war's score it foretells at points left out:",
            table(
                ["war left out", "mean of the others", "ranges as good", "expected of it",
                 "variance foretold"],
                fits,
            ),
        ]  # fmt: skip

    def _numbers(self, ids: bool) -> list[str]:
        case = self.plan.wars[0].scenario
        head = [
            "number", "range", "present", "all wars", "as good (90 %)", "one war left out"
        ]  # fmt: skip
        rows = [
            [
                label(case, str(path), ids=ids),
                f"{row['from']:.3g} to {row['to']:.3g}",
                NONE if math.isnan(row["present"]) else f"{row['present']:.3g}",
                f"{row['all']:.3g}", f"{row['low']:.3g} to {row['high']:.3g}",
                f"{row['least']:.3g} to {row['most']:.3g}",
            ]
            for path, row in self.numbers.iterrows()
        ]  # fmt: skip
        return [
            "As good: 5 to 95 % of the points whose expected score is within the emulator's error "
            "of the least, on all wars. One war left out: least and most of the numbers that are "
            "best without one of the wars.",
            table(head, rows),
        ]

    def save(self, folder: str | Path) -> None:
        """Write `points.csv`, `wars.csv`, the page, and last `numbers.csv`.

        Raises
        ------
        StoppedError
            If they cannot be written; what was noted in the folder is kept.
        """
        folder = Path(folder)
        cube = pd.DataFrame(self.points, columns=self.plan.names)
        texts = {
            "points.csv": pd.concat([cube, self.seen], axis=1).to_csv(index=False),
            "wars.csv": self.wars.to_csv(float_format="%.5g"),
            PAGE: self.page(),
            "numbers.csv": self.numbers.to_csv(float_format="%.4g"),
        }
        try:
            for name, text in texts.items():
                write_whole(folder / name, text.encode())
            (folder / NAME).unlink(missing_ok=True)
        except (OSError, ResultsError) as error:
            raise StoppedError(f"{folder}: cannot be written: {error}") from error


def value_at(scenario: Scenario, path: str) -> float:
    """The number at a path of a scenario, NaN if there is none."""
    found: Any = scenario
    for key in path.split("."):
        found = found.get(key) if isinstance(found, Mapping) else getattr(found, key, None)
    return float(found) if isinstance(found, int | float) else math.nan


def _sure(gap: Estimate) -> str:
    if math.isnan(gap.reach):
        return ", of too few wars to say how sure that is"
    return "" if abs(gap.value) > gap.reach else ", within its error over wars"
