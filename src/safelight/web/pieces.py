"""A page or file that is sent in pieces: what it reads with is let go as soon as nobody waits for the rest.

A reader who goes on before the last piece leaves them half read. Left to the garbage collector, their consultation would end
in whatever thread that runs in, perhaps in the middle of what the door holds its lock for, and the workbench would stand
still for everybody.
"""

from __future__ import annotations

from collections.abc import Generator
from itertools import chain
from typing import Any

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send


class Pieces(StreamingResponse):
    """The first piece is made at once, so that what is refused is told before anything is sent."""

    def __init__(self, pieces: Generator[Any, None, None], **more: Any) -> None:
        self._pieces = pieces
        first = [piece for piece in (next(pieces, None),) if piece is not None]
        super().__init__(chain(first, pieces), **more)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send, and close the pieces whatever became of it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            with anyio.CancelScope(shield=True):
                await run_in_threadpool(self._pieces.close)
