"""Audits: the number that carries a conclusion is found, and what any coding shows is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import xarray as xr

from sim.errors import SimError
from sim.experiments.sensitivity import Audit, audit, one_at_a_time
from sim.scenario.ranges import Number, moved, numbers, range_of, size
from sim.scenario.schema import Scenario
from sim.ui import cli


def strength(results: xr.Dataset) -> xr.DataArray:
    """The strength of an actor that does not fight: what the scenario gives it, less 0.75."""
    return results["final_capability"].sel(actor="duchy", drop=True) - 0.75


@pytest.fixture(scope="module")
def planted(toy: Scenario) -> Audit:
    return audit(toy, {"strength": strength}, runs=6, screened=3, codings=0)


# numbers ------------------------------------------------------------------------------------------


def test_the_number_that_was_planted_carries_the_conclusion(planted: Audit) -> None:
    first = planted.five().iloc[0]
    assert first["path"] == "actors.duchy.capability"
    assert (first["to_low"], first["to_high"]) == (0.5, 2.0)
    assert first["effect_low"] == pytest.approx(-0.5, abs=1e-6)
    assert first["effect_high"] == pytest.approx(1.0, abs=1e-6)
    assert first["effect_high_to"] == pytest.approx(1.0, abs=1e-6)
    assert planted.numbers["reach"].iloc[1:].max() < 1e-6


def test_a_sign_that_turns_at_an_end_is_said_to(planted: Audit) -> None:
    # 1 - 0.75 as coded, 0.5 - 0.75 at the low end
    as_coded = planted.conclusions.loc["strength"]
    assert as_coded["mean"] == pytest.approx(0.25)
    assert not as_coded["signed"]  # it is never below 0 as coded: its sign says nothing
    coded = {"mean": -0.25, "low": -0.26, "high": -0.24, "signed": True}
    row = {"at_low": -0.75, "at_low_from": -0.8, "at_low_to": -0.7}
    turned = row | {"at_high": 0.75, "at_high_from": 0.7, "at_high_to": 0.8}
    unsure = row | {"at_high": 0.05, "at_high_from": -0.1, "at_high_to": 0.2}
    missing = row | {"at_high": float("nan"), "at_high_from": 0.0, "at_high_to": 0.0}
    assert one_at_a_time._sign(coded, turned) == "turns"
    assert one_at_a_time._sign(coded, unsure) == "open"
    assert one_at_a_time._sign(coded, missing) == "stands"
    assert one_at_a_time._sign(coded | {"high": 0.1}, turned) == ""


def test_the_page_names_number_ends_and_effects(planted: Audit) -> None:
    page = " ".join(str(planted).split())
    assert "1. The Duchy's capability, 1 here: at 0.5 it is -0.25 (a change of -0.50" in page
    assert "at 2 it is 1.25 (a change of +1.00" in page
    assert "no shuffled codings were asked for" in page
    assert planted.html().count("<table") == 1


def test_every_number_of_a_scenario_can_be_moved_to_both_ends(toy: Scenario) -> None:
    found = numbers(toy)
    assert len({number.path for number in found}) == len(found) > 80
    for number in found:
        assert number.low <= number.value <= number.high
        for end in (number.low, number.high):
            if end != number.value:
                case, at = moved(toy, number, end)
                assert case != toy
                assert abs(at - number.value) <= abs(end - number.value) + 1e-12


def test_an_end_that_the_checks_refuse_is_moved_half_the_way_back(syria: Scenario) -> None:
    shares = Number("patrons.turkey.northern_rebels", "x", 0.5, 0.25, 1.0)
    case, at = moved(syria, shares, 1.0)  # the United States hold 0.1 of them
    assert (at, case.patrons["turkey"]["northern_rebels"]) == (0.75, 0.75)


def test_numbers_of_dated_events_are_moved_too(syria: Scenario) -> None:
    dated = {n.path: n for n in numbers(syria) if n.path.startswith("events.")}
    assert "events.0.ideal" in dated
    case, _ = moved(syria, dated["events.0.ideal"], 0.6)
    assert case.events[0].ideal == 0.6
    assert "20 August 2016" in dated["events.0.ideal"].words


def test_a_parameter_goes_over_its_plausible_range_and_its_value_is_within(
    syria: Scenario, first_syria: Scenario
) -> None:
    assert range_of(syria, "loyalty") == (0.03, 0.1)
    assert range_of(first_syria, "mutual_optimism") == (0.002, 0.02)
    low, high = range_of(syria, "learning_from_bad")
    assert (low, high) == (
        syria.parameters.learning_from_good,
        pytest.approx(3 * syria.parameters.learning_from_good),
    )
    idle = {n.path for n in numbers(first_syria)}
    assert "parameters.optimism_weeks" not in idle  # learning is off


def test_a_change_is_as_large_as_one_if_it_goes_as_far_as_is_plausible() -> None:
    assert size(0.4, 0.8, position=False) == pytest.approx(1.0)
    assert size(0.4, 0.1, position=False) == pytest.approx(2.0)
    assert size(0.4, 0.45, position=True) == pytest.approx(0.5)
    assert size(0.0, 0.1, position=False) == float("inf")
    assert size(0.0, 0.0, position=False) == 0.0


# conclusions and facts ----------------------------------------------------------------------------


def few(case: Scenario) -> list[Number]:
    """Two numbers are enough where facts are asked."""
    return [n for n in numbers(case) if n.path in ("actors.iran.capability", "parameters.loyalty")]


@pytest.fixture(scope="module")
def asked(syria: Scenario) -> Audit:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(one_at_a_time, "numbers", few)
        return audit(syria, runs=4, screened=2, codings=3, coding_runs=2)


def test_by_default_it_is_about_the_tie_and_the_orders_of_the_first_bilateral_pair(
    asked: Audit,
) -> None:
    assert list(asked.conclusions.index) == [
        "the change of the tie of Russia and Iran",
        "the share of Iran's orders that are to spoil",
    ]
    assert not asked.conclusions["signed"].iloc[1]  # a share is never below 0
    assert set(asked.numbers["path"]) == {"actors.iran.capability", "parameters.loyalty"}


def test_facts_that_most_codings_show_are_set_apart(asked: Audit) -> None:
    assert len(asked.facts) > 15
    assert (asked.facts["nothing"] == (asked.facts["share"] > 0.5)).all()
    page = " ".join(str(asked).split())
    assert "The partner is Russia, the spoiler Iran." in page
    empty = asked.facts[asked.facts["coded"] & asked.facts["nothing"]]
    assert len(empty)
    part = page.partition("These hold here and prove nothing:")[2].partition("These")[0]
    assert all(f"{name}: " in part for name in empty["fact"])


def test_a_scenario_without_a_cast_says_why_its_facts_were_not_asked(
    toy: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        one_at_a_time,
        "numbers",
        lambda case: [n for n in numbers(case) if n.path.endswith("capability")],
    )
    found = audit(toy, pair=("crown", "duchy"), runs=2, screened=2, codings=2)
    assert found.facts.empty
    assert "not of one camp" in found.left_out


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"pair": None}, "no bilateral pair"),
        ({"pair": ("crown", "crown")}, "two different actors"),
        ({"pair": ("crown", "dutchy")}, "did you mean 'duchy'"),
        ({"runs": 1}, "runs must be a whole number"),
        ({"codings": -1}, "codings must be a whole number"),
        ({"conclusion": 3}, "a conclusion is a function of results"),
        ({"conclusion": {"x": lambda r: r["state"]}}, "a DataArray along run alone"),
        ({"set": {"actors.crown.agent": "mine"}}, "too slow"),
    ],
)
def test_audit_refuses(toy: Scenario, change: dict[str, Any], words: str) -> None:
    given: dict[str, Any] = {"pair": ("crown", "duchy"), "runs": 2, "screened": 2, "codings": 0}
    with pytest.raises(SimError) as refused:
        audit(toy, **(given | change))
    assert words in str(refused.value)


def test_a_user_audits_a_scenario(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(Path(__file__).parents[1] / "scenarios" / "toy.toml")
    monkeypatch.setattr(one_at_a_time, "numbers", lambda case: numbers(case)[-4:])
    options = ["--pair", "crown", "duchy", "--runs", "2", "--screened", "2", "--codings", "0"]
    assert cli.main(["audit", path, *options, "--set", "weeks=20"]) == 0
    assert capsys.readouterr().out.startswith("Audit of Crown, duchy and league")
    page = tmp_path / "audit.html"
    assert cli.main(["audit", path, *options, "--quiet", "--out", str(page)]) == 0
    assert "<h1>Audit of Crown" in page.read_text(encoding="utf-8")
    assert cli.main(["audit", path]) == 2
    assert "no bilateral pair" in capsys.readouterr().err


def test_an_audit_is_short_in_a_notebook_and_gives_paths_on_request(asked: Audit) -> None:
    assert len(repr(asked)) < 400
    assert "print(it)" in repr(asked)
    shown = asked._repr_html_()
    assert len(shown) < 4000 < len(asked.html())
    assert "capability" in shown
    path = "(actors.iran.capability)"
    assert path not in asked.page()
    assert path not in asked.html()
    assert path in " ".join(asked.page(ids=True).split())
    assert path in asked.html(ids=True)
