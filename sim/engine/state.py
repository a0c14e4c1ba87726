"""Every number that changes in a run, as arrays by name, and which of them a run leaves.

The letters beside a type are the shape of its array: N actors, K issues, O objectives, L patron
links, B bilateral pairs, H theatres, W wars among members, 1 a single number, 2 the camps. A
field that is also a row of
`VARIABLES` has the name that it has in the results; its unit stands there.
"""

from __future__ import annotations

import functools
import math
from typing import Annotated, Any, NamedTuple, get_args, get_type_hints

import numpy as np
from numpy.typing import NDArray

from sim.engine.inputs import Flags, Floats, Ints, Layout

# What `Ceasefire.state` can be.
WAR, CEASEFIRE, SETTLEMENT, VICTORY = range(4)
# Wars among members that can be fought at a time.
MOST_WARS = 4
# In these a ceasefire is in force.
CALM = (CEASEFIRE, SETTLEMENT)


class Aims(NamedTuple):
    """Objectives as they stand, preferences, attention, alignment."""

    objective_ideal: Annotated[Floats, "O"]
    objective_weight: Annotated[Floats, "O"]
    activation: Annotated[Floats, "O"]
    full_activation: Annotated[Floats, "O"]  # ones
    satisfied: Annotated[Flags, "O"]
    was_satisfied: Annotated[Flags, "O"]  # a week ago
    danger: Annotated[Floats, "O"]  # -1 where the thresholds decide
    weight: Annotated[Floats, "NK"]  # of preferences
    ideal: Annotated[Floats, "NK"]
    attention: Annotated[Floats, "NK"]  # weights of attention
    attention_ideal: Annotated[Floats, "NK"]
    attention_short: Annotated[Floats, "N"]
    alignment: Annotated[Floats, "NN"]


class Force(NamedTuple):
    """The war in the field."""

    position: Annotated[Floats, "K"]
    capability: Annotated[Floats, "N"]
    full_capability: Annotated[Floats, "N"]  # what patrons restore it to
    power: Annotated[Floats, "N"]
    cost: Annotated[Floats, "N"]  # flow cost of war
    cost_at_effort: Annotated[Floats, "N"]
    strength: Annotated[Floats, "2"]
    contest: Annotated[Floats, "1"]
    believed_drift: Annotated[Floats, "N"]  # of the territory, position a week
    optimism: Annotated[Floats, "N"]
    learned: Annotated[Ints, "1"]  # weeks of war that optimism has learned from
    weeks_at_end: Annotated[Ints, "1"]  # of the front; negative at 0; stays after a victory
    pinned: Annotated[Floats, "K"]  # position that an experiment holds an issue at, -1 if none
    holder: Annotated[Ints, "K"]  # of each issue, -1 nobody
    here: Annotated[Floats, "N"]  # share of its force that no war among members takes
    win_chance: Annotated[Floats, "N"]  # of camp +1, as believed
    war_weeks: Annotated[Floats, "N"]  # how long the war lasts, as believed
    imposed_plus: Annotated[Floats, "K"]  # positions that camp +1 would impose after a victory
    imposed_minus: Annotated[Floats, "K"]
    in_arms: Annotated[Floats, "N"]
    in_arms_by_effort: Annotated[Floats, "N"]
    in_arms_bound: Annotated[Floats, "N"]  # what of it a ceasefire binds
    acting: Annotated[Floats, "N"]  # capability that takes part in the contest
    worth_of_part: Annotated[Floats, "N"]  # of taking part in the war, against holding back
    effort: Annotated[Floats, "N"]
    active: Annotated[Floats, "N"]
    active_at_effort: Annotated[Floats, "N"]  # the same, as if its effort were 1
    active_by_theatre: Annotated[Floats, "NH"]
    fighting: Annotated[Flags, "N"]
    shares: Annotated[Floats, "2"]  # fighting share of the camps
    intensity: Annotated[Floats, "1"]
    intensity_by_theatre: Annotated[Floats, "H"]


