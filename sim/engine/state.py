"""Every number that changes in a run, as arrays by name, and which of them a run leaves.

Shapes: N actors, K issues, O objectives, L patron links, B bilateral pairs, H theatres.
"""

from __future__ import annotations

import functools
import math
from typing import Any, NamedTuple, get_type_hints

import numpy as np

from sim.engine.inputs import Flags, Floats, Ints, Layout

# What `Truce.state` can be.
WAR, CEASEFIRE, SETTLEMENT, VICTORY = range(4)


class Aims(NamedTuple):
    """Objectives as they stand, preferences, attention, alignment."""

    ox: Floats  # (O,) ideals and weights of objectives
    ow: Floats
    act: Floats  # (O,) activation
    ones: Floats  # (O,) full activation
    sat: Flags  # (O,) satisfied, now and last week
    was_sat: Flags
    danger: Floats  # (O,) chance of being threatened, -1 where the thresholds decide
    W: Floats  # (N, K) preferences: weights, ideals
    X: Floats
    What: Floats  # (N, K) attention: weights, ideals
    Xhat: Floats
    short: Floats  # (N,) share of attention on the short term
    A: Floats  # (N, N) alignment


class Force(NamedTuple):
    """The war in the field."""

    theta: Floats  # (K,) positions
    m: Floats  # (N,) capability; what patrons restore it to; relative
    m0: Floats
    mu: Floats
    cost: Floats  # (N,) flow cost of war; the same at one's effort
    borne: Floats
    strengths: Floats  # (2,) of the camps
    psi: Floats  # (1,) contest
    believed: Floats  # (N,) drift of territory as believed; the part of it that is optimism
    optimism: Floats
    learned: Ints  # (1,) weeks of war that optimism has learned from
    held: Ints  # (1,) weeks of the front at an end, negative at 0; stays after a victory
    pinned: Floats  # (K,) position that an experiment holds an issue at, -1 if none does
    p_win: Floats  # (N,) chance of camp +1 as believed, weeks of war as believed
    weeks: Floats
    plus: Floats  # (K,) order that each camp would impose
    minus: Floats
    arms: Floats  # (N,) capability in arms; the same by effort; what of that a ceasefire binds
    engaged: Floats
    bound: Floats
    acting: Floats  # (N,) capability that takes part in the contest
    part_worth: Floats  # (N,) worth of taking part in the war, against holding back
    effort: Floats  # (N,) intensity at which it fights when it fights
    active: Floats  # (N,) share of what is in arms that fights this week; the same, effort apart
    going_on: Floats
    active_there: Floats  # (N, H) the same by theatre
    fighting: Flags  # (N,)
    shares: Floats  # (2,) fighting share of the camps
    intensity: Floats  # (1,) fighting share of all that is in arms; the same by theatre (H,)
    by_place: Floats


class Value(NamedTuple):
    """What each state of affairs is worth; shape (N,) but for the two hazards."""

    u: Floats  # utility now, under each victory, of the table, of what is expected of talks
    u_plus: Floats
    u_minus: Floats
    u_table: Floats
    u_ahead: Floats
    u_before: Floats  # before and after a move
    u_after: Floats
    V_w: Floats  # war, betrayal after disarming, ceasefire, settlement
    V_d: Floats
    V_c: Floats
    V_s: Floats
    gain: Floats  # truce (or settlement) above war
    chi: Floats  # credibility of the other camp
    voice: Floats  # what each counts for where a text is bargained
    h_c: Floats  # (1,) believed hazard of collapse
    table_share: Floats  # part of the value of a truce that the table has
    rho: Floats  # (1,) part of a promise that is expected to arrive


class Web(NamedTuple):
    """Patrons and proxies."""

    control: Floats  # (L,) control shares, remaining leverage, their product
    f: Floats
    pull: Floats
    pressed: Flags  # (L,)
    autonomy: Floats  # (N,)
    ground_control: Floats
    nuisance: Floats
    relief: Floats


