"""The schedule: one week as ordered phases, said once and run by both drivers.

`play` is compiled, for ensembles; the Mesa model runs the same text in Python, `play_in_python`,
one week at a time, and lets its agents answer where a phase asks them.
"""

from __future__ import annotations

from sim.engine.inlined_phases import inlined
from sim.engine.phases.bilateral_round import hold_bilateral_round
from sim.engine.phases.ceasefire_round import hold_ceasefire_round
from sim.engine.phases.compliance import keep_or_break
from sim.engine.phases.contention import contend
from sim.engine.phases.delivery import deliver
from sim.engine.phases.disputes import end_ceasefire_or_war, renew_disputes
from sim.engine.phases.experience import drift
from sim.engine.phases.military import fight
from sim.engine.phases.negotiation_round import hold_negotiation_round
from sim.engine.phases.objectives import update_objectives
from sim.engine.phases.record import keep
from sim.engine.phases.revision import revise
from sim.engine.phases.shifts import apply_shifts, follow_course
from sim.engine.phases.values import value_peace, value_war
from sim.engine.phases.week import Week
from sim.engine.phases.week_start import begin_week
from sim.rules.jit import compiled


def play_in_python(g, p, w, rec, log, counter, keys, fed, first, last, agents) -> None:
    """Play the weeks from `first` to `last` (excluded).

    One week, phase by phase; in each phase every actor is asked before anything changes:

    1. shifts: dated changes in what actors are given, and the given course of a front
    2. objectives: the contest of forces and the drift that each believes in; satisfied,
       threatened or in danger, attention, alignment
    3. war: lottery, values of war, of a partner, of ceasefire and settlement; who holds back
    4. ceasefire round (every `ceasefire_period` weeks, in war): convener, consultation, terms,
       ratification
    5. orders, compliance, observation, blame (in a ceasefire or settlement)
    6. revision: a patron that was left out and is blamed is asked after all
    7. delivery, wear of leverage, draw of a collapse; the winners' terms after a victory
    8. negotiation round (every `negotiation_period` weeks, in a ceasefire): attendance, text, vote
    9. bilateral round (every `bilateral_period` weeks): allies patch their differences
    10. new local disputes; a collapse takes effect; a front held long enough, or the given day, is
        a victory
    11. military dynamics: fighting, territory, forces; optimism learns; where allies hold what
        others claim, they demand, agree, attack, join, break with each other and make peace
    12. experience and ties
    13. record

    Parameters
    ----------
    g, p, w : Inputs, ParameterValues, World
        `w` is changed.
    rec, log, counter, keys, fed, agents
        See `sim.engine.phases.week.Week`.
    first, last : int
        Weeks, from 0; `last` is not played.
    """
    for t in range(first, last):
        week = Week(t, keys, fed, log, counter, rec, agents)
        begin_week(week, p, w)
        apply_shifts(week, g, w)  # 1
        follow_course(week, g, w)
        update_objectives(week, p, g, w)  # 2
        value_war(week, p, g, w)  # 3
        value_peace(p, g, w)
        hold_ceasefire_round(week, p, g, w)  # 4
        keep_or_break(week, p, g, w)  # 5
        revise(week, p, g, w)  # 6
        deliver(week, p, g, w)  # 7
        hold_negotiation_round(week, p, g, w)  # 8
        hold_bilateral_round(week, p, g, w)  # 9
        renew_disputes(week, g, w)  # 10
        end_ceasefire_or_war(week, p, g, w)
        fight(week, p, g, w)  # 11
        contend(t, keys, log, counter, agents, p, g, w)
        drift(p, g, w)  # 12
        keep(week, w)  # 13


play = compiled(inlined(play_in_python, "play"))
