"""The report on the tests: tables with intervals, and what they show and do not show."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import pandas as pd
from scipy import stats

from sim.experiments.hypothesis_tests import codings, rival_models
from sim.experiments.hypothesis_tests.battery import Trial
from sim.experiments.hypothesis_tests.facts import MOST
from sim.experiments.hypothesis_tests.tables import score

NAMES = {"tie": "tie", "orders": "orders to spoil", "breaches": "breaches by proxies"}
NO_CONFLICT = 0.02
# Shuffled codings from which on shares and places of them say something.
ENOUGH = 50

type Row = pd.Series | Mapping[Hashable, Any]  # of a table


class Block(NamedTuple):
    """One part of the page.

    Attributes
    ----------
    title : str
        Heading of the part.
    before : sequence of str
        Sentences before the table.
    head : sequence of str
        Of the table; empty if there is none.
    rows : list of list of str
        Rows of the table, each with one cell for every column of `head`.
    after : sequence of str
        Sentences after it.
    part : str
        One of `sim.experiments.hypothesis_tests.battery.PARTS`, "left-out" or "verdict".
    """

    title: str
    before: Sequence[str]
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    after: Sequence[str] = ()
    part: str = ""


def blocks(trial: Trial) -> list[Block]:
    """All parts of the page, in the order of the argument."""
    makers: dict[str, Callable[[Trial], Block]] = {
        "two-by-two": _two_by_two, "return": _returns, "codings": _codings, "pairs": _pairs,
        "facts": _facts, "rivals": _rivals, "channel": _channel,
    }  # fmt: skip
    shown = [part for part in makers if part in trial.tables]
    found = [makers[part](trial)._replace(part=part) for part in shown]
    if trial.left_out:
        words = [f"{part}: {why}." for part, why in trial.left_out.items()]
        found.append(Block("Left out", words, part="left-out"))
    if "facts" in trial.tables:
        found.append(Block("What counts", verdict(trial), part="verdict"))
    return found


def text(trial: Trial, *, ids: bool = False) -> str:
    """The page for a terminal; `ids` also gives the ids of actors and issues, in brackets."""
    if ids:
        named = {name: f"{words} ({name})" for name, words in trial.names.items()}
        trial = replace(trial, names=named)
    partner, spoiler, goal = _called(trial, trial.partner, trial.spoiler, trial.goal)
    lines = [
        f"{trial.title}: the theory on trial",
        f"partner: {partner}; spoiler: {spoiler}; shared goal: {goal} "
        f"({trial.achieved:g}); {trial.runs} runs of each experiment, seed {trial.seed}, "
        f"{trial.seconds:.0f} s",
        "95 % intervals over runs, paired by run: all experiments share their luck.",
    ]
    for block in blocks(trial):
        lines += ["", block.title, "-" * len(block.title), *block.before]
        if block.head:
            lines += ["", *_columns([list(block.head), *block.rows])]
            lines += ["", *block.after] if block.after else []
    return "\n".join(lines) + "\n"


def markdown(block: Block) -> str:
    """One part in Markdown, without its title."""
    parts = [*block.before]
    if block.head:
        rows = [block.head, ["---"] * len(block.head), *block.rows]
        parts.append("\n".join("| " + " | ".join(row) + " |" for row in rows))
    return "\n\n".join([*parts, *block.after])


# the parts ----------------------------------------------------------------------------------------


def _two_by_two(trial: Trial) -> Block:
    table, rows, said = trial.tables["two-by-two"], [], []
    keys = ["spoiler", "design", "coding", "outcome"]
    for place, group in table.groupby(keys, sort=False):
        spoiler, design, coding, outcome = (str(part) for part in place)
        cells = [f"{value:.2f}" for value in group["value"].iloc[:4]]
        effect = group[group["what"] == "interaction"].iloc[0]
        (called,) = _called(trial, spoiler)
        rows.append([called, f"{design} {coding}", NAMES[outcome], *cells, _long(effect)])
        if spoiler == trial.spoiler and coding == "A":
            said.append(f"{design}, {NAMES[outcome]}: {_sign(effect)}")
    return Block(
        "Short-term goal safe or not, long-term aims in conflict or compatible",
        (
            "flag: the goal can be satisfied (safe) or never counts as satisfied; only attention, "
            "and through it ties, depends on this. clamp: the goal is held where it is secure "
            f"(safe, {trial.secure:g}) or threatened ({trial.threatened:g}).",
            f"A: the spoiler takes its partner's aims on {_list(trial, trial.disputed)}; B: the "
            "partner takes the spoiler's. Under flag the tie is its change after the goal is met.",
        ),
        ("spoiler", "design", "outcome", "conflict, safe", "conflict, not", "compatible, safe",
         "compatible, not", "interaction"),
        rows,
        (f"Interactions for {_called(trial, trial.spoiler)[0]}, A: " + "; ".join(said) + ".",),
    )  # fmt: skip


def _returns(trial: Trial) -> Block:
    table, rows, said = trial.tables["return"], [], []
    for outcome, group in table.groupby("outcome", sort=False):
        rows.append([NAMES[str(outcome)], *map(_long, group.to_dict("records"))])
        said.append(f"{NAMES[str(outcome)]}: {_sign(group.iloc[2])}")
    return Block(
        "Return of threat",
        (f"The goal is threatened again ({trial.threatened:g}) from three quarters of the war on; "
         "measured in its last sixth.",),
        ("outcome", "as it goes on", "threatened again", "change"), rows,
        ("Change: " + "; ".join(said) + ".",),
    )  # fmt: skip


def _codings(trial: Trial) -> Block:
    rows, said = [], []
    for row in codings.percentiles(trial.tables["codings"]).to_dict("records"):
        name = NAMES[row["outcome"]]
        rows.append(
            [
                name, f"{row['coded']:+.2f}",
                f"{row['mean']:+.2f} ({row['p5']:+.2f} to {row['p95']:+.2f})",
                codings.place(row), _ends(row, "slope"), f"{row['r']:+.2f}",
                _ends(row, "own"), _ends(row, "table"),
            ]
        )  # fmt: skip
        word = {None: "too few codings to tell", False: "does not go with the coded conflict"}.get(
            _goes(row), "goes with the coded conflict"
        )
        if _goes(row) and row["slope"] * codings.EXPECTED[row["outcome"]] <= 0.0:
            word += ", with the wrong sign"
        said.append(f"{name}: {word}")
    return Block(
        "Placebo codings",
        (
            f"Aims on {_list(trial, trial.shuffled)} are shuffled among the actors that have "
            f"them, {trial.codings} times. Effects are secure less threatened, "
            f"{trial.coding_runs} runs each, also for the war as coded. Percentile: codings with "
            "a weaker effect in the direction that the theory expects; in brackets, how far the "
            "luck of its runs may move the war as coded. Conflict is that of the two (0 to 1); "
            "the last two columns are from a regression on it and on the spoiler's conflict with "
            "the others at the talks.",
        ),
        ("outcome", "as coded", "shuffled, mean (5 to 95 %)", "percentile", "slope on conflict",
         "r", "slope, table held", "slope on the table's"),
        rows,
        ("Over codings, " + "; ".join(said) + ".",),
    )  # fmt: skip


def _pairs(trial: Trial) -> Block:
    table = trial.tables["pairs"]
    rows = [
        [_list(trial, (row["one"], row["other"])), f"{row['conflict']:.2f}",
         *(_ends(row, name, "_value") for name in ("clamp", "flag", "after"))]
        for row in table.to_dict("records")
    ]  # fmt: skip
    own = {trial.partner, trial.spoiler}
    others = table[[set(two) != own for two in zip(table["one"], table["other"], strict=True)]]
    after = []
    if len(table) > 2:
        rank = stats.spearmanr(table["conflict"], table["clamp_value"]).statistic
        after.append(
            f"Rank correlation of conflict and effect of security over {len(table)} pairs: "
            f"{rank:+.2f}."
        )
    calm = others[others["conflict"] < NO_CONFLICT]
    if len(calm):
        fall = int((calm["clamp_high"] < 0.0).sum())
        after.append(
            f"Ties without conflict in long-term aims (below {NO_CONFLICT:g}) fall too in {fall} "
            f"of {len(calm)} pairs, by {-calm['clamp_value'].mean():.2f} in the mean: ties fall "
            "when an ally is needed less, whatever it wants."
        )
    return Block(
        "Other pairs of allies",
        ("The same experiments; measured is the tie of every pair of one camp.",),
        ("pair", "conflict", "secure less threatened", "satisfiable less never", "after the goal"),
        rows, after,
    )  # fmt: skip


def _facts(trial: Trial) -> Block:
    table = trial.tables["facts"]
    shared = {}
    if "codings" in trial.tables:
        found = codings.shares(trial.tables["codings"], list(table["fact"]))
        shared = {row["fact"]: row for row in found.to_dict("records")}
    rows = []
    for row in table.to_dict("records"):
        status, figure, holds, words = row["status"], "left out", row["left_out"], ""
        if not row["left_out"]:
            status += "" if row["seen"] else ", not looked at"
            figure, holds = _long(row), "yes" if row["holds"] else "no"
            if share := shared.get(row["fact"]):
                words = f"{share['share']:.2f} ({share['least']:.2f}, {share['most']:.2f})"
                words += " proves nothing" if share["nothing"] else ""
        rows.append([row["fact"], row["claim"], status, figure, holds, words])
    return Block(
        "The facts",
        (
            "holds: the whole interval has the expected sign. For history: the estimate lies in "
            "the range of history, or, if it is one number a run, the middle nine tenths of runs "
            "overlap with the range. shuffled: share of shuffled codings in which the estimate "
            "agrees too (in brackets: in the third with the least and in the third with the most "
            f"conflict). Above {MOST:g} a fact proves nothing about who wants what.",
        ),
        ("fact", "claim", "status", "figure", "holds", "shuffled"), rows,
    )  # fmt: skip


def _rivals(trial: Trial) -> Block:
    table = trial.tables["rivals"]
    models = list(dict.fromkeys(table["model"]))
    rows = [
        [f"{name} ({found['status'].iloc[0]})", *map(_held, found.to_dict("records"))]
        for name, found in table.groupby("fact", sort=False)
    ]
    for status in ("free", "imposed", "fitted"):
        scores = [score(table, model, status) for model in models]
        rows.append([f"{status}: hold", *(f"{yes} of {of}" for yes, of in scores)])
    free = [score(table, model, "free")[0] for model in models]
    return Block(
        "Rival models",
        [f"{name}: {one.says}" for name, one in rival_models.RIVALS.items() if name in models],
        ("fact", *models), rows,
        (_standing(models, free),),
    )  # fmt: skip


def _standing(models: Sequence[str], free: Sequence[int]) -> str:
    """Whether free facts distinguish the theory, the first of the models, from its rivals."""
    equals = [m for m, held in zip(models[1:], free[1:], strict=True) if held >= free[0]]
    if equals:
        return (
            f"As many free facts as {models[0]} hold under: {', '.join(equals)}. These facts "
            "cannot tell such a rival from it."
        )
    lack = free[0] - max(free[1:])
    near = [m for m, held in zip(models[1:], free[1:], strict=True) if free[0] - held == lack]
    return (
        f"No rival holds as many free facts as {models[0]}; {', '.join(near)} lack {lack}. A lack "
        "of one or two facts near the edge of their interval is no proof."
    )


def _channel(trial: Trial) -> Block:
    rows = [
        [f"{row['design']} {row['coding']}", NAMES[row["outcome"]],
         *(_ends(row, name, "_value") for name in ("whole", "cut", "share"))]
        for row in trial.tables["channel"].to_dict("records")
    ]  # fmt: skip
    return Block(
        "How much runs through the tie",
        ("Interaction with everything, and with the tie cut from behaviour. The share is the part "
         "that is lost, with Fieller's interval; none if the whole cannot be told from 0.",),
        ("design", "outcome", "everything", "tie cut", "share through the tie"), rows,
        ("flag acts through ties alone, so its share is 1 by construction. The part of the effect "
         "of security that is not through the tie is through what there is to lose in the field.",),
    )  # fmt: skip


def verdict(trial: Trial) -> list[str]:
    """Count the facts by what they can prove, and say which hold and are evidence, in sentences."""
    table = trial.tables["facts"]
    table = table[table["left_out"] == ""]
    number = table["status"].value_counts()
    free = table[table["status"] == "free"]
    good, failed = free[free["holds"]], free[~free["holds"]]
    words = [
        f"Of {len(table)} facts {number.get('fitted', 0)} are fitted and "
        f"{number.get('imposed', 0)} imposed by the coding: no evidence, however well they hold.",
        f"{len(free)} are free to be wrong; {len(good)} of them hold beyond their error, "
        f"{(~good['seen'].astype(bool)).sum()} of which nobody had looked at while the theory was "
        "tuned.",
    ]
    if len(failed):
        words.append(f"Free facts that do not hold: {', '.join(failed['fact'])}.")
    if "codings" not in trial.tables:
        return [*words, "Whether they hold for any coding was not asked: see the part codings."]
    shared = codings.shares(trial.tables["codings"], list(good["fact"]))
    empty = set(shared["fact"][shared["nothing"]])
    left = ", ".join(name for name in good["fact"] if name not in empty) or "none"
    words += [
        f"{len(empty)} of the {len(good)} hold for most shuffled codings too and prove nothing "
        "about who wants what.",
        f"Left as evidence for the coded conflict, by sign: {left}.",
    ]
    if trial.codings < ENOUGH:
        words.append(
            f"Only {trial.codings} shuffled codings: too few to tell what holds for most, and "
            "where the war as coded stands."
        )
    for row in codings.percentiles(trial.tables["codings"]).to_dict("records"):
        goes = {None: "could not be told whether it goes", False: "does not go"}.get(
            _goes(row), "goes"
        )
        words.append(
            f"By size, what security does to the {NAMES[row['outcome']]} as coded is stronger than "
            f"in {codings.place(row)} % of shuffled codings; over codings it {goes} with the "
            "conflict of the two."
        )
    return words


# words --------------------------------------------------------------------------------------------


def _called(trial: Trial, *names: str) -> list[str]:
    """Actors and issues by their labels, as far as the trial has them."""
    return [trial.names.get(name, name) for name in names]


def _list(trial: Trial, names: Sequence[str]) -> str:
    return ", ".join(_called(trial, *names))


def _goes(row: Row) -> bool | None:
    """Whether the slope on the conflict of the two is certain; None if it is not known."""
    low, high = row["slope_low"], row["slope_high"]
    return bool(low * high > 0.0) if math.isfinite(low) and math.isfinite(high) else None


def _long(row: Row) -> str:
    """Value with its interval, by its size."""
    form = ".0f" if abs(row["value"]) >= 10 else "+.2f"
    return _told([row[name] for name in ("value", "low", "high")], form)


def _ends(row: Row, name: str, value: str = "") -> str:
    """Value with its interval, of the columns whose names begin with `name`."""
    return _told([row[f"{name}{end}"] for end in (value, "_low", "_high")], "+.2f")


def _told(numbers: Sequence[float], form: str) -> str:
    value, low, high = (f"{number:{form}}" for number in numbers)
    return "-" if math.isnan(numbers[0]) else f"{value} ({low} to {high})"


def _held(row: Row) -> str:
    if row["left_out"]:
        return "-"
    value = f"{row['value']:{'.0f' if abs(row['value']) >= 10 else '+.2f'}}"
    return f"{value} {'yes' if row['holds'] else 'no'}"


def _sign(row: Row) -> str:
    if row["low"] == row["high"] == 0.0:
        return "exactly 0"
    if row["low"] > 0.0:
        return "above 0"
    return "below 0" if row["high"] < 0.0 else "not told from 0"


def _columns(rows: Sequence[Sequence[str]]) -> Iterable[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
