"""The command that writes results as a table for other programs: export."""

from __future__ import annotations

import argparse

from sim.ui.cli.common import DONE, Commands, add_shared, file_for, say


def add_commands(commands: Commands) -> None:
    """Add this command to a parser.

    Parameters
    ----------
    commands : object
        From ``add_subparsers``.
    """
    export = commands.add_parser(
        "export", help="write results as a CSV table: runs, weeks, actors, pairs or events"
    )
    add_shared(export, "source")
    export.add_argument(
        "--table", default="runs", metavar="NAME",
        help="what a row is: runs (default), weeks, actors, pairs or events",
    )  # fmt: skip
    export.add_argument("--out", required=True, metavar="FILE", help="file for the table, .csv")
    add_shared(export, "--force", "--quiet")
    export.set_defaults(command=_export)


def _export(options: argparse.Namespace) -> int:
    out = file_for(options, "a table", (".csv",))
    from sim.results.sources import open_results
    from sim.results.tables import to_frame
    from sim.writing import write_whole

    results = open_results(options.source, events=options.table == "events")
    table = to_frame(results, options.table)
    write_whole(out, table.to_csv(index=False, lineterminator="\n").encode("utf-8"))
    if not options.quiet:
        say(f"left in {out}: {len(table)} rows, {len(table.columns)} columns")
    return DONE
