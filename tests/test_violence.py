"""Violence by theatre, unity in words and in deeds: worked by hand, from runs, and as figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from handmade_results import made
from handmade_results import told as with_events
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from scipy import stats
from theatre_cases import everything, plain, two_fronts

from sim import files, measures, plots
from sim.engine import event_log as log
from sim.errors import ResultsError
from sim.plots import catalogue
from sim.results.dataset import events, save
from sim.runs.simulate import simulate
from sim.scenario.schema import Scenario
from sim.ui import cli

PAIR = ("russia", "iran")


@pytest.fixture(scope="module")
def many(second: Scenario) -> xr.Dataset:
    return simulate(everything(second), runs=12, seed=3)


@pytest.fixture(autouse=True)
def close_figures() -> Any:
    yield
    plt.close("all")


# violence -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def by_hand() -> xr.Dataset:
    """Two runs of six weeks in a hill and a marsh."""
    state = [[0, 1, 1, 0, 0, 2], [0, 0, 1, 1, 1, 0]]
    age = [[1, 1, 2, 3, 4, 5], [1, 2, 1, 2, 3, 4]]
    hill = [[1.0, 0.5, 0.3, 0.8, 0.6, 0.1], [0.9, 0.7, 0.2, 0.0, 0.4, 0.8]]
    marsh = [[1.0] * 6, [0.5] * 6]
    values = np.stack([hill, marsh], axis=-1)
    results = made("ab", weeks=6, runs=2, state=((), state), age=((), age),
                   intensity_by_theatre=(("theatre",), values))  # fmt: skip
    return results.assign_coords(theatre=["hill", "marsh"])


def test_violence_by_theatre_by_hand(by_hand: xr.Dataset) -> None:
    table = measures.violence_by_theatre(by_hand, ages=((1, 2), (3, None)))
    hill = table.loc["hill"]
    assert hill.index.tolist() == ["war", "weeks 1 to 2", "week 3 and later", "settlement"]
    wars = [(1.0 + 0.8 + 0.6) / 3, (0.9 + 0.7 + 0.8) / 3]
    calms = [(0.5 + 0.3) / 2, (0.2 + 0.0) / 2]
    for when, values in (("war", wars), ("weeks 1 to 2", calms)):
        row = hill.loc[when]
        low, high = stats.t.interval(0.95, 1, np.mean(values), stats.sem(values))
        assert (row["mean"], row["low"], row["high"]) == pytest.approx((np.mean(values), low, high))
        assert row["of_war"] == pytest.approx(np.mean(values) / np.mean(wars))
    later, settled = hill.loc["week 3 and later"], hill.loc["settlement"]
    assert (later["runs"], later["weeks"], later["mean"]) == (1, 1, 0.4)
    assert (settled["runs"], settled["weeks"], settled["mean"]) == (1, 1, 0.1)
    assert np.isnan([later["low"], settled["high"]]).all(), "one run has no spread"
    assert table.loc[("marsh", "war"), "mean"] == 0.75
    assert table.loc[("marsh", "weeks 1 to 2"), "of_war"] == 1.0


def test_what_never_was_has_no_mean(by_hand: xr.Dataset) -> None:
    table = measures.violence_by_theatre(by_hand.isel(run=[1]))
    assert table.loc[("hill", "settlement"), ["runs", "weeks"]].tolist() == [0, 0]
    assert np.isnan(table.loc[("hill", "settlement"), "mean"])
    with pytest.raises(ResultsError, match="no runs"):
        measures.violence_by_theatre(by_hand.isel(run=[]))
    with pytest.raises(ResultsError, match="intensity_by_theatre"):
        measures.violence_by_theatre(by_hand.drop_vars("intensity_by_theatre"))


def test_weeks_of_all_kinds_are_those_of_the_record(many: xr.Dataset) -> None:
    table = measures.violence_by_theatre(many)
    open_weeks = int((many["state"] != 3).sum())
    for theatre in many["theatre"].values:
        assert table.loc[theatre, "weeks"].sum() == open_weeks
        part = table.loc[theatre]
        assert ((part["mean"] >= 0) & (part["mean"] <= 1)).all()
    assert set(table.index.get_level_values("theatre")) == set(many["theatre"].values)


def test_a_ceasefire_calms_the_theatres_that_it_covers() -> None:
    results = simulate(two_fronts(ceasefire={"covers": ["hills"]}), runs=10, seed=1)
    calm = measures.violence_by_theatre(results)["of_war"].unstack()["weeks 1 to 4"]
    assert calm["hills"] < 0.6
    assert calm["marsh"] == 1.0


def test_violence_by_camp_counts_efforts_and_who_stands_out_of_scope(many: xr.Dataset) -> None:
    found = measures.violence(many)
    war = many["state"].values == 0
    held = found.values[war]
    assert ((held > 0.5) & (held < 1.0)).all(), "somebody always holds back a little"
    first = many.isel(week=[0])
    scenario = everything_of(many)
    for camp in ("government", "opposition"):
        whole = part = 0.0
        for name, actor in scenario.actors.items():
            share = 1.0 if actor.armed else actor.tasks.air + actor.tasks.ground
            arms = first["capability"].sel(actor=name).values * share * (actor.camp == camp)
            whole, part = whole + arms, part + arms * first["active"].sel(actor=name).values
        np.testing.assert_allclose(measures.violence(first).sel(camp=camp), part / whole)


def everything_of(results: xr.Dataset) -> Scenario:
    from sim.results.dataset import scenario_of

    return scenario_of(results)


def test_where_only_the_armed_fight_violence_is_as_it_was(second: Scenario) -> None:
    """By flags and armed capability, as it was worked out before anybody could hold back."""
    results = simulate(plain(second), runs=4, seed=2)
    armed = np.array([second.actors[name].armed for name in results["actor"].values])
    camps = np.array([second.actors[name].camp for name in results["actor"].values])
    weights = results["capability"].values * armed
    for name in ("government", "opposition"):
        mask = camps == name
        total = (weights * mask).sum(axis=-1)
        part = (weights * results["fighting"].values * mask).sum(axis=-1)
        assert (measures.violence(results).sel(camp=name).values == part / total).all()
    broken = weights * results["violated"].values
    sums = [(broken * (camps == name)).sum(axis=(1, 2)) for name in ("government", "opposition")]
    found = measures.breaches_by_camp(results).values
    assert (found == np.stack(sums, axis=-1) / np.sum(sums, axis=0)[:, None]).all()
    # results of before have no shares, only flags
    old = results.drop_vars(["active", "in_arms", "effort"])
    assert measures.violence(old).identical(measures.violence(results))


def test_a_breach_weighs_what_the_ceasefire_binds() -> None:
    """The north has all of its men in scope, the coast a quarter, and both break it once."""
    case = two_fronts(ceasefire={"covers": ["hills"]})
    data = files.as_data(case)
    data["actors"]["coast"]["theatres"] = {"hills": 0.25, "marsh": 0.75}
    data["actors"]["coast"]["camp"] = "down"
    attrs = {"scenario": files.dumps(files.build(data))}
    names = ["north", "coast"]
    # what a settlement binds it binds from the week after it was reached
    for state, effort, expected in ((1, 1.0, 0.8), (2, 1.0, 0.5), (2, 0.25, 0.8)):
        results = made(
            "ab", weeks=2, attrs=attrs, capability=(("actor",), [[1.0, 1.0]] * 2),
            state=((), [state] * 2), violated=(("actor",), [[False, False], [True, True]]),
            effort=(("actor",), [[1.0, effort]] * 2),
        ).assign_coords(actor=names, other=names, camp=["up", "down"])  # fmt: skip
        found = measures.breaches_by_camp(results).values
        assert found.tolist() == [[pytest.approx(expected), pytest.approx(1.0 - expected)]]


# words and deeds ----------------------------------------------------------------------------------


def test_what_is_said_and_done_by_hand() -> None:
    """Three proposals and two votes in two periods of two weeks; a convener has signed."""
    flags = ("actor",)
    results = made(
        "abc", weeks=4,
        objected=(flags, [[0, 0, 1], [0, 1, 0], [0, 0, 0], [0, 0, 0]]),
        declared=(flags, [[0, 0, 0], [0, 0, 0], [1, 1, 0], [1, 0, 0]]),
        accepted=(flags, [[0, 0, 0], [0, 0, 0], [1, 0, 0], [1, 0, 0]]),
    ).astype(bool)  # fmt: skip
    rows: list[tuple[Any, ...]] = [
        (0, 0, log.RATIFY, 0, 0, -1, False), (0, 0, log.RATIFY, 1, 0, -1, True),
        (0, 1, log.RATIFY, 0, 0, -1, True), (0, 1, log.RATIFY, 1, 0, -1, False),
        (0, 2, log.RATIFY, 0, 2, -1, False), (0, 2, log.RATIFY, 1, 2, -1, True),
    ]  # fmt: skip
    rows += [(0, week, log.CEASEFIRE, 0, -1, -1, True) for week in (0, 1)]
    rows += [(0, 2, log.CEASEFIRE, 2, -1, -1, True)]
    rows += [(0, week, log.SETTLE, -1, -1, -1, False) for week in (2, 3)]
    table = measures.said_and_done(with_events(results, rows), ("a", "b"), weeks=2)
    assert table["act"].tolist() == ["ceasefire", "ceasefire", "vote"]
    assert table["occasions"].tolist() == [2, 1, 2]
    # week 0: nobody of the two refuses, and a has signed as convener; week 1: b refuses in public
    assert table["said"].tolist() == [0.5, 1.0, 0.5]
    # week 0: both have signed; week 1: b has not; week 2: a has not
    assert table["done"].tolist() == [0.5, 0.0, 0.0]
    assert table["date"].tolist() == [pd.Timestamp("2001-01-01"), *[pd.Timestamp("2001-01-15")] * 2]
    low, high = measures.wilson([1], [2])
    assert table.loc[0, ["said_low", "said_high"]].tolist() == [low[0], high[0]]


def test_who_does_also_says_so_and_words_are_cheaper(many: xr.Dataset) -> None:
    table = measures.said_and_done(many, PAIR)
    assert (table["said"] >= table["done"]).all()
    assert (table["said"] > table["done"]).any()
    held = pd.Series([e.decision for e in events(many)]).value_counts()
    sums = table.groupby("act")["occasions"].sum()
    assert (sums["ceasefire"], sums["vote"]) == (held["ceasefire"], held["settle"])
    both = measures.said_and_done(many, PAIR[::-1])
    pd.testing.assert_frame_equal(table, both)


def test_without_a_public_layer_words_are_deeds_at_votes(second: Scenario) -> None:
    frank = files.with_changes(plain(second), {"mechanisms.public": False})
    table = measures.said_and_done(simulate(frank, runs=4, seed=2), PAIR)
    assert (table["said"] == table["done"])[table["act"] == "vote"].all()


def test_a_pair_that_is_none_is_refused(many: xr.Dataset) -> None:
    with pytest.raises(ResultsError, match="did you mean 'iran'"):
        measures.said_and_done(many, ("russia", "irann"))
    with pytest.raises(ResultsError, match="no events"):
        measures.said_and_done(simulate(plain(everything_of(many)), log=False, weeks=3), PAIR)


# figures ------------------------------------------------------------------------------------------


def not_clipped(figure: Any) -> None:
    figure.canvas.draw()
    drawn = figure.get_tightbbox()
    width, height = figure.get_size_inches()
    assert drawn.x0 > -0.02
    assert drawn.y0 > -0.02
    assert drawn.x1 < width + 0.02
    assert drawn.y1 < height + 0.02


def test_theatres_are_drawn_one_below_the_other_and_all_together_on_top(many: xr.Dataset) -> None:
    axes = plots.theatres(many)
    titles = [ax.get_title(loc="left") for ax in axes]
    assert titles == ["the whole country", *many["theatre_label"].values.tolist()]
    not_clipped(axes[0].figure)
    whole = many["intensity"].values
    median, mean = (line.get_ydata() for line in reversed(axes[0].lines))
    assert sorted([median[5], mean[5]]) == sorted([np.median(whole, 0)[5], whole.mean(0)[5]])
    for ax in axes:
        assert ax.get_ylim() == axes[0].get_ylim()
        dashes = {line.get_linestyle() for line in ax.lines}
        assert len(dashes) == 2, "the mean is told from the median without colour"
        for line in ax.lines:
            red, green, blue = to_rgb(line.get_color())
            assert red == green == blue, "no colour at all"
    assert axes[-1].get_xlabel() == "date (weeks)"
    assert "in arms" in axes[0].figure.get_supylabel()
    assert "12 runs" in " ".join(text.get_text() for text in axes[0].texts)


def test_one_run_has_no_band_and_its_ceasefires_are_shaded(many: xr.Dataset) -> None:
    axes = plots.theatres(many, run=4)
    not_clipped(axes[0].figure)
    assert all(len(ax.lines) == 1 for ax in axes)
    assert all(ax.patches for ax in axes)
    shown = axes[1].lines[0].get_ydata()
    expected = many["intensity_by_theatre"].sel(run=4).isel(theatre=0).values
    assert np.array_equal(shown, expected)


def test_one_country_is_one_panel(toy: Scenario) -> None:
    axes = plots.theatres(simulate(toy, seed=1))
    assert [ax.get_title(loc="left") for ax in axes] == ["the whole country"]
    not_clipped(axes[0].figure)


def test_words_are_empty_marks_and_deeds_full_ones(many: xr.Dataset) -> None:
    ax = plots.said_and_done(many, PAIR)
    not_clipped(ax.figure)
    table = measures.said_and_done(many, PAIR)
    drawn = [bars.lines[0] for bars in ax.containers]
    assert len(drawn) == 4
    for line, (act, name) in zip(
        drawn, [(a, n) for a in ("ceasefire", "vote") for n in ("said", "done")], strict=True
    ):
        rows = table[table["act"] == act]
        assert line.get_ydata().tolist() == rows[name].tolist()
        assert (line.get_markerfacecolor() == "white") == (name == "said")
        assert line.get_marker() == ("s" if act == "ceasefire" else "o")
        left, right = ax.get_xlim()
        days = mpl.dates.date2num(line.get_xdata())
        assert ((days > left) & (days < right)).all()
    assert ax.get_xlabel() == "date (weeks)"
    assert "share" in ax.get_ylabel()
    assert ax.get_title(loc="left") == "What Russia and Iran say and do"


def test_they_are_drawn_on_axes_that_are_given(many: xr.Dataset) -> None:
    figure, (left, right) = plt.subplots(1, 2, figsize=(13, 5), layout="constrained")
    assert plots.said_and_done(many, PAIR, ax=right) is right
    assert isinstance(right, Axes)
    assert not left.has_data()
    not_clipped(figure)


def test_where_nothing_was_proposed_there_is_nothing_to_draw() -> None:
    silent = two_fronts(roles={"conveners": {}})
    results = simulate(silent, weeks=5)
    with pytest.raises(ResultsError, match="nothing to agree on"):
        plots.said_and_done(results, ("north", "south"))
    assert not plt.get_fignums()


@pytest.mark.parametrize("name", ["theatres", "said-and-done"])
def test_they_can_be_asked_for_by_name(many: xr.Dataset, tmp_path: Path, name: str) -> None:
    path, out = tmp_path / "many.nc", tmp_path / "figure.png"
    save(many.isel(run=slice(3)), path)
    assert cli.main(["plot", str(path), "--figure", name, "--out", str(out)]) == 0
    assert out.stat().st_size > 5000
    needs = catalogue.named(name).needs
    with pytest.raises(ResultsError):
        catalogue.draw(many.drop_vars(needs[0]), name)


def test_the_page_of_figures_has_them_where_they_say_something(
    toy: Scenario, tmp_path: Path
) -> None:
    fronts = simulate(two_fronts(), runs=2, seed=1)
    names = {path.stem for path in plots.everything(fronts, tmp_path / "a")}
    assert names >= {"theatres", "said_and_done"}
    few = {path.stem for path in plots.everything(simulate(toy, seed=1), tmp_path / "b")}
    assert not few & {"theatres", "said_and_done"}
