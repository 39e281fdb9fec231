"""Errors of the stores in the workbench's one shape."""

from __future__ import annotations

from pathlib import Path

from tests.access.built import build
from tests.web.conftest import serving


def test_a_damaged_part_is_an_error_in_the_one_shape_and_no_end(tmp_path: Path) -> None:
    built = build(tmp_path)
    (part,) = (built.folder.parts / "failures").glob("*.parquet")
    whole = part.read_bytes()
    for workbench in serving(built, "token-of-the-test"):
        with workbench.entered() as client:
            part.write_bytes(whole[:-200])
            answer = client.get("/failures", headers={"Accept": "application/json"})
            assert answer.status_code == 500
            said = answer.json()
            assert said.pop("what").startswith("A part of the catalog cannot be read: ")
            assert said == {
                "to": "/failures",
                "next": "Run `safelight verify`: it names the parts that are not as they were written.",
                "code": "E-INTEGRITY-BROKEN",
            }
            assert "A part of the catalog cannot be read" in client.get("/failures").text
            part.write_bytes(whole)
            assert client.get("/failures").status_code == 200
