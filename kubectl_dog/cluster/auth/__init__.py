"""Credentials for requests, and how they are renewed."""
