"""Members of a coalition that fall out, in whole runs."""

# ruff: noqa: RUF001 (a dash between two names)

import re

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

import sim
from sim.errors import ResultsError, ScenarioError, SimError
from sim.measures.breaks import BROKE, FORMAL, HELD, JOINED, STRAINED, WAR
from sim.measures.run_numbers import HEADLINES
from sim.narrative.explanation import pair_of
from sim.plots import catalogue
from sim.results.dataset import save
from sim.ui.cli import main
from sim.ui.report import sections

LEAGUE = ROOT / "tests/cases/league.toml"
# A strong enemy that has lost little, and that much is left to.
UNBROKEN = {
    "actors.empire.capability": 9.0,
    "parameters.left_after_defeat": 1.0,
    "course.positions": [
        {"date": "1912-10-07", "position": 0.3}, {"date": "1913-04-21", "position": 0.78},
    ],
}  # fmt: skip
ALL_BREAK = {"parameters.breach_price": 0.01, "parameters.war_optimism": 0.02}


@pytest.fixture(scope="module")
def league():
    return sim.files.load(LEAGUE)


@pytest.fixture(scope="module")
def wars(league):
    """Thirty runs with their events."""
    return sim.ensemble(league, 30, 1, record="events")


def rows(results, *decisions):
    table = sim.to_frame(results, "events")
    return table[table["decision"].isin(decisions)]


def test_members_fall_out_over_what_one_holds_and_another_wants(wars):
    found = sim.measures.breaks(wars)
    share = found.assign(broke=found.status == BROKE).groupby(["actor", "other"])["broke"].mean()
    assert share["red", "blue"] + share["green", "white"] > 0.5
    # Who has nothing to do with the quarrel breaks by joining it, if at all.
    direct = found[(found.form == WAR)]
    quarrels = {("red", "blue"), ("green", "white")}
    members = direct[(direct.actor != "empire") & (direct.other != "empire")]
    assert set(zip(members.actor, members.other, strict=True)) <= quarrels


def test_what_is_indifferent_attacks_nobody(wars):
    attacks = rows(wars, "attack", "demand", "rupture")
    assert "neighbour" not in set(attacks.actor)


def test_the_mesa_model_plays_the_same_falling_out(league):
    again = sim.simulate(league, seed=3)
    model = sim.ConflictModel(league, seed=3)
    for _ in range(league.weeks):
        model.step()
    mine = model.results()
    for name in again.data_vars:
        assert np.array_equal(again[name].values, mine[name].values, equal_nan=True), name


def test_who_is_at_war_with_the_enemy_demands_nothing_of_it_and_it_nothing_of_them(wars):
    asked = rows(wars, "demand", "attack", "rupture")
    assert not asked.empty
    at_war = asked[asked.week < 28]
    assert "empire" not in {*at_war.actor, *at_war.counterpart}
    assert "empire" in {*asked.actor, *asked.counterpart}


def test_no_event_is_lost_when_everybody_breaks_with_everybody():
    case = sim.files.load(ROOT / "tests/cases/two_claims.toml", {"parameters.dispute_rate": 1.0})
    results = sim.ensemble(case, 20, 2, record="events")
    assert results.sizes["run"] == 20
    assert not rows(results, "consent").empty


