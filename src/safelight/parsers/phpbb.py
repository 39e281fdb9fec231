"""A phpBB forum as a MySQL dump: users, topics, posts and private messages with the addresses that they came from.

Sources: phpBB's own schema (`phpBB/install/schemas` of github.com/phpbb/phpbb, 3.0 to 3.3) and its description of the
columns in the wiki (Table.phpbb_posts and others). The tables' prefix is found. Times are Unix seconds. A forum's address
stands in its configuration (`server_name`, `script_path`); two dumps of one forum so get the same ids. Accounts are numbers
there, as names can change: posts are shown with the name that a user has now. Account 1 is phpBB's own for guests, whose
name stands in the post. Passwords are not read.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from safelight.inspect.model import Group
from safelight.parsers.json_values import whole
from safelight.parsers.model import Emitted, ParseFailed, Remark, Subject, Trouble, Variant
from safelight.parsers.mysqldump import MysqlDump, Value
from safelight.parsers.phpbb_rows import READERS, Forum
from safelight.traces.model import (
    Account,
    Contact,
    Conversation,
    GroupMembership,
    Login,
    MediaShare,
    Message,
    Trace,
)

_V3 = Variant("3", "documentation", "phpBB 3.0 to 3.3: `posts` with `post_text`, `privmsgs` with `author_id`")
_V2 = Variant("2", "documentation", "phpBB 2: texts stand apart in `posts_text`; named, not read")

_DUMP: Final = re.compile(rb"CREATE TABLE|INSERT INTO|MySQL dump|phpMyAdmin|MariaDB dump", re.I)
_POSTS: Final = re.compile(rb"CREATE TABLE[^(]{0,60}?`?\w*posts`?\s*\((?s:.{0,4000}?)\bpost_text\b", re.I)
_POSTS_2: Final = re.compile(
    rb"CREATE TABLE[^(]{0,60}?`?\w*posts_text`?\s*\((?s:.{0,1000}?)\bbbcode_uid\b", re.I
)
_SIGNS: Final = (b"auth_option_id", b"username_clean", b"poster_ip", b"bbcode_uid", b"board_startdate")
#: How far a dump is looked through for the table of posts (other databases may stand before the forum's).
_LOOKED_AT: Final = 64 << 20
_STEP: Final = 1 << 20


class Phpbb:
    """A phpBB forum's MySQL dump."""

    name = "phpbb"
    version = 1
    title = "phpBB forum (MySQL dump)"
    variants: tuple[Variant, ...] = (_V3, _V2)
    emits: tuple[type[Trace], ...] = (
        Account, Conversation, Message, Login, MediaShare, Contact, GroupMembership,
    )  # fmt: skip

    def accepts(self, mime: str, group: Group, size: int) -> bool:
        return group == "text"

    def recognise(self, subject: Subject) -> Variant | None:
        if not _DUMP.search(subject.head):
            return None
        known = any(sign in subject.head for sign in _SIGNS)
        with subject.open() as stream:
            before, looked = b"", 0
            while looked < _LOOKED_AT and (data := stream.read(_STEP)):
                looked += len(data)
                if _POSTS_2.search(before + data):
                    return _V2
                if _POSTS.search(before + data):
                    return _V3
                before = data[-8192:]
        return _V3 if known else None

    def parse(self, subject: Subject, variant: Variant) -> Iterator[Emitted]:
        if variant is _V2:
            raise ParseFailed("unsupported", "a dump of phpBB 2, whose texts stand apart from its posts")
        with subject.open() as stream:
            instance, names = _before(MysqlDump(stream))
        if instance is None:
            yield Remark("the dump does not state the forum's address, so its accounts are this source's own")
        with subject.open() as stream:
            yield from _read(MysqlDump(stream), Forum(instance or "?", names))


def _kind(table: str) -> str | None:
    """The table's name without its prefix: the longest known one that it ends with, behind an underline or alone."""
    for name in READERS:
        if table == name or table.endswith("_" + name):
            return name
    return None


def _before(dump: MysqlDump) -> tuple[str | None, dict[str, str]]:
    """What stands behind the posts and is needed for them: the forum's address (`forum.example/board`, by its configuration)
    and the names of its users, which it shows at their posts.
    """
    found: dict[str, str] = {}
    names: dict[str, str] = {}
    with suppress(ParseFailed):
        for table, _offset, row in dump.rows(lambda table: _without_prefix(table) in ("config", "users")):
            if _without_prefix(table) == "users":
                account, called = whole(row.get("user_id")), row.get("username")
                if account and isinstance(called, str) and called:
                    names[str(account)] = html.unescape(called)
            elif row.get("config_name") in ("server_name", "script_path"):
                found[str(row["config_name"])] = str(row.get("config_value") or "")
    host = found.get("server_name", "").strip().lower()
    return (host + found.get("script_path", "").rstrip("/")) or None if host else None, names


def _without_prefix(table: str) -> str:
    return table.rpartition("_")[2]


def _read(dump: MysqlDump, forum: Forum) -> Iterator[Emitted]:
    unknown: set[str] = set()
    odd: set[str] = set()
    for table, offset, row in dump.rows(lambda table: _kind(table) is not None):
        kind = _kind(table) or ""
        reader, needed = READERS[kind]
        if not row:
            if table not in odd:
                odd.add(table)
                yield Trouble(f"byte {offset}", "unsupported", f"{table}: rows do not fit its columns")
            continue
        if not needed <= row.keys():
            if table not in unknown:
                unknown.add(table)
                missing = ", ".join(sorted(needed - row.keys()))
                yield Remark(f"{table} is not read: it has no column {missing}")
            continue
        yield from reader(forum, _place(table, kind, row, offset), row)


_IDS = {
    "users": "user_id",
    "forums": "forum_id",
    "topics": "topic_id",
    "posts": "post_id",
    "privmsgs": "msg_id",
    "attachments": "attach_id",
    "log": "log_id",
    "sessions": "session_id",
}


def _place(table: str, kind: str, row: dict[str, Value], offset: int) -> str:
    number = row.get(_IDS.get(kind, ""))
    return f"byte {offset}" if number is None or isinstance(number, bytes) else f"{table}:{number}"
