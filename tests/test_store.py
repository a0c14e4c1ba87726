"""Ensembles on disk: nothing is lost, and nothing differs, whatever happens on the way."""

import errno
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import xarray as xr
import zarr
from conftest import ROOT, hear_ctrl_c
from zarr.core.buffer import cpu, default_buffer_prototype

from sim import files
from sim.errors import ResultsError, SimError, StoppedError
from sim.results import manifest
from sim.results.dataset import scenario_of
from sim.results.ensemble_spec import Study
from sim.results.store import Store, writing
from sim.results.store_layout import layout
from sim.results.store_location import Folder, place
from sim.runs import ensemble as ensembles
from sim.runs.ensemble import complete, ensemble
from sim.runs.simulate import replay
from sim.scenario.files import with_changes
from sim.ui.cli import main

TOY = str(ROOT / "tests/cases/toy.toml")
ALL = "events,tie,position"
# Undisturbed and killed ensembles: slow enough to be hit on the way, quick enough for a test.
KILLS = int(os.environ.get("SIM_KILLS", "10"))


def chunks(folder):
    """Every file of the arrays of a store, by name."""
    root = folder / "runs.zarr"
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def base(toy, tmp_path_factory):
    """An undisturbed ensemble of 60 runs in blocks of 7."""
    folder = tmp_path_factory.mktemp("base") / "store"
    ensemble(toy, 60, 3, folder, record=ALL, block=7, executor="serial")
    return folder


def copy_of(base, tmp_path):
    return shutil.copytree(base, tmp_path / "copy")


def again(toy, folder, **more):
    return ensemble(toy, 60, 3, folder, record=ALL, **more)


@pytest.mark.parametrize("name", ["toy", "balkan"])
def test_the_files_before_the_first_run_are_those_that_zarr_writes(name):
    study = Study.of(files.load(name), runs=30, seed=1, record=ALL, uncertain=name == "balkan")
    made = layout(study)
    kept = {name: cpu.Buffer.from_bytes(content) for name, content in made.items()}
    group = zarr.open_group(zarr.storage.MemoryStore(kept), mode="r+")
    names = {path.rpartition("/")[0] for path in made if path.count("/") == 1} - {"events"}
    assert names == set(group.array_keys())
    for name in names:
        metadata = group[name].metadata.to_buffer_dict(default_buffer_prototype())
        assert metadata["zarr.json"].to_bytes() == made[f"{name}/zarr.json"]
    for name, (_, values) in study.coordinates().items():
        assert group[name].shape == np.shape(values)
        group[name].with_config({"write_empty_chunks": True})[:] = group[name][:]
        if np.asarray(values).dtype.kind in "iO":
            assert (group[name][:] == values).all()
    assert {name: content.to_bytes() for name, content in kept.items()} == made


def test_a_store_holds_what_the_ensemble_in_memory_holds(toy, base):
    kept, there = ensemble(toy, 60, 3, record=ALL), Store(base).dataset()
    assert list(kept.data_vars) == list(there.data_vars)
    for name in kept.data_vars:
        assert np.array_equal(kept[name].values, there[name].values), name
    assert kept.coords.to_dataset().identical(there.coords.to_dataset())
    versions = {name: there.attrs[name] for name in ("seed", "record", "hold")}
    assert versions == {name: kept.attrs[name] for name in versions}
    assert scenario_of(there) == scenario_of(kept) == toy


def test_a_store_is_read_when_it_is_looked_at(base):
    lazy = Store(base).dataset(events=False)
    assert not lazy["tie"].variable._in_memory
    assert lazy["tie"].isel(run=3, week=-1).shape == (3, 3)


def test_other_programs_can_open_a_store(base):
    plain = xr.open_zarr(base / "runs.zarr", consolidated=False, chunks=None)
    assert plain["date"].values[1] - plain["date"].values[0] == np.timedelta64(7, "D")
    assert plain["actor"].values.tolist() == ["crown", "duchy", "league"]
    assert plain["tie"].dims == ("run", "week", "actor", "other")
    assert plain["tie"].attrs["units"] == "-1 to 1"
    assert files.loads(plain.attrs["scenario"]).name == plain.attrs["title"]