class Truce(NamedTuple):
    """The ceasefire; shape (N,) where nothing else is said."""

    state: Ints  # (1,) 0 war, 1 ceasefire, 2 settlement, 3 victory
    age: Ints  # (1,) weeks since it started
    convener: Ints  # (1,) -1 before the first deal
    collapsing: Flags  # (1,)
    vbar: Floats  # (1,) smoothed violation intensity
    vside: Floats  # (2,) the same by camp
    hazard: Floats  # (1,) chance of collapse this week
    consulted: Flags  # in the last deal in force
    ratified: Flags
    invited: Flags  # in an offer
    signing: Flags
    objected: Flags  # refused the offer of the week in public
    consultation: Ints  # ALWAYS, NEVER, BY_RULE
    terms: Floats  # (K,) of the last deal in force, of an offer
    offer: Floats
    comply: Flags  # order given: true to comply
    violates: Flags
    complied: Flags
    seen: Flags
    accused: Floats
    blamed: Floats
    promise: Floats  # worth of the terms
    loyalty: Floats  # cost of crossing the convener
    scope: Floats  # part of the war that it stops, as each is in it
    military: Floats  # military gain from going on
    contagion: Floats
    breach_cost: Floats


class Talk(NamedTuple):
    """The negotiation round and bilateral talks."""

    failed: Ints  # (1,) rounds held that did not settle
    text: Floats  # (K,) single negotiating text
    tabled: Flags  # (K,) ever tabled; by a dated event; due at these talks; new; to implement
    forced_table: Flags
    agenda: Flags
    fresh: Flags
    raising: Flags  # (K,) issues that the convener may put on the table, and what it gains by it
    raise_gain: Floats
    settled_issue: Flags
    owed: Flags  # (K,) terms of the ceasefire that still hold
    away: Ints  # (N,) rounds of talks that a party still stays away from
    provoked: Flags  # (2,) camps that have been seen to breach since the last talks
    attending: Flags  # (N,) brought parties that came
    party: Flags  # (N,)
    asked: Flags  # (N,)
    voted: Flags  # (N,) accepted
    declared: Flags  # (N,) accepted in public
    foreseen: Floats  # (K,) text that is expected of talks
    ahead: Floats  # (K,) what is believed to come of a ceasefire
    expected: Flags  # (K,) believed to be negotiated
    seat_cost: Floats  # (N,)
    pair_text: Floats  # (B, K)
    pair_local: Floats  # (B, 2)
    pair_core: Floats
    pair_gain: Floats
    pair_shock: Floats  # (2 B,)
    pair_deal: Flags  # (B,)
    prize: Floats  # (B, 2) of a clash, and the gain from it
    clash_gain: Floats
    clashing: Flags  # (B,) who contest the issue at hand


class Tie(NamedTuple):
    """Ties and what moves them; shape (N, N)."""

    good: Floats  # events of the week
    bad: Floats
    E: Floats  # experience
    T: Floats  # ties
    heeded: Floats  # ties that behaviour goes by
    Dep: Floats  # what i would lose in the field without j
    B: Floats  # third parties
    accounts: Floats  # (4, N, N)


class Scratch(NamedTuple):
    """Numbers of the decision at hand; shape (N,) where nothing else is said."""

    own: Floats  # own gain
    wish: Floats  # what patrons would have their proxies do
    acting: Floats  # gain that is acted on
    patrons: Floats  # the part of it that patrons give
    shock: Floats
    draw: Floats
    draw2: Floats
    odds: Floats
    score: Floats
    reach: Floats
    felt: Floats  # contagion as it counts in the decision
    scale: Floats
    sore: Ints  # costliest issue on the table, and what it costs
    sore_effect: Floats
    none: Floats  # zeros
    no_issue: Ints  # NOBODY
    every: Flags  # ones
    is_bound: Flags  # who decides whether to break the ceasefire
    draft: Floats  # (K,)
    issue_draw: Floats  # (K,)
    issue_draw2: Floats
    issue_shock: Floats  # (K,)
    pair_draw: Floats  # (2 B,)
    luck: Floats  # (1,)


