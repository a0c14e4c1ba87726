"""Figures: what they draw, that nothing is clipped, and that they can be read without colour."""

# ruff: noqa: RUF001 (minus signs are what they look like)
from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.dates as mdates
import numpy as np
import pytest
import xarray as xr
from conftest import ROOT
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text

from sim import files, measures, plots
from sim.errors import ResultsError
from sim.plots import style
from sim.runs.simulate import simulate
from sim.scenario.english import percent
from sim.scenario.schema import Scenario

ALLIES = ("russia", "iran")
PAIRS = [ALLIES, ("russia", "turkey"), ("united_states", "iran")]
FIGURES = {
    "ties", "attention", "drift_accounts", "ceasefires", "tie_matrices", "networks",
}  # fmt: skip
OF_MANY = {"offers", "line_ups", "outcomes", "ceasefire_survival"}
ONE_AXES: dict[str, Callable[..., Axes]] = {
    "ties": plots.ties,
    "attention": plots.attention,
    "drift_accounts": plots.drift_accounts,
    "ceasefires": plots.ceasefires,
    "tie_matrix": plots.tie_matrix,
    "network": plots.network,
}
DATED = ("ties", "attention", "drift_accounts", "ceasefires")


@pytest.fixture(scope="module")
def one(syria: Scenario) -> xr.Dataset:
    return simulate(syria, runs=1, seed=1)


@pytest.fixture(scope="module")
def many(syria: Scenario) -> xr.Dataset:
    return simulate(syria, runs=8, seed=1)


@pytest.fixture(scope="module")
def small(toy: Scenario) -> xr.Dataset:
    return simulate(toy, runs=1, seed=1)


@pytest.fixture(scope="module")
def lonely() -> xr.Dataset:
    """One actor, one issue, three weeks."""
    wants = {"peace": {"ideal": 1.0, "weight": 1.0}}
    return simulate(files.build({
        "name": "alone", "start": dt.date(2001, 1, 1), "weeks": 3,
        "issues": {"peace": {"label": "peace", "zero": "no", "one": "yes", "start": 0.5}},
        "actors": {"hermit": hermit("Hermit", long=wants)},
    }))  # fmt: skip


@pytest.fixture(scope="module")
def crowd() -> xr.Dataset:
    """Forty-eight actors in two camps, with long labels."""
    issue = {
        "label": "land",
        "zero": "theirs",
        "one": "ours",
        "start": 0.5,
        "moved_by": "territory",
    }
    actors = {}
    for n in range(48):
        wants = {"land": {"ideal": float(n % 2), "weight": 1.0}}
        now = {"land": wants["land"] | {"satisfied_at": 0.6, "threatened_at": 0.5}} if n % 2 else {}
        actors[f"band_{n}"] = hermit(
            f"the band of the valley number {n}", camp="ours" if n % 2 else "theirs", armed=True,
            short=now, long=wants,
        )  # fmt: skip
    return simulate(files.build({
        "name": "a war of very many with a title that is much too long to be written in full",
        "start": dt.date(2001, 1, 1), "weeks": 20, "issues": {"land": issue}, "actors": actors,
        "camps": {"ours": {"label": "ours", "pole": 1}, "theirs": {"label": "theirs", "pole": 0}},
    }))  # fmt: skip


def hermit(label: str, **more: Any) -> dict[str, Any]:
    return {
        "label": label, "kind": "militia", "capability": 1.0, "tasks": {"ground": 1.0},
        "discount": 0.99, "cost_of_war": 0.1, **more,
    }  # fmt: skip


@pytest.fixture(autouse=True)
def close_figures() -> Iterator[None]:
    yield
    plt.close("all")


def figure_of(drawn: Any) -> Figure:
    ax = drawn if isinstance(drawn, Axes) else drawn[0]
    return ax.get_figure(root=True)


