"""Measurements against the limits of the design, and against other tools."""
