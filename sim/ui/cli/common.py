"""Code that commands share: messages, output files, and the choice of the driver."""

from __future__ import annotations

import argparse
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import ResultsWarning, ScenarioWarning, SimError
from sim.rules import jit
from sim.writing import must_be_free, must_be_possible

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

type Commands = argparse._SubParsersAction[argparse.ArgumentParser]

DONE, FAILED, BAD_INPUT, STOPPED = 0, 1, 2, 130
# Work, in units of actors cubed times weeks, that plain Python does in a few seconds, and in the
# half second in which the compiler and compiled code are loaded.
_QUICK, _AT_ONCE = 2_000_000, 200_000
# What commands leave in a folder, by the file by which each is known.
_OF_A_RUN = ("scenario.toml", "chronicle.txt", "figures")
_LEFT = {
    "results.nc": "results", "trial.json": "a test", "numbers.csv": "a calibration",
    "scores.csv": "a benchmark",
}  # fmt: skip
type Options = dict[str, Any]  # keyword arguments of `add_argument`, each of its own type
# Options and arguments that mean the same in several commands, so that help says the same of them.
_SHARED: dict[str, Options] = {
    "scenario": {"help": "TOML file of a scenario, or a name of `sim list`"},
    "source": {"help": "folder or URL of an ensemble, folder of `sim run`, or a results.nc file"},
    "store": {"help": "folder or URL of an ensemble"},
    "--seed": {"type": int, "default": 1, "help": "seed of random numbers (default 1)"},
    "--set": {
        "action": "append",
        "default": [],
        "metavar": "PATH=VALUE",
        "help": "change one value, as actors.iran.capability=1.4; can be given again",
    },
    "--run": {"type": int, "metavar": "N", "help": "number of the run"},
    "--pair": {
        "nargs": 2,
        "metavar": ("ACTOR", "ACTOR"),
        "help": "two actors (default: the first bilateral pair, or the first two members of the "
        "coalition)",
    },
    "--workers": {"type": int, "help": "how many threads or processes (default: one a core)"},
    "--plugin": {"metavar": "FILE", "help": "Python file with actor classes of your own"},
    "--out": {"metavar": "DIR", "help": "folder for results, chronicle and figures"},
    "--force": {"action": "store_true", "help": "replace what --out already holds"},
    "--ids": {"action": "store_true", "help": "also give ids and paths, in brackets"},
    "--quiet": {"action": "store_true", "help": "print nothing but faults"},
}
PAGE_FILE = "file for the page, .txt or .html; without it the page is printed"
BUT_THE_RESULT = "print nothing but the result and faults"


def add_command(
    commands: Commands, run: Callable[[argparse.Namespace], int | None], name: str, **about: Any
) -> argparse.ArgumentParser:
    """Add a command; `about` as for ``add_parser``.

    A function of its options does it, and gives back the exit code if that is not `DONE`.
    """
    parser = commands.add_parser(name, **about)
    parser.set_defaults(command=run)
    return parser


def add_shared(parser: argparse.ArgumentParser, *names: str, **changed: object) -> None:
    """Add options and arguments of `_SHARED`; `changed` is what this command has otherwise."""
    for name in names:
        parser.add_argument(name, **{**_SHARED[name], **changed})


def add_number(
    parser: argparse.ArgumentParser, name: str, default: int, about: str, metavar: str | None = None
) -> None:
    """Add an option that takes a whole number; its help ends in the default."""
    about = f"{about} (default {default})"
    parser.add_argument(name, type=int, default=default, help=about, metavar=metavar)


def say(words: str) -> None:
    """Print to the channel of messages, so that output can be piped."""
    sys.stderr.write(words + "\n")


def week_or_date(words: str) -> int | str:
    """The week that somebody names: its number, or else a date, which is read with the results."""
    if not words.isdecimal():
        return words
    if len(words) > 9:
        raise SimError(f"{words[:20]} is no number of a week")
    return int(words)


