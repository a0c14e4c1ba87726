"""Ties from alignment, experience and third parties, and the exact account of each cause."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.rules.jit import compiled

INITIAL, OBJECTIVES, EXPERIENCE, THIRD_PARTIES = range(4)


@compiled
def third_parties(B, T, mu) -> None:
    """``B_ij = sum_l mu_l T_il T_jl``: i's view of l times j's view of l, weighted by l's power.

    With a zero diagonal the terms l = i and l = j vanish. Shared threat (Walt 1987) and
    structural balance (Kulakowski et al. 2005; Traag et al. 2013) in one term.

    Parameters
    ----------
    B : ndarray, shape (N, N)
        Filled, symmetric.
    T : ndarray, shape (N, N)
        Ties.
    mu : ndarray, shape (N,)
        Relative capability.
    """
    n = mu.shape[0]
    view = np.empty(n)
    for i in range(n):
        for l in range(n):
            view[l] = mu[l] * T[i, l]
        for j in range(i + 1):
            total = 0.0
            for l in range(n):
                total += view[l] * T[j, l]
            B[i, j] = total
            B[j, i] = total


@compiled
def drift(
    T, accounts, B, A, E, pull_of_alignment, pull_of_experience, pull_of_third_parties
) -> None:
    """Move every tie by one week, and keep the accounts of what moved it.

    ``T <- T + pull_of_alignment (A - T) + pull_of_experience (E - T) + pull_of_third_parties (1 -
    T**2) B``, zero diagonal. The last term, the pull of third parties, depends on the ties
    themselves. T is a linear filter of A, E and that pull, so four accounts, decayed alike, add up
    to T at every week.

    Parameters
    ----------
    T : ndarray, shape (N, N)
        Changed; stays in [-1, 1] if pull_of_alignment + pull_of_experience + 2
        pull_of_third_parties <= 1.
    accounts : ndarray, shape (4, N, N)
        Changed: initial, objectives, experience, third parties.
    B : ndarray, shape (N, N)
        `third_parties` at the old T.
    A, E : ndarray, shape (N, N)
        Alignment and experience.
    pull_of_alignment, pull_of_experience, pull_of_third_parties : float
        Pulls of alignment, of experience and of third parties a week, in [0, 1].
    """
    n = T.shape[0]
    keep = 1.0 - pull_of_alignment - pull_of_experience
    for i in range(n):
        for j in range(n):
            old = T[i, j]
            pull = pull_of_third_parties * (1.0 - old * old) * B[i, j]
            new = (
                old
                + pull_of_alignment * (A[i, j] - old)
                + pull_of_experience * (E[i, j] - old)
                + pull
            )
            # P1 bounds the exact value; only rounding can pass it.
            T[i, j] = min(max(new, -1.0), 1.0)
            accounts[INITIAL, i, j] *= keep
            accounts[OBJECTIVES, i, j] = (
                keep * accounts[OBJECTIVES, i, j] + pull_of_alignment * A[i, j]
            )
            accounts[EXPERIENCE, i, j] = (
                keep * accounts[EXPERIENCE, i, j] + pull_of_experience * E[i, j]
            )
            accounts[THIRD_PARTIES, i, j] = keep * accounts[THIRD_PARTIES, i, j] + pull
        # Nobody has a tie to itself; set afterwards, so that the loop has no exception.
        T[i, i] = 0.0
        for c in range(4):
            accounts[c, i, i] = 0.0


@compiled
def settle_ties(
    T, accounts, A, E, mu, pull_of_alignment, pull_of_experience, pull_of_third_parties, steps
) -> None:
    """Ties before the war: start at alignment, take `steps` of `drift` without experience.

    Parameters
    ----------
    T : ndarray, shape (N, N)
        Filled.
    accounts : ndarray, shape (4, N, N)
        Filled: all of T stands in the first account.
    A, E, mu, pull_of_alignment, pull_of_experience, pull_of_third_parties
        As in `drift` and `third_parties`; E is all zero.
    steps : int
        Weeks of settling.
    """
    n = T.shape[0]
    B, view = np.empty((n, n)), np.empty(n)
    for i in range(n):
        for j in range(n):
            T[i, j] = A[i, j] if i != j else 0.0
    for _ in range(steps):
        # As `third_parties` and `drift`, for ties that are the same both ways.
        for i in range(n):
            for l in range(n):
                view[l] = mu[l] * T[i, l]
            for j in range(i):
                total = 0.0
                for l in range(n):
                    total += view[l] * T[j, l]
                B[i, j] = total
        for i in range(n):
            for j in range(i):
                old = T[i, j]
                pull = pull_of_third_parties * (1.0 - old * old) * B[i, j]
                new = (
                    old
                    + pull_of_alignment * (A[i, j] - old)
                    + pull_of_experience * (E[i, j] - old)
                    + pull
                )
                T[i, j] = min(max(new, -1.0), 1.0)
                T[j, i] = T[i, j]
    for i in range(n):
        for j in range(n):
            accounts[INITIAL, i, j] = T[i, j]
            for c in range(1, 4):
                accounts[c, i, j] = 0.0


@compiled
def learn(E, good, bad, learning_from_good, learning_from_bad, forgetting) -> None:
    """Update experience with a week of events (Bush and Mosteller), directed: i's of j.

    ``E <- E + learning_from_good p (1 - E) - learning_from_bad n (1 + E) - forgetting E`` with p, n
    capped at 1.

    Parameters
    ----------
    E : ndarray, shape (N, N)
        Changed; stays in [-1, 1] if kap + forgetting <= 1.
    good, bad : ndarray, shape (N, N)
        Intensities of the week's events; capped at 1 in place.
    learning_from_good, learning_from_bad, forgetting : float
        Weights of good and of bad events; part that is forgotten in a week.
    """
    n = E.shape[0]
    for i in range(n):
        for j in range(n):
            if i == j:
                continue
            good[i, j] = min(good[i, j], 1.0)
            bad[i, j] = min(bad[i, j], 1.0)
            old = E[i, j]
            gain = learning_from_good * good[i, j] * (1.0 - old)
            loss = learning_from_bad * bad[i, j] * (1.0 + old)
            E[i, j] = min(max(old + gain - loss - forgetting * old, -1.0), 1.0)


@compiled
def live_through_war(good, bad, side, war_intensity) -> None:
    """Add the experience of a week of war: good within a camp, bad across camps.

    Parameters
    ----------
    good, bad : ndarray, shape (N, N)
        Experience of the week, of i with j; added to.
    side : ndarray of int, shape (N,)
        Camp: +1, -1, or 0 for a neutral.
    war_intensity : float
        Intensity of the experience, in [0, 1].
    """
    n = side.shape[0]
    for i in range(n):
        for j in range(n):
            if i == j or side[i] == 0 or side[j] == 0:
                continue
            if side[i] == side[j]:
                good[i, j] += war_intensity
            else:
                bad[i, j] += war_intensity


@compiled
def frustration(S) -> tuple[float, NDArray[np.int64]]:
    """Exact line index of frustration, and the best division into two camps.

    ``F = (sum_{i<j} |S_ij| - max_z sum_{i<j} S_ij z_i z_j) / (2 sum_{i<j} |S_ij|)`` over all sign
    vectors z, enumerated in Gray code (Axelrod and Bennett 1993; Aref and Wilson 2019).

    Parameters
    ----------
    S : ndarray, shape (N, N)
        Symmetric ties; N up to 20 is practical.

    Returns
    -------
    F : float
        In [0, 1/2]; 0 if there are no ties.
    camps : ndarray of int, shape (N,)
        +1 for the first actor and those on its side. Among equals the first in the order of a
        binary count whose lowest digit is the second actor.
    """
    n = S.shape[0]
    total = 0.0
    for i in range(n):
        for j in range(i):
            total += abs(S[i, j])
    z = np.ones(n, dtype=np.int64)
    best = np.ones(n, dtype=np.int64)
    field = np.zeros(n)
    value = 0.0
    for i in range(n):
        for j in range(n):
            if i != j:
                field[i] += S[i, j]
        value += 0.5 * field[i]
    top, best_code = value, 0
    for count in range(1, 1 << max(n - 1, 0)):
        flip = 1
        while (count >> (flip - 1)) & 1 == 0:
            flip += 1
        value -= 2.0 * z[flip] * field[flip]
        z[flip] = -z[flip]
        for j in range(n):
            if j != flip:
                field[j] += 2.0 * S[j, flip] * z[flip]
        code = count ^ (count >> 1)
        # Equal divisions differ by rounding of the running sum only.
        close = 1e-12 * max(total, 1e-300)
        if value > top + close or (value > top - close and code < best_code):
            top, best_code = max(value, top), code
            for i in range(n):
                best[i] = z[i]
    exact = 0.0
    for i in range(n):
        for j in range(i):
            exact += S[i, j] * best[i] * best[j]
    return (0.5 * (total - exact) / total if total > 0.0 else 0.0), best
