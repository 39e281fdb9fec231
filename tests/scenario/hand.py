"""A world made by hand for the tests of writers: two persons of interest, a third one, a few hundred harmless messages."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from safelight.scenario.world import (
    Account,
    Call,
    Conversation,
    Device,
    FilePlan,
    Media,
    Message,
    Name,
    Person,
    State,
    Transfer,
    World,
)

#: 2016-03-01 12:00:00.250 UTC
START_US = 1_456_833_600_250_000
MINUTE_US = 60_000_000
TEXTS = (
    "Sol og åtte grader i dag, <tog> & «skinner»",
    "ok",
    "Ses klokka ti? Ta med brett og klokke",
    "Umuulan dito sa Cebu, bukas na lang tayo maglaro",
    "e4 e5 Nf3 — ditt trekk",
    "Modelltoget treng nye skjener i sving tre 🚂",
)


@dataclass
class Noted:
    """Keeps what a writer says."""

    messages: list[dict[str, object]] = field(default_factory=list)
    calls: list[dict[str, object]] = field(default_factory=list)
    transfers: list[dict[str, object]] = field(default_factory=list)
    accounts: list[tuple[str, int, str | None]] = field(default_factory=list)

    def message(
        self,
        plan: FilePlan,
        path: str,
        message: Message,
        *,
        sender: str | None,
        sender_name: str | None,
        utc_us: int | None,
        wall_us: int | None,
        text: str | None,
        state: State = "live",
        conversation: str | None = None,
        precision_us: int | None = None,
    ) -> None:
        self.messages.append(
            {
                "path": path,
                "id": message.id,
                "sender": sender,
                "sender_name": sender_name,
                "utc_us": utc_us,
                "wall_us": wall_us,
                "text": text,
                "state": state,
                "conversation": conversation,
            }
        )

    def call(
        self,
        plan: FilePlan,
        path: str,
        call: Call,
        *,
        utc_us: int | None,
        wall_us: int | None,
        seconds: float | None,
    ) -> None:
        self.calls.append(
            {"path": path, "id": call.id, "utc_us": utc_us, "wall_us": wall_us, "seconds": seconds}
        )

    def transfer(
        self, plan: FilePlan, path: str, transfer: Transfer, *, utc_us: int | None, wall_us: int | None
    ) -> None:
        self.transfers.append({"path": path, "id": transfer.id, "utc_us": utc_us, "wall_us": wall_us})

    def account(self, plan: FilePlan, path: str, account: int, name: str | None) -> None:
        self.accounts.append((path, account, name))

    def ids(self, state: str) -> list[int]:
        """Ids of the messages noted in that state."""
        return [one["id"] for one in self.messages if one["state"] == state]  # type: ignore[misc]


def person(index: int, name: str, phone: str, zone: str = "Europe/Oslo") -> Person:
    return Person(
        index, name, "nb", zone, index < 2, 7.0, 23.0, "Bergen", phone, f"p{index}@mail.example.org"
    )


def world(network: str, natives: Sequence[str], group: str, count: int = 600) -> World:
    """Three accounts of one network (the last with two names), a conversation of two and a group."""
    persons = [
        person(0, "Åse Berg", "+4790000001"),
        person(1, "Jun Reyes", "+639170000002", "Asia/Manila"),
        person(2, "Ola Lie", "+4790000003"),
    ]
    accounts = [
        Account(0, network, None, natives[0], (Name(0, "Åse Berg"),), (0,), ""),
        Account(
            1,
            network,
            None,
            natives[1],
            (Name(0, "Jun"), Name(START_US + 100 * MINUTE_US, "Jun R")),
            (1,),
            "",
        ),
        Account(2, network, None, natives[2], (Name(0, "Ola"),), (2,), ""),
    ]
    ends = "|".join(sorted(natives[:2]))
    direct = Conversation(
        0,
        network,
        None,
        f"direct:{ends}",
        "direct",
        None,
        (0, 1),
        "nb",
        START_US,
        START_US + count * MINUTE_US,
        1,
        count,
    )
    many = Conversation(
        1, network, None, group, "group", "Sjakk & tog", (1, 0, 2), "nb", START_US, START_US + count * MINUTE_US,
        count + 1, count,
    )  # fmt: skip
    calls = [
        Call(0, 0, 0, (1,), "video", START_US + 5 * MINUTE_US, 754, True, "call-0"),
        Call(1, 0, 1, (0,), "audio", START_US + 60 * MINUTE_US, 0, False, "call-1"),
        Call(2, 1, 1, (0, 2), "audio", START_US + 90 * MINUTE_US, 61, True, "call-2"),
    ]
    return World("small", 7, persons, accounts, [direct, many], calls, [], [], [], [], speech)


def speech(world: World, conversation: Conversation) -> Iterable[Message]:
    """Every member in turn, a message a minute; the group's half a minute later."""
    for nth, number in enumerate(conversation.ids):
        sent = conversation.start_us + nth * MINUTE_US + conversation.index * 30_000_000
        media = Media(f"IMG_{number:04d}.jpg", "image/jpeg", number) if nth % 50 == 17 else None
        native = hashlib.sha256(f"{conversation.index} {nth}".encode()).hexdigest()[:20].upper()
        yield Message(
            number,
            conversation.index,
            conversation.members[nth % len(conversation.members)],
            sent,
            "media" if media else "text",
            "" if media else f"{TEXTS[nth % len(TEXTS)]} {conversation.index}.{nth}",
            native,
            reply_to=number - 1 if nth % 25 == 3 else None,
            edited_us=sent + 3_000_000 if nth % 40 == 11 else None,
            deleted_us=sent + 9_000_000 if nth % 60 == 29 else None,
            media=media,
        )


