"""How long it takes from the move of a slider to the redrawn picture, 300 Syrian runs.

The callback is called as a browser would have it called; what a browser adds to that (the way
there and back, and showing a picture of 90 KB) is not in it.

    python benchmarks/slider.py
"""

from __future__ import annotations

import os
import platform
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import sim  # noqa: E402  # found by the line above

MOVES = 40


def main() -> None:
    """Move a slider forty times and print seconds."""
    print(f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}")
    print(f"{'figure':12}{'best':>9}{'median':>9}{'worst':>9}   of the median: play, draw")
    for figure in ("ties", "attention", "outcomes"):
        shown = sim.explore(ROOT / "scenarios/syria_2015_2018.toml", figure=figure)
        path, slider = next(iter(shown.controls.items()))
        whole, play, draw = [], [], []
        for n in range(MOVES):
            before = shown.picture.value
            began = time.perf_counter()
            slider.index = 1 + n % 14
            whole.append(time.perf_counter() - began)
            assert shown.picture.value != before, f"{path} moved nothing"
            play.append(shown.seconds["play"])
            draw.append(shown.seconds["draw"])
        middle = statistics.median
        print(
            f"{figure:12}{min(whole):8.3f}s{middle(whole):8.3f}s{max(whole):8.3f}s   "
            f"{middle(play):.3f}s, {middle(draw):.3f}s"
        )


if __name__ == "__main__":
    main()
