"""Survival, turns and intervals: textbook figures, values worked by hand, words of refusal."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
import xarray as xr
from handmade_results import ceasefire, pair_of

from sim import measures
from sim.errors import ResultsError

ALLIES = ("russia", "iran")


# survival ----------------------------------------------------------------------------------------

# Weeks of remission under 6-MP, negative where censored (Freireich et al. 1963).
REMISSION = [
    6,
    6,
    6,
    7,
    10,
    13,
    16,
    22,
    23,
    -6,
    -9,
    -10,
    -11,
    -17,
    -19,
    -20,
    -25,
    -32,
    -32,
    -34,
    -35,
]


def test_the_textbook_curve_of_kaplan_and_meier_comes_out() -> None:
    weeks = np.array(REMISSION)
    curve = measures.kaplan_meier(np.abs(weeks), weeks > 0)
    steps = curve[curve["ended"] > 0]
    assert steps.index.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert steps["at_risk"].tolist() == [21, 17, 15, 12, 11, 7, 6]
    published = [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    np.testing.assert_allclose(steps["survival"], published, atol=0.0005)
    assert measures.median_weeks(curve) == 23
    # published 95 % interval at week 6 by log-log: .620 to .952
    np.testing.assert_allclose(
        steps.loc[6, ["low", "high"]].astype(float), [0.620, 0.952], atol=1e-3
    )


def test_without_censoring_the_curve_is_the_share_that_lasts_longer() -> None:
    curve = measures.kaplan_meier([1, 2, 2, 5], [True] * 4)
    assert curve["survival"].tolist() == pytest.approx([1, 0.75, 0.25, 0.25, 0.25, 0])
    assert curve["hazard"].tolist() == pytest.approx([0, 1 / 4, 2 / 3, 0, 0, 1])
    assert curve["low"].iloc[0] == curve["high"].iloc[0] == 1.0
    assert np.isnan(curve["high"].iloc[-1])
    assert measures.median_weeks(curve) == 2


def test_an_end_comes_before_a_censoring_of_the_same_week() -> None:
    curve = measures.kaplan_meier([3, 3], [True, False])
    assert curve.loc[3, ["at_risk", "ended", "censored"]].tolist() == [2, 1, 1]
    assert curve.loc[3, "survival"] == 0.5


def test_a_curve_that_stays_above_one_half_has_no_median() -> None:
    assert measures.median_weeks(measures.kaplan_meier([1, 4, 4], [True, False, False])) == np.inf


def test_a_curve_of_nothing_seen_is_refused() -> None:
    with pytest.raises(ResultsError, match="all 3 are censored, the longest after 9 weeks"):
        measures.kaplan_meier([4, 9, 1], [False] * 3)
    with pytest.raises(ResultsError, match="nothing whose length"):
        measures.kaplan_meier([], [])


# intervals ---------------------------------------------------------------------------------------


def test_the_interval_of_a_share_is_that_of_wilson() -> None:
    from scipy import stats

    for k, n in ((0, 10), (3, 10), (10, 10), (1, 1000)):
        low, high = measures.wilson(k, n)
        known = stats.binomtest(k, n).proportion_ci(method="wilson")
        assert (low, high) == (pytest.approx(known.low), pytest.approx(known.high))
    z2 = 1.959963984540054**2
    assert measures.wilson(0, 10)[1] == pytest.approx(z2 / (10 + z2))  # closed form at none
    assert measures.wilson(0, 0) == (0.0, 1.0)


def test_the_interval_of_a_mean_is_that_of_student() -> None:
    values = xr.DataArray([1.0, 2.0, 3.0], dims="run")
    found = measures.mean_interval(values)
    assert found["mean"].item() == 2.0
    assert found["high"].item() == pytest.approx(2 + 4.302653 / np.sqrt(3), rel=1e-6)
    assert found["low"].item() == pytest.approx(2 - 4.302653 / np.sqrt(3), rel=1e-6)


def test_one_run_has_no_spread() -> None:
    with pytest.raises(ResultsError, match="at least 2 runs, these results hold 1"):
        measures.mean_interval(xr.DataArray([1.0], dims="run"))
    with pytest.raises(ResultsError, match="hold no runs"):
        measures.mean_interval(xr.DataArray(np.zeros(0), dims="run"))


# turns of a tie ----------------------------------------------------------------------------------

FALLS = [0.4, 0.5, 0.3, 0.24] + [0.2] * 7 + [0.1] * 3  # halves at week 3
BACK = [0.4, 0.5, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.4] + [0.4] * 4  # seven weeks only
NEVER = [-0.1] * 14  # never friends


def test_a_tie_has_halved_once_it_stays_below_half_its_maximum() -> None:
    table = measures.divergence(pair_of(FALLS, BACK, NEVER), ("a", "b"))
    assert table.index.tolist() == [0, 1]  # who were never friends cannot part
    assert table["turned"].tolist() == [True, False]
    assert table["week"].tolist() == [3, -1]
    assert table["date"].tolist() == [dt.date(2001, 1, 22), None]
    assert table["weeks"].tolist() == [3, 6]  # of 14 weeks the last 7 cannot show eight in a row


def test_the_maximum_is_that_of_the_weeks_before() -> None:
    level = [0.1] * 10 + [0.9] * 10  # the low weeks come before the high ones
    assert not measures.divergence(pair_of(level), ("a", "b"))["turned"].item()


def test_a_tie_turns_hostile_in_the_first_of_the_weeks_that_it_stays_so() -> None:
    level = [0.2, -0.1, 0.1] + [-0.2] * 11
    table = measures.rupture(pair_of(level, NEVER, FALLS), ("a", "b"))
    assert table["weeks"].tolist() == [3, 0, 6]
    assert table["turned"].tolist() == [True, True, False]
    assert measures.rupture(pair_of(level), ("a", "b"), stays=1)["weeks"].item() == 1


def test_allies_part_in_most_runs_and_the_curve_ends_at_that_share(ensemble: xr.Dataset) -> None:
    table = measures.divergence(ensemble, ALLIES)
    curve = measures.kaplan_meier(table["weeks"], table["turned"])
    assert 0.8 < table["turned"].mean() <= 1.0
    assert 1 - curve["survival"].iloc[-1] == pytest.approx(table["turned"].mean())
    assert 70 < measures.median_weeks(curve) < 100


def test_a_turn_needs_every_round_and_enough_of_them(ensemble: xr.Dataset) -> None:
    with pytest.raises(ResultsError, match="stays 8 weeks cannot be seen in 5 weeks"):
        measures.rupture(ensemble.isel(week=slice(5)), ALLIES)
    with pytest.raises(ResultsError, match="needs every week"):
        measures.rupture(ensemble.isel(week=slice(None, None, 2)), ALLIES)


# drift rate --------------------------------------------------------------------------------------


def test_the_drift_rate_is_the_loss_of_a_quarter_as_a_rate_a_year() -> None:
    level = np.linspace(0.5, 0.5 - 0.01 * 19, 20).tolist()  # one hundredth a week
    rate = measures.drift_rate(measures.tie(pair_of(level), "a", "b"))
    assert rate.sizes["week"] == 7
    assert rate["week"].values[0] == 13
    np.testing.assert_allclose(rate, 0.52)
    assert rate.attrs["units"] == "1 / year"


def test_a_drift_rate_needs_more_rounds_than_it_spans(ensemble: xr.Dataset) -> None:
    tie = measures.tie(ensemble, *ALLIES)
    with pytest.raises(ResultsError, match="over 13 weeks needs more than 13 weeks"):
        measures.drift_rate(tie.isel(week=slice(13)))
    with pytest.raises(ResultsError, match="needs every week"):
        measures.drift_rate(tie.isel(week=slice(None, None, 3)))


# paired differences ------------------------------------------------------------------------------


def test_a_paired_difference_is_that_of_equal_runs(ensemble: xr.Dataset) -> None:
    moved = ensemble.assign(tie=ensemble["tie"] + 0.25)
    gap = measures.paired_difference(ensemble, moved, lambda r: measures.tie(r, *ALLIES))
    for part in ("mean", "low", "high"):  # luck drops out: no spread is left
        np.testing.assert_allclose(gap[part], 0.25)
    assert gap["mean"].dims == ("week",)


def test_pairs_need_one_seed_and_the_same_runs(ensemble: xr.Dataset) -> None:
    def tie(results: xr.Dataset) -> xr.DataArray:
        return measures.tie(results, *ALLIES)

    with pytest.raises(ResultsError, match="one seed: these have 1 and 2"):
        measures.paired_difference(ensemble, ensemble.assign_attrs(seed="2"), tie)
    with pytest.raises(ResultsError, match="the same runs"):
        measures.paired_difference(ensemble, ensemble.isel(run=slice(1, None)), tie)
    with pytest.raises(ResultsError, match="the same weeks"):
        measures.paired_difference(ensemble, ensemble.isel(week=slice(9)), tie)
    one = ensemble.isel(run=[0])
    with pytest.raises(ResultsError, match="at least 2 runs"):
        measures.paired_difference(one, one, tie)


# ceasefires --------------------------------------------------------------------------------------


def test_ceasefires_are_censored_at_the_end_and_counted_by_convener() -> None:
    state = [1, 0, 0, 1, 1, 0, 1, 1, 1]
    age = [1, 2, 3, 1, 2, 3, 1, 2, 3]
    results = ceasefire(state, age, [0, 0, 0, 1, 1, 1, 0, 0, 0])
    curve = measures.ceasefire_survival(results)
    assert curve["at_risk"].tolist() == [3, 3, 3, 2]
    assert curve["ended"].tolist() == [0, 0, 1, 1]
    assert curve["survival"].tolist() == pytest.approx([1, 1, 2 / 3, 1 / 3])
    table = measures.ceasefire_hazard(results)
    assert table[["ceasefires", "collapsed", "weeks"]].values.tolist() == [[2, 1, 5], [1, 1, 3]]
    assert table.index.tolist() == ["a", "b"]
    assert table["hazard"].tolist() == pytest.approx([1 / 5, 1 / 3])
    assert measures.ceasefire_survival(results, "b")["survival"].iloc[-1] == 0.0


def test_a_curve_without_an_end_or_a_beginning_is_refused(ensemble: xr.Dataset) -> None:
    stands = ceasefire([0, 1, 1], [1, 1, 2], [-1, 0, 0])
    with pytest.raises(ResultsError, match="no ceasefire collapsed: all 1 are censored"):
        measures.ceasefire_survival(stands)
    with pytest.raises(ResultsError, match="no ceasefire brokered by b in these results"):
        measures.ceasefire_survival(stands, "b")
    with pytest.raises(ResultsError, match="unknown actor 'russa'"):
        measures.ceasefire_survival(ensemble, "russa")
    with pytest.raises(ResultsError, match="from week 0 on"):
        measures.ceasefire_hazard(ensemble.isel(week=slice(9, None)))
    with pytest.raises(ResultsError, match="no runs"):
        measures.ceasefire_survival(ensemble.isel(run=[]))


def test_a_victory_overtakes_a_ceasefire_and_does_not_break_it() -> None:
    results = ceasefire([1, 1, 3, 3, 3], [1, 2, 3, 4, 5], [0, 0, 0, 0, 0])
    (spell,) = measures.ceasefires(results).itertuples()
    assert (spell.weeks, spell.ended) == (3, "victory")
    assert measures.under_ceasefire(results).values.tolist() == [[True, True, True, False, False]]


def test_the_week_of_a_collapse_was_under_the_ceasefire() -> None:
    results = ceasefire([0, 1, 0, 0, 1], [1, 1, 2, 3, 1], [-1, 0, 0, 0, 0])
    assert measures.under_ceasefire(results).values.tolist() == [[False, True, True, False, True]]


def test_ceasefires_of_many_runs_are_those_of_each(ensemble: xr.Dataset) -> None:
    whole = measures.ceasefires(ensemble)
    for run in (0, 7, 39):
        alone = measures.ceasefires(ensemble.sel(run=[run]))
        assert alone.equals(whole[whole["run"] == run].reset_index(drop=True))
    weeks = measures.under_ceasefire(ensemble).sum().item()
    assert weeks == whole["weeks"].sum()


def test_who_broke_first_is_counted_together_and_alone() -> None:
    broke = [[False, False], [True, True], [False, False], [True, False], [False, True]]
    results = ceasefire([1, 0, 1, 1, 1], [1, 2, 1, 2, 3], [0, 0, 0, 0, 0], violated=broke)
    table = measures.first_breakers(results)
    assert table[["broken", "first", "alone"]].values.tolist() == [[2, 2, 1], [2, 1, 0]]
    assert table["share"].tolist() == [1.0, 0.5]
    unbroken = measures.first_breakers(ceasefire([1, 1], [1, 2], [0, 0]))
    assert unbroken["first"].tolist() == [0, 0]
    assert unbroken["share"].isna().all()
