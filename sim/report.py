"""A page on an ensemble that can be read by itself: one HTML file, figures inside, no scripts."""

from __future__ import annotations

import base64
import datetime as dt
import json
import os
import uuid
from collections.abc import Callable
from html import escape
from pathlib import Path
from string import Template
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from sim import comparison, measures, selection
from sim.chronicle import page as chronicle_page
from sim.ensembles import replay
from sim.errors import ResultsError, SimError
from sim.events import CODE, KINDS
from sim.files import dumps
from sim.html import items as _list
from sim.html import page
from sim.html import pairs as _pairs
from sim.html import paragraph as _p
from sim.html import section as _section
from sim.html import table as _table
from sim.plots import catalogue
from sim.plots.pages import png
from sim.results import file_order, load, scenario_of
from sim.scenario import Scenario
from sim.setup import begin, prepare
from sim.store import Store

HONEST = (
    "This page explores what may follow from the rules of a model and from what a scenario says. "
    "It does not forecast what named states or people will do."
)
# Figures over weeks show at most so many runs, and typical runs are looked for among so many.
MOST_DRAWN, MOST_SOUGHT, MOST_OPENED = 2000, 20_000, 100
DOTS = 110.0
FAR = 4.0
STATES = ("at war", "in a ceasefire", "settled", "won by one side")
_COURSE = (
    "weeks of war", "weeks of ceasefire", "weeks of settlement", "weeks of victory",
    "ceasefires offered", "ceasefires signed", "ceasefires collapsed",
    "rounds of talks with a vote", "bilateral deals",
)  # fmt: skip
_OF_EVENTS = _COURSE[4:]
_SUMMARY = (
    "state", "happened", "decided", "final_tie", "final_position", "final_capability",
)  # fmt: skip
OF_ALL = ("outcomes", "ties", "turns", "line-ups", "attention", "accounts", "survival", "offers")
OF_ONE = ("ceasefires", "ties", "networks", "matrices")
MOST_PAIRS = 8


def open_results(source: str | os.PathLike[str], events: bool = True) -> xr.Dataset:
    """Results of the folder of an ensemble, of a results file, or of a folder that holds one.

    Parameters
    ----------
    source : path or URL
    events : bool
        Read the events of an ensemble too, if they were kept.

    Raises
    ------
    ResultsError
        If there is no such thing, or it cannot be read.
    """
    name, path = os.fspath(source), Path(source)
    if "://" not in name:
        if path.is_file():
            return load(path)
        if not path.exists():
            raise ResultsError(f"there is no ensemble and no results file {path}")
        if not (path / "manifest.json").exists() and (path / "results.nc").is_file():
            return load(path / "results.nc")
    store = Store(name)
    try:
        return store.dataset(events)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise ResultsError(f"{store.place} is damaged and cannot be read: {error}") from error


class Extremes(NamedTuple):
    """The run nearest to the medians and the run farthest from them.

    Attributes
    ----------
    typical, extreme : int
        Numbers of the runs.
    farthest : tuple of str
        What the extreme run differs in most, with its value and the median.
    """

    typical: int
    extreme: int
    farthest: tuple[str, ...]


def extremes(results: xr.Dataset) -> Extremes:
    """Find a typical run and an extreme one.

    Every number of a run (see `sim.comparison.outcomes`) is measured by its distance from the
    median in standard deviations, at most 4. The course of the war, decisions of actors,
    positions, capabilities and ties at the end count equally, however many numbers each has.

    Parameters
    ----------
    results : Dataset
        Only the first 20,000 runs are looked at.

    Raises
    ------
    ResultsError
        If there are no runs.
    """
    selection.run_number(results)
    some = results.isel(run=slice(0, MOST_SOUGHT))
    groups: dict[str, list[NDArray[np.float64]]] = {}
    names: list[tuple[str, str]] = []
    found = _numbers(some)
    for name, values in found.items():
        spread = float(values.std())
        if spread > 0.0:
            far = np.minimum(np.abs(values - np.median(values)) / spread, FAR)
            groups.setdefault(_group(name), []).append(far)
            names.append((_group(name), name))
    runs = results["run"].values
    if not groups:
        return Extremes(int(runs[0]), int(runs[-1] if len(runs) > 1 else runs[0]), ())
    distance = np.mean([np.mean(group, axis=0) for group in groups.values()], axis=0)
    near, far_off = int(np.argmin(distance)), int(np.argmax(distance))
    parts = {key: iter(group) for key, group in groups.items()}
    by_name = {name: float(next(parts[key])[far_off]) for key, name in names}
    most = sorted(by_name, key=lambda name: -by_name[name])[:4]
    words = (
        f"{name.replace('_', ' ')}: {found[name][far_off]:.4g}, median {np.median(found[name]):.4g}"
        for name in most
    )
    return Extremes(int(runs[near]), int(runs[far_off]), tuple(words))


