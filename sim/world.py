"""Givens (what a run is given) and World (every number that changes), as arrays by name.

Actors, issues, objectives, links and pairs are laid out in the order of their names, so the
order of a file has no power; `Layout` keeps the order of the file for what is given back.
Shapes: N actors, K issues, O objectives, L patron links, B bilateral pairs, H shifts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple, get_type_hints

import numpy as np
from numpy.typing import NDArray

from sim import chance
from sim.files import week_of
from sim.rules.bargaining import bargaining_power
from sim.rules.objectives import align, weigh
from sim.rules.ties import settle_ties
from sim.rules.war import power_shares
from sim.scenario import Event, Renewal, Scenario, ShortTerm

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Words = NDArray[np.uint64]

# What a dated event can change.
NEW_IDEAL, NEW_WEIGHT, NEW_CAPABILITY, NEW_COST, NEW_CONTROL, NEW_TABLE, NEW_CONSULTATION = range(7)
ALWAYS, NEVER, BY_RULE = 1, -1, 0

# Which parameters each mechanism sets when it is off.
OFF: dict[str, dict[str, float]] = {
    "salience_decay": {"a_min": 1.0},
    "experience": {"phi_E": 0.0},
    "third_parties": {"phi_B": 0.0},
    "loyalty": {"varpi": 0.0},
    "optimism": {"opt": 0.0},
    "military_gain": {"gam": 0.0},
    "bilateral": {},
    "local_disputes": {"q_dispute": 0.0},
    "contagion": {"xi": 0.0},
    "fatigue": {"phi_f": 0.0},
    "attendance_cost": {"c_att": 0.0},
    "commitment_problem": {"s_cp": 0.0},
    "revision": {"rho_rev": 0.0},
    "prestige": {"prestige_step": 0.0},
    "task_complementarity": {"ces": 1.0},
    "attrition": {"ell": 0.0, "rep": 0.0},
    "advances": {"nu_advance": 0.0},
    "shifts": {},
    "heterogeneity": {"sig_w": 0.0, "sig_x": 0.0},
}


class Knobs(NamedTuple):
    """The parameters of the theory as numbers, mechanisms applied; see `sim.scenario.Parameters`."""

    r: float
    tau_L: float
    rho_a: float
    a_min: float
    sig_w: float
    sig_x: float
    nu: float
    sigma: float
    sig_b: float
    opt: float
    nu_advance: float
    ces: float
    ell: float
    rep: float
    lam: float
    h_s: float
    h0: float
    h1: float
    gv: float
    gam: float
    varpi: float
    xi: float
    s_cp: float
    rho_d: float
    prestige_step: float
    k_q: float
    tau_q: float
    rho_rev: float
    eps: float
    phi_f: float
    phi_r: float
    u0: float
    obs: float
    q_att: float
    tau_c: float
    tau_n: float
    tau_b: float
    first_c: float
    first_n: float
    first_b: float
    s_x: float
    c_att: float
    rho_i: float
    q_dispute: float
    q_e: float
    c_b: float
    kap_pos: float
    kap_neg: float
    d_E: float
    s_fight: float
    s_viol: float
    phi_A: float
    phi_E: float
    phi_B: float
    nuisance_min: float
    stake_min: float
    blame_min: float
    talks_min_age: float
    vside_smoothing: float
    vside_reset: float
    settled_hazard: float
    bilateral_eps: float
    opening: float
    burn_in: float
    nash_steps: float
    nash_step: float
    force_floor: float


class Who(NamedTuple):
    """Actors and their roles; every array has shape (N,)."""

    side: Ints  # +1, -1, 0
    armed: Flags
    air: Floats  # shares of capability by task
    ground: Floats
    diplomacy: Floats
    delta: Floats  # weekly discount factor
    power: Floats  # bargaining power
    patience: Floats  # weight on long-term objectives
    pole: Floats  # a convener's end of the prestige issue
    can_convene: Flags
    belligerent: Flags
    must_sign: Flags
    patron: Flags
    permanent: Flags
    brought: Flags
    bringer: Ints  # index of the patron, -1 if none
    veto: Flags
    guarantor: Flags
    demander: Flags


class Aim(NamedTuple):
    """Objectives, shape (O,)."""

    o_actor: Ints
    o_issue: Ints
    o_short: Flags
    above: Flags  # achieved when the position is above its threshold
    hi: Floats  # satisfied at
    lo: Floats  # threatened again at


class Topic(NamedTuple):
    """Issues, shape (K,) where nothing else is said."""

    territory: Ints  # (1,) index, -1 if there is none
    prestige: Ints  # (1,)
    advances: Flags  # (K, N) advances while this actor fights
    direction: Floats  # (N, K) which way fighting on moves it for this actor
    side_payment: Flags
    promised: Flags  # side payments and prestige
    minor: Flags  # talked about bilaterally
    core: Flags
    agenda_rule: Ints  # see bargaining.agenda_due
    agenda_value: Floats
    renew_chance: Floats
    renew_to: Floats
    renew_random: Flags


class Links(NamedTuple):
    """Patron links, shape (L,), and bilateral pairs."""

    l_patron: Ints
    l_proxy: Ints
    pairs: Ints  # (B, 2)


class Shifts(NamedTuple):
    """Dated changes, shape (H,), in the order of weeks."""

    h_week: Ints
    h_kind: Ints
    h_index: Ints  # of what is changed
    h_actor: Ints  # for the record, -1 if none
    h_issue: Ints
    h_value: Floats


class Ids(NamedTuple):
    """Subjects of draws."""

    id_actor: Words  # (N,)
    id_issue: Words  # (K,)
    id_objective: Words  # (O,)
    id_pair: Words  # (2 B,) each ally within each pair
    id_run: Words  # (1,)


class Givens(NamedTuple):
    """What a run is given and never changes."""

    who: Who
    aim: Aim
    topic: Topic
    links: Links
    shifts: Shifts
    ids: Ids


class Aims(NamedTuple):
    """Objectives as they stand, preferences, attention, alignment."""

    ox: Floats  # (O,) ideals and weights of objectives
    ow: Floats
    act: Floats  # (O,) activation
    ones: Floats  # (O,) full activation
    sat: Flags  # (O,) satisfied, now and last week
    was_sat: Flags
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
    cost: Floats  # (N,) flow cost of war
    strengths: Floats  # (2,) of the camps
    psi: Floats  # (1,) contest
    believed: Floats  # (N,) drift of territory as believed
    p_win: Floats  # (N,) chance of camp +1 as believed, weeks of war as believed
    weeks: Floats
    plus: Floats  # (K,) order that each camp would impose
    minus: Floats
    fighting: Flags  # (N,)
    shares: Floats  # (2,) fighting share of the camps


class Value(NamedTuple):
    """What each state of affairs is worth; shape (N,) but for the two hazards."""

    u: Floats  # utility now, under each victory, of the table, before and after a move
    u_plus: Floats
    u_minus: Floats
    u_table: Floats
    u_before: Floats
    u_after: Floats
    V_w: Floats  # war, betrayal after disarming, ceasefire, settlement
    V_d: Floats
    V_c: Floats
    V_s: Floats
    gain: Floats  # truce (or settlement) above war
    chi: Floats  # credibility of the other camp
    h_c: Floats  # (1,) believed hazard of collapse
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

    state: Ints  # (1,) 0 war, 1 ceasefire, 2 settlement
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
    loyalty: Floats
    military: Floats  # military gain from going on
    contagion: Floats


class Talk(NamedTuple):
    """The negotiation round and bilateral talks."""

    failed: Ints  # (1,) rounds held that did not settle
    text: Floats  # (K,) single negotiating text
    tabled: Flags  # (K,) ever tabled; by a dated event; due at these talks; new; to implement
    forced_table: Flags
    agenda: Flags
    fresh: Flags
    settled_issue: Flags
    attending: Flags  # (N,) brought parties that came
    party: Flags  # (N,)
    asked: Flags  # (N,)
    voted: Flags  # (N,) accepted
    seat_cost: Floats  # (N,)
    pair_text: Floats  # (B, K)
    pair_local: Floats  # (B, 2)
    pair_core: Floats
    pair_gain: Floats
    pair_shock: Floats  # (2 B,)
    pair_held: Flags  # (B,)


class Tie(NamedTuple):
    """Ties and what moves them; shape (N, N)."""

    good: Floats  # events of the week
    bad: Floats
    E: Floats  # experience
    T: Floats  # ties
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
    scale: Floats
    sore: Ints  # costliest issue on the table, and what it costs
    sore_effect: Floats
    none: Floats  # zeros
    no_issue: Ints  # NOBODY
    every: Flags  # ones
    draft: Floats  # (K,)
    issue_draw: Floats  # (K,)
    issue_draw2: Floats
    luck: Floats  # (1,)


class Kept(NamedTuple):
    """Blocks whose rows are the arrays that a run leaves; `RECORDED` says which.

    A record has the same parts with a first axis of rounds (see `blank`).
    """

    run: Floats  # (variables, 1)
    status: Ints  # (variables, 1)
    camp: Floats  # (variables, 2)
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
    "run": ("1", {"psi": "contest", "vbar": "violence", "hazard": "collapse_chance"}),
    "status": ("1", {"state": "state", "age": "age", "convener": "convener"}),
    "camp": ("2", {"strengths": "strength", "vside": "violence_by_camp"}),
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
        },
    ),
    "issue": ("K", {"theta": "position", "terms": "terms", "text": "text"}),
    "issue_flag": ("K", {"tabled": "tabled"}),
    "taste": (
        "NK",
        {"W": "weight", "X": "ideal", "What": "attention", "Xhat": "attention_ideal"},
    ),
    "dyad": ("NN", {"T": "tie", "E": "experience", "A": "alignment"}),
    "account": ("NN", {"accounts": "drift_account"}),
    "objective": ("O", {"act": "activation"}),
    "objective_flag": ("O", {"sat": "satisfied"}),
    "link": ("L", {"control": "control", "f": "leverage"}),
}
ACCOUNTS = ("initial", "objectives", "experience", "third_parties")

# Shape of every field that is not (N,) of floats, by the letters of `_sizes`.
_SHAPES: dict[str, str] = {
    "O": "ox ow act ones sat was_sat",
    "NK": "W X What Xhat",
    "NN": "A good bad E T B",
    "4NN": "accounts",
    "K": "theta plus minus terms offer text tabled forced_table agenda fresh settled_issue "
    "draft issue_draw issue_draw2",
    "L": "control f pull pressed",
    "1": "psi h_c rho state age convener collapsing vbar hazard failed luck",
    "2": "strengths shares vside",
    "BK": "pair_text",
    "B2": "pair_local pair_core pair_gain",
    "2B": "pair_shock",
    "B": "pair_held",
}
_SHAPE_OF = {name: size for size, names in _SHAPES.items() for name in names.split()}


@dataclass(frozen=True)
class Layout:
    """Names in the order of the arrays, and where each stands in the file.

    Attributes
    ----------
    actors, issues : tuple of str
        In the order of the arrays.
    objectives : tuple of (actor, horizon, issue)
    links, pairs : tuple of (str, str)
    """

    actors: tuple[str, ...]
    issues: tuple[str, ...]
    objectives: tuple[tuple[str, str, str], ...]
    links: tuple[tuple[str, str], ...]
    pairs: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, scenario: Scenario) -> Layout:
        """Lay out a scenario."""
        return cls(
            actors=tuple(sorted(scenario.actors)),
            issues=tuple(sorted(scenario.issues)),
            objectives=tuple(
                sorted(
                    (name, horizon, issue)
                    for name, actor in scenario.actors.items()
                    for horizon in ("short", "long")
                    for issue in getattr(actor, horizon)
                )
            ),
            links=tuple(
                sorted((p, j) for p, proxies in scenario.patrons.items() for j in proxies)
            ),
            pairs=tuple(sorted((min(pair), max(pair)) for pair in scenario.bilateral)),
        )


def knobs(scenario: Scenario) -> Knobs:
    """Parameters of a scenario with its mechanisms applied."""
    numbers = scenario.parameters.model_dump()
    for mechanism, values in OFF.items():
        if not getattr(scenario.mechanisms, mechanism):
            numbers |= values
    return Knobs(**{name: float(numbers[name]) for name in Knobs._fields})


def prepare(scenario: Scenario) -> tuple[Givens, Knobs, Layout]:
    """Turn a scenario into arrays.

    Parameters
    ----------
    scenario : Scenario
        Checked, so every name in it is known.

    Returns
    -------
    Givens, Knobs, Layout
    """
    lay, p = Layout.of(scenario), knobs(scenario)
    actors = [scenario.actors[name] for name in lay.actors]
    issues = [scenario.issues[name] for name in lay.issues]
    at = {name: i for i, name in enumerate(lay.actors)}
    spot = {name: k for k, name in enumerate(lay.issues)}

    def role(names: Any) -> Flags:
        return np.array([name in names for name in lay.actors], dtype=np.bool_)

    def flags(field: str) -> Flags:
        return np.array([bool(getattr(issue, field)) for issue in issues], dtype=np.bool_)

    def only(field: str, value: object) -> Ints:
        found = [k for k, issue in enumerate(issues) if getattr(issue, field) == value]
        return np.array([found[0] if found else -1], dtype=np.int64)

    camps = scenario.camps
    side = np.array(
        [0 if a.camp is None else (1 if camps[a.camp].pole == 1 else -1) for a in actors],
        dtype=np.int64,
    )
    territory = only("moved_by", "territory")
    direction = np.zeros((len(actors), len(issues)))
    for k, issue in enumerate(issues):
        direction[:, k] = side if k == territory[0] else role(issue.gains_from)
    delta = np.array([a.discount for a in actors])
    rules = [_agenda(scenario, name) for name in lay.issues]
    shifts = _shifts(scenario, lay) if scenario.mechanisms.shifts else []
    tasks = {task: np.array([getattr(a.tasks, task) for a in actors]) for task in _TASKS}
    wanted = [getattr(scenario.actors[a], h)[k] for a, h, k in lay.objectives]
    thresholds = [_thresholds(o) for o in wanted]
    side_payment, prestige = flags("side_payment"), flags("prestige")
    disputes = scenario.mechanisms.local_disputes
    pairs = lay.pairs if scenario.mechanisms.bilateral else ()
    who = Who(
        side=side,
        armed=np.array([a.armed for a in actors], dtype=np.bool_),
        **tasks,
        delta=delta,
        power=np.array([bargaining_power(d) for d in delta]),
        patience=np.array([math.exp(p.tau_L * math.log(d)) for d in delta]),
        pole=np.array([float(scenario.roles.conveners.get(n, 0.0)) for n in lay.actors]),
        can_convene=role(scenario.roles.conveners),
        belligerent=role(scenario.roles.belligerents),
        must_sign=role(scenario.roles.must_sign),
        patron=role({patron for patron, _ in lay.links}),
        permanent=role(scenario.talks.permanent),
        brought=role(scenario.talks.brought),
        bringer=np.array(
            [at.get(scenario.talks.brought.get(n, ""), -1) for n in lay.actors], dtype=np.int64
        ),
        veto=role(scenario.talks.veto),
        guarantor=role(scenario.talks.guarantors),
        demander=role(scenario.talks.demanders),
    )
    aim = Aim(
        o_actor=np.array([at[a] for a, _, _ in lay.objectives], dtype=np.int64),
        o_issue=np.array([spot[k] for _, _, k in lay.objectives], dtype=np.int64),
        o_short=np.array([h == "short" for _, h, _ in lay.objectives], dtype=np.bool_),
        above=np.array([above for above, _, _ in thresholds], dtype=np.bool_),
        hi=np.array([hi for _, hi, _ in thresholds], dtype=np.float64),
        lo=np.array([lo for _, _, lo in thresholds], dtype=np.float64),
    )
    renewals = [_renewal(i.renewed if disputes else None, p.q_dispute) for i in issues]
    topic = Topic(
        territory=territory,
        prestige=only("prestige", True),
        advances=np.array([role(i.advances_while) for i in issues], dtype=np.bool_),
        direction=direction,
        side_payment=side_payment,
        promised=side_payment | prestige,
        minor=flags("bilateral"),
        core=flags("core"),
        agenda_rule=np.array([rule for rule, _ in rules], dtype=np.int64),
        agenda_value=np.array([value for _, value in rules], dtype=np.float64),
        renew_chance=np.array([chance for chance, _, _ in renewals]),
        renew_to=np.array([to for _, to, _ in renewals]),
        renew_random=np.array([drawn for _, _, drawn in renewals], dtype=np.bool_),
    )
    links = Links(
        l_patron=np.array([at[patron] for patron, _ in lay.links], dtype=np.int64),
        l_proxy=np.array([at[proxy] for _, proxy in lay.links], dtype=np.int64),
        pairs=np.array([[at[i], at[j]] for i, j in pairs], dtype=np.int64).reshape(-1, 2),
    )
    columns = list(zip(*shifts, strict=True)) if shifts else [()] * 6
    moves = Shifts(
        *(np.array(column, dtype=np.int64) for column in columns[:5]),
        np.array(columns[5], dtype=np.float64),
    )
    ids = Ids(
        id_actor=_subjects(f"actor:{name}" for name in lay.actors),
        id_issue=_subjects(f"issue:{name}" for name in lay.issues),
        id_objective=_subjects("objective:" + ".".join(o) for o in lay.objectives),
        id_pair=_subjects(f"pair:{a}>{b}" for i, j in pairs for a, b in ((i, j), (j, i))),
        id_run=_subjects(["run"]),
    )
    return Givens(who, aim, topic, links, moves, ids), p, lay


def _renewal(rule: Renewal | None, rate: float) -> tuple[float, float, bool]:
    """(chance a week, position it falls to, drawn at random) of an issue's local disputes."""
    if rule is None:
        return 0.0, 0.0, False
    chance_a_week = rate if rule.rate is None else rule.rate
    return (chance_a_week, 0.0, True) if rule.to == "uniform" else (chance_a_week, rule.to, False)


