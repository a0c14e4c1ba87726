"""Figures in awkward places and of awkward wars: all words fit, and stand as they are written."""

# ruff: noqa: RUF001 (dashes and multiplication signs are what they look like)
from __future__ import annotations

import itertools
import logging
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any

import matplotlib as mpl

mpl.use("Agg")

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from conftest import ROOT
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from sim import files, plots, writing
from sim.errors import ResultsError
from sim.experiments.calibration import load_plan
from sim.plots import calibration, catalogue, style, text_rendering
from sim.plots.saving import write
from sim.runs.simulate import simulate
from sim.scenario.schema import Scenario

LONG_TITLE = "A war whose name is a whole sentence and tells of the valley, the river and the hills"
ALONE = [name for name, figure in catalogue.FIGURES.items() if figure.single]
CASES = ("one run", "five runs", "two weeks", "600 weeks", "long labels", "25 actors", "members")


@pytest.fixture(autouse=True)
def close_figures() -> Iterator[None]:
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def wars(toy: Scenario, syria: Scenario) -> dict[str, xr.Dataset]:
    """Results that are hard to draw, by what is hard about them."""
    long = {
        f"actors.{name}.label": f"The United Front of the Forces of the People in {name}"[:60]
        for name in syria.actors
    }
    return {
        "one run": simulate(toy, runs=1, seed=1),
        "five runs": simulate(toy, runs=5, seed=1),
        "two weeks": simulate(toy, runs=2, seed=1, weeks=2),
        "600 weeks": simulate(toy, runs=2, seed=1, weeks=600),
        "long labels": simulate(
            files.with_changes(syria, long | {"name": LONG_TITLE}), runs=3, seed=1, weeks=40
        ),
        # with labels that are long for the members, whose quarrels are what is told
        "members": simulate(
            files.load(
                ROOT / "tests/cases/league.toml",
                {
                    f"actors.{name}.label": f"Kingdom of {name}, its dominions (and its islands)"
                    for name in ("red", "blue", "green", "white")
                },
            ),
            runs=4,
            seed=1,
        ),
        "12 actors": simulate(of_many(syria, 12), runs=2, seed=1, weeks=20),
        "25 actors": simulate(of_many(syria, 25), runs=2, seed=1, weeks=12),
    }


def of_many(scenario: Scenario, count: int) -> Scenario:
    """The scenario with copies of its actors, up to a number of them."""
    data = files.as_data(scenario)
    actors = dict(data["actors"])
    for turn in itertools.count(2):
        for name, actor in data["actors"].items():
            if len(actors) == count:
                return files.build(data | {"actors": actors})
            actors[f"{name}_{turn}"] = actor | {"label": f"{actor['label']} {turn}"}
    raise AssertionError


def drawn(results: xr.Dataset, name: str, ax: Axes | None = None) -> Figure | None:
    """A figure of the catalogue; none if these results have nothing for it."""
    try:
        return catalogue.draw(results, name, ax=ax)
    except ResultsError:
        return None


def ticks(axis: Any) -> list[Text]:
    """Labels of the ticks that are shown."""
    low, high = sorted(axis.get_view_interval())
    shown = [t.label1 for t in axis.get_major_ticks() if low - 1e-9 <= t.get_loc() <= high + 1e-9]
    return [label for label in shown if label.get_visible() and label.get_text()]


def words_of(ax: Axes) -> list[Text]:
    legend = ax.get_legend()
    found = [*ax.texts, ax.title, ax._left_title, ax.xaxis.label, ax.yaxis.label]
    found += [*ticks(ax.xaxis), *ticks(ax.yaxis), *(legend.get_texts() if legend else [])]
    return [text for text in found if text.get_visible() and text.get_text().strip()]


