"""Continue a run from any week with something changed, and the same random draws."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim.engine.build import begin, keys_of, most_events, prepare
from sim.engine.draws import NO_DRAWS
from sim.engine.event_log import counter, empty, must_be_sound
from sim.engine.inputs import NEW_COST, Inputs, Layout, ParameterValues
from sim.engine.schedule import play
from sim.engine.state import World, blank
from sim.errors import Fault, ResultsError, ScenarioError, renamed
from sim.results import selection
from sim.results.dataset import assemble
from sim.results.provenance import scenario_of_run
from sim.rules.objectives import weigh
from sim.scenario.files import as_data, differing, with_changes
from sim.scenario.schema import Scenario

# What is over before the first week: a branch cannot change it.
_PAST = ("start", "parameters.burn_in", "parameters.weight_spread", "parameters.ideal_spread")


@renamed(number="run")
def branch(
    results: xr.Dataset,
    at: str | dt.date | int,
    set: Mapping[str, object] | Sequence[str],
    run: int | None = None,
) -> xr.Dataset:
    """Play a run to a date, change something, and continue with the same random draws.

    Parameters
    ----------
    results : Dataset
        Results that hold the run: of `simulate`, `ensemble` or `replay`.
    at : date, str or int
        The first week that is played with the changes: a day in it, or its number.
    set : mapping or sequence of str
        Changes to the scenario, as ``{"actors.iran.capability": 1.4}``. What an actor is given
        changes as by a dated event: a capability is what its patrons restore, and what is left of
        it changes in proportion. A weight changes in proportion too, and an ideal keeps this run's
        spread around it.
    run : int, optional
        Which run, if there are several.

    Returns
    -------
    Dataset
        The whole run, in full: up to the branch as it was, from there as it becomes.
        ``attrs["branch"]`` says where.

    Raises
    ------
    ScenarioError
        If the changes cannot be used, or concern what lies before the branch.
    ResultsError
        If there is no such run or week, or an actor has a class of one's own.
    """
    if not isinstance(results, xr.Dataset):
        raise ResultsError(
            "branch needs results in memory: sim.branch(sim.replay(store, 3), at=..., set=...)"
        )
    if run is None and results.sizes.get("run", 0) > 1:
        raise ResultsError("these results hold many runs: say which, as run=3")
    which = selection.run_number(results, run)
    old = scenario_of_run(results, which)
    new = with_changes(old, set)
    week = int(results["week"].values[selection.week_at(results, at)])
    if "branch" in results.attrs:
        raise ResultsError("this run is a branch itself: branch off the run that it comes from")
    if any(actor.agent is not None for actor in (*old.actors.values(), *new.actors.values())):
        raise ResultsError("a run with actor classes of one's own cannot be branched")
    seed, held = int(results.attrs["seed"]), results.attrs.get("hold", "nothing")
    hold = None if held == "nothing" else held
    before, after = prepare(old), prepare(new)
    faults = [*_faults(old, new, before[2], after[2], week)]
    if faults:
        raise ScenarioError(faults)
    g, p, lay = before
    world = begin(g, p, lay, seed, which, hold)
    unchanged = begin(g, p, lay, seed, which, hold)
    changed = begin(*after, seed, which, hold)
    weeks = new.weeks
    record = blank(lay, weeks)
    log = empty(most_events(g, lay, week) + most_events(after[0], lay, weeks))
    count = counter()
    keys = keys_of(seed, np.array([which], dtype=np.uint64), hold)[0][0]
    play(g, p, world, record, log, count, keys, NO_DRAWS, 0, week, None)
    _change(world, before, after, unchanged, changed)
    world.force.cost[:] = _costs(old, new, after, week)
    play(after[0], after[1], world, record, log, count, keys, NO_DRAWS, week, weeks, None)
    must_be_sound(count, which)
    branched = assemble(new, lay, seed, [which], [record], [log[: count[0]]])
    changes = [f"{path} {was} to {now}" for path, was, now in differing(old, new)]
    branched.attrs["branch"] = f"from week {week}: {'; '.join(changes) or 'nothing changed'}"
    if hold is not None:
        branched.attrs["hold"] = hold
    return branched


def _faults(
    old: Scenario, new: Scenario, there: Layout, here: Layout, week: int
) -> Iterator[Fault]:
    """Changes to what is over, or to who takes part."""
    if there != here or len(there.pairs) != len(here.pairs):
        problem = "a branch cannot add or remove actors, issues, objectives or links; it can set "
        yield Fault("", f"{problem}their weights, capabilities and control")
    one, other = as_data(old), as_data(new)
    # What each believes at first is set in week 0.
    for path in (*_PAST, *(("parameters.mutual_optimism",) if week > 0 else ())):
        if _at(one, path) != _at(other, path):
            yield Fault(path, f"is over before week {week}, so a branch cannot change it")
    for issue in old.issues:
        if issue in new.issues and old.issues[issue].start != new.issues[issue].start:
            yield Fault(f"issues.{issue}.start", "is where it stood at first: use a dated event")
        held = [war.issues[issue].held_by for war in (old, new) if issue in war.issues]
        if len(set(held)) > 1:
            yield Fault(f"issues.{issue}.held_by", "says who held it at first: that is over")
    if old.guarantees != new.guarantees:
        yield Fault("guarantees", "stood at first: a branch cannot change them")
    was, now = (prepare(war)[0].course for war in (old, new))
    ends = int(was.secured[0]), int(now.secured[0])
    ended = ends[0] != ends[1] and any(0 <= end < week for end in ends)
    if ended or not np.array_equal(was.front[:week], now.front[:week]):
        yield Fault("course", f"cannot change before week {week}: that is over")
    if _before(old, week) != _before(new, week):
        yield Fault("events", f"cannot change before week {week}: that is over")
    for mechanism in ("bilateral", "tie_behaviour"):
        if getattr(old.mechanisms, mechanism) != getattr(new.mechanisms, mechanism):
            yield Fault(f"mechanisms.{mechanism}", "cannot change on the way")
    if new.weeks <= week:
        yield Fault("weeks", f"must be more than {week}, the week of the branch")


def _before(scenario: Scenario, week: int) -> list[tuple[float, ...]]:
    """The dated changes before a week, with costs of war as the scenario gives them."""
    numbers = scenario.parameters.model_copy(update={"war_cost": 1.0})
    shifts = prepare(scenario.model_copy(update={"parameters": numbers}))[0].shifts
    rows = zip(*(column.tolist() for column in shifts), strict=True)
    return [row for row in rows if row[0] < week]


def _costs(
    old: Scenario, new: Scenario, after: tuple[Inputs, ParameterValues, Layout], week: int
) -> NDArray[np.float64]:
    """Costs of war from a week on: those that the branch sets, else the last dated ones."""
    g, _, lay = after
    costs = g.start.cost.copy()
    for at, kind, actor, value in zip(
        g.shifts.week, g.shifts.kind, g.shifts.what, g.shifts.value, strict=True
    ):
        if at < week and kind == NEW_COST:
            name = lay.actors[actor]
            if old.actors[name].cost_of_war == new.actors[name].cost_of_war:
                costs[actor] = value
    return costs


def _at(data: Mapping[str, object], path: str) -> object:
    found: object = data
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _change(
    world: World,
    before: tuple[Inputs, ParameterValues, Layout],
    after: tuple[Inputs, ParameterValues, Layout],
    unchanged: World,
    changed: World,
) -> None:
    """Change in a world what actors are given, by what differs between two beginnings."""
    old, new = before[0].start, after[0].start
    force, differs = world.force, new.capability != old.capability
    full = force.full_capability
    left = np.divide(force.capability, full, out=np.ones_like(full), where=full > 0.0)
    force.capability[differs] = (left * new.capability)[differs]
    # in proportion: a dated event may have changed a weight since
    one, other = unchanged.aims.objective_weight, changed.aims.objective_weight
    world.aims.objective_weight[one != other] *= other[one != other] / one[one != other]
    # Of the objectives of this run, its own spread of weights and ideals stays.
    for held, was, now in (
        (full, old.capability, new.capability),
        (world.patronage.control, old.control, new.control),
        (world.ceasefire.consultation, old.consultation, new.consultation),
        (world.aims.objective_ideal, unchanged.aims.objective_ideal, changed.aims.objective_ideal),
    ):
        np.copyto(held, now, where=was != now)
    g = after[0]
    weigh(
        world.aims.weight, world.aims.ideal, g.aim.actor, g.aim.issue, g.aim.short_term,
        world.aims.objective_weight, world.aims.objective_ideal, world.aims.full_activation,
        g.who.patience,
    )  # fmt: skip
