"""Exhibits: one seized thing each, with its legal basis. Its key is random and lasts; number and label may be
corrected.
"""

from __future__ import annotations

import re
import unicodedata
import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from safelight.errors import AlreadyExists, NotFound, Refused
from safelight.ledger import kinds
from safelight.ledger.entry import Entry
from safelight.ledger.ledger import Ledger
from safelight.ledger.tables import EXHIBITS

_HASH_DIGITS = {"md5": 32, "sha1": 40, "sha256": 64}


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One exhibit as it stands now. `seized` is ISO 8601 (`2016-01-12`), `acquired_hash` is `md5:<hex>` or
    None.

    `size` is in bytes as stated at acquisition. `seq` is the entry that added it, `recorded_at` when (µs
    UTC).
    """

    key: str
    number: str
    label: str
    seized: str
    legal_basis: str
    officer: str
    acquired_hash: str | None
    size: int | None
    seq: int
    recorded_at: int


def add(
    ledger: Ledger,
    *,
    number: str,
    label: str,
    seized: date | str,
    legal_basis: str,
    officer: str,
    acquired_hash: str | None = None,
    size: int | None = None,
    actor: str,
) -> Exhibit:
    """Register an exhibit. Without a legal basis it may be registered, but no source is taken into it.

    Raises AlreadyExists for a number in use, Refused for a field that is not allowed.
    """
    fields = _checked(
        {
            "number": number,
            "label": label,
            "seized": seized,
            "legal_basis": legal_basis,
            "officer": officer,
            "acquired_hash": acquired_hash,
            "size": size,
        }
    )
    key = str(uuid.uuid4())
    kind = kinds.EXHIBIT_ADDED
    with ledger.writing() as act:
        _refuse_second(act.connection, fields["number"])
        act.append(
            kind.name,
            fields,
            verb=kind.verb,
            actor=actor,
            subjects=[key],
            authorisation=fields["legal_basis"],
        )
        return within(act.connection, key)


def correct(ledger: Ledger, exhibit: Exhibit | str, *, actor: str, purpose: str, **changes: Any) -> Exhibit:
    """Correct fields of an exhibit by a later entry; the key stays, and with it every source and item id.

    `changes` are fields of `add`. Raises NotFound, AlreadyExists, Refused.
    """
    if not purpose.strip():
        raise Refused("A correction says why it is made, and no reason was given.", "Give a reason.")
    fields = _checked(changes)
    kind = kinds.EXHIBIT_CORRECTED
    with ledger.writing() as act:
        now = within(act.connection, exhibit)
        fields = {name: value for name, value in fields.items() if value != getattr(now, name)}
        if not fields:
            return now
        if "number" in fields:
            _refuse_second(act.connection, fields["number"])
        act.append(
            kind.name, fields, verb=kind.verb, actor=actor, subjects=[now.key],
            purpose=purpose, corrects=now.seq,
        )  # fmt: skip
        return within(act.connection, now.key)


def every(ledger: Ledger) -> list[Exhibit]:
    """All exhibits in the order in which they were added."""
    query = sa.select(EXHIBITS).order_by(EXHIBITS.c.seq)
    with ledger.store.reading() as connection:
        return [Exhibit(**row) for row in connection.execute(query).mappings()]


def find(ledger: Ledger, number_or_key: Exhibit | str) -> Exhibit:
    """One exhibit by number or key. Raises NotFound."""
    with ledger.store.reading() as connection:
        return within(connection, number_or_key)


def history(ledger: Ledger, exhibit: Exhibit | str) -> list[Entry]:
    """The entries that added and corrected it, in order."""
    key = find(ledger, exhibit).key
    names = (kinds.EXHIBIT_ADDED.name, kinds.EXHIBIT_CORRECTED.name)
    return list(ledger.entries(kinds=names, subject=key))


def within(connection: sa.Connection, exhibit: Exhibit | str) -> Exhibit:
    """One exhibit by number or key, as a transaction sees it. Raises NotFound."""
    name = exhibit.key if isinstance(exhibit, Exhibit) else exhibit
    either = sa.or_(EXHIBITS.c.key == name, EXHIBITS.c.number == _line(name))
    row = connection.execute(sa.select(EXHIBITS).where(either)).mappings().first()
    if row is None:
        raise NotFound(
            f"There is no exhibit {name}.", "`safelight exhibit list` shows them, `exhibit add` makes one."
        )
    return Exhibit(**row)


def _refuse_second(connection: sa.Connection, number: str) -> None:
    if connection.execute(sa.select(EXHIBITS.c.key).where(EXHIBITS.c.number == number)).first() is not None:
        raise AlreadyExists(f"There is an exhibit {number} already.", "Use its number, or give another one.")


def _checked(fields: dict[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name, value in fields.items():
        if name in ("number", "label", "legal_basis", "officer"):
            out[name] = _line(value)
        elif name == "seized":
            out[name] = _day(value)
        elif name == "acquired_hash":
            out[name] = None if value is None else acquired(value)
        elif name == "size":
            if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
                raise Refused(f"{value!r} is not a size in bytes.", "Give a whole number.")
            out[name] = value
        else:
            raise Refused(f"An exhibit has no field {name!r}.")
    if out.get("number") == "":
        raise Refused("An exhibit needs a number.", "Give the number that stands on it.")
    return out


def _line(value: object) -> str:
    """One line of text, in normal form C, so that the same number typed on two machines is the same."""
    text = unicodedata.normalize("NFC", str(value)).strip()
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in text):
        raise Refused(f"{text!r} holds control characters.", "Write it on one line.")
    return text


def _day(value: date | str) -> str:
    try:
        return (value if isinstance(value, date) else date.fromisoformat(str(value).strip())).isoformat()
    except ValueError as error:
        raise Refused(f"{value!r} is not a day.", "Write it as 2016-01-12.") from error


def acquired(text: str) -> str:
    """A stated hash in normal form, `md5:<hex>`; the algorithm may be left out, its length tells. Raises
    Refused.
    """
    name, _, digits = text.strip().lower().replace("-", "").rpartition(":")
    by_length = {length: algorithm for algorithm, length in _HASH_DIGITS.items()}
    algorithm = name or by_length.get(len(digits), "")
    if _HASH_DIGITS.get(algorithm) != len(digits) or not re.fullmatch("[0-9a-f]+", digits):
        raise Refused(
            f"{text!r} is not a hash.", "Write it as md5:..., sha1:... or sha256:... in hexadecimal."
        )
    return f"{algorithm}:{digits}"
