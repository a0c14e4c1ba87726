"""What a run leaves: names, dates, events, provenance; saved and read with nothing lost."""

import datetime as dt
import json
from typing import get_type_hints

import numpy as np
import pytest
import xarray as xr

from sim.engine import state
from sim.engine.state import VARIABLES
from sim.errors import ResultsError, ScenarioError, SimError
from sim.results import dataset as kept
from sim.results.sources import open_results
from sim.results.variables import IN_SUMMARY
from sim.runs.simulate import simulate
from sim.scenario.files import load

SYRIA = "scenarios/syria_2015_2018.toml"


@pytest.fixture(scope="module")
def war():
    return simulate(SYRIA, runs=3, seed=5)


def test_names_stand_in_the_order_of_the_file(war):
    case = load(SYRIA)
    assert war["actor"].values.tolist() == list(case.actors)
    assert war["issue"].values.tolist() == list(case.issues)


def test_rounds_carry_calendar_dates(war):
    days = war["date"].values.astype("datetime64[D]")
    assert days[0] == np.datetime64("2015-09-30")
    assert (np.diff(days) == np.timedelta64(7, "D")).all()


def test_everything_that_the_issue_of_a_result_names_is_there(war):
    wanted = {
        "tie", "alignment", "position", "capability", "strength", "attention", "attention_short",
        "value_war", "state", "violated", "drift_account",
    }  # fmt: skip
    assert wanted <= set(war.data_vars)
    for name, variable in war.data_vars.items():
        if not name.startswith("event"):
            assert variable.attrs["units"], name
            assert variable.attrs["long_name"], name


def test_everything_that_is_kept_has_a_meaning_and_nothing_else():
    public = {row.name for row in VARIABLES}
    # What is drawn of the ranges of a scenario is no variable of the state.
    assert public | set(IN_SUMMARY) | {"drawn"} == set(kept.MEANING)


def test_scenario_and_seed_are_inside_and_make_the_same_results_again(war):
    case = kept.scenario_of(war)
    assert case == load(SYRIA)
    again = simulate(case, runs=war.sizes["run"], seed=int(war.attrs["seed"]))
    assert war.identical(again)
    assert json.loads(war.attrs["versions"])["numpy"] == np.__version__


def test_save_and_load_lose_nothing(war, tmp_path):
    path = kept.save(war, tmp_path / "deep" / "war.nc")
    back = open_results(path)
    xr.testing.assert_identical(war, back)
    for name in war.data_vars:
        assert war[name].dtype == back[name].dtype, name
        assert war[name].values.tobytes() == back[name].values.tobytes(), name
    assert list(kept.events(back)) == list(kept.events(war))


def test_an_event_says_who_when_what_and_how_near_it_was(war):
    found = list(kept.events(war, run=1))
    assert found
    for event in found:
        assert event.run == 1
        assert event.date == dt.date(2015, 9, 30) + dt.timedelta(weeks=event.week)
        assert event.margin == event.gain - event.shock
        if event.decision in {"propose", "ratify", "order", "comply", "attend", "vote", "bargain"}:
            assert event.answer == (event.margin > 0), event
            assert event.actor


def test_terms_of_a_decision_add_up_to_its_gain(war):
    for event in kept.events(war):
        t = event.terms
        if event.decision == "order":
            total = t["ceasefire"] + t["terms"] + t["loyalty"] - t["military"]
        elif event.decision == "bargain":
            total = t["local"] + t["endorsement"] - t["cost"]
        elif event.decision == "propose":
            total = t["ceasefire"]
        else:
            continue
        assert total == pytest.approx(event.gain, abs=1e-12)


def test_event_table_has_a_row_an_event(war):
    table = kept.event_table(war, run=0)
    assert len(table) == len(list(kept.events(war, run=0)))
    assert {"date", "decision", "actor", "margin", "term_ceasefire"} <= set(table.columns)


def test_a_run_that_is_not_there_is_refused(war):
    with pytest.raises(ResultsError, match="there is no run 9: the runs are 0 to 2"):
        list(kept.events(war, run=9))


def test_events_that_were_not_recorded_are_asked_for_with_a_word():
    quiet = simulate(SYRIA, log=False, weeks=4)
    with pytest.raises(ResultsError, match="hold no events: in an ensemble, --record events"):
        list(kept.events(quiet))


def test_parts_that_are_not_wanted_are_not_kept():
    few = simulate(SYRIA, weeks=4, parts=("dyad",))
    assert {"tie", "state"} <= set(few.data_vars)
    assert "capability" not in few
    none = simulate(SYRIA, weeks=4, parts=())
    assert (none.sizes["week"], "tie" in none) == (4, False)


@pytest.mark.parametrize("content", [b"", b"not netcdf at all", b"\x89HDF\r\n\x1a\n" + b"0" * 100])
def test_a_file_that_is_no_results_file_is_refused(tmp_path, content):
    path = tmp_path / "x.nc"
    path.write_bytes(content)
    with pytest.raises(ResultsError, match="is not a results file"):
        open_results(path)


def test_a_scenario_taken_for_results_says_what_reads_it():
    with pytest.raises(ResultsError, match=r"toy\.toml is not a results .* sim\.load_scenario"):
        open_results("tests/cases/toy.toml")


def test_a_file_of_another_program_is_refused(tmp_path):
    xr.Dataset({"a": ("x", [1.0])}).to_netcdf(tmp_path / "other.nc", engine="h5netcdf")
    with pytest.raises(ResultsError, match="not a results file of this program"):
        open_results(tmp_path / "other.nc")


def test_a_newer_format_is_refused(war, tmp_path):
    newer = war.isel(week=slice(0, 2)).assign_attrs(format=kept.FORMAT + 1)
    kept.save(newer, tmp_path / "new.nc")
    with pytest.raises(ResultsError, match="use a newer version"):
        open_results(tmp_path / "new.nc")


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(ResultsError, match="there is no ensemble and no results file"):
        open_results(tmp_path / "gone.nc")


def test_results_that_cannot_be_written_leave_the_old_file(war, tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ResultsError, match="cannot write"):
        kept.save(war, tmp_path / "file" / "war.nc")
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"runs": 0}, r"runs must be a whole number, from 1 to 2\*\*62; is 0"),
        ({"seed": -1}, "seed must be a whole number"),
        ({"seed": 2**64}, "seed must be a whole number"),
        ({"first": -1}, "first must be a whole number"),
        ({"weeks": 0}, "weeks: must be a whole number between 1 and 30000, is 0"),
        ({"runs": 10**5000}, "is a whole number of more than 60 digits"),
        ({"parts": ("dyads",)}, "unknown part 'dyads' .*did you mean 'dyad'"),
    ],
)
def test_arguments_out_of_range_are_refused(wrong, message):
    with pytest.raises(SimError, match=message):
        simulate(SYRIA, **wrong)


def test_a_change_in_python_is_the_change_of_the_command_line():
    one = simulate(SYRIA, weeks=12, set={"actors.iran.capability": 1.4})
    two = simulate(SYRIA, weeks=12, set=["actors.iran.capability=1.4"])
    assert one.identical(two)
    with pytest.raises(ScenarioError, match="did you mean 'iran'"):
        simulate(SYRIA, set={"actors.irn.capability": 1.4})


def test_no_two_arrays_of_the_state_have_one_name():
    names = [
        name
        for group in get_type_hints(state.World).values()
        if group is not state.Kept
        for name in group._fields
    ]
    assert sorted(names) == sorted(set(names))
