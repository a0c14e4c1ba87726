"""The command that estimates the free numbers of a scenario: calibrate."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import SimError
from sim.ui.cli import common

if TYPE_CHECKING:
    from sim.experiments.calibration.report import Calibration
    from sim.experiments.calibration.war_report import WarCalibration


# Of a plan with targets; a plan about a library of wars is checked by the wars left out.
_OF_TARGETS = {"--check": 60, "--judge": 0}


def add_commands(commands: common.Commands, _: argparse.ArgumentParser) -> None:
    """Add this command to the parser."""
    about = "estimate the free numbers of a scenario, or of a library of wars, from known facts"
    calibrate = common.add_command(commands, _calibrate, "calibrate", help=about)
    about = "TOML file of a plan: free numbers and targets, or a library of wars; or syria, or wars"
    calibrate.add_argument("plan", help=about)
    common.add_number(calibrate, "--points", 500, "points of the first wave")
    common.add_number(calibrate, "--runs", 80, "runs at each point")
    common.add_number(calibrate, "--waves", 2, "waves of points")
    for name, about in (
        ("--check", "posterior samples to play at the end"),
        ("--judge", "how many of these samples to check against facts that no target uses"),
    ):
        about += "; of a plan with targets"
        common.add_number(calibrate, name, _OF_TARGETS[name], about, "N")
    common.add_shared(calibrate, "--out", help="folder for tables and figures")
    common.add_shared(calibrate, "--seed", "--force", "--ids", "--quiet")


def _calibrate(options: argparse.Namespace) -> int:
    from sim.experiments.calibration.war_plan import is_about_wars

    return (_on_wars if is_about_wars(options.plan) else _on_targets)(options)


def _on_targets(options: argparse.Namespace) -> int:
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
        return _stopped(folder)
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


def _on_wars(options: argparse.Namespace) -> int:
    from sim.experiments.calibration import calibrate_wars, load_war_plan
    from sim.experiments.calibration.checkpoint import NAME, Journal
    from sim.experiments.calibration.war_report import PAGE, WARS_LEFT

    plan = load_war_plan(options.plan)
    for name, default in _OF_TARGETS.items():
        if getattr(options, name.removeprefix("--")) != default:
            raise SimError(f"{name} is of a plan with targets; {options.plan} names a library")
    folder = None
    if options.out:
        folder = common.folder_for(options, "numbers.csv", WARS_LEFT, begun=NAME)
    try:
        found = calibrate_wars(
            plan, points=options.points, runs=options.runs, waves=options.waves,
            seed=options.seed, keep=Journal(folder), progress=not options.quiet,
        )  # fmt: skip
    except KeyboardInterrupt:
        return _stopped(folder)
    if folder is not None:
        found.save(folder)
        _draw_wars(found, folder)
    if not options.quiet:
        sys.stdout.write(found.page(ids=options.ids))
        if folder is not None:
            common.say(f"left in {folder}: {PAGE}, points, wars, numbers as .csv, figures")
    return common.DONE


def _stopped(folder: Path | None) -> int:
    kept = "nothing is kept without --out"
    if folder is not None:
        kept = f"what was played is in {folder}, and the same command goes on from there"
    common.say(f"sim: stopped; {kept}")
    return common.STOPPED


def _draw(found: Calibration, folder: Path) -> None:
    from sim.plots.calibration import facts, numbers, targets
    from sim.plots.saving import write

    found.save(folder)
    for draw in (numbers, targets, *((facts,) if len(found.facts) else ())):
        figure = draw(found).get_figure(root=True)
        if figure is not None:
            write(figure, folder / f"{draw.__name__}.png")


def _draw_wars(found: WarCalibration, folder: Path) -> None:
    from sim.plots.calibration import ranges, wars
    from sim.plots.saving import write

    for draw in (wars, ranges):
        figure = draw(found).get_figure(root=True)
        if figure is not None:
            write(figure, folder / f"{draw.__name__}.png")
