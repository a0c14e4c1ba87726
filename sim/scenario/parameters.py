"""The table of the numbers of the theory, and its mechanisms that can be switched.

A number is said once, here, with all that is known of it; what a scenario may hold, what a run is
given, how far an audit moves it and what the documentation says of it are read from this table.
"""

# ruff: noqa: RUF001 (the symbols are Greek)
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from pydantic import Field

from sim.scenario.base_types import (
    WEEKS,
    Floor,
    Rate,
    StrictModel,
    Times,
    Unit,
    Weeks,
    WeeksFromOne,
    same_type,
)

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

MONITORED = "monitored"
"""Owner of the numbers that count only where the ceasefire is monitored; no mechanism."""


@dataclass(frozen=True)
class Number:
    """What is known of a parameter besides its type, bounds, default and meaning.

    Attributes
    ----------
    symbol : str
        In the equations of the theory; empty if it has none.
    plausible : (float, float) or None
        How far it may plausibly go; None if nobody has thought of a range.
    times : (str, float, float) or None
        The same as multiples of another parameter.
    mechanism : str
        The mechanism that it belongs to, or `MONITORED`; empty if it always counts. While that is
        off the parameter says nothing, and to set it is an error.
    off : float or None
        Its value while the mechanism is off; None if a rule is left out instead.
    source : str
        Where it comes from, and whether its value is assumed or calibrated.
    """

    symbol: str = ""
    plausible: tuple[float, float] | None = None
    times: tuple[str, float, float] | None = None
    mechanism: str = ""
    off: float | None = None
    source: str = ""

    @property
    def numerical(self) -> bool:
        """Whether it belongs to a computation, so that no claim about a war hangs on it."""
        return self.source.startswith("numerical") and self.plausible is None


def number(default: float, meaning: str, title: str | None = None, **known: Any) -> Any:
    """A row of the table: a field of `Parameters`.

    Parameters
    ----------
    default : float
        Value in a scenario that does not set it.
    meaning : str
        In the field's words, with its unit.
    title : str, optional
        What it is called inside a sentence, if not by its meaning.
    **known
        See `Number`.
    """
    field: Any = Field(default, description=meaning, title=title)
    field.metadata.append(Number(**known))
    return field


