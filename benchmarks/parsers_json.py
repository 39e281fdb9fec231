"""JSON exports beside a bare pass of ijson (yajl2_c) over the same bytes: `python -m benchmarks.parsers_json`.

Ours is the whole way from bytes to Arrow tables, as an intake does it. The bare pass takes ijson's cheapest events and
does nothing with them.
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ijson

from safelight.parsers.model import HEAD_BYTES, Parser, Subject
from safelight.parsers.run import Ended, run
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
    for name, indent in (("telegram", 1), ("telegram, one line a message", None)):
        path = place / "result.json"
        with path.open("wb") as stream:
            stream.writelines(telegram_export(messages, indent))
        data = path.read_bytes()
        own = min(ours(Telegram(), path)[0] for _ in range(3))
        found.append((name, own, min(bare(data) for _ in range(3)), messages))
        path.unlink()
    return found


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        for name, own, plain, count in measure(Path(folder)):
            print(f"{name}: {count / own:,.0f} messages/s, {own / plain:.2f} times a bare ijson pass")
