"""From a scenario to the arrays of a run: inputs, parameters, and the world before week 0."""

from __future__ import annotations

import math
from collections.abc import Container, Iterable
from typing import cast

import numpy as np
from numpy.typing import NDArray

from sim.engine import draws
from sim.engine.decisions import KINDS, Kind
from sim.engine.inputs import (
    ALWAYS,
    BY_RULE,
    EVERYWHERE,
    NEVER,
    NEW_CAPABILITY,
    NEW_CONSULTATION,
    NEW_CONTROL,
    NEW_COST,
    NEW_IDEAL,
    NEW_PIN,
    NEW_POSITION,
    NEW_TABLE,
    NEW_WEIGHT,
    SWITCHES,
    Aim,
    Course,
    Flags,
    Floats,
    Ids,
    Inputs,
    Ints,
    Layout,
    Links,
    Members,
    NoMembers,
    ParameterValues,
    Shifts,
    Start,
    Topic,
    Who,
    Words,
)
from sim.engine.opening import open_war
from sim.engine.state import MOST_WARS, Memory, World, allocate_both
from sim.errors import SimError
from sim.rules.bargaining import bargaining_power
from sim.rules.coalitions import GUARANTEE
from sim.rules.negotiation import AFTER_FAILED, FROM_WEEK, NOT_ON_AGENDA, ON_DEMAND, WHEN_IT_PAYS
from sim.rules.proxies import neighbourhoods
from sim.rules.war import power_shares
from sim.scenario.parameters import OFF
from sim.scenario.schema import Renewal, Scenario, ScheduledEvent, ShortTerm, week_of, weeks_after


def parameter_values(scenario: Scenario) -> ParameterValues:
    """Parameters of a scenario with its mechanisms applied."""
    numbers = scenario.parameters.model_dump()
    for mechanism, values in OFF.items():
        if not getattr(scenario.mechanisms, mechanism):
            numbers |= values
    on = scenario.mechanisms
    numbers |= {name: getattr(on, of) == value for name, (of, value) in SWITCHES.items()}
    numbers["monitored"] = scenario.ceasefire.monitored
    numbers["loyalty_in_vote"] = numbers["loyalty"] if on.vote_loyalty else 0.0
    if on.hazard == "violations":
        numbers["hazard_power"] = 1
    return ParameterValues(**{name: float(numbers[name]) for name in ParameterValues._fields})


