"""Mangled inputs by the thousand: ``python tests/mutate.py --count 100000``.

Files that are legal (scenarios, plans, histories, manifests, ledgers and results files) are changed
at random: bytes, lines, values, keys, nesting. Each is then read by the function that users call.
It must be accepted or refused in words; any other exception is a fault of the program. With
``--play`` a part of the scenarios that are accepted is played for a few weeks, in plain Python
through the Mesa model: it must end, or fail in words.

Everything follows from ``--seed``: the same seed gives the same mutants.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import functools
import io
import json
import os
import random
import re
import shutil
import sys
import tempfile
import time
import tomllib
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("NUMBA_DISABLE_JIT", "1")

from sim import files  # noqa: E402  # found by the lines above
from sim.errors import SimError  # noqa: E402  # as above
from sim.results import manifest, netcdf  # noqa: E402  # as above
from sim.scenario import toml_source  # noqa: E402  # as above

# Tokens that stand for the kinds of trouble that files are known to make.
WORDS = [
    "", "x", "-1", "0", "1", "-0.0", "5e-324", "1e100", "1e400", "nan", "inf", "-inf", "true",
    "9223372036854775808", "1" + "0" * 400, "0x" + "f" * 300, "2016-12-30", "9999-12-31",
    "0001-01-01", "2016-12-30T10:00:00", "10:00:00", "'text'", '""', '"\\u0000"', '"\\u202e"',
    '"\\ud800"', "[]", "[[]]", "{}", "{ value = 1 }", '{ value = 1, source = "x" }', "[1, 'a']",
    "[" * 40 + "]" * 40, "[" * 1500 + "]" * 1500, "{a={a={a={a=1}}}}", "=", "[[events]]",
    "[actors]", '[actors.""]', "#", '"""', "'''", "\x00", "\x1b", "\ufeff", "\u202e", "\r",
    "a.b.c = 1", "extends = 'toy.toml'", "extends = 'mutant.toml'", "without = ['actors']",
    "more_events = []",
]  # fmt: skip
VALUES: list[Any] = [
    None, True, False, 0, 1, -1, 2**63, 10**400, -0.0, 5e-324, 1e100, 1e308, float("inf"),
    float("nan"), 0.5, "", "x", "crown", "never", "start", "\x00", "\u202eabc", "a" * 3000, "a\nb",
    [], [[]], ["crown"], ["crown", "crown"], [None], {}, {"value": 1}, {"": {}}, {"value": 0.5,
    "source": "a book"}, [{}], [1, 2, 3], {"x": {"y": {"z": [[{}]]}}},
]  # fmt: skip
KEYS = ["", "x", "Scouts", "a b", "value", "source", "status", "crown", "extends", "without",
        "more_events", "label", "[key]", "\x00", "é", "0", "a.b", "y" * 300]  # fmt: skip


class Read(NamedTuple):
    """A kind of file: legal texts of it, the name under which it is read, and its reader."""

    texts: list[str]
    name: str
    reader: Callable[[Path], Any]


@functools.cache
def readers() -> dict[str, Read]:
    """The kinds of text files."""
    from sim.experiments.calibration.plan import load_plan
    from sim.experiments.hypothesis_tests.observed import load as load_history

    def text(path: str) -> str:
        return (ROOT / path).read_text(encoding="utf-8")

    toy = text("tests/cases/toy.toml")
    small, syria = text("tests/bad/base/small.toml"), text("scenarios/syria_2015_2018.toml")
    variant = 'extends = "toy.toml"\nwithout = ["actors.duchy"]\n[actors.league]\ncapability = 2\n'
    plan = text("scenarios/calibration/syria_2015_2018.toml")
    return {
        "scenario": Read(
            [toy, toy, toy, toy, small, small, syria, variant], "mutant.toml", files.load
        ),
        "plan": Read(
            [plan.replace('"../syria_2015_2018.toml"', '"toy.toml"'), PLAN, PLAN],
            "mutant.toml", load_plan,
        ),
        "history": Read(
            [text("scenarios/history/syria_2015_2018.toml")], "mutant.toml", load_history
        ),
    }  # fmt: skip


