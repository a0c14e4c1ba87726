"""English for the chronicle: names as phrases, agreement, lists, numbers and dates."""

from __future__ import annotations

import datetime as dt
import decimal
import re
from collections.abc import Iterable, Sequence

from sim.scenario.schema import Scenario

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
SMALL = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve",
)  # fmt: skip
ORDINALS = (
    "", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
    "tenth", "eleventh", "twelfth",
)  # fmt: skip

# Last words of proper names that English puts an article before ("the United States").
_WITH_ARTICLE = {
    "Alliance", "Army", "Authority", "Coalition", "Confederation", "Council", "Crown", "Duchy",
    "Emirate", "Emirates", "Empire", "Federation", "Forces", "Front", "Government", "Kingdom",
    "League", "Militia", "Militias", "Movement", "Nations", "Opposition", "Party", "Rebels",
    "Regime", "Republic", "Republics", "State", "States", "Union",
}  # fmt: skip
# Proper names in the plural that take a verb in the singular.
_SINGULAR = {"Emirates", "Nations", "States", "Netherlands", "Philippines"}
_QUESTIONS = {"who", "whom", "whose", "what", "when", "where", "whether", "which", "why", "how"}
_DETERMINERS = {
    "a", "an", "the", "its", "their", "his", "her", "our", "that", *_QUESTIONS,
}  # fmt: skip
_LINKS = {"of", "over", "to", "in", "for", "from", "with", "on", "between", "against", "at", "by"}


class Words:
    """The names of a scenario as phrases of a sentence.

    Labels are used as they stand in the file; only an article is put before those that need one.
    """

    def __init__(self, scenario: Scenario) -> None:
        self._actors = {name: tidy(a.label) or name for name, a in scenario.actors.items()}
        self._issues = {name: tidy(i.label) or name for name, i in scenario.issues.items()}
        self._camps = {name: tidy(c.label) or name for name, c in scenario.camps.items()}
        self._theatres = {name: tidy(t.label) or name for name, t in scenario.theatres.items()}
        self._place = {name: n for n, name in enumerate(scenario.actors)}

    def who(self, name: str) -> str:
        """An actor: "Iran", "the northern rebels"."""
        return with_article(self._actors[name])

    def whose(self, name: str) -> str:
        """An actor in the possessive: "Iran's", "the northern rebels'"."""
        who = self.who(name)
        return f"{who}'" if who.endswith("s") else f"{who}'s"

    def issue(self, name: str) -> str:
        """An issue after a preposition: "power sharing", "the supply route"."""
        return noun(self._issues[name])

    def issue_is_plural(self, name: str) -> bool:
        """Whether an issue's label takes a verb in the plural."""
        words = self._issues[name].split()
        # the head of "relief of areas" stands before the preposition
        head = next((n for n, word in enumerate(words) if n and word in _LINKS), len(words))
        return words[0] not in _QUESTIONS and is_plural(" ".join(words[:head]))

    def stands(self, name: str) -> str:
        """An issue with its verb: "the regime's hold stands"."""
        return f"{self.issue(name)} {'stand' if self.issue_is_plural(name) else 'stands'}"

    def camp(self, name: str) -> str:
        """A camp: "the government camp"."""
        return noun(self._camps.get(name, name))

    def theatre(self, name: str) -> str:
        """A theatre: "the north", "Damascus and the south"."""
        return noun(self._theatres.get(name, name))

    def plural(self, name: str) -> bool:
        """Whether an actor's label takes a verb in the plural."""
        return is_plural(self._actors[name])

    def inorder(self, names: Iterable[str]) -> list[str]:
        """Actors in the order of the file, each once."""
        return sorted(set(names), key=self._place.__getitem__)

    def all(self, names: Iterable[str]) -> str:
        """A list of actors: "Iran, Turkey and the northern rebels"."""
        return listed([self.who(name) for name in self.inorder(names)])

    def says(self, names: str | Iterable[str], verb: str) -> str:
        """One or more actors with a verb that agrees: "Iran signs", "Iran and Turkey sign"."""
        names = [names] if isinstance(names, str) else self.inorder(names)
        return f"{self.all(names)} {self.verb(names, verb)}"

    def verb(self, names: str | Iterable[str], verb: str) -> str:
        """The verb alone, in agreement with the actors."""
        names = [names] if isinstance(names, str) else list(names)
        many = len(names) > 1 or any(self.plural(name) for name in names)
        return {"be": "are", "have": "have"}.get(verb, verb) if many else third(verb)

    def it(self, name: str) -> str:
        """The pronoun for an actor as an object."""
        return "them" if self.plural(name) else "it"

    def its(self, names: str | Iterable[str]) -> str:
        """The possessive for one or more actors."""
        names = [names] if isinstance(names, str) else list(names)
        return "their" if len(names) > 1 or any(self.plural(name) for name in names) else "its"

    def they(self, names: str | Iterable[str]) -> str:
        """The pronoun for one or more actors as a subject."""
        return "they" if self.its(names) == "their" else "it"


