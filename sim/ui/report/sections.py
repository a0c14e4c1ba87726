"""Sections of the report: one function for each, from results to HTML."""

from __future__ import annotations

import base64
import datetime as dt
import json
from html import escape
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from sim import measures
from sim.engine.build import begin, prepare
from sim.errors import ResultsError, SimError
from sim.measures import run_numbers
from sim.measures.breaks import FORMS
from sim.measures.war_outcomes import state_shares
from sim.narrative import html
from sim.narrative.chronicle import page as chronicle_page
from sim.plots import catalogue, default_pairs
from sim.plots.saving import image
from sim.results import selection
from sim.results.dataset import file_order, scenario_of
from sim.results.provenance import scenarios_of_runs
from sim.runs.simulate import replay
from sim.scenario import labels
from sim.scenario.english import Words, day, percent
from sim.scenario.schema import Scenario
from sim.ui.report.typical import numbers

# Figures over weeks show at most so many runs; so many are begun again for their first ties.
MOST_DRAWN, MOST_OPENED = 2000, 100
DOTS = 110.0
MOST_PAIRS = 8


def study(results: xr.Dataset) -> str:
    """Seed, versions, number of runs, failures: what it takes to make it again."""
    runs, failures = results["run"].values, str(results.attrs.get("failures", "")).splitlines()
    versions = json.loads(results.attrs.get("versions", "{}"))
    said = {
        "runs": f"{len(runs):,} (numbers {runs.min()} to {runs.max()})",
        "failures": f"{len(failures):,} runs failed and are left out" if failures else "none",
        "seed": str(results.attrs.get("seed", "unknown")),
    }
    if "unfinished" in results.attrs:
        said["not finished"] = str(results.attrs["unfinished"])
    if results.attrs.get("hold", "nothing") != "nothing":
        said["the same in all runs"] = str(results.attrs["hold"])
    if "record" in results.attrs:
        said["recorded of each run"] = str(results.attrs["record"]).replace(",", ", ")
    said["versions"] = ", ".join(f"{name} {version}" for name, version in versions.items())
    return html.pairs(said) + (html.items(failures[:10]) if failures else "")


def _named(label: str, name: str, ids: bool) -> str:
    """A label, with the id in brackets if ids are asked for."""
    return f"{label} ({name})" if ids else label


def setting(scenario: Scenario, ids: bool = False) -> str:
    """The scenario in short: time, actors, issues, dates on which something is given."""
    end = scenario.start + dt.timedelta(days=7 * scenario.weeks - 1)
    on = [
        (_named(labels.mechanism(name), f"mechanisms.{name}", ids), value)
        for name, value in scenario.mechanisms
    ]
    off = [name for name, value in on if value is False]
    said = {
        "time": f"{scenario.weeks} weeks, {day(scenario.start)} to {day(end)}",
        "theory": "; ".join(f"{name}: {value}" for name, value in on if isinstance(value, str)),
    }
    if off:
        said["switched off"] = "; ".join(off)
    if scenario.theatres and scenario.mechanisms.theatres:
        places = {name: theatre.label for name, theatre in scenario.theatres.items()}
        covers = scenario.ceasefire.covers
        held = [places[name] for name in (places if covers is None else covers)]
        said["theatres"] = f"{'; '.join(places.values())}. A ceasefire covers: {'; '.join(held)}"
    actors = (
        (
            _named(who.label, name, ids), who.kind,
            scenario.camps[who.camp].label if who.camp else "neutral",
            "yes" if who.armed else "no", f"{who.capability:g}",
            ", ".join(scenario.actors[p].label for p in scenario.patrons.get(name, ())),
        )
        for name, who in scenario.actors.items()
    )  # fmt: skip
    issues = (
        (_named(i.label, name, ids), i.zero, i.one, f"{i.start:g}")
        for name, i in scenario.issues.items()
    )
    parts = [
        html.pairs(said),
        html.table("Actors", ("actor", "kind", "camp", "armed", "capability", "patron of"), actors),
        html.table("Issues", ("issue", "0 is", "1 is", "at the start"), issues),
    ]
    if scenario.events:
        told = [
            (event.date or scenario.start + dt.timedelta(days=7 * (event.week or 0)), event.why)
            for event in scenario.events
        ]
        parts.append("<h3>Dates on which something is given</h3>")
        parts.append(html.items(f"{day(date)}: {why}" for date, why in sorted({*told})))
    return "\n".join(parts)


