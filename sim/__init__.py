"""Entente: wars fought by coalitions, and how those coalitions come apart.

A scenario file becomes a `Scenario`, that becomes arrays, these are played week by week, and what a
run leaves is one Dataset, from which measures, figures, texts and pages are made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

PACKAGES = (
    "scenario", "rules", "engine", "results", "agents", "runs", "measures", "narrative",
    "experiments", "plots", "ui",
)  # fmt: skip
"""The packages; each imports only from those before it, and says in its first line what it is."""

# Public name -> module; loaded when it is first used, so that `import sim` costs nothing.
_PUBLIC = {
    "Scenario": "scenario.schema",
    "load_scenario": "scenario.files",
    "with_changes": "scenario.files",
    "scenarios": "scenario.shipped",
    "scenario_path": "scenario.shipped",
    "simulate": "runs.simulate",
    "ensemble": "runs.ensemble",
    "replay": "runs.simulate",
    "compare": "experiments.compare",
    "branch": "runs.branch",
    "explain": "narrative.explanation",
    "audit": "experiments.sensitivity",
    "explore": "ui.notebook.explorer",
    "Seat": "ui.role_play",
    "ConflictModel": "agents.model",
    "Actor": "agents.model",
    "StateActor": "agents.model",
    "GovernmentActor": "agents.model",
    "MilitiaActor": "agents.model",
    "OrganisationActor": "agents.model",
    "register": "agents.registry",
    "load_plugin": "agents.registry",
    "check_actor": "agents.contract",
    "save": "results.dataset",
    "load": "results.sources",
    "to_frame": "results.tables",
    "SimError": "errors",
    "ScenarioError": "errors",
    "ResultsWarning": "errors",
    "ScenarioWarning": "errors",
}
_OTHER_NAME = {"load_scenario": "load", "check_actor": "check", "load": "open_results"}
# Modules that users need whole, `sim.plots`; loaded when they are first used, too.
_MODULES = {
    "benchmark": "experiments.benchmark",
    "calibration": "experiments.calibration",
    "causes": "experiments.causes",
    "chronicle": "narrative.chronicle",
    "files": "scenario.files",
    "hypothesis_tests": "experiments.hypothesis_tests",
    "labels": "scenario.labels",
    "measures": "measures",
    "plots": "plots",
    "report": "ui.report",
}
_RENAMED = {"theory": "hypothesis_tests"}
__all__ = sorted([*_PUBLIC, *_MODULES])

if TYPE_CHECKING:
    from sim import measures as measures
    from sim import plots as plots
    from sim.agents.contract import check as check_actor  # noqa: F401  # a public name, renamed
    from sim.agents.model import Actor as Actor
    from sim.agents.model import ConflictModel as ConflictModel
    from sim.agents.model import GovernmentActor as GovernmentActor
    from sim.agents.model import MilitiaActor as MilitiaActor
    from sim.agents.model import OrganisationActor as OrganisationActor
    from sim.agents.model import StateActor as StateActor
    from sim.agents.registry import load_plugin as load_plugin
    from sim.agents.registry import register as register
    from sim.errors import ResultsWarning as ResultsWarning
    from sim.errors import ScenarioError as ScenarioError
    from sim.errors import ScenarioWarning as ScenarioWarning
    from sim.errors import SimError as SimError
    from sim.experiments import benchmark as benchmark
    from sim.experiments import calibration as calibration
    from sim.experiments import causes as causes
    from sim.experiments import hypothesis_tests as hypothesis_tests
    from sim.experiments.compare import compare as compare
    from sim.experiments.sensitivity import audit as audit
    from sim.narrative import chronicle as chronicle
    from sim.narrative.explanation import explain as explain
    from sim.results.dataset import save as save
    from sim.results.sources import open_results as load  # noqa: F401  # a public name, renamed
    from sim.results.tables import to_frame as to_frame
    from sim.runs.branch import branch as branch
    from sim.runs.ensemble import ensemble as ensemble
    from sim.runs.simulate import replay as replay
    from sim.runs.simulate import simulate as simulate
    from sim.scenario import files as files
    from sim.scenario import labels as labels
    from sim.scenario.files import load as load_scenario  # noqa: F401  # a public name, renamed
    from sim.scenario.files import with_changes as with_changes
    from sim.scenario.schema import Scenario as Scenario
    from sim.scenario.shipped import scenario_path as scenario_path
    from sim.scenario.shipped import scenarios as scenarios
    from sim.ui import report as report
    from sim.ui.notebook.explorer import explore as explore
    from sim.ui.role_play import Seat as Seat


def __getattr__(name: str) -> Any:
    """Load a public name from its module, or a public module."""
    import importlib

    if name in _MODULES:
        return importlib.import_module(f"sim.{_MODULES[name]}")
    if name not in _PUBLIC:
        from sim.errors import nearest

        hint = f"now {_RENAMED[name]!r}" if name in _RENAMED else nearest(name, __all__)
        raise AttributeError(f"module 'sim' has no attribute {name!r} ({hint})")
    return getattr(importlib.import_module(f"sim.{_PUBLIC[name]}"), _OTHER_NAME.get(name, name))


def __dir__() -> list[str]:
    """Give the public names, those that are not loaded yet too, and what every module has."""
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
