"""Why a tie moved: parts that add up, decisions that turn, and pages that say so."""

from __future__ import annotations

import datetime as dt
import itertools
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim import files, measures
from sim.engine.state import ACCOUNTS
from sim.errors import SimError
from sim.narrative.chronicle.timeline import Story
from sim.narrative.explanation import Explanation, counterfactuals, explain, sentences
from sim.narrative.explanation.attribution import Trace
from sim.narrative.explanation.interactions import Interaction, Interactions
from sim.narrative.explanation.rerun import Stage
from sim.results.dataset import events, save
from sim.rules import jit
from sim.scenario.schema import Scenario
from sim.ui import cli

PAIR = ("russia", "iran")


@pytest.fixture(scope="module")
def war(syria: Scenario) -> xr.Dataset:
    return sim.simulate(syria, runs=3, seed=1)


@pytest.fixture(scope="module")
def told(war: xr.Dataset) -> Explanation:
    return explain(war, 0, PAIR, events=8)


def gaps(results: xr.Dataset, run: int, pair: tuple[str, str]) -> float:
    """How far the parts of a tie are from its accounts, at worst."""
    trace = Trace(Story(results, run), pair, int(results.attrs["seed"]))
    recorded = measures.drift_accounts(results, pair).sel(run=run)
    tie = measures.tie(results, *pair).sel(run=run).values
    worst = max(abs(trace.tie(week) - tie[week]) for week in range(len(tie)))
    for name in ACCOUNTS:
        there = recorded.sel(account=name).values
        worst = max(worst, float(np.abs(trace.account(name)[1:] - there).max()))
    return worst


# parts ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pair", [PAIR, ("turkey", "iran"), ("russia", "united_states"), ("hezbollah", "iran")]
)
def test_parts_add_up_to_every_account_and_to_the_tie_at_every_week(
    war: xr.Dataset, ensemble: xr.Dataset, pair: tuple[str, str]
) -> None:
    assert max(gaps(war, run, pair) for run in range(3)) < 1e-9
    assert max(gaps(ensemble, run, pair) for run in range(0, 40, 8)) < 1e-9


@pytest.mark.parametrize("path", sorted((ROOT / "scenarios").glob("*.toml")), ids=lambda p: p.stem)
def test_nothing_that_moves_a_tie_is_left_out_in_any_scenario(path: Path) -> None:
    results = sim.simulate(path, runs=1, seed=5)
    names = list(sim.load_scenario(path).actors)
    assert max(gaps(results, 0, pair) for pair in itertools.pairwise(names)) < 1e-9


@pytest.mark.parametrize("seed", [3, 4])
def test_nothing_is_left_out_when_members_of_a_coalition_fight(seed: int) -> None:
    fierce = {"parameters.breach_price": 0.01, "parameters.war_optimism": 0.02}
    results = sim.simulate(ROOT / "tests/cases/league.toml", seed=seed, set=fierce)
    begun = sim.to_frame(results, "events").query("decision == 'attack' and answer")
    assert len(begun) > 1
    for pair in itertools.combinations(("blue", "empire", "green", "red", "white"), 2):
        assert gaps(results, 0, pair) < 1e-9, pair


@settings(max_examples=15)
@given(
    seed=st.integers(0, 10**6),
    kap=st.tuples(st.floats(0, 0.5), st.floats(0, 0.5)),
    d_E=st.floats(0, 0.4),
    s_viol=st.floats(0, 1),
    phi=st.tuples(st.floats(0, 0.3), st.floats(0, 0.3), st.floats(0, 0.2)),
)
def test_parts_add_up_whatever_the_speeds_of_learning_and_of_ties(
    toy: Scenario, seed: int, kap: Any, d_E: float, s_viol: float, phi: Any
) -> None:
    names = ("learning_from_good", "learning_from_bad", "forgetting", "violation_intensity",
             "pull_of_alignment", "pull_of_experience", "pull_of_third_parties")  # fmt: skip
    numbers = dict(zip(names, (*kap, d_E, s_viol, *phi), strict=True))
    case = files.with_changes(toy, {f"parameters.{name}": v for name, v in numbers.items()})
    results = sim.simulate(case, seed=seed)
    for pair in (("crown", "duchy"), ("duchy", "league"), ("crown", "league")):
        assert gaps(results, 0, pair) < 1e-9


