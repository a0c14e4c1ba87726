"""The commands for one scenario: check, show, schema, run."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import ResultsError, SimError
from sim.ui.cli import common

if TYPE_CHECKING:
    import xarray as xr

    from sim.scenario.schema import Scenario


class _Renamed(argparse.Action):
    """Refuse an option of an earlier version with its name of today."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        parser.error(f"{self.option_strings[0]} is now called {self.const}")


def add_commands(commands: common.Commands, file: argparse.ArgumentParser) -> None:
    """Add these commands to the parser; `file` is a parent with a scenario and ``--set``."""
    about = "check a scenario, and list all faults"
    common.add_shared(
        common.add_command(commands, check, "check", parents=[file], help=about), "--plugin"
    )
    about = "print the resolved scenario: every value, written out"
    common.add_command(commands, show, "show", parents=[file], help=about)
    about = "print the JSON Schema of scenarios, for editors"
    common.add_command(commands, print_schema, "schema", help=about)
    about = "run a war, and print its chronicle"
    one = common.add_command(commands, run, "run", parents=[file], help=about)
    common.add_shared(one, "--seed")
    one.add_argument("--weeks", type=int, help="weeks to run (default: the scenario's)")
    one.add_argument("--rounds", action=_Renamed, const="--weeks", help=argparse.SUPPRESS)
    common.add_number(one, "--runs", 1, "runs in all")
    common.add_shared(one, "--out", "--force", "--plugin", "--quiet")


def check(options: argparse.Namespace) -> None:
    """Say what is wrong with a scenario."""
    from sim.scenario import coded_ranges
    from sim.scenario.files import load
    from sim.scenario.oddities import oddities

    scenario = load(options.scenario, options.set)
    common.meet_own_classes(scenario, options.plugin, talk=False)
    sys.stdout.write(
        f"{options.scenario}: {scenario.name}: {len(scenario.actors)} actors, "
        f"{len(scenario.issues)} issues, {scenario.weeks} weeks from {scenario.start}; "
        "nothing is wrong\n"
    )
    told = coded_ranges.described(scenario)
    sys.stdout.write(f"  {told}: `sim ensemble --uncertain` draws them\n" if told else "")
    odd = list(oddities(scenario))
    sys.stdout.write("".join(f"  {line}\n" for line in ["legal, but odd:", *odd] if odd))
    sys.stdout.write(_strengths(scenario))


def _strengths(scenario: Scenario) -> str:
    """The strength of each camp, and what makes it; nothing for a war without two camps."""
    if len(scenario.camps) < 2:
        return ""
    from sim.rules import jit

    jit.interpret()  # one sum is not worth the compiler
    from sim.engine.strengths import camp_strengths, of_one_kind
    from sim.scenario.english import percent

    def made(of: str, parts: dict[str, float]) -> str:
        names = ", ".join(
            f"{scenario.actors[name].label} {part:.3g}"
            for name, part in sorted(parts.items(), key=lambda item: -item[1])
        )
        return f"{of} {sum(parts.values()):.3g} ({names})" if parts else f"{of} nobody"

    lines = ["strength in the contest of forces at the start, with everybody at full effort:"]
    for camp in camp_strengths(scenario):
        label = scenario.camps[camp.camp].label
        lines += [
            f"  {label}: {camp.strength:.3g}, {percent(camp.share, ' %')} of both camps",
            f"    {made('in the air', camp.air)}",
            f"    {made('on the ground', camp.ground)}",
        ]
    alone = of_one_kind(scenario)
    if alone < 1.0:
        lines.append(
            "  air and ground complement each other (parameters.task_exponent): a camp that has "
            f"only one of the two counts for {alone:.3g} of it"
        )
    return "\n".join(lines) + "\n"


def show(options: argparse.Namespace) -> None:
    """Print the resolved scenario."""
    from sim.scenario.files import dumps, load

    sys.stdout.write(dumps(load(options.scenario, options.set)))


def print_schema(options: argparse.Namespace) -> None:
    """Print the JSON Schema of scenarios."""
    from sim.scenario.files import schema

    sys.stdout.write(json.dumps(schema(), indent=2) + "\n")


