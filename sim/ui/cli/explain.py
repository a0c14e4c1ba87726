"""The commands that explain results: explain, audit."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from sim.ui.cli import common
from sim.writing import write_whole

# To find what turns the decisions of an event takes as long as so many runs, in plain Python.
RUNS_AN_EVENT = 10


def add_commands(commands: common.Commands, file: argparse.ArgumentParser) -> None:
    """Add these commands to the parser; `file` is a parent with a scenario and ``--set``."""
    about = "explain a change of a tie in one run, and what would have turned the decisions"
    explain = common.add_command(commands, _explain, "explain", help=about)
    common.add_shared(explain, "source", "--run", "--pair")
    about = "how many of the events that moved the tie most to explain"
    common.add_number(explain, "--events", 5, about, "N")
    explain.add_argument(
        "--since", "--from", metavar="DATE",
        help="explain from the end of this week on, a date or the number of a week",
    )  # fmt: skip
    explain.add_argument(
        "--until", metavar="DATE", help="explain to the end of this week, likewise"
    )
    common.add_shared(explain, "--out", metavar="FILE", help=common.PAGE_FILE)
    common.add_shared(explain, "--force", "--plugin", "--quiet")

    about = "find numbers that change the conclusion, and facts that any coding would show"
    audit = common.add_command(commands, _audit, "audit", parents=[file], help=about)
    common.add_shared(audit, "--pair")
    common.add_number(
        audit, "--runs", 200, "runs for each end of the numbers with the largest effects"
    )
    about = "runs for each end of every number in the first stage"
    common.add_number(audit, "--screened", 24, about, "RUNS")
    common.add_number(audit, "--codings", 200, "shuffled codings; 0 for no facts")
    about = "runs of each experiment on each shuffled coding"
    common.add_number(audit, "--coding-runs", 8, about, "RUNS")
    common.add_shared(audit, "--out", metavar="FILE", help=common.PAGE_FILE)
    common.add_shared(audit, "--seed", "--workers", "--force", "--ids", "--quiet")


def _explain(options: argparse.Namespace) -> None:
    out = _page_file(options)
    from sim.results.dataset import scenario_of
    from sim.results.sources import open_results

    results = open_results(options.source, events=False)
    scenario = scenario_of(results)
    common.choose_driver(scenario, RUNS_AN_EVENT * options.events)
    common.meet_own_classes(scenario, options.plugin, talk=False)
    from sim.narrative.explanation import explain

    since, until = (
        None if at is None else common.week_or_date(at) for at in (options.since, options.until)
    )
    found = explain(
        results, options.run, options.pair, events=options.events, since=since, until=until
    )
    _leave(found, out, options.quiet)


def _audit(options: argparse.Namespace) -> None:
    from sim.scenario.files import load

    scenario = load(options.scenario, options.set)
    out = _page_file(options)
    from sim.experiments.sensitivity import audit

    found = audit(
        scenario, pair=options.pair, runs=options.runs, codings=options.codings,
        screened=options.screened, coding_runs=options.coding_runs, seed=options.seed,
        workers=options.workers, say=(lambda words: None) if options.quiet else common.say,
    )  # fmt: skip
    _leave(found, out, options.quiet, ids=options.ids)


def _page_file(options: argparse.Namespace) -> Path | None:
    """The file of `--out` for a page, None if it is to be printed."""
    return common.file_for(options, "a page", (".txt", ".html", ".htm")) if options.out else None


def _leave(found: Any, out: Path | None, quiet: bool, **how: bool) -> None:
    """Print the page of what was found, or write it to a file, as text or as HTML."""
    if out is not None:
        in_words = out.suffix.lower() == ".txt"
        write_whole(out, (found.page(**how) + "\n" if in_words else found.html(**how)).encode())
        if not quiet:
            common.say(f"left in {out}")
    elif not quiet:
        sys.stdout.write(found.page(**how) + "\n")
