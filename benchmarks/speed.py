"""How fast, and what it costs: every way to run the war, on one machine, in one call.

Each line is measured in a process of its own (peak memory is that of the process and, where it has
workers, of the largest of them), `--repeat` times; the best is printed, and the spread beside it.

    python benchmarks/speed.py            # about ten minutes
    python benchmarks/speed.py --quick    # two minutes, rougher
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SYRIA = str(ROOT / "scenarios/syria_2015_2018.toml")
_FILE = tomllib.loads((ROOT / "tests/cases/syria_first_theory.toml").read_text(encoding="utf-8"))
# What makes the Syrian case one under the first theory.
FIRST = {
    f"{group}.{name}": value
    for group in ("mechanisms", "parameters")
    for name, value in _FILE[group].items()
}


def war_of(actors: int) -> Any:
    """The Syrian war with other actors: copies of its own in turn, until there are so many."""
    from sim import files

    data = files.as_data(files.load(SYRIA))
    names = list(data["actors"])
    order = ["syria_government", "damascus_rebels", "russia", *names]
    order = list(dict.fromkeys(order))
    keep, copies = order[:actors], {}
    for n in range(actors - len(keep)):
        like = names[n % len(names)]
        copies[f"{like}_{2 + n // len(names)}"] = data["actors"][like]
    data["actors"] = {name: data["actors"][name] for name in keep} | copies
    here = set(data["actors"])
    data["patrons"] = {
        patron: {proxy: share for proxy, share in proxies.items() if proxy in here}
        for patron, proxies in data.get("patrons", {}).items()
        if patron in here
    }
    data["patrons"] = {patron: proxies for patron, proxies in data["patrons"].items() if proxies}
    return files.build(_only(data, here))


def _only(data: dict[str, Any], here: set[str]) -> dict[str, Any]:
    """Roles, talks, pairs and events of those who are there."""
    roles, talks = data.get("roles", {}), data.get("talks", {})
    for part in (roles, talks):
        for name, value in list(part.items()):
            if isinstance(value, dict):
                part[name] = {
                    k: v for k, v in value.items()
                    if k in here and (not isinstance(v, str) or v in here or name != "brought")
                }  # fmt: skip
            elif isinstance(value, list | tuple):
                part[name] = [v for v in value if v in here]
    data["bilateral"] = [pair for pair in data.get("bilateral", []) if set(pair) <= here]
    data["events"] = [
        event for event in data.get("events", [])
        if all(event.get(key, None) in (None, *here) for key in ("actor", "patron", "proxy"))
    ]  # fmt: skip
    for issue in data["issues"].values():
        for key in ("advances_while", "gains_from"):
            if key in issue:
                issue[key] = [name for name in issue[key] if name in here]
    return data


# ---- what is measured: each takes a number of runs and gives the seconds they took ---------------


def batch_run(runs: int, changes: dict[str, Any], processes: int = 1) -> float:
    """Mesa's own batch_run over the Mesa model with its DataCollector."""
    import mesa

    from sim.scenario.files import load

    case = load(SYRIA, changes)
    Batched(case=case, run=0).step()
    began = time.perf_counter()
    mesa.batch_run(
        Batched, {"case": [case], "run": range(runs)}, number_processes=processes, iterations=1,
        max_steps=case.weeks, data_collection_period=1, display_progress=False,
    )  # fmt: skip
    return time.perf_counter() - began


def Batched(case: Any, run: int, rng: Any = None) -> Any:
    """The Mesa model as batch_run makes it."""
    from sim.agents.model import ConflictModel

    return ConflictModel(case, seed=1, run=int(run))


def plain(runs: int, changes: dict[str, Any]) -> float:
    """The same rules over plain Python objects, as a Mesa tutorial would write them."""
    sys.path.insert(0, str(HERE))
    import plain_objects

    from sim.scenario.files import load

    case = load(SYRIA, changes)
    began = time.perf_counter()
    for seed in range(runs):
        plain_objects.run(case, seed)
    return time.perf_counter() - began


