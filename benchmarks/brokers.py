"""Who would be taken on as co-sponsor of a ceasefire: candidate rules, on recorded wars.

    python benchmarks/brokers.py [runs] [seed] [--inputs] [--scan]

Plays the Syrian case and asks, at every proposal of a ceasefire, whom each candidate rule would
have had the convener share it with. Nothing feeds back: the wars are those without co-sponsors. The
rules know no name and no date; names stand only where the answers are counted. `docs/BROKERS.md`
says what came out.

Most rules use one bargain. Alone, the convener c can expect ``P0 (v_c + G_c(y0))``: the chance that
all who must sign do, times the value of the truce above that of war and the prestige. With partner
p it is ``P_p (v_c + G_c(y))``, where y moves the prestige issue a step towards a point between the
convener's pole and what the partner wants of it. The point is Nash's, with going alone as the
alternative; what is left to share is the partner's score.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim import files
from sim.engine import event_log
from sim.engine.build import prepare
from sim.measures.event_columns import columns
from sim.runs.simulate import simulate
from sim.scenario.schema import Scenario

SCENARIO = Path(__file__).resolve().parents[1] / "scenarios/syria_second_theory.toml"
PARTS = ("dyad", "issue", "actor", "link", "taste")
SAFE = 0.6
NEVER = 9999
POINTS = np.linspace(0.0, 1.0, 21)  # between the convener's pole and what the partner wants
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Proposals:
    """Every proposal of a ceasefire, with what its convener and the others knew.

    Shapes: M proposals, N actors, L links. Numbers are those at the time of the ceasefire round.

    Attributes
    ----------
    run, week, convener : ndarray of int, shape (M,)
    gain, promise, loyalty, own, acting : ndarray, shape (M, N)
        Terms of each actor's decision to ratify, as in the events.
    tie, aligned, dependence : ndarray, shape (M, N, N)
    pull : ndarray, shape (M, N, N)
        Control times remaining leverage, by patron and proxy.
    autonomy, capability, salience, wanted : ndarray, shape (M, N)
        The last two: weight and ideal on the prestige issue.
    prestige : ndarray, shape (M,)
        Where it stands.
    territory : ndarray, shape (M, N)
        Ideal on the territory issue.
    pole, diplomacy : ndarray, shape (N,)
    candidate : ndarray of bool, shape (M, N)
        Patrons and conveners that are no belligerents, the convener left out.
    conveners, belligerent, must_sign : ndarray of bool, shape (N,)
    in_force : ndarray of bool, shape (M,)
        Whether all who must sign did.
    lam, varpi, varpi_D, step : float
    """

    run: NDArray[np.int64]
    week: NDArray[np.int64]
    convener: NDArray[np.int64]
    gain: Floats
    promise: Floats
    loyalty: Floats
    own: Floats
    acting: Floats
    tie: Floats
    aligned: Floats
    dependence: Floats
    pull: Floats
    autonomy: Floats
    capability: Floats
    salience: Floats
    wanted: Floats
    prestige: Floats
    territory: Floats
    pole: Floats
    diplomacy: Floats
    candidate: NDArray[np.bool_]
    conveners: NDArray[np.bool_]
    belligerent: NDArray[np.bool_]
    must_sign: NDArray[np.bool_]
    in_force: NDArray[np.bool_]
    lam: float
    varpi: float
    varpi_D: float
    step: float

    @property
    def row(self) -> NDArray[np.int64]:
        """Indices of the proposals, to pick by convener."""
        return np.arange(len(self.convener))

    def of_convener(self, by_actor: Floats) -> Floats:
        """The convener's number of each row of shape (M, N), as a column."""
        return by_actor[self.row, self.convener][:, None]


