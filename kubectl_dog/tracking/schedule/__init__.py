"""Which targets are evaluated when, and groups of targets."""
