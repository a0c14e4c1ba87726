"""The numbers and the switches of the theory, and what each version of it sets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from sim.scenario.parts import WEEKS, Floor, Part, Rate, Times, Unit, Weeks, WeeksFromOne, same_type


class Parameters(Part):
    """Every number of the theory that belongs to no actor and no issue.

    Time is in weeks, values in utility (0 to 1), positions from 0 to 1.
    """

    # objectives
    r: Annotated[Literal[1, 2], same_type(0)] = Field(
        2, description="exponent of the loss from distance"
    )
    tau_L: Annotated[float, Field(ge=0, le=1e6)] = Field(
        52, description="horizon of long-term objectives, weeks"
    )
    rho_a: Rate = Field(0.1, description="speed at which attention falls and returns, a week")
    a_min: Unit = Field(0.1, description="salience that a satisfied objective keeps")
    sig_w: Annotated[float, Field(ge=0, le=5)] = Field(
        0.25, description="spread of weights across runs (log)"
    )
    sig_x: Annotated[float, Field(ge=0, le=1)] = Field(
        0.05, description="spread of ideals across runs"
    )
    # war
    nu: Rate = Field(0.008, description="speed of territory, a week")
    sigma: Rate = Field(0.01, description="volatility of territory, a week")
    sig_b: Annotated[float, Field(ge=1e-6, le=10)] = Field(
        0.06, description="perceived volatility of territory"
    )
    opt: Annotated[float, Field(ge=0, le=10)] = Field(
        0.002, description="mutual optimism, in drift a week"
    )
    n0: Annotated[float, Field(ge=0, le=WEEKS)] = Field(
        10, description="weeks of war that optimism is worth when it is learned away"
    )
    nu_advance: Rate = Field(
        0.006, description="weekly progress of an issue that advances while its movers fight"
    )
    ces: Annotated[float, Field(ge=0.01, le=1)] = Field(
        0.5, description="task complementarity (1: none)"
    )
    ell: Rate = Field(0.02, description="attrition")
    rep: Rate = Field(0.05, description="replenishment")
    # choice and ceasefires
    lam: Annotated[float, Field(ge=1e-6, le=1e6)] = Field(80, description="precision of choice")
    h_s: Rate = Field(0.06, description="believed weekly hazard of a settlement")
    h0: Rate = Field(0.02, description="weekly hazard of collapse without violations")
    h1: Annotated[float, Field(ge=0, le=20)] = Field(
        0.1, description="added hazard at full violation"
    )
    h_power: Annotated[int, Field(ge=1, le=9)] = Field(
        1, description="power to which the hazard rises with the violation intensity"
    )
    gv: Rate = Field(0.5, description="smoothing of the violation intensity")
    gam: Unit = Field(0.06, description="military gain from going on")
    varpi: Unit = Field(0.03, description="loyalty: cost of crossing a trusted convener")
    varpi_D: Unit = Field(
        0.3, description="dependence: cost of crossing a convener, per value of war lost without it"
    )
    kappa_face: Unit = Field(
        0.08, description="cost of an open refusal; feeds back on nothing but what is said"
    )
    xi: Times = Field(0.03, description="contagion of violations")
    s_cp: Unit = Field(0.1, description="vulnerability after disarming, in territory")
    rho_d: Rate = Field(0.15, description="delivery of side payments, a week")
    prestige_step: Rate = Field(0.15, description="prestige moved by a deal")
    k_q: Times = Field(8, description="slope of consultation in the tie")
    tau_q: Annotated[float, Field(ge=-1, le=1)] = Field(
        0.25, description="tie at which consultation is even"
    )
    rho_rev: Rate = Field(0.5, description="weekly chance that a sabotaged deal is revised")
    eps: Floor = Field(0.02, description="floor of the surplus in the Nash text")
    phi_f: Rate = Field(0.1, description="wear of leverage when a client is pressed")
    phi_r: Rate = Field(0.2, description="recovery of leverage by concessions")
    u0: Floor = Field(0.004, description="concession that restores leverage fully, in utility")
    obs: Unit = Field(0.8, description="chance that a violation is observed")
    q_att: Unit = Field(
        1.0,
        description="chance that an observed violation is laid at the right door",
        title="chance that an observed violation is blamed on the one who committed it",
    )
    # talks
    tau_c: WeeksFromOne = Field(4, description="weeks between ceasefire rounds")
    tau_n: WeeksFromOne = Field(8, description="weeks between negotiation rounds")
    tau_b: WeeksFromOne = Field(4, description="weeks between bilateral rounds")
    first_c: Weeks = Field(0, description="week of the first ceasefire round")
    first_n: Weeks = Field(2, description="week of the first negotiation round")
    first_b: Weeks = Field(3, description="week of the first bilateral round")
    s_x: Rate = Field(0.25, description="concession rate of the single text, a round")
    c_att: Unit = Field(0.06, description="cost of sitting down with a violator")
    rho_i: Rate = Field(0.03, description="implementation of a settlement, a week")
    q_dispute: Rate = Field(0.08, description="arrival of new local disputes, a week and issue")
    q_e: Unit = Field(0.5, description="weight of endorsing the core in bilateral talks")
    c_b: Unit = Field(0.005, description="cost of a bilateral deal")
    # ties
    kap_pos: Rate = Field(0.1, description="learning from good events")
    kap_neg: Rate = Field(0.15, description="learning from bad events")
    d_E: Rate = Field(0.02, description="forgetting of experience, a week")
    s_fight: Unit = Field(0.2, description="intensity of a week of war, for experience")
    s_viol: Unit = Field(0.25, description="intensity of a violation, for experience")
    phi_A: Rate = Field(0.04, description="pull of alignment on ties, a week")
    phi_E: Rate = Field(0.03, description="pull of experience on ties, a week")
    phi_B: Rate = Field(0.08, description="pull of third parties on ties, a week")
    # constants that can be set too
    nuisance_min: Unit = Field(
        0.02, description="nuisance power from which a patron may be consulted"
    )
    stake_min: Unit = Field(0.05, description="stake from which being left out hurts")
    blame_min: Times = Field(0.5, description="blame from which a patron is bought in")
    talks_min_age: Weeks = Field(2, description="weeks of ceasefire before talks")
    vside_smoothing: Rate = Field(0.2, description="smoothing of violations by side")
    vside_reset: Rate = Field(
        0.5,
        description="how far a new ceasefire resets them to 1/2",
        title="how far a new ceasefire brings violations by side back to 1/2",
    )
    settled_hazard: Annotated[float, Field(ge=0, le=1000)] = Field(
        0.25,
        description="factor on h0 in a settlement",
        title="factor on the weekly hazard of collapse in a settlement",
    )
    bilateral_eps: Floor = Field(0.001, description="floor of the surplus in bilateral talks")
    opening: Unit = Field(
        0.5, description="where a newly tabled issue opens, between status quo and demand"
    )
    burn_in: Annotated[int, Field(ge=0, le=100_000)] = Field(
        300, description="steps that the first ties settle"
    )
    nash_steps: Annotated[int, Field(ge=1, le=100_000)] = Field(
        12, description="fixed-point steps of the Nash text"
    )
    nash_step: Annotated[float, Field(ge=0.001, le=1)] = Field(
        0.6,
        description="damping of these steps",
        title="damping of the fixed-point steps of the Nash text",
    )
    obs_monitor: Unit = Field(
        0.95, description="chance that a violation is observed where the ceasefire is monitored"
    )
    beta: Unit = Field(0.03, description="cost of a breach that a monitor sees, to who commits it")
    beta_troops: Unit = Field(
        0.1,
        description="the same to the client of a guarantor that would comply, per share of the "
        "guarantor's capability on the ground",
        title="cost of a breach to the client of a guarantor that would comply",
    )
    walkout_rounds: Weeks = Field(
        2, description="rounds that a party stays away from talks after breaches by the others"
    )
    c_clash: Unit = Field(0.01, description="cost of a clash with an ally")
    clash_step: Rate = Field(0.5, description="how far the winner of a clash moves the issue")
    war_cost: Annotated[float, Field(ge=0, le=1000)] = Field(
        1, description="factor on every actor's flow cost of war"
    )
    own_cost: Unit = Field(
        0.1, description="part of the flow cost of war that an actor saves by holding back"
    )
    force_floor: Unit = Field(0.01, description="share of its start that an attrited force keeps")
    victory_at: Annotated[float, Field(gt=0.5, le=1)] = Field(
        0.97, description="territory from which a camp holds all (the other: from 1 less it down)"
    )
    victory_weeks: WeeksFromOne = Field(
        8,
        description="weeks in a row that make it a victory",
        title="weeks in a row at the end of the front that make it a victory",
    )


class Mechanisms(Part):
    """Each part of the theory, on or off."""

    salience_decay: bool = Field(
        True,
        description="off: a satisfied objective presses on (a_min = 1)",
        title="decay of attention to satisfied aims",
    )
    experience: bool = Field(True, description="off: phi_E = 0", title="experience in ties")
    third_parties: bool = Field(True, description="off: phi_B = 0", title="third parties in ties")
    loyalty: bool = Field(True, description="off: varpi = 0", title="loyalty to the convener")
    optimism: bool = Field(True, description="off: opt = 0", title="mutual optimism")
    military_gain: bool = Field(True, description="off: gam = 0")
    bilateral: bool = Field(True, description="off: no bilateral rounds", title="bilateral talks")
    local_disputes: bool = Field(True, description="off: issues are never renewed")
    contagion: bool = Field(True, description="off: xi = 0", title="contagion of violations")
    fatigue: bool = Field(True, description="off: phi_f = 0", title="wear of leverage")
    attendance_cost: bool = Field(True, description="off: c_att = 0")
    commitment_problem: bool = Field(True, description="off: s_cp = 0")
    revision: bool = Field(
        True, description="off: rho_rev = 0", title="revision of sabotaged deals"
    )
    prestige: bool = Field(
        True, description="off: prestige_step = 0", title="prestige of conveners"
    )
    task_complementarity: bool = Field(True, description="off: ces = 1")
    attrition: bool = Field(True, description="off: ell = rep = 0")
    advances: bool = Field(
        True, description="off: nu_advance = 0", title="advances while movers fight"
    )
    shifts: bool = Field(
        True, description="off: the dated events do not happen", title="dated events"
    )
    heterogeneity: bool = Field(
        True, description="off: sig_w = sig_x = 0", title="differences of aims across runs"
    )
    tie_behaviour: bool = Field(
        True,
        description="off: loyalty, consultation, access, contagion and clashes go by the ties from "
        "before the war, however those move",
        title="behaviour by present ties",
    )
    # the second version of the theory; what is off here is as in the first
    attention: Literal["flag", "danger"] = Field(
        "flag",
        description="what a short-term objective on territory presses by: 'flag', whether it is "
        "satisfied or threatened; 'danger', the chance that it will be threatened before victory",
        title="what short-term aims on territory press by",
    )
    dependence: bool = Field(
        False, description="off: varpi_D = 0", title="dependence on the convener"
    )
    foresight: bool = Field(
        False,
        description="off: issues that are not tabled are believed to stay where they are",
        title="foresight about untabled issues",
    )
    hazard: Literal["violations", "fighting"] = Field(
        "violations",
        description="what breaks a ceasefire: 'violations' since it was signed; 'fighting', which "
        "comes down from that of the war, with a believed hazard from remembered breaches",
        title="what breaks a ceasefire",
    )
    learning: bool = Field(
        False, description="off: optimism stays as it is", title="learning away of optimism"
    )
    public: bool = Field(
        False,
        description="off: kappa_face = 0, what is said is what is done",
        title="public statements",
    )
    victory: bool = Field(
        False,
        description="off: a front at its end is no end of the war",
        title="victory at the end of the front",
    )
    vote_loyalty: bool = Field(
        True,
        description="off: loyalty to the convener does not count in the vote on a text",
        title="loyalty in the vote on a text",
    )
    # beyond the second version
    terms: Literal["all", "promised"] = Field(
        "all",
        description="what the terms of a ceasefire are worth: 'promised', what was promised and "
        "is still to come; 'all', also what has moved since the signing without any promise",
        title="what the terms of a ceasefire are worth",
    )
    voice: Literal["heads", "strength"] = Field(
        "heads",
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
    troops: bool = Field(False, description="off: beta_troops = 0", title="troops of guarantors")
    walking_out: bool = Field(False, description="off: walkout_rounds = 0")
    clashes: bool = Field(
        False,
        description="off: allies never fight each other over posts",
        title="clashes between allies",
    )


PRESETS: Mapping[object, Mapping[str, Mapping[str, object]]] = {
    "first": {
        "mechanisms": {
            "attention": "flag", "dependence": False, "foresight": False, "hazard": "violations",
            "learning": False, "public": False, "terms": "all", "victory": False,
            "voice": "heads", "vote_loyalty": True,
        },
        "parameters": {"varpi": 0.03, "h0": 0.02, "h1": 0.1, "h_power": 1, "opt": 0.002},
    },
    "second": {
        "mechanisms": {
            "attention": "danger", "dependence": True, "foresight": True, "hazard": "fighting",
            "learning": True, "public": True, "terms": "promised", "victory": True,
            "voice": "strength", "vote_loyalty": False,
        },
        "parameters": {"varpi": 0.06, "h0": 0.003, "h1": 1.2, "h_power": 3, "opt": 0.01},
    },
}  # fmt: skip
"""What each version of the theory sets where a scenario says nothing."""

DEFAULT_THEORY: Literal["first", "second"] = "second"
"""The version that a new war should have, and has if it names none."""

OFF: Mapping[str, Mapping[str, float]] = {
    "salience_decay": {"a_min": 1.0},
    "experience": {"phi_E": 0.0},
    "third_parties": {"phi_B": 0.0},
    "loyalty": {"varpi": 0.0},
    "optimism": {"opt": 0.0},
    "military_gain": {"gam": 0.0},
    "local_disputes": {"q_dispute": 0.0},
    "contagion": {"xi": 0.0},
    "fatigue": {"phi_f": 0.0},
    "attendance_cost": {"c_att": 0.0},
    "commitment_problem": {"s_cp": 0.0},
    "revision": {"rho_rev": 0.0},
    "prestige": {"prestige_step": 0.0},
    "task_complementarity": {"ces": 1.0},
    "attrition": {"ell": 0.0, "rep": 0.0},
    "advances": {"nu_advance": 0.0},
    "heterogeneity": {"sig_w": 0.0, "sig_x": 0.0},
    "dependence": {"varpi_D": 0.0},
    "public": {"kappa_face": 0.0},
    "troops": {"beta_troops": 0.0},
    "walking_out": {"walkout_rounds": 0},
}
"""What each mechanism sets when it is off; the others leave out a rule, rounds or events."""

IDLE: Mapping[str, tuple[str, ...]] = {
    **{mechanism: tuple(numbers) for mechanism, numbers in OFF.items()},
    "bilateral": ("tau_b", "first_b", "q_e", "c_b", "bilateral_eps"),
    "hazard": ("h_power",),
    "learning": ("n0",),
    "victory": ("victory_at", "victory_weeks"),
    "fights": ("own_cost",),
    "clashes": ("c_clash", "clash_step"),
}
"""The parameters that say nothing while their mechanism is off: setting both is an error."""

UNWATCHED = ("obs_monitor", "beta")
"""The same of a ceasefire that nobody monitors."""


def is_off(mechanism: str, value: object) -> bool:
    """Whether a mechanism at this value is off: at the word of the first theory, or false."""
    first = {
        "attention": "flag", "hazard": "violations", "fights": "armed", "terms": "all",
        "voice": "heads",
    }  # fmt: skip
    off: object = first.get(mechanism, False)
    return type(value) is type(off) and value == off
