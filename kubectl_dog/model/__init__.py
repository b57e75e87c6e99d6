"""Plain values that all other packages share; no I/O, no clock, no verdicts."""
