"""The figures of the second theory, beside those of an independent prototype of it.

    python studies/second_theory.py [runs] [seed]

Every figure of `docs/VALIDATION.md` on the second theory is computed here, and
`tests/test_facts_of_the_second_theory.py` holds those that have a published interval to it.
"Aleppo" is the first week in which the regime issue stands at 0.60 or more, and "after" means from
then on.

Two designs say what an achieved goal does, each with the long-term aims of Russia and Iran in
conflict (the Syrian case) or compatible:

flag
    The short-term goal on the regime is never satisfied, or it can be. Only attention, and through
    it the tie, knows the difference.
clamp
    From week 30 on the regime is held at 0.75 (secure) or at 0.30 (threatened).
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim import files
from sim.engine import event_log
from sim.experiments.hypothesis_tests import designs, observables
from sim.experiments.hypothesis_tests.designs import changed
from sim.experiments.hypothesis_tests.estimates import Figure, combined, mean, mean_share, ratio
from sim.experiments.hypothesis_tests.observables import NOT_MET as NEVER
from sim.experiments.hypothesis_tests.roles import find
from sim.runs.simulate import simulate
from sim.scenario.schema import Scenario

CASES = Path(__file__).resolve().parents[1] / "tests/cases"
PARTS = ("run", "dyad", "issue", "actor", "actor_flag", "link")


# scenarios ----------------------------------------------------------------------------------------


def conflicting(theory: str = "second") -> Scenario:
    """The Syrian case."""
    return files.load(CASES / f"syria_{theory}_theory.toml")


CAST = find(conflicting())
MILITIAS = CAST.proxies
SECURE, THREATENED = CAST.secure, CAST.threatened


def compatible(case: Scenario, whose: str = "russia") -> Scenario:
    """Both want for arms, power sharing and posts what one of them does."""
    return designs.compatible(case, CAST, whose)


def never_safe(case: Scenario) -> Scenario:
    """Nobody's goal on the regime is ever satisfied."""
    return designs.never_satisfied(case, CAST.goal)


def clamped(case: Scenario, position: float, week: int = CAST.weeks.clamped) -> Scenario:
    """The regime held at a position from a week on."""
    return designs.pinned(case, CAST.goal, position, week)


@cache
def play(case: Scenario, runs: int, seed: int) -> xr.Dataset:
    """An ensemble, kept for the figures that share it."""
    return simulate(case, runs=runs, seed=seed, parts=PARTS)


# measures, all by run -----------------------------------------------------------------------------


def tie(results: xr.Dataset, i: str = "russia", j: str = "iran") -> NDArray[np.float64]:
    """Mean of both directions, by run and week."""
    return observables.tie(results, i, j)


def aleppo(results: xr.Dataset) -> NDArray[np.int64]:
    """First recorded week with the regime at 0.60; `NEVER` where it does not come."""
    return observables.first_achieved(results, CAST)


def after(results: xr.Dataset, later: bool = True) -> NDArray[np.bool_]:
    """Weeks from Aleppo on (or before it), in runs that reach it; by run and week."""
    t0 = aleppo(results)
    weeks = observables.windows(results.sizes["week"], t0, CAST.weeks)
    return weeks["after" if later else "before"] & (t0 < NEVER)[:, None]


def late(results: xr.Dataset, since: int = CAST.weeks.measured) -> NDArray[np.bool_]:
    """Weeks from a fixed one on; by run and week."""
    shape = (results.sizes["run"], results.sizes["week"])
    return np.broadcast_to(np.arange(shape[1]) >= since, shape)


def no(
    results: xr.Dataset,
    kind: int,
    who: tuple[str, ...] | str,
    weeks: NDArray[np.bool_],
    share: Callable[..., Figure] = mean_share,
) -> Figure:
    """Share of refusals among the decisions of some actors in some weeks."""
    names = (who,) if isinstance(who, str) else who
    return observables.answers(results, kind, names, False, share).over(weeks)


