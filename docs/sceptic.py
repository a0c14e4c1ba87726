"""Put a test of the theory into docs/SCEPTIC.md: ``python docs/sceptic.py [FOLDER]``.

FOLDER is what ``sim test-theory ... --out FOLDER`` left: its tables are copied to docs/sceptic/.
From the tables there the page's tables and figures are made; without FOLDER, made again.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from sim.experiments.hypothesis_tests import battery, report
from sim.plots import hypothesis_tests
from sim.plots.saving import write

PAGE = ROOT / "docs" / "SCEPTIC.md"
KEPT = ROOT / "docs" / "sceptic"


def written(text: str, kept: Path = KEPT) -> str:
    """The page with its tables between their markers; all other text as it is."""
    for block in report.blocks(battery.load(kept)):
        begin, end = f"<!-- generated: {block.part} -->", "<!-- end -->"
        before, found, rest = text.partition(begin)
        if found:
            after = rest.partition(end)[2]
            text = f"{before}{begin}\n\n{report.markdown(block)}\n\n{end}{after}"
    return text


if __name__ == "__main__":
    if len(sys.argv) > 1:
        KEPT.mkdir(exist_ok=True)
        for path in sorted(Path(sys.argv[1]).iterdir()):
            if path.suffix in (".csv", ".json"):
                shutil.copy(path, KEPT / path.name)
    found = battery.load(KEPT)
    write(hypothesis_tests.two_by_two(found), KEPT / "two-by-two.png")
    write(hypothesis_tests.codings(found), KEPT / "codings.png")
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