def prepare(scenario: Scenario) -> tuple[Inputs, ParameterValues, Layout]:
    """Turn a scenario into arrays.

    Parameters
    ----------
    scenario : Scenario
        Checked, so every name in it is known.

    Returns
    -------
    Inputs, ParameterValues, Layout
    """
    lay, p = Layout.of(scenario), parameter_values(scenario)
    actors = [scenario.actors[name] for name in lay.actors]
    issues = [scenario.issues[name] for name in lay.issues]
    at = {name: i for i, name in enumerate(lay.actors)}
    spot = {name: k for k, name in enumerate(lay.issues)}

    def role(names: Container[str]) -> Flags:
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
    prestige = flags("prestige")
    # The convener sets the prestige term; it is not bargained over.
    side_payment = flags("side_payment") & ~prestige
    disputes = scenario.mechanisms.local_disputes
    pairs = lay.pairs if scenario.mechanisms.bilateral else ()
    armed = np.array([a.armed for a in actors], dtype=np.bool_)
    fighting_tasks = (tasks["air"] + tasks["ground"]) * (p.by_tasks and side != 0)
    in_arms = np.where(armed, 1.0, fighting_tasks)
    places, covered, beyond = _theatres(scenario, lay, in_arms)
    near = np.empty((len(actors), len(actors)))
    # These two rules run as plain Python: a store is read with its scenario as arrays, and a few
    # numbers are not worth the compiler.
    neighbourhoods.py_func(near, places)
    who = Who(
        side=side,
        armed=armed,
        takes_part=in_arms > 0.0,
        in_arms=in_arms,
        theatre_shares=places,
        shared_theatres=near,
        covered=covered,
        **tasks,
        discount=delta,
        power=np.array([bargaining_power.py_func(d) for d in delta]),
        patience=np.array([math.exp(p.long_term_horizon * math.log(d)) for d in delta]),
        pole=np.array([float(scenario.roles.conveners.get(n, 0.0)) for n in lay.actors]),
        can_convene=role(scenario.roles.conveners),
        needed=role({*scenario.roles.conveners, *_members(scenario)}),
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
        actor=np.array([at[a] for a, _, _ in lay.objectives], dtype=np.int64),
        issue=np.array([spot[k] for _, _, k in lay.objectives], dtype=np.int64),
        short_term=np.array([h == "short" for _, h, _ in lay.objectives], dtype=np.bool_),
        above=np.array([above for above, _, _ in thresholds], dtype=np.bool_),
        satisfied_at=np.array([hi for _, hi, _ in thresholds], dtype=np.float64),
        threatened_at=np.array([lo for _, _, lo in thresholds], dtype=np.float64),
    )
    renewals = [_renewal(i.renewed if disputes else None, p.dispute_rate) for i in issues]
    topic = Topic(
        territory=territory,
        beyond=beyond,
        prestige=only("prestige", True),
        advances=np.array([role(i.advances_while) for i in issues], dtype=np.bool_),
        direction=direction,
        side_payment=side_payment,
        promised=side_payment | prestige,
        minor=flags("bilateral"),
        core=flags("core"),
        takeable=flags("by_force"),
        agenda_rule=np.array([rule for rule, _ in rules], dtype=np.int64),
        agenda_value=np.array([value for _, value in rules], dtype=np.float64),
        renewed=np.array([chance > 0.0 for chance, _, _ in renewals], dtype=np.bool_),
        renew_chance=np.array([chance for chance, _, _ in renewals]),
        renew_to=np.array([to for _, to, _ in renewals]),
        renew_random=np.array([drawn for _, _, drawn in renewals], dtype=np.bool_),
    )
    links = Links(
        patron=np.array([at[patron] for patron, _ in lay.links], dtype=np.int64),
        proxy=np.array([at[proxy] for _, proxy in lay.links], dtype=np.int64),
        pairs=np.array([[at[i], at[j]] for i, j in pairs], dtype=np.int64).reshape(-1, 2),
    )
    columns = list(zip(*shifts, strict=True)) if shifts else [()] * 6
    week, kind, what, at_actor, at_issue = (np.array(c, dtype=np.int64) for c in columns[:5])
    moves = Shifts(week, kind, what, at_actor, at_issue, np.array(columns[5], dtype=np.float64))
    ids = Ids(
        actor=_subjects(f"actor:{name}" for name in lay.actors),
        issue=_subjects(f"issue:{name}" for name in lay.issues),
        objective=_subjects("objective:" + ".".join(o) for o in lay.objectives),
        pair=_subjects(f"pair:{a}>{b}" for i, j in pairs for a, b in ((i, j), (j, i))),
        run=_subjects(["run"]),
    )
    start = Start(
        capability=np.array([a.capability for a in actors], dtype=np.float64),
        cost=np.array([counted(NEW_COST, a.cost_of_war, scenario) for a in actors]),
        position=np.array([i.start for i in issues], dtype=np.float64),
        control=np.array([scenario.patrons[i][j] for i, j in lay.links], dtype=np.float64),
        consultation=np.array(
            [_CONSULTATION[scenario.roles.consultation.get(n, "by rule")] for n in lay.actors],
            dtype=np.int64,
        ),
        objective_weight=np.array([o.weight for o in wanted], dtype=np.float64),
        objective_ideal=np.array([o.ideal for o in wanted], dtype=np.float64),
        holder=np.array([at.get(i.held_by or "", -1) for i in issues], dtype=np.int64),
    )
    course, members = _course(scenario, lay), _members_of(scenario, lay)
    return Inputs(who, aim, topic, links, moves, ids, start, course, members), p, lay


