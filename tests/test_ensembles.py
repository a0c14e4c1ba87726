"""Ensembles: the same runs however they are computed, and what is kept of them."""

import io
import os
import re
import shutil
import sys

import numpy as np
import pytest
from conftest import ROOT

import sim
from sim.agents import registry
from sim.engine import draws, opening, run_summary, schedule
from sim.engine.build import HELD, keys_of
from sim.engine.event_log import CODE, UNSOUND
from sim.errors import ResultsError, ScenarioError, SimError, StoppedError
from sim.results import dataset
from sim.results.ensemble_spec import Study
from sim.results.store import Hasher, Store
from sim.results.variables import LEVELS, Recording, chosen
from sim.runs import blocks as module
from sim.runs import ensemble as runner
from sim.runs import progress
from sim.runs.blocks import play_block, play_runs
from sim.runs.ensemble import complete, ensemble
from sim.runs.simulate import gather, replay, simulate
from sim.scenario.files import load, with_changes

SYRIA, TOY = ROOT / "scenarios/syria_2015_2018.toml", ROOT / "tests/cases/toy.toml"


def same(one, other):
    """Whether two results hold the same bytes under the same names."""
    assert list(one.data_vars) == list(other.data_vars)
    for name in one.data_vars:
        first, second = one[name].values, other[name].values
        assert first.dtype == second.dtype, name
        assert first.tobytes() == second.tobytes(), name
    return True


def digest(study):
    hasher = Hasher()
    for block in range(study.blocks):
        hasher.add(play_block(study, block))
    return hasher.digest()


@pytest.fixture(scope="module")
def few(syria):
    return simulate(syria, runs=6, seed=5)


def test_an_ensemble_holds_the_runs_that_simulate_plays(syria, few):
    many = ensemble(syria, 6, 5, record="actors,dyads,events,drift_account,age,satisfied,ideal")
    for name in many.data_vars:
        if name in few:
            kept, full = many[name].values, few[name].values
            assert np.array_equal(kept, full.astype(kept.dtype)), name
    assert np.array_equal(many["final_tie"], few["tie"].isel(week=-1).values.astype("f4"))
    assert np.array_equal(many["final_position"], few["position"].isel(week=-1).astype("f4"))
    assert np.array_equal(many["event_count"].values, np.bincount(few["event_run"].values))
    assert dataset.event_table(many).equals(dataset.event_table(few))


def test_the_tally_counts_the_events_by_kind_answer_and_actor(syria, few):
    many = ensemble(syria, 6, 5)
    table = dataset.event_table(few)
    for kind in ("ratify", "order", "comply", "vote", "consult", "ceasefire", "dispute", "deal"):
        for answer in (False, True):
            found = table[(table.decision == kind) & (table.answer == answer)]
            counts = found.groupby("run").size().reindex(range(6), fill_value=0)
            there = many["happened"].values[:, CODE[kind], int(answer)]
            assert np.array_equal(there, counts), kind
    whom = table[(table.decision == "consult") & table.answer]
    counted = many["decided"].sel(actor="turkey").values[:, CODE["consult"], 1]
    turkey = whom[whom.counterpart == "turkey"].groupby("run").size().reindex(range(6))
    assert np.array_equal(counted, turkey.fillna(0))


def test_equal_stories_mean_equal_decisions_and_others_differ(syria):
    one, again = ensemble(syria, 20, 1), ensemble(syria, 20, 1)
    other = ensemble(syria, 20, 2)
    assert np.array_equal(one["story"], again["story"])
    assert len(np.unique(one["story"])) == 20
    assert not np.isin(one["story"], other["story"]).any()


@pytest.mark.parametrize(
    "how",
    [
        {"executor": "serial"},
        {"executor": "threads", "workers": 3},
        {"executor": "threads", "block": 7},
        {"block": 1},
    ],
    ids=str,
)
def test_neither_workers_nor_blocks_change_a_byte(toy, how):
    assert same(
        ensemble(toy, 40, record="events,tie"), ensemble(toy, 40, record="events,tie", **how)
    )


def test_processes_give_the_same_bytes_as_threads(toy):
    assert same(ensemble(toy, 30), ensemble(toy, 30, executor="processes", workers=2, block=8))


def test_a_run_is_the_same_whatever_is_run_with_it(toy):
    every, late = ensemble(toy, 20), ensemble(toy, 5, first=12)
    assert same(every.isel(run=slice(12, 17)), late)


