"""The same blocks on a cluster, the same store; a worker that is killed changes nothing."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

import distributed
import pytest

from sim.errors import SimError
from sim.results.store import Store
from sim.runs import cluster as module
from sim.runs.ensemble import ensemble
from sim.ui.cli import main


@pytest.fixture(scope="module")
def cluster():
    """A scheduler and two worker processes on this machine."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    ) as made:
        yield made


@pytest.fixture(scope="module")
def calm(toy, tmp_path_factory):
    folder = tmp_path_factory.mktemp("calm") / "store"
    ensemble(toy, 300, 2, folder, record="events,tie", block=5)
    return folder


def files(folder):
    root = folder / "runs.zarr"
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def test_a_cluster_that_loses_a_worker_midway_writes_the_same_bytes(toy, cluster, calm, tmp_path):
    folder = tmp_path / "store"
    pids = [worker.pid for worker in cluster.workers.values()]

    def kill():
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if any(folder.glob("ledger/*")) and len(Store(folder).finished()) >= 3:
                break
            time.sleep(0.01)
        killed.append(len(Store(folder).finished()))
        os.kill(pids[0], signal.SIGKILL)

    killed = []
    killer = threading.Thread(target=kill)
    killer.start()
    found = ensemble(
        toy, 300, 2, folder, record="events,tie", block=5, executor="dask",
        scheduler=cluster.scheduler_address,
    )  # fmt: skip
    killer.join()
    assert killed[0] < 60, "the worker was killed after all was over"
    assert found.sizes["run"] == 300
    assert Store(folder).digest() == Store(calm).digest()
    assert files(folder) == files(calm)


def test_a_cluster_writes_through_fsspec(cluster, calm, tmp_path):
    url = f"file://{tmp_path}/far"
    words = [
        "ensemble", "tests/cases/toy.toml", "--runs", "300", "--seed", "2", "--record",
        "events,tie", "--block", "50", "--out", url, "--executor", "dask", "--scheduler",
        cluster.scheduler_address, "--quiet",
    ]  # fmt: skip
    assert main(words) == 0
    assert Store(url).digest() == Store(calm).digest()


def test_workers_notice_that_a_store_has_grown_or_is_another_one(toy, cluster, tmp_path):
    there = {"executor": "dask", "scheduler": cluster.scheduler_address, "block": 4}
    ensemble(toy, 10, 1, tmp_path / "store", **there)
    ensemble(toy, 21, 1, tmp_path / "store", **there)
    ensemble(toy, 21, 1, tmp_path / "calm", block=4)
    assert Store(tmp_path / "store").digest() == Store(tmp_path / "calm").digest()
    shutil.rmtree(tmp_path / "store")
    ensemble(toy, 21, 2, tmp_path / "store", **there)
    ensemble(toy, 21, 2, tmp_path / "calm2", block=4)
    assert Store(tmp_path / "store").digest() == Store(tmp_path / "calm2").digest()


def test_a_scheduler_that_does_not_answer_is_given_up_in_time(toy, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 1.0)
    with socket.socket() as silent:  # takes connections, and says nothing
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        began = time.monotonic()
        with pytest.raises(SimError, match="does not answer within 1 s"):
            ensemble(toy, 4, 1, tmp_path / "a", executor="dask", scheduler=address)
        assert time.monotonic() - began < 15


@pytest.mark.parametrize("address", ["nonsense", "tcp://127.0.0.1:1", "", None])
def test_an_address_that_is_none_is_one_clear_message(toy, tmp_path, monkeypatch, address):
    monkeypatch.setattr(module, "PATIENCE", 1.0)
    with pytest.raises(SimError, match="scheduler"):
        ensemble(toy, 4, 1, tmp_path / "a", executor="dask", scheduler=address)


def test_a_cluster_without_workers_is_waited_for_aloud(toy, tmp_path, capsys):
    with distributed.LocalCluster(
        n_workers=0, threads_per_worker=1, processes=False, protocol="tcp",
        dashboard_address=None, silence_logs=50,
    ) as empty:  # fmt: skip
        later = threading.Timer(1.0, empty.scale, [1])
        later.start()
        found = ensemble(
            toy, 4, 1, tmp_path / "a", executor="dask", scheduler=empty.scheduler_address
        )
        later.join()
    assert found.sizes["run"] == 4
    assert "no workers yet" in capsys.readouterr().err


CLUSTER = """
import distributed, sys
if __name__ == "__main__":
    made = distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None,
        processes=False, protocol="tcp", silence_logs=50)
    print(made.scheduler_address, flush=True)
    sys.stdin.read()
"""


def test_a_scheduler_that_dies_is_one_message(tmp_path):
    """What the library says of it, in dozens of lines, helps nobody."""
    (tmp_path / "cluster.py").write_text(CLUSTER)
    folder = tmp_path / "store"
    with subprocess.Popen(
        [sys.executable, tmp_path / "cluster.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    ) as cluster:  # fmt: skip
        address = cluster.stdout.readline().strip()
        words = [
            "ensemble", "toy", "--runs", "400000", "--block", "20", "--out", str(folder),
            "--executor", "dask", "--scheduler", address, "--quiet",
        ]  # fmt: skip
        with subprocess.Popen(
            [sys.executable, "-m", "sim", *words], stderr=subprocess.PIPE, text=True
        ) as process:
            end = time.monotonic() + 120
            while (
                process.poll() is None
                and time.monotonic() < end
                and not any(path.stat().st_size for path in folder.glob("ledger/*"))
            ):
                time.sleep(0.05)
            time.sleep(0.5)
            cluster.kill()
            _, said = process.communicate(timeout=120)
    assert process.returncode == 1
    (line,) = said.splitlines()
    assert f"the connection to the scheduler {address} was lost" in line
    assert "the same command goes on from there" in line
