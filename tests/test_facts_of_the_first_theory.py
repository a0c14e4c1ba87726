"""The stylised facts of the first theory at its defaults, beside a prototype's figures.

A figure is inside when it differs from the prototype's by at most 3.5 times the joint standard
error: the prototype's spread over seeds (at 1,000 runs) and our own, both from our spread over
runs. "Aleppo" is the first week in which the regime issue stands at 0.60 or more.
"""

from functools import cache

import numpy as np
import pytest
from conftest import FIRST

from sim.engine import event_log
from sim.runs.simulate import simulate

pytestmark = pytest.mark.slow

RUNS = 600
SYRIA = "scenarios/syria_2015_2018.toml"
NEVER_SAFE = "scenarios/never_safe.toml"
COMPATIBLE = "scenarios/iran_compatible.toml"
NEVER_TABLED = "scenarios/militias_never_tabled.toml"
MILITIAS = ["hezbollah", "foreign_militias", "local_militias"]
PARTS = ("status", "dyad", "issue", "actor", "actor_flag", "link")


@cache
def ensemble(path=SYRIA, consultation=None, attention=True):
    change = dict(FIRST)
    if consultation is not None:
        change["roles.consultation.iran"] = consultation
    if not attention:
        change["mechanisms.salience_decay"] = False
    return simulate(path, runs=RUNS, seed=1, set=change, parts=PARTS, log=path == SYRIA)


def pair(results, name="tie", i="russia", j="iran"):
    values = results[name]
    there = values.sel(actor=i, other=j).values
    return 0.5 * (there + values.sel(actor=j, other=i).values)


def aleppo(results):
    """First recorded week with the regime at .60, 9999 where it is never reached."""
    safe = results["position"].sel(issue="regime").values >= 0.60
    return np.where(safe.any(axis=1), safe.argmax(axis=1), 9999)


def with_forty_weeks(results):
    t0 = aleppo(results)
    chosen = np.flatnonzero(t0 + 40 < results.sizes["week"])
    return chosen, t0[chosen]


def drift(results):
    runs, t0 = with_forty_weeks(results)
    tie = pair(results)
    return tie[runs, t0 + 40] - tie[runs, t0]


def mean(values):
    return float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(len(values)))


def ratio(parts, wholes):
    """Ratio of sums over runs, and its standard error with runs as the clusters."""
    share = parts.sum() / wholes.sum()
    return float(share), float(np.sqrt(((parts - share * wholes) ** 2).sum()) / wholes.sum())


def inside(ours, published, spread):
    value, error = ours
    room = 3.5 * np.hypot(spread, error)
    assert abs(value - published) <= room, f"{value:.4f} +- {error:.4f}, published {published}"


def decision(results, kind, actor, after):
    """Share of yes among an actor's decisions before or after Aleppo, by run."""
    who = results["actor"].values.tolist().index(actor)
    t0 = aleppo(results)[results["event_run"].values]
    later = results["event_week"].values >= t0
    chosen = (results["event_kind"].values == kind) & (results["event_actor"].values == who)
    chosen &= (t0 < 9999) & (later if after else ~later)
    run = results["event_run"].values[chosen]
    yes = results["event_answer"].values[chosen]
    return (
        np.bincount(run, weights=yes, minlength=RUNS),
        np.bincount(run, minlength=RUNS),
    )


def test_aleppo_falls_near_the_week_of_history():
    t0 = aleppo(ensemble())
    assert 60 <= np.median(t0) <= 67
    assert (t0 < 120).mean() > 0.95


def test_a_tie_of_russia_and_iran_is_high_in_danger_and_falls_once_the_goal_is_reached():
    results = ensemble()
    runs, t0 = with_forty_weeks(results)
    tie, agreement = pair(results), pair(results, "alignment")
    inside(mean(tie[runs, t0]), 0.353, 0.006 / 1.96)
    inside(mean(tie[runs, t0 + 40]), 0.039, 0.007)
    inside(mean(drift(results)), -0.319, 0.003)
    inside(mean(agreement[runs, t0]), 0.317, 0.003)
    inside(mean(agreement[runs, t0 + 40]), -0.155, 0.003)
    assert (drift(results) < 0).all()


def test_a_tie_halves_in_nine_runs_of_ten_about_22_weeks_after_aleppo():
    results = ensemble()
    tie = pair(results)
    below = tie < 0.5 * np.maximum.accumulate(tie, axis=1)
    held = np.lib.stride_tricks.sliding_window_view(below, 8, axis=1).all(axis=2)
    halved, t0 = held.any(axis=1), aleppo(results)
    inside(mean(halved.astype(float)), 0.93, 0.008)
    lag = (held.argmax(axis=1) - t0)[halved & (t0 < 9999)]
    assert 20 <= np.median(lag) <= 24


def test_b_without_a_satisfied_goal_there_is_almost_no_drift():
    inside(mean(drift(ensemble(NEVER_SAFE))), -0.047, 0.003)


def test_b2_with_compatible_long_term_aims_there_is_little_drift():
    inside(mean(drift(ensemble(COMPATIBLE))), -0.069, 0.003)


def test_attention_off_takes_the_thesis_away():
    """One removed: the published loss is to .046, out of .316."""
    inside(mean(drift(ensemble(attention=False))), -0.046, 0.005)


