"""The order of actors, issues, objectives and links has no power in any rule.

A run lays its arrays out in the order of names, so that a permuted file gives the same bytes; here
each rule is given permuted arrays themselves, and gives the same numbers to 1e-12.
"""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest

from sim.rules import (
    bargaining,
    ceasefires,
    fighting,
    negotiation,
    objectives,
    proxies,
    ties,
    war,
)

MODULES = (
    objectives,
    bargaining,
    negotiation,
    ceasefires,
    proxies,
    ties,
    war,
    fighting,
)
SIZES = {"N": 6, "K": 4, "O": 14, "L": 5, "B": 3, "H": 3, "4": 4, "2": 2}

# Axes of each argument by its name; ? truth values, >X indices of X, + signs of camps.
SHAPES = {
    "N": "m m0 mu delta cost power patience u u_plus u_minus u_table u_terms before after V_w V_d "
    "V_c V_s chi gain seat_cost wish score reach pole diplomacy air ground ground_control autonomy "
    "nuisance promise crossing_cost military relief accused blamed start scale drift p_win weeks "
    "u_right u_whom effect optimism believed without shocks gains arms acting in_arms effort "
    "active covered bound engaged going_on voice scope table_share",
    "N?": "party demander votes_yes veto attending brought must_sign guarantor belligerent "
    "can_convene consulted ratified patron armed violated violates seen comply fighting who "
    "fights asked order_complies may_stop",
    "N#": "away",
    "NH": "places there",
    "H?": "beyond",
    "H": "by_place",
    "K": "at theta text nash value y to chance u_value theta_win x terms draft foreseen ahead "
    "order",
    "K?": "tabled fresh agenda forced core minor promised settled_issue at_random side_payment "
    "expected owed apart",
    "K#": "rule agenda_rule",
    "NK": "W X weight ideal direction",
    "NN": "A T E B S good bad dependence near",
    "4NN": "accounts",
    "O": "act ow ox hi lo danger",
    "O?": "sat o_short above",
    "O>K": "o_issue",
    "O>N": "o_actor",
    "K>N": "holder",
    "L": "control f pull",
    "L?": "pressed",
    "L>N": "l_patron l_proxy",
    "N>N": "bringer",
    "N>K": "sore",
    "N+": "side",
    "BK": "texts",
    "B?": "deals",
    "B2>N": "pairs",
    "2": "strengths shares vside local",
    "2?": "provoked",
    "KN?": "advances",
    ">N": "i j c convener",
    ">K": "k prestige territory",
    "#": "steps t failed rounds",
    "?": "demanded core_tabled",
}
OF = {name: shape for shape, names in SHAPES.items() for name in names.split()}
# Where a rule uses a name otherwise.
OWN: dict[str, dict[str, str]] = {
    "on_the_table": {"out": "K"},
    "agenda_due": {"out": "K?"},
    "renew": {"u": "K"},
    "spoils": {"pole": ""},
    "wear": {"own": "N"},
    "wear_at_talks": {"own": "N"},
    "order_wishes": {"own": "N"},
    "heed_all": {"own": "N"},
    "dependences": {"out": "NN", "needed": "N?"},
    "exposures": {"out": "NN", "left": "N"},
    "learn_from_war": {"weeks": ""},
    "below_in_public": {"out": "N?"},
    "gambler": {"drift": ""},
    "side_shares": {"weight": "N"},
    "war_value": dict.fromkeys(("u", "cost", "delta", "drift", "u_plus", "u_minus"), ""),
    "learn": {"good": "NN", "bad": "NN"},
}
SCALARS = {"r": 2.0, "camp": 1, "state": 2, "lam": 80.0, "ces": 0.5, "eps": 0.02, "steps": 12}
# These see no array, or pick by order on purpose.
WITHOUT_ORDER = {
    "bargaining_power", "bargains", "gambler", "lottery_value", "war_value", "move_front",
    "delivered_share", "collapse_chance", "smooth", "accuse", "raised", "believed_hazard",
    "chance_of_threat", "weeks_held",
}  # fmt: skip

RULES = {
    f"{module.__name__.rpartition('.')[2]}.{name}": getattr(rule, "py_func", rule)
    for module in MODULES
    for name, rule in vars(module).items()
    if callable(rule) and getattr(rule, "__module__", "") == module.__name__
}


def shape_of(rule: str, name: str) -> str:
    default = OF.get(name, "N" if name == "out" else "")
    return OWN.get(rule.partition(".")[2], {}).get(name, default)