def yes(
    results: xr.Dataset,
    kind: int,
    who: tuple[str, ...] | str,
    weeks: NDArray[np.bool_],
    share: Callable[..., Figure] = mean_share,
) -> Figure:
    """Share of consent among the same."""
    names = (who,) if isinstance(who, str) else who
    return observables.answers(results, kind, names, True, share).over(weeks)


def spoils(results: xr.Dataset, weeks: NDArray[np.bool_], who: str = "iran") -> Figure:
    """Share of a patron's orders that are orders to spoil."""
    return no(results, event_log.ORDER, who, weeks)


def breaches(results: xr.Dataset, weeks: NDArray[np.bool_]) -> Figure:
    """Share of decisions of Iran's militias that are breaches."""
    return no(results, event_log.COMPLY, MILITIAS, weeks)


def mean_tie(results: xr.Dataset, weeks: NDArray[np.bool_]) -> Figure:
    """Mean tie of Russia and Iran over some weeks."""
    return ratio((tie(results) * weeks).sum(axis=1), weeks.sum(axis=1))


def drift(results: xr.Dataset) -> tuple[Figure, Figure, Figure]:
    """The tie at Aleppo, forty weeks on, and the change."""
    return observables.drift(results, CAST)


class Spells(NamedTuple):
    """Ceasefires of all runs: weeks at whose end they stood, whether they broke, and their run."""

    weeks: NDArray[np.int64]
    broke: NDArray[np.bool_]
    run: NDArray[np.int64]


def spells(results: xr.Dataset) -> Spells:
    """Spells of ceasefire or settlement in the states at the ends of weeks.

    A ceasefire that breaks in the week of its signature leaves none, as in the prototype.
    """
    rows = []
    for run, states in enumerate(results["state"].values):
        stands = np.concatenate([[False], (states == 1) | (states == 2), [False]])
        starts = np.flatnonzero(stands[1:] & ~stands[:-1])
        ends = np.flatnonzero(~stands[1:] & stands[:-1])
        for start, end in zip(starts, ends, strict=True):
            rows.append((end - start, end < len(states) and states[end] == 0, run))
    weeks, broke, runs = zip(*rows, strict=True)
    return Spells(np.array(weeks), np.array(broke), np.array(runs))


def failed_by(found: Spells, week: int) -> float:
    """Share of ceasefires that have broken after so many weeks (Kaplan and Meier 1958)."""
    alive = 1.0
    for n in range(1, week + 1):
        at_risk = (found.weeks >= n).sum()
        if at_risk:
            alive *= 1.0 - (found.broke & (found.weeks == n)).sum() / at_risk
    return float(1.0 - alive)


def weibull(found: Spells) -> float:
    """Shape of the distribution of their lengths through weeks 1 and 52; below 1 they get safer."""
    early, late_ = (math.log(-math.log(1.0 - failed_by(found, n))) for n in (1, 52))
    return (late_ - early) / math.log(52)


def resampled(results: xr.Dataset, measure: Callable[[Spells], float]) -> Figure:
    """A measure on spells with the standard error of the bootstrap over runs."""
    found, rng, runs = spells(results), np.random.default_rng(1), results.sizes["run"]
    of = [np.flatnonzero(found.run == run) for run in range(runs)]
    draws = []
    for _ in range(60):
        chosen = np.concatenate([of[run] for run in rng.integers(0, runs, runs)])
        draws.append(measure(Spells(*(part[chosen] for part in found))))
    return Figure(measure(found), float(np.std(draws)), np.zeros(runs))


def broken_share(results: xr.Dataset, case: Scenario, first: int, last: int) -> Figure:
    """Capability share of breaches in weeks `first` to `last` of ceasefires, the last included."""
    armed = [name for name, actor in case.actors.items() if actor.armed]
    strength = results["capability"].sel(actor=armed).values
    broke = results["violated"].sel(actor=armed).values
    share = (strength * broke).sum(axis=2) / strength.sum(axis=2)
    age, stood = results["age"].values, results["collapse_chance"].values > 0.0
    weeks = (age >= first) & (age <= last) & stood
    return ratio((share * weeks).sum(axis=1), weeks.sum(axis=1))


