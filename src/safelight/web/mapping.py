"""A mapping tried on an item: the file's own text beside the traces that it would become. Nothing is stored from here.

Using a mapping is a run over evidence, which the workbench does not start: the page gives the command, with the reason.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from safelight.access.consultation import Consultation
from safelight.access.door import Door
from safelight.access.mapping_trial import ItemTrial, Trials, uses
from safelight.access.model import ItemRow
from safelight.errors import BadInput, Refused
from safelight.messages import _
from safelight.parsers.mapping.load import parsed
from safelight.parsers.text_lines import head_text

#: Bytes of the file's beginning that are shown as text, and the longest mapping that is taken.
HEAD = 4096
_LONGEST = 1 << 20
_BADGES = {
    "accounts": "ACCT", "conversations": "ROOM", "messages": "CHAT", "calls": "CALL", "contacts": "CONT",
    "memberships": "MEMB", "transfers": "PAY", "logins": "LOGIN", "media_shares": "FILE", "locations": "PLACE",
    "devices": "DEV",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Given:
    """What the form gave."""

    item: str = ""
    text: str = ""
    show: str = "all"
    reason: str = ""
    zone: bool = False


def ask(request: Request) -> Response:
    """The page before anything is tried: the item's raw text and an empty mapping, or one that was used before."""
    door: Door = request.app.state.door
    item = request.query_params.get("item", "").strip()
    used = request.query_params.get("used", "")  # a ledger entry, or the SHA-256 that traces carry
    with door.consult("mapping", item) as look:
        known = (one.text for one in uses(look.reading) if used in (str(one.seq), one.sha256))
        text = next(known, None) or "" if used else ""
        context = _context(look, _Given(item, text))
    page: Response = request.app.state.templates.page(request, "mapping.html", context)
    return page


async def try_it(request: Request) -> Response:
    """Try the mapping on the item's first records."""
    return await run_in_threadpool(_tried, request, await _given(request))


def _tried(request: Request, given: _Given) -> Response:
    door: Door = request.app.state.door
    trials: Trials = request.app.state.trials
    status, trial, wrong = 200, None, None
    with door.consult("mapping trial", f"{given.item} {_sha256(given.text)}".strip()) as look:
        if not given.text.strip():
            wrong = (_("There is no mapping to try."), _("Paste one, or choose its file."))
        elif given.item:
            try:
                trial = trials.tried(look.reading, given.item, given.text)
            except BadInput as error:
                wrong = (error.what, error.next_step)
        else:
            wrong = (_("There is no item to try it on."), _("Give its id, or come here from its page."))
        status = 422 if wrong else 200
        context = _context(look, given, trial, wrong)
    page: Response = request.app.state.templates.page(request, "mapping.html", context, status=status)
    return page


async def use(request: Request) -> Response:
    """The command that uses the mapping on this item, for a reason. Raises Refused without one."""
    return await run_in_threadpool(_used, request, await _given(request))


def _used(request: Request, given: _Given) -> Response:
    door: Door = request.app.state.door
    if not given.reason.strip():
        raise Refused(_("A reason is needed, and none was given."), _("Say why, in one sentence."))
    mapping = parsed(given.text.encode())
    assumed = ItemTrial(mapping).zones
    if assumed and not given.zone:
        raise Refused(
            _("The mapping assumes the zone %(zone)s, and nobody confirmed it.")
            % {"zone": ", ".join(assumed)},
            _("Tick the box beside the reason, or take the zone out of the mapping."),
        )
    with door.consult("mapping command", f"{given.item} {mapping.sha256}") as look:
        found = look.item(given.item)
        name = f"{mapping.name}-{mapping.version}.toml"
        words = [
            "safelight", "parse", str(door.folder.root), "--mapping", name, "--source", found.row.source_id,
            "--path", exactly(found.row.path), "--reason", given.reason.strip(),
        ]  # fmt: skip
        context = {
            "row": found.row,
            "mapping": mapping,
            "name": name,
            "given": given,
            "command": shlex.join(words),
            "standing": look.standing(),
        }
    page: Response = request.app.state.templates.page(request, "mapping_command.html", context)
    return page


async def file(request: Request) -> Response:
    """The mapping as a file, whose SHA-256 is the one that was shown. Raises BadInput."""
    given = await _given(request)
    mapping = parsed(given.text.encode())
    name = f"{mapping.name}-{mapping.version}.toml"
    return Response(
        given.text.encode(),
        media_type="application/toml",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def _given(request: Request) -> _Given:
    """The form; a chosen file goes before the text. Browsers send line ends as CR LF, files here have LF."""
    async with request.form(max_files=1, max_part_size=_LONGEST) as form:
        fields = {key: value for key, value in form.multi_items() if isinstance(value, str)}
        text = fields.get("text", "").replace("\r\n", "\n")
        chosen = form.get("file")
        if isinstance(chosen, UploadFile) and chosen.filename:
            data = await chosen.read(_LONGEST + 1)
            try:
                text = data.decode("utf-8-sig").replace("\r\n", "\n")
            except UnicodeDecodeError:
                raise BadInput(_("This file is no UTF-8 text."), _("Choose a mapping.")) from None
    return _Given(
        fields.get("item", "").strip(),
        text,
        fields.get("show", "all"),
        fields.get("reason", ""),
        "zone" in fields,
    )


def _context(
    look: Consultation, given: _Given, trial: ItemTrial | None = None, wrong: tuple[str, str] | None = None
) -> dict[str, object]:
    found = look.item(given.item) if given.item else None
    row = found.row if found else None
    used = uses(look.reading)
    sha256 = trial.mapping.sha256 if trial else ""
    return {
        "row": row,
        "given": given,
        "trial": trial,
        "wrong": wrong,
        "head": _head(look, row) if row else None,
        "uses": used,
        "used": next((one for one in used if one.sha256 == sha256), None),
        "badges": _BADGES,
        "shown": _shown(trial, given.show) if trial else (),
        "standing": look.standing(),
    }


def _shown(trial: ItemTrial, show: str) -> tuple[object, ...]:
    return {"unmatched": trial.unmatched, "doubtful": trial.doubtful}.get(show, trial.rows)


def _head(look: Consultation, row: ItemRow) -> dict[str, str]:
    """The beginning of the file as text; a file that is none says so."""
    if row.kind not in ("file", "stream") or not row.size:
        return {"text": "", "trouble": _("This item has no bytes.")}
    piece = look.bytes(row.item_id, 0, HEAD)
    if piece.trouble:
        return {"text": "", "trouble": piece.trouble}
    if row.type in ("database", "archive", "image", "picture", "video", "audio", "program"):
        return {"text": "", "trouble": _("The file is no text; its bytes are on the item's page.")}
    return {"text": head_text(piece.data), "trouble": ""}


def exactly(path: str) -> str:
    """A pattern that matches this path alone: what acts in a pattern stands in brackets."""
    return "".join(f"[{char}]" if char in "*?[" else "?" if char == "\\" else char for char in path)


def _sha256(text: str) -> str:
    try:
        return parsed(text.encode()).sha256
    except BadInput:
        return ""


ROUTES = [
    Route("/mapping", ask),
    Route("/mapping", try_it, methods=["POST"]),
    Route("/mapping/use", use, methods=["POST"]),
    Route("/mapping/file", file, methods=["POST"]),
]
