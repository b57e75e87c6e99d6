"""One module per family of root causes, pure: a view and a pod in, causes out."""