def _group(name: str) -> str:
    if name in _COURSE:
        return "course"
    head = name.split()[0]
    return head if head in ("position", "capability", "tie") else "decisions"


def _numbers(results: xr.Dataset) -> dict[str, NDArray[np.float64]]:
    """The numbers of every run by name, also of results that have no summary."""
    selection.variable(results, "state")
    added: dict[str, xr.DataArray] = {}
    for last, weekly in (
        ("final_tie", "tie"), ("final_position", "position"), ("final_capability", "capability"),
    ):  # fmt: skip
        if last not in results and weekly in results:
            added[last] = results[weekly].isel(round=-1, drop=True)
    told = {"happened", "decided"} <= set(results) or "event_kind" in results
    full = results.assign(added)
    for name, dims in (
        ("final_tie", ("actor", "other")), ("final_position", ("issue",)),
        ("final_capability", ("actor",)),
    ):  # fmt: skip
        if name not in full:
            shape = [full.sizes["run"], *(full.sizes[dim] for dim in dims)]
            full = full.assign({name: (("run", *dims), np.zeros(shape))})
    if not {"happened", "decided"} <= set(results):
        full = full.assign(_counted(full))
    full = full.transpose("run", "round", ...)
    found = comparison.outcomes(full)
    return {name: v for name, v in found.items() if told or name not in _OF_EVENTS}


def _counted(results: xr.Dataset) -> dict[str, tuple[tuple[str, ...], NDArray[np.int64]]]:
    """How often everything happened in each run, from the events if there are any."""
    runs, actors = results.sizes["run"], results.sizes["actor"]
    happened = np.zeros((runs, len(KINDS), 2), dtype=np.int64)
    decided = np.zeros((runs, len(KINDS), 2, actors), dtype=np.int64)
    if "event_kind" in results:
        column = {
            name: results[f"event_{name}"].values.astype(np.int64)
            for name in ("run", "kind", "answer", "actor", "counterpart")
        }
        place = np.searchsorted(results["run"].values, column["run"])
        there = np.isin(column["run"], results["run"].values)
        whom = np.where(
            np.isin(column["kind"], (CODE["consult"], CODE["revise"])),
            column["counterpart"], column["actor"],
        )  # fmt: skip
        what = (place[there], column["kind"][there], column["answer"][there])
        np.add.at(happened, what, 1)
        who = there & (whom >= 0)
        np.add.at(decided, (place[who], column["kind"][who], column["answer"][who], whom[who]), 1)
    return {
        "happened": (("run", "kind", "answer"), happened),
        "decided": (("run", "kind", "answer", "actor"), decided),
    }


def html(results: xr.Dataset, say: Callable[[str], None] = lambda words: None) -> str:
    """The report on results as a page of HTML.

    Parameters
    ----------
    results : Dataset
        Of an ensemble, or of a results file.
    say : callable
        Is told what is being done.

    Returns
    -------
    str
        Valid HTML5 with everything inside it.

    Raises
    ------
    ResultsError
        If there are no runs, or what is there cannot be read.
    """
    selection.run_number(results)
    try:
        kept = [name for name in _SUMMARY if name in results]
        results = results.assign({name: results[name].load() for name in kept})
        scenario, found = scenario_of(results), extremes(results)
    except (OSError, ValueError, RuntimeError) as error:
        raise ResultsError(f"these results are damaged and cannot be read: {error}") from error
    many = results.sizes["run"] > 1
    say("drawing the figures ...")
    parts = [
        _section("What was run", _study(results)),
        _section("The scenario in short", _scenario(scenario)),
        _section("How it ends", _ends(results)),
        _section("The course of the war", _course(results)),
        _section("Ties that changed most", _ties(results, scenario)),
        _section("Figures of all runs" if many else "Figures", _figures(results)),
    ]
    say(f"playing run {found.typical} again ...")
    why = (
        "Of all its numbers (weeks in each state, ceasefires, talks, decisions, positions, "
        "strength and ties at the end) this run is nearest to the medians. Typical in numbers is "
        "not likely in its details."
        if many
        else "The only run."
    )
    parts.append(_run(results, found.typical, "A typical run" if many else "The run", why))
    if many and found.extreme != found.typical:
        say(f"playing run {found.extreme} again ...")
        why = "Of all its numbers this run is farthest from the medians."
        if found.farthest:
            why += f" Most of all in {'; '.join(found.farthest)}."
        parts.append(_run(results, found.extreme, "An extreme run", why))
    title = _title(results)
    body = _BODY.substitute(
        title=escape(title), honest=escape(HONEST), parts="\n".join(parts),
        lead=_p(" ".join(scenario.description.split())) if scenario.description.strip() else "",
        scenario=escape(dumps(scenario)),
    )  # fmt: skip
    return page(title, body)


