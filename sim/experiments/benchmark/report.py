"""The page of a benchmark, in Markdown: what the numbers say, scores, and every pair."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from sim.experiments.benchmark.battery import Benchmark, Shuffles
from sim.experiments.benchmark.forecasts import Forecast
from sim.experiments.benchmark.rivals import RIVALS
from sim.experiments.benchmark.scores import PRIMARY, SCORES, SUREST, Estimate, estimate
from sim.scenario.english import count, listed, percent

FEW = 3  # fewer wars say nothing of the error over wars
NONE = "–"  # noqa: RUF001  # the sign of a table for what there is not
_WORDS = {
    "timing": "when pairs break (integrated Brier score, less is better)",
    "log": "when pairs break (log score of half-years, less is better)",
    "within": "which pair of a war breaks (AUC within wars, more is better)",
    "brier": "how likely a break is (Brier score, less is better)",
}


def page(found: Benchmark, figure: str = "") -> str:
    """The whole page.

    Parameters
    ----------
    found : Benchmark
        The result.
    figure : str
        Address of the figure, from where the page will stand; none if empty.
    """
    scored = found.scored
    parts = ["# Does it tell which allies break, and when?"]
    if scored.wars:
        first, *others = verdict(found)
        parts += [first, "\n".join(f"* {line}" for line in others), *_wars(found)]
        parts += ["## Scores", *_scores(found), "## The model less each other", *_gaps(found)]
        parts += ["## Each war alone", *_apart(found)]
        if found.shuffles is not None:
            parts += ["## Aims shuffled", *_shuffles(found, found.shuffles)]
    else:
        parts += ["No war of the library has outcomes: there is nothing to score.", *_wars(found)]
    if figure:
        parts += [
            "## When",
            f"![Share of runs in which each pair has broken, by date]({figure})",
            "Lines: share of runs in which a pair has broken by a day. Marks: the day on which it "
            "broke, on its line. The upright line is the day on which the enemy is beaten.",
        ]
    parts += ["## War by war", *_pairs(found)]
    return "\n\n".join(parts) + "\n"


def verdict(found: Benchmark) -> list[str]:
    """What the numbers say, in sentences; where a line of arithmetic does better, it is said."""
    scored = found.scored
    wars, pairs = len(scored.wars), len(scored.war)
    said = [
        f"Wars: {wars}; pairs of allies: {pairs}; broke within five years after the threat was "
        f"gone: {int(scored.broke.sum())}; runs a war: {found.runs}; seed {found.seed}."
    ]
    for name, words in _WORDS.items():
        own = estimate(name, scored, found.model)
        if math.isnan(own.value):
            said.append(f"For {words} there is nothing to compare.")
            continue
        best = _best_baseline(name, found)
        if best is None:
            continue
        gap = estimate(name, scored, found.model, best)
        theirs = _value(name, found, best)
        lead = SCORES[name].better * gap.value
        if lead > 0:
            which = "the model does better than every forecast without a simulator"
        elif lead == 0:
            which = "the model does as well as the best forecast without a simulator"
        else:
            which = "a forecast without a simulator does better than the model"
        said.append(
            f"On {words}, {which}: the model has {digits(own.value)}, "
            f'"{best.name}" {digits(theirs)}{_sure(gap)}.'
        )
    for name in PRIMARY:
        ahead = [
            f'"{one.name}"'
            for one in found.rivals
            if SCORES[name].better * estimate(name, scored, found.model, one).value < 0
        ]
        if ahead:
            said.append(
                f"On {_WORDS[name]}, the same wars with a part of the theory taken out do better "
                f"than the model as {listed(ahead, 'and as')}."
            )
    if not math.isnan(estimate("within", scored, found.model).value):
        said.append(
            "If outcomes are dealt out anew within each war, an AUC within wars as high comes in "
            f"{percent(found.permutation(), ' %')} of all deals."
        )
    return said


def _sure(gap: Estimate) -> str:
    """Whether a difference is larger than its error."""
    if gap.value == 0:
        return ""
    if gap.wars < FEW or math.isnan(gap.reach):
        return "; too few wars to say how sure that is"
    if abs(gap.value) > gap.reach:
        return f"; the difference, {interval(gap)}, is more than its error over wars"
    return (
        f"; the difference, {interval(gap)}, is within its error over wars, so neither is shown to "
        "be better"
    )


def _wars(found: Benchmark) -> list[str]:
    """Notes on the library."""
    notes = [f"* {note}." for note in found.wars.notes]
    return ["\n".join(notes)] if notes else []


def _scores(found: Benchmark) -> list[str]:
    rows = [
        [kind, one.name, *(_with_error(estimate(name, found.scored, one)) for name in SCORES)]
        for kind, one in found.forecasts()
    ]
    said = (
        "Each war counts alike. Behind ±: the error by the jackknife over wars (within wars: "
        "over those of which some pairs broke and some did not). Less is better for timing and "
        "Brier, more for AUC and the c-index. A line that is fitted is fitted to the other wars. "
        f"In the log score no forecast is surer of a half-year than {SUREST}. Wars were chosen "
        "because they are telling, so their share of breaks is no base rate: the last Brier scores "
        "are weighed to one."
    )
    head = ["", "forecast", *(score.title for score in SCORES.values())]
    return [said, table(head, rows)]


def _gaps(found: Benchmark) -> list[str]:
    """The primary scores of the model less those of each other forecast, with 95 % intervals."""
    rows = []
    for _, one in list(found.forecasts())[1:]:
        cells = []
        for name in PRIMARY:
            cells.append(interval(estimate(name, found.scored, found.model, one)))
        rows.append([one.name, *cells])
    said = [
        "Primary scores, with 95 % intervals by the jackknife of the difference over wars "
        "(Student's t). The model does better where timing is below 0, and where ranking is above."
    ]
    if found.rivals:
        words = [f"*{one.name}*: {RIVALS[one.name].says}" for one in found.rivals]
        said.append("\n".join(f"* {line}" for line in words))
    return [*said, table(["less", *(SCORES[name].title for name in PRIMARY)], rows)]


def _apart(found: Benchmark) -> list[str]:
    """The primary scores in each war alone, of the model and of the best baseline over all."""
    scored = found.scored
    best = {name: one for name in PRIMARY if (one := _best_baseline(name, found)) is not None}
    rows = []
    for place, war in enumerate(scored.wars):
        mine = scored.war == place
        cells = [war.name, str(mine.sum()), str(scored.broke[mine].sum())]
        for name, one in best.items():
            of = mine & SCORES[name].counts(scored)
            told = (found.model, one)
            values = [SCORES[name].value(scored, two, of) if of.any() else math.nan for two in told]
            cells += map(digits, values)
        rows.append(cells)
    head = ["war", "pairs", "broke"]
    for name, one in best.items():
        head += [f"{SCORES[name].title}, the model", f"the same, {one.name}"]
    said = (
        "The model and, of each score, the forecast without a simulator that does best over all "
        "wars."
    )
    return [said, table(head, rows)]


def _shuffles(found: Benchmark, dealt: Shuffles) -> list[str]:
    """Where the wars as coded stand among those with shuffled aims."""
    rows = []
    for name in SCORES:
        if SCORES[name].better == 0:
            continue
        values = dealt.scores(name, found.scored)
        own = estimate(name, found.scored, dealt.coded).value
        low, high = (float(end) for end in np.quantile(values, (0.05, 0.95)))
        place = percent(dealt.place(name, found.scored), " %")
        rows.append(
            [SCORES[name].title, digits(own), digits(float(values.mean())),
             f"{digits(low)} to {digits(high)}", place]
        )  # fmt: skip
    said = (
        f"Who holds which aim on what is to be divided is dealt out anew {len(dealt.drawn)} times, "
        f"with {count(dealt.runs, 'run')} of each war; the wars as coded have as few runs here."
    )
    return [said, table(["", "as coded", "shuffled", "90 %", "as good or better"], rows)]


def _pairs(found: Benchmark) -> list[str]:
    parts = []
    every = found.pairs()
    for name, one in found.played.items():
        war = one.war
        actors = war.scenario.actors
        rows = [
            [
                actors[row["actor"]].label, actors[row["other"]].label,
                row["observed"] or NONE, row["date"] or NONE,
                *(digits(row[x]) for x in ("broke", "strained", "held")),
                row["median"] or NONE,
                _forms(row),
            ]
            for _, row in every[every["war"] == name].iterrows()
        ]  # fmt: skip
        head = [
            "", "", "observed", "broke", "p broke", "p strained", "p held", "median break",
            "forms of breaks",
        ]  # fmt: skip
        threat = f"The threat is gone on {war.day_of_victory}, in week {war.secured} of the run."
        parts += [f"### {war.scenario.name}", f"`{name}`. {threat}", table(head, rows)]
    return parts


def _forms(row: Any) -> str:
    """How often a pair broke in which form, of its breaks."""
    parts = [
        f"{form} {percent(row[f'by_{form}'] / row['broke'], ' %')}"
        for form in ("war", "joined", "formal")
        if row[f"by_{form}"] > 0
    ]
    return listed(parts) if parts else NONE


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines
    )


def _best_baseline(name: str, found: Benchmark) -> Forecast | None:
    """The forecast without a simulator that does best over all wars; None if none can be told."""
    told = [one for one in found.baselines if not _missing(name, found, one)]
    return min(told, key=lambda one: -SCORES[name].better * _value(name, found, one), default=None)


def _missing(name: str, found: Benchmark, one: Forecast) -> bool:
    return math.isnan(_value(name, found, one))


def _value(name: str, found: Benchmark, one: Forecast) -> float:
    return estimate(name, found.scored, one).value


def _with_error(one: Estimate) -> str:
    if math.isnan(one.value):
        return NONE
    return digits(one.value) + ("" if math.isnan(one.error) else f" ± {digits(one.error)}")


def digits(value: float) -> str:
    """A score to three digits."""
    return NONE if math.isnan(value) else f"{value:.3f}"


def interval(gap: Estimate) -> str:
    """A difference with its 95 % interval, as far as there is one."""
    if math.isnan(gap.value):
        return NONE
    if math.isnan(gap.reach):
        return signed(gap.value)
    ends = f"{signed(gap.value - gap.reach)} to {signed(gap.value + gap.reach)}"
    return f"{signed(gap.value)} ({ends})"


def signed(value: float) -> str:
    """A difference to three digits, with its sign."""
    return f"{value:+.3f}".replace("-", "−")  # noqa: RUF001  # a minus sign
