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

from sim.errors import SimError, StoppedError
from sim.rules import jit
from sim.ui.cli import (
    calibrate,
    ensemble,
    explain,
    export,
    hypothesis_tests,
    plot,
    scenario,
    scenario_files,
)
from sim.ui.cli.common import (
    BAD_INPUT,
    DONE,
    FAILED,
    STOPPED,
    Printed,
    add_shared,
    notes_as_messages,
    say,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Parameters
    ----------
    arguments : sequence of str, optional
        Words after ``sim``; those of the process if not given.

    Returns
    -------
    int
        Exit code.
    """
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a letter gets its number instead of ending the program.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    options = _parser().parse_args(arguments)
    try:
        quiet = jit.silent() if getattr(options, "quiet", False) else contextlib.nullcontext()
        with notes_as_messages(), jit.switch_kept(), quiet:
            return int(options.command(options))
    except StoppedError as error:
        say(f"sim: {error}")
        return FAILED
    except SimError as error:
        say(f"sim: {error}")
        return BAD_INPUT
    except KeyboardInterrupt:
        say("sim: stopped")
        return STOPPED
    except BrokenPipeError:
        # The reader of a pipe has seen enough (`sim show x | head`).
        sys.stderr.close()
        return DONE


def _version() -> str:
    from sim import distribution

    return f"{distribution.NAME} {distribution.version()}"


class _Renamed(argparse.Action):
    """Refuse an option of an earlier version with its name of today."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        parser.error(f"{self.option_strings[0]} is now called {self.const}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sim",
        description="Simulate wars fought by coalitions, and how those coalitions come apart.",
        epilog="Exit codes: 0 done, 1 a run failed, 2 bad input, 130 stopped by Ctrl-C.",
    )
    parser.add_argument("--version", action=Printed, const=_version, help="print the version")
    commands = parser.add_subparsers(required=True, metavar="command")
    file = argparse.ArgumentParser(add_help=False)
    add_shared(file, "scenario")
    file.add_argument(
        "--set", action="append", default=[], metavar="PATH=VALUE",
        help="change one value, as actors.iran.capability=1.4; can be given again",
    )  # fmt: skip

    check = commands.add_parser(
        "check", parents=[file], help="check a scenario, and list all faults"
    )
    add_shared(check, "--plugin")
    check.set_defaults(command=scenario.check)
    show = commands.add_parser(
        "show", parents=[file], help="print the resolved scenario: every value, written out"
    )
    show.set_defaults(command=scenario.show)
    scenario_files.add_commands(commands)
    form = commands.add_parser("schema", help="print the JSON Schema of scenarios, for editors")
    form.set_defaults(command=scenario.print_schema)
    run = commands.add_parser("run", parents=[file], help="run a war, and print its chronicle")
    add_shared(run, "--seed")
    run.add_argument("--weeks", type=int, help="weeks to run (default: the scenario's)")
    run.add_argument("--rounds", action=_Renamed, const="--weeks", help=argparse.SUPPRESS)
    run.add_argument("--runs", type=int, default=1, help="runs in all (default 1)")
    add_shared(run, "--out", "--force", "--plugin", "--quiet")
    run.set_defaults(command=scenario.run)
    ensemble.add_commands(commands, file)
    plot.add_commands(commands)
    export.add_commands(commands)
    calibrate.add_commands(commands)
    explain.add_commands(commands, file)
    hypothesis_tests.add_commands(commands, file)
    return parser
