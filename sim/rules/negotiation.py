"""Talks on a settlement: what can be expected of them, attendance, agenda, text, vote."""

from __future__ import annotations

import math

import numpy as np

from sim.rules.bargaining import nash_text
from sim.rules.jit import compiled
from sim.rules.objectives import utilities

# Tabling rules of an issue, see `agenda_due`.
NOT_ON_AGENDA, FROM_WEEK, AFTER_FAILED, ON_DEMAND, WHEN_IT_PAYS = -1, 0, 1, 2, 3


@compiled
def on_the_table(out, text, tabled, theta) -> None:
    """Fill `out`, shape (K,): the text on tabled issues, the status quo elsewhere."""
    for k in range(out.shape[0]):
        out[k] = text[k] if tabled[k] else theta[k]


@compiled
def foresee(
    foreseen, theta, veto, brought, agenda_rule, power, u, V_w, W, X, loss_exponent, surplus_floor,
    steps, step
) -> None:  # fmt: skip
    """Find the text that everybody expects of the talks: the Nash text over the whole agenda.

    Parties are those with a veto and those that are to be brought, with the surplus
    ``u_i(x) - V_w,i``: what is expected of peace is what it gives above war.

    Parameters
    ----------
    foreseen : ndarray, shape (K,)
        Filled: the text on issues with a tabling rule, theta elsewhere.
    theta : ndarray, shape (K,)
        Present positions, in [0, 1].
    veto, brought : ndarray of bool, shape (N,)
        Who can veto a text; who decides whether to attend.
    agenda_rule : ndarray of int, shape (K,)
        As in `agenda_due`; -1 not on the agenda.
    power, u, V_w : ndarray, shape (N,)
        Weight in a bargain, from `bargaining.voices`; utility of theta; value of war.
    W, X, loss_exponent, surplus_floor, steps, step
        As in `bargaining.nash_text`.
    """
    n = u.shape[0]
    tabled = np.zeros(theta.shape[0], dtype=np.bool_)
    party, start, scale = np.zeros(n, dtype=np.bool_), np.empty(n), np.empty(n)
    for k in range(theta.shape[0]):
        tabled[k] = agenda_rule[k] >= 0
    for i in range(n):
        party[i] = veto[i] or brought[i]
        start[i] = u[i] - V_w[i]
        scale[i] = 1.0
    nash_text(
        foreseen, theta, party, tabled, power, start, scale, W, X, loss_exponent, surplus_floor,
        steps, step,
    )  # fmt: skip


@compiled
def look_ahead(ahead, expected, text, tabled, foreseen, agenda_rule, theta, foresight) -> None:
    """Find the positions expected to follow a ceasefire: the text where tabled, else the foreseen.

    Parameters
    ----------
    ahead : ndarray, shape (K,)
        Filled; theta on what nobody expects to be negotiated.
    expected : ndarray of bool, shape (K,)
        Filled: tabled or, with foresight, on the agenda.
    text, foreseen, theta : ndarray, shape (K,)
        Text of the talks, what `foresee` expects of them, and present positions.
    tabled : ndarray of bool, shape (K,)
        Issues on the table.
    agenda_rule : ndarray of int, shape (K,)
        As in `agenda_due`; -1 not on the agenda.
    foresight : float
        1, or 0: issues that are not tabled are expected to stay where they are.
    """
    for k in range(ahead.shape[0]):
        expected[k] = tabled[k] or (foresight > 0.5 and agenda_rule[k] >= 0)
        if tabled[k]:
            ahead[k] = text[k]
        else:
            ahead[k] = foreseen[k] if expected[k] else theta[k]


@compiled
def settlement_values(V_s, u_table, chi, V_d, V_w) -> None:
    """Value of a settlement that opponents honour with probability chi (Powell 2006).

    ``V_s = chi u(x) + (1 - chi) min(V_d, V_w)``; all arrays have shape (N,), `V_s` is filled.
    """
    for i in range(V_s.shape[0]):
        V_s[i] = chi[i] * u_table[i] + (1.0 - chi[i]) * min(V_d[i], V_w[i])


@compiled
def attendance_costs(out, chi, attendance_cost) -> None:
    """Fill `out`, shape (N,): the cost of talks with a violator, ``attendance_cost (1 - chi)``."""
    for i in range(out.shape[0]):
        out[i] = attendance_cost * (1.0 - chi[i])


@compiled
def attends(i, gain, seat_cost) -> float:
    """Own gain of actor i from coming to the talks: the ceasefire, less the cost of the seat."""
    return gain[i] - seat_cost[i]


