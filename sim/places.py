"""Where a store lies: a folder of this machine, or a place that fsspec reaches (``s3://...``)."""

from __future__ import annotations

import contextlib
import os
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sim.distribution import how_to_get
from sim.errors import ResultsError


class Folder:
    """A folder of this machine. What is said to be written survives a crash of it."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._own = threading.local()
        self._open: list[Any] = []

    def __str__(self) -> str:
        return str(self.path)

    def zarr(self, below: str) -> Any:
        """A folder in it as a store of zarr."""
        return str(self.path / below)

    def is_file(self) -> bool:
        """Whether a file stands where a folder should."""
        return self.path.is_file()

    def make(self) -> None:
        """Make the folder if it is not there."""
        self.path.mkdir(parents=True, exist_ok=True)

    def names(self, below: str = "") -> list[str]:
        """Names in it, or in a folder below; none if it is not there."""
        folder = self.path / below
        if not folder.is_dir():
            return []
        return sorted(path.name for path in folder.iterdir() if path.suffix != ".partial")

    def read(self, name: str) -> str | None:
        """Text of a file, None if there is none."""
        path = self.path / name
        if not path.is_file():
            return None
        return path.read_text(encoding="utf-8", errors="replace")

    def write(self, name: str, text: str) -> None:
        """Write a file; an old one stays whole until the new one is."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f"{path.name}.{uuid.uuid4().hex}.partial")
        with partial.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        _sync(path.parent)

    def settle(self, names: list[str]) -> None:
        """Return when these files, and the folders that name them, are on the disk."""
        folders: dict[Path, None] = {}
        for name in names:
            path = self.path / name
            _sync(path)
            while path != self.path:
                path = path.parent
                folders[path] = None
        for folder in folders:
            _sync(folder)

    def note(self, folder: str, line: str) -> None:
        """Append a line to this thread's own file below `folder`; it is on the disk on return."""
        file = getattr(self._own, "file", None)
        if file is None:
            path = self.path / folder / f"{os.getpid()}-{uuid.uuid4().hex[:8]}.jsonl"
            path.parent.mkdir(parents=True, exist_ok=True)
            file = self._own.file = path.open("a", encoding="utf-8")
            self._open.append(file)
            _sync(path.parent)
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())

    def missing(self, names: list[str]) -> list[str]:
        """Those of some files that are not there."""
        return [name for name in names if not (self.path / name).is_file()]

    def close(self) -> None:
        """Close the files that lines were appended to."""
        while self._open:
            self._open.pop().close()
        self._own = threading.local()

    def tidy(self) -> None:
        """Remove what writers that were killed have left half-written."""
        for path in self.path.rglob("*.partial"):
            with contextlib.suppress(OSError):
                path.unlink()

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other writers out while one is at work; a writer that dies lets go.

        Raises
        ------
        ResultsError
            If somebody else is writing.
        """
        try:
            import fcntl
        except ImportError:  # no such locks on this system
            yield
            return
        with (self.path / "lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ResultsError(f"{self}: another ensemble is writing there now") from None
            except OSError:
                pass  # a network folder without locks
            yield


class Remote:
    """A place that fsspec reaches. An object that was written is there, whole or not at all."""

    def __init__(self, url: str) -> None:
        try:
            import fsspec
        except ImportError as error:
            raise ResultsError(
                f"{url}: places beyond this machine need fsspec: {how_to_get('dask')}"
            ) from error
        self.url = url.rstrip("/")
        try:
            self._files, self._root = fsspec.core.url_to_fs(self.url)
        except (ImportError, ValueError) as error:
            raise ResultsError(f"{url}: {error}") from error

    def __str__(self) -> str:
        return self.url

    def zarr(self, below: str) -> Any:
        """A folder in it as a store of zarr."""
        from zarr.storage import FsspecStore

        local = self.url.startswith(("file://", "local://"))
        options = {"auto_mkdir": True} if local else None
        return FsspecStore.from_url(f"{self.url}/{below}", storage_options=options)

    def is_file(self) -> bool:
        """Whether a file stands where a folder should."""
        return bool(self._files.isfile(self._root))

    def make(self) -> None:
        """Make the folder, where places have folders."""
        self._files.makedirs(self._root, exist_ok=True)

    def names(self, below: str = "") -> list[str]:
        """Names in it, or in a folder below; none if it is not there."""
        self._files.invalidate_cache()
        folder = f"{self._root}/{below}".rstrip("/")
        if not self._files.isdir(folder):
            return []
        return sorted(path.rpartition("/")[2] for path in self._files.ls(folder, detail=False))

    def read(self, name: str) -> str | None:
        """Text of a file, None if there is none."""
        try:
            return str(self._files.cat_file(f"{self._root}/{name}").decode("utf-8", "replace"))
        except FileNotFoundError:
            return None

    def write(self, name: str, text: str) -> None:
        """Write a file."""
        path = f"{self._root}/{name}"
        self._files.makedirs(path.rpartition("/")[0], exist_ok=True)
        self._files.pipe_file(path, text.encode("utf-8"))

    def settle(self, names: list[str]) -> None:
        """Nothing to do: an object that was written is there."""

    def note(self, folder: str, line: str) -> None:
        """Write a line as a file of its own: objects cannot be appended to."""
        self.write(f"{folder}/{uuid.uuid4().hex}.jsonl", line + "\n")

    def missing(self, names: list[str]) -> list[str]:
        """Those of some files that are not there."""
        there = set(self._files.find(self._root)) if names else set()
        return [name for name in names if f"{self._root}/{name}" not in there]

    def close(self) -> None:
        """Nothing to do: nothing is open."""

    def tidy(self) -> None:
        """Nothing to do: nothing is half-written."""

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody is kept out: two ensembles of one study write the same bytes."""
        yield


def place(path: str | os.PathLike[str]) -> Folder | Remote:
    """The place of a path or of a URL.

    Raises
    ------
    ResultsError
        If it is neither.
    """
    if not isinstance(path, str | os.PathLike) or str(path) == "":
        raise ResultsError(f"a folder must be a path or a URL, is {path!r}")
    return Remote(str(path)) if "://" in str(path) else Folder(path)


def is_results(source: object) -> bool:
    """Whether something is results or names a place of them, rather than a scenario."""
    if not isinstance(source, str | os.PathLike):
        return hasattr(source, "data_vars")
    name = os.fspath(source)
    return isinstance(name, str) and ("://" in name or name.endswith(".nc") or Path(name).is_dir())


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