def draw(shape: str, name: str, rng: np.random.Generator) -> Any:
    axes, kind = shape, ""
    for mark in "?+#>":
        if mark in shape:
            axes, _, rest = shape.partition(mark)
            kind = mark + rest
            break
    size = tuple(SIZES[axis] for axis in axes)
    if kind == "?":
        found = rng.random(size) < 0.6
    elif kind == "+":
        found = rng.integers(-1, 2, size)
    elif kind == "#":
        found = rng.integers(0, 3, size) if size else SCALARS.get(name, 3)
    elif kind.startswith(">"):
        found = rng.integers(0, SIZES[kind[1]], size)
    else:
        found = rng.uniform(0.05, 0.95, size) if size else SCALARS.get(name, 0.3)
    if name in ("T", "E", "good", "bad"):
        np.fill_diagonal(found, 0.0)
    if name == "S":
        found = np.triu(found - 0.5, 1)
        found = found + found.T
    if not size and kind.startswith(">"):
        return int(found)
    return found if size or not isinstance(found, np.ndarray) else bool(found)


def permuted(value: Any, shape: str, order: dict[str, Any]) -> Any:
    axes = shape.rstrip("?+#").partition(">")[0]
    if isinstance(value, np.ndarray):
        value = value.copy()
        for axis, letter in enumerate(axes):
            if letter in order:
                value = value.take(order[letter], axis=axis)
    target = shape.partition(">")[2]
    if target:
        # nobody (-1) stays nobody
        value = np.where(np.asarray(value) < 0, -1, np.argsort(order[target])[value])
        value = value if value.ndim else int(value)
    return value


@pytest.mark.parametrize(
    "name", sorted(name for name in RULES if name.partition(".")[2] not in WITHOUT_ORDER)
)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_rule_gives_the_same_numbers_to_permuted_arrays(name: str, seed: int) -> None:
    rule, rng = RULES[name], np.random.default_rng(seed)
    shapes = {p: shape_of(name, p) for p in inspect.signature(rule).parameters}
    given = {p: draw(shape, p, rng) for p, shape in shapes.items()}
    if "j" in given and "i" in given:
        given["j"] = (given["i"] + 1) % SIZES["N"]
    if name == "ties.settle_ties":  # alignment is the same both ways, and nothing was lived yet
        given["A"], given["E"] = (given["A"] + given["A"].T) / 2, 0 * given["E"]
    order = {letter: rng.permutation(SIZES[letter]) for letter in "NKOLBH"}
    moved = {p: permuted(value, shapes[p], order) for p, value in given.items()}
    answer, other = rule(**given), rule(**moved)
    for p, value in given.items():
        if isinstance(value, np.ndarray):
            expected = permuted(value, shapes[p], order).astype(float)
            finite = np.isfinite(expected)
            found = moved[p].astype(float)
            assert np.array_equal(found[~finite], expected[~finite]), p
            assert np.abs(found[finite] - expected[finite]).max(initial=0.0) <= 1e-12, p
    compare(name, answer, other, order)


def compare(name: str, answer: Any, other: Any, order: dict[str, Any]) -> None:
    """What a rule returns; indices and camps are translated."""
    if name == "ceasefires.choose_convener":
        assert int(np.argsort(order["N"])[answer[0]]) == other[0]
        assert other[1] == pytest.approx(answer[1], abs=1e-12)
    elif name == "ties.frustration":
        assert other[0] == pytest.approx(answer[0], abs=1e-12)
        camps = answer[1][order["N"]]
        assert np.array_equal(other[1], camps * camps[0])
    elif answer is not None:
        assert other == pytest.approx(answer, abs=1e-12)


def test_every_rule_is_permuted_or_knows_no_order() -> None:
    plain = {name.partition(".")[2] for name in RULES}
    assert plain >= WITHOUT_ORDER
    for name, rule in RULES.items():
        shapes = [shape_of(name, p) for p in inspect.signature(rule).parameters]
        if name.partition(".")[2] not in WITHOUT_ORDER:
            assert any(letter in "".join(shapes) for letter in "NKOLBH"), name


def test_a_rightly_placed_accusation_knows_no_order() -> None:
    seen, side = np.array([True, False, True, False]), np.array([1, 1, -1, 0])
    accused = np.empty(4)
    proxies.accuse(accused, seen, np.full(4, 0.5), np.full(4, 0.5), side, 1.0)
    assert accused.tolist() == seen.astype(float).tolist()
