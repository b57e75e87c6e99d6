"""Root causes: one module per family, with pure functions from a view and a pod to causes."""
