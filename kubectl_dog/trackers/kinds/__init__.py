"""One module per built-in kind."""
