"""The forum's dump and the mail, read again: an SQL reader of a few lines, and the standard library's mail."""

from __future__ import annotations

import html
import mailbox
import re
from datetime import UTC, datetime
from email import message_from_binary_file, policy
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime
from pathlib import Path

from tests.scenario.conftest import Written

_TOKEN = re.compile(r"'((?:[^'\\]|\\.)*)'|(-?\d+)|(NULL)|([(),;])")
_ESCAPED = {"n": "\n", "r": "\r", "0": "\0", "Z": "\x1a"}


def _tables(dump: str) -> dict[str, list[dict[str, str | int | None]]]:
    """Rows by table, with the names of columns from CREATE TABLE."""
    columns: dict[str, list[str]] = {}
    for name, body in re.findall(r"CREATE TABLE `phpbb_(\w+)` \(\n(.*?)\n\) ENGINE", dump, re.DOTALL):
        columns[name] = re.findall(r"(?m)^  `(\w+)` ", body)
    out: dict[str, list[dict[str, str | int | None]]] = {name: [] for name in columns}
    for line in dump.splitlines():
        if not (found := re.match(r"INSERT INTO `phpbb_(\w+)` VALUES ", line)):
            continue
        row: list[str | int | None] = []
        for text, number, null, mark in _TOKEN.findall(line[found.end() :]):
            if mark == "(":
                row = []
            elif mark == ")":
                out[found[1]].append(dict(zip(columns[found[1]], row, strict=True)))
            elif mark == "":
                plain = re.sub(r"\\(.)", lambda m: _ESCAPED.get(m[1], m[1]), text)
                row.append(int(number) if number else None if null else plain)
    return out


def test_phpbb(small: Written) -> None:
    ((path, rows),) = small.messages("phpbb-sql").items()
    tables = _tables(path.read_text("utf-8"))
    names = {user["user_id"]: user["username"] for user in tables["users"]}
    got = [
        (
            datetime.fromtimestamp(int(row[time] or 0), UTC),
            names[row[author]],
            html.unescape(str(row[text])),
        )
        for table, time, author, text in (
            ("posts", "post_time", "poster_id", "post_text"),
            ("privmsgs", "message_time", "author_id", "message_text"),
        )
        for row in tables[table]
    ]
    wanted = [(row["utc"], row["sender_name"], row["text"]) for row in rows]
    assert sorted(got, key=str) == sorted(wanted, key=str)
    assert {row["config_name"]: row["config_value"] for row in tables["config"]}[
        "server_name"
    ] == "tog.example.org"
    assert len(tables["privmsgs_to"]) == 2 * len(tables["privmsgs"]) > 0
    topics = {row["topic_id"] for row in tables["topics"]}
    assert {row["topic_id"] for row in tables["posts"]} == topics
    assert all(
        re.fullmatch(r"(192\.0\.2|198\.51\.100)\.\d+", str(row["poster_ip"])) for row in tables["posts"]
    )


def _row(mail: EmailMessage) -> tuple[datetime, str, str, str]:
    name, address = parseaddr(mail["From"])
    body = mail.get_body(("plain",))
    assert body is not None
    return (
        parsedate_to_datetime(mail["Date"]),
        address,
        name,
        body.get_content().rstrip("\n").replace("\r\n", "\n"),
    )


def _wanted(rows: list[dict[str, object]]) -> list[tuple[object, ...]]:
    return [(row["utc"], row["sender"], row["sender_name"], row["text"]) for row in rows]


def test_mailboxes(small: Written) -> None:
    files = small.messages("mbox")
    assert {path.name for path in files} == {"Inbox", "Sent"}
    for path, rows in files.items():
        box = mailbox.mbox(path, create=False)
        mails = [_parsed(box.get_bytes(key)) for key in box.keys()]  # noqa: SIM118
        box.close()
        assert sorted(map(_row, mails)) == sorted(_wanted(rows))


def _parsed(data: bytes) -> EmailMessage:
    from email import message_from_bytes

    mail = message_from_bytes(data, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def _read(path: Path) -> EmailMessage:
    with path.open("rb") as file:
        mail = message_from_binary_file(file, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def test_single_mails(small: Written) -> None:
    files = small.messages("eml")
    assert len(files) > 20
    pictures = 0
    for path, rows in files.items():
        assert b"\r\n" in path.read_bytes()
        mail = _read(path)
        assert [_row(mail)] == _wanted(rows)
        for part in mail.iter_attachments():
            pictures += 1
            assert part.get_content()[:2] == b"\xff\xd8"
    assert pictures > 0
