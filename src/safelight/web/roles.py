"""An account's roles as pages show them: each with its sentence, and where the rows lie that it rests on."""

from __future__ import annotations

from typing import Any

from safelight.access import accounts
from safelight.access.reading import Reading
from safelight.identities.triage import reading as triage
from safelight.identities.triage.persons import persons
from safelight.identities.triage.reading import Finding
from safelight.identities.triage.registry import BY_NAME
from safelight.web.render import with_query

#: Which list of the account holds the rows of a role.
_LISTS = {"buyer": "transfer", "seller": "transfer", "beside": "call", "moderator": "membership", "known": "contacts",
          "central": "contacts", "bridge": "contacts", "place": "contacts", "contact": "message"}  # fmt: skip


def about(reading: Reading, account_id: str) -> dict[str, Any]:
    """An account's roles for a page: findings, tags with what people said, where each leads, whose it is."""
    every, tags = triage.of(reading, account_id)
    linked = persons(reading)
    other = linked.get(account_id)
    return {
        "roles": tags,
        "plain": [one for one in every if not BY_NAME[one.role].tag],
        "leads": leads,
        "person": other,
        "other": rows_of(reading, {other.other}).get(other.other) if other else None,
        "ran": triage.was_run(reading),
    }


def leads(finding: Finding) -> str:
    """Where the rows of a finding are."""
    account_id = str(finding.detail.get("via", finding.account))
    if finding.role == "contact" and finding.traces:
        return with_query(f"/conversations/{finding.detail['conversation']}", [], at=finding.traces[0])
    if finding.role == "seized":
        return f"/accounts/{account_id}"
    return f"/accounts/{account_id}/{_LISTS.get(finding.role, 'message')}"


def rows_of(reading: Reading, wanted: set[str]) -> dict[str, accounts.AccountRow]:
    """The accounts of ids."""
    return {row.account_id: row for row in accounts.every(reading) if row.account_id in wanted}