@pytest.mark.parametrize("block", [1, 3, 10, 500])
def test_the_fingerprint_does_not_depend_on_the_block_size(toy, block):
    make = {"runs": 23, "record": "events,actors"}
    assert digest(Study.of(toy, **make, block=block)) == digest(Study.of(toy, **make))


def test_the_fingerprint_changes_with_the_seed_and_with_the_scenario(toy):
    base = digest(Study.of(toy, runs=5))
    assert digest(Study.of(toy, runs=5, seed=2)) != base
    assert digest(Study.of(with_changes(toy, {"actors.crown.capability": 1.4}), runs=5)) != base


def test_a_summary_takes_less_than_three_kilobytes_a_run(syria):
    study = Study.of(syria, runs=1)
    assert study.recording.bytes_a_run < 3000


def test_the_stated_sizes_of_a_run_are_measured(syria):
    page = (ROOT / "docs/ENSEMBLES.md").read_text(encoding="utf-8")
    stated = {
        name: int(kilobytes)
        for name, kilobytes in re.findall(r"^\| `(\w+)` \|.* (\d+) KB \|$", page, re.MULTILINE)
    }
    many = ensemble(syria, 40, seed=1, record="events")
    events = sum(v.nbytes for name, v in many.data_vars.items() if name.startswith("event_"))
    size = {name: Study.of(syria, runs=1, record=name).recording.bytes_a_run for name in LEVELS}
    more = {name: size[name] - size["summary"] for name in ("actors", "dyads")}
    measured = {"summary": size["summary"], **more, "events": events / 40}
    assert stated == {name: round(number / 1000) for name, number in measured.items()}


def test_keys_of_many_runs_are_those_of_each(toy):
    runs = np.array([0, 1, 7, 2**63 - 1], dtype=np.uint64)
    for seed in (0, 1, 2**64 - 1):
        keys = draws.block_keys(seed, runs)
        for n, run in enumerate(runs.tolist()):
            assert np.array_equal(keys[n], draws.round_keys(seed, run))


@pytest.mark.parametrize("hold", ["nothing", "objectives", ""])
def test_keys_of_an_unknown_hold_are_refused(hold):
    with pytest.raises(SimError, match="must be one of heterogeneity, luck"):
        keys_of(1, np.array([0], dtype=np.uint64), hold)


def test_hold_heterogeneity_keeps_the_objectives_and_lets_luck_vary(syria):
    names = "weight,ideal"
    held = ensemble(syria, 8, record=names, hold="heterogeneity")
    weights = held["weight"].isel(week=0).values
    assert (weights == weights[0]).all()
    assert len(np.unique(held["story"])) == 8
    free = ensemble(syria, 8, record=names)["weight"].isel(week=0).values
    assert (free != free[0]).any(axis=(1, 2))[1:].all()


def test_hold_luck_makes_runs_equal_where_objectives_do_not_vary(plain_syria, syria):
    still = ensemble(plain_syria, 5, hold="luck")
    assert len(np.unique(still["story"])) == 1
    assert len(np.unique(ensemble(syria, 5, hold="luck", record="tie")["final_tie"], axis=0)) == 5


def test_what_is_held_is_that_of_a_number_that_no_run_has():
    luck, traits = keys_of(3, np.array([4]), "luck")
    assert np.array_equal(luck[0], draws.round_keys(3, HELD))
    assert np.array_equal(traits[0], draws.round_keys(3, 4))


def test_replay_gives_the_run_in_full(syria, few):
    many = ensemble(syria, 6, 5)
    again = replay(many, 4)
    assert same(again, gather(syria, [4], 5))
    assert np.array_equal(again["tie"].values[0], few["tie"].values[4])
    held = ensemble(syria, 6, 5, hold="luck")
    assert np.array_equal(replay(held, 3)["state"].values[0], held["state"].values[3])


def test_replay_refuses_a_run_that_comes_out_differently(toy):
    many = ensemble(toy, 3)
    many["final_tie"] = many["final_tie"] + 0.1
    with pytest.raises(ResultsError, match="comes out differently now"):
        replay(many, 1)
    assert replay(many, 1, check=False).sizes["run"] == 1
    with pytest.raises(ResultsError, match="there is no run 3: the runs are 0 to 2"):
        replay(many, 3)


class Fails(sim.MilitiaActor):
    """Breaks down in every third run."""

    def orders(self):
        if self.model.run % 3 == 1:
            raise RuntimeError("no orders today")
        return super().orders()


@pytest.fixture
def failing(toy):
    sim.register("fails")(Fails)
    yield with_changes(toy, {"actors.league.agent": "fails"})
    registry.REGISTERED.pop("fails")


