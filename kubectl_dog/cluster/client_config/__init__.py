"""Kubeconfig, flags and environment to settings: one server and one user."""
