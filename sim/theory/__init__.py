"""The theory on trial: what would convince somebody who doubts it, and what would not.

* who plays which part in the test: `sim.theory.cast`
* experiments as scenarios, the 2 x 2 among them: `sim.theory.designs`
* what is read off an ensemble: `sim.theory.readings`, with errors: `sim.theory.estimates`
* long-term aims shuffled over actors: `sim.theory.codings`
* the facts, what each may prove, and what history says: `sim.theory.facts`, `sim.theory.history`
* ensembles of one coding, played when they are asked for: `sim.theory.cells`
* other explanations of the same facts: `sim.theory.rivals`
* all of it, as tables: `sim.theory.trial`, `sim.theory.tables`, `sim.theory.placebo`; what counts:
  `sim.theory.counting`; as a page: `sim.theory.page`
"""
