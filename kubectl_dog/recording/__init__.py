"""The recorded source: what a source delivered, written down, and delivered again."""
