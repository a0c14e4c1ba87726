"""The golden run of the Syrian case: fed with its draws, every week agrees, in both drivers."""

from __future__ import annotations

from typing import Any, NamedTuple, get_args, get_type_hints

import numpy as np
import pytest
from week_by_week import Game, Told, places

from sim.engine import draws as chance
from sim.engine import state
from sim.engine.inputs import Who
from sim.rules import bargaining, ceasefires, fighting, negotiation, objectives, proxies, ties, war
from sim.scenario.migration import PARAMETERS
from sim.scenario.schema import Scenario

CLOSE = 1e-9
RENAMED = {
    "tauL": "long_term_horizon", "sig": "front_volatility", "nu_route": "advance_speed",
    "hs": "believed_settlement_hazard", "lead_step": "prestige_step", "q_chip": "dispute_rate",
    "kp": "learning_from_good", "kn": "learning_from_bad", "dE": "forgetting",
    "phiA": "pull_of_alignment", "phiE": "pull_of_experience", "phiB": "pull_of_third_parties",
}  # fmt: skip
# Names of the state that are symbols in the file.
OURS = {
    "act": "activation", "sat": "satisfied", "W": "weight", "X": "ideal", "What": "attention",
    "Xhat": "attention_ideal", "A": "alignment", "m": "capability", "mu": "power",
    "psi": "contest", "u": "utility", "V_w": "value_war", "V_d": "value_disarmed",
    "V_c": "value_ceasefire", "chi": "credibility", "h_c": "believed_hazard",
    "rho": "delivered_share", "theta": "position", "T": "tie", "E": "experience",
    "f": "leverage", "vbar": "violence", "vside": "violence_by_camp",
}  # fmt: skip
ACTOR_COLUMNS = ("side", "armed", "capability", "air", "ground", "diplomacy", "delta", "cost")
BY_ACTOR = {
    "convener": chance.CONVENE, "consult": chance.CONSULT, "ratify": chance.RATIFY,
    "order": chance.ORDER, "violate": chance.COMPLY, "observe": chance.OBSERVE,
    "revise": chance.REVISE, "attend": chance.ATTEND, "vote": chance.VOTE,
}  # fmt: skip


class Week(NamedTuple):
    """A week as the file has it, and as it was played: arrays in the order of the file."""

    number: int
    file: Any
    mine: dict[str, Any]
    events: list[Told]
    given: dict[str, Any]

    def one(self, kind: str) -> Told | None:
        """The only event of a kind, if there is one."""
        found = [event for event in self.events if event.kind == kind]
        assert len(found) <= 1
        return found[0] if found else None

    def by_actor(self, kind: str) -> dict[int, Told]:
        """Events of a kind by the actor that decided."""
        return {event.actor: event for event in self.events if event.kind == kind}


class Played(NamedTuple):
    weeks: list[Week]
    first: dict[str, Any]
    actors: list[str]
    file: Any

    def index(self, name: str | None) -> int:
        return -1 if name is None else self.actors.index(name)


def draws(game: Game, file: Any, actors: list[int]) -> Any:
    """The draws of the file as an array; NaN where the file names none."""
    lay, scenario = game.layout, game.scenario
    width = max(len(lay.actors), len(lay.issues))
    fed = np.full((scenario.weeks, chance.DECISIONS, width), np.nan)
    for t, week in enumerate(file["weeks"]):
        drawn = week["draws"]
        for name, decision in BY_ACTOR.items():
            if drawn.get(name) is not None:
                fed[t, decision, actors] = drawn[name]
        if drawn.get("propose") is not None:
            fed[t, chance.PROPOSE] = drawn["propose"]
        if drawn.get("collapse") is not None:
            fed[t, chance.COLLAPSE, 0] = drawn["collapse"]
        if drawn.get("bilateral") is not None:
            for side, i in enumerate(game.inputs.links.pairs[0]):
                fed[t, chance.BARGAIN, side] = drawn["bilateral"][actors.index(i)]
        fed[t, chance.TERRITORY, 0] = drawn["territory"]
        fed[t, chance.DISPUTE] = 1.0
        for issue in ("towns", "relief", "appointments"):
            fed[t, chance.DISPUTE, lay.issues.index(issue)] = drawn[f"dispute_{issue}"]
        value = drawn["dispute_appointments_value"]
        fed[t, chance.DISPUTE_VALUE, lay.issues.index("appointments")] = value
        # every violation is laid at the right door (q_att = 1)
        fed[t, chance.ATTRIBUTE] = 0.5
    return fed


