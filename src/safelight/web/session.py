"""Who may enter: a one-time token, printed where the workbench was started, becomes one session cookie.

The token dies with its use, the session with the process. Cookies are shared by all ports of a host, so the
cookie's name is made at random for each process: two workbenches do not push each other out.
"""

from __future__ import annotations

import secrets
import threading

from starlette.requests import HTTPConnection
from starlette.responses import Response


class Session:
    """One process's session. Safe for several threads."""

    def __init__(self, token: str) -> None:
        self._token: str | None = token
        self._secret = secrets.token_urlsafe(32)
        self._lock = threading.Lock()
        self.cookie = f"safelight-{secrets.token_hex(4)}"

    def redeem(self, token: str) -> bool:
        """True once, for the right token."""
        with self._lock:
            if self._token is None or not secrets.compare_digest(token.encode(), self._token.encode()):
                return False
            self._token = None
            return True

    def admit(self, response: Response) -> None:
        """Give the browser the session. It is never sent to another site and no script can read it."""
        response.set_cookie(self.cookie, self._secret, httponly=True, samesite="strict", path="/")

    def holds(self, connection: HTTPConnection) -> bool:
        """Whether the request comes with the session."""
        given = connection.cookies.get(self.cookie, "")
        return secrets.compare_digest(given.encode(), self._secret.encode())
