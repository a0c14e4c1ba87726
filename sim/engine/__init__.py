"""The week: inputs and state as arrays, draws by name, the schedule and its phases, events."""