class Value(NamedTuple):
    """What each state of affairs is worth to each actor."""

    utility: Annotated[Floats, "N"]
    utility_plus: Annotated[Floats, "N"]  # of what camp +1 would impose
    utility_minus: Annotated[Floats, "N"]
    utility_table: Annotated[Floats, "N"]  # of the negotiating text, where it is tabled
    utility_ahead: Annotated[Floats, "N"]  # of what is believed to come of a ceasefire
    utility_before: Annotated[Floats, "N"]  # before and after positions move
    utility_after: Annotated[Floats, "N"]
    value_war: Annotated[Floats, "N"]
    value_disarmed: Annotated[Floats, "N"]
    value_ceasefire: Annotated[Floats, "N"]
    value_settlement: Annotated[Floats, "N"]
    gain: Annotated[Floats, "N"]  # ceasefire (or settlement) above war
    credibility: Annotated[Floats, "N"]
    voice: Annotated[Floats, "N"]  # what each counts for where a text is bargained
    believed_hazard: Annotated[Floats, "1"]  # of collapse, a week
    table_share: Annotated[Floats, "N"]  # part of the value of a ceasefire that the table has
    delivered_share: Annotated[Floats, "1"]  # of a promise, as expected


class Patronage(NamedTuple):
    """Patrons and proxies."""

    control: Annotated[Floats, "L"]
    leverage: Annotated[Floats, "L"]
    pull: Annotated[Floats, "L"]  # control times leverage
    pressed: Annotated[Flags, "L"]
    autonomy: Annotated[Floats, "N"]
    ground_control: Annotated[Floats, "N"]
    nuisance: Annotated[Floats, "N"]
    relief: Annotated[Floats, "N"]


class Ceasefire(NamedTuple):
    """The ceasefire, or the settlement."""

    state: Annotated[Ints, "1"]  # WAR, CEASEFIRE, SETTLEMENT, VICTORY
    age: Annotated[Ints, "1"]
    convener: Annotated[Ints, "1"]  # -1 before the first deal
    collapsing: Annotated[Flags, "1"]
    violence: Annotated[Floats, "1"]
    violence_by_camp: Annotated[Floats, "2"]
    collapse_chance: Annotated[Floats, "1"]
    consulted: Annotated[Flags, "N"]
    ratified: Annotated[Flags, "N"]
    invited: Annotated[Flags, "N"]  # in the offer of the week
    signing: Annotated[Flags, "N"]  # the offer of the week
    objected: Annotated[Flags, "N"]
    consultation: Annotated[Ints, "N"]  # ALWAYS, NEVER, BY_RULE
    terms: Annotated[Floats, "K"]  # of the last deal in force
    offer: Annotated[Floats, "K"]
    ordered_to_comply: Annotated[Flags, "N"]
    order_gain: Annotated[Floats, "N"]  # from having it kept
    order_shock: Annotated[Floats, "N"]
    violated: Annotated[Flags, "N"]
    complied: Annotated[Flags, "N"]
    seen: Annotated[Flags, "N"]  # violations that were observed
    accused: Annotated[Floats, "N"]
    blame: Annotated[Floats, "N"]
    terms_worth: Annotated[Floats, "N"]
    crossing_cost: Annotated[Floats, "N"]  # of crossing the convener
    scope: Annotated[Floats, "N"]  # part of the war that it stops, as each is in it
    military_gain: Annotated[Floats, "N"]
    contagion: Annotated[Floats, "N"]
    breach_cost: Annotated[Floats, "N"]