def test_events_of_a_week_that_weigh_more_than_a_week_can_teach_share_it_in_proportion(
    toy: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interactions(self: Interactions) -> Any:
        for by, of in (("crown", "duchy"), ("duchy", "crown")):
            yield Interaction(3, by, of, 1.0, 0.0, ("one",), "deal", "")
            yield Interaction(3, by, of, 0.6, 0.0, ("other",), "vote", "")

    monkeypatch.setattr(Interactions, "__iter__", interactions)
    trace = Trace(Story(sim.simulate(toy), 0), ("crown", "duchy"), 1)
    one, other = (part for part in trace.parts if part.kind in ("deal", "vote"))
    p = toy.parameters
    assert one.impulse[3] + other.impulse[3] == pytest.approx(p.learning_from_good)
    assert one.impulse[3] / other.impulse[3] == pytest.approx(1.0 / 0.6)
    # what it has built a week later: two weeks of an experience that fades, in a tie that fades
    keep = 1.0 - p.pull_of_alignment - p.pull_of_experience
    built = p.pull_of_experience * one.impulse[3] * (keep + 1.0 - p.forgetting)
    assert one.value[3 + 2] == pytest.approx(built)
    assert one.change(-1, 2) == 0.0


def test_what_is_good_raises_a_tie_and_what_is_bad_lowers_it(told: Explanation) -> None:
    parts = told.parts
    assert (parts[parts["kind"] == "breach"]["change"] < 0).all()
    assert (parts[parts["kind"] == "war"]["change"] > 0).all()  # allies in arms
    assert (parts[parts["kind"] == "excluded"]["change"] < 0).all()
    goals = parts[parts["kind"] == "goal"]
    assert set(zip(goals["actor"], goals["issue"], strict=True)) == {
        ("russia", "regime"), ("iran", "regime"), ("iran", "route"),
    }  # fmt: skip


def test_a_dated_change_of_aims_is_a_cause_of_its_own(war: xr.Dataset) -> None:
    window = {"since": "2016-08-01", "until": "2016-10-01"}
    found = explain(war, 0, ("russia", "turkey"), events=4, **window).events
    shift = found[found["kind"] == "shift"]
    assert list(shift["first"]) == [dt.date(2016, 8, 17)]
    assert "Turkey, reconciled with Russia" in shift["what"].iloc[0]


@pytest.mark.parametrize(("since", "until"), [(None, None), ("2016-12-13", "2017-06-01"), (60, 61)])
def test_changes_of_any_window_add_up_to_the_drift_in_it(
    war: xr.Dataset, since: Any, until: Any
) -> None:
    found = explain(war, 1, PAIR, events=1, since=since, until=until)
    tie = measures.tie(war, *PAIR).sel(run=1).values
    assert found.parts["change"].sum() == pytest.approx(
        found.accounts.at["tie", "change"], abs=1e-9
    )
    assert found.accounts.at["tie", "after"] == pytest.approx(tie[found.until], abs=1e-9)
    if found.since >= 0:
        assert found.accounts.at["tie", "before"] == pytest.approx(tie[found.since], abs=1e-9)
    inside = found.events["last"].map(
        lambda day: day >= war["date"].values[found.since + 1].item().date()
    )
    assert inside.all()


# flips ------------------------------------------------------------------------------------------


def test_a_flip_just_below_its_size_leaves_the_decision_and_just_above_turns_it(
    told: Explanation, syria: Scenario
) -> None:
    stage, tried = Stage(syria, 1, 0), 0
    for flip in [flip for found in told.found for flip in found[:2]]:
        if flip.input.kind == "choice":
            continue
        turned = counterfactuals.replayed(stage, flip, flip.threshold)
        stayed = counterfactuals.replayed(stage, flip, flip.short)
        assert counterfactuals.answer_in(turned, flip.decision) == (not flip.decision.answer)
        assert counterfactuals.answer_in(stayed, flip.decision) == flip.decision.answer
        assert abs(flip.threshold - flip.short) < 1e-9
        assert flip.input.size(flip.short) <= flip.input.size(flip.threshold) <= flip.size
        tried += 1
    assert tried >= 4


def test_everything_before_the_week_of_a_flip_stays_bit_for_bit(
    told: Explanation, syria: Scenario, war: xr.Dataset
) -> None:
    flip = next(found[0] for found in told.found if found)
    turned = counterfactuals.replayed(Stage(syria, 1, 0), flip)
    week = flip.input.week
    for name, values in war.data_vars.items():
        if values.dims[:2] == ("run", "week"):
            before = values.sel(run=[0]).isel(week=slice(0, week)).values
            assert np.array_equal(before, turned[name].isel(week=slice(0, week)).values), name
    assert not np.array_equal(war["tie"].sel(run=[0]).values, turned["tie"].values)


def test_flips_are_confirmed_and_the_smallest_comes_first(told: Explanation) -> None:
    assert len(told.flips) > 5  # as many as this war of eight events happens to have
    assert told.flips["confirmed"].all()
    for n, found in enumerate(told.found):
        sizes = [flip.size for flip in found]
        assert sizes == sorted(sizes)
        if found:
            assert told.events.loc[n, "flip_size"] == sizes[0]


def test_the_tie_with_a_flip_is_that_of_the_scenario_with_its_dated_event(
    told: Explanation, syria: Scenario
) -> None:
    flip = next(found[0] for found in told.found if found)
    case = counterfactuals.with_event(syria, flip.event)
    again = sim.simulate(case, seed=1)
    assert float(measures.tie(again, *PAIR).isel(run=0, week=-1)) == pytest.approx(flip.tie)


def alike(toy: Scenario) -> Scenario:
    """A patron and a proxy that want the same and differ in what war costs them.

    So the spoils of victory are the same whoever holds the ground, and a control share bears on
    nothing but how far the proxy heeds its patron.
    """
    same = {
        f"actors.{who}.long.{issue}.{field}": value
        for who in ("duchy", "league")
        for issue, field, value in (
            ("valley", "ideal", 0.2), ("valley", "weight", 0.4), ("charter", "ideal", 0.9),
            ("charter", "weight", 0.4),
        )
    }  # fmt: skip
    still = {
        "parameters.weight_spread": 0,
        "parameters.ideal_spread": 0,
        "parameters.leverage_wear": 0,
    }
    costs = {"actors.league.cost_of_war": 0.01, "actors.duchy.cost_of_war": 0.3}
    return files.with_changes(toy, same | still | costs | {"patrons.duchy.league": 0.45})


def test_a_control_share_that_turns_a_proxy_is_the_one_worked_out_by_hand(toy: Scenario) -> None:
    case, checked = alike(toy), 0
    for run in range(12):
        results = sim.simulate(case, first=run)
        story = Story(results, run)
        stage = Stage(case, 1, run)
        acts = [e for e in events(results) if (e.decision, e.actor) == ("comply", "league")]
        for act in acts[:5]:
            ceasefire = next(t for t in story.ceasefires if t.start <= act.week <= t.last)
            if act.week == ceasefire.start:
                continue  # the share bears on whether it was signed, too
            # acted on: (1 - c) own + c wish - contagion, against the shock
            own, contagion = act.terms["own"], act.terms["contagion"]
            wish = act.terms["patrons"] / 0.45
            by_hand = (act.shock + contagion - own) / (wish - own)
            found = [
                f for f in counterfactuals.find(stage, act, ceasefire) if f.input.field == "control"
            ]
            if 0.45 / 16 < by_hand < 1.0:
                assert found[0].threshold == pytest.approx(by_hand, abs=1e-8)
                expected = abs(math.log2(found[0].value / 0.45))
                assert found[0].size == pytest.approx(expected)
                checked += 1
            else:
                assert not found
    assert checked >= 5


def test_a_patron_that_was_left_out_is_asked_if_it_must_be(
    war: xr.Dataset, syria: Scenario
) -> None:
    asked = [e for e in events(war, 0) if e.decision == "consult"]
    stage = Stage(syria, 1, 0)
    for event in asked[:4]:
        (flip,) = [f for f in counterfactuals.find(stage, event) if f.input.kind == "choice"]
        assert flip.event["consultation"] == ("never" if event.answer else "always")
        assert flip.event["actor"] == event.counterpart


@pytest.mark.parametrize("war_cost", [0.61, 3.0])
def test_every_flip_of_a_cost_of_war_turns_its_decision_in_a_replay_whatever_its_factor(
    toy: Scenario, war_cost: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = counterfactuals.candidates
    monkeypatch.setattr(
        counterfactuals,
        "candidates",
        lambda *asked: (what for what in every(*asked) if what.field == "cost_of_war"),
    )
    case, tried = files.with_changes(toy, {"parameters.war_cost": war_cost}), 0
    stage = Stage(case, 1, 0)
    for decision in events(sim.simulate(case)):
        if decision.decision not in counterfactuals.TURNED:
            continue
        for flip in counterfactuals.find(stage, decision):
            was = case.actors[decision.actor].cost_of_war
            assert flip.input.before == pytest.approx(was, abs=1e-12)
            turned = counterfactuals.replayed(stage, flip)
            assert counterfactuals.answer_in(turned, decision) == (not decision.answer)
            tried += 1
    assert tried >= 5


def test_where_nothing_turns_a_decision_the_page_says_so(
    war: xr.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counterfactuals, "candidates", lambda *_: iter(()))
    found = explain(war, 0, PAIR)
    assert found.flips.empty
    assert "No change of one input in that week turns it." in " ".join(str(found).split())


def test_a_number_that_an_event_of_the_week_sets_already_is_no_input(syria: Scenario) -> None:
    dated = {"week": 40, "why": "x", "actor": "iran", "issue": "arms", "weight_times": 2.0}
    stage = Stage(counterfactuals.with_event(syria, dated), 1, 0)
    decision = next(e for e in events(sim.simulate(stage.scenario)) if e.week == 40)
    names = {"actor": "iran", "issue": "arms"}
    taken = counterfactuals.Input("x", names, "weight_times", 40, 1.0, 0.5, 2.0, "times")
    free = counterfactuals.Input("x", names, "weight_times", 41, 1.0, 0.5, 2.0, "times")
    assert stage.asker(taken, decision)(1.5) is None
    assert stage._given(free) is not None


# what it takes, and what it refuses ---------------------------------------------------------------


def test_any_results_of_a_run_are_explained_alike(toy: Scenario, tmp_path: Path) -> None:
    whole = sim.simulate(toy, runs=3, seed=4)
    light = sim.ensemble(toy, runs=3, seed=4)
    sim.ensemble(toy, runs=3, seed=4, out=tmp_path / "store", record="actors,events")
    save(whole, tmp_path / "results.nc")
    sources = (whole, light, tmp_path / "store", str(tmp_path / "store"), tmp_path / "results.nc")
    pages = {str(explain(source, 2, ("crown", "duchy"), events=1)) for source in sources}
    pages.add(str(explain(sim.replay(light, 2), pair=("crown", "duchy"), events=1)))
    assert len(pages) == 1


def test_a_held_luck_is_kept(toy: Scenario) -> None:
    light = sim.ensemble(toy, runs=2, seed=4, hold="luck")
    found = explain(light, 1, ("crown", "duchy"))
    assert found.parts["change"].sum() == pytest.approx(
        found.accounts.at["tie", "change"], abs=1e-9
    )
    assert found.accounts.at["tie", "after"] == pytest.approx(
        float(measures.tie(sim.replay(light, 1), "crown", "duchy").isel(run=0, week=-1)), abs=1e-9
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"pair": ("crown", "dutchy")}, "unknown actor 'dutchy' (did you mean 'duchy'?)"),
        ({"pair": ("crown", "crown")}, "two different actors, not 'crown' twice"),
        ({"pair": "crown"}, "a pair is two names of actors"),
        ({"pair": None}, "no bilateral pair"),
        ({"run": 7}, "there is no run 7: the runs are 0 to 1"),
        ({"run": None}, "hold many runs: say which"),
        ({"events": 0}, "events must be a whole number"),
        ({"since": 20, "until": 10}, "must end after it begins"),
        ({"since": "1999-01-01"}, "outside the results"),
    ],
)
def test_explain_refuses(toy: Scenario, change: dict[str, Any], words: str) -> None:
    light = sim.ensemble(toy, runs=2, seed=4)
    with pytest.raises(SimError) as refused:
        explain(light, **({"run": 1, "pair": ("crown", "duchy")} | change))
    assert words in str(refused.value)