def blamed_camp(results: xr.Dataset, case: Scenario) -> Figure:
    """Share of the government camp in breaches after Aleppo, weighed by capability at the start."""
    armed = [name for name, actor in case.actors.items() if actor.armed]
    strength = np.array([case.actors[name].capability for name in armed])
    camp = np.array([case.actors[name].camp == "government" for name in armed])
    broke = results["violated"].sel(actor=armed).values * strength * after(results)[..., None]
    return ratio(broke[..., camp].sum(axis=(1, 2)), broke.sum(axis=(1, 2)))


def agreement(results: xr.Dataset) -> tuple[Figure, Figure, Figure]:
    """Russia and Iran at votes, as declared and as cast; offers that neither refuses in public."""
    names, runs = results["actor"].values.tolist(), results.sizes["run"]
    pair = [names.index("russia"), names.index("iran")]
    run = results["event_run"].values - int(results["run"].values[0])
    week, kind = results["event_week"].values, results["event_kind"].values
    votes = (kind == event_log.VOTE) & (results["event_actor"].values == pair[0])
    at = run[votes], week[votes]

    def alike(name: str) -> Figure:
        said = results[name].values[at]
        same = said[:, pair[0]] == said[:, pair[1]]
        return ratio(np.bincount(at[0], same, runs), np.bincount(at[0], minlength=runs))

    asked = (kind == event_log.RATIFY) & (results["event_actor"].values == pair[0])
    at_offers = run[asked], week[asked]
    quiet = ~results["objected"].values[at_offers][:, pair].any(axis=1)
    offers = np.bincount(at_offers[0], minlength=runs)
    silent = ratio(np.bincount(at_offers[0], quiet, runs), offers)
    return alike("declared"), alike("accepted"), silent


def consulted(results: xr.Dataset, whom: str, weeks: NDArray[np.bool_]) -> Figure:
    """Share of Russia's offers on which it consults a patron."""
    names, runs = results["actor"].values.tolist(), results.sizes["run"]
    run = results["event_run"].values - int(results["run"].values[0])
    chosen = results["event_kind"].values == event_log.CONSULT
    chosen &= results["event_actor"].values == names.index("russia")
    chosen &= results["event_counterpart"].values == names.index(whom)
    chosen &= weeks[run, results["event_week"].values]
    asked = results["event_answer"].values[chosen]
    return ratio(np.bincount(run[chosen], asked, runs), np.bincount(run[chosen], minlength=runs))


def pressure(results: xr.Dataset) -> tuple[Figure, Figure]:
    """What Turkey's leverage adds to unwilling rebels' chance to attend, and what is left of it."""
    names, runs = results["actor"].values.tolist(), results.sizes["run"]
    asked = results["event_kind"].values == event_log.ATTEND
    asked &= results["event_actor"].values == names.index("northern_rebels")
    run = results["event_run"].values[asked] - int(results["run"].values[0])
    week, gain = results["event_week"].values[asked], results["event_gain"].values[asked]
    terms = results["event_terms"].values[asked]
    own = terms[:, 0] - terms[:, 1]
    left = results["leverage"].sel(link="turkey>northern_rebels").values[run, week - 1]
    worth = (results["value_ceasefire"] - results["value_war"]).sel(actor="turkey").values
    alone = gain - 0.5 * left * (worth[run, week] - own)
    effect = 1 / (1 + np.exp(-80 * gain)) - 1 / (1 + np.exp(-80 * alone))
    unwilling = own < 0
    count = np.bincount(run[unwilling], minlength=runs)
    return (
        ratio(np.bincount(run[unwilling], effect[unwilling], runs), count),
        ratio(np.bincount(run, left, runs), np.bincount(run, minlength=runs)),
    )


# the two designs ----------------------------------------------------------------------------------


def flag_cells(runs: int, seed: int, theory: str = "second", **change: Any) -> list[xr.Dataset]:
    """Conflicting aims with a goal that can be satisfied or never is, compatible aims likewise."""
    base = changed(conflicting(theory), change)
    cases = [base, never_safe(base), compatible(base), never_safe(compatible(base))]
    return [play(case, runs, seed) for case in cases]


