"""JSON exports beside a bare pass of ijson (yajl2_c) over the same bytes: `python -m benchmarks.parsers_json`.

Ours is the whole way from bytes to Arrow tables, as an intake does it. The bare pass takes ijson's cheapest events and
does nothing with them.
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ijson

from safelight.parsers.discord import Discord
from safelight.parsers.model import HEAD_BYTES, Parser, Subject
from safelight.parsers.run import Ended, run
from safelight.parsers.skype_export import SkypeExport
from safelight.parsers.telegram import Telegram

MESSAGES = 200_000


def _telegram_message(number: int) -> dict[str, Any]:
    who = number % 7
    text: Any = f"Parti {number}: Sf3 Sf6, og hvit står litt bedre etter rokaden"
    if number % 5 == 0:
        text = [{"type": "bold", "text": "Resultat"}, f" {number}: remis"]
    return {
        "id": number,
        "type": "message",
        "date": "2020-01-01T13:00:00",
        "date_unixtime": str(1_577_880_000 + number * 7),
        "from": f"Spiller {who}",
        "from_id": f"user{1000 + who}",
        **({"reply_to_message_id": number - 1} if number % 3 == 0 else {}),
        "text": text,
        "text_entities": [{"type": "plain", "text": text if isinstance(text, str) else "Resultat"}],
    }


def telegram_export(messages: int, indent: int | None = 1) -> Iterator[bytes]:
    """A made-up export of one group in pieces, as Telegram Desktop writes it (indented by one space)."""
    yield b'{\n "name": "Sjakklubben",\n "type": "private_supergroup",\n "id": 77,\n "messages": [\n'
    for number in range(1, messages + 1):
        piece = json.dumps(_telegram_message(number), indent=indent, ensure_ascii=False)
        yield piece.encode() + (b",\n" if number < messages else b"\n")
    yield b" ]\n}"


def discord_export(messages: int, indent: int | None = 2) -> Iterator[bytes]:
    """A made-up channel as DiscordChatExporter writes it (indented by two spaces)."""
    yield (
        b'{\n  "guild": {"id": "900", "name": "Sjakk", "iconUrl": ""},\n'
        b'  "channel": {"id": "100", "type": "GuildTextChat", "categoryId": "5", "category": "Klubb", "name": "partier",'
        b' "topic": null},\n  "messages": [\n'
    )
    for number in range(1, messages + 1):
        who = number % 7
        message: dict[str, Any] = {
            "id": str(number),
            "type": "Default",
            "timestamp": f"2023-06-15T12:{number // 60 % 60:02}:{number % 60:02}.321+00:00",
            "timestampEdited": None,
            "callEndedTimestamp": None,
            "isPinned": False,
            "content": f"Parti {number}: Sf3 Sf6, og hvit står litt bedre etter rokaden",
            "author": {
                "id": str(1000 + who), "name": f"spiller{who}", "discriminator": "0000", "nickname": f"Spiller {who}",
                "color": None, "isBot": False, "roles": [], "avatarUrl": "https://files.example/a.png",
            },
            "attachments": [],
            "embeds": [],
            "stickers": [],
            "reactions": [],
            "mentions": [],
            **({"reference": {"messageId": str(number - 1), "channelId": "100"}} if number % 3 == 0 else {}),
        }  # fmt: skip
        yield json.dumps(message, indent=indent, ensure_ascii=False).encode() + (
            b",\n" if number < messages else b"\n"
        )
    yield b'  ],\n  "messageCount": 1\n}'


def skype_export(messages: int, indent: int | None = None) -> Iterator[bytes]:
    """A made-up account export of Skype with one conversation."""
    yield (
        b'{"userId":"8:live:kari","exportDate":"2019-04-01T10:00","conversations":[{"id":"8:ola","displayName":"Ola",'
        b'"version":1.0,"properties":{},"threadProperties":null,"MessageList":['
    )
    for number in range(messages, 0, -1):
        said = f"Parti {number}: Sf3 Sf6, og hvit står litt bedre etter rokaden"
        message: dict[str, Any] = {
            "id": str(1_551_400_000_000 + number),
            "displayName": None,
            "originalarrivaltime": f"2019-03-01T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}.123Z",
            "messagetype": "RichText",
            "version": 1_551_400_000_000 + number,
            "content": f'<b raw_pre="*">{said}</b> &amp; dame' if number % 5 == 0 else said,
            "conversationid": "8:ola",
            "from": "8:ola" if number % 2 else "8:live:kari",
            "properties": None,
            "amsreferences": None,
        }
        yield json.dumps(message, indent=indent, ensure_ascii=False).encode() + (b"," if number > 1 else b"")
    yield b"]}]}"


#: Parser, and what writes a file for it.
EXPORTS: dict[str, tuple[Callable[[], Parser], Callable[[int], Iterator[bytes]]]] = {
    "telegram": (Telegram, telegram_export),
    "telegram, on few lines": (Telegram, lambda messages: telegram_export(messages, None)),
    "discord": (Discord, discord_export),
    "skype": (SkypeExport, skype_export),
}


def subject_of(path: Path) -> Subject:
    """A file as an item without an operation around it."""
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    return Subject(
        item_id="i1-benchmark", source_id="s1-benchmark", path=path.name, name=path.name, size=path.stat().st_size,
        mime="application/json", group="text", sha256="", head=head, open=lambda: path.open("rb"),
        beside=lambda name: None, scratch=path.parent,
    )  # fmt: skip


def ours(parser: Parser, path: Path) -> tuple[float, int]:
    """Seconds of processor, and traces."""
    began, traces = time.process_time(), 0
    for found in run(subject_of(path), "1", [parser]):
        if isinstance(found, Ended):
            assert found.outcome == "done", found
            traces = found.traces
    return time.process_time() - began, traces


def bare(data: bytes) -> float:
    """Seconds of processor of ijson's cheapest pass."""
    began = time.process_time()
    for _event in ijson.basic_parse(io.BytesIO(data), buf_size=1 << 20):
        pass
    return time.process_time() - began


def measure(place: Path, messages: int = MESSAGES) -> list[tuple[str, float, float, int]]:
    """(name, seconds of ours, seconds of the bare pass, messages) of each export; the best of three."""
    found = []
    for name, (parser, pieces) in EXPORTS.items():
        path = place / "export.json"
        with path.open("wb") as stream:
            stream.writelines(pieces(messages))
        data = path.read_bytes()
        own = min(ours(parser(), path)[0] for _ in range(3))
        found.append((name, own, min(bare(data) for _ in range(3)), messages))
        path.unlink()
    return found


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        for name, own, plain, count in measure(Path(folder)):
            print(f"{name}: {count / own:,.0f} messages/s, {own / plain:.2f} times a bare ijson pass")
