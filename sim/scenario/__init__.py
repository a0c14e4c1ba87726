"""What a war is given: a TOML file becomes a checked, frozen `Scenario`, and a file again."""
