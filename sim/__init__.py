"""Entente: wars fought by coalitions, and how those coalitions come apart.

The modules, from the bottom up; a module imports only from rows above its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

LAYERS: tuple[tuple[str, str], ...] = (
    ("the words", "errors"),
    ("its name", "distribution"),
    ("what tables are made of", "parts"),
    ("the numbers of the theory", "parameters"),
    ("the givens", "scenario"),
    ("the page", "toml"),
    ("the fields", "fields schema"),
    ("what holds", "checks merging"),
    ("one verdict", "validation notes"),
    ("what comes with it", "shipped"),
    ("on the table", "files"),
    ("what can be moved", "widgets"),
    ("the machine", "compiling"),
    ("the machine", "arrays"),
    ("luck", "chance"),
    ("what is told", "events"),
    (
        "theory",
        "rules.objectives rules.bargaining rules.negotiation rules.war rules.fighting rules.ties "
        "rules.ceasefire rules.proxies rules.rivalry",
    ),
    ("the arrays", "givens"),
    ("what changes", "world"),
    ("before the war", "opening"),
    ("the start", "setup"),
    ("how strong they are", "strengths"),
    ("when", "rounds"),
    ("what is kept of a run", "blocks"),
    ("where results come from", "provenance"),
    ("a file written whole", "writing"),
    ("results in a file", "saving"),
    ("what is left", "results"),
    ("what is kept of many", "recording"),
    ("a user's own", "plugins"),
    ("the whole", "model"),
    ("what holds for actors", "contract"),
    ("what happened", "chronicle"),
    ("what it is called", "labels"),
    ("a page of it", "html"),
    ("which part", "selection"),
    ("as tables", "frames"),
    ("how much", "measures"),
    ("what a job takes", "costs"),
    ("which runs", "study"),
    ("where they lie", "places"),
    ("which study a place holds", "manifest"),
    ("what is finished of it", "ledger"),
    ("how it is laid out", "zarr_arrays"),
    ("where they are kept", "store"),
    ("where they are found", "sources"),
    ("how they are played", "block_playing"),
    ("who plays them here", "executors"),
    ("who plays them elsewhere", "cluster"),
    ("how far they are", "progress"),
    ("a few", "simulation"),
    ("many", "ensembles"),
    ("where two part", "parting"),
    ("numbers of runs", "outcomes"),
    ("differences of pairs", "paired"),
    ("to compare", "comparison branching causes"),
    ("to doubt", "theory"),
    ("to set numbers", "calibration"),
    ("to take part", "seat"),
    ("to look at", "plots"),
    ("to read", "report"),
    ("how far it may go", "plausible"),
    ("to explain", "explaining"),
    ("to audit", "auditing"),
    ("to move", "exploring"),
    ("to type", "cli"),
)

# Public name -> module; loaded when it is first used, so that `import sim` costs nothing.
_PUBLIC = {
    "Scenario": "scenario",
    "load_scenario": "files",
    "with_changes": "files",
    "scenarios": "shipped",
    "scenario_path": "shipped",
    "simulate": "simulation",
    "ensemble": "ensembles",
    "replay": "simulation",
    "compare": "comparison",
    "branch": "branching",
    "explain": "explaining",
    "audit": "auditing",
    "explore": "exploring",
    "Seat": "seat",
    "ConflictModel": "model",
    "Actor": "model",
    "StateActor": "model",
    "GovernmentActor": "model",
    "MilitiaActor": "model",
    "OrganisationActor": "model",
    "register": "plugins",
    "check_actor": "contract",
    "save": "results",
    "load": "sources",
    "to_frame": "frames",
    "SimError": "errors",
    "ScenarioError": "errors",
    "ResultsWarning": "errors",
    "ScenarioWarning": "errors",
}
_OTHER_NAME = {"load_scenario": "load", "check_actor": "check", "load": "open_results"}
# Modules that users need whole, `sim.plots`; loaded when they are first used, too.
_MODULES = (
    "calibration", "causes", "chronicle", "files", "labels", "measures", "plots", "report",
    "theory",
)  # fmt: skip
__all__ = sorted([*_PUBLIC, *_MODULES])

if TYPE_CHECKING:
    from sim import calibration as calibration
    from sim import causes as causes
    from sim import chronicle as chronicle
    from sim import files as files
    from sim import labels as labels
    from sim import measures as measures
    from sim import plots as plots
    from sim import report as report
    from sim import theory as theory
    from sim.auditing import audit as audit
    from sim.branching import branch as branch
    from sim.comparison import compare as compare
    from sim.contract import check as check_actor  # noqa: F401  # a public name, renamed
    from sim.ensembles import ensemble as ensemble
    from sim.errors import ResultsWarning as ResultsWarning
    from sim.errors import ScenarioError as ScenarioError
    from sim.errors import ScenarioWarning as ScenarioWarning
    from sim.errors import SimError as SimError
    from sim.explaining import explain as explain
    from sim.exploring import explore as explore
    from sim.files import load as load_scenario  # noqa: F401  # a public name, renamed
    from sim.files import with_changes as with_changes
    from sim.frames import to_frame as to_frame
    from sim.model import Actor as Actor
    from sim.model import ConflictModel as ConflictModel
    from sim.model import GovernmentActor as GovernmentActor
    from sim.model import MilitiaActor as MilitiaActor
    from sim.model import OrganisationActor as OrganisationActor
    from sim.model import StateActor as StateActor
    from sim.plugins import register as register
    from sim.results import save as save
    from sim.scenario import Scenario as Scenario
    from sim.seat import Seat as Seat
    from sim.shipped import scenario_path as scenario_path
    from sim.shipped import scenarios as scenarios
    from sim.simulation import replay as replay
    from sim.simulation import simulate as simulate
    from sim.sources import open_results as load  # noqa: F401  # a public name, renamed


def __getattr__(name: str) -> Any:
    """Load a public name from its module, or a public module."""
    import importlib

    if name in _MODULES:
        return importlib.import_module(f"sim.{name}")
    if name not in _PUBLIC:
        from sim.errors import nearest

        hint = nearest(name, __all__)
        raise AttributeError(f"module 'sim' has no attribute {name!r} ({hint})")
    return getattr(importlib.import_module(f"sim.{_PUBLIC[name]}"), _OTHER_NAME.get(name, name))


def __dir__() -> list[str]:
    """Give the public names, those that are not loaded yet too, and what every module has."""
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
