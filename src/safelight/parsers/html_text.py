"""The text of a piece of HTML as a reader sees it. Nothing is executed or fetched; scripts and styles are left out."""

from __future__ import annotations

import html
import re
from typing import Final

from selectolax.lexbor import LexborHTMLParser

_BREAK: Final = re.compile(r"<br\s*/?>", re.IGNORECASE)
#: Where a break stood, while the parser folds no white space: a private-use character that no message holds by accident.
_MARK: Final = "\ue00f"


def html_text(markup: str) -> str:
    """Text without tags; `<br>` is a line end."""
    if "<" not in markup:
        return html.unescape(markup)
    tree = LexborHTMLParser("<body>" + _BREAK.sub(_MARK, markup))
    for tag in ("script", "style", "title", "head", "template"):
        for node in tree.css(tag):
            node.decompose()
    body = tree.body
    return (body.text() if body else "").replace(_MARK, "\n")