@compiled
def votes(i, V_s, V_c) -> float:
    """Own gain of actor i from accepting the text: value of settlement less that of ceasefire."""
    return V_s[i] - V_c[i]


@compiled
def demand(k, demander, m, W, X, theta) -> float:
    """Ideal of the demanders on issue k, weighted by capability and salience; else theta."""
    total, wanted = 0.0, 0.0
    for i in range(m.shape[0]):
        if demander[i]:
            total += m[i] * W[i, k]
            wanted += m[i] * W[i, k] * X[i, k]
    return wanted / total if total > 0.0 else theta[k]


@compiled
def open_text(text, tabled, fresh, agenda, theta, demander, m, W, X, opening_offer) -> None:
    """Table the issues of the agenda; a new one opens part-way to the demanders' ideal.

    Parameters
    ----------
    text : ndarray, shape (K,)
        Changed: opening_offer positions on newly tabled issues, theta on untabled ones.
    tabled, fresh : ndarray of bool, shape (K,)
        Issues on the table; those tabled just now. Both changed.
    agenda : ndarray of bool, shape (K,)
        Issues due at these talks.
    theta, m, W, X
        Present positions, capability, weights and ideal positions.
    demander : ndarray of bool, shape (N,)
        Actors to whose ideal a newly tabled issue moves.
    opening_offer : float
        0 opens at the status quo, 1 at the demand.
    """
    for k in range(theta.shape[0]):
        fresh[k] = agenda[k] and not tabled[k]
        if fresh[k]:
            text[k] = theta[k] + opening_offer * (demand(k, demander, m, W, X, theta) - theta[k])
            tabled[k] = True
        elif not tabled[k]:
            text[k] = theta[k]


@compiled
def concede(text, nash, tabled, concession_rate) -> None:
    """Move the single text, shape (K,), a share `concession_rate` of the way to the Nash text."""
    for k in range(text.shape[0]):
        if tabled[k]:
            text[k] += concession_rate * (nash[k] - text[k])


@compiled
def agenda_due(out, rule, value, t, failed, demanded, forced, tabled) -> None:
    """Find the issues that the talks of week t deal with.

    Parameters
    ----------
    out : ndarray of bool, shape (K,)
        Filled: issues that are due.
    rule : ndarray of int, shape (K,)
        -1 not on the agenda, 0 from week `value` on, 1 after `value` failed rounds, 2 on demand,
        3 when it pays the convener (see `tabling_gain`; it then comes in `forced`).
    value : ndarray, shape (K,)
        Number that the rule needs: a week, or a count of rounds.
    t, failed : int
        Week; rounds held that did not settle.
    demanded : bool
        Whether an actor that demands issues attends.
    forced, tabled : ndarray of bool, shape (K,)
        Put on the table by a dated event; on it already (what is tabled stays).
    """
    for k in range(out.shape[0]):
        due = rule[k] == 0 and t >= value[k]
        due = due or (rule[k] == 1 and failed >= value[k])
        due = due or (rule[k] == 2 and demanded)
        out[k] = rule[k] >= 0 and (due or forced[k] or tabled[k])


@compiled
def tabling_gain(
    k, c, text, tabled, agenda, theta, demander, veto, m, chi, V_d, V_w, V_c, W, X, loss_exponent,
    opening_offer, choice_precision
) -> float:  # fmt: skip
    """Gain of convener c from putting issue k on the table of the talks.

    ``P1 (V_s,c(x1) - V_c,c) - P0 (V_s,c(x0) - V_c,c)``: x0 is what lies on the table and what is
    due, at its opening (without either the second term is 0), x1 the same with k at its opening; P
    is the chance that all who have a veto accept, each by its own gain,
    ``prod 1 / (1 + exp(-choice_precision (V_s,i - V_c,i)))``.

    Parameters
    ----------
    k, c : int
        Indices of the issue and of the convener.
    text, theta : ndarray, shape (K,)
        Text of the talks, and present positions.
    tabled, agenda : ndarray of bool, shape (K,)
        On the table already; due at these talks.
    demander, veto : ndarray of bool, shape (N,)
        Actors to whose ideal a newly tabled issue moves; who can veto a text.
    m, chi, V_d, V_w, V_c : ndarray, shape (N,)
        Capability, credibility of the other camp, and values of being betrayed after disarming,
        of war and of a ceasefire.
    W, X, loss_exponent
        As in `sim.rules.objectives.utility`.
    opening_offer, choice_precision : float
        Part of the way to the demand at which an issue opens, in [0, 1]; precision of choice.
    """
    n, issues = W.shape
    x, on = text.copy(), tabled.copy()
    u, V_s = np.empty(n), np.empty(n)
    worth, anything = 0.0, False
    for issue in range(issues):
        if agenda[issue] and not on[issue]:
            on[issue] = True
            wanted = demand(issue, demander, m, W, X, theta)
            x[issue] = theta[issue] + opening_offer * (wanted - theta[issue])
        anything = anything or on[issue]
    for there in range(2):
        if there == 1:
            on[k] = True
            x[k] = theta[k] + opening_offer * (demand(k, demander, m, W, X, theta) - theta[k])
        elif not anything:
            continue  # without a text there is no vote
        table_values(u, V_s, x, on, theta, chi, V_d, V_w, W, X, loss_exponent)
        all_accept = 1.0
        for i in range(n):
            if veto[i]:
                z = min(max(-choice_precision * (V_s[i] - V_c[i]), -700.0), 700.0)
                all_accept /= 1.0 + math.exp(z)
        worth = all_accept * (V_s[c] - V_c[c]) - worth
    return worth


