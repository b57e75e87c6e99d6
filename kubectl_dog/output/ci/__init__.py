"""Output for CI systems: annotations, collapsed details and summaries. It does no I/O."""
