"""The report on an ensemble: one HTML file with its figures inside, without scripts."""

from __future__ import annotations

import os
from collections.abc import Callable
from html import escape
from pathlib import Path
from string import Template

import xarray as xr

from sim.measures import run_numbers
from sim.narrative.html import page, paragraph, section
from sim.results import selection
from sim.results.dataset import scenario_of
from sim.runs.progress import teller
from sim.scenario.english import tidy
from sim.scenario.files import dumps
from sim.ui.report import sections
from sim.ui.report.typical import Extremes, extremes
from sim.writing import must_be_possible, write_whole

__all__ = ["Extremes", "extremes", "html", "write"]

BODY = Template("""<h1>$title</h1>
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

HONEST = (
    "This page explores what may follow from the rules of a model and from what a scenario says. "
    "It does not forecast what named states or people will do."
)


def html(
    results: xr.Dataset,
    say: Callable[[str], None] | None = None,
    *,
    ids: bool = False,
) -> str:
    """The report on results as a page of valid HTML5 with everything inside it.

    Parameters
    ----------
    results : Dataset
        Of an ensemble, or of a results file.
    say : callable, optional
        Is told what is being done; if not given, a notebook shows it.
    ids : bool
        Also give the ids of actors, issues, mechanisms and outcomes, in brackets.

    Raises
    ------
    ResultsError
        If there are no runs, or what is there cannot be read.
    """
    selection.run_number(results)
    say = teller() if say is None else say
    # Read once, so that damage is found before anything is drawn; not all of it at one time.
    for piece in selection.pieces(results[[n for n in run_numbers.NEEDS if n in results]]):
        piece.load()
    scenario, found = scenario_of(results), extremes(results)
    many = results.sizes["run"] > 1
    say("drawing the figures ...")
    broken = (
        [section("Who broke with whom", sections.broken(results))] if scenario.coalition else []
    )
    parts = [
        section("What was run", sections.study(results)),
        section("The scenario in short", sections.setting(scenario, ids)),
        section("How it ends", sections.ends(results, scenario, ids)),
        section("The course of the war", sections.course(results)),
        *broken,
        section("Ties that changed most", sections.moved_ties(results, scenario)),
        section("Figures of all runs" if many else "Figures", sections.figures(results)),
    ]
    say(f"playing run {found.typical} again ...")
    why = (
        "Taking all its numbers together (weeks in each state, ceasefires, talks, decisions, "
        "positions, strength and ties at the end), this run is nearest to the medians. What it "
        "tells in detail may still be unlikely."
        if many
        else "The only run."
    )
    parts.append(
        sections.one_run(results, found.typical, "A typical run" if many else "The run", why)
    )
    if many and found.extreme != found.typical:
        say(f"playing run {found.extreme} again ...")
        why = "Taking all its numbers together, this run is farthest from the medians."
        if found.farthest:
            why += f" It is farthest in: {'; '.join(found.farthest)}."
        parts.append(sections.one_run(results, found.extreme, "An extreme run", why))
    title = tidy(str(results.attrs.get("title", ""))) or "A war"
    lead = tidy(scenario.description)
    body = BODY.substitute(
        title=escape(title), honest=escape(HONEST), parts="\n".join(parts),
        lead=paragraph(lead) if lead else "", scenario=escape(dumps(scenario)),
    )  # fmt: skip
    return page(title, body)


def write(
    results: xr.Dataset,
    path: str | os.PathLike[str],
    say: Callable[[str], None] | None = None,
    *,
    ids: bool = False,
) -> Path:
    """Write the report on results; an old file stays whole until the new one is.

    Parameters
    ----------
    results, say, ids
        See `html`.
    path : path
        Its folder is made if it is not there.

    Raises
    ------
    ResultsError
        If it cannot be written (refused before anything is drawn), or as `html`.
    """
    target = Path(path).expanduser()
    must_be_possible(target)
    write_whole(target, html(results, say, ids=ids).encode())
    return target
