"""Actors whose decisions fail: one in some runs, one in every run."""

import sim


@sim.register("fails_in_some_runs")
class FailsInSomeRuns(sim.MilitiaActor):
    """Fails in the runs 1, 4, 7 ..."""

    def ratifies(self, convener):
        if self.model.run % 3 == 1:
            raise ZeroDivisionError("this run fails")
        return super().ratifies(convener)


@sim.register("fails_in_every_run")
class FailsInEveryRun(sim.MilitiaActor):
    """Fails in every run."""

    def ratifies(self, convener):
        raise ZeroDivisionError("this run fails")