def test_the_status_of_a_pair_is_what_its_events_say(league):
    """Read again, event by event, without the sides of wars."""
    results = sim.ensemble(sim.with_changes(league, ALL_BREAK), 20, 6, record="events")
    table = sim.to_frame(results, "events")
    found = sim.measures.breaks(results).set_index(["run", "actor", "other"])
    attacks = table[table.decision.isin(["attack", "return"])]
    direct = attacks[attacks.answer].groupby(["run", "actor", "counterpart"])["week"].min()
    assert len(direct) > 10
    for (run, one, other), week in direct.items():
        key = (run, one, other) if (run, one, other) in found.index else (run, other, one)
        assert found.loc[key].status == BROKE
        assert found.loc[key].week <= week
    price = ALL_BREAK["parameters.breach_price"]
    nearly = attacks[~attacks.answer & (attacks.shock < attacks.gain + price)]
    for row in nearly[nearly.decision == "attack"].itertuples():
        key = (row.run, row.actor, row.counterpart)
        key = key if key in found.index else (row.run, row.counterpart, row.actor)
        assert found.loc[key].strained <= row.week
    never = found[found.status == HELD].index
    begun = attacks[attacks.answer].itertuples()
    touched = {(row.run, *sorted((row.actor, row.counterpart))) for row in begun}
    assert not {(run, *sorted((a, b))) for run, a, b in never} & touched


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"issues.valley.held_by": "blue"}, "issues.valley.held_by"),
        ({"guarantees": []}, "guarantees"),
        ({"course.secured": 29}, "course"),
    ],
)
def test_a_branch_does_not_change_who_held_what_at_first_or_the_past_course(league, change, said):
    with pytest.raises(ScenarioError, match=said):
        sim.branch(sim.simulate(league, seed=1), at=60, set=change)


def test_a_resolve_lasts_a_year(wars):
    attacks = rows(wars, "attack")
    year = attacks.week // 52
    by = [attacks.run, attacks.actor, attacks.counterpart, year]
    assert (attacks.groupby(by)["shock"].nunique() == 1).all()
    assert attacks.shock.nunique() > 10


def test_what_is_agreed_is_handed_over_by_a_part_of_the_way_a_week(league):
    speed, found = league.parameters.implementation_speed, 0
    for run in range(8):
        results = sim.simulate(league, seed=5, first=run)
        table = rows(results, "accept", "fall")
        position = results["position"].isel(run=0).sel(issue="valley").values
        moved = np.flatnonzero(np.diff(position))
        falls = set(table[table.decision == "fall"].week)
        for week in moved:
            if week + 1 in falls or week + 2 >= len(position) or week not in moved - 1:
                continue
            one, two, three = position[week], position[week + 1], position[week + 2]
            if two == three or week + 2 in falls:
                continue
            target = one + (two - one) / speed
            assert three == pytest.approx(two + speed * (target - two), abs=1e-6)
            found += 1
    assert found > 5


def test_several_wars_are_fought_at_a_time_and_allies_fight_while_the_threat_stands(league):
    fierce = sim.with_changes(league, ALL_BREAK)
    results = sim.ensemble(fierce, 40, 2, record="events")
    secured = 28
    begun = rows(results, "attack")
    begun = begun[begun.answer]
    assert (begun.week < secured).any()
    ends = rows(results, "defeat", "peace")
    at_once = 0
    for run, mine in begun.groupby("run"):
        wars = [
            (week, {a, b})
            for week, a, b in zip(mine.week, mine.actor, mine.counterpart, strict=True)
        ]
        for n, (week, two) in enumerate(wars):
            for later, others in wars[n + 1 :]:
                over = ends[(ends.run == run) & (ends.week > week) & (ends.week <= later)]
                mine_over = [
                    {a, b} == two for a, b in zip(over.actor, over.counterpart, strict=True)
                ]
                at_once += later < week + 8 and two != others and not any(mine_over)
    assert at_once > 0


def test_a_beaten_enemy_comes_back_if_much_is_left_to_it(league):
    strong = UNBROKEN | {"parameters.breach_price": 0.01}
    results = sim.ensemble(sim.with_changes(league, strong), 30, 2, record="events")
    back = rows(results, "return")
    assert back[back.answer].run.nunique() > 3
    assert set(back.actor) == {"empire"}
    never = sim.with_changes(league, strong | {"mechanisms.returning": False})
    assert rows(sim.ensemble(never, 10, 2, record="events"), "return").empty


