"""The facts of the second theory beside an independent prototype's, at fixed seeds.

A figure is inside when it differs from the prototype's by at most 3.5 joint standard errors; where
the prototype gives no interval, our own error stands in for its. What is measured, and how, stands
in `studies/second_theory.py`, which prints them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from conftest import module_of

from sim import files
from sim.scenario.schema import Scenario

pytestmark = pytest.mark.slow

RUNS, SEED = 400, 1
# Figures that do not come out as the prototype's; see docs/VALIDATION.md.
KNOWN_MISSES = {
    "story": {"leverage left at the talks"},
    "flags": set(),
    "clamps": set(),
    "counterfactuals": {"core tabled, extra slope a year"},
}


@pytest.fixture(scope="module")
def bench() -> Iterator[ModuleType]:
    module = module_of("studies/second_theory.py")
    yield module
    module.play.cache_clear()


@pytest.mark.parametrize("part", KNOWN_MISSES)
def test_the_figures_are_inside_the_prototypes_but_for_those_that_are_known(
    bench: ModuleType, part: str
) -> None:
    found = list(getattr(bench, part)(RUNS, SEED))
    misses = {f.name: (f.ours.value, f.published) for f in found if not f.inside}
    assert misses.keys() == KNOWN_MISSES[part], misses


def test_the_first_half_of_the_table_says_what_the_second_theory_is_for(bench: ModuleType) -> None:
    """Signs that the first theory did not give, each beyond its own error."""

    def sure(figure: Any, factor: float = 3.0) -> bool:
        return bool(figure.value > factor * figure.error)

    *_, flag = bench.two_by_two(bench.flag_cells(RUNS, SEED), bench.spoils, bench.after)
    assert sure(flag), "the tie alone moves Iran's orders"
    treatments, conflicting, compatible, both = bench.two_by_two(
        bench.clamp_cells(RUNS, SEED), bench.spoils, bench.late
    )
    assert sure(both)
    assert sure(conflicting)
    assert compatible.value < 0.0, "with Russia's aims a secure Iran spoils no more"
    assert treatments[2].value < treatments[0].value - 0.3
    *_, own = bench.two_by_two(bench.clamp_cells(RUNS, SEED, "iran"), bench.spoils, bench.late)
    assert sure(own)
    found = bench.spells(bench.play(bench.conflicting(), RUNS, SEED))
    assert bench.weibull(found) < 0.65, "ceasefires get safer with age"
    old = bench.spells(bench.play(bench.conflicting("first"), RUNS, SEED))
    assert bench.weibull(old) > 1.0


def test_the_tie_follows_nothing_but_attention_when_the_goal_is_never_satisfied(
    bench: ModuleType,
) -> None:
    """Attention off: the flag interaction is exactly nothing, on ties, orders and breaches."""
    treatments = bench.flag_cells(60, SEED, salience_decay=False)
    measures: list[Callable[..., object]] = [bench.mean_tie, bench.spoils, bench.breaches]
    for measure in measures:
        found, *effects = bench.two_by_two(treatments, measure, bench.after)
        assert found[0].value == found[1].value
        assert found[2].value == found[3].value
        assert all(effect.value == 0.0 for effect in effects)


def test_a_return_of_the_threat_brings_the_tie_back_and_the_spoiling_down(
    bench: ModuleType,
) -> None:
    case = bench.conflicting()
    base = bench.play(case, RUNS, SEED)
    returned = bench.play(bench.clamped(case, bench.THREATENED, 90), RUNS, SEED)
    gap = bench.tie(returned)[:, 119] - bench.tie(base)[:, 119]
    assert gap.mean() > 5 * gap.std() / np.sqrt(RUNS)
    weeks = bench.late(base, 100)
    change = bench.spoils(base, weeks) - bench.spoils(returned, weeks)
    assert change.value > 5 * change.error


def halved(case: Scenario, name: str) -> Scenario:
    """The scenario with one armed actor as two halves that want, owe and can do the same."""
    data, twin = files.as_data(case), f"{name}_too"
    half = data["actors"][name] | {"capability": data["actors"][name]["capability"] / 2}
    data["actors"] |= {name: half, twin: half | {"label": "the other half"}}
    for shares in data["patrons"].values():
        if name in shares:
            shares[twin] = shares[name]
    for issue in data["issues"].values():
        for field in ("advances_while", "gains_from"):
            if name in issue[field]:
                issue[field] = [*issue[field], twin]
    return files.build(data)


@pytest.mark.parametrize("name", ["hezbollah", "foreign_militias", "local_militias"])
def test_an_actor_in_two_halves_changes_the_totals_of_its_camp_by_less_than_2_percent(
    bench: ModuleType, name: str
) -> None:
    """For actors without a role: who signs and who sits at the talks is counted by head."""

    def totals(case: Scenario) -> dict[str, float]:
        results = bench.play(case, RUNS, SEED)
        camp = [n for n, a in case.actors.items() if a.armed and a.camp == "government"]
        strength = results["capability"].sel(actor=camp).values
        return {
            "capability": strength.mean(axis=(0, 1)).sum(),
            "fighting": (strength * results["fighting"].sel(actor=camp).values).mean((0, 1)).sum(),
            "breaches": (strength * results["violated"].sel(actor=camp).values).mean((0, 1)).sum(),
            "regime": results["position"].sel(issue="regime").values.mean(),
        }

    whole, halves = totals(bench.conflicting()), totals(halved(bench.conflicting(), name))
    for total, value in whole.items():
        assert abs(halves[total] / value - 1.0) < 0.02, total