class Parameters(StrictModel):
    """Every number of the theory that belongs to no actor and no issue.

    Time is in weeks, values in utility (0 to 1), positions from 0 to 1.
    """

    # objectives
    loss_exponent: Annotated[Literal[1, 2], same_type(0)] = number(
        2, "exponent of the loss from distance", symbol="r", plausible=(1, 2),
        source="compromise model: Achen in Thomson et al. 2006; assumed",
    )  # fmt: skip
    long_term_horizon: Annotated[float, Field(ge=0, le=1e6)] = number(
        52, "horizon of long-term objectives, weeks", symbol="τ_L", plausible=(26, 156),
        source="assumed",
    )  # fmt: skip
    attention_speed: Rate = number(
        0.1, "speed at which attention falls and returns, a week", symbol="ρ_a",
        plausible=(0.03, 0.3), source='direction: "slowly diverging", Haid 2017; assumed',
    )  # fmt: skip
    attention_floor: Unit = number(
        0.1, "salience that a satisfied objective keeps", symbol="a_min", plausible=(0, 0.3),
        mechanism="salience_decay", off=1.0, source="assumed",
    )  # fmt: skip
    weight_spread: Annotated[float, Field(ge=0, le=5)] = number(
        0.25, "spread of weights across runs (log)", symbol="σ_w", plausible=(0, 0.5),
        mechanism="heterogeneity", off=0.0, source="assumed",
    )  # fmt: skip
    ideal_spread: Annotated[float, Field(ge=0, le=1)] = number(
        0.05, "spread of ideals across runs", symbol="σ_x", plausible=(0, 0.1),
        mechanism="heterogeneity", off=0.0, source="assumed",
    )  # fmt: skip
    # war
    front_speed: Rate = number(
        0.008, "speed of territory, a week", symbol="ν", plausible=(0.004, 0.02),
        source="random-walk war: Smith 1998, Smith and Stam; calibrated by hand",
    )  # fmt: skip
    front_volatility: Rate = number(
        0.01, "volatility of territory, a week", symbol="σ", plausible=(0.004, 0.02),
        source="random-walk war: Smith 1998, Smith and Stam; calibrated by hand",
    )  # fmt: skip
    perceived_volatility: Annotated[float, Field(ge=1e-6, le=10)] = number(
        0.06, "perceived volatility of territory", symbol="σ_b", plausible=(0.03, 0.12),
        source="assumed; the most influential number of all",
    )  # fmt: skip
    mutual_optimism: Annotated[float, Field(ge=0, le=10)] = number(
        0.01, "mutual optimism, in drift a week", symbol="opt", plausible=(0.004, 0.02),
        mechanism="optimism", off=0.0, source="Blainey 1973, Fearon 1995; calibrated by hand",
    )  # fmt: skip
    optimism_weeks: Annotated[float, Field(ge=0, le=WEEKS)] = number(
        10, "weeks of war that optimism is worth when it is learned away", symbol="n_0",
        plausible=(5, 60), mechanism="learning",
        source="learning in war: Smith and Stam; calibrated by hand",
    )  # fmt: skip
    advance_speed: Rate = number(
        0.006, "weekly progress of an issue that advances while its movers fight",
        symbol="ν_route", plausible=(0, 0.01), mechanism="advances", off=0.0, source="assumed",
    )  # fmt: skip
    task_exponent: Annotated[float, Field(ge=0.01, le=1)] = number(
        0.5, "task complementarity (1: none)", symbol="c", plausible=(0.3, 1),
        mechanism="task_complementarity", off=1.0,
        source='direction: "division of tasks", Haid 2017; assumed',
    )  # fmt: skip
    attrition_rate: Rate = number(
        0.02, "attrition", symbol="ℓ", plausible=(0, 0.05), mechanism="attrition", off=0.0,
        source="Lanchester 1916; assumed",
    )  # fmt: skip
    replenishment_rate: Rate = number(
        0.05, "replenishment", symbol="rep", plausible=(0, 0.1), mechanism="attrition", off=0.0,
        source="assumed",
    )  # fmt: skip
    # choice and ceasefires
    choice_precision: Annotated[float, Field(ge=1e-6, le=1e6)] = number(
        80, "precision of choice", symbol="λ", plausible=(30, 200),
        source="quantal response: McKelvey and Palfrey 1995, Esarey et al. 2008; assumed",
    )  # fmt: skip
    believed_settlement_hazard: Rate = number(
        0.06, "believed weekly hazard of a settlement", symbol="h_s", plausible=(0.02, 0.12),
        source="assumed",
    )  # fmt: skip
    base_hazard: Rate = number(
        0.003, "weekly hazard of collapse without violations", symbol="h_0",
        plausible=(0.001, 0.02),
        source="44 ceasefires in Syria by January 2017, 7 still holding (Strategy Bridge); falls "
        "of the world's ceasefires; calibrated by hand",
    )  # fmt: skip
    added_hazard: Annotated[float, Field(ge=0, le=20)] = number(
        1.2, "added hazard at full violation", symbol="h_1", plausible=(0.5, 3),
        source="as base_hazard; calibrated by hand",
    )  # fmt: skip
    hazard_power: Annotated[int, Field(ge=1, le=9)] = number(
        3, "power to which the hazard rises with the violation intensity", plausible=(2, 4),
        mechanism="hazard", source="as base_hazard; calibrated by hand",
    )  # fmt: skip
    violence_smoothing: Rate = number(
        0.5, "smoothing of the violation intensity", symbol="g_v", plausible=(0.2, 1),
        source="assumed",
    )  # fmt: skip
    military_gain: Unit = number(
        0.06, "military gain from going on", symbol="γ", plausible=(0.03, 0.15),
        mechanism="military_gain", off=0.0, source="calibrated by hand",
    )  # fmt: skip
    loyalty: Unit = number(
        0.06, "loyalty: cost of crossing a trusted convener", symbol="ϖ", plausible=(0.03, 0.1),
        mechanism="loyalty", off=0.0, source="alliance dilemma: Snyder; calibrated by hand",
    )  # fmt: skip
    dependence_weight: Unit = number(
        0.3, "dependence: cost of crossing a convener, per value of war lost without it",
        symbol="ϖ_D", plausible=(0.1, 0.6), mechanism="dependence", off=0.0,
        source="alliance dilemma: Snyder; assumed",
    )  # fmt: skip
    open_refusal_cost: Unit = number(
        0.08, "cost of an open refusal; feeds back on nothing but what is said", symbol="κ_face",
        plausible=(0.04, 0.15), mechanism="public", off=0.0,
        source="only read out; calibrated by hand",
    )  # fmt: skip
    contagion: Times = number(
        0.03, "contagion of violations", symbol="ξ", plausible=(0.01, 0.12),
        mechanism="contagion", off=0.0,
        source='direction: "encouraged the regime", Haid 2017; assumed',
    )  # fmt: skip
    disarmed_vulnerability: Unit = number(
        0.1, "vulnerability after disarming, in territory", symbol="s_cp", plausible=(0, 0.2),
        mechanism="commitment_problem", off=0.0,
        source="Powell 2004 and 2006, Walter 2002; assumed",
    )  # fmt: skip
    delivery_speed: Rate = number(
        0.15, "delivery of side payments, a week", symbol="ρ_d", plausible=(0.05, 0.3),
        source="assumed",
    )  # fmt: skip
    prestige_step: Rate = number(
        0.15, "prestige moved by a deal", symbol="step", plausible=(0.05, 0.3),
        mechanism="prestige", off=0.0, source="direction: Haid 2017; assumed",
    )  # fmt: skip
    consultation_slope: Times = number(
        8, "slope of consultation in the tie", symbol="k_q", plausible=(4, 16),
        source="exclusion of relevant parties: Cunningham 2006; the rule is ours; assumed",
    )  # fmt: skip
    consultation_tie: Annotated[float, Field(ge=-1, le=1)] = number(
        0.25, "tie at which consultation is even", symbol="τ_q", plausible=(0, 0.5),
        source="as consultation_slope; assumed",
    )  # fmt: skip
    revision_chance: Rate = number(
        0.5, "weekly chance that a sabotaged deal is revised", symbol="ρ_rev", plausible=(0.1, 1),
        mechanism="revision", off=0.0,
        source="Aleppo was revised within days (ISW, December 2016); assumed",
    )  # fmt: skip
    surplus_floor: Floor = number(
        0.02, "floor of the surplus in the Nash text", symbol="ε", plausible=(0.005, 0.05),
        source="numerical",
    )  # fmt: skip
    leverage_wear: Rate = number(
        0.1, "wear of leverage when a client is pressed", symbol="φ_f", plausible=(0.03, 0.3),
        mechanism="fatigue", off=0.0,
        source="leverage wanes: Beardsley 2008, Werner and Yuen 2005; assumed",
    )  # fmt: skip
    leverage_recovery: Rate = number(
        0.2, "recovery of leverage by concessions", symbol="φ_r", plausible=(0.05, 0.5),
        source="as leverage_wear; assumed",
    )  # fmt: skip
    full_concession: Floor = number(
        0.004, "concession that restores leverage fully, in utility", symbol="u_0",
        source="assumed",
    )  # fmt: skip
    observation_chance: Unit = number(
        0.8, "chance that a violation is observed", symbol="obs", plausible=(0.5, 1),
        source="assumed",
    )  # fmt: skip
    attribution_chance: Unit = number(
        1.0, "chance that an observed violation is laid at the right door",
        title="chance that an observed violation is blamed on the one who committed it",
        symbol="q_att", source="assumed; 1 leaves it out",
    )  # fmt: skip
    # talks
    ceasefire_period: WeeksFromOne = number(
        4, "weeks between ceasefire rounds", symbol="τ_c", plausible=(2, 12), source="assumed",
    )  # fmt: skip
    negotiation_period: WeeksFromOne = number(
        8, "weeks between negotiation rounds", symbol="τ_n", plausible=(2, 12),
        source="the talks at Astana met about every 6 to 8 weeks in 2017; assumed",
    )  # fmt: skip
    bilateral_period: WeeksFromOne = number(
        4, "weeks between bilateral rounds", symbol="τ_b", plausible=(2, 12),
        mechanism="bilateral", source="assumed",
    )  # fmt: skip
    first_ceasefire_round: Weeks = number(
        0, "week of the first ceasefire round", source="order of the phases",
    )  # fmt: skip
    first_negotiation_round: Weeks = number(
        2, "week of the first negotiation round", source="order of the phases",
    )  # fmt: skip
    first_bilateral_round: Weeks = number(
        3, "week of the first bilateral round", mechanism="bilateral",
        source="order of the phases",
    )  # fmt: skip
    concession_rate: Rate = number(
        0.25, "concession rate of the single text, a round", symbol="s_x", plausible=(0.1, 0.5),
        source="single text: Raiffa 1982, Klein et al. 2003; assumed",
    )  # fmt: skip
    attendance_cost: Unit = number(
        0.06, "cost of sitting down with a violator", symbol="c_att", plausible=(0.02, 0.12),
        mechanism="attendance_cost", off=0.0,
        source="rebels left talks over breaches, 2 January 2017 (SNHR); assumed",
    )  # fmt: skip
    implementation_speed: Rate = number(
        0.03, "implementation of a settlement, a week", symbol="ρ_i", plausible=(0.01, 0.1),
        source="assumed",
    )  # fmt: skip
    dispute_rate: Rate = number(
        0.08, "arrival of new local disputes, a week and issue", symbol="q_chip",
        plausible=(0.02, 0.2), mechanism="local_disputes", off=0.0, source="assumed",
    )  # fmt: skip
    endorsement_weight: Unit = number(
        0.5, "weight of endorsing the core in bilateral talks", symbol="q_e", plausible=(0.2, 1),
        mechanism="bilateral", source="assumed",
    )  # fmt: skip
    bilateral_deal_cost: Unit = number(
        0.005, "cost of a bilateral deal", symbol="c_b", plausible=(0, 0.02),
        mechanism="bilateral", source="assumed",
    )  # fmt: skip
    # ties
    learning_from_good: Rate = number(
        0.1, "learning from good events", symbol="κ₊", plausible=(0.05, 0.2),
        source="trust is easier to lose: Slovic 1993; value assumed",
    )  # fmt: skip
    learning_from_bad: Rate = number(
        0.15, "learning from bad events", symbol="κ₋", times=("learning_from_good", 1, 3),
        source="as learning_from_good; value assumed",
    )  # fmt: skip
    forgetting: Rate = number(
        0.02, "forgetting of experience, a week", symbol="d_E", plausible=(0.01, 0.05),
        source="assumed",
    )  # fmt: skip
    war_intensity: Unit = number(
        0.2, "intensity of a week of war, for experience", symbol="s_fight",
        plausible=(0.05, 0.5), source="assumed",
    )  # fmt: skip
    violation_intensity: Unit = number(
        0.25, "intensity of a violation, for experience", symbol="s_viol", plausible=(0.05, 0.5),
        source="assumed",
    )  # fmt: skip
    pull_of_alignment: Rate = number(
        0.04, "pull of alignment on ties, a week", symbol="φ_A", plausible=(0.02, 0.08),
        source="assumed",
    )  # fmt: skip
    pull_of_experience: Rate = number(
        0.03, "pull of experience on ties, a week", symbol="φ_E", plausible=(0.015, 0.06),
        mechanism="experience", off=0.0, source="assumed",
    )  # fmt: skip
    pull_of_third_parties: Rate = number(
        0.08, "pull of third parties on ties, a week", symbol="φ_B", plausible=(0, 0.16),
        mechanism="third_parties", off=0.0,
        source="balance: Kulakowski et al. 2005, Marvel et al. 2011, Traag et al. 2013; threat: "
        "Walt 1987; power: Christia 2012; value assumed",
    )  # fmt: skip
    # constants that can be set too
    nuisance_min: Unit = number(
        0.02, "nuisance power from which a patron may be consulted", source="assumed",
    )  # fmt: skip
    stake_min: Unit = number(
        0.05, "stake from which being left out hurts", source="assumed",
    )  # fmt: skip
    blame_min: Times = number(
        0.5, "blame from which a patron is bought in", source="assumed",
    )  # fmt: skip
    talks_min_age: Weeks = number(
        2, "weeks of ceasefire before talks", source="assumed",
    )  # fmt: skip
    camp_violence_smoothing: Rate = number(
        0.2, "smoothing of violations by side", source="assumed",
    )  # fmt: skip
    camp_violence_reset: Rate = number(
        0.5, "how far a new ceasefire resets them to 1/2",
        title="how far a new ceasefire brings violations by side back to 1/2", source="assumed",
    )  # fmt: skip
    settlement_hazard_factor: Annotated[float, Field(ge=0, le=1000)] = number(
        0.25, "factor on base_hazard in a settlement",
        title="factor on the weekly hazard of collapse in a settlement", source="assumed",
    )  # fmt: skip
    bilateral_surplus_floor: Floor = number(
        0.001, "floor of the surplus in bilateral talks", mechanism="bilateral",
        source="numerical",
    )  # fmt: skip
    opening_offer: Unit = number(
        0.5, "where a newly tabled issue opens, between status quo and demand", source="assumed",
    )  # fmt: skip
    burn_in: Annotated[int, Field(ge=0, le=100000)] = number(
        300, "steps that the first ties settle", source="numerical",
    )  # fmt: skip
    nash_steps: Annotated[int, Field(ge=1, le=100000)] = number(
        12, "fixed-point steps of the Nash text", source="numerical; 60 for r = 1",
    )  # fmt: skip
    nash_damping: Annotated[float, Field(ge=0.001, le=1)] = number(
        0.6, "damping of these steps", title="damping of the fixed-point steps of the Nash text",
        source="numerical",
    )  # fmt: skip
    monitored_observation_chance: Unit = number(
        0.95, "chance that a violation is observed where the ceasefire is monitored",
        symbol="obs_m", plausible=(0.9, 1), mechanism="monitored",
        source="monitors: Fortna 2003; value assumed",
    )  # fmt: skip
    breach_cost: Unit = number(
        0.03, "cost of a breach that a monitor sees, to who commits it", symbol="β",
        plausible=(0.01, 0.1), mechanism="monitored",
        source="as monitored_observation_chance; value assumed",
    )  # fmt: skip
    guarantor_breach_cost: Unit = number(
        0.1,
        "cost of a breach to the client of a guarantor that would comply, per share of the "
        "guarantor's capability on the ground",
        title="cost of a breach to the client of a guarantor that would comply",
        symbol="β_troops", plausible=(0.03, 0.3), mechanism="troops", off=0.0,
        source="third-party guarantees: Walter 2002; value assumed",
    )  # fmt: skip
    walkout_rounds: Weeks = number(
        2, "rounds that a party stays away from talks after breaches by the others",
        plausible=(1, 4), mechanism="walking_out", off=0,
        source="rebels suspended talks over breaches, 2 January 2017 (SNHR); assumed",
    )  # fmt: skip
    # wars among members of a coalition
    breach_price: Unit = number(
        0.03, "price of a breach of the peace: an attack, joining a war, a rupture, a return",
        symbol="c_r", plausible=(0.01, 0.08),
        source="level of breaks in base rates (one in five); assumed",
    )  # fmt: skip
    war_speed: Rate = number(
        0.03, "speed of the front of a war among members at full superiority, a week",
        symbol="ν_s", plausible=(0.015, 0.06),
        source="two to one wins three in four; assumed",
    )  # fmt: skip
    war_volatility: Rate = number(
        0.06, "volatility of the front of such a war, a week", symbol="σ_s",
        plausible=(0.03, 0.09), source="two thirds of perceived_volatility; assumed",
    )  # fmt: skip
    war_optimism: Rate = number(
        0.012, "drift that a party to such a war believes in beyond what forces show, a week",
        symbol="opt_s", plausible=(0, 0.03), source="Blainey 1973; value assumed",
    )  # fmt: skip
    left_after_defeat: Unit = number(
        0.2, "share of its force that a defeat leaves to the enemy", plausible=(0.05, 0.5),
        source="assumed",
    )  # fmt: skip
    resolve_weeks: WeeksFromOne = number(
        52, "weeks that a resolve to attack, break or return lasts (for peace too, if resolve is "
        "'lasting')",
        symbol="τ_η",
        plausible=(26, 104), source="assumed",
    )  # fmt: skip
    war_cost: Annotated[float, Field(ge=0, le=1000)] = number(
        1, "factor on every actor's flow cost of war", plausible=(0.33, 3),
        source="assumed; calibrated (docs/CALIBRATION.md)",
    )  # fmt: skip
    cost_saved_by_holding_back: Unit = number(
        0.1, "part of the flow cost of war that an actor saves by holding back",
        plausible=(0, 0.4), mechanism="fights",
        source="assumed; calibrated (docs/CALIBRATION.md)",
    )  # fmt: skip
    force_floor: Unit = number(
        0.01, "share of its start that an attrited force keeps", source="numerical",
    )  # fmt: skip
    victory_at: Annotated[float, Field(gt=0.5, le=1)] = number(
        0.97, "territory from which a camp holds all (the other: from 1 less it down)",
        plausible=(0.87, 1), mechanism="victory", source="by definition",
    )  # fmt: skip
    victory_weeks: WeeksFromOne = number(
        8, "weeks in a row that make it a victory",
        title="weeks in a row at the end of the front that make it a victory",
        mechanism="victory", source="assumed",
    )  # fmt: skip


