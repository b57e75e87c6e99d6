"""Status of objects at one moment, from a cluster or from files."""
