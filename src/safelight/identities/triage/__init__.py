"""Triage: which of thousands of accounts matter, as findings with their reasons; never a judgement, never an age.

Read `model.py` first, then one role; `run.py` finds all of them, `registry.py` holds their order.
"""
