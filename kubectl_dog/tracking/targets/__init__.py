"""One target over time: whether it exists, its assessments and its events."""
