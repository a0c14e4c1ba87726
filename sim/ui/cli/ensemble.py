"""The commands for many runs: ensemble, replay, compare, branch, digest."""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from typing import TYPE_CHECKING, Any

from sim.errors import ResultsWarning, SimError
from sim.ui.cli import common

if TYPE_CHECKING:
    import xarray as xr

# How many of the pairs that broke are told.
MOST_PAIRS = 5


def add_commands(commands: common.Commands, file: argparse.ArgumentParser) -> None:
    """Add these commands to the parser; `file` is a parent with a scenario and ``--set``."""
    work = argparse.ArgumentParser(add_help=False)
    work.add_argument(
        "--executor", default="auto", metavar="HOW",
        help="auto, threads, processes, serial or dask (default: auto)",
    )  # fmt: skip
    common.add_shared(work, "--workers", "--plugin")

    about = "run a war many times; the same command again goes on where it was stopped"
    many = common.add_command(commands, _ensemble, "ensemble", parents=[file, work], help=about)
    common.add_shared(many, "--seed", "--quiet")
    common.add_number(many, "--runs", 1000, "runs in all")
    many.add_argument(
        "--out", metavar="STORE", help="folder or URL of the store; nothing is kept without it"
    )
    many.add_argument(
        "--record", default="summary", metavar="WHAT",
        help="summary, actors, dyads, events, or names of variables; with commas between "
        "(default: summary)",
    )  # fmt: skip
    common.add_number(many, "--first", 0, "number of the first run; each number is another war")
    same = "what is the same in all runs: heterogeneity of objectives, or luck"
    many.add_argument("--hold", metavar="WHAT", help=same)
    about = "draw each number that is given as a range anew for each run (else: its middle)"
    many.add_argument("--uncertain", action="store_true", help=about)
    many.add_argument(
        "--block", type=int, help="runs that are played and stored together (default: up to 500)"
    )
    many.add_argument("--scheduler", metavar="ADDRESS", help="address of dask, as tcp://host:8786")
    many.add_argument(
        "--shrink", action="store_true", help="drop the runs beyond --runs, if the store has more"
    )

    about = "play one run of an ensemble again, in full"
    again = common.add_command(commands, _replay, "replay", help=about)
    common.add_shared(again, "store")
    common.add_shared(again, "--run", required=True)
    common.add_shared(again, "--out", "--force", "--plugin", "--quiet")

    about = "compare two scenarios, or two ensembles, with the same seed and runs"
    two = common.add_command(commands, _compare, "compare", parents=[work], help=about)
    two.add_argument(
        "first",
        help="TOML file of a scenario, or a name of `sim list`; or folder or URL of an ensemble",
    )
    two.add_argument("second", help="the same; with --set it can be the first scenario again")
    two.add_argument(
        "--seed", type=int, help="seed of random numbers (default 1, or that of the ensembles)"
    )
    two.add_argument(
        "--runs", type=int, help="runs of each (default 1000, or those that two ensembles share)"
    )
    common.add_shared(two, "--set", help="change one value of the second; can be given again")
    common.add_shared(two, "--run", help="show where the two runs of this number first differ")
    about = "how many measures to print besides the headline ones"
    common.add_number(two, "--most", 20, about, "N")
    common.add_shared(two, "--ids")
    common.add_shared(two, "--quiet", help=common.BUT_THE_RESULT)

    about = "continue a run from a week with something changed"
    fork = common.add_command(commands, _branch, "branch", help=about)
    common.add_shared(fork, "store")
    common.add_shared(fork, "--run", required=True)
    fork.add_argument("--at", required=True, help="a date, as 2016-12-13, or number of a week")
    common.add_shared(fork, "--set", required=True, help="what changes then; can be given again")
    common.add_shared(fork, "--out", "--force", "--quiet")

    about = "fingerprint of an ensemble, the same however it was computed"
    common.add_shared(common.add_command(commands, _digest, "digest", help=about), "store")


def _ensemble(options: argparse.Namespace) -> int:
    from sim.scenario.files import load

    scenario = load(options.scenario, options.set)
    talk = not options.quiet
    common.choose_driver(scenario, options.runs)
    common.meet_own_classes(scenario, options.plugin, talk)

    from sim.engine.memory import WORTH_A_WORD, in_words
    from sim.results.ensemble_spec import Study
    from sim.results.store import Store
    from sim.runs.ensemble import ensemble

    if options.uncertain and not scenario.ranges:
        common.say("sim: note: --uncertain has nothing to draw: no number is given as a range")
    study = Study.of(
        scenario, runs=options.runs, record=options.record, uncertain=options.uncertain
    )
    size = options.runs * study.recording.bytes_a_run
    if talk and size > WORTH_A_WORD:
        where = "on the disk, before it is compressed" if options.out else "of memory"
        common.say(f"the results take {in_words(size)} {where}; events come on top")
    began = time.monotonic()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResultsWarning)  # it is told below
            results = ensemble(
                scenario, options.runs, options.seed, options.out, record=options.record,
                first=options.first, hold=options.hold, executor=options.executor,
                workers=options.workers, block=options.block, scheduler=options.scheduler,
                shrink=options.shrink, uncertain=options.uncertain, progress=talk,
            )  # fmt: skip
    except KeyboardInterrupt:
        if options.out is None:
            common.say("sim: stopped; nothing is kept without --out")
            return common.STOPPED
        try:
            store = Store(options.out)
            spans = [store.study.span(block) for block in store.finished()]
        except SimError:
            common.say("sim: stopped before anything was finished")
            return common.STOPPED
        kept = sum(stop - start for start, stop in spans)
        common.say(
            f"sim: stopped; {kept} of {store.study.runs} runs are in {options.out}, and the same "
            "command goes on from there"
        )
        return common.STOPPED
    failures = results.attrs.get("failures", "")
    if talk:
        hint = f" --plugin {options.plugin}" if options.plugin else ""
        sys.stdout.write(_account(results, time.monotonic() - began, options.out, hint) + "\n")
    if failures:
        lost = failures.split("\n")
        more = " ..." if lost[1:] else ""
        common.say(f"sim: {len(lost)} runs failed, and are left out: {lost[0]}{more}")
        return common.FAILED
    return common.DONE