def proposals(case: Scenario, data: xr.Dataset) -> Proposals:
    """The proposals in some recorded runs of a scenario."""
    g, p, lay = prepare(case)
    actors = [str(name) for name in data.actor.values]
    order = [lay.actors.index(name) for name in actors]
    issues = [str(name) for name in data.issue.values]
    on_prestige = issues.index(lay.issues[g.topic.prestige[0]])
    on_territory = issues.index(lay.issues[g.topic.territory[0]])
    made = columns(data, event_log.PROPOSE)
    made = made.at(made.answer)
    r, t, c = made.run, made.week, made.actor
    before = np.maximum(t - 1, 0)  # what the record holds at the end of the week before
    n = len(actors)
    place = {(a, b): m for m, (a, b) in enumerate(zip(r.tolist(), t.tolist(), strict=True))}
    signed = columns(data, event_log.RATIFY)
    rows = np.array([place[a, b] for a, b in zip(signed.run, signed.week, strict=True)])
    terms = np.zeros((5, len(r), n))
    for k in range(5):
        terms[k, rows, signed.actor] = signed.terms[:, k]
    gain, promise, loyalty, own, patrons = terms
    autonomy = data.autonomy.values[r, t]
    pull = np.zeros((len(r), n, n))
    held = data.control.values[r, before] * np.where(
        (t == 0)[:, None], 1.0, data.leverage.values[r, before]
    )
    for link, (patron, proxy) in enumerate(zip(data.patron.values, data.proxy.values, strict=True)):
        pull[:, actors.index(patron), actors.index(proxy)] = held[:, link]
    made = columns(data, event_log.CEASEFIRE)
    in_force = np.zeros(len(r), dtype=np.bool_)
    in_force[[place[a, b] for a, b in zip(made.run, made.week, strict=True)]] = made.answer
    who = g.who
    candidate = np.repeat(
        ((who.patron | who.can_convene) & ~who.belligerent)[order][None], len(r), 0
    )
    candidate[np.arange(len(r)), c] = False
    start = case.issues[issues[on_prestige]].start
    position = data.position.values[r, before, on_prestige]
    return Proposals(
        run=r, week=t, convener=c, gain=gain, promise=promise, loyalty=loyalty, own=own,
        acting=autonomy * own + patrons, tie=data.tie.values[r, before],
        aligned=data.alignment.values[r, t], dependence=data.dependence.values[r, t], pull=pull,
        autonomy=autonomy, capability=data.capability.values[r, before],
        salience=data.weight.values[r, t, :, on_prestige],
        wanted=data.ideal.values[r, t, :, on_prestige],
        prestige=np.where(t == 0, start, position),
        territory=data.ideal.values[r, t, :, on_territory],
        pole=who.pole[order], diplomacy=who.diplomacy[order], candidate=candidate,
        conveners=who.can_convene[order], belligerent=who.belligerent[order],
        must_sign=who.must_sign[order], in_force=in_force, lam=p.lam, varpi=p.varpi,
        varpi_D=p.varpi_D, step=p.prestige_step,
    )  # fmt: skip


# what a partner brings ----------------------------------------------------------------------------