def _members(scenario: Scenario) -> tuple[str, ...]:
    return scenario.coalition.members if scenario.coalition is not None else ()


def _members_of(scenario: Scenario, lay: Layout) -> Members:
    """Members of a coalition and their pledges; nothing where no issue is held."""
    names, coalition, n = lay.actors, scenario.coalition, len(lay.actors)
    member = np.array([name in _members(scenario) for name in names], dtype=np.bool_)
    if not lay.held:
        return cast(Members, NoMembers(member))
    pledge = np.zeros((n, n, n), dtype=np.int64)
    for one in scenario.guarantees:
        pledge[names.index(one.by), names.index(one.to), names.index(one.against)] = GUARANTEE
    pairs = [(a, b) for a in names for b in names]
    start = 0 if coalition is None else week_of(scenario, coalition.decisions_from)
    return Members(
        member=member,
        decisions_from=np.array([start], dtype=np.int64),
        pledge=pledge,
        pair=_subjects(f"claim:{a}>{b}" for a, b in pairs).reshape(n, n),
        join=_subjects(f"join:{c}:{a}>{b}" for c in names for a, b in pairs).reshape(n, n, n),
    )


def _course(scenario: Scenario, lay: Layout) -> Course:
    """The given front of every week, -1 where none is given, and how the war ends."""
    coalition, course, front = scenario.coalition, scenario.course, np.zeros(0)
    secured = -1
    if course is not None:
        weeks = [weeks_after(scenario, point.date) for point in course.positions]
        last = weeks[-1]
        if course.secured is not None:
            secured = last = week_of(scenario, course.secured)
        every = np.arange(scenario.weeks)
        front = np.interp(every, weeks, [point.position for point in course.positions])
        front = np.where((every >= math.floor(weeks[0])) & (every <= last), front, -1.0)
    issues = [scenario.issues[name] for name in lay.issues]
    falls_to = np.array([[i.falls_to.get(name, 0.0) for name in lay.actors] for i in issues])
    return Course(
        front=front,
        secured=np.array([secured], dtype=np.int64),
        enemy=np.array([lay.actors.index(coalition.enemy) if coalition else -1], dtype=np.int64),
        falls_to=falls_to / np.maximum(falls_to.sum(axis=1, keepdims=True), 1e-300),
    )


def _renewal(rule: Renewal | None, rate: float) -> tuple[float, float, bool]:
    """(chance a week, position it falls to, drawn at random) of an issue's local disputes."""
    if rule is None:
        return 0.0, 0.0, False
    chance_a_week = rate if rule.rate is None else rule.rate
    return (chance_a_week, 0.0, True) if rule.to == "uniform" else (chance_a_week, rule.to, False)


def _theatres(scenario: Scenario, lay: Layout, in_arms: Floats) -> tuple[Floats, Floats, Flags]:
    """Where each actor fights, (N, H); the share of that where a ceasefire holds, (N,); where not.

    Who does not fight has the share of all that is in arms: that much of the war stops.
    """
    alike = 1.0 / len(lay.theatres)
    told = lay.theatres != (EVERYWHERE,)
    places = np.array(
        [
            [shares.get(name, 0.0) if told and shares else alike for name in lay.theatres]
            for shares in (scenario.actors[name].theatres for name in lay.actors)
        ]
    )
    covers = scenario.ceasefire.covers
    if covers is None or not told:
        return places, np.ones(len(lay.actors)), np.zeros(len(lay.theatres), dtype=np.bool_)
    beyond = np.array([name not in covers for name in lay.theatres], dtype=np.bool_)
    covered = places @ (~beyond).astype(np.float64)
    force = in_arms * [scenario.actors[name].capability for name in lay.actors]
    total = float(force.sum())
    stops = float(force @ covered) / total if total > 0.0 else 1.0
    return places, np.where(in_arms > 0.0, covered, stops), beyond


