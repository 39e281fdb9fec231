"""What one person decides about accounts: same or different, confirmed, taken back, split, shared.

Reached through the door alone (`Door.identities`), under whose consultations it reads. Whether a second person must
confirm is the operation's setting `[identities] four_eyes` at the moment of deciding; it is written into the entry, so that
a later change of the setting changes no decision.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from safelight.access import accounts
from safelight.access.reading import Reading
from safelight.errors import NotFound, Refused
from safelight.ledger import identities
from safelight.ledger.entry import Entry
from safelight.ledger.identities import Past, Standing, Tenure
from safelight.messages import _
from safelight.operation.settings import read_settings

if TYPE_CHECKING:
    from safelight.access.door import Door

#: Accounts named in a refusal, at most.
_FEW = 10


class IdentityActs:
    """Acts of the person whom the door knows. Tenures are named by id, by the beginning of an account's id (eight
    characters) or by a name that one account alone carried."""

    def __init__(self, door: Door) -> None:
        self._door = door

    @property
    def four_eyes(self) -> bool:
        """Whether a decision made now needs a second person."""
        return read_settings(self._door.folder.settings).identities.four_eyes

    def decide(
        self,
        a: str,
        b: str,
        decision: str,
        *,
        reason: str,
        source_grade: str,
        content_grade: str,
        seen: float | None = None,
        scheme: str = "4x4",
        handling: str = "",
    ) -> Entry:
        """Decide about two tenures. `seen` is the probability that was shown; without it, the one in the catalog now.

        Raises NotFound, Refused.
        """
        with self._door.consult("identity decision", f"{a} {b}") as look:
            reading = look.reading
            first, second = (named(reading, name) for name in (a, b))
            shown = _probability(reading, first, second) if seen is None else seen
            return identities.decide(
                reading.ledger, first, second, decision, reason=reason, source_grade=source_grade,
                content_grade=content_grade, seen=shown, actor=self._door.who, four_eyes=self.four_eyes,
                scheme=scheme, handling=handling,
            )  # fmt: skip

    def confirm(self, seq: int, *, agrees: bool, reason: str) -> Entry:
        """Say as the second person whether one agrees. Raises NotFound, Refused (one's own decision)."""
        with self._door.consult("identity confirmation", str(seq)) as look:
            return identities.confirm(
                look.reading.ledger, seq, agrees=agrees, reason=reason, actor=self._door.who
            )

    def withdraw(self, seq: int, *, reason: str) -> Entry:
        """Take back a decision, a confirmation, a split or a mark as shared. Where a second person is needed, what two
        people said waits until another one takes it back too (`identity.withdrawal_asked`). Raises NotFound, Refused."""
        with self._door.consult("identity withdrawal", str(seq)) as look:
            return identities.withdraw(
                look.reading.ledger, seq, reason=reason, actor=self._door.who, four_eyes=self.four_eyes
            )

    def split(self, account: str, at_us: int, at_text: str, *, reason: str) -> Entry:
        """State that an account changed hands at a moment (µs UTC). Raises NotFound, Refused."""
        with self._door.consult("account split", account) as look:
            found = identities.account_of(named(look.reading, account, whole=True))
            return identities.split(
                look.reading.ledger, found, at_us, at_text, reason=reason, actor=self._door.who
            )

    def share(self, tenure: str, shared: bool, *, reason: str) -> Entry:
        """Mark a tenure as used by several people, or by one alone. Raises NotFound, Refused."""
        with self._door.consult("account shared", tenure) as look:
            found = named(look.reading, tenure)
            return identities.share(look.reading.ledger, found, shared, reason=reason, actor=self._door.who)


def standing(reading: Reading) -> Standing:
    """All that people decided about accounts, as it holds now."""
    return identities.standing(reading.ledger)


def history(reading: Reading, a: str, b: str) -> list[Past]:
    """Every entry about a pair of tenures in order, withdrawn ones too."""
    reading.show(identities.account_of(name) for name in (a, b))
    return identities.history(reading.ledger, a, b)


def tenures_of(reading: Reading, account_id: str) -> tuple[Tenure, ...]:
    """An account's tenures in order of time."""
    return standing(reading).tenures_of(account_id)


def named(reading: Reading, name: str, whole: bool = False) -> str:
    """The tenure that somebody named. Of a split account by its full id or a tenure's, unless `whole` is meant.

    Raises NotFound, Refused where several have that name.
    """
    account = identities.account_of(name.strip())
    try:
        reading.show([accounts.one(reading, account).account_id])
        return name.strip()
    except NotFound:
        found = accounts.matching(reading, name.strip())
    if not found:
        raise NotFound(
            _("No account has the id or name %(name)s.") % {"name": repr(name)},
            _("Give a part of its id, or a whole name."),
        )
    reading.show(row.account_id for row in found)
    if len(found) > 1:
        told = ", ".join(f"{row.account_id[:14]} ({row.network})" for row in found[:_FEW])
        raise Refused(
            _("%(count)d accounts have the name %(name)s: %(told)s.")
            % {"count": len(found), "name": repr(name), "told": told},
            _("Give one of the ids."),
        )
    tenures = identities.standing(reading.ledger).tenures_of(found[0].account_id)
    if len(tenures) > 1 and not whole:
        raise Refused(
            _("%(name)s was split into periods: %(told)s.")
            % {"name": repr(name), "told": ", ".join(one.id for one in tenures)},
            _("Give one of these."),
        )
    return found[0].account_id


def _probability(reading: Reading, a: str, b: str) -> float | None:
    first, second = sorted((a, b))
    row = reading.db.execute(
        "select probability from same_person where tenure_a = $a and tenure_b = $b", {"a": first, "b": second}
    ).fetchone()
    return None if row is None else row[0]