def logistic(x: Floats, lam: float) -> Floats:
    """Chance of a yes at gain x."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(lam * x, -700.0, 700.0))))


def crossing(s: Proposals, actor: NDArray[np.int64]) -> Floats:
    """What it costs each to cross an actor; shape (M, N)."""
    tie = s.tie[s.row, :, actor]
    return np.asarray(s.varpi * tie + s.varpi_D * s.dependence[s.row, :, actor])


def reaches(s: Proposals) -> Floats:
    """Access of every actor to the belligerents, as in the choice of a convener; shape (M, N)."""
    trust = 0.5 * (1.0 + s.tie[:, s.belligerent, :]).mean(axis=1)
    return np.asarray(trust * s.capability * s.diplomacy)


def all_sign(s: Proposals, acting: Floats, convener: NDArray[np.int64]) -> Floats:
    """Chance that all who must sign do; a convener signs anyway."""
    chance = logistic(acting, s.lam)
    chance[:, ~s.must_sign] = 1.0
    chance[s.row, convener] = 1.0
    return np.asarray(chance.prod(axis=1))


def with_loyalty(s: Proposals, loyalty: Floats, wish_of: int = -1, stands: bool = True) -> Floats:
    """Gains that all act on if loyalty were another, and partner `wish_of` stood for the deal."""
    own = s.own - s.loyalty + loyalty
    wish = own.copy()
    if wish_of >= 0 and stands:
        wish[:, wish_of] = np.abs(wish[:, wish_of])
    acting = s.autonomy * own + np.einsum("mpj,mp->mj", s.pull, wish)
    if wish_of >= 0:
        acting[:, wish_of] = 1.0  # a sponsor signs
    return np.asarray(acting)


def signatures(s: Proposals, trust: str, pressing: str = "stands") -> tuple[Floats, Floats]:
    """Chance that all sign: of the convener's deal alone, and shared with each; (M,), (M, N).

    Parameters
    ----------
    s : Proposals
    trust : {"convener", "best", "sum"}
        Whom it costs to cross: the convener alone, the sponsor that one is closer to, or both.
    pressing : {"stands", "only sponsors"}
        A partner turns its clients to the deal; or patrons press their clients only for deals that
        they share, which leaves the convener alone with less.
    """
    n = s.own.shape[1]
    own = crossing(s, s.convener)
    base = with_loyalty(s, own)
    shared = np.zeros((len(s.row), n))
    if pressing == "stands":
        alone = all_sign(s, base, s.convener)
    else:
        base = silent(s, own, -1)
        alone = all_sign(s, base, s.convener)
    for p in range(n):
        other = crossing(s, np.full(len(s.row), p))
        loyalty = own
        if trust == "best":
            loyalty = np.maximum(own, other)
        elif trust == "sum":
            loyalty = own + other
        loyalty = loyalty.copy()
        loyalty[:, p] = own[:, p]
        acting = with_loyalty(s, loyalty, p) if pressing == "stands" else silent(s, loyalty, p)
        shared[:, p] = all_sign(s, acting, s.convener)
    return alone, shared


def silent(s: Proposals, loyalty: Floats, partner: int) -> Floats:
    """Gains that all act on if candidates that share no deal do not press their clients."""
    own = s.own - s.loyalty + loyalty
    wish = own.copy()
    wish[s.candidate] = 0.0
    if partner >= 0:
        wish[:, partner] = np.abs(own[:, partner])
    acting = s.autonomy * own + np.einsum("mpj,mp->mj", s.pull, wish)
    if partner >= 0:
        acting[:, partner] = 1.0
    return np.asarray(acting)


# the bargain --------------------------------------------------------------------------------------


def asks(s: Proposals) -> Floats:
    """What a partner wants of the prestige issue: its pole if it can convene, else its ideal."""
    return np.where(s.conveners[None, :], s.pole[None, :], s.wanted)


def glory(s: Proposals, aim: Floats, actor_wants: Floats, weight: Floats) -> Floats:
    """Prestige from a step towards an aim: weight times how much nearer the issue comes."""
    now = s.prestige[:, None]
    then = now + s.step * (aim - now)
    return np.asarray(weight * (np.abs(now - actor_wants) - np.abs(then - actor_wants)))


@dataclass(frozen=True)
class Bargain:
    """What a shared deal is worth over none: to the convener and to each partner, (M, N).

    Both are negative where there is no split that both prefer to the convener's going alone.
    """

    convener: Floats
    partner: Floats

    @property
    def joint(self) -> Floats:
        """What both gain together; negative where there is no bargain."""
        return self.convener + self.partner


def bargain(
    s: Proposals, alone: Floats, shared: Floats, *, price: bool = True,
    fallback: tuple[Floats, Floats] | None = None, standing: Floats | float = 0.0,
) -> Bargain:  # fmt: skip
    """Nash's bargain of the convener with every actor over the prestige of the deal.

    Parameters
    ----------
    s : Proposals
    alone, shared : ndarray, shapes (M,), (M, N)
        From `signatures`.
    price : bool
        Whether prestige is shared at all; otherwise the deal is told as the convener's.
    fallback : tuple of ndarray, shape (M, 1) and (M, N), optional
        What both expect without a bargain; by default that the convener goes alone.
    standing : float or ndarray, shape (M, N)
        Share by which a partner's name adds to the convener's prestige.
    """
    pole = s.pole[s.convener][:, None]
    v_c, v_p = s.of_convener(s.gain), s.gain
    w_c, want = s.of_convener(s.salience), asks(s)
    solo_c = glory(s, pole, pole, w_c)
    solo_p = glory(s, pole, want, s.salience)
    if fallback is None:
        fallback = (alone[:, None] * (v_c + solo_c), alone[:, None] * (v_p + solo_p))
    best = np.full(shared.shape, -np.inf)
    gain_c, gain_p = np.full(shared.shape, -1.0), np.full(shared.shape, -1.0)
    for point in POINTS if price else POINTS[:1]:
        aim = pole + point * (want - pole)
        u_c = shared * (v_c + glory(s, aim, pole, w_c) + standing * w_c * s.step)
        u_p = shared * (v_p + glory(s, aim, want, s.salience))
        d_c, d_p = u_c - fallback[0], u_p - fallback[1]
        product = np.where((d_c > 0.0) & (d_p > 0.0), d_c * d_p, -np.inf)
        better = product > best
        best = np.where(better, product, best)
        gain_c, gain_p = np.where(better, d_c, gain_c), np.where(better, d_p, gain_p)
    if not price:
        gain_c = shared * (v_c + solo_c) - fallback[0]
        gain_p = np.zeros_like(gain_c)
    return Bargain(gain_c, gain_p)


def choice(s: Proposals, score: Floats, weight: Floats | None = None) -> Floats:
    """Logit chances that each candidate is taken on, going alone having the score 0; (M, N)."""
    weight = np.ones(score.shape) if weight is None else weight
    odds = np.where(s.candidate, weight, 0.0) * np.exp(np.clip(s.lam * score, -60.0, 60.0))
    odds = np.where(score <= -1.0, 0.0, odds)
    return np.asarray(odds / (1.0 + odds.sum(axis=1, keepdims=True)))


def relations(s: Proposals) -> tuple[Floats, Floats]:
    """What sharing with each other is worth for its own sake: a friend's gain, a foe's cost."""
    to = s.varpi * s.tie[s.row, s.convener, :]
    fro = s.varpi * s.tie[s.row, :, s.convener]
    return np.asarray(to), np.asarray(fro)


def consent(s: Proposals, deal: Bargain) -> Floats:
    """Chance that both share the deal: what each gains from it, and the other's company."""
    to, fro = relations(s)
    return np.asarray(logistic(deal.partner + fro, s.lam) * logistic(deal.convener + to, s.lam))


