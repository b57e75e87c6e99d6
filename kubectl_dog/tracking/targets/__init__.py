"""One target over time: presence, evaluation and its events."""
