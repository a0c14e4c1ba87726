"""Stores that are damaged, half-made, edited, asked for too much: refused in words, or mended."""

import errno
import json
import os
import shutil
import stat

import numpy as np
import pytest
import xarray as xr
from conftest import ROOT
from test_store import ALL, chunks, copy_of

import sim
import sim.agents.registry
import sim.results.ledger
from sim.engine import memory
from sim.errors import ResultsError, SimError, StoppedError
from sim.results.ensemble_spec import Study
from sim.results.store import Store
from sim.results.store_layout import layout
from sim.results.store_location import Folder, place
from sim.runs.blocks import play_block
from sim.runs.ensemble import ensemble
from sim.ui.cli import main

TOY = str(ROOT / "tests/cases/toy.toml")


@pytest.fixture(scope="module")
def base(toy, tmp_path_factory):
    """An undisturbed ensemble of 60 runs in blocks of 7."""
    folder = tmp_path_factory.mktemp("base") / "store"
    ensemble(toy, 60, 3, folder, record=ALL, block=7, executor="serial")
    return folder


def again(toy, folder, runs=60, **more):
    return ensemble(toy, runs, 3, folder, record=ALL, **more)


# what plain readers see ---------------------------------------------------------------------------


def plain(folder):
    return xr.open_zarr(folder / "runs.zarr", consolidated=False, chunks=None)


def test_a_store_of_one_run_is_kept(toy, tmp_path):
    assert ensemble(toy, 1, out=tmp_path / "one")["run"].values.tolist() == [0]
    assert plain(tmp_path / "one")["run"].values.tolist() == [0]
    assert plain(tmp_path / "one")["finished"].values.tolist() == [True]


def test_runs_that_are_not_finished_are_no_weeks_of_war_to_a_plain_reader(toy, tmp_path):
    store = Store.prepare(tmp_path / "half", Study.of(toy, runs=6, record=ALL, block=3))
    store.keep(1, play_block(store.study, 1))
    seen = plain(tmp_path / "half")
    assert seen["finished"].values.tolist() == [False] * 3 + [True] * 3
    assert np.isnan(seen["final_tie"].values[:3]).all()
    assert (seen["state"].values[:3] < 0).all()
    assert (seen["decided"].values[:3] == np.iinfo(seen["decided"].dtype).max).all()
    assert np.isin(seen["state"].values[3:], [0, 1, 2, 3]).all()


def test_a_run_that_failed_is_no_war_to_a_plain_reader_and_is_left_out_of_ours(tmp_path):
    words = [
        "ensemble", TOY, "--runs", "6", "--block", "3",
        "--set", "actors.league.agent=fails_in_some_runs",
        "--plugin", str(ROOT / "tests/plugins/fails_in_some_runs.py"), "--executor", "serial",
        "--record", "events", "--out", str(tmp_path / "some"), "--quiet",
    ]  # fmt: skip
    assert main(words) == 1
    seen, ours = plain(tmp_path / "some"), Store(tmp_path / "some").dataset()
    lost = np.setdiff1d(np.arange(6), ours["run"].values)
    assert len(lost) > 0
    assert np.flatnonzero(~seen["finished"].values).tolist() == lost.tolist()
    assert (seen["state"].values[lost] < 0).all()
    assert ours["event_count"].sum() == ours.sizes["event"]
    digest = Store(tmp_path / "some").digest()
    assert main([*words[:4], "--block", "2", *words[6:-2], str(tmp_path / "other"), "--quiet"]) == 1
    assert Store(tmp_path / "other").digest() == digest


def test_a_war_of_1453_opens_without_another_package(toy, tmp_path):
    sim.ensemble(toy, 2, out=tmp_path / "old", set={"start": "1453-04-02", "weeks": 4})
    assert plain(tmp_path / "old")["date"].values[0] == "1453-04-02"
    assert sim.load(tmp_path / "old")["date"].values[0] == np.datetime64("1453-04-02")


