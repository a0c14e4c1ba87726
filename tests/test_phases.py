"""Phases of the week speak to each other through the state alone."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from conftest import ROOT
from week_by_week import Game

from sim import files
from sim.engine import schedule
from sim.engine.state import World

CONSTANT = ("zeros", "no_issue", "all_true")
WEEKS = 80
CASES = ("syria", "toy", str(ROOT / "tests/cases/syria_second_theory.toml"))


def spoil(w: World) -> None:
    """Fill what is only for the decision at hand with nonsense."""
    for name, array in w.scratch._asdict().items():
        if name not in CONSTANT:
            array[...] = np.nan if array.dtype.kind == "f" else array.dtype.type(1)


def spoiling(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same phase, begun with nonsense in the scratch numbers."""
    place = list(inspect.signature(function).parameters).index("w")

    def spoiled(*args: Any) -> Any:
        spoil(args[place])
        return function(*args)

    return spoiled


@pytest.mark.parametrize("case", CASES)
def test_no_phase_reads_a_scratch_number_that_another_phase_has_left(
    case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = files.with_changes(files.load(case), {"weeks": WEEKS})
    plain = Game(scenario, seed=2, plain=True)
    decided = {event.kind for event in plain.step(WEEKS)}
    assert {"order", "comply", "attend", "vote", "settle"} <= decided
    for name, phase in vars(schedule).copy().items():
        if getattr(phase, "is_phase", False):
            monkeypatch.setattr(schedule, name, spoiling(phase))
    spoiled = Game(scenario, seed=2, plain=True)
    spoiled.step(WEEKS)
    assert plain.count.tolist() == spoiled.count.tolist()
    for (group, one), other in zip(plain.world._asdict().items(), spoiled.world, strict=True):
        for field, array in one._asdict().items() if group != "scratch" else ():
            assert np.array_equal(array, getattr(other, field)), f"{group}.{field}"