_CONSULTATION = {"always": ALWAYS, "never": NEVER, "by rule": BY_RULE}
_TASKS = ("air", "ground", "diplomacy")


def _subjects(names: Iterable[str]) -> Words:
    return np.array([draws.subject(name) for name in names], dtype=np.uint64)


def _thresholds(wanted: object) -> tuple[bool, float, float]:
    """(counts upwards, satisfied at, threatened at), the last two on the scale that counts."""
    if not isinstance(wanted, ShortTerm) or wanted.satisfied_at == "never":
        return True, math.inf, math.inf
    hi, lo = float(wanted.satisfied_at), float(wanted.threatened_at or 0.0)
    return (True, hi, lo) if hi > lo else (False, 1.0 - hi, 1.0 - lo)


def _agenda(scenario: Scenario, name: str) -> tuple[int, float]:
    """Tabling rule of an issue, in the code of `negotiation.agenda_due`."""
    rule = scenario.issues[name].agenda
    if rule is None:
        return NOT_ON_AGENDA, 0.0
    if rule.after_failed is not None:
        return AFTER_FAILED, float(rule.after_failed)
    if rule.at == "demand":
        return ON_DEMAND, 0.0
    if rule.at == "when it pays":
        return WHEN_IT_PAYS, 0.0
    if rule.at == "never":
        return FROM_WEEK, math.inf
    if rule.at == "start" or rule.at is None:
        return FROM_WEEK, 0.0
    return FROM_WEEK, float(week_of(scenario, rule.at))


def _shifts(scenario: Scenario, lay: Layout) -> list[tuple[int, int, int, int, int, float]]:
    """Dated events as rows (week, kind, index, actor, issue, value), in the order of weeks."""
    rows = []
    for event in scenario.events:
        week = week_of(scenario, event.date if event.date is not None else event.week or 0)
        actor = lay.actors.index(event.actor) if event.actor else -1
        issue = lay.issues.index(event.issue) if event.issue else -1
        for kind, index, value in _changes(event, lay, actor, issue):
            rows.append((week, kind, index, actor, issue, counted(kind, value, scenario)))
    return sorted(rows)


def counted(kind: int, value: float, scenario: Scenario) -> float:
    """A number that a scenario gives, as a run counts it: a cost of war times its factor."""
    return value * scenario.parameters.war_cost if kind == NEW_COST else value


def _changes(
    event: ScheduledEvent, lay: Layout, actor: int, issue: int
) -> list[tuple[int, int, float]]:
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
    if event.position is not None:
        changes.append((NEW_PIN if event.pinned else NEW_POSITION, issue, event.position))
    if event.consultation is not None:
        changes.append((NEW_CONSULTATION, actor, float(_CONSULTATION[event.consultation])))
    return changes


HOLDS = ("heterogeneity", "luck")
# A number that no run has: what is held is that of this run.
HELD = 2**64 - 1


def must_be_held(hold: str | None) -> None:
    """Refuse what is not one of `HOLDS`.

    Raises
    ------
    SimError
        If it is neither that nor None.
    """
    if hold is not None and hold not in HOLDS:
        raise SimError(f"hold must be one of {', '.join(HOLDS)}, is {hold!r}")


def keys_of(seed: int, runs: NDArray[np.integer], hold: str | None = None) -> tuple[Words, Words]:
    """The keys of the luck and of the heterogeneity of some runs.

    What is held has the keys of run `HELD` in all runs; the other has those of each run.

    Parameters
    ----------
    seed : int
        The seed of all runs.
    runs : ndarray of int, shape (runs,)
        Numbers of the runs.
    hold : str, optional
        One of `HOLDS`: "heterogeneity" holds the objectives, "luck" holds all other draws.

    Returns
    -------
    luck, heterogeneity : ndarray of uint64, shape (runs, 10, 2)
        See `sim.engine.draws.round_keys`.

    Raises
    ------
    SimError
        If `hold` is something else.
    """
    must_be_held(hold)
    own = draws.block_keys(seed, runs.astype(np.uint64))
    if hold is None:
        return own, own
    same = draws.block_keys(seed, np.full(len(runs), HELD, dtype=np.uint64))
    return (own, same) if hold == "heterogeneity" else (same, own)


