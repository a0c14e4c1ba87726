"""Every number that changes in a run, as arrays by name, and which of them a run leaves.

Shapes: N actors, K issues, O objectives, L patron links, B bilateral pairs, H theatres.
"""

from __future__ import annotations

import functools
import math
from typing import Any, NamedTuple, get_type_hints

import numpy as np

from sim.engine.inputs import Flags, Floats, Ints, Layout

# What `Ceasefire.state` can be.
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
    gain: Floats  # ceasefire (or settlement) above war
    chi: Floats  # credibility of the other camp
    voice: Floats  # what each counts for where a text is bargained
    h_c: Floats  # (1,) believed hazard of collapse
    table_share: Floats  # part of the value of a ceasefire that the table has
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


class Ceasefire(NamedTuple):
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
    """Blocks whose rows are the recorded arrays of a run; `RECORDED` says which.

    A record has the same parts with a first axis of weeks (see `blank`).
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
    ceasefire: Ceasefire
    talk: Talk
    tie: Tie
    tmp: Scratch
    kept: Kept


class Recorded(NamedTuple):
    """A variable that a run leaves of every week: a row of the table of variables.

    Attributes
    ----------
    name : str
        Name in the results.
    part : str
        Key of `PARTS`: its dimensions and kind of number.
    field : str
        Name of its array in the state.
    meaning, unit : str
        What it is, and its unit, in words, for readers.
    """

    name: str
    part: str
    field: str
    meaning: str
    unit: str


# What is kept together: dimensions, by the letters of `_sizes`, and kind of number.
PARTS: dict[str, tuple[str, Any]] = {
    "run": ("1", np.float64), "status": ("1", np.int64), "camp": ("2", np.float64),
    "place": ("H", np.float64), "actor": ("N", np.float64), "actor_flag": ("N", np.bool_),
    "issue": ("K", np.float64), "issue_flag": ("K", np.bool_), "taste": ("NK", np.float64),
    "dyad": ("NN", np.float64), "account": ("NN", np.float64), "objective": ("O", np.float64),
    "objective_flag": ("O", np.bool_), "link": ("L", np.float64),
}  # fmt: skip
VARIABLES: tuple[Recorded, ...] = (
    Recorded("contest", "run", "psi", "chance of the first camp in the contest of forces", "1"),
    Recorded(
        "violence", "run", "vbar",
        "smoothed capability share of violators; 1 in war if mechanisms.hazard is 'fighting'", "1",
    ),
    Recorded(
        "collapse_chance", "run", "hazard", "chance that the ceasefire collapses this week", "1",
    ),
    Recorded(
        "intensity", "run", "intensity",
        "share of all capability in arms that fights this week", "1",
    ),
    Recorded(
        "state", "status", "state",
        "0 war, 1 ceasefire, 2 settlement, 3 victory, at the end of the week", "code",
    ),
    Recorded(
        "age", "status", "age",
        "weeks since the last ceasefire entered into "
        "force (before the first: since week 0)", "weeks",
    ),
    Recorded(
        "convener", "status", "convener",
        "actor that convened the last deal, by its "
        "place in the scenario's file; -1 before the first", "place in the file",
    ),
    Recorded(
        "strength", "camp", "strengths",
        "strength of a camp, air and ground combined", "capability",
    ),
    Recorded("violence_by_camp", "camp", "vside", "remembered share of a camp that violates", "1"),
    Recorded(
        "intensity_by_theatre", "place", "by_place",
        "share of the capability in arms in a theatre that fights", "1",
    ),
    Recorded("capability", "actor", "m", "strength of an actor", "capability"),
    Recorded("power", "actor", "mu", "capability as a share of all", "1"),
    Recorded(
        "utility", "actor", "u",
        "utility of the positions at the start of the week", "utility",
    ),
    Recorded("value_war", "actor", "V_w", "reservation value: worth of fighting on", "utility"),
    Recorded(
        "value_disarmed", "actor", "V_d",
        "worth of being betrayed after disarming, at most that of war", "utility",
    ),
    Recorded("value_ceasefire", "actor", "V_c", "worth of a ceasefire", "utility"),
    Recorded(
        "value_settlement", "actor", "V_s",
        "worth of a settlement on what is on the table", "utility",
    ),
    Recorded(
        "credibility", "actor", "chi",
        "chance that the other camp honours a settlement, as believed", "1",
    ),
    Recorded(
        "autonomy", "actor", "autonomy",
        "share of its decisions that a proxy's patrons do not pull", "1",
    ),
    Recorded(
        "nuisance", "actor", "nuisance",
        "proxies' capability as a share of all that is armed", "1",
    ),
    Recorded(
        "ground_control", "actor", "ground_control",
        "ground forces that an actor commands", "capability",
    ),
    Recorded(
        "blame", "actor", "blamed",
        "violations laid at an actor's door this week", "violations",
    ),
    Recorded(
        "attention_short", "actor", "short",
        "share of attention on short-term objectives", "1",
    ),
    Recorded(
        "terms_worth", "actor", "promise",
        "worth of the terms of the last offer or deal; stands still in war", "utility",
    ),
    Recorded(
        "military_gain", "actor", "military",
        "gain from fighting on in a ceasefire; stands still in war", "utility",
    ),
    Recorded(
        "optimism", "actor", "optimism",
        "drift that it believes in beyond what the forces show", "position a week",
    ),
    Recorded("effort", "actor", "effort", "intensity at which an actor fights when it fights", "1"),
    Recorded(
        "in_arms", "actor", "arms",
        "capability that fights or can: of the armed all, of others by task", "capability",
    ),
    Recorded(
        "active", "actor", "active",
        "share of an actor's capability in arms that fought this week", "1",
    ),
    Recorded(
        "consulted", "actor_flag", "consulted",
        "consulted in the last deal in force", "true or false",
    ),
    Recorded(
        "ratified", "actor_flag", "ratified",
        "ratified the last deal in force", "true or false",
    ),
    Recorded(
        "ordered_to_comply", "actor_flag", "comply",
        "would have its proxies comply (last order)", "true or false",
    ),
    Recorded(
        "violated", "actor_flag", "violates",
        "violated the ceasefire this week", "true or false",
    ),
    Recorded("fighting", "actor_flag", "fighting", "fought this week", "true or false"),
    Recorded("attended", "actor_flag", "attending", "came to the talks this week", "true or false"),
    Recorded("accepted", "actor_flag", "voted", "voted for the text this week", "true or false"),
    Recorded(
        "objected", "actor_flag", "objected",
        "refused a ceasefire in public this week", "true or false",
    ),
    Recorded(
        "declared", "actor_flag", "declared",
        "declared for the text in public this week", "true or false",
    ),
    Recorded(
        "position", "issue", "theta",
        "status quo of an issue at the end of the week", "0 to 1",
    ),
    Recorded("terms", "issue", "terms", "terms of the last ceasefire", "0 to 1"),
    Recorded("text", "issue", "text", "single negotiating text", "0 to 1"),
    Recorded("tabled", "issue_flag", "tabled", "on the table of the talks", "true or false"),
    Recorded("weight", "taste", "W", "weight of an issue in preferences", "1"),
    Recorded("ideal", "taste", "X", "ideal position in preferences", "0 to 1"),
    Recorded("attention", "taste", "What", "weight of an issue in attention", "1"),
    Recorded("attention_ideal", "taste", "Xhat", "ideal position in attention", "0 to 1"),
    Recorded("tie", "dyad", "T", "tie of an actor to another", "-1 to 1"),
    Recorded("experience", "dyad", "E", "experience of an actor with another", "-1 to 1"),
    Recorded("alignment", "dyad", "A", "agreement of two actors, weighted by attention", "-1 to 1"),
    Recorded(
        "dependence", "dyad", "Dep",
        "value of war that an actor would lose without another", "utility",
    ),
    Recorded(
        "drift_account", "account", "accounts",
        "part of a tie that each cause has built", "-1 to 1",
    ),
    Recorded("activation", "objective", "act", "activation of an objective", "1"),
    Recorded(
        "danger", "objective", "danger",
        "chance that the objective is threatened before victory, as believed; -1 if not asked", "1",
    ),
    Recorded(
        "satisfied", "objective_flag", "sat",
        "short-term objective counts as achieved", "true or false",
    ),
    Recorded("control", "link", "control", "control share of a patron over a proxy", "1"),
    Recorded("leverage", "link", "f", "part of a patron's leverage that is not worn", "1"),
)  # fmt: skip
"""The table of variables; rows of a part stand in the order in which they are kept."""

# part -> {field of the state: name in the results}
RECORDED: dict[str, dict[str, str]] = {
    part: {row.field: row.name for row in VARIABLES if row.part == part} for part in PARTS
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
    for part, fields in RECORDED.items():
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
    for part, (size, dtype) in PARTS.items():
        rows = 4 if part == "account" else len(RECORDED[part])
        plan.append(("kept", part, (rows, *sizes[size]), dtype))
    recorded = {row.field for row in VARIABLES}
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


def blank(lay: Layout, weeks: int, parts: tuple[str, ...] = tuple(RECORDED)) -> Kept:
    """An empty record of a run: the parts of `RECORDED` to keep, no weeks for the others."""
    like = allocate(lay, 0).kept
    return Kept(
        **{
            part: np.zeros(
                (weeks if part in parts else 0, *getattr(like, part).shape),
                dtype=getattr(like, part).dtype,
            )
            for part in Kept._fields
        }
    )


def _sizes(lay: Layout, pairs: int) -> dict[str, tuple[int, ...]]:
    """Shapes by their letters."""
    n, k, o = len(lay.actors), len(lay.issues), len(lay.objectives)
    return {
        "1": (1,), "2": (2,), "N": (n,), "K": (k,), "O": (o,), "L": (len(lay.links),),
        "H": (len(lay.theatres),), "NH": (n, len(lay.theatres)),
        "NK": (n, k), "NN": (n, n), "4NN": (4, n, n), "B": (pairs,), "B2": (pairs, 2),
        "BK": (pairs, k), "2B": (2 * pairs,),
    }  # fmt: skip
