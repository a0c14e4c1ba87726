"""Import ipywidgets, which only notebooks need, and show its widgets."""

from __future__ import annotations

import html
from types import ModuleType

from sim.distribution import how_to_get
from sim.errors import SimError


def toolkit() -> ModuleType:
    """The package ipywidgets; if it is not installed, the refusal says how to get it."""
    try:
        import ipywidgets
    except ImportError:
        raise SimError(f"sliders and buttons need ipywidgets: {how_to_get('notebook')}") from None
    found: ModuleType = ipywidgets
    return found


def show(widget: object) -> None:
    """Show a widget below the cell that is being run."""
    from IPython.display import display

    display(widget)  # type: ignore[no-untyped-call]  # IPython leaves it without types


def as_html(text: str) -> str:
    """Plain text as HTML that says the same."""
    return html.escape(text).replace("\n", "<br>")
