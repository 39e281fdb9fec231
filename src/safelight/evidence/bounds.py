"""Limits against archive bombs, kept while members are unpacked: nothing is unpacked in advance to find out.

The ratio of a member is its unpacked size over its packed size times the ratio of the container it lies in,
so that archives nested to multiply (42.zip: six levels, 42 kB to 4.5 PB) meet the same limit as one huge
member. It counts only above `ratio_from_bytes`, since a few kB of zeros are no bomb. Sources: D. Fifield,
"A better zip bomb" (WOOT 2019) for overlapping members; the defaults stand in
`operation.settings.ArchiveSettings`.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

from safelight.evidence.model import EvidenceError, Limits


@dataclass(frozen=True, slots=True)
class Expansion:
    """How much larger a stream is than the bytes it came from: the ratio, and over how many packed layers."""

    ratio: float = 1.0
    layers: int = 0


def expansion_of(stream: io.RawIOBase | io.BufferedIOBase) -> Expansion:
    """The expansion that a stream brings along; a stream that was not unpacked from anything has none."""
    known = getattr(stream, "expansion", None)
    if known is None:
        known = getattr(getattr(stream, "raw", None), "expansion", None)
    return known if isinstance(known, Expansion) else Expansion()


@dataclass(frozen=True, slots=True)
class Guard:
    """The limits for one member: `packed` bytes within a container that has itself expanded by `outer`."""

    limits: Limits
    packed: int
    outer: Expansion = Expansion()

    def check(self, unpacked: int) -> None:
        """Raises EvidenceError("limit") if `unpacked` bytes (declared or already produced) are too many."""
        allowed = min(self.limits.max_member_bytes, self.limits.max_total_bytes)
        if unpacked > allowed:
            raise EvidenceError("limit", f"unpacks to more than {allowed} bytes")
        if unpacked > self.limits.ratio_from_bytes:
            ratio = self.outer.ratio * unpacked / max(1, self.packed)
            if ratio > self.limits.max_ratio:
                raise EvidenceError(
                    "limit", f"unpacks to more than {self.limits.max_ratio} times its packed size"
                )

    def expansion(self, unpacked: int) -> Expansion:
        """What the member's stream brings along."""
        ratio = self.outer.ratio * max(1.0, unpacked / max(1, self.packed))
        return Expansion(ratio, self.outer.layers + 1)


def check_nesting(stream: io.RawIOBase, limits: Limits) -> Expansion:
    """For a container about to be opened: its expansion so far.

    Raises EvidenceError("limit") for a small container that lies in a chain of packed layers which multiply
    beyond the ratio; a single layer is left to the limits on its members, whatever its ratio.
    """
    expansion = expansion_of(stream)
    if expansion.layers >= 3 and expansion.ratio > limits.max_ratio:
        raise EvidenceError(
            "limit", f"archives nested {expansion.layers} deep that multiply beyond {limits.max_ratio} times"
        )
    return expansion


class Budget:
    """Members and unpacked bytes of one container, counted while it is listed."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.members = 0
        self.total = 0

    def add(self, size: int) -> None:
        """Count one more member. Raises EvidenceError("limit") at the first one too many."""
        if self.members >= self._limits.max_members:
            raise EvidenceError(
                "limit", f"more than {self._limits.max_members} members; the rest is not listed"
            )
        if self.total + size > self._limits.max_total_bytes:
            raise EvidenceError(
                "limit", f"unpacks to more than {self._limits.max_total_bytes} bytes; the rest is not listed"
            )
        self.members += 1
        self.total += size