class Kept(NamedTuple):
    """Blocks whose rows are the arrays that a run leaves; `RECORDED` says which.

    A record has the same parts with a first axis of rounds (see `blank`).
    """

    run: Floats  # (variables, 1)
    status: Ints  # (variables, 1)
    camp: Floats  # (variables, 2)
    place: Floats  # (variables, H)
    actor: Floats  # (variables, N)
    actor_flag: Flags
    issue: Floats  # (variables, K)
    issue_flag: Flags
    taste: Floats  # (variables, N, K)
    dyad: Floats  # (variables, N, N)
    account: Floats  # (4, N, N)
    objective: Floats  # (variables, O)
    objective_flag: Flags
    link: Floats  # (variables, L)


class World(NamedTuple):
    """Every number that changes in a run; one-element arrays are single numbers."""

    aims: Aims
    force: Force
    value: Value
    web: Web
    truce: Truce
    talk: Talk
    tie: Tie
    tmp: Scratch
    kept: Kept


# What is kept of every week: part -> (shape, {field of the world: name in the results}).
RECORDED: dict[str, tuple[str, dict[str, str]]] = {
    "run": (
        "1",
        {
            "psi": "contest",
            "vbar": "violence",
            "hazard": "collapse_chance",
            "intensity": "intensity",
        },
    ),
    "status": ("1", {"state": "state", "age": "age", "convener": "convener"}),
    "camp": ("2", {"strengths": "strength", "vside": "violence_by_camp"}),
    "place": ("H", {"by_place": "intensity_by_theatre"}),
    "actor": (
        "N",
        {
            "m": "capability",
            "mu": "power",
            "u": "utility",
            "V_w": "value_war",
            "V_d": "value_disarmed",
            "V_c": "value_ceasefire",
            "V_s": "value_settlement",
            "chi": "credibility",
            "autonomy": "autonomy",
            "nuisance": "nuisance",
            "ground_control": "ground_control",
            "blamed": "blame",
            "short": "attention_short",
            "promise": "terms_worth",
            "military": "military_gain",
            "optimism": "optimism",
            "effort": "effort",
            "arms": "in_arms",
            "active": "active",
        },
    ),
    "actor_flag": (
        "N",
        {
            "consulted": "consulted",
            "ratified": "ratified",
            "comply": "ordered_to_comply",
            "violates": "violated",
            "fighting": "fighting",
            "attending": "attended",
            "voted": "accepted",
            "objected": "objected",
            "declared": "declared",
        },
    ),
    "issue": ("K", {"theta": "position", "terms": "terms", "text": "text"}),
    "issue_flag": ("K", {"tabled": "tabled"}),
    "taste": (
        "NK",
        {"W": "weight", "X": "ideal", "What": "attention", "Xhat": "attention_ideal"},
    ),
    "dyad": ("NN", {"T": "tie", "E": "experience", "A": "alignment", "Dep": "dependence"}),
    "account": ("NN", {"accounts": "drift_account"}),
    "objective": ("O", {"act": "activation", "danger": "danger"}),
    "objective_flag": ("O", {"sat": "satisfied"}),
    "link": ("L", {"control": "control", "f": "leverage"}),
}
ACCOUNTS = ("initial", "objectives", "experience", "third_parties")

# Shape of every field that is not (N,) of floats, by the letters of `_sizes`.
_SHAPES: dict[str, str] = {
    "O": "ox ow act ones sat was_sat danger",
    "NK": "W X What Xhat",
    "NN": "A good bad E T heeded B Dep",
    "4NN": "accounts",
    "K": "theta plus minus terms offer text tabled forced_table agenda fresh raising raise_gain "
    "settled_issue owed draft issue_draw issue_draw2 issue_shock pinned foreseen ahead expected",
    "L": "control f pull pressed",
    "NH": "active_there",
    "H": "by_place",
    "1": "intensity psi h_c rho state age convener collapsing vbar hazard failed luck learned held",
    "2": "strengths shares vside provoked",
    "BK": "pair_text",
    "B2": "pair_local pair_core pair_gain prize clash_gain",
    "2B": "pair_shock pair_draw",
    "B": "pair_deal clashing",
}
_SHAPE_OF = {name: size for size, names in _SHAPES.items() for name in names.split()}


class Memory(NamedTuple):
    """The memory in which all arrays of a world lie, one after the other, by their kind."""

    floats: Floats
    ints: Ints
    flags: Flags


