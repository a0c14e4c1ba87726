"""What every actor class must pass, the program's own and a user's.

Run it on a class of yours in a test::

    from sim.contract import check

    def test_my_actor_keeps_the_contract():
        check(MyActor)
"""

from __future__ import annotations

import datetime as dt
import inspect
from typing import Any

import numpy as np

from sim.errors import ActorError
from sim.files import build
from sim.model import Actor, ConflictModel
from sim.plugins import CHANCES, GAINS, register
from sim.scenario import Scenario

_PROBE = "contract-probe"
# Every actor of this war has every role that its kind allows, so that each decision is asked.
_WEEKS = 30


def check(cls: type[Actor]) -> None:
    """Refuse a class that breaks the contract.

    The class plays the patron, the government, its militia and the mediator of a small war. Each
    decision must return a finite number in its range ([-2, 2] for a gain, [0, 1] for a chance),
    the same one when asked again, and change nothing; two runs of one seed must be the same.

    Parameters
    ----------
    cls : type
        A subclass of `sim.model.Actor`.

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
    same = first is not None and again is not None and first.tobytes() == again.tobytes()
    if not found and not same:
        found.append(f"{cls.__name__}: two runs of one seed differ, so it draws luck of its own")
    return found


def _signatures(cls: type[Actor]) -> list[str]:
    """A decision that takes other arguments than the one it replaces."""
    found = []
    for decision in (*GAINS, *CHANCES):
        ours = inspect.signature(getattr(Actor, decision))
        theirs = inspect.signature(getattr(cls, decision))
        try:
            theirs.bind(*ours.parameters)
        except TypeError:
            found.append(
                f"{cls.__name__}.{decision}{theirs} must take the arguments of {decision}{ours}"
            )
    return found


def _play(found: list[str], watched: bool) -> Any:
    """Play the small war; when watched, ask everybody everything once more each week."""
    model = ConflictModel(_war(), seed=11)
    for _ in range(_WEEKS):
        model.step()
        if watched and not found:
            _probe(model, found)
    return model.world.tie.T.copy()


def _probe(model: ConflictModel, found: list[str]) -> None:
    for actor in model.agents.to_list():
        other = next(name for name in model.case.actors if name != actor.name)
        about: dict[str, tuple[Any, ...]] = {
            "consults": (other,),
            "revises": (other,),
            "signs": (other,),
            "heeds": (0.01, model.seen.tmp.wish),
        }
        for decision in (*GAINS, *CHANCES):
            if decision == "bargains":
                continue  # asked in its own round, when the deal lies before the pair
            before = [field.copy() for group in model.world for field in group]
            who = f"{actor.name} ({type(actor).__name__})"
            answers = [
                model.answer(actor.index, decision, *about.get(decision, ())) for _ in range(2)
            ]
            if answers[0] != answers[1]:
                found.append(f"{who}: {decision}() asked twice gives {answers[0]} and {answers[1]}")
            after = [field for group in model.world for field in group]
            if not all(np.array_equal(a, b) for a, b in zip(before, after, strict=True)):
                found.append(f"{who}: {decision}() changes the world")


def _war() -> Scenario:
    """A small war in which every decision is asked."""

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
            "rounds": _WEEKS,
            "camps": {"east": {"label": "East", "pole": 1}, "west": {"label": "West", "pole": 0}},
            "issues": {
                "front": {**issue, "label": "front", "start": 0.5, "moved_by": "territory"},
                "order": {
                    **issue, "label": "order", "start": 0.2, "agenda": {"at": "start"},
                    "core": True,
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
            "parameters": {"tau_c": 2, "tau_n": 2, "tau_b": 2, "talks_min_age": 1},
        }
    )  # fmt: skip
