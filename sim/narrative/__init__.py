"""Results in words: the chronicle of a run, and why a tie moved or a decision fell."""
