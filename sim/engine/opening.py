"""Before the first week: the objectives of a run, and ties that have settled."""

from __future__ import annotations

import math

from sim.engine import draws
from sim.rules.jit import compiled
from sim.rules.objectives import align, weigh
from sim.rules.ties import settle_ties


@compiled
def open_war(
    ow, ox, W, X, A, T, accounts, E, mu, ones, o_actor, o_issue, o_short, patience, id_objective,
    keys, weight_spread, ideal_spread, pull_of_alignment, pull_of_experience,
    pull_of_third_parties, burn_in,
) -> None:  # fmt: skip
    """Draw the objectives of a run, and let its ties settle.

    Weights are spread by ``exp(weight_spread z)`` and ideals by ``ideal_spread z``, clipped to [0,
    1]; ties start at alignment and settle for `burn_in` weeks.

    Parameters
    ----------
    ow, ox : ndarray, shape (O,)
        Weights and ideals of the scenario; changed to those of the run.
    W, X, A, T, accounts : ndarray
        Filled: preferences, alignment, ties and their accounts.
    E, mu, ones : ndarray
        Experience (zeros), relative capability, full activation.
    o_actor, o_issue, o_short, patience
        See `sim.rules.objectives.weigh`.
    id_objective : ndarray of uint64, shape (O,)
        Subject of each objective, from `sim.engine.draws.subject`.
    keys : ndarray of uint64, shape (10, 2)
        Keys of the heterogeneity, from `sim.engine.draws.round_keys`.
    weight_spread, ideal_spread : float
        Spread of weights (of their logarithms) and of ideal positions.
    pull_of_alignment, pull_of_experience, pull_of_third_parties, burn_in
        As in `sim.rules.ties.settle_ties`; `burn_in` are its steps.
    """
    for o in range(ow.shape[0]):
        z_w = draws.normal_of(draws.uniform(keys, draws.WEIGHT, id_objective[o], 0))
        z_x = draws.normal_of(draws.uniform(keys, draws.IDEAL, id_objective[o], 0))
        ow[o] = ow[o] * math.exp(weight_spread * z_w)
        ox[o] = min(max(ox[o] + ideal_spread * z_x, 0.0), 1.0)
    weigh(W, X, o_actor, o_issue, o_short, ow, ox, ones, patience)
    align(A, W, X)
    settle_ties(
        T, accounts, A, E, mu, pull_of_alignment, pull_of_experience, pull_of_third_parties, burn_in
    )
