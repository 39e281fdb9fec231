"""The contract of `inspect/model.py`, held by every registered inspector over real files and over rubbish."""

from __future__ import annotations

import hashlib
import io
import random

import pytest

from safelight.catalog.schema import TABLES
from safelight.inspect.model import Content, Derivative, Fact, Group, InspectionFailed, Inspector, NotMine
from safelight.inspect.registry import inspectors
from safelight.scenario.seizure import write_computer
from tests.inspect.documents import pdf

#: Types of the scenario's files by extension, and a type of each group for the rubbish.
TYPES: dict[str, tuple[str, Group]] = {
    ".jpg": ("image/jpeg", "picture"),
    ".mp4": ("video/mp4", "video"),
    ".txt": ("text/plain", "text"),
    ".csv": ("text/csv", "text"),
    ".html": ("text/html", "document"),
    ".eml": ("message/rfc822", "mail"),
    ".pdf": ("application/pdf", "document"),
    ".mp3": ("audio/mpeg", "audio"),
    ".png": ("image/png", "picture"),
}
RUBBISH = [b"", b"\0", random.Random(1).randbytes(5000), b"\xff\xd8\xff\xe0" + bytes(300), b"%PDF-1.7\n%%EOF"]


@pytest.fixture(scope="module")
def contents(tmp_path_factory: pytest.TempPathFactory) -> list[Content]:
    folder = tmp_path_factory.mktemp("computer")
    write_computer(folder, pictures=6)
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix.lower() in TYPES:
            found.append(_content(path.name, path.read_bytes(), *TYPES[path.suffix.lower()]))
    found.append(_content("tog.pdf", pdf(["Modelltog"]), *TYPES[".pdf"]))
    assert {content.group for content in found} == {"picture", "video", "text", "document", "mail"}
    for mime, group in TYPES.values():
        found += [_content("søppel", data, mime, group) for data in RUBBISH]
    return found


def _content(name: str, data: bytes, mime: str, group: Group) -> Content:
    return Content(
        hashlib.sha256(data).hexdigest(),
        len(data),
        mime,
        group,
        name,
        lambda: io.BufferedReader(io.BytesIO(data)),
    )


def _result(inspector: Inspector, content: Content) -> list[Fact | Derivative] | str:
    try:
        return list(inspector.inspect(content))
    except InspectionFailed as failed:
        assert failed.detail
        return f"{failed.cause}: {failed.detail}"
    except NotMine:
        return "not mine"


@pytest.mark.parametrize("inspector", inspectors(), ids=lambda inspector: inspector.name)
def test_an_inspector_keeps_the_contract(inspector: Inspector, contents: list[Content]) -> None:
    assert inspector.version >= 1
    assert set(inspector.tables) <= set(TABLES)
    assert (type(inspector).__doc__ or "").strip()
    accepted = [one for one in contents if inspector.accepts(one.mime, one.group, one.size)]
    assert accepted
    written = set()
    for content in accepted:
        found = _result(inspector, content)
        assert found == _result(inspector, content), "the same bytes give the same facts"
        for one in found if isinstance(found, list) else []:
            table = one.table if isinstance(one, Fact) else "derivatives"
            written.add(table)
            assert table in inspector.tables
            if isinstance(one, Fact):
                columns = {column.name for column in TABLES[table].columns}
                assert set(one.row) <= columns - {"sha256", "inspector", "version"}
    assert written


def test_names_are_unique() -> None:
    names = [inspector.name for inspector in inspectors()]
    assert len(names) == len(set(names))
