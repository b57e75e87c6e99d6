"""Select the logs to read, and the lines to show."""
