"""What is promised of every run, whatever the scenario."""

from __future__ import annotations

import ast
import datetime as dt
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from conftest import ROOT, SCENARIOS

from sim import files
from sim.agents.model import ConflictModel
from sim.engine import event_log as log
from sim.engine.state import ACCOUNTS, RECORDED
from sim.errors import ScenarioError
from sim.results.dataset import events, save, scenario_of
from sim.results.sources import open_results
from sim.runs.ensemble import ensemble
from sim.runs.simulate import simulate
from sim.scenario.parameters import OFF
from sim.scenario.schema import Scenario


def identical(one: xr.Dataset, other: xr.Dataset) -> None:
    """Every variable and coordinate the same to the last bit."""
    assert set(one.variables) == set(other.variables)
    for name in one.variables:
        left, right = one[name], other[name]
        assert left.dims == right.dims, name
        assert left.dtype == right.dtype, name
        if left.dtype == object:
            assert left.values.tolist() == right.values.tolist(), name
        else:
            assert left.values.tobytes() == right.values.tobytes(), name


def names_of(results: xr.Dataset) -> dict[str, list[str]]:
    """Names along every dimension that the order of a file could change."""
    dims = ("actor", "other", "issue", "objective", "link", "camp")
    return {dim: results[dim].values.tolist() for dim in dims}


def same_by_name(one: xr.Dataset, other: xr.Dataset) -> None:
    """The numbers of `one` found in `other` under the same names, to the last bit."""
    mine, theirs = names_of(one), names_of(other)
    for name, variable in one.data_vars.items():
        if str(name).startswith("event_"):
            continue
        found = other[name]
        assert found.dims == variable.dims, name
        for axis, dim in enumerate(variable.dims):
            if dim in mine:
                place = [theirs[dim].index(label) for label in mine[dim]]
                found = found.isel({variable.dims[axis]: place})
        left, right = variable.values, found.values
        if name == "convener":
            assert named(left, mine["actor"]) == named(right, theirs["actor"])
            continue
        assert left.tobytes() == right.tobytes(), name


def named(index: Any, names: list[str]) -> list[str]:
    """Names of an array of indices; empty for nobody."""
    return [[*names, ""][i] for i in index.ravel().tolist()]


def decided(results: xr.Dataset, without: str = "") -> list[Any]:
    """Events by name, in an order of their own, to the last bit."""
    rows = [
        (e.run, e.week, e.decision, e.actor, e.counterpart, e.issue, e.answer, e.gain, e.shock,
         tuple(e.terms.items()))
        for e in events(results)
        if not without or without not in (e.actor, e.counterpart)
    ]  # fmt: skip
    return sorted(rows)


# luck ---------------------------------------------------------------------------------------------


def test_a_run_is_the_same_alone_and_in_an_ensemble(syria: Scenario) -> None:
    many = simulate(syria, runs=4, seed=11)
    for number in range(4):
        alone = simulate(syria, runs=1, seed=11, first=number)
        part = many.isel(run=[number], event=many["event_run"].values == number)
        identical(alone, part)


def test_a_run_is_the_same_played_twice_and_another_seed_or_run_is_another(toy: Scenario) -> None:
    first = simulate(toy, runs=2, seed=3)
    identical(first, simulate(toy, runs=2, seed=3))
    other = simulate(toy, runs=2, seed=4)
    assert not np.array_equal(first["tie"], other["tie"])
    assert not np.array_equal(first["tie"][0], first["tie"][1])


def test_fewer_rounds_are_the_beginning_of_more(syria: Scenario) -> None:
    short = simulate(syria, weeks=30, seed=5)
    long = simulate(syria, weeks=60, seed=5)
    same_by_name(short, long.isel(week=slice(30)))


