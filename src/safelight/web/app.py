"""The workbench as an ASGI application."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from safelight.access.door import Door
from safelight.access.mapping_trial import Trials
from safelight.errors import Refused
from safelight.ledger.keys import UnlockedKeys
from safelight.messages import LANGUAGES, _
from safelight.operation.folder import OperationFolder
from safelight.web import (
    accounts,
    authority,
    case_acts,
    cases,
    complex,
    conversation,
    conversation_acts,
    conversations,
    deadlines,
    errors,
    exhibits,
    export,
    failures,
    figures,
    handover_acts,
    handover_receive,
    handovers,
    hits,
    identities,
    identity_account,
    identity_acts,
    identity_cluster,
    identity_pair,
    identity_person,
    item,
    items,
    keywords,
    mapping,
    media,
    network,
    overview,
    person_acts,
    persons,
    privileged,
    search,
    timeline,
    triage,
    victim,
    victim_acts,
    victims,
)
from safelight.web.guard import Guard
from safelight.web.render import Templates
from safelight.web.session import Session


def create_app(
    folder: OperationFolder,
    keys: UnlockedKeys | None,
    token: str,
    *,
    who: str,
    purpose: str,
    credentials: Sequence[str] = (),
) -> Starlette:
    """The workbench of one operation, for one person with one purpose, entered once with `token`.

    `credentials` are tried on evidence that is encrypted. Without `keys` sealed pictures stay shut. Raises NotAnOperation.
    """
    door = Door(folder, who=who, purpose=purpose, keys=keys, credentials=credentials)
    trials = Trials(folder, credentials)
    session = Session(token)
    templates = Templates()

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        trials.close()
        door.close()

    routes = [
        Route("/enter", enter),
        Route("/look", look),
        *overview.ROUTES,
        *exhibits.ROUTES,
        *items.ROUTES,
        *item.ROUTES,
        *mapping.ROUTES,
        *failures.ROUTES,
        *hits.ROUTES,
        *search.ROUTES,
        *keywords.ROUTES,
        *timeline.ROUTES,
        *identities.ROUTES,
        *identity_pair.ROUTES,
        *identity_cluster.ROUTES,
        *identity_person.ROUTES,
        *identity_account.ROUTES,
        *identity_acts.ROUTES,
        *persons.ROUTES,
        *person_acts.ROUTES,
        *cases.ROUTES,
        *case_acts.ROUTES,
        *deadlines.ROUTES,
        *triage.ROUTES,
        *network.ROUTES,
        *accounts.ROUTES,
        *conversations.ROUTES,
        *conversation_acts.ROUTES,
        *conversation.ROUTES,
        *complex.ROUTES,
        *figures.ROUTES,
        *authority.ROUTES,
        *victims.ROUTES,
        *victim.ROUTES,
        *victim_acts.ROUTES,
        *handover_receive.ROUTES,
        *handovers.ROUTES,
        *privileged.ROUTES,
        *handover_acts.ROUTES,
        *media.ROUTES,
        *export.ROUTES,
        Mount("/static", StaticFiles(directory=Path(__file__).parent / "static")),
    ]
    app = Starlette(
        routes=routes,
        lifespan=lifespan,
        exception_handlers=errors.HANDLERS,
        middleware=[Middleware(Guard, session=session, refuse=errors.refusal)],
    )
    app.state.door, app.state.session, app.state.templates = door, session, templates
    app.state.trials = trials
    app.state.made = conversation_acts.MadeFiles()
    app.state.keyword_runs = keywords.Runs()
    app.state.imported = handover_receive.Outcomes()
    return app


def enter(request: Request) -> Response:
    """Redeem the one-time token for the session."""
    if not request.app.state.session.redeem(request.query_params.get("token", "")):
        return errors.refusal(
            request,
            403,
            _("The entrance code is wrong or was used already."),
            _("Start `safelight serve` again: it prints a new address."),
        )
    response = RedirectResponse("/", 303)
    request.app.state.session.admit(response)
    return response


def look(request: Request) -> Response:
    """Choose language or theme, and go back to the page."""
    back = request.query_params.get("back", "/")
    if not back.startswith("/") or back.startswith(("//", "/\\")):
        raise Refused(_("The way back leads out of the workbench."), _("Use the buttons of the page."))
    response = RedirectResponse(back, 303)
    theme, language = request.query_params.get("theme"), request.query_params.get("language")
    if theme in ("dark", "light"):
        response.set_cookie("safelight-theme", theme, httponly=True, samesite="strict", path="/")
    if language in LANGUAGES:
        response.set_cookie("safelight-language", language, httponly=True, samesite="strict", path="/")
    return response
