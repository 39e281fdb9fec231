"""Synthetic evidence with harmless content, in real formats. Shares no code with what reads it."""
