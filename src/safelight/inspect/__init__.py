"""Inspectors: one file each, from the bytes of one content to facts about it."""
