"""Put a calibration into its page: ``python docs/calibration.py [FOLDER]``.

FOLDER is what ``sim calibrate ... --out FOLDER`` left. Of a scenario its tables and figures are
copied to docs/calibration/ (of the draws every fifth) and written into docs/CALIBRATION.md; of a
library of wars to docs/war_calibration/ and docs/WAR_CALIBRATION.md. Without it what lies there is
written into both pages again.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "CALIBRATION.md"
KEPT = ROOT / "docs" / "calibration"
EVERY = 5
TABLES = ("numbers", "targets", "facts")
WAR_PAGE = ROOT / "docs" / "WAR_CALIBRATION.md"
WARS_KEPT = ROOT / "docs" / "war_calibration"
WAR_FILES = ("wars.md", "wars.csv", "numbers.csv", "points.csv", "wars.png", "ranges.png")


def table(name: str, kept: Path = KEPT) -> str:
    """A kept table as Markdown, numbers to three digits."""
    rows = pd.read_csv(kept / f"{name}.csv", index_col=0)
    if name == "numbers":
        heads = ["number", "range", "90 % of the posterior", "median", "centre", "left out"]
        lines = [
            f"| `{path.split('.')[-1]}` | {row['from']:.3g} to {row['to']:.3g} | "
            f"{row['low']:.3g} to {row['high']:.3g} | {row['median']:.3g} | {row['centre']:.3g} | "
            f"{row['shrunk']:.0%} |"
            for path, row in rows.iterrows()
        ]
    elif name == "facts":
        heads = [
            "fact", "status", "median", "90 % of draws", "width by luck alone", "draws that agree",
        ]  # fmt: skip
        lines = [
            f"| {word} | {row['status']} | {row['median']:+.2f} | "
            f"{row['low']:+.2f} to {row['high']:+.2f} | {row['luck']:.2f} | {row['agrees']:.0%} |"
            for word, row in rows.iterrows()
        ]
    else:
        heads = [
            "target", "known", "tolerance", "over the ranges", "over the posterior", "centre",
            "predicted by the emulator",
        ]  # fmt: skip
        lines = [
            f"| {word} | {row['known']:.3g} | {row['tolerance']:.2g} | "
            + " | ".join(
                f"{row[f'{part}_median']:.2f} ({row[f'{part}_low']:.2f} to "
                f"{row[f'{part}_high']:.2f})"
                for part in ("prior", "posterior")
            )
            + f" | {row['centre']:.2f} | {row['skill']:.0%} |"
            for word, row in rows.iterrows()
        ]
    head = f"| {' | '.join(heads)} |\n|{' --- |' * len(heads)}"
    return "\n".join([head, *lines])


def written(text: str, kept: Path = KEPT) -> str:
    """The page with its tables between their markers; all other text as it is."""
    for name in TABLES:
        begin, end = f"<!-- generated: {name} -->", "<!-- end -->"
        before, found, rest = text.partition(begin)
        if found:
            text = f"{before}{begin}\n\n{table(name, kept)}\n\n{end}{rest.partition(end)[2]}"
    return text


def with_wars(text: str, kept: Path = WARS_KEPT) -> str:
    """The page on wars with what the command said between its markers."""
    begin, end = "<!-- generated: wars -->", "<!-- end -->"
    before, _, rest = text.partition(begin)
    told = (kept / "wars.md").read_text(encoding="utf-8").strip()
    return f"{before}{begin}\n\n{told}\n\n{end}{rest.partition(end)[2]}"


def keep(source: Path) -> None:
    """Copy what a calibration left to where its page looks for it."""
    if (source / "wars.md").exists():
        WARS_KEPT.mkdir(exist_ok=True)
        for name in WAR_FILES:
            shutil.copy(source / name, WARS_KEPT / name)
        return
    KEPT.mkdir(exist_ok=True)
    for name in TABLES:
        for ending in ("csv", "png"):
            shutil.copy(source / f"{name}.{ending}", KEPT / f"{name}.{ending}")
    draws = pd.read_csv(source / "posterior.csv").iloc[::EVERY]
    draws.to_csv(KEPT / "posterior.csv", index=False)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        keep(Path(sys.argv[1]))
    for page, write in ((PAGE, written), (WAR_PAGE, with_wars)):
        page.write_text(write(page.read_text(encoding="utf-8")), encoding="utf-8")