def faults(figure: Figure) -> list[str]:
    """Words that leave the figure, ticks that overlap, and words of one pair of Axes on another."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a layout that found no room says so
        figure.draw_without_rendering()
    found = []
    boxes = [
        [(text.get_text(), Text.get_window_extent(text)) for text in words_of(ax)]
        for ax in figure.axes
    ]
    for words, box in itertools.chain(*boxes):
        if box.x0 < -2 or box.y0 < -2 or box.x1 > figure.bbox.x1 + 2 or box.y1 > figure.bbox.y1 + 2:
            found.append(f"cut: {words}")
    for ax in figure.axes:
        for axis in (ax.xaxis, ax.yaxis):
            spans = [(t.get_text(), Text.get_window_extent(t)) for t in ticks(axis)]
            found += [f"ticks: {a} on {b}" for a, b in overlapping(spans, spans)]
    for one, other in itertools.combinations(boxes, 2):
        found += [f"Axes: {a} on {b}" for a, b in overlapping(one, other)]
    return found


def overlapping(some: list[Any], others: list[Any]) -> list[tuple[str, str]]:
    return [
        (a, b)
        for (a, one), (b, other) in itertools.product(some, others)
        if one is not other
        and min(one.x1, other.x1) - max(one.x0, other.x0) > 1.0
        and min(one.y1, other.y1) - max(one.y0, other.y0) > 1.0
    ]


# room --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", catalogue.FIGURES)
def test_words_stay_inside_the_figure_and_off_each_other(
    wars: dict[str, xr.Dataset], case: str, name: str
) -> None:
    figure = drawn(wars[case], name)
    assert figure is None or faults(figure) == []


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("names", [ALONE[:6], ALONE[6:]], ids=["first six", "others"])
def test_words_stay_inside_their_cell_of_a_grid(
    wars: dict[str, xr.Dataset], case: str, names: list[str]
) -> None:
    figure, axes = plt.subplots(2, 3, figsize=(10, 6))
    told = [drawn(wars[case], name, ax) for ax, name in zip(axes.flat, names, strict=False)]
    assert sum(one is not None for one in told) >= 3 - (case == "one run")
    assert faults(figure) == []


def test_axes_put_somewhere_by_hand_stay_there(wars: dict[str, xr.Dataset]) -> None:
    figure = plt.figure(figsize=(10, 6))
    ax = figure.add_axes((0.1, 0.1, 0.5, 0.5))
    plots.ties(wars["five runs"], ax=ax)
    assert figure.get_layout_engine() is None
    figure.canvas.draw()
    assert ax.get_position().bounds == pytest.approx((0.1, 0.1, 0.5, 0.5))


def test_a_text_is_cut_in_its_middle_and_only_if_it_is_too_long() -> None:
    assert style.short("Iran", 10) == "Iran"
    cut = style.short("The United Front of the Forces of the People in Iran", 24)
    assert len(cut) <= 24
    assert cut.startswith("The United")
    assert cut.endswith("People in Iran"[-4:])
    assert len(style.short("x" * 100, 24)) <= 24


# what is told without colour ---------------------------------------------------------------------


def test_ranges_of_many_lines_are_whiskers_in_place_of_bands(wars: dict[str, xr.Dataset]) -> None:
    results = wars["12 actors"]
    pairs = plots.default_pairs(results)
    assert len(pairs) > style.MOST_BANDS
    ax = plots.ties(results, pairs)
    whiskers = [part for part in ax.collections if hasattr(part, "get_segments")]
    assert len(whiskers) == len(pairs)
    values = [results["tie"].sel(actor=i, other=j).values for i, j in pairs]
    ends = whiskers[0].get_segments()[0][:, 1]
    start, _ = style.spaced(0, len(pairs), results.sizes["week"])
    low, high = np.percentile(values[0], [style.LOW, style.HIGH], axis=0)
    np.testing.assert_allclose(ends, (low[start], high[start]), atol=0.05)


def test_line_ups_that_never_vary_say_so(wars: dict[str, xr.Dataset]) -> None:
    steady = wars["12 actors"].isel(week=[0, 1])
    ax = plots.line_ups(steady)
    (words,) = (text.get_text() for text in ax.texts if text.get_text().startswith("the same"))
    assert words == "the same in every week of all 2 runs"


def test_neutral_actors_have_a_shape_of_their_own(wars: dict[str, xr.Dataset]) -> None:
    results = wars["five runs"].copy(deep=True)
    apart = results["tie"].copy()
    apart.loc[{"actor": "duchy"}] = 0.05  # in a camp, but hardly
    apart.loc[{"other": "duchy"}] = 0.05
    ax = plots.network(results.assign(tie=apart))
    corners = [len(dots.get_paths()[0].vertices) for dots in ax.collections]
    empty = [mpl.colors.to_hex(dots.get_facecolor()[0]) == "#ffffff" for dots in ax.collections]
    names = results["actor"].values.tolist()
    assert [name for name, white in zip(names, empty, strict=True) if white] == ["duchy"]
    assert corners[names.index("duchy")] not in [
        corner for name, corner in zip(names, corners, strict=True) if name != "duchy"
    ]
    legend = ax.get_legend()
    assert legend is not None
    assert any("neutral" in text.get_text() for text in legend.get_texts())


# the look ----------------------------------------------------------------------------------------


SHEETS: dict[str, Any] = {
    "dark": "dark_background",
    "grid": "ggplot",
    "face": {"figure.facecolor": "#202020", "text.color": "white", "font.family": "serif"},
    "saved": {"savefig.facecolor": "#202020", "axes.titlecolor": "white", "axes.grid": False},
}


@pytest.mark.parametrize("sheet", SHEETS)
@pytest.mark.parametrize("given", [False, True], ids=["own axes", "given axes"])
def test_a_figure_brings_its_own_look(
    wars: dict[str, xr.Dataset], tmp_path: Path, sheet: str, given: bool
) -> None:
    def picture(name: str) -> Any:
        ax = plt.subplots(figsize=(8, 4.2))[1] if given else None
        figure = plots.ties(wars["five runs"], ax=ax).get_figure(root=True)
        figure.savefig(tmp_path / name, dpi=60)
        with Image.open(tmp_path / name) as image:
            return np.asarray(image.convert("RGB"), dtype=float)

    plain = picture("plain.png")
    with plt.style.context(SHEETS[sheet]):
        assert np.abs(picture("styled.png") - plain).mean() < 1.0
    assert plain.mean() > 200


@pytest.mark.parametrize("name", catalogue.FIGURES)
@pytest.mark.parametrize("given", [False, True], ids=["own axes", "given axes"])
def test_dollars_are_dollars(wars: dict[str, xr.Dataset], name: str, given: bool) -> None:
    paid = "US$ 5bn and US$ 6bn"
    results = wars["five runs"].assign_attrs(title=paid)
    results = results.assign_coords(actor_label=("actor", [paid, "Duchy", "League $1 $2"]))
    if given and name not in ALONE:
        return
    figure = drawn(results, name, plt.subplots()[1] if given else None)
    if figure is None:
        return
    figure.canvas.draw()
    texts = [text for text in figure.findobj(Text) if "$" in text.get_text()]
    assert texts or name in ("network", "networks", "matrix", "matrices")
    assert not any(text.get_parse_math() for text in texts)


# letters -----------------------------------------------------------------------------------------

CROWN = "王冠王国"


@pytest.fixture
def crowned(wars: dict[str, xr.Dataset]) -> xr.Dataset:
    labels = ("actor", [CROWN, "Île-de-France × Duché", "League"])
    return wars["five runs"].assign_coords(actor_label=labels)


@pytest.fixture
def no_fonts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine with the font of all figures and no other."""
    monkeypatch.setattr(text_rendering, "_families", lambda: ())
    text_rendering.fonts_for.cache_clear()
    text_rendering._say_once.cache_clear()
    yield
    text_rendering.fonts_for.cache_clear()
    text_rendering._say_once.cache_clear()


