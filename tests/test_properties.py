"""What holds in every war that can be written down: hypothesis looks for one where it does not."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import scenarios, wars
from test_promises import decided, identical, same_by_name, with_nobody

from sim import files
from sim.agents.model import ConflictModel
from sim.results.dataset import events
from sim.runs.simulate import simulate
from sim.scenario.schema import Scenario

SEEDS = st.integers(0, 2**64 - 1)
few = settings(
    max_examples=40, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large,
                           HealthCheck.large_base_example],
)  # fmt: skip

BOUNDS = {
    (-1.0, 1.0): "tie experience alignment danger",
    (0.0, 1.0): "contest violence collapse_chance violence_by_camp power credibility position "
    "terms text weight ideal attention attention_ideal attention_short control leverage activation "
    "autonomy",
    (0.0, np.inf): "capability strength ground_control blame age military_gain nuisance dependence",
    (-1.5, 1.0): "utility value_war value_ceasefire value_settlement value_disarmed",
}


def numbers(results: xr.Dataset) -> dict[str, Any]:
    return {str(n): v.values for n, v in results.data_vars.items() if v.dtype.kind in "fi"}


@few
@given(scenarios(), SEEDS)
def test_every_number_is_finite_and_in_its_range(scenario: Scenario, seed: int) -> None:
    results = simulate(scenario, seed=seed)
    for name, values in numbers(results).items():
        assert np.all(np.isfinite(values)), name
    for (low, high), names in BOUNDS.items():
        for name in names.split():
            values = results[name].values
            assert values.size == 0 or values.min() >= low - 1e-9, (name, values.min())
            assert values.size == 0 or values.max() <= high + 1e-9, (name, values.max())
    assert set(np.unique(results["state"])) <= {0, 1, 2, 3}
    assert results["activation"].size == 0 or (
        results["activation"].values.min() >= min(scenario.parameters.attention_floor, 1.0) - 1e-12
    )


@few
@given(scenarios(), SEEDS)
def test_accounts_add_up_to_the_tie(scenario: Scenario, seed: int) -> None:
    results = simulate(scenario, seed=seed, log=False)
    gap = results["drift_account"].values.sum(axis=2) - results["tie"].values
    off = ~np.eye(len(scenario.actors), dtype=bool)
    assert np.abs(gap[:, :, off]).max(initial=0.0) < 1e-9


@few
@given(wars(), SEEDS, st.randoms(use_true_random=False))
def test_a_permuted_file_gives_the_same_bytes(data: Any, seed: int, random: Any) -> None:
    def shuffled(part: Any, path: tuple[str, ...] = ()) -> Any:
        if isinstance(part, dict):
            keys = list(part)
            random.shuffle(keys)
            return {key: shuffled(part[key], (*path, key)) for key in keys}
        if isinstance(part, list) and path not in (("events",), ("course", "positions")):
            inner = [shuffled(item, path) for item in part]
            random.shuffle(inner)
            return inner
        return part

    one = simulate(files.build(data), seed=seed)
    other = simulate(files.build(shuffled(data)), seed=seed)
    same_by_name(one, other)
    assert decided(one) == decided(other)


@few
@given(scenarios(), SEEDS, st.sampled_from(["aaa", "charlie", "zzz"]))
def test_an_actor_without_ends_and_means_has_no_power(
    scenario: Scenario, seed: int, name: str
) -> None:
    one = simulate(scenario, seed=seed)
    other = simulate(with_nobody(scenario, name, name == "aaa"), seed=seed)
    same_by_name(one, other)
    assert decided(one) == decided(other, without=name)


@settings(few, max_examples=20)
@given(scenarios(12), SEEDS)
def test_both_drivers_agree_to_the_last_bit(scenario: Scenario, seed: int) -> None:
    model = ConflictModel(scenario, seed=seed)
    for _ in range(scenario.weeks):
        model.step()
    identical(model.results(), simulate(scenario, seed=seed))


@few
@given(scenarios(), SEEDS)
def test_a_scenario_written_and_read_again_gives_the_same_run(
    scenario: Scenario, seed: int
) -> None:
    again = files.loads(files.dumps(scenario))
    assert again == scenario
    identical(simulate(scenario, seed=seed), simulate(again, seed=seed))


@few
@given(scenarios(), SEEDS)
def test_what_happens_follows_the_rules_of_the_calendar(scenario: Scenario, seed: int) -> None:
    results = simulate(scenario, seed=seed)
    state = results["state"].values[0]
    before = np.concatenate([[0], state[:-1]])
    p = scenario.parameters
    told: dict[int, set[str]] = {}
    for event in events(results):
        told.setdefault(event.week, set()).add(event.decision)
    for week, kinds in told.items():
        if "convene" in kinds:
            assert before[week] == 0
            assert week >= p.first_ceasefire_round
            assert (week - p.first_ceasefire_round) % p.ceasefire_period == 0
        if "settle" in kinds:
            assert week >= p.first_negotiation_round
            assert (week - p.first_negotiation_round) % p.negotiation_period == 0
        if "deal" in kinds:
            assert week >= p.first_bilateral_round
            assert (week - p.first_bilateral_round) % p.bilateral_period == 0
        if "collapse" in kinds:  # back to war, which may be won in the same week
            assert state[week] == (3 if "victory" in kinds else 0)
        assert ("victory" in kinds) == (state[week] == 3 != before[week])
        if state[week] == 2 and before[week] != 2:
            assert "settle" in kinds
    violated = results["violated"].values[0]
    by_tasks = scenario.mechanisms.fights == "tasks"
    fights = [
        actor.armed or (by_tasks and actor.tasks.air + actor.tasks.ground > 0)
        for actor in scenario.actors.values()
    ]
    assert not violated[:, ~np.array(fights)].any()
    signed = {e.week for e in events(results) if e.decision == "ceasefire" and e.answer}
    quiet = [week for week in range(len(state)) if before[week] == 0 and week not in signed]
    assert not violated[quiet].any()


@pytest.mark.parametrize("weeks", [1, 2])
def test_the_smallest_war_can_be_played(weeks: int) -> None:
    data = {
        "name": "one", "start": dt.date(2000, 1, 1), "weeks": weeks,
        "issues": {"peace": {"label": "peace", "zero": "no", "one": "yes", "start": 0.5}},
        "actors": {"one": {"label": "one", "kind": "state", "capability": 1.0, "discount": 0.9,
                           "cost_of_war": 0.1}},
    }  # fmt: skip
    results = simulate(files.build(data))
    assert results.sizes["week"] == weeks
    assert float(results["utility"].min()) == 1.0