PLAN = """scenario = "toy.toml"
known_until = 2002-01-01

[[free]]
path = "parameters.front_speed"
low = 0.002
high = 0.02

[[free]]
path = "parameters.ceasefire_period"
low = 1
high = 9
whole = true
scale = "even"

[[targets]]
name = "front"
measure = "territory reached"
week = 40
position = 0.6
value = 0.5
tolerance = 0.1
until = 2001-12-01
source = "judgement"
"""

# mangling -----------------------------------------------------------------------------------------


def mangled(luck: random.Random, text: str) -> bytes:
    """A text with one to three random changes."""
    raw: bytes | str = text
    for _ in range(luck.choice([1, 1, 1, 2, 3])):
        change = luck.choice([_bytes, _lines, _tokens, _tokens, _tree, _tree, _tree, _numbers])
        try:
            raw = change(luck, raw if isinstance(raw, str) else raw.decode("utf-8"))
        except UnicodeDecodeError:
            break
    return raw if isinstance(raw, bytes) else raw.encode("utf-8", "surrogatepass")


def _bytes(luck: random.Random, text: str) -> bytes:
    raw = bytearray(text.encode())
    for _ in range(luck.choice([1, 1, 2, 20])):
        at = luck.randrange(len(raw) + 1)
        action = luck.randrange(4)
        if action == 0:
            raw[at:at] = bytes([luck.randrange(256)])
        elif action == 1 and raw:
            raw[at : at + 1] = bytes([luck.choice(b"[]{}=.\"'\\#,\n \x00-_0a")])
        elif action == 2:
            del raw[at : at + luck.choice([1, 1, 10, 200])]
        else:
            raw[at:at] = raw[at : at + luck.choice([1, 20, 200])]
    return bytes(raw)


def _lines(luck: random.Random, text: str) -> str:
    lines = text.split("\n")
    at, to = luck.randrange(len(lines)), luck.randrange(len(lines))
    action = luck.randrange(5)
    if action == 0:
        del lines[at]
    elif action == 1:
        lines.insert(to, lines[at])
    elif action == 2:
        lines[at], lines[to] = lines[to], lines[at]
    elif action == 3:
        lines.insert(at, luck.choice(WORDS))
    else:
        del lines[min(at, to) : max(at, to)]
    return "\n".join(lines)


def _tokens(luck: random.Random, text: str) -> str:
    """Change what stands before or after an equals sign, or between brackets."""
    lines = text.split("\n")
    at = luck.choice([n for n, line in enumerate(lines) if "=" in line or "[" in line] or [0])
    before, equals, after = lines[at].partition("=")
    if equals and luck.random() < 0.75:
        lines[at] = f"{before}= {luck.choice(WORDS)}"
    elif equals:
        lines[at] = f"{json.dumps(luck.choice(KEYS))} ={after}"
    else:
        lines[at] = lines[at].replace("]", f".{json.dumps(luck.choice(KEYS))}]", 1)
    return "\n".join(lines)


def _tree(luck: random.Random, text: str) -> str:
    """Change a value, a key or the nesting of data that can still be parsed."""
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, ValueError, RecursionError):
        return _lines(luck, text)
    for _ in range(luck.choice([1, 1, 2, 4])):
        change_tree(luck, data)
    try:
        return toml_source.write(data)
    except (TypeError, RecursionError, ValueError):  # a time of day, a number too long to write
        return _tokens(luck, text)


def _numbers(luck: random.Random, text: str) -> str:
    """Change numbers and leave their type: most of these files stay legal."""
    found = list(re.finditer(r"(?<![\w.-])\d{1,9}(\.\d+)?(?![\w.-])", text))
    for match in sorted(luck.sample(found, min(len(found), luck.choice([1, 2, 6]))), key=_start):
        old = match[0]
        factor = luck.choice([0, 1e-9, 0.01, 0.5, 0.9, 1.1, 2, 10, 1e6, 1e15, -1])
        new = f"{float(old) * factor:g}" if "." in old else str(round(int(old) * factor))
        text = f"{text[: match.start()]}{new}{text[match.end() :]}"
    return text


