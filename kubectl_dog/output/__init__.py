"""One module per renderer: events in, lines out."""
