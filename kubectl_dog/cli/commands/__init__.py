"""The commands: `add(commands)` of a module adds its parser, `run(args)` returns an exit code."""
