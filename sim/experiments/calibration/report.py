"""The result of a calibration: its tables, as text and as files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sim.errors import ResultsError, StoppedError
from sim.experiments.calibration.checkpoint import NAME
from sim.experiments.calibration.design import SHARES
from sim.experiments.calibration.plan import Plan, Points
from sim.scenario.labels import label
from sim.writing import write_whole

# What a calibration leaves in a folder.
LEFT = (
    "points.csv", "posterior.csv", "targets.csv", "facts.csv", "numbers.csv", "numbers.png",
    "targets.png", "facts.png",
)  # fmt: skip
# Steps that each walker keeps of a posterior.
KEPT = 2000
# Below this share of variance foretold, and from so many tolerances on, a sentence warns.
FORETOLD, MISSED = 0.3, 3.0


@dataclass(frozen=True)
class Calibration:
    """The result of a calibration.

    Attributes
    ----------
    plan : Plan
        What was calibrated, and on which targets.
    points : ndarray, shape (P, free numbers)
        What was played, in the unit cube.
    seen : DataFrame
        Targets at these points.
    skill : Series
        See `sim.experiments.calibration.emulator.skill`.
    memory : float
        Steps after which a walker of the last posterior has forgotten where it was: the integrated
        time of autocorrelation of the slowest number. Of `KEPT` steps there should be many such.
    draws : DataFrame
        Draws of the posterior, one column a free number by its path.
    centre : dict of str to float
        The mean of the draws in shares of the ranges, by path. (The likeliest point would be no
        better a choice: it tends to lie at the end of some range. A single draw near the middle
        is another one with every seed.)
    targets : DataFrame
        One row a target: ``known``, ``tolerance``; median and 90 % of runs played at draws from
        the ranges (``prior_...``) and from the posterior (``posterior_...``); at ``centre``.
    facts : DataFrame
        What was not used, over the posterior: see `sim.experiments.calibration.design.judged`; no
        rows if it was not asked for.
    """

    plan: Plan
    points: Points
    seen: pd.DataFrame
    skill: pd.Series
    memory: float
    draws: pd.DataFrame
    centre: dict[str, float]
    targets: pd.DataFrame
    facts: pd.DataFrame

    @property
    def numbers(self) -> pd.DataFrame:
        """Each free number: its range, the posterior's median and 90 %, and the centre.

        ``shrunk`` is the part of the range, on its scale, that the 90 % leave out.
        """
        rows = {}
        for number in self.plan.free:
            values = self.draws[number.path]
            low, middle, high = values.quantile(SHARES)
            ends = np.array([low, high, number.low, number.high], dtype=float)
            if number.scale == "log":
                ends = np.log(ends)
            rows[number.path] = {
                "from": number.low, "to": number.high, "low": low, "median": middle, "high": high,
                "centre": self.centre[number.path],
                "shrunk": 1.0 - (ends[1] - ends[0]) / (ends[3] - ends[2]),
            }  # fmt: skip
        return pd.DataFrame(rows).T

    @property
    def doubts(self) -> list[str]:
        """Reasons not to trust the posterior, one sentence each."""
        found, targets = [], self.targets
        blind = ", ".join(self.skill.index[self.skill < FORETOLD])
        if blind:
            found.append(
                f"The emulator foretells little or nothing of {blind}: take more points or runs, "
                "or do not lean on what these say."
            )
        ends = targets[["posterior_low", "posterior_high"]]
        nearest = targets["known"].clip(ends.min(axis=1), ends.max(axis=1))
        away = (nearest - targets["known"]).abs() / targets["tolerance"]
        missed = ", ".join(targets.index[away > MISSED])
        if missed:
            found.append(
                f"Missed by more than {MISSED:g} tolerances all over the posterior: {missed}. What "
                "it says of the numbers rests on a model that cannot do it."
            )
        return found

    def __repr__(self) -> str:
        return (
            f"Calibration of {self.plan.scenario.name!r}: {len(self.points)} points, "
            f"{len(self.targets)} targets, {len(self.draws)} draws\n"
            "Read it: print(calibration). Tables: calibration.numbers, calibration.targets"
        )

    def __str__(self) -> str:
        """Both tables, to be read."""
        return self.page()

    def page(self, *, ids: bool = False) -> str:
        """Both tables, to be read; `ids` also gives the paths of numbers, in brackets."""
        case = self.plan.scenario
        named = self.numbers.rename(index=lambda path: label(case, str(path), ids=ids))
        words = [
            f"Calibration of {case.name} on what was known on "
            f"{self.plan.known_until}: {len(self.points)} points in all waves, "
            f"{len(self.targets)} targets.",
            "",
            "What the free numbers may be (90 % of the posterior, and its centre; shrunk: the part",
            "of the range that is left out, about a tenth where nothing was learned):",
            named.to_string(float_format=lambda x: f"{x:.3g}"),
            "",
            "Targets (known, tolerance; 90 % over the ranges, over the posterior; its centre):",
            self.targets.to_string(float_format=lambda x: f"{x:.2f}"),
            "",
            f"Walkers forget where they were within {self.memory:.0f} of {KEPT} steps.",
            *self.doubts,
        ]
        if len(self.facts):
            words += [
                "",
                "Facts that were not used (90 % over draws of the posterior; share of draws whose",
                "estimate is as the theory expects):",
                self.facts.drop(columns="claim").to_string(float_format=lambda x: f"{x:.2f}"),
            ]
        return "\n".join(words)

    def save(self, folder: str | Path) -> None:
        """Write `points.csv`, `posterior.csv`, `numbers.csv`, `targets.csv`, any `facts.csv`.

        Raises
        ------
        StoppedError
            If they cannot be written; points that `calibrate` has noted in the folder are kept.
        """
        folder = Path(folder)
        cube = pd.DataFrame(self.points, columns=self.plan.names)
        texts = {
            "points": pd.concat([cube, self.seen], axis=1).to_csv(index=False),
            "posterior": self.draws.to_csv(index=False, float_format="%.4g"),
            "targets": self.targets.to_csv(float_format="%.4g"),
            "facts": self.facts.to_csv(float_format="%.4g"),
            # Last, since by this one a finished calibration is known.
            "numbers": self.numbers.to_csv(float_format="%.4g"),
        }
        try:
            for name, text in texts.items():
                if name != "facts" or len(self.facts):
                    write_whole(folder / f"{name}.csv", text.encode())
                else:  # those of another calibration would stand beside these numbers
                    for kind in ("csv", "png"):
                        (folder / f"{name}.{kind}").unlink(missing_ok=True)
            (folder / NAME).unlink(missing_ok=True)
        except (OSError, ResultsError) as error:
            raise StoppedError(f"{folder}: cannot be written: {error}") from error