def assert_nothing_is_clipped(figure: Figure) -> None:
    figure.canvas.draw()
    drawn = figure.get_tightbbox()
    width, height = figure.get_size_inches()
    assert drawn.x0 > -0.02
    assert drawn.y0 > -0.02
    assert drawn.x1 < width + 0.02
    assert drawn.y1 < height + 0.02
    for ax in figure.axes:  # texts that the layout was told to overlook are looked at too
        for words in (*ax.texts, ax.title, ax.xaxis.label, ax.yaxis.label):
            box = Text.get_window_extent(words)
            assert not words.get_text() or (box.x0 > -2 and box.x1 < figure.bbox.x1 + 2)
            assert not words.get_text() or (box.y0 > -2 and box.y1 < figure.bbox.y1 + 2)


def looks(ax: Axes) -> dict[str, Any]:
    """Line of each actor in a figure of attention, by label."""
    names = [
        text.get_text().replace("\n", " ")
        for text in ax.texts
        if getattr(text, "arrow_patch", None)
    ]
    curves = [line for line in ax.lines if len(line.get_xdata()) > 2]
    return dict(zip(names, curves, strict=True))


# what all have in common -------------------------------------------------------------------------


@pytest.mark.parametrize("name", ONE_AXES)
def test_a_figure_is_drawn_on_the_axes_that_are_given_and_gives_them_back(
    one: xr.Dataset, name: str
) -> None:
    figure, (left, right) = plt.subplots(1, 2)
    assert ONE_AXES[name](one, ax=right) is right
    assert right.has_data()
    assert not left.has_data()
    assert figure.axes[:2] == [left, right]


@pytest.mark.parametrize("name", ONE_AXES)
def test_without_axes_a_figure_of_its_own_is_made(one: xr.Dataset, name: str) -> None:
    before = len(plt.get_fignums())
    ONE_AXES[name](one)
    assert len(plt.get_fignums()) == before + 1


@pytest.mark.parametrize("draw", [*ONE_AXES.values(), plots.tie_matrices, plots.networks])
@pytest.mark.parametrize("case", ["one", "many", "small", "crowd"])
def test_no_label_is_clipped(
    request: pytest.FixtureRequest, case: str, draw: Callable[..., Any]
) -> None:
    assert_nothing_is_clipped(figure_of(draw(request.getfixturevalue(case))))


@pytest.mark.parametrize("name", ONE_AXES)
def test_no_label_is_clipped_on_axes_side_by_side(one: xr.Dataset, name: str) -> None:
    figure, axes = plt.subplots(1, 2, figsize=(13, 6.5), layout="constrained")
    for ax in axes:
        ONE_AXES[name](one, ax=ax)
    assert_nothing_is_clipped(figure)


@pytest.mark.parametrize("name", DATED)
def test_the_horizontal_axis_is_one_of_dates(one: xr.Dataset, name: str) -> None:
    ax = ONE_AXES[name](one)
    assert ax.get_xlabel() == "date (weeks)"
    left, right = (mdates.num2date(edge).date() for edge in ax.get_xlim())
    assert left <= dt.date(2015, 9, 30)
    assert right == dt.date(2018, 1, 17)
    assert isinstance(ax.xaxis.get_major_locator(), mdates.AutoDateLocator)


@pytest.mark.parametrize("name", ["ties", "attention", "drift_accounts"])
def test_the_vertical_axis_says_its_unit(one: xr.Dataset, name: str) -> None:
    label = ONE_AXES[name](one).get_ylabel()
    assert "−1" in label or "share" in label


