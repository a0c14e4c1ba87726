"""Coalitions: the given course of their war, claims of members on each other, wars among them.

Nothing here does anything where no issue is held by an actor and no course is given.
"""

from __future__ import annotations

from sim.engine import draws, event_log
from sim.engine.inlined_phases import phase
from sim.engine.inputs import Inputs, ParameterValues
from sim.engine.phases.week import Week, ask
from sim.engine.state import VICTORY, WAR, World
from sim.rules import coalitions
from sim.rules.coalitions import Setting
from sim.rules.jit import compiled

# A new war begins in the middle; the beaten enemy that comes back is a little behind.
_EVEN, _BEHIND = 0.5, 0.4


@compiled
def _shock(keys, decision, who, t, choice_precision) -> float:
    """Choice shock of one subject: a yes if and only if it is below the gain."""
    return draws.logit(draws.uniform(keys, decision, who, t)) / choice_precision


@phase
def follow_course(week: Week, p: ParameterValues, g: Inputs, w: World) -> None:
    """Phase 1: the front where its given course puts it; the week in which the enemy is beaten."""
    t, keys, log, counter = week.t, week.keys, week.log, week.counter
    topic, spoils, ids = g.topic, g.spoils, g.ids
    force, ceasefire, wars = w.force, w.ceasefire, w.wars
    territory = topic.territory[0]
    if spoils.course.shape[0] > 0:
        force.pinned[territory] = spoils.course[t]
        if spoils.course[t] >= 0.0:
            force.position[territory] = spoils.course[t]
    if spoils.secured[0] == t:
        ceasefire.state[0] = VICTORY
        weeks = int(p.victory_weeks)
        force.weeks_at_end[0] = weeks if force.position[territory] >= 0.5 else -weeks
        event_log.note(
            log, counter, t, event_log.SECURED, -1, spoils.enemy[0], territory, True, 0.0, 0.0,
            force.position[territory], 0.0, 0.0, 0.0, 0.0,
        )  # fmt: skip
        enemy = spoils.enemy[0]
        if enemy >= 0:
            force.capability[enemy] *= p.left_after_defeat
            force.full_capability[enemy] *= p.left_after_defeat
        for k in range(wars.holder.shape[0]):
            left = draws.uniform(keys, draws.FALL_TO, ids.issue[k], 0)
            for i in range(spoils.falls_to.shape[1] if wars.holder[k] == enemy else 0):
                if left >= 0.0 and left < spoils.falls_to[k, i]:
                    wars.holder[k] = i
                    event_log.note(
                        log, counter, t, event_log.FALL, i, enemy, k, True, 0.0, 0.0,
                        force.position[k], 0.0, 0.0, 0.0, 0.0,
                    )  # fmt: skip
                left -= spoils.falls_to[k, i]


@phase
def commit_forces(p: ParameterValues, g: Inputs, w: World) -> None:
    """Phase 3: what each has for one more war, and what it would lose in its wars without each."""
    who, spoils, links = g.who, g.spoils, g.links
    aims, force, ceasefire, relations, wars = w.aims, w.force, w.ceasefire, w.relations, w.wars
    patronage = w.patronage
    if spoils.held[0]:
        coalitions.commit(
            wars.committed, wars.free, wars.many, force.capability, wars.first, wars.plus,
            wars.minus, who.side, ceasefire.state[0] == WAR,
        )  # fmt: skip
        for i in range(wars.free.shape[0]):
            beaten = i != spoils.enemy[0] or ceasefire.state[0] == VICTORY
            wars.may_join[i] = p.joining > 0.5 and wars.free[i] > 0.0 and beaten
            for j in range(wars.free.shape[0]):
                wars.needed[i, j] = relations.dependence[i, j]
        fought = Setting(
            aims.weight, aims.ideal, force.position, wars.holder, spoils.takeable, wars.committed,
            who.air, who.ground, force.cost, who.discount, relations.heeded, wars.needed,
            wars.pledge, patronage.autonomy, patronage.pull, links.patron, links.proxy,
            p.breach_price, p.war_speed, p.war_optimism, p.perceived_volatility, p.task_exponent,
            p.loss_exponent, p.choice_precision, p.loyalty, p.dependence_weight,
        )  # fmt: skip
        for slot in range(wars.first.shape[0]):
            for i in range(wars.free.shape[0] if wars.first[slot] >= 0 else 0):
                for j in range(wars.free.shape[0]):
                    beside = wars.plus[slot, i] * wars.plus[slot, j]
                    beside += wars.minus[slot, i] * wars.minus[slot, j]
                    if i != j and beside > 0.0:
                        wars.needed[i, j] += coalitions.dependence_in(
                            fought, i, j, wars.plus[slot], wars.minus[slot], wars.front[slot]
                        )


