"""Two scenarios with the same luck, and runs that branch."""

import datetime as dt
import math
import re

import numpy as np
import pytest
from conftest import ROOT

import sim
import sim.experiments.compare
from sim.engine.event_log import CODE
from sim.errors import ResultsError, ScenarioError, SimError
from sim.experiments.compare import compare, first_divergence
from sim.measures import run_numbers
from sim.measures.run_numbers import Measure, add, measured, outcomes, table
from sim.narrative import html
from sim.results.dataset import Event, events, scenario_of
from sim.results.phrases import clause
from sim.results.store import Store
from sim.runs.branch import branch
from sim.runs.ensemble import ensemble
from sim.runs.simulate import gather, simulate
from sim.scenario.english import Words
from sim.scenario.files import with_changes
from sim.ui.cli import main

TOY = ROOT / "tests/cases/toy.toml"


@pytest.fixture(scope="module")
def run(syria):
    return simulate(syria, runs=1, first=3)


@pytest.fixture(scope="module")
def weaker(syria):
    """Sixty runs beside the same with a weaker Iran."""
    return compare(syria, syria, 60, set={"actors.iran.capability": 0.2})


def test_a_scenario_compared_with_itself_differs_in_nothing(toy):
    found = compare(toy, toy, 30)
    assert found.changed == 0.0
    assert found.first_divergence is None
    assert (found.table[["difference", "low", "high", "changed", "effect"]] == 0).all(axis=None)


def test_differences_are_paired_and_have_the_interval_of_the_mean():
    one, other = np.array([1.0, 2.0, 3.0, 4.0]), np.array([2.0, 2.0, 5.0, 4.0])
    x = Measure("x", (), "position")
    row = table(add({}, {x: one}, {x: other})).loc["x"]
    half = 3.182446305 * np.std([1, 0, 2, 0], ddof=1) / 2  # Student, 3 degrees of freedom
    assert row["difference"] == 0.75
    assert row["changed"] == 0.5
    assert row["low"] == pytest.approx(0.75 - half)
    assert row["high"] == pytest.approx(0.75 + half)


def test_pairing_makes_the_interval_narrower_than_independent_runs(toy):
    other = with_changes(toy, {"actors.crown.capability": 2.2})
    found = ensemble(toy, 300), ensemble(other, 300)
    name = "position of valley at the end"
    row = table(add({}, *(dict(measured(results)) for results in found))).loc[name]
    a, b = map(outcomes, found)
    apart = math.sqrt((a[name].var(ddof=1) + b[name].var(ddof=1)) / 300)
    assert (row["high"] - row["low"]) / (2 * 1.96) < 0.8 * apart


def test_outcomes_count_what_the_record_shows(toy):
    full = simulate(toy, runs=12)
    found = outcomes(ensemble(toy, 12))
    state = full["state"].values
    assert np.array_equal(found["weeks of war"], (state == 0).sum(axis=1))
    assert np.array_equal(found["weeks of ceasefire"], (state == 1).sum(axis=1))
    broke = full["violated"].sel(actor="league").values.sum(axis=1)
    assert np.array_equal(found["weeks league broke a ceasefire"], broke)
    tie = full["tie"].isel(week=-1)
    both = (tie.sel(actor="crown", other="duchy") + tie.sel(actor="duchy", other="crown")) / 2
    assert np.allclose(found["tie of crown and duchy at the end"], both, atol=1e-6)


def test_the_share_of_runs_that_changed_is_that_of_their_events(toy):
    other = with_changes(
        toy, {"parameters.choice_precision": toy.parameters.choice_precision * 1.02}
    )
    found = compare(toy, other, 40)
    apart = 0
    for number in range(40):
        one, two = (list(events(gather(case, [number], 1))) for case in (toy, other))
        said = [[(e.week, e.decision, e.actor, e.answer) for e in story] for story in (one, two)]
        apart += said[0] != said[1]
    assert 0 < apart < 40
    assert found.changed == apart / 40


def test_the_first_divergence_of_a_pair_names_the_first_event_that_differs(syria):
    other = with_changes(syria, {"parameters.loyalty": 0.05})
    found = first_divergence(syria, other, 1, 0)
    one, two = (list(events(gather(case, [0], 1))) for case in (syria, other))
    place = next(
        n for n, (a, b) in enumerate(zip(one, two, strict=False))
        if (a.week, a.decision, a.actor, a.answer) != (b.week, b.decision, b.actor, b.answer)
    )  # fmt: skip
    assert found.first == one[place]
    assert found.second == two[place]
    assert found.first.shock == found.second.shock
    assert "Why: chance is the same in both" in found.text
    assert "loyalty to the convener" in found.text


