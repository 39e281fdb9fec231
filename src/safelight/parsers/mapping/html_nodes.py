"""HTML by selectolax: a record is an element that a rule's selector finds, its sources are selectors inside of it.

`span.name` is the text of the first such element, `a@href` an attribute, `.` the record's own text, `@title` its own
attribute, `/h1` the first such element of the whole page. Scripts are data here: nothing is run, nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from safelight.parsers.mapping.delimited import encoding_of_head
from safelight.parsers.mapping.model import Mapping, Rule
from safelight.parsers.mapping.records import Record, Unread
from safelight.parsers.model import ParseFailed, Subject

_LARGEST = 64 << 20


class Node:
    """One element."""

    __slots__ = ("_node", "_root", "place")

    def __init__(self, place: str, node: Any, root: Any) -> None:
        self.place, self._node, self._root = place, node, root

    def get(self, source: str) -> str | None:
        selector, at, attribute = source.rpartition("@")
        if not at:
            selector, attribute = source, ""
        node = self._root if selector.startswith("/") else self._node
        selector = selector.removeprefix("/")
        if selector not in ("", "."):
            try:
                node = node.css_first(selector)
            except (SelectolaxError, ValueError):
                return None
        if node is None:
            return None
        if attribute:
            value = node.attributes.get(attribute)
            return None if value is None else str(value)
        return text_of(node)

    def raw(self) -> str:
        return (self._node.html or "")[:500]


def text_of(node: Any) -> str:
    """The text of an element: lines at `br` and paragraphs, blanks as a browser shows them."""
    pieces: list[str] = []
    for one in node.traverse(include_text=True):
        if one.tag == "-text":
            parent = one.parent
            if parent is None or parent.tag not in ("script", "style"):
                pieces.append(str(one.text_content or "").replace("\r", " ").replace("\n", " "))
        elif one.tag in ("br", "p", "div", "li", "tr") and one.mem_id != node.mem_id:
            pieces.append("\n")
    return "\n".join(" ".join(line.split()) for line in "".join(pieces).split("\n")).strip("\n")


def tree_of(subject: Subject, mapping: Mapping) -> Any:
    """The page. Raises ParseFailed."""
    if subject.size > _LARGEST:
        raise ParseFailed("limit", f"a page of more than {_LARGEST} bytes")
    with subject.open() as stream:
        data = stream.read()
    text = data.decode(mapping.input.encoding or encoding_of_head(subject.head), "replace")
    try:
        return LexborHTMLParser(text)
    except (SelectolaxError, ValueError) as error:
        raise ParseFailed("corrupt", f"no page that can be read: {error}"[:200]) from None


def read(subject: Subject, mapping: Mapping) -> Iterator[tuple[tuple[Rule, ...], Record | Unread]]:
    """The elements that each rule's selector finds."""
    tree = tree_of(subject, mapping)
    if tree.root is None:
        return
    for selector in dict.fromkeys(rule.source for rule in mapping.rules):
        rules = tuple(rule for rule in mapping.rules if rule.source == selector)
        for number, node in enumerate(tree.css(selector)):
            yield rules, Node(f"{selector}[{number}]", node, tree.root)