def bare(runs: int, changes: dict[str, Any]) -> float:
    """The compiled loop alone, nothing recorded but the state of each week, one thread."""
    import numpy as np

    from sim.engine import draws, event_log
    from sim.engine.build import first_world, keys_of, open_run, prepare
    from sim.engine.schedule import play
    from sim.engine.state import blank
    from sim.scenario.files import load

    case = load(SYRIA, changes)
    g, p, lay = prepare(case)
    (world, memory), (_, first) = first_world(g, lay), first_world(g, lay)
    record, log = blank(lay, case.weeks, ("status",)), event_log.empty(0)
    count = event_log.counter()

    def go(luck: Any) -> None:
        for keys in luck:
            for now, then in zip(memory, first, strict=True):
                now[:] = then
            open_run(g, p, world, keys)
            play(
                g, p, world, record, log, count, keys, draws.NO_DRAWS, 0, case.weeks, None
            )  # fmt: skip

    luck, _ = keys_of(1, np.arange(runs))
    go(luck[:2])
    began = time.perf_counter()
    go(luck)
    return time.perf_counter() - began


def many(runs: int, changes: dict[str, Any], out: bool = False, **how: Any) -> float:
    """The ensemble runner."""
    from sim.runs.ensemble import ensemble
    from sim.scenario.files import load

    case = load(SYRIA, changes) if "actors" not in changes else war_of(changes["actors"])
    ensemble(case, 4, executor="serial", record=how.get("record", "summary"))
    folder = tempfile.mkdtemp()
    began = time.perf_counter()
    ensemble(case, runs, out=f"{folder}/store" if out else None, **how)
    spent = time.perf_counter() - began
    shutil.rmtree(folder)
    return spent


def first_compile(_: int, __: dict[str, Any]) -> float:
    """Seconds of processor until the first run of an ensemble is over, nothing compiled yet."""
    from sim.rules import compiler

    folder = tempfile.mkdtemp()
    compiler.FOLDER = Path(folder)
    return second_start(0, {})


def second_start(_: int, __: dict[str, Any]) -> float:
    """Seconds until the first run of an ensemble is over, imports included."""
    began = time.perf_counter()
    from sim.runs.ensemble import ensemble

    ensemble(SYRIA, 1)
    return time.perf_counter() - began


MEASURES: dict[str, Callable[..., float]] = {
    "batch_run": batch_run, "plain": plain, "bare": bare, "many": many,
    "first_compile": first_compile, "second_start": second_start,
}  # fmt: skip


# ---- how it is measured -------------------------------------------------------------------------