def _start(match: re.Match[str]) -> int:
    return -match.start()


def _spots(data: Any) -> Iterator[tuple[Any, Any]]:
    """Every table or list with each of its keys or positions; found without recursion."""
    left = [data]
    while left:
        holder = left.pop()
        for key in holder if isinstance(holder, dict) else range(len(holder)):
            yield holder, key
            if isinstance(holder[key], (dict, list)):
                left.append(holder[key])


def change_tree(luck: random.Random, data: Any) -> None:
    """Change data in place at one or two places."""
    spots = list(_spots(data))
    if not spots:
        return
    (holder, key), (other, its) = luck.choice(spots), luck.choice(spots)
    action = luck.randrange(8)
    if action == 0:
        del holder[key]
    elif action == 1 and isinstance(holder, dict):
        holder[luck.choice(KEYS)] = holder.pop(key)
    elif action == 2 and isinstance(holder, dict):
        holder[luck.choice(KEYS)] = _value(luck)
    elif action == 3 and isinstance(holder, list):
        holder.append(_value(luck))
    elif action == 4:
        with contextlib.suppress(RecursionError):  # of a value that is nested too deeply to copy
            holder[key] = copy.deepcopy(other[its])
    elif action == 5 and isinstance(holder[key], (int, float)) and abs(holder[key]) < 1e300:
        holder[key] = holder[key] * luck.choice([-1, 0, 0.1, 2, 10, 1e6, 1e-9, 1e15])
    elif action == 6:
        for _ in range(luck.choice([1, 3, 40])):
            holder[key] = [holder[key]] if luck.random() < 0.5 else {"a": holder[key]}
    else:
        holder[key] = _value(luck)


def _value(luck: random.Random) -> Any:
    value = luck.choice(VALUES)
    # a copy all the way down: a shared part would end up inside itself
    return 0 if value is None else copy.deepcopy(value)


# reading ------------------------------------------------------------------------------------------


class Tally:
    """What became of the mutants."""

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()
        self.tracebacks: dict[str, tuple[int, str, bytes]] = {}

    def fault(self, error: BaseException, mutant: bytes) -> None:
        """Count an exception that is no refusal, by the place that raised it."""
        self.outcomes["tracebacks"] += 1
        frames = [f for f in traceback.extract_tb(error.__traceback__) if "/sim/" in f.filename]
        place = "nowhere"
        if frames:
            place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno} {frames[-1].name}"
        words = f"{place}: {type(error).__name__}: {str(error)[:120]}"
        times, _, first = self.tracebacks.get(place, (0, "", mutant))
        self.tracebacks[place] = (times + 1, words, first)


