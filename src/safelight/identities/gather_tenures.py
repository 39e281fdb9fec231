"""Tenures out of all accounts that the catalog names: each begins with one, and people split and mark them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from safelight.identities.gather_source import Source
from safelight.ledger.identities import Tenure

#: Every place where a trace names an account.
_NAMED = (
    ("accounts", "account_id", "account"),
    ("messages", "sender_id", "sender"),
    ("calls", "caller_id", "caller"),
    ("contacts", "owner_id", "owner"),
    ("contacts", "contact_id", "contact"),
    ("memberships", "account_id", "account"),
    ("transfers", "sender_id", "sender"),
    ("transfers", "receiver_id", "receiver"),
    ("logins", "account_id", "account"),
    ("media_shares", "account_id", "account"),
    ("devices", "account_id", "account"),
    ("calls", "unnest(participants_id)", "unnest(participants)"),
    ("messages", "unnest(recipients_id)", "unnest(recipients)"),
    ("conversations", "unnest(members_id)", "unnest(members)"),
)
_KNOWN = (
    "create or replace temp table known as select id, any_value(network) as network, any_value(instance) as instance, "
    "any_value(native) as native from ("
)
#: Names that it carried itself come before what others call it.
_NAME = """
    select account_id, arg_max(name, (own, n, name)) as name from (
        select account_id, name, coalesce(name_kind, '') in ('nick', 'display name', 'full name', 'user name') as own,
               count(*) * 1000 - least(length(name), 999) as n
        from accounts where name is not null and coalesce(name_kind, '') not in ('phone', 'e-mail')
        group by account_id, name, name_kind
    ) group by account_id
"""
#: Accounts of these are customers of whom statements speak: nobody was logged in.
_CUSTOMERS = "('bank', 'remitter')"


def number(source: Source, standing: Mapping[str, Sequence[Tenure]]) -> None:
    """Give every tenure its number, in the order of ids. `standing`: accounts that were split or marked."""
    union = " union all ".join(
        f"select distinct id, network, instance, native from (select {id_} as id, network, instance, {native} as native "
        f"from {table})"
        for table, id_, native in _NAMED
    )
    source.db.execute(f"{_KNOWN}{union}) where id is not null group by id")
    spans: list[dict[str, Any]] = []
    for (id_,) in source.db.execute("select id from known").fetchall():
        for one in standing.get(id_, ()):
            spans.append(
                {"id": one.id, "account_id": id_, "begin_us": one.begin_us, "end_us": one.end_us, "shared": one.shared}
            )  # fmt: skip
        if id_ not in standing:
            spans.append({"id": id_, "account_id": id_, "shared": False})
    spans.sort(key=lambda span: span["id"])
    source.begin([{"tenure": number} | span for number, span in enumerate(spans)])


def tenures(source: Source) -> None:
    """Fill `tenures`."""
    source.move(
        "tenures",
        f"""select s.tenure, s.id, s.account_id, k.network, k.instance, k.native, coalesce(n.name, k.native) as name,
                   s.begin_us, s.end_us, s.shared, coalesce(o.seized, false) as seized, coalesce(m.n, 0) as messages
            from spans s join known k on k.id = s.account_id left join ({_NAME}) n on n.account_id = s.account_id
            left join (select account_id, bool_or(owner) as seized from accounts
                       where network not in {_CUSTOMERS} group by account_id) o on o.account_id = s.account_id
            left join (select tenure, count(*) as n from said group by tenure) m on m.tenure = s.tenure
            order by s.tenure""",
    )