def allocate(lay: Layout, pairs: int) -> World:
    """A world of zeros, its recorded fields as rows of the blocks in `World.kept`."""
    return allocate_both(lay, pairs)[0]


def allocate_both(lay: Layout, pairs: int) -> tuple[World, Memory]:
    """A blank world and its memory, by which it can be copied and made blank again at once."""
    plan, groups = _plan(lay, pairs)
    memory, arrays = _lay_out(plan)
    rows: dict[str, Any] = {}
    for part, (_, fields) in RECORDED.items():
        block = arrays["kept", part]
        for row, field in enumerate(fields):
            rows[field] = block if part == "account" else block[row]
    world = World(
        **{
            name: group(**{f: rows[f] if f in rows else arrays[name, f] for f in group._fields})
            for name, group in groups.items()
        },
        kept=Kept(**{part: arrays["kept", part] for part in RECORDED}),
    )
    world.aims.ones[:] = 1.0
    world.aims.danger[:] = -1.0
    world.force.pinned[:] = -1.0
    world.tmp.every[:] = True
    world.tmp.no_issue[:] = -1
    return world, memory


type _Plan = list[tuple[str, str, tuple[int, ...], Any]]


@functools.lru_cache(maxsize=64)
def _plan(lay: Layout, pairs: int) -> tuple[_Plan, dict[str, Any]]:
    """Every array that a world needs (group, field, shape, kind), and its groups."""
    sizes = _sizes(lay, pairs)
    plan: _Plan = []
    for part, (size, fields) in RECORDED.items():
        tail = (4, *sizes[size]) if part == "account" else (len(fields), *sizes[size])
        plan.append(("kept", part, tail, _DTYPES.get(part, np.float64)))
    recorded = {field for _, fields in RECORDED.values() for field in fields}
    groups = {name: group for name, group in get_type_hints(World).items() if group is not Kept}
    for name, group in groups.items():
        for field, kind in get_type_hints(group).items():
            if field not in recorded:
                dtype = {Ints: np.int64, Flags: np.bool_}.get(kind, np.float64)
                plan.append((name, field, sizes[_SHAPE_OF.get(field, "N")], dtype))
    return plan, groups


def _lay_out(plan: _Plan) -> tuple[Memory, dict[tuple[str, str], Any]]:
    """One stretch of memory a kind of number, and the arrays of a plan as views on it."""
    kinds = (np.float64, np.int64, np.bool_)
    room: dict[Any, Any] = {
        kind: np.zeros(sum(math.prod(shape) for _, _, shape, of in plan if of == kind), dtype=kind)
        for kind in kinds
    }
    used = dict.fromkeys(kinds, 0)
    arrays = {}
    for group, field, shape, kind in plan:
        size = math.prod(shape)
        arrays[group, field] = room[kind][used[kind] : used[kind] + size].reshape(shape)
        used[kind] += size
    return Memory(room[np.float64], room[np.int64], room[np.bool_]), arrays


def blank(lay: Layout, rounds: int, parts: tuple[str, ...] = tuple(RECORDED)) -> Kept:
    """An empty record of a run: the parts of `RECORDED` to keep, no rounds for the others."""
    like = allocate(lay, 0).kept
    return Kept(
        **{
            part: np.zeros(
                (rounds if part in parts else 0, *getattr(like, part).shape),
                dtype=getattr(like, part).dtype,
            )
            for part in Kept._fields
        }
    )


_DTYPES: dict[str, Any] = {
    "status": np.int64,
    "actor_flag": np.bool_,
    "issue_flag": np.bool_,
    "objective_flag": np.bool_,
}


def _sizes(lay: Layout, pairs: int) -> dict[str, tuple[int, ...]]:
    """Shapes by their letters."""
    n, k, o = len(lay.actors), len(lay.issues), len(lay.objectives)
    return {
        "1": (1,), "2": (2,), "N": (n,), "K": (k,), "O": (o,), "L": (len(lay.links),),
        "H": (len(lay.theatres),), "NH": (n, len(lay.theatres)),
        "NK": (n, k), "NN": (n, n), "4NN": (4, n, n), "B": (pairs,), "B2": (pairs, 2),
        "BK": (pairs, k), "2B": (2 * pairs,),
    }  # fmt: skip