def test_every_block_is_a_chunk_with_a_checksum(base):
    meta = json.loads((base / "runs.zarr/tie/zarr.json").read_text())
    assert meta["zarr_format"] == 3
    assert meta["chunk_grid"]["configuration"]["chunk_shape"] == [7, 52, 3, 3]
    assert [codec["name"] for codec in meta["codecs"]] == ["bytes", "zstd", "crc32c"]
    assert meta["dimension_names"] == ["run", "week", "actor", "other"]
    assert sorted(p.name for p in (base / "runs.zarr/tie/c").iterdir()) == sorted("012345678")


@pytest.mark.parametrize(
    "how",
    [
        {"executor": "threads", "workers": 3, "block": 7},
        {"executor": "processes", "workers": 2, "block": 7},
    ],
    ids=str,
)
def test_at_equal_block_size_the_files_are_the_same_bytes(toy, base, tmp_path, how):
    again(toy, tmp_path / "new", **how)
    assert chunks(tmp_path / "new") == chunks(base)
    assert Store(tmp_path / "new").digest() == Store(base).digest()


@pytest.mark.parametrize("block", [1, 13, 500])
def test_the_digest_does_not_depend_on_the_block_size(toy, base, tmp_path, block):
    again(toy, tmp_path / "new", block=block)
    assert Store(tmp_path / "new").digest() == Store(base).digest()


def test_the_same_command_again_plays_nothing_that_is_finished(toy, base, tmp_path, monkeypatch):
    folder = copy_of(base, tmp_path)
    monkeypatch.setattr(ensembles, "play_block", lambda *_: pytest.fail("played again"))
    assert again(toy, folder).sizes["run"] == 60
    assert again(toy, folder, block=7).sizes["run"] == 60


def test_a_torn_line_of_the_ledger_is_done_over(toy, base, tmp_path):
    folder = copy_of(base, tmp_path)
    (ledger,) = (folder / "ledger").iterdir()
    lines = ledger.read_text().splitlines(keepends=True)
    ledger.write_text("".join(lines[:5]) + lines[5][:20])
    assert Store(folder).left() == [5, 6, 7, 8]
    assert Store(folder).dataset().sizes["run"] == 35
    with pytest.raises(ResultsError, match="25 of 60 runs are missing"):
        Store(folder).digest()
    again(toy, folder)
    assert Store(folder).digest() == Store(base).digest()
    assert chunks(folder) == chunks(base)


@pytest.mark.parametrize(
    "line",
    ["null\n", "[]\n", "{}\n", '{"block": 99, "places": [0, 7], "failures": []}\n', "\n", "\0\0\n"],
)
def test_lines_that_are_no_receipts_do_not_count(base, tmp_path, line):
    folder = copy_of(base, tmp_path)
    (folder / "ledger/other.jsonl").write_text(line)
    assert Store(folder).left() == []
    shutil.rmtree(folder / "ledger")
    (folder / "ledger").mkdir()
    (folder / "ledger/other.jsonl").write_text(line)
    assert len(Store(folder).left()) == 9


def test_a_replay_says_that_what_it_compares_with_is_damaged(base, tmp_path):
    folder = copy_of(base, tmp_path)
    _flip(folder / "runs.zarr/state/c/2/0")
    assert replay(folder, 3).sizes["run"] == 1
    with pytest.raises(ResultsError, match=r"state is damaged: .*the ensemble command"):
        replay(folder, 15)


def _flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


def test_half_written_files_are_removed_and_their_block_is_done_over(toy, base, tmp_path):
    folder = copy_of(base, tmp_path)
    (ledger,) = (folder / "ledger").iterdir()
    ledger.write_text("".join(ledger.read_text().splitlines(keepends=True)[:8]))
    chunk = folder / "runs.zarr/tie/c/8/0/0/0"
    chunk.write_bytes(chunk.read_bytes()[:30])
    (folder / "runs.zarr/tie/c/8/0/0/0.0123456789abcdef0123456789abcdef.partial").write_bytes(
        b"half"
    )
    shutil.rmtree(folder / "runs.zarr/state/c/8")
    again(toy, folder)
    assert chunks(folder) == chunks(base)


