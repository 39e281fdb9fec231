"""Safelight: from a seized disk to a worklist, a case and a handover that proves its own integrity."""

__version__ = "0.1.0"