def write(
    results: xr.Dataset,
    path: str | os.PathLike[str],
    say: Callable[[str], None] = lambda words: None,
) -> Path:
    """Write the report on results; an old file stays whole until the new one is.

    Parameters
    ----------
    results : Dataset
    path : path
        Its folder is made if it is not there.
    say : callable
        Is told what is being done.

    Raises
    ------
    ResultsError
        If it cannot be written (refused before anything is drawn), or as `html`.
    """
    target = Path(path)
    partial = target.with_name(f"{target.name}.{uuid.uuid4().hex}.partial")
    try:
        if target.is_dir():
            raise IsADirectoryError(0, "it is a folder")
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.touch()
        try:
            partial.write_text(html(results, say), encoding="utf-8")
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise ResultsError(f"cannot write {target}: {error.strerror or error}") from error
    return target


def _title(results: xr.Dataset) -> str:
    return " ".join(str(results.attrs.get("title", "")).split()) or "A war"


def _study(results: xr.Dataset) -> str:
    """Seed, versions, number of runs, failures: what it takes to make it again."""
    runs, failures = results["run"].values, str(results.attrs.get("failures", "")).splitlines()
    versions = json.loads(results.attrs.get("versions", "{}"))
    said = {
        "runs": f"{len(runs):,} (numbers {runs.min()} to {runs.max()})",
        "failures": f"{len(failures):,} runs failed and are left out" if failures else "none",
        "seed": str(results.attrs.get("seed", "unknown")),
    }
    if results.attrs.get("hold", "nothing") != "nothing":
        said["the same in all runs"] = str(results.attrs["hold"])
    if "record" in results.attrs:
        said["recorded of each run"] = str(results.attrs["record"]).replace(",", ", ")
    said["versions"] = ", ".join(f"{name} {version}" for name, version in versions.items())
    return _pairs(said) + (_list(failures[:10]) if failures else "")


def _scenario(scenario: Scenario) -> str:
    end = scenario.start + dt.timedelta(days=7 * scenario.rounds - 1)
    off = [name for name, value in scenario.mechanisms if value is False]
    said = {
        "time": f"{scenario.rounds} weeks, {scenario.start} to {end}",
        "theory": f"{scenario.theory} version"
        + (f"; switched off: {', '.join(off).replace('_', ' ')}" if off else ""),
    }
    actors = (
        (
            who.label, who.kind, scenario.camps[who.camp].label if who.camp else "neutral",
            "yes" if who.armed else "no", f"{who.capability:g}",
            ", ".join(scenario.actors[p].label for p in scenario.patrons.get(name, ())),
        )
        for name, who in scenario.actors.items()
    )  # fmt: skip
    issues = ((i.label, i.zero, i.one, f"{i.start:g}") for i in scenario.issues.values())
    parts = [
        _pairs(said),
        _table("Actors", ("actor", "kind", "camp", "armed", "capability", "arms"), actors),
        _table("Issues", ("issue", "0 is", "1 is", "at the start"), issues),
    ]
    if scenario.events:
        told = [
            (event.date or scenario.start + dt.timedelta(days=7 * (event.week or 0)), event.why)
            for event in scenario.events
        ]
        dates: dict[tuple[dt.date, str], None] = dict.fromkeys(sorted(told))
        parts.append("<h3>Dates on which something is given</h3>")
        parts.append(_list(f"{day}: {why}" for day, why in dates))
    return "\n".join(parts)


def _light(results: xr.Dataset) -> xr.Dataset:
    """Results without the weeks of ties if these are too many to be read at once."""
    return (
        results if results.sizes["run"] <= MOST_DRAWN else results.drop_vars("tie", errors="ignore")
    )