def clamp_cells(
    runs: int, seed: int, whose: str = "russia", theory: str = "second", **change: Any
) -> list[xr.Dataset]:
    """Conflicting aims, secure or threatened, compatible aims likewise."""
    base = changed(conflicting(theory), change)
    cases = [
        clamped(case, position)
        for case in (base, compatible(base, whose))
        for position in (SECURE, THREATENED)
    ]
    return [play(case, runs, seed) for case in cases]


Measure = Callable[[xr.Dataset, NDArray[np.bool_]], Figure]


def two_by_two(
    cells: list[xr.Dataset], measure: Measure, weeks: Callable[[xr.Dataset], NDArray[np.bool_]]
) -> tuple[list[Figure], Figure, Figure, Figure]:
    """The four cells, the effect with conflicting and with compatible aims, the interaction."""
    found = [measure(cell, weeks(cell)) for cell in cells]
    return found, found[0] - found[1], found[2] - found[3], combined(found)


# the facts ----------------------------------------------------------------------------------------


class Fact(NamedTuple):
    """A figure beside the prototype's, with the 95 % half-width of that, 0 if it gave none."""

    name: str
    ours: Figure
    published: float
    half_width: float = 0.0

    @property
    def inside(self) -> bool:
        """Whether they differ by at most 3.5 joint standard errors; ours stands in for none."""
        theirs = self.half_width / 1.96 if self.half_width else self.ours.error
        return bool(
            abs(self.ours.value - self.published) <= 3.5 * math.hypot(self.ours.error, theirs)
        )


def design(
    name: str,
    cells: list[xr.Dataset],
    measure: Measure,
    weeks: Callable[[xr.Dataset], NDArray[np.bool_]],
    published: tuple[tuple[float, float], ...],
) -> Iterator[Fact]:
    """Effects of one design: conflicting aims, compatible aims, interaction."""
    _, *effects = two_by_two(cells, measure, weeks)
    labels = ("conflicting", "compatible", "interaction")
    for label, effect, (value, width) in zip(labels, effects, published, strict=True):
        yield Fact(f"{name}: {label}", effect, value, width)


def drift_change(results: xr.Dataset, weeks: NDArray[np.bool_]) -> Figure:
    """The drift as a measure of a design; it has its own weeks."""
    return drift(results)[2]


def flags(runs: int, seed: int) -> Iterator[Fact]:
    """What a satisfied goal does through attention alone."""
    cells = flag_cells(runs, seed)
    yield from design(
        "flag, drift of the tie", cells, drift_change, after,
        ((-0.103, 0.006), (-0.037, 0.003), (-0.064, 0.007)),
    )  # fmt: skip
    yield from design(
        "flag, Iran's orders to spoil", cells, spoils, after,
        ((0.044, 0.013), (-0.008, 0.009), (0.053, 0.017)),
    )  # fmt: skip
    yield from design(
        "flag, breaches of Iran's militias", cells, breaches, after,
        ((0.049, 0.011), (0.028, 0.009), (0.019, 0.015)),
    )  # fmt: skip


def clamps(runs: int, seed: int) -> Iterator[Fact]:
    """What security does, with aims compatible in Russia's way (A) or in Iran's (B)."""
    cells = clamp_cells(runs, seed)
    yield from design(
        "clamp A, tie", cells, mean_tie, late,
        ((-0.235, 0.010), (-0.089, 0.007), (-0.145, 0.010)),
    )  # fmt: skip
    found, *_ = two_by_two(cells, spoils, late)
    words = ("conflicting, secure", "conflicting, threatened", "compatible, secure",
             "compatible, threatened")  # fmt: skip
    for word, cell, value in zip(words, found, (0.60, 0.21, 0.21, 0.28), strict=True):
        yield Fact(f"clamp A, Iran's orders to spoil, {word}", cell, value)
    yield from design(
        "clamp A, Iran's orders to spoil", cells, spoils, late,
        ((0.388, 0.0), (-0.067, 0.0), (0.454, 0.031)),
    )  # fmt: skip
    *_, both = two_by_two(cells, breaches, late)
    yield Fact("clamp A, breaches of Iran's militias: interaction", both, 0.201, 0.026)
    cells = clamp_cells(runs, seed, "iran")
    yield from design(
        "clamp B, tie", cells, mean_tie, late, ((-0.235, 0.010), (-0.029, 0.0), (-0.206, 0.010))
    )
    yield from design(
        "clamp B, Iran's orders to spoil", cells, spoils, late,
        ((0.388, 0.0), (0.152, 0.0), (0.235, 0.037)),
    )  # fmt: skip
    *_, both = two_by_two(cells, breaches, late)
    yield Fact("clamp B, breaches of Iran's militias: interaction", both, 0.087, 0.032)