def lent(s: Proposals) -> Floats:
    """Standing that each lends the convener: its share of their diplomatic weight; (M, N)."""
    weight = s.capability * s.diplomacy
    return np.asarray(weight / (weight + s.of_convener(weight)))


# the rules ----------------------------------------------------------------------------------------

RULES: dict[str, Callable[[Proposals], Floats]] = {}


def rule(what: str) -> Callable[[Callable[[Proposals], Floats]], Callable[[Proposals], Floats]]:
    """Put a rule on the list under its description."""

    def keep(function: Callable[[Proposals], Floats]) -> Callable[[Proposals], Floats]:
        RULES[what] = function
        return function

    return keep


@rule("1 leverage, no price")
def leverage(s: Proposals) -> Floats:
    """Who turns its clients to the deal; nothing is asked for it."""
    return choice(s, bargain(s, *signatures(s, "convener"), price=False).convener)


@rule("2 leverage, prestige shared")
def leverage_priced(s: Proposals) -> Floats:
    """The same, for a share of the prestige."""
    return choice(s, bargain(s, *signatures(s, "convener")).joint)


@rule("3 leverage of sponsors alone, prestige shared")
def sponsors_press(s: Proposals) -> Floats:
    """Patrons press only for deals that they share."""
    return choice(s, bargain(s, *signatures(s, "convener", "only sponsors")).joint)


@rule("4 trust in the better sponsor")
def best_trust(s: Proposals) -> Floats:
    """A signatory looks to the sponsor that it is closer to."""
    return choice(s, bargain(s, *signatures(s, "best")).joint)


@rule("5 trust in both sponsors")
def both_trusted(s: Proposals) -> Floats:
    """A signatory crosses both."""
    return choice(s, bargain(s, *signatures(s, "sum")).joint)


@rule("6 trust in the better sponsor, sponsors alone press")
def best_trust_pressing(s: Proposals) -> Floats:
    """Rules 3 and 4 together."""
    return choice(s, bargain(s, *signatures(s, "best", "only sponsors")).joint)


@rule("7 rule 6, weighted by access")
def by_access(s: Proposals) -> Floats:
    """As conveners compete: by wish, weighted by access."""
    score = bargain(s, *signatures(s, "best", "only sponsors")).joint
    return choice(s, score, reaches(s) / s.of_convener(reaches(s)))


@rule("8 rule 7, relations decide on consent")
def with_relations(s: Proposals) -> Floats:
    """Sharing with a foe has its cost, on both sides; trust is no part of the score."""
    sides = signatures(s, "best", "only sponsors")
    deal = bargain(s, *sides)
    return choice(s, deal.joint, reaches(s) / s.of_convener(reaches(s))) * consent(s, deal)


@rule("9 access alone")
def access_alone(s: Proposals) -> Floats:
    """Access and nothing else."""
    return choice(s, np.zeros(s.own.shape), reaches(s) / s.of_convener(reaches(s)))


@rule("10 access that the convener lacks")
def missing_access(s: Proposals) -> Floats:
    """Trust above that in the convener, by belligerent, times diplomatic weight; with the price."""
    above = np.maximum(s.tie - s.tie[s.row, :, s.convener][:, :, None], 0.0)
    reach = above[:, s.belligerent, :].mean(axis=1) * s.capability * s.diplomacy
    deal = bargain(s, *signatures(s, "best", "only sponsors"))
    return choice(s, deal.joint, reach / s.of_convener(reaches(s)))


@rule("11 rivals pool their chances to convene")
def pooled(s: Proposals) -> Floats:
    """Without a bargain mediators compete: a rival that joins makes no deal of its own."""
    return choice(s, pool(s).joint)


@rule("12 rule 11, relations decide on consent")
def pooled_relations(s: Proposals) -> Floats:
    """Rule 11 with the consent of rule 8."""
    deal = pool(s)
    return choice(s, deal.joint) * consent(s, deal)


