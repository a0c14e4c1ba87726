"""Phase 11: members of a coalition make demands on each other, and fight their own wars."""

from __future__ import annotations

from sim.engine import draws, event_log
from sim.engine.inlined_phases import phase
from sim.engine.inputs import Inputs, ParameterValues
from sim.engine.phases.week import Week, ask
from sim.engine.state import VICTORY, WAR, World
from sim.rules import coalitions
from sim.rules.bargaining import settle_apart
from sim.rules.coalitions import Setting
from sim.rules.jit import compiled
from sim.rules.war import exposures

# Where a quarrel of two would begin, as they judge it.
_EVEN = 0.5


@compiled
def _shock(keys, decision, who, t, choice_precision) -> float:
    """Choice shock of one subject: a yes if and only if it is below the gain."""
    return draws.logit(draws.uniform(keys, decision, who, t)) / choice_precision


@compiled
def _mend(log, counter, t, opposed_since, pledge, i, j) -> None:
    """A rupture, if there is one, is undone: the two stand opposed no more."""
    since = opposed_since[i, j]
    if since >= 0:
        event_log.note(
            log, counter, t, event_log.MEND, i, j, -1, True, 0.0, 0.0, float(t - since), 0.0, 0.0,
            0.0, 0.0,
        )  # fmt: skip
        coalitions.reconcile(opposed_since, pledge, i, j)


@phase
def judge_by(p: ParameterValues, g: Inputs, w: World) -> Setting:
    """What a war among members is judged by, with what each has for one more."""
    who, topic, links, course = g.who, g.topic, g.links, g.course
    aims, force, relations, wars, patronage = w.aims, w.force, w.relations, w.wars, w.patronage
    enemy = course.enemy[0]
    enemy_pole = 1.0 if enemy >= 0 and who.side[enemy] > 0 else 0.0
    setting = Setting(
        aims.weight, aims.ideal, force.position, force.holder, topic.takeable, wars.free, who.air,
        who.ground, force.cost, who.discount, relations.heeded, wars.reliance, wars.exposure,
        wars.pledge, patronage.autonomy, patronage.pull, links.patron, links.proxy, p.breach_price,
        p.war_speed, p.war_optimism, p.perceived_volatility, p.task_exponent, p.loss_exponent,
        p.choice_precision, p.loyalty, p.dependence_weight, enemy, topic.territory[0], enemy_pole,
        False,
    )  # fmt: skip
    return setting


@phase
def share_out(week: Week, g: Inputs, w: World) -> None:
    """What the enemy held falls to members in the week in which it is beaten."""
    t, keys, log, counter = week.t, week.keys, week.log, week.counter
    course, ids = g.course, g.ids
    force = w.force
    enemy = course.enemy[0]
    for k in range(force.holder.shape[0] if t == course.secured[0] else 0):
        left = draws.uniform(keys, draws.FALL_TO, ids.issue[k], 0)
        for i in range(force.capability.shape[0] if force.holder[k] == enemy else 0):
            if 0.0 <= left < course.falls_to[k, i]:
                force.holder[k] = i
                event_log.note(
                    log, counter, t, event_log.FALL, i, enemy, k, True, 0.0, 0.0, force.position[k],
                    0.0, 0.0, 0.0, 0.0,
                )  # fmt: skip
            left -= course.falls_to[k, i]


@phase
def commit_forces(week: Week, p: ParameterValues, g: Inputs, w: World, setting: Setting) -> None:
    """What each has for one more war, and what it would lose in its wars without each."""
    t = week.t
    who, course, members, topic = g.who, g.course, g.members, g.topic
    force, ceasefire, relations, wars, value = w.force, w.ceasefire, w.relations, w.wars, w.value
    many = wars.free.shape[0]
    coalitions.commit(
        wars.committed, wars.free, wars.many, force.capability, wars.first, wars.plus,
        wars.minus, who.side, ceasefire.state[0] == WAR,
    )  # fmt: skip
    beaten = ceasefire.state[0] == VICTORY
    for i in range(many):
        # Until it is beaten, the enemy's camp is at war with members and takes no side among them.
        hostile = i == course.enemy[0] or (
            course.enemy[0] >= 0 and who.side[i] * who.side[course.enemy[0]] > 0
        )
        wars.may_join[i] = p.joining > 0.5 and wars.free[i] > 0.0 and (beaten or not hostile)
        # In a ceasefire too the half of what the coalition's war may need again would be gone.
        wars.left[i] = 1.0 - 1.0 / (max(wars.many[i], 1) + 1.0)
        for j in range(many):
            # In a war that is over nobody needs anybody.
            wars.reliance[i, j] = 0.0 if beaten else relations.dependence[i, j]
            wars.exposure[i, j] = 0.0
    if t >= members.decisions_from[0] and not beaten and topic.territory[0] >= 0:
        exposures(
            wars.exposure, wars.left, who.side, force.acting, who.air, who.ground, p.task_exponent,
            p.front_speed, value.utility, value.utility_plus, value.utility_minus,
            force.cost_at_effort, who.discount, force.position[topic.territory[0]],
            force.believed_drift, p.perceived_volatility,
        )  # fmt: skip
    fought = coalitions.judged_by(setting, False, wars.committed, p.war_optimism)
    coalitions.add_losses(
        wars.reliance, wars.exposure, fought, wars.left, wars.first, wars.plus, wars.minus,
        wars.front, wars.over_front,
    )  # fmt: skip