def test_one_colour_an_actor_in_every_figure(one: xr.Dataset) -> None:
    colour, label = plots.colours(one), style.labels(one)
    of_all, of_two = plots.attention(one), plots.attention(one, ["hezbollah", "iran"])
    assert to_hex(looks(of_all)["Iran"].get_color()) == colour["iran"]
    assert to_hex(looks(of_two)["Iran"].get_color()) == colour["iran"]
    (line,) = (line for line in plots.ties(one, [ALLIES]).lines if line.get_gapcolor())
    assert (line.get_color(), line.get_gapcolor()) == (colour["russia"], colour["iran"])
    nodes = [to_hex(dots.get_facecolor()[0]) for dots in plots.network(one).collections]
    assert nodes == list(colour.values())
    bars = plots.ceasefires(one).get_legend()
    assert bars is not None
    brokers = {
        text.get_text(): to_hex(handle.get_facecolor())
        for text, handle in zip(bars.get_texts(), bars.legend_handles, strict=True)
        if text.get_text().startswith("by ")
    }
    assert brokers
    assert all(brokers[f"by {label[name]}"] == colour[name] for name in colour
               if f"by {label[name]}" in brokers)  # fmt: skip


def test_the_settings_of_matplotlib_stay_as_they_were(one: xr.Dataset) -> None:
    with mpl.rc_context():
        mpl.rcdefaults()
        before = dict(mpl.rcParams)
        for draw in ONE_AXES.values():
            draw(one)
        assert dict(mpl.rcParams) == before


def test_a_figure_can_be_drawn_again_later_without_the_style(one: xr.Dataset) -> None:
    ax = plots.ties(one)
    figure_of(ax).canvas.draw()
    ticks = [tick.label1.get_fontsize() for tick in ax.xaxis.get_major_ticks()]
    assert set(ticks) == {9}


# without colour ----------------------------------------------------------------------------------

