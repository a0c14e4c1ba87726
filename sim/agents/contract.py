"""Tests that every actor class must pass, whether the program's own or a user's.

Run it on a class of yours in a test::

    from sim.agents.contract import check

    def test_my_actor_keeps_the_contract():
        check(MyActor)
"""

from __future__ import annotations

import datetime as dt
import inspect
from typing import SupportsIndex

import numpy as np
from numpy.typing import NDArray

from sim.agents.model import Actor, ConflictModel
from sim.agents.registry import REGISTERED, register
from sim.engine.decisions import DECISIONS
from sim.errors import ActorError
from sim.scenario.files import build
from sim.scenario.schema import Scenario

_PROBE = "contract-probe"
_WEEKS = 30


def check(cls: type[Actor]) -> None:
    """Refuse a class that breaks the contract.

    The class plays the patron, the government, its militia and the mediator of a small war. Each
    decision must return a finite number in its range ([-2, 2] for a gain, [0, 1] for a chance),
    the same one when asked again, and change nothing; two runs of one seed must be the same.

    Parameters
    ----------
    cls : type
        A subclass of `sim.agents.model.Actor`.

    Raises
    ------
    ActorError
        With every breach, one a line.
    """
    found = breaches(cls)
    if found:
        raise ActorError("\n".join(found))


def breaches(cls: type[Actor]) -> list[str]:
    """Every breach of the contract by a class; empty if it keeps it."""
    if not (isinstance(cls, type) and issubclass(cls, Actor)):
        return [f"{cls!r} is not a subclass of sim.Actor"]
    found = _signatures(cls)
    if found:
        return found
    register(_PROBE)(cls)
    try:
        first = _play(found, watched=True)
        again = _play([], watched=False)
    except ActorError as error:
        return [*found, str(error)]
    finally:
        REGISTERED.pop(_PROBE)
    if not found and first.tobytes() != again.tobytes():
        found.append(f"{cls.__name__}: two runs of one seed differ, so it draws luck of its own")
    return found


def _signatures(cls: type[Actor]) -> list[str]:
    """Breaches by a decision method whose arguments differ from those of the method it replaces."""
    found = []
    for decision in DECISIONS:
        if not callable(getattr(cls, decision)):
            found.append(f"{cls.__name__}.{decision} must be a method")
            continue
        ours = inspect.signature(getattr(Actor, decision))
        theirs = inspect.signature(getattr(cls, decision))
        try:
            theirs.bind(*ours.parameters)
        except TypeError:
            found.append(
                f"{cls.__name__}.{decision}{theirs} must take the arguments of {decision}{ours}"
            )
    return found


class _Watched(ConflictModel):
    """A model that asks every actor twice, and checks that no answer changes the world."""

    found: list[str]

    def answer(self, index: SupportsIndex, decision: str, *about: object) -> float:
        actor = self._ordered[index]
        who = f"{actor.name} ({type(actor).__name__})"
        before = [field.tobytes() for group in self.world for field in group]
        first = super().answer(index, decision, *about)
        second = super().answer(index, decision, *about)
        if first != second:
            self.found.append(f"{who}: {decision}() asked twice gives {first} and {second}")
        if before != [field.tobytes() for group in self.world for field in group]:
            self.found.append(f"{who}: {decision}() changes the world")
        return first


def _play(found: list[str], watched: bool) -> NDArray[np.float64]:
    """Play the small war; when watched, until the first breach."""
    model = _Watched(_war(), seed=11) if watched else ConflictModel(_war(), seed=11)
    if isinstance(model, _Watched):
        model.found = found
    while model.running and not (watched and found):
        model.step()
    return model.world.relations.tie.copy()


def _war() -> Scenario:
    """A small war in which every decision is asked: actors have every role that they can have."""

    def actor(kind: str, camp: str | None, ideal: float, **more: object) -> dict[str, object]:
        return {
            "label": kind,
            "kind": kind,
            "agent": _PROBE,
            "capability": 1.0,
            "tasks": {"air": 0.2, "ground": 0.6, "diplomacy": 0.3},
            "discount": 0.99,
            "cost_of_war": 0.15,
            "long": {
                "front": {"ideal": ideal, "weight": 1.0},
                "order": {"ideal": 1 - ideal, "weight": 0.5},
                "relief": {"ideal": 1.0, "weight": 0.3},
            },
            **({"camp": camp} if camp else {}),
            **more,
        }

    issue = {"zero": "none", "one": "all"}
    return build(
        {
            "name": "A war to try an actor in",
            "start": dt.date(2000, 1, 1),
            "weeks": _WEEKS,
            "camps": {"east": {"label": "East", "pole": 1}, "west": {"label": "West", "pole": 0}},
            "issues": {
                "front": {**issue, "label": "front", "start": 0.5, "moved_by": "territory"},
                "order": {
                    **issue, "label": "order", "start": 0.2, "agenda": {"at": "start"},
                    "core": True,
                },
                "posts": {
                    **issue, "label": "posts", "start": 0.4, "agenda": {"at": "when it pays"},
                },
                "relief": {
                    **issue, "label": "relief", "start": 0.0, "side_payment": True,
                    "bilateral": True, "renewed": {"to": 0.0, "rate": 0.3},
                },
            },
            "actors": {
                "patron": actor("state", "east", 0.9),
                "ally": actor("government", "east", 0.8, armed=True),
                "militia": actor("militia", "west", 0.1, armed=True),
                "mediator": actor("organisation", None, 0.5),
            },
            "patrons": {"patron": {"ally": 0.5}, "mediator": {"militia": 0.2}},
            "roles": {
                "conveners": {"mediator": 1, "patron": 0},
                "belligerents": ["ally", "militia"],
                "must_sign": ["ally", "militia"],
            },
            "talks": {
                "permanent": ["patron", "ally"], "brought": {"militia": "mediator"},
                "veto": ["patron", "ally", "militia"], "guarantors": ["patron", "mediator"],
                "demanders": ["militia"],
            },
            "bilateral": [["patron", "ally"]],
            "mechanisms": {"fights": "tasks", "terms": "promised", "voice": "strength"},
            "parameters": {
                "ceasefire_period": 2, "negotiation_period": 2, "bilateral_period": 2,
                "talks_min_age": 1,
            },
        }
    )  # fmt: skip
