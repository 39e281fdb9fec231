"""Adium's chat logs: `.chatlog` files, XML in the Unified Logging Format, alone or in a bundle of that name.

A parser of our own, on lxml: the format is a flat list of elements. Facts: the Unified Logging Format 0.4 and the logs that
Adium's documentation shows. Each time states its offset from UTC. Entities of a document type are never expanded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from lxml import etree

from safelight.inspect.model import Group
from safelight.parsers.chat_services import account_of, network_of, occupant
from safelight.parsers.html_text import html_text
from safelight.parsers.model import Emitted, ParseFailed, Remark, Subject, Trouble, Variant
from safelight.parsers.observed import Observed
from safelight.traces import iso_text
from safelight.traces.model import Account, Conversation, MediaShare, Message, Trace
from safelight.traces.networks import direct

_NAMESPACE: Final = "http://purl.org/net/ulf/ns/0.4-02"
_HEAD: Final = re.compile(rb"<chat\b[^>]*\bxmlns\s*=\s*[\"']http://purl\.org/net/ulf/ns/")
_FOLDER: Final = re.compile(r"(?P<other>[^/]+) \(\d{4}-\d\d-\d\d[T|].*?\)(?:\.chatlog|\.xml|$)")
_KNOWN: Final = {"message": "text", "action": "action", "status": "system", "event": "system"}


class Adium:
    """Adium's logs."""

    name = "adium"
    version = 2
    title = "Adium chat logs (.chatlog)"
    variants: tuple[Variant, ...] = (
        Variant("ulf", "documentation", "root `chat` of the Unified Logging Format; its specification 0.4"),
    )
    emits: tuple[type[Trace], ...] = (Account, Conversation, Message, MediaShare)

    def accepts(self, mime: str, group: Group, size: int) -> bool:
        """XML, as whatever kind of text it is taken for."""
        return group in ("text", "document", "other")

    def recognise(self, subject: Subject) -> Variant | None:
        """By the root's namespace."""
        return self.variants[0] if _HEAD.search(subject.head[:8192]) else None

    def parse(self, subject: Subject, variant: Variant) -> Iterable[Emitted]:
        """Element by element."""
        chat: _Chat | None = None
        count = 0
        with subject.open() as stream:
            elements = etree.iterparse(
                stream, events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False
            )
            try:
                for event, element in elements:
                    if not isinstance(element.tag, str):
                        continue
                    depth = (
                        0
                        if element.getparent() is None
                        else 1
                        if element.getparent().getparent() is None
                        else 2
                    )
                    if event == "start" and depth == 0:
                        chat = _Chat(subject, dict(element.attrib))
                    elif event == "end" and depth == 1 and chat:
                        count += 1
                        yield from chat.element(element, f"chat/*[{count}]")
                        element.clear()
                        while element.getprevious() is not None:
                            del element.getparent()[0]
            except etree.XMLSyntaxError as error:
                if chat is None:
                    raise ParseFailed("corrupt", f"no XML: {error.msg}") from None
                yield Trouble(f"line {error.lineno or 0}", "corrupt", f"XML ends or breaks here: {error.msg}")
        if chat:
            yield from chat.rest()


