"""What every inspector must keep to, ours and those of third parties; each is run on real bytes."""

from __future__ import annotations

import inspect
import io
import re
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from safelight.catalog.schema import TABLES
from safelight.inspect import registry
from safelight.inspect.model import Content, Derivative, Fact, Inspector
from tests.inspect.documents import docx, paragraph, pdf
from tests.inspect.patterns import board, content
from tests.inspect.test_picture import camera
from tests.inspect.test_recording import video

ADDED_BY_THE_ENGINE = {"sha256", "inspector", "version"}


def _jpeg() -> bytes:
    out = io.BytesIO()
    Image.fromarray(board(300, 400)).save(out, "JPEG", exif=camera())
    return out.getvalue()


def _wav() -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format="wav") as container:
        stream = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), "s16", "mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
    return out.getvalue()


def samples() -> list[Content]:
    data = [
        _jpeg(),
        video("mp4", "libx264"),
        _wav(),
        pdf(["tog"], info="/Title (T) /CreationDate (D:20160112093000Z)"),
        docx(paragraph("sjakk")),
        b"From: kari@example.org\nSubject: hei\nDate: Tue, 12 Jan 2016 10:30:00 +0100\n\nhei\n",
        "været".encode(),
    ]
    return [content(part) for part in data]


INSPECTORS = registry.inspectors()


@pytest.mark.parametrize("inspector", INSPECTORS, ids=[inspector.name for inspector in INSPECTORS])
def test_contract(inspector: Inspector) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9-]*", inspector.name)
    assert isinstance(inspector.version, int)
    assert inspector.version >= 1
    assert inspector.tables
    assert set(inspector.tables) <= set(TABLES)
    documentation = inspect.getdoc(type(inspector))
    assert documentation
    assert len(documentation) > 20
    assert "Raises" in (inspect.getdoc(inspector.inspect) or "")
    taken = 0
    for sample in samples():
        if not inspector.accepts(sample.mime, sample.group, sample.size):
            continue
        taken += 1
        for what in inspector.inspect(sample):
            if isinstance(what, Derivative):
                assert "derivatives" in inspector.tables
                assert what.recipe
                assert what.mime == "image/jpeg"
                with Image.open(io.BytesIO(what.data)) as image:
                    assert image.size == (what.width, what.height)
            else:
                _fits(inspector, what)
    assert taken, "no sample is of a type that it accepts: add one"


def _fits(inspector: Inspector, fact: Fact) -> None:
    """The table is declared, every column exists there, and Arrow takes every value as it is."""
    assert fact.table in inspector.tables
    schema = TABLES[fact.table].arrow
    columns = set(schema.names) - ADDED_BY_THE_ENGINE
    assert set(fact.row) <= columns
    chosen = pa.schema([schema.field(name) for name in fact.row])
    made = pa.Table.from_pylist([fact.row], schema=chosen)
    made.validate(full=True)


def test_ours_in_their_order() -> None:
    assert [inspector.name for inspector in INSPECTORS[:5]] == [
        "picture",
        "recording",
        "pdf",
        "document",
        "text",
    ]


PLUGIN = """
class Weather:
    name = {name!r}
    version = 1
    tables = ("texts",)
    def accepts(self, mime, group, size):
        return False
    def inspect(self, content):
        return ()
"""


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[str]:
    """An installed third-party package with one inspector."""
    name: str = request.param
    (tmp_path / f"plugin_{name}.py").write_text(PLUGIN.format(name=name), "utf-8")
    information = tmp_path / f"plugin_{name}-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: plugin-{name}\nVersion: 1.0\n", "utf-8"
    )
    (information / "entry_points.txt").write_text(
        f"[{registry.ENTRY_POINTS}]\nw = plugin_{name}:Weather\n", "utf-8"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    registry.inspectors.cache_clear()
    yield name
    registry.inspectors.cache_clear()


@pytest.mark.parametrize("plugin", ["weather"], indirect=True)
def test_third_parties_come_last(plugin: str) -> None:
    assert [inspector.name for inspector in registry.inspectors()][-1] == plugin


@pytest.mark.parametrize("plugin", ["picture"], indirect=True)
def test_a_name_is_taken_once(plugin: str) -> None:
    with pytest.raises(ValueError, match=f"two inspectors are called {plugin}"):
        registry.inspectors()