def in_order(fields: dict[str, Any], game: Game, file: Any) -> dict[str, Any]:
    """Arrays of a world in the order of the file; axes are known by the shapes of their fields."""
    axes, lay = file["axes"], game.layout
    n, k = places(lay, axes["actor"], axes["issue"])
    o = [lay.objectives.index(tuple(name.split("."))) for name in axes["objective"]]
    links = [lay.links.index(tuple(link)) for link in axes["link"]]
    order = {"N": n, "K": k, "O": o, "L": links}
    out = {}
    for name, array in fields.items():
        for axis, letter in enumerate(SHAPES.get(name, "") if array.ndim else ""):
            if letter in order:
                array = array.take(order[letter], axis=axis)
        out[name] = array
    return out


SHAPES = dict.fromkeys(Who._fields, "N") | {
    name: get_args(hint)[1]
    for group in get_type_hints(state.World).values()
    if group is not state.Kept
    for name, hint in get_type_hints(group, include_extras=True).items()
}


def renumbered(event: Told, game: Game, file: Any) -> Told:
    """An event with actors and issues counted as in the file."""
    axes, lay = file["axes"], game.layout

    def spot(index: int, mine: tuple[str, ...], theirs: list[str]) -> int:
        return -1 if index < 0 else theirs.index(mine[index])

    return event._replace(
        actor=spot(event.actor, lay.actors, axes["actor"]),
        counterpart=spot(event.counterpart, lay.actors, axes["actor"]),
        issue=spot(event.issue, lay.issues, axes["issue"]),
    )


@pytest.fixture(scope="module", params=["compiled", "plain"])
def played(request: pytest.FixtureRequest, plain_syria: Scenario, golden: Any) -> Played:
    plain = request.param == "plain"
    game = Game(plain_syria, plain=plain)
    actors, _ = places(game.layout, golden["axes"]["actor"], golden["axes"]["issue"])
    game = Game(plain_syria, fed=draws(game, golden, actors), plain=plain)
    first = in_order(game.fields(), game, golden)
    given = in_order(
        {name: getattr(game.inputs.who, name) for name in game.inputs.who._fields}, game, golden
    )
    weeks = []
    for number, week in enumerate(golden["weeks"]):
        events = [renumbered(event, game, golden) for event in game.step()]
        weeks.append(Week(number, week, in_order(game.fields(), game, golden), events, given))
    return Played(weeks, first, golden["axes"]["actor"], golden)


def same(mine: Any, theirs: Any, about: str, within: float = CLOSE) -> None:
    """Equal to `within`, with the place of the worst difference in the message."""
    mine, theirs = np.asarray(mine, dtype=float), np.asarray(theirs, dtype=float)
    assert mine.shape == theirs.shape, about
    if mine.size:
        worst = np.abs(mine - theirs)
        place = np.unravel_index(int(worst.argmax()), worst.shape)
        assert worst.max() <= within, f"{about} at {place}: {mine[place]!r}, not {theirs[place]!r}"


def all_weeks(played: Played, phase: str, names: dict[str, str]) -> None:
    """Fields of ours against those of a phase of the file, in every week that has it."""
    seen = 0
    for week in played.weeks:
        part = week.file[phase]
        if part is None:
            continue
        seen += 1
        for mine, theirs in names.items():
            value = np.asarray(part[theirs], dtype=float)
            same(week.mine[mine].reshape(value.shape), value, f"week {week.number}, {theirs}")
    assert seen


# what the run is given ----------------------------------------------------------------------------


def test_the_scenario_file_holds_the_parameters_of_the_golden_run(
    plain_syria: Scenario, golden: Any
) -> None:
    mine = plain_syria.parameters.model_dump()
    known = RENAMED | PARAMETERS
    theirs = {known.get(k, k): v for k, v in golden["parameters"].items() if k != "t_core"}
    assert {name: mine[name] for name in theirs} == theirs