# what is gone or edited ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["final_tie", "state", "decided"])
def test_a_chunk_that_vanishes_after_a_store_was_opened_is_refused(base, tmp_path, name):
    folder = copy_of(base, tmp_path)
    opened = sim.load(folder)
    shutil.rmtree(folder / f"runs.zarr/{name}/c/3")
    assert np.isfinite(opened[name].isel(run=slice(0, 7))).all()
    with pytest.raises(ResultsError, match=rf"{name} is damaged: .*the ensemble command again"):
        opened[name].load()
    with pytest.raises(ResultsError, match="is damaged"):
        opened[name].isel(run=[25, 2]).mean().item()


def test_a_store_that_is_deleted_after_it_was_opened_is_refused(base, tmp_path):
    opened = sim.load(copy_of(base, tmp_path))
    shutil.rmtree(tmp_path / "copy")
    with pytest.raises(ResultsError, match="is damaged"):
        opened["final_capability"].mean().item()


def test_every_command_refuses_a_store_with_a_hole(base, tmp_path, capsys, monkeypatch):
    folder = copy_of(base, tmp_path)
    real = Store.dataset

    def with_a_hole(self, events=None):
        found = real(self, events)
        shutil.rmtree(folder / "runs.zarr/state/c/2", ignore_errors=True)
        return found

    monkeypatch.setattr(Store, "dataset", with_a_hole)
    monkeypatch.setattr(Store, "_must_be_there", lambda self, receipts: None)
    where = str(tmp_path / "picture.png")
    for words in (
        ["compare", str(folder), str(base)],
        ["report", str(folder), "--out", str(tmp_path / "r.html")],
        ["plot", str(folder), "--figure", "outcomes", "--out", where],
    ):  # fmt: skip
        assert main(words) == 2, words
        assert "is damaged" in capsys.readouterr().err
    assert not os.path.exists(where)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seed", "4"),
        ("first", 10),
        ("hold", "luck"),
        ("runs", 30),
        ("record", ["summary"]),
        ("scenario", None),
    ],
)
def test_an_edited_manifest_is_refused_everywhere(base, tmp_path, capsys, name, value):
    folder = copy_of(base, tmp_path)
    there = json.loads((folder / "manifest.json").read_text())
    there[name] = value or there["scenario"].replace("capability = 1.0", "capability = 1.1", 1)
    (folder / "manifest.json").write_text(json.dumps(there, indent=1))
    for words in (
        ["digest"],
        ["report", "--out", str(tmp_path / "r.html")],
        ["replay", "--run", "1"],
    ):
        assert main([words[0], str(folder), *words[1:]]) == 2
        assert "was changed by hand, or is damaged" in capsys.readouterr().err


def test_an_edited_scenario_of_an_older_store_is_refused(base, tmp_path):
    folder = older(base, tmp_path)
    there = json.loads((folder / "manifest.json").read_text())
    there["scenario"] += "\n# edited\n"
    (folder / "manifest.json").write_text(json.dumps(there))
    with pytest.raises(ResultsError, match="was changed by hand"):
        Store(folder)


def older(base, tmp_path):
    """A store as version 1 of the format has it."""
    folder = copy_of(base, tmp_path)
    there = json.loads((folder / "manifest.json").read_text())
    del there["checksum"]
    (folder / "manifest.json").write_text(json.dumps(there | {"store_format": 1}))
    shutil.rmtree(folder / "runs.zarr/finished")
    return folder


def test_an_older_store_is_read_and_not_gone_on_with(toy, base, tmp_path):
    folder = older(base, tmp_path)
    assert Store(folder).digest() == Store(base).digest()
    before = chunks(folder)
    with pytest.raises(ResultsError, match="made by an older version"):
        again(toy, folder, 90)
    assert chunks(folder) == before


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"3",
        b"null",
        b'"x"',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"store_format": {}}',
        b'{"store_format": "2"}',
        b'{"store_format": 2}',
        b'{"store_format": true}',
    ],
    ids=lambda content: repr(content[:20]),
)
def test_a_manifest_that_is_none_is_refused_and_nothing_is_lost(toy, base, tmp_path, content):
    folder = copy_of(base, tmp_path)
    (folder / "manifest.json").write_bytes(content)
    before = chunks(folder)
    for use in (lambda: Store(folder), lambda: again(toy, folder)):
        with pytest.raises(ResultsError, match=r"manifest\.json"):
            use()
    assert chunks(folder) == before


