"""One module per kind, pure: a view in, an assessment out."""
