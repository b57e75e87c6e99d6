"""Connection settings from kubeconfig, flags and environment."""