def test_a_comparison_is_a_page(toy):
    text = str(compare(TOY, TOY, 60, set={"actors.crown.capability": 0.7}))
    assert "60 pairs of runs with the same luck" in text
    assert "weeks of war" in text
    assert "the two first differ in the week of" in text
    assert max(map(len, text.splitlines())) < 126


def test_the_columns_of_the_page_stand_under_their_heads(weaker):
    told = weaker.page(most=200)
    lines = told.splitlines()
    head = next(n for n, line in enumerate(lines) if "runs that differ" in line)
    width = len(lines[head])
    rows = [line for line in lines[head + 1 :] if line.endswith("%")]
    assert len(rows) > 30
    assert {len(line) for line in rows} == {width}
    for word in ("first", "second", "difference", "95 % interval"):
        end = lines[head].index(word) + len(word)
        assert all(line[end - 1] != " " and line[end] == " " for line in rows), word
    assert "tie of Russia and the northern rebels at the end" in " ".join(told.split())
    assert "northern_rebels" not in told
    assert "tie of russia and northern_rebels at the end" in weaker.table.index


@pytest.fixture(scope="module")
def two(toy, tmp_path_factory):
    """Two stores of one luck; the second has more runs."""
    folder = tmp_path_factory.mktemp("two")
    ensemble(toy, 30, 5, folder / "a")
    ensemble(toy, 40, 5, folder / "b", set={"actors.crown.capability": 0.7}, record="actors")
    return folder


def test_two_ensembles_are_compared_by_what_they_hold(toy, two, monkeypatch):
    wanted = compare(toy, toy, 30, 5, set={"actors.crown.capability": 0.7})
    monkeypatch.setattr(
        sim.experiments.compare, "ensemble", lambda *_, **__: pytest.fail("played again")
    )
    found = compare(two / "a", str(two / "b"))
    assert found.page() == wanted.page()
    assert found.table.equals(wanted.table)
    a, b = (Store(two / name).dataset() for name in "ab")
    assert compare(a, b, run=7).first_divergence == first_divergence(toy, scenario_of(b), 5, 7)
    backwards = compare(b, a).table.loc[found.table.index, "difference"]
    assert np.allclose(backwards, -found.table["difference"])


@pytest.mark.parametrize(
    ("change", "arguments", "message"),
    [
        ({"seed": "6"}, {}, "do not pair: the seed is 5 in the first and 6 in the second"),
        ({"hold": "luck"}, {}, "do not pair: what all runs share is nothing in the first and luck"),
        ({"versions": '{"rules": "others"}'}, {}, "made by different rules"),
        ({}, {"runs": 20}, "are compared as they are"),
        ({}, {"set": ["weeks=9"]}, "are compared as they are"),
        ({}, {"run": 35}, "there is no pair of runs 35"),
    ],
    ids=str,
)
def test_ensembles_that_do_not_pair_are_refused(two, change, arguments, message):
    a, b = (Store(two / name).dataset() for name in "ab")
    with pytest.raises(SimError, match=message):
        compare(a, b.assign_attrs(change), **arguments)


def test_what_is_no_pair_of_ensembles_is_refused(toy, two):
    a = Store(two / "a").dataset()
    with pytest.raises(SimError, match="two scenarios or two ensembles, not one of each"):
        compare(two / "a", TOY)
    with pytest.raises(SimError, match="has no summary"):
        compare(a, simulate(toy, seed=5))
    with pytest.raises(SimError, match="no run in common"):
        compare(a, ensemble(toy, 5, 5, first=200))


def test_a_pair_that_cannot_be_played_again_is_compared_and_says_so(two):
    a, b = (Store(two / name).dataset().load() for name in "ab")
    a["final_tie"] = a["final_tie"] + 0.1
    assert "cannot be told: run" in str(compare(a, b))