@pytest.mark.parametrize("name", catalogue.FIGURES)
def test_letters_that_no_font_has_are_marked_and_named_once(
    crowned: xr.Dataset, name: str, no_fonts: None, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING), warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(2):
            figure = drawn(crowned, name)
            if figure is None:
                return
            figure.canvas.draw()
    told = [text.get_text() for text in figure.findobj(Text)]
    assert not any(letter in text for text in told for letter in CROWN)
    shown = any(text_rendering.MISSING in text for text in told)
    assert len(caplog.messages) == int(shown)
    assert all("fonts-noto-cjk" in message for message in caplog.messages)


def test_letters_come_from_a_font_that_has_them(crowned: xr.Dataset) -> None:
    families, lost = text_rendering.fonts_for(frozenset(CROWN))
    if lost:
        pytest.skip("this machine has no font with Chinese letters")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = drawn(crowned, "ties")
        assert figure is not None
        figure.canvas.draw()
    (text,) = (one for one in figure.findobj(Text) if one.get_text() == f"{CROWN} – League")
    assert text.get_fontfamily() == [text_rendering.FAMILY, *families]


def test_letters_are_looked_for_in_every_font(monkeypatch: pytest.MonkeyPatch) -> None:
    has = {text_rendering.FAMILY: "ab", "One Sans": "王x", "Two": "王冠x"}
    monkeypatch.setattr(text_rendering, "_families", lambda: ("One Sans", "Two"))
    monkeypatch.setattr(text_rendering, "_letters_of", lambda family: [ord(c) for c in has[family]])
    text_rendering.fonts_for.cache_clear()
    assert text_rendering.fonts_for(frozenset("王冠")) == (("One Sans", "Two"), frozenset())
    assert text_rendering.fonts_for(frozenset("冠")) == (("Two",), frozenset())
    assert text_rendering.fonts_for(frozenset("王国")) == (("One Sans",), frozenset("国"))
    text_rendering.fonts_for.cache_clear()


