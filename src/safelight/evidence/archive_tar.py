"""Tar archives (v7, ustar, pax, GNU): members in archive order, told apart by index and header position.

The position in the specification opens a member without reading what lies before it. A damaged header costs
what it describes: the walk says so and goes on at the next header that is whole. Members behind an end mark
(archives joined end to end) are listed too.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

from safelight.evidence.bounds import Budget, Guard, check_nesting
from safelight.evidence.model import Entry, EvidenceError, Found, OpenContext, Tally, Trouble
from safelight.evidence.spec import Layer, PathSpec, layer
from safelight.evidence.stream import read_up_to
from safelight.evidence.tar_header import BLOCK, DamagedHeader, is_header, read_member
from safelight.evidence.tar_sparse import SparseStream, sparse_map
from safelight.evidence.unpacked import DECODER_ERRORS, Part, as_failure

_ZERO = bytes(BLOCK)
#: How far behind an end mark another archive is searched.
_BEHIND_END = 1 << 20
_SEARCH = 1 << 20
#: Damaged headers after which the rest is given up.
_MOST_DAMAGED = 1000


class TarContainer:
    """One opened archive. Raises EvidenceError("limit") in a chain of packed layers that multiplies."""

    def __init__(self, stream: io.RawIOBase, context: OpenContext) -> None:
        self._stream, self._context = stream, context
        check_nesting(stream, context.limits)

    def walk(self, at: PathSpec) -> Iterator[Found]:
        """Members in the order of the archive."""
        budget = Budget(self._context.limits)
        try:
            yield from self._walk(at, budget)
        except DECODER_ERRORS as error:
            # The stream below fails or a limit is met: what was listed before stays.
            failed = as_failure(error)
            yield Trouble(at, failed.cause, failed.detail)
        yield Tally(at, budget.members)

    def _walk(self, at: PathSpec, budget: Budget) -> Iterator[Found]:
        position, ended, damaged = 0, False, 0
        while True:
            block = read_up_to(self._stream, position, BLOCK)
            if len(block) < BLOCK:
                if not ended:
                    yield Trouble(at, "corrupt", f"ends at byte {position + len(block)} without an end mark")
                return
            if block == _ZERO:
                following = self._behind_end(position + BLOCK)
                if following is None:
                    return
                position, ended = following, True
                continue
            try:
                member = read_member(self._stream, position)
            except DamagedHeader as error:
                yield Trouble(at, "corrupt", f"the header at byte {position} is damaged: {error}")
                damaged += 1
                found = self._next_header(position + BLOCK) if damaged < _MOST_DAMAGED else None
                if found is None:
                    return
                position = found
                continue
            index = budget.members
            budget.add(member.size)
            spec = at.child(layer("tar", member.name, index=index, offset=position))
            yield Entry(
                spec,
                member.kind,
                member.size if member.kind == "file" else 0,
                times=member.times,
                link_target=member.link_target,
                first_block=member.data,
            )
            position, ended = member.end, False

    def _behind_end(self, position: int) -> int | None:
        """The next header behind an end mark, or None."""
        limit = position + _BEHIND_END
        while position < limit:
            block = read_up_to(self._stream, position, BLOCK)
            if len(block) < BLOCK:
                return None
            if block != _ZERO:
                return position if is_header(block) else None
            position += BLOCK
        return None

    def _next_header(self, position: int) -> int | None:
        """The next block that is a whole header, or None."""
        while chunk := read_up_to(self._stream, position, _SEARCH):
            for start in range(0, len(chunk) - BLOCK + 1, BLOCK):
                block = chunk[start : start + BLOCK]
                if block[257:262] == b"ustar" and is_header(block):
                    return position + start
            position += _SEARCH
        return None

    def open(self, layer: Layer) -> io.RawIOBase:
        """One member by its header's position. Raises EvidenceError."""
        try:
            member = read_member(self._stream, layer.number("offset", -1))
            if member.name != layer.path:
                raise EvidenceError("changed", "the archive holds another member in this place")
            if member.kind != "file":
                raise EvidenceError("unreadable", f"a {member.kind} has no bytes of its own")
            Guard(self._context.limits, member.stored).check(member.size)
            if member.sparse is None:
                return Part(self._stream, member.data, member.size)
            return SparseStream(self._stream, *sparse_map(self._stream, member), member.size)
        except DamagedHeader as error:
            raise EvidenceError("corrupt", f"the member's header is damaged: {error}") from error
        except DECODER_ERRORS as error:
            raise as_failure(error) from error

    def close(self) -> None:
        """The stream belongs to whoever opened it."""


class TarFormat:
    """Tar by the checksum of its first header, which v7 archives have too."""

    kind = "tar"
    transparent = False

    def recognise(self, stream: io.RawIOBase, context: OpenContext) -> bool:
        return is_header(read_up_to(stream, 0, BLOCK))

    def open_container(self, stream: io.RawIOBase, context: OpenContext) -> TarContainer:
        return TarContainer(stream, context)


FORMAT = TarFormat()