@pytest.mark.parametrize(
    "line",
    [
        '{"block": 1, "places": [7, 14], "events": "many", "failures": []}',
        '{"block": 1, "places": [7, 14], "events": 1, "failures": [1]}',
        '{"block": 1, "places": [7, 14], "events": 1, "failures": [{"run": "8"}]}',
        '{"block": true, "places": [7, 14], "events": 1, "failures": []}',
        '{"block": 1, "places": [7], "events": 1, "failures": []}',
        '{"block": 1, "places": [7, 14], "events": 1, '
        '"failures": [{"run": 40, "error": "no", "traceback": ""}]}',
        "[" * 100_000,
    ],
    ids=lambda line: line[:60],
)
def test_a_line_of_the_ledger_with_wrong_types_does_not_count(base, tmp_path, line):
    folder = copy_of(base, tmp_path)
    (ledger,) = (folder / "ledger").iterdir()
    lines = ledger.read_text().splitlines()
    ledger.write_text("\n".join([lines[0], line, *lines[2:]]) + "\n")
    assert Store(folder).left() == [1]


@pytest.mark.parametrize(
    "change",
    [
        {"events": 3},
        {"failures": [{"run": 8, "error": "made up", "traceback": ""}]},
    ],
    ids=str,
)
def test_a_ledger_that_does_not_fit_its_data_is_found(toy, base, tmp_path, change):
    folder = copy_of(base, tmp_path)
    (ledger,) = (folder / "ledger").iterdir()
    lines = [json.loads(line) for line in ledger.read_text().splitlines()]
    lines[1] |= change
    ledger.write_text("".join(json.dumps(line) + "\n" for line in lines))
    with pytest.raises(ResultsError, match="block 1 is damaged: the ledger says"):
        Store(folder).digest()
    again(toy, folder)
    assert Store(folder).digest() == Store(base).digest()


def test_a_refusal_of_the_system_to_read_is_one_message(base, tmp_path, monkeypatch):
    def refuse(self):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr("pathlib.Path.read_bytes", refuse)
    with pytest.raises(ResultsError, match=r"cannot read .*manifest\.json: Permission denied"):
        Store(base)


# half-made ----------------------------------------------------------------------------------------