# files -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["png", "pdf", "svg"])
def test_a_file_names_the_program_and_holds_its_fonts(
    wars: dict[str, xr.Dataset], tmp_path: Path, ending: str
) -> None:
    figure = drawn(wars["one run"], "ties")
    assert figure is not None
    data = write(figure, tmp_path / f"ties.{ending}").read_bytes()
    assert b"Entente" in data
    if ending == "pdf":
        assert b"/Type3" not in data
        assert b"/FontFile2" in data
    assert list(tmp_path.iterdir()) == [tmp_path / f"ties.{ending}"]


def test_a_full_disk_leaves_the_picture_that_was_there(
    wars: dict[str, xr.Dataset], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: IO[bytes], content: bytes) -> None:
        file.write(content[:10])
        raise OSError(28, "No space left on device")

    (tmp_path / "ties.png").write_bytes(b"before")
    figure = drawn(wars["one run"], "ties")
    assert figure is not None
    monkeypatch.setattr(writing, "_write", full)
    with pytest.raises(ResultsError, match="No space left"):
        write(figure, tmp_path / "ties.png")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"before"]


def test_a_calibration_names_its_numbers_in_words_that_fit() -> None:
    plan = load_plan(ROOT / "scenarios/calibration/syria_2015_2018.toml")
    table = pd.read_csv(ROOT / "docs/calibration/numbers.csv", index_col=0)
    ax = calibration.numbers(SimpleNamespace(plan=plan, numbers=table))  # type: ignore[arg-type]  # no more is read
    told = " ".join(label.get_text() for label in ax.get_yticklabels())
    assert "mutual optimism" in told
    assert not any(number.path in told or "_" in told for number in plan.free)
    assert faults(style.figure_of(ax)) == []