@phase
def hand_over(p: ParameterValues, g: Inputs, w: World) -> None:
    """Phase 7: what members have agreed on is handed over step by step."""
    spoils = g.spoils
    force, wars = w.force, w.wars
    if spoils.held[0]:
        coalitions.hand_over(force.position, wars.due, wars.due_position, p.implementation_speed)


@phase
def make_demands(week: Week, p: ParameterValues, g: Inputs, w: World) -> None:
    """Phase 9: claims on what others hold flare up, and are pressed one after the other."""
    t, keys = week.t, week.keys
    who, spoils, links = g.who, g.spoils, g.links
    aims, force, relations, wars, patronage = w.aims, w.force, w.relations, w.wars, w.patronage
    if spoils.held[0] and t >= spoils.decisions_from[0]:
        rivals = Setting(
            aims.weight, aims.ideal, force.position, wars.holder, spoils.takeable, wars.free,
            who.air, who.ground, force.cost, who.discount, relations.heeded, wars.needed,
            wars.pledge, patronage.autonomy, patronage.pull, links.patron, links.proxy,
            p.breach_price, p.war_speed, p.war_optimism, p.perceived_volatility, p.task_exponent,
            p.loss_exponent, p.choice_precision, p.loyalty, p.dependence_weight,
        )  # fmt: skip
        for i in range(wars.free.shape[0]):
            for j in range(wars.free.shape[0]):
                # Who has nothing to claim has no draw.
                wars.flare[i, j] = 1.0
                if i != j and coalitions.claim(rivals, i, j) > 0.0:
                    wars.flare[i, j] = draws.uniform(keys, draws.FLARE, spoils.pair[i, j], t)
        for _ in range(wars.free.shape[0] * wars.holder.shape[0]):
            claimant, holder = coalitions.next_flare(wars.flare, p.dispute_rate)
            if claimant < 0:
                break
            across = coalitions.are_at_war(claimant, holder, wars.first, wars.plus, wars.minus)
            if not across and not coalitions.is_due(rivals, claimant, holder, wars.due):
                press_claim(week, p, g, w, rivals, claimant, holder)


