"""The command that tests the theory: test-theory."""

from __future__ import annotations

import argparse
import sys

from sim.ui.cli import common

# Parts of which a figure is left.
_DRAWN = ("two-by-two", "codings")


def add_commands(commands: common.Commands, file: argparse.ArgumentParser) -> None:
    """Add this command to the parser; `file` is a parent with a scenario and ``--set``."""
    about = "test the theory: controlled contrasts, placebo codings, rival models"
    test = common.add_command(commands, _test, "test-theory", parents=[file], help=about)
    common.add_number(test, "--runs", 400, "runs of each experiment")
    common.add_number(test, "--codings", 200, "shuffled codings")
    about = "runs of each experiment on a shuffled coding"
    common.add_number(test, "--coding-runs", 60, about, "RUNS")
    common.add_shared(
        test, "--pair", metavar=("PARTNER", "SPOILER"),
        help="two allies (default: the first bilateral pair, in both orders)",
    )  # fmt: skip
    test.add_argument(
        "--only", metavar="PARTS",
        help="two-by-two, return, facts, codings, pairs, rivals, channel; with commas between",
    )  # fmt: skip
    test.add_argument(
        "--history", metavar="FILE",
        help="file of historical facts (default: history/ beside the scenario, same name)",
    )  # fmt: skip
    common.add_shared(test, "--out", help="folder for tables and figures")
    common.add_shared(test, "--seed", "--workers", "--force", "--ids")
    common.add_shared(test, "--quiet", help=common.BUT_THE_RESULT)


def _test(options: argparse.Namespace) -> None:
    from sim.scenario.files import load
    from sim.scenario.shipped import resolve

    scenario = load(options.scenario, options.set)
    only = [part.strip() for part in options.only.split(",")] if options.only else None
    common.choose_driver(scenario, 40 * max(options.runs, 1))

    from sim.experiments.hypothesis_tests import battery, observed, report

    left = [*(f"{part}.csv" for part in battery.PARTS), *(f"{part}.png" for part in _DRAWN)]
    folder = common.folder_for(options, "trial.json", left) if options.out else None
    path = (
        resolve(options.history, kind="a history")
        if options.history
        else observed.beside(resolve(options.scenario))
    )
    told = observed.load(path) if path is not None else ()
    found = battery.run(
        scenario, pair=options.pair, runs=options.runs, codings=options.codings,
        coding_runs=options.coding_runs, seed=options.seed, only=only, told=told,
        workers=options.workers, tell=(lambda words: None) if options.quiet else common.say,
    )  # fmt: skip
    # Kept before it is told: the telling may not cost the work.
    if folder is not None:
        from sim.plots import hypothesis_tests
        from sim.plots.saving import write

        files = battery.save(found, folder)
        for part in _DRAWN:
            if part in found.tables:
                draw = getattr(hypothesis_tests, part.replace("-", "_"))
                files.append(write(draw(found), folder / f"{part}.png"))
        if not options.quiet:
            common.say(f"sim: {len(files)} files in {folder}")
    sys.stdout.write(report.text(found, ids=options.ids))
