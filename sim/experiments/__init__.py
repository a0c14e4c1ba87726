"""Designs over ensembles: compare, causal shares, sensitivity, calibration, hypothesis tests."""
