"""Discovery of the kinds that a server has, and resolution of TYPE arguments."""
