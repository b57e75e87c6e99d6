"""Decide and explain the verdicts of targets and of the call."""