@dataclass(slots=True)
class _Chat:
    """What holds for the whole file."""

    subject: Subject
    attributes: dict[str, str]
    network: str = field(init=False)
    instance: str | None = field(init=False)
    owner: str | None = field(init=False)
    other: str | None = field(init=False)
    seen: Observed = field(init=False)
    _waiting: list[Message] = field(init=False, default_factory=list)
    _unknown: set[str] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self.network = network_of(self.attributes.get("service", ""))
        self.owner, self.instance = account_of(self.network, self.attributes.get("account", ""))
        self.owner = self.owner or None
        self.seen = Observed(self.network)
        named = _FOLDER.search(self.subject.path.replace(" › ", "/"))
        self.other = account_of(self.network, named["other"])[0] if named else None

    @property
    def _room(self) -> bool:
        """Whether the path names a room: `#chess`, or an XMPP conference."""
        return bool(self.other) and bool(
            re.match(r"#|[^@]+@(?:conference|muc|rooms?|chat)\.", self.other or "")
        )

    @property
    def conversation(self) -> str:
        """Its native id; a log that does not say with whom is one of its own."""
        if not self.other:
            return f"log:{self.subject.item_id}"
        return self.other if self._room else direct(self.network, self.owner, self.other)

    def element(self, element: Any, place: str) -> Iterator[Emitted]:
        """Traces of one element."""
        tag = etree.QName(element).localname
        if tag not in _KNOWN:
            if tag not in self._unknown:
                self._unknown.add(tag)
                yield Remark(f"elements of an unknown kind are left out: {tag[:40]}")
            return
        sent = iso_text.moment(element.get("time"))
        sender = self._account(element.get("sender"))
        if sender and self.owner and sender != self.owner and self.other is None:
            self.other = sender
        name = element.get("alias") or element.get("sender")
        outgoing = sender is not None and sender == self.owner
        self.seen.see(sender, element.get("alias"), "display name", place, sent, owner=outgoing)
        if tag == "event" and element.get("type") in ("windowOpened", "windowClosed"):
            return
        stored = _inner(element)
        text = html_text(stored)
        if tag in ("status", "event"):
            text = text or element.get("type") or ""
        to = self.other if outgoing else self.owner
        direction = (
            None if not sender or not self.owner or tag == "event" else "outgoing" if outgoing else "incoming"
        )
        message = Message(
            place=place,
            network=self.network,
            instance=self.instance,
            conversation=self.conversation,
            sender=sender if tag in ("message", "action") else None,
            sender_name=name if tag in ("message", "action") else None,
            recipients=(to,) if to and not self._room and tag in ("message", "action") else None,
            direction=direction if tag in ("message", "action") else None,
            kind=_KNOWN[tag],
            text=text,
            markup=stored if stored != text else None,
            sent=sent,
            precision_us=1_000_000,
        )
        if self.other is None and not self._room:
            # The other end is named by the first line that it writes.
            self._waiting.append(message)
            if len(self._waiting) < 1000:
                return
        yield from self._waited()
        yield message
        if (file := element.get("filename")) is not None:
            yield MediaShare(
                place=place,
                network=self.network,
                instance=self.instance,
                conversation=self.conversation,
                account=sender,
                message_place=place,
                name=file,
                at=sent,
                direction=direction,
            )

    def _account(self, native: str | None) -> str | None:
        if not native:
            return None
        room, slash, name = native.partition("/")
        if slash and self._room and account_of(self.network, room)[0] == self.other:
            return occupant(room, name)
        return account_of(self.network, native)[0]

    def _waited(self) -> Iterator[Message]:
        for message in self._waiting:
            message.conversation = self.conversation
            if message.sender and message.sender == self.owner and self.other:
                message.recipients = (self.other,)
            yield message
        self._waiting.clear()

    def rest(self) -> Iterator[Emitted]:
        """What is known at the end."""
        yield from self._waited()
        if self.owner:
            self.seen.see(self.owner, None, None, "chat", owner=True)
        members = tuple(one for one in (self.owner, self.other) if one)
        yield Conversation(
            place="chat",
            network=self.network,
            instance=self.instance,
            conversation=self.conversation,
            title=self.other if self._room else None,
            kind="group" if self._room else "direct" if self.other else None,
            members=None if self._room else members or None,
        )
        for account in self.seen.traces():
            account.instance = self.instance
            yield account


def _inner(element: Any) -> str:
    """What stands inside an element, as HTML."""
    parts = [element.text or ""]
    for child in element:
        parts.append(etree.tostring(child, encoding="unicode").replace(f' xmlns="{_NAMESPACE}"', ""))
    return "".join(parts)