@phase
def hand_over(p: ParameterValues, w: World) -> None:
    """What members have agreed on is handed over step by step."""
    force, wars = w.force, w.wars
    coalitions.hand_over(force.position, wars.due, wars.due_position, p.implementation_speed)


@phase
def make_demands(week: Week, p: ParameterValues, g: Inputs, w: World, setting: Setting) -> None:
    """Claims on what others hold flare up, and are pressed one after the other."""
    t, keys = week.t, week.keys
    who, members = g.who, g.members
    force, ceasefire, wars = w.force, w.ceasefire, w.wars
    # A ceasefire does not end a war: what its camps want of each other is for the talks.
    common_war = ceasefire.state[0] != VICTORY
    if t >= members.decisions_from[0]:
        for i in range(wars.free.shape[0]):
            draws.uniforms(wars.flare[i], keys, draws.NO_DRAWS, draws.FLARE, members.pair[i], t)
        for _ in range(wars.free.shape[0] * force.holder.shape[0]):
            claimant, holder = coalitions.next_claim(
                setting,
                wars.flare,
                p.dispute_rate,
                wars.first,
                wars.plus,
                wars.minus,
                who.side,
                common_war,
                wars.due,
            )
            if claimant < 0:
                break
            press_claim(week, p, g, w, setting, claimant, holder)


@phase
def press_claim(
    week: Week,
    p: ParameterValues,
    g: Inputs,
    w: World,
    setting: Setting,
    claimant: int,
    holder: int,
) -> None:
    """A demand, a text for it, and what follows if it is refused."""
    t, keys, log, counter, agents = week.t, week.keys, week.log, week.counter, week.agents
    members, topic, links = g.members, g.topic, g.links
    value, relations, wars = w.value, w.relations, w.wars
    pair = claimant * wars.free.shape[0] + holder
    size, forcible, own, attack_gain, worth, defence = coalitions.weigh_claim(
        setting, claimant, holder, wars.expected_plus, wars.expected_minus, wars.may_join, _EVEN
    )
    # The beaten enemy takes up arms over the whole outcome of the war, or not at all: `come_back`.
    able = claimant != g.course.enemy[0] and coalitions.free_slot(wars.first) >= 0
    forcible = forcible and able
    threat = coalitions.chance(attack_gain, p.choice_precision) if forcible else 0.0
    wars.answer[0] = size - p.bilateral_deal_cost
    ask(agents, "demands", wars.answer, pair)
    event_log.note(
        log, counter, t, event_log.DEMAND, claimant, holder, -1, wars.answer[0] > 0.0,
        wars.answer[0], 0.0, size, threat, 0.0, 0.0, 0.0,
    )  # fmt: skip
    if wars.answer[0] > 0.0:
        settle_apart(wars.apart, claimant, holder, topic.minor, links.pairs)
        wars.answers[0], wars.answers[1] = coalitions.text_of_two(
            wars.accord, setting, claimant, holder, threat, worth, defence, wars.apart,
            wars.due, value.voice, p.bilateral_surplus_floor, int(p.nash_steps), p.nash_damping,
        )  # fmt: skip
        wars.answers[0] -= p.bilateral_deal_cost
        wars.answers[1] -= p.bilateral_deal_cost
        ask(agents, "accepts", wars.answers, pair)
        agreed = True
        for party in range(2):
            one, two = (claimant, holder) if party == 0 else (holder, claimant)
            eta = _shock(keys, draws.ACCEPT, members.pair[one, two], t, p.choice_precision)
            agreed = agreed and eta < wars.answers[party]
            event_log.note(
                log, counter, t, event_log.ACCEPT, one, two, -1, eta < wars.answers[party],
                wars.answers[party], eta, size, threat, 0.0, 0.0, 0.0,
            )  # fmt: skip
        if agreed:
            coalitions.promise(wars.due, wars.due_position, wars.accord, setting.position)
            relations.good[claimant, holder] += 1.0
            relations.good[holder, claimant] += 1.0
            _mend(log, counter, t, wars.opposed_since, wars.pledge, claimant, holder)
        else:
            relations.bad[claimant, holder] += 1.0
            relations.bad[holder, claimant] += 1.0
            begun = False
            if forcible:
                wars.answer[0] = attack_gain
                ask(agents, "attacks", wars.answer, pair)
                year = t // int(p.resolve_weeks)
                eta = _shock(
                    keys, draws.ATTACK, members.pair[claimant, holder], year, p.choice_precision
                )
                begun = eta < wars.answer[0]
                event_log.note(
                    log, counter, t, event_log.ATTACK, claimant, holder, -1, begun, wars.answer[0],
                    eta, worth - value.utility[claimant], relations.heeded[claimant, holder],
                    wars.exposure[claimant, holder], attack_gain - own, 0.0,
                )  # fmt: skip
            if begun:
                judged, attacker, attacked, start = setting, claimant, holder, _EVEN
                break_out(week, p, g, w, judged, attacker, attacked, start)
            elif p.ruptures > 0.5 and wars.opposed_since[claimant, holder] < 0:
                break_with(week, p, g, w, setting, claimant, holder)


