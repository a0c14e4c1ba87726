"""How far many runs have come, for whoever waits for them."""

from __future__ import annotations

import sys
import time
from typing import Any

# Seconds between two lines where there is no terminal, and to the first.
_LINE_EVERY, _FIRST_LINE = 10.0, 1.0


class Progress:
    """Runs done, runs a second and time left: a bar, a widget in a notebook, or lines in a log.

    Parameters
    ----------
    total, done : int
        Runs in all, and before this began.
    wanted : bool
        Shows nothing if false.
    """

    def __init__(self, total: int, done: int, wanted: bool) -> None:
        self._total, self._done, self._before = total, done, done
        self._began = time.monotonic()
        self._next = self._began + min(_FIRST_LINE, _LINE_EVERY)
        self._bar: Any = None
        self._lines = False
        if wanted:
            from tqdm.asyncio import tqdm_asyncio as plain
            from tqdm.auto import tqdm

            # A notebook has a widget; a log must not be filled with bars.
            self._lines = tqdm is plain and not sys.stderr.isatty()
            if not self._lines:
                self._bar = tqdm(total=total, initial=done, unit="run", desc="runs")

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()
        elif self._lines and self._done > self._before:
            self._say()

    def add(self, runs: int) -> None:
        """So many runs more are done."""
        self._done += runs
        if self._bar is not None:
            self._bar.update(runs)
        elif self._lines and time.monotonic() >= self._next:
            self._say()

    def _say(self) -> None:
        now = time.monotonic()
        self._next = now + _LINE_EVERY
        rate = (self._done - self._before) / max(now - self._began, 1e-9)
        left = (self._total - self._done) / max(rate, 1e-9)
        sys.stderr.write(
            f"{self._done} of {self._total} runs, {rate:.0f} runs/s, {left:.0f} s left\n"
        )
        sys.stderr.flush()
