"""Figures: each function takes results and ``ax=None``, and returns the Axes.

Nothing relies on colour alone: lines carry markers and names, areas hatches, cells numbers. This
package alone imports matplotlib, and it leaves matplotlib's own settings as they are.

Every function takes any results of `sim.results.dataset`. Where a figure can show many runs it
gives the median and the range from the 5th to the 95th percentile, as a band, or as whiskers where
there are more than two lines; where it cannot, it shows the first run unless another is named.

On Axes of your own (``plots.ties(results, ax=axes[0, 1])``) a figure without a layout gets the
constrained one. In a cell smaller than 5.2 by 3.2 inches the type is smaller, names stand below in
a legend, and long ones are cut in their middle. Axes that were put somewhere by hand stay there. A
figure is white with dark text, whatever style is in use. `write` saves it: a PDF then holds
TrueType letters, which ``savefig`` embeds only with ``pdf.fonttype`` 42.
"""

from __future__ import annotations

from sim.plots.catalogue import everything
from sim.plots.ceasefire_timeline import ceasefires
from sim.plots.comparing import difference, small_multiples
from sim.plots.defaults import default_pairs
from sim.plots.issue_space import offers
from sim.plots.matrices import tie_matrices, tie_matrix
from sim.plots.networks import layout, network, networks
from sim.plots.saving import write
from sim.plots.shares import breaks, line_ups, outcomes
from sim.plots.style import colours
from sim.plots.survival import ceasefire_survival, turns
from sim.plots.timeseries import attention, drift_accounts, ties
from sim.plots.violence import said_and_done, theatres

__all__ = [
    "attention",
    "breaks",
    "ceasefire_survival",
    "ceasefires",
    "colours",
    "default_pairs",
    "difference",
    "drift_accounts",
    "everything",
    "layout",
    "line_ups",
    "network",
    "networks",
    "offers",
    "outcomes",
    "said_and_done",
    "small_multiples",
    "theatres",
    "tie_matrices",
    "tie_matrix",
    "ties",
    "turns",
    "write",
]


def __dir__() -> list[str]:
    """The public names, without the modules that hold them."""
    return sorted(__all__)
