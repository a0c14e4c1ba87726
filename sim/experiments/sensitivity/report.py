"""What an audit found, as tables and in words."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from sim.narrative import html
from sim.scenario.english import count, number_word, percent, sentence
from sim.scenario.ranges import FACTOR, STEP

FIVE = 5

RULE = (
    "How it was done. Every number was moved alone, with the same luck: parameters over their "
    f"plausible ranges (docs/SCENARIOS.md), positions by {STEP:g} up and down, all others to half "
    f"and {FACTOR:g} times what they are (of a discount factor, 1 less it); an end that the checks "
    "refuse, half the way back until they accept it. A sign is open where the 95 % interval "
    "holds 0."
)


@dataclass(frozen=True, repr=False)
class Audit:
    """The result of an audit: effects of the numbers, and shares of codings that show each fact.

    Attributes
    ----------
    title : str
        Of the scenario.
    conclusions : DataFrame
        By name: ``mean``, ``low`` and ``high`` (95 %) as coded, and ``signed``: whether it takes
        both signs, so that its sign says something.
    numbers : DataFrame
        By ``conclusion`` and ``path``, what moved it most first: ``words``, ``value``, the ends
        ``to_low`` and ``to_high`` to which it was moved, ``screen_low`` and ``screen_high`` (effect
        of each end in the first stage), ``close`` (whether it was looked at closely), and of these
        ``effect_low`` with ``effect_low_from`` and ``effect_low_to`` (95 %), the same for high,
        ``at_low`` and ``at_high`` (the conclusion there) with theirs, ``reach`` (the larger
        effect, of the last stage it was in) and ``sign``: "stands" at both ends, "turns" at one of
        them, or is "open" there, by the 95 % interval; empty where the conclusion has no certain
        sign.
    facts : DataFrame
        From `sim.experiments.hypothesis_tests.codings.shares`, with ``claim``, ``status`` and
        ``coded`` (whether the scenario as coded shows it with as few runs); empty if none was
        asked.
    left_out : str
        Why the facts were not asked; empty if they were.
    runs, screened, codings, coding_runs, seed : int
        As `sim.audit` was called.
    seconds : float
        How long the audit took.
    roles : str
        Who the partner and the spoiler of the facts are, in words; empty if they were not asked.
    """

    title: str
    conclusions: pd.DataFrame
    numbers: pd.DataFrame
    facts: pd.DataFrame
    left_out: str
    runs: int
    screened: int
    codings: int
    coding_runs: int
    seed: int
    seconds: float = field(compare=False)
    roles: str = ""

    def five(self, conclusion: str | None = None) -> pd.DataFrame:
        """The five numbers that change a conclusion most; by default the first conclusion."""
        name = str(self.conclusions.index[0]) if conclusion is None else conclusion
        found = self.numbers[(self.numbers["conclusion"] == name) & self.numbers["close"]]
        return found.head(FIVE)

    def __str__(self) -> str:
        return self.page()

    def __repr__(self) -> str:
        return (
            f"<Audit of {self.title}: {'; '.join(map(str, self.conclusions.index))}; "
            f"{self.numbers['path'].nunique()} numbers, {len(self.facts)} facts. "
            "print(it) tells it; .five(), .numbers and .facts are tables>"
        )

    def page(self, width: int = 88, *, ids: bool = False) -> str:
        """The audit as a page of text; `ids` also gives the paths of numbers, in brackets."""
        return html.plain(blocks(self, ids=ids), width)

    def html(self, *, ids: bool = False) -> str:
        """The audit as a whole HTML page."""
        title = f"Audit of {self.title}"
        return html.page(title, "\n".join([html.marked(blocks(self, ids=ids)), _table(self, ids)]))

    def _repr_html_(self) -> str:
        shown: html.Blocks = [f"Audit of {self.title}"]
        for name, row in self.conclusions.iterrows():
            shown += _conclusion(self, str(name), row, ids=False)
        held = self.facts[self.facts["coded"].astype(bool)]
        if len(held):
            empty = int(held["nothing"].sum())
            shown.append(
                f"{count(len(held), 'fact')} {'holds' if len(held) == 1 else 'hold'} here; "
                f"{number_word(empty)} of them {'proves' if empty == 1 else 'prove'} nothing, as "
                "more than half of shuffled codings show the same."
            )
        shown.append("All of it: print(it); .five(), .numbers and .facts are tables.")
        return html.marked(shown)


def blocks(audit: Audit, *, ids: bool = False) -> html.Blocks:
    """The page as a title, paragraphs and lists of entries."""
    found: html.Blocks = [f"Audit of {audit.title}"]
    for name, row in audit.conclusions.iterrows():
        found += _conclusion(audit, str(name), row, ids=ids)
    found += _facts(audit)
    numbers = audit.numbers["path"].nunique()
    close = audit.numbers[audit.numbers["close"]]["path"].nunique()
    found.append(
        f"{RULE} All {numbers} with {audit.screened} runs an end; the {close} that moved a "
        f"conclusion most again with {audit.runs} other runs. Together moves of several numbers "
        f"can do what none does alone: that was not asked. Seed {audit.seed}; "
        f"{audit.seconds:.0f} seconds."
    )
    return found


def _words(row: pd.Series, ids: bool) -> str:
    return f"{row['words']} ({row['path']})" if ids else str(row["words"])


def _conclusion(audit: Audit, name: str, as_coded: pd.Series, *, ids: bool) -> html.Blocks:
    span = _span(as_coded["low"], as_coded["high"], as_coded["signed"])
    head = sentence(
        f"the conclusion: {name} is {_figure(as_coded['mean'], as_coded['signed'])} ({span})"
    )
    five, signed = audit.five(name), bool(as_coded["signed"])
    entries = [
        f"{n}. {_number(row, signed, ids)}" for n, (_, row) in enumerate(five.iterrows(), start=1)
    ]
    close = audit.numbers[(audit.numbers["conclusion"] == name) & audit.numbers["close"]]
    said = ""
    if (close["sign"] != "").any():
        turns, unsure = (close[close["sign"] == sign]["words"] for sign in ("turns", "open"))
        said = (
            f" Of the {len(close)} that were looked at closely, {count(len(turns), 'number')} "
            f"{'turns' if len(turns) == 1 else 'turn'} its sign{_named(turns)}, and "
            f"{number_word(len(unsure))} {'leaves' if len(unsure) == 1 else 'leave'} it open"
            f"{_named(unsure)}."
        )
    elif signed:
        said = " Its sign is not certain as coded."
    if len(close) > len(five):
        said += f" The next number after these moves it by {close['reach'].iloc[len(five)]:.2f}."
    return [head + " The numbers that carry it:", entries, said.strip()]


def _named(words: pd.Series[str]) -> str:
    return f" ({'; '.join(words)})" if len(words) else ""


def _number(row: pd.Series, signed: bool, ids: bool) -> str:
    """One number, its value, and the effect of each end of its range."""
    parts = []
    for end in ("low", "high"):
        effect = row.get(f"effect_{end}")
        if not pd.isna(effect):
            span = _span(row[f"effect_{end}_from"], row[f"effect_{end}_to"], True)
            at, by = _figure(row[f"at_{end}"], signed), _figure(effect, True)
            parts.append(f"at {row[f'to_{end}']:.4g} it is {at} (a change of {by}, {span})")
    text = f"{_words(row, ids)}, {row['value']:.4g} here: {'; '.join(parts)}"
    ends = {"turns": ". The sign turns", "open": ". The sign is open there"}
    return sentence(text + ends.get(row["sign"], ""))


def _facts(audit: Audit) -> html.Blocks:
    if audit.left_out:
        return [f"Facts were not asked of shuffled codings: {audit.left_out}."]
    facts = audit.facts
    held = facts[facts["coded"]]
    found: html.Blocks = [
        f"Long-term aims shuffled over actors, {audit.codings} times ({audit.coding_runs} runs of "
        "each experiment): what more than half of these codings show too says nothing of this one. "
        "A fact that is imposed by the rules or was fitted is no evidence in any case. "
        f"{audit.roles} In the names of facts, flag means that the short-term goal can be "
        "satisfied, against never; clamp, that it is held secure, against threatened."
    ]
    for name, rows in (
        ("These hold here and prove nothing:", held[held["nothing"]]),
        ("These hold here and for fewer than half of shuffled codings:", held[~held["nothing"]]),
        ("These do not hold here:", facts[~facts["coded"]]),
    ):
        if len(rows):
            rows = rows.sort_values("share", ascending=False)
            found += [name, [_fact(row) for _, row in rows.iterrows()]]
    return found


def _fact(row: pd.Series) -> str:
    low, high = (percent(row[end], " %") for end in ("low", "high"))
    share = f"{percent(row['share'], ' %')} of shuffled codings, 95 % interval {low} to {high}"
    return f"{row['fact']}: {row['claim']} ({row['status']}; {share})"


def _figure(value: float, signed: bool) -> str:
    return f"{value:+z.2f}" if signed else f"{value:z.2f}"


def _span(low: float, high: float, signed: bool) -> str:
    return f"95 % interval {_figure(low, signed)} to {_figure(high, signed)}"


def _table(audit: Audit, ids: bool) -> str:
    """The numbers looked at closely, as HTML."""
    rows = [
        (
            _words(row, ids), str(row["conclusion"]), f"{row['value']:.4g}",
            *("" if pd.isna(row[f"to_{end}"]) else f"{row[f'to_{end}']:.4g}"
              for end in ("low", "high")),
            *("" if pd.isna(row[f"effect_{end}"]) else f"{row[f'effect_{end}']:+.3f}"
              for end in ("low", "high")),
        )
        for _, row in audit.numbers[audit.numbers["close"]].iterrows()
    ]  # fmt: skip
    heads = ["number", "conclusion", "here", "low end", "high end", "effect of low", "of high"]
    return html.table("Numbers looked at closely", heads, rows)
