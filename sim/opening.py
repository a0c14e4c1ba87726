"""Before the first week: what a run starts from, its own objectives, and ties that have settled."""

from __future__ import annotations

import math

from sim import arrays, chance
from sim.compiling import compiled
from sim.rules.objectives import align, weigh
from sim.rules.ties import settle_ties
from sim.rules.war import power_shares


@compiled
def open_war(g, p, w, keys, fed):
    """Fill a blank world with what a run starts from.

    Objectives are those of the scenario, weights spread by ``exp(sig_w z)`` and ideals by
    ``sig_x z`` (clipped to [0, 1]); ties start at alignment and settle for `burn_in` weeks.

    Parameters
    ----------
    g, p, w : Givens, Knobs, World
        `w` is changed; it must be blank, as from `sim.world.allocate`.
    keys : ndarray of uint64, shape (10, 2)
        Luck of this run's heterogeneity, from `chance.round_keys`.
    fed : ndarray, shape (0, 0, 0)
        No draws from outside.
    """
    who, aim, start, ids = g.who, g.aim, g.start, g.ids
    aims, force, web, truce, talk, tie = w.aims, w.force, w.web, w.truce, w.talk, w.tie
    arrays.put(force.m0, start.m0)
    arrays.put(force.m, start.m0)
    arrays.put(force.cost, start.cost)
    arrays.put(force.theta, start.theta)
    arrays.put(web.control, start.control)
    arrays.fill(web.f, 1.0)
    arrays.put(truce.consultation, start.consultation)
    truce.convener[0] = -1
    arrays.fill(truce.vside, 0.5)
    arrays.put(truce.terms, start.theta)
    arrays.put(talk.text, start.theta)
    arrays.fill(aims.act, 1.0)
    chance.uniforms(aims.ow, keys, fed, chance.WEIGHT, ids.id_objective, 0)
    chance.uniforms(aims.ox, keys, fed, chance.IDEAL, ids.id_objective, 0)
    for o in range(aims.ow.shape[0]):
        aims.ow[o] = start.ow[o] * math.exp(p.sig_w * chance.normal_of(aims.ow[o]))
        spread = p.sig_x * chance.normal_of(aims.ox[o])
        aims.ox[o] = min(max(start.ox[o] + spread, 0.0), 1.0)
    weigh(
        aims.W, aims.X, aim.o_actor, aim.o_issue, aim.o_short, aims.ow, aims.ox, aims.ones,
        who.patience,
    )  # fmt: skip
    align(aims.A, aims.W, aims.X)
    power_shares(force.mu, force.m)
    settle_ties(
        tie.T, tie.accounts, aims.A, tie.E, force.mu, p.phi_A, p.phi_E, p.phi_B, int(p.burn_in)
    )