def test_an_enemy_that_comes_back_brings_the_front_and_the_danger_back(league):
    """Side by side with the same luck: runs in which it may come back, and in which it may not."""
    case = sim.with_changes(league, UNBROKEN | {"parameters.breach_price": 0.01, "weeks": 120})
    never = sim.with_changes(case, {"mechanisms.returning": False})
    with_it, without = (sim.ensemble(c, 12, 2, record="events,tie,position") for c in (case, never))
    back = rows(with_it, "return")
    first = back[back.answer].groupby("run").week.min()
    first = first[first < 100]
    assert len(first) > 3
    low, fell, closer = 0, 0, []
    for run, week in first.items():
        own = with_it.sel(run=run)
        front = own.position.sel(issue="front").values[week : week + 8]
        assert without.sel(run=run).position.sel(issue="front").values[week] == 0.78
        assert len(set(front.tolist())) > 4
        low += (front < 0.7).any()
        again = rows(with_it, "threatened")
        fell += ((again.run == run) & (again.week >= week)).any()
        closer += [
            float(
                own.tie.sel(actor="green", other="red")[week + 8]
                - without.sel(run=run).tie.sel(actor="green", other="red")[week + 8]
            )
        ]
    assert low > 0
    assert fell > 0
    assert np.mean(closer) > 0.0


def test_what_an_enemy_that_is_back_has_taken_stays_its_own_until_it_is_claimed(league):
    """Its holdings are not moved by the order of those who had beaten it before."""
    mighty = {"parameters.breach_price": 0.01, "actors.empire.capability": 25.0}
    case = sim.with_changes(league, UNBROKEN | mighty)
    results = sim.ensemble(case, 40, 2, record="events,position")
    fell = rows(results, "fall")
    retaken = fell[(fell.actor == "empire") & (fell.issue == "lake")]
    assert not retaken.empty
    still = 0
    for event in retaken.itertuples():
        table = rows(results, "fall", "accept", "peace")
        later = table[(table.run == event.run) & (table.week >= event.week)]
        touched = later[
            ((later.decision == "fall") & (later.issue == "lake") & (later.week > event.week))
            | (
                later.answer
                & (later.decision != "fall")
                & ((later.actor == "empire") | (later.counterpart == "empire"))
            )
        ]
        until = min([*touched.week, case.weeks - 1])
        lake = results.position.sel(run=event.run, issue="lake").values[event.week : until]
        still += len(lake) > 4
        assert len(set(lake.tolist())) <= 1, (event.run, event.week)
    assert still > 0


def test_nobody_needs_anybody_in_a_war_that_is_over(league):
    late = sim.with_changes(league, {"coalition.decisions_from": "1913-06-02"})
    results = sim.ensemble(late, 10, 3, record="events")
    alone = rows(results, "attack", "rupture")
    at_war = rows(results, "attack", "return")
    first = at_war[at_war.answer].groupby("run").week.min()
    # Before the first war among members there is no other war in which somebody could be needed.
    alone = alone[alone.week <= alone.run.map(first).fillna(1e9)]
    assert not alone.empty
    assert (alone.term_dependence == 0.0).all()


def test_who_fights_on_one_side_stands_opposed_no_more(league):
    case = sim.files.load(
        ROOT / "tests/cases/two_claims.toml", UNBROKEN | {"parameters.dispute_rate": 0.5}
    )
    table = rows(sim.ensemble(case, 30, 4, record="events"), "rupture", "mend", "join", "return")
    mended = table[table.decision == "mend"]
    # Both came to the help of whom the enemy has attacked, in that week, or one is that one.
    beside = 0
    for event in mended.itertuples():
        now = table[(table.run == event.run) & (table.week == event.week)]
        attacked = set(now[(now.decision == "return") & now.answer].counterpart)
        joined = set(
            now[(now.decision == "join") & now.answer & now.counterpart.isin(attacked)].actor
        )
        beside += {event.actor, event.counterpart} <= attacked | joined
    assert beside > 0


