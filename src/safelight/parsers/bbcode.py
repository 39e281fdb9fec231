"""Texts as phpBB stores them: bbcode with a mark of its own in each tag (3.0, 3.1), or XML with the bbcode inside (3.2).

Source: phpBB's description of `bbcode_uid` and of its text formatter (s9e) in the developers' documentation. Nothing is
rendered: tags go, what a reader of the forum sees stays. The time it takes grows with the length alone.
"""

from __future__ import annotations

import html
import re
from typing import Final

_HIDDEN: Final = re.compile(r"<([sei])>[^<>]*</\1>")
_TAG: Final = re.compile(r"</?[A-Za-z][^<>]*>")
_SMILEY: Final = re.compile(
    r'<!-- s[^<>]*-->\s*<img [^<>]{0,300}?alt="([^"<>]{0,100})"[^<>]{0,300}>\s*<!-- s[^<>]*-->'
)
_COMMENT: Final = re.compile(r"<!--[^<>]*-->")
_QUOTED: Final = re.compile(r'<QUOTE\b[^<>]*\bpost_id="([0-9]{1,12})"')


def plain(stored: str, uid: str = "") -> tuple[str | None, str | None]:
    """The text as the forum shows it, and the text as stored where that differs."""
    if stored.startswith(("<t>", "<r>")):
        text = _TAG.sub("", _HIDDEN.sub("", stored))
    else:
        text = stored
        if uid and f":{uid}]" in text:
            text = re.sub(rf"\[/?[A-Za-z*][^\[\]]*:{re.escape(uid)}\]", "", text)
        if "<" in text:
            text = _TAG.sub("", _COMMENT.sub("", _SMILEY.sub(r"\1", text)))
    text = html.unescape(text)
    return text.strip("\n") or None, stored if text != stored else None


def quoted(stored: str) -> str | None:
    """The post that is quoted first, where the text states its number (3.2 and later)."""
    found = _QUOTED.search(stored)
    return found[1] if found else None
