"""Write files whole or not at all, and never over files that this program did not write."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from sim.errors import ResultsError, SimError

PROGRAM = "Entente"
# How the name of a file begins and ends while it is written.
PREFIX, SUFFIX = ".entente-", ".partial"
# The first line of a resolved scenario that a command leaves.
RESOLVED = "# The scenario of these results, with every value written out by sim.\n"
_PAGE = f'<meta name="generator" content="{PROGRAM}">'
# By which the program knows its own files again. Tables and plain text cannot carry a mark.
MARKS = {
    ".png": f"Software\0{PROGRAM}",
    ".pdf": f"/Creator ({PROGRAM})",
    ".svg": f"<dc:title>{PROGRAM}</dc:title>",
    ".html": _PAGE,
    ".htm": _PAGE,
    ".toml": RESOLVED,
}


def write_whole(target: Path, content: bytes | memoryview) -> None:
    """Write a file under a name of its own, then rename it: it is there whole or not at all.

    Parameters
    ----------
    target : path
        Its folder is made if it is not there.
    content : bytes
        Everything that the file shall hold.

    Raises
    ------
    ResultsError
        If the file cannot be written; nothing half-written is left.
    """
    try:
        _must_be_ordinary(target)
        put(target, content)
    except OSError as error:
        raise ResultsError(f"cannot write {target}: {error.strerror or error}") from error


def put(target: Path, content: bytes | memoryview, lasting: bool = True) -> None:
    """Write a file as `write_whole` does, but leave the errors of the system as they are.

    The file, and the folder that names it, are on the disk on return, where the system knows how
    and the file is to be `lasting`.

    Parameters
    ----------
    target : path
        The file to write; its folder is made if it is not there.
    content : bytes
        Everything that the file shall hold.
    lasting : bool
        Wait for the disk. What can be made again need not be there after a loss of power.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    partial = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, partial = tempfile.mkstemp(prefix=PREFIX, suffix=SUFFIX, dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            _write(file, content)
            file.flush()
            if lasting:
                sync(file.fileno())
        os.chmod(partial, 0o666 & ~_umask())  # a temporary file is private, a result is not
        os.replace(partial, target)
        if lasting:
            sync_path(target.parent)
    finally:
        if partial is not None:
            with contextlib.suppress(OSError):
                os.unlink(partial)


def sync_path(path: Path) -> None:
    """Force a file or a folder from memory to the disk, where the system can.

    Parameters
    ----------
    path : path
        A file or a folder that exists.
    """
    try:
        handle = os.open(path, os.O_RDONLY)
    except PermissionError:
        if path.is_dir():  # as on Windows, where a folder is no file
            return
        raise
    try:
        sync(handle)
    finally:
        os.close(handle)


def sync(handle: int) -> None:
    """Force an open file from memory to the disk, where the system can: not every mount does.

    Parameters
    ----------
    handle : int
        Of the system.
    """
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS, errno.EBADF):
            raise


def _write(file: IO[bytes], content: bytes | memoryview) -> None:
    file.write(content)


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _must_be_ordinary(target: Path) -> None:
    """Refuse a folder, a device or a pipe: a file would take its place."""
    if target.is_dir():
        raise IsADirectoryError(0, "it is a folder")
    if target.exists() and not target.is_file():
        raise OSError(0, "it is not an ordinary file")


def must_be_possible(target: Path) -> None:
    """Refuse a file that cannot be written, before any work is done for it; nothing is made.

    Raises
    ------
    ResultsError
        If its folder is not there and cannot be made, or nothing can be written to it.
    """
    try:
        _must_be_ordinary(target)
        above = next(folder for folder in target.absolute().parents if folder.exists())
        with tempfile.TemporaryFile(dir=above):
            pass
    except OSError as error:
        raise ResultsError(f"cannot write {target}: {error.strerror or error}") from error


def must_be_free(target: Path, inputs: Iterable[Path], force: bool = False) -> None:
    """Refuse to write over an input, or over what this program did not write.

    Parameters
    ----------
    target : path
        A file, or a folder of files of this program.
    inputs : iterable of path
        What the same command reads: never written over.
    force : bool
        Replace it, whoever wrote it; a scenario with another first line than `RESOLVED` stays.

    Raises
    ------
    SimError
        If it must stay as it is.
    """
    if not target.exists():
        return
    if any(path.exists() and path.samefile(target) for path in inputs):
        raise SimError(f"--out: {target} is an input of this command: choose another")
    if _is_ours(target):
        return
    ending = target.suffix.lower()
    strange = ending in MARKS or target.is_dir()
    there = f"{target} is there{', and this program did not write it' if strange else ' already'}"
    if ending == ".toml":
        raise SimError(f"--out: {there}: choose another")
    if not force:
        raise SimError(f"--out: {there}: choose another, or give --force to replace it")


def _is_ours(path: Path) -> bool:
    """Whether a file, or everything in a folder, carries the mark of this program."""
    try:
        if path.is_dir():
            return all(map(_is_ours, path.iterdir()))
        mark = MARKS.get(path.suffix.lower(), "").encode()
        content = path.read_bytes() if mark else b""
    except OSError:
        return False
    if path.suffix.lower() == ".toml":
        return content.startswith(mark)
    return mark != b"" and mark in content
