"""Places for stores: a folder of this machine, or a URL that fsspec opens (``s3://...``)."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from sim.distribution import how_to_get
from sim.errors import ResultsError
from sim.writing import PREFIX, SUFFIX, put, sync, sync_path

if TYPE_CHECKING:
    from zarr.abc.store import Store

# So many files are asked for one by one; of more, all that are there are listed.
_FEW = 100
# An empty file, held open by who writes.
LOCK = "lock"


class Folder:
    """A folder of this machine; what was written survives a crash of the machine.

    Parameters
    ----------
    path : path
        Any name that a folder can have; ``~`` is the home folder.

    Attributes
    ----------
    address : str
        The path from the root: for processes that work in another folder.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._said = str(Path(path).expanduser())
        # It stays the same place when the program goes to another folder.
        self.path = Path(self._said).absolute()
        self.address = str(self.path)
        self._lines = f"{os.getpid()}-{uuid.uuid4().hex[:8]}.jsonl"
        self._one_at_a_time = threading.Lock()

    def __str__(self) -> str:
        return self._said

    def zarr(self, below: str) -> Store:
        """A folder in it as a store of zarr."""
        from zarr.storage import LocalStore

        # A plain string would be taken for a URL if it has # or ? in it.
        return LocalStore(self.path / below)

    def is_file(self) -> bool:
        """Whether a file stands where a folder should."""
        return self.path.is_file()

    def make(self, below: str = "") -> None:
        """Make the folder, or one below, if it is not there."""
        (self.path / below).mkdir(parents=True, exist_ok=True)

    def names(self, below: str = "") -> list[str]:
        """Names in it, or in a folder below; none if it is not there."""
        folder = self.path / below
        with _said(folder):
            if not folder.is_dir():
                return []
            return sorted(path.name for path in folder.iterdir() if not _is_partial(path))

    def read(self, name: str) -> bytes | None:
        """Content of a file, None if there is none."""
        path = self.path / name
        try:
            with _said(path):
                return path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def write(self, name: str, content: bytes, lasting: bool = True) -> None:
        """Write a file; an old one stays whole until the new one is. See `sim.writing.put`."""
        path = self.path / name
        if path.is_dir():  # nothing of ours is a folder there
            shutil.rmtree(path)
        put(path, content, lasting)

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
            sync_path(path)
            while path != self.path:
                path = path.parent
                folders[path] = None
        for folder in folders:
            sync_path(folder)

    def note(self, folder: str, line: str) -> None:
        """Append a line to this process's own file below `folder`; it is on the disk on return.

        The file is opened anew for each line: others may have removed it since the last one.

        Raises
        ------
        FileNotFoundError
            If `folder` is not there any more.
        """
        path = self.path / folder / self._lines
        with self._one_at_a_time:
            handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
            try:
                left = (line + "\n").encode()
                while left:
                    left = left[os.write(handle, left) :]
                sync(handle)
            finally:
                os.close(handle)
        sync_path(path.parent)

    def missing(self, names: list[str]) -> list[str]:
        """Those of some files that are not there."""
        return [name for name in names if not (self.path / name).is_file()]

    def tidy(self) -> None:
        """Remove what writers that were killed have left half-written."""
        for path in self.path.rglob(f"*{SUFFIX}"):
            if not _is_partial(path):
                continue
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
        with (self.path / LOCK).open("a") as file:
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
        self.url = self.address = url.rstrip("/")
        try:
            self._files, self._root = fsspec.core.url_to_fs(self.url)
        except Exception as error:  # each kind of place has its own
            raise ResultsError(f"{url}: {' '.join(str(error).split()) or error!r}") from error
        if "memory" in self._files.protocol:
            raise ResultsError(
                f"{url}: what is in the memory of a program ends with it: give a folder, or no "
                "place at all to have the results in memory"
            )

    def __str__(self) -> str:
        return self.url

    def zarr(self, below: str) -> Store:
        """A folder in it as a store of zarr."""
        from zarr.storage import FsspecStore

        local = self.url.startswith(("file://", "local://"))
        options = {"auto_mkdir": True} if local else None
        return FsspecStore.from_url(f"{self.url}/{below}", storage_options=options)

    def is_file(self) -> bool:
        """Whether a file stands where a folder should."""
        return bool(self._files.isfile(self._root))

    def make(self, below: str = "") -> None:
        """Make the folder, or one below, where places have folders."""
        self._files.makedirs(f"{self._root}/{below}".rstrip("/"), exist_ok=True)

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

    def write(self, name: str, content: bytes, lasting: bool = True) -> None:
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
        self._files.invalidate_cache()
        if len(names) <= _FEW:
            return [name for name in names if not self._files.exists(f"{self._root}/{name}")]
        there = set(self._files.find(self._root))
        return [name for name in names if f"{self._root}/{name}" not in there]

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


def _is_partial(path: Path) -> bool:
    """Whether a file is one of ours, or of zarr's, that was being written when all stopped."""
    ours = path.name.startswith(PREFIX) and path.name.endswith(SUFFIX)
    return ours or re.fullmatch(rf".*\.[0-9a-f]{{32}}{re.escape(SUFFIX)}", path.name) is not None


@contextlib.contextmanager
def _said(path: object) -> Iterator[None]:
    """Turn a refusal of the system to read into one message; a file that is not there is none."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError):
        raise
    except OSError as error:
        raise ResultsError(f"cannot read {path}: {error.strerror or error}") from error
