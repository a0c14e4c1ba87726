"""Draw the figures of the README into docs/figures: ``python docs/figures.py``."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import matplotlib

matplotlib.use("Agg")

from matplotlib.figure import Figure
from PIL import Image

from sim import plots
from sim.plots.saving import write
from sim.runs.simulate import simulate

FOLDER = ROOT / "docs" / "figures"
CASE = ROOT / "scenarios" / "syria_2015_2018.toml"
ALLIES = ("russia", "iran")
PAIRS = [ALLIES, ("russia", "turkey"), ("russia", "united_states"), ("iran", "turkey")]
START, ALEPPO, END = "2015-09-30", "2016-12-13", "2018-01-10"
SEED, RUNS = 1, 200
MOST_BYTES, DOTS = 150_000, (140, 110, 90)


def leave(figure: Figure, path: Path) -> None:
    """Write a figure as a small file: at fewer dots first, and only then with a palette.

    A palette moves colours a little, which the scale of a matrix would show. It is one that keeps
    the rare colours: a dot of an actor's is rare.
    """
    for dots in DOTS:
        write(figure, path, dots)
        if path.stat().st_size <= MOST_BYTES:
            return
    write(figure, path)
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(
            256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
        )
    small.save(path, optimize=True)


def main() -> None:
    many = simulate(CASE, seed=SEED, runs=RUNS)
    one = many.sel(run=[0])
    figures = {
        "ties": plots.ties(many, PAIRS),
        "attention": plots.attention(many, list(ALLIES)),
        "drift_accounts": plots.drift_accounts(many, ALLIES),
        "ceasefires": plots.ceasefires(one),
        "tie_matrices": plots.tie_matrices(one, [START, END])[0],
        "networks": plots.networks(one, [START, ALEPPO, END])[0],
    }
    for name, ax in figures.items():
        path = FOLDER / f"{name}.png"
        leave(ax.figure, path)
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