def test_what_a_worker_that_was_killed_midway_left_is_gone_at_the_end(toy, tmp_path, monkeypatch):
    half = tmp_path / "store/runs.zarr/zarr.0123456789abcdef0123456789abcdef.partial"
    real = Store.keep

    def keep(store, number, block):
        half.touch()
        return real(store, number, block)

    monkeypatch.setattr(Store, "keep", keep)
    ensemble(toy, 4, 1, tmp_path / "store")
    assert half.parent.is_dir()
    assert not half.exists()


def test_damage_is_found_by_its_checksum(base, tmp_path):
    folder = copy_of(base, tmp_path)
    _flip(folder / "runs.zarr/tie/c/4/0/0/0")
    with pytest.raises(ResultsError, match="block 4 is damaged"):
        Store(folder).digest()


@pytest.mark.parametrize("name", ["tie/c/4/0/0/0", "events/4/numbers/c/0/0"])
@pytest.mark.parametrize(
    "harm",
    [
        _flip,
        lambda path: path.write_bytes(path.read_bytes()[:-9]),
        lambda path: path.write_bytes(b"xy"),
        lambda path: path.write_bytes(b""),
        lambda path: path.unlink(),
    ],
    ids=["a byte is flipped", "the end is lost", "two bytes are left", "it is empty", "it is gone"],
)
def test_a_block_that_was_damaged_is_played_again(toy, base, tmp_path, monkeypatch, name, harm):
    folder, played = copy_of(base, tmp_path), []
    play = ensembles.play_block
    monkeypatch.setattr(ensembles, "play_block", lambda s, n: (played.append(n), play(s, n))[1])
    harm(folder / "runs.zarr" / name)
    with pytest.raises(ResultsError, match=r"damaged|missing"):
        Store(folder).digest()
    again(toy, folder)
    assert played == [4]
    assert chunks(folder) == chunks(base)


def test_a_store_can_grow(toy, base, tmp_path):
    folder = tmp_path / "grown"
    ensemble(toy, 31, 3, folder, record=ALL, block=7)
    assert again(toy, folder)["run"].values.tolist() == list(range(60))
    assert Store(folder).digest() == Store(base).digest()
    assert chunks(folder) == chunks(base)
    with pytest.raises(ResultsError, match="holds a study of 60 runs, more than 12"):
        ensemble(toy, 12, 3, folder, record=ALL)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seed": 4}, "seed is '3' there and '4' here"),
        ({"first": 5}, "first is 0 there and 5 here"),
        ({"record": "events"}, "record is ['summary', 'events', 'position', 'tie'] there and"),
        ({"hold": "luck"}, "hold is None there and 'luck' here"),
        ({"block": 8}, "block is 7 there and 8 here"),
        ({"set": {"actors.crown.capability": 1.4}}, "actors.crown.capability is"),
        ({"set": {"weeks": 12}}, "weeks is 52 there and 12 here"),
    ],
    ids=str,
)
def test_another_study_in_the_same_folder_is_refused_with_what_differs(toy, base, change, message):
    with pytest.raises(ResultsError) as error:
        ensemble(toy, **{"runs": 60, "seed": 3, "out": base, "record": ALL, **change})
    assert "holds another study: " in str(error.value)
    assert message in str(error.value)


def test_another_order_of_actors_is_another_study(toy, base):
    data = files.as_data(toy)
    data["actors"] = dict(reversed(data["actors"].items()))
    with pytest.raises(ResultsError, match="the order of actors or issues"):
        again(files.build(data), base)


def test_other_rules_are_refused(toy, base, monkeypatch):
    there = manifest.versions()
    monkeypatch.setattr(manifest, "versions", lambda: there | {"rules": "0123456789abcdef"})
    with pytest.raises(ResultsError, match=r"version of rules is .* there and 0123456789abcdef"):
        again(toy, base)
    monkeypatch.setattr(manifest, "versions", lambda: there | {"python": "3.99", "numpy": "9"})
    again(toy, base)


def test_a_store_of_a_newer_format_is_refused(toy, base, tmp_path):
    folder = copy_of(base, tmp_path)
    there = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(there | {"store_format": 99}))
    for use in (lambda: Store(folder), lambda: again(toy, folder)):
        with pytest.raises(ResultsError, match="format 99, this program reads up to 3: use"):
            use()