def test_explain_refuses_a_branch_and_what_are_no_results(toy: Scenario) -> None:
    branch = sim.branch(sim.simulate(toy), 10, {"actors.crown.capability": 4.0})
    with pytest.raises(SimError, match="explain the run that it branches off"):
        explain(branch, pair=("crown", "duchy"))
    with pytest.raises(SimError, match="results are opened by the path"):
        explain(7, pair=("crown", "duchy"))


def test_without_dated_events_the_reasons_are_told_and_nothing_is_turned(toy: Scenario) -> None:
    still = files.with_changes(toy, {"mechanisms.shifts": False})
    found = explain(sim.simulate(still, seed=3), pair=("crown", "duchy"))
    assert found.flips.empty
    assert "No change of one input" not in str(found)
    assert "cannot be asked here" in " ".join(str(found).split())
    assert found.events["why"].str.len().gt(0).any()


# pages --------------------------------------------------------------------------------------------


def test_the_page_tells_accounts_events_reasons_and_flips(told: Explanation) -> None:
    page = " ".join(str(told).split())
    assert page.startswith("Why the tie of Russia and Iran moved: run 0, seed 1")
    assert f"{told.accounts.at['tie', 'change']:+.2f}" in page
    first = told.events.iloc[0]
    assert f"1. {first['change']:+.2f}" in page
    assert first["what"] in page
    turned = told.events[told.events["flip"] != ""].iloc[0]
    assert turned["flip"][1:] in page
    assert all(len(line) <= 88 for line in str(told).split("\n"))
    assert told._repr_html_().count("<li>") == len(told.events)
    assert "<script" not in told.html()