def story(runs: int, seed: int) -> Iterator[Fact]:
    """The Syrian case itself."""
    case = conflicting()
    results = play(case, runs, seed)
    everybody = np.ones(runs, dtype=np.bool_)
    weeks, t0 = after(results), aleppo(results)
    before = ~weeks  # runs that never get there are before it all the time
    yield Fact("Aleppo reached", mean((t0 < NEVER).astype(float), everybody), 0.71)
    first, last, change = drift(results)
    yield Fact("tie at Aleppo", first, 0.462, 0.011)
    yield Fact("tie forty weeks on", last, 0.318, 0.014)
    yield Fact("drift of the tie", change, -0.167, 0.011)
    yield Fact("Iran's orders to spoil before", spoils(results, before), 0.532, 0.029)
    yield Fact("Iran's orders to spoil after", spoils(results, weeks), 0.592, 0.026)
    yield Fact("breaches of Iran's militias before", breaches(results, before), 0.534, 0.027)
    yield Fact("breaches of Iran's militias after", breaches(results, weeks), 0.484, 0.021)
    for who, value in (("iran", 0.36), ("russia", 0.71), ("turkey", 0.96),
                       ("syria_government", 0.56), ("northern_rebels", 0.95)):  # fmt: skip
        yield Fact(f"{who} signs after", yes(results, event_log.RATIFY, who, weeks, ratio), value)
    for who, value in (("iran", 0.40), ("russia", 0.49), ("turkey", 0.97)):
        yield Fact(f"{who} signs before", yes(results, event_log.RATIFY, who, before, ratio), value)
    for who, value in (("hezbollah", 0.55), ("foreign_militias", 0.54), ("local_militias", 0.30),
                       ("syria_government", 0.21), ("northern_rebels", 0.04),
                       ("damascus_rebels", 0.03)):  # fmt: skip
        yield Fact(f"{who} breaks after", no(results, event_log.COMPLY, who, weeks, ratio), value)
    yield Fact("government camp's share of breaches", blamed_camp(results, case), 0.93)
    said, done, quiet = agreement(results)
    yield Fact("Russia and Iran declare alike", said, 0.97)
    yield Fact("Russia and Iran vote alike", done, 0.40)
    yield Fact("neither refuses in public", quiet, 0.98)
    for who, early, later in (("iran", 0.28, 0.31), ("turkey", 0.96, 0.94),
                              ("united_states", 0.99, 0.98)):  # fmt: skip
        yield Fact(f"Russia consults {who} before", consulted(results, who, before), early)
        yield Fact(f"Russia consults {who} after", consulted(results, who, weeks), later)
    effect, left = pressure(results)
    yield Fact("effect of Turkish pressure", effect, 0.153, 0.009)
    yield Fact("leverage left at the talks", left, 0.96)
    came = yes(results, event_log.ATTEND, "northern_rebels", np.ones_like(weeks), ratio)
    yield Fact("northern rebels attend", came, 0.87)
    for week, share in ((1, 0.22), (4, 0.50), (13, 0.71), (52, 0.88)):
        broken = resampled(results, lambda found, week=week: failed_by(found, week))
        yield Fact(f"ceasefires failed by week {week}", broken, share)
    yield Fact("Weibull shape", resampled(results, weibull), 0.54)
    yield Fact("violence in weeks 1 to 4", broken_share(results, case, 1, 4), 0.42)
    yield Fact("violence in weeks 5 to 12", broken_share(results, case, 5, 12), 0.26)
    state = results["state"].values
    for code, word, share in ((1, "ceasefire", 0.35), (0, "war", 0.57), (2, "settlement", 0.07)):
        yield Fact(f"weeks of {word}", mean((state == code).mean(axis=1), everybody), share)
    for code, word, share in ((0, "war", 0.28), (1, "ceasefire", 0.44), (2, "settlement", 0.24),
                              (3, "victory", 0.04)):  # fmt: skip
        yield Fact(f"ends in {word}", mean((state[:, -1] == code) * 1.0, everybody), share)
    yield Fact("settled at some time", mean((state == 2).any(axis=1) * 1.0, everybody), 0.47)
    split = (tie(results)[:, -8:] < 0).all(axis=1)
    yield Fact("Russia and Iran split", mean(split * 1.0, everybody), 0.01)
    rapprochement = tie(results, "russia", "turkey")
    yield Fact("tie Russia-Turkey, week 45", mean(rapprochement[:, 45], everybody), -0.263)
    yield Fact("tie Russia-Turkey, end", mean(rapprochement[:, -1], everybody), 0.016)


