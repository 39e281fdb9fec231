"""Path specifications: how to find one stream of bytes again, layer by layer, from the source's own path down.

    file ""  >  ewf ""  >  part "p1" {start: 32256, size: ...}  >  tsk "/a/b.txt" {inode: 45, ...}  >  zip "c.jpg" {index: 3}

Paths are bytes: file systems and archives hold names that are not UTF-8. In the canonical form (compact JSON, keys
sorted) a byte that is not part of valid UTF-8, a control character and the per cent sign itself are written `%XX`,
so that the form is plain text, unique and reversible. The layers' attributes tell equal paths apart (inode and
sequence, member index, offset) and are part of the identity.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import orjson

_ESCAPED = re.compile(rb"%([0-9A-F]{2})")


def escape(path: bytes) -> str:
    """Bytes to text: `%XX` for what is not printable UTF-8. Reversible by `unescape`."""
    text = path.decode("utf-8", "surrogateescape")
    if text.isprintable() and "%" not in text:
        return text
    out = []
    for char in text:
        if "\udc80" <= char <= "\udcff":
            out.append(f"%{ord(char) - 0xDC00:02X}")
        elif char == "%" or not char.isprintable():
            out.extend(f"%{byte:02X}" for byte in char.encode("utf-8"))
        else:
            out.append(char)
    return "".join(out)


def unescape(text: str) -> bytes:
    """The bytes that `escape` was given."""
    return _ESCAPED.sub(lambda match: bytes([int(match[1], 16)]), text.encode("utf-8"))


@dataclass(frozen=True, slots=True)
class Layer:
    """One step: `kind` names the format that opens it, `path` the place in it."""

    kind: str
    path: bytes = b""
    attrs: tuple[tuple[str, int | str], ...] = ()

    def get(self, name: str) -> int | str | None:
        """An attribute's value, or None."""
        return next((value for key, value in self.attrs if key == name), None)

    def number(self, name: str, default: int = 0) -> int:
        """An attribute that must be a number."""
        value = self.get(name)
        return value if isinstance(value, int) else default


def layer(kind: str, path: bytes = b"", **attrs: int | str | None) -> Layer:
    """A layer with its attributes in canonical (sorted) order; attributes that are None are left out."""
    return Layer(kind, path, tuple(sorted((k, v) for k, v in attrs.items() if v is not None)))


@dataclass(frozen=True, slots=True)
class PathSpec:
    """A whole path specification, from the source's own path to the stream."""

    layers: tuple[Layer, ...]

    def child(self, last: Layer) -> PathSpec:
        return PathSpec((*self.layers, last))

    @property
    def parent(self) -> PathSpec:
        return PathSpec(self.layers[:-1])

    @property
    def last(self) -> Layer:
        return self.layers[-1]

    def to_bytes(self) -> bytes:
        """Canonical bytes: a JSON list of `[kind, path]` or `[kind, path, {attributes}]`."""
        return orjson.dumps(
            [
                [step.kind, escape(step.path), dict(step.attrs)]
                if step.attrs
                else [step.kind, escape(step.path)]
                for step in self.layers
            ],
            option=orjson.OPT_SORT_KEYS,
        )

    def display(self) -> str:
        """The path as people read it: places joined by ` › ` where one container lies in another."""
        return " › ".join(escape(step.path) for step in self.layers if step.path)


def from_bytes(data: bytes | str) -> PathSpec:
    """Read a specification back. Raises ValueError if the bytes are not one."""
    layers = []
    for step in orjson.loads(data):
        kind, path, *rest = step
        layers.append(Layer(kind, unescape(path), tuple(sorted(rest[0].items())) if rest else ()))
    return PathSpec(tuple(layers))
