"""Files of others are what their README says, and the workbench names no outside address."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import safelight.web

STATIC = Path(safelight.web.__file__).parent / "static"
TEMPLATES = Path(safelight.web.__file__).parent / "templates"


def test_vendored_files_are_unchanged() -> None:
    stated = dict(
        re.findall(r"^\| `([^`]+)` .*\| ([0-9a-f]{64}) \|$", (STATIC / "vendor/README.md").read_text(), re.M)
    )
    found = {
        str(path.relative_to(STATIC / "vendor")): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (STATIC / "vendor").rglob("*")
        if path.suffix in (".js", ".mjs", ".woff2")
    }
    assert stated == found
    for folder in {Path(name).parts[0] for name in found}:
        assert (STATIC / "vendor" / folder / "LICENSE").stat().st_size > 300


def test_no_outside_address() -> None:
    own = [*TEMPLATES.glob("*.html"), *STATIC.glob("*.css"), *STATIC.glob("*.js")]
    assert len(own) > 12
    for path in own:
        assert not re.search(r"https?://|url\(\"?//", path.read_text()), path


def test_templates_hold_no_inline_style_or_script() -> None:
    for path in TEMPLATES.glob("*.html"):
        text = path.read_text()
        assert not re.search(
            r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*src=)|javascript:|\|safe\b", text
        ), path
