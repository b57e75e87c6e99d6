"""Record the items of a source, and deliver them again."""
