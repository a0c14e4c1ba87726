"""Put a benchmark into docs/BENCHMARK.md and the dossiers: ``python docs/benchmark.py FOLDER``.

FOLDER is what ``sim benchmark ... --out FOLDER`` left. The page is its page, with the section
"How much this can show", which is written by hand, kept in its place; its figure goes to
docs/figures. In every dossier of docs/wars the list between the markers says what was found.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

import pandas as pd
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from sim.scenario import files

PAGE = ROOT / "docs" / "BENCHMARK.md"
FIGURE = ROOT / "docs" / "figures" / "benchmark.png"
BY_HAND, AFTER = "## How much this can show", "## Scores"
BEGIN, END = "<!-- generated: found -->", "<!-- end -->"
# A break is foretold if it comes in this share of runs.
FORETOLD = 0.2
FORMS = {"by_war": "by attack", "by_joined": "by joining a war of others", "by_formal": "formally"}


def page(made: str, old: str) -> str:
    """The page of a benchmark with the section that is written by hand, from the old page."""
    if BY_HAND not in old:
        raise SystemExit(f"{PAGE} has no section {BY_HAND!r}")
    by_hand = BY_HAND + old.partition(BY_HAND)[2].partition(AFTER)[0]
    before, _, rest = made.replace("](timing.png)", "](figures/benchmark.png)").partition(AFTER)
    return before + by_hand + AFTER + rest


def found(pairs: pd.DataFrame, labels: dict[str, str]) -> str:
    """What became of the pairs of one war, the likeliest breaks first, as a list in Markdown."""
    lines, small = [], 0
    for pair in pairs.sort_values("broke", ascending=False, kind="stable").itertuples():
        broke = pair.observed == "broke"
        if pair.broke < 0.1 and not broke:
            small += 1
            continue
        text = f"* {labels[pair.actor]} and {labels[pair.other]}: broken in {pair.broke:.0%} of "
        text = text.replace("%", " %") + "the runs within five years"
        if pair.broke > 0:
            text += f" (mostly {FORMS[max(FORMS, key=lambda form: getattr(pair, form))]})"
        text += (
            f"; it broke {'on' if len(pair.date) > 7 else 'in'} {pair.date}"
            if broke
            else f"; it {_was(pair.observed)}"
        )
        text += ": as it was." if (pair.broke >= FORETOLD) == broke else ": a miss."
        lines.append(text)
    if small:
        rest = "The other pair, which" if small == 1 else f"The other {small} pairs, which"
        lines.append(f"* {rest} did not break, broke in less than 10 % of the runs.")
    return "\n".join(lines)


def _was(observed: str) -> str:
    return "was strained" if observed == "strained" else "held"


def dossier(text: str, listed: str) -> str:
    """A dossier with the list between its markers; all other text as it is."""
    if BEGIN not in text or END not in text.partition(BEGIN)[2]:
        raise SystemExit(f"a dossier has no {BEGIN} ... {END}")
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n\n{listed}\n\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("say the folder of a benchmark: python docs/benchmark.py FOLDER")
    folder = Path(sys.argv[1])
    made = (folder / "benchmark.md").read_text(encoding="utf-8")
    PAGE.write_text(page(made, PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    small = BytesIO()
    Image.open(folder / "timing.png").convert("P", palette=1, colors=64).save(
        small, "png", optimize=True
    )
    FIGURE.write_bytes(small.getvalue())
    table = pd.read_csv(folder / "pairs.csv", dtype={"date": str})
    for war, pairs in table.groupby("war"):
        actors = files.load(ROOT / f"scenarios/wars/{war}.toml").actors
        labels = {name: actor.label for name, actor in actors.items()}
        path = ROOT / f"docs/wars/{war}.md"
        path.write_text(
            dossier(path.read_text(encoding="utf-8"), found(pairs, labels)), encoding="utf-8"
        )