class Mechanisms(StrictModel):
    """Each part of the theory, on or off."""

    salience_decay: bool = Field(
        True,
        description="off: a satisfied objective presses on (attention_floor = 1)",
        title="decay of attention to satisfied aims",
    )
    experience: bool = Field(
        True, description="off: pull_of_experience = 0", title="experience in ties"
    )
    third_parties: bool = Field(
        True, description="off: pull_of_third_parties = 0", title="third parties in ties"
    )
    loyalty: bool = Field(True, description="off: loyalty = 0", title="loyalty to the convener")
    optimism: bool = Field(True, description="off: mutual_optimism = 0", title="mutual optimism")
    military_gain: bool = Field(True, description="off: military_gain = 0")
    bilateral: bool = Field(True, description="off: no bilateral rounds", title="bilateral talks")
    local_disputes: bool = Field(True, description="off: issues are never renewed")
    contagion: bool = Field(True, description="off: contagion = 0", title="contagion of violations")
    fatigue: bool = Field(True, description="off: leverage_wear = 0", title="wear of leverage")
    attendance_cost: bool = Field(True, description="off: attendance_cost = 0")
    commitment_problem: bool = Field(True, description="off: disarmed_vulnerability = 0")
    revision: bool = Field(
        True, description="off: revision_chance = 0", title="revision of sabotaged deals"
    )
    prestige: bool = Field(
        True, description="off: prestige_step = 0", title="prestige of conveners"
    )
    task_complementarity: bool = Field(True, description="off: task_exponent = 1")
    attrition: bool = Field(True, description="off: attrition_rate and replenishment_rate are 0")
    advances: bool = Field(
        True, description="off: advance_speed = 0", title="advances while movers fight"
    )
    shifts: bool = Field(
        True, description="off: the dated events do not happen", title="dated events"
    )
    heterogeneity: bool = Field(
        True,
        description="off: weight_spread and ideal_spread are 0",
        title="differences of aims across runs",
    )
    tie_behaviour: bool = Field(
        True,
        description="off: loyalty, consultation, access and contagion go by the ties from before "
        "the war, however those move",
        title="behaviour by present ties",
    )
    attention: Literal["flag", "danger"] = Field(
        "danger",
        description="what a short-term objective on territory presses by: 'flag', whether it is "
        "satisfied or threatened; 'danger', the chance that it will be threatened before victory",
        title="what short-term aims on territory press by",
    )
    dependence: bool = Field(
        True, description="off: dependence_weight = 0", title="dependence on the convener"
    )
    foresight: bool = Field(
        True,
        description="off: issues that are not tabled are believed to stay where they are",
        title="foresight about untabled issues",
    )
    hazard: Literal["violations", "fighting"] = Field(
        "fighting",
        description="what breaks a ceasefire: 'violations' since it was signed; 'fighting', which "
        "comes down from that of the war, with a believed hazard from remembered breaches",
        title="what breaks a ceasefire",
    )
    learning: bool = Field(
        True, description="off: optimism stays as it is", title="learning away of optimism"
    )
    public: bool = Field(
        True,
        description="off: open_refusal_cost = 0, what is said is what is done",
        title="public statements",
    )
    victory: bool = Field(
        True,
        description="off: a front at its end is no end of the war",
        title="victory at the end of the front",
    )
    vote_loyalty: bool = Field(
        False,
        description="off: loyalty to the convener does not count in the vote on a text",
        title="loyalty in the vote on a text",
    )
    terms: Literal["all", "promised"] = Field(
        "promised",
        description="what the terms of a ceasefire are worth: 'promised', what was promised and "
        "is still to come; 'all', also what has moved since the signing without any promise",
        title="what the terms of a ceasefire are worth",
    )
    voice: Literal["heads", "strength"] = Field(
        "strength",
        description="what parties count for where a text is bargained, and where a mediator needs "
        "their trust: 'heads', each as one (with its patience); 'strength', by capability too",
        title="what parties count for in a text",
    )
    theatres: bool = Field(
        True, description="off: the whole country is one theatre", title="theatres of the war"
    )
    fights: Literal["armed", "tasks"] = Field(
        "armed",
        description="who fights: 'armed', those that are so called; 'tasks', all with a share of "
        "capability for the air or the ground, and who is not armed weighs how hard",
        title="who fights",
    )
    troops: bool = Field(
        False, description="off: guarantor_breach_cost = 0", title="troops of guarantors"
    )
    walking_out: bool = Field(False, description="off: walkout_rounds = 0")
    joining: bool = Field(
        True,
        description="off: nobody joins a war among members",
        title="joining of wars among members",
    )
    ruptures: bool = Field(
        True, description="off: members never break formally", title="formal ruptures"
    )
    resolve: Literal["weekly", "lasting"] = Field(
        "weekly",
        description="how long the shock of a decision on peace lasts: 'weekly', every proposal, "
        "signature, order, breach, seat and vote has its own; 'lasting', an actor has one for "
        "`resolve_weeks`, so it answers the same when nothing has changed, and the one with which "
        "it signs is the one with which it keeps what it has signed",
        title="how long a resolve for peace lasts",
    )
    returning: bool = Field(
        True,
        description="off: an enemy that is beaten never comes back",
        title="return of the enemy",
    )


