"""Results of one war for one actor, as numbers with names."""

from __future__ import annotations

import xarray as xr

from sim.narrative.chronicle.timeline import Story
from sim.results.phrases import STATES
from sim.scenario.schema import Scenario


def sums(results: xr.Dataset, case: Scenario, me: str) -> dict[str, float]:
    """Results of one run for an actor, one entry for each count in words; see `Seat.comparison`."""
    run = int(results["run"].values[0])
    war = results.isel(run=0)
    mine, story = war.sel(actor=me), Story(results, run)
    found = {
        f"weeks of {words.name}": float((war["state"].values == code).sum())
        for code, words in enumerate(STATES)
    }
    found["ceasefires signed"] = float(len(story.ceasefires))
    if case.patrons.get(me):
        orders = [e for e in story.events if e.decision == "order" and e.actor == me]
        found["weeks with your order to break one"] = float(sum(not e.answer for e in orders))
    if float(mine["in_arms"].max()) > 0.0:
        found["weeks in which you broke one"] = float(mine["violated"].values.sum())
    for issue in {**case.actors[me].long, **case.actors[me].short}:
        label = case.issues[issue].label
        found[f"{label}, at the end"] = float(war["position"].sel(issue=issue).values[-1])
    for other in _partners(case, me):
        tie = mine["tie"].sel(other=other).values[-1]
        found[f"tie to {case.actors[other].label}, at the end"] = float(tie)
    found["what all that is worth to you, at the end"] = float(mine["utility"].values[-1])
    found["the same, mean of all weeks"] = float(mine["utility"].values.mean())
    return found


def _partners(case: Scenario, me: str) -> list[str]:
    linked = {name for two in case.bilateral if me in two for name in two}
    linked |= {*case.patrons.get(me, {}), *(p for p, held in case.patrons.items() if me in held)}
    return [name for name in case.actors if name in linked - {me}]
