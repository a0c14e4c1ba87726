"""One run or a million: simulate, ensemble, replay, branch, and who plays them."""
