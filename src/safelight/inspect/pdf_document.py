"""PDF: text page by page up to the limit, and metadata, through PDFium (pypdfium2). Scripts in it are never
run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pypdfium2

from safelight.inspect import times
from safelight.inspect.model import Cause, Content, Fact, Group, InspectionFailed
from safelight.inspect.texts import limit_bytes, text_fact

#: Bytes of a document, which is read whole.
LARGEST = 256 << 20


class PdfDocument:
    """Text and metadata of PDF documents."""

    name = "pdf"
    version = 1
    tables: tuple[str, ...] = ("documents", "texts")

    def accepts(self, mime: str, group: Group, size: int) -> bool:
        return mime == "application/pdf"

    def inspect(self, content: Content) -> Iterator[Fact]:
        """Raises InspectionFailed: encrypted (a password is needed), corrupt (pages read so far are kept) or
        limit."""
        if content.size > LARGEST:
            raise InspectionFailed("limit", f"PDF documents above {LARGEST >> 20} MB are not read")
        # As a whole: PDFium swallows what a stream raises, and a damaged sector would look like a damaged
        # document.
        with content.open() as stream:
            data = stream.read()
        try:
            document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            cause: Cause = "encrypted" if "password" in str(error).lower() else "corrupt"
            raise InspectionFailed(cause, str(error)) from error
        try:
            yield _metadata(document)
            text, cut, failure = _text(document, limit_bytes(content.settings))
        finally:
            document.close()
        if text.strip():
            yield text_fact(text, limit_bytes(content.settings), cut=cut)
        if failure is not None:
            raise failure


def _metadata(document: Any) -> Fact:
    try:
        found = {key: value for key, value in document.get_metadata_dict().items() if value}
    except Exception:  # A damaged information dictionary says nothing about the pages.
        found = {}
    created, modified = times.pdf(found.get("CreationDate")), times.pdf(found.get("ModDate"))
    return Fact(
        "documents",
        {
            "title": found.get("Title"),
            "authors": found.get("Author"),
            "pages": len(document),
            "created": created.as_row() if created else None,
            "modified": modified.as_row() if modified else None,
            "metadata": json.dumps(found, ensure_ascii=False) if found else None,
        },
    )


def _text(document: Any, limit: int) -> tuple[str, bool, InspectionFailed | None]:
    """Text of the pages until there is enough; a page that fails does not end the others."""
    parts: list[str] = []
    size, bad = 0, 0
    for number in range(len(document)):
        if size > limit:
            return "\n".join(parts), True, None
        try:
            page = document[number]
            text_page = page.get_textpage()
            part = text_page.get_text_bounded().replace("\r\n", "\n").strip()
            text_page.close()
            page.close()
        except pypdfium2.PdfiumError:
            bad += 1
            continue
        parts.append(part)
        size += len(part.encode("utf-8", "replace")) + 1
    failure = InspectionFailed("corrupt", f"{bad} of {len(document)} pages cannot be read") if bad else None
    return "\n".join(parts), False, failure