def test_the_scenario_file_holds_the_actors_of_the_golden_run(
    plain_syria: Scenario, golden: Any
) -> None:
    given, axes = golden["scenario"], golden["axes"]
    assert sorted(plain_syria.actors) == sorted(axes["actor"])
    for i, name in enumerate(axes["actor"]):
        actor = plain_syria.actors[name]
        side = 0 if actor.camp is None else 2 * plain_syria.camps[actor.camp].pole - 1
        mine = [
            side, actor.armed, actor.capability, actor.tasks.air, actor.tasks.ground,
            actor.tasks.diplomacy, actor.discount, actor.cost_of_war,
        ]  # fmt: skip
        assert mine == [given[column][i] for column in ACTOR_COLUMNS], name


def test_the_scenario_file_holds_the_objectives_links_and_issues_of_the_golden_run(
    plain_syria: Scenario, golden: Any
) -> None:
    given, axes = golden["scenario"], golden["axes"]
    for goal in given["objectives"]:
        mine = getattr(plain_syria.actors[goal["actor"]], goal["horizon"])[goal["issue"]]
        assert (mine.ideal, mine.weight) == (goal["ideal"], goal["weight"])
        if goal["horizon"] == "short":
            assert mine.satisfied_at == goal["satisfied_at"]
            assert mine.threatened_at == goal["threatened_at"]
    count = sum(len(a.short) + len(a.long) for a in plain_syria.actors.values())
    assert count == len(given["objectives"])
    links = {(p, j): share for p, own in plain_syria.patrons.items() for j, share in own.items()}
    assert links == {tuple(x): c for x, c in zip(axes["link"], given["control"], strict=True)}
    starts = {name: issue.start for name, issue in plain_syria.issues.items()}
    assert starts == dict(zip(axes["issue"], given["theta0"], strict=True))


def test_the_scenario_file_shifts_what_the_golden_run_shifts_in_the_same_weeks(
    plain_syria: Scenario, golden: Any
) -> None:
    from sim.scenario.schema import week_of

    mine = [
        (week_of(plain_syria, e.date), e.actor, e.issue, e.ideal, e.weight_times)
        for e in plain_syria.events
    ]
    assert sorted(mine) == sorted(
        (s["week"], s["actor"], s["issue"], s["ideal"], s["weight_factor"])
        for s in golden["scenario"]["shifts"]
    )
    assert week_of(plain_syria, plain_syria.issues["arms"].agenda.at) == 70


# the run ------------------------------------------------------------------------------------------


def test_ties_settle_before_the_war_as_in_the_golden_run(played: Played) -> None:
    start = played.file["burn_in"]
    for name in ("T", "A", "W", "X", "m", "mu"):
        same(played.first[OURS[name]], start[name], f"burn-in, {name}")


def test_objectives_attention_and_alignment_agree(played: Played) -> None:
    names = ("act", "sat", "What", "Xhat", "A")
    all_weeks(played, "phase2", {OURS[name]: name for name in names})
    shifted = [week for week in played.weeks if week.file["phase2"].get("W") is not None]
    assert [week.number for week in shifted] == [0, 46, 68]
    for week in shifted:
        same(week.mine["weight"], week.file["phase2"]["W"], f"week {week.number}, W")
        same(week.mine["ideal"], week.file["phase2"]["X"], f"week {week.number}, X")


def test_war_and_the_values_of_war_ceasefire_and_settlement_agree(played: Played) -> None:
    names = "mu psi autonomy ground_control u V_w V_d V_c chi h_c rho nuisance"
    renamed = {
        "believed_drift": "drift_believed", "win_chance": "p", "war_weeks": "D",
        "utility_plus": "u_if_plus_wins", "utility_minus": "u_if_minus_wins", "gain": "Dcf",
    }  # fmt: skip
    all_weeks(played, "phase3", {OURS.get(name, name): name for name in names.split()} | renamed)
    for week in played.weeks:
        values = week.file["phase3"]
        both = [values["strength_plus"], values["strength_minus"]]
        same(week.mine["strength"], both, f"week {week.number}, strengths")
        if week.file["talks"] is None or not week.file["talks"]["held"]:
            same(week.mine["value_settlement"], values["V_s"], f"week {week.number}, V_s")
    for before, after in zip(played.weeks, played.weeks[1:], strict=False):
        same(before.mine["position"], after.file["phase3"]["theta"], f"week {after.number}, theta")


