"""Command line: parser, targets, one module per command, exit codes."""
