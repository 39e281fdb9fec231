"""Scores on data with known truth: what the proposals are worth, beside stated baselines."""
