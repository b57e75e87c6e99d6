"""Trackers for the Kustomization and the HelmRelease of Flux."""
