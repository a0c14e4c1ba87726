"""Play runs: simulate, ensemble, replay, branch, and the executors that do the work."""
