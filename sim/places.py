"""Where a store lies: a folder of this machine, or a place that fsspec reaches (``s3://...``)."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sim.distribution import how_to_get
from sim.errors import ResultsError


class Folder:
    """A folder of this machine. What is said to be written survives a crash of it.

    Parameters
    ----------
    path : path
        Any name that a folder can have; ``~`` is the home folder.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path).expanduser()
        self._own = threading.local()
        self._open: list[Any] = []

    def __str__(self) -> str:
        return str(self.path)

    def zarr(self, below: str) -> Any:
        """A folder in it as a store of zarr."""
        from zarr.storage import LocalStore

        # A plain string would be taken for a URL if it has # or ? in it.
        return LocalStore(self.path / below)

    def is_file(self) -> bool:
        """Whether a file stands where a folder should."""
        return self.path.is_file()

    def make(self) -> None:
        """Make the folder if it is not there."""
        self.path.mkdir(parents=True, exist_ok=True)

    def names(self, below: str = "") -> list[str]:
        """Names in it, or in a folder below; none if it is not there."""
        folder = self.path / below
        with _said(folder):
            if not folder.is_dir():
                return []
            return sorted(path.name for path in folder.iterdir() if path.suffix != ".partial")

    def read(self, name: str) -> bytes | None:
        """Content of a file, None if there is none."""
        path = self.path / name
        try:
            with _said(path):
                return path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def write(self, name: str, content: bytes) -> None:
        """Write a file; an old one stays whole until the new one is."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f"{path.name}.{uuid.uuid4().hex}.partial")
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            _fsync(file.fileno())
        if path.is_dir():  # nothing of ours is a folder there
            shutil.rmtree(path)
        partial.replace(path)
        _sync(path.parent)

    def remove(self, names: list[str]) -> None:
        """Remove files and folders with all that is in them; what is not there is removed."""
        for name in names:
            path = self.path / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)

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
        """Append a line to this thread's own file below `folder`; it is on the disk on return.

        Raises
        ------
        FileNotFoundError
            If somebody has removed that file meanwhile.
        """
        file = getattr(self._own, "file", None)
        if file is None:
            path = self.path / folder / f"{os.getpid()}-{uuid.uuid4().hex[:8]}.jsonl"
            path.parent.mkdir(parents=True, exist_ok=True)
            file = self._own.file = path.open("a", encoding="utf-8")
            self._open.append(file)
            _sync(path.parent)
        file.write(line + "\n")
        file.flush()
        _fsync(file.fileno())
        os.stat(file.name)

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
        if "memory" in self._files.protocol:
            raise ResultsError(
                f"{url}: what is in the memory of a program ends with it: give a folder, or no "
                "place at all to have the results in memory"
            )

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

    def read(self, name: str) -> bytes | None:
        """Content of a file, None if there is none."""
        try:
            with _said(f"{self.url}/{name}"):
                return bytes(self._files.cat_file(f"{self._root}/{name}"))
        except FileNotFoundError:
            return None

    def write(self, name: str, content: bytes) -> None:
        """Write a file."""
        path = f"{self._root}/{name}"
        self._files.makedirs(path.rpartition("/")[0], exist_ok=True)
        self._files.pipe_file(path, content)

    def remove(self, names: list[str]) -> None:
        """Remove files and folders with all that is in them; what is not there is removed."""
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                self._files.rm(f"{self._root}/{name}", recursive=True)

    def settle(self, names: list[str]) -> None:
        """Nothing to do: an object that was written is there."""

    def note(self, folder: str, line: str) -> None:
        """Write a line as a file of its own: objects cannot be appended to."""
        self.write(f"{folder}/{uuid.uuid4().hex}.jsonl", (line + "\n").encode())

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
    if not isinstance(path, str | os.PathLike) or str(path) == "" or "\0" in str(path):
        raise ResultsError(f"a folder must be a path or a URL, is {path!r}")
    return Remote(str(path)) if is_url(path) else Folder(path)


def is_url(path: str | os.PathLike[str]) -> bool:
    """Whether it is a URL (``s3://...``, ``simplecache::s3://...``), not a path of this machine."""
    return re.match(r"[A-Za-z][\w+.-]*(::[\w+.-]+)*://", str(path)) is not None


def is_results(source: object) -> bool:
    """Whether something is results or names a place of them, rather than a scenario."""
    if not isinstance(source, str | os.PathLike):
        return hasattr(source, "data_vars")
    name = os.fspath(source)
    return isinstance(name, str) and (
        is_url(name) or name.endswith(".nc") or Path(name).expanduser().is_dir()
    )


@contextlib.contextmanager
def _said(path: object) -> Iterator[None]:
    """Turn a refusal of the system to read into one message; a file that is not there is none."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError):
        raise
    except OSError as error:
        raise ResultsError(f"cannot read {path}: {error.strerror or error}") from error


def _sync(path: Path) -> None:
    try:
        handle = os.open(path, os.O_RDONLY)
    except PermissionError:
        if path.is_dir():  # as on Windows, where a folder is no file
            return
        raise
    try:
        _fsync(handle)
    finally:
        os.close(handle)


def _fsync(handle: int) -> None:
    """Have it on the disk, where the system knows how: not every mount does."""
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS, errno.EBADF):
            raise
