"""Plain values that every other room shares; no I/O, no clock, no decisions."""
