"""Kubernetes objects from files: YAML or JSON, many documents, Lists. Needs no cluster."""