class Talk(NamedTuple):
    """The negotiation round and bilateral talks."""

    failed: Annotated[Ints, "1"]  # rounds held that did not settle
    text: Annotated[Floats, "K"]
    tabled: Annotated[Flags, "K"]
    forced_table: Annotated[Flags, "K"]  # tabled by a dated event
    agenda: Annotated[Flags, "K"]  # due at these talks
    fresh: Annotated[Flags, "K"]  # tabled this week
    raising: Annotated[Flags, "K"]  # what the convener may put on the table
    raise_gain: Annotated[Floats, "K"]  # what it gains by that
    settled_issue: Annotated[Flags, "K"]  # what a settlement still has to move
    owed: Annotated[Flags, "K"]  # terms of the ceasefire that still hold
    away: Annotated[Ints, "N"]  # rounds of talks that a party still stays away from
    provoked: Annotated[Flags, "2"]  # camps that have been seen to breach since the last talks
    attended: Annotated[Flags, "N"]
    party: Annotated[Flags, "N"]
    asked: Annotated[Flags, "N"]
    may_stop: Annotated[Flags, "N"]  # whose yes a settlement needs
    accepted: Annotated[Flags, "N"]
    declared: Annotated[Flags, "N"]
    foreseen: Annotated[Floats, "K"]  # text that is expected of talks
    ahead: Annotated[Floats, "K"]  # what is believed to come of a ceasefire
    expected: Annotated[Flags, "K"]  # believed to be negotiated
    seat_cost: Annotated[Floats, "N"]
    pair_text: Annotated[Floats, "BK"]
    pair_local: Annotated[Floats, "B2"]
    pair_core: Annotated[Floats, "B2"]
    pair_gain: Annotated[Floats, "B2"]
    pair_shock: Annotated[Floats, "2B"]
    pair_deal: Annotated[Flags, "B"]


class Relations(NamedTuple):
    """Ties and what moves them, of the first actor to the second."""

    good: Annotated[Floats, "NN"]  # events of the week
    bad: Annotated[Floats, "NN"]
    experience: Annotated[Floats, "NN"]
    tie: Annotated[Floats, "NN"]
    heeded: Annotated[Floats, "NN"]  # ties that behaviour goes by
    dependence: Annotated[Floats, "NN"]
    third_parties: Annotated[Floats, "NN"]  # their pull
    drift_account: Annotated[Floats, "4NN"]


class Wars(NamedTuple):
    """What members hold, and the wars among them; at most four at a time."""

    due: Annotated[Flags, "K"]  # is being handed over
    due_position: Annotated[Floats, "K"]  # where to
    first: Annotated[Ints, "W"]  # the attacker, -1 where no war is
    second: Annotated[Ints, "W"]  # the attacked
    plus: Annotated[Floats, "WN"]  # 1 for those on the attacker's side
    minus: Annotated[Floats, "WN"]
    front: Annotated[Floats, "W"]  # from 0, the victory of the attacked, to 1
    weeks: Annotated[Ints, "W"]  # fought so far
    over_front: Annotated[Flags, "W"]  # about the front of the coalition's war
    many: Annotated[Ints, "N"]  # wars that an actor is in
    free: Annotated[Floats, "N"]  # capability that it would have in one more
    committed: Annotated[Floats, "N"]  # capability that it has in each
    opposed_since: Annotated[Ints, "NN"]  # week of a rupture that stands, -1 if none
    pledge: Annotated[Ints, "NNN"]  # of l to j against i
    reliance: Annotated[Floats, "NN"]  # on j in all wars beside it
    exposure: Annotated[Floats, "NN"]  # what a war with j would cost in all other wars
    left: Annotated[Floats, "N"]  # share of forces in a war if one more is fought
    flare: Annotated[Floats, "NN"]  # draws of the week
    expected_plus: Annotated[Floats, "N"]
    expected_minus: Annotated[Floats, "N"]
    may_join: Annotated[Flags, "N"]
    apart: Annotated[Flags, "K"]  # what two settle between themselves
    accord: Annotated[Floats, "K"]
    new_holder: Annotated[Ints, "K"]
    answer: Annotated[Floats, "1"]  # of the actor that decides
    answers: Annotated[Floats, "2"]  # of two that decide together
    to_answer: Annotated[Flags, "N"]
    consent_gain: Annotated[Floats, "N"]


