"""Scores of forecasts: of the time of breaks, of the ranking of pairs, of probabilities.

Each war counts alike: a pair weighs one over the number of pairs of its war. Errors are those of
the jackknife over wars, also of a difference of two forecasts, which shares the wars.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from sim.engine.inputs import Floats
from sim.experiments.benchmark.forecasts import Forecast, Scored

type Bools = NDArray[np.bool_]
LEVEL = 0.95
# Base rates to which the Brier score is weighed: shares of allied pairs that break in five years.
BASE_RATES = (0.10, 0.20)
# Bounds of a hazard in the log score: a pair that is said never to break does so in five years with
# a chance of 5 %. Fixed, so that the score of runs does not rise with their number.
SUREST = 0.995
# Sums of ranks that are nearer to each other than this are one, in the test by permutation.
_STEP = 6


@dataclass(frozen=True)
class Estimate:
    """A score, and its error by the jackknife over so many wars."""

    value: float
    error: float
    wars: int

    @property
    def reach(self) -> float:
        """Half of its 95 % interval, by Student's t."""
        if self.wars < 2:
            return math.nan
        return float(stats.t.ppf(0.5 + LEVEL / 2, self.wars - 1)) * self.error


@dataclass(frozen=True)
class Score:
    """One way to score a forecast.

    Attributes
    ----------
    title : str
        Head of its column.
    better : int
        1 if more is better, -1 if less is, 0 if neither.
    needs : str
        The attribute of a forecast without which it cannot be had.
    value : callable
        Of pairs, a forecast, and which of the pairs to take.
    counts : callable
        Which of the pairs are of a war that has a part in it.
    """

    title: str
    better: int
    needs: str
    value: Callable[[Scored, Forecast, Bools], float]
    counts: Callable[[Scored], Bools]


# sums over pairs ----------------------------------------------------------------------------------


def auc(rank: Floats, broke: Bools, weight: Floats | None = None) -> float:
    """Share of pairs of a pair that broke and one that did not in which the former ranks higher.

    Ties count half; `weight` is of each, and of two their product.

    Returns
    -------
    float
        NaN if all broke, or none.
    """
    return concordance(rank, broke.astype(np.int64), weight)


def concordance(rank: Floats, level: NDArray[np.int64], weight: Floats | None = None) -> float:
    """The same for outcomes of several levels: pairs of equal outcome do not count (c-index)."""
    of = np.ones(len(rank)) if weight is None else weight
    higher = level[:, None] > level[None, :]
    both = of[:, None] * of[None, :] * higher
    whole = both.sum()
    apart = np.sign(rank[:, None] - rank[None, :])
    return float((both * (apart + 1.0) / 2.0).sum() / whole) if whole > 0 else math.nan


def within_auc(rank: Floats, broke: Bools, war: NDArray[np.int64]) -> float:
    """The mean over wars of the AUC in a war, of those in which some broke and some did not."""
    every = [auc(rank[war == one], broke[war == one]) for one in np.unique(war)]
    known = [value for value in every if not math.isnan(value)]
    return float(np.mean(known)) if known else math.nan


def brier(
    probability: Floats, broke: Bools, weight: Floats, base_rate: float | None = None
) -> float:
    """Weighted mean square of probability less outcome.

    With a base rate, the pairs that broke and the others are weighed so that so many broke.
    """
    wrong = (probability - broke) ** 2
    if base_rate is None:
        return float(np.average(wrong, weights=weight))
    if broke.all() or not broke.any():
        return math.nan
    parts = [np.average(wrong[some], weights=weight[some]) for some in (broke, ~broke)]
    return float(base_rate * parts[0] + (1.0 - base_rate) * parts[1])


def integrated_brier(reached: Floats, when: int, lengths: Floats) -> float:
    """Mean over time of the Brier score of "has broken by now", for one pair.

    Parameters
    ----------
    reached : ndarray
        The forecast at the end of each half-year.
    when : int
        The half-year in which the pair broke, -1 for never.
    lengths : ndarray
        Of the half-years: they weigh so much.
    """
    seen = np.arange(len(lengths)) >= (when if when >= 0 else len(lengths))
    return float(np.average((reached - seen) ** 2, weights=lengths))


def hazard_log_score(hazard: Floats, when: int) -> float:
    """Minus the log of the chance of what happened to one pair, half-year by half-year.

    No forecast is taken to be surer of a half-year than `SUREST`, whatever its source.
    """
    told = np.clip(hazard, 1.0 - SUREST, SUREST)
    last = when if when >= 0 else len(told)
    lost = -np.log1p(-told[:last]).sum()
    return float(lost - np.log(told[when])) if when >= 0 else float(lost)


def permutation_p(rank: Floats, broke: Bools, war: NDArray[np.int64]) -> float:
    """How often outcomes dealt out anew within each war give an AUC within wars as high.

    Every permutation is counted, none is drawn: sums of ranks of any so many pairs of a war are
    counted one pair after the other, and wars are put together by the values of their AUC.
    """
    found = within_auc(rank, broke, war)
    if math.isnan(found):
        return math.nan
    values, chances, wars = np.zeros(1), np.ones(1), 0
    for one in np.unique(war):
        mine = war == one
        many, few = int(mine.sum()), int(broke[mine].sum())
        if few in (0, many):
            continue
        wars += 1
        auc_values, auc_chances = _dealt(rank[mine], few)
        sums = np.round((values[:, None] + auc_values).ravel(), _STEP)
        values, place = np.unique(sums, return_inverse=True)
        chances = np.bincount(place.ravel(), weights=np.outer(chances, auc_chances).ravel())
    return float(chances[values >= found * wars - wars * 10.0**-_STEP].sum())


