"""Luck: a draw is a function of its name, and the draws are what they should be."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sim.engine import draws
from sim.engine.decisions import DRAWS
from sim.rules import ceasefires

WORD = st.integers(0, 2**64 - 1)
NO_DRAWS = np.zeros((0, 0, 0))


def words(seed: int, run: int, counter: tuple[int, int, int, int]) -> list[int]:
    keys = draws.round_keys(seed, run)
    return [int(word) for word in draws.philox(keys, *(np.uint64(c) for c in counter))]


def numpys_words(seed: int, run: int, counter: tuple[int, int, int, int]) -> list[int]:
    """NumPy's first block; it adds 1 to its counter, of four words, before it."""
    whole = sum(c << (64 * n) for n, c in enumerate(counter))
    before = (whole - 1) % 2**256
    start = [(before >> (64 * n)) & (2**64 - 1) for n in range(4)]
    generator = np.random.Philox(
        key=np.array([seed, run], dtype=np.uint64), counter=np.array(start, dtype=np.uint64)
    )
    return [int(word) for word in generator.random_raw(4)]


@given(WORD, WORD, st.tuples(WORD, WORD, WORD, WORD))
@example(0, 0, (0, 0, 0, 0))
@example(2**64 - 1, 2**64 - 1, (2**64 - 1,) * 4)
@example(1, 2, (0, 5, 0, 0))
def test_philox_equals_that_of_numpy(
    seed: int, run: int, counter: tuple[int, int, int, int]
) -> None:
    assert words(seed, run, counter) == numpys_words(seed, run, counter)


@pytest.mark.parametrize(("seed", "run"), [(-1, 0), (0, -1), (2**64, 0), (0, 2**64)])
def test_seeds_and_runs_out_of_range_are_refused(seed: int, run: int) -> None:
    with pytest.raises(ValueError, match="whole number from 0"):
        draws.round_keys(seed, run)


