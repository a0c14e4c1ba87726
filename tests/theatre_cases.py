"""The Syrian case with theatres, and a small war of two fronts, for tests of what happens where."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sim import files
from sim.scenario.schema import Scenario

THEATRES = ("north", "damascus", "elsewhere")
SPREAD = {
    "russia": {"north": 0.6, "damascus": 0.2, "elsewhere": 0.2},
    "iran": {"north": 0.5, "damascus": 0.3, "elsewhere": 0.2},
    "syria_government": {"north": 0.4, "damascus": 0.3, "elsewhere": 0.3},
    "hezbollah": {"damascus": 1.0},
    "foreign_militias": {"north": 0.6, "damascus": 0.4},
    "turkey": {"north": 1.0},
    "northern_rebels": {"north": 0.85, "elsewhere": 0.15},
    "damascus_rebels": {"damascus": 1.0},
}
# Every mechanism beyond the second theory.
ALL = {
    "mechanisms.theatres": True, "mechanisms.fights": "tasks",
    "mechanisms.walking_out": True, "mechanisms.troops": True, "ceasefire.monitored": True,
    "mechanisms.terms": "promised", "mechanisms.voice": "strength",
    "issues.arms.agenda.at": "when it pays",
}  # fmt: skip
# The same, off.
NONE = {
    "mechanisms.theatres": False, "mechanisms.fights": "armed",
    "mechanisms.walking_out": False, "mechanisms.troops": False, "ceasefire.monitored": False,
    "mechanisms.terms": "all", "mechanisms.voice": "heads",
    "issues.arms.agenda.at": dt.date(2017, 2, 1),
}  # fmt: skip


def without_places(scenario: Scenario) -> dict[str, Any]:
    """Data of a scenario without theatres and with everything off."""
    data = files.as_data(files.with_changes(scenario, NONE))
    for actor in data["actors"].values():
        actor.pop("theatres", None)
    data.pop("theatres", None)
    data.pop("ceasefire", None)
    return data


def plain(scenario: Scenario) -> Scenario:
    """A scenario that says nothing of what is beyond the second theory."""
    data = without_places(scenario)
    data["mechanisms"]["theatres"] = True
    return files.build(data)


def spread(scenario: Scenario, covers: tuple[str, ...] | None = None) -> Scenario:
    """The Syrian case with theatres, and nothing else beyond the second theory."""
    data = without_places(scenario)
    data["mechanisms"]["theatres"] = True
    data["theatres"] = {name: {"label": name} for name in THEATRES}
    for name, shares in SPREAD.items():
        data["actors"][name]["theatres"] = shares
    if covers is not None:
        data["ceasefire"] = {"covers": list(covers)}
    return files.build(data)


def everything(scenario: Scenario, covers: tuple[str, ...] = ("north", "damascus")) -> Scenario:
    """The Syrian case with all that is beyond the second theory."""
    return files.with_changes(spread(scenario, covers), ALL)


def two_fronts(**changes: Any) -> Scenario:
    """A small war: north and south fight in the hills, coast and raiders in the marsh.

    A neutral envoy brokers, and everybody would rather have peace. `changes` are by table:
    ``ceasefire={"covers": ["hills"]}``.
    """

    def actor(name: str, camp: str, place: str, ideal: float) -> dict[str, Any]:
        return {
            "label": name, "kind": "militia", "camp": camp, "armed": True, "capability": 1.0,
            "tasks": {"ground": 1.0}, "theatres": {place: 1.0}, "discount": 0.99,
            "cost_of_war": 0.3, "long": {"land": {"ideal": ideal, "weight": 1.0}},
        }  # fmt: skip

    data: dict[str, Any] = {
        "name": "Two fronts", "start": dt.date(2001, 1, 1), "weeks": 40,
        "camps": {"up": {"label": "up", "pole": 1}, "down": {"label": "down", "pole": 0}},
        "theatres": {"hills": {"label": "the hills"}, "marsh": {"label": "the marsh"}},
        "issues": {
            "land": {"label": "land", "zero": "none", "one": "all", "start": 0.5,
                     "moved_by": "territory"},
        },
        "actors": {
            "north": actor("north", "up", "hills", 1.0),
            "south": actor("south", "down", "hills", 0.0),
            "coast": actor("coast", "up", "marsh", 1.0),
            "raiders": actor("raiders", "down", "marsh", 0.0),
            "envoy": {"label": "Envoy", "kind": "organisation", "capability": 1.0,
                      "tasks": {"diplomacy": 1.0}, "discount": 0.99, "cost_of_war": 0.3,
                      "long": {"land": {"ideal": 0.5, "weight": 1.0}}},
        },
        "roles": {"conveners": {"envoy": 1.0}, "belligerents": ["north", "south"],
                  "must_sign": ["north", "south"]},
    }  # fmt: skip
    for table, values in changes.items():
        data[table] = {**data.get(table, {}), **values} if isinstance(values, dict) else values
    return files.build(data)
