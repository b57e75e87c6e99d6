"""Commands: in each module, a function with the name of the command returns its table."""
