"""The command line: `sim check`, `sim run`, `sim ensemble`, `sim compare` ...

A command imports what it needs when it is given, so that help and faults come at once.

Exit codes: 0 done; 1 a run failed, or the work could not go on; 2 bad input; 130 stopped by Ctrl-C.
What was finished is kept.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import sys
from collections.abc import Sequence
from typing import Any

from sim.errors import SimError, StoppedError, nearest
from sim.rules import jit
from sim.ui.cli import (
    benchmark,
    calibrate,
    common,
    ensemble,
    explain,
    hypothesis_tests,
    plot,
    scenario,
    scenario_files,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command of words after ``sim``, by default those of the process: its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a letter gets its number instead of ending the program.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    options = _parser().parse_args(arguments)
    try:
        quiet = jit.silent() if getattr(options, "quiet", False) else contextlib.nullcontext()
        with common.notes_as_messages(), jit.switch_kept(), quiet:
            return int(options.command(options) or common.DONE)
    except StoppedError as error:
        common.say(f"sim: {error}")
        return common.FAILED
    except SimError as error:
        common.say(f"sim: {error}")
        return common.BAD_INPUT
    except KeyboardInterrupt:
        common.say("sim: stopped")
        return common.STOPPED
    except BrokenPipeError:
        # The reader of a pipe has seen enough (`sim show x | head`).
        sys.stderr.close()
        return common.DONE


def _version() -> str:
    from sim import distribution

    return f"{distribution.NAME} {distribution.version()}"


class _WholeWords(argparse.ArgumentParser):
    """A parser that takes no part of an option for the option: --run is not --runs."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"allow_abbrev": False} | options)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Refuse an unknown option in the words of the command that does not have it."""
        found, rest = super().parse_known_args(args, namespace)
        for word in rest:
            if word.startswith("--"):
                shown = [one for one in self._actions if one.help is not argparse.SUPPRESS]
                known = [name for one in shown for name in one.option_strings if name[:2] == "--"]
                name = word.partition("=")[0]
                self.error(f"there is no option {name} ({nearest(name, known)})")
        return found, rest


def _parser() -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = _WholeWords(
        prog="sim",
        description="Simulate wars fought by coalitions, and how those coalitions come apart.",
        epilog="Exit codes: 0 done, 1 a run failed, 2 bad input, 130 stopped by Ctrl-C.",
    )
    about = "print the version"
    parser.add_argument("--version", action=common.Printed, const=_version, help=about)
    commands = parser.add_subparsers(required=True, metavar="command")
    file = argparse.ArgumentParser(add_help=False)
    common.add_shared(file, "scenario", "--set")
    for of in (
        scenario, scenario_files, ensemble, plot, calibrate, explain, hypothesis_tests, benchmark,
    ):  # fmt: skip
        of.add_commands(commands, file)
    return parser
