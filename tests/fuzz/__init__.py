"""Fuzz the program with mutations of real inputs: `python -m tests.fuzz SECONDS [SEED]`."""
