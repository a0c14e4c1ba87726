"""Words for the parts of a scenario: paths, values and outcomes.

Files, changes and tables of data name things by paths and ids (``actors.iran.capability``). What
people read has the labels of the scenario and the words of the table of parameters instead.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping

from pydantic import BaseModel

from sim.scenario.base_types import is_range
from sim.scenario.english import Words, day, listed
from sim.scenario.parameters import Mechanisms, Parameters
from sim.scenario.schema import WON_BY, Scenario

_ACTOR_FIELDS = {
    "capability": "capability",
    "cost_of_war": "cost of war",
    "discount": "weekly discount factor",
}
_TASKS = {"air": "the air", "ground": "the ground", "diplomacy": "diplomacy"}
_HORIZONS = {"short": "short-term", "long": "long-term"}


def label(scenario: Scenario, path: str, *, ids: bool = False) -> str:
    """Say in words what lies at a path of a scenario.

    Parameters
    ----------
    scenario : Scenario
        Its labels are used. A name that it does not have stays as it is.
    path : str
        As `sim.with_changes` takes it (``actors.iran.capability``, ``parameters.loyalty``), or of a
        dated event (``events.3.capability``).
    ids : bool
        Also give the path, in brackets.

    Returns
    -------
    str
        A phrase without an article and without a capital at the start: "Iran's capability",
        "mutual optimism"; with `ids` "mutual optimism (parameters.mutual_optimism)".
    """
    words = _Names(scenario)
    keys = path.split(".")
    said = _known(scenario, words, keys) or words.rest(keys)
    return f"{said} ({path})" if ids else said


def value(scenario: Scenario, path: str, given: object) -> str:
    """Say in words what is given at a path of a scenario: "0.3", "off", "Iran and Turkey"."""
    if given is None:
        return "not set"
    if isinstance(given, bool):
        on = path.partition(".")[0] == "mechanisms"
        yes, no = ("on", "off") if on else ("yes", "no")
        return yes if given else no
    if isinstance(given, int | float):
        return f"{given:g}"
    words = _Names(scenario)
    if isinstance(given, dt.date):
        return day(given)
    if isinstance(given, str):
        return words.name(given)
    if is_range(given):
        assert isinstance(given, Mapping)
        mode = f", likeliest {given['mode']:g}" if "mode" in given else ""
        return f"{given['low']:g} to {given['high']:g}{mode}"
    if isinstance(given, Mapping):
        return "a table" if given else "empty"
    if isinstance(given, Iterable):
        parts = list(given)
        flat = all(isinstance(part, str | int | float) for part in parts)
        return (listed([words.name(str(p)) for p in parts]) or "empty") if flat else "a list"
    return str(given)


def change(
    scenario: Scenario, path: str, before: object, after: object, *, ids: bool = False
) -> str:
    """Say a change in words: "Iran's capability 2 instead of 1.4", "loyalty off instead of on"."""
    now, then = value(scenario, path, after), value(scenario, path, before)
    said = label(scenario, path, ids=ids)
    return f"{said} changed" if now == then else f"{said} {now} instead of {then}"


def outcome(scenario: Scenario, name: str) -> str:
    """Say the name of a class of outcome (`sim.measures.outcomes`) in words."""
    start, _, camp = name.partition(WON_BY)
    if not start and camp in scenario.camps:
        return f"won by {Words(scenario).camp(camp)}"
    return name.replace("_", " ")


def mechanism(name: str) -> str:
    """A part of the theory in words: "loyalty", "dated events"."""
    return _title(Mechanisms, name)


def parameter(name: str) -> str:
    """A number of the theory in words: "mutual optimism", "weekly hazard of collapse"."""
    return _title(Parameters, name)


def _title(model: type[BaseModel], name: str) -> str:
    """The title of a field, or its description without unit and remark; else its name."""
    about = model.model_fields.get(name)
    if about is None:
        return name.replace("_", " ")
    described = "" if model is Mechanisms else about.description or ""
    short = re.split(r"[;:(]|, (?:weeks|a week|a round|in )", described)[0].strip()
    return about.title or short or name.replace("_", " ")


class _Names(Words):
    """The names of a scenario, and those that it does not have as they are."""

    def actor(self, name: str) -> str:
        return self.who(name) if name in self._actors else name

    def of(self, name: str) -> str:
        return self.whose(name) if name in self._actors else f"{name}'s"

    def on(self, name: str) -> str:
        return self.issue(name) if name in self._issues else name

    def name(self, key: str) -> str:
        """The label of an actor, issue, camp or theatre; of anything else the word itself."""
        for known, called in (
            (self._actors, self.who), (self._issues, self.issue), (self._camps, self.camp),
            (self._theatres, self.theatre),
        ):  # fmt: skip
            if key in known:
                return called(key)
        return key.replace("_", " ")

    def rest(self, keys: list[str]) -> str:
        """Words for a path of which nothing else is known: its names and fields one by one."""
        groups = ("actors", "issues", "camps", "theatres")
        keys = keys[1:] if keys[0] in groups and len(keys) > 1 else keys
        first, *more = (self.name(key) for key in keys)
        return f"{first}: {', '.join(more)}" if more else first


def _known(scenario: Scenario, words: _Names, keys: list[str]) -> str:
    """The phrase for the numbers and switches that have one; empty for the rest."""
    match keys:
        case ["parameters", name]:
            return parameter(name)
        case ["mechanisms", name]:
            return mechanism(name)
        case ["issues", issue, "start"]:
            return f"starting position on {words.on(issue)}"
        case ["issues", issue, "renewed", "to"]:
            return f"position to which new disputes bring {words.on(issue)}"
        case ["issues", issue, "renewed", "rate"]:
            return f"how often disputes over {words.on(issue)} break out"
        case ["outcomes", name, "at_least"]:
            return f"position from which a settlement counts as {name.replace('_', ' ')}"
        case ["roles", "conveners", actor]:
            on = [words.on(name) for name, issue in scenario.issues.items() if issue.prestige]
            return f"{words.of(actor)} pole on {on[0] if on else 'prestige'}"
        case ["roles", "consultation", actor]:
            return f"consultation of {words.actor(actor)}"
        case ["patrons", patron, proxy]:
            return f"{words.of(patron)} control over {words.actor(proxy)}"
        case ["patrons", patron]:
            return f"{words.of(patron)} control over its proxies"
        case ["actors", actor, *within]:
            return _of_actor(words, actor, within)
        case ["events", number, name] if number.isdecimal():
            return _of_event(scenario, words, int(number), name)
    return ""


def _of_actor(words: _Names, actor: str, within: list[str]) -> str:
    of = words.of(actor)
    match within:
        case [name] if name in _ACTOR_FIELDS:
            return f"{of} {_ACTOR_FIELDS[name]}"
        case ["tasks", task]:
            return f"{of} share of capability for {_TASKS.get(task, task)}"
        case ["theatres", theatre]:
            return f"{of} share of its force in {words.name(theatre)}"
        case [horizon, issue, name] if horizon in _HORIZONS:
            aim = f"{of} {_HORIZONS[horizon]}"
            on = words.on(issue)
            return {
                "weight": f"weight of {aim} aim on {on}",
                "ideal": f"{aim} ideal on {on}",
                "satisfied_at": f"position at which {aim} aim on {on} counts as achieved",
                "threatened_at": f"position at which {aim} aim on {on} counts as threatened",
            }.get(name, f"{aim} aim on {on}: {name.replace('_', ' ')}")
        case [horizon, issue] if horizon in _HORIZONS:
            return f"{of} {_HORIZONS[horizon]} aim on {words.on(issue)}"
    return ""


def _of_event(scenario: Scenario, words: _Names, number: int, name: str) -> str:
    """A number of a dated event: "Iran's capability from 14 March 2016 on"."""
    if number >= len(scenario.events):
        return ""
    event = scenario.events[number]
    of, on = (call(str(who)) for call, who in ((words.of, event.actor), (words.on, event.issue)))
    said: dict[str, str] = {
        "ideal": f"{of} ideal on {on}",
        "weight_times": f"factor on the weight of {of} aim on {on}",
        "capability": f"{of} capability",
        "cost_of_war": f"{of} cost of war",
        "control": f"{words.of(str(event.patron))} control over {words.actor(str(event.proxy))}",
        "consultation": f"consultation of {words.actor(str(event.actor))}",
        "position": f"position on {on}",
        "tabled": f"{on} on the table",
    }
    when = day(event.date) if event.date is not None else f"week {event.week}"
    return f"{said[name]} from {when} on" if name in said else f"dated event of {when}: {name}"
