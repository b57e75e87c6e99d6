"""Rules as data: what ready, failed and paused mean for a kind, evaluated over plain dicts."""
