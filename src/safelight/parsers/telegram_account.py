"""What a Telegram export of a whole account says beside its chats: owner, contacts, sessions (the format: `telegram.py`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from safelight.parsers.json_values import dumped, text
from safelight.parsers.model import Emitted
from safelight.parsers.telegram_message import NETWORK, account_of, time_of
from safelight.traces.model import Account, Contact, Device, Login

#: Parts that hold no traces (texts about the export, pictures of the profile, stickers and drafts).
LEFT_OUT = frozenset({"about", "profile_pictures", "stories", "other_data", "ringtones", "profile_music"})


def owner(account: str, person: dict[str, Any]) -> Iterator[Account]:
    """The logged-in account with all names that `personal_information` gives it."""
    rest = {key: value for key, value in person.items() if key in ("bio",) and value}
    for ordinal, (kind, name) in enumerate(_names(person)):
        yield Account(
            place="$.personal_information",
            ordinal=ordinal,
            network=NETWORK,
            account=account,
            name=name,
            name_kind=kind,
            owner=True,
            profile=dumped(rest) if ordinal == 0 else None,
        )


def _names(person: dict[str, Any]) -> list[tuple[str, str | None]]:
    full = " ".join(word for key in ("first_name", "last_name") if (word := text(person.get(key))))
    found: list[tuple[str, str | None]] = [("full name", full)] if full else []
    for kind, key in (("user name", "username"), ("phone", "phone_number")):
        name = text(person.get(key))
        if name:
            found.append((kind, name))
    return found or [("full name", None)]


def entry(part: str, account: str | None, place: str, values: dict[str, Any]) -> Iterator[Emitted]:
    """One entry of `contacts`, `frequent_contacts`, `sessions` or `web_sessions`."""
    if part == "contacts":
        yield _contact(account, place, values)
    elif part == "frequent_contacts":
        other = values.get("id")
        name = text(values.get("name"))
        native = f"user{other}" if type(other) is int and values.get("type") == "user" else account_of(other)
        if native and name:
            yield Account(place=place, network=NETWORK, account=native, name=name, name_kind="display name")
    elif account:
        yield from _session(part, account, place, values)


def _contact(account: str | None, place: str, values: dict[str, Any]) -> Contact:
    number = values.get("user_id")
    name = " ".join(word for key in ("first_name", "last_name") if (word := text(values.get(key))))
    phone = text(values.get("phone_number"))
    return Contact(
        place=place,
        network=NETWORK,
        owner=account,
        contact=account_of(number) if number else None,
        name=name or None,
        added=time_of(values, "date"),
        detail=dumped({"phone": phone}) if phone else None,
    )


def _session(part: str, account: str, place: str, values: dict[str, Any]) -> Iterator[Emitted]:
    at = time_of(values, "last_active")
    program = " ".join(
        word
        for key in ("application_name", "application_version", "browser", "domain_name")
        if (word := text(values.get(key)))
    )
    yield Login(
        place=place,
        network=NETWORK,
        account=account,
        ip=text(values.get("last_ip")),
        at=at,
        what="web session" if part == "web_sessions" else "session",
        client=program or None,
    )
    model = text(values.get("device_model"))
    if model:
        system = " ".join(word for key in ("platform", "system_version") if (word := text(values.get(key))))
        yield Device(place=place, network=NETWORK, account=account, model=model, system=system or None, at=at)