def test_an_enemy_whose_camp_has_won_does_not_come_back(league):
    lost = [{"date": "1912-10-07", "position": 0.3}, {"date": "1913-04-21", "position": 0.1}]
    case = sim.with_changes(league, UNBROKEN | {"course.positions": lost})
    assert rows(sim.ensemble(case, 10, 2, record="events"), "return").empty


@pytest.mark.parametrize(
    ("mechanism", "decision"),
    [("joining", "join"), ("ruptures", "rupture"), ("returning", "return")],
)
def test_each_mechanism_can_be_switched_off(league, mechanism, decision):
    # What men cannot take is broken over formally, if at all.
    case = {"issues.valley.by_force": False} if mechanism == "ruptures" else ALL_BREAK
    off = sim.with_changes(league, {f"mechanisms.{mechanism}": False, **case})
    assert rows(sim.ensemble(off, 10, 2, record="events"), decision).empty
    on = sim.with_changes(league, case)
    assert not rows(sim.ensemble(on, 10, 2, record="events"), decision).empty


def test_a_coalition_that_holds_nothing_changes_nothing():
    toy = sim.files.load(ROOT / "tests/cases/toy.toml")
    allied = sim.with_changes(
        toy, {"coalition": {"members": ["duchy", "league"], "enemy": "crown"}}
    )
    one, two = sim.simulate(toy, seed=4), sim.simulate(allied, seed=4)
    for name in one.data_vars:
        assert np.array_equal(one[name].values, two[name].values, equal_nan=True), name


def test_what_the_enemy_held_falls_by_chance_to_those_near(wars):
    falls = rows(wars, "fall")
    lake = falls[(falls.issue == "lake") & (falls.counterpart == "empire")]
    assert set(lake.week) >= {28}
    first = lake.groupby("run").first()
    assert set(first.actor) == {"red", "blue"}
    assert 0.5 < (first.actor == "blue").mean() < 0.95


def test_the_front_follows_its_course_and_the_war_is_over_on_its_day(league):
    results = sim.simulate(league, seed=1)
    front = results["position"].isel(run=0).sel(issue="front").values
    assert front[0] == pytest.approx(0.3)
    assert front[14] == pytest.approx(0.3 + 0.65 * 14 / 28)
    assert front[28:] == pytest.approx(0.95)
    state = results["state"].isel(run=0).values
    assert state[:28].max() == 0
    assert state[28:].min() == 3


def test_every_pair_has_one_status_and_a_week_only_if_it_broke(league):
    results = sim.simulate(league, seed=1)
    found = sim.measures.breaks(results)
    assert set(found.status) <= {HELD, STRAINED, BROKE}
    assert set(found.form.dropna()) <= {WAR, JOINED, FORMAL}
    assert (found.status == BROKE).equals(found.week.notna())
    assert len(found) == 15


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"issues.valley.held_by": "nobody"}, "no actor is called 'nobody'"),
        ({"issues.front.by_force": True}, "nobody holds it"),
        ({"issues.valley.falls_to": {"red": 1.0}}, "only what the enemy holds falls to others"),
        ({"coalition.members": ["red", "empire"]}, "is a member and the enemy"),
        ({"coalition.enemy": "white"}, "is a member and the enemy"),
        (
            {"guarantees": [{"by": "red", "to": "red", "against": "blue"}]},
            "cannot be pledged to itself",
        ),
        ({"course.secured": 20}, "before the last position of the front"),
        ({"course.secured": 400}, "is outside the run"),
        ({"weeks": 20}, "is after the last week of the run"),
        (
            {"course.positions": [{"date": 9, "position": 0.3}, {"date": 3, "position": 0.4}]},
            "3 is not after 9",
        ),
        ({"issues.valley.moved_by": "territory"}, "by demand, by force and by a settlement alone"),
    ],
)
def test_what_cannot_be_is_refused(league, change, said):
    with pytest.raises(ScenarioError, match=said):
        sim.with_changes(league, change)


def test_the_chronicle_tells_who_fell_out_over_what(league):
    told = sim.chronicle.page(sim.simulate(sim.with_changes(league, ALL_BREAK), seed=3))
    assert "attacks" in told
    assert "which has refused its demand over the" in " ".join(told.split())
    assert "after" in told