@phase
def press_claim(week, p, g, w, rivals, claimant, holder) -> None:
    """A demand, a text for it, and what follows its refusal."""
    t, keys, log, counter, agents = week.t, week.keys, week.log, week.counter, week.agents
    spoils, topic = g.spoils, g.topic
    value, relations, wars = w.value, w.relations, w.wars
    pair = claimant * wars.free.shape[0] + holder
    forcible = wars.free[claimant] > 0.0 and coalitions.free_slot(wars.first) >= 0
    forcible = forcible and coalitions.can_be_attacked(rivals, claimant, holder)
    coalitions.expect(
        wars.expected_plus, wars.expected_minus, rivals, claimant, holder, _EVEN, wars.may_join
    )
    attack_gain, worth_of_war = coalitions.attacks_as_client(
        rivals, claimant, holder, wars.expected_plus, wars.expected_minus, _EVEN
    )
    defence = coalitions.worth(rivals, holder, wars.expected_plus, wars.expected_minus, _EVEN, -1)[
        0
    ]
    threat = coalitions.chance(attack_gain, p.choice_precision) if forcible else 0.0
    size = coalitions.claim(rivals, claimant, holder)
    wars.gain[0] = size - p.bilateral_deal_cost
    ask(agents, "demands", wars.gain, pair)
    event_log.note(
        log, counter, t, event_log.DEMAND, claimant, holder, -1, wars.gain[0] > 0.0, wars.gain[0],
        0.0, size, threat, 0.0, 0.0, 0.0,
    )  # fmt: skip
    if wars.gain[0] > 0.0:
        gain_of_claimant, gain_of_holder = coalitions.text_of_two(
            wars.text, rivals, claimant, holder, threat, worth_of_war, defence, topic.minor,
            value.voice, p.bilateral_surplus_floor, int(p.nash_steps), p.nash_damping,
        )  # fmt: skip
        wars.gains[0] = gain_of_claimant - p.bilateral_deal_cost
        wars.gains[1] = gain_of_holder - p.bilateral_deal_cost
        ask(agents, "accepts", wars.gains, pair)
        agreed = True
        for party in range(2):
            one, two = (claimant, holder) if party == 0 else (holder, claimant)
            eta = _shock(keys, draws.ACCEPT, spoils.pair[one, two], t, p.choice_precision)
            agreed = agreed and eta < wars.gains[party]
            event_log.note(
                log, counter, t, event_log.ACCEPT, one, two, -1, eta < wars.gains[party],
                wars.gains[party], eta, size, threat, 0.0, 0.0, 0.0,
            )  # fmt: skip
        if agreed:
            coalitions.promise(wars.due, wars.due_position, wars.text, rivals.position)
            relations.good[claimant, holder] += 1.0
            relations.good[holder, claimant] += 1.0
            if wars.opposed_since[claimant, holder] >= 0:
                one, two = claimant, holder
                mend(week, w, one, two)
        else:
            relations.bad[claimant, holder] += 1.0
            relations.bad[holder, claimant] += 1.0
            begun = False
            if forcible:
                year = t // int(p.resolve_weeks)
                wars.gain[0] = attack_gain
                ask(agents, "attacks", wars.gain, pair)
                eta = _shock(
                    keys, draws.ATTACK, spoils.pair[claimant, holder], year, p.choice_precision
                )
                begun = eta < wars.gain[0]
                event_log.note(
                    log, counter, t, event_log.ATTACK, claimant, holder, -1, begun, wars.gain[0],
                    eta, worth_of_war - value.utility[claimant],
                    relations.heeded[claimant, holder], wars.needed[claimant, holder],
                    attack_gain - coalitions.attacks(
                        rivals, claimant, holder, wars.expected_plus, wars.expected_minus, _EVEN
                    )[0], 0.0,
                )  # fmt: skip
            if begun:
                attacker, attacked, start, of_enemy = claimant, holder, _EVEN, False
                break_out(week, p, g, w, rivals, attacker, attacked, start, of_enemy)
            elif p.ruptures > 0.5 and wars.opposed_since[claimant, holder] < 0:
                break_with(week, p, g, w, rivals, claimant, holder)


@phase
def break_out(week, p, g, w, rivals, attacker, attacked, start, of_enemy) -> None:
    """A war begins: third actors answer, the strongest first, each knowing who has answered.

    `start` is where the front stands; `of_enemy` says that the beaten enemy has come back.
    """
    t, keys, log, counter, agents = week.t, week.keys, week.log, week.counter, week.agents
    spoils = g.spoils
    force, relations, wars = w.force, w.relations, w.wars
    slot = coalitions.free_slot(wars.first)
    wars.first[slot], wars.second[slot] = attacker, attacked
    wars.front[slot], wars.weeks[slot], wars.of_enemy[slot] = start, 0, of_enemy
    for i in range(wars.free.shape[0]):
        wars.plus[slot, i], wars.minus[slot, i] = 0.0, 0.0
        wars.to_answer[i] = wars.may_join[i] and i != attacker and i != attacked
    for _ in range(wars.free.shape[0]):
        third = coalitions.strongest(wars.free, wars.to_answer)
        if third < 0:
            break
        wars.to_answer[third] = False
        own_first, own_second = coalitions.joins(
            rivals, third, attacker, attacked, wars.expected_plus, wars.expected_minus, start
        )
        wars.join_gain[0], wars.join_gain[1] = coalitions.joins_as_client(
            rivals, third, attacker, attacked, wars.expected_plus, wars.expected_minus, start
        )
        patrons_first = wars.join_gain[0] - own_first
        patrons_second = wars.join_gain[1] - own_second
        ask(
            agents, "joins", wars.join_gain,
            (third * wars.free.shape[0] + attacker) * wars.free.shape[0] + attacked,
        )  # fmt: skip
        on_plus, on_minus = coalitions.choice(
            wars.join_gain[0], wars.join_gain[1], p.choice_precision
        )
        luck = draws.uniform(keys, draws.JOIN, spoils.join[third, attacker, attacked], t)
        # One draw decides both: a low one joins the attacker, a high one the attacked.
        chosen = 0 if on_plus >= on_minus else 1
        if luck < on_plus:
            chosen = 0
        elif 1.0 - luck < on_minus:
            chosen = 1
        odds, eta = (on_plus, luck) if chosen == 0 else (on_minus, 1.0 - luck)
        came = eta < odds
        event_log.note(
            log, counter, t, event_log.JOIN, third, attacker if chosen == 0 else attacked, -1, came,
            draws.logit(odds) / p.choice_precision, draws.logit(eta) / p.choice_precision,
            own_first if chosen == 0 else own_second,
            patrons_first if chosen == 0 else patrons_second,
            relations.heeded[third, attacker] - relations.heeded[third, attacked], 0.0, 0.0,
        )  # fmt: skip
        wars.expected_plus[third] = 1.0 if came and chosen == 0 else 0.0
        wars.expected_minus[third] = 1.0 if came and chosen == 1 else 0.0
    for i in range(wars.free.shape[0]):
        wars.plus[slot, i], wars.minus[slot, i] = wars.expected_plus[i], wars.expected_minus[i]
    # Who is in this war too has less for the next.
    coalitions.commit(
        wars.committed, wars.free, wars.many, force.capability, wars.first, wars.plus, wars.minus,
        g.who.side, w.ceasefire.state[0] == WAR,
    )  # fmt: skip


