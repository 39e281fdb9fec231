"""A phpBB forum as a MySQL dump: users, topics, posts and private messages with the addresses that they came from.

Sources: phpBB's own schema (`phpBB/install/schemas` of github.com/phpbb/phpbb, 3.0 to 3.3) and its description of the
columns in the wiki (Table.phpbb_posts and others). Times are Unix seconds.

A dump may hold several boards: tables of one database and one prefix are a board. Its address stands in its configuration
(`server_name`, `script_path`); two dumps of one board so get the same ids. Accounts, topics and posts are numbers that every
board counts for itself, so a board without an address, or with one that many machines have (`localhost`, a private one), is
an instance of its own: of this item, database and prefix. Names can change: posts are shown with the name that a user has
now. Account 1 is phpBB's own for guests, whose name stands in the post. Passwords are not read.
"""

from __future__ import annotations

import html
import ipaddress
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
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
    version = 2
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
            boards = _boards(MysqlDump(stream))
        with subject.open() as stream:
            yield from _read(MysqlDump(stream), boards, f"?{subject.source_id}:{subject.item_id}")


def _kind(table: str) -> str | None:
    """The table's name without its prefix: the longest known one that it ends with, behind an underline or alone."""
    for name in (*READERS, "config"):
        if table == name or table.endswith("_" + name):
            return name
    return None


@dataclass(slots=True)
class _Board:
    """What stands behind a board's posts and is needed for them: its address, and the names that it shows at posts."""

    config: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    forum: Forum | None = None

    def address(self) -> str | None:
        """`forum.example/board`, by its configuration; None where that names no single host of the internet."""
        host = self.config.get("server_name", "").strip().lower().rstrip(".")
        path = self.config.get("script_path", "").strip().strip("/")
        return (f"{host}/{path}" if path else host) if _public(host) else None


#: Names that are no host of the internet (RFC 6761, RFC 6762 appendix G, ICANN's `internal`).
_PRIVATE: Final = frozenset(
    ("localhost", "localdomain", "local", "lan", "home", "internal", "intranet", "private", "corp", "test", "invalid")
)  # fmt: skip


def _public(host: str) -> bool:
    if host.startswith("["):
        bare = host[1:].partition("]")[0]
    else:
        bare = host.partition(":")[0] if host.count(":") == 1 else host
    with suppress(ValueError):
        return ipaddress.ip_address(bare).is_global
    return "." in bare and bare.rpartition(".")[2] not in _PRIVATE and not bare.endswith(".home.arpa")


_Key = tuple[str, str]
"""Database and prefix."""


def _boards(dump: MysqlDump) -> dict[_Key, _Board]:
    """The boards of a dump, with what must be known of them before their posts."""
    found: dict[_Key, _Board] = {}
    with suppress(ParseFailed):
        for table, _offset, row in dump.rows(lambda table: _kind(table) in ("config", "users")):
            kind = _kind(table) or ""
            board = found.setdefault((dump.database, table.removesuffix(kind)), _Board())
            if kind == "users":
                account, called = whole(row.get("user_id")), row.get("username")
                if account and isinstance(called, str) and called:
                    board.names[str(account)] = html.unescape(called)
            elif row.get("config_name") in ("server_name", "script_path"):
                board.config[str(row["config_name"])] = str(row.get("config_value") or "")
    return found


def _read(dump: MysqlDump, boards: dict[_Key, _Board], unknown_instance: str) -> Iterator[Emitted]:
    unknown: set[tuple[str, str]] = set()
    odd: set[tuple[str, str]] = set()
    for table, offset, row in dump.rows(lambda table: _kind(table) in READERS):
        kind = _kind(table) or ""
        reader, needed = READERS[kind]
        named = f"{dump.database}.{table}" if dump.database else table
        if not row:
            if (dump.database, table) not in odd:
                odd.add((dump.database, table))
                yield Trouble(f"byte {offset}", "unsupported", f"{named}: rows do not fit its columns")
            continue
        if not needed <= row.keys():
            if (dump.database, table) not in unknown:
                unknown.add((dump.database, table))
                missing = ", ".join(sorted(needed - row.keys()))
                yield Remark(f"{named} is not read: it has no column {missing}")
            continue
        prefix = table.removesuffix(kind)
        board = boards.setdefault((dump.database, prefix), _Board())
        if board.forum is None:
            address = board.address()
            own = f"{dump.database}.{prefix}" if dump.database else prefix
            board.forum = Forum(address or f"{unknown_instance}:{own}", board.names)
            if address is None:
                stated = board.config.get("server_name", "").strip()
                yield Remark(
                    f"the tables {own}* do not state the forum's address, so its accounts are this item's own"
                    if not stated
                    else f"the tables {own}* state {stated[:100]} as the forum's address, which is no host of the internet, "
                    "so its accounts are this item's own"
                )
        yield from reader(board.forum, _place(named, kind, row, offset), row)


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
