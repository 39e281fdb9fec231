"""The markup of Skype's messages: tags, quotes, emoticons and files in a text that is almost XML.

Sources: the message types and contents that peer tools document (skpy on SkypeMsg and SkypeCallMsg, Skyperious on the
export, Miranda NG on SkypeWeb); facts alone. It is not always well-formed, so it is not read as XML: tags are found one by
one, nothing is expanded and nothing nests, and the time it takes grows with the length alone.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any, Final

_BREAK: Final = re.compile(r"<br\s*/?>|</p>|</div>|</quote>", re.I)
_TAG: Final = re.compile(r"</?[A-Za-z_][^<>]*>")
_ATTRIBUTE: Final = re.compile(r"""(?<![\w:])([\w:]++)\s*+=\s*+(?:"([^"<>]*)"|'([^'<>]*)')""")
_QUOTE: Final = re.compile(r"<quote\s([^<>]*)>")
_OBJECT: Final = re.compile(r"<URIObject\s([^<>]*)>")
_INNER: Final = re.compile(r"<(OriginalName|FileSize|meta|Title|Description)\b([^<>]*)>")
_PARTLIST: Final = re.compile(r"<partlist\b([^<>]*)>")
_PART: Final = re.compile(r"<part\b([^<>]*)>")
#: A tag's inside that is looked at.
_LONGEST_TAG: Final = 8192


def plain(content: str) -> tuple[str | None, str | None]:
    """The text as the app shows it, and the content as stored where that differs."""
    if "<" not in content and "&" not in content:
        return content or None, None
    text = _BREAK.sub("\n", _without_legacy(content))
    text = html.unescape(_TAG.sub("", text))
    return text.strip("\n") or None, content if text != content else None


def _without_legacy(content: str) -> str:
    """Without the words that older programs show around a quotation."""
    kept, at = [], 0
    while (begin := content.find("<legacyquote>", at)) >= 0:
        end = content.find("</legacyquote>", begin)
        if end < 0:
            break
        kept.append(content[at:begin])
        at = end + len("</legacyquote>")
    return "".join(kept) + content[at:]


def quoted(content: str) -> str | None:
    """The id of the message that this one quotes."""
    found = _QUOTE.search(content)
    return attributes(found[1]).get("messageid") if found else None


def attributes(text: str) -> dict[str, str]:
    """The attributes of a tag; of two with one name the first."""
    found: dict[str, str] = {}
    for name, one, other in _ATTRIBUTE.findall(text[:_LONGEST_TAG]):
        found.setdefault(name, html.unescape(one or other))
    return found


def inner(content: str, tag: str) -> list[str]:
    """What stands between the tags of that name."""
    return [html.unescape(one) for one in re.findall(rf"<{tag}>([^<>]*)</{tag}>", content)]


def shared_file(content: str) -> dict[str, Any] | None:
    """The file of a `URIObject`: name, size, path (its address), text (its type)."""
    found = _OBJECT.search(content)
    if found is None:
        return None
    head = attributes(found[1])
    named = {name: attributes(rest) for name, rest in _INNER.findall(content)}
    size = named.get("FileSize", {}).get("v", "")
    name = named.get("OriginalName", {}).get("v") or named.get("meta", {}).get("originalName")
    stated = {
        "name": name,
        "size": int(size) if size.isascii() and size.isdigit() and len(size) < 18 else None,
        "path": head.get("uri"),
        "text": head.get("type"),
    }
    return {key: value for key, value in stated.items() if value is not None}


@dataclass(frozen=True, slots=True)
class PartList:
    """What an `Event/Call` says: `started`, `ended` or `missed`, and each part with its duration in seconds."""

    type: str
    call_id: str | None
    parts: tuple[tuple[str, str | None], ...]
    seconds: float | None


def part_list(content: str) -> PartList | None:
    """The list of those in a call; the call lasted as long as the longest part."""
    found = _PARTLIST.search(content)
    if found is None:
        return None
    head = attributes(found[1])
    parts, longest = [], None
    for piece in content.split("</part>")[:-1]:
        tag = _PART.search(piece)
        if tag is None:
            continue
        identity, body = attributes(tag[1]).get("identity"), piece[tag.end() :]
        if identity:
            parts.append((identity, next(iter(inner(body, "name")), None)))
        for one in inner(body, "duration"):
            try:
                seconds = float(one)
            except ValueError:
                continue
            if 0 <= seconds < 1e9:
                longest = max(longest or 0.0, seconds)
    return PartList(head.get("type") or "started", head.get("callId") or None, tuple(parts), longest)
