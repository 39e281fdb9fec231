"""Pidgin, Adium, WhatsApp's text export, Telegram, Skype's export and Discord, read again by a few lines each."""

from __future__ import annotations

import html
import json
import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.scenario.conftest import Written


def _second(at: datetime) -> datetime:
    return at.replace(microsecond=0)


def test_pidgin_html(small: Written) -> None:
    files = small.messages("pidgin-html")
    assert files
    line = re.compile(
        r'<font color="#(16569E|A82F2F)"><font size="2">\(([^)]+)\)</font> <b>(.*?):</b></font> (.*)<br/>'
    )
    for path, rows in files.items():
        head, *lines, foot = path.read_text("utf-8").splitlines()
        assert head.startswith("<html><head><meta http-equiv=") and foot == "</body></html>"
        day = path.name[:10]
        got = []
        for found in map(line.fullmatch, lines):
            assert found is not None
            time = found[2] if " " in found[2] else f"{day} {found[2]}"
            text = html.unescape(found[4].replace("<br/>", "\n"))
            got.append((datetime.fromisoformat(time), html.unescape(found[3]), text))
        assert got == [(row["wall"], row["sender_name"], row["text"]) for row in rows]
        offset = datetime.strptime(path.name[17:22], "%z").utcoffset()
        assert rows[0]["utc"] == (rows[0]["wall"] - offset).replace(tzinfo=UTC)


def test_pidgin_text(small: Written) -> None:
    files = small.messages("pidgin-txt")
    assert files
    for path, rows in files.items():
        head, body = path.read_text("utf-8").split("\n", 1)
        own, protocol = path.parts[-3], {"jabber": "jabber", "icq": "icq"}[path.parts[-4]]
        assert re.fullmatch(
            rf"Conversation with {re.escape(path.parts[-2])} at .* on {re.escape(own)} \({protocol}\)", head
        )
        parts = re.split(r"(?:^|\n)\((?:\d{4}-\d\d-\d\d )?(\d\d:\d\d:\d\d)\) ([^:\n]+): ", body.rstrip("\n"))[
            1:
        ]
        got = list(zip(parts[0::3], parts[1::3], parts[2::3], strict=True))
        assert got == [(f"{row['wall']:%H:%M:%S}", row["sender_name"], row["text"]) for row in rows]


def test_adium(small: Written) -> None:
    files = small.messages("adium")
    assert files
    ulf = "{http://purl.org/net/ulf/ns/0.4-02}"
    for path, rows in files.items():
        chat = ET.parse(path).getroot()
        assert path.parts[-4] == f"{chat.get('service')}.{chat.get('account')}"
        got = [
            (
                datetime.fromisoformat(str(one.get("time"))),
                one.get("sender"),
                one.get("alias"),
                "".join(
                    f"\n{part.tail or ''}" if part.tag == f"{ulf}br" else part.text or ""
                    for part in one.iter()
                ),
            )
            for one in chat.iter(f"{ulf}message")
        ]
        assert got == [(row["utc"], row["sender"], row["sender_name"], row["text"]) for row in rows]


_EXPORTS = {
    r"(\d\d\.\d\d\.\d{4}, \d\d:\d\d) - ": "%d.%m.%Y, %H:%M",
    r"(\d\d/\d\d/\d{4}, \d\d:\d\d) - ": "%d/%m/%Y, %H:%M",
    r"(\d{1,2}/\d{1,2}/\d\d, \d{1,2}:\d\d [AP]M) - ": "%m/%d/%y, %I:%M %p",
    r"\[(\d\d\.\d\d\.\d{4}, \d\d:\d\d:\d\d)\] ": "%d.%m.%Y, %H:%M:%S",
}


def _export(path: Path) -> list[tuple[datetime, str, str]]:
    text = path.read_bytes().decode("utf-8").replace("\r\n", "\n")
    for pattern, form in _EXPORTS.items():
        if re.match(pattern, text):
            parts = re.split(rf"(?m)^{pattern}", text)[1:]
            out = []
            for at, line in list(zip(parts[0::2], parts[1::2], strict=True))[
                1:
            ]:  # the first is the app's own
                name, body = line.removesuffix("\n").split(": ", 1)
                out.append((datetime.strptime(at, form), name, body))  # noqa: DTZ007
            return out
    raise AssertionError(path)