def _account(results: xr.Dataset, seconds: float, out: str | None, hint: str = "") -> str:
    """Summary of an ensemble in a few lines; `hint` ends the command that replays a run."""
    import numpy as np

    from sim.engine.event_log import CODE
    from sim.engine.state import WAR
    from sim.measures.war_outcomes import state_shares
    from sim.scenario.english import percent

    runs = results.sizes["run"]
    lines = [
        f"{results.attrs['title']}: {runs} runs, seed {results.attrs['seed']}, {seconds:.1f} s"
    ]
    if runs:
        for name, row in state_shares(results).iterrows():
            share, low, high = (percent(float(row[end]), " %") for end in ("share", "low", "high"))
            lines.append(f"  {name} at the end: {share} (95 % interval {low} to {high})")
        state, happened = results["state"].values, results["happened"].values
        signing = happened[:, CODE["ceasefire"]]
        for name, values in (
            ("weeks of war", (state == WAR).sum(axis=1)),
            ("ceasefires offered", signing.sum(axis=1)),
            ("ceasefires signed", signing[:, 1]),
        ):
            low, middle, high = np.quantile(values, (0.05, 0.5, 0.95))
            lines.append(f"  {name}: median {middle:.0f}; nine in ten runs {low:.0f} to {high:.0f}")
        lines += _broken(results)
    if results.attrs.get("hold", "nothing") != "nothing":
        lines.append(f"  {results.attrs['hold']} is the same in all runs")
    if "drawn" in results:
        lines.append(f"  numbers drawn for each run: {results.sizes['range']} (`drawn`)")
    if out is None:
        lines.append("  nothing is kept without --out")
    elif runs:
        lines.append(
            f"  kept in {out}; one run in full: "
            f"sim replay {out} --run {results['run'].values[0]}{hint}"
        )
    return "\n".join(lines)


def _broken(results: xr.Dataset) -> list[str]:
    """The pairs that broke most often, a line each; nothing for a war without a coalition."""
    from sim.measures.breaks import FORMS, break_shares
    from sim.results.dataset import scenario_of
    from sim.scenario.english import day, percent

    scenario = scenario_of(results)
    if scenario.coalition is None:
        return []
    if "event_kind" not in results:
        return ["  who broke with whom is not recorded: --record events keeps it"]
    lines = []
    for row in break_shares(results).head(MOST_PAIRS).to_dict("records"):
        one, other = (scenario.actors[row[name]].label for name in ("actor", "other"))
        forms = [f"{percent(row[f'by_{x}'], ' %')} {FORMS[x]}" for x in FORMS if row[f"by_{x}"]]
        lines.append(
            f"  {one} and {other} broke: {percent(row['share'], ' %')} of runs "
            f"({', '.join(forms)}), median {day(row['date'].date())}"
        )
    return lines or ["  no pair broke in any run"]


def _tell(results: xr.Dataset, options: argparse.Namespace) -> None:
    """The chronicle of a run that was played again, and its files."""
    from sim.narrative.chronicle import page
    from sim.results.dataset import scenario_of
    from sim.ui.cli.scenario import leave

    if options.out:
        out = common.folder_for(options)
        leave(results, scenario_of(results), out, not options.quiet, options.force)
    if not options.quiet:
        sys.stdout.write(page(results) + "\n")


def _replay(options: argparse.Namespace) -> None:
    from sim.results.dataset import scenario_of
    from sim.results.sources import open_results
    from sim.runs.simulate import replay

    results = open_results(options.store, events=False)
    common.meet_own_classes(scenario_of(results), options.plugin, talk=False)
    _tell(replay(results, options.run), options)


def _branch(options: argparse.Namespace) -> None:
    from sim.runs.branch import branch
    from sim.runs.simulate import replay

    run = replay(options.store, options.run)
    _tell(branch(run, common.week_or_date(options.at), options.set), options)


def _compare(options: argparse.Namespace) -> None:
    if options.most < 0:
        raise SimError(f"--most must be 0 or more, is {options.most}")
    talk = not options.quiet
    from sim.experiments.compare import compare, there
    from sim.results.store_location import is_results
    from sim.scenario.files import load

    two: list[Any] = [options.first, options.second]
    for place in two:
        there(place)
    played = not any(map(is_results, two))
    if played:
        two = [load(options.first), load(options.second, options.set)]
        common.choose_driver(two[0], 2 * (1000 if options.runs is None else options.runs))
        for scenario in two:
            common.meet_own_classes(scenario, options.plugin, talk)

    found = compare(
        two[0], two[1], options.runs, options.seed, set=options.set,
        run=options.run, executor=options.executor, workers=options.workers, progress=talk,
    )  # fmt: skip
    sys.stdout.write(found.page(options.most, ids=options.ids) + "\n")


def _digest(options: argparse.Namespace) -> None:
    from sim.results.sources import must_be_there
    from sim.results.store import Store

    must_be_there(options.store)
    sys.stdout.write(Store(options.store).digest() + "\n")
