"""E-mail: mailboxes (mbox), single mails (eml) and Apple Mail's emlx.

Sources: RFC 5322 (mail), RFC 2045 and on (MIME), RFC 5321 (the trace that servers leave), RFC 4155 (mbox); Mozilla's
description of `X-Mozilla-Status` (bit 0x0008: deleted, and still in the file until it is compacted).

A conversation is a thread: the first id of `References`, else `In-Reply-To`, else the mail's own id. A login is what the
lowest `Received` line says of where the mail came from, and `X-Originating-IP`; lines above it are servers among
themselves. Both can be forged by the sender; they are facts of the file.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from safelight.inspect.model import Group
from safelight.parsers.json_values import dumped
from safelight.parsers.mail_message import Parts, hop, parts_of, time_of
from safelight.parsers.mbox import LARGEST, mails
from safelight.parsers.model import Emitted, ParseFailed, Subject, Trouble, Variant
from safelight.traces.model import Account, Conversation, Login, MediaShare, Message, State, Trace
from safelight.traces.moment import Moment

NETWORK = "mail"
_REMEMBERED = 500_000
_EXPUNGED = 0x0008

_MBOX = Variant("mbox", "documentation", "RFC 4155: mails behind `From ` lines")
_EML = Variant("eml", "documentation", "RFC 5322: one mail")
_EMLX = Variant(
    "emlx", "documentation", "Apple Mail: the mail's length on the first line, a property list behind it"
)


class MailParser:
    """Mailboxes and single mails."""

    name = "mail"
    version = 2
    title = "E-mail (mbox, eml, emlx)"
    variants: tuple[Variant, ...] = (_MBOX, _EML, _EMLX)
    emits: tuple[type[Trace], ...] = (Account, Conversation, Message, Login, MediaShare)

    def accepts(self, mime: str, group: Group, size: int) -> bool:
        return mime in ("message/rfc822", "application/mbox", "message/x-emlx")

    def recognise(self, subject: Subject) -> Variant | None:
        return {"application/mbox": _MBOX, "message/rfc822": _EML, "message/x-emlx": _EMLX}.get(subject.mime)

    def parse(self, subject: Subject, variant: Variant) -> Iterator[Emitted]:
        box = _Box()
        with subject.open() as stream:
            if variant is _MBOX:
                for found in mails(stream):
                    if isinstance(found, Trouble):
                        yield found
                    else:
                        yield from box.mail(f"byte {found[0]}", found[1])
                return
            data = stream.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise ParseFailed("limit", f"a mail of more than {LARGEST} bytes")
        start = 0
        if variant is _EMLX:
            first, newline, _rest = data.partition(b"\n")
            start = len(first) + len(newline)
            data = (
                data[start : start + int(first)]
                if first.strip().isdigit() and len(first) < 16
                else data[start:]
            )
        yield from box.mail(f"byte {start}", data)


class _Box:
    """What was told of the mails before."""

    def __init__(self) -> None:
        self._names: set[tuple[str, str | None]] = set()
        self._threads: set[str] = set()

    def mail(self, place: str, data: bytes) -> Iterator[Emitted]:
        parts = parts_of(data)
        if parts.trouble:
            yield Trouble(place, "corrupt", parts.trouble)
        if not parts.headers:
            if data.strip() and not parts.trouble:
                yield Trouble(place, "corrupt", f"{len(data)} bytes without a header are no mail")
            return
        sent = time_of(parts.first("date"))
        from_ = parts.addresses("from") or parts.addresses("sender")
        to = parts.addresses("to", "cc", "bcc")
        sender, name = from_[0] if from_ else (None, None)
        yield from self._told(place, [*from_, *to], sent)
        references = parts.ids("references")
        own = next(iter(parts.ids("message-id")), None)
        answered = next(iter(parts.ids("in-reply-to") or references[-1:]), None)
        root = references[0] if references else answered or own
        if root is None:
            root = "unnumbered:" + hashlib.sha256(data).hexdigest()[:32]
        subject = parts.first("subject")
        if root not in self._threads:
            if len(self._threads) >= _REMEMBERED:
                self._threads.clear()
            self._threads.add(root)
            yield Conversation(place=place, network=NETWORK, conversation=root, title=subject, kind="mail")
        hops = [hop(one) for one in parts.all("received")]
        text, markup = parts.text, None
        if text is None and parts.html:
            text, markup = _seen(parts.html), parts.html
        yield Message(
            place=place,
            network=NETWORK,
            state=_state(parts),
            conversation=root,
            sender=sender,
            sender_name=name,
            recipients=tuple(dict.fromkeys(address for address, _name in to)) or None,
            kind="mail",
            text=text,
            markup=markup,
            subject=subject,
            sent=sent,
            received=hops[0].at if hops else None,
            precision_us=1_000_000,
            native_id=own,
            reply_to=answered,
            attachments=dumped(parts.attachments),
        )
        yield from _shares(place, root, sender, parts.attachments, sent)
        if sender:
            yield from _logins(place, sender, parts)

    def _told(self, place: str, people: list[tuple[str, str | None]], at: Moment | None) -> Iterator[Account]:
        ordinal = 0
        for address, name in people:
            if (address, name) in self._names:
                continue
            if len(self._names) >= _REMEMBERED:
                self._names.clear()
            self._names.add((address, name))
            yield Account(
                place=place, ordinal=ordinal, network=NETWORK, account=address, name=name or address,
                name_kind="display name" if name else "e-mail", since=at,
            )  # fmt: skip
            ordinal += 1


def _state(parts: Parts) -> State:
    flags = parts.first("x-mozilla-status") or ""
    hexadecimal = re.fullmatch(r"[0-9A-Fa-f]{4}", flags)
    return "deleted" if hexadecimal and int(flags, 16) & _EXPUNGED else "live"


def _seen(html: str) -> str | None:
    """What a reader sees of an HTML body: its text, without scripts and styles; nothing is fetched or run."""
    tree = LexborHTMLParser(html)
    for node in tree.css("script, style, title, noscript, template"):
        node.decompose()
    for node in tree.css("br, p, div, tr, li, h1, h2, h3, blockquote"):
        node.insert_before("\n")
    body = tree.body
    text = body.text(deep=True) if body is not None else ""
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n") or None


def _shares(
    place: str, conversation: str, sender: str | None, attachments: list[dict[str, Any]], at: Moment | None
) -> Iterator[MediaShare]:
    for ordinal, one in enumerate(attachments):
        yield MediaShare(
            place=place,
            ordinal=ordinal,
            network=NETWORK,
            conversation=conversation,
            account=sender,
            message_place=place,
            name=one.get("name"),
            mime=one.get("mime"),
            size=one.get("size"),
            at=at,
        )


def _logins(place: str, sender: str, parts: Parts) -> Iterator[Login]:
    client = parts.first("user-agent") or parts.first("x-mailer")
    received = parts.all("received")
    lowest = hop(received[-1]) if received else None
    ordinal = 0
    if lowest and lowest.ip:
        yield Login(
            place=place, network=NETWORK, account=sender, ip=lowest.ip, host=lowest.host, at=lowest.at,
            what="mail: lowest Received", client=client,
        )  # fmt: skip
        ordinal = 1
    origin = (parts.first("x-originating-ip") or "").strip("[] ")
    if re.fullmatch(r"[0-9A-Fa-f.:]{3,45}", origin):
        yield Login(
            place=place, ordinal=ordinal, network=NETWORK, account=sender, ip=origin, at=time_of(parts.first("date")),
            what="mail: X-Originating-IP", client=client,
        )  # fmt: skip
