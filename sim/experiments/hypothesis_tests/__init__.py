"""Tests of the theory: experiments, stylised facts, shuffled codings and rival models.

* the actors and issues of the test: `sim.experiments.hypothesis_tests.roles`
* experiments as scenarios, the 2 x 2 among them: `sim.experiments.hypothesis_tests.designs`
* what is measured on an ensemble: `sim.experiments.hypothesis_tests.observables`, with errors:
  `sim.experiments.hypothesis_tests.estimates`
* long-term aims shuffled over actors, and what holds then:
  `sim.experiments.hypothesis_tests.codings`
* the facts, what each may prove, and what history says: `sim.experiments.hypothesis_tests.facts`,
  `sim.experiments.hypothesis_tests.observed`
* ensembles of one coding, played when they are asked for:
  `sim.experiments.hypothesis_tests.treatments`
* other explanations of the same facts: `sim.experiments.hypothesis_tests.rival_models`
* all of it, as tables: `sim.experiments.hypothesis_tests.battery`,
  `sim.experiments.hypothesis_tests.tables`; as a page, with what counts:
  `sim.experiments.hypothesis_tests.report`
"""