def test_two_ensembles_are_compared_from_the_command_line(two, capsys):
    assert main(["compare", str(two / "a"), str(two / "b")]) == 0
    said = capsys.readouterr().out
    assert said == compare(two / "a", two / "b").page() + "\n"
    assert "with the Crown's capability 0.7 instead of 3" in said
    assert main(["compare", str(two / "a"), str(two / "b"), "--ids"]) == 0
    said = capsys.readouterr().out
    assert "(actors.crown.capability) 0.7 instead of 3" in said
    assert "position of the valley at the end (position of\n  valley at the end)" in said
    for most in (0, 3):
        assert main(["compare", str(two / "a"), str(two / "b"), "--most", str(most)]) == 0
        few = capsys.readouterr().out
        assert few == compare(two / "a", two / "b").page(most) + "\n"
        assert few.count("position of") < said.count("position of")
    assert main(["compare", str(two / "a"), str(two / "b"), "--most", "-1"]) == 2
    assert main(["compare", str(two / "a"), str(two / "b"), "--set", "weeks=9"]) == 2
    assert main(["compare", str(two / "a"), str(TOY)]) == 2


def test_scenarios_with_other_actors_are_compared_in_what_they_share(syria):
    without = with_changes(syria, {}, without=["actors.hezbollah"])
    found = compare(syria, without, 20)
    assert math.isnan(found.changed)
    assert "They have other actors or issues" in str(found)
    assert found.first_divergence is not None
    assert "tie of russia and iran at the end" in found.table.index
    assert not any("hezbollah" in name.split() for name in found.table.index)


def test_a_branch_that_changes_nothing_is_the_run(syria, run):
    same = branch(run, "2016-12-13", {"actors.iran.capability": 1.0})
    for name in run.data_vars:
        assert np.array_equal(run[name].values, same[name].values), name


def test_a_branch_has_the_past_of_its_run_and_another_future(run):
    found = branch(run, "2016-12-13", {"actors.iran.capability": 2.0})
    week = int((run["date"].values <= np.datetime64("2016-12-13")).sum()) - 1
    assert np.array_equal(found["tie"][:, :week], run["tie"][:, :week])
    assert not np.array_equal(found["tie"][:, week + 3 :], run["tie"][:, week + 3 :])
    iran = found["capability"].sel(actor="iran").values[0]
    assert (iran[:week] == 1.0).all()
    assert (iran[week:] == 2.0).all()
    assert found.attrs["branch"] == f"from week {week}: actors.iran.capability 1.0 to 2.0"
    past = [e for e in events(found) if e.week < week]
    assert past == [e for e in events(run) if e.week < week]


def test_a_branch_at_week_0_is_the_changed_scenario_but_for_its_settled_ties(syria):
    changed = with_changes(syria, {"parameters.choice_precision": 60.0})
    found = branch(simulate(syria), 0, {"parameters.choice_precision": 60.0})
    plain = simulate(changed)
    assert np.array_equal(found["tie"].values, plain["tie"].values)
    assert np.array_equal(found["event_gain"].values, plain["event_gain"].values)


def test_weights_and_ideals_change_with_their_spread(run):
    found = branch(run, 60, {"actors.iran.long.arms.weight": 0.9, "actors.iran.cost_of_war": 0.4})
    iran = {"actor": "iran", "issue": "arms"}
    before, after = (d["weight"].sel(iran).values[0] for d in (run, found))
    assert np.array_equal(before[:60], after[:60])
    assert (after[60:] > before[60:]).all()


def test_a_branch_can_go_on_for_longer(run):
    longer = branch(run, 60, {"weeks": 150})
    assert longer.sizes["week"] == 150
    assert np.array_equal(longer["tie"][:, :120], run["tie"])


def test_a_branch_keeps_what_a_dated_event_has_changed(syria, run):
    part = syria.actors["turkey"].long
    there, horizon = {"actor": "turkey", "issue": "regime"}, "long"
    if "regime" not in part:
        part, horizon = syria.actors["turkey"].short, "short"
    path = f"actors.turkey.{horizon}.regime.weight"
    found = branch(run, 60, {path: part["regime"].weight * (1 + 1e-6)})
    before, after = (d["weight"].sel(there).values[0, 60] for d in (run, found))
    assert after == pytest.approx(before, rel=1e-4)