def ends(results: xr.Dataset, scenario: Scenario, ids: bool = False) -> str:
    """How many runs end how, with intervals."""
    heads = ("outcome", "runs", "share", "95 % interval")
    rows = [(str(name), *_share_row(row)) for name, row in state_shares(results).iterrows()]
    parts = [html.table("State in the last week", heads, rows)]
    # without the weeks of ties where these are too many to be read at once
    many = results.sizes["run"] > MOST_DRAWN
    light = results.drop_vars("tie", errors="ignore") if many else results
    try:
        table = measures.outcome_shares(light)
    except ResultsError as error:
        note = f"Classes of outcome are not shown: {error}."
        return "\n".join([*parts, html.paragraph(note, "note")])
    rows = []
    for index, row in table.iterrows():
        name = _named(labels.outcome(scenario, str(index)), str(index), ids)
        rows.append((f"{name}: {row['meaning']}", *_share_row(row)))
    parts.append(html.table("Classes of outcome", heads, rows))
    note = (
        "The first five exclude each other; the others can be true in addition. Intervals are "
        "those of Wilson: they show how exact this number of runs is, not whether the model is "
        "right."
    )
    return "\n".join([*parts, html.paragraph(note, "note")])


def _share_row(row: pd.Series[Any]) -> tuple[str, str, str]:
    """Runs, their share and its interval, of a row of a table of shares."""
    share, low, high = (percent(float(row[name]), " %") for name in ("share", "low", "high"))
    return f"{int(row['runs']):,}", share, f"{low} to {high}"


def _span(low: float, high: float, form: str) -> str:
    # the z takes the sign from what is shown as zero
    return f"{low:{form}} to {high:{form}}"


def _interval(values: NDArray[np.float64], form: str) -> str:
    """The 95 % interval of the mean over runs."""
    if len(values) < 2:
        return "one run"
    told = measures.mean_interval(xr.DataArray(values, dims="run"))
    return _span(float(told["low"]), float(told["high"]), form)


def course(results: xr.Dataset) -> str:
    """Weeks in each state, ceasefires and talks of a run."""
    light = results.drop_vars(["tie"], errors="ignore")
    found = [
        {measure.name: values for measure, values in numbers(piece).items()}
        for piece in selection.pieces(light)
    ]
    # A count that does not occur in a piece is 0 there.
    table, rows = pd.concat(map(pd.DataFrame, found), ignore_index=True).fillna(0.0), []
    for name in filter(table.__contains__, run_numbers.HEADLINES):
        values = table[name].to_numpy()
        low, middle, high = np.percentile(values, [5, 50, 95])
        mean, interval = f"{values.mean():.1f}", _interval(values, "z.1f")
        rows.append((name, mean, interval, f"{middle:.0f}", _span(low, high, "z.0f")))
    heads = ("a run", "mean", "95 % interval of the mean", "median", "5 to 95 % of runs")
    return html.table("Weeks in each state, ceasefires and talks", heads, rows)


def broken(results: xr.Dataset) -> str:
    """The pairs that broke, how often, when, and in which form."""
    if "event_kind" not in results:
        note = "Not recorded of all runs: an ensemble keeps it with --record events."
        return html.paragraph(note, "note")
    table = measures.break_shares(results)
    if table.empty:
        return html.paragraph("No pair broke in any run.")
    actors, rows = scenario_of(results).actors, []
    for _, row in table.iterrows():
        names = f"{actors[row['actor']].label} and {actors[row['other']].label}"
        forms = (percent(row[f"by_{form}"], " %") for form in FORMS)
        rows.append((names, *_share_row(row), day(row["date"].date()), *forms))
    heads = ("pair", "runs", "share", "95 % interval", "median date", *FORMS.values())
    return html.table("Pairs that broke, by the form of their first break", heads, rows)


def moved_ties(results: xr.Dataset, scenario: Scenario) -> str:
    """The pairs whose ties moved most between the start and the end, on the mean of runs."""
    if results.sizes["actor"] < 2:
        return html.paragraph("There is but one actor.")
    if "tie" not in results and "final_tie" not in results:
        return html.paragraph("Ties were not recorded.", "note")
    start, end, when = _both_ends(results, scenario)
    rows, label = [], [str(words) for words in results["actor_label"].values]
    one, two = np.triu_indices(results.sizes["actor"], k=1)
    change = ((end - start) + (end - start).swapaxes(1, 2))[:, one, two] / 2
    begun = (start + start.swapaxes(1, 2))[:, one, two] / 2
    for n in np.argsort(-np.abs(change.mean(axis=0)), kind="stable")[:MOST_PAIRS]:
        gap = change[:, n]
        first, moved = float(begun[:, n].mean()), gap.mean()
        shown = (f"{number:+.2f}" for number in (first, first + moved, moved))
        fell = percent(float((gap < 0).mean()), " %")
        names = f"{label[one[n]]} and {label[two[n]]}"
        rows.append((names, *shown, _interval(gap, "+z.2f"), fell))
    heads = ("pair", when, "at the end", "change", "95 % interval", "runs in which it fell")
    caption = "Ties from -1 (enemies) to 1 (friends), mean of both directions and of "
    return html.table(f"{caption}{len(start)} runs", heads, rows)