NUMBERS: Mapping[str, Number] = {
    name: next(known for known in field.metadata if isinstance(known, Number))
    for name, field in Parameters.model_fields.items()
}
"""What is known of every parameter, by its name."""

IDLE: Mapping[str, tuple[str, ...]] = {
    owner: tuple(name for name, known in NUMBERS.items() if known.mechanism == owner)
    for owner in [*Mechanisms.model_fields, MONITORED]
    if any(known.mechanism == owner for known in NUMBERS.values())
}
"""The parameters that say nothing while their owner is off."""

OFF: Mapping[str, Mapping[str, float]] = {
    mechanism: {name: known.off for name in names if (known := NUMBERS[name]).off is not None}
    for mechanism, names in IDLE.items()
    if any(NUMBERS[name].off is not None for name in names)
}
"""What each mechanism sets when it is off; the others leave out a rule, rounds or events."""


def off_value(mechanism: str) -> object:
    """What switches a mechanism off: false, or the first of its words."""
    field = Mechanisms.model_fields.get(mechanism)
    words = get_args(field.annotation) if field is not None else ()
    return words[0] if words else False


def is_off(mechanism: str, value: object) -> bool:
    """Whether a mechanism at this value is off, see `off_value`."""
    off = off_value(mechanism)
    return type(value) is type(off) and value == off


def idle_numbers(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """The parameters without effect in a scenario, by what is switched off."""
    return {
        owner: names
        for owner, names in IDLE.items()
        if (
            not scenario.ceasefire.monitored
            if owner == MONITORED
            else is_off(owner, getattr(scenario.mechanisms, owner))
        )
    }