def test_mediators_compete_as_in_the_golden_run(played: Played) -> None:
    weeks = 0
    for week in played.weeks:
        theirs, convened, proposed = (
            week.file["ceasefire_round"], week.one("convene"), week.one("propose"),
        )  # fmt: skip
        about = f"week {week.number}"
        assert (convened is None) == (theirs is None), about
        if theirs is None or convened is None or proposed is None:
            continue
        weeks += 1
        score = [-np.inf if x is None else x for x in theirs["score"]]
        able = np.isfinite(score)
        assert np.array_equal(able, np.isfinite(week.mine["score"])), about
        same(week.mine["score"][able], np.array(score)[able], f"{about}, score", 1e-6)
        assert convened.actor == played.index(theirs["convener"]), about
        same(proposed.gain, theirs["gain_propose"], f"{about}, gain_propose")
        assert proposed.answer == theirs["proposed"], about
    assert weeks > 10


def test_consultation_terms_and_ratification_agree(played: Played) -> None:
    proposals = 0
    for week in played.weeks:
        theirs, about = week.file["ceasefire_round"], f"week {week.number}"
        ratified = week.by_actor("ratify")
        assert bool(ratified) == bool(theirs and theirs["proposed"]), about
        if not ratified:
            continue
        proposals += 1
        for asked in week.events:
            if asked.kind == "consult":
                assert asked.actor == played.index(theirs["convener"]), about
                chances, answers = theirs["consult_probability"], theirs["consulted"]
                same(asked.gain, chances[asked.counterpart], f"{about}, consult_probability")
                assert asked.answer == answers[asked.counterpart], about
        assert week.mine["invited"].tolist() == theirs["consulted"], about
        same(week.mine["offer"], theirs["terms"], f"{about}, terms")
        told = [ratified[i] for i in range(len(played.actors))]
        same([e.terms["own"] for e in told], theirs["own_gain"], f"{about}, own_gain")
        same([e.gain for e in told], theirs["gain_ratify"], f"{about}, gain_ratify")
        assert [e.answer for e in told] == theirs["would_ratify"], about
        assert week.mine["signing"].tolist() == theirs["ratified"], about
        assert week.one("ceasefire").answer == theirs["in_force"], about
    assert proposals > 10


def test_orders_compliance_observation_and_blame_agree(played: Played) -> None:
    weeks = 0
    for week in played.weeks:
        theirs, mine, about = week.file["orders"], week.mine, f"week {week.number}"
        assert bool(week.by_actor("comply")) == (theirs is not None), about
        if theirs is None:
            continue
        weeks += 1
        same(mine["military_gain"], theirs["military_gain"], f"{about}, military_gain")
        own = [
            proxies.orders(
                i, mine["gain"], mine["terms_worth"], mine["crossing_cost"], mine["military_gain"]
            )
            for i in range(len(played.actors))
        ]
        same(own, theirs["own_gain"], f"{about}, own_gain")
        assert np.where(mine["ordered_to_comply"], 1, -1).tolist() == theirs["order"], about
        same(mine["contagion"], theirs["contagion"], f"{about}, contagion")
        told = week.by_actor("comply")
        assert sorted(told) == np.flatnonzero(week.given["armed"]).tolist(), about
        for j, event in told.items():
            same(event.gain, theirs["gain_effective"][j], f"{about}, gain_effective")
            same(event.terms["own"], theirs["own_gain"][j], f"{about}, own_gain")
        same(mine["violated"], theirs["violates"], f"{about}, violates")
        same(mine["seen"], theirs["seen"], f"{about}, seen")
        same(mine["blame"], theirs["blame"], f"{about}, blame")
        same(mine["violence"][0], theirs["vbar"], f"{about}, vbar")
        same(mine["violence_by_camp"], theirs["vside"], f"{about}, vside")
        assert mine["convener"][0] >= 0
        assert theirs["state"] in (1, 2)
    assert weeks > 50


