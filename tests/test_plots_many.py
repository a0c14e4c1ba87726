"""Figures of many runs: what they draw, that nothing is clipped, and what they refuse."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from types import ModuleType
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
from matplotlib.colors import to_hex
from matplotlib.text import Annotation, Text

from sim import chronicle, files, measures, plots
from sim.errors import ResultsError
from sim.plots import style
from sim.runs.simulate import simulate
from sim.scenario.english import percent
from sim.scenario.schema import Scenario

ALLIES = ("russia", "iran")


@pytest.fixture(scope="module")
def safe() -> xr.Dataset:
    """The counterfactual with the same luck."""
    return simulate(ROOT / "scenarios/never_safe.toml", runs=40, seed=1, log=False)


@pytest.fixture(scope="module")
def few(toy: Scenario) -> xr.Dataset:
    return simulate(toy, runs=12, seed=1)


@pytest.fixture(autouse=True)
def close_figures() -> Iterator[None]:
    yield
    plt.close("all")


DRAW: dict[str, Callable[..., Axes]] = {
    "ceasefire_survival": plots.ceasefire_survival,
    "by convener": lambda r, **ax: plots.ceasefire_survival(r, list(conveners(r)), **ax),
    "turns": plots.turns,
    "line_ups": plots.line_ups,
    "outcomes": plots.outcomes,
    "offers": plots.offers,
    "difference": lambda r, **ax: plots.difference(r, r, **ax),
}


NO_TURNS = ("few", "turns")


def conveners(results: xr.Dataset) -> list[str]:
    table = measures.ceasefire_hazard(results)
    return table.index[table["collapsed"] > 0].tolist()


def clipped(ax: Axes) -> list[str]:
    """Words that reach over the edge of the figure."""
    figure = style.figure_of(ax)
    figure.canvas.draw()
    over = []
    for one in figure.axes:
        legend = one.get_legend()
        texts = [*one.texts, one.title, one.xaxis.label, one.yaxis.label]
        for axis, (low, high) in ((one.xaxis, one.get_xlim()), (one.yaxis, one.get_ylim())):
            shown = [
                t for t in axis.get_major_ticks() if min(low, high) <= t.get_loc() <= max(low, high)
            ]
            texts += [tick.label1 for tick in shown]
        texts += legend.get_texts() if legend else []
        for words in texts:
            box = Text.get_window_extent(words)
            inside = box.x0 > -2 and box.y0 > -2
            inside = inside and box.x1 < figure.bbox.x1 + 2 and box.y1 < figure.bbox.y1 + 2
            if words.get_text() and words.get_visible() and not inside:
                over.append(words.get_text())
    return over


# what all have in common -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "name"),
    # no tie of the smallest scenario halves
    [(case, name) for case in ("ensemble", "few") for name in DRAW if (case, name) != NO_TURNS],
)
def test_nothing_is_clipped_on_axes_of_its_own_or_given(
    request: pytest.FixtureRequest, case: str, name: str
) -> None:
    results = request.getfixturevalue(case)
    assert clipped(DRAW[name](results)) == []
    figure, (left, right) = plt.subplots(1, 2, figsize=(15, 6.5), layout="constrained")
    assert DRAW[name](results, ax=right) is right
    assert right.has_data()
    assert not left.has_data()
    assert clipped(right) == []
    assert figure.axes[:2] == [left, right]


@pytest.mark.parametrize("name", DRAW)
def test_the_settings_of_matplotlib_stay_as_they_were(ensemble: xr.Dataset, name: str) -> None:
    before = dict(mpl.rcParams)
    ax = DRAW[name](ensemble)
    assert dict(mpl.rcParams) == before
    assert ax.get_xlabel()
    assert ax.get_title(loc="left")


@pytest.mark.parametrize("name", ["turns", "line_ups", "difference"])
def test_the_horizontal_axis_is_one_of_dates(ensemble: xr.Dataset, name: str) -> None:
    ax = DRAW[name](ensemble)
    left, right = (mdates.num2date(edge).date() for edge in ax.get_xlim())
    assert (left, right) == (dt.date(2015, 9, 30), dt.date(2018, 1, 17))
    assert ax.get_xlabel() == "date (weeks)"


def test_the_style_is_a_file_that_others_can_use() -> None:
    path = ROOT / "sim/plots/entente.mplstyle"
    with plt.style.context(str(path)):
        assert plt.rcParams["axes.labelcolor"] == style.INK
    with plt.style.context("sim.plots.entente"):
        assert plt.rcParams["legend.frameon"] is False


# survival ----------------------------------------------------------------------------------------


def at_risk(ax: Axes) -> dict[str, list[int]]:
    """Rows of counts below the axis, by the name of the row."""
    notes = [text for text in ax.texts if isinstance(text, Annotation) and text.get_va() == "top"]
    heights = sorted({text.xyann[1] for text in notes if text.get_text().isdigit()}, reverse=True)
    rows = {}
    for height in heights:
        row = [text for text in notes if text.xyann[1] == height]
        name = next(text.get_text() for text in row if not text.get_text().isdigit())
        rows[name] = [int(text.get_text()) for text in row if text.get_text().isdigit()]
    return rows


def test_the_curve_and_the_counts_below_are_those_of_the_measure(ensemble: xr.Dataset) -> None:
    curve = measures.ceasefire_survival(ensemble)
    ax = plots.ceasefire_survival(ensemble)
    (line,) = [line for line in ax.lines if line.get_linewidth() > 1]
    np.testing.assert_allclose(line.get_ydata(), curve["survival"])
    (counts,) = at_risk(ax).values()
    assert counts[0] == curve["at_risk"].iloc[0] == len(measures.ceasefires(ensemble))
    assert counts == sorted(counts, reverse=True)
    assert counts[-1] == curve["at_risk"].iloc[-1]


def test_counts_below_survival_stand_under_ticks(ensemble: xr.Dataset) -> None:
    for ax in (plots.ceasefire_survival(ensemble), plots.turns(ensemble, [ALLIES])):
        low, high = ax.get_xlim()
        ticks = {float(tick) for tick in ax.get_xticks() if low <= tick <= high}
        counts = [note for note in ax.texts if note.get_text().isdigit()]
        assert len(counts) > 2
        assert {float(note.xy[0]) for note in counts} <= ticks


def test_a_curve_has_the_colour_of_its_convener(ensemble: xr.Dataset) -> None:
    ax = plots.ceasefire_survival(ensemble, ["russia", "united_states"])
    colour = plots.colours(ensemble)
    curves = [line for line in ax.lines if line.get_linewidth() > 1]
    assert [to_hex(line.get_color()) for line in curves] == [
        colour["russia"], colour["united_states"],
    ]  # fmt: skip
    assert curves[0].get_marker() != curves[1].get_marker()
    assert list(at_risk(ax)) == ["Russia", "United States"]
    assert {"Russia", "United States"} <= {text.get_text() for text in ax.texts}


def test_a_name_is_joined_to_the_end_of_its_curve(ensemble: xr.Dataset) -> None:
    """A turn that lasts cannot be seen in the last weeks, so these curves end before the Axes."""
    ax = plots.turns(ensemble, [ALLIES])
    (line,) = (line for line in ax.lines if line.get_gapcolor())
    end = (np.asarray(line.get_xdata(orig=False))[-1], np.asarray(line.get_ydata())[-1])
    (name,) = (text for text in ax.texts if getattr(text, "arrow_patch", None))
    assert isinstance(name, Annotation)
    assert name.xy == pytest.approx(end)
    assert name.xycoords == "data"
    assert end[0] < ax.get_xlim()[1] - 14


@pytest.mark.parametrize("package", [measures, plots], ids=lambda package: package.__name__)
def test_completion_shows_what_is_public_and_no_modules(package: ModuleType) -> None:
    assert dir(package) == sorted(package.__all__)
    assert not any(isinstance(getattr(package, name), ModuleType) for name in dir(package))


def test_ties_that_never_turn_stay_at_one(ensemble: xr.Dataset) -> None:
    ax = plots.turns(ensemble, [ALLIES, ("turkey", "united_states")])
    one, other = (line for line in ax.lines if line.get_gapcolor())
    assert min(one.get_ydata()) < 0.4
    assert set(other.get_ydata()) == {1.0}
    hostile = plots.turns(ensemble, [ALLIES], turn="hostile")
    table = measures.rupture(ensemble, ALLIES)
    first = table["date"][table["turned"]].min()
    (line,) = (line for line in hostile.lines if line.get_gapcolor())
    assert line.get_ydata()[-1] == pytest.approx(1 - table["turned"].mean())
    fallen = np.asarray(line.get_xdata())[np.asarray(line.get_ydata()) < 1][0]
    assert fallen.astype("datetime64[D]").item() == first


# shares ------------------------------------------------------------------------------------------


def test_line_ups_are_stacked_to_one_and_differ_by_hatch(ensemble: xr.Dataset) -> None:
    ax = plots.line_ups(ensemble)
    legend = ax.get_legend()
    assert legend is not None
    words = [text.get_text().replace("\n", " ") for text in legend.get_texts()]
    assert words[0].startswith("Russia, Iran,")
    assert "— against — Turkey" in words[0]
    assert words[1] == "the same, but Russia on the other side"
    hatches = [handle.get_hatch() for handle in legend.legend_handles]
    assert len(set(hatches)) == len(hatches)
    tops = [area.get_paths()[0].vertices[:, 1].max() for area in ax.collections]
    assert tops[-1] == pytest.approx(1)
    assert ax.get_ylim() == (0.0, 1.0)


def test_bars_are_the_shares_of_the_outcomes(ensemble: xr.Dataset) -> None:
    ax = plots.outcomes(ensemble)
    table = measures.outcome_shares(ensemble).drop("victory")
    np.testing.assert_allclose([bar.get_width() for bar in ax.patches], table["share"])
    names = [tick.get_text() for tick in ax.get_yticklabels()]
    assert names[:4] == ["continued war", "fragile ceasefire", "frozen conflict", "settlement"]
    hatched = [bar.get_hatch() is not None for bar in ax.patches]
    assert hatched == [False] * 4 + [True] * (len(table) - 4)
    told = [text.get_text() for text in ax.texts]
    assert {percent(share, " %") for share in table["share"]} <= set(told)


def test_no_share_is_shown_without_its_tenth_of_a_percent() -> None:
    """A reader takes 2.5 % as "2%" for another number than 2.5 % elsewhere."""
    for path in (ROOT / "sim").rglob("*.py"):
        assert not re.search(r":\.0%|\.0f} ?%", path.read_text(encoding="utf-8")), path


def test_bars_say_which_camp_won_and_leave_out_who_never_does(won: xr.Dataset) -> None:
    names = [tick.get_text() for tick in plots.outcomes(won).get_yticklabels()]
    assert "victory" in names
    assert "won by\ngovernment camp" in names
    assert not any("opposition" in name for name in names)


def test_a_summary_of_many_runs_says_who_won_how_often(won: xr.Dataset) -> None:
    assert "Who won: the government camp three times." in chronicle.summary(won)


@pytest.fixture(scope="module")
def won(syria: Scenario) -> xr.Dataset:
    """Three runs, with the front at the end of one camp from the first week on."""
    data = files.as_data(
        files.with_changes(syria, {"parameters.first_ceasefire_round": 99, "weeks": 16})
    )
    data["events"] = [{"week": 0, "why": "experiment", "issue": "regime", "position": 1.0,
                       "pinned": True}]  # fmt: skip
    return simulate(files.build(data), runs=3, seed=1)


# offers ------------------------------------------------------------------------------------------


def test_every_vote_is_an_offer_and_every_settlement_a_star(ensemble: xr.Dataset) -> None:
    ax = plots.offers(ensemble)
    talks = measures.talks(ensemble)
    count = {line.get_marker(): len(line.get_xdata()) for line in ax.lines}
    assert count["o"] == (talks["voted"] & ~talks["settled"]).sum()
    assert count["*"] == talks["settled"].sum()
    (start,) = (line for line in ax.lines if line.get_marker() == "x")
    assert (start.get_xdata()[0], start.get_ydata()[0]) == (0.1, 0.0)  # arms, share
    (star,) = (line for line in ax.lines if line.get_marker() == "*")
    agreed = measures.settlements(ensemble)
    arms = agreed[agreed["issue"] == "arms"]["agreed"]
    assert set(arms) <= set(star.get_xdata())


def test_ideal_points_stand_where_actors_want_to_be(ensemble: xr.Dataset) -> None:
    ax = plots.offers(ensemble, ("arms", "share"))
    colour = plots.colours(ensemble)
    squares = {
        to_hex(line.get_color()): (line.get_xdata()[0], line.get_ydata()[0])
        for line in ax.lines
        if line.get_marker() == "s"
    }
    want = ensemble["ideal"].mean(("run", "week")).sel(actor="russia")
    assert squares[colour["russia"]] == pytest.approx(
        (want.sel(issue="arms").item(), want.sel(issue="share").item())
    )
    assert colour["hezbollah"] not in squares  # power sharing is nothing to it
    assert "United Nations" in {text.get_text() for text in ax.texts}


# comparisons -------------------------------------------------------------------------------------


def test_the_difference_is_drawn_with_its_interval(ensemble: xr.Dataset, safe: xr.Dataset) -> None:
    ax = plots.difference(ensemble, safe, ALLIES)
    gap = measures.paired_difference(ensemble, safe, lambda r: measures.tie(r, *ALLIES))
    drawn = {line.get_linewidth(): line.get_ydata() for line in ax.lines}
    np.testing.assert_allclose(drawn[2.0], gap["mean"])
    assert ax.get_title(loc="left") == "Syria, never safe minus Syria, first theory"
    assert "Russia and Iran" in ax.get_ylabel()
    assert drawn[2.0][-1] > 0.2  # where the goal is never secured the tie holds


def test_any_measure_along_the_dates_can_be_compared(
    ensemble: xr.Dataset, safe: xr.Dataset
) -> None:
    def cohesion(results: xr.Dataset) -> xr.DataArray:
        return measures.drift_rate(measures.cohesion(results, ["russia", "iran", "hezbollah"]))

    ax = plots.difference(ensemble, safe, measure=cohesion)
    assert len(ax.lines[-2].get_xdata()) == 107  # thirteen weeks fewer
    assert "1 / year" in ax.get_ylabel().replace("\n", " ")


def test_panels_of_a_sweep_share_their_scales_and_bear_their_names(few: xr.Dataset) -> None:
    sweep = {f"case {n}": few.isel(run=[n, n + 1]) for n in range(5)}
    panels = plots.small_multiples(sweep, plots.ties, columns=3)
    assert [ax.get_title(loc="left") for ax in panels] == list(sweep)
    assert len({ax.get_ylim() for ax in panels}) == 1
    assert [bool(ax.get_xlabel()) for ax in panels] == [False, False, True, True, True]
    assert clipped(panels[0]) == []


# refusals ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (lambda r: plots.line_ups(r.isel(run=[0])), "at least 2 runs, these results hold 1"),
        (lambda r: plots.outcomes(r.isel(run=[0])), "at least 2 runs"),
        (lambda r: plots.turns(r.isel(run=[0])), "at least 2 runs"),
        (lambda r: plots.line_ups(r.isel(run=[])), "no runs"),
        (lambda r: plots.line_ups(r, ["iran", "turky"]), "did you mean 'turkey'"),
        (lambda r: plots.turns(r, turn="split"), "halved, hostile, not 'split'"),
        (lambda r: plots.turns(r, [("turkey", "united_states")]), "no tie of these pairs has halv"),
        (lambda r: plots.ceasefire_survival(r, ["irn"]), "did you mean 'iran'"),
        (lambda r: plots.ceasefire_survival(r, ["iran"]), "no ceasefire brokered by iran"),
        (lambda r: plots.ceasefire_survival(r, []), "no convener"),
        (lambda r: plots.ceasefire_survival(r.isel(week=slice(3, 9))), "from week 0 on"),
        (lambda r: plots.offers(r, ("arms", "arms")), "two different issues"),
        (lambda r: plots.offers(r, ("arms", "shar")), "did you mean 'share'"),
        (lambda r: plots.offers(r, run=99), "no run 99"),
        (
            lambda r: plots.offers(r.drop_vars("event_kind")),
            "no events: in an ensemble, --record events",
        ),
        (lambda r: plots.difference(r, r.assign_attrs(seed="9")), "one seed"),
        (lambda r: plots.difference(r, r, ("russia", "irn")), "did you mean 'iran'"),
        (lambda r: plots.difference(r, r, ALLIES, measures.violence), "either a pair or a measure"),
        (lambda r: plots.difference(r, r, measure=measures.violence), "along run and week"),
        (lambda r: plots.small_multiples({}, plots.ties), "the sweep is empty"),
        (lambda r: plots.small_multiples({"a": r}, plots.ties, columns=0), "one column or more"),
        (lambda r: plots.small_multiples({"a": r}, plots.ties, run=99), "no run 99"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_words_and_leaves_no_figure(
    ensemble: xr.Dataset, draw: Callable[[xr.Dataset], Any], words: str
) -> None:
    with pytest.raises(ResultsError, match=words):
        draw(ensemble)
    assert plt.get_fignums() == []
