"""Which kinds the server has, and which of them a TYPE word means."""
