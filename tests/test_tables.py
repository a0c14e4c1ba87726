"""Results as tables, in files, and as they are displayed."""

import datetime as dt
import errno
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from conftest import ROOT

import sim
from sim import writing
from sim.errors import ResultsError
from sim.results.dataset import events, save, scenario_of
from sim.results.sources import open_results
from sim.results.tables import TABLES, to_frame
from sim.runs.ensemble import ensemble
from sim.runs.simulate import simulate
from sim.scenario.files import with_changes
from sim.ui.cli import main

TOY = str(ROOT / "tests/cases/toy.toml")


@pytest.fixture(scope="module")
def war():
    return simulate(TOY, runs=3, seed=5)


@pytest.fixture(scope="module")
def file(war, tmp_path_factory):
    return save(war, tmp_path_factory.mktemp("kept") / "results.nc")


# tables ------------------------------------------------------------------------------------------


def test_a_table_of_runs_has_one_row_a_run_with_its_last_state_and_positions(war):
    table = to_frame(war)
    assert table["run"].tolist() == [0, 1, 2]
    words = ["war", "ceasefire", "settlement", "victory"]
    assert [words.index(s) for s in table["state"]] == war["state"].values[:, -1].tolist()
    for issue in war["issue"].values:
        expected = war["position"].sel(issue=issue).values[:, -1]
        assert table[f"position_{issue}"].tolist() == expected.tolist()


def test_a_table_of_weeks_has_dates_as_datetimes_and_names_of_conveners(war):
    table = to_frame(war, "weeks")
    assert len(table) == 3 * 52
    assert pd.api.types.is_datetime64_any_dtype(table["date"])
    codes = war["convener"].values.ravel()
    names = [*war["actor"].values, ""]
    assert table["convener"].tolist() == [names[code] for code in codes]
    assert (codes >= 0).any()
    late = to_frame(war.isel(actor=slice(None, None, -1)), "weeks")
    assert late["convener"].tolist() == table["convener"].tolist()


