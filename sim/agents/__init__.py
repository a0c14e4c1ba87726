"""Actors as Mesa agents: the model, the actor classes, and the contract for classes of a user."""
