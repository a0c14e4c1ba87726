"""Widget to play as an actor in a notebook: what it knows, and a button for each answer."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING

from sim.errors import SimError
from sim.scenario.english import day
from sim.ui.notebook.widgets import as_html, show, toolkit
from sim.ui.role_play.questions import Question

if TYPE_CHECKING:
    from sim.ui.role_play import Seat


class Desk:
    """Buttons for a seat; they show its present question, however the last one was answered.

    Attributes
    ----------
    yes, no, rule, back : Button
        The answers; what the rule would do; the last answer taken back. Each question has buttons
        of its own.
    page : HTML
        The question, and what the actor knows.
    widget : Widget
        All of it.

    Raises
    ------
    SimError
        If ipywidgets is not installed.
    """

    def __init__(self, seat: Seat) -> None:
        self._kit = toolkit()
        self.seat = seat
        self.page = self._kit.HTML(layout={"max_width": "60em"})
        self._buttons = self._kit.HBox()
        self.widget = self._kit.VBox([self.page, self._buttons])
        self._show()
        seat.watch(self._show)

    def show(self) -> None:
        """Show it below the cell that is being run."""
        show(self.widget)

    def _show(self) -> None:
        """The question of now, with buttons for it alone.

        A second click that was on its way when the first was answered belongs to a question that
        is no longer asked, and must not answer the next one unread.
        """
        asked, make = self.seat.question, self._kit.Button
        self.yes = make(description=asked.yes if asked else "–", button_style="primary")  # noqa: RUF001 (a dash)
        self.no = make(description=asked.no if asked else "–", button_style="primary")  # noqa: RUF001 (a dash)
        self.rule = make(description="as its rule does")
        self.back = make(description="take back", icon="undo", disabled=not self.seat.history)
        for button, said in ((self.yes, True), (self.no, False), (self.rule, None)):
            button.disabled = asked is None
            answer = functools.partial(self.seat.answer, said)
            button.on_click(lambda _, answer=answer: self._clicked(asked, answer))
        self.back.on_click(lambda _: self._clicked(asked, self.seat.back))
        before = self._buttons.children
        self._buttons.children = (self.yes, self.no, self.rule, self.back)
        for button in before:
            button.close()
        self.page.value = f"{self._last()}{_page(asked) if asked else _OVER}"

    def _clicked(self, asked: Question | None, do: Callable[[], object]) -> None:
        if self.seat.question is not asked or (asked is None and not self.seat.history):
            return
        for button in self._buttons.children:
            button.disabled = True
        try:
            do()
        except (SimError, KeyboardInterrupt) as error:  # nobody reads what a button raises
            told = as_html(str(error) or "interrupted; the question is asked again")
            self.page.value = f"<p><b>Not answered:</b> {told}</p>{self.page.value}"

    def _last(self) -> str:
        """What was answered last, and what the rule would have answered."""
        if not self.seat.history:
            label = self.seat.case.actors[self.seat.actor].label
            return f"<p><b>You are {as_html(label)}.</b></p>"
        asked, said = self.seat.history[-1]
        you, rule = (asked.yes if answer else asked.no for answer in (said, asked.rule))
        told = "as its rule would have done" if said == asked.rule else f"its rule: {rule}"
        return f"<p><i>Question {len(self.seat.history)}: {you} ({told}).</i></p>"


_OVER = "<p><b>The war is over.</b></p>"


def _page(asked: Question) -> str:
    """A question as HTML."""
    news = "".join(f"<li>{as_html(line)}</li>" for line in asked.news)
    sides = "".join(
        f"<li><b>{as_html(head)}:</b> {as_html('; '.join(texts))}</li>"
        for head, texts in asked.sides()
    )
    page = f"<p>What has happened:</p><ul>{news}</ul>" if news else ""
    page += f"<p><b>{as_html(day(asked.date))}. {as_html(asked.text)}</b></p>"
    if sides:
        page += f"<p>What speaks (utilities: 0.01 is little, 0.10 is much):</p><ul>{sides}</ul>"
    return page + str(asked.stakes.to_html(float_format="{:.2f}".format, border=0))
