"""What the user types: parser, targets, one module per command, exit codes."""