@compiled
def walk_out(away, attending, asked, side, provoked, rounds) -> None:
    """Keep those away for some rounds that refuse to come after breaches by the other camp.

    Parameters
    ----------
    away : ndarray of int, shape (N,)
        Rounds that each still stays away; changed.
    attending, asked : ndarray of bool, shape (N,)
        Who came; who was free to come.
    side : ndarray of int, shape (N,)
        Camp: +1, -1, or 0 for a neutral, which judges like camp -1.
    provoked : ndarray of bool, shape (2,)
        Whether camp +1, camp -1 has been seen to breach since the last talks.
    rounds : int
        Rounds to stay away.
    """
    for j in range(away.shape[0]):
        if asked[j]:
            others = provoked[1] if side[j] == 1 else provoked[0]
            if others and not attending[j]:
                away[j] = rounds
        elif away[j] > 0:
            away[j] -= 1


@compiled
def who_may_stop(may_stop, veto, holder, tabled) -> None:
    """Find whose yes a settlement needs: of all with a veto, and of whoever holds what it is about.

    Parameters
    ----------
    may_stop : ndarray of bool, shape (N,)
        Filled.
    veto : ndarray of bool, shape (N,)
        Who can veto any text.
    holder : ndarray of int, shape (K,)
        Who holds each issue, -1 nobody.
    tabled : ndarray of bool, shape (K,)
        What is on the table.
    """
    for i in range(veto.shape[0]):
        may_stop[i] = veto[i]
    for k in range(holder.shape[0]):
        if tabled[k] and holder[k] >= 0:
            may_stop[holder[k]] = True


@compiled
def settled(votes_yes, veto, attending, brought, must_sign) -> bool:
    """Whether there is a settlement: no veto, and every brought party that must sign came.

    Arrays are of bool, shape (N,).
    """
    for i in range(veto.shape[0]):
        if veto[i] and not votes_yes[i]:
            return False
        if brought[i] and must_sign[i] and not attending[i]:
            return False
    return True


@compiled
def judge_votes(good, bad, guarantor, votes_yes) -> None:
    """Add the experience that guarantors make of each other's votes.

    If both accept, it is good both ways; if i accepts and j rejects, i has a bad one of j.

    Parameters
    ----------
    good, bad : ndarray, shape (N, N)
        Experience of the week, of i with j; added to.
    guarantor, votes_yes : ndarray of bool, shape (N,)
        Who vouches for a settlement; who accepts the text.
    """
    n = guarantor.shape[0]
    for i in range(n):
        for j in range(n):
            if i == j or not (guarantor[i] and guarantor[j]) or not votes_yes[i]:
                continue
            if votes_yes[j]:
                good[i, j] += 1.0
            else:
                bad[i, j] += 1.0


@compiled
def any_core_tabled(core, tabled) -> bool:
    """Whether a core issue is on the table; arrays of bool, shape (K,)."""
    for k in range(core.shape[0]):
        if core[k] and tabled[k]:
            return True
    return False


@compiled
def table_values(u_table, V_s, text, tabled, theta, chi, V_d, V_w, W, X, loss_exponent) -> None:
    """Work out the utility of what lies on the table, and the value of settling on it.

    Parameters
    ----------
    u_table, V_s : ndarray, shape (N,)
        Filled.
    text, theta : ndarray, shape (K,)
        Text of the talks, and present positions.
    tabled : ndarray of bool, shape (K,)
        Issues on the table.
    chi, V_d, V_w, W, X, r
        As in `settlement_values` and `utility`.
    """
    table = np.empty(theta.shape[0])
    on_the_table(table, text, tabled, theta)
    utilities(u_table, table, W, X, loss_exponent)
    settlement_values(V_s, u_table, chi, V_d, V_w)