@phase
def break_out(
    week: Week, p: ParameterValues, g: Inputs, w: World, judged: Setting, attacker: int,
    attacked: int, start: float,
) -> None:  # fmt: skip
    """A war begins: third actors answer, the strongest first, each knowing who has answered."""
    t, keys, log, counter, agents = week.t, week.keys, week.log, week.counter, week.agents
    who, members = g.who, g.members
    force, ceasefire, relations, wars = w.force, w.ceasefire, w.relations, w.wars
    many = wars.free.shape[0]
    for i in range(many):
        wars.to_answer[i] = wars.may_join[i] and i != attacker and i != attacked
    for _ in range(many):
        third = coalitions.strongest(wars.free, wars.to_answer)
        if third < 0:
            break
        wars.to_answer[third] = False
        wars.answers[0], wars.answers[1], to_attacker, to_attacked = coalitions.joins_as_client(
            judged, third, attacker, attacked, wars.expected_plus, wars.expected_minus, start
        )
        by_patrons = wars.answers[0] - to_attacker, wars.answers[1] - to_attacked
        ask(agents, "joins", wars.answers, (third * many + attacker) * many + attacked)
        likely = coalitions.choice(wars.answers[0], wars.answers[1], p.choice_precision)
        # One draw decides both: a low one joins the attacker, a high one the attacked.
        luck = draws.uniform(keys, draws.JOIN, members.join[third, attacker, attacked], t)
        to_second = luck >= likely[0] and (1.0 - luck < likely[1] or likely[1] > likely[0])
        if to_second:
            odds, place, leader = likely[1], 1.0 - luck, attacked
            own, patrons = to_attacked, by_patrons[1]
        else:
            odds, place, leader = likely[0], luck, attacker
            own, patrons = to_attacker, by_patrons[0]
        came = place < odds
        event_log.note(
            log, counter, t, event_log.JOIN, third, leader, -1, came,
            draws.logit(odds) / p.choice_precision, draws.logit(place) / p.choice_precision, own,
            patrons, relations.heeded[third, leader], 0.0, 0.0,
        )  # fmt: skip
        wars.expected_plus[third] = 1.0 if came and not to_second else 0.0
        wars.expected_minus[third] = 1.0 if came and to_second else 0.0
    coalitions.begin(
        wars.first, wars.second, wars.front, wars.weeks, wars.over_front, wars.plus, wars.minus,
        judged, attacker, attacked, start, wars.expected_plus, wars.expected_minus,
    )  # fmt: skip
    # Who is in this war too has less for the next.
    coalitions.commit(
        wars.committed, wars.free, wars.many, force.capability, wars.first, wars.plus, wars.minus,
        who.side, ceasefire.state[0] == WAR,
    )  # fmt: skip
    # Who fights on one side stands opposed no more.
    for i in range(many):
        for j in range(i):
            if coalitions.on_one_side(i, j, wars.expected_plus, wars.expected_minus):
                _mend(log, counter, t, wars.opposed_since, wars.pledge, i, j)


