"""Phase 9: the bilateral round."""

from __future__ import annotations

from sim.engine import draws, event_log
from sim.engine.inlined_phases import phase
from sim.engine.inputs import Inputs, ParameterValues
from sim.engine.phases.week import Week, ask, due
from sim.engine.state import CEASEFIRE, World
from sim.rules import bargaining, negotiation


@phase
def hold_bilateral_round(week: Week, p: ParameterValues, g: Inputs, w: World) -> None:
    """Phase 9: every `bilateral_period` weeks allies settle their differences over minor issues."""
    t, keys, fed = week.t, week.keys, week.fed
    log, counter, agents = week.log, week.counter, week.agents
    topic, links, ids = g.topic, g.links, g.ids
    aims, force, value, ceasefire, talk = w.aims, w.force, w.value, w.ceasefire, w.talk
    relations = w.relations
    steps = int(p.nash_steps)
    if due(t, int(p.first_bilateral_round), int(p.bilateral_period)) and links.pairs.shape[0] > 0:
        core = ceasefire.state[0] == CEASEFIRE and negotiation.any_core_tabled(
            topic.core, talk.tabled
        )
        for b in range(links.pairs.shape[0]):
            i, j = links.pairs[b, 0], links.pairs[b, 1]
            bargaining.bilateral_text(
                talk.pair_text[b], talk.pair_local[b], i, j, force.position, topic.minor,
                value.voice, aims.weight, aims.ideal, p.loss_exponent, p.bilateral_surplus_floor,
                steps, p.nash_damping,
            )  # fmt: skip
            for ally in range(2):
                talk.pair_core[b, ally] = bargaining.endorsement(
                    links.pairs[b, ally],
                    core,
                    p.endorsement_weight,
                    value.value_settlement,
                    value.value_ceasefire,
                )
                talk.pair_gain[b, ally] = bargaining.bargains(
                    talk.pair_local[b, ally], talk.pair_core[b, ally], p.bilateral_deal_cost
                )
        ask(agents, "bargains", talk.pair_gain, -1)
        draws.shocks(talk.pair_shock, keys, fed, draws.BARGAIN, ids.pair, t, p.choice_precision)
        for b in range(links.pairs.shape[0]):
            talk.pair_deal[b] = core or talk.pair_gain[b, 0] + talk.pair_gain[b, 1] > 0.0
            if not talk.pair_deal[b]:
                continue  # not worth a meeting
            i, j = links.pairs[b, 0], links.pairs[b, 1]
            for ally in range(2):
                eta, gain = talk.pair_shock[2 * b + ally], talk.pair_gain[b, ally]
                talk.pair_deal[b] = talk.pair_deal[b] and eta < gain
                event_log.note(
                    log, counter, t, event_log.BARGAIN, links.pairs[b, ally],
                    links.pairs[b, 1 - ally], -1, eta < gain, gain, eta, talk.pair_local[b, ally],
                    talk.pair_core[b, ally], p.bilateral_deal_cost, 0.0, 0.0,
                )  # fmt: skip
            event_log.note(
                log, counter, t, event_log.DEAL, i, j, -1, talk.pair_deal[b], 0.0, 0.0,
                1.0 if core else 0.0, 0.0, 0.0, 0.0, 0.0,
            )  # fmt: skip
            if talk.pair_deal[b]:
                relations.good[i, j] += 1.0
                relations.good[j, i] += 1.0
            elif core:
                relations.bad[i, j] += 1.0
                relations.bad[j, i] += 1.0
        bargaining.strike(
            force.position, topic.minor, talk.pair_text, talk.pair_deal, links.pairs, aims.weight
        )
