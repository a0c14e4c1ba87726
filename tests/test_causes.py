"""Causal shares: the axioms of Shapley, and paired ensembles without a cause."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import xarray as xr

from sim import causes, measures
from sim.errors import SimError
from sim.runs.simulate import simulate
from sim.scenario.files import with_changes
from sim.scenario.schema import Scenario


def game(worth: dict[str, float]) -> dict[frozenset[str], np.ndarray]:
    """A worth for each coalition, by its members as letters."""
    return {frozenset(members): np.array([value]) for members, value in worth.items()}


def test_a_glove_game_has_the_shares_of_the_textbook() -> None:
    """Two have a left glove, one the right: a pair is worth 1 (Shapley values 1/6, 1/6, 2/3)."""
    values = game({"": 0, "a": 0, "b": 0, "c": 0, "ab": 0, "ac": 1, "bc": 1, "abc": 1})
    assert causes.shapley(values, "a") == pytest.approx(1 / 6)
    assert causes.shapley(values, "b") == pytest.approx(1 / 6)
    assert causes.shapley(values, "c") == pytest.approx(2 / 3)


def test_shares_add_up_and_what_does_nothing_gets_nothing() -> None:
    random = np.random.default_rng(2)
    sets = [frozenset(s) for n in range(4) for s in itertools.combinations("abc", n)]
    values = {s: random.normal(size=5) for s in sets}
    total = sum(causes.shapley(values, player) for player in "abc")
    np.testing.assert_allclose(total, values[frozenset("abc")] - values[frozenset()])
    idle = {s: values[s - {"c"}] for s in sets}
    assert causes.shapley(idle, "c").tolist() == [0.0] * 5
    # two players alone: half of what each adds first and last
    two = {s: values[s] for s in sets if "c" not in s}
    a, b, ab, none = (two[frozenset(s)] for s in ("a", "b", "ab", ""))
    np.testing.assert_allclose(causes.shapley(two, "a"), (a - none + ab - b) / 2)


@pytest.fixture(scope="module")
def calm(toy: Scenario) -> Scenario:
    return with_changes(toy, {"weeks": 30})


def test_the_rows_add_up_to_the_whole_change(calm: Scenario) -> None:
    table = causes.causal_shares(calm, ("crown", "league"), runs=6)
    assert table.index.tolist() == [*causes.CAUSES, causes.NOTHING, causes.EVERYTHING]
    above = table["mean"].iloc[:-1].sum()
    assert above == pytest.approx(table.loc[causes.EVERYTHING, "mean"], abs=1e-12)
    assert table["share"].iloc[:3].sum() == pytest.approx(1)
    assert table["share"].iloc[3:].isna().all()
    assert (table["low"] <= table["mean"]).all()
    assert table["words"].tolist()[:3] == [
        "decay of attention to satisfied aims", "experience in ties", "third parties in ties"
    ]  # fmt: skip
    as_it_was = measures.tie(simulate(calm, runs=6), "crown", "league")
    change = (as_it_was.isel(week=-1) - as_it_was.isel(week=0)).mean()
    assert table.loc[causes.EVERYTHING, "mean"] == pytest.approx(change.item())


def test_one_cause_gets_the_paired_difference_of_switching_it_off(calm: Scenario) -> None:
    table = causes.causal_shares(calm, ("crown", "league"), runs=6, causes=["experience"])
    off = simulate(with_changes(calm, {"mechanisms.experience": False}), runs=6)
    gap = measures.paired_difference(
        off, simulate(calm, runs=6), causes.tie_change(("crown", "league"))
    )
    row = table.loc["experience"]
    for part in ("mean", "low", "high"):
        assert row[part] == pytest.approx(gap[part].item())


def test_any_number_of_a_run_can_be_shared_out(calm: Scenario) -> None:
    def weeks_of_war(results: xr.Dataset) -> xr.DataArray:
        return (results["state"] == 0).sum("week")

    table = causes.causal_shares(
        calm, weeks_of_war, runs=2, causes=["loyalty", "contagion"], parts=()
    )
    assert table["mean"].iloc[:-1].sum() == pytest.approx(table["mean"].iloc[-1])


WORDS = {
    "attention": ("flag", "danger"),
    "hazard": ("violations", "fighting"),
    "terms": ("all", "promised"),
    "voice": ("heads", "strength"),
    "fights": ("armed", "tasks"),
    "resolve": ("weekly", "lasting"),
}


@pytest.mark.parametrize("cause", WORDS)
def test_a_cause_that_is_a_choice_of_two_words_is_on_at_the_second(
    calm: Scenario, cause: str
) -> None:
    def level(results: xr.Dataset) -> xr.DataArray:
        return measures.tie(results, "crown", "league").isel(week=-1, drop=True)

    first, second = (with_changes(calm, {f"mechanisms.{cause}": word}) for word in WORDS[cause])
    table = causes.causal_shares(second, level, runs=2, causes=[cause])
    for row, case in ((causes.NOTHING, first), (causes.EVERYTHING, second)):
        assert table.loc[row, "mean"] == pytest.approx(level(simulate(case, runs=2)).mean().item())
    with pytest.raises(SimError, match=f"'{cause}' is off in this scenario"):
        causes.causal_shares(first, level, runs=2, causes=[cause])


def test_what_cannot_be_shared_out_is_refused_in_words(calm: Scenario) -> None:
    pair = ("crown", "league")
    with pytest.raises(SimError, match=r"unknown mechanism 'experence' .*'experience'"):
        causes.causal_shares(calm, pair, causes=["experence"])
    off = with_changes(calm, {"mechanisms.experience": False})
    with pytest.raises(SimError, match="'experience' is off in this scenario"):
        causes.causal_shares(off, pair)
    with pytest.raises(SimError, match="different mechanisms"):
        causes.causal_shares(calm, pair, causes=["loyalty", "loyalty"])
    with pytest.raises(SimError, match="1 to 6 causes, not 0"):
        causes.causal_shares(calm, pair, causes=[])
    with pytest.raises(SimError, match="two runs or more, not 1"):
        causes.causal_shares(calm, pair, runs=1)
    with pytest.raises(SimError, match="one number a run"):
        causes.causal_shares(calm, lambda r: measures.tie(r, *pair), runs=2, causes=["loyalty"])
    with pytest.raises(SimError, match="unknown actor 'crow'"):
        causes.causal_shares(calm, ("crow", "league"), runs=2, causes=["loyalty"])