def test_a_folder_that_is_no_store_is_refused(toy, tmp_path):
    (tmp_path / "mine.txt").write_text("letters")
    with pytest.raises(ResultsError, match="has no manifest"):
        Store(tmp_path)
    with pytest.raises(ResultsError, match="is not empty, and no ensemble store"):
        again(toy, tmp_path)
    with pytest.raises(ResultsError, match="is not there, or is empty"):
        Store(tmp_path / "nowhere")
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(ResultsError, match=r"its manifest.json cannot be read"):
        Store(tmp_path)
    assert (tmp_path / "mine.txt").read_text() == "letters"


def test_a_place_that_cannot_be_written_is_refused_before_anything_runs(toy, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("mine")
    monkeypatch.setattr(ensembles, "play_block", lambda *_: pytest.fail("played"))
    with pytest.raises(ResultsError, match=r"cannot write to .*file"):
        again(toy, tmp_path / "file")
    with pytest.raises(ResultsError, match=r"cannot write to .*file"):
        again(toy, tmp_path / "file" / "below")


@pytest.mark.parametrize("executor", ["serial", "threads"])
def test_a_full_disk_stops_with_a_clear_word_and_what_is_finished_stays(
    toy, base, tmp_path, monkeypatch, executor
):
    folder, real, written = tmp_path / "full", Folder.settle, []

    def settle(self, names):
        written.extend(name for name in names if "/story/c/" in name)
        if len(written) > 4 and any("/story/c/" in name for name in names):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(self, names)

    monkeypatch.setattr(Folder, "settle", settle)
    with pytest.raises(StoppedError, match="No space left on device; the blocks that are finished"):
        again(toy, folder, block=7, executor=executor, workers=2)
    assert Store(folder).dataset().sizes["run"] >= 4 * 4
    words = ["ensemble", TOY, "--runs", "60", "--seed", "3", "--record", ALL, "--out", str(folder)]
    assert main([*words, "--quiet"]) == 1
    monkeypatch.setattr(Folder, "settle", real)
    assert main([*words, "--quiet"]) == 0
    assert Store(folder).digest() == Store(base).digest()


def test_two_ensembles_do_not_write_to_one_store(toy, base):
    with writing(base), pytest.raises(ResultsError, match="another ensemble is writing"):
        again(toy, base)


def test_replay_from_a_store(base):
    run = replay(base, 17)
    assert np.array_equal(run["tie"].astype("f4"), Store(base).dataset()["tie"].sel(run=[17]))
    with pytest.raises(ResultsError, match="there is no run 60: the runs are 0 to 59"):
        replay(base, 60)


def test_a_run_that_failed_cannot_be_replayed_and_says_why(toy, base, tmp_path):
    folder = copy_of(base, tmp_path)
    (ledger,) = (folder / "ledger").iterdir()
    failure = [{"run": 2, "error": "ValueError: no", "traceback": "..."}]
    lines = [json.loads(line) for line in ledger.read_text().splitlines()]
    lines[0]["failures"] = failure
    ledger.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert 2 not in Store(folder).dataset()["run"].values
    with pytest.raises(ResultsError, match="run 2 failed: ValueError: no"):
        replay(folder, 2)


COMMAND = """
import sys
from sim.runs.ensemble import ensemble
if __name__ == "__main__":
    ensemble(sys.argv[1], 60, 3, sys.argv[2], record="events,tie,position", block=3,
             executor=sys.argv[3], workers=2)
"""


def start(folder, executor):
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, TOY, str(folder), executor],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def children(pid):
    """Worker processes of a process (not the tracker of resources)."""
    found = subprocess.run(
        ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(pid)], capture_output=True
    )
    lines = found.stdout.decode().splitlines()
    return [int(line.split()[0]) for line in lines if "spawn_main" in line]