def _ends(results: xr.Dataset) -> str:
    runs = results.sizes["run"]
    rows = []
    last = results["state"].isel(round=-1).values
    for code, name in enumerate(STATES):
        count = int((last == code).sum())
        low, high = (float(end) for end in measures.wilson(count, runs))
        if count or code < 3:
            rows.append((name, f"{count:,}", f"{count / runs:.1%}", _span(low, high)))
    heads = ("outcome", "runs", "share", "95 % interval")
    parts = [_table("State in the last week", heads, rows)]
    try:
        table = measures.outcome_shares(_light(results))
    except ResultsError as error:
        return "\n".join([*parts, _p(f"Classes of outcome are not shown: {error}.", "note")])
    rows = [
        (
            f"{str(name).replace('_', ' ')}: {row['meaning']}", f"{int(row['runs']):,}",
            f"{row['share']:.1%}", _span(row["low"], row["high"]),
        )
        for name, row in table.iterrows()
    ]  # fmt: skip
    parts.append(_table("Classes of outcome", heads, rows))
    parts.append(
        _p(
            "The first five exclude each other; the others may hold beside them. Intervals are "
            "those of Wilson: they tell what the number of runs leaves open, not whether the model "
            "is right.", "note",
        )
    )  # fmt: skip
    return "\n".join(parts)


def _span(low: float, high: float, form: str = ".1%") -> str:
    return f"{low:{form}} to {high:{form}}"


def _course(results: xr.Dataset) -> str:
    found = _numbers(results.drop_vars(["tie"], errors="ignore"))
    rows = []
    for name in _COURSE:
        if name not in found:
            continue
        values = found[name]
        mean, interval = f"{values.mean():.1f}", "one run"
        if len(values) > 1:
            told = measures.mean_interval(xr.DataArray(values, dims="run"))
            interval = _span(float(told["low"]), float(told["high"]), ".1f")
        low, middle, high = np.percentile(values, [5, 50, 95])
        rows.append((name, mean, interval, f"{middle:.0f}", _span(low, high, ".0f")))
    heads = ("a run", "mean", "95 % interval of the mean", "median", "5 to 95 % of runs")
    return _table("Weeks in each state, ceasefires and talks", heads, rows)


def _ties(results: xr.Dataset, scenario: Scenario) -> str:
    """The pairs whose ties moved most between the start and the end, on the mean of runs."""
    if results.sizes["actor"] < 2:
        return _p("There is but one actor.")
    if "tie" not in results and "final_tie" not in results:
        return _p("Ties were not recorded.", "note")
    start, end, when = _both_ends(results, scenario)
    runs = len(start)
    rows, label = [], [str(words) for words in results["actor_label"].values]
    one, two = np.triu_indices(results.sizes["actor"], k=1)
    change = ((end - start) + (end - start).swapaxes(1, 2))[:, one, two] / 2
    begun = (start + start.swapaxes(1, 2))[:, one, two] / 2
    for n in np.argsort(-np.abs(change.mean(axis=0)), kind="stable")[:MOST_PAIRS]:
        gap, interval = change[:, n], "one run"
        if runs > 1:
            told = measures.mean_interval(xr.DataArray(gap, dims="run"))
            interval = _span(float(told["low"]), float(told["high"]), "+.2f")
        first = float(begun[:, n].mean())
        rows.append(
            (
                f"{label[one[n]]} and {label[two[n]]}", f"{first:+.2f}",
                f"{first + gap.mean():+.2f}", f"{gap.mean():+.2f}", interval,
                f"{(gap < 0).mean():.0%}",
            )
        )  # fmt: skip
    heads = ("pair", when, "at the end", "change", "95 % interval", "runs in which it fell")
    caption = f"Ties from -1 (enemies) to 1 (friends), mean of both directions and of {runs} runs"
    return _table(caption, heads, rows)


def _both_ends(
    results: xr.Dataset, scenario: Scenario
) -> tuple[NDArray[np.float64], NDArray[np.float64], str]:
    """Ties of some runs at the start and at the end, and what the start is."""
    if "tie" in results:
        ties = results["tie"].isel(run=slice(0, MOST_DRAWN)).transpose("run", "round", ...)
        ends = ties.isel(round=[0, -1]).values.astype(float)
        return ends[:, 0], ends[:, 1], "after the first week"
    some = results["final_tie"].isel(run=slice(0, MOST_OPENED))
    g, p, lay = prepare(scenario)
    order = file_order(scenario, lay)["actor"]
    held = results.attrs.get("hold", "nothing")
    seed, hold = int(results.attrs["seed"]), None if held == "nothing" else str(held)
    start = np.stack(
        [
            begin(scenario, g, p, lay, seed, int(run), hold).tie.T[np.ix_(order, order)]
            for run in some["run"].values
        ]
    )
    return start, some.values.astype(float), "before the war"


