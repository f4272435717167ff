"""The sessions from the command line: `oats-tui sessions …`. It imports no screen."""