def pool(s: Proposals) -> Bargain:
    """Bargain whose alternative is the competition of conveners for the round."""
    n = s.own.shape[1]
    reach, chances = reaches(s), np.zeros((n, len(s.row)))
    solo, sign = np.zeros((n, len(s.row), n)), np.zeros((n, len(s.row)))
    want = asks(s)
    for c in np.flatnonzero(s.conveners):
        at = np.full(len(s.row), c)
        wish = s.gain[:, c] + s.salience[:, c] * s.step * np.abs(s.pole[c] - s.prestige)
        chances[c] = np.log(np.maximum(reach[:, c], 1e-300)) + s.lam * wish
        sign[c] = all_sign(s, with_loyalty(s, crossing(s, at)), at)
        aim = np.full((len(s.row), 1), s.pole[c])
        solo[c] = s.gain + glory(s, aim, want, s.salience)
    chances[~s.conveners] = -np.inf
    chances = np.exp(chances - chances.max(axis=0))
    chances /= chances.sum(axis=0)
    expected = np.einsum("cm,cm,cmn->mn", chances, sign, solo)
    shared = signatures(s, "best")[1]
    return bargain(
        s, np.zeros(len(s.row)), shared, fallback=(s.of_convener(expected), expected)
    )  # fmt: skip


@rule("13 standing: a weighty partner adds prestige")
def standing(s: Proposals) -> Floats:
    """Prestige is conferred by those who have it: by diplomatic weight beside the convener's."""
    return choice(s, bargain(s, *signatures(s, "best"), standing=lent(s)).joint)


@rule("14 rule 13, relations decide on consent")
def standing_relations(s: Proposals) -> Floats:
    """Rule 13 with the consent of rule 8."""
    deal = bargain(s, *signatures(s, "best"), standing=lent(s))
    return choice(s, deal.joint) * consent(s, deal)


@rule("15 access and nearness of aims on territory")
def near_on_territory(s: Proposals) -> Floats:
    """Access times 1 less the distance of both ideals on territory: who is far asks for more."""
    return choice(s, np.zeros(s.own.shape), nearness(s) * reaches(s) / s.of_convener(reaches(s)))


def nearness(s: Proposals) -> Floats:
    """1 less the distance of each actor's ideal on territory from the convener's; (M, N)."""
    return np.asarray(1.0 - np.abs(s.territory - s.of_convener(s.territory)))


@rule("16 access and agreement of all aims")
def aims_agree(s: Proposals) -> Floats:
    """Access, and varpi times the alignment of all aims."""
    to = s.varpi * s.aligned[s.row, s.convener, :]
    return choice(s, to, reaches(s) / s.of_convener(reaches(s)))


@rule("17 buy out the strongest opponent")
def opponents(s: Proposals) -> Floats:
    """Capability times distance of aims: whose opposition would weigh most."""
    power = s.capability / s.capability.sum(axis=1, keepdims=True)
    weight = power * 0.5 * (1.0 - s.aligned[s.row, s.convener, :])
    return choice(s, np.zeros(s.own.shape), weight)


@rule("18 what an excluded patron could undo")
def spoiling(s: Proposals) -> Floats:
    """Who is left out turns its clients against the deal, who is taken on turns them to it."""
    n = s.own.shape[1]
    own = crossing(s, s.convener)
    base = with_loyalty(s, own)
    with_all = np.zeros((len(s.row), n))
    without = np.zeros((len(s.row), n))
    for p in range(n):
        for out, sign in ((with_all, 1.0), (without, -1.0)):
            turned = sign * np.abs(s.own[:, p]) - s.own[:, p]
            acting = base + s.pull[:, p, :] * turned[:, None]
            out[:, p] = all_sign(s, acting, s.convener)
    gain = (with_all - without) * s.of_convener(s.gain)
    return choice(s, gain)


@rule("19 access of the pair: pairs and single conveners compete")
def pairs_compete(s: Proposals) -> Floats:
    """Each belligerent looks to the sponsor it trusts more; the weights of both add up."""
    mine = s.tie[s.row, :, s.convener][:, :, None]
    trust = 0.5 * (1.0 + np.maximum(s.tie, mine))[:, s.belligerent, :].mean(axis=1)
    weight = s.capability * s.diplomacy
    reach = trust * (weight + s.of_convener(weight))
    deal = bargain(s, *signatures(s, "best", "only sponsors"))
    return choice(s, deal.joint / 2.0, reach / s.of_convener(reaches(s)))


@rule("20 rule 9, learning from shared deals that failed")
def learned(s: Proposals) -> Floats:
    """Access times the mean of Beta(1, 1) after each partner's failures; a new round is one."""
    reach = reaches(s) / s.of_convener(reaches(s))
    chances = np.zeros(s.own.shape)
    failed: dict[tuple[int, int], Floats] = {}
    for m in np.lexsort((s.week, s.run)):
        key = (int(s.run[m]), int(s.convener[m]))
        count = failed.setdefault(key, np.zeros(s.own.shape[1]))
        odds = np.where(s.candidate[m], reach[m] * 2.0 / (2.0 + count), 0.0)
        chances[m] = odds / (1.0 + odds.sum())
        if s.in_force[m]:
            failed[key] = count + chances[m]
    return chances