class NoWars(NamedTuple):
    """In place of `Wars` where no issue is held by an actor."""

    first: Annotated[Ints, "W"]


class Scratch(NamedTuple):
    """Numbers of the decision at hand."""

    own_gain: Annotated[Floats, "N"]
    patron_wish: Annotated[Floats, "N"]  # what patrons would have their proxies do
    acted_gain: Annotated[Floats, "N"]  # own gain and patrons' wishes, weighted
    patron_gain: Annotated[Floats, "N"]  # the part of it that patrons give
    shock: Annotated[Floats, "N"]
    draw: Annotated[Floats, "N"]
    draw2: Annotated[Floats, "N"]
    odds: Annotated[Floats, "N"]
    score: Annotated[Floats, "N"]
    reach: Annotated[Floats, "N"]
    contagion_felt: Annotated[Floats, "N"]  # as it counts in the decision
    scale: Annotated[Floats, "N"]
    sore_issue: Annotated[Ints, "N"]  # costliest issue on the table
    sore_effect: Annotated[Floats, "N"]  # what it costs
    zeros: Annotated[Floats, "N"]
    no_issue: Annotated[Ints, "N"]  # -1 for every actor
    all_true: Annotated[Flags, "N"]
    is_bound: Annotated[Flags, "N"]  # who decides whether to break the ceasefire
    draft: Annotated[Floats, "K"]
    issue_draw: Annotated[Floats, "K"]
    issue_draw2: Annotated[Floats, "K"]
    issue_shock: Annotated[Floats, "K"]
    run_draw: Annotated[Floats, "1"]


class Kept(NamedTuple):
    """Blocks whose rows are the recorded arrays of a run; `RECORDED` says which.

    A record has the same parts with a first axis of weeks (see `blank`).
    """

    run: Floats  # (variables, 1)
    status: Ints  # (variables, 1)
    camp: Floats  # (variables, 2)
    theatre: Floats  # (variables, H)
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
    patronage: Patronage
    ceasefire: Ceasefire
    talk: Talk
    relations: Relations
    wars: Wars
    scratch: Scratch
    kept: Kept


class Recorded(NamedTuple):
    """A variable that a run leaves of every week: a row of the table of variables.

    Attributes
    ----------
    name : str
        Name in the results, and of its array in the state.
    part : str
        Key of `PARTS`: its dimensions and kind of number.
    meaning, unit : str
        What it is, and its unit, in words, for readers.
    """

    name: str
    part: str
    meaning: str
    unit: str


