"""What the terms of a ceasefire are worth, and what parties count for where a text is bargained."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from conftest import ROOT
from theatre_cases import two_fronts
from week_by_week import Game, even_draws

from sim import files
from sim.engine import draws
from sim.results.dataset import events
from sim.runs.simulate import simulate
from sim.scenario.schema import Scenario

sys.path.insert(0, str(ROOT / "studies"))
import splitting


def test_where_nothing_was_promised_the_terms_are_worth_nothing_however_the_front_moves() -> None:
    """The marsh fights on, so territory moves on in a ceasefire that covers the hills."""
    case = two_fronts(ceasefire={"covers": ["hills"]})
    for terms in ("all", "promised"):
        results = simulate(files.with_changes(case, {"mechanisms.terms": terms}), runs=6, seed=1)
        orders = [e for e in events(results) if e.decision == "comply"]
        assert len(orders) > 50
        worth = np.abs(results["terms_worth"].values)
        assert (worth.max() == 0.0) == (terms == "promised")


def test_what_is_still_to_be_delivered_is_worth_its_part_in_every_week_of_a_ceasefire(
    syria: Scenario,
) -> None:
    """By hand from where a week begins: what is promised, less what the table would bring."""
    fed = even_draws(syria)
    fed[:, [draws.PROPOSE, draws.RATIFY]] = 1e-6
    game, seen = Game(syria, fed=fed), 0
    game.step()
    p, topic, issues = game.parameter_values, game.inputs.topic, range(len(game.position))
    agenda = topic.agenda_rule >= 0
    for _ in range(20):
        assert game.state[0] == 1
        theta, terms, W, X = (
            a.copy() for a in (game.position, game.terms, game.weight, game.ideal)
        )
        game.step()
        if (game.terms != terms).any():
            continue  # revised in the week
        delta, h_c, chi = game.inputs.who.discount, float(game.believed_hazard[0]), game.credibility
        rho = p.delivery_speed / (p.delivery_speed + h_c)
        share = (
            delta
            * p.believed_settlement_hazard
            * chi
            / (1.0 - delta * (1.0 - p.believed_settlement_hazard - h_c))
        )
        for i in range(len(game.terms_worth)):
            gains = [
                W[i, k] * ((theta[k] - X[i, k]) ** 2 - (terms[k] - X[i, k]) ** 2)
                * (1.0 - share[i] if agenda[k] else 1.0)
                for k in issues if topic.promised[k]
            ]  # fmt: skip
            assert float(game.terms_worth[i]) == pytest.approx(rho * sum(gains), abs=1e-12)
            seen += abs(sum(gains)) > 0.001
    assert seen > 50


def states(case: Scenario, weeks: int = 60) -> tuple[list[int], np.ndarray]:
    """States by week and positions by week of a war without luck, but that offers are taken."""
    fed = even_draws(case)
    fed[:, [draws.PROPOSE, draws.RATIFY]] = 1e-6
    game = Game(case, fed=fed)
    found, positions = [], []
    for _ in range(weeks):
        game.step()
        found.append(int(game.state[0]))
        positions.append(game.position.copy())
    return found, np.array(positions)


@pytest.mark.parametrize("name", ["damascus_rebels", "northern_rebels"])
def test_without_luck_a_party_in_two_halves_that_counts_by_strength_leaves_the_war_as_it_was(
    syria: Scenario, name: str
) -> None:
    """But for what its halves feel for each other, which one actor cannot feel for itself."""
    alone = files.with_changes(
        syria, {"mechanisms.contagion": False, "mechanisms.heterogeneity": False}
    )
    whole, moved = states(alone)
    cut, moved_too = states(splitting.halved(alone, name, both_sign=True))
    assert 1 in whole
    assert cut == whole
    assert np.abs(moved_too - moved).max() < 1e-12
    by_head = files.with_changes(alone, {"mechanisms.voice": "heads"})
    gap = np.abs(states(by_head)[1] - states(splitting.halved(by_head, name, both_sign=True))[1])
    assert gap.max() > 2e-3, "by head the halves pull the text to themselves"


@pytest.mark.parametrize("name", ["northern_rebels", "damascus_rebels", "hezbollah"])
def test_with_the_luck_of_the_whole_two_halves_that_feel_nothing_for_each_other_leave_every_war(
    syria: Scenario, name: str
) -> None:
    """Blame apart, which counts heads where a patron has several proxies."""
    alone = files.with_changes(
        syria,
        splitting.ALONE
        | {"parameters.violation_intensity": 0.0, "parameters.revision_chance": 0.0},
    )
    whole = simulate(alone, runs=30, seed=4)
    with splitting.as_one(name):
        cut = simulate(splitting.halved(alone, name, both_sign=True), runs=30, seed=4)
    assert (whole["state"] == 1).any(), "no ceasefire at all"
    assert cut["state"].equals(whole["state"])
    for quantity in ("position", "intensity", "violence"):
        gap = np.abs(cut[quantity].values - whole[quantity].values)
        assert gap.max() < 1e-6, quantity
    of_the_whole = whole["violated"].sel(actor=name).values
    for half in (f"{name}_a", f"{name}_b"):
        assert (cut["violated"].sel(actor=half).values == of_the_whole).all()
    assert of_the_whole.any()
    if name in syria.talks.brought:  # a party, for whom a text is bargained
        by_head = files.with_changes(alone, {"mechanisms.voice": "heads"})
        with splitting.as_one(name):
            cut = simulate(splitting.halved(by_head, name, both_sign=True), runs=30, seed=4)
        assert not cut["state"].equals(simulate(by_head, runs=30, seed=4)["state"])