def test_a_change_that_would_leave_the_tie_as_it_is_is_said_to_change_nothing(
    war: xr.Dataset, told: Explanation
) -> None:
    story, trace = Story(war, 0), Trace(Story(war, 0), PAIR, 1)
    now, seen = trace.tie(story.weeks - 1), 0
    for flipped in told.found:
        for flip in flipped:
            part = next(part for part in trace.parts if flip.decision in part.decisions)
            for tie, same in ((now + 0.1, False), (now, True), (now + 1e-6, True)):
                text = sentences._decision(
                    story, [flip.decision], [replace(flip, tie=tie)], part, True, now
                )
                assert ("changes nothing" in text) is same
                assert (f"the tie would be {tie:.2f}" in text) is not same
                seen += 1
    assert seen > 9


def test_what_is_told_of_a_tie_with_a_flip_is_another_tie_or_said_to_be_the_same(
    told: Explanation,
) -> None:
    page = " ".join(str(told).split())
    (now,) = re.findall(r" and is (-?\d\.\d\d) in the week of", page)
    assert now not in re.findall(r"the tie would be (-?\d\.\d\d)", page)
    still = re.findall(r"the tie would still be (-?\d\.\d\d): that changes nothing", page)
    assert {*still} <= {now}


def test_the_repr_is_short_and_names_what_there_is(told: Explanation) -> None:
    assert len(repr(told)) < 400
    for word in ("Why the tie of Russia and Iran moved", ".accounts", ".flips", "print"):
        assert word in repr(told)


