"""Holdings beside ceasefires and talks, a resolve for peace that lasts, the case with both."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from conftest import ROOT

import sim
from sim.engine.build import prepare
from sim.engine.state import SETTLEMENT, VICTORY
from sim.errors import ScenarioError
from sim.measures.breaks import BROKE
from sim.results.selection import by_week
from sim.rules import bargaining, negotiation
from sim.scenario.schema import Scenario

WEEKLY = {"mechanisms.resolve": "weekly"}
# Talks and quarrels in most runs, so that rules of both meet.
BUSY = {
    "parameters.breach_price": 0.0, "parameters.war_optimism": 0.03,
    "parameters.choice_precision": 30, "parameters.talks_min_age": 1,
    "parameters.negotiation_period": 2, "parameters.added_hazard": 0.5,
    "issues.arms.agenda.at": "start", "mechanisms.resolve": "weekly",
}  # fmt: skip
RECORD = "age,convener,ratified,violated,intensity_by_theatre,position,events"


@pytest.fixture(scope="module")
def case() -> Scenario:
    return sim.files.load(ROOT / "scenarios/syria_held.toml")


@pytest.fixture(scope="module")
def busy(case: Scenario) -> xr.Dataset:
    return sim.ensemble(sim.with_changes(case, BUSY), 150, 3, record=RECORD)


@pytest.fixture(scope="module")
def wars(case: Scenario) -> xr.Dataset:
    return sim.ensemble(case, 400, 1, record=RECORD)


@pytest.fixture(scope="module")
def weekly(case: Scenario) -> xr.Dataset:
    return sim.ensemble(sim.with_changes(case, WEEKLY), 400, 1, record=RECORD)


def told(results: xr.Dataset, *decisions: str) -> pd.DataFrame:
    table = sim.to_frame(results, "events")
    return table[table["decision"].isin(decisions)]


def camps(case: Scenario) -> dict[str, str | None]:
    return {name: actor.camp for name, actor in case.actors.items()}


# holdings beside talks ----------------------------------------------------------------------------


def test_whoever_holds_what_is_tabled_may_stop_a_settlement() -> None:
    veto = np.array([True, False, False])
    may_stop = np.empty(3, dtype=bool)
    for tabled, stops in ([False, False], False), ([True, False], False), ([False, True], True):
        holder = np.array([-1, 2])
        negotiation.who_may_stop(may_stop, veto, holder, np.array(tabled))
        assert may_stop.tolist() == [True, False, stops]


def test_nothing_is_settled_over_arms_without_the_yes_of_those_that_hold_them(
    busy: xr.Dataset,
) -> None:
    votes = told(busy, "vote")
    agreed = told(busy, "settle")
    agreed = agreed[agreed.answer].set_index(["run", "week"]).index
    assert len(agreed) > 5
    holders = votes[votes.actor == "foreign_militias"].set_index(["run", "week"]).answer
    assert not holders.all()
    assert holders.reindex(agreed).astype(bool).all()


def test_until_a_victory_the_camps_demand_nothing_of_each_other_and_join_no_quarrel(
    busy: xr.Dataset, case: Scenario
) -> None:
    camp, state = camps(case), by_week(busy, "state")
    won = (state == VICTORY).any(axis=1)
    first = np.where(won, (state == VICTORY).argmax(axis=1), state.shape[1])
    table = told(busy, "demand", "attack", "rupture", "join")
    table = table[table.week < first[table.run]]
    assert {"demand", "attack", "join"} <= set(table.decision)
    for row in table.itertuples():
        pair = {camp[row.actor], camp[row.counterpart]} - {None}
        if row.decision != "join" or row.answer:
            assert len(pair) < 2, row
        if row.decision == "join" and row.answer:
            assert camp[row.actor] != "opposition", row


def test_while_a_settlement_brings_what_is_held_nobody_demands_it(
    busy: xr.Dataset, case: Scenario
) -> None:
    state = by_week(busy, "state")
    # In the week of the signature, and in that of a collapse, it is not being brought.
    calm = (state[:, :-1] == SETTLEMENT) & (state[:, 1:] == SETTLEMENT)
    assert calm.sum() > 100
    asked = told(busy, "demand")
    asked = asked[asked.week > 0]
    inside = asked[calm[asked.run, asked.week - 1]]
    cares = {
        name
        for name, actor in case.actors.items()
        if "arms" in actor.long and name != "foreign_militias"
    }
    on_arms = inside[(inside.counterpart == "foreign_militias") & inside.actor.isin(cares)]
    assert on_arms.empty
    outside = asked[~calm[asked.run, asked.week - 1]]
    assert (outside.counterpart == "foreign_militias").sum() > 100


def test_a_settlement_moves_what_is_held_by_its_own_step_alone(
    busy: xr.Dataset, case: Scenario
) -> None:
    state = by_week(busy, "state")
    arms = busy["position"].sel(issue="arms").values
    speed, found = case.parameters.implementation_speed, 0
    won = told(busy, "fall")  # a war among members may go on in a settlement, and end
    fallen = set(zip(won.run, won.week, strict=True))
    for run in range(len(state)):
        for week in range(3, state.shape[1]):
            if fallen & {(run, week - n) for n in range(3)}:
                continue
            if (state[run, week - 3 : week + 1] == SETTLEMENT).all():
                one, two = np.diff(arms[run, week - 2 : week + 1])
                assert two == pytest.approx((1.0 - speed) * one, abs=1e-5)
                found += abs(two) > 1e-4
    assert found > 50


def test_who_fights_a_war_among_members_has_less_for_the_coalitions(case: Scenario) -> None:
    """Its force there is divided by one more for every other war, in the week after."""
    loud = {**BUSY, "parameters.dispute_rate": 1.0, "weeks": 24}
    model = sim.ConflictModel(sim.with_changes(case, loud), seed=2)
    divided = 0
    for _ in range(24):
        force, wars = model.world.force, model.world.wars
        m, effort = force.capability.copy(), force.effort.copy()
        parts = ((wars.plus + wars.minus) * (wars.first >= 0)[:, None]).sum(axis=0)
        model.step()
        acting = model.world.force.acting
        np.testing.assert_allclose(acting, m * effort / (1.0 + parts), rtol=1e-12)
        divided += int((parts > 0).sum())
    assert divided > 10


def test_only_a_pair_that_talks_apart_trades_minor_issues() -> None:
    minor, pairs = np.array([True, False]), np.array([[0, 2]])
    for i, j, they_do in ((0, 2, True), (2, 0, True), (0, 1, False), (1, 2, False)):
        apart = np.empty(2, dtype=bool)
        bargaining.settle_apart(apart, i, j, minor, pairs)
        assert apart.tolist() == [they_do, False]


def test_what_is_held_may_be_on_the_agenda_but_is_moved_by_no_front_and_no_dispute(
    case: Scenario,
) -> None:
    assert case.issues["arms"].agenda is not None
    with pytest.raises(ScenarioError, match="by force and by a settlement alone"):
        sim.with_changes(case, {"issues.arms.renewed": {"to": 0.0}})


# a resolve that lasts -----------------------------------------------------------------------------


def test_an_actor_signs_and_keeps_by_one_shock_a_year(wars: xr.Dataset, case: Scenario) -> None:
    table = told(wars, "propose", "ratify", "order", "comply")
    year = table.week // case.parameters.resolve_weeks
    assert (table.groupby([table.run, table.actor, year])["shock"].nunique() == 1).all()
    assert table["shock"].nunique() > 1000


def test_a_vote_has_a_shock_of_its_own_that_lasts_as_well(wars: xr.Dataset, case: Scenario) -> None:
    votes = told(wars, "vote")
    year = votes.week // case.parameters.resolve_weeks
    assert (votes.groupby([votes.run, votes.actor, year])["shock"].nunique() == 1).all()
    both = pd.merge(votes, told(wars, "ratify"), on=["run", "actor"], suffixes=("", "_signed"))
    assert not np.isclose(both.shock, both.shock_signed).any()


def test_by_default_every_week_has_its_own_shocks(weekly: xr.Dataset) -> None:
    assert sim.files.load(ROOT / "scenarios/syria_2015_2018.toml").mechanisms.resolve == "weekly"
    table = told(weekly, "comply")
    assert table["shock"].nunique() > 0.99 * len(table)


# the case -----------------------------------------------------------------------------------------


def test_nobody_brokers_a_ceasefire_before_there_is_a_mandate(wars: xr.Dataset) -> None:
    tried = sim.measures.ceasefire_attempts(wars)
    assert len(tried) > 400
    assert tried.date.min() >= np.datetime64("2015-12-16")  # the week of 18 December


def test_it_differs_from_the_base_in_what_it_says_and_in_nothing_else(case: Scenario) -> None:
    base = sim.files.load(ROOT / "scenarios/syria_2015_2018.toml")
    assert case.actors == base.actors
    assert case.events == base.events
    assert case.patrons == base.patrons
    held = {name: issue.held_by for name, issue in case.issues.items() if issue.held_by}
    assert held == {"arms": "foreign_militias", "share": "syria_government"}
    assert [name for name, issue in case.issues.items() if issue.by_force] == ["arms"]
    assert prepare(base)[2].held == ()


def shares(results: xr.Dataset, case: Scenario) -> pd.Series:
    """Share of runs in which each pair of members has come to blows or broken."""
    table = sim.measures.breaks(results)
    assert case.coalition is not None
    members = table.actor.isin(case.coalition.members) & table.other.isin(case.coalition.members)
    table = table[members]
    return (table.status == BROKE).groupby([table.actor, table.other]).mean()


@pytest.mark.slow
def test_russia_and_irans_militias_may_come_to_blows_over_arms_and_over_nothing_else(
    wars: xr.Dataset, case: Scenario
) -> None:
    broke = shares(wars, case)
    assert 0.0 < broke["russia", "foreign_militias"] < 0.5
    # Iran and Hezbollah are drawn in on the side of those whom Iran commands.
    assert broke["russia", "iran"] > broke["iran", "syria_government"]
    attacks = told(wars, "attack")
    mine = attacks[attacks.answer & (attacks.actor == "russia")]
    assert set(mine.counterpart) == {"foreign_militias"}
    for change in (
        {"issues.arms.by_force": False},
        {"actors.russia.long.arms.ideal": 0.1, "actors.syria_government.long.arms.ideal": 0.1,
         "actors.local_militias.long.arms.ideal": 0.1},
    ):  # fmt: skip
        other = sim.ensemble(sim.with_changes(case, change), 200, 1, record=RECORD)
        found = told(other, "attack")
        members = set(case.coalition.members) if case.coalition else set()
        assert found[found.answer & found.actor.isin(members)].empty


@pytest.mark.slow
def test_a_resolve_that_lasts_makes_settlements_rarer(wars: xr.Dataset, weekly: xr.Dataset) -> None:
    """With a shock each round, a text that nobody likes is accepted in the end."""
    rate = [(by_week(results, "state") == SETTLEMENT).any(axis=1).mean() for results in
            (wars, weekly)]  # fmt: skip
    assert rate[0] < 0.75 * rate[1]


@pytest.mark.slow
def test_violence_falls_less_where_a_patron_has_not_signed_and_more_so_if_resolve_lasts(
    wars: xr.Dataset, weekly: xr.Dataset
) -> None:
    """What Iran's signature is worth in Damascus, in the first four weeks of ceasefires."""
    ratio = []
    for results in (wars, weekly):
        state, age = by_week(results, "state"), by_week(results, "age")
        level = results["intensity_by_theatre"].sel(theatre="damascus").values
        signed = results["ratified"].sel(actor="iran").values
        young = (state == 1) & (age <= 4)
        ratio.append(level[young & ~signed].mean() / level[young & signed].mean())
    assert ratio[0] > ratio[1] > 1.0