def test_a_run_that_fails_is_recorded_and_the_others_are_kept(failing):
    found = ensemble(failing, 9, record="events")
    assert found["run"].values.tolist() == [0, 2, 3, 5, 6, 8]
    assert found.attrs["failures"].startswith("run 1: ActorError: league (Fails): orders()")
    block = play_block(Study.of(failing, runs=9), 0)
    assert [failure["run"] for failure in block.failures] == [1, 4, 7]
    assert "no orders today" in block.failures[0]["traceback"]
    assert set(found["event_run"].values.tolist()) <= set(found["run"].values.tolist())


def test_failures_of_a_block_that_is_played_again_count_once(failing, tmp_path):
    store = Store.prepare(tmp_path / "store", Study.of(failing, runs=9, block=3))
    assert [failure["run"] for failure in complete(store)] == [1, 4, 7]
    shutil.rmtree(tmp_path / "store/runs.zarr/state/c/1")
    assert [failure["run"] for failure in complete(store)] == [1, 4, 7]


def test_failures_are_in_the_order_of_runs_whichever_block_finishes_first(
    failing, tmp_path, monkeypatch
):
    flow = runner._flow
    monkeypatch.setattr(runner, "_flow", lambda *how: reversed(list(flow(*how))))
    store = Store.prepare(tmp_path / "store", Study.of(failing, runs=9, block=3))
    assert [failure["run"] for failure in complete(store)] == [1, 4, 7]


def test_own_classes_give_what_the_compiled_driver_gives(toy):
    class Same(sim.MilitiaActor):
        """Decides as every militia does."""

    sim.register("same")(Same)
    try:
        case = with_changes(toy, {"actors.league.agent": "same"})
        one, other = ensemble(case, 4, record="events,tie"), ensemble(toy, 4, record="events,tie")
        assert same(one, other)
    finally:
        registry.REGISTERED.pop("same")


def test_a_class_of_this_session_cannot_go_to_other_processes(failing):
    with pytest.raises(SimError, match="agent class 'fails' lives in this session only"):
        ensemble(failing, 4, executor="processes")


def test_numbers_that_are_not_finite_are_a_failure_of_their_run(toy, monkeypatch):
    study = Study.of(toy, runs=4)
    condense = run_summary.condense

    def spoil(summary, weeks, picks, table, n, m, T, theta, rec, log, count):
        if n == 2:
            T = T * np.nan
            count[UNSOUND] = 1
        return condense(summary, weeks, picks, table, n, m, T, theta, rec, log, count)

    monkeypatch.setattr(run_summary, "condense", spoil)
    block = play_runs(study, study.numbers())
    assert [failure["run"] for failure in block.failures] == [2]
    assert not block.arrays["final_tie"][2].any()


def test_a_compiled_run_that_raises_is_found_among_its_block(toy, monkeypatch):
    real = module.play

    def breaks(g, p, w, rec, log, count, keys, *rest):
        if keys[0, 1] == 3:
            raise ZeroDivisionError("division by zero")
        return real(g, p, w, rec, log, count, keys, *rest)

    monkeypatch.setattr(module, "play", breaks)
    found = ensemble(toy, 6, executor="serial", block=6)
    assert found["run"].values.tolist() == [0, 1, 2, 4, 5]
    assert found.attrs["failures"] == "run 3: ZeroDivisionError: division by zero"


def test_the_table_of_events_grows_and_loses_nothing(syria, monkeypatch):
    whole_block = play_block(Study.of(syria, runs=8, record="events"), 0)
    room = module._Room.of(Study.of(syria, runs=8, record="events"), 8)
    assert len(whole_block.codes) == whole_block.arrays["event_count"].sum()

    class Tight(module._Room):
        @classmethod
        def of(cls, study, runs):
            made = super().of(study, runs)
            made.table = made.table._replace(rows=room.table.rows[:10].copy())
            return made

    monkeypatch.setattr(module, "_Room", Tight)
    tight = play_block(Study.of(syria, runs=8, record="events"), 0)
    assert np.array_equal(tight.codes, whole_block.codes)
    assert np.array_equal(tight.numbers, whole_block.numbers)


@pytest.mark.parametrize("record", list(LEVELS))
def test_every_level_can_be_recorded(toy, record):
    found = ensemble(toy, 3, record=record)
    assert found.sizes["run"] == 3
    assert ("event_kind" in found) == (record == "events")
    assert ("tie" in found) == (record == "dyads")


