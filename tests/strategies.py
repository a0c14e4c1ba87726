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
    "long_term_horizon": up_to(200.0, 52.0), "attention_speed": up_to(1.0, 0.1),
    "attention_floor": up_to(1.0, 0.1), "weight_spread": up_to(1.0, 0.25),
    "ideal_spread": up_to(0.5, 0.05), "front_speed": up_to(0.3, 0.008),
    "front_volatility": up_to(0.5, 0.01), "perceived_volatility": between(0.01, 1.0, 0.06),
    "mutual_optimism": up_to(0.05, 0.002), "advance_speed": up_to(0.5, 0.006),
    "task_exponent": between(0.05, 1.0, 0.5), "attrition_rate": up_to(1.0, 0.02),
    "replenishment_rate": up_to(1.0, 0.05), "choice_precision": between(0.5, 1000.0, 80.0),
    "violence_smoothing": up_to(1.0, 0.5), "military_gain": up_to(1.0, 0.06),
    "loyalty": up_to(1.0, 0.03), "contagion": up_to(0.5, 0.03),
    "disarmed_vulnerability": up_to(1.0, 0.1), "delivery_speed": up_to(1.0, 0.15),
    "prestige_step": up_to(1.0, 0.15), "consultation_slope": up_to(5000.0, 8.0),
    "consultation_tie": between(-1.0, 1.0, 0.25), "revision_chance": up_to(1.0, 0.5),
    "surplus_floor": between(1e-4, 0.2, 0.02), "leverage_wear": up_to(1.0, 0.1),
    "leverage_recovery": up_to(1.0, 0.2), "full_concession": between(1e-4, 1.0, 0.004),
    "observation_chance": up_to(1.0, 0.8), "attribution_chance": up_to(1.0, 1.0),
    "concession_rate": up_to(1.0, 0.25), "attendance_cost": up_to(1.0, 0.06),
    "implementation_speed": up_to(1.0, 0.03), "dispute_rate": up_to(1.0, 0.08),
    "endorsement_weight": up_to(1.0, 0.5), "bilateral_deal_cost": up_to(1.0, 0.005),
    "war_intensity": up_to(1.0, 0.2), "violation_intensity": up_to(1.0, 0.25),
    "nuisance_min": up_to(1.0, 0.02), "stake_min": up_to(1.0, 0.05), "blame_min": up_to(2.0, 0.5),
    "camp_violence_smoothing": up_to(1.0, 0.2), "camp_violence_reset": up_to(1.0, 0.5),
    "settlement_hazard_factor": up_to(2.0, 0.25),
    "bilateral_surplus_floor": between(1e-5, 0.1, 0.001), "opening_offer": up_to(1.0, 0.5),
    "nash_damping": between(0.05, 1.0, 0.6), "force_floor": up_to(1.0, 0.01),
    "dependence_weight": up_to(1.0, 0.3), "optimism_weeks": up_to(50.0, 10.0),
    "open_refusal_cost": up_to(1.0, 0.08), "hazard_power": st.integers(1, 5),
    "victory_at": between(0.55, 1.0, 0.97), "victory_weeks": st.integers(1, 5),
    "ceasefire_period": st.integers(1, 5), "negotiation_period": st.integers(1, 8),
    "bilateral_period": st.integers(1, 5), "first_ceasefire_round": st.integers(0, 3),
    "first_negotiation_round": st.integers(0, 4), "first_bilateral_round": st.integers(0, 4),
    "talks_min_age": st.integers(0, 3), "burn_in": st.integers(0, 60),
    "breach_price": up_to(1.0, 0.03), "war_speed": up_to(1.0, 0.03),
    "war_volatility": up_to(1.0, 0.06), "war_optimism": up_to(1.0, 0.012),
    "left_after_defeat": up_to(1.0, 0.2), "resolve_weeks": st.integers(1, 60),
    "nash_steps": st.integers(1, 15), "loss_exponent": st.sampled_from([1, 2]),
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
        numbers |= {
            "pull_of_alignment": a,
            "pull_of_experience": (1 - a) * e,
            "pull_of_third_parties": 0.5 * (1 - a) * (1 - e) * b,
        }
    if draw(RARELY):
        d = draw(UNIT)
        numbers |= {
            "forgetting": d,
            "learning_from_good": (1 - d) * draw(UNIT),
            "learning_from_bad": (1 - d) * draw(UNIT),
        }
    if draw(RARELY):
        shares = [draw(st.floats(0.0, 0.33)) for _ in range(3)]
        numbers |= dict(
            zip(("believed_settlement_hazard", "base_hazard", "added_hazard"), shares, strict=True)
        )
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
def wars(draw: st.DrawFn, weeks: int = 30) -> dict[str, Any]:
    """Data of a small war, as a file would hold it."""
    actors = list(NAMES[: draw(st.integers(1, 6))])
    issues = list(ISSUES[: draw(st.integers(1, 4))])
    camps = draw(OFTEN)
    demanders = some(draw, actors)
    data: dict[str, Any] = {
        "name": "a war of chance", "start": dt.date(2001, 1, 1),
        "weeks": draw(st.integers(1, weeks)), "issues": {}, "actors": {},
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
            when = ["start", "never", draw(st.integers(0, weeks))]
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
        if draw(RARELY):
            data.setdefault("outcomes", {})[f"much_{name}"] = {
                "label": f"much of {name}", "issue": name, "at_least": draw(UNIT),
            }  # fmt: skip
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
        draw(beyond(data))
    if camps and draw(st.booleans()):
        draw(coalition(data))
    return data


@st.composite
def coalition(draw: st.DrawFn, data: dict[str, Any]) -> None:
    """Let some of a camp be members that may fall out; changes the data in place."""
    actors, weeks = list(data["actors"]), data["weeks"]
    members = [name for name in actors if data["actors"][name].get("camp") == "east"]
    others = [name for name in actors if name not in members]
    if not members or not others:
        return
    enemy = draw(st.sampled_from(others))
    data["coalition"] = {
        "members": draw(st.lists(st.sampled_from(members), min_size=1, unique=True)),
        "enemy": enemy, "decisions_from": draw(st.integers(0, min(10, weeks - 1))),
    }  # fmt: skip
    on = data.setdefault("mechanisms", {})
    for name in ("joining", "ruptures", "returning"):
        on[name] = draw(OFTEN)
    for issue in data["issues"].values():
        moved = (
            issue["prestige"] or issue.get("bilateral") or {"moved_by", "renewed"} & issue.keys()
        )
        if not moved and draw(OFTEN):
            issue |= {"held_by": draw(st.sampled_from(actors)), "by_force": draw(OFTEN)}
            if issue["held_by"] == enemy:
                issue["falls_to"] = {one: draw(st.floats(0.1, 3.0)) for one in some(draw, members)}
        elif issue.get("moved_by") and draw(st.booleans()):
            days = sorted(draw(st.sets(st.integers(0, weeks - 1), min_size=1, max_size=3)))
            data["course"] = {"positions": [{"date": day, "position": draw(UNIT)} for day in days]}
            if draw(OFTEN):
                data["course"]["secured"] = draw(st.integers(days[-1], weeks - 1))
    if len(actors) > 2 and draw(RARELY):
        three = draw(st.permutations(actors))
        data["guarantees"] = [dict(zip(("by", "to", "against"), three, strict=False))]


@st.composite
def beyond(draw: st.DrawFn, data: dict[str, Any]) -> None:
    """Add some of what is beyond the second theory; changes the data in place."""
    on = data["mechanisms"] = {
        "fights": draw(st.sampled_from(["armed", "tasks"])),
        "walking_out": draw(st.booleans()), "troops": draw(st.booleans()),
        "terms": draw(st.sampled_from(["all", "promised"])),
        "voice": draw(st.sampled_from(["heads", "strength"])),
        "resolve": draw(st.sampled_from(["weekly", "lasting"])),
    }  # fmt: skip
    numbers, monitored = data["parameters"], draw(st.booleans())
    data["ceasefire"] = {"monitored": monitored}
    for name, known in (
        ("cost_saved_by_holding_back", on["fights"] == "tasks"),
        ("guarantor_breach_cost", on["troops"]),
        ("breach_cost", monitored), ("monitored_observation_chance", monitored),
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
            data["ceasefire"]["covers"] = draw(covers)
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
    base = {"week": draw(st.integers(0, data["weeks"] + 2)), "why": "it happened"}
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


def scenarios(weeks: int = 30) -> st.SearchStrategy[Scenario]:
    """Small wars, checked and built like any file."""
    return wars(weeks).map(files.build)
