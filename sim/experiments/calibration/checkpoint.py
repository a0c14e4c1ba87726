"""A file of the points that were measured, so that an interrupted calibration can go on."""

from __future__ import annotations

import functools
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sim.errors import SimError, StoppedError
from sim.scenario.files import dumps
from sim.scenario.schema import Scenario

NAME = "played.jsonl"


class Journal:
    """The measures of each point that was played, filed under a hash of all that they depend on.

    Parameters
    ----------
    folder : path, optional
        Where the file lies, made if need be; without it nothing is kept.

    Attributes
    ----------
    known : dict of str to Any
        What was measured, by the hash.
    kept : int
        How many were found in it or noted since it was opened.

    Raises
    ------
    SimError
        If the folder cannot be made, or the file cannot be read or is somebody else's.
    """

    def __init__(self, folder: str | os.PathLike[str] | None = None) -> None:
        self.path = None if folder is None else Path(folder) / NAME
        self.kept = 0
        self.known: dict[str, Any] = {}
        self._torn = False
        if self.path is None:
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            text = self.path.read_text("utf-8", errors="replace") if self.path.exists() else ""
        except OSError as error:
            raise SimError(f"{self.path}: cannot be used: {error.strerror}") from error
        self._torn = bool(text) and not text.endswith("\n")
        for line in text.splitlines():
            try:
                entry = json.loads(line)
            except (ValueError, RecursionError):
                continue  # the line that was being written when all stopped
            if isinstance(entry, list) and len(entry) == 2 and isinstance(entry[0], str):
                self.known[entry[0]] = entry[1]
        if text and '\n["' not in f"\n{text}":
            raise SimError(f"{self.path} is there, and this program did not write it: move it away")

    def measured[T](
        self,
        scenario: Scenario,
        runs: int,
        seed: int,
        asked: object,
        measure: Callable[[Scenario, int, int], T],
    ) -> T:
        """The measures of a point: from the file, or measured now and written to it.

        They are known by the scenario, its luck, what is asked, and the program as coded.

        Raises
        ------
        StoppedError
            See `note`.
        """
        text = repr((_program(), dumps(scenario), runs, seed, asked))
        key = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
        if key in self.known:
            self.kept += 1
        else:
            self.note(key, measure(scenario, runs, seed))
        found: T = self.known[key]
        return found

    def note(self, key: str, measured: object) -> None:
        """Keep what was measured at a point; if there is a file, it is on the disk on return.

        Raises
        ------
        StoppedError
            If it cannot be written; what was noted before is kept.
        """
        self.known[key] = measured
        if self.path is None:
            return
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(("\n" if self._torn else "") + json.dumps([key, measured]) + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise StoppedError(
                f"{self.path}: cannot be written: {error.strerror}; what was played before is kept "
                "there, and the same command goes on from it"
            ) from error
        self._torn = False
        self.kept += 1


@functools.cache
def _program() -> str:
    """Hash of the whole package: what is measured rests on more of it than on the rules."""
    digest = hashlib.blake2b(digest_size=16)
    for source in sorted(Path(__file__).parents[2].rglob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()