@pytest.mark.parametrize(
    ("actor", "after", "published"),
    [
        ("iran", True, 0.322),
        ("russia", True, 0.83),
        ("turkey", True, 0.91),
        ("syria_government", True, 0.63),
        ("northern_rebels", True, 0.92),
        ("iran", False, 0.40),
        ("russia", False, 0.67),
    ],
)
def test_c_iran_ratifies_least(actor, after, published):
    inside(ratio(*decision(ensemble(), event_log.RATIFY, actor, after)), published, 0.009)


@pytest.mark.parametrize(
    ("actor", "published"),
    [
        ("hezbollah", 0.82),
        ("foreign_militias", 0.80),
        ("local_militias", 0.78),
        ("syria_government", 0.66),
        ("northern_rebels", 0.20),
        ("damascus_rebels", 0.12),
    ],
)
def test_d_irans_militias_violate_most(actor, published):
    kept, weeks = decision(ensemble(), event_log.COMPLY, actor, True)
    inside(ratio(weeks - kept, weeks), published, 0.006)


@pytest.mark.parametrize(
    ("patron", "published"), [("iran", 0.82), ("russia", 0.28), ("turkey", 0.09)]
)
def test_d_iran_orders_to_spoil(patron, published):
    kept, weeks = decision(ensemble(), event_log.ORDER, patron, True)
    inside(ratio(weeks - kept, weeks), published, 0.006)


@pytest.mark.parametrize(
    ("consultation", "violations", "signs", "spoils"),
    [("never", 0.91, 0.09, 0.95), ("always", 0.74, 0.40, 0.75)],
)
def test_e_consulting_iran_buys_compliance(consultation, violations, signs, spoils):
    results = ensemble(consultation=consultation)
    age, state = results["age"].values, results["state"].values
    weeks = np.arange(results.sizes["week"])
    early = (state > 0) & (age >= 2) & (age <= 7) & (weeks >= aleppo(results)[:, None])
    broke = results["violated"].sel(actor=MILITIAS).values.mean(axis=2)
    inside(ratio((broke * early).sum(axis=1), early.sum(axis=1)), violations, 0.005)
    inside(ratio(*decision(results, event_log.RATIFY, "iran", True)), signs, 0.007)
    ordered = ~results["ordered_to_comply"].sel(actor="iran").values
    inside(ratio((ordered * early).sum(axis=1), early.sum(axis=1)), spoils, 0.007)


def test_e_a_revised_deal_is_broken_less():
    """Published .83 before, .68 after; how it was measured is not said, so the fall is held."""
    results = ensemble()
    iran = results["actor"].values.tolist().index("iran")
    revised = (results["event_kind"].values == event_log.REVISE) & results["event_answer"].values
    revised &= results["event_counterpart"].values == iran
    run, week = (results[name].values[revised] for name in ("event_run", "event_week"))
    broke = results["violated"].sel(actor=MILITIAS).values.mean(axis=2)
    state = results["state"].values
    last = results.sizes["week"] - 1
    went_on = (week < last) & (state[run, week] > 0) & (state[run, np.minimum(week + 1, last)] > 0)
    run, week = run[went_on], week[went_on]
    fall = broke[run, week] - broke[run, week + 1]
    assert mean(fall)[0] - 3.5 * mean(fall)[1] > 0.10


def test_f_turkish_pressure_brings_the_rebels_to_the_talks():
    results = ensemble()
    rebels = results["actor"].values.tolist().index("northern_rebels")
    asked = (results["event_kind"].values == event_log.ATTEND) & (
        results["event_actor"].values == rebels
    )
    run, week = (results[name].values[asked] for name in ("event_run", "event_week"))
    came = results["event_answer"].values[asked]
    inside(mean(came.astype(float)), 0.28, 0.004)

    terms = results["event_terms"].values[asked]
    own = terms[:, 0] - terms[:, 1]
    gain = results["event_gain"].values[asked]
    leverage = results["leverage"].sel(link="turkey>northern_rebels").values[run, week - 1]
    worth = results["value_ceasefire"] - results["value_war"]
    turkey = worth.sel(actor="turkey").values[run, week]
    alone = gain - 0.5 * leverage * (turkey - own)

    def chance(x):
        return 1 / (1 + np.exp(-80 * x))

    unwilling = own < 0
    effect = (chance(gain) - chance(alone))[unwilling]
    inside(mean(effect), 0.078, 0.001)
    inside(mean(chance(gain)[unwilling]), 0.13, 0.004)
    inside(mean(chance(alone)[unwilling]), 0.05, 0.002)


def test_g_tabling_the_core_issue_steepens_the_fall():
    """Paired by seed: slope of the tie from week 70 to 119 a year, with the core tabled or not."""
    tabled, never = pair(ensemble()), pair(ensemble(NEVER_TABLED))
    slope = ((tabled - never)[:, 119] - (tabled - never)[:, 70]) * 52 / 49
    inside(mean(slope), -0.075, 0.002)


def test_end_of_the_war_and_of_the_alliance():
    results = ensemble()
    split = (pair(results)[:, -8:] < 0).all(axis=1)
    inside(mean(split.astype(float)), 0.540, 0.019)
    inside(mean((results["state"].values[:, -1] == 0).astype(float)), 0.405, 0.015)
    lead = results["position"].sel(issue="lead").values[:, -1]
    inside(mean(lead), 0.64, 0.01)
