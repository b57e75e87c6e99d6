"""Trackers for the Canary of Flagger."""