@pytest.fixture(scope="module")
def full(league):
    """Eight runs that hold everything."""
    return sim.simulate(sim.with_changes(league, ALL_BREAK), runs=8, seed=3)


def told(results):
    """Run, week and text of each sentence of the chronicles."""
    start = np.datetime64(str(results["date"].values[0])[:10])
    for run in results["run"].values.tolist():
        for day, text in sim.chronicle.sentences(results, run):
            yield run, int((np.datetime64(day) - start).astype(int)) // 7, text


def test_a_sentence_names_what_is_claimed_of_who_holds_it_then(full):
    """Of the quarrelling pairs each holds one thing, but for the lake that falls to one of two."""
    demands = re.compile(
        r"(\w+) (?:attacks|breaks with) (\w+), which has refused its demand over ([^:;.]*)"
    )
    found = [
        (run, week, match) for run, week, text in told(full) if (match := demands.search(text))
    ]
    assert len(found) > 8
    for run, week, match in found:
        one, other, over = match.groups()
        falls = rows(full.sel(run=[run]), "fall").query(f"week < {week} or issue == 'lake'")
        holder = {"valley": "red", "port": "green"} | {
            row.issue: row.actor for row in falls.itertuples() if row.week <= week
        }
        named = re.findall(r"the (\w+)", over)
        assert named
        assert {holder[issue] for issue in named} == {other.lower()}, match.group()
        assert {"Red": "valley", "Blue": "valley"}.get(one, "port") in named or "lake" in named


def test_a_text_goes_where_the_chronicle_says(full, league):
    speed = league.parameters.implementation_speed
    moves = re.compile(r"by a text: the (\w+) is to go from (\d\.\d+) to (\d\.\d+)")
    checked = 0
    for run, week, text in told(full):
        match = moves.search(text)
        if match is None:
            continue
        issue, start, end = match.groups()
        position = full["position"].sel(run=run, issue=issue).values
        assert position[week] == pytest.approx(float(start), abs=0.006)
        left = (1.0 - speed) ** 40
        later = rows(full.sel(run=[run]), "fall", "peace", "accept").query("answer")
        later = later[(later.week > week) & (later.week <= week + 40)]
        if later.empty and week + 40 < len(position):
            there = float(end) + left * (float(start) - float(end))
            assert position[week + 40] == pytest.approx(there, abs=0.01)
            checked += 1
    assert checked > 1


def test_a_record_without_preferences_is_told_without_what_is_claimed(full):
    less = full.drop_vars(["weight", "ideal"])
    texts = [text for _, _, text in told(less)]
    assert any("which has refused its demand: war" in text for text in texts)
    assert not any("demand over" in text or "is to go" in text for text in texts)


def test_shares_of_breaks_are_counts_of_the_breaks_of_allies(wars):
    table, found = sim.measures.break_shares(wars), sim.measures.breaks(wars)
    assert table.runs.is_monotonic_decreasing
    # The neighbour joins wars; it is an ally of green alone, its client.
    broke = found[found.status == "broke"]
    assert {"empire", "neighbour"} <= {*broke.actor, *broke.other}
    outside = {
        frozenset(pair) - {"red", "blue", "green", "white"}
        for pair in zip(table.actor, table.other, strict=True)
        if frozenset(pair) != {"green", "neighbour"}
    }
    assert outside == {frozenset()}
    first = table.iloc[0]
    mine = found.query(
        f"actor == '{first.actor}' and other == '{first.other}' and status == 'broke'"
    )
    assert first.runs == len(mine) == round(first.share * 30)
    assert first.by_war == pytest.approx((mine.form == WAR).sum() / 30)
    assert table[["by_war", "by_joined", "by_formal"]].sum(axis=1).to_numpy() == pytest.approx(
        table.share
    )
    assert mine.date.min() <= first.date <= mine.date.max()
    assert first.low < first.share <= first.high
    dates = pd.to_datetime(wars["date"].values)[mine.week.astype(int)]
    assert (mine.date.to_numpy() == dates.to_numpy()).all()


