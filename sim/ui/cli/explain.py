"""The commands that explain results: explain, audit."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from sim.ui.cli.common import (
    DONE,
    PAGE_FILE,
    Commands,
    add_command,
    add_shared,
    choose_driver,
    file_for,
    meet_own_classes,
    say,
    week_or_date,
)
from sim.writing import write_whole

# To find what turns the decisions of an event takes as long as so many runs, in plain Python.
RUNS_AN_EVENT = 10


def add_commands(commands: Commands, file: argparse.ArgumentParser) -> None:
    """Add these commands to the parser; `file` is a parent with a scenario and ``--set``."""
    about = "explain a change of a tie in one run, and what would have turned the decisions"
    explain = add_command(commands, _explain, "explain", help=about)
    add_shared(explain, "source", "--run", "--pair")
    explain.add_argument(
        "--events", type=int, default=5, metavar="N",
        help="how many of the events that moved the tie most to explain (default 5)",
    )  # fmt: skip
    explain.add_argument(
        "--since", "--from", metavar="DATE",
        help="explain from the end of this week on, a date or the number of a week",
    )  # fmt: skip
    explain.add_argument(
        "--until", metavar="DATE", help="explain to the end of this week, likewise"
    )
    add_shared(explain, "--out", metavar="FILE", help=PAGE_FILE)
    add_shared(explain, "--force", "--plugin", "--quiet")

    about = "find numbers that change the conclusion, and facts that any coding would show"
    audit = add_command(commands, _audit, "audit", parents=[file], help=about)
    add_shared(audit, "--pair")
    audit.add_argument(
        "--runs", type=int, default=200,
        help="runs for each end of the numbers with the largest effects (default 200)",
    )  # fmt: skip
    audit.add_argument(
        "--screened", type=int, default=24, metavar="RUNS",
        help="runs for each end of every number in the first stage (default 24)",
    )  # fmt: skip
    audit.add_argument(
        "--codings", type=int, default=200, help="shuffled codings; 0 for no facts (default 200)"
    )
    audit.add_argument(
        "--coding-runs", type=int, default=8, metavar="RUNS",
        help="runs of each experiment on each shuffled coding (default 8)",
    )  # fmt: skip
    add_shared(audit, "--out", metavar="FILE", help=PAGE_FILE)
    add_shared(audit, "--seed", "--workers", "--force", "--ids", "--quiet")


def _explain(options: argparse.Namespace) -> int:
    out = _page_file(options)
    from sim.results.dataset import scenario_of
    from sim.results.sources import open_results

    results = open_results(options.source, events=False)
    scenario = scenario_of(results)
    choose_driver(scenario, RUNS_AN_EVENT * options.events)
    meet_own_classes(scenario, options.plugin, talk=False)
    from sim.narrative.explanation import explain

    since, until = (
        None if at is None else week_or_date(at) for at in (options.since, options.until)
    )
    found = explain(
        results, options.run, options.pair, events=options.events, since=since, until=until
    )
    return _leave(found, out, options.quiet)


def _audit(options: argparse.Namespace) -> int:
    from sim.scenario.files import load

    scenario = load(options.scenario, options.set)
    out = _page_file(options)
    from sim.experiments.sensitivity import audit

    found = audit(
        scenario, pair=options.pair, runs=options.runs, codings=options.codings,
        screened=options.screened, coding_runs=options.coding_runs, seed=options.seed,
        workers=options.workers, say=(lambda words: None) if options.quiet else say,
    )  # fmt: skip
    return _leave(found, out, options.quiet, ids=options.ids)


def _page_file(options: argparse.Namespace) -> Path | None:
    """The file of `--out` for a page, None if it is to be printed."""
    return file_for(options, "a page", (".txt", ".html", ".htm")) if options.out else None


def _leave(found: Any, out: Path | None, quiet: bool, **how: bool) -> int:
    """Print the page of what was found, or write it to a file, as text or as HTML."""
    if out is not None:
        in_words = out.suffix.lower() == ".txt"
        write_whole(out, (found.page(**how) + "\n" if in_words else found.html(**how)).encode())
        if not quiet:
            say(f"left in {out}")
    elif not quiet:
        sys.stdout.write(found.page(**how) + "\n")
    return DONE