PC = Device(
    0,
    0,
    "pc",
    "Bord-PC",
    "SN-0048",
    "Europe/Oslo",
    90_000_000,
    START_US + 10 * MINUTE_US,
    START_US + 20 * MINUTE_US,
    (0,),
)
ANDROID = Device(1, 0, "android", "SM-G900F", "353918050000001", "Europe/Oslo", 0, 0, 0, (0,))
IPHONE = Device(2, 0, "iphone", "iPhone 6", "F17N00000001", "Europe/Oslo", 0, 0, 0, (0,))


def money() -> tuple[World, list[Transfer]]:
    """Two bank accounts in two countries, two of a remitter, a few transfers between them."""
    made = world("bank", ("NO9386011117947", "PH000000123456", "NO8330001234567"), "none", 0)
    made.conversations.clear()
    made.accounts += [
        Account(3, "remitter", None, "RC000000001", (Name(0, "Åse Berg"),), (0,), ""),
        Account(4, "remitter", None, "RC000000002", (Name(0, "Jun Reyes"),), (1,), ""),
    ]
    made.transfers += [
        Transfer(
            0, 0, 1, Decimal("250.00"), "NOK", START_US, "Sjakktime <3> & brett; takk", "E2E0000001", "bank"
        ),
        Transfer(
            1,
            1,
            0,
            Decimal("1200.50"),
            "NOK",
            START_US + 86_400_000_000,
            "Skinner tilbake",
            "E2E0000002",
            "bank",
        ),
        Transfer(2, 0, 2, Decimal("99.90"), "NOK", START_US + 2 * 86_400_000_000, "", "E2E0000003", "bank"),
        Transfer(
            3,
            3,
            4,
            Decimal("40.00"),
            "EUR",
            START_US + 3 * 86_400_000_000,
            "Turnering",
            "1234567890",
            "remitter",
        ),
        Transfer(
            4, 4, 3, Decimal("1000.00"), "PHP", START_US + 4 * 86_400_000_000, "", "1234567891", "remitter"
        ),
    ]
    return made, made.transfers


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
