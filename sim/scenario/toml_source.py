"""TOML text to data that remember the file and the line of every value, and data to TOML text.

The standard library reads TOML without saying where a value stood. A fault in a scenario should
name its line, and an `extends` chain mixes values of several files, so the place travels with the
value: a `Table` is a dictionary and an `Array` a list that know the place of each entry.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeGuard

from sim.errors import Fault, ScenarioError
from sim.scenario.base_types import is_range

Path = tuple[str | int, ...]

DEEPEST = 32
"""Levels of tables and lists that are read; a scenario needs seven."""

_BARE = re.compile(r"[A-Za-z0-9_-]+")
# The standard library needs minutes for a key of so many parts.
_ENDLESS_KEY = re.compile(r"(?<![\w. \t-])(?:[\w-]++[ \t]*+\.[ \t]*+){1000}", re.ASCII)
_SYNTAX = re.compile(r"(?P<what>.*) \(at (?:line (?P<line>\d+), column \d+|end of document)\)$")
_PLAIN = {
    "Cannot overwrite a value": "the same name is given twice in one table",
    "Invalid value": "this is not a TOML value (texts need quotes, decimals need a digit first)",
    "Cannot declare": "the same table is opened twice",
    "Expected '=' after a key in a key/value pair": "a name must be followed by '='",
    "Expected newline or end of document after a statement": "one statement a line",
    "Invalid statement": "a line must be a [table], name = value, or a comment",
    "Illegal character '\\n'": "a text is not closed by its quotation mark",
    "Unclosed array": "a list is not closed by ']'",
    "Unclosed inline table": "a table is not closed by '}'",
}


class Place(NamedTuple):
    """Where a value was written; line 0 where it cannot be had."""

    file: str = ""
    line: int = 0


class Table(dict[str, object]):
    """A TOML table with the place of each of its keys."""

    def __init__(self, entries: Iterable[tuple[str, object, Place]] = ()) -> None:
        super().__init__()
        self.places: dict[str, Place] = {}
        for entry in entries:
            self.put(*entry)

    def entries(self) -> Iterator[tuple[str, object, Place]]:
        """Each key with its value and its place."""
        return ((key, value, self.places[key]) for key, value in self.items())

    def put(self, key: str, value: object, place: Place) -> None:
        """Set a key and its place."""
        self[key] = value
        self.places[key] = place

    def drop(self, key: str) -> None:
        """Take a key out, if it is there."""
        self.pop(key, None)
        self.places.pop(key, None)


class Array(list[object]):
    """A TOML array with the place of each of its elements."""

    def __init__(self, entries: Iterable[tuple[object, Place]] = ()) -> None:
        super().__init__()
        self.places: list[Place] = []
        for entry in entries:
            self.add(*entry)

    def entries(self) -> Iterator[tuple[object, Place]]:
        """Each element with its place."""
        return zip(self, self.places, strict=True)

    def add(self, value: object, place: Place) -> None:
        """Append an element and its place."""
        self.append(value)
        self.places.append(place)


def place_of(tree: object, path: Path) -> Place:
    """Place of a value, or of the nearest table around it."""
    place = Place()
    for step in path:
        if isinstance(tree, Table) and step in tree:
            place = tree.places[str(step)]
            tree = tree[str(step)]
        elif isinstance(tree, Array) and isinstance(step, int) and 0 <= step < len(tree):
            place = tree.places[step]
            tree = tree[step]
        else:
            break
    return place


def dotted(path: Path) -> str:
    """A path as it is written in TOML, so that an empty or odd name can be seen."""
    return ".".join(str(key) if isinstance(key, int) else _key(key) for key in path)


def too_deep(path: Path, place: Place) -> ScenarioError:
    """The error of data that are nested deeper than `DEEPEST`."""
    where = dotted(path[:3])
    problem = f"is nested too deeply: more than {DEEPEST} levels"
    return ScenarioError([Fault(where, problem, "", *place)])


def grow(value: object, place: Place, lines: Mapping[Path, int] = {}, path: Path = ()) -> object:
    """Copy plain data into tables and arrays that know their places.

    None is left out, and -0.0 becomes 0.0: they are the same number, and two files that say the
    same must give the same runs. What `lines` does not know by its path stands at `place`.
    """

    def at(inner: Path) -> Place:
        return Place(place.file, lines.get(inner, place.line))

    if isinstance(value, Mapping):
        table = Table()
        for key, entry in value.items():
            if entry is not None:
                inner = (*path, str(key))
                table.put(str(key), grow(entry, at(inner), lines, inner), at(inner))
        return table
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        array = Array()
        for position, entry in enumerate(value):
            inner = (*path, position)
            array.add(grow(entry, at(inner), lines, inner), at(inner))
        return array
    return 0.0 if type(value) is float and value == 0.0 else value


def _deep(data: object) -> Path | None:
    """Path of something that is nested too deeply; found without recursion."""
    left: list[tuple[Path, object]] = [((), data)]
    while left:
        path, value = left.pop()
        if len(path) > DEEPEST:
            return path
        if isinstance(value, dict):
            left += [((*path, key), entry) for key, entry in value.items()]
        elif isinstance(value, list):
            left += [((*path, n), entry) for n, entry in enumerate(value)]
    return None


def read(text: str, file: str = "") -> Table:
    """Parse TOML text; `file` is the name to give in messages.

    Raises
    ------
    ScenarioError
        If the text is not TOML.
    """
    data, scanned = parse(text.removeprefix("\ufeff"), file)
    tree = grow(data, Place(file), scanned.lines)
    assert isinstance(tree, Table)
    return tree


def parse(text: str, file: str = "") -> tuple[dict[str, Any], Scanned]:
    """Parse TOML text to plain data, and find where in the text they stand.

    As `read`, of a text without a byte order mark.
    """
    if _ENDLESS_KEY.search(text):
        raise too_deep((), Place(file))
    try:
        data = tomllib.loads(text)
        if (path := _deep(data)) is not None:
            raise too_deep(path, Place(file))
        return data, _Scanner(text).run()
    except tomllib.TOMLDecodeError as error:
        found = _SYNTAX.match(str(error))
        what = found["what"] if found else str(error)
        line = int(found["line"]) if found and found["line"] else text.count("\n") + 1
        plain = next((say for start, say in _PLAIN.items() if what.startswith(start)), "")
        fault = Fault("", f"is not valid TOML: {plain or what}", file=file, line=line)
        raise ScenarioError([fault]) from None
    except (RecursionError, ValueError) as error:
        if isinstance(error, RecursionError):
            raise too_deep((), Place(file)) from None
        why = "a whole number has too many digits" if "digits" in str(error) else str(error)
        raise ScenarioError([Fault("", f"is not valid TOML: {why}", file=file)]) from None


class Scanned(NamedTuple):
    """Where every key and every value of a text stands."""

    lines: dict[Path, int]
    """Line of each key and element."""
    keys: list[tuple[Path, int, int]]
    """Each part of each key as it is written, in headers too: its path, and its span."""
    values: dict[Path, tuple[int, int]]
    """Span of the value of each pair and element."""
    headers: dict[Path, int]
    """Where the ``[header]`` of a table ends."""


class _Scanner:
    """Finds every key and element of a text that is known to be valid TOML."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found = Scanned({}, [], {}, {})
        self.last: dict[Path, int] = {}  # position of the newest table of each [[array]]
        self.newlines = [m.start() for m in re.finditer("\n", text)]
        self.passed = 0

    def run(self) -> Scanned:
        base: Path = ()
        while self.skip(" \t\r\n"):
            if self.text.startswith("[[", self.at):
                self.at += 2
                array = self.key(())
                self.note(array)
                self.last[array] = self.last.get(array, -1) + 1
                base = (*array, self.last[array])
                self.note(base)
                self.at = self.text.index("]]", self.at) + 2
            elif self.text[self.at] == "[":
                self.at += 1
                base = self.key(())
                self.note(base)
                self.at = self.text.index("]", self.at) + 1
                self.found.headers[base] = self.at
            else:
                self.pair(base)
        return self.found

    def note(self, path: Path) -> None:
        while self.passed < len(self.newlines) and self.newlines[self.passed] < self.at:
            self.passed += 1
        for length in range(1, len(path) + 1):
            self.found.lines.setdefault(path[:length], self.passed + 1)

    def skip(self, blanks: str) -> bool:
        """Move to the next sign that is neither blank nor comment; False at the end."""
        while self.at < len(self.text):
            if self.text[self.at] == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            elif self.text[self.at] in blanks:
                self.at += 1
            else:
                return True
        return False

    def key(self, path: Path) -> Path:
        """Read a key; its path, that of the table in which it stands being given."""
        while True:
            self.skip(" \t")
            start = self.at
            if self.text[start] in "\"'":
                path = (*path, tomllib.loads("key = " + self.string())["key"])
            else:
                bare = _BARE.match(self.text, start)
                assert bare is not None
                path = (*path, bare[0])
                self.at = bare.end()
            self.found.keys.append((path, start, self.at))
            self.skip(" \t")
            if self.text[self.at] != ".":
                return path
            self.at += 1
            if path in self.last:
                path = (*path, self.last[path])

    def pair(self, base: Path) -> None:
        start = self.at
        path = self.key(base)
        end, self.at = self.at, start
        self.note(path)
        self.at = end + 1  # past the '='
        self.skip(" \t")
        self.value(path)

    def value(self, path: Path) -> None:
        start, sign = self.at, self.text[self.at]
        if sign in "\"'":
            self.string()
        elif sign == "{":
            self.at += 1
            while self.skip(" \t\r\n,") and self.text[self.at] != "}":
                self.pair(path)
            self.at += 1
        elif sign == "[":
            self.at += 1
            position = 0
            while self.skip(" \t\r\n,") and self.text[self.at] != "]":
                self.note((*path, position))
                self.value((*path, position))
                position += 1
            self.at += 1
        else:
            while self.at < len(self.text) and self.text[self.at] not in ",]}#\n":
                self.at += 1
        self.found.values[path] = start, self.at

    def string(self) -> str:
        start, quote = self.at, self.text[self.at]
        mark = quote * 3 if self.text.startswith(quote * 3, start) else quote
        self.at += len(mark)
        while not self.text.startswith(mark, self.at):
            self.at += 2 if quote == '"' and self.text[self.at] == "\\" else 1
        self.at += len(mark)
        while len(mark) == 3 and self.text.startswith(quote, self.at):
            self.at += 1  # up to two quotes may stand right before the closing three
        return self.text[start : self.at]


