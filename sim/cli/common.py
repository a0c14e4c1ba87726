"""What commands share: how they speak, where they write, which driver they choose."""

from __future__ import annotations

import sys
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sim.errors import ScenarioWarning, SimError
from sim.scenario import Scenario

DONE, FAILED, BAD_INPUT, STOPPED = 0, 1, 2, 130
# Work, in units of actors cubed times weeks, that plain Python does in a few seconds.
_QUICK = 2_000_000
# What commands leave in a folder, by the file that each leaves first.
# The first line of a resolved scenario that a command leaves: by it no user's file is replaced.
RESOLVED = "# The scenario of these results, with every value written out by sim.\n"
_OF_A_RUN = ("scenario.toml", "chronicle.txt", "figures")
_LEFT = {"results.nc": "results", "trial.json": "a test", "numbers.csv": "a calibration"}


def say(words: str) -> None:
    """Print to the channel of messages, so that output can be piped."""
    sys.stderr.write(words + "\n")


@contextmanager
def notes_as_messages() -> Iterator[None]:
    """Print each `ScenarioWarning` once, as a message and not as a warning of Python's."""
    said = set[str]()

    def show(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
        if not issubclass(category, ScenarioWarning):
            others(message, category, *place, **more)
        elif str(message) not in said:
            said.add(str(message))
            say(f"sim: note: {message}")

    with warnings.catch_warnings():
        warnings.simplefilter("always", ScenarioWarning)
        others, warnings.showwarning = warnings.showwarning, show
        yield


def meet_own_classes(scenario: Scenario, plugin: str | None, talk: bool) -> None:
    """Read the plug-in, and refuse an unknown class before anything runs."""
    own = [name for name, actor in scenario.actors.items() if actor.agent is not None]
    if not plugin and not own:
        return
    from sim.model import class_of
    from sim.plugins import load_plugin

    if plugin:
        load_plugin(plugin)
    for name in own:
        class_of(scenario, name)
    if talk and own:
        say(f"{', '.join(own)}: classes of their own, so every run goes through the Mesa model")
    elif talk:
        say("no actor of the scenario uses a class of the plug-in: set its agent")


def at_least_one(name: str, number: int) -> None:
    """Refuse an option that must be 1 or more."""
    if number < 1:
        raise SimError(f"--{name} must be 1 or more, is {number}")


def folder_for(
    path: str, force: bool, mine: str = "results.nc", names: Sequence[str] = _OF_A_RUN
) -> Path:
    """The folder of `--out`, made now, so that no work is lost for want of it.

    Parameters
    ----------
    path : str
    force : bool
        Whether what lies there of the same kind may be replaced; another kind may not.
    mine : str
        The file of `_LEFT` by which that kind is known.
    names : sequence of str
        What will be written there. A file of such a name in a folder without `mine` is somebody
        else's: it is not replaced without `force`, and a scenario not even with it.
    """
    folder = Path(path).expanduser()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise SimError(f"--out: cannot write to {folder}: {error.strerror or error}") from error
    if (folder / "manifest.json").exists():
        raise SimError(f"--out: {folder} holds an ensemble; choose another")
    for name, what in _LEFT.items():
        if (folder / name).exists() and not (force and name == mine):
            remedy = ", or give --force to replace it" if name == mine else ""
            held = _held(folder / name) if name == "results.nc" else ""
            raise SimError(f"--out: {folder} holds {what} already{held}; choose another{remedy}")
    for name in names:
        there = folder / name
        if not there.exists() or ((folder / mine).exists() and _is_ours(there)):
            continue
        if there.suffix == ".toml":
            raise SimError(
                f"--out: {there} is there, and this program did not write it: choose another folder"
            )
        if not force:
            raise SimError(
                f"--out: {there} is there, and no results beside it: choose another folder, or "
                "give --force to replace it"
            )
    return folder


def _is_ours(path: Path) -> bool:
    """Whether a file can be one that this program wrote: a scenario has its mark."""
    if path.suffix != ".toml":
        return True
    try:
        with path.open("rb") as file:
            return file.read(len(RESOLVED)) == RESOLVED.encode()
    except OSError:
        return False


def _held(path: Path) -> str:
    """What results lie there, in words; nothing if they cannot be read."""
    from sim.saving import load

    try:
        results = load(path)
    except SimError:
        return ", which cannot be read"
    runs = results.sizes["run"]
    return (
        f" ({results.attrs.get('title', 'a war')}: {runs} {'run' if runs == 1 else 'runs'}, seed "
        f"{results.attrs.get('seed', 'unknown')})"
    )


def choose_driver(scenario: Scenario, runs: int) -> None:
    """Interpret a small job rather than wait for the first compile.

    Call it before anything imports the rules.
    """
    from sim import compiling

    weeks = scenario.rounds + scenario.parameters.burn_in / 2
    if runs * weeks * len(scenario.actors) ** 3 <= _QUICK and not compiling.is_warm():
        compiling.interpret()
