"""Mangled files by the thousand: refused in words or accepted, and never a traceback."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import mutate
import pytest

# Another seed finds other faults: run `python tests/mutate.py --count 100000` by hand.
SEED = 20


@pytest.mark.parametrize(("kind", "count"), [("scenario", 1500), ("plan", 200), ("history", 600)])
def test_a_mangled_file_is_refused_in_words_or_accepted(
    tmp_path: Path, kind: str, count: int
) -> None:
    tally = mutate.mutate(kind, count, SEED, tmp_path)
    assert [words for _, words, _ in tally.tracebacks.values()] == []
    assert tally.outcomes["accepted"] + tally.outcomes["refused"] == count
    assert tally.outcomes["accepted"] > 0.02 * count, "mutants that are still legal are mutants too"
    assert tally.outcomes["refused"] > 0.2 * count


@pytest.mark.parametrize(
    ("mutants", "count"), [(mutate.mutate_store, 40), (mutate.mutate_results, 40)]
)
def test_what_was_kept_and_mangled_is_refused_in_words_or_read(
    tmp_path: Path, mutants: Callable[[int, int, Path], mutate.Tally], count: int
) -> None:
    tally = mutants(count, SEED, tmp_path)
    assert [words for _, words, _ in tally.tracebacks.values()] == []
    assert tally.outcomes["accepted"] + tally.outcomes["refused"] >= count
    assert min(tally.outcomes["accepted"], tally.outcomes["refused"]) > 0.1 * count


def test_what_is_accepted_plays_or_fails_in_words(tmp_path: Path) -> None:
    tally = mutate.mutate("scenario", 250, SEED + 1, tmp_path, play=6)
    assert [words for _, words, _ in tally.tracebacks.values()] == []
    assert tally.outcomes["not finite"] == 0
    assert tally.outcomes["played"] > 0


def test_a_fault_of_the_program_is_found_and_counted(tmp_path: Path) -> None:
    tally = mutate.Tally()

    def broken() -> None:
        raise KeyError("Scouts")

    mutate.attempt(tally, broken, b"[actors.Scouts]")
    assert tally.outcomes["tracebacks"] == 1
    assert "KeyError" in next(iter(tally.tracebacks.values()))[1]


def test_the_same_seed_gives_the_same_mutants() -> None:
    import random

    text = mutate.readers()["scenario"].texts[0]
    one, two = ([mutate.mangled(random.Random(seed), text) for seed in range(40)] for _ in range(2))
    assert one == two
    assert len(set(one)) > 30
