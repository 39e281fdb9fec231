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


def each_once(query: str, same: str) -> str:
    """SQL: common table expressions, of which `once` has the rows of a query that are no copies: its columns (one of
    them `trace_id`) and `copies`: how many there are of each, itself among them, wherever they lie.

    Looks at the copies of these rows alone, where `no_copy` would gather all that there are.
    """
    return f"""
        chosen as materialized ({query}),
        others as (select trace_id from {same} semi join chosen using (trace_id) where trace_id <> distinct_id),
        further as (select distinct_id, count(*) as n from {same}
                    where trace_id <> distinct_id and distinct_id in (select trace_id from chosen) group by 1),
        once as (select chosen.*, 1 + coalesce(n, 0) as copies from chosen left join further on distinct_id = chosen.trace_id
                 where chosen.trace_id not in (select trace_id from others))"""


def all_once(table: str) -> str:
    """SQL: of a whole table (messages, calls, transfers) what `each_once` says of the rows of a query; in parentheses.

    Nothing is chosen that copies could be looked up for, so all are gathered, and numbers stand for ids: at two million
    messages that takes a fifth less.
    """
    again = f"from same_{table} where trace_id <> distinct_id"
    return f"""(select t.*, 1 + coalesce(f.further, 0) as copies
                from {table} t left join (select hash(distinct_id) as id, count(*) as further {again} group by 1) f
                on f.id = hash(t.trace_id)
                where hash(t.trace_id) not in (select hash(trace_id) {again}))"""
