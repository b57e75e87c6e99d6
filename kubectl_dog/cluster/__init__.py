"""Live source: from kubeconfig to a stream of items. Packages import only those below them."""
