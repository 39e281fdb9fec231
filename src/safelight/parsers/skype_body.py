"""Bodies that stand only in Skype's main.db: text messages, sent contacts, lists of files, quotes by guid.

Facts: bodies of Skype 5 to 7 as they stand in plaso's test file and as Skyperious and IPED describe them. What they share
with the export's contents is read by `skype_content.py`.
"""

from __future__ import annotations

import html
import re

from safelight.parsers import skype_content

_TAG = re.compile(r"<[^<>]*>")
_CHUNK = re.compile(r"<chunk\b[^<>]*>([^<>]*)</chunk>")
_FILE = re.compile(r"<file\b([^<>]*)>([^<>]*)</file>")
_CONTACT = re.compile(r"<c\b([^<>]*)>")
_QUOTE = re.compile(r"<quote\b([^<>]*)>")


def quoted(markup: str) -> str | None:
    """The guid of the message that this one quotes, in hexadecimal as `Messages.guid` is given; else its message id."""
    found = _QUOTE.search(markup)
    if found is None:
        return None
    own = skype_content.attributes(found[1])
    return own.get("guid", "").removeprefix("x").lower() or own.get("messageid")


def sms(markup: str) -> str:
    """The words of a text message that was sent through Skype."""
    chunks = _CHUNK.findall(markup)
    return html.unescape("".join(chunks) if chunks else _TAG.sub("", markup))


def contacts(markup: str) -> str:
    """The contacts that were sent, one a line: name and Skype name or number."""
    lines = []
    for tag in _CONTACT.findall(markup):
        own = skype_content.attributes(tag)
        lines.append(" ".join(word for word in (own.get("f"), own.get("s") or own.get("p")) if word))
    return "\n".join(lines) or html.unescape(_TAG.sub("", markup))


def files(markup: str) -> list[dict[str, str | int]]:
    """Files that a message names: name, size in bytes and address as stated."""
    found: list[dict[str, str | int]] = []
    for tag, name in _FILE.findall(markup):
        size = skype_content.attributes(tag).get("size", "")
        one: dict[str, str | int] = {"name": html.unescape(name)}
        if size.isascii() and size.isdigit() and len(size) < 18:
            one["size"] = int(size)
        found.append(one)
    shared = skype_content.shared_file(markup)
    return [*found, shared] if shared else found
