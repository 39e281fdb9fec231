"""Deeds of a chess club for tests of triage: payments, ranks, evening messages about lessons, lessons by video, a clock that
speaks every hour. On top of `tests/access/acts.py`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from safelight.catalog.catalog import Catalog
from safelight.traces.ids import account_id, conversation_id
from tests.access.acts import BO, KAISSA, PAYEE, PAYER, TOG, _Rows, act, us
from tests.access.built import Built

OTHER, THIRD = account_id("bank", None, "NO3"), account_id("bank", None, "NO4")
TEACHER, PUPIL, CLOCK, ADMIN = (
    account_id("club", None, name) for name in ("lærar", "elev", "klokka", "styrar")
)
LESSONS = conversation_id("club", None, "direct:elev|lærar")
_HOUR_US = 3_600_000_000


def at(moment: int) -> dict[str, Any]:
    return {"utc": moment, "wall": moment, "text": str(moment), "basis": "stated"}


def do(built: Built) -> None:
    """Write them into the operation's catalog."""
    act(built)
    a1, b3 = _Rows(built, 0), _Rows(built, 1)

    def pay(id_: str, payer: str, payee: str, when: str, rows: Any = b3, **more: Any) -> dict[str, Any]:
        ids = {"sender_id": account_id("bank", None, payer), "receiver_id": account_id("bank", None, payee)}
        return dict(rows(id_, network="bank", sender=payer, receiver=payee, amount=Decimal("100.00"), currency="NOK",
                         time=at(us(when)), **(ids | more)))  # fmt: skip

    def say(id_: str, who: str, text: str, moment: int) -> dict[str, Any]:
        return dict(a1(id_, kind="text", text=text, sent=at(moment), sender=who, sender_id=account_id("club", None, who),
                       conversation="direct:elev|lærar", conversation_id=LESSONS))  # fmt: skip

    evening = us("2016-03-01T18:30")  # 19:30 in Oslo
    messages = [say("d0", "elev", "hei", evening)]
    messages += [
        say(f"d{n}", "lærar", "Chess lesson i kveld?" if n <= 3 else f"trekk {n}", evening + n * 60_000_000)
        for n in range(1, 26)
    ]
    messages += [
        a1(f"k{n}", kind="text", text="pling", sent=at(us("2016-01-01T00:00") + n * _HOUR_US), sender="klokka",
           sender_id=CLOCK, conversation="#tog", conversation_id=TOG)
        for n in range(600)
    ]  # fmt: skip
    payments = [
        pay("q1", "NO1", "NO2", "2016-05-01T18:00", native_id="e1"),
        pay("q1x", "NO1", "NO2", "2016-05-01T18:00", a1, native_id="e1"),  # the payee's statement of the same
        pay("q2", "NO1", "NO2", "2016-06-01T18:00", native_id="e2"),
        pay("q3", "NO3", "NO2", "2016-07-01T09:00", native_id="e3"),
        pay("q4", "NO1", "NO4", "2018-01-01T09:00", native_id="e4"),
    ]
    calls = [
        a1(f"w{n}", caller="lærar", caller_id=TEACHER, participants=["elev"], participants_id=[PUPIL], kind="video",
           started=at(us(when)), duration=2400.0, answered=True, native_id=f"call{n}")
        for n, when in enumerate(("2016-05-01T19:00", "2016-06-01T20:00"))
    ]  # fmt: skip
    ranks = [
        b3("r1", account="bø", account_id=BO, action="role", by="styrar", by_id=ADMIN, role="operator",
           at=at(us("2016-02-01T10:00")), conversation="#tog", conversation_id=TOG),
        b3("r2", account="kaissa", account_id=KAISSA, action="removed", by="styrar", by_id=ADMIN,
           at=at(us("2016-02-03T10:00")), conversation="#tog", conversation_id=TOG),
    ]  # fmt: skip
    with Catalog.at(built.folder) as catalog:
        catalog.write("deeds", {"messages": messages, "transfers": payments, "calls": calls, "memberships": ranks},
                      made_by={"test": "1"})  # fmt: skip


__all__ = ["ADMIN", "CLOCK", "LESSONS", "OTHER", "PAYEE", "PAYER", "PUPIL", "TEACHER", "THIRD", "do"]