def test_killed_parents_and_workers_lose_nothing(toy, tmp_path):
    """SIGKILL at random moments; afterwards the same bytes as an undisturbed ensemble."""
    calm = tmp_path / "calm"
    ensemble(toy, 60, 3, calm, record=ALL, block=3)
    expected, digest = chunks(calm), Store(calm).digest()
    luck, kills, on_the_way = random.Random(11), 0, 0
    folder = tmp_path / "killed"
    while kills < KILLS:
        shutil.rmtree(folder, ignore_errors=True)
        for _ in range(3):
            if kills >= KILLS:
                break
            executor = luck.choice(["threads", "processes"])
            process = start(folder, executor)
            # From the first file of the store on, until about the end.
            while process.poll() is None and not (folder / "manifest.json").exists():
                time.sleep(0.005)
            time.sleep(luck.uniform(0.0, 1.2 if executor == "threads" else 3.0))
            if executor == "processes" and luck.random() < 0.5:
                for worker in children(process.pid)[:1]:
                    os.kill(worker, signal.SIGKILL)
                time.sleep(luck.uniform(0.0, 1.0))
            if process.poll() is None:
                on_the_way += 1
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            process.stderr.close()
            kills += 1
            if (folder / "manifest.json").exists():
                assert Store(folder).dataset(events=False).sizes["run"] <= 60
        ensemble(toy, 60, 3, folder, record=ALL, block=3)
        assert Store(folder).digest() == digest
        assert chunks(folder) == expected
    assert on_the_way >= kills // 3


def test_a_killed_worker_is_replaced_and_its_block_played_again(toy, base, tmp_path):
    """Only a worker dies; the ensemble goes on by itself."""
    process = start(tmp_path / "new", "processes")
    killed, end = 0, time.monotonic() + 60
    while process.poll() is None and time.monotonic() < end and killed < 2:
        # The first is killed as soon as it is there, so that there is always one.
        for worker in children(process.pid)[:1]:
            os.kill(worker, signal.SIGKILL)
            killed += 1
            time.sleep(1.0)
        time.sleep(0.01)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said.decode()
    assert killed >= 1
    assert Store(tmp_path / "new").digest() == Store(base).digest()


def test_workers_that_keep_dying_are_given_up_with_a_clear_word(toy, tmp_path, monkeypatch):
    from sim.runs import executors

    monkeypatch.setattr(executors, "_settle_in", _die)
    with pytest.raises(StoppedError, match="worker processes died 5 times"):
        ensemble(toy, 4, 3, tmp_path / "store", executor="processes", workers=1)


def _die(*_):
    os._exit(9)


def test_workers_end_with_their_parent(toy, tmp_path):
    process = start(tmp_path / "new", "processes")
    end = time.monotonic() + 60
    workers = []
    while not workers and time.monotonic() < end:
        time.sleep(0.05)
        workers = children(process.pid)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stderr.close()
    end = time.monotonic() + 20
    while any(os.path.exists(f"/proc/{worker}") for worker in workers) and time.monotonic() < end:
        time.sleep(0.1)
    assert not any(os.path.exists(f"/proc/{worker}") for worker in workers)


def test_ctrl_c_keeps_what_is_finished_and_says_how_to_go_on(tmp_path):
    folder = tmp_path / "store"
    words = ["ensemble", TOY, "--runs", "400000", "--block", "50", "--out", str(folder)]
    process = subprocess.Popen(
        [sys.executable, "-m", "sim", *words], cwd=ROOT, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, start_new_session=True, preexec_fn=hear_ctrl_c,
    )  # fmt: skip
    end = time.monotonic() + 120
    while time.monotonic() < end and not (
        (folder / "ledger").is_dir()
        and any(p.stat().st_size for p in (folder / "ledger").iterdir())
    ):
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "runs are in" in said
    assert "the same command goes on from there" in said
    assert "Traceback" not in said
    assert Store(folder).dataset().sizes["run"] > 0


