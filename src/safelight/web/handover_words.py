"""Words of the pages of handovers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from safelight.access.neutral import visible
from safelight.casework.allocation import TRANSFER
from safelight.casework.handover.disclosures import Disclosed
from safelight.casework.handover.fault_words import told as told_fault
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


def check(name: str) -> str:
    """What was looked at, as it is where nothing is wrong."""
    return {
        "version": _("This version of Safelight reads its format"),
        "files": _("Every file is as it is listed, and nothing else lies there"),
        "signature": _("The lists are signed, and the signatures are valid"),
        "excerpt": _("The excerpt of the sender's ledger stands below the signed head"),
    }.get(name, name)


def outcome(value: str) -> str:
    """What looking at it found."""
    return {"passed": _("holds"), "failed": _("does not hold"), "not checked": _("not checked")}.get(
        value, value
    )


def dot(value: str) -> str:
    """The mark of an outcome, or of how a signer stands."""
    return {"passed": "ok", "trusted": "ok", "not checked": "hollow", "unknown": "hollow"}.get(
        value, "urgent"
    )


def signer(standing: str) -> str:
    """What the ledger says of who signed."""
    return {
        "trusted": _("trusted"), "unknown": _("SIGNER NOT CHECKED"), "revoked": _("key revoked"),
    }.get(standing, standing)  # fmt: skip


def fault(text: str) -> str:
    """What is wrong with a file, or the file's name, which comes from elsewhere."""
    return visible(told_fault(text))


def rows(table: str, count: int) -> str:
    """So many traces of a kind. Which messages of a package are copies is found when it is imported: each copy counts."""
    n = {"n": decimal(count)}
    return {
        "messages": ngettext("%(n)s message (copies count)", "%(n)s messages (copies count)", count),
        "calls": ngettext("%(n)s call", "%(n)s calls", count),
        "transfers": ngettext("%(n)s transfer", "%(n)s transfers", count),
        "accounts": ngettext("%(n)s account", "%(n)s accounts", count),
        "conversations": ngettext("%(n)s conversation", "%(n)s conversations", count),
        "logins": ngettext("%(n)s login", "%(n)s logins", count),
        "memberships": ngettext("%(n)s membership", "%(n)s memberships", count),
        "contacts": ngettext("%(n)s entry of a contact list", "%(n)s entries of contact lists", count),
        "media_shares": ngettext("%(n)s file sent", "%(n)s files sent", count),
        "locations": ngettext("%(n)s place", "%(n)s places", count),
        "items": ngettext("%(n)s item", "%(n)s items", count),
        "devices": ngettext("%(n)s device", "%(n)s devices", count),
    }.get(table, "%(n)s " + visible(table)) % n


def command(verb: str, number: str = "") -> str:
    """A command as one types it; commands are not translated."""
    return {
        "make": "safelight handover make",
        "key": "safelight handover key make",
        "package": f"safelight handover make OPERATION --number {number} --out PATH",
        "trust": "safelight handover key trust",
        "correct": f"safelight handover correct OPERATION {number} --out PATH",
    }[verb]


#: Names of formats and algorithms.
BAG, SIGNATURE, DIGEST, DIGESTS = "BagIt", "Ed25519", "SHA-256", "SHA-256, SHA-512"

#: Places as an example shows them.
PLACE, KEY_PLACE = "/media/…/HO-007.tar.age", "~/keys/age.txt"