def test_a_store_that_was_killed_at_any_file_of_its_making_is_made(toy, base, tmp_path):
    """Killed after each of its first files, then asked for as many runs, and for more."""
    study = Study.of(toy, runs=60, seed=3, record=ALL, block=7)
    names = list(layout(study))
    for made in [0, 1, len(names) // 2]:
        for runs in (60, 75):
            folder = tmp_path / f"{made} {runs}"
            (folder / "runs.zarr").mkdir(parents=True)
            shutil.copy(base / "manifest.json", folder)
            for name in names[:made]:
                (folder / "runs.zarr" / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(base / "runs.zarr" / name, folder / "runs.zarr" / name)
            assert Store(folder).dataset().sizes["run"] == 0
            assert again(toy, folder, runs).sizes["run"] == runs
            if runs == 60:
                assert chunks(folder) == chunks(base)


@pytest.mark.parametrize("content", [b"", b'{"zarr_format": 3}', None])
@pytest.mark.parametrize("name", ["", "tie/", "finished/", "run/", "events/", "events/2/codes/"])
def test_metadata_of_an_array_that_was_emptied_is_repaired(toy, base, tmp_path, name, content):
    folder = copy_of(base, tmp_path)
    file = folder / "runs.zarr" / f"{name}zarr.json"
    file.unlink() if content is None else file.write_bytes(content)
    again(toy, folder)
    assert chunks(folder) == chunks(base)
    assert Store(folder).digest() == Store(base).digest()


@pytest.mark.parametrize("name", ["", "tie/", "finished/"])
def test_metadata_of_an_array_that_was_emptied_is_refused_by_readers(base, tmp_path, name):
    folder = copy_of(base, tmp_path)
    (folder / "runs.zarr" / f"{name}zarr.json").write_bytes(b"")
    with pytest.raises(ResultsError, match=r"is damaged: .*the ensemble command again"):
        Store(folder).digest()


def test_an_array_of_another_layout_is_refused_and_repaired(toy, base, tmp_path):
    folder = copy_of(base, tmp_path)
    file = folder / "runs.zarr/state/zarr.json"
    there = json.loads(file.read_text())
    there["shape"] = [60, 26]
    there["chunk_grid"]["configuration"]["chunk_shape"] = [7, 26]
    file.write_text(json.dumps(there))
    with pytest.raises(ResultsError, match="state is not laid out as in the manifest"):
        sim.load(folder)
    again(toy, folder)
    assert chunks(folder) == chunks(base)


# too many, and fewer ------------------------------------------------------------------------------


def test_more_runs_than_the_machine_can_count_change_nothing(toy, base, tmp_path, capsys):
    folder = copy_of(base, tmp_path)
    before, manifest = chunks(folder), (folder / "manifest.json").read_bytes()
    words = ["ensemble", TOY, "--seed", "3", "--record", ALL, "--out", str(folder)]
    assert main([*words, "--runs", "100000000000"]) == 2
    said = capsys.readouterr().err
    assert "the numbers of 100000000000 runs need at least 1.6 TB of memory" in said
    assert (folder / "manifest.json").read_bytes() == manifest
    assert chunks(folder) == before
    assert main([*words, "--runs", "60"]) == 0
    assert main([*words, "--runs", "100000000000", "--out", str(tmp_path / "new")]) == 2
    assert not (tmp_path / "new/manifest.json").exists()


def test_a_store_is_shrunk_only_when_told_to(toy, base, tmp_path, capsys):
    folder = copy_of(base, tmp_path)
    words = ["ensemble", TOY, "--seed", "3", "--record", ALL, "--out", str(folder), "--quiet"]
    assert main([*words, "--runs", "31"]) == 2
    assert "drop the others with --shrink" in capsys.readouterr().err
    assert chunks(folder) == chunks(base)
    assert main([*words, "--runs", "31", "--shrink"]) == 0
    fresh = tmp_path / "fresh"
    again(toy, fresh, 31, block=7)
    assert chunks(folder) == chunks(fresh)
    assert Store(folder).digest() == Store(fresh).digest()


def test_a_store_that_was_shrunk_can_grow_again(toy, base, tmp_path):
    """Lines of the ledger of its larger days would count again for chunks that are cut short."""
    folder = copy_of(base, tmp_path)
    again(toy, folder, 31, shrink=True)
    again(toy, folder, 60)
    assert chunks(folder) == chunks(base)
    assert Store(folder).digest() == Store(base).digest()


@pytest.mark.parametrize("after", ["keep_only", "_lay_out", "_drop_the_rest"])
def test_a_store_that_was_killed_while_it_shrank_goes_on_with_either_size(
    toy, base, tmp_path, monkeypatch, after
):
    for runs, shrink in ((60, False), (31, True), (31, False)):
        folder = tmp_path / f"{runs} {shrink}"
        shutil.copytree(base, folder)

        def killed(*_):
            raise KeyboardInterrupt

        owner = sim.results.ledger if after == "keep_only" else Store
        with monkeypatch.context() as patch:
            patch.setattr(owner, after, killed)
            with pytest.raises(KeyboardInterrupt):
                again(toy, folder, 31, shrink=True)
        Store(folder).dataset()
        if after == "keep_only" and (runs, shrink) == (31, False):
            continue  # it has its sixty runs still, and is not told to drop them
        assert again(toy, folder, runs, shrink=shrink).sizes["run"] == runs
        fresh = tmp_path / f"fresh {runs} {shrink}"
        again(toy, fresh, runs, block=7)
        assert Store(folder).digest() == Store(fresh).digest()


def test_shrink_is_for_stores(toy):
    with pytest.raises(SimError, match="to shrink is for the store"):
        ensemble(toy, 2, shrink=True)


# paths --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a#2", "a?b", "a\nb", "a%20b", "a:b", "[a]", "a b", "ä*", "s3:a"])
def test_a_local_path_is_a_local_path(toy, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    neighbour = tmp_path / "a"
    neighbour.mkdir()
    ensemble(toy, 3, out=name)
    assert sorted(os.listdir(tmp_path)) == sorted(["a", name])
    assert os.listdir(neighbour) == []
    assert sim.load(name).sizes["run"] == 3
    assert ensemble(toy, 4, out=name).sizes["run"] == 4


def test_the_home_folder_is_meant_by_its_sign(toy, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    ensemble(toy, 2, out="~/x")
    assert (tmp_path / "x/manifest.json").exists()
    assert Store("~/x").left() == []
    assert sim.load("~/x").sizes["run"] == 2
    assert sim.replay("~/x", 1).sizes["run"] == 1
    assert not (tmp_path / "~").exists()


@pytest.mark.parametrize("path", ["", "a\0b", 3, None])
def test_what_is_no_path_is_refused(path):
    with pytest.raises(ResultsError, match="must be a path or a URL"):
        place(path)


def test_a_place_that_keeps_nothing_is_refused(toy):
    with pytest.raises(ResultsError, match="ends with it"):
        ensemble(toy, 2, out="memory://x")


@pytest.mark.parametrize("error", [errno.EINVAL, errno.ENOTSUP, errno.EBADF])
def test_a_system_that_cannot_sync_a_folder_is_no_reason_to_stop(toy, tmp_path, monkeypatch, error):
    real = os.fsync

    def refuse(handle):
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(error, os.strerror(error))
        real(handle)

    monkeypatch.setattr(os, "fsync", refuse)
    assert ensemble(toy, 4, out=tmp_path / "x").sizes["run"] == 4


def test_a_system_that_cannot_open_a_folder_is_no_reason_to_stop(toy, tmp_path, monkeypatch):
    real = os.open

    def refuse(path, *arguments, **more):
        if os.path.isdir(path):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        return real(path, *arguments, **more)

    monkeypatch.setattr("sim.results.store_location.os.open", refuse)
    assert ensemble(toy, 4, out=tmp_path / "x").sizes["run"] == 4


def test_a_disk_that_fails_to_sync_is_a_reason_to_stop(toy, tmp_path, monkeypatch):
    def fail(handle):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(ResultsError, match="cannot write"):
        ensemble(toy, 4, out=tmp_path / "x")


@pytest.mark.parametrize("what", ["", "ledger", "runs.zarr"])
def test_a_store_that_is_removed_while_it_is_written_is_told(toy, tmp_path, monkeypatch, what):
    folder, real = tmp_path / "gone", Folder.note

    def note(self, *words):
        real(self, *words)
        if (folder / what).exists():
            shutil.rmtree(folder / what)

    monkeypatch.setattr(Folder, "note", note)
    with pytest.raises((StoppedError, ResultsError), match=r"was removed|is damaged"):
        ensemble(toy, 20, 3, folder, block=5, executor="serial")
    monkeypatch.setattr(Folder, "note", real)
    assert ensemble(toy, 20, 3, folder, block=5).sizes["run"] == 20


def test_a_job_that_does_not_fit_says_so_before_anything_is_made(toy, tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: 1000)
    with pytest.raises(SimError, match="need at least"):
        ensemble(toy, 1000, out=tmp_path / "x")
    assert not (tmp_path / "x/manifest.json").exists()


# files of others, and what is told of a part ------------------------------------------------------


@pytest.mark.parametrize("name", ["lock", "movie.mkv.partial", "notes.txt", ".hidden"])
def test_a_folder_in_which_something_lies_is_refused_and_left_as_it_is(toy, tmp_path, name):
    (tmp_path / name).write_text("mine")
    study = Study.of(toy, runs=2)
    for use in (lambda: ensemble(toy, 2, out=tmp_path), lambda: Store.prepare(tmp_path, study)):
        with pytest.raises(ResultsError, match="is not empty, and no ensemble store"):
            use()
    assert os.listdir(tmp_path) == [name]
    assert (tmp_path / name).read_text() == "mine"


def test_a_file_of_a_user_in_a_store_is_left_alone(toy, base, tmp_path):
    folder = copy_of(base, tmp_path)
    (folder / "movie.mkv.partial").write_text("mine")
    (folder / "ledger/notes.partial").write_text("mine")
    again(toy, folder, 70)
    assert (folder / "movie.mkv.partial").read_text() == "mine"
    assert (folder / "ledger/notes.partial").read_text() == "mine"


def test_a_dataset_of_a_relative_path_stays_the_same_place(base, tmp_path, monkeypatch):
    folder = copy_of(base, tmp_path)
    monkeypatch.chdir(tmp_path)
    opened = sim.load(folder.name)
    monkeypatch.chdir("/")
    assert np.isfinite(opened["final_tie"]).all()


def test_a_full_disk_at_the_ledger_is_told(toy, tmp_path, monkeypatch):
    real = os.open

    def full(path, *words, **more):
        return real("/dev/full" if str(path).endswith(".jsonl") else path, *words, **more)

    monkeypatch.setattr("sim.results.store_location.os.open", full)
    with pytest.raises(StoppedError, match="No space left on device"):
        ensemble(toy, 4, out=tmp_path / "x", executor="serial")


def test_a_ledger_that_is_rewritten_under_an_open_store_goes_on(toy, tmp_path):
    """As a worker of a cluster meets it, whose store outlives a command."""
    here = Store.prepare(tmp_path / "x", Study.of(toy, runs=6, block=2))
    there = Store(tmp_path / "x")
    for number in (0, 1):
        there.keep(number, play_block(there.study, number))
    here.forget([1])
    there.keep(1, play_block(there.study, 1))
    assert here.left(read=True) == [2]


def test_what_a_killed_command_was_to_drop_is_dropped_by_the_next(toy, base, tmp_path, monkeypatch):
    folder = copy_of(base, tmp_path)

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Store, "_drop_the_rest", killed)
        with pytest.raises(KeyboardInterrupt):
            again(toy, folder, 31, shrink=True)
    again(toy, folder, 31)
    again(toy, tmp_path / "fresh", 31, block=7)
    assert chunks(folder) == chunks(tmp_path / "fresh")


def test_a_store_that_is_not_finished_says_so(toy, tmp_path, capsys):
    store = Store.prepare(tmp_path / "half", Study.of(toy, runs=6, block=2))
    with pytest.warns(sim.ResultsWarning, match="only 0 of 6 runs are finished; the ensemble"):
        store.dataset()
    store.keep(1, play_block(store.study, 1))
    with pytest.warns(sim.ResultsWarning, match="only 2 of 6 runs are finished"):
        assert sim.load(tmp_path / "half").attrs["unfinished"] == "2 of 6 runs are finished"
    out = str(tmp_path / "runs.csv")
    assert main(["export", str(tmp_path / "half"), "--table", "runs", "--out", out]) == 0
    assert "sim: note: " in capsys.readouterr().err


def test_runs_that_failed_are_told_in_python_too(toy, tmp_path):
    sim.agents.registry.load_plugin(ROOT / "tests/plugins/fails_in_some_runs.py")
    changed = {"actors.league.agent": "fails_in_some_runs"}
    for out in (None, tmp_path / "x"):
        with pytest.warns(
            sim.ResultsWarning, match="2 runs failed, left out of these results: run 1: "
        ):
            assert ensemble(toy, 6, out=out, set=changed, executor="serial").sizes["run"] == 4


def test_a_class_that_nobody_registered_is_refused_before_anything_is_made(toy, tmp_path):
    changed = {"actors.league.agent": "nobody"}
    for out in (None, tmp_path / "x"):
        with pytest.raises(SimError, match="no agent class 'nobody' is registered"):
            ensemble(toy, 2, out=out, set=changed)
    assert not (tmp_path / "x").exists()


def test_a_place_that_cannot_be_reached_is_one_message(toy):
    with pytest.raises(ResultsError, match="ftp://127"):
        ensemble(toy, 2, out="ftp://127.0.0.1:1/x")
