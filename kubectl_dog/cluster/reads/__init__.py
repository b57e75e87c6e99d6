"""Reading threads: list, watch, look up and follow logs."""
