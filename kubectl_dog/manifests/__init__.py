"""Read Kubernetes objects from files: YAML or JSON, several documents, Lists. Needs no cluster."""
