"""Progress of long work, as a bar, a widget of a notebook, or lines in a log."""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any

# Seconds between two lines where there is no terminal, and to the first.
_LINE_EVERY, _FIRST_LINE = 10.0, 1.0
# Seconds after which that is shown which nobody asked for, or which is mostly over by then.
_LONG = 2.0


class Progress:
    """What is done, how fast and what is left: a bar, a widget in a notebook, or lines in a log.

    Parameters
    ----------
    total, done : int
        Pieces of work in all, and before this began.
    wanted : bool, optional
        Shows nothing if false; if not given, in a notebook only, and there after two seconds.
    unit : str
        What a piece is.
    at_once : bool
        If it is wanted, show it from the beginning; if false, two seconds after the first piece,
        whose time does not count: rules may have been compiled in it.
    """

    def __init__(
        self,
        total: int,
        done: int = 0,
        wanted: bool | None = None,
        unit: str = "run",
        at_once: bool = True,
    ) -> None:
        self._total, self._unit, self._wanted = total, unit, wanted
        self._done = self._told = done
        self._bar: Any = None
        self._lines = False
        self._begun = at_once
        if at_once:
            self._begin(0.0 if wanted else _LONG)

    def _begin(self, wait: float) -> None:
        """Start the clock; nothing is shown before so many seconds."""
        total, done, unit = self._total, self._done, self._unit
        self._before, self._began = done, time.monotonic()
        self._worth = self._began + wait
        self._next = max(self._began + min(_FIRST_LINE, _LINE_EVERY), self._worth)
        if is_wanted(self._wanted):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # that widgets are missing: lines do as well
                from tqdm.asyncio import tqdm_asyncio as plain
                from tqdm.auto import tqdm

            # A notebook has a widget; a log must not be filled with bars.
            self._lines = tqdm is plain and not sys.stderr.isatty()
            if not self._lines:
                self._bar = tqdm(total=total, initial=done, unit=unit, desc=f"{unit}s", delay=wait)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()
        elif self._lines and self._done > self._told and time.monotonic() >= self._worth:
            self._say()

    def add(self, pieces: int = 1) -> None:
        """So many pieces more are done."""
        self._done += pieces
        if not self._begun:
            self._begun = True
            self._begin(_LONG)
        elif self._bar is not None:
            self._bar.update(pieces)
        elif self._lines and time.monotonic() >= self._next:
            self._say()

    def over[T](self, work: Iterable[T]) -> Iterator[T]:
        """Each piece of work in turn; it is done when the next is asked for."""
        for piece in work:
            yield piece
            self.add()

    def _say(self) -> None:
        now = time.monotonic()
        self._next, self._told = now + _LINE_EVERY, self._done
        rate = (self._done - self._before) / max(now - self._began, 1e-9)
        left = (self._total - self._done) / max(rate, 1e-9)
        fast = f"{rate:.0f}" if rate >= 10 else f"{rate:.2g}"
        sys.stderr.write(
            f"{self._done} of {self._total} {self._unit}s, {fast} {self._unit}s/s, "
            f"{left:.0f} s left\n"
        )
        sys.stderr.flush()


def is_wanted(wanted: bool | None) -> bool:
    """Whether to show progress: as asked; if nothing was asked, in a notebook only."""
    return in_notebook() if wanted is None else wanted


def in_notebook() -> bool:
    """Whether this runs in the kernel of a notebook."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return hasattr(shell, "kernel")


def teller(wanted: bool | None = None) -> Callable[[str], None]:
    """A function that prints messages on what is being done, if that `is_wanted`."""
    if not is_wanted(wanted):
        return lambda words: None

    def tell(words: str) -> None:
        sys.stderr.write(words + "\n")
        sys.stderr.flush()

    return tell
