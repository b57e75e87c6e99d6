"""kubedog's JSON spec: what is asked for, read strictly, and what it becomes here. Pure."""
