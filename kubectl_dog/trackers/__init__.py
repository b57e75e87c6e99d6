"""Trackers: pure functions from a view to an assessment. `kinds/` has the built-in kinds."""