def child(words: str) -> None:
    """Measure one thing here and print seconds and peak memory."""
    task = json.loads(words)
    seconds = MEASURES[task["what"]](task["runs"], task["changes"], **task["how"])
    own, workers = (
        resource.getrusage(who).ru_maxrss / 1024
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(json.dumps({"seconds": seconds, "memory": max(own, workers)}))


def measure(
    what: str, runs: int, changes: dict[str, Any] | None = None, repeat: int = 3, **how: Any
) -> dict[str, float]:
    """Best and worst of some measurements, each in a new process."""
    task = json.dumps({"what": what, "runs": runs, "changes": changes or {}, "how": how})
    found = []
    for _ in range(repeat):
        done = subprocess.run(
            [sys.executable, __file__, "--child", task], capture_output=True, text=True, cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False,
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(done.stderr)
        found.append(json.loads(done.stdout.splitlines()[-1]))
    seconds = [one["seconds"] for one in found]
    return {
        "rate": runs / min(seconds), "slowest": runs / max(seconds), "seconds": min(seconds),
        "memory": max(one["memory"] for one in found),
    }  # fmt: skip


def show(name: str, found: dict[str, float], base: float | None = None) -> None:
    """Print one line."""
    ratio = f"{found['rate'] / base:9.1f}x" if base else " " * 10
    print(
        f"{name:58}{found['rate']:10.1f}{found['slowest']:10.1f}{ratio}{found['memory']:9.0f} MB",
        flush=True,
    )


def main() -> None:
    """Measure everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--child", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        child(given.child)
        return
    n, repeat = (1000, 1) if given.quick else (4000, given.repeat)
    print(f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}")
    print(
        f"Syrian case, 120 weeks, {n} runs where compiled; runs a second, "
        f"best and worst of {repeat}\n"
    )
    print(f"{'':58}{'best':>10}{'worst':>10}{'of batch_run':>10}{'peak':>9}")
    for title, theory in (("first theory", FIRST), ("the Syrian case", {})):
        print(f"-- {title}")
        mesa = measure("batch_run", 6, theory, repeat)
        base = mesa["rate"]
        show("batch_run over the Mesa model, 1 process", mesa, base)
        show("batch_run over the Mesa model, 2 processes",
             measure("batch_run", 12, theory, repeat, processes=2), base)  # fmt: skip
        if theory:
            show(
                "plain Python objects, as a tutorial has them",
                measure("plain", 30, theory, repeat),
                base,
            )
        loop = measure("bare", n, theory, repeat)
        show("compiled loop alone, nothing recorded", loop, base)
        for name, how in (
            ("ensemble in memory, 1 thread", {"executor": "serial"}),
            ("ensemble in memory, 2 threads", {"executor": "threads", "workers": 2}),
            ("ensemble in memory, 1 process", {"executor": "processes", "workers": 1}),
            ("ensemble in memory, 2 processes", {"executor": "processes", "workers": 2}),
            ("ensemble to the store, 1 thread", {"executor": "serial", "out": True}),
            (
                "ensemble to the store, 2 threads",
                {"executor": "threads", "workers": 2, "out": True},
            ),
            (
                "ensemble to the store, 2 processes",
                {"executor": "processes", "workers": 2, "out": True},
            ),
        ):
            show(name, measure("many", n, theory, repeat, **how), base)
    print("\n-- what recording costs (the Syrian case, 1 thread, to the store)")
    for record in ("summary", "actors", "dyads", "events", "actors,dyads,events"):
        show(
            record, measure("many", n // 4, {}, repeat, out=True, executor="serial", record=record)
        )
    print("\n-- memory with the number of runs (first theory, 2 threads, to the store)")
    for runs in (1000, 10_000) if given.quick else (1000, 10_000, 100_000):
        show(
            f"{runs} runs", measure("many", runs, FIRST, 1, out=True, executor="threads", workers=2)
        )
    print("\n-- with the number of actors (the Syrian case, 1 thread)")
    for actors in (3, 6, 12, 24, 48):
        runs = max(20, n // max(1, actors // 4) ** 2 // 4)
        show(
            f"{actors} actors", measure("many", runs, {"actors": actors}, repeat, executor="serial")
        )
    print("\n-- with the number of weeks (the Syrian case, 1 thread)")
    for weeks in (30, 60, 120, 240, 480):
        show(
            f"{weeks} weeks",
            measure("many", n // 4, {"weeks": weeks}, repeat, executor="serial"),
        )
    print("\n-- a warm session")
    warm = measure("many", 500, {}, repeat)
    print(f"ensemble(scenario, runs=500), second theory: {warm['seconds']:.3f} s")
    warm = measure("many", 500, FIRST, repeat)
    print(f"ensemble(scenario, runs=500), first theory: {warm['seconds']:.3f} s")
    for words, what in (
        ("everything cached", "second_start"),
        ("nothing compiled", "first_compile"),
    ):
        found = measure(what, 1, {}, repeat if what == "second_start" else 1)
        print(f"from start to first run, {words}: {found['seconds']:.1f} s")


if __name__ == "__main__":
    main()
