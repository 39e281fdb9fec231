"""Handovers: a case leaves the house as a package that its receiver can check, open and import."""
