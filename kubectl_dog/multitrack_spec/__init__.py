"""Read kubedog's JSON spec strictly and convert it to targets with options. Pure functions."""