@given(WORD, WORD, st.integers(0, draws.DECISIONS - 1), WORD, st.integers(0, 10_000))
def test_a_uniform_draw_is_the_word_of_its_decision(
    seed: int, run: int, decision: int, who: int, week: int
) -> None:
    keys = draws.round_keys(seed, run)
    u = draws.uniform(keys, decision, np.uint64(who), week)
    word = numpys_words(seed, run, (who, week, decision // 4, 0))[decision % 4]
    assert u == ((word >> 12) + 0.5) / 2**52
    assert 0.0 < u < 1.0


def test_the_extreme_words_give_draws_inside_the_interval() -> None:
    assert (0 + 0.5) * draws._STEP > 0.0
    assert (float(2**52 - 1) + 0.5) * draws._STEP < 1.0


def test_draws_of_distinct_names_are_distinct() -> None:
    who = [draws.subject(name) for name in ("actor:iran", "actor:russia", "issue:arms", "run")]
    seen = set()
    count = 0
    for seed, run in ((1, 0), (1, 1), (2, 0), (0, 1)):
        keys = draws.round_keys(seed, run)
        for decision in range(draws.DECISIONS):
            for one in who:
                for week in range(40):
                    seen.add(draws.uniform(keys, decision, one, week))
                    count += 1
    assert len(seen) == count


def test_the_subject_of_a_name_never_changes() -> None:
    assert int(draws.subject("actor:iran")) == 0x29BEB939B55D519A
    assert int(draws.subject("run")) == 0xFB4B0D4947C68395
    assert draws.subject("actor:iran") != draws.subject("issue:iran")


def test_the_numbers_of_decisions_never_change() -> None:
    names = (
        "convene propose consult ratify order comply observe revise collapse attend vote bargain "
        "territory dispute dispute_value weight ideal attribute scapegoat raise"
    )
    assert sorted(DRAWS, key=DRAWS.__getitem__)[:20] == names.split()
    taken_out = {20, 21}
    assert sorted([*DRAWS.values(), *taken_out]) == list(range(draws.DECISIONS))


def kolmogorov(sample: np.ndarray) -> float:
    """Distance of a sample from the uniform distribution, times the root of its size."""
    n = len(sample)
    ordered = np.sort(sample)
    above = (np.arange(1, n + 1) / n - ordered).max()
    below = (ordered - np.arange(n) / n).max()
    return float(max(above, below) * math.sqrt(n))


@pytest.mark.parametrize("along", ["who", "week", "decision", "run", "seed"])
def test_draws_are_uniform_along_every_part_of_the_name(along: str) -> None:
    n = 4000
    name = {"seed": 7, "run": 3, "decision": 5, "week": 11}
    who = draws.subject("actor:iran")
    sample = np.empty(n)
    for k in range(n):
        here = {**name, along: k} if along != "who" else name
        if along == "who":
            who = draws.subject(f"actor:{k}")
        keys = draws.round_keys(here["seed"], here["run"])
        sample[k] = draws.uniform(keys, here["decision"], who, here["week"])
    assert kolmogorov(sample) < 1.95
    # and neighbours have nothing to do with each other: 1.95 and 3.5 are met once in a thousand
    pairs = np.corrcoef(sample[:-1], sample[1:])[0, 1]
    assert abs(pairs) * math.sqrt(n) < 3.5


def test_fed_draws_are_taken_instead_of_the_generators() -> None:
    who = np.array([draws.subject("actor:a"), draws.subject("actor:b")])
    keys, out = draws.round_keys(1, 2), np.empty(2)
    fed = np.arange(2 * draws.DECISIONS * 3, dtype=float).reshape(2, draws.DECISIONS, 3)
    draws.uniforms(out, keys, fed, draws.VOTE, who, 1)
    assert out.tolist() == fed[1, draws.VOTE, :2].tolist()
    draws.uniforms(out, keys, NO_DRAWS, draws.VOTE, who, 1)
    assert out.tolist() == [draws.uniform(keys, draws.VOTE, one, 1) for one in who]


@given(st.floats(2.0**-53, 1.0 - 2.0**-53))
@example(0.5)
@example(0.075)
@example(0.925)
@example(2.0**-53)
@example(1.0 - 2.0**-53)
def test_normal_of_equals_the_quantile_of_the_normal_distribution(u: float) -> None:
    expected = NormalDist().inv_cdf(u)
    assert draws.normal_of(u) == pytest.approx(expected, rel=4e-15, abs=1e-300)


@given(st.floats(0.0, 1.0))
@example(0.0)
@example(1.0)
def test_a_logit_is_finite_and_odd(u: float) -> None:
    z = draws.logit(u)
    assert math.isfinite(z)
    assert abs(z) <= math.log((1 - 1e-12) / 1e-12) + 1e-4
    if 1e-11 < u < 1 - 1e-11:
        assert 1.0 / (1.0 + math.exp(-z)) == pytest.approx(u, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("gain", [-0.05, -0.01, 0.0, 0.02, 0.04])
@pytest.mark.parametrize("lam", [30.0, 80.0])
def test_the_log_odds_of_a_choice_are_precision_times_gain(gain: float, lam: float) -> None:
    n = 20_000
    who = np.arange(n, dtype=np.uint64)
    out = np.empty(n)
    draws.shocks(out, draws.round_keys(5, 6), NO_DRAWS, draws.VOTE, who, 9, lam)
    share = float(np.mean(out < gain))
    expected = 1.0 / (1.0 + math.exp(-lam * gain))
    assert abs(share - expected) < 3.9 * math.sqrt(expected * (1.0 - expected) / n)
    assert math.log(share / (1.0 - share)) == pytest.approx(lam * gain, abs=0.15)


@given(st.floats(1e-9, 1.0 - 1e-9), st.floats(-0.2, 0.2), st.floats(1.0, 200.0))
def test_a_shock_is_below_the_gain_iff_the_draw_is_below_the_logit_choice(
    u: float, gain: float, lam: float
) -> None:
    fed = np.full((1, draws.DECISIONS, 1), u)
    out = np.empty(1)
    who = np.zeros(1, dtype=np.uint64)
    draws.shocks(out, draws.round_keys(0, 0), fed, draws.VOTE, who, 0, lam)
    odds = 1.0 / (1.0 + math.exp(-lam * gain))
    if abs(u - odds) > 1e-9:
        assert (out[0] < gain) == (u < odds)


def test_mediators_are_chosen_by_a_logit_choice_weighted_by_access() -> None:
    n, lam = 20_000, 80.0
    wish = np.array([0.01, -0.01, 0.0, 0.03])
    reach = np.array([0.5, 1.2, 0.3, 0.0])
    can = np.array([True, True, True, True])
    who = np.array([draws.subject(f"actor:{name}") for name in "abcd"])
    keys, u, score = draws.round_keys(21, 0), np.empty(4), np.empty(4)
    counts = np.zeros(4)
    for week in range(n):
        draws.uniforms(u, keys, NO_DRAWS, draws.CONVENE, who, week)
        chosen, lead = ceasefires.choose_convener(score, wish, reach, can, u, lam)
        counts[chosen] += 1
        assert lead >= 0.0
    weights = reach * np.exp(lam * wish)
    shares = weights / weights.sum()
    assert counts[3] == 0.0
    expected = n * shares[:3]
    # chi-square with two degrees of freedom: 13.8 is passed once in a thousand
    assert float(((counts[:3] - expected) ** 2 / expected).sum()) < 13.8