@rule("21 rule 20, the best and no luck")
def learned_best(s: Proposals) -> Floats:
    """Rule 20, but always the highest score, going alone left out."""
    reach = reaches(s)
    chances = np.zeros(s.own.shape)
    failed: dict[tuple[int, int], Floats] = {}
    for m in np.lexsort((s.week, s.run)):
        key = (int(s.run[m]), int(s.convener[m]))
        count = failed.setdefault(key, np.zeros(s.own.shape[1]))
        p = np.argmax(np.where(s.candidate[m], reach[m] / (2.0 + count), -1.0))
        chances[m, p] = 1.0
        if s.in_force[m]:
            failed[key] = count + chances[m]
    return chances


@rule("22 rules 7 and 15 together")
def by_access_if_near(s: Proposals) -> Floats:
    """What the deal gains, weighted by access and by nearness on territory."""
    score = bargain(s, *signatures(s, "best", "only sponsors")).joint
    return choice(s, score, nearness(s) * reaches(s) / s.of_convener(reaches(s)))


@rule("23 rule 6, standing 6 (fitted), relations decide on consent")
def standing_fitted(s: Proposals) -> Floats:
    """The mixture that comes nearest to the switch, found by looking at hundreds: no evidence."""
    return lent_standing(s, 6.0)


def lent_standing(s: Proposals, strength: float) -> Floats:
    """Rule 6 with standing of some strength, relations decide on consent."""
    deal = bargain(s, *signatures(s, "best", "only sponsors"), standing=strength * lent(s))
    return choice(s, deal.joint) * consent(s, deal)


@rule("24 rule 4, nearness on territory, standing 8 (fitted), relations decide on consent")
def near_and_standing_fitted(s: Proposals) -> Floats:
    """The best mixture on the calibrated case, found by looking at a thousand: no evidence."""
    return near_and_standing(s, 8.0)


def near_and_standing(s: Proposals, strength: float) -> Floats:
    """Rule 4 with standing of some strength, weighted by nearness of aims on territory."""
    deal = bargain(s, *signatures(s, "best", "stands"), standing=strength * lent(s))
    return choice(s, deal.joint, nearness(s)) * consent(s, deal)


# counting -----------------------------------------------------------------------------------------


def share(parts: Floats, wholes: Floats) -> tuple[float, float]:
    """Ratio of sums over runs, and the half-width of its 95 % interval; NaN of nothing."""
    if wholes.sum() <= 0.0:
        return float("nan"), float("nan")
    found = parts.sum() / wholes.sum()
    influence = (parts - found * wholes) / wholes.mean()
    return float(found), float(1.96 * influence.std() / np.sqrt(len(parts)))


def partners(
    s: Proposals, chances: Floats, chosen: NDArray[Any], actor: int, runs: int
) -> tuple[Floats, Floats]:
    """How often an actor's own deals are shared with each, by run, and how many it proposes."""
    mine = chosen & (s.convener == actor)
    found = np.zeros((runs, chances.shape[1]))
    np.add.at(found, s.run[mine], chances[mine])
    return found, np.bincount(s.run[mine], minlength=runs).astype(float)


def cell(figure: tuple[float, float]) -> str:
    """A share and its half-width."""
    return f"{figure[0]:.2f} ± {figure[1]:.2f}"


def cut(data: xr.Dataset, s: Proposals) -> dict[str, NDArray[Any]]:
    """Before and after the first week in which the regime issue stands at 0.60; three spans."""
    safe = data.position.sel(issue="regime").values >= SAFE
    first = np.where(safe.any(axis=1), safe.argmax(axis=1), NEVER)
    after = s.week >= first[s.run]
    return {
        "before": ~after, "after": after, "weeks 0-45": s.week < 46,
        "weeks 46-67": (s.week >= 46) & (s.week < 68), "weeks 68-119": s.week >= 68,
    }  # fmt: skip


FOCUS = "russia"
ASKED = ("united_states", "turkey", "iran", "united_nations")


