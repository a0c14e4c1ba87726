"""Points that have been played, kept in a file, so that a stop costs one point and not an hour."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from sim.calibration import targets
from sim.calibration.plan import Plan
from sim.compiling import rules_fingerprint
from sim.errors import StoppedError
from sim.files import dumps
from sim.scenario import Scenario

NAME = "played.jsonl"


class Journal:
    """What was measured at each point that has been played, by all that it depends on.

    Parameters
    ----------
    folder : path, optional
        Where the file lies; without it nothing is kept.

    Attributes
    ----------
    found : dict of str to list of float
        What is known so far, by `key`.
    """

    def __init__(self, folder: str | os.PathLike[str] | None = None) -> None:
        self.path = None if folder is None else Path(folder) / NAME
        self.found: dict[str, list[float]] = {}
        self._code = ""
        if self.path is None:
            return
        self._code = rules_fingerprint() + Path(targets.__file__).read_text(encoding="utf-8")
        if self.path.exists():
            for line in self.path.read_text(encoding="utf-8", errors="replace").splitlines():
                try:
                    key, values = json.loads(line)
                except ValueError:
                    continue  # the line that was being written when all stopped
                self.found[key] = values

    def key(self, plan: Plan, scenario: Scenario, runs: int, seed: int) -> str:
        """Name of a point: its scenario, its luck, what is measured, and the rules as coded."""
        asked = [(one.measure, one.week, one.position) for one in plan.targets]
        text = repr((self._code, dumps(scenario), runs, seed, asked))
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()

    def note(self, key: str, values: list[float]) -> None:
        """Keep what was measured at a point; it is on the disk on return.

        Raises
        ------
        StoppedError
            If it cannot be written; what was noted before is kept.
        """
        self.found[key] = values
        if self.path is None:
            return
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps([key, values]) + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise StoppedError(
                f"{self.path}: cannot be written: {error.strerror}; {len(self.found) - 1} points "
                "are kept there, and the same command goes on from them"
            ) from error