# How the two commonest colour-blindnesses see linear RGB (Machado, Oliveira and Fernandes 2009).
SEEN = {
    "all colours": np.eye(3),
    "no red": [
        [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "no green": [
        [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
}  # fmt: skip


def as_seen(colour: str, eye: Any) -> Any:
    """A colour in CIELAB as an eye sees it."""
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = to_xyz @ np.clip(np.array(eye) @ linear, 0, 1) / [0.9505, 1.0, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize(("eye", "apart"), [("all colours", 25), ("no red", 15), ("no green", 15)])
def test_the_colours_of_actors_are_apart_for_every_eye(eye: str, apart: float) -> None:
    seen = [as_seen(colour, SEEN[eye]) for colour in style.PALETTE]
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)) > apart


def test_more_actors_than_colours_share_a_grey(crowd: xr.Dataset) -> None:
    colour = list(plots.colours(crowd).values())
    assert len(colour) == 48
    assert len(set(colour[:12])) == 12
    assert set(colour[12:]) == {style.NO_COLOUR}


def test_lines_differ_by_more_than_colour(one: xr.Dataset) -> None:
    names = one["actor"].values.tolist()
    curves = looks(plots.attention(one, names)).values()
    assert len({(line.get_marker(), line.get_linestyle()) for line in curves}) == len(names)
    pairs = list(itertools.combinations(names, 2))[:12]
    curves = [line for line in plots.ties(one, pairs).lines if line.get_gapcolor()]
    assert len({line.get_marker() for line in curves}) == 12


def test_every_line_is_named_at_its_end(one: xr.Dataset) -> None:
    names = {text.get_text() for text in plots.ties(one, PAIRS).texts}
    assert {"Russia – Iran", "Russia – Turkey", "United States – Iran"} <= names


def test_names_at_the_ends_do_not_cover_each_other(one: xr.Dataset) -> None:
    ax = plots.attention(one)
    figure_of(ax).canvas.draw()
    # of an annotation the words alone, without its leader
    boxes = [
        Text.get_window_extent(text) for text in ax.texts if getattr(text, "arrow_patch", None)
    ]
    spans = sorted((box.y0, box.y1) for box in boxes)
    assert len(spans) == 6
    assert all(below[1] <= above[0] + 1 for below, above in itertools.pairwise(spans))


def test_causes_differ_by_hatch(one: xr.Dataset) -> None:
    legend = plots.drift_accounts(one, ALLIES).get_legend()
    assert legend is not None
    hatches = [handle.get_hatch() for handle in legend.legend_handles[1:]]
    assert len(set(hatches)) == len(hatches) == 4


def test_numbers_in_the_cells_carry_the_sign(one: xr.Dataset) -> None:
    ax = plots.tie_matrix(one, "2016-12-13")
    at = {tuple(map(int, text.get_position())): text.get_text() for text in ax.texts}
    names = one["actor"].values.tolist()
    tie = one["tie"].sel(run=0).isel(week=62)
    for i, j in itertools.permutations(range(len(names)), 2):
        value = round(float(tie[i, j]), 1)
        assert float(at[j, i].replace("−", "-")) == pytest.approx(value)
        assert at[j, i] == "0" or at[j, i][0] == ("+" if value > 0 else "−")


def test_hostile_ties_are_dashed_and_strong_ones_wide(one: xr.Dataset) -> None:
    ax = plots.network(one, 0)
    S = measures.ties(one).isel(run=0, week=0).values
    strong = [S[i, j] for i, j in itertools.combinations(range(len(S)), 2) if abs(S[i, j]) >= 0.1]
    dashed = [line for line in ax.lines if line.is_dashed()]
    solid = [line for line in ax.lines if not line.is_dashed()]
    assert len(dashed) == sum(tie < 0 for tie in strong)
    assert len(solid) == sum(tie > 0 for tie in strong)
    widths = sorted(line.get_linewidth() for line in solid)
    np.testing.assert_allclose(widths, sorted(0.4 + 4.6 * tie for tie in strong if tie > 0))


# what is drawn -----------------------------------------------------------------------------------


def test_many_runs_are_drawn_as_median_and_band(many: xr.Dataset) -> None:
    ax = plots.ties(many, [ALLIES])
    values = measures.tie(many, *ALLIES).values
    (line,) = (line for line in ax.lines if line.get_gapcolor())
    np.testing.assert_allclose(line.get_ydata(), np.median(values, axis=0))
    band = ax.collections[0].get_paths()[0].vertices[:, 1]
    low, high = np.percentile(values, [5, 95], axis=0)
    assert band.min() == pytest.approx(low.min())
    assert band.max() == pytest.approx(high.max())


def test_one_run_of_many_can_be_drawn(many: xr.Dataset) -> None:
    ax = plots.ties(many, [ALLIES], run=3)
    (line,) = (line for line in ax.lines if line.get_gapcolor())
    np.testing.assert_allclose(line.get_ydata(), measures.tie(many, *ALLIES).sel(run=3))
    assert not ax.collections
    assert any("run 3" in text.get_text() for text in ax.texts)


@pytest.mark.parametrize("case", ["one", "many"])
def test_the_stacked_causes_add_up_to_the_line_of_the_tie(
    request: pytest.FixtureRequest, case: str
) -> None:
    results = request.getfixturevalue(case)
    ax = plots.drift_accounts(results, ALLIES)
    tie = measures.tie(results, *ALLIES).mean("run").values
    np.testing.assert_allclose(ax.lines[0].get_ydata(), tie, atol=1e-9)
    weeks = mdates.date2num(results["date"].values)
    stack = np.zeros(len(weeks))
    for area in ax.collections:
        path = area.get_paths()[0].vertices
        for week, x in enumerate(weeks):
            heights = path[np.isclose(path[:, 0], x), 1]
            gains = np.mean(path[:, 1]) >= 0
            stack[week] += np.ptp(heights) if gains else -np.ptp(heights)
    np.testing.assert_allclose(stack, tie, atol=1e-9)


def test_attention_is_drawn_of_those_who_want_something_now(one: xr.Dataset) -> None:
    drawn = set(looks(plots.attention(one)))
    assert {"Russia", "Iran", "Hezbollah"} <= drawn
    assert "Turkey" not in drawn


def test_the_timeline_shows_every_spell_its_signatories_and_its_breaches(one: xr.Dataset) -> None:
    ax = plots.ceasefires(one)
    spells = measures.ceasefires(one)
    rows = [label.get_text().replace("\n", " ") for label in ax.get_yticklabels()]
    iran = rows.index("Iran")
    marks = [line for line in ax.lines if line.get_marker() in "oD" and line.get_ydata()[0] == iran]
    filled = [line.get_markerfacecolor() != "white" for line in marks]
    assert filled == ["iran" in signed for signed in spells["signed"]]
    force = rows.index("Hezbollah")
    strokes = sum(
        len(line.get_xdata()) for line in ax.lines
        if line.get_marker() == "|" and set(line.get_ydata()) == {force}
    )  # fmt: skip
    assert strokes == int(one["violated"].sel(actor="hezbollah").sum())
    crosses = [line for line in ax.lines if line.get_marker() == "X"]
    assert len(crosses) == (spells["ended"] == "collapse").sum()
    brokers = [line for line in ax.lines if line.get_marker() == "D"]
    assert len(brokers) == len(spells)


def test_a_war_without_ceasefire_says_so(lonely: xr.Dataset) -> None:
    words = [text.get_text() for text in plots.ceasefires(lonely).texts]
    assert "no ceasefire in this run" in words


def test_actors_keep_their_place_in_all_networks_of_a_run(one: xr.Dataset) -> None:
    first, last = plots.networks(one, ["2015-09-30", "2018-01-10"])
    for before, after in zip(first.collections, last.collections, strict=True):
        np.testing.assert_array_equal(before.get_offsets(), after.get_offsets())
    alone = plots.network(one, "2016-12-13")
    np.testing.assert_array_equal(
        alone.collections[0].get_offsets(), first.collections[0].get_offsets()
    )


def test_enemies_lie_further_apart_than_friends(one: xr.Dataset) -> None:
    places = plots.layout(one)

    def apart(a: str, b: str) -> float:
        return float(np.hypot(*np.subtract(places[a], places[b])))

    assert apart("iran", "hezbollah") < apart("iran", "northern_rebels")


def test_camps_are_told_by_shape(one: xr.Dataset) -> None:
    camps = measures.camps(one, "2018-01-10")
    ax = plots.network(one, "2018-01-10")
    sides = [len(dots.get_paths()[0].vertices) > 10 for dots in ax.collections]  # round or square
    assert sides == [name in camps.first for name in one["actor"].values]
    at_odds = f"{percent(camps.frustration, ' %')} of tie strength at odds with the camps"
    assert any(at_odds in text.get_text() for text in ax.texts)


def test_camps_keep_their_shape_over_the_panels(one: xr.Dataset) -> None:
    def round_ones(ax: Any) -> set[int]:
        return {
            n for n, dots in enumerate(ax.collections) if len(dots.get_paths()[0].vertices) > 10
        }

    panels = [round_ones(ax) for ax in plots.networks(one)]
    everybody = set(range(one.sizes["actor"]))
    for found in panels[1:]:
        assert len(found & panels[0]) >= len((everybody - found) & panels[0]) or len(
            found - panels[0]
        ) < len(everybody - found - panels[0])


def test_camps_of_a_crowd_are_told_by_a_few_names(crowd: xr.Dataset) -> None:
    ax = plots.line_ups(crowd.isel(run=[0, 0], week=[0, 19]))
    legend = ax.get_legend()
    assert legend is not None
    assert legend.get_texts()[0].get_text().count("and 20 more") == 2
    assert_nothing_is_clipped(figure_of(ax))


# refusals ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (lambda r: plots.ties(r, [("russia", "irn")]), "did you mean 'iran'"),
        (lambda r: plots.ties(r, ["russia"]), "a pair is two names"),
        (lambda r: plots.ties(r, []), "no pair"),
        (lambda r: plots.ties(r, run=9), "no run 9"),
        (lambda r: plots.attention(r, ["turky"]), "did you mean 'turkey'"),
        (lambda r: plots.tie_matrix(r, "2020-01-01"), "2015-09-30 to 2018-01-16"),
        (lambda r: plots.tie_matrices(r, ["2015-01-01"]), "2015-09-30 to 2018-01-16"),
        (lambda r: plots.network(r, 500), "weeks 0 to 119"),
        (lambda r: plots.networks(r, ["2020-01-01"]), "2015-09-30 to 2018-01-16"),
        (lambda r: plots.ceasefires(r, run=9), "no run 9"),
        (lambda r: plots.ties(r.drop_vars("tie")), "in simulate, the part 'dyad'"),
        (
            lambda r: plots.attention(r.drop_vars("attention_short")),
            "in simulate, the part 'actor'",
        ),
        (lambda r: plots.drift_accounts(r.drop_vars("drift_account")), "the part 'account'"),
        (lambda r: plots.ceasefires(r.drop_vars("violated")), "the part 'actor_flag'"),
    ],
)
def test_what_is_not_there_is_refused_in_words_and_leaves_no_figure(
    one: xr.Dataset, draw: Callable[[xr.Dataset], Any], words: str
) -> None:
    with pytest.raises(ResultsError, match=words):
        draw(one)
    assert plt.get_fignums() == []


# all at once -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["toy", "no_turkey", "syria_2015_2018"])
def test_every_figure_of_a_scenario_is_written(tmp_path: Path, name: str) -> None:
    # enough of them that some week has an offer to draw
    results = simulate(ROOT / f"scenarios/{name}.toml", runs=6, seed=1)
    written = plots.everything(results, tmp_path / "new" / "figures")
    told = results.sizes["theatre"] > 1
    # where guarantors voted, and where a tie halved
    found = {path.stem for path in written} - {"said_and_done", "turns"}
    assert found == FIGURES | OF_MANY | ({"theatres"} if told else set())
    for path in written:
        assert path.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert plt.get_fignums() == []


def test_the_same_results_give_the_same_bytes(tmp_path: Path, small: xr.Dataset) -> None:
    first = plots.everything(small, tmp_path / "a")
    again = plots.everything(small, tmp_path / "b")
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in again]