def tidy(text: str) -> str:
    """A text of the file on one line, without space to spare and without its full stop."""
    return " ".join(text.split())


def with_article(label: str) -> str:
    """An actor's label with "the" where English wants it."""
    first, last = label.split()[0], label.split()[-1]
    if first.lower() in _DETERMINERS:
        return label
    common = last.isalpha() and last.islower() and last.isascii()
    return f"the {label}" if common or last in _WITH_ARTICLE else label


def noun(label: str) -> str:
    """An issue's label, with "the" before a countable thing ("the monopoly over arms")."""
    words = label.split()
    if words[0].lower() in _DETERMINERS or words[0][:1].isupper():
        return label
    linked = any(word in _LINKS for word in words[1:])
    many = len(words) > 1 and is_plural(label)
    camp = words[-1] in {"camp", "side", "coalition", "alliance"}
    return f"the {label}" if linked or many or camp else label


def is_plural(label: str) -> bool:
    """Whether a label names several: a common noun by its ending, a proper name if it has "the"."""
    last = label.split()[-1]
    if not last.endswith("s") or last.endswith("ss") or last in _SINGULAR:
        return False
    if last[0].isupper() and label.lower().startswith("the "):
        return True
    return (last.islower() or last in _WITH_ARTICLE) and not last.endswith(("us", "is"))


def third(verb: str) -> str:
    """Third person singular of a verb."""
    irregular = {"be": "is", "have": "has"}
    if verb in irregular:
        return irregular[verb]
    if re.search(r"[^aeiou]y$", verb):
        return verb[:-1] + "ies"
    return verb + ("es" if re.search(r"(s|x|z|ch|sh|o)$", verb) else "s")


def listed(parts: Sequence[str], link: str = "and") -> str:
    """Join as English does: "a", "a and b", "a, b and c"."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {link} {parts[-1]}"


def sentence(text: str) -> str:
    """Capital at the start, one full stop at the end, single spaces."""
    text = tidy(text).rstrip(".")
    return text[:1].upper() + text[1:] + "."


def day(date: dt.date) -> str:
    """A date: "14 December 2016"."""
    return f"{date.day} {MONTHS[date.month - 1]} {date.year}"


def count(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun: "one week", "13 weeks"."""
    word = SMALL[number] if 0 <= number < len(SMALL) else f"{number:,}"
    return f"{word} {one if number == 1 else many or one + 's'}"


def number_word(number: int) -> str:
    """A whole number, in words up to twelve; "none" for 0."""
    return "none" if number == 0 else SMALL[number] if number < len(SMALL) else f"{number:,}"


def times(number: int) -> str:
    """How often: "once", "twice", "three times"."""
    return {1: "once", 2: "twice"}.get(number) or count(number, "time")


def ordinal(number: int) -> str:
    """A place in a row: "third", "23rd"."""
    if 0 < number < len(ORDINALS):
        return ORDINALS[number]
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    if 10 <= number % 100 <= 20:
        ending = "th"
    return f"{number}{ending}"


def size(number: float) -> str:
    """How large a difference is: two digits that tell something, never a sign."""
    number = abs(number)
    if number < 0.0005:
        return "less than 0.001"
    return f"{number:.3f}" if round(number, 3) < 0.01 else f"{number:.2f}"


def level(number: float) -> str:
    """A position or a tie, to two decimals and without a negative zero."""
    return f"{number:.2f}".replace("-0.00", "0.00")


def signed(number: float) -> str:
    """A change, with its sign unless it rounds to nothing."""
    text = f"{number:+.2f}"
    return "0.00" if text in ("+0.00", "-0.00") else text


def percent(share: float, unit: str = " percent") -> str:
    """A share in percents to one decimal: "2.5 percent", "40 percent", with "%" "2.5%".

    Halves are rounded up. Only 0 is shown as 0 and only 1 as 100.
    """
    exact = decimal.Decimal(repr(float(share))) * 100
    if not exact.is_finite():
        return "unknown"
    shown = exact.quantize(decimal.Decimal("0.1"), decimal.ROUND_HALF_UP)
    if shown == 0 and exact > 0:
        return f"less than 0.1{unit}"
    if shown == 100 and exact < 100:
        return f"more than 99.9{unit}"
    return f"{shown}".removesuffix(".0") + unit