def _dealt(rank: Floats, few: int) -> tuple[Floats, Floats]:
    """The values of the AUC if any `few` of these may be those that broke, and their chances."""
    # twice the middle rank of each, a whole number also where ranks are shared
    double = (2 * stats.rankdata(rank)).astype(np.int64)
    ways = np.zeros((few + 1, int(double.sum()) + 1))
    ways[0, 0] = 1.0
    for number, own in enumerate(double.tolist(), start=1):
        for taken in range(min(number, few), 0, -1):
            ways[taken, own:] += ways[taken - 1, : ways.shape[1] - own]
    sums = np.flatnonzero(ways[few])
    values = (sums / 2.0 - few * (few + 1) / 2.0) / (few * (len(rank) - few))
    return values, ways[few][sums] / ways[few].sum()


# scores of a forecast -----------------------------------------------------------------------------


def _every(scored: Scored) -> Bools:
    return np.ones(len(scored.war), dtype=np.bool_)


def _mixed(scored: Scored) -> Bools:
    """Pairs of wars in which some broke and some did not: others add nothing within wars."""
    broke = np.bincount(scored.war, weights=scored.broke)
    both = (broke > 0) & (broke < np.bincount(scored.war))
    return np.asarray(both[scored.war], dtype=np.bool_)


def _brier_at(base_rate: float | None) -> Callable[[Scored, Forecast, Bools], float]:
    def value(scored: Scored, told: Forecast, of: Bools) -> float:
        return brier(_array(told.probability)[of], scored.broke[of], scored.weight[of], base_rate)

    return value


def _array(values: Floats | None) -> Floats:
    assert values is not None
    return values


def _timing(scored: Scored, of: Bools, one: Callable[[int], float]) -> float:
    values = np.array([one(n) for n in np.flatnonzero(of).tolist()])
    return float(np.average(values, weights=scored.weight[of])) if len(values) else math.nan


def _integrated(scored: Scored, told: Forecast, of: Bools) -> float:
    reached = told.reached
    assert reached is not None
    lengths = [war.lengths for war in scored.wars]
    return _timing(
        scored, of,
        lambda n: integrated_brier(reached[n], int(scored.when[n]), lengths[int(scored.war[n])]),
    )  # fmt: skip


def _log(scored: Scored, told: Forecast, of: Bools) -> float:
    hazard = told.hazard
    assert hazard is not None
    return _timing(scored, of, lambda n: hazard_log_score(hazard[n], int(scored.when[n])))


SCORES: Mapping[str, Score] = {
    "timing": Score("timing: integrated Brier", -1, "reached", _integrated, _every),
    "log": Score("timing: log score", -1, "hazard", _log, _every),
    "within": Score(
        "ranking: AUC within wars", 1, "rank",
        lambda scored, told, of: within_auc(
            _array(told.rank)[of], scored.broke[of], scored.war[of]
        ),
        _mixed,
    ),
    "pooled": Score(
        "AUC pooled", 1, "rank",
        lambda scored, told, of: auc(_array(told.rank)[of], scored.broke[of], scored.weight[of]),
        _every,
    ),
    "c": Score(
        "c-index", 1, "rank",
        lambda scored, told, of: concordance(
            _array(told.rank)[of], scored.level[of], scored.weight[of]
        ),
        _every,
    ),
    "brier": Score("Brier", -1, "probability", _brier_at(None), _every),
    **{
        f"brier at {rate:g}": Score(
            f"Brier at {rate:.2f}", -1, "probability", _brier_at(rate), _every
        )
        for rate in BASE_RATES
    },
    "mean p": Score(
        "mean p", 0, "probability",
        lambda scored, told, of: float(
            np.average(_array(told.probability)[of], weights=scored.weight[of])
        ),
        _every,
    ),
}  # fmt: skip
"""Scores by their names; the first two and the third are the primary ones."""
PRIMARY = ("timing", "log", "within")


def estimate(name: str, scored: Scored, told: Forecast, less: Forecast | None = None) -> Estimate:
    """A score of a forecast, or how much higher it is than that of another.

    Parameters
    ----------
    name : str
        Of `SCORES`.
    scored : Scored
        The pairs.
    told, less : Forecast
        The forecast, and the other that is taken off.

    Returns
    -------
    Estimate
        NaN if a forecast does not say what the score needs.
    """
    score = SCORES[name]
    both = [one for one in (told, less) if one is not None]
    counts = score.counts(scored)
    if any(getattr(one, score.needs) is None for one in both) or not counts.any():
        return Estimate(math.nan, math.nan, 0)

    def value(of: Bools) -> float:
        values = [score.value(scored, one, of) for one in both]
        return values[0] - values[1] if len(values) == 2 else values[0]

    with np.errstate(invalid="ignore"):  # of infinite scores the difference is not known
        return jackknife(value, scored.war, counts)


def jackknife(value: Callable[[Bools], float], war: NDArray[np.int64], counts: Bools) -> Estimate:
    """A value of some pairs, and its error from leaving out one war at a time.

    ``sqrt((n - 1) / n sum_w (value without w - their mean)^2)``

    Parameters
    ----------
    value : callable
        Of which pairs are taken.
    war : ndarray
        The war of each pair.
    counts : ndarray of bool
        Pairs of wars that have a part in the value.
    """
    wars = np.unique(war[counts])
    n = len(wars)
    whole = value(counts)
    if n < 2:
        return Estimate(whole, math.nan, n)
    without = np.array([value(counts & (war != one)) for one in wars])
    spread: Any = ((without - without.mean()) ** 2).sum()
    return Estimate(whole, float(np.sqrt((n - 1) / n * spread)), n)
