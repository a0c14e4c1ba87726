"""Camps, line-ups and landscapes: closed forms, published cases, and what must agree."""

from __future__ import annotations

import itertools
import json
from typing import Any

import numpy as np
import pytest
import xarray as xr
from conftest import ROOT
from handmade_results import made, tied

from sim import measures
from sim.errors import ResultsError

PUBLISHED = json.loads((ROOT / "tests/golden/landscapes.json").read_text(encoding="utf-8"))
ALLIES = ("russia", "iran")
random = np.random.default_rng(7)


def symmetric(n: int) -> Any:
    S = random.uniform(-1, 1, (n, n))
    return (S + S.T) / 2 * (1 - np.eye(n))


# frustration -------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", range(2, 13))
def test_enemies_of_all_leave_the_ties_within_two_halves_frustrated(n: int) -> None:
    share, signs, exact = measures.best_division(
        -(np.ones((n, n)) - np.eye(n)), "abcdefghijklm"[:n]
    )
    frustrated = n * (n - 1) / 2 - n * n // 4  # closed form: the largest cut of K_n is n^2 / 4
    assert share == pytest.approx(frustrated / (n * (n - 1) / 2))
    assert abs(signs.sum()) == n % 2
    assert exact


def test_the_best_division_is_the_best_of_all() -> None:
    for _ in range(20):
        S = symmetric(7)
        best = min(
            measures.frustration_of(S, np.array((1, *rest)))
            for rest in itertools.product((1, -1), repeat=6)
        )
        share, signs, _ = measures.best_division(S, "abcdefg")
        assert share == pytest.approx(best, abs=1e-12)
        assert measures.frustration_of(S, signs) == pytest.approx(share, abs=1e-12)


def test_twenty_actors_are_still_exact() -> None:
    bloc = np.array([1, -1] * 10)
    S = np.outer(bloc, bloc) * (1 - np.eye(20))
    for i, j in ((0, 2), (1, 3), (4, 5)):  # apart from each other, so each is frustrated
        S[i, j] = S[j, i] = -S[i, j]
    share, _, exact = measures.best_division(S, [f"{n:02}" for n in range(20)])
    assert exact
    assert share == pytest.approx(3 / 190)


def test_the_eigenvector_finds_two_blocs_and_is_never_better_than_the_best() -> None:
    blocs = measures.eigenvector_split(tied([[0, 0.6, -0.5], [0.6, 0, -0.4], [-0.5, -0.4, 0]]), 0)
    assert blocs == (0.0, ("a", "b"), ("c",), (), False)
    for _ in range(20):
        results = tied(symmetric(8))
        split, best = measures.eigenvector_split(results, 0), measures.camps(results, 0)
        assert split.frustration >= best.frustration - 1e-12


def test_ties_that_feed_on_themselves_end_in_the_camps_of_the_eigenvector() -> None:
    """Marvel et al. 2011: X(t) = X0 (I - X0 t)^-1 breaks down at t = 1 / leading eigenvalue."""
    for _ in range(10):
        S = symmetric(6)
        leading = np.linalg.eigvalsh(S)[-1]
        late = S @ np.linalg.inv(np.eye(6) - S * (0.999999 / leading))
        z = measures.eigenvector_signs(S)
        np.testing.assert_array_equal(np.sign(late), np.outer(z, z))


def test_an_actor_without_ties_has_no_sign() -> None:
    S = np.array([[0, 0, 0], [0, 0, -0.2], [0, -0.2, 0]])
    assert measures.eigenvector_signs(S)[0] == 0
    assert measures.best_division(S, "abc")[1].tolist() == [0, 1, -1]


# over runs ---------------------------------------------------------------------------------------


def three(*divisions: tuple[int, int, int], actors: str = "abc") -> xr.Dataset:
    """One week, one run a division of three actors into camps that leaves nothing frustrated."""
    S = np.array([[np.outer(z, z) * (1.0 - np.eye(3))] for z in divisions])
    return made(actors, runs=len(divisions), tie=(("actor", "other"), S))


def test_line_ups_are_counted_over_runs() -> None:
    table = measures.line_ups(three((1, 1, -1), (1, -1, 1), (-1, -1, 1), (1, 1, -1)), 0)
    assert table["first"].tolist() == [("a", "b"), ("a", "c")]
    assert table["second"].tolist() == [("c",), ("b",)]
    assert table["share"].tolist() == [0.75, 0.25]
    assert table["runs"].tolist() == [3, 1]
    assert (table["low"] < table["share"]).all()
    assert (table["high"] > table["share"]).all()


def test_line_ups_of_some_actors_forget_the_others() -> None:
    table = measures.line_ups(three((1, 1, -1), (1, 1, 1)), 0, actors=["b", "a"])
    assert table[["first", "second", "share"]].values.tolist() == [[("b", "a"), (), 1.0]]


def test_line_ups_over_time_add_up_to_one_and_the_rare_share_a_row() -> None:
    results = three((1, 1, -1), (1, 1, -1), (1, -1, 1), (1, 1, 1))
    share = measures.line_ups_over_time(results, most=1)
    assert share["line_up"].values.tolist() == ["a b | c", measures.OTHERS]
    assert share.values.tolist() == [[0.5], [0.5]]
    assert share["second"].values.tolist() == ["c", ""]


