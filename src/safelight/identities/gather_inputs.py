"""What each tenure's own rows are made from, as one digest: equal ones mean that nothing new is known of its own acts.

Its own are its names, identifiers and profile, what it wrote, called, paid, shared and where it logged in, each with its
time for comparison and the version that read it, for the id of a trace stays when a newer parser reads more. That others
wrote to it, or sat with it in a group, is theirs.
"""

from __future__ import annotations

from safelight.identities.gather_source import DISTINCT_CALL, DISTINCT_TRANSFER, HELD, Source

_ACTS = f"""
    create or replace temp table own_acts as
    select tenure, count(*) as n, bit_xor(told) as told from (
        select tenure, hash(trace_id, version, mapping, us) as told from said
        union all
        select s.tenure, hash(trace_id, version, mapping, us) from (
            select caller_id as account_id, at_us(started, exhibit, parser) as us, trace_id, version, mapping from calls
            where caller_id is not null and {DISTINCT_CALL}
            union all
            select sender_id, at_us(time, exhibit, parser), trace_id, version, mapping from transfers
            where sender_id is not null and {DISTINCT_TRANSFER}
            union all
            select receiver_id, at_us(time, exhibit, parser), trace_id, version, mapping from transfers
            where receiver_id is not null and {DISTINCT_TRANSFER}
            union all
            select account_id, at_us("at", exhibit, parser), trace_id, version, mapping from logins
            union all
            select account_id, at_us(since, exhibit, parser), trace_id, version, mapping from accounts
        ) a join spans s on s.account_id = a.account_id and {HELD}
    ) group by tenure
"""
#: Tables of the bench with their columns, without those that name other tenures by number.
_ROWS = {
    "names": "name, kind, since_us, uses, trace, book",
    "identifiers": "kind, value, basis, first_us, last_us, uses, trace, book",
    "profiles": "field, value, trace",
    "media": "digest, at_us, place, trace",
    "copies": "n, texts, differ, elsewhere, rooms, traces",
}


def inputs(source: Source) -> None:
    """Fill `inputs`, a row for every tenure; the steps for all tenures come before it."""
    source.db.execute(_ACTS)
    source.move(
        "inputs",
        """select tenure, concat_ws(' ', id, shared, coalesce(n, 0), coalesce(told, 0)) as digest
           from spans left join own_acts using (tenure)""",
    )
    for table, columns in _ROWS.items():
        source.bench.db.execute(
            f"""update inputs set digest = concat_ws(' ', digest, n, told) from (
                    select tenure, count(*) as n, bit_xor(hash({columns})) as told from {table} group by tenure
                ) own where own.tenure = inputs.tenure"""
        )