def attempt(tally: Tally, reader: Callable[[], Any], mutant: bytes) -> Any:
    """Read one mutant; its outcome is counted, and what was read is returned."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = reader()
    except SimError as error:
        tally.outcomes["refused" if str(error).strip() else "refused without a word"] += 1
        return None
    except Exception as error:  # any of these is what is looked for
        tally.fault(error, mutant)
        return None
    tally.outcomes["accepted"] += 1
    return found


def mutate(kind: str, count: int, seed: int, folder: Path, play: int = 0) -> Tally:
    """Read so many mutants of a kind of text file.

    Parameters
    ----------
    kind : {'scenario', 'plan', 'history'}
    count, seed : int
    folder : path
        Emptied of nothing; ``mutant.toml`` and a copy of the toy are written there.
    play : int
        Play every so manieth scenario that is accepted; 0 plays none.
    """
    texts, name, reader = readers()[kind]
    shutil.copy(ROOT / "tests" / "cases" / "toy.toml", folder / "toy.toml")
    luck, tally, path = random.Random(f"{kind} {seed}"), Tally(), folder / name
    for _ in range(count):
        mutant = mangled(luck, luck.choice(texts))
        path.write_bytes(mutant)
        found = attempt(tally, lambda: reader(path), mutant)
        if play and kind == "scenario" and found is not None:
            if tally.outcomes["accepted"] % play == 0:
                played(tally, found, mutant)
            again = attempt(Tally(), lambda found=found: files.loads(files.dumps(found)), mutant)
            assert again == found, "what is accepted can be written and read again"
    return tally


def played(tally: Tally, scenario: Any, mutant: bytes, weeks: int = 6) -> None:
    """Play a scenario for a few weeks in plain Python; count how it ended."""
    from sim.agents.model import ConflictModel

    size = len(scenario.actors) ** 2 * scenario.parameters.burn_in
    size += len(scenario.actors) * scenario.parameters.nash_steps
    if size > 200_000:
        return  # legal, and slow in plain Python
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = ConflictModel(files.with_changes(scenario, {"weeks": weeks}))
            for _ in range(weeks):
                model.step()
            results = model.results()
        finite = all(
            bool(((values == values) & (abs(values) < 1e300)).all())
            for values in (results[name].values for name in ("capability", "tie", "position"))
        )
        tally.outcomes["played" if finite else "not finite"] += 1
    except SimError:
        tally.outcomes["failed in words"] += 1
    except Exception as error:
        tally.fault(error, mutant)


# stores and results files -------------------------------------------------------------------------


def mutate_results(count: int, seed: int, folder: Path) -> Tally:
    """Read so many mangled results files through `sim.load`, and tell what is read as a chronicle.

    In half of them bytes are changed, which a checksum notices; the others are whole files whose
    variables, coordinates or attributes are others than they should be.
    """
    import sim
    from sim import chronicle

    whole, path = folder / "whole.nc", folder / "mutant.nc"
    if not whole.exists():
        sim.save(sim.simulate(ROOT / "tests/cases/toy.toml", weeks=3), whole)
    raw, luck, tally = whole.read_bytes(), random.Random(f"results {seed}"), Tally()
    right = sim.load(whole)
    for _ in range(count):
        if luck.random() < 0.5:
            netcdf.save(_other(luck, right), path)
            found = attempt(tally, lambda: sim.load(path), b"")
            if found is not None:
                attempt(tally, lambda found=found: chronicle.page(found), b"")
            continue
        mutant = bytearray(raw)
        for _ in range(luck.choice([1, 4, 30])):
            # most of what can be wrong in the structure lies at the beginning
            at = int(len(mutant) * luck.random() ** luck.choice([1, 4]))
            mutant[at : at + 1] = bytes([luck.randrange(256)])
        if luck.random() < 0.3:
            del mutant[luck.randrange(len(mutant)) :]
        path.write_bytes(mutant)
        attempt(tally, lambda: sim.load(path).load(), bytes(mutant[:200]))
    return tally


def _other(luck: random.Random, results: Any) -> Any:
    """Results with something dropped, renamed, of another type, or other in their attributes."""
    found = results.copy(deep=True)
    for _ in range(luck.choice([1, 1, 3])):
        variables = [name for name in found.variables if name != "date"]
        name, action = luck.choice(variables), luck.randrange(6)
        if action == 0:
            found = found.drop_vars(name)
        elif action == 1:
            found = found.rename_vars({name: f"{name}_"})
        elif action == 2 and found[name].dtype.kind in "fiub":
            found[name] = found[name].astype(luck.choice(["f4", "i2", "i8", "bool"]))
        elif action == 3 and found[name].dims:
            axis = luck.choice(found[name].dims)
            found = found.isel({axis: slice(0, luck.randrange(found.sizes[axis] + 1))})
        elif action == 4:
            holder = luck.choice([found.attrs, found["date"].attrs])
            holder.pop(luck.choice([*holder, "nothing"]), None)
        elif action == 5:
            holder = luck.choice([found.attrs, found["date"].attrs])
            key = luck.choice([*holder, "scenario"])
            holder[key] = luck.choice(["", "x", 3, -1, 1e300, str(holder.get(key, ""))[:-3]])
    return found


def mutate_store(count: int, seed: int, folder: Path) -> Tally:
    """Read the stores of ensembles whose manifest, ledger or metadata is mangled; go on with them.

    Half of the mangled manifests get the checksum that they should have, so that what lies behind
    it is tried too.
    """
    import sim
    from sim.runs import ensemble
    from sim.ui.cli import main

    whole, damaged = folder / "whole", folder / "damaged"
    toy, options = ROOT / "tests/cases/toy.toml", {"runs": 6, "block": 2, "workers": 1}
    options |= {"set": {"weeks": 2}, "progress": False}
    if not whole.exists():
        sim.ensemble(toy, out=whole, **options)
    everything = sorted(p.relative_to(whole) for p in whole.rglob("*.json*"))
    names = [p for p in everything if p.suffix == ".jsonl" or p.name == "manifest.json"]
    names = [*names * len(everything), *everything]
    luck, tally = random.Random(f"store {seed}"), Tally()
    for _ in range(count):
        shutil.rmtree(damaged, ignore_errors=True)
        shutil.copytree(whole, damaged)
        path = damaged / luck.choice(names)
        mutant = mangled_json(luck, path.read_text(encoding="utf-8"))
        if path.name == "manifest.json" and luck.random() < 0.5:
            mutant = with_checksums(mutant)
        path.write_bytes(mutant)
        how = luck.randrange(3)
        if how == 0:
            attempt(tally, lambda: sim.load(damaged).load(), mutant)
        elif how == 1:
            attempt(tally, lambda: ensemble.ensemble(toy, out=damaged, **options), mutant)
        else:
            attempt(tally, lambda: _quietly(main, ["digest", str(damaged)]), mutant)
    return tally


def with_checksums(content: bytes) -> bytes:
    """A mangled manifest as somebody would write it who knows how its checksums are made."""
    try:
        data = json.loads(content)
        data.pop("checksum")
        data["scenario_hash"] = manifest._hash(data["scenario"])
        data["checksum"] = manifest._hash(manifest._canonical(data))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return content
    return json.dumps(data).encode()


def mangled_json(luck: random.Random, text: str) -> bytes:
    """JSON, or lines of it, with a random change."""
    lines = text.splitlines()
    at = luck.randrange(len(lines)) if lines else 0
    try:
        whole = luck.random() < 0.5
        data = json.loads(text if whole else lines[at])
        if luck.random() < 0.6 and isinstance(data, (dict, list)):
            change_tree(luck, data)
            changed = json.dumps(data, default=str)
            if whole:
                return changed.encode()
            return "\n".join([*lines[:at], changed, *lines[at + 1 :]]).encode() + b"\n"
        if whole and luck.random() < 0.3:
            return json.dumps(luck.choice(VALUES)).encode()
    except (ValueError, IndexError):
        pass
    return _bytes(luck, text)


def _quietly(call: Callable[..., Any], *arguments: Any) -> Any:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return call(*arguments)


def main() -> int:
    """Mangle by hand, and print what became of it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    kinds = ["scenario", "plan", "history", "results", "store"]
    parser.add_argument("--kind", choices=kinds, default="scenario")
    parser.add_argument("--play", type=int, default=50, help="play every n-th that is accepted")
    parser.add_argument("--keep", type=Path, help="leave mutants with a traceback in this folder")
    options = parser.parse_args()
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as room:
        folder = Path(room)
        if options.kind == "results":
            tally = mutate_results(options.count, options.seed, folder)
        elif options.kind == "store":
            tally = mutate_store(options.count, options.seed, folder)
        else:
            tally = mutate(options.kind, options.count, options.seed, folder, options.play)
    for outcome, times in sorted(tally.outcomes.items()):
        print(f"{times:8d} {outcome}")
    for place, (times, words, mutant) in sorted(tally.tracebacks.items()):
        print(f"{times:8d} {words}")
        if options.keep:
            options.keep.mkdir(parents=True, exist_ok=True)
            name = place.replace("/", "_").replace(" ", "_").replace(":", "_")
            (options.keep / f"{options.kind}_{name}").write_bytes(mutant)
    print(f"{time.perf_counter() - began:.0f} s, seed {options.seed}")
    return 1 if tally.tracebacks else 0


if __name__ == "__main__":
    sys.exit(main())