def counterfactuals(runs: int, seed: int) -> Iterator[Fact]:
    """Consulting Iran, never tabling the core, the return of the threat."""
    case = conflicting()
    base = play(case, runs, seed)
    for rule, broke, ordered, signs in (("never", 0.64, 0.78, 0.20), ("always", 0.44, 0.45, 0.44)):
        results = play(files.with_changes(case, {"roles.consultation.iran": rule}), runs, seed)
        age, state = results["age"].values, results["state"].values
        # an age is that of the end of a week: orders of age 2 stand in weeks that end at 3
        early = after(results) & ((state == 1) | (state == 2)) & (age >= 2) & (age <= 7)
        violated = results["violated"].sel(actor=list(MILITIAS)).values.mean(axis=2)
        spoiled = ~results["ordered_to_comply"].sel(actor="iran").values
        for word, what, value in (("militias break", violated, broke),
                                  ("Iran orders to spoil", spoiled, ordered)):  # fmt: skip
            share = ratio((what * early).sum(axis=1), early.sum(axis=1))
            yield Fact(f"Iran {rule} consulted: {word}", share, value)
        own = yes(results, event_log.RATIFY, "iran", after(results), ratio)
        yield Fact(f"Iran {rule} consulted: Iran signs", own, signs)
    untabled = play(files.with_changes(case, {"issues.arms.agenda.at": "never"}), runs, seed)
    gap = tie(base) - tie(untabled)
    slope = (gap[:, 119] - gap[:, 70]) * 52 / 49
    everybody = np.ones(runs, dtype=np.bool_)
    yield Fact("core tabled, extra slope a year", mean(slope, everybody), -0.040, 0.007)
    returned = play(clamped(case, THREATENED, 90), runs, seed)
    yield Fact("tie at the end", mean(tie(base)[:, 119], everybody), 0.246, 0.012)
    yield Fact(
        "threat returns: tie at the end", mean(tie(returned)[:, 119], everybody), 0.362, 0.011
    )
    yield Fact("Iran's orders to spoil from week 100", spoils(base, late(base, 100)), 0.45, 0.04)
    again = spoils(returned, late(returned, 100))
    yield Fact("threat returns: Iran's orders to spoil from week 100", again, 0.17, 0.03)


def facts(runs: int, seed: int) -> Iterator[Fact]:
    """All figures that have one of the prototype beside them."""
    for part in (story, flags, clamps, counterfactuals):
        yield from part(runs, seed)


# one change switched off --------------------------------------------------------------------------

OFF: dict[str, dict[str, Any]] = {
    "none": {},
    "dependence": {"dependence": False},
    "attention": {"attention": "flag"},
    "foresight": {"foresight": False},
    "hazard": {"hazard": "violations", "base_hazard": 0.02, "added_hazard": 0.1},
    "learning": {"learning": False, "mutual_optimism": 0.002},
    "varpi 0.03": {"loyalty": 0.03},
    "vote_loyalty on": {"vote_loyalty": True},
    "no attention at all": {"salience_decay": False},
}