_TASKS = ("air", "ground", "diplomacy")


def _subjects(names: Any) -> Words:
    return np.array([chance.subject(name) for name in names], dtype=np.uint64)


def _thresholds(wanted: Any) -> tuple[bool, float, float]:
    """(counts upwards, satisfied at, threatened at), the last two on the scale that counts."""
    if not isinstance(wanted, ShortTerm) or wanted.satisfied_at == "never":
        return True, math.inf, math.inf
    hi, lo = float(wanted.satisfied_at), float(wanted.threatened_at or 0.0)
    return (True, hi, lo) if hi > lo else (False, 1.0 - hi, 1.0 - lo)


def _agenda(scenario: Scenario, name: str) -> tuple[int, float]:
    """Tabling rule of an issue, in the code of `bargaining.agenda_due`."""
    rule = scenario.issues[name].agenda
    if rule is None:
        return -1, 0.0
    if rule.after_failed is not None:
        return 1, float(rule.after_failed)
    if rule.at == "demand":
        return 2, 0.0
    if rule.at == "never":
        return 0, math.inf
    if rule.at == "start" or rule.at is None:
        return 0, 0.0
    return 0, float(week_of(scenario, rule.at))


def _shifts(scenario: Scenario, lay: Layout) -> list[tuple[int, int, int, int, int, float]]:
    """Dated events as rows (week, kind, index, actor, issue, value), in the order of weeks."""
    rows = []
    for event in scenario.events:
        week = week_of(scenario, event.date if event.date is not None else event.week or 0)
        actor = lay.actors.index(event.actor) if event.actor else -1
        issue = lay.issues.index(event.issue) if event.issue else -1
        for kind, index, value in _changes(event, lay, actor, issue):
            rows.append((week, kind, index, actor, issue, value))
    return sorted(rows, key=lambda row: row[0])