@pytest.mark.filterwarnings("ignore:actors.crown.cost_of_war = 0.6 holds until week 5")
def test_a_branch_that_doubles_the_factor_on_costs_of_war_doubles_the_dated_ones_too(toy):
    def cost(actor, week, value):
        return {"week": week, "why": "dear", "actor": actor, "cost_of_war": value}

    first = cost("crown", 5, 0.3)
    war = simulate(sim.files.build(sim.files.as_data(toy) | {"events": [first]}), seed=3)
    by_hand = [cost("crown", 20, 0.6), cost("duchy", 20, 0.4), cost("league", 20, 0.3)]
    found = branch(war, 20, {"parameters.war_cost": 2.0})
    expected = branch(war, 20, {"events": [first, *by_hand]})
    for name in ("tie", "violence", "ratified", "text"):
        assert np.array_equal(found[name].values, expected[name].values), name
    assert not np.array_equal(found["tie"].values, war["tie"].values)
    # A cost that the branch itself sets is that of the branch, as a capability is.
    set_anew = branch(war, 20, {"actors.crown.cost_of_war": 0.6})
    expected = branch(war, 20, {"events": [first, by_hand[0]]})
    assert np.array_equal(set_anew["tie"].values, expected["tie"].values)


def test_dated_events_of_the_past_cannot_be_changed_by_a_branch(syria, run):
    moved = list(sim.files.as_data(syria)["events"])
    moved[0] = {**moved[0], "date": dt.date(2017, 6, 20)}
    with pytest.raises(ScenarioError, match="events: cannot change before week 60"):
        branch(run, 60, {"events": moved})


def test_the_order_of_the_file_and_a_dated_event_alone_are_no_difference(toy, syria):
    data = sim.files.as_data(toy)
    data["actors"] = dict(reversed(data["actors"].items()))
    found = compare(toy, sim.files.build(data), 10)
    assert (found.changed, found.first_divergence) == (0.0, None)
    data = sim.files.as_data(syria)
    early = {"week": 3, "why": "nothing", "actor": "iran", "capability": 1.0}
    data["events"] = [*data["events"], early]
    assert compare(syria, sim.files.build(data), 6).changed == 0.0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"parameters.mutual_optimism": 0.5}, "parameters.mutual_optimism: is over before week 60"),
        ({"issues.regime.start": 0.4}, "issues.regime.start: is where it stood at first"),
        ({"parameters.weight_spread": 0.4}, "parameters.weight_spread: is over before week 60"),
        ({"start": dt.date(2015, 1, 1)}, "start: is over before week 60"),
        ({"weeks": 40}, "weeks: must be more than 60"),
        ({"actors.iran.long.share": {"ideal": 1, "weight": 1}}, None),
        ({"actors.iram.capability": 1}, "did you mean 'iran'"),
    ],
    ids=str,
)
def test_what_a_branch_cannot_change_is_refused(run, change, message):
    if message is None:
        assert branch(run, 60, change).sizes["run"] == 1
        return
    with pytest.raises(ScenarioError) as error:
        branch(run, 60, change)
    assert message in str(error.value)


def test_a_branch_needs_a_run_and_a_week_that_are_there(toy, run):
    with pytest.raises(ResultsError, match="there is no run 9"):
        branch(run, 3, {}, run=9)
    with pytest.raises(TypeError, match="'number' is now called 'run'"):
        branch(run, 3, {}, number=9)
    with pytest.raises(ResultsError, match="outside the results"):
        branch(run, "1999-01-01", {})
    with pytest.raises(ResultsError, match="is a branch itself"):
        branch(branch(run, 3, {}), 5, {})
    with pytest.raises(SimError, match="there is no pair of runs 50"):
        compare(toy, toy, 5, run=50)


def test_a_count_that_is_called_otherwise_is_compared_as_before(toy, monkeypatch):
    change = {"parameters.choice_precision": 1000.0}
    plain = compare(toy, toy, 2, set=change).table
    reworded = [
        (kind, answer, f"in how many {form}") for kind, answer, form in run_numbers._BY_ACTOR
    ]
    monkeypatch.setattr(run_numbers, "_BY_ACTOR", reworded)
    found = compare(toy, toy, 2, set=change).table
    assert [name.removeprefix("in how many ") for name in found.index] == list(plain.index)
    assert (found.to_numpy() == plain.to_numpy()).all()
    never = (plain["first"] == 0) != (plain["second"] == 0)
    assert plain.index[never].str.startswith("times").any()


