"""A file that crashes its reader costs the hex view of that file; the workbench goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from safelight.traces.ids import item_id
from tests.access.built import build
from tests.access.planted_format import add_items, install, spec
from tests.web.conftest import serving


def test_a_crash_is_said_in_the_hex_view_and_the_workbench_serves_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = build(tmp_path)
    add_items(built)
    monkeypatch.syspath_prepend(install(tmp_path / "site"))
    ids = {name: item_id(built.sources[0].id, spec(name).to_bytes()) for name in ("crash", "good")}
    for workbench in serving(built, "token-of-the-test"):
        with workbench.entered() as client:
            page = client.get(f"/items/{ids['crash']}")
            assert page.status_code == 200
            assert "The reader of these bytes was ended (crash): The child was ended by SIGSEGV." in page.text
            page = client.get(f"/items/{ids['good']}")
            assert "77 65 61 74 68 65 72" in page.text
            assert "was ended" not in page.text