def test_whatsapp_text(small: Written) -> None:
    files = small.messages("whatsapp-txt")
    assert files
    forms = set()
    for path, rows in files.items():
        got = _export(path)
        assert [(at, name) for at, name, _ in got] == [(row["wall"], row["sender_name"]) for row in rows], (
            path
        )
        for (_, _, body), row in zip(got, rows, strict=True):
            if row["state"] == "deleted":
                assert body.lstrip("\u200e") in (
                    "This message was deleted", "You deleted this message",
                    "Denne meldingen ble slettet", "Du slettet denne meldingen",
                )  # fmt: skip
            elif row["text"] is None:
                assert re.match(r"\u200e?(<vedlagt: )?IMG-\d{8}-WA\d{4}\.jpg", body)
            else:
                assert body == row["text"]
        forms.add(re.sub(r"\d", "0", path.read_text("utf-8")[:8]))
    assert len(forms) >= 3


def _telegram_text(text: Any) -> str:
    return (
        text
        if isinstance(text, str)
        else "".join(part if isinstance(part, str) else part["text"] for part in text)
    )


@pytest.mark.parametrize("times", ["local", "unixtime"])
def test_telegram(small: Written, times: str) -> None:
    plans = [
        file for file in small.plan.files if file.format == "telegram-json" and file.options["times"] == times
    ]
    assert plans
    calls = small.table("call_files")
    for plan in plans:
        (path, rows), *_ = [
            (path, rows)
            for path, rows in small.messages("telegram-json").items()
            if path.as_posix().endswith(plan.path) and rows[0]["exhibit"] == plan.exhibit
        ]
        export = json.loads(path.read_text("utf-8"))
        got, called = [], []
        for chat in export["chats"]["list"]:
            ids = [message["id"] for message in chat["messages"]]
            assert ids == sorted(set(ids))
            for message in chat["messages"]:
                at = datetime.fromisoformat(message["date"])
                if times == "unixtime":
                    at = datetime.fromtimestamp(int(message["date_unixtime"]), UTC)
                if message["type"] == "service":
                    called.append((at, message.get("duration_seconds")))
                    continue
                sender = f"user{str(message['from_id']).removeprefix('user')}"
                got.append((at, sender, message["from"], _telegram_text(message["text"])))
                if "text_entities" in message:
                    assert _telegram_text(message["text_entities"]) == got[-1][3]
                if message.get("photo"):
                    assert (path.parent / message["photo"]).read_bytes()[:2] == b"\xff\xd8"
        key = "utc" if times == "unixtime" else "wall"
        assert got == [(row[key], row["sender"], row["sender_name"], row["text"]) for row in rows]
        own = [row for row in calls if (row["exhibit"], row["path"]) == (plan.exhibit, plan.path)]
        assert sorted(called, key=str) == sorted(((row[key], row["seconds"]) for row in own), key=str)


def test_skype_export(small: Written) -> None:
    files = small.messages("skype-json")
    assert files
    ended = 0
    for path, rows in files.items():
        export = json.loads(path.read_text("utf-8"))
        got = []
        for conversation in export["conversations"]:
            times = [message["originalarrivaltime"] for message in conversation["MessageList"]]
            assert [datetime.fromisoformat(one) for one in times] == sorted(
                map(datetime.fromisoformat, times), reverse=True
            )
            for message in conversation["MessageList"]:
                if message["messagetype"] == "Event/Call":
                    ended += 'type="ended"' in message["content"]
                    continue
                text = html.unescape(re.sub(r"<e_m [^>]*/>$", "", message["content"]))
                at = datetime.fromisoformat(message["originalarrivaltime"])
                got.append((at, message["from"].removeprefix("8:"), message["displayName"], text))
        wanted = [(row["utc"], row["sender"], row["sender_name"], row["text"]) for row in rows]
        assert sorted(got) == sorted(wanted)
    answered = [row for row in small.table("call_files") if row["format"] == "skype-json" and row["seconds"]]
    assert ended == len(answered) > 0


def test_discord(small: Written) -> None:
    files = small.messages("discord-json")
    assert files
    for path, rows in files.items():
        export = json.loads(path.read_text("utf-8"))
        assert export["messageCount"] == len(export["messages"])
        assert f"[{export['channel']['id']}]" in path.name
        got = []
        for one in export["messages"]:
            at = datetime.fromisoformat(one["timestamp"])
            made = datetime(2015, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(one["id"]) >> 22)
            assert _second(made) == _second(at.astimezone(UTC))
            got.append((at, one["author"]["id"], one["author"]["name"], one["content"]))
        assert got == [(row["utc"], row["sender"], row["sender_name"], row["text"]) for row in rows]
