"""Analyses: facts in, findings out; one file each."""