def test_the_labels_of_a_measure_are_those_of_its_kind_whatever_its_words(toy):
    words = Words(toy)
    assert Measure("where {} ends", ("valley",), "position").said(words) == "where the valley ends"
    assert Measure("position of {}", ("crown",), "decisions").said(words) == "position of the Crown"


# words --------------------------------------------------------------------------------------------


def test_measures_that_are_always_equal_are_shown_once(syria, weaker):
    found = weaker
    a, b = (outcomes(ensemble(case, 60)) for case in (
        syria, with_changes(syria, {"actors.iran.capability": 0.2})))  # fmt: skip
    assert found.same
    for name, first in found.same.items():
        assert np.array_equal(a[name], a[first])
        assert np.array_equal(b[name], b[first])
    told = " ".join(found.page(most=500).split())
    _, rest = found._chosen(500)
    for name, first in found.same.items():
        if first in rest:
            assert f"(always equal: {found.words[name]}" in told or f", {found.words[name]}" in told
    values = [np.concatenate([a[name], b[name]]).tobytes() for name in rest]
    assert len(set(values)) == len(values) > 20


def test_actors_without_proxies_give_no_orders(syria):
    found = outcomes(ensemble(syria, 20))
    ordering = {name.split()[1] for name in found if "ordered" in name}
    assert ordering
    assert ordering <= {name for name, proxies in syria.patrons.items() if proxies}


def test_the_heading_names_the_change(toy):
    change = {"actors.crown.capability": 0.7, "mechanisms.loyalty": False}
    for found in (compare(toy, toy, 5, set=change), compare(toy, with_changes(toy, change), 5)):
        assert found.titles[1] == (
            "Crown, duchy and league with the Crown's capability 0.7 instead of 3 and loyalty to "
            "the convener off instead of on"
        )
    assert compare(toy, toy, 5).titles[1] == "Crown, duchy and league, unchanged"
    renamed = with_changes(toy, {"name": "Another"})
    assert compare(toy, renamed, 5, set=["weeks=40"]).titles[1] == (
        "Another with weeks 40 instead of 52"
    )
    assert compare(toy, renamed, 5).titles[1] == "Another"


def test_a_title_counts_the_changes_that_it_has_no_room_for(toy):
    change = {f"actors.{name}.capability": 2.5 for name in toy.actors} | {
        "parameters.choice_precision": 60.0, "parameters.mutual_optimism": 0.001,
    }  # fmt: skip
    assert compare(toy, toy, 5, set=change).titles[1].endswith(" and two more changes")


def test_a_missing_folder_is_called_missing(toy, tmp_path, capsys):
    gone = tmp_path / "gone"
    with pytest.raises(SimError, match="there is no ensemble and no results file"):
        compare(gone, toy)
    for two in ([str(gone), str(TOY)], [str(TOY), str(gone)], [f"{gone}/", "none.nc"]):
        assert main(["compare", *two]) == 2
        assert "there is no ensemble and no results file" in capsys.readouterr().err


def test_what_a_notebook_shows_is_short_and_does_not_wrap_numbers(weaker):
    assert len(repr(weaker)) < 500
    assert "Iran's capability 0.2 instead of 1" in repr(weaker)
    shown = weaker._repr_html_()
    assert shown.count("<tr>") <= 21
    cells = re.findall(r"<td( [^>]*)?>", shown)
    assert cells
    assert all("nowrap" in cell for cell in cells)
    assert "iran " not in shown


@pytest.mark.parametrize("kind", [name for name in CODE if name != "shift"])
@pytest.mark.parametrize("actor", ["russia", "northern_rebels"])
def test_every_event_at_which_runs_may_part_is_told_in_words(syria, kind, actor):
    for answer in (True, False):
        who = (actor, "foreign_militias", "towns")
        event = Event(0, 3, dt.date(2016, 1, 6), 4, kind, *who, answer, 0.1, 0.2, -0.1, {})
        said = clause(event, Words(syria))
        assert "_" not in said
        assert "{" not in said
        assert "  " not in said
        if "the northern rebels" in said:
            assert not re.match(r"the northern rebels \w+s ", said), said


def test_pages_of_text_break_no_word():
    word = "Donaudampfschifffahrtsgesellschaftskapitänswitwenrentenauszahlung"
    for width in (20, 40):
        page = html.plain(["A title", f"one {word} two", [f"three {word}"]], width)
        assert page.count(word) == 2
