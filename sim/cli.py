"""The command line: `sim check`, `sim run`, `sim show`, `sim schema`.

Exit codes: 0 done; 1 a run failed; 2 bad input; 130 stopped by Ctrl-C, what was finished is kept.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import SimError
from sim.files import dumps, load, schema, with_changes
from sim.scenario import Scenario

if TYPE_CHECKING:
    import xarray as xr

DONE, FAILED, BAD_INPUT, STOPPED = 0, 1, 2, 130
# Work, in units of actors cubed times weeks, that plain Python does in a few seconds.
_QUICK = 2_000_000


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
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except SimError as error:
        _say(f"sim: {error}")
        return BAD_INPUT
    except KeyboardInterrupt:
        _say("sim: stopped")
        return STOPPED
    except BrokenPipeError:
        # The reader of a pipe has seen enough (`sim show x | head`).
        sys.stderr.close()
        return DONE


class _Version(argparse.Action):
    """Print the version; looked up only when it is asked for."""

    def __init__(self, option_strings: Sequence[str], dest: str, help: str) -> None:
        super().__init__(option_strings, dest, nargs=0, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        parser.exit(message=f"entente {version('entente')}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sim",
        description="Simulate wars fought by coalitions, and how those coalitions come apart.",
        epilog="Exit codes: 0 done, 1 a run failed, 2 bad input, 130 stopped by Ctrl-C.",
    )
    parser.add_argument("--version", action=_Version, help="print the version")
    commands = parser.add_subparsers(required=True, metavar="command")
    file = argparse.ArgumentParser(add_help=False)
    file.add_argument("scenario", help="TOML file of a scenario")
    file.add_argument(
        "--set", action="append", default=[], metavar="PATH=VALUE",
        help="change one value, as actors.iran.capability=1.4; can be given again",
    )  # fmt: skip

    check = commands.add_parser(
        "check", parents=[file], help="say what is wrong with a scenario, all at once"
    )
    check.add_argument(
        "--plugin", metavar="FILE", help="Python file with actor classes of your own"
    )
    check.set_defaults(command=_check)
    show = commands.add_parser(
        "show", parents=[file], help="print the resolved scenario: every value, written out"
    )
    show.set_defaults(command=_show)
    form = commands.add_parser("schema", help="print the JSON Schema of scenarios, for editors")
    form.set_defaults(command=_schema)
    run = commands.add_parser("run", parents=[file], help="run a war, and tell what happened")
    run.add_argument("--seed", type=int, default=1, help="names the luck (default 1)")
    run.add_argument("--rounds", type=int, help="weeks to run (default: the scenario's)")
    run.add_argument("--runs", type=int, default=1, help="how many runs (default 1)")
    run.add_argument("--out", metavar="DIR", help="leave results, chronicle and figures there")
    run.add_argument("--force", action="store_true", help="replace results that lie in DIR")
    run.add_argument("--plugin", metavar="FILE", help="Python file with actor classes of your own")
    run.add_argument("--quiet", action="store_true", help="print nothing but faults")
    run.set_defaults(command=_run)
    return parser


def _say(words: str) -> None:
    """Print to the channel of messages, so that output can be piped."""
    sys.stderr.write(words + "\n")


def _check(options: argparse.Namespace) -> int:
    scenario = load(options.scenario, options.set)
    _meet_own_classes(scenario, options.plugin, talk=False)
    sys.stdout.write(
        f"{options.scenario}: {scenario.name}: {len(scenario.actors)} actors, "
        f"{len(scenario.issues)} issues, {scenario.rounds} weeks from {scenario.start}; "
        "nothing is wrong\n"
    )
    return DONE


def _show(options: argparse.Namespace) -> int:
    sys.stdout.write(dumps(load(options.scenario, options.set)))
    return DONE


def _schema(options: argparse.Namespace) -> int:
    sys.stdout.write(json.dumps(schema(), indent=2) + "\n")
    return DONE


def _run(options: argparse.Namespace) -> int:
    scenario = load(options.scenario, options.set)
    _at_least_one("runs", options.runs)
    if options.rounds is not None:
        _at_least_one("rounds", options.rounds)
        scenario = with_changes(scenario, {"rounds": options.rounds})
    if not 0 <= options.seed < 2**64:
        raise SimError(f"--seed must be a whole number from 0 to 2**64 - 1, is {options.seed}")
    out = _folder(options.out, options.force) if options.out else None
    talk = not options.quiet
    _choose_driver(scenario, options.runs, talk)

    from sim.chronicle import page
    from sim.ensembles import gather

    _meet_own_classes(scenario, options.plugin, talk)
    try:
        bar = talk and options.runs > 1
        results = gather(scenario, range(options.runs), options.seed, progress=bar)
    except SimError as error:
        _say(f"sim: the run failed: {error}")
        return FAILED
    finished = results.sizes["run"]
    if talk and finished > 1:
        _say(f"putting {finished} runs into words ...")
    if talk:
        sys.stdout.write(page(results) + "\n")
    if out is not None:
        try:
            _leave(results, scenario, out, talk)
        except (SimError, OSError) as error:
            _say(f"sim: the results could not be kept: {error}")
            return FAILED
    if finished < options.runs:
        kept = f"; these are in {out}" if out else "; nothing is kept without --out"
        _say(f"sim: stopped after {finished} of {options.runs} runs{kept}")
        return STOPPED
    return DONE


def _meet_own_classes(scenario: Scenario, plugin: str | None, talk: bool) -> None:
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
        _say(f"{', '.join(own)}: classes of their own, so every run goes through the Mesa model")
    elif talk:
        _say("no actor of the scenario uses a class of the plug-in: set its agent")


def _at_least_one(name: str, number: int) -> None:
    if number < 1:
        raise SimError(f"--{name} must be 1 or more, is {number}")


def _folder(path: str, force: bool) -> Path:
    """The folder of `--out`, made now, so that no run is lost for want of it."""
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise SimError(f"--out: cannot write to {folder}: {error.strerror or error}") from error
    if (folder / "results.nc").exists() and not force:
        raise SimError(f"--out: {folder} holds results already; choose another, or give --force")
    return folder


def _choose_driver(scenario: Scenario, runs: int, talk: bool) -> None:
    """Interpret a small job rather than wait for the first compile; say so if one has to wait."""
    from sim import compiling

    if compiling.is_warm():
        return
    weeks = scenario.rounds + scenario.parameters.burn_in / 2
    if runs * weeks * len(scenario.actors) ** 3 <= _QUICK:
        compiling.interpret()
    elif talk:
        _say("compiling the rules, once for this version: half a minute to a minute ...")


def _leave(results: xr.Dataset, scenario: Scenario, out: Path, talk: bool) -> None:
    """Leave everything in a folder: results, chronicle, resolved scenario, figures."""
    from sim.chronicle import page
    from sim.plots import everything
    from sim.results import save

    if talk:
        _say(f"writing {results.nbytes / 1e6:.0f} MB and the figures to {out} ...")
    save(results, out / "results.nc")
    (out / "chronicle.txt").write_text(page(results) + "\n", encoding="utf-8")
    (out / "scenario.toml").write_text(dumps(scenario), encoding="utf-8")
    figures = everything(results, out / "figures")
    if talk:
        _say(f"left in {out}: results.nc, chronicle.txt, scenario.toml, {len(figures)} figures")