# What is kept together: dimensions, by the letters of `_sizes`, and kind of number.
PARTS: dict[str, tuple[str, type[np.generic]]] = {
    "run": ("1", np.float64), "status": ("1", np.int64), "camp": ("2", np.float64),
    "theatre": ("H", np.float64), "actor": ("N", np.float64), "actor_flag": ("N", np.bool_),
    "issue": ("K", np.float64), "issue_flag": ("K", np.bool_), "taste": ("NK", np.float64),
    "dyad": ("NN", np.float64), "account": ("NN", np.float64), "objective": ("O", np.float64),
    "objective_flag": ("O", np.bool_), "link": ("L", np.float64),
}  # fmt: skip
# Those that an ensemble keeps of every week if it is asked for actors.
ACTOR_PARTS = ("run", "camp", "theatre", "actor", "actor_flag", "issue", "issue_flag", "link")
# fmt: off
VARIABLES: tuple[Recorded, ...] = (
    Recorded("contest", "run", "chance of the first camp in the contest of forces", "1"),
    Recorded("violence", "run",
             "smoothed capability share of violators; 1 in war if mechanisms.hazard is "
             "'fighting'", "1"),
    Recorded("collapse_chance", "run", "chance that the ceasefire collapses this week", "1"),
    Recorded("intensity", "run", "share of all capability in arms that fights this week", "1"),
    Recorded("state", "status",
             "0 war, 1 ceasefire, 2 settlement, 3 victory, at the end of the week", "code"),
    Recorded("age", "status",
             "weeks since the last ceasefire entered into force (before the first: since week "
             "0)", "weeks"),
    Recorded("convener", "status",
             "actor that convened the last deal, by its place in the scenario's file; -1 "
             "before the first", "place in the file"),
    Recorded("strength", "camp", "strength of a camp, air and ground combined", "capability"),
    Recorded("violence_by_camp", "camp", "remembered share of a camp that violates", "1"),
    Recorded("intensity_by_theatre", "theatre",
             "share of the capability in arms in a theatre that fights", "1"),
    Recorded("capability", "actor", "strength of an actor", "capability"),
    Recorded("power", "actor", "capability as a share of all", "1"),
    Recorded("utility", "actor", "utility of the positions at the start of the week", "utility"),
    Recorded("value_war", "actor", "reservation value: worth of fighting on", "utility"),
    Recorded("value_disarmed", "actor",
             "worth of being betrayed after disarming, at most that of war", "utility"),
    Recorded("value_ceasefire", "actor", "worth of a ceasefire", "utility"),
    Recorded("value_settlement", "actor",
             "worth of a settlement on what is on the table", "utility"),
    Recorded("credibility", "actor",
             "chance that the other camp honours a settlement, as believed", "1"),
    Recorded("autonomy", "actor", "share of its decisions that a proxy's patrons do not pull", "1"),
    Recorded("nuisance", "actor", "proxies' capability as a share of all that is armed", "1"),
    Recorded("ground_control", "actor", "ground forces that an actor commands", "capability"),
    Recorded("blame", "actor", "violations laid at an actor's door this week", "violations"),
    Recorded("attention_short", "actor", "share of attention on short-term objectives", "1"),
    Recorded("terms_worth", "actor",
             "worth of the terms of the last offer or deal; stands still in war", "utility"),
    Recorded("military_gain", "actor",
             "gain from fighting on in a ceasefire; stands still in war", "utility"),
    Recorded("optimism", "actor",
             "drift that it believes in beyond what the forces show", "position a week"),
    Recorded("effort", "actor", "intensity at which an actor fights when it fights", "1"),
    Recorded("in_arms", "actor",
             "capability that fights or can: of the armed all, of others by task", "capability"),
    Recorded("active", "actor",
             "share of an actor's capability in arms that fought this week", "1"),
    Recorded("consulted", "actor_flag", "consulted in the last deal in force", "true or false"),
    Recorded("ratified", "actor_flag", "ratified the last deal in force", "true or false"),
    Recorded("ordered_to_comply", "actor_flag",
             "would have its proxies comply (last order)", "true or false"),
    Recorded("violated", "actor_flag", "violated the ceasefire this week", "true or false"),
    Recorded("fighting", "actor_flag", "fought this week", "true or false"),
    Recorded("attended", "actor_flag", "came to the talks this week", "true or false"),
    Recorded("accepted", "actor_flag", "voted for the text this week", "true or false"),
    Recorded("objected", "actor_flag", "refused a ceasefire in public this week", "true or false"),
    Recorded("declared", "actor_flag",
             "declared for the text in public this week", "true or false"),
    Recorded("position", "issue", "status quo of an issue at the end of the week", "0 to 1"),
    Recorded("terms", "issue", "terms of the last ceasefire", "0 to 1"),
    Recorded("text", "issue", "single negotiating text", "0 to 1"),
    Recorded("tabled", "issue_flag", "on the table of the talks", "true or false"),
    Recorded("weight", "taste", "weight of an issue in preferences", "1"),
    Recorded("ideal", "taste", "ideal position in preferences", "0 to 1"),
    Recorded("attention", "taste", "weight of an issue in attention", "1"),
    Recorded("attention_ideal", "taste", "ideal position in attention", "0 to 1"),
    Recorded("tie", "dyad", "tie of an actor to another", "-1 to 1"),
    Recorded("experience", "dyad", "experience of an actor with another", "-1 to 1"),
    Recorded("alignment", "dyad", "agreement of two actors, weighted by attention", "-1 to 1"),
    Recorded("dependence", "dyad",
             "value of war that an actor would lose without another", "utility"),
    Recorded("drift_account", "account", "part of a tie that each cause has built", "-1 to 1"),
    Recorded("activation", "objective", "activation of an objective", "1"),
    Recorded("danger", "objective",
             "chance that the objective is threatened before victory, as believed; -1 if not "
             "asked", "1"),
    Recorded("satisfied", "objective_flag",
             "short-term objective counts as achieved", "true or false"),
    Recorded("control", "link", "control share of a patron over a proxy", "1"),
    Recorded("leverage", "link", "part of a patron's leverage that is not worn", "1"),
)
# fmt: on
"""The table of variables; rows of a part stand in the order in which they are kept."""

