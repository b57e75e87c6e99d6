"""The rows of docs/connection.md: kubectl and kubectl dog with the same kubeconfig."""
