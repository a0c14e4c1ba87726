"""Calibration: estimate unknown numbers of a scenario from facts that are known.

A plan (`sim.experiments.calibration.plan`) names the numbers that are free, each with a range, and
the targets, each with what is known, how far the model may miss it, and a source. A Latin hypercube
of points is played (`design`), a Gaussian process learns each target from it (`emulator`), the
posterior is drawn on that by Monte Carlo and then played itself (`posterior`), so that what is
reported (`report`) rests on the model and not on its stand-in. What was played is kept
(`checkpoint`).

A plan about a library of wars (`war_plan`) has a score in place of targets: the numbers are found
with one war left out at a time (`wars`), and tested on it (`war_report`).
"""

from sim.experiments.calibration.plan import Plan, load_plan
from sim.experiments.calibration.posterior import calibrate
from sim.experiments.calibration.report import Calibration
from sim.experiments.calibration.war_plan import WarPlan, load_war_plan
from sim.experiments.calibration.war_report import WarCalibration
from sim.experiments.calibration.wars import calibrate_wars

__all__ = [
    "Calibration", "Plan", "WarCalibration", "WarPlan", "calibrate", "calibrate_wars", "load_plan",
    "load_war_plan",
]  # fmt: skip
