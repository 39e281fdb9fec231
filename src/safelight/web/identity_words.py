"""Words about who is who: names of kinds of evidence, odds and probabilities as people say them, grading, decisions."""

from __future__ import annotations

import math
from collections.abc import Iterable

from safelight.access.neutral import visible
from safelight.access.zones import Zone
from safelight.identities.conflicts import Conflict
from safelight.identities.reading import Decided, Shaped
from safelight.messages import _
from safelight.messages.figures import decimal

DECISIONS = ("same", "different", "undecided")


def kind_title(kind: str) -> str:
    """A kind of evidence in a few words; one that is not known here by its own name."""
    return {
        "owner": _("Logged in on the seized device"), "phone": _("Phone number"), "email": _("E-mail address"),
        "payment": _("Payment account"), "wallet": _("Wallet"), "device": _("Device"), "native": _("Named id"),
        "fingerprint": _("Key fingerprint"), "book": _("Address books of others"), "ip": _("IP address"),
        "host": _("Host"), "avatar": _("Profile picture"), "names": _("Names"), "style": _("Writing style"),
        "rhythm": _("Rhythm of the day"), "languages": _("Languages"), "contacts": _("Contacts in common"),
        "media": _("The same media"), "moves": _("Arranged to move"), "profile": _("Profile texts"),
        "renamed": _("Renamed in a log"), "another owner": _("Another owner"),
        "everywhere": _("In all conversations of one thing"),
        "copies": _("Seen twice in copies of a conversation"), "first name": _("One thing and one first name"),
        "book names": _("Named so in address books"), "one bearer": _("One account of the name in each network"),
        "one user": _("One account of each network on a thing"),
        "together": _("Active at the same time"), "talks": _("Wrote to each other"),
    }.get(kind, visible(kind).replace("_", " ").capitalize())  # fmt: skip


def titles(kinds: Iterable[str]) -> str:
    """Several kinds, one after the other."""
    return ", ".join(kind_title(one) for one in kinds)


def odds(log_odds: float) -> str:
    """`odds 30 to 1`, `odds 1 to 4`."""
    ratio = math.exp(min(abs(log_odds), 30.0))
    n = _round(ratio)
    if n == "1":
        return _("even odds")
    return _("odds %(n)s to 1") % {"n": n} if log_odds > 0 else _("odds 1 to %(n)s") % {"n": n}


def one_in(prior: float) -> str:
    """The prior as `one in 5,870`: before any evidence."""
    return _("one in %(n)s") % {"n": _round(1 + math.exp(min(max(-prior, 0.0), 30.0)))}


def _round(value: float) -> str:
    """Two significant digits from a thousand on; small ones as they are."""
    if value < 9.5:
        return decimal(value, 0 if abs(value - round(value)) < 0.05 else 1)
    digits = max(0, len(str(round(value))) - 2)
    return decimal(round(value / 10**digits) * 10**digits)


def probability(value: float) -> str:
    """To two places; never 0 or 1, for no evidence is that."""
    if value > 0.999:
        return f"> {decimal(0.999, 3)}"
    if value < 0.001:
        return f"< {decimal(0.001, 3)}"
    return decimal(value, 3 if value >= 0.995 or value < 0.005 else 2)


def of_hundred(value: float) -> str:
    """What a calibrated probability means."""
    if 0.005 <= value < 0.995:
        return _("calibrated: of 100 such pairs, about %(n)s are one person") % {"n": round(value * 100)}
    n = min(max(round(value * 1000), 1), 999)
    return _("calibrated: of 1000 such pairs, about %(n)s are one person") % {"n": n}


def decision_word(decision: str) -> str:
    """A decision as one says it."""
    return {"same": _("same person"), "different": _("different persons"), "undecided": _("undecided")}.get(
        decision, visible(decision)
    )


def cause(one: Decided) -> str:
    """Why a decision binds nobody any more."""
    if one.cause == "split":
        return _("an account of it was split since")
    if one.cause == "shared":
        return _("an account of it was marked as shared since")
    return _("%(who)s did not agree") % {"who": visible(one.refused_by or "")}


def shape_word(one: Shaped, zone: Zone) -> str:
    """An entry about an account's periods."""
    wall = zone.local(one.at_us) if one.at_us is not None else None
    return {
        "split": _("Changed hands at %(at)s") % {"at": f"{wall:%Y-%m-%d %H:%M}" if wall else "?"},
        "shared": _("Shared by several people"), "alone": _("Used by one person"), "withdrawn": _("Taken back"),
        "asked": _("Wants it taken back"),
    }[one.act]  # fmt: skip


def conflict_title(one: Conflict) -> str:
    """What kind of contradiction it is."""
    return {
        "decisions": _("Decisions against each other"), "proposal": _("Conflict, not a proposal"),
        "evidence": _("More is known now"),
    }[one.kind]  # fmt: skip


def conflict_told(one: Conflict) -> str:
    """The contradiction in one line."""
    return {
        "decisions": _("people decided that these are one person, over others, and that they are two"),
        "proposal": _("the evidence speaks for a link that decisions forbid"),
        "evidence": _("much more speaks for this pair now than when somebody decided that they are two"),
    }[one.kind]  # fmt: skip


def conflict_way_out(one: Conflict) -> str:
    """What would end it."""
    return {
        "decisions": _("One of these decisions must change. Until then none of the “same” on the way links anybody."),
        "proposal": _("A link would join two people whom a decision holds apart, so it is not proposed until one changes."),
        "evidence": _("The decision holds. Look again whether it still should."),
    }[one.kind]  # fmt: skip


def act_word(act: str) -> str:
    """An entry about a pair."""
    return {
        "same": _("Same person"), "different": _("Different persons"), "undecided": _("Undecided"),
        "confirmed": _("Agreed"), "refused": _("Did not agree"), "withdrawn": _("Taken back"),
        "erased": _("Erased"),
    }.get(act, visible(act))  # fmt: skip


def weighing(standing: str) -> str:
    """What the analysis calls a pair."""
    return {"proposal": _("proposal"), "candidate": _("candidate"), "unlikely": _("unlikely")}.get(
        standing, visible(standing)
    )
