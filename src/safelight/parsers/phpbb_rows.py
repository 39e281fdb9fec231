"""Rows of phpBB's tables as traces (the format: `phpbb.py`)."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from typing import Final

from safelight.parsers import bbcode
from safelight.parsers.json_values import dumped, whole
from safelight.parsers.mysqldump import Value
from safelight.traces import epochs
from safelight.traces.model import (
    Account,
    Contact,
    Conversation,
    GroupMembership,
    Login,
    MediaShare,
    Message,
    State,
    Trace,
)
from safelight.traces.moment import Moment
from safelight.traces.networks import direct

NETWORK = "forum"
_SECOND = 1_000_000
_ADDRESSED: Final = re.compile(r"u_([0-9]{1,18})")
_PROFILE: Final = (
    "user_birthday", "user_from", "user_occ", "user_interests", "user_website", "user_icq", "user_aim", "user_yim",
    "user_msnm", "user_jabber", "user_timezone", "user_lang",
)  # fmt: skip

Row = dict[str, Value]


class Forum:
    """The forum that is read: its address, and the private messages that went to groups."""

    def __init__(self, instance: str, names: dict[str, str]) -> None:
        self.instance = instance
        self.names = names
        self.to_groups: dict[int, str] = {}
        self.told: set[str] = set()


def _text(value: Value) -> str | None:
    """A text as phpBB stores titles and names: with entities."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return html.unescape(str(value)) or None if value not in (None, "") else None


def _id(value: Value) -> str | None:
    number = whole(value)
    return str(number) if number else None


def _time(value: Value) -> Moment | None:
    return epochs.unix_seconds(value if isinstance(value, int | float | str) else None)


def _ip(value: Value) -> str | None:
    found = _text(value)
    return found if found not in (None, "0", "0.0.0.0") else None


def _users(forum: Forum, place: str, row: Row) -> Iterator[Trace]:
    account = _id(row["user_id"])
    if account is None:
        return
    since = _time(row.get("user_regdate"))
    rest = {name: value for name in _PROFILE if (value := _text(row.get(name))) and value.strip(" -0")}
    yield Account(
        place=place,
        network=NETWORK,
        instance=forum.instance,
        account=account,
        name=_text(row["username"]),
        name_kind="user name",
        since=since,
        profile=dumped(rest),
    )
    address = _text(row.get("user_email"))
    if address:
        yield Account(
            place=place, ordinal=1, network=NETWORK, instance=forum.instance, account=account, name=address,
            name_kind="e-mail",
        )  # fmt: skip
    yield from _login(forum, place, account, row.get("user_ip"), since, "registration")


def _login(
    forum: Forum, place: str, account: str, ip: Value, at: Moment | None, what: str, client: str | None = None,
    user: str | None = None,
) -> Iterator[Login]:  # fmt: skip
    address = _ip(ip)
    if address:
        yield Login(
            place=place, network=NETWORK, instance=forum.instance, account=account, ip=address, at=at, what=what,
            client=client, user=user,
        )  # fmt: skip


def _forums(forum: Forum, place: str, row: Row) -> Iterator[Trace]:
    yield Conversation(
        place=place,
        network=NETWORK,
        instance=forum.instance,
        conversation=f"forum:{_id(row['forum_id'])}",
        title=_text(row["forum_name"]),
        kind="channel",
    )


def _topics(forum: Forum, place: str, row: Row) -> Iterator[Trace]:
    yield Conversation(
        place=place,
        network=NETWORK,
        instance=forum.instance,
        conversation=f"topic:{_id(row['topic_id'])}",
        title=_text(row["topic_title"]),
        kind="thread",
        created=_time(row.get("topic_time")),
    )


def _posts(forum: Forum, place: str, row: Row) -> Iterator[Trace]:
    stored = str(row["post_text"] or "")
    text, markup = bbcode.plain(stored, str(row.get("bbcode_uid") or ""))
    sender = _id(row["poster_id"])
    guest = _text(row.get("post_username"))
    sent = _time(row["post_time"])
    state: State = "deleted" if whole(row.get("post_visibility")) == 2 else "live"
    yield Message(
        place=place,
        network=NETWORK,
        instance=forum.instance,
        state=state,
        conversation=f"topic:{_id(row['topic_id'])}",
        sender=sender,
        sender_name=guest or forum.names.get(sender or ""),
        text=text,
        markup=markup,
        subject=_text(row.get("post_subject")),
        sent=sent,
        edited=_time(row.get("post_edit_time")),
        deleted=_time(row.get("post_delete_time")),
        precision_us=_SECOND,
        native_id=_id(row["post_id"]),
        reply_to=bbcode.quoted(stored),
    )
    if sender:
        yield from _login(forum, place, sender, row.get("poster_ip"), sent, "post", user=guest)


