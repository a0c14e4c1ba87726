"""Numbers on results: each a function of a results Dataset, with its definition and its source.

* pairs and sets of actors: `ties`, `tie`, `drift_accounts`, `drift_by_issue`, `cohesion`,
  `drift_rate`
* turns of a tie: `divergence`, `rupture`
* pairs that held, were strained or broke: `breaks`, `break_shares`; cooling and hostility told
  apart: `cooling`, `hostility`
* camps: `camps`, `eigenvector_split`, `sides`, `apart`, `line_ups`, `line_ups_over_time`; of any
  signed network `best_division`, `eigenvector_signs`, `frustration_of`
* landscape: `landscape`, `line_up_energy`; on any numbers `energies`, `local_minima`
* ceasefires: `ceasefires`, `under_ceasefire`, `ceasefire_attempts`, `willingness`,
  `ceasefire_lengths`, `ceasefire_survival`, `ceasefire_hazard`, `first_breakers`
* talks: `talks`, `attendance`, `votes`, `settlements`, `said_and_done`
* violence and blame: `violence`, `violence_by_theatre`, `ceasefire_violence`, `breaches_by_camp`,
  `breach_weights`, `breach_rates`, `spoiling`, `blame_concentration`
* ends: `outcomes`, `outcome_shares`
* tools: `kaplan_meier`, `median_weeks`, `mean_interval`, `wilson`, `paired_difference`

What causes did, by runs with and without them, is in `sim.experiments.causes`.
"""

from __future__ import annotations

from typing import NoReturn

from sim.measures.breaches import (
    blame_concentration,
    breach_rates,
    breach_weights,
    breaches_by_camp,
    ceasefire_violence,
    spoiling,
    violence,
    violence_by_theatre,
)
from sim.measures.breaks import break_shares, breaks, cooling, hostility
from sim.measures.ceasefire_spells import (
    CENSORED,
    COLLAPSE,
    SETTLEMENT,
    SPELL,
    ceasefire_attempts,
    ceasefire_hazard,
    ceasefire_lengths,
    ceasefire_survival,
    ceasefires,
    first_breakers,
    under_ceasefire,
    willingness,
)
from sim.measures.dyads import (
    cohesion,
    divergence,
    drift_accounts,
    drift_by_issue,
    drift_rate,
    rupture,
    tie,
    ties,
)
from sim.measures.intervals import LEVEL, mean_interval, paired_difference, several, wilson
from sim.measures.landscapes import (
    configurations,
    energies,
    landscape,
    line_up_energy,
    local_minima,
)
from sim.measures.negotiation import attendance, said_and_done, settlements, talks, votes
from sim.measures.structural_balance import (
    MOST_ENUMERATED,
    OTHERS,
    Camps,
    apart,
    best_division,
    camps,
    eigenvector_signs,
    eigenvector_split,
    frustration_of,
    line_ups,
    line_ups_over_time,
    sides,
)
from sim.measures.survival import kaplan_meier, median_weeks
from sim.measures.war_outcomes import MEANINGS, STATES, outcome_shares, outcomes

__all__ = [
    "CENSORED", "COLLAPSE", "LEVEL", "MEANINGS", "MOST_ENUMERATED", "OTHERS", "SETTLEMENT", "SPELL",
    "STATES", "Camps", "apart", "attendance", "best_division", "blame_concentration",
    "breach_rates", "breach_weights", "breaches_by_camp", "break_shares", "breaks", "camps",
    "ceasefire_attempts", "ceasefire_hazard", "ceasefire_lengths", "ceasefire_survival",
    "ceasefire_violence", "ceasefires", "cohesion", "configurations", "cooling", "divergence",
    "drift_accounts",
    "drift_by_issue", "drift_rate", "eigenvector_signs", "eigenvector_split", "energies",
    "first_breakers", "frustration_of", "hostility", "kaplan_meier", "landscape", "line_up_energy",
    "line_ups", "line_ups_over_time", "local_minima", "mean_interval", "median_weeks",
    "outcome_shares", "outcomes", "paired_difference", "rupture", "said_and_done", "settlements",
    "several", "sides", "spoiling", "talks", "tie", "ties", "under_ceasefire", "violence",
    "violence_by_theatre", "votes", "willingness", "wilson",
]  # fmt: skip

_RENAMED = {"truce_violence": "ceasefire_violence", "under_truce": "under_ceasefire"}


def __getattr__(name: str) -> NoReturn:
    """Refuse a name that there is not, with its new name if it is one of an earlier version."""
    hint = f" (now {_RENAMED[name]!r})" if name in _RENAMED else ""
    raise AttributeError(f"module 'sim.measures' has no attribute {name!r}{hint}")


def __dir__() -> list[str]:
    """The public names, without the modules that hold them."""
    return sorted(__all__)
