"""All considerations for and against a decision, as the decider knows them beforehand."""

from __future__ import annotations

from sim.narrative.chronicle.reasons import NOTHING, than, worth_of_terms
from sim.narrative.chronicle.timeline import CeasefireSpell, Story
from sim.results.dataset import Event
from sim.scenario.english import level, signed, size


def weighed(
    story: Story, event: Event, ceasefire: CeasefireSpell | None = None, it: str = ""
) -> list[tuple[float, str]]:
    """All considerations for and against a decision on a ceasefire or without one, as clauses.

    Utilities, positive where they speak for yes, with their clauses; the largest first. Differences
    below 0.0005 are left out. Terms that are no utilities (ties, blame) have the number 0 and come
    last. The actor is called `it` where something happens to it, by default its pronoun.
    """
    words, terms = story.words, event.terms
    it = it or words.it(event.actor)
    settled = ceasefire is not None and ceasefire.calm(event.week)
    calm = "the settlement" if settled else "a ceasefire"
    found: list[tuple[float, str]] = []

    def add(name: str, sign: float, text: str) -> None:
        if name in terms and abs(terms[name]) >= NOTHING:
            found.append((sign * terms[name], text))

    if event.decision == "vote":
        add("own", 1, f"the text on the table is worth {than(terms['own'], it, 'going on')}")
    elif event.decision == "comply":
        add("own", 1, f"keeping {calm} is worth {than(terms['own'], it, 'breaking it')}")
    elif "ceasefire" in terms:
        add("ceasefire", 1, f"{calm} is worth {than(terms['ceasefire'], it, 'war')}")
    if "terms" in terms:
        promise = worth_of_terms(story, event.actor, ceasefire, event.week, terms["terms"], it)
        add("terms", 1, promise)
    if event.counterpart and terms.get("loyalty"):
        counts = f"counts for {size(terms['loyalty'])}"
        side = "loyalty to" if terms["loyalty"] > 0 else "distrust of"
        add("loyalty", 1, f"{side} {words.who(event.counterpart)} {counts}")
    if "patrons" in terms:
        way = "for it" if terms["patrons"] > 0 else "against it"
        add("patrons", 1, f"patrons pull {it} {way} by {size(terms['patrons'])}")
    for name, sign, form, text in (
        ("military", -1, size, f"fighting on promises {it} a military gain of {{}}"),
        ("seat", -1, size, f"sitting down with opponents who break the ceasefire costs {it} {{}}"),
        ("contagion", -1, size, f"last week's violations set {it} against it by {{}}"),
        ("cost", -1, size, f"the meeting itself costs {it} {{}}"),
        ("breach", 1, size, f"a breach that is seen would cost {it} {{}}"),
        ("local", 1, signed, f"the deal itself is worth {{}} to {it}"),
        ("endorsement", 1, signed, f"endorsing what lies on the table is worth {{}} to {it}"),
    ):
        if name in terms:
            add(name, sign, text.format(form(terms[name])))
    if "tie" in terms:
        found.append((0.0, f"the tie to {words.who(event.counterpart)} is {level(terms['tie'])}"))
    if "blame" in terms:
        blame = level(terms["blame"])
        found.append((0.0, f"{words.who(event.counterpart)} is blamed for breaches by {blame}"))
    return sorted(found, key=lambda reason: -abs(reason[0]))