@phase
def break_with(
    week: Week,
    p: ParameterValues,
    g: Inputs,
    w: World,
    setting: Setting,
    claimant: int,
    holder: int,
) -> None:
    """A formal rupture: a claimant whose demand was refused, and allies that stand with it."""
    t, keys, log, counter, agents = week.t, week.keys, week.log, week.counter, week.agents
    members = g.members
    relations, wars = w.relations, w.wars
    year, pair = t // int(p.resolve_weeks), claimant * wars.free.shape[0] + holder
    pledges = coalitions.weigh_pledges(
        wars.consent_gain, wars.to_answer, setting, claimant, holder, _EVEN, wars.may_join
    )
    wars.answer[0] = coalitions.breaks(setting, claimant, holder, pledges)
    ask(agents, "breaks_with", wars.answer, pair)
    eta = _shock(keys, draws.RUPTURE, members.pair[claimant, holder], year, p.choice_precision)
    broken = eta < wars.answer[0]
    event_log.note(
        log, counter, t, event_log.RUPTURE, claimant, holder, -1, broken, wars.answer[0], eta,
        pledges, relations.heeded[claimant, holder], wars.reliance[claimant, holder], 0.0, 0.0,
    )  # fmt: skip
    if broken:
        coalitions.oppose(wars.opposed_since, claimant, holder, t)
        ask(agents, "consents", wars.consent_gain, pair)
    for ally in range(wars.free.shape[0]):
        if broken and wars.to_answer[ally]:
            eta = _shock(
                keys, draws.CONSENT, members.join[ally, claimant, holder], year, p.choice_precision
            )
            event_log.note(
                log, counter, t, event_log.CONSENT, ally, claimant, -1,
                eta < wars.consent_gain[ally], wars.consent_gain[ally], eta,
                relations.heeded[ally, claimant], relations.heeded[ally, holder], 0.0, 0.0, 0.0,
            )  # fmt: skip
            if eta < wars.consent_gain[ally]:
                coalitions.oppose(wars.opposed_since, ally, holder, t)
                coalitions.ally(wars.pledge, claimant, ally, holder)


@phase
def come_back(week: Week, p: ParameterValues, g: Inputs, w: World, setting: Setting) -> None:
    """The beaten enemy takes up arms again against the strongest member."""
    t, keys, log, counter, agents = week.t, week.keys, week.log, week.counter, week.agents
    members, course = g.members, g.course
    force, ceasefire, value, wars = w.force, w.ceasefire, w.value, w.wars
    enemy = course.enemy[0]
    able = p.returning > 0.5 and ceasefire.state[0] == VICTORY and enemy >= 0
    # The weeks at an end of the front say whose the victory was.
    able = able and force.weeks_at_end[0] * g.who.side[enemy] < 0
    able = able and setting.territory >= 0 and t >= members.decisions_from[0]
    if able and wars.many[enemy] == 0 and coalitions.free_slot(wars.first) >= 0:
        flare = draws.uniform(keys, draws.FLARE, members.pair[enemy, enemy], t)
        opponent = coalitions.strongest(wars.free, members.member)
        if opponent >= 0 and wars.free[enemy] > 0.0 and flare < p.dispute_rate:
            # Defeat has taught: it believes in no more than the forces show.
            sober = coalitions.judged_by(setting, True, wars.free, 0.0)
            start = coalitions.first_front(sober)
            _, _, _, _, worth, _ = coalitions.weigh_claim(
                sober, enemy, opponent, wars.expected_plus, wars.expected_minus, wars.may_join,
                start,
            )  # fmt: skip
            wars.answer[0] = worth - value.utility[enemy] - p.breach_price
            ask(agents, "comes_back", wars.answer, enemy)
            year = t // int(p.resolve_weeks)
            eta = _shock(keys, draws.RETURN, members.pair[enemy, enemy], year, p.choice_precision)
            returns = eta < wars.answer[0]
            event_log.note(
                log, counter, t, event_log.RETURN, enemy, opponent, -1, returns, wars.answer[0],
                eta, worth - value.utility[enemy], 0.0, 0.0, 0.0, 0.0,
            )  # fmt: skip
            if returns:
                judged = coalitions.judged_by(setting, True, wars.free, p.war_optimism)
                attacker, attacked = enemy, opponent
                break_out(week, p, g, w, judged, attacker, attacked, start)