def test_a_pair_is_apart_where_the_camps_say_so(ensemble: xr.Dataset) -> None:
    late = ensemble.isel(week=[30, 119])
    share = measures.apart(late, ALLIES)
    alone = [
        [any(set(ALLIES) & set(camp) == set(ALLIES) for camp in (c.first, c.second)) for c in row]
        for row in (
            [measures.camps(late, week, run) for run in late["run"].values] for week in (30, 119)
        )
    ]
    np.testing.assert_allclose(share["share"], 1 - np.mean(alone, axis=1))
    assert share["share"].values[0] == 0.0
    assert 0.1 < share["share"].values[1] < 0.6
    assert (share["low"] <= share["share"]).all()


# landscape ---------------------------------------------------------------------------------------


def test_the_middle_east_of_2016_comes_out_as_published() -> None:
    case = PUBLISHED["middle_east_2016"]
    names = list(case["strength"])
    p = np.zeros((11, 11))
    for i, name in enumerate(names[:-1]):
        p[i, i + 1 :] = [int(rating) - 3 for rating in case["ratings"][name]]
    p, size = p + p.T, list(case["strength"].values())
    energy = measures.energies(p, size)
    assert len(energy) == 1024
    assert (energy.min(), energy.max()) == (case["lowest"], case["highest"])
    assert energy.sum() == case["sum_of_energies"]
    assert (energy**2).sum() == case["sum_of_squares"]
    minima = measures.local_minima(p, size, names)
    assert len(minima) == case["local_minima"] == 1
    assert minima["energy"].tolist() == [case["lowest"]]
    assert minima["second"].tolist() == [tuple(case["against"])]
    assert minima["basin"].tolist() == [1.0]
    # each actor's frustration: what it adds to the energy
    z = np.array([-1 if name in case["against"] else 1 for name in names])
    frustration = (np.outer(size, size) * p * (np.outer(z, z) < 0)).sum(axis=1)
    assert frustration.tolist() == case["frustration"]
    assert measures.energies(p, size, z).item() == sum(case["frustration"])


def test_the_makers_of_unix_form_the_two_alliances_that_were_predicted() -> None:
    case = PUBLISHED["unix_1987"]
    firms = {**case["specialists"], **case["generalists"]}
    kind = np.array([name in case["specialists"] for name in firms])
    rivals = -1.0 * (kind[:, None] == kind[None, :])
    minima = measures.local_minima(rivals, list(firms.values()), list(firms))
    sun = [sorted(side) for row in zip(minima["first"], minima["second"], strict=True)
           for side in row if "Sun" in side]  # fmt: skip
    assert sorted(sun) == sorted(case["with_sun"])
    assert minima["basin"].sum() == pytest.approx(1)


def test_a_local_minimum_is_what_no_single_change_of_sides_lowers() -> None:
    for _ in range(5):
        p, size = random.uniform(-1, 1, (6, 6)), random.uniform(0.1, 2, 6)
        z = measures.configurations(6)
        energy = measures.energies(p, size)
        lowest = []
        for row, value in zip(z, energy, strict=True):
            near = np.array([row * np.where(np.arange(6) == i, -1, 1) for i in range(6)])
            if (measures.energies(p, size, near) >= value).all():
                lowest.append(value)
        found = measures.local_minima(p, size)
        np.testing.assert_allclose(found["energy"], sorted(lowest))
        assert found["basin"].sum() == pytest.approx(1)
        assert energy.min() == pytest.approx(found["energy"].iloc[0])


def test_with_equal_sizes_the_lowest_point_is_the_division_of_least_frustration() -> None:
    for _ in range(10):
        S = symmetric(8)
        lowest = measures.local_minima(S, np.ones(8), list("abcdefgh")).iloc[0]
        camps = measures.camps(tied(S), 0)
        assert (lowest["first"], lowest["second"]) == (camps.first, camps.second)


def test_propensities_that_differ_by_direction_both_count() -> None:
    assert measures.energies([[0, 3], [1, 0]], [2, 5], [1, -1]).item() == 2 * 5 * (3 + 1)


def test_the_landscape_of_a_week_is_that_of_its_ties_and_powers(ensemble: xr.Dataset) -> None:
    minima = measures.landscape(ensemble, "2015-09-30", run=3)
    against = minima["second"].iloc[0]
    energy = measures.line_up_energy(ensemble, against).sel(run=3, week=0)
    assert energy.item() == pytest.approx(minima["energy"].iloc[0])
    assert "turkey" in against


def test_a_landscape_says_what_does_not_fit() -> None:
    with pytest.raises(ResultsError, match="2 sizes needs 2 x 2 propensities, not 3 x 3"):
        measures.energies(np.zeros((3, 3)), [1, 2])
    with pytest.raises(ResultsError, match="1 to 20 actors, not 21"):
        measures.local_minima(np.zeros((21, 21)), np.ones(21))
    with pytest.raises(ResultsError, match="sizes not negative"):
        measures.energies(np.zeros((2, 2)), [1, -2])


def test_line_ups_say_what_is_missing(ensemble: xr.Dataset) -> None:
    with pytest.raises(ResultsError, match="no runs"):
        measures.line_ups(ensemble.isel(run=[]), 0)
    with pytest.raises(ResultsError, match="did you mean 'iran'"):
        measures.line_ups(ensemble.isel(run=[0]), 0, ["russia", "irn"])
    with pytest.raises(ResultsError, match="a line-up needs two different actors"):
        measures.line_ups(ensemble.isel(run=[0]), 0, ["iran"])
    with pytest.raises(ResultsError, match=r"--record dyads or record='dyads' keeps it"):
        measures.sides(ensemble.drop_vars("tie"))
