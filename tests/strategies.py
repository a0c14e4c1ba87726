"""Scenarios of chance for property tests: small wars with any roles, all of them legal."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import strategies as st

from sim import files
from sim.scenario.schema import Scenario

NAMES = ("aleppo", "banu", "crown", "duchy", "emirate", "free_city")
ISSUES = ("valley", "charter", "honour", "relief")
UNIT = st.one_of(st.sampled_from([0.0, 0.5, 1.0]), st.floats(0.0, 1.0))
OFTEN = st.sampled_from([True, True, True, False])
RARELY = st.sampled_from([False, False, False, True])


def up_to(top: float, usual: float) -> st.SearchStrategy[float]:
    return st.one_of(st.just(usual), st.sampled_from([0.0, top]), st.floats(0.0, top))


def between(low: float, high: float, usual: float) -> st.SearchStrategy[float]:
    return st.one_of(st.just(usual), st.sampled_from([low, high]), st.floats(low, high))


# Numbers without a sum to keep, each in its legal range (where that is open, in a wide one).
FREE = {
    "tau_L": up_to(200.0, 52.0), "rho_a": up_to(1.0, 0.1), "a_min": up_to(1.0, 0.1),
    "sig_w": up_to(1.0, 0.25), "sig_x": up_to(0.5, 0.05), "nu": up_to(0.3, 0.008),
    "sigma": up_to(0.5, 0.01), "sig_b": between(0.01, 1.0, 0.06), "opt": up_to(0.05, 0.002),
    "nu_advance": up_to(0.5, 0.006), "ces": between(0.05, 1.0, 0.5), "ell": up_to(1.0, 0.02),
    "rep": up_to(1.0, 0.05), "lam": between(0.5, 1000.0, 80.0), "gv": up_to(1.0, 0.5),
    "gam": up_to(1.0, 0.06), "varpi": up_to(1.0, 0.03), "xi": up_to(0.5, 0.03),
    "s_cp": up_to(1.0, 0.1), "rho_d": up_to(1.0, 0.15), "prestige_step": up_to(1.0, 0.15),
    "k_q": up_to(5000.0, 8.0), "tau_q": between(-1.0, 1.0, 0.25), "rho_rev": up_to(1.0, 0.5),
    "eps": between(1e-4, 0.2, 0.02), "phi_f": up_to(1.0, 0.1), "phi_r": up_to(1.0, 0.2),
    "u0": between(1e-4, 1.0, 0.004), "obs": up_to(1.0, 0.8), "q_att": up_to(1.0, 1.0),
    "s_x": up_to(1.0, 0.25), "c_att": up_to(1.0, 0.06), "rho_i": up_to(1.0, 0.03),
    "q_dispute": up_to(1.0, 0.08), "q_e": up_to(1.0, 0.5), "c_b": up_to(1.0, 0.005),
    "s_fight": up_to(1.0, 0.2), "s_viol": up_to(1.0, 0.25), "nuisance_min": up_to(1.0, 0.02),
    "stake_min": up_to(1.0, 0.05), "blame_min": up_to(2.0, 0.5),
    "vside_smoothing": up_to(1.0, 0.2), "vside_reset": up_to(1.0, 0.5),
    "settled_hazard": up_to(2.0, 0.25), "bilateral_eps": between(1e-5, 0.1, 0.001),
    "opening": up_to(1.0, 0.5), "nash_step": between(0.05, 1.0, 0.6),
    "force_floor": up_to(1.0, 0.01), "varpi_D": up_to(1.0, 0.3), "n0": up_to(50.0, 10.0),
    "kappa_face": up_to(1.0, 0.08), "h_power": st.integers(1, 5),
    "victory_at": between(0.55, 1.0, 0.97), "victory_weeks": st.integers(1, 5),
    "tau_c": st.integers(1, 5), "tau_n": st.integers(1, 8),
    "tau_b": st.integers(1, 5), "first_c": st.integers(0, 3), "first_n": st.integers(0, 4),
    "first_b": st.integers(0, 4), "talks_min_age": st.integers(0, 3),
    "burn_in": st.integers(0, 60), "nash_steps": st.integers(1, 15), "r": st.sampled_from([1, 2]),
}  # fmt: skip


# Nobody, or somebody: strengths that differ by more than the precision of numbers say nothing.
CAPABILITY = st.one_of(st.sampled_from([0.0, 1.0, 5.0]), st.floats(1e-3, 5.0))


@st.composite
def parameters(draw: st.DrawFn) -> dict[str, Any]:
    """Some of the parameters of the theory; what must stay below 1 in sum does."""
    chosen = draw(st.lists(st.sampled_from(sorted(FREE)), max_size=12, unique=True))
    numbers = {name: draw(FREE[name]) for name in chosen}
    if draw(RARELY):
        a, e, b = draw(UNIT), draw(UNIT), draw(UNIT)
        numbers |= {"phi_A": a, "phi_E": (1 - a) * e, "phi_B": 0.5 * (1 - a) * (1 - e) * b}
    if draw(RARELY):
        d = draw(UNIT)
        numbers |= {"d_E": d, "kap_pos": (1 - d) * draw(UNIT), "kap_neg": (1 - d) * draw(UNIT)}
    if draw(RARELY):
        shares = [draw(st.floats(0.0, 0.33)) for _ in range(3)]
        numbers |= dict(zip(("h_s", "h0", "h1"), shares, strict=True))
    return numbers


@st.composite
def objective(draw: st.DrawFn, short: bool) -> dict[str, Any]:
    goal: dict[str, Any] = {"ideal": draw(UNIT), "weight": draw(st.floats(1e-3, 10.0))}
    if not short:
        return goal
    if draw(RARELY):
        return goal | {"satisfied_at": "never"}
    ends = sorted({draw(UNIT), draw(UNIT), draw(UNIT)})
    if len(ends) < 2:
        ends = [0.4, 0.6]
    low, high = ends[0], ends[-1]
    if draw(st.booleans()):
        return goal | {"ideal": max(goal["ideal"], high), "satisfied_at": high,
                       "threatened_at": low}  # fmt: skip
    return goal | {"ideal": min(goal["ideal"], low), "satisfied_at": low, "threatened_at": high}


def some(draw: st.DrawFn, names: list[str]) -> list[str]:
    return draw(st.lists(st.sampled_from(names), unique=True)) if names else []


@st.composite
def wars(draw: st.DrawFn, rounds: int = 30) -> dict[str, Any]:
    """Data of a small war, as a file would hold it."""
    actors = list(NAMES[: draw(st.integers(1, 6))])
    issues = list(ISSUES[: draw(st.integers(1, 4))])
    camps = draw(OFTEN)
    demanders = some(draw, actors)
    data: dict[str, Any] = {
        "name": "a war of chance", "start": dt.date(2001, 1, 1),
        "rounds": draw(st.integers(1, rounds)), "issues": {}, "actors": {},
    }  # fmt: skip
    if camps:
        data["camps"] = {"east": {"label": "east", "pole": 1}, "west": {"label": "west", "pole": 0}}
    territory = draw(st.sampled_from([None, *issues])) if camps else None
    prestige = draw(st.sampled_from([None, *(name for name in issues if name != territory)]))
    for name in issues:
        issue: dict[str, Any] = {"label": name, "zero": "no", "one": "yes", "start": draw(UNIT)}
        if name == territory:
            issue["moved_by"] = "territory"
        elif draw(RARELY):
            issue |= {"advances_while": some(draw, actors), "gains_from": some(draw, actors)}
        issue["prestige"] = name == prestige
        issue["side_payment"], issue["bilateral"] = draw(st.booleans()), draw(st.booleans())
        if draw(st.booleans()):
            when = ["start", "never", draw(st.integers(0, rounds))]
            when += ["demand", "when it pays"] if demanders else []
            issue["agenda"] = draw(
                st.one_of(
                    st.sampled_from(when).map(lambda at: {"at": at}),
                    st.integers(1, 3).map(lambda n: {"after_failed": n}),
                )
            )
            issue["core"] = draw(st.booleans())
        if draw(RARELY):
            issue["renewed"] = {"to": draw(st.one_of(UNIT, st.just("uniform")))}
            if draw(st.booleans()):
                issue["renewed"]["rate"] = draw(UNIT)
        data["issues"][name] = issue
    for n, name in enumerate(actors):
        actor: dict[str, Any] = {
            "label": name, "capability": draw(CAPABILITY), "armed": draw(st.booleans()),
            "kind": draw(st.sampled_from(["state", "government", "militia", "organisation"])),
            "tasks": {task: draw(UNIT) for task in ("air", "ground", "diplomacy")},
            "discount": draw(between(0.5, 0.9999, 0.99)), "cost_of_war": draw(up_to(1.0, 0.1)),
            "short": {k: draw(objective(True)) for k in some(draw, issues)},
            "long": {k: draw(objective(False)) for k in some(draw, issues)},
        }  # fmt: skip
        if n == 0 and actor["capability"] == 0.0:
            actor["capability"] = 1.0
        camp = draw(st.sampled_from(["east", "west", "east", "west", None])) if camps else None
        if camp:
            actor["camp"] = camp
        data["actors"][name] = actor
    data["patrons"] = draw(patrons(actors))
    data["roles"] = {
        "conveners": {name: draw(UNIT) for name in some(draw, actors)},
        "belligerents": some(draw, actors), "must_sign": some(draw, actors),
        "consultation": {
            name: draw(st.sampled_from(["always", "never"]))
            for name in some(draw, sorted(data["patrons"]))
        },
    }  # fmt: skip
    brought = {
        name: draw(st.sampled_from(["", *(other for other in actors if other != name)]))
        for name in some(draw, actors)
    }
    data["talks"] = {
        "permanent": [name for name in some(draw, actors) if name not in brought],
        "brought": brought, "veto": some(draw, actors), "guarantors": some(draw, actors),
        "demanders": demanders,
    }  # fmt: skip
    pairs = [[a, b] for a in actors for b in actors if a < b]
    data["bilateral"] = [
        pair if draw(st.booleans()) else pair[::-1]
        for pair in (draw(st.lists(st.sampled_from(pairs), unique_by=tuple)) if pairs else [])
    ]
    events = [draw(event(data)) for _ in range(draw(st.integers(0, 4)))]
    # two events of one week cannot change the same number
    data["events"] = list({subject_of(one): one for one in events}.values())
    data["parameters"] = draw(parameters())
    if draw(st.booleans()):
        # All of the second theory: what it has of its own can be set, and hazards are rates.
        data["theory"] = "second"
    else:
        for name in ("varpi_D", "n0", "kappa_face", "h_power", "victory_at", "victory_weeks"):
            data["parameters"].pop(name, None)
    if draw(st.booleans()):
        draw(beyond(data))
    return data


@st.composite
def beyond(draw: st.DrawFn, data: dict[str, Any]) -> None:
    """Add some of what is beyond the second theory; changes the data in place."""
    on = data["mechanisms"] = {
        "fights": draw(st.sampled_from(["armed", "tasks"])), "clashes": draw(st.booleans()),
        "walking_out": draw(st.booleans()), "troops": draw(st.booleans()),
        "terms": draw(st.sampled_from(["all", "promised"])),
        "voice": draw(st.sampled_from(["heads", "strength"])),
    }  # fmt: skip
    numbers, monitored = data["parameters"], draw(st.booleans())
    data["truce"] = {"monitored": monitored}
    for name, known in (
        ("own_cost", on["fights"] == "tasks"), ("c_clash", on["clashes"]),
        ("clash_step", on["clashes"]), ("beta_troops", on["troops"]), ("beta", monitored),
        ("obs_monitor", monitored),
    ):  # fmt: skip
        if known and draw(RARELY):
            numbers[name] = draw(UNIT)
    if on["walking_out"] and draw(RARELY):
        numbers["walkout_rounds"] = draw(st.integers(0, 4))
    places = ["hills", "marsh", "coast"][: draw(st.integers(0, 3))]
    if places:
        data["theatres"] = {name: {"label": name} for name in places}
        if draw(st.booleans()):
            covers = st.lists(st.sampled_from(places), min_size=1, unique=True)
            data["truce"]["covers"] = draw(covers)
    for actor in data["actors"].values():
        tasks = actor["tasks"]
        tasks["ground"] = min(tasks["ground"], 1.0 - tasks["air"])
        if places and (actor["armed"] or tasks["air"] + tasks["ground"] > 0.0) and draw(OFTEN):
            many = st.lists(st.integers(0, 4), min_size=len(places), max_size=len(places))
            weights = draw(many.filter(any))
            shares = (weight / sum(weights) for weight in weights)
            actor["theatres"] = dict(zip(places, shares, strict=True))


def subject_of(event: dict[str, Any]) -> tuple[Any, ...]:
    """What an event of a week changes."""
    keys = ("week", "actor", "issue", "patron", "proxy")
    return (*(event.get(key) for key in keys), "consultation" in event, "position" in event)


@st.composite
def patrons(draw: st.DrawFn, actors: list[str]) -> dict[str, dict[str, float]]:
    """Control shares that leave no proxy with more than all of itself given away."""
    found: dict[str, dict[str, float]] = {}
    for proxy in actors:
        left = 1.0
        for patron in some(draw, [name for name in actors if name != proxy])[:3]:
            share = left * draw(UNIT)
            found.setdefault(patron, {})[proxy] = share
            left -= share
    return found


@st.composite
def event(draw: st.DrawFn, data: dict[str, Any]) -> dict[str, Any]:
    """Something dated that can happen in this war."""
    name = draw(st.sampled_from(sorted(data["actors"])))
    actor = data["actors"][name]
    cared = sorted({*actor["short"], *actor["long"]})
    links = [(p, j) for p, shares in data["patrons"].items() for j in shares]
    tabled = [k for k, issue in data["issues"].items() if "agenda" in issue]
    kinds = ["means"] + ["aim"] * bool(cared) + ["link"] * bool(links) + ["table"] * bool(tabled)
    kinds += ["consult"] * bool(data["patrons"]) + ["put"]
    base = {"week": draw(st.integers(0, data["rounds"] + 2)), "why": "it happened"}
    kind = draw(st.sampled_from(kinds))
    if kind == "aim":
        return base | {"actor": name, "issue": draw(st.sampled_from(cared)), "ideal": draw(UNIT),
                       "weight_times": draw(up_to(5.0, 1.0))}  # fmt: skip
    if kind == "link":
        # never more than at the start, so that no sum can pass 1
        patron, proxy = draw(st.sampled_from(links))
        share = data["patrons"][patron][proxy] * draw(UNIT)
        return base | {"patron": patron, "proxy": proxy, "control": share}
    if kind == "table":
        return base | {"issue": draw(st.sampled_from(tabled)), "tabled": True}
    if kind == "put":
        where = {"issue": draw(st.sampled_from(sorted(data["issues"]))), "position": draw(UNIT)}
        return base | where | ({"pinned": True} if draw(st.booleans()) else {})
    if kind == "consult":
        patron = draw(st.sampled_from(sorted(data["patrons"])))
        rule = draw(st.sampled_from(["always", "never", "by rule"]))
        return base | {"actor": patron, "consultation": rule}
    return base | {"actor": name, "capability": draw(CAPABILITY),
                   "cost_of_war": draw(UNIT)}  # fmt: skip


def scenarios(rounds: int = 30) -> st.SearchStrategy[Scenario]:
    """Small wars, checked and built like any file."""
    return wars(rounds).map(files.build)