@phase
def break_with(week, p, g, w, rivals, claimant, holder) -> None:
    """A formal rupture: a claimant whose demand was refused, and allies that stand with it."""
    t, keys, log, counter, agents = week.t, week.keys, week.log, week.counter, week.agents
    spoils = g.spoils
    relations, wars = w.relations, w.wars
    year, many = t // int(p.resolve_weeks), wars.free.shape[0]
    pledges = 0.0
    for ally in range(many):
        wars.consent_gain[ally] = 0.0
        wars.to_answer[ally] = coalitions.may_be_ally(rivals, ally, claimant, holder)
        if wars.to_answer[ally]:
            wars.consent_gain[ally] = coalitions.consents(rivals, ally, claimant, holder, _EVEN)
            pledges += coalitions.chance(
                wars.consent_gain[ally], p.choice_precision
            ) * coalitions.worth_of_pledge(rivals, claimant, ally, holder, _EVEN)
    wars.gain[0] = coalitions.breaks(rivals, claimant, holder, pledges)
    ask(agents, "breaks_with", wars.gain, claimant * many + holder)
    eta = _shock(keys, draws.RUPTURE, spoils.pair[claimant, holder], year, p.choice_precision)
    event_log.note(
        log, counter, t, event_log.RUPTURE, claimant, holder, -1, eta < wars.gain[0], wars.gain[0],
        eta, pledges, relations.heeded[claimant, holder], wars.needed[claimant, holder], 0.0, 0.0,
    )  # fmt: skip
    if eta < wars.gain[0]:
        wars.opposed_since[claimant, holder] = t
        wars.opposed_since[holder, claimant] = t
        ask(agents, "consents", wars.consent_gain, claimant * many + holder)
        for ally in range(many):
            if wars.to_answer[ally]:
                eta = _shock(
                    keys, draws.CONSENT, spoils.join[ally, claimant, holder], year,
                    p.choice_precision,
                )  # fmt: skip
                yes = eta < wars.consent_gain[ally]
                event_log.note(
                    log, counter, t, event_log.CONSENT, ally, holder, -1, yes,
                    wars.consent_gain[ally], eta, relations.heeded[ally, claimant], 0.0, 0.0, 0.0,
                    0.0,
                )  # fmt: skip
                if yes:
                    wars.opposed_since[ally, holder] = t
                    wars.opposed_since[holder, ally] = t
                    wars.pledge[ally, claimant, holder] = coalitions.ALLIANCE
                    wars.pledge[claimant, ally, holder] = coalitions.ALLIANCE


