"""Office documents, web pages, books and messages: text and metadata, through kreuzberg (a Rust library, no
models).

It makes no network call and runs no script and no optical recognition; a trace of its system calls showed
none. It does unpack a shared library into the temporary folder and loads it from there: a name that anybody
could occupy in /tmp, so it is given a folder of the user's own.
"""

from __future__ import annotations

import html
import io
import json
import os
import re
import tempfile
import zipfile
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from functools import cache
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any
from xml.parsers.expat import ExpatError
from zlib import error as ZlibError

import kreuzberg
import platformdirs

from safelight.inspect import times, wordprocessing
from safelight.inspect.model import Cause, Content, Fact, Group, InspectionFailed
from safelight.inspect.texts import limit_bytes, text_fact
from safelight.traces.moment import Moment

_OPENXML = "application/vnd.openxmlformats-officedocument."
_WORD = f"{_OPENXML}wordprocessingml.document"
_ODF = "application/vnd.oasis.opendocument."
_MAIL_STORE = "application/vnd.ms-outlook-pst"
_READ_BY_KREUZBERG = frozenset(
    {
        f"{_OPENXML}spreadsheetml.sheet",
        f"{_OPENXML}presentationml.presentation",
        f"{_ODF}text",
        f"{_ODF}spreadsheet",
        f"{_ODF}presentation",
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        "application/rtf",
        "text/html",
        "application/xhtml+xml",
        "application/epub+zip",
        "message/rfc822",
        "message/x-emlx",
        "application/vnd.ms-outlook",
        _MAIL_STORE,
    }
)
_ELSEWHERE = frozenset({"application/pdf", "application/mbox"})
#: Bytes of a document, which is read whole.
LARGEST = 128 << 20
_METADATA_LIMIT = 64 << 10


class Document:
    """Text and metadata of office documents, web pages, books and messages."""

    name = "document"
    version = 1
    tables: tuple[str, ...] = ("documents", "texts")

    def accepts(self, mime: str, group: Group, size: int) -> bool:
        return group in ("document", "mail") and mime not in _ELSEWHERE

    def inspect(self, content: Content) -> Iterator[Fact]:
        """Raises InspectionFailed: encrypted, unsupported, corrupt or limit (more than LARGEST bytes)."""
        if content.mime == "application/x-encrypted-ooxml":
            raise InspectionFailed("encrypted", "the document is encrypted and needs a password")
        if content.mime == _WORD:
            return _word(content)
        if content.mime not in _READ_BY_KREUZBERG:
            raise InspectionFailed("unsupported", f"{content.mime} is recognised and cannot be read yet")
        if content.size > LARGEST:
            raise InspectionFailed("limit", f"documents above {LARGEST >> 20} MB are not read")
        return _by_kreuzberg(content)


def _word(content: Content) -> Iterator[Fact]:
    limit = limit_bytes(content.settings)
    with content.open() as stream:
        try:
            text, cut, found = wordprocessing.read(stream, limit)  # type: ignore[arg-type]
        except (zipfile.BadZipFile, ExpatError, ZlibError, EOFError, ValueError) as error:
            raise InspectionFailed("corrupt", f"{type(error).__name__}: {error}") from error
        except (RuntimeError, NotImplementedError) as error:
            cause: Cause = "encrypted" if "encrypted" in str(error) else "unsupported"
            raise InspectionFailed(cause, str(error)) from error
    yield _fact(
        found,
        found.get("title"),
        found.get("creator"),
        int(found["Pages"]) if found.get("Pages", "").isdigit() else None,
        times.written(found.get("created")),
        times.written(found.get("modified")),
    )
    if text:
        yield text_fact(text, limit, cut=cut)


def _by_kreuzberg(content: Content) -> Iterator[Fact]:
    with content.open() as stream:
        data = stream.read(LARGEST + 1)
    mime = content.mime
    if mime == "message/x-emlx":
        # Apple Mail: the length of the message in the first line, a property list behind it.
        first, _, rest = data.partition(b"\n")
        data, mime = rest[: int(first)] if first.strip().isdigit() else rest, "message/rfc822"
    if _encrypted(data, mime):
        raise InspectionFailed("encrypted", "the document is encrypted and needs a password")
    _prepare()
    try:
        result = kreuzberg.extract_bytes_sync(data, mime, _config())
    except kreuzberg.KreuzbergError as error:
        raise InspectionFailed(_cause(str(error)), str(error)[:500]) from error
    except OSError as error:  # Of the archive inside the bytes, which were read already.
        raise InspectionFailed("corrupt", str(error)) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        # Rust code ran out of a slice: it takes damaged tables by their word.
        raise InspectionFailed("corrupt", f"the reader gave up: {error}"[:500]) from error
    found = {key: value for key, value in result.metadata.items() if value not in (None, "", [], {})}
    text = result.content
    if mime == "message/rfc822" and b"text/plain" not in data and "&" in text:
        # Of a message that is only HTML it strips the tags and leaves the entities.
        text = html.unescape(text)
    if mime == _MAIL_STORE:
        # What it says of the store is its first message's.
        found = {"message_count": found.get("message_count")}
    authors = found.get("authors") or found.get("from_email")
    yield _fact(
        found,
        found.get("title") or found.get("subject"),
        "; ".join(authors) if isinstance(authors, list) else authors,
        next((found[key] for key in ("page_count", "sheet_count", "slide_count") if key in found), None),
        _moment(found.get("created_at")),
        _moment(found.get("modified_at")),
    )
    if text.strip():
        yield text_fact(text, limit_bytes(content.settings))


