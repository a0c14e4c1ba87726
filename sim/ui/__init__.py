"""For people: the command line, notebooks with sliders, an actor's seat, the report."""
