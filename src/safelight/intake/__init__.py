"""Intake: registered sources in, catalog rows out. Two passes: list and hash everything, then inspect each content."""