def begin(
    g: Inputs,
    p: ParameterValues,
    lay: Layout,
    seed: int,
    run: int,
    hold: str | None = None,
) -> World:
    """Make the world of a run before the first week: objectives drawn, ties settled.

    Parameters
    ----------
    g, p, lay
        What `prepare` makes of a scenario.
    seed, run : int
        Name the luck, here of the heterogeneity of objectives.
    hold : str, optional
        See `keys_of`.
    """
    world = first_world(g, lay)[0]
    _, traits = keys_of(seed, np.array([run], dtype=np.uint64), hold)
    open_run(g, p, world, traits[0])
    return world


def open_run(g: Inputs, p: ParameterValues, world: World, traits: Words) -> None:
    """Make the first world of a scenario that of one run, given the keys of its heterogeneity."""
    aims, tie, aim = world.aims, world.relations, g.aim
    open_war(
        aims.objective_weight, aims.objective_ideal, aims.weight, aims.ideal, aims.alignment,
        tie.tie, tie.drift_account, tie.experience, world.force.power, aims.full_activation,
        aim.actor, aim.issue, aim.short_term, g.who.patience, g.ids.objective, traits,
        p.weight_spread, p.ideal_spread, p.pull_of_alignment, p.pull_of_experience,
        p.pull_of_third_parties, int(p.burn_in),
    )  # fmt: skip


def first_world(g: Inputs, lay: Layout) -> tuple[World, Memory]:
    """What all runs of a scenario have in common before the first week, and its memory."""
    w, memory = allocate_both(lay, len(g.links.pairs))
    w.force.full_capability[:] = w.force.capability[:] = g.start.capability
    w.force.cost[:], w.force.position[:] = g.start.cost, g.start.position
    w.patronage.control[:], w.patronage.leverage[:] = g.start.control, 1.0
    w.ceasefire.consultation[:], w.ceasefire.convener[:] = g.start.consultation, -1
    w.ceasefire.violence_by_camp[:] = 0.5
    w.force.effort[:] = w.force.here[:] = 1.0
    w.ceasefire.terms[:] = w.talk.text[:] = g.start.position
    w.force.holder[:] = g.start.holder
    if isinstance(g.members, Members):
        w.wars.pledge[:] = g.members.pledge
    w.aims.activation[:], w.aims.objective_weight[:], w.aims.objective_ideal[:] = (
        1.0,
        g.start.objective_weight,
        g.start.objective_ideal,
    )
    power_shares(w.force.power, w.force.capability)
    return w, memory


def most_events(g: Inputs, lay: Layout, weeks: int) -> int:
    """Rows that the events of a run of so many weeks need at most, so that no record overflows."""
    return len(g.shifts.week) + weeks * sum(most_a_week(kind, lay) for kind in KINDS)


def most_a_week(kind: Kind, lay: Layout) -> int:
    """How often a kind of event can happen in one week; 0 for dated events, which have weeks."""
    each = {
        "war": 1, "shift": 0, "actor": len(lay.actors), "patron": len(lay.actors),
        "claim": len(lay.held) * len(lay.actors), "contest": MOST_WARS * bool(lay.held),
        "third": MOST_WARS * len(lay.actors) * bool(lay.held),
        "ally": len(lay.held) * len(lay.actors) ** 2,
        "issue": len(lay.issues), "objective": len(lay.objectives), "pair": len(lay.pairs),
    }  # fmt: skip
    times = each[kind.each]
    if kind.each in ("claim", "contest"):
        times *= 2 if kind.both else 1
    if kind.each == "pair":
        times *= 2 if kind.method else 1  # both decide
    return times