# Names of the variables of each part.
RECORDED: dict[str, tuple[str, ...]] = {
    part: tuple(row.name for row in VARIABLES if row.part == part) for part in PARTS
}
ACCOUNTS = ("initial", "objectives", "experience", "third_parties")


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
    for part, names in RECORDED.items():
        block = arrays["kept", part]
        for row, name in enumerate(names):
            rows[name] = block if part == "account" else block[row]
    world = World(
        **{
            name: group(**{f: rows[f] if f in rows else arrays[name, f] for f in group._fields})
            for name, group in groups.items()
        },
        kept=Kept(**{part: arrays["kept", part] for part in RECORDED}),
    )
    world.aims.full_activation[:] = 1.0
    world.aims.danger[:] = -1.0
    world.force.pinned[:] = -1.0
    world.scratch.all_true[:] = True
    world.scratch.no_issue[:] = -1
    world.wars.first[:] = -1
    if lay.held:
        world.wars.second[:] = world.wars.opposed_since[:] = -1
    return world, memory


type _Plan = list[tuple[str, str, tuple[int, ...], type[np.generic]]]


@functools.lru_cache(maxsize=64)
def _plan(lay: Layout, pairs: int) -> tuple[_Plan, dict[str, Any]]:
    """Every array that a world needs (group, field, shape, kind), and its groups."""
    sizes = _sizes(lay, pairs)
    plan: _Plan = []
    for part, (size, dtype) in PARTS.items():
        rows = 4 if part == "account" else len(RECORDED[part])
        plan.append(("kept", part, (rows, *sizes[size]), dtype))
    recorded = {row.name for row in VARIABLES}
    groups = {name: group for name, group in get_type_hints(World).items() if group is not Kept}
    if not lay.held:
        groups["wars"] = NoWars  # the compiler then leaves out what members do to each other
    for name, group in groups.items():
        for field, hint in get_type_hints(group, include_extras=True).items():
            if field not in recorded:
                kind, shape = get_args(hint)
                dtype = {Ints: np.int64, Flags: np.bool_, Floats: np.float64}[kind]
                plan.append((name, field, sizes[shape], dtype))
    return plan, groups


def _lay_out(plan: _Plan) -> tuple[Memory, dict[tuple[str, str], Any]]:
    """One stretch of memory a kind of number, and the arrays of a plan as views on it."""
    kinds = (np.float64, np.int64, np.bool_)
    room: dict[type[np.generic], NDArray[Any]] = {
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
        "BK": (pairs, k), "2B": (2 * pairs,), "W": (MOST_WARS,), "WN": (MOST_WARS, n),
        "NNN": (n, n, n),
    }  # fmt: skip