def _privmsgs(forum: Forum, place: str, row: Row) -> Iterator[Trace]:
    """A private message. `to_address` and `bcc_address` are `u_2:g_5`: users and groups."""
    sender = _id(row["author_id"])
    written = f"{_text(row.get('to_address')) or ''}:{_text(row.get('bcc_address')) or ''}"
    to = tuple(dict.fromkeys(_ADDRESSED.findall(written)))
    number = whole(row["msg_id"]) or 0
    if len(to) == 1 and "g_" not in written:
        conversation, kind = direct(NETWORK, sender, to[0]), "direct"
    else:
        conversation, kind = f"pm:{whole(row.get('root_level')) or number}", "group"
        if "g_" in written:
            forum.to_groups[number] = conversation
    stored = str(row["message_text"] or "")
    text, markup = bbcode.plain(stored, str(row.get("bbcode_uid") or ""))
    sent = _time(row["message_time"])
    subject = _text(row.get("message_subject"))
    ends = tuple(sorted({one for one in (sender, *to) if one}))
    if conversation not in forum.told:
        forum.told.add(conversation)
        yield Conversation(
            place=place,
            network=NETWORK,
            instance=forum.instance,
            conversation=conversation,
            title=subject if kind == "group" else None,
            kind=kind,
            members=ends or None,
        )
    yield Message(
        place=place,
        network=NETWORK,
        instance=forum.instance,
        conversation=conversation,
        sender=sender,
        sender_name=forum.names.get(sender or ""),
        recipients=to or None,
        text=text,
        markup=markup,
        subject=subject,
        sent=sent,
        edited=_time(row.get("message_edit_time")),
        precision_us=_SECOND,
        native_id=f"pm:{number}",
        reply_to=f"pm:{whole(row.get('root_level'))}" if whole(row.get("root_level")) else None,
    )
    if sender:
        yield from _login(forum, place, sender, row.get("author_ip"), sent, "private message")


def _privmsgs_to(forum: Forum, place: str, row: Row) -> Iterator[Trace]:
    """Who got a message that went to a group."""
    conversation = forum.to_groups.get(whole(row["msg_id"]) or 0)
    account = _id(row["user_id"])
    if conversation and account:
        yield GroupMembership(
            place=place, network=NETWORK, instance=forum.instance, conversation=conversation, account=account
        )


def _sessions(forum: Forum, place: str, row: Row) -> Iterator[Trace]:
    account = _id(row["session_user_id"])
    if account:
        at = _time(row.get("session_start")) or _time(row.get("session_time"))
        yield from _login(
            forum, place, account, row["session_ip"], at, "session", _text(row.get("session_browser"))
        )


def _keys(forum: Forum, place: str, row: Row) -> Iterator[Trace]:
    account = _id(row["user_id"])
    if account:
        yield from _login(forum, place, account, row["last_ip"], _time(row.get("last_login")), "login")


def _log(forum: Forum, place: str, row: Row) -> Iterator[Trace]:
    account = _id(row["user_id"])
    if account:
        what = f"log: {_text(row.get('log_operation')) or ''}"
        yield from _login(forum, place, account, row["log_ip"], _time(row["log_time"]), what)


def _attachments(forum: Forum, place: str, row: Row) -> Iterator[Trace]:
    topic = _id(row.get("topic_id"))
    private = whole(row.get("in_message")) == 1
    yield MediaShare(
        place=place,
        network=NETWORK,
        instance=forum.instance,
        conversation=f"topic:{topic}" if topic and not private else None,
        account=_id(row["poster_id"]),
        name=_text(row["real_filename"]),
        path=_text(row.get("physical_filename")),
        mime=_text(row.get("mimetype")),
        size=whole(row.get("filesize")),
        at=_time(row.get("filetime")),
    )


def _zebra(forum: Forum, place: str, row: Row) -> Iterator[Trace]:
    words = [word for word in ("friend", "foe") if whole(row.get(word))]
    yield Contact(
        place=place,
        network=NETWORK,
        instance=forum.instance,
        owner=_id(row["user_id"]),
        contact=_id(row["zebra_id"]),
        detail=dumped({"list": words}),
    )


Reader = Callable[[Forum, str, Row], Iterator[Trace]]

#: Table without its prefix: its reader, and the columns that it cannot do without. Longer names stand first.
READERS: Final[dict[str, tuple[Reader, frozenset[str]]]] = {
    "privmsgs_to": (_privmsgs_to, frozenset({"msg_id", "user_id"})),
    "sessions_keys": (_keys, frozenset({"user_id", "last_ip"})),
    "users": (_users, frozenset({"user_id", "username"})),
    "forums": (_forums, frozenset({"forum_id", "forum_name"})),
    "topics": (_topics, frozenset({"topic_id", "topic_title"})),
    "posts": (_posts, frozenset({"post_id", "topic_id", "poster_id", "post_time", "post_text"})),
    "privmsgs": (_privmsgs, frozenset({"msg_id", "author_id", "message_time", "message_text"})),
    "sessions": (_sessions, frozenset({"session_user_id", "session_ip"})),
    "attachments": (_attachments, frozenset({"poster_id", "real_filename"})),
    "zebra": (_zebra, frozenset({"user_id", "zebra_id"})),
    "log": (_log, frozenset({"user_id", "log_ip", "log_time"})),
}
