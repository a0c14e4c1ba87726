"""Results in words: the chronicle of a run, and explanations of ties and decisions."""