def test_revisions_agree(played: Played) -> None:
    found = []
    for week in played.weeks:
        bought = [e.counterpart for e in week.events if e.kind == "revise" and e.answer]
        theirs, about = week.file["revision"] or [], f"week {week.number}"
        assert sorted(bought) == sorted(played.index(r["patron"]) for r in theirs), about
        if theirs:
            found.append((week.number, theirs[-1]["patron"]))
            assert week.mine["consulted"].tolist() == theirs[-1]["consulted"], about
            same(week.mine["terms"], theirs[-1]["terms"], f"{about}, terms")
    assert found == [(8, "iran"), (11, "turkey"), (29, "iran")]


def test_delivery_wear_of_leverage_and_chances_of_collapse_agree(played: Played) -> None:
    for before, week in zip([None, *played.weeks], played.weeks, strict=False):
        theirs, mine, about = week.file["delivery"], week.mine, f"week {week.number}"
        if week.file["orders"] is None:
            assert mine["collapse_chance"][0] == 0.0, about
            assert not mine["collapsing"][0], about
            same(
                mine["leverage"],
                before.mine["leverage"] if before else played.first["leverage"],
                f"{about}, leverage",
            )
            continue
        # the utilities of eleven actors tell the eight positions before and after delivery
        stages = {"utility_before": week.file["phase3"]["theta"], "utility_after": theirs["theta"]}
        for name, theta in stages.items():
            u = np.empty(len(played.actors))
            objectives.utilities(u, np.array(theta), mine["weight"], mine["ideal"], 2.0)
            same(mine[name], u, f"{about}, {name}")
        same(mine["relief"], theirs["relief_of_leverage"], f"{about}, relief_of_leverage")
        same(mine["pressed"], theirs["pressed"], f"{about}, pressed")
        worn = theirs if week.file["talks"] is None else week.file["talks"]
        same(mine["leverage"], worn["leverage"], f"{about}, leverage")
        same(
            mine["collapse_chance"][0],
            theirs["collapse_probability"],
            f"{about}, collapse_probability",
        )
        assert mine["collapsing"][0] == theirs["collapses"], about


def test_the_talks_agree(played: Played) -> None:
    held = []
    for week in played.weeks:
        theirs, mine, about = week.file["talks"], week.mine, f"week {week.number}"
        told = week.by_actor("attend")
        assert bool(told) == (theirs is not None), about
        if theirs is None:
            continue
        everyone = range(len(played.actors))
        own = [negotiation.attends(i, mine["gain"], mine["seat_cost"]) for i in everyone]
        same(own, theirs["own_gain"], f"{about}, own_gain")
        for j, event in told.items():
            same(event.gain, theirs["gain_attend"][j], f"{about}, gain_attend")
        assert mine["attended"].tolist() == theirs["attends"], about
        settle = week.one("settle")
        assert (settle is not None) == theirs["held"], about
        if settle is None:
            continue
        held.append(week.number)
        assert np.array_equal(mine["agenda"], theirs["issues"]), about
        assert np.array_equal(mine["party"], theirs["parties"]), about
        for event in week.events:
            if event.kind == "table":
                opening = theirs["text_opening"][event.issue]
                same(event.terms["opening"], opening, f"{about}, text_opening")
        same(mine["draft"], theirs["text_nash"], f"{about}, text_nash")
        same(mine["text"], theirs["text"], f"{about}, text")
        assert np.array_equal(mine["tabled"], theirs["tabled"]), about
        same(mine["value_settlement"], theirs["V_s"], f"{about}, V_s")
        same(
            mine["value_settlement"] - mine["value_ceasefire"],
            theirs["Vs_minus_Vc"],
            f"{about}, Vs_minus_Vc",
        )
        for j, event in week.by_actor("vote").items():
            same(event.gain, theirs["gain_vote"][j], f"{about}, gain_vote")
        assert mine["accepted"].tolist() == theirs["vote"], about
        assert settle.answer == theirs["settled"], about
    assert held == [34, 66, 82, 98]