def test_the_command_line_from_ensemble_to_digest(base, tmp_path, capsys):
    folder = str(tmp_path / "store")
    words = ["ensemble", TOY, "--runs", "60", "--seed", "3", "--record", ALL, "--out", folder]
    assert main(words) == 0
    said = capsys.readouterr().out
    assert "60 runs, seed 3" in said
    assert f"sim replay {folder} --run 0" in said
    assert main(["digest", folder]) == 0
    assert capsys.readouterr().out.strip() == Store(base).digest()
    assert main(["replay", folder, "--run", "17"]) == 0
    assert "Run 17, seed 3: 52 weeks" in capsys.readouterr().out
    assert (
        main(
            ["branch", folder, "--run", "17", "--at", "10", "--set", "parameters.front_speed=0.02"]
        )
        == 0
    )
    assert "Run 17, seed 3: 52 weeks" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["ensemble", TOY, "--runs", "0"], "runs must be a whole number, from 1 to 2**62; is 0"),
        (["ensemble", TOY, "--runs", "-2"], "runs must be a whole number, from 1 to 2**62; is -2"),
        (["ensemble", TOY, "--record", "tei"], "did you mean 'tie'?"),
        (["ensemble", TOY, "--hold", "fate"], "hold must be one of heterogeneity, luck"),
        (["ensemble", TOY, "--executor", "dask"], "the executor dask writes to a store"),
        (["ensemble", TOY, "--executor", "dask", "--out", "OUT"], "needs the address of a"),
        (["digest", "nowhere"], "there is no ensemble and no results file nowhere"),
        (["replay", "nowhere", "--run", "1"], "there is no ensemble and no results file nowhere"),
        (["replay", "BASE", "--run", "99"], "there is no run 99: the runs are 0 to 59"),
        (["branch", "BASE", "--run", "1", "--at", "1900-01-01", "--set", "weeks=60"], "outside"),
        (["branch", "BASE", "--run", "1", "--at", "²", "--set", "weeks=60"], "'²' is not a date"),
        (["compare", TOY, TOY, "--set", "actors.crwon.capability=2"], "did you mean 'crown'?"),
        (["compare", TOY, TOY, "--runs", "5", "--run", "7"], "there is no pair of runs 7"),
    ],
    ids=str,
)
def test_bad_words_are_one_message_and_exit_code_2(base, tmp_path, capsys, words, message):
    names = {"BASE": str(base), "OUT": str(tmp_path / "out")}
    assert main([names.get(word, word) for word in words]) == 2
    assert message in capsys.readouterr().err


def test_an_ensemble_with_own_classes_goes_through_processes_by_itself(toy, base, tmp_path):
    plugin = tmp_path / "mine.py"
    plugin.write_text(
        "import sim\n\n@sim.register('calm')\nclass Calm(sim.MilitiaActor):\n    '''As it is.'''\n"
    )
    words = [
        "ensemble", TOY, "--runs", "6", "--seed", "3", "--set", "actors.league.agent=calm",
        "--plugin", str(plugin), "--out", str(tmp_path / "store"), "--workers", "2",
    ]  # fmt: skip
    assert main(words) == 0
    found, plain = Store(tmp_path / "store").dataset(), ensemble(toy, 6, 3)
    assert np.array_equal(found["story"], plain["story"])


def test_a_store_can_lie_where_fsspec_reaches(toy, base, tmp_path):
    url = f"file://{tmp_path}/far/store"
    found = again(toy, url, block=7)
    assert found.sizes["run"] == 60
    assert Store(url).digest() == Store(base).digest()
    assert len(place(url).names("ledger")) == 9
    with pytest.raises(ResultsError):
        place("nosuchscheme://there/it/is")


def test_complete_goes_on_with_a_store_that_was_opened(toy, tmp_path):
    study = Study.of(toy, runs=20, block=5)
    waiting = Store.prepare(tmp_path / "store", study)
    assert waiting.left() == [0, 1, 2, 3]
    assert complete(waiting) == []
    assert waiting.left() == []


def test_changes_make_another_store(toy, tmp_path):
    one = ensemble(with_changes(toy, {"weeks": 20}), 4, 1, tmp_path / "a")
    with pytest.raises(SimError):
        ensemble(with_changes(toy, {"weeks": 21}), 4, 1, tmp_path / "a")
    assert one.sizes["week"] == 20


def test_a_command_that_is_refused_leaves_the_running_one_alone(toy, base, tmp_path):
    folder = copy_of(base, tmp_path)
    half = folder / "runs.zarr/tie/c/1.0123456789abcdef0123456789abcdef.partial"
    half.write_bytes(b"half")
    before = (folder / "manifest.json").read_bytes()
    with writing(folder), pytest.raises(ResultsError, match="another ensemble is writing"):
        ensemble(toy, 90, 3, folder, record=ALL)
    assert half.exists()
    assert (folder / "manifest.json").read_bytes() == before


