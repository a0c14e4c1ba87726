"""The Mesa model: agents by kind, decisions as methods, read-only worlds, a contract."""

import numpy as np
import pytest
from conftest import ROOT

from sim.agents.contract import breaches, check
from sim.agents.model import (
    KINDS,
    Actor,
    ConflictModel,
    GovernmentActor,
    MilitiaActor,
    OrganisationActor,
    StateActor,
)
from sim.agents.registry import register
from sim.engine.decisions import DECISIONS
from sim.errors import ActorError, ScenarioError, SimError
from sim.results import dataset as kept
from sim.runs.simulate import simulate
from sim.scenario.files import load, with_changes

SYRIA = "scenarios/syria_2015_2018.toml"
TOY = "tests/cases/toy.toml"


def test_each_actor_of_syria_is_an_agent_of_its_kind():
    model = ConflictModel(SYRIA)
    kinds = {agent.name: type(agent) for agent in model.agents.to_list()}
    assert len(kinds) == 11
    assert kinds["russia"] is StateActor
    assert kinds["syria_government"] is GovernmentActor
    assert kinds["hezbollah"] is MilitiaActor
    assert kinds["united_nations"] is OrganisationActor


def test_mesa_users_find_what_they_know():
    model = ConflictModel(TOY, seed=2)
    model.run_for(10)
    assert model.week == 10
    frame = model.datacollector.get_model_vars_dataframe()
    assert list(frame.columns) == ["state", "violence", "contest"]
    assert len(frame) == 10
    actors = model.datacollector.get_agent_vars_dataframe()
    assert set(actors["name"]) == {"crown", "duchy", "league"}


def test_a_model_stops_running_at_the_last_week_and_says_so():
    model = ConflictModel(load(TOY, {"weeks": 3}))
    while model.running:
        model.step()
    assert model.week == 3
    with pytest.raises(SimError, match="ends after 3 weeks"):
        model.step()


def test_results_can_be_had_half_way():
    model = ConflictModel(TOY, seed=5)
    model.run_for(7)
    half = model.results()
    whole = simulate(TOY, seed=5)
    assert half.sizes["week"] == 7
    np.testing.assert_array_equal(half["tie"].values, whole["tie"].values[:, :7])


def test_what_an_actor_sees_cannot_be_written():
    actor = ConflictModel(TOY).actor("crown")
    for group in actor.world:
        for field in group:
            if field.size:
                with pytest.raises(ValueError, match="read-only"):
                    field[...] = 0


def test_unknown_actor_names_the_nearest():
    with pytest.raises(SimError, match="did you mean 'crown'"):
        ConflictModel(TOY).actor("corwn")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_keeps_the_contract(kind):
    check(KINDS[kind])


class NotANumber(StateActor):
    """Answers what is no number."""

    def ratifies(self, convener):
        return float("nan")


class Vandal(StateActor):
    """Changes the world while it is asked."""

    def orders(self):
        self.model.world.force.capability[self.index] += 1.0
        return 0.0


class Gambler(StateActor):
    """Draws luck of its own."""

    def orders(self):
        return float(np.random.default_rng().random())


class Deaf(StateActor):
    """Takes other arguments than the decision gives."""

    def ratifies(self):
        return 0.0


class Certain(StateActor):
    """A chance above 1."""

    def revises(self, other):
        return 2.0


class Yes(StateActor):
    """Answers with a word."""

    def votes(self):
        return True


@pytest.mark.parametrize(
    ("cls", "breach"),
    [
        (NotANumber, "must return a finite number from -2 to 2, is nan"),
        (Vandal, "changes the world"),
        (Gambler, "asked twice gives"),
        (Deaf, "must take the arguments of ratifies"),
        (Certain, "must return a number from 0 to 1, is 2"),
        (Yes, "must return a finite number from -2 to 2, is True"),
        (int, "is not a subclass of sim.Actor"),
    ],
)
def test_the_contract_finds_each_breach(cls, breach):
    assert breach in "\n".join(breaches(cls))
    with pytest.raises(ActorError):
        check(cls)


def test_an_own_class_can_replace_every_decision_and_each_is_asked():
    asked = set()

    def watch(decision):
        def method(self, *about):
            asked.add(decision)
            return getattr(Actor, decision)(self, *about)

        return method

    watching = type("Watching", (StateActor,), {name: watch(name) for name in DECISIONS})
    register("watching")(watching)
    everything = {"mechanisms.fights": "tasks", "issues.arms.agenda.at": "when it pays"}
    plain = simulate(load(SYRIA, everything), seed=3)
    case = load(
        SYRIA,
        everything | {f"actors.{name}.agent": "watching" for name in load(SYRIA).actors},
    )
    results = simulate(case, seed=3)
    for name in plain.data_vars:
        assert results[name].values.tobytes() == plain[name].values.tobytes(), name
    league = load(ROOT / "tests/cases/two_claims.toml")
    all_of_them = {f"actors.{name}.agent": "watching" for name in league.actors}
    watched = with_changes(league, all_of_them)
    for run in range(12):  # a rupture with allies, a return and a peace take some runs
        one, other = (simulate(war, seed=3, first=run) for war in (league, watched))
        assert one["tie"].values.tobytes() == other["tie"].values.tobytes()
        assert len(one["event_kind"]) == len(other["event_kind"])
    assert asked == {*DECISIONS}


def test_a_class_of_ones_own_changes_only_what_it_decides():
    @register("never-votes")
    class NeverVotes(StateActor):
        """Accepts no text."""

        def votes(self):
            return -2.0

    case = load(SYRIA, {"actors.iran.agent": "never-votes"})
    results = simulate(case, seed=1, runs=6)
    assert not (results["state"].values == 2).any()
    votes = [e for e in kept.events(results) if e.decision == "vote" and e.actor == "iran"]
    assert votes
    assert not any(e.answer for e in votes)


def test_an_unregistered_class_is_a_fault_of_the_scenario():
    with pytest.raises(ScenarioError, match=r"actors\.iran\.agent.*no agent class 'nobody'"):
        ConflictModel(load(SYRIA, {"actors.iran.agent": "nobody"}))


def test_only_an_actor_can_be_registered():
    with pytest.raises(ActorError, match=r"must be a subclass of sim\.Actor"):
        register("wrong")(int)
