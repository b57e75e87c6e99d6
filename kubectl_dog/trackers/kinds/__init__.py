"""Trackers of the built-in kinds, one module per kind."""
