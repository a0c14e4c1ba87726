"""The report on the tests: tables with intervals, and what they show and do not show."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from scipy import stats

from sim.experiments.hypothesis_tests import placebo, rival_models
from sim.experiments.hypothesis_tests.battery import Trial
from sim.experiments.hypothesis_tests.evidence import NAMES, verdict
from sim.experiments.hypothesis_tests.facts import MOST
from sim.experiments.hypothesis_tests.tables import score

NO_CONFLICT = 0.02


@dataclass(frozen=True)
class Block:
    """One part of the page.

    Attributes
    ----------
    part : str
        One of `sim.experiments.hypothesis_tests.battery.PARTS`, "left-out" or "verdict".
    title : str
        Heading of the part.
    before, after : tuple of str
        Sentences around the table.
    head : tuple of str
        Of the table; empty if there is none.
    rows : list of list of str
        Rows of the table, each with one cell for every column of `head`.
    """

    part: str
    title: str
    before: tuple[str, ...]
    head: tuple[str, ...]
    rows: list[list[str]]
    after: tuple[str, ...]


def blocks(trial: Trial) -> list[Block]:
    """All parts of the page, in the order of the argument."""
    makers: dict[str, Callable[[Trial], Block]] = {
        "two-by-two": _two_by_two, "return": _returns, "codings": _codings, "pairs": _pairs,
        "facts": _facts, "rivals": _rivals, "channel": _channel,
    }  # fmt: skip
    found = [make(trial) for part, make in makers.items() if part in trial.tables]
    if trial.left_out:
        words = tuple(f"{part}: {why}." for part, why in trial.left_out.items())
        found.append(Block("left-out", "Left out", words, (), [], ()))
    if "facts" in trial.tables:
        found.append(Block("verdict", "What counts", verdict(trial), (), [], ()))
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
        cells = [_short(row) for _, row in group.iloc[:4].iterrows()]
        effect = group[group["what"] == "interaction"].iloc[0]
        (called,) = _called(trial, spoiler)
        rows.append([called, f"{design} {coding}", NAMES[outcome], *cells, _long(effect)])
        if spoiler == trial.spoiler and coding == "A":
            sign = _sign(effect)
            said.append(f"{design}, {NAMES[outcome]}: {sign}")
    return Block(
        "two-by-two",
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
        rows.append([NAMES[str(outcome)], *(_long(row) for _, row in group.iterrows())])
        said.append(f"{NAMES[str(outcome)]}: {_sign(group.iloc[2])}")
    return Block(
        "return",
        "Return of threat",
        (f"The goal is threatened again ({trial.threatened:g}) from three quarters of the war on; "
         "measured in its last sixth.",),
        ("outcome", "as it goes on", "threatened again", "change"), rows,
        ("Change: " + "; ".join(said) + ".",),
    )  # fmt: skip


def _codings(trial: Trial) -> Block:
    found, rows, said = placebo.percentiles(trial.tables["codings"]), [], []
    for _, row in found.iterrows():
        rows.append(
            [
                NAMES[row["outcome"]], f"{row['coded']:+.2f}",
                f"{row['mean']:+.2f} ({row['p5']:+.2f} to {row['p95']:+.2f})",
                placebo.place(row), _ends(row, "slope"), f"{row['r']:+.2f}",
                _ends(row, "own"), _ends(row, "table"),
            ]
        )  # fmt: skip
        wanted = placebo.EXPECTED[row["outcome"]]
        if not math.isfinite(row["slope_low"] * row["slope_high"]):
            word = "too few codings to tell"
        elif row["slope_low"] * row["slope_high"] <= 0.0:
            word = "does not go with the coded conflict"
        else:
            word = "goes with the coded conflict" + (
                "" if row["slope"] * wanted > 0.0 else ", with the wrong sign"
            )
        said.append(f"{NAMES[row['outcome']]}: {word}")
    return Block(
        "codings",
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
         _ends(row, "clamp_value"), _ends(row, "flag_value"), _ends(row, "after_value")]
        for _, row in table.iterrows()
    ]  # fmt: skip
    own = {trial.partner, trial.spoiler}
    others = table[[{row["one"], row["other"]} != own for _, row in table.iterrows()]]
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
        "pairs",
        "Other pairs of allies",
        ("The same experiments; measured is the tie of every pair of one camp.",),
        ("pair", "conflict", "secure less threatened", "satisfiable less never", "after the goal"),
        rows, tuple(after),
    )  # fmt: skip


def _facts(trial: Trial) -> Block:
    table = trial.tables["facts"]
    shared: dict[str, Any] = {}
    if "codings" in trial.tables:
        found = placebo.shares(trial.tables["codings"], list(table["fact"]))
        shared = {row["fact"]: row for _, row in found.iterrows()}
    rows = []
    for _, row in table.iterrows():
        if row["left_out"]:
            rows.append([row["fact"], row["claim"], row["status"], "left out", row["left_out"], ""])
            continue
        share = shared.get(row["fact"])
        words = "" if share is None else (
            f"{share['share']:.2f} ({share['least']:.2f}, {share['most']:.2f})"
            + (" proves nothing" if share["nothing"] else "")
        )  # fmt: skip
        status = row["status"] + ("" if row["seen"] else ", not looked at")
        rows.append(
            [row["fact"], row["claim"], status, _long(row), "yes" if row["holds"] else "no", words]
        )
    return Block(
        "facts",
        "The facts",
        (
            "holds: the whole interval has the expected sign. For history: the estimate lies in "
            "the range of history, or, if it is one number a run, the middle nine tenths of runs "
            "overlap with the range. shuffled: share of shuffled codings in which the estimate "
            "agrees too (in brackets: in the third with the least and in the third with the most "
            f"conflict). Above {MOST:g} a fact proves nothing about who wants what.",
        ),
        ("fact", "claim", "status", "figure", "holds", "shuffled"), rows, (),
    )  # fmt: skip


def _rivals(trial: Trial) -> Block:
    table = trial.tables["rivals"]
    models = list(dict.fromkeys(table["model"]))
    names = list(dict.fromkeys(table["fact"]))
    found = {(row["model"], row["fact"]): row for _, row in table.iterrows()}
    rows = []
    for name in names:
        status = str(found[models[0], name]["status"])
        rows.append([f"{name} ({status})", *(_held(found[model, name]) for model in models)])
    for status in ("free", "imposed", "fitted"):
        scores = [score(table, model, status) for model in models]
        rows.append([f"{status}: hold", *(f"{yes} of {of}" for yes, of in scores)])
    free = [score(table, model, "free")[0] for model in models]
    says = {rival.name: rival.says for rival in rival_models.RIVALS} | {
        rival_models.TREND: rival_models.TREND_SAYS
    }
    return Block(
        "rivals",
        "Rival models",
        tuple(f"{name}: {words}" for name, words in says.items() if name in models),
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
    table = trial.tables["channel"]
    rows = [
        [f"{row['design']} {row['coding']}", NAMES[row["outcome"]], _ends(row, "whole_value"),
         _ends(row, "cut_value"), _ends(row, "share_value")]
        for _, row in table.iterrows()
    ]  # fmt: skip
    return Block(
        "channel",
        "How much runs through the tie",
        ("Interaction with everything, and with the tie cut from behaviour. The share is the part "
         "that is lost, with Fieller's interval; none if the whole cannot be told from 0.",),
        ("design", "outcome", "everything", "tie cut", "share through the tie"), rows,
        ("flag acts through ties alone, so its share is 1 by construction. The part of the effect "
         "of security that is not through the tie is through what there is to lose in the field.",),
    )  # fmt: skip


# words --------------------------------------------------------------------------------------------


def _called(trial: Trial, *names: str) -> list[str]:
    """Actors and issues by their labels, as far as the trial has them."""
    return [trial.names.get(name, name) for name in names]


def _list(trial: Trial, names: Sequence[str]) -> str:
    return ", ".join(_called(trial, *names))


def _digits(row: Any, name: str = "value") -> int:
    return 0 if abs(row[name]) >= 10 else 2


def _short(row: Any) -> str:
    return f"{row['value']:.2f}"


def _long(row: Any) -> str:
    if math.isnan(row["value"]):
        return "-"
    n = _digits(row)
    sign = "" if n == 0 else "+"
    return f"{row['value']:{sign}.{n}f} ({row['low']:{sign}.{n}f} to {row['high']:{sign}.{n}f})"


def _ends(row: Any, name: str) -> str:
    """Value with its interval, from columns `name`, and the same with low and high."""
    stem = name.removesuffix("_value")
    low, high = f"{stem}_low", f"{stem}_high"
    if math.isnan(row[name]):
        return "-"
    return f"{row[name]:+.2f} ({row[low]:+.2f} to {row[high]:+.2f})"


def _held(row: Any) -> str:
    if row["left_out"]:
        return "-"
    n = _digits(row)
    value = f"{row['value']:{'+' if n else ''}.{n}f}"
    return f"{value} yes" if row["holds"] else f"{value} no"


def _sign(row: Any) -> str:
    if row["low"] == row["high"] == 0.0:
        return "exactly 0"
    if row["low"] > 0.0:
        return "above 0"
    return "below 0" if row["high"] < 0.0 else "not told from 0"


def _columns(rows: Sequence[Sequence[str]]) -> Iterable[str]:
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