class Printed(argparse.Action):
    """An option that prints the text of a function, `const`, and ends; nothing else is needed."""

    def __init__(
        self, option_strings: Sequence[str], dest: str, const: Callable[[], str], help: str
    ) -> None:
        super().__init__(option_strings, dest, nargs=0, const=const, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        """Print it."""
        # not by the parser's own message, which goes to the channel of faults
        sys.stdout.write(f"{self.const()}\n")
        parser.exit()


@contextmanager
def notes_as_messages() -> Iterator[None]:
    """Print each warning of ours once, as a message and not as a warning of Python's."""
    said, ours = set[str](), (ScenarioWarning, ResultsWarning)

    def show(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
        if not issubclass(category, ours):
            others(message, category, *place, **more)
        elif str(message) not in said:
            said.add(str(message))
            say(f"sim: note: {message}")

    with warnings.catch_warnings():
        for one in ours:
            warnings.simplefilter("always", one)
        others, warnings.showwarning = warnings.showwarning, show
        yield


def meet_own_classes(scenario: Scenario, plugin: str | None, talk: bool) -> None:
    """Read the plug-in, and refuse an unknown class before anything runs."""
    own = [name for name, actor in scenario.actors.items() if actor.agent is not None]
    if not plugin and not own:
        return
    from sim.agents.model import class_of
    from sim.agents.registry import load_plugin

    if plugin:
        load_plugin(plugin)
    for name in own:
        class_of(scenario, name)
    if talk and own:
        say(f"{', '.join(own)}: classes of their own, so every run goes through the Mesa model")
    elif talk:
        say("no actor of the scenario uses a class of the plug-in: set its agent")


def folder_for(
    options: argparse.Namespace,
    mine: str = "results.nc",
    names: Sequence[str] = _OF_A_RUN,
    begun: str = "",
) -> Path:
    """The folder of `--out`, made now, so that no work is lost for want of it.

    Parameters
    ----------
    options : Namespace
        With `--force` what the folder holds of the same kind is replaced; another kind is not.
    mine : str
        The file of `_LEFT` by which that kind is known.
    names : sequence of str
        What else will be written there. A file of such a name that carries no mark of this program
        is not replaced without `--force`.
    begun : str
        A file by which unfinished work is known: the same command goes on from there.

    Raises
    ------
    SimError
        If the folder cannot be written, or holds what must stay as it is.
    """
    folder, inputs = Path(options.out).expanduser(), _inputs(options)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise SimError(f"--out: cannot write to {folder}: {error.strerror or error}") from error
    if (folder / "manifest.json").exists():
        raise SimError(f"--out: {folder} holds an ensemble; choose another")
    for name, what in _LEFT.items():
        if (folder / name).exists() and not (options.force and name == mine):
            remedy = ", or give --force to replace it" if name == mine else ""
            held = _held(folder / name) if name == "results.nc" else ""
            raise SimError(f"--out: {folder} holds {what} already{held}; choose another{remedy}")
    force = options.force or (begun != "" and (folder / begun).exists())
    for name in (mine, *names):
        must_be_free(folder / name, inputs, force)
    return folder


def file_for(options: argparse.Namespace, what: str, endings: Sequence[str]) -> Path:
    """The file of `--out`, refused now, so that no work is lost for want of it.

    Parameters
    ----------
    options : Namespace
        With `--force` a file is replaced that carries no mark of this program. Tables (CSV) and
        plain text cannot carry one, so those that this program wrote need `--force` too.
    what : str
        What is written, as "a table".
    endings : sequence of str
        The endings that its name may have, with the dot, in lower case: ".csv".

    Raises
    ------
    SimError
        If its name ends otherwise, it cannot be written, is an input of the command, or must stay
        as it is.
    """
    out = Path(options.out).expanduser()
    if out.suffix.lower() not in endings:
        known = ", ".join(endings)
        raise SimError(f"cannot write {out}: the name of {what} ends in {known}")
    must_be_possible(out)
    must_be_free(out, _inputs(options), options.force)
    return out


def _inputs(options: argparse.Namespace) -> list[Path]:
    """The files that a command reads, which its output must not replace."""
    from sim.scenario.files import files_of

    named = (getattr(options, name, None) for name in ("source", "plan", "plugin", "history"))
    found = [Path(name).expanduser() for name in named if name]
    return found + (files_of(options.scenario) if "scenario" in options else [])


def _held(path: Path) -> str:
    """What results lie there, in words; nothing if they cannot be read."""
    from sim.results.sources import open_results

    try:
        results = open_results(path)
    except SimError:
        return ", which cannot be read"
    runs = results.sizes["run"]
    return (
        f" ({results.attrs.get('title', 'a war')}: {runs} {'run' if runs == 1 else 'runs'}, seed "
        f"{results.attrs.get('seed', 'unknown')})"
    )


def choose_driver(scenario: Scenario, runs: int) -> None:
    """Interpret a small job, if that is quicker than to load compiled code or to compile it.

    A job that is always large need not ask. So many runs are played, or as much is done.
    """
    weeks = scenario.weeks + scenario.parameters.burn_in / 2
    work = runs * weeks * len(scenario.actors) ** 3
    if work <= _AT_ONCE:
        jit.interpret()
    elif work <= _QUICK and not jit.is_warm():
        from sim.rules.compiler import REMARK

        if REMARK and runs > 1:
            say(f"sim: {REMARK}")
        jit.interpret()
