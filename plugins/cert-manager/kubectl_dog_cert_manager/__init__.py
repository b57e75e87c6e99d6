"""Lets kubectl dog judge the certificates of cert-manager."""
