"""What every request must pass before a page sees it, and the headers that every answer carries.

Host against DNS rebinding, Origin and Sec-Fetch-Site against requests from other sites, the session for all
but `/enter` and the static files. Loopback alone is no protection: any page that the browser has open can send
there.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from safelight.messages import _, negotiated, use_language
from safelight.web.session import Session

HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})

POLICY = (
    "default-src 'self'; img-src 'self' blob:; media-src blob:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    # With `no-referrer` browsers send `Origin: null` with the workbench's own forms, and the guard turns them away.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
    "Vary": "HX-Request, Accept-Language, Cookie",
}
#: Answers a refusal: request, status, what happened, what to do.
Refusal = Callable[[Request, int, str, str], Response]


class Guard:
    """ASGI middleware around the whole workbench."""

    def __init__(self, app: ASGIApp, session: Session, refuse: Refusal) -> None:
        self.app, self.session, self.refuse = app, session, refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        chosen = request.cookies.get("safelight-language")
        use_language(chosen or negotiated(request.headers.get("accept-language", "")))

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                if request.url.path.startswith("/static/"):
                    headers["Cache-Control"] = "no-cache"
            await send(message)

        answer = self._refused(request)
        await (answer or self.app)(scope, receive, with_headers)

    def _refused(self, request: Request) -> Response | None:
        host = request.headers.get("host", "")
        if host.rpartition(":")[0] not in HOSTS and host not in HOSTS:
            return self.refuse(
                request,
                421,
                _("The address names another host."),
                _("Open the workbench at the address that it printed."),
            )
        if request.method not in ("GET", "HEAD") and not self._from_here(request, host):
            return self.refuse(
                request,
                403,
                _("The request comes from another site."),
                _("Act from a page of the workbench."),
            )
        if request.url.path == "/enter" or request.url.path.startswith("/static/"):
            return None
        if not self.session.holds(request):
            return self.refuse(
                request,
                401,
                _("You have not entered this workbench."),
                _("Open the address that `safelight serve` printed; start it again if it was used."),
            )
        return None

    @staticmethod
    def _from_here(request: Request, host: str) -> bool:
        """A browser states both; a request without an Origin is no form or script of ours."""
        site = request.headers.get("sec-fetch-site", "same-origin")
        return request.headers.get("origin") == f"http://{host}" and site == "same-origin"