def _changes(event: Event, lay: Layout, actor: int, issue: int) -> list[tuple[int, int, float]]:
    changes: list[tuple[int, int, float]] = []
    for o, (name, _, on) in enumerate(lay.objectives):
        if name == event.actor and on == event.issue:
            if event.ideal is not None:
                changes.append((NEW_IDEAL, o, event.ideal))
            if event.weight_times is not None:
                changes.append((NEW_WEIGHT, o, event.weight_times))
    if event.capability is not None:
        changes.append((NEW_CAPABILITY, actor, event.capability))
    if event.cost_of_war is not None:
        changes.append((NEW_COST, actor, event.cost_of_war))
    if event.control is not None and event.patron and event.proxy:
        link = lay.links.index((event.patron, event.proxy))
        changes.append((NEW_CONTROL, link, event.control))
    if event.tabled:
        changes.append((NEW_TABLE, issue, 1.0))
    if event.consultation is not None:
        rule = {"always": ALWAYS, "never": NEVER, "by rule": BY_RULE}[event.consultation]
        changes.append((NEW_CONSULTATION, actor, float(rule)))
    return changes


def begin(
    scenario: Scenario, g: Givens, p: Knobs, lay: Layout, seed: int, run: int
) -> World:
    """The world before the first week: objectives drawn, ties settled.

    Parameters
    ----------
    scenario : Scenario
    g, p, lay
        From `prepare`.
    seed, run : int
        Name the luck, here of the heterogeneity of objectives.
    """
    w = allocate(lay, len(g.links.pairs))
    aims, force, web, truce, talk, tie = w.aims, w.force, w.web, w.truce, w.talk, w.tie
    force.m0[:] = [scenario.actors[a].capability for a in lay.actors]
    force.m[:] = force.m0
    force.cost[:] = [scenario.actors[a].cost_of_war for a in lay.actors]
    force.theta[:] = [scenario.issues[k].start for k in lay.issues]
    web.control[:] = [scenario.patrons[patron][proxy] for patron, proxy in lay.links]
    web.f[:] = 1.0
    for name, rule in scenario.roles.consultation.items():
        truce.consultation[lay.actors.index(name)] = ALWAYS if rule == "always" else NEVER
    truce.convener[:] = -1
    truce.vside[:] = 0.5
    truce.terms[:] = force.theta
    talk.text[:] = force.theta
    aims.act[:] = 1.0
    _draw_objectives(scenario, g, p, lay, aims, seed, run)
    weigh(
        aims.W, aims.X, g.aim.o_actor, g.aim.o_issue, g.aim.o_short, aims.ow, aims.ox, aims.ones,
        g.who.patience,
    )  # fmt: skip
    align(aims.A, aims.W, aims.X)
    power_shares(force.mu, force.m)
    settle_ties(
        tie.T, tie.accounts, aims.A, tie.E, force.mu, p.phi_A, p.phi_E, p.phi_B, int(p.burn_in)
    )
    return w