def test_the_bilateral_rounds_agree(played: Played) -> None:
    weeks, refused = 0, []
    for week in played.weeks:
        theirs, mine, about = week.file["bilateral_round"], week.mine, f"week {week.number}"
        if theirs is None:
            assert week.one("deal") is None, about
            continue
        weeks += 1
        same(mine["pair_text"][0], theirs["terms"], f"{about}, terms")
        pair = ["iran", "russia"]
        surplus = mine["pair_local"][0] + mine["pair_core"][0]
        same(surplus, [theirs["surplus"][name] for name in pair], f"{about}, surplus")
        same(mine["pair_gain"][0], [theirs["gain"][name] for name in pair], f"{about}, gain")
        deal, told = week.one("deal"), week.by_actor("bargain")
        assert (deal is not None) == theirs["held"], about
        if deal is not None:
            assert deal.answer == theirs["deal"], about
            assert bool(deal.terms["core"]) == theirs["core_tabled"], about
            answers = {played.actors[i]: event.answer for i, event in told.items()}
            assert answers == theirs["accepts"], about
            if deal.terms["core"] and not deal.answer:
                refused.append(week.number)
    assert weeks == 30
    assert refused == [83, 95, 119]


def test_positions_move_in_the_week_as_in_the_golden_run(played: Played) -> None:
    for week in played.weeks:
        theirs, mine, about = week.file["war"], week.mine, f"week {week.number}"
        same(mine["fighting"], theirs["fighting"], f"{about}, fighting")
        same(mine["shares"], [theirs["F_plus"], theirs["F_minus"]], f"{about}, F")
        regime = played.file["axes"]["issue"].index("regime")
        front = fighting.move_front(
            week.file["theta_after_disputes"][regime], mine["contest"][0], mine["shares"], 0.008,
            0.01, week.file["draws"]["territory"],
        )  # fmt: skip
        same(front, theirs["regime_before_clip"], f"{about}, regime_before_clip")
        after = np.array(week.file["theta_after_disputes"])
        quiet = [k for k, name in enumerate(played.file["axes"]["issue"]) if name not in MOVED]
        same(mine["position"][quiet], after[quiet], f"{about}, theta_after_disputes")


MOVED = ("regime", "route")


def test_experience_and_its_events_agree(played: Played) -> None:
    all_weeks(played, "events", {"good": "positive", "bad": "negative"})


def test_the_state_at_the_end_of_every_week_agrees(played: Played) -> None:
    names = "theta T E f m act sat state age vbar vside ratified consulted terms text tabled"
    all_weeks(
        played,
        "state",
        {OURS.get(name, name): name for name in names.split()} | {"violated": "viol"},
    )
    for week in played.weeks:
        convener = played.index(week.file["state"]["convener"])
        mine = int(week.mine["convener"][0])
        assert (mine < 0) == (convener < 0), f"week {week.number}"


def test_the_convener_of_the_last_deal_agrees(played: Played) -> None:
    last = -1
    for week in played.weeks:
        signed = week.one("ceasefire")
        last = signed.actor if signed is not None and signed.answer else last
        assert last == played.index(week.file["state"]["convener"]), f"week {week.number}"


def test_the_drift_accounts_of_russia_and_iran_agree(played: Played) -> None:
    i, j = played.index("russia"), played.index("iran")
    causes = ("initial", "objectives", "experience", "third_parties")
    for week in played.weeks:
        accounts, theirs = week.mine["drift_account"], week.file["state"]["drift"]
        both = 0.5 * (accounts[:, i, j] + accounts[:, j, i])
        same(both, [theirs[cause] for cause in causes], f"week {week.number}, drift")


# the unit cases -----------------------------------------------------------------------------------


