"""The command that scores the simulator on a library of wars: benchmark."""

from __future__ import annotations

import argparse
import sys

from sim.ui.cli.common import (
    BUT_THE_RESULT,
    DONE,
    STOPPED,
    Commands,
    add_command,
    add_shared,
    choose_driver,
    folder_for,
    say,
)

PAGE, FIGURE = "benchmark.md", "timing.png"


def add_commands(commands: Commands, _: argparse.ArgumentParser) -> None:
    """Add this command to the parser."""
    about = "score the simulator on a library of wars: which allies break, and when"
    test = add_command(commands, _benchmark, "benchmark", help=about)
    test.add_argument(
        "folder", nargs="?",
        help="folder of scenario files with a coalition, and outcomes.csv (default: the library "
        "that comes with the program)",
    )  # fmt: skip
    test.add_argument("--runs", type=int, default=500, help="runs of each war (default 500)")
    test.add_argument(
        "--rivals", action="store_true",
        help="also play each war without parts of the theory, and with shuffled aims",
    )  # fmt: skip
    test.add_argument(
        "--shuffles", type=int, default=50, metavar="N",
        help="shuffles of aims, with 20 runs of each war; with --rivals (default 50)",
    )  # fmt: skip
    about = "folder for page, figure, tables and runs; the same command goes on after a stop"
    add_shared(test, "--out", help=about)
    add_shared(test, "--seed", "--workers", "--force")
    add_shared(test, "--quiet", help=BUT_THE_RESULT)


def _benchmark(options: argparse.Namespace) -> int:
    from sim.experiments.benchmark.war_library import default_folder, load_library

    library = load_library(options.folder or default_folder())
    folder = None
    if options.out:
        folder = folder_for(options, "scores.csv", ("pairs.csv", PAGE, FIGURE))
    largest = max(library.wars, key=lambda war: war.scenario.weeks * len(war.scenario.actors) ** 3)
    choose_driver(largest.scenario, max(options.runs, 1) * len(library.wars))

    from sim.experiments.benchmark import battery, report

    talk = not options.quiet
    if talk:
        for note in library.notes:
            say(f"sim: note: {note}")
    try:
        found = battery.run(
            library, runs=options.runs, seed=options.seed, out=folder, rivals=options.rivals,
            shuffles=options.shuffles, workers=options.workers,
            tell=say if talk else (lambda words: None), progress=talk,
        )  # fmt: skip
    except KeyboardInterrupt:
        kept = "nothing is kept without --out"
        if folder is not None:
            kept = f"what was played is in {folder}, and the same command goes on from there"
        say(f"sim: stopped; {kept}")
        return STOPPED
    page = report.page(found, FIGURE if folder is not None else "")
    # Kept before it is told: the telling may not cost the work.
    if folder is not None:
        from sim.plots.benchmark import timing
        from sim.plots.saving import write
        from sim.writing import write_whole

        battery.save(found, folder)
        write(timing(found), folder / FIGURE)
        write_whole(folder / PAGE, page.encode())
        if talk:
            say(f"left in {folder}: {PAGE}, {FIGURE}, scores.csv, pairs.csv, and the runs by war")
    sys.stdout.write(page)
    return DONE
