"""A notebook widget with sliders on a scenario and a figure of an ensemble that follows them."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import xarray as xr

from sim.errors import SimError
from sim.measures import STATES, outcomes
from sim.plots import default_pairs
from sim.plots.live import Redrawn, variables_of
from sim.results.ensemble_spec import MOST_RUNS, given, whole
from sim.runs.ensemble import ensemble
from sim.scenario.english import percent
from sim.scenario.files import with_changes
from sim.scenario.labels import change, label, outcome
from sim.scenario.schema import Scenario
from sim.ui.notebook import controls, widgets


def explore(
    scenario: Scenario | str | Path,
    vary: Sequence[str] | Mapping[str, Sequence[float] | None] | None = None,
    *,
    runs: int = 300,
    seed: int = 1,
    figure: str = "ties",
    pairs: Sequence[Sequence[str]] = (),
    set: Mapping[str, object] | Sequence[str] = (),
) -> Explorer:
    """Sliders on some fields of a scenario, and a figure that follows them; in a notebook.

    Every position of the sliders is played with the same luck, so that what changes in the figure
    changes because of the sliders.

    Parameters
    ----------
    scenario : Scenario or path
        The war, or the path of its file.
    vary : sequence of str, or mapping of str to (low, high) or (low, high, step), optional
        Fields by their paths, ``["actors.iran.capability"]``; numbers get a slider, truth values
        a box, words a list. See `sim.ui.notebook.controls` for the ends and steps, and for what is
        chosen if nothing is given. The scenario's own number is always one of the stops.
    runs, seed : int
        See `sim.runs.ensemble.ensemble`; two runs or more.
    figure : str
        One of `sim.plots.catalogue.FIGURES` that shows all runs in one picture. Ties, attention,
        accounts, turns and outcomes are drawn in a tenth of a second, line-ups in one or two.
    pairs : sequence of (str, str), optional
        Which pairs the figure shows.
    set : mapping or sequence of str
        Changes to start from, as ``{"actors.iran.capability": 1.4}``.

    Returns
    -------
    Explorer
        Shows itself, if it is the last thing in a cell.

    Raises
    ------
    ScenarioError
        If the scenario cannot be used, or a field cannot be moved.
    SimError
        If ipywidgets is not installed or an argument is out of range.
    ResultsError
        If there is no such figure or pair.

    Examples
    --------
    >>> explore("scenarios/syria_2015_2018.toml")  # doctest: +SKIP
    >>> explore("scenarios/toy.toml", {"actors.crown.capability": (1, 5)})  # doctest: +SKIP
    """
    return Explorer(
        given(scenario, set), vary, whole("runs", runs, 2, MOST_RUNS), seed, figure, pairs
    )


class Explorer:
    """The widget that `explore` returns.

    Attributes
    ----------
    controls : dict of str to Widget
        The slider, box or list of each field, by its path. To set its ``value`` moves it; that of
        a slider is one of the second parts of its ``options``.
    picture, caption : Widget
        The figure, and what is said below it.
    widget : Widget
        All of it.
    results : Dataset
        What the picture shows.
    seconds : dict of str to float
        How long the last move took: "play" the ensemble, "draw" the picture.
    """

    def __init__(
        self,
        scenario: Scenario,
        vary: Sequence[str] | Mapping[str, Sequence[float] | None] | None,
        runs: int,
        seed: int,
        figure: str,
        pairs: Sequence[Sequence[str]],
    ) -> None:
        kit = widgets.toolkit()
        self._first, self._runs, self._seed = scenario, runs, seed
        needs = variables_of(figure)
        self._record = ["events" if name.startswith("event_") else name for name in needs]
        self._base = self.results = self._play(scenario)
        if vary is None:
            vary = controls.default_paths(scenario, next(iter(default_pairs(self._base)), ()))
        spans = dict(vary) if isinstance(vary, Mapping) else dict.fromkeys(_names(vary))
        moved = [controls.control(scenario, path, span) for path, span in spans.items()]
        self.seconds: dict[str, float] = {}
        self._drawn = Redrawn(self._base, figure, pairs)
        self._still = False
        self._then: dict[str, float] = {}
        self.controls = {
            found.path: _widget(kit, found, label(scenario, found.path)) for found in moved
        }
        for one in self.controls.values():
            one.observe(self._moved, names="value")
        back = kit.Button(
            description="as in the file", tooltip="put everything back", icon="undo",
            layout={"width": "11em"},
        )  # fmt: skip
        back.on_click(lambda _: self.reset())
        self.picture = kit.Image(format="png", layout={"max_width": "860px"})
        self.caption = kit.HTML()
        self.widget = kit.VBox([*self.controls.values(), back, self.picture, self.caption])
        self._show()

    @property
    def changes(self) -> dict[str, object]:
        """What has been moved away from the scenario, as ``set`` takes it."""
        return {path: one.value for path, one in self.controls.items() if one.value != one.begun}

    @property
    def scenario(self) -> Scenario:
        """The scenario as the sliders have it; its parts may contradict each other there."""
        return with_changes(self._first, self.changes, note=False) if self.changes else self._first

    def reset(self) -> None:
        """Put everything back to what the scenario says."""
        self._still = True
        try:
            for one in self.controls.values():
                one.value = one.begun
        finally:
            self._still = False
        self._moved()

    def _ipython_display_(self) -> None:
        widgets.show(self.widget)

    def _play(self, case: Scenario) -> xr.Dataset:
        return ensemble(case, self._runs, self._seed, record=self._record, progress=False)

    def _moved(self, _: object = None) -> None:
        """A control was moved: play and draw. An error is said, for a callback has no reader."""
        if self._still:
            return
        began = time.perf_counter()
        try:
            self.results = self._play(self.scenario) if self.changes else self._base
        except SimError as error:
            told = widgets.as_html(str(error))
            self.caption.value = f"<b>This cannot be played</b> (the picture is older): {told}"
            return
        except KeyboardInterrupt:
            self.caption.value = "<b>Interrupted</b>: the picture is older than the sliders."
            return
        self.seconds = {"play": time.perf_counter() - began}
        self._show()

    def _show(self) -> None:
        began = time.perf_counter()
        self.picture.value = self._drawn.png(self.results)
        self.seconds["draw"] = time.perf_counter() - began
        now = _ends(self.results)
        then = self._then = self._then or now
        moved = self.changes
        ends = ", ".join(
            f"{outcome(self._first, state)} {percent(now[state], ' %')}"
            + (f" ({percent(then[state], ' %')})" if moved else "")
            for state in STATES
            if now[state] or then[state]
        )
        brackets = "; in brackets and dotted: as in the file" if moved else ""
        begun = {path: one.begun for path, one in self.controls.items()}
        told = "; ".join(change(self._first, p, begun[p], value) for p, value in moved.items())
        code = f"<br><code>{widgets.as_html(f'set={moved!r}')}</code>" if moved else ""
        self.caption.value = (
            f"How it ends, as shares of {self.results.sizes['run']} runs: {ends}{brackets}.<br>"
            f"Moved: {widgets.as_html(told) or 'nothing yet'}{code}"
        )


def _names(vary: object) -> list[str]:
    if isinstance(vary, str):
        return [vary]
    if isinstance(vary, Sequence) and all(isinstance(path, str) for path in vary):
        return list(vary)
    raise SimError(f"what to vary is given as paths, ['actors.iran.capability'], not as {vary!r}")


def _widget(kit: ModuleType, found: controls.Control, name: str) -> Any:
    """The widget of a control; it remembers what it began with."""
    common: dict[str, object] = {
        "description": name, "value": found.value, "tooltip": f"{found.path}: {found.meaning}",
        "style": {"description_width": "28em"}, "layout": {"width": "54em"},
    }  # fmt: skip
    if found.kind == "switch":
        made = kit.Checkbox(**common, indent=True)
    elif found.kind == "word":
        made = kit.Dropdown(**common, options=list(found.choices))
    else:
        # A browser rounds the value of a slider of numbers to its step, and sends it back as if
        # somebody had moved it. A slider of choices knows its place only by their order.
        stops = [(f"{stop:.10g}", stop) for stop in found.choices]
        made = kit.SelectionSlider(**common, options=stops, continuous_update=True)
    made.begun = found.value
    return made


def _ends(results: xr.Dataset) -> dict[str, float]:
    """Share of runs in each class of outcome, of those that exclude each other."""
    share = outcomes(results).mean("run").sel(outcome=list(STATES))
    return dict(zip(STATES, share.values.tolist(), strict=True))