def _fact(
    found: dict[str, Any],
    title: Any,
    authors: Any,
    pages: Any,
    created: Moment | None,
    modified: Moment | None,
) -> Fact:
    metadata = json.dumps(found, ensure_ascii=False, default=str, sort_keys=True) if found else None
    return Fact(
        "documents",
        {
            "title": str(title) if title else None,
            "authors": str(authors) if authors else None,
            "pages": pages if isinstance(pages, int) else None,
            "created": created.as_row() if created else None,
            "modified": modified.as_row() if modified else None,
            "metadata": metadata if metadata and len(metadata) <= _METADATA_LIMIT else None,
        },
    )


def _moment(text: Any) -> Moment | None:
    """ISO 8601 or, in messages, RFC 5322."""
    moment = times.written(text if isinstance(text, str) else None)
    if moment is None or moment.wall_us is not None:
        return moment
    try:
        date = parsedate_to_datetime(str(text))
    except (ValueError, TypeError, IndexError):
        return moment
    # A zone of -0000 says that the sender's zone is unknown (RFC 5322, 3.3): the result has none.
    read = times.written(date.isoformat())
    return Moment(read.utc_us, read.wall_us, str(text), read.basis) if read else moment


def _cause(text: str) -> Cause:
    lower = text.lower()
    if "password" in lower or "encrypted" in lower:
        return "encrypted"
    if "limit exceeded" in lower:
        return "limit"
    if "unsupported" in lower:
        return "unsupported"
    return "corrupt"


#: CurrentUserAtom: record type and length, size 0x14, then the token of an encrypted file.
_PPT_ENCRYPTED = re.compile(rb"\xf6\x0f[\s\S]{4}\x14\0\0\0\xdf\xc4\xd1\xf3")


def _encrypted(data: bytes, mime: str) -> bool:
    """By the flags that kreuzberg does not look at: [MS-PPT] 2.3.2, [MS-DOC] 2.5.2, OpenDocument 1.2 part 3,
    4.8."""
    if mime == "application/vnd.ms-powerpoint":
        return _PPT_ENCRYPTED.search(data) is not None
    if mime == "application/msword":
        # The information block starts a sector; bit 8 of its flags says encrypted.
        starts = (
            at for at in range(512, min(len(data) - 32, 1 << 20), 512) if data[at : at + 2] == b"\xec\xa5"
        )
        return any(data[at + 11] & 1 for at in starts)
    if mime.startswith("application/vnd.oasis"):
        return b"encryption-data" in _member(data, "META-INF/manifest.xml")
    return False


def _member(data: bytes, name: str) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(name) as part:
            return part.read(1 << 20)
    except (zipfile.BadZipFile, KeyError, RuntimeError, NotImplementedError, ZlibError, EOFError, ValueError):
        return b""


@cache
def _config() -> Any:
    return kreuzberg.ExtractionConfig(
        use_cache=False,
        disable_ocr=True,
        enable_quality_processing=False,
        output_format="plain",
        concurrency=kreuzberg.ConcurrencyConfig(max_threads=1),
    )


@cache
def _prepare() -> None:
    """Let kreuzberg unpack its shared library where only this user writes: once a process, 1 ms when it is
    there."""
    folder = platformdirs.user_cache_path("safelight") / f"kreuzberg-{version_of('kreuzberg')}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        mine = (
            folder.stat().st_uid == os.getuid()
            and not folder.stat().st_mode & 0o022
            and os.access(folder, os.W_OK)
        )
    except OSError:
        mine = False
    if not mine:
        folder = Path(tempfile.mkdtemp(prefix="safelight-"))
    before = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = str(folder)
    try:
        kreuzberg.extract_bytes_sync(b"<p>a</p>", "text/html", _config())
    finally:
        if before is None:
            del os.environ["TMPDIR"]
        else:
            os.environ["TMPDIR"] = before
