"""The head of the chain: number and hash of the newest entry, in full and in a form short enough to write on
paper.

    42:k3jd-7awq-2mzn-c5ru-x2bt-6olh-fe4s-vqpy-m7

The printed form is the entry's number, the first 160 bits of its hash in base32 (lower case, no 0, 1, 8 or 9)
and two characters that show a slip of the pen, so that it is not taken for tampering. 160 bits: whoever wants
to prepare two histories that print the same head needs about 2^80 attempts.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass

from safelight.errors import BadInput

_PRINTED_BYTES = 20
_FORM = re.compile(r"([1-9][0-9]{0,17}):([a-z2-7]{34})")


@dataclass(frozen=True, slots=True)
class Head:
    """Number and hash (32 bytes, or the 20 of the printed form) of an entry; `str()` prints it."""

    seq: int
    hash: bytes

    def __str__(self) -> str:
        code = base64.b32encode(self.hash[:_PRINTED_BYTES]).decode().lower()
        groups = [code[start : start + 4] for start in range(0, len(code), 4)]
        return f"{self.seq}:" + "-".join([*groups, _check(self.seq, code)])

    def fits(self, own_hash: bytes) -> bool:
        """Whether an entry's full hash is the one this head states."""
        return len(self.hash) >= _PRINTED_BYTES and own_hash[: len(self.hash)] == self.hash


def parse_head(text: str) -> Head:
    """Read a printed head; spaces, hyphens, capitals, 0, 1, 8 for o, l, b are forgiven. Raises BadInput."""
    number, _, code = "".join(text.split()).partition(":")
    code = code.replace("-", "").lower().translate(str.maketrans("018", "olb"))
    match = _FORM.fullmatch(f"{number}:{code}")
    if match is None or code[32:] != _check(int(number), code[:32]):
        raise BadInput(
            f"{text!r} is not a head of a ledger.", "Type it again as printed: number, colon, nine groups."
        )
    return Head(int(number), base64.b32decode(code[:32].upper()))


def _check(seq: int, code: str) -> str:
    digest = hashlib.sha256(f"{seq}:{code}".encode()).digest()
    return base64.b32encode(digest[:5]).decode().lower()[:2]
