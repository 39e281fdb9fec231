"""From accounts to persons: what speaks for and against two accounts being one person, and what people decided.

Read `model.py` first, then `kinds.py` (what a kind of evidence is), `combine.py` and `clusters.py`.
"""
