"""The ledger of a store: a line of JSON for every finished block of runs, one file a worker.

A line is written, and on the disk, after the data of its block are. So a block that has its line is
whole. Lines that are torn, or of another size of the study, do not count: their block is played
again, and gives the same bytes.
"""

from __future__ import annotations

import contextlib
import json
import uuid
from collections.abc import Iterable
from typing import Annotated, TypedDict

from pydantic import Field, TypeAdapter, ValidationError

from sim.results.ensemble_spec import Study
from sim.results.store_location import Folder, Remote
from sim.results.variables import Failure

FOLDER = "ledger"


class Receipt(TypedDict):
    """A line of the ledger.

    `places` are those of the first run of the block and of the one after its last; `events` is how
    many events its runs have.
    """

    block: int
    places: Annotated[list[int], Field(min_length=2, max_length=2)]
    events: Annotated[int, Field(ge=0)]
    failures: list[Failure]


_RECEIPT = TypeAdapter(Receipt)


def finished(place: Folder | Remote, study: Study) -> dict[int, Receipt]:
    """The finished blocks of a study: number -> its line, if it is of this size."""
    found: dict[int, Receipt] = {}
    for name in place.names(FOLDER):
        for line in (place.read(f"{FOLDER}/{name}") or b"").splitlines(keepends=True):
            if line.endswith(b"\n"):
                with contextlib.suppress(ValidationError):
                    receipt = _RECEIPT.validate_json(line, strict=True)
                    if _fits(receipt, study):
                        found[receipt["block"]] = receipt
    return dict(sorted(found.items()))


def note(place: Folder | Remote, receipt: Receipt) -> None:
    """Add a line; it is on the disk on return.

    Raises
    ------
    OSError
        If it cannot be written; FileNotFoundError if the ledger was removed.
    """
    place.note(FOLDER, json.dumps(receipt))


def keep_only(place: Folder | Remote, receipts: Iterable[Receipt]) -> None:
    """Forget all other lines: of runs that are dropped, of blocks that are damaged."""
    old = [f"{FOLDER}/{name}" for name in place.names(FOLDER)]
    lines = [json.dumps(receipt) + "\n" for receipt in receipts]
    if lines:
        place.write(f"{FOLDER}/{uuid.uuid4().hex}.jsonl", "".join(lines).encode())
    place.remove(old)


def _fits(receipt: Receipt, study: Study) -> bool:
    number = receipt["block"]
    if not 0 <= number < study.blocks or receipt["places"] != list(study.span(number)):
        return False
    start, stop = receipt["places"]
    return all(start <= f["run"] - study.first < stop for f in receipt["failures"])
