"""Results made by hand, for measures worked on paper."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import xarray as xr

from sim.engine import event_log as log

START = dt.date(2001, 1, 1)


def made(actors: str, weeks: int = 1, runs: int = 1, attrs: Any = None, **variables: Any) -> Any:
    """Results made by hand: variables as (dims after run and round, values).

    With one run the values have no axis of runs.
    """
    days = np.datetime64(START) + 7 * np.arange(weeks)
    return xr.Dataset(
        {
            name: (
                ("run", "week", *dims),
                np.asarray(values)[None] if runs == 1 else np.asarray(values),
            )
            for name, (dims, values) in variables.items()
        },
        {
            "run": np.arange(runs), "week": np.arange(weeks), "date": ("week", days),
            "actor": list(actors), "other": list(actors),
        },
        attrs or {},
    )  # fmt: skip


def tied(S: Any, actors: str | None = None) -> xr.Dataset:
    """Results of one week with these ties."""
    S = np.asarray(S, dtype=float)
    return made(actors or "abcdefghijklmnopqrstuvwxyz"[: len(S)], tie=(("actor", "other"), [S]))


def ceasefire(state: list[int], age: list[int], convener: list[int], **more: Any) -> xr.Dataset:
    """One run of two actors with these states; the first signs, nobody breaks anything."""
    weeks = len(state)
    signed = more.get("ratified", [[True, False]] * weeks)
    broke = more.get("violated", [[False, False]] * weeks)
    return made(
        "ab", weeks=weeks, state=((), state), age=((), age), convener=((), convener),
        ratified=(("actor",), signed), violated=(("actor",), broke),
    )  # fmt: skip


def pair_of(*levels: list[float]) -> xr.Dataset:
    """Ties of a and b over the weeks, one list a run."""
    values = np.zeros((len(levels), len(levels[0]), 2, 2))
    values[:, :, 0, 1] = values[:, :, 1, 0] = levels
    dims = ("actor", "other")
    return made(
        "ab", weeks=len(levels[0]), runs=len(levels),
        tie=(dims, values if len(levels) > 1 else values[0]),
    )  # fmt: skip


def told(results: xr.Dataset, rows: list[tuple[Any, ...]]) -> xr.Dataset:
    """Add events: run, round, kind, actor, counterpart, issue, answer."""
    columns = list(zip(*rows, strict=True)) or [()] * 7
    names = ("run", "week", "kind", "actor", "counterpart", "issue", "answer")
    kinds = (int, int, int, int, int, int, bool)
    return results.assign(
        {
            f"event_{name}": ("event", np.array(column, dtype=kind))
            for name, column, kind in zip(names, columns, kinds, strict=True)
        }
        | {"event_terms": (("event", "term"), np.zeros((len(rows), log.MOST_TERMS)))}
    )