@phase
def mend(week, w, one, two) -> None:
    """A rupture is undone: the two stand opposed no more."""
    t, log, counter = week.t, week.log, week.counter
    wars = w.wars
    event_log.note(
        log, counter, t, event_log.MEND, one, two, -1, True, 0.0, 0.0,
        float(t - wars.opposed_since[one, two]), 0.0, 0.0, 0.0, 0.0,
    )  # fmt: skip
    wars.opposed_since[one, two] = -1
    wars.opposed_since[two, one] = -1
    for ally in range(wars.free.shape[0]):
        if wars.pledge[ally, one, two] == coalitions.ALLIANCE:
            wars.pledge[ally, one, two] = 0
        if wars.pledge[ally, two, one] == coalitions.ALLIANCE:
            wars.pledge[ally, two, one] = 0


@phase
def come_back(week: Week, p: ParameterValues, g: Inputs, w: World) -> None:
    """Phase 10: the beaten enemy takes up arms again against the strongest member."""
    t, keys, log, counter, agents = week.t, week.keys, week.log, week.counter, week.agents
    who, spoils, links = g.who, g.spoils, g.links
    aims, force, ceasefire, value = w.aims, w.force, w.ceasefire, w.value
    relations, wars, patronage = w.relations, w.wars, w.patronage
    enemy = spoils.enemy[0]
    able = p.returning > 0.5 and spoils.held[0] and ceasefire.state[0] == VICTORY and enemy >= 0
    if able and t > spoils.secured[0] and wars.many[enemy] == 0 and wars.free[enemy] > 0.0:
        slot = coalitions.free_slot(wars.first)
        flare = draws.uniform(keys, draws.FLARE, spoils.pair[enemy, enemy], t)
        opponent = coalitions.strongest(wars.free, spoils.member)
        if slot >= 0 and opponent >= 0 and flare < p.dispute_rate:
            # Defeat has taught: it believes in no more than the forces show.
            rivals = Setting(
                aims.weight, aims.ideal, force.position, wars.holder, spoils.takeable, wars.free,
                who.air, who.ground, force.cost, who.discount, relations.heeded, wars.needed,
                wars.pledge, patronage.autonomy, patronage.pull, links.patron, links.proxy,
                p.breach_price, p.war_speed, 0.0, p.perceived_volatility, p.task_exponent,
                p.loss_exponent, p.choice_precision, p.loyalty, p.dependence_weight,
            )  # fmt: skip
            coalitions.expect(
                wars.expected_plus, wars.expected_minus, rivals, enemy, opponent, _BEHIND,
                wars.may_join,
            )  # fmt: skip
            hope = (
                coalitions.worth(
                    rivals, enemy, wars.expected_plus, wars.expected_minus, _BEHIND, 1
                )[0]
                - value.utility[enemy]
            )
            wars.gain[0] = hope - p.breach_price
            ask(agents, "comes_back", wars.gain, enemy)
            eta = _shock(
                keys, draws.RETURN, spoils.pair[enemy, enemy], t // int(p.resolve_weeks),
                p.choice_precision,
            )  # fmt: skip
            event_log.note(
                log, counter, t, event_log.RETURN, enemy, opponent, -1, eta < wars.gain[0],
                wars.gain[0], eta, hope, 0.0, 0.0, 0.0, 0.0,
            )  # fmt: skip
            if eta < wars.gain[0]:
                attacker, attacked, start, of_enemy = enemy, opponent, _BEHIND, True
                break_out(week, p, g, w, rivals, attacker, attacked, start, of_enemy)


@phase
def fight_wars(week: Week, p: ParameterValues, g: Inputs, w: World) -> None:
    """Phase 11: the fronts of wars among members move; a text or a victory ends them."""
    t, keys = week.t, week.keys
    who, spoils, links = g.who, g.spoils, g.links
    aims, force, relations, wars, patronage = w.aims, w.force, w.relations, w.wars, w.patronage
    if spoils.held[0]:
        for slot in range(wars.first.shape[0]):
            if wars.first[slot] < 0:
                continue
            tired = p.war_optimism * p.optimism_weeks / (p.optimism_weeks + wars.weeks[slot])
            fought = Setting(
                aims.weight, aims.ideal, force.position, wars.holder, spoils.takeable,
                wars.committed, who.air, who.ground, force.cost, who.discount, relations.heeded,
                wars.needed, wars.pledge, patronage.autonomy, patronage.pull, links.patron,
                links.proxy, p.breach_price, p.war_speed, tired, p.perceived_volatility,
                p.task_exponent, p.loss_exponent, p.choice_precision, p.loyalty,
                p.dependence_weight,
            )  # fmt: skip
            psi = coalitions.superiority(fought, wars.plus[slot], wars.minus[slot])
            where = spoils.pair[wars.first[slot], wars.second[slot]]
            luck = draws.normal_of(draws.uniform(keys, draws.WAR_FRONT, where, t))
            wars.front[slot] = coalitions.next_front(
                wars.front[slot], psi, p.war_speed, p.war_volatility, luck
            )
            wars.weeks[slot] += 1
            if wars.front[slot] <= 0.0 or wars.front[slot] >= 1.0:
                end_war(week, p, g, w, fought, slot)
            elif wars.weeks[slot] % int(p.ceasefire_period) == 0:
                make_peace(week, p, g, w, fought, slot)


