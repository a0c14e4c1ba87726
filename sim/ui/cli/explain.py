"""The commands that explain results: explain, audit."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sim.ui.cli.common import (
    DONE,
    choose_driver,
    file_for,
    meet_own_classes,
    say,
    week_or_date,
)
from sim.writing import write_whole


def add_commands(commands: Any, file: argparse.ArgumentParser) -> None:
    """Add these commands to a parser.

    Parameters
    ----------
    commands : object
        From ``add_subparsers``.
    file : ArgumentParser
        Parent with a scenario and ``--set``.
    """
    explain = commands.add_parser(
        "explain",
        help="explain a change of a tie in one run, and what would have turned the decisions",
    )
    explain.add_argument("source", help="folder of an ensemble, or a results.nc file")
    explain.add_argument("--run", type=int, metavar="N", help="number of the run")
    explain.add_argument(
        "--pair", nargs=2, metavar=("ACTOR", "ACTOR"),
        help="two actors (default: the scenario's first bilateral pair)",
    )  # fmt: skip
    explain.add_argument("--events", type=int, default=5, help="events to explain (default 5)")
    explain.add_argument(
        "--from", dest="since", metavar="DATE", help="start at the end of this week, date or number"
    )
    explain.add_argument("--until", metavar="DATE", help="last week, date or number")
    explain.add_argument("--out", metavar="FILE", help=".txt or .html; printed without it")
    explain.add_argument("--force", action="store_true", help="replace FILE, whoever wrote it")
    explain.add_argument("--plugin", metavar="FILE", help="Python file with actor classes")
    explain.add_argument("--quiet", action="store_true", help="print nothing but faults")
    explain.set_defaults(command=_explain)

    audit = commands.add_parser(
        "audit", parents=[file],
        help="find numbers that change the conclusion, and facts that any coding would show",
    )  # fmt: skip
    audit.add_argument(
        "--pair", nargs=2, metavar=("ACTOR", "ACTOR"),
        help="two actors (default: the scenario's first bilateral pair)",
    )  # fmt: skip
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
    audit.add_argument("--seed", type=int, default=1, help="seed of random numbers (default 1)")
    audit.add_argument("--workers", type=int, help="threads (default: one a core)")
    audit.add_argument("--out", metavar="FILE", help=".txt or .html; printed without it")
    audit.add_argument("--force", action="store_true", help="replace FILE, whoever wrote it")
    audit.add_argument("--ids", action="store_true", help="paths in brackets beside the words")
    audit.add_argument("--quiet", action="store_true", help="print nothing but faults")
    audit.set_defaults(command=_audit)


def _explain(options: argparse.Namespace) -> int:
    out = page_file(options)
    from sim.results.dataset import scenario_of
    from sim.results.sources import open_results

    results = open_results(options.source, events=False)
    scenario = scenario_of(results)
    choose_driver(scenario, 1000)  # the flips are many short plays
    meet_own_classes(scenario, options.plugin, talk=False)
    from sim.narrative.explanation import explain

    since, until = (
        None if at is None else week_or_date(at) for at in (options.since, options.until)
    )
    found = explain(
        results, options.run, options.pair, events=options.events, since=since, until=until
    )
    leave(found.page, found.html, out, options.quiet)
    return DONE


def _audit(options: argparse.Namespace) -> int:
    from sim.scenario.files import load

    scenario = load(options.scenario, options.set)
    out = page_file(options)
    choose_driver(scenario, 1_000_000)
    from sim.experiments.sensitivity import audit

    found = audit(
        scenario, pair=options.pair, runs=options.runs, codings=options.codings,
        screened=options.screened, coding_runs=options.coding_runs, seed=options.seed,
        workers=options.workers, say=(lambda words: None) if options.quiet else say,
    )  # fmt: skip
    ids = options.ids
    leave(lambda: found.page(ids=ids), lambda: found.html(ids=ids), out, options.quiet)
    return DONE


def page_file(options: argparse.Namespace) -> Path | None:
    """The file of `--out` for a page, None if it is to be printed."""
    return file_for(options, "a page", (".txt", ".html", ".htm")) if options.out else None


def leave(
    page: Callable[[], str], as_html: Callable[[], str], out: Path | None, quiet: bool
) -> None:
    """Print a page, or write it to a file, as text or as HTML.

    Raises
    ------
    SimError
        If it cannot be written.
    """
    if out is None:
        if not quiet:
            sys.stdout.write(page() + "\n")
        return
    text = page() + "\n" if out.suffix.lower() == ".txt" else as_html()
    write_whole(out, text.encode())
    if not quiet:
        say(f"left in {out}")
