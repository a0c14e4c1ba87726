"""The errors and warnings of the program, and hints for misspelt names."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

MOST_FAULTS = 100
"""So many faults of one input are looked for and shown; nobody reads more at once."""
_MOST_NAMED = 100


class SimError(Exception):
    """Anything that this program refuses or could not do. Its text is one clear message."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in a scenario.

    Attributes
    ----------
    where : str
        Path of the field, dots between its parts (``actors.iran.capability``).
    problem : str
        What is wrong and what is allowed.
    hint : str
        What to do, or the nearest name; empty if there is nothing to add.
    file : str
        Name of the file that says it; empty for a scenario made in Python.
    line : int
        Line in that file, counted from 1; 0 where it cannot be had.
    """

    where: str
    problem: str
    hint: str = ""
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        line = f"line {self.line}" if self.line else ""
        place = f"{self.file}:{self.line}" if self.file and self.line else self.file or line
        head = ": ".join(part for part in (place, self.where) if part)
        text = f"{head}: {self.problem}" if head else self.problem
        return f"{text} ({self.hint})" if self.hint else text


class ScenarioError(SimError):
    """A scenario that cannot be used; carries every fault found, in the order of the file.

    Parameters
    ----------
    faults : list of Fault
        At least one.
    """

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = tuple(faults)
        lines = [str(fault) for fault in faults[:MOST_FAULTS]]
        if len(faults) > MOST_FAULTS:
            lines.append(f"and more: these are the first {MOST_FAULTS} faults")
        super().__init__("\n".join(lines))


class ResultsError(SimError):
    """A results file that cannot be read or written, or a question that it cannot answer."""


class StoppedError(SimError):
    """Work that could not go on: a full disk, workers that die. What was finished is kept."""


class ActorError(SimError):
    """An actor's class that breaks the contract: a wrong answer, or none."""


class ResultsWarning(UserWarning):
    """Results of fewer runs than were asked for: some failed, or are not finished."""


class ScenarioWarning(UserWarning):
    """Something in a scenario that is legal, and that its author may not have meant."""


def nearest(name: str, known: list[str]) -> str:
    """Hint that names the known word closest to a misspelt one, or lists what is known.

    Parameters
    ----------
    name : str
        The word as it was written.
    known : list of str
        The words that are allowed there. Of more than 500 words, and for a word of more than 80
        signs, no nearest one is looked for: the search would take seconds.

    Returns
    -------
    str
        ``"did you mean 'iran'?"``, or ``"known: ..."`` if nothing is close.
    """
    import difflib

    close = []
    if len(name) <= 80 and len(known) <= 500:
        close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    if close:
        return f"did you mean {close[0]!r}?"
    if not known:
        return "none is declared"
    said = ", ".join(sorted(known)[:_MOST_NAMED])
    left = len(known) - _MOST_NAMED
    return f"known: {said}" + (f" and {left} more" if left > 0 else "")


def renamed[**P, R](**now: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorator: refuse arguments of earlier versions with their names of today.

    Parameters
    ----------
    **now : str
        The name of today by that of before.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def call(*args: P.args, **given: P.kwargs) -> R:
            for old in now.keys() & given.keys():
                raise TypeError(f"the argument {old!r} is now called {now[old]!r}")
            return function(*args, **given)

        return call

    return decorate


def missing_folder(path: Path) -> str:
    """Say which folder on the way to a path is missing, with a near name; empty if none is.

    Raises
    ------
    OSError
        If a folder cannot be looked into.
    """
    gone = next((folder for folder in reversed(path.parents) if not folder.exists()), None)
    if gone is None:
        return ""
    others = [other.name for other in gone.parent.iterdir() if other.is_dir()]
    hint = nearest(gone.name, others)
    return f"there is no folder {str(gone)!r}" + (f" ({hint})" if hint.endswith("?") else "")
