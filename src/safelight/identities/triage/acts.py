"""What one person decides in triage: a role is rejected, that is taken back, a contact list comes into use.

Through the door: each act stands in the ledger with who and when, and what was looked at in the audit.
"""

from __future__ import annotations

from safelight.access import accounts
from safelight.access.door import Door
from safelight.errors import NotFound
from safelight.identities.triage import reading
from safelight.identities.triage.contact_list import ContactList
from safelight.ledger import roles
from safelight.ledger.entry import Entry
from safelight.messages import _


class RoleActs:
    """Acts of the person whom the door knows."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def reject(self, account: str, role: str, reason: str) -> Entry:
        """Say that an account does not have a role that was found. Raises NotFound, Refused without a reason."""
        with self._door.consult("role rejected", account) as look:
            accounts.one(look.reading, account)
            _all, tags = reading.of(look.reading, account)
            if role not in {tag.finding.role for tag in tags}:
                raise NotFound(_("This account has no such role."), _("See its roles on the page Accounts."))
            look.reading.show([account])
            return roles.reject(look.reading.ledger, account, role, reason=reason, actor=self._door.who)

    def withdraw(self, seq: int, reason: str) -> Entry:
        """Take a rejection back. Raises NotFound, Refused without a reason."""
        with self._door.consult("rejection of a role withdrawn", str(seq)) as look:
            return roles.withdraw(look.reading.ledger, seq, reason=reason, actor=self._door.who)

    def use_list(self, wanted: ContactList, name: str) -> Entry | None:
        """Bring a contact list into use; None where it is in use already."""
        with self._door.consult("contact list", name) as look:
            now = roles.contact_list(look.reading.ledger)
            if now is not None and now.text == wanted.text:
                return None
            return roles.use_contact_list(
                look.reading.ledger, name=name, text=wanted.text, sha256=wanted.sha256, actor=self._door.who
            )

    def use_no_list(self) -> Entry | None:
        """End the use of a contact list; None where none is in use."""
        with self._door.consult("contact list", "none") as look:
            now = roles.contact_list(look.reading.ledger)
            if now is None or now.text is None:
                return None
            return roles.use_contact_list(
                look.reading.ledger, name="", text="", sha256="", actor=self._door.who
            )