def run(options: argparse.Namespace) -> int:
    """Run a war, and tell what happened."""
    from sim.results.ensemble_spec import MOST_RUNS, whole
    from sim.scenario.base_types import WEEKS
    from sim.scenario.coded_ranges import warn_of_middles
    from sim.scenario.files import load, with_changes

    scenario = load(options.scenario, options.set)
    if options.weeks is not None:
        weeks = whole("--weeks", options.weeks, 1, WEEKS)
        scenario = with_changes(scenario, {"weeks": weeks})
    talk = not options.quiet
    if talk:
        warn_of_middles(scenario)
    common.choose_driver(scenario, options.runs)

    from sim.engine.build import prepare
    from sim.engine.memory import WORTH_A_WORD, in_words
    from sim.narrative.chronicle import page
    from sim.runs.simulate import afford, gather

    runs = whole("--runs", options.runs, 1, MOST_RUNS)
    seed = whole("--seed", options.seed, 0, 2**64 - 1)
    out = common.folder_for(options) if options.out else None
    common.meet_own_classes(scenario, options.plugin, talk)
    need = afford(scenario, prepare(scenario), runs)
    if talk and need > WORTH_A_WORD:
        common.say(
            f"this takes {in_words(need)} of memory, and half as much on the disk with --out"
        )
    try:
        results = gather(scenario, range(runs), seed, progress=talk, keep_going=True)
    except SimError as error:
        common.say(f"sim: the run failed: {error}")
        return common.FAILED
    finished, lost = results.sizes["run"], results.attrs.get("failures", "").splitlines()
    tried = finished + len(lost)
    if tried < runs:
        common.say(f"sim: stopping; what {finished} runs found is written down first ...")
    # What was found is kept before it is told: a terminal can be closed.
    unkept = False
    if out is not None:
        try:
            out = leave(results, scenario, out, talk, options.force)
        except (SimError, OSError) as error:
            common.say(f"sim: not all could be kept: {error}")
            unkept = True
    if talk and finished > 1:
        common.say(f"putting {finished} runs into words ...")
    if talk:
        sys.stdout.write(page(results) + "\n")
    kept = f"are in {out}" if out else "nothing is kept without --out"
    if lost:
        more = f", and {len(lost) - 1} more" if lost[1:] else ""
        others = "the others " if out else ""
        common.say(f"sim: {len(lost)} of {runs} runs failed; {others}{kept}: {lost[0]}{more}")
    if tried < runs:
        these = "these " if out else ""
        common.say(f"sim: stopped after {tried} of {runs} runs; {these}{kept}")
        return common.STOPPED
    return common.FAILED if lost or unkept else common.DONE


def leave(
    results: xr.Dataset, scenario: Scenario, out: Path, talk: bool, force: bool = False
) -> Path:
    """Write results, chronicle, resolved scenario and figures into a folder from `folder_for`.

    Given back is the folder: another one, with a number behind its name, if somebody has left
    results there meanwhile. What cannot be written is refused with what is there nevertheless.
    """
    from sim.narrative.chronicle import page
    from sim.plots import everything
    from sim.results.dataset import save
    from sim.scenario.files import dumps
    from sim.writing import RESOLVED, write_whole

    wanted = out
    with _claimed(wanted, force) as out:
        if out != wanted:
            common.say(f"sim: results were left in {wanted} meanwhile; these go to {out}")
        if talk:
            common.say(f"writing {results.nbytes / 1e6:.0f} MB and the figures to {out} ...")
        save(results, out / "results.nc")
    write_whole(out / "scenario.toml", (RESOLVED + dumps(scenario)).encode())
    write_whole(out / "chronicle.txt", (page(results) + "\n").encode())
    try:
        figures = everything(results, out / "figures")
    except (SimError, OSError) as error:
        raise ResultsError(f"the figures, but all else is in {out}: {error}") from error
    if talk:
        common.say(
            f"left in {out}: results.nc, chronicle.txt, scenario.toml, {len(figures)} figures"
        )
    return out


@contextlib.contextmanager
def _claimed(wanted: Path, force: bool) -> Iterator[Path]:
    """A folder in which an empty results.nc keeps other runs out until the whole one is there."""
    out, number = wanted, 2
    while not force:
        try:
            out.mkdir(parents=True, exist_ok=out == wanted)
            (out / "results.nc").touch(exist_ok=False)
            break
        except FileExistsError:
            whole = wanted.absolute()
            out, number = whole.with_name(f"{whole.name}-{number}"), number + 1
    try:
        yield out
    except BaseException:
        with contextlib.suppress(OSError):
            if not (out / "results.nc").stat().st_size:
                (out / "results.nc").unlink()
        raise
