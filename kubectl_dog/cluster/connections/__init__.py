"""The connection backends: kubeconfig, the official client, a client of the caller."""
