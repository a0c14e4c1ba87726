"""Widgets for notebooks: a slider that redraws an ensemble."""
