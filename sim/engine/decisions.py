"""The table of decisions: every kind of event, and the decision of an actor that leaves it.

A new decision is one row at the end of `KINDS`, its phrase in `sim.results.phrases`, a rule, the
method of `sim.agents.model.Actor` that calls the rule, and the lines of a phase that ask, draw and
note the event.
"""

from __future__ import annotations

from typing import NamedTuple


class Kind(NamedTuple):
    """A kind of event, and the decision that leaves it, if an actor decides it.

    Attributes
    ----------
    name : str
        The decision or happening, as the record gives it; empty for a decision without an event,
        and for what was taken out.
    phase : int
        Number of the phase in `sim.engine.schedule`.
    terms : tuple of str
        What the numbers that drove it are, at most five.
    draw : int or None
        Number of its draw, a part of the draw's name: never renumber.
    method : str
        The actor's method that answers; empty if nobody decides it.
    answer : str
        What the method answers: "gain", or "chance" of a yes.
    each : str
        What it is decided once for: each "actor", each "patron" (the convener decides, and the
        event counts for the patron), each "issue" (the convener decides), or each "pair" of allies
        that bargain (both decide), each "claim" of an actor on what another holds, each "contest",
        a war among members, each "third" actor at its outbreak, or each "ally" at a rupture. What
        nobody decides happens at most once a week for each of these, for each "objective", or in
        the whole "war"; a "shift" has its own week.
    about : tuple of str
        What the method is told, or what it happens about: "other", another actor; "issue".
    asked : str
        Which actors are asked, where it is decided for each actor: the name of a flag of
        `sim.engine.inputs.Who`, or "convener"; all if empty.
    turned : bool
        Whether `explain` asks what would have turned it.
    both : bool
        Whether both actors of a claim or a contest decide it.
    """

    name: str
    phase: int
    terms: tuple[str, ...] = ()
    draw: int | None = None
    method: str = ""
    answer: str = "gain"
    each: str = "actor"
    about: tuple[str, ...] = ()
    asked: str = ""
    turned: bool = False
    both: bool = False


# The place of a kind that was taken out: the codes of all others stay as they are in records.
_GONE = Kind("", 10, each="shift")

# fmt: off
# The order is the code of a kind in the record: append, never reorder.
KINDS: tuple[Kind, ...] = (
    Kind("shift", 1, ("change", "value"), each="shift"),
    Kind("satisfied", 2, ("position", "threshold"), each="objective"),
    Kind("threatened", 2, ("position", "threshold"), each="objective"),
    Kind("convene", 4, ("ceasefire", "prestige", "access"), 0, "convenes", asked="can_convene"),
    Kind("propose", 4, ("ceasefire",), 1, "proposes", asked="convener", turned=True),
    Kind("consult", 4, ("tie", "nuisance", "by_decree"), 2, "consults", "chance", "patron",
         ("other",), turned=True),
    Kind("ratify", 4, ("ceasefire", "terms", "loyalty", "own", "patrons"), 3, "ratifies",
         about=("other",), turned=True),
    Kind("ceasefire", 4, each="war"),
    Kind("order", 5, ("ceasefire", "terms", "loyalty", "military", "on_issue"), 4, "orders",
         turned=True),
    Kind("comply", 5, ("own", "patrons", "contagion", "breach"), 5, "heeds", turned=True),
    Kind("revise", 6, ("blame",), 7, "revises", "chance", "patron", ("other",), turned=True),
    Kind("collapse", 7, ("violence",), 8, each="war"),
    Kind("attend", 8, ("ceasefire", "seat", "patrons", "contagion"), 9, "attends", asked="brought",
         turned=True),
    Kind("table", 8, ("status_quo", "opening"), each="issue"),
    Kind("vote", 8, ("own", "patrons", "loyalty"), 10, "votes", turned=True),
    Kind("settle", 8, each="war"),
    Kind("bargain", 9, ("local", "endorsement", "cost"), 11, "bargains", each="pair",
         about=("other",), turned=True),
    Kind("deal", 9, ("core",), each="pair"),
    Kind("dispute", 10, ("position",), 13, each="issue"),
    Kind("victory", 10, ("position", "weeks"), each="war"),
    Kind("raise", 8, (), 19, "raises", each="issue", about=("issue",)),
    _GONE, _GONE,
    Kind("demand", 11, ("claim", "threat"), None, "demands", each="claim", about=("other",)),
    Kind("accept", 11, ("claim", "threat"), 23, "accepts", each="claim", about=("other",),
         both=True, turned=True),
    Kind("attack", 11, ("war", "tie", "dependence", "patrons"), 24, "attacks", each="claim",
         about=("other",), turned=True),
    Kind("join", 11, ("own", "patrons", "tie"), 25, "joins", each="third", about=("other",),
         turned=True),
    Kind("rupture", 11, ("pledges", "tie", "dependence"), 26, "breaks_with", each="claim",
         about=("other",)),
    Kind("consent", 11, ("tie",), 27, "consents", each="ally", about=("other",)),
    Kind("mend", 11, (), each="claim"),
    Kind("return", 11, ("war",), 28, "comes_back", each="war", turned=True),
    Kind("peace", 11, ("front",), 30, "makes_peace", each="contest", about=("other",),
         both=True),
    Kind("defeat", 11, ("weeks",), each="contest"),
    Kind("fall", 11, ("position",), each="issue"),
)
# fmt: on
CODE = {kind.name: code for code, kind in enumerate(KINDS) if kind.name}
PHASE = {kind.name: kind.phase for kind in KINDS}

# Numbers of draws: of the events of these names, and of what leaves no event. What had 20 and 21
# was taken out.
DRAWS = {
    **{kind.name: kind.draw for kind in KINDS if kind.draw is not None},
    "observe": 6, "territory": 12, "dispute_value": 14, "weight": 15, "ideal": 16,
    "attribute": 17, "scapegoat": 18, "flare": 22, "war_front": 29, "fall_to": 31,
    "range": 32,
}  # fmt: skip

# What is decided once for each of these is about what members of a coalition do to each other.
AMONG_MEMBERS = ("claim", "contest", "third", "ally")

_TAKES_PART = Kind("", 3, method="takes_part", asked="takes_part")
# The decisions of actors, by the method that answers.
DECISIONS = {row.method: row for row in (_TAKES_PART, *KINDS) if row.method}
