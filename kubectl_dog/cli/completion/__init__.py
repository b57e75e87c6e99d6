"""Shell completion by the protocol of cobra, which kubectl's own completion uses."""