def table(s: Proposals, data: xr.Dataset) -> None:
    """Print with whom Russia shares its deals under every rule, and when Washington or Ankara."""
    actors, runs = [str(name) for name in data.actor.values], data.sizes["run"]
    focus, (us, turkey, iran, un) = actors.index(FOCUS), [actors.index(a) for a in ASKED]
    spans = cut(data, s)
    answers = {what: function(s) for what, function in RULES.items()}
    print("| rule | | United States | Turkey | Iran | United Nations | shared |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for what, chances in answers.items():
        for span in ("before", "after"):
            found, of = partners(s, chances, spans[span], focus, runs)
            total = found.sum(axis=1)
            cells = [cell(share(found[:, p], total)) for p in (us, turkey, iran, un)]
            cells.append(cell(share(total, of)))
            print(f"| {what if span == 'before' else ''} | {span} | " + " | ".join(cells) + " |")
    print(
        "\nShare of the United States less that of Turkey; last, of the United States' own shared"
    )
    print("deals, those shared with Russia.\n")
    print("| rule | " + " | ".join(spans) + " | its own: before | after |")
    print("| --- |" + " --- |" * (len(spans) + 2))
    for what, chances in answers.items():
        cells = []
        for chosen in spans.values():
            found, _ = partners(s, chances, chosen, focus, runs)
            cells.append(cell(share(found[:, us] - found[:, turkey], found.sum(axis=1))))
        for span in ("before", "after"):
            found, _ = partners(s, chances, spans[span], us, runs)
            cells.append(f"{share(found[:, focus], found.sum(axis=1))[0]:.2f}")
        print(f"| {what} | " + " | ".join(cells) + " |")


def ingredients(s: Proposals, data: xr.Dataset) -> None:
    """Print what the two rivals would bring to Russia's deals, span by span."""
    actors, runs = [str(name) for name in data.actor.values], data.sizes["run"]
    focus, spans = actors.index(FOCUS), cut(data, s)
    signing = s.must_sign & s.belligerent
    above = s.tie - s.tie[s.row, :, s.convener][:, :, None]
    parts: dict[str, Floats] = {
        "pull on those who must sign": s.pull[:, :, signing].sum(axis=2),
        "trust of belligerents above that in Russia": above[:, s.belligerent, :].clip(0).mean(1),
        "diplomatic weight": s.capability * s.diplomacy,
        "access": reaches(s),
        "gain from a truce": s.gain,
        "weight on prestige": s.salience,
        "what it wants of prestige": asks(s),
        "tie of Russia with it": s.tie[s.row, s.convener, :],
        "its tie with Russia": s.tie[s.row, :, s.convener],
        "alignment with Russia": s.aligned[s.row, s.convener, :],
        "distance on territory": 1.0 - nearness(s),
    }
    print("| ingredient | " + " | ".join(f"{x}: US | Turkey" for x in spans) + " |")
    print("| --- |" + " --- | --- |" * len(spans))
    for what, values in parts.items():
        cells = []
        for chosen in spans.values():
            mine = chosen & (s.convener == focus)
            of = np.bincount(s.run[mine], minlength=runs).astype(float)
            for name in ASKED[:2]:
                total = np.bincount(s.run[mine], values[mine, actors.index(name)], minlength=runs)
                cells.append(f"{share(total, of)[0]:.3f}")
        print(f"| {what} | " + " | ".join(cells) + " |")
    for name in ("northern_rebels", "syria_government"):
        cells = []
        for chosen in spans.values():
            mine = chosen & (s.convener == focus)
            chance = logistic(s.acting[mine, actors.index(name)], s.lam)
            total = np.bincount(s.run[mine], chance, minlength=runs)
            of = np.bincount(s.run[mine], minlength=runs).astype(float)
            cells.append(f"{span_name(spans, chosen)} {cell(share(total, of))}")
        print(f"\nChance that {name} signs a deal of Russia's: " + ", ".join(cells))


def span_name(spans: dict[str, NDArray[Any]], chosen: NDArray[Any]) -> str:
    """The name of a span."""
    return next(name for name, flags in spans.items() if flags is chosen)


def rupture(s: Proposals, pair: tuple[int, int], weeks: tuple[int, int]) -> Proposals:
    """The worst that a dated rupture of a pair could do: their tie at -1 in these weeks."""
    tie = s.tie.copy()
    at = (s.week >= weeks[0]) & (s.week < weeks[1])
    for i, j in (pair, pair[::-1]):
        tie[at, i, j] = -1.0
    return replace(s, tie=tie)


def scan(s: Proposals, data: xr.Dataset) -> None:
    """Print how near any mixture of the ingredients comes to the switch.

    A mixture is a power of access, a power of nearness on territory, a weight of alignment, a
    strength of lent standing, and two ways to count what a partner brings, with and without the
    consent of relations. Its mark is the smaller of two differences: of the United States above
    Turkey in the first span, and of Turkey above the United States in the second.
    """
    actors, runs = [str(name) for name in data.actor.values], data.sizes["run"]
    focus, us, turkey = (actors.index(a) for a in (FOCUS, *ASKED[:2]))
    spans = cut(data, s)
    log_reach = np.log(np.maximum(reaches(s) / s.of_convener(reaches(s)), 1e-12))
    log_near = np.log(np.maximum(nearness(s), 1e-12))
    aligned = s.lam * s.varpi * s.aligned[s.row, s.convener, :]
    found: dict[str, list[tuple[float, str]]] = {}
    kinds = (("convener", "stands"), ("best", "stands"), ("best", "only sponsors"), None)
    for kind, standing in itertools.product(kinds, (0.0, 1.0, 2.0, 4.0, 6.0, 8.0)):
        if kind is None:
            score, willing = np.zeros(s.own.shape), np.ones(s.own.shape)
            if standing > 0.0:
                continue  # lent standing counts only in a bargain
        else:
            deal = bargain(s, *signatures(s, *kind), standing=standing * lent(s))
            score, willing = deal.joint, consent(s, deal)
        for a, b, c, asks_consent in itertools.product(
            (0.0, 1.0, 2.0), (0.0, 1.0, 2.0), (0.0, 1.0, 2.0), (False, True)
        ):
            chances = choice(s, score, np.exp(a * log_reach + b * log_near + c * aligned))
            chances = chances * willing if asks_consent else chances
            edge = {}
            for span, chosen in spans.items():
                taken, _ = partners(s, chances, chosen, focus, runs)
                edge[span] = share(taken[:, us] - taken[:, turkey], taken.sum(axis=1))[0]
            what = (
                f"{kind or 'no bargain'}, standing {standing:g}, access^{a:g}, nearness^{b:g}, "
                f"alignment {c:g}, consent {asks_consent}: "
                + ", ".join(f"{span} {x:+.2f}" for span, x in edge.items())
            )
            for first, second in itertools.combinations(spans, 2):
                mark = min(edge[first], -edge[second])
                found.setdefault(f"{first} / {second}", []).append((mark, what))
    for number, mixture in ((23, lent_standing), (24, near_and_standing)):
        print(f"| standing in rule {number} | " + " | ".join(spans) + " |")
        print("| --- |" + " --- |" * len(spans))
        for strength in (0.0, 1.0, 2.0, 4.0, 6.0, 8.0, 12.0, 16.0):
            cells = []
            for chosen in spans.values():
                taken, _ = partners(s, mixture(s, strength), chosen, focus, runs)
                cells.append(cell(share(taken[:, us] - taken[:, turkey], taken.sum(axis=1))))
            print(f"| {strength:g} | " + " | ".join(cells) + " |")
        print()
    for pair in ("before / after", "weeks 0-45 / weeks 46-67", "weeks 0-45 / weeks 68-119"):
        marks = sorted(found[pair], reverse=True)
        right, clear = (sum(mark > least for mark, _ in marks) for least in (0.0, 0.1))
        print(
            f"{pair}: {right} of {len(marks)} mixtures right on both sides, {clear} by 0.1; best:"
        )
        print(f"  {marks[0][0]:+.2f}  {marks[0][1]}")


# What-ifs about inputs: none of these is proposed, they show what the answer hangs on.
INPUTS: dict[str, dict[str, object]] = {
    "no dated events": {"mechanisms.shifts": False},
    "US control of 0.4 over northern rebels": {"patrons.united_states.northern_rebels": 0.4},
    "diplomacy of the United States 0.3": {"actors.united_states.tasks.diplomacy": 0.3},
    "who leads the peace starts at 0.2": {"issues.lead.start": 0.2},
}


def main() -> None:
    """Play and print."""
    read = argparse.ArgumentParser(description="Whom would Russia share its deals with?")
    read.add_argument("runs", type=int, nargs="?", default=400)
    read.add_argument("seed", type=int, nargs="?", default=1)
    read.add_argument("--case", default=SCENARIO, help="scenario (default: the second theory's)")
    read.add_argument("--inputs", action="store_true", help="what-ifs about inputs as well")
    read.add_argument("--scan", action="store_true", help="any mixture of the ingredients")
    asked = read.parse_args()
    if asked.runs < 1 or asked.seed < 0:
        read.error("runs must be 1 or more, the seed 0 or more")
    cases: dict[str, dict[str, object]] = {"the scenario as it is": {}}
    for title, changes in (cases | (INPUTS if asked.inputs else {})).items():
        case = files.load(asked.case, changes)
        data = simulate(case, runs=asked.runs, seed=asked.seed, parts=PARTS)
        s = proposals(case, data)
        print(f"\n## {title} ({asked.runs} runs, seed {asked.seed})\n")
        ingredients(s, data)
        print()
        table(s, data)
        if asked.scan and title in ("the scenario as it is", "no dated events"):
            print("\n## mixtures\n")
            scan(s, data)
        if asked.inputs and not changes:
            names = [str(name) for name in data.actor.values]
            print("\n## tie of Russia and Turkey at -1 in weeks 8 to 38\n")
            table(rupture(s, (names.index(FOCUS), names.index("turkey")), (8, 39)), data)


if __name__ == "__main__":
    main()
