"""Experiments on ensembles: compare, causal shares, sensitivity, calibration, hypothesis tests."""
