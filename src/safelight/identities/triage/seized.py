"""Seized: an exhibit shows the account as its owner's (logged in on the device, or it made the export)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from safelight.identities.triage.ground import Ground
from safelight.identities.triage.model import TRACES, Found, Role
from safelight.identities.triage.words import listed
from safelight.messages import _


def find(ground: Ground) -> Iterator[Found]:
    """Owners of exhibits."""
    traces = dict(
        ground.rows(
            "select account_id, list(trace_id order by trace_id) from accounts where owner group by account_id"
        )
    )
    for account, known in sorted(ground.known.items()):
        if known.basis == "seized":
            detail = {"exhibits": list(known.where)}
            yield Found(account, float(len(known.where)), detail, tuple(traces[account][:TRACES]))


def say(detail: Mapping[str, Any]) -> str:
    """The sentence."""
    exhibits = detail["exhibits"]
    return _("Account of the owner of %(exhibits)s, as an item there states.") % {
        "exhibits": listed(exhibits[:3], len(exhibits) - 3)
    }


ROLE = Role(
    name="seized",
    title=lambda: _("seized"),
    rule=lambda: _(
        "An item of an exhibit states the account as its owner's: logged in on the device, or it made the export."
    ),
    find=find,
    say=say,
    needs=("accounts",),
    reads=("accounts", "exhibits"),
)
