"""`safelight accounts triage`: find roles of accounts, and list the accounts that matter with their reasons."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from safelight.access.door import Door
from safelight.cli.options import Operation, Purpose, existing, who
from safelight.cli.output import console, show
from safelight.cli.working import Working
from safelight.errors import Refused
from safelight.identities.triage import contact_list, reading
from safelight.identities.triage.acts import RoleActs
from safelight.identities.triage.reading import Asked, Triaged
from safelight.identities.triage.registry import BY_NAME
from safelight.identities.triage.run import find_roles


def accounts_triage(
    operation: Operation,
    list_: Annotated[
        Path | None,
        typer.Option(
            "--list", help="TOML file of terms and rhythms to flag contacts by; stays in use.", metavar="FILE"
        ),
    ] = None,
    no_list: Annotated[bool, typer.Option("--no-list", help="Use no contact list any more.")] = False,
    role: Annotated[
        list[str] | None, typer.Option(help="Only accounts with this role; may be repeated.")
    ] = None,
    network: Annotated[list[str] | None, typer.Option(help="Only this network; may be repeated.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Rows, at most.")] = 50,
    purpose: Purpose = "triage of accounts",
) -> None:
    """Find out which accounts matter, and why: payments, ranks, ties to known persons, place in the network, activity.

    Each role is a proposal with its reason and says nothing of guilt. What did not change is not computed again. A contact
    list names terms and rhythms; it stays in use until another one, or --no-list, takes its place.
    """
    folder = existing(operation)
    if list_ and no_list:
        raise Refused("--list and --no-list exclude each other.", "Give one of them.")
    unknown = sorted(set(role or ()) - set(BY_NAME))
    if unknown:
        raise Refused(f"There is no role {unknown[0]!r}.", f"Use one of {', '.join(BY_NAME)}.")
    wanted = contact_list.read(list_) if list_ else None
    with Door(folder, who=who(), purpose=purpose) as door:
        acts = RoleActs(door)
        if wanted is not None and list_ is not None:
            acts.use_list(wanted, list_.name)
        if no_list:
            acts.use_no_list()
        with Working("roles") as working:
            ran = find_roles(folder, progress=working.show)
        asked = Asked(networks=tuple(network or ()), roles=tuple(role or ()))
        with door.consult("triage", " ".join([*asked.roles, *asked.networks])) as look:
            rows, total, _counts = reading.listed(look.reading, asked, 0, limit)
    show(
        "",
        ["account", "network", "name", "roles and why", "messages", "distinct", "contacts"],
        [
            (
                one.row.account_id[:14],
                one.row.network,
                one.row.name,
                _why(one),
                one.row.found,
                one.row.messages,
                one.contacts,
            )
            for one in rows
        ],
        right=["messages", "distinct", "contacts"],
    )
    told = ", ".join(f"{name} {n:,}" for name, n in ran.roles.items())
    console().print(f"{len(rows)} of {total:,} accounts; {told or 'no finding'}", markup=False)
    if not ran.changed:
        console().print("Nothing changed since the last run.", markup=False)


def _why(one: Triaged) -> str:
    return " ".join(
        f"{tag.finding.title}: {tag.finding.said}"
        if tag.rejected is None
        else f"not {tag.finding.title} ({tag.rejected.actor})"
        for tag in one.tags
    )