@pytest.mark.parametrize(("table", "value"), [("actors", "capability"), ("pairs", "tie")])
def test_a_table_of_actors_and_pairs_has_a_row_for_each_in_each_week(war, table, value):
    found = to_frame(war, table)
    dims = TABLES[table]
    rows = np.prod([war.sizes[dim] for dim in dims])
    # Nobody is a pair with itself.
    assert len(found) == (rows * 2 // 3 if table == "pairs" else rows)
    assert set(found["actor_label"]) == set(war["actor_label"].values)
    row = found.iloc[len(found) // 2]
    assert row[value] == float(war[value].sel({dim: row[dim] for dim in dims}))


def test_a_table_of_events_has_a_row_an_event_with_labels(war):
    found = to_frame(war, "events")
    expected = list(events(war))
    assert found["actor"].tolist() == [event.actor for event in expected]
    assert found["date"].dt.date.tolist() == [event.date for event in expected]
    labels = {name: actor.label for name, actor in scenario_of(war).actors.items()} | {"": ""}
    assert found["actor_label"].tolist() == [labels[event.actor] for event in expected]


def test_a_summary_gives_actors_and_pairs_at_the_end_of_each_run():
    found = ensemble(TOY, runs=3, seed=5)
    runs = to_frame(found, "runs")
    assert len(runs) == 3
    assert {"event_count", "story"}.isdisjoint(runs)  # of events that nobody kept
    kept = to_frame(ensemble(TOY, runs=3, seed=5, record="events"), "runs")
    assert (kept["event_count"] > 0).all()
    assert "final_capability" in to_frame(found, "actors")
    pairs = to_frame(found, "pairs")
    assert len(pairs) == 3 * 3 * 2
    assert not (pairs["actor"] == pairs["other"]).any()
    assert "week" not in pairs


def test_a_table_that_was_not_recorded_or_does_not_exist_is_refused():
    found = ensemble(TOY, runs=2, seed=5)
    with pytest.raises(ResultsError, match="no events"):
        to_frame(found, "events")
    with pytest.raises(ResultsError, match="did you mean 'weeks'"):
        to_frame(found, "week")


def test_a_table_too_large_for_memory_is_refused_before_it_is_made():
    many = ensemble(TOY, runs=2, seed=5).isel(run=np.zeros(3_000_000, dtype=int))
    with pytest.raises(ResultsError, match=r"156,000,000 rows.*isel"):
        to_frame(many[["state", "convener"]], "weeks")


def test_export_leaves_a_table_that_pandas_reads_and_replaces_nothing_unasked(war, file, tmp_path):
    out = tmp_path / "runs.csv"
    assert main(["export", str(file), "--table", "runs", "--out", str(out), "--quiet"]) == 0
    pd.testing.assert_frame_equal(pd.read_csv(out), to_frame(war), check_dtype=False)
    out.write_text("mine")
    assert main(["export", str(file), "--out", str(out)]) == 2
    assert out.read_text() == "mine"
    assert main(["export", str(file), "--out", str(out), "--force", "--quiet"]) == 0
    assert out.read_text() != "mine"


@pytest.mark.parametrize(
    "words", [["--table", "rnus"], ["--out", "x.txt"], ["--out", "."], ["--out", "{dir}"]]
)
def test_export_refuses_what_it_cannot_do_with_code_2(file, tmp_path, words, capsys):
    given = [word.format(dir=tmp_path) for word in words]
    out = [] if "--out" in given else ["--out", str(tmp_path / "x.csv")]
    assert main(["export", str(file), *out, *given]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not list(tmp_path.glob("*.csv"))


# files -------------------------------------------------------------------------------------------


def test_load_opens_a_file_a_folder_of_a_run_and_a_store(war, file, tmp_path):
    assert sim.load(file).identical(war)
    assert sim.load(file.parent).identical(war)
    kept = ensemble(TOY, runs=3, seed=5, out=tmp_path / "base", progress=False)
    assert sim.load(tmp_path / "base").identical(kept)


def test_load_names_what_it_looked_for(tmp_path):
    with pytest.raises(ResultsError, match=r"neither a manifest\.json .* nor a results\.nc"):
        sim.load(tmp_path)
    with pytest.raises(ResultsError, match="there is no ensemble and no results file"):
        sim.load(tmp_path / "nothing")
    with pytest.raises(ResultsError, match="not by int"):
        sim.load(3)


def test_a_run_is_played_again_from_whatever_holds_results(tmp_path):
    kept = sim.ensemble(TOY, runs=3, out=tmp_path / "base", record="actors")
    file = save(kept, tmp_path / "results.nc")
    first, *others = (sim.replay(source, 2) for source in (kept, tmp_path / "base", file, tmp_path))
    assert all(other.identical(first) for other in others)


@pytest.mark.parametrize("damage", ["cut", "overwritten", "turned", "empty"])
@pytest.mark.parametrize("place", [0.02, 0.3, 0.6, 0.95])
def test_a_damaged_file_is_one_message_and_never_another_war(file, tmp_path, damage, place):
    content = bytearray(file.read_bytes())
    at = int(len(content) * place)
    if damage == "cut":
        content = content[:at]
    elif damage == "overwritten":
        content[at : at + 2000] = b"\xaa" * min(2000, len(content) - at)
    elif damage == "turned":
        content[at : at + 40] = bytes(255 - byte for byte in content[at : at + 40])
    else:
        content.clear()
    broken = tmp_path / "results.nc"
    broken.write_bytes(content)
    with pytest.raises(ResultsError, match="is not a results file, or it is damaged") as refused:
        open_results(broken)
    assert "\n" not in str(refused.value)
    assert str(broken) in str(refused.value)


@pytest.mark.parametrize(
    "command",
    [
        ["report", "{file}", "--out", "{dir}/x.html"],
        ["plot", "{file}", "--figure", "ties", "--out", "{dir}/x.png"],
        ["explain", "{file}", "--run", "0"],
        ["export", "{file}", "--out", "{dir}/x.csv"],
    ],
)
@pytest.mark.parametrize("whose", ["file", "folder"])
def test_commands_refuse_a_damaged_file_in_one_line(file, tmp_path, capsys, command, whose):
    broken = tmp_path / "results.nc"
    broken.write_bytes(file.read_bytes()[:5000])
    source = str(broken if whose == "file" else tmp_path)
    assert main([word.format(file=source, dir=tmp_path) for word in command]) == 2
    said = capsys.readouterr().err
    assert said.startswith("sim: ")
    assert said.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["results.nc"]


def test_a_full_disk_leaves_the_old_file_whole_and_nothing_beside_it(war, tmp_path, monkeypatch):
    target = save(war, tmp_path / "results.nc")
    before = target.read_bytes()

    def full(file, content):
        file.write(content[:1000])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(writing, "_write", full)
    with pytest.raises(ResultsError, match=r"cannot write .*results\.nc: No space left"):
        save(war.isel(run=[0]), target)
    assert target.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["results.nc"]


def test_a_file_that_was_saved_can_be_read_by_others(war, tmp_path):
    plain = tmp_path / "plain"
    plain.touch()
    assert save(war, tmp_path / "results.nc").stat().st_mode == plain.stat().st_mode


@pytest.mark.parametrize("start", ["1453-04-02", "2600-01-01"])
def test_results_of_any_century_open_in_plain_xarray_without_another_package(start, tmp_path):
    case = with_changes(sim.load_scenario(TOY), {"start": dt.date.fromisoformat(start), "weeks": 5})
    war = simulate(case, runs=1, seed=5)
    path = save(war, tmp_path / "war.nc")
    program = (
        "import sys; sys.modules['cftime'] = None\n"
        "import xarray; print(xarray.open_dataset(sys.argv[1]).date.values[0])"
    )
    said = subprocess.run(
        [sys.executable, "-c", program, path], capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == start
    xr.testing.assert_identical(open_results(path), war)


def test_a_file_of_an_older_version_is_still_read(war, tmp_path):
    text = war["date"].attrs["scenario"]
    old = war.copy(deep=True).drop_vars("scenario_hash")
    old["date"].attrs.clear()
    old.attrs["scenario"] = text
    old.to_netcdf(tmp_path / "old.nc", engine="h5netcdf")
    xr.testing.assert_identical(open_results(tmp_path / "old.nc"), war)


# what is displayed -------------------------------------------------------------------------------


def test_displayed_results_do_not_show_the_scenario_but_keep_it(war):
    shown = war._repr_html_()
    assert "scenario" not in war.attrs
    assert len(repr(war)) < 4000
    listed = shown[shown.rindex("Attributes") :]
    assert "description = " not in listed
    assert scenario_of(war) == sim.load_scenario(TOY)


def test_results_of_a_study_do_not_show_the_scenario_either(tmp_path):
    for out in (None, tmp_path / "base"):
        found = ensemble(TOY, runs=2, seed=5, out=out, progress=False)
        assert "scenario" not in found.attrs
        assert scenario_of(found) == sim.load_scenario(TOY)


def test_result_objects_are_short_and_say_what_they_are_and_what_to_do():
    case = sim.load_scenario(TOY)
    compared = sim.compare(TOY, TOY, set={"actors.crown.capability": 3.0}, runs=10)
    explained = sim.explain(simulate(TOY, runs=1, seed=5), pair=("crown", "duchy"))
    for shown, word in (
        (case, "sim.simulate"), (compared, "print(it)"), (explained, "print(it)"),
    ):  # fmt: skip
        assert len(repr(shown)) < 500
        assert word in repr(shown)
    assert len(case._repr_html_()) < 400
    assert "<table" in compared._repr_html_()
