"""Which logs are read, and which of their lines are shown. Pure."""
