"""The phases of a week, one module each; `sim.engine.schedule` calls them in their order."""
