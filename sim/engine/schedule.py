"""The scheduler: one round as ordered phases, said once and run by both drivers.

`play` is compiled for ensembles; the Mesa model runs the same text in Python, one week at a time,
and lets its agents answer where `ask` stands.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba.extending import overload
from numpy.typing import NDArray

from sim.engine import array_ops, draws, event_log
from sim.engine.inputs import (
    ALWAYS,
    BY_RULE,
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
)  # fmt: skip
from sim.rules import (
    bargaining,
    ceasefire,
    fighting,
    negotiation,
    objectives,
    proxies,
    rivalry,
    ties,
    war,
)
from sim.rules.jit import compiled

WAR, TRUCE, SETTLEMENT, VICTORY = 0, 1, 2, 3
WHEN_IT_PAYS = negotiation.WHEN_IT_PAYS


def ask(agents: Any, decision: str, answers: NDArray[np.float64], about: int) -> None:
    """Let every actor answer for itself, before anything changes.

    The array already holds what the rule says. Compiled, that stands; in the Mesa model each
    actor's method is asked and its answer replaces the rule's.

    Parameters
    ----------
    agents : callable or None
        ``agents(decision, answers, about)``, from `sim.agents.model`.
    decision : str
        Name of the actor's method.
    answers : ndarray
        Gains or chances, changed in place.
    about : int
        Index of the actor or pair that the question is about, -1 if none.
    """
    if agents is not None:
        agents(decision, answers, about)


@overload(ask)
def _ask_compiled(agents, decision, answers, about):
    return lambda agents, decision, answers, about: None


@compiled
def due(t, first, period):
    """Whether a round of this period is held in week t."""
    return t >= first and (t - first) % period == 0


@compiled
def shift(
    kind, index, value, ox, ow, m, m0, cost, control, forced_table, consultation, theta, pinned
):  # fmt: skip
    """Apply one dated change in what somebody is given, or in where an issue stands."""
    if kind == NEW_IDEAL:
        ox[index] = value
    elif kind == NEW_WEIGHT:
        ow[index] *= value
    elif kind == NEW_CAPABILITY:
        m[index] = m[index] * value / m0[index] if m0[index] > 0.0 else value
        m0[index] = value
    elif kind == NEW_COST:
        cost[index] = value
    elif kind == NEW_CONTROL:
        control[index] = value
    elif kind == NEW_TABLE:
        forced_table[index] = True
    elif kind == NEW_CONSULTATION:
        consultation[index] = int(value)
    elif kind in (NEW_POSITION, NEW_PIN):
        theta[index] = value
        pinned[index] = value if kind == NEW_PIN else -1.0


@compiled
def play(g, p, w, rec, log, count, keys, fed, first, last, agents):
    """Play the weeks from `first` to `last` (excluded).

    One week, phase by phase; in each phase every actor is asked before anything changes:

    1. shifts: dated changes in what actors are given
    2. objectives: the contest of forces and the drift that each believes in; satisfied,
       threatened or in danger, attention, alignment
    3. war: lottery, values of war, of a partner, of truce and settlement; who holds back
    4. ceasefire round (every `tau_c` weeks, in war): convener, consultation, terms, ratification
    5. orders, compliance, observation, blame (in a ceasefire or settlement)
    6. revision: a patron that was left out and is blamed is bought in
    7. delivery, wear of leverage, draw of a collapse; after a victory, the winners' order
    8. negotiation round (every `tau_n` weeks, in a ceasefire): attendance, text, vote
    9. bilateral round (every `tau_b` weeks): allies patch their differences
    10. new local disputes, and clashes of allies over them; a collapse takes effect; a front held
        long enough is a victory
    11. military dynamics: fighting, territory, forces; optimism learns
    12. experience and ties
    13. record

    Parameters
    ----------
    g, p, w : Givens, Knobs, World
        `w` is changed.
    rec : Record
        Filled at rows `first` to `last`.
    log, count : ndarray
        Record of events, see `sim.engine.event_log.note`.
    keys : ndarray of uint64, shape (10, 2)
        From `chance.round_keys`.
    fed : ndarray
        Draws from outside, see `chance.uniforms`.
    first, last : int
    agents : callable or None
        See `ask`.
    """
    who, aim, topic, links, shifts, ids = g.who, g.aim, g.topic, g.links, g.shifts, g.ids
    aims, force, value, web, truce, talk, tie, tmp, kept = w
    n = who.side.shape[0]
    territory, prestige = topic.territory[0], topic.prestige[0]
    steps = int(p.nash_steps)
    for t in range(first, last):
        # Within a week ties stand still; cut from behaviour, those from before the war count.
        if t == 0 or p.tie_behaviour > 0.5:
            array_ops.put_table(tie.heeded, tie.T)
        array_ops.zero(tie.good)
        array_ops.zero(tie.bad)
        array_ops.fill(talk.attending, False)
        array_ops.fill(talk.voted, False)
        array_ops.fill(talk.declared, False)
        array_ops.fill(truce.objected, False)

        # 1 shifts
        shifted = t == 0
        for h in range(shifts.h_week.shape[0]):
            if shifts.h_week[h] == t:
                shifted = True
                kind, amount = shifts.h_kind[h], shifts.h_value[h]
                shift(
                    kind, shifts.h_index[h], amount, aims.ox, aims.ow, force.m, force.m0,
                    force.cost, web.control, talk.forced_table, truce.consultation, force.theta,
                    force.pinned,
                )  # fmt: skip
                event_log.note(
                    log, count, t, event_log.SHIFT, shifts.h_actor[h], -1, shifts.h_issue[h], True,
                    0.0, 0.0, float(kind), amount, 0.0, 0.0, 0.0,
                )  # fmt: skip
        if shifted:
            objectives.weigh(
                aims.W, aims.X, aim.o_actor, aim.o_issue, aim.o_short, aims.ow, aims.ox, aims.ones,
                who.patience,
            )  # fmt: skip

        # 2 objectives
        front = force.theta[territory] if territory >= 0 else 0.5
        war.power_shares(force.mu, force.m)
        fighting.take_up_arms(force.arms, force.acting, force.m, who.in_arms, force.effort)
        force.psi[0] = war.contest(
            force.strengths, who.side, force.acting, who.air, who.ground, p.ces
        )
        if t == 0:
            war.prior_optimism(force.optimism, who.side, p.opt)
        war.believed_drift(force.believed, force.psi[0], force.optimism, p.nu)
        if p.danger > 0.5:
            objectives.dangers(
                aims.danger, force.theta, aim.o_actor, aim.o_issue, aim.o_short, aim.above, aim.hi,
                aim.lo, territory, force.believed, p.sig_b,
            )  # fmt: skip
        array_ops.put(aims.was_sat, aims.sat)
        objectives.activate(
            aims.act, aims.sat, force.theta, aim.o_issue, aim.o_short, aim.above, aim.hi, aim.lo,
            aims.danger, p.rho_a, p.a_min,
        )  # fmt: skip
        for o in range(aims.sat.shape[0]):
            if aims.was_sat[o] != aims.sat[o]:
                position = force.theta[aim.o_issue[o]]
                kind = event_log.SATISFIED if aims.sat[o] else event_log.THREATENED
                mark = aim.hi[o] if aims.sat[o] else aim.lo[o]
                mark = mark if aim.above[o] else 1.0 - mark
                event_log.note(
                    log, count, t, kind, aim.o_actor[o], -1, aim.o_issue[o], True, position, mark,
                    position, mark, 0.0, 0.0, 0.0,
                )  # fmt: skip
        objectives.weigh(
            aims.What, aims.Xhat, aim.o_actor, aim.o_issue, aim.o_short, aims.ow, aims.ox, aims.act,
            who.patience,
        )  # fmt: skip
        objectives.short_attention(
            aims.short, aim.o_actor, aim.o_short, aims.ow, aims.act, who.patience
        )
        objectives.align(aims.A, aims.What, aims.Xhat)

        # 3 war and values
        proxies.leverage(web.pull, web.autonomy, web.control, web.f, links.l_proxy)
        proxies.ground_control(
            web.ground_control, force.m, who.ground, web.autonomy, web.pull, links.l_patron,
            links.l_proxy,
        )  # fmt: skip
        proxies.nuisance(
            web.nuisance, force.mu, who.armed, web.control, links.l_patron, links.l_proxy
        )
        war.spoils(
            force.plus, 1, 1.0, force.theta, who.side, web.ground_control, aims.W, aims.X,
            territory, prestige,
        )  # fmt: skip
        war.spoils(
            force.minus, -1, 0.0, force.theta, who.side, web.ground_control, aims.W, aims.X,
            territory, prestige,
        )  # fmt: skip
        objectives.utilities(value.u, force.theta, aims.W, aims.X, p.r)
        objectives.utilities(value.u_plus, force.plus, aims.W, aims.X, p.r)
        objectives.utilities(value.u_minus, force.minus, aims.W, aims.X, p.r)
        fighting.costs_borne(force.borne, force.cost, force.effort, p.own_cost)
        war.war_values(
            value.V_w, value.V_d, force.p_win, force.weeks, value.u, value.u_plus, value.u_minus,
            force.borne, who.delta, who.side, front, force.believed, p.sig_b, p.s_cp,
        )  # fmt: skip
        if p.varpi_D > 0.0:
            war.dependences(
                tie.Dep, force.psi[0], who.needed, who.side, force.acting, who.air, who.ground,
                p.ces, p.nu, value.V_w, value.u, value.u_plus, value.u_minus, force.borne,
                who.delta, front, force.believed, p.sig_b,
            )  # fmt: skip
        if p.by_tasks > 0.5:
            war.worth_of_taking_part(
                force.part_worth, force.psi[0], who.fights, who.armed, force.acting, force.m,
                who.side, who.air, who.ground, p.ces, p.nu, value.u, value.u_plus, value.u_minus,
                force.cost, who.delta, front, force.believed, p.sig_b, p.own_cost,
            )  # fmt: skip
            array_ops.put(tmp.own, force.part_worth)
            ask(agents, "takes_part", tmp.own, -1)
            fighting.hold_back(force.effort, tmp.own, who.fights, who.armed, who.side, p.lam)
        settled = truce.state[0] == SETTLEMENT  # which holds everywhere
        for i in range(n):
            truce.scope[i] = 1.0 if settled else who.covered[i]
        fighting.engage(force.engaged, force.bound, force.arms, force.effort, truce.scope)
        bargaining.voices(value.voice, who.power, force.m, p.by_strength)
        ceasefire.credibility(value.chi, truce.vside, who.side)
        negotiation.table_values(
            value.u_table, value.V_s, talk.text, talk.tabled, force.theta, value.chi, value.V_d,
            value.V_w, aims.W, aims.X, p.r,
        )  # fmt: skip
        if p.foresight > 0.5:
            negotiation.foresee(
                talk.foreseen, force.theta, who.veto, who.brought, topic.agenda_rule, value.voice,
                value.u, value.V_w, aims.W, aims.X, p.r, p.eps, steps, p.nash_step,
            )  # fmt: skip
        negotiation.look_ahead(
            talk.ahead, talk.expected, talk.text, talk.tabled, talk.foreseen, topic.agenda_rule,
            force.theta, p.foresight,
        )  # fmt: skip
        objectives.utilities(value.u_ahead, talk.ahead, aims.W, aims.X, p.r)
        if p.fighting > 0.5:
            remembered = ceasefire.remembered_breaches(truce.vside, who.side, force.bound)
            value.h_c[0] = ceasefire.believed_hazard(remembered, p.h0, p.h1, p.h_power, p.h_s)
        else:
            value.h_c[0] = p.h0 + p.h1 * truce.vbar[0]
        value.rho[0] = ceasefire.delivered_share(p.rho_d, value.h_c[0])
        ceasefire.truce_values(
            value.V_c, value.u, value.u_ahead, value.V_w, value.chi, force.borne, who.covered,
            who.delta, p.h_s, value.h_c[0],
        )  # fmt: skip
        ceasefire.table_shares(
            value.table_share, value.chi, who.delta, p.h_s, value.h_c[0], settled
        )
        for i in range(n):
            value.gain[i] = (
                value.V_s[i] if truce.state[0] == SETTLEMENT else value.V_c[i]
            ) - value.V_w[i]

        # 4 ceasefire round
        if truce.state[0] == WAR and due(t, int(p.first_c), int(p.tau_c)):
            for c in range(n):
                tmp.odds[c] = ceasefire.convenes(
                    c, value.gain, force.theta, who.pole, aims.W, prestige, p.prestige_step
                )
                tmp.reach[c] = ceasefire.access(
                    c, tie.heeded, force.m, who.diplomacy, who.belligerent, p.by_strength
                )
            ask(agents, "convenes", tmp.odds, -1)
            draws.uniforms_of(tmp.draw, who.can_convene, keys, fed, draws.CONVENE, ids.id_actor, t)
            c, lead = ceasefire.choose_convener(
                tmp.score, tmp.odds, tmp.reach, who.can_convene, tmp.draw, p.lam
            )
            proposed = False
            if c >= 0:
                event_log.note(
                    log, count, t, event_log.CONVENE, c, -1, prestige, True, lead, 0.0,
                    value.gain[c], tmp.odds[c] - value.gain[c], tmp.reach[c], 0.0, 0.0,
                )  # fmt: skip
                for i in range(n):
                    tmp.own[i] = ceasefire.proposes(i, value.gain)
                ask(agents, "proposes", tmp.own, c)
                draws.shocks(tmp.shock, keys, fed, draws.PROPOSE, ids.id_actor, t, p.lam)
                proposed = tmp.shock[c] < tmp.own[c]
                event_log.note(
                    log, count, t, event_log.PROPOSE, c, -1, -1, proposed, tmp.own[c], tmp.shock[c],
                    value.gain[c], 0.0, 0.0, 0.0, 0.0,
                )  # fmt: skip
            if proposed:
                # consultation
                for j in range(n):
                    tmp.odds[j] = ceasefire.consults(c, j, tie.heeded, p.k_q, p.tau_q)
                ask(agents, "consults", tmp.odds, c)
                draws.uniforms_of(tmp.draw, who.patron, keys, fed, draws.CONSULT, ids.id_actor, t)
                for j in range(n):
                    rule = truce.consultation[j]
                    open_question = who.patron[j] and j != c and not who.belligerent[j]
                    asked = open_question and rule == BY_RULE
                    asked = asked and web.nuisance[j] > p.nuisance_min
                    if open_question and rule != BY_RULE:
                        asked = True
                        tmp.odds[j] = 1.0 if rule == ALWAYS else 0.0
                    yes = asked and tmp.draw[j] < tmp.odds[j]
                    truce.invited[j] = who.belligerent[j] or j == c or yes
                    if asked:
                        event_log.note(
                            log, count, t, event_log.CONSULT, c, j, -1, yes, tmp.odds[j],
                            tmp.draw[j], tie.heeded[c, j], web.nuisance[j], float(rule), 0.0, 0.0,
                        )  # fmt: skip
                # terms
                bargaining.draw_terms(
                    truce.offer, tmp.draft, tmp.scale, force.theta, truce.invited,
                    topic.side_payment, value.voice, value.gain, value.rho[0], aims.W, aims.X, p.r,
                    p.eps, steps, p.nash_step,
                )  # fmt: skip
                if prestige >= 0:
                    truce.offer[prestige] = force.theta[prestige] + p.prestige_step * (
                        who.pole[c] - force.theta[prestige]
                    )
                bargaining.worth_of_terms(
                    truce.promise, truce.offer, topic.promised, talk.expected, force.theta,
                    value.u, value.rho[0], value.table_share, p.promised_only, aims.W, aims.X, p.r,
                )  # fmt: skip
                ceasefire.crossing_costs(truce.loyalty, tie.heeded, tie.Dep, c, p.varpi, p.varpi_D)
                # ratification
                for i in range(n):
                    tmp.own[i] = ceasefire.signs(i, value.gain, truce.promise, truce.loyalty)
                ask(agents, "signs", tmp.own, c)
                array_ops.put(tmp.wish, tmp.own)
                proxies.heed_all(
                    tmp.acting, tmp.own, tmp.wish, web.autonomy, web.pull, links.l_patron,
                    links.l_proxy,
                )  # fmt: skip
                ask(agents, "heeds", tmp.acting, -1)
                draws.shocks(tmp.shock, keys, fed, draws.RATIFY, ids.id_actor, t, p.lam)
                array_ops.below(truce.signing, tmp.shock, tmp.acting)
                ceasefire.below_in_public(truce.objected, tmp.shock, tmp.acting, p.kappa_face)
                for i in range(n):
                    truce.objected[i] = i != c and not truce.objected[i]
                for i in range(n):
                    tmp.patrons[i] = tmp.acting[i] - web.autonomy[i] * tmp.own[i]
                event_log.note_each(
                    log, count, t, event_log.RATIFY, tmp.every, c, tmp.no_issue, truce.signing,
                    tmp.acting, tmp.shock, value.gain, truce.promise, truce.loyalty, tmp.own,
                    tmp.patrons,
                )  # fmt: skip
                truce.signing[c] = True
                signed = ceasefire.in_force(truce.signing, who.must_sign)
                ceasefire.judge_ratification(
                    tie.good, tie.bad, c, truce.signing, who.patron, who.must_sign
                )
                event_log.note(
                    log, count, t, event_log.CEASEFIRE, c, -1, -1, signed, 0.0, 0.0, 0.0, 0.0, 0.0,
                    0.0, 0.0,
                )  # fmt: skip
                if signed:
                    ceasefire.resent_exclusion(
                        tie.bad, c, truce.invited, who.patron, who.can_convene, aims.W,
                        web.nuisance, prestige, p.stake_min,
                    )  # fmt: skip
                    truce.state[0], truce.age[0], truce.convener[0] = TRUCE, 0, c
                    # Where the hazard is that of fighting, it starts from the war that was.
                    truce.vbar[0] = 1.0 if p.fighting > 0.5 else 0.0
                    array_ops.put(truce.terms, truce.offer)
                    array_ops.put(truce.consulted, truce.invited)
                    array_ops.put(truce.ratified, truce.signing)
                    array_ops.fill(truce.violates, False)
                    for s in range(2):
                        truce.vside[s] += p.vside_reset * (0.5 - truce.vside[s])

        # 5 orders, compliance, blame
        if truce.state[0] == WAR or truce.state[0] == VICTORY:
            array_ops.fill(truce.violates, False)
            array_ops.fill(truce.blamed, 0.0)
            truce.hazard[0] = 0.0
            if truce.state[0] == VICTORY:
                truce.vbar[0] = 0.0
            elif p.fighting > 0.5:
                truce.vbar[0] = 1.0
        else:
            for k in range(force.theta.shape[0]):
                talk.settled_issue[k] = topic.agenda_rule[k] >= 0 and talk.tabled[k]
            bargaining.what_is_owed(
                talk.owed, topic.promised, talk.settled_issue, settled, p.promised_only
            )
            bargaining.worth_of_terms(
                truce.promise, truce.terms, talk.owed, talk.expected, force.theta, value.u,
                value.rho[0], value.table_share, p.promised_only, aims.W, aims.X, p.r,
            )  # fmt: skip
            ceasefire.crossing_costs(
                truce.loyalty, tie.heeded, tie.Dep, truce.convener[0], p.varpi, p.varpi_D
            )
            proxies.military_gains(
                truce.military, force.theta, topic.direction, aims.W, aims.X, truce.scope, p.gam
            )
            for i in range(n):
                tmp.own[i] = proxies.orders(
                    i, value.gain, truce.promise, truce.loyalty, truce.military
                )
            ask(agents, "orders", tmp.own, -1)
            draws.shocks(tmp.shock, keys, fed, draws.ORDER, ids.id_actor, t, p.lam)
            array_ops.below(truce.comply, tmp.shock, tmp.own)
            if log.shape[0] > 0:
                ceasefire.sore_points(
                    tmp.sore, tmp.sore_effect, talk.ahead, talk.expected, force.theta, value.chi,
                    who.delta, aims.W, aims.X, p.r, p.h_s, value.h_c[0],
                )  # fmt: skip
            event_log.note_each(
                log, count, t, event_log.ORDER, who.patron, truce.convener[0], tmp.sore,
                truce.comply, tmp.own, tmp.shock, value.gain, truce.promise, truce.loyalty,
                truce.military, tmp.sore_effect,
            )  # fmt: skip
            array_ops.put(tmp.draw2, tmp.shock)
            proxies.contagion(
                truce.contagion, tie.heeded, force.mu, who.in_arms, force.effort, truce.scope,
                who.near, truce.violates, p.xi,
            )  # fmt: skip
            obs = p.obs_monitor if p.monitored > 0.5 else p.obs
            ceasefire.breach_costs(
                truce.breach_cost, truce.comply, who.guarantor, who.ground, web.pull,
                links.l_patron, links.l_proxy, obs, p.monitored, p.beta, p.beta_troops,
            )  # fmt: skip
            proxies.order_wishes(tmp.wish, tmp.own, truce.comply)
            proxies.heed_all(
                tmp.acting, tmp.own, tmp.wish, web.autonomy, web.pull, links.l_patron,
                links.l_proxy,
            )  # fmt: skip
            ask(agents, "heeds", tmp.acting, -1)
            draws.shocks_of(tmp.shock, who.fights, keys, fed, draws.COMPLY, ids.id_actor, t, p.lam)
            for j in range(n):
                tmp.is_bound[j] = who.fights[j] and truce.scope[j] > 0.0
                tmp.patrons[j] = tmp.acting[j] - web.autonomy[j] * tmp.own[j]
                tmp.felt[j] = truce.contagion[j]
                if who.fights[j] and not who.armed[j]:
                    # One's own planes and troops do what one orders others to do.
                    tmp.shock[j], tmp.acting[j] = tmp.draw2[j], tmp.own[j]
                    tmp.patrons[j], tmp.felt[j] = 0.0, 0.0
                tmp.acting[j] += truce.breach_cost[j] - tmp.felt[j]
                truce.violates[j] = tmp.is_bound[j] and tmp.shock[j] > tmp.acting[j]
                truce.complied[j] = not truce.violates[j]
            event_log.note_each(
                log, count, t, event_log.COMPLY, tmp.is_bound, truce.convener[0], tmp.no_issue,
                truce.complied, tmp.acting, tmp.shock, tmp.own, tmp.patrons, tmp.felt,
                truce.breach_cost, tmp.none,
            )  # fmt: skip
            draws.uniforms_of(tmp.draw, truce.violates, keys, fed, draws.OBSERVE, ids.id_actor, t)
            for j in range(n):
                truce.seen[j] = truce.violates[j] and tmp.draw[j] < obs
                if truce.seen[j] and who.side[j] != 0:
                    talk.provoked[0 if who.side[j] == 1 else 1] = True
            draws.uniforms_of(tmp.draw, truce.seen, keys, fed, draws.ATTRIBUTE, ids.id_actor, t)
            draws.uniforms_of(tmp.draw2, truce.seen, keys, fed, draws.SCAPEGOAT, ids.id_actor, t)
            proxies.accuse(truce.accused, truce.seen, tmp.draw, tmp.draw2, who.side, p.q_att)
            proxies.blame(truce.blamed, truce.accused, web.control, links.l_patron, links.l_proxy)
            proxies.blame_violators(tie.bad, truce.blamed, truce.ratified, p.s_viol)
            share = ceasefire.violator_share(truce.violates, force.bound)
            fighting.side_shares(force.shares, truce.violates, who.side, force.bound)
            truce.vbar[0] = ceasefire.smooth(
                truce.vbar[0], truce.vside, share, force.shares, force.bound, who.side, p.gv,
                p.vside_smoothing,
            )  # fmt: skip

        # 6 revision
        if truce.state[0] == TRUCE:
            c = truce.convener[0]
            array_ops.fill(tmp.odds, p.rho_rev)
            ask(agents, "revises", tmp.odds, c)
            draws.uniforms_of(tmp.draw, who.patron, keys, fed, draws.REVISE, ids.id_actor, t)
            revised = False
            for j in range(n):
                left_out = (
                    who.patron[j] and not truce.consulted[j] and truce.consultation[j] != NEVER
                )
                if left_out and truce.blamed[j] >= p.blame_min:
                    yes = tmp.draw[j] < tmp.odds[j]
                    event_log.note(
                        log, count, t, event_log.REVISE, c, j, -1, yes, tmp.odds[j], tmp.draw[j],
                        truce.blamed[j], 0.0, 0.0, 0.0, 0.0,
                    )  # fmt: skip
                    if yes:
                        revised = True
                        truce.consulted[j] = True
                        tie.good[j, c] += 1.0
            if revised:
                lead_term = truce.terms[prestige] if prestige >= 0 else 0.0
                bargaining.draw_terms(
                    truce.terms, tmp.draft, tmp.scale, force.theta, truce.consulted,
                    topic.side_payment, value.voice, value.gain, value.rho[0], aims.W, aims.X, p.r,
                    p.eps, steps, p.nash_step,
                )  # fmt: skip
                if prestige >= 0:
                    truce.terms[prestige] = lead_term

        # 7 delivery, wear of leverage, draw of a collapse
        truce.collapsing[0] = False
        if truce.state[0] == VICTORY:
            order = force.plus if force.held[0] > 0 else force.minus
            fighting.impose(force.theta, order, territory, prestige, p.rho_i)
        elif truce.state[0] != WAR:
            objectives.utilities(value.u_before, force.theta, aims.W, aims.X, p.r)
            bargaining.deliver(
                force.theta, truce.terms, talk.text, talk.owed, talk.settled_issue,
                truce.state[0], p.rho_d, p.rho_i,
            )  # fmt: skip
            objectives.utilities(value.u_after, force.theta, aims.W, aims.X, p.r)
            proxies.relieve(web.relief, value.u_before, value.u_after, p.u0)
            proxies.wear(
                web.f, web.pressed, tmp.own, truce.comply, truce.violates, who.armed, web.relief,
                links.l_patron, links.l_proxy, p.phi_f, p.phi_r,
            )  # fmt: skip
            truce.hazard[0] = ceasefire.collapse_chance(
                truce.state[0], truce.vbar[0], p.h0, p.h1, p.h_power, p.settled_hazard
            )
            draws.uniforms(tmp.luck, keys, fed, draws.COLLAPSE, ids.id_run, t)
            truce.collapsing[0] = tmp.luck[0] < truce.hazard[0]
            if truce.collapsing[0]:
                event_log.note(
                    log, count, t, event_log.COLLAPSE, truce.convener[0], -1, -1, True,
                    truce.hazard[0], tmp.luck[0], truce.vbar[0], 0.0, 0.0, 0.0, 0.0,
                )  # fmt: skip

        # 8 negotiation round
        talks = truce.state[0] == TRUCE and due(t, int(p.first_n), int(p.tau_n))
        if talks and truce.age[0] >= p.talks_min_age and not truce.collapsing[0]:
            negotiation.attendance_costs(talk.seat_cost, value.chi, p.c_att)
            for i in range(n):
                tmp.own[i] = negotiation.attends(i, value.gain, talk.seat_cost)
            ask(agents, "attends", tmp.own, -1)
            array_ops.put(tmp.wish, value.gain)
            proxies.heed_all(
                tmp.acting, tmp.own, tmp.wish, web.autonomy, web.pull, links.l_patron,
                links.l_proxy,
            )  # fmt: skip
            ask(agents, "heeds", tmp.acting, -1)
            draws.shocks_of(tmp.shock, who.brought, keys, fed, draws.ATTEND, ids.id_actor, t, p.lam)
            for j in range(n):
                tmp.patrons[j] = tmp.acting[j] - web.autonomy[j] * tmp.own[j]
                tmp.acting[j] -= truce.contagion[j]
                talk.asked[j] = who.brought[j] and talk.away[j] == 0
                talk.attending[j] = talk.asked[j] and tmp.shock[j] < tmp.acting[j]
                talk.party[j] = who.permanent[j] or talk.attending[j]
            # Without a party to be brought, the permanent ones talk alone.
            came = talk.attending if array_ops.any(who.brought, who.brought) else who.permanent
            event_log.note_each(
                log, count, t, event_log.ATTEND, talk.asked, -1, tmp.no_issue, talk.attending,
                tmp.acting, tmp.shock, value.gain, talk.seat_cost, tmp.patrons, truce.contagion,
                tmp.none,
            )  # fmt: skip
            negotiation.walk_out(
                talk.away, talk.attending, talk.asked, who.side, talk.provoked,
                int(p.walkout_rounds),
            )  # fmt: skip
            array_ops.fill(talk.provoked, False)
            proxies.wear_at_talks(
                web.f, tmp.own, talk.attending, who.bringer, links.l_patron, links.l_proxy, p.phi_f,
            )  # fmt: skip
            if array_ops.any(came, came):
                negotiation.agenda_due(
                    talk.agenda, topic.agenda_rule, topic.agenda_value, t, talk.failed[0],
                    array_ops.any(talk.party, who.demander), talk.forced_table, talk.tabled,
                )  # fmt: skip
                c = truce.convener[0]
                for k in range(force.theta.shape[0]):
                    talk.raising[k] = topic.agenda_rule[k] == WHEN_IT_PAYS and not talk.agenda[k]
                if array_ops.any(talk.raising, talk.raising):
                    for k in range(force.theta.shape[0]):
                        if talk.raising[k]:
                            talk.raise_gain[k] = negotiation.tabling_gain(
                                k, c, talk.text, talk.tabled, talk.agenda, force.theta,
                                who.demander, who.veto, force.m, value.chi, value.V_d, value.V_w,
                                value.V_c, aims.W, aims.X, p.r, p.opening, p.lam,
                            )  # fmt: skip
                    ask(agents, "raises", talk.raise_gain, c)
                    draws.shocks(tmp.issue_shock, keys, fed, draws.RAISE, ids.id_issue, t, p.lam)
                    for k in range(force.theta.shape[0]):
                        if talk.raising[k]:
                            talk.agenda[k] = tmp.issue_shock[k] < talk.raise_gain[k]
                            event_log.note(
                                log, count, t, event_log.RAISE, c, -1, k, talk.agenda[k],
                                talk.raise_gain[k], tmp.issue_shock[k], 0.0, 0.0, 0.0, 0.0, 0.0,
                            )  # fmt: skip
                negotiation.open_text(
                    talk.text, talk.tabled, talk.fresh, talk.agenda, force.theta, who.demander,
                    force.m, aims.W, aims.X, p.opening,
                )  # fmt: skip
                for k in range(force.theta.shape[0]):
                    if talk.fresh[k]:
                        event_log.note(
                            log, count, t, event_log.TABLE, -1, -1, k, True, 0.0, 0.0,
                            force.theta[k], talk.text[k], 0.0, 0.0, 0.0,
                        )  # fmt: skip
                # With nothing on the table there is nothing to vote on.
                if array_ops.any(talk.tabled, talk.tabled):
                    bargaining.nash_text(
                        tmp.draft, force.theta, talk.party, talk.agenda, value.voice, value.gain,
                        value.chi, aims.W, aims.X, p.r, p.eps, steps, p.nash_step,
                    )  # fmt: skip
                    negotiation.concede(talk.text, tmp.draft, talk.agenda, p.s_x)
                    negotiation.table_values(
                        value.u_table, value.V_s, talk.text, talk.tabled, force.theta, value.chi,
                        value.V_d, value.V_w, aims.W, aims.X, p.r,
                    )  # fmt: skip
                    for i in range(n):
                        tmp.own[i] = negotiation.votes(i, value.V_s, value.V_c)
                    ask(agents, "votes", tmp.own, -1)
                    array_ops.put(tmp.wish, tmp.own)
                    proxies.heed_all(
                        tmp.acting, tmp.own, tmp.wish, web.autonomy, web.pull, links.l_patron,
                        links.l_proxy,
                    )  # fmt: skip
                    ask(agents, "heeds", tmp.acting, -1)
                    ceasefire.crossing_costs(
                        truce.loyalty, tie.heeded, tie.Dep, truce.convener[0], p.varpi_vote, 0.0
                    )
                    draws.shocks(tmp.shock, keys, fed, draws.VOTE, ids.id_actor, t, p.lam)
                    for i in range(n):
                        tmp.patrons[i] = tmp.acting[i] - web.autonomy[i] * tmp.own[i]
                        tmp.acting[i] += truce.loyalty[i]
                        talk.asked[i] = who.veto[i] or who.guarantor[i]
                    array_ops.below(talk.voted, tmp.shock, tmp.acting)
                    ceasefire.below_in_public(talk.declared, tmp.shock, tmp.acting, p.kappa_face)
                    event_log.note_each(
                        log, count, t, event_log.VOTE, talk.asked, -1, tmp.no_issue, talk.voted,
                        tmp.acting, tmp.shock, tmp.own, tmp.patrons, truce.loyalty, tmp.none,
                        tmp.none,
                    )  # fmt: skip
                    negotiation.judge_votes(tie.good, tie.bad, who.guarantor, talk.voted)
                    agreed = negotiation.settled(
                        talk.voted, who.veto, talk.attending, who.brought, who.must_sign
                    )
                    event_log.note(
                        log, count, t, event_log.SETTLE, -1, -1, -1, agreed, 0.0, 0.0, 0.0, 0.0,
                        0.0, 0.0, 0.0,
                    )  # fmt: skip
                    if agreed:
                        truce.state[0] = SETTLEMENT
                    else:
                        talk.failed[0] += 1

        # 9 bilateral round
        if due(t, int(p.first_b), int(p.tau_b)) and links.pairs.shape[0] > 0:
            core = truce.state[0] == TRUCE and negotiation.any_core_tabled(topic.core, talk.tabled)
            for b in range(links.pairs.shape[0]):
                i, j = links.pairs[b, 0], links.pairs[b, 1]
                bargaining.bilateral_text(
                    talk.pair_text[b], talk.pair_local[b], i, j, force.theta, topic.minor,
                    value.voice, aims.W, aims.X, p.r, p.bilateral_eps, steps, p.nash_step,
                )  # fmt: skip
                for ally in range(2):
                    talk.pair_core[b, ally] = bargaining.endorsement(
                        links.pairs[b, ally], core, p.q_e, value.V_s, value.V_c
                    )
                    talk.pair_gain[b, ally] = bargaining.bargains(
                        talk.pair_local[b, ally], talk.pair_core[b, ally], p.c_b
                    )
            ask(agents, "bargains", talk.pair_gain, -1)
            draws.shocks(talk.pair_shock, keys, fed, draws.BILATERAL, ids.id_pair, t, p.lam)
            for b in range(links.pairs.shape[0]):
                talk.pair_deal[b] = core or talk.pair_gain[b, 0] + talk.pair_gain[b, 1] > 0.0
                if not talk.pair_deal[b]:
                    continue  # not worth a meeting
                i, j = links.pairs[b, 0], links.pairs[b, 1]
                for ally in range(2):
                    eta, gain = talk.pair_shock[2 * b + ally], talk.pair_gain[b, ally]
                    talk.pair_deal[b] = talk.pair_deal[b] and eta < gain
                    event_log.note(
                        log, count, t, event_log.BARGAIN, links.pairs[b, ally],
                        links.pairs[b, 1 - ally], -1, eta < gain, gain, eta,
                        talk.pair_local[b, ally], talk.pair_core[b, ally], p.c_b, 0.0, 0.0,
                    )  # fmt: skip
                event_log.note(
                    log, count, t, event_log.DEAL, i, j, -1, talk.pair_deal[b], 0.0, 0.0,
                    1.0 if core else 0.0, 0.0, 0.0, 0.0, 0.0,
                )  # fmt: skip
                if talk.pair_deal[b]:
                    tie.good[i, j] += 1.0
                    tie.good[j, i] += 1.0
                elif core:
                    tie.bad[i, j] += 1.0
                    tie.bad[j, i] += 1.0
            bargaining.strike(
                force.theta, topic.minor, talk.pair_text, talk.pair_deal, links.pairs, aims.W
            )

        # 10 local disputes, collapse takes effect, victory
        draws.uniforms_of(tmp.issue_draw, topic.renewed, keys, fed, draws.DISPUTE, ids.id_issue, t)
        draws.uniforms_of(
            tmp.issue_draw2, topic.renewed, keys, fed, draws.DISPUTE_VALUE, ids.id_issue, t
        )
        bargaining.renew(
            force.theta, topic.renew_chance, topic.renew_to, topic.renew_random, tmp.issue_draw,
            tmp.issue_draw2,
        )  # fmt: skip
        for k in range(force.theta.shape[0]):
            if tmp.issue_draw[k] < topic.renew_chance[k]:
                event_log.note(
                    log, count, t, event_log.DISPUTE, -1, -1, k, True, topic.renew_chance[k],
                    tmp.issue_draw[k], force.theta[k], 0.0, 0.0, 0.0, 0.0,
                )  # fmt: skip
        for k in range(force.theta.shape[0] if p.clashes > 0.5 else 0):
            if not topic.minor[k] or tmp.issue_draw[k] >= topic.renew_chance[k]:
                continue  # nothing new to quarrel over
            for b in range(links.pairs.shape[0]):
                i, j = links.pairs[b, 0], links.pairs[b, 1]
                talk.clashing[b] = rivalry.contested(i, j, k, force.theta, aims.W, aims.X)
                odds = rivalry.chance_to_prevail(i, j, web.ground_control)
                for ally in range(2):
                    a, other = links.pairs[b, ally], links.pairs[b, 1 - ally]
                    talk.prize[b, ally] = rivalry.prize(
                        a, other, k, force.theta, aims.W, aims.X, p.r, p.clash_step,
                        odds if ally == 0 else 1.0 - odds,
                    )  # fmt: skip
                    talk.clash_gain[b, ally] = rivalry.clashes(
                        talk.prize[b, ally], tie.heeded[a, other], tie.Dep[a, other], p.varpi,
                        p.varpi_D, p.c_clash,
                    )  # fmt: skip
            ask(agents, "clashes", talk.clash_gain, k)
            draws.shocks(talk.pair_shock, keys, fed, draws.CLASH, ids.id_clash[k], t, p.lam)
            draws.uniforms(tmp.pair_draw, keys, fed, draws.PREVAIL, ids.id_clash[k], t)
            for b in range(links.pairs.shape[0]):
                if not talk.clashing[b]:
                    continue
                i, j = links.pairs[b, 0], links.pairs[b, 1]
                odds = rivalry.chance_to_prevail(i, j, web.ground_control)
                begun = False
                for ally in range(2):
                    a, other = links.pairs[b, ally], links.pairs[b, 1 - ally]
                    eta, gain = talk.pair_shock[2 * b + ally], talk.clash_gain[b, ally]
                    begun = begun or eta < gain
                    event_log.note(
                        log, count, t, event_log.CLASH, a, other, k, eta < gain, gain, eta,
                        talk.prize[b, ally], tie.heeded[a, other], tie.Dep[a, other], p.c_clash,
                        0.0,
                    )  # fmt: skip
                if begun:
                    won, lost = (i, j) if tmp.pair_draw[2 * b] < odds else (j, i)
                    force.theta[k] += p.clash_step * (aims.X[won, k] - force.theta[k])
                    tie.bad[i, j] += 1.0
                    tie.bad[j, i] += 1.0
                    event_log.note(
                        log, count, t, event_log.PREVAIL, won, lost, k, True, 0.0, 0.0,
                        force.theta[k], 0.0, 0.0, 0.0, 0.0,
                    )  # fmt: skip
        truce.age[0] += 1
        if truce.collapsing[0]:
            truce.state[0] = WAR
        if p.victory > 0.5 and territory >= 0:
            if truce.state[0] == WAR or truce.state[0] == TRUCE:
                force.held[0] = fighting.weeks_held(
                    force.held[0], force.theta[territory], p.victory_at
                )
            elif truce.state[0] == SETTLEMENT:
                force.held[0] = 0
            # Kept after a victory: it says whose.
            if truce.state[0] != VICTORY and abs(force.held[0]) >= p.victory_weeks:
                truce.state[0] = VICTORY
                event_log.note(
                    log, count, t, event_log.VICTORY, -1, -1, territory, True, 0.0, 0.0,
                    force.theta[territory], float(abs(force.held[0])), 0.0, 0.0, 0.0,
                )  # fmt: skip

        # 11 military dynamics
        fighting.fight(
            force.active, force.going_on, force.fighting, who.fights, force.effort, who.covered,
            truce.state[0], truce.violates,
        )  # fmt: skip
        fighting.side_shares(force.shares, force.going_on, who.side, force.engaged)
        fighting.fight_there(
            force.active_there, force.active, force.effort, who.fights, topic.beyond,
            truce.state[0], truce.violates,
        )  # fmt: skip
        force.intensity[0] = fighting.intensities(
            force.by_place, force.active_there, force.arms, who.places
        )
        if territory >= 0:
            draws.uniforms(tmp.luck, keys, fed, draws.TERRITORY, ids.id_run, t)
            z = tmp.luck[0] if fed.shape[0] > 0 else draws.normal_of(tmp.luck[0])
            before = force.theta[territory]
            force.theta[territory] = fighting.move_front(
                before, force.psi[0], force.shares, p.nu, p.sigma, z
            )
            inside = 0.0 < before < 1.0 and 0.0 < force.theta[territory] < 1.0
            if p.learning > 0.5 and truce.state[0] == WAR and inside:
                # A week that ends at a border shows less than the forces did.
                force.learned[0] += 1
                war.learn_from_war(
                    force.optimism, force.theta[territory] - before, force.psi[0], p.nu, p.n0,
                    force.learned[0],
                )  # fmt: skip
        fighting.advance(force.theta, topic.advances, force.active, force.arms, p.nu_advance)
        fighting.clip_positions(force.theta)
        for k in range(force.theta.shape[0]):
            if force.pinned[k] >= 0.0:
                force.theta[k] = force.pinned[k]
        fighting.attrit(
            force.m, force.m0, force.strengths, force.shares, who.side, who.armed, p.ell, p.rep,
            p.force_floor,
        )  # fmt: skip

        # 12 experience and ties
        if truce.state[0] == WAR:
            ties.live_through_war(tie.good, tie.bad, who.side, p.s_fight)
        ties.learn(tie.E, tie.good, tie.bad, p.kap_pos, p.kap_neg, p.d_E)
        ties.third_parties(tie.B, tie.T, force.mu)
        ties.drift(tie.T, tie.accounts, tie.B, aims.A, tie.E, p.phi_A, p.phi_E, p.phi_B)

        # 13 record
        if count[event_log.UNSOUND] == 0 and not (
            array_ops.finite_rows(kept.run)
            and array_ops.finite_rows(kept.camp)
            and array_ops.finite_rows(kept.place)
            and array_ops.finite_rows(kept.actor)
            and array_ops.finite_rows(kept.issue)
            and array_ops.finite_tables(kept.taste)
            and array_ops.finite_tables(kept.dyad)
            and array_ops.finite_tables(kept.account)
            and array_ops.finite_rows(kept.objective)
            and array_ops.finite_rows(kept.link)
        ):
            count[event_log.UNSOUND] = t + 1
        array_ops.keep_rows(rec.run, t, kept.run)
        array_ops.keep_rows(rec.status, t, kept.status)
        array_ops.keep_rows(rec.camp, t, kept.camp)
        array_ops.keep_rows(rec.place, t, kept.place)
        array_ops.keep_rows(rec.actor, t, kept.actor)
        array_ops.keep_rows(rec.actor_flag, t, kept.actor_flag)
        array_ops.keep_rows(rec.issue, t, kept.issue)
        array_ops.keep_rows(rec.issue_flag, t, kept.issue_flag)
        array_ops.keep_tables(rec.taste, t, kept.taste)
        array_ops.keep_tables(rec.dyad, t, kept.dyad)
        array_ops.keep_tables(rec.account, t, kept.account)
        array_ops.keep_rows(rec.objective, t, kept.objective)
        array_ops.keep_rows(rec.objective_flag, t, kept.objective_flag)
        array_ops.keep_rows(rec.link, t, kept.link)