def _both_ends(
    results: xr.Dataset, scenario: Scenario
) -> tuple[NDArray[np.float64], NDArray[np.float64], str]:
    """Ties of some runs at the start and at the end, and what the start is."""
    if "tie" in results:
        ties = results["tie"].isel(run=slice(0, MOST_DRAWN)).transpose("run", "week", ...)
        ends = ties.isel(week=[0, -1]).values.astype(float)
        return ends[:, 0], ends[:, 1], "after the first week"
    some = results["final_tie"].isel(run=slice(0, MOST_OPENED))
    given = [prepare(case) for case in scenarios_of_runs(results, some["run"].values.tolist())]
    if len(given) == 1:
        given *= some.sizes["run"]
    lay = given[0][2]
    order = file_order(scenario, lay)["actor"]
    held = results.attrs.get("hold", "nothing")
    seed, hold = int(results.attrs["seed"]), None if held == "nothing" else str(held)
    start = np.stack(
        [
            begin(*inputs, seed, int(run), hold).relations.tie[np.ix_(order, order)]
            for inputs, run in zip(given, some["run"].values, strict=True)
        ]
    )
    return start, some.values.astype(float), "before the war"


def figures(results: xr.Dataset) -> str:
    """Every figure of many runs that the recorded variables allow; why the others are not there."""
    shown, page = results.isel(run=slice(0, MOST_DRAWN)), catalogue.of_page(results, "ensemble")
    left = {figure.name: figure.lacks(results) for figure in page if figure.lacks(results)}
    drawn = [_figure(shown, figure) for figure in page if figure.name not in left]
    if drawn and results.sizes["run"] > MOST_DRAWN:
        drawn.append(html.paragraph(f"Figures show the first {MOST_DRAWN} runs.", "note"))
    if left:
        lacking = dict.fromkeys(word for words in left.values() for word in words)
        note = f"Not recorded of all runs: {', '.join(left)}. An ensemble keeps what they need with"
        drawn.append(html.paragraph(f"{note} --record {','.join(lacking)}.", "note"))
    return "\n".join(drawn)


def _figure(results: xr.Dataset, figure: catalogue.Figure, run: int | None = None) -> str:
    """A figure, or why there is none."""
    try:
        drawn = catalogue.draw(results, figure.name, run=run)
    except ResultsError as error:
        return html.paragraph(f"No figure of {figure.name}: {error}.", "note")
    encoded = base64.b64encode(image(drawn, DOTS)).decode("ascii")
    alt = f"{figure.shows} {_reading(results, figure.name, run)}".strip()
    return (
        f'<figure>\n<img alt="{escape(alt)}" src="data:image/png;base64,{encoded}">\n'
        f"<figcaption>{escape(figure.shows)}</figcaption>\n</figure>"
    )


def _reading(results: xr.Dataset, name: str, run: int | None) -> str:
    """Text alternative of a figure that shows a few numbers."""
    scenario = scenario_of(results)
    shown = results if run is None else results.sel(run=[run])
    if name == "ties":
        words = []
        for i, j in default_pairs(results):
            first, last = measures.tie(shown, i, j).isel(week=[0, -1]).median("run").values
            both = Words(scenario).all((i, j))
            words.append(f"{both} go from {first:+.2f} to {last:+.2f}")
        return f"{'Medians: ' if run is None else ''}{'; '.join(words)}."
    if name == "outcomes":
        table: pd.DataFrame = measures.outcome_shares(results)
        told = (
            f"{labels.outcome(scenario, str(name))} {percent(row['share'], ' %')}"
            for name, row in table.iterrows()
        )
        return f"{'; '.join(told)}."
    if name == "ceasefires":
        return f"There were {len(measures.ceasefires(shown))}; the chronicle below tells them."
    return ""


def one_run(results: xr.Dataset, number: int, heading: str, why: str) -> str:
    """A run in figures and words, played again."""
    name = f"{heading}: run {number}"
    try:
        again = replay(results, number)
    except SimError as error:
        note = html.paragraph(f"It cannot be told: {error}.", "note")
        return html.section(name, html.paragraph(why) + note)
    parts = [html.paragraph(why)]
    parts += [_figure(again, one, number) for one in catalogue.of_page(again, "run", run=number)]
    parts.append(f"<h3>Chronicle of run {number}</h3>")
    try:
        parts.append(_chronicle(chronicle_page(again, number, width=1_000_000)))
    except SimError as error:
        parts.append(html.paragraph(f"It cannot be told: {error}.", "note"))
    return html.section(name, "\n".join(parts))


def _chronicle(page: str) -> str:
    """The page of a chronicle with its headings and lists."""
    parts = []
    for block in page.split("\n\n")[1:]:
        head, *entries = block.split("\n")
        parts.append(f"<h4>{escape(head)}</h4>" if entries else html.paragraph(head))
        if entries:
            parts.append(html.items(entry.strip() for entry in entries))
    return "\n".join(parts)
