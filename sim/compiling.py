"""How the rules are compiled: one decorator, so that all agree."""

from __future__ import annotations

from numba import njit

# Divisions are guarded in the rules, so the check of each one that Python's error model adds
# would only cost compile time. No `fastmath`: compiled and interpreted agree to the last bit.
compiled = njit(cache=True, nogil=True, error_model="numpy")
