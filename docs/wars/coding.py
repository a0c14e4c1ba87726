"""Say how far two coders of the library of wars agree: ``python docs/wars/coding.py TABLE.csv``.

TABLE has the columns war, cell, first and second; a cell is a path in the file of the war, such as
``actors.bulgaria.long.vardar.ideal``. Ideals and weights of long aims are coded on their steps, the
common threat (the weight of a short aim) on 1, 2 and 3. Printed is a table in Markdown, or written
to ``--out``: Krippendorff's alpha for ordinal data by kind and war, and over all wars. The interval
is of draws of cells with replacement, 2.5 to 97.5 %. Needs ``pip install krippendorff``.
"""

from __future__ import annotations

import argparse
import difflib
import re
from collections.abc import Iterator
from pathlib import Path

import krippendorff
import numpy as np
import pandas as pd

COLUMNS = ("war", "cell", "first", "second")
# What a path of a cell says it is, and the steps that a coder may give.
KINDS = {
    "ideal": (r"actors\.\w+\.long\.\w+\.ideal", (0.0, 0.25, 0.5, 0.75, 1.0)),
    "weight": (r"actors\.\w+\.long\.\w+\.weight", (1.0, 2.0, 3.0)),
    "threat": (r"actors\.\w+\.short\.\w+\.weight", (1.0, 2.0, 3.0)),
}
# Bounds of docs/wars: below the first a war is coded again, below the second it is flagged.
AGAIN, FLAGGED = 0.67, 0.8
EVERY = "all wars"


class Refused(Exception):
    """A table that cannot be read, with a sentence that says why."""


def read(path: Path) -> pd.DataFrame:
    """The table, with the kind of each cell; a number that a coder left out is NaN."""
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as fault:
        raise Refused(f"{path}: cannot be read as a table: {fault}") from fault
    for column in COLUMNS:
        if column not in table:
            near = difflib.get_close_matches(column, list(table.columns), 1)
            hint = f"; did you mean {column} by {near[0]}?" if near else ""
            raise Refused(f"{path}: no column {column}{hint}")
    seen: dict[tuple[str, str], int] = {}
    rows = []
    for line, row in enumerate(table[list(COLUMNS)].itertuples(index=False), 2):
        where = f"{path}, line {line}"
        kinds = [kind for kind, (form, _) in KINDS.items() if re.fullmatch(form, row.cell)]
        if not kinds:
            raise Refused(
                f"{where}: {row.cell!r} is no cell; give actors.NAME.long.ISSUE.ideal, "
                "actors.NAME.long.ISSUE.weight or actors.NAME.short.ISSUE.weight"
            )
        if (row.war, row.cell) in seen:
            raise Refused(f"{where}: the same cell as in line {seen[row.war, row.cell]}")
        seen[row.war, row.cell] = line
        steps = KINDS[kinds[0]][1]
        values = [_step(text, steps, where) for text in (row.first, row.second)]
        rows.append((row.war, row.cell, kinds[0], *values))
    return pd.DataFrame(rows, columns=["war", "cell", "kind", "first", "second"])


def _step(text: str, steps: tuple[float, ...], where: str) -> float:
    """A number of the table, or NaN if there is none."""
    if not text.strip():
        return np.nan
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if value not in steps:
        allowed = ", ".join(f"{step:g}" for step in steps)
        raise Refused(f"{where}: {text!r} is no step; allowed are {allowed}, or nothing")
    return value


def alpha(first: np.ndarray, second: np.ndarray) -> float:
    """Krippendorff's alpha for ordinal data; NaN if the pairs have one value, or there are none."""
    both = np.array([first, second], dtype=float)
    both = both[:, ~np.isnan(both).any(axis=0)]
    if len(np.unique(both)) < 2:
        return np.nan
    return float(krippendorff.alpha(reliability_data=both, level_of_measurement="ordinal"))


def interval(
    first: np.ndarray, second: np.ndarray, draws: int, rng: np.random.Generator
) -> tuple[float, float]:
    """The middle 95 % of alpha over draws of cells; draws of one value only are left out."""
    drawn = rng.integers(0, len(first), (draws, len(first)))
    found = np.array([alpha(first[row], second[row]) for row in drawn])
    if np.isnan(found).all():
        return np.nan, np.nan
    low, high = np.nanquantile(found, [0.025, 0.975])
    return float(low), float(high)


def agreement(table: pd.DataFrame, draws: int = 1000, seed: int = 1) -> pd.DataFrame:
    """Alpha by kind and war, and over all wars, for the cells that both have coded."""
    both = table.dropna(subset=["first", "second"])
    rows = []
    for kind, war, cells in _groups(both):
        first, second = cells["first"].to_numpy(), cells["second"].to_numpy()
        # A generator for each row: a war more leaves the intervals of the others as they are.
        low, high = interval(first, second, draws, np.random.default_rng(seed))
        same = float((first == second).mean())
        rows.append((kind, war, len(cells), same, alpha(first, second), low, high))
    return pd.DataFrame(rows, columns=["kind", "war", "cells", "same", "alpha", "low", "high"])


def _groups(both: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Kinds in their order, in each the wars by name and then all of them."""
    for kind in KINDS:
        cells = both[both["kind"] == kind]
        for war in sorted(cells["war"].unique()):
            yield kind, war, cells[cells["war"] == war]
        if len(cells):
            yield kind, EVERY, cells


def markdown(found: pd.DataFrame) -> str:
    """The agreement as a table in Markdown."""
    lines = [
        "| kind | war | cells | the same | alpha | 95 % of draws | |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in found.itertuples(index=False):
        if np.isnan(row.alpha):
            numbers, reading = "- | -", "one value only"
        else:
            numbers = f"{row.alpha:.2f} | {row.low:.2f} to {row.high:.2f}"
            reading = "again" if row.alpha < AGAIN else "flagged" if row.alpha < FLAGGED else ""
        if row.kind == "threat" or row.war == EVERY:  # the bounds are for the aims of one war
            reading = ""
        share = f"{100 * row.same:.0f} %"
        lines.append(f"| {row.kind} | {row.war} | {row.cells} | {share} | {numbers} | {reading} |")
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> None:
    """Read a table and print how far its two coders agree."""
    parser = argparse.ArgumentParser(description="How far two coders of the wars agree.")
    parser.add_argument("table", type=Path, help="CSV with the columns war, cell, first, second")
    parser.add_argument("--out", type=Path, help="a file for the table, instead of the screen")
    parser.add_argument("--draws", type=int, default=1000, help="draws of cells (1000)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the draws (1)")
    given = parser.parse_args(arguments)
    if given.draws < 1:
        parser.error(f"--draws: {given.draws} is less than 1")
    if given.seed < 0:
        parser.error(f"--seed: {given.seed} is less than 0")
    try:
        text = markdown(agreement(read(given.table), given.draws, given.seed))
        if given.out:
            given.out.write_text(text, encoding="utf-8")
        else:
            print(text, end="")
    except Refused as refusal:
        parser.error(str(refusal))
    except OSError as fault:
        parser.error(f"{given.out}: cannot be written: {fault.strerror}")


if __name__ == "__main__":
    main()
