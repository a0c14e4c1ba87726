"""User interfaces: the command line, notebook widgets, playing as an actor, the report."""
