"""Name and version of the installed program, and how to install missing packages."""

from __future__ import annotations

from importlib import metadata

NAME = "entente-sim"
"""Name of the distribution, as in pyproject.toml. The package that is imported is `sim`."""


def version() -> str:
    """Give the installed version, or ``"not installed"`` for a copy that is only on the path."""
    try:
        return metadata.version(NAME)
    except metadata.PackageNotFoundError:
        return "not installed"


def how_to_get(extra: str) -> str:
    """Give the command that installs what a part of the program needs.

    Parameters
    ----------
    extra : str
        A key of ``[project.optional-dependencies]`` in pyproject.toml.

    Returns
    -------
    str
        ``"pip install 'entente-sim[dask]'"``.
    """
    return f"pip install '{NAME}[{extra}]'"
