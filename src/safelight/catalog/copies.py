"""What a copy is, in SQL: a message, a call or a transfer that was found several times and stands once.

Which traces are one is decided by `analyse/same.py` alone (decision 0006), before anybody reads. Its tables `same_messages`,
`same_calls` and `same_transfers` have a row for each trace that is one of several, with the `distinct_id` of the one that
stands for all, which has a row of its own. A copy is here a trace that another one stands for; what those tables do not name
stands for itself.

Where only what some exhibits, a conversation or an account hold is shown, the one that stands for all may lie elsewhere.
Those choose among what they hold, each by its own order: `access/timeline_events.py`, `account_events.py`,
`conversation_order.py`.
"""

from __future__ import annotations

from safelight.catalog.snapshot import Snapshot


def no_copy(same: str, snapshot: Snapshot | None = None) -> str:
    """SQL: no copy of a trace that another one stands for, by this table. Of a snapshot without copies nothing is asked."""
    if snapshot is not None and not snapshot.rows(same):
        return "true"
    return f"trace_id not in (select trace_id from {same} where trace_id <> distinct_id)"
