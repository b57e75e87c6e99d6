"""Tracker for the Example of example.com."""
