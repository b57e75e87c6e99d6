"""Trackers, pure: a view in, an assessment out. `kinds/` has a module per built-in kind."""
