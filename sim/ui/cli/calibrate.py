"""The command that estimates the free numbers of a scenario: calibrate."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from sim.ui.cli import common

if TYPE_CHECKING:
    from sim.experiments.calibration.report import Calibration


def add_commands(commands: common.Commands, _: argparse.ArgumentParser) -> None:
    """Add this command to the parser."""
    about = "estimate the free numbers of a scenario from known facts"
    calibrate = common.add_command(commands, _calibrate, "calibrate", help=about)
    calibrate.add_argument("plan", help="TOML file of a plan (free numbers and targets), or syria")
    common.add_number(calibrate, "--points", 500, "points of the first wave")
    common.add_number(calibrate, "--runs", 80, "runs at each point")
    common.add_number(calibrate, "--waves", 2, "waves of points")
    common.add_number(calibrate, "--check", 60, "posterior samples to play at the end")
    about = "how many of these samples to check against facts that no target uses"
    common.add_number(calibrate, "--judge", 0, about, "N")
    common.add_shared(calibrate, "--out", help="folder for tables and figures")
    common.add_shared(calibrate, "--seed", "--force", "--ids", "--quiet")


def _calibrate(options: argparse.Namespace) -> int:
    from sim.experiments.calibration import calibrate, load_plan
    from sim.experiments.calibration.checkpoint import NAME, Journal
    from sim.experiments.calibration.report import LEFT

    plan = load_plan(options.plan)
    folder = common.folder_for(options, "numbers.csv", LEFT, begun=NAME) if options.out else None
    journal = Journal(folder)
    try:
        found = calibrate(
            plan, points=options.points, runs=options.runs, waves=options.waves,
            check=options.check, judge=options.judge, seed=options.seed, keep=journal,
            progress=not options.quiet,
        )  # fmt: skip
    except KeyboardInterrupt:
        kept = "nothing is kept without --out"
        if folder is not None:
            kept = f"what was played is in {folder}, and the same command goes on from there"
        common.say(f"sim: stopped; {kept}")
        return common.STOPPED
    # Kept before it is told: the telling may not cost the work.
    if folder is not None:
        _draw(found, folder)
    if not options.quiet:
        print(found.page(ids=options.ids))
        if folder is not None:
            facts = ", facts" if len(found.facts) else ""
            common.say(
                f"left in {folder}: points, posterior, numbers, targets{facts} as .csv, figures"
            )
    return common.DONE


def _draw(found: Calibration, folder: Path) -> None:
    from sim.plots.calibration import facts, numbers, targets
    from sim.plots.saving import write

    found.save(folder)
    for draw in (numbers, targets, *((facts,) if len(found.facts) else ())):
        figure = draw(found).get_figure(root=True)
        if figure is not None:
            write(figure, folder / f"{draw.__name__}.png")
