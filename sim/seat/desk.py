"""The seat of an actor in a notebook: what it knows, and a button for each answer."""

from __future__ import annotations

from typing import Any, Protocol

from sim import widgets
from sim.scenario import Scenario
from sim.seat.questions import Question


class Seated(Protocol):
    """What a desk needs of a seat, see `sim.seat.Seat`."""

    case: Scenario
    actor: str
    question: Question | None
    history: list[tuple[Question, bool]]

    def answer(self, yes: bool | str | None) -> Question | None:
        """Answer the question."""

    def back(self) -> Question | None:
        """Take the last answer back."""


class Desk:
    """Buttons for a seat.

    Parameters
    ----------
    seat : Seat

    Attributes
    ----------
    yes, no, rule, back : Button
        The answers; what the rule would do; the last answer taken back.
    page : HTML
        The question, and what the actor knows.
    widget : Widget
        All of it.

    Raises
    ------
    SimError
        If ipywidgets is not installed.
    """

    def __init__(self, seat: Seated) -> None:
        kit = widgets.toolkit()
        self.seat = seat
        self.page = kit.HTML(layout={"max_width": "60em"})
        self.yes, self.no = kit.Button(button_style="primary"), kit.Button(button_style="primary")
        self.rule = kit.Button(description="as its rule does")
        self.back = kit.Button(description="take back", icon="undo")
        for button, said in ((self.yes, True), (self.no, False), (self.rule, None)):
            button.on_click(lambda _, said=said: self._answer(said))
        self.back.on_click(lambda _: self._turn_back())
        buttons = kit.HBox([self.yes, self.no, self.rule, self.back])
        self.widget = kit.VBox([self.page, buttons])
        self._show()

    def show(self) -> None:
        """Show it below the cell that is being run."""
        widgets.show(self.widget)

    def _answer(self, said: bool | None) -> None:
        # a second click that was on its way when the first was answered
        if self.seat.question is not None:
            self.seat.answer(said)
            self._show()

    def _turn_back(self) -> None:
        self.seat.back()
        self._show()

    def _show(self) -> None:
        asked = self.seat.question
        over = asked is None
        for button in (self.yes, self.no, self.rule):
            button.disabled = over
        self.back.disabled = not self.seat.history
        self.yes.description = asked.yes if asked else "–"  # noqa: RUF001 (a dash)
        self.no.description = asked.no if asked else "–"  # noqa: RUF001 (a dash)
        self.page.value = f"{self._last()}{_page(asked) if asked else _OVER}"

    def _last(self) -> str:
        """What was answered last, and what the rule would have answered."""
        if not self.seat.history:
            label = self.seat.case.actors[self.seat.actor].label
            return f"<p><b>You are {widgets.as_html(label)}.</b></p>"
        asked, said = self.seat.history[-1]
        you, rule = (asked.yes if answer else asked.no for answer in (said, asked.rule))
        told = "as its rule would have done" if said == asked.rule else f"its rule: {rule}"
        return f"<p><i>Question {len(self.seat.history)}: {you} ({told}).</i></p>"


_OVER = "<p><b>The war is over.</b></p>"


def _page(asked: Question) -> str:
    """A question as HTML."""
    news = "".join(f"<li>{widgets.as_html(line)}</li>" for line in asked.news)
    sides = "".join(
        f"<li><b>{widgets.as_html(head)}:</b> {widgets.as_html('; '.join(texts))}</li>"
        for head, texts in asked.sides()
    )
    parts: list[Any] = [
        f"<p>What has happened:</p><ul>{news}</ul>" if news else "",
        f"<p><b>{widgets.as_html(_date(asked))}. {widgets.as_html(asked.text)}</b></p>",
        f"<p>What speaks (utilities: 0.01 is little, 0.10 is much):</p><ul>{sides}</ul>"
        if sides
        else "",
        asked.stakes.to_html(float_format="{:.2f}".format, border=0),
    ]
    return "".join(parts)


def _date(asked: Question) -> str:
    return f"{asked.date.day} {asked.date:%B %Y}"