def test_a_lone_actor_and_a_crowd_are_drawn_too(
    tmp_path: Path, lonely: xr.Dataset, crowd: xr.Dataset
) -> None:
    assert {p.stem for p in plots.everything(lonely, tmp_path)} == {"attention", "ceasefires"}
    assert {p.stem for p in plots.everything(crowd, tmp_path)} == FIGURES


def test_a_single_week_is_drawn_too(tmp_path: Path, toy: Scenario) -> None:
    results = simulate(toy, weeks=1)
    assert {p.stem for p in plots.everything(results, tmp_path)} == FIGURES


def test_figures_of_what_was_not_recorded_are_left_out(tmp_path: Path, small: xr.Dataset) -> None:
    ties_alone = small.drop_vars([name for name in small.data_vars if name != "tie"])
    written = plots.everything(ties_alone, tmp_path)
    assert {path.stem for path in written} == {"ties", "tie_matrices", "networks"}


def test_a_folder_that_cannot_be_made_is_refused_in_words(
    tmp_path: Path, small: xr.Dataset
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ResultsError, match="cannot write"):
        plots.everything(small, tmp_path / "file" / "figures")
    assert plt.get_fignums() == []


def test_pairs_worth_looking_at_come_from_the_roles(
    one: xr.Dataset, small: xr.Dataset, lonely: xr.Dataset
) -> None:
    pairs = plots.default_pairs(one)
    assert pairs[0] == ALLIES
    assert ("russia", "turkey") in pairs
    assert len({frozenset(two) for two in pairs}) == len(pairs) <= 6
    assert plots.default_pairs(small)[0] == ("duchy", "league")
    assert len(plots.default_pairs(small)) == 3
    assert plots.default_pairs(lonely) == []
