"""Computed ids: two machines that take in the same registered source write the same ids.

An id is `<kind letter><rule version>-` and 32 characters of lower-case base32: the first 160 bits of a SHA-256 over
the rule's fields, each preceded by its length (eight bytes, big endian), so that no two field lists share their bytes.
A changed rule gets a new version and ships a mapping (DESIGN "Names that last").
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

#: Base32 (RFC 4648, lower case) by pairs of characters: three times as fast as `base64.b32encode`, and a million ids
#: are computed in an hour's intake.
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_SHIFTS = tuple(range(150, -1, -10))


def _computed(prefix: str, fields: Iterable[bytes]) -> str:
    digest = hashlib.sha256(prefix.encode())
    for field in fields:
        digest.update(len(field).to_bytes(8, "big"))
        digest.update(field)
    number = int.from_bytes(digest.digest()[:20], "big")
    return prefix + "-" + "".join([_PAIRS[number >> shift & 1023] for shift in _SHIFTS])


def source_id(operation_id: str, exhibit_key: str, label: str) -> str:
    """Id of a source: fixed at registration, never a mount point. `exhibit_key` is the exhibit's random UUID."""
    return _computed("s1", [operation_id.encode(), exhibit_key.encode(), label.encode()])


def item_id(source: str, spec: bytes) -> str:
    """Id of an item: its source and its path specification's canonical bytes (`evidence.spec.PathSpec`)."""
    return _computed("i1", [source.encode(), spec])


def batch_id(stage: str, members: Iterable[str]) -> str:
    """Id of a batch of work: what is done to which items. The same members in any order give the same id."""
    return _computed("b1", [stage.encode(), *(member.encode() for member in sorted(members))])


def account_id(network: str, instance: str | None, native: str) -> str:
    """Id of an account: its network instance and its native id in that network's normal form."""
    return _computed(
        "a1", [network.encode(), (instance or "").encode(), native.encode("utf-8", "surrogatepass")]
    )


def conversation_id(network: str, instance: str | None, native: str) -> str:
    """Id of a conversation: its network instance and its native id in that network's normal form."""
    return _computed(
        "v1", [network.encode(), (instance or "").encode(), native.encode("utf-8", "surrogatepass")]
    )


def trace_prefix(item: str, format_: str, letter: str) -> str:
    """The part of a trace's id that all traces of one type share that one format found in one item.

    A trace's id is this prefix, a colon and its place; `#` and the ordinal follow where it is not 0. So millions of ids
    cost no hash each, and an id says where its trace stands. `letter` is the trace type's.
    """
    return _computed("t1", [item.encode(), format_.encode(), letter.encode()])


def trace_id(prefix: str, place: str, ordinal: int) -> str:
    """Id of a trace: item and format (`trace_prefix`), place and ordinal, never a parser's version."""
    return f"{prefix}:{place}#{ordinal}" if ordinal else f"{prefix}:{place}"