def switched_off(runs: int, seed: int) -> Iterator[list[str]]:
    """One row a mechanism: what the designs show without it."""
    for name, change in OFF.items():
        cells = flag_cells(runs, seed, **change)
        weeks = after(cells[0])
        *_, flag = two_by_two(cells, spoils, after)
        *_, a = two_by_two(clamp_cells(runs, seed, **change), spoils, late)
        *_, proxies = two_by_two(clamp_cells(runs, seed, **change), breaches, late)
        *_, b = two_by_two(clamp_cells(runs, seed, "iran", **change), spoils, late)
        raw = [spoils(cells[0], part).value for part in (~weeks, weeks)]
        ceasefire = cells[0]["state"].values > 0
        first = np.where(ceasefire.any(axis=1), ceasefire.argmax(axis=1), ceasefire.shape[1])
        found = spells(cells[0])
        yield [
            name,
            *(f"{x.value:+.3f} ± {1.96 * x.error:.3f}" for x in (flag, a, b, proxies)),
            f"{raw[0]:.2f}, {raw[1]:.2f}",
            f"{drift(cells[0])[2].value:+.3f}",
            ", ".join(f"{failed_by(found, week):.2f}" for week in (1, 4, 13, 52)),
            f"{np.median(first):.0f}",
        ]
        play.cache_clear()


def violence_series(runs: int, seed: int) -> tuple[float, float]:
    """Monthly violence: sd of log changes, and its first autocorrelation, pooled over runs.

    Violence is the fighting capability's share of all that is armed, in means of four weeks; a
    month without any (a victory) is left out.
    """
    case = conflicting()
    results = simulate(case, runs=runs, seed=seed, parts=("actor", "actor_flag"), log=False)
    armed = [name for name, actor in case.actors.items() if actor.armed]
    strength = results["capability"].sel(actor=armed).values
    fights = results["fighting"].sel(actor=armed).values
    weekly = (strength * fights).sum(axis=2) / strength.sum(axis=2)
    months = weekly.reshape(runs, -1, 4).mean(axis=2)
    both = (months[:, 1:] > 0) & (months[:, :-1] > 0)
    change = np.log(months[:, 1:][both] / months[:, :-1][both])
    centred = months - months.mean(axis=1, keepdims=True)
    lag = (centred[:, 1:] * centred[:, :-1]).sum(axis=1) / (centred**2).sum(axis=1)
    return float(change.std()), float(np.nanmean(lag))


def main() -> None:
    """Print the tables of the page on validation."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    out = sys.stdout.write
    out("| fact | reference | ours | 95 % | inside |\n| --- | --- | --- | --- | --- |\n")
    for fact in facts(runs, seed):
        width = f" ± {fact.half_width:.3f}" if fact.half_width else ""
        verdict = "yes" if fact.inside else "**no**"
        out(f"| {fact.name} | {fact.published:+.3f}{width} | {fact.ours.value:+.3f} ")
        out(f"| {1.96 * fact.ours.error:.3f} | {verdict} |\n")
    reached = aleppo(play(conflicting(), runs, seed))
    out(f"median week of Aleppo where it is reached: {np.median(reached[reached < NEVER]):.0f}\n")
    ceasefire = play(conflicting(), runs, seed)["state"].values > 0
    first = np.where(ceasefire.any(axis=1), ceasefire.argmax(axis=1), ceasefire.shape[1])
    out(f"first ceasefire, week at 10, 50, 90 %: {np.percentile(first, [10, 50, 90])}\n")
    play.cache_clear()
    out("\n| off | flag | clamp A | clamp B | clamp A, breaches | before, after | drift ")
    out("| failed | first ceasefire |\n|" + " --- |" * 9 + "\n")
    for row in switched_off(runs // 2, seed):
        out("| " + " | ".join(row) + " |\n")
    spread, lag = violence_series(runs, seed)
    out(f"\nmonthly violence: sd of log changes {spread:.2f}, first autocorrelation {lag:.2f}\n")


if __name__ == "__main__":
    main()
