"""Serve the workbench on the loopback address until Ctrl-C."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable, Sequence

import uvicorn

from safelight.errors import Refused
from safelight.ledger.keys import UnlockedKeys
from safelight.messages import _
from safelight.operation.folder import OperationFolder
from safelight.web.app import create_app

#: Tried first; 0 lets the system choose.
PORT = 8437


def serve(
    folder: OperationFolder,
    *,
    who: str,
    purpose: str,
    port: int = PORT,
    keys: UnlockedKeys | None = None,
    credentials: Sequence[str] = (),
    announce: Callable[[str], None] = print,
) -> None:
    """Bind 127.0.0.1, announce the address with its one-time token, serve until Ctrl-C (which ends it cleanly).

    Raises Refused if the port is taken, NotAnOperation.
    """
    token = secrets.token_urlsafe(24)
    listener = _bound(port)
    try:
        app = create_app(folder, keys, token, who=who, purpose=purpose, credentials=credentials)
        announce(f"http://127.0.0.1:{listener.getsockname()[1]}/enter?token={token}")
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=3
        )
        uvicorn.Server(config).run(sockets=[listener])
    except KeyboardInterrupt:
        return
    finally:
        listener.close()


def _bound(port: int) -> socket.socket:
    """A listening socket on the loopback address and no other. Raises Refused."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise Refused(
            _("Port %(port)s cannot be used: %(why)s.") % {"port": port, "why": error},
            _("Choose another one, or 0 to let the system choose."),
        ) from error
    return listener
