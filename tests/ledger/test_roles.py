"""Rejected roles and contact lists: what stands, what was taken back, what is refused and leaves no entry."""

from __future__ import annotations

import pytest

from safelight.errors import NotFound, Refused
from safelight.ledger import roles
from safelight.ledger.erase import erase
from safelight.ledger.ledger import Ledger
from safelight.ledger.roles import Rejection

ACCOUNT = "a1-club"


def test_a_role_is_rejected_and_that_taken_back(ledger: Ledger) -> None:
    entry = roles.reject(ledger, ACCOUNT, "seller", reason=" sells trains ", actor="kari")
    assert (entry.verb, entry.subjects) == ("decision", (ACCOUNT,))
    stands = Rejection(entry.seq, ACCOUNT, "seller", "sells trains", "kari", entry.recorded_at)
    assert roles.rejected(ledger) == {(ACCOUNT, "seller"): stands}
    head = ledger.head()
    for reason, role in ((" ", "buyer"), ("again", "seller")):
        with pytest.raises(Refused):
            roles.reject(ledger, ACCOUNT, role, reason=reason, actor="kari")
    with pytest.raises(Refused):
        roles.withdraw(ledger, entry.seq, reason="", actor="ola")
    with pytest.raises(NotFound):
        roles.withdraw(ledger, 1, reason="no", actor="ola")
    assert ledger.head() == head
    back = roles.withdraw(ledger, entry.seq, reason="the receipts were found", actor="ola")
    assert (back.corrects, back.subjects) == (entry.seq, (f"entry:{entry.seq}",))
    assert roles.rejected(ledger) == {}
    anew = roles.reject(ledger, ACCOUNT, "seller", reason="no, those were gifts", actor="kari")
    assert roles.rejected(ledger)[ACCOUNT, "seller"].seq == anew.seq


def test_the_newest_contact_list_is_in_use(ledger: Ledger) -> None:
    assert roles.contact_list(ledger) is None
    roles.use_contact_list(ledger, name="one.toml", text="one", sha256="1", actor="kari")
    roles.use_contact_list(ledger, name="two.toml", text="two", sha256="2", actor="ola")
    use = roles.contact_list(ledger)
    assert use is not None and (use.name, use.text, use.actor) == ("two.toml", "two", "ola")
    roles.use_contact_list(ledger, name="", text="", sha256="", actor="kari")
    ended = roles.contact_list(ledger)
    assert ended is not None and ended.text is None


def test_an_erased_rejection_holds_no_more(ledger: Ledger) -> None:
    entry = roles.reject(ledger, ACCOUNT, "seller", reason="wrong", actor="kari")
    erase(ledger, [entry.seq], actor="kari", purpose="deadline", authorisation="order 7", reason="time is up")
    assert roles.rejected(ledger) == {}
