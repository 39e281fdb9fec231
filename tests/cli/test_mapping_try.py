"""`safelight mapping try`: what a mapping makes of a file, without storing anything."""

from __future__ import annotations

from pathlib import Path

from tests.intake.operations import Operation

MAPPING = """name = "chess"
version = 2
network = "chess"
[input]
reader = "delimited"
[[rule]]
name = "lines"
trace = "message"
[rule.fields]
conversation = { const = "club" }
sender = "who"
text = "says"
sent = { from = "at", format = "unix" }
"""


def _tried(folder: Path, expect: int = 0) -> tuple[str, str]:
    words = ("mapping", "try", str(folder / "a.csv"), "--mapping", str(folder / "m.toml"))
    return Operation(folder / "op").said(*words, expect=expect)


def test_what_is_shown(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(MAPPING, "utf-8")
    (tmp_path / "a.csv").write_text(
        "who,says,at\nKari,Parti?,1452587400\nOla,J\u202ea,snart\na,b,c,d\n", "utf-8"
    )
    out, _error = _tried(tmp_path)
    assert [line.rstrip() for line in out.splitlines()[:6]] == [
        "line 2  Kari,Parti?,1452587400",
        "    Message: conversation=club, sender=Kari, kind=text, text=Parti?, sent=2016-01-12T08:30:00.000000Z",
        "    Conversation: conversation=club",
        "line 3  Ola,J‹U+202E›a,snart",
        "    Message: conversation=club, sender=Ola, kind=text, text=J‹U+202E›a",
        "    NOT READ: sent: 'snart' is no time in the format unix",
    ]
    assert "lines  message        3        2         1            1" in out
    assert "lines, not matched: line 4: 4 cells under 3 names  a,b,c,d" in out
    assert "mapping chess version 2, SHA-256 " in out
    assert "NOT be taken" not in out


def test_a_wrong_mapping_names_its_key(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(MAPPING.replace('sender = "who"', 'sendr = "who"'), "utf-8")
    (tmp_path / "a.csv").write_text("who\n", "utf-8")
    _out, error = _tried(tmp_path, expect=22)
    assert "m.toml: rule[1].fields.sendr is no field of this trace" in error


def test_a_file_that_is_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(MAPPING, "utf-8")
    (tmp_path / "a.csv").write_text("other,names\n1,2\n", "utf-8")
    out, _error = _tried(tmp_path)
    assert "the file would NOT be taken for this mapping's own" in out
    assert "there is no 'who'" in out