def arrays(case: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Input and output of a case, lists as arrays."""
    return tuple(
        {name: np.array(x, dtype=float) if isinstance(x, list) else x for name, x in side.items()}
        for side in (case["input"], case["output"])
    )


def test_utility_equals_the_unit_cases(cases: Any) -> None:
    for case in cases["utility"]:
        given, expected = arrays(case)
        u = np.empty(len(given["W"]))
        objectives.utilities(u, given["theta"], given["W"], given["X"], float(given["r"]))
        same(u, expected["u"], "u")


def test_alignment_equals_the_unit_cases(cases: Any) -> None:
    for case in cases["alignment"]:
        given, expected = arrays(case)
        A = np.empty((len(given["What"]),) * 2)
        objectives.align(A, given["What"], given["Xhat"])
        same(A, expected["A"], "A")


def test_the_gambler_equals_the_unit_cases(cases: Any) -> None:
    for case in cases["gambler"]:
        given, expected = arrays(case)
        thetas, drifts = np.broadcast_arrays(given["theta"], given["mu"])
        found = [
            war.gambler(float(x), float(mu), given["sig"])
            for x, mu in zip(thetas.ravel(), drifts.ravel(), strict=True)
        ]
        same([p for p, _ in found], expected["p"].ravel(), "p")
        same([weeks for _, weeks in found], expected["D"].ravel(), "D")


def test_the_value_of_war_equals_the_unit_cases(cases: Any) -> None:
    for case in cases["value_war"]:
        given, expected = arrays(case)
        values = []
        for n, h in enumerate(given["h"]):
            # half-way and without drift the war lasts 1 / (4 sig_b**2) weeks
            sig_b, end = 0.5 * np.sqrt(h), given["lottery"][n]
            value = war.war_value(
                given["u"][n], given["cost"][n], given["delta"][n], 0.5, 0.0, sig_b, end, end
            )
            values.append(value)
        same(values, expected["V_w"], "V_w")


def test_the_value_of_a_ceasefire_equals_the_unit_cases(cases: Any) -> None:
    for case in cases["value_cf"]:
        given, expected = arrays(case)
        V_c = np.empty(len(given["u"]))
        ceasefires.ceasefire_values(
            V_c, given["u"], given["u_table"], given["V_w"], given["chi"], 0.0 * given["u"],
            np.ones(len(V_c)), given["delta"], given["h_s"], given["h_c"],
        )  # fmt: skip
        same(V_c, expected["V_c"], "V_c")


def test_the_nash_text_equals_the_unit_cases(cases: Any) -> None:
    for case in cases["nash"]:
        given, expected = arrays(case)
        assert int(given["r"]) == 2 or int(given["iters"]) % 5 == 0
        steps = int(given["iters"]) // (1 if int(given["r"]) == 2 else 5)
        x = np.empty(len(given["x0"]))
        bargaining.nash_text(
            x, given["x0"], given["party"] > 0, given["issue"] > 0, given["pi"], given["S0"],
            given["scale"] * np.ones(len(given["S0"])), given["W"], given["X"], float(given["r"]),
            float(given["eps"]), steps, float(given["step"]),
        )  # fmt: skip
        same(x, expected["text"], "text")


def test_a_step_of_the_ties_equals_the_unit_cases(cases: Any) -> None:
    for case in cases["tie_step"]:
        given, expected = arrays(case)
        T, B = given["T"].copy(), np.empty_like(given["T"])
        before, accounts = T.copy(), np.zeros((4, *T.shape))
        ties.third_parties(B, T, given["mu"])
        ties.drift(
            T, accounts, B, given["A"], given["E"], given["phi_A"], given["phi_E"], given["phi_B"]
        )
        same(T, expected["T"], "T")
        same(accounts[ties.THIRD_PARTIES], expected["third_party_increment"], "third parties")
        assert not np.array_equal(T, before)


def test_frustration_equals_the_unit_cases(cases: Any) -> None:
    for case in cases["frustration"]:
        given, expected = arrays(case)
        F, camps = ties.frustration(given["S"])
        same(F, expected["F"], "F")
        assert camps.tolist() == expected["camps"].tolist()


def test_no_ties_at_all_are_not_frustrated() -> None:
    F, camps = ties.frustration(np.zeros((4, 4)))
    assert F == 0.0
    assert camps.tolist() == [1, 1, 1, 1]