def _draw_objectives(
    scenario: Scenario, g: Givens, p: Knobs, lay: Layout, aims: Aims, seed: int, run: int
) -> None:
    """Weights and ideals of this run: those of the scenario, spread by sig_w and sig_x."""
    keys, fed = chance.round_keys(seed, run), np.zeros((0, 0, 0))
    z_w, z_x = np.empty(len(lay.objectives)), np.empty(len(lay.objectives))
    chance.uniforms(z_w, keys, fed, chance.WEIGHT, g.ids.id_objective, 0)
    chance.uniforms(z_x, keys, fed, chance.IDEAL, g.ids.id_objective, 0)
    for o, (actor, horizon, issue) in enumerate(lay.objectives):
        wanted = getattr(scenario.actors[actor], horizon)[issue]
        aims.ow[o] = wanted.weight * math.exp(p.sig_w * chance.normal_of(z_w[o]))
        aims.ox[o] = min(max(wanted.ideal + p.sig_x * chance.normal_of(z_x[o]), 0.0), 1.0)


def allocate(lay: Layout, pairs: int) -> World:
    """A world of zeros, its recorded fields as rows of the blocks in `World.kept`."""
    sizes = _sizes(lay, pairs)
    blocks: dict[str, Any] = {}
    rows: dict[str, Any] = {}
    for part, (size, fields) in RECORDED.items():
        tail = (4, *sizes[size]) if part == "account" else (len(fields), *sizes[size])
        blocks[part] = np.zeros(tail, dtype=_DTYPES.get(part, np.float64))
        for row, field in enumerate(fields):
            rows[field] = blocks[part] if part == "account" else blocks[part][row]
    groups: dict[str, Any] = {}
    for name, group in get_type_hints(World).items():
        if group is Kept:
            groups[name] = Kept(**blocks)
            continue
        fields = {}
        for field, kind in get_type_hints(group).items():
            dtype = {Ints: np.int64, Flags: np.bool_}.get(kind, np.float64)
            shape = sizes[_SHAPE_OF.get(field, "N")]
            fields[field] = rows[field] if field in rows else np.zeros(shape, dtype=dtype)
        groups[name] = group(**fields)
    world = World(**groups)
    world.aims.ones[:] = 1.0
    world.tmp.every[:] = True
    world.tmp.no_issue[:] = -1
    return world


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
        "NK": (n, k), "NN": (n, n), "4NN": (4, n, n), "B": (pairs,), "B2": (pairs, 2),
        "BK": (pairs, k), "2B": (2 * pairs,),
    }  # fmt: skip