@phase
def fight_wars(week: Week, p: ParameterValues, g: Inputs, w: World, setting: Setting) -> None:
    """The fronts of wars among members move; a text or a victory ends them."""
    t, keys = week.t, week.keys
    members = g.members
    force, relations, wars = w.force, w.relations, w.wars
    coalitions.live_through_wars(
        relations.good, relations.bad, wars.first, wars.plus, wars.minus, p.war_intensity
    )
    for slot in range(wars.first.shape[0]):
        if wars.first[slot] >= 0:
            worn = p.war_optimism * p.optimism_weeks / (p.optimism_weeks + wars.weeks[slot])
            fought = coalitions.judged_by(setting, wars.over_front[slot], wars.committed, worn)
            where = members.pair[wars.first[slot], wars.second[slot]]
            luck = draws.normal_of(draws.uniform(keys, draws.WAR_FRONT, where, t))
            wars.front[slot] = coalitions.next_front(
                fought, wars.plus[slot], wars.minus[slot], wars.front[slot], p.war_volatility, luck
            )
            if fought.over_front:
                position = coalitions.front_as_position(fought, wars.front[slot])
                force.position[fought.territory] = position
            wars.weeks[slot] += 1
            if wars.front[slot] <= 0.0 or wars.front[slot] >= 1.0:
                end_war(week, p, g, w, fought, slot)
            elif wars.weeks[slot] % int(p.ceasefire_period) == 0:
                make_peace(week, p, g, w, fought, slot)


@phase
def end_war(
    week: Week, p: ParameterValues, g: Inputs, w: World, fought: Setting, slot: int
) -> None:
    """A war among members is won: what the beaten hold goes to the winners, by their order."""
    t, log, counter = week.t, week.log, week.counter
    course = g.course
    force, wars = w.force, w.wars
    winner, loser = wars.first[slot], wars.second[slot]
    winners, losers = wars.plus[slot], wars.minus[slot]
    if wars.front[slot] <= 0.0:
        winner, loser, winners, losers = loser, winner, losers, winners
    event_log.note(
        log, counter, t, event_log.DEFEAT, winner, loser, -1, True, 0.0, 0.0,
        float(wars.weeks[slot]), 0.0, 0.0, 0.0, 0.0,
    )  # fmt: skip
    coalitions.fall(fought, wars.accord, wars.new_holder, winners, losers, winner)
    for k in range(force.holder.shape[0]):
        if wars.new_holder[k] != force.holder[k]:
            force.position[k] = wars.accord[k]
            wars.due[k] = False
            event_log.note(
                log, counter, t, event_log.FALL, wars.new_holder[k], force.holder[k], k, True, 0.0,
                0.0, wars.accord[k], 0.0, 0.0, 0.0, 0.0,
            )  # fmt: skip
            force.holder[k] = wars.new_holder[k]
    if fought.over_front and loser == course.enemy[0]:
        force.capability[loser] *= p.left_after_defeat
        force.full_capability[loser] *= p.left_after_defeat
    wars.first[slot] = -1


@phase
def make_peace(
    week: Week, p: ParameterValues, g: Inputs, w: World, fought: Setting, slot: int
) -> None:
    """The two that lead a war among members may settle: a text that both prefer to the war."""
    t, keys, log, counter, agents = week.t, week.keys, week.log, week.counter, week.agents
    members, topic, links = g.members, g.topic, g.links
    value, wars = w.value, w.wars
    attacker, attacked = wars.first[slot], wars.second[slot]
    settle_apart(wars.apart, attacker, attacked, topic.minor, links.pairs)
    wars.answers[0], wars.answers[1] = coalitions.text_of_war(
        wars.accord, fought, attacker, attacked, wars.plus[slot], wars.minus[slot],
        wars.front[slot], wars.apart, wars.due, value.voice, p.bilateral_surplus_floor,
        int(p.nash_steps), p.nash_damping,
    )  # fmt: skip
    wars.answers[0] -= p.bilateral_deal_cost
    wars.answers[1] -= p.bilateral_deal_cost
    ask(agents, "makes_peace", wars.answers, attacker * wars.free.shape[0] + attacked)
    agreed = True
    for party in range(2):
        one, two = (attacker, attacked) if party == 0 else (attacked, attacker)
        eta = _shock(keys, draws.PEACE, members.pair[one, two], t, p.choice_precision)
        agreed = agreed and eta < wars.answers[party]
        event_log.note(
            log, counter, t, event_log.PEACE, one, two, -1, eta < wars.answers[party],
            wars.answers[party], eta, wars.front[slot], 0.0, 0.0, 0.0, 0.0,
        )  # fmt: skip
    if agreed:
        coalitions.promise(wars.due, wars.due_position, wars.accord, fought.position)
        wars.first[slot] = -1