def test_the_figure_shows_in_how_many_runs_a_pair_had_broken_by_each_date(wars):
    table, found = sim.measures.break_shares(wars), sim.measures.breaks(wars)
    ax = sim.plots.breaks(wars)
    labels = dict(zip(wars["actor"].values, wars["actor_label"].values, strict=True))
    names = [f"{labels[row.actor]} – {labels[row.other]}" for row in table.itertuples()]
    lines = {line.get_label(): line for line in ax.lines}
    assert list(lines) == names
    broke = found[found.status == BROKE].set_index(["actor", "other"])
    for name, row in zip(names, table.itertuples(), strict=True):
        weeks = broke.loc[[(row.actor, row.other)], "week"].to_numpy()
        expected = [(weeks <= week).sum() / 30 for week in wars["week"].values]
        assert np.allclose(lines[name].get_ydata(), expected)
        assert lines[name].get_drawstyle() == "steps-post"
    assert len({line.get_marker() for line in ax.lines}) == min(len(names), 12)
    asked = sim.plots.breaks(wars, [("red", "empire"), ("blue", "red")])
    assert len(asked.lines) == 2
    plt.close("all")
    none = wars.assign(event_answer=wars["event_answer"] & False)
    with pytest.raises(ResultsError, match="no pair has broken in any of the 30 runs"):
        sim.plots.breaks(none)


def test_wars_with_a_coalition_have_the_figure_by_default_and_others_do_not(wars, toy):
    assert "breaks" in [figure.name for figure in catalogue.of_page(wars, "ensemble")]
    plain = sim.simulate(toy, runs=2, weeks=3)
    assert "breaks" not in [figure.name for figure in catalogue.of_page(plain, "ensemble")]


def test_the_command_line_says_who_broke_with_whom(wars, tmp_path, capsys):
    save(wars, tmp_path / "results.nc")
    source, table, page = (str(tmp_path / name) for name in ("results.nc", "breaks.csv", "f.png"))
    assert main(["export", source, "--table", "breaks", "--out", table]) == 0
    read, found = pd.read_csv(table), sim.measures.breaks(wars)
    assert (read.drop(columns=["actor_label", "other_label"]).status == found.status).all()
    assert read.actor_label[0] == "Red"
    assert main(["plot", source, "--figure", "breaks", "--out", page]) == 0
    assert main(["export", source, "--table", "break", "--out", f"{table}.csv"]) == 2
    assert "did you mean 'breaks'" in capsys.readouterr().err
    first = sim.measures.break_shares(wars).iloc[0]
    assert f">{first.runs}</td>" in sections.broken(wars)
    assert "--record events" in sections.broken(wars.drop_vars("event_kind"))


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (
            "events",
            r"Red and Blue broke: [\d.]+ % of runs \([\d.]+ % by war.*\), median \d+ \w+ 19\d\d",
        ),
        ("summary", "who broke with whom is not recorded: --record events keeps it"),
    ],
)
def test_an_ensemble_prints_the_pairs_that_broke_most_often(record, said, capsys):
    assert main(["ensemble", str(LEAGUE), "--runs", "6", "--record", record]) == 0
    assert re.search(said, capsys.readouterr().out)


def test_a_pair_to_explain_is_the_first_of_a_coalition_and_a_lack_is_said_without_python(
    league, toy
):
    assert pair_of(league, None) == ("red", "blue")
    with pytest.raises(SimError) as refused:
        pair_of(toy, None)
    assert "--pair crown duchy" in str(refused.value)
    assert "pair=" not in str(refused.value)


def test_a_deal_is_of_bilateral_talks_alone():
    assert "deals of bilateral talks" in HEADLINES
    assert not any(name.startswith("bilateral deals") for name in HEADLINES)
