"""One module a format: `write(world, plan, root, record)` writes the files of one plan and records what they hold."""
