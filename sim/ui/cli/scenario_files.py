"""The commands for scenario files: list those that come with the program, new, migrate."""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from collections import Counter
from pathlib import Path

from sim.errors import SimError, missing_folder
from sim.ui.cli.common import Commands, add_command, say
from sim.writing import write_whole

# The text of a new scenario if no other is named.
MINIMAL = Path(__file__).with_name("new_war.toml")
_EXTENDS = re.compile(r'^(extends[ \t]*=[ \t]*")([^"/\\]+)\.toml"', re.MULTILINE)


def add_commands(commands: Commands, _: argparse.ArgumentParser) -> None:
    """Add these commands to the parser."""
    add_command(commands, _list, "list", help="list the scenarios that come with the program")
    about = "write a new scenario file with comments, to change and to run"
    new = add_command(commands, _new, "new", help=about)
    new.add_argument("file", metavar="FILE", help="file to write; it must not be there yet")
    new.add_argument(
        "--from", dest="source", metavar="NAME",
        help="copy this scenario of `sim list` (default: a small invented war)",
    )  # fmt: skip
    about = "print every value in which two resolved scenarios differ"
    diff = add_command(commands, _diff, "diff", help=about)
    for place in ("one", "other"):
        diff.add_argument(place, metavar="SCENARIO", help="file, or a name in `sim list`")
    about = "convert files of an earlier version to this version"
    migrate = add_command(commands, _migrate, "migrate", help=about)
    migrate.add_argument(
        "files", metavar="FILE", nargs="+",
        help="scenario, plan of a calibration, or history; what it was is kept as FILE.old",
    )  # fmt: skip


def _list(options: argparse.Namespace) -> None:
    from sim.scenario.files import load
    from sim.scenario.shipped import scenario_path, scenarios

    names = scenarios()
    width = max(map(len, names), default=0)
    for name in names:
        one = load(scenario_path(name))
        size = f"{one.weeks:4d} weeks  {len(one.actors):2d} actors"
        # a variant that describes itself only by its name has the description of its base
        own = tomllib.loads(scenario_path(name).read_text(encoding="utf-8"))
        about = " ".join(own.get("description", one.name).split())
        first_sentence = re.split(r"(?<=[.!?]) ", about, maxsplit=1)[0]
        sys.stdout.write(f"{name:{width}}  {size}  {first_sentence}\n")


def _diff(options: argparse.Namespace) -> None:
    from sim.scenario.field_types import shown
    from sim.scenario.files import differing, load

    found = differing(load(options.one), load(options.other), in_full=True)
    for path, here, there in found:
        values = ("nothing" if value is None else shown(value) for value in (here, there))
        sys.stdout.write(f"{path}: {' -> '.join(values)}\n")
    if not found:
        sys.stdout.write(f"{options.one} and {options.other} say the same\n")


def _new(options: argparse.Namespace) -> None:
    from sim.scenario.shipped import scenario_path

    file = Path(options.file).expanduser()
    if file.suffix != ".toml":
        raise SimError(f"cannot write {options.file}: the name of a scenario file ends in .toml")
    source = MINIMAL if options.source is None else scenario_path(options.source)
    # The base of a variant is named without its ending: it comes with the program, and need not
    # lie beside the copy.
    text = _EXTENDS.sub(r'\1\2"', source.read_text(encoding="utf-8"))
    if file.exists():
        raise SimError(f"cannot write {options.file}: it is there already; name another")
    if not file.parent.is_dir():
        raise SimError(f"cannot write {options.file}: {missing_folder(file)}")
    write_whole(file, text.encode())
    say(f"wrote {options.file}; next: sim check {options.file}, then sim run {options.file}")


def _migrate(options: argparse.Namespace) -> None:
    from sim.scenario.migration import migrated

    found = {}
    for name in options.files:
        file = Path(name).expanduser()
        if not file.is_file():
            raise SimError(f"there is no file {name}")
        try:
            old = file.read_bytes()
            found[file] = old, migrated(old.decode(), file.parent).encode()
        except UnicodeDecodeError:
            raise SimError(f"{name} is not text in UTF-8") from None
        except SimError as error:
            raise SimError(f"{name}: {error}") from error
    kept = {
        file: file.with_name(f"{file.name}.old") for file, (old, new) in found.items() if old != new
    }
    for copy in kept.values():
        if copy.exists():
            raise SimError(f"{copy} is there already: move it away first")
    for file, (old, new) in found.items():
        if file not in kept:
            say(f"{file} is as this version has it")
            continue
        write_whole(kept[file], old)
        write_whole(file, new)
        before, after = Counter(old.splitlines()), Counter(new.splitlines())
        lines = max((after - before).total(), (before - after).total())
        say(f"{file}: {lines} {'line' if lines == 1 else 'lines'} changed; before: {kept[file]}")
