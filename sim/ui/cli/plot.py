"""The commands that show results: plot, report, export."""

from __future__ import annotations

import argparse

from sim.ui.cli import common


def add_commands(commands: common.Commands, _: argparse.ArgumentParser) -> None:
    """Add these commands to the parser."""
    plot = common.add_command(commands, _plot, "plot", help="draw one figure of results")
    common.add_shared(plot, "source")
    every = "list all figures, and what each needs"
    plot.add_argument("--list", action=common.Printed, const=_listing, help=every)
    plot.add_argument("--figure", required=True, metavar="NAME", help="one of those of --list")
    plot.add_argument(
        "--pair", nargs=2, action="append", default=[], metavar=("ACTOR", "ACTOR"),
        help="two actors, to show their tie; can be given again",
    )  # fmt: skip
    plot.add_argument(
        "--at", nargs="+", action="extend", default=[], metavar="DATE",
        help="dates, as 2016-12-13, or numbers of weeks",
    )  # fmt: skip
    common.add_shared(plot, "--run", help="draw this run alone")
    plot.add_argument(
        "--out", required=True, metavar="FILE", help="file for the figure, .png, .pdf or .svg"
    )
    common.add_shared(plot, "--force", "--quiet")

    about = "a page on results: measures, figures, a typical run and an extreme one"
    report = common.add_command(commands, _report, "report", help=about)
    common.add_shared(report, "source")
    report.add_argument("--out", required=True, metavar="FILE", help="file for the page, .html")
    common.add_shared(report, "--force", "--plugin", "--ids", "--quiet")

    about = "write results as a CSV table: runs, weeks, actors, pairs, events or breaks"
    export = common.add_command(commands, _export, "export", help=about)
    common.add_shared(export, "source")
    export.add_argument(
        "--table", default="runs", metavar="NAME",
        help="what a row is: runs (default), weeks, actors, pairs or events; or breaks: what "
        "became of each pair in each run, and when",
    )  # fmt: skip
    export.add_argument("--out", required=True, metavar="FILE", help="file for the table, .csv")
    common.add_shared(export, "--force", "--quiet")


def _listing() -> str:
    from sim.plots.catalogue import listing

    return listing()


def _plot(options: argparse.Namespace) -> None:
    from sim.plots import catalogue
    from sim.plots.saving import ENDINGS, write
    from sim.results.sources import open_results

    out = common.file_for(options, "a figure", [f".{ending}" for ending in ENDINGS])
    results = open_results(options.source, "events" in catalogue.named(options.figure).record)
    dates = [common.week_or_date(at) for at in options.at]
    figure = catalogue.draw(results, options.figure, options.pair, dates, options.run)
    write(figure, out)
    if not options.quiet:
        common.say(f"left in {out}")


def _report(options: argparse.Namespace) -> None:
    out = common.file_for(options, "a report", (".html", ".htm"))
    from sim.results.dataset import scenario_of
    from sim.results.sources import open_results
    from sim.ui.report import write

    results = open_results(options.source)
    scenario = scenario_of(results)
    common.meet_own_classes(scenario, options.plugin, talk=False)
    common.choose_driver(scenario, 2)  # a typical run and an extreme one
    tell = (lambda words: None) if options.quiet else common.say
    write(results, out, tell, ids=options.ids)
    if not options.quiet:
        common.say(f"left in {out}")


def _export(options: argparse.Namespace) -> None:
    out = common.file_for(options, "a table", (".csv",))
    from sim.errors import ResultsError, nearest
    from sim.results.sources import open_results
    from sim.results.tables import TABLES, to_frame
    from sim.writing import write_whole

    known = [*TABLES, "breaks"]
    if options.table not in known:
        raise ResultsError(f"there is no table {options.table!r} ({nearest(options.table, known)})")
    results = open_results(options.source, events=options.table in ("events", "breaks"))
    if options.table == "breaks":
        from sim.measures import breaks
        from sim.results.dataset import scenario_of

        table = breaks(results)
        for name in ("other", "actor"):
            labels = {key: one.label for key, one in scenario_of(results).actors.items()}
            place = list(table.columns).index(name) + 1
            table.insert(place, f"{name}_label", table[name].map(labels))
    else:
        table = to_frame(results, options.table)
    write_whole(out, table.to_csv(index=False, lineterminator="\n").encode("utf-8"))
    if not options.quiet:
        common.say(f"left in {out}: {len(table)} rows, {len(table.columns)} columns")
