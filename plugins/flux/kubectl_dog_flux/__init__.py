"""Lets kubectl dog judge what Flux applies: Kustomizations and HelmReleases."""
