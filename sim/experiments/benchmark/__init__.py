"""The benchmark: does the simulation tell which allies break, and when, in a library of wars.

Scenario files with a coalition, and what became of their pairs (`library`), are played many times
(`play`), which gives forecasts of every pair (`forecasts`). They are scored for the time of breaks
and for the ranking of pairs (`scores`), beside the same wars with a part of the theory taken out
(`rivals`) and lines of arithmetic that need no simulation (`baselines`). `battery` does all of it,
`report` makes a page of it.
"""

from sim.experiments.benchmark.battery import Benchmark, run
from sim.experiments.benchmark.war_library import load_library

__all__ = ["Benchmark", "load_library", "run"]