def test_a_store_that_was_killed_while_it_grew_goes_on_with_either_size(toy, base, tmp_path):
    for runs in (60, 80):
        folder = tmp_path / str(runs)
        shutil.copytree(base, folder)
        store = Store(folder)
        store.study = Study.of(toy, runs=80, seed=3, record=ALL, block=7)
        store._lay_out()  # killed before the manifest was written
        assert Store(folder).dataset().sizes["run"] == 60
        assert ensemble(toy, runs, 3, folder, record=ALL).sizes["run"] == runs


def test_a_coordinate_that_was_not_written_is_written_at_the_next_time(toy, base, tmp_path):
    folder = copy_of(base, tmp_path)
    (folder / "runs.zarr/actor/c/0").unlink()
    again(toy, folder)
    assert chunks(folder) == chunks(base)


def test_a_folder_with_half_a_manifest_can_be_used(toy, base, tmp_path):
    (tmp_path / "new").mkdir()
    (tmp_path / "new/manifest.json.0123456789abcdef0123456789abcdef.partial").write_text("{")
    again(toy, tmp_path / "new", block=7)
    assert chunks(tmp_path / "new") == chunks(base)


def test_a_chunk_that_is_gone_is_refused_and_played_again(toy, base, tmp_path):
    folder = copy_of(base, tmp_path)
    shutil.rmtree(folder / "runs.zarr/state/c/3")
    for use in (lambda: Store(folder).dataset(), lambda: replay(folder, 1)):
        with pytest.raises(ResultsError, match=r"is damaged: runs.zarr/state/c/3/0 is missing"):
            use()
    with pytest.raises(ResultsError, match="7 of 60 runs are missing"):
        Store(folder).digest()
    again(toy, folder)
    assert Store(folder).digest() == Store(base).digest()


def test_a_war_without_patrons_can_be_kept_too(toy, tmp_path):
    data = files.as_data(toy)
    data["patrons"] = {}
    case = files.build(data)
    found = ensemble(case, 4, 1, tmp_path / "store", record="actors")
    assert found["control"].shape == (4, 52, 0)
    assert Store(tmp_path / "store").left() == []


@pytest.mark.parametrize("damage", [b"\xff\xfe\n", b'{"block": null, "places": []}\n'])
def test_a_damaged_ledger_does_no_more_than_lose_its_lines(base, tmp_path, damage):
    folder = copy_of(base, tmp_path)
    (folder / "ledger/other.jsonl").write_bytes(damage)
    assert Store(folder).left() == []


def test_a_manifest_without_a_seed_is_refused(base, tmp_path):
    folder = copy_of(base, tmp_path)
    there = json.loads((folder / "manifest.json").read_text())
    del there["seed"]
    (folder / "manifest.json").write_text(json.dumps(there))
    with pytest.raises(ResultsError, match="no right seed: Field required"):
        Store(folder)


def test_another_version_of_an_own_class_is_refused(tmp_path):
    plugin = tmp_path / "own.py"
    text = "import sim\n\n@sim.register('own')\nclass Own(sim.MilitiaActor):\n    pass\n"
    plugin.write_text(text)
    words = [
        "ensemble", TOY, "--runs", "2", "--set", "actors.league.agent=own", "--executor", "serial",
        "--plugin", str(plugin), "--out", str(tmp_path / "store"), "--quiet",
    ]  # fmt: skip
    assert main(words) == 0
    plugin.write_text(text + "# changed\n")
    assert main(words) == 2


def test_a_scheduler_without_its_executor_is_refused(toy, tmp_path):
    with pytest.raises(SimError, match="a scheduler is for the executor dask"):
        ensemble(toy, 2, 1, tmp_path / "store", scheduler="tcp://127.0.0.1:1")


def test_a_results_folder_is_not_put_into_an_ensemble(base, capsys):
    assert main(["replay", str(base), "--run", "1", "--out", str(base), "--force", "--quiet"]) == 2
    assert "holds an ensemble; choose another" in capsys.readouterr().err
