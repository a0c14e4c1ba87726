"""The manifest of a store: the study that it holds, in full, under a checksum."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sim.errors import ResultsError, SimError
from sim.results.dataset import FORMAT, versions
from sim.results.ensemble_spec import MOST_RUNS, Study
from sim.scenario.files import differing, dumps, loads_kept
from sim.scenario.schema import Scenario

# Format 1 had no checksum, no mask of finished runs, and zeros where nothing was written.
STORE_FORMAT = 3


class Manifest(BaseModel):
    """What `manifest.json` holds.

    Attributes
    ----------
    store_format, results_format : int
        Versions of the layout of the store and of the variables in it.
    seed : str
        Of digits: whole numbers of JSON end at 2**53.
    first, runs, block, record, hold, uncertain
        As in `sim.results.ensemble_spec.Study`.
    versions : dict of str
        Of the program, its rules, and what its numbers depend on.
    classes : dict of str
        Agent classes of a user's own, each with a hash of its files.
    scenario, scenario_hash : str
        The scenario as text, in full.
    """

    model_config = ConfigDict(strict=True, frozen=True)

    program: Literal["entente"] = "entente"
    store_format: int
    results_format: int
    seed: str = Field(pattern=r"^\d{1,20}$")
    first: int = Field(ge=0, le=MOST_RUNS)
    runs: int = Field(ge=1, le=MOST_RUNS)
    block: int = Field(ge=1, le=MOST_RUNS)
    record: list[str]
    hold: str | None
    uncertain: bool = False
    versions: dict[str, str]
    classes: dict[str, str] = {}
    scenario_hash: str
    scenario: str

    @classmethod
    def of(cls, study: Study, classes: Mapping[str, str]) -> Manifest:
        """The manifest of a study that this program plays."""
        scenario = dumps(study.scenario)
        return cls(
            store_format=STORE_FORMAT,
            results_format=FORMAT,
            seed=str(study.seed),
            first=study.first,
            runs=study.runs,
            block=study.block,
            record=list(study.record),
            hold=study.hold,
            uncertain=study.uncertain,
            versions=dict(versions()),
            classes=dict(classes),
            scenario_hash=_hash(scenario),
            scenario=scenario,
        )

    @classmethod
    def read(cls, content: bytes, where: str) -> Manifest:
        """Read a manifest.

        Raises
        ------
        ResultsError
            If it is not one, was changed by hand or damaged, or is of a newer format.
        """
        broken = f"{where} is not an ensemble store, or it is damaged: its manifest.json"
        try:
            data = json.loads(content)
            form = data["store_format"]
            newer = form > STORE_FORMAT
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise ResultsError(f"{broken} cannot be read") from error
        if newer:
            raise ResultsError(
                f"{where} is a store of format {form}, this program reads up to {STORE_FORMAT}: "
                "use a newer version of it"
            )
        checksum = data.pop("checksum", None)
        try:
            found = cls.model_validate(data)
        except ValidationError as error:
            first = error.errors()[0]
            path = ".".join(map(str, first["loc"]))
            raise ResultsError(f"{broken} has no right {path}: {first['msg']}") from error
        if found.scenario_hash != _hash(found.scenario) or (
            (found.store_format > 1 or checksum is not None) and checksum != _hash(_canonical(data))
        ):
            raise ResultsError(
                f"{where}: its manifest.json was changed by hand, or is damaged: its checksum does "
                "not hold, so it may not be the study of these runs. Put the old file back, or "
                "make the ensemble anew in another folder"
            )
        return found

    def write(self) -> bytes:
        """The file's content."""
        # What is not drawn is not mentioned, so that other stores have the manifest they had.
        data = self.model_dump(exclude=set() if self.uncertain else {"uncertain"})
        return (json.dumps(data | {"checksum": _hash(_canonical(data))}, indent=1) + "\n").encode()

    def study(self, where: str) -> Study:
        """The study.

        Raises
        ------
        ResultsError
            If this program cannot use its scenario, or does not know what it records.
        """
        try:
            return Study.of(
                self._scenario(),
                seed=int(self.seed), runs=self.runs, first=self.first,
                record=self.record, hold=self.hold, block=self.block, uncertain=self.uncertain,
            )  # fmt: skip
        except SimError as error:
            raise ResultsError(f"{where}: {error}") from error

    def _scenario(self) -> Scenario:
        return loads_kept(self.scenario, "scenario inside the store")

    def apart_from(self, mine: Manifest) -> list[str]:
        """In what another study differs, in words; how many runs it has does not matter."""
        found = [
            f"{name} is {getattr(self, name)!r} there and {getattr(mine, name)!r} here"
            for name in ("seed", "first", "record", "hold", "block", "results_format")
            if getattr(self, name) != getattr(mine, name)
        ]
        if self.uncertain != mine.uncertain:
            drawn = ("drawn", "not drawn") if self.uncertain else ("not drawn", "drawn")
            found.append("ranges are {} there and {} here (--uncertain)".format(*drawn))
        found += [
            f"the file of agent class {name!r} is another one"
            for name in mine.classes
            if self.classes.get(name) != mine.classes[name]
        ]
        there, here = self._scenario(), mine._scenario()
        if there.name != here.name:
            found.append(f"it is of {there.name!r}, not {here.name!r}")
        else:
            found += [_in_words(*values) for values in differing(there, here)]
        if not found and dumps(there) != dumps(here):
            found.append("the order of actors or issues in the scenario is another one")
        for name in ("rules", "entente"):
            old, new = self.versions.get(name), mine.versions[name]
            if old != new:
                found.append(f"version of {name} is {old} there and {new} here")
        return found


def _canonical(data: Mapping[str, object]) -> str:
    return json.dumps(data, sort_keys=True, separators=(",", ":"))


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _in_words(path: str, there: object, here: object) -> str:
    """A value in which two scenarios differ."""
    said = ["absent" if value is None else repr(value) for value in (there, here)]
    said = [word if len(word) < 60 else word[:57] + "..." for word in said]
    return f"{path} is {said[0]} there and {said[1]} here"
