"""Credentials of requests and their renewal."""