@phase
def end_war(week, p, g, w, fought, slot) -> None:
    """A war among members is won: what the beaten hold goes to the winners, by their order."""
    t, log, counter = week.t, week.log, week.counter
    spoils = g.spoils
    force, wars = w.force, w.wars
    won = wars.front[slot] >= 1.0
    winner, loser = wars.first[slot], wars.second[slot]
    winners, losers = wars.plus[slot], wars.minus[slot]
    if not won:
        winner, loser, winners, losers = loser, winner, losers, winners
    event_log.note(
        log, counter, t, event_log.DEFEAT, winner, loser, -1, True, 0.0, 0.0,
        float(wars.weeks[slot]), 0.0, 0.0, 0.0, 0.0,
    )  # fmt: skip
    coalitions.order(wars.text, fought, winners, losers)
    coalitions.fall(fought, wars.new_holder, winners, losers, winner)
    for k in range(wars.holder.shape[0]):
        if wars.new_holder[k] != wars.holder[k]:
            force.position[k] = wars.text[k]
            wars.due[k] = False
            event_log.note(
                log, counter, t, event_log.FALL, wars.new_holder[k], wars.holder[k], k, True, 0.0,
                0.0, wars.text[k], 0.0, 0.0, 0.0, 0.0,
            )  # fmt: skip
            wars.holder[k] = wars.new_holder[k]
    if loser == spoils.enemy[0]:
        force.capability[loser] *= p.left_after_defeat
        force.full_capability[loser] *= p.left_after_defeat
    wars.first[slot] = -1


@phase
def make_peace(week, p, g, w, fought, slot) -> None:
    """The two that lead a war among members may settle: a text that both prefer to the war."""
    t, keys, log, counter, agents = week.t, week.keys, week.log, week.counter, week.agents
    spoils, topic = g.spoils, g.topic
    value, wars = w.value, w.wars
    attacker, attacked = wars.first[slot], wars.second[slot]
    hope = coalitions.worth(
        fought, attacker, wars.plus[slot], wars.minus[slot], wars.front[slot], 1
    )
    fear = coalitions.worth(
        fought, attacked, wars.plus[slot], wars.minus[slot], wars.front[slot], -1
    )
    for_first, for_second = coalitions.text_of_two(
        wars.text, fought, attacker, attacked, 1.0, hope[0], fear[0], topic.minor, value.voice,
        p.bilateral_surplus_floor, int(p.nash_steps), p.nash_damping,
    )  # fmt: skip
    wars.gains[0] = for_first - p.bilateral_deal_cost
    wars.gains[1] = for_second - p.bilateral_deal_cost
    ask(agents, "makes_peace", wars.gains, attacker * wars.free.shape[0] + attacked)
    agreed = True
    for party in range(2):
        one, two = (attacker, attacked) if party == 0 else (attacked, attacker)
        eta = _shock(keys, draws.PEACE, spoils.pair[one, two], t, p.choice_precision)
        agreed = agreed and eta < wars.gains[party]
        event_log.note(
            log, counter, t, event_log.PEACE, one, two, -1, eta < wars.gains[party],
            wars.gains[party], eta, wars.front[slot], 0.0, 0.0, 0.0, 0.0,
        )  # fmt: skip
    if agreed:
        coalitions.promise(wars.due, wars.due_position, wars.text, fought.position)
        wars.first[slot] = -1
