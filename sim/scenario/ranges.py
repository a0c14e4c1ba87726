"""How far every number of a scenario may plausibly go, and what it is called in words.

The rule, for audits and for the size of a flip alike:

* a parameter of the theory goes over its range in `RANGES`;
* a position (an ideal, a start, a threshold, a pole) goes 0.1 up and down, within its bounds;
* of a discount factor the impatience, 1 less it, is halved and doubled;
* every other number (a weight, a capability, a cost, a control share) is halved and doubled, within
  its bounds; what is 0 stays 0.

An end that the checks of a scenario refuse is moved half the way back until they accept it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sim.errors import ScenarioError
from sim.scenario import field_types
from sim.scenario.files import as_data, build
from sim.scenario.labels import label
from sim.scenario.parameters import IDLE, UNWATCHED, Parameters, is_off
from sim.scenario.schema import Scenario

STEP = 0.1
"""How far a position plausibly goes."""
FACTOR = 2.0
"""By what any other number is plausibly multiplied or divided."""

type Range = tuple[float, float]

RANGES: Mapping[str, Range] = {
    "r": (1, 2), "tau_L": (26, 156), "rho_a": (0.03, 0.3), "a_min": (0, 0.3), "sig_w": (0, 0.5),
    "sig_x": (0, 0.1), "nu": (0.004, 0.02), "sigma": (0.004, 0.02), "sig_b": (0.03, 0.12),
    "opt": (0, 0.004), "n0": (5, 30), "nu_advance": (0, 0.01), "ces": (0.3, 1), "ell": (0, 0.05),
    "rep": (0, 0.1), "lam": (30, 200), "h_s": (0.02, 0.12), "h0": (0.005, 0.05),
    "h1": (0.05, 0.3), "gv": (0.2, 1), "gam": (0.03, 0.12), "varpi": (0, 0.06),
    "varpi_D": (0.1, 0.6), "kappa_face": (0.04, 0.15), "xi": (0.01, 0.06), "s_cp": (0, 0.2),
    "rho_d": (0.05, 0.3), "prestige_step": (0.05, 0.3), "k_q": (4, 16), "tau_q": (0, 0.5),
    "rho_rev": (0.1, 1), "eps": (0.005, 0.05), "phi_f": (0.03, 0.3), "phi_r": (0.05, 0.5),
    "obs": (0.5, 1), "tau_c": (2, 12), "tau_n": (2, 12), "tau_b": (2, 12), "s_x": (0.1, 0.5),
    "c_att": (0.02, 0.12), "rho_i": (0.01, 0.1), "q_dispute": (0.02, 0.2), "q_e": (0.2, 1),
    "c_b": (0, 0.02), "kap_pos": (0.05, 0.2), "d_E": (0.01, 0.05), "s_fight": (0.05, 0.5),
    "s_viol": (0.05, 0.5), "obs_monitor": (0.9, 1), "beta": (0.01, 0.1), "beta_troops": (0.03, 0.3),
    "walkout_rounds": (1, 4), "c_clash": (0, 0.03), "clash_step": (0.2, 1), "own_cost": (0, 0.4),
    "war_cost": (0.33, 3), "phi_A": (0.02, 0.08), "phi_E": (0.015, 0.06), "phi_B": (0, 0.16),
}  # fmt: skip
"""Plausible range of the parameters of the first theory that somebody has thought of one for."""

RANGES_SECOND: Mapping[str, Range] = {
    "opt": (0.004, 0.02), "h0": (0.001, 0.02), "h1": (0.5, 3), "h_power": (2, 4),
    "varpi": (0.03, 0.1), "gam": (0.03, 0.15), "xi": (0.01, 0.12), "n0": (5, 60),
}  # fmt: skip
"""Where the second theory has another; at least as wide as the calibrations search."""

TIMES: Mapping[str, tuple[str, float, float]] = {"kap_neg": ("kap_pos", 1, 3)}
"""Plausible ranges that are multiples of another parameter."""

# Numbers of computation: no claim about a war hangs on them.
NUMERICAL = ("burn_in", "nash_steps", "nash_step", "bilateral_eps", "force_floor")


@dataclass(frozen=True)
class Number:
    """A number of a scenario, and where it may go.

    Attributes
    ----------
    path : str
        As `with_changes` takes it, but for numbers of dated events: ``events.N.FIELD``.
    words : str
        What it is, as part of a sentence.
    value : float
    low, high : float
        Ends of its plausible range; one of them may be the value itself.
    whole : bool
    """

    path: str
    words: str
    value: float
    low: float
    high: float
    whole: bool = False


def positions(value: float, least: float = 0.0, most: float = 1.0) -> Range:
    """The plausible range of a position."""
    return max(least, value - STEP), min(most, value + STEP)


def multiples(value: float, least: float = 0.0, most: float = math.inf) -> Range:
    """The plausible range of a weight, a strength or a share."""
    return max(least, value / FACTOR), min(most, value * FACTOR)


def impatience(value: float) -> Range:
    """The plausible range of a discount factor."""
    return 1.0 - FACTOR * (1.0 - value), 1.0 - (1.0 - value) / FACTOR


def size(value: float, other: float, *, position: bool) -> float:
    """How large a change is: 1 is as far as the number plausibly goes.

    Parameters
    ----------
    value, other : float
        Before and after.
    position : bool
        Whether it is counted in steps of `STEP`; else in doublings or halvings.

    Returns
    -------
    float
        At least 0; infinite for a number that begins or ends at 0 and counts in doublings.
    """
    if position:
        return abs(other - value) / STEP
    if value == other:
        return 0.0
    if value <= 0.0 or other <= 0.0:
        return math.inf
    return abs(math.log(other / value)) / math.log(FACTOR)


def numbers(scenario: Scenario) -> list[Number]:
    """Every number that a run of a scenario depends on, with its plausible range.

    Left out are those that plausibly stay as they are, those of mechanisms that are off, and the
    numbers of computation (`NUMERICAL`), and shares by theatre, which add up to one and cannot be
    moved alone. Dates and periods of the calendar of a scenario are no
    numbers of it.
    """
    found = [*_parameters(scenario), *_issues(scenario), *_actors(scenario)]
    found += [*_links(scenario), *_events(scenario)]
    return [number for number in found if number.low < number.value or number.high > number.value]


def moved(scenario: Scenario, number: Number, value: float) -> tuple[Scenario, float]:
    """A scenario with one number moved, and how far: as near to `value` as the checks accept.

    Raises
    ------
    ScenarioError
        If no move is accepted.
    """
    whole = round if number.whole else float
    for step in range(12):
        to = whole(number.value + (value - number.value) * 0.5**step)
        if to == number.value:
            break
        data = as_data(scenario)
        *outer, last = number.path.split(".")
        inner: Any = data
        for key in outer:
            inner = inner[int(key) if key.isdecimal() else key]
        inner[last] = to
        try:
            return build(data), float(to)
        except ScenarioError as error:
            refused = error
    else:
        raise refused
    return scenario, number.value


def _parameters(scenario: Scenario) -> Iterator[Number]:
    idle = {
        name
        for mechanism, names in IDLE.items()
        if is_off(mechanism, getattr(scenario.mechanisms, mechanism))
        for name in names
    }
    if not scenario.truce.monitored:
        idle |= set(UNWATCHED)
    for name in Parameters.model_fields:
        if name in idle or name in NUMERICAL:
            continue
        value = float(getattr(scenario.parameters, name))
        low, high = range_of(scenario, name)
        yield _number(scenario, f"parameters.{name}", value, (low, high), name in WHOLE)


def _number(
    scenario: Scenario, path: str, value: float, ends: Range, whole: bool = False
) -> Number:
    return Number(path, label(scenario, path), value, *ends, whole)


WHOLE = ("r", "h_power", "tau_c", "tau_n", "tau_b", "first_c", "first_n", "first_b",
         "walkout_rounds", "talks_min_age", "victory_weeks")  # fmt: skip


def range_of(scenario: Scenario, name: str) -> Range:
    """The plausible range of a parameter in a scenario, its value included."""
    numbers = scenario.parameters
    value = float(getattr(numbers, name))
    own = RANGES_SECOND if scenario.theory == "second" else RANGES
    least, most = _legal(name)
    if name in TIMES:
        other, few, many = TIMES[name]
        low, high = few * getattr(numbers, other), many * getattr(numbers, other)
    elif name in own or name in RANGES:
        low, high = own.get(name, RANGES.get(name, (value, value)))
    elif name == "victory_at":
        low, high = positions(value, 0.51)
    else:
        low, high = multiples(value)
    return max(least, min(low, value)), min(most, max(high, value))


def _legal(name: str) -> Range:
    """The bounds of a parameter, from its field."""
    least, most = -math.inf, math.inf
    for rule in Parameters.model_fields[name].metadata:
        low, high = (getattr(rule, end, None) for end in ("ge", "le"))
        least = least if low is None else max(least, low)
        most = most if high is None else min(most, high)
    return least, most


def _issues(scenario: Scenario) -> Iterator[Number]:
    for name, issue in scenario.issues.items():
        here = f"issues.{name}"
        yield _number(scenario, f"{here}.start", issue.start, positions(issue.start))
        if issue.renewed is not None and isinstance(issue.renewed.to, float):
            to = issue.renewed.to
            yield _number(scenario, f"{here}.renewed.to", to, positions(to))
        if issue.renewed is not None and issue.renewed.rate is not None:
            rate = issue.renewed.rate
            yield _number(scenario, f"{here}.renewed.rate", rate, multiples(rate, 0.0, 1.0))
    for name, pole in scenario.roles.conveners.items():
        yield _number(scenario, f"roles.conveners.{name}", pole, positions(pole))


def _actors(scenario: Scenario) -> Iterator[Number]:
    for name, actor in scenario.actors.items():
        path = f"actors.{name}"
        strength, cost, patience = actor.capability, actor.cost_of_war, actor.discount
        yield _number(scenario, f"{path}.capability", strength, multiples(strength))
        yield _number(scenario, f"{path}.cost_of_war", cost, multiples(cost, 0.0, 1.0))
        yield _number(scenario, f"{path}.discount", patience, impatience(patience))
        for task in field_types.fields_of(type(actor.tasks)):
            share = getattr(actor.tasks, task, None)
            if isinstance(share, float) and share > 0.0:
                yield _number(scenario, f"{path}.tasks.{task}", share, multiples(share, 0.0, 1.0))
        for horizon in ("short", "long"):
            for issue, aim in getattr(actor, horizon).items():
                here = f"{path}.{horizon}.{issue}"
                yield _number(scenario, f"{here}.weight", aim.weight, multiples(aim.weight))
                for mark in ("ideal", "satisfied_at", "threatened_at"):
                    value = getattr(aim, mark, None)
                    if isinstance(value, float):
                        yield _number(scenario, f"{here}.{mark}", value, positions(value))


def _links(scenario: Scenario) -> Iterator[Number]:
    for patron, shares in scenario.patrons.items():
        for proxy, share in shares.items():
            yield _number(scenario, f"patrons.{patron}.{proxy}", share, multiples(share, 0.0, 1.0))


def _events(scenario: Scenario) -> Iterator[Number]:
    if not scenario.mechanisms.shifts:
        return
    for n, event in enumerate(scenario.events):
        for name, limits in _DATED:
            value = getattr(event, name)
            if value is not None:
                yield _number(scenario, f"events.{n}.{name}", float(value), limits(float(value)))


_DATED: tuple[tuple[str, Callable[[float], Range]], ...] = (
    ("ideal", positions),
    ("weight_times", multiples),
    ("capability", multiples),
    ("cost_of_war", lambda v: multiples(v, 0.0, 1.0)),
    ("control", lambda v: multiples(v, 0.0, 1.0)),
    ("position", positions),
)
