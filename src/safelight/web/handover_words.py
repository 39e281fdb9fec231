"""Words of the pages of handovers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from safelight.access.neutral import visible
from safelight.casework.allocation import TRANSFER
from safelight.casework.handover.disclosures import Disclosed
from safelight.casework.handover.register import Handover
from safelight.messages import _, ngettext
from safelight.messages.figures import decimal


def status(value: str) -> str:
    """How far a handover is."""
    return {
        "prepared": _("prepared, no package was made"),
        "withdrawn": _("withdrawn before it was given"),
        "waiting": _("waits for a second person"),
        "approved": _("approved, no package was made"),
        "given": _("given"),
        "acknowledged": _("acknowledged"),
        "received": _("received"),
    }.get(value, value)


def told(of: Handover) -> str:
    """How far a handover is; the transfer of a case is sent, and then taken over or returned."""
    if of.kind != TRANSFER:
        return status(of.status)
    if of.acknowledged is None:
        return _("sent, not acknowledged")
    return _("acknowledged") if of.acknowledged.get("accepted") else _("returned")


def settled(of: Disclosed) -> bool:
    """The receiver has it, and nothing that was given needs a correction."""
    return of.handover.status in ("received", "withdrawn") or (
        bool(of.handover.acknowledged) and not of.to_correct
    )


def audience(value: str) -> str:
    """To whom it goes."""
    return {
        "partner": _("partner force"),
        "prosecutor": _("prosecutor"),
        "defence": _("defence"),
    }.get(value, value)


def part(name: str) -> str:
    """What a folder of the package holds."""
    return {
        "case": _("CASE graph, and the records for import"),
        "traces": _("Messages, calls and transfers"),
        "items": _("Items"),
        "media": _("Media as VICS"),
        "report": _("Report, PDF and HTML"),
        "law": _("Basis, custody, conditions, what was left out"),
        "audit": _("Excerpt of the ledger with its proof"),
    }.get(name, name)


def gave(what: str, count: int) -> str:
    """So many of a kind."""
    n = {"n": decimal(count)}
    return {
        "person": ngettext("%(n)s person", "%(n)s persons", count),
        "victim": ngettext("%(n)s registered child", "%(n)s registered children", count),
        "case": ngettext("%(n)s case", "%(n)s cases", count),
        "account": ngettext("%(n)s account", "%(n)s accounts", count),
        "exhibit": ngettext("%(n)s exhibit", "%(n)s exhibits", count),
        "item": ngettext("%(n)s chosen item", "%(n)s chosen items", count),
        "series": ngettext("%(n)s series", "%(n)s series", count),
    }.get(what, "%(n)s " + visible(what)) % n


def field(name: str) -> str:
    """What a statement that was touched says something of."""
    return {
        "name": _("name"), "alias": _("alias"), "born": _("born"), "died": _("died"), "identifier": _("identifier"),
        "address": _("address"), "district": _("home district"), "category": _("category"), "account": _("account"),
        "identified": _("identified"), "relation": _("relation"), "role": _("role"), "standing": _("standing"),
        "status": _("status"), "owner": _("owner"), "number": _("number"), "title": _("title"), "kind": _("kind"),
        "provision": _("provision"), "prosecutor": _("prosecutor"), "victim": _("child"), "exhibit": _("exhibit"),
        "same_as": _("joined with"), "different_from": _("different from"), "identity": _("decision about two accounts"),
        "split": _("account changed hands"), "identity.decided": _("decision about two accounts"),
        "identity.confirmed": _("decision about two accounts"), "identity.withdrawn": _("decision taken back"),
        "tenure.split": _("account changed hands"), "tenure.shared": _("account used by several"),
        "clock.decided": _("clock"), "clock.withdrawn": _("clock"), "exhibit.corrected": _("exhibit"),
        "custody.recorded": _("custody"),
    }.get(name, visible(name))  # fmt: skip


def value(text: str) -> str:
    """A value that the ledger keeps as a word of its vocabulary, in the language in use; others as they stand."""
    return {
        "suspect": _("suspect"), "convicted": _("convicted"), "victim": _("victim"), "other": _("other"),
        "witness": _("witness"), "same": _("one person"), "different": _("two persons"), "undecided": _("undecided"),
        "unidentified": _("unidentified"), "located": _("located"), "safe": _("safe"), "followed up": _("followed up"),
        "yes": _("yes"), "no": _("no"),
    }.get(text, visible(text))  # fmt: skip


def left(said: Mapping[str, Any], part_: str) -> str:
    """A text of the list of what was left out: kept in English, shown in the language in use."""
    return visible(_(str(said[part_])))


def command(verb: str, number: str = "") -> str:
    """A command as one types it; commands are not translated."""
    return {
        "make": "safelight handover make",
        "key": "safelight handover key make",
        "package": f"safelight handover make OPERATION --number {number} --out PATH",
        "correct": f"safelight handover correct OPERATION {number} --out PATH",
    }[verb]


#: Names of formats and algorithms.
BAG, SIGNATURE, DIGEST = "BagIt", "Ed25519", "SHA-256"