def _figures(results: xr.Dataset) -> str:
    """Every figure of many runs that the recorded variables allow; why the others are not there."""
    shown = results.isel(run=slice(0, MOST_DRAWN))
    drawn, left, lacking = [], [], dict[str, None]()
    for name in OF_ALL:
        missing = catalogue.lacks(results, name)
        if missing:
            left.append(name)
            lacking |= dict.fromkeys(missing)
            continue
        try:
            drawn.append(_figure(shown, name))
        except ResultsError as error:
            drawn.append(_p(f"No figure of {name}: {error}.", "note"))
    if left:
        drawn.append(
            _p(
                f"Not recorded of all runs: {', '.join(left)}. "
                f"An ensemble keeps what they need with --record {','.join(lacking)}.", "note",
            )
        )  # fmt: skip
    if len(left) < len(OF_ALL) and results.sizes["run"] > MOST_DRAWN:
        drawn.append(_p(f"Figures show the first {MOST_DRAWN} runs.", "note"))
    return "\n".join(drawn)


def _figure(results: xr.Dataset, name: str, run: int | None = None) -> str:
    image = base64.b64encode(png(catalogue.figure(results, name, run=run), DOTS)).decode("ascii")
    shows = catalogue.entry(name).shows
    alt = f"{shows} {_reading(results, name, run)}".strip()
    return (
        f'<figure>\n<img alt="{escape(alt)}" src="data:image/png;base64,{image}">\n'
        f"<figcaption>{escape(shows)}</figcaption>\n</figure>"
    )


def _reading(results: xr.Dataset, name: str, run: int | None) -> str:
    """What somebody who does not see a figure would want to know of it, if it is a few numbers."""
    from sim.plots import default_pairs

    if name == "ties":
        shown = results if run is None else results.sel(run=[run])
        words = []
        for i, j in default_pairs(results):
            first, last = measures.tie(shown, i, j).isel(round=[0, -1]).median("run").values
            words.append(f"{i} and {j} go from {first:+.2f} to {last:+.2f}")
        return f"{'Medians: ' if run is None else ''}{'; '.join(words)}.".replace("_", " ")
    if name == "outcomes":
        table: pd.DataFrame = measures.outcome_shares(results)
        told = (f"{n} {row['share']:.0%}" for n, row in table.iterrows())
        return f"{'; '.join(told)}.".replace("_", " ")
    if name == "ceasefires":
        count = len(measures.ceasefires(results if run is None else results.sel(run=[run])))
        return f"There were {count}; the chronicle below tells them."
    return ""


def _run(results: xr.Dataset, number: int, heading: str, why: str) -> str:
    """A run in figures and words, played again."""
    name = f"{heading}: run {number}"
    try:
        again = replay(results, number)
    except SimError as error:
        return _section(name, _p(why) + _p(f"It cannot be told: {error}.", "note"))
    parts = [_p(why)]
    for figure in OF_ONE:
        try:
            parts.append(_figure(again, figure, number))
        except ResultsError as error:
            parts.append(_p(f"No figure of {figure}: {error}.", "note"))
    parts.append(f"<h3>Chronicle of run {number}</h3>")
    try:
        parts.append(_chronicle(chronicle_page(again, number, width=1_000_000)))
    except SimError as error:
        parts.append(_p(f"It cannot be told: {error}.", "note"))
    return _section(name, "\n".join(parts))


def _chronicle(page: str) -> str:
    """The page of a chronicle with its headings and lists."""
    parts = []
    for block in page.split("\n\n")[1:]:
        head, *entries = block.split("\n")
        if entries:
            parts += [f"<h4>{escape(head)}</h4>", _list(entry.strip() for entry in entries)]
        else:
            parts.append(_p(head))
    return "\n".join(parts)


_BODY = Template("""<h1>$title</h1>
<p class="honest">$honest</p>
$lead
$parts
<section>
<h2>The scenario in full</h2>
<details>
<summary>Every value, written out</summary>
<pre>$scenario</pre>
</details>
</section>""")
