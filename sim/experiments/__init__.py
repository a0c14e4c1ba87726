"""Experiments on ensembles: compare, causes, sensitivity, calibration, tests, the benchmark."""
