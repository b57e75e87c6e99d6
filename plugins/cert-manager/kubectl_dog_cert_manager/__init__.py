"""Trackers for the kinds of cert-manager."""