def test_variables_can_be_recorded_by_name(toy):
    found = ensemble(toy, 3, record=["position", "drift_account"])
    assert found["drift_account"].dims == ("run", "week", "account", "actor", "other")
    gap = found["drift_account"].isel(week=-1).sum("account") - found["final_tie"]
    assert abs(gap.values).max() < 1e-6


def test_the_choice_of_what_to_record_has_one_order():
    assert chosen("tie,events,actors") == chosen(["actors", "events", "summary", "tie"])
    assert chosen("state") == ("summary",)


def test_every_variable_says_what_it_is(syria):
    lay = Study.of(syria, runs=1).prepared[2]
    apart = ("story", "drawn", "event_count")  # texts, and what is always recorded
    names = [name for name in dataset.MEANING if name not in apart]
    every = Recording(syria, lay, chosen(names))
    for variable in every.variables:
        assert variable.name in dataset.MEANING


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"runs": 0}, "runs must be a whole number, from 1 to 2**62; is 0"),
        ({"runs": -3}, "runs must be a whole number, from 1 to 2**62; is -3"),
        ({"runs": 2.5}, "runs must be a whole number, from 1 to 2**62; is 2.5"),
        ({"runs": True}, "runs must be a whole number"),
        ({"seed": -1}, "seed must be a whole number, from 0 to 2**64 - 1; is -1"),
        ({"first": 10**20}, f"first must be a whole number, from 0 to 2**62; is {10**20}"),
        ({"first": -1}, "first must be a whole number, from 0 to 2**62; is -1"),
        ({"workers": 0}, "workers must be a whole number, from 1 to 10000; is 0"),
        ({"block": 0}, "block must be a whole number, from 1 to 2**62; is 0"),
        ({"record": "tei"}, "unknown level or variable to record 'tei' (did you mean 'tie'?)"),
        ({"record": ""}, "unknown level or variable to record ''"),
        ({"hold": "fate"}, "hold must be one of heterogeneity, luck, is 'fate'"),
        ({"executor": "thread"}, "unknown executor 'thread' (did you mean 'threads'?)"),
        ({"executor": "dask"}, "the executor dask writes to a store: give out"),
    ],
    ids=str,
)
def test_bad_arguments_are_one_clear_message(toy, arguments, message):
    with pytest.raises(SimError) as error:
        ensemble(toy, **{"runs": 2, **arguments})
    assert message in str(error.value)


def test_a_bad_scenario_is_refused():
    with pytest.raises(ScenarioError, match=r"did you mean 'toy.toml'"):
        ensemble(ROOT / "scenarios/tyo.toml", 2)


def test_progress_in_a_log_is_plain_lines(toy, monkeypatch):
    said = io.StringIO()
    monkeypatch.setattr(sys, "stderr", said)
    monkeypatch.setattr(progress, "_LINE_EVERY", 0.0)
    ensemble(toy, 20, block=5, progress=True, executor="serial")
    lines = said.getvalue().splitlines()
    assert lines[0].startswith("5 of 20 runs, ")
    assert lines[-1].startswith("20 of 20 runs, ")
    assert "\r" not in said.getvalue()


def test_ctrl_c_while_progress_is_told_keeps_the_runs_that_are_finished(toy, monkeypatch):
    def stop(self, runs):
        self.told = getattr(self, "told", 0) + runs
        if self.told == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(progress.Progress, "add", stop)
    assert gather(toy, range(9), 1)["run"].values.tolist() == [0, 1, 2]


def test_compiled_code_gives_up_the_lock_of_the_interpreter():
    for rule in (schedule.play, opening.open_war, run_summary.condense):
        if not os.environ.get("NUMBA_DISABLE_JIT"):
            assert rule.dispatcher.targetoptions["nogil"]


def test_a_shortage_of_the_machine_is_no_fault_of_a_run(toy, monkeypatch):
    def short(*_):
        raise MemoryError

    monkeypatch.setattr(module, "play", short)
    with pytest.raises(StoppedError, match="the machine ran short: MemoryError"):
        ensemble(toy, 3)


def test_failures_are_listed_in_the_order_of_runs(failing):
    found = ensemble(failing, 30, executor="threads", workers=3, block=1)
    numbers = [int(line.split()[1][:-1]) for line in found.attrs["failures"].split("\n")]
    assert numbers == sorted(numbers) == list(range(1, 30, 3))


def test_load_of_a_file_and_a_scenario_are_the_same_ensemble(toy):
    assert same(ensemble(TOY, 3), ensemble(load(TOY), 3))
    assert same(
        ensemble(TOY, 3, set={"actors.crown.capability": 1.4}),
        ensemble(with_changes(toy, {"actors.crown.capability": 1.4}), 3),
    )
