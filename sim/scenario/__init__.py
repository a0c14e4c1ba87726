"""Scenarios: read a TOML file into a checked, frozen `Scenario`, and write it back."""