def write(data: Mapping[str, object]) -> str:
    """Write data as TOML, readable by people: a header for each table, one line for each leaf."""
    blocks: list[str] = []
    _block(data, (), blocks)
    return "\n\n".join(blocks) + "\n"


def _block(
    table: Mapping[str, object], path: tuple[str, ...], blocks: list[str], head: str = ""
) -> None:
    tables, rows = [], [head] if head else []
    for key, value in table.items():
        if (isinstance(value, Mapping) and not _is_line(value)) or _is_tables(value):
            tables.append((key, value))
        else:
            rows.append(f"{_key(key)} = {inline(value)}")
    if len(rows) > bool(head) or (head and not tables) or head.startswith("[["):
        blocks.append("\n".join(rows))
    for key, value in tables:
        inner = (*path, key)
        name = ".".join(_key(part) for part in inner)
        if isinstance(value, Mapping):
            _block(value, inner, blocks, f"[{name}]")
        else:
            for entry in value:
                _block(entry, inner, blocks, f"[[{name}]]")


def _is_line(table: Mapping[str, object]) -> bool:
    """Whether a table is written on one line: an empty one, and what stands for one number."""
    return not table or "value" in table or is_range(table)


def _is_tables(value: object) -> TypeGuard[Sequence[Mapping[str, object]]]:
    return (
        isinstance(value, (list, tuple))
        and bool(value)
        and all(isinstance(entry, Mapping) for entry in value)
    )


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def inline(value: object) -> str:
    """Write one value as TOML, on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(key)} = {inline(entry)}" for key, entry in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(inline(entry) for entry in value) + "]"
    raise TypeError(f"TOML has no way to write {value!r}")


def _text(text: str) -> str:
    signs = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return '"' + "".join(signs.get(s) or (s if s.isprintable() else _code(s)) for s in text) + '"'


def _code(sign: str) -> str:
    return f"\\u{ord(sign):04X}" if ord(sign) < 0x10000 else f"\\U{ord(sign):08X}"