def test_the_week_of_a_collapse_is_told_where_it_counts_as_a_week_of_war(war: xr.Dataset) -> None:
    found = 0
    for run in range(3):
        story = Story(war, run)
        ends = {ceasefire.last for ceasefire in story.ceasefires if ceasefire.collapse}
        for part in Trace(story, PAIR, 1).parts:
            if part.kind == "war":
                text = sentences.what(story, part, PAIR, story.weeks - 1)
                assert text.endswith(" included") is bool(ends & {*part.weeks})
                found += text.endswith(" included")
    assert found


def test_a_user_explains_a_run_of_a_store(
    toy: Scenario, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = str(tmp_path / "store")
    sim.ensemble(toy, runs=2, seed=4, out=store)
    asked = ["explain", store, "--run", "1", "--pair", "crown", "duchy", "--events", "1"]
    assert cli.main(asked) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("Why the tie of the Crown and the Duchy moved: run 1, seed 4")
    assert cli.main([*asked, "--events", "2", "--out", str(tmp_path / "why.html")]) == 0
    assert (tmp_path / "why.html").read_text(encoding="utf-8").count("<li>") == 2
    assert cli.main([*asked, "--since", "10", "--until", "2001-06-01", "--quiet"]) == 0
    for wrong, words in (
        (["--out", "why.pdf"], "ends in .txt, .html, .htm"),
        (["--from", "tomorrow"], "is not a date"),
        (["--from", "²"], "is not a date"),
        (["--until", "9" * 5000], "is no number of a week"),
    ):
        assert cli.main([*asked, *wrong]) == 2
        assert words in capsys.readouterr().err


def test_a_small_explanation_does_not_wait_for_the_compiler(
    toy: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, chosen = str(tmp_path / "store"), list[str]()
    sim.ensemble(toy, runs=1, seed=4, out=store)
    monkeypatch.setattr(jit, "is_warm", lambda: False)
    monkeypatch.setattr(jit, "interpret", lambda: chosen.append("plain Python"))
    asked = ["explain", store, "--pair", "crown", "duchy", "--quiet", "--events"]
    assert cli.main([*asked, "1"]) == 0
    assert chosen == ["plain Python"]
    assert cli.main([*asked, "90"]) == 0
    assert chosen == ["plain Python"]


def test_explain_is_a_public_name() -> None:
    assert sim.explain is explain