@pytest.mark.parametrize(
    "changes",
    [
        {"mechanisms.bilateral": False},
        {"parameters.negotiation_period": 1000},
        {"parameters.ceasefire_period": 7},
        {"mechanisms.local_disputes": False},
        {"parameters.observation_chance": 0.1},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_phase_that_does_not_happen_shifts_nobody_elses_luck(
    syria: Scenario, changes: dict[str, Any]
) -> None:
    def luck(scenario: Scenario) -> dict[Any, tuple[float, float]]:
        return {
            (e.week, e.decision, e.actor, e.counterpart, e.issue): e.shock
            for e in events(simulate(scenario, seed=6))
            if e.decision not in ("shift", "satisfied", "threatened")
        }

    base, variant = luck(syria), luck(files.with_changes(syria, changes))
    both = base.keys() & variant.keys()
    assert len(both) > 100
    assert base.keys() != variant.keys()
    assert {name for name in both if base[name] != variant[name]} == set()


# the order of the file ----------------------------------------------------------------------------


def turned(data: Any, path: tuple[str, ...] = ()) -> Any:
    """The same data with every table, and every list that is a set, the other way round."""
    if isinstance(data, dict):
        return {key: turned(data[key], (*path, key)) for key in reversed(list(data))}
    if isinstance(data, list | tuple) and path[:1] != ("events",):
        return [turned(item, path) for item in reversed(data)]
    return data


def shuffled(data: Any, rng: np.random.Generator) -> Any:
    """The same data with every table in an order of chance, other than its own."""
    if isinstance(data, dict):
        keys = list(data)
        rng.shuffle(keys)
        if keys == list(data):
            keys.reverse()
        return {key: shuffled(data[key], rng) for key in keys}
    return data


@pytest.mark.parametrize("name", ["syria_2015_2018.toml", "toy.toml"])
@pytest.mark.parametrize("order", ["turned", "shuffled"])
def test_the_order_of_the_file_has_no_power(name: str, order: str) -> None:
    scenario = files.load(ROOT / "scenarios" / name)
    data = files.as_data(scenario)
    moved = turned(data) if order == "turned" else shuffled(data, np.random.default_rng(1))
    other = files.build(moved)
    assert list(other.actors) != list(scenario.actors)
    assert list(other.issues) != list(scenario.issues)
    one, two = simulate(scenario, runs=2, seed=8), simulate(other, runs=2, seed=8)
    assert two["actor"].values.tolist() == list(other.actors)
    same_by_name(one, two)
    assert decided(one) == decided(two)


def test_events_of_one_week_can_stand_in_any_order(syria: Scenario) -> None:
    data = files.as_data(syria)
    data["events"] = list(reversed(data["events"]))
    other = files.build(data)
    same_by_name(simulate(syria, seed=8), simulate(other, seed=8))


# an actor that is not there -----------------------------------------------------------------------


def with_nobody(scenario: Scenario, name: str, first: bool) -> Scenario:
    """The scenario and one actor more, that wants nothing, has nothing and does nothing."""
    data = files.as_data(scenario)
    nobody = {
        "label": "nobody", "kind": "organisation", "capability": 0.0, "discount": 0.9,
        "cost_of_war": 0.7,
    }  # fmt: skip
    data["actors"] = {name: nobody, **data["actors"]} if first else {**data["actors"], name: nobody}
    return files.build(data)


@pytest.mark.parametrize("name", ["aaa", "middle", "zzz"])
@pytest.mark.parametrize("case", ["syria_2015_2018.toml", "toy.toml"])
def test_an_actor_without_ends_and_means_changes_no_number(case: str, name: str) -> None:
    scenario = files.load(ROOT / "scenarios" / case)
    one = simulate(scenario, runs=2, seed=9)
    other = simulate(with_nobody(scenario, name, name == "aaa"), runs=2, seed=9)
    same_by_name(one, other)
    assert decided(one) == decided(other, without=name)
    assert float(other["power"].sel(actor=name).max()) == 0.0


# two drivers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
@pytest.mark.parametrize("seed", [1, 2])
def test_both_drivers_give_the_same_numbers_to_the_last_bit(path: Path, seed: int) -> None:
    scenario = files.load(path)
    model = ConflictModel(scenario, seed=seed, run=3)
    for _ in range(scenario.weeks):
        model.step()
    assert not model.running
    identical(model.results(), simulate(scenario, seed=seed, first=3))


@pytest.mark.parametrize(
    "change",
    [
        "attendance_cost=5", "military_gain=20", "loyalty=9", "endorsement_weight=50",
        "bilateral_deal_cost=5", "consultation_slope=2000", "contagion=50", "front_speed=5",
        "mutual_optimism=5", "perceived_volatility=0.00001", "choice_precision=0.000001",
        "choice_precision=1000000", "long_term_horizon=1000000", "surplus_floor=0.000000001",
    ],
)  # fmt: skip
def test_what_a_scenario_allows_both_drivers_can_play(syria: Scenario, change: str) -> None:
    try:
        scenario = files.with_changes(syria, [f"parameters.{change}"])
    except ScenarioError:
        return
    model = ConflictModel(scenario, seed=2)
    for _ in range(scenario.weeks):
        model.step()
    identical(model.results(), simulate(scenario, seed=2))


def test_a_model_can_be_looked_at_half_way(toy: Scenario) -> None:
    model = ConflictModel(toy, seed=4)
    for _ in range(20):
        model.step()
    part = model.results()
    assert part.sizes["week"] == 20
    same_by_name(part, simulate(toy, seed=4).isel(week=slice(20)))


def test_what_actors_see_of_the_world_is_read_only(toy: Scenario) -> None:
    model = ConflictModel(toy)
    model.step()
    crown = model.actor("crown")
    for group in crown.world:
        for name, array in zip(group._fields, group, strict=True):
            assert not array.flags.writeable, name
    with pytest.raises(ValueError, match="read-only"):
        crown.world.relations.tie[0, 1] = 1.0


def test_what_actors_see_of_the_givens_is_read_only(toy: Scenario) -> None:
    crown = ConflictModel(toy).actor("crown")
    writable = [
        name
        for group in crown.inputs
        for name, array in zip(group._fields, group, strict=True)
        if array.flags.writeable
    ]
    assert writable == []


DIGEST = """
import hashlib, sys
from sim.runs.simulate import simulate
digest = hashlib.sha256()
for path, rounds in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
    results = simulate(path, seed=13, weeks=int(rounds))
    for name in sorted(results.data_vars):
        digest.update(name.encode() + results[name].values.tobytes())
print(digest.hexdigest())
"""


def digest(interpreted: bool, *arguments: str) -> str:
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1" if interpreted else "0"}
    done = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "-c", DIGEST, *arguments],
        env=environment, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_compiled_and_interpreted_rules_agree_to_the_last_bit() -> None:
    cases = [str(ROOT / "scenarios/syria_2015_2018.toml"), "90",
             str(ROOT / "tests/cases/toy.toml"), "52"]  # fmt: skip
    assert digest(True, *cases) == digest(False, *cases)


# mechanisms ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("mechanism", sorted(OFF))
def test_a_mechanism_that_is_off_is_its_parameter_at_nothing(
    syria: Scenario, mechanism: str
) -> None:
    off = files.with_changes(syria, {f"mechanisms.{mechanism}": False})
    nothing = {f"parameters.{k}": v for k, v in OFF[mechanism].items()}
    zero = files.with_changes(syria, {f"mechanisms.{mechanism}": True, **nothing})
    one, two = simulate(off, seed=14), simulate(zero, seed=14)
    same_by_name(one, two)
    assert decided(one) == decided(two)


PARTS = ("status", "dyad", "issue")


def test_every_mechanism_makes_a_difference(syria: Scenario) -> None:
    runs = 8  # what counts in settlements alone shows in few of them
    base = simulate(syria, runs=runs, seed=14, parts=PARTS, log=False)
    words = {"attention": "flag", "fights": "armed", "terms": "all", "voice": "heads",
             "resolve": "lasting"}  # fmt: skip
    # Hazards go together; what is said in public feeds back on nothing, and nobody wins here.
    hazards = {
        "mechanisms.hazard": "violations",
        "parameters.base_hazard": 0.02,
        "parameters.added_hazard": 0.1,
    }
    # What members do to each other is tested in test_falling_out.
    apart = {"public", "victory", "joining", "ruptures", "returning"}
    for mechanism in sorted(set(type(syria.mechanisms).model_fields) - apart):
        other = words.get(mechanism, not getattr(syria.mechanisms, mechanism))
        change = {f"mechanisms.{mechanism}": other}
        off = files.with_changes(syria, hazards if mechanism == "hazard" else change)
        without = simulate(off, runs=runs, seed=14, parts=PARTS, log=False)
        assert not np.array_equal(base["position"], without["position"]) or not np.array_equal(
            base["tie"], without["tie"]
        ), mechanism


def test_cut_from_behaviour_ties_move_and_decide_nothing(syria: Scenario) -> None:
    """Without memory of good and bad (kap = 0) ties go another way; off, nobody acts otherwise."""
    numb = {"parameters.learning_from_good": 0.0, "parameters.learning_from_bad": 0.0}
    for on in (True, False):
        case = files.with_changes(syria, {"mechanisms.tie_behaviour": on})
        base, other = (
            ensemble(one, runs=6, seed=3, record="tie,violated", executor="serial")
            for one in (case, files.with_changes(case, numb))
        )
        assert not np.allclose(base["tie"], other["tie"], atol=0.05)
        assert np.array_equal(base["story"], other["story"]) == (not on)
        assert np.array_equal(base["violated"], other["violated"]) == (not on)


def test_bilateral_talks_off_is_no_pair_and_shifts_off_is_no_event(syria: Scenario) -> None:
    for mechanism, empty in (("bilateral", "bilateral"), ("shifts", "events")):
        off = files.with_changes(syria, {f"mechanisms.{mechanism}": False})
        data = files.as_data(syria)
        data[empty] = []
        same_by_name(simulate(off, seed=14), simulate(files.build(data), seed=14))


# what a run leaves --------------------------------------------------------------------------------


@pytest.mark.parametrize("part", sorted(RECORDED))
def test_any_one_part_of_the_record_can_be_kept(toy: Scenario, part: str) -> None:
    whole = simulate(toy, seed=15, log=False)
    one = simulate(toy, seed=15, parts=(part,), log=False)
    always = set(RECORDED["status"])
    assert set(one.data_vars) == always | set(RECORDED[part])
    same_by_name(one, whole)


def test_saving_and_loading_keeps_the_kind_of_every_number(toy: Scenario, tmp_path: Path) -> None:
    results = simulate(toy, seed=15)
    again = open_results(save(results, tmp_path / "results.nc"))
    for name in results.variables:
        kind = results[name].dtype.kind
        if kind in "biuf":
            assert again[name].dtype == results[name].dtype, name
        else:
            assert (kind == "M") == (again[name].dtype.kind == "M"), name


@pytest.mark.parametrize("start", ["0431-03-01", "1066-10-14", "2300-01-01", "9000-01-01"])
def test_a_war_of_any_century_can_be_saved_and_loaded(
    toy: Scenario, tmp_path: Path, start: str
) -> None:
    results = simulate(files.with_changes(toy, {"start": dt.date.fromisoformat(start)}))
    again = open_results(save(results, tmp_path / "results.nc"))
    days = results["date"].values.astype("datetime64[D]").tolist()
    assert days[:2] == [dt.date.fromisoformat(start) + dt.timedelta(n) for n in (0, 7)]
    assert again["date"].values.astype("datetime64[D]").tolist() == days


def test_saving_and_loading_loses_nothing(syria: Scenario, tmp_path: Path) -> None:
    results = simulate(syria, runs=2, seed=15)
    again = open_results(save(results, tmp_path / "deep" / "results.nc"))
    xr.testing.assert_identical(results, again)
    for name in results.data_vars:
        assert results[name].values.tobytes() == again[name].values.tobytes(), name
    assert dict(again.attrs) == dict(results.attrs)
    for name in results.variables:
        assert again[name].attrs == results[name].attrs, name
    assert decided(again) == decided(results)


def test_results_can_be_made_again_from_what_they_carry(syria: Scenario, tmp_path: Path) -> None:
    results = simulate(
        syria, runs=2, seed=2**64 - 1, first=5, set=["parameters.observation_chance=0.6"]
    )
    kept = open_results(save(results, tmp_path / "results.nc"))
    scenario = scenario_of(kept)
    assert scenario == files.with_changes(syria, {"parameters.observation_chance": 0.6})
    again = simulate(
        scenario, runs=kept.sizes["run"], seed=int(kept.attrs["seed"]), first=int(kept["run"][0])
    )
    identical(results, again)


def test_the_results_give_back_the_order_of_the_file(syria: Scenario) -> None:
    results = simulate(syria, weeks=2)
    assert results["actor"].values.tolist() == list(syria.actors)
    assert results["issue"].values.tolist() == list(syria.issues)
    for name in syria.actors:
        start = float(results["capability"].sel(actor=name)[0, 0])
        assert start == pytest.approx(syria.actors[name].capability, rel=0.1), name


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_the_accounts_of_every_tie_add_up_to_it(path: Path) -> None:
    results = simulate(path, seed=16, log=False)
    assert results["account"].values.tolist() == list(ACCOUNTS)
    gap = results["drift_account"].sum("account") - results["tie"]
    off_diagonal = results["actor"] != results["other"]
    assert float(abs(gap.where(off_diagonal, 0.0)).max()) < 1e-9


def test_every_answer_follows_from_its_gain_and_its_shock(syria: Scenario) -> None:
    happened = {"shift", "satisfied", "threatened", "table", "dispute", "ceasefire", "settle",
                "deal", "convene", "victory", "demand", "mend", "defeat",
                "fall"}  # fmt: skip
    seen = set()
    more = {"issues.arms.agenda.at": "when it pays"}
    league = files.load(ROOT / "tests/cases/league.toml")
    formal = files.load(ROOT / "tests/cases/two_claims.toml")
    for event in (
        *events(simulate(files.with_changes(syria, more), runs=6, seed=17)),
        *events(simulate(league, runs=20, seed=17)), *events(simulate(formal, runs=20, seed=17)),
    ):  # fmt: skip
        if event.decision in happened:
            continue
        seen.add(event.decision)
        if event.decision == "comply":
            # a violation is a shock above the gain
            assert event.answer == (event.shock <= event.gain)
        else:
            assert event.answer == (event.shock < event.gain), event
        assert event.margin == event.gain - event.shock
    assert seen == {*log.CODE} - happened


def test_no_event_is_lost_for_want_of_room() -> None:
    for path in SCENARIOS:
        scenario = files.load(path)
        model = ConflictModel(scenario, seed=18)
        for _ in range(scenario.weeks):
            model.step()
        assert model._count[0] <= len(model._log)


# the cache ----------------------------------------------------------------------------------------


def test_the_fingerprint_of_the_rules_is_that_of_all_that_is_compiled() -> None:
    from sim.rules.compiler import FOLDER, _fingerprint
    from sim.rules.jit import COMPILED, sources

    assert FOLDER.name.endswith(_fingerprint())
    using = {
        ".".join(path.relative_to(ROOT / "sim").with_suffix("").parts)
        for path in (ROOT / "sim").rglob("*.py")
        if "\n@compiled" in path.read_text(encoding="utf-8")
    }
    assert using <= set(sources(*COMPILED))


def test_imports_are_found_as_python_finds_them() -> None:
    from sim.rules.jit import imported, sources

    for name in sources("engine.schedule", "engine.run_summary", "engine.build", "agents.model"):
        path = ROOT / "sim" / (name.replace(".", "/") + ".py")
        path = path if path.exists() else path.with_suffix("") / "__init__.py"
        found = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "sim":
                package = (node.module or "")[4:]
                found |= {package, *(f"{package}.{alias.name}".strip(".") for alias in node.names)}
        there = {
            name for name in found - {""}
            if (ROOT / "sim" / name.replace(".", "/")).is_dir()
            or (ROOT / "sim" / (name.replace(".", "/") + ".py")).exists()
        }  # fmt: skip
        assert imported(name) == there, name


@pytest.mark.parametrize(
    ("edited", "old", "new", "other"),
    [
        (
            "scenario/parameters.py",
            "off=1.0",
            "off=0.9",
            True,
        ),  # a number of a mechanism that is off
        (
            "scenario/parameters.py",
            '0.06, "loyalty',
            '0.07, "loyalty',
            True,
        ),  # a default of a theory
        ("scenario/schema.py", "days // 7", "days // 8", True),  # the week of a dated event
        ("agents/model.py", "class Actor(", "class  Actor(", True),  # what an agent decides
        ("runs/blocks.py", "luck[n]", "luck[n] + 1", True),  # whose luck a run has
        (
            "results/variables.py",
            "event_log.GAIN :]",
            "event_log.GAIN :] * 2",
            True,
        ),  # what is kept of it
        ("narrative/chronicle/timeline.py", "import", "import ", False),  # words
        ("plots/style.py", "import", "import ", False),  # figures
        ("scenario/checks.py", "import", "import ", False),  # what is refused
    ],
)
def test_the_fingerprint_of_the_rules_changes_with_what_changes_results(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    edited: str,
    old: str,
    new: str,
    other: bool,
) -> None:
    from sim.rules import jit

    shutil.copytree(ROOT / "sim", tmp_path / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(jit, "_HERE", tmp_path / "sim")
    before = jit.rules_fingerprint()
    path = tmp_path / "sim" / edited
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert (jit.rules_fingerprint() != before) == other


@pytest.mark.parametrize(
    "edited", ["rules/war.py", "engine/phases/military.py", "engine/draws.py", "engine/state.py"]
)
def test_an_edited_rule_is_compiled_anew(tmp_path: Path, edited: str) -> None:
    """The folder of compiled code is another one after an edit, and the same without."""
    shutil.copytree(ROOT / "sim", tmp_path / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    ask = [sys.executable, "-c", "import sim.rules.compiler as c; print(c.FOLDER.name)"]

    def folder() -> str:
        told = subprocess.run(ask, cwd=tmp_path, capture_output=True, text=True, check=True)
        return told.stdout.strip()

    before = folder()
    assert folder() == before
    source = tmp_path / "sim" / edited
    source.write_text(source.read_text(encoding="utf-8") + "\n# edited\n", encoding="utf-8")
    assert folder() != before
