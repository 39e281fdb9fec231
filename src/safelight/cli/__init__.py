"""The commands: one file a verb. `main` turns every expected error into one sentence and its exit code."""

from safelight.cli.app import main

__all__ = ["main"]
