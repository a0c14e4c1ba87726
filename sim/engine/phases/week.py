"""What phases share: the week at hand, when a round is held, how actors are asked and heed."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from sim.engine.inlined_phases import phase
from sim.engine.inputs import Floats, Inputs, Ints, Words
from sim.engine.state import Kept, World
from sim.rules import proxies
from sim.rules.jit import compiled, overload

type Ask = Callable[[str, Floats, int], None]


class Week(NamedTuple):
    """The week that is played, its draws, and where its events are noted.

    Attributes
    ----------
    t : int
        Its number, from 0.
    keys : ndarray of uint64, shape (10, 2)
        From `sim.engine.draws.round_keys`.
    fed : ndarray
        Draws from outside, see `sim.engine.draws.uniforms`.
    log, counter : ndarray
        Record of events, see `sim.engine.event_log.note`.
    rec : Kept
        Record of the run, filled at row `t`.
    agents : callable or None
        See `ask`.
    """

    t: int
    keys: Words
    fed: Floats
    log: Floats
    counter: Ints
    rec: Kept
    agents: Ask | None


def ask(agents: Ask | None, decision: str, answers: Floats, about: int) -> None:
    """Let every actor answer for itself, before anything changes.

    The array already holds what the rule says. Compiled, that stands; in the Mesa model each
    actor's method is asked and its answer replaces the rule's.

    Parameters
    ----------
    agents : callable or None
        ``agents(decision, answers, about)``, from `sim.agents.model`.
    decision : str
        Name of the actor's method.
    answers : ndarray
        Gains or chances, changed in place.
    about : int
        Index of the actor or pair that the question is about, -1 if none.
    """
    if agents is not None:
        agents(decision, answers, about)


@overload(ask)
def _ask_compiled(agents, decision, answers, about) -> Callable[..., None]:
    return lambda agents, decision, answers, about: None


@compiled
def due(t, first, period) -> bool:
    """Whether a round of this period is held in week t."""
    return t >= first and (t - first) % period == 0


@compiled
def season(t, resolve_weeks, lasting) -> int:
    """The time by which a shock of a decision on peace is named: the week, or that of a resolve."""
    return t // resolve_weeks if lasting > 0.5 else t


@phase
def heed(week: Week, g: Inputs, w: World) -> None:
    """Weigh every proxy's own gain with what its patrons wish of it, then ask the actors."""
    agents = week.agents
    links = g.links
    patronage, scratch = w.patronage, w.scratch
    proxies.heed_all(
        scratch.acted_gain, scratch.own_gain, scratch.patron_wish, patronage.autonomy,
        patronage.pull, links.patron, links.proxy,
    )  # fmt: skip
    ask(agents, "heeds", scratch.acted_gain, -1)
